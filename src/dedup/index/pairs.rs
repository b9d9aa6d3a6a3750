//! Two names against each other, and all names of an index against one another.

use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::batch::in_chunks;
use super::features::{Query, Scratch, Vector};
use super::matches::{Evidence, shared_pieces};
use super::record::{Reader, Regions, slice};
use super::search::UNLISTED;
use super::tuning::Weights;
use super::{NameIndex, SearchOptions};

/// How alike two names are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Probability that the two are one company, 0 to 1, rounded to 1e-9.
    pub similarity: f64,
    /// Why.
    pub evidence: Evidence,
}

/// Two names of an index that are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PairMatch<K> {
    /// The smaller key.
    pub first: K,
    /// The larger key.
    pub second: K,
    /// Probability that the two are one company, 0 to 1, rounded to 1e-9: like the score of a search it takes into
    /// account whether another name (not merely another copy of the same one) is as near.
    pub score: f64,
}

impl<K: Clone + Ord + Hash> NameIndex<K> {
    /// Compares two names, neither of which need be in the index; how much a gram says comes from the index.
    ///
    /// The shorter name (without legal form) is the query, whichever is given first.
    #[must_use]
    pub fn compare(&self, a: &str, b: &str) -> Comparison {
        let alias = |name| self.gazetteer.alias_of(name);
        let (target, record, vector) = self.vector_of(alias(a).unwrap_or(a), alias(b).unwrap_or(b));
        let similarity = self.weights(target.unspaced).similarity(&vector);
        let (query, view) = (target.view(), super::View::new(&record));
        let mut evidence = Evidence::new(&query, &view, &vector, similarity);
        evidence.alias = alias(a).is_some() || alias(b).is_some();
        evidence.shared = shared_pieces(query.text, view.text);
        Comparison { similarity, evidence }
    }

    /// The features of two names, the shorter one as the query.
    pub(super) fn vector_of(&self, a: &str, b: &str) -> (Query, Vec<u8>, Vector) {
        let mut reader = Reader::default();
        let mut read = |name: &str| {
            // The second name is given a number for its region as if it were in the index.
            let (mut regions, mut bytes) = (Regions::default(), Vec::new());
            let region = reader.read(name, &self.gazetteer, |r| regions.number(r), &mut bytes);
            (Query::new(&bytes, region, &self.live()), bytes, regions)
        };
        let (x, y) = (read(a), read(b));
        let (target, (_, record, regions)) = if x.0.len() <= y.0.len() { (x.0, y) } else { (y.0, x) };
        let view = super::View::new(&record);
        let vector = target.features(&view, &regions, &self.live(), &mut Scratch::default());
        (target, record, vector)
    }
}

impl<K: Clone + Ord + Hash + Send + Sync> NameIndex<K> {
    /// Every two names of the index that are alike with a probability of at least `threshold`, by their keys.
    ///
    /// The shorter name of each pair is looked up among the others with the limits of `options`, of which at most
    /// `limit` are kept: of a hundred thousand equal names each is paired with the first ones, not with all. With
    /// feature `parallel` on several threads, the same to the last bit.
    #[must_use]
    pub fn pairs(&self, threshold: f64, options: &SearchOptions) -> Vec<PairMatch<K>> {
        let records: Vec<u32> = (0..self.keys.len() as u32).filter(|r| self.key(*r).is_some()).collect();
        let found = in_chunks(&records, |record, work| {
            let at = self.offsets.get(*record as usize).copied().unwrap_or_default() as usize;
            let bytes = slice(&self.bytes, at);
            let region = self.regions.get(super::View::new(bytes).region);
            let target = Query::new(bytes, region, &self.live());
            let own = (target.len(), self.key(*record));
            let mut compared = self.compared(&target, options, work);
            compared.retain(|c| c.record != *record);
            let weights = self.weights(target.unspaced);
            let around = self.surroundings(&target);
            let mut pairs = Vec::new();
            for other in compared.iter().take(options.limit) {
                let view = self.view(other.record);
                // A copy of the same name is no rival.
                let rival = compared
                    .iter()
                    .find(|c| c.record != other.record && self.view(c.record).text != view.text);
                let margin = other.logit - rival.map_or(UNLISTED, |c| c.logit.max(UNLISTED));
                let score = weights.confidence(&Weights::inputs(other.logit, margin, &other.vector, around));
                let theirs = (view.text.chars().filter(|c| *c != ' ').count(), self.key(other.record));
                // Each pair is judged once, from its shorter name.
                if score >= threshold
                    && own < theirs
                    && let (Some(a), Some(b)) = (own.1, theirs.1)
                {
                    let (first, second) = if a < b { (a, b) } else { (b, a) };
                    pairs.push(PairMatch { first: first.clone(), second: second.clone(), score });
                }
            }
            pairs
        });
        let mut pairs: Vec<PairMatch<K>> = found.into_iter().flatten().collect();
        pairs.sort_unstable_by(|a, b| (&a.first, &a.second).cmp(&(&b.first, &b.second)));
        pairs
    }
}
