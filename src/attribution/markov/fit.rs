//! The findings of a fitted chain.

use serde::{Deserialize, Serialize};

/// Highest order.
pub(in crate::attribution) const MAX_ORDER: u8 = 4;

/// Results of a Markov model in addition to the credits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MarkovFit {
    /// The order of the chain, 1 to 4.
    pub order: u8,
    /// States that occur, the start included.
    pub states: usize,
    /// Number of different transitions that occur between states.
    pub transitions: usize,
    /// Probability that the chain converts; it equals the rate of the journeys that have a path.
    pub conversion_probability: f64,
    /// Whether the value is shared by the effects on conversions, because effects on the value are not all at least
    /// zero: refunds do that.
    pub value_by_conversions: bool,
    /// How each order did, when the order was chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<OrderScore>,
}

/// One entry of the transition matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MarkovTransition {
    /// The state it leaves: `(start)`, or its channels from the oldest to the newest with ` > ` between. From order 2 on
    /// a channel with a `>` or a `"` in its name stands in quotes, so that no two states have one name.
    pub from: String,
    /// The state it reaches: channels, `(conversion)` or `(null)`.
    pub to: String,
    /// Probability of the transition, above 0 and at most 1.
    pub probability: f64,
    /// Number of times that journeys take it.
    pub count: u64,
}

/// How well the chain of one order separates journeys that convert from those that do not: journeys are ranked by how often
/// those that ended in the same state convert. 0.5 separates nothing, 1 everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderScore {
    /// The order that was tried, 1 to 4.
    pub order: u8,
    /// Area under the ROC curve, journeys ranked by their own state: a chain with a state for each journey has 1 without
    /// having learnt anything. `None` when all journeys convert, or none.
    pub auc: Option<f64>,
    /// The same area without what is only learnt by heart: of each pair of a conversion and a null both are left out
    /// of the rates they are ranked by (leave-pair-out), and a state that has no other journey says what all do. A
    /// higher order is chosen when it raises this by more than three standard errors of an area that distinguishes nothing
    /// apart, `sqrt((a + b + 1) / 12·a·b)` of `a` conversions and `b` nulls, and by more than 0.01.
    pub penalised_auc: Option<f64>,
}

/// The result that remains when a channel is removed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Remaining {
    /// Probability to convert.
    pub(super) conversions: f64,
    /// Expected value of a journey.
    pub(super) value: f64,
}
