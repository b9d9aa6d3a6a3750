//! The condition of a policy, evaluated long after the lead's decision.

use chrono::{DateTime, Utc};

use crate::error::Report;
use crate::rule::{Condition, Facts, Fault, Field, Predicate, Producer, Scope, ScriptSession};

/// A compiled condition, and which results of earlier engines it reads.
#[derive(Debug, Clone)]
pub(super) struct When {
    predicate: Predicate,
    /// The first field that it reads of each earlier engine's results.
    found: Vec<(Producer, Field)>,
}

impl When {
    pub(super) fn compile(condition: &Condition, report: &mut Report) -> When {
        When::of(condition.compile_to_match(Scope::Assign, report))
    }

    /// As [`compile`](Self::compile), where "for none" is a fair answer.
    pub(super) fn of_some(condition: &Condition, report: &mut Report) -> When {
        When::of(condition.compile(Scope::Assign, report))
    }

    fn of(predicate: Predicate) -> When {
        let mut found: Vec<(Producer, Field)> = Vec::new();
        predicate.visit_fields(&mut |field| {
            let producer = field.producer();
            let is_found = matches!(producer, Producer::Blacklist | Producer::Dedup | Producer::Score);
            if is_found && found.iter().all(|(known, _)| *known != producer) {
                found.push((producer, field.clone()));
            }
        });
        When { predicate, found }
    }

    /// Whether it holds, in the session of all conditions about the lead.
    ///
    /// # Errors
    /// When a script of it fails, and when it reads the result of an earlier engine that was not passed in: otherwise a
    /// policy that reads the score would silently never hold.
    pub(super) fn eval(&self, facts: &Facts<'_>, scripts: &mut ScriptSession) -> Result<bool, Fault> {
        match self.found.iter().find(|(producer, _)| !facts.is_filled_by(*producer)) {
            Some((producer, field)) => Err(unknown(*producer, field)),
            None => self.predicate.eval_in(facts, scripts),
        }
    }

    /// The first moment after now at which it may change although nothing happens.
    pub(super) fn turns_at(&self, facts: &Facts<'_>) -> Option<DateTime<Utc>> {
        self.predicate.turns_at(facts)
    }
}

fn unknown(producer: Producer, field: &Field) -> Fault {
    let (what, call) = match producer {
        Producer::Blacklist => ("the verdict", "set_verdict"),
        Producer::Dedup => ("what matching found", "set_match"),
        _ => ("the score", "set_score"),
    };
    let message = format!("`{field}` is not known: {what} was not passed in");
    let help = format!("store it when the lead is decided, and call `Facts::{call}` before each look");
    Fault { help: Some(help), ..Fault::new(message) }
}
