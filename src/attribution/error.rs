//! Why an attribution is not computed.

use serde::{Deserialize, Serialize};

use super::rules::MIN_SAMPLES;
use crate::model::{Currency, RuleId};
use crate::text::codes;

/// Why a journey cannot be stored. Journeys count from 0 in the order they are ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JourneyError {
    /// A touch whose channel is blank.
    #[error("touch {touch} of journey {journey} has a blank channel: name it, or leave the touch out")]
    BlankChannel {
        /// The journey's position, from 0.
        journey: usize,
        /// The touch's position in the journey, from 0.
        touch: usize,
    },
    /// A touch whose channel has the name of a place in the tables that attribution gives out.
    #[error(
        "touch {touch} of journey {journey} has the channel `{channel}`, which is a reserved name: rename it, or leave \
         the touch out"
    )]
    ReservedChannel {
        /// The journey's position, from 0.
        journey: usize,
        /// The touch's position in the journey, from 0.
        touch: usize,
        /// The channel: one of [`Journeys::RESERVED`](super::Journeys::RESERVED).
        channel: String,
    },
    /// A journey where some touches have a time and others have none.
    #[error("journey {journey} mixes touches with and without a time: give every touch a time, or none")]
    MixedTimes {
        /// The journey's position, from 0.
        journey: usize,
    },
    /// A value without a conversion that could have brought it.
    #[error("journey {journey} has a value but no conversion: count at least one, or leave the value out")]
    ValueWithoutConversion {
        /// The journey's position, from 0.
        journey: usize,
    },
    /// Two currencies in one set of journeys, or in the orders of one opportunity.
    #[error(
        "{} has an amount in {found} after amounts in {expected}: convert the amounts first",
        place(*.journey, .conversion)
    )]
    Currency {
        /// The journey's position, from 0.
        journey: usize,
        /// The conversion, when it has a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversion: Option<String>,
        /// The currency of the journeys before.
        expected: Currency,
        /// The currency of the amount that was refused.
        found: Currency,
    },
    /// The amounts together do not fit into 64-bit minor units.
    #[error(
        "the amounts up to {} exceed what 64-bit minor units hold: use a larger unit",
        place(*.journey, .conversion)
    )]
    AmountOverflow {
        /// The journey's position, from 0.
        journey: usize,
        /// The conversion, when it has a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversion: Option<String>,
    },
    /// The counts together are above 2^53, or the steps they stand for above 2^64.
    #[error("the counts up to journey {journey} are too large to be added exactly: scale them down")]
    CountOverflow {
        /// The journey's position, from 0.
        journey: usize,
    },
    /// Copies of earlier touches that are out of proportion to the touches themselves.
    #[error(
        "journey {journey} would repeat the touches before it once more, and {copies} touches are copies already: cut the \
         history after each conversion"
    )]
    HistoryTooLong {
        /// The journey's position, from 0.
        journey: usize,
        /// Touches of all journeys so far that are copies of earlier ones.
        copies: usize,
    },
    /// More than 2^32 − 1 touches, journeys or names.
    #[error("journey {journey} is one too many: at most 4294967295 touches fit into one set; split it")]
    TooManyTouches {
        /// The journey's position, from 0.
        journey: usize,
    },
}

/// A journey, and its conversion when it has a name.
fn place(journey: usize, conversion: &Option<String>) -> String {
    match conversion {
        Some(conversion) => format!("journey {journey} (conversion `{conversion}`)"),
        None => format!("journey {journey}"),
    }
}

/// Why a model gives no answer for these journeys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CreditError {
    /// A rule reads times, but the journey has none.
    #[error("journey {journey} has no times, which {what} needs: give its touches times")]
    NoTimes {
        /// The journey's position, from 0.
        journey: usize,
        /// The part of the rules that reads times, for the message.
        what: std::borrow::Cow<'static, str>,
    },
    /// A custom model gave a weight that is negative or not a number.
    #[error(
        "touch {touch} of journey {journey} got the weight {weight}: a weight must be at least 0 and finite"
    )]
    BadWeight {
        /// The journey's position, from 0.
        journey: usize,
        /// The touch's position in the journey, from 0.
        touch: usize,
        /// The weight as text, because JSON has no NaN.
        weight: String,
    },
    /// More channels than the exact computation of a general game can hold.
    #[error(
        "the game needs every subset of {channels} channels, and at most {most} channels are supported: group channels"
    )]
    TooManyChannels {
        /// Number of channels in the journeys.
        channels: usize,
        /// The highest number of channels supported.
        most: usize,
    },
    /// A chain whose removal effects take too much work.
    #[error(
        "removing each of {channels} channels from a chain of {transitions} transitions takes too much work: {}group \
         rare channels",
        lower(*.order)
    )]
    ChainTooLarge {
        /// Number of channels in the journeys.
        channels: usize,
        /// Number of transitions in the chain.
        transitions: usize,
        /// Order of the chain, 1 to 4: how many touches a state holds.
        order: u8,
    },
    /// The iteration did not reach the promised precision.
    #[error(
        "the removal effect of `{channel}` is only known to within {error}: {}keep fewer steps of each journey \
         (`look_back.steps`)",
        lower(*.order)
    )]
    NotConverged {
        /// The channel whose removal effect is uncertain.
        channel: String,
        /// How far off the effect may be, as text.
        error: String,
        /// Order of the chain, 1 to 4.
        order: u8,
    },
    /// Intervals that take too much work.
    #[error("{samples} bootstrap samples of these journeys take too much work: {}", fewer(*.most))]
    BootstrapTooLarge {
        /// Number of samples that the rules ask for.
        samples: u32,
        /// The highest number that is possible; below the range of the rules when no interval is possible at all.
        most: u32,
    },
    /// A division of learnt credits that takes too much work.
    #[error(
        "dividing {conversions} conversions among {parts} {} each takes too much work: {}",
        if *.by_campaign { "campaigns of channels" } else { "channels" },
        if *.by_campaign { "roll up without `campaign`, or group rare campaigns" } else { "group rare channels" }
    )]
    AllocationTooLarge {
        /// Number of conversions to divide.
        conversions: u64,
        /// The number of parts that each is divided into.
        parts: u64,
        /// Whether the parts are campaigns of channels.
        by_campaign: bool,
    },
    /// A custom model returned an error.
    #[error("the model failed: {message}")]
    Custom {
        /// The text of that error.
        message: String,
    },
}

codes! {
    CreditError {
        CreditError::NoTimes { .. } => "no_times",
        CreditError::BadWeight { .. } => "bad_weight",
        CreditError::TooManyChannels { .. } => "too_many_channels",
        CreditError::ChainTooLarge { .. } => "chain_too_large",
        CreditError::NotConverged { .. } => "not_converged",
        CreditError::BootstrapTooLarge { .. } => "bootstrap_too_large",
        CreditError::AllocationTooLarge { .. } => "allocation_too_large",
        CreditError::Custom { .. } => "custom",
    }
}

/// What helps a chain first; nothing is below order 1.
fn lower(order: u8) -> String {
    if order > 1 { format!("lower the order from {order}, or ") } else { String::new() }
}

fn fewer(most: u32) -> String {
    if most >= MIN_SAMPLES {
        format!("ask for at most {most}")
    } else {
        "leave `bootstrap` out, or group rare channels".to_owned()
    }
}

impl CreditError {
    /// An error of a custom model.
    ///
    /// ```
    /// use leadkit::attribution::CreditError;
    ///
    /// let error = CreditError::custom("no weights for `fax`");
    /// assert_eq!(error.to_string(), "the model failed: no weights for `fax`");
    /// ```
    #[must_use]
    pub fn custom(message: impl Into<String>) -> CreditError {
        CreditError::Custom { message: message.into() }
    }
}

/// Why an attribution was not computed: the model, and what is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
#[error("model `{model}`: {error}")]
pub struct AttributionError {
    /// The model's id in the rules.
    pub model: RuleId,
    /// Why that model has no answer.
    #[source]
    pub error: CreditError,
}
