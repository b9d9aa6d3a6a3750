//! What those who take turns are owed, as it is stored.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::class::{Class, TurnTable};
use super::seat::{Rest, Seat};
use super::turns::Turns;
use crate::model::RepId;

/// As it is stored: what each rep is owed in addition to their class, by table. A rep who is not listed is owed nothing.
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
    /// The reps who rest: the class each was in, and through what date if one is known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    rests: BTreeMap<RepId, (u32, Option<NaiveDate>)>,
    next: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<NaiveDate>,
    /// The reps who are away and may catch up: the class each was in, and what it was owed then.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    left: BTreeMap<RepId, (u32, i64)>,
}

impl Serialize for Turns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let classes = self.classes.iter().map(|(number, class)| (number, class.clone())).collect();
        let mut stored = Stored { classes, next: self.next, date: self.date, ..Stored::default() };
        for (rep, seat) in &self.reps {
            for (table, units) in
                [(TurnTable::Credit, &mut stored.credit), (TurnTable::Smooth, &mut stored.smooth)]
            {
                if seat.beside(table) != 0 {
                    units.insert(rep.clone(), seat.beside(table));
                }
            }
            let Some(class) = seat.class else { continue };
            match seat.rest {
                Rest::None => drop(stored.seats.insert(rep.clone(), class)),
                Rest::Through(date) => drop(stored.rests.insert(rep.clone(), (class, Some(date)))),
                // A rep who left is away, and is written with `left` below.
                Rest::UntilFurtherNotice if seat.left.is_some() => {}
                Rest::UntilFurtherNotice => drop(stored.rests.insert(rep.clone(), (class, None))),
            }
            stored.left.extend(seat.left.map(|owed| (rep.clone(), (class, owed))));
        }
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Turns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Turns, D::Error> {
        let Stored { credit, smooth, classes, seats, rests, next, date, left } =
            Stored::deserialize(deserializer)?;
        let mut reps: BTreeMap<RepId, Seat> = BTreeMap::new();
        // In this order: a rep who rests until a date may have left before, and is in both lists then.
        for (rep, (class, owed)) in left {
            let seat = reps.entry(rep).or_default();
            (seat.class, seat.left, seat.rest) = (Some(class), Some(owed), Rest::UntilFurtherNotice);
        }
        for (rep, (class, through)) in rests {
            let seat = reps.entry(rep).or_default();
            seat.class = Some(class);
            seat.rest = through.map_or(Rest::UntilFurtherNotice, Rest::Through);
        }
        for (rep, class) in seats {
            let seat = reps.entry(rep).or_default();
            (seat.class, seat.rest, seat.left) = (Some(class), Rest::None, None);
        }
        for (rep, units) in credit {
            reps.entry(rep).or_default().credit = units;
        }
        for (rep, units) in smooth {
            reps.entry(rep).or_default().smooth = units;
        }
        // As `put` leaves them, so that a state read back equals the one that was written.
        reps.retain(|_, seat| *seat != Seat::default());
        let mut turns = Turns { reps, classes: classes.into_iter().collect(), next, date, index: None };
        if !turns.count_members() {
            return Err(serde::de::Error::custom("the seats of those who take turns are not in its classes"));
        }
        Ok(turns)
    }
}
