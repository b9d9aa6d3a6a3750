//! Why there is no answer.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Clock, CoverageSource};

/// Why a calendar has no answer. It never guesses one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CalendarError {
    /// The question or the answer lies before the dates that the calendar knows.
    #[error("the calendar{} begins with {from}", named(.version))]
    BeforeCoverage {
        /// Version of the calendar.
        version: Arc<str>,
        /// The first date it knows.
        from: NaiveDate,
        /// What says so.
        #[serde(default)]
        known_by: CoverageSource,
    },
    /// The question or the answer lies after the dates that the calendar knows.
    #[error("the calendar{} ends with {through}", named(.version))]
    AfterCoverage {
        /// Version of the calendar.
        version: Arc<str>,
        /// The last date it knows.
        through: NaiveDate,
        /// What says so.
        #[serde(default)]
        known_by: CoverageSource,
    },
    /// So much working time never comes, or never was: nothing in the calendar opens again.
    #[error("the calendar{} has not so much working time", named(.version))]
    NeverOpen {
        /// Version of the calendar.
        version: Arc<str>,
    },
    /// The amount is in working days, and the clock does not know such.
    #[error("the clock `{clock}` counts no working days")]
    NoWorkdays {
        /// The clock.
        clock: Clock,
    },
    /// The question or the answer lies outside the years 0 to 9999, which RFC 3339 can write, or the amount is more
    /// than 36,525 working days.
    #[error("the moment lies outside the years 0 to 9999, or the amount is longer than a hundred years")]
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
        CalendarError::OutOfRange => "out_of_range",
    }
}

impl CalendarError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        use CoverageSource::{Given, Holidays, Shifts};
        match self {
            CalendarError::BeforeCoverage { known_by: Shifts, .. } => {
                "add the dates on duty before it to `shifts`, and move `coverage.from` where it is given"
            }
            CalendarError::BeforeCoverage { known_by: Given | Holidays, .. } => {
                "add the days off and the make-up days before it to `overrides`, and set `coverage.from`"
            }
            CalendarError::AfterCoverage { known_by: Shifts, .. } => {
                "add the dates on duty after it to `shifts`, and move `coverage.through` where it is given"
            }
            CalendarError::AfterCoverage { known_by: Given | Holidays, .. } => {
                "add the days off and the make-up days after it to `overrides`, and set `coverage.through`"
            }
            CalendarError::NeverOpen { .. } => "add hours to `weekly`, or dates to `overrides` or `shifts`",
            CalendarError::NoWorkdays { .. } => {
                "write hours or days, or take the clock `workday` or `same_time`"
            }
            CalendarError::OutOfRange => "ask for a moment nearer to our time",
        }
    }
}
