//! The oracle: from minute to minute, looking at the wall each time.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc, Weekday};
use leadkit::calendar::{
    Amount, Calendar, CalendarError, CalendarRules, Clock, Coverage, DayOverride, DayWindow, Span,
    Transitions, UtcOffset, WeeklyWindow, Zone,
};

use crate::oracle::assign::Seeded;
use crate::support::at;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
const DAYS: i64 = 60;

/// One minute: what the wall shows, and what it is.
#[derive(Debug, Clone, Copy)]
struct Minute {
    wall: NaiveDateTime,
    open: bool,
    workday: bool,
}

/// Sixty days, looked at once.
struct Stepper {
    from: DateTime<Utc>,
    minutes: Vec<Minute>,
    /// The dates that the wall shows, whether they are worked, and their first minute.
    dates: BTreeMap<NaiveDate, (bool, usize)>,
    /// The latest time that the wall has shown up to each minute.
    latest: Vec<NaiveDateTime>,
    /// The first minute that is covered and the first that is not any more.
    covered: (usize, usize),
    /// The first minute whose office hours are not covered any more: the night of the last date has ended.
    closing: usize,
    /// The first date that is covered.
    first_date: NaiveDate,
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

/// Windows that start on a date, by reading the rules literally.
fn windows(rules: &CalendarRules, date: NaiveDate) -> Vec<DayWindow> {
    let of_weekday = |day: Weekday| -> Vec<DayWindow> {
        rules.weekly.iter().filter(|one| one.days.contains(&day)).flat_map(|one| one.hours.clone()).collect()
    };
    let one = match &rules.shifts {
        Some(shifts) => Some(shifts.get(&date).cloned().unwrap_or(DayOverride::Off)),
        None => rules.overrides.get(&date).cloned(),
    };
    match one {
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
    }
}

impl Stepper {
    fn new(rules: &CalendarRules, coverage: Option<Coverage>, from: DateTime<Utc>) -> Stepper {
        let (before, changes) = match &rules.zone {
            Zone::Fixed(offset) => (*offset, Vec::new()),
            Zone::Transitions(zone) => (zone.before(), zone.changes().to_vec()),
            other => panic!("{other:?}"),
        };
        let mut days: BTreeMap<NaiveDate, (Vec<bool>, bool)> = BTreeMap::new();
        let mut minutes: Vec<Minute> = Vec::new();
        for minute in 0..DAYS * 1_440 {
            let utc = from + TimeDelta::minutes(minute);
            let passed = changes.iter().rev().find(|(moment, _)| *moment <= utc);
            let offset = passed.map_or(before, |(_, offset)| *offset);
            let wall = utc.naive_utc() + TimeDelta::seconds(offset.seconds().into());
            let (open, workday) = days.entry(wall.date()).or_insert_with(|| {
                let mut open = vec![false; 1_440];
                let own = windows(rules, wall.date());
                let night = windows(rules, wall.date().pred_opt().unwrap());
                let minute_of = |time: chrono::NaiveTime| (time.num_seconds_from_midnight() / 60) as usize;
                for window in &own {
                    let (from, until) = (minute_of(window.from), minute_of(window.until));
                    let until = if until == 0 || until < from { 1_440 } else { until };
                    open[from..until].fill(true);
                }
                for window in &night {
                    let (from, until) = (minute_of(window.from), minute_of(window.until));
                    if until < from {
                        open[..until].fill(true);
                    }
                }
                (open, !own.is_empty())
            });
            let (hour, minute) = (wall.hour() as usize, wall.minute() as usize);
            minutes.push(Minute { wall, open: open[hour * 60 + minute], workday: *workday });
        }
        let (covered, closing) = match coverage {
            None => ((0, minutes.len()), minutes.len()),
            Some(known) => {
                let first = minutes.iter().position(|one| one.wall.date() >= known.from);
                let last = minutes.iter().position(|one| one.wall.date() > known.through);
                let (first, last) = (first.unwrap_or(minutes.len()), last.unwrap_or(minutes.len()));
                // Walk on while somebody of the last date's nights has not gone home.
                let nights = windows(rules, known.through);
                let ends =
                    nights.iter().filter(|one| one.until < one.from && one.until != chrono::NaiveTime::MIN);
                let ends: Vec<NaiveDateTime> =
                    ends.map(|one| (known.through + Days::new(1)).and_time(one.until)).collect();
                let mut closing = last;
                while closing < minutes.len() && ends.iter().any(|end| minutes[closing].wall < *end) {
                    closing += 1;
                }
                ((first, last), closing)
            }
        };
        let first_date = coverage.map_or(NaiveDate::MIN, |known| known.from);
        let mut dates = BTreeMap::new();
        let mut latest = Vec::new();
        for (index, one) in minutes.iter().enumerate() {
            dates.entry(one.wall.date()).or_insert((one.workday, index));
            latest.push(latest.last().map_or(one.wall, |last| one.wall.max(*last)));
        }
        Stepper { from, minutes, dates, latest, covered, closing, first_date }
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

    /// Whether the date of a minute is covered.
    fn check_date(&self, index: usize) -> Result<(), Silence> {
        match index {
            _ if index < self.covered.0 => Err(Silence::Before),
            _ if index >= self.covered.1 => Err(Silence::After),
            _ => Ok(()),
        }
    }

    /// As many minutes of all time later; from a day off on, at the same time of the next day that is worked.
    fn same_time_after(&self, start: usize, minutes: usize) -> Result<usize, Silence> {
        self.check_date(start)?;
        if start + minutes >= self.minutes.len() {
            return Err(self.end());
        }
        self.same_time(start + minutes, 0)
    }

    /// The n-th date before the end's that is worked and that the wall shows.
    fn same_time_before(&self, end: usize, days: usize) -> Result<usize, Silence> {
        self.check_date(end)?;
        let wall = self.minutes[end].wall;
        if days == 0 && self.minutes[end].workday {
            return Ok(end);
        }
        let earlier = self.dates.iter().rev().filter(|(date, _)| **date < wall.date());
        let mut worked = earlier.filter(|(date, (works, _))| *works && **date >= self.first_date);
        let (date, _) = worked.nth(days.max(1) - 1).ok_or_else(|| self.begin())?;
        // Two days at the begin hold what the zone may shift out of sight.
        if *date < self.from.date_naive() + Days::new(2) {
            return Err(Silence::Unseen);
        }
        Ok(self.latest.partition_point(|latest| *latest < date.and_time(wall.time())))
    }

    /// The n-th date after the start's that is worked and that the wall shows, at the same time or when it is skipped.
    fn same_time(&self, start: usize, days: usize) -> Result<usize, Silence> {
        self.check_date(start)?;
        let wall = self.minutes[start].wall;
        if days == 0 && self.minutes[start].workday {
            return Ok(start);
        }
        let later = self.dates.iter().filter(|(date, _)| **date > wall.date());
        let mut worked = later.filter(|(_, (works, first))| *works && *first < self.covered.1);
        let (date, _) = worked.nth(days.max(1) - 1).ok_or_else(|| self.end())?;
        let target = date.and_time(wall.time());
        let index = self.latest.partition_point(|latest| *latest < target);
        if index < self.minutes.len() { Ok(index) } else { Err(Silence::Unseen) }
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
    while day < 55 {
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
    let date = |day: usize| from.date_naive() + Days::new(day as u64);
    for _ in 0..random.below(25) {
        let one = day(random);
        rules.overrides.insert(date(random.below(DAYS as usize)), one);
    }
    if random.percent(20) {
        let dates = 2 + random.below(20);
        rules.shifts = Some((0..dates).map(|_| (date(2 + random.below(50)), day(random))).collect());
    }
    if random.percent(40) {
        let first = random.below(15) + 2;
        rules.coverage = Some(Coverage { from: date(first), through: date(first + random.below(40)) });
    }
    rules
}

fn same<T: std::fmt::Debug>(
    found: Result<DateTime<Utc>, CalendarError>,
    wanted: Result<DateTime<Utc>, Silence>,
    what: T,
) -> bool {
    match (&found, &wanted) {
        (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{what:?}"),
        (Err(CalendarError::BeforeCoverage { .. }), Err(Silence::Before)) => {}
        (Err(CalendarError::AfterCoverage { .. }), Err(Silence::After)) => {}
        // Beyond the days that were looked at anything may be.
        (_, Err(Silence::Unseen)) => {}
        _ => panic!("found {found:?}, wanted {wanted:?}: {what:?}"),
    }
    matches!((found, wanted), (Ok(_), Ok(_)))
}

#[test]
fn the_calendar_agrees_with_stepping_from_minute_to_minute() {
    let mut random = Seeded(17);
    let from = at("2026-01-01T00:00:00Z");
    let (mut answered, mut refused, mut backward, mut nights) = (0, 0, 0, 0);
    for round in 0..150 {
        let rules = random_rules(&mut random, from);
        let coverage = rules.coverage.or_else(|| {
            let shifts = rules.shifts.as_ref()?;
            let (first, last) = (shifts.keys().next()?, shifts.keys().next_back()?);
            Some(Coverage { from: *first, through: *last })
        });
        let calendar = Calendar::compile(&rules).unwrap_or_else(|errors| panic!("{errors}\n{rules:?}"));
        let stepper = Stepper::new(&rules, coverage, from);
        for _ in 0..50 {
            // Two days at both ends hold what the zone may shift out of sight.
            let start = 2_880 + random.below(stepper.minutes.len() - 5_760);
            let minutes = if random.percent(10) { 0 } else { random.below(9_000) as u32 };
            let (moment, amount) = (stepper.at(start), Span::seconds(minutes * 60));
            let what = (round, &rules, moment, minutes);
            for clock in [Clock::Workday, Clock::OfficeHours] {
                let due = calendar.add(moment, amount, clock).map(|due| due.at());
                let wanted = stepper.add(start, minutes, clock).map(|index| stepper.at(index));
                let same_answer = same(due, wanted, ("add", clock, what));
                if same_answer {
                    answered += 1
                } else {
                    refused += 1
                }
                let begin = calendar.subtract(moment, amount, clock).map(|due| due.at());
                let wanted = stepper.subtract(start, minutes, clock).map(|index| stepper.at(index));
                same(begin, wanted, ("subtract", clock, what));

                let end = (start + random.below(9_000)).min(stepper.minutes.len() - 1);
                let length = calendar.between(moment, stepper.at(end), clock).map(|length| {
                    assert_eq!(length, -calendar.between(stepper.at(end), moment, clock).unwrap());
                    from + length
                });
                let wanted =
                    stepper.between(start, end, clock).map(|count| from + TimeDelta::minutes(count as i64));
                same(length, wanted, ("between", clock, what));
            }
            let open = calendar.is_open(moment).ok();
            let covered = stepper.covered.0 <= start && start < stepper.closing;
            assert_eq!(open, covered.then(|| stepper.minutes[start].open), "{what:?}");
            let days = random.below(8);
            let due =
                calendar.add(moment, Amount::Workdays(days as u32), Clock::SameTime).map(|due| due.at());
            let wanted = stepper.same_time(start, days).map(|index| stepper.at(index));
            same(due, wanted, ("same_time", days, what));
            let begin =
                calendar.subtract(moment, Amount::Workdays(days as u32), Clock::SameTime).map(|due| due.at());
            let wanted = stepper.same_time_before(start, days).map(|index| stepper.at(index));
            backward += usize::from(same(begin, wanted, ("same_time before", days, what)));
            let due = calendar.add(moment, amount, Clock::SameTime).map(|due| due.at());
            let wanted = stepper.same_time_after(start, minutes as usize).map(|index| stepper.at(index));
            same(due, wanted, ("same_time after", what));
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
    assert!(answered > 8_000 && refused > 2_000, "{answered} {refused}");
    assert!(backward > 2_000 && nights > 15, "{backward} {nights}");
}
