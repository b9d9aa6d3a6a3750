//! What a decision changes in the state.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::companion::Also;
use super::counts::Way;
use super::kind::AssignmentKind;
use super::seating::{SeatedOnly, Taken};
use crate::model::{PoolId, RepId};

/// What a decision changes in the pool's [`Ledger`](super::Ledger) and in the row of the rep it gives to, in the
/// [`RepLedger`](super::RepLedger). Apply it to both in the transaction that writes the decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use = "a decision that is not applied to the ledger is made again"]
pub struct AssignDelta {
    pub(super) pool: PoolId,
    /// Revision of the pool's ledger that was decided on.
    pub(super) revision: u64,
    /// Revision of the row of the rep that was decided on; 0 when it gives to nobody.
    pub(super) rep_revision: u64,
    pub(super) at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Shared: an outcome names the same change in its assignment and in its own delta.
    pub(super) change: Option<Arc<Change>>,
}

impl AssignDelta {
    /// Whether nothing changes, as after a decision that was made before, or none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.change.is_none()
    }

    /// The pool whose ledger moves.
    #[must_use]
    pub fn pool(&self) -> &PoolId {
        &self.pool
    }

    /// The revision of the pool's ledger that was decided on.
    #[must_use]
    pub fn ledger_revision(&self) -> u64 {
        self.revision
    }

    /// The rep whose row moves: the one who gets the lead, or gives it back. `None` when it counts for nobody.
    #[must_use]
    pub fn rep(&self) -> Option<&RepId> {
        self.change.as_ref()?.rep.as_ref()
    }

    /// Every rep whose row moves, with the revision that was decided on: that of [`rep`](Self::rep) first, then those of the
    /// companions.
    pub fn reps(&self) -> impl Iterator<Item = (&RepId, u64)> {
        let also = self.change.as_deref().into_iter().flat_map(|change| &change.also);
        let owner = self.rep().map(|rep| (rep, self.rep_revision));
        owner.into_iter().chain(also.map(|one| (&one.rep, one.rep_revision)))
    }

    /// The revision of that rep's row that was decided on; 0 when there is none.
    #[must_use]
    pub fn rep_revision(&self) -> u64 {
        self.rep_revision
    }

    /// The key under which the decision is remembered, or was before it was taken back.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.change.as_ref()?.key.as_deref()
    }

    /// Whether it takes a decision back.
    #[must_use]
    pub fn takes_back(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.takes_back)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) kind: AssignmentKind,
    /// The pool's local date.
    pub(super) date: NaiveDate,
    /// The key under which the decision is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Arc<str>>,
    /// The rep who gets the lead: counts for caps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rep: Option<RepId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) turn: Option<Taken>,
    /// How the lead reached the rep.
    #[serde(default, skip_serializing_if = "Way::is_assigned")]
    pub(super) way: Way,
    /// Weeks and months are counted too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) spans: bool,
    /// The companions who get it besides the owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) also: Vec<Also>,
    /// Changed seats in lists of which no turn is taken.
    #[serde(default, skip_serializing_if = "SeatedOnly::is_empty")]
    pub(super) seated: SeatedOnly,
    /// The decision is taken back: counts go down, the key is forgotten, the turn moves by the decision's amounts with
    /// the other sign.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) takes_back: bool,
}
