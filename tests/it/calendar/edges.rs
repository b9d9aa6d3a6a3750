//! Where one thing must be one thing: a date in two spellings, a leap second, the end of what is known, rules and their
//! names.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use leadkit::calendar::{
    Amount, Calendar, CalendarError, CalendarRules, Calendars, Clock, DayOverride, DayWindow, Span,
    Transitions, UtcOffset, WeeklyWindow, Zone,
};
use leadkit::rule::{Fingerprint, RulesVersion};
use serde_json::json;

use super::{calendar, rules};
use crate::support::at;

#[test]
fn a_date_has_one_spelling_wherever_it_stands() {
    let week = r#""weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}]"#;
    for spelling in ["2026-3-6", " 2026-03-06", "2026-03-06 ", "+2026-03-06", "2026-03-6", "2026/03/06"] {
        let coverage = |from: &str, through: &str| {
            format!(r#"{{{week}, "coverage": {{"from": "{from}", "through": "{through}"}}}}"#)
        };
        for (document, path) in [
            (
                format!(r#"{{{week}, "overrides": {{"{spelling}": "off", "2026-03-06": "work"}}}}"#),
                "overrides",
            ),
            (format!(r#"{{{week}, "shifts": {{"{spelling}": "work"}}}}"#), "shifts"),
            (coverage(spelling, "2026-12-31"), "coverage"),
            (coverage("2026-01-01", spelling), "coverage"),
        ] {
            let errors = CalendarRules::from_json_str(&document).unwrap_err();
            let error = &errors.diagnostics()[0];
            assert_eq!(error.code, "bad_value", "{document}");
            assert!(error.path.starts_with(path), "{document}: {error}");
            assert_eq!(error.help.as_deref(), Some("write `2026-03-06`"), "{document}");
            assert!(serde_json::from_str::<CalendarRules>(&document).is_err(), "{document}");
        }
    }
}

#[test]
fn nothing_that_is_there_twice_is_lost_in_silence() {
    let twice = r#"{"overrides": {"2026-03-06": "off", "2026-03-06": "work"}}"#;
    for text in [
        twice,
        r#"{"shifts": {"2026-03-06": "off", "2026-03-06": "work"}}"#,
        r#"{"weekly": [{"days": "Mon", "hours": {"from": "09:00", "from": "10:00", "until": "12:00"}}]}"#,
        r#"{"zone": {"transitions": {"before": "+01:00", "changes": [["2026-03-29T01:00:00Z", "+02:00"], ["2026-03-29T02:00:00+01:00", "+03:00"]]}}}"#,
    ] {
        assert!(serde_json::from_str::<CalendarRules>(text).is_err(), "{text}");
        assert!(CalendarRules::from_json_str(text).is_err(), "{text}");
    }
    let said = serde_json::from_str::<CalendarRules>(twice).unwrap_err().to_string();
    assert!(said.contains("`2026-03-06` is repeated; help: keep one of them"), "{said}");
    let said = serde_json::from_str::<Calendars>(r#"{"a": {}, "b": {}, "a": {"version": "2"}}"#).unwrap_err();
    assert!(said.to_string().contains("`a` is repeated"), "{said}");
    // TOML refuses it by itself.
    for lines in ["2026-10-01 = \"off\"\n2026-10-01 = \"work\"\n", "2026-10-1 = \"off\"\n"] {
        assert!(toml::from_str::<CalendarRules>(&format!("[overrides]\n{lines}")).is_err(), "{lines}");
    }
}

#[test]
fn no_offset_changes_within_a_leap_second() {
    let change = |moment: &str, until: &str| {
        json!({"weekly": [], "zone": {"transitions": {
            "before": "+01:00", "changes": [[moment, "+02:00"]], "until": until,
        }}})
    };
    let (leap, after) = ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z");
    let said = "error[bad_value] at zone.transitions: `2016-12-31T23:59:60Z` is a leap second, and no offset changes within \
                one\n  help: write `\"2017-01-01T00:00:00Z\"`";
    for document in [
        change(leap, "2020-01-01T00:00:00Z"),
        change("2010-01-01T00:00:00Z", leap),
        change("2017-01-01T00:59:60.5+01:00", "2020-01-01T00:00:00Z"),
    ] {
        assert!(serde_json::from_value::<CalendarRules>(document.clone()).is_err(), "{document}");
        let errors = CalendarRules::load(document).unwrap_err();
        assert!(errors.to_string().contains(said), "{errors}");
    }
    CalendarRules::load(change(after, "2020-01-01T00:00:00Z")).unwrap();
    // In code it is what it is everywhere: the second before it. So there is one change, and one moment of it.
    let (second, next) = (at("2016-12-31T23:59:59Z"), "+02:00".parse().unwrap());
    let of = |moments: &[&str]| {
        let changes = moments.iter().map(|moment| (at(moment), next));
        Transitions::new(UtcOffset::UTC, changes).with_until(at(leap) + TimeDelta::days(366))
    };
    let zone = of(&["2016-12-31T23:59:59.25Z", leap, "2016-12-31T23:59:60.5Z"]);
    assert_eq!(zone.changes(), [(second, next)]);
    assert_eq!(Transitions::new(UtcOffset::UTC, []).with_until(at(leap)).until(), Some(second));
    assert_eq!(serde_json::from_value::<Transitions>(json!(zone)).unwrap(), zone);
    let zone = Zone::Transitions(zone);
    assert_eq!(zone.offset_at(second), next);
    assert_eq!(zone.offset_at(second - TimeDelta::nanoseconds(1)), UtcOffset::UTC);
}

/// Moments around a leap second, in order.
fn around_a_leap_second() -> Vec<DateTime<Utc>> {
    let last = at("2026-06-30T23:59:59Z");
    let nanos = [0, 500_000_000, 900_000_000, 999_999_999, 1_000_000_000, 1_500_000_000, 1_999_999_999];
    let mut moments: Vec<DateTime<Utc>> =
        nanos.into_iter().map(|nanos| last.with_nanosecond(nanos).unwrap()).collect();
    moments
        .extend([0, 1, 500_000_000].map(|nanos| at("2026-07-01T00:00:00Z") + TimeDelta::nanoseconds(nanos)));
    assert_eq!(moments[4], at("2026-06-30T23:59:60Z"));
    assert!(moments.is_sorted());
    moments
}

#[test]
fn every_clock_is_monotone_over_a_leap_second() {
    let all = CalendarRules::weekdays(Zone::default(), [DayWindow::WHOLE_DAY]);
    let starts = around_a_leap_second();
    for rules in [CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA)), all] {
        let calendar = Calendar::compile(&rules).unwrap();
        for clock in Clock::ALL {
            for amount in [Span::hours(0), Span::seconds(1), Span::hours(1), Span::hours(30)] {
                let due = |start: &DateTime<Utc>| calendar.add(*start, amount, clock).unwrap().at();
                let begin = |end: &DateTime<Utc>| calendar.subtract(*end, amount, clock).unwrap().at();
                let dues: Vec<_> = starts.iter().map(due).collect();
                // From 24:00 of a day to 0:00 of the next the same time of the day is earlier.
                let fair = if clock == Clock::SameTime { &dues[..7] } else { &dues[..] };
                assert!(fair.is_sorted(), "{clock} + {amount}: {dues:?}");
                let begins: Vec<_> = starts.iter().map(begin).collect();
                let fair = if clock == Clock::SameTime { &begins[..7] } else { &begins[..] };
                assert!(fair.is_sorted(), "{clock} - {amount}: {begins:?}");
            }
            let length = |until: &DateTime<Utc>| calendar.between(starts[0], *until, clock).unwrap();
            let lengths: Vec<TimeDelta> = starts.iter().map(length).collect();
            assert!(lengths.is_sorted(), "{clock}: {lengths:?}");
        }
    }
    let utc = calendar(json!({"weekly": [{"days": "Mon-Sun", "hours": "00:00-24:00"}]}));
    let (leap, midnight) = (at("2026-06-30T23:59:60.5Z"), at("2026-07-01T00:00:00Z"));
    for clock in [Clock::Elapsed, Clock::Workday, Clock::OfficeHours] {
        let due = utc.add(leap, Span::hours(1), clock).unwrap();
        assert_eq!(due.at(), at("2026-07-01T00:59:59.999999999Z"), "{clock}");
        assert_eq!(utc.between(leap, due.at(), clock), Ok(TimeDelta::hours(1)), "{clock}");
        assert_eq!(utc.between(leap, midnight, clock), Ok(TimeDelta::nanoseconds(1)), "{clock}");
        assert_eq!(due.start(), leap, "the evidence is what was given");
    }
    let now = utc.add(leap, Span::hours(0), Clock::Elapsed).unwrap();
    assert!(
        !now.is_past(leap) && now.overdue(leap) == TimeDelta::zero(),
        "due within the leap second itself"
    );
    assert!(now.is_past(midnight));
    assert_eq!(utc.next_opening(leap), Ok(at("2026-06-30T23:59:59.999999999Z")));
    // Spans alone too.
    let after: Vec<_> = starts.iter().map(|at| Span::hours(1).after(*at)).collect();
    let before: Vec<_> = starts.iter().map(|at| Span::hours(1).before(*at)).collect();
    assert!(after.is_sorted() && before.is_sorted(), "{after:?} {before:?}");
    // The wall shows it.
    assert_eq!(Zone::Fixed(UtcOffset::CHINA).local(leap).to_string(), "2026-07-01 07:59:60.500");
}

#[test]
fn the_end_of_the_coverage_is_one_thing_on_all_clocks() {
    let china = Calendar::china();
    let (start, end) = (at("2026-12-30T08:00:00+08:00"), at("2027-01-01T00:00:00+08:00"));
    let hours = |clock| china.between(start, end, clock).map(|length| length.num_hours());
    assert_eq!((hours(Clock::Workday), hours(Clock::SameTime)), (Ok(40), Ok(24)));
    assert_eq!((hours(Clock::OfficeHours), hours(Clock::Elapsed)), (Ok(15), Ok(40)));
    // A day before the end, counted back from it.
    let code = |error: CalendarError| error.code();
    let back =
        |at, days, clock| china.subtract(at, Amount::workdays(days), clock).map(|due| due.at()).map_err(code);
    assert_eq!(back(end, 1, Clock::SameTime), Ok(at("2026-12-31T00:00:00+08:00")));
    assert_eq!(back(end, 1, Clock::Workday), back(end, 1, Clock::SameTime));
    // Whether the day that begins there is worked, nobody knows; and a nanosecond later nothing is known.
    let late = end + TimeDelta::nanoseconds(1);
    for clock in [Clock::Workday, Clock::SameTime] {
        let due = china.add(end, Amount::workdays(0), clock).map(|due| due.at()).map_err(code);
        assert_eq!(due, Err("after_coverage"));
        assert_eq!(china.between(start, late, clock).map_err(code), Err("after_coverage"));
        assert_eq!(back(late, 1, clock), Err("after_coverage"));
    }
    assert_eq!(back(end, 0, Clock::SameTime), Err("after_coverage"));
}

#[test]
fn what_the_zone_does_not_know_is_not_guessed() {
    let summer = (at("2026-03-29T01:00:00Z"), "+02:00".parse().unwrap());
    let autumn = (at("2026-10-25T01:00:00Z"), "+01:00".parse().unwrap());
    let until = at("2027-03-28T01:00:00Z");
    let zone = Transitions::new("+01:00".parse().unwrap(), [summer, autumn]).with_until(until);
    let mut rules = CalendarRules::office_hours(Zone::Transitions(zone));
    let written = serde_json::to_value(&rules).unwrap();
    assert_eq!(written["zone"]["transitions"]["until"], "2027-03-28T01:00:00Z");
    assert_eq!(CalendarRules::load(written).unwrap(), rules);
    let office = Calendar::compile(&rules).unwrap();
    let friday = at("2027-03-26T10:00:00+01:00");
    let unknown = CalendarError::AfterZone { until };
    for clock in Clock::ALL {
        assert!(office.add(friday, Span::hours(7), clock).is_ok(), "{clock}");
        assert_eq!(office.add(friday, Span::hours(100), clock).unwrap_err(), unknown, "{clock}");
        assert_eq!(office.add(until, Span::hours(1), clock).unwrap_err(), unknown, "{clock}");
        assert_eq!(office.subtract(until, Span::hours(1), clock).unwrap_err(), unknown, "{clock}");
        if clock != Clock::Elapsed {
            assert_eq!(office.between(friday, until, clock).unwrap_err(), unknown, "{clock}");
        }
    }
    assert_eq!(office.is_open(until).unwrap_err(), unknown);
    assert_eq!(office.next_opening(at("2027-03-26T18:00:00+01:00")).unwrap_err(), unknown);
    assert_eq!(office.last_closing(until).unwrap_err(), unknown);
    assert_eq!(office.open_spans(friday, until).unwrap_err(), unknown);
    let help = "add the later changes of the offset as `{\"transitions\": …}`, and move `until`";
    assert_eq!((unknown.code(), unknown.help()), ("after_zone", help));
    // A coverage that ends before says so first.
    rules.coverage = serde_json::from_value(json!({"from": "2026-01-01", "through": "2026-12-31"})).unwrap();
    let year = Calendar::compile(&rules).unwrap();
    let late = year.add(at("2026-12-31T10:00:00Z"), Span::hours(900), Clock::OfficeHours).unwrap_err();
    assert_eq!(late.code(), "after_coverage");
}

#[test]
fn a_night_of_a_date_that_is_never_shown_is_never_worked() {
    // Samoa had no Friday 2011-12-30: its night shift neither, though the morning of Saturday is shown.
    let change = (at("2011-12-30T10:00:00Z"), "+14:00".parse().unwrap());
    let zone = Zone::Transitions(Transitions::new("-10:00".parse().unwrap(), [change]));
    let nights = |day: chrono::Weekday| {
        let weekly = vec![WeeklyWindow { days: vec![day], hours: vec![DayWindow::hours(22, 6)] }];
        Calendar::compile(&CalendarRules { zone: zone.clone(), weekly, ..CalendarRules::default() }).unwrap()
    };
    let fridays = nights(chrono::Weekday::Fri);
    assert_eq!(fridays.is_workday("2011-12-30".parse().unwrap()), Ok(false));
    assert_eq!(fridays.is_open(at("2011-12-31T03:00:00+14:00")), Ok(false));
    assert_eq!(fridays.is_open(at("2012-01-07T03:00:00+14:00")), Ok(true), "a week later as ever");
    // Thursday's night ends where the wall jumps: its morning is that of the date that is never shown.
    let thursdays = nights(chrono::Weekday::Thu);
    let (from, until) = (at("2011-12-29T12:00:00-10:00"), at("2012-01-01T00:00:00+14:00"));
    let spans = thursdays.open_spans(from, until).unwrap();
    assert_eq!(spans, [at("2011-12-29T22:00:00-10:00")..at("2011-12-30T10:00:00Z")]);
}

#[test]
fn rules_that_say_something_else_have_another_name() {
    let print = |rules: &CalendarRules| Calendar::compile(rules).unwrap().version().fingerprint;
    let china = CalendarRules::china();
    assert_eq!(print(&china), Fingerprint::of(&china));
    assert_eq!(Calendar::china().version(), Calendar::compile(&china).unwrap().version());
    let tokyo = Zone::Fixed("+09:00".parse().unwrap());
    let mut edited = china.clone();
    edited.overrides.insert("2026-03-03".parse().unwrap(), DayOverride::Off);
    let offices = [CalendarRules::office_hours(Zone::default()), CalendarRules::office_hours(tokyo)];
    let all = [&china, &edited, &offices[0], &offices[1]];
    let different: std::collections::BTreeSet<Fingerprint> = all.into_iter().map(print).collect();
    assert_eq!(different.len(), all.len());
    // Derived versions differ where the rules do, and only there.
    let short = |rules: &CalendarRules| rules.clone().with_hours([DayWindow::hours(9, 17)]).version;
    assert_ne!(short(&offices[0]), short(&offices[1]));
    assert_ne!(short(&china), short(&edited));
    assert_eq!(short(&china), short(&CalendarRules::china()));
    // A deadline names both, and is read where it was written without.
    let monday = at("2026-03-02T10:00:00+08:00");
    let due = Calendar::china().add(monday, Span::hours(1), Clock::OfficeHours).unwrap();
    let version = RulesVersion { format: 1, revision: "cn-2023-2026".into(), fingerprint: print(&china) };
    assert_eq!((due.calendar_version(), Calendar::china().version()), (&version, &version));
    let mut written = json!(due);
    assert_eq!(written["calendar_version"], json!(version));
    assert_eq!(serde_json::from_value::<leadkit::calendar::Deadline>(written.clone()).unwrap(), due);
    written.as_object_mut().unwrap().remove("calendar_version");
    let read: leadkit::calendar::Deadline = serde_json::from_value(written).unwrap();
    assert_eq!((read.at(), read.calendar_version()), (due.at(), &RulesVersion::default()));
}

#[test]
fn the_format_is_checked_and_the_version_is_one_line() {
    let document = |key: &str, value: serde_json::Value| {
        let mut whole = json!({"weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}]});
        whole[key] = value;
        whole
    };
    assert_eq!(rules(document("format", json!(1))), rules(document("version", json!(""))));
    let first = |document| CalendarRules::load(document).unwrap_err().diagnostics()[0].to_string();
    assert_eq!(
        first(document("format", json!(9))),
        "error[unknown_format] at format: format 9 is not supported\n  help: the newest format that this version reads is 1"
    );
    for version in ["a\tb", "a\nb", "\u{1b}[2J"] {
        assert_eq!(
            first(document("version", json!(version))),
            "error[bad_value] at version: the version has a control character\n  help: write it in one line, without tabs"
        );
    }
}

#[test]
fn hours_of_numbers_are_those_that_a_text_may_have() {
    for from in 0..30 {
        for until in 0..30 {
            let window = DayWindow::hours(from, until);
            match format!("{from:02}:00-{until:02}:00").parse::<DayWindow>() {
                Ok(read) => assert_eq!(window, read),
                Err(_) => {
                    assert_eq!(window.seconds(), 0, "{from} {until}");
                    let errors = Calendar::compile(&CalendarRules::weekdays(Zone::default(), [window]));
                    assert_eq!(errors.unwrap_err().diagnostics()[0].code, "empty", "{from} {until}");
                }
            }
        }
    }
}

#[test]
fn help_is_what_can_be_written() {
    let help = |document: serde_json::Value| {
        let errors = CalendarRules::load(document).unwrap_err();
        errors.diagnostics()[0].help.clone().unwrap()
    };
    let hours = |hours: serde_json::Value| help(json!({"weekly": [{"days": "Mon", "hours": hours}]}));
    assert_eq!(hours(json!(["09:00-12:00, 13:00-18:00"])), "write `[\"09:00-12:00\", \"13:00-18:00\"]`");
    assert_eq!(hours(json!("00:00-00:00")), "write `\"00:00-24:00\"`");
    assert_eq!(hours(json!({"from": "00:00", "until": "00:00"})), "write `\"00:00-24:00\"`");
    assert_eq!(help(json!({"zone": "+08:00 "})), "write `\"+08:00\"`");
    assert_eq!(help(json!({"zone": " UTC"})), "write `\"UTC\"`");
    assert_eq!(help(json!({"zone": "+08:00:+5"})), "write it as `\"+08:00\"`");
    assert_eq!("+08:00:+5".parse::<Zone>().unwrap_err().help(), "write it as `\"+08:00\"`");
    assert_eq!("UTC+8".parse::<Zone>().unwrap_err().help(), "write `\"+08:00\"`");
    #[cfg(feature = "chrono-tz")]
    assert_eq!(help(json!({"zone": "America/New_York "})), "write `\"America/New_York\"`");
    let empty = rules(json!({
        "weekly": [{"days": "Mon", "hours": "09:00-18:00"}], "overrides": {"2026-03-02": {"windows": []}},
    }));
    assert_eq!(
        empty.lint()[0].to_string(),
        "warning[no_effect] at overrides.2026-03-02.windows: the date has no windows, and is a day off\n  \
         help: write `\"off\"`, or the hours"
    );
    let deep = format!("{{\"zone\": {}1{}}}", "[".repeat(110), "]".repeat(110));
    let errors = CalendarRules::from_json_str(&deep).unwrap_err();
    assert_eq!(errors.diagnostics()[0].code, "too_deep");
    assert!(errors.to_string().contains("help: write it flat"), "{errors}");
    let monday = at("2026-03-02T10:00:00+08:00");
    let error = Calendar::china().add(monday, Amount::Workdays(36_526), Clock::Workday).unwrap_err();
    assert_eq!((error.code(), error.help()), ("amount_too_long", "write at most `36525wd`"));
}
