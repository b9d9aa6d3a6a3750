//! The lines of a score as they are kept: small entries, and names in a book that all scores of a scorer share.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::outcome::{Axis, Line, Reason};
use super::rules::Advice;
use crate::model::{Points, RuleId};
use crate::rule::RulesVersion;

/// What a line is kept as.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) axis: Axis,
    pub(super) points: Points,
    pub(super) why: Why,
}

/// Number of a rule or of a name in the [`Book`].
pub(super) type Number = u32;

/// A line of a rule that the book does not know.
const NO_RULE: Number = Number::MAX;

/// [`Reason`], with numbers for names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Why {
    Activity { rule: Number, kind: Number, count: u32, last: DateTime<Utc> },
    Condition { rule: Number },
    Script { rule: Number, text: Box<str> },
    ScriptRest { rule: Number },
    RuleCap { rule: Number, cap: Points },
    GroupLimit { group: Number, limit: Points },
    AxisLimit { limit: Points },
}

/// What all scores of a scorer share.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    pub(super) version: RulesVersion,
    /// In the order of the cells.
    pub(super) matrix: Vec<Advice>,
    rules: Vec<RuleId>,
    names: Vec<Arc<str>>,
}

impl Book {
    /// A book without names.
    pub(super) fn new(version: RulesVersion) -> Book {
        Book { version, ..Book::default() }
    }

    /// The number of a rule.
    pub(super) fn rule(&mut self, id: &RuleId) -> Number {
        let known = self.rules.iter().position(|known| known == id);
        let index = known.unwrap_or_else(|| {
            self.rules.push(id.clone());
            self.rules.len() - 1
        });
        Number::try_from(index).unwrap_or(NO_RULE)
    }

    /// The number of a kind of activity or of a group.
    pub(super) fn name(&mut self, name: &str) -> Number {
        let known = self.names.iter().position(|known| **known == *name);
        let index = known.unwrap_or_else(|| {
            self.names.push(Arc::from(name));
            self.names.len() - 1
        });
        Number::try_from(index).unwrap_or(NO_RULE)
    }

    /// The line an entry stands for.
    pub(super) fn line(&self, entry: &Entry) -> Line {
        let rule = |number: Number| self.rules.get(number as usize).cloned();
        let name = |number: Number| self.names.get(number as usize).cloned().unwrap_or_default();
        let (rule, count, reason) = match &entry.why {
            Why::Activity { rule: number, kind, count, last } => {
                (rule(*number), *count, Reason::Activity { kind: name(*kind), last: *last })
            }
            Why::Condition { rule: number } => (rule(*number), 0, Reason::Condition),
            Why::Script { rule: number, text } => {
                (rule(*number), 0, Reason::Script { text: String::from(&**text) })
            }
            Why::ScriptRest { rule: number } => (rule(*number), 0, Reason::ScriptRest),
            Why::RuleCap { rule: number, cap } => (rule(*number), 0, Reason::RuleCap { cap: *cap }),
            Why::GroupLimit { group, limit } => {
                (None, 0, Reason::GroupLimit { group: name(*group), limit: *limit })
            }
            Why::AxisLimit { limit } => (None, 0, Reason::AxisLimit { limit: *limit }),
        };
        Line { axis: entry.axis, rule, points: entry.points, count, reason }
    }

    /// The entry of a line, its names added to the book.
    pub(super) fn entry(&mut self, line: Line) -> Entry {
        let rule = line.rule.as_ref().map_or(NO_RULE, |id| self.rule(id));
        let why = match line.reason {
            Reason::Activity { kind, last } => {
                Why::Activity { rule, kind: self.name(&kind), count: line.count, last }
            }
            Reason::Condition => Why::Condition { rule },
            Reason::Script { text } => Why::Script { rule, text: text.into_boxed_str() },
            Reason::ScriptRest => Why::ScriptRest { rule },
            Reason::RuleCap { cap } => Why::RuleCap { rule, cap },
            Reason::GroupLimit { group, limit } => Why::GroupLimit { group: self.name(&group), limit },
            Reason::AxisLimit { limit } => Why::AxisLimit { limit },
        };
        Entry { axis: line.axis, points: line.points, why }
    }
}
