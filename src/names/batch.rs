//! Many lookups at once. With feature `parallel` on several threads, with the same answers in the same order.

use std::hash::Hash;

use super::search::Work;
use super::{NameIndex, NameMatch, SearchOptions};

/// Names a thread takes at a time.
#[cfg(feature = "parallel")]
const CHUNK: usize = 64;

impl<K: Clone + Ord + Hash + Send + Sync> NameIndex<K> {
    /// Runs [`search`](NameIndex::search) for every name; answers in the order of the names.
    ///
    /// Buffers are shared, which makes it somewhat faster than single searches. With feature `parallel` the names
    /// are shared out to the threads of the current `rayon` pool; the answer is the same to the last bit.
    ///
    /// ```
    /// use leadkit::names::{NameIndex, SearchOptions};
    ///
    /// let mut index: NameIndex<u32> = NameIndex::new();
    /// index.insert(7, "北京纷扬科技有限公司");
    /// index.insert(9, "Parker-Hannifin Corp");
    /// let found = index.search_all(&["parker hannifin", "纷扬"], &SearchOptions::default());
    /// assert_eq!((found[0][0].id, found[1][0].id), (9, 7));
    /// ```
    #[must_use]
    pub fn search_all<S: AsRef<str> + Sync>(
        &self,
        names: &[S],
        options: &SearchOptions,
    ) -> Vec<Vec<NameMatch<K>>> {
        in_chunks(names, |name, work| self.search_with(name.as_ref(), options, work))
    }
}

/// Maps items in order, buffers kept over a chunk.
#[cfg(feature = "parallel")]
pub(super) fn in_chunks<T: Sync, R: Send>(items: &[T], each: impl Fn(&T, &mut Work) -> R + Sync) -> Vec<R> {
    use rayon::prelude::*;
    let run = |chunk: &[T]| {
        let mut work = Work::default();
        chunk.iter().map(|item| each(item, &mut work)).collect::<Vec<R>>()
    };
    items.par_chunks(CHUNK).flat_map_iter(run).collect()
}

/// Maps items in order, buffers kept over all of them.
#[cfg(not(feature = "parallel"))]
pub(super) fn in_chunks<T, R>(items: &[T], each: impl Fn(&T, &mut Work) -> R) -> Vec<R> {
    let mut work = Work::default();
    items.iter().map(|item| each(item, &mut work)).collect()
}
