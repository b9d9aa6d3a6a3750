//! The running state of all reps over all pools.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::counts::DayCounts;
use super::delta::AssignDelta;
use super::ledger::LedgerError;
use crate::model::RepId;

/// Days before the date of a decision whose counts are kept: pools in other zones may be a day behind.
const DAYS_KEPT: u64 = 2;

/// The running state of all reps over all pools: daily counts, and leads taken since the host last read their
/// holdings. Stored beside the pools' ledgers, with a revision of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RepLedger {
    revision: u64,
    counts: DayCounts,
    taken: BTreeMap<RepId, u32>,
}

impl RepLedger {
    /// How often the state has moved.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Leads taken since the host last read its holdings.
    pub(super) fn taken(&self, rep: &RepId) -> u32 {
        self.taken.get(rep).copied().unwrap_or(0)
    }

    /// How many leads a rep was assigned over all pools on a local date, that of the pool each came from.
    #[must_use]
    pub fn assigned_on(&self, rep: &RepId, date: NaiveDate) -> u32 {
        self.counts.on(date, rep).assigned
    }

    /// The state for a roster whose holdings already include every lead that was taken.
    #[must_use]
    pub fn with_fresh_holdings(mut self) -> RepLedger {
        self.taken.clear();
        self
    }

    /// Moves the state by a decision.
    ///
    /// # Errors
    /// When the decision was made on another revision; nothing is changed then.
    pub fn apply(&mut self, delta: &AssignDelta) -> Result<(), LedgerError> {
        self.check(delta)?;
        let Some(change) = &delta.change else { return Ok(()) };
        let Some(rep) = &change.rep else { return Ok(()) };
        self.revision = self.revision.saturating_add(1);
        self.counts.add_assigned(change.date, rep);
        self.counts.prune(change.date, DAYS_KEPT);
        let taken = self.taken.entry(rep.clone()).or_default();
        *taken = taken.saturating_add(1);
        Ok(())
    }

    /// Whether the delta was made on this very state, so that [`RepLedger::apply`] will take it.
    ///
    /// # Errors
    /// When it was not.
    pub fn check(&self, delta: &AssignDelta) -> Result<(), LedgerError> {
        let moves = delta.change.as_ref().is_some_and(|change| change.rep.is_some());
        if moves && delta.rep_revision != self.revision {
            return Err(LedgerError::StaleRepLedger { expected: delta.rep_revision, found: self.revision });
        }
        Ok(())
    }
}
