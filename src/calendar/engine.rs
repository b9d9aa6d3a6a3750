//! Deadlines, working time and working days of a calendar.

use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::amount::MAX_WORKDAYS;
use super::bounds::{Bounds, Count, EPOCH, day_number};
use super::leap::{LAST, folded};
use super::measure::{Measure, Periods, Piece};
use super::{Amount, CalendarError, Clock, Deadline, UtcOffset, Zone};
use crate::document::RulesVersion;

const DAY: i64 = 86_400;
/// More working days than an amount may have.
const MAX_WORKDAYS_AND_ONE: u32 = MAX_WORKDAYS + 1;
/// The years 0 to 9999, which RFC 3339 can write, in seconds since 1970.
const YEARS: Range<i64> = -62_167_219_200..253_402_300_800;

/// Working time of a pool, team or rep, compiled.
///
/// Every method takes O(log n) in the dates that differ and the changes of the offset, however far away the result is;
/// the same time of another day also O(n) in the changes of the two days around it.
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
    pub(super) version: Arc<RulesVersion>,
    pub(super) coverage: Option<Bounds>,
    pub(super) periods: Periods,
    pub(super) office: Measure,
    pub(super) workdays: Measure,
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
    /// The zone in which its hours and dates are meant.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Version of its rules: `revision` is their `version` field, and the fingerprint covers all of their content.
    /// Calendars whose rules differ have different ones; the set of `holidays` counts by its name.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarRules, DayOverride};
    ///
    /// let mut rules = CalendarRules::china();
    /// rules.overrides.insert("2026-03-03".parse().unwrap(), DayOverride::Off);
    /// let (china, edited) = (Calendar::china(), Calendar::compile(&rules)?);
    /// assert_eq!(&*china.version().revision, "cn-2023-2026");
    /// assert_eq!(&*edited.version().revision, "cn-2023-2026");
    /// assert_ne!(edited.version().fingerprint, china.version().fingerprint);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// The first and the last date it knows; `None` when the week repeats for ever.
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
        self.coverage.as_ref().map(|bounds| (bounds.from, bounds.through))
    }

    /// When something is due that starts at `start` and has this much time.
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
    /// When the start or the deadline is outside the coverage (on [`Clock::Elapsed`] there is none), when so much time
    /// never comes, and when the amount is in working days on a clock that counts none.
    pub fn add(
        &self,
        start: DateTime<Utc>,
        amount: impl Into<Amount>,
        clock: Clock,
    ) -> Result<Deadline, CalendarError> {
        self.shift(start, amount.into(), clock, Direction::Forward)
    }

    /// The mirror of [`add`](Self::add): when something must start at the latest to have this much time before an end.
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

    /// [`add`](Self::add) on the clock for an amount of this size ([`Amount::default_clock`]), for amounts without a clock;
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

    /// [`subtract`](Self::subtract) on the clock for an amount of this size, for amounts without a clock; the answer says so.
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
            (Clock::SameTime, Direction::Forward) => self.same_time(from, amount, 1)?,
            (Clock::SameTime, Direction::Backward) => self.same_time(from, amount, -1)?,
        };
        let with_offset = |at: DateTime<Utc>| {
            self.placed(at)?;
            let seconds = self.periods.offset_at(at.timestamp());
            let is_written = YEARS.contains(&(at.timestamp() + seconds));
            let offset = i32::try_from(seconds).ok().and_then(UtcOffset::from_seconds).unwrap_or_default();
            if is_written { Ok((at, offset)) } else { Err(CalendarError::OutOfRange) }
        };
        let version = Arc::clone(&self.version);
        Ok(Deadline::new(with_offset(at)?, with_offset(start)?, (amount, clock), version))
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

    fn counted(
        &self,
        of: Count,
        start: DateTime<Utc>,
        seconds: i64,
        direction: Direction,
    ) -> Result<DateTime<Utc>, CalendarError> {
        let measure = self.measure(of);
        let piece = self.covered(start, of)?;
        let nanos = self.fraction(measure, start);
        let count = measure.before(start.timestamp(), &self.periods);
        // Where it opens or closes; an end at a closing and a start at an opening stay there.
        let (found, turns) = match direction {
            Direction::Forward if seconds == 0 || nanos > 0 => {
                (measure.leave(count + seconds, &self.periods), true)
            }
            Direction::Forward => (measure.reach(count + seconds, &self.periods), false),
            Direction::Backward if seconds == 0 && nanos == 0 => (measure.reach(count, &self.periods), true),
            Direction::Backward => (measure.leave(count - seconds, &self.periods), false),
        };
        let (Some(piece), Some(bounds)) = (piece, &self.coverage) else {
            return self.moment(found.ok_or_else(|| self.never_open())?, nanos);
        };
        let is_beyond = |at: i64| match direction {
            Direction::Forward => at > piece.end || turns && at == piece.end,
            Direction::Backward => at < piece.start || turns && at == piece.start,
        };
        match found.filter(|at| !is_beyond(*at)) {
            Some(at) => self.moment(at, nanos),
            None if direction == Direction::Forward => Err(self.beyond(bounds, piece.end)),
            None => Err(self.beyond(bounds, piece.start - 1)),
        }
    }

    /// The fraction of its second that is counted before a moment: counted time begins and ends on whole seconds.
    fn fraction(&self, measure: &Measure, at: DateTime<Utc>) -> u32 {
        match at.timestamp_subsec_nanos() {
            0 => 0,
            nanos if measure.counts(at.timestamp(), &self.periods) => nanos.min(LAST),
            _ => 0,
        }
    }

    /// How much time a clock counts from one moment to another; negative when the second is the earlier.
    ///
    /// On [`Clock::SameTime`] it is the number of whole working days, each 24 hours: the most that
    /// [`add`](Self::add) can take and stay within, were amounts unlimited.
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
    /// When one of the moments is outside the coverage, other than on [`Clock::Elapsed`]; on `Workday` and `OfficeHours`
    /// also when local time falls back over midnight to a date outside it in between.
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
        self.covered_between(from, until, of)?;
        let measure = self.measure(of);
        let count = |at: DateTime<Utc>| {
            let nanos = self.fraction(measure, at);
            (measure.before(at.timestamp(), &self.periods), i64::from(nanos))
        };
        let ((from, from_nanos), (until, until_nanos)) = (count(from), count(until));
        Ok(TimeDelta::seconds(until - from) + TimeDelta::nanoseconds(until_nanos - from_nanos))
    }

    /// Whether a moment is in working time.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// assert_eq!(china.is_open("2026-03-02T10:00:00+08:00".parse().unwrap()), Ok(true));
    /// assert_eq!(china.is_open("2026-03-02T12:00:00+08:00".parse().unwrap()), Ok(false)); // closed from noon on
    /// ```
    ///
    /// # Errors
    /// When the moment is outside the coverage.
    pub fn is_open(&self, at: DateTime<Utc>) -> Result<bool, CalendarError> {
        let piece = self.covered(at, Count::Office)?;
        if let (Some(piece), Some(bounds)) = (piece, &self.coverage)
            && at.timestamp() >= piece.end
        {
            return Err(self.beyond(bounds, piece.end));
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
    /// When `at` or the opening is outside the coverage, and when nothing opens any more.
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
    /// When `at` or the closing is outside the coverage, and when nothing was ever open.
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
    /// When one of the moments is outside the coverage.
    pub fn open_spans(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Range<DateTime<Utc>>>, CalendarError> {
        let (from, until) = (folded(from), folded(until));
        self.covered_between(from, until, Count::Office)?;
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
            // The span ends by local time, or where local time jumps.
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

    /// Whether a local date is a working day. A date that the zone skips is not.
    ///
    /// ```
    /// let china = leadkit::calendar::Calendar::china();
    /// assert_eq!(china.is_workday("2026-10-01".parse().unwrap()), Ok(false)); // a Thursday off
    /// assert_eq!(china.is_workday("2026-10-10".parse().unwrap()), Ok(true)); // a Saturday that makes up for it
    /// ```
    ///
    /// # Errors
    /// When the date is outside the coverage.
    pub fn is_workday(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        self.works(day_number(date))
    }

    /// Whether a day is a working day.
    pub(super) fn works(&self, day: i64) -> Result<bool, CalendarError> {
        self.known(day).map(|()| self.workdays.line().counts(day))
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
    /// When the date or the working day is outside the coverage, and when there are not so many.
    pub fn nth_workday(&self, date: NaiveDate, n: i64) -> Result<NaiveDate, CalendarError> {
        let day = day_number(date);
        let works = self.works(day)?;
        let nth = if n == 0 && works { day } else { self.nth(day, if n == 0 { 1 } else { n })? };
        date_of(nth)
    }

    /// The n-th working day after a day or before it, which need not be known itself.
    pub(super) fn nth(&self, day: i64, n: i64) -> Result<i64, CalendarError> {
        let line = self.workdays.line();
        // More than there are days in chrono's years.
        let n = n.clamp(-200_000_000, 200_000_000);
        let count =
            if n > 0 { line.before_day(day + 1) + n * DAY } else { line.before_day(day) + (n + 1) * DAY };
        match (line.day_of(count), &self.coverage) {
            (Some(day), _) => self.known(day).map(|()| day),
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
    /// When one of the dates is outside the coverage.
    pub fn count_workdays(&self, from: NaiveDate, through: NaiveDate) -> Result<u32, CalendarError> {
        let (first, last) = (day_number(from), day_number(through));
        self.known(first)?;
        self.known(last)?;
        let line = self.workdays.line();
        let days = (line.before_day(last + 1) - line.before_day(first)) / DAY;
        u32::try_from(days.max(0)).map_err(|_| CalendarError::OutOfRange)
    }

    /// The local time at a moment, in seconds since 1970-01-01 local.
    pub(super) fn wall(&self, at: DateTime<Utc>) -> i64 {
        at.timestamp() + self.periods.offset_at(at.timestamp())
    }

    /// Whether a question may be about a moment, and how far around it everything is known; `None` without a coverage.
    pub(super) fn covered(&self, at: DateTime<Utc>, of: Count) -> Result<Option<Piece>, CalendarError> {
        let piece = match &self.coverage {
            None => None,
            Some(bounds) => Some(bounds.piece(of, at).ok_or_else(|| self.beyond(bounds, at.timestamp()))?),
        };
        self.placed(at).map(|()| piece)
    }

    /// Whether everything from one moment through another is known.
    fn covered_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        of: Count,
    ) -> Result<(), CalendarError> {
        let (first, last) = (self.covered(from, of)?, self.covered(until, of)?);
        match (first, last, &self.coverage) {
            (Some(first), Some(last), Some(bounds)) if first != last => {
                Err(self.beyond(bounds, first.end.min(last.end)))
            }
            _ => Ok(()),
        }
    }

    /// Whether a day is covered.
    fn known(&self, day: i64) -> Result<(), CalendarError> {
        match &self.coverage {
            Some(bounds) if day < bounds.first_day => Err(self.before_coverage(bounds)),
            Some(bounds) if day > bounds.last_day => Err(self.after_coverage(bounds)),
            _ if YEARS.contains(&(day * DAY)) => Ok(()),
            _ => Err(CalendarError::OutOfRange),
        }
    }

    /// Why nothing is known of a second: its local time is before the coverage or after it.
    #[cold]
    fn beyond(&self, bounds: &Bounds, second: i64) -> CalendarError {
        let is_before = bounds.is_before(second + self.periods.offset_at(second));
        if is_before { self.before_coverage(bounds) } else { self.after_coverage(bounds) }
    }

    #[cold]
    pub(super) fn before_coverage(&self, bounds: &Bounds) -> CalendarError {
        CalendarError::BeforeCoverage { version: self.name(), from: bounds.from, known_by: bounds.sources[0] }
    }

    #[cold]
    fn after_coverage(&self, bounds: &Bounds) -> CalendarError {
        CalendarError::AfterCoverage {
            version: self.name(),
            through: bounds.through,
            known_by: bounds.sources[1],
        }
    }

    fn name(&self) -> Arc<str> {
        self.version.revision.as_ref().into()
    }

    #[cold]
    fn never_open(&self) -> CalendarError {
        CalendarError::NeverOpen { version: self.name() }
    }
}

#[cold]
fn after_zone(until: i64) -> CalendarError {
    let until = DateTime::from_timestamp(until, 0);
    until.map_or(CalendarError::OutOfRange, |until| CalendarError::AfterZone { until })
}

pub(super) fn elapsed(start: DateTime<Utc>, seconds: i64) -> Result<DateTime<Utc>, CalendarError> {
    start.checked_add_signed(TimeDelta::seconds(seconds)).ok_or(CalendarError::OutOfRange)
}
