//! Reading a list for a decision: all of it, or only what has changed since the last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::class::ClassKey;
use super::eligibility::Question;
use super::load::{Load, LoadOf};
use super::roll::{ABSENT, Basis, Changed, Hint, Kind, Moment, Patch, Roll, add};
use super::seating::{Seating, To};
use super::seats::Seats;
use super::standing::Share;
use super::turns::Turns;
use crate::model::RepId;

impl Moment {
    fn of(question: &Question<'_>) -> Moment {
        let ledgers = question.ledgers;
        Moment {
            at: question.now,
            reps: ledgers.reps.changes.now(),
            holdings: question.roster.counted().now(),
            revision: ledgers.pool.revision(),
        }
    }
}

impl Roll {
    /// Reads a list; also the reps who take part, with the kind of each, by id.
    pub(super) fn read(question: &Question<'_>, share: Share<'_>) -> (Roll, Vec<(RepId, usize)>) {
        let basis = Basis {
            rules: share.rules,
            roster: question.roster.name(),
            table: share.table,
            by: share.by,
            date: question.date,
            busy: (question.untouched_limit, question.and_since),
            moment: Moment::of(question),
        };
        let mut keys: BTreeMap<ClassKey, usize> = BTreeMap::new();
        let mut roll = Roll::new(basis);
        let mut seated = Vec::new();
        let fault = share.members.visit(question, &mut |rep, weight| {
            // Outside all kinds: no lead and no passage of time makes these members take part.
            let Some(index) = question.roster.index_of(rep.as_str()) else {
                return add(&mut roll.outside, "unknown_rep", 1);
            };
            let Some((_, slot)) = question.roster.at(index) else { return };
            if let Some(reason) = slot.outside() {
                return add(&mut roll.outside, reason.code(), 1);
            }
            roll.room = roll.room.max(question.holding_cap_of(slot).unwrap_or(0));
            // An attribute that no rule reads does not distinguish reps.
            let of = slot.kind(question.match_territory, question.match_skills);
            let key = ClassKey { of, weight: weight.unwrap_or(slot.weight) };
            let kind = *keys.entry(key).or_insert_with(|| {
                roll.open(Kind::new(key, index, slot.hours), &slot.territories, &slot.skills)
            });
            roll.count(kind);
            if slot.takes_none() {
                roll.never.push(rep.clone());
            }
            match question.own_code(rep, slot) {
                None => seated.push((rep.clone(), kind)),
                Some(code) => roll.rest(rep, kind, code),
            }
        });
        roll.fault = fault;
        // Where load does not decide, counting it for everybody would cost more than the decision.
        if share.by != LoadOf::Nothing {
            let all = seated.iter().map(|(rep, _)| rep).chain(roll.resting.keys());
            let load = |rep: &RepId| Some((rep.clone(), roll.load_now(question, rep)?));
            roll.loads = all.filter_map(load).collect();
        }
        (roll, seated)
    }

    /// The reps to seat anew so that those who take part sit in the classes of their kinds, and nobody else sits.
    pub(super) fn seating(
        &self,
        question: &Question<'_>,
        seated: &[(RepId, usize)],
        turns: &Turns,
    ) -> Seating {
        let mut numbers: BTreeMap<ClassKey, u32> = BTreeMap::new();
        numbers.extend(turns.classes.iter().map(|(number, class)| (class.key(), number)));
        let (mut seating, mut next) = (Seating::default(), turns.next);
        let mut sits: Vec<&RepId> = Vec::with_capacity(seated.len());
        for (rep, kind) in seated {
            let Some(kind) = self.kinds.get(*kind) else { continue };
            // By key: kinds are numbered anew at each reading, and classes outlast it.
            let number = *numbers.entry(kind.key).or_insert_with(|| {
                seating.opened.insert(next, kind.key);
                next = next.saturating_add(1);
                next - 1
            });
            sits.push(rep);
            if turns.sits_in(rep) != Some(number) {
                seating.moved.insert(rep.clone(), way(rep, number, turns));
            }
        }
        // Both sorted by id.
        let sits = |rep: &RepId| sits.binary_search(&rep).is_ok();
        for rep in turns.reps.keys().filter(|rep| !sits(rep) && turns.sits_in(rep).is_some()) {
            let code = self.resting.get(rep).map(|(_, code)| *code);
            seating.moved.insert(rep.clone(), code.map_or(To::Away, |code| question.rest(rep, code)));
        }
        seating
    }

    /// The reps to look at again because of what happened since, by id, each with whether they take part; `None` when the list
    /// has to be read again.
    pub(super) fn changed(
        &self,
        question: &Question<'_>,
        turns: &Turns,
        share: Share<'_>,
    ) -> Option<Vec<Changed>> {
        let Basis { moment, .. } = &self.basis;
        // All that decides who takes part, except what happens to single reps: if one of them differs, nothing read
        // is valid.
        let stands = self.basis.rules == share.rules
            && self.basis.table == share.table
            && self.basis.by == share.by
            && self.basis.date == question.date
            && self.basis.busy == (question.untouched_limit, question.and_since)
            && moment.at <= question.now
            && self.basis.roster == question.roster.name();
        if !stands {
            return None;
        }
        let ledgers = question.ledgers;
        // Each log reaches back a limited number of changes. Beyond that nobody knows who changed, and `?` has the
        // list read again.
        let given = ledgers.pool.given.since(moment.revision)?;
        let counted = ledgers.reps.changes.since(moment.reps)?;
        let held = question.roster.counted().since(moment.holdings)?;
        let comings = question.roster.comings(moment.at, question.now);
        let comings = comings.filter_map(|index| question.roster.at(index)).map(|(rep, _)| rep);
        let again: BTreeSet<&RepId> = given.chain(counted).chain(held).chain(comings).collect();
        let mut changed = Vec::new();
        for rep in again {
            let (kind, before) = match self.resting.get(rep) {
                Some((kind, code)) => (*kind, Some(*code)),
                None => match turns.sits_in(rep).and_then(|number| self.kind_of(number)) {
                    Some(kind) => (kind, None),
                    // Without a kind: outside the list as it was read, and so as long as the roster stays the same.
                    None => continue,
                },
            };
            let Some((rep, slot)) = question.roster.find(rep.as_str()) else { continue };
            let (now, load) =
                (question.own_code(rep, slot), self.load_now(question, rep).unwrap_or_default());
            // Most of those checked again are unchanged: few leads fill a cap.
            if now != before || load != self.load(rep) {
                changed.push(Changed { rep: rep.clone(), kind, before, now, load });
            }
        }
        Some(changed)
    }

    /// The present load of a rep, as far as it decides.
    fn load_now(&self, question: &Question<'_>, rep: &RepId) -> Option<Load> {
        let (_, slot) = question.roster.find(rep.as_str())?;
        // A rep without a cap has as much room as the largest one, so that nobody looks emptier for having none.
        let room = question.holding_cap_of(slot).unwrap_or(self.room);
        Some(self.basis.by.load(slot.open(question.ledgers.reps.taken(rep)), room))
    }

    /// As [`seating`](Self::seating), for those who changed.
    pub(super) fn reseating(&self, question: &Question<'_>, changed: &[Changed], turns: &Turns) -> Seating {
        let (mut seating, mut next) = (Seating::default(), turns.next);
        let mut opened: BTreeMap<usize, u32> = BTreeMap::new();
        for one in changed.iter().filter(|one| one.changes_membership()) {
            let to = match (one.now, self.kinds.get(one.kind)) {
                (Some(code), _) => question.rest(&one.rep, code),
                (None, None) => To::Away,
                (None, Some(kind)) => {
                    // One class for all who join a kind in which nobody sat before.
                    let number = kind.class.unwrap_or_else(|| {
                        *opened.entry(one.kind).or_insert_with(|| {
                            seating.opened.insert(next, kind.key);
                            next = next.saturating_add(1);
                            next - 1
                        })
                    });
                    way(&one.rep, number, turns)
                }
            };
            seating.moved.insert(one.rep.clone(), to);
        }
        let patch = Patch { moment: Moment::of(question), changed: changed.to_vec() };
        // For the ledger, which keeps what was read in step without reading the list itself.
        seating.hint = Hint::Patch(Arc::new(patch));
        seating
    }
}

/// How a rep gets into a class: back where they were, or by its number.
fn way(rep: &RepId, number: u32, turns: &Turns) -> To {
    match turns.seat(rep).class == Some(number) && turns.class(number).is_some() {
        true => To::Back,
        false => To::Class(number),
    }
}

impl Question<'_> {
    /// Where a rep goes who does not take part for a reason: a cap of a day, a week or a month ends by itself.
    fn rest(&self, rep: &RepId, code: &'static str) -> To {
        if code == ABSENT {
            return To::Away;
        }
        let found = self.roster.find(rep.as_str());
        found.and_then(|(rep, slot)| self.rests_through(rep, slot)).map_or(To::Away, To::Through)
    }
}
