//! Dates as the keys of a document.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::DayOverride;
use crate::document::Finding;

/// A date whose mistake says that it is one: the key is at fault, not what stands behind it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct DateKey(NaiveDate);

impl<'de> Deserialize<'de> for DateKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DateKey, D::Error> {
        struct Key;

        impl Visitor<'_> for Key {
            type Value = DateKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as `2026-10-01`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<DateKey, E> {
                text.parse().map(DateKey).map_err(|_| {
                    let shown: String = text.chars().take(40).collect();
                    let help = match NaiveDate::parse_from_str(&shown.replace(['/', '.'], "-"), "%Y-%m-%d") {
                        Ok(date) => format!("write `{date}`"),
                        Err(_) => "write year, month and day, such as `2026-10-01`".to_owned(),
                    };
                    E::custom(Finding::new("bad_value", format!("`{shown}` is no date"), help))
                })
            }
        }

        deserializer.deserialize_str(Key)
    }
}

/// Reads dates and what they are.
pub(super) fn read_dates<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<NaiveDate, DayOverride>, D::Error> {
    let dates = BTreeMap::<DateKey, DayOverride>::deserialize(deserializer)?;
    Ok(dates.into_iter().map(|(DateKey(date), one)| (date, one)).collect())
}

/// Reads a roster, or nothing.
pub(super) fn read_shifts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<NaiveDate, DayOverride>>, D::Error> {
    let shifts = Option::<BTreeMap<DateKey, DayOverride>>::deserialize(deserializer)?;
    Ok(shifts.map(|dates| dates.into_iter().map(|(DateKey(date), one)| (date, one)).collect()))
}
