//! The order of the reps in each class.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::class::{Class, TurnTable};
use super::load::Load;
use super::numbered::Numbered;
use super::roll::{ABSENT, Roll};
use super::seat::Seat;
use crate::model::RepId;

/// The rep with the lowest load first if that decides, and of equals the one who is owed most.
type Place = (Load, Reverse<i64>, RepId);
type Order = BTreeSet<Place>;

/// Those of a class in their order.
#[derive(Debug, Clone, Default)]
struct Lane {
    order: Order,
    /// Of the first: most turns look no further, and need not go to where the order is.
    first: Option<(Load, Reverse<i64>)>,
}

impl Lane {
    fn of(order: Order) -> Lane {
        let mut lane = Lane { order, first: None };
        lane.look();
        lane
    }

    fn insert(&mut self, place: Place) {
        self.order.insert(place);
        self.look();
    }

    fn remove(&mut self, place: &Place) {
        self.order.remove(place);
        self.look();
    }

    fn look(&mut self) {
        self.first = self.order.first().map(|(load, owed, _)| (*load, *owed));
    }
}

/// Who comes first in each class. It is no part of the state, but follows from it and from who was there.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) roll: Roll,
    /// Those of each class by what they are owed beside it.
    orders: Numbered<Lane>,
    /// Those of each kind whom nothing but a cap keeps out, by all they are owed: a reward may be theirs.
    capped: BTreeMap<usize, Order>,
    /// The reps of each kind who are away.
    absent: BTreeMap<usize, BTreeSet<RepId>>,
    /// How they are sorted: by kind, and for those at a cap by load and by what they are owed.
    stands: BTreeMap<RepId, (usize, Option<(Load, i64)>)>,
}

impl Index {
    /// Reads everybody. `roll` knows the classes of its kinds.
    pub(super) fn of(roll: Roll, reps: &BTreeMap<RepId, Seat>, classes: &Numbered<Class>) -> Index {
        let table = roll.table();
        let class = |seat: &Seat| seat.class.and_then(|number| classes.get(number));
        // One for each class, also where nobody sits: so a class and its order stand at the same place.
        let mut orders: BTreeMap<u32, Vec<Place>> =
            classes.iter().map(|(number, _)| (number, Vec::new())).collect();
        for (rep, seat) in reps {
            if let Some((number, seat)) = seat.sitting(class(seat)) {
                let place = (roll.load(rep), Reverse(seat.beside(table)), rep.clone());
                orders.entry(number).or_default().push(place);
            }
        }
        // A set that is built of a whole list sorts it once, where one insert for each rep would search each time.
        let orders = orders.into_iter();
        let orders = orders.map(|(class, order)| (class, Lane::of(order.into_iter().collect()))).collect();
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

    /// The members of a class in their order, each with their load and what they are owed in addition to the class.
    pub(super) fn in_order(&self, class: u32) -> impl Iterator<Item = (Load, i64, &RepId)> {
        shown(self.orders.get(class).map(|lane| &lane.order))
    }

    /// Of the first of a class that stands at a place, the load and what they are owed beside the class.
    pub(super) fn first(&self, class: u32, place: usize) -> Option<(Load, i64)> {
        self.orders.get_at(place, class)?.first.map(|(load, Reverse(owed))| (load, owed))
    }

    /// The reps of a kind whom a cap keeps out, in their order, each with their load and what they are owed.
    pub(super) fn capped(&self, kind: usize) -> impl Iterator<Item = (Load, i64, &RepId)> {
        shown(self.capped.get(&kind))
    }

    /// The reps of a kind who are away, by id.
    pub(super) fn absent(&self, kind: usize) -> impl Iterator<Item = &RepId> {
        self.absent.get(&kind).into_iter().flatten()
    }

    /// A rep has another seat, which the classes do not count yet.
    pub(super) fn moved(&mut self, rep: &RepId, (before, after): (&Seat, &Seat), classes: &Numbered<Class>) {
        let table = self.table();
        let class = |seat: &Seat| seat.class.and_then(|number| classes.get(number));
        let place = |seat: &Seat| {
            seat.sitting(class(seat)).map(|(number, seat)| (number, Reverse(seat.beside(table))))
        };
        let (from, to) = (place(before), place(after));
        // A turn moves the class, not the places in it: only the winner is sorted anew.
        if from != to {
            let load = self.roll.load(rep);
            if let Some((number, owed)) = from
                && let Some(lane) = self.orders.get_mut(number)
            {
                lane.remove(&(load, owed, rep.clone()));
            }
            if let Some((number, owed)) = to
                && let Some(lane) = self.orders.get_mut(number)
            {
                lane.insert((load, owed, rep.clone()));
            }
        }
        // A rep at a cap is ordered by all they are owed, which the new seat may have changed.
        if self.stands.contains_key(rep) {
            self.rests(rep, after, class(after));
        }
    }

    /// The load of a rep has changed, if loads decide.
    pub(super) fn loads(&mut self, rep: &RepId, load: Load, seat: &Seat, class: Option<&Class>) {
        let before = self.roll.load(rep);
        if before == load {
            return;
        }
        self.roll.loads.insert(rep.clone(), load);
        if let Some((number, seat)) = seat.sitting(class)
            && let Some(lane) = self.orders.get_mut(number)
        {
            let owed = Reverse(seat.beside(self.roll.table()));
            // The load is part of the place, so the old place is found under the old load only.
            lane.remove(&(before, owed, rep.clone()));
            lane.insert((load, owed, rep.clone()));
        }
    }

    /// A rep no longer takes part, or does again, or the reason has changed, as the roll says.
    pub(super) fn rests(&mut self, rep: &RepId, seat: &Seat, class: Option<&Class>) {
        // Removed by the values the rep was inserted with: load and credit may have changed since.
        match self.stands.remove(rep) {
            Some((kind, Some((load, owed)))) => {
                self.capped.entry(kind).or_default().remove(&(load, Reverse(owed), rep.clone()));
            }
            Some((kind, None)) => drop(self.absent.entry(kind).or_default().remove(rep)),
            None => {}
        }
        let Some((kind, code)) = self.roll.resting.get(rep) else { return };
        let place = (*code != ABSENT).then(|| (self.roll.load(rep), seat.owed(class, self.roll.table())));
        match place {
            Some((load, owed)) => {
                self.capped.entry(*kind).or_default().insert((load, Reverse(owed), rep.clone()));
            }
            None => drop(self.absent.entry(*kind).or_default().insert(rep.clone())),
        }
        self.stands.insert(rep.clone(), (*kind, place));
    }

    /// A class is opened of which nobody sits yet.
    pub(super) fn open(&mut self, class: u32) {
        self.orders.insert(class, Lane::default());
    }

    /// Forgets classes that are no longer there, by number.
    pub(super) fn close(&mut self, classes: &[u32]) {
        self.orders.remove_all(classes);
    }
}

fn shown(order: Option<&Order>) -> impl Iterator<Item = (Load, i64, &RepId)> {
    order.into_iter().flatten().map(|(load, Reverse(owed), rep)| (*load, *owed, rep))
}
