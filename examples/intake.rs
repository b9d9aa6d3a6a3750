//! The main job on a table of leads: who gets which, and why.
//!
//! ```text
//! cargo run --release --example intake                      the bundled sample
//! cargo run --release --example intake -- LEADS.csv         your own table, by the preset for companies
//! cargo run --release --example intake -- --explain L-007   everything about one lead
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::TimeDelta;
use leadkit::assign::RosterDocument;
use leadkit::book::Book;
use leadkit::model::{Account, ColumnMap};
use leadkit::{Arrival, BatchOutcome, Intake, Outcome, Roster, Rules, State};
use support::{Arguments, Table, bundled, read_activities, read_json, read_leads, read_text};

#[path = "support/mod.rs"]
mod support;

const USAGE: &str = "\
usage: intake [LEADS.csv] [options]
  --map FILE         what the columns of LEADS.csv mean (JSON)
  --rules RULES      b2b, b2c, or a file (JSON); without it NAME_rules.json beside a NAME_map.json, else the bundled
                     rules for the bundled leads and b2b for others
  --roster FILE      reps and calendars (JSON)
  --accounts FILE    accounts on file (JSON)
  --activities FILE  what the leads did (CSV: id,lead,kind,time)
                     without these: NAME_roster.json and so on beside a NAME_map.json, else the bundled roster; the
                     bundled accounts and activities only with the bundled leads
  --json             one JSON object a lead instead of the tables
  --explain ID       everything about one lead
  --all              every lead in the table, however many";
const SHOWN: usize = 60;

fn main() -> ExitCode {
    support::run(run)
}

fn run() -> Result<(), Box<dyn Error>> {
    let valued = ["rules", "map", "roster", "accounts", "activities", "explain"];
    let arguments = Arguments::parse(USAGE, &valued, &["json", "all"])?;
    if arguments.plain.len() > 1 {
        return Err(format!("one table at a time, not {}\n{USAGE}", arguments.plain.len()).into());
    }
    let sample = arguments.plain.is_empty();

    let intake = Intake::compile(&rules(&arguments, sample)?)?;
    let roster = file(&arguments, "roster", "roster.json");
    if !sample && roster == bundled("roster.json") {
        eprintln!("warning: without --roster the reps are those of the bundled sample");
    }
    let rules = RosterDocument::from_json_str(&read_text(&roster)?)
        .map_err(|error| format!("{}: {error}", roster.display()))?;
    rules.lint().iter().for_each(|warning| eprintln!("{}: {warning}", roster.display()));
    let roster = Roster::compile(&rules.reps, &rules.calendars)?;
    let mut book: Book = intake.book();
    // The bundled accounts belong to the bundled leads.
    let accounts = file(&arguments, "accounts", "accounts.json");
    if sample || accounts != bundled("accounts.json") {
        for account in read_json::<Vec<Account>>(&accounts)? {
            book.insert_account(account);
        }
    }
    let map = match arguments.value("map") {
        Some(map) => read_json(Path::new(map))?,
        None if sample => read_json(&bundled("leads_map.json"))?,
        None => ColumnMap::default(),
    };
    let leads = arguments.plain.first().map_or_else(|| bundled("leads.csv"), PathBuf::from);
    let table = read_leads(&leads, &map)?;
    let mut activities = match arguments.value("activities") {
        Some(path) => read_activities(Path::new(path))?,
        None if sample => read_activities(&bundled("activities.csv"))?,
        None => BTreeMap::new(),
    };

    let mut arrivals: Vec<Arrival> = table
        .leads
        .iter()
        .map(|lead| Arrival {
            activities: activities.remove(lead.id.as_str()).unwrap_or_default(),
            ..Arrival::new(lead.clone())
        })
        .collect();
    arrivals.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.lead.id.cmp(&b.lead.id)));
    space_out(&mut arrivals);
    let decided = intake.process_batch(&arrivals, &mut book, &roster, &mut State::default())?;

    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if let Some(id) = arguments.value("explain") {
        let found = decided.iter().find(|one| one.outcome.lead().as_str() == id);
        let BatchOutcome { outcome, reviews, .. } = found
            .ok_or_else(|| format!("no lead `{id}` was read; rejected rows are listed without --explain"))?;
        write!(out, "{}", outcome.explain())?;
        for review in reviews {
            write!(out, "{}", review.explain())?;
        }
    } else if arguments.has("json") {
        for outcome in decided.iter().flat_map(|one| std::iter::once(&one.outcome).chain(&one.reviews)) {
            writeln!(out, "{}", serde_json::to_string(outcome)?)?;
        }
        for issue in table.rejected.iter().flatten() {
            writeln!(out, "{}", serde_json::to_string(issue)?)?;
        }
    } else {
        report(&mut out, &decided, &table, arguments.has("all"))?;
    }
    Ok(out.flush()?)
}

/// A table without times has all its rows at one moment, and so many of one moment would be an import, which assigns nothing.
/// They are new leads here: each comes a millisecond after the one before.
fn space_out(arrivals: &mut [Arrival]) {
    let first = arrivals.first().map(|arrival| arrival.at);
    if arrivals.iter().all(|arrival| Some(arrival.at) == first) {
        for (arrival, number) in arrivals.iter_mut().zip(0..) {
            arrival.at += TimeDelta::milliseconds(number);
        }
    }
}

/// The rules named, else those beside the map, else the bundled ones for the bundled leads and a preset for others.
fn rules(arguments: &Arguments, sample: bool) -> Result<Rules, Box<dyn Error>> {
    let path = file(arguments, "rules", "rules.json");
    let foreign = !sample && path == bundled("rules.json");
    match arguments.value("rules") {
        Some("b2b") => Ok(Rules::b2b()),
        Some("b2c") => Ok(Rules::b2c()),
        None if foreign => Ok(Rules::b2b()),
        _ => Ok(Rules::from_json_str(&read_text(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?),
    }
}

/// The file of an option: the one named, else the one beside the map, else the bundled one.
fn file(arguments: &Arguments, name: &str, bundled_name: &str) -> PathBuf {
    if let Some(path) = arguments.value(name) {
        return PathBuf::from(path);
    }
    let beside = arguments.value("map").and_then(|map| map.strip_suffix("_map.json"));
    let beside = beside.map(|set| PathBuf::from(format!("{set}_{bundled_name}")));
    beside.filter(|path| path.exists()).unwrap_or_else(|| bundled(bundled_name))
}

fn report(out: &mut impl Write, decided: &[BatchOutcome], table: &Table, all: bool) -> std::io::Result<()> {
    let outcomes: Vec<&Outcome> = decided.iter().map(|one| &one.outcome).collect();
    let width = outcomes.iter().map(|outcome| outcome.lead().as_str().len()).max().unwrap_or(4).max(4);
    writeln!(out, "{:width$}  {:15}  {:12}  reason", "lead", "route", "to")?;
    let shown = if all { outcomes.len() } else { SHOWN };
    for outcome in outcomes.iter().take(shown) {
        let (lead, route) = (outcome.lead().as_str(), outcome.route());
        let owner = route.owner().map(|owner| owner.as_str());
        let subject = route.folded_into().map(|lead| lead.as_str());
        let to = owner.or(route.pool().map(|pool| pool.as_str())).or(subject).unwrap_or("–");
        writeln!(out, "{lead:width$}  {:15}  {to:12}  {}", route.code(), outcome.reason())?;
    }
    if outcomes.len() > shown {
        writeln!(out, "… {} more (--all)", outcomes.len() - shown)?;
    }

    let mut routes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut reps: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in &outcomes {
        *routes.entry(outcome.route().code()).or_default() += 1;
        *reasons.entry((outcome.route().code(), outcome.reason().to_string())).or_default() += 1;
        if let Some(owner) = outcome.route().owner() {
            *reps.entry(owner.as_str()).or_default() += 1;
        }
    }
    let owned: usize = reps.values().sum();
    writeln!(out, "\nleads per rep")?;
    for (rep, count) in &reps {
        writeln!(out, "  {rep:12} {count:6}  {:5.1} %", 100.0 * *count as f64 / owned as f64)?;
    }
    if reps.is_empty() {
        writeln!(
            out,
            "  none: `--explain ID` tells why; b2b and b2c ask for a usable contact, a name or company,"
        )?;
        writeln!(out, "  and a message or form")?;
    }
    writeln!(out, "\noutcomes by reason")?;
    for ((route, reason), count) in &reasons {
        writeln!(out, "  {route:15} {reason:28} {count:6}")?;
    }
    if !table.rejected.is_empty() {
        writeln!(out, "\nrejected rows")?;
    }
    for issue in table.rejected.iter().flatten() {
        writeln!(out, "  {issue}")?;
    }
    writeln!(out, "\n{} rows", outcomes.len() + table.rejected.len())?;
    for (route, count) in &routes {
        writeln!(out, "  {route:15} {count:6}")?;
    }
    writeln!(out, "  {:15} {:6}", "rejected", table.rejected.len())
}
