//! Several reps work on one customer (撞单): all keep what they have, and a person decides.

use std::collections::BTreeSet;

use super::engine::Case;
use super::marks::is_disputed;
use super::{Intake, Outcome, wake_up};
use crate::dedup::COLLISION;
use crate::model::{
    AccountId, Acquisition, Effect, Lead, LeadId, Link, LinkKind, OwnerState, RecordRef, RepId, ReviewCode,
};

/// What another rep has of the customer.
#[derive(Clone, Copy)]
pub(super) enum Rival<'a> {
    /// A lead.
    Lead(&'a Lead),
    /// The account that the lead belongs to.
    Account(&'a AccountId, &'a RepId),
}

impl<'a> Rival<'a> {
    fn rep(self) -> Option<&'a RepId> {
        match self {
            Rival::Lead(lead) => lead.owner.as_ref(),
            Rival::Account(_, owner) => Some(owner),
        }
    }

    fn record(self) -> RecordRef {
        match self {
            Rival::Lead(lead) => RecordRef::Lead(lead.id.clone()),
            Rival::Account(account, _) => RecordRef::Account(account.clone()),
        }
    }
}

impl Intake {
    /// The owner of a customer once the reviewers' time is over, if the ownership rule names a rep who lost one of the leads:
    /// the first of their owners who lost none of the others. Where all did, an administrator of the pool, by whose word
    /// anybody may have it.
    pub(super) fn owner_of_all_leads(
        &self,
        case: &Case<'_>,
        own: &RepId,
        others: &[&Lead],
        siblings: &[LeadId],
    ) -> Option<(RepId, Acquisition)> {
        let is_fit = |rep: &&RepId| {
            let mut its = case.rows.leads.iter().filter(|one| siblings.contains(&one.id));
            let is_lost = its.any(|one| one.owner.as_ref() != Some(rep) && case.has_lost(rep, one));
            !is_lost && !case.had_it(rep) && case.owner_state(rep) != OwnerState::Gone
        };
        let owners = others.iter().filter_map(|one| one.owner.as_ref());
        let heir = std::iter::once(own).chain(owners).find(is_fit);
        if let Some(heir) = heir {
            return Some((heir.clone(), Acquisition::OwnerChanged));
        }
        let is_here = |rep: &&RepId| matches!(case.owner_state(rep), OwnerState::Active | OwnerState::Full);
        let fresh = || case.roster.reps().filter(is_fit).find(is_here);
        let admin = self.admins(&self.pool).find(is_here).or_else(fresh).cloned();
        admin.or_else(|| self.next_admin(case)).map(|admin| (admin, Acquisition::AssignedByAdmin))
    }
}

impl Outcome {
    /// A lead that a rep has, by the decision or before, is of a customer of whom other reps have something too. Until
    /// a person decides nobody loses anything; it is reported once, for one of the records. A rep who takes part no
    /// longer has no say.
    pub(super) fn collide(&mut self, intake: &Intake, case: &Case<'_>, own: &RepId, rivals: &[Rival<'_>]) {
        let lead = case.lead;
        if self.leaves_disputed(lead) {
            return;
        }
        let is_there = |rep: &RepId| rep != own && case.owner_state(rep) != OwnerState::Gone;
        let is_asked = |one: &Rival<'_>| matches!(one, Rival::Lead(lead) if is_disputed(lead));
        let has_say = |one: &Rival<'_>| one.rep().is_some_and(is_there) && !is_asked(one);
        let mut rivals: Vec<Rival<'_>> = rivals.iter().copied().filter(has_say).collect();
        let mut said = BTreeSet::new();
        rivals.retain(|one| said.insert(one.record()));
        let Some(first) = rivals.first() else { return };
        let about = RecordRef::Lead(lead.id.clone());
        let link = |to: RecordRef| Effect::Link(Link { from: about.clone(), kind: LinkKind::RelatedTo, to });
        self.effects.push(link(first.record()));
        self.effects.push(Effect::AddTag { lead: lead.id.clone(), tag: COLLISION.to_owned() });
        self.effects.extend(rivals.iter().skip(1).map(|one| link(one.record())));
        self.request_ownership_review(intake, case);
        // It went along with a lead about which the same is asked.
        let leader = case.entry.and_then(|entry| case.rows.leads.iter().find(|one| one.id == *entry));
        if leader.is_some_and(|one| is_disputed(one) && one.owner.as_ref() == Some(own)) {
            return;
        }
        let (of, code) = (lead.id.clone(), ReviewCode::Collision.into());
        self.effects.push(Effect::RequestReview { lead: of, reviewer: None, code });
        let mut reps: Vec<&RepId> = rivals.iter().filter_map(|one| one.rep()).collect();
        reps.sort();
        reps.dedup();
        std::iter::once(own).chain(reps).for_each(|rep| self.tell(rep, COLLISION, &about));
    }

    /// Whether reviewers decide on the customer's owner once the decision is applied.
    pub(super) fn leaves_disputed(&self, lead: &Lead) -> bool {
        let mut marks = self.effects.iter().rev().filter_map(|effect| match effect {
            Effect::AddTag { lead: of, tag } if *of == lead.id && tag == COLLISION => Some(true),
            Effect::RemoveTag { lead: of, tag } if *of == lead.id && tag == COLLISION => Some(false),
            _ => None,
        });
        marks.next().unwrap_or(is_disputed(lead))
    }

    /// The lead's wake-up has come, whatever it was for, or ends with its owner, while reviewers are still deciding: their
    /// wake-up is set again.
    pub(super) fn stay_disputed(&mut self, intake: &Intake, case: &Case<'_>) {
        let id = &case.lead.id;
        let wakes = |effect: &Effect| matches!(effect, Effect::SetNextWakeUp { lead, .. } if lead == id);
        let gives = |effect: &Effect| matches!(effect, Effect::SetOwner { lead, .. } if lead == id);
        let last = self.effects.iter().rposition(gives);
        let since = self.effects.get(last.unwrap_or_default()..).unwrap_or_default();
        let is_over = last.is_some() || case.wake_up.is_some();
        if is_over
            && self.route.owner().is_some()
            && self.leaves_disputed(case.lead)
            && !since.iter().any(wakes)
        {
            self.request_ownership_review(intake, case);
        }
    }

    /// The reviewers' time begins now.
    pub(super) fn request_ownership_review(&mut self, intake: &Intake, case: &Case<'_>) {
        let until = intake.stay_ends(case, case.now, wake_up::COLLISION_STAY);
        self.wake(case.lead, until, wake_up::COLLISION);
    }

    /// The customer's owner is decided, or nobody has the customer any more.
    pub(super) fn end_dispute(&mut self, lead: &Lead) {
        let is_over = |effect: &Effect| matches!(effect, Effect::RemoveTag { lead: of, tag } if *of == lead.id && tag == COLLISION);
        if is_disputed(lead) && !self.effects.iter().any(is_over) {
            let (lead, tag) = (lead.id.clone(), COLLISION.to_owned());
            self.effects.push(Effect::RemoveTag { lead, tag });
        }
    }
}
