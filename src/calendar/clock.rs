//! Which time counts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which time counts towards a deadline. Written `workday`, `office_hours`, `elapsed`, `same_time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Working days from 00 to 24, other days not at all: 24 h are 1,440 counted minutes. An owner who gets a lead later is
    /// never due earlier.
    Workday,
    /// Opening hours only, in hours and minutes of work.
    OfficeHours,
    /// All time, day and night, weekends and holidays included.
    Elapsed,
    /// Whole working days later at the same time of the day. An amount in hours or days is added as it is; an end on
    /// a day off moves to the same time on the next working day. It is due when local time, from the start on, first
    /// comes to that time of that date or past it: a time that the day skips is the moment of the skip, one it shows
    /// twice the first showing, and where local time jumps over a whole day, several amounts are due at once.
    ///
    /// A later start may be due earlier: over a year that happens to 31 of 100 starts. [`Workday`](Clock::Workday)
    /// is the fair one.
    SameTime,
}

impl Clock {
    /// Every value, in the order of the variants.
    pub const ALL: [Clock; 4] = [Clock::Workday, Clock::OfficeHours, Clock::Elapsed, Clock::SameTime];

    /// The name of the clock in documents, such as `office_hours`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Clock::Workday => "workday",
            Clock::OfficeHours => "office_hours",
            Clock::Elapsed => "elapsed",
            Clock::SameTime => "same_time",
        }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is not a [`Clock`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a clock")]
pub struct ClockError {
    /// Shortened.
    text: String,
}

impl ClockError {
    /// The name that is probably meant, or all names.
    #[must_use]
    pub fn help(&self) -> String {
        crate::error::suggestion(&self.text, Clock::ALL.iter().map(|clock| clock.as_str()))
    }
}

/// Reads the name that documents use.
///
/// ```
/// use leadkit::calendar::Clock;
///
/// assert_eq!("workday".parse(), Ok(Clock::Workday));
/// let error = "work_day".parse::<Clock>().unwrap_err();
/// assert_eq!(error.to_string(), "`work_day` is not a clock");
/// assert_eq!(error.help(), "did you mean `workday`?");
/// ```
impl FromStr for Clock {
    type Err = ClockError;

    fn from_str(text: &str) -> Result<Clock, ClockError> {
        let found = Clock::ALL.into_iter().find(|clock| clock.as_str() == text);
        found.ok_or_else(|| ClockError { text: text.chars().take(40).collect() })
    }
}
