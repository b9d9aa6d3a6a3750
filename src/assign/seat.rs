//! One rep's place among those who take turns together.

use chrono::NaiveDate;

use super::class::{Class, TurnTable};

/// The seat of one rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seat {
    /// The class the rep sits in, or sat in before the rest.
    pub(super) class: Option<u32>,
    pub(super) rest: Rest,
    /// While the rep sits, what they are owed in addition to their class; while they rest, all they are owed. In units of
    /// one lead.
    pub(super) credit: i64,
    pub(super) smooth: i64,
    /// The sum of the class when the rep went away, if they may catch up.
    pub(super) left: Option<i64>,
}

/// How long a rep does not take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Rest {
    #[default]
    None,
    /// Through a date, as after a day's cap: the day after, the rep takes part again and nothing is written for it.
    Through(NaiveDate),
    UntilFurtherNotice,
}

impl Seat {
    pub(super) fn beside(&self, table: TurnTable) -> i64 {
        match table {
            TurnTable::Credit => self.credit,
            TurnTable::Smooth => self.smooth,
        }
    }

    pub(super) fn beside_mut(&mut self, table: TurnTable) -> &mut i64 {
        match table {
            TurnTable::Credit => &mut self.credit,
            TurnTable::Smooth => &mut self.smooth,
        }
    }

    /// The class the rep takes part in, and the seat in it; `None` while they rest. `class` belongs to the seat.
    pub(super) fn sitting(&self, class: Option<&Class>) -> Option<(u32, Seat)> {
        let (number, class) = (self.class?, class?);
        let (credit, smooth) = match self.rest {
            Rest::None => (0, 0),
            Rest::UntilFurtherNotice => return None,
            Rest::Through(date) => {
                // A rep who is not woken yet keeps resting; once woken, they are owed from the sum that the class
                // had then.
                let since = class.since.get(&date)?;
                (since.credit, since.smooth)
            }
        };
        let credit = self.credit.saturating_sub(credit);
        let smooth = self.smooth.saturating_sub(smooth);
        Some((number, Seat { rest: Rest::None, credit, smooth, ..*self }))
    }

    /// What the rep is owed. `class` is that of the seat.
    pub(super) fn owed(&self, class: Option<&Class>, table: TurnTable) -> i64 {
        match self.sitting(class).zip(class) {
            Some(((_, seat), class)) => seat.beside(table).saturating_add(class.owed(table)),
            None => self.beside(table),
        }
    }

    /// The seat outside its class, with all the rep is owed. `class` is that of the seat.
    pub(super) fn standing(&self, class: Option<&Class>) -> Seat {
        let (credit, smooth) = (self.owed(class, TurnTable::Credit), self.owed(class, TurnTable::Smooth));
        Seat { rest: Rest::UntilFurtherNotice, credit, smooth, ..*self }
    }

    /// The seat, which was outside all classes, in a class from now on.
    pub(super) fn seated_in(self, number: u32, class: &Class) -> Seat {
        Seat {
            class: Some(number),
            rest: Rest::None,
            // Less the present sum of the class: the total of the two is what the rep was owed before.
            credit: self.credit.saturating_sub(class.credit),
            smooth: self.smooth.saturating_sub(class.smooth),
            left: None,
        }
    }
}
