//! Leap seconds.

use chrono::{DateTime, Timelike, Utc};

/// The last nanosecond before a full second.
pub(super) const LAST: u32 = 999_999_999;

/// A leap second is the end of the second before it: all its moments are the last nanosecond of that. Adding to a leap
/// second as chrono does leads to an earlier moment than adding to the second before it.
pub(super) fn folded(at: DateTime<Utc>) -> DateTime<Utc> {
    if at.timestamp_subsec_nanos() <= LAST { at } else { at.with_nanosecond(LAST).unwrap_or(at) }
}
