//! Harmless phrases over a text.

use std::ops::Range;

/// The phrases found in a text, to find the one that covers a place.
#[derive(Debug, Default)]
pub(super) struct Cover {
    /// The longest phrase that begins at each place, in the order of the places.
    phrases: Vec<(Range<usize>, u32)>,
    /// For each of them, which of it and those before reaches furthest.
    furthest: Vec<usize>,
}

impl Cover {
    pub(super) fn new(mut found: Vec<(Range<usize>, u32)>) -> Cover {
        found.sort_unstable_by_key(|(range, phrase)| (range.start, std::cmp::Reverse(range.end), *phrase));
        found.dedup_by_key(|(range, _)| range.start);
        let mut furthest: Vec<usize> = Vec::with_capacity(found.len());
        for (index, (range, _)) in found.iter().enumerate() {
            let before = furthest.last().copied().unwrap_or(index);
            let reaches = found.get(before).map_or(0, |(range, _)| range.end);
            furthest.push(if range.end > reaches { index } else { before });
        }
        Cover { phrases: found, furthest }
    }

    /// A phrase that holds a place and is longer than it.
    pub(super) fn over(&self, place: &Range<usize>) -> Option<u32> {
        let until = self.phrases.partition_point(|(range, _)| range.start <= place.start);
        let last = until.checked_sub(1)?;
        let (range, phrase) = self.phrases.get(last)?;
        if *range != *place && range.end >= place.end {
            return Some(*phrase);
        }
        let before = if range.start == place.start { last.checked_sub(1)? } else { last };
        let (range, phrase) = self.phrases.get(*self.furthest.get(before)?)?;
        (range.end >= place.end).then_some(*phrase)
    }
}
