//! Sorting and collecting in order, compiled once.
//!
//! `slice::sort_by` and `collect` into a `BTreeMap` or `BTreeSet`, which sorts first, are thousands of instructions
//! for each type they are used with. These functions do the same in cold code with few instructions for each type;
//! code that sorts leads or names by the million keeps the originals.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts; items that are equal keep their order. O(n log n).
pub(crate) fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut target = targets(items.len(), &|a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    permute(&mut target, &mut |a, b| items.swap(a, b));
}

/// Sorts by a key; items of one key keep their order. O(n log n) keys.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// The items as a set.
pub(crate) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for item in items {
        set.insert(item);
    }
    set
}

/// The entries as a map; of several with one key, the last.
pub(crate) fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

/// The place of each item in sorted order.
fn targets(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    sorted.sort_by(|a, b| compare(*a, *b));
    let mut targets = vec![0; count];
    for (target, item) in sorted.into_iter().enumerate() {
        if let Some(slot) = targets.get_mut(item) {
            *slot = target;
        }
    }
    targets
}

/// Moves each item to its target, cycle by cycle.
fn permute(targets: &mut [usize], swap: &mut dyn FnMut(usize, usize)) {
    for place in 0..targets.len() {
        while let Some(target) = targets.get(place).copied().filter(|target| *target != place) {
            swap(place, target);
            targets.swap(place, target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_stable_sort(numbers in prop::collection::vec(0_u8..20, 0..60)) {
            let mut ours: Vec<(usize, u8)> = numbers.into_iter().enumerate().collect();
            let mut plain = ours.clone();
            sort_by_key(&mut ours, |(_, number)| *number);
            plain.sort_by_key(|(_, number)| *number);
            prop_assert_eq!(ours, plain);
        }
    }

    #[test]
    fn the_last_of_one_key_stays() {
        assert_eq!(map([("b", 1), ("a", 2), ("b", 3)]), BTreeMap::from([("a", 2), ("b", 3)]));
        assert_eq!(set([3, 1, 3]), BTreeSet::from([1, 3]));
    }
}
