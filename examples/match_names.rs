//! Looks company names up in a list of names, or a list against itself.
//!
//! ```text
//! match_names INDEX QUERIES [--limit 10] [--budget N] [--explain]
//! match_names --self THRESHOLD NAMES
//! ```
//! One name a line in both files (`.gz` is read too; of lines with tabs the first column counts). Prints
//! `query_no  rank  index_no  score  ambiguous` (numbers from 0), or `i  j  score` within one list, tab-separated.
//! Rates, memory and latencies (CPU time) go to stderr.

use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::time::Duration;

use cpu_time::{ProcessTime, ThreadTime};
use leadkit::names::{NameIndex, SearchOptions};
use support::{Arguments, read_lines};

#[path = "support/mod.rs"]
mod support;

const USAGE: &str = "usage: match_names INDEX QUERIES [--limit 10] [--budget N] [--explain]
       match_names --self THRESHOLD NAMES";

fn names(path: &str) -> io::Result<Vec<String>> {
    let lines = read_lines(path)?;
    Ok(lines.iter().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect())
}

fn build(names: &[String]) -> NameIndex<u32> {
    let start = ProcessTime::now();
    let mut index = NameIndex::new();
    for (i, name) in names.iter().enumerate() {
        index.insert(i as u32, name);
    }
    let spent = start.elapsed().as_secs_f64();
    index.shrink_to_fit();
    eprintln!(
        "built {} names, {:.0} names/s, {:.1} bytes a name",
        names.len(),
        names.len() as f64 / spent.max(1e-9),
        index.heap_bytes() as f64 / names.len().max(1) as f64
    );
    index
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |l| l.trim().to_owned())
}

fn look_up(index_path: &str, query_path: &str, options: &SearchOptions) -> io::Result<()> {
    let listed = names(index_path)?;
    let index = build(&listed);
    if !options.explain {
        drop(listed);
    }
    let queries = names(query_path)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut spent: Vec<Duration> = Vec::with_capacity(queries.len());
    for (no, query) in queries.iter().enumerate() {
        let start = ThreadTime::now();
        let found = index.search(query, options);
        spent.push(start.elapsed());
        for (rank, m) in found.iter().enumerate() {
            write!(out, "{no}\t{rank}\t{}\t{:.9}\t{}", m.id, m.score, u8::from(m.ambiguous))?;
            if options.explain {
                write!(out, "\t{}", m.evidence)?;
            }
            writeln!(out)?;
        }
    }
    out.flush()?;
    spent.sort();
    let micros = |share: f64| {
        let at = ((spent.len() as f64 * share) as usize).min(spent.len().saturating_sub(1));
        spent.get(at).map_or(0.0, |d| d.as_secs_f64() * 1e6)
    };
    eprintln!(
        "{} queries, p50 {:.0} µs, p99 {:.0} µs of CPU, peak memory {}",
        queries.len(),
        micros(0.5),
        micros(0.99),
        peak_memory()
    );
    Ok(())
}

fn match_itself(threshold: f64, path: &str) -> io::Result<()> {
    let index = build(&names(path)?);
    let start = ProcessTime::now();
    let pairs = index.pairs(threshold, &SearchOptions::for_pairs());
    eprintln!(
        "{} pairs in {:.1} s of CPU, peak memory {}",
        pairs.len(),
        start.elapsed().as_secs_f64(),
        peak_memory()
    );
    let mut out = BufWriter::new(io::stdout().lock());
    for pair in pairs {
        writeln!(out, "{}\t{}\t{:.9}", pair.first, pair.second, pair.score)?;
    }
    out.flush()
}

fn run() -> Result<(), Box<dyn Error>> {
    let given = Arguments::parse(USAGE, &["limit", "budget", "self"], &["explain"])?;
    let number = |name: &str, what: &str| -> Result<Option<f64>, String> {
        let Some(text) = given.value(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("`{text}` is not {what}\n{USAGE}"))
    };
    let mut options = SearchOptions { explain: given.has("explain"), ..SearchOptions::default() };
    if let Some(limit) = number("limit", "a number")? {
        options.limit = limit as usize;
    }
    if let Some(budget) = number("budget", "a number")? {
        options.budget = budget as usize;
    }
    let done = match (number("self", "a threshold")?, given.plain.as_slice()) {
        (Some(threshold), [path]) => match_itself(threshold, path),
        (None, [index, queries]) => look_up(index, queries, &options),
        _ => return Err(USAGE.into()),
    };
    match done {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn main() -> ExitCode {
    support::run(run)
}
