//! String measures of the `strsim` crate. They compare Unicode characters and fold nothing: [`fold`](super::fold) first
//! when spelling should not matter.

/// Jaro-Winkler similarity, 0 to 1 (Winkler 1990: prefix scale 0.1, at most four characters).
///
/// O(n·m). Two empty texts are equal (1).
pub(crate) fn jaro_winkler(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(a, b)
}

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, none of them
/// edited twice. O(n·m).
pub(crate) fn osa(a: &str, b: &str) -> usize {
    strsim::osa_distance(a, b)
}
