//! Follow-up as data: who has to do what by when, what happens if they do not, and where leads go.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Amount, CalendarRules, Clock};
use crate::document::read_map;
use crate::model::open_enum::{closed_enum, open_enum};
use crate::model::{CalendarId, FollowUpKind, Pool, PoolKind, RuleId, TenureEnd};
use crate::rule::{Condition, RulesVersion};
use crate::text::Code;

/// Deadlines, escalation, protection, pools and the moves between them.
///
/// The default has China's working days and no policy; [`nodes`](Self::nodes), [`b2c`](Self::b2c), [`b2b`](Self::b2b)
/// and [`marketing`](Self::marketing) are what teams start with. They are alternatives: together they would count the
/// same delay twice.
///
/// ```
/// use leadkit::follow_up::FollowUpRules;
/// use serde_json::json;
///
/// let rules = FollowUpRules::load(json!({
///     "policies": [{
///         "id": "hot",
///         "when": {"field": "score.grade", "eq": "A"},
///         "nodes": [{
///             "id": "first_contact",
///             "within": "30m",
///             "ladder": [{"step": "remind_owner", "within": "20m"}, {"step": "copy_manager", "within": "30m"}],
///         }],
///     }],
/// }))?;
/// assert_eq!(rules.policies[0].nodes[0].within.to_string(), "30m");
///
/// let errors = FollowUpRules::load(json!({
///     "policies": [{"id": "hot", "nodes": [{"id": "first_contact", "wihtin": "30m"}]}],
/// }));
/// assert_eq!(errors.unwrap_err().to_string(), "\
/// 1 error in the rules
/// error[unknown_key] at policies[0].nodes[0].wihtin: unknown key `wihtin`
///   help: did you mean `within`?");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FollowUpRules {
    /// Format of the document: [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// Working time where neither the policy nor the owner has a calendar. Default: [`CalendarRules::china`].
    pub calendar: CalendarRules,
    /// Further calendars by the ids that policies and reps ([`Rep::hours`](crate::model::Rep::hours)) name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "read_map")]
    pub calendars: BTreeMap<CalendarId, CalendarRules>,
    /// The policies: what the owner has to do, and by when. Several may run on one lead.
    pub policies: Vec<PolicyRules>,
    /// How long an owner's lead is protected (客保); without it, it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<ProtectionRules>,
    /// Reminders after a deal or a contact for later; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<TrackingRules>,
    /// Where leads go, and when; of several flows on one occasion, the first whose condition holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowRules>,
    /// Where the leads of an event go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventRules>,
    /// The host's pools, with their kinds and regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<Pool>,
    /// Most open leads a rep holds at once, at least 1; the smaller of this and the rep's own cap counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holding_cap: Option<u32>,
    /// How many owners lose a lead in one cycle before a ladder sends it to nurture, and not to where reps claim it; at least
    /// 1, default 3.
    pub owners_per_cycle: u32,
    /// How long after its first owner lost it a lost lead is sent to nurture; later, it goes to the general public pool.
    /// Default: 180 days.
    pub nurture_for: Amount,
    /// Since when the rules are in force: nothing was due before, and the time of leads on file begins then. An owner
    /// who has spoken to their lead before need not do so again. Set it when rules come to leads that are on file
    /// already; `None` means they always were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_since: Option<DateTime<Utc>>,
    /// How long a recycled lead is in the pool where reps claim it before it is reviewed. Default: 3 working days.
    pub pool_stay: Amount,
    /// How long a lead is in an active public pool before it is reviewed, day and night. Default: 180 days.
    pub active_stay: Amount,
    /// The same in a general public pool. Default: 365 days.
    pub general_stay: Amount,
    /// Fields whose edit is a follow-up, and so a first contact; empty means every key field.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub key_fields: BTreeSet<String>,
    /// After how many days a live lead with nothing due is reviewed and its owner reminded; the last number repeats.
    /// Each is 1 to 3,650; default 30.
    pub rhythm_days: Vec<u32>,
}

impl Default for FollowUpRules {
    fn default() -> FollowUpRules {
        FollowUpRules {
            format: RulesVersion::FORMAT,
            revision: String::new(),
            calendar: CalendarRules::china(),
            calendars: BTreeMap::new(),
            policies: Vec::new(),
            protection: None,
            tracking: None,
            flows: Vec::new(),
            event: None,
            pools: Vec::new(),
            holding_cap: None,
            owners_per_cycle: 3,
            nurture_for: Amount::days(180),
            live_since: None,
            pool_stay: Amount::workdays(3),
            active_stay: Amount::days(180),
            general_stay: Amount::days(365),
            key_fields: BTreeSet::new(),
            rhythm_days: vec![30],
        }
    }
}

/// What is due on the leads for which a condition holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRules {
    /// Identifier, unique in the document; deadlines and violations name it.
    pub id: RuleId,
    /// The leads that it is for (default: all), by level, product line, source, status or any other field of rules. If
    /// it reads the score, the match or the verdict, pass them in with the facts; otherwise the condition fails, with a
    /// fault.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// The calendar; `None` is the owner's, else the document's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
    /// What has to be done, and by when.
    pub nodes: Vec<NodeRules>,
}

closed_enum! {
    /// A kind of task with a deadline.
    #[derive(Default)]
    NodeKind {
        /// Speak to the lead; an owner who does not is a late follower.
        #[default]
        Follow = "follow",
        /// Bring the lead to a result; an owner who does not is a late converter.
        Convert = "convert",
        /// Nothing: somebody is only notified, and nobody is late.
        Remind = "remind",
    }
}

/// The event that starts a clock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Anchor {
    /// The last real change of owner. A rep who gave the lead back and takes it again in the same cycle, with nobody in
    /// between, has the same time left.
    #[default]
    OwnerChange,
    /// The submission: the lead's creation, of an imported row the import, or the start of its cycle.
    Created,
    /// The entry into a stage, under the owner of that time; a later owner has it from the start of the new tenure.
    StageEntry(String),
    /// Each thing the lead does, from the change of owner on; of a `remind` node also each follow-up: silence is when neither
    /// side says anything.
    LastActivity,
    /// Each follow-up of the owner, and before the first the change of owner.
    LastFollowUp,
    /// The end of the contract, see [`FollowUpOptions::contract_end`](super::FollowUpOptions::contract_end); of a converted
    /// lead too, whose owner keeps in touch with the customer. A step that takes a converted lead away takes its account:
    /// into the pool, without an owner.
    ContractEnd,
    /// When the lead came into its pool, of this kind, without an owner.
    PoolEntry(PoolKind),
    /// A moment that the rules name.
    Date(DateTime<Utc>),
}

/// What has to be done by when, and what happens if it is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeRules {
    /// Name, such as `first_contact`; unique in the policy. Nodes of one name and kind in several policies are one step: the
    /// earliest due acts, the others stand aside until it is done, and the step is missed once.
    pub id: String,
    /// What has to be done by the deadline.
    #[serde(default)]
    pub kind: NodeKind,
    /// The event from which on the clock runs.
    #[serde(default)]
    pub anchor: Anchor,
    /// How much time there is, more than none.
    pub within: Amount,
    /// Whether it is due so long *before* the anchor, which is then `contract_end` or `date`. A rep who gets the lead later
    /// than that is not late: they are reminded at once, and have until the anchor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before: bool,
    /// Which time counts; `None` is `office_hours` below 24 hours, else `workday`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// What meets it; `None` is the default of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met_by: Option<MetBy>,
    /// Whether the clock is paused while the lead is (default: yes); the ladder waits too. With a pause before it is due,
    /// `same_time` counts as `workday`.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub pauses: bool,
    /// Whether a follow-up that is planned for later than the deadline moves it there, and its ladder with it
    /// (default: no). The rep who works on the lead has to plan it before it is due, so only a plan counts of which it is
    /// known when it was made: [`FollowUpOptions::plans`](super::FollowUpOptions::plans), and the date that a
    /// follow-up names, which the owner has to its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub planned_moves: bool,
    /// What happens on the way, by allowance: each from the same start, on the same clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Rung>,
}

fn yes() -> bool {
    true
}

impl NodeRules {
    /// A node of a kind from the change of owner on, without a ladder.
    ///
    /// ```
    /// use leadkit::calendar::Amount;
    /// use leadkit::follow_up::{NodeKind, NodeRules};
    ///
    /// let node = NodeRules::new("first_contact", NodeKind::Follow, Amount::hours(24));
    /// assert!(node.ladder.is_empty() && node.clock.is_none());
    /// ```
    #[must_use]
    pub fn new(id: &str, kind: NodeKind, within: Amount) -> NodeRules {
        NodeRules {
            id: id.to_owned(),
            kind,
            anchor: Anchor::OwnerChange,
            within,
            before: false,
            clock: None,
            met_by: None,
            pauses: true,
            planned_moves: false,
            ladder: Vec::new(),
        }
    }

    /// What meets the node: its own, or what its kind requires.
    #[must_use]
    pub fn met_by(&self) -> MetBy {
        self.met_by.clone().unwrap_or_else(|| match self.kind {
            NodeKind::Follow | NodeKind::Remind => MetBy { follow_ups: all_follow_ups(), ..MetBy::result() },
            NodeKind::Convert => MetBy::result(),
        })
    }

    /// The clock that counts: the node's own, or the one for an allowance of this size.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.unwrap_or(self.within.default_clock())
    }
}

fn all_follow_ups() -> BTreeSet<FollowUpKind> {
    FollowUpKind::ALL.iter().copied().collect()
}

/// What meets a deadline: the first of these.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetBy {
    /// Follow-ups of the owner, or of the rep who covers.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub follow_ups: BTreeSet<FollowUpKind>,
    /// Entries into these stages.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub stages: BTreeSet<String>,
    /// Ends of the owner's tenure, of these kinds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub ends: BTreeSet<TenureEnd>,
}

impl MetBy {
    /// The lead was converted or found invalid.
    ///
    /// ```
    /// use leadkit::follow_up::MetBy;
    /// use leadkit::model::TenureEnd;
    ///
    /// let met_by = MetBy::result();
    /// assert!(met_by.ends.contains(&TenureEnd::Invalid), "to find that it is no lead is a result too");
    /// ```
    #[must_use]
    pub fn result() -> MetBy {
        MetBy { ends: [TenureEnd::Converted, TenureEnd::Invalid].into(), ..MetBy::default() }
    }
}

/// One rung of an escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// What is done when the rung is reached.
    pub step: Step,
    /// When: so long from the node's start on; not less than the rung before.
    pub within: Amount,
    /// Of `recycle`: the kind of pool. Default: where the flow on `recycled` leads (before it, of a `convert` node the one on
    /// `not_sql_in_time`, of a `remind` node the one on `stay_over`), else `lead`, where reps claim it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PoolKind>,
}

impl Rung {
    /// A rung.
    ///
    /// ```
    /// use leadkit::calendar::Amount;
    /// use leadkit::follow_up::{NodeKind, NodeRules, Rung, Step};
    ///
    /// let mut node = NodeRules::new("first_contact", NodeKind::Follow, Amount::days(1));
    /// node.ladder = vec![Rung::new(Step::CopyManager, Amount::days(2)), Rung::new(Step::Recycle, Amount::days(3))];
    /// assert!(node.ladder[1].step.takes_away() && !node.ladder[0].step.takes_away());
    /// ```
    #[must_use]
    pub fn new(step: Step, within: Amount) -> Rung {
        Rung { step, within, to: None }
    }

    /// A rung that moves the lead to a pool of a kind.
    ///
    /// ```
    /// use leadkit::calendar::Amount;
    /// use leadkit::follow_up::{Rung, Step};
    /// use leadkit::model::PoolKind;
    ///
    /// let rung = Rung::recycle_to(PoolKind::Nurture, Amount::days(7));
    /// assert_eq!((rung.step, rung.to), (Step::Recycle, Some(PoolKind::Nurture)));
    /// ```
    #[must_use]
    pub fn recycle_to(kind: PoolKind, within: Amount) -> Rung {
        Rung { step: Step::Recycle, within, to: Some(kind) }
    }
}

closed_enum! {
    /// What a rung of an escalation ladder does.
    Step {
        /// Remind the owner of what is due.
        RemindOwner = "remind_owner",
        /// Tell the owner's manager that it is late.
        CopyManager = "copy_manager",
        /// Mark the lead as being at risk.
        HighRisk = "high_risk",
        /// Give the lead to the next rep at once: the host calls [`Intake::reassign`](crate::Intake::reassign).
        Reassign = "reassign",
        /// Take the lead from the owner and move it to a pool. From a rep who stands in, this is `reassign`: another stands
        /// in.
        Recycle = "recycle",
    }
}

impl Step {
    /// Whether it takes the lead from its owner. An open opportunity holds the lead.
    #[must_use]
    pub fn takes_away(self) -> bool {
        matches!(self, Step::Reassign | Step::Recycle)
    }
}

/// Protection (客保): how long no other rep gets the lead, whatever deadline is missed, in local days of the calendar.
/// It runs to the end of its last day.
///
/// A qualifying act on a protected day moves the last day to the day of the act plus [`extends_days`](Self::extends_days),
/// unless it is later already: an extension never shortens, and never passes [`max_days`](Self::max_days).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectionRules {
    /// The leads that are protected; all by default.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// Days from the change of owner on, at least 1.
    pub days: u32,
    /// Days from a qualifying act on; 0 extends nothing.
    #[serde(default)]
    pub extends_days: u32,
    /// The hard stop, in days from the change of owner on; at least `days`.
    pub max_days: u32,
    /// Kinds of follow-up that extend it; all by default.
    #[serde(default = "all_follow_ups")]
    pub follow_ups: BTreeSet<FollowUpKind>,
    /// Kinds of the lead's activities that extend (default: none).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub activities: BTreeSet<String>,
    /// How many days before the last one the owner is reminded; `None` sends no reminder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_days: Option<u32>,
}

/// Reminders at lengths of time after a closing ([`FollowUpOptions::closed_at`](super::FollowUpOptions::closed_at)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackingRules {
    /// The leads that the schedule is for; all by default.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// The reminders by name, elapsed time after the closing.
    pub reminders: Vec<TrackingReminder>,
}

/// One date of a tracking schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackingReminder {
    /// Name, such as `quarter`; unique in the schedule.
    pub id: String,
    /// How long after the closing; `elapsed`.
    pub after: Amount,
}

open_enum! {
    /// On which occasion a lead moves.
    FlowTrigger {
        /// It was judged not to be a marketing-qualified lead.
        NotMql = "not_mql",
        /// Sales did not bring it to a result in time.
        NotSqlInTime = "not_sql_in_time",
        /// It became a sales-qualified lead (SQL).
        Sql = "sql",
        /// A deadline was missed and the ladder recycles it.
        Recycled = "recycled",
        /// The owner's protection ended.
        ProtectionLost = "protection_lost",
        /// A nurtured lead has a new need.
        NewNeed = "new_need",
        /// It was in its pool for as long as leads stay there.
        StayOver = "stay_over",
        /// The owner gives it back.
        Returned = "returned",
    }
}

/// Where a flow sends a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FlowTarget {
    /// To the pool of this kind that serves the lead's region.
    Pool(PoolKind),
    /// To a rep by the rules of assignment.
    Assign,
    /// The lead stays where it is; somebody may get a notice.
    Stay,
}

/// Where leads go on one occasion, and what is filed with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowRules {
    /// Identifier, unique in the document; moves name it.
    pub id: RuleId,
    /// The occasion that it is for.
    pub on: FlowTrigger,
    /// The leads that it is for; all by default.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// Where the flow sends the lead.
    pub to: FlowTarget,
    /// Whether the next owner must be another person than the last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub another_owner: bool,
    /// Whether the owner's manager is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tell_manager: bool,
    /// The reason that is filed, as a code.
    pub reason: Code,
}

/// Where the leads of an event go: the first rule whose condition holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventRules {
    /// Which leads fit the profile of named accounts; wherever they go, they get the tag.
    pub named: Condition,
    /// The tag that such a lead gets.
    pub tag: String,
    /// The rules, in order: the first whose condition holds decides.
    pub rules: Vec<EventRule>,
    /// Where a lead goes for which no condition holds.
    pub otherwise: EventPlace,
}

/// One rule for the leads of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRule {
    /// Identifier, unique in the list; routes name it.
    pub id: RuleId,
    /// The leads that it is for.
    pub when: Condition,
    /// Where these leads go.
    pub to: EventPlace,
    /// Whether they are converted to an account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub convert: bool,
}

closed_enum! {
    /// Where a lead of an event goes.
    #[derive(Default)]
    EventPlace {
        /// It stays with the rep who met it, protected.
        Protected = "protected",
        /// To sales, by the rules of assignment.
        Sales = "sales",
        /// To the active public pool (公海).
        Active = "active",
        /// To the general public pool (公海).
        General = "general",
        /// To the nurture pool of its region.
        #[default]
        Regional = "regional",
    }
}

impl EventPlace {
    /// The kind of pool it is; `None` when the lead has or gets an owner.
    #[must_use]
    pub fn pool_kind(self) -> Option<PoolKind> {
        match self {
            EventPlace::Protected | EventPlace::Sales => None,
            EventPlace::Active => Some(PoolKind::PublicActive),
            EventPlace::General => Some(PoolKind::PublicGeneral),
            EventPlace::Regional => Some(PoolKind::Nurture),
        }
    }
}
