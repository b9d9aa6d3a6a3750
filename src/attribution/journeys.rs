//! Journeys in columns.

use chrono::{DateTime, Utc};

use super::channel::{RESERVED, Unusable, campaign_name, usable};
use super::error::JourneyError;
use super::names::Names;
use crate::model::{Currency, Money};

/// Stands for "no time" in columns of microseconds.
pub(super) const UNTIMED: i64 = i64::MIN;
/// Stands for "none" in columns of numbers.
pub(super) const NONE: u32 = u32::MAX;
/// Copies of touches by [`Journeys::end_and_continue`]: so many at least, and so many times the touches that were pushed.
/// A customer with as many conversions as touches has half their square.
const MAX_COPIES: usize = 1 << 24;
const MAX_COPIED: usize = 64;
/// Counts up to this are exact as floats.
const MAX_COUNT: u64 = 1 << 53;

/// One touch of a journey that is being built: [`Journeys::push`] takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step<'a> {
    /// The channel, taken without spaces around it; not blank. Names are compared by letter, case too: `Direct` is not
    /// `direct`, which rules that begin with [`b2c`](super::AttributionRules::b2c) name.
    pub channel: &'a str,
    /// The campaign, taken without spaces around it; a blank one is none.
    pub campaign: Option<&'a str>,
    /// When; microseconds count, finer parts are cut off.
    pub time: Option<DateTime<Utc>>,
}

/// How a journey ended: conversions, journeys that came to nothing, and what the conversions are worth.
///
/// The default is one conversion without a value. `count` and `nulls` stand for that many journeys on the same path:
/// both may be above zero in aggregated data.
///
/// ```
/// use leadkit::attribution::Conversion;
/// use leadkit::model::{Currency, Money};
///
/// let sale = Conversion { value: Some(Money::new(120_000, Currency::CNY)), ..Conversion::default() };
/// assert_eq!((sale.count, sale.nulls), (1, 0));
/// let aggregated = Conversion { count: 12, nulls: 340, ..Conversion::default() };
/// assert_eq!(aggregated.at, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The host's name for it, such as the id of the opportunity; the key of roll-ups by conversion.
    pub id: Option<String>,
    /// Number of conversions on this path.
    pub count: u64,
    /// Journeys on this path that did not convert.
    pub nulls: u64,
    /// The value of the conversions together.
    pub value: Option<Money>,
    /// When it converted, or when the journey was given up.
    pub at: Option<DateTime<Utc>>,
    /// When the lead was created, in UTC; `None` when not known.
    pub lead_created: Option<DateTime<Utc>>,
    /// When the opportunity was created, in UTC; `None` when not known.
    pub opportunity_created: Option<DateTime<Utc>>,
    /// When the order was placed, in UTC; `None` when not known.
    pub ordered: Option<DateTime<Utc>>,
    /// The pipeline (开源管道) that owns the customer.
    pub pipeline: Option<String>,
}

impl Default for Conversion {
    fn default() -> Conversion {
        Conversion {
            id: None,
            count: 1,
            nulls: 0,
            value: None,
            at: None,
            lead_created: None,
            opportunity_created: None,
            ordered: None,
            pipeline: None,
        }
    }
}

impl Conversion {
    /// A journey that came to nothing.
    ///
    /// ```
    /// use leadkit::attribution::{Conversion, Journeys, Step};
    ///
    /// let mut journeys = Journeys::new();
    /// journeys.push(Step { channel: "sem", ..Step::default() })?;
    /// journeys.end_journey(&Conversion::null())?;
    /// assert_eq!((journeys.conversions(), journeys.nulls()), (0, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn null() -> Conversion {
        Conversion { count: 0, nulls: 1, ..Conversion::default() }
    }
}

/// Moments of a journey other than its touches, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moments {
    pub(super) lead_created: i64,
    pub(super) opportunity_created: i64,
    pub(super) ordered: i64,
}

impl Moments {
    const NONE: Moments = Moments { lead_created: UNTIMED, opportunity_created: UNTIMED, ordered: UNTIMED };
}

/// Ordered touches of many journeys and how each ended, in columns: 12 bytes a touch with a time, 4 without.
///
/// Push the touches of a journey in any order, then end it; touches are ordered by time, and those of one instant
/// stay in the order they were pushed. Touches after the last [`end_journey`](Journeys::end_journey) belong to no
/// journey yet and are not credited.
///
/// ```
/// use leadkit::attribution::{Conversion, Journeys};
/// use leadkit::model::{Currency, Money};
///
/// let mut journeys = Journeys::new();
/// let day = |day: u32| format!("2026-03-{day:02}T09:00:00Z").parse().unwrap();
/// journeys.push_touch("sem", day(1))?;
/// journeys.push_touch("live", day(4))?;
/// journeys.end_journey(&Conversion {
///     value: Some(Money::new(50_000, Currency::CNY)),
///     at: Some(day(5)),
///     ..Conversion::default()
/// })?;
/// journeys.push_touch("sem", day(2))?;
/// journeys.end_journey(&Conversion::null())?;
/// assert_eq!((journeys.len(), journeys.conversions(), journeys.nulls()), (2, 1, 1));
/// assert_eq!(journeys.channels().collect::<Vec<_>>(), ["sem", "live"]);
/// # Ok::<(), leadkit::attribution::JourneyError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Journeys {
    pub(super) channels: Names,
    pub(super) campaigns: Names,
    pub(super) pipelines: Names,
    pub(super) ids: Names,
    currency: Option<Currency>,
    /// The least of the currencies of amounts of zero, while no other is known.
    zero_currency: Option<Currency>,
    touch_channels: Vec<u32>,
    /// Empty while no touch has a time.
    touch_times: Vec<i64>,
    /// Empty while no touch has a campaign.
    touch_campaigns: Vec<u32>,
    /// Where the touches of each journey end.
    ends: Vec<u32>,
    /// Whether a journey converted, while each stands for itself; empty once `counts` is used.
    converted: Vec<bool>,
    /// Conversions and nulls.
    counts: Vec<(u64, u64)>,
    /// Minor units; like the columns below empty while no journey has one.
    values: Vec<i64>,
    ended_at: Vec<i64>,
    moments: Vec<Moments>,
    pipeline: Vec<u32>,
    id: Vec<u32>,
    /// The open journey: its first touch, how many names there were before, and whether its touches are in order.
    open: usize,
    open_channels: usize,
    open_campaigns: usize,
    unordered: bool,
    /// Touches that are copies of earlier ones, and those of them in the open journey.
    copies: usize,
    open_copies: usize,
    /// Whether a touch is later than the end of its journey.
    has_late_touches: bool,
    conversions: u64,
    nulls: u64,
    steps: u64,
    value: i128,
    absolute_value: i128,
}

/// Appends to a column that stays empty while it holds nothing but `empty`.
fn append<T: Copy + PartialEq>(column: &mut Vec<T>, length: usize, empty: T, value: T) {
    if column.is_empty() {
        if value == empty {
            return;
        }
        column.resize(length, empty);
    }
    column.push(value);
}

fn micros(time: Option<DateTime<Utc>>) -> i64 {
    time.map_or(UNTIMED, |time| time.timestamp_micros())
}

impl Journeys {
    /// Names no channel may have: tables of credits and transitions use them for rows other than channels.
    pub const RESERVED: [&str; 4] = RESERVED;

    /// No journeys.
    ///
    /// ```
    /// use leadkit::attribution::Journeys;
    ///
    /// let journeys = Journeys::new();
    /// assert_eq!((journeys.len(), journeys.value()), (0, None));
    /// ```
    #[must_use]
    pub fn new() -> Journeys {
        Journeys::default()
    }

    /// An empty set with memory for this number of journeys and touches, times included.
    ///
    /// ```
    /// use leadkit::attribution::Journeys;
    ///
    /// // A million journeys of four touches.
    /// let journeys = Journeys::with_capacity(1_000_000, 4_000_000);
    /// assert!(journeys.is_empty());
    /// ```
    #[must_use]
    pub fn with_capacity(journeys: usize, touches: usize) -> Journeys {
        Journeys {
            touch_channels: Vec::with_capacity(touches),
            touch_times: Vec::with_capacity(touches),
            ends: Vec::with_capacity(journeys),
            converted: Vec::with_capacity(journeys),
            values: Vec::with_capacity(journeys),
            ended_at: Vec::with_capacity(journeys),
            ..Journeys::default()
        }
    }

    /// Adds a touch with a time to the open journey. O(1).
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
    /// let mut journeys = Journeys::new();
    /// journeys.push_touch("mail", at("2026-03-02T08:00:00Z"))?;
    /// journeys.push_touch("sem", at("2026-03-01T08:00:00Z"))?;
    /// journeys.end_journey(&Conversion::default())?;
    /// assert_eq!(journeys.get(0).unwrap().channel(0), Some("sem"), "ordered by time");
    /// let blank = journeys.push_touch(" ", at("2026-03-01T08:00:00Z")).unwrap_err();
    /// assert_eq!(
    ///     blank.to_string(),
    ///     "touch 0 of journey 1 has a blank channel: name it, or leave the touch out",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// On a blank or [reserved](Journeys::RESERVED) channel, on a journey that mixes times with none, and when 2^32 − 1
    /// touches are stored. The touch is not added.
    #[inline]
    pub fn push_touch(&mut self, channel: &str, time: DateTime<Utc>) -> Result<(), JourneyError> {
        self.push(Step { channel, campaign: None, time: Some(time) })
    }

    /// Adds a touch to the open journey. O(1).
    ///
    /// ```
    /// use leadkit::attribution::{Journeys, Step};
    ///
    /// let mut journeys = Journeys::new();
    /// journeys.push(Step { channel: "expo", campaign: Some("spring"), ..Step::default() })?;
    /// assert!(journeys.push(Step { channel: " ", ..Step::default() }).is_err());
    /// # Ok::<(), leadkit::attribution::JourneyError>(())
    /// ```
    ///
    /// # Errors
    /// On a blank or [reserved](Journeys::RESERVED) channel, on a journey that mixes times with none, and when 2^32 − 1
    /// touches are stored. The touch is not added.
    #[inline]
    pub fn push(&mut self, step: Step<'_>) -> Result<(), JourneyError> {
        let length = self.touch_channels.len();
        let full = || JourneyError::TooManyTouches { journey: self.ends.len() };
        if length >= NONE as usize {
            return Err(full());
        }
        let step = Step { channel: step.channel.trim(), ..step };
        // Names are checked once, when they are new: known names have passed.
        let known = self.channels.number(step.channel);
        if known.is_none() {
            let (journey, touch) = (self.ends.len(), length - self.open);
            match usable(step.channel) {
                Ok(_) => {}
                Err(Unusable::Blank) => return Err(JourneyError::BlankChannel { journey, touch }),
                Err(Unusable::Reserved) => {
                    let channel = step.channel.to_owned();
                    return Err(JourneyError::ReservedChannel { journey, touch, channel });
                }
            }
        }
        let time = micros(step.time);
        if length > self.open {
            // An empty column of times reads as "none", so the comparison below covers both.
            let before = self.touch_times.last().copied().unwrap_or(UNTIMED);
            if (before == UNTIMED) != (time == UNTIMED) {
                return Err(JourneyError::MixedTimes { journey: self.ends.len() });
            }
            // Sorted when the journey ends, and only if a touch came late: most come in order.
            self.unordered |= time < before;
        }
        // A touch that is refused leaves no name behind.
        let number = match known {
            Some(number) => number,
            None => self.channels.intern(step.channel).ok_or_else(full)?,
        };
        let campaign = match campaign_name(step.campaign) {
            None => NONE,
            Some(name) => {
                let journey = self.ends.len();
                self.campaigns.intern(name).ok_or(JourneyError::TooManyTouches { journey })?
            }
        };
        self.touch_channels.push(number);
        append(&mut self.touch_times, length, UNTIMED, time);
        append(&mut self.touch_campaigns, length, NONE, campaign);
        Ok(())
    }

    /// Ends the open journey; one without touches is a journey too, whose conversion remains unattributed.
    ///
    /// O(1) when the touches were pushed in order of time, else O(n log n).
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
    /// let mut journeys = Journeys::new();
    /// journeys.push(Step { channel: "sem", ..Step::default() })?;
    /// let value = Some(Money::new(10_000, Currency::CNY));
    /// journeys.end_journey(&Conversion { value, ..Conversion::default() })?;
    /// assert_eq!((journeys.conversions(), journeys.value()), (1, value));
    /// let foreign = Conversion { value: Some(Money::new(1, Currency::USD)), ..Conversion::default() };
    /// let error = journeys.end_journey(&foreign).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "journey 1 has an amount in USD after amounts in CNY: convert the amounts first",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// On a value without a conversion, on another currency than before, and when counts or amounts grow too large to
    /// be added exactly. The touches of the open journey are dropped then; the journeys before it stay.
    #[inline]
    pub fn end_journey(&mut self, conversion: &Conversion) -> Result<(), JourneyError> {
        self.finish(conversion)?;
        self.begin(self.touch_channels.len());
        Ok(())
    }

    /// Ends the open journey and begins the next with a copy of its touches: the full history of a customer who
    /// converts more than once. [`end_journey`](Journeys::end_journey) cuts the history after each conversion.
    ///
    /// The copies belong to the same customer: end the last journey of a customer with
    /// [`end_journey`](Journeys::end_journey), or drop them with [`discard_open`](Journeys::discard_open), before
    /// touches of the next customer are pushed.
    ///
    /// ```
    /// use leadkit::attribution::{Conversion, Journeys};
    ///
    /// let mut journeys = Journeys::new();
    /// journeys.push_touch("sem", "2026-03-01T09:00:00Z".parse().unwrap())?;
    /// journeys.end_and_continue(&Conversion::default())?;
    /// journeys.push_touch("mail", "2026-05-01T09:00:00Z".parse().unwrap())?;
    /// journeys.end_journey(&Conversion::default())?;
    /// assert_eq!(journeys.get(1).unwrap().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`end_journey`](Journeys::end_journey), and when copies were more than sixteen million and more than 64
    /// times the touches they are copies of: the journey is ended then, and the next begins without touches.
    pub fn end_and_continue(&mut self, conversion: &Conversion) -> Result<(), JourneyError> {
        self.finish(conversion)?;
        let (from, until) = (self.open, self.touch_channels.len());
        self.begin(until);
        let copies = self.copies + (until - from);
        // The histories of a frequent buyer grow with the square of the purchases: refuse them before memory runs out.
        if copies > MAX_COPIES.max(MAX_COPIED.saturating_mul(until - self.copies)) {
            return Err(JourneyError::HistoryTooLong { journey: self.ends.len(), copies: self.copies });
        }
        if until + (until - from) > NONE as usize {
            return Err(JourneyError::TooManyTouches { journey: self.ends.len() });
        }
        // After the checks: a history that is refused is not copied in part.
        self.touch_channels.extend_from_within(from..until);
        if !self.touch_times.is_empty() {
            self.touch_times.extend_from_within(from..until);
        }
        if !self.touch_campaigns.is_empty() {
            self.touch_campaigns.extend_from_within(from..until);
        }
        (self.copies, self.open_copies) = (copies, until - from);
        Ok(())
    }

    /// Begins a journey with the touches from here on.
    fn begin(&mut self, open: usize) {
        self.open = open;
        self.open_copies = 0;
        (self.open_channels, self.open_campaigns) = (self.channels.len(), self.campaigns.len());
    }

    /// The number of touches, those of the open journey included.
    pub(super) fn touches(&self) -> usize {
        self.touch_channels.len()
    }

    /// Whether the open journey has no touches.
    pub(super) fn is_open_empty(&self) -> bool {
        self.open == self.touch_channels.len()
    }

    /// Drops the touches of the open journey: those pushed, or copied by
    /// [`end_and_continue`](Journeys::end_and_continue), since the last journey was ended.
    ///
    /// ```
    /// use leadkit::attribution::{Conversion, Journeys};
    ///
    /// let mut journeys = Journeys::new();
    /// journeys.push_touch("sem", "2026-03-01T09:00:00Z".parse().unwrap())?;
    /// journeys.end_and_continue(&Conversion::default())?;
    /// // Nothing follows, and the next customer must not begin with a copy of this one's touches.
    /// journeys.discard_open();
    /// journeys.push_touch("mail", "2026-05-01T09:00:00Z".parse().unwrap())?;
    /// journeys.end_journey(&Conversion::default())?;
    /// assert_eq!(journeys.get(1).unwrap().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn discard_open(&mut self) {
        self.copies -= std::mem::take(&mut self.open_copies);
        self.touch_channels.truncate(self.open);
        self.touch_times.truncate(self.open);
        self.touch_campaigns.truncate(self.open);
        // Names that only these touches had.
        self.channels.truncate(self.open_channels);
        self.campaigns.truncate(self.open_campaigns);
        self.unordered = false;
    }

    fn finish(&mut self, conversion: &Conversion) -> Result<(), JourneyError> {
        match self.checked(conversion) {
            Ok(()) => {
                if self.unordered {
                    self.order();
                }
                self.store(conversion)
            }
            Err(error) => {
                // Otherwise the touches of a refused journey would begin the next one.
                self.discard_open();
                Err(error)
            }
        }
    }

    /// Checks the end of a journey and adds it to the totals.
    fn checked(&mut self, end: &Conversion) -> Result<(), JourneyError> {
        let journey = self.ends.len();
        if let Some(value) = end.value.filter(|value| value.minor() != 0) {
            if end.count == 0 {
                return Err(JourneyError::ValueWithoutConversion { journey });
            }
            let expected = self.currency.unwrap_or(value.currency());
            if expected != value.currency() {
                let (conversion, found) = (end.id.clone(), value.currency());
                return Err(JourneyError::Currency { journey, conversion, expected, found });
            }
            // The sum of absolute values bounds every partial sum, in whatever order refunds come.
            let absolute = self.absolute_value + i128::from(value.minor().unsigned_abs());
            if absolute > i128::from(i64::MAX) {
                return Err(JourneyError::AmountOverflow { journey, conversion: end.id.clone() });
            }
        }
        let length = (self.touch_channels.len() - self.open) as u64;
        let count = || {
            let both = end.count.checked_add(end.nulls)?;
            let all = both.checked_add(self.conversions)?.checked_add(self.nulls)?;
            // A journey has one step more than touches: the last leads to its end.
            let steps = both.checked_mul(length + 1)?.checked_add(self.steps)?;
            (all <= MAX_COUNT && steps <= u64::MAX / 2).then_some(steps)
        };
        self.steps = count().ok_or(JourneyError::CountOverflow { journey })?;
        if journey >= NONE as usize {
            return Err(JourneyError::TooManyTouches { journey });
        }
        // After the checks: a journey that is refused leaves the totals as they were.
        self.conversions += end.count;
        self.nulls += end.nulls;
        if let Some(value) = end.value {
            // An amount of zero has no currency of its own, in whatever order conversions come.
            if value.minor() == 0 {
                let least = self.zero_currency.map_or(value.currency(), |known| known.min(value.currency()));
                self.zero_currency = Some(least);
            } else {
                self.currency = Some(value.currency());
            }
            self.value += i128::from(value.minor());
            self.absolute_value += i128::from(value.minor().unsigned_abs());
        }
        Ok(())
    }

    fn store(&mut self, end: &Conversion) -> Result<(), JourneyError> {
        let journey = self.ends.len();
        let full = JourneyError::TooManyTouches { journey };
        let mut numbered = |names: fn(&mut Journeys) -> &mut Names, text: &Option<String>| match text {
            None => Ok(NONE),
            Some(text) => names(self).intern(text).ok_or(full.clone()),
        };
        let pipeline = numbered(|all| &mut all.pipelines, &end.pipeline)?;
        let id = numbered(|all| &mut all.ids, &end.id)?;
        // One bit per journey as long as each is one conversion or none; counts from the first other one on.
        let single = end.count + end.nulls == 1;
        if single && self.counts.is_empty() {
            self.converted.push(end.count == 1);
        } else {
            if self.counts.is_empty() {
                let counts = std::mem::take(&mut self.converted);
                self.counts = counts.into_iter().map(|won| (u64::from(won), u64::from(!won))).collect();
            }
            self.counts.push((end.count, end.nulls));
        }
        let at = micros(end.at);
        // In order by now, so the last touch is the latest.
        let last = if self.is_open_empty() { None } else { self.touch_times.last().copied() };
        self.has_late_touches |= at != UNTIMED && last.is_some_and(|last| last > at);
        append(&mut self.values, journey, 0, end.value.map_or(0, |value| value.minor()));
        append(&mut self.ended_at, journey, UNTIMED, at);
        let moments = Moments {
            lead_created: micros(end.lead_created),
            opportunity_created: micros(end.opportunity_created),
            ordered: micros(end.ordered),
        };
        append(&mut self.moments, journey, Moments::NONE, moments);
        append(&mut self.pipeline, journey, NONE, pipeline);
        append(&mut self.id, journey, NONE, id);
        // Fits: `push` keeps the number of touches below 2^32.
        self.ends.push(self.touch_channels.len() as u32);
        Ok(())
    }

    /// Puts the touches of the open journey in order of time, those of one instant as they came.
    fn order(&mut self) {
        self.unordered = false;
        let Some(times) = self.touch_times.get(self.open..) else { return };
        let mut order: Vec<usize> = (0..times.len()).collect();
        // Stable: touches of one moment stay in the order they were pushed.
        order.sort_by_key(|index| times.get(*index));
        fn permute<T: Copy>(column: Option<&mut [T]>, order: &[usize]) {
            let Some(column) = column else { return };
            let ordered: Vec<T> = order.iter().filter_map(|index| column.get(*index).copied()).collect();
            if ordered.len() == column.len() {
                column.copy_from_slice(&ordered);
            }
        }
        permute(self.touch_channels.get_mut(self.open..), &order);
        permute(self.touch_times.get_mut(self.open..), &order);
        permute(self.touch_campaigns.get_mut(self.open..), &order);
    }

    /// The number of journeys, aggregated ones counted once.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no journey has been ended yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Conversions, those of aggregated journeys included.
    #[must_use]
    pub fn conversions(&self) -> u64 {
        self.conversions
    }

    /// Number of journeys that did not convert.
    #[must_use]
    pub fn nulls(&self) -> u64 {
        self.nulls
    }

    /// The value of all conversions; `None` when no journey has a value.
    #[must_use]
    pub fn value(&self) -> Option<Money> {
        // Fits: the sum of absolute values does.
        self.currency().map(|currency| Money::new(i64::try_from(self.value).unwrap_or_default(), currency))
    }

    /// The currency of the values: of those that are not zero, when there is one.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currency.or(self.zero_currency)
    }

    /// The channels, in the order they were first pushed: [`Journey::channel_number`] counts in it.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.channels.iter()
    }

    /// A journey, by the order in which they were ended, from 0. O(1).
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
    /// assert_eq!(journeys.get(0).unwrap().len(), 2);
    /// assert!(journeys.get(1).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> Option<Journey<'_>> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { *self.ends.get(index - 1)? as usize };
        Some(Journey {
            set: self,
            index,
            channels: self.touch_channels.get(start..end)?,
            times: self.touch_times.get(start..end).unwrap_or_default(),
            campaigns: self.touch_campaigns.get(start..end).unwrap_or_default(),
        })
    }

    /// All journeys, in the order they were ended.
    pub fn iter(&self) -> impl Iterator<Item = Journey<'_>> {
        self.range(0..self.len())
    }

    /// Some journeys; the range may end after the last.
    #[inline]
    pub(super) fn range(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = Journey<'_>> {
        let until = range.end.min(self.len());
        let from = range.start.min(until);
        let mut start =
            from.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let ends = self.ends.get(from..until).unwrap_or_default();
        ends.iter().enumerate().map(move |(place, end)| {
            let touches = start..*end as usize;
            start = touches.end;
            Journey {
                set: self,
                index: from + place,
                channels: self.touch_channels.get(touches.clone()).unwrap_or_default(),
                times: self.touch_times.get(touches.clone()).unwrap_or_default(),
                campaigns: self.touch_campaigns.get(touches).unwrap_or_default(),
            }
        })
    }

    pub(super) fn has_late_touches(&self) -> bool {
        self.has_late_touches
    }
}

/// One journey of [`Journeys`]: its touches in order, and how it ended. A view, as cheap to copy as a reference.
#[derive(Clone, Copy)]
pub struct Journey<'a> {
    pub(super) set: &'a Journeys,
    pub(super) index: usize,
    pub(super) channels: &'a [u32],
    pub(super) times: &'a [i64],
    pub(super) campaigns: &'a [u32],
}

impl std::fmt::Debug for Journey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let channels: Vec<&str> = (0..self.len()).filter_map(|touch| self.channel(touch)).collect();
        f.debug_struct("Journey")
            .field("index", &self.index)
            .field("channels", &channels)
            .field("conversions", &self.conversions())
            .field("nulls", &self.nulls())
            .finish_non_exhaustive()
    }
}

fn moment(micros: Option<i64>) -> Option<DateTime<Utc>> {
    micros.filter(|micros| *micros != UNTIMED).and_then(DateTime::from_timestamp_micros)
}

impl<'a> Journey<'a> {
    /// Its place among the journeys, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Number of touches, 0 or more.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.channels.len()
    }

    /// Whether it has no touch, so that all its conversions are unattributed.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    /// The channel of a touch, counted from 0.
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
    /// // A journey by way of `sem` and `mail`.
    /// let journey = journeys.get(0).unwrap();
    /// assert_eq!((journey.channel(1), journey.channel(2)), (Some("mail"), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn channel(&self, touch: usize) -> Option<&'a str> {
        self.set.channels.text(*self.channels.get(touch)?)
    }

    /// The number of a touch's channel in [`Journeys::channels`]; cheaper to compare than its name.
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
    /// let journey = journeys.get(0).unwrap();
    /// let number = journey.channel_number(1).unwrap();
    /// assert_eq!(journeys.channels().nth(number), Some("mail"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn channel_number(&self, touch: usize) -> Option<usize> {
        self.channels.get(touch).map(|number| *number as usize)
    }

    /// The campaign of a touch.
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
    /// assert_eq!(journeys.get(0).unwrap().campaign(0), Some("spring"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn campaign(&self, touch: usize) -> Option<&'a str> {
        self.set.campaigns.text(*self.campaigns.get(touch)?)
    }

    /// When a touch happened.
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
    /// assert_eq!(journeys.get(0).unwrap().time(0), Some(at("2026-03-01T08:00:00Z")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn time(&self, touch: usize) -> Option<DateTime<Utc>> {
        moment(self.times.get(touch).copied())
    }

    /// Number of conversions on this path.
    #[must_use]
    #[inline]
    pub fn conversions(&self) -> u64 {
        self.counts().0
    }

    /// Journeys on this path that did not convert.
    #[must_use]
    #[inline]
    pub fn nulls(&self) -> u64 {
        self.counts().1
    }

    #[inline]
    pub(super) fn counts(&self) -> (u64, u64) {
        match self.set.converted.get(self.index) {
            Some(won) => (u64::from(*won), u64::from(!*won)),
            None => self.set.counts.get(self.index).copied().unwrap_or_default(),
        }
    }

    /// The value of its conversions; `None` when no journey of the set has a value.
    #[must_use]
    pub fn value(&self) -> Option<Money> {
        self.set.currency().map(|currency| Money::new(self.minor(), currency))
    }

    #[inline]
    pub(super) fn minor(&self) -> i64 {
        self.set.values.get(self.index).copied().unwrap_or_default()
    }

    /// When it converted or was given up.
    #[must_use]
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        moment(self.set.ended_at.get(self.index).copied())
    }

    /// When the lead was created, in UTC; `None` when not known.
    #[must_use]
    pub fn lead_created(&self) -> Option<DateTime<Utc>> {
        moment(Some(self.moments().lead_created))
    }

    /// When the opportunity was created, in UTC; `None` when not known.
    #[must_use]
    pub fn opportunity_created(&self) -> Option<DateTime<Utc>> {
        moment(Some(self.moments().opportunity_created))
    }

    /// When the order was placed, in UTC; `None` when not known.
    #[must_use]
    pub fn ordered(&self) -> Option<DateTime<Utc>> {
        moment(Some(self.moments().ordered))
    }

    pub(super) fn moments(&self) -> Moments {
        self.set.moments.get(self.index).copied().unwrap_or(Moments::NONE)
    }

    /// Microseconds, or [`UNTIMED`].
    pub(super) fn end_micros(&self) -> i64 {
        self.set.ended_at.get(self.index).copied().unwrap_or(UNTIMED)
    }

    /// The host's name of the conversion.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.set.ids.text(*self.set.id.get(self.index)?)
    }

    /// The pipeline that owns the customer.
    #[must_use]
    pub fn pipeline(&self) -> Option<&'a str> {
        self.set.pipelines.text(*self.set.pipeline.get(self.index)?)
    }

    pub(super) fn id_number(&self) -> u32 {
        self.set.id.get(self.index).copied().unwrap_or(NONE)
    }

    pub(super) fn pipeline_number(&self) -> u32 {
        self.set.pipeline.get(self.index).copied().unwrap_or(NONE)
    }
}
