//! Working time as data.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, Weekday};
use serde::Serialize;

use super::once::read_once;
use super::version::derived;
use super::{Coverage, DayOverride, DayWindow, WeeklyWindow, Zone};
use crate::document::{Fingerprint, RulesVersion};

/// Working time of a pool, team or rep: hours of the week, dates that differ, shifts, and how far it is known.
/// [`Calendar::compile`](super::Calendar::compile) turns it into a [`Calendar`](super::Calendar).
///
/// As a document, with days and hours as people write them:
///
/// ```
/// use leadkit::calendar::{Calendar, CalendarRules, Clock, Span, Zone};
/// use serde_json::json;
///
/// let rules = CalendarRules::load(json!({
///     "format": 1,
///     "zone": "+08:00",
///     "weekly": [
///         {"days": "Mon-Fri", "hours": ["09:00-12:00", "13:30-18:00"]},
///         {"days": "Sat", "hours": "10:00-16:00"},
///     ],
///     "holidays": "cn",                           // State Council days off and make-up days, 2023 to 2026
///     "overrides": {"2026-12-31": "off", "2026-03-07": {"windows": "09:00-12:00"}},
///     "version": "shanghai-3",
/// }))?;
/// let calendar = Calendar::compile(&rules)?;
/// let saturday = "2026-03-07T11:30:00+08:00".parse().unwrap();
/// let due = calendar.add(saturday, Span::hours(1), Clock::OfficeHours)?;
/// assert_eq!(due.local().to_rfc3339(), "2026-03-09T09:30:00+08:00");
///
/// let errors = CalendarRules::load(json!({"zoen": "+08:00", "weekly": [{"days": "Mon-Fry", "hours": "9-18"}]}));
/// assert_eq!(errors.unwrap_err().to_string(), "\
/// 3 errors in the calendar
/// error[bad_value] at weekly[0].days: `Fry` is not a day of the week
///   help: did you mean `Fri`?
/// error[bad_value] at weekly[0].hours: `9-18` is not a time window such as `09:00-18:00`
///   help: write `\"09:00-18:00\"`
/// error[unknown_key] at zoen: unknown key `zoen`
///   help: did you mean `zone`?");
///
/// // Text is read with lines and columns.
/// let text = r#"{"overrides": {"2026-3-2": "off"}}"#;
/// assert_eq!(CalendarRules::from_json_str(text).unwrap_err().diagnostics()[0].to_string(), "\
/// error[bad_value] at overrides.2026-3-2 (1:16): `2026-3-2` is not a date such as `2026-10-01`
///   help: write `2026-03-02`");
///
/// // Valid, and probably not what is meant.
/// let mut utc = CalendarRules::office_hours(Zone::default());
/// utc.holidays = Some("cn".into());
/// assert_eq!(utc.lint()[0].to_string(), "\
/// warning[zone] at zone: the days off of `cn` are counted in UTC
///   help: write `\"zone\": \"+08:00\"`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalendarRules {
    /// Format of the document; see [`RulesVersion::FORMAT`](crate::rule::RulesVersion::FORMAT).
    pub format: u16,
    /// The zone the hours are in. Default: UTC.
    pub zone: Zone,
    /// The hours of every week; dates in `holidays` and `overrides` differ.
    pub weekly: Vec<WeeklyWindow>,
    /// Days off and make-up days that come with the crate: `cn` (China, 2023 to 2026). They also set the coverage,
    /// unless it is given: after the last known date reps with this calendar get nothing, until the dates of another
    /// year and its number in `known_years` are added. The zone and the hours stay those above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holidays: Option<String>,
    /// The weekday whose hours the make-up days of `holidays` have. The State Council does not say which weekday they
    /// stand in for. Without it, they have the usual hours as [`DayOverride::Work`] says: those of a Friday where
    /// weekends are free, those of a Saturday where Saturdays are worked; [`lint`](Self::lint) warns where that makes
    /// a difference. A date of `overrides` wins: `{"2026-10-10": {"work_as": "Wed"}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make_up_as: Option<Weekday>,
    /// Years outside the set of `holidays` of which `overrides` have all days off and make-up days, such as `[2027]`:
    /// listing a year here says so. A year next to the set becomes known by it; a year with some dates in
    /// `overrides` and not named here stays unknown, because more dates may be missing.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub known_years: BTreeSet<i32>,
    /// Dates that differ; they win over `holidays`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<NaiveDate, DayOverride>,
    /// A shift roster (排班), such as `{"2026-10-01": "work", "2026-10-04": {"windows": "20:00-06:00"}}`: with it, there
    /// is work on these dates and on no other, whatever the weekday, the holidays and the `overrides`. Unless a
    /// coverage is given, it reaches from the first of them to the last, and the night of the last to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shifts: Option<BTreeMap<NaiveDate, DayOverride>>,
    /// The dates that the calendar knows. Without it and without `holidays` or `shifts`, the week repeats for ever.
    ///
    /// With `holidays`, years that are not those of the set are known only when `known_years` name them: a coverage that
    /// continues is cut before the first other year, and [`lint`](Self::lint) warns. Without `coverage` it is the years of
    /// the set, and the known years that follow or precede them without a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// Version of the data: one line of text, echoed by what is computed from it. Change it with the data;
    /// [`with_hours`](Self::with_hours) and [`on_duty`](Self::on_duty) do. In addition,
    /// [`Calendar::version`](super::Calendar::version) has the fingerprint of the rules' content.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

impl Default for CalendarRules {
    fn default() -> Self {
        CalendarRules {
            format: RulesVersion::FORMAT,
            zone: Zone::default(),
            weekly: Vec::new(),
            holidays: None,
            make_up_as: None,
            known_years: BTreeSet::new(),
            overrides: BTreeMap::new(),
            shifts: None,
            coverage: None,
            version: String::new(),
        }
    }
}

impl CalendarRules {
    /// The same calendar with other hours on every day that is worked: the hours of the weekdays, of dates with hours of
    /// their own, and of dates that are `work` where there are no usual hours. It has another version.
    ///
    /// ```
    /// use leadkit::calendar::{CalendarRules, DayWindow};
    ///
    /// let late = CalendarRules::china().with_hours([DayWindow::hours(10, 19)]);
    /// assert!(late.version.starts_with("cn-2023-2026+hours-"), "{}", late.version);
    /// ```
    #[must_use]
    pub fn with_hours(mut self, hours: impl IntoIterator<Item = DayWindow>) -> CalendarRules {
        let hours: Vec<DayWindow> = hours.into_iter().collect();
        // A day without hours is a day off, and stays one.
        for weekly in self.weekly.iter_mut().filter(|weekly| !weekly.hours.is_empty()) {
            weekly.hours.clone_from(&hours);
        }
        let has_usual = self.weekly.iter().any(|weekly| !weekly.days.is_empty() && !weekly.hours.is_empty());
        let dates = self.overrides.values_mut().chain(self.shifts.iter_mut().flat_map(BTreeMap::values_mut));
        for date in dates {
            match date {
                DayOverride::Windows(windows) if !windows.is_empty() => windows.clone_from(&hours),
                // A working day without usual hours until now.
                DayOverride::Work if !has_usual => *date = DayOverride::Windows(hours.clone()),
                _ => {}
            }
        }
        self.version = derived(&std::mem::take(&mut self.version), "hours", Fingerprint::of(&self));
        self
    }

    /// The same calendar for a rep who is on duty on these dates and no others, in the usual hours. Its version is
    /// another one.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarError, CalendarRules};
    ///
    /// let dates = ["2026-10-01", "2026-10-04", "2026-10-10"].map(|date| date.parse().unwrap());
    /// let duty = Calendar::compile(&CalendarRules::china().on_duty(dates))?;
    /// assert_eq!(duty.is_workday(dates[0])?, true); // a holiday for everybody else
    /// let after = "2026-10-04T18:00:00+08:00".parse().unwrap();
    /// assert_eq!(duty.next_opening(after), Ok("2026-10-10T09:00:00+08:00".parse().unwrap()));
    /// // What comes after the roster is not known.
    /// let end = duty.next_opening("2026-10-10T18:00:00+08:00".parse().unwrap()).unwrap_err();
    /// assert!(matches!(end, CalendarError::AfterCoverage { .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_duty(mut self, dates: impl IntoIterator<Item = NaiveDate>) -> CalendarRules {
        let shifts: BTreeMap<NaiveDate, DayOverride> =
            dates.into_iter().map(|date| (date, DayOverride::Work)).collect();
        self.shifts = Some(shifts);
        self.version = derived(&std::mem::take(&mut self.version), "duty", Fingerprint::of(&self));
        self
    }
}

/// Calendars by id: those of the reps, next to them in the document of a
/// [roster](crate::assign::RosterDocument); reps name theirs as `hours`.
///
/// ```
/// use leadkit::calendar::{CalendarRules, Calendars};
/// use serde_json::json;
///
/// let calendars = Calendars::load(json!({
///     "office": {"zone": "+08:00", "holidays": "cn", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}]},
///     "night": {"zone": "+08:00", "weekly": [{"days": "Sun-Thu", "hours": "22:00-06:00"}]},
/// }))?;
/// assert_eq!(calendars.ids().collect::<Vec<_>>(), ["night", "office"]);
/// assert_eq!(calendars.lint(), []);
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Calendars(#[serde(deserialize_with = "read_once")] pub BTreeMap<String, CalendarRules>);

impl Calendars {
    /// The calendar of an id.
    ///
    /// ```
    /// use leadkit::calendar::{CalendarRules, Calendars};
    ///
    /// let calendars: Calendars = [("office", CalendarRules::china())].into_iter().collect();
    /// assert_eq!(calendars.find("office"), Some(&CalendarRules::china()));
    /// assert_eq!(calendars.find("night"), None);
    /// ```
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&CalendarRules> {
        self.0.get(id)
    }

    /// The ids that reps name as their `hours`, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<K: Into<String>> FromIterator<(K, CalendarRules)> for Calendars {
    fn from_iter<I: IntoIterator<Item = (K, CalendarRules)>>(calendars: I) -> Self {
        Calendars(calendars.into_iter().map(|(id, calendar)| (id.into(), calendar)).collect())
    }
}
