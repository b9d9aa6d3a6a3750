//! Rows of amounts, by what they are rolled up by.

use chrono::{Datelike, TimeDelta};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::journeys::{Journey, Journeys, NONE};
use crate::calendar::UtcOffset;
use crate::model::Money;
use crate::model::open_enum::closed_enum;

closed_enum! {
    /// The roll-up of amounts.
    Dimension {
        /// The channel of the touch.
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

/// Numbers of a row by dimension, [`NONE`] where the dimension is not requested or not known.
type Key = [u32; DIMENSIONS];

/// One row of an [`Allocation`](super::Allocation): a field is `None` when its dimension was not requested or is not
/// known. Money that no channel gets is in rows without a channel and a campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AllocationRow {
    /// Where the touches came from; `None` when rows are not split by channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The campaign of the touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The month of the conversion, such as `2026-03`, in the local time of the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// The pipeline that owns the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<String>,
    /// The conversion, by the host's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<String>,
    /// Conversions credited, a real number.
    pub conversions: f64,
    /// Value credited, exact to the minor unit.
    pub value: Money,
    /// Whether fewer conversions than the minimum have the channel on their path.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_few: bool,
}

/// Rows by key.
pub(super) struct Rows<'a> {
    journeys: &'a Journeys,
    wanted: [bool; DIMENSIONS],
    offset: UtcOffset,
    numbers: FxHashMap<Key, u32>,
    rows: Vec<(Key, f64, i64)>,
    /// Rows by channel alone are found without a table: one a channel, the last for what no channel gets.
    by_channel: Vec<(f64, i64)>,
    /// The part that no channel gets.
    pub(super) nobody: (f64, i64),
}

/// Months are counted from a year before all of chrono's, so that they are positive.
const FIRST_YEAR: i32 = 300_000;

impl<'a> Rows<'a> {
    pub(super) fn new(journeys: &'a Journeys, by: &[Dimension], offset: UtcOffset) -> Rows<'a> {
        let wanted =
            std::array::from_fn(|index| Dimension::ALL.get(index).is_some_and(|one| by.contains(one)));
        let is_by_channel = wanted == [true, false, false, false, false];
        let sums = if is_by_channel { journeys.channels.len() + 1 } else { 0 };
        let (numbers, rows, by_channel) = (FxHashMap::default(), Vec::new(), vec![(0.0, 0); sums]);
        Rows { journeys, wanted, offset, numbers, rows, by_channel, nobody: (0.0, 0) }
    }

    pub(super) fn is_by_campaign(&self) -> bool {
        self.wanted[1]
    }

    /// The values that all rows of a journey have in common.
    #[inline]
    pub(super) fn key(&self, journey: &Journey<'_>) -> Key {
        // Rows by channel alone have no other part of a key.
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
    pub(super) fn add(&mut self, key: Key, channel: u32, campaign: u32, conversions: f64, value: i64) {
        // Sums fit: that of all absolute values does.
        if channel == NONE {
            self.nobody.0 += conversions;
            self.nobody.1 += value;
        }
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
        // Rows are in the order in which they were met; the table only finds them.
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.rows.push((key, 0.0, 0));
        }
        number as usize
    }

    pub(super) fn finish(self, is_few: impl Fn(u32) -> bool) -> Vec<AllocationRow> {
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
        // A channel that is never paid is a row; the money that nobody gets is one only when there is some.
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
                is_few: channel != NONE && is_few(channel),
            })
            .collect();
        // By text: numbers depend on which journey came first.
        rows.sort_by_cached_key(|row| {
            let AllocationRow { channel, campaign, month, pipeline, conversion, .. } = row.clone();
            (channel, campaign, month, pipeline, conversion)
        });
        rows
    }
}
