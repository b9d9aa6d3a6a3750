//! The next turn, quickly: by class and not rep by rep.
//!
//! It picks the same rep as [`super::ranks`], which goes through everybody.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::class::{ClassKey, Gains};
use super::eligibility::Question;
use super::load::Load;
use super::nobody::Nobody;
use super::numbers::Numbers;
use super::roll::{ABSENT, Kind, add};
use super::seating::Taken;
use super::seats::Seats;
use super::standing::{Share, Standing};
use super::turn::{Turn, nobody};
use crate::model::RepId;
use crate::rule::Fault;

pub(super) type Skipped = BTreeMap<Cow<'static, str>, u32>;

/// Most reps who are ruled out that a turn lists.
const MAX_OUT: usize = 48;
/// If more are ruled out: among how many of all others the lead is shared. So a turn is short whoever is ruled out, and
/// shares are exact as long as one of the two is few.
const MAX_AMONG: usize = 32;

/// The reps of one kind who may take the lead.
struct Part {
    kind: usize,
    class: Option<u32>,
    /// Where the class stands.
    place: usize,
    weight: u32,
    count: u32,
}

/// The reps who may take the lead, kind by kind.
struct Parts<'q> {
    /// The whole pool has reached its cap.
    is_closed: bool,
    /// By kind.
    some: Vec<Part>,
    /// The reps of the kinds who may not, each with the kind.
    out: BTreeMap<&'q RepId, usize>,
    /// The others by reason.
    counts: BTreeMap<&'static str, u32>,
}

/// The rep who gets the lead, or who has it if they may, and the turn that this takes; counts the others by reason.
pub(super) fn pick(
    question: &Question<'_>,
    share: Share<'_>,
    winner: Option<&RepId>,
    skipped: &mut Skipped,
    fault: &mut Option<Fault>,
) -> Result<(RepId, Taken), Nobody> {
    let standing = Standing::of(question, share);
    *fault = standing.roll().and_then(|roll| roll.fault.clone());
    let mut parts = Parts::of(question, &standing).ok_or_else(Nobody::default)?;
    parts.rule_out(question, &standing);
    let total = parts.total();
    // A lead that is given in another way takes a turn only if its owner is among those who share.
    let first = match winner {
        Some(rep) => parts.has(rep, question, &standing).then(|| rep.clone()),
        None => parts.first(question, &standing, share, total),
    };
    for (code, count) in std::mem::take(&mut parts.counts) {
        add(skipped, Cow::Borrowed(code), count);
    }
    let Some(winner) = first else { return Err(Nobody::of(question, &standing)) };
    let mut turn = Turn {
        list: share.list.clone(),
        table: share.table,
        total,
        units: share.units,
        winner: winner.clone(),
        classes: parts.some.iter().filter_map(|one| one.class).collect(),
        out: nobody(),
        among: nobody(),
        back: false,
    };
    if parts.out.len() <= MAX_OUT {
        turn.out = parts.out.into_keys().cloned().collect();
    } else {
        let among = parts.drawn(question, &standing);
        // The shares are of these few only, and they pay one another: the sum stays 0.
        turn.total = among.values().map(|weight| u64::from(*weight)).fold(0, u64::saturating_add);
        turn.classes = Numbers::default();
        turn.among = among.into_keys().collect();
    }
    Ok((winner, Taken { turn, seating: standing.seating }))
}

impl<'q> Parts<'q> {
    fn of(question: &Question<'q>, standing: &Standing<'_>) -> Option<Parts<'q>> {
        let roll = standing.roll()?;
        let (some, out, counts) = (Vec::new(), BTreeMap::new(), roll.outside.clone());
        let mut parts = Parts { is_closed: question.is_closed(), some, out, counts };
        // Those whom the lead does not suit are counted by those it does: most kinds are never looked at.
        let serving = question.serving(&roll.suited);
        let served = roll.members(&serving);
        add(&mut parts.counts, "territory", roll.suitable.saturating_sub(served));
        let kinds = question.skilled(serving, &roll.suited);
        add(&mut parts.counts, "skill", served.saturating_sub(roll.members(&kinds)));
        let mut hours = question.roster.unread_hours();
        for &index in kinds.iter() {
            let Some(kind) = roll.kinds.get(index) else { continue };
            match question.roster.not_working(kind.hours, question.now, &mut hours) {
                Some(code) => add(&mut parts.counts, code, kind.members),
                None => parts.add(index, kind, question, standing),
            }
        }
        Some(parts)
    }

    /// Adds a kind that may take the lead, without those who rest.
    fn add(&mut self, index: usize, kind: &Kind, question: &Question<'_>, standing: &Standing<'_>) {
        let class = standing.number_of(kind.class, kind.key);
        let mut count = standing.count_of(class, kind.seated);
        for (code, resting) in standing.resting(index, kind) {
            let resting = u32::try_from(resting).unwrap_or(0);
            // Caps keep nobody from a reward, and the cap of the whole pool is reported before a rep's own.
            match code != ABSENT && (question.is_reward || self.is_closed) {
                true => count = count.saturating_add(resting),
                false => add(&mut self.counts, code, resting),
            }
        }
        if self.is_closed {
            add(&mut self.counts, "pool_total_cap", count);
        } else if count > 0 {
            let ClassKey { weight, .. } = kind.key;
            self.some.push(Part { kind: index, class, place: kind.place, weight, count });
        }
    }

    fn part(&self, kind: usize) -> Option<&Part> {
        let place = self.some.binary_search_by(|one| one.kind.cmp(&kind)).ok()?;
        self.some.get(place)
    }

    /// Leaves out the reps who must not get this very lead.
    fn rule_out(&mut self, question: &Question<'q>, standing: &Standing<'_>) {
        for rep in question.previous.iter().chain(question.excluded) {
            let Some(kind) = standing.kind_of(rep, question.is_reward) else { continue };
            let Ok(place) = self.some.binary_search_by(|one| one.kind.cmp(&kind)) else { continue };
            // A rep who is both a previous owner and excluded counts once.
            if let (Some(reason), None, Some(one)) =
                (question.ruled_out(rep), self.out.insert(rep, kind), self.some.get_mut(place))
            {
                add(&mut self.counts, reason.code(), 1);
                one.count = one.count.saturating_sub(1);
            }
        }
        self.some.retain(|one| one.count > 0);
        // A turn lists those it passes over; a rep outside all classes who takes part need not be among them.
        let some = &self.some;
        self.out.retain(|_, kind| some.binary_search_by(|one| one.kind.cmp(kind)).is_ok());
    }

    /// The weight of all who may take the lead.
    fn total(&self) -> u64 {
        let weight = |one: &Part| u64::from(one.weight).saturating_mul(one.count.into());
        self.some.iter().map(weight).fold(0, u64::saturating_add)
    }

    fn has(&self, rep: &RepId, question: &Question<'_>, standing: &Standing<'_>) -> bool {
        let kind = standing.kind_of(rep, question.is_reward);
        !self.out.contains_key(rep) && kind.is_some_and(|kind| self.part(kind).is_some())
    }

    /// Some of all who may have the lead, by id, each with the weight: in place of the many who may not. Everybody is among
    /// them equally often, and of each class about as many as it has members, so that over many leads everybody is owed their
    /// share.
    fn drawn(&self, question: &Question<'_>, standing: &Standing<'_>) -> BTreeMap<RepId, u32> {
        let mut all: Vec<(&RepId, u32)> = Vec::new();
        for one in &self.some {
            let plain = |rep: &RepId| !self.out.contains_key(rep) && standing.is_as_kept(rep);
            if let (Some(number), Some(index)) = (one.class, standing.index()) {
                let seated = index.in_order(number).map(|(.., rep)| rep).filter(|rep| plain(rep));
                all.extend(seated.map(|rep| (rep, one.weight)));
            }
        }
        // A rep who moved may also have changed: a set, so that nobody is drawn twice.
        let others: BTreeSet<&RepId> = standing.moved().chain(standing.changed_reps()).collect();
        for rep in others.into_iter().filter(|rep| !self.out.contains_key(*rep)) {
            let kind = standing.kind_of(rep, question.is_reward);
            all.extend(kind.and_then(|kind| self.part(kind)).map(|one| (rep, one.weight)));
        }
        let count = all.len().min(MAX_AMONG) as u64;
        // The position of the first draw, as a part of 2³²: multiples of the golden ratio spread evenly over all
        // decisions.
        let first = question.ledgers.pool.revision().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let place = |at: u64| ((at << 32) | first).saturating_mul(all.len() as u64) / (count << 32);
        let drawn = (0..count).filter_map(|at| all.get(usize::try_from(place(at)).ok()?));
        drawn.map(|(rep, weight)| ((*rep).clone(), *weight)).collect()
    }

    /// The rep with the lowest load, if that decides; of equals the one who is owed most.
    fn first(
        &self,
        question: &Question<'_>,
        standing: &Standing<'_>,
        share: Share<'_>,
        total: u64,
    ) -> Option<RepId> {
        let (table, index) = (share.table, standing.index().filter(|_| !self.some.is_empty())?);
        let mut gains = Gains::new(table, total, share.units);
        let is_plain = |rep: &RepId| !self.out.contains_key(rep) && standing.is_as_kept(rep);
        // Everybody of all other kinds is plain.
        let touched: BTreeSet<usize> = self.out.values().copied().chain(standing.kinds_touched()).collect();
        let mut best = Best(None);
        for one in &self.some {
            let gained = gains.of(one.weight);
            // All of a class gain alike, so the first in the index's order speaks for those behind.
            if let Some(number) = one.class
                && let Some(class) = standing.class_of_kind(number, one.place)
            {
                let owed = class.owed(table).saturating_add(gained);
                let is_touched = touched.contains(&one.kind);
                let first = if is_touched { None } else { index.first(number, one.place) };
                // Mostly somebody else is ahead of the first, so nobody need know who that is.
                if !first.is_some_and(|(load, beside)| best.is_ahead(load, owed.saturating_add(beside)))
                    && let Some((load, beside, rep)) =
                        index.in_order(number).find(|(.., rep)| !is_touched || is_plain(rep))
                {
                    best.consider(load, owed.saturating_add(beside), rep);
                }
            }
            // A rep at a cap sits in no class, and may still get a reward.
            if question.is_reward
                && let Some((load, owed, rep)) = index.capped(one.kind).find(|(.., rep)| is_plain(rep))
            {
                best.consider(load, owed.saturating_add(gained), rep);
            }
        }
        // The index knows only their old values, so each of them is checked separately.
        for rep in standing.moved().chain(standing.changed_reps()) {
            if !self.out.contains_key(rep)
                && let Some(one) = standing.kind_of(rep, question.is_reward).and_then(|kind| self.part(kind))
            {
                let owed = standing.owed(rep, table).saturating_add(gains.of(one.weight));
                best.consider(standing.load_of(rep), owed, rep);
            }
        }
        best.0.map(|(.., rep)| rep.clone())
    }
}

/// Who has least to do of those considered, and of equals who is owed most.
struct Best<'r>(Option<(Load, Reverse<i64>, &'r RepId)>);

impl<'r> Best<'r> {
    /// Whether it is ahead of whoever has so much to do and is owed so much.
    fn is_ahead(&self, load: Load, owed: i64) -> bool {
        self.0.is_some_and(|(least, most, _)| (least, most) < (load, Reverse(owed)))
    }

    fn consider(&mut self, load: Load, owed: i64, rep: &'r RepId) {
        // Of equals the one with the smaller id.
        let place = (load, Reverse(owed), rep);
        self.0 = Some(self.0.map_or(place, |best| best.min(place)));
    }
}
