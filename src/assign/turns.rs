//! What those who take turns together are owed.
//!
//! Reps of one [class](super::class) are owed more at the same moments and by the same amount. So a class has a sum of its own,
//! each rep has what they are owed in addition, and a turn moves the sums of a few classes and the winner, however many take
//! part. A rep who takes no part for a time rests, and keeps what they are owed.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::class::{Class, TurnTable};
use super::index::Index;
use super::numbered::Numbered;
use super::numbers::Numbers;
use super::roll::{Hint, Roll};
use super::seat::{Rest, Seat};
use super::seating::{Seating, Taken};
use super::seats::Seats;
use super::turn::Turn;
use crate::model::RepId;

/// What those who take turns together are owed; sums to 0 in each table.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns {
    pub(super) reps: BTreeMap<RepId, Seat>,
    pub(super) classes: Numbered<Class>,
    /// The number of the next class that is opened: none is used twice, or a turn could be given back to others.
    pub(super) next: u32,
    /// The pool's local date of the last turn. A rep who rested through an earlier one takes part.
    pub(super) date: Option<NaiveDate>,
    /// The order of the reps. It is not part of the state, but follows from it and from the reps at that time.
    pub(super) index: Option<Index>,
}

impl PartialEq for Turns {
    fn eq(&self, other: &Turns) -> bool {
        self.reps == other.reps
            && self.classes == other.classes
            && self.next == other.next
            && self.date == other.date
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
            date: self.date,
            index: None,
        }
    }

    /// What each is owed, by id.
    pub(super) fn all_owed(&self, table: TurnTable) -> impl Iterator<Item = (&RepId, i64)> {
        self.reps.iter().map(move |(rep, seat)| (rep, seat.owed(self.class_of(seat), table)))
    }

    /// Takes a turn on a date; `None` where no day begins with it, as when one is given back.
    pub(super) fn take(&mut self, taken: &Taken, date: Option<NaiveDate>) {
        // Seats before the turn: its classes are those in which the reps sit by now.
        self.sit(&taken.seating, date);
        self.turn(&taken.turn);
    }

    /// As [`take`](Self::take), without a turn.
    pub(super) fn sit(&mut self, seating: &Seating, date: Option<NaiveDate>) {
        date.into_iter().for_each(|date| self.wake(date));
        let has_closed = self.reseat(seating);
        match &seating.hint {
            Hint::Roll(roll) => self.index_by(Roll::clone(roll)),
            // In this order: `apply` must find the new classes, and the index the roll as it is now.
            Hint::Patch(patch) => {
                if let Some(index) = &mut self.index {
                    index.roll.apply(patch, &self.reps, &self.classes);
                    if has_closed || !seating.opened.is_empty() {
                        index.roll.place(&self.classes);
                    }
                    for one in &patch.changed {
                        let seat = self.reps.get(&one.rep).copied().unwrap_or_default();
                        let class = seat.class.and_then(|number| self.classes.get(number));
                        index.loads(&one.rep, one.load, &seat, class);
                        index.rests(&one.rep, &seat, class);
                    }
                }
            }
            Hint::None if seating.is_empty() => {}
            // A delta that was stored holds who moved, not what was read: the next decision reads the list again.
            Hint::None => self.index = None,
        }
    }

    /// Begins a day. O(classes), but for the index, which is read again.
    pub(super) fn wake(&mut self, today: NaiveDate) {
        if self.date >= Some(today) {
            return;
        }
        self.date = Some(today);
        for class in self.classes.values_mut() {
            // Those who woke are in no order of the index yet.
            if class.wake(today) {
                self.index = None;
            }
        }
    }

    /// Adds the order of the reps to the state.
    pub(super) fn index_by(&mut self, mut roll: Roll) {
        roll.number(&self.classes);
        self.index = Some(Index::of(roll, &self.reps, &self.classes));
    }

    /// The total weight of those of a turn's classes who would take part in it now.
    pub(super) fn total_of(&self, turn: &Turn) -> u64 {
        let class = |number: u32| self.classes.get(number);
        let of = |class: &Class| u64::from(class.weight).saturating_mul(u64::from(class.count));
        // Classes as they are now: a rep who has joined since pays back too, and one who has left keeps their gain.
        let all: u64 = turn.classes.iter().filter_map(class).map(of).fold(0, u64::saturating_add);
        let out = turn.out.iter().filter_map(|rep| self.sits_in(rep));
        let out = out.filter(|number| turn.classes.contains(*number));
        let out = out.filter_map(class).map(|class| u64::from(class.weight));
        let among = turn.among.iter().filter_map(|rep| self.sits_in(rep)).filter_map(class);
        let among = among.map(|class| u64::from(class.weight)).fold(0, u64::saturating_add);
        all.saturating_sub(out.fold(0, u64::saturating_add)).saturating_add(among)
    }

    /// Counts the members of each class; `false` when somebody sits in one that is not there.
    pub(super) fn count_members(&mut self) -> bool {
        // Counts follow from the seats, so they are not stored and cannot contradict them.
        for seat in self.reps.values() {
            let Some(number) = seat.class.filter(|_| seat.rest != Rest::UntilFurtherNotice) else { continue };
            let Some(class) = self.classes.get_mut(number) else { return false };
            let counted = match seat.rest {
                Rest::Through(date) => match class.since.get_mut(&date) {
                    Some(since) => {
                        since.count = since.count.saturating_add(1);
                        &mut class.count
                    }
                    None => class.resting.entry(date).or_default(),
                },
                _ => &mut class.count,
            };
            *counted = counted.saturating_add(1);
        }
        let is_there = |class: &Class| !class.is_empty() && class.since.values().all(|since| since.count > 0);
        // Numbers are given out one by one: even half of them are never reached.
        self.next <= u32::MAX / 2
            && self.classes.values().all(is_there)
            && self.classes.last().is_none_or(|last| last < self.next)
    }
}

impl Seats for Turns {
    fn seat(&self, rep: &RepId) -> Seat {
        self.reps.get(rep).copied().unwrap_or_default()
    }

    fn put(&mut self, rep: &RepId, seat: Seat) {
        // A rep in no known class starts anew when they come back.
        let seat = if seat.class.is_some() { seat } else { Seat { rest: Rest::None, left: None, ..seat } };
        let before = match self.reps.get_mut(rep) {
            Some(before) => std::mem::replace(before, seat),
            None => {
                self.reps.insert(rep.clone(), seat);
                Seat::default()
            }
        };
        // In step with the seats, or the next decision would find a rep where they no longer sit.
        if let Some(index) = &mut self.index {
            index.moved(rep, (&before, &seat), &self.classes);
        }
        // Nothing is stored for a rep who has no seat and is owed nothing.
        if seat == Seat::default() {
            self.reps.remove(rep);
        }
    }

    fn class(&self, number: u32) -> Option<&Class> {
        self.classes.get(number)
    }

    fn class_mut(&mut self, number: u32) -> Option<&mut Class> {
        self.classes.get_mut(number)
    }

    fn each_class(&mut self, numbers: &Numbers, show: &mut dyn FnMut(&mut Class)) {
        self.classes.each_mut(numbers.iter(), show);
    }

    fn open(&mut self, number: u32, class: Class) {
        self.classes.insert(number, class);
        self.index.iter_mut().for_each(|index| index.open(number));
        self.next = self.next.max(number.saturating_add(1));
    }

    fn close(&mut self, numbers: &[u32]) {
        self.index.iter_mut().for_each(|index| index.close(numbers));
        self.classes.remove_all(numbers);
    }

    fn date(&self) -> Option<NaiveDate> {
        self.date
    }
}
