//! The next turn, quickly: by class and not rep by rep.
//!
//! It picks the same rep as [`super::ranks`], which goes through everybody.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::class::{ClassKey, gain};
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
        // Most kinds are excluded for one and the same reason, such as the territory.
        let mut run: (&'static str, u32) = ("", 0);
        let mut open = question.roster.unread_hours();
        // Once for each set of territories, not for each kind: most kinds differ in skills or hours.
        let served: Vec<bool> = roll.grounds.iter().map(|ground| question.serves(ground)).collect();
        for (index, kind) in roll.kinds.iter().enumerate() {
            let is_served = served.get(kind.ground).copied().unwrap_or(true);
            let code = match is_served || kind.key.weight == 0 {
                // Only a weight of 0 comes before it.
                false => Some("territory"),
                true => {
                    let Some((_, slot)) = question.roster.at(kind.slot) else { continue };
                    question.kind_code(slot, kind.key.weight, &mut open)
                }
            };
            let Some(code) = code else {
                parts.add(index, kind, question, standing);
                continue;
            };
            // Whether they take part or not: changed reps are among them.
            let resting = kind.resting.values().fold(0, |sum: u32, count| sum.saturating_add(*count));
            let all = kind.seated.saturating_add(resting);
            if run.0 == code {
                run.1 = run.1.saturating_add(all);
            } else {
                add(&mut parts.counts, run.0, run.1);
                run = (code, all);
            }
        }
        add(&mut parts.counts, run.0, run.1);
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
            self.some.push(Part { kind: index, class, weight, count });
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
        let gained = |one: &Part| gain(table, one.weight, total, share.units);
        let is_plain = |rep: &RepId| !self.out.contains_key(rep) && standing.is_as_kept(rep);
        // Of equal reps the one with the smaller id.
        let mut best: Option<(Load, Reverse<i64>, &RepId)> = None;
        let mut consider = |load: Load, owed: i64, rep| {
            let place = (load, Reverse(owed), rep);
            best = Some(best.map_or(place, |best| best.min(place)));
        };
        for one in &self.some {
            let sums = one.class.and_then(|number| Some((number, standing.class(number)?.owed(table))));
            // All members of a class gain alike, so the first in the index's order represents those behind.
            if let Some((number, sum)) = sums
                && let Some((load, beside, rep)) = index.in_order(number).find(|(.., rep)| is_plain(rep))
            {
                consider(load, sum.saturating_add(beside).saturating_add(gained(one)), rep);
            }
            // A rep at a cap sits in no class, and may still get a reward.
            if question.is_reward
                && let Some((load, owed, rep)) = index.capped(one.kind).find(|(.., rep)| is_plain(rep))
            {
                consider(load, owed.saturating_add(gained(one)), rep);
            }
        }
        // The index knows only their old values, so each of them is checked separately.
        for rep in standing.moved().chain(standing.changed_reps()) {
            if !self.out.contains_key(rep)
                && let Some(one) = standing.kind_of(rep, question.is_reward).and_then(|kind| self.part(kind))
            {
                consider(standing.load_of(rep), standing.owed(rep, table).saturating_add(gained(one)), rep);
            }
        }
        best.map(|(.., rep)| rep.clone())
    }
}
