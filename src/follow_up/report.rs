//! What is due, what was missed, and what happens now.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use super::clocks::text;
use super::record::FollowUpRecord;
use super::rules::{NodeKind, Step};
use super::speed::FirstContact;
use crate::calendar::{Amount, CalendarError, Clock};
use crate::model::open_enum::closed_enum;
use crate::model::{
    CalendarId, Effect, LeadId, LeadStatus, Pause, PoolId, PoolKind, Region, RepId, RuleId, Violation,
};
use crate::rule::{RuleFault, RulesVersion};
use crate::text::{Code, codes};

/// The report of [`FollowUpPolicies::evaluate`](super::FollowUpPolicies::evaluate) at one moment.
///
/// Every item names the moment at which it happens, and whether an earlier look [on record](Self::record) requested it
/// already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct FollowUpReport {
    /// The version of the rules that the report was made by.
    pub version: RulesVersion,
    /// The lead that the report is about.
    pub lead: LeadId,
    /// The deadlines of the rep who works on the lead now, the earliest due first.
    pub deadlines: Vec<NodeDeadline>,
    /// The reminders to send; each is repeated until it is done.
    pub reminders_due: Vec<Reminder>,
    /// What was missed in this cycle, by all owners, and what is on record from before; the earliest first. A host that
    /// keeps rows of them deletes the row of one that is not among them any more: it was taken off.
    pub violations: Vec<Violation>,
    /// What the ladders and the protection require, until it is done; one of them at most takes the lead away.
    pub actions: Vec<Action>,
    /// The labels of overdue nodes: `overdue.NODE`.
    pub labels: Vec<String>,
    /// How long the lead is protected; `None` when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// How fast each who worked on the lead in this cycle spoke to it first, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_contacts: Vec<FirstContact>,
    /// What could not be determined, and why.
    pub faults: Vec<FollowUpFault>,
    /// When to look again if nothing happens before; `None` only for a lead that has ended and about which nobody needs to
    /// be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_wakeup: Option<NextLook>,
    /// What the host stores, and hands in at the next look.
    pub record: FollowUpRecord,
    /// Tags to correct.
    pub(super) tags: Vec<Effect>,
}

impl FollowUpReport {
    /// The rules it was made by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }
}

impl FollowUpReport {
    /// What the host does now: the effects of what no earlier look on record requested, and tags to correct.
    ///
    /// A host that looks at every [`next_wakeup`](Self::next_wakeup) and after everything that happens to the lead, carries
    /// this out and stores the [record](Self::record), misses nothing and does nothing twice.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        let reminders = self.reminders_due.iter().filter(|one| one.is_new).filter_map(Reminder::effect);
        let actions =
            self.actions.iter().filter(|one| one.is_new).flat_map(|one| one.effects.iter().cloned());
        let mut effects = self.tags.clone();
        // What two clocks report at once is reported once.
        for effect in reminders.chain(actions) {
            if !(matches!(effect, Effect::Notify { .. }) && effects.contains(&effect)) {
                effects.push(effect);
            }
        }
        effects
    }

    /// The deadline that is due next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<&NodeDeadline> {
        self.deadlines.iter().find(|one| one.state == NodeState::Open)
    }
}

impl fmt::Display for FollowUpReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lead {}", self.lead)?;
        for deadline in &self.deadlines {
            write!(f, "\n  {deadline}")?;
        }
        for reminder in &self.reminders_due {
            write!(f, "\n  {reminder}")?;
        }
        for violation in &self.violations {
            write!(f, "\n  {violation}")?;
        }
        for action in &self.actions {
            write!(f, "\n  {action}")?;
        }
        if let Some(protection) = &self.protection {
            write!(f, "\n  {protection}")?;
        }
        for fault in &self.faults {
            write!(f, "\n  {fault}")?;
        }
        match &self.next_wakeup {
            Some(next) => write!(f, "\n  {next}"),
            None => f.write_str("\n  no further look is planned"),
        }
    }
}

closed_enum! {
    /// How a deadline is doing.
    NodeState {
        /// Its clock is running.
        Open = "open",
        /// The clock is paused, and nobody knows for how long.
        Paused = "paused",
        /// It has passed and nothing was done.
        Overdue = "overdue",
        /// It has passed, but it required nobody to act.
        Reached = "reached",
        /// It was met by the time it was due.
        Met = "met",
        /// It was met after the time it was due.
        MetLate = "met_late",
        /// Another policy's deadline of this name is due earlier.
        Superseded = "superseded",
        /// It cannot be determined, see the faults.
        Unknown = "unknown",
    }
}

/// A deadline of the rep who works on the lead, with what it was computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeDeadline {
    /// The policy that sets the deadline.
    pub policy: RuleId,
    /// The node of the policy.
    pub node: String,
    /// What has to be done by then.
    pub kind: NodeKind,
    /// The rep who has to act; `None` when nobody holds the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// How it is doing at the moment of the look.
    pub state: NodeState,
    /// When the clock started; after `due_at` where that is so long *before* a moment.
    pub started_at: DateTime<FixedOffset>,
    /// The allowance: how much time there is.
    pub within: Amount,
    /// The clock that the allowance is counted on.
    pub clock: Clock,
    /// Whether the clock was chosen by the size of the allowance.
    pub clock_by_size: bool,
    /// The `version` of the rules of the calendar that was counted by.
    pub calendar_version: String,
    /// The pauses of the clock, past and present.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// When it is due; `None` while a pause lasts, and when it cannot be determined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<FixedOffset>>,
    /// When it was met; `None` while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<DateTime<FixedOffset>>,
    /// The policy whose deadline acts instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<RuleId>,
}

impl fmt::Display for NodeDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = self.owner.as_ref().map_or("nobody", RepId::as_str);
        write!(f, "deadline: {owner}, `{}` of `{}`", self.node, self.policy)?;
        match self.due_at {
            Some(due) => write!(f, " due {}", text(due))?,
            None => f.write_str(" not due yet")?,
        }
        let side = if self.due_at.is_some_and(|due| due < self.started_at) { "before" } else { "after" };
        let chosen = if self.clock_by_size { ", chosen by the size," } else { "" };
        let start = text(self.started_at);
        write!(f, ": {} on the clock `{}`{chosen} {side} {start}", self.within, self.clock)?;
        if !self.calendar_version.is_empty() {
            write!(f, ", by the calendar `{}`", self.calendar_version)?;
        }
        for pause in &self.pauses {
            write!(f, ", {pause}")?;
        }
        match (&self.superseded_by, self.done_at) {
            (Some(other), _) => write!(f, "; `{other}` is due earlier"),
            (None, Some(done)) => write!(f, "; {} {}", self.state, text(done)),
            (None, None) => write!(f, "; {}", self.state),
        }
    }
}

closed_enum! {
    /// What a reminder is about.
    ReminderKind {
        /// An approaching or missed deadline.
        Deadline = "deadline",
        /// A follow-up that the rep planned.
        Planned = "planned",
        /// A lead that has been silent or is dormant.
        Care = "care",
        /// The end of the owner's protection, some days before.
        Protection = "protection",
        /// A date of the tracking schedule.
        Tracking = "tracking",
        /// A lead on which nothing is due.
        Idle = "idle",
        /// A lead for which it is not known what is due, because its calendar has ended.
        Calendar = "calendar",
    }
}

impl ReminderKind {
    /// The code of the notice.
    fn notice(self) -> &'static str {
        match self {
            ReminderKind::Deadline => "deadline_reminder",
            ReminderKind::Planned => "planned_follow_up",
            ReminderKind::Care => "care_reminder",
            ReminderKind::Protection => "protection_reminder",
            ReminderKind::Tracking => "tracking_reminder",
            ReminderKind::Idle => "idle_reminder",
            ReminderKind::Calendar => "calendar_ended",
        }
    }
}

/// One reminder to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reminder {
    /// The subject of the reminder.
    pub kind: ReminderKind,
    /// The lead that it concerns.
    pub lead: LeadId,
    /// The policy; `None` for reminders without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<RuleId>,
    /// The node, or the name of the reminder.
    pub node: String,
    /// The allowance of the rung; `None` for a reminder outside the ladders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Amount>,
    /// Who is reminded; if nobody holds the lead, the pool's administrator. `None` when neither is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<RepId>,
    /// When to send it: on a working day, in local time.
    pub fires_at: DateTime<FixedOffset>,
    /// The moment that it reminds of, such as the deadline.
    pub about: DateTime<FixedOffset>,
    /// Of a ladder: when its clock began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<FixedOffset>>,
    /// Whether no earlier look on record requested it.
    pub is_new: bool,
}

/// A rung in a key.
fn rung_key(rung: Option<Amount>) -> String {
    rung.map_or_else(|| "-".to_owned(), |rung| rung.to_string())
}

impl Reminder {
    /// The notice; `None` when no recipient is known.
    #[must_use]
    pub fn effect(&self) -> Option<Effect> {
        Some(Effect::Notify {
            rep: self.receiver.clone()?,
            code: self.kind.notice().into(),
            about: crate::model::RecordRef::Lead(self.lead.clone()),
        })
    }

    /// Identifies the reminder: one notice for each key.
    #[must_use]
    pub fn key(&self) -> String {
        let policy = self.policy.as_ref().map_or("-", RuleId::as_str);
        let receiver = self.receiver.as_ref().map_or("-", RepId::as_str);
        // A pause moves the moment it is about, and nobody is told again because of that.
        let (node, rung, about) =
            (&self.node, rung_key(self.rung), text(self.started_at.unwrap_or(self.about)));
        format!("{}|{}|{policy}|{node}|{rung}|{receiver}|{about}", self.lead, self.kind)
    }
}

impl fmt::Display for Reminder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let receiver = self.receiver.as_ref().map_or("the pool's administrator", RepId::as_str);
        let policy = self.policy.as_ref().map_or("-", RuleId::as_str);
        let (node, about) = (&self.node, text(self.about));
        write!(f, "reminder {}: {receiver}, ", text(self.fires_at))?;
        match self.kind {
            ReminderKind::Deadline => write!(f, "`{node}` of `{policy}` is due {about}"),
            ReminderKind::Planned => write!(f, "a follow-up is planned for {about}"),
            ReminderKind::Care => write!(f, "`{node}` of `{policy}` since {about}"),
            ReminderKind::Protection => write!(f, "the protection ends {about}"),
            ReminderKind::Tracking => write!(f, "`{node}` after the closing, {about}"),
            ReminderKind::Idle => write!(f, "nothing is due on it, {about}"),
            ReminderKind::Calendar => write!(f, "the calendar has ended, {about}"),
        }
    }
}

/// A step of a ladder, or the end of a protection, to carry out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Action {
    /// What is to be done.
    pub step: Step,
    /// The lead that it concerns.
    pub lead: LeadId,
    /// The policy of the ladder, or `protection`.
    pub policy: RuleId,
    /// The node of the ladder, or `protection`.
    pub node: String,
    /// The allowance of the rung, or of the protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Amount>,
    /// The rep who had to act; `None` when nobody held the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// The person who is told, for `copy_manager`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<RepId>,
    /// When it happens: on a working day, in local time.
    pub fires_at: DateTime<FixedOffset>,
    /// When the clock of the node started.
    pub started_at: DateTime<FixedOffset>,
    /// When the clock was paused before this, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// Of `recycle`: the kind of pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PoolKind>,
    /// Of `recycle`: the pool of that kind that serves the lead's region; `None` when there is none (a fault).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// For a step that takes the lead away: the rep who must not be the next owner, if a flow says so. The effects end the
    /// tenure, and [`Intake`](crate::Intake) leaves out a rep who lost the lead in its cycle, and in the next for
    /// `exclusion_days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<RepId>,
    /// Why, as a code: the reason of the flow where one says where the lead goes.
    pub reason: Code,
    /// What the host does about it. Of `reassign` it is to call [`Intake::reassign`](crate::Intake::reassign).
    pub effects: Vec<Effect>,
    /// Whether no earlier look on record requested it.
    pub is_new: bool,
}

impl Action {
    /// Whether the lead leaves its owner, or its pool, by it. A step that finds no pool takes nothing.
    #[must_use]
    pub fn takes_away(&self) -> bool {
        match self.step {
            Step::Recycle => self.pool.is_some(),
            step => step.takes_away(),
        }
    }

    /// Identifies the step: a host that has applied it does not apply it again.
    #[must_use]
    pub fn key(&self) -> String {
        let owner = self.owner.as_ref().map_or("-", RepId::as_str);
        let (node, step, rung) = (&self.node, self.step, rung_key(self.rung));
        format!("{}|{}|{node}|{step}|{rung}|{owner}|{}", self.lead, self.policy, text(self.started_at))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = self.owner.as_ref().map_or("nobody", RepId::as_str);
        let at = text(self.fires_at);
        match self.step {
            Step::RemindOwner => write!(f, "action {at}: {owner} is reminded")?,
            Step::CopyManager => match &self.receiver {
                Some(manager) => write!(f, "action {at}: {manager} is told about {owner}")?,
                None => write!(f, "action {at}: the manager of {owner} should be told, but is not known")?,
            },
            Step::HighRisk => write!(f, "action {at}: lead {} is at high risk", self.lead)?,
            Step::Reassign => write!(f, "action {at}: lead {} goes from {owner} to the next rep", self.lead)?,
            Step::Recycle => {
                write!(f, "action {at}: lead {} goes from {owner} to ", self.lead)?;
                let kind = self.to.as_ref().map_or("lead", PoolKind::as_str);
                match &self.pool {
                    Some(pool) => write!(f, "pool {pool} ({kind})")?,
                    None => write!(f, "an unknown pool ({kind})")?,
                }
            }
        }
        if let Some(rep) = &self.excluded {
            write!(f, ", not to {rep} again")?;
        }
        write!(f, ", `{}` of `{}`: {}", self.node, self.policy, self.reason)?;
        self.pauses.iter().try_for_each(|pause| write!(f, ", {pause}"))
    }
}

/// How long an owner's lead is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Protection {
    /// The owner who is protected.
    pub owner: RepId,
    /// The first protected day, a local date of the calendar.
    pub from: NaiveDate,
    /// The last protected day, a local date of the calendar.
    pub through: NaiveDate,
    /// The last day to which it can be extended.
    pub at_most: NaiveDate,
    /// The acts that extended it, in order.
    pub extensions: Vec<Extension>,
    /// Whether the last protected day has passed.
    pub is_lost: bool,
}

/// An act that extended a protection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Extension {
    /// When the act happened, in local time.
    pub at: DateTime<FixedOffset>,
    /// The kind of follow-up or activity.
    pub act: String,
    /// The last protected day from then on.
    pub through: NaiveDate,
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.is_lost { "was" } else { "is" };
        write!(f, "protection: it {verb} {}'s from {} through {}", self.owner, self.from, self.through)?;
        for extension in &self.extensions {
            write!(
                f,
                ", {} on {} extends it to {}",
                extension.act,
                extension.at.date_naive(),
                extension.through
            )?;
        }
        write!(f, ", at most through {}", self.at_most)
    }
}

closed_enum! {
    /// Why to look at a lead again.
    LookReason {
        /// A deadline passes.
        Deadline = "deadline",
        /// A rung of a ladder is reached.
        Ladder = "ladder",
        /// A reminder falls due.
        Reminder = "reminder",
        /// The owner's protection ends.
        Protection = "protection",
        /// What is due is past the end of a calendar: it may have been extended by then.
        Calendar = "calendar",
        /// A condition may start or cease to hold by then, because of the passage of time alone.
        Condition = "condition",
        /// Nothing is due: `rhythm_days` say when to look all the same.
        Rhythm = "rhythm",
    }
}

/// When to look at a lead again, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NextLook {
    /// When: after now, on a working day as far as the calendar is known.
    pub at: DateTime<FixedOffset>,
    /// What may have changed by then.
    pub reason: LookReason,
}

impl fmt::Display for NextLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "next look {}: {}", text(self.at), self.reason)
    }
}

/// What could not be determined, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FollowUpFault {
    /// The calendar does not say when something is due, or whether it is a working day then. Nothing happens until it
    /// does.
    #[error("the due time of `{node}` of `{policy}` is not known: {error}; {}", .error.help())]
    Calendar {
        /// The policy whose deadline it is.
        policy: RuleId,
        /// The node whose deadline it is.
        node: String,
        /// Why the calendar has no answer.
        error: CalendarError,
    },
    /// A condition failed; its policy is left out.
    #[error("{0}")]
    Condition(RuleFault),
    /// The rules have no calendar with that id; the document's own calendar is used instead.
    #[error("there is no calendar `{calendar}`: add it to `calendars`")]
    UnknownCalendar {
        /// The id that the policy or the rep names.
        calendar: CalendarId,
    },
    /// The lead is in a pool that the rules do not define: rules about pools do not apply to it.
    #[error("there is no pool `{pool}`: add it to `pools`")]
    UnknownPool {
        /// The id of the pool that the lead is in.
        pool: PoolId,
    },
    /// No pool of the rules can take the lead; it stays where it is.
    #[error("no pool of the kind `{kind}` serves {}: add one to `pools`", place(.region))]
    NoPool {
        /// The kind of pool that the lead should go to.
        kind: PoolKind,
        /// The lead's region; `None` when it is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<Region>,
    },
    /// The lead has ended: no flow moves it. A new entry, or a release, begins a new cycle.
    #[error("it has ended ({status}): a release begins a new cycle")]
    Ended {
        /// The status with which it ended.
        status: LeadStatus,
    },
    /// An open opportunity holds the lead: nobody loses it.
    #[error("an open opportunity holds it")]
    Held,
    /// An escalation reaches nobody: no manager is known, and the pool has no administrator. It is tried again at the
    /// next look.
    #[error("{}", unheard(.owner))]
    NoManager {
        /// Whose manager should be told; `None` when nobody holds the lead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<RepId>,
    },
    /// Nobody holds the lead, so nobody gives it back or loses it.
    #[error("nobody holds it")]
    NoOwner,
}

impl FollowUpFault {
    /// Whether it says why a lead does not move.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, FollowUpFault::Ended { .. } | FollowUpFault::Held | FollowUpFault::NoOwner)
    }
}

fn unheard(owner: &Option<RepId>) -> String {
    match owner {
        Some(owner) => format!("nobody is told: `{owner}` has no `manager`; set one"),
        None => "nobody is told: nobody owns it, and its pool has no `admins`; name one".to_owned(),
    }
}

fn place(region: &Option<Region>) -> String {
    region.map_or_else(|| "leads without a region".to_owned(), |region| region.to_string())
}

codes! {
    FollowUpFault {
        FollowUpFault::Calendar { .. } => "calendar",
        FollowUpFault::Condition(_) => "condition",
        FollowUpFault::UnknownCalendar { .. } => "unknown_calendar",
        FollowUpFault::UnknownPool { .. } => "unknown_pool",
        FollowUpFault::NoPool { .. } => "no_pool",
        FollowUpFault::Ended { .. } => "ended",
        FollowUpFault::Held => "held",
        FollowUpFault::NoManager { .. } => "no_manager",
        FollowUpFault::NoOwner => "no_owner",
    }
}
