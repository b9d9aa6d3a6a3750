//! Calendars as serde reads them, with or without the loader of documents.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Deserializer};

use super::dates::{read_dates, read_shifts};
use super::spelling::with_suggestion;
use super::window::read_some_day;
use super::{CalendarRules, Coverage, DayOverride, WeeklyWindow, Zone};

/// The members of [`CalendarRules`], so that what is misspelt in them can be told better than serde does.
#[derive(Default, Deserialize)]
#[serde(rename = "CalendarRules", default, deny_unknown_fields)]
struct Members {
    zone: Zone,
    weekly: Vec<WeeklyWindow>,
    holidays: Option<String>,
    #[serde(deserialize_with = "read_some_day")]
    make_up_as: Option<Weekday>,
    #[serde(deserialize_with = "read_dates")]
    overrides: BTreeMap<NaiveDate, DayOverride>,
    #[serde(deserialize_with = "read_shifts")]
    shifts: Option<BTreeMap<NaiveDate, DayOverride>>,
    coverage: Option<Coverage>,
    version: String,
}

impl<'de> Deserialize<'de> for CalendarRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CalendarRules, D::Error> {
        let Members { zone, weekly, holidays, make_up_as, overrides, shifts, coverage, version } =
            Members::deserialize(deserializer).map_err(with_suggestion)?;
        Ok(CalendarRules { zone, weekly, holidays, make_up_as, overrides, shifts, coverage, version })
    }
}
