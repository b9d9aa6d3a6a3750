//! What a day of a calendar is.

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::DayWindow;
use super::dates::read_date;
use super::window::{one_or_more, read_day, read_days};

/// Hours in which there is work on some days of every week.
///
/// ```
/// use leadkit::calendar::{DayWindow, WeeklyWindow};
///
/// let read: WeeklyWindow = serde_json::from_str(r#"{"days": "Mon-Wed", "hours": "9:00-12:00"}"#)?;
/// assert_eq!((read.days.len(), read.hours), (3, vec![DayWindow::hours(9, 12)]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeeklyWindow {
    /// The days; a document may write `"Mon-Fri"`.
    #[serde(deserialize_with = "read_days")]
    pub days: Vec<Weekday>,
    /// The hours; a document may write `"09:00-18:00"` for a list of one.
    #[serde(deserialize_with = "one_or_more")]
    pub hours: Vec<DayWindow>,
}

/// How one date differs from its weekday.
///
/// As a document: `"off"`, `"work"`, `{"work_as": "Wed"}`, `{"windows": "09:00-12:00"}` or
/// `{"windows": ["09:00-12:00", "13:30-18:00"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DayOverride {
    /// A day off, whatever the weekday.
    Off,
    /// Worked in the usual hours: those of its weekday or, when that has none, of the nearest weekday before it
    /// that has. If Saturdays and Sundays are free, a make-up day is worked like a Friday; if Saturdays have
    /// their own hours, a make-up Saturday and a make-up Sunday have those.
    /// [`CalendarRules::make_up_as`](super::CalendarRules::make_up_as) sets it for the make-up days of `holidays`,
    /// [`WorkAs`](Self::WorkAs) for one date.
    Work,
    /// Worked like the weekday that is named.
    WorkAs(#[serde(deserialize_with = "read_day")] Weekday),
    /// Worked in these hours, whatever the weekday.
    Windows(#[serde(deserialize_with = "one_or_more")] Vec<DayWindow>),
}

/// The dates that a calendar knows: from the first through the last.
///
/// The night of the last date runs to its end, though that is on the next morning; in an hour that local time shows twice it
/// is known both times, and the time between, after its end, is not. On the morning of the first date, the night before it
/// is open as `weekly`, `holidays` and `overrides` have it; on a roster there is none.
///
/// ```
/// use leadkit::calendar::{Calendar, CalendarRules, Coverage, Zone};
///
/// let mut rules = CalendarRules::office_hours(Zone::default());
/// let (from, through) = ("2026-01-01".parse()?, "2026-12-31".parse()?);
/// rules.coverage = Some(Coverage { from, through });
/// let calendar = Calendar::compile(&rules).unwrap();
/// assert_eq!(calendar.coverage(), Some((from, through)));
/// assert_eq!(calendar.is_workday("2027-01-04".parse()?).unwrap_err().code(), "after_coverage");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The first date that is known.
    #[serde(deserialize_with = "read_date")]
    pub from: NaiveDate,
    /// The last date that is known.
    #[serde(deserialize_with = "read_date")]
    pub through: NaiveDate,
}

/// What limits the known dates of a calendar, and so where to add further dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CoverageSource {
    /// `coverage` of the rules, which the host sets.
    #[default]
    Given,
    /// The set of holidays: it is not known which days are off before and after.
    Holidays,
    /// The shift roster: it names dates one by one.
    Shifts,
}

impl CoverageSource {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [CoverageSource] =
        &[CoverageSource::Given, CoverageSource::Holidays, CoverageSource::Shifts];

    /// The value as it is written in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CoverageSource::Given => "given",
            CoverageSource::Holidays => "holidays",
            CoverageSource::Shifts => "shifts",
        }
    }
}
