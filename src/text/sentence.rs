//! Pieces of sentences: moments and lists.

use std::fmt::Display;

use chrono::{DateTime, SecondsFormat, Utc};

/// A moment as sentences write it.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Several things in one sentence, such as `a, b` or `a → b`.
pub(crate) fn list<T: Display>(things: &[T], between: &str) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}
