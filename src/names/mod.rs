//! Company-name search: names are added, removed and looked up one at a time, and every answer says why.
//!
//! ```
//! use leadkit::names::{NameIndex, SearchOptions};
//!
//! let mut index: NameIndex<u32> = NameIndex::new();
//! index.insert(7, "北京纷扬科技有限公司");
//! index.insert(8, "北京飞扬科技有限公司");
//! index.insert(9, "Parker-Hannifin Corp");
//!
//! let found = index.search("紛揚科技", &SearchOptions::default());
//! assert_eq!(found[0].id, 7);
//! assert!(found[0].margin > 0.0 && !found[0].ambiguous);
//! assert!(found[0].evidence.to_string().starts_with("agree in brand and industry"));
//!
//! index.rename(7, "纷享科技有限公司");
//! index.remove(&8);
//! assert!(index.search("飞扬科技", &SearchOptions::default()).iter().all(|m| m.id != 8));
//! ```
//!
//! # How it works
//!
//! A name is taken apart by the [gazetteer](crate::company::Gazetteer) and kept without its legal form. It is found
//! by its grams: characters and pairs in scripts without spaces, words and padded trigrams in the others. A search
//! reads the lists of its grams under a budget, keeps the candidates that share most for their length, and compares
//! those exactly: coverage both ways, subsequences, word alignment, agreement of brand, region, legal form, branch,
//! numbers. Logistic weights turn this into a similarity; the similarity, the margin to the runner-up and the size
//! of the index into a confidence.
//!
//! What is found is a function of the set of names, not of the order they came in: document frequencies are live,
//! information is ⌊8 · log2(N ÷ df)⌋ ÷ 8, scores are rounded to 1e-9 and ties break by id.

mod batch;
mod bytes;
pub mod evaluate;
mod features;
mod grams;
mod ids;
mod judge;
mod matches;
mod options;
#[cfg(test)]
mod oracle;
mod pairs;
mod postings;
mod record;
mod search;
mod training;
mod tuning;

use std::hash::Hash;

use crate::company::Gazetteer;
pub use bytes::IndexError;
pub use features::FEATURES;
use ids::Ids;
pub(crate) use judge::{Asked, Weighed, is_near};
pub use judge::{NameJudge, RowMatch};
pub use matches::{Agreement, Evidence, NameMatch};
pub use options::SearchOptions;
pub use pairs::{Comparison, PairMatch};
use postings::Postings;
use record::{Reader, Regions, View};
pub(crate) use search::UNLISTED;
pub(crate) use training::Example;
use tuning::Weights;
pub(crate) use tuning::by_names;
pub use tuning::{CONFIDENCE, Model, Tuning};

/// An index of company names.
///
/// `K` is the host's key of an account: small and cheap to clone (`u32`, an `Arc<str>` newtype). Its order breaks
/// ties. The index keeps about a hundred bytes a name and not the names as they were written.
///
/// [`insert`](NameIndex::insert), [`remove`](NameIndex::remove) and [`rename`](NameIndex::rename) change it at once,
/// without a rebuild; [`search`](NameIndex::search) takes `&self`, so one index serves many threads.
#[derive(Debug, Clone)]
pub struct NameIndex<K> {
    gazetteer: Gazetteer,
    tuning: Tuning,
    unspaced: Weights,
    words: Weights,
    postings: Postings,
    regions: Regions,
    ids: Ids,
    /// By record: the key (none once removed), where its bytes start, what the candidate stage knows of it.
    keys: Vec<Option<K>>,
    offsets: Vec<u32>,
    sizes: Vec<u8>,
    bytes: Vec<u8>,
    live: usize,
    reader: Reader,
    grams: Vec<u64>,
}

/// Sets up a [`NameIndex`] with a host's own tables or weights.
#[derive(Debug, Clone, Default)]
pub struct NameIndexBuilder {
    gazetteer: Gazetteer,
    tuning: Tuning,
}

impl NameIndexBuilder {
    /// The tables names are read with; aliases are looked up in it.
    #[must_use]
    pub fn gazetteer(mut self, gazetteer: Gazetteer) -> NameIndexBuilder {
        self.gazetteer = gazetteer;
        self
    }

    /// The weights of the measure.
    #[must_use]
    pub fn tuning(mut self, tuning: Tuning) -> NameIndexBuilder {
        self.tuning = tuning;
        self
    }

    /// An empty index.
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
            keys: Vec::new(),
            offsets: Vec::new(),
            sizes: Vec::new(),
            bytes: Vec::new(),
            live: 0,
            reader: Reader::default(),
            grams: Vec::new(),
        }
    }
}

impl NameIndex<()> {
    /// Sets up an index with other tables or weights than the built-in ones.
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
    #[must_use]
    pub fn new() -> NameIndex<K> {
        NameIndex::default()
    }

    /// Adds a name, or gives the key another one. Returns whether the key is new.
    ///
    /// Any text is accepted; a name without letters or digits is kept and never found. Amortised O(length).
    pub fn insert(&mut self, id: K, name: &str) -> bool {
        let new = !self.remove(&id);
        let offset = self.bytes.len();
        if self.bytes.capacity() - offset < 512 {
            // A fifth at a time: doubling would waste half of a large index.
            self.bytes.reserve_exact((offset / 5).max(4096));
        }
        let regions = &mut self.regions;
        self.reader.read(name, &self.gazetteer, |r| regions.number(r), &mut self.bytes);
        self.append(id, offset);
        new
    }

    /// Indexes the record that stands at `offset`, the end of the bytes.
    fn append(&mut self, id: K, offset: usize) {
        let record = self.keys.len() as u32;
        let view = View::new(self.bytes.get(offset..).unwrap_or_default());
        grams::collect(view.text, &mut self.grams);
        self.postings.push_all(&self.grams, record);
        if self.keys.len() == self.keys.capacity() {
            let more = (self.keys.len() / 5).max(64);
            self.keys.reserve_exact(more);
            self.offsets.reserve_exact(more);
            self.sizes.reserve_exact(more);
        }
        self.sizes.push(search::size_of_record(self.grams.len(), &view));
        self.offsets.push(offset as u32);
        self.keys.push(Some(id));
        self.ids.add(record, &self.keys);
        self.live += 1;
    }

    /// Takes a name out. Returns whether it was there.
    ///
    /// It is no longer found and no longer counted at once; its place is given back when a quarter of the index is
    /// such places. Amortised O(length).
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
            *size = search::REMOVED;
        }
        self.live -= 1;
        if self.keys.len() - self.live > self.live / 4 + 1024 {
            self.rebuild();
        }
        true
    }

    /// Gives a key another name. Returns false, and does nothing, when the key is not there.
    pub fn rename(&mut self, id: K, name: &str) -> bool {
        let known = self.contains(&id);
        if known {
            self.insert(id, name);
        }
        known
    }

    /// Whether the key is there.
    #[must_use]
    pub fn contains(&self, id: &K) -> bool {
        self.ids.find(id, &self.keys).is_some()
    }

    /// Names in the index.
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
    #[must_use]
    pub fn normalised(&self, id: &K) -> Option<&str> {
        Some(self.view(self.ids.find(id, &self.keys)?).text)
    }

    /// The weights in use.
    #[must_use]
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// The tables in use.
    #[must_use]
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// Bytes on the heap, the keys' own heap apart.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.postings.heap_bytes()
            + self.ids.heap_bytes()
            + self.keys.capacity() * size_of::<Option<K>>()
            + self.offsets.capacity() * size_of::<u32>()
            + self.sizes.capacity()
            + self.bytes.capacity()
    }

    /// Gives back memory that was reserved for growing: worth it after a large first load. O(size of the index).
    pub fn shrink_to_fit(&mut self) {
        if self.keys.len() > self.live {
            self.rebuild();
        }
        self.postings.shrink();
        self.ids.shrink(&self.keys);
        self.keys.shrink_to_fit();
        self.offsets.shrink_to_fit();
        self.sizes.shrink_to_fit();
        self.bytes.shrink_to_fit();
    }

    /// Builds everything anew from the live records.
    fn rebuild(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        let offsets = std::mem::take(&mut self.offsets);
        let bytes = std::mem::take(&mut self.bytes);
        self.postings = Postings::default();
        self.ids = Ids::default();
        self.sizes.clear();
        self.live = 0;
        for (key, offset) in keys.into_iter().zip(offsets) {
            let Some(key) = key else { continue };
            let at = self.bytes.len();
            self.bytes.extend(record::slice(&bytes, offset as usize));
            self.append(key, at);
        }
    }

    fn weights(&self, unspaced: bool) -> &Weights {
        if unspaced { &self.unspaced } else { &self.words }
    }

    fn key(&self, record: u32) -> Option<&K> {
        self.keys.get(record as usize)?.as_ref()
    }
}
