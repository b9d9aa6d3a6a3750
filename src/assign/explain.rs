//! Explaining a decision: the same way through the rules, with every rep's answer.

use super::assigner::Assigner;
use super::assignment::Assignment;
use super::explanation::AssignExplanation;
use super::kind::AssignmentKind;
use super::ledger_error::LedgerError;
use super::ledgers::Ledgers;
use super::options::AssignOptions;
use super::roster::Roster;
use super::skip_reason::SkipReason;
use crate::rule::Facts;

impl Assigner {
    /// What [`Assigner::assign`] would decide on this state, with every rep's answer. A decision remembered under
    /// the lead's key is not repeated but made again. O(r + n) in the pool's rules and the roster.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// let explanation = assigner.explain(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// assert_eq!(explanation.to_string(), "\
    /// lead L1 goes to li from pool p by rule all
    /// rule all matches in pass 1
    ///   li is eligible
    ///   wang is eligible");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(&self, facts: &Facts<'_>, roster: &Roster, ledgers: Ledgers<'_>) -> AssignExplanation {
        self.explain_with(facts, roster, ledgers, &AssignOptions::default())
    }

    /// As [`Assigner::explain`], with options for the lead.
    ///
    /// ```
    /// # use leadkit::assign::{AssignOptions, Assigner, Ledger, Ledgers, RepLedger, Roster, SkipReason};
    /// # use leadkit::model::{Lead, RepId};
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// let options = AssignOptions { excluded: ["li".into()].into(), ..AssignOptions::default() };
    /// let explanation = assigner.explain_with(&facts, &roster, Ledgers { pool: &ledger, reps: &reps }, &options);
    /// assert_eq!(explanation.rules[0].reps[&RepId::from("li")], Some(SkipReason::Excluded));
    /// assert_eq!(explanation.rules[0].reps[&RepId::from("wang")], None, "is eligible");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain_with(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledgers: Ledgers<'_>,
        options: &AssignOptions,
    ) -> AssignExplanation {
        let ledger = ledgers.pool;
        let mut explanation = AssignExplanation {
            lead: facts.lead().id.clone(),
            pool: ledger.pool().clone(),
            ledger_revision: ledger.revision(),
            kind: AssignmentKind::NoRuleMatched,
            rules: Vec::new(),
        };
        // Nothing is remembered under a blank key, so the rules are tried although they have decided before.
        let anew = AssignOptions { key: Some(String::new()), ..options.clone() };
        explanation.kind = self.decide(facts, roster, ledgers, &anew, Some(&mut explanation)).kind;
        for trace in explanation.rules.iter_mut().filter(|trace| !trace.reps.is_empty()) {
            // Somebody may ask about any rep, member or not.
            for rep in roster.reps() {
                trace.reps.entry(rep.clone()).or_insert_with(|| {
                    let active = roster.is_active(rep.as_str());
                    Some(if active { SkipReason::NotMember } else { SkipReason::Inactive })
                });
            }
        }
        explanation
    }

    /// Explains a decision on the very state it was made on. One that [repeats](Assignment::repeats) another tried no rule,
    /// so that there is nothing to report but the decision.
    ///
    /// ```
    /// # use leadkit::assign::{AssignOptions, Assigner, Ledger, LedgerError, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// let (before, options) = (Ledgers { pool: &ledger, reps: &reps }, AssignOptions::default());
    /// let assignment = assigner.assign(&facts, &roster, before);
    /// let explanation = assigner.explain_decision(&assignment, &facts, &roster, before, &options)?;
    /// assert_eq!(explanation.kind, *assignment.kind());
    ///
    /// assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// let after = Ledgers { pool: &ledger, reps: &reps };
    /// let error = assigner.explain_decision(&assignment, &facts, &roster, after, &options).unwrap_err();
    /// assert!(matches!(error, LedgerError::StaleLedger { .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the decision is about another lead or was made by other rules, when the ledger has another revision or
    /// pool, or the row of the rep who got the lead another revision.
    pub fn explain_decision(
        &self,
        assignment: &Assignment,
        facts: &Facts<'_>,
        roster: &Roster,
        before: Ledgers<'_>,
        options: &AssignOptions,
    ) -> Result<AssignExplanation, LedgerError> {
        if assignment.lead() != &facts.lead().id {
            let (expected, found) = (assignment.lead().clone(), facts.lead().id.clone());
            return Err(LedgerError::OtherLead { expected, found });
        }
        // With other rules, or on another state, this would explain another decision.
        if assignment.version() != self.version() {
            return Err(LedgerError::OtherRules);
        }
        let delta = assignment.delta();
        if delta.pool() != before.pool.pool() {
            let (expected, found) = (delta.pool().clone(), before.pool.pool().clone());
            return Err(LedgerError::OtherPool { expected, found });
        }
        let (expected, found) = (delta.ledger_revision(), before.pool.revision());
        if expected != found {
            return Err(LedgerError::StaleLedger { pool: delta.pool().clone(), expected, found });
        }
        if let Some(rep) = delta.rep() {
            let (expected, found) = (delta.rep_revision(), before.reps.revision(rep));
            if expected != found {
                return Err(LedgerError::StaleRepLedger { rep: rep.clone(), expected, found });
            }
        }
        // A repeated answer: no rule was tried.
        if assignment.repeats().is_some() {
            return Ok(AssignExplanation {
                lead: assignment.lead().clone(),
                pool: delta.pool().clone(),
                ledger_revision: found,
                kind: assignment.kind().clone(),
                rules: Vec::new(),
            });
        }
        Ok(self.explain_with(facts, roster, before, options))
    }
}
