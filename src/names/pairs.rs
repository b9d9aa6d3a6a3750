//! Two names against each other, and all names of an index against one another.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};
use serde::{Deserialize, Serialize};

use super::batch::in_chunks;
use super::features::{Query, Scratch, Vector};
use super::matches::{Evidence, shared_pieces};
use super::number::UNLISTED;
use super::record::{Reader, Regions, View, slice};
use super::relation::Relation;
use super::tuning::Weights;
use super::{NameIndex, NameIndexBuilder, SearchOptions};
use crate::text::written_out;

/// How alike two company names are, and what agrees in them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Whether they are one company, two that belong together, or strangers.
    pub relation: Relation,
    /// Probability that the two are one company, 0 to 1, rounded to 1e-9; less than 0.5 unless the relation is `same`.
    pub similarity: f64,
    /// The parts in which the two names agree and differ.
    pub evidence: Evidence,
}

/// Two names of an index that are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PairMatch<K> {
    /// The smaller key of the two.
    pub first: K,
    /// The larger key of the two.
    pub second: K,
    /// Probability that the two are one company, 0 to 1, rounded to 1e-9: like the score of a search it takes into
    /// account whether another name (not merely another copy of the same one) is as near.
    pub score: f64,
}

impl<K: Clone + Ord + Hash> NameIndex<K> {
    /// Compares two names, which need not be in the index; the weights of grams come from the index.
    ///
    /// The shorter name (without legal form) is the query: which of the two is given first makes no difference.
    ///
    /// ```
    /// use leadkit::names::{NameIndex, Relation};
    ///
    /// let index: NameIndex<u32> = NameIndex::new();
    /// let same = index.compare("北京纷扬科技有限公司", "北京紛揚科技（有限公司）");
    /// assert_eq!(same.relation, Relation::Same);
    /// assert!(same.similarity > 0.99 && same.evidence.equal);
    /// let other = index.compare("第二建筑公司", "第三建筑公司");
    /// assert_eq!(other.relation, Relation::Different);
    /// assert!(other.evidence.to_string().contains("differ in numbers"));
    /// ```
    #[must_use]
    pub fn compare(&self, a: &str, b: &str) -> Comparison {
        let alias = |name| self.gazetteer.alias_of(name);
        let (ours, theirs) = (alias(a).unwrap_or(a), alias(b).unwrap_or(b));
        let read = |a: &str, b: &str| {
            let (target, record, vector) = self.vector_of(a, b);
            let relation = Relation::of(&vector);
            let similarity = self.weights(target.unspaced).similarity(&vector, relation);
            (target, record, vector, relation, similarity)
        };
        // The spellings that are most alike are the ones meant.
        let mut best = read(ours, theirs);
        let one_side =
            [written_out(ours).map(|a| read(&a, theirs)), written_out(theirs).map(|b| read(ours, &b))];
        for found in one_side.into_iter().flatten() {
            if found.4 > best.4 {
                best = found;
            }
        }
        let (target, record, vector, relation, similarity) = best;
        let (query, view) = (target.view(), View::new(&record));
        let mut evidence = Evidence::new(&query, &view, &vector, similarity);
        evidence.alias = alias(a).is_some() || alias(b).is_some();
        evidence.shared = shared_pieces(query.text, view.text);
        Comparison { relation, similarity, evidence }
    }

    /// The features of two names, the shorter one as the query.
    pub(super) fn vector_of(&self, a: &str, b: &str) -> (Query, Vec<u8>, Vector) {
        let mut reader = Reader::default();
        let mut read = |name: &str| {
            // The second name is given a number for its region as if it were in the index.
            let (mut regions, mut bytes) = (Regions::default(), Vec::new());
            let region = reader.read(name, &self.gazetteer, |r| regions.number(r), &mut bytes);
            (Query::new(&bytes, region, &self.gazetteer, &self.live()), bytes, regions)
        };
        let (x, y) = (read(a), read(b));
        // The shorter name is the query, as in a search: features say how much of an abbreviation the full name holds. Of two
        // of one length it is the same one whichever comes first.
        let (target, (_, record, regions)) =
            if (x.0.len(), &x.1) <= (y.0.len(), &y.1) { (x.0, y) } else { (y.0, x) };
        let view = View::new(&record);
        let mut scratch = Scratch::default();
        let mut vector = target.features(&view, &regions, &self.live(), &mut scratch);
        target.relate(&view, &self.live(), &mut scratch, &mut vector);
        (target, record, vector)
    }
}

impl<K: Clone + Ord + Hash> NameIndex<K> {
    /// Names that are the same to the index (spelling, punctuation and the way a legal form is written apart): the
    /// keys of each group of two or more, ascending, by the smallest. O(n log n).
    ///
    /// Names without any text left have no copies.
    ///
    /// ```
    /// use leadkit::names::NameIndex;
    ///
    /// let mut index: NameIndex<u32> = NameIndex::new();
    /// for (number, name) in (0..).zip(["Acme Trading Ltd", "Juniper Moss", "ACME TRADING LIMITED", "", ""]) {
    ///     index.insert(number, name);
    /// }
    /// assert_eq!(index.copies(), [[0, 2]]);
    /// ```
    #[must_use]
    pub fn copies(&self) -> Vec<Vec<K>> {
        let keys = |group: Vec<u32>| group.iter().filter_map(|record| self.key(*record).cloned()).collect();
        let mut groups: Vec<Vec<K>> = self.groups().into_iter().map(keys).collect();
        groups.sort_unstable();
        groups
    }

    /// The records of copies: groups of two or more, each by key.
    fn groups(&self) -> Vec<Vec<u32>> {
        // By hash first: whole records, which are all over memory, are compared only where hashes meet.
        let mut hashed: Vec<(u64, u32)> = (0..self.keys.len() as u32)
            .filter(|record| self.key(*record).is_some() && !self.view(*record).text.is_empty())
            .map(|record| (hash(self.record(record)), record))
            .collect();
        hashed.sort_unstable();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for run in hashed.chunk_by_mut(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
            run.sort_unstable_by_key(|(_, record)| (self.record(*record), self.key(*record)));
            let same =
                run.chunk_by(|a, b| self.record(a.1) == self.record(b.1)).filter(|same| same.len() > 1);
            groups.extend(same.map(|same| same.iter().map(|(_, record)| *record).collect::<Vec<u32>>()));
        }
        groups
    }

    fn record(&self, record: u32) -> &[u8] {
        let at = self.offsets.get(record as usize).copied().unwrap_or_default();
        slice(&self.bytes, at as usize)
    }

    /// An index of these records, numbered in this order.
    fn part(&self, records: &[u32]) -> NameIndex<u32> {
        let builder = NameIndexBuilder { gazetteer: self.gazetteer.clone(), tuning: self.tuning.clone() };
        let mut index: NameIndex<u32> = builder.build();
        index.regions = self.regions.clone();
        for (number, record) in (0..).zip(records) {
            let at = index.bytes.len();
            index.bytes.extend(self.record(*record));
            index.append(number, at);
        }
        index
    }
}

/// A pair as it was judged.
#[derive(Debug, Clone, Copy)]
struct Judged {
    first: u32,
    second: u32,
    /// The shorter name, when it is the longer one that judged.
    not_asked: Option<u32>,
    score: f64,
}

impl<K: Clone + Ord + Hash + Send + Sync> NameIndex<K> {
    /// Every two names of the index that are alike with a probability of at least `threshold`, by their keys.
    ///
    /// Each name is looked up among the others with the limits of `options`, of which at most `limit` are kept. A pair
    /// is judged from its shorter name; where that has more than `limit` names as near, from the longer one.
    ///
    /// [Copies](NameIndex::copies) of a name are looked up once. The first `limit` of them stand for all: a copy beyond
    /// is paired only with these, so that of a hundred thousand equal names there are `limit` times as many pairs, not
    /// five thousand million. To join names into groups use
    /// [`cluster_names`](crate::merge::cluster_names), which counts all copies as one.
    ///
    /// With feature `parallel` on several threads, the same to the last bit.
    ///
    /// ```
    /// use leadkit::names::{NameIndex, SearchOptions};
    ///
    /// let mut index: NameIndex<u32> = NameIndex::new();
    /// for (id, name) in (1..).zip(["北京纷扬科技有限公司", "Parker-Hannifin Corp", "纷扬科技", "Acme Trading Ltd"]) {
    ///     index.insert(id, name);
    /// }
    /// let pairs = index.pairs(0.5, &SearchOptions::for_pairs());
    /// let found: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.first, pair.second)).collect();
    /// assert_eq!(found, [(1, 3)]);
    /// ```
    #[must_use]
    pub fn pairs(&self, threshold: f64, options: &SearchOptions) -> Vec<PairMatch<K>> {
        let groups = self.groups();
        // The first of a group, by key, represents all.
        let copies: FxHashSet<u32> = groups.iter().flat_map(|group| group.iter().skip(1).copied()).collect();
        let mut firsts: Vec<u32> = (0..self.keys.len() as u32)
            .filter(|record| self.key(*record).is_some() && !copies.contains(record))
            .collect();
        let crowded = groups.iter().any(|group| group.len() > options.limit);
        let groups: BTreeMap<u32, &[u32]> =
            groups.iter().filter_map(|group| Some((*group.first()?, group.as_slice()))).collect();
        let judged = if crowded {
            // So many copies would fill the lists of grams, and the answers, of names that are like them.
            // By key, since the numbers of the part are its keys: ties break as they would in the whole.
            firsts.sort_unstable_by_key(|record| self.key(*record));
            let record = |number: u32| firsts.get(number as usize).copied().unwrap_or_default();
            let numbers: Vec<u32> = (0..firsts.len() as u32).collect();
            let mut judged = self.part(&firsts).judged(
                &numbers,
                &FxHashSet::default(),
                |number| groups.contains_key(&record(number)),
                threshold,
                options,
            );
            for pair in &mut judged {
                (pair.first, pair.second) = (record(pair.first), record(pair.second));
            }
            judged
        } else {
            self.judged(&firsts, &copies, |record| groups.contains_key(&record), threshold, options)
        };
        let mut pairs = Vec::with_capacity(judged.len());
        let mut add = |a: u32, b: u32, score: f64| {
            if let (Some(a), Some(b)) = (self.key(a), self.key(b)) {
                let (first, second) = if a < b { (a, b) } else { (b, a) };
                pairs.push(PairMatch { first: first.clone(), second: second.clone(), score });
            }
        };
        for found in judged {
            let ours = groups.get(&found.first).copied().unwrap_or(std::slice::from_ref(&found.first));
            let theirs = groups.get(&found.second).copied().unwrap_or(std::slice::from_ref(&found.second));
            // A name with its own copies: each copy with the first `limit` before it.
            if found.first == found.second {
                for (place, copy) in ours.iter().enumerate() {
                    ours.iter()
                        .take(place.min(options.limit))
                        .for_each(|first| add(*first, *copy, found.score));
                }
                continue;
            }
            for a in ours.iter().take(options.limit) {
                theirs.iter().take(options.limit).for_each(|b| add(*a, *b, found.score));
            }
        }
        pairs.sort_unstable_by(|a, b| (&a.first, &a.second).cmp(&(&b.first, &b.second)));
        pairs
    }
}

impl<K: Clone + Ord + Hash + Send + Sync> NameIndex<K> {
    /// The pairs of `records`, copies left out; a name that has copies is a pair with itself.
    fn judged(
        &self,
        records: &[u32],
        copies: &FxHashSet<u32>,
        has_copies: impl Fn(u32) -> bool + Sync,
        threshold: f64,
        options: &SearchOptions,
    ) -> Vec<Judged> {
        let found = in_chunks(records, |record, work| {
            let bytes = self.record(*record);
            let region = self.regions.get(View::new(bytes).region);
            let target = Query::new(bytes, region, &self.gazetteer, &self.live());
            let own = (target.len(), self.key(*record));
            let mut compared = self.compared(&target, options, work);
            compared.retain(|c| c.record != *record && !copies.contains(&c.record));
            let weights = self.weights(target.unspaced);
            let around = self.surroundings(&target);
            let score_of = |record: u32, logit: f64, vector: &Vector| {
                // The same words with another legal form are not a rival.
                let text = self.view(record).text;
                let rival = compared.iter().find(|c| c.record != record && self.view(c.record).text != text);
                let margin = logit - rival.map_or(UNLISTED, |c| c.logit.max(UNLISTED));
                weights.confidence(&Weights::inputs(logit, margin, vector, around))
            };
            let vector =
                target.features(&View::new(bytes), &self.regions, &self.live(), &mut Scratch::default());
            // How certain two copies of this name are one company, with its rivals around.
            let score = score_of(*record, weights.ranking(&vector), &vector);
            let mut pairs = Vec::new();
            if score >= threshold && has_copies(*record) {
                pairs.push(Judged { first: *record, second: *record, not_asked: None, score });
            }
            let mut asked = 0;
            let mut last = 0.0;
            for other in compared.iter().take(options.limit) {
                let score = score_of(other.record, other.logit, &other.vector);
                (asked, last) = (asked + 1, score);
                if score < threshold || Relation::of(&other.vector) != Relation::Same {
                    continue;
                }
                let length = self.view(other.record).text.chars().filter(|c| *c != ' ').count();
                // The shorter name judges a pair; the longer one's word is kept in case the shorter is cut off.
                let not_asked = (own > (length, self.key(other.record))).then_some(other.record);
                let (first, second) = (*record.min(&other.record), *record.max(&other.record));
                pairs.push(Judged { first, second, not_asked, score });
            }
            // All that were compared are alike: there may be more that were not compared.
            let cut = asked == options.limit && last >= threshold;

            (cut.then_some(*record), pairs)
        });
        let crowded: FxHashSet<u32> = found.iter().filter_map(|(crowded, _)| *crowded).collect();
        let mut pairs: Vec<Judged> = found.into_iter().flat_map(|(_, pairs)| pairs).collect();
        pairs.retain(|pair| pair.not_asked.is_none_or(|shorter| crowded.contains(&shorter)));
        // The shorter name's judgement sorts first, so it is the one that stays.
        pairs.sort_unstable_by_key(|pair| (pair.first, pair.second, pair.not_asked.is_some()));
        pairs.dedup_by_key(|pair| (pair.first, pair.second));
        pairs
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    bytes.hash(&mut hasher);
    hasher.finish()
}
