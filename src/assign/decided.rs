//! Decisions that are remembered by key.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::companion::AlsoCounted;
use super::counts::Way;
use super::kind::AssignmentKind;
use super::turn::Turn;
use crate::model::{PoolId, RepId};

/// A decision that was made and stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    pub(super) key: Arc<str>,
    pub(super) at: DateTime<Utc>,
    pub(super) kind: AssignmentKind,
    /// Its counts, so that it can be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) counted: Option<Counted>,
}

/// The counts of a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counted {
    /// The pool's local date.
    pub(super) date: NaiveDate,
    #[serde(default, skip_serializing_if = "Way::is_assigned")]
    pub(super) way: Way,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) spans: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) turn: Option<Turn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) also: Vec<AlsoCounted>,
}

/// A remembered decision as a row of its own: by pool and [key](Decision::key), at most one each. A host may delete it 7
/// days after [it was made](Decision::at).
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub(super) pool: PoolId,
    /// The revision of the ledger that it led to.
    pub(super) revision: u64,
    pub(super) decided: Decided,
}

impl Decision {
    /// The pool whose ledger remembers it.
    #[must_use]
    pub fn pool(&self) -> &PoolId {
        &self.pool
    }

    /// The key it is remembered by.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.decided.key
    }

    /// When it was made; the 7 days for which it is kept count from then.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.decided.at
    }

    /// What happens to the lead: an owner, another pool, a review or nobody.
    #[must_use]
    pub fn kind(&self) -> &AssignmentKind {
        &self.decided.kind
    }
}

/// A remembered decision that gave a lead to a rep.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a>(pub(super) &'a Decided);

impl<'a> Given<'a> {
    pub(crate) fn key(self) -> &'a str {
        &self.0.key
    }

    pub(crate) fn at(self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who stands beside the owner by it.
    pub(crate) fn beside(self) -> impl Iterator<Item = &'a RepId> {
        self.0.counted.iter().flat_map(|counted| &counted.also).map(|one| &one.rep)
    }
}
