//! Why there is no answer.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Clock, CoverageSource};

/// Why a calendar has no answer. It never guesses one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CalendarError {
    /// The question or the answer is before the dates that the calendar knows.
    #[error("the calendar{} begins with {from}", named(.version))]
    BeforeCoverage {
        /// The `version` of the calendar's rules.
        version: Arc<str>,
        /// The first date that the calendar knows.
        from: NaiveDate,
        /// What sets that date, and so where to add earlier ones.
        #[serde(default)]
        known_by: CoverageSource,
    },
    /// The question or the answer is after the dates that the calendar knows.
    #[error("the calendar{} ends with {through}", named(.version))]
    AfterCoverage {
        /// The `version` of the calendar's rules.
        version: Arc<str>,
        /// The last date that the calendar knows.
        through: NaiveDate,
        /// What sets that date, and so where to add later ones.
        #[serde(default)]
        known_by: CoverageSource,
    },
    /// The calendar never has that much working time, forwards or backwards: it does not open again.
    #[error("the calendar{} never has that much working time", named(.version))]
    NeverOpen {
        /// The `version` of the calendar's rules.
        version: Arc<str>,
    },
    /// The amount is in working days, but the clock does not count those.
    #[error("the clock `{clock}` counts no working days")]
    NoWorkdays {
        /// The clock that was to count them.
        clock: Clock,
    },
    /// The question or the answer is where the offset of the zone is not known any more:
    /// [`Transitions::until`](super::Transitions::until).
    #[error("the offset of the calendar's zone is known up to {}", until.format("%Y-%m-%d %H:%M:%S UTC"))]
    AfterZone {
        /// The first moment whose offset is not known.
        until: DateTime<Utc>,
    },
    /// The amount is more than 36,525 working days, a hundred years.
    #[error("the amount is longer than 36,525 working days")]
    AmountTooLong,
    /// The question or the answer is outside the years 0 to 9999, which RFC 3339 can write.
    #[error("the moment lies outside the years 0 to 9999")]
    OutOfRange,
}

fn named(version: &str) -> String {
    if version.is_empty() { String::new() } else { format!(" `{version}`") }
}

crate::text::codes! {
    CalendarError {
        CalendarError::BeforeCoverage { .. } => "before_coverage",
        CalendarError::AfterCoverage { .. } => "after_coverage",
        CalendarError::NeverOpen { .. } => "never_open",
        CalendarError::NoWorkdays { .. } => "no_workdays",
        CalendarError::AfterZone { .. } => "after_zone",
        CalendarError::AmountTooLong => "amount_too_long",
        CalendarError::OutOfRange => "out_of_range",
    }
}

impl CalendarError {
    /// A suggested fix.
    ///
    /// ```
    /// use leadkit::calendar::{Amount, Calendar, Clock};
    ///
    /// let monday = "2026-03-02T09:00:00+08:00".parse().unwrap();
    /// let error = Calendar::china().add(monday, Amount::workdays(2), Clock::OfficeHours).unwrap_err();
    /// assert_eq!((error.code(), error.help()), (
    ///     "no_workdays",
    ///     "write hours or days, or use the clock `workday` or `same_time`",
    /// ));
    /// ```
    #[must_use]
    pub fn help(&self) -> &'static str {
        use CoverageSource::{Given, Holidays, Shifts};
        match self {
            CalendarError::BeforeCoverage { known_by: Shifts, .. } => {
                "add the dates on duty before it to `shifts`, and move `coverage.from` where it is given"
            }
            CalendarError::BeforeCoverage { known_by: Holidays, .. } => {
                "add the days off and the make-up days of the years before it to `overrides`, and the years to \
                 `known_years`; move `coverage.from` where it is given"
            }
            CalendarError::BeforeCoverage { known_by: Given, .. } => {
                "move `coverage.from`, and add the dates before it that differ to `overrides`"
            }
            CalendarError::AfterCoverage { known_by: Shifts, .. } => {
                "add the dates on duty after it to `shifts`, and move `coverage.through` where it is given"
            }
            CalendarError::AfterCoverage { known_by: Holidays, .. } => {
                "add the days off and the make-up days of the years after it to `overrides`, and the years to \
                 `known_years`; move `coverage.through` where it is given"
            }
            CalendarError::AfterCoverage { known_by: Given, .. } => {
                "move `coverage.through`, and add the dates after it that differ to `overrides`"
            }
            CalendarError::NeverOpen { .. } => "add hours to `weekly`, or dates to `overrides` or `shifts`",
            CalendarError::NoWorkdays { .. } => {
                "write hours or days, or use the clock `workday` or `same_time`"
            }
            CalendarError::AfterZone { .. } => {
                "add the later changes of the offset as `{\"transitions\": …}`, and move `until`"
            }
            CalendarError::AmountTooLong => "write at most `36525wd`",
            CalendarError::OutOfRange => "use a moment in the years 0 to 9999",
        }
    }
}
