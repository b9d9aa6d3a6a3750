//! How far figures of learnt models would move with other journeys of the same kind.

use super::credit_model::{CreditModel, Fit};
use super::credits::Interval;
use super::engine::{Kind, Run};
use super::error::CreditError;
use super::journeys::Journey;
use super::random::SplitMix64;
use super::rules::{Bootstrap, Markov};

/// Draws every journey again, fits the model to what was drawn, and takes the middle part of each channel's shares of the
/// weights, as conversions. By channel number. The order of a chain stays the one that was chosen.
pub(super) fn intervals(
    run: &Run<'_>,
    fit: &Fit,
    bootstrap: &Bootstrap,
    conversions: u64,
) -> Result<Vec<Interval>, CreditError> {
    let chain = fit.markov.as_ref().map(|markov| Markov { order: Some(markov.order), ..Markov::default() });
    let model: &dyn CreditModel = match (&run.model.kind, &chain) {
        (Kind::Markov(_), Some(chain)) => chain,
        (kind, _) => kind.model(),
    };
    let mut shares: Vec<Vec<f64>> = vec![Vec::new(); fit.conversions.len()];
    for sample in 0..bootstrap.samples {
        let drawn = |journey: &Journey<'_>| {
            // What is drawn depends on the journey alone, so every look at it in this sample sees the same.
            let mut random = SplitMix64::new(bootstrap.seed, sample.into(), journey.index as u64);
            let (conversions, nulls) =
                (random.poisson(journey.conversions()), random.poisson(journey.nulls()));
            let each = journey.minor() as f64 / journey.conversions().max(1) as f64;
            (conversions, nulls, each * conversions as f64)
        };
        let Some(fit) = run.fit_to(model, &drawn)? else { continue };
        let sum: f64 = fit.conversions.iter().sum();
        for (shares, weight) in shares.iter_mut().zip(&fit.conversions) {
            shares.push(if sum > 0.0 { weight / sum } else { 0.0 });
        }
    }
    let total = conversions as f64;
    Ok(shares
        .into_iter()
        .map(|mut shares| {
            shares.sort_by(f64::total_cmp);
            let at = |part: f64| {
                let place = libm::rint(part * shares.len().saturating_sub(1) as f64) as usize;
                shares.get(place).copied().unwrap_or_default() * total
            };
            let tail = (1.0 - bootstrap.level) / 2.0;
            Interval { low: at(tail), high: at(1.0 - tail) }
        })
        .collect())
}
