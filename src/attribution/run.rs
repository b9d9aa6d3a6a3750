//! One model at work on one set of journeys.

use std::sync::Arc;

use super::by_channel::{ByChannel, Learnt};
use super::credit_model::{CreditModel, Path, Paths};
use super::error::CreditError;
use super::journeys::{Journey, Journeys};
use super::models::{First, Last, LastNon, Linear, MILLIONTHS, Positions, UniqueLinear};
use super::path::{Preparation, Scratch};
use super::rules::{Markov, MilestoneBased, ModelRules, TimeDecay};
use super::shapley::RateGame;
use super::sums::sum_of;

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

/// How often a journey was taken: its conversions, its nulls and what the conversions are worth.
pub(super) type Taken<'a> = dyn Fn(&Journey<'_>) -> (u64, u64, f64) + 'a;

/// What a journey says itself.
pub(super) fn as_taken(journey: &Journey<'_>) -> (u64, u64, f64) {
    (journey.conversions(), journey.nulls(), journey.minor() as f64)
}

#[inline]
fn conversions(journey: &Journey<'_>) -> u64 {
    journey.conversions()
}

/// A journey as a model weighed it.
pub(super) struct Weighed<'a> {
    pub(super) journey: &'a Journey<'a>,
    /// How often it converted; not zero.
    pub(super) conversions: u64,
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
    /// By channel number, in millionths; empty when no channel is discounted.
    discounts: Vec<f64>,
}

impl<'a> Run<'a> {
    pub(super) fn new(model: &'a Compiled, journeys: &'a Journeys, preparation: Preparation<'a>) -> Run<'a> {
        let mut discounts = Vec::new();
        if !model.rules.discount.is_empty() {
            let factor = |name: &str| model.rules.discount.get(name).copied().unwrap_or(1.0);
            // In whole millionths, so that discounted weights stay whole numbers and money divides exactly.
            discounts = journeys.channels().map(|name| libm::rint(factor(name) * MILLIONTHS)).collect();
        }
        Run { journeys, model, preparation, discounts }
    }

    /// Whether the credits need an interval: of what was learnt, and of the game of conversions, whose closed
    /// form has nothing to learn.
    pub(super) fn is_data_driven(&self, learnt: Option<&Learnt>) -> bool {
        learnt.is_some() || matches!(self.model.kind, Kind::UniqueLinear)
    }

    pub(super) fn has_discounts(&self) -> bool {
        !self.discounts.is_empty()
    }

    fn discount(&self, channel: u32) -> f64 {
        // Nothing is stored where nothing is discounted: then every channel counts in full.
        self.discounts.get(channel as usize).copied().unwrap_or(MILLIONTHS)
    }

    /// Shows what the model sees of the journeys, as often as `taken` says.
    pub(super) fn with_paths<T>(&self, taken: &Taken<'_>, work: impl FnOnce(&Paths<'_>) -> T) -> T {
        let each = |visit: &mut dyn FnMut(&Path<'_>)| self.preparation.each_path(self.journeys, taken, visit);
        work(&Paths { names: &self.journeys.channels, each: &each })
    }

    /// What the model learns from all journeys, when it is one that does.
    pub(super) fn learn_from(
        &self,
        model: &dyn CreditModel,
        taken: &Taken<'_>,
    ) -> Result<Option<Learnt>, CreditError> {
        // Models that weigh each journey by itself have nothing to learn.
        let Some(mut fit) = self.with_paths(taken, |paths| model.fit(paths))? else { return Ok(None) };
        // A plug-in may return any weights: the error names the channel here, where it is known.
        for weights in [&mut fit.conversions, &mut fit.values] {
            weights.resize(self.journeys.channels.len(), 0.0);
            for (channel, weight) in weights.iter().enumerate() {
                if !(weight.is_finite() && *weight >= 0.0) {
                    let name = self.journeys.channels.text(channel as u32).unwrap_or_default();
                    return Err(CreditError::custom(format!(
                        "channel `{name}` got the weight {weight}: a weight must be at least 0 and finite"
                    )));
                }
            }
        }
        Ok(Some(Learnt::new(fit, |channel| self.discount(channel))))
    }

    pub(super) fn learn(&self) -> Result<Option<Learnt>, CreditError> {
        if !self.model.kind.learns() {
            return Ok(None);
        }
        self.learn_from(self.model.kind.model(), &as_taken)
    }

    /// Weighs every journey that converted; when something was learnt, by the weights of channels.
    pub(super) fn weigh(
        &self,
        learnt: Option<&Learnt>,
        visit: impl FnMut(&Weighed<'_>),
    ) -> Result<(), CreditError> {
        if let Some(learnt) = learnt {
            return self.stream(&ByChannel(&learnt.fit.conversions), false, conversions, visit);
        }
        // One copy of the loop for each of these: it is most of the time they take.
        match &self.model.kind {
            Kind::First => self.stream(&First, false, conversions, visit),
            Kind::Last => self.stream(&Last, false, conversions, visit),
            Kind::Linear => self.stream(&Linear, false, conversions, visit),
            Kind::UniqueLinear => self.stream(&UniqueLinear, false, conversions, visit),
            Kind::Position(model) => self.stream(model, false, conversions, visit),
            Kind::TimeDecay(model) => self.stream(model, false, conversions, visit),
            other => self.stream(other.model(), true, conversions, visit),
        }
    }

    /// The same with journeys taken as often as `taken` says.
    pub(super) fn weigh_as(
        &self,
        learnt: Option<&Learnt>,
        taken: &Taken<'_>,
        visit: &mut dyn FnMut(&Weighed<'_>),
    ) -> Result<(), CreditError> {
        let by_channel = learnt.map(|learnt| ByChannel(&learnt.fit.conversions));
        let model: &dyn CreditModel = match &by_channel {
            Some(by_channel) => by_channel,
            None => self.model.kind.model(),
        };
        self.stream(model, true, |journey| taken(journey).0, visit)
    }

    /// Weighs the path of one journey; the weights are as many as it has touches left.
    pub(super) fn weigh_one<'s>(
        &self,
        learnt: Option<&Learnt>,
        journey: Journey<'s>,
        scratch: &'s mut Scratch,
        weights: &mut Vec<f64>,
    ) -> Result<(&'s [u32], f64), CreditError> {
        let (path, kept) = self.preparation.prepare(journey, scratch)?;
        let sum = match learnt {
            Some(learnt) => self.weights_of(&ByChannel(&learnt.fit.conversions), true, &path, weights)?,
            None => self.weights_of(self.model.kind.model(), true, &path, weights)?,
        };
        Ok((kept, sum))
    }

    #[inline]
    fn stream<M: CreditModel + ?Sized>(
        &self,
        model: &M,
        is_checked: bool,
        conversions: impl Fn(&Journey<'_>) -> u64,
        mut visit: impl FnMut(&Weighed<'_>),
    ) -> Result<(), CreditError> {
        let mut weights: Vec<f64> = Vec::new();
        self.preparation.each(self.journeys, |journey, kept| {
            let conversions = conversions(journey);
            if conversions == 0 {
                return Ok(());
            }
            let sum = self.weights_of(model, is_checked, journey, &mut weights)?;
            visit(&Weighed { journey, conversions, kept, weights: &weights, sum });
            Ok(())
        })
    }

    /// The weights of a path, channels discounted, and their sum.
    #[inline]
    fn weights_of<M: CreditModel + ?Sized>(
        &self,
        model: &M,
        is_checked: bool,
        path: &Journey<'_>,
        weights: &mut Vec<f64>,
    ) -> Result<f64, CreditError> {
        weights.clear();
        weights.resize(path.len(), 0.0);
        if !path.is_empty() {
            model.weigh(path, weights)?;
        }
        // Only a plug-in's weights may be invalid, and checking each takes as long as making it.
        if is_checked {
            check(path, weights)?;
        }
        if !self.discounts.is_empty() {
            // Otherwise the product would be infinite; a power of two changes no share.
            if weights.iter().any(|weight| *weight > f64::MAX / MILLIONTHS) {
                rescale(weights);
            }
            for (weight, channel) in weights.iter_mut().zip(path.channels) {
                *weight *= self.discount(*channel);
            }
        }
        let sum = sum_of(weights);
        // Too large, or so small that digits are lost: scale the weights to about 1 first.
        if !sum.is_finite() || (sum > 0.0 && sum < f64::MIN_POSITIVE / f64::EPSILON) {
            rescale(weights);
            return Ok(sum_of(weights));
        }
        Ok(sum)
    }
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
