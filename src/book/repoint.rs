//! Moves everything that points at one record to another.

use super::Book;
use super::life::{MoveProposal, ReviewRequest};
use super::merged::{Moved, Pointer};
use super::referrers::Referrer;
use crate::model::{
    AccountId, ContactId, ContactMove, LeadId, LeadStatus, Link, LinkKind, Opportunity, RecordRef,
};
use crate::order;
use crate::text::Code;

impl Book {
    /// Points links, conflicts, review requests, opportunities, conversions, leads and contacts at another record.
    pub(super) fn repoint(&mut self, from: &RecordRef, to: &RecordRef) {
        let is_filed = match to {
            RecordRef::Lead(id) => self.lead(id).is_some(),
            RecordRef::Account(id) => self.account(id).is_some(),
            RecordRef::ContactAt { contact, account } => self.contact_at(contact, Some(account)).is_some(),
            _ => true,
        };
        // A record merged into one that is not on file would be lost.
        if from == to || !is_filed {
            return;
        }
        let link = Link { from: from.clone(), kind: LinkKind::MergedInto, to: to.clone() };
        let row = self.desk.links.contains(&link).then(|| self.row_of(from));
        let mut moved = Moved::default();
        self.refer_all(from, to, &mut moved);
        match (from, to) {
            (RecordRef::Lead(from), RecordRef::Lead(to)) => self.repoint_lead(from, to, &mut moved),
            (RecordRef::Account(from), RecordRef::Account(to)) => self.repoint_account(from, to, &mut moved),
            (RecordRef::Contact(from), RecordRef::Contact(to)) => {
                self.repoint_contact(from, None, to, &mut moved)
            }
            (RecordRef::ContactAt { contact: from, account }, RecordRef::ContactAt { contact: to, .. }) => {
                self.repoint_contact(from, Some(account), to, &mut moved)
            }
            _ => {}
        }
        if let Some(row) = row {
            self.merge_into(from, to, &mut moved);
            self.keep_merged(from, to, row, moved);
        }
    }

    /// Points everything that names a record at another.
    fn refer_all(&mut self, from: &RecordRef, to: &RecordRef, moved: &mut Moved) {
        for referrer in self.referrers.take(from) {
            self.refer(referrer, from, to, moved);
        }
    }

    /// Points one referrer at another record.
    fn refer(&mut self, referrer: Referrer, from: &RecordRef, to: &RecordRef, moved: &mut Moved) {
        match &referrer {
            Referrer::Lead(id) => self.refer_lead(id, from, to, moved),
            Referrer::Link(link) => {
                let Some(to) = link.to.following(from, to).filter(|_| self.desk.links.remove(link)) else {
                    return;
                };
                let after = (link.from != to).then(|| Link { to, ..link.clone() });
                after.iter().for_each(|after| self.referrers.add_link(after));
                let after = after.filter(|after| self.desk.links.insert(after.clone()));
                moved.links.push((link.clone(), after));
                return;
            }
            Referrer::Conflict(_) | Referrer::Replaced(_) => {
                let Some(record) = self.record_of(&referrer) else { return };
                let Some(after) = record.following(from, to) else { return };
                let before = std::mem::replace(record, after.clone());
                self.referrers.add(&after, &referrer);
                moved.records.push((referrer, before, after));
                return;
            }
            Referrer::Opportunity(id) => {
                let known = self.opportunities.get(id);
                let is_of_lead = |one: &Opportunity| one.lead.as_ref().map(LeadId::as_str) == Some(from.id());
                let pointer = match from {
                    RecordRef::Lead(_) if known.is_some_and(is_of_lead) => Pointer::OpportunityOfLead,
                    RecordRef::Account(account)
                        if known.is_some_and(|one| one.account.as_ref() == Some(account)) =>
                    {
                        Pointer::OpportunityOfAccount
                    }
                    _ => return,
                };
                self.move_opportunity(id, from, to);
                moved.referrers.push(pointer(id.clone()));
                return;
            }
        }
        self.referrers.add(to, &referrer);
    }

    /// The record that a conflict or a replaced value is of.
    pub(super) fn record_of(&mut self, referrer: &Referrer) -> Option<&mut RecordRef> {
        match referrer {
            Referrer::Conflict(place) => self.desk.conflicts.get_mut(*place).map(|one| &mut one.record),
            Referrer::Replaced(place) => self.desk.replaced.get_mut(*place).map(|one| &mut one.record),
            _ => None,
        }
    }

    fn refer_lead(&mut self, id: &LeadId, from: &RecordRef, to: &RecordRef, moved: &mut Moved) {
        let (RecordRef::Lead(from), RecordRef::Lead(to)) = (from, to) else { return };
        let Some(lead) = self.leads.get_mut(id).filter(|lead| lead.id != *from) else { return };
        let mut point = |pointer: &mut Option<LeadId>, how: fn(LeadId) -> Pointer| {
            if pointer.as_ref() == Some(from) {
                *pointer = Some(to.clone());
                moved.referrers.push(how(id.clone()));
            }
        };
        point(&mut lead.folded_into, Pointer::Folded);
        point(&mut lead.collected_under, Pointer::Collected);
    }

    /// A merged record no longer exists separately: no key finds it.
    fn merge_into(&mut self, from: &RecordRef, to: &RecordRef, moved: &mut Moved) {
        match (from, to) {
            (RecordRef::Lead(from), RecordRef::Lead(to)) => {
                self.refile(from, |lead| {
                    lead.status = LeadStatus::Voided;
                    lead.folded_into = Some(to.clone());
                    lead.owner = None;
                    lead.pool = None;
                });
                let known = order::set(self.activities(to).iter().map(|one| &one.id));
                let theirs =
                    self.activities(from).iter().map(|one| (one.id.clone(), !known.contains(&one.id)));
                moved.activities = theirs.collect();
                let last_active = |book: &Book| book.lead(to).map(|lead| lead.last_active_at);
                let before = last_active(self);
                self.move_activities(from, to);
                moved.follow_ups = self.move_follow_ups(from, to);
                moved.answered = self.answer_by(to, &moved.follow_ups);
                moved.last_active = before.zip(last_active(self));
            }
            (RecordRef::Account(from), RecordRef::Account(_)) => drop(self.remove_account(from)),
            (RecordRef::ContactAt { contact, account }, RecordRef::ContactAt { contact: other, .. }) => {
                self.change_account(account, |account| account.contacts.retain(|one| one.id != *contact));
                // Where this was the last row of the contact, the contact is the other one altogether.
                if contact != other && self.contact(contact).is_none() {
                    let [from, to] = [contact, other].map(|id| RecordRef::Contact(id.clone()));
                    self.refer_all(&from, &to, moved);
                    self.repoint_contact(contact, None, other, moved);
                }
            }
            _ => {}
        }
    }

    fn repoint_lead(&mut self, from: &LeadId, to: &LeadId, moved: &mut Moved) {
        let first = (from.clone(), Code::default());
        let asked = self.desk.reviews.range(first..).take_while(|((lead, _), _)| lead == from);
        let asked: Vec<_> = asked.map(|(key, _)| key.clone()).collect();
        for key in asked {
            let Some(request) = self.desk.reviews.remove(&key) else { continue };
            let goes_along = !self.desk.reviews.contains_key(&(to.clone(), key.1.clone()));
            moved.reviews.push((request.clone(), goes_along));
            let request = ReviewRequest { lead: to.clone(), ..request };
            self.desk.reviews.entry((to.clone(), key.1)).or_insert(request);
        }
    }

    /// Moves the leads, conversions and people of one account to another. The people who are there already stay as they are.
    fn repoint_account(&mut self, from: &AccountId, to: &AccountId, moved: &mut Moved) {
        let of_it = self.leads.values().filter(|lead| lead.account.as_ref() == Some(from));
        let of_it: Vec<LeadId> = of_it.map(|lead| lead.id.clone()).collect();
        of_it.iter().for_each(|lead| self.belong_to(lead, to));
        moved.leads = of_it;
        for record in self.desk.conversions.values_mut().filter(|record| record.account == *from) {
            record.account = to.clone();
            moved.conversions.push(record.lead.clone());
        }
        for one in self.desk.moves.iter_mut().filter(|one| one.from == *from || one.to.as_ref() == Some(from))
        {
            moved.moves.push(one.clone());
            *one = between_accounts(one, from, to);
        }
        for contact in self.contacts.values_mut().filter(|contact| contact.account.as_ref() == Some(from)) {
            contact.account = Some(to.clone());
            moved.alone.push(contact.id.clone());
        }
        let named = |one: &MoveProposal| one.from == *from || one.to.as_ref() == Some(from);
        self.repoint_proposals(moved, named, |mut proposal| {
            if proposal.from == *from {
                proposal.from = to.clone();
            }
            if proposal.to.as_ref() == Some(from) {
                proposal.to = Some(to.clone());
            }
            (proposal.to.as_ref() != Some(&proposal.from)).then_some(proposal)
        });
        let people = self.accounts.get(from).map(|account| account.contacts.clone()).unwrap_or_default();
        self.change_account(from, |account| account.contacts.clear());
        self.change_account(to, |account| {
            for mut person in people {
                if !account.contacts.iter().any(|one| one.id == person.id) {
                    person.account = Some(account.id.clone());
                    moved.people.push(person.id.clone());
                    account.contacts.push(person);
                }
            }
        });
    }

    /// Moves what names a contact to another contact; of the row at one account, what names the contact with that account.
    fn repoint_contact(
        &mut self,
        from: &ContactId,
        at: Option<&AccountId>,
        to: &ContactId,
        moved: &mut Moved,
    ) {
        let is_at = |account: Option<&AccountId>| at.is_none() || account == at;
        for record in self.desk.conversions.values_mut() {
            if record.contact.as_ref() == Some(from) && is_at(Some(&record.account)) {
                record.contact = Some(to.clone());
                moved.conversions.push(record.lead.clone());
            }
        }
        // A row came about by the move to its account.
        for one in self.desk.moves.iter_mut().filter(|one| one.contact == *from && is_at(one.to.as_ref())) {
            moved.moves.push(one.clone());
            one.contact = to.clone();
        }
        let named = |one: &MoveProposal| one.contact == *from && is_at(Some(&one.from));
        self.repoint_proposals(moved, named, |one| Some(MoveProposal { contact: to.clone(), ..one }));
    }

    /// Replaces each proposal that names a record; `None` when there is nothing left to propose.
    fn repoint_proposals(
        &mut self,
        moved: &mut Moved,
        named: impl Fn(&MoveProposal) -> bool,
        repointed: impl Fn(MoveProposal) -> Option<MoveProposal>,
    ) {
        let before: Vec<MoveProposal> =
            self.desk.proposals.iter().filter(|one| named(one)).cloned().collect();
        self.desk.proposals.retain(|one| !named(one));
        for one in before {
            let after = repointed(one.clone()).filter(|after| self.desk.proposals.insert(after.clone()));
            moved.proposals.push((one, after));
        }
    }
}

/// A move between employers of which one has changed.
pub(super) fn between_accounts(one: &ContactMove, from: &AccountId, to: &AccountId) -> ContactMove {
    let now = |account: &AccountId| if account == from { to.clone() } else { account.clone() };
    ContactMove { from: now(&one.from), to: one.to.as_ref().map(now), ..one.clone() }
}
