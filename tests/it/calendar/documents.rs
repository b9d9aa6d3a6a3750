//! Documents of calendars: every mistake at once, and what reads the same.

use expect_test::expect_file;
use leadkit::calendar::{CalendarRules, Calendars};
use serde_json::json;

use super::rules;

#[test]
fn every_mistake_is_told_at_once() {
    let text = r#"{
  "office": {
    "zoen": "+08:00",
    "weekly": [
      {"days": "Mon-Fir", "hours": "09:00-18:00"},
      {"days": ["Sat"], "hours": "9-18"},
      {"days": "Sun", "hour": "09:00-18:00"},
      {"days": "Mon", "hours": [{"from": "09:00", "till": "12:00"}, {"from": "9 o'clock", "until": "12:00"}, "10:00-10:00"]}
    ],
    "holidays": "china",
    "overrides": {"2026-10-01": "of", "2026-10-02": {"window": "09:00-12:00"}, "2026-13-01": "off", "2026-10-03": {"work_as": "Fryday"}},
    "coverage": {"from": "2026-12-31", "through": "2026-01-01"}
  },
  "second": {"zone": "UTC+8", "weekly": {}, "overrides": {"2026-10-10": "work"}},
  "third": {"zone": "+08:00", "shifts": {}, "weekly": [{"days": "Mon-Fri"}], "coverage": {"from": "2026-01-01", "until": "2026-12-31"}}
}"#;
    let errors = Calendars::from_json_str(text).unwrap_err();
    expect_file!["../snapshots/calendar_mistakes.txt"].assert_eq(&format!("{errors}\n"));
}

#[test]
fn what_looks_like_a_mistake_is_a_warning() {
    let lint = |rules: &CalendarRules| rules.lint().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(lint(&CalendarRules::china()), [""; 0]);
    assert_eq!(
        lint(&CalendarRules::default()),
        ["\
warning[never_open]: the calendar never opens
  help: write `\"weekly\": [{\"days\": \"Mon-Fri\", \"hours\": \"09:00-18:00\"}]`"]
    );
    let odd = rules(json!({
        "zone": "+08:00", "holidays": "cn",
        "weekly": [{"days": [], "hours": "09:00-18:00"}, {"days": "Mon", "hours": "09:00-18:00"}],
        "overrides": {"2027-01-01": "off", "2026-05-05": {"work_as": "Tue"}},
    }));
    assert_eq!(
        lint(&odd),
        [
            "warning[no_effect] at overrides.2026-05-05: the date is worked like Tue, which has no working hours\n  \
         help: write `\"off\"`, or a day that has hours",
            "warning[no_effect] at overrides.2027-01-01: the date lies outside the coverage\n  \
         help: write `\"known_years\": [2027]` when all days off and make-up days of 2027 are here",
            "warning[no_effect] at weekly[0]: `days` and `hours` only work together\n  help: write both `days` and `hours`",
        ]
    );
}

#[test]
fn long_and_short_ways_of_writing_are_one() {
    let short = rules(json!({
        "zone": "+08:00",
        "weekly": [{"days": "Mon-Fri", "hours": "9:00-12:00, 13:30-18:00"}, {"days": "Fri-Sun", "hours": "22:00-02:00"}],
        "overrides": {"2026-03-07": {"windows": "00:00-24:00"}, "2026-03-08": "work"},
    }));
    let long = rules(json!({
        "zone": {"fixed": "+08:00"},
        "weekly": [
            {"days": ["Mon", "Tue", "Wed", "Thu", "Fri"],
             "hours": [{"from": "09:00:00", "until": "12:00:00"}, {"from": "13:30", "until": "18:00"}]},
            {"days": ["friday", "Sat-Sun"], "hours": {"from": "22:00", "until": "02:00"}},
        ],
        "overrides": {"2026-03-07": {"windows": [{"from": "00:00", "until": "24:00"}]}, "2026-03-08": "work"},
    }));
    assert_eq!(short, long);
    let written = serde_json::to_value(&short).unwrap();
    assert_eq!(rules(written.clone()), short);
    assert_eq!(written["weekly"][0]["hours"][1], "13:30-18:00");
    let toml: CalendarRules = toml::from_str("zone = \"+08:00\"\n[[weekly]]\ndays = \"Mon-Fri\"\nhours = \"09:00-18:00\"\n[overrides]\n2026-10-01 = \"off\"\n").unwrap();
    assert_eq!(toml.overrides.len(), 1);
}

#[test]
fn an_hour_of_a_day_may_not_be_given_a_thousand_times() {
    let many: Vec<&str> = vec!["09:00-18:00"; 49];
    let errors = CalendarRules::load(json!({"weekly": [{"days": "Mon-Tue", "hours": many}]})).unwrap_err();
    assert_eq!(
        errors.diagnostics()[0].to_string(),
        "\
error[too_many] at weekly: Mon has more than 48 windows
  help: join windows that touch"
    );
    let errors = CalendarRules::load(json!({"overrides": {"2026-10-01": {"windows": many}}})).unwrap_err();
    assert_eq!(errors.diagnostics()[0].path, "overrides.2026-10-01.windows");
}

#[test]
fn a_name_that_serde_alone_reads_is_told_with_the_one_that_was_meant() {
    for (text, wanted) in [
        (
            r#"{"shift": {}}"#,
            "unknown field `shift` (did you mean `shifts`?), expected one of `format`, `zone`",
        ),
        (
            r#"{"shifts": {"2026-03-02": "of"}}"#,
            "unknown variant `of` (did you mean `off`?), expected one of",
        ),
        (
            r#"{"shifts": {"2026-03-02": {"window": []}}}"#,
            "unknown variant `window` (did you mean `windows`?)",
        ),
        (
            r#"{"weekly": [{"day": "Mon"}]}"#,
            "unknown field `day` (did you mean `days`?), expected `days` or `hours`",
        ),
        (r#"{"coverage": {"form": "2026-01-01"}}"#, "unknown field `form` (did you mean `from`?)"),
        (r#"{"overrides": {"2026-03-02": {"work_as": "Fry"}}}"#, "did you mean `Fri`?"),
    ] {
        for error in [
            serde_json::from_str::<CalendarRules>(text).unwrap_err(),
            serde_json::from_str::<Calendars>(&format!("{{\"night\": {text}}}")).unwrap_err(),
        ] {
            let said = error.to_string();
            assert!(said.contains(wanted), "{said}");
            assert_eq!(error.line(), 1, "{said}");
        }
    }
}

#[test]
fn a_window_that_ends_a_minute_before_midnight_is_a_warning() {
    let lint = |hours: &str| rules(json!({"weekly": [{"days": "Mon-Sun", "hours": hours}]})).lint();
    assert_eq!(
        lint("00:00-23:59")[0].to_string(),
        "\
warning[not_until_midnight] at weekly[0].hours[0]: the window `00:00-23:59` ends before midnight, and the rest of the \
day is closed
  help: write `\"00:00-24:00\"` when it is open until midnight"
    );
    assert_eq!(lint("18:00-23:59:59").len(), 1);
    assert_eq!(lint("00:00-24:00, 18:00-23:58"), []);
}
