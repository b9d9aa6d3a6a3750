//! Which kinds of reps a lead suits: by what they serve and what they can.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::Region;

/// Kinds of reps by what leads ask for, each list in the order of the kinds. So a lead costs the kinds that it suits, and not
/// those of the whole country.
#[derive(Debug, Clone, Default)]
pub(super) struct Suited {
    all: Vec<usize>,
    /// Those who serve every region.
    everywhere: Vec<usize>,
    by_territory: BTreeMap<Region, Vec<usize>>,
    by_skill: BTreeMap<String, Vec<usize>>,
}

/// The kinds a lead suits, in their order.
pub(super) type Kinds<'a> = Cow<'a, [usize]>;

impl Suited {
    /// Adds the next kind, by what its reps have; the skills are folded.
    pub(super) fn add(&mut self, kind: usize, territories: &[Region], skills: &BTreeSet<String>) {
        self.all.push(kind);
        if territories.is_empty() {
            self.everywhere.push(kind);
        }
        for territory in territories {
            self.by_territory.entry(*territory).or_default().push(kind);
        }
        for skill in skills {
            self.by_skill.entry(skill.clone()).or_default().push(kind);
        }
    }

    /// Those who serve a region: that is in these territories, or everybody's. O(t + k) in the territories and the kinds.
    pub(super) fn serving(&self, is_everywhere: bool, is_in: impl Fn(&Region) -> bool) -> Kinds<'_> {
        if is_everywhere {
            return Cow::Borrowed(&self.all);
        }
        let serving = self.by_territory.iter().filter(|(territory, _)| is_in(territory));
        union(std::iter::once(&self.everywhere).chain(serving.map(|(_, kinds)| kinds)))
    }

    /// Of some kinds those who have one of each of these skills.
    pub(super) fn skilled<'s, 'n>(
        &'s self,
        kinds: Kinds<'s>,
        needed: impl Iterator<Item = &'n [String]>,
    ) -> Kinds<'s> {
        needed.fold(kinds, |kinds, one_of| {
            both(&kinds, &union(one_of.iter().filter_map(|skill| self.by_skill.get(skill))))
        })
    }
}

/// Those of any list.
fn union<'a>(lists: impl Iterator<Item = &'a Vec<usize>>) -> Kinds<'a> {
    let mut some = lists.filter(|list| !list.is_empty());
    let Some(first) = some.next() else { return Cow::default() };
    let mut all = Cow::Borrowed(first.as_slice());
    some.for_each(|list| all.to_mut().extend(list));
    if let Cow::Owned(all) = &mut all {
        // Stable: it merges lists that are in order each by itself.
        all.sort();
        all.dedup();
    }
    all
}

/// Those of both lists.
fn both<'a>(one: &[usize], other: &[usize]) -> Kinds<'a> {
    let (few, many) = if one.len() < other.len() { (one, other) } else { (other, one) };
    few.iter().copied().filter(|kind| many.binary_search(kind).is_ok()).collect()
}
