//! What is due, late and recycled on the leads of a history, to which pool each goes, and why.
//!
//! ```sh
//! cargo run --release --example follow_up
//! cargo run --release --example follow_up -- HISTORY.csv --rules b2c --now 2026-03-09T09:00:00+08:00 --explain
//! ```

use std::io::{BufWriter, Write, stdout};
use std::process::ExitCode;

mod program;

fn main() -> ExitCode {
    let mut out = BufWriter::new(stdout().lock());
    let result = program::run(std::env::args().skip(1), &|path| std::fs::read(path), &mut out);
    let flushed = out.flush();
    match result.and_then(|()| Ok(flushed?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
