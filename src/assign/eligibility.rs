//! Who may take a lead.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::counts::Period;
use super::ledgers::Ledgers;
use super::roll::ABSENT;
use super::roster::{Roster, Slot};
use super::rules::PreviousOwners;
use super::seating::Taken;
use super::skip_reason::SkipReason;
use super::suited::{Kinds, Suited};
use super::turn::TurnList;
use super::turns::Turns;
use crate::calendar::Zone;
use crate::model::{Region, RepId};

/// One lead and one rule: everything that eligibility depends on except the rep.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) roster: &'a Roster,
    pub(super) ledgers: Ledgers<'a>,
    pub(super) now: DateTime<Utc>,
    /// The pool's local date.
    pub(super) date: NaiveDate,
    pub(super) zone: &'a Zone,
    pub(super) daily_cap: Option<u32>,
    /// The cap of a rep who has none of their own.
    pub(super) holding_cap: Option<u32>,
    pub(super) untouched_limit: Option<u32>,
    /// Whether leads given since the host counted count as untouched.
    pub(super) and_since: bool,
    pub(super) weekly_cap: Option<u32>,
    pub(super) monthly_cap: Option<u32>,
    /// The cap of the whole pool.
    pub(super) total_cap: Option<u32>,
    /// How many leads at most a rep catches up after an absence.
    pub(super) catch_up: u32,
    /// Caps do not matter.
    pub(super) is_reward: bool,
    pub(super) match_territory: bool,
    /// Whether any rule of the pool requires skills.
    pub(super) match_skills: bool,
    pub(super) serve_unknown_region: bool,
    /// Whether nobody serves the lead's region, so that anybody may.
    pub(super) is_unserved: bool,
    pub(super) region: Option<Region>,
    /// Folded levels of the lead's industry; empty when they do not matter.
    pub(super) industry: &'a [String],
    /// As the rule has them, and folded.
    pub(super) skills: &'a [(String, String)],
    /// What the lead names as skills, folded, by field.
    pub(super) named: &'a [Vec<String>],
    /// The fields that the rule reads.
    pub(super) skills_in: &'a [usize],
    pub(super) previous: &'a [RepId],
    pub(super) excluded: &'a BTreeSet<RepId>,
    /// The turns of others who get the same lead.
    pub(super) pending: &'a [Taken],
}

impl<'a> Question<'a> {
    /// Why the member of the rule's target may not take the lead, or the rep's entry in the roster.
    pub(super) fn answer(&self, rep: &RepId, weight: Option<u32>) -> Result<&'a Slot, SkipReason> {
        let Some((_, slot)) = self.roster.find(rep.as_str()) else { return Err(SkipReason::UnknownRep) };
        // From lasting reasons to passing ones: the reported reason is the one that needs the most change.
        match self.barred(slot, weight).or_else(|| self.off_duty(slot)) {
            Some(reason) => Err(reason),
            None => match self
                .closed()
                .map(|(reason, _)| reason)
                .or_else(|| self.capped(rep, slot))
                .or_else(|| self.ruled_out(rep))
            {
                Some(reason) => Err(reason),
                None => Ok(slot),
            },
        }
    }

    /// Whether only a cap keeps the rep from taking the lead now, and not for ever.
    pub(super) fn only_capped(&self, rep: &RepId, reason: &SkipReason) -> bool {
        let takes_none = || self.roster.find(rep.as_str()).is_some_and(|(_, slot)| slot.takes_none());
        reason.is_cap() && self.ruled_out(rep).is_none() && !takes_none()
    }

    /// What the reps of a list are owed, after the turns of others who get the lead. O(n) when there are some.
    pub(super) fn turns(&self, list: &TurnList) -> Option<Cow<'a, Turns>> {
        let kept = self.ledgers.pool.turns(list).map(Cow::Borrowed);
        let mut pending = self.pending.iter().filter(|taken| taken.turn.list == *list).peekable();
        if pending.peek().is_none() {
            return kept;
        }
        // What is owed follows from seats and classes alone, so the copy leaves the index behind.
        let mut turns = kept.map(|turns| turns.without_index()).unwrap_or_default();
        pending.for_each(|taken| turns.take(taken, Some(self.date)));
        Some(Cow::Owned(turns))
    }

    /// When the rep could take the lead if nothing but time passed; `None` when that is not known or never.
    pub(super) fn free_from(&self, rep: &RepId, weight: Option<u32>) -> Option<DateTime<Utc>> {
        let (_, slot) = self.roster.find(rep.as_str())?;
        if self.barred(slot, weight).is_some() || self.ruled_out(rep).is_some() {
            return None;
        }
        let at = self.roster.at_work_from(slot, self.now)?;
        // Work reduces what a rep holds; time does not.
        if self.held_up(rep, slot) {
            return None;
        }
        // Each cap that is reached frees up at the end of its period; the latest of them counts.
        let periods = self.closed().into_iter().chain(self.period_caps(rep, slot));
        let Some(free) = periods.map(|(_, next)| next).max() else { return Some(at) };
        // A cap frees up at midnight, when the rep may not be at work.
        let free = self.zone.start_of_day(free);
        if at >= free { Some(at) } else { self.roster.at_work_from(slot, free) }
    }

    /// The reasons that time does not change, and the working time.
    pub(super) fn barred(&self, slot: &Slot, weight: Option<u32>) -> Option<SkipReason> {
        if let Some(reason) = slot.outside() {
            return Some(reason);
        }
        // The weight in the rules precedes the rep's own.
        if weight.unwrap_or(slot.weight) == 0 {
            return Some(SkipReason::ZeroWeight);
        }
        self.unsuited(slot)
    }

    /// Why no order of a person gives the lead to the rep, whose weight says only what the rules give.
    pub(super) fn unfit(&self, slot: &Slot) -> Option<SkipReason> {
        slot.outside().or_else(|| self.unsuited(slot))
    }

    /// Why the lead does not suit the rep.
    fn unsuited(&self, slot: &Slot) -> Option<SkipReason> {
        if !self.serves(&slot.territories) {
            return Some(SkipReason::Territory { region: self.region });
        }
        let lacks = |one_of: &&[String]| !one_of.iter().any(|skill| slot.skills.contains(skill));
        let missing = self.needed().find(lacks)?;
        // What a rule asks for is told as it is written there.
        let written = self.skills.iter().find(|(_, folded)| missing == std::slice::from_ref(folded));
        let missing = written.map_or_else(|| missing.join(" / "), |(written, _)| written.clone());
        Some(SkipReason::Skill { missing })
    }

    /// The skills that a rep needs, folded, one of each: those that the rule asks for, the lead's industry and what it names.
    pub(super) fn needed(&self) -> impl Iterator<Item = &'a [String]> {
        let asked = self.skills.iter().map(|(_, folded)| std::slice::from_ref(folded));
        let named = self.skills_in.iter().filter_map(|field| self.named.get(*field)).map(Vec::as_slice);
        // A lead that names no industry or skill asks for none.
        asked.chain(std::iter::once(self.industry)).chain(named).filter(|one_of| !one_of.is_empty())
    }

    /// The kinds of a list who serve the lead's region.
    pub(super) fn serving<'s>(&self, suited: &'s Suited) -> Kinds<'s> {
        suited.serving(self.is_everywhere(), |territory| self.is_in(territory))
    }

    /// Of these those who have the skills that it needs.
    pub(super) fn skilled<'s>(&self, serving: Kinds<'s>, suited: &'s Suited) -> Kinds<'s> {
        suited.skilled(serving, self.needed())
    }

    /// Whether a rep with these territories serves the lead's region.
    pub(super) fn serves(&self, territories: &[Region]) -> bool {
        // A rep without territories serves everywhere.
        territories.is_empty() || self.is_everywhere() || territories.iter().any(|one| self.is_in(one))
    }

    /// Whether everybody serves the lead's region. One that nobody serves is everybody's, where the pool says so.
    pub(super) fn is_everywhere(&self) -> bool {
        let is_unknown = self.region.is_none() && self.serve_unknown_region;
        !self.match_territory || self.is_unserved || is_unknown
    }

    /// Whether the lead's region is in a territory, or where the pool says so a territory in the region.
    pub(super) fn is_in(&self, territory: &Region) -> bool {
        self.region.is_some_and(|region| {
            territory.contains(&region) || (self.serve_unknown_region && region.contains(territory))
        })
    }

    /// Why this rep takes no part now, whatever the lead, unlike others of the kind.
    pub(super) fn own_code(&self, rep: &RepId, slot: &Slot) -> Option<&'static str> {
        match slot.away_until(self.now) {
            Some(_) => Some(ABSENT),
            None => self.capped(rep, slot).map(|reason| reason.code()),
        }
    }

    fn off_duty(&self, slot: &Slot) -> Option<SkipReason> {
        if let Err(reason) = self.roster.working(slot.hours, self.now) {
            return Some(reason);
        }
        slot.away_until(self.now).map(|until| SkipReason::Absent { until })
    }

    /// Whether the whole pool has reached its cap today, and the date from which it has not.
    pub(super) fn closed(&self) -> Option<(SkipReason, NaiveDate)> {
        let (limit, date) = (self.total_cap?, self.date);
        let used = self.ledgers.pool.assigned_in_all(date);
        // A reward counts for no cap, so no cap keeps a rep from it.
        (used >= limit && !self.is_reward)
            .then(|| (SkipReason::PoolTotalCap { used, limit, date }, Period::Day.next(date)))
    }

    /// Whether nobody may take a lead of the pool today.
    pub(super) fn is_closed(&self) -> bool {
        self.closed().is_some()
    }

    /// The caps of days, weeks and months that the rep has reached, each with the date from which it is free again.
    fn period_caps(&self, rep: &RepId, slot: &Slot) -> impl Iterator<Item = (SkipReason, NaiveDate)> {
        let (date, pool, reps) = (self.date, self.ledgers.pool, self.ledgers.reps);
        let (week, month) = (Period::Week.start(date), Period::Month.start(date));
        type Used<'u> = &'u dyn Fn() -> u32;
        type Why<'w> = &'w dyn Fn(u32, u32) -> SkipReason;
        let cap = |limit: Option<u32>, period: Period, used: Used<'_>, why: Why<'_>| {
            // Counts are looked up only for caps that are set.
            let limit = limit?;
            let used = used();
            (used >= limit).then(|| (why(used, limit), period.next(date)))
        };
        let in_pool = |period| pool.assigned_in(rep, period, date);
        let in_all = |period| reps.assigned_in(rep, period, date);
        let of_pool = |used, limit| SkipReason::PoolDailyCap { used, limit, date };
        let of_rep = |used, limit| SkipReason::RepDailyCap { used, limit, date };
        let weekly = |used, limit| SkipReason::WeeklyCap { used, limit, week };
        let monthly = |used, limit| SkipReason::MonthlyCap { used, limit, month };
        let caps = [
            // The pool's before the rep's own, and days before months: the first that is reached is the reason that
            // is reported.
            cap(self.daily_cap, Period::Day, &|| pool.assigned_on(rep, date), &of_pool),
            cap(self.weekly_cap, Period::Week, &|| in_pool(Period::Week), &weekly),
            cap(self.monthly_cap, Period::Month, &|| in_pool(Period::Month), &monthly),
            cap(slot.daily_cap, Period::Day, &|| reps.assigned_on(rep, date), &of_rep),
            cap(slot.weekly_cap, Period::Week, &|| in_all(Period::Week), &weekly),
            cap(slot.monthly_cap, Period::Month, &|| in_all(Period::Month), &monthly),
        ];
        caps.into_iter().flatten().filter(|_| !self.is_reward)
    }

    /// The last date on which a cap keeps the rep from taking part, if no other reason lasts longer.
    pub(super) fn rests_through(&self, rep: &RepId, slot: &Slot) -> Option<NaiveDate> {
        let free = self.period_caps(rep, slot).map(|(_, next)| next).max()?;
        // At that date something else would still keep the rep out.
        if self.held_up(rep, slot) { None } else { free.pred_opt() }
    }

    pub(super) fn capped(&self, rep: &RepId, slot: &Slot) -> Option<SkipReason> {
        self.period_caps(rep, slot).next().map(|(reason, _)| reason).or_else(|| self.has_no_room(rep, slot))
    }

    /// What keeps a rep from more until something happens to the leads they hold: no date frees it.
    fn has_no_room(&self, rep: &RepId, slot: &Slot) -> Option<SkipReason> {
        self.full(rep, slot).or_else(|| self.busy(rep, slot))
    }

    /// The rules give no more to a rep with untouched leads; what that rep claims is their own affair.
    fn busy(&self, rep: &RepId, slot: &Slot) -> Option<SkipReason> {
        let limit = self.untouched_limit.filter(|_| !self.is_reward)?;
        let taken = if self.and_since { self.ledgers.reps.taken(rep) } else { 0 };
        let untouched = slot.untouched(taken);
        (untouched >= limit).then_some(SkipReason::Busy { untouched, limit })
    }

    /// The caps that midnight does not free.
    pub(super) fn full(&self, rep: &RepId, slot: &Slot) -> Option<SkipReason> {
        if self.is_reward {
            return None;
        }
        if let Some(limit) = self.holding_cap_of(slot) {
            // Leads taken since the host counted are held too; otherwise leads between two counts would pass the cap.
            let held = slot.open(self.ledgers.reps.taken(rep));
            if held >= limit {
                return Some(SkipReason::HoldingCap { held, limit });
            }
        }
        let limit = slot.protected_cap?;
        let held = slot.protected_accounts;
        (held >= limit).then_some(SkipReason::ProtectedCap { held, limit })
    }

    /// Most open leads that a rep holds at once: the rep's own cap, else the pool's.
    pub(super) fn holding_cap_of(&self, slot: &Slot) -> Option<u32> {
        slot.holding_cap.or(self.holding_cap)
    }

    /// Whether time alone never frees the rep.
    fn held_up(&self, rep: &RepId, slot: &Slot) -> bool {
        let is_never = slot.takes_none() && !self.is_reward;
        is_never || self.never_frees() || self.has_no_room(rep, slot).is_some()
    }

    /// Whether a cap of the pool keeps everybody from taking leads for ever.
    pub(super) fn never_frees(&self) -> bool {
        let pool = [self.total_cap, self.daily_cap, self.weekly_cap, self.monthly_cap];
        pool.contains(&Some(0)) && !self.is_reward
    }

    pub(super) fn ruled_out(&self, rep: &RepId) -> Option<SkipReason> {
        if self.previous.contains(rep) {
            return Some(SkipReason::PreviousOwner);
        }
        self.excluded.contains(rep).then_some(SkipReason::Excluded)
    }
}

/// The previous owners, oldest first, who do not get the lead again.
pub(super) fn ruled_out_before(rule: PreviousOwners, owners: &[RepId]) -> &[RepId] {
    let skipped = match rule {
        PreviousOwners::All => 0,
        PreviousOwners::Last(count) => {
            owners.len().saturating_sub(usize::try_from(count).unwrap_or(usize::MAX))
        }
        PreviousOwners::None => owners.len(),
    };
    owners.get(skipped..).unwrap_or_default()
}
