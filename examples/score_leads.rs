//! Scores a table of leads by a team's own rules, and helps the team to write them.
//!
//! ```text
//! cargo run --release --example score_leads                                  the bundled sample
//! cargo run --release --example score_leads -- LEADS.csv --rules RULES       your own table
//! cargo run --release --example score_leads -- --rules RULES --check         only look at the rules
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use leadkit::Rules;
use leadkit::model::{Activity, ColumnMap, Lead};
use leadkit::rule::{FactContext, Facts, HostTables};
use leadkit::score::{ScoreRules, Scorer, diff};
use support::{Arguments, bundled, read_activities, read_json, read_leads, read_text};

#[path = "support/mod.rs"]
mod support;

const USAGE: &str = "\
usage: score_leads [LEADS.csv] [options]
  --rules FILE       scoring rules (JSON), or rules of the whole intake with a part `score`
  --map FILE         what the columns of LEADS.csv mean (JSON)
  --activities FILE  what the leads did (CSV: id,lead,kind,time)
                     without these: the bundled ones
  --as-of TIME       the moment to score for (default: the newest time in the data)
  --explain ID       every line of one lead
  --check            only check rules and scripts, and run the tests that stand in the rules
  --diff OLD         who moves where when the rules OLD become those of --rules
  --cost             what the scripts of each rule cost, in operations";

fn main() -> ExitCode {
    support::run(run)
}

fn run() -> Result<(), Box<dyn Error>> {
    let valued = ["rules", "map", "activities", "as-of", "explain", "diff"];
    let arguments = Arguments::parse(USAGE, &valued, &["check", "cost"])?;
    let rules_path = arguments.value("rules").map_or_else(|| bundled("score_rules.json"), PathBuf::from);
    if arguments.has("check") {
        return check(&rules_path);
    }
    let rules = load(&rules_path)?;
    let scorer = Scorer::compile(&rules)?;
    let data = Data::read(&arguments)?;
    let tables = HostTables::default();
    let leads = || data.leads.iter().map(|lead| data.facts(lead, &tables));

    let mut out = BufWriter::new(std::io::stdout().lock());
    if let Some(old) = arguments.value("diff") {
        let old = Scorer::compile(&load(Path::new(old))?)?;
        let diff = diff(&old, &scorer, leads());
        for one in diff.moves() {
            let mature = |flag| if flag { "mature" } else { "immature" };
            let (was, is) = (mature(one.was_mature), mature(one.is_mature));
            writeln!(out, "{}\t{}\t{}\t{was}\t{is}", one.lead, one.from, one.to)?;
        }
        out.flush()?;
        eprintln!("{diff}");
    } else if arguments.has("cost") {
        writeln!(out, "{}", scorer.cost(leads()))?;
    } else if let Some(id) = arguments.value("explain") {
        let lead = data.leads.iter().find(|lead| lead.id.as_str() == id);
        let lead = lead.ok_or_else(|| format!("there is no lead {id}"))?;
        writeln!(out, "{id} {}", scorer.score(&data.facts(lead, &tables)))?;
    } else {
        let mut session = scorer.session();
        let mut faults: BTreeMap<String, usize> = BTreeMap::new();
        writeln!(out, "id\tengagement\tfit\tcell\tmature")?;
        for facts in leads() {
            let score = session.score(&facts);
            let (id, engagement, fit) = (score.lead(), score.engagement(), score.fit());
            writeln!(out, "{id}\t{engagement}\t{fit}\t{}\t{}", score.cell(), score.is_mature())?;
            for fault in score.faults() {
                *faults.entry(fault.to_string()).or_default() += 1;
            }
        }
        out.flush()?;
        for (fault, count) in faults {
            eprintln!("for {count} leads: {fault}");
        }
    }
    Ok(())
}

/// Reads rules; a document of the whole intake has them under `score`.
fn load(path: &Path) -> Result<ScoreRules, Box<dyn Error>> {
    let text = read_text(path)?;
    let document: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    // Read as text, findings have line and column, and a repeated key is one.
    let rules = match document.and_then(|document| document.get("score").map(serde_json::Value::is_object)) {
        Some(true) => Rules::from_json_str(&text).map(|rules| rules.score),
        _ => ScoreRules::from_json_str(&text),
    };
    rules.map_err(|errors| format!("{}: {errors}", path.display()).into())
}

/// Checks rules and scripts, and runs the tests that stand in the document.
fn check(path: &Path) -> Result<(), Box<dyn Error>> {
    let rules = load(path)?;
    for warning in rules.lint() {
        println!("{warning}");
    }
    let result = rules.self_test()?;
    if result.is_passed() {
        println!("{}: the rules are good; {result}", path.display());
        Ok(())
    } else {
        Err(result.to_string().into())
    }
}

/// Leads with what they did.
struct Data {
    leads: Vec<Lead>,
    activities: BTreeMap<String, Vec<Activity>>,
    as_of: DateTime<Utc>,
}

impl Data {
    fn read(arguments: &Arguments) -> Result<Data, Box<dyn Error>> {
        let sample = arguments.plain.is_empty();
        let map: ColumnMap = match arguments.value("map") {
            Some(map) => read_json(Path::new(map))?,
            None if sample => read_json(&bundled("leads_map.json"))?,
            None => ColumnMap::default(),
        };
        let path = arguments.plain.first().map_or_else(|| bundled("leads.csv"), PathBuf::from);
        let table = read_leads(&path, &map)?;
        for issue in table.rejected.iter().flatten() {
            eprintln!("not scored: {issue}");
        }
        let activities = match arguments.value("activities") {
            Some(path) => read_activities(Path::new(path))?,
            None if sample => read_activities(&bundled("activities.csv"))?,
            None => BTreeMap::new(),
        };
        let times = table.leads.iter().map(|lead| lead.created_at);
        let newest = times.chain(activities.values().flatten().map(|activity| activity.time)).max();
        let as_of = match arguments.value("as-of") {
            Some(time) => {
                time.parse().map_err(|_| format!("`{time}` is not a time such as 2026-03-10T09:00:00Z"))?
            }
            None => newest.unwrap_or_default(),
        };
        Ok(Data { leads: table.leads, activities, as_of })
    }

    fn facts<'a>(&'a self, lead: &'a Lead, tables: &'a HostTables) -> Facts<'a> {
        let activities = self.activities.get(lead.id.as_str()).map_or([].as_slice(), Vec::as_slice);
        let context = FactContext { activities, ..FactContext::new(tables, self.as_of) };
        Facts::new(lead, &context)
    }
}
