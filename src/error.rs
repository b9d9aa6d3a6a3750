//! What is wrong with a rules document: one shape for every engine.
//!
//! ```
//! use leadkit::score::ScoreRules;
//!
//! // Every mistake at once, each with its location.
//! let errors = ScoreRules::from_json_str(r#"{
//!   "fit": {"rules": [{"id": "large", "when": {"field": "employee_cuont", "ge": 1000}, "points": "many"}]},
//!   "revison": "2026-03"
//! }"#).unwrap_err();
//! let found: Vec<(&str, &str)> =
//!     errors.iter().map(|finding| (finding.path.as_str(), finding.message.as_str())).collect();
//! assert_eq!(found, [
//!     ("fit.rules[0].when.field", "there is no field `employee_cuont`"),
//!     ("fit.rules[0].points", "expected points such as `20` or `{\"script\": …}`, found text `many`"),
//!     ("revison", "unknown key `revison`"),
//! ]);
//! assert_eq!(errors.iter().map(|finding| finding.location.unwrap().line).collect::<Vec<_>>(), [2, 2, 3]);
//! ```

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::order;
use crate::text::{Code, path};

/// Maximum number of findings that a report keeps.
pub(crate) const MAX_FINDINGS: usize = 100;
/// Longest path and longest text of a finding, in characters: what a hostile document can make us repeat.
const MAX_PATH_LEN: usize = 300;
const MAX_TEXT_LEN: usize = 600;
/// Longest name worth a suggestion, in bytes.
const MAX_NAME_LEN: usize = 100;

/// Known names that the unknown ones of a report are compared with in all. Each may be a read from memory.
const MAX_COMPARED: usize = 1_000_000;

/// Most names a help lists.
const MAX_LISTED: usize = 16;

fn shortened(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        // A new string, not a truncated one: truncation would keep the memory of the long one.
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text,
    }
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Level {
    /// The rules cannot be used: loading and compiling fail.
    Error,
    /// The rules can be used, but look like a mistake.
    Warning,
}

impl Level {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [Level] = &[Level::Error, Level::Warning];

    /// The value as it is written in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// A place inside a text of the document, such as a script or a pattern. Both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Line of the text, from 1.
    pub line: u32,
    /// Column of the line, in characters, from 1.
    pub column: u32,
}

/// One finding about a rules document: where it is, what is wrong, and a suggested fix.
///
/// Codes are stable and meant for translation; message and help are English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Whether the rules can be used in spite of it.
    pub level: Level,
    /// The kind of the finding, such as `unknown_field`.
    pub code: Code,
    /// Where it is: `score.fit[2].when`; empty for the document as a whole.
    pub path: String,
    /// Line and column of the value in the document, when it was read from text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Position>,
    /// Line and column inside the text at the path, such as a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The error, as an English sentence without the place.
    pub message: String,
    /// The line of the text with a caret under the place, in two lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// A suggested fix; `None` when nothing better than the message is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place of the document.
    ///
    /// ```
    /// use leadkit::error::Diagnostic;
    ///
    /// let finding = Diagnostic::error("unknown_team", "rules[0].team", "there is no team `esat`");
    /// assert_eq!(finding.to_string(), "error[unknown_team] at rules[0].team: there is no team `esat`");
    /// ```
    #[must_use]
    pub fn error(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            level: Level::Error,
            code: code.into(),
            path: shortened(path.into(), MAX_PATH_LEN),
            location: None,
            position: None,
            message: shortened(message.into(), MAX_TEXT_LEN),
            excerpt: None,
            help: None,
        }
    }

    /// A warning at a place of the document.
    ///
    /// ```
    /// use leadkit::error::{Diagnostic, Level};
    ///
    /// let finding = Diagnostic::warning("empty_team", "teams.east", "the team has no members");
    /// assert_eq!(finding.level, Level::Warning);
    /// ```
    #[must_use]
    pub fn warning(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { level: Level::Warning, ..Diagnostic::error(code, path, message) }
    }

    /// Adds a suggested fix.
    ///
    /// ```
    /// use leadkit::error::Diagnostic;
    ///
    /// let finding = Diagnostic::error("unknown_team", "rules[0].team", "there is no team `esat`");
    /// assert!(finding.with_help("did you mean `east`?").to_string().ends_with("help: did you mean `east`?"));
    /// ```
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(shortened(help.into(), MAX_TEXT_LEN));
        self
    }

    /// Adds the place inside the text.
    ///
    /// ```
    /// use leadkit::error::Diagnostic;
    ///
    /// let finding = Diagnostic::error("script", "rules[0].when.script", "`fitt` is not known").with_position(1, 7);
    /// assert_eq!(finding.to_string(), "error[script] at rules[0].when.script line 1 column 7: `fitt` is not known");
    /// ```
    #[must_use]
    pub fn with_position(mut self, line: u32, column: u32) -> Diagnostic {
        self.position = Some(Position { line, column });
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, "{level}[{}]", self.code)?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        if let Some(location) = self.location {
            write!(f, " ({}:{})", location.line, location.column)?;
        }
        if let Some(position) = self.position {
            // Without a separator two places would run into each other.
            f.write_str(if self.location.is_some() { "," } else { "" })?;
            write!(f, " line {} column {}", position.line, position.column)?;
        }
        write!(f, ": {}", self.message)?;
        for line in self.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
            write!(f, "\n  {line}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a document (rules, or a lead that people write), at once. At least one finding is an
/// error.
///
/// `Display` lists the findings, one a line with its help below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleErrors {
    diagnostics: Vec<Diagnostic>,
    /// The name of the document, unless it is rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<Cow<'static, str>>,
}

impl RuleErrors {
    /// The findings, by path; those of a text by line and column.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The same errors, of a document that `Display` calls by another name than `rules`.
    pub(crate) fn of(mut self, document: &'static str) -> RuleErrors {
        self.document = Some(Cow::Borrowed(document));
        self
    }

    pub(crate) fn diagnostics_mut(&mut self) -> &mut [Diagnostic] {
        &mut self.diagnostics
    }

    /// The findings, in the order of [`diagnostics`](Self::diagnostics).
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.diagnostics.iter()
    }
}

impl From<Diagnostic> for RuleErrors {
    fn from(diagnostic: Diagnostic) -> RuleErrors {
        RuleErrors { diagnostics: vec![diagnostic], document: None }
    }
}

impl<'a> IntoIterator for &'a RuleErrors {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.diagnostics.iter().filter(|d| d.level == Level::Error).count();
        let document = self.document.as_deref().unwrap_or("rules");
        write!(f, "{errors} error{} in the {document}", if errors == 1 { "" } else { "s" })?;
        for diagnostic in &self.diagnostics {
            write!(f, "\n{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleErrors {}

/// Collects findings while a document is walked, keeping track of the place. After the first 100 it only notes that
/// there are more errors.
///
/// ```
/// use leadkit::error::Report;
///
/// let mut report = Report::new();
/// report.within("rules", |report| {
///     report.item(2, |report| report.error("no_reps", "the rule names no reps", "add at least one rep"));
/// });
/// let errors = report.finish().unwrap_err();
/// assert_eq!(errors.diagnostics()[0].path, "rules[2]");
/// ```
#[derive(Debug, Default)]
pub struct Report {
    path: String,
    diagnostics: Vec<Diagnostic>,
    /// Errors beyond the most that are kept.
    more: bool,
    /// Known names that unknown ones were compared with.
    compared: usize,
    /// Bytes of the scripts of the document so far: all of them together are bounded.
    #[cfg(feature = "script")]
    pub(crate) scripts: usize,
}

impl Report {
    /// A report without findings, at the top of the document.
    ///
    /// ```
    /// use leadkit::error::Report;
    ///
    /// let report = Report::new();
    /// assert!(!report.has_errors() && report.path().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Report {
        Report::default()
    }

    /// Looks at the member `name` of the current place.
    ///
    /// ```
    /// use leadkit::error::Report;
    ///
    /// let mut report = Report::new();
    /// report.within("calendar", |report| report.within("zone", |report| assert_eq!(report.path(), "calendar.zone")));
    /// assert_eq!(report.path(), "");
    /// ```
    pub fn within<T>(&mut self, name: &str, look: impl FnOnce(&mut Report) -> T) -> T {
        let length = self.enter(name);
        let result = look(self);
        self.path.truncate(length);
        result
    }

    /// Goes to a member of the current place; gives the length of the path before.
    fn enter(&mut self, name: &str) -> usize {
        let length = self.path.len();
        path::push_member(&mut self.path, name);
        length
    }

    /// Looks at the item `index` (from 0) of the list that is the current place.
    ///
    /// ```
    /// use leadkit::error::Report;
    ///
    /// let mut report = Report::new();
    /// for (index, name) in ["east", ""].iter().enumerate() {
    ///     report.within("teams", |report| report.item(index, |report| {
    ///         if name.is_empty() {
    ///             report.error("blank_name", "a team needs a name", "name it");
    ///         }
    ///     }));
    /// }
    /// assert_eq!(report.diagnostics()[0].path, "teams[1]");
    /// ```
    pub fn item<T>(&mut self, index: usize, look: impl FnOnce(&mut Report) -> T) -> T {
        let length = self.enter_item(index);
        let result = look(self);
        self.path.truncate(length);
        result
    }

    fn enter_item(&mut self, index: usize) -> usize {
        let length = self.path.len();
        path::push_item(&mut self.path, index);
        length
    }

    /// The place that is looked at, such as `rules[2].when`; blank at the top of the document.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// As much of the current place as a finding keeps.
    fn shown_path(&self) -> String {
        self.path.chars().take(MAX_PATH_LEN + 1).collect()
    }

    /// Adds an error at the current place.
    ///
    /// ```
    /// use leadkit::error::Report;
    ///
    /// let mut report = Report::new();
    /// report.within("cap", |report| report.error("not_positive", "`cap` is 0", "write 1 or more"));
    /// assert_eq!(report.finish().unwrap_err().diagnostics()[0].path, "cap");
    /// ```
    pub fn error(&mut self, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        if self.is_full() {
            self.more = true;
            return;
        }
        self.push(Diagnostic::error(code, self.shown_path(), message).with_help(help));
    }

    /// Adds a warning at the current place.
    ///
    /// ```
    /// use leadkit::error::Report;
    ///
    /// let mut report = Report::new();
    /// report.warning("no_rules", "there are no rules", "add one");
    /// assert_eq!(report.finish()?.len(), 1, "a warning alone is no error");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warning(&mut self, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        if !self.has_room() {
            return;
        }
        self.push(Diagnostic::warning(code, self.shown_path(), message).with_help(help));
    }

    /// Adds a finding with its own place. When the report is full, an error replaces a warning.
    ///
    /// ```
    /// use leadkit::error::{Diagnostic, Report};
    ///
    /// let mut report = Report::new();
    /// report.push(Diagnostic::error("blank", "teams[3]", "the team is blank"));
    /// assert!(report.has_errors());
    /// ```
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_FINDINGS {
            self.diagnostics.push(diagnostic);
        } else if diagnostic.level == Level::Error {
            match self.diagnostics.iter().rposition(|known| known.level == Level::Warning) {
                Some(last) => {
                    self.diagnostics.remove(last);
                    self.diagnostics.push(diagnostic);
                }
                None => self.more = true,
            }
        }
    }

    /// Whether a warning is still kept; what it would say need not be worked out otherwise.
    pub(crate) fn has_room(&self) -> bool {
        self.diagnostics.len() < MAX_FINDINGS
    }

    /// Whether no more findings are kept.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.diagnostics.len() >= MAX_FINDINGS
            && self.diagnostics.iter().all(|known| known.level == Level::Error)
    }

    /// Whether there were more errors than are kept: nobody is told of another.
    pub(crate) fn has_more(&self) -> bool {
        self.more
    }

    /// Adds an error for a name that is not among the known ones, with "did you mean". A report compares names with a
    /// million known ones in all: of more, the first mistakes have a suggestion.
    ///
    /// ```
    /// use leadkit::error::Report;
    ///
    /// let mut report = Report::new();
    /// report.within("team", |report| report.unknown_name("unknown_team", "team", "esat", ["east", "west"]));
    /// let found = &report.diagnostics()[0];
    /// assert_eq!(found.message, "there is no team `esat`");
    /// assert_eq!(found.help.as_deref(), Some("did you mean `east`?"));
    /// ```
    pub fn unknown_name<'a>(
        &mut self,
        code: &'static str,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        if self.is_full() {
            self.more = true;
            return;
        }
        let names: Vec<&str> = known.into_iter().collect();
        let help = if names.is_empty() {
            format!("no {what} is defined: define it, or remove the reference")
        } else if self.compared + names.len() > MAX_COMPARED && names.len() > MAX_LISTED {
            format!("it is not one of the {} known names; fix the ones above first", names.len())
        } else {
            self.compared += names.len();
            Suggestion::of(name, names).to_string()
        };
        let shown: String = name.chars().take(MAX_NAME_LEN).collect();
        self.error(code, format!("there is no {what} `{shown}`"), help);
    }

    /// The findings so far, in the order in which they were reported.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Whether there is an error among the findings.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.more || self.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }

    /// The findings by path, errors or not.
    ///
    /// ```
    /// use leadkit::error::Report;
    ///
    /// let mut report = Report::new();
    /// report.within("b", |report| report.warning("unused", "nothing reads it", "delete it"));
    /// report.within("a", |report| report.error("no_reps", "the rule names no reps", "add a rep"));
    /// let paths: Vec<String> = report.into_diagnostics().into_iter().map(|one| one.path).collect();
    /// assert_eq!(paths, ["a", "b"]);
    /// ```
    #[must_use]
    pub fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        order::sort_by(&mut self.diagnostics, |a, b| {
            natural(&a.path).cmp(&natural(&b.path)).then(a.level.cmp(&b.level))
        });
        self.diagnostics.dedup();
        if self.more {
            let message = format!("only the first {MAX_FINDINGS} errors are listed");
            let last = Diagnostic::error("too_many", "", message).with_help("fix these, then check again");
            self.diagnostics.push(last);
        }
        self.diagnostics
    }

    /// The warnings when there is no error, else the errors: what is only likely a mistake may follow from one.
    ///
    /// # Errors
    /// When one of the findings is an error.
    pub fn finish(self) -> Result<Vec<Diagnostic>, RuleErrors> {
        let failed = self.has_errors();
        let mut diagnostics = self.into_diagnostics();
        if !failed {
            return Ok(diagnostics);
        }
        diagnostics.retain(|one| one.level == Level::Error);
        Err(RuleErrors { diagnostics, document: None })
    }
}

/// A key that puts `[10]` after `[9]`.
fn natural(path: &str) -> Vec<(u64, &str)> {
    path.split(['.', '[', ']'])
        .filter(|part| !part.is_empty())
        .map(|part| match part.parse::<u64>() {
            Ok(number) => (number, ""),
            Err(_) => (u64::MAX, part),
        })
        .collect()
}

/// The help for a name that is not known: the closest known one, or all when they are few.
///
/// ```
/// use leadkit::error::suggestion;
///
/// assert_eq!(suggestion("esat", ["east", "west"]), "did you mean `east`?");
/// assert_eq!(suggestion("north", ["east", "west"]), "known: `east`, `west`");
/// ```
#[must_use]
pub fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    Suggestion::of(name, known.into_iter().collect()).to_string()
}

/// What may have been meant by a name that is not known.
pub(crate) enum Suggestion<'a> {
    /// The closest known name.
    Close(&'a str),
    /// All known names, which are few.
    Few(Vec<&'a str>),
    /// Nothing: so many names are known.
    Many(usize),
}

impl<'a> Suggestion<'a> {
    pub(crate) fn of(name: &str, names: Vec<&'a str>) -> Suggestion<'a> {
        if name.len() <= MAX_NAME_LEN
            && let Some(close) = crate::text::meant(name, names.iter().copied())
                .or_else(|| crate::text::closest(name, names.iter().copied()))
        {
            return Suggestion::Close(close);
        }
        // So few that they can be listed, if there are no more.
        let mut few: BTreeSet<&str> = BTreeSet::new();
        for name in &names {
            if few.insert(name) && few.len() > MAX_LISTED {
                return Suggestion::Many(names.len());
            }
        }
        Suggestion::Few(few.into_iter().collect())
    }
}

impl fmt::Display for Suggestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suggestion::Close(close) => write!(f, "did you mean `{close}`?"),
            Suggestion::Many(count) => write!(f, "none of the {count} known names is close to it"),
            Suggestion::Few(names) => match names.as_slice() {
                [] => f.write_str("none is defined"),
                [only] => write!(f, "the only one is `{only}`"),
                [first, others @ ..] => {
                    write!(f, "known: `{first}`")?;
                    others.iter().try_for_each(|name| write!(f, ", `{name}`"))
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_many_unknown_names_have_a_suggestion() {
        let names: Vec<String> = (0..300_000).map(|number| format!("group_{number}")).collect();
        let mut report = Report::new();
        for number in 0..5 {
            let known = names.iter().map(String::as_str);
            report.unknown_name("unknown_group", "group", &format!("grxup_{number}"), known);
        }
        report.unknown_name("unknown_rule", "rule", "vpi", ["vip", "x"]);
        let helps: Vec<&str> = report.diagnostics().iter().filter_map(|one| one.help.as_deref()).collect();
        let late = "it is not one of the 300000 known names; fix the ones above first";
        let first = ["did you mean `group_0`?", "did you mean `group_1`?", "did you mean `group_2`?"];
        assert_eq!(helps, [first.as_slice(), &[late, late, "did you mean `vip`?"]].concat());
    }

    #[test]
    fn warnings_leave_room_for_errors() {
        let mut report = Report::new();
        for _ in 0..200 {
            report.warning("odd", "looks odd", "look again");
        }
        assert!(!report.is_full());
        report.error("wrong", "is wrong", "correct it");
        let errors = report.finish().unwrap_err();
        let codes: Vec<&str> =
            errors.iter().map(|one| one.code.as_ref()).filter(|code| *code != "odd").collect();
        assert_eq!(codes, ["wrong"]);
    }

    #[test]
    fn errors_beyond_the_most_are_counted_as_more() {
        let mut report = Report::new();
        for index in 0..=MAX_FINDINGS {
            report.item(index, |report| report.error("wrong", "is wrong", "correct it"));
        }
        assert!(report.is_full());
        let errors = report.finish().unwrap_err();
        assert_eq!(errors.diagnostics().len(), MAX_FINDINGS + 1);
        assert_eq!(errors.diagnostics().last().map(|one| one.code.as_ref()), Some("too_many"));
    }
}
