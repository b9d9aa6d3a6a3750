//! Thresholds, and the precision and recall at each.

use crate::order;
use serde::{Deserialize, Serialize};

/// A score, and whether it was right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The score that the measure gave; a higher one is likelier right.
    pub score: f64,
    /// Whether the pair, or the answer, was right.
    pub positive: bool,
}

/// The result when every score of at least `threshold` counts as a match.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OperatingPoint {
    /// The score from which on it is a match.
    pub threshold: f64,
    /// Number of matches that are right.
    pub true_positives: usize,
    /// Number of matches that are wrong.
    pub false_positives: usize,
    /// Matches that are missed, below the threshold or never proposed.
    pub false_negatives: usize,
}

impl OperatingPoint {
    /// Share of the matches that are right; 1 when there are none.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Share of the true matches that are found; 1 when there are none.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let twice = 2 * self.true_positives;
        ratio(twice, twice + self.false_positives + self.false_negatives)
    }
}

fn ratio(part: usize, of: usize) -> f64 {
    if of == 0 { 1.0 } else { part as f64 / of as f64 }
}

/// Best first; of equal scores the wrong ones first, so that a tie never flatters.
fn ranked(scored: &[Scored]) -> Vec<Scored> {
    let mut ranked = scored.to_vec();
    order::sort_by(&mut ranked, |a, b| b.score.total_cmp(&a.score).then(a.positive.cmp(&b.positive)));
    ranked
}

/// Every operating point there is, the highest threshold first. `missed` are matches that were never proposed.
fn points(scored: &[Scored], missed: usize) -> Vec<OperatingPoint> {
    let ranked = ranked(scored);
    let total = ranked.iter().filter(|s| s.positive).count() + missed;
    let (mut hits, mut wrong) = (0, 0);
    let mut out: Vec<OperatingPoint> = Vec::new();
    for s in ranked {
        if s.positive {
            hits += 1;
        } else {
            wrong += 1;
        }
        let point = OperatingPoint {
            threshold: s.score,
            true_positives: hits,
            false_positives: wrong,
            false_negatives: total - hits,
        };
        // No threshold separates examples with the same score, so they are one point.
        match out.last_mut().filter(|last| last.threshold == s.score) {
            Some(last) => *last = point,
            None => out.push(point),
        }
    }
    out
}

/// The operating points of evenly spaced thresholds from 0 to 1, `steps` + 1 of them.
///
/// ```
/// use leadkit::names::evaluate::{Scored, thresholds};
///
/// let scored = [Scored { score: 0.9, positive: true }, Scored { score: 0.4, positive: false }];
/// let points = thresholds(&scored, 0, 2);
/// let all: Vec<(f64, f64)> = points.iter().map(|point| (point.threshold, point.precision())).collect();
/// assert_eq!(all, [(0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]);
/// ```
#[must_use]
pub fn thresholds(scored: &[Scored], missed: usize, steps: usize) -> Vec<OperatingPoint> {
    let steps = steps.max(1);
    let total = scored.iter().filter(|s| s.positive).count() + missed;
    (0..=steps)
        .map(|step| {
            let threshold = step as f64 / steps as f64;
            let taken = || scored.iter().filter(|s| s.score >= threshold);
            let hits = taken().filter(|s| s.positive).count();
            OperatingPoint {
                threshold,
                true_positives: hits,
                false_positives: taken().count() - hits,
                false_negatives: total - hits,
            }
        })
        .collect()
}

/// The threshold with the best F1, the highest one of several. `missed` are matches that were never proposed.
///
/// ```
/// use leadkit::names::evaluate::{Scored, best_f1};
///
/// let scored = [(0.9, true), (0.8, true), (0.3, false)];
/// let scored = scored.map(|(score, positive)| Scored { score, positive });
/// let best = best_f1(&scored, 0);
/// assert_eq!((best.threshold, best.f1()), (0.8, 1.0));
/// // A match that was never proposed counts as missed at every threshold.
/// assert!(best_f1(&scored, 1).recall() < 1.0);
/// ```
#[must_use]
pub fn best_f1(scored: &[Scored], missed: usize) -> OperatingPoint {
    let none = OperatingPoint {
        threshold: f64::INFINITY,
        true_positives: 0,
        false_positives: 0,
        false_negatives: scored.iter().filter(|s| s.positive).count() + missed,
    };
    points(scored, missed).into_iter().fold(none, |best, p| if p.f1() > best.f1() { p } else { best })
}

/// The point of highest recall whose precision is at least `wanted`; none when no threshold reaches it.
///
/// ```
/// use leadkit::names::evaluate::{Scored, for_precision};
///
/// let scored = [(0.9, true), (0.8, true), (0.7, false), (0.6, true)];
/// let scored = scored.map(|(score, positive)| Scored { score, positive });
/// assert_eq!(for_precision(&scored, 0, 0.9).unwrap().threshold, 0.8);
/// // No threshold reaches that precision.
/// let wrong = [Scored { score: 0.9, positive: false }];
/// assert!(for_precision(&wrong, 0, 0.9).is_none());
/// ```
#[must_use]
pub fn for_precision(scored: &[Scored], missed: usize, wanted: f64) -> Option<OperatingPoint> {
    points(scored, missed).into_iter().rev().find(|p| p.precision() >= wanted)
}

/// The point of least cost, when a wrong match costs `wrong` and a missed one `missing`.
///
/// ```
/// use leadkit::names::evaluate::{Scored, for_cost};
///
/// let scored = [(0.9, true), (0.8, false), (0.7, true)];
/// let scored = scored.map(|(score, positive)| Scored { score, positive });
/// // When a wrong match costs five times a missed one, a match is missed; the other way round, none is.
/// assert_eq!(for_cost(&scored, 0, 5.0, 1.0).unwrap().threshold, 0.9);
/// assert_eq!(for_cost(&scored, 0, 1.0, 5.0).unwrap().threshold, 0.7);
/// ```
#[must_use]
pub fn for_cost(scored: &[Scored], missed: usize, wrong: f64, missing: f64) -> Option<OperatingPoint> {
    let cost = |p: &OperatingPoint| p.false_positives as f64 * wrong + p.false_negatives as f64 * missing;
    points(scored, missed).into_iter().min_by(|a, b| cost(a).total_cmp(&cost(b)))
}

/// One bin of a [`Calibration`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bin {
    /// Number of scores in the bin.
    pub count: usize,
    /// The mean of the scores in the bin.
    pub said: f64,
    /// Share of them that were right.
    pub came_true: f64,
}

/// How well predicted probabilities agree with the results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Calibration {
    /// Bins of equal width over 0 to 1, empty ones left out.
    pub bins: Vec<Bin>,
    /// Expected calibration error: mean of |said − came true|, weighted by count (Naeini et al. 2015).
    pub expected_error: f64,
}

/// Compares predicted probabilities with the results.
///
/// ```
/// use leadkit::names::evaluate::{Scored, calibration};
///
/// // Of five matches said to be 0.8 likely, four were right.
/// let scored = [true, true, true, true, false].map(|positive| Scored { score: 0.8, positive });
/// let found = calibration(&scored, 10);
/// assert!(found.expected_error < 1e-9);
/// assert_eq!(found.bins.iter().filter(|bin| bin.count > 0).count(), 1);
/// ```
#[must_use]
pub fn calibration(scored: &[Scored], bins: usize) -> Calibration {
    let bins = bins.max(1);
    let of = |s: &Scored| ((s.score * bins as f64) as usize).min(bins - 1);
    let rows: Vec<Bin> = (0..bins)
        .filter_map(|bin| {
            let inside: Vec<&Scored> = scored.iter().filter(|s| of(s) == bin).collect();
            let count = inside.len();
            let said = inside.iter().map(|s| s.score).sum::<f64>() / count as f64;
            let came_true = inside.iter().filter(|s| s.positive).count() as f64 / count as f64;
            (count > 0).then_some(Bin { count, said, came_true })
        })
        .collect();
    let total = scored.len().max(1) as f64;
    let expected_error = rows.iter().map(|b| b.count as f64 / total * (b.said - b.came_true).abs()).sum();
    Calibration { bins: rows, expected_error }
}
