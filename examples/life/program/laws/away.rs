//! Law 1, of owners who are away: nobody misses anything meanwhile, and nothing waits for who is back.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::model::{Lead, LeadStatus, OwnerState, Tenure, TenureEnd};

use super::super::clock::is_live;
use super::{Clause, Laws, Seen};

/// Tag of a customer whom nobody answered in time: the owner has until another rep may have them.
const UNANSWERED: &str = "nobody_answers";
/// The owner is asked again after so many days at the latest.
const ASKED_AGAIN: TimeDelta = TimeDelta::days(30);

impl Laws {
    pub(super) fn check_away(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let (id, history) = (lead.id.as_str(), seen.book.history(&lead.id));
        let before = seen.now - TimeDelta::seconds(1);
        // Policies of follow-up have clocks of their own, which stand while the owner is away.
        let by_deadline = seen.event == "wake_up" && seen.policies.is_none();
        let lost = history.tenures.iter().filter(|one| by_deadline && one.until == Some(seen.now));
        let lost = lost.filter(|one| one.end == Some(TenureEnd::Recycled) && !one.is_beside_owner());
        for tenure in lost {
            let then = seen.roster.owner_state(&tenure.owner, &seen.state.reps, before);
            if matches!(then, OwnerState::Away { .. }) {
                let what = format!("lead {id} is taken from {}, who was away until now", tenure.owner);
                self.report(Clause::AwayKept, id, seen.now, what);
            }
        }
        let Some(owner) = lead.owner.as_ref().filter(|_| is_live(seen.book, lead)) else { return };
        let is_here = matches!(seen.state_of(owner), OwnerState::Active | OwnerState::Full);
        // While nobody else is at work, the time of a customer's owner is over when somebody is.
        let is_asked = lead.status == LeadStatus::Converted && lead.tags.iter().any(|tag| tag == UNANSWERED);
        let is_late = |due: DateTime<Utc>| !is_asked || due > seen.now + ASKED_AGAIN;
        let mut open = history.deadlines.iter().filter(|one| one.done_at.is_none() && one.owner == *owner);
        if is_here && open.any(|one| one.started_at > seen.now && is_late(one.due_at)) {
            let what = format!("lead {id}: {owner} is there, and their time has not begun");
            self.report(Clause::StartsLate, id, seen.now, what);
        }
    }

    /// A customer whom a person converted or answered is asked no more: nothing is due.
    pub(super) fn check_answered(&mut self, lead: &Lead, seen: &Seen<'_>) {
        let Some(record) = seen.book.desk().conversions.get(&lead.id) else { return };
        let Some(owner) = lead.owner.as_ref().filter(|_| lead.status == LeadStatus::Converted) else {
            return;
        };
        let history = seen.book.history(&lead.id);
        let is_due = history.deadlines.iter().any(|one| one.done_at.is_none());
        let has_it = |one: &&Tenure| one.until.is_none() && one.owner == *owner;
        let since = history.tenures.iter().find(has_it).map(|one| one.from).max(Some(record.at));
        let has_spoken =
            || history.follow_ups.iter().any(|one| one.owner == *owner && Some(one.time) > since);
        let is_answered = record.by.is_some() || has_spoken();
        if lead.is_on_file() && is_due && is_answered {
            let id = lead.id.as_str();
            let what = format!("lead {id} is answered, and something is still due of {owner}");
            self.report(Clause::Answered, id, seen.now, what);
        }
    }
}
