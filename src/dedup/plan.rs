//! The action of a rule: fixed, or chosen by its script.

use std::collections::BTreeSet;

use super::action::RuleAction;
use super::target::MatchTarget;
use crate::error::{Report, suggestion};
use crate::model::{RecordRef, RepId};
use crate::rule::{
    FactSource, FactValue, Facts, Fault, Field, MatchFacts, Scope, Script, ScriptKind, ScriptSession,
};
use crate::text::{Code, closest};

/// The action of a rule: fixed, or chosen by its script.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    Plain(RuleAction),
    /// `None` when the script is faulty, which was reported.
    Scripted {
        script: Option<Box<Script>>,
        target: MatchTarget,
        codes: BTreeSet<Code>,
    },
}

/// The chosen action.
pub(super) enum Choice {
    Action(RuleAction),
    Code(Code),
}

impl Plan {
    pub(super) fn compile(action: &RuleAction, target: &MatchTarget, report: &mut Report) -> Plan {
        let RuleAction::Custom { script, codes } = action else { return Plan::Plain(action.clone()) };
        let script = report.within("action", |report| {
            report.within("custom", |report| {
                report.within("script", |report| {
                    Script::compile(script, ScriptKind::Choice, Scope::Match, report).map(Box::new)
                })
            })
        });
        Plan::Scripted { script, target: target.clone(), codes: codes.clone() }
    }

    /// Chooses for one match.
    pub(super) fn choose(&self, facts: &Facts<'_>, found: &MatchFacts) -> Result<Choice, Fault> {
        let (script, target, codes) = match self {
            Plan::Plain(action) => return Ok(Choice::Action(action.clone())),
            // Rules with such a script do not compile, so only checks meet it.
            Plan::Scripted { script: None, .. } => return Err(Fault::new("the script could not be read")),
            Plan::Scripted { script: Some(script), target, codes } => (script, target, codes),
        };
        let name = script
            .choice(&OneMatch { facts, found, labels: found.label_texts() }, &mut ScriptSession::new())?;
        if let Some(code) = codes.get(name.as_str()) {
            return Ok(Choice::Code(code.clone()));
        }
        let fitting = || RuleAction::PLAIN.into_iter().filter(|action| action.fits(target));
        if let Some(action) = fitting().find(|action| action.as_str() == name) {
            return Ok(Choice::Action(action));
        }
        let names: Vec<&str> =
            fitting().map(|action| action.as_str()).chain(codes.iter().map(Code::as_str)).collect();
        // What is computed may be a contact value of the lead, which no fault may show.
        let shown = if script.says(&name) || closest(&name, names.iter().copied()).is_some() {
            format!("`{}`", name.chars().take(60).collect::<String>())
        } else {
            format!("a text of {} characters", name.chars().count())
        };
        let message = if RuleAction::PLAIN.iter().any(|action| action.as_str() == name) {
            format!("the script returns {shown}, but a match with `{target}` cannot have that action")
        } else {
            format!("the script returns {shown}, which is neither an action nor a code of the rule")
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
    labels: Vec<String>,
}

impl FactSource for OneMatch<'_, '_> {
    fn fact(&self, field: &Field) -> FactValue<'_> {
        match field.spec().name {
            // What the script must return.
            "match.action" => FactValue::Missing,
            "match.owner" => text(self.found.owner.as_ref().map(RepId::as_str)),
            "match.record" => text(self.found.record.as_ref().map(RecordRef::id)),
            "match.labels" => FactValue::Texts(&self.labels),
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
