//! The pool a lead is in, is assigned from, or goes to.

use chrono::{DateTime, TimeDelta, Utc};

use super::engine::Case;
use super::marks::{NOBODY_CLAIMS, OWNERS_EXHAUSTED};
use super::routing::{is_hot, open_work};
use super::{Intake, Outcome, Route, wake_up};
use crate::model::{
    Acquisition, CalendarId, Effect, Lead, OwnerState, Pool, PoolId, PoolKind, PoolMode, RecordRef, RepId,
};
use crate::rule::Facts;
use crate::score::Score;

/// When a lead is reviewed again after so many owners, or when nobody is left.
pub(super) const EXHAUSTED: TimeDelta = TimeDelta::days(30);
/// How long an account that nobody takes is in the pool of active customers before it goes to the general one.
pub(super) const ACTIVE_STAY: TimeDelta = TimeDelta::days(183);
/// How often accounts in the general pool are reviewed.
pub(super) const GENERAL_LOOK: TimeDelta = TimeDelta::days(365);
/// How often an imported lead that nobody has claimed is reviewed.
const IMPORTED_LOOK: TimeDelta = TimeDelta::days(90);

impl Intake {
    /// The pool by whose rules the lead is assigned: the one that its own names, its own when it has rules, else the main
    /// pool. `None` when its pool is not known.
    pub(super) fn rules_pool<'a>(&'a self, lead: &'a Lead) -> Option<&'a PoolId> {
        let Some(own) = &lead.pool else { return Some(&self.pool) };
        let listed = self.pools.iter().find(|pool| pool.id == *own);
        if let Some(from) = listed.and_then(|pool| pool.assigns_from.as_ref()) {
            return Some(from);
        }
        if self.assigner.has_rules_for(own) {
            return Some(own);
        }
        self.known_pools.contains(own).then_some(&self.pool)
    }

    /// The pool whose ledger is read for a lead: the one it is assigned from, of an unknown pool the main one.
    pub(super) fn ledger_pool<'a>(&'a self, lead: &'a Lead) -> &'a PoolId {
        self.rules_pool(lead).unwrap_or(&self.pool)
    }

    /// The pool in which reps claim the leads of a region: the narrowest that serves it, else the main pool.
    fn pool_of_region(&self, facts: &Facts<'_>) -> &PoolId {
        let Some(region) = facts.region() else { return &self.pool };
        let serves = |pool: &&Pool| {
            pool.kind == PoolKind::Lead && pool.region.is_some_and(|served| served.contains(&region))
        };
        let narrowest = self.pools.iter().filter(serves).reduce(|best, pool| {
            let is_inside = pool.region.zip(best.region).is_some_and(|(inner, outer)| outer.contains(&inner));
            if is_inside { pool } else { best }
        });
        narrowest.map_or(&self.pool, |pool| &pool.id)
    }

    /// The host's pool of a kind, else the main one.
    pub(super) fn public_pool(&self, kind: &PoolKind) -> &PoolId {
        self.pools.iter().find(|pool| pool.kind == *kind).map_or(&self.pool, |pool| &pool.id)
    }

    /// The lead is in a public pool, or came in by an import that assigns nothing, and its time to be reviewed has come: it
    /// stays, to be claimed. From the active pool it goes to the general one after half a year, from a lead pool to nurture.
    pub(super) fn stay_in_public(&self, case: &Case<'_>, outcome: &mut Outcome) {
        let lead = case.lead;
        let pool = lead.pool.clone().unwrap_or_else(|| self.pool.clone());
        let kind = self.pools.iter().find(|listed| listed.id == pool).map(|listed| &listed.kind);
        let is_over = case.is_due(wake_up::PUBLIC_STAY);
        let (to, stay, code) = match kind {
            Some(PoolKind::PublicActive) if is_over => {
                (self.public_pool(&PoolKind::PublicGeneral).clone(), GENERAL_LOOK, wake_up::PUBLIC_STAY)
            }
            Some(PoolKind::PublicActive) => (pool.clone(), ACTIVE_STAY, wake_up::PUBLIC_STAY),
            Some(PoolKind::PublicGeneral) => (pool.clone(), GENERAL_LOOK, wake_up::PUBLIC_STAY),
            // A lead does not stay in a lead pool: it is nurtured, and given to nobody until it is active again.
            _ => (self.nurture_pool.clone(), IMPORTED_LOOK, wake_up::IMPORTED),
        };
        if to != pool {
            outcome.effects.push(Effect::MoveToPool { lead: lead.id.clone(), pool: to.clone() });
        }
        outcome.wake(lead, case.now + stay, code);
        if code == wake_up::IMPORTED {
            outcome.cause = Some(wake_up::IMPORTED.into());
        }
        outcome.route =
            if to == self.nurture_pool { Route::Nurture { pool: to } } else { Route::ToPool { pool: to } };
    }

    /// The pool that a lead is in, if reps get its leads only by claiming them.
    pub(super) fn claim_only<'a>(&'a self, lead: &Lead) -> Option<&'a Pool> {
        let is_its = |pool: &&Pool| Some(&pool.id) == lead.pool.as_ref() && pool.mode == PoolMode::ClaimOnly;
        self.pools.iter().find(is_its)
    }

    /// The lead stays in its pool until somebody claims it; when nobody has by the end of its stay, it is nurtured.
    pub(super) fn leave_to_claims(&self, case: &Case<'_>, pool: &Pool, outcome: &mut Outcome) {
        if pool.id == self.nurture_pool {
            return self.nurture(case, outcome);
        }
        if case.is_due(wake_up::POOL_STAY) {
            self.tell_admins(&pool.id, NOBODY_CLAIMS, case, outcome);
            outcome.cause = Some(NOBODY_CLAIMS.into());
            return self.nurture(case, outcome);
        }
        let (until, code) = match pool.kind {
            PoolKind::PublicActive => (case.now + ACTIVE_STAY, wake_up::PUBLIC_STAY),
            PoolKind::PublicGeneral => (case.now + GENERAL_LOOK, wake_up::PUBLIC_STAY),
            _ => (self.stay_ends(case, case.now, self.life.pool_stay_hours), wake_up::POOL_STAY),
        };
        if !case.is_review() || case.wake_up.is_some() || case.entry.is_some() {
            outcome.wake(case.lead, until, code);
        }
        outcome.route = Route::ToPool { pool: pool.id.clone() };
    }

    /// The administrators of a pool, by id.
    pub(super) fn admins(&self, pool: &PoolId) -> impl Iterator<Item = &RepId> {
        self.pools.iter().filter(move |one| one.id == *pool).flat_map(|one| &one.admins)
    }

    /// Tells the administrators of a pool, else those of the main pool; if nobody is named, one of the reps who are there.
    pub(super) fn tell_admins(
        &self,
        pool: &PoolId,
        code: &'static str,
        case: &Case<'_>,
        outcome: &mut Outcome,
    ) {
        let about = RecordRef::Lead(case.lead.id.clone());
        let named = [pool, &self.pool].into_iter().find(|pool| self.admins(pool).next().is_some());
        match named {
            Some(pool) => self.admins(pool).for_each(|admin| outcome.tell(admin, code, &about)),
            None => case.stand_in_admin().into_iter().for_each(|rep| outcome.tell(rep, code, &about)),
        }
    }

    /// A lead that its owner lost is in the pool of its region for a while, where reps claim it.
    pub(super) fn recycle(&self, case: &Case<'_>, facts: &Facts<'_>, score: &Score, outcome: &mut Outcome) {
        let pool = self.pool_of_region(facts).clone();
        let hours = if is_hot(score) { self.life.hot_pool_stay_hours } else { self.life.pool_stay_hours };
        outcome.effects.push(Effect::MoveToPool { lead: case.lead.id.clone(), pool: pool.clone() });
        self.tell_admins(&pool, "lead_in_pool", case, outcome);
        outcome.wake(case.lead, self.stay_ends(case, case.now, hours), wake_up::POOL_STAY);
        outcome.route = Route::ToPool { pool };
    }

    /// When a stay of so many hours is over: by the calendar that the rules name, else by the only one there is.
    pub(super) fn stay_ends(&self, case: &Case<'_>, from: DateTime<Utc>, hours: u32) -> DateTime<Utc> {
        let named = self.life.calendar.as_ref().map(CalendarId::as_str);
        let calendar = named.or_else(|| case.roster.only_calendar());
        let by_calendar = case.roster.work_ends(None, calendar, from, hours);
        by_calendar.unwrap_or_else(|| later(from, TimeDelta::hours(i64::from(hours))))
    }

    /// Whether an owner who is away until then is away longer than the rules wait.
    pub(super) fn is_too_long(&self, case: &Case<'_>, owner: &RepId, until: DateTime<Utc>) -> bool {
        let calendar = self.life.calendar.as_ref().map(CalendarId::as_str);
        let hours = self.life.absence_limit_hours;
        let by_calendar = case.roster.work_ends(Some(owner), calendar, case.now, hours);
        until > by_calendar.unwrap_or_else(|| later(case.now, TimeDelta::hours(i64::from(hours))))
    }

    /// Whether the lead is in a pool to be claimed, and its stay there is not over. A new entry ends it.
    pub(super) fn stays_in_pool(&self, case: &Case<'_>) -> bool {
        let is_looked_at = case.is_review() && case.wake_up.is_none() && case.entry.is_none();
        let pool = case.lead.pool.as_ref();
        let lies = pool.is_some_and(|pool| *pool != self.nurture_pool && *pool != self.invalid_pool);
        is_looked_at && lies && case.claim.is_none() && case.history.previous_owners().next().is_some()
    }

    /// Whether so many owners lost the lead in this cycle that it is left alone.
    pub(super) fn is_worn_out(&self, case: &Case<'_>) -> bool {
        let mut owners: Vec<&RepId> = case.history.previous_owners().collect();
        owners.sort();
        owners.dedup();
        owners.len() >= usize::try_from(self.life.owners_per_cycle).unwrap_or(usize::MAX)
    }

    /// Every rep who may have the lead has lost it: it is nurtured, and the administrators of the pool are told.
    pub(super) fn exhaust(&self, case: &Case<'_>, facts: &Facts<'_>, outcome: &mut Outcome) {
        if !case.history.opportunities.is_empty()
            && let Some(admin) = self.next_admin(case)
        {
            // A lead that an open opportunity holds always has an owner.
            self.count(case, facts, &admin, outcome);
            let (lead, about) = (case.lead.id.clone(), RecordRef::Lead(case.lead.id.clone()));
            let acquisition = Acquisition::AssignedByAdmin;
            outcome.effects.push(Effect::SetOwner { lead, owner: admin.clone(), acquisition });
            outcome.start(case.lead, case.now);
            outcome.effects.extend(open_work(&admin, case));
            outcome.tell(&admin, OWNERS_EXHAUSTED, &about);
            outcome.route = Route::Assigned { owner: admin };
            return;
        }
        let pool = self.nurture_pool.clone();
        // Reported once: it remains there from then on.
        if case.lead.pool.as_ref() != Some(&pool) {
            outcome.effects.push(Effect::MoveToPool { lead: case.lead.id.clone(), pool: pool.clone() });
            let region_pool = self.pool_of_region(facts).clone();
            self.tell_admins(&region_pool, OWNERS_EXHAUSTED, case, outcome);
        }
        outcome.cause = Some(OWNERS_EXHAUSTED.into());
        outcome.wake(case.lead, case.now + EXHAUSTED, wake_up::NURTURE);
        outcome.route = Route::Nurture { pool };
    }
}

impl<'a> Case<'a> {
    /// Who gets the notice if no pool names an administrator: the first rep by id who is present and did not lose the
    /// lead, else the first who is present, else the first active rep.
    pub(super) fn stand_in_admin(&self) -> Option<&'a RepId> {
        let is_here = |rep: &&RepId| matches!(self.owner_state(rep), OwnerState::Active | OwnerState::Full);
        let reps = || self.roster.reps();
        let fresh = reps().find(|rep| is_here(rep) && !self.had_it(rep));
        let here = fresh.or_else(|| reps().find(is_here));
        here.or_else(|| reps().find(|rep| self.owner_state(rep) != OwnerState::Gone))
    }
}

/// The last second of the year 9999, the last that can be stored.
const LAST: i64 = 253_402_300_799;

/// So much later, or the last moment there is: rules may name any number of days.
pub(super) fn later(from: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    let last = DateTime::from_timestamp(LAST, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    from.checked_add_signed(by).map_or(last, |at| at.min(last))
}
