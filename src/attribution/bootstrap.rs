//! How far figures of data-driven models would move with other journeys of the same kind.

use super::by_channel::Learnt;
use super::credit_model::CreditModel;
use super::credits::Interval;
use super::error::CreditError;
use super::journeys::Journey;
use super::random::SplitMix64;
use super::rules::{Bootstrap, Markov};
use super::run::{Kind, Run, Taken};

/// Most work of all samples together, in units of some 5 ns: about a minute.
const MAX_WORK: u64 = 12_000_000_000;
/// The cost of a sample for drawing a journey, and for reading a touch.
const A_JOURNEY: u64 = 20;
const A_TOUCH: u64 = 3;

/// The cost of a sample in addition to solving what was learnt.
fn look_cost(run: &Run<'_>) -> u64 {
    let (journeys, touches) = (run.journeys.len() as u64, run.journeys.touches() as u64);
    A_JOURNEY * journeys + A_TOUCH * touches + run.journeys.channels.len() as u64
}

/// Draws every journey again, lets the model learn from what was drawn, and takes the middle part of each channel's
/// shares, as parts of `total` conversions. By channel number. The order of a chain stays the one that was chosen.
///
/// Refused before any work when as many samples as the first look at the journeys took are too many, and where the
/// samples turn out to need more.
pub(super) fn intervals(
    run: &Run<'_>,
    learnt: Option<&Learnt>,
    bootstrap: &Bootstrap,
    total: f64,
) -> Result<Vec<Interval>, CreditError> {
    // Choosing anew in each sample would measure the choice instead of the chain.
    let chosen = learnt.and_then(|learnt| learnt.fit.markov.as_ref()).map(|markov| markov.order);
    let chain = match (&run.model.kind, chosen) {
        (Kind::Markov(rules), Some(order)) => Some(Markov { order: Some(order), ..*rules }),
        _ => None,
    };
    let model: &dyn CreditModel = match &chain {
        Some(chain) => chain,
        None => run.model.kind.model(),
    };
    let samples = bootstrap.samples;
    let look = look_cost(run);
    let each = look.saturating_add(learnt.map_or(0, |learnt| learnt.fit.work)).max(1);
    let most = u32::try_from(MAX_WORK / each).unwrap_or(u32::MAX);
    if most < samples {
        return Err(CreditError::BootstrapTooLarge { samples, most });
    }
    let mut work = 0u64;
    let mut shares: Vec<Vec<f64>> = vec![Vec::new(); run.journeys.channels.len()];
    for sample in 0..samples {
        let drawn = |journey: &Journey<'_>| {
            // What is drawn depends on the journey alone, so every look at it in this sample sees the same.
            let mut random = SplitMix64::new(bootstrap.seed, sample.into(), journey.index as u64);
            let (conversions, nulls) =
                (random.poisson(journey.conversions()), random.poisson(journey.nulls()));
            // All conversions of one journey are worth the same: their differences are not known.
            let each = journey.minor() as f64 / journey.conversions().max(1) as f64;
            (conversions, nulls, each * conversions as f64)
        };
        let again = if learnt.is_some() { run.learn_from(model, &drawn)? } else { None };
        // The cost of solving a chain differs from sample to sample, so it is counted and not multiplied.
        let solved = again.as_ref().map_or(0, |again| again.fit.work);
        work = work.saturating_add(look).saturating_add(solved);
        if work > MAX_WORK {
            return Err(CreditError::BootstrapTooLarge { samples, most: sample });
        }
        let credits = match again {
            Some(again) if !again.fit.by_journey => again.conversions,
            again => by_journey(run, again.as_ref(), &drawn)?,
        };
        let sum: f64 = credits.iter().sum();
        // Without a conversion nothing is known of the shares.
        if sum > 0.0 {
            for (shares, credit) in shares.iter_mut().zip(&credits) {
                shares.push(credit / sum);
            }
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

/// The shares of channels in the drawn conversions when each is divided among its own touches.
fn by_journey(run: &Run<'_>, learnt: Option<&Learnt>, drawn: &Taken<'_>) -> Result<Vec<f64>, CreditError> {
    let mut credits = vec![0.0; run.journeys.channels.len()];
    run.weigh_as(learnt, drawn, &mut |weighed| {
        for (channel, weight) in weighed.journey.channels.iter().zip(weighed.weights) {
            if let Some(credit) = credits.get_mut(*channel as usize)
                && weighed.sum > 0.0
            {
                *credit += weighed.conversions as f64 * (weight / weighed.sum);
            }
        }
    })?;
    Ok(credits)
}
