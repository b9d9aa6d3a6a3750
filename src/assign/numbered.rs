//! Values by number, in a row.

/// Values by number. A turn looks up thousands of them one after the other, so they lie side by side and not in the nodes of
/// a map; a new one mostly has the greatest number, and stands last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered<T> {
    /// Apart from the values: they are searched, and fill a few lines of the processor's memory.
    numbers: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { numbers: Vec::new(), values: Vec::new() }
    }
}

impl<T> Numbered<T> {
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.values.get(self.numbers.binary_search(&number).ok()?)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.values.get_mut(self.numbers.binary_search(&number).ok()?)
    }

    /// As [`get`](Self::get), without a search where the number still stands at a place.
    pub(super) fn get_at(&self, place: usize, number: u32) -> Option<&T> {
        match self.numbers.get(place) == Some(&number) {
            true => self.values.get(place),
            false => self.get(number),
        }
    }

    /// Adds a value, in place of the one that had the number.
    pub(super) fn insert(&mut self, number: u32, value: T) {
        match self.numbers.binary_search(&number) {
            Ok(place) => {
                if let Some(old) = self.values.get_mut(place) {
                    *old = value;
                }
            }
            Err(place) => {
                self.numbers.insert(place, number);
                self.values.insert(place, value);
            }
        }
    }

    /// Removes the values of some numbers, which come in their order. O(n).
    pub(super) fn remove_all(&mut self, numbers: &[u32]) {
        if !numbers.is_empty() {
            let stays = |number: &u32| numbers.binary_search(number).is_err();
            let mut stay = self.numbers.iter().map(stays);
            self.values.retain(|_| stay.next().unwrap_or(true));
            self.numbers.retain(stays);
        }
    }

    /// By number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.numbers.iter().copied().zip(&self.values)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.values.iter()
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut()
    }

    /// The greatest number.
    pub(super) fn last(&self) -> Option<u32> {
        self.numbers.last().copied()
    }

    /// Shows the values of some numbers, which come in their order. O(k·log d) in the k numbers and the distance d between
    /// one and the next.
    pub(super) fn each_mut(&mut self, numbers: impl Iterator<Item = u32>, mut show: impl FnMut(&mut T)) {
        let (mut place, mut last) = (0, self.numbers.first().copied().unwrap_or_default());
        for number in numbers {
            // Mostly no number between this one and the last is missing, which tells where it stands without a search.
            let likely = place + number.saturating_sub(last) as usize;
            place = match self.numbers.get(likely) == Some(&number) {
                true => likely,
                false => self.place_from(place, number),
            };
            last = number;
            if self.numbers.get(place) == Some(&number)
                && let Some(value) = self.values.get_mut(place)
            {
                show(value);
            }
        }
    }
}

impl<T> Numbered<T> {
    /// Where a number stands or would stand that is not before a place. In steps that double: what is near is found at once.
    fn place_from(&self, place: usize, number: u32) -> usize {
        let (mut place, mut step) = (place, 1);
        while self.numbers.get(place + step).is_some_and(|other| *other <= number) {
            place += step;
            step *= 2;
        }
        let end = self.numbers.len().min(place + step);
        let rest = self.numbers.get(place..end).unwrap_or_default();
        place + rest.partition_point(|other| *other < number)
    }
}

impl<T> FromIterator<(u32, T)> for Numbered<T> {
    fn from_iter<I: IntoIterator<Item = (u32, T)>>(entries: I) -> Numbered<T> {
        let mut all = Numbered::default();
        entries.into_iter().for_each(|(number, value)| all.insert(number, value));
        all
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Numbered;

    proptest! {
        #[test]
        fn it_holds_what_a_map_holds(
            entries in prop::collection::vec((0..90_u32, any::<u8>()), 0..120),
            removed in prop::collection::btree_set(0..90_u32, 0..40),
            asked in prop::collection::btree_set(0..100_u32, 0..60),
        ) {
            let mut all: Numbered<u8> = entries.iter().copied().collect();
            let mut map: BTreeMap<u32, u8> = entries.into_iter().collect();
            all.remove_all(&Vec::from_iter(removed.iter().copied()));
            map.retain(|number, _| !removed.contains(number));
            prop_assert_eq!(Vec::from_iter(all.iter()), Vec::from_iter(map.iter().map(|(number, value)| (*number, value))));
            prop_assert_eq!(all.last(), map.keys().last().copied());
            for number in 0..100 {
                prop_assert_eq!(all.get(number), map.get(&number));
                for place in 0..4 {
                    prop_assert_eq!(all.get_at(place, number), map.get(&number));
                }
            }
            let mut seen = Vec::new();
            all.each_mut(asked.iter().copied(), |value| seen.push(*value));
            prop_assert_eq!(seen, Vec::from_iter(asked.iter().filter_map(|number| map.get(number).copied())));
        }
    }
}
