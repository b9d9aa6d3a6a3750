//! What follows from a hit.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::rules::Target;
use crate::error::{Report, suggestion};
use crate::model::RepId;
use crate::rule::{
    FactSource, FactValue, Facts, Fault, Field, MatchFacts, Scope, Script, ScriptKind, ScriptSession,
};
use crate::text::{closest, fold};

/// What follows from a hit. In a document `"convert"` and so on, or
/// `{"custom": {"script": "…", "codes": ["…"]}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum MatchAction {
    /// The record is the same lead coming in again: update it, remind its owner.
    Reenter,
    /// As `reenter`; but when a decisive fact has changed and the new value leads to an account of another owner,
    /// the lead goes to that owner and the one before is told.
    KeyChange,
    /// The lead belongs to the account: convert it and give it to the account's owner.
    Convert,
    /// The lead is collected (归集) under the earliest one that is neither invalid nor voided.
    Collect,
    /// The lead is marked; it is neither linked nor given to anybody.
    TagOnly,
    /// A [script](crate::rule::check_script) (feature `script`) chooses for the record that matches best.
    ///
    /// It is one expression over the lead's fields and the match (`match_owner`, `match_record`, `match_labels`,
    /// `match_count`) that gives the name of one of the actions above, as far as it can follow from a match with
    /// the rule's target, or one of the declared codes. A code marks the lead with the code as its tag; it is
    /// neither linked nor given to anybody, and goes on as if it were new. Whatever else the script gives, or when
    /// it fails, is a fault, and the next rule is asked.
    ///
    /// ```
    /// # #[cfg(feature = "script")] {
    /// use leadkit::dedup::DedupRules;
    ///
    /// let rules = DedupRules::load(serde_json::json!({"rules": [{
    ///     "id": "partners", "lead": "company", "target": "account.company",
    ///     "action": {"custom": {
    ///         "script": r#"if match_owner == "partner_desk" { "ask_partner" } else { "convert" }"#,
    ///         "codes": ["ask_partner"],
    ///     }},
    /// }]}));
    /// assert!(rules.is_ok());
    /// # }
    /// ```
    Custom {
        /// The expression.
        script: String,
        /// What it may give beside the names of actions.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        codes: BTreeSet<String>,
    },
}

impl MatchAction {
    /// The actions that need no script.
    const PLAIN: [MatchAction; 5] = [
        MatchAction::Reenter,
        MatchAction::KeyChange,
        MatchAction::Convert,
        MatchAction::Collect,
        MatchAction::TagOnly,
    ];

    /// The name of the action in rules.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            MatchAction::Reenter => "reenter",
            MatchAction::KeyChange => "key_change",
            MatchAction::Convert => "convert",
            MatchAction::Collect => "collect",
            MatchAction::TagOnly => "tag_only",
            MatchAction::Custom { .. } => "custom",
        }
    }

    /// Whether it can follow from a match with the target.
    fn fits(&self, target: Target) -> bool {
        match self {
            MatchAction::Convert => !target.is_lead(),
            MatchAction::Reenter | MatchAction::KeyChange | MatchAction::Collect => target.is_lead(),
            MatchAction::TagOnly | MatchAction::Custom { .. } => true,
        }
    }

    pub(super) fn check(&self, target: Target, report: &mut Report) {
        report.within("action", |report| {
            if !self.fits(target) {
                let (objects, others) = if target.is_lead() {
                    ("leads", "`reenter`, `key_change`, `collect` or `tag_only`")
                } else {
                    ("accounts", "`convert` or `tag_only`")
                };
                report.error(
                    "wrong_action",
                    format!("`{self}` cannot follow from a match among {objects}"),
                    format!("use {others}"),
                );
            }
            let MatchAction::Custom { codes, .. } = self else { return };
            report.within("custom", |report| {
                report.within("codes", |report| {
                    codes.iter().for_each(|code| check_code(code, report));
                });
            });
        });
    }
}

/// Names that mean something already: actions in rules, and actions in resolutions.
const TAKEN: [&str; 11] = [
    "reenter",
    "key_change",
    "convert",
    "collect",
    "tag_only",
    "custom",
    "new",
    "to_owner",
    "assign_by_rules",
    "collected",
    "possible_duplicate",
];

fn check_code(code: &str, report: &mut Report) {
    if code.trim().is_empty() {
        report.error("blank_code", "the code has no name", "name it: leads are tagged with it");
    } else if code.trim() != code || code.contains(char::is_control) {
        let message = format!("the code {code:?} has spaces around it or unseen characters");
        report.error("bad_code", message, "write it as one word, such as `ask_partner`");
    } else if TAKEN.contains(&fold(code).as_str()) {
        let message = format!("`{code}` has a meaning of its own");
        report.error("taken_code", message, "choose another name for what your own code means");
    }
}

impl fmt::Display for MatchAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a rule does: as it says, or as its script chooses.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    Plain(MatchAction),
    /// None when the script is wrong, which was reported.
    Scripted {
        script: Option<Box<Script>>,
        target: Target,
        codes: BTreeSet<String>,
    },
}

/// What was chosen.
pub(super) enum Choice {
    Action(MatchAction),
    Code(String),
}

impl Plan {
    pub(super) fn compile(action: &MatchAction, target: Target, report: &mut Report) -> Plan {
        let MatchAction::Custom { script, codes } = action else { return Plan::Plain(action.clone()) };
        let script = report.within("action", |report| {
            report.within("custom", |report| {
                report.within("script", |report| {
                    Script::compile(script, ScriptKind::Choice, Scope::Match, report).map(Box::new)
                })
            })
        });
        Plan::Scripted { script, target, codes: codes.clone() }
    }

    /// Chooses for one match.
    pub(super) fn choose(&self, facts: &Facts<'_>, found: &MatchFacts) -> Result<Choice, Fault> {
        let (script, target, codes) = match self {
            Plan::Plain(action) => return Ok(Choice::Action(action.clone())),
            Plan::Scripted { script: None, .. } => return Err(Fault::new("the script could not be read")),
            Plan::Scripted { script: Some(script), target, codes } => (script, *target, codes),
        };
        let name = script.choice(&OneMatch { facts, found }, &mut ScriptSession::new())?;
        if codes.contains(&name) {
            return Ok(Choice::Code(name));
        }
        let fitting = || MatchAction::PLAIN.into_iter().filter(|action| action.fits(target));
        if let Some(action) = fitting().find(|action| action.as_str() == name) {
            return Ok(Choice::Action(action));
        }
        let names: Vec<&str> =
            fitting().map(|action| action.as_str()).chain(codes.iter().map(String::as_str)).collect();
        // What is computed may be a contact value of the lead, which no fault may show.
        let shown = if script.says(&name) || closest(&name, names.iter().copied()).is_some() {
            format!("`{}`", name.chars().take(60).collect::<String>())
        } else {
            format!("a text of {} characters", name.chars().count())
        };
        let message = if MatchAction::PLAIN.iter().any(|action| action.as_str() == name) {
            format!("the script gives {shown}, which cannot follow from a match with `{target}`")
        } else {
            format!("the script gives {shown}, which is no action and no code of the rule")
        };
        Err(script.refused(message, suggestion(&name, names)))
    }
}

fn text(text: Option<&str>) -> FactValue<'_> {
    text.map_or(FactValue::Missing, FactValue::Text)
}

/// A lead and one of its matches.
struct OneMatch<'x, 'f> {
    facts: &'x Facts<'f>,
    found: &'x MatchFacts,
}

impl FactSource for OneMatch<'_, '_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        match field.spec().name {
            "match.action" => FactValue::Missing,
            "match.owner" => text(self.found.owner.as_ref().map(RepId::as_str)),
            "match.record" => text(self.found.record.as_deref()),
            "match.labels" => FactValue::Texts(&self.found.labels),
            "match.count" => FactValue::Integer(self.found.count),
            _ => self.facts.fact(field),
        }
    }

    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.facts.now()
    }

    fn visit_activities(&self, visit: &mut dyn FnMut(&crate::model::Activity)) {
        self.facts.visit_activities(visit);
    }

    fn attributes(&self) -> Option<&crate::model::Attributes> {
        self.facts.attributes()
    }
}
