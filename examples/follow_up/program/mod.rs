//! The program, without a process around it.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use history::{Story, read_history};
use leadkit::follow_up::{
    Action, FollowUpOptions, FollowUpPolicies, FollowUpReport, FollowUpRules, NodeState, Step,
};
use leadkit::model::{Pool, Rep, RepId};
use leadkit::rule::{FactContext, Facts, HostTables};
use support::{Arguments, bundled};

mod history;

#[path = "../../support/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "tests of several examples are in one crate")]
mod support;

const USAGE: &str = "\
follow_up [HISTORY.csv] [--rules nodes|b2c|b2b|marketing|FILE] [--now T] [--live-since T] [--pools FILE]
          [--roster FILE] [--explain]

HISTORY.csv has the columns at,lead,event,by,detail in any order; without it, a bundled sample. Times are RFC 3339. Events:

  created      detail: region=CN-GD;source=web;product=X, or nothing
  owner        by: the rep; detail: how they got it, such as claimed
  cover        by: the rep who stands in; ended,,REP ends it
  ended        detail: returned, recycled, handed_over, converted, invalid or voided; by: the rep
  stage        detail: the stage, such as mql
  call, record by: the rep; detail: the next date (2026-03-09), or nothing
  edit         by: the rep; detail: the field
  activity     detail: what the lead did
  pool         detail: the pool the lead lies in from now on; nobody holds it then
  plan         by: the rep, or nobody for the owner; detail: when they mean to follow up
  pause        detail: why; resume ends it
  contract_end detail: when the contract ends
  closed       a closing, from which the tracking schedule counts
  opportunity  detail: open or lost
  reopened     a new cycle begins

  --rules   a preset (default b2b), or rules (JSON)
  --now T   the moment to look from; default: the last record
  --live-since T  when the rules came into force; default: what they say
  --pools   the pools (JSON); default, with a preset: bundled ones
  --roster  the reps (JSON), for their managers, calendars and absences; default, with the sample: a bundled one
  --explain a last column with the evidence

Output, with tabs: lead, what, when, who, node, detail. Exit code 2 when the input cannot be read.";

/// Reads a file.
pub(crate) type Read<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

/// Does what the words of a command line ask for: the table goes to `out`, what is odd about the rules to `notes`.
pub(crate) fn run(
    words: impl IntoIterator<Item = String>,
    read: &Read<'_>,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let options = ["rules", "now", "live-since", "pools", "roster"];
    let arguments = Arguments::read(words, USAGE, &options, &["explain"])?;
    let path = match arguments.plain.as_slice() {
        [] => bundled("follow_up.csv"),
        [path] => PathBuf::from(path),
        _ => return Err(format!("one history at a time\n{USAGE}").into()),
    };
    let name = arguments.value("rules").unwrap_or("b2b");
    let mut rules = read_rules(name, arguments.value("pools"), read)?;
    if let Some(text) = arguments.value("live-since") {
        rules.live_since = Some(moment(text).map_err(|what| format!("--live-since: {what}"))?);
    }
    let policies = FollowUpPolicies::compile(&rules).map_err(|errors| format!("{name}: {errors}"))?;
    for warning in rules.lint() {
        writeln!(notes, "{name}: {warning}")?;
    }
    let reps = match arguments.value("roster") {
        Some(file) => {
            Rep::load_all(json(file, "--roster", read)?).map_err(|errors| format!("{file}: {errors}"))?
        }
        None if arguments.plain.is_empty() => {
            let file = bundled("follow_up_roster.json");
            let file = file.to_str().ok_or("the bundled roster has no name")?;
            Rep::load_all(json(file, "--roster", read)?).map_err(|errors| format!("{file}: {errors}"))?
        }
        None => Vec::new(),
    };
    let stories = read_history(&text(&path, read)?, &path)?;
    let last = stories.values().map(Story::last).max();
    let now = match arguments.value("now") {
        Some(text) => moment(text).map_err(|what| format!("--now: {what}"))?,
        None => last.ok_or_else(|| format!("{}: found no record, expected at least one", path.display()))?,
    };
    let explain = arguments.has("explain");
    let tables = HostTables::default();
    let column = if explain { "\tevidence" } else { "" };
    writeln!(out, "lead\twhat\twhen\twho\tnode\tdetail{column}")?;
    for story in stories.values() {
        let told = story.until(now);
        let Some((lead, activities, history, options)) = told else { continue };
        let of_team = FollowUpOptions::of_team(&lead, &history, |id| reps.iter().find(|rep| rep.id == *id));
        let FollowUpOptions { calendar, manager, absences, .. } = of_team;
        let options = FollowUpOptions { calendar, manager, absences, ..options };
        let context = FactContext { tables: &tables, activities: &activities, history: &history, now };
        let report = policies.evaluate_with(&Facts::new(&lead, &context), &options);
        write_report(&report, now, explain, out)?;
    }
    Ok(())
}

fn write_report(
    report: &FollowUpReport,
    now: DateTime<Utc>,
    explain: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lead = &report.lead;
    let mut line = |cells: [&str; 5], evidence: String| {
        let evidence = if explain { format!("\t{evidence}") } else { String::new() };
        writeln!(out, "{lead}\t{}{evidence}", cells.join("\t"))
    };
    for one in &report.deadlines {
        let what = if one.state == NodeState::Open { "due" } else { one.state.as_str() };
        let within = format!("{} on {}", one.within, one.clock);
        line([what, &when(one.due_at), &who(&one.owner), &one.node, &within], one.to_string())?;
    }
    for one in &report.violations {
        let hours = one.overdue(now).num_minutes();
        let end = if one.done_at.is_some() { "late" } else { "overdue" };
        let detail = format!("{end} {}h{:02}m", hours / 60, hours % 60);
        let at = when(Some(one.deadline));
        line([one.late.as_str(), &at, &who(&one.owner), &one.node, &detail], one.to_string())?;
    }
    for one in &report.reminders_due {
        let at = when(Some(one.fires_at));
        line(["reminder", &at, &who(&one.receiver), &one.node, one.kind.as_str()], one.to_string())?;
    }
    for one in &report.actions {
        let at = when(Some(one.fires_at));
        line([one.step.as_str(), &at, &who(&one.owner), &one.node, &outcome(one)], one.to_string())?;
    }
    if let Some(one) = &report.protection {
        let state = if one.is_lost { "lost" } else { "protected" };
        line([state, &one.through.to_string(), one.owner.as_str(), "protection", "-"], one.to_string())?;
    }
    for fault in &report.faults {
        line(["fault", "-", "-", fault.code(), &fault.to_string()], fault.to_string())?;
    }
    match &report.next_wakeup {
        Some(next) => line(["next", &when(Some(next.at)), "-", "-", next.reason.as_str()], next.to_string()),
        None => line(["ended", "-", "-", "-", "-"], "no further look is planned".to_owned()),
    }
}

fn outcome(action: &Action) -> String {
    match (action.step, &action.pool) {
        (Step::Recycle, Some(pool)) => format!("to pool {pool}: {}", action.reason),
        (Step::Recycle, None) => format!("stays, no pool: {}", action.reason),
        (Step::Reassign, _) => format!("to the next rep: {}", action.reason),
        (Step::CopyManager, _) => format!("manager {}: {}", who(&action.receiver), action.reason),
        _ => action.reason.to_string(),
    }
}

fn when(at: Option<DateTime<FixedOffset>>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, false))
}

fn who(rep: &Option<RepId>) -> String {
    rep.as_ref().map_or("-", RepId::as_str).to_owned()
}

fn read_rules(name: &str, pools: Option<&str>, read: &Read<'_>) -> Result<FollowUpRules, Box<dyn Error>> {
    let preset = match name {
        "nodes" => Some(FollowUpRules::nodes()),
        "b2c" | "toc" => Some(FollowUpRules::b2c()),
        "b2b" | "tob" => Some(FollowUpRules::b2b()),
        "marketing" => Some(FollowUpRules::marketing()),
        _ => None,
    };
    let is_preset = preset.is_some();
    let mut rules = match preset {
        Some(rules) => rules,
        None => {
            let text = text(Path::new(name), read).map_err(|error| {
                let presets = "nodes, b2c, b2b, marketing";
                let close = leadkit::text::closest(name, presets.split(", "));
                let help = close.map_or(String::new(), |close| format!("; did you mean `{close}`?"));
                format!("--rules: found `{name}`, expected one of {presets} or a file: {error}{help}")
            })?;
            FollowUpRules::from_json_str(&text).map_err(|errors| format!("{name}: {errors}"))?
        }
    };
    let bundled = bundled("pools.json");
    let file = pools.or_else(|| bundled.to_str().filter(|_| is_preset));
    if let Some(file) = file {
        rules.pools =
            Pool::load_all(json(file, "--pools", read)?).map_err(|errors| format!("{file}: {errors}"))?;
    }
    Ok(rules)
}

fn json(file: &str, option: &str, read: &Read<'_>) -> Result<serde_json::Value, Box<dyn Error>> {
    let text = text(Path::new(file), read).map_err(|error| format!("{option}: {error}"))?;
    leadkit::model::from_json_str(&text).map_err(|errors| format!("{file}: {errors}").into())
}

fn text(path: &Path, read: &Read<'_>) -> Result<String, Box<dyn Error>> {
    let bytes = read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    support::refuse_utf16(path, &bytes)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("{}: line {line}: found bytes that are no UTF-8, expected UTF-8", path.display())
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A moment, or what was found instead.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::<FixedOffset>::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).map_err(|_| {
        let found = if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
        format!("found {found}, expected a time in RFC 3339 such as 2026-03-02T09:00:00+08:00")
    })
}
