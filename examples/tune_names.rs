//! Measures and tunes the matching of company names on labelled data.
//!
//! ```text
//! tune_names LABELLED.tsv [--train]
//! tune_names LABELLED.tsv [--train] --pairs PAIRS.tsv --names NAMES.gz --sizes 100000,1000000
//! ```
//! `LABELLED.tsv` has columns a, b, label (1 or 0), entity. Prints a table of thresholds, operating points, the best F1
//! and the calibration of the pairs; with `--train` the weights trained on one half of the entities as JSON, and the
//! other numbers for the other half. Halves are told by a hash of the entity and a salt.
//!
//! `PAIRS.tsv` has columns query, target, hidden, hard, src, entity, and `NAMES` one name a line: then lookups are
//! measured too, in an index of the targets that are not hidden filled up with names to each size.
//! `--half 0|1|all` chooses what is measured (default: 1 with lookups or training, else all), `--weights FILE` sets
//! other weights, `--salt TEXT` other halves, `--keyed` measures retrieval by stored keys too. `--rows` measures (and
//! with `--train` trains) what the rules do: the judgement of the rows that stored keys fetch.
//!
//! `--typos` makes names with keying errors of names that stand in the index and of names that do not, `--adversarial`
//! makes sister companies and true variants of names in it; both are measured, and with `--train` learned from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use cpu_time::ThreadTime;
use leadkit::company::{CompanyName, Gazetteer, exact_key, keys_for_storage};
use leadkit::names::evaluate::{
    OperatingPoint, Scored, Trainer, best_f1, calibration, for_cost, for_precision, look_up, thresholds,
};
use leadkit::names::{NameIndex, NameJudge, SearchOptions, Tuning};
use leadkit::text::fold;
use made_names::{Random, Typist, sibling, variant};
use support::{Arguments, read_json, read_lines};

#[path = "support/made_names.rs"]
mod made_names;
#[path = "support/mod.rs"]
mod support;

const USAGE: &str = "usage: tune_names LABELLED.tsv [--train] [--pairs PAIRS.tsv --names NAMES --sizes N,N]
                  [--half 0|1|all] [--weights FILE] [--salt TEXT] [--budget N] [--candidates N] [--confusions]
                  [--keyed] [--rows] [--typos] [--adversarial]";

type Failure = Box<dyn std::error::Error>;

#[derive(Default)]
struct Args {
    labelled: String,
    train: bool,
    pairs: Option<String>,
    names: Option<String>,
    sizes: Vec<usize>,
    half: Option<String>,
    salt: String,
    tuning: Tuning,
    weights: Option<Tuning>,
    options: SearchOptions,
    confusions: bool,
    keyed: bool,
    rows: bool,
    typos: bool,
    adversarial: bool,
}

struct Pair {
    query: String,
    target: String,
    hidden: bool,
    entity: String,
}

impl Args {
    fn read() -> Result<Args, Failure> {
        let valued = ["pairs", "names", "sizes", "half", "weights", "salt", "budget", "candidates"];
        let given = Arguments::parse(
            USAGE,
            &valued,
            &["train", "confusions", "keyed", "rows", "typos", "adversarial"],
        )?;
        let [labelled] = given.plain.as_slice() else { return Err(USAGE.into()) };
        let text = |name: &str| given.value(name).map(str::to_owned);
        let mut args = Args {
            labelled: labelled.clone(),
            train: given.has("train"),
            pairs: text("pairs"),
            names: text("names"),
            half: text("half"),
            salt: text("salt").unwrap_or_else(|| "leadkit".to_owned()),
            confusions: given.has("confusions"),
            keyed: given.has("keyed"),
            rows: given.has("rows"),
            typos: given.has("typos"),
            adversarial: given.has("adversarial"),
            ..Args::default()
        };
        if let Some(sizes) = given.value("sizes") {
            args.sizes = sizes.split(',').map(str::parse).collect::<Result<_, _>>()?;
        }
        if let Some(weights) = given.value("weights") {
            args.tuning = read_json(Path::new(weights))?;
            args.weights = Some(args.tuning.clone());
        }
        if let Some(budget) = given.value("budget") {
            args.options.budget = budget.parse()?;
        }
        if let Some(candidates) = given.value("candidates") {
            args.options.candidates = candidates.parse()?;
        }
        Ok(args)
    }
}

/// Which half an entity is in: CRC-32 of salt and entity.
fn half(entity: &str, salt: &str) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(salt.as_bytes());
    crc.update(entity.as_bytes());
    crc.finalize() >> 7 & 1
}

fn labelled(path: &str) -> Result<Vec<(String, String, bool, String)>, Failure> {
    let mut out = Vec::new();
    for (no, line) in read_lines(path)?.iter().enumerate().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [a, b, label, rest @ ..] = columns.as_slice() else {
            return Err(format!("{path}: line {} should have the columns a, b, label", no + 1).into());
        };
        let entity = rest.first().unwrap_or(b);
        out.push(((*a).to_owned(), (*b).to_owned(), *label == "1", (*entity).to_owned()));
    }
    Ok(out)
}

fn pairs(path: &str) -> Result<Vec<Pair>, Failure> {
    let mut out = Vec::new();
    for line in read_lines(path)?.iter().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [query, target, hidden, _, _, entity] = columns.as_slice() else {
            return Err(format!("{path}: a line should have six columns: `{line}`").into());
        };
        out.push(Pair {
            query: (*query).to_owned(),
            target: (*target).to_owned(),
            hidden: *hidden == "1",
            entity: (*entity).to_owned(),
        });
    }
    Ok(out)
}

fn squeezed(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

struct World {
    index: NameIndex<u32>,
    names: Vec<String>,
    /// By query: the numbers of its target.
    answers: Vec<Vec<u32>>,
}

/// Targets that are not hidden, then names up to the size. Names that are spelt like a query or a target are left
/// out: whether they are the same company is not known.
fn world(pairs: &[Pair], names: &[String], size: usize, tuning: &Tuning) -> World {
    let hidden: BTreeSet<&str> = pairs.iter().filter(|p| p.hidden).map(|p| p.target.as_str()).collect();
    let known: BTreeSet<String> =
        pairs.iter().flat_map(|p| [squeezed(&p.query), squeezed(&p.target)]).collect();
    let mut list: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    for pair in pairs.iter().filter(|p| !hidden.contains(p.target.as_str())) {
        if seen.insert(pair.target.as_str()) {
            list.push(&pair.target);
        }
    }
    for line in names {
        if list.len() >= size {
            break;
        }
        let name = line.split('\t').next().unwrap_or_default();
        if !known.contains(&squeezed(name)) && seen.insert(name) {
            list.push(name);
        }
    }
    let mut targets: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (i, name) in list.iter().enumerate().take(pairs.len()) {
        targets.entry(squeezed(name)).or_default().push(i as u32);
    }
    let mut index: NameIndex<u32> = NameIndex::builder().tuning(tuning.clone()).build();
    let start = ThreadTime::now();
    for (i, name) in list.iter().enumerate() {
        index.insert(i as u32, name);
    }
    let spent = start.elapsed().as_secs_f64();
    index.shrink_to_fit();
    println!(
        "\n{} names: built at {:.0} names/s, {:.1} bytes a name",
        list.len(),
        list.len() as f64 / spent,
        index.heap_bytes() as f64 / list.len() as f64
    );
    let answer = |p: &Pair| if p.hidden { None } else { targets.get(&squeezed(&p.target)).cloned() };
    let names = list.iter().map(|name| (*name).to_owned()).collect();
    World { index, names, answers: pairs.iter().map(|p| answer(p).unwrap_or_default()).collect() }
}

/// A query made of a registered name, and the numbers of the names that are right.
struct MadeQuery {
    query: String,
    right: Vec<u32>,
    /// What was done to the name; `sibling` when the name made is another company's.
    kind: &'static str,
    sibling: bool,
}

/// What people wrote counts so much more than what was made.
const CLEAN: usize = 6;

/// Most names of a kind that are made.
const MADE: usize = 2_000;

/// Names with keying errors: `MADE` of names in the index, half as many of names that are not, and as many of those as
/// they are written. Which half a name is in is told as for entities.
fn typos(world: &World, names: &[String], wanted: u32, salt: &str) -> Vec<MadeQuery> {
    let (typist, mut random) = (Typist::new(), Random::new(u64::from(wanted) + 1));
    let gazetteer = world.index.gazetteer();
    let key = |name: &str| exact_key(&CompanyName::parse(name, gazetteer));
    // Names of one key are one company: each is right.
    let mut listed: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (number, name) in world.names.iter().enumerate() {
        listed.entry(key(name)).or_default().push(number as u32);
    }
    let name_of = |line: &String| line.split('\t').next().unwrap_or_default().to_owned();
    let long =
        |name: &String| name.chars().filter(|c| c.is_alphabetic()).count() >= 6 && half(name, salt) == wanted;
    let mut all = Vec::new();
    let present = world.names.iter().enumerate().rev().filter(|(_, name)| long(name));
    for (_, name) in present.step_by((world.names.len() / MADE / 3).max(1)).take(MADE) {
        let query = typist.mistype(name, &mut random);
        let right = listed.get(&key(name)).cloned().unwrap_or_default();
        all.push(MadeQuery { query, right, kind: "typo", sibling: false });
    }
    let absent: Vec<String> =
        names.iter().rev().map(name_of).filter(|name| long(name)).take(4 * MADE).collect();
    let absent = absent.into_iter().filter(|name| !listed.contains_key(&key(name)));
    for (i, name) in absent.enumerate().take(2 * MADE) {
        let (query, kind) =
            if i % 4 == 0 { (typist.mistype(&name, &mut random), "absent_typo") } else { (name, "absent") };
        all.push(MadeQuery { query, right: Vec::new(), kind, sibling: false });
    }
    all
}

/// Sister companies of names in the index, and true variants of them, in equal parts.
fn adversarial(world: &World, wanted: u32, salt: &str) -> Vec<(MadeQuery, usize)> {
    let mut random = Random::new(u64::from(wanted) + 7);
    let gazetteer = world.index.gazetteer();
    let mut all: Vec<(MadeQuery, usize)> = Vec::new();
    let (mut siblings, mut variants) = (0, 0);
    for (number, name) in world.names.iter().enumerate().rev().filter(|(_, name)| half(name, salt) == wanted)
    {
        let other = siblings > variants;
        let made =
            if other { variant(name, gazetteer, &mut random) } else { sibling(name, gazetteer, &mut random) };
        let Some(made) = made else { continue };
        *(if other { &mut variants } else { &mut siblings }) += 1;
        let right = if other { vec![number as u32] } else { Vec::new() };
        all.push((MadeQuery { query: made.name, right, kind: made.kind, sibling: !other }, number));
        if siblings + variants >= 2 * MADE {
            break;
        }
    }
    all
}

/// What is made of names with keying errors: found at all, found with a score of at least 0.5, absent ones answered.
fn measure_typos(made: &[MadeQuery], answer: impl Fn(&MadeQuery) -> Option<(f64, bool)>) -> Vec<Scored> {
    let mut first = Vec::new();
    let (mut found, mut sure, mut present, mut answered, mut absent) = (0, 0, 0, 0, 0);
    for query in made {
        let best = answer(query);
        let here = !query.right.is_empty();
        let likely = best.is_some_and(|(score, _)| score >= 0.5);
        let right = best.is_some_and(|(_, right)| right);
        present += usize::from(here);
        absent += usize::from(!here);
        found += usize::from(right);
        sure += usize::from(right && likely);
        answered += usize::from(!here && likely);
        first.extend(best.map(|(score, positive)| Scored { score, positive }));
    }
    let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
    let best = best_f1(&first, present - found);
    println!(
        "typos\t{present} present, {absent} absent: recall@1 {:.4}, F1 {:.4} at {:.3}, found with 0.5 {:.4}, absent answered with 0.5 {:.4}, calibration {:.4}",
        share(found, present),
        best.f1(),
        best.threshold,
        share(sure, present),
        share(answered, absent),
        calibration(&first, 10).expected_error
    );
    first
}

/// Names of sister companies that would convert a lead, and variants that would not, by kind.
fn measure_adversarial(made: &[(MadeQuery, usize)], world: &World, converts: impl Fn(&str, &str) -> bool) {
    let mut kinds: BTreeMap<(bool, &str), (usize, usize)> = BTreeMap::new();
    for (query, number) in made {
        let name = &world.names[*number];
        let slot = kinds.entry((query.sibling, query.kind)).or_default();
        slot.0 += usize::from(converts(&query.query, name));
        slot.1 += 1;
    }
    for sibling in [true, false] {
        let own = || kinds.iter().filter(|((of, _), _)| *of == sibling);
        let total = own().fold((0, 0), |sum, (_, (hits, all))| (sum.0 + hits, sum.1 + all));
        let what = if sibling { "siblings converted" } else { "variants converted" };
        print!(
            "adversarial\t{what} {}/{} = {:.4}:",
            total.0,
            total.1,
            total.0 as f64 / total.1.max(1) as f64
        );
        own().for_each(|((_, kind), (hits, all))| print!(" {kind} {hits}/{all}"));
        println!();
    }
}

/// Rows by stored key, as a host's database holds them.
fn stored(world: &World) -> BTreeMap<String, Vec<u32>> {
    let mut table: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (i, name) in world.names.iter().enumerate() {
        for key in keys_for_storage(name, world.index.gazetteer()).iter() {
            table.entry(key.to_owned()).or_default().push(i as u32);
        }
    }
    table
}

/// The rows a probe fetches: at most 500 that share the exact key or a gram of the brand, those that share most
/// first. Ties are broken by chance: the right names stand first in the list.
fn fetched(table: &BTreeMap<String, Vec<u32>>, query: &str, gazetteer: &Gazetteer) -> Vec<u32> {
    let keys = keys_for_storage(query, gazetteer);
    let brand = CompanyName::parse(query, gazetteer).brand().to_owned();
    let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
    let grams = keys.grams.iter().filter(|gram| brand.contains(gram.as_str()));
    for key in grams.chain([&keys.exact]) {
        for row in table.get(key).into_iter().flatten() {
            *shared.entry(*row).or_default() += 1;
        }
    }
    let mut rows: Vec<(u32, u32, u32)> = shared
        .into_iter()
        .map(|(row, keys)| (u32::MAX - keys, row.wrapping_mul(0x9e37_79b1).rotate_left(15), row))
        .collect();
    rows.sort_unstable();
    rows.truncate(500);
    rows.into_iter().map(|(_, _, row)| row).collect()
}

/// Names of fetched rows, and which of them are right.
fn rows_of<'w>(world: &'w World, rows: &[u32], right: &[u32]) -> (Vec<&'w str>, Vec<usize>) {
    let name = |row: &u32| world.names.get(*row as usize).map_or("", String::as_str);
    let right = rows.iter().enumerate().filter(|(_, row)| right.contains(row)).map(|(i, _)| i);
    (rows.iter().map(name).collect(), right.collect())
}

/// What the rules make of the rows that are fetched: the likeliest one, whether it is right, and how
/// many queries had a right row that was not.
fn judged(
    world: &World,
    fetcher: &str,
    fetch: impl Fn(&str) -> Vec<u32>,
    queries: &[(String, Vec<u32>)],
    judge: &NameJudge,
    confusions: bool,
) {
    let gazetteer = world.index.gazetteer();
    let (mut first, mut missed, mut asked, mut there, mut count) = (Vec::new(), 0, 0, 0, 0);
    let mut spent = 0.0;
    for (query, right) in queries {
        let fetched = fetch(query);
        let (names, good) = rows_of(world, &fetched, right);
        asked += usize::from(!right.is_empty());
        there += usize::from(!good.is_empty());
        count += names.len();
        let start = ThreadTime::now();
        let found = judge.judge(query, &names, gazetteer);
        spent += start.elapsed().as_secs_f64();
        let best = found.first().map(|best| (best.probability, good.contains(&best.row), best.row));
        missed += usize::from(!right.is_empty() && !best.is_some_and(|(_, right, _)| right));
        let Some((score, positive, row)) = best else { continue };
        first.push(Scored { score, positive });
        if confusions && !positive && score > 0.5 {
            let wanted = good.first().and_then(|i| names.get(*i)).copied().unwrap_or("nothing");
            println!("confusion\t{query}\twanted {wanted}\tfound {}\t{score:.4}", names[row]);
        }
    }
    let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
    println!(
        "judged rows by {fetcher} among {} names: {} queries, {:.1} rows each, the right one among them {:.4}, {:.1} µs a query",
        world.names.len(),
        queries.len(),
        share(count, queries.len()),
        share(there, asked),
        spent * 1e6 / queries.len().max(1) as f64
    );
    tables(&first, missed);
}

/// How often keyed retrieval and the comparison of pairs find the right row: recall@1, recall@10 and the mean number
/// of rows.
fn keyed(world: &World, queries: &[(String, Vec<u32>)]) -> (f64, f64, f64) {
    let table = stored(world);
    let (mut first, mut ten, mut count, mut asked) = (0, 0, 0, 0);
    for (query, right) in queries.iter().filter(|(_, right)| !right.is_empty()) {
        let rows = fetched(&table, query, world.index.gazetteer());
        let (names, good) = rows_of(world, &rows, right);
        let mut scored: Vec<(f64, usize)> = names
            .iter()
            .enumerate()
            .map(|(i, name)| (world.index.compare(query, name).similarity, i))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let rank = scored.iter().position(|(_, row)| good.contains(row));
        asked += 1;
        count += rows.len();
        first += usize::from(rank == Some(0));
        ten += usize::from(rank.is_some_and(|r| r < 10));
    }
    let share = |n: usize| n as f64 / f64::from(asked.max(1));
    (share(first), share(ten), share(count))
}

fn row(label: &str, p: &OperatingPoint) {
    println!("{label}\t{:.4}\t{:.4}\t{:.4}\t{:.4}", p.threshold, p.precision(), p.recall(), p.f1());
}

fn tables(scored: &[Scored], missed: usize) {
    println!("point\tthreshold\tprecision\trecall\tf1");
    for p in thresholds(scored, missed, 20) {
        row("table", &p);
    }
    row("best_f1", &best_f1(scored, missed));
    for wanted in [0.9, 0.95, 0.98, 0.99] {
        if let Some(p) = for_precision(scored, missed, wanted) {
            row(&format!("precision_{wanted}"), &p);
        }
    }
    for (wrong, missing) in [(10.0, 1.0), (1.0, 10.0)] {
        if let Some(p) = for_cost(scored, missed, wrong, missing) {
            row(&format!("cost_{wrong}_to_{missing}"), &p);
        }
    }
    let calibration = calibration(scored, 10);
    println!("calibration\tcount\tsaid\tcame_true");
    for bin in &calibration.bins {
        println!("bin\t{}\t{:.4}\t{:.4}", bin.count, bin.said, bin.came_true);
    }
    println!("expected_calibration_error\t{:.4}", calibration.expected_error);
}

/// The made names that are asked for.
fn made_queries(args: &Args, world: &World, names: &[String], wanted: u32) -> Vec<MadeQuery> {
    let mut all = if args.typos { typos(world, names, wanted, &args.salt) } else { Vec::new() };
    if args.adversarial {
        all.extend(adversarial(world, wanted, &args.salt).into_iter().map(|(made, _)| made));
    }
    all
}

/// The rows that a host with an index of its names fetches.
fn near_rows(world: &World, query: &str) -> Vec<u32> {
    let options = SearchOptions { limit: 32, candidates: 32, ..SearchOptions::default() };
    world.index.search(query, &options).into_iter().map(|m| m.id).collect()
}

/// Trains and measures the judgement of fetched rows.
fn run_rows(
    args: &Args,
    sets: &[Pair],
    names: &[String],
    training: impl Fn(&Pair) -> bool,
    measured: impl Fn(&Pair) -> bool,
) -> Result<(), Failure> {
    let worlds: Vec<World> =
        args.sizes.iter().map(|size| world(sets, names, *size, &Tuning::default())).collect();
    let mut judge = NameJudge::new(args.weights.clone().unwrap_or_else(Tuning::for_rows));
    if args.train {
        let mut trainer = Trainer::new();
        for world in &worlds {
            let table = stored(world);
            for (pair, right) in sets.iter().zip(&world.answers).filter(|(pair, _)| training(pair)) {
                let rows = fetched(&table, &pair.query, world.index.gazetteer());
                let (names, good) = rows_of(world, &rows, right);
                for _ in 0..if args.typos || args.adversarial { CLEAN } else { 1 } {
                    trainer.rows(&judge, &pair.query, &names, &good, world.index.gazetteer());
                }
            }
            for made in made_queries(args, world, names, 0) {
                let rows = near_rows(world, &made.query);
                let (names, good) = rows_of(world, &rows, &made.right);
                trainer.rows(&judge, &made.query, &names, &good, world.index.gazetteer());
            }
        }
        judge = NameJudge::new(trainer.finish(judge.tuning(), &judge.tuning().revision));
    }
    for world in &worlds {
        let queries: Vec<(String, Vec<u32>)> = sets
            .iter()
            .zip(&world.answers)
            .filter(|(pair, _)| measured(pair))
            .map(|(pair, right)| (pair.query.clone(), right.clone()))
            .collect();
        let table = stored(world);
        let by_keys = |query: &str| fetched(&table, query, world.index.gazetteer());
        judged(world, "stored keys", by_keys, &queries, &judge, args.confusions);
        let options = SearchOptions { limit: 32, candidates: 32, ..SearchOptions::default() };
        let by_index = |query: &str| world.index.search(query, &options).into_iter().map(|m| m.id).collect();
        judged(world, "index", by_index, &queries, &judge, args.confusions);
        let gazetteer = world.index.gazetteer();
        if args.typos {
            let first = measure_typos(&typos(world, names, 1, &args.salt), |made| {
                let rows = near_rows(world, &made.query);
                let (names, good) = rows_of(world, &rows, &made.right);
                let found = judge.judge(&made.query, &names, gazetteer);
                found.first().map(|best| (best.probability, good.contains(&best.row)))
            });
            if args.confusions {
                tables(&first, 0);
            }
        }
        if args.adversarial {
            measure_adversarial(&adversarial(world, 1, &args.salt), world, |query, name| {
                let found = judge.judge(query, &[name], gazetteer);
                found.first().is_some_and(|best| best.probability >= 0.85)
            });
        }
    }
    if args.train {
        println!("{}", serde_json::to_string_pretty(judge.tuning())?);
    }
    Ok(())
}

fn run() -> Result<(), Failure> {
    let args = Args::read()?;
    let labelled = labelled(&args.labelled)?;
    // How much a gram says, for the pairs: from the names on the right.
    let mut index: NameIndex<u32> = NameIndex::builder().tuning(args.tuning.clone()).build();
    let distinct: BTreeSet<&str> = labelled.iter().map(|(_, b, _, _)| b.as_str()).collect();
    for (i, name) in distinct.iter().enumerate() {
        index.insert(i as u32, name);
    }
    let training = |entity: &str| half(entity, &args.salt) == 0;
    let default = if args.train || args.pairs.is_some() { "1" } else { "all" };
    let measured = |entity: &str| match args.half.as_deref().unwrap_or(default) {
        "0" => half(entity, &args.salt) == 0,
        "1" => half(entity, &args.salt) == 1,
        _ => true,
    };
    let sets = match &args.pairs {
        Some(path) => pairs(path)?,
        None => Vec::new(),
    };
    let names = args.names.as_deref().map(read_lines).transpose()?.unwrap_or_default();
    if args.rows {
        let measured = |p: &Pair| measured(&p.entity);
        return run_rows(&args, &sets, &names, |p| training(&p.entity), measured);
    }
    let mut tuning = args.tuning.clone();
    if args.train {
        let mut trainer = Trainer::new();
        for (a, b, label, _) in labelled.iter().filter(|(_, _, _, entity)| training(entity)) {
            trainer.pair(&index, a, b, *label);
        }
        for size in &args.sizes {
            let world = world(&sets, &names, *size, &tuning);
            for (pair, right) in sets.iter().zip(&world.answers).filter(|(p, _)| training(&p.entity)) {
                for _ in 0..if args.typos || args.adversarial { CLEAN } else { 1 } {
                    trainer.look_up(&world.index, &pair.query, right, &args.options);
                }
            }
            for made in made_queries(&args, &world, &names, 0) {
                trainer.look_up(&world.index, &made.query, &made.right, &args.options);
            }
            if args.adversarial {
                for (made, number) in adversarial(&world, 0, &args.salt).into_iter().step_by(8) {
                    trainer.pair(&world.index, &made.query, &world.names[number], !made.sibling);
                }
            }
        }
        tuning = trainer.finish(&args.tuning, &args.tuning.revision);
        index = NameIndex::builder().tuning(tuning.clone()).build();
        for (i, name) in distinct.iter().enumerate() {
            index.insert(i as u32, name);
        }
    }
    let scored: Vec<Scored> = labelled
        .iter()
        .filter(|(_, _, _, entity)| measured(entity))
        .map(|(a, b, label, _)| Scored { score: index.compare(a, b).similarity, positive: *label })
        .collect();
    println!("{} labelled pairs", scored.len());
    tables(&scored, 0);
    for size in &args.sizes {
        let world = world(&sets, &names, *size, &tuning);
        let queries: Vec<(String, Vec<u32>)> = sets
            .iter()
            .zip(&world.answers)
            .filter(|(p, _)| measured(&p.entity))
            .map(|(p, right)| (p.query.clone(), right.clone()))
            .collect();
        let mut micros: Vec<f64> = Vec::new();
        for (query, _) in &queries {
            let start = ThreadTime::now();
            let found = world.index.search(query, &args.options);
            micros.push(start.elapsed().as_secs_f64() * 1e6);
            drop(found);
        }
        micros.sort_by(f64::total_cmp);
        let at = |share: f64| micros[(micros.len() as f64 * share) as usize];
        let report = look_up(&world.index, &queries, &args.options);
        println!(
            "{} queries, {} answerable: recall@1 {:.4}, recall@10 {:.4}, F1 with absent ones {:.4}, p50 {:.0} µs, p99 {:.0} µs",
            queries.len(),
            report.answerable,
            report.recall_at(1),
            report.recall_at(10),
            best_f1(&report.first, report.missed()).f1(),
            at(0.5),
            at(0.99)
        );
        if args.keyed {
            let (first, ten, rows) = keyed(&world, &queries);
            println!("keyed retrieval: recall@1 {first:.4}, recall@10 {ten:.4}, {rows:.0} rows a probe");
        }
        tables(&report.first, report.missed());
        if args.typos {
            let made = typos(&world, &names, 1, &args.salt);
            let mut first = measure_typos(&made, |made| {
                let found = world.index.search(&made.query, &args.options);
                found.first().map(|best| (best.score, made.right.contains(&best.id)))
            });
            first.extend(&report.first);
            println!("typos\tcalibration with clean names {:.4}", calibration(&first, 10).expected_error);
        }
        if args.adversarial {
            measure_adversarial(&adversarial(&world, 1, &args.salt), &world, |query, name| {
                let found = world.index.search(query, &args.options);
                found.first().is_some_and(|best| best.score >= 0.85 && world.names[best.id as usize] == name)
            });
        }
        if args.confusions {
            for c in &report.confusions {
                let name = |id: &u32| world.index.normalised(id).unwrap_or_default().to_owned();
                println!(
                    "confusion\t{}\twanted {}\tfound {}\t{:.4}",
                    c.query,
                    c.wanted.as_ref().map_or_else(|| "nothing".to_owned(), name),
                    name(&c.found),
                    c.score
                );
            }
        }
    }
    if args.train {
        println!("{}", serde_json::to_string_pretty(&tuning)?);
    }
    Ok(())
}

fn main() -> ExitCode {
    support::run(run)
}
