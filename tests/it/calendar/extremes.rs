//! Years at the edges, random documents, little stack: a typed answer, never a panic.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use leadkit::calendar::{Amount, Calendar, CalendarRules, Calendars, Clock, DayWindow, Span, Zone};
use serde_json::{Value, json};

use crate::oracle::assign::Seeded;
use crate::support::at;

fn office(zone: &str) -> Calendar {
    Calendar::compile(&CalendarRules::office_hours(zone.parse().unwrap())).unwrap()
}

#[test]
fn what_rfc_3339_cannot_write_is_out_of_range() {
    let last = at("9999-12-30T10:00:00Z"); // a Thursday
    let utc = office("+00:00");
    let due = |calendar: &Calendar, hours, clock| {
        calendar
            .add(last, Span::hours(hours), clock)
            .map(|due| due.local().to_rfc3339())
            .map_err(|e| e.code())
    };
    assert_eq!(due(&utc, 16, Clock::OfficeHours), Ok("9999-12-31T17:00:00+00:00".to_owned()));
    for clock in Clock::ALL {
        assert_eq!(due(&utc, 24 * 40, clock), Err("out_of_range"), "{clock}");
    }
    // By the wall it would be the year 10000 already.
    assert_eq!(due(&office("+08:00"), 31, Clock::Elapsed), Err("out_of_range"));
    assert_eq!(due(&office("-08:00"), 31, Clock::Elapsed), Ok("9999-12-31T09:00:00-08:00".to_owned()));
    for far in
        [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC, at("9999-12-31T23:00:00Z") + TimeDelta::days(1)]
    {
        assert_eq!(utc.is_open(far).unwrap_err().code(), "out_of_range");
        assert_eq!(utc.next_opening(far).unwrap_err().code(), "out_of_range");
        assert_eq!(utc.last_closing(far).unwrap_err().code(), "out_of_range");
        assert_eq!(utc.open_spans(last, far).unwrap_err().code(), "out_of_range");
        for clock in [Clock::Workday, Clock::OfficeHours, Clock::SameTime] {
            assert_eq!(utc.between(last, far, clock).unwrap_err().code(), "out_of_range");
        }
    }
    for date in [NaiveDate::MAX, NaiveDate::MIN] {
        assert_eq!(utc.is_workday(date).unwrap_err().code(), "out_of_range");
        assert_eq!(utc.nth_workday(date, 1).unwrap_err().code(), "out_of_range");
        assert_eq!(utc.count_workdays(date, date).unwrap_err().code(), "out_of_range");
    }
    let today = "2026-03-02".parse().unwrap();
    assert_eq!(utc.nth_workday(today, i64::MAX).unwrap_err().code(), "out_of_range");
    assert_eq!(utc.nth_workday(today, i64::MIN).unwrap_err().code(), "out_of_range");
    // What an amount can be is what can be read again.
    let too_many = utc.add(at("2026-03-02T10:00:00Z"), Amount::Workdays(36_526), Clock::Workday);
    assert_eq!(too_many.unwrap_err().code(), "amount_too_long");
    let due = utc.add(at("2026-03-02T10:00:00Z"), Amount::workdays(u32::MAX), Clock::Workday).unwrap();
    assert_eq!(serde_json::from_value::<leadkit::calendar::Deadline>(json!(due)).unwrap(), due);
}

#[test]
fn dates_of_other_years_are_refused_in_documents() {
    for document in [
        json!({"coverage": {"from": "2023-01-01", "through": "+12345-12-31"}}),
        json!({"overrides": {"-0044-03-15": "off"}}),
        json!({"shifts": {"+10000-01-01": {"windows": "09:00-18:00"}}}),
    ] {
        let errors = CalendarRules::load(document.clone()).unwrap_err();
        assert!(errors.to_string().contains("the years 0 to 9999"), "{document}: {errors}");
    }
    let edge = json!({"overrides": {"9999-12-31": {"windows": "22:00-06:00"}, "0000-01-01": {"windows": "09:00-18:00"}}});
    let edge = Calendar::load(edge).unwrap();
    assert_eq!(edge.is_open(at("9999-12-31T23:00:00Z")), Ok(true));
    let due = edge.add(at("9999-12-31T23:00:00Z"), Span::hours(2), Clock::OfficeHours);
    assert_eq!(due.unwrap_err().code(), "out_of_range");
}

/// A value that may stand anywhere in a calendar, right or wrong.
fn value(random: &mut Seeded, depth: usize) -> Value {
    const TEXTS: [&str; 24] = [
        "",
        "+08:00",
        "-23:59:59",
        "UTC",
        "Asia/Shanghai",
        "cn",
        "Mon-Fri",
        "Sun",
        "周一",
        "09:00-18:00",
        "22:00-06:00",
        "24:00-24:00",
        "23:59:59-23:59:58",
        "00:00-00:00",
        "off",
        "work",
        "2026-10-01",
        "9999-12-31",
        "0000-01-01",
        "+262142-12-31",
        "-262143-01-01",
        "9:00pm-\u{0}",
        "：，－",
        "2026-02-30",
    ];
    const KEYS: [&str; 22] = [
        "zone",
        "weekly",
        "holidays",
        "overrides",
        "shifts",
        "coverage",
        "version",
        "make_up_as",
        "known_years",
        "format",
        "days",
        "hours",
        "from",
        "through",
        "until",
        "windows",
        "work_as",
        "transitions",
        "before",
        "changes",
        "2026-10-01",
        "9999-12-31",
    ];
    match random.below(if depth == 0 { 5 } else { 9 }) {
        0..=2 => json!(TEXTS[random.below(TEXTS.len())]),
        3 => json!(random.below(1 << 40) as i64 - (1 << 39)),
        4 => [json!(null), json!(true), json!(1e308)][random.below(3)].clone(),
        5 | 6 => (0..random.below(5)).map(|_| value(random, depth - 1)).collect(),
        _ => {
            let pairs = (0..random.below(7)).map(|_| {
                let key = KEYS[random.below(KEYS.len())].to_owned();
                (key, value(random, depth - 1))
            });
            Value::Object(pairs.collect())
        }
    }
}

/// A calendar most of whose members are right.
fn document(random: &mut Seeded) -> Value {
    let mut whole = json!({
        "zone": "+08:00",
        "weekly": [{"days": "Mon-Fri", "hours": ["09:00-12:00", "22:00-06:00"]}, {"days": "Sat", "hours": "10:00-16:00"}],
        "holidays": "cn",
        "overrides": {"2026-10-01": "work", "2027-01-01": {"windows": ["00:00-24:00"]}},
        "known_years": [2027],
        "coverage": {"from": "2022-05-01", "through": "2031-01-01"},
        "version": "v",
    });
    if random.percent(30) {
        whole["shifts"] = json!({"2026-10-01": "work", "9999-12-31": {"work_as": "Sat"}});
    }
    if random.percent(30) {
        let change = |random: &mut Seeded| {
            let moments = [
                "-262143-01-01T00:00:00Z",
                "2026-10-01T00:00:00Z",
                "+262142-12-31T23:59:59Z",
                "9999-12-31T23:59:59Z",
            ];
            let offsets = ["+23:59:59", "-23:59:59", "+00:00", "-00:30"];
            json!([moments[random.below(4)], offsets[random.below(4)]])
        };
        let changes: Vec<Value> = (0..random.below(5)).map(|_| change(random)).collect();
        whole["zone"] = json!({"transitions": {"before": "-12:00", "changes": changes}});
    }
    for _ in 0..random.below(3) {
        let key =
            ["zone", "weekly", "overrides", "shifts", "coverage", "make_up_as", "known_years", "nonsense"]
                [random.below(8)];
        whole[key] = value(random, 4);
    }
    whole
}

fn ask_everything(calendar: &Calendar, random: &mut Seeded) {
    let moments = [
        DateTime::<Utc>::MIN_UTC,
        at("0000-01-01T00:00:00Z"),
        at("2022-12-31T15:59:59Z"),
        at("2026-09-30T08:00:00Z") + TimeDelta::nanoseconds(random.below(1 << 40) as i64),
        at("2026-12-31T23:59:60Z"),
        at("9999-12-31T23:59:59Z"),
        DateTime::<Utc>::MAX_UTC,
    ];
    for start in moments {
        for clock in Clock::ALL {
            for amount in [
                Amount::hours(0),
                Amount::hours(7),
                Amount::days(36_525),
                Amount::Workdays(u32::MAX),
                Amount::workdays(3),
            ] {
                for due in [calendar.add(start, amount, clock), calendar.subtract(start, amount, clock)] {
                    let text = due.as_ref().map_or_else(ToString::to_string, ToString::to_string);
                    assert!(!text.is_empty());
                    if let Ok(due) = due {
                        assert_eq!(
                            serde_json::from_value::<leadkit::calendar::Deadline>(json!(due)).unwrap(),
                            due
                        );
                        assert!(DateTime::parse_from_rfc3339(&due.local().to_rfc3339()).is_ok(), "{due}");
                    }
                }
            }
            let until = moments[random.below(moments.len())];
            let _ = calendar.between(start, until, clock);
        }
        let _ = (calendar.is_open(start), calendar.next_opening(start), calendar.last_closing(start));
        let date = calendar.zone().date(start);
        let _ =
            (calendar.is_workday(date), calendar.nth_workday(date, random.below(1 << 40) as i64 - (1 << 39)));
    }
    let _ = calendar.open_spans(at("2026-09-20T00:00:00Z"), at("2026-10-20T00:00:00Z"));
}

#[test]
fn hostile_documents_on_little_stack_give_answers_or_errors() {
    let work = || {
        let mut random = Seeded(1_711);
        let (mut read, mut refused) = (0, 0);
        for _ in 0..700 {
            let document = document(&mut random);
            // Read by serde alone too: an error there is an error, not a panic.
            let _ = serde_json::from_value::<CalendarRules>(document.clone());
            match CalendarRules::load(document) {
                Ok(rules) => {
                    read += 1;
                    let _ = rules.lint();
                    let written = serde_json::to_value(&rules).unwrap();
                    assert_eq!(CalendarRules::load(written).unwrap(), rules);
                    let calendar = Calendar::compile(&rules).unwrap();
                    ask_everything(&calendar, &mut random);
                }
                Err(errors) => {
                    refused += 1;
                    assert!(errors.diagnostics().iter().all(|one| one.help.is_some()), "{errors}");
                }
            }
        }
        assert!(read > 150 && refused > 150, "{read} {refused}");
        let mut deep = json!("off");
        for _ in 0..2_000 {
            deep = Value::Object([("overrides".to_owned(), Value::Array(vec![deep]))].into_iter().collect());
        }
        let text = format!("{{\"a\":{{\"weekly\":{}", "[".repeat(100_000));
        assert!(Calendars::from_json_str(&text).is_err());
        assert!(CalendarRules::load(deep).is_err());
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}

#[test]
fn windows_of_texts_never_panic() {
    let mut random = Seeded(3);
    let parts = [
        "0", "9", "24", "59", ":", "：", "-", "～", " to ", "点", "半", "am", "pm", "下午", "９", ".", ";",
        ",", "\u{301}", "é", " ", "wd", "h", "d", "-7", "天",
    ];
    for _ in 0..10_000 {
        let text: String = (0..random.below(9)).map(|_| parts[random.below(parts.len())]).collect();
        if let Err(error) = text.parse::<DayWindow>() {
            // What it says to write can be read.
            if let Some(meant) = error.help().split("`\"").nth(1).and_then(|rest| rest.split("\"`").next()) {
                assert!(DayWindow::list(meant).is_ok(), "{text}: {meant}");
            }
        }
        if let Err(error) = text.parse::<Amount>()
            && let Some(meant) = error.help().split("`\"").nth(1).and_then(|rest| rest.split("\"`").next())
        {
            assert!(meant.parse::<Amount>().is_ok(), "{text}: {meant}");
        }
        let _ = text.parse::<Zone>();
    }
}
