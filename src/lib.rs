//! An embeddable rules engine for sales leads: filter, match, score, assign and follow them up, and explain every
//! decision.
//!
//! leadkit is pure: it does no I/O and reads no clock. A host passes in the lead, the rows its database found, the
//! state and the time; leadkit returns a decision with its reasons, the [effects](model::Effect) to apply in the host's
//! transaction, and a delta for the state. The same input gives the same bytes on every platform.
//!
//! ```
//! use leadkit::{Input, Intake, Roster, Rules, State};
//! use leadkit::model::{Account, Lead};
//!
//! // Rules, as data or from a preset, and the reps.
//! let intake = Intake::compile(&Rules::b2b())?;
//! let roster = Roster::from_ids(["li", "wang"]);
//!
//! // The host's records and state; here in memory.
//! let (mut book, mut state) = (intake.book(), State::default());
//! book.insert_account(Account {
//!     id: "A1".into(), company: "北京纷扬科技有限公司".into(), owner: Some("li".into()), ..Account::default()
//! });
//!
//! // A lead comes in: fetch what shares a key with it, decide, apply.
//! let now = "2026-03-02T02:00:00Z".parse().unwrap();
//! let lead = Lead {
//!     id: "L1".into(), company: Some("北京紛揚科技（有限公司）".into()), phones: vec!["138 1234 9876".into()],
//!     message: Some("请报价".into()), created_at: now, ..Lead::default()
//! };
//! let rows = book.rows(&intake.probe(&lead));
//! let outcome = intake.process(&Input { lead: lead.clone(), rows, ..Input::default() }, &roster, &state, now);
//! assert_eq!(outcome.to_string(), "lead L1 is converted: it goes to li, the owner of account A1");
//!
//! book.insert_lead(lead);
//! state.apply(outcome.delta()).unwrap();
//! outcome.apply_to(&mut book);
//! assert_eq!(book.lead(&"L1".into()).unwrap().owner, Some("li".into()));
//! # Ok::<(), leadkit::error::RuleErrors>(())
//! ```
//!
//! # Where to begin
//!
//! | item | what it is |
//! |---|---|
//! | [`Rules`] | the rules of all engines as one document; [`Rules::load`] reports every mistake at once |
//! | [`Intake`] | compiled rules. Call [`probe`](Intake::probe), fetch the rows, call [`process`](Intake::process); call [`review`](Intake::review) when a lead on file changes |
//! | [`Outcome`] | where a lead goes, what each engine found, effects, delta, [`explain`](Outcome::explain) |
//! | [`Roster`] | your reps, their working hours and caps |
//! | [`State`] | what leadkit must remember between calls: recent submissions, turns, counts |
//! | [`book::Book`] | an in-memory reference host: it applies every effect as your SQL should |
//! | [`model`] | leads, accounts, contacts, activities, reps, pools, money, regions |
//! | [`rule::Condition`] | the one condition language of every engine; [`rule::FIELDS`] lists its fields |
//! | [`guide::life`] | the life of a lead: routes, statuses, pools, notices |
//! | [`guide::codes`] | every stable code |
//!
//! Each engine also works alone: [`contact`], [`blacklist`], [`company`], [`names`], [`dedup`], [`merge`], [`score`],
//! [`pipeline`], [`inquiry`], [`assign`], [`calendar`], [`follow_up`], [`attribution`].
//!
//! Features, examples and commands are in the [README](https://github.com/leadkit/leadkit#readme).

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

pub mod assign;
pub mod attribution;
pub mod blacklist;
pub mod book;
pub mod calendar;
pub mod cleaning;
pub mod company;
pub mod contact;
pub mod dedup;
mod disjoint;
mod document;
pub mod error;
pub mod follow_up;
pub mod guide;
pub mod inquiry;
pub mod intake;
pub mod merge;
pub mod model;
pub mod names;
mod order;
pub mod pipeline;
pub mod rule;
pub mod score;
pub mod text;

pub use assign::Roster;
pub use intake::{
    Arrival, Basis, BatchError, BatchOutcome, FollowOnReview, Input, Intake, LifeRules, Next, Outcome,
    OutcomeDelta, OutcomeReason, ReassignReason, RecycledTo, Refusal, Route, Rules, State, StateError,
    StateRows, StorageKeys,
};
pub use rule::HostTables;

/// The README's code runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
