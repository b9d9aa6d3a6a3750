//! The body of `main` for an example whose program takes arguments, files and an output: what surrounds it.

use std::error::Error;
use std::io::{self, BufWriter, Read, StdoutLock, Write, stderr, stdin, stdout};
use std::path::Path;
use std::process::ExitCode;
use std::vec::IntoIter;

#[path = "words.rs"]
mod words;

/// Reads a file, or the standard input for `-`.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Runs a program on the process's arguments and the standard output. `code` is the exit code of what it gives,
/// `failed` that of an error.
pub(crate) fn run<T>(
    program: impl FnOnce(
        IntoIter<String>,
        &dyn Fn(&Path) -> io::Result<Vec<u8>>,
        &mut BufWriter<StdoutLock<'static>>,
    ) -> Result<T, Box<dyn Error>>,
    code: impl FnOnce(T) -> u8,
    failed: u8,
) -> ExitCode {
    let mut out = BufWriter::new(stdout().lock());
    let result = words::arguments().and_then(|arguments| program(arguments.into_iter(), &read, &mut out));
    // What was found comes out before what is said about the rest.
    let flushed = out.flush();
    match result.and_then(|given| Ok(flushed.map(|()| given)?)) {
        Ok(given) => ExitCode::from(code(given)),
        // A reader that has seen enough is no error.
        Err(error) if is_closed(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody reads what is said, it is said by the code.
            let _ = writeln!(stderr(), "{error}");
            ExitCode::from(failed)
        }
    }
}

fn is_closed(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The standard error for notes beside the output: a reader that is gone takes nothing from the output.
#[allow(dead_code, reason = "not every example has notes")]
pub(crate) struct Notes;

impl Write for Notes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = stderr().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
