//! Assignment: which rep gets which lead, and why the others do not.
//!
//! [`AssignRules`] are the data, [`Assigner::compile`] validates and compiles them, and [`Assigner::assign`] decides about one
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
//! # Rules
//! The rules of a pool are tried in order; the first that matches decides, and a second pass is made when none did or nobody
//! was eligible. A rule gives a lead to [a rep, a group, tiers, everybody, another pool or a reviewer](AssignTarget). Groups
//! list their members, or say [what they are](RepGroup::when); they share leads by a [`Strategy`]. [`AssignRules::b2b`],
//! [`b2c`](AssignRules::b2c) and [`events`](AssignRules::events) are whole documents.
//!
//! | [`Strategy`] | who gets the lead |
//! |---|---|
//! | `fair_share` | the rep who is owed most, where each lead owes every eligible rep a share: fair however eligibility changes |
//! | `smooth_weighted` | smooth weighted round robin, as nginx: 5, 1, 1 give a a b a c a a |
//! | `least_loaded`, `lowest_load_ratio` | the rep who holds the fewest open leads, or the smallest part of the cap; among equals, the one who is owed most |
//! | `sticky` | always the same rep for one company |
//! | `custom` | the rep whom a host's [`CustomStrategy`] proposes |
//!
//! # Fair shares
//! Counting turns is not enough when reps cover different territories, hours and caps. [`Strategy::FairShare`] keeps
//! each rep's normalised credit instead, in units of 2⁻³² lead: each lead owes every rep who is eligible *for it*
//! weight ÷ total weight, and the rep who is owed most gets it and pays what was given. The credits of a group sum to 0, a
//! newcomer starts at 0 and is not flooded, and the credit of somebody absent stays as it is. No bound holds for
//! every sequence of leads: somebody who chooses, lead by lead, who is eligible can drive credits apart without end
//! (the carpool problem, a cup game). Where eligibility does not depend on the credits they stay small: within one
//! and a half leads on the random rosters of the tests. A rep waits for at most 2·⌈W ÷ w⌉ leads within reach, w the
//! weight of the rep and W the mean weight eligible for these leads. With W the mean over all leads of the rep, 5 of
//! 49,948 reps of a thousand such rosters wait longer, by at most a quarter and two leads: when all the reps are there who
//! are mostly away, a turn takes longer than it does on average.
//!
//! A rep who is eligible for more leads gets more: a share is a share of each lead, not of the day.
//!
//! Reps who differ in nothing but what they are owed, absences, caps and what they had before are one class: a decision
//! moves one number for each class that took part, and the winner's. With few classes it is as quick, and its delta as
//! short, among ten thousand reps as among ten; territories, hours, weights and, where a rule of the pool asks for any,
//! skills set reps apart. A lead costs the classes whose territories and skills it suits, however many the pool has: of
//! ten thousand reps with three of 31 provinces each, 420 of 4,300. Only the first decision names every rep,
//! because from then on each is owed a share and a newcomer is not; where that is too long for one delta,
//! [`Assigner::seat`] does it ahead of the leads. Where more than 48 reps are ruled out for a lead, it is shared among
//! 32 of all others, drawn evenly, so that neither the decision nor its memory names them all: a rep is then within a
//! tenth of the fair share after a hundred such leads a rep. A rep who reaches a cap of a day, a week or a month rests
//! through its last date: the next day nothing is written for the reps who are back.
//!
//! # State
//! One [`Ledger`] per pool and, in the [`RepLedger`], one row per rep for what counts over all pools, each with a
//! revision. Two workers that decide on the same revision would give one turn twice, so `apply` refuses a delta of another
//! one: store with compare-and-swap, and decide again when it fails. A delta names the pool and the rep it gives to, and
//! no other.
//!
//! [`Assigner::claim`] counts what reps claim, apart from what they are given; [`Ledgers::take_back`] takes a
//! wrong decision back. Hours, absences and the dates of caps go by the lead's own time, also when a clock was ahead once
//! and the ledger's [latest](Ledger::latest) decision is later. Two workers that share the ledger in memory decide as
//! quickly as one; a ledger that was just read from storage reads each list once, O(m·log m) in its m members: keep it,
//! and read it again only when another worker has moved it.
//!
//! # Coming from another CRM
//!
//! Where the same words mean something else here:
//!
//! | there | here | why |
//! |---|---|---|
//! | Odoo: ties are drawn at random | the rep who is owed most, of equals the smaller id | ties at random are fair only on average; a credit is fair always, and decides the same from the same state |
//! | Odoo: a quota counts the last 24 hours | the pool's local date | a cap a day is what teams write down; a day of 23 or 25 hours is one day |
//! | Odoo: the team of a lead is drawn at random, by capacity | weights of a group, in turns | the engine has no randomness; shares are exact |
//! | Odoo: assignment leaves won, lost and owned leads alone | it decides about the lead it is handed; [`Intake`](crate::Intake) leaves out what has ended, and keeps owners | who has a lead is told by the life of the lead, not by its status alone |
//! | Frappe: a last user in memory that is stale is read again | a decision on a stale ledger is refused, and made again | nobody has to know that what they read is stale |
//! | Frappe: a rule that does not name today is skipped | working time is the rep's calendar, with holidays | a day off is a fact about people; the lead waits for the next opening, which is told |
//! | Frappe: an assignment is cancelled when its condition turns false | an owner keeps the lead; [`Intake::review`](crate::Intake::review) looks again | a lead is not taken from who works on it because a field changed |
//!
//! # Cookbook
//!
//! A custom strategy, by name and parameters: a rep who answered such leads before gets the next one, the others by
//! their shares.
//!
//! ```
//! use std::ops::ControlFlow;
//! use std::sync::Arc;
//!
//! use leadkit::assign::{Assigner, CustomStrategy, Ledger, Ledgers, PoolView, RepLedger, Roster};
//! use leadkit::model::{Lead, Rep, RepId};
//! use leadkit::rule::{FactContext, FactValue, Facts, Field, HostTables, Registry};
//! use serde_json::json;
//!
//! /// The expert for the lead's product if there is one, else whoever is owed most.
//! #[derive(Debug)]
//! struct ExpertFirst {
//!     product: Field,
//!     expert: RepId,
//! }
//!
//! impl CustomStrategy for ExpertFirst {
//!     fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
//!         let is_his = matches!(view.facts().fact(&self.product), FactValue::Texts(_));
//!         if is_his && seen(self.expert.clone()).is_break() {
//!             return;
//!         }
//!         let mut others: Vec<RepId> = view.reps().cloned().collect();
//!         others.sort_by_key(|rep| std::cmp::Reverse(view.credit(rep)));
//!         for rep in others {
//!             if seen(rep).is_break() {
//!                 return;
//!             }
//!         }
//!     }
//! }
//!
//! let registry = Registry::new().strategy("expert_first", |params| {
//!     let expert = params["expert"].as_str().ok_or("`expert` names the rep")?;
//!     Ok(Arc::new(ExpertFirst { product: "products".parse().unwrap(), expert: expert.into() }))
//! });
//! let rules = json!({
//!     "groups": {"g": {
//!         "members": [{"rep": "ann"}, {"rep": "bo"}],
//!         "custom": {"name": "expert_first", "params": {"expert": "bo"}},
//!     }},
//!     "pools": {"p": {"rules": [{"id": "all", "then": {"group": {"id": "g"}}, "takes_turn": true}]}},
//! });
//! let assigner = Assigner::load_with(rules.clone(), &registry)?;
//! let errors = Assigner::load(rules).unwrap_err();
//! assert_eq!(errors.diagnostics()[0].message, "there is no strategy `expert_first`");
//!
//! let reps = ["ann", "bo"].map(|id| Rep { id: id.into(), ..Rep::default() });
//! let roster = Roster::compile(&reps, &Default::default())?;
//! let (mut ledger, mut counts) = (Ledger::new("p".into()), RepLedger::default());
//! let tables = HostTables::default();
//! let mut owners = Vec::new();
//! for (id, product) in [("L1", "erp"), ("L2", ""), ("L3", "erp"), ("L4", "")] {
//!     let products = if product.is_empty() { vec![] } else { vec![product.to_owned()] };
//!     let lead = Lead { id: id.into(), products, ..Lead::default() };
//!     let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
//!     let decided = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &counts });
//!     decided.delta().apply_to(&mut ledger, &mut counts)?;
//!     owners.extend(decided.owner().map(ToString::to_string));
//! }
//! assert_eq!(owners, ["bo", "ann", "bo", "ann"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assigner;
mod assignment;
mod changes;
mod claims;
mod class;
mod companion;
mod compile;
mod counts;
mod custom;
mod decided;
mod delta;
mod eligibility;
mod explain;
mod explanation;
mod forget;
mod index;
mod keys;
mod kind;
mod ledger;
mod ledger_error;
mod ledger_stored;
mod ledgers;
mod lint;
mod lint_roster;
mod load;
mod members;
mod nobody;
mod numbered;
mod numbers;
mod options;
mod person;
mod plan;
mod preset;
mod ranks;
mod reading;
mod recent;
mod rep_ledger;
mod roll;
mod roster;
mod roster_document;
mod rules;
mod run;
mod seat;
mod seat_all;
mod seating;
mod seats;
mod share;
mod skip_reason;
mod standing;
mod sticky;
mod suited;
mod team;
mod turn;
mod turns;
mod turns_stored;

pub use assigner::Assigner;
pub use assignment::Assignment;
pub use class::ONE_LEAD;
pub use companion::Companion;
pub use custom::{CustomStrategy, PoolView};
pub use decided::Decision;
pub(crate) use decided::Given;
pub use delta::AssignDelta;
pub use explanation::{AssignExplanation, RuleTrace};
pub use keys::claim_key;
pub(crate) use keys::{cover_key, decision_key, key_at, key_of};
pub use kind::AssignmentKind;
pub use ledger::Ledger;
pub use ledger_error::{LedgerError, LedgerFault};
pub use ledgers::Ledgers;
pub use options::{AssignOptions, UntouchedLeads};
pub use rep_ledger::{RepLedger, RepRow};
pub use roster::Roster;
pub use roster_document::RosterDocument;
pub use rules::{
    AssignRule, AssignRules, AssignTarget, CompanionRule, GroupMember, PoolRules, PreviousOwners, RepGroup,
    ResultShares, RulePass, Strategy, Tier,
};
pub use skip_reason::SkipReason;
pub use turn::TurnList;
