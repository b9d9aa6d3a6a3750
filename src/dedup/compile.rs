//! From rules to a deduplicator: load, lint, compile, and what the type system cannot check.

use std::collections::BTreeSet;

use super::action::RuleAction;
use super::candidate::key_kind;
use super::comparator::Comparator;
use super::deduplicator::Deduplicator;
use super::plan::Plan;
use super::probe::MatchKeyKind;
use super::rules::{DedupRules, MatchRule};
use super::target::{LeadKey, MatchTarget};
use super::values::Part;
use crate::document::{Unique, reserved};
use crate::error::Report;
use crate::model::LeadField;
use crate::rule::{Registry, RulesDocument, RulesVersion, Scope, rules_document};
use crate::text::fold;

rules_document!(DedupRules => Deduplicator);

impl RulesDocument for DedupRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        Deduplicator::compile_into(self, report);
    }
}

impl DedupRules {
    /// Reports what the type system cannot.
    fn check(&self, report: &mut Report) {
        RulesVersion::check(self.format, report);
        if self.crowded_key == 0 {
            report.within("crowded_key", |report| {
                report.error("no_key_left", "`crowded_key` must be at least 1", "20 is usual");
            });
        }
        let mut ids = Unique::ids("rule");
        report.within("rules", |report| {
            for (index, rule) in self.rules.iter().enumerate() {
                report.item(index, |report| {
                    report.within("id", |report| ids.check(rule.id.as_str(), report));
                    rule.check(report);
                });
            }
        });
        report.within("update", |report| {
            let can = |field| Part::of(field) == Part::Description;
            check_fields(&self.update, can, |field| format!("a re-entry never overwrites `{field}`"), report);
        });
        report.within("scope", |report| {
            check_fields(
                &self.scope,
                is_of_customer,
                |field| format!("`{field}` divides no customers"),
                report,
            );
        });
        report.within("decisive", |report| {
            check_fields(
                &self.decisive,
                is_of_customer,
                |field| format!("`{field}` does not decide on the owner"),
                report,
            );
        });
    }
}

impl Deduplicator {
    pub(crate) fn compile_into(rules: &DedupRules, report: &mut Report) -> Deduplicator {
        rules.check(report);
        let (conditions, plans) = report.within("rules", |report| {
            let compile = |(index, rule): (usize, &MatchRule)| {
                report.item(index, |report| {
                    let when = report.within("when", |report| rule.when.compile(Scope::Dedup, report));
                    (when, Plan::compile(&rule.action, rule.target, report))
                })
            };
            rules.rules.iter().enumerate().map(compile).unzip()
        });
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        let like = rules.rules.iter().any(|rule| rule.comparator.threshold().is_some());
        let judge = like.then(Box::default);
        Deduplicator { rules: rules.clone(), conditions, plans, wanted: wanted(rules), judge, version }
    }
}

/// The kinds of key that rows are fetched by.
fn wanted(rules: &DedupRules) -> Vec<MatchKeyKind> {
    // The same record, and the same submission once more, are known whatever the rules compare.
    let mut wanted = vec![
        MatchKeyKind::RecordId,
        MatchKeyKind::PersonId,
        MatchKeyKind::Phone,
        MatchKeyKind::Email,
        MatchKeyKind::Wechat,
    ];
    let may_change = |rule: &MatchRule| match &rule.action {
        RuleAction::KeyChange => true,
        RuleAction::Custom { .. } => rule.target.is_lead(),
        _ => false,
    };
    if rules.rules.iter().any(may_change) {
        // Whose company it is now decides on the new owner.
        wanted.push(MatchKeyKind::CompanyExact);
    }
    wanted.extend(rules.rules.iter().map(|rule| key_kind(rule.lead)));
    wanted
}

impl MatchRule {
    fn check(&self, report: &mut Report) {
        if self.target.lead_key() != self.lead {
            report.within("target", |report| {
                let fitting: Vec<String> = MatchTarget::ALL
                    .iter()
                    .filter(|target| target.lead_key() == self.lead)
                    .map(|target| format!("`{target}`"))
                    .collect();
                report.error(
                    "wrong_target",
                    format!("`{}` of a lead cannot be compared with `{}`", self.lead, self.target),
                    format!("compare it with {}", fitting.join(" or ")),
                );
            });
        }
        report.within("comparator", |report| self.comparator.check(self.lead, report));
        self.action.check(self.target, report);
    }
}

impl Comparator {
    fn check(self, lead: LeadKey, report: &mut Report) {
        let Some(threshold) = self.threshold() else { return };
        report.within("company", |report| {
            if lead != LeadKey::Company {
                report.error(
                    "wrong_comparator",
                    format!("`company` compares company names, not `{lead}` of a lead"),
                    "use `folded`, or compare the lead's `company`",
                );
            }
            if !(threshold > 0.0 && threshold <= 1.0) {
                report.within("threshold", |report| {
                    report.error(
                        "out_of_range",
                        format!("`threshold` must be above 0 and at most 1, found `{threshold}`"),
                        "write a probability, such as 0.85",
                    );
                });
            }
        });
    }
}

impl RuleAction {
    fn check(&self, target: MatchTarget, report: &mut Report) {
        report.within("action", |report| {
            if !self.fits(target) {
                let (objects, others) = if target.is_lead() {
                    ("leads", "`reenter`, `key_change`, `collect`, `same_owner` or `tag_only`")
                } else {
                    ("accounts", "`convert` or `tag_only`")
                };
                report.error(
                    "wrong_action",
                    format!("`{self}` cannot follow from a match among {objects}"),
                    format!("use {others}"),
                );
            }
            let RuleAction::Custom { codes, .. } = self else { return };
            report.within("custom", |report| {
                report.within("codes", |report| {
                    codes.iter().for_each(|code| check_code(code, report));
                });
            });
        });
    }
}

/// Whether the field tells what a lead is, so that it can divide customers or decide on the owner.
fn is_of_customer(field: LeadField) -> bool {
    !matches!(Part::of(field), Part::Life | Part::Key | Part::Kept)
}

fn check_fields(
    fields: &[LeadField],
    can: impl Fn(LeadField) -> bool,
    kept: impl Fn(LeadField) -> String,
    report: &mut Report,
) {
    let mut seen = BTreeSet::new();
    for (index, field) in fields.iter().enumerate() {
        report.item(index, |report| {
            if !can(*field) {
                report.error("kept_field", kept(*field), "remove it: name fields that describe the lead");
            } else if !seen.insert(field) {
                report.warning(
                    "duplicate_field",
                    format!("`{field}` is listed twice"),
                    "list each field once",
                );
            }
        });
    }
}

/// Names that mean something already: actions in rules, and actions in resolutions.
const TAKEN: [&str; 13] = [
    "same_owner",
    "held",
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
        report.error("blank_code", "the code is blank", "name it: leads are tagged with it");
    } else if code.trim() != code || code.contains(char::is_control) {
        let message =
            format!("the code `{}` has spaces around it or control characters", code.escape_debug());
        report.error("bad_code", message, "write it as one word, such as `ask_partner`");
    } else if TAKEN.contains(&fold(code).as_str()) {
        reserved("taken_code", code, report);
    }
}
