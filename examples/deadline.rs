//! When something is due: a deadline for every line of a table, or the working time between two moments.
//!
//! ```sh
//! cargo run --release --example deadline
//! cargo run --release --example deadline -- --clock office_hours --windows 09:00-12:00,13:30-18:00 LEADS.tsv
//! cargo run --release --features chrono-tz --example deadline -- --calendar new_york.json --clock workday LEADS.tsv
//! ```

#[path = "support/mod.rs"]
mod support;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use leadkit::calendar::{Amount, Calendar, CalendarError, CalendarRules, Clock, DayWindow};
use support::{Arguments, bundled, run as run_tool};

const USAGE: &str = "\
deadline [--calendar cn|FILE] [--clock CLOCK] [--windows HOURS] [--between] [FILE]

FILE is a table with tabs: a start in RFC 3339 and an amount (90m, 24h, 3d, 7wd; -24h counts back). Every line comes out
again with the deadline as its last column. Without FILE, a bundled sample; `-` is standard input. Empty lines, lines
that begin with # and a header (start, amount) are kept.

  --calendar cn|FILE  China's working days of 2023 to 2026 (default), or the rules of a calendar (JSON)
  --clock CLOCK       workday: working days from 00 to 24; office_hours; elapsed: all time; same_time: working days
                      later at the same time. Default, by size: office_hours below 24 h, else workday;
                      with --between workday
  --windows HOURS     hours of every working day instead of the calendar's, such as 09:00-12:00,13:30-18:00
  --between           the second column is a moment too: the last column is the time between them (34h, 2070m, 7wd)

Exit code 1 when a line cannot be read (all such lines are listed, nothing is printed), or has no answer (its last
column says why).";

/// Mistakes that are listed; the rest is counted.
const MAX_LISTED: usize = 20;

/// One line of the table.
enum Line {
    /// Kept as it is.
    Kept,
    Header,
    Question(DateTime<Utc>, Second),
}

/// What is asked about the start.
enum Second {
    Add(Amount),
    Subtract(Amount),
    Until(DateTime<Utc>),
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse(USAGE, &["calendar", "clock", "windows"], &["between"])?;
    let calendar = read_calendar(arguments.value("calendar").unwrap_or("cn"), arguments.value("windows"))?;
    let clock = match arguments.value("clock") {
        None => None,
        Some(text) => {
            let wanted = |help| format!("--clock: found `{text}`, expected one of {}: {help}", clocks());
            Some(text.parse::<Clock>().map_err(wanted)?)
        }
    };
    let between = arguments.has("between");
    let path = match arguments.plain.as_slice() {
        [] if between => return Err(format!("--between needs a FILE\n{USAGE}").into()),
        [] => bundled("deadlines.tsv"),
        [path] => PathBuf::from(path),
        _ => return Err(format!("one table at a time\n{USAGE}").into()),
    };
    let text = read_text(&path)?;
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches('\r')).collect();
    let mut questions = Vec::new();
    let mut mistakes = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        match read_line(line, between, index == 0) {
            Ok(question) => questions.push(question),
            Err((column, what)) => {
                mistakes.push(format!("{}: line {}, column {column}: {what}", path.display(), index + 1));
            }
        }
    }
    if !mistakes.is_empty() {
        let more = mistakes.len().saturating_sub(MAX_LISTED);
        mistakes.truncate(MAX_LISTED);
        if more > 0 {
            mistakes.push(format!("and {more} lines more"));
        }
        return Err(mistakes.join("\n").into());
    }
    let mut unanswered = 0;
    let mut out = String::new();
    for (line, question) in lines.iter().zip(questions) {
        match question {
            Line::Kept => writeln!(out, "{line}")?,
            Line::Header => writeln!(out, "{line}\t{}", if between { "between" } else { "deadline" })?,
            Line::Question(start, second) => {
                let answer = answer(&calendar, clock, start, &second).unwrap_or_else(|error| {
                    unanswered += 1;
                    format!("{}: {error}; {}", error.code(), error.help())
                });
                writeln!(out, "{line}\t{answer}")?;
            }
        }
    }
    std::io::stdout().lock().write_all(out.as_bytes())?;
    match unanswered {
        0 => Ok(()),
        1 => Err("1 line has no answer: its last column says why".into()),
        many => Err(format!("{many} lines have no answer: their last columns say why").into()),
    }
}

fn clocks() -> String {
    Clock::ALL.map(Clock::as_str).join(", ")
}

fn answer(
    calendar: &Calendar,
    clock: Option<Clock>,
    start: DateTime<Utc>,
    second: &Second,
) -> Result<String, CalendarError> {
    let of = |amount: &Amount| clock.unwrap_or_else(|| amount.default_clock());
    let due = match second {
        Second::Add(amount) => calendar.add(start, *amount, of(amount))?,
        Second::Subtract(amount) => calendar.subtract(start, *amount, of(amount))?,
        Second::Until(until) => {
            let clock = clock.unwrap_or(Clock::Workday);
            return calendar.between(start, *until, clock).map(|length| written(length, clock));
        }
    };
    Ok(due.local().to_rfc3339_opts(SecondsFormat::AutoSi, false))
}

/// A length that can be read as an amount again: in the largest of hours, minutes and seconds that leaves no rest.
fn written(length: TimeDelta, clock: Clock) -> String {
    let sign = if length < TimeDelta::zero() { "-" } else { "" };
    let length = length.abs();
    let (seconds, nanos) = (length.num_seconds(), length.subsec_nanos());
    match (clock, seconds, nanos) {
        (Clock::SameTime, ..) => format!("{sign}{}wd", length.num_days()),
        (_, _, 1..) => format!("{sign}{seconds}.{}s", format!("{nanos:09}").trim_end_matches('0')),
        (_, seconds, _) if seconds % 3_600 == 0 => format!("{sign}{}h", seconds / 3_600),
        (_, seconds, _) if seconds % 60 == 0 => format!("{sign}{}m", seconds / 60),
        _ => format!("{sign}{seconds}s"),
    }
}

fn read_calendar(name: &str, windows: Option<&str>) -> Result<Calendar, Box<dyn Error>> {
    let mut rules = if name == "cn" {
        CalendarRules::china()
    } else {
        let path = Path::new(name);
        if !path.exists() {
            return Err(format!(
                "--calendar: found `{name}`, expected `cn` or a file; there is no such file"
            )
            .into());
        }
        CalendarRules::from_json_str(&read_text(path)?).map_err(|errors| format!("{name}: {errors}"))?
    };
    if let Some(windows) = windows {
        let read = |text: &str| {
            text.trim().parse::<DayWindow>().map_err(|error| {
                let help = error.help();
                format!("--windows: found `{text}`, expected hours such as 09:00-12:00,13:30-18:00: {help}")
            })
        };
        rules = rules.with_hours(windows.split(',').map(read).collect::<Result<Vec<_>, _>>()?);
    }
    for warning in rules.lint() {
        eprintln!("{name}: {warning}");
    }
    Calendar::compile(&rules).map_err(|errors| format!("{name}: {errors}").into())
}

fn read_text(path: &Path) -> Result<String, Box<dyn Error>> {
    let named = |error: std::io::Error| format!("{}: {error}", path.display());
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(named)?;
        bytes
    } else {
        fs::read(path).map_err(named)?
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let cure = format!("iconv -f UTF-16 -t UTF-8 {}", path.display());
        return Err(format!("{}: found UTF-16, expected UTF-8: {cure}", path.display()).into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
        let found = error.as_bytes()[good.len()];
        format!("{}: line {line}, byte {column}: found the byte {found:#04x}, expected UTF-8", path.display())
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A line of the table, or the column that cannot be read and why.
fn read_line(line: &str, between: bool, is_first: bool) -> Result<Line, (usize, String)> {
    if line.trim().is_empty() || line.starts_with('#') {
        return Ok(Line::Kept);
    }
    let mut cells = line.split('\t').map(str::trim);
    let first = cells.next().unwrap_or_default();
    if is_first && ["start", "from", "t", "开始"].contains(&first.to_lowercase().as_str()) {
        return Ok(Line::Header);
    }
    let wanted = if between { "a second moment" } else { "an amount such as 24h, 3d or 7wd" };
    // Spaces where the tab should be.
    let word = first.split_whitespace().next().unwrap_or_default();
    if word.len() < first.len() && read_moment(word).is_ok() {
        return Err((2, format!("found no tab in {}, expected a tab before {wanted}", quoted(first))));
    }
    let start = read_moment(first).map_err(|what| (1, what))?;
    let Some(second) = cells.next() else {
        return Err((2, format!("found the end of the line, expected a tab and {wanted}")));
    };
    if between {
        let until = read_moment(second).map_err(|what| (2, what))?;
        return Ok(Line::Question(start, Second::Until(until)));
    }
    let (amount, back) = match second.strip_prefix(['-', '−']) {
        Some(amount) => (amount, true),
        None => (second, false),
    };
    let amount = amount.parse::<Amount>().map_err(|error| {
        (2, format!("found {}, expected {wanted}: {}", quoted(second), error.help().replace('"', "")))
    })?;
    Ok(Line::Question(start, if back { Second::Subtract(amount) } else { Second::Add(amount) }))
}

fn read_moment(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::<FixedOffset>::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).map_err(|error| {
        // A date and a time that only lack their offset.
        let local = text.parse::<chrono::NaiveDateTime>().is_ok()
            || format!("{}:00", text.replacen(' ', "T", 1)).parse::<chrono::NaiveDateTime>().is_ok()
            || text.replacen(' ', "T", 1).parse::<chrono::NaiveDateTime>().is_ok();
        let why = if local { "the offset from UTC is missing".to_owned() } else { error.to_string() };
        let found = quoted(text);
        format!("found {found}, expected a time in RFC 3339 such as 2026-03-02T09:00:00+08:00 ({why})")
    })
}

/// What was found, shortened.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        _ if text.is_empty() => "nothing".to_owned(),
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
        None => format!("`{text}`"),
    }
}

fn main() -> std::process::ExitCode {
    run_tool(run)
}
