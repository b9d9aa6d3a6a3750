//! The points of a rule, ready to be given.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::award::PerUnit;
use crate::model::{Attributes, Points, Value};
use crate::rule::{FactSource, FactValue, Fault, Script, ScriptSession, Signal};

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
                    _ => return Err(Fault::new(format!("`{}` does not hold a number", per.field))),
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
        .ok_or_else(|| Fault::new(format!("{number} points are outside ±{}", Points::LIMIT)))
}
