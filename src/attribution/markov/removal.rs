//! The effect of the removal of a channel.

use super::chain::Chain;
use super::dense;
use super::iterate::{self, Budget};
use crate::attribution::error::CreditError;

/// Chains with at most this number of states are solved directly.
const MAX_DENSE: usize = 512;

/// Removal effects by channel, 0 to 1.
#[derive(Debug, Clone, Default)]
pub(super) struct Removal {
    pub(super) effects: Vec<f64>,
    /// `None` when they are not all from 0 up.
    pub(super) value_effects: Option<Vec<f64>>,
    /// The work it took, in units of some 5 ns.
    pub(super) work: u64,
}

impl Removal {
    /// Removal effects on conversions and value.
    pub(super) fn of(chain: &Chain, channel_name: &dyn Fn(u32) -> String) -> Result<Removal, CreditError> {
        let channels = chain.channels();
        if chain.conversion_rate() == 0.0 {
            let nothing = vec![0.0; channels];
            return Ok(Removal { value_effects: Some(nothing.clone()), effects: nothing, work: 0 });
        }
        let value: f64 = chain.value.iter().zip(&chain.visits).map(|(value, visits)| value * visits).sum();
        let has_value = chain.value.iter().any(|value| *value != 0.0);
        // Direct work grows with the cube of the states, a sweep with the transitions.
        let (remaining, work) = if chain.states() <= MAX_DENSE {
            (dense::remaining(chain), (chain.states() as u64).pow(3) / 4)
        } else {
            let mut budget = Budget::default();
            (iterate::remaining(chain, has_value, &mut budget, channel_name)?, budget.spent())
        };
        // Rounded to the accuracy of the computation, so that a channel on which nothing depends has no effect at all.
        let effect = |rest: f64, all: f64| {
            let effect = 1.0 - rest / all;
            if effect.abs() < 1e-13 { 0.0 } else { effect }
        };
        let rate = chain.conversion_rate();
        let effects: Vec<f64> =
            remaining.iter().map(|rest| effect(rest.conversions, rate).clamp(0.0, 1.0)).collect();
        let value_effects = if !has_value {
            Some(vec![0.0; channels])
        } else if value > 0.0 {
            let effects: Vec<f64> = remaining.iter().map(|rest| effect(rest.value, value)).collect();
            // Parts of a whole: with a single effect below 0 they divide nothing.
            let fit =
                effects.iter().all(|effect| *effect >= 0.0) && effects.iter().any(|effect| *effect > 0.0);
            fit.then_some(effects)
        } else {
            None
        };
        Ok(Removal { effects, value_effects, work })
    }
}
