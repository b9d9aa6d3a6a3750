//! One name against the names of rows that were fetched by keys, without an index.

use serde::{Deserialize, Serialize};

use super::Tuning;
use super::features::{Information, Query, Scratch, Vector, at};
use super::number::{AMBIGUOUS, NO_MATCH, UNLISTED, round};
use super::record::{MAX_TEXT, Reader, Regions, View};
use super::relation::Relation;
use super::training::Example;
use super::tuning::{RowInputs, Weights};
use crate::company::{Gazetteer, Gram, KeyBuffers, visit_grams};
use crate::text::{is_common_word, written_out};

/// Judges which of some fetched rows is the company that a name means.
///
/// A host that fetches rows by [stored keys](crate::company::keys_for_storage) has no index that knows how common a
/// gram is. The judge does without: it compares name with name, then weighs the likeliest row against its nearest
/// rival, and answers with a calibrated probability. The rules' comparator
/// [`company`](crate::dedup::Comparator::Company) is this judge.
///
/// Only rows that share a gram key of the brand are compared. The [relation](Relation) that the names show comes first:
/// the second company is not the third, a branch not its parent, and two registered names in which a word or a place
/// differs are two companies, however alike they are.
///
/// # What the probability means
/// Fitted by logistic regression on short and variant names of listed Chinese and English-language companies, looked
/// up among 10,000 and 100,000 registered names (Chinese ones among a million too), for one name in four of which no
/// row was right. `BENCHMARKS.md` has its calibration error on the half of the names that was held out. What a
/// listed company is likelier to be than others (a joint-stock company) is left out of the measure, so that it holds
/// for accounts of any kind. What it gives at which threshold is listed at
/// [`Comparator::Company`](crate::dedup::Comparator::Company); `tune_names --rows` measures it on your own data, and
/// trains custom weights.
///
/// ```
/// use leadkit::company::Gazetteer;
/// use leadkit::names::NameJudge;
///
/// let rows = ["北京纷扬科技有限公司", "北京飞扬科技有限公司"];
/// let judged = NameJudge::default().judge("纷扬科技", &rows, &Gazetteer::builtin());
/// assert_eq!(judged[0].row, 0);
/// assert!(judged[0].probability > 0.8);
/// ```
#[derive(Debug, Clone)]
pub struct NameJudge {
    tuning: Tuning,
    unspaced: Weights,
    words: Weights,
}

/// A row that may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowMatch {
    /// Where the row stands in the list that was handed in.
    pub row: usize,
    /// Whether the names are of one company, or of two that belong together.
    pub relation: Relation,
    /// Probability that this is the company meant, given the other rows; 0 to 1, rounded to 1e-9. Rows that spell
    /// one registered name are not rivals of each other. Less than 0.5 unless the relation is `same`.
    pub probability: f64,
    /// Log-odds that this row is meant, the other rows left out of account.
    pub log_odds: f64,
}

impl Default for NameJudge {
    /// A judge with the built-in weights.
    fn default() -> NameJudge {
        NameJudge::new(Tuning::for_rows())
    }
}

impl NameJudge {
    /// A judge with weights of the host, trained by
    /// [`Trainer::rows`](crate::names::evaluate::Trainer::rows). The ranking and the confidence count.
    ///
    /// ```
    /// use leadkit::names::{NameJudge, Tuning};
    ///
    /// let judge = NameJudge::new(Tuning::for_rows());
    /// assert_eq!(judge.tuning(), NameJudge::default().tuning());
    /// ```
    #[must_use]
    pub fn new(tuning: Tuning) -> NameJudge {
        let (unspaced, words) = (Weights::new(&tuning.unspaced), Weights::new(&tuning.words));
        NameJudge { tuning, unspaced, words }
    }

    /// The weights by which rows are judged.
    #[must_use]
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// Judges rows by their names: the likeliest first, then in the order of the list. Rows that cannot be meant are
    /// left out. Aliases of the gazetteer are read as the names they stand for.
    ///
    /// O(rows · length).
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    /// use leadkit::names::NameJudge;
    ///
    /// let rows = ["北京飞扬科技有限公司", "北京纷扬科技有限公司", "Parker Corp"];
    /// let judged = NameJudge::default().judge("纷扬科技", &rows, &Gazetteer::builtin());
    /// assert_eq!(judged[0].row, 1);
    /// assert!(judged.iter().all(|found| found.row != 2), "Parker cannot be meant");
    /// ```
    #[must_use]
    pub fn judge<S: AsRef<str>>(&self, name: &str, rows: &[S], gazetteer: &Gazetteer) -> Vec<RowMatch> {
        let mut asked = self.ask(name, gazetteer);
        let mut weighed: Vec<(usize, Weighed, String)> = Vec::new();
        for (row, text) in rows.iter().enumerate() {
            // Rows are read one by one into the same buffers, so whatever is kept of one is copied here.
            let text = gazetteer.alias_of(text.as_ref()).unwrap_or(text.as_ref());
            asked.read(text);
            if let Some(found) = asked.weigh_read(text) {
                weighed.push((row, found, asked.company_read(&found)));
            }
        }
        weighed.sort_by(|a, b| b.1.log_odds.total_cmp(&a.1.log_odds).then(a.0.cmp(&b.0)));
        // A record that is certainly another company is not a rival.
        let same = |weighed: &&(usize, Weighed, String)| weighed.1.relation == Relation::Same;
        let rows = weighed.iter().filter(same).count();
        let judged = weighed.iter().map(|(row, found, company)| {
            // Rows that spell one registered name would each halve the other's probability.
            let other = |rival: &&(usize, Weighed, String)| {
                same(rival) && rival.0 != *row && (company.is_empty() || rival.2 != *company)
            };
            let rival = weighed.iter().find(other).map(|rival| rival.1.log_odds);
            let probability = asked.probability(found, rival, rows);
            RowMatch { row: *row, relation: found.relation, probability, log_odds: found.log_odds }
        });
        judged.collect()
    }

    /// Prepares a name for comparison with many. Former and second names that are written with it are prepared too.
    pub(crate) fn ask<'a>(&'a self, name: &str, gazetteer: &'a Gazetteer) -> Asked<'a> {
        let mut reader = Reader::default();
        let name = gazetteer.alias_of(name).unwrap_or(name);
        // The first is the name itself, which is read as it was written.
        let written: Vec<String> =
            std::iter::once(name.to_owned()).chain(gazetteer.other_names(name)).collect();
        let ask = |name: &str, reader: &mut Reader| {
            let mut bytes = Vec::new();
            let region = reader.read(name, gazetteer, |_| 0, &mut bytes);
            let mut grams = Vec::new();
            // Of the brand only: rows that share only an industry are not candidates.
            let [brand, _] = reader.parts();
            visit_grams([brand], |gram| {
                grams.push(gram.text.to_owned());
                true
            });
            AskedName { query: Query::new(&bytes, region, gazetteer, &Even), grams }
        };
        let mut names: Vec<AskedName> = Vec::with_capacity(written.len());
        for name in &written {
            let name = gazetteer.alias_of(name).unwrap_or(name);
            names.push(ask(name, &mut reader));
            if reader.moved_place() {
                names.push(ask(name, &mut Reader::keeping_place()));
            }
        }
        Asked {
            judge: self,
            gazetteer,
            names,
            reader,
            regions: Regions::default(),
            bytes: Vec::new(),
            scratch: Scratch::default(),
            key: KeyBuffers::default(),
        }
    }

    /// Examples for training: features and inputs of the confidence of every row that may be meant, the likeliest first.
    pub(crate) fn examples<S: AsRef<str>>(
        &self,
        name: &str,
        rows: &[S],
        gazetteer: &Gazetteer,
    ) -> Vec<(usize, Example, Example)> {
        let mut asked = self.ask(name, gazetteer);
        let mut compared: Vec<(usize, Weighed, Vector)> = Vec::new();
        for (row, text) in rows.iter().enumerate() {
            asked.read(gazetteer.alias_of(text.as_ref()).unwrap_or(text.as_ref()));
            // The name itself only: a label says which row the written name means, not which one its former name means.
            let own =
                asked.names.first().and_then(|name| name.compare(&asked.row(), &mut asked.scratch.clone()));
            if let Some(vector) = own {
                compared.push((row, asked.weighed(0, &vector), vector));
            }
        }
        compared.sort_by(|a, b| b.1.log_odds.total_cmp(&a.1.log_odds).then(a.0.cmp(&b.0)));
        let unspaced = asked.names.first().is_some_and(|name| name.query.unspaced);
        let example = |(row, found, vector): &(usize, Weighed, Vector)| {
            let inputs = Weights::inputs_of_row(found.log_odds, 0.0, &found.inputs, compared.len());
            let inputs = Example { unspaced, inputs: inputs.to_vec() };
            (*row, Example { unspaced, inputs: vector.to_vec() }, inputs)
        };
        compared.iter().map(example).collect()
    }
}

/// All grams have equal information, because their frequencies are unknown.
struct Even;

/// Bits of every gram.
const BITS: f64 = 8.0;

impl Information for Even {
    fn of_chars(&self, _: &[char]) -> f64 {
        BITS
    }

    fn is_common(&self, word: &str) -> bool {
        is_common_word(word)
    }

    fn of_word(&self, _: &str) -> f64 {
        BITS
    }
}

/// How a row compares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weighed {
    /// Log-odds that the row is the company meant.
    pub(crate) log_odds: f64,
    /// The same without the relation: how alike the names are.
    likeness: f64,
    pub(crate) relation: Relation,
    unspaced: bool,
    inputs: RowInputs,
}

impl Weighed {
    /// A name of the company itself is stronger evidence than a sister's.
    pub(crate) fn is_less_than(&self, other: &Weighed) -> bool {
        let is_same = |found: &Weighed| found.relation == Relation::Same;
        (is_same(self), self.log_odds) < (is_same(other), other.log_odds)
    }
}

/// A name, prepared for comparison with the names of rows.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    judge: &'a NameJudge,
    gazetteer: &'a Gazetteer,
    /// The name, then others of the company that were written with it.
    names: Vec<AskedName>,
    reader: Reader,
    regions: Regions,
    bytes: Vec<u8>,
    scratch: Scratch,
    key: KeyBuffers,
}

/// One of the names that rows are compared with.
#[derive(Debug)]
struct AskedName {
    query: Query,
    /// Gram keys of the brand.
    grams: Vec<String>,
}

/// The name of a row, read.
struct Row<'r> {
    view: View<'r>,
    parts: [&'r str; 2],
    regions: &'r Regions,
}

impl AskedName {
    fn compare(&self, row: &Row<'_>, scratch: &mut Scratch) -> Option<Vector> {
        // Judges what a fetch by gram keys would have brought, so that a host's extra rows change no probability.
        let mut shared = false;
        visit_grams(row.parts, |gram| {
            shared = self.grams.iter().any(|own| Gram::new(own) == gram);
            !shared
        });
        if !shared {
            return None;
        }
        let mut vector = self.query.features(&row.view, row.regions, &Even, scratch);
        self.query.relate(&row.view, &Even, scratch, &mut vector);
        if Relation::of(&vector) == Relation::Different {
            return None;
        }
        if let Some(prior) = vector.get_mut(at::JOINT_STOCK_RECORD) {
            // True of the companies the weights were fitted on, not of a host's accounts.
            *prior = 0.0;
        }
        Some(vector)
    }
}

impl Asked<'_> {
    /// Reads the name of a row.
    pub(crate) fn read(&mut self, row: &str) {
        let regions = &mut self.regions;
        self.bytes.clear();
        self.reader.read(row, self.gazetteer, |region| regions.number(region), &mut self.bytes);
    }

    fn row(&self) -> Row<'_> {
        Row { view: View::new(&self.bytes), parts: self.reader.parts(), regions: &self.regions }
    }

    /// Whether the name that was read may have this identity key: without its legal form it is as long.
    pub(crate) fn may_have(&self, key: &str) -> bool {
        let text = View::new(&self.bytes).text;
        let length = text.bytes().filter(|byte| *byte != b' ').count();
        let whole = key.find('|').unwrap_or(key.len());
        // The text of a very long name is cut off.
        length == whole || text.len() + 4 > MAX_TEXT
    }

    /// The identity key of the name that was read.
    pub(crate) fn exact_key(&mut self) -> &str {
        self.key.exact(self.reader.parsed(), self.gazetteer)
    }

    /// Compares with the row whose name was read; `None` when it cannot be the same company. The spelling of the name
    /// that is likelier to be meant is the one read afterwards.
    pub(crate) fn weigh_read(&mut self, row: &str) -> Option<Weighed> {
        let found = self.weigh_spelling();
        let Some(written_out) = written_out(row) else { return found };
        self.read(&written_out);
        let other = self.weigh_spelling();
        if found.zip(other).map_or(other.is_some(), |(found, other)| found.is_less_than(&other)) {
            return other;
        }
        self.read(row);
        found
    }

    fn weigh_spelling(&mut self) -> Option<Weighed> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let row = self.row();
        let found = self.names.iter().enumerate().filter_map(|(number, name)| {
            let vector = name.compare(&row, &mut scratch)?;
            Some(self.weighed(number, &vector))
        });
        let best = found.reduce(|best, found| if best.is_less_than(&found) { found } else { best });
        self.scratch = scratch;
        best
    }

    fn weights(&self, unspaced: bool) -> &Weights {
        if unspaced { &self.judge.unspaced } else { &self.judge.words }
    }

    fn weighed(&self, number: usize, vector: &Vector) -> Weighed {
        let value = |index: usize| vector.get(index).copied().unwrap_or_default();
        let query = self.names.get(number).map(|name| &name.query);
        let unspaced = query.is_some_and(|query| query.unspaced);
        let weights = self.weights(unspaced);
        Weighed {
            log_odds: weights.ranking(vector),
            likeness: weights.likeness(vector),
            relation: Relation::of(vector),
            unspaced,
            inputs: RowInputs {
                bits: query.map_or(0.0, Query::bits),
                equal: value(at::EQUAL) > 0.0,
                covered: value(at::RECORD_CHARS),
            },
        }
    }

    /// The identity of the company whose name was read, which distinguishes rows that spell one name from rivals; empty
    /// when the row is too unlikely for that to matter.
    pub(crate) fn company_read(&mut self, found: &Weighed) -> String {
        if found.log_odds <= NO_MATCH { String::new() } else { self.exact_key().to_owned() }
    }

    /// Probability that a row is meant when the likeliest rival has these log-odds, and `rows` rows may be meant. A
    /// company that nobody has listed is a rival always. Less than 0.5 for a row of another company.
    pub(crate) fn probability(&self, found: &Weighed, rival: Option<f64>, rows: usize) -> f64 {
        found.relation.bound(self.confidence(found, found.log_odds, rival, rows))
    }

    /// How alike the name of a row is: the probability, the relation left out of account.
    pub(crate) fn likeness(&self, found: &Weighed, rows: usize) -> f64 {
        self.confidence(found, found.likeness, None, rows)
    }

    fn confidence(&self, found: &Weighed, log_odds: f64, rival: Option<f64>, rows: usize) -> f64 {
        let margin = log_odds - rival.map_or(UNLISTED, |rival| rival.max(UNLISTED));
        let inputs = Weights::inputs_of_row(log_odds, round(margin), &found.inputs, rows);
        self.weights(found.unspaced).confidence(&inputs)
    }
}

/// Whether a row is so near the likeliest one that the names cannot decide which of them is meant.
pub(crate) fn is_near(best: f64, log_odds: f64) -> bool {
    best - log_odds < AMBIGUOUS && log_odds > NO_MATCH
}
