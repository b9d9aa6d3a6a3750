//! The lives of leads from a file of events: who gets which when, what people are told, and whether the laws hold.
//!
//! ```text
//! cargo run --release --example life                            the bundled scenario
//! cargo run --release --example life -- SCENARIO.jsonl          a scenario of your own, one event a line
//! cargo run --release --example life -- --soak 20000 --seed 7   a generated quarter
//! ```

use std::io::{BufWriter, Write, stderr, stdout};
use std::process::ExitCode;

mod program;

fn main() -> ExitCode {
    let mut out = BufWriter::new(stdout().lock());
    let result = program::run(std::env::args().skip(1), &|path| std::fs::read(path), &mut out, &mut stderr());
    // What happened comes out before what is said about it.
    let flushed = out.flush();
    match result.and_then(|verdict| Ok(flushed.map(|()| verdict)?)) {
        Ok(program::Verdict::Lawful) => ExitCode::SUCCESS,
        Ok(program::Verdict::Broken) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
