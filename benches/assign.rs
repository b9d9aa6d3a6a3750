//! Leads assigned by fair share, beside a rival that goes through every rep for every lead.
//!
//! `cargo bench -p leadkit-benches --bench assign`; with `-- --ratios` only the table: assignments a second of one thread
//! (each decided and applied, the fastest of a few runs), how many times the rival takes, the classes of reps, and the bytes
//! of a delta as JSON: of the first decision, which seats everybody, and the most of any after it. Both give every lead to
//! the same rep, which is compared first.

use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cpu_time::ThreadTime;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use leadkit::assign::{
    AssignRule, AssignRules, AssignTarget, Assigner, Ledger, Ledgers, PoolRules, RepLedger, Roster, Strategy,
};
use leadkit::calendar::Calendars;
use leadkit::model::{Absence, Lead, Region, Rep};
use leadkit::rule::{FactContext, Facts, HostTables};

mod random;

use random::SplitMix64;

const MUST: f64 = 50_000.0;
const MUST_BYTES: usize = 1_024;
const RUNS: usize = 5;
const LEADS: usize = 100_000;
const PROVINCES: [u32; 31] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65,
];

fn region(index: usize) -> Region {
    format!("{}0000", PROVINCES[index % PROVINCES.len()]).parse().unwrap()
}

fn start() -> DateTime<Utc> {
    "2026-03-02T02:00:00Z".parse().unwrap()
}

/// How a team covers the country.
#[derive(Clone, Copy, PartialEq)]
enum Cover {
    /// Everybody everywhere.
    Whole,
    /// Each rep one of 31 provinces.
    One,
    /// Each rep one of 31 provinces and its two neighbours, weights 1 to 3, a twentieth away for an hour a day.
    Three,
}

impl Cover {
    const ALL: [(Cover, &'static str); 3] = [
        (Cover::Whole, "1 territory"),
        (Cover::One, "31 territories"),
        (Cover::Three, "31, three each, weights 1 to 3, absences, caps"),
    ];

    fn reps(self, count: usize) -> Vec<Rep> {
        let mut random = SplitMix64(count as u64);
        (0..count)
            .map(|index| {
                let at = |hour| start() + TimeDelta::hours(hour);
                let id = format!("r{index:05}").as_str().into();
                match self {
                    Cover::Whole => Rep { id, ..Rep::default() },
                    Cover::One => Rep { id, territories: [region(index)].into(), ..Rep::default() },
                    Cover::Three => {
                        let away = random.below(20) == 0;
                        let hour = random.below(20) as i64;
                        let absence = Absence { from: at(hour), until: at(hour + 1) };
                        Rep {
                            id,
                            weight: 1 + random.below(3) as u32,
                            territories: (0..3).map(|next| region(index + next)).collect(),
                            absences: if away { vec![absence] } else { Vec::new() },
                            holding_cap: Some(150),
                            ..Rep::default()
                        }
                    }
                }
            })
            .collect()
    }
}

struct Case {
    reps: Vec<Rep>,
    assigner: Assigner,
    roster: Roster,
    leads: Vec<Lead>,
}

impl Case {
    fn new(cover: Cover, count: usize, leads: usize) -> Case {
        let rule = AssignRule { id: "all".into(), then: AssignTarget::Everybody, ..AssignRule::default() };
        let pool = PoolRules { strategy: Strategy::FairShare, rules: vec![rule], ..PoolRules::default() };
        let rules = AssignRules { pools: [("p".into(), pool)].into(), ..AssignRules::default() };
        let reps = cover.reps(count);
        let mut random = SplitMix64(7);
        let every = TimeDelta::milliseconds(86_400_000 / 2 / leads as i64);
        let leads = (0..leads)
            .map(|index| Lead {
                id: format!("L{index:07}").as_str().into(),
                created_at: start() + every * index as i32,
                region: Some(region(random.below(31) as usize)),
                ..Lead::default()
            })
            .collect();
        Case {
            assigner: Assigner::compile(&rules).unwrap(),
            roster: Roster::compile(&reps, &Calendars::default()).unwrap(),
            reps,
            leads,
        }
    }

    /// Decides and applies; each decision is shown.
    fn run(&self, see: &mut dyn FnMut(&leadkit::assign::Assignment)) {
        let (mut ledger, mut counts) = (Ledger::new("p".into()), RepLedger::default());
        let tables = HostTables::default();
        for lead in &self.leads {
            let facts = Facts::new(lead, &FactContext::new(&tables, lead.created_at));
            let decided =
                self.assigner.assign(&facts, &self.roster, Ledgers { pool: &ledger, reps: &counts });
            decided.delta().apply_to(&mut ledger, &mut counts).unwrap();
            see(&decided);
        }
    }

    /// What a straightforward program does: everybody's eligibility, everybody's credit.
    fn naive(&self, leads: &[Lead], see: &mut dyn FnMut(Option<usize>)) {
        let territories: Vec<Vec<Region>> =
            self.reps.iter().map(|rep| rep.territories.iter().copied().collect()).collect();
        let mut credit = vec![0_i64; self.reps.len()];
        let mut held = vec![0_u32; self.reps.len()];
        let mut eligible = Vec::new();
        for lead in leads {
            let region = lead.region.unwrap();
            let is_eligible = |index: usize| {
                let (rep, mine) = (&self.reps[index], &territories[index]);
                (mine.is_empty() || mine.iter().any(|one| one.contains(&region)))
                    && !rep.absences.iter().any(|one| one.covers(lead.created_at))
                    && rep.holding_cap.is_none_or(|cap| held[index] < cap)
            };
            eligible.clear();
            eligible.extend((0..self.reps.len()).filter(|index| is_eligible(*index)));
            let total: u64 = eligible.iter().map(|index| u64::from(self.reps[*index].weight)).sum();
            let (mut best, mut paid) = (None, 0);
            for &index in &eligible {
                let gained = (u64::from(self.reps[index].weight) * (1 << 32) / total) as i64;
                credit[index] += gained;
                paid += gained;
                if best.is_none_or(|best: usize| credit[index] > credit[best]) {
                    best = Some(index);
                }
            }
            if let Some(best) = best {
                credit[best] -= paid;
                held[best] += 1;
            }
            see(best);
        }
    }
}

/// Seconds of one thread, the fastest of a few runs.
fn fastest(runs: usize, mut ask: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..runs {
        let start = ThreadTime::now();
        ask();
        best = best.min(start.elapsed());
    }
    best.as_secs_f64()
}

fn ratios() {
    println!(
        "| reps | cover | classes | a second | must | goal | every rep, a second | times | first delta, bytes | most after it | must |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for count in [10, 1_000, 10_000] {
        for (cover, name) in Cover::ALL {
            let case = Case::new(cover, count, LEADS);
            let few = &case.leads[..(20_000_000 / count).min(LEADS)];
            // The same reps, or the comparison means nothing.
            let mut theirs = Vec::new();
            case.naive(few, &mut |winner| theirs.push(winner.map(|index| case.reps[index].id.clone())));
            let (mut index, mut first, mut most) = (0, 0, 0);
            case.run(&mut |decided| {
                if let Some(expected) = theirs.get(index) {
                    assert_eq!(decided.owner(), expected.as_ref(), "{count} {name} lead {index}");
                }
                // Writing a long delta down takes a while: every hundredth is measured.
                if index == 0 {
                    first = serde_json::to_vec(decided.delta()).unwrap().len();
                } else if index % 100 == 0 {
                    most = most.max(serde_json::to_vec(decided.delta()).unwrap().len());
                }
                index += 1;
            });
            let ours = fastest(RUNS, || {
                case.run(&mut |decided| {
                    black_box(decided.owner());
                })
            });
            let naive = fastest(2, || {
                case.naive(few, &mut |winner| {
                    black_box(winner);
                })
            });
            let (ours, naive) = (case.leads.len() as f64 / ours, few.len() as f64 / naive);
            let kinds = |rep: &Rep| (rep.weight, rep.territories.clone());
            let classes: std::collections::BTreeSet<_> = case.reps.iter().map(kinds).collect();
            let (classes, goal) = (classes.len(), if cover == Cover::Whole { 1_000_000 } else { 200_000 });
            println!(
                "| {count} | {name} | {classes} | {ours:.0} | {MUST:.0} | {goal} | {naive:.0} | {:.1} | {first} | {most} | {MUST_BYTES} |",
                ours / naive
            );
        }
    }
}

fn assignments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("assign");
    group.sample_size(10);
    for count in [10, 1_000, 10_000] {
        for (cover, name) in Cover::ALL {
            let case = Case::new(cover, count, 10_000);
            group.throughput(Throughput::Elements(case.leads.len() as u64));
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter(|| {
                    case.run(&mut |decided| {
                        black_box(decided.owner());
                    })
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, assignments);

fn main() {
    if std::env::args().any(|argument| argument == "--ratios") {
        ratios();
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
