//! Groups of records that are one, from pairs that are similar.
//!
//! Pairs say that a is like b and b like c. Following every pair makes chains: ten names, each like the next,
//! and the first has nothing to do with the last. [`cluster`] joins by the strongest pairs first and checks, before
//! two groups become one, how many of the pairs between them support it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contact::names_company;
use crate::disjoint::DisjointSets;
use crate::names::{NameIndex, SearchOptions};
use crate::order;

/// How pairs are joined.
///
/// `threshold` decides most; leave the others until a group turns out too large.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterOptions {
    /// Pairs with a lower score are ignored: 0 to 1; 0.5 by default.
    pub threshold: f64,
    /// Share of all pairs between two groups that must be pairs for the groups to be joined, 0 to 1: 0 joins by a
    /// single pair (connected components), 1 only groups in which every two members are a pair (complete linkage). 0.5
    /// by default.
    pub support: f64,
    /// Most members of a group; 0, the default, for any number.
    pub largest: usize,
}

impl Default for ClusterOptions {
    /// Pairs of at least 0.5; half of the pairs between two groups; any number of members.
    fn default() -> Self {
        ClusterOptions { threshold: 0.5, support: 0.5, largest: 0 }
    }
}

/// Two similar items, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoredPair {
    /// The smaller number of the two.
    pub first: usize,
    /// The larger number of the two.
    pub second: usize,
    /// Their similarity, 0 to 1: more is likelier to be one.
    pub score: f64,
}

/// A group of two or more items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cluster {
    /// The numbers of its members, ascending; at least two.
    pub members: Vec<usize>,
    /// The weakest pair that holds the group together: review it first.
    pub weakest: ScoredPair,
    /// Share of the pairs of members that are pairs, 0 to 1, rounded to 1e-9.
    pub density: f64,
}

/// A partition of items: each is in one cluster or alone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Clusters {
    /// The groups, by their smallest member.
    pub clusters: Vec<Cluster>,
    /// The pairs that would have joined two groups and were held back, the strongest first: for a person to decide.
    pub held_back: Vec<ScoredPair>,
    /// How many items there are, numbered from 0.
    pub items: usize,
}

impl Clusters {
    /// The group of every item: the number of its smallest member, its own when it is alone.
    #[must_use]
    pub fn labels(&self) -> Vec<usize> {
        let mut labels: Vec<usize> = (0..self.items).collect();
        for cluster in &self.clusters {
            let Some(first) = cluster.members.first() else { continue };
            for member in &cluster.members {
                if let Some(label) = labels.get_mut(*member) {
                    *label = *first;
                }
            }
        }
        labels
    }
}

/// Joins items, numbered from 0, by pairs `(i, j, score)`.
///
/// The strongest pairs come first (ties by number). A pair joins the groups of its two items when there are enough pairs
/// between them, see [`ClusterOptions::support`]; a pair that does not join at its turn is tried again when others have
/// joined, until nothing changes. Pairs may come in any order and more than once (the highest score counts); pairs of an
/// item with itself, with numbers beyond `items` or with scores that are not numbers are ignored. The answer depends on the
/// set of pairs alone. O(p log p) for p pairs, and again O(p) for each round, of which there are few in practice.
///
/// ```
/// use leadkit::merge::{ClusterOptions, cluster};
///
/// // 0 and 1 are one, 2 and 3 are one; a single weak pair would chain them.
/// let pairs = [(0, 1, 0.99), (2, 3, 0.95), (1, 2, 0.6)];
/// let found = cluster(5, pairs, &ClusterOptions::default());
/// assert_eq!(found.labels(), [0, 0, 2, 2, 4]);
/// assert_eq!((found.held_back[0].first, found.held_back[0].second), (1, 2));
///
/// let chained = cluster(5, pairs, &ClusterOptions { support: 0.0, ..ClusterOptions::default() });
/// assert_eq!(chained.clusters[0].members, [0, 1, 2, 3]);
/// assert_eq!(chained.clusters[0].weakest.score, 0.6);
/// ```
#[must_use]
pub fn cluster(
    items: usize,
    pairs: impl IntoIterator<Item = (usize, usize, f64)>,
    options: &ClusterOptions,
) -> Clusters {
    cluster_with_copies(items, [], pairs, options)
}

/// [`cluster`] of items some of which are known to be one: `copies` are pairs `(i, j)` of them, as many as it takes to
/// connect them (a star or a chain).
///
/// Copies are together whatever [`ClusterOptions`] say, as if every two of them were a pair with score 1, and
/// whatever one of them is a pair with, all are: so a hundred thousand copies need a hundred thousand pairs and not
/// five thousand million. In [`Clusters::held_back`] and [`Cluster::weakest`] the smallest number of a set of copies
/// represents all. Copies with numbers beyond `items` are ignored. O(c + p log p) for c copies.
///
/// ```
/// use leadkit::merge::{ClusterOptions, cluster_with_copies};
///
/// // 0 to 3 are one; 4 is like one of them, and so like all.
/// let copies = [(0, 1), (0, 2), (0, 3)];
/// let found = cluster_with_copies(6, copies, [(2, 4, 0.8)], &ClusterOptions::default());
/// assert_eq!(found.labels(), [0, 0, 0, 0, 0, 5]);
/// assert_eq!(found.clusters[0].density, 1.0);
/// ```
#[must_use]
pub fn cluster_with_copies(
    items: usize,
    copies: impl IntoIterator<Item = (usize, usize)>,
    pairs: impl IntoIterator<Item = (usize, usize, f64)>,
    options: &ClusterOptions,
) -> Clusters {
    let mut groups = Groups::new(items);
    let mut weakest: BTreeMap<usize, ScoredPair> = BTreeMap::new();
    for (a, b) in copies.into_iter().filter(|(a, b)| *a < items && *b < items) {
        groups.join_copies(a, b);
    }
    let standing: Vec<usize> = (0..items).map(|item| groups.find(item)).collect();
    // The smallest of a set of copies is its root and represents all.
    for (item, root) in standing.iter().enumerate().filter(|(item, root)| item != *root) {
        weakest.entry(*root).or_insert(ScoredPair { first: *root, second: item, score: 1.0 });
    }
    let root = |item: usize| standing.get(item).copied().unwrap_or(item);
    let pairs = pairs.into_iter().map(|(i, j, score)| (root(i), root(j), score));
    let pairs = strongest_first(items, pairs, options.threshold);
    groups.link(&pairs);
    let alone: Vec<u64> = groups.size.iter().map(|size| *size as u64).collect();
    let weight = |root: usize| alone.get(root).copied().unwrap_or(1);
    let left = groups.join_all(pairs.clone(), &mut weakest, options);
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for item in 0..items {
        let root = groups.find(item);
        if weakest.contains_key(&root) {
            members.entry(root).or_default().push(item);
        }
    }
    let mut inside: BTreeMap<usize, u64> = BTreeMap::new();
    for (item, _) in standing.iter().enumerate().filter(|(item, root)| item == *root) {
        let among = weight(item) * (weight(item) - 1) / 2;
        *inside.entry(groups.find(item)).or_default() += among;
    }
    for pair in &pairs {
        let root = groups.find(pair.first);
        if root == groups.find(pair.second) {
            *inside.entry(root).or_default() += weight(pair.first) * weight(pair.second);
        }
    }
    let mut clusters: Vec<Cluster> = members
        .into_iter()
        .filter_map(|(root, members)| {
            let possible = (members.len() * (members.len() - 1) / 2) as f64;
            let density = inside.get(&root).copied().unwrap_or_default() as f64 / possible;
            let weakest = *weakest.get(&root)?;
            Some(Cluster { members, weakest, density: libm::rint(density * 1e9) / 1e9 })
        })
        .collect();
    order::sort_by(&mut clusters, |a, b| a.members.first().cmp(&b.members.first()));
    Clusters { clusters, held_back: left, items }
}

/// Joins company names that are probably one company, numbered from 0 in the order they are given.
///
/// [`NameIndex::pairs`] finds the pairs, [`cluster_with_copies`] joins them: `options.threshold` is a probability, and
/// [copies](NameIndex::copies) of one name are together whatever the options say. The answer does not depend on
/// threads. Time grows somewhat faster than the number of names: 100,000 take seconds, copies next to nothing.
///
/// ```
/// use leadkit::merge::{ClusterOptions, cluster_names};
///
/// let names = ["北京纷扬科技有限公司", "Acme Trading Ltd", "北京紛揚科技（有限公司）", "ACME TRADING LIMITED", "海纳贸易"];
/// let found = cluster_names(&names, &ClusterOptions::default());
/// assert_eq!(found.labels(), [0, 1, 0, 1, 4]);
/// ```
#[must_use]
pub fn cluster_names<S: AsRef<str>>(names: &[S], options: &ClusterOptions) -> Clusters {
    let mut index: NameIndex<u32> = NameIndex::new();
    // Nothing is known of records by a name that says nothing.
    for (number, name) in (0..).zip(names).filter(|(_, name)| names_company(name.as_ref())) {
        index.insert(number, name.as_ref());
    }
    let copies = index.copies();
    let copies = copies.iter().flat_map(|group| {
        group.windows(2).filter_map(|two| Some((*two.first()? as usize, *two.last()? as usize)))
    });
    let pairs = index.pairs(options.threshold, &SearchOptions::for_pairs());
    let pairs = pairs.into_iter().map(|pair| (pair.first as usize, pair.second as usize, pair.score));
    cluster_with_copies(names.len(), copies, pairs, options)
}

/// Stronger pairs first, then smaller numbers.
fn order(a: &ScoredPair, b: &ScoredPair) -> Ordering {
    b.score.total_cmp(&a.score).then((a.first, a.second).cmp(&(b.first, b.second)))
}

fn strongest_first(
    items: usize,
    pairs: impl IntoIterator<Item = (usize, usize, f64)>,
    threshold: f64,
) -> Vec<ScoredPair> {
    let pair = |(i, j, score): (usize, usize, f64)| {
        // Scores that agree to 1e-9 are equal, and minus zero is zero.
        let score = libm::rint(score * 1e9) / 1e9 + 0.0;
        ScoredPair { first: i.min(j), second: i.max(j), score }
    };
    let mut pairs: Vec<ScoredPair> = pairs
        .into_iter()
        .map(pair)
        .filter(|pair| pair.first != pair.second && pair.second < items)
        .filter(|pair| pair.score.is_finite() && pair.score >= threshold)
        .collect();
    pairs.sort_by(|a, b| (a.first, a.second).cmp(&(b.first, b.second)).then(b.score.total_cmp(&a.score)));
    pairs.dedup_by_key(|pair| (pair.first, pair.second));
    pairs.sort_by(order);
    pairs
}

/// Disjoint sets with the number of pairs between neighbouring sets.
struct Groups {
    sets: DisjointSets,
    size: Vec<usize>,
    /// By root: how many pairs lead to each neighbouring root.
    between: Vec<BTreeMap<usize, u64>>,
}

impl Groups {
    /// Joins what may be joined, the strongest pairs first, until nothing changes; returns the remaining pairs.
    /// `weakest` keeps the weakest link of each group, by its root.
    fn join_all(
        &mut self,
        pairs: Vec<ScoredPair>,
        weakest: &mut BTreeMap<usize, ScoredPair>,
        options: &ClusterOptions,
    ) -> Vec<ScoredPair> {
        let mut left = pairs;
        loop {
            let before = left.len();
            let mut waiting = Vec::new();
            for pair in left {
                let (a, b) = (self.find(pair.first), self.find(pair.second));
                if a == b {
                    continue;
                }
                if !self.may_join(a, b, options) {
                    waiting.push(pair);
                    continue;
                }
                let joined = self.join(a, b);
                let links = [weakest.remove(&a), weakest.remove(&b), Some(pair)];
                let least =
                    links.into_iter().flatten().reduce(|x, y| if order(&x, &y).is_lt() { y } else { x });
                weakest.extend(least.map(|pair| (joined, pair)));
            }
            left = waiting;
            if left.len() == before || left.is_empty() {
                break;
            }
        }
        left
    }

    fn new(items: usize) -> Groups {
        Groups { sets: DisjointSets::new(items), size: vec![1; items], between: vec![BTreeMap::new(); items] }
    }

    /// Joins two items before there are links; the smaller root is the root of both.
    fn join_copies(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if a != b {
            self.absorb(a.min(b), a.max(b));
        }
    }

    /// Links the roots that are pairs: as many links as their members have pairs.
    fn link(&mut self, pairs: &[ScoredPair]) {
        for pair in pairs {
            let links = self.size_of(pair.first) as u64 * self.size_of(pair.second) as u64;
            for (from, to) in [(pair.first, pair.second), (pair.second, pair.first)] {
                if let Some(neighbours) = self.between.get_mut(from) {
                    neighbours.insert(to, links);
                }
            }
        }
    }

    fn find(&mut self, item: usize) -> usize {
        self.sets.find(item)
    }

    fn size_of(&self, root: usize) -> usize {
        self.size.get(root).copied().unwrap_or(1)
    }

    fn may_join(&self, a: usize, b: usize, options: &ClusterOptions) -> bool {
        let (ours, theirs) = (self.size_of(a), self.size_of(b));
        let fits = options.largest == 0 || ours + theirs <= options.largest;
        let links =
            self.between.get(a).and_then(|neighbours| neighbours.get(&b)).copied().unwrap_or_default();
        fits && links as f64 >= options.support * (ours as f64 * theirs as f64)
    }

    /// Joins two roots and returns the root of both.
    fn join(&mut self, a: usize, b: usize) -> usize {
        let weight = |root: usize| self.between.get(root).map_or(0, BTreeMap::len);
        // The smaller map of neighbours is moved into the larger.
        let (keep, gone) = if weight(a) >= weight(b) { (a, b) } else { (b, a) };
        let moved = self.between.get_mut(gone).map(std::mem::take).unwrap_or_default();
        for (other, links) in moved {
            if let Some(back) = self.between.get_mut(other) {
                back.remove(&gone);
                if other != keep {
                    *back.entry(keep).or_default() += links;
                }
            }
            if other != keep
                && let Some(own) = self.between.get_mut(keep)
            {
                *own.entry(other).or_default() += links;
            }
        }
        if let Some(own) = self.between.get_mut(keep) {
            own.remove(&gone);
        }
        self.absorb(keep, gone);
        keep
    }

    fn absorb(&mut self, keep: usize, gone: usize) {
        let total = self.size_of(keep) + self.size_of(gone);
        if let Some(size) = self.size.get_mut(keep) {
            *size = total;
        }
        self.sets.absorb(keep, gone);
    }
}
