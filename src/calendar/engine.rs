//! Questions to a calendar.

use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::amount::MAX_WORKDAYS;
use super::leap::{LAST, folded};
use super::measure::{Measure, Periods};
use super::{Amount, CalendarError, Clock, CoverageSource, Deadline, UtcOffset, Zone};
use crate::document::Fingerprint;

const DAY: i64 = 86_400;
/// 1970-01-01 in chrono's days of the common era.
const EPOCH: i64 = 719_163;
/// More working days than an amount may have.
const MAX_WORKDAYS_AND_ONE: u32 = MAX_WORKDAYS + 1;
/// The years 0 to 9999, which RFC 3339 can write, in seconds since 1970.
const YEARS: Range<i64> = -62_167_219_200..253_402_300_800;

/// Working time of a pool, team or rep, made ready to be asked.
///
/// Every question costs O(log n) in the dates that differ and the changes of the offset, however far its answer lies.
/// Outside the coverage of the rules there is no answer, and the [`CalendarError`] says so. Moments within a leap second
/// are the end of the second before it.
///
/// ```
/// use leadkit::calendar::{Amount, Calendar, CalendarRules, Clock, UtcOffset, Zone};
///
/// let office = Calendar::compile(&CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA)))?;
/// let friday_night = "2026-03-06T21:00:00+08:00".parse().unwrap();
/// assert_eq!(office.is_open(friday_night), Ok(false));
/// assert_eq!(office.next_opening(friday_night), Ok("2026-03-09T09:00:00+08:00".parse().unwrap()));
/// let due = office.add(friday_night, Amount::Workdays(3), Clock::SameTime)?;
/// assert_eq!(due.local().to_rfc3339(), "2026-03-11T21:00:00+08:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(super) zone: Zone,
    pub(super) version: Arc<str>,
    pub(super) fingerprint: Fingerprint,
    pub(super) coverage: Option<Bounds>,
    pub(super) periods: Periods,
    pub(super) office: Measure,
    pub(super) workdays: Measure,
}

/// The dates that are known, and the moments at which they begin and end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) from: NaiveDate,
    pub(super) through: NaiveDate,
    pub(super) sources: [CoverageSource; 2],
    pub(super) start: i64,
    pub(super) end: i64,
    /// The end of the last night, on the morning after: office hours are known as far as that.
    pub(super) closing: i64,
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    Office,
    Workdays,
}

pub(super) fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - EPOCH
}

fn date_of(day: i64) -> Result<NaiveDate, CalendarError> {
    let days = i32::try_from(day + EPOCH).ok().filter(|_| YEARS.contains(&(day * DAY)));
    days.and_then(NaiveDate::from_num_days_from_ce_opt).ok_or(CalendarError::OutOfRange)
}

fn is_writable(at: &DateTime<Utc>) -> bool {
    YEARS.contains(&at.timestamp())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

impl Calendar {
    /// The zone of its hours.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Version of its rules: what their author wrote.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Fingerprint of its rules: calendars whose rules differ have different ones. The set of `holidays` counts by its
    /// name.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The first and the last date it knows; `None` when the week goes on for ever.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarRules, Zone};
    ///
    /// let known = Calendar::china().coverage();
    /// assert_eq!(known, Some(("2023-01-01".parse()?, "2026-12-31".parse()?)));
    /// assert_eq!(Calendar::compile(&CalendarRules::office_hours(Zone::default())).unwrap().coverage(), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn coverage(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.coverage.map(|bounds| (bounds.from, bounds.through))
    }

    /// When something is due that has so much time from a start on.
    ///
    /// A deadline exactly at closing stays there. No time at all moves to the next opening (on `Workday` and
    /// `SameTime` to the next working day).
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, Clock, Span};
    ///
    /// let china = Calendar::china();
    /// let at = |text: &str| text.parse().unwrap();
    /// let local = |start, hours| {
    ///     china.add(start, Span::hours(hours), Clock::OfficeHours).map(|due| due.local().to_rfc3339())
    /// };
    /// assert_eq!(local(at("2026-03-06T16:00:00+08:00"), 2)?, "2026-03-06T18:00:00+08:00");
    /// assert_eq!(local(at("2026-03-06T18:00:00+08:00"), 0)?, "2026-03-09T09:00:00+08:00");
    /// # Ok::<(), leadkit::calendar::CalendarError>(())
    /// ```
    ///
    /// # Errors
    /// When the start or the deadline lies outside the coverage (on [`Clock::Elapsed`] there is none), when so much time
    /// never comes, and when the amount is in working days on a clock that counts none.
    pub fn add(
        &self,
        start: DateTime<Utc>,
        amount: impl Into<Amount>,
        clock: Clock,
    ) -> Result<Deadline, CalendarError> {
        self.shift(start, amount.into(), clock, Direction::Forward)
    }

    /// The mirror of [`add`](Self::add): by when something must start to have so much time before an end.
    ///
    /// A start exactly at an opening stays there. No time at all moves to the last closing.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, Clock, Span};
    ///
    /// let monday = "2026-03-09T10:00:00+08:00".parse().unwrap();
    /// let start = Calendar::china().subtract(monday, Span::hours(2), Clock::OfficeHours)?;
    /// assert_eq!(start.local().to_rfc3339(), "2026-03-06T17:00:00+08:00");
    /// # Ok::<(), leadkit::calendar::CalendarError>(())
    /// ```
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn subtract(
        &self,
        end: DateTime<Utc>,
        amount: impl Into<Amount>,
        clock: Clock,
    ) -> Result<Deadline, CalendarError> {
        self.shift(end, amount.into(), clock, Direction::Backward)
    }

    /// [`add`](Self::add) on the clock for an amount of this size ([`Amount::default_clock`]), when nobody named one;
    /// the deadline says so.
    ///
    /// ```
    /// use leadkit::calendar::{Amount, Calendar, Clock};
    ///
    /// let china = Calendar::china();
    /// let asked = "2026-03-06T17:00:00+08:00".parse().unwrap();
    /// let due = china.add_by_size(asked, Amount::hours(2))?;
    /// assert!(due.is_clock_by_size() && due.clock() == Clock::OfficeHours);
    /// assert_eq!(due.to_string(), "\
    /// 2026-03-09T10:00:00+08:00: 2h on the clock `office_hours`, chosen by the size, after 2026-03-06T17:00:00+08:00, \
    /// by the calendar `cn-2023-2026`");
    /// # Ok::<(), leadkit::calendar::CalendarError>(())
    /// ```
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn add_by_size(
        &self,
        start: DateTime<Utc>,
        amount: impl Into<Amount>,
    ) -> Result<Deadline, CalendarError> {
        let amount = amount.into();
        self.add(start, amount, amount.default_clock()).map(Deadline::by_size)
    }

    /// [`subtract`](Self::subtract) on the clock for an amount of this size, when nobody named one; the answer says so.
    ///
    /// ```
    /// use leadkit::calendar::{Amount, Calendar, Clock};
    ///
    /// let monday = "2026-03-09T10:00:00+08:00".parse().unwrap();
    /// let start = Calendar::china().subtract_by_size(monday, Amount::hours(2))?;
    /// assert!(start.is_clock_by_size() && start.clock() == Clock::OfficeHours);
    /// assert_eq!(start.local().to_rfc3339(), "2026-03-06T17:00:00+08:00");
    /// # Ok::<(), leadkit::calendar::CalendarError>(())
    /// ```
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn subtract_by_size(
        &self,
        end: DateTime<Utc>,
        amount: impl Into<Amount>,
    ) -> Result<Deadline, CalendarError> {
        let amount = amount.into();
        self.subtract(end, amount, amount.default_clock()).map(Deadline::by_size)
    }

    fn shift(
        &self,
        start: DateTime<Utc>,
        amount: Amount,
        clock: Clock,
        direction: Direction,
    ) -> Result<Deadline, CalendarError> {
        let seconds = match (amount, clock) {
            (Amount::Workdays(MAX_WORKDAYS_AND_ONE..), _) => return Err(CalendarError::AmountTooLong),
            (Amount::Time(span), _) => i64::from(span.as_seconds()),
            (Amount::Workdays(days), Clock::Workday | Clock::SameTime) => i64::from(days) * DAY,
            (Amount::Workdays(_), Clock::OfficeHours | Clock::Elapsed) => {
                return Err(CalendarError::NoWorkdays { clock });
            }
        };
        let from = folded(start);
        let at = match (clock, direction) {
            (Clock::Elapsed, Direction::Forward) => elapsed(from, seconds)?,
            (Clock::Elapsed, Direction::Backward) => elapsed(from, -seconds)?,
            (Clock::Workday, _) => self.counted(Count::Workdays, from, seconds, direction)?,
            (Clock::OfficeHours, _) => self.counted(Count::Office, from, seconds, direction)?,
            (Clock::SameTime, _) => self.same_time(from, amount, direction)?,
        };
        let with_offset = |at: DateTime<Utc>| {
            self.placed(at)?;
            let seconds = self.periods.offset_at(at.timestamp());
            let is_written = YEARS.contains(&(at.timestamp() + seconds));
            let offset = i32::try_from(seconds).ok().and_then(UtcOffset::from_seconds).unwrap_or_default();
            if is_written { Ok((at, offset)) } else { Err(CalendarError::OutOfRange) }
        };
        let rules = (Arc::clone(&self.version), self.fingerprint);
        Ok(Deadline::new(with_offset(at)?, with_offset(start)?, (amount, clock), rules))
    }

    /// Whether a moment can be written and the offset is known at it.
    fn placed(&self, at: DateTime<Utc>) -> Result<(), CalendarError> {
        match self.periods.until() {
            Some(until) if at.timestamp() >= until => Err(after_zone(until)),
            _ if is_writable(&at) => Ok(()),
            _ => Err(CalendarError::OutOfRange),
        }
    }

    fn moment(&self, second: i64, nanos: u32) -> Result<DateTime<Utc>, CalendarError> {
        let at = DateTime::from_timestamp(second, nanos).ok_or(CalendarError::OutOfRange)?;
        self.placed(at).map(|()| at)
    }

    fn measure(&self, count: Count) -> &Measure {
        match count {
            Count::Office => &self.office,
            Count::Workdays => &self.workdays,
        }
    }

    /// The coverage, of office hours to the end of the last night.
    fn bounds(&self, count: Count) -> Option<Bounds> {
        self.coverage.map(|bounds| match count {
            Count::Office => Bounds { end: bounds.closing, ..bounds },
            Count::Workdays => bounds,
        })
    }

    fn counted(
        &self,
        of: Count,
        start: DateTime<Utc>,
        seconds: i64,
        direction: Direction,
    ) -> Result<DateTime<Utc>, CalendarError> {
        let at = start.timestamp();
        let (measure, coverage) = (self.measure(of), self.bounds(of));
        self.covered(start, of)?;
        let nanos = self.fraction(measure, start);
        let count = measure.before(at, &self.periods);
        match direction {
            Direction::Forward => {
                let opens = seconds == 0 || nanos > 0;
                let end = if opens {
                    measure.leave(count + seconds, &self.periods)
                } else {
                    measure.reach(count + seconds, &self.periods)
                };
                let after = |bounds: Bounds, end| if opens { end >= bounds.end } else { end > bounds.end };
                match (end, coverage) {
                    (Some(end), Some(bounds)) if after(bounds, end) => Err(self.after_coverage(bounds)),
                    (Some(end), _) => self.moment(end, nanos),
                    (None, Some(bounds)) => Err(self.after_coverage(bounds)),
                    (None, None) => Err(self.never_open()),
                }
            }
            Direction::Backward => {
                let closes = seconds == 0 && nanos == 0;
                let begin = if closes {
                    measure.reach(count, &self.periods)
                } else {
                    measure.leave(count - seconds, &self.periods)
                };
                let before =
                    |bounds: Bounds, begin| if closes { begin <= bounds.start } else { begin < bounds.start };
                match (begin, coverage) {
                    (Some(begin), Some(bounds)) if before(bounds, begin) => Err(self.before_coverage(bounds)),
                    (Some(begin), _) => self.moment(begin, nanos),
                    (None, Some(bounds)) => Err(self.before_coverage(bounds)),
                    (None, None) => Err(self.never_open()),
                }
            }
        }
    }

    /// The fraction of its second that is counted before a moment: what counts begins and ends on whole seconds.
    fn fraction(&self, measure: &Measure, at: DateTime<Utc>) -> u32 {
        match at.timestamp_subsec_nanos() {
            0 => 0,
            nanos if measure.counts(at.timestamp(), &self.periods) => nanos.min(LAST),
            _ => 0,
        }
    }

    fn same_time(
        &self,
        start: DateTime<Utc>,
        amount: Amount,
        direction: Direction,
    ) -> Result<DateTime<Utc>, CalendarError> {
        let sign = if direction == Direction::Forward { 1 } else { -1 };
        // The start has to be known as well as the deadline.
        self.covered(start, Count::Workdays)?;
        let (from, days) = match amount {
            Amount::Workdays(days) => (start, i64::from(days)),
            Amount::Time(span) => (elapsed(start, sign * i64::from(span.as_seconds()))?, 0),
        };
        let local = self.zone.local(from);
        let date = match (days, direction) {
            (0, _) if self.is_workday(local.date())? => return Ok(from),
            _ => self.nth(day_number(local.date()), sign * days.max(1))?,
        };
        Ok(self.zone.first_moment(date.and_time(local.time())))
    }

    /// How much time a clock counts from one moment to another; negative when the second is the earlier.
    ///
    /// On [`Clock::SameTime`] it is the number of whole working days, each 24 hours: the most that
    /// [`add`](Self::add) can take and stay within, were amounts unlimited. Where the offset changes between the two
    /// moments this takes some microseconds, else a fraction of one as all other questions.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, Clock};
    ///
    /// let china = Calendar::china();
    /// let (friday, monday) = ("2026-03-06T17:00:00+08:00".parse().unwrap(), "2026-03-09T10:00:00+08:00".parse().unwrap());
    /// assert_eq!(china.between(friday, monday, Clock::OfficeHours)?.num_hours(), 2);
    /// assert_eq!(china.between(friday, monday, Clock::Workday)?.num_hours(), 17);
    /// assert_eq!(china.between(monday, friday, Clock::Elapsed)?.num_hours(), -65);
    /// # Ok::<(), leadkit::calendar::CalendarError>(())
    /// ```
    ///
    /// # Errors
    /// When one of the moments lies outside the coverage, other than on [`Clock::Elapsed`].
    pub fn between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        clock: Clock,
    ) -> Result<TimeDelta, CalendarError> {
        let (from, until) = (folded(from), folded(until));
        if until < from {
            return self.between(until, from, clock).map(|length| -length);
        }
        match clock {
            Clock::Elapsed => Ok(until - from),
            Clock::Workday => self.counted_between(Count::Workdays, from, until),
            Clock::OfficeHours => self.counted_between(Count::Office, from, until),
            Clock::SameTime => self.days_between(from, until).map(TimeDelta::days),
        }
    }

    fn counted_between(
        &self,
        of: Count,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<TimeDelta, CalendarError> {
        let measure = self.measure(of);
        let count = |at: DateTime<Utc>| {
            self.covered(at, of)?;
            let second = at.timestamp();
            let nanos = self.fraction(measure, at);
            Ok((measure.before(second, &self.periods), i64::from(nanos)))
        };
        let ((from, from_nanos), (until, until_nanos)) = (count(from)?, count(until)?);
        Ok(TimeDelta::seconds(until - from) + TimeDelta::nanoseconds(until_nanos - from_nanos))
    }

    fn days_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<i64, CalendarError> {
        self.covered(from, Count::Workdays)?;
        self.covered(until, Count::Workdays)?;
        let (start, end) = (self.zone.local(from), self.zone.local(until));
        let (first, last) = (day_number(start.date()), day_number(end.date()));
        let line = self.workdays.line();
        // Of two days before the start nothing is shown again after it: offsets are within a day.
        if self.periods.is_even(from.timestamp() - 2 * DAY, until.timestamp()) {
            let whole = ((line.before_day(last) - line.before_day(first + 1)) / DAY).max(0);
            let counts =
                first < last && start.time() <= end.time() && self.is_workday(end.date()) == Ok(true);
            return Ok(whole + i64::from(counts));
        }
        let fits = |days: i64| {
            let amount = u32::try_from(days).map(Amount::Workdays);
            amount.is_ok_and(|amount| {
                self.same_time(from, amount, Direction::Forward).is_ok_and(|reached| reached <= until)
            })
        };
        // By the dates it is this many, but for one that has not come to the time of the day, and for what a wall shows
        // that jumps over a date or back to it.
        let mut days = ((line.before_day(last + 1) - line.before_day(first + 1)) / DAY).max(0);
        while days > 0 && !fits(days) {
            days -= 1;
        }
        while fits(days + 1) {
            days += 1;
        }
        Ok(days)
    }

    /// Whether there is work at a moment.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// assert_eq!(china.is_open("2026-03-02T10:00:00+08:00".parse().unwrap()), Ok(true));
    /// assert_eq!(china.is_open("2026-03-02T12:00:00+08:00".parse().unwrap()), Ok(false)); // closed from noon on
    /// ```
    ///
    /// # Errors
    /// When the moment lies outside the coverage.
    pub fn is_open(&self, at: DateTime<Utc>) -> Result<bool, CalendarError> {
        self.covered(at, Count::Office)?;
        if let Some(bounds) = self.bounds(Count::Office)
            && at.timestamp() >= bounds.end
        {
            return Err(self.after_coverage(bounds));
        }
        Ok(self.office.counts(at.timestamp(), &self.periods))
    }

    /// The first moment at or after `at` with work.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// let sunday = "2026-03-08T10:00:00+08:00".parse().unwrap();
    /// assert_eq!(china.next_opening(sunday), Ok("2026-03-09T09:00:00+08:00".parse().unwrap()));
    /// let open = "2026-03-09T10:15:00+08:00".parse().unwrap();
    /// assert_eq!(china.next_opening(open), Ok(open));
    /// ```
    ///
    /// # Errors
    /// When `at` or the opening lies outside the coverage, and when nothing opens any more.
    pub fn next_opening(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>, CalendarError> {
        self.counted(Count::Office, folded(at), 0, Direction::Forward)
    }

    /// The last moment at or before `at` until which there was work.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// let sunday = "2026-03-08T10:00:00+08:00".parse().unwrap();
    /// assert_eq!(china.last_closing(sunday), Ok("2026-03-06T18:00:00+08:00".parse().unwrap()));
    /// ```
    ///
    /// # Errors
    /// When `at` or the closing lies outside the coverage, and when nothing was ever open.
    pub fn last_closing(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>, CalendarError> {
        self.counted(Count::Office, folded(at), 0, Direction::Backward)
    }

    /// The spans of work from one moment up to another, in order. O(n) in them and in the days they touch.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// let day = |text: &str| text.parse().unwrap();
    /// let spans = china.open_spans(day("2026-03-06T00:00:00+08:00"), day("2026-03-07T00:00:00+08:00"))?;
    /// let ends: Vec<String> = spans.iter().map(|span| format!("{}", span.end.format("%H:%M"))).collect();
    /// assert_eq!(ends, ["04:00", "10:00"]); // 12 and 18 o'clock in China
    /// # Ok::<(), leadkit::calendar::CalendarError>(())
    /// ```
    ///
    /// # Errors
    /// When one of the moments lies outside the coverage.
    pub fn open_spans(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Range<DateTime<Utc>>>, CalendarError> {
        let (from, until) = (folded(from), folded(until));
        self.covered(from, Count::Office)?;
        self.covered(until, Count::Office)?;
        let mut spans: Vec<Range<DateTime<Utc>>> = Vec::new();
        let mut at = from;
        while at < until {
            let opening = match self.next_opening(at) {
                Ok(opening) if opening < until => opening,
                _ => break,
            };
            let second = opening.timestamp();
            let offset = self.periods.offset_at(second);
            let Some(end) = self.office.line().end_of_span(second + offset) else { break };
            // The span ends by the wall, or where the wall jumps.
            let end =
                self.periods.next_change(second).map_or(end - offset, |change| change.min(end - offset));
            let closing = DateTime::from_timestamp(end, 0).map_or(until, |end| end.min(until));
            match spans.last_mut() {
                Some(last) if last.end == opening => last.end = closing,
                _ => spans.push(opening..closing),
            }
            at = closing;
        }
        Ok(spans)
    }

    /// Whether a local date is a working day. A date that the zone skips is none.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// assert_eq!(china.is_workday("2026-10-01".parse().unwrap()), Ok(false)); // a Thursday off
    /// assert_eq!(china.is_workday("2026-10-10".parse().unwrap()), Ok(true)); // a Saturday that makes up for it
    /// ```
    ///
    /// # Errors
    /// When the date lies outside the coverage.
    pub fn is_workday(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        Ok(self.workdays.line().counts(self.known(date)?))
    }

    /// The n-th working day after a date, before it when `n` is negative; for 0 the date, or the first working day
    /// after it.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// let date = |text: &str| text.parse().unwrap();
    /// assert_eq!(china.nth_workday(date("2026-09-30"), 2), Ok(date("2026-10-09")));
    /// assert_eq!(china.nth_workday(date("2026-10-08"), -1), Ok(date("2026-09-30")));
    /// assert_eq!(china.nth_workday(date("2026-10-03"), 0), Ok(date("2026-10-08")));
    /// ```
    ///
    /// # Errors
    /// When the date or the working day lies outside the coverage, and when there are not so many.
    pub fn nth_workday(&self, date: NaiveDate, n: i64) -> Result<NaiveDate, CalendarError> {
        let day = self.known(date)?;
        match n {
            0 if self.workdays.line().counts(day) => Ok(date),
            0 => self.nth(day, 1),
            n => self.nth(day, n),
        }
    }

    /// The n-th working day after a day or before it, which need not be known itself.
    fn nth(&self, day: i64, n: i64) -> Result<NaiveDate, CalendarError> {
        let line = self.workdays.line();
        // More than there are days in chrono's years.
        let n = n.clamp(-200_000_000, 200_000_000);
        let count =
            if n > 0 { line.before_day(day + 1) + n * DAY } else { line.before_day(day) + (n + 1) * DAY };
        match (line.day_of(count), self.coverage) {
            (Some(day), None) => date_of(day),
            (Some(day), Some(_)) => {
                let date = date_of(day);
                let known = date.and_then(|date| self.known(date).map(|_| date));
                known.map_err(|error| match (error, n > 0, self.coverage) {
                    (CalendarError::OutOfRange, true, Some(bounds)) => self.after_coverage(bounds),
                    (CalendarError::OutOfRange, false, Some(bounds)) => self.before_coverage(bounds),
                    (error, ..) => error,
                })
            }
            (None, Some(bounds)) if n > 0 => Err(self.after_coverage(bounds)),
            (None, Some(bounds)) => Err(self.before_coverage(bounds)),
            (None, None) => Err(self.never_open()),
        }
    }

    /// The number of working days from one local date through another; 0 when the second is the earlier.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// let days = china.count_workdays("2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap());
    /// assert_eq!(days, Ok(248));
    /// ```
    ///
    /// # Errors
    /// When one of the dates lies outside the coverage.
    pub fn count_workdays(&self, from: NaiveDate, through: NaiveDate) -> Result<u32, CalendarError> {
        let (first, last) = (self.known(from)?, self.known(through)?);
        let line = self.workdays.line();
        let days = (line.before_day(last + 1) - line.before_day(first)) / DAY;
        u32::try_from(days.max(0)).map_err(|_| CalendarError::OutOfRange)
    }

    /// Whether both ends of an answer may lie at a moment.
    fn covered(&self, at: DateTime<Utc>, of: Count) -> Result<(), CalendarError> {
        let Some(bounds) = self.bounds(of) else {
            return self.placed(at);
        };
        let second = at.timestamp();
        if second < bounds.start {
            return Err(self.before_coverage(bounds));
        }
        if second > bounds.end || second == bounds.end && at.timestamp_subsec_nanos() > 0 {
            return Err(self.after_coverage(bounds));
        }
        self.placed(at)
    }

    /// The number of a date that is covered.
    fn known(&self, date: NaiveDate) -> Result<i64, CalendarError> {
        match self.coverage {
            Some(bounds) if date < bounds.from => Err(self.before_coverage(bounds)),
            Some(bounds) if date > bounds.through => Err(self.after_coverage(bounds)),
            _ => {
                let day = day_number(date);
                if YEARS.contains(&(day * DAY)) { Ok(day) } else { Err(CalendarError::OutOfRange) }
            }
        }
    }

    #[cold]
    fn before_coverage(&self, bounds: Bounds) -> CalendarError {
        CalendarError::BeforeCoverage {
            version: Arc::clone(&self.version),
            from: bounds.from,
            known_by: bounds.sources[0],
        }
    }

    #[cold]
    fn after_coverage(&self, bounds: Bounds) -> CalendarError {
        CalendarError::AfterCoverage {
            version: Arc::clone(&self.version),
            through: bounds.through,
            known_by: bounds.sources[1],
        }
    }

    #[cold]
    fn never_open(&self) -> CalendarError {
        CalendarError::NeverOpen { version: Arc::clone(&self.version) }
    }
}

#[cold]
fn after_zone(until: i64) -> CalendarError {
    let until = DateTime::from_timestamp(until, 0);
    until.map_or(CalendarError::OutOfRange, |until| CalendarError::AfterZone { until })
}

fn elapsed(start: DateTime<Utc>, seconds: i64) -> Result<DateTime<Utc>, CalendarError> {
    start.checked_add_signed(TimeDelta::seconds(seconds)).ok_or(CalendarError::OutOfRange)
}
