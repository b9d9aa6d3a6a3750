//! Reminders outside the ladders: of a planned follow-up, of the tracking schedule, and of leads on which nothing is due.

use chrono::{DateTime, Utc};

use super::clocks::{on_a_workday, opening_of};
use super::evaluate::{Beat, rhythm};
use super::look::Look;
use super::report::{LookReason, Reminder, ReminderKind};
use crate::calendar::Clock;
use crate::model::{LeadStatus, RepId};

/// The name in place of a policy and a node where nothing is due.
const IDLE: &str = "idle";
const CALENDAR: &str = "calendar";

impl Look<'_> {
    /// The next planned follow-up: the plan that was made last. A follow-up on its day, after it was planned, fulfils it;
    /// if it is not known when it was planned, one from its moment on.
    pub(super) fn remind_of_plan(&mut self) {
        let calendar = self.calendar;
        let Some(holder) = self.holder().filter(|_| self.is_live) else { return };
        let zone = calendar.zone();
        let concerns = |plan: &&super::known::Plan| match (&plan.by, plan.made_at) {
            (Some(by), Some(made_at)) => holder.is_of(by, made_at) && holder.from <= made_at,
            _ => true,
        };
        let Some(plan) = self.known.plans().iter().rev().find(concerns).cloned() else { return };
        let day = zone.start_of_day(zone.date(plan.at));
        let is_done = self.known.follow_ups_of(holder).any(|one| match plan.made_at {
            Some(made_at) => one.time > made_at && one.time >= day,
            None => one.time >= plan.at,
        });
        if is_done {
            return;
        }
        let fires = if plan.is_day { opening_of(calendar, zone.date(plan.at)) } else { Ok(plan.at) };
        let fires = fires.and_then(|at| on_a_workday(calendar, plan.made_at.map_or(at, |made| made.max(at))));
        let fires = self.told(&"plan".into(), "planned", fires);
        if let Some(fires) = fires.filter(|fires| self.has_come(*fires, LookReason::Reminder)) {
            let reminder = self.reminder(ReminderKind::Planned, "planned", fires, plan.at);
            self.remind(holder.owner.clone(), reminder);
        }
    }

    /// The reminders of the tracking schedule: each until somebody follows up.
    pub(super) fn follow_schedule(&mut self) {
        let (policies, calendar) = (self.policies, self.calendar);
        let lead = self.known.facts.lead();
        let Some((rules, when)) = &policies.tracking else { return };
        let Some(closed_at) = self.known.options.closed_at else { return };
        if !(self.is_live || lead.status == LeadStatus::Converted) || !self.holds(&"tracking".into(), when) {
            return;
        }
        for reminder in &rules.reminders {
            let due = calendar.add(closed_at, reminder.after, Clock::Elapsed).map(|due| due.at());
            let fires = due.and_then(|due| Ok((due, on_a_workday(calendar, due)?)));
            let Some((due, fires)) = self.told(&"tracking".into(), &reminder.id, fires) else { continue };
            let is_done = self.known.follow_ups().iter().any(|one| due <= one.time);
            if self.has_come(fires, LookReason::Reminder) && !is_done {
                let tracked = self.reminder(ReminderKind::Tracking, &reminder.id, fires, due);
                self.remind(lead.owner.clone(), tracked);
            }
        }
    }

    /// An owner on whose lead nothing is due is reminded at the rhythm, from what happened or was due last on; from the
    /// second unanswered time on the owner's manager is told too. So nobody has a lead on which nothing is ever due,
    /// whether it waits for the customer or an open opportunity holds it.
    pub(super) fn remind_of_silence(&mut self) {
        let Some(holder) = self.holder().filter(|_| self.is_live) else { return };
        if self.next.is_some() || self.waits_past.is_some() {
            return;
        }
        let spoken = self.known.follow_ups_of(holder).map(|one| one.time).last();
        let base = [self.last, spoken].into_iter().flatten().fold(holder.from, DateTime::max);
        let Beat { last, next } = rhythm(base, self.now(), &self.policies.rhythm_days);
        if let Some((about, times)) = last {
            self.remind_at_rhythm(holder.owner.clone(), about, times);
        }
        let next = self.told(&IDLE.into(), IDLE, on_a_workday(self.calendar, next));
        if let Some(next) = next {
            self.has_come(next, LookReason::Reminder);
        }
    }

    /// Once the calendar has ended nobody knows what is due on a lead: its owner is told, and so is the owner's
    /// manager, who can extend the calendar.
    pub(super) fn remind_of_calendar(&mut self) {
        let Some(holder) = self.holder().filter(|_| self.is_live) else { return };
        let Some(end) = self.waits_past.filter(|end| *end <= self.now()) else { return };
        let reminder = self.reminder(ReminderKind::Calendar, CALENDAR, end, end);
        if let Some(manager) = self.known.options.manager.clone() {
            self.reminders.push(Reminder { receiver: Some(manager), ..reminder.clone() });
        }
        self.remind(holder.owner.clone(), reminder);
    }

    fn remind_at_rhythm(&mut self, owner: Option<RepId>, about: DateTime<Utc>, times: i64) {
        let fires = self.told(&IDLE.into(), IDLE, on_a_workday(self.calendar, about));
        let Some(fires) = fires.filter(|fires| self.has_come(*fires, LookReason::Reminder)) else { return };
        let reminder = self.reminder(ReminderKind::Idle, IDLE, fires, about);
        if let Some(manager) = self.known.options.manager.clone().filter(|_| times > 1) {
            self.reminders.push(Reminder { receiver: Some(manager), ..reminder.clone() });
        }
        self.remind(owner, reminder);
    }
}
