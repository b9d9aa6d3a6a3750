//! When something is due: a deadline for every line of a table, or the working time between two moments.
//!
//! ```sh
//! cargo run --release --example deadline
//! cargo run --release --example deadline -- --clock office_hours --windows 09:00-12:00,13:30-18:00 LEADS.tsv
//! cargo run --release --features chrono-tz --example deadline -- --calendar new_york.json --clock workday LEADS.tsv
//! ```

use std::io::{BufWriter, Read, Write, stderr, stdin, stdout};
use std::path::Path;
use std::process::ExitCode;

mod program;

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn main() -> ExitCode {
    let mut out = BufWriter::new(stdout().lock());
    let result = program::run(std::env::args().skip(1), &read, &mut out, &mut stderr());
    // What is answered comes out before what is said about the rest.
    let flushed = out.flush();
    match result.and_then(|()| Ok(flushed?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
