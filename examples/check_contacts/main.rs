//! Reads phone numbers or e-mail addresses, one field a line, and says what is wrong with each value.
//!
//! ```sh
//! cargo run --release --example check_contacts -- --phones PHONES.txt [--region CN]
//! cargo run --release --example check_contacts -- --emails EMAILS.txt
//! ```
//!
//! Output is TSV, a line for every finding or good value, each input line at least once:
//! `line severity rule matched span_start span_end normalised`. Lines count from 0, spans are bytes of the line, `-` stands
//! for none. Tabs, line breaks and backslashes of `matched` are escaped. `-` as FILE is the standard input.

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
        // A reader that has seen enough is no error.
        Err(error) if is_closed(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
