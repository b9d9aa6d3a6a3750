//! Compares the reps whom the rules name with the roster.

use super::roster::Roster;
use super::rules::{AssignRules, AssignTarget};
use crate::error::{Diagnostic, Report, suggestion};
use crate::model::{CalendarId, RepId};
use crate::rule::Fault;

impl AssignRules {
    /// Reps whom the rules name and the roster does not have: warnings only, by path. Nobody can find a misspelt id in the
    /// rules alone, and the leads of such a rule wait, or go to others.
    ///
    /// ```
    /// use leadkit::assign::{AssignRules, Roster};
    /// use leadkit::model::Rep;
    /// use serde_json::json;
    ///
    /// let rules = AssignRules::load(json!({"pools": {"leads": {"rules": [
    ///     {"id": "large", "when": {"field": "employee_count", "ge": 1000}, "then": {"reviewer": {"by": "bos"}}},
    ///     {"id": "all", "then": {"reps": ["li", "boss"]}},
    /// ]}}}))?;
    /// let roster = Roster::compile(&["li", "boss"].map(|id| Rep { id: id.into(), ..Rep::default() }), &Default::default())?;
    /// let found = rules.lint_with(&roster);
    /// assert_eq!(found[0].to_string(), "\
    /// warning[unknown_rep] at pools.leads.rules[0].then.reviewer.by: the roster has no rep `bos`
    ///   help: did you mean `boss`?");
    /// assert_eq!(found.len(), 1);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn lint_with(&self, roster: &Roster) -> Vec<Diagnostic> {
        let mut report = Report::new();
        self.warn_of_roster(roster, &mut report);
        report.into_diagnostics()
    }

    pub(crate) fn warn_of_roster(&self, roster: &Roster, report: &mut Report) {
        report.within("groups", |report| {
            for (id, group) in &self.groups {
                let members = group.members.iter().map(|member| &member.rep);
                report.within(id.as_str(), |report| {
                    report.within("members", |report| roster.warn_of_all(members, "rep", report));
                });
            }
        });
        report.within("pools", |report| {
            for (id, pool) in &self.pools {
                report.within(id.as_str(), |report| {
                    report.within("rules", |report| {
                        for (index, rule) in pool.rules.iter().enumerate() {
                            report.item(index, |report| {
                                report.within("then", |report| roster.warn_of_target(&rule.then, report));
                            });
                        }
                    });
                });
            }
        });
    }
}

impl Roster {
    /// Adds a warning for a rep who is named but not there.
    pub(crate) fn warn_of(&self, rep: &RepId, report: &mut Report) {
        if let Some(Fault { message, help, .. }) = self.fault_of(rep) {
            report.warning("unknown_rep", message, help.unwrap_or_default());
        }
    }

    /// What is wrong with naming a rep who is not there, and who may be meant.
    pub(super) fn fault_of(&self, rep: &RepId) -> Option<Fault> {
        let is_unknown = self.find(rep.as_str()).is_none() && !rep.is_blank();
        is_unknown.then(|| {
            let known: Vec<&str> = self.reps().map(RepId::as_str).collect();
            let help = Some(suggestion(rep.as_str(), known)).filter(|help| !help.is_empty());
            Fault { help, ..Fault::new(format!("the roster has no rep `{rep}`")) }
        })
    }

    /// Warns of a calendar that the roster does not have: time by it would run in plain hours.
    pub(crate) fn warn_of_calendar(&self, calendar: &CalendarId, report: &mut Report) {
        if !self.calendar_names().any(|name| name == calendar.as_str()) {
            let help = suggestion(calendar.as_str(), self.calendar_names().collect::<Vec<_>>());
            let message = format!("the roster has no calendar `{calendar}`: it counts day and night");
            report.warning("unknown_calendar", message, help);
        }
    }

    fn warn_of_all<'r>(&self, reps: impl Iterator<Item = &'r RepId>, key: &str, report: &mut Report) {
        for (index, rep) in reps.enumerate() {
            report.item(index, |report| match key.is_empty() {
                true => self.warn_of(rep, report),
                false => report.within(key, |report| self.warn_of(rep, report)),
            });
        }
    }

    fn warn_of_target(&self, target: &AssignTarget, report: &mut Report) {
        match target {
            AssignTarget::Rep(rep) => report.within("rep", |report| self.warn_of(rep, report)),
            AssignTarget::Reps(reps) => {
                report.within("reps", |report| self.warn_of_all(reps.iter(), "", report));
            }
            AssignTarget::Reviewer { by, .. } => report.within("reviewer", |report| {
                report.within("by", |report| self.warn_of(by, report));
            }),
            _ => {}
        }
    }
}
