//! What those who take turns together are owed.
//!
//! Reps of one [class](super::class) are owed more at the same moments and by the same amount. So a class has a sum of its
//! own, each rep what he is owed beside it, and a turn moves the sums of a few classes and the winner, however many take
//! part. Who takes no part for a time sits in no class, and keeps what he is owed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::class::{Class, ONE_LEAD, TurnTable, gain};
use super::roll::{Hint, Roll};
use super::turn::{Seating, Taken, Turn};
use crate::model::RepId;

/// What those who take turns together are owed; sums to 0 in each table.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns {
    pub(super) reps: BTreeMap<RepId, Seat>,
    pub(super) classes: BTreeMap<u32, Class>,
    /// The number of the next class that is opened: none is used twice, or a turn could be given back to others.
    pub(super) next: u32,
    /// Who is away and may catch up: the class he left, and what it was owed then.
    left: BTreeMap<RepId, (u32, i64)>,
    pub(super) index: Option<Index>,
}

/// One rep's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seat {
    pub(super) class: Option<u32>,
    /// Beside what his class is owed, in units of one lead.
    credit: i64,
    smooth: i64,
}

impl Seat {
    fn beside(&self, table: TurnTable) -> i64 {
        match table {
            TurnTable::Credit => self.credit,
            TurnTable::Smooth => self.smooth,
        }
    }

    fn beside_mut(&mut self, table: TurnTable) -> &mut i64 {
        match table {
            TurnTable::Credit => &mut self.credit,
            TurnTable::Smooth => &mut self.smooth,
        }
    }
}

/// Who comes first in each class. It is no part of the state, but follows from it and from who was there.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) roll: Roll,
    orders: BTreeMap<u32, BTreeSet<(Reverse<i64>, RepId)>>,
}

impl PartialEq for Turns {
    fn eq(&self, other: &Turns) -> bool {
        self.reps == other.reps
            && self.classes == other.classes
            && self.next == other.next
            && self.left == other.left
    }
}

impl Eq for Turns {}

impl Turns {
    /// The state alone.
    pub(super) fn without_index(&self) -> Turns {
        Turns {
            reps: self.reps.clone(),
            classes: self.classes.clone(),
            next: self.next,
            left: self.left.clone(),
            index: None,
        }
    }

    /// What a rep is owed.
    pub(super) fn owed(&self, rep: &RepId, table: TurnTable) -> i64 {
        self.reps.get(rep).map_or(0, |seat| self.owed_at(seat, table))
    }

    fn owed_at(&self, seat: &Seat, table: TurnTable) -> i64 {
        let class = seat.class.and_then(|number| self.classes.get(&number));
        seat.beside(table).saturating_add(class.map_or(0, |class| class.owed(table)))
    }

    /// What each is owed, by id.
    pub(super) fn all_owed(&self, table: TurnTable) -> impl Iterator<Item = (&RepId, i64)> {
        self.reps.iter().map(move |(rep, seat)| (rep, self.owed_at(seat, table)))
    }

    /// Those of a class, who is owed most first, and what each is owed beside the class.
    pub(super) fn in_order(&self, class: u32) -> impl Iterator<Item = (i64, &RepId)> {
        let order = self.index.as_ref().and_then(|index| index.orders.get(&class));
        order.into_iter().flatten().map(|(Reverse(owed), rep)| (*owed, rep))
    }

    pub(super) fn take(&mut self, taken: &Taken) {
        self.seat(&taken.seating);
        self.turn(&taken.turn);
    }

    /// Seats reps anew. Nobody's credit moves.
    pub(super) fn seat(&mut self, seating: &Seating) {
        for (number, key) in &seating.opened {
            self.classes.insert(*number, Class::new(*key));
            self.next = self.next.max(number.saturating_add(1));
        }
        for rep in &seating.away {
            let class = self.reps.get(rep).and_then(|seat| seat.class);
            let owed = class.and_then(|number| Some((number, self.classes.get(&number)?.credit)));
            self.left.extend(owed.map(|owed| (rep.clone(), owed)));
        }
        for (rep, to) in &seating.moved {
            self.move_to(rep, *to);
        }
        for (rep, to) in seating.moved.iter().filter_map(|(rep, to)| Some((rep, (*to)?))) {
            if let Some((class, owed)) = self.left.remove(rep)
                && class == to
            {
                self.catch_up(rep, class, owed, seating.catch_up);
            }
        }
        let mut left = Vec::new();
        if !seating.moved.is_empty() {
            left.extend(self.classes.iter().filter(|(_, one)| one.count == 0).map(|(number, _)| *number));
            for number in &left {
                self.classes.remove(number);
            }
        }
        match &seating.hint {
            Hint::Roll(roll) => self.index_by(Roll::clone(roll)),
            Hint::Patch(patch) => {
                let classes = &self.classes;
                if let Some(index) = &mut self.index {
                    index.roll.apply(patch, classes);
                    left.iter().for_each(|number| drop(index.orders.remove(number)));
                }
            }
            Hint::None if seating.is_empty() => {}
            Hint::None => self.index = None,
        }
    }

    /// Somebody is back in his class: he is given what it was owed meanwhile, up to so many leads, and all of it pay.
    fn catch_up(&mut self, rep: &RepId, class: u32, owed_then: i64, leads: u32) {
        let Some(class) = self.classes.get_mut(&class).filter(|class| class.count > 0) else { return };
        let most = ONE_LEAD.saturating_mul(i64::from(leads));
        let missed = class.credit.saturating_sub(owed_then).clamp(0, most);
        let each = missed / i64::from(class.count);
        class.credit = class.credit.saturating_sub(each);
        let given = each.saturating_mul(i64::from(class.count));
        self.pay(rep, TurnTable::Credit, given.saturating_neg());
    }

    fn move_to(&mut self, rep: &RepId, to: Option<u32>) {
        let seat = self.reps.entry(rep.clone()).or_default();
        if let (Some(from), Some(index)) = (seat.class, &mut self.index) {
            index.take_out(from, rep, seat.beside(index.roll.table()));
        }
        for (number, sign) in [(seat.class, 1), (to, -1)] {
            let Some(class) = number.and_then(|number| self.classes.get_mut(&number)) else { continue };
            seat.credit = seat.credit.saturating_add(class.credit.saturating_mul(sign));
            seat.smooth = seat.smooth.saturating_add(class.smooth.saturating_mul(sign));
            class.count =
                if sign > 0 { class.count.saturating_sub(1) } else { class.count.saturating_add(1) };
        }
        seat.class = to;
        if let (Some(to), Some(index)) = (to, &mut self.index) {
            index.put_in(to, rep, seat.beside(index.roll.table()));
        }
        if *seat == Seat::default() {
            self.reps.remove(rep);
        }
    }

    /// Puts who comes first in each class beside the state.
    pub(super) fn index_by(&mut self, mut roll: Roll) {
        roll.number(&self.classes);
        let table = roll.table();
        let mut orders: BTreeMap<u32, Vec<(Reverse<i64>, RepId)>> = BTreeMap::new();
        for (rep, seat) in &self.reps {
            if let Some(class) = seat.class {
                orders.entry(class).or_default().push((Reverse(seat.beside(table)), rep.clone()));
            }
        }
        let orders = orders.into_iter().map(|(class, order)| (class, order.into_iter().collect())).collect();
        self.index = Some(Index { roll, orders });
    }

    /// The winner pays what was given, not one lead: floors lose units, and the sum must stay 0.
    fn turn(&mut self, turn: &Turn) {
        let sign = if turn.back { -1 } else { 1 };
        let gain = |weight| gain(turn.table, weight, turn.total, turn.units).saturating_mul(sign);
        let mut paid = 0_i64;
        for class in turn.classes.iter() {
            let Some(class) = self.classes.get_mut(class) else { continue };
            let gained = gain(class.weight);
            let owed = class.owed_mut(turn.table);
            *owed = owed.saturating_add(gained);
            paid = paid.saturating_add(gained.saturating_mul(i64::from(class.count)));
        }
        for rep in turn.out.iter() {
            let Some(number) = self.reps.get(rep).and_then(|seat| seat.class) else { continue };
            let Some(class) = self.classes.get(&number).filter(|_| turn.classes.contains(&number)) else {
                continue;
            };
            let gained = gain(class.weight);
            paid = paid.saturating_sub(gained);
            self.pay(rep, turn.table, gained);
        }
        self.pay(&turn.winner, turn.table, paid);
    }

    fn pay(&mut self, rep: &RepId, table: TurnTable, units: i64) {
        let seat = match self.reps.get_mut(rep) {
            Some(seat) => seat,
            None => self.reps.entry(rep.clone()).or_default(),
        };
        let before = seat.beside(table);
        let after = before.saturating_sub(units);
        *seat.beside_mut(table) = after;
        if let (Some(class), Some(index)) = (seat.class, &mut self.index)
            && index.roll.table() == table
        {
            index.take_out(class, rep, before);
            index.put_in(class, rep, after);
        }
        if *seat == Seat::default() {
            self.reps.remove(rep);
        }
    }

    /// The total weight of those of a turn's classes who would take part in it now.
    pub(super) fn total_of(&self, turn: &Turn) -> u64 {
        let class = |number: &u32| self.classes.get(number);
        let of = |class: &Class| u64::from(class.weight).saturating_mul(u64::from(class.count));
        let all: u64 = turn.classes.iter().filter_map(class).map(of).fold(0, u64::saturating_add);
        let out = turn.out.iter().filter_map(|rep| self.reps.get(rep)?.class);
        let out = out.filter(|number| turn.classes.contains(number));
        let out = out.filter_map(|number| class(&number)).map(|class| u64::from(class.weight));
        all.saturating_sub(out.fold(0, u64::saturating_add))
    }

    /// Counts the members of each class; `false` when somebody sits in one that is not there.
    fn count(&mut self) -> bool {
        for seat in self.reps.values() {
            let Some(number) = seat.class else { continue };
            let Some(class) = self.classes.get_mut(&number) else { return false };
            class.count = class.count.saturating_add(1);
        }
        self.classes.values().all(|class| class.count > 0)
            && self.classes.last_key_value().is_none_or(|(last, _)| *last < self.next)
    }
}

impl Index {
    fn take_out(&mut self, class: u32, rep: &RepId, owed: i64) {
        if let Some(order) = self.orders.get_mut(&class) {
            order.remove(&(Reverse(owed), rep.clone()));
        }
    }

    fn put_in(&mut self, class: u32, rep: &RepId, owed: i64) {
        self.orders.entry(class).or_default().insert((Reverse(owed), rep.clone()));
    }
}

/// As it is stored: what each is owed beside his class, by table.
#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Stored {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    credit: BTreeMap<RepId, i64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    smooth: BTreeMap<RepId, i64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    classes: BTreeMap<u32, Class>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    seats: BTreeMap<RepId, u32>,
    next: u32,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    left: BTreeMap<RepId, (u32, i64)>,
}

impl Serialize for Turns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let beside = |table| {
            let seats = self.reps.iter().map(|(rep, seat)| (rep.clone(), seat.beside(table)));
            seats.filter(|(_, units)| *units != 0).collect()
        };
        let stored = Stored {
            credit: beside(TurnTable::Credit),
            smooth: beside(TurnTable::Smooth),
            classes: self.classes.clone(),
            seats: self.reps.iter().filter_map(|(rep, seat)| Some((rep.clone(), seat.class?))).collect(),
            next: self.next,
            left: self.left.clone(),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Turns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Turns, D::Error> {
        let Stored { credit, smooth, classes, seats, next, left } = Stored::deserialize(deserializer)?;
        let mut reps: BTreeMap<RepId, Seat> = BTreeMap::new();
        for (rep, units) in credit {
            reps.entry(rep).or_default().credit = units;
        }
        for (rep, units) in smooth {
            reps.entry(rep).or_default().smooth = units;
        }
        for (rep, class) in seats {
            reps.entry(rep).or_default().class = Some(class);
        }
        reps.retain(|_, seat| *seat != Seat::default());
        let mut turns = Turns { reps, classes, next, left, index: None };
        if !turns.count() {
            return Err(serde::de::Error::custom("the seats of those who take turns are not in its classes"));
        }
        Ok(turns)
    }
}
