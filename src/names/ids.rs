//! From a key to its record: an open-addressing table of record numbers, four bytes a place. Never iterated.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

const FREE: u32 = u32::MAX;

#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    places: Vec<u32>,
    used: usize,
}

fn hash<K: Hash>(key: &K) -> u64 {
    let mut hasher = FxHasher::default();
    key.hash(&mut hasher);
    let h = hasher.finish();
    // `FxHasher` mixes for tables that take the low bits, and places come from the high ones.
    (h ^ h >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Ids {
    fn start<K: Hash>(&self, key: &K) -> usize {
        ((u128::from(hash(key)) * self.places.len() as u128) >> 64) as usize
    }

    fn at(&self, place: usize) -> u32 {
        self.places.get(place).copied().unwrap_or(FREE)
    }

    fn after(&self, place: usize) -> usize {
        if place + 1 >= self.places.len() { 0 } else { place + 1 }
    }

    /// The record of a key. `keys` are the keys of the records.
    pub(super) fn find<K: Hash + Eq>(&self, key: &K, keys: &[Option<K>]) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        let mut place = self.start(key);
        loop {
            let record = self.at(place);
            if record == FREE {
                return None;
            }
            if keys.get(record as usize).is_some_and(|k| k.as_ref() == Some(key)) {
                return Some(record);
            }
            place = self.after(place);
        }
    }

    /// Adds a key that is not there yet; `keys` already hold it.
    pub(super) fn add<K: Hash>(&mut self, record: u32, keys: &[Option<K>]) {
        if (self.used + 1) * 3 > self.places.len() * 2 {
            let size = (self.places.len() * 2).max(16);
            self.resize(size, keys);
        }
        self.put(record, keys);
        self.used += 1;
    }

    fn put<K: Hash>(&mut self, record: u32, keys: &[Option<K>]) {
        let Some(Some(key)) = keys.get(record as usize) else { return };
        let mut place = self.start(key);
        while self.at(place) != FREE {
            place = self.after(place);
        }
        if let Some(slot) = self.places.get_mut(place) {
            *slot = record;
        }
    }

    fn resize<K: Hash>(&mut self, size: usize, keys: &[Option<K>]) {
        let old = std::mem::replace(&mut self.places, vec![FREE; size]);
        for record in old.into_iter().filter(|r| *r != FREE) {
            self.put(record, keys);
        }
    }

    /// Removes a key and closes the gap. `keys` still hold it.
    pub(super) fn remove<K: Hash + Eq>(&mut self, key: &K, keys: &[Option<K>]) -> Option<u32> {
        let record = self.find(key, keys)?;
        let mut hole = self.start(key);
        while self.at(hole) != record {
            hole = self.after(hole);
        }
        let mut place = hole;
        loop {
            place = self.after(place);
            let next = self.at(place);
            let Some(Some(key)) = keys.get(next as usize).filter(|_| next != FREE) else { break };
            let home = self.start(key);
            // The next entry may move into the hole unless its home is behind the hole.
            let behind =
                if hole <= place { home > hole && home <= place } else { home > hole || home <= place };
            if !behind {
                if let Some(slot) = self.places.get_mut(hole) {
                    *slot = next;
                }
                hole = place;
            }
        }
        if let Some(slot) = self.places.get_mut(hole) {
            *slot = FREE;
        }
        self.used -= 1;
        Some(record)
    }

    pub(super) fn shrink<K: Hash>(&mut self, keys: &[Option<K>]) {
        self.resize(self.used * 3 / 2 + 2, keys);
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.places.capacity() * size_of::<u32>()
    }
}
