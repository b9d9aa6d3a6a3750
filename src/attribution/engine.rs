//! The engine: journeys in, credits out.

use super::bootstrap;
use super::by_channel::Learnt;
use super::credits::{ChannelCredit, Credits, ModelCredits, ModelShares, Unattributed};
use super::error::{AttributionError, CreditError};
use super::journeys::{Journey, Journeys};
use super::markov::{self, MarkovTransition};
use super::path::{Preparation, Scratch};
use super::rules::{Bootstrap, JourneyRules, LookBack, Minimum, PathTransform};
use super::run::{Compiled, Kind, Run, as_taken};
use super::sums::{PIECE, Sums, sum_of};
use crate::calendar::UtcOffset;
use crate::rule::{Predicate, RulesVersion};

/// Compiled rules of attribution. Cheap to share: use it by reference from any number of threads.
///
/// ```
/// use leadkit::attribution::{Attribution, Conversion, Journeys, Step};
/// use serde_json::json;
///
/// let attribution = Attribution::load(json!({"models": [
///     {"id": "first", "model": "first"},
///     {"id": "linear", "model": "linear"},
/// ]}))?;
/// let mut journeys = Journeys::new();
/// for channel in ["sem", "live", "mail", "mail"] {
///     journeys.push(Step { channel, ..Step::default() })?;
/// }
/// journeys.end_journey(&Conversion::default())?;
///
/// let credits = attribution.credit(&journeys)?;
/// let linear = credits.model("linear").unwrap();
/// assert_eq!(linear.channel("mail").unwrap().conversions, 0.5);
/// assert!(linear.to_string().starts_with("linear: 1 conversion, fewer than 30"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Attribution {
    pub(super) version: RulesVersion,
    pub(super) models: Vec<Compiled>,
    pub(super) look_back: LookBack,
    pub(super) filter: Option<Predicate>,
    pub(super) path: PathTransform,
    pub(super) journeys: JourneyRules,
    pub(super) minimum: Minimum,
    pub(super) bootstrap: Option<Bootstrap>,
    pub(super) offset: UtcOffset,
}

impl Attribution {
    /// The ids of the models, in the order they are reported.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(|model| model.rules.id.as_str())
    }

    /// The same rules with one of the models; `None` when none has that id. The version stays that of all the rules.
    ///
    /// Where one model cannot weigh the journeys, the others can when each works by itself:
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, AttributionRules, Conversion, Journeys, Step};
    ///
    /// let attribution = Attribution::compile(&AttributionRules::default())?;
    /// let mut journeys = Journeys::new();
    /// journeys.push(Step { channel: "sem", ..Step::default() })?;
    /// journeys.end_journey(&Conversion::default())?;
    ///
    /// assert!(attribution.credit(&journeys).is_err(), "time decay needs times");
    /// let mut refused = Vec::new();
    /// for model in attribution.models() {
    ///     match attribution.only(model).unwrap().credit(&journeys) {
    ///         Ok(credits) => assert_eq!(credits.models()[0].channel("sem").unwrap().conversions, 1.0),
    ///         Err(error) => refused.push(error.model.to_string()),
    ///     }
    /// }
    /// assert_eq!(refused, ["time_decay"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn only(&self, model: &str) -> Option<Attribution> {
        let model = self.models.iter().find(|one| one.rules.id.as_str() == model)?;
        Some(Attribution {
            models: vec![model.clone()],
            version: self.version.clone(),
            filter: self.filter.clone(),
            journeys: self.journeys.clone(),
            ..*self
        })
    }

    /// The version of the rules that it was compiled from; reports echo it.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// One model at work on a set of journeys.
    pub(super) fn run<'a>(&'a self, model: &'a Compiled, journeys: &'a Journeys) -> Run<'a> {
        let preparation =
            Preparation::new(journeys, self.look_back, self.filter.as_ref(), self.path, &model.rules);
        Run::new(model, journeys, preparation)
    }

    /// Lets every model work; the first that cannot is named.
    pub(super) fn each_model<T>(
        &self,
        journeys: &Journeys,
        mut work: impl FnMut(&Run<'_>) -> Result<T, CreditError>,
    ) -> Result<Vec<T>, AttributionError> {
        self.models.iter().map(|model| named(model, work(&self.run(model, journeys)))).collect()
    }

    /// Credits every channel by every model, in real numbers. The shares of a conversion sum to 1 within 1e-12.
    ///
    /// Models of single journeys take O(touches). A Markov chain takes O(touches) to count and up to O(states³) to
    /// solve up to 512 states, beyond that some dozen sweeps over transitions × channels, which are refused where they
    /// would take longer than about two seconds ([`CreditError::ChainTooLarge`]). A bootstrap takes that once a sample,
    /// and is refused where that would take longer than about a minute ([`CreditError::BootstrapTooLarge`]). Work is
    /// counted and not timed, so the answer is the same everywhere.
    /// [`allocate`](Attribution::allocate) gives the value to the cent, and
    /// [`credit_and_allocate`](Attribution::credit_and_allocate) both at once.
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
    /// // One conversion of 100 CNY by way of `sem` and `mail`.
    /// let credits = attribution.credit(&journeys)?;
    /// assert_eq!(credits.conversions(), 1);
    /// let shares: Vec<(&str, f64)> =
    ///     credits.models()[0].channels.iter().map(|one| (one.channel.as_str(), one.conversions)).collect();
    /// assert_eq!(shares, [("mail", 0.5), ("sem", 0.5)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a model cannot weigh the journeys; the first such model is named.
    pub fn credit(&self, journeys: &Journeys) -> Result<Credits, AttributionError> {
        let models = self.each_model(journeys, |run| self.credit_one(run, run.learn()?.as_ref()))?;
        Ok(self.credits(journeys, models))
    }

    pub(super) fn credits(&self, journeys: &Journeys, models: Vec<ModelCredits>) -> Credits {
        Credits {
            version: self.version.clone(),
            conversions: journeys.conversions(),
            nulls: journeys.nulls(),
            value: journeys.value(),
            models,
        }
    }

    pub(super) fn credit_one(
        &self,
        run: &Run<'_>,
        learnt: Option<&Learnt>,
    ) -> Result<ModelCredits, CreditError> {
        let journeys = run.journeys;
        let fit = learnt.map(|learnt| &learnt.fit);
        let mut unattributed = Unattributed::default();
        // Weights of channels share out the sums at once; weights of touches go through every journey.
        let by_channel = match learnt {
            Some(learnt) if !learnt.fit.by_journey => share(run, learnt, &mut unattributed)?,
            learnt => sum(run, learnt, &mut unattributed)?,
        };
        let conversions = journeys.conversions();
        let effects = fit.and_then(|fit| fit.effects.as_ref());
        let value_effects = fit.and_then(|fit| fit.value_effects.as_ref());
        let beside = self.beside(run, learnt, unattributed.conversions)?;
        // The shares of such a model depend on all journeys: with others of the same kind they would differ.
        let intervals = match &self.bootstrap {
            Some(bootstrap) if run.is_data_driven(learnt) => {
                let credited = by_channel.iter().map(|credit| credit[0]).sum();
                Some(bootstrap::intervals(run, learnt, bootstrap, credited)?)
            }
            _ => None,
        };
        let mut channels: Vec<ChannelCredit> = journeys
            .channels()
            .enumerate()
            .zip(by_channel)
            .map(|((number, name), [conversions, value])| ChannelCredit {
                channel: name.to_owned(),
                conversions,
                value,
                effect: effects.and_then(|effects| effects.get(number).copied()),
                value_effect: value_effects.and_then(|effects| effects.get(number).copied()),
                is_few: beside.is_few(number),
                interval: intervals.as_ref().and_then(|intervals| intervals.get(number).copied()),
            })
            .collect();
        // By name: numbers show which channel was pushed first.
        channels.sort_by(|a, b| a.channel.cmp(&b.channel));
        Ok(ModelCredits {
            model: run.model.rules.id.clone(),
            code: run.model.rules.model.code().into(),
            conversions,
            channels,
            unattributed,
            notes: beside.notes,
            markov: fit.and_then(|fit| fit.markov.clone()),
        })
    }

    /// How each model divides one journey among its touches: one share a touch, summing to 1, or all zero when nothing
    /// is attributed. Touches a model does not see get 0.
    ///
    /// A model that learns is fitted to all journeys of the set first, which takes as long as
    /// [`credit`](Attribution::credit); a journey is then divided by the weights of its channels, and all touches of a
    /// channel weigh the same.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, Conversion, Journeys, Step};
    /// use serde_json::json;
    ///
    /// let attribution = Attribution::load(json!({"models": [{"id": "u", "model": {"position_based": {}}}]}))?;
    /// let mut journeys = Journeys::new();
    /// for channel in ["sem", "live", "mail", "sem"] {
    ///     journeys.push(Step { channel, ..Step::default() })?;
    /// }
    /// journeys.end_journey(&Conversion::default())?;
    /// let shares = attribution.shares(&journeys.get(0).unwrap())?;
    /// assert_eq!(shares[0].shares, [0.4, 0.1, 0.1, 0.4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a model cannot weigh the journey or cannot be fitted.
    pub fn shares(&self, journey: &Journey<'_>) -> Result<Vec<ModelShares>, AttributionError> {
        self.models
            .iter()
            .map(|model| {
                let shares = named(model, self.shares_one(model, journey))?;
                Ok(ModelShares { model: model.rules.id.clone(), shares })
            })
            .collect()
    }

    fn shares_one(&self, model: &Compiled, journey: &Journey<'_>) -> Result<Vec<f64>, CreditError> {
        let run = self.run(model, journey.set);
        let learnt = run.learn()?;
        let (mut scratch, mut weights) = (Scratch::default(), Vec::new());
        let (kept, sum) = run.weigh_one(learnt.as_ref(), *journey, &mut scratch, &mut weights)?;
        let mut shares = vec![0.0; journey.len()];
        // Touches that the window or the filter cut have no weight, and keep their share of 0.
        for (weight, touch) in weights.iter().zip(kept) {
            if let Some(share) = shares.get_mut(*touch as usize)
                && sum > 0.0
            {
                *share = weight / sum;
            }
        }
        Ok(shares)
    }

    /// The transition matrix a Markov model of the rules fits to the journeys, rows by the channels of their states;
    /// `None` when no model of that id is one. O(touches + transitions).
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, Conversion, Journeys, Step};
    /// use serde_json::json;
    ///
    /// let attribution = Attribution::load(json!({"models": [{"id": "chain", "model": {"markov": {}}}]}))?;
    /// let mut journeys = Journeys::new();
    /// journeys.push(Step { channel: "sem", ..Step::default() })?;
    /// journeys.end_journey(&Conversion { count: 3, nulls: 1, ..Conversion::default() })?;
    /// let matrix = attribution.transition_matrix(&journeys, "chain")?.unwrap();
    /// assert_eq!((matrix[0].from.as_str(), matrix[0].to.as_str()), ("(start)", "sem"));
    /// assert_eq!((matrix[1].to.as_str(), matrix[1].probability), ("(conversion)", 0.75));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a rule needs times that a journey does not have.
    pub fn transition_matrix(
        &self,
        journeys: &Journeys,
        model: &str,
    ) -> Result<Option<Vec<MarkovTransition>>, AttributionError> {
        let Some(found) = self.models.iter().find(|one| one.rules.id.as_str() == model) else {
            return Ok(None);
        };
        let Kind::Markov(rules) = &found.kind else { return Ok(None) };
        let matrix =
            self.run(found, journeys).with_paths(&as_taken, |paths| markov::matrix(rules.order, paths));
        named(found, matrix).map(Some)
    }
}

fn named<T>(model: &Compiled, result: Result<T, CreditError>) -> Result<T, AttributionError> {
    result.map_err(|error| AttributionError { model: model.rules.id.clone(), error })
}

/// Sums what journeys give to channels.
fn sum(
    run: &Run<'_>,
    learnt: Option<&Learnt>,
    unattributed: &mut Unattributed,
) -> Result<Vec<[f64; 2]>, CreditError> {
    let mut sums = Sums::new(run.journeys.channels.len());
    // If only the position on the path decides, no weights need to be stored.
    if learnt.is_none() && run.sum_by_place(&mut sums, unattributed)? {
        return Ok(sums.finish());
    }
    run.weigh(learnt, |weighed| {
        let (conversions, value) = (weighed.conversions as f64, weighed.journey.minor() as f64);
        if weighed.sum > 0.0 {
            let touches = weighed.journey.channels.iter().zip(weighed.weights);
            let parts = touches.map(|(channel, weight)| {
                let share = weight / weighed.sum;
                (*channel, conversions * share, value * share)
            });
            // Long paths are added in pieces, or the error of the sum would grow with them.
            if weighed.weights.len() <= PIECE {
                parts.for_each(|(channel, conversions, value)| sums.add(channel, conversions, value));
            } else {
                sums.add_all(parts);
            }
        } else {
            unattributed.conversions += conversions;
            unattributed.value += value;
        }
        sums.step();
    })?;
    Ok(sums.finish())
}

/// Gives each channel its share of all conversions that have a path.
fn share(
    run: &Run<'_>,
    learnt: &Learnt,
    unattributed: &mut Unattributed,
) -> Result<Vec<[f64; 2]>, CreditError> {
    let (mut conversions, mut value) = (0u64, 0i64);
    run.preparation.each(run.journeys, |journey, _| {
        if journey.is_empty() {
            unattributed.conversions += journey.conversions() as f64;
            unattributed.value += journey.minor() as f64;
        } else {
            // Both fit: journeys are refused when their totals do not.
            conversions += journey.conversions();
            value += journey.minor();
        }
        Ok(())
    })?;
    // Conversions and value have separate weights, and either may have nobody to go to.
    let divided = |total: f64, weights: &[f64], left: &mut f64| -> Vec<f64> {
        let sum = sum_of(weights);
        if sum <= 0.0 {
            *left += total;
            return vec![0.0; weights.len()];
        }
        weights.iter().map(|weight| total * (weight / sum)).collect()
    };
    let conversions = divided(conversions as f64, &learnt.conversions, &mut unattributed.conversions);
    let values = divided(value as f64, &learnt.values, &mut unattributed.value);
    Ok(conversions.into_iter().zip(values).map(|(conversions, value)| [conversions, value]).collect())
}
