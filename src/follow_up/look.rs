//! One look at a lead, while it is made.

use chrono::{DateTime, NaiveTime, Utc};

use super::clocks::local;
use super::engine::FollowUpPolicies;
use super::known::Known;
use super::record::FollowUpRecord;
use super::report::{Action, FollowUpFault, LookReason, Reminder, ReminderKind};
use super::rules::FlowRules;
use super::rules::FlowTrigger;
use super::runs::{Run, RunKind};
use super::when::When;
use crate::calendar::{Calendar, CalendarError};
use crate::model::{RepId, RuleId, Violation};
use crate::rule::{RuleFault, ScriptSession};

/// One look at a lead.
pub(super) struct Look<'a> {
    pub(super) policies: &'a FollowUpPolicies,
    pub(super) known: Known<'a>,
    pub(super) runs: &'a [Run],
    /// The owner's calendar.
    pub(super) calendar: &'a Calendar,
    pub(super) is_live: bool,
    /// Whether the cycle is another than that of the last look.
    pub(super) is_new_cycle: bool,
    pub(super) record: FollowUpRecord,
    pub(super) faults: Vec<FollowUpFault>,
    /// Of all conditions about the lead.
    pub(super) scripts: ScriptSession,
    pub(super) next: Option<(DateTime<Utc>, LookReason)>,
    /// The last moment at which something happened or was due.
    pub(super) last: Option<DateTime<Utc>>,
    /// The end of the calendar, if something waits for what comes after it.
    pub(super) waits_past: Option<DateTime<Utc>>,
    /// When a condition may change because time passes.
    pub(super) turns: Option<DateTime<Utc>>,
    /// Until when no step takes the lead from its owner.
    pub(super) protected_until: Option<DateTime<Utc>>,
    pub(super) reminders: Vec<Reminder>,
    pub(super) actions: Vec<Action>,
    /// Each with the track that was missed.
    pub(super) violations: Vec<(usize, Violation)>,
}

impl<'a> Look<'a> {
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.known.now()
    }

    /// Reports what the calendar does not know. What is past its end waits for the years to come.
    pub(super) fn told<T>(
        &mut self,
        policy: &RuleId,
        node: &str,
        answer: Result<T, CalendarError>,
    ) -> Option<T> {
        answer
            .map_err(|error| {
                let end = end_of(&error);
                self.waits_past = self.waits_past.into_iter().chain(end).min();
                self.fault(FollowUpFault::Calendar { policy: policy.clone(), node: node.to_owned(), error });
            })
            .ok()
    }

    /// Each fault once.
    pub(super) fn fault(&mut self, fault: FollowUpFault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Whether a condition holds; one that fails does not, and is reported.
    pub(super) fn holds(&mut self, rule: &RuleId, when: &When) -> bool {
        self.turns = self.turns.into_iter().chain(when.turns_at(self.known.facts)).min();
        when.eval(self.known.facts, &mut self.scripts).unwrap_or_else(|fault| {
            self.fault(FollowUpFault::Condition(RuleFault { rule: rule.clone(), fault }));
            false
        })
    }

    /// The first flow on one of these occasions whose condition holds; those on the first occasion before those on the next.
    pub(super) fn flow_on(&mut self, occasions: &[FlowTrigger]) -> Option<&'a FlowRules> {
        let flows = &self.policies.flows;
        occasions.iter().find_map(|on| {
            let mut of_occasion = flows.iter().filter(|(flow, _)| flow.on == *on);
            of_occasion.find(|(flow, when)| self.holds(&flow.id, when)).map(|(flow, _)| flow)
        })
    }

    /// Whether it has happened; if not, it is a reason to look again.
    pub(super) fn has_come(&mut self, at: DateTime<Utc>, reason: LookReason) -> bool {
        if at <= self.now() {
            self.last = self.last.max(Some(at));
            return true;
        }
        if self.next.is_none_or(|next| (at, reason) < next) {
            self.next = Some((at, reason));
        }
        false
    }

    /// The run of the present owner.
    pub(super) fn holder(&self) -> Option<&'a Run> {
        self.runs.iter().rev().find(|run| run.kind == RunKind::Owner && run.is_open())
    }

    pub(super) fn run_of(&self, index: usize) -> Option<&'a Run> {
        self.runs.get(index)
    }

    /// The administrator of the pool that the lead is in.
    pub(super) fn admins(&self) -> Vec<RepId> {
        let id = self.known.facts.lead().pool.as_ref();
        let pool = id.and_then(|id| self.policies.pools.iter().find(|pool| pool.id == *id));
        pool.map(|pool| pool.admins.iter().cloned().collect()).unwrap_or_default()
    }

    /// Reminds the rep who has to act; if nobody holds the lead, each administrator of its pool.
    pub(super) fn remind(&mut self, receiver: Option<RepId>, reminder: Reminder) {
        let admins = if receiver.is_some() { Vec::new() } else { self.admins() };
        match admins.is_empty() {
            true => self.reminders.push(Reminder { receiver, ..reminder }),
            false => self.reminders.extend(
                admins.into_iter().map(|admin| Reminder { receiver: Some(admin), ..reminder.clone() }),
            ),
        }
    }

    /// A reminder that no policy requires.
    pub(super) fn reminder(
        &self,
        kind: ReminderKind,
        node: &str,
        fires: DateTime<Utc>,
        about: DateTime<Utc>,
    ) -> Reminder {
        Reminder {
            kind,
            lead: self.known.facts.lead().id.clone(),
            policy: None,
            node: node.to_owned(),
            rung: None,
            receiver: None,
            fires_at: local(self.calendar, fires),
            about: local(self.calendar, about),
            started_at: None,
            is_new: true,
        }
    }
}

/// Where a calendar ends that has no answer, for the years to come can be added to it.
fn end_of(error: &CalendarError) -> Option<DateTime<Utc>> {
    match error {
        CalendarError::AfterCoverage { through, .. } => Some(through.and_time(NaiveTime::MIN).and_utc()),
        CalendarError::AfterZone { until } => Some(*until),
        _ => None,
    }
}
