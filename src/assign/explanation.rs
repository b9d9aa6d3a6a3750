//! Every rep's answer, rule by rule.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::kind::AssignmentKind;
use super::skip_reason::SkipReason;
use crate::model::{LeadId, PoolId, RepId, RuleId};

/// How a decision came about: the rules that were tried, and the result for each rep.
///
/// `Display` is an English text of several lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AssignExplanation {
    /// The lead that the decision is about.
    pub lead: LeadId,
    /// The pool by whose rules the lead was assigned.
    pub pool: PoolId,
    /// The revision of the pool's ledger that the explanation reads.
    pub ledger_revision: u64,
    /// What happens to the lead on this state.
    pub kind: AssignmentKind,
    /// The rules that were tried, in order.
    pub rules: Vec<RuleTrace>,
}

/// What one rule did with the lead in one pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleTrace {
    /// The rule that was tried, by its id in the pool.
    pub rule: RuleId,
    /// In which pass: 1 or 2.
    pub pass: u8,
    /// Whether its condition holds for the lead; a rule that could not be evaluated does not match.
    pub matched: bool,
    /// Every rep of the roster and of the rule's target, with the reason not to get the lead; `None` is eligible.
    /// Empty when no rep was checked.
    pub reps: BTreeMap<RepId, Option<SkipReason>>,
}

impl AssignExplanation {
    pub(super) fn rule(&mut self, rule: &RuleId, pass: u8, matched: bool) {
        self.rules.push(RuleTrace { rule: rule.clone(), pass, matched, reps: BTreeMap::new() });
    }

    pub(super) fn rep(&mut self, rep: &RepId, reason: Option<SkipReason>) {
        if let Some(trace) = self.rules.last_mut() {
            trace.reps.insert(rep.clone(), reason);
        }
    }
}

impl fmt::Display for AssignExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lead {} {}", self.lead, self.kind)?;
        for trace in &self.rules {
            let matched = if trace.matched { "matches" } else { "does not match" };
            write!(f, "\nrule {} {matched} in pass {}", trace.rule, trace.pass)?;
            for (rep, reason) in &trace.reps {
                match reason {
                    Some(reason) => write!(f, "\n  {rep} {reason}")?,
                    None => write!(f, "\n  {rep} is eligible")?,
                }
            }
        }
        Ok(())
    }
}
