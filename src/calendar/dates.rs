//! Dates of a document.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::document::Finding;

/// A date as `2026-10-01` and in no other spelling: of one date in two spellings, one would be lost.
fn date(text: &str) -> Result<NaiveDate, Finding> {
    let fits =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    let is_plain = text.len() == 10 && text.bytes().enumerate().all(fits);
    if let Some(date) = text.parse().ok().filter(|_| is_plain) {
        return Ok(date);
    }
    let shown: String = text.chars().take(40).collect();
    let help = match meant(shown.trim()) {
        Some(date) if !(0..=9_999).contains(&date.year()) => {
            let message = format!("the date `{shown}` lies outside the years 0 to 9999");
            return Err(Finding::new("bad_value", message, "write a date in the years 0 to 9999"));
        }
        Some(date) => format!("write `{date}`"),
        None => "write year, month and day, such as `2026-10-01`".to_owned(),
    };
    Err(Finding::new("bad_value", format!("`{shown}` is not a date such as `2026-10-01`"), help))
}

/// The date of `2026-3-2`, `2026 - 03 - 02`, `2026/03/02`, `2026.3.2`, `20260302` and `2026年3月2日`.
fn meant(text: &str) -> Option<NaiveDate> {
    let plain = text.trim_end_matches(['日', '号']).replace(['/', '.', '年', '月'], "-").replace(' ', "");
    let is_number = plain.len() == 8 && plain.bytes().all(|byte| byte.is_ascii_digit());
    NaiveDate::parse_from_str(&plain, if is_number { "%Y%m%d" } else { "%Y-%m-%d" }).ok()
}

/// A date whose error says that it is about a date: in a map the key is at fault then, not the value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date(pub(super) NaiveDate);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Date;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as `2026-10-01`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
                date(text).map(Date).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// Reads one date.
pub(super) fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    Date::deserialize(deserializer).map(|Date(date)| date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_one_spelling_and_others_are_told_it() {
        assert_eq!(date("2026-03-02").ok(), NaiveDate::from_ymd_opt(2026, 3, 2));
        for (text, help) in [
            ("2026-3-2", "write `2026-03-02`"),
            (" 2026-03-02", "write `2026-03-02`"),
            ("2026-03-02 ", "write `2026-03-02`"),
            ("+2026-03-02", "write `2026-03-02`"),
            ("2026 - 03 - 02", "write `2026-03-02`"),
            ("2026/03/02", "write `2026-03-02`"),
            ("20260302", "write `2026-03-02`"),
            ("2026年3月2日", "write `2026-03-02`"),
            ("2026-02-30", "write year, month and day, such as `2026-10-01`"),
            ("02-03-2026", "write year, month and day, such as `2026-10-01`"),
            ("", "write year, month and day, such as `2026-10-01`"),
            ("-0044-03-15", "write a date in the years 0 to 9999"),
            ("+12345-03-15", "write a date in the years 0 to 9999"),
        ] {
            let said = date(text).err().map(|finding| finding.to_string()).unwrap();
            assert!(said.contains(&format!("; help: {help} [")), "{text}: {said}");
        }
    }
}
