//! Days on which the wall jumps.

use leadkit::calendar::{
    Amount, Calendar, CalendarRules, Clock, DayWindow, Span, Transitions, UtcOffset, Zone,
};

use crate::support::at;

fn offset(text: &str) -> UtcOffset {
    text.parse().unwrap()
}

/// Samoa went from the day before the date line to the day after it: there was no Friday 2011-12-30.
fn samoa() -> Zone {
    Zone::Transitions(Transitions::new(offset("-10:00"), [(at("2011-12-30T10:00:00Z"), offset("+14:00"))]))
}

#[test]
fn a_skipped_date_is_no_working_day() {
    let calendar = Calendar::compile(&CalendarRules::office_hours(samoa())).unwrap();
    let thursday = at("2011-12-29T10:00:00-10:00");
    let local = |amount: Amount, clock| calendar.add(thursday, amount, clock).unwrap().local().to_rfc3339();
    assert_eq!(calendar.is_workday("2011-12-30".parse().unwrap()), Ok(false));
    for clock in [Clock::Workday, Clock::SameTime] {
        assert_eq!(local(Amount::Workdays(1), clock), "2012-01-02T10:00:00+14:00");
    }
    assert_eq!(local(Span::hours(9).into(), Clock::OfficeHours), "2012-01-02T10:00:00+14:00");
    let back =
        calendar.subtract(at("2012-01-02T10:00:00+14:00"), Amount::Workdays(1), Clock::SameTime).unwrap();
    assert_eq!(back.at(), thursday);
    assert_eq!(calendar.count_workdays("2011-12-26".parse().unwrap(), "2012-01-01".parse().unwrap()), Ok(4));
}

#[test]
fn a_skipped_hour_does_not_count_and_a_repeated_one_counts_twice() {
    let new_york = Zone::Transitions(Transitions::new(
        offset("-05:00"),
        [(at("2026-03-08T07:00:00Z"), offset("-04:00")), (at("2026-11-01T06:00:00Z"), offset("-05:00"))],
    ));
    let all = DayWindow::WHOLE_DAY;
    let mut rules = CalendarRules::weekdays(new_york, [all]);
    rules.weekly[0].days.extend([chrono::Weekday::Sat, chrono::Weekday::Sun]);
    let calendar = Calendar::compile(&rules).unwrap();
    let length = |date: &str| {
        let midnight = calendar.zone().start_of_day(date.parse().unwrap());
        let next = calendar.zone().next_midnight(midnight);
        let length = calendar.between(midnight, next, Clock::OfficeHours).unwrap();
        assert_eq!(length, calendar.between(midnight, next, Clock::Workday).unwrap());
        length.num_hours()
    };
    assert_eq!((length("2026-03-07"), length("2026-03-08"), length("2026-11-01")), (24, 23, 25));
    // The same time of a day that skips it is the moment of the skip; one it shows twice, the first.
    let due = |start: &str| {
        calendar.add(at(start), Amount::Workdays(1), Clock::SameTime).unwrap().local().to_rfc3339()
    };
    assert_eq!(due("2026-03-07T02:30:00-05:00"), "2026-03-08T03:00:00-04:00");
    assert_eq!(due("2026-10-31T01:30:00-04:00"), "2026-11-01T01:30:00-04:00");
    // Open at 1:00 to 1:30 means open twice that night.
    let twice =
        CalendarRules { weekly: rules.weekly.clone(), ..rules }.with_hours(["01:00-01:30".parse().unwrap()]);
    let twice = Calendar::compile(&twice).unwrap();
    let spans = twice.open_spans(at("2026-11-01T04:00:00Z"), at("2026-11-01T12:00:00Z")).unwrap();
    assert_eq!(
        spans,
        [
            at("2026-11-01T05:00:00Z")..at("2026-11-01T05:30:00Z"),
            at("2026-11-01T06:00:00Z")..at("2026-11-01T06:30:00Z"),
        ]
    );
}

#[test]
fn days_between_are_counted_where_a_date_is_shown_twice() {
    // On Wednesday at noon it becomes Tuesday noon again.
    let zone = Transitions::new(offset("+12:00"), [(at("2026-03-04T00:00:00Z"), offset("-12:00"))]);
    let calendar = Calendar::compile(&CalendarRules::office_hours(Zone::Transitions(zone))).unwrap();
    let (tuesday, tuesday_again) = (at("2026-03-03T10:00:00+12:00"), at("2026-03-03T13:00:00-12:00"));
    let due = calendar.add(tuesday, Amount::Workdays(1), Clock::SameTime).unwrap();
    assert_eq!(due.at(), at("2026-03-04T10:00:00+12:00"));
    assert_eq!(calendar.between(tuesday, tuesday_again, Clock::SameTime).unwrap().num_days(), 1);
}

#[cfg(not(feature = "chrono-tz"))]
#[test]
fn a_name_without_the_database_names_the_feature_and_the_fix() {
    let errors = CalendarRules::from_json_str("{\n  \"zone\": \"Asia/Shanghai\"\n}").unwrap_err();
    assert_eq!(errors.to_string(), "\
1 error in the calendar
error[bad_value] at zone (2:3): `Asia/Shanghai` is not an offset such as `+08:00`; zone names need the feature `chrono-tz`
  help: turn on the feature `chrono-tz` of leadkit, or write the offset, such as `\"+08:00\"`; `{\"transitions\": …}` where it changes");
}

#[cfg(feature = "chrono-tz")]
mod names {
    use super::*;

    #[test]
    fn rules_take_the_names_of_zones() {
        let calendar = super::super::calendar(serde_json::json!({
            "zone": "America/New_York", "weekly": [{"days": "Mon-Fri", "hours": "09:00-17:00"}]
        }));
        let due = calendar.add(at("2024-03-08T16:00:00-05:00"), Span::hours(2), Clock::OfficeHours).unwrap();
        assert_eq!(due.local().to_rfc3339(), "2024-03-11T10:00:00-04:00");
        let rules = leadkit::assign::AssignRules::load(serde_json::json!({
            "pools": {"leads": {"zone": "Asia/Shanghai"}}
        }));
        let pools = rules.unwrap().pools;
        let zone = &pools.values().next().unwrap().zone;
        assert_eq!(zone.offset_at(at("2026-03-02T00:00:00Z")), UtcOffset::CHINA);
    }

    #[test]
    fn every_change_that_looking_every_hour_finds_is_found() {
        use chrono::{Offset, TimeDelta, TimeZone};
        for (name, from) in
            [("Australia/Lord_Howe", "1980"), ("Pacific/Apia", "2009"), ("Africa/Cairo", "1940")]
        {
            let (tz, zone) = (name.parse::<chrono_tz::Tz>().unwrap(), Zone::named(name).unwrap());
            let mut moment = at(&format!("{from}-01-01T00:00:00Z"));
            let until = moment + TimeDelta::days(20 * 365);
            while moment < until {
                let wanted = tz.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc();
                assert_eq!(zone.offset_at(moment).seconds(), wanted, "{name} at {moment}");
                moment += TimeDelta::hours(1);
            }
        }
    }

    /// The database as it is built in ends with 2099: a zone with summer time until then has an end, others have none.
    #[test]
    fn a_zone_says_how_far_it_is_known() {
        let until = |name: &str| match Zone::named(name).unwrap() {
            Zone::Transitions(zone) => {
                let of = |year: &str| {
                    zone.changes().iter().filter(|(moment, _)| moment.to_string().starts_with(year)).count()
                };
                // The last year is whole.
                assert_eq!((of("2099-"), of("2100-")), (of("2098-"), 0), "{name}");
                zone.until()
            }
            _ => None,
        };
        for name in [
            "America/New_York",
            "Europe/London",
            "Australia/Lord_Howe",
            "America/Santiago",
            "Pacific/Auckland",
        ] {
            assert_eq!(until(name), Some(at("2100-01-01T00:00:00Z")), "{name}");
        }
        for name in ["Asia/Shanghai", "Pacific/Apia", "UTC", "Asia/Tokyo"] {
            assert_eq!(until(name), None, "{name}");
        }
        let hundred_years = |name: &str| {
            let rules = CalendarRules::office_hours(Zone::named(name).unwrap());
            let due = Calendar::compile(&rules).unwrap().add(
                at("2026-03-02T15:00:00Z"),
                Amount::days(36_525),
                Clock::Elapsed,
            );
            due.map(|due| due.at()).map_err(|error| error.code())
        };
        assert_eq!(hundred_years("America/New_York"), Err("after_zone"));
        assert_eq!(hundred_years("Asia/Shanghai"), Ok(at("2126-03-03T15:00:00Z")));
    }

    #[test]
    fn a_zone_that_never_changes_is_fixed() {
        assert_eq!(Zone::named("Etc/GMT-8"), Ok(Zone::Fixed(UtcOffset::CHINA)));
        assert_eq!(Zone::named("Asia/Shangai").unwrap_err().help(), "did you mean `Asia/Shanghai`?");
        // Abbreviations stand for several zones.
        assert!(!Zone::named("CST").unwrap_err().help().contains("did you mean"));
    }

    #[test]
    fn zones_from_the_database_jump_as_they_should() {
        for (name, moment, before, after) in [
            ("Pacific/Apia", "2011-12-30T10:00:00Z", "-10:00", "+14:00"),
            ("Australia/Lord_Howe", "2024-04-06T15:00:00Z", "+11:00", "+10:30"),
            ("Asia/Shanghai", "1990-09-15T17:00:00Z", "+09:00", "+08:00"),
            ("America/New_York", "2050-03-13T07:00:00Z", "-05:00", "-04:00"),
        ] {
            let zone = Zone::named(name).unwrap();
            assert_eq!(zone.offset_at(at(moment) - chrono::TimeDelta::seconds(1)), offset(before), "{name}");
            assert_eq!(zone.offset_at(at(moment)), offset(after), "{name}");
        }
    }

    #[test]
    fn a_misspelt_name_is_told_with_the_one_that_was_meant() {
        let errors = CalendarRules::from_json_str("{\"zone\": \"Asia/Shangai\"}").unwrap_err();
        assert_eq!(
            errors.to_string(),
            "\
1 error in the calendar
error[bad_value] at zone (1:2): there is no zone `Asia/Shangai`
  help: did you mean `Asia/Shanghai`?"
        );
    }
}
