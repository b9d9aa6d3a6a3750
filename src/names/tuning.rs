//! The weights that turn features into a similarity and a similarity into a confidence.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::features::{COUNT, FEATURES, Vector, at};
use super::number::{MIN_NAMES, probability, round};
use super::relation::Relation;
use crate::text::closest;

/// Inputs of the confidence, in the order of its weights.
pub const CONFIDENCE: [&str; 8] =
    ["bias", "logit", "margin", "names", "information", "equal", "record_chars", "logit_by_names"];

const SHIPPED: &str = include_str!("weights.json");
const SHIPPED_ROWS: &str = include_str!("weights_rows.json");

/// Weights of the measure, serialisable: training returns them and an index takes them.
///
/// The default was fitted by logistic regression on short and variant names of listed Chinese and English-language
/// companies against ten thousand, a hundred thousand and a million (in words: 466,000) registered names, and on names made
/// of the registered ones: with one or two keying errors, of names that are listed and of names that are not, and
/// registered names that are not listed, as they are: the neighbours of one letter among them are what a slip is
/// distinguished from. Pairs that people wrote count six times as much as generated ones. The ranking of scripts without
/// spaces is between that fit and one on written names only (38 parts to 62), because the made names, which are long,
/// cost the short ones .6 points of recall; its confidence is fitted to the ranking. Only these coefficients are shipped,
/// no names. For names of another kind (small businesses, other languages), train your own weights: see
/// [`evaluate`](crate::names::evaluate).
///
/// ```
/// use leadkit::names::Tuning;
///
/// let json = serde_json::to_string(&Tuning::default())?;
/// let tuning: Tuning = serde_json::from_str(&json)?;
/// assert_eq!(tuning, Tuning::default());
///
/// let error = serde_json::from_str::<NameWeights>(r#"{"similarity": {"brand_equa": 1}, "ranking": {}, "confidence": {}}"#);
/// assert!(error.unwrap_err().to_string().contains("`brand_equal`"));
/// # use leadkit::names::NameWeights;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    /// Version of this format: 1.
    pub format: u16,
    /// The caller's name for this set of weights.
    pub revision: String,
    /// For queries in scripts without spaces (Chinese, Japanese, Korean).
    pub unspaced: NameWeights,
    /// Weights for queries in scripts that divide words by blanks.
    pub words: NameWeights,
}

/// Weights by the name of the feature; a feature that is not named has weight 0.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct NameWeights {
    /// Log-odds that two names are one company, without regard to other names, by [feature](FEATURES).
    pub similarity: BTreeMap<String, f64>,
    /// Log-odds that of the many names of an index this one is meant, by [feature](FEATURES); a search ranks by them.
    pub ranking: BTreeMap<String, f64>,
    /// Log-odds that a match is the one meant, by [input](CONFIDENCE).
    pub confidence: BTreeMap<String, f64>,
}

impl<'de> Deserialize<'de> for NameWeights {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<NameWeights, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            similarity: BTreeMap<String, f64>,
            ranking: BTreeMap<String, f64>,
            confidence: BTreeMap<String, f64>,
        }
        let Raw { similarity, ranking, confidence } = Raw::deserialize(deserializer)?;
        let features = &FEATURES[..];
        for (weights, known) in
            [(&similarity, features), (&ranking, features), (&confidence, &CONFIDENCE[..])]
        {
            for (name, weight) in weights {
                // A misspelt feature would have no weight, and nobody would notice.
                if !known.contains(&name.as_str()) {
                    let hint = closest(name, known.iter().copied());
                    let hint = hint.map(|h| format!(", did you mean `{h}`")).unwrap_or_default();
                    return Err(serde::de::Error::custom(format!("no feature is called `{name}`{hint}")));
                }
                if !weight.is_finite() {
                    return Err(serde::de::Error::custom(format!("the weight of `{name}` must be finite")));
                }
            }
        }
        Ok(NameWeights { similarity, ranking, confidence })
    }
}

static DEFAULT: LazyLock<Tuning> = LazyLock::new(|| shipped(SHIPPED));
static ROWS: LazyLock<Tuning> = LazyLock::new(|| shipped(SHIPPED_ROWS));

fn shipped(json: &str) -> Tuning {
    serde_json::from_str(json).unwrap_or(Tuning {
        format: 1,
        revision: String::new(),
        unspaced: NameWeights::default(),
        words: NameWeights::default(),
    })
}

impl Tuning {
    /// The weights of a [`NameJudge`](super::NameJudge): for rows that were fetched by keys, without an index that
    /// knows how common a gram is.
    ///
    /// ```
    /// use leadkit::names::{NameJudge, Tuning};
    ///
    /// let judge = NameJudge::new(Tuning { revision: "ours".into(), ..Tuning::for_rows() });
    /// assert_eq!(judge.tuning().revision, "ours");
    /// ```
    #[must_use]
    pub fn for_rows() -> Tuning {
        ROWS.clone()
    }
}

impl Default for Tuning {
    fn default() -> Tuning {
        DEFAULT.clone()
    }
}

/// Weights as arrays, for the search.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    similarity: Vector,
    ranking: Vector,
    confidence: [f64; CONFIDENCE.len()],
}

/// The surroundings of a match that its confidence depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    /// Names in the index.
    pub(super) names: usize,
    /// Bits of information in the query.
    pub(super) bits: f64,
}

/// Rows beyond this number are not counted: a caller may stop fetching here.
const MAX_ROWS: usize = 32;

/// The inputs of the confidence of a row besides its log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RowInputs {
    /// Bits of information in the query.
    pub(super) bits: f64,
    /// The names are equal.
    pub(super) equal: bool,
    /// Share of the row's characters that the query has too.
    pub(super) covered: f64,
}

impl Weights {
    pub(super) fn new(model: &NameWeights) -> Weights {
        let of = |from: &BTreeMap<String, f64>, name: &str| from.get(name).copied().unwrap_or(0.0);
        let vector = |from: &BTreeMap<String, f64>| {
            let mut out = [0.0; COUNT];
            for (slot, name) in out.iter_mut().zip(FEATURES) {
                *slot = of(from, name);
            }
            out
        };
        Weights {
            similarity: vector(&model.similarity),
            ranking: vector(&model.ranking),
            confidence: CONFIDENCE.map(|name| of(&model.confidence, name)),
        }
    }

    /// Probability that two names are one company.
    pub(super) fn similarity(&self, x: &Vector, relation: Relation) -> f64 {
        relation.bound(probability(x.iter().zip(&self.similarity).map(|(x, w)| x * w).sum()))
    }

    /// Log-odds that a name is the one meant.
    pub(super) fn ranking(&self, x: &Vector) -> f64 {
        round(x.iter().zip(&self.ranking).map(|(x, w)| x * w).sum())
    }

    /// The log-odds before the deduction for the relation: how alike the names of two companies are.
    pub(super) fn likeness(&self, x: &Vector) -> f64 {
        let own = |index: usize| x.get(index).zip(self.ranking.get(index)).map_or(0.0, |(x, w)| x * w);
        round(self.ranking(x) - own(at::RELATED) - own(at::DIFFERENT))
    }

    /// The inputs of the confidence.
    pub(super) fn inputs(
        logit: f64,
        margin: f64,
        x: &Vector,
        around: Surroundings,
    ) -> [f64; CONFIDENCE.len()] {
        let names = libm::log2(around.names.max(MIN_NAMES) as f64);
        // Scaled to the size of the other inputs, so that one ridge fits all.
        let information = (around.bits / 16.0).min(8.0);
        let [equal, covered] = [at::EQUAL, at::RECORD_CHARS].map(|i| x.get(i).copied().unwrap_or_default());
        [1.0, logit, margin.clamp(-8.0, 8.0), names, information, equal, covered, by_names(logit, names)]
    }

    /// The inputs of the confidence where the names are fetched rows. The total number of names is not known; the number
    /// that share something with the query is nearly as good.
    pub(super) fn inputs_of_row(
        logit: f64,
        margin: f64,
        row: &RowInputs,
        rows: usize,
    ) -> [f64; CONFIDENCE.len()] {
        let names = libm::log2(rows.clamp(1, MAX_ROWS) as f64);
        let information = (row.bits / 16.0).min(8.0);
        let equal = if row.equal { 1.0 } else { 0.0 };
        [1.0, logit, margin.clamp(-8.0, 8.0), names, information, equal, row.covered, 0.0]
    }

    /// Probability that a match is the one meant.
    pub(super) fn confidence(&self, inputs: &[f64; CONFIDENCE.len()]) -> f64 {
        probability(inputs.iter().zip(&self.confidence).map(|(x, w)| x * w).sum())
    }
}

/// A logit scaled by the size of the index: 0 at a thousand names (and where the size is not known), the whole logit at a
/// million.
pub(crate) fn by_names(logit: f64, names: f64) -> f64 {
    logit * (names - 10.0).max(0.0) / 10.0
}
