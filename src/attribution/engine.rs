//! The engine: journeys in, credits out.

use std::sync::Arc;

use super::bootstrap;
use super::credit_model::{CreditModel, Fit, Paths};
use super::credits::{ChannelCredit, Credits, ModelCredits, ModelShares, Note, Unattributed};
use super::error::{AttributionError, CreditError};
use super::journeys::{Journey, Journeys};
use super::markov::{self, Transition};
use super::models::{First, Last, LastNon, Linear, Positions, UniqueLinear};
use super::path::Preparation;
use super::rules::{
    Bootstrap, JourneyRules, LookBack, Markov, MilestoneBased, Minimum, ModelRules, PathTransform, TimeDecay,
};
use super::shapley::RateGame;
use super::sums::Sums;
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

/// A model ready to use.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    pub(super) rules: ModelRules,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    First,
    Last,
    Linear,
    UniqueLinear,
    LastNon(LastNon),
    Position(Positions),
    Milestone(MilestoneBased),
    TimeDecay(TimeDecay),
    Markov(Markov),
    Rate,
    Other { model: Arc<dyn CreditModel>, learns: bool },
}

impl Kind {
    pub(super) fn model(&self) -> &dyn CreditModel {
        match self {
            Kind::First => &First,
            Kind::Last => &Last,
            Kind::Linear => &Linear,
            Kind::UniqueLinear => &UniqueLinear,
            Kind::LastNon(model) => model,
            Kind::Position(model) => model,
            Kind::Milestone(model) => model,
            Kind::TimeDecay(model) => model,
            Kind::Markov(model) => model,
            Kind::Rate => &RateGame,
            Kind::Other { model, .. } => &**model,
        }
    }

    fn learns(&self) -> bool {
        matches!(self, Kind::Markov(_) | Kind::Rate | Kind::Other { learns: true, .. })
    }
}

/// Journeys between two looks at whether every channel has been seen often enough.
const LOOKED_AT_ONCE: usize = 1_024;

/// A journey as a model weighed it.
pub(super) struct Weighed<'a> {
    pub(super) journey: &'a Journey<'a>,
    /// Which touches of the whole journey the path holds; all when empty.
    pub(super) kept: &'a [u32],
    /// One a touch; not all zero unless `sum` is.
    pub(super) weights: &'a [f64],
    /// Zero when nothing is attributed.
    pub(super) sum: f64,
}

/// One model at work on one set of journeys.
pub(super) struct Run<'a> {
    pub(super) journeys: &'a Journeys,
    pub(super) model: &'a Compiled,
    pub(super) preparation: Preparation<'a>,
    /// By channel number; empty when no channel is discounted.
    discounts: Vec<f64>,
}

impl<'a> Run<'a> {
    pub(super) fn new(attribution: &'a Attribution, model: &'a Compiled, journeys: &'a Journeys) -> Run<'a> {
        let mut discounts = Vec::new();
        if !model.rules.discount.is_empty() {
            let factor = |name: &str| model.rules.discount.get(name).copied().unwrap_or(1.0);
            discounts = journeys.channels().map(factor).collect();
        }
        let preparation = Preparation::new(
            journeys,
            attribution.look_back,
            attribution.filter.as_ref(),
            attribution.path,
            &model.rules,
        );
        Run { journeys, model, preparation, discounts }
    }

    pub(super) fn has_discounts(&self) -> bool {
        !self.discounts.is_empty()
    }

    fn discount(&self, channel: u32) -> f64 {
        self.discounts.get(channel as usize).copied().unwrap_or(1.0)
    }

    /// The weights of channels, when the model learns from all journeys. `times` says how often each was taken.
    pub(super) fn fit_to(
        &self,
        model: &dyn CreditModel,
        times: &dyn Fn(&Journey<'_>) -> (u64, u64, f64),
    ) -> Result<Option<Fit>, CreditError> {
        let each = |visit: &mut dyn FnMut(&super::credit_model::Path<'_>)| {
            self.preparation.each_path(self.journeys, times, visit)
        };
        let paths = Paths { names: &self.journeys.channels, each: &each };
        let Some(mut fit) = model.fit(&paths)? else { return Ok(None) };
        for weights in [&mut fit.conversions, &mut fit.values] {
            weights.resize(self.journeys.channels.len(), 0.0);
            for (channel, weight) in weights.iter_mut().enumerate() {
                if !(weight.is_finite() && *weight >= 0.0) {
                    let name = self.journeys.channels.text(channel as u32).unwrap_or_default();
                    return Err(CreditError::custom(format!(
                        "channel `{name}` got the weight {weight}: a weight must be at least 0 and finite"
                    )));
                }
                *weight *= self.discount(channel as u32);
            }
        }
        Ok(Some(fit))
    }

    pub(super) fn fit(&self) -> Result<Option<Fit>, CreditError> {
        if !self.model.kind.learns() {
            return Ok(None);
        }
        self.fit_to(self.model.kind.model(), &as_taken)
    }

    /// Weighs every journey that converted. With a fit, by the weights of channels.
    pub(super) fn weigh(
        &self,
        fit: Option<&Fit>,
        visit: impl FnMut(&Weighed<'_>),
    ) -> Result<(), CreditError> {
        if let Some(fit) = fit {
            let by_channel = ByChannel(&fit.conversions);
            // Discounts are in the weights of channels already.
            return self.stream(&by_channel, false, &[], visit);
        }
        // One copy of the loop for each of these: it is most of the time they take.
        match &self.model.kind {
            Kind::First => self.stream(&First, false, &self.discounts, visit),
            Kind::Last => self.stream(&Last, false, &self.discounts, visit),
            Kind::Linear => self.stream(&Linear, false, &self.discounts, visit),
            Kind::UniqueLinear => self.stream(&UniqueLinear, false, &self.discounts, visit),
            Kind::Position(model) => self.stream(model, false, &self.discounts, visit),
            Kind::TimeDecay(model) => self.stream(model, false, &self.discounts, visit),
            other => self.stream(other.model(), true, &self.discounts, visit),
        }
    }

    #[inline]
    fn stream<M: CreditModel + ?Sized>(
        &self,
        model: &M,
        is_checked: bool,
        discounts: &[f64],
        mut visit: impl FnMut(&Weighed<'_>),
    ) -> Result<(), CreditError> {
        let mut weights: Vec<f64> = Vec::new();
        self.preparation.each(self.journeys, |journey, kept| {
            if journey.conversions() == 0 {
                return Ok(());
            }
            weights.clear();
            weights.resize(journey.len(), 0.0);
            if !journey.is_empty() {
                model.weigh(journey, &mut weights)?;
            }
            if is_checked {
                check(journey, &weights)?;
            }
            if !discounts.is_empty() {
                for (weight, channel) in weights.iter_mut().zip(journey.channels) {
                    *weight *= self.discount(*channel);
                }
            }
            let mut sum: f64 = weights.iter().sum();
            if !sum.is_finite() || (sum > 0.0 && sum < f64::MIN_POSITIVE / f64::EPSILON) {
                rescale(&mut weights);
                sum = weights.iter().sum();
            }
            visit(&Weighed { journey, kept, weights: &weights, sum });
            Ok(())
        })
    }
}

/// Adds the channels of one path, given its conversions and value.
type AddPath<'a> = dyn FnMut(&mut Sums, &[u32], f64, f64) + 'a;

impl Run<'_> {
    /// Sums models that look at nothing but places, without writing weights down. False when the model is another.
    fn sum_by_place(&self, sums: &mut Sums, unattributed: &mut Unattributed) -> Result<bool, CreditError> {
        if !self.discounts.is_empty() {
            return Ok(false);
        }
        let mut sum = |add: &mut AddPath<'_>| {
            self.preparation.each(self.journeys, |journey, _| {
                let conversions = journey.conversions();
                if conversions == 0 {
                    return Ok(());
                }
                let (conversions, value) = (conversions as f64, journey.minor() as f64);
                if journey.is_empty() {
                    unattributed.conversions += conversions;
                    unattributed.value += value;
                } else {
                    add(sums, journey.channels, conversions, value);
                    sums.step();
                }
                Ok(())
            })
        };
        match &self.model.kind {
            Kind::First => sum(&mut |sums, channels, conversions, value| {
                channels.first().into_iter().for_each(|channel| sums.add(*channel, conversions, value));
            })?,
            Kind::Last => sum(&mut |sums, channels, conversions, value| {
                channels.last().into_iter().for_each(|channel| sums.add(*channel, conversions, value));
            })?,
            Kind::Linear => sum(&mut |sums, channels, conversions, value| {
                let each = 1.0 / channels.len() as f64;
                let (conversions, value) = (conversions * each, value * each);
                channels.iter().for_each(|channel| sums.add(*channel, conversions, value));
            })?,
            Kind::Position(model) => sum(&mut |sums, channels, conversions, value| match channels {
                [first, between @ .., last] if !between.is_empty() => {
                    let all = model.first + model.middle + model.last;
                    let (conversions, value) = (conversions / all, value / all);
                    sums.add(*first, conversions * model.first, value * model.first);
                    let each = model.middle / between.len() as f64;
                    between.iter().for_each(|channel| sums.add(*channel, conversions * each, value * each));
                    sums.add(*last, conversions * model.last, value * model.last);
                }
                [first, last] => {
                    let (first_share, last_share) = model.two();
                    sums.add(*first, conversions * first_share, value * first_share);
                    sums.add(*last, conversions * last_share, value * last_share);
                }
                _ => channels.iter().for_each(|channel| sums.add(*channel, conversions, value)),
            })?,
            Kind::UniqueLinear if self.journeys.channels.len() <= 64 => {
                sum(&mut |sums, channels, conversions, value| {
                    let all = channels.iter().fold(0u64, |set, channel| set | 1 << channel);
                    let each = 1.0 / f64::from(all.count_ones());
                    let (conversions, value) = (conversions * each, value * each);
                    let mut left = all;
                    for channel in channels {
                        if left >> channel & 1 == 1 {
                            left &= !(1 << channel);
                            sums.add(*channel, conversions, value);
                        }
                    }
                })?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// How often a journey was taken: what it says itself.
fn as_taken(journey: &Journey<'_>) -> (u64, u64, f64) {
    (journey.conversions(), journey.nulls(), journey.minor() as f64)
}

#[cold]
fn bad_weight(journey: &Journey<'_>, touch: usize, weight: f64) -> CreditError {
    CreditError::BadWeight { journey: journey.index, touch, weight: weight.to_string() }
}

fn check(journey: &Journey<'_>, weights: &[f64]) -> Result<(), CreditError> {
    match weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        None => Ok(()),
        Some(touch) => Err(bad_weight(journey, touch, weights.get(touch).copied().unwrap_or_default())),
    }
}

/// Brings weights that are too large or too small to be summed to the size of 1.
#[cold]
fn rescale(weights: &mut [f64]) {
    let most = weights.iter().copied().fold(0.0, f64::max);
    let exponent = libm::frexp(most).1;
    weights.iter_mut().for_each(|weight| *weight = libm::ldexp(*weight, -exponent));
}

/// Divides a journey by the weights its channels were fitted with.
#[derive(Debug)]
struct ByChannel<'a>(&'a [f64]);

impl CreditModel for ByChannel<'_> {
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        for (weight, channel) in weights.iter_mut().zip(journey.channels) {
            *weight = self.0.get(*channel as usize).copied().unwrap_or(0.0);
        }
        if weights.iter().all(|weight| *weight == 0.0) {
            // Nothing was learnt about these channels: they are alike.
            weights.fill(1.0);
        }
        Ok(())
    }
}

impl Attribution {
    /// The ids of the models, in the order they are reported.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(|model| model.rules.id.as_str())
    }

    /// The version of the rules.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    fn named<T>(&self, model: &Compiled, result: Result<T, CreditError>) -> Result<T, AttributionError> {
        result.map_err(|error| AttributionError { model: model.rules.id.clone(), error })
    }

    /// Credits every channel by every model, in real numbers. The shares of a conversion sum to 1 within 1e-12.
    ///
    /// Models of single journeys take O(touches). A Markov chain takes O(touches) to count and up to O(states³) to
    /// solve up to 512 states, beyond that some dozen sweeps over transitions × channels.
    /// [`allocate`](Attribution::allocate) gives the value to the cent.
    ///
    /// # Errors
    /// When a model cannot weigh the journeys; the first such model is named.
    pub fn credit(&self, journeys: &Journeys) -> Result<Credits, AttributionError> {
        let mut models = Vec::with_capacity(self.models.len());
        for model in &self.models {
            models.push(self.named(model, self.credit_one(model, journeys))?);
        }
        Ok(Credits {
            version: self.version.clone(),
            conversions: journeys.conversions(),
            nulls: journeys.nulls(),
            value: journeys.value(),
            models,
        })
    }

    fn credit_one(&self, model: &Compiled, journeys: &Journeys) -> Result<ModelCredits, CreditError> {
        let run = Run::new(self, model, journeys);
        let fit = run.fit()?;
        let mut unattributed = Unattributed::default();
        let by_channel = match &fit {
            Some(fit) if !fit.by_journey => share(&run, fit, &mut unattributed)?,
            fit => self.sum(&run, fit.as_ref(), &mut unattributed)?,
        };
        let seen = self.converting(&run)?;
        let mut notes = Vec::new();
        let conversions = journeys.conversions();
        if conversions < self.minimum.model {
            notes.push(Note::FewConversions { have: conversions, need: self.minimum.model });
        }
        if fit.as_ref().and_then(|fit| fit.markov.as_ref()).is_some_and(|markov| markov.value_by_conversions)
        {
            notes.push(Note::ValueByConversions);
        }
        if let Some(worst) = fit
            .as_ref()
            .and_then(|fit| fit.effects.as_ref())
            .and_then(|effects| effects.iter().copied().min_by(f64::total_cmp).filter(|effect| *effect < 0.0))
        {
            notes.push(Note::NegativeEffects { least: worst });
        }
        let (faults, message) = run.preparation.faults();
        if faults > 0 {
            notes.push(Note::FilterFaults { touches: faults, message });
        }
        let intervals = match (&fit, &self.bootstrap) {
            (Some(fit), Some(bootstrap)) => {
                let credited = by_channel.iter().map(|credit| credit[0]).sum();
                Some(bootstrap::intervals(&run, fit, bootstrap, credited)?)
            }
            _ => None,
        };
        let effects = fit.as_ref().and_then(|fit| fit.effects.as_ref());
        let mut channels: Vec<ChannelCredit> = journeys
            .channels()
            .enumerate()
            .zip(by_channel)
            .map(|((number, name), [conversions, value])| ChannelCredit {
                channel: name.to_owned(),
                conversions,
                value,
                effect: effects.and_then(|effects| effects.get(number).copied()),
                is_few: seen.get(number).copied().unwrap_or(0) < self.minimum.channel,
                interval: intervals.as_ref().and_then(|intervals| intervals.get(number).copied()),
            })
            .collect();
        channels.sort_by(|a, b| a.channel.cmp(&b.channel));
        Ok(ModelCredits {
            model: model.rules.id.clone(),
            code: model.rules.model.code().into(),
            conversions,
            channels,
            unattributed,
            notes,
            markov: fit.and_then(|fit| fit.markov),
        })
    }

    /// Sums what journeys give to channels.
    fn sum(
        &self,
        run: &Run<'_>,
        fit: Option<&Fit>,
        unattributed: &mut Unattributed,
    ) -> Result<Vec<[f64; 2]>, CreditError> {
        let mut sums = Sums::new(run.journeys.channels.len());
        if fit.is_none() && run.sum_by_place(&mut sums, unattributed)? {
            return Ok(sums.finish());
        }
        run.weigh(fit, |weighed| {
            let (conversions, value) = (weighed.journey.conversions() as f64, weighed.journey.minor() as f64);
            if weighed.sum > 0.0 {
                for (channel, weight) in weighed.journey.channels.iter().zip(weighed.weights) {
                    let share = weight / weighed.sum;
                    sums.add(*channel, conversions * share, value * share);
                }
            } else {
                unattributed.conversions += conversions;
                unattributed.value += value;
            }
            sums.step();
        })?;
        Ok(sums.finish())
    }

    /// How many conversions have a channel on their path, counted up to the minimum.
    fn converting(&self, run: &Run<'_>) -> Result<Vec<u64>, CreditError> {
        let need = self.minimum.channel;
        let mut seen = vec![0u64; run.journeys.channels.len()];
        let mut last = vec![usize::MAX; seen.len()];
        let mut missing = if need == 0 { 0 } else { seen.len() };
        let mut start = 0;
        while missing > 0 && start < run.journeys.len() {
            run.preparation.each_in(run.journeys, start..start + LOOKED_AT_ONCE, |journey, _| {
                let conversions = journey.conversions();
                if conversions == 0 {
                    return Ok(());
                }
                for channel in journey.channels {
                    let channel = *channel as usize;
                    if let (Some(seen), Some(last)) = (seen.get_mut(channel), last.get_mut(channel))
                        && *seen < need
                        && std::mem::replace(last, journey.index) != journey.index
                    {
                        *seen = seen.saturating_add(conversions);
                        missing -= usize::from(*seen >= need);
                    }
                }
                Ok(())
            })?;
            start += LOOKED_AT_ONCE;
        }
        Ok(seen)
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
                let shares = self.named(model, self.shares_one(model, journey))?;
                Ok(ModelShares { model: model.rules.id.clone(), shares })
            })
            .collect()
    }

    fn shares_one(&self, model: &Compiled, journey: &Journey<'_>) -> Result<Vec<f64>, CreditError> {
        let run = Run::new(self, model, journey.set);
        let fit = run.fit()?;
        let mut scratch = super::path::Scratch::default();
        let (path, kept) = run.preparation.prepare(*journey, &mut scratch)?;
        let mut weights = vec![0.0; path.len()];
        if !path.is_empty() {
            match &fit {
                Some(fit) => ByChannel(&fit.conversions).weigh(&path, &mut weights)?,
                None => model.kind.model().weigh(&path, &mut weights)?,
            }
            check(&path, &weights)?;
            rescale(&mut weights);
        }
        if fit.is_none() {
            for (weight, channel) in weights.iter_mut().zip(path.channels) {
                *weight *= run.discount(*channel);
            }
        }
        let sum: f64 = weights.iter().sum();
        let mut shares = vec![0.0; journey.len()];
        for (weight, touch) in weights.iter().zip(kept) {
            if let Some(share) = shares.get_mut(*touch as usize)
                && sum > 0.0
            {
                *share = weight / sum;
            }
        }
        Ok(shares)
    }

    /// The transition matrix a Markov model of the rules fits to the journeys, rows in the order of their states;
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
    ) -> Result<Option<Vec<Transition>>, AttributionError> {
        let Some(found) = self.models.iter().find(|one| one.rules.id.as_str() == model) else {
            return Ok(None);
        };
        let Kind::Markov(rules) = &found.kind else { return Ok(None) };
        let run = Run::new(self, found, journeys);
        let each = |visit: &mut dyn FnMut(&super::credit_model::Path<'_>)| {
            run.preparation.each_path(journeys, &as_taken, visit)
        };
        let paths = Paths { names: &journeys.channels, each: &each };
        let matrix = || markov::matrix(rules.order.map_or_else(|| markov::chosen_order(&paths), Ok)?, &paths);
        self.named(found, matrix()).map(Some)
    }
}

/// Gives each channel its share of all conversions that have a path.
fn share(run: &Run<'_>, fit: &Fit, unattributed: &mut Unattributed) -> Result<Vec<[f64; 2]>, CreditError> {
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
    let sums = [fit.conversions.iter().sum::<f64>(), fit.values.iter().sum::<f64>()];
    let totals = [conversions as f64, value as f64];
    if sums[0] <= 0.0 {
        unattributed.conversions += totals[0];
        unattributed.value += totals[1];
        return Ok(vec![[0.0; 2]; fit.conversions.len()]);
    }
    // Without a value of its own the value goes where the conversions go.
    let values = if sums[1] > 0.0 { &fit.values } else { &fit.conversions };
    let value_sum = if sums[1] > 0.0 { sums[1] } else { sums[0] };
    let credit = |(conversions, value): (&f64, &f64)| {
        [totals[0] * (conversions / sums[0]), totals[1] * (value / value_sum)]
    };
    Ok(fit.conversions.iter().zip(values).map(credit).collect())
}
