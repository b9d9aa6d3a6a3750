//! Credits channels with conversions, from a table of paths or of events.
//!
//! ```text
//! cargo run --release --example attribute                                        the bundled sample, all models
//! cargo run --release --example attribute -- PATHS.tsv --model markov:2          paths of your own
//! cargo run --release --example attribute -- EVENTS.tsv --events --model time_decay:7d
//! ```

use std::io::{BufWriter, stderr, stdout};
use std::process::ExitCode;

mod program;

fn main() -> ExitCode {
    let mut out = BufWriter::new(stdout().lock());
    match program::run(std::env::args().skip(1), &|path| std::fs::read(path), &mut out, &mut stderr()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
