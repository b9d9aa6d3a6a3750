//! The words of the command line.

use std::error::Error;

/// The process's arguments, without the name of the program.
///
/// # Errors
/// The first that is not UTF-8.
pub(crate) fn arguments() -> Result<Vec<String>, Box<dyn Error>> {
    let read = |argument: std::ffi::OsString| {
        argument.into_string().map_err(|argument| {
            format!(
                "the argument {} is not UTF-8: rename the file, or set the terminal to UTF-8",
                argument.display()
            )
            .into()
        })
    };
    std::env::args_os().skip(1).map(read).collect()
}
