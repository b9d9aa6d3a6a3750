//! Whole leads: what the rules say of each, what other rules would change, and how often each rule was right.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Write;
use std::path::Path;

use leadkit::Rules;
use leadkit::blacklist::{Blacklist, BlacklistRules, Hit, Verdict, WindowState, dry_run, rule_precision};
use leadkit::model::{ColumnMap, Lead, LeadField, RowIssue, Value};
use leadkit::rule::{FactContext, Facts, HostTables};

use super::print::{HEADER, escaped};

/// What is read for one run.
pub(super) struct Job<'j> {
    pub(super) table: &'j str,
    pub(super) map: &'j ColumnMap,
    pub(super) rules: &'j Blacklist,
    /// The rules before the change.
    pub(super) old: Option<&'j Blacklist>,
    /// Ids of blocked leads that somebody has released.
    pub(super) released: Option<BTreeSet<String>>,
}

/// The blacklist of a document: rules of the blacklist, or of the main job with a part `blacklist`.
pub(super) fn rules(path: &Path, text: &str) -> Result<Blacklist, Box<dyn Error>> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let document: Option<serde_json::Value> = serde_json::from_str(text).ok();
    // Read as text, findings have line and column, and a key that stands twice is one.
    let rules = match document.is_some_and(|document| document.get("blacklist").is_some()) {
        true => Rules::from_json_str(text).map(|rules| rules.blacklist),
        false => BlacklistRules::from_json_str(text),
    };
    Ok(Blacklist::compile(&rules.map_err(|errors| named(&errors))?).map_err(|errors| named(&errors))?)
}

/// A row of the table: a lead, or why it is none.
type Row = Result<Lead, Vec<RowIssue>>;

fn rows(job: &Job<'_>) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(job.table.as_bytes());
    let columns: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let mut importer = job
        .map
        .importer(&columns)
        .map_err(|errors| format!("the columns do not fit the map; --map says what they mean: {errors}"))?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let cells: Vec<&str> = record.iter().collect();
        rows.push(importer.read(record.position().map_or(0, csv::Position::line), &cells));
    }
    Ok(rows)
}

pub(super) fn run(job: &Job<'_>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let rows = rows(job)?;
    let tables = HostTables { oracle: super::values::oracle(), ..HostTables::default() };
    // Leads come in by their time; the clock shows that of the newest.
    let mut order: Vec<(usize, &Lead)> =
        rows.iter().enumerate().filter_map(|(row, read)| Some((row, read.as_ref().ok()?))).collect();
    order.sort_by(|(_, a), (_, b)| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    let now = order.last().map(|(_, lead)| lead.created_at).unwrap_or_default();
    let context = FactContext::new(&tables, now);
    let facts: Vec<Facts<'_>> = order.iter().map(|(_, lead)| Facts::new(lead, &context)).collect();

    let mut windows = WindowState::default();
    let mut verdicts: BTreeMap<usize, Verdict> = BTreeMap::new();
    for ((row, _), facts) in order.iter().zip(&facts) {
        let verdict = job.rules.check(facts, &windows);
        windows.apply(verdict.delta());
        verdicts.insert(*row, verdict);
    }
    writeln!(out, "{HEADER}\tfield\tlead")?;
    for (row, read) in rows.iter().enumerate() {
        match (read, verdicts.get(&row)) {
            (Ok(lead), Some(verdict)) => print(out, row, lead, verdict)?,
            (Err(issues), _) => {
                for issue in issues {
                    writeln!(out, "{row}\tflag\trow.{}\t-\t0\t0\t-\t{}\t-", issue.code, issue.column)?;
                }
            }
            _ => {}
        }
    }
    if let Some(old) = job.old {
        writeln!(out, "\nchange\tlead\twas\tis")?;
        let run = dry_run(old, job.rules, &facts);
        for (lead, was, is) in &run.changed {
            let change = if run.newly_blocked.contains(lead) {
                "newly_blocked"
            } else if run.newly_released.contains(lead) {
                "newly_released"
            } else {
                "other"
            };
            writeln!(out, "{change}\t{}\t{was}\t{is}", escaped(lead.as_str()))?;
        }
    }
    if let Some(released) = &job.released {
        writeln!(out, "\nrule\tblocked\treleased\tprecision")?;
        let is_released = |row: &usize| {
            rows.get(*row)
                .and_then(|read| read.as_ref().ok())
                .is_some_and(|lead| released.contains(lead.id.as_str()))
        };
        let decided = verdicts.iter().map(|(row, verdict)| (verdict, is_released(row)));
        for (rule, counts) in rule_precision(decided) {
            let precision = counts.precision().map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
            writeln!(out, "{rule}\t{}\t{}\t{precision}", counts.blocked, counts.released)?;
        }
    }
    Ok(())
}

fn print(out: &mut impl Write, row: usize, lead: &Lead, verdict: &Verdict) -> Result<(), Box<dyn Error>> {
    let id = escaped(lead.id.as_str());
    if verdict.hits().is_empty() {
        writeln!(out, "{row}\tpass\t-\t-\t0\t0\t-\t-\t{id}")?;
    }
    for hit in verdict.hits() {
        let span = hit.span().unwrap_or(0..0);
        let text = text_of(lead, hit);
        let matched = match text.as_deref().and_then(|text| text.get(span.clone())).unwrap_or_default() {
            "" => "-".to_owned(),
            matched => escaped(matched),
        };
        let entry = hit.entry().map_or_else(|| "-".to_owned(), escaped);
        let field = hit.field().unwrap_or("-");
        // A hit that is suppressed weighs nothing.
        let severity = hit.weight();
        let (start, end) = (span.start, span.end);
        writeln!(
            out,
            "{row}\t{severity}\t{}\t{matched}\t{start}\t{end}\t{entry}\t{field}\t{id}",
            hit.rule()
        )?;
    }
    Ok(())
}

/// The text that the span of a hit counts in.
fn text_of(lead: &Lead, hit: &Hit) -> Option<String> {
    let field = hit.field()?;
    let name = match field {
        "phone" => "phones",
        "email" => "emails",
        field => field,
    };
    let value = match name.strip_prefix("attributes.") {
        Some(name) => lead.attributes.get(name).cloned()?,
        None => LeadField::from_name(name)?.get(lead),
    };
    match value {
        Value::Text(text) => Some(text),
        Value::List(items) => items.get(hit.index().unwrap_or(0)).cloned(),
        _ => None,
    }
}
