//! Facts from elsewhere, as data: China's working days, days on which the clocks change, cases of other libraries.
//!
//! `tests/data/calendar_cases.tsv` says what is asked of a calendar of `calendar_cases.json` and what must come out.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use leadkit::calendar::{Amount, Calendar, CalendarRules, Clock, Span};

use crate::support::at;

fn local(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

/// The end of the n-th working day from a moment on, of which a day counts that still has working time; before it,
/// the begin.
fn plan_days(calendar: &Calendar, start: DateTime<Utc>, days: i64) -> DateTime<Utc> {
    let zone = calendar.zone();
    let near = if days > 0 { calendar.next_opening(start) } else { calendar.last_closing(start) };
    let date = zone.date(near.unwrap());
    let date = calendar.nth_workday(date, days - days.signum()).unwrap();
    let midnight = zone.start_of_day(date);
    let spans = calendar.open_spans(midnight, zone.next_midnight(midnight)).unwrap();
    if days > 0 { spans.last().unwrap().end } else { spans[0].start }
}

#[test]
fn every_known_answer_is_given() {
    let calendars: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(include_str!("../../data/calendar_cases.json")).unwrap();
    let calendars: BTreeMap<String, Calendar> =
        calendars.into_iter().map(|(id, rules)| (id, super::calendar(rules))).collect();
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for line in include_str!("../../data/calendar_cases.tsv").lines().skip(1) {
        let [id, clock, what, start, amount, expected] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let calendar = &calendars[id];
        let clock = clock.parse::<Clock>();
        let start_at = || at(start);
        let amount_of = || amount.parse::<Amount>().unwrap();
        let add = || calendar.add(start_at(), amount_of(), clock.clone().unwrap()).unwrap();
        let subtract = || calendar.subtract(start_at(), amount_of(), clock.clone().unwrap()).unwrap();
        let found = match what {
            "add" => {
                let due = add();
                // By the wall too, where the fact says what it shows.
                if !expected.ends_with('Z') {
                    assert_eq!(due.local().to_rfc3339(), local(expected).to_rfc3339(), "{line}");
                }
                due.at()
            }
            "subtract" => subtract().at(),
            "add_then_open" => calendar.next_opening(add().at()).unwrap(),
            "subtract_then_open" => {
                let start = subtract().at();
                if calendar.is_open(start).unwrap() { start } else { calendar.last_closing(start).unwrap() }
            }
            "add_then_open_day" => {
                let end = add().at();
                let works = calendar.is_workday(calendar.zone().date(end)).unwrap();
                if works { end } else { calendar.next_opening(end).unwrap() }
            }
            "next_opening" => calendar.next_opening(start_at()).unwrap(),
            "plan_days" => plan_days(calendar, start_at(), amount.parse().unwrap()),
            "between" => {
                let length = calendar.between(start_at(), at(amount), clock.unwrap()).unwrap();
                let expected: Span = expected.parse().unwrap();
                assert_eq!(length, TimeDelta::seconds(expected.as_seconds().into()), "{line}");
                *asked.entry(what).or_default() += 1;
                continue;
            }
            "is_workday" => {
                let works = calendar.is_workday(start.parse::<NaiveDate>().unwrap()).unwrap();
                assert_eq!(works.to_string(), expected, "{line}");
                *asked.entry(what).or_default() += 1;
                continue;
            }
            "first_span" => {
                let (begin, end) = expected.split_once(' ').unwrap();
                let spans = calendar.open_spans(start_at(), start_at() + TimeDelta::days(7)).unwrap();
                assert_eq!(spans[0], at(begin)..at(end), "{line}");
                *asked.entry(what).or_default() += 1;
                continue;
            }
            other => panic!("{other}"),
        };
        assert_eq!(found, at(expected), "{line}");
        *asked.entry(what).or_default() += 1;
    }
    assert_eq!(asked["add"], 340);
    assert_eq!(asked.values().sum::<usize>(), 461);
}

#[test]
fn a_working_saturday_of_one_city_keeps_the_holidays() {
    let mut rules = CalendarRules::china();
    rules.weekly.push(serde_json::from_str(r#"{"days": ["Sat"], "hours": "10:00-16:00"}"#).unwrap());
    let shanghai = Calendar::compile(&rules).unwrap();
    let open = |text: &str| shanghai.is_open(at(text)).unwrap();
    assert!(open("2026-03-07T10:00:00+08:00"));
    assert!(!open("2026-10-03T10:00:00+08:00"), "a Saturday of the National Day");
    // A make-up Saturday has the Saturday's hours where Saturdays have some, a make-up Sunday those of Saturday.
    assert!(!open("2026-10-10T09:30:00+08:00"));
    assert!(open("2026-10-10T15:30:00+08:00"));
    assert!(!open("2026-09-20T09:30:00+08:00"));
    assert!(open("2026-09-20T12:30:00+08:00"));
}
