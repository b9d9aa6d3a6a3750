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

/// What the coverage says of a minute, by the wall alone.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Known {
    /// Whether the date is covered.
    date: bool,
    /// Whether the office hours are: on the morning after the last date, while its night lasts.
    hours: bool,
    /// Whether the date is before those that are covered.
    before: bool,
}

/// Forty days, looked at once.
struct Stepper {
    from: DateTime<Utc>,
    minutes: Vec<Minute>,
    /// The days that the wall shows, whether they are worked, and their first minute.
    days: BTreeMap<i64, (bool, usize)>,
    /// The latest time that the wall has shown up to each minute.
    latest: Vec<i64>,
    /// What is known of each minute.
    known: Vec<Known>,
    /// The first and the last day that are covered.
    covered: (i64, i64),
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
        let covered =
            coverage.map_or((i64::MIN, i64::MAX), |known| (number(known.from), number(known.through)));
        // Somebody of the last date's nights has not gone home.
        let ends = coverage.map(|_| starting_on(covered.1)).unwrap_or_default();
        let ends: Vec<i64> = ends.iter().map(|(_, until)| covered.1 * DAY + until).collect();
        let look = |one: &Minute| {
            let date = covered.0 <= one.day() && one.day() <= covered.1;
            let night = one.day() > covered.1 && ends.iter().any(|end| one.wall < *end);
            Known { date, hours: date || night, before: one.day() < covered.0 }
        };
        let known = minutes.iter().map(look).collect();
        let jumps = changes.len();
        Stepper { from, minutes, days, latest, known, covered, jumps, skipped }
    }

    fn index(&self, at: DateTime<Utc>) -> usize {
        usize::try_from((at - self.from).num_minutes()).unwrap()
    }

    fn at(&self, index: usize) -> DateTime<Utc> {
        self.from + TimeDelta::minutes(index as i64)
    }

    /// Whether what is counted on a clock is known in a minute.
    fn is_known(&self, index: usize, clock: Clock) -> bool {
        self.known
            .get(index)
            .is_some_and(|known| if clock == Clock::OfficeHours { known.hours } else { known.date })
    }

    /// Why nothing is known of a minute.
    fn silence_at(&self, index: usize) -> Silence {
        match self.known.get(index) {
            Some(known) if known.before => Silence::Before,
            Some(_) => Silence::After,
            None => Silence::Unseen,
        }
    }

    /// A question may be about minutes that are known and about the end of one.
    fn check(&self, index: usize, clock: Clock) -> Result<(), Silence> {
        let is_end = index > 0 && self.is_known(index - 1, clock);
        if self.is_known(index, clock) || is_end { Ok(()) } else { Err(self.silence_at(index)) }
    }

    /// What is counted on a clock.
    fn clock(clock: Clock) -> Counts {
        match clock {
            Clock::Workday => |one| one.workday,
            _ => |one| one.open,
        }
    }

    fn end(&self) -> Silence {
        let last = *self.days.keys().next_back().unwrap();
        if self.covered.1 < last { Silence::After } else { Silence::Unseen }
    }

    fn begin(&self) -> Silence {
        let first = *self.days.keys().next().unwrap();
        if first < self.covered.0 { Silence::Before } else { Silence::Unseen }
    }

    /// Minute by minute, until so many have counted.
    fn add(&self, start: usize, minutes: u32, clock: Clock) -> Result<usize, Silence> {
        let counts = Self::clock(clock);
        self.check(start, clock)?;
        let (mut at, mut left) = (start, minutes);
        while left > 0 || minutes == 0 {
            if !self.is_known(at, clock) {
                return Err(self.silence_at(at));
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
        let counts = Self::clock(clock);
        self.check(end, clock)?;
        let (mut at, mut left) = (end, minutes);
        while left > 0 || minutes == 0 {
            match at.checked_sub(1) {
                None => return Err(Silence::Unseen),
                Some(before) if !self.is_known(before, clock) => return Err(self.silence_at(before)),
                Some(_) => {}
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
        let counts = Self::clock(clock);
        self.check(from, clock)?;
        self.check(until, clock)?;
        if let Some(unknown) = (from..until).find(|index| !self.is_known(*index, clock)) {
            return Err(self.silence_at(unknown));
        }
        Ok(self.minutes[from..until].iter().filter(|one| counts(one)).count())
    }

    /// Whether the day of a minute is covered.
    fn check_day(&self, index: usize) -> Result<(), Silence> {
        if self.known[index].date { Ok(()) } else { Err(self.silence_at(index)) }
    }

    /// Whether the day of a minute is covered, or it is the end of one that is.
    fn check_start(&self, index: usize) -> Result<(), Silence> {
        self.check(index, Clock::SameTime)?;
        if self.known[index].before { Err(Silence::Before) } else { Ok(()) }
    }

    /// As many minutes of all time later; from a day off on, at the same time of the next day that is worked.
    fn same_time_after(&self, start: usize, minutes: usize) -> Result<usize, Silence> {
        self.check_start(start)?;
        if start + minutes >= self.minutes.len() {
            return Err(self.end());
        }
        self.same_time(start + minutes, 0)
    }

    /// The n-th day before the end's that is worked and that the wall shows. The very end of the coverage is covered,
    /// and only whether the day it begins is worked is not known.
    fn same_time_before(&self, end: usize, days: usize) -> Result<usize, Silence> {
        self.check_start(end)?;
        let now = self.minutes[end];
        if days == 0 {
            self.check_day(end)?;
            if now.workday {
                return Ok(end);
            }
        }
        let earlier = self.days.iter().rev().filter(|(day, _)| **day < now.day());
        let mut worked = earlier.filter(|(day, (works, _))| *works && **day >= self.covered.0);
        let (day, _) = worked.nth(days.max(1) - 1).ok_or_else(|| self.begin())?;
        if *day > self.covered.1 {
            return Err(Silence::After);
        }
        // Two days at the begin hold what the zone may shift out of sight.
        if *day < 2 {
            return Err(Silence::Unseen);
        }
        Ok(self.latest.partition_point(|latest| *latest < day * DAY + now.wall.rem_euclid(DAY)))
    }

    /// The n-th day after the start's that is worked and that the wall shows: when the wall, from the start on, comes to
    /// the same time of it or past it.
    fn same_time(&self, start: usize, days: usize) -> Result<usize, Silence> {
        self.check_day(start)?;
        let now = self.minutes[start];
        if days == 0 && now.workday {
            return Ok(start);
        }
        let later = self.days.iter().filter(|(day, _)| **day > now.day());
        let mut worked = later.filter(|(day, (works, _))| *works && **day <= self.covered.1);
        let (day, _) = worked.nth(days.max(1) - 1).ok_or_else(|| self.end())?;
        let target = day * DAY + now.wall.rem_euclid(DAY);
        (start..self.minutes.len()).find(|index| self.minutes[*index].wall >= target).ok_or(Silence::Unseen)
    }

    /// The most of those days that are over by the end.
    fn days_between(&self, start: usize, end: usize) -> Result<usize, Silence> {
        self.check_start(start)?;
        self.check(end, Clock::SameTime)?;
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

/// A zone whose wall falls back in the night between two dates, often over midnight, and some days later jumps again.
fn falling_back(random: &mut Seeded, edge: NaiveDate) -> Zone {
    let quarters = |count: i64| UtcOffset::from_seconds(900 * count as i32).unwrap();
    let base = random.below(90) as i64 - 45;
    let after = (base - [2, 4, 12, 40, 96, 96][random.below(6)]).max(-95);
    let midnight =
        |offset: i64| edge.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::minutes(15 * offset);
    let moment = midnight(base) + TimeDelta::minutes(random.below(150) as i64 - 20);
    let back = match base - after {
        // Over the date line and back: a date is skipped.
        96 => midnight(after) + TimeDelta::days(2 + random.below(7) as i64),
        _ => moment + TimeDelta::minutes(30 + random.below(12_000) as i64),
    };
    let changes = [(moment, quarters(after)), (back, quarters(base))];
    Zone::Transitions(Transitions::new(quarters(base), changes.into_iter().take(1 + random.below(2))))
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
        let coverage = Coverage { from: date(first), through: date(first + 8 + random.below(25) as i64) };
        rules.coverage = Some(coverage);
        if random.percent(60) {
            let edge = if random.percent(50) { coverage.from } else { coverage.through + TimeDelta::days(1) };
            rules.zone = falling_back(random, edge);
        }
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
    let (mut nights, mut jumps, mut skipped, mut pieces) = (0, 0, 0, 0);
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
        // Where what is known begins and ends.
        let is_edge = |index: &usize| stepper.known[*index] != stepper.known[*index - 1];
        let edges: Vec<usize> = (2_940..stepper.minutes.len() - 2_940).filter(is_edge).collect();
        pieces += edges.len().saturating_sub(3);
        for question in 0..20 {
            // Two days at both ends hold what the zone may shift out of sight; now and then the very end.
            let start = 2_880 + random.below(stepper.minutes.len() - 5_760);
            let start = match edges.get(random.below(edges.len().max(1))) {
                Some(edge) if question < 2 => *edge,
                Some(edge) if question < 5 => edge + random.below(121) - 60,
                _ => start,
            };
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
            let covered = stepper.known[start].hours;
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
        nights += usize::from(stepper.known.iter().any(|known| known.hours && !known.date));
        let seen = 2_880..stepper.minutes.len() - 2_880;
        let mut at = seen.start;
        while at < seen.end {
            let covered = stepper.known[at].hours;
            let end = (at..seen.end).find(|index| stepper.known[*index].hours != covered).unwrap_or(seen.end);
            if covered {
                let found = calendar.open_spans(stepper.at(at), stepper.at(end)).unwrap();
                let mut open = vec![false; stepper.minutes.len()];
                for span in &found {
                    open[stepper.index(span.start)..stepper.index(span.end)].fill(true);
                }
                assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start), "{found:?}");
                let differs = (at..end).find(|index| open[*index] != stepper.minutes[*index].open);
                assert_eq!(differs.map(|index| stepper.at(index)), None, "{rules:?}");
            }
            at = end;
        }
    }
    println!("{counted:?} {forward:?} {backward:?} {days_between:?} {nights} {jumps} {skipped} {pieces}");
    // The walls jump, what is known is in pieces, dates are skipped, and few questions have no answer or one that was
    // not looked for.
    assert!(jumps > 120 && skipped > 5 && nights > 10 && pieces > 10, "{jumps} {skipped} {nights} {pieces}");
    for (tally, asked) in [(counted, 12_000), (forward, 4_000), (backward, 2_000), (days_between, 2_000)] {
        assert_eq!(tally.answered + tally.refused + tally.unseen, asked, "{tally:?}");
        assert!(tally.answered * 2 > asked, "{tally:?}");
        assert!(tally.refused * 20 > asked && tally.unseen * 10 < asked, "{tally:?}");
    }
}
