//! Credits channels with conversions, from a table of paths or of events.
//!
//! ```text
//! cargo run --release --example attribute                                        the bundled sample, all models
//! cargo run --release --example attribute -- PATHS.tsv --model markov:2          paths of your own
//! cargo run --release --example attribute -- EVENTS.tsv --events --model time_decay:7d
//! ```

use std::io::{BufWriter, stderr, stdout};
use std::process::ExitCode;

use program::Outcome;

mod program;

fn main() -> ExitCode {
    let mut out = BufWriter::new(stdout().lock());
    match program::run(std::env::args().skip(1), &|path| std::fs::read(path), &mut out, &mut stderr()) {
        Ok(Outcome::Whole) => ExitCode::SUCCESS,
        Ok(Outcome::Part) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
