//! Tables with a header, read by the names of their columns.

use std::error::Error;
use std::fmt;

use leadkit::text::closest;

/// Most faults that are listed.
const MAX_LISTED: usize = 20;

/// What is wrong with a cell of the table.
#[derive(Debug)]
pub(crate) struct CellError {
    line: usize,
    column: usize,
    name: String,
    found: String,
    wanted: String,
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CellError { line, column, name, found, wanted } = self;
        write!(f, "line {line}, column {column}")?;
        if !name.is_empty() {
            write!(f, " ({name})")?;
        }
        match found.as_str() {
            "" => write!(f, ": found nothing, expected {wanted}"),
            found => write!(f, ": found `{found}`, expected {wanted}"),
        }
    }
}

impl Error for CellError {}

/// Everything that is wrong with a table, one line each; those that are not listed are counted.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    listed: Vec<String>,
    more: usize,
}

impl Faults {
    pub(crate) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    pub(crate) fn add(&mut self, fault: impl ToString) {
        if self.listed.len() < MAX_LISTED {
            self.listed.push(fault.to_string());
        } else {
            self.more += 1;
        }
    }

    /// What a cell holds; a fault is written down and reads as nothing.
    pub(crate) fn keep<T>(&mut self, read: Result<Option<T>, CellError>) -> Option<T> {
        read.map_err(|fault| self.add(fault)).ok().flatten()
    }

    pub(crate) fn check(mut self) -> Result<(), Box<dyn Error>> {
        if self.is_empty() {
            return Ok(());
        }
        if self.more > 0 {
            self.listed.push(format!("and {} more", self.more));
        }
        Err(self.listed.join("\n").into())
    }
}

/// One line of a table.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) line: usize,
    cells: Vec<&'a str>,
}

/// A table with a header.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    /// Where each wanted column stands.
    places: Vec<Option<usize>>,
    names: &'static [&'static [&'static str]],
    pub(crate) rows: Vec<Row<'a>>,
}

impl<'a> Table<'a> {
    /// Reads a table. `names` lists the names of each wanted column; the first `needed` must be there, in the header and
    /// in every line. Lines without a cell are passed over.
    pub(crate) fn read(
        text: &'a str,
        names: &'static [&'static [&'static str]],
        needed: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let (header, number) = lines.next().unwrap_or(("", 1));
        let titles: Vec<String> =
            header.split('\t').map(|title| unquoted(title.trim()).to_lowercase()).collect();
        let mut faults = Faults::default();
        let places = places(&titles, number, names, needed, &mut faults);
        let width = titles.len();
        let mut rows = Vec::new();
        for (line, number) in lines {
            let cells: Vec<&str> = line.split('\t').map(|cell| unquoted(cell.trim())).collect();
            let fault = |column: usize, name: &str, found: &str, wanted: String| CellError {
                line: number,
                column,
                name: name.to_owned(),
                found: found.to_owned(),
                wanted,
            };
            if let Some(more) = (width..cells.len()).find(|place| !cells[*place].is_empty()) {
                faults.add(fault(
                    more + 1,
                    "",
                    cells[more],
                    format!("the end of the line after {width} columns"),
                ));
            }
            let missing =
                (0..needed).find(|wanted| places[*wanted].is_some_and(|place| place >= cells.len()));
            if let Some(missing) = missing {
                let wanted = format!("a cell, with a tab before it: the header has {width} columns");
                faults.add(fault(cells.len() + 1, names[missing][0], "", wanted));
            }
            rows.push(Row { line: number, cells });
        }
        faults.check()?;
        Ok(Table { places, names, rows })
    }

    pub(crate) fn has(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    /// The text of a wanted column; `None` when it is blank, or the column or the end of the line is missing.
    pub(crate) fn cell(&self, row: &Row<'a>, wanted: usize) -> Option<&'a str> {
        row.cells.get(self.places[wanted]?).copied().filter(|text| !text.is_empty())
    }

    /// A fault of a cell.
    pub(crate) fn error(&self, row: &Row<'a>, column: usize, wanted: impl Into<String>) -> CellError {
        CellError {
            line: row.line,
            column: self.places[column].map_or(0, |place| place + 1),
            name: self.names[column][0].to_owned(),
            found: self.cell(row, column).unwrap_or_default().to_owned(),
            wanted: wanted.into(),
        }
    }

    /// A whole number, also where a tool wrote it as a decimal: `2.0`.
    pub(crate) fn count(&self, row: &Row<'a>, column: usize) -> Result<Option<u64>, CellError> {
        let Some(text) = self.cell(row, column) else { return Ok(None) };
        match Decimal::read(text).and_then(|number| number.whole()).filter(|number| *number <= 1 << 53) {
            Some(number) => Ok(Some(number)),
            None => Err(self.error(row, column, "a whole number from 0 to 9007199254740992")),
        }
    }

    pub(crate) fn decimal(&self, row: &Row<'a>, column: usize) -> Result<Option<Decimal<'a>>, CellError> {
        let Some(text) = self.cell(row, column) else { return Ok(None) };
        Decimal::read(text).map(Some).ok_or_else(|| self.error(row, column, "a decimal, such as 1250.50"))
    }
}

/// A cell without the quotes that spreadsheets put around some.
fn unquoted(cell: &str) -> &str {
    let inner = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).map_or(cell, str::trim)
}

/// Where the wanted columns stand.
fn places(
    titles: &[String],
    line: usize,
    names: &[&[&str]],
    needed: usize,
    faults: &mut Faults,
) -> Vec<Option<usize>> {
    let mut places = vec![None; names.len()];
    let mut fault = |column: usize, found: &str, wanted: String| {
        faults.add(CellError { line, column, name: "header".to_owned(), found: found.to_owned(), wanted });
    };
    let all = || names.iter().map(|names| names[0]).collect::<Vec<_>>().join(", ");
    for (index, title) in titles.iter().enumerate() {
        match names.iter().position(|names| names.contains(&title.as_str())) {
            Some(column) => match places[column] {
                None => places[column] = Some(index),
                Some(first) => {
                    let wanted = format!("one column `{}`: column {} is it", names[column][0], first + 1);
                    fault(index + 1, title, wanted);
                }
            },
            None => {
                let near = closest(title, names.iter().copied().flatten().copied());
                let near = near.map_or(String::new(), |near| format!(" (did you mean `{near}`?)"));
                fault(index + 1, title, format!("the name of a column{near}: {}, with a tab between", all()));
            }
        }
    }
    for missing in (0..needed).filter(|column| places[*column].is_none()) {
        fault(titles.len() + 1, "", format!("a column `{}`", names[missing][0]));
    }
    places
}

/// A decimal as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal<'a> {
    is_negative: bool,
    whole: &'a str,
    /// Without zeros at the end.
    part: &'a str,
}

impl<'a> Decimal<'a> {
    fn read(text: &'a str) -> Option<Decimal<'a>> {
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit());
        (all_digits && !whole.is_empty()).then(|| Decimal {
            is_negative,
            whole: whole.trim_start_matches('0'),
            part: part.trim_end_matches('0'),
        })
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.part.is_empty()
    }

    /// The number, when it is whole and not below zero.
    fn whole(&self) -> Option<u64> {
        let is_whole = self.part.is_empty() && !self.is_negative;
        is_whole.then(|| format!("0{}", self.whole).parse().ok())?
    }

    /// How many decimals it has.
    pub(crate) fn decimals(&self) -> usize {
        self.part.len()
    }

    /// How large it is, roughly.
    pub(crate) fn size(&self) -> f64 {
        format!("0{}.{}", self.whole, self.part).parse().unwrap_or(f64::INFINITY)
    }

    /// In units of 10^-decimals, further decimals rounded half to even; `None` when 64 bits do not hold it.
    pub(crate) fn in_units(&self, decimals: usize) -> Option<i64> {
        let (kept, cut) = self.part.split_at(decimals.min(self.part.len()));
        let units: i64 = format!("0{}{kept:0<decimals$}", self.whole).parse().ok()?;
        let up = match cut.as_bytes() {
            [] => false,
            [b'5'] => units % 2 == 1,
            [first, ..] => *first >= b'5',
        };
        let units = units.checked_add(i64::from(up))?;
        Some(if self.is_negative { -units } else { units })
    }
}
