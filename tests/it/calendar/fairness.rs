//! Who gets a lead later must not be due earlier: ways of counting 24 hours over every start of a year.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::calendar::{Amount, Calendar, Clock, Span};

use crate::support::at;

/// What a way of counting does over all starts.
#[derive(Debug, PartialEq)]
struct Found {
    starts: usize,
    /// Starts whose deadline lies before that of an earlier start.
    inverted: usize,
    /// By how much at worst, in tenths of an hour.
    worst: i64,
    /// The longest and the least time that is left to a rep who gets the lead in working time: hours of all time,
    /// minutes of working time.
    longest: i64,
    least_office: i64,
    /// In how many of 1,000 such starts less than half a day of work is left.
    under_half_a_day: usize,
}

/// All starts of 2024, ten minutes apart, up to where the longest deadline stays in the year.
fn measure(due: impl Fn(&Calendar, DateTime<Utc>) -> DateTime<Utc>) -> Found {
    let china = Calendar::china();
    let mut found =
        Found { starts: 0, inverted: 0, worst: 0, longest: 0, least_office: i64::MAX, under_half_a_day: 0 };
    let (mut open, mut short) = (0, 0);
    let mut latest = DateTime::<Utc>::MIN_UTC;
    let mut start = at("2024-01-01T00:00:00+08:00");
    while start < at("2024-12-20T00:00:00+08:00") {
        let due = due(&china, start);
        found.starts += 1;
        if due < latest {
            found.inverted += 1;
            found.worst = found.worst.max((latest - due).num_minutes() / 6);
        }
        latest = latest.max(due);
        if china.is_open(start).unwrap() {
            found.longest = found.longest.max((due - start).num_hours());
            let office = china.between(start, due, Clock::OfficeHours).unwrap();
            found.least_office = found.least_office.min(office.num_minutes());
            open += 1;
            short += usize::from(office.num_minutes() < 225);
        }
        start += TimeDelta::minutes(10);
    }
    found.under_half_a_day = (short * 1_000 + open / 2) / open;
    found
}

#[test]
fn only_the_same_time_of_another_day_is_unfair() {
    let add = |amount: Amount, clock| {
        move |china: &Calendar, start: DateTime<Utc>| china.add(start, amount, clock).unwrap().at()
    };
    let day = Amount::from(Span::hours(24));
    let fair = |longest, least_office| {
        let under_half_a_day = if least_office < 225 { 99 } else { 0 };
        Found { starts: 50_976, inverted: 0, worst: 0, longest, least_office, under_half_a_day }
    };
    assert_eq!(measure(add(day, Clock::Elapsed)), fair(24, 10));
    assert_eq!(measure(add(day, Clock::Workday)), fair(216, 450));
    assert_eq!(measure(add("450m".parse().unwrap(), Clock::OfficeHours)), fair(216, 450));

    let same_time = Found { inverted: 15_730, worst: 238, ..fair(216, 450) };
    assert_eq!(measure(add(day, Clock::SameTime)), same_time, "24 hours, then on to a working day");
    assert_eq!(measure(add(Amount::Workdays(1), Clock::SameTime)), same_time);

    let to_opening = measure(|china, start| {
        let end = start + TimeDelta::hours(24);
        let works = china.is_workday(china.zone().date(end)).unwrap();
        if works { end } else { china.next_opening(end).unwrap() }
    });
    let wanted = Found { inverted: 2_646, worst: 90, ..fair(216, 10) };
    assert_eq!(to_opening, wanted);
}
