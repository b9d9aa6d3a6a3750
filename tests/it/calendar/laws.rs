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
    // To the second; the end may be on the next day. So long that two million seconds are less than two thousand years.
    (0..86_400u32, 30..86_400u32).prop_map(|(from, length)| {
        let time =
            |second: u32| chrono::NaiveTime::from_num_seconds_from_midnight_opt(second % 86_400, 0).unwrap();
        DayWindow { from: time(from), until: time(from + length) }
    })
}

/// Any offsets that a document may write: the wall may jump by almost two days, forward and back.
fn zone() -> impl Strategy<Value = Zone> {
    let offset = || {
        let any = (-86_399..86_400i32).prop_map(|seconds| UtcOffset::from_seconds(seconds).unwrap());
        let quarters = (-95..96i32).prop_map(|quarters| UtcOffset::from_seconds(900 * quarters).unwrap());
        prop_oneof![1 => any, 3 => quarters]
    };
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

/// Some seconds of a day, so that amounts lead far away.
fn short_window() -> impl Strategy<Value = DayWindow> {
    (0..86_300u32, 1..60u32).prop_map(|(from, length)| {
        let time = |second| chrono::NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap();
        DayWindow { from: time(from), until: time(from + length) }
    })
}

prop_compose! {
    fn calendar_of(hours: BoxedStrategy<DayWindow>)(
        zone in zone(),
        weekly in proptest::collection::vec((0..7u8, 0..6u8, proptest::collection::vec(hours.clone(), 1..4)), 1..4),
        dates in proptest::collection::btree_map(0..120u64, proptest::option::of(proptest::collection::vec(hours, 0..3)), 0..20),
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

fn calendar() -> impl Strategy<Value = Calendar> {
    calendar_of(window().boxed())
}

/// The first moment that RFC 3339 can write, in UTC and by the wall, and the last whole second.
fn writable(calendar: &Calendar) -> (DateTime<Utc>, DateTime<Utc>) {
    let (first, last) = (at("0000-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z"));
    let offset = |at| TimeDelta::seconds(calendar.zone().offset_at(at).seconds().into());
    (first.max(first - offset(first)), last.min(last - offset(last)))
}

/// Within the days that differ, to the millisecond.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (0..120 * 86_400_000i64).prop_map(|millis| new_year() + TimeDelta::milliseconds(millis))
}

/// A moment, for some calendars within a day and a half of one at which the wall jumps.
fn near_a_jump() -> impl Strategy<Value = (DateTime<Utc>, Option<(usize, TimeDelta)>)> {
    let around = (0..5usize, -130_000_000..130_000_000i64);
    let around = around.prop_map(|(change, millis)| (change, TimeDelta::milliseconds(millis)));
    (moment(), proptest::option::weighted(0.8, around))
}

fn moved(calendar: &Calendar, (moment, near): (DateTime<Utc>, Option<(usize, TimeDelta)>)) -> DateTime<Utc> {
    match (calendar.zone(), near) {
        (Zone::Transitions(zone), Some((change, distance))) => {
            zone.changes()[change % zone.changes().len()].0 + distance
        }
        _ => moment,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A rep who gets a lead later is never due earlier, and never before getting it.
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
            let begin = calendar.subtract(start, amount, clock).unwrap().at();
            prop_assert!(begin <= start);
            prop_assert_eq!(calendar.between(begin, start, clock).unwrap(), wanted, "{}", clock);
        }
    }

    /// On `SameTime` more days are never due earlier, nor before the start. What lies between is what was added, or, where
    /// the wall jumps over a whole day, more that is due at the same moment.
    #[test]
    fn the_days_between_undo_add(
        calendar in calendar(),
        start in near_a_jump(),
        days in prop_oneof![1..4u32, 1..60u32],
    ) {
        let start = moved(&calendar, start);
        let add = |days| calendar.add(start, Amount::Workdays(days), Clock::SameTime).unwrap().at();
        let (due, next) = (add(days), add(days + 1));
        prop_assert!(start < due && due <= next, "{start} {due} {next}");
        let between = calendar.between(start, due, Clock::SameTime).unwrap().num_days();
        if due < next {
            prop_assert_eq!(between, i64::from(days));
        } else {
            prop_assert!(between > i64::from(days));
            prop_assert_eq!(add(u32::try_from(between).unwrap()), due);
            // The time and one a working day later are both passed at once.
            let zone = calendar.zone();
            let shown = |at| zone.local(at);
            prop_assert!(shown(due) - shown(due - TimeDelta::nanoseconds(1)) >= TimeDelta::days(1));
        }
        let back = calendar.subtract(start, Amount::Workdays(days), Clock::SameTime).unwrap().at();
        prop_assert!(back <= start);
    }

    /// There is no answer exactly when the working time up to the last moment that can be written, or from the first on,
    /// is not enough.
    #[test]
    fn out_of_range_is_said_exactly_when_it_is(
        calendar in calendar_of(short_window().boxed()),
        start in moment(),
        power in 0..32u32,
        part in 0..u32::MAX,
    ) {
        let start = start - TimeDelta::nanoseconds(start.timestamp_subsec_nanos().into());
        let amount = Span::seconds((part >> power).max(1));
        let wanted = TimeDelta::seconds(amount.as_seconds().into());
        let (first, last) = writable(&calendar);
        for clock in FAIR {
            for (found, room) in [
                (calendar.add(start, amount, clock), calendar.between(start, last, clock).unwrap()),
                (calendar.subtract(start, amount, clock), calendar.between(first, start, clock).unwrap()),
            ] {
                match found {
                    Ok(found) => {
                        prop_assert!(wanted <= room, "{clock}: {amount} has room in {room}, {found}");
                        let length = calendar.between(start, found.at(), clock).unwrap();
                        prop_assert_eq!(length.abs(), wanted, "{}", clock);
                    }
                    Err(error) => {
                        prop_assert_eq!(error, CalendarError::OutOfRange);
                        prop_assert!(room < wanted, "{clock}: {amount} has no room in {room}");
                    }
                }
            }
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
    fn the_days_between_are_the_most_that_fit(
        calendar in calendar(),
        start in near_a_jump(),
        end in near_a_jump(),
    ) {
        let (start, end) = (moved(&calendar, start), moved(&calendar, end));
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
