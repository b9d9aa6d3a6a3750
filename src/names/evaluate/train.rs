//! Training of the weights.

use std::collections::BTreeMap;
use std::hash::Hash;

use super::regression::fit;
use crate::company::Gazetteer;
use crate::names::by_names;
use crate::names::{
    CONFIDENCE, Example, FEATURES, NameIndex, NameJudge, NameWeights, SearchOptions, Tuning, UNLISTED,
};
use crate::order;

/// Wrong candidates of one lookup that are used as examples.
const RIVALS: usize = 12;

/// Collects labelled names and fits a [`Tuning`] to them.
///
/// Lookups teach the ranking, from the right name and its nearest rivals, and the confidence, from the first answers.
/// Pairs teach the similarity and help with the ranking. Train on a part of your data and report on the rest; weights of
/// a half without examples stay those of the index's own tuning.
///
/// ```
/// use leadkit::names::evaluate::Trainer;
/// use leadkit::names::{NameIndex, SearchOptions, Tuning};
///
/// let mut index: NameIndex<u32> = NameIndex::new();
/// for (id, name) in ["纷扬科技有限公司", "飞扬科技有限公司", "海纳贸易有限公司"].iter().enumerate() {
///     index.insert(id as u32, name);
/// }
/// let mut trainer = Trainer::new();
/// trainer.look_up(&index, "纷扬", &[0], &SearchOptions::default());
/// trainer.look_up(&index, "海纳", &[2], &SearchOptions::default());
/// trainer.pair(&index, "飞扬", "纷扬科技有限公司", false);
/// let tuning: Tuning = trainer.finish(index.tuning(), "my names");
/// assert_eq!(tuning.words, Tuning::default().words);
/// assert_ne!(tuning.unspaced, Tuning::default().unspaced);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Trainer {
    pairs: Vec<(Example, bool)>,
    look_ups: Vec<Vec<Candidate>>,
}

#[derive(Debug, Clone)]
struct Candidate {
    features: Example,
    inputs: Vec<f64>,
    right: bool,
}

impl Trainer {
    /// A trainer without examples.
    ///
    /// ```
    /// use leadkit::names::Tuning;
    /// use leadkit::names::evaluate::Trainer;
    ///
    /// // With no examples, the base keeps its weights.
    /// let tuning = Trainer::new().finish(&Tuning::default(), "2026-03");
    /// assert_eq!(tuning, Tuning { revision: "2026-03".into(), ..Tuning::default() });
    /// ```
    #[must_use]
    pub fn new() -> Trainer {
        Trainer::default()
    }

    /// Two names and whether they are one company.
    ///
    /// ```
    /// # use leadkit::names::evaluate::Trainer;
    /// # use leadkit::names::{NameIndex, Tuning};
    /// # let mut index: NameIndex<u32> = NameIndex::new();
    /// # index.insert(7, "北京纷扬科技有限公司");
    /// # index.insert(8, "北京飞扬科技有限公司");
    /// let mut trainer = Trainer::new();
    /// for _ in 0..20 {
    ///     trainer.pair(&index, "纷扬科技", "北京纷扬科技有限公司", true);
    ///     trainer.pair(&index, "纷扬科技", "北京飞扬科技有限公司", false);
    /// }
    /// let tuning = trainer.finish(&Tuning::default(), "ours");
    /// assert_ne!(tuning.unspaced.similarity, Tuning::default().unspaced.similarity);
    /// ```
    pub fn pair<K: Clone + Ord + Hash>(&mut self, index: &NameIndex<K>, a: &str, b: &str, same: bool) {
        self.pairs.push((index.pair_example(a, b), same));
    }

    /// A query and the keys that are right answers; none when it is not in the index.
    ///
    /// ```
    /// # use leadkit::names::evaluate::Trainer;
    /// # use leadkit::names::{NameIndex, SearchOptions, Tuning};
    /// # let mut index: NameIndex<u32> = NameIndex::new();
    /// # index.insert(7, "北京纷扬科技有限公司");
    /// # index.insert(8, "北京飞扬科技有限公司");
    /// let mut trainer = Trainer::new();
    /// trainer.look_up(&index, "纷扬科技", &[7], &SearchOptions::default());
    /// trainer.look_up(&index, "纷飞科技", &[], &SearchOptions::default());
    /// let tuning = trainer.finish(&Tuning::default(), "ours");
    /// assert_ne!(tuning.unspaced.ranking, Tuning::default().unspaced.ranking);
    /// ```
    pub fn look_up<K: Clone + Ord + Hash>(
        &mut self,
        index: &NameIndex<K>,
        query: &str,
        right: &[K],
        options: &SearchOptions,
    ) {
        self.learn(index.look_up_examples(query, options), right);
    }

    /// A name, the names of the rows that were fetched for it, and the numbers of the rows that are right answers:
    /// examples for the weights of a [`NameJudge`].
    ///
    /// ```
    /// # use leadkit::company::Gazetteer;
    /// # use leadkit::names::evaluate::Trainer;
    /// # use leadkit::names::{NameIndex, NameJudge, Tuning};
    /// # let mut index: NameIndex<u32> = NameIndex::new();
    /// # index.insert(7, "北京纷扬科技有限公司");
    /// # index.insert(8, "北京飞扬科技有限公司");
    /// let mut trainer = Trainer::new();
    /// let rows = ["北京纷扬科技有限公司", "北京飞扬科技有限公司"];
    /// trainer.rows(&NameJudge::default(), "纷扬科技", &rows, &[0], &Gazetteer::builtin());
    /// let judge = NameJudge::new(trainer.finish(&Tuning::for_rows(), "ours"));
    /// assert_eq!(judge.tuning().revision, "ours");
    /// ```
    pub fn rows<S: AsRef<str>>(
        &mut self,
        judge: &NameJudge,
        name: &str,
        rows: &[S],
        right: &[usize],
        gazetteer: &Gazetteer,
    ) {
        self.learn(judge.examples(name, rows, gazetteer), right);
    }

    fn learn<K: PartialEq>(&mut self, candidates: Vec<(K, Example, Example)>, right: &[K]) {
        let mut rivals = 0;
        let mut group = Vec::new();
        for (key, features, inputs) in candidates {
            let right = right.contains(&key);
            rivals += usize::from(!right);
            if right || rivals <= RIVALS {
                group.push(Candidate { features, inputs: inputs.inputs, right });
            }
        }
        self.look_ups.push(group);
    }

    /// Fits the weights. Those without examples are taken from `base`.
    ///
    /// ```
    /// # use leadkit::names::evaluate::Trainer;
    /// # use leadkit::names::{NameIndex, SearchOptions, Tuning};
    /// # let mut index: NameIndex<u32> = NameIndex::new();
    /// # index.insert(7, "北京纷扬科技有限公司");
    /// # index.insert(8, "北京飞扬科技有限公司");
    /// let mut trainer = Trainer::new();
    /// trainer.look_up(&index, "纷扬科技", &[7], &SearchOptions::default());
    /// let tuning = trainer.finish(&Tuning::default(), "2026-03");
    /// let index = NameIndex::builder().tuning(tuning).build::<u32>();
    /// assert_eq!(index.tuning().revision, "2026-03");
    /// ```
    #[must_use]
    pub fn finish(&self, base: &Tuning, revision: &str) -> Tuning {
        Tuning {
            format: base.format,
            revision: revision.to_owned(),
            unspaced: self.model(true, &base.unspaced),
            words: self.model(false, &base.words),
        }
    }

    fn model(&self, unspaced: bool, base: &NameWeights) -> NameWeights {
        let candidates = self.look_ups.iter().flatten().map(|c| (&c.features, c.right));
        let pairs = || self.pairs.iter().map(|(e, same)| (e, *same));
        let similarity = learned(pairs(), unspaced).map_or(base.similarity.clone(), |w| named(&FEATURES, &w));
        let Some(weights) = learned(candidates.chain(pairs()), unspaced) else { return base.clone() };
        let ranking = named(&FEATURES, &weights);
        let of = |c: &Candidate| c.features.inputs.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>();
        // The confidence is fitted to first matches only: it says whether what comes first is right.
        let mut firsts = Vec::new();
        for group in &self.look_ups {
            if group.first().is_none_or(|c| c.features.unspaced != unspaced) {
                continue;
            }
            let mut logits: Vec<(f64, &Candidate)> = group.iter().map(|c| (of(c), c)).collect();
            // The new weights may rank otherwise than those with which the candidates were collected.
            order::sort_by(&mut logits, |a, b| b.0.total_cmp(&a.0));
            let Some((best, first)) = logits.first() else { continue };
            // As `NameIndex::inputs` computes it, or other numbers would be fitted than the search uses.
            let second = logits.get(1).map_or(UNLISTED, |(second, _)| second.max(UNLISTED));
            let margin = (best - second).clamp(0.0, 8.0);
            let mut inputs = first.inputs.clone();
            for (slot, value) in inputs.iter_mut().skip(1).zip([*best, margin]) {
                *slot = value;
            }
            let names = inputs.get(3).copied().unwrap_or_default();
            if let Some(slot) = inputs.last_mut() {
                *slot = by_names(*best, names);
            }
            firsts.push((inputs, first.right));
        }
        let confidence =
            if firsts.is_empty() { base.confidence.clone() } else { named(&CONFIDENCE, &fit(&firsts, 0.1)) };
        NameWeights { similarity, ranking, confidence }
    }
}

/// Weights for the examples in one kind of script; none without examples.
fn learned<'a>(examples: impl Iterator<Item = (&'a Example, bool)>, unspaced: bool) -> Option<Vec<f64>> {
    let own = examples.filter(|(e, _)| e.unspaced == unspaced);
    let rows: Vec<(Vec<f64>, bool)> = own.map(|(e, right)| (e.inputs.clone(), right)).collect();
    (!rows.is_empty()).then(|| fit(&rows, 1.0))
}

/// Weights by name, to four places: more would be noise.
fn named(names: &[&str], weights: &[f64]) -> BTreeMap<String, f64> {
    let short = |w: f64| libm::round(w * 1e4) / 1e4;
    order::map(names.iter().zip(weights).map(|(name, w)| ((*name).to_owned(), short(*w))))
}
