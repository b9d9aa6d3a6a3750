//! How well an index answers queries whose answers are known.

use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::table::Scored;
use crate::names::{NameIndex, SearchOptions};
use crate::order;

/// A query whose first answer was wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Confusion<K> {
    /// The name that was looked for.
    pub query: String,
    /// The key that should have been found first; `None` when the company is not in the index.
    pub wanted: Option<K>,
    /// The key that was found first.
    pub found: K,
    /// The score of the key that was found.
    pub score: f64,
}

/// Result of [`look_up`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LookUpReport<K> {
    /// Queries whose answer is in the index.
    pub answerable: usize,
    /// Rank of the right answer, from 0, of each answerable query that found it.
    pub ranks: Vec<usize>,
    /// The first answer of every query that had one: right, or wrong (another company, or an absent one).
    pub first: Vec<Scored>,
    /// First answers that were wrong, most confident first, at most 100.
    pub confusions: Vec<Confusion<K>>,
}

impl<K> LookUpReport<K> {
    /// Share of the answerable queries whose answer is among the first `k`.
    ///
    /// ```
    /// use leadkit::names::evaluate::look_up;
    /// use leadkit::names::{NameIndex, SearchOptions};
    ///
    /// let mut index: NameIndex<u32> = NameIndex::new();
    /// index.insert(7, "北京纷扬科技有限公司");
    /// index.insert(9, "Parker-Hannifin Corp");
    /// let queries = [("纷扬科技".to_owned(), vec![7]), ("Hannifin".to_owned(), vec![9])];
    /// let report = look_up(&index, &queries, &SearchOptions::default());
    /// assert_eq!(report.recall_at(1), 1.0);
    /// ```
    #[must_use]
    pub fn recall_at(&self, k: usize) -> f64 {
        let found = self.ranks.iter().filter(|rank| **rank < k).count();
        if self.answerable == 0 { 1.0 } else { found as f64 / self.answerable as f64 }
    }

    /// Answerable queries whose right answer did not come first: what [`best_f1`](super::best_f1) calls missed.
    #[must_use]
    pub fn missed(&self) -> usize {
        self.answerable - self.ranks.iter().filter(|rank| **rank == 0).count()
    }
}

/// Looks every query up. `queries` are pairs of a name and the keys that are right (none: it is not in the index).
///
/// ```
/// use leadkit::names::evaluate::look_up;
/// use leadkit::names::{NameIndex, SearchOptions};
///
/// let mut index: NameIndex<u32> = NameIndex::new();
/// index.insert(7, "北京纷扬科技有限公司");
/// // The company of the first query is in the index, that of the second is not.
/// let queries = [("纷扬科技".to_owned(), vec![7]), ("北京纷飞科技".to_owned(), vec![])];
/// let report = look_up(&index, &queries, &SearchOptions::default());
/// assert_eq!((report.answerable, report.missed()), (1, 0));
/// ```
pub fn look_up<K: Clone + Ord + Hash>(
    index: &NameIndex<K>,
    queries: &[(String, Vec<K>)],
    options: &SearchOptions,
) -> LookUpReport<K> {
    let mut report =
        LookUpReport { answerable: 0, ranks: Vec::new(), first: Vec::new(), confusions: Vec::new() };
    for (query, right) in queries {
        let found = index.search(query, options);
        report.answerable += usize::from(!right.is_empty());
        report.ranks.extend(found.iter().position(|m| right.contains(&m.id)));
        let Some(first) = found.first() else { continue };
        let positive = right.contains(&first.id);
        report.first.push(Scored { score: first.score, positive });
        if !positive {
            report.confusions.push(Confusion {
                query: query.clone(),
                wanted: right.first().cloned(),
                found: first.id.clone(),
                score: first.score,
            });
        }
    }
    // The most confident errors are the most instructive.
    order::sort_by(&mut report.confusions, |a, b| b.score.total_cmp(&a.score));
    report.confusions.truncate(100);
    report
}
