//! A deadline on every clock, beside a rival that goes from day to day and from window to window.
//!
//! `cargo bench -p leadkit-benches --bench calendar`; with `-- --ratios` only the table: nanoseconds of one deadline,
//! the fastest of a few runs, and how many times the rival takes. Both answer the same questions, and the answers are
//! compared first.

use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use cpu_time::ThreadTime;
use criterion::{BenchmarkId, Criterion, criterion_group};
use leadkit::calendar::{
    Amount, Calendar, CalendarRules, Clock, DayOverride, Span, Transitions, UtcOffset, Zone,
};

mod random;

use random::SplitMix64;

const GOAL_NANOS: f64 = 1_000.0;
const QUESTIONS: usize = 10_000;
const RUNS: usize = 7;

/// What most hosts write: a set of dates off, a set of dates worked, and a loop.
struct Rival {
    offset: FixedOffset,
    off: std::collections::HashSet<NaiveDate>,
    worked: std::collections::HashSet<NaiveDate>,
    windows: Vec<(NaiveTime, NaiveTime)>,
}

impl Rival {
    fn china(calendar: &Calendar) -> Rival {
        let (from, through) = calendar.coverage().unwrap();
        let days = from.iter_days().take_while(|date| *date <= through);
        let is_weekend = |date: &NaiveDate| matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let works = |date: &NaiveDate| calendar.is_workday(*date).unwrap();
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        Rival {
            offset: FixedOffset::east_opt(8 * 3_600).unwrap(),
            off: days.clone().filter(|date| !is_weekend(date) && !works(date)).collect(),
            worked: days.filter(|date| is_weekend(date) && works(date)).collect(),
            windows: vec![(time(9, 0), time(12, 0)), (time(13, 30), time(18, 0))],
        }
    }

    fn is_workday(&self, date: NaiveDate) -> bool {
        match date.weekday() {
            Weekday::Sat | Weekday::Sun => self.worked.contains(&date),
            _ => !self.off.contains(&date),
        }
    }

    fn add(&self, start: DateTime<Utc>, amount: TimeDelta, clock: Clock) -> DateTime<Utc> {
        let local = start.with_timezone(&self.offset).naive_local();
        let (mut date, mut from, mut left) = (local.date(), local.time(), amount);
        loop {
            let next = date + Days::new(1);
            if self.is_workday(date) {
                let whole = [(NaiveTime::MIN, NaiveTime::MIN)];
                let windows = if clock == Clock::Workday { &whole[..] } else { &self.windows };
                for (open, close) in windows {
                    let open = date.and_time((*open).max(from));
                    let close =
                        if *close == NaiveTime::MIN { next.and_time(*close) } else { date.and_time(*close) };
                    if open >= close {
                        continue;
                    }
                    if left <= close - open {
                        return (open + left).and_local_timezone(self.offset).unwrap().with_timezone(&Utc);
                    }
                    left -= close - open;
                }
            }
            (date, from) = (next, NaiveTime::MIN);
        }
    }
}

/// Starts over 2024 and 2025, to the second.
fn starts() -> Vec<DateTime<Utc>> {
    let mut random = SplitMix64(17);
    let first: DateTime<Utc> = "2024-01-01T00:00:00Z".parse().unwrap();
    (0..QUESTIONS).map(|_| first + TimeDelta::seconds(random.below(700 * 86_400) as i64)).collect()
}

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// The questions of the table: a name, the clock, how much.
const ASKED: [(&str, Clock, &str); 8] = [
    ("workday 24h", Clock::Workday, "24h"),
    ("workday 7d", Clock::Workday, "7d"),
    ("workday 60d", Clock::Workday, "60d"),
    ("office_hours 1h", Clock::OfficeHours, "1h"),
    ("office_hours 24h", Clock::OfficeHours, "24h"),
    ("office_hours 300h", Clock::OfficeHours, "300h"),
    ("same_time 7wd", Clock::SameTime, "7wd"),
    ("elapsed 24h", Clock::Elapsed, "24h"),
];

/// China's dates in a zone that changes its offset twice a year for two hundred years.
fn summer_time() -> Calendar {
    let offset = |hours: i32| UtcOffset::from_seconds(hours * 3_600).unwrap();
    let change = |year: i32, month, hours| {
        let moment =
            NaiveDate::from_ymd_opt(year, month, 28).unwrap().and_hms_opt(1, 0, 0).unwrap().and_utc();
        (moment, offset(hours))
    };
    let changes = (1900..2100).flat_map(|year| [change(year, 3, 2), change(year, 10, 1)]);
    let zone = Zone::Transitions(Transitions::new(offset(1), changes));
    Calendar::compile(&CalendarRules { zone, ..CalendarRules::china() }).unwrap()
}

/// A calendar with ten thousand dates of its own.
fn ten_thousand_dates() -> Calendar {
    let mut rules = CalendarRules::china();
    (rules.holidays, rules.coverage) = (None, None);
    let first = NaiveDate::from_ymd_opt(2010, 1, 1).unwrap();
    let dates = first.iter_days().step_by(2).take(10_000);
    rules.overrides = dates.map(|date| (date, DayOverride::Off)).collect();
    Calendar::compile(&rules).unwrap()
}

/// A rep who is on duty on every second date of eleven years.
fn roster() -> Calendar {
    let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
    Calendar::compile(&CalendarRules::china().on_duty(first.iter_days().step_by(2).take(2_000))).unwrap()
}

fn per_question(mut ask: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = ThreadTime::now();
        ask();
        best = best.min(start.elapsed());
    }
    best.as_secs_f64() * 1e9 / QUESTIONS as f64
}

fn ratios() {
    let (china, starts) = (Calendar::china(), starts());
    let rival = Rival::china(&china);
    println!("| question | leadkit, ns | goal, ns | day by day, ns | times |\n|---|---|---|---|---|");
    let row = |name: &str, ours: f64, theirs: Option<f64>| {
        let theirs =
            theirs.map_or("- | -".to_owned(), |theirs| format!("{theirs:.0} | {:.1}", theirs / ours));
        println!("| {name} | {ours:.0} | {GOAL_NANOS:.0} | {theirs} |");
    };
    for (name, clock, text) in ASKED {
        let amount = amount(text);
        let ours = per_question(|| {
            for start in &starts {
                let _ = black_box(china.add(black_box(*start), amount, clock));
            }
        });
        let theirs = match amount {
            Amount::Time(span) => {
                let length = TimeDelta::seconds(span.as_seconds().into());
                // The same answers, or the comparison means nothing.
                let mut same = 0;
                for start in starts.iter().filter(|_| clock != Clock::Elapsed) {
                    let due = china.add(*start, span, clock).unwrap();
                    assert_eq!(due.at(), rival.add(*start, length, clock), "{start} {span} {clock}");
                    same += 1;
                }
                assert_eq!(same, if clock == Clock::Elapsed { 0 } else { QUESTIONS });
                (clock != Clock::Elapsed).then(|| {
                    per_question(|| {
                        for start in &starts {
                            black_box(rival.add(black_box(*start), length, clock));
                        }
                    })
                })
            }
            Amount::Workdays(_) => None,
        };
        row(name, ours, theirs);
    }
    let day = Span::hours(24);
    for (name, calendar) in
        [("400 changes of the offset", summer_time()), ("10,000 dates", ten_thousand_dates())]
    {
        for clock in [Clock::Workday, Clock::OfficeHours] {
            let ours = per_question(|| {
                for start in &starts {
                    let _ = black_box(calendar.add(black_box(*start), day, clock));
                }
            });
            row(&format!("{clock} 24h, {name}"), ours, None);
        }
    }
    let (summer_time, roster) = (summer_time(), roster());
    for (name, calendar, clock, amount) in [
        ("same_time 7wd, 400 changes of the offset", &summer_time, Clock::SameTime, amount("7wd")),
        ("office_hours 24h, a roster of 2,000 dates", &roster, Clock::OfficeHours, day.into()),
        ("workday 24h, a roster of 2,000 dates", &roster, Clock::Workday, day.into()),
    ] {
        assert_eq!(
            starts.iter().filter(|start| calendar.add(**start, amount, clock).is_ok()).count(),
            QUESTIONS
        );
        let ours = per_question(|| {
            for start in &starts {
                let _ = black_box(calendar.add(black_box(*start), amount, clock));
            }
        });
        row(name, ours, None);
    }
    let week = amount("7d");
    for clock in [Clock::Workday, Clock::OfficeHours, Clock::SameTime] {
        let ours = per_question(|| {
            for start in &starts {
                let _ = black_box(china.subtract(black_box(*start), week, clock));
            }
        });
        row(&format!("subtract 7d, {clock}"), ours, None);
    }
    for (name, calendar, clock) in [
        ("between, office_hours", &china, Clock::OfficeHours),
        ("between, workday", &china, Clock::Workday),
        ("between, same_time", &china, Clock::SameTime),
        ("between, same_time, 400 changes of the offset", &summer_time, Clock::SameTime),
    ] {
        let answered =
            starts.windows(2).filter(|pair| calendar.between(pair[0], pair[1], clock).is_ok()).count();
        assert_eq!(answered, QUESTIONS - 1);
        let ours = per_question(|| {
            for pair in starts.windows(2) {
                let _ = black_box(calendar.between(pair[0], pair[1], clock));
            }
        });
        row(name, ours, None);
    }
    let ours = per_question(|| {
        for start in &starts {
            let _ = black_box(china.next_opening(black_box(*start)));
        }
    });
    row("next_opening", ours, None);
    let ours = per_question(|| {
        for start in &starts {
            let _ = black_box(china.is_open(black_box(*start)));
        }
    });
    row("is_open", ours, None);
}

fn deadlines(criterion: &mut Criterion) {
    let (china, starts) = (Calendar::china(), starts());
    let rival = Rival::china(&china);
    let mut group = criterion.benchmark_group("deadline");
    for (name, clock, text) in ASKED {
        let amount = amount(text);
        let mut at = starts.iter().cycle();
        group.bench_function(BenchmarkId::new("leadkit", name), |bencher| {
            bencher.iter(|| china.add(*at.next().unwrap(), amount, clock));
        });
        if let Amount::Time(span) = amount {
            let length = TimeDelta::seconds(span.as_seconds().into());
            group.bench_function(BenchmarkId::new("day_by_day", name), |bencher| {
                bencher.iter(|| rival.add(*at.next().unwrap(), length, clock));
            });
        }
    }
    group.finish();
    criterion.bench_function("compile/china", |bencher| bencher.iter(Calendar::china));
}

criterion_group!(benches, deadlines);

fn main() {
    if std::env::args().any(|argument| argument == "--ratios") {
        ratios();
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
