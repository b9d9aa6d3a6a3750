//! When something is due: a deadline for every line of a table, or the working time between two moments.
//!
//! ```sh
//! cargo run --release --example deadline
//! cargo run --release --example deadline -- --clock office_hours --windows 09:00-12:00,13:30-18:00 LEADS.tsv
//! cargo run --release --features chrono-tz --example deadline -- --calendar new_york.json --clock workday LEADS.tsv
//! ```

use std::process::ExitCode;

#[path = "../support/program.rs"]
mod host;
mod program;

fn main() -> ExitCode {
    host::run(|arguments, read, out| program::run(arguments, read, out, &mut host::Notes), |()| 0, 1)
}
