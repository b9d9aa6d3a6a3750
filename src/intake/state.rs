//! What the main job remembers between leads.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::OutcomeDelta;
use crate::assign::{Ledger, LedgerError, RepLedger};
use crate::blacklist::WindowState;
use crate::model::PoolId;

/// What the main job remembers: recent submissions, whose turn it is in each pool, what each rep was given.
///
/// Hand it in, apply the outcome's effects, and move it by the outcome's delta. Save it as you save everything else.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Recent submissions, for resubmissions and bursts. Its deltas may arrive in any order, and twice.
    pub windows: WindowState,
    /// Whose turn it is, by pool. Needs compare-and-swap: one writer at a time, by revision.
    pub ledgers: BTreeMap<PoolId, Ledger>,
    /// What each rep was given over all pools. Needs compare-and-swap too.
    pub reps: RepLedger,
}

/// Why an outcome could not be applied: it was decided on a state that has moved since. Decide again.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the outcome was decided on a state that has moved since")]
pub struct StateError(#[from] LedgerError);

impl State {
    /// The ledger of a pool; a new one when nothing was assigned from it yet.
    pub(super) fn ledger(&self, pool: &PoolId) -> Cow<'_, Ledger> {
        match self.ledgers.get(pool) {
            Some(ledger) => Cow::Borrowed(ledger),
            None => Cow::Owned(Ledger::new(pool.clone())),
        }
    }

    /// Moves the state to after an outcome, or leaves it as it is.
    ///
    /// # Errors
    /// When a ledger has moved since the outcome was decided.
    pub fn apply(&mut self, delta: &OutcomeDelta) -> Result<(), StateError> {
        if let Some(assign) = delta.assign.as_ref().filter(|assign| !assign.is_empty()) {
            match self.ledgers.get_mut(assign.pool()) {
                Some(ledger) => assign.apply_to(ledger, &mut self.reps)?,
                None => {
                    let mut ledger = Ledger::new(assign.pool().clone());
                    assign.apply_to(&mut ledger, &mut self.reps)?;
                    self.ledgers.insert(assign.pool().clone(), ledger);
                }
            }
        }
        self.windows.apply(&delta.windows);
        Ok(())
    }
}
