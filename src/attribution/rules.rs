//! Attribution as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ownership_rules::OwnershipRules;
use crate::calendar::{Span, UtcOffset};
use crate::model::RuleId;
use crate::model::open_enum::closed_enum;
use crate::rule::{Condition, Custom};
use crate::text::codes;

/// The rules of attribution: which models, and what happens to journeys before.
///
/// `Default` holds the models most teams look at side by side: first, last, linear, U-shaped, time decay with seven
/// days, Markov of order 1 and Shapley.
///
/// ```
/// use leadkit::attribution::{AttributionRules, Model};
/// use serde_json::json;
///
/// let rules = AttributionRules::load(json!({
///     "models": [
///         {"id": "last paid", "model": "last", "prefer": {"channels": ["sem", "feed"], "over": ["direct"]}},
///         {"id": "chain", "model": {"markov": {"order": 2}}},
///     ],
///     "look_back": {"days": 90},
/// }))?;
/// assert_eq!(rules.models[0].model, Model::Last);
///
/// let errors = AttributionRules::load(json!({
///     "models": [{"id": "u", "model": {"position_based": {"first": 40, "middle": 20, "last": 39.9}}}],
/// }))
/// .unwrap_err();
/// assert_eq!(errors.diagnostics()[0].path, "models[0].model.position_based");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttributionRules {
    /// Format of the document: [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The caller's name of the revision.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// The models, in the order they are reported.
    pub models: Vec<ModelRules>,
    /// Which touches before a conversion count.
    pub look_back: LookBack,
    /// Which touches count (default: all). It reads `activity.channel`, `activity.campaign` and `activity.time`, which
    /// stand for those of the touch.
    #[serde(skip_serializing_if = "Condition::is_always")]
    pub touches: Condition,
    /// How a path is shortened before it is weighed.
    pub path: PathTransform,
    /// How [`Records`](super::Records) become journeys.
    pub journeys: JourneyRules,
    /// Below how many conversions the answer says that they are few.
    pub minimum: Minimum,
    /// Intervals of models that learn; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<Bootstrap>,
    /// The local time that months are counted in, those of the ownership rule too (default: UTC).
    pub offset: UtcOffset,
}

/// One model and the channels it treats differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRules {
    /// Identifier, unique in the document; credits and errors name it.
    pub id: RuleId,
    /// How it divides a conversion among its touches.
    pub model: Model,
    /// Channels whose touches the model does not see. Here and below channels are named as touches name them, by letter and
    /// case; a [`Note`](super::Note) says so when touches have almost the same name.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ignore: BTreeSet<String>,
    /// Channels whose weight is multiplied, 0 to 1; factors count to a millionth.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub discount: BTreeMap<String, f64>,
    /// Channels whose touches make those of others count for nothing; `None` prefers none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefer: Option<Preference>,
}

impl ModelRules {
    /// A model that treats all channels alike.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, AttributionRules, Model, ModelRules};
    ///
    /// let direct = ModelRules { ignore: ["direct".into()].into(), ..ModelRules::new("last", Model::Last) };
    /// let rules = AttributionRules { models: vec![direct], ..AttributionRules::default() };
    /// assert_eq!(Attribution::compile(&rules)?.models().collect::<Vec<_>>(), ["last"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(id: impl Into<RuleId>, model: Model) -> ModelRules {
        ModelRules { id: id.into(), model, ignore: BTreeSet::new(), discount: BTreeMap::new(), prefer: None }
    }
}

/// When a journey has a touch of one of `channels`, those of `over` are not seen: paid before direct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preference {
    /// The preferred channels, as touches name them.
    pub channels: BTreeSet<String>,
    /// The channels pushed aside (default: `direct`).
    #[serde(default = "direct")]
    pub over: BTreeSet<String>,
}

fn direct() -> BTreeSet<String> {
    ["direct".to_owned()].into()
}

/// How a conversion is divided among its touches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Model {
    /// The whole conversion to the first touch.
    First,
    /// The whole conversion to the last touch.
    Last,
    /// All to the last touch outside some channels.
    LastNon(LastNonRules),
    /// Equal shares to all touches.
    Linear,
    /// Shares by place: first, middle, last (U-shaped).
    PositionBased(PositionBased),
    /// Shares by milestone: first touch, lead, opportunity, won.
    MilestoneBased(MilestoneBased),
    /// Shares that halve with each half-life before the conversion.
    TimeDecay(TimeDecay),
    /// Removal effects in a Markov chain.
    Markov(Markov),
    /// Shapley values of a game between the channels.
    Shapley(Shapley),
    /// All to the pipeline that owns the customer, when channels are pipelines.
    Ownership(OwnershipRules),
    /// A model of the host, [registered](crate::rule::Registry) under its name.
    Custom(Custom),
}

codes! {
    Model {
        Model::First => "first",
        Model::Last => "last",
        Model::LastNon(_) => "last_non",
        Model::Linear => "linear",
        Model::PositionBased(_) => "position_based",
        Model::MilestoneBased(_) => "milestone_based",
        Model::TimeDecay(_) => "time_decay",
        Model::Markov(_) => "markov",
        Model::Shapley(_) => "shapley",
        Model::Ownership(_) => "ownership",
        Model::Custom(_) => "custom",
    }
}

/// All to the last touch whose channel is not one of these; when all are, to the last touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastNonRules {
    /// The channels that do not get the conversion while another touch is on the path.
    pub channels: BTreeSet<String>,
}

/// Percentages by place, which sum to 100. Default 40, 20, 40.
///
/// One touch gets everything. Of two, each gets half of the middle besides its own share; with `renormalise` the middle is
/// left out and first and last keep their proportion. Percentages count to a millionth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PositionBased {
    /// Percentage of the first touch; 40 by default.
    pub first: f64,
    /// Percentage that the touches between share equally; 20 by default.
    pub middle: f64,
    /// Percentage of the last touch; 40 by default.
    pub last: f64,
    /// Whether two touches share in the proportion of first and last.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub renormalise: bool,
}

impl Default for PositionBased {
    fn default() -> PositionBased {
        PositionBased { first: 40.0, middle: 20.0, last: 40.0, renormalise: false }
    }
}

/// Percentages by milestone, which sum to 100. Default [`full_path`](MilestoneBased::full_path).
///
/// A milestone's touch is the last one that is not later than it, or the first when all are. Milestones that fall on
/// one touch add up. A milestone whose time is not known is left out and the others keep their proportion; so are
/// `others` when every touch is at a milestone. `won` is the end of the journey, or its last touch when that is not
/// known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MilestoneBased {
    /// Percentage of the first touch; 22.5 by default.
    pub first_touch: f64,
    /// Percentage of the touch that created the lead; 22.5 by default.
    pub lead_created: f64,
    /// Percentage of the touch that created the opportunity; 22.5 by default.
    pub opportunity_created: f64,
    /// Percentage of the touch that won it; 22.5 by default.
    pub won: f64,
    /// Percentage that all other touches share equally; 10 by default.
    pub others: f64,
}

impl Default for MilestoneBased {
    fn default() -> MilestoneBased {
        MilestoneBased::full_path()
    }
}

/// Days of 24 hours and steps that touches may be before an anchor, both ends included. Touches after the anchor
/// never count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LookBack {
    /// The moment that days are counted back from.
    pub anchor: Anchor,
    /// The most days; any number when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The most touches, the newest kept; any number when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
}

closed_enum! {
    /// The moment a look-back is counted from. One that a journey does not have falls back to its conversion, and that
    /// to its last touch.
    #[derive(Default)]
    Anchor {
        /// The end of the journey: the conversion, or when it was given up.
        #[default]
        Conversion = "conversion",
        /// When the opportunity was created.
        OpportunityCreated = "opportunity_created",
        /// When the lead was created.
        LeadCreated = "lead_created",
        /// When the order was placed.
        Order = "order",
    }
}

closed_enum! {
    /// The touches of a channel on a path that a model sees.
    #[derive(Default)]
    PathTransform {
        /// All touches, as they are.
        #[default]
        AsIs = "as_is",
        /// Each channel once, where it first occurs: the same path as `first`.
        Unique = "unique",
        /// Repeats that follow each other are one touch, the first of them.
        CollapseRepeats = "collapse_repeats",
        /// Of each channel the first touch.
        First = "first",
        /// Of each channel the last touch.
        Last = "last",
    }
}

/// Halves the weight with each half-life before the conversion. Default 7 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimeDecay {
    /// After how long a touch counts half; above zero, 7 days by default.
    pub half_life: Span,
}

impl Default for TimeDecay {
    fn default() -> TimeDecay {
        TimeDecay { half_life: Span::days(7) }
    }
}

/// A chain whose states are the last `order` channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Markov {
    /// 1 to 4 (default 1); `null` to choose by penalised AUC, as [`OrderScore`](super::OrderScore) says.
    pub order: Option<u8>,
    /// The conversions that are divided by the removal effects.
    pub divide: Division,
}

closed_enum! {
    /// The conversions that are divided by removal effects.
    #[derive(Default)]
    Division {
        /// All conversions together: a channel gets the total times its share of the effects.
        #[default]
        Total = "total",
        /// Each conversion among its own touches, each touch weighing what its channel's effect is.
        Journey = "journey",
    }
}

impl Default for Markov {
    fn default() -> Markov {
        Markov { order: Some(1), divide: Division::Total }
    }
}

/// Shapley values of a game between channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shapley {
    /// The worth of a set of channels by its conversions.
    pub game: Game,
}

closed_enum! {
    /// The worth of a set of channels.
    #[derive(Default)]
    Game {
        /// The conversions of the journeys that use no other channel. Each journey's conversions are then shared
        /// equally by its channels, whatever their number.
        #[default]
        Conversions = "conversions",
        /// The share of the journeys that use no other channel which convert; at most 20 channels.
        Rate = "rate",
    }
}

/// How records become journeys and touches get their channels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JourneyRules {
    /// The touches before the first conversion that a customer's second conversion sees.
    pub repeat: Repeat,
    /// The name of the channel of a link.
    pub utm_channel: UtmChannel,
    /// How the pipeline that owns a customer is chosen.
    pub ownership: OwnershipRules,
}

closed_enum! {
    /// What a later conversion of the same customer is credited to.
    #[derive(Default)]
    Repeat {
        /// The touches since the conversion before; conversions of one moment have the same touches. One that no new
        /// touch led to is unattributed: `full_history` credits it to the touches before.
        #[default]
        Cut = "cut",
        /// All touches up to it, those before earlier conversions included.
        FullHistory = "full_history",
    }
}

closed_enum! {
    /// What the channel of a link with campaign parameters is called.
    #[derive(Default)]
    UtmChannel {
        /// `utm_source`, such as `google`.
        #[default]
        Source = "source",
        /// `utm_medium`, or the source when there is none.
        Medium = "medium",
        /// Source and medium, such as `google / cpc`.
        SourceMedium = "source_medium",
    }
}

/// Below how many conversions figures are marked as few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Minimum {
    /// Conversions of all journeys below which a model's figures are few (default 30).
    pub model: u64,
    /// Of a channel (default 5): conversions whose journey it is part of.
    pub channel: u64,
}

impl Default for Minimum {
    fn default() -> Minimum {
        Minimum { model: 30, channel: 5 }
    }
}

/// Fewest samples an interval can be read from.
pub(super) const MIN_SAMPLES: u32 = 20;

/// Intervals from journeys drawn again with replacement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bootstrap {
    /// How often journeys are drawn: 20 to 10,000 (default 200), and together no more than takes about a minute
    /// ([`CreditError::BootstrapTooLarge`](super::CreditError::BootstrapTooLarge) says how many that are).
    pub samples: u32,
    /// The same seed gives the same intervals.
    pub seed: u64,
    /// What part of the samples the interval holds, above 0 and below 1 (default 0.95).
    pub level: f64,
}

impl Default for Bootstrap {
    fn default() -> Bootstrap {
        Bootstrap { samples: 200, seed: 0, level: 0.95 }
    }
}
