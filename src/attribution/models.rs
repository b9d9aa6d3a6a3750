//! The models that look at one journey at a time.
#![expect(clippy::indexing_slicing, reason = "weights are as long as the journey, which is not empty")]

use super::credit_model::CreditModel;
use super::error::CreditError;
use super::journeys::{Journey, UNTIMED};
use super::ownership::Entry;
use super::ownership_rules::OwnershipRules;
use super::rules::{MilestoneBased, PositionBased, TimeDecay};

/// Percentages and discounts are read to a millionth, so that their proportions are whole numbers.
pub(super) const MILLIONTHS: f64 = 1e6;

#[derive(Debug, Clone, Copy)]
pub(super) struct First;

#[derive(Debug, Clone, Copy)]
pub(super) struct Last;

#[derive(Debug, Clone, Copy)]
pub(super) struct Linear;

/// The channel's first touch gets the share of the channel: the Shapley value of the game whose coalitions are worth
/// the conversions of the journeys inside them.
#[derive(Debug, Clone, Copy)]
pub(super) struct UniqueLinear;

impl CreditModel for First {
    #[inline]
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        weights[0] = 1.0;
        Ok(())
    }
}

impl CreditModel for Last {
    #[inline]
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        weights[weights.len() - 1] = 1.0;
        Ok(())
    }
}

impl CreditModel for Linear {
    #[inline]
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        weights.fill(1.0);
        Ok(())
    }
}

/// Longest journey whose repeats are found by comparing touches with each other.
const FEW: usize = 24;

impl CreditModel for UniqueLinear {
    #[inline]
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        let channels = journey.channels;
        // Looking back over a short path is quicker than a table.
        if channels.len() <= FEW {
            for (index, channel) in channels.iter().enumerate() {
                if !channels[..index].contains(channel) {
                    weights[index] = 1.0;
                }
            }
        } else {
            let mut seen = rustc_hash::FxHashSet::default();
            for (index, channel) in channels.iter().enumerate() {
                if seen.insert(*channel) {
                    weights[index] = 1.0;
                }
            }
        }
        Ok(())
    }
}

/// The last touch whose channel is not ignored; the last of all when every one is.
#[derive(Debug, Clone)]
pub(super) struct LastNon {
    pub(super) channels: std::collections::BTreeSet<String>,
}

impl CreditModel for LastNon {
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        let counts =
            |touch: &usize| journey.channel(*touch).is_some_and(|name| !self.channels.contains(name));
        let chosen = (0..weights.len()).rev().find(counts).unwrap_or(weights.len() - 1);
        weights[chosen] = 1.0;
        Ok(())
    }
}

/// [`PositionBased`] in millionths of a percent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Positions {
    pub(super) first: f64,
    pub(super) middle: f64,
    pub(super) last: f64,
    renormalise: bool,
}

impl From<PositionBased> for Positions {
    fn from(rules: PositionBased) -> Positions {
        let [first, middle, last] =
            [rules.first, rules.middle, rules.last].map(|percent| libm::rint(percent * MILLIONTHS));
        Positions { first, middle, last, renormalise: rules.renormalise }
    }
}

impl Positions {
    /// The shares of two touches.
    pub(super) fn two(&self) -> (f64, f64) {
        let first = if self.renormalise { self.first } else { self.first + self.middle / 2.0 };
        let last = if self.renormalise { self.last } else { self.last + self.middle / 2.0 };
        // Only the middle counts, and there is none: both touches count alike.
        if first + last == 0.0 { (0.5, 0.5) } else { (first / (first + last), last / (first + last)) }
    }
}

impl Positions {
    /// What the first of two or more touches, each between and the last weigh, in whole numbers.
    #[inline]
    pub(super) fn units(&self, length: usize) -> [u64; 3] {
        let [first, middle, last] = [self.first as u64, self.middle as u64, self.last as u64];
        match length as u64 - 2 {
            0 if !self.renormalise => [2 * first + middle, 0, 2 * last + middle],
            // Only the middle counts, and there is none: both touches count alike.
            0 if first + last == 0 => [1, 0, 1],
            0 => [first, 0, last],
            // The middle is shared by `between` touches: everything times that keeps whole numbers.
            between => [first * between, middle, last * between],
        }
    }
}

impl CreditModel for Positions {
    #[inline]
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        let length = weights.len();
        if length == 1 {
            weights[0] = 1.0;
            return Ok(());
        }
        let [first, middle, last] = self.units(length);
        weights.fill(middle as f64);
        weights[0] = first as f64;
        weights[length - 1] = last as f64;
        Ok(())
    }
}

impl CreditModel for MilestoneBased {
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        if journey.times.is_empty() || journey.times[0] == UNTIMED {
            return Err(CreditError::NoTimes { journey: journey.index, what: "a milestone model".into() });
        }
        let moments = journey.moments();
        let last = journey.times[weights.len() - 1];
        let won = if journey.end_micros() == UNTIMED { last } else { journey.end_micros() };
        // The touch at a milestone is the last one that is not later; before the first touch it is the first.
        let at = |moment: i64| journey.times.partition_point(|time| *time <= moment).saturating_sub(1);
        let milestones = [
            (self.first_touch, Some(0)),
            (self.lead_created, (moments.lead_created != UNTIMED).then(|| at(moments.lead_created))),
            (
                self.opportunity_created,
                (moments.opportunity_created != UNTIMED).then(|| at(moments.opportunity_created)),
            ),
            (self.won, Some(at(won))),
        ];
        let mut marked = 0;
        for (percent, touch) in &milestones {
            if let (Some(touch), true) = (touch, *percent > 0.0) {
                marked += usize::from(weights[*touch] == 0.0);
                weights[*touch] += libm::rint(percent * MILLIONTHS);
            }
        }
        // The others share one part: multiplying all weights by their number keeps them whole.
        let others = weights.len() - marked;
        if others > 0 && self.others > 0.0 {
            let (each, times) = (libm::rint(self.others * MILLIONTHS), others as f64);
            for weight in weights.iter_mut() {
                *weight = if *weight == 0.0 { each } else { *weight * times };
            }
        } else if marked == 0 {
            // Only missing milestones have a weight: all touches count alike.
            weights.fill(1.0);
        }
        Ok(())
    }
}

impl CreditModel for TimeDecay {
    #[inline]
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        let times = journey.times;
        let last = weights.len() - 1;
        if times.len() != weights.len() || times[0] == UNTIMED {
            return Err(CreditError::NoTimes { journey: journey.index, what: "time decay".into() });
        }
        // Halved per half-life before the newest touch: in the same proportion as before the conversion, and never all
        // zero, however long ago it is.
        let newest = times[last];
        let per_micro = 1.0 / (f64::from(self.half_life.as_seconds()) * 1e6);
        for (weight, time) in weights.iter_mut().zip(times) {
            *weight = half_to(newest.saturating_sub(*time) as f64 * per_micro);
        }
        Ok(())
    }
}

/// 0.5 to the power of `x`, which is at least 0.
#[inline]
fn half_to(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { libm::exp2(-x) }
}

impl CreditModel for OwnershipRules {
    /// Channels are read as pipelines: all goes to the first touch of the owner at the creation of the opportunity, or
    /// at the conversion when that is not known. A journey without an owner stays unattributed.
    fn weigh(&self, journey: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        if journey.times.first().is_none_or(|time| *time == UNTIMED) {
            return Err(CreditError::NoTimes { journey: journey.index, what: "the ownership rule".into() });
        }
        let last = journey.time(weights.len() - 1);
        let Some(at) = journey.opportunity_created().or(journey.ended_at()).or(last) else { return Ok(()) };
        let entries: Vec<Entry> = (0..weights.len())
            .filter_map(|touch| Some(Entry::new(journey.channel(touch)?, journey.time(touch)?)))
            .collect();
        let decided = self.decide(&entries, at);
        let owner = decided.owner().and_then(|owner| {
            (0..weights.len()).find(|touch| journey.channel(*touch) == Some(owner.pipeline.as_str()))
        });
        if let Some(weight) = owner.and_then(|touch| weights.get_mut(touch)) {
            *weight = 1.0;
        }
        Ok(())
    }
}
