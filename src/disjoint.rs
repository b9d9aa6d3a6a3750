//! Sets of numbered items that have no item in common.

/// Items numbered from 0, each in one set; an item of the set stands for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct DisjointSets {
    /// The next item on the way to the one that stands for the set; that one itself at the end.
    parent: Vec<usize>,
}

impl DisjointSets {
    /// Makes this number of items, each in a separate set.
    pub(crate) fn new(items: usize) -> DisjointSets {
        DisjointSets { parent: (0..items).collect() }
    }

    /// Adds an item in a new set and returns its number.
    pub(crate) fn push(&mut self) -> usize {
        let number = self.parent.len();
        self.parent.push(number);
        number
    }

    /// The item that stands for the set of an item. O(log n) over many calls.
    pub(crate) fn find(&mut self, item: usize) -> usize {
        let mut at = item;
        loop {
            let up = self.parent.get(at).copied().unwrap_or(at);
            if up == at {
                return at;
            }
            // Halve the path for later lookups.
            let above = self.parent.get(up).copied().unwrap_or(up);
            if let Some(parent) = self.parent.get_mut(at) {
                *parent = above;
            }
            at = above;
        }
    }

    /// Joins the sets of two items; the lower of the items that stood for them stands for both.
    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.absorb(a.min(b), a.max(b));
    }

    /// Joins the sets that two items stand for; the first stands for both.
    pub(crate) fn absorb(&mut self, keep: usize, gone: usize) {
        if let Some(parent) = self.parent.get_mut(gone) {
            *parent = keep;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The lowest item that pairs lead to stands for a set, in whatever order they are joined.
        #[test]
        fn the_lowest_that_is_reached_stands_for_all(pairs in prop::collection::vec((0usize..12, 0usize..12), 0..14)) {
            let mut sets = DisjointSets::new(11);
            prop_assert_eq!(sets.push(), 11);
            let mut lowest: Vec<usize> = (0..12).collect();
            for (a, b) in &pairs {
                sets.join(*a, *b);
            }
            for _ in 0..12 {
                for (a, b) in &pairs {
                    let low = lowest[*a].min(lowest[*b]);
                    (lowest[*a], lowest[*b]) = (low, low);
                }
            }
            prop_assert_eq!((0..12).map(|item| sets.find(item)).collect::<Vec<_>>(), lowest);
        }
    }
}
