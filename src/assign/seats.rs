//! Taking seats and turns, in a list or in a draft of its next state.

use chrono::NaiveDate;

use super::class::{Class, Gains, ONE_LEAD, TurnTable};
use super::numbers::Numbers;
use super::seat::{Rest, Seat};
use super::seating::{Seating, To};
use super::turn::Turn;
use crate::model::RepId;

/// The seats of all reps, and the sums of the classes.
pub(super) trait Seats {
    /// The seat of a rep; that of a newcomer for one who has none.
    fn seat(&self, rep: &RepId) -> Seat;

    /// Gives a rep another seat, before the classes count it.
    fn put(&mut self, rep: &RepId, seat: Seat);

    fn class(&self, number: u32) -> Option<&Class>;

    fn class_mut(&mut self, number: u32) -> Option<&mut Class>;

    /// Shows the classes of some numbers.
    fn each_class(&mut self, numbers: &Numbers, show: &mut dyn FnMut(&mut Class)) {
        numbers.iter().for_each(|number| self.class_mut(number).into_iter().for_each(&mut *show));
    }

    /// Adds a class.
    fn open(&mut self, number: u32, class: Class);

    /// Removes classes that nobody belongs to, by number.
    fn close(&mut self, numbers: &[u32]);

    /// The date of the last turn.
    fn date(&self) -> Option<NaiveDate>;

    fn class_of(&self, seat: &Seat) -> Option<&Class> {
        self.class(seat.class?)
    }

    fn owed(&self, rep: &RepId, table: TurnTable) -> i64 {
        let seat = self.seat(rep);
        seat.owed(self.class_of(&seat), table)
    }

    /// The class a rep takes part in.
    fn sits_in(&self, rep: &RepId) -> Option<u32> {
        let seat = self.seat(rep);
        seat.sitting(self.class_of(&seat)).map(|(number, _)| number)
    }

    /// Seats reps anew. No credit moves, except for reps who catch up. Returns whether classes were closed.
    fn reseat(&mut self, seating: &Seating) -> bool {
        // Classes before seats: somebody may be moved into one that opens now.
        for (number, key) in &seating.opened {
            self.open(*number, Class::new(*key));
        }
        let (mut back, mut left) = (Vec::new(), Vec::new());
        for (rep, to) in &seating.moved {
            let before = self.seat(rep);
            left.extend(before.class);
            self.move_to(rep, *to, *to == To::Left || seating.away.contains(rep));
            // Only when back in the same class: the mark is a sum of that class, and meaningless in another.
            let owed = before.left.filter(|_| seating.catch_up > 0);
            back.extend(owed.filter(|_| before.class == self.sits_in(rep)).map(|owed| (rep, owed)));
        }
        // After everybody has moved: all who sit in the class from now on pay for what is caught up.
        for (rep, owed) in back {
            self.catch_up(rep, owed, seating.catch_up);
        }
        left.sort_unstable();
        left.dedup();
        // Reps who left took along what the class owed them, so an empty class holds no credit that could be lost.
        left.retain(|number| self.class(*number).is_some_and(Class::is_empty));
        self.close(&left);
        !left.is_empty()
    }

    /// A rep is back in their class: they get what it gained meanwhile, up to so many leads, and all its members pay.
    fn catch_up(&mut self, rep: &RepId, owed_then: i64, leads: u32) {
        let number = self.seat(rep).class;
        let Some(class) = number.and_then(|number| self.class_mut(number)).filter(|class| class.count > 0)
        else {
            return;
        };
        let most = ONE_LEAD.saturating_mul(i64::from(leads));
        // At least 0: a class whose sum has fallen meanwhile takes nothing from a rep who was away.
        let missed = class.credit.saturating_sub(owed_then).clamp(0, most);
        // Each member pays the same, the rep included, who is given exactly that sum: the total stays 0 whatever is
        // rounded down.
        let each = missed / i64::from(class.count);
        class.credit = class.credit.saturating_sub(each);
        let given = each.saturating_mul(i64::from(class.count));
        self.pay(rep, TurnTable::Credit, given.saturating_neg());
    }

    fn move_to(&mut self, rep: &RepId, to: To, may_catch_up: bool) {
        let before = self.seat(rep);
        let class = self.class_of(&before);
        // Noted when the rep leaves the seat; moving again while away does not move the mark.
        let left = class.filter(|class| may_catch_up && before.sitting(Some(*class)).is_some());
        let left = left.map(|class| class.credit).or(before.left);
        // A rep leaves with all they are owed and takes a seat with the difference from the next sum: credit is
        // conserved.
        let standing = Seat { left, ..before.standing(class) };
        let sits = |number| self.class(number).map(|class| standing.seated_in(number, class));
        let after = match to {
            To::Class(number) => sits(number),
            To::Back => standing.class.and_then(sits),
            To::Away | To::Left => None,
            // A rest until a past date would never end.
            To::Through(date) => class
                .filter(|class| self.date() <= Some(date) && !class.since.contains_key(&date))
                .map(|_| Seat { rest: Rest::Through(date), ..standing }),
        };
        self.change(rep, before, after.unwrap_or(standing));
    }

    fn change(&mut self, rep: &RepId, before: Seat, after: Seat) {
        self.put(rep, after);
        self.count(before, false);
        self.count(after, true);
    }

    /// Counts a seat in its class, or stops counting it.
    fn count(&mut self, seat: Seat, is_there: bool) {
        let Some(class) = seat.class.and_then(|number| self.class_mut(number)) else { return };
        let counted = |count: u32| if is_there { count.saturating_add(1) } else { count.saturating_sub(1) };
        match seat.rest {
            // Not counted anywhere: only a new seat brings them back, so the class keeps no sum for them.
            Rest::UntilFurtherNotice => {}
            Rest::None => class.count = counted(class.count),
            Rest::Through(date) => match class.since.get_mut(&date) {
                // Back from a rest and not seated anew: a member again, and one more who needs the sum of that day.
                Some(since) => {
                    since.count = counted(since.count);
                    class.count = counted(class.count);
                    class.since.retain(|_, since| since.count > 0);
                }
                None => {
                    let resting = class.resting.entry(date).or_default();
                    *resting = counted(*resting);
                    class.resting.retain(|_, count| *count > 0);
                }
            },
        }
    }

    /// The winner pays what was given, not one lead: rounding down loses units, and the sum must stay 0.
    fn turn(&mut self, turn: &Turn) {
        // When it is given back, all others lose what they gained, and the winner gets it back.
        let sign = if turn.back { -1 } else { 1 };
        let mut gains = Gains::new(turn.table, turn.total, turn.units);
        let mut gain = |weight| gains.of(weight).saturating_mul(sign);
        let mut paid = 0_i64;
        self.each_class(&turn.classes, &mut |class| {
            let gained = gain(class.weight);
            let owed = class.owed_mut(turn.table);
            *owed = owed.saturating_add(gained);
            paid = paid.saturating_add(gained.saturating_mul(i64::from(class.count)));
        });
        // Their class gained as a whole, so they are put back one by one: a turn costs as many as are passed over.
        for rep in turn.out.iter() {
            let Some(number) = self.sits_in(rep).filter(|number| turn.classes.contains(*number)) else {
                continue;
            };
            let Some(gained) = self.class(number).map(|class| gain(class.weight)) else { continue };
            paid = paid.saturating_sub(gained);
            self.pay(rep, turn.table, gained);
        }
        // Such a turn moves no class: the few members pay and are paid one by one.
        for rep in turn.among.iter() {
            let Some(gained) =
                self.sits_in(rep).and_then(|number| self.class(number)).map(|class| gain(class.weight))
            else {
                continue;
            };
            paid = paid.saturating_add(gained);
            self.pay(rep, turn.table, gained.saturating_neg());
        }
        self.pay(&turn.winner, turn.table, paid);
    }

    fn pay(&mut self, rep: &RepId, table: TurnTable, units: i64) {
        let before = self.seat(rep);
        // A rep who is back from a rest sits like all others from their first turn on.
        let mut after = before.sitting(self.class_of(&before)).map_or(before, |(_, seat)| seat);
        let beside = after.beside_mut(table);
        *beside = beside.saturating_sub(units);
        match after.rest == before.rest {
            true => self.put(rep, after),
            false => self.change(rep, before, after),
        }
    }
}
