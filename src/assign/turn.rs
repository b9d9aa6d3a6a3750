//! Turns, and what taking one moves.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::class::TurnTable;
use super::numbers::Numbers;
use crate::model::{GroupId, RepId, RuleId};

/// Those who take turns together: the members of a group, or the reps that a rule names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnList {
    /// The turns of a group, which all rules for the group share.
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

/// A turn taken: the reps who took part and the winner. The change of each rep's credit follows from it: so a turn among
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
    pub(super) classes: Numbers,
    /// Their members who did not.
    #[serde(default = "nobody", skip_serializing_if = "<[RepId]>::is_empty")]
    pub(super) out: Arc<[RepId]>,
    /// Where so many are out that they are not listed: of those who take part as many as share it, in place of the classes.
    #[serde(default = "nobody", skip_serializing_if = "<[RepId]>::is_empty")]
    pub(super) among: Arc<[RepId]>,
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

pub(super) fn nobody() -> Arc<[RepId]> {
    Arc::from([])
}
