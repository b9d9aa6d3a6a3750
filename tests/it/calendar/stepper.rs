//! The oracle: from minute to minute, looking at the wall each time.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use leadkit::calendar::{
    Amount, Calendar, CalendarError, CalendarRules, Clock, Coverage, DayOverride, DayWindow, Span,
    Transitions, UtcOffset, WeeklyWindow, Zone,
};

use crate::oracle::assign::Seeded;
use crate::support::at;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
const DAYS: i64 = 40;
const DAY: i64 = 1_440;
/// Spring Festival 2026 as the notice has it: the days off of February and, on two Saturdays, the make-up days.
const OFF: std::ops::RangeInclusive<u32> = 15..=23;
const MAKE_UP: [u32; 2] = [14, 28];
const FESTIVAL: (i32, u32) = (2026, 2);

/// One minute: what the wall shows, in minutes since the midnight of the first day, and what it is.
#[derive(Debug, Clone, Copy)]
struct Minute {
    wall: i64,
    open: bool,
    workday: bool,
}

impl Minute {
    fn day(self) -> i64 {
        self.wall.div_euclid(DAY)
    }
}

/// Forty days, looked at once.
struct Stepper {
    from: DateTime<Utc>,
    minutes: Vec<Minute>,
    /// The days that the wall shows, whether they are worked, and their first minute.
    days: BTreeMap<i64, (bool, usize)>,
    /// The latest time that the wall has shown up to each minute.
    latest: Vec<i64>,
    /// The first minute that is covered and the first that is not any more.
    covered: (usize, usize),
    /// The first minute whose office hours are not covered any more: the night of the last date has ended.
    closing: usize,
    /// The first day that is covered.
    first_day: i64,
    /// How often the wall jumps, and how many dates it never shows.
    jumps: usize,
    skipped: usize,
}

/// What is counted.
type Counts = fn(&Minute) -> bool;

/// What there is no answer for: before, after, or not within the days that were looked at.
#[derive(Debug, PartialEq)]
enum Silence {
    Before,
    After,
    Unseen,
}

/// Windows that start on a date, by reading the rules literally: from and until in minutes, the end on the next day when
/// it is not after the start.
fn windows(rules: &CalendarRules, date: NaiveDate) -> Vec<(i64, i64)> {
    let of_weekday = |day: Weekday| -> Vec<DayWindow> {
        rules.weekly.iter().filter(|one| one.days.contains(&day)).flat_map(|one| one.hours.clone()).collect()
    };
    let is_festival =
        |days: &dyn Fn(u32) -> bool| (date.year(), date.month()) == FESTIVAL && days(date.day());
    let holiday = || match rules.holidays {
        Some(_) if is_festival(&|day| OFF.contains(&day)) => Some(DayOverride::Off),
        Some(_) if is_festival(&|day| MAKE_UP.contains(&day)) => {
            Some(rules.make_up_as.map_or(DayOverride::Work, DayOverride::WorkAs))
        }
        _ => None,
    };
    let one = match &rules.shifts {
        Some(shifts) => Some(shifts.get(&date).cloned().unwrap_or(DayOverride::Off)),
        None => rules.overrides.get(&date).cloned().or_else(holiday),
    };
    let windows = match one {
        None => of_weekday(date.weekday()),
        Some(DayOverride::Off) => Vec::new(),
        Some(DayOverride::WorkAs(day)) => of_weekday(day),
        Some(DayOverride::Windows(windows)) => windows,
        Some(DayOverride::Work) => {
            let mut day = date.weekday();
            while of_weekday(day).is_empty() {
                day = day.pred();
            }
            of_weekday(day)
        }
        Some(other) => panic!("{other:?}"),
    };
    let minute = |time: chrono::NaiveTime| i64::from(time.num_seconds_from_midnight() / 60);
    let bounds = windows.iter().map(|one| (minute(one.from), minute(one.until)));
    bounds.map(|(from, until)| (from, if until <= from { until + DAY } else { until })).collect()
}

impl Stepper {
    fn new(rules: &CalendarRules, coverage: Option<Coverage>, from: DateTime<Utc>) -> Stepper {
        let (before, changes) = match &rules.zone {
            Zone::Fixed(offset) => (*offset, Vec::new()),
            Zone::Transitions(zone) => (zone.before(), zone.changes().to_vec()),
            other => panic!("{other:?}"),
        };
        let changes: Vec<(i64, i64)> = changes
            .iter()
            .map(|(at, offset)| ((*at - from).num_minutes(), i64::from(offset.seconds() / 60)))
            .collect();
        let mut offset = i64::from(before.seconds() / 60);
        let mut walls = Vec::new();
        for minute in 0..DAYS * DAY {
            offset = changes.iter().find(|(at, _)| *at == minute).map_or(offset, |(_, offset)| *offset);
            walls.push(minute + offset);
        }
        let base = from.date_naive();
        let date = |day: i64| base + TimeDelta::days(day);
        let mut first_shown = BTreeMap::new();
        for (index, wall) in walls.iter().enumerate() {
            first_shown.entry(wall.div_euclid(DAY)).or_insert(index);
        }
        let first = *first_shown.keys().next().unwrap();
        let last = *first_shown.keys().next_back().unwrap();
        let skipped = (first..=last).filter(|day| !first_shown.contains_key(day)).count();
        // What a date that is never shown would have is not worked, nor is its night.
        let starting_on = |day: i64| match first_shown.contains_key(&day) || day < first {
            true => windows(rules, date(day)),
            false => Vec::new(),
        };
        let mut shapes: BTreeMap<i64, (Vec<bool>, bool)> = BTreeMap::new();
        for day in first_shown.keys() {
            let (own, night) = (starting_on(*day), starting_on(day - 1));
            let mut open = vec![false; DAY as usize];
            for (from, until) in &own {
                open[*from as usize..(*until).min(DAY) as usize].fill(true);
            }
            for (_, until) in night.iter().filter(|(_, until)| *until > DAY) {
                open[..(until - DAY) as usize].fill(true);
            }
            shapes.insert(*day, (open, !own.is_empty()));
        }
        let mut minutes: Vec<Minute> = Vec::new();
        let (mut latest, mut days) = (Vec::new(), BTreeMap::new());
        let mut shape = &shapes[&first];
        for (index, wall) in walls.into_iter().enumerate() {
            let day = wall.div_euclid(DAY);
            if minutes.last().is_none_or(|last| last.day() != day) {
                shape = &shapes[&day];
                days.entry(day).or_insert((shape.1, index));
            }
            minutes.push(Minute { wall, open: shape.0[wall.rem_euclid(DAY) as usize], workday: shape.1 });
            latest.push(latest.last().map_or(wall, |last| wall.max(*last)));
        }
        let number = |date: NaiveDate| (date - base).num_days();
        let (covered, closing) = match coverage {
            None => ((0, minutes.len()), minutes.len()),
            Some(known) => {
                let through = number(known.through);
                let first = minutes.iter().position(|one| one.day() >= number(known.from));
                let last = minutes.iter().position(|one| one.day() > through);
                let (first, last) = (first.unwrap_or(minutes.len()), last.unwrap_or(minutes.len()));
                // Walk on while somebody of the last date's nights has not gone home.
                let ends: Vec<i64> =
                    starting_on(through).iter().map(|(_, until)| through * DAY + until).collect();
                let mut closing = last;
                while closing < minutes.len() && ends.iter().any(|end| minutes[closing].wall < *end) {
                    closing += 1;
                }
                ((first, last), closing)
            }
        };
        let first_day = coverage.map_or(i64::MIN, |known| number(known.from));
        let jumps = changes.len();
        Stepper { from, minutes, days, latest, covered, closing, first_day, jumps, skipped }
    }

    fn index(&self, at: DateTime<Utc>) -> usize {
        usize::try_from((at - self.from).num_minutes()).unwrap()
    }

    fn at(&self, index: usize) -> DateTime<Utc> {
        self.from + TimeDelta::minutes(index as i64)
    }

    fn check(&self, index: usize, end: usize) -> Result<(), Silence> {
        match index {
            _ if index < self.covered.0 => Err(Silence::Before),
            _ if index > end => Err(Silence::After),
            _ => Ok(()),
        }
    }

    /// What is counted on a clock, and the minute at which that is not known any more.
    fn clock(&self, clock: Clock) -> (Counts, usize) {
        match clock {
            Clock::Workday => (|one| one.workday, self.covered.1),
            _ => (|one| one.open, self.closing),
        }
    }

    fn silence_at(&self, end: usize) -> Silence {
        if end < self.minutes.len() { Silence::After } else { Silence::Unseen }
    }

    fn end(&self) -> Silence {
        self.silence_at(self.covered.1)
    }

    fn begin(&self) -> Silence {
        if self.covered.0 > 0 { Silence::Before } else { Silence::Unseen }
    }

    /// Minute by minute, until so many have counted.
    fn add(&self, start: usize, minutes: u32, clock: Clock) -> Result<usize, Silence> {
        let (counts, end) = self.clock(clock);
        self.check(start, end)?;
        let (mut at, mut left) = (start, minutes);
        while left > 0 || minutes == 0 {
            if at >= end {
                return Err(self.silence_at(end));
            }
            let counted = counts(&self.minutes[at]);
            if minutes == 0 && counted {
                return Ok(at);
            }
            at += 1;
            left -= u32::from(counted && left > 0);
        }
        Ok(at)
    }

    fn subtract(&self, end: usize, minutes: u32, clock: Clock) -> Result<usize, Silence> {
        let (counts, last) = self.clock(clock);
        self.check(end, last)?;
        let (mut at, mut left) = (end, minutes);
        while left > 0 || minutes == 0 {
            if at <= self.covered.0 {
                return Err(self.begin());
            }
            let counted = counts(&self.minutes[at - 1]);
            if minutes == 0 && counted {
                return Ok(at);
            }
            at -= 1;
            left -= u32::from(counted && left > 0);
        }
        Ok(at)
    }

    fn between(&self, from: usize, until: usize, clock: Clock) -> Result<usize, Silence> {
        let (counts, end) = self.clock(clock);
        self.check(from, end)?;
        self.check(until, end)?;
        Ok(self.minutes[from..until].iter().filter(|one| counts(one)).count())
    }

    /// Whether the day of a minute is covered.
    fn check_day(&self, index: usize) -> Result<(), Silence> {
        match index {
            _ if index < self.covered.0 => Err(Silence::Before),
            _ if index >= self.covered.1 => Err(Silence::After),
            _ => Ok(()),
        }
    }

    /// As many minutes of all time later; from a day off on, at the same time of the next day that is worked.
    fn same_time_after(&self, start: usize, minutes: usize) -> Result<usize, Silence> {
        self.check_day(start)?;
        if start + minutes >= self.minutes.len() {
            return Err(self.end());
        }
        self.same_time(start + minutes, 0)
    }

    /// The n-th day before the end's that is worked and that the wall shows. The very end of the coverage is covered,
    /// and only whether the day it begins is worked is not known.
    fn same_time_before(&self, end: usize, days: usize) -> Result<usize, Silence> {
        self.check(end, self.covered.1)?;
        let now = self.minutes[end];
        if days == 0 {
            self.check_day(end)?;
            if now.workday {
                return Ok(end);
            }
        }
        let earlier = self.days.iter().rev().filter(|(day, _)| **day < now.day());
        let mut worked = earlier.filter(|(day, (works, _))| *works && **day >= self.first_day);
        let (day, _) = worked.nth(days.max(1) - 1).ok_or_else(|| self.begin())?;
        // Two days at the begin hold what the zone may shift out of sight.
        if *day < 2 {
            return Err(Silence::Unseen);
        }
        Ok(self.latest.partition_point(|latest| *latest < day * DAY + now.wall.rem_euclid(DAY)))
    }

    /// The n-th day after the start's that is worked and that the wall shows, at the same time or when it is skipped.
    fn same_time(&self, start: usize, days: usize) -> Result<usize, Silence> {
        self.check_day(start)?;
        let now = self.minutes[start];
        if days == 0 && now.workday {
            return Ok(start);
        }
        let later = self.days.iter().filter(|(day, _)| **day > now.day());
        let mut worked = later.filter(|(_, (works, first))| *works && *first < self.covered.1);
        let (day, _) = worked.nth(days.max(1) - 1).ok_or_else(|| self.end())?;
        let target = day * DAY + now.wall.rem_euclid(DAY);
        let index = self.latest.partition_point(|latest| *latest < target);
        if index < self.minutes.len() { Ok(index) } else { Err(Silence::Unseen) }
    }

    /// The most of those days that are over by the end.
    fn days_between(&self, start: usize, end: usize) -> Result<usize, Silence> {
        self.check(start, self.covered.1)?;
        self.check(end, self.covered.1)?;
        let reaches = |days| self.same_time(start, days).is_ok_and(|reached| reached <= end);
        Ok((1..).take_while(|days| reaches(*days)).count())
    }
}

/// A zone that jumps now and then: half an hour, an hour, sometimes a whole day, forward and back.
fn zone(random: &mut Seeded, from: DateTime<Utc>) -> Zone {
    let quarters = |count: i64| UtcOffset::from_seconds(900 * count as i32).unwrap();
    let base = random.below(80) as i64 - 40;
    if random.percent(30) {
        return Zone::Fixed(quarters(base));
    }
    let mut changes = Vec::new();
    let (mut day, mut held) = (5 + random.below(8) as i64, base);
    while day < 35 {
        let jump = match random.below(10) {
            0..=4 => 4,
            5..=7 => 2,
            8 => 96,
            _ => 12,
        };
        // A date is skipped going east over the date line, and shown twice going west.
        held = if held > base { base } else { base + jump };
        held = held.clamp(-95, 95);
        // The line is crossed at midnight.
        let midnight =
            if jump == 96 { 1_440 - (base * 15).rem_euclid(1_440) } else { random.below(96) as i64 * 15 };
        changes.push((from + TimeDelta::minutes(day * 1_440 + midnight), quarters(held)));
        day += 4 + random.below(15) as i64;
    }
    Zone::Transitions(Transitions::new(quarters(base), changes))
}

fn window(random: &mut Seeded) -> DayWindow {
    loop {
        let time = |random: &mut Seeded| random.below(288) as u32 * 5;
        let (from, until) = (time(random), time(random));
        if from != until {
            let clock =
                |minutes: u32| chrono::NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap();
            return DayWindow { from: clock(from), until: clock(until) };
        }
    }
}

fn day(random: &mut Seeded) -> DayOverride {
    match random.below(6) {
        0..=2 => DayOverride::Off,
        3 => DayOverride::Work,
        4 => DayOverride::WorkAs(WEEK[random.below(7)]),
        _ => DayOverride::Windows((0..random.below(3)).map(|_| window(random)).collect()),
    }
}

fn random_rules(random: &mut Seeded, from: DateTime<Utc>) -> CalendarRules {
    let weekly = (0..1 + random.below(3))
        .map(|_| {
            let start = random.below(7);
            let days = (0..1 + random.below(6)).map(|day| WEEK[(start + day) % 7]).collect();
            WeeklyWindow { days, hours: (0..1 + random.below(3)).map(|_| window(random)).collect() }
        })
        .collect();
    let mut rules = CalendarRules { zone: zone(random, from), weekly, ..CalendarRules::default() };
    let date = |day: i64| from.date_naive() + TimeDelta::days(day);
    for _ in 0..random.below(25) {
        let one = day(random);
        rules.overrides.insert(date(random.below(DAYS as usize) as i64), one);
    }
    if random.percent(50) {
        rules.holidays = Some("cn".to_owned());
        rules.make_up_as = random.percent(50).then(|| WEEK[random.below(7)]);
    }
    if random.percent(20) {
        let dates = 2 + random.below(20);
        rules.shifts = Some((0..dates).map(|_| (date(2 + random.below(36) as i64), day(random))).collect());
    }
    if random.percent(40) {
        let first = random.below(10) as i64 + 2;
        rules.coverage =
            Some(Coverage { from: date(first), through: date(first + 8 + random.below(25) as i64) });
    }
    rules
}

/// What was compared.
#[derive(Debug, Default)]
struct Tally {
    answered: usize,
    refused: usize,
    /// The oracle did not look so far.
    unseen: usize,
}

impl Tally {
    fn same<T: std::fmt::Debug>(
        &mut self,
        found: Result<DateTime<Utc>, CalendarError>,
        wanted: Result<DateTime<Utc>, Silence>,
        what: T,
    ) {
        match (&found, &wanted) {
            (Ok(found), Ok(wanted)) => {
                assert_eq!(found, wanted, "{what:?}");
                self.answered += 1;
            }
            (Err(CalendarError::BeforeCoverage { .. }), Err(Silence::Before))
            | (Err(CalendarError::AfterCoverage { .. }), Err(Silence::After)) => self.refused += 1,
            // Beyond the days that were looked at anything may be.
            (_, Err(Silence::Unseen)) => self.unseen += 1,
            _ => panic!("found {found:?}, wanted {wanted:?}: {what:?}"),
        }
    }
}

#[test]
fn the_calendar_agrees_with_stepping_from_minute_to_minute() {
    let mut random = Seeded(17);
    let from = at("2026-01-25T00:00:00Z");
    let (mut counted, mut forward, mut backward, mut days_between) =
        (Tally::default(), Tally::default(), Tally::default(), Tally::default());
    let (mut nights, mut jumps, mut skipped) = (0, 0, 0);
    for round in 0..100 {
        let rules = random_rules(&mut random, from);
        let coverage = rules.coverage.or_else(|| {
            let shifts = rules.shifts.as_ref()?;
            let (first, last) = (shifts.keys().next()?, shifts.keys().next_back()?);
            Some(Coverage { from: *first, through: *last })
        });
        let calendar = Calendar::compile(&rules).unwrap_or_else(|errors| panic!("{errors}\n{rules:?}"));
        let stepper = Stepper::new(&rules, coverage, from);
        (jumps, skipped) = (jumps + stepper.jumps, skipped + stepper.skipped);
        for question in 0..20 {
            // Two days at both ends hold what the zone may shift out of sight; now and then the very end.
            let start = 2_880 + random.below(stepper.minutes.len() - 5_760);
            let end = stepper.covered.1;
            let is_end = question == 0 && (2_880..stepper.minutes.len() - 2_880).contains(&end);
            let start = if is_end { end } else { start };
            let minutes = if random.percent(10) { 0 } else { random.below(2_500) as u32 };
            let (moment, amount) = (stepper.at(start), Span::seconds(minutes * 60));
            let what = (round, &rules, moment, minutes);
            let end = (start + random.below(6_000)).min(stepper.minutes.len() - 1);
            for clock in [Clock::Workday, Clock::OfficeHours] {
                let due = calendar.add(moment, amount, clock).map(|due| due.at());
                let wanted = stepper.add(start, minutes, clock).map(|index| stepper.at(index));
                counted.same(due, wanted, ("add", clock, what));
                let begin = calendar.subtract(moment, amount, clock).map(|due| due.at());
                let wanted = stepper.subtract(start, minutes, clock).map(|index| stepper.at(index));
                counted.same(begin, wanted, ("subtract", clock, what));

                let length = calendar.between(moment, stepper.at(end), clock).map(|length| {
                    assert_eq!(length, -calendar.between(stepper.at(end), moment, clock).unwrap());
                    from + length
                });
                let wanted =
                    stepper.between(start, end, clock).map(|count| from + TimeDelta::minutes(count as i64));
                counted.same(length, wanted, ("between", clock, what));
            }
            let open = calendar.is_open(moment).ok();
            let covered = stepper.covered.0 <= start && start < stepper.closing;
            assert_eq!(open, covered.then(|| stepper.minutes[start].open), "{what:?}");
            let days = random.below(8);
            let working = Amount::Workdays(days as u32);
            let due = calendar.add(moment, working, Clock::SameTime).map(|due| due.at());
            let wanted = stepper.same_time(start, days).map(|index| stepper.at(index));
            forward.same(due, wanted, ("same_time", days, what));
            let begin = calendar.subtract(moment, working, Clock::SameTime).map(|due| due.at());
            let wanted = stepper.same_time_before(start, days).map(|index| stepper.at(index));
            backward.same(begin, wanted, ("same_time before", days, what));
            let due = calendar.add(moment, amount, Clock::SameTime).map(|due| due.at());
            let wanted = stepper.same_time_after(start, minutes as usize).map(|index| stepper.at(index));
            forward.same(due, wanted, ("same_time after", days, what));
            let length =
                calendar.between(moment, stepper.at(end), Clock::SameTime).map(|length| from + length);
            let wanted = stepper.days_between(start, end).map(|days| from + TimeDelta::days(days as i64));
            days_between.same(length, wanted, ("days between", end, what));
        }
        nights += usize::from(stepper.covered.1 < stepper.closing);
        let spans = (stepper.covered.0.max(2_880), stepper.closing.min(stepper.minutes.len() - 2_880));
        if spans.0 < spans.1 {
            let found = calendar.open_spans(stepper.at(spans.0), stepper.at(spans.1)).unwrap();
            let mut open = vec![false; stepper.minutes.len()];
            for span in &found {
                open[stepper.index(span.start)..stepper.index(span.end)].fill(true);
            }
            assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start), "{found:?}");
            let differs = (spans.0..spans.1).find(|index| open[*index] != stepper.minutes[*index].open);
            assert_eq!(differs.map(|index| stepper.at(index)), None, "{rules:?}");
        }
    }
    println!("{counted:?} {forward:?} {backward:?} {days_between:?} {nights} {jumps} {skipped}");
    // The walls jump, dates are skipped, and few questions have no answer or one that was not looked for.
    assert!(jumps > 150 && skipped > 5 && nights > 10, "{jumps} {skipped} {nights}");
    for (tally, asked) in [(counted, 12_000), (forward, 4_000), (backward, 2_000), (days_between, 2_000)] {
        assert_eq!(tally.answered + tally.refused + tally.unseen, asked, "{tally:?}");
        assert!(tally.answered * 2 > asked, "{tally:?}");
        assert!(tally.refused * 20 > asked && tally.unseen * 10 < asked, "{tally:?}");
    }
}
