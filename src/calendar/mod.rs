//! Working time: opening hours, deadlines, and the working time between two moments.
//!
//! [`CalendarRules`] are the data: hours of the week, dates that differ, a shift roster, a zone, and how far all this
//! is known. [`Calendar`] is compiled from them and answers in well under a microsecond, however far away the answer
//! is.
//!
//! ```
//! use leadkit::calendar::{Amount, Calendar, Clock};
//!
//! let china = Calendar::china();
//! let asked = "2026-09-30T16:00:00+08:00".parse().unwrap(); // the day before the National Day
//!
//! // One working day to answer: the days off from October 1 to 7 do not count.
//! let due = china.add(asked, Amount::hours(24), Clock::Workday)?;
//! assert_eq!(due.local().to_rfc3339(), "2026-10-08T16:00:00+08:00");
//! // Four hours of work: two today, two on the next working day.
//! let due = china.add(asked, Amount::hours(4), Clock::OfficeHours)?;
//! assert_eq!(due.to_string(), "\
//! 2026-10-08T11:00:00+08:00: 4h on the clock `office_hours` after 2026-09-30T16:00:00+08:00, \
//! by the calendar `cn-2023-2026`");
//! // And back.
//! assert_eq!(china.between(asked, due.at(), Clock::OfficeHours)?.num_hours(), 4);
//! let holiday = "2026-10-01T10:00:00+08:00".parse().unwrap();
//! assert!(!china.is_open(holiday)?);
//! assert_eq!(china.next_opening(holiday)?.to_rfc3339(), "2026-10-08T01:00:00+00:00");
//!
//! // Nobody knows the days off of 2027 yet, so nobody guesses them.
//! let late = china.add("2026-12-31T16:00:00+08:00".parse().unwrap(), Amount::hours(24), Clock::Workday);
//! let error = late.unwrap_err();
//! assert_eq!(error.to_string(), "the calendar `cn-2023-2026` ends with 2026-12-31");
//! assert_eq!(error.help(), "\
//! add the days off and the make-up days of the years after it to `overrides`, and the years to `known_years`; move `coverage.through` where it is given");
//! # Ok::<(), leadkit::calendar::CalendarError>(())
//! ```
//!
//! # Which clock
//!
//! | [`Clock`] | counts | 24 h after Friday 16:00 | later leads are due |
//! |---|---|---|---|
//! | [`Workday`](Clock::Workday) | working days from 00 to 24 | Monday 16:00 | never earlier |
//! | [`OfficeHours`](Clock::OfficeHours) | opening hours | Wednesday 17:30, at 7½ hours a day | never earlier |
//! | [`Elapsed`](Clock::Elapsed) | everything | Saturday 16:00 | never earlier |
//! | [`SameTime`](Clock::SameTime) | whole working days, the time of the day kept | Monday 16:00 | **sometimes earlier** |
//!
//! `SameTime` reads naturally but is unfair: a lead that comes in on Saturday at 20:00 is due on Monday at 20:00, one that
//! comes in on Sunday at 9:00 on Monday at 9:00. `Workday` gives both until Monday 24:00. [`Calendar::add_by_size`]
//! chooses by the size of the amount, and its answer says so.
//!
//! # What is never guessed
//!
//! A calendar ends where its data end: with `coverage`, with the last date of a roster, with the last year whose days
//! off are known, and for zones at [`Transitions::until`]. A year is known when the set of `holidays` has it or
//! [`CalendarRules::known_years`] name it; a `coverage` that runs on into other years is cut before them, and
//! [`CalendarRules::lint`] warns. Moments are those of the years 0 to 9999.
//!
//! # Zones
//!
//! A moment counts when local time is in working hours. An hour that is skipped is not counted, one that is shown twice
//! counts twice, and a date that a zone never shows is not a working day, nor does a night start on it. Where local time
//! falls back over midnight at an end of the known dates, the dates beyond stay unknown: nothing is counted over the
//! moments that show them. A leap second is the end of the second before it, on every clock. [`Zone`] holds the offsets as
//! data; with feature `chrono-tz` documents and [`Zone::from_str`](std::str::FromStr) take names such as `Asia/Shanghai`.

mod amount;
mod bounds;
mod check;
mod china;
mod clock;
mod compile;
mod dates;
mod day;
mod deadline;
mod engine;
mod failure;
mod known;
mod leap;
mod load;
mod measure;
#[cfg(feature = "chrono-tz")]
mod names;
mod offset;
mod once;
mod preset;
mod read;
mod rules;
mod same_time;
mod span;
mod spelling;
mod timeline;
mod transitions;
mod version;
mod window;
mod zone;

pub use amount::{Amount, AmountError};
pub use clock::{Clock, ClockError};
pub use day::{Coverage, CoverageSource, DayOverride, WeeklyWindow};
pub use deadline::Deadline;
pub use engine::Calendar;
pub use failure::CalendarError;
pub use offset::{UtcOffset, UtcOffsetError};
pub use rules::{CalendarRules, Calendars};
pub use span::{Span, SpanError};
pub use transitions::Transitions;
pub use window::{DayWindow, DayWindowError};
pub use zone::{Zone, ZoneError};
