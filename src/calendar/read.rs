//! Calendars as serde reads them, with or without the loader of documents.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Deserializer};

use super::dates::Date;
use super::once::Once;
use super::spelling::with_suggestion;
use super::window::read_some_day;
use super::{CalendarRules, Coverage, DayOverride, WeeklyWindow, Zone};

/// The members of [`CalendarRules`], so that misspelt ones can be reported better than serde does.
#[derive(Deserialize)]
#[serde(rename = "CalendarRules", default, deny_unknown_fields)]
struct Members {
    format: u16,
    zone: Zone,
    weekly: Vec<WeeklyWindow>,
    holidays: Option<String>,
    #[serde(deserialize_with = "read_some_day")]
    make_up_as: Option<Weekday>,
    known_years: BTreeSet<i32>,
    #[serde(deserialize_with = "read_dates")]
    overrides: BTreeMap<NaiveDate, DayOverride>,
    #[serde(deserialize_with = "read_shifts")]
    shifts: Option<BTreeMap<NaiveDate, DayOverride>>,
    coverage: Option<Coverage>,
    version: String,
}

type Dates = Once<Date, DayOverride>;

fn plain(Once(dates): Dates) -> BTreeMap<NaiveDate, DayOverride> {
    dates.into_iter().map(|(Date(date), one)| (date, one)).collect()
}

/// Reads dates and their overrides.
fn read_dates<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<NaiveDate, DayOverride>, D::Error> {
    Dates::deserialize(deserializer).map(plain)
}

/// Reads a roster, or nothing.
fn read_shifts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<NaiveDate, DayOverride>>, D::Error> {
    Ok(Option::<Dates>::deserialize(deserializer)?.map(plain))
}

impl Default for Members {
    fn default() -> Self {
        let CalendarRules {
            format,
            zone,
            weekly,
            holidays,
            make_up_as,
            known_years,
            overrides,
            shifts,
            coverage,
            version,
        } = CalendarRules::default();
        Members {
            format,
            zone,
            weekly,
            holidays,
            make_up_as,
            known_years,
            overrides,
            shifts,
            coverage,
            version,
        }
    }
}

impl<'de> Deserialize<'de> for CalendarRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CalendarRules, D::Error> {
        let read = Members::deserialize(deserializer).map_err(with_suggestion)?;
        Ok(CalendarRules {
            format: read.format,
            zone: read.zone,
            weekly: read.weekly,
            holidays: read.holidays,
            make_up_as: read.make_up_as,
            known_years: read.known_years,
            overrides: read.overrides,
            shifts: read.shifts,
            coverage: read.coverage,
            version: read.version,
        })
    }
}
