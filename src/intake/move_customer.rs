//! The one way in which a customer goes to another rep: their leads, the account and all open work go together.

use super::dispute::Rival;
use super::engine::Case;
use super::marks::is_disputed;
use super::{FollowOnReview, Intake, Next, Outcome, wake_up};
use crate::dedup::is_of_parts_of;
use crate::model::{
    Account, Acquisition, Effect, Lead, LeadStatus, OpportunityId, OwnerState, RecordRef, RepId, TenureEnd,
    Value,
};

/// Which of the other reps' leads of the customer go along.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// All: a person has decided who owns the customer.
    All,
    /// Those that nobody works on; about the others a person decides.
    Idle,
}

/// A rep has the lead of a case from now on, or had it before: the other records of the customer go to them.
pub(super) struct Move<'m> {
    /// The rep who had the lead; their parts of it go along. `None` if nobody had it, or the rep before still has it.
    pub(super) from: Option<&'m RepId>,
    pub(super) to: &'m RepId,
    pub(super) how: Acquisition,
    /// The customer's leads that belong to other reps.
    pub(super) others: Vec<&'m Lead>,
    pub(super) takes: Takes,
}

impl<'m> Move<'m> {
    /// The lead itself goes from one rep to another without a person's decision.
    pub(super) fn of_lead(from: &'m RepId, to: &'m RepId) -> Move<'m> {
        let (from, how) = (Some(from), Acquisition::OwnerChanged);
        Move { from, to, how, others: Vec::new(), takes: Takes::All }
    }

    fn is_ordered(&self) -> bool {
        self.how == Acquisition::AssignedByAdmin
    }

    /// Whether no rule gives a lead of the customer to the rep: they lost it in its cycle, or another works on it. Then a
    /// person decides.
    fn is_contested(&self, case: &Case<'_>, one: &Lead) -> bool {
        let is_left = || one.owner.as_ref().is_some_and(|owner| case.had_it(owner));
        let is_kept = self.takes == Takes::Idle && case.is_worked(one) && !is_left();
        !self.is_ordered() && (is_kept || case.has_lost(self.to, one))
    }
}

impl Case<'_> {
    /// The account that the lead was converted to, if the lead's part of it belonged to its owner.
    fn account_of(&self, lead: &Lead, owner: &RepId) -> Option<&Account> {
        let its = self.rows.accounts.iter().find(|one| Some(&one.id) == lead.account.as_ref());
        its.filter(|account| !self.parts_of(lead, account, owner).is_empty())
    }

    /// Whether a partner's deal keeps the account of a customer with another channel manager.
    fn is_protected_from(&self, one: &Lead, to: &RepId) -> bool {
        let account = one.account.as_ref().filter(|_| one.status == LeadStatus::Converted);
        let account = self.rows.accounts.iter().find(|known| Some(&known.id) == account);
        let partner = account.and_then(|account| account.protection(self.now)).map(|(partner, _)| partner);
        let manager = partner.and_then(|partner| self.roster.channel_manager(partner));
        manager.is_some_and(|manager| manager != to && self.owner_state(manager) != OwnerState::Gone)
    }
}

impl Outcome {
    /// Applies a move. A rep who lost one of the leads does not get it back by that, and a protected account stays where it
    /// is, unless an administrator says so.
    pub(super) fn move_customer(&mut self, intake: &Intake, case: &Case<'_>, what: &Move<'_>) {
        let account = what.from.and_then(|from| case.account_of(case.lead, from));
        let of_account = |one: &&Lead| {
            let is_its = account.is_some_and(|account| {
                // Leads that also belong to a part that stays do not move.
                one.account.as_ref() == Some(&account.id)
                    && is_of_parts_of(case.scope, one, case.lead, account)
            });
            let is_converted = is_its && one.status == LeadStatus::Converted;
            is_converted && one.owner.as_ref() == what.from && one.id != case.lead.id
        };
        let its: Vec<&Lead> = case.rows.leads.iter().filter(of_account).collect();
        let others = what.others.iter().copied().filter(|one| its.iter().all(|known| known.id != one.id));
        let is_free = |one: &&Lead| what.is_ordered() || !case.is_protected_from(one, what.to);
        let (mut contested, goes): (Vec<&Lead>, Vec<&Lead>) =
            others.filter(is_free).partition(|one| what.is_contested(case, one));
        // All leads converted to an account have its owner.
        let is_lost = |one: &&Lead| !what.is_ordered() && case.has_lost(what.to, one);
        let account = account.filter(|_| !its.iter().any(is_lost));
        let along: &[&Lead] = if account.is_some() { &its } else { &[] };
        if account.is_none() {
            contested.extend(its.iter().filter(|one| is_lost(one)));
        }
        for one in along.iter().chain(&goes) {
            self.bring(intake, case, one, what.to, &what.how);
        }
        if let Some(from) = what.from {
            account.into_iter().for_each(|account| self.give_parts(case, case.lead, account, from, what.to));
            self.give_open(&case.history.opportunities, from, what.to);
        }
        let rivals: Vec<Rival<'_>> = contested.into_iter().map(Rival::Lead).collect();
        self.collide(intake, case, what.to, &rivals);
    }

    /// Another lead of the customer goes to a rep, with its open opportunities and, when it was converted, its account.
    /// It may be of a person who has other leads: it is looked at next.
    fn bring(&mut self, intake: &Intake, case: &Case<'_>, other: &Lead, to: &RepId, how: &Acquisition) {
        let is_given = |effect: &Effect| matches!(effect, Effect::SetOwner { lead, .. } if *lead == other.id);
        let Some(from) = other.owner.as_ref().filter(|from| *from != to) else { return };
        if self.effects.iter().any(is_given) {
            return;
        }
        let (id, about) = (other.id.clone(), RecordRef::Lead(other.id.clone()));
        let is_live = !other.has_ended() || case.rows.unanswered.contains(&other.id);
        if is_live {
            // A rep from whom an administrator takes it has neither lost it nor given it up.
            let is_ordered = *how == Acquisition::AssignedByAdmin;
            let end = if is_ordered { TenureEnd::Allotted } else { TenureEnd::HandedOver };
            self.effects.push(Effect::EndTenure { lead: id.clone(), rep: from.clone(), end });
        }
        let (lead, owner, acquisition) = (id.clone(), to.clone(), how.clone());
        self.effects.push(Effect::SetOwner { lead, owner, acquisition });
        if !other.has_ended() {
            self.effects.push(Effect::SetStatus { lead: id.clone(), status: LeadStatus::Pending });
        }
        if is_disputed(other) {
            // The reviewers who are asked whose the customer is are asked about the new owner too.
            let until = intake.stay_ends(case, case.now, wake_up::COLLISION_STAY);
            self.wake(other, until, wake_up::COLLISION);
        }
        let open = case.rows.opportunities.get(&other.id).map(Vec::as_slice).unwrap_or_default();
        self.give_open(open, from, to);
        let account = case.account_of(other, from).filter(|_| other.status == LeadStatus::Converted);
        account.into_iter().for_each(|account| self.give_parts(case, other, account, from, to));
        if is_live {
            self.effects.push(Effect::StartDeadlines { lead: id, from: case.now });
            self.tell(to, "taken_over", &about);
            if case.owner_state(from) != OwnerState::Gone {
                self.tell(from, "lead_taken", &about);
            }
            let along = FollowOnReview { lead: other.id.clone(), entry: case.lead.id.clone() };
            self.next = Next::after(self.next.take(), vec![along]);
        }
    }

    /// The parts of an account that a lead belongs to, the whole of one that is not divided.
    fn give_parts(&mut self, case: &Case<'_>, lead: &Lead, account: &Account, from: &RepId, to: &RepId) {
        for part in case.parts_of(lead, account, from) {
            self.give_record(RecordRef::Account(account.id.clone()), &part.field(), from, to);
        }
    }

    fn give_open(&mut self, open: &[OpportunityId], from: &RepId, to: &RepId) {
        for one in open {
            self.give_record(RecordRef::Opportunity(one.clone()), "owner", from, to);
        }
    }

    /// Done once: several leads may belong to one account.
    fn give_record(&mut self, record: RecordRef, name: &str, from: &RepId, to: &RepId) {
        let is_given = |effect: &Effect| matches!(effect, Effect::UpdateField { record: of, field, .. } if *of == record && field == name);
        if !self.effects.iter().any(is_given) {
            let (field, value, replaces) =
                (name.to_owned(), Value::from(to.as_str()), Value::from(from.as_str()));
            self.effects.push(Effect::UpdateField { record, field, value, replaces });
        }
    }
}
