//! The lines of a score as they are kept: small entries, and names in a table that all scores of a scorer share.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use super::line::{ScoreAxis, ScoreLine, ScoreReason};
use super::rules::Advice;
use crate::model::{Points, RuleId};
use crate::rule::RulesVersion;

/// A line in its stored form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub(super) axis: ScoreAxis,
    pub(super) points: Points,
    pub(super) why: Why,
}

/// The entries of a score. The first is kept inline: a lead without activities, scored by data rules, has no other,
/// and then its score needs no heap memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Postings {
    first: Option<Posting>,
    more: Vec<Posting>,
}

impl Postings {
    /// Room for the rest of a usual score, so that it is allocated once.
    const USUAL: usize = 16;

    #[inline]
    pub(super) fn push(&mut self, entry: Posting) {
        match self.first {
            None => self.first = Some(entry),
            Some(_) => self.push_more(entry),
        }
    }

    fn push_more(&mut self, entry: Posting) {
        if self.more.is_empty() {
            self.more.reserve(Postings::USUAL);
        }
        self.more.push(entry);
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }

    pub(super) fn iter(&self) -> PostingIter<'_> {
        self.first.iter().chain(&self.more)
    }

    /// The sum of the entries after the first so many.
    #[inline]
    pub(super) fn sum_after(&self, count: usize) -> Points {
        match count.checked_sub(1) {
            None => self.first.map_or(Points::ZERO, |entry| entry.points) + sum(&self.more),
            Some(more) => sum(self.more.get(more..).unwrap_or_default()),
        }
    }
}

fn sum(entries: &[Posting]) -> Points {
    entries.iter().map(|entry| entry.points).sum()
}

type PostingIter<'e> = std::iter::Chain<std::option::Iter<'e, Posting>, std::slice::Iter<'e, Posting>>;

impl FromIterator<Posting> for Postings {
    fn from_iter<I: IntoIterator<Item = Posting>>(entries: I) -> Postings {
        let mut own = Postings::default();
        entries.into_iter().for_each(|entry| own.push(entry));
        own
    }
}

/// Number of a rule or of a name in the [`Register`].
pub(super) type Number = u32;

/// A line of a rule that the table does not have.
const NO_RULE: Number = Number::MAX;

/// [`ScoreReason`], with numbers for names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Why {
    Activity {
        rule: Number,
        kind: Number,
        count: u32,
        last: DateTime<Utc>,
    },
    Condition {
        rule: Number,
    },
    Award {
        rule: Number,
    },
    /// The rules of a block whose bits are set.
    Conditions {
        block: Number,
        held: u64,
    },
    /// The text is one of those the score keeps.
    Script {
        rule: Number,
        said: Number,
    },
    ScriptRest {
        rule: Number,
    },
    RuleCap {
        rule: Number,
        cap: Points,
    },
    GroupLimit {
        group: Number,
        limit: Points,
    },
    AxisLimit {
        limit: Points,
    },
}

/// The data that all scores of a scorer share.
#[derive(Debug, Clone, Default)]
pub(super) struct Register {
    pub(super) version: RulesVersion,
    /// In the order of the cells.
    pub(super) matrix: Vec<Advice>,
    rules: Vec<RuleId>,
    names: Vec<Arc<str>>,
    /// Numbers of `rules` and `names`, looked up only.
    rule_numbers: FxHashMap<RuleId, Number>,
    name_numbers: FxHashMap<Arc<str>, Number>,
    /// Rules that are answered together, at most 64, with their points.
    blocks: Vec<Vec<(Number, Points)>>,
}

impl Register {
    /// A register without names.
    pub(super) fn new(version: RulesVersion) -> Register {
        Register { version, ..Register::default() }
    }

    /// The number of a rule.
    pub(super) fn rule(&mut self, id: &RuleId) -> Number {
        if let Some(number) = self.rule_numbers.get(id) {
            return *number;
        }
        let number = Number::try_from(self.rules.len()).unwrap_or(NO_RULE);
        self.rules.push(id.clone());
        self.rule_numbers.insert(id.clone(), number);
        number
    }

    /// The number of a kind of activity or of a group.
    pub(super) fn name(&mut self, name: &str) -> Number {
        if let Some(number) = self.name_numbers.get(name) {
            return *number;
        }
        let number = Number::try_from(self.names.len()).unwrap_or(NO_RULE);
        let name: Arc<str> = Arc::from(name);
        self.names.push(Arc::clone(&name));
        self.name_numbers.insert(name, number);
        number
    }

    /// The number of a block of rules.
    pub(super) fn block(&mut self, rules: Vec<(Number, Points)>) -> Number {
        self.blocks.push(rules);
        Number::try_from(self.blocks.len() - 1).unwrap_or(Number::MAX)
    }

    /// The lines that entries stand for.
    pub(super) fn lines<'b>(&'b self, entries: &'b Postings, said: &'b [String]) -> Lines<'b> {
        Lines { book: self, said, entries: entries.iter(), block: &[], axis: ScoreAxis::Fit, held: 0 }
    }

    /// The entry of a line; its names are added to the table, and a script's reason to the rest.
    pub(super) fn entry(&mut self, line: ScoreLine, said: &mut Vec<String>) -> Posting {
        let rule = line.rule.as_ref().map_or(NO_RULE, |id| self.rule(id));
        let why = match line.reason {
            ScoreReason::Activity { kind, last } => {
                Why::Activity { rule, kind: self.name(&kind), count: line.count, last }
            }
            ScoreReason::Condition => Why::Condition { rule },
            ScoreReason::Award => Why::Award { rule },
            ScoreReason::Script { text } => say(rule, text, said),
            ScoreReason::ScriptRest => Why::ScriptRest { rule },
            ScoreReason::RuleCap { cap } => Why::RuleCap { rule, cap },
            ScoreReason::GroupLimit { group, limit } => Why::GroupLimit { group: self.name(&group), limit },
            ScoreReason::AxisLimit { limit } => Why::AxisLimit { limit },
        };
        Posting { axis: line.axis, points: line.points, why }
    }
}

/// Keeps what a script says with the entry.
pub(super) fn say(rule: Number, text: String, said: &mut Vec<String>) -> Why {
    said.push(text);
    Why::Script { rule, said: Number::try_from(said.len() - 1).unwrap_or(Number::MAX) }
}

/// The lines of a score.
#[derive(Debug, Clone)]
pub(super) struct Lines<'b> {
    book: &'b Register,
    said: &'b [String],
    entries: PostingIter<'b>,
    /// The block that is being listed: its rules, and those of them that hold and are still to come.
    block: &'b [(Number, Points)],
    axis: ScoreAxis,
    held: u64,
}

impl Iterator for Lines<'_> {
    type Item = ScoreLine;

    fn next(&mut self) -> Option<ScoreLine> {
        let rule = |number: Number| self.book.rules.get(number as usize).cloned();
        let name = |number: Number| self.book.names.get(number as usize).cloned().unwrap_or_default();
        if self.held == 0 {
            let Posting { axis, points, why } = *self.entries.next()?;
            let (rule, count, reason) = match why {
                Why::Conditions { block, held } => {
                    self.block = self.book.blocks.get(block as usize).map_or(&[], Vec::as_slice);
                    (self.axis, self.held) = (axis, held);
                    return self.next();
                }
                Why::Activity { rule: number, kind, count, last } => {
                    (rule(number), count, ScoreReason::Activity { kind: name(kind), last })
                }
                Why::Condition { rule: number } => (rule(number), 0, ScoreReason::Condition),
                Why::Award { rule: number } => (rule(number), 0, ScoreReason::Award),
                Why::Script { rule: number, said } => {
                    let text = self.said.get(said as usize).cloned().unwrap_or_default();
                    (rule(number), 0, ScoreReason::Script { text })
                }
                Why::ScriptRest { rule: number } => (rule(number), 0, ScoreReason::ScriptRest),
                Why::RuleCap { rule: number, cap } => (rule(number), 0, ScoreReason::RuleCap { cap }),
                Why::GroupLimit { group, limit } => {
                    (None, 0, ScoreReason::GroupLimit { group: name(group), limit })
                }
                Why::AxisLimit { limit } => (None, 0, ScoreReason::AxisLimit { limit }),
            };
            return Some(ScoreLine { axis, rule, points, count, reason });
        }
        let index = self.held.trailing_zeros() as usize;
        let (number, points) = self.block.get(index).copied()?;
        self.held &= self.held - 1;
        Some(ScoreLine {
            axis: self.axis,
            rule: rule(number),
            points,
            count: 0,
            reason: ScoreReason::Condition,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let lines = |entry: &Posting| match entry.why {
            Why::Conditions { held, .. } => held.count_ones() as usize,
            _ => 1,
        };
        let left = self.held.count_ones() as usize + self.entries.clone().map(lines).sum::<usize>();
        (left, Some(left))
    }
}

impl ExactSizeIterator for Lines<'_> {}
