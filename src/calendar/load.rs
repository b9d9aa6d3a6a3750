//! Reading calendars: every mistake at once.

use serde_json::Value;

use super::check::check;
use super::{CalendarRules, Calendars};
use crate::document::{check_reference, finish, load_into, load_text};
use crate::error::{Diagnostic, Level, Report, RuleErrors};

impl CalendarRules {
    /// Reads the rules from a document: JSON, or TOML or YAML read into a [`serde_json::Value`]. A TOML date is read
    /// as text.
    ///
    /// # Errors
    /// Every mistake in the document, at most 100, each with its path and a suggested fix.
    pub fn load(document: Value) -> Result<CalendarRules, RuleErrors> {
        let mut report = Report::new();
        let rules = load_into(document, &mut report, &check);
        finish(rules, report)
    }

    /// Reads the rules from JSON text. Beside what [`load`](Self::load) reports, each finding has its line and
    /// column, and a key that appears twice in an object is an error.
    ///
    /// # Errors
    /// Every mistake in the text; a text that is not JSON is one.
    pub fn from_json_str(text: &str) -> Result<CalendarRules, RuleErrors> {
        load_text(text, &check)
    }

    /// Valid rules that look like mistakes: warnings only, by path.
    ///
    /// ```
    /// use leadkit::calendar::{CalendarRules, Zone};
    ///
    /// let mut rules = CalendarRules::office_hours(Zone::default());
    /// rules.holidays = Some("cn".into());
    /// assert_eq!(rules.lint()[0].to_string(), "\
    /// warning[zone] at zone: the days off of `cn` are counted in UTC
    ///   help: write `\"zone\": \"+08:00\"`");
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<Diagnostic> {
        let mut report = Report::new();
        check(self, &mut report);
        let mut findings = report.into_diagnostics();
        findings.retain(|finding| finding.level == Level::Warning);
        findings
    }
}

impl Calendars {
    /// Reads calendars by id from a document.
    ///
    /// # Errors
    /// As [`CalendarRules::load`], for all of them at once.
    pub fn load(document: Value) -> Result<Calendars, RuleErrors> {
        let mut report = Report::new();
        let calendars = load_into(document, &mut report, &check_all);
        finish(calendars, report)
    }

    /// Reads calendars by id from JSON text.
    ///
    /// # Errors
    /// As [`CalendarRules::from_json_str`], for all of them at once.
    pub fn from_json_str(text: &str) -> Result<Calendars, RuleErrors> {
        load_text(text, &check_all)
    }
}

fn check_all(calendars: &Calendars, report: &mut Report) {
    for (id, calendar) in &calendars.0 {
        report.within(id, |report| {
            check_reference("calendar", id, report);
            check(calendar, report);
        });
    }
}
