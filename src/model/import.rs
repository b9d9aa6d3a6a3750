//! Leads from rows of text: whatever the columns are called, and without losing anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::MAX_ID;
use super::lead_field::shown;
use super::{FieldType, Lead, LeadField, OpenGroup, Value};
use crate::calendar::Zone;
use crate::error::{Report, RuleErrors, suggestion};
use crate::order;
use crate::text::{Code, scrubbed};

/// Longest text that is taken from a column, in bytes.
const MAX_FIELD_LEN: usize = 64 * 1024;
/// Most constants, and most formats of times: each takes part in every row.
const MAX_CONSTANTS: usize = 256;
const MAX_TIME_FORMATS: usize = 32;
/// The fields that every lead must have.
const NEEDED: [LeadField; 2] = [LeadField::Id, LeadField::CreatedAt];
/// Times without a zone, as `strftime` writes them.
const LOCAL_TIMES: [&str; 5] =
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"];
const UTF_16: &str = "the table is UTF-16: save it as UTF-8 (in Excel: \"CSV UTF-8\")";
/// The separators of several phones, tags and the like in one column.
const SEPARATORS: [char; 4] = [';', '；', '|', '\n'];

/// Names of columns in addition to those of the fields: one phone number is still a `phone`.
const SINGULARS: [(&str, LeadField); 2] = [("phone", LeadField::Phones), ("email", LeadField::Emails)];

/// The field a column or target names.
fn field_of(name: &str) -> Option<LeadField> {
    let singular = || SINGULARS.iter().find(|(singular, _)| *singular == name).map(|(_, field)| *field);
    LeadField::from_name(name).or_else(singular)
}

/// Every name of a field that a target can have.
fn field_names() -> impl Iterator<Item = &'static str> + Clone {
    LeadField::KNOWN.iter().copied().chain(SINGULARS.iter().map(|(singular, _)| *singular))
}

/// Which column of a table fills which field of a lead.
///
/// A column that is not named here fills the field of its own name, or else `attributes.COLUMN` as text. A target
/// may end in a type, for custom attributes: `attributes.visits:number` (`text`, `integer`, `number`,
/// `bool`, `time` or `list`).
///
/// ```
/// use leadkit::model::ColumnMap;
///
/// let map: ColumnMap = serde_json::from_str(r#"{
///     "columns": {"Prospect ID": "id", "Visits": "attributes.visits:number"},
///     "constants": {"created_at": "2026-03-01"},
///     "missing": ["Select"]
/// }"#).unwrap();
/// let mut importer = map.importer(&["Prospect ID", "Visits", "city"])?;
/// let lead = importer.read(2, &["L1", "5", "Select"]).unwrap();
/// assert_eq!((lead.id.as_str(), lead.city), ("L1", None));
///
/// let issues = importer.read(3, &["", "many", "Mumbai"]).unwrap_err();
/// assert_eq!(issues[0].to_string(), "line 3, column `Prospect ID`: `id` is missing");
/// assert_eq!(issues[1].to_string(), "line 3, column `Visits`: `many` is not a number");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnMap {
    /// The field that each column fills, by the column's name.
    pub columns: BTreeMap<String, String>,
    /// Value by target, for what no column holds. At most 256.
    pub constants: BTreeMap<String, String>,
    /// Texts that mean "not known", in addition to blank ones. Case matters.
    pub missing: Vec<String>,
    /// Columns that fill nothing.
    pub ignore: Vec<String>,
    /// Formats of dates and times in addition to RFC 3339, `2026-03-01 [09:00[:00]]` and `2026-03-01T09:00[:00]`, in chrono's
    /// `strftime` notation. At most 32.
    pub time_formats: Vec<String>,
    /// Zone of times that name none.
    pub zone: Zone,
}

/// What is wrong with one field of one row. `Debug` masks what looks like a phone number or an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowIssue {
    /// Line of the table, as the caller counts.
    pub line: u64,
    /// The column; empty when it is about the row as a whole.
    pub column: String,
    /// What kind of mistake it is, such as `not_a_time`.
    pub code: Code,
    /// What is wrong, as an English sentence.
    pub message: String,
}

impl RowIssue {
    /// A mistake the host found itself, such as a quote that is never closed.
    ///
    /// ```
    /// use leadkit::model::RowIssue;
    ///
    /// let issue = RowIssue::new(7, "phone", "unclosed_quote", "the quote before 13812349876 is never closed");
    /// assert_eq!(
    ///     issue.to_string(),
    ///     "line 7, column `phone`: the quote before 138****9876 is never closed",
    /// );
    /// ```
    #[must_use]
    pub fn new(line: u64, column: &str, code: impl Into<Code>, message: impl Into<String>) -> RowIssue {
        let message = scrubbed(&message.into()).into_owned();
        RowIssue { line, column: scrubbed(column).into_owned(), code: code.into(), message }
    }
}

impl fmt::Display for RowIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.message),
            column => write!(f, "line {}, column `{column}`: {}", self.line, self.message),
        }
    }
}

/// Reads rows into leads. Remembers the ids it has seen, so that a second row of the same id is reported.
#[derive(Debug, Clone)]
pub struct Importer {
    map: ColumnMap,
    /// For each column, its name and target.
    columns: Vec<(String, Option<Target>)>,
    constants: Vec<(String, Target)>,
    /// Texts that mean "not known".
    missing: BTreeSet<String>,
    seen: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Field(LeadField),
    Attribute(String, ValueType),
    /// A part of another open group, such as `external_ids.openid`.
    Part(OpenGroup, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ValueType {
    Text,
    Integer,
    Number,
    Bool,
    Time,
    List,
}

const TYPES: [(&str, ValueType); 6] = [
    ("text", ValueType::Text),
    ("integer", ValueType::Integer),
    ("number", ValueType::Number),
    ("bool", ValueType::Bool),
    ("time", ValueType::Time),
    ("list", ValueType::List),
];

fn target(text: &str, report: &mut Report) -> Option<Target> {
    if let Some((OpenGroup::Attributes, rest)) = OpenGroup::split(text) {
        let (name, kind) = rest.rsplit_once(':').unwrap_or((rest, "text"));
        return match TYPES.iter().find(|(known, _)| *known == kind) {
            Some((_, kind)) if !name.is_empty() => Some(Target::Attribute(name.to_owned(), *kind)),
            Some(_) => {
                report.error(
                    "unknown_target",
                    format!("`{text}` does not name an attribute"),
                    "write `attributes.NAME`",
                );
                None
            }
            None => {
                report.unknown_name("unknown_type", "type", kind, TYPES.iter().map(|(known, _)| *known));
                None
            }
        };
    }
    if let Some((group, name)) = OpenGroup::split(text).filter(|(_, name)| !name.is_empty()) {
        return Some(Target::Part(group, name.to_owned()));
    }
    let found = field_of(text).map(Target::Field);
    if found.is_none() {
        report.unknown_name("unknown_target", "field of a lead", text, field_names());
    }
    found
}

impl ColumnMap {
    /// Binds the map to the columns of a table.
    ///
    /// ```
    /// use leadkit::model::ColumnMap;
    ///
    /// let columns = ["id", "created_at", "Mobile"];
    /// let map = |target: &str| ColumnMap {
    ///     columns: [("Mobile".into(), target.into())].into(), ..ColumnMap::default()
    /// };
    /// let lead = map("phones").importer(&columns)?.read(2, &["L1", "2026-03-02 09:00", "13812349876"]).unwrap();
    /// assert_eq!(lead.phones[0].as_str(), "13812349876");
    ///
    /// let errors = map("phnoes").importer(&columns).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].message, "there is no field of a lead `phnoes`");
    /// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `phones`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Targets that do not exist, columns the map names but the table does not have, names that two columns have, single
    /// fields that two columns fill, and a column whose name is that of another which fills a field, but for capitals
    /// and blanks: `Phone` beside `phone`. A byte order mark before the first name is not part of it.
    pub fn importer<S: AsRef<str>>(&self, columns: &[S]) -> Result<Importer, RuleErrors> {
        let mut report = Report::new();
        report.within("columns", |report| {
            let present = order::set(columns.iter().map(|column| header(column.as_ref())));
            for name in self.columns.keys().filter(|name| !present.contains(name.as_str())) {
                let known = columns.iter().map(|column| header(column.as_ref()));
                let help = if report.is_full() { String::new() } else { suggestion(name, known) };
                report.error("unknown_column", format!("the table has no column `{}`", shown(name)), help);
            }
        });
        report.within("time_formats", |report| {
            refuse_more(self.time_formats.len(), MAX_TIME_FORMATS, "formats", report);
            for (index, format) in self.time_formats.iter().enumerate() {
                if StrftimeItems::new(format).any(|item| item == Item::Error) {
                    report.item(index, |report| {
                        let message = format!("`{}` is not a format of times", shown(format));
                        report.error("bad_format", message, "for example `%d-%m-%Y` or `%Y/%m/%d %H:%M`");
                    });
                }
            }
        });
        report_doubles(columns, &mut report);
        let ignored: BTreeSet<&str> = self.ignore.iter().map(String::as_str).collect();
        let bound = columns.iter().map(|column| {
            let column = header(column.as_ref());
            let to = match self.columns.get(column) {
                Some(to) => {
                    report.within("columns", |report| report.within(column, |report| target(to, report)))
                }
                None if ignored.contains(column) => None,
                None => Some(match field_of(column) {
                    Some(field) => Target::Field(field),
                    None => Target::Attribute(column.to_owned(), ValueType::Text),
                }),
            };
            (column.to_owned(), to)
        });
        let columns: Vec<(String, Option<Target>)> = bound.collect();
        let constants = report.within("constants", |report| {
            refuse_more(self.constants.len(), MAX_CONSTANTS, "constants", report);
            let bind = |(to, value): (&String, &String)| {
                let to = report.within(to, |report| target(to, report));
                to.map(|to| (value.clone(), to))
            };
            self.constants.iter().filter_map(bind).collect()
        });
        report_shared_targets(&columns, &mut report);
        self.report_near_names(&columns, &mut report);
        for needed in NEEDED {
            let has = |target: &Target| *target == Target::Field(needed);
            let constant = self.constants.contains_key(needed.as_str());
            if !constant && !columns.iter().any(|(_, to)| to.as_ref().is_some_and(has)) {
                report.error(
                    "missing_target",
                    format!("no column fills `{needed}`"),
                    format!("name its column in `columns`, or give `{needed}` in `constants`"),
                );
            }
        }
        report.finish().map_err(|errors| errors.of("column map"))?;
        let missing = self.missing.iter().cloned().collect();
        Ok(Importer { map: self.clone(), columns, constants, missing, seen: BTreeMap::new() })
    }
}

impl ColumnMap {
    /// Reports a column that the map does not name, where one of nearly the same name fills a field: it would become a
    /// custom attribute, and its contacts would reach nobody.
    fn report_near_names(&self, columns: &[(String, Option<Target>)], report: &mut Report) {
        let folded = |name: &str| name.trim().to_lowercase();
        let filling = columns.iter().filter(|(_, to)| matches!(to, Some(Target::Field(_))));
        let filling = order::map(filling.map(|(name, _)| (folded(name), name)));
        for (name, to) in columns {
            let is_own = matches!(to, Some(Target::Attribute(..))) && !self.columns.contains_key(name);
            if let Some(other) = filling.get(&folded(name)).filter(|_| is_own) {
                report.within("columns", |report| {
                    let (name, other) = (shown(name), shown(other));
                    let message =
                        format!("columns `{other}` and `{name}` have one name but for capitals or blanks");
                    let help = format!("say what `{name}` fills in `columns`, or leave it out by `ignore`");
                    report.error("duplicate_column", message, help);
                });
            }
        }
    }
}

/// Reports that there are more of something than every row can be read with.
fn refuse_more(found: usize, most: usize, of: &str, report: &mut Report) {
    if found > most {
        let message = format!("there are {found} {of}, at most {most} are read");
        report.error("too_many", message, "leave out what this table does not need");
    }
}

/// A name of a column without the byte order mark that editors write before the first.
fn header(name: &str) -> &str {
    name.strip_prefix('\u{feff}').unwrap_or(name)
}

/// Reports names that two columns have: it is not known which of them is meant.
fn report_doubles<S: AsRef<str>>(columns: &[S], report: &mut Report) {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, column) in columns.iter().enumerate() {
        let name = header(column.as_ref());
        if let Some(before) = first.get(name) {
            let message =
                format!("columns {} and {} are both called `{}`", before + 1, index + 1, shown(name));
            report.error("duplicate_column", message, "give each column of the table a unique name");
        } else {
            first.insert(name, index);
        }
    }
}

/// Reports single fields that two columns fill: the last would silently win. Columns of lists are joined.
fn report_shared_targets(columns: &[(String, Option<Target>)], report: &mut Report) {
    let mut first: BTreeMap<&Target, &str> = BTreeMap::new();
    let single = |target: &&Target| match target {
        Target::Field(field) => field.kind() != FieldType::Texts,
        Target::Part(group, _) => *group != OpenGroup::OtherIds,
        Target::Attribute(..) => true,
    };
    for (column, target) in columns {
        let Some(target) = target.as_ref().filter(single) else { continue };
        match first.get(target) {
            Some(before) if *before != column => report.within("columns", |report| {
                let message =
                    format!("columns `{}` and `{}` both fill {target}", shown(before), shown(column));
                report.error("shared_target", message, "list one of them in `ignore`");
            }),
            Some(_) => {}
            None => drop(first.insert(target, column)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Field(field) => write!(f, "`{field}`"),
            Target::Attribute(name, _) => write!(f, "`attributes.{}`", shown(name)),
            Target::Part(group, name) => write!(f, "`{}.{}`", group.as_str(), shown(name)),
        }
    }
}

impl Importer {
    /// Reads one row.
    ///
    /// ```
    /// use leadkit::model::ColumnMap;
    ///
    /// let mut importer = ColumnMap::default().importer(&["id", "created_at", "employee_count"])?;
    /// let lead = importer.read(2, &["L1", "2026-03-02T02:00:00Z", "250"]).unwrap();
    /// assert_eq!(lead.employee_count, Some(250));
    ///
    /// let issues = importer.read(3, &["L1", "2026-03-02T02:00:00Z", "many"]).unwrap_err();
    /// let issues: Vec<String> = issues.iter().map(ToString::to_string).collect();
    /// assert_eq!(issues, [
    ///     "line 3, column `employee_count`: `many` is not a whole number",
    ///     "line 3, column `id`: `L1` is already on line 2",
    /// ]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with the row. It yields no lead then: a host shows the row to its sender.
    pub fn read<S: AsRef<str>>(&mut self, line: u64, row: &[S]) -> Result<Lead, Vec<RowIssue>> {
        let bytes: Vec<&[u8]> = row.iter().map(|cell| cell.as_ref().as_bytes()).collect();
        self.read_bytes(line, &bytes)
    }

    /// Reads one row of a table whose encoding is not known: what is not UTF-8 is reported like any other mistake.
    ///
    /// ```
    /// use leadkit::model::ColumnMap;
    ///
    /// let mut importer = ColumnMap::default().importer(&["id", "created_at", "name"])?;
    /// // The name 张伟 in GBK instead of UTF-8.
    /// let row: [&[u8]; 3] = [b"L1", b"2026-03-02T02:00:00Z", &[0xd5, 0xc5, 0xce, 0xb0]];
    /// let issues = importer.read_bytes(2, &row).unwrap_err();
    /// assert_eq!(
    ///     issues[0].to_string(),
    ///     "line 2, column `name`: the text is not UTF-8: save the table as UTF-8",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`read`](Importer::read).
    pub fn read_bytes<B: AsRef<[u8]>>(&mut self, line: u64, row: &[B]) -> Result<Lead, Vec<RowIssue>> {
        let mut lead = Lead::default();
        let mut issues = Vec::new();
        let mut issue = |column: &str, (code, message): (&'static str, String)| {
            issues.push(RowIssue::new(line, column, code, message));
        };
        if row.len() != self.columns.len() {
            let (found, wanted) = (row.len(), self.columns.len());
            issue("", ("wrong_width", format!("the row has {found} fields, the table {wanted} columns")));
        }
        for (value, to) in &self.constants {
            if let Err(wrong) = self.fill(&mut lead, to, value) {
                issue("", wrong);
            }
        }
        for ((column, to), cell) in self.columns.iter().zip(row) {
            let Some(to) = to else { continue };
            let cell = match readable(cell.as_ref()) {
                Ok(cell) => cell.trim(),
                Err(wrong) => {
                    issue(column, wrong);
                    continue;
                }
            };
            if cell.is_empty() || self.missing.contains(cell) {
                if let Target::Field(needed @ (LeadField::Id | LeadField::CreatedAt)) = to {
                    issue(column, ("missing", format!("`{needed}` is missing")));
                }
            } else if let Err(wrong) = self.fill(&mut lead, to, cell) {
                issue(column, wrong);
            }
        }
        if !lead.id.is_blank() {
            let first = *self.seen.entry(lead.id.as_str().to_owned()).or_insert(line);
            if first != line {
                issue("id", ("duplicate_id", format!("`{}` is already on line {first}", lead.id)));
            }
        }
        if issues.is_empty() { Ok(lead) } else { Err(issues) }
    }

    fn fill(&self, lead: &mut Lead, to: &Target, cell: &str) -> Result<(), (&'static str, String)> {
        match to {
            Target::Part(OpenGroup::OtherIds, name) => {
                lead.other_ids.entry(name.clone()).or_default().extend(parts(cell).map(str::to_owned));
            }
            Target::Part(group, name) => {
                if let Some(parts) = group.texts_mut(lead) {
                    parts.insert(name.clone(), cell.to_owned());
                }
            }
            Target::Attribute(name, kind) => {
                lead.attributes.insert(name.clone(), self.value(*kind, cell)?);
            }
            Target::Field(LeadField::CreatedAt) => lead.created_at = self.time(cell)?,
            Target::Field(LeadField::NextFollowUp) => lead.next_follow_up = Some(self.time(cell)?),
            Target::Field(LeadField::LastActiveAt) => lead.last_active_at = Some(self.time(cell)?),
            Target::Field(LeadField::FiledAt) => lead.filed_at = Some(self.time(cell)?),
            Target::Field(LeadField::Industry) => {
                lead.industry.extend(cell.split('/').map(|level| level.trim().to_owned()));
            }
            Target::Field(field) if LeadField::IDS.contains(field) && cell.len() > MAX_ID => {
                return Err(("too_long", format!("the id is longer than {MAX_ID} bytes")));
            }
            Target::Field(field) => {
                let several = field.kind() == FieldType::Texts;
                let cell = if *field == LeadField::EmployeeCount { whole(cell) } else { cell };
                let filled = if several {
                    parts(cell).try_for_each(|text| field.add_text(lead, text))
                } else {
                    field.add_text(lead, cell)
                };
                filled.map_err(|error| (error.code(), error.to_string()))?;
            }
        }
        Ok(())
    }

    fn value(&self, kind: ValueType, cell: &str) -> Result<Value, (&'static str, String)> {
        match kind {
            ValueType::Text => Ok(Value::Text(cell.to_owned())),
            ValueType::List => Ok(Value::List(parts(cell).map(str::to_owned).collect())),
            ValueType::Time => self.time(cell).map(Value::Timestamp),
            ValueType::Bool => match cell.to_lowercase().as_str() {
                "yes" | "true" | "1" | "y" | "是" => Ok(Value::Bool(true)),
                "no" | "false" | "0" | "n" | "否" => Ok(Value::Bool(false)),
                _ => Err(("not_a_bool", format!("`{}` is neither yes nor no", shown(cell)))),
            },
            ValueType::Integer => {
                let wrong = |_| ("not_a_number", format!("`{}` is not a whole number", shown(cell)));
                whole(cell).parse().map(Value::Integer).map_err(wrong)
            }
            ValueType::Number => match cell.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Value::Number(number)),
                _ => Err(("not_a_number", format!("`{}` is not a number", shown(cell)))),
            },
        }
    }

    fn time(&self, cell: &str) -> Result<DateTime<Utc>, (&'static str, String)> {
        if let Ok(at) = DateTime::parse_from_rfc3339(cell) {
            return Ok(at.with_timezone(&Utc));
        }
        let own = self.map.time_formats.iter().map(String::as_str);
        for format in own.clone() {
            if let Ok(at) = DateTime::parse_from_str(cell, format) {
                return Ok(at.with_timezone(&Utc));
            }
        }
        for format in own.chain(LOCAL_TIMES) {
            let date = || NaiveDate::parse_from_str(cell, format).map(|date| date.and_time(NaiveTime::MIN));
            if let Ok(local) = NaiveDateTime::parse_from_str(cell, format).or_else(|_| date()) {
                return Ok(self.map.zone.first_moment(local));
            }
        }
        Err(("not_a_time", format!("`{}` is not a time: write it as `2026-03-01 09:00`", shown(cell))))
    }
}

/// A whole number as spreadsheets write it, `50.0`, without the fraction of zero.
fn whole(cell: &str) -> &str {
    match cell.split_once('.') {
        Some((number, fraction)) if !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0') => {
            number
        }
        _ => cell,
    }
}

fn readable(cell: &[u8]) -> Result<&str, (&'static str, String)> {
    if cell.len() > MAX_FIELD_LEN {
        // The number of bytes would be masked: it may be a phone number.
        let message = format!("the text is longer than {MAX_FIELD_LEN} bytes");
        return Err(("too_long", message));
    }
    let Ok(cell) = std::str::from_utf8(cell) else {
        let message = match cell {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => UTF_16,
            _ => "the text is not UTF-8: save the table as UTF-8",
        };
        return Err(("not_utf8", message.to_owned()));
    };
    if cell.contains('\0') {
        // Every other byte of Latin text in UTF-16 is one.
        let every_other = cell.bytes().skip(1).step_by(2).all(|byte| byte == 0) && cell.len() > 1
            || cell.bytes().step_by(2).all(|byte| byte == 0);
        let message = if every_other { UTF_16 } else { "the text contains a NUL character" };
        return Err(("nul", message.to_owned()));
    }
    Ok(cell)
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(SEPARATORS).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn importer(columns: &[&str]) -> Importer {
        let map = ColumnMap {
            constants: [("created_at".into(), "2026-03-01".into())].into(),
            ..ColumnMap::default()
        };
        map.importer(columns).unwrap()
    }

    #[test]
    fn every_field_name_can_be_filled() {
        let names: Vec<&str> = field_names().collect();
        let cells: Vec<&str> = names
            .iter()
            .map(|name| match *name {
                "created_at" | "filed_at" | "next_follow_up" | "last_active_at" => "2026-03-01 09:30",
                "region" => "CN-GD",
                "employee_count" => "12",
                "ip" => "10.0.0.1",
                "status" => "following",
                _ => "x",
            })
            .collect();
        let lead = ColumnMap::default().importer(&names).unwrap().read(2, &cells).unwrap();
        let json = serde_json::to_value(&lead).unwrap();
        let flat = json.to_string();
        for field in names {
            let last = field.rsplit('.').next().unwrap();
            assert!(flat.contains(&format!("\"{last}")), "{field} is not filled: {flat}");
        }
    }

    #[test]
    fn bad_rows_are_reported_field_by_field_and_never_lost() {
        let mut importer = importer(&["id", "created_at", "status", "ip", "message"]);
        let long = "x".repeat(1 << 20);
        let cases: [(&[&str], &[&str]); 6] = [
            (&["", "2026-03-01", "", "", ""], &["missing"]),
            (&["a", "01/03/2026", "folowing", "1.2.3", ""], &["not_a_time", "unknown_value", "not_an_ip"]),
            (&["b", "2026-03-01", "", "", &long], &["too_long"]),
            (&["c", "2026-03-01", "", "", "a\0b"], &["nul"]),
            (&["e", "2026-03-01"], &["wrong_width"]),
            (&["a", "2026-02-30", "", "", ""], &["not_a_time", "duplicate_id"]),
        ];
        for (line, (row, codes)) in cases.into_iter().enumerate() {
            let issues = importer.read(line as u64 + 2, row).unwrap_err();
            assert_eq!(issues.iter().map(|issue| issue.code.as_str()).collect::<Vec<_>>(), codes);
            assert!(issues.iter().all(|issue| issue.line == line as u64 + 2 && issue.message.len() < 200));
        }
    }

    /// What a map says once takes part in every row.
    #[test]
    fn constants_and_formats_are_few() {
        let map = |n: usize| ColumnMap {
            constants: (0..n).map(|i| (format!("attributes.a{i}"), "x".to_owned())).collect(),
            time_formats: vec!["%d-%m-%Y".to_owned(); n / 8],
            ..ColumnMap::default()
        };
        let columns = ["id", "created_at"];
        assert!(map(256).importer(&columns).is_ok());
        let errors = map(264).importer(&columns).unwrap_err();
        let said: Vec<String> = errors.iter().map(|one| format!("{} {}", one.path, one.message)).collect();
        assert_eq!(
            said,
            [
                "constants there are 264 constants, at most 256 are read",
                "time_formats there are 33 formats, at most 32 are read",
            ]
        );
    }

    /// Every decision about a lead names it many times over.
    #[test]
    fn an_id_is_short() {
        let mut importer = importer(&["id", "owner", "source.campaign"]);
        let long = "x".repeat(MAX_ID + 1);
        let issues = importer.read(2, &[&long, &long, &long]).unwrap_err();
        let said: Vec<String> = issues.iter().map(ToString::to_string).collect();
        let columns = ["id", "owner", "source.campaign"];
        assert_eq!(
            said,
            columns.map(|column| format!("line 2, column `{column}`: the id is longer than 4096 bytes"))
        );
        let longest = "x".repeat(MAX_ID);
        assert!(importer.read(3, &[&longest, &longest, &longest]).is_ok());
    }

    #[test]
    fn what_is_not_utf8_is_reported_not_mangled() {
        let gbk: &[u8] = &[0xb1, 0xb1, 0xbe, 0xa9];
        let issues = importer(&["id", "company"]).read_bytes(2, &[b"a", gbk]).unwrap_err();
        assert_eq!((issues[0].code.as_str(), issues[0].column.as_str()), ("not_utf8", "company"));
    }

    #[test]
    fn a_wrong_map_is_refused_with_suggestions() {
        let map: ColumnMap = serde_json::from_str(
            r#"{"columns": {"ID": "id", "Cty": "city", "City": "ctiy", "V": "attributes.v:nubmer"}}"#,
        )
        .unwrap();
        let errors = map.importer(&["ID", "City", "V"]).unwrap_err();
        let said: Vec<String> =
            errors.iter().map(|d| format!("{} {}", d.path, d.help.as_deref().unwrap())).collect();
        assert_eq!(
            said,
            [
                " name its column in `columns`, or give `created_at` in `constants`",
                "columns did you mean `City`?",
                "columns.City did you mean `city`?",
                "columns.V did you mean `number`?",
            ]
        );
    }

    #[test]
    fn a_column_that_is_another_but_for_capitals_is_told() {
        let map = ColumnMap {
            constants: [("created_at".into(), "2026-03-01".into())].into(),
            ..ColumnMap::default()
        };
        for second in ["Phone", "phone ", " PHONE"] {
            let errors = map.importer(&["id", "phone", second]).unwrap_err();
            let wanted = format!("columns `phone` and `{second}` have one name but for capitals or blanks");
            assert_eq!((errors.diagnostics().len(), &errors.diagnostics()[0].message), (1, &wanted));
        }
        let said = |to: &str| ColumnMap { columns: [("Phone".into(), to.into())].into(), ..map.clone() };
        let mut both = said("phones").importer(&["id", "phone", "Phone"]).unwrap();
        let lead = both.read(2, &["a", "13927461853", "15088672341"]).unwrap();
        assert_eq!(lead.phones.len(), 2, "{lead:?}");
        assert!(said("attributes.second").importer(&["id", "phone", "Phone"]).is_ok());
        let ignored = ColumnMap { ignore: vec!["Phone".into()], ..map.clone() };
        assert!(ignored.importer(&["id", "phone", "Phone"]).is_ok());
        // Custom attributes belong to the host: their names mean nothing here.
        assert!(map.importer(&["id", "tier", "Tier"]).is_ok());
    }

    #[test]
    fn times_without_a_zone_are_in_the_map_s() {
        let map = ColumnMap {
            zone: Zone::Fixed(crate::calendar::UtcOffset::CHINA),
            time_formats: vec!["%d-%m-%Y".into(), "%d/%m/%Y %H:%M %z".into()],
            ..ColumnMap::default()
        };
        let mut importer = map.importer(&["id", "created_at"]).unwrap();
        let own = importer.read(2, &["b", "01/02/2018 09:00 -0500"]).unwrap();
        assert_eq!(own.created_at.to_rfc3339(), "2018-02-01T14:00:00+00:00", "its own offset holds");
        let wrong = ColumnMap { time_formats: vec!["%Q".into()], ..map.clone() };
        assert_eq!(
            wrong.importer(&["id", "created_at"]).unwrap_err().diagnostics()[0].path,
            "time_formats[0]"
        );
        let read = importer.read(2, &["a", "01-02-2018"]).unwrap();
        assert_eq!(read.created_at.to_rfc3339(), "2018-01-31T16:00:00+00:00");
    }

    proptest! {
        #[test]
        fn no_row_makes_the_reader_panic(cells in prop::collection::vec(any::<String>(), 0..6)) {
            let mut importer = importer(&["id", "phone", "industry", "attributes"]);
            let _ = importer.read(2, &cells);
        }
    }
}
