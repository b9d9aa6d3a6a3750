//! Candidates under a budget, then the exact comparison.
#![expect(clippy::indexing_slicing, reason = "a numeric kernel over arrays of one block's length")]

use std::collections::BTreeSet;
use std::hash::Hash;

use super::features::{Information, Query, Scratch, Vector, at};
use super::grams;
use super::index::NameIndex;
use super::matches::{Evidence, NameMatch, shared_pieces};
use super::number::{AMBIGUOUS, MIN_NAMES, NO_MATCH, UNLISTED, round};
use super::options::SearchOptions;
use super::postings::{Gram, Postings, RecordTable};
use super::record::Reader;
use super::relation::Relation;
use super::size::factors;
use super::tuning::{CONFIDENCE, Surroundings, Weights};
use crate::text::is_common_word;

/// Records whose scores are held at one time.
const BLOCK: usize = 1 << 14;

/// Most equal names that are examined besides the candidates of the grams.
const MAX_EQUAL: usize = 1024;

/// Candidates whose relation is examined, besides those that may be the name with a slip: candidates further off are
/// strangers.
pub(super) const CLOSE: usize = 10;

/// A word that this number of names or more have is common.
const MANY: u32 = 16;

/// Frequencies of an index as information.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live<'a> {
    pub(super) postings: &'a Postings,
    pub(super) names: usize,
}

/// Eighths of a bit: ⌊8 · log2(names ÷ live)⌋, a step function so that small changes of the set change nothing.
pub(super) fn eighths(names: usize, live: u32) -> u32 {
    let ratio = names.max(MIN_NAMES) as f64 / f64::from(live.max(1));
    (8.0 * libm::log2(ratio)).max(0.0) as u32
}

impl Live<'_> {
    fn bits(&self, gram: Gram) -> f64 {
        f64::from(eighths(self.names, self.postings.live(gram))) / 8.0
    }
}

impl Information for Live<'_> {
    fn of_chars(&self, chars: &[char]) -> f64 {
        grams::of_chars(chars).map_or(0.0, |gram| self.bits(gram))
    }

    fn of_word(&self, word: &str) -> f64 {
        self.bits(grams::of_word(word))
    }

    fn is_common(&self, word: &str) -> bool {
        self.postings.live(grams::of_word(word)) >= MANY || is_common_word(word)
    }
}

/// A candidate: its score by the admitted lists, and its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    score: u32,
    record: u32,
}

/// Buffers of one search, reused by batches.
#[derive(Debug, Clone)]
pub(super) struct Work {
    grams: Vec<Gram>,
    lists: Vec<(u32, Gram)>,
    scores: Box<[u16; BLOCK]>,
    touched: Box<[u16; BLOCK]>,
    best: Vec<Candidate>,
    scratch: Scratch,
}

impl Default for Work {
    fn default() -> Work {
        Work {
            grams: Vec::new(),
            lists: Vec::new(),
            scores: Box::new([0; BLOCK]),
            touched: Box::new([0; BLOCK]),
            best: Vec::new(),
            scratch: Scratch::default(),
        }
    }
}

/// A candidate after the exact comparison.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) record: u32,
    pub(super) logit: f64,
    pub(super) vector: Vector,
}

impl<K: Clone + Ord + Hash> NameIndex<K> {
    pub(super) fn live(&self) -> Live<'_> {
        Live { postings: &self.postings, names: self.live }
    }

    /// Parses a name and weighs its grams.
    pub(super) fn target(&self, name: &str) -> Query {
        self.target_by(name, &mut Reader::default())
    }

    fn target_by(&self, name: &str, reader: &mut Reader) -> Query {
        let mut bytes = Vec::new();
        let region = reader.read(name, &self.gazetteer, |_| 0, &mut bytes);
        Query::new(&bytes, region, &self.gazetteer, &self.live())
    }

    /// The records to compare exactly, chosen by the admitted lists. The set does not depend on the order in which names
    /// were inserted: ties are broken by id.
    fn candidates(&self, target: &Query, options: &SearchOptions, work: &mut Work) {
        let Work { grams: list, lists, scores, touched, best, .. } = work;
        grams::collect(target.view().text, list);
        lists.clear();
        lists.extend(list.iter().map(|g| (self.postings.live(*g), *g)).filter(|(live, _)| *live > 0));
        // Words and pairs before their pieces, rare before common: the budget goes to the most significant lists.
        lists.sort_unstable_by_key(|(live, gram)| (grams::tier(*gram), *live, *gram));
        let mut spent = 0usize;
        lists.retain(|(live, _)| {
            // The rarest list is read whatever it costs: a name of common words only is found by it.
            let fits = spent == 0 || spent.saturating_add(*live as usize) <= options.budget;
            if fits {
                spent += *live as usize;
            }
            fits
        });
        let factors = factors(list.len() as u32, &target.view());
        let mut open: Vec<(u16, RecordTable<'_>)> = lists
            .iter()
            .map(|(live, gram)| {
                // A list of weight 0 (a gram that every name has) still makes a candidate.
                let weight = eighths(self.live, *live) * grams::weight(*gram) + 1;
                (weight as u16, self.postings.records(*gram))
            })
            .collect();
        best.clear();
        // No more than there are, so that no limit is too large.
        let most = options.candidates.max(options.limit).min(self.keys.len()).max(2);
        let mut least = 0;
        let next = |open: &[(u16, RecordTable<'_>)]| {
            let first = open.iter().map(|(_, r)| r.peek()).min();
            first.filter(|record| *record != u32::MAX)
        };
        // Block by block, so that the scores stay in the cache whatever the size of the index.
        while let Some(first) = next(&open) {
            let start = first - first % BLOCK as u32;
            let mut count = 0;
            for (weight, records) in &mut open {
                records.take_below(start + BLOCK as u32, |record| {
                    let at = record as usize % BLOCK;
                    // Written always, kept only when the record is new: no branch to mispredict.
                    touched[count % BLOCK] = at as u16;
                    count += usize::from(scores[at] == 0);
                    scores[at] = scores[at].saturating_add(*weight);
                });
            }
            for at in &touched[..count.min(BLOCK)] {
                let at = usize::from(*at) % BLOCK;
                let record = start + at as u32;
                let total = u32::from(std::mem::take(&mut scores[at]));
                let score = total * factors[usize::from(self.sizes[record as usize])];
                // A removed record has the factor 0.
                if score >= least && score > 0 {
                    best.push(Candidate { score, record });
                }
            }
            // A cut is linear, so it waits until it drops three in four. A name that ties with `least` stays: ids decide.
            if best.len() > 4 * most {
                self.cut(best, most);
                least = best.iter().map(|c| c.score).min().unwrap_or(0);
            }
        }
        self.cut(best, most);
        // A name in the index is found whatever its grams cost.
        let text = target.view().text;
        if !best.iter().any(|found| self.view(found.record).text == text) {
            let equal = self.texts.with(text).take(MAX_EQUAL);
            let equal = equal.filter(|record| self.key(*record).is_some() && self.view(*record).text == text);
            best.extend(equal.map(|record| Candidate { score: u32::MAX, record }));
        }
        self.cut(best, most);
    }

    /// Keeps the `most` best.
    fn cut(&self, best: &mut Vec<Candidate>, most: usize) {
        if best.len() > most {
            best.select_nth_unstable_by(most, |a, b| {
                let by_id = || self.keys[a.record as usize].cmp(&self.keys[b.record as usize]);
                b.score.cmp(&a.score).then_with(by_id)
            });
            best.truncate(most);
        }
    }

    /// Compares the candidates exactly: best first, ties by id.
    pub(super) fn compared(&self, target: &Query, options: &SearchOptions, work: &mut Work) -> Vec<Compared> {
        self.candidates(target, options, work);
        let live = self.live();
        let weights = self.weights(target.unspaced);
        let mut out: Vec<Compared> = Vec::with_capacity(work.best.len());
        // Read ahead: the records are all over memory, and misses that do not wait for one another are cheap.
        let ahead = work.best.iter().fold(0u8, |all, c| {
            let at = self.offsets.get(c.record as usize).copied().unwrap_or_default() as usize;
            all ^ self.bytes.get(at).copied().unwrap_or_default()
        });
        std::hint::black_box(ahead);
        for candidate in &work.best {
            let view = self.view(candidate.record);
            let vector = target.features(&view, &self.regions, &live, &mut work.scratch);
            out.push(Compared { record: candidate.record, logit: weights.ranking(&vector), vector });
        }
        let best_first = |a: &Compared, b: &Compared| {
            b.logit.total_cmp(&a.logit).then_with(|| self.key(a.record).cmp(&self.key(b.record)))
        };
        out.sort_unstable_by(best_first);
        // The relation is costly to compute, and most candidates are not worth it.
        for (rank, found) in out.iter_mut().enumerate() {
            if rank < CLOSE || target.is_near(&found.vector) {
                target.relate(&self.view(found.record), &live, &mut work.scratch, &mut found.vector);
            } else if let Some(stranger) = found.vector.get_mut(at::DIFFERENT) {
                *stranger = 1.0;
            }
            found.logit = weights.ranking(&found.vector);
        }
        out.sort_unstable_by(best_first);
        out
    }

    /// The names that share most for their length with a name and hold one of the pieces, at most `limit`, by key:
    /// candidates that were not compared.
    pub(crate) fn candidates_with(&self, name: &str, pieces: &[&str], limit: usize) -> Vec<K> {
        let options = SearchOptions { candidates: limit, limit, ..SearchOptions::default() };
        let mut work = Work::default();
        let holds = |text: &str| pieces.iter().any(|piece| text.contains(piece));
        let mut keys: Vec<K> = Vec::new();
        for name in std::iter::once(name.to_owned()).chain(self.gazetteer.other_names(name)) {
            let alias = self.gazetteer.alias_of(&name);
            self.candidates(&self.target(alias.unwrap_or(&name)), &options, &mut work);
            let found = work.best.iter().filter(|found| holds(self.view(found.record).text));
            keys.extend(found.filter_map(|found| self.key(found.record).cloned()));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The names most like a name, best first, ties by id.
    ///
    /// An empty answer means that no name shares a gram that the budget allowed; a low
    /// [`score`](NameMatch::score) means that the index probably does not contain the name.
    ///
    /// ```
    /// use leadkit::names::{NameIndex, SearchOptions};
    ///
    /// let mut index: NameIndex<u32> = NameIndex::new();
    /// index.insert(7, "北京纷扬科技有限公司");
    /// index.insert(8, "北京飞扬科技有限公司");
    /// let found = index.search("紛揚科技", &SearchOptions::default());
    /// assert_eq!(found[0].id, 7);
    /// assert!(found[0].score > 0.9, "{}", found[0].evidence);
    /// // Two companies are equally near: neither is certain.
    /// assert!(index.search("北京科技", &SearchOptions::default())[0].ambiguous);
    /// ```
    #[must_use]
    pub fn search(&self, name: &str, options: &SearchOptions) -> Vec<NameMatch<K>> {
        self.search_with(name, options, &mut Work::default())
    }

    pub(super) fn search_with(
        &self,
        name: &str,
        options: &SearchOptions,
        work: &mut Work,
    ) -> Vec<NameMatch<K>> {
        let mut reader = Reader::default();
        let mut matches = self.search_one(name, &mut reader, options, work);
        let others = self.gazetteer.other_names(name);
        if others.is_empty() && !reader.moved_place() {
            return matches;
        }
        // Each name that was written may be the one on file, and each reading: the better answer of a key counts.
        if reader.moved_place() {
            matches.extend(self.search_one(name, &mut Reader::keeping_place(), options, work));
        }
        for other in others {
            matches.extend(self.search_one(&other, &mut reader, options, work));
        }
        matches.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
        let mut seen = BTreeSet::new();
        matches.retain(|found| seen.insert(found.id.clone()));
        matches.truncate(options.limit);
        matches
    }

    fn search_one(
        &self,
        name: &str,
        reader: &mut Reader,
        options: &SearchOptions,
        work: &mut Work,
    ) -> Vec<NameMatch<K>> {
        // An alias replaces the name: its letters say nothing about the company.
        let alias = self.gazetteer.alias_of(name);
        let target = self.target_by(alias.unwrap_or(name), reader);
        let mut compared = self.compared(&target, options, work);
        self.put_identical_first(&target, &mut compared);
        let mut matches = self.matches(&target, &compared, options);
        if alias.is_some() {
            matches.iter_mut().for_each(|m| m.evidence.alias = true);
        }
        matches
    }

    /// A name that is in the index exactly as the query has it comes first, however likely it is that another is meant: a
    /// search for `Rosemount` finds it before `Rosemount Ltd`. It is as likely as the likeliest.
    fn put_identical_first(&self, target: &Query, compared: &mut [Compared]) {
        let Some(best) = compared.first().map(|found| found.logit) else { return };
        let query = target.view();
        let is_identical = |found: &Compared| {
            let view = self.view(found.record);
            found.vector[at::EQUAL] > 0.0
                && (view.text, view.branch, view.form) == (query.text, query.branch, query.form)
        };
        compared.sort_by_key(|found| !is_identical(found));
        for found in compared.iter_mut().take_while(|found| is_identical(found)) {
            found.logit = found.logit.max(best);
        }
    }

    /// Inputs of the confidence of every compared candidate.
    pub(super) fn inputs<'a>(
        &self,
        target: &Query,
        compared: &'a [Compared],
    ) -> impl Iterator<Item = [f64; CONFIDENCE.len()]> + 'a {
        let best = compared.first().map_or(0.0, |c| c.logit);
        // There is always an unlisted company: a weak match does not win by being the only one.
        let second = compared.get(1).map_or(UNLISTED, |c| c.logit.max(UNLISTED)).min(best);
        let around = self.surroundings(target);
        compared.iter().enumerate().map(move |(i, c)| {
            let margin = if i == 0 { best - second } else { c.logit - best };
            Weights::inputs(c.logit, margin, &c.vector, around)
        })
    }

    pub(super) fn surroundings(&self, target: &Query) -> Surroundings {
        Surroundings { names: self.live, bits: target.bits() }
    }

    fn matches(&self, target: &Query, compared: &[Compared], options: &SearchOptions) -> Vec<NameMatch<K>> {
        let weights = self.weights(target.unspaced);
        let best = compared.first().map_or(0.0, |c| c.logit);
        let near = |c: &Compared| best - c.logit < AMBIGUOUS && c.logit > NO_MATCH;
        // One name near the best is the best itself.
        let several = compared.iter().take_while(|c| near(c)).count() > 1;
        let query = target.view();
        let mut least = 1.0f64;
        let mut out = Vec::with_capacity(options.limit.min(compared.len()));
        for (c, inputs) in compared.iter().zip(self.inputs(target, compared)).take(options.limit) {
            // A lower rank is never more confident.
            let relation = Relation::of(&c.vector);
            let score = relation.bound(weights.confidence(&inputs)).min(least);
            least = score;
            let Some(id) = self.key(c.record).filter(|_| score >= options.min_score) else { continue };
            let view = self.view(c.record);
            let similarity = weights.similarity(&c.vector, relation);
            let mut evidence = Evidence::new(&query, &view, &c.vector, similarity);
            if options.explain {
                evidence.shared = shared_pieces(query.text, view.text);
            }
            let margin = round(inputs.get(2).copied().unwrap_or_default());
            let ambiguous = several && near(c);
            out.push(NameMatch { id: id.clone(), relation, score, similarity, margin, ambiguous, evidence });
        }
        out
    }
}
