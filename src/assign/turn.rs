//! Whose turn it is, and what taking it moves.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

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

/// A turn taken: what each eligible rep is owed more, and the winner less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    pub(super) list: TurnList,
    pub(super) table: TurnTable,
    /// Shared by the decision, its delta and the ledger that remembers it.
    pub(super) moves: Arc<[(RepId, i64)]>,
}

impl Turn {
    /// What gives the turn back.
    pub(super) fn reversed(&self) -> Turn {
        let moves = self.moves.iter().map(|(rep, units)| (rep.clone(), units.saturating_neg())).collect();
        Turn { moves, ..self.clone() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TurnTable {
    Credit,
    Smooth,
}
