//! The part of a state that decisions about some leads on file read and change.

use std::borrow::Cow;

use super::{Input, Intake, OutcomeDelta, State, StateError};
use crate::assign::key_of;
use crate::blacklist::WindowState;
use crate::model::PoolId;

/// A state that several leads on file are decided on, one after the other. The host's own is left as it is; of it only as
/// much is copied as the leads need, and nothing for one lead.
pub(super) struct Moving<'s> {
    state: Cow<'s, State>,
    intake: &'s Intake,
    inputs: &'s [Input],
}

impl<'s> Moving<'s> {
    pub(super) fn new(intake: &'s Intake, inputs: &'s [Input], state: &'s State) -> Moving<'s> {
        Moving { state: Cow::Borrowed(state), intake, inputs }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Applies a decision to it.
    pub(super) fn apply(&mut self, delta: &OutcomeDelta) -> Result<(), StateError> {
        // Nothing is decided after this one decision.
        if self.inputs.len() < 2 || delta.is_empty() {
            return Ok(());
        }
        if let Cow::Borrowed(state) = self.state {
            self.state = Cow::Owned(self.intake.excerpt(self.inputs, state));
        }
        self.state.to_mut().apply(delta)
    }
}

impl Intake {
    /// The ledgers of the pools that the leads may be assigned from, with what is remembered of these leads, and the counts of
    /// all reps. A lead on file is not a submission: the windows are not read.
    fn excerpt(&self, inputs: &[Input], state: &State) -> State {
        // Without its owner, a lead is in no pool.
        let named = inputs.iter().map(|input| self.ledger_pool(&input.lead));
        let mut pools: Vec<&PoolId> = named.chain([&self.pool]).collect();
        pools.sort_unstable();
        pools.dedup();
        // The key of a decision is the host's, or begins with the lead's id.
        let own = |input: &'_ Input| input.assign.key.clone();
        let keys: Vec<String> = inputs.iter().filter_map(own).collect();
        let keys = keys.into_iter().map(Cow::Owned).chain(inputs.iter().map(|input| key_of(&input.lead.id)));
        let keys: Vec<Cow<'_, str>> = keys.collect();
        let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
        let known = pools.into_iter().filter_map(|pool| state.ledgers.get(pool));
        State {
            windows: WindowState::default(),
            ledgers: known.map(|ledger| (ledger.pool().clone(), ledger.with_keys(&keys))).collect(),
            reps: state.reps.clone(),
            newest: state.newest,
        }
    }
}
