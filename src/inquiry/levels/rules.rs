//! Levels as data.

use serde::{Deserialize, Serialize};

use crate::model::open_enum::closed_enum;
use crate::rule::Condition;

closed_enum! {
    /// How the level is found among several.
    LevelOrder {
        /// Lowest first: a level holds only if all levels below it hold; the highest of them is the level.
        Cumulative = "cumulative",
        /// Best first: the first that holds.
        FirstMatch = "first_match",
    }
}

/// One level: its names and its conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// Name, unique among the levels; findings name it.
    pub name: String,
    /// Name for people to read.
    #[serde(default)]
    pub title: String,
    /// Conditions, all of which must hold; without any, the level always holds.
    #[serde(default)]
    pub criteria: Vec<Condition>,
}

/// Levels as data. The default is the account maturity preset, [`LevelRules::maturity`].
///
/// The presets read custom attributes `attributes.NAME`; values derived from the account (number of contacts) are
/// filled in by [`account_as_lead`](crate::inquiry::account_as_lead).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LevelRules {
    /// Format of the document: 1.
    pub format: u16,
    /// The host's name of this revision; every finding's version echoes it.
    pub revision: String,
    /// Which of the levels that hold is the level.
    pub order: LevelOrder,
    /// The levels, in the order that `order` reads them in.
    pub levels: Vec<LevelRule>,
}
