//! Companions: reps a lead needs besides its owner.

use serde::{Deserialize, Serialize};

use super::seating::Taken;
use super::turn::Turn;
use crate::model::RepId;

/// A rep whom a lead needs besides its owner, such as presales or a second senior.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Companion {
    /// The role, as the rule names it.
    pub role: String,
    /// The companion; `None` when nobody of the group may take it now.
    pub rep: Option<RepId>,
}

/// What a companion changes in the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Also {
    pub(super) role: String,
    pub(super) rep: RepId,
    /// Revision of the rep's row that was decided on.
    pub(super) rep_revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) turn: Option<Taken>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) spans: bool,
}

/// The counts of a companion, so that they can be taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlsoCounted {
    pub(super) role: String,
    pub(super) rep: RepId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) turn: Option<Turn>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) spans: bool,
}
