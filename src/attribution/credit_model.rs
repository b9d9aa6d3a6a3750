//! The interface of a model.

use std::fmt;

use super::error::CreditError;
use super::journeys::Journey;
use super::markov::MarkovFit;
use super::names::Names;

/// A rule that divides a conversion among the touches that led to it.
///
/// Built-in models implement it, and so do a host's own, registered with
/// [`Registry::credit_model`](crate::rule::Registry::credit_model) and named in rules as
/// `{"custom": {"name": "…", "params": {…}}}`; the [module docs](super) show one. A model must be pure: the same
/// journey gives the same weights.
///
/// Nothing bounds the number of channels, which strangers may swell by links of their own, so a model bounds what it
/// does: what takes longer than O(channels) in addition to the look at each touch counts [`Paths::channels`] first and
/// refuses with [`CreditError::TooManyChannels`] or [`CreditError::Custom`] what it cannot do, as built-in models do. `fit`
/// is
/// called once for a credit and once more for each sample of a bootstrap, whose limit counts only the look at touches
/// and channels, because what else a host's model does is not known.
pub trait CreditModel: Send + Sync + fmt::Debug {
    /// Writes a weight for each touch: at least 0, finite, in any unit, because only their proportion counts.
    ///
    /// `weights` is as long as the journey, which has at least one touch, and holds zeros. When all stay zero the
    /// conversion is unattributed. Whole numbers up to 2^53 are divided exactly when money is allocated.
    ///
    /// # Errors
    /// When the model cannot weigh the journey; nothing is credited then.
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError>;

    /// Learns from all journeys, when the model is one that does: the weight of each channel, by
    /// [`Journey::channel_number`]. Each channel is then credited with its share of all conversions, and
    /// [`weigh`](CreditModel::weigh) is not called. The default learns nothing.
    ///
    /// # Errors
    /// When the model cannot be fitted to these journeys.
    fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
        let _ = paths;
        Ok(None)
    }
}

/// The paths a model is fitted to: journeys after look-back, filter and transform, empty ones left out.
pub struct Paths<'a> {
    pub(super) names: &'a Names,
    #[expect(clippy::type_complexity, reason = "a callback that hands each path to a callback")]
    pub(super) each: &'a dyn Fn(&mut dyn FnMut(&Path<'_>)) -> Result<(), CreditError>,
}

impl fmt::Debug for Paths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paths").field("channels", &self.channels()).finish_non_exhaustive()
    }
}

/// One path and how often it was taken.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Path<'a> {
    /// The touches on the path, in order.
    pub journey: Journey<'a>,
    /// Conversions: those of the journey, or of a resample of it.
    pub conversions: u64,
    /// Number of journeys on this path that did not convert.
    pub nulls: u64,
    /// The value of the conversions, in minor units.
    pub value: f64,
}

impl Paths<'_> {
    /// The number of channels: [`Journey::channel_number`] is below it.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.names.len()
    }

    /// The name of a channel by its number.
    ///
    /// ```
    /// # use leadkit::attribution::{
    /// #     Attribution, Conversion, CreditError, CreditModel, Fit, Journey, Journeys, Paths, Step,
    /// # };
    /// # use leadkit::rule::Registry;
    /// # #[derive(Debug)]
    /// # struct Ours;
    /// # impl CreditModel for Ours {
    /// #     fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
    /// #         weights.fill(1.0);
    /// #         Ok(())
    /// #     }
    /// fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
    ///     let names: Vec<&str> = (0..paths.channels()).filter_map(|number| paths.channel(number)).collect();
    ///     assert_eq!(names, ["sem", "mail"]);
    ///     Ok(None)
    /// }
    /// # }
    /// # let registry = Registry::new().credit_model("ours", |_| Ok(std::sync::Arc::new(Ours)));
    /// # let rules = serde_json::json!({"models": [{"id": "ours", "model": {"custom": {"name": "ours"}}}]});
    /// # let mut journeys = Journeys::new();
    /// # for channel in ["sem", "mail"] {
    /// #     journeys.push(Step { channel, ..Step::default() })?;
    /// # }
    /// # journeys.end_journey(&Conversion::default())?;
    /// # let credits = Attribution::load_with(rules, &registry)?.credit(&journeys)?;
    /// # assert_eq!(credits.models()[0].channel("mail").unwrap().conversions, 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn channel(&self, number: usize) -> Option<&str> {
        u32::try_from(number).ok().and_then(|number| self.names.text(number))
    }

    /// Shows every path, in the order of the journeys. O(touches).
    ///
    /// ```
    /// # use leadkit::attribution::{
    /// #     Attribution, Conversion, CreditError, CreditModel, Fit, Journey, Journeys, Paths, Step,
    /// # };
    /// # use leadkit::rule::Registry;
    /// # #[derive(Debug)]
    /// # struct Ours;
    /// # impl CreditModel for Ours {
    /// #     fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
    /// #         weights.fill(1.0);
    /// #         Ok(())
    /// #     }
    /// fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
    ///     // A channel weighs as much as conversions went through it.
    ///     let mut weights = vec![0.0; paths.channels()];
    ///     paths.visit(&mut |path| {
    ///         for touch in 0..path.journey.len() {
    ///             if let Some(channel) = path.journey.channel_number(touch) {
    ///                 weights[channel] += path.conversions as f64;
    ///             }
    ///         }
    ///     })?;
    ///     Ok(Some(Fit::new(weights)))
    /// }
    /// # }
    /// # let registry = Registry::new().credit_model("ours", |_| Ok(std::sync::Arc::new(Ours)));
    /// # let rules = serde_json::json!({"models": [{"id": "ours", "model": {"custom": {"name": "ours"}}}]});
    /// # let mut journeys = Journeys::new();
    /// # for channel in ["sem", "mail"] {
    /// #     journeys.push(Step { channel, ..Step::default() })?;
    /// # }
    /// # journeys.end_journey(&Conversion::default())?;
    /// # let credits = Attribution::load_with(rules, &registry)?.credit(&journeys)?;
    /// # assert_eq!(credits.models()[0].channel("mail").unwrap().conversions, 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a rule needs times that a journey does not have.
    pub fn visit(&self, visit: &mut dyn FnMut(&Path<'_>)) -> Result<(), CreditError> {
        (self.each)(visit)
    }
}

/// The result of learning: weights of channels.
#[derive(Debug, Clone, Default)]
pub struct Fit {
    /// By channel number: the weight for conversions.
    pub(super) conversions: Vec<f64>,
    /// By channel number: the weight for value.
    pub(super) values: Vec<f64>,
    /// By channel number: the effect that is shown with the weight, if the two differ.
    pub(super) effects: Option<Vec<f64>>,
    /// The same of the weight for value.
    pub(super) value_effects: Option<Vec<f64>>,
    pub(super) markov: Option<MarkovFit>,
    /// Whether each conversion is divided among its own touches instead of all conversions among all channels.
    pub(super) by_journey: bool,
    /// What learning took in addition to looking at every touch, in units of some 5 ns; of a host's model it is not known.
    pub(super) work: u64,
}

impl Fit {
    /// One weight a channel, for conversions and value alike; at least 0 and finite.
    ///
    /// ```
    /// # use leadkit::attribution::{
    /// #     Attribution, Conversion, CreditError, CreditModel, Fit, Journey, Journeys, Paths, Step,
    /// # };
    /// # use leadkit::rule::Registry;
    /// # #[derive(Debug)]
    /// # struct Ours;
    /// # impl CreditModel for Ours {
    /// #     fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
    /// #         weights.fill(1.0);
    /// #         Ok(())
    /// #     }
    /// fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
    ///     Ok(Some(Fit::new(vec![1.0; paths.channels()])))
    /// }
    /// # }
    /// # let registry = Registry::new().credit_model("ours", |_| Ok(std::sync::Arc::new(Ours)));
    /// # let rules = serde_json::json!({"models": [{"id": "ours", "model": {"custom": {"name": "ours"}}}]});
    /// # let mut journeys = Journeys::new();
    /// # for channel in ["sem", "mail"] {
    /// #     journeys.push(Step { channel, ..Step::default() })?;
    /// # }
    /// # journeys.end_journey(&Conversion::default())?;
    /// # let credits = Attribution::load_with(rules, &registry)?.credit(&journeys)?;
    /// # assert_eq!(credits.models()[0].channel("mail").unwrap().conversions, 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(weights: Vec<f64>) -> Fit {
        Fit { values: weights.clone(), conversions: weights, ..Fit::default() }
    }
}
