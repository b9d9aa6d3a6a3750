//! Handles an owned lead that turns out to belong to another rep's account, because a value was corrected or two leads
//! were joined.

use super::engine::Case;
use super::marks::is_disputed;
use super::move_customer::Move;
use super::{Intake, Outcome, Route, wake_up};
use crate::dedup::{MatchAction, Resolution};
use crate::model::{AccountId, Acquisition, Effect, LeadStatus, RecordRef, RepId, TenureEnd};
use crate::rule::Facts;

/// Another rep's account to which a lead with an owner belongs.
#[derive(Clone, Copy)]
pub(super) enum AnotherS<'a> {
    /// Nobody has worked on the lead, or no reviewer has decided in time: it goes to the account's owner.
    Goes(&'a RepId),
    /// The lead's owner has worked on it: a person decides.
    Contested(&'a RepId, &'a AccountId),
}

impl Intake {
    /// The account of another rep that the lead belongs to. None for an account that came after the lead's owner got it, for
    /// one whose owner lost the lead in this cycle, and for a lead that an administrator gave to its owner: the administrator
    /// knew.
    pub(super) fn other_reps_account<'a>(
        &self,
        case: &Case<'a>,
        resolution: &'a Resolution,
        own: &RepId,
    ) -> Option<AnotherS<'a>> {
        let lead = case.lead;
        let MatchAction::ToOwner { owner, record: RecordRef::Account(id) } = resolution.action() else {
            return None;
        };
        let his = case.history.tenures.iter().find(|one| one.until.is_none() && one.owner == *own);
        let since = his.map_or(lead.on_file_since(), |tenure| tenure.from);
        let was_there = case.rows.accounts.iter().any(|one| one.id == *id && one.created_at <= since);
        let is_ordered = lead.acquisition == Some(Acquisition::AssignedByAdmin);
        if owner == own || is_ordered || !was_there || case.had_it(owner) {
            return None;
        }
        // An owner named by a row of another system keeps the lead until a person has reviewed it.
        let is_imported = lead.acquisition == Some(Acquisition::Imported);
        let is_worked = lead.status == LeadStatus::Following || !case.history.opportunities.is_empty();
        let is_settled = is_disputed(lead) && case.is_due(wake_up::COLLISION);
        let is_contested = !is_settled && (is_disputed(lead) || is_worked || is_imported);
        Some(if is_contested { AnotherS::Contested(owner, id) } else { AnotherS::Goes(owner) })
    }

    /// The lead is converted to the account's owner, like a new one.
    pub(super) fn give_to_account(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        own: &RepId,
        owner: &RepId,
        outcome: &mut Outcome,
    ) {
        let id = case.lead.id.clone();
        outcome.effects.extend(resolution.effects().iter().cloned());
        outcome.end_dispute(case.lead);
        let (rep, end) = (own.clone(), TenureEnd::HandedOver);
        outcome.effects.push(Effect::EndTenure { lead: id.clone(), rep, end });
        let acquisition = Acquisition::OwnerChanged;
        outcome.effects.push(Effect::SetOwner { lead: id, owner: owner.clone(), acquisition });
        outcome.start_deadlines(case.lead, case);
        outcome.move_customer(self, case, &Move::of_lead(own, owner));
        outcome.tell_helper(case, case.history);
        outcome.route = match resolution.action().record() {
            Some(RecordRef::Account(account)) => Route::Converted { owner: owner.clone(), account },
            record => Route::ToOwner { owner: owner.clone(), record },
        };
        self.attend(case, facts, owner, outcome);
    }
}
