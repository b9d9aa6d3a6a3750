//! The credits of channels.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::markov::MarkovFit;
use crate::model::{Money, RuleId};
use crate::rule::RulesVersion;
use crate::text::{Code, codes};

/// The credits of all models side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Credits {
    pub(super) version: RulesVersion,
    pub(super) conversions: u64,
    pub(super) nulls: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Money>,
    pub(super) models: Vec<ModelCredits>,
}

impl Credits {
    /// The rules they were computed by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// Number of conversions in all journeys.
    #[must_use]
    pub fn conversions(&self) -> u64 {
        self.conversions
    }

    /// Number of journeys that did not convert.
    #[must_use]
    pub fn nulls(&self) -> u64 {
        self.nulls
    }

    /// The value of all conversions; `None` when no journey has a value.
    #[must_use]
    pub fn value(&self) -> Option<Money> {
        self.value
    }

    /// One entry a model, in the order of the rules.
    #[must_use]
    pub fn models(&self) -> &[ModelCredits] {
        &self.models
    }

    /// The credits of a model by its id.
    ///
    /// ```
    /// # use leadkit::attribution::{Attribution, Conversion, Journeys, Step};
    /// # use leadkit::model::{Currency, Money};
    /// # use serde_json::json;
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mut journeys = Journeys::new();
    /// # for (channel, time) in [("sem", "2026-03-01T08:00:00Z"), ("mail", "2026-03-02T08:00:00Z")] {
    /// #     journeys.push(Step { channel, campaign: Some("spring"), time: Some(at(time)) })?;
    /// # }
    /// # let value = Some(Money::new(10_000, Currency::CNY));
    /// # journeys.end_journey(&Conversion { value, ..Conversion::default() })?;
    /// # let attribution = Attribution::load(json!({"models": [{"id": "linear", "model": "linear"}]}))?;
    /// let credits = attribution.credit(&journeys)?;
    /// assert_eq!(credits.model("linear").unwrap().conversions, 1);
    /// assert!(credits.model("markov").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn model(&self, id: &str) -> Option<&ModelCredits> {
        self.models.iter().find(|model| model.model.as_str() == id)
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, model) in self.models.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{model}")?;
        }
        Ok(())
    }
}

/// The credits of one model, by channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelCredits {
    /// The model's id in the rules.
    pub model: RuleId,
    /// The kind of the model, such as `position_based`.
    pub code: Code,
    /// Number of conversions in all journeys.
    pub conversions: u64,
    /// All channels of the journeys, by name; a channel that gets nothing too.
    pub channels: Vec<ChannelCredit>,
    /// The part that is credited to no channel.
    pub unattributed: Unattributed,
    /// Caveats that a reader of the figures must know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The findings of a Markov model besides the credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markov: Option<MarkovFit>,
}

impl ModelCredits {
    /// The credit of a channel. O(log channels).
    ///
    /// ```
    /// # use leadkit::attribution::{Attribution, Conversion, Journeys, Step};
    /// # use leadkit::model::{Currency, Money};
    /// # use serde_json::json;
    /// # let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    /// # let mut journeys = Journeys::new();
    /// # for (channel, time) in [("sem", "2026-03-01T08:00:00Z"), ("mail", "2026-03-02T08:00:00Z")] {
    /// #     journeys.push(Step { channel, campaign: Some("spring"), time: Some(at(time)) })?;
    /// # }
    /// # let value = Some(Money::new(10_000, Currency::CNY));
    /// # journeys.end_journey(&Conversion { value, ..Conversion::default() })?;
    /// # let attribution = Attribution::load(json!({"models": [{"id": "linear", "model": "linear"}]}))?;
    /// // One conversion by way of `sem` and `mail`.
    /// let credits = attribution.credit(&journeys)?;
    /// let linear = credits.model("linear").unwrap();
    /// assert_eq!(linear.channel("mail").unwrap().conversions, 0.5);
    /// assert!(linear.channel("expo").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<&ChannelCredit> {
        let found = self.channels.binary_search_by(|credit| credit.channel.as_str().cmp(name)).ok()?;
        self.channels.get(found)
    }
}

impl fmt::Display for ModelCredits {
    /// One sentence: how many conversions, what to be careful about, and the channels from the most to the least.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.conversions == 1 { "" } else { "s" };
        write!(f, "{}: {} conversion{plural}", self.model, self.conversions)?;
        write_notes(f, &self.notes, self.conversions)?;
        let mut ranked: Vec<&ChannelCredit> =
            self.channels.iter().filter(|one| one.conversions > 0.0).collect();
        // Rounded before they are ranked, so that noise in the last digit decides nothing.
        let rank = |one: &ChannelCredit| libm::rint(one.conversions * 1e9);
        ranked.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| a.channel.cmp(&b.channel)));
        for (index, one) in ranked.iter().enumerate() {
            write!(f, "{} {} {:.2}", if index == 0 { ";" } else { "," }, one.channel, one.conversions)?;
            if let Some(interval) = &one.interval {
                write!(f, " ({:.2} to {:.2})", interval.low, interval.high)?;
            }
            if one.is_few {
                f.write_str(" (few)")?;
            }
        }
        if self.unattributed.conversions > 0.0 {
            write!(f, "; unattributed {:.2}", self.unattributed.conversions)?;
        } else if self.unattributed.value != 0.0 {
            f.write_str("; a part of the value unattributed")?;
        }
        Ok(())
    }
}

/// Writes notes behind the number of conversions.
pub(super) fn write_notes(f: &mut fmt::Formatter<'_>, notes: &[Note], conversions: u64) -> fmt::Result {
    notes.iter().try_for_each(|note| match note {
        // When every conversion is attributed, only the minimum can be news.
        Note::FewConversions { have, need } if *have == conversions => write!(f, ", fewer than {need}"),
        note => write!(f, ", {note}"),
    })
}

/// The credit of a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChannelCredit {
    /// The channel, as touches name it.
    pub channel: String,
    /// Conversions credited to it, a real number of 0 or more.
    pub conversions: f64,
    /// Value in minor units, a real number; [`allocate`](super::Attribution::allocate) gives whole ones.
    pub value: f64,
    /// The removal effect of a Markov model, or the Shapley value of a general game.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<f64>,
    /// The same for value, which `value` is shared by; missing when value is shared like conversions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_effect: Option<f64>,
    /// Whether fewer conversions than the minimum have the channel on their path.
    pub is_few: bool,
    /// The bootstrap interval of `conversions`, of data-driven models: those that learn, and Shapley.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// A bootstrap interval of credited conversions, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Interval {
    /// Lower end, in conversions.
    pub low: f64,
    /// Upper end, in conversions.
    pub high: f64,
}

/// Conversions without a touch that a model sees.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unattributed {
    /// Conversions, a real number.
    pub conversions: f64,
    /// Their value in minor units, a real number.
    pub value: f64,
}

/// Caveats that a reader of the figures must know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Note {
    /// There are too few conversions for the figures to mean much.
    FewConversions {
        /// Conversions that channels are credited with; those that are unattributed do not count.
        have: u64,
        /// The minimum that the rules set for a model.
        need: u64,
    },
    /// The value is shared like the conversions, because refunds leave no effect on it to share by.
    ValueByConversions,
    /// Some channels lower the conversion rate; they are credited with nothing.
    NegativeEffects {
        /// The lowest of these effects, below 0.
        least: f64,
    },
    /// The condition on touches failed, and the touches were kept.
    FilterFaults {
        /// Number of touches for which the condition failed.
        touches: u64,
        /// The first failure, as an English sentence.
        message: String,
    },
    /// The time of a milestone that has a weight is not known for some conversions, which share by the others.
    UnknownMilestone {
        /// The milestone, as the rules call it.
        milestone: std::borrow::Cow<'static, str>,
        /// Number of conversions without the milestone's time.
        conversions: u64,
    },
    /// The rules of the model name a channel that no touch has, and touches have one that is called almost the same.
    UnlikeName {
        /// The channel as the rules write it.
        named: String,
        /// The channel as touches write it.
        found: String,
    },
}

codes! {
    Note {
        Note::FewConversions { .. } => "few_conversions",
        Note::ValueByConversions => "value_by_conversions",
        Note::NegativeEffects { .. } => "negative_effects",
        Note::FilterFaults { .. } => "filter_faults",
        Note::UnknownMilestone { .. } => "unknown_milestone",
        Note::UnlikeName { .. } => "unlike_name",
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::FewConversions { have, need } => write!(f, "{have} attributed, fewer than {need}"),
            Note::ValueByConversions => f.write_str("value shared like conversions"),
            Note::NegativeEffects { .. } => f.write_str("channels with a negative effect get nothing"),
            Note::FilterFaults { touches, message } => {
                write!(f, "the condition failed for {touches} touches, which are kept ({message})")
            }
            Note::UnknownMilestone { milestone, conversions } => {
                write!(f, "{milestone} unknown for {conversions}")
            }
            Note::UnlikeName { named, found } => {
                write!(f, "no touch has the channel `{named}`, but some have `{found}`")
            }
        }
    }
}

/// How a model divides one journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelShares {
    /// The model's id in the rules.
    pub model: RuleId,
    /// The share of each touch, in the order of the journey, 0 to 1.
    pub shares: Vec<f64>,
}
