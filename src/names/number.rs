//! Rounding of scores, and thresholds of log-odds.

/// Rounds to 1e-9, so that platforms agree on ties.
pub(super) fn round(value: f64) -> f64 {
    libm::round(value * 1e9) / 1e9
}

/// The logistic function, rounded to 1e-9.
pub(super) fn probability(logit: f64) -> f64 {
    round(1.0 / (1.0 + libm::exp(-logit)))
}

/// The least number of names that an index counts as having: among three names every gram would seem meaningless.
pub(super) const MIN_NAMES: usize = 1024;

/// Log-odds within which two matches are too near to distinguish: one is less than four times as likely.
pub(super) const AMBIGUOUS: f64 = 1.386_294_361;
/// Log-odds below which a candidate is not a match, so that it makes nothing ambiguous.
pub(super) const NO_MATCH: f64 = -4.0;
/// Log-odds of the unlisted rival that every match has.
pub(crate) const UNLISTED: f64 = -6.0;
