//! The program, without a process around it.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use chrono::FixedOffset;
use leadkit::follow_up::FollowUpRules;

use desk::{Desk, Row};
use options::Options;

mod accounts;
mod acts;
mod again;
mod clock;
mod desk;
pub(crate) mod event;
#[cfg(test)]
mod excuses;
mod holdings;
mod import;
mod journeys;
mod laws;
#[cfg(test)]
mod lives;
mod merge;
#[cfg(test)]
mod mutants;
mod object;
mod options;
mod people;
mod policies;
mod print;
mod soak;
mod spent;

#[path = "../../support/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "tests of several examples are in one crate")]
mod support;

/// Reads a file.
pub(crate) type Read<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

/// Whether the laws held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Lawful,
    /// The notes say which.
    Broken,
}

/// Does what the words of a command line ask for: the tables go to `out`, broken laws to `notes`.
pub(crate) fn run(
    words: impl IntoIterator<Item = String>,
    read: &Read<'_>,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<Verdict, Box<dyn Error>> {
    let options = Options::read(words, read)?;
    for warning in options.policies().iter().flat_map(FollowUpRules::lint) {
        writeln!(notes, "--follow-up: {warning}")?;
    }
    if let Some(count) = options.soak {
        return soak::run(&options, count, out, notes);
    }
    let lines = event::read_lines(&options.scenario, &options.path.display().to_string())?;
    tell(&mut Desk::new(&options)?, &lines, &options, out, notes)
}

/// Lives the lines, and prints what became of all.
fn tell(
    desk: &mut Desk,
    lines: &[event::Line],
    options: &Options,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<Verdict, Box<dyn Error>> {
    let zone = lines.first().map_or(FixedOffset::east_opt(0), |line| Some(*line.at.offset()));
    let zone = zone.ok_or("the first event has no zone")?;
    print::header(out)?;
    let stopped = live(desk, lines, options, zone, out)?;
    print::leads(desk, zone, out)?;
    print::accounts(desk, out)?;
    print::notified(desk, out)?;
    policies::tables(desk, zone, out)?;
    desk.check_all();
    let verdict = verdict(desk, notes)?;
    if let Some(why) = stopped {
        return Err(why.into());
    }
    // Last: journeys of several currencies are refused, and the laws are judged all the same.
    if options.journeys {
        print::journeys(desk, zone, out)?;
    }
    Ok(verdict)
}

/// Lives all lines; what stops it, with the line before or in which it does. What came until then is printed.
fn live(
    desk: &mut Desk,
    lines: &[event::Line],
    options: &Options,
    zone: FixedOffset,
    out: &mut dyn Write,
) -> io::Result<Option<String>> {
    for line in lines {
        match desk.live(line) {
            Ok(rows) => print_rows(&rows, zone, options.explains, out)?,
            Err(why) => {
                print_rows(&desk.take_rows(), zone, options.explains, out)?;
                let (path, at) = (options.path.display(), print::moment(desk.now(), zone));
                return Ok(Some(format!("{path}: line {}: stopped at {at}: {why}", line.number)));
            }
        }
    }
    Ok(None)
}

fn print_rows(rows: &[Row], zone: FixedOffset, explains: bool, out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        print::row(row, zone, out)?;
        if let Some(said) = row.explained.as_ref().filter(|_| explains) {
            for line in said.lines() {
                writeln!(out, "# {}", print::printable(line))?;
            }
        }
    }
    Ok(())
}

/// Says which laws are broken.
fn verdict(desk: &Desk, notes: &mut dyn Write) -> Result<Verdict, Box<dyn Error>> {
    for broken in desk.broken() {
        writeln!(notes, "{}", print::printable(&broken.to_string()))?;
    }
    Ok(if desk.broken().is_empty() { Verdict::Lawful } else { Verdict::Broken })
}
