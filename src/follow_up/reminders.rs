//! Reminders that no ladder asks for: of a planned follow-up, and of the tracking schedule.

use super::clocks::{on_a_workday, opening_of};
use super::look::Look;
use super::report::{LookReason, ReminderKind};
use crate::calendar::Clock;
use crate::model::LeadStatus;

impl Look<'_> {
    /// The next planned follow-up: the plan that was made last. What is done on its day, and after it was planned, does it;
    /// where nobody says when it was planned, what is done from its moment on.
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
}
