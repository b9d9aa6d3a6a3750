//! What is due, late and recycled on the leads of a history, to which pool each goes, and why.
//!
//! ```sh
//! cargo run --release --example follow_up
//! cargo run --release --example follow_up -- HISTORY.csv --rules b2c --now 2026-03-09T09:00:00+08:00 --explain
//! ```

use std::process::ExitCode;

#[path = "../support/program.rs"]
mod host;
mod program;

fn main() -> ExitCode {
    host::run(|arguments, read, out| program::run(arguments, read, out, &mut host::Notes), |()| 0, 2)
}
