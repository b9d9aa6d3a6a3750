//! Explaining a decision: the same way through the rules, with every rep's answer.

use chrono::{DateTime, Utc};

use super::assigner::Assigner;
use super::assignment::Assignment;
use super::eligibility::SkipReason;
use super::explanation::Explanation;
use super::kind::Kind;
use super::ledger::{Ledger, LedgerError};
use super::options::AssignOptions;
use super::roster::Roster;
use crate::rule::Facts;

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
