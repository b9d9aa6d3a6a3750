//! The program without its surroundings: arguments in, lines out.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use leadkit::model::ColumnMap;
use options::{Job, Options};
use print::{Finding, HEADER};

mod leads;
mod options;
mod print;
mod values;
mod words;

/// Reads a file, or the standard input for `-`.
pub(crate) type ReadFile<'r> = &'r dyn Fn(&Path) -> std::io::Result<Vec<u8>>;

/// Runs the program with its arguments.
///
/// # Errors
/// When the arguments cannot be understood, a file cannot be read or the output cannot be written.
pub(crate) fn run(
    arguments: impl Iterator<Item = String>,
    read: ReadFile<'_>,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let Options { job, file } = Options::parse(arguments)?;
    let text = text_of(&file, read)?;
    match job {
        Job::Phones(region) => lines(&text, out, &|line| values::phones(line, region)),
        Job::Emails => lines(&text, out, &values::emails),
        Job::Leads { rules, map, old, released } => {
            let document = |path: &Path| leads::rules(path, &text_of(path, read)?);
            let map = match map {
                Some(path) => serde_json::from_str(&text_of(&path, read)?)
                    .map_err(|error| format!("{}: {error}", path.display()))?,
                None => ColumnMap::default(),
            };
            let lines = |text: String| text.lines().map(|line| line.trim().to_owned()).collect();
            let (rules, old) = (document(&rules)?, old.as_deref().map(document).transpose()?);
            let job = leads::Job {
                table: &text,
                map: &map,
                rules: &rules,
                old: old.as_ref(),
                released: released.as_deref().map(|path| text_of(path, read)).transpose()?.map(lines),
            };
            leads::run(&job, out)
        }
        Job::Texts { words } => {
            let lexicons = words::Lexicons::read(&words, &text_of(&words, read)?)?;
            lines(&text, out, &|line| lexicons.find(line))
        }
    }
}

/// The text of a file. Bytes that are no UTF-8 become one sign each, so that lines and all other spans stay what they are.
fn text_of(file: &Path, read: ReadFile<'_>) -> Result<String, Box<dyn Error>> {
    let bytes = read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

fn lines(
    text: &str,
    out: &mut impl Write,
    find: &dyn Fn(&str) -> Vec<Finding>,
) -> Result<(), Box<dyn Error>> {
    writeln!(out, "{HEADER}")?;
    for (number, line) in text.lines().enumerate() {
        for finding in find(line) {
            print::finding(out, number, line, &finding)?;
        }
    }
    Ok(())
}
