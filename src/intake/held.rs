//! Leads that are held for a review: those of a burst, many leads of one origin at once, and those that nobody may
//! contact.

use super::engine::Case;
use super::marks::{BURST, FLAGGED, NO_EMAIL, NO_PHONE, NO_WECHAT, REFUSED};
use super::routing::REVIEWED;
use super::{Intake, Outcome, Route, wake_up};
use crate::assign::{AssignmentKind, Ledgers};
use crate::blacklist::{CONSENT_CODE, Channel, HitReason, Severity};
use crate::model::{Effect, LeadId, LeadStatus, OwnerState, RecordRef, ReviewCode, TenureEnd};
use crate::rule::Facts;

/// How long a person has to decide about a lead that nobody may contact, in hours.
const CONSENT_HOLD: u32 = 24;

impl Intake {
    /// A new lead is part of a burst: it is listed, and with the first ones those before it, which
    /// were not known to be part of one.
    pub(super) fn list_burst(&self, case: &Case<'_>, facts: &Facts<'_>, outcome: &mut Outcome) {
        let mut listed: Vec<LeadId> = Vec::new();
        let hits = outcome.verdict.hits().iter().filter(|hit| hit.weight() > Severity::Pass);
        for hit in hits {
            let HitReason::Burst { earlier, begins, .. } = hit.reason() else { continue };
            let before = earlier.iter().filter(|_| *begins);
            for lead in std::iter::once(&case.lead.id).chain(before) {
                if !listed.contains(lead) {
                    listed.push(lead.clone());
                }
            }
        }
        // A reviewer whom the assignment rules ask needs no second list.
        if !listed.is_empty() && !self.rules_ask(case, facts) {
            outcome.list(listed);
        }
    }

    /// The cohort of a burst that begins with a lead that goes no further, blocked or folded: those before it are
    /// listed all the same, because scripts send rubbish first.
    pub(super) fn list_cohort(&self, outcome: &mut Outcome) {
        let mut listed: Vec<LeadId> = Vec::new();
        for hit in outcome.verdict.hits().iter().filter(|hit| hit.weight() > Severity::Pass) {
            let HitReason::Burst { earlier, begins: true, .. } = hit.reason() else { continue };
            listed.extend(earlier.iter().filter(|lead| !listed.contains(lead)).cloned().collect::<Vec<_>>());
        }
        outcome.list(listed);
    }

    /// Nobody may contact the lead: a person is asked for a day, and then it is in nurture, where it is reviewed again and
    /// again, until a channel is left. Its owner is told and has it no longer: they would be reminded of a call that they must
    /// not make. A converted lead stays with the owner of the customer, who is told as well.
    pub(super) fn hold_for_consent(&self, case: &Case<'_>, outcome: &mut Outcome) {
        let until = self.stay_ends(case, case.held_since(), CONSENT_HOLD);
        let lead = case.lead;
        if let Some(owner) = &lead.owner {
            let about = RecordRef::Lead(lead.id.clone());
            if lead.status == LeadStatus::Converted {
                if !lead.tags.iter().any(|tag| tag == REFUSED) {
                    outcome.effects.push(Effect::AddTag { lead: lead.id.clone(), tag: REFUSED.to_owned() });
                    outcome.tell(owner, CONSENT_CODE, &about);
                }
                outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
                return;
            }
            self.ask_about_consent(case, outcome);
            let helper = case.history.helper().map(|tenure| &tenure.owner);
            for rep in [Some(owner), helper].into_iter().flatten() {
                let (lead, rep, end) = (lead.id.clone(), rep.clone(), TenureEnd::Recycled);
                outcome.effects.push(Effect::EndTenure { lead, rep, end });
            }
            if lead.status != LeadStatus::Unassigned {
                let status = LeadStatus::Unassigned;
                outcome.effects.push(Effect::SetStatus { lead: lead.id.clone(), status });
            }
            if case.owner_state(owner) != OwnerState::Gone {
                outcome.tell(owner, CONSENT_CODE, &about);
            }
            outcome.tell_helper(case, case.history);
            // The day begins when the lead is taken from its owner.
            let until = self.stay_ends(case, case.now, CONSENT_HOLD);
            outcome.cause = Some(CONSENT_CODE.into());
            return outcome.hold(case, until, None);
        }
        outcome.cause = Some(CONSENT_CODE.into());
        if case.is_due(wake_up::REVIEW_DUE) || until <= case.now {
            self.nurture(case, outcome);
        } else {
            self.ask_about_consent(case, outcome);
            outcome.hold(case, until, None);
        }
    }

    /// Requests a review of a lead without an allowed channel, unless it was released: then a person knows already.
    fn ask_about_consent(&self, case: &Case<'_>, outcome: &mut Outcome) {
        if !case.is_released() {
            outcome.note_findings(self, case);
        }
    }

    /// Whoever gets the lead sees by its tags which channels the person has refused, and that something was found that
    /// is no reason to block it. One tag stands for all findings, and nobody gets a notice: the verdict lists them. A
    /// tag is removed when its reason no longer applies.
    pub(super) fn mark_findings(&self, case: &Case<'_>, outcome: &mut Outcome) {
        let refused = outcome.verdict.refused();
        let refuses =
            |channel: Channel| refused.iter().any(|one| matches!(one, Channel::All) || *one == channel);
        let mut changes = Vec::new();
        for (is_so, tag) in [
            (refuses(Channel::Phone), NO_PHONE),
            (refuses(Channel::Email), NO_EMAIL),
            (refuses(Channel::Wechat), NO_WECHAT),
            (outcome.verdict.flags_lead(), FLAGGED),
        ] {
            let (lead, is_marked) = (case.lead.id.clone(), case.lead.tags.iter().any(|known| known == tag));
            match (is_so, is_marked) {
                (true, false) => changes.push(Effect::AddTag { lead, tag: tag.to_owned() }),
                (false, true) => changes.push(Effect::RemoveTag { lead, tag: tag.to_owned() }),
                _ => {}
            }
        }
        outcome.effects.extend(changes);
    }

    /// Holds a lead of a burst that nobody ever had, as long as the reviewers' time lasts. Returns whether it is held.
    pub(super) fn hold_burst(&self, case: &Case<'_>, facts: &Facts<'_>, outcome: &mut Outcome) -> bool {
        let lead = case.lead;
        let is_listed = if case.is_review() {
            lead.tags.iter().any(|tag| tag == BURST)
        } else {
            outcome.effects.iter().any(|effect| is_listing(effect, &lead.id))
        };
        if !is_listed || case.is_released() || !case.history.tenures.is_empty() {
            return false;
        }
        let since = if case.is_review() { lead.created_at.min(case.now) } else { case.now };
        let until = self.stay_ends(case, since, self.life.burst_hold_hours);
        if case.is_due(wake_up::REVIEW_DUE) || until <= case.now {
            return false;
        }
        if self.rules_ask(case, facts) {
            return false;
        }
        outcome.hold(case, until, None);
        outcome.cause = Some(BURST.into());
        true
    }

    /// Whether the assignment rules leave such a lead to a reviewer.
    fn rules_ask(&self, case: &Case<'_>, facts: &Facts<'_>) -> bool {
        let ledger = case.state.ledger(self.ledger_pool(case.lead));
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        let found = self.assigner.assign_with(facts, case.roster, ledgers, case.assign);
        matches!(found.kind(), AssignmentKind::AwaitingReview { .. })
    }

    /// Whether the rules wait for a reviewer whose time is not over.
    pub(super) fn is_asked(&self, case: &Case<'_>, facts: &Facts<'_>) -> bool {
        let ledger = case.state.ledger(self.ledger_pool(case.lead));
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        let found = self.assigner.assign_with(facts, case.roster, ledgers, case.assign);
        let is_asked = matches!(found.kind(), AssignmentKind::AwaitingReview { .. });
        is_asked && found.repeats().is_some_and(|asked| asked + REVIEWED > case.now)
    }
}

impl Outcome {
    /// Leads of a burst are marked, and a review is requested.
    fn list(&mut self, leads: Vec<LeadId>) {
        for lead in leads {
            self.effects.push(Effect::AddTag { lead: lead.clone(), tag: BURST.to_owned() });
            self.effects.push(Effect::RequestReview { lead, reviewer: None, code: ReviewCode::Burst.into() });
        }
    }
}

fn is_listing(effect: &Effect, id: &LeadId) -> bool {
    matches!(effect, Effect::AddTag { lead, tag } if lead == id && tag == BURST)
}
