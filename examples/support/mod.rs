//! What the examples share: reading files and arguments. A library has no I/O; a host does.
#![allow(dead_code, reason = "each example uses a part")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use leadkit::model::{self, Activity, ColumnMap, Lead, RowIssue};
use serde::de::DeserializeOwned;

#[path = "words.rs"]
mod words;

/// A file bundled with the examples.
pub(crate) fn bundled(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data").join(name)
}

/// Reads a JSON file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    model::from_json_str(&read_text(path)?).map_err(|errors| format!("{}: {errors}", path.display()).into())
}

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, Box<dyn Error>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    utf8(path, &bytes).map(str::to_owned)
}

/// The rows of a table of leads: every row is in one of the two lists.
pub(crate) struct Table {
    pub(crate) leads: Vec<Lead>,
    pub(crate) rejected: Vec<Vec<RowIssue>>,
}

/// Reads a CSV file of leads through a column map.
pub(crate) fn read_leads(path: &Path, map: &ColumnMap) -> Result<Table, Box<dyn Error>> {
    let named = |error: csv::Error| format!("{}: {error}", path.display());
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    refuse_utf16(path, &bytes)?;
    let mut reader = csv_reader(true, &bytes);
    let headers = reader.byte_headers().map_err(named)?.iter().enumerate();
    let columns: Vec<String> =
        headers.map(|(index, name)| header(path, index, name)).collect::<Result<_, _>>()?;
    let mut importer = map
        .importer(&columns)
        .map_err(|errors| format!("the columns of {} do not fit the map: {errors}", path.display()))?;
    let mut table = Table { leads: Vec::new(), rejected: Vec::new() };
    // Where the rows begin, and the line that is.
    let mut start = reader.position().byte() as usize;
    let mut line = reader.position().line();
    'rows: loop {
        let rest = &bytes[start..];
        let mut reader = csv_reader(false, rest);
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(named)? {
            let position = record.position().map_or(0, |position| position.byte() as usize);
            let end = reader.position().byte() as usize;
            // The line end of the row before may still stand in front of the record.
            let before = rest[position..end].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let at = position + before;
            let at_line = line + record.position().map_or(0, |position| position.line() - 1);
            let raw = rest[at..end].trim_ascii_end();
            let raw_line_end = raw.iter().position(|byte| *byte == b'\n');
            // Lines after the first of a record that look like rows themselves are rows a quote has swallowed.
            let is_row =
                |text: &[u8]| text.iter().filter(|byte| **byte == b',').count() + 1 >= columns.len().max(3);
            let swallows =
                record.len() != columns.len() || raw.split(|byte| *byte == b'\n').skip(1).any(is_row);
            if let (true, Some(cut)) = (swallows, raw_line_end) {
                let message = "a quote on this line is not closed";
                table.rejected.push(vec![RowIssue::new(at_line, "", "unclosed_quote", message)]);
                start += at + cut + 1;
                line = at_line + 1;
                continue 'rows;
            }
            let row: Vec<&[u8]> = record.iter().collect();
            match importer.read_bytes(at_line, &row) {
                Ok(lead) => table.leads.push(lead),
                Err(issues) => table.rejected.push(issues),
            }
        }
        return Ok(table);
    }
}

/// A name of a column, which spreadsheets do not always save as UTF-8.
fn header(path: &Path, index: usize, name: &[u8]) -> Result<String, Box<dyn Error>> {
    let name = std::str::from_utf8(name).map_err(|_| {
        let place = format!("{}: line 1, column {}", path.display(), index + 1);
        format!("{place}: found bytes that are not UTF-8: save the table as UTF-8")
    })?;
    Ok(name.to_owned())
}

fn csv_reader(headers: bool, bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().flexible(true).has_headers(headers).from_reader(bytes)
}

/// Reads a CSV file of activities (`id,lead,kind,time` and any other field of one), by lead.
pub(crate) fn read_activities(path: &Path) -> Result<BTreeMap<String, Vec<Activity>>, Box<dyn Error>> {
    let named = |error: csv::Error| format!("{}: {error}", path.display());
    let mut by_lead: BTreeMap<String, Vec<Activity>> = BTreeMap::new();
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = utf8(path, &bytes)?;
    let mut reader = csv_reader(true, text.as_bytes());
    let headers = reader.headers().map_err(named)?.clone();
    for (index, name) in headers.iter().enumerate() {
        let place = format!("{}: line 1, column {}", path.display(), index + 1);
        if headers.iter().take(index).any(|before| before == name) {
            return Err(format!("{place}: a second column is called `{name}`: rename one").into());
        }
        if !ACTIVITY_COLUMNS.contains(&name) {
            let help = leadkit::error::suggestion(name, ACTIVITY_COLUMNS);
            eprintln!("warning: {place}: {} is not read: {help}", shown(name));
        }
    }
    if let Some(missing) =
        ["id", "lead", "kind", "time"].into_iter().find(|name| !headers.iter().any(|h| h == *name))
    {
        return Err(format!("{}: line 1: there is no column `{missing}`: add it", path.display()).into());
    }
    for record in reader.records() {
        let record = record.map_err(named)?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != headers.len() {
            let (cells, columns) = (record.len(), headers.len());
            return Err(
                format!("{}: line {line}: found {cells} cells, expected {columns}", path.display()).into()
            );
        }
        let wrong = headers
            .iter()
            .zip(&record)
            .find_map(|(column, cell)| Some((column, cell, wanted(column, cell)?)));
        if let Some((column, cell, wanted)) = wrong {
            let place = format!("{}: line {line}, column `{column}`", path.display());
            return Err(format!("{place}: found {}, expected {wanted}", shown(cell)).into());
        }
        let activity: Activity = record
            .deserialize(Some(&headers))
            .map_err(|error| format!("{}: line {line}: {error}", path.display()))?;
        by_lead.entry(activity.lead.to_string()).or_default().push(activity);
    }
    Ok(by_lead)
}

const ACTIVITY_COLUMNS: [&str; 12] = [
    "id",
    "lead",
    "kind",
    "time",
    "channel",
    "campaign",
    "page",
    "content",
    "progress",
    "duration",
    "intent",
    "shared_by",
];

/// What of a cell is shown: nothing of what may be a phone number, an address or an account.
fn shown(cell: &str) -> String {
    let digits = cell.chars().filter(|c| c.is_numeric()).count();
    let is_date =
        cell.get(..4).is_some_and(|year| year.parse::<u16>().is_ok()) && cell.contains(['-', '/', '.']);
    if cell.contains('@') || cell.starts_with("wx") || digits >= 7 && !is_date {
        return format!("a text of {} characters", cell.chars().count());
    }
    format!("`{}`", cell.chars().take(40).collect::<String>())
}

/// The text of a file, which spreadsheets and editors do not always save as UTF-8.
fn utf8<'b>(path: &Path, bytes: &'b [u8]) -> Result<&'b str, Box<dyn Error>> {
    refuse_utf16(path, bytes)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        format!("{}: line {line}: found bytes that are not UTF-8: save the file as UTF-8", path.display())
            .into()
    })
}

/// What a cell of a table of activities should be, when it is not.
fn wanted(column: &str, cell: &str) -> Option<&'static str> {
    let is_right = match column {
        "id" | "lead" | "kind" => !cell.trim().is_empty(),
        "time" => cell.parse::<chrono::DateTime<chrono::Utc>>().is_ok(),
        "progress" => cell.is_empty() || cell.parse().is_ok_and(|share: f64| (0.0..=1.0).contains(&share)),
        "duration" => cell.is_empty() || cell.parse::<u32>().is_ok(),
        _ => true,
    };
    (!is_right).then_some(match column {
        "time" => "a time with its zone, such as `2026-03-02T09:00:00+08:00`",
        "progress" => "a number from 0 to 1",
        "duration" => "whole seconds, such as `90`",
        _ => "a text",
    })
}

/// A table that a spreadsheet saved as "Unicode text" is not one of UTF-8.
pub(crate) fn refuse_utf16(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    // Without a mark in front, every second byte of Latin text is 0.
    let zeros = bytes.iter().take(64).filter(|byte| **byte == 0).count();
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) || zeros > 8 {
        let path = path.display();
        return Err(format!("{path}: the table is UTF-16: save it as UTF-8 (in Excel: \"CSV UTF-8\")").into());
    }
    Ok(())
}

/// Reads the lines of a file, unpacked when it ends in `.gz`.
pub(crate) fn read_lines(path: &str) -> io::Result<Vec<String>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
    let file = File::open(path).map_err(named)?;
    let reader: Box<dyn Read> = if path.ends_with(".gz") {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    BufReader::new(reader).lines().collect::<Result<_, _>>().map_err(named)
}

/// Arguments of the form `--name value`, `--flag` and plain ones.
pub(crate) struct Arguments {
    pub(crate) plain: Vec<String>,
    options: BTreeMap<String, String>,
}

impl Arguments {
    /// Reads the process's arguments, given the options that take a value and those that do not.
    pub(crate) fn parse(usage: &str, valued: &[&str], flags: &[&str]) -> Result<Arguments, Box<dyn Error>> {
        Arguments::read(words::arguments()?, usage, valued, flags)
    }

    /// Reads arguments out of words. An option that is there twice is refused: one of the two would be lost.
    pub(crate) fn read(
        words: impl IntoIterator<Item = String>,
        usage: &str,
        valued: &[&str],
        flags: &[&str],
    ) -> Result<Arguments, Box<dyn Error>> {
        let mut arguments = Arguments { plain: Vec::new(), options: BTreeMap::new() };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.strip_prefix("--") {
                Some("help") => {
                    let told = writeln!(io::stdout(), "{usage}");
                    // A reader that has seen enough is no error.
                    let failed = told.is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe);
                    std::process::exit(i32::from(failed));
                }
                Some(name) if valued.contains(&name) => {
                    let value = words.next().ok_or_else(|| format!("--{name} needs a value\n{usage}"))?;
                    if arguments.options.insert(name.to_owned(), value).is_some() {
                        return Err(format!("--{name} is given twice\n{usage}").into());
                    }
                }
                Some(name) if flags.contains(&name) => {
                    arguments.options.insert(name.to_owned(), String::new());
                }
                Some(name) => {
                    let known = valued.iter().chain(flags).copied();
                    let help = leadkit::text::closest(name, known)
                        .map_or(String::new(), |close| format!(", did you mean --{close}?"));
                    return Err(format!("there is no option --{name}{help}\n{usage}").into());
                }
                None => arguments.plain.push(word),
            }
        }
        Ok(arguments)
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.options.contains_key(name)
    }
}

/// Reports an error the way a command line tool does.
pub(crate) fn run(main: impl FnOnce() -> Result<(), Box<dyn Error>>) -> std::process::ExitCode {
    match main() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
