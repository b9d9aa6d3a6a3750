//! Chooses the order of a chain.
//!
//! A chain of a higher order has more states to learn by heart with: in the end each journey has one of its own, which
//! predicts it perfectly and nothing else. So an order is judged by what it says of journeys it has not seen: of each
//! pair of a journey that converted and one that did not, the chain ranks the two without having seen them
//! (leave-pair-out; Airola, Pahikkala, Waegeman, De Baets and Salakoski, "An experimental comparison of
//! cross-validation techniques for estimating the area under the ROC curve", 2011). On journeys where nothing can be
//! learnt that area is a half on average, however many states there are.
//!
//! A higher order is chosen when its area exceeds that of the lower one by more than chance explains: three
//! standard errors of the area where nothing is distinguished, `sqrt((a + b + 1) / 12·a·b)` of `a` conversions and `b`
//! nulls (Mann and Whitney, 1947; Hanley and McNeil, 1982), and by more than a hundredth, which is not worth a larger
//! model.

use super::count::{Counts, Ends};
use super::fit::{MAX_ORDER, OrderScore};
use super::ranks::Ranks;
use crate::attribution::credit_model::Paths;
use crate::attribution::error::CreditError;

/// An area below distinguishes nothing.
const NOTHING: f64 = 0.5;
/// Standard errors, and the part of the area, that a higher order must add.
const ERRORS: f64 = 3.0;
const GAIN: f64 = 0.01;

/// The order that is chosen, and how each did; 1 when none is better.
pub(super) fn choose_order(paths: &Paths<'_>, ranks: &Ranks) -> Result<(u8, Vec<OrderScore>), CreditError> {
    let mut scores = Vec::with_capacity(MAX_ORDER.into());
    let (mut chosen, mut area) = (1, NOTHING);
    for order in 1..=MAX_ORDER {
        let ends = Counts::of(paths, ranks, order)?.ends;
        let score = score(order, &ends);
        if let Some(found) = score.penalised_auc {
            if order == 1 {
                area = found.max(NOTHING);
            } else if found - area > (ERRORS * standard_error(&ends)).max(GAIN) {
                (chosen, area) = (order, found);
            }
        }
        scores.push(score);
    }
    Ok((chosen, scores))
}

fn totals(ends: &[Ends]) -> (u64, u64) {
    ends.iter().fold((0, 0), |(won, lost), ends| (won + ends.conversions, lost + ends.nulls))
}

/// For the area of a ranking that distinguishes nothing.
fn standard_error(ends: &[Ends]) -> f64 {
    let (won, lost) = totals(ends);
    let (won, lost) = (won as f64, lost as f64);
    libm::sqrt((won + lost + 1.0) / (12.0 * won * lost))
}

/// Journeys that are ranked alike, by `won / all` of others.
struct Ranked {
    won: u64,
    all: u64,
    conversions: u64,
    nulls: u64,
}

fn score(order: u8, ends: &[Ends]) -> OrderScore {
    let (conversions, nulls) = totals(ends);
    if conversions == 0 || nulls == 0 {
        return OrderScore { order, auc: None, penalised_auc: None };
    }
    let pairs = conversions as f64 * nulls as f64;
    let seen = ends.iter().filter(|ends| ends.conversions + ends.nulls > 0);
    let together = seen.clone().map(|ends| Ranked {
        won: ends.conversions,
        all: ends.conversions + ends.nulls,
        conversions: ends.conversions,
        nulls: ends.nulls,
    });
    let auc = area(together.collect()) / pairs;
    // Without one of its journeys a state says what the others did, and one that has no others what all journeys did.
    let others = |won: u64, all: u64| {
        if all > 0 { (won, all) } else { (conversions - 1, (conversions + nulls - 2).max(1)) }
    };
    let mut apart = Vec::new();
    let mut tied = 0.0;
    for Ends { conversions, nulls, .. } in seen {
        // Two of one state rank alike; below, where one of each is left out, the null comes first.
        tied += *conversions as f64 * *nulls as f64 / 2.0;
        let rest = (conversions + nulls).saturating_sub(1);
        if *conversions > 0 {
            let (won, all) = others(conversions - 1, rest);
            apart.push(Ranked { won, all, conversions: *conversions, nulls: 0 });
        }
        if *nulls > 0 {
            let (won, all) = others(*conversions, rest);
            apart.push(Ranked { won, all, conversions: 0, nulls: *nulls });
        }
    }
    let penalised = (area(apart) + tied) / pairs;
    OrderScore { order, auc: Some(rounded(auc)), penalised_auc: Some(rounded(penalised)) }
}

/// The number of pairs of a conversion and a null in which the conversion ranks higher; a tie counts a half.
fn area(mut ranked: Vec<Ranked>) -> f64 {
    // By rate, exactly: a/b < c/d if and only if a·d < c·b.
    let cross = |a: &Ranked, b: &Ranked| u128::from(a.won) * u128::from(b.all);
    ranked.sort_by(|a, b| cross(a, b).cmp(&cross(b, a)));
    let (mut below, mut area) = (0u64, 0.0);
    for alike in ranked.chunk_by(|a, b| cross(a, b) == cross(b, a)) {
        let won: u64 = alike.iter().map(|one| one.conversions).sum();
        let lost: u64 = alike.iter().map(|one| one.nulls).sum();
        area += won as f64 * (below as f64 + lost as f64 / 2.0);
        below += lost;
    }
    area
}

/// To a billionth, so that equal areas compare equal.
fn rounded(area: f64) -> f64 {
    libm::rint(area * 1e9) / 1e9
}
