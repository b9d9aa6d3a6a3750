//! The reps who sit in another class than before, or rest.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::class::ClassKey;
use super::roll::Hint;
use super::turn::{Turn, TurnList};
use crate::model::RepId;

/// The reps who sit in another class than at the last turn: they joined, left, went away, came back, reached a cap or
/// changed. No credit moves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Seating {
    /// Classes that were empty.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) opened: BTreeMap<u32, ClassKey>,
    /// The new seat of each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", with = "by_place")]
    pub(super) moved: BTreeMap<RepId, To>,
    /// As deltas said earlier who of them [left](To::Left).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) away: BTreeSet<RepId>,
    /// The most leads that reps who are back may catch up.
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) catch_up: u32,
    #[serde(skip)]
    pub(super) hint: Hint,
}

/// The new place of a rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Place", into = "Place")]
pub(super) enum To {
    /// In a class.
    Class(u32),
    /// In the class of the rep before the rest.
    Back,
    /// Nowhere until further notice.
    Away,
    /// As [`Away`](To::Away), where the rep may catch up later.
    Left,
    /// Nowhere through a date, and then in the same place.
    Through(NaiveDate),
}

/// As it is written: a number, a date, `"back"` or `"left"`, or nothing for a rep who is away.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Place {
    Class(Option<u32>),
    Through(NaiveDate),
    Word(Word),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Back,
    Left,
}

impl From<Place> for To {
    fn from(place: Place) -> To {
        match place {
            Place::Class(Some(number)) => To::Class(number),
            Place::Class(None) => To::Away,
            Place::Through(date) => To::Through(date),
            Place::Word(Word::Back) => To::Back,
            Place::Word(Word::Left) => To::Left,
        }
    }
}

impl From<To> for Place {
    fn from(to: To) -> Place {
        match to {
            To::Class(number) => Place::Class(Some(number)),
            To::Away => Place::Class(None),
            To::Through(date) => Place::Through(date),
            To::Back => Place::Word(Word::Back),
            To::Left => Place::Word(Word::Left),
        }
    }
}

/// Places are written one by one, each with its reps: an hour that sends dozens home stays a short text.
mod by_place {
    use std::collections::BTreeMap;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::To;
    use crate::model::RepId;

    pub(super) fn serialize<S: Serializer>(
        moved: &BTreeMap<RepId, To>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut places: BTreeMap<To, Vec<&RepId>> = BTreeMap::new();
        for (rep, to) in moved {
            places.entry(*to).or_default().push(rep);
        }
        Vec::from_iter(places).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<RepId, To>, D::Error> {
        let mut moved = BTreeMap::new();
        for (to, reps) in Vec::<(To, Vec<RepId>)>::deserialize(deserializer)? {
            for rep in reps {
                // The text is ordered by place, so a rep may occur in two: refused, as the later one would win silently.
                if let Some(before) = moved.insert(rep.clone(), to)
                    && before != to
                {
                    return Err(D::Error::custom(format!("rep `{rep}` moves to two classes")));
                }
            }
        }
        Ok(moved)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_nothing(leads: &u32) -> bool {
    *leads == 0
}

impl Seating {
    /// The reps who leave their seats and are away, if that matters.
    pub(super) fn note_away<'r>(&mut self, absent: impl Iterator<Item = &'r RepId>, catch_up: u32) {
        if catch_up > 0 && !self.moved.is_empty() {
            self.catch_up = catch_up;
            for rep in absent {
                if let Some(to) = self.moved.get_mut(rep).filter(|to| **to == To::Away) {
                    *to = To::Left;
                }
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.moved.is_empty()
    }
}

/// New seats in a list, without a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seated {
    pub(super) list: TurnList,
    #[serde(default, skip_serializing_if = "Seating::is_empty")]
    pub(super) seating: Seating,
}

/// New seats in lists of which no turn is taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SeatedOnly {
    pub(super) seated: Vec<Seated>,
    /// Lists that were read and in which everybody sits as before: not part of a stored delta.
    #[serde(skip)]
    pub(super) read: Vec<Seated>,
}

impl PartialEq for SeatedOnly {
    fn eq(&self, other: &SeatedOnly) -> bool {
        self.seated == other.seated
    }
}

impl SeatedOnly {
    /// Adds a list; `begins` says that a day begins with it.
    pub(super) fn note(&mut self, one: Seated, begins: bool) {
        if begins || !one.seating.is_empty() {
            self.seated.push(one);
        } else if matches!(one.seating.hint, Hint::Roll(_)) {
            self.read.push(one);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seated.is_empty()
    }
}

/// A turn with the seats it was taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Taken {
    pub(super) turn: Turn,
    #[serde(default, skip_serializing_if = "Seating::is_empty")]
    pub(super) seating: Seating,
}
