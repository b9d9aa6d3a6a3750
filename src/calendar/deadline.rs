//! A moment by which something is due, with what it was computed from.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Offset, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::leap::folded;
use super::{Amount, Clock, UtcOffset};
use crate::document::RulesVersion;

/// A moment by which something is due, with what it was computed from: the evidence of a violation.
///
/// ```
/// use leadkit::calendar::{Calendar, Clock, Span};
///
/// let due = Calendar::china().add("2026-10-09T17:30:00+08:00".parse().unwrap(), Span::hours(1), Clock::OfficeHours)?;
/// assert_eq!(due.local().to_rfc3339(), "2026-10-10T09:30:00+08:00"); // a make-up Saturday
/// assert!(!due.is_past(due.at()));
/// assert_eq!(due.overdue(due.at() + chrono::TimeDelta::minutes(5)).num_minutes(), 5);
/// # Ok::<(), leadkit::calendar::CalendarError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct Deadline {
    at: DateTime<Utc>,
    start: DateTime<Utc>,
    amount: Amount,
    clock: Clock,
    /// Offset of local time at the deadline and at the start.
    offset: UtcOffset,
    start_offset: UtcOffset,
    #[serde(default)]
    calendar_version: Arc<RulesVersion>,
    /// Whether no clock was named.
    #[serde(default)]
    by_size: bool,
}

impl Deadline {
    pub(super) fn new(
        (at, offset): (DateTime<Utc>, UtcOffset),
        (start, start_offset): (DateTime<Utc>, UtcOffset),
        (amount, clock): (Amount, Clock),
        calendar_version: Arc<RulesVersion>,
    ) -> Deadline {
        Deadline { at, start, amount, clock, offset, start_offset, calendar_version, by_size: false }
    }

    pub(super) fn by_size(self) -> Deadline {
        Deadline { by_size: true, ..self }
    }

    /// When it is due. Acting exactly at this moment is in time.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// When it is due, in the calendar's local time. In UTC if the offset has seconds, as local mean time had
    /// (Shanghai's before 1901 was +08:05:43): RFC 3339 cannot write such.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarRules, Clock, Span};
    ///
    /// let shanghai = Calendar::compile(&CalendarRules::office_hours("+08:05:43".parse().unwrap())).unwrap();
    /// let due = shanghai.add("1900-01-01T04:00:00Z".parse().unwrap(), Span::hours(1), Clock::Elapsed)?;
    /// assert_eq!(due.local().to_rfc3339(), "1900-01-01T05:00:00+00:00");
    /// # Ok::<(), leadkit::calendar::CalendarError>(())
    /// ```
    #[must_use]
    pub fn local(&self) -> DateTime<FixedOffset> {
        local(self.at, self.offset)
    }

    /// The moment from which the time was counted.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// How much time was allowed, and in which unit.
    #[must_use]
    pub fn amount(&self) -> Amount {
        self.amount
    }

    /// Which time was counted: working days, opening hours, or day and night.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Whether the clock was chosen by the size of the amount, because none was named:
    /// [`Amount::default_clock`].
    #[must_use]
    pub fn is_clock_by_size(&self) -> bool {
        self.by_size
    }

    /// [`Calendar::version`](super::Calendar::version) of the calendar: `revision` is what the author of its rules wrote,
    /// and the fingerprint changes with anything in them.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, Clock, Span};
    ///
    /// let china = Calendar::china();
    /// let due = china.add("2026-03-02T09:00:00+08:00".parse().unwrap(), Span::hours(1), Clock::OfficeHours)?;
    /// assert_eq!(due.calendar_version(), china.version());
    /// # Ok::<(), leadkit::calendar::CalendarError>(())
    /// ```
    #[must_use]
    pub fn calendar_version(&self) -> &RulesVersion {
        &self.calendar_version
    }

    /// Whether it has passed.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use leadkit::calendar::{Amount, Calendar, CalendarRules, Clock, Zone};
    ///
    /// let calendar = Calendar::compile(&CalendarRules::office_hours(Zone::default()))?;
    /// let start = "2026-03-02T10:00:00Z".parse().unwrap();
    /// let deadline = calendar.add(start, Amount::hours(2), Clock::OfficeHours)?;
    /// assert!(!deadline.is_past(deadline.at()), "acting at the deadline is in time");
    /// assert!(deadline.is_past(deadline.at() + TimeDelta::seconds(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_past(&self, now: DateTime<Utc>) -> bool {
        folded(now) > self.at
    }

    /// How long ago it passed, day and night; zero before.
    ///
    /// ```
    /// use leadkit::calendar::{Amount, Calendar, CalendarRules, Clock, Zone};
    ///
    /// let calendar = Calendar::compile(&CalendarRules::office_hours(Zone::default()))?;
    /// let start = "2026-03-02T10:00:00Z".parse().unwrap();
    /// let deadline = calendar.add(start, Amount::hours(2), Clock::OfficeHours)?;
    /// assert_eq!(deadline.overdue("2026-03-03T12:00:00Z".parse().unwrap()).num_hours(), 24);
    /// assert_eq!(deadline.overdue(start).num_hours(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn overdue(&self, now: DateTime<Utc>) -> chrono::TimeDelta {
        (folded(now) - self.at).max(chrono::TimeDelta::zero())
    }
}

fn local(at: DateTime<Utc>, offset: UtcOffset) -> DateTime<FixedOffset> {
    // RFC 3339 has no seconds in an offset, as local mean time had.
    let whole = offset.seconds() % 60 == 0;
    let offset = FixedOffset::east_opt(if whole { offset.seconds() } else { 0 });
    at.with_timezone(&offset.unwrap_or_else(|| Utc.fix()))
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |at: DateTime<FixedOffset>| at.to_rfc3339_opts(SecondsFormat::AutoSi, false);
        let start = text(local(self.start, self.start_offset));
        let chosen = if self.by_size { ", chosen by the size," } else { "" };
        let at = text(self.local());
        write!(f, "{at}: {} on the clock `{}`{chosen} after {start}", self.amount, self.clock)?;
        if !self.calendar_version.revision.is_empty() {
            write!(f, ", by the calendar `{}`", self.calendar_version.revision)?;
        }
        Ok(())
    }
}
