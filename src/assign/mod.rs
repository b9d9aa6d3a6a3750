//! Assignment: who gets which lead, and why the others do not.
//!
//! [`AssignRules`] say it as data, [`Assigner::compile`] validates and compiles them, and [`Assigner::assign`] decides about one
//! lead on the [`Roster`] of reps and the [`Ledger`] of the lead's pool. The [`Assignment`] carries what to do and
//! what changes in the state; nothing changes until its delta is applied.
//!
//! ```
//! use leadkit::assign::{
//!     AssignRule, AssignRules, Assigner, Ledger, Ledgers, PoolRules, RepLedger, Roster, AssignTarget,
//! };
//! use leadkit::calendar::Calendars;
//! use leadkit::model::{Lead, Rep};
//! use leadkit::rule::{FactContext, Facts, HostTables};
//!
//! let rule = AssignRule { id: "all".into(), then: AssignTarget::Reps(vec!["ann".into(), "bo".into()]), ..AssignRule::default() };
//! let pool = PoolRules { rules: vec![rule], ..PoolRules::default() };
//! let rules = AssignRules { pools: [("inbound".into(), pool)].into(), ..AssignRules::default() };
//! let assigner = Assigner::compile(&rules)?;
//!
//! let reps = ["ann", "bo"].map(|id| Rep { id: id.into(), ..Rep::default() });
//! let roster = Roster::compile(&reps, &Calendars::default())?;
//! let (mut ledger, mut reps) = (Ledger::new("inbound".into()), RepLedger::default());
//! let now = "2026-03-02T02:00:00Z".parse().unwrap();
//!
//! let tables = HostTables::default();
//! let context = FactContext::new(&tables, now);
//! let mut owners = Vec::new();
//! for id in ["L-1", "L-2", "L-3", "L-1"] {
//!     let lead = Lead { id: id.into(), ..Lead::default() };
//!     let facts = Facts::new(&lead, &context);
//!     let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
//!     assignment.delta().apply_to(&mut ledger, &mut reps)?;
//!     owners.extend(assignment.owner().map(ToString::to_string));
//! }
//! // L-1 came twice: the same decision, no second turn.
//! assert_eq!(owners, ["ann", "bo", "ann", "ann"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Fair shares
//! Counting turns is not enough when reps cover different territories, hours and caps. [`Strategy::FairShare`]
//! keeps each rep's normalised credit instead, in units of 2⁻³² lead: each lead owes every rep who is eligible
//! *for it* weight ÷ total weight, and who is owed most gets it and pays what was given. The credits of a group
//! sum to 0, a newcomer starts at 0 and is not flooded, and the credit of somebody absent stays as it is. No bound
//! holds for every sequence of leads: somebody who chooses, lead by lead, who is eligible can drive credits apart
//! without end (the carpool problem, a cup game). Where eligibility does not depend on the credits they stay small:
//! within one and a half leads on the random rosters of the tests.
//!
//! # State
//! One [`Ledger`] per pool and, in the [`RepLedger`], one row per rep for what counts over all pools, each with a
//! revision. Two workers that decide on the same revision would give one turn twice, so `apply` refuses a delta of another
//! one: store with compare-and-swap, and decide again when it fails. A delta names the pool and the rep it gives to, and
//! no other.
//!
//! [`Assigner::claim`] counts what reps take themselves, apart from what they are given; [`Ledgers::take_back`] takes a
//! wrong decision back.

mod assigner;
mod assignment;
mod changes;
mod claims;
mod class;
mod compile;
mod counts;
mod custom;
mod decided;
mod delta;
mod eligibility;
mod explain;
mod explanation;
mod kind;
mod ledger;
mod ledger_error;
mod ledger_stored;
mod ledgers;
mod members;
mod options;
mod person;
mod plan;
mod ranks;
mod reading;
mod recent;
mod rep_ledger;
mod roll;
mod roster;
mod roster_document;
mod rules;
mod run;
mod share;
mod sticky;
mod token;
mod turn;
mod turns;

pub use assigner::Assigner;
pub(crate) use assigner::decision_key;
pub use assignment::Assignment;
pub use class::ONE_LEAD;
pub use custom::{CustomStrategy, PoolView};
pub use decided::Decision;
pub use delta::AssignDelta;
pub use eligibility::SkipReason;
pub use explanation::{AssignExplanation, RuleTrace};
pub use kind::AssignmentKind;
pub use ledger::Ledger;
pub use ledger_error::{LedgerError, LedgerFault};
pub use ledgers::Ledgers;
pub use options::AssignOptions;
pub use rep_ledger::{RepLedger, RepRow};
pub use roster::Roster;
pub use roster_document::RosterDocument;
pub use rules::{
    AssignRule, AssignRules, AssignTarget, CompanionRule, GroupMember, PoolRules, PreviousOwners, RepGroup,
    ResultShares, RulePass, Strategy, Tier,
};
pub use turn::TurnList;
