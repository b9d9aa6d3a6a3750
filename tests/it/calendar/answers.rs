//! Answers that are none: the end of what a calendar knows, calendars that never open, shifts.

use chrono::{DateTime, Utc};
use leadkit::assign::Roster;
use leadkit::calendar::{
    Amount, Calendar, CalendarError, CalendarRules, Calendars, Clock, Coverage, DayWindow, Deadline, Span,
    Zone,
};
use leadkit::model::Rep;
use serde_json::json;

use super::calendar;
use crate::support::at;

fn due(calendar: &Calendar, start: &str, amount: &str, clock: Clock) -> Result<String, CalendarError> {
    calendar.add(at(start), amount.parse::<Amount>().unwrap(), clock).map(|due| due.local().to_rfc3339())
}

#[test]
fn the_end_of_the_coverage_is_told_with_what_to_do() {
    let china = Calendar::china();
    let last = "2026-12-31T16:00:00+08:00";
    // Up to the last second that is known; a deadline at its end stays there.
    assert_eq!(due(&china, last, "8h", Clock::Workday).unwrap(), "2027-01-01T00:00:00+08:00");
    assert_eq!(due(&china, last, "2h", Clock::OfficeHours).unwrap(), "2026-12-31T18:00:00+08:00");
    // Nobody needs a calendar to count all time.
    assert_eq!(due(&china, last, "24h", Clock::Elapsed).unwrap(), "2027-01-01T16:00:00+08:00");
    for (start, amount, clock) in [
        (last, "28801s", Clock::Workday),
        (last, "7201s", Clock::OfficeHours),
        (last, "1wd", Clock::SameTime),
        (last, "24h", Clock::SameTime),
        (last, "36525wd", Clock::Workday),
        ("2026-12-31T18:00:00+08:00", "0h", Clock::OfficeHours),
        ("2027-01-01T00:00:00+08:00", "0h", Clock::OfficeHours),
        ("2027-01-01T00:00:00+08:00", "0wd", Clock::SameTime),
        ("2030-05-05T00:00:00+08:00", "1h", Clock::Workday),
    ] {
        let error = due(&china, start, amount, clock).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str(), error.help()),
            (
                "after_coverage",
                "the calendar `cn-2023-2026` ends with 2026-12-31",
                "add the days off and the make-up days of the years after it to `overrides`, and the years to \
                 `known_years`; move `coverage.through` where it is given"
            ),
            "{start} {amount} {clock}"
        );
    }
    let early = at("2022-12-31T23:59:59+08:00");
    let error = china.next_opening(early).unwrap_err();
    assert_eq!(error.to_string(), "the calendar `cn-2023-2026` begins with 2023-01-01");
    assert_eq!(china.is_open(early), Err(error.clone()));
    assert_eq!(china.between(early, at(last), Clock::Workday), Err(error.clone()));
    assert_eq!(
        china.subtract(at("2023-01-03T10:00:00+08:00"), Span::hours(2), Clock::OfficeHours),
        Err(error)
    );
    assert_eq!(china.is_open(at("2027-01-01T00:00:00+08:00")).unwrap_err().code(), "after_coverage");
    assert_eq!(
        china
            .count_workdays("2026-12-31".parse().unwrap(), "2027-01-01".parse().unwrap())
            .unwrap_err()
            .code(),
        "after_coverage"
    );
    // The cure works.
    let mut longer = CalendarRules::china();
    longer.coverage =
        Some(Coverage { from: "2023-01-01".parse().unwrap(), through: "2027-01-31".parse().unwrap() });
    longer.known_years.insert(2027);
    longer.overrides.insert("2027-01-01".parse().unwrap(), leadkit::calendar::DayOverride::Off);
    let longer = Calendar::compile(&longer).unwrap();
    assert_eq!(due(&longer, last, "24h", Clock::Workday).unwrap(), "2027-01-04T16:00:00+08:00");
}

#[test]
fn a_calendar_without_work_says_that_it_never_opens() {
    let never = Calendar::compile(&CalendarRules::default()).unwrap();
    let now = at("2026-03-02T00:00:00Z");
    assert_eq!(never.is_open(now), Ok(false));
    for clock in [Clock::Workday, Clock::OfficeHours, Clock::SameTime] {
        for amount in ["0h", "24h"] {
            assert_eq!(due(&never, "2026-03-02T00:00:00Z", amount, clock).unwrap_err().code(), "never_open");
        }
        assert_eq!(never.subtract(now, Span::hours(1), clock).unwrap_err().code(), "never_open");
    }
    assert_eq!(never.between(now, at("2027-03-02T00:00:00Z"), Clock::Workday).unwrap().num_seconds(), 0);
    // Once, and never again.
    let once = calendar(json!({"overrides": {"2026-03-04": {"windows": "09:00-12:00"}}}));
    assert_eq!(
        due(&once, "2026-03-02T00:00:00Z", "3h", Clock::OfficeHours).unwrap(),
        "2026-03-04T12:00:00+00:00"
    );
    assert_eq!(
        due(&once, "2026-03-02T00:00:00Z", "10801s", Clock::OfficeHours).unwrap_err().code(),
        "never_open"
    );
    assert_eq!(once.next_opening(at("2026-03-04T12:00:00Z")).unwrap_err().code(), "never_open");
    assert_eq!(once.last_closing(at("2026-03-04T09:00:00Z")).unwrap_err().code(), "never_open");
    assert_eq!(once.last_closing(at("2036-03-04T09:00:00Z")), Ok(at("2026-03-04T12:00:00Z")));
}

#[test]
fn working_days_are_refused_where_none_are_counted() {
    let china = Calendar::china();
    for clock in [Clock::OfficeHours, Clock::Elapsed] {
        let error = due(&china, "2026-03-02T10:00:00+08:00", "7wd", clock).unwrap_err();
        assert_eq!(error, CalendarError::NoWorkdays { clock });
        assert_eq!(error.help(), "write hours or days, or use the clock `workday` or `same_time`");
    }
}

#[test]
fn no_moment_and_no_amount_panics() {
    let (min, max) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let zone: Zone = "+14:00".parse().unwrap();
    let office = Calendar::compile(&CalendarRules::office_hours(zone)).unwrap();
    for calendar in [Calendar::china(), office] {
        for start in [min, max, at("2016-12-31T23:59:60Z"), at("2026-03-02T01:59:60Z")] {
            for clock in Clock::ALL {
                for amount in [
                    Amount::Time(Span::seconds(u32::MAX)),
                    Amount::Time(Span::seconds(0)),
                    Amount::Workdays(u32::MAX),
                ] {
                    let _ = calendar.add(start, amount, clock);
                    let _ = calendar.subtract(start, amount, clock);
                }
                let _ = calendar.between(min, max, clock);
            }
            let _ = (calendar.is_open(start), calendar.next_opening(start), calendar.last_closing(start));
        }
        for n in [i64::MIN, i64::MAX, 0] {
            let _ = calendar.nth_workday(chrono::NaiveDate::MAX, n);
            let _ = calendar.nth_workday(chrono::NaiveDate::MIN, n);
        }
    }
}

#[test]
fn hours_over_midnight_belong_to_the_day_they_start_on() {
    let night = calendar(json!({
        "weekly": [{"days": "Mon-Fri", "hours": "22:00-06:00"}],
        "overrides": {"2026-03-04": "off"},
    }));
    let open = |text: &str| night.is_open(at(text)).unwrap();
    assert!(
        open("2026-03-03T22:00:00Z") && open("2026-03-04T05:59:59Z"),
        "Tuesday's night runs into the day off"
    );
    assert!(!open("2026-03-04T06:00:00Z") && !open("2026-03-04T23:00:00Z") && !open("2026-03-05T03:00:00Z"));
    assert!(open("2026-03-07T05:00:00Z"), "Friday's night ends on Saturday");
    assert!(!open("2026-03-02T05:00:00Z"), "Sunday has no night");
    assert_eq!(
        due(&night, "2026-03-02T12:00:00Z", "8h", Clock::OfficeHours).unwrap(),
        "2026-03-03T06:00:00+00:00"
    );
    // The documents of rosters read the same way.
    let roster: Calendars = serde_json::from_value(json!({
        "night": {"weekly": [{"days": ["Mon"], "hours": {"from": "22:00:00", "until": "06:00:00"}}]}
    }))
    .unwrap();
    let night = Calendar::compile(roster.find("night").unwrap()).unwrap();
    assert_eq!(night.is_open(at("2026-03-03T01:00:00Z")), Ok(true));
}

#[test]
fn a_shift_roster_says_all() {
    let duty = calendar(json!({
        "zone": "+08:00",
        "holidays": "cn",
        "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}],
        "shifts": {
            "2026-10-01": "work",                             // a holiday for others
            "2026-10-03": {"windows": ["06:00-10:00", "20:00-02:00"]},
            "2026-10-05": "off",
            "2026-10-12": "work"
        },
        "version": "li-2026-10"
    }));
    assert_eq!(duty.coverage(), Some(("2026-10-01".parse().unwrap(), "2026-10-12".parse().unwrap())));
    let start = "2026-10-01T17:00:00+08:00";
    assert_eq!(due(&duty, start, "3h", Clock::OfficeHours).unwrap(), "2026-10-03T08:00:00+08:00");
    assert_eq!(due(&duty, start, "10h", Clock::OfficeHours).unwrap(), "2026-10-04T01:00:00+08:00");
    assert_eq!(due(&duty, start, "2wd", Clock::SameTime).unwrap(), "2026-10-12T17:00:00+08:00");
    let error = due(&duty, start, "3wd", Clock::SameTime).unwrap_err();
    assert_eq!(error.to_string(), "the calendar `li-2026-10` ends with 2026-10-12");
    // Longer known than worked.
    let mut rules = CalendarRules::china().on_duty(["2026-10-12".parse().unwrap()]);
    rules.coverage =
        Some(Coverage { from: "2026-10-01".parse().unwrap(), through: "2026-10-31".parse().unwrap() });
    let quiet = Calendar::compile(&rules).unwrap();
    assert_eq!(quiet.is_open(at("2026-10-08T10:00:00+08:00")), Ok(false));
    assert_eq!(quiet.next_opening(at("2026-10-08T10:00:00+08:00")), Ok(at("2026-10-12T09:00:00+08:00")));
}

#[test]
fn a_roster_tells_the_mistakes_of_its_calendars() {
    let calendars = Calendars::from_iter([("cn", CalendarRules::china())]);
    let li = Rep { id: "li".into(), hours: Some("cn".into()), ..Rep::default() };
    assert!(Roster::compile(std::slice::from_ref(&li), &calendars).is_ok());
    let mut broken = CalendarRules::china();
    broken.weekly[0].hours =
        vec![DayWindow { from: DayWindow::hours(9, 12).from, until: DayWindow::hours(9, 12).from }];
    let errors = Roster::compile(&[li], &Calendars::from_iter([("cn", broken)])).unwrap_err();
    assert_eq!(errors.diagnostics()[0].path, "calendars.cn.weekly[0].hours[0]");
}

#[test]
fn a_deadline_is_kept_whole() {
    let due =
        Calendar::china().add(at("2026-10-09T17:30:00+08:00"), Span::hours(1), Clock::OfficeHours).unwrap();
    let text = serde_json::to_string(&due).unwrap();
    assert_eq!(serde_json::from_str::<Deadline>(&text).unwrap(), due);
    assert_eq!(&*due.calendar_version().revision, "cn-2023-2026");
    assert_eq!(
        (due.amount(), due.clock(), due.start()),
        (Span::hours(1).into(), Clock::OfficeHours, at("2026-10-09T09:30:00Z"))
    );
    assert!(!due.is_past(due.at()) && due.is_past(due.at() + chrono::TimeDelta::nanoseconds(1)));
    let error = Calendar::china().next_opening(at("2030-01-01T00:00:00Z")).unwrap_err();
    let text = serde_json::to_string(&error).unwrap();
    assert_eq!(
        text,
        r#"{"code":"after_coverage","version":"cn-2023-2026","through":"2026-12-31","known_by":"holidays"}"#
    );
    assert_eq!(serde_json::from_str::<CalendarError>(&text).unwrap(), error);
}

#[test]
fn other_hours_open_no_closed_day() {
    let rules: CalendarRules = serde_json::from_value(json!({
        "zone": "+08:00",
        "weekly": [
            {"days": "Mon-Fri", "hours": ["09:00-18:00"]},
            {"days": "Sat-Sun", "hours": []},
        ],
        "overrides": {"2026-03-04": {"windows": []}, "2026-03-05": "off"},
    }))
    .unwrap();
    let calendar = Calendar::compile(&rules.with_hours([DayWindow::hours(10, 18)])).unwrap();
    let late = |start| due(&calendar, start, "2h", Clock::OfficeHours);
    assert_eq!(late("2026-03-03T17:00:00+08:00"), Ok("2026-03-06T11:00:00+08:00".to_owned()));
    assert_eq!(late("2026-03-06T17:00:00+08:00"), Ok("2026-03-09T11:00:00+08:00".to_owned()));
}

#[test]
fn a_start_that_is_not_known_has_no_deadline_at_the_same_time() {
    let china = Calendar::china();
    for amount in ["7d", "1wd"] {
        let before = due(&china, "2022-12-29T10:00:00+08:00", amount, Clock::SameTime);
        assert!(matches!(before, Err(CalendarError::BeforeCoverage { .. })), "{amount}: {before:?}");
    }
}
