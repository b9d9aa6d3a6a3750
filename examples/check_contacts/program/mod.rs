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
    match job {
        Job::Phones(region) => lines(&values_of(&file, read)?, out, &|line| values::phones(line, region)),
        Job::Emails => lines(&values_of(&file, read)?, out, &values::emails),
        Job::Leads { rules, map, old, released } => {
            let text = text_of(&file, read)?;
            let document = |path: &Path| leads::rules(path, &text_of(path, read)?);
            let map = match map {
                Some(path) => leadkit::model::from_json_str(&text_of(&path, read)?)
                    .map_err(|errors| format!("{}: {errors}", path.display()))?,
                None => ColumnMap::default(),
            };
            let lines = |text: String| {
                let ids = text.lines().map(str::trim).filter(|line| !line.is_empty());
                ids.map(str::to_owned).collect()
            };
            let ((rules, warnings), old) = (document(&rules)?, old.as_deref().map(document).transpose()?);
            let job = leads::Job {
                table: &text,
                map: &map,
                rules: &rules,
                warnings: &warnings,
                old: old.as_ref().map(|(rules, _)| rules),
                released: released.as_deref().map(|path| text_of(path, read)).transpose()?.map(lines),
            };
            leads::run(&job, out)
        }
        Job::Texts { words } => {
            let lexicons = words::Lexicons::read(&words, &text_of(&words, read)?)?;
            let text = text_of(&file, read)?;
            lines(&text, out, &|line| lexicons.find(line))
        }
    }
}

/// The text of a file.
///
/// # Errors
/// When it is no UTF-8: the words of another encoding would be looked for in vain, and nobody would know.
fn text_of(file: &Path, read: ReadFile<'_>) -> Result<String, Box<dyn Error>> {
    let bytes = bytes_of(file, read)?;
    let name = file.display();
    let cure = |from: &str| format!("iconv -f {from} -t UTF-8 {name} > utf8.txt");
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(format!("{name}: found UTF-16, expected UTF-8: {}", cure("UTF-16")).into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        let found = error.as_bytes().get(good.len()).copied().unwrap_or_default();
        let cure = cure("GB18030");
        format!("{name}: line {line}, byte {column}: found the byte {found:#04x}, expected UTF-8; if it is GBK: {cure}")
    })?;
    Ok(without_mark(text))
}

/// The lines of a file of numbers or addresses. They are ASCII in every encoding there is; a byte of a note beside them that
/// is no UTF-8 becomes a sign, so that every line appears.
fn values_of(file: &Path, read: ReadFile<'_>) -> Result<String, Box<dyn Error>> {
    Ok(without_mark(String::from_utf8_lossy(&bytes_of(file, read)?).into_owned()))
}

fn bytes_of(file: &Path, read: ReadFile<'_>) -> Result<Vec<u8>, Box<dyn Error>> {
    read(file).map_err(|error| format!("{}: {error}", file.display()).into())
}

/// The text without the mark of its encoding.
fn without_mark(text: String) -> String {
    text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text)
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
