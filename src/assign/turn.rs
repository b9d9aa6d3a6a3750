//! Whose turn it is, and what taking it moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::class::{ClassKey, TurnTable};
use super::roll::Hint;
use crate::model::{GroupId, RepId, RuleId};

/// Those who take turns together: the members of a group, or the reps that a rule names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnList {
    /// The members of a group.
    Group(GroupId),
    /// The reps that a rule names.
    Rule(RuleId),
}

impl fmt::Display for TurnList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TurnList::Group(id) => write!(f, "group {id}"),
            TurnList::Rule(id) => write!(f, "rule {id}"),
        }
    }
}

/// A turn taken: who took part and who won. What each is owed more, and the winner less, follows from it: so a turn among
/// ten thousand is as short as one among three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    pub(super) list: TurnList,
    pub(super) table: TurnTable,
    /// Total weight of those who took part.
    pub(super) total: u64,
    /// How many leads it counts as.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(super) units: u32,
    pub(super) winner: RepId,
    /// The classes whose members took part, by number.
    pub(super) classes: Arc<[u32]>,
    /// Their members who did not.
    #[serde(default = "nobody", skip_serializing_if = "<[RepId]>::is_empty")]
    pub(super) out: Arc<[RepId]>,
    /// The turn is given back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) back: bool,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_one(units: &u32) -> bool {
    *units == 1
}

fn nobody() -> Arc<[RepId]> {
    Arc::from([])
}

/// Who sits in another class than at the last turn: reps that came, left, went away, came back, reached a cap or changed.
/// Nobody's credit moves by it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Seating {
    /// Classes that nobody sat in.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) opened: BTreeMap<u32, ClassKey>,
    /// The class each sits in from now on; `None` takes no part until further notice.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", with = "by_class")]
    pub(super) moved: BTreeMap<RepId, Option<u32>>,
    /// Who of them is away, where he may catch up later.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) away: BTreeSet<RepId>,
    /// How many leads at most those catch up who were away and are back.
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) catch_up: u32,
    #[serde(skip)]
    pub(super) hint: Hint,
}

/// Seats are written class by class, each with its reps: an hour that sends dozens home stays a short text.
mod by_class {
    use std::collections::BTreeMap;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::model::RepId;

    pub(super) fn serialize<S: Serializer>(
        moved: &BTreeMap<RepId, Option<u32>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut classes: BTreeMap<Option<u32>, Vec<&RepId>> = BTreeMap::new();
        for (rep, class) in moved {
            classes.entry(*class).or_default().push(rep);
        }
        Vec::from_iter(classes).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<RepId, Option<u32>>, D::Error> {
        let mut moved = BTreeMap::new();
        for (class, reps) in Vec::<(Option<u32>, Vec<RepId>)>::deserialize(deserializer)? {
            for rep in reps {
                if let Some(before) = moved.insert(rep.clone(), class)
                    && before != class
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
    /// Who of those who leave their seats is away, where that matters.
    pub(super) fn note_away<'r>(&mut self, absent: impl Iterator<Item = &'r RepId>, catch_up: u32) {
        if catch_up > 0 && !self.moved.is_empty() {
            self.catch_up = catch_up;
            self.away.extend(absent.filter(|rep| self.moved.get(*rep) == Some(&None)).cloned());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.moved.is_empty()
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
