//! The index: adding, removing, renaming.

use std::hash::Hash;

use super::grams;
use super::ids::Ids;
use super::postings::Postings;
use super::record::{self, Reader, Regions, View};
use super::size::{REMOVED, size_of_record};
use super::texts::{self, Texts};
use super::tuning::{Tuning, Weights};
use crate::company::Gazetteer;

/// An index of company names.
///
/// `K` is the host's key of an account: small and cheap to clone (`u32`, an `Arc<str>` newtype). Its order breaks
/// ties. The index keeps about a hundred bytes a name and not the names as they were written.
///
/// [`insert`](NameIndex::insert), [`remove`](NameIndex::remove) and [`rename`](NameIndex::rename) change it at once,
/// without a rebuild; [`search`](NameIndex::search) takes `&self`, so one index serves many threads.
#[derive(Debug, Clone)]
pub struct NameIndex<K> {
    pub(super) gazetteer: Gazetteer,
    pub(super) tuning: Tuning,
    pub(super) unspaced: Weights,
    pub(super) words: Weights,
    pub(super) postings: Postings,
    pub(super) regions: Regions,
    pub(super) ids: Ids,
    pub(super) texts: Texts,
    /// For each record: the key (`None` after removal), where its bytes start, and the data of the candidate stage.
    pub(super) keys: Vec<Option<K>>,
    pub(super) offsets: Vec<u32>,
    pub(super) sizes: Vec<u8>,
    pub(super) bytes: Vec<u8>,
    pub(super) live: usize,
    pub(super) reader: Reader,
    pub(super) grams: Vec<u64>,
    /// Most bytes of each part.
    most_bytes: usize,
}

/// Sets up a [`NameIndex`] with a host's own tables or weights.
#[derive(Debug, Clone, Default)]
pub struct NameIndexBuilder {
    pub(super) gazetteer: Gazetteer,
    pub(super) tuning: Tuning,
}

impl NameIndexBuilder {
    /// The tables names are read with; aliases are looked up in it.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    /// use leadkit::names::{NameIndex, SearchOptions};
    ///
    /// let gazetteer = Gazetteer::builder().alias("鹅厂", "腾讯科技（深圳）有限公司").build();
    /// let mut index: NameIndex<u32> = NameIndex::builder().gazetteer(gazetteer).build();
    /// index.insert(7, "腾讯科技（深圳）有限公司");
    /// let found = index.search("鹅厂", &SearchOptions::default());
    /// assert!(found[0].id == 7 && found[0].evidence.alias);
    /// ```
    #[must_use]
    pub fn gazetteer(mut self, gazetteer: Gazetteer) -> NameIndexBuilder {
        self.gazetteer = gazetteer;
        self
    }

    /// The weights of the measure.
    ///
    /// ```
    /// use leadkit::names::{NameIndex, Tuning};
    ///
    /// let ours = Tuning { revision: "ours".into(), ..Tuning::default() };
    /// let index: NameIndex<u32> = NameIndex::builder().tuning(ours).build();
    /// assert_eq!(index.tuning().revision, "ours");
    /// ```
    #[must_use]
    pub fn tuning(mut self, tuning: Tuning) -> NameIndexBuilder {
        self.tuning = tuning;
        self
    }

    /// An empty index with these tables and weights.
    ///
    /// ```
    /// use leadkit::names::NameIndex;
    ///
    /// let index: NameIndex<u32> = NameIndex::builder().build();
    /// assert!(index.is_empty());
    /// ```
    #[must_use]
    pub fn build<K: Clone + Ord + Hash>(self) -> NameIndex<K> {
        NameIndex {
            unspaced: Weights::new(&self.tuning.unspaced),
            words: Weights::new(&self.tuning.words),
            gazetteer: self.gazetteer,
            tuning: self.tuning,
            postings: Postings::default(),
            regions: Regions::default(),
            ids: Ids::default(),
            texts: Texts::default(),
            keys: Vec::new(),
            offsets: Vec::new(),
            sizes: Vec::new(),
            bytes: Vec::new(),
            live: 0,
            reader: Reader::default(),
            grams: Vec::new(),
            most_bytes: MAX_BYTES,
        }
    }
}

/// The index has no room for another name: its places are counted in 32 bits. Split the names over several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the index is full: it holds at most 4 GiB of names, and 4 GiB of search data")]
pub struct NameIndexFull;

/// More than one name adds to any part of the index.
const MAX_ADDED: usize = 1 << 20;
/// Most bytes of a part of the index: their places are kept in 32 bits.
const MAX_BYTES: usize = u32::MAX as usize;

impl NameIndex<()> {
    /// Sets up an index with other tables or weights than the built-in ones.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    /// use leadkit::names::{NameIndex, Tuning};
    ///
    /// let index: NameIndex<u32> =
    ///     NameIndex::builder().gazetteer(Gazetteer::builtin()).tuning(Tuning::default()).build();
    /// assert!(index.is_empty());
    /// ```
    #[must_use]
    pub fn builder() -> NameIndexBuilder {
        NameIndexBuilder::default()
    }
}

impl<K: Clone + Ord + Hash> Default for NameIndex<K> {
    fn default() -> NameIndex<K> {
        NameIndexBuilder::default().build()
    }
}

impl<K: Clone + Ord + Hash> NameIndex<K> {
    /// An empty index with the built-in tables and weights.
    ///
    /// ```
    /// use leadkit::names::NameIndex;
    ///
    /// let index: NameIndex<u32> = NameIndex::new();
    /// assert_eq!(index.len(), 0);
    /// ```
    #[must_use]
    pub fn new() -> NameIndex<K> {
        NameIndex::default()
    }

    /// Adds a name, or gives the key another one. Returns whether the key is new.
    ///
    /// Any text is accepted; a name without letters or digits is kept and never found. An index that is
    /// [full](NameIndexFull), which takes some ten million names, stays as it is: [`try_insert`](Self::try_insert)
    /// says so. Amortised O(length).
    ///
    /// ```
    /// use leadkit::names::NameIndex;
    ///
    /// let mut index = NameIndex::new();
    /// assert!(index.insert(7, "Parker Corp"));
    /// assert!(!index.insert(7, "Parker-Hannifin Corp"), "the key has another name now");
    /// assert_eq!((index.len(), index.normalised(&7)), (1, Some("parker hannifin")));
    /// ```
    pub fn insert(&mut self, id: K, name: &str) -> bool {
        self.try_insert(id, name).unwrap_or(false)
    }

    /// As [`insert`](Self::insert), for an index that may be full.
    ///
    /// ```
    /// use leadkit::names::NameIndex;
    ///
    /// let mut index = NameIndex::new();
    /// assert_eq!(index.try_insert(7, "Parker Corp")?, true);
    /// assert_eq!(index.try_insert(7, "Parker Corp")?, false);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no room for the name; the index is unchanged.
    pub fn try_insert(&mut self, id: K, name: &str) -> Result<bool, NameIndexFull> {
        // Checked before the old name is removed: a full index must not lose a name that it cannot replace.
        let used = [self.bytes.len(), self.postings.bytes_used(), self.keys.len()];
        if used.iter().any(|used| used.saturating_add(MAX_ADDED) > self.most_bytes) {
            return Err(NameIndexFull);
        }
        let new = !self.remove(&id);
        let offset = self.bytes.len();
        if self.bytes.capacity() - offset < 512 {
            // A fifth at a time: doubling would waste half of a large index.
            self.bytes.reserve_exact((offset / 5).max(4096));
        }
        let regions = &mut self.regions;
        self.reader.read(name, &self.gazetteer, |r| regions.number(r), &mut self.bytes);
        self.append(id, offset);
        Ok(new)
    }

    /// Indexes the record at `offset`, the end of the bytes.
    pub(super) fn append(&mut self, id: K, offset: usize) {
        let record = self.keys.len() as u32;
        let view = View::new(self.bytes.get(offset..).unwrap_or_default());
        let text = texts::hash(view.text);
        grams::collect(view.text, &mut self.grams);
        // Together with the places of the grams: none of these cache misses waits for another.
        self.texts.read_ahead(text);
        self.postings.push_all(&self.grams, record);
        // A fifth at a time, as for the bytes.
        if self.keys.len() == self.keys.capacity() {
            let more = (self.keys.len() / 5).max(64);
            self.keys.reserve_exact(more);
            self.offsets.reserve_exact(more);
            self.sizes.reserve_exact(more);
        }
        self.sizes.push(size_of_record(self.grams.len(), &view));
        self.texts.push(text);
        self.offsets.push(offset as u32);
        self.keys.push(Some(id));
        self.ids.add(record, &self.keys);
        self.live += 1;
    }

    /// Removes a name. Returns whether it was there.
    ///
    /// It is no longer found and no longer counted at once; its memory is freed when a quarter of the index is removed
    /// names. Amortised O(length).
    ///
    /// ```
    /// use leadkit::names::{NameIndex, SearchOptions};
    ///
    /// let mut index = NameIndex::new();
    /// index.insert(7, "Parker Corp");
    /// assert!(index.remove(&7) && !index.remove(&7));
    /// assert!(index.search("Parker", &SearchOptions::default()).is_empty());
    /// ```
    pub fn remove(&mut self, id: &K) -> bool {
        let Some(record) = self.ids.remove(id, &self.keys) else { return false };
        let at = self.offsets.get(record as usize).copied().unwrap_or_default() as usize;
        let view = View::new(self.bytes.get(at..).unwrap_or_default());
        grams::collect(view.text, &mut self.grams);
        for gram in &self.grams {
            self.postings.forget(*gram);
        }
        if let Some(key) = self.keys.get_mut(record as usize) {
            *key = None;
        }
        if let Some(size) = self.sizes.get_mut(record as usize) {
            *size = REMOVED;
        }
        self.live -= 1;
        // In proportion to the remaining records, so that the removals before pay for a rebuild.
        if self.keys.len() - self.live > self.live / 4 + 1024 {
            self.rebuild();
        }
        true
    }

    /// Gives a key another name. Returns false, and does nothing, when the key is not there.
    ///
    /// ```
    /// use leadkit::names::NameIndex;
    ///
    /// let mut index = NameIndex::new();
    /// index.insert(7, "Parker Corp");
    /// assert!(index.rename(7, "Hannifin Corp"));
    /// assert_eq!(index.normalised(&7), Some("hannifin"));
    /// assert!(!index.rename(8, "Acme Ltd") && !index.contains(&8));
    /// ```
    pub fn rename(&mut self, id: K, name: &str) -> bool {
        let known = self.contains(&id);
        if known {
            self.insert(id, name);
        }
        known
    }

    /// Whether the key is there.
    ///
    /// ```
    /// use leadkit::names::NameIndex;
    ///
    /// let mut index = NameIndex::new();
    /// index.insert(7, "Parker Corp");
    /// assert!(index.contains(&7) && !index.contains(&8));
    /// ```
    #[must_use]
    pub fn contains(&self, id: &K) -> bool {
        self.ids.find(id, &self.keys).is_some()
    }

    /// The number of names in the index, one for each key.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is no name in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The name as the index keeps it: folded, without punctuation and legal form.
    ///
    /// ```
    /// use leadkit::names::NameIndex;
    ///
    /// let mut index = NameIndex::new();
    /// index.insert(7, "北京紛揚科技（集團）有限責任公司");
    /// assert_eq!(index.normalised(&7), Some("北京纷扬科技集团"));
    /// assert_eq!(index.normalised(&8), None);
    /// ```
    #[must_use]
    pub fn normalised(&self, id: &K) -> Option<&str> {
        Some(self.view(self.ids.find(id, &self.keys)?).text)
    }

    /// The weights by which names are ranked and scored.
    #[must_use]
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// The tables that names are read with, aliases among them.
    #[must_use]
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// Bytes on the heap, the keys' own heap apart.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.postings.heap_bytes()
            + self.ids.heap_bytes()
            + self.texts.heap_bytes()
            + self.keys.capacity() * size_of::<Option<K>>()
            + self.offsets.capacity() * size_of::<u32>()
            + self.sizes.capacity()
            + self.bytes.capacity()
    }

    /// Frees memory that was reserved for growth; useful after a large first load. O(size of the index).
    pub fn shrink_to_fit(&mut self) {
        if self.keys.len() > self.live {
            self.rebuild();
        }
        self.postings.shrink();
        self.ids.shrink(&self.keys);
        self.texts.shrink();
        self.keys.shrink_to_fit();
        self.offsets.shrink_to_fit();
        self.sizes.shrink_to_fit();
        self.bytes.shrink_to_fit();
    }

    /// Builds everything anew from the live records.
    pub(super) fn rebuild(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        let offsets = std::mem::take(&mut self.offsets);
        let bytes = std::mem::take(&mut self.bytes);
        self.postings = Postings::default();
        self.ids = Ids::default();
        self.texts = Texts::default();
        self.sizes.clear();
        self.live = 0;
        for (key, offset) in keys.into_iter().zip(offsets) {
            let Some(key) = key else { continue };
            let at = self.bytes.len();
            // Records are copied as they are: names are not kept as written, so they cannot be parsed again.
            self.bytes.extend(record::slice(&bytes, offset as usize));
            self.append(key, at);
        }
    }

    pub(super) fn weights(&self, unspaced: bool) -> &Weights {
        if unspaced { &self.unspaced } else { &self.words }
    }

    pub(super) fn key(&self, record: u32) -> Option<&K> {
        self.keys.get(record as usize)?.as_ref()
    }

    pub(super) fn view(&self, record: u32) -> View<'_> {
        let at = self.offsets.get(record as usize).copied().unwrap_or_default();
        View::new(self.bytes.get(at as usize..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::SearchOptions;

    #[test]
    fn a_full_index_refuses_names_and_stays_as_it_is() {
        let mut index: NameIndex<u32> = NameIndex::new();
        index.most_bytes = MAX_ADDED + 2_000;
        let name = |id: u32| format!("{id}号北京纷扬科技有限公司");
        let added = (0..1_000).take_while(|id| index.try_insert(*id, &name(*id)).is_ok()).count();
        assert!((10..1_000).contains(&added), "{added}");
        let before = index.search(&name(3), &SearchOptions::default());
        assert_eq!(index.try_insert(3, "another"), Err(NameIndexFull));
        assert!(!index.insert(2_000, "another") && !index.contains(&2_000));
        assert_eq!(index.len(), added);
        assert_eq!(index.search(&name(3), &SearchOptions::default()), before);
        assert_eq!(before.first().map(|found| found.id), Some(3));
    }

    #[test]
    fn no_limit_is_too_large() {
        let mut index: NameIndex<u32> = NameIndex::new();
        (0..300).for_each(|id| assert!(index.insert(id, &format!("北京纷扬{id}科技有限公司"))));
        for options in [
            SearchOptions { limit: usize::MAX, ..SearchOptions::default() },
            SearchOptions {
                candidates: usize::MAX,
                limit: usize::MAX,
                budget: usize::MAX,
                ..SearchOptions::default()
            },
        ] {
            assert_eq!(index.search("北京纷扬7科技", &options).len(), 300);
            assert!(index.pairs(0.9, &options).len() <= 300 * 299 / 2);
        }
    }
}
