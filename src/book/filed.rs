//! Records by id: looked up in one step, listed in the order of their ids.

use std::collections::BTreeSet;
use std::hash::Hash;

use rustc_hash::FxHashMap;

/// Records by id.
#[derive(Debug, Clone)]
pub(super) struct Filed<K, V> {
    /// Looked up by id only, never iterated. Records are large: the table moves pointers when it grows.
    by_id: FxHashMap<K, Box<V>>,
    ids: BTreeSet<K>,
}

impl<K, V> Default for Filed<K, V> {
    fn default() -> Self {
        Filed { by_id: FxHashMap::default(), ids: BTreeSet::new() }
    }
}

impl<K: Ord + Hash + Clone, V> Filed<K, V> {
    pub(super) fn get(&self, id: &K) -> Option<&V> {
        self.by_id.get(id).map(Box::as_ref)
    }

    pub(super) fn get_mut(&mut self, id: &K) -> Option<&mut V> {
        self.by_id.get_mut(id).map(Box::as_mut)
    }

    pub(super) fn contains_key(&self, id: &K) -> bool {
        self.by_id.contains_key(id)
    }

    pub(super) fn insert(&mut self, id: K, record: V) {
        if self.by_id.insert(id.clone(), Box::new(record)).is_none() {
            self.ids.insert(id);
        }
    }

    pub(super) fn remove(&mut self, id: &K) -> Option<V> {
        let record = self.by_id.remove(id)?;
        self.ids.remove(id);
        Some(*record)
    }

    /// The records, by id.
    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.ids.iter().filter_map(|id| self.get(id))
    }
}
