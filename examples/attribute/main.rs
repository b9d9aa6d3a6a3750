//! Credits channels with conversions, from a table of paths or of events.
//!
//! ```text
//! cargo run --release --example attribute                                        the bundled sample, all models
//! cargo run --release --example attribute -- PATHS.tsv --model markov:2          your own paths
//! cargo run --release --example attribute -- EVENTS.tsv --events --model time_decay:7d
//! ```

use std::process::ExitCode;

use program::Outcome;

#[path = "../support/program.rs"]
mod host;
mod program;

fn main() -> ExitCode {
    let code = |outcome| match outcome {
        Outcome::Whole => 0,
        Outcome::Part => 1,
    };
    host::run(|arguments, read, out| program::run(arguments, read, out, &mut host::Notes), code, 2)
}
