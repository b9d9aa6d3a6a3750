//! Follow-up: what is due on a lead, what was missed, what happens as a result, and where leads go.
//!
//! [`FollowUpRules`] are the data. [`FollowUpPolicies`], compiled from them, looks at one lead at one moment and
//! reports what is due and from whom, whom to remind, what was missed (with evidence), what the ladders require, and
//! when to look again ([`evaluate`](FollowUpPolicies::evaluate)). It also says where a lead moves on an occasion
//! ([`flow`](FollowUpPolicies::flow)) and where the leads of an event go
//! ([`route_event`](FollowUpPolicies::route_event)).
//!
//! # Deadlines
//!
//! A policy has a condition and nodes. A node has an anchor, from which its clock runs ([`Anchor`]), an allowance on a
//! clock of the calendar, what meets it ([`MetBy`]) and a ladder of steps, each with an allowance of its own. Acting
//! exactly at the deadline is in time; one second later it is missed.
//!
//! * **T** is the last *real* change of owner: a rep who gives a lead back and takes it again in the same cycle, with nobody in
//!   between, has the same time left; the time in which nobody had it is not counted.
//! * **Pauses**: while a lead is paused, its owner is away or covered, or the policy does not apply, the clock stops,
//!   and the ladder waits. A pause without an end ends with its owner, and with the next thing the customer does; while
//!   it lasts the owner is reminded at the rhythm. Evidence names each pause. On a clock of working days, a pause
//!   outside working hours (such as overnight) adds no time, but nothing falls due during it either. The rep who stands
//!   in has a separate clock for what the owner had not done; if the deputy misses it, another rep stands in, and the
//!   owner, who is away, keeps the lead.
//! * **An open opportunity** holds its lead: no step takes it away. It meets what the stage `opportunity` meets.
//! * **A conversion** by the rules meets what was to convert the lead: its owner owes the first contact
//!   ([`FollowUpOptions::awaits_answer`]).
//! * **Imports and new rules**: the time of an imported row begins with its import
//!   ([`Lead::filed_at`](crate::model::Lead::filed_at)), that of leads that were on file before the rules with
//!   [`FollowUpRules::live_since`].
//! * **Conditions** read what is handed in: of the score, the match and the verdict what the last decision found
//!   ([`Facts::set_score`](crate::rule::Facts::set_score)); without it they fail, which is a [`FollowUpFault`]. The
//!   next look comes when time alone may change a condition, such as one that counts visits within seven days.
//! * **Protection** comes before the ladder: a step that takes a lead away waits until the lead is not protected any more.
//! * **Nobody is forgotten**: an owner whose lead has nothing due is reminded at the rhythm, and from the second
//!   unanswered time on the manager is told too.
//! * **Several policies**: of several nodes with the same name, the one due first acts and the others wait until it is
//!   done. At most one step takes a lead away: the first.
//! * **Days off**: nothing fires on one; what is due then fires at the next opening. The deadline in
//!   the evidence stays where it is.
//! * **Violations**: one for each node of each owner ([`Violation`](crate::model::Violation)), late followers and late
//!   converters separately. A later look reports every earlier violation; if the step is done late, the violation says
//!   so and stays. If the step turns out to have been done in time (a call recorded late), the violation is removed. A
//!   host that does not trust hand-typed times passes the times of recording instead.
//! * **Record**: a host stores what each look found ([`FollowUpRecord`]) and hands it in at the next one: what was requested
//!   is not requested again, what was missed stays missed whatever changes, and a policy whose condition comes true later
//!   counts from then. Of two workers that look at once, the one whose record [follows](FollowUpRecord::follows) the stored one
//!   acts.
//! * **Calendars end.** A date that a calendar does not cover is a [`FollowUpFault`], never a guess, and the lead keeps a
//!   next look, a customer too: once the calendar knows the years to come, the owner is reminded of what is due by
//!   then. A live lead is looked at each day once the calendar has ended, and its owner and the manager are told.
//!   Add the years to come in time, and look at every lead when the rules change.
//!
//! | preset | nodes |
//! |---|---|
//! | [`nodes`](FollowUpRules::nodes) | first contact 24 h; MQL or invalid 3 days; with sales, converted or nurtured 7 days |
//! | [`b2c`](FollowUpRules::b2c) | followed up in 1 h, converted in 2 days, else to the next rep; holding cap 50 |
//! | [`b2b`](FollowUpRules::b2b) | followed up in 3 days, converted in 14, else to the pool; 3 days silent → care; holding cap 150 |
//! | [`marketing`](FollowUpRules::marketing) | cleansing 48 h day and night; 7 days → nurture; 6 months → general; holding cap 150 |
//!
//! A lost lead that would be nurtured goes to the general public pool half a year after its first owner lost it. In
//! `b2b` a lead needs care only once somebody has spoken to it.
//!
//! They are alternatives, of each other and of [`LifeRules`](crate::LifeRules), the deadlines of the main job, which
//! does not read them: use one of the two for a lead ([below](#with-the-main-job)). Working days are China's, known to the end of 2026, until
//! [`calendar`](FollowUpRules::calendar) names others. Hour-sized allowances count on the owner's opening hours, those
//! of 24 hours and more on working days, unless a node names its clock.
//!
//! # With the main job
//!
//! The policies say when a lead leaves its owner; [`Intake`](crate::Intake) says who gets it. A host that uses both
//! applies what a look asks for; where the step that takes the lead away is `reassign`, or the lead was converted, it
//! calls [`Intake::reassign`](crate::Intake::reassign) in place of that step's effects. Then it looks again, as after
//! anything that happens to a lead: the time of the next owner has begun.
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use leadkit::book::Book;
//! use leadkit::follow_up::{FollowUpOptions, FollowUpPolicies, FollowUpRecord, FollowUpRules, Step};
//! use leadkit::model::{Lead, LeadId};
//! use leadkit::rule::{FactContext, Facts, HostTables};
//! use leadkit::{Arrival, Intake, ReassignReason, Roster, Rules, State};
//!
//! let intake = Intake::compile(&Rules::b2c())?;
//! let policies = FollowUpPolicies::compile(&FollowUpRules::b2c())?;
//! let roster = Roster::from_ids(["li", "wang"]);
//! let (mut book, mut state) = (intake.book(), State::default());
//!
//! let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
//! // On Monday at ten `li` gets a lead, and has one hour of work to speak to it.
//! let (id, monday) = (LeadId::from("L1"), at("2026-03-02T10:00:00+08:00"));
//! let lead = Lead {
//!     id: id.clone(), name: Some("Ann".into()), phones: vec!["13812349876".into()],
//!     message: Some("a quote, please".into()), created_at: monday, ..Lead::default()
//! };
//! intake.process_batch(&[Arrival::new(lead)], &mut book, &roster, &mut state)?;
//!
//! let tables = HostTables::default();
//! let look = |book: &Book, record: &FollowUpRecord, now: DateTime<Utc>| {
//!     let (activities, history) = (book.activities(&id), book.history(&id));
//!     let facts = Facts::new(book.lead(&id).unwrap(), &FactContext { tables: &tables, activities, history, now });
//!     policies.evaluate_with(&facts, &FollowUpOptions { record: record.clone(), ..FollowUpOptions::default() })
//! };
//! let report = look(&book, &FollowUpRecord::default(), monday);
//! let followed_up = report.deadlines.iter().find(|one| one.owner == Some("li".into())).unwrap();
//! assert_eq!(followed_up.due_at.unwrap().to_rfc3339(), "2026-03-02T11:00:00+08:00");
//!
//! // A second too late the policy asks for another rep.
//! let late = at("2026-03-02T11:00:01+08:00");
//! let report = look(&book, &report.record, late);
//! let taken = report.actions.iter().find(|one| one.is_new && one.takes_away()).unwrap();
//! assert_eq!((taken.step, taken.owner.as_ref().unwrap().as_str()), (Step::Reassign, "li"));
//! let mut effects = report.effects();
//! effects.retain(|effect| !taken.effects.contains(effect));
//! book.apply_effects("second look at L1", &effects, late);
//!
//! // The main job finds the rep, and one set of effects changes tenure, owner, status and deadlines.
//! let input = intake.input_of(&book, &id, late).unwrap();
//! let outcome = intake.reassign(&input, ReassignReason::DeadlineMissed, &roster, &state, late);
//! assert_eq!(outcome.to_string(), "lead L1 is assigned to wang; li missed the deadline");
//! state.apply(outcome.delta())?;
//! outcome.apply_to(&mut book);
//!
//! // The next look finds that `li` was late, and what `wang` has to do.
//! let report = look(&book, &report.record, late);
//! assert_eq!(report.violations[0].owner, Some("li".into()));
//! assert!(report.actions.iter().all(|one| !one.is_new), "nothing is asked for twice");
//! let followed_up = report.deadlines.iter().find(|one| one.owner == Some("wang".into())).unwrap();
//! assert_eq!(followed_up.due_at.unwrap().to_rfc3339(), "2026-03-02T13:30:01+08:00", "noon is no work");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Protection
//!
//! [`ProtectionRules`] protect an owner for a number of days. Each qualifying act extends the protection, up to a hard
//! stop, and never shortens it.
//!
//! ```
//! use leadkit::calendar::{CalendarRules, Zone};
//! use leadkit::follow_up::{FollowUpPolicies, FollowUpRules, ProtectionRules};
//! use leadkit::model::Lead;
//! use leadkit::rule::{FactContext, Facts, HostTables};
//!
//! let policies = FollowUpPolicies::compile(&FollowUpRules {
//!     calendar: CalendarRules::office_hours(Zone::default()),
//!     protection: Some(ProtectionRules::days(10, 3, 20)),
//!     ..FollowUpRules::default()
//! })?;
//! let lead = Lead {
//!     created_at: "2026-03-02T09:00:00Z".parse().unwrap(),
//!     owner: Some("li".into()),
//!     ..Lead::default()
//! };
//! let tables = HostTables::default();
//! let context = FactContext::new(&tables, "2026-03-03T09:00:00Z".parse().unwrap());
//! let protection = policies.evaluate(&Facts::new(&lead, &context)).protection.unwrap();
//! assert_eq!(protection.to_string(), "\
//! protection: it is li's from 2026-03-02 through 2026-03-12, at most through 2026-03-22");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod clocks;
mod compile;
mod contacts;
mod engine;
mod evaluate;
mod flow;
mod known;
mod ladder;
mod look;
mod options;
mod preset;
mod protection;
mod record;
mod reminders;
mod report;
mod rivals;
mod rules;
mod runs;
mod speed;
mod track;
mod violations;
mod when;

pub use engine::FollowUpPolicies;
pub use flow::{EventRoute, FlowMove};
pub use options::{FollowUpOptions, HeldParts, PlannedFollowUp};
pub use record::{FollowUpRecord, OpenTime, PolicyTime, PoolStay};
pub use report::{
    Action, Extension, FollowUpFault, FollowUpReport, LookReason, NextLook, NodeDeadline, NodeState,
    Protection, Reminder, ReminderKind,
};
pub use rules::{
    Anchor, EventPlace, EventRule, EventRules, FlowRules, FlowTarget, FlowTrigger, FollowUpRules, MetBy,
    NodeKind, NodeRules, PolicyRules, ProtectionRules, Rung, Step, TrackingReminder, TrackingRules,
};
pub use speed::{FirstContact, SpeedRow, SpeedTable};
