//! The weights that a model learnt, and how it divides a journey.

use super::credit_model::{CreditModel, Fit};
use super::error::CreditError;
use super::journeys::Journey;

/// Weights above are brought to the size of 1 before they are summed.
const LARGE: f64 = 1e200;

/// Weights of channels, as they were learnt and as they are paid.
///
/// Whether anything was learnt is decided before channels are discounted: a discount lowers what a channel gets, and
/// never makes the others look alike.
#[derive(Debug)]
pub(super) struct Learnt {
    /// Weights without discounts.
    pub(super) fit: Fit,
    /// By channel number, discounted: what conversions are shared by.
    pub(super) conversions: Vec<f64>,
    /// The same for value; that of conversions when nothing was learnt about value.
    pub(super) values: Vec<f64>,
}

impl Learnt {
    pub(super) fn new(fit: Fit, discount: impl Fn(u32) -> f64) -> Learnt {
        let discounted = |weights: &[f64]| -> Vec<f64> {
            // Near the largest float a sum of weights would not be finite.
            let most = weights.iter().copied().fold(0.0, f64::max);
            let scale = if most > LARGE { 1.0 / most } else { 1.0 };
            weights.iter().zip(0..).map(|(weight, channel)| weight * scale * discount(channel)).collect()
        };
        let has_values = fit.values.iter().any(|weight| *weight > 0.0);
        Learnt {
            conversions: discounted(&fit.conversions),
            values: discounted(if has_values { &fit.values } else { &fit.conversions }),
            fit,
        }
    }
}

/// Divides a journey by the weights its channels have learnt, before discounts.
#[derive(Debug)]
pub(super) struct ByChannel<'a>(pub(super) &'a [f64]);

impl CreditModel for ByChannel<'_> {
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        for (weight, channel) in weights.iter_mut().zip(journey.channels) {
            *weight = self.0.get(*channel as usize).copied().unwrap_or(0.0);
        }
        if weights.iter().all(|weight| *weight == 0.0) {
            // Nothing was learnt about these channels: they count alike.
            weights.fill(1.0);
        }
        Ok(())
    }
}
