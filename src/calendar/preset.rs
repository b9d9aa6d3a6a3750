//! Calendars that come with the crate.

use chrono::Weekday;

use super::rules::CalendarRules;
use super::{DayWindow, UtcOffset, WeeklyWindow, Zone, china};

impl CalendarRules {
    /// Monday to Friday, 9 to 18, for ever.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarRules, UtcOffset, Zone};
    ///
    /// let office = Calendar::compile(&CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA)))?;
    /// assert_eq!(office.is_open("2026-03-02T17:59:59+08:00".parse().unwrap()), Ok(true));
    /// assert_eq!(office.is_open("2026-03-02T18:00:00+08:00".parse().unwrap()), Ok(false));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn office_hours(zone: Zone) -> CalendarRules {
        CalendarRules::weekdays(zone, [DayWindow::hours(9, 18)])
    }

    /// Monday to Friday in these hours, for ever.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarRules, DayWindow, Zone};
    ///
    /// let rules = CalendarRules::weekdays(Zone::default(), [DayWindow::hours(8, 12), DayWindow::hours(13, 17)]);
    /// let calendar = Calendar::compile(&rules)?;
    /// assert_eq!(calendar.is_open("2026-03-02T12:30:00Z".parse().unwrap()), Ok(false));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn weekdays(zone: Zone, hours: impl IntoIterator<Item = DayWindow>) -> CalendarRules {
        let days = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        let weekly = vec![WeeklyWindow { days, hours: hours.into_iter().collect() }];
        CalendarRules { zone, weekly, ..CalendarRules::default() }
    }

    /// China: 9 to 12 and 13:30 to 18 on working days, with the days off and make-up days of 2023 to 2026.
    ///
    /// The dates are those of the yearly notices of the State Council's General Office.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarRules};
    ///
    /// let china = Calendar::compile(&CalendarRules::china())?;
    /// assert_eq!(china.is_workday("2026-10-07".parse().unwrap()), Ok(false)); // a Wednesday of the National Day
    /// assert_eq!(china.is_workday("2026-10-10".parse().unwrap()), Ok(true)); // a make-up Saturday
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn china() -> CalendarRules {
        let half_past_one =
            DayWindow { from: super::window::clock_time(13 * 3_600 + 1_800), ..DayWindow::hours(13, 18) };
        CalendarRules {
            holidays: Some(china::ID.to_owned()),
            version: china::VERSION.to_owned(),
            ..CalendarRules::weekdays(Zone::Fixed(UtcOffset::CHINA), [DayWindow::hours(9, 12), half_past_one])
        }
    }
}
