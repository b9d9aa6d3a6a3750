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
    AssignDelta, AssignRule, AssignRules, AssignTarget, Assigner, CompanionRule, Ledger, Ledgers, PoolRules,
    RepGroup, RepLedger, Roster, Strategy,
};
use leadkit::calendar::Calendars;
use leadkit::model::{Absence, Lead, Region, Rep};
use leadkit::rule::{Condition, FactContext, Facts, HostTables};

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
    /// Each rep three of 31 provinces at random: nearly every rep is a class.
    Random,
}

impl Cover {
    const ALL: [(Cover, &'static str); 4] = [
        (Cover::Whole, "1 territory"),
        (Cover::One, "31 territories"),
        (Cover::Three, "31, three each, weights 1 to 3, absences, caps"),
        (Cover::Random, "31, three at random"),
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
                    Cover::Random => {
                        let territories = (0..3).map(|_| region(random.below(31) as usize)).collect();
                        Rep { id, territories, ..Rep::default() }
                    }
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

/// What rules ask beside who shares.
type Beside = fn(&mut PoolRules);

fn nothing(_: &mut PoolRules) {}

fn total_cap(pool: &mut PoolRules) {
    pool.total_daily_cap = Some(10_000_000);
}

fn companions(pool: &mut PoolRules) {
    let beside = |role: &str, group: &str| CompanionRule { role: role.into(), group: group.into() };
    for rule in &mut pool.rules {
        rule.then = AssignTarget::Group { id: "team".into(), strategy: None };
        rule.also = vec![beside("second", "team"), beside("presales", "presales")];
    }
}

fn catch_up(pool: &mut PoolRules) {
    pool.catch_up = 5;
}

fn rewards(pool: &mut PoolRules) {
    pool.rules.iter_mut().for_each(|rule| rule.reward = true);
}

/// Everybody reaches it in the middle of the leads.
fn daily_cap(pool: &mut PoolRules) {
    pool.daily_assign_cap = Some(5);
}

/// The whole pool reaches it in the middle of the leads.
fn total_cap_reached(pool: &mut PoolRules) {
    pool.total_daily_cap = Some(50_000);
}

/// Everybody is busy in the middle of the leads, and nobody speaks to any.
fn busy(pool: &mut PoolRules) {
    pool.untouched_limit = Some(5);
}

const BESIDE: [(Beside, &str); 7] = [
    (total_cap, "a total cap"),
    (total_cap_reached, "a total cap that half of the leads reach"),
    (daily_cap, "daily caps that half of the leads reach"),
    (busy, "a limit of untouched leads that half of the leads reach"),
    (companions, "two companions"),
    (catch_up, "catching up"),
    (rewards, "rewards"),
];

impl Case {
    fn new(cover: Cover, count: usize, leads: usize, beside: Beside) -> Case {
        let rule = AssignRule { id: "all".into(), then: AssignTarget::Everybody, ..AssignRule::default() };
        let mut pool = PoolRules { strategy: Strategy::FairShare, rules: vec![rule], ..PoolRules::default() };
        beside(&mut pool);
        let everybody = || RepGroup { when: Some(Condition::default()), ..RepGroup::default() };
        let groups = [("team".into(), everybody()), ("presales".into(), everybody())].into();
        let rules = AssignRules { pools: [("p".into(), pool)].into(), groups, ..AssignRules::default() };
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
        let everybody = self.assigner.seat(&self.roster, Ledgers { pool: &ledger, reps: &counts }, start());
        everybody.apply_to(&mut ledger, &mut counts).unwrap();
        let tables = HostTables::default();
        for lead in &self.leads {
            let facts = Facts::new(lead, &FactContext::new(&tables, lead.created_at));
            let decided =
                self.assigner.assign(&facts, &self.roster, Ledgers { pool: &ledger, reps: &counts });
            decided.delta().apply_to(&mut ledger, &mut counts).unwrap();
            see(&decided);
        }
    }

    /// Bytes of a delta: of what seats everybody, the most of a hundredth of the decisions, and of the first of the next day.
    fn bytes(&self, mut see: impl FnMut(&leadkit::assign::Assignment)) -> [usize; 3] {
        let (mut ledger, mut counts) = (Ledger::new("p".into()), RepLedger::default());
        let everybody = self.assigner.seat(&self.roster, Ledgers { pool: &ledger, reps: &counts }, start());
        everybody.apply_to(&mut ledger, &mut counts).unwrap();
        let length = |delta: &AssignDelta| serde_json::to_vec(delta).unwrap().len();
        let mut bytes = [length(&everybody), 0, 0];
        let (tables, mut last) = (HostTables::default(), 0);
        let tomorrow = Lead {
            id: "next".into(),
            created_at: start() + TimeDelta::hours(22),
            ..self.leads.last().unwrap().clone()
        };
        for (index, lead) in self.leads.iter().chain([&tomorrow]).enumerate() {
            let facts = Facts::new(lead, &FactContext::new(&tables, lead.created_at));
            let decided =
                self.assigner.assign(&facts, &self.roster, Ledgers { pool: &ledger, reps: &counts });
            // Writing down takes a while: every hundredth is measured, and whatever is first after a full hour.
            let place = usize::from(index == self.leads.len()) + 1;
            let hour = (lead.created_at - start()).num_hours();
            if index % 100 == 0 || place == 2 || hour > last {
                last = hour;
                bytes[place] = bytes[place].max(length(decided.delta()));
            }
            decided.delta().apply_to(&mut ledger, &mut counts).unwrap();
            if place == 1 {
                see(&decided);
            }
        }
        bytes
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

impl Case {
    /// Assignments a second.
    fn a_second(&self) -> f64 {
        let seconds = fastest(RUNS, || {
            self.run(&mut |decided| {
                black_box(decided.owner());
            })
        });
        self.leads.len() as f64 / seconds
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
        "| reps | cover | classes | a second | must | goal | every rep, a second | times | seating, bytes | most after it | first of a day | must |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for count in [10, 1_000, 10_000] {
        for (cover, name) in Cover::ALL {
            let case = Case::new(cover, count, LEADS, nothing);
            let few = &case.leads[..(20_000_000 / count).min(LEADS)];
            // The same reps, or the comparison means nothing.
            let mut theirs = Vec::new();
            case.naive(few, &mut |winner| theirs.push(winner.map(|index| case.reps[index].id.clone())));
            let mut index = 0;
            let [seating, most, first] = case.bytes(|decided| {
                if let Some(expected) = theirs.get(index) {
                    assert_eq!(decided.owner(), expected.as_ref(), "{count} {name} lead {index}");
                }
                index += 1;
            });
            let ours = case.a_second();
            let naive = fastest(2, || {
                case.naive(few, &mut |winner| {
                    black_box(winner);
                })
            });
            let naive = few.len() as f64 / naive;
            let kinds = |rep: &Rep| (rep.weight, rep.territories.clone());
            let classes: std::collections::BTreeSet<_> = case.reps.iter().map(kinds).collect();
            let (classes, goal) = (classes.len(), if cover == Cover::Whole { 1_000_000 } else { 200_000 });
            println!(
                "| {count} | {name} | {classes} | {ours:.0} | {MUST:.0} | {goal} | {naive:.0} | {:.1} | {seating} | {most} | {first} | {MUST_BYTES} |",
                ours / naive
            );
        }
    }
    println!(
        "\n| reps | cover | beside | a second | must | seating, bytes | most after it | first of a day | must |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (cover, name) in [Cover::ALL[0], Cover::ALL[2]] {
        for (beside, what) in BESIDE {
            let case = Case::new(cover, 10_000, LEADS, beside);
            let [seating, most, first] = case.bytes(|_| {});
            let ours = case.a_second();
            println!(
                "| 10000 | {name} | {what} | {ours:.0} | {MUST:.0} | {seating} | {most} | {first} | {MUST_BYTES} |"
            );
        }
    }
}

fn assignments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("assign");
    group.sample_size(10);
    for count in [10, 1_000, 10_000] {
        for (cover, name) in Cover::ALL {
            let case = Case::new(cover, count, 10_000, nothing);
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
