//! The program, without a process around it.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use leadkit::attribution::{Attribution, AttributionRules};

use input::{Input, read_events, read_paths};
use options::Options;

mod input;
mod options;
mod print;
mod table;

#[path = "../../support/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "tests of several examples are in one crate")]
mod support;

/// Reads a file.
pub(crate) type Read<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

/// Whether the table holds everything that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Whole,
    /// A model of several gives no answer: its column holds `-`, and a line after the table says why.
    Part,
}

/// Does what the words of a command line ask for: the table goes to `out`, what a reader must know beside it to `notes`.
pub(crate) fn run(
    words: impl IntoIterator<Item = String>,
    read: &Read<'_>,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<Outcome, Box<dyn Error>> {
    let options = Options::read(words)?;
    let path = options.path.display();
    let bytes = read(&options.path).map_err(|error| format!("{path}: {error}"))?;
    let input = read_input(&options, bytes).map_err(|error| {
        let lines: Vec<String> = error.to_string().lines().map(|line| format!("{path}: {line}")).collect();
        lines.join("\n")
    })?;
    if !input.has_values
        && let Some(name) = ["value", "cents"].into_iter().find(|name| options.has(name))
    {
        return Err(format!("--{name} has no effect: {path} has no column `value`").into());
    }
    let rules = AttributionRules {
        models: options.models.clone(),
        bootstrap: options.bootstrap,
        ..AttributionRules::default()
    };
    let attribution = Attribution::compile(&rules)?;
    print::print(&attribution, &input, &options, out, notes)
}

fn read_input(options: &Options, bytes: Vec<u8>) -> Result<Input, Box<dyn Error>> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
        let found = error.as_bytes()[good.len()];
        format!("line {line}, byte {column}: found the byte {found:#04x}, expected UTF-8")
    })?;
    if options.has("events") {
        read_events(&text, options.has("full-history"), options.has("cents"))
    } else {
        read_paths(&text, options.has("cents"))
    }
}
