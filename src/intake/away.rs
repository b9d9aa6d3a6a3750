//! The owner of a lead is away: he is waited for, or somebody stands in.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::converted::is_exhausted;
use super::engine::Case;
use super::{Intake, Outcome, Route, wake_up};
use crate::assign::{AssignOptions, Assignment, AssignmentKind, Ledgers, cover_key, decision_key};
use crate::model::{
    Acquisition, Effect, LeadId, LeadStatus, OwnerState, RecordRef, RepId, StepDeadline, Tenure, TenureEnd,
    Value,
};
use crate::rule::{Facts, MatchKind};

/// When somebody is looked for again who stands in for an owner who is away for long.
const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);

impl Intake {
    /// An owner who is away for longer than the rules' patience keeps the lead, and his deputy stands in; without one the
    /// team by rules; without a team whom the rules find becomes the owner. For a shorter time he is waited for.
    pub(super) fn attend(&self, case: &Case<'_>, facts: &Facts<'_>, owner: &RepId, outcome: &mut Outcome) {
        if let Some(partner) = case.partner.filter(|partner| case.is_worked_by(partner, owner, facts)) {
            return self.pass_on(case, partner, outcome);
        }
        let OwnerState::Away { until } = case.owner_state(owner) else { return };
        if !self.is_too_long(case, owner, until) {
            return outcome.wait_for(case, owner, until);
        }
        let is_here = |rep: &&RepId| case.owner_state(rep) == OwnerState::Active && !case.has_stood_in(rep);
        if let Some(deputy) = case.roster.deputy(owner).filter(is_here) {
            return outcome.cover(case, owner, deputy, until);
        }
        let is_of_team = |rep: &RepId| case.roster.are_colleagues(owner, rep);
        let team = self.stand_in(case, facts, owner, &is_of_team);
        if let Some(rep) = team.owner() {
            outcome.delta.assign = Some(team.delta().clone());
            return outcome.cover(case, owner, rep, until);
        }
        let mut anybody = self.stand_in(case, facts, owner, &|_| true);
        if anybody.owner().is_none() {
            // The lead cannot wait for who is away: somebody busy looks after it.
            let assign = &AssignOptions { even_if_busy: true, ..case.assign.clone() };
            anybody = self.stand_in(&Case { assign, ..*case }, facts, owner, &|_| true);
        }
        let Some(rep) = anybody.owner() else {
            // He is looked for again as soon as somebody may be there.
            let again = next_chance(anybody.kind()).filter(|at| *at > case.now);
            let again = again.unwrap_or(case.now + LOOK_AGAIN).min(until);
            let is_waiting = case.work_of(owner).any(|one| one.started_at == until);
            if case.history.covers() > 0 && !is_waiting {
                // All who could have stood in for him have let it lie.
                self.tell_admins(&self.pool, "owners_exhausted", case, outcome);
            }
            outcome.wait_for(case, owner, until);
            return outcome.wake(case.lead, again, wake_up::OWNER_BACK);
        };
        outcome.delta.assign = Some(anybody.delta().clone());
        let is_customer = is_of_a_customer(facts) || case.lead.status == LeadStatus::Converted;
        let stands = matches!(case.act, Act::Allot | Act::Import)
            || case.lead.acquisition == Some(Acquisition::AssignedByAdmin);
        if is_customer || stands || self.has_others_of(case, facts, owner) {
            // His other records stay his, for a customer has one owner; a director's word stands, and so does a row's.
            return outcome.cover(case, owner, rep, until);
        }
        let (lead, away, owner) = (case.lead.id.clone(), owner, rep.clone());
        outcome.effects.retain(|effect| !matches!(effect, Effect::SetOwner { lead: of, .. } if *of == lead));
        outcome.effects.push(Effect::SetOwner {
            lead,
            owner: owner.clone(),
            acquisition: Acquisition::OwnerChanged,
        });
        // What was open and has just gone to who is away goes on with the lead.
        let is_its = |record: &RecordRef| matches!(record, RecordRef::Opportunity(one) if case.history.opportunities.contains(one));
        for effect in &mut outcome.effects {
            if let Effect::UpdateField { record, field, value, .. } = effect
                && field == "owner"
                && is_its(record)
                && *value == Value::from(away.as_str())
            {
                *value = Value::from(owner.as_str());
            }
        }
        outcome.move_with(case, away, &owner);
        if case.lead.status == LeadStatus::Following {
            let (lead, status) = (case.lead.id.clone(), LeadStatus::Pending);
            outcome.effects.push(Effect::SetStatus { lead, status });
        }
        outcome.restart(case, case.now);
        outcome.tell_once(&owner, "assigned", &RecordRef::Lead(case.lead.id.clone()));
        outcome.route = Route::Assigned { owner };
    }

    /// Whether an owner has other leads of the customer.
    fn has_others_of(&self, case: &Case<'_>, facts: &Facts<'_>, owner: &RepId) -> bool {
        let is_his = |id: &LeadId| {
            let lead = case.rows.leads.iter().find(|one| one.id == *id);
            lead.is_some_and(|one| one.owner.as_ref() == Some(owner))
        };
        self.deduplicator.siblings(facts, case.rows).iter().any(is_his)
    }

    /// Whom the rules find among some, for an owner who is away.
    fn stand_in(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        owner: &RepId,
        may: &dyn Fn(&RepId) -> bool,
    ) -> Assignment {
        let others = case.roster.reps().filter(|rep| *rep == owner || !may(rep) || case.has_stood_in(rep));
        let mut options = AssignOptions { by_rules: true, ..case.assign.clone() };
        options.excluded.extend(others.cloned());
        options.key = Some(cover_key(&decision_key(facts), case.history.covers(), owner));
        let ledger = case.state.ledger(self.ledger_pool(case.lead));
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        self.assigner.assign_with(facts, case.roster, ledgers, &options)
    }

    /// A lead in somebody's hands is looked at: has he gone away with a deadline that falls into his absence, or come back?
    pub(super) fn look_after(&self, case: &Case<'_>, facts: &Facts<'_>, own: &RepId, outcome: &mut Outcome) {
        if let Some(partner) = case.history.partner() {
            // He works, whether the owner is there or not, as long as he is a partner of the owner's.
            if case.roster.channel_manager(&partner.owner) != Some(own) {
                self.take_back(case, facts, own, TenureEnd::Left, outcome);
            }
            return;
        }
        let cover = case.history.cover();
        if let (OwnerState::Away { .. }, Some(cover)) = (case.owner_state(own), cover)
            && !self.is_standing_in(case, &cover.owner)
        {
            return self.cover_anew(case, facts, own, TenureEnd::HandedOver, outcome);
        }
        // What an open opportunity holds has no deadline to miss, and is not left alone either.
        let is_held = !case.history.opportunities.is_empty();
        let falls_due = |until| case.work_of(own).any(|one| one.due_at <= until);
        let waits = || case.work_of(own).any(|one| one.started_at > case.now);
        let starts_at = |at| case.work_of(own).any(|one| one.started_at == at);
        match (case.owner_state(own), cover) {
            (OwnerState::Away { until }, None)
                if (is_held || falls_due(until) || waits()) && self.is_too_long(case, own, until) =>
            {
                self.attend(case, facts, own, outcome);
            }
            (OwnerState::Away { until }, None)
                if !is_held
                    && (falls_due(until) || waits())
                    && !starts_at(until)
                    && !self.is_too_long(case, own, until) =>
            {
                outcome.wait_for(case, own, until);
            }
            // He is back before he was waited for: his time begins. That of who is asked again in a month does not.
            (OwnerState::Active | OwnerState::Full, None) if waits() && !is_exhausted(case.lead) => {
                outcome.restart(case, case.now);
            }
            (OwnerState::Away { until }, Some(_)) if case.is_due(wake_up::OWNER_BACK) => {
                outcome.wake(case.lead, until, wake_up::OWNER_BACK);
            }
            (OwnerState::Active | OwnerState::Full, Some(cover)) => {
                let lead = case.lead.id.clone();
                let (rep, end) = (cover.owner.clone(), TenureEnd::HandedOver);
                outcome.effects.push(Effect::EndTenure { lead, rep, end });
                outcome.restart(case, case.now);
                outcome.tell(own, "cover_ended", &RecordRef::Lead(case.lead.id.clone()));
                outcome.tell_helper(case, case.history);
            }
            _ => {}
        }
    }

    /// Whether who stands in for an owner is there himself, or soon back.
    fn is_standing_in(&self, case: &Case<'_>, cover: &RepId) -> bool {
        match case.owner_state(cover) {
            OwnerState::Gone => false,
            OwnerState::Away { until } => !self.is_too_long(case, cover, until),
            OwnerState::Active | OwnerState::Full => true,
        }
    }

    /// Who stands in for an owner who is away stands in no more: somebody else does, and the owner keeps the lead.
    pub(super) fn cover_anew(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        own: &RepId,
        end: TenureEnd,
        outcome: &mut Outcome,
    ) {
        let Some(cover) = case.history.cover().map(|tenure| tenure.owner.clone()) else { return };
        let (lead, about) = (case.lead.id.clone(), RecordRef::Lead(case.lead.id.clone()));
        outcome.effects.push(Effect::EndTenure { lead, rep: cover.clone(), end });
        if end == TenureEnd::Recycled {
            outcome.tell(&cover, "deadline_missed", &about);
        } else if case.owner_state(&cover) != OwnerState::Gone {
            outcome.tell(&cover, "cover_ended", &about);
        }
        self.attend(case, facts, own, outcome);
    }
}

impl<'a> Case<'a> {
    /// What a rep has to do about the lead.
    fn work_of(&self, rep: &'a RepId) -> impl Iterator<Item = &'a StepDeadline> {
        self.history.deadlines.iter().filter(move |one| one.done_at.is_none() && one.owner == *rep)
    }

    /// Whether a rep stands in now, or stood in and missed the deadline, or an administrator takes the lead from him at this moment:
    /// another is looked for.
    fn has_stood_in(&self, rep: &RepId) -> bool {
        let is_taken = |one: &Tenure| one.end == Some(TenureEnd::Allotted) && one.until == Some(self.now);
        if self.history.tenures.iter().any(|one| is_taken(one) && one.owner == *rep) {
            return true;
        }
        let failed = |one: &&Tenure| one.until.is_none() || one.end == Some(TenureEnd::Recycled);
        let covers = self.history.tenures.iter().filter(|one| one.acquisition == Acquisition::Cover);
        covers.filter(failed).any(|one| one.owner == *rep)
    }
}

/// When somebody may be there whom the rules do not find now.
fn next_chance(kind: &AssignmentKind) -> Option<DateTime<Utc>> {
    match kind {
        AssignmentKind::NoEligible { retry_at: at } | AssignmentKind::AllCapped { frees_at: at } => *at,
        _ => None,
    }
}

/// Whether the lead was matched to another record of its owner's.
fn is_of_a_customer(facts: &Facts<'_>) -> bool {
    facts.matched().is_some_and(|matched| matched.kind.is_some_and(MatchKind::gives_owner))
}

impl Outcome {
    /// The owner is told once, and his deadline starts when he is back.
    fn wait_for(&mut self, case: &Case<'_>, owner: &RepId, until: DateTime<Utc>) {
        self.wake(case.lead, until, wake_up::OWNER_BACK);
        if case.is_review() && case.lead.owner.as_ref() == Some(owner) {
            let mut open = case.history.deadlines.iter().filter(|one| one.done_at.is_none());
            if open.any(|one| one.owner == *owner && one.started_at == until) {
                return;
            }
        }
        self.restart(case, until);
        self.tell(owner, "lead_waits", &RecordRef::Lead(case.lead.id.clone()));
    }

    /// The owner stays the owner; the other has the deadline.
    fn cover(&mut self, case: &Case<'_>, owner: &RepId, rep: &RepId, until: DateTime<Utc>) {
        let (lead, about) = (case.lead.id.clone(), RecordRef::Lead(case.lead.id.clone()));
        self.effects.push(Effect::Cover { lead, rep: rep.clone(), until: Some(until) });
        self.restart(case, case.now);
        self.wake(case.lead, until, wake_up::OWNER_BACK);
        self.tell(rep, "cover", &about);
        self.tell(owner, "covered", &about);
    }

    /// The deadlines start then, and not when they would have.
    pub(super) fn restart(&mut self, case: &Case<'_>, from: DateTime<Utc>) {
        let lead = case.lead.id.clone();
        self.effects
            .retain(|effect| !matches!(effect, Effect::StartDeadlines { lead: of, .. } if *of == lead));
        self.effects.push(Effect::StartDeadlines { lead, from });
    }
}
