//! Who comes first in each class.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::class::{Class, TurnTable};
use super::roll::{ABSENT, Roll};
use super::seat::Seat;
use crate::model::RepId;

/// Who is owed most first.
type Order = BTreeSet<(Reverse<i64>, RepId)>;

/// Who comes first in each class. It is no part of the state, but follows from it and from who was there.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) roll: Roll,
    /// Those of each class by what they are owed beside it.
    orders: BTreeMap<u32, Order>,
    /// Those of each kind whom nothing but a cap keeps out, by all they are owed: a reward may be theirs.
    capped: BTreeMap<usize, Order>,
    /// Those of each kind who are away.
    absent: BTreeMap<usize, BTreeSet<RepId>>,
    /// As what they stand there: the kind, and what those at a cap are owed.
    stands: BTreeMap<RepId, (usize, Option<i64>)>,
}

impl Index {
    /// Reads everybody. `roll` knows the classes of its kinds.
    pub(super) fn of(roll: Roll, reps: &BTreeMap<RepId, Seat>, classes: &BTreeMap<u32, Class>) -> Index {
        let table = roll.table();
        let class = |seat: &Seat| seat.class.and_then(|number| classes.get(&number));
        let mut orders: BTreeMap<u32, Vec<(Reverse<i64>, RepId)>> = BTreeMap::new();
        for (rep, seat) in reps {
            if let Some((number, seat)) = seat.sitting(class(seat)) {
                orders.entry(number).or_default().push((Reverse(seat.beside(table)), rep.clone()));
            }
        }
        let orders = orders.into_iter().map(|(class, order)| (class, order.into_iter().collect())).collect();
        let (capped, absent, stands) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut index = Index { roll, orders, capped, absent, stands };
        let resting: Vec<RepId> = index.roll.resting.keys().cloned().collect();
        for rep in &resting {
            let seat = reps.get(rep).copied().unwrap_or_default();
            index.rests(rep, &seat, class(&seat));
        }
        index
    }

    fn table(&self) -> TurnTable {
        self.roll.table()
    }

    /// Those of a class, who is owed most first, and what each is owed beside the class.
    pub(super) fn in_order(&self, class: u32) -> impl Iterator<Item = (i64, &RepId)> {
        self.orders.get(&class).into_iter().flatten().map(|(Reverse(owed), rep)| (*owed, rep))
    }

    /// Those of a kind whom a cap keeps out, who is owed most first, and what each is owed.
    pub(super) fn capped(&self, kind: usize) -> impl Iterator<Item = (i64, &RepId)> {
        self.capped.get(&kind).into_iter().flatten().map(|(Reverse(owed), rep)| (*owed, rep))
    }

    /// Those of a kind who are away, by id.
    pub(super) fn absent(&self, kind: usize) -> impl Iterator<Item = &RepId> {
        self.absent.get(&kind).into_iter().flatten()
    }

    /// A rep has another seat, which the classes do not count yet.
    pub(super) fn moved(
        &mut self,
        rep: &RepId,
        (before, after): (&Seat, &Seat),
        classes: &BTreeMap<u32, Class>,
    ) {
        let table = self.table();
        let class = |seat: &Seat| seat.class.and_then(|number| classes.get(&number));
        let place = |seat: &Seat| {
            seat.sitting(class(seat)).map(|(number, seat)| (number, Reverse(seat.beside(table))))
        };
        let (from, to) = (place(before), place(after));
        if from != to {
            if let Some((number, owed)) = from
                && let Some(order) = self.orders.get_mut(&number)
            {
                order.remove(&(owed, rep.clone()));
            }
            if let Some((number, owed)) = to {
                self.orders.entry(number).or_default().insert((owed, rep.clone()));
            }
        }
        if self.stands.contains_key(rep) {
            self.rests(rep, after, class(after));
        }
    }

    /// A rep takes part no longer, or again, or for another reason not, as the roll says.
    pub(super) fn rests(&mut self, rep: &RepId, seat: &Seat, class: Option<&Class>) {
        match self.stands.remove(rep) {
            Some((kind, Some(owed))) => {
                self.capped.entry(kind).or_default().remove(&(Reverse(owed), rep.clone()));
            }
            Some((kind, None)) => drop(self.absent.entry(kind).or_default().remove(rep)),
            None => {}
        }
        let Some((kind, code)) = self.roll.resting.get(rep) else { return };
        let owed = (*code != ABSENT).then(|| seat.owed(class, self.roll.table()));
        match owed {
            Some(owed) => drop(self.capped.entry(*kind).or_default().insert((Reverse(owed), rep.clone()))),
            None => drop(self.absent.entry(*kind).or_default().insert(rep.clone())),
        }
        self.stands.insert(rep.clone(), (*kind, owed));
    }

    /// Forgets classes that are no longer there.
    pub(super) fn close(&mut self, classes: &[u32]) {
        classes.iter().for_each(|number| drop(self.orders.remove(number)));
    }
}
