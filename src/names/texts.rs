//! From the text of a name to the records that have it: a table of the newest record of each hash, and the ones
//! before it for the few that share one. Never iterated.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    /// The newest record of a hash; between a third and three quarters of the places are taken while it grows.
    places: Vec<(u32, u32)>,
    used: usize,
    records: u32,
    /// By record: the one before it with the same hash.
    before: FxHashMap<u32, u32>,
}

/// The hash by which a text is found.
pub(super) fn hash(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    let h = hasher.finish();
    // `FxHasher` mixes for tables that take the low bits, and places come from the high ones.
    ((h ^ h >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

impl Texts {
    fn place(&self, hash: u32) -> usize {
        let size = self.places.len();
        let mut place = ((u64::from(hash) * size as u64) >> 32) as usize;
        while let Some((own, record)) = self.places.get(place) {
            if *record == NONE || *own == hash {
                break;
            }
            place = if place + 1 == size { 0 } else { place + 1 };
        }
        place
    }

    /// Reads the place of a text, by its [hash], ahead of [`push`](Self::push): in a large index it is a cache miss, which
    /// other work hides.
    pub(super) fn read_ahead(&self, hash: u32) {
        let place = (u64::from(hash) * self.places.len() as u64) >> 32;
        std::hint::black_box(self.places.get(place as usize).map(|(own, _)| *own));
    }

    /// Adds the next record, by the [hash] of its text.
    pub(super) fn push(&mut self, hash: u32) {
        if (self.used + 1) * 4 > self.places.len() * 3 {
            self.resize((2 * self.places.len()).max(16));
        }
        let record = self.records;
        self.records += 1;
        let place = self.place(hash);
        let mut before = NONE;
        if let Some(slot) = self.places.get_mut(place) {
            before = slot.1;
            *slot = (hash, record);
        }
        if before == NONE {
            self.used += 1;
        } else {
            self.before.insert(record, before);
        }
    }

    fn resize(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.places, vec![(0, NONE); size]);
        for (hash, record) in old.into_iter().filter(|(_, record)| *record != NONE) {
            let place = self.place(hash);
            if let Some(slot) = self.places.get_mut(place) {
                *slot = (hash, record);
            }
        }
    }

    /// The records that may have the text, the newest first.
    pub(super) fn with(&self, text: &str) -> impl Iterator<Item = u32> {
        let first = self.places.get(self.place(hash(text))).map_or(NONE, |(_, record)| *record);
        let known = |record: &u32| *record != NONE;
        std::iter::successors(Some(first).filter(known), move |record| {
            self.before.get(record).copied().filter(known)
        })
    }

    pub(super) fn shrink(&mut self) {
        self.resize((self.used * 8).div_ceil(7) + 1);
        self.places.shrink_to_fit();
        self.before.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.places.capacity() * size_of::<(u32, u32)>() + self.before.capacity() * size_of::<(u32, u32)>()
    }
}
