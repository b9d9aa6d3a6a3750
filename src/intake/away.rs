//! Leads of an owner who is away: the lead waits, or another rep stands in.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::engine::Case;
use super::marks::{is_disputed, is_unanswered};
use super::move_customer::Move;
use super::{Intake, Outcome, Route, wake_up};
use crate::assign::{
    AssignDelta, AssignOptions, Assignment, Ledgers, UntouchedLeads, cover_key, decision_key,
};
use crate::model::{
    Acquisition, Effect, LeadId, LeadStatus, OwnerState, RecordRef, RepId, StepDeadline, Tenure, TenureEnd,
};
use crate::rule::{Facts, MatchKind};

/// When a rep is sought again who stands in for an owner who is away for long.
const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);

/// The rep who works on a lead whose owner may be away.
pub(super) enum Attended {
    /// The owner does.
    ByOwner,
    /// The owner's partner does.
    ByPartner(RepId),
    /// The owner is back before it matters, at this moment.
    Waits(DateTime<Utc>),
    /// Another rep does until then, and the owner keeps it.
    Covered(RepId, DateTime<Utc>, Option<AssignDelta>),
    /// Nobody stands in for the owner, and another rep owns it from now on.
    Given(RepId, AssignDelta),
    /// Nobody is there: when the owner is back, and when another rep is sought again before.
    ByNobody(DateTime<Utc>, DateTime<Utc>),
}

impl Attended {
    /// The rep who has the lead in place of an owner who is away.
    pub(super) fn heir(&self) -> Option<&RepId> {
        match self {
            Attended::Given(heir, _) => Some(heir),
            _ => None,
        }
    }
}

impl Intake {
    /// The rep who works on a lead once this rep has it. For an owner who is away for longer than the rules' patience the
    /// deputy stands in; without one the team by rules; without a team the rep whom the rules find becomes the owner. For a
    /// shorter time the lead waits.
    pub(super) fn attended(&self, case: &Case<'_>, facts: &Facts<'_>, owner: &RepId) -> Attended {
        if let Some(partner) = case.partner.filter(|partner| case.is_worked_by(partner, owner, facts)) {
            return Attended::ByPartner(partner.clone());
        }
        let OwnerState::Away { until } = case.owner_state(owner) else { return Attended::ByOwner };
        if !self.is_too_long(case, owner, until) {
            return Attended::Waits(until);
        }
        let is_here = |rep: &&RepId| case.owner_state(rep) == OwnerState::Active && !case.has_stood_in(rep);
        if let Some(deputy) = case.roster.deputy(owner).filter(is_here) {
            return Attended::Covered(deputy.clone(), until, None);
        }
        let is_of_team = |rep: &RepId| case.roster.are_colleagues(owner, rep);
        let team = self.stand_in(case, facts, owner, &is_of_team);
        if let Some(rep) = team.owner() {
            return Attended::Covered(rep.clone(), until, Some(team.delta().clone()));
        }
        let mut anybody = self.stand_in(case, facts, owner, &|_| true);
        if anybody.owner().is_none() {
            // The lead cannot wait for an owner who is away: a busy rep looks after it.
            let assign = &AssignOptions { untouched: UntouchedLeads::Ignored, ..case.assign.clone() };
            anybody = self.stand_in(&Case { assign, ..*case }, facts, owner, &|_| true);
        }
        let Some(rep) = anybody.owner().cloned() else {
            // Another rep is sought as soon as one may be there, and each day: a rep may have joined.
            let again = anybody.kind().next_chance().filter(|at| *at > case.now);
            let again = again.into_iter().chain([case.now + LOOK_AGAIN, until]).min().unwrap_or(until);
            return Attended::ByNobody(until, again);
        };
        let delta = anybody.delta().clone();
        let is_customer = is_of_a_customer(facts) || case.lead.status == LeadStatus::Converted;
        let stands = matches!(case.act, Act::Allot | Act::Import)
            || case.lead.acquisition == Some(Acquisition::AssignedByAdmin)
            || is_disputed(case.lead);
        if is_customer || stands || self.owns_other_leads_of_customer(case, facts, owner) {
            // The owner's other records stay theirs, for a customer has one owner; a director's word stands, and so does a
            // row's; while reviewers decide both reps keep what they have.
            return Attended::Covered(rep, until, Some(delta));
        }
        Attended::Given(rep, delta)
    }

    /// The owner may be away: then another rep works on their lead.
    pub(super) fn attend(&self, case: &Case<'_>, facts: &Facts<'_>, owner: &RepId, outcome: &mut Outcome) {
        let attended = self.attended(case, facts, owner);
        if let Some(heir) = attended.heir() {
            let (lead, acquisition) = (case.lead.id.clone(), Acquisition::OwnerChanged);
            outcome.effects.push(Effect::SetOwner { lead, owner: heir.clone(), acquisition });
            outcome.move_customer(self, case, &Move::of_lead(owner, heir));
            if case.lead.status == LeadStatus::Following {
                let (lead, status) = (case.lead.id.clone(), LeadStatus::Pending);
                outcome.effects.push(Effect::SetStatus { lead, status });
            }
        }
        self.carry_on(case, owner, &attended, outcome);
    }

    /// What follows for the rep who works on a lead that a rep has.
    pub(super) fn carry_on(
        &self,
        case: &Case<'_>,
        owner: &RepId,
        attended: &Attended,
        outcome: &mut Outcome,
    ) {
        let about = RecordRef::Lead(case.lead.id.clone());
        match attended {
            Attended::ByOwner => {}
            Attended::ByPartner(partner) => self.pass_on(case, partner, outcome),
            Attended::Waits(until) => {
                outcome.wait_for(case, owner, *until);
            }
            Attended::Covered(rep, until, delta) => {
                if delta.is_some() {
                    outcome.delta.assign.clone_from(delta);
                }
                outcome.cover(case, owner, rep, *until);
            }
            Attended::Given(heir, delta) => {
                outcome.delta.assign = Some(delta.clone());
                outcome.restart(case, case.now);
                outcome.tell_once(heir, "assigned", &about);
                outcome.route = Route::Assigned { owner: heir.clone() };
            }
            Attended::ByNobody(until, again) => {
                // Once for each time that the owner is waited for: they cannot come, and nobody else looks after it.
                if outcome.wait_for(case, owner, *until) {
                    let is_untouched = case.history.tenures.iter().any(Tenure::is_lapsed_cover);
                    let code = if is_untouched { "owners_exhausted" } else { "nobody_covers" };
                    self.tell_admins(&self.pool, code, case, outcome);
                }
                outcome.wake(case.lead, *again, wake_up::OWNER_BACK);
            }
        }
    }

    /// Whether an owner has other leads of the customer.
    fn owns_other_leads_of_customer(&self, case: &Case<'_>, facts: &Facts<'_>, owner: &RepId) -> bool {
        let is_his = |id: &LeadId| {
            let lead = case.rows.leads.iter().find(|one| one.id == *id);
            lead.is_some_and(|one| one.owner.as_ref() == Some(owner))
        };
        self.deduplicator.siblings(facts, case.rows).iter().any(is_his)
    }

    /// The rep whom the rules find among some, for an owner who is away.
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

    /// Reviews an owned lead: checks whether its owner is away when a deadline falls due, or has come back.
    pub(super) fn look_after(&self, case: &Case<'_>, facts: &Facts<'_>, own: &RepId, outcome: &mut Outcome) {
        if let Some(partner) = case.history.partner() {
            // The partner works, whether the owner is there or not, as long as they are the owner's partner.
            if case.roster.channel_manager(&partner.owner) != Some(own) {
                self.end_cover(case, facts, own, TenureEnd::Left, outcome);
            }
            return;
        }
        let cover = case.history.cover();
        if let (OwnerState::Away { .. }, Some(cover)) = (case.owner_state(own), cover)
            && !self.is_standing_in(case, &cover.owner)
        {
            return self.end_cover(case, facts, own, TenureEnd::HandedOver, outcome);
        }
        // A lead that an open opportunity holds has no deadline to miss, but is not left alone either.
        let is_held = !case.history.opportunities.is_empty();
        let falls_due = |until| case.work_of(own).any(|one| one.due_at <= until);
        let waits = || case.is_waited_for(own);
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
            // The owner is back before the time they were waited for: their time begins. That of an owner who was reminded is
            // set already.
            (OwnerState::Active | OwnerState::Full, None) if waits() && !is_unanswered(case.lead) => {
                outcome.restart(case, case.now);
            }
            (OwnerState::Away { until }, Some(_))
                if case.is_due(wake_up::OWNER_BACK) || case.is_due(wake_up::COLLISION) =>
            {
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

    /// Whether the rep who stands in for an owner is there, or soon back.
    fn is_standing_in(&self, case: &Case<'_>, cover: &RepId) -> bool {
        match case.owner_state(cover) {
            OwnerState::Gone => false,
            OwnerState::Away { until } => !self.is_too_long(case, cover, until),
            OwnerState::Active | OwnerState::Full => true,
        }
    }

    /// Ends the work of a stand-in: the owner works on the lead again, or somebody else does if the owner is away.
    pub(super) fn end_cover(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        own: &RepId,
        end: TenureEnd,
        outcome: &mut Outcome,
    ) {
        let Some(helper) = case.history.helper() else { return };
        let (lead, rep, about) =
            (case.lead.id.clone(), helper.owner.clone(), RecordRef::Lead(case.lead.id.clone()));
        outcome.effects.push(Effect::EndTenure { lead, rep, end });
        let is_partner = helper.acquisition == Acquisition::PassedOn;
        if is_partner {
            // While a partner's deadline runs, no other does.
            outcome.restart(case, case.now);
        }
        match end {
            TenureEnd::Recycled if !is_partner => {
                outcome.missed = Some(helper.owner.clone());
                outcome.tell(&helper.owner, "deadline_missed", &about);
            }
            // A rep who gives it back knows.
            TenureEnd::Returned => {}
            _ => outcome.tell_helper(case, case.history),
        }
        if is_partner {
            outcome.tell(own, "taken_back", &about);
        }
        self.attend(case, facts, own, outcome);
    }
}

impl<'a> Case<'a> {
    /// The open deadline that a rep has for the lead.
    fn work_of(&self, rep: &'a RepId) -> impl Iterator<Item = &'a StepDeadline> {
        self.history.deadlines.iter().filter(move |one| one.done_at.is_none() && one.owner == *rep)
    }

    /// Whether the lead waits for a rep, whose time begins when they are back.
    pub(super) fn is_waited_for(&self, rep: &'a RepId) -> bool {
        self.work_of(rep).any(|one| one.started_at > self.now)
    }

    /// Whether a rep stands in now, or stood in and missed the deadline, or an administrator takes the lead from them at this
    /// moment: another rep is sought.
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

/// Whether the lead was matched to another record of its owner.
fn is_of_a_customer(facts: &Facts<'_>) -> bool {
    facts.matched().is_some_and(|matched| matched.kind.is_some_and(MatchKind::gives_owner))
}

impl Outcome {
    /// The owner is told once, and their deadline starts when they are back. Whether that is news.
    fn wait_for(&mut self, case: &Case<'_>, owner: &RepId, until: DateTime<Utc>) -> bool {
        self.wake(case.lead, until, wake_up::OWNER_BACK);
        if case.is_review() && case.lead.owner.as_ref() == Some(owner) {
            let mut open = case.history.deadlines.iter().filter(|one| one.done_at.is_none());
            if open.any(|one| one.owner == *owner && one.started_at == until) {
                return false;
            }
        }
        self.restart(case, until);
        self.tell(owner, "lead_waits", &RecordRef::Lead(case.lead.id.clone()));
        true
    }

    /// The owner stays the owner; the other rep has the deadline.
    fn cover(&mut self, case: &Case<'_>, owner: &RepId, rep: &RepId, until: DateTime<Utc>) {
        let (lead, about) = (case.lead.id.clone(), RecordRef::Lead(case.lead.id.clone()));
        self.effects.push(Effect::Cover { lead, rep: rep.clone(), until: Some(until) });
        self.restart(case, case.now);
        self.wake(case.lead, until, wake_up::OWNER_BACK);
        self.tell(rep, "cover", &about);
        self.tell(owner, "covered", &about);
    }

    /// The deadlines start then, and not at the usual time.
    pub(super) fn restart(&mut self, case: &Case<'_>, from: DateTime<Utc>) {
        let lead = case.lead.id.clone();
        self.effects
            .retain(|effect| !matches!(effect, Effect::StartDeadlines { lead: of, .. } if *of == lead));
        self.effects.push(Effect::StartDeadlines { lead, from });
    }
}
