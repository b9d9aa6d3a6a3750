//! Working time: weekly windows, and the dates that differ.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::Zone;

/// Days a search for the next opening looks ahead before it answers "none".
const HORIZON_DAYS: u64 = 400;

/// Working time of a pool, team or rep.
///
/// ```
/// use leadkit::calendar::{Calendar, UtcOffset, Zone};
///
/// let office = Calendar::office_hours(Zone::Fixed(UtcOffset::CHINA));
/// let monday_ten = "2026-03-02T02:00:00Z".parse()?;
/// let friday_night = "2026-03-06T13:00:00Z".parse()?;
/// assert!(office.is_open(monday_ten));
/// assert_eq!(office.next_opening(friday_night), Some("2026-03-09T01:00:00Z".parse()?));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// The zone the windows are in.
    pub zone: Zone,
    /// The usual windows.
    pub weekly: Vec<WeeklyWindow>,
    /// Dates that differ.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<NaiveDate, DayOverride>,
    /// Version of the data, echoed by what is computed from it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

/// Hours in which there is work on some days of every week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeeklyWindow {
    /// The days.
    pub days: Vec<Weekday>,
    /// The hours.
    pub hours: DayWindow,
}

/// A span of local time within one day: from the start up to, not including, the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayWindow {
    /// First moment.
    pub from: NaiveTime,
    /// First moment after; midnight stands for the end of the day.
    pub until: NaiveTime,
}

impl DayWindow {
    /// The window from one full hour up to another; 24 is the end of the day. Hours beyond are cut to it.
    #[must_use]
    pub fn hours(from: u32, until: u32) -> DayWindow {
        let time = |hour: u32| NaiveTime::from_hms_opt(hour % 24, 0, 0).unwrap_or(NaiveTime::MIN);
        DayWindow { from: time(from.min(23)), until: if until >= 24 { NaiveTime::MIN } else { time(until) } }
    }

    fn contains(&self, time: NaiveTime) -> bool {
        self.from <= time && (time < self.until || self.until == NaiveTime::MIN)
    }
}

/// What one date is instead of its weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DayOverride {
    /// A day off.
    Off,
    /// Worked like the weekday named: a make-up day.
    WorkAs(Weekday),
    /// Worked in these windows.
    Windows(Vec<DayWindow>),
}

impl Calendar {
    /// Monday to Friday, 9 to 18.
    #[must_use]
    pub fn office_hours(zone: Zone) -> Calendar {
        let days = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        Calendar {
            zone,
            weekly: vec![WeeklyWindow { days, hours: DayWindow::hours(9, 18) }],
            ..Calendar::default()
        }
    }

    /// Whether there is work at a moment.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let local = self.zone.local(at);
        self.windows(local.date()).any(|window| window.contains(local.time()))
    }

    /// The first moment at or after `at` with work; `None` when there is none within 400 days.
    #[must_use]
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_open(at) {
            return Some(at);
        }
        let today = self.zone.date(at);
        (0..=HORIZON_DAYS).filter_map(|ahead| today.checked_add_days(Days::new(ahead))).find_map(|date| {
            self.windows(date)
                .map(|window| self.zone.first_moment(date.and_time(window.from)))
                .filter(|opening| *opening >= at && self.is_open(*opening))
                .min()
        })
    }

    /// The windows of a date, in no particular order.
    fn windows(&self, date: NaiveDate) -> impl Iterator<Item = DayWindow> + '_ {
        let (own, weekday) = match self.overrides.get(&date) {
            Some(DayOverride::Off) => (&[][..], None),
            Some(DayOverride::WorkAs(weekday)) => (&[][..], Some(*weekday)),
            Some(DayOverride::Windows(windows)) => (windows.as_slice(), None),
            None => (&[][..], Some(date.weekday())),
        };
        let weekly = self
            .weekly
            .iter()
            .filter(move |window| weekday.is_some_and(|day| window.days.contains(&day)))
            .map(|window| window.hours);
        own.iter().copied().chain(weekly)
    }
}

/// Calendars by id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Calendars(pub BTreeMap<String, Calendar>);

impl Calendars {
    /// The calendar of an id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Calendar> {
        self.0.get(id)
    }
}

impl<K: Into<String>> FromIterator<(K, Calendar)> for Calendars {
    fn from_iter<I: IntoIterator<Item = (K, Calendar)>>(calendars: I) -> Self {
        Calendars(calendars.into_iter().map(|(id, calendar)| (id.into(), calendar)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::UtcOffset;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn overrides_replace_the_weekday() {
        let mut office = Calendar::office_hours(Zone::Fixed(UtcOffset::CHINA));
        office.overrides.insert("2026-10-01".parse().unwrap(), DayOverride::Off);
        office.overrides.insert("2026-10-10".parse().unwrap(), DayOverride::WorkAs(Weekday::Fri));
        assert!(!office.is_open(at("2026-10-01T02:00:00Z")));
        assert!(office.is_open(at("2026-10-10T02:00:00Z")));
        assert!(!office.is_open(at("2026-10-11T02:00:00Z")));
        assert_eq!(office.next_opening(at("2026-09-30T10:00:00Z")), Some(at("2026-10-02T01:00:00Z")));
    }

    #[test]
    fn closing_is_outside_and_midnight_ends_the_day() {
        let office = Calendar::office_hours(Zone::Fixed(UtcOffset::CHINA));
        assert!(office.is_open(at("2026-03-02T01:00:00Z")));
        assert!(!office.is_open(at("2026-03-02T10:00:00Z")));
        let night = WeeklyWindow { days: vec![Weekday::Mon], hours: DayWindow::hours(22, 24) };
        let late = Calendar { weekly: vec![night], ..Calendar::default() };
        assert!(late.is_open(at("2026-03-02T23:59:59Z")));
        assert!(!late.is_open(at("2026-03-03T00:00:00Z")));
    }

    #[test]
    fn a_calendar_without_windows_never_opens() {
        assert_eq!(Calendar::default().next_opening(at("2026-03-02T00:00:00Z")), None);
    }
}
