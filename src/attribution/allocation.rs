//! The value of conversions to the last minor unit.

use std::fmt;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::by_channel::Learnt;
use super::cents::{Divider, divide_ends};
use super::credits::Credits;
use super::engine::Attribution;
use super::error::{AttributionError, CreditError};
use super::journeys::{Journey, Journeys, NONE};
use super::models::Positions;
use super::run::{Kind, Run, Weighed};
use super::spread::Spread;
use crate::calendar::UtcOffset;
use crate::model::open_enum::closed_enum;
use crate::model::{Money, RuleId};
use crate::text::Code;

closed_enum! {
    /// What amounts are rolled up by.
    Dimension {
        /// The channel.
        Channel = "channel",
        /// The campaign of the touch.
        Campaign = "campaign",
        /// The month of the conversion, in the local time of the rules.
        Month = "month",
        /// The pipeline that owns the customer.
        Pipeline = "pipeline",
        /// The conversion, by the host's name for it.
        Conversion = "conversion",
    }
}

const DIMENSIONS: usize = 5;

/// Numbers of a row by dimension, [`NONE`] where the dimension is not asked for or not known.
type Key = [u32; DIMENSIONS];

/// One row of an [`Allocation`]: a field is `None` when its dimension was not asked for or is not known. Money that no
/// channel gets is in rows without a channel and a campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AllocationRow {
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The month, such as `2026-03`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// The pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<String>,
    /// The conversion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<String>,
    /// Conversions, a real number.
    pub conversions: f64,
    /// Value, exact.
    pub value: Money,
}

/// The value of all conversions, divided by one model. The rows sum to `total` exactly, whatever they are rolled up
/// by, and rows of one roll-up are sums of those of a finer one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct Allocation {
    /// The model's id in the rules.
    pub model: RuleId,
    /// What kind of model it is.
    pub code: Code,
    /// What the rows are rolled up by.
    pub by: Vec<Dimension>,
    /// In the order of channel, campaign, month, pipeline and conversion; what is not known comes first.
    pub rows: Vec<AllocationRow>,
    /// What the conversions are worth together.
    pub total: Money,
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} divides {}", self.model, self.total)?;
        for (index, row) in self.rows.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            let parts = [&row.channel, &row.campaign, &row.month, &row.pipeline, &row.conversion];
            let mut named = false;
            for part in parts.into_iter().flatten() {
                write!(f, "{}{part}", if named { " / " } else { "" })?;
                named = true;
            }
            write!(f, "{}{}", if named { " " } else { "nobody " }, row.value)?;
        }
        Ok(())
    }
}

/// What one touch gets of one conversion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TouchCredit {
    /// The journey, from 0.
    pub journey: usize,
    /// The touch in the journey, from 0.
    pub touch: usize,
    /// The conversion, by the host's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<String>,
    /// The channel.
    pub channel: String,
    /// The campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// When the touch happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<DateTime<Utc>>,
    /// Its part of the conversion, 0 to 1.
    pub share: f64,
    /// Its part of the value, exact.
    pub value: Money,
}

/// Rows by key.
struct Rows<'a> {
    journeys: &'a Journeys,
    wanted: [bool; DIMENSIONS],
    offset: UtcOffset,
    numbers: FxHashMap<Key, u32>,
    rows: Vec<(Key, f64, i64)>,
    /// Rows by channel alone are found without a table: one a channel, the last for what no channel gets.
    by_channel: Vec<(f64, i64)>,
}

/// Months are counted from a year before all of chrono's, so that they are positive.
const FIRST_YEAR: i32 = 300_000;

impl<'a> Rows<'a> {
    fn new(journeys: &'a Journeys, by: &[Dimension], offset: UtcOffset) -> Rows<'a> {
        let wanted =
            std::array::from_fn(|index| Dimension::ALL.get(index).is_some_and(|one| by.contains(one)));
        let is_by_channel = wanted == [true, false, false, false, false];
        let sums = if is_by_channel { journeys.channels.len() + 1 } else { 0 };
        let (numbers, rows, by_channel) = (FxHashMap::default(), Vec::new(), vec![(0.0, 0); sums]);
        Rows { journeys, wanted, offset, numbers, rows, by_channel }
    }

    /// What is common to all rows of a journey.
    #[inline]
    fn key(&self, journey: &Journey<'_>) -> Key {
        if !self.by_channel.is_empty() {
            return [NONE; DIMENSIONS];
        }
        let [_, _, month, pipeline, conversion] = self.wanted;
        let number = |wanted: bool, number: u32| if wanted { number } else { NONE };
        let month = if month { self.month(journey) } else { NONE };
        [
            NONE,
            NONE,
            month,
            number(pipeline, journey.pipeline_number()),
            number(conversion, journey.id_number()),
        ]
    }

    fn month(&self, journey: &Journey<'_>) -> u32 {
        let shift = TimeDelta::seconds(self.offset.seconds().into());
        let local = journey.ended_at().and_then(|at| at.checked_add_signed(shift));
        local.map_or(NONE, |local| ((local.year() + FIRST_YEAR) * 12) as u32 + local.month0())
    }

    #[inline]
    fn add(&mut self, key: Key, channel: u32, campaign: u32, conversions: f64, value: i64) {
        // Sums fit: that of all absolute values does.
        if let Some(nobody) = self.by_channel.len().checked_sub(1) {
            if let Some(sums) = self.by_channel.get_mut(nobody.min(channel as usize)) {
                sums.0 += conversions;
                sums.1 += value;
            }
            return;
        }
        let number = self.find(key, channel, campaign);
        if let Some(row) = self.rows.get_mut(number) {
            row.1 += conversions;
            row.2 += value;
        }
    }

    fn find(&mut self, key: Key, channel: u32, campaign: u32) -> usize {
        let [_, _, month, pipeline, conversion] = key;
        let channel = if self.wanted[0] { channel } else { NONE };
        let campaign = if self.wanted[1] { campaign } else { NONE };
        let key = [channel, campaign, month, pipeline, conversion];
        let next = self.rows.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.rows.push((key, 0.0, 0));
        }
        number as usize
    }

    fn finish(self) -> Vec<AllocationRow> {
        let currency = self.journeys.currency().unwrap_or_default();
        let text = |text: Option<&str>| text.map(str::to_owned);
        let month = |number: u32| {
            (number != NONE).then(|| {
                let year = (number / 12) as i32 - FIRST_YEAR;
                format!("{year:04}-{:02}", number % 12 + 1)
            })
        };
        let nobody = self.by_channel.len().saturating_sub(1) as u32;
        let by_channel = self.by_channel.into_iter().zip(0..).map(|((conversions, value), channel)| {
            let channel = if channel == nobody { NONE } else { channel };
            ([channel, NONE, NONE, NONE, NONE], conversions, value)
        });
        // A channel that is never paid is a row, the money nobody gets only when there is some.
        let is_row = |(key, conversions, value): &(Key, f64, i64)| {
            key[0] != NONE || *conversions != 0.0 || *value != 0
        };
        let mut rows: Vec<AllocationRow> = self
            .rows
            .into_iter()
            .chain(by_channel.filter(is_row))
            .map(|([channel, campaign, at, pipeline, conversion], conversions, value)| AllocationRow {
                channel: text(self.journeys.channels.text(channel)),
                campaign: text(self.journeys.campaigns.text(campaign)),
                month: month(at),
                pipeline: text(self.journeys.pipelines.text(pipeline)),
                conversion: text(self.journeys.ids.text(conversion)),
                conversions,
                value: Money::new(value, currency),
            })
            .collect();
        rows.sort_by_cached_key(|row| {
            let AllocationRow { channel, campaign, month, pipeline, conversion, .. } = row.clone();
            (channel, campaign, month, pipeline, conversion)
        });
        rows
    }
}

impl Attribution {
    /// Divides the value of every conversion in whole minor units and rolls it up, once a model.
    ///
    /// Each conversion is divided by largest remainder, equal remainders to the touch that stands first. A model that
    /// learns from all journeys pays each conversion to all channels in proportion to their credit, whole units going
    /// to the channel that is furthest behind, so that its total follows its credit; a channel's campaigns share by
    /// the touches they have in journeys that converted. O(touches), plus O(channels) a conversion for such models.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, Conversion, Dimension, Journeys, Step};
    /// use leadkit::model::{Currency, Money};
    /// use serde_json::json;
    ///
    /// let attribution = Attribution::load(json!({"models": [{"id": "linear", "model": "linear"}]}))?;
    /// let mut journeys = Journeys::new();
    /// for channel in ["sem", "live", "mail"] {
    ///     journeys.push(Step { channel, ..Step::default() })?;
    /// }
    /// let value = Some(Money::new(1_000, Currency::CNY));
    /// journeys.end_journey(&Conversion { value, ..Conversion::default() })?;
    /// let allocated = attribution.allocate(&journeys, &[Dimension::Channel])?;
    /// assert_eq!(
    ///     allocated[0].to_string(),
    ///     "linear divides 10.00 CNY: live 3.33 CNY; mail 3.33 CNY; sem 3.34 CNY",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a model cannot weigh the journeys; the first such model is named.
    pub fn allocate(
        &self,
        journeys: &Journeys,
        by: &[Dimension],
    ) -> Result<Vec<Allocation>, AttributionError> {
        self.each_model(journeys, |run| self.allocate_one(run, run.learn()?.as_ref(), by))
    }

    /// Credits and allocations of every model at once: a model that learns from all journeys learns once for both.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, Conversion, Dimension, Journeys, Step};
    /// use leadkit::model::{Currency, Money};
    /// use serde_json::json;
    ///
    /// let attribution = Attribution::load(json!({"models": [{"id": "chain", "model": {"markov": {}}}]}))?;
    /// let mut journeys = Journeys::new();
    /// for channel in ["sem", "live", "sem"] {
    ///     journeys.push(Step { channel, ..Step::default() })?;
    /// }
    /// let value = Some(Money::new(1_001, Currency::CNY));
    /// journeys.end_journey(&Conversion { value, ..Conversion::default() })?;
    /// let (credits, allocations) = attribution.credit_and_allocate(&journeys, &[Dimension::Channel])?;
    /// // Without `live` half of the conversions are left, without `sem` none: effects of 1/2 and 1.
    /// let sem = credits.models()[0].channel("sem").unwrap();
    /// assert!((sem.value - 1_001.0 * 2.0 / 3.0).abs() < 1e-9);
    /// assert_eq!(allocations[0].channel("sem").unwrap().value.minor(), 667);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a model cannot weigh the journeys; the first such model is named.
    pub fn credit_and_allocate(
        &self,
        journeys: &Journeys,
        by: &[Dimension],
    ) -> Result<(Credits, Vec<Allocation>), AttributionError> {
        let both = self.each_model(journeys, |run| {
            let learnt = run.learn()?;
            let credits = self.credit_one(run, learnt.as_ref())?;
            Ok((credits, self.allocate_one(run, learnt.as_ref(), by)?))
        })?;
        let (models, allocations) = both.into_iter().unzip();
        Ok((self.credits(journeys, models), allocations))
    }

    fn allocate_one(
        &self,
        run: &Run<'_>,
        learnt: Option<&Learnt>,
        by: &[Dimension],
    ) -> Result<Allocation, CreditError> {
        let (journeys, model) = (run.journeys, &run.model.rules);
        let mut rows = Rows::new(journeys, by, self.offset);
        match learnt {
            Some(learnt) if !learnt.fit.by_journey => spread(run, learnt, &mut rows)?,
            learnt => divide(run, learnt, &mut rows)?,
        }
        let nothing = || Money::new(0, journeys.currency().unwrap_or_default());
        Ok(Allocation {
            model: model.id.clone(),
            code: model.model.code().into(),
            by: Dimension::ALL.iter().copied().filter(|one| by.contains(one)).collect(),
            rows: rows.finish(),
            total: journeys.value().unwrap_or_else(nothing),
        })
    }

    /// What each touch gets of each conversion by one model, in the order of journeys and touches; touches that get
    /// nothing are left out. `None` when no model has that id. Sums over touches are those of
    /// [`allocate`](Attribution::allocate), except for models that learn: these divide a conversion among its own
    /// touches here, by the weights of their channels.
    ///
    /// It makes a record of every touch: O(touches) memory.
    ///
    /// ```
    /// use leadkit::attribution::{Attribution, Conversion, Journeys, Step};
    /// use leadkit::model::{Currency, Money};
    /// use serde_json::json;
    ///
    /// let attribution = Attribution::load(json!({"models": [{"id": "last", "model": "last"}]}))?;
    /// let mut journeys = Journeys::new();
    /// journeys.push(Step { channel: "sem", ..Step::default() })?;
    /// journeys.push(Step { channel: "live", campaign: Some("autumn"), ..Step::default() })?;
    /// let value = Some(Money::new(900, Currency::CNY));
    /// journeys.end_journey(&Conversion { value, ..Conversion::default() })?;
    /// let touches = attribution.touch_credits(&journeys, "last")?.unwrap();
    /// assert_eq!((touches.len(), touches[0].touch, touches[0].value.minor()), (1, 1, 900));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the model cannot weigh the journeys.
    pub fn touch_credits(
        &self,
        journeys: &Journeys,
        model: &str,
    ) -> Result<Option<Vec<TouchCredit>>, AttributionError> {
        let Some(found) = self.models.iter().find(|one| one.rules.id.as_str() == model) else {
            return Ok(None);
        };
        let run = self.run(found, journeys);
        let currency = journeys.currency().unwrap_or_default();
        let mut credits = Vec::new();
        let mut divider = Divider::default();
        let weighed = run.learn().and_then(|learnt| {
            run.weigh(learnt.as_ref(), |weighed| {
                let journey = weighed.journey;
                divider.divide(journey.minor(), weighed.weights);
                for (place, (weight, value)) in weighed.weights.iter().zip(&divider.parts).enumerate() {
                    if *weight == 0.0 {
                        continue;
                    }
                    credits.push(TouchCredit {
                        journey: journey.index,
                        touch: weighed.kept.get(place).map_or(place, |touch| *touch as usize),
                        conversion: journey.id().map(str::to_owned),
                        channel: journey.channel(place).unwrap_or_default().to_owned(),
                        campaign: journey.campaign(place).map(str::to_owned),
                        time: journey.time(place),
                        share: weight / weighed.sum,
                        value: Money::new(*value, currency),
                    });
                }
            })
        });
        weighed.map_err(|error| AttributionError { model: found.rules.id.clone(), error })?;
        Ok(Some(credits))
    }
}

/// Pays each conversion to its own touches.
fn divide(run: &Run<'_>, learnt: Option<&Learnt>, rows: &mut Rows<'_>) -> Result<(), CreditError> {
    if learnt.is_none() && divide_by_place(run, rows)? {
        return Ok(());
    }
    let mut divider = Divider::default();
    run.weigh(learnt, |weighed: &Weighed<'_>| {
        let journey = weighed.journey;
        let key = rows.key(journey);
        let conversions = weighed.conversions as f64;
        if weighed.sum <= 0.0 {
            rows.add(key, NONE, NONE, conversions, journey.minor());
            return;
        }
        divider.divide(journey.minor(), weighed.weights);
        let each = conversions / weighed.sum;
        for (place, (weight, value)) in weighed.weights.iter().zip(&divider.parts).enumerate() {
            if *weight > 0.0 {
                let channel = journey.channels.get(place).copied().unwrap_or(NONE);
                let campaign = journey.campaigns.get(place).copied().unwrap_or(NONE);
                rows.add(key, channel, campaign, weight * each, *value);
            }
        }
    })
}

/// What each pair of channel and campaign should have of the total in whole units: the channel by largest remainder, and
/// of that its campaigns. Paid in this proportion, sums come out at these.
fn whole_totals(total: i64, weights: &[f64], pairs: &[((u32, u32), u64)]) -> Vec<f64> {
    let same = |a: &((u32, u32), u64), b: &((u32, u32), u64)| a.0.0 == b.0.0;
    let mut left = weights;
    let groups: Vec<&[f64]> = pairs
        .chunk_by(same)
        .filter_map(|group| {
            let (of_channel, rest) = left.split_at_checked(group.len())?;
            left = rest;
            Some(of_channel)
        })
        .collect();
    let channels: Vec<f64> = groups.iter().map(|group| group.iter().sum()).collect();
    let mut divider = Divider::default();
    divider.divide(total, &channels);
    let of_channels = divider.parts.clone();
    let mut totals = Vec::with_capacity(weights.len());
    for (group, of_channel) in groups.iter().zip(of_channels) {
        divider.divide(of_channel, group);
        totals.extend(divider.parts.iter().map(|part| *part as f64));
    }
    totals
}

/// Pays models whose division needs no weights. False when the model is another.
fn divide_by_place(run: &Run<'_>, rows: &mut Rows<'_>) -> Result<bool, CreditError> {
    let kind = &run.model.kind;
    if let (Kind::Position(positions), false) = (kind, run.has_discounts()) {
        return divide_by_position(run, positions, rows).map(|()| true);
    }
    if run.has_discounts() || !matches!(kind, Kind::First | Kind::Last | Kind::Linear) {
        return Ok(false);
    }
    run.preparation.each(run.journeys, |journey, _| {
        let conversions = journey.conversions();
        if conversions == 0 {
            return Ok(());
        }
        let (key, conversions, value) = (rows.key(journey), conversions as f64, journey.minor());
        let length = journey.len();
        if length == 0 {
            rows.add(key, NONE, NONE, conversions, value);
            return Ok(());
        }
        let places = match kind {
            Kind::First => 0..1,
            Kind::Last => length - 1..length,
            _ => 0..length,
        };
        // Equal parts: what is left over goes to the first touches, one unit each.
        let count = places.len();
        let (each, left) = (value / count as i64, value % count as i64);
        for (index, place) in places.enumerate() {
            let channel = journey.channels.get(place).copied().unwrap_or(NONE);
            let campaign = journey.campaigns.get(place).copied().unwrap_or(NONE);
            let more = if (index as u64) < left.unsigned_abs() { left.signum() } else { 0 };
            rows.add(key, channel, campaign, conversions / count as f64, each + more);
        }
        Ok(())
    })?;
    Ok(true)
}

/// Pays by three weights: all places between the first and the last are alike.
fn divide_by_position(run: &Run<'_>, positions: &Positions, rows: &mut Rows<'_>) -> Result<(), CreditError> {
    run.preparation.each(run.journeys, |journey, _| {
        let conversions = journey.conversions();
        if conversions == 0 {
            return Ok(());
        }
        let (key, conversions, value) = (rows.key(journey), conversions as f64, journey.minor());
        let mut pay = |place: usize, conversions: f64, value: i64| {
            let channel = journey.channels.get(place).copied().unwrap_or(NONE);
            let campaign = journey.campaigns.get(place).copied().unwrap_or(NONE);
            rows.add(key, channel, campaign, conversions, value);
        };
        let length = journey.len();
        if length < 2 {
            pay(0, conversions, value);
            return Ok(());
        }
        let between = length - 2;
        let units = positions.units(length);
        let ends = divide_ends(value, units, between);
        let each = conversions / (units[0] + units[1] * between as u64 + units[2]) as f64;
        let [first, middle, last] = units.map(|units| units as f64 * each);
        if units[0] > 0 {
            pay(0, first, ends.first);
        }
        if units[1] > 0 {
            for place in 0..between {
                let more = if place < ends.more { value.signum() } else { 0 };
                pay(place + 1, middle, ends.middle + more);
            }
        }
        if units[2] > 0 {
            pay(length - 1, last, ends.last);
        }
        Ok(())
    })
}

/// Pays each conversion to all channels, by what was learnt.
fn spread(run: &Run<'_>, learnt: &Learnt, rows: &mut Rows<'_>) -> Result<(), CreditError> {
    // How many touches that led to conversions each campaign of a channel has.
    let mut pairs: FxHashMap<(u32, u32), u64> = FxHashMap::default();
    let mut touches = vec![0u64; run.journeys.channels.len()];
    let (mut total, mut refunds) = (0i64, false);
    run.preparation.each(run.journeys, |journey, _| {
        let conversions = journey.conversions();
        if !journey.is_empty() {
            total += journey.minor();
            refunds |= journey.minor() < 0;
        }
        for (place, channel) in journey.channels.iter().enumerate() {
            let campaign = journey.campaigns.get(place).copied().unwrap_or(NONE);
            *pairs.entry((*channel, campaign)).or_default() += conversions;
            if let Some(touches) = touches.get_mut(*channel as usize) {
                *touches += conversions;
            }
        }
        Ok(())
    })?;
    let mut pairs: Vec<((u32, u32), u64)> = pairs.into_iter().filter(|(_, count)| *count > 0).collect();
    pairs.sort_unstable();
    let weights = |of: &[f64]| -> Vec<f64> {
        pairs
            .iter()
            .map(|((channel, _), count)| {
                let weight = of.get(*channel as usize).copied().unwrap_or(0.0);
                let all = touches.get(*channel as usize).copied().unwrap_or(1);
                weight * (*count as f64 / all as f64)
            })
            .collect()
    };
    let by_conversions = weights(&learnt.conversions);
    let mut by_value = weights(&learnt.values);
    let sum: f64 = by_conversions.iter().sum();
    // Discounts may leave nobody to pay.
    let is_paid = by_value.iter().any(|weight| *weight > 0.0);
    if is_paid && !refunds && total > 0 {
        by_value = whole_totals(total, &by_value, &pairs);
    }
    let mut spread = Spread::new(&by_value);
    run.preparation.each(run.journeys, |journey, _| {
        let conversions = journey.conversions();
        if conversions == 0 {
            return Ok(());
        }
        let key = rows.key(journey);
        let (conversions, value) = (conversions as f64, journey.minor());
        let has_path = !journey.is_empty();
        let (is_shared, is_paid) = (has_path && sum > 0.0, has_path && is_paid);
        let left = (if is_shared { 0.0 } else { conversions }, if is_paid { 0 } else { value });
        if left != (0.0, 0) {
            rows.add(key, NONE, NONE, left.0, left.1);
        }
        if !is_shared && !is_paid {
            return Ok(());
        }
        let parts = spread.pay(if is_paid { value } else { 0 });
        for (index, ((channel, campaign), _)) in pairs.iter().enumerate() {
            let weight = by_conversions.get(index).copied().unwrap_or(0.0);
            let conversions = if is_shared { conversions * (weight / sum) } else { 0.0 };
            let value = parts.get(index).copied().unwrap_or(0);
            if conversions > 0.0 || value != 0 {
                rows.add(key, *channel, *campaign, conversions, value);
            }
        }
        Ok(())
    })
}
