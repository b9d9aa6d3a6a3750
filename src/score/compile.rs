//! From rules to what the scorer runs.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::account::{Book, Entries, Entry, Number, Why};
use super::award::{Award, PerUnit};
use super::check;
use super::outcome::Axis;
use super::rules::RuleGroup;
use crate::error::Report;
use crate::model::{Attributes, Points, Value};
use crate::rule::{
    Condition, FactSource, FactValue, Fault, FieldType, Predicate, Registry, Scope, Script, ScriptKind,
    ScriptSession, Signal,
};

/// Rules that follow one another, and the limits their points share.
#[derive(Debug, Clone)]
pub(super) struct Section<T> {
    pub(super) rules: Vec<T>,
    pub(super) limits: Option<Limits>,
}

#[derive(Debug, Clone)]
pub(super) struct Limits {
    group: Number,
    min: Option<Points>,
    max: Option<Points>,
}

impl Limits {
    /// Adds a line when the points since `start` lie outside.
    #[inline(never)]
    pub(super) fn apply(&self, axis: Axis, start: usize, lines: &mut Entries) {
        if lines.len() == start {
            return;
        }
        let sum = lines.sum_after(start);
        let limit = match (self.min, self.max) {
            (_, Some(max)) if sum > max => max,
            (Some(min), _) if sum < min => min,
            _ => return,
        };
        let why = Why::GroupLimit { group: self.group, limit };
        lines.push(Entry { axis, points: limit - sum, why });
    }
}

/// Puts the rules of a group together where its first rule stands, so that a running sum is all its limit needs.
pub(super) fn sections<T>(
    rules: Vec<(Option<String>, T)>,
    groups: &[RuleGroup],
    book: &mut Book,
) -> Vec<Section<T>> {
    let mut sections: Vec<Section<T>> = Vec::new();
    let mut of_group: BTreeMap<String, usize> = BTreeMap::new();
    let mut open: Option<usize> = None;
    for (group, rule) in rules {
        let found = group.and_then(|id| groups.iter().find(|known| known.id == id));
        let known = match found {
            Some(group) => of_group.get(&group.id).copied(),
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
                of_group.insert(group.id.clone(), index);
                open = None;
            }
            None => open = Some(index),
        }
        if let Some(section) = sections.get_mut(index) {
            section.rules.push(rule);
        }
    }
    sections
}

/// A compiled [`Award`].
#[derive(Debug, Clone)]
pub(super) enum CompiledAward {
    Fixed(Points),
    Column(String),
    Per(PerUnit),
    Script(Box<Script>),
    Program(Box<Script>),
    Signal(Arc<dyn Signal>),
}

impl CompiledAward {
    /// Without a registry, signals are not looked up.
    pub(super) fn compile(
        award: &Award,
        scope: Scope,
        registry: Option<&Registry>,
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
                if name.trim().is_empty() {
                    report.error("blank_name", "the column has no name", "name the column, such as `points`");
                }
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
                    report.error("misplaced", "a full script stands in fit rules only", help);
                    return nothing;
                }
                let script = Script::compile(source, ScriptKind::Program, scope, report);
                script.map_or(nothing, |script| CompiledAward::Program(Box::new(script)))
            }),
            Award::Custom(custom) => report.within("custom", |report| {
                let signal = registry.and_then(|registry| registry.make_signal(custom, report));
                signal.map_or(nothing, CompiledAward::Signal)
            }),
        }
    }

    /// Shows every kind of activity that it counts.
    pub(super) fn visit_counted_kinds(&self, visit: &mut dyn FnMut(&str)) {
        match self {
            CompiledAward::Per(per) => {
                per.field.activity_count().into_iter().for_each(|(kind, _)| visit(kind));
            }
            CompiledAward::Script(script) | CompiledAward::Program(script) => {
                script.visit_counted_kinds(visit);
            }
            CompiledAward::Fixed(_) | CompiledAward::Column(_) | CompiledAward::Signal(_) => {}
        }
    }

    /// The points, given the facts and the columns of the record the rule is about. `None` when what they are
    /// taken from is missing.
    pub(super) fn give(
        &self,
        facts: &impl FactSource,
        columns: &Attributes,
        scripts: &mut ScriptSession,
    ) -> Result<Option<Points>, Fault> {
        match self {
            CompiledAward::Fixed(points) => Ok(Some(*points)),
            CompiledAward::Column(name) => {
                let number = match columns.get(name.as_str()) {
                    None | Some(Value::Null) => return Ok(None),
                    Some(Value::Integer(number)) => *number as f64,
                    Some(Value::Number(number)) => *number,
                    Some(other) => {
                        let what = other.type_name();
                        return Err(Fault::new(format!("column `{name}` holds {what} instead of points")));
                    }
                };
                in_range(number).map(Some)
            }
            CompiledAward::Per(per) => {
                let number = match facts.fact(&per.field) {
                    FactValue::Missing => return Ok(None),
                    FactValue::Integer(number) => number as f64,
                    FactValue::Number(number) => number,
                    _ => return Err(Fault::new(format!("`{}` holds no number", per.field))),
                };
                in_range(number / per.unit * per.points.to_f64()).map(Some)
            }
            CompiledAward::Script(script) => script.points(facts, scripts),
            CompiledAward::Program(script) => Ok(script.program(facts, scripts)?.map(|(points, _)| points)),
            CompiledAward::Signal(signal) => {
                let caught = catch_unwind(AssertUnwindSafe(|| signal.points(facts)));
                caught.unwrap_or_else(|_| Err(Fault::new("the signal panicked")))
            }
        }
    }
}

fn in_range(number: f64) -> Result<Points, Fault> {
    Points::from_f64(number)
        .ok_or_else(|| Fault::new(format!("{number} points lie beyond ±{}", Points::LIMIT)))
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
pub(super) fn when(condition: &Condition, scope: Scope, report: &mut Report) -> Option<Predicate> {
    report.within("when", |report| {
        let known = report.diagnostics().len();
        let predicate = condition.compile(scope, report);
        if condition.is_never() && report.diagnostics().len() == known {
            report.warning(
                "never_matches",
                "the rule never matches",
                "correct the condition, or remove the rule",
            );
        }
        (!condition.is_always()).then_some(predicate)
    })
}
