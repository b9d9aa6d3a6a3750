//! Law 1: nobody is stuck.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::model::{
    CloseReason, Lead, LeadId, LeadStatus, OwnerState, PoolId, PoolKind, RepId, Tenure, TenureEnd,
};

use super::super::clock::{deadline, is_live};
use super::customer::COLLISION_DUE;
use super::{Before, Clause, Laws, Seen, next_of};

/// How many working days an owner may be away before somebody stands in.
const PATIENCE: i64 = 1;
/// How many a lead lies in a lead pool.
const LEAD_POOL: i64 = 3;
/// What a lead waits for that a reviewer named by the rules was asked about.
pub(crate) const REVIEWER_DUE: &str = "reviewer_due";
/// An import spreads its wake-ups over so many days.
const SPREAD: TimeDelta = TimeDelta::days(31);

impl Laws {
    /// How long a lead lies in a pool before somebody or something looks at it.
    fn longest_stay(&self, pool: &PoolId) -> TimeDelta {
        TimeDelta::days(match self.pools.get(pool) {
            Some(PoolKind::Nurture) => 90,
            Some(PoolKind::PublicActive) => 184,
            Some(PoolKind::PublicGeneral) => 366,
            _ => LEAD_POOL,
        })
    }

    /// A deadline has passed, and nothing came of it.
    pub(crate) fn overslept(&mut self, lead: &LeadId, at: DateTime<Utc>) {
        let what = format!("lead {lead} is stuck: its deadline has passed, and nothing came of it");
        self.report(Clause::Overslept, lead.as_str(), at, what);
    }

    pub(super) fn check_stuck(&mut self, lead: &Lead, before: &Before, now: &Before, seen: &Seen<'_>) {
        let id = lead.id.as_str();
        if let Some(into) = &lead.folded_into {
            return self.check_folded(lead, into, before, seen);
        }
        if lead.status == LeadStatus::Converted && lead.owner.is_none() {
            let what = format!("lead {id} is converted and has no owner");
            return self.report(Clause::ConvertedOwner, id, seen.now, what);
        }
        if !now.is_live {
            return;
        }
        if lead.owner.is_some() && lead.pool.is_some() {
            let what = format!("lead {id} has an owner and lies in a pool");
            self.report(Clause::OwnerAndPool, id, seen.now, what);
        }
        // A deadline that passed while an opportunity held the lead is missed at this very moment.
        let is_released = before.holds && !now.holds;
        if next_of(seen, lead).is_none() && !is_released {
            let owner = lead.owner.as_ref().map_or("nobody", |owner| owner.as_str());
            let due = match seen.policies {
                Some(policies) => policies.step_of(&lead.id).map(|(rep, step)| {
                    let at = step.at.map(|at| at.to_rfc3339()).unwrap_or_default();
                    format!("{} of {rep} {at}", step.what)
                }),
                None => deadline(seen.book, lead).map(|one| one.due_at.to_rfc3339()),
            };
            let wake_up =
                seen.book.wake_up(&lead.id).map(|one| format!("{} {}", one.code, one.at.to_rfc3339()));
            let what = format!(
                "lead {id} ({}) of {owner} is stuck: deadline {}, wake-up {}",
                lead.status,
                due.as_deref().unwrap_or("-"),
                wake_up.as_deref().unwrap_or("-")
            );
            self.report(Clause::Stuck, id, seen.now, what);
        }
        match &lead.owner {
            Some(owner) => self.check_cover(lead, owner, seen),
            None => self.check_stay(lead, now, seen),
        }
        self.check_asked(lead, now, seen);
    }

    fn check_folded(&mut self, lead: &Lead, into: &LeadId, before: &Before, seen: &Seen<'_>) {
        let id = lead.id.as_str();
        let subject = seen.book.lead(into);
        // A subject that is kept out waits for a reviewer, and its entries with it.
        let is_subject = |one: &Lead| {
            let is_blocked = one.close_reason == Some(CloseReason::Blocked);
            one.is_on_file() || is_blocked && one.folded_into.is_none()
        };
        if !subject.is_some_and(is_subject) || lead.owner.is_some() || lead.pool.is_some() {
            let what = format!("lead {id} is folded into {into}, which does not go on for it");
            return self.report(Clause::FoldedGoesOn, id, seen.now, what);
        }
        // A record that was delivered again tells nothing new.
        let had_ended = before.is_known && !before.is_live;
        if before.is_folded || had_ended || self.same_records.contains(&lead.id) {
            return;
        }
        let continues = |one: &Lead| {
            is_live(seen.book, one) || one.status == LeadStatus::Converted && one.owner.is_some()
        };
        if !subject.is_some_and(continues) {
            let what = format!("lead {id} is folded into {into}, whose life has ended");
            self.report(Clause::LiveGoesOn, id, seen.now, what);
        }
    }

    /// The owner works on it, or somebody who is there stands in for them.
    fn check_cover(&mut self, lead: &Lead, owner: &RepId, seen: &Seen<'_>) {
        let id = lead.id.as_str();
        let until = match seen.state_of(owner) {
            OwnerState::Gone => {
                let what = format!("lead {id} is owned by {owner}, who is gone");
                return self.report(Clause::OwnerGone, id, seen.now, what);
            }
            OwnerState::Away { until } => until,
            _ => return,
        };
        let history = seen.book.history(&lead.id);
        let open = || history.deadlines.iter().filter(|one| one.done_at.is_none());
        let is_soon = |rep: &RepId, until| until <= seen.working_days(Some(rep), seen.now, PATIENCE);
        let is_short = is_soon(owner, until);
        let is_partner = |one: &Tenure| seen.roster.channel_manager(&one.owner) == Some(owner);
        let is_covered = match history.helper() {
            Some(partner) if is_partner(partner) => open().any(|one| one.owner == partner.owner),
            Some(cover) => match seen.state_of(&cover.owner) {
                OwnerState::Gone => false,
                OwnerState::Away { until } => is_soon(&cover.owner, until),
                _ => !history.opportunities.is_empty() || open().any(|one| one.owner == cover.owner),
            },
            // What is due after the owner is back waits for them, but not what would be due before; every working day somebody
            // is looked for.
            None => {
                let day = seen.working_days(None, seen.now, 1);
                let is_looked = seen.book.wake_up(&lead.id).is_some_and(|one| one.at <= day);
                let waits = open().any(|one| one.started_at > seen.now && one.started_at >= until);
                is_short || is_looked || !waits && !open().any(|one| one.due_at < until)
            }
        };
        let mut had: Vec<&RepId> = history.previous_owners().collect();
        let missed = |one: &&Tenure| one.is_beside_owner() && one.end == Some(TenureEnd::Recycled);
        had.extend(history.tenures.iter().filter(missed).map(|one| &one.owner));
        had.push(owner);
        if !is_covered && !is_short && seen.has_others_than(&lead.id, &had) {
            let what = format!("lead {id}: {owner} is away until {}, and nobody covers", until.to_rfc3339());
            self.report(Clause::Covered, id, seen.now, what);
        }
    }

    /// Nothing lies anywhere longer than its longest stay before somebody or something looks at it.
    fn check_stay(&mut self, lead: &Lead, now: &Before, seen: &Seen<'_>) {
        let Some(wake_up) = seen.book.wake_up(&lead.id) else { return };
        let asked = ["review_due", "collision_due"];
        if asked.iter().any(|code| wake_up.code.as_ref().starts_with(code)) {
            return;
        }
        let Some((pool, since)) = &now.pool else { return };
        let mut longest = self.longest_stay(pool);
        let is_lead_pool = longest == TimeDelta::days(LEAD_POOL);
        if self.imported.contains(&lead.id) {
            longest += SPREAD;
        }
        // Nurture looks again and again, and what nobody gets is tried again and again; else a pool of leads is left.
        let is_tried = wake_up.code.as_ref().starts_with("retry");
        let from = if is_lead_pool && !is_tried { *since } else { seen.now };
        // Policies look on a working day.
        let ends = if is_lead_pool {
            seen.working_days(None, from, longest.num_days())
        } else {
            seen.opening(from + longest)
        };
        if wake_up.at > ends {
            let id = lead.id.as_str();
            let what = format!(
                "lead {id} lies in {pool} since {} and is looked at on {} ({})",
                since.to_rfc3339(),
                wake_up.at.to_rfc3339(),
                wake_up.code
            );
            self.report(Clause::LongestStay, id, seen.now, what);
        }
    }

    /// A person who was asked has a time, and what happens then is set.
    fn check_asked(&mut self, lead: &Lead, now: &Before, seen: &Seen<'_>) {
        let id = lead.id.as_str();
        let wakes = |until: Option<DateTime<Utc>>| {
            let at = seen.book.wake_up(&lead.id).map(|one| one.at);
            at.is_some_and(|at| until.is_none_or(|until| at <= until))
        };
        if let Some(until) = self.asked.remove(&lead.id)
            && lead.owner.is_none()
            && !wakes(Some(until))
        {
            let what =
                format!("lead {id}: a person is asked until {}, and nothing comes then", until.to_rfc3339());
            self.report(Clause::AskedUntil, id, seen.now, what);
        }
        // Whom the rules ask comes, or is not asked.
        let code = "assignment_review".into();
        let request = seen.book.desk().reviews.get(&(lead.id.clone(), code));
        let is_waited_for =
            || seen.book.wake_up(&lead.id).is_some_and(|one| one.code.as_ref() == REVIEWER_DUE);
        if let Some(reviewer) = request.and_then(|request| request.reviewer.as_ref())
            && lead.owner.is_none()
            && is_waited_for()
            && seen.state_of(reviewer) == OwnerState::Gone
        {
            let what = format!("lead {id} waits for {reviewer} to decide, who is gone");
            self.report(Clause::AskedUntil, id, seen.now, what);
        }
        let reviewed = || {
            let wake_up = seen.book.wake_up(&lead.id);
            wake_up.is_some_and(|one| one.code.as_ref() == COLLISION_DUE && one.at >= seen.now)
        };
        if now.collides && lead.owner.is_some() && !reviewed() {
            let what = format!("lead {id} collides, and nothing comes when no reviewer decides");
            self.report(Clause::AskedUntil, id, seen.now, what);
        }
    }
}
