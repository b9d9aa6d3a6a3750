//! String measures. Jaro-Winkler, OSA and Dice come from the `strsim` crate; Indel and Jaro are bit-parallel.
//!
//! All compare Unicode characters and fold nothing: [`fold`](super::fold) first when spelling should not matter.

mod bits;

pub use bits::{Pattern, indel_distance, indel_ratio, jaro};

/// Jaro-Winkler similarity, 0 to 1 (Winkler 1990: prefix scale 0.1, at most four characters).
///
/// O(n·m). Two empty texts are equal (1).
#[must_use]
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(a, b)
}

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, none of them
/// edited twice. O(n·m).
#[must_use]
pub fn osa(a: &str, b: &str) -> usize {
    strsim::osa_distance(a, b)
}

/// Sørensen-Dice coefficient of character bigrams, 0 to 1, white space ignored.
#[must_use]
pub fn dice(a: &str, b: &str) -> f64 {
    strsim::sorensen_dice(a, b)
}
