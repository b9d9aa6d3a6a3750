//! Which records have which keys.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::dedup::MatchKey;
use crate::document::Digest;
use crate::model::RecordRef;

/// Records by key. Looked up only, never iterated.
///
/// Stores keys as digests: nobody reads keys back, and if two digests collide, the extra record fails the later
/// comparison.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyIndex {
    records: FxHashMap<Digest, Records>,
    /// The keys of each record, so that removing it reads none of its values again.
    keys: FxHashMap<RecordRef, Vec<Digest>>,
}

/// The records of one key, which is mostly one.
#[derive(Debug, Clone)]
enum Records {
    One(RecordRef),
    /// By id.
    Several(BTreeSet<RecordRef>),
}

impl KeyIndex {
    /// The records under a key, by kind and id.
    pub(super) fn under<'s>(&'s self, key: &MatchKey) -> impl Iterator<Item = &'s RecordRef> + use<'s> {
        let (one, several) = match self.records.get(&digest(key)) {
            None => (None, None),
            Some(Records::One(record)) => (Some(record), None),
            Some(Records::Several(records)) => (None, Some(records)),
        };
        one.into_iter().chain(several.into_iter().flatten())
    }

    /// Files a record under keys, in addition to those it has. O(keys) for each key.
    pub(super) fn add(&mut self, record: &RecordRef, keys: &[MatchKey]) {
        let digests: SmallVec<[Digest; 16]> = keys.iter().map(digest).collect();
        // Looked up ahead of the work on any: in a large index each is a cache miss, and misses that do not wait for one
        // another cost little more than one.
        std::hint::black_box(digests.iter().filter(|key| self.records.contains_key(key)).count());
        let known = self.keys.entry(record.clone()).or_default();
        known.reserve_exact(digests.len());
        for key in digests {
            if known.contains(&key) {
                continue;
            }
            known.push(key);
            match self.records.entry(key) {
                Entry::Vacant(free) => drop(free.insert(Records::One(record.clone()))),
                Entry::Occupied(records) => records.into_mut().insert(record),
            }
        }
    }

    /// Takes a record out from under one of its keys.
    pub(super) fn remove_key(&mut self, record: &RecordRef, key: &MatchKey) {
        let key = digest(key);
        if let Some(known) = self.keys.get_mut(record) {
            known.retain(|one| *one != key);
            self.take(record, key);
        }
    }

    /// Takes a record out.
    pub(super) fn remove(&mut self, record: &RecordRef) {
        for key in self.keys.remove(record).unwrap_or_default() {
            self.take(record, key);
        }
    }

    fn take(&mut self, record: &RecordRef, key: Digest) {
        if self.records.get_mut(&key).is_some_and(|records| records.remove(record)) {
            self.records.remove(&key);
        }
    }
}

impl Records {
    fn insert(&mut self, record: &RecordRef) {
        match self {
            Records::One(one) => *self = Records::Several(BTreeSet::from([one.clone(), record.clone()])),
            Records::Several(records) => drop(records.insert(record.clone())),
        }
    }

    /// Whether none is left.
    fn remove(&mut self, record: &RecordRef) -> bool {
        match self {
            Records::One(one) => one == record,
            Records::Several(records) => {
                records.remove(record);
                records.is_empty()
            }
        }
    }
}

fn digest(key: &MatchKey) -> Digest {
    Digest::of(&(key.kind as u8, &key.value))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::dedup::MatchKeyKind;

    fn key(number: u8) -> MatchKey {
        MatchKey { kind: MatchKeyKind::ALL[usize::from(number % 2)], value: format!("{}", number / 2) }
    }

    proptest! {
        /// A table of which record has which key says the same.
        #[test]
        fn agrees_with_a_table(acts in prop::collection::vec((0_u8..4, 0_u8..5, prop::collection::vec(0_u8..6, 0..4)), 0..40)) {
            let (mut index, mut table) = (KeyIndex::default(), BTreeMap::<u8, BTreeSet<RecordRef>>::new());
            for (act, record, numbers) in acts {
                let record = RecordRef::Lead(format!("L{record}").into());
                match act {
                    0 => {
                        index.remove(&record);
                        table.values_mut().for_each(|records| _ = records.remove(&record));
                    }
                    1 => numbers.iter().for_each(|number| {
                        index.remove_key(&record, &key(*number));
                        table.entry(*number).or_default().remove(&record);
                    }),
                    _ => {
                        index.add(&record, &numbers.iter().map(|number| key(*number)).collect::<Vec<_>>());
                        numbers.iter().for_each(|number| _ = table.entry(*number).or_default().insert(record.clone()));
                    }
                }
                for number in 0..6 {
                    let found: Vec<&RecordRef> = index.under(&key(number)).collect();
                    let wanted: Vec<&RecordRef> = table.get(&number).into_iter().flatten().collect();
                    prop_assert_eq!(found, wanted);
                }
            }
            table.retain(|_, records| !records.is_empty());
            prop_assert_eq!(index.records.len(), table.len());
        }
    }
}
