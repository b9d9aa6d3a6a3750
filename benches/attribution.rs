//! Attribution of a million journeys of five touches over twenty channels, each goal a row.
//!
//! `cargo bench -p leadkit-benches --bench attribution`; with `-- --ratios` only the table: CPU seconds of one thread,
//! the fastest of a few runs, beside the goal and what must hold, and the most memory that was held at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cpu_time::ThreadTime;
use criterion::{BenchmarkId, Criterion, criterion_group};
use leadkit::attribution::{Attribution, Conversion, Dimension, Journeys, shapley_values};
use leadkit::model::{Currency, Money};
use serde_json::json;

mod random;

use random::SplitMix64;

/// Counts what is allocated and the most that was at once.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TOUCHES: usize = 5;
const CHANNELS: [&str; 20] = [
    "sem",
    "feed",
    "seo",
    "direct",
    "mail",
    "sms",
    "wechat",
    "video",
    "douyin",
    "zhihu",
    "expo",
    "seminar",
    "live",
    "referral",
    "partner",
    "display",
    "affiliate",
    "app",
    "hotline",
    "print",
];

/// What a host would hold: names and times as they came.
struct Data {
    channels: Vec<u8>,
    times: Vec<DateTime<Utc>>,
    ends: Vec<(bool, i64)>,
}

fn data(journeys: usize) -> Data {
    let mut random = SplitMix64(42);
    let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut data = Data { channels: Vec::new(), times: Vec::new(), ends: Vec::new() };
    for _ in 0..journeys {
        let mut at = start + TimeDelta::seconds((random.next() % 7_000_000) as i64);
        for _ in 0..TOUCHES {
            // Channels are not equally common: the smaller of two draws.
            let draw = random.next();
            data.channels.push((draw % 20).min(draw / 32 % 20) as u8);
            at += TimeDelta::seconds((random.next() % 400_000) as i64);
            data.times.push(at);
        }
        let converts = random.next().is_multiple_of(2);
        data.ends.push((converts, (random.next() % 5_000_000) as i64 + 1));
    }
    data
}

fn build(data: &Data) -> Journeys {
    let mut journeys = Journeys::with_capacity(data.ends.len(), data.channels.len());
    let touches = data.channels.chunks_exact(TOUCHES).zip(data.times.chunks_exact(TOUCHES));
    for ((channels, times), (converts, value)) in touches.zip(&data.ends) {
        for (channel, time) in channels.iter().zip(times) {
            journeys.push_touch(CHANNELS[usize::from(*channel)], *time).unwrap();
        }
        let end = Conversion {
            count: u64::from(*converts),
            nulls: u64::from(!*converts),
            value: converts.then(|| Money::new(*value, Currency::CNY)),
            at: times.last().copied(),
            ..Conversion::default()
        };
        journeys.end_journey(&end).unwrap();
    }
    journeys
}

fn engine(models: serde_json::Value) -> Attribution {
    Attribution::load(json!({"models": models})).unwrap()
}

fn one(model: serde_json::Value) -> Attribution {
    engine(json!([{"id": "m", "model": model}]))
}

fn heuristics() -> Attribution {
    engine(json!([
        {"id": "first", "model": "first"},
        {"id": "last", "model": "last"},
        {"id": "linear", "model": "linear"},
        {"id": "u", "model": {"position_based": {}}},
        {"id": "decay", "model": {"time_decay": {}}},
    ]))
}

/// Name, goal in seconds, what is done.
type Goal<'a> = (&'static str, f64, Box<dyn FnMut() + 'a>);

/// The same of what may have no goal.
type Row<'a> = (&'static str, Option<f64>, Box<dyn FnMut() + 'a>);

fn rows<'a>(data: &'a Data, journeys: &'a Journeys, game: &'a [f64]) -> Vec<Row<'a>> {
    let credit = |attribution: Attribution| -> Box<dyn FnMut() + 'a> {
        Box::new(move || {
            drop(black_box(attribution.credit(journeys).unwrap()));
        })
    };
    let exactly = |attribution: Attribution| -> Box<dyn FnMut() + 'a> {
        Box::new(move || {
            drop(black_box(attribution.allocate(journeys, &[Dimension::Channel]).unwrap()));
        })
    };
    let goals: Vec<Goal<'a>> = vec![
        ("intern strings", 0.25, Box::new(|| drop(black_box(build(data))))),
        ("first", 0.01, credit(one(json!("first")))),
        ("last", 0.01, credit(one(json!("last")))),
        ("linear", 0.01, credit(one(json!("linear")))),
        ("u 40/20/40", 0.01, credit(one(json!({"position_based": {}})))),
        ("time decay 7d", 0.06, credit(one(json!({"time_decay": {}})))),
        ("all five, exact cents", 0.10, exactly(heuristics())),
        ("markov order 1", 0.1, credit(one(json!({"markov": {"order": 1}})))),
        ("markov order 2", 0.3, credit(one(json!({"markov": {"order": 2}})))),
        ("markov order 3", 0.8, credit(one(json!({"markov": {"order": 3}})))),
        ("shapley, closed form", 0.02, credit(one(json!({"shapley": {}})))),
        (
            "shapley, any game of 20",
            0.3,
            Box::new(move || {
                drop(black_box(shapley_values(game).unwrap()));
            }),
        ),
        ("shapley, rates of 20", 0.3, credit(one(json!({"shapley": {"game": "rate"}})))),
    ];
    let mut rows: Vec<Row<'a>> =
        goals.into_iter().map(|(name, goal, work)| (name, Some(goal), work)).collect();
    rows.extend([
        ("markov order 1, cents", None, exactly(one(json!({"markov": {"order": 1}})))),
        ("markov by journey, cents", None, exactly(one(json!({"markov": {"divide": "journey"}})))),
        ("shapley, cents", None, exactly(one(json!({"shapley": {}})))),
        ("shapley of rates, cents", None, exactly(one(json!({"shapley": {"game": "rate"}})))),
    ]);
    rows
}

fn game() -> Vec<f64> {
    let mut random = SplitMix64(7);
    (0..1usize << 20).map(|set| f64::from(set.count_ones()) + (random.next() % 1000) as f64 / 1e3).collect()
}

fn table() {
    let data = data(1_000_000);
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let journeys = build(&data);
    println!("{:<26}{:>8}{:>8}{:>8}", "CPU seconds", "took", "goal", "must");
    let game = game();
    let held = HELD.load(Ordering::Relaxed) - before - game.len() * 8;
    let mut most = 0usize;
    for (name, goal, mut work) in rows(&data, &journeys, &game) {
        let mut best = Duration::MAX;
        let base = HELD.load(Ordering::Relaxed);
        PEAK.store(base, Ordering::Relaxed);
        for _ in 0..3 {
            let start = ThreadTime::now();
            work();
            best = best.min(start.elapsed());
        }
        // Interning builds a second set of journeys beside the first.
        let extra = PEAK.load(Ordering::Relaxed) - base;
        most = most.max(if name == "intern strings" { extra.saturating_sub(held) } else { extra });
        let number = |number: Option<f64>| number.map_or("-".to_owned(), |number| format!("{number:.2}"));
        let (took, must) = (best.as_secs_f64(), goal.map(|goal| goal * 3.0));
        println!("{name:<26}{took:>8.3}{:>8}{:>8}", number(goal), number(must));
    }
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    println!(
        "memory: journeys {:.1} MiB, with the hungriest model {:.1} MiB (goal 100)",
        mib(held),
        mib(held + most)
    );
}

fn bench(criterion: &mut Criterion) {
    let data = data(100_000);
    let journeys = build(&data);
    let game = game();
    let mut group = criterion.benchmark_group("attribution of 100 k journeys");
    group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    for (name, _, mut work) in rows(&data, &journeys, &game) {
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| bencher.iter(&mut work));
    }
    group.finish();
}

criterion_group!(benches, bench);

fn main() {
    // Cargo's test runner passes `--test`: then one quick look is enough.
    if std::env::args().any(|argument| argument == "--ratios") {
        table();
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
    if !std::env::args().any(|argument| argument == "--test") {
        table();
    }
}
