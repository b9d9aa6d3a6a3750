//! How far figures of learnt models would move with other journeys of the same kind.

use super::credit_model::{CreditModel, Fit};
use super::credits::Interval;
use super::engine::{Kind, Run};
use super::error::CreditError;
use super::journeys::Journey;
use super::random::SplitMix64;
use super::rules::{Bootstrap, Markov};

/// Draws every journey again, fits the model to what was drawn, and takes the middle part of each channel's shares, as
/// parts of `total` conversions. By channel number. The order of a chain stays the one that was chosen.
pub(super) fn intervals(
    run: &Run<'_>,
    fit: &Fit,
    bootstrap: &Bootstrap,
    total: f64,
) -> Result<Vec<Interval>, CreditError> {
    let chain = match (&run.model.kind, &fit.markov) {
        (Kind::Markov(rules), Some(markov)) => Some(Markov { order: Some(markov.order), ..*rules }),
        _ => None,
    };
    let model: &dyn CreditModel = match &chain {
        Some(chain) => chain,
        None => run.model.kind.model(),
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
        let credits = if fit.by_journey { by_journey(run, &fit, &drawn)? } else { fit.conversions };
        let sum: f64 = credits.iter().sum();
        for (shares, credit) in shares.iter_mut().zip(&credits) {
            shares.push(if sum > 0.0 { credit / sum } else { 0.0 });
        }
    }
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

/// What channels get of the conversions drawn when each is divided among its own touches.
fn by_journey(
    run: &Run<'_>,
    fit: &Fit,
    drawn: &dyn Fn(&Journey<'_>) -> (u64, u64, f64),
) -> Result<Vec<f64>, CreditError> {
    let weight = |channel: &u32| fit.conversions.get(*channel as usize).copied().unwrap_or(0.0);
    let mut credits = vec![0.0; fit.conversions.len()];
    run.preparation.each_path(run.journeys, drawn, &mut |path| {
        let sum: f64 = path.journey.channels.iter().map(weight).sum();
        for channel in path.journey.channels {
            if let Some(credit) = credits.get_mut(*channel as usize)
                && sum > 0.0
            {
                *credit += path.conversions as f64 * (weight(channel) / sum);
            }
        }
    })?;
    Ok(credits)
}
