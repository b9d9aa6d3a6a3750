//! What the main job remembers between leads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::OutcomeDelta;
use crate::assign::{Ledger, LedgerError, Roster};
use crate::blacklist::WindowState;
use crate::model::PoolId;

/// What the main job remembers: recent submissions, and whose turn it is in each pool.
///
/// Hand it in, carry out the outcome, and move it by the outcome's delta. Save it as you save everything else. What
/// was counted per rep over all pools is in the roster's [`rep_ledger`](Roster::rep_ledger): save that beside it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Recent submissions, for resubmissions and bursts. Its deltas may arrive in any order, and twice.
    pub windows: WindowState,
    /// Whose turn it is, by pool. Needs compare-and-swap: one writer at a time, by version.
    pub ledgers: BTreeMap<PoolId, Ledger>,
}

/// Why an outcome could not be applied: it was decided on a state that has moved since. Decide again.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the outcome was decided on a state that has moved since")]
pub struct StateError(#[from] LedgerError);

impl State {
    /// Moves the state, and the roster's counts, to after an outcome: both, or neither.
    ///
    /// # Errors
    /// When a ledger has moved since the outcome was decided.
    pub fn apply(&mut self, delta: &OutcomeDelta, roster: &mut Roster) -> Result<(), StateError> {
        if let Some(assign) = &delta.assign
            && !assign.is_empty()
        {
            match self.ledgers.get_mut(assign.pool()) {
                Some(ledger) => assign.apply_to(ledger, roster)?,
                None => {
                    let mut ledger = Ledger::new(assign.pool().clone());
                    assign.apply_to(&mut ledger, roster)?;
                    self.ledgers.insert(assign.pool().clone(), ledger);
                }
            }
        }
        self.windows.apply(&delta.windows);
        Ok(())
    }
}
