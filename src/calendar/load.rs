//! Reading calendars: every mistake at once.

use serde_json::Value;

use super::check::check;
use super::{CalendarRules, Calendars};
use crate::document::{check_reference, finish, load_into, load_text};
use crate::error::{Diagnostic, Level, Report, RuleErrors};

impl CalendarRules {
    /// Reads the rules from a document: JSON, or TOML or YAML read into a [`serde_json::Value`]. A TOML date is read
    /// as text. O(n) in the document, and for documents with mistakes O(n) for each of them.
    ///
    /// ```
    /// use leadkit::calendar::CalendarRules;
    /// use serde_json::json;
    ///
    /// let rules = CalendarRules::load(json!({"weekly": [{"days": "Mon-Fri", "hours": "9:00-12:00, 13:30-18:00"}]}))?;
    /// assert_eq!(rules.weekly[0].hours.len(), 2);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake in the document, at most 100, each with its path and a suggested fix.
    pub fn load(document: Value) -> Result<CalendarRules, RuleErrors> {
        let mut report = Report::new();
        let rules = load_into(document, &mut report, &check);
        finish(rules, report).map_err(in_calendar_words)
    }

    /// Reads the rules from JSON text. Beside what [`load`](Self::load) reports, each finding has its line and
    /// column, and a key that appears twice in an object is an error.
    ///
    /// ```
    /// use leadkit::calendar::CalendarRules;
    ///
    /// let text = r#"{"overrides": {"2026-3-2": "off"}}"#;
    /// assert_eq!(CalendarRules::from_json_str(text).unwrap_err().diagnostics()[0].to_string(), "\
    /// error[bad_value] at overrides.2026-3-2 (1:16): `2026-3-2` is not a date such as `2026-10-01`
    ///   help: write `2026-03-02`");
    /// ```
    ///
    /// # Errors
    /// Every mistake in the text; a text that is not JSON is one.
    pub fn from_json_str(text: &str) -> Result<CalendarRules, RuleErrors> {
        load_text(text, &check).map_err(in_calendar_words)
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
        finish(calendars, report).map_err(in_calendar_words)
    }

    /// Reads calendars by id from JSON text.
    ///
    /// ```
    /// use leadkit::calendar::Calendars;
    ///
    /// let text = r#"{"office": {"weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}]}}"#;
    /// assert!(Calendars::from_json_str(text)?.find("office").is_some());
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    ///
    /// # Errors
    /// As [`CalendarRules::from_json_str`], for all of them at once.
    pub fn from_json_str(text: &str) -> Result<Calendars, RuleErrors> {
        load_text(text, &check_all).map_err(in_calendar_words)
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

/// What is too deep in a document of rules are conditions, and a calendar has none.
fn in_calendar_words(mut errors: RuleErrors) -> RuleErrors {
    for error in errors.diagnostics_mut().iter_mut().filter(|error| error.code == "too_deep") {
        error.help = Some("write it flat: lists and objects of a calendar are at most six deep".to_owned());
    }
    errors
}
