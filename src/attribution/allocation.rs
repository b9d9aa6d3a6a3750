//! The value of conversions to the last minor unit.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::by_channel::Learnt;
use super::cents::{Divider, divide_ends};
use super::credits::{Credits, Note, write_notes};
use super::engine::Attribution;
use super::error::{AttributionError, CreditError};
use super::journeys::{Journeys, NONE};
use super::models::Positions;
use super::pay_all::pay_all;
use super::rows::{AllocationRow, Dimension, Rows};
use super::run::{Kind, Run, Weighed};
use crate::model::{Money, RuleId};
use crate::text::Code;

/// The part of conversions and of their value that no channel gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnattributedValue {
    /// Conversions, a real number of 0 or more: models may leave part of one.
    pub conversions: f64,
    /// Their value, exact to the minor unit.
    pub value: Money,
}

impl UnattributedValue {
    /// Whether any conversion or any value is unattributed.
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.conversions > 0.0 || self.value.minor() != 0
    }
}

/// The value of all conversions, divided by one model. The rows sum to `total` exactly for every roll-up, and rows of one
/// roll-up are sums of those of a finer one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct Allocation {
    /// The model's id in the rules.
    pub model: RuleId,
    /// Which model shared the conversions, such as `linear`.
    pub code: Code,
    /// What each row stands for: a touch, a channel, a month.
    pub by: Vec<Dimension>,
    /// In the order of channel, campaign, month, pipeline and conversion; `None` comes first.
    pub rows: Vec<AllocationRow>,
    /// The value of all conversions together.
    pub total: Money,
    /// Number of conversions in all journeys.
    pub conversions: u64,
    /// The part that no channel gets; it is in rows without a channel.
    pub unattributed: UnattributedValue,
    /// Caveats that a reader of the figures must know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.conversions == 1 { "" } else { "s" };
        write!(f, "{} divides {} of {} conversion{plural}", self.model, self.total, self.conversions)?;
        write_notes(f, &self.notes, self.conversions)?;
        for (index, row) in self.rows.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            let parts = [&row.channel, &row.campaign, &row.month, &row.pipeline, &row.conversion];
            let mut named = false;
            for part in parts.into_iter().flatten() {
                write!(f, "{}{part}", if named { " / " } else { "" })?;
                named = true;
            }
            if !named {
                f.write_str(&self.unnamed())?;
            }
            write!(f, " {}{}", row.value, if row.is_few { " (few)" } else { "" })?;
        }
        if !self.by.contains(&Dimension::Channel) && self.unattributed.is_some() {
            write!(f, "; of this nobody gets {}", self.unattributed.value)?;
        }
        Ok(())
    }
}

impl Allocation {
    /// The label of a row without a name.
    fn unnamed(&self) -> String {
        match self.by.first() {
            None => "all".to_owned(),
            Some(Dimension::Channel) => "nobody".to_owned(),
            Some(_) => {
                let names: Vec<&str> = self.by.iter().map(|one| one.as_str()).collect();
                format!("no {}", names.join(" or "))
            }
        }
    }
}

/// The share of one touch in one conversion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TouchCredit {
    /// The journey by its position in [`Journeys`](super::Journeys), from 0.
    pub journey: usize,
    /// The touch in the journey, from 0.
    pub touch: usize,
    /// The conversion, by the host's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<String>,
    /// Where the touch came from, as touches and costs name it: rows with the same channel can be summed.
    pub channel: String,
    /// The campaign id of the touch; `None` for a touch outside campaigns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// When the touch happened, in UTC; `None` when the journey has no times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<DateTime<Utc>>,
    /// Its part of the conversion, 0 to 1.
    pub share: f64,
    /// Its part of the value, exact.
    pub value: Money,
}

impl Attribution {
    /// Divides the value of every conversion in whole minor units and rolls it up, once a model.
    ///
    /// Each conversion is divided by largest remainder, equal remainders to the earlier touch. A model that
    /// learns from all journeys pays each conversion to all channels in proportion to their credit, whole units going
    /// to the channel that is furthest behind, so that the total of a channel follows its credit; a channel's campaigns
    /// share by the touches they have in journeys that converted, or by all its touches when none did. Channels and
    /// campaigns that are paid alike are paid in the order of their names. O(touches), plus O(channels) a conversion for
    /// such models, or O(campaigns of channels) when rows are by campaign: refused when that would take longer than about
    /// a minute ([`CreditError::AllocationTooLarge`]).
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
    ///     "linear divides 10.00 CNY of 1 conversion, fewer than 30: live 3.33 CNY (few); mail 3.33 CNY (few); sem 3.34 \
    ///      CNY (few)",
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
            // Learnt once for both, as learning takes most of a model's time.
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
        // A credit learnt from all journeys says what a channel is worth overall, not in this conversion: so each
        // conversion pays all channels.
        match learnt {
            Some(learnt) if !learnt.fit.by_journey => pay_all(run, learnt, &mut rows)?,
            learnt => divide(run, learnt, &mut rows)?,
        }
        let money = |minor: i64| Money::new(minor, journeys.currency().unwrap_or_default());
        let (conversions, value) = rows.nobody;
        let beside = self.beside(run, learnt, conversions)?;
        Ok(Allocation {
            model: model.id.clone(),
            code: model.model.code().into(),
            // In the order of the columns, however the caller ordered them.
            by: Dimension::ALL.iter().copied().filter(|one| by.contains(one)).collect(),
            rows: rows.finish(|channel| beside.is_few(channel as usize)),
            total: journeys.value().unwrap_or_else(|| money(0)),
            conversions: journeys.conversions(),
            unattributed: UnattributedValue { conversions, value: money(value) },
            notes: beside.notes,
        })
    }

    /// The share of each touch in each conversion by one model, in the order of journeys and touches; touches that get
    /// nothing are left out. `None` when no model has that id. Sums over touches are those of
    /// [`allocate`](Attribution::allocate), except for models that learn: these divide a conversion among its own
    /// touches here, by the weights of their channels.
    ///
    /// It returns a record for every touch: O(touches) memory.
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
                    // A record without a share would be read as one touch more that counted.
                    if *weight == 0.0 {
                        continue;
                    }
                    credits.push(TouchCredit {
                        journey: journey.index,
                        // Without a list of kept touches, all were kept.
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
        // No touch has a weight, as when all are discounted: a row without a channel, so that totals are right.
        if weighed.sum <= 0.0 {
            rows.add(key, NONE, NONE, conversions, journey.minor());
            return;
        }
        // Money is divided in whole minor units and sums to the value; conversions are fractions and need no remainder.
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

/// Pays models whose division needs no weights. False when the model is another.
fn divide_by_place(run: &Run<'_>, rows: &mut Rows<'_>) -> Result<bool, CreditError> {
    let kind = &run.model.kind;
    // Parts that are equal, or of three kinds, need no list of weights.
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
        // Equal parts: the remainder goes to the first touches, one unit each.
        let count = places.len();
        let (each, left) = (value / count as i64, value % count as i64);
        for (index, place) in places.enumerate() {
            let channel = journey.channels.get(place).copied().unwrap_or(NONE);
            let campaign = journey.campaigns.get(place).copied().unwrap_or(NONE);
            // The remainder has the sign of the value: a refund is divided as the sale was.
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
        // A single touch is first and last; without any touch nobody is paid.
        if length < 2 {
            pay(0, conversions, value);
            return Ok(());
        }
        let between = length - 2;
        let units = positions.units(length);
        let ends = divide_ends(value, units, between);
        let each = conversions / (units[0] + units[1] * between as u64 + units[2]) as f64;
        let [first, middle, last] = units.map(|units| units as f64 * each);
        // Rows without weight would look like channels that were paid nothing.
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
