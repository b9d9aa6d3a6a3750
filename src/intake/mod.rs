//! The main job: what happens to a lead that comes in.
//!
//! Blacklist → duplicate matching → scoring → assignment, for one lead or a batch, with one [`Outcome`] that says
//! what should happen and why. Each step reads what the steps before it found; none looks back.
//!
//! * A blocked lead is tagged, put into the pool of invalid leads and reviewed; it is not matched, scored or
//!   assigned.
//! * An entry that is not a lead by the rules of [`elsewhere`](Rules::elsewhere) goes to a queue of the host, or is voided.
//! * A lead from the same person as a lead on file is folded into it: its values are added there, its own record ends, and
//!   [`Outcome::next`] asks for a review of the lead that continues.
//! * A lead of an account is converted to the account's owner, whatever its score.
//! * A lead without an owner that is not ready for sales goes to the nurture pool.
//! * Every other lead is assigned by the rules of its pool.
//!
//! Each thing that happens to a lead on file has a call of its own, and every call returns the same kind of [`Outcome`]:
//!
//! | call | when |
//! |---|---|
//! | [`review`](Intake::review) | it did something, a fact changed, an entry was folded into it, its wake-up has come; its owner has fallen ill or is back earlier than expected: each open lead of the rep |
//! | [`reassign`](Intake::reassign) | its owner missed a deadline, gave it back or has left |
//! | [`release`](Intake::release), [`close`](Intake::close) | somebody has reviewed what was blocked or held; it is not a lead |
//! | [`claim`](Intake::claim), [`allot`](Intake::allot), [`hand_over`](Intake::hand_over) | people take and give leads |
//! | [`convert`](Intake::convert) | it has become a customer |
//! | [`register_deal`](Intake::register_deal) | a partner registers a deal with an account |
//! | [`revoke`](Intake::revoke) | a decision was wrong |
//! | [`import`](Intake::import) | rows of another system come in |
//! | [`forget`](Intake::forget) | a person asks to be forgotten |
//! | [`serve`](Intake::serve) | somebody has room for leads that wait, or the wake-up `retry…` of one has come |
//! | [`review_account`](Intake::review_account) | an account has no owner, or its owner has left |
//!
//! [`LifeRules`] hold the times and limits. Between the calls a host keeps the lead's wake-up and deadlines, and calls when
//! one of them has come; every live lead has an owner with a deadline, or a wake-up.
//!
//! ```
//! use leadkit::intake::ReassignReason;
//! use leadkit::model::Lead;
//! use leadkit::{Input, Intake, Roster, Rules, State};
//!
//! let intake = Intake::compile(&Rules::b2c())?;
//! let roster = Roster::from_ids(["li", "wang"]);
//! let (mut book, mut state) = (intake.book(), State::default());
//!
//! // A lead comes in: fetch, decide, apply.
//! let monday = "2026-03-02T02:00:00Z".parse().unwrap();
//! let lead = Lead {
//!     id: "L1".into(), name: Some("Ann".into()), phones: vec!["13812349876".into()],
//!     message: Some("a quote, please".into()), created_at: monday, ..Lead::default()
//! };
//! let rows = book.rows(&intake.probe(&lead));
//! let outcome = intake.process(&Input { lead: lead.clone(), rows, ..Input::default() }, &roster, &state, monday);
//! assert_eq!(outcome.to_string(), "lead L1 is assigned to li");
//! book.insert_lead(lead);
//! state.apply(outcome.delta())?;
//! outcome.apply_to(&mut book);
//!
//! // Two hours later its owner has missed the first contact: the lead goes to the next rep.
//! let later = "2026-03-02T04:00:00Z".parse().unwrap();
//! let missed = book.overdue(later).remove(0);
//! let input = intake.input_of(&book, &missed, later).unwrap();
//! let outcome = intake.reassign(&input, ReassignReason::DeadlineMissed, &roster, &state, later);
//! assert_eq!(outcome.to_string(), "lead L1 is assigned to wang; li missed the deadline");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The second day
//!
//! A timer looks every minute for deadlines that were missed and wake-ups that have come. A wake-up whose code begins
//! with `retry` waits for a rep with room; all others are looked at again. If you keep wake-ups in a table, delete the
//! row that has come due and count it in [`History::wake_ups`](crate::model::History::wake_ups). Apply the delta first:
//! if the state refuses it, nothing has been written.
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use leadkit::book::Book;
//! use leadkit::intake::{ReassignReason, StateError};
//! use leadkit::model::Lead;
//! use leadkit::{Arrival, Input, Intake, Outcome, Roster, Rules, State};
//!
//! fn write(outcome: &Outcome, book: &mut Book, state: &mut State) -> Result<(), StateError> {
//!     state.apply(outcome.delta())?;
//!     outcome.apply_to(book);
//!     Ok(())
//! }
//!
//! fn tick(
//!     intake: &Intake, roster: &Roster, book: &mut Book, state: &mut State, now: DateTime<Utc>,
//! ) -> Result<(), StateError> {
//!     // Asked anew each time: a decision may give the next lead to a rep whose time has just begun.
//!     while let Some(input) = book.overdue(now).first().and_then(|id| intake.input_of(book, id, now)) {
//!         write(&intake.reassign(&input, ReassignReason::DeadlineMissed, roster, state, now), book, state)?;
//!     }
//!     let due: Vec<Input> = book.due(now).iter().filter_map(|id| intake.input_of(book, id, now)).collect();
//!     let waits = |input: &Input| input.wake_up.as_ref().is_some_and(|code| code.as_str().starts_with("retry"));
//!     let (waiting, others): (Vec<Input>, Vec<Input>) = due.into_iter().partition(waits);
//!     for input in others {
//!         // It has come: the lead is reviewed once for it, also when nothing changes.
//!         book.take_wake_up(&input.lead.id, now);
//!         let mut outcome = intake.review(&input, roster, state, now);
//!         write(&outcome, book, state)?;
//!         while let Some(next) = intake.review_next(&outcome, book, roster, state)? {
//!             outcome = next;
//!         }
//!     }
//!     for outcome in intake.serve(&waiting, roster, state, now) {
//!         write(&outcome, book, state)?;
//!     }
//!     Ok(())
//! }
//!
//! let intake = Intake::compile(&Rules::b2c())?;
//! let roster = Roster::from_ids(["li", "wang"]);
//! let (mut book, mut state) = (intake.book(), State::default());
//! let lead = |id: &str, at: &str| Arrival::new(Lead {
//!     id: id.into(), name: Some("Ann".into()), phones: vec!["13764028315".into()],
//!     message: Some("a quote, please".into()), created_at: at.parse().unwrap(), ..Lead::default()
//! });
//! intake.process_batch(&[lead("L1", "2026-03-02T02:00:00Z")], &mut book, &roster, &mut state)?;
//!
//! // An hour later `li` has not called; the state was saved and loaded in between.
//! let mut state: State = serde_json::from_str(&serde_json::to_string(&state)?)?;
//! tick(&intake, &roster, &mut book, &mut state, "2026-03-02T03:00:00Z".parse().unwrap())?;
//! assert_eq!(book.lead(&"L1".into()).unwrap().owner, Some("wang".into()));
//!
//! // The person comes again: the same lead, the same rep.
//! let again = intake.process_batch(&[lead("L2", "2026-03-04T02:00:00Z")], &mut book, &roster, &mut state)?;
//! assert_eq!(again[0].outcome.to_string(), "lead L2 is folded into lead L1 (re_entry)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which rule wins when two conflict
//! * An imported row counts as newer than everything that was on file before it, whatever its date
//!   ([`Lead::filed_at`](crate::model::Lead::filed_at)): other records absorb it, and it absorbs nothing, not even in a
//!   later review.
//! * Two reps' leads that turn out to be one person's are joined, unless both are being worked on, an open opportunity
//!   holds one of them, or a reviewer has been asked about one: then both keep what they have until a reviewer decides
//!   or 24 hours are over, counted by [`calendar`](LifeRules::calendar). After that a lead that an
//!   administrator gave to its owner survives, else the one that the ownership rule names. A customer of an account
//!   still belongs to the account's owner: the company takes precedence over the person.
//! * A lead that a rep holds and that turns out to belong to another rep's account, which was there before, goes to the
//!   account's owner. When the rep works on it, or got it by an import, a reviewer has the same 24 hours before.
//!   What an administrator gave stays.
//! * Until a reviewer has decided, no rep loses a colliding lead by the first deadline, which starts again; the second can
//!   be missed.
//! * When the reviewers' time is over and each of the reps lost one of the customer's leads before, no rule gives the customer
//!   back to one of them: an administrator of the pool has the customer.
//! * While a rep has an open opportunity of an account, all that was converted to it stays with the rep, answered or
//!   not. A rep who leaves or hands over passes on the opportunity with all of it.
//! * If a rep converts a lead to another rep's account, the lead goes to that rep, because an account has one owner.
//! * A rep who loses an opportunity does not get its lead by rules for `exclusion_days`. A customer who comes again goes to the
//!   owner of the account all the same, also when that rep lost the last opportunity.
//! * If an administrator takes a lead from a rep, the rep has neither lost it nor given it up. A rep who is allotted
//!   one and misses the deadline has lost it like any other.
//! * A customer stays with the account's owner even when every rep has missed the deadline: a customer has an owner.
//!   The administrators of the pool are told, and after thirty days the owner is asked again. While a partner's deal protects
//!   the account, the partner is asked first, and nobody else.
//! * No rep misses a deadline while away. When it falls into an absence, it starts at the return, or at the end of
//!   the absence if that was noticed late.
//!
//! # State
//! What is remembered between leads is a [`State`], handed in and moved by each outcome's delta. A small host saves it
//! whole. A host with a database keeps it as [rows](StateRows): for each lead it fetches those that
//! [`Intake::storage_keys`] names, decides, and writes those that [`State::rows_written`] gives, as many for the millionth
//! lead as for the first. Two workers that decide at the same time check each outcome's [`Basis`] before they commit.

mod accounts;
mod act;
mod agree;
mod allot;
mod another_s;
mod asked;
mod away;
mod batch;
mod claim;
mod collision;
mod compile;
mod converted;
mod customer;
mod dispute;
mod elsewhere;
mod elsewhere_plan;
mod engine;
mod forget;
mod given;
mod held;
mod import;
mod known;
mod marks;
mod move_customer;
mod next;
mod notices;
mod outcome;
mod owned;
mod partners;
mod pools;
mod preset;
mod reassign;
mod refusal;
mod release;
mod review;
mod revoke;
mod routing;
mod rules;
mod serve;
mod state;
mod state_basis;
mod state_delta;
mod state_excerpt;
mod state_keys;
mod state_rows;
mod wake_up;
mod without;

pub use accounts::AccountReview;
pub use batch::{Arrival, BatchError, BatchOutcome};
pub use collision::{Settlement, settle_collision};
pub use engine::{Input, Intake};
pub use forget::ErasureKey;
pub use next::{FollowOnReview, Next};
pub use outcome::{Outcome, OutcomeReason, Route};
pub use partners::RegisteredDeal;
pub use reassign::ReassignReason;
pub use refusal::Refusal;
pub use rules::{ElsewhereRule, ElsewhereTarget, LifeRules, RecycledTo, Rules};
pub use state::{State, StateError};
pub use state_basis::{Basis, Conflict};
pub use state_delta::OutcomeDelta;
pub use state_keys::StorageKeys;
pub use state_rows::StateRows;
