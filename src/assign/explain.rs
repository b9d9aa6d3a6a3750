//! Every rep's answer, rule by rule.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::assigner::AssignOptions;
use super::compile::Assigner;
use super::decision::{Assignment, Kind};
use super::eligibility::SkipReason;
use super::ledger::{Ledger, LedgerError};
use super::roster::Roster;
use crate::model::{LeadId, PoolId, RepId, RuleId};
use crate::rule::Facts;

/// How a decision came about: which rules were asked, and what each rep's answer was.
///
/// `Display` is an English text of several lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The lead.
    pub lead: LeadId,
    /// The pool.
    pub pool: PoolId,
    /// The version of the pool's ledger that is explained on.
    pub ledger_version: u64,
    /// What becomes of the lead on this state.
    pub kind: Kind,
    /// The rules that were asked, in order.
    pub rules: Vec<RuleTrace>,
}

/// What one rule had to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleTrace {
    /// The rule.
    pub rule: RuleId,
    /// In which pass: 1 or 2.
    pub pass: u8,
    /// Whether it matched.
    pub matched: bool,
    /// Every rep of the roster and of the rule's target, with the reason not to get the lead; `None` is eligible.
    /// Empty when no rep was asked.
    pub reps: BTreeMap<RepId, Option<SkipReason>>,
}

impl Assigner {
    /// What [`Assigner::assign`] would decide on this state, with every rep's answer. A decision remembered under
    /// the lead's key is not repeated but made anew. O(r + n) in the pool's rules and the roster.
    #[must_use]
    pub fn explain(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledger: &Ledger,
        now: DateTime<Utc>,
    ) -> Explanation {
        self.explain_with(facts, roster, ledger, now, &AssignOptions::default())
    }

    /// As [`Assigner::explain`], with more to say about the lead.
    #[must_use]
    pub fn explain_with(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledger: &Ledger,
        now: DateTime<Utc>,
        options: &AssignOptions,
    ) -> Explanation {
        let mut explanation = Explanation {
            lead: facts.lead().id.clone(),
            pool: ledger.pool().clone(),
            ledger_version: ledger.version(),
            kind: Kind::NoRuleMatched,
            rules: Vec::new(),
        };
        let anew = AssignOptions { key: Some(String::new()), ..options.clone() };
        explanation.kind = self.decide(facts, roster, ledger, now, &anew, Some(&mut explanation)).kind;
        for trace in explanation.rules.iter_mut().filter(|trace| !trace.reps.is_empty()) {
            for rep in roster.reps() {
                trace.reps.entry(rep.clone()).or_insert_with(|| {
                    let active = roster.is_active(rep.as_str());
                    Some(if active { SkipReason::NotMember } else { SkipReason::Inactive })
                });
            }
        }
        explanation
    }

    /// Explains a decision on the very state it was made on.
    ///
    /// # Errors
    /// When the ledger or the roster's state is of another version or pool.
    pub fn explain_decision(
        &self,
        assignment: &Assignment,
        facts: &Facts<'_>,
        roster: &Roster,
        ledger_before: &Ledger,
        options: &AssignOptions,
    ) -> Result<Explanation, LedgerError> {
        let delta = assignment.delta();
        if delta.pool() != ledger_before.pool() {
            let (expected, found) = (delta.pool().clone(), ledger_before.pool().clone());
            return Err(LedgerError::OtherPool { expected, found });
        }
        let (expected, found) = (delta.ledger_version(), ledger_before.version());
        if expected != found {
            return Err(LedgerError::StaleLedger { pool: delta.pool().clone(), expected, found });
        }
        let (expected, found) = (delta.rep_ledger_version(), roster.rep_ledger().version());
        if expected != found {
            return Err(LedgerError::StaleRepLedger { expected, found });
        }
        Ok(self.explain_with(facts, roster, ledger_before, assignment.at(), options))
    }
}

impl Explanation {
    pub(super) fn rule(&mut self, rule: &RuleId, pass: u8, matched: bool) {
        self.rules.push(RuleTrace { rule: rule.clone(), pass, matched, reps: BTreeMap::new() });
    }

    pub(super) fn rep(&mut self, rep: &RepId, reason: Option<SkipReason>) {
        if let Some(trace) = self.rules.last_mut() {
            trace.reps.insert(rep.clone(), reason);
        }
    }
}

impl fmt::Display for Explanation {
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
