//! Whole leads: what the rules say of each, what other rules would change, and how often each rule was right.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Write;
use std::path::Path;

use leadkit::Rules;
use leadkit::blacklist::{
    Blacklist, BlacklistRules, Hit, HitReason, Verdict, WindowState, dry_run, rule_precision,
};
use leadkit::error::Diagnostic;
use leadkit::model::{ColumnMap, Lead, LeadField, RowIssue, Value};
use leadkit::rule::{FactContext, Facts, HostTables};

use super::print::{HEADER, escaped};

/// What is read for one run.
pub(super) struct Job<'j> {
    pub(super) table: &'j str,
    pub(super) map: &'j ColumnMap,
    pub(super) rules: &'j Blacklist,
    /// What of the rules looks like a mistake.
    pub(super) warnings: &'j [Diagnostic],
    /// The rules before the change.
    pub(super) old: Option<&'j Blacklist>,
    /// Ids of blocked leads that somebody has released.
    pub(super) released: Option<BTreeSet<String>>,
}

/// Most earlier leads of a burst that are named.
const MAX_NAMED: usize = 20;

/// The blacklist of a document: rules of the blacklist, or of the main job with a part `blacklist`; and what of it looks like
/// a mistake.
pub(super) fn rules(path: &Path, text: &str) -> Result<(Blacklist, Vec<Diagnostic>), Box<dyn Error>> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let document: Option<serde_json::Value> = serde_json::from_str(text).ok();
    // Read as text, findings have line and column, and a repeated key is one.
    let (rules, warnings) = match document.is_some_and(|document| document.get("blacklist").is_some()) {
        true => (Rules::from_json_str(text).map(|rules| rules.blacklist), Rules::lint_json_str(text)),
        false => (BlacklistRules::from_json_str(text), BlacklistRules::lint_json_str(text)),
    };
    let blacklist = Blacklist::compile(&rules.map_err(|errors| named(&errors))?);
    Ok((blacklist.map_err(|errors| named(&errors))?, warnings.unwrap_or_default()))
}

/// A row of the table: a lead, or why it is none.
type Row = Result<Lead, Vec<RowIssue>>;

/// The headings of the table, and its rows.
fn rows(job: &Job<'_>) -> Result<(Vec<String>, Vec<Row>), Box<dyn Error>> {
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
    Ok((columns, rows))
}

pub(super) fn run(job: &Job<'_>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (columns, rows) = rows(job)?;
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
    writeln!(out, "{HEADER}\tfield\tlead\tcode\tdetail\twhy")?;
    for (row, read) in rows.iter().enumerate() {
        match (read, verdicts.get(&row)) {
            (Ok(lead), Some(verdict)) => print(out, row, lead, verdict)?,
            (Err(issues), _) => {
                for issue in issues {
                    let (code, column, why) = (&issue.code, escaped(&issue.column), escaped(&issue.message));
                    writeln!(out, "{row}\tflag\trow.{code}\t-\t0\t0\t-\t{column}\t-\t{code}\t-\t{why}")?;
                }
            }
            _ => {}
        }
    }
    print_notes(job, &columns, &rows, &verdicts, out)?;
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
        let known: BTreeSet<&str> = rows.iter().flatten().map(|lead| lead.id.as_str()).collect();
        if let Some(id) = released.iter().find(|id| !known.contains(id.as_str())) {
            return Err(format!("--released: no row has the id `{}`", escaped(id)).into());
        }
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
        writeln!(out, "{row}\tpass\t-\t-\t0\t0\t-\t-\t{id}\t-\t-\t-")?;
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
            "{row}\t{severity}\t{}\t{matched}\t{start}\t{end}\t{entry}\t{field}\t{id}\t{}\t{}\t{}",
            hit.rule(),
            hit.reason().code(),
            hit.reason().detail().unwrap_or("-"),
            escaped(&why(hit)),
        )?;
    }
    Ok(())
}

/// What a hit says, with the leads of a burst.
fn why(hit: &Hit) -> String {
    let mut why = hit.reason().to_string();
    if let HitReason::Burst { earlier, .. } = hit.reason() {
        let named: Vec<&str> = earlier.iter().take(MAX_NAMED).map(|lead| lead.as_str()).collect();
        let more = if earlier.len() > MAX_NAMED { ", …" } else { "" };
        why.push_str(&format!("; before it: {}{more}", named.join(", ")));
    }
    why
}

/// What would otherwise stay unseen: headings that no field has, rules that look like a mistake, rules that failed.
fn print_notes(
    job: &Job<'_>,
    columns: &[String],
    rows: &[Row],
    verdicts: &BTreeMap<usize, Verdict>,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let leads = || rows.iter().filter_map(|row| row.as_ref().ok());
    let is_attribute = |column: &&String| {
        let column = column.trim();
        !job.map.columns.contains_key(column) && leads().any(|lead| lead.attributes.contains_key(column))
    };
    let mut unknown = columns.iter().filter(is_attribute).peekable();
    if unknown.peek().is_some() {
        writeln!(out, "\nheading\tread_as")?;
    }
    for column in unknown {
        let column = escaped(column.trim());
        writeln!(out, "{column}\tattributes.{column} (a text; --map says what it means)")?;
    }
    if !job.warnings.is_empty() {
        writeln!(out, "\nwarning\tat\twhat\thelp")?;
    }
    for warning in job.warnings {
        let help = warning.help.as_deref().map_or_else(|| "-".to_owned(), escaped);
        writeln!(out, "{}\t{}\t{}\t{help}", warning.code, warning.path, escaped(&warning.message))?;
    }
    let faults =
        || verdicts.iter().flat_map(|(row, verdict)| verdict.faults().iter().map(move |one| (row, one)));
    if faults().next().is_some() {
        writeln!(out, "\nfault\tline\twhat")?;
    }
    for (row, fault) in faults() {
        writeln!(out, "{}\t{row}\t{}", fault.rule, escaped(&fault.to_string()))?;
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
