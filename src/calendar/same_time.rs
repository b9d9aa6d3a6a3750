//! Whole working days at the same time of the day.
//!
//! Local time may jump over dates and come back to them, so it is due at the first moment, from the start on, at which
//! local time has come to it or past it: never before the start, and never earlier for more days.

use chrono::{DateTime, Utc};

use super::bounds::Count;
use super::engine::elapsed;
use super::{Amount, Calendar, CalendarError};

const DAY: i64 = 86_400;

impl Calendar {
    /// What is due so many working days after a start (`sign` 1) or before it (−1).
    pub(super) fn same_time(
        &self,
        start: DateTime<Utc>,
        amount: Amount,
        sign: i64,
    ) -> Result<DateTime<Utc>, CalendarError> {
        // The start has to be known as well as the deadline.
        self.day_known(start)?;
        let (from, days) = match amount {
            Amount::Workdays(days) => (start, i64::from(days)),
            Amount::Time(span) => (elapsed(start, sign * i64::from(span.as_seconds()))?, 0),
        };
        let wall = self.wall(from);
        let (day, time) = (wall.div_euclid(DAY), wall.rem_euclid(DAY));
        if days == 0 && self.works(day)? {
            return Ok(from);
        }
        let day = self.nth(day, sign * days.max(1))?;
        let not_before = if sign > 0 { from.timestamp() } else { i64::MIN };
        let (second, is_shown) = self.periods.first_showing(day * DAY + time, not_before);
        let nanos = if is_shown { from.timestamp_subsec_nanos() } else { 0 };
        DateTime::from_timestamp(second, nanos).ok_or(CalendarError::OutOfRange)
    }

    /// How many working days fit: of those after the date of the first moment, at its time of the day, the ones to
    /// which local time has come by the second.
    pub(super) fn days_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<i64, CalendarError> {
        self.day_known(from)?;
        self.covered(until, Count::Workdays)?;
        let wall = self.wall(from);
        let (first, time) = (wall.div_euclid(DAY), (wall.rem_euclid(DAY), from.timestamp_subsec_nanos()));
        let end = (until.timestamp(), until.timestamp_subsec_nanos());
        let (latest, nanos) = self.periods.latest_wall(from.timestamp(), end);
        let last = latest.div_euclid(DAY);
        let is_known = |day: i64| self.coverage.as_ref().is_none_or(|bounds| day <= bounds.last_day);
        let line = self.workdays.line();
        // Nothing is known of the days after the coverage, to which local time may jump.
        let past = self.coverage.as_ref().map_or(last, |bounds| last.min(bounds.last_day + 1));
        let whole = ((line.before_day(past) - line.before_day(first + 1)) / DAY).max(0);
        let counts =
            first < last && is_known(last) && time <= (latest.rem_euclid(DAY), nanos) && line.counts(last);
        Ok(whole + i64::from(counts))
    }

    /// Whether the date of a moment is covered, or it is the end of one that is.
    fn day_known(&self, at: DateTime<Utc>) -> Result<(), CalendarError> {
        self.covered(at, Count::Workdays)?;
        match &self.coverage {
            Some(bounds) if bounds.is_before(self.wall(at)) => Err(self.before_coverage(bounds)),
            _ => Ok(()),
        }
    }
}
