//! What holds for every calendar: monotone clocks, and adding that undoes measuring.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use leadkit::calendar::{
    Amount, Calendar, CalendarError, CalendarRules, Clock, DayOverride, DayWindow, Span, Transitions,
    UtcOffset, WeeklyWindow, Zone,
};
use proptest::prelude::*;

use crate::support::at;

const FAIR: [Clock; 3] = [Clock::Workday, Clock::OfficeHours, Clock::Elapsed];

fn window() -> impl Strategy<Value = DayWindow> {
    // To the second; the end may be on the next day.
    (0..86_400u32, 1..86_400u32).prop_map(|(from, length)| {
        let time =
            |second: u32| chrono::NaiveTime::from_num_seconds_from_midnight_opt(second % 86_400, 0).unwrap();
        DayWindow { from: time(from), until: time(from + length) }
    })
}

/// Offsets that jump by less than a day, as those of all places do; farther, one date is shown twice with others between,
/// and the same time some days later has no single meaning.
fn zone() -> impl Strategy<Value = Zone> {
    let offset = || (-48..48i32).prop_map(|quarters| UtcOffset::from_seconds(900 * quarters).unwrap());
    let changes = proptest::collection::vec((0..120 * 86_400i64, offset()), 0..5);
    (offset(), changes).prop_map(|(before, changes)| {
        if changes.is_empty() {
            return Zone::Fixed(before);
        }
        let changes =
            changes.into_iter().map(|(second, offset)| (new_year() + TimeDelta::seconds(second), offset));
        Zone::Transitions(Transitions::new(before, changes))
    })
}

fn new_year() -> DateTime<Utc> {
    at("2026-01-01T00:00:00Z")
}

fn date(day: u64) -> NaiveDate {
    new_year().date_naive() + chrono::Days::new(day)
}

prop_compose! {
    fn calendar()(
        zone in zone(),
        weekly in proptest::collection::vec((0..7u8, 0..6u8, proptest::collection::vec(window(), 1..4)), 1..4),
        dates in proptest::collection::btree_map(0..120u64, proptest::option::of(proptest::collection::vec(window(), 0..3)), 0..20),
    ) -> Calendar {
        let day = |index: u8| chrono::Weekday::try_from(index % 7).unwrap();
        let weekly = weekly
            .into_iter()
            .map(|(first, more, hours)| WeeklyWindow { days: (first..=first + more).map(day).collect(), hours })
            .collect();
        let overrides = dates
            .into_iter()
            .map(|(day, windows)| (date(day), windows.map_or(DayOverride::Off, DayOverride::Windows)))
            .collect();
        Calendar::compile(&CalendarRules { zone, weekly, overrides, ..CalendarRules::default() }).unwrap()
    }
}

/// Within the days that differ, to the millisecond.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (0..120 * 86_400_000i64).prop_map(|millis| new_year() + TimeDelta::milliseconds(millis))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Who gets a lead later is never due earlier, and never before he gets it.
    #[test]
    fn three_clocks_are_monotone(
        calendar in calendar(),
        mut starts in proptest::collection::vec(moment(), 2..30),
        seconds in 0..2_000_000u32,
    ) {
        starts.sort();
        for clock in FAIR {
            let mut latest = DateTime::<Utc>::MIN_UTC;
            for start in &starts {
                let due = calendar.add(*start, Span::seconds(seconds), clock).unwrap().at();
                prop_assert!(latest <= due, "{clock}: {start} is due at {due}, one before at {latest}");
                prop_assert!(*start <= due);
                latest = due;
            }
        }
    }

    /// What was added is what lies between.
    #[test]
    fn between_undoes_add(calendar in calendar(), start in moment(), seconds in 0..2_000_000u32) {
        let amount = Span::seconds(seconds);
        for clock in FAIR {
            let due = calendar.add(start, amount, clock).unwrap().at();
            let wanted = TimeDelta::seconds(seconds.into());
            prop_assert_eq!(calendar.between(start, due, clock).unwrap(), wanted, "{}", clock);
            prop_assert_eq!(calendar.between(due, start, clock).unwrap(), -wanted);
            let begin = match calendar.subtract(start, amount, clock) {
                Ok(begin) => begin.at(),
                // At a second of work a day, half a million of them reach back before the year 0.
                Err(CalendarError::OutOfRange) => continue,
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            prop_assert!(begin <= start);
            prop_assert_eq!(calendar.between(begin, start, clock).unwrap(), wanted, "{}", clock);
        }
        for days in [1, 2, 30] {
            let due = calendar.add(start, Amount::Workdays(days), Clock::SameTime).unwrap().at();
            let between = calendar.between(start, due, Clock::SameTime).unwrap();
            prop_assert_eq!(between, TimeDelta::days(days.into()));
        }
    }

    /// What lies between, added, leads to the end or to where the counting stopped before it: the closing, the end of
    /// the last working day. `SameTime` counts whole days and forgets the rest, so on it this is no law; what is, comes
    /// below.
    #[test]
    fn add_undoes_between(calendar in calendar(), start in moment(), end in moment()) {
        let (start, end) = (start.min(end), start.max(end));
        let whole = |at: DateTime<Utc>| at - TimeDelta::nanoseconds(at.timestamp_subsec_nanos().into());
        let (start, end) = (whole(start), whole(end));
        let none = Span::seconds(0);
        for clock in FAIR {
            let length = calendar.between(start, end, clock).unwrap();
            if length == TimeDelta::zero() {
                continue;
            }
            let amount = Span::seconds(u32::try_from(length.num_seconds()).unwrap());
            let due = calendar.add(start, amount, clock).unwrap().at();
            prop_assert_eq!(due, calendar.subtract(end, none, clock).unwrap().at(), "{}", clock);
            let begin = calendar.subtract(end, amount, clock).unwrap().at();
            prop_assert_eq!(begin, calendar.add(start, none, clock).unwrap().at(), "{}", clock);
        }
    }

    /// On `SameTime`, what lies between is the most that can be added without passing the end.
    #[test]
    fn the_days_between_are_the_most_that_fit(calendar in calendar(), start in moment(), end in moment()) {
        let (start, end) = (start.min(end), start.max(end));
        let days = calendar.between(start, end, Clock::SameTime).unwrap().num_days();
        let days = u32::try_from(days).unwrap();
        let add = |days| calendar.add(start, Amount::Workdays(days), Clock::SameTime).unwrap().at();
        prop_assert!(days == 0 || add(days) <= end, "{days} days");
        prop_assert!(add(days + 1) > end, "{days} days");
    }

    /// On `SameTime` the way back leads to the start, when it lies on a working day and the wall never jumps.
    #[test]
    fn the_same_time_is_the_same_both_ways(calendar in calendar(), start in moment(), days in 1..40u32) {
        let zone = calendar.zone();
        if matches!(zone, Zone::Fixed(_)) && calendar.is_workday(zone.date(start)).unwrap() {
            let days = Amount::Workdays(days);
            let due = calendar.add(start, days, Clock::SameTime).unwrap().at();
            prop_assert_eq!(calendar.subtract(due, days, Clock::SameTime).unwrap().at(), start);
        }
    }

    /// Where the counting starts and stops again: nothing more is counted in between.
    #[test]
    fn zero_is_counted_up_to_where_no_time_leads(calendar in calendar(), start in moment()) {
        for clock in FAIR {
            let none = Span::seconds(0);
            let (next, last) = (calendar.add(start, none, clock).unwrap(), calendar.subtract(start, none, clock).unwrap());
            prop_assert!(last.at() <= start && start <= next.at());
            prop_assert_eq!(calendar.between(last.at(), next.at(), clock).unwrap(), TimeDelta::zero(), "{}", clock);
        }
    }

    /// Two allowances one after the other are the sum.
    #[test]
    fn add_is_additive(calendar in calendar(), start in moment(), one in 1..900_000u32, two in 1..900_000u32) {
        for clock in FAIR {
            let add = |start, seconds| calendar.add(start, Span::seconds(seconds), clock).unwrap().at();
            prop_assert_eq!(add(add(start, one), two), add(start, one + two), "{}", clock);
        }
    }

    /// An opening is open, and nothing is open between a moment and the next opening.
    #[test]
    fn the_next_opening_is_the_first(calendar in calendar(), start in moment(), part in 0.0..1.0f64) {
        let opening = calendar.next_opening(start).unwrap();
        prop_assert!(calendar.is_open(opening).unwrap());
        let wait = (opening - start).num_seconds();
        let within = start + TimeDelta::seconds((wait as f64 * part) as i64);
        prop_assert!(within >= opening || !calendar.is_open(within).unwrap(), "{within} before {opening}");
        prop_assert_eq!(calendar.between(start, opening, Clock::OfficeHours).unwrap(), TimeDelta::zero());
    }
}
