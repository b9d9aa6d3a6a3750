//! Entries that are not leads: they go to a queue of the host, or are voided.

use super::engine::Case;
use super::{ElsewhereRule, ElsewhereTarget, Intake, Outcome, Route};
use crate::blacklist::WindowDelta;
use crate::model::{Effect, LeadStatus, Link, LinkKind, RecordRef};
use crate::rule::{Facts, RuleFault, ScriptSession};

impl Intake {
    /// The first rule by which an entry is not a lead. A rule that fails sends nothing away.
    pub(super) fn sent_elsewhere(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        outcome: &mut Outcome,
    ) -> Option<&ElsewhereRule> {
        if !case.is_entry() {
            return None;
        }
        let mut scripts = ScriptSession::of_lead();
        let found = self.elsewhere.iter().find(|one| match one.when.eval_in(facts, &mut scripts) {
            Ok(matches) => matches,
            Err(fault) => {
                outcome.route_faults.push(RuleFault { rule: one.rule.id.clone(), fault });
                false
            }
        });
        found.map(|one| &one.rule)
    }

    /// Sends an entry elsewhere. An entry that is a test or comes from the team itself counts for nothing; one that goes
    /// to a queue is linked to the account it comes from, whose owner is told, and nothing is converted.
    pub(super) fn send(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        rule: &ElsewhereRule,
        outcome: &mut Outcome,
    ) {
        let lead = case.lead;
        outcome.effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Voided });
        outcome.route_rule = Some(rule.id.clone());
        let queue = match &rule.then {
            ElsewhereTarget::Void => {
                outcome.delta.windows = WindowDelta::default();
                outcome.route = Route::Voided;
                return;
            }
            ElsewhereTarget::Queue(queue) => queue,
        };
        let owner_state = |rep: &crate::model::RepId| case.owner_state(rep);
        outcome.basis.read_rows();
        let resolution = self.deduplicator.resolve(facts, case.rows, &owner_state);
        let is_account = |found: &&crate::dedup::Match| matches!(found.record, RecordRef::Account(_));
        let account = resolution.matches().iter().filter(|found| found.is_sure()).find(is_account);
        if let Some(account) = account {
            let from = RecordRef::Lead(lead.id.clone());
            let (kind, to) = (LinkKind::RelatedTo, account.record.clone());
            outcome.effects.push(Effect::Link(Link { from, kind, to }));
            if let Some(owner) = account.owner.as_ref() {
                outcome.tell(owner, "elsewhere", &RecordRef::Lead(lead.id.clone()));
            }
        }
        let ask = Effect::RequestReview { lead: lead.id.clone(), reviewer: None, code: queue.clone() };
        outcome.effects.push(ask);
        outcome.route = Route::Elsewhere { queue: queue.clone() };
        outcome.resolution = Some(Box::new(resolution));
    }
}
