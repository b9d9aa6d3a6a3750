//! Who would get which lead: a strategy alone, or a whole scenario of reps and leads.
//!
//! ```sh
//! cargo run --release --example assign_sim
//! cargo run --release --example assign_sim -- --strategy smooth_weighted --weights 5,1,1 --count 7
//! cargo run --release --example assign_sim -- --scenario FILE.json
//! ```

use std::io::{BufWriter, Read, Write, stdin, stdout};
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
    let result = program::run(std::env::args().skip(1), &read, &mut out);
    let flushed = out.flush();
    match result.and_then(|()| Ok(flushed?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
