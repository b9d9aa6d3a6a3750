//! Numbers as every answer gives them, and the log-odds that decide.

/// To 1e-9, so that platforms agree on what is a tie.
pub(super) fn round(value: f64) -> f64 {
    libm::round(value * 1e9) / 1e9
}

/// The logistic function, rounded to 1e-9.
pub(super) fn probability(logit: f64) -> f64 {
    round(1.0 / (1.0 + libm::exp(-logit)))
}

/// Names that a small index is taken to have: among three names every gram would seem to say nothing.
pub(super) const MIN_NAMES: usize = 1024;

/// Log-odds within which two matches are too near to tell apart: one is less than four times as likely.
pub(super) const AMBIGUOUS: f64 = 1.386_294_361;
/// Log-odds below which a match is none, so that it makes nothing ambiguous.
pub(super) const NO_MATCH: f64 = -4.0;
/// Log-odds of the unlisted rival that every match has.
pub(crate) const UNLISTED: f64 = -6.0;
