//! The options of a search.

/// Limits of one search.
///
/// The figures in BENCHMARKS.md were measured with the defaults. More `budget` finds a little more and costs
/// time in proportion; `usize::MAX` reads every list, which is what a brute-force scan would find.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchOptions {
    /// Most matches returned, best first; 10 by default.
    pub limit: usize,
    /// Most postings (name numbers in the lists of grams) read. Whole lists are admitted: those of words and pairs
    /// of characters first, then those of trigrams and single characters, the rarest first in each; a list that does
    /// not fit is skipped. 12,288 by default.
    pub budget: usize,
    /// Most candidates compared exactly; 56 by default.
    pub candidates: usize,
    /// Matches with a lower [score](super::NameMatch::score) are left out: 0 to 1; 0 by default.
    pub min_score: f64,
    /// Fill [`Evidence::shared`](super::Evidence::shared) with the pieces of text in common.
    pub explain: bool,
}

impl SearchOptions {
    /// Limits for [`pairs`](super::NameIndex::pairs): most names of a list have no twin in it, and most of those that
    /// do share rare grams with it, so much less has to be read.
    ///
    /// ```
    /// use leadkit::names::SearchOptions;
    ///
    /// assert!(SearchOptions::for_pairs().budget < SearchOptions::default().budget);
    /// ```
    #[must_use]
    pub fn for_pairs() -> SearchOptions {
        SearchOptions { budget: 3072, candidates: 20, ..SearchOptions::default() }
    }
}

impl Default for SearchOptions {
    fn default() -> SearchOptions {
        SearchOptions { limit: 10, budget: 12_288, candidates: 56, min_score: 0.0, explain: false }
    }
}
