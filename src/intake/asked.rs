//! Passes review requests on to another reviewer, so that no lead waits for one who is gone.

use chrono::{DateTime, Utc};

use super::engine::Case;
use super::routing::REVIEWED;
use super::state_keys::main_keys;
use super::{Intake, Outcome, Refusal, Route, wake_up};
use crate::assign::{AssignmentKind, Decision, Ledgers, SkipReason};
use crate::model::{Effect, OwnerState, RepId, ReviewCode};

impl Intake {
    /// Another reviewer is asked what a reviewer was asked about a lead without an owner, and has as long to answer. If
    /// nobody else can answer, a reviewer who is still active keeps the request; if the reviewer has left, the rules
    /// decide. `None` for a lead about which that reviewer is not asked.
    pub(super) fn hand_question_over(
        &self,
        case: &Case<'_>,
        from: &RepId,
        to: Option<&RepId>,
    ) -> Option<Outcome> {
        let asked = self.question_to(case, from)?;
        let refusal = match to.map(|to| (to, case.cannot_answer(to))) {
            Some((to, None)) => return Some(self.ask_instead(case, &asked, to)),
            Some((_, Some(reason))) => Refusal::Rep(reason),
            None => Refusal::NobodyElse,
        };
        if case.cannot_answer(from).is_none() {
            return Some(self.refuse(case, refusal));
        }
        // As when the time of a reviewer who is there is over.
        let code = wake_up::REVIEWER_DUE.into();
        Some(self.decide(&Case { wake_up: Some(&code), ..*case }))
    }

    /// The decision that asked a reviewer about the lead, who still has time to answer.
    fn question_to(&self, case: &Case<'_>, reviewer: &RepId) -> Option<Decision> {
        if case.lead.owner.is_some() || case.lead.has_ended() || !case.lead.is_on_file() {
            return None;
        }
        let ledger = case.state.ledgers.get(self.ledger_pool(case.lead))?;
        let keys = main_keys(case.lead, case.history, case.assign.key.as_deref());
        let last = keys.iter().filter_map(|key| ledger.decision(key)).max_by_key(Decision::at)?;
        let is_asked = matches!(last.kind(), AssignmentKind::AwaitingReview { by, .. } if by == reviewer);
        (is_asked && last.at() + REVIEWED > case.now).then_some(last)
    }

    fn ask_instead(&self, case: &Case<'_>, asked: &Decision, to: &RepId) -> Outcome {
        let (lead, until) = (case.lead.id.clone(), case.now + REVIEWED);
        let mut outcome = self.nothing(case);
        let ledger = case.state.ledger(asked.pool());
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        outcome.delta.assign = ledgers.ask_instead(asked.key(), to, case.now);
        let (reviewer, code) = (Some(to.clone()), ReviewCode::AssignmentReview.into());
        outcome.effects.push(Effect::RequestReview { lead, reviewer, code });
        outcome.wake(case.lead, until, wake_up::REVIEWER_DUE);
        outcome.route = Route::AwaitingReview { reviewer: Some(to.clone()), until: Some(until), then: None };
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }
}

impl Case<'_> {
    /// Why a reviewer cannot answer in time what they are asked now.
    pub(super) fn cannot_answer(&self, reviewer: &RepId) -> Option<SkipReason> {
        let is_late = |until: DateTime<Utc>| until > self.now + REVIEWED;
        match self.owner_state(reviewer) {
            OwnerState::Gone if self.roster.reps().any(|rep| rep == reviewer) => Some(SkipReason::Inactive),
            OwnerState::Gone => Some(SkipReason::UnknownRep),
            OwnerState::Away { until } => is_late(until).then_some(SkipReason::Absent { until }),
            OwnerState::Active | OwnerState::Full => None,
        }
    }
}
