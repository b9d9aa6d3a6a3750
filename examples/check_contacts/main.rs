//! Says what is wrong with phone numbers, e-mail addresses or texts, one field a line, and with whole leads.
//!
//! ```sh
//! cargo run --release --example check_contacts                 # the bundled leads
//! cargo run --release --example check_contacts -- --phones PHONES.txt [--region CN]
//! cargo run --release --example check_contacts -- --emails EMAILS.txt
//! cargo run --release --example check_contacts -- --texts TEXTS.txt --lexicon WORDS.txt
//! cargo run --release --example check_contacts -- --csv LEADS.csv --rules RULES.json [--map MAP.json] [--dry-run OLD.json]
//! ```
//!
//! Output is TSV, a line for every finding or good value, each input line at least once:
//! `line severity rule matched span_start span_end normalised`. Lines count from 0, spans are bytes of the line, `-` stands
//! for none. Tabs, line breaks and backslashes of `matched` are escaped. `-` as FILE is the standard input.
//!
//! A line of WORDS is a word, or a word, a tab and its category (`violation` by default); with the category `allowed` it
//! is a harmless phrase that may hold a word. A hit blocks; one with signs between its characters, or with characters
//! repeated, flags.
//!
//! With `--csv`, lines are the rows of a table behind its heading, the leads come in by their time, and more columns
//! name field and lead and say why: `code`, `detail` and a sentence. Behind the rows stand the headings that no field
//! has, what of the rules looks like a mistake, and the rules that failed. RULES are blacklist rules, or rules of the
//! main job. `--dry-run OLD` adds what RULES change for the same leads after OLD; `--released IDS`, ids of blocked
//! leads that somebody has released, adds the precision of each rule.

use std::process::ExitCode;

#[path = "../support/program.rs"]
mod host;
mod program;

fn main() -> ExitCode {
    host::run(|arguments, read, out| program::run(arguments, read, out), |()| 0, 1)
}
