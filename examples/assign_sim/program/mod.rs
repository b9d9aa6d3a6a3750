//! The program, without a process around it.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use leadkit::assign::Strategy;
use support::{Arguments, bundled};

mod desk;
mod scenario;

#[path = "../../support/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "tests of several examples are in one crate")]
mod support;

const USAGE: &str = "\
assign_sim [--strategy STRATEGY] [--weights 5,1,1 [--count N]] | [--scenario FILE.json]

With --weights: reps a, b, c and so on with these weights, and who gets each of N leads (default: one round, the sum of the
weights). Each rep's count comes first; the last line is the sequence as letters, such as aabacaa (a rep after z is
written as [27]). `-` stands for nobody.

With --scenario, or the bundled one without arguments: a line with tabs for each lead (lead, when, owner, reason), then one
for each rep: leads, share, fair share, credit in leads, and the longest wait, in leads they could have had.

  --strategy STRATEGY  fair_share (default), smooth_weighted, least_loaded, lowest_load_ratio, sticky;
                       instead of the scenario's
  --scenario FILE      JSON; `-` is standard input:
     {\"strategy\": \"fair_share\", \"zone\": \"+08:00\", \"daily_assign_cap\": 20, \"calendars\": {\"office\": {…}},
      \"reps\": [{\"id\": \"li\", \"weight\": 2, \"territories\": [\"CN-GD\"], \"hours\": \"09:00-18:00\", \"daily_cap\": 5,
                \"joins\": \"2026-03-02T09:00:00+08:00\", \"leaves\": \"…\", \"absences\": [{\"from\": \"…\", \"until\": \"…\"}]}],
      \"leads\": [{\"id\": \"L1\", \"territory\": \"CN-GD\", \"at\": \"2026-03-02T10:00:00+08:00\"}]}
     A rep may have every field of a rep, a lead those of a lead. `hours` is a calendar's id, or hours of every day.
     Territories are regions, or all of them names. A lead goes to reps of its territory, or without territories; one
     without a territory to reps without territories.

Exit code 1 when something cannot be read; all mistakes are listed.";

/// Reads a file; `-` is standard input.
pub(crate) type ReadFile<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

/// Does what the words of a command line ask for.
pub(crate) fn run(
    words: impl IntoIterator<Item = String>,
    read: &ReadFile<'_>,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read(words, USAGE, &["strategy", "weights", "count", "scenario"], &[])?;
    if let [word, ..] = arguments.plain.as_slice() {
        return Err(format!("found `{word}`, expected an option\n{USAGE}").into());
    }
    let strategy = match arguments.value("strategy") {
        Some(name) => Some(Strategy::from_name(name).ok_or_else(|| {
            let close = leadkit::text::closest(name, Strategy::KNOWN.iter().copied());
            let help = close.map_or(String::new(), |close| format!(", did you mean {close}?"));
            format!("--strategy: found `{name}`, expected one of {}{help}", Strategy::KNOWN.join(", "))
        })?),
        None => None,
    };
    if let Some(weights) = arguments.value("weights") {
        if arguments.has("scenario") {
            return Err(format!("--weights and --scenario are two questions\n{USAGE}").into());
        }
        let weights =
            weights.split(',').map(|text| number("weights", text)).collect::<Result<Vec<_>, _>>()?;
        let round: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        let count = match arguments.value("count") {
            Some(text) => number("count", text)?,
            None => u32::try_from(round).unwrap_or(u32::MAX).min(1_000),
        };
        return desk::sequence(strategy.unwrap_or_default(), &weights, count, out);
    }
    if arguments.has("count") {
        return Err(format!("--count goes with --weights\n{USAGE}").into());
    }
    let path = arguments.value("scenario").map_or_else(|| bundled("assign_sim.json"), PathBuf::from);
    let bytes = read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let scenario =
        scenario::Scenario::read(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    desk::play(scenario, strategy, out)
}

fn number(option: &str, text: &str) -> Result<u32, String> {
    text.trim().parse().map_err(|_| format!("--{option}: found `{text}`, expected a whole number"))
}
