//! Decides who keeps a customer when the customer's leads turn out to belong to several reps.

use chrono::{DateTime, Utc};

use super::dispute::Rival;
use super::engine::Case;
use super::marks::is_disputed;
use super::move_customer::{Move, Takes};
use super::{Intake, Outcome, Route};
use crate::dedup::Resolution;
use crate::model::{Acquisition, Effect, Lead, LeadId, LeadStatus, OwnerState, RecordRef, RepId, TenureEnd};
use crate::rule::Facts;

/// The owner of a customer when no reviewer decides: the rep to whom an administrator gave it comes first, else the one who
/// is on file longest.
fn claim_of(lead: &Lead) -> (bool, (DateTime<Utc>, &LeadId)) {
    (lead.acquisition != Some(Acquisition::AssignedByAdmin), lead.seniority())
}

/// The owner of the customer.
enum Agreed<'a> {
    /// Reviewers decide: until they have, or their time is over, all keep what they have.
    Asked,
    /// Two reps work on the customer: a person decides.
    Contested(&'a Lead),
    /// The lead's owner has the customer.
    Stays,
    /// The owner of this lead has the customer.
    Goes(&'a Lead),
}

impl<'a> Case<'a> {
    /// The owner of a customer whose leads these reps have: a rep who works on one of them has all, else the one with the
    /// earliest.
    fn whose(&self, own: &RepId, others: &[&'a Lead], leader: Option<&LeadId>) -> Agreed<'a> {
        let lead = self.lead;
        let Some(first) = others.first().copied() else { return Agreed::Stays };
        let is_due = self.is_undecided();
        if is_disputed(lead) && !is_due {
            return Agreed::Asked;
        }
        // A lead with an open opportunity stays with its owner until a person decides, whoever else has spoken to
        // the customer.
        let is_open = |one: &&Lead| self.rows.opportunities.contains_key(&one.id);
        let is_held = !self.history.opportunities.is_empty() || others.iter().any(is_open);
        let is_mine_worked = lead.status == LeadStatus::Following || !self.history.opportunities.is_empty();
        let rival = others.iter().copied().find(|one| self.is_worked(one));
        let rival = rival.or(is_held.then_some(first));
        let collides = is_held || is_mine_worked && rival.is_some();
        let to = match (leader.and_then(|id| others.iter().copied().find(|one| one.id == *id)), rival) {
            (Some(leader), _) => Some(leader),
            // Its owner has only just got the customer.
            (None, _) if leader.is_some() => None,
            (None, Some(rival)) if collides && is_due => (claim_of(rival) < claim_of(lead)).then_some(rival),
            (None, Some(rival)) if collides => return Agreed::Contested(rival),
            (None, Some(rival)) => Some(rival),
            (None, None) if is_mine_worked => None,
            (None, None) => (first.seniority() < lead.seniority()).then_some(first),
        };
        let may_have_mine = |one: &&Lead| one.owner.as_ref().is_some_and(|owner| !self.had_it(owner));
        let is_free = leader.is_none() && !is_mine_worked;
        let to = to.filter(may_have_mine).or_else(|| {
            // The owner lost one of the other leads and does not get it back: this one goes to its owner.
            let mut lost = others.iter().copied().filter(|one| is_free && self.has_lost(own, one));
            lost.find(may_have_mine)
        });
        to.map_or(Agreed::Stays, Agreed::Goes)
    }
}

impl Intake {
    /// After an update, or because an entry joined two people, other reps have leads of the lead's customer. Returns
    /// whether it went to another.
    pub(super) fn agree(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        own: &RepId,
        outcome: &mut Outcome,
    ) -> bool {
        let is_there =
            |one: &&Lead| one.owner.as_ref().is_some_and(|owner| case.owner_state(owner) != OwnerState::Gone);
        let siblings = resolution.siblings();
        let others: Vec<&Lead> = case.others(siblings, own).filter(is_there).collect();
        let leader = case.entry.filter(|entry| siblings.contains(entry));
        let leads = match case.whose(own, &others, leader) {
            Agreed::Asked => return false,
            Agreed::Contested(rival) => {
                outcome.collide(self, case, own, &[Rival::Lead(rival)]);
                return false;
            }
            Agreed::Stays if others.is_empty() => return false,
            Agreed::Stays => None,
            Agreed::Goes(to) => Some(to),
        };
        let of = |heir: &RepId| {
            // The owner's other leads of the customer go along, unless they are being worked on.
            let goes = |one: &&Lead| one.owner.as_ref() != Some(own) || !case.is_worked(one);
            case.others(siblings, heir).filter(is_there).filter(goes).collect::<Vec<&Lead>>()
        };
        let (mut heir, mut how) =
            (leads.and_then(|to| to.owner.clone()).unwrap_or_else(|| own.clone()), Acquisition::OwnerChanged);
        if is_disputed(case.lead) && of(&heir).iter().any(|one| case.has_lost(&heir, one)) {
            // No rule gives a lead back to a rep who lost it.
            let Some(found) = self.owner_of_all_leads(case, own, &others, siblings) else {
                outcome.request_ownership_review(self, case);
                return false;
            };
            (heir, how) = found;
        }
        outcome.end_dispute(case.lead);
        let (others, takes) = (of(&heir), Takes::All);
        if heir == *own {
            outcome.move_customer(self, case, &Move { from: None, to: own, how, others, takes });
            return false;
        }
        let (lead, rep) = (case.lead.id.clone(), own.clone());
        outcome.effects.push(Effect::EndTenure { lead: lead.clone(), rep, end: TenureEnd::HandedOver });
        let (owner, acquisition) = (heir.clone(), how.clone());
        outcome.effects.push(Effect::SetOwner { lead, owner, acquisition });
        outcome.start(case.lead, case.now);
        outcome.move_customer(self, case, &Move { from: Some(own), to: &heir, how, others, takes });
        outcome.tell_helper(case, case.history);
        let is_its = |one: &&Lead| one.owner.as_ref() == Some(&heir);
        let to = leads.filter(is_its).map(|to| RecordRef::Lead(to.id.clone()));
        outcome.route = Route::ToOwner { owner: heir.clone(), record: to };
        self.attend(case, facts, &heir, outcome);
        true
    }
}
