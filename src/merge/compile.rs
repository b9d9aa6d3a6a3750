//! From rules to a merger: load, compile, and what the type system cannot check.

use std::collections::BTreeMap;

use super::fields::{Holds, group_of, holds, known_fields};
use super::merger::Merger;
use super::rules::{MergeRules, Survivorship};
use crate::document::Unique;
use crate::error::Report;
use crate::model::Safeguard;
use crate::rule::{Registry, RulesDocument, RulesVersion, rules_document};

rules_document!(MergeRules => Merger);

impl RulesDocument for MergeRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        self.check(report);
    }
}

impl Merger {
    fn compile_into(rules: &MergeRules, report: &mut Report) -> Merger {
        rules.check(report);
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        Merger { rules: rules.clone(), version }
    }
}

impl MergeRules {
    /// Reports the mistakes that the type system cannot find.
    fn check(&self, report: &mut Report) {
        RulesVersion::check(self.format, report);
        report.within("survivor", |report| {
            for (index, test) in self.survivor.iter().enumerate() {
                if self.survivor.iter().take(index).any(|earlier| earlier == test) {
                    report.item(index, |report| {
                        let message = format!("`{test}` is repeated: the second decides nothing");
                        report.warning("duplicate_test", message, "keep one");
                    });
                }
            }
        });
        report.within("default", |report| {
            let help = "give it to single fields and keep `non_empty` here";
            let what = match self.default {
                Survivorship::Sum | Survivorship::Max | Survivorship::Min => Some("numbers and times have"),
                Survivorship::Refusal | Survivorship::Consent => Some("a question of consent has"),
                _ => None,
            };
            if let Some(what) = what {
                report.error("wrong_rule", format!("only {what} this rule, not every field"), help);
            }
            check_sources(&self.default, report);
        });
        let mut in_blocks = BTreeMap::new();
        report.within("blocks", |report| self.check_blocks(&mut in_blocks, report));
        report.within("fields", |report| {
            // A block takes a field with its default rule over; a rule that says something else contradicts it.
            let is_taken = |name: &str, rule: &Survivorship| {
                in_blocks.contains_key(name) && MergeRules::is_default(name, rule)
            };
            for (name, rule) in self.fields.iter().filter(|(name, rule)| !is_taken(name, rule)) {
                report.within(name, |report| check_field(name, rule, &in_blocks, report));
            }
        });
        report.within("recency", |report| match holds(&self.recency) {
            Some(Holds::Time | Holds::Anything) => {}
            Some(_) => {
                let message = format!("`{}` is not a time", self.recency);
                report.error("wrong_field", message, "use `created_at` or one of your attributes");
            }
            None => report.unknown_name("unknown_field", "field", &self.recency, known_fields()),
        });
        report.within("source", |report| {
            for (index, name) in self.source.iter().enumerate() {
                if holds(name).is_none() {
                    report.item(index, |report| {
                        report.unknown_name("unknown_field", "field", name, known_fields());
                    });
                }
            }
        });
    }

    fn check_blocks<'r>(&'r self, in_blocks: &mut BTreeMap<&'r str, &'r str>, report: &mut Report) {
        let mut names = Unique::names("block");
        for (index, block) in self.blocks.iter().enumerate() {
            report.item(index, |report| {
                report.within("name", |report| names.check(&block.name, report));
                report.within("rule", |report| {
                    use Survivorship::{Consent, Max, Min, Refusal, Sum, Union};
                    if matches!(block.rule, Max | Min | Sum | Union | Refusal | Consent) {
                        let help = "use `non_empty`, `newest`, `oldest`, `longest` or `source_priority`";
                        report.error("wrong_rule", "a block takes all its fields from one record", help);
                    }
                    check_sources(&block.rule, report);
                });
                report.within("fields", |report| {
                    for (index, name) in block.fields.iter().enumerate() {
                        report.item(index, |report| {
                            if holds(name).is_none() {
                                report.unknown_name("unknown_field", "field", name, known_fields());
                            } else if Safeguard::of_field(name).is_some() {
                                let message = format!("a block could drop a protective answer in `{name}`");
                                let help =
                                    "take it out of the block: a refusal is kept whatever the rules say";
                                report.error("protecting_field", message, help);
                            } else if let Some(other) = in_blocks.insert(name, &block.name) {
                                let message = format!("`{name}` is already in block `{other}`");
                                report.error("two_blocks", message, "keep it in one block");
                            }
                        });
                    }
                });
            });
        }
    }
}

fn check_field(name: &str, rule: &Survivorship, in_blocks: &BTreeMap<&str, &str>, report: &mut Report) {
    if name == "id" || name == "contacts" {
        let message = if name == "id" {
            "the id is always the survivor's".to_owned()
        } else {
            "contacts are always united by person".to_owned()
        };
        report.error("fixed_field", message, "leave it out");
        return;
    }
    let Some(holds) = holds(name) else {
        report.unknown_name("unknown_field", "field", name, known_fields());
        return;
    };
    let group = group_of(name).and_then(|group| in_blocks.get(group));
    if let Some(block) = in_blocks.get(name).or(group) {
        let message = format!("`{name}` is also in block `{block}`");
        report.error("two_rules", message, "a field has a rule of its own or is in a block, not both");
    }
    let fits = match rule {
        Survivorship::Max | Survivorship::Min => {
            matches!(holds, Holds::Whole | Holds::Time | Holds::Anything)
        }
        Survivorship::Sum => matches!(holds, Holds::Whole | Holds::Anything),
        Survivorship::Union => matches!(holds, Holds::List | Holds::FreeText | Holds::Anything),
        Survivorship::Refusal | Survivorship::Consent => holds == Holds::Anything,
        _ => true,
    };
    if !fits {
        let (what, help) = match holds {
            Holds::Whole => ("a number", "`max`, `min`, `sum`, `newest`, `oldest` and `non_empty` fit"),
            Holds::Time => ("a time", "`max`, `min`, `newest`, `oldest` and `non_empty` fit"),
            Holds::List => ("a list", "`union`, `longest`, `newest`, `oldest` and `non_empty` fit"),
            _ => ("a text", "`non_empty`, `newest`, `oldest`, `longest` and `source_priority` fit"),
        };
        report.error("wrong_rule", format!("`{name}` is {what}: the rule does not fit"), help);
    }
    check_sources(rule, report);
}

fn check_sources(rule: &Survivorship, report: &mut Report) {
    if matches!(rule, Survivorship::SourcePriority(sources) if sources.is_empty()) {
        report.error("no_sources", "the list of sources is empty", "name the sources, the best first");
    }
}
