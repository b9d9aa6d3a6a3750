//! Attribution: which marketing brought a customer, and how much of it.
//!
//! [`Journeys`] hold ordered touches and how each journey ended. [`Attribution`], compiled from [`AttributionRules`],
//! divides every conversion among the touches that led to it, by any number of models side by side:
//!
//! * [`credit`](Attribution::credit) gives real numbers by channel, with the caveats that a reader must know: too few
//!   conversions, removal effects, bootstrap intervals. The warning about too few accompanies every other figure too;
//! * [`allocate`](Attribution::allocate) gives the value to the last minor unit, rolled up by channel, campaign, month,
//!   pipeline or conversion, so that every roll-up sums to the same total;
//!   [`credit_and_allocate`](Attribution::credit_and_allocate) does both and learns once;
//! * [`report`](Attribution::report) compares costs with credits, and an [`Allocation`] proposes a budget and partner
//!   shares;
//! * [`journeys`](Attribution::journeys) assembles the journeys from a host's records: each touch once, for the
//!   customer it belongs to. A host keeps a [`Visit`] as it files a lead, because a merge writes over how the lead
//!   came.
//!
//! Who owns a customer, one pipeline and no other, is decided by [`OwnershipRules`].
//!
//! # Models
//!
//! | [`Model`] | a conversion goes |
//! |---|---|
//! | `first`, `last` | to one touch |
//! | `last_non` | to the last touch outside some channels, such as `direct` |
//! | `linear` | to all touches equally |
//! | `position_based` | 40 % to the first, 40 % to the last, 20 % to those between |
//! | `milestone_based` | to the touches that made the lead, the opportunity and the deal |
//! | `time_decay` | half as much to a touch that is a half-life older |
//! | `markov` | to channels by their removal effect in an absorbing chain of order 1 to 4 |
//! | `shapley` | to channels by their Shapley value |
//! | `ownership` | to the pipeline that owns the customer |
//! | `custom` | where a [`CreditModel`] of the host says |
//!
//! Before a model weighs a journey, touches after the anchor or before the look-back are dropped, then those that the
//! condition refuses, then channels that the model ignores or that another displaces; then the path is shortened. A
//! conversion without any touch left is *unattributed*.
//!
//! A Markov model is exact: removal effects come from the fundamental matrix up to 512 states and from an iteration with a
//! bound of the error beyond, never from simulation or from the observed paths alone. `markov` and `shapley` with the game
//! of rates learn from all journeys: their credit of a channel is the total times the channel's share. Where one journey
//! must be divided by them ([`shares`](Attribution::shares), [`touch_credits`](Attribution::touch_credits)) its touches
//! share in proportion to their channels' weights, and the sums of that are not the channel's credit, unless the rules say
//! [`Division::Journey`]: then credits are those sums. What is learnt from four weeks is not the sum of what is learnt from
//! each: the weeks of such a model do not add up to the month. Credit the month, and let
//! [`allocate`](Attribution::allocate) roll it up. Touches of channels about which nothing was learnt count alike;
//! discounts come after, so a channel discounted to 0 gets nothing, and a conversion that only such channels brought is
//! unattributed.
//!
//! # Cookbook
//!
//! From events to a report:
//!
//! ```
//! use leadkit::attribution::{Attribution, AttributionRules, Conversion, Journeys};
//! use leadkit::model::{Currency, Money};
//!
//! let attribution = Attribution::compile(&AttributionRules::b2c())?;
//! let mut journeys = Journeys::new();
//! let day = |day: u32| format!("2026-03-{day:02}T09:00:00Z").parse().unwrap();
//! journeys.push_touch("sem", day(1))?;
//! journeys.push_touch("live", day(8))?;
//! journeys.push_touch("direct", day(9))?;
//! journeys.end_journey(&Conversion {
//!     value: Some(Money::new(100_00, Currency::CNY)),
//!     at: Some(day(10)),
//!     ..Conversion::default()
//! })?;
//! let costs = [("sem".to_owned(), Money::new(20_00, Currency::CNY))].into();
//! let report = attribution.report(&journeys, &costs, 1.0)?;
//! let sem = report.rows.iter().find(|row| row.channel == "sem").unwrap();
//! let linear = report.models.iter().position(|one| one.model.as_str() == "linear").unwrap();
//! assert_eq!(sem.models[linear].value, Money::new(33_34, Currency::CNY));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A model of the host: a touch weighs as much as its channel costs in attention, and rules say how much.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! use leadkit::attribution::{
//!     Attribution, Conversion, CreditError, CreditModel, Journey, Journeys, Step,
//! };
//! use leadkit::rule::Registry;
//! use serde_json::json;
//!
//! #[derive(Debug)]
//! struct Attention(BTreeMap<String, f64>);
//!
//! impl CreditModel for Attention {
//!     fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
//!         for (touch, weight) in weights.iter_mut().enumerate() {
//!             let channel = journey.channel(touch).unwrap_or_default();
//!             *weight = self.0.get(channel).copied().unwrap_or(1.0);
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let registry = Registry::new().credit_model("attention", |params| {
//!     let minutes = serde_json::from_value(params.clone()).map_err(|error| error.to_string())?;
//!     Ok(Arc::new(Attention(minutes)))
//! });
//! let rules = json!({"models": [
//!     {"id": "attention", "model": {"custom": {"name": "attention", "params": {"expo": 6, "live": 3}}}},
//! ]});
//! let attribution = Attribution::load_with(rules.clone(), &registry)?;
//!
//! let mut journeys = Journeys::new();
//! for channel in ["sem", "expo", "live"] {
//!     journeys.push(Step { channel, ..Step::default() })?;
//! }
//! journeys.end_journey(&Conversion::default())?;
//! let credits = attribution.credit(&journeys)?;
//! assert_eq!(credits.model("attention").unwrap().channel("expo").unwrap().conversions, 0.6);
//! assert!(Attribution::load(rules).is_err(), "built-in models only");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Bounds: 2³² − 1 touches, counts of 2⁵³ and amounts of 2⁶³ minor units together; see [`JourneyError`].

mod allocation;
mod arrivals;
mod assemble;
mod beside;
mod bootstrap;
mod by_channel;
mod by_place;
mod cents;
mod channel;
mod compile;
mod conversions;
mod copies;
mod credit_model;
mod credits;
mod engine;
mod error;
mod journeys;
mod key_owners;
mod links;
mod markov;
mod models;
mod names;
mod ownership;
mod ownership_rules;
mod path;
mod pay_all;
mod person_keys;
mod preset;
mod random;
mod records;
mod registry;
mod report;
mod rows;
mod rules;
mod run;
mod sets;
mod shapley;
mod shown;
mod spread;
mod sums;
mod touches_of;
mod visit;

pub use allocation::{Allocation, TouchCredit, UnattributedValue};
pub use channel::share_channel;
pub(crate) use compile::check_ownership;
pub use credit_model::{CreditModel, Fit, Path, Paths};
pub use credits::{ChannelCredit, Credits, Interval, ModelCredits, ModelShares, Note, Unattributed};
pub use engine::Attribution;
pub use error::{AttributionError, CreditError, JourneyError};
pub use journeys::{Conversion, Journey, Journeys, Step};
pub use markov::{MarkovFit, MarkovTransition, OrderScore};
pub use ownership::{Disregard, Entry, Ownership, OwnershipReason};
pub use ownership_rules::{OwnershipMethod, OwnershipRules};
pub use records::{Assembled, AssembledTouch, CustomerJourney, Origin, Records};
pub use report::{ChannelReport, Figures, ReportError, ReportModel, ReportRow, channel_costs};
pub use rows::{AllocationRow, Dimension};
pub use rules::{
    Anchor, AttributionRules, Bootstrap, Division, Game, JourneyRules, LastNonRules, LookBack, Markov,
    MilestoneBased, Minimum, Model, ModelRules, PathTransform, PositionBased, Preference, Repeat, Shapley,
    TimeDecay, UtmChannel,
};
pub use shapley::shapley_values;
pub use touches_of::touches_of;
pub use visit::Visit;
