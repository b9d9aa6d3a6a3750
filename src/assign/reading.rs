//! Reading a list for a decision: whole, or only what is different since the last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::class::{ClassKey, TurnTable};
use super::eligibility::Question;
use super::members::Members;
use super::roll::{Basis, Changed, Hint, Kind, Moment, Patch, Roll, add};
use super::turn::Seating;
use super::turns::Turns;
use crate::model::RepId;
use crate::rule::Fingerprint;

impl Moment {
    fn of(question: &Question<'_>) -> Moment {
        let ledgers = question.ledgers;
        Moment { at: question.now, reps: ledgers.reps.changes.now(), revision: ledgers.pool.revision() }
    }
}

impl Roll {
    /// Reads a list; also who takes part, with the kind of each, by id.
    pub(super) fn read(
        question: &Question<'_>,
        members: &Members,
        table: TurnTable,
        rules: Fingerprint,
    ) -> (Roll, Vec<(RepId, usize)>) {
        let basis = Basis {
            rules,
            roster: question.roster.token().clone(),
            table,
            date: question.date,
            moment: Moment::of(question),
        };
        let mut keys: BTreeMap<ClassKey, usize> = BTreeMap::new();
        let mut roll = Roll::new(basis);
        let mut seated = Vec::new();
        members.visit(question, &mut |rep, weight| {
            let Some(index) = question.roster.index_of(rep.as_str()) else {
                return add(&mut roll.outside, "unknown_rep", 1);
            };
            let Some((_, slot)) = question.roster.at(index).filter(|(_, slot)| slot.active) else {
                return add(&mut roll.outside, "inactive", 1);
            };
            let key = ClassKey { of: slot.kind, weight: weight.unwrap_or(slot.weight) };
            let kind = *keys.entry(key).or_insert_with(|| {
                roll.kinds.push(Kind { key, slot: index, class: None, seated: 0, resting: BTreeMap::new() });
                roll.kinds.len() - 1
            });
            match question.own_code(rep, slot) {
                None => seated.push((rep.clone(), kind)),
                Some(code) => roll.rest(rep, kind, code),
            }
        });
        (roll, seated)
    }

    /// Who is to be seated anew so that those who take part sit in the classes of their kinds.
    pub(super) fn seating(seated: &[(RepId, usize)], kinds: &[Kind], turns: &Turns) -> Seating {
        let mut numbers: BTreeMap<ClassKey, u32> = BTreeMap::new();
        numbers.extend(turns.classes.iter().map(|(number, class)| (class.key(), *number)));
        let (mut seating, mut next) = (Seating::default(), turns.next);
        let mut sits: Vec<&RepId> = Vec::with_capacity(seated.len());
        for (rep, kind) in seated {
            let Some(kind) = kinds.get(*kind) else { continue };
            let number = *numbers.entry(kind.key).or_insert_with(|| {
                seating.opened.insert(next, kind.key);
                next = next.saturating_add(1);
                next - 1
            });
            sits.push(rep);
            if turns.reps.get(rep).and_then(|seat| seat.class) != Some(number) {
                seating.moved.insert(rep.clone(), Some(number));
            }
        }
        // Both by id.
        let sits = |rep: &RepId| sits.binary_search(&rep).is_ok();
        let gone = turns.reps.iter().filter(|(rep, seat)| seat.class.is_some() && !sits(rep));
        seating.moved.extend(gone.map(|(rep, _)| (rep.clone(), None)));
        seating
    }

    /// Who is to be looked at again because of what happened since, and whether he takes part; `None` when the list is to
    /// be read again.
    pub(super) fn changed(
        &self,
        question: &Question<'_>,
        turns: &Turns,
        table: TurnTable,
        rules: Fingerprint,
    ) -> Option<Vec<Changed>> {
        let Basis { moment, .. } = &self.basis;
        let stands = self.basis.rules == rules
            && self.basis.table == table
            && self.basis.date == question.date
            && moment.at <= question.now
            && self.basis.roster.is_same(question.roster.token());
        if !stands {
            return None;
        }
        let ledgers = question.ledgers;
        let given = ledgers.pool.given.since(moment.revision)?;
        let counted = ledgers.reps.changes.since(moment.reps)?;
        let comings = question.roster.comings(moment.at, question.now);
        let comings = comings.filter_map(|index| question.roster.at(index)).map(|(rep, _)| rep);
        let again: BTreeSet<&RepId> = given.chain(counted).chain(comings).collect();
        let mut changed = Vec::new();
        for rep in again {
            let (kind, before) = match self.resting.get(rep) {
                Some((kind, code)) => (*kind, Some(*code)),
                None => match turns.reps.get(rep).and_then(|seat| self.kind_of(seat.class?)) {
                    Some(kind) => (kind, None),
                    None => continue,
                },
            };
            let Some((rep, slot)) = question.roster.find(rep.as_str()) else { continue };
            let now = question.own_code(rep, slot);
            if now != before {
                changed.push(Changed { rep: rep.clone(), kind, before, now });
            }
        }
        Some(changed)
    }

    /// As [`seating`](Self::seating), of those who changed.
    pub(super) fn reseating(&self, question: &Question<'_>, changed: &[Changed], turns: &Turns) -> Seating {
        let (mut seating, mut next) = (Seating::default(), turns.next);
        let mut opened: BTreeMap<usize, u32> = BTreeMap::new();
        for one in changed.iter().filter(|one| one.before.is_some() != one.now.is_some()) {
            let number = match (one.now, self.kinds.get(one.kind)) {
                (Some(_), _) | (_, None) => None,
                (None, Some(kind)) => Some(kind.class.unwrap_or_else(|| {
                    *opened.entry(one.kind).or_insert_with(|| {
                        seating.opened.insert(next, kind.key);
                        next = next.saturating_add(1);
                        next - 1
                    })
                })),
            };
            seating.moved.insert(one.rep.clone(), number);
        }
        let patch = Patch { moment: Moment::of(question), changed: changed.to_vec() };
        seating.hint = Hint::Patch(Arc::new(patch));
        seating
    }
}
