//! Reading the table.

use std::error::Error;
use std::path::Path;

use chrono::{DateTime, FixedOffset, Utc};
use leadkit::calendar::Amount;

use super::Read;

/// One line of the table.
pub(super) enum Line {
    /// Kept as it is.
    Kept,
    Header,
    Question(DateTime<Utc>, Second),
}

/// What is asked about the start.
pub(super) enum Second {
    Add(Amount),
    Subtract(Amount),
    Until(DateTime<Utc>),
}

pub(super) fn read_text(path: &Path, read: &Read<'_>) -> Result<String, Box<dyn Error>> {
    let bytes = read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let cure = format!("iconv -f UTF-16 -t UTF-8 {}", path.display());
        return Err(format!("{}: found UTF-16, expected UTF-8: {cure}", path.display()).into());
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let name = path.display();
        return Err(match bytes.get(..2) {
            Some([0, second]) if *second != 0 => {
                format!("{name}: found UTF-16, expected UTF-8: iconv -f UTF-16BE -t UTF-8 {name}")
            }
            Some([first, 0]) if *first != 0 => {
                format!("{name}: found UTF-16, expected UTF-8: iconv -f UTF-16LE -t UTF-8 {name}")
            }
            _ => {
                let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
                format!("{name}: line {line}: found the byte 0x00, expected text")
            }
        }
        .into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
        let found = error.as_bytes()[good.len()];
        format!("{}: line {line}, byte {column}: found the byte {found:#04x}, expected UTF-8", path.display())
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The lines, each with its own end; a last one without gets the end of the first.
pub(super) fn split_lines(text: &str) -> Result<Vec<(&str, &str)>, &'static str> {
    if text.contains('\r') && !text.contains('\n') {
        return Err("found lines that end with CR alone, expected LF or CR LF: tr '\\r' '\\n'");
    }
    let split = |line: &'_ str| line.trim_end_matches(['\r', '\n']).len();
    let mut lines: Vec<(&str, &str)> =
        text.split_inclusive('\n').map(|line| line.split_at(split(line))).collect();
    let usual = lines.first().map_or("", |(_, end)| *end);
    if let Some((_, end)) = lines.last_mut().filter(|(_, end)| !end.ends_with('\n')) {
        *end = if usual.ends_with('\n') { usual } else { "\n" };
    }
    Ok(lines)
}

/// The text with its control characters as they are written, such as `\u{1b}`.
pub(super) fn visible(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// A line of the table, or the column that cannot be read and why.
pub(super) fn read_line(line: &str, between: bool, is_first: bool) -> Result<Line, (usize, String)> {
    if line.trim().is_empty() || line.starts_with('#') {
        return Ok(Line::Kept);
    }
    let mut cells = line.split('\t').map(str::trim);
    let first = cells.next().unwrap_or_default();
    if is_first && ["start", "from", "t", "开始"].contains(&first.to_lowercase().as_str()) {
        return Ok(Line::Header);
    }
    let wanted = if between { "a second moment" } else { "an amount such as 24h, 3d or 7wd" };
    // Spaces where the tab should be.
    let word = first.split_whitespace().next().unwrap_or_default();
    if word.len() < first.len() && read_moment(word).is_ok() {
        return Err((2, format!("found no tab in {}, expected a tab before {wanted}", quoted(first))));
    }
    let start = read_moment(first).map_err(|what| (1, what))?;
    let Some(second) = cells.next() else {
        return Err((2, format!("found the end of the line, expected a tab and {wanted}")));
    };
    if between {
        let until = read_moment(second).map_err(|what| (2, what))?;
        return Ok(Line::Question(start, Second::Until(until)));
    }
    if second.is_empty() {
        return Err((2, format!("found nothing, expected {wanted}")));
    }
    let (amount, back) = match second.strip_prefix(['-', '−']) {
        Some(amount) => (amount.trim_start(), true),
        None => (second, false),
    };
    if back && amount.starts_with(['-', '−', '+']) {
        return Err((2, format!("found {}, expected one sign: -24h counts back", quoted(second))));
    }
    let amount = amount.parse::<Amount>().map_err(|error| {
        // An amount has no sign: the one of the line stands before what was found and what to write.
        let sign = if back { "-" } else { "" };
        let found = error.to_string().replacen('`', &format!("`{sign}"), 1);
        (2, format!("{found}: {}", error.help().replace("`\"", &format!("`{sign}")).replace('"', "")))
    })?;
    Ok(Line::Question(start, if back { Second::Subtract(amount) } else { Second::Add(amount) }))
}

fn read_moment(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::<FixedOffset>::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).map_err(|error| {
        // A date and a time that only lack their offset.
        let local = text.parse::<chrono::NaiveDateTime>().is_ok()
            || format!("{}:00", text.replacen(' ', "T", 1)).parse::<chrono::NaiveDateTime>().is_ok()
            || text.replacen(' ', "T", 1).parse::<chrono::NaiveDateTime>().is_ok();
        let why = if local { "the offset from UTC is missing".to_owned() } else { error.to_string() };
        let found = quoted(text);
        format!("found {found}, expected a time in RFC 3339 such as 2026-03-02T09:00:00+08:00 ({why})")
    })
}

/// What was found, shortened.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        _ if text.is_empty() => "nothing".to_owned(),
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
        None => format!("`{text}`"),
    }
}
