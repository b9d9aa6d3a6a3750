//! The roster as a document.

use serde::{Deserialize, Serialize};

use super::roster::Roster;
use crate::calendar::Calendars;
use crate::document::{Document, document, load_engine};
use crate::error::{Report, RuleErrors};
use crate::model::Rep;

/// Reps and the calendars they work by, as one document. [`Roster::load`] reads it and makes it ready.
///
/// ```
/// use leadkit::assign::{Roster, RosterDocument};
/// use serde_json::json;
///
/// let document = json!({
///     "reps": [{"id": "li", "hours": "office"}, {"id": "wang", "hours": "nihgt"}, {"id": "li"}],
///     "calendars": {
///         "office": {"zone": "+08:00", "holidays": "cn", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}]},
///         "night": {"zone": "+08:00", "weekly": [{"days": "Sun-Thu", "hours": "22:00-06:00"}]},
///     },
/// });
/// assert_eq!(Roster::load(document).unwrap_err().to_string(), "\
/// 2 errors in the roster
/// error[unknown_calendar] at reps[1].hours: there is no calendar `nihgt`
///   help: did you mean `night`?
/// error[duplicate_id] at reps[2].id: another rep has the id `li`
///   help: give each rep a unique id");
///
/// // Valid, and probably not what is meant.
/// let rules = RosterDocument::load(json!({"reps": [{"id": "li", "hours": "cn"}], "calendars": {
///     "cn": {"holidays": "cn", "weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}]},
/// }}))?;
/// assert_eq!(rules.lint()[0].to_string(), "\
/// warning[zone] at calendars.cn.zone: the days off of `cn` are counted in UTC
///   help: write `\"zone\": \"+08:00\"`");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterDocument {
    /// The reps; each id once.
    pub reps: Vec<Rep>,
    /// Working time; a rep names a calendar as `hours`, and one who names none always works.
    #[serde(default)]
    pub calendars: Calendars,
}

impl Document for RosterDocument {
    const NAME: &'static str = "roster";
    const WHEN_TOO_DEEP: &'static str = Calendars::WHEN_TOO_DEEP;

    fn check(&self, report: &mut Report) {
        Roster::make(&self.reps, &self.calendars, report);
    }
}

document!(RosterDocument);

impl Roster {
    /// Reads the document of a roster and makes it ready: [`RosterDocument::load`] and [`compile`](Self::compile) in one
    /// call.
    ///
    /// ```
    /// use leadkit::Roster;
    /// use serde_json::json;
    ///
    /// let roster = Roster::load(json!({
    ///     "reps": [{"id": "li", "skills": ["cloud"], "daily_cap": 30}, {"id": "wang"}],
    /// }))?;
    /// assert_eq!(roster.reps().count(), 2);
    ///
    /// let errors = Roster::load(json!({"reps": [{"id": "li", "daily_cpa": 30}]})).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].help.as_deref(), Some("did you mean `daily_cap`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake in the document, at most 100, each with its path and a suggested fix.
    pub fn load(document: serde_json::Value) -> Result<Roster, RuleErrors> {
        load_engine(document, &|rules: &RosterDocument, report| {
            Roster::make(&rules.reps, &rules.calendars, report)
        })
    }
}
