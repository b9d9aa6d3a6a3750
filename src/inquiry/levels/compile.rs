//! From rules to levels: what the type system cannot check.

use super::engine::Levels;
use super::ladder::{Ladder, Rung};
use super::rules::{LevelOrder, LevelRules};
use crate::document::Unique;
use crate::error::Report;
use crate::rule::{Condition, Registry, RulesDocument, RulesVersion, Scope, rules_document};

rules_document!(LevelRules => Levels);

impl RulesDocument for LevelRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        drop(Levels::compile_into(self, report));
    }
}

impl Levels {
    fn compile_into(rules: &LevelRules, report: &mut Report) -> Levels {
        RulesVersion::check(rules.format, report);
        let ladder = report.within("levels", |report| {
            let levels = rules.levels.iter().map(|level| (level.name.as_str(), level.criteria.as_slice()));
            Ladder::check(rules.order, "name", levels, report)
        });
        Levels { ladder, version: RulesVersion::of(rules.format, &rules.revision, rules) }
    }
}

impl Ladder {
    pub(in crate::inquiry) fn check<'r>(
        order: LevelOrder,
        key: &str,
        levels: impl Iterator<Item = (&'r str, &'r [Condition])>,
        report: &mut Report,
    ) -> Ladder {
        let mut names = Unique::names(if key == "grade" { "grade" } else { "level" });
        let mut always: Option<String> = None;
        let mut rungs = Vec::new();
        for (index, (name, criteria)) in levels.enumerate() {
            report.item(index, |report| {
                report.within(key, |report| {
                    names.check(name, report);
                });
                if let Some(before) = &always {
                    report.warning(
                        "unreachable",
                        format!("`{name}` is never reached: `{before}` always holds"),
                        "put the level without criteria last",
                    );
                }
                if order == LevelOrder::FirstMatch && criteria.iter().all(Condition::is_always) {
                    always.get_or_insert_with(|| name.to_owned());
                }
                let criteria = report.within("criteria", |report| {
                    let compile = |(index, condition): (usize, &Condition)| {
                        let predicate = report.item(index, |report| condition.compile(Scope::Assign, report));
                        (condition.clone(), predicate)
                    };
                    criteria.iter().enumerate().map(compile).collect()
                });
                rungs.push(Rung { name: name.to_owned(), criteria });
            });
        }
        if rungs.is_empty() {
            report.error("no_levels", "there are no levels", "add at least one");
        }
        Ladder { order, levels: rungs }
    }
}
