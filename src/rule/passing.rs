//! What a condition reads, and when it may change because time passes.

use chrono::{DateTime, TimeDelta, Utc};

use super::Field;
use super::fact_value::{FactSource, FactValue};
use super::operand::Operand;
use super::operator::Operator;
use super::predicate::{Predicate, Test, compare};
use crate::calendar::Span;

impl Predicate {
    /// Shows every field whose value it reads, by a name known beforehand; not those of which it only tests whether there
    /// is one.
    pub(crate) fn visit_fields(&self, visit: &mut dyn FnMut(&Field)) {
        match &self.0 {
            Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| test.visit_fields(visit)),
            Test::Not(test) => test.visit_fields(visit),
            Test::Compare { operand: Operand::Exists(_), .. } => {}
            Test::Compare { field, .. } => visit(field),
            Test::Script(script) => script.visit_fields(visit),
        }
    }

    /// The first moment after now at which it may begin or cease to hold although nothing happens; `None`
    /// when time alone changes nothing. How a script uses time is not known: its answer may change on any day.
    ///
    /// O(n·log n) in the activities for each count.
    pub(crate) fn turns_at(&self, facts: &impl FactSource) -> Option<DateTime<Utc>> {
        let now = facts.now();
        match &self.0 {
            Test::All(tests) | Test::Any(tests) => tests.iter().filter_map(|test| test.turns_at(facts)).min(),
            Test::Not(test) => test.turns_at(facts),
            Test::Script(script) => script.asks_for_time().then(|| Span::days(1).after(now)),
            Test::Compare { field, operator, operand } => match field.activity_count() {
                Some((kind, days)) => {
                    let times = counted(facts, kind, days);
                    count_turns(&times, Span::days(days), |count| {
                        compare(&FactValue::Integer(count), *operator, operand, now)
                    })
                }
                None => time_turns(&facts.fact(field), *operator, operand, now),
            },
        }
    }
}

/// When the activities of a kind in the last days were, the earliest first.
fn counted(facts: &impl FactSource, kind: &str, days: u32) -> Vec<DateTime<Utc>> {
    let (since, now) = (Span::days(days).before(facts.now()), facts.now());
    let mut times = Vec::new();
    facts.visit_activities(&mut |one| {
        if one.kind == kind && since <= one.time && one.time <= now {
            times.push(one.time);
        }
    });
    times.sort_unstable();
    times
}

/// When so many have left the window that the result changes.
fn count_turns(times: &[DateTime<Utc>], window: Span, holds: impl Fn(i64) -> bool) -> Option<DateTime<Utc>> {
    let left = |gone: usize| i64::try_from(times.len().saturating_sub(gone)).unwrap_or(i64::MAX);
    let is_now = holds(left(0));
    let turns = (1..=times.len()).find(|gone| holds(left(*gone)) != is_now)?;
    let last = times.get(turns.checked_sub(1)?)?;
    Some(past(window.after(*last)))
}

/// When the distance of a moment from now makes a difference.
fn time_turns(
    value: &FactValue<'_>,
    operator: Operator,
    operand: &Operand,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let (FactValue::Time(at), Operand::Span(span)) = (value, operand) else { return None };
    let is_old = past(span.after(*at));
    match operator {
        Operator::Within if *at > now => Some(*at),
        Operator::Within | Operator::OlderThan => Some(is_old).filter(|at| *at > now),
        _ => None,
    }
}

/// The first whole second after the last moment of a window.
fn past(last: DateTime<Utc>) -> DateTime<Utc> {
    last.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(last)
}
