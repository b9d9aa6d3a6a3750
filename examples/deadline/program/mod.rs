//! The program, without a process around it.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use leadkit::calendar::{Calendar, CalendarError, CalendarRules, Clock, ClockError, DayWindow, Deadline};
use support::{Arguments, bundled};
use table::{Line, Second, read_line, read_text, split_lines, visible};

mod table;

#[path = "../../support/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "tests of several examples are in one crate")]
mod support;

const USAGE: &str = "\
deadline [--calendar cn|FILE] [--clock CLOCK] [--windows HOURS] [--between | --explain] [FILE]

FILE is a table with tabs: a start in RFC 3339 and an amount (90m, 24h, 3d, 7wd; -24h counts back). Every line comes out
again with the deadline as its last column. Without FILE, a bundled sample; `-` is standard input. Empty lines, lines
that begin with # and a header (start, amount) above the first start are kept.

  --calendar cn|FILE  China's working days of 2023 to 2026 (default), or the rules of a calendar (JSON) such as
                      {\"zone\": \"+08:00\", \"weekly\": [{\"days\": \"Mon-Fri\", \"hours\": \"09:00-18:00\"}],
                       \"holidays\": \"cn\", \"overrides\": {\"2027-01-01\": \"off\"}, \"known_years\": [2027]}
                      with all days off and make-up days of 2027 in `overrides`: of a year that neither the
                      holidays nor `known_years` name, nothing is known
  --clock CLOCK       workday: working days from 00 to 24; office_hours; elapsed: all time; same_time: working days
                      later at the same time. Default, by size: office_hours below 24 h, else workday;
                      with --between workday
  --windows HOURS     hours of every working day instead of the calendar's, such as 09:00-12:00,13:30-18:00
  --between           the second column is a moment too: the last column is the time between them (34h, 2070m, 7wd;
                      90.5s where there are fractions of a second, which no amount has)
  --explain           a column before the deadline: which clock, which calendar

Exit code 1 when a line cannot be read (all such lines are listed, nothing is printed), or has no answer (its last
column says why).";

/// Mistakes that are listed; the rest is counted.
const MAX_LISTED: usize = 20;

/// Reads a file; `-` is standard input.
pub(crate) type Read<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

/// How the questions are to be answered.
struct Plan {
    calendar: Calendar,
    /// Whether it is the one that comes with the crate: nobody can add dates to it.
    is_built_in: bool,
    /// `None` chooses by the size of the amount.
    clock: Option<Clock>,
    between: bool,
    explain: bool,
}

/// Does what the words of a command line ask for: the table goes to `out`, what a reader must know beside it to `notes`.
pub(crate) fn run(
    words: impl IntoIterator<Item = String>,
    read: &Read<'_>,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let arguments =
        Arguments::read(words, USAGE, &["calendar", "clock", "windows"], &["between", "explain"])?;
    let name = arguments.value("calendar").unwrap_or("cn");
    let clock = match arguments.value("clock") {
        None => None,
        Some(text) => {
            let wanted = |error: ClockError| {
                format!("--clock: found `{text}`, expected one of {}: {}", clocks(), error.help())
            };
            Some(text.parse::<Clock>().map_err(wanted)?)
        }
    };
    let (between, explain) = (arguments.has("between"), arguments.has("explain"));
    if between && explain {
        return Err(format!("--explain is about deadlines, and --between asks for none\n{USAGE}").into());
    }
    let path = match arguments.plain.as_slice() {
        [] if between => return Err(format!("--between needs a FILE\n{USAGE}").into()),
        [] => bundled("deadlines.tsv"),
        [path] => PathBuf::from(path),
        _ => return Err(format!("one table at a time\n{USAGE}").into()),
    };
    if name == "-" && path == Path::new("-") {
        return Err(
            "standard input cannot be both the calendar and the table: give one of them as a file".into()
        );
    }
    let calendar = read_calendar(name, arguments.value("windows"), read, notes)?;
    let plan = Plan { calendar, is_built_in: name == "cn", clock, between, explain };
    let text = read_text(&path, read)?;
    let lines = split_lines(&text).map_err(|what| format!("{}: {what}", path.display()))?;
    let questions = read_lines(&lines, &path, between)?;
    write_clock_note(&plan, &questions, notes)?;
    let mut unanswered = 0;
    for ((line, end), question) in lines.iter().zip(&questions) {
        match question {
            Line::Kept => write!(out, "{line}{end}")?,
            Line::Header if between => write!(out, "{line}\tbetween{end}")?,
            Line::Header if explain => write!(out, "{line}\twhy\tdeadline{end}")?,
            Line::Header => write!(out, "{line}\tdeadline{end}")?,
            Line::Question(start, second) => {
                let answer = plan.answer(*start, second).unwrap_or_else(|error| {
                    unanswered += 1;
                    let gap = if explain { "-\t" } else { "" };
                    format!("{gap}{}: {error}; {}", error.code(), plan.cure(&error))
                });
                write!(out, "{line}\t{answer}{end}")?;
            }
        }
    }
    match unanswered {
        0 => Ok(()),
        1 => Err("1 line has no answer: its last column says why".into()),
        many => Err(format!("{many} lines have no answer: their last columns say why").into()),
    }
}

/// All lines, or every one that cannot be read.
fn read_lines(lines: &[(&str, &str)], path: &Path, between: bool) -> Result<Vec<Line>, Box<dyn Error>> {
    let (mut questions, mut mistakes) = (Vec::new(), Vec::new());
    let mut is_first = true;
    for (index, (line, _)) in lines.iter().enumerate() {
        let read = read_line(line, between, is_first);
        is_first &= matches!(read, Ok(Line::Kept));
        match read {
            Ok(question) => questions.push(question),
            Err((column, what)) => {
                let what = visible(&what);
                mistakes.push(format!("{}: line {}, column {column}: {what}", path.display(), index + 1));
            }
        }
    }
    if mistakes.is_empty() {
        return Ok(questions);
    }
    let more = mistakes.len().saturating_sub(MAX_LISTED);
    mistakes.truncate(MAX_LISTED);
    if more > 0 {
        mistakes.push(format!("and {more} lines more"));
    }
    Err(mistakes.join("\n").into())
}

fn clocks() -> String {
    Clock::ALL.map(Clock::as_str).join(", ")
}

/// Says which clock answers when nobody named one.
fn write_clock_note(plan: &Plan, questions: &[Line], notes: &mut dyn Write) -> io::Result<()> {
    if plan.clock.is_some() {
        return Ok(());
    }
    if plan.between {
        return writeln!(notes, "clock: workday; --clock takes another one");
    }
    let count = |clock: Clock| {
        let amounts = questions.iter().filter_map(|question| match question {
            Line::Question(_, Second::Add(amount) | Second::Subtract(amount)) => Some(amount),
            _ => None,
        });
        amounts.filter(|amount| amount.default_clock() == clock).count()
    };
    let (office, workday) = (count(Clock::OfficeHours), count(Clock::Workday));
    writeln!(
        notes,
        "clock by size: office_hours for {office} amounts below 24h, workday for {workday} others; \
         --clock takes one for all"
    )
}

impl Plan {
    /// The last column, and with `--explain` the one before it.
    fn answer(&self, start: DateTime<Utc>, second: &Second) -> Result<String, CalendarError> {
        let calendar = &self.calendar;
        let due = match (second, self.clock) {
            (Second::Add(amount), Some(clock)) => calendar.add(start, *amount, clock)?,
            (Second::Add(amount), None) => calendar.add_by_size(start, *amount)?,
            (Second::Subtract(amount), Some(clock)) => calendar.subtract(start, *amount, clock)?,
            (Second::Subtract(amount), None) => calendar.subtract_by_size(start, *amount)?,
            (Second::Until(until), clock) => {
                let clock = clock.unwrap_or(Clock::Workday);
                return calendar.between(start, *until, clock).map(|length| written(length, clock));
            }
        };
        let at = due.local().to_rfc3339_opts(SecondsFormat::AutoSi, false);
        Ok(if self.explain { format!("{}\t{at}", why(&due)) } else { at })
    }

    /// What to do about an error: nobody can add dates to the calendar that comes with the crate.
    fn cure(&self, error: &CalendarError) -> &'static str {
        match error {
            CalendarError::BeforeCoverage { .. } | CalendarError::AfterCoverage { .. }
                if self.is_built_in =>
            {
                "give --calendar FILE with the days off and the make-up days of more years (--help shows one)"
            }
            error => error.help(),
        }
    }
}

fn why(due: &Deadline) -> String {
    let chosen = if due.is_clock_by_size() { ", chosen by size" } else { "" };
    let version = match &*due.calendar_version().revision {
        "" => String::new(),
        version => format!("; calendar {version}"),
    };
    format!("{} on {}{chosen}{version}", due.amount(), due.clock())
}

/// A length in the largest of hours, minutes and seconds that leaves no rest. It can be read as an amount again, but for
/// fractions of a second, which no amount has.
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

fn read_calendar(
    name: &str,
    windows: Option<&str>,
    read: &Read<'_>,
    notes: &mut dyn Write,
) -> Result<Calendar, Box<dyn Error>> {
    let mut rules = if name == "cn" {
        CalendarRules::china()
    } else {
        let text = read_text(Path::new(name), read).map_err(|error| {
            let meant = if name.eq_ignore_ascii_case("cn") { "; did you mean `cn`?" } else { "" };
            format!("--calendar: found `{name}`, expected `cn` or a file that can be read: {error}{meant}")
        })?;
        match CalendarRules::from_json_str(&text) {
            Ok(rules) => rules,
            // Dates that are worked in hours which only --windows gives.
            Err(errors) if windows.is_some() && errors.iter().all(|error| error.code == "no_hours") => {
                serde_json::from_str(&text)?
            }
            Err(errors) => return Err(format!("{name}: {errors}").into()),
        }
    };
    if let Some(windows) = windows {
        if windows.trim().is_empty() {
            return Err("--windows: found nothing, expected hours such as 09:00-12:00,13:30-18:00".into());
        }
        let hours = DayWindow::list(windows).map_err(|error| {
            let help = error.help().replace(['"', '`'], "");
            format!("--windows: {error}, with commas between several: {help}")
        })?;
        rules = rules.with_hours(hours);
    }
    for warning in rules.lint() {
        writeln!(notes, "{name}: {warning}")?;
    }
    Calendar::compile(&rules).map_err(|errors| format!("{name}: {errors}").into())
}
