//! From rules to a scorer: load, lint, compile.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::account::Register;
use super::award::{Award, PerUnit};
use super::engagement::CompiledEngagementRule;
use super::events::Kinds;
use super::fit::{CompiledFitRule, FitStep};
use super::points::CompiledAward;
use super::rules::{Decay, Disqualifier, EngagementRules, FitRules, Maturity, RuleGroup, ScoreRules};
use super::scorer::{CompiledDisqualifier, Scorer};
use super::section::{Limits, Section};
use super::{check, lint, preset, test_check};
use crate::document::check_named;
use crate::error::Report;
use crate::model::Points;
use crate::order;
use crate::rule::{
    Condition, FieldType, Predicate, Registry, RulesDocument, RulesVersion, Scope, Script, ScriptKind,
    rules_document,
};

rules_document!(ScoreRules => Scorer with plugins);

impl RulesDocument for ScoreRules {
    fn check_with(&self, registry: &Registry, report: &mut Report) {
        let scorer = Scorer::compile_into(self, registry, report);
        self.report_failures(&scorer, report);
    }
}

impl ScoreRules {
    /// The version; tests do not count, because they change no score.
    fn version(&self) -> RulesVersion {
        RulesVersion::without(&["tests"], self.format, &self.revision, self)
    }
}

impl Scorer {
    /// Compiles rules, adding their mistakes to a report. With errors in it the scorer must not be used.
    pub(crate) fn compile_into(rules: &ScoreRules, registry: &Registry, report: &mut Report) -> Scorer {
        RulesVersion::check(rules.format, report);
        check::ids(rules, report);
        let mut kinds = Kinds::default();
        let mut book = Register::new(rules.version());
        let engagement = report.within("engagement", |report| {
            compile_engagement(&rules.engagement, &mut kinds, &mut book, registry, report)
        });
        let (fit, disqualifiers) =
            report.within("fit", |report| compile_fit(&rules.fit, &mut kinds, &mut book, registry, report));
        report.within("maturity", |report| check::maturity(&rules.maturity, report));
        test_check::tests(rules, report);
        let mut matrix = preset::default_matrix();
        matrix.extend(rules.matrix.iter().map(|(cell, advice)| (*cell, advice.clone())));
        book.matrix = matrix.into_values().collect();
        Scorer {
            kinds,
            engagement,
            levels: rules.engagement.levels,
            fit,
            grades: rules.fit.grades,
            disqualifiers,
            mature_cells: match &rules.maturity {
                Maturity::Cells(cells) => {
                    Some(cells.iter().fold(0, |bits, cell| bits | 1u16 << (cell.index() & 15)))
                }
                Maturity::Weighted(_) => None,
            },
            maturity: rules.maturity.clone(),
            on_fault: rules.on_fault,
            book: Arc::new(book),
        }
    }
}

fn compile_engagement(
    rules: &EngagementRules,
    kinds: &mut Kinds,
    book: &mut Register,
    registry: &Registry,
    report: &mut Report,
) -> Vec<Section<CompiledEngagementRule>> {
    report.within("levels", |report| check::bounds(rules.levels.descending(), report));
    check::groups(&rules.groups, rules.rules.iter().map(|rule| rule.group.as_deref()), report);
    let named = rules.rules.iter().map(|rule| rule.group.as_deref());
    let (mut sections, places) = sections(named, &rules.groups, book);
    report.within("rules", |report| {
        for (index, (rule, place)) in rules.rules.iter().zip(places).enumerate() {
            report.item(index, |report| {
                check::engagement_rule(rule, report);
                let scope = Scope::Activity;
                if let Some(field) = rule.dedup_by.as_ref().filter(|field| !scope.reads(field.producer())) {
                    report.within("dedup_by", |report| {
                        let message =
                            format!("`{field}` cannot be read here: {}", field.producer().describe());
                        report.error(
                            "field_not_filled_yet",
                            message,
                            "name a field such as `activity.campaign`",
                        );
                    });
                }
                let compiled = CompiledEngagementRule {
                    id: rule.id.clone(),
                    number: book.rule(&rule.id),
                    kind_name: book.name(&rule.kind),
                    kind: kinds.number(&rule.kind),
                    when: when(&rule.when, scope, report).map(Box::new),
                    points: report.within("points", |report| {
                        CompiledAward::compile(&rule.points, scope, registry, report)
                    }),
                    event_cap: rule.event_cap.map(magnitude),
                    cap: rule.cap.map(magnitude),
                    frequency: rule.frequency.map(Box::new),
                    dedup_by: rule.dedup_by.clone().map(Box::new),
                    burst: rule.burst.map(Box::new),
                    window: rule.window,
                    decay: match &rule.decay {
                        Decay::Step(steps) if steps.is_empty() => Decay::None,
                        decay => decay.clone(),
                    },
                };
                kinds.number_counted(compiled.when.as_deref(), Some(&compiled.points));
                if let Some(section) = sections.get_mut(place) {
                    section.rules.push(compiled);
                }
            });
        }
    });
    sections
}

/// A cap below zero is reported, and made harmless so that the walk can continue.
fn magnitude(cap: Points) -> Points {
    cap.max(Points::ZERO)
}

fn compile_fit(
    rules: &FitRules,
    kinds: &mut Kinds,
    book: &mut Register,
    registry: &Registry,
    report: &mut Report,
) -> (Vec<Section<FitStep>>, Vec<CompiledDisqualifier>) {
    report.within("grades", |report| check::bounds(rules.grades.descending(), report));
    check::groups(&rules.groups, rules.rules.iter().map(|rule| rule.group.as_deref()), report);
    lint::bands(rules, report);
    lint::reach(rules, report);
    let named = rules.rules.iter().map(|rule| rule.group.as_deref());
    let (mut sections, places) = sections(named, &rules.groups, book);
    report.within("rules", |report| {
        for (index, (rule, place)) in rules.rules.iter().zip(places).enumerate() {
            report.item(index, |report| {
                let compiled = CompiledFitRule {
                    id: rule.id.clone(),
                    number: book.rule(&rule.id),
                    when: when(&rule.when, Scope::Score, report),
                    points: report.within("points", |report| {
                        CompiledAward::compile(&rule.points, Scope::Score, registry, report)
                    }),
                };
                kinds.number_counted(compiled.when.as_ref(), Some(&compiled.points));
                if let Some(section) = sections.get_mut(place) {
                    section.rules.push(compiled);
                }
            });
        }
    });
    let disqualifiers = report.within("disqualifiers", |report| {
        let compile = |(index, rule): (usize, &Disqualifier)| {
            report.item(index, |report| {
                let predicate = when(&rule.when, Scope::Score, report);
                kinds.number_counted(predicate.as_ref(), None);
                if predicate.is_none() {
                    let help = "say in `when` which leads it disqualifies";
                    report.warning("always_matches", "every lead is disqualified", help);
                }
                let reason = rule.reason.as_deref().unwrap_or(rule.id.as_str());
                CompiledDisqualifier { id: rule.id.clone(), when: predicate, reason: Arc::from(reason) }
            })
        };
        rules.disqualifiers.iter().enumerate().map(compile).collect()
    });
    let steps = |Section { rules, limits }| Section { rules: FitStep::of(rules, book), limits };
    (sections.into_iter().map(steps).collect(), disqualifiers)
}

/// The sections of an axis, still without rules, and for each rule which one it is in: the rules of a group together
/// where its first one is, so that a running sum is all its limit needs.
fn sections<'r, T>(
    named: impl Iterator<Item = Option<&'r str>>,
    groups: &'r [RuleGroup],
    book: &mut Register,
) -> (Vec<Section<T>>, Vec<usize>) {
    let mut sections: Vec<Section<T>> = Vec::new();
    let mut of_group: BTreeMap<&str, usize> = BTreeMap::new();
    let mut open: Option<usize> = None;
    // Of two groups with one id, which is a mistake, the first counts.
    let defined = order::map(groups.iter().rev().map(|group| (group.id.as_str(), group)));
    let mut places: Vec<usize> = Vec::new();
    for group in named {
        let found = group.and_then(|id| defined.get(id).copied());
        let known = match found {
            Some(group) => of_group.get(group.id.as_str()).copied(),
            None => open,
        };
        let index = known.unwrap_or_else(|| {
            let limits =
                found.map(|group| Limits { group: book.name(&group.id), min: group.min, max: group.max });
            sections.push(Section { rules: Vec::new(), limits });
            sections.len() - 1
        });
        match found {
            Some(group) => {
                of_group.insert(&group.id, index);
                open = None;
            }
            None => open = Some(index),
        }
        places.push(index);
    }
    let mut counts = vec![0; sections.len()];
    places.iter().for_each(|place| counts.get_mut(*place).into_iter().for_each(|count| *count += 1));
    for (section, count) in sections.iter_mut().zip(counts) {
        section.rules.reserve_exact(count);
    }
    (sections, places)
}

impl CompiledAward {
    /// Without a registry, signals are not looked up.
    pub(super) fn compile(
        award: &Award,
        scope: Scope,
        registry: &Registry,
        report: &mut Report,
    ) -> CompiledAward {
        let nothing = CompiledAward::Fixed(Points::ZERO);
        match award {
            Award::Fixed(points) => {
                check::within_limit(*points, report);
                if *points == Points::ZERO {
                    report.warning("no_points", "the rule gives no points", "give it points, or remove it");
                }
                CompiledAward::Fixed(*points)
            }
            Award::Column(name) => {
                check_named("column", name, "points", report);
                CompiledAward::Column(name.clone())
            }
            Award::Per(per) => {
                report.within("per", |report| check_per_unit(per, scope, report));
                CompiledAward::Per(per.clone())
            }
            Award::Script(source) => report.within("script", |report| {
                let script = Script::compile(source, ScriptKind::Points, scope, report);
                script.map_or(nothing, |script| CompiledAward::Script(Box::new(script)))
            }),
            Award::Program(source) => report.within("program", |report| {
                if scope == Scope::Activity {
                    let help = "write a `script`, or a fit rule that reads `count(kind, days)`";
                    report.error("misplaced", "a full script is allowed in fit rules only", help);
                    return nothing;
                }
                let script = Script::compile(source, ScriptKind::Program, scope, report);
                script.map_or(nothing, |script| CompiledAward::Program(Box::new(script)))
            }),
            Award::Custom(custom) => report.within("custom", |report| {
                let signal = registry.make_signal(custom, report);
                signal.map_or(nothing, CompiledAward::Signal)
            }),
        }
    }
}

fn check_per_unit(per: &PerUnit, scope: Scope, report: &mut Report) {
    if !(per.unit.is_finite() && per.unit > 0.0) {
        report.within("unit", |report| {
            report.error("bad_value", format!("the unit {} is not greater than zero", per.unit), "write 1");
        });
    }
    report.within("field", |report| {
        let (field, producer) = (&per.field, per.field.producer());
        if !matches!(field.kind(), FieldType::Integer | FieldType::Number | FieldType::Any) {
            let message = format!("`{field}` is {}, not a number", field.kind().describe());
            report.error("wrong_type", message, "name a numeric field");
        }
        if !scope.reads(producer) {
            let message = format!("`{field}` cannot be read here: {}", producer.describe());
            let help = format!("read what is known when {} run", scope.describe());
            report.error("field_not_filled_yet", message, help);
        }
    });
}

/// Compiles the condition of a rule. `None` when it always holds.
fn when(condition: &Condition, scope: Scope, report: &mut Report) -> Option<Predicate> {
    report.within("when", |report| {
        let predicate = condition.compile_to_match(scope, report);
        (!condition.is_always()).then_some(predicate)
    })
}
