//! The main job on a generated stream: leads a second on one core.
//!
//! `cargo bench -p leadkit-benches --bench intake` takes three minutes; with `LEADKIT_BENCH_FULL=1` it also matches
//! against a million accounts, which needs 5 GB of memory. `LEADKIT_NAMES=FILE` gives the accounts (and the leads that
//! know one) names of your own, one a line, in place of invented ones.

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use generate::Generator;
use leadkit::book::Book;
use leadkit::calendar::Calendars;
use leadkit::dedup::{Comparator, DedupRules, LeadKey, RuleAction};
use leadkit::model::{Account, Lead, Rep};
use leadkit::{Arrival, Input, Intake, Roster, Rules, State};

#[path = "../examples/support/generate.rs"]
mod generate;

const SEED: u64 = 20_260_302;
/// Leads of a run.
const LEADS: usize = 10_000;

/// One set of rules and what is on file when the stream begins.
struct Setting {
    name: &'static str,
    intake: Intake,
    roster: Roster,
    book: Book,
    arrivals: Vec<Arrival>,
}

/// How companies are called.
struct Names {
    /// Names of the accounts; invented ones when there are none.
    listed: Vec<String>,
    /// Whether leads write names short.
    short: bool,
}

impl Names {
    fn new(short: bool) -> Names {
        let listed = std::env::var("LEADKIT_NAMES").map(|path| fs::read_to_string(path).unwrap());
        let name = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
        Names { listed: listed.map(|text| text.lines().map(name).collect()).unwrap_or_default(), short }
    }

    fn of_account(&self, mut account: Account) -> Account {
        let number = account.id.as_str().trim_start_matches("A-").parse::<usize>().unwrap();
        if let Some(name) = self.listed.get(number) {
            account.company.clone_from(name);
        }
        account
    }

    /// Half of the leads leave the legal form out, half of those the city too; with a list, one in ten has a
    /// company of it.
    fn shorten(&self, lead: &mut Lead) {
        if !self.short {
            return;
        }
        let number = lead.id.as_str().trim_start_matches("G-").parse::<usize>().unwrap();
        let listed = self.listed.get(number * 7919 % self.listed.len().max(1)).filter(|_| number % 10 == 0);
        let Some(company) = listed.or(lead.company.as_ref()) else { return };
        let bare = company.replace("股份有限公司", "").replace("有限责任公司", "").replace("有限公司", "");
        let city = lead.city.as_deref().unwrap_or_default();
        lead.company = Some(match number / 10 % 4 {
            0 | 1 => company.clone(),
            2 => bare,
            _ => bare.trim_start_matches(city).to_owned(),
        });
    }
}

/// What each lead of a run was decided on.
struct Prepared {
    inputs: Vec<Input>,
    state: State,
}

impl Setting {
    fn new(name: &'static str, rules: &Rules, accounts: usize, names: &Names) -> Setting {
        let generator = Generator::new(SEED, accounts);
        let intake = Intake::compile(rules).unwrap();
        let mut book = intake.book();
        let on_file = || generator.accounts().map(|account| names.of_account(account));
        let since = Instant::now();
        let generated = timed(|| on_file().for_each(|account| drop(black_box(account))));
        let before = cpu_time(since);
        on_file().for_each(|account| book.insert_account(account));
        let spent = cpu_time(since).saturating_sub(before).saturating_sub(generated);
        if accounts > 0 {
            println!("{name}, filing: {:.0} accounts a CPU second", accounts as f64 / spent.as_secs_f64());
        }
        let mut arrivals = generator.arrivals(LEADS);
        arrivals.iter_mut().for_each(|arrival| names.shorten(&mut arrival.lead));
        Setting { name, intake, roster: roster(rules), book, arrivals }
    }

    /// The whole job: probe, fetch, decide, apply, file.
    #[inline(never)]
    fn whole_job(&self, book: &mut Book) -> usize {
        let mut state = State::default();
        let outcomes = self.intake.process_batch(&self.arrivals, book, &self.roster, &mut state).unwrap();
        outcomes.iter().filter(|one| one.outcome.route().owner().is_some()).count()
    }

    /// The inputs of every lead with the rows that were fetched for it, and the state when half of them are in.
    fn prepare(&self) -> Prepared {
        let (mut book, mut state) = (self.book.clone(), State::default());
        let mut half = None;
        let mut inputs = Vec::with_capacity(self.arrivals.len());
        for (number, arrival) in self.arrivals.chunks(1).enumerate() {
            let [Arrival { lead, activities, .. }] = arrival else { unreachable!() };
            let rows = book.rows(&self.intake.probe(lead));
            inputs.push(Input {
                lead: lead.clone(),
                activities: activities.clone(),
                rows,
                ..Input::default()
            });
            self.intake.process_batch(arrival, &mut book, &self.roster, &mut state).unwrap();
            if number == self.arrivals.len() / 2 {
                half = Some(state.clone());
            }
        }
        Prepared { inputs, state: half.unwrap_or_default() }
    }

    /// The decision alone, on rows that are there already.
    fn process(&self, prepared: &Prepared) -> usize {
        let decide = |input: &Input| {
            let outcome = self.intake.process(input, &self.roster, &prepared.state, input.lead.created_at);
            black_box(&outcome).route().owner().is_some()
        };
        prepared.inputs.iter().filter(|input| decide(input)).count()
    }
}

/// The bundled rules, with caps and hours that no stream of this density runs into.
fn bundled_rules() -> Rules {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/rules.json")).unwrap();
    let mut rules = Rules::load(serde_json::from_str(&text).unwrap()).unwrap();
    for pool in rules.assign.pools.values_mut() {
        pool.daily_assign_cap = None;
    }
    rules
}

/// A rep for every member of a group, always at work.
fn roster(rules: &Rules) -> Roster {
    let members = rules.assign.groups.values().flat_map(|group| &group.members);
    let skills = || ["English".to_owned()].into();
    let reps: Vec<Rep> =
        members.map(|member| Rep { id: member.rep.clone(), skills: skills(), ..Rep::default() }).collect();
    Roster::compile(&reps, &Calendars::default()).unwrap()
}

/// Time this process spent on a core; the time that passed where the system does not say.
fn cpu_time(since: Instant) -> Duration {
    let text = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let spent = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    spent.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// Whether a measure is asked for: `cargo bench -p leadkit-benches --bench intake -- "like names, process"`.
fn wanted(name: &str) -> bool {
    std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).all(|filter| name.contains(&filter))
}

/// Runs for some seconds and prints leads a CPU second.
fn print_rate(name: &str, mut run: impl FnMut() -> Duration) {
    if !wanted(name) {
        return;
    }
    let (mut spent, mut leads) = (Duration::ZERO, 0);
    while spent < Duration::from_secs(3) {
        spent += run();
        leads += LEADS;
    }
    println!("{name}: {:.0} leads a CPU second", leads as f64 / spent.as_secs_f64());
}

fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let since = Instant::now();
    let before = cpu_time(since);
    black_box(run());
    cpu_time(since).saturating_sub(before)
}

/// Whether any of a setting's measures is asked for.
fn any_wanted(setting: &str, measure: &str) -> bool {
    wanted(&format!("{setting}, {measure}")) || wanted(&format!("{setting}/{measure}"))
}

fn settings() -> impl Iterator<Item = Setting> {
    let company = bundled_rules();
    let mut contacts = company.clone();
    contacts.dedup = DedupRules::b2c();
    let mut like = company.clone();
    for rule in like.dedup.rules.iter_mut().filter(|rule| rule.lead == LeadKey::Company) {
        let threshold = if rule.action == RuleAction::TagOnly { 0.5 } else { 0.85 };
        rule.comparator = Comparator::Company { threshold };
    }
    let mut settings = vec![
        ("no company matching", contacts, 0, false),
        ("10k accounts", company.clone(), 10_000, false),
        ("10k accounts, like names", like.clone(), 10_000, true),
    ];
    if std::env::var_os("LEADKIT_BENCH_FULL").is_some() {
        settings.push(("1M accounts", company, 1_000_000, false));
        settings.push(("1M accounts, like names", like, 1_000_000, true));
    }
    let is_wanted = |name: &str| any_wanted(name, "process") || any_wanted(name, "whole job");
    settings
        .into_iter()
        .filter(move |(name, ..)| is_wanted(name))
        .map(|(name, rules, accounts, short)| Setting::new(name, &rules, accounts, &Names::new(short)))
}

fn intake(criterion: &mut Criterion) {
    for setting in settings() {
        let mut group = criterion.benchmark_group(setting.name);
        group.throughput(Throughput::Elements(LEADS as u64)).sample_size(10);
        if any_wanted(setting.name, "process") {
            let prepared = setting.prepare();
            print_rate(&format!("{}, process", setting.name), || timed(|| setting.process(&prepared)));
            group.bench_function("process", |bencher| bencher.iter(|| setting.process(&prepared)));
        }
        print_rate(&format!("{}, whole job", setting.name), || {
            let mut book = setting.book.clone();
            timed(|| setting.whole_job(&mut book))
        });
        group.bench_function("whole job", |bencher| {
            let fresh = || setting.book.clone();
            bencher.iter_batched_ref(fresh, |book| setting.whole_job(book), BatchSize::PerIteration);
        });
    }
}

criterion_group!(benches, intake);
criterion_main!(benches);
