//! How far a calendar is known: years whose days off nobody has said, the last night, what to do at the end, and versions.

use chrono::{NaiveDate, TimeDelta};
use leadkit::calendar::{
    Calendar, CalendarError, CalendarRules, Clock, Coverage, CoverageSource, DayOverride, DayWindow, Span,
    Zone,
};
use serde_json::json;

use super::{calendar, rules};
use crate::support::at;

fn lint(rules: &CalendarRules) -> Vec<String> {
    rules.lint().iter().map(ToString::to_string).collect()
}

fn china_through(through: &str) -> CalendarRules {
    let coverage = Coverage { from: "2023-01-01".parse().unwrap(), through: through.parse().unwrap() };
    CalendarRules { coverage: Some(coverage), ..CalendarRules::china() }
}

#[test]
fn years_whose_days_off_nobody_has_said_are_not_guessed() {
    let mut rules = china_through("2030-12-31");
    assert_eq!(
        lint(&rules),
        ["\
warning[unknown_days_off] at coverage: the coverage runs to 2030-12-31, and the days off of `cn` are known from \
2023-01-01 through 2026-12-31: after 2026-12-31 there is no answer
  help: add the days off and the make-up days of 2027 to 2030 to `overrides` and the years to \
`known_years`, or write `\"through\": \"2026-12-31\"`"]
    );
    let calendar = Calendar::compile(&rules).unwrap();
    assert_eq!(calendar.coverage(), Some(("2023-01-01".parse().unwrap(), "2026-12-31".parse().unwrap())));
    let error = calendar.add(at("2027-09-30T16:00:00+08:00"), Span::hours(24), Clock::Workday).unwrap_err();
    assert!(
        matches!(error, CalendarError::AfterCoverage { known_by: CoverageSource::Holidays, .. }),
        "the National Day of 2027 would be worked: {error:?}"
    );
    // A few dates do not make a year known: the Spring Festival of 2027 would be worked.
    let date = |text: &str| text.parse().unwrap();
    for text in ["2027-01-01", "2027-10-01", "2029-10-01"] {
        rules.overrides.insert(date(text), DayOverride::Off);
    }
    let calendar = Calendar::compile(&rules).unwrap();
    assert_eq!(calendar.coverage(), Some((date("2023-01-01"), date("2026-12-31"))));
    assert_eq!(calendar.is_workday(date("2027-02-08")).unwrap_err().code(), "after_coverage");
    let has = |rules: &CalendarRules, part: &str| lint(rules).iter().any(|one| one.contains(part));
    let outside =
        "overrides.2027-01-01: the date lies outside the coverage\n  help: write `\"known_years\": [2027]`";
    assert!(has(&rules, outside), "{:?}", lint(&rules));
    // Whoever names the year says that it is whole. 2028 is not named, and 2029 is of no use without it.
    rules.known_years = [2027, 2029].into();
    let calendar = Calendar::compile(&rules).unwrap();
    assert_eq!(calendar.coverage(), Some((date("2023-01-01"), date("2027-12-31"))));
    assert_eq!(calendar.is_workday(date("2027-10-01")), Ok(false));
    // What the help says is what helps.
    let outside = "overrides.2029-10-01: the date lies outside the coverage\n  help: write `\"known_years\": [2027, 2028, 2029]`";
    assert!(has(&rules, outside), "{:?}", lint(&rules));
    let mut helped = rules.clone();
    helped.known_years = [2027, 2028, 2029].into();
    assert!(!has(&helped, "overrides.2029-10-01") && !has(&helped, "is not next to"), "{:?}", lint(&helped));
    let alone = "at known_years: 2029 is not next to the years that are known";
    assert!(has(&rules, alone), "{:?}", lint(&rules));
    assert_eq!(calendar.is_workday(date("2028-01-05")).unwrap_err().code(), "after_coverage");
    let warnings = lint(&rules);
    // May 1 of 2027 is a Saturday: not worked anyway.
    assert!(warnings[0].contains("after 2027-12-31 there is no answer"), "{warnings:?}");
    assert!(warnings[0].contains("of 2028 to 2030"), "{warnings:?}");
    rules.overrides.remove(&date("2027-10-01"));
    let warnings = lint(&rules);
    let worked = "2027-10-01 has working hours, but it is a day off by law";
    assert!(warnings.iter().any(|one| one.contains(worked)), "{warnings:?}");
}

#[test]
fn the_years_before_are_not_guessed_either() {
    let mut rules = china_through("2026-12-31");
    rules.coverage.as_mut().unwrap().from = "2021-06-01".parse().unwrap();
    assert!(lint(&rules)[0].contains("before 2023-01-01 there is no answer"), "{:?}", lint(&rules));
    let calendar = Calendar::compile(&rules).unwrap();
    let error = calendar.next_opening(at("2022-10-03T10:00:00+08:00")).unwrap_err();
    assert_eq!(error.code(), "before_coverage");
    rules.overrides.insert("2022-10-03".parse().unwrap(), DayOverride::Off);
    rules.known_years.insert(2022);
    let calendar = Calendar::compile(&rules).unwrap();
    assert_eq!(calendar.is_workday("2022-10-03".parse().unwrap()), Ok(false));
    assert_eq!(calendar.is_workday("2021-10-04".parse().unwrap()).unwrap_err().code(), "before_coverage");
}

#[test]
fn a_year_that_is_declared_extends_the_set_without_a_coverage() {
    let document = json!({
        "zone": "+08:00", "holidays": "cn", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}],
        "known_years": [2027],
        "overrides": {"2027-01-01": "off", "2027-10-01": "off"},
    });
    let calendar = calendar(document.clone());
    assert_eq!(calendar.coverage().unwrap().1, "2027-12-31".parse().unwrap());
    let error = calendar.next_opening(at("2028-01-03T09:00:00+08:00")).unwrap_err();
    assert!(matches!(error, CalendarError::AfterCoverage { known_by: CoverageSource::Holidays, .. }));
    assert_eq!(
        error.help(),
        "add the days off and the make-up days of the years after it to `overrides`, and the years to `known_years`; move \
         `coverage.through` where it is given"
    );
    // What a declared year lacks, where it can be told, and years that bear on nothing.
    let warnings = |years: serde_json::Value, holidays: serde_json::Value| {
        let mut document = document.clone();
        (document["known_years"], document["holidays"]) = (years, holidays);
        lint(&rules(document))
    };
    assert_eq!(warnings(json!([2027]), json!("cn")), [""; 0]);
    let empty = warnings(json!([2027, 2028]), json!("cn"));
    assert!(empty[0].contains("2028 is listed as known, but `overrides` have no date in it"), "{empty:?}");
    assert!(empty[1].contains("2028-05-01 has working hours, but it is a day off by law"), "{empty:?}");
    let shipped = warnings(json!([2026, 2027]), json!("cn"));
    assert!(shipped[0].contains("the days off of 2026 come with `holidays`"), "{shipped:?}");
    let without = warnings(json!([2027]), json!(null));
    assert!(without[0].contains("at known_years: there are no `holidays`"), "{without:?}");
    let mut far = document;
    far["known_years"] = json!([12_345]);
    assert!(CalendarRules::load(far).unwrap_err().to_string().contains("lies outside the years 0 to 9999"));
}

#[test]
fn a_coverage_without_a_known_year_is_refused() {
    let mut document = json!({
        "zone": "+08:00", "holidays": "cn", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}],
        "coverage": {"from": "2027-01-01", "through": "2028-12-31"},
    });
    let errors = CalendarRules::load(document.clone()).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "\
1 error in the calendar
error[unknown_days_off] at coverage: the coverage is from 2027-01-01 through 2028-12-31, and the days off of `cn` are \
known from 2023-01-01 through 2026-12-31
  help: add the days off and the make-up days of those years to `overrides`, and the years to `known_years`"
    );
    // Within the known years, without holidays, or on a roster, a coverage is what it says.
    document["coverage"] = json!({"from": "2024-05-01", "through": "2025-12-31"});
    assert_eq!(lint(&rules(document.clone())), [""; 0]);
    document["coverage"] = json!({"from": "2027-01-01", "through": "2040-12-31"});
    document["holidays"] = json!(null);
    assert_eq!(calendar(document.clone()).coverage().unwrap().1, "2040-12-31".parse().unwrap());
    document["shifts"] = json!({"2039-01-01": "work"});
    document["holidays"] = json!("cn");
    assert_eq!(calendar(document).coverage().unwrap().1, "2040-12-31".parse().unwrap());
}

#[test]
fn the_last_night_of_a_roster_runs_to_its_end() {
    let nights = calendar(json!({
        "zone": "+08:00",
        "weekly": [{"days": "Mon-Sun", "hours": "22:00-06:00"}],
        "shifts": {"2026-03-02": "work", "2026-03-03": "work"},
        "version": "nights",
    }));
    assert_eq!(nights.coverage().unwrap().1, "2026-03-03".parse().unwrap());
    let start = at("2026-03-03T20:00:00+08:00");
    let due = |hours| {
        let due = nights.add(start, Span::hours(hours), Clock::OfficeHours);
        due.map(|due| due.local().to_rfc3339())
    };
    assert_eq!(due(3).unwrap(), "2026-03-04T01:00:00+08:00");
    assert_eq!(due(8).unwrap(), "2026-03-04T06:00:00+08:00");
    let error = due(9).unwrap_err();
    assert_eq!(error.to_string(), "the calendar `nights` ends with 2026-03-03");
    assert_eq!(
        error.help(),
        "add the dates on duty after it to `shifts`, and move `coverage.through` where it is given"
    );
    assert_eq!(nights.is_open(at("2026-03-04T05:59:59+08:00")), Ok(true));
    assert_eq!(nights.is_open(at("2026-03-04T06:00:00+08:00")).unwrap_err().code(), "after_coverage");
    let morning = at("2026-03-04T06:00:00+08:00");
    assert_eq!(nights.between(start, morning, Clock::OfficeHours).unwrap().num_hours(), 8);
    let spans = nights.open_spans(start, morning).unwrap();
    assert_eq!(spans, [at("2026-03-03T22:00:00+08:00")..morning]);
    assert_eq!(nights.last_closing(morning), Ok(morning));
    assert_eq!(
        nights.subtract(morning, Span::hours(9), Clock::OfficeHours).unwrap().at(),
        at("2026-03-03T05:00:00+08:00")
    );
    // Whether the morning after is a working day, nobody knows.
    assert_eq!(nights.add(start, Span::hours(5), Clock::Workday).unwrap_err().code(), "after_coverage");
    assert_eq!(
        nights.add(start, Span::hours(4), Clock::Workday).unwrap().at(),
        at("2026-03-04T00:00:00+08:00")
    );
    // A roster of days ends at midnight, and before it there is nothing to add.
    let early = nights.next_opening(at("2026-03-01T23:00:00+08:00")).unwrap_err();
    assert_eq!(
        early.help(),
        "add the dates on duty before it to `shifts`, and move `coverage.from` where it is given"
    );
    // The night of a coverage that is given, too.
    let year = calendar(json!({
        "weekly": [{"days": "Mon-Sun", "hours": ["22:00-02:00", "08:00-12:00"]}],
        "coverage": {"from": "2026-01-01", "through": "2026-12-31"},
    }));
    let late = at("2026-12-31T23:00:00Z");
    assert_eq!(year.add(late, Span::hours(3), Clock::OfficeHours).unwrap().at(), at("2027-01-01T02:00:00Z"));
    let error = year.add(late, Span::seconds(10_801), Clock::OfficeHours).unwrap_err();
    assert!(matches!(error, CalendarError::AfterCoverage { known_by: CoverageSource::Given, .. }));
}

#[test]
fn what_has_no_effect_on_a_roster_is_a_warning() {
    let mut document = json!({
        "zone": "+08:00", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}],
        "shifts": {"2026-03-02": "work"}, "overrides": {"2026-03-02": "off"},
    });
    let expected = "\
warning[no_effect] at overrides: there is a shift roster, so `overrides` have no effect
  help: move the dates on duty to `shifts`, and leave `overrides` out";
    assert_eq!(lint(&rules(document.clone())), [expected]);
    document["overrides"] = json!({});
    assert_eq!(lint(&rules(document.clone())), [""; 0]);
    document["shifts"] = json!({"2026-03-02": "off"});
    assert!(
        lint(&rules(document.clone()))[0].contains("never opens\n  help: add the dates on duty to `shifts`")
    );
    document["shifts"] = json!({"2026-03-02": "work"});
    document["make_up_as"] = json!("Fri");
    assert_eq!(lint(&rules(document.clone())).len(), 1, "no holidays, no make-up days");
    document["make_up_as"] = json!(null);
    // With holidays or without, the roster is why a year that is named counts for nothing.
    for holidays in [json!("cn"), json!(null)] {
        document["holidays"] = holidays;
        document["known_years"] = json!([2027]);
        let expected = "\
warning[no_effect] at known_years: there is a shift roster, and its dates or `coverage` say how far it is known
  help: leave `known_years` out";
        assert_eq!(lint(&rules(document.clone())), [expected]);
    }
}

#[test]
fn make_up_days_have_the_hours_that_are_said() {
    let document = |make_up_as: Option<&str>| {
        json!({
            "zone": "+08:00", "holidays": "cn", "make_up_as": make_up_as,
            "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}, {"days": "Sat", "hours": "10:00-16:00"}],
        })
    };
    // 2026-10-10 is a make-up Saturday, 2026-09-20 a make-up Sunday.
    let hours = |calendar: &Calendar, date: &str| {
        let (from, until) = (at(&format!("{date}T00:00:00+08:00")), at(&format!("{date}T23:00:00+08:00")));
        calendar.between(from, until, Clock::OfficeHours).unwrap().num_hours()
    };
    let as_usual = rules(document(None));
    assert_eq!(
        lint(&as_usual),
        ["\
warning[make_up_hours]: Mon and Sat have different hours, and make-up days have the hours of Sat
  help: say which weekday they stand in for, such as `\"make_up_as\": \"Mon\"`"]
    );
    let calendar = Calendar::compile(&as_usual).unwrap();
    assert_eq!((hours(&calendar, "2026-10-10"), hours(&calendar, "2026-09-20")), (6, 6));
    let mut said = rules(document(Some("Mon")));
    assert_eq!(lint(&said), [""; 0]);
    let calendar = Calendar::compile(&said).unwrap();
    assert_eq!((hours(&calendar, "2026-10-10"), hours(&calendar, "2026-09-20")), (9, 9));
    assert_eq!(hours(&calendar, "2026-03-07"), 6, "a Saturday that makes up for nothing");
    said.overrides.insert("2026-10-10".parse().unwrap(), DayOverride::WorkAs(chrono::Weekday::Sat));
    assert_eq!(hours(&Calendar::compile(&said).unwrap(), "2026-10-10"), 6);
    assert_eq!(rules(serde_json::to_value(&said).unwrap()), said);
    let never = rules(document(Some("Sun")));
    assert!(lint(&never)[0].contains("worked like Sun, which has no working hours"), "{:?}", lint(&never));
    assert!(
        CalendarRules::load(document(Some("Fry"))).unwrap_err().to_string().contains("did you mean `Fri`?")
    );
}

#[test]
fn a_calendar_made_from_another_has_a_version_of_its_own() {
    let china = CalendarRules::china;
    let hours = |from, until| china().with_hours([DayWindow::hours(from, until)]).version;
    let duty = |date: &str| china().on_duty([date.parse().unwrap()]).version;
    let versions = [
        china().version,
        hours(9, 18),
        hours(9, 19),
        duty("2026-10-01"),
        duty("2026-10-02"),
        china().with_hours([DayWindow::hours(9, 18)]).on_duty(["2026-10-01".parse().unwrap()]).version,
        CalendarRules::office_hours(Zone::default()).with_hours([DayWindow::hours(9, 18)]).version,
    ];
    let different: std::collections::BTreeSet<&String> = versions.iter().collect();
    assert_eq!(different.len(), versions.len(), "{versions:?}");
    assert!(versions[1..6].iter().all(|version| version.starts_with("cn-2023-2026+")), "{versions:?}");
    // The same on every platform and in every release: decisions are kept.
    assert_eq!(hours(9, 18), "cn-2023-2026+hours-d98081653e7f");
    let due = Calendar::compile(&china().with_hours([DayWindow::hours(9, 18)])).unwrap();
    let due = due.add(at("2026-03-02T10:00:00+08:00"), Span::hours(1), Clock::OfficeHours).unwrap();
    assert_eq!(&*due.calendar_version().revision, hours(9, 18));
}

/// Each end is said by what limits it: the coverage where the days off beyond are known, else the holidays.
#[test]
fn each_end_says_what_to_move() {
    let ends = |from: &str, through: &str| {
        let calendar = calendar(json!({
            "zone": "+08:00", "holidays": "cn", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}],
            "coverage": {"from": from, "through": through},
        }));
        ["2019-06-03T09:00:00+08:00", "2031-06-02T09:00:00+08:00"]
            .map(|moment| calendar.next_opening(at(moment)).unwrap_err().help().split(' ').next().unwrap())
    };
    assert_eq!(ends("2024-03-01", "2030-12-31"), ["move", "add"]);
    assert_eq!(ends("2020-03-01", "2025-06-30"), ["add", "move"]);
    assert_eq!(ends("2023-01-01", "2026-12-31"), ["add", "add"]);
    assert_eq!(ends("2024-01-01", "2025-12-31"), ["move", "move"]);
}

/// Each end says what to do, and that is what helps: where it is the coverage's, moving the coverage alone makes the next
/// date known, whatever is known of years outside it; else it does not, and naming the year does.
#[test]
fn what_an_end_says_to_do_is_what_helps() {
    let mut random = crate::oracle::assign::Seeded(2_026);
    let day = |random: &mut crate::oracle::assign::Seeded| {
        NaiveDate::from_ymd_opt(2019, 1, 1).unwrap() + TimeDelta::days(random.below(12 * 365) as i64)
    };
    let mut counts = [[0; 2]; 2];
    for round in 0..250 {
        let (one, other) = (day(&mut random), day(&mut random));
        let given = Coverage { from: one.min(other), through: one.max(other) };
        let known_years = (2019..2031).filter(|_| random.percent(40)).collect();
        let rules = CalendarRules { coverage: Some(given), known_years, ..CalendarRules::china() };
        let Ok(calendar) = Calendar::compile(&rules) else { continue };
        let (from, through) = calendar.coverage().unwrap();
        for (end, step) in [(from, -1), (through, 1)] {
            let next = end + TimeDelta::days(step);
            let error = calendar.is_workday(next).unwrap_err();
            let (CalendarError::BeforeCoverage { known_by, .. }
            | CalendarError::AfterCoverage { known_by, .. }) = error
            else {
                panic!("{error:?}")
            };
            let mut moved = rules.clone();
            let coverage = Coverage { from: given.from.min(next), through: given.through.max(next) };
            moved.coverage = Some(coverage);
            let answers = |rules: &CalendarRules| Calendar::compile(rules).unwrap().is_workday(next).is_ok();
            let is_given = known_by == CoverageSource::Given;
            assert_eq!(answers(&moved), is_given, "{round}: {given:?} {:?} at {next}", rules.known_years);
            moved.known_years.insert(chrono::Datelike::year(&next));
            assert!(answers(&moved), "{round}: {given:?} {:?} at {next}", rules.known_years);
            counts[usize::from(step > 0)][usize::from(is_given)] += 1;
        }
    }
    assert!(counts.iter().flatten().all(|count| *count > 25), "{counts:?}");
}
