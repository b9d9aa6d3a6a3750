//! Sums of models that only look at positions on the path.

use super::credits::Unattributed;
use super::error::CreditError;
use super::run::{Kind, Run};
use super::sums::{PIECE, Sums};

/// Adds the channels of one path, given its conversions and value.
type AddPath<'a> = dyn FnMut(&mut Sums, &[u32], f64, f64) + 'a;

impl Run<'_> {
    /// Sums models that look at nothing but places, without writing weights down. False when the model is another.
    pub(super) fn sum_by_place(
        &self,
        sums: &mut Sums,
        unattributed: &mut Unattributed,
    ) -> Result<bool, CreditError> {
        // A discount looks at the channel, not the place: weights are written down then.
        if self.has_discounts() {
            return Ok(false);
        }
        // One walk over the journeys for all models: what nobody is paid is counted in one place.
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
                // One division per path and not per touch.
                let each = 1.0 / channels.len() as f64;
                let (conversions, value) = (conversions * each, value * each);
                add_alike(sums, channels, conversions, value);
            })?,
            Kind::Position(model) => sum(&mut |sums, channels, conversions, value| match channels {
                [first, between @ .., last] if !between.is_empty() => {
                    // Percentages may miss 100 by a tolerance: divided by their own sum, no credit is lost.
                    let all = model.first + model.middle + model.last;
                    let (conversions, value) = (conversions / all, value / all);
                    sums.add(*first, conversions * model.first, value * model.first);
                    let each = model.middle / between.len() as f64;
                    add_alike(sums, between, conversions * each, value * each);
                    sums.add(*last, conversions * model.last, value * model.last);
                }
                [first, last] => {
                    let (first_share, last_share) = model.two();
                    sums.add(*first, conversions * first_share, value * first_share);
                    sums.add(*last, conversions * last_share, value * last_share);
                }
                // A single touch is first and last.
                _ => channels.iter().for_each(|channel| sums.add(*channel, conversions, value)),
            })?,
            Kind::UniqueLinear if self.journeys.channels.len() <= 64 => {
                sum(&mut |sums, channels, conversions, value| {
                    // Sets of up to 64 channels are one word, and need no table.
                    let all = channels.iter().fold(0u64, |set, channel| set | 1 << channel);
                    let each = 1.0 / f64::from(all.count_ones());
                    let (conversions, value) = (conversions * each, value * each);
                    // In the order of the path, so that floats are added as they would be by weights.
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

/// Adds the same to each touch.
#[inline]
fn add_alike(sums: &mut Sums, channels: &[u32], conversions: f64, value: f64) {
    if channels.len() <= PIECE {
        channels.iter().for_each(|channel| sums.add(*channel, conversions, value));
    } else {
        sums.add_all(channels.iter().map(|channel| (*channel, conversions, value)));
    }
}
