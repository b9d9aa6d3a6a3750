//! The owner of a lead is away: he is waited for, or somebody stands in.

use chrono::{DateTime, Utc};

use super::engine::Case;
use super::{Intake, Outcome, Route, wake_up};
use crate::assign::{AssignOptions, Assignment, Ledgers, decision_key};
use crate::model::{Acquisition, Effect, OwnerState, RecordRef, RepId, TenureEnd};
use crate::rule::{Facts, MatchKind};

impl Intake {
    /// An owner who is away for longer than the rules' patience keeps the lead, and his deputy stands in; without one the
    /// team by rules; without a team whom the rules find becomes the owner. For a shorter time he is waited for.
    pub(super) fn attend(&self, case: &Case<'_>, facts: &Facts<'_>, owner: &RepId, outcome: &mut Outcome) {
        let OwnerState::Away { until } = case.owner_state(owner) else { return };
        if !self.is_too_long(case, owner, until) {
            return outcome.wait_for(case, owner, until);
        }
        let is_here = |rep: &&RepId| case.owner_state(rep) == OwnerState::Active;
        if let Some(deputy) = case.roster.deputy(owner).filter(is_here) {
            return outcome.cover(case, owner, deputy, until);
        }
        let is_of_team = |rep: &RepId| case.roster.are_colleagues(owner, rep);
        let team = self.stand_in(case, facts, owner, &is_of_team);
        if let Some(rep) = team.owner() {
            outcome.delta.assign = Some(team.delta().clone());
            return outcome.cover(case, owner, rep, until);
        }
        let anybody = self.stand_in(case, facts, owner, &|_| true);
        let Some(rep) = anybody.owner() else { return outcome.wait_for(case, owner, until) };
        outcome.delta.assign = Some(anybody.delta().clone());
        if is_of_a_customer(facts) {
            // His other records stay his: a customer has one owner.
            return outcome.cover(case, owner, rep, until);
        }
        let (lead, owner) = (case.lead.id.clone(), rep.clone());
        outcome.effects.retain(|effect| !matches!(effect, Effect::SetOwner { .. }));
        outcome.effects.push(Effect::SetOwner {
            lead,
            owner: owner.clone(),
            acquisition: Acquisition::OwnerChanged,
        });
        outcome.restart(case, case.now);
        outcome.route = Route::Assigned { owner };
    }

    /// Whom the rules find among some, for an owner who is away.
    fn stand_in(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        owner: &RepId,
        may: &dyn Fn(&RepId) -> bool,
    ) -> Assignment {
        let others = case.roster.reps().filter(|rep| *rep == owner || !may(rep));
        let mut options = AssignOptions { by_rules: true, ..case.assign.clone() };
        options.excluded.extend(others.cloned());
        options.key = Some(format!("{} cover for {owner}", decision_key(facts)));
        let ledger = case.state.ledger(self.ledger_pool(case.lead));
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        self.assigner.assign_with(facts, case.roster, ledgers, &options)
    }

    /// A lead in somebody's hands is looked at: has he gone away with a deadline that falls into his absence, or come back?
    pub(super) fn look_after(&self, case: &Case<'_>, facts: &Facts<'_>, own: &RepId, outcome: &mut Outcome) {
        let cover = case.history.cover();
        let open = || case.history.deadlines.iter().filter(|deadline| deadline.done_at.is_none());
        // What an open opportunity holds has no deadline to miss.
        let is_free = case.history.opportunities.is_empty();
        match (case.owner_state(own), cover) {
            (OwnerState::Away { until }, None)
                if is_free
                    && open().any(|one| one.owner == *own && one.due_at < until)
                    && self.is_too_long(case, own, until) =>
            {
                self.attend(case, facts, own, outcome);
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
            }
            _ => {}
        }
    }
}

/// Whether the lead was matched to another record of its owner's.
fn is_of_a_customer(facts: &Facts<'_>) -> bool {
    facts.matched().is_some_and(|matched| matched.kind.is_some_and(MatchKind::gives_owner))
}

impl Outcome {
    /// The owner is told, and his deadline starts when he is back.
    fn wait_for(&mut self, case: &Case<'_>, owner: &RepId, until: DateTime<Utc>) {
        self.restart(case, until);
        self.wake(case.lead, until, wake_up::OWNER_BACK);
        self.tell(owner, "lead_waits", &RecordRef::Lead(case.lead.id.clone()));
    }

    /// The owner stays the owner; the other has the deadline.
    fn cover(&mut self, case: &Case<'_>, owner: &RepId, rep: &RepId, until: DateTime<Utc>) {
        let (lead, about) = (case.lead.id.clone(), RecordRef::Lead(case.lead.id.clone()));
        self.effects.retain(|effect| !matches!(effect, Effect::StartDeadlines { .. }));
        self.effects.push(Effect::Cover { lead, rep: rep.clone(), until: Some(until) });
        self.restart(case, case.now);
        self.wake(case.lead, until, wake_up::OWNER_BACK);
        self.tell(rep, "cover", &about);
        self.tell(owner, "covered", &about);
    }

    /// The deadlines start then, and not when they would have.
    fn restart(&mut self, case: &Case<'_>, from: DateTime<Utc>) {
        self.effects.retain(|effect| !matches!(effect, Effect::StartDeadlines { .. }));
        self.effects.push(Effect::StartDeadlines { lead: case.lead.id.clone(), from });
    }
}
