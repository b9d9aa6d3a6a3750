//! Which order a chain should have.

use super::count::Counts;
use super::fit::{MAX_ORDER, OrderScore};
use crate::attribution::credit_model::Paths;
use crate::attribution::error::CreditError;

/// The order with the largest penalised area, the lower one of equals; 1 when none has any.
pub(super) fn choose_order(paths: &Paths<'_>) -> Result<(u8, Vec<OrderScore>), CreditError> {
    let mut scores = Vec::with_capacity(MAX_ORDER.into());
    for order in 1..=MAX_ORDER {
        scores.push(score(&Counts::of(paths, order)?));
    }
    let mut best = (1, f64::NEG_INFINITY);
    for score in &scores {
        if let Some(area) = score.penalised_auc.filter(|area| *area > best.1) {
            best = (score.order, area);
        }
    }
    Ok((best.0, scores))
}

fn score(counts: &Counts) -> OrderScore {
    let mut ends: Vec<(u64, u64)> = counts
        .ends
        .iter()
        .map(|ends| (ends.conversions, ends.nulls))
        .filter(|(conversions, nulls)| conversions + nulls > 0)
        .collect();
    let kinds: usize =
        ends.iter().map(|(conversions, nulls)| usize::from(*conversions > 0) + usize::from(*nulls > 0)).sum();
    let parameters = (counts.steps.len() + kinds).saturating_sub(counts.states.len()) as u64;
    let conversions: u64 = ends.iter().map(|(conversions, _)| conversions).sum();
    let nulls: u64 = ends.iter().map(|(_, nulls)| nulls).sum();
    // By rate, exactly: a/(a+b) < c/(c+d) if and only if a·d < c·b.
    ends.sort_by(|a, b| (u128::from(a.0) * u128::from(b.1)).cmp(&(u128::from(b.0) * u128::from(a.1))));
    let mut below = 0u64;
    let mut area = 0.0;
    let same = |a: &(u64, u64), b: &(u64, u64)| {
        u128::from(a.0) * u128::from(b.1) == u128::from(b.0) * u128::from(a.1)
    };
    for group in ends.chunk_by(same) {
        let won: u64 = group.iter().map(|(conversions, _)| conversions).sum();
        let lost: u64 = group.iter().map(|(_, nulls)| nulls).sum();
        area += won as f64 * (below as f64 + lost as f64 / 2.0);
        below += lost;
    }
    let auc = (conversions > 0 && nulls > 0).then(|| rounded(area / (conversions as f64 * nulls as f64)));
    let journeys = conversions + nulls;
    let penalised = |auc: f64| {
        let spare = journeys.checked_sub(parameters + 1).filter(|spare| *spare > 0)?;
        Some(rounded(1.0 - (1.0 - auc) * (journeys - 1) as f64 / spare as f64))
    };
    OrderScore { order: counts.order, auc, parameters, penalised_auc: auc.and_then(penalised) }
}

/// To a billionth, so that equal areas compare equal.
fn rounded(area: f64) -> f64 {
    libm::rint(area * 1e9) / 1e9
}
