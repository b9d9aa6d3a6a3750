//! Letting everything that points at one record point at another.

use super::Book;
use super::life::{MoveProposal, ReviewRequest};
use crate::model::{AccountId, Contact, ContactId, LeadId, LeadStatus, Link, LinkKind, RecordRef};

impl Book {
    /// Lets links, conflicts, questions to people, conversions, leads and contacts point at another record.
    pub(super) fn repoint(&mut self, from: &RecordRef, to: &RecordRef) {
        if from == to {
            return;
        }
        let moved: Vec<Link> = self.desk.links.iter().filter(|link| link.to == *from).cloned().collect();
        for link in moved {
            self.desk.links.remove(&link);
            if link.from != *to {
                self.desk.links.insert(Link { to: to.clone(), ..link });
            }
        }
        for conflict in self.desk.conflicts.iter_mut().filter(|conflict| conflict.record == *from) {
            conflict.record = to.clone();
        }
        for replaced in self.desk.replaced.iter_mut().filter(|replaced| replaced.record == *from) {
            replaced.record = to.clone();
        }
        match (from, to) {
            (RecordRef::Lead(from), RecordRef::Lead(to)) => self.repoint_lead(from, to),
            (RecordRef::Account(from), RecordRef::Account(to)) => self.repoint_account(from, to),
            (RecordRef::Contact(from), RecordRef::Contact(to)) => self.repoint_contact(from, to),
            _ => {}
        }
        let merged = Link { from: from.clone(), kind: LinkKind::MergedInto, to: to.clone() };
        if self.desk.links.contains(&merged) {
            self.merge_into(from, to);
        }
    }

    /// A record that was merged is no longer kept by itself: no key leads to it.
    fn merge_into(&mut self, from: &RecordRef, to: &RecordRef) {
        match (from, to) {
            (RecordRef::Lead(from), RecordRef::Lead(to)) => self.refile(from, |lead| {
                lead.status = LeadStatus::Voided;
                lead.folded_into = Some(to.clone());
                lead.owner = None;
                lead.pool = None;
            }),
            (RecordRef::Account(from), RecordRef::Account(_)) => drop(self.remove_account(from)),
            _ => {}
        }
    }

    fn repoint_lead(&mut self, from: &LeadId, to: &LeadId) {
        let asked: Vec<_> = self.desk.reviews.keys().filter(|(lead, _)| lead == from).cloned().collect();
        for key in asked {
            let Some(request) = self.desk.reviews.remove(&key) else { continue };
            let request = ReviewRequest { lead: to.clone(), ..request };
            self.desk.reviews.entry((to.clone(), key.1)).or_insert(request);
        }
        for lead in self.leads.values_mut().filter(|lead| lead.id != *from) {
            for pointer in [&mut lead.folded_into, &mut lead.collected_under] {
                if pointer.as_ref() == Some(from) {
                    *pointer = Some(to.clone());
                }
            }
        }
    }

    /// The leads, conversions and people of one account are another's. The people who are there already stay as they are.
    fn repoint_account(&mut self, from: &AccountId, to: &AccountId) {
        for lead in self.leads.values_mut().filter(|lead| lead.account.as_ref() == Some(from)) {
            lead.account = Some(to.clone());
        }
        for record in self.desk.conversions.values_mut().filter(|record| record.account == *from) {
            record.account = to.clone();
        }
        for contact in self.contacts.values_mut().filter(|contact| contact.account.as_ref() == Some(from)) {
            contact.account = Some(to.clone());
        }
        let proposals = std::mem::take(&mut self.desk.proposals);
        for mut proposal in proposals {
            if proposal.from == *from {
                proposal.from = to.clone();
            }
            if proposal.to.as_ref() == Some(from) {
                proposal.to = Some(to.clone());
            }
            if proposal.to.as_ref() != Some(&proposal.from) {
                self.desk.proposals.insert(proposal);
            }
        }
        if !self.accounts.contains_key(to) {
            return;
        }
        let people = self.accounts.get(from).map(|account| account.contacts.clone()).unwrap_or_default();
        // Who was united with somebody is that person now.
        let united = |one: &Contact| {
            let of = RecordRef::Contact(one.id.clone());
            self.desk.links.iter().any(|link| link.kind == LinkKind::MergedInto && link.from == of)
        };
        let people: Vec<Contact> = people.into_iter().filter(|one| !united(one)).collect();
        self.change_account(from, |account| account.contacts.clear());
        self.change_account(to, |account| {
            for mut person in people {
                if !account.contacts.iter().any(|one| one.id == person.id) {
                    person.account = Some(account.id.clone());
                    account.contacts.push(person);
                }
            }
        });
    }

    fn repoint_contact(&mut self, from: &ContactId, to: &ContactId) {
        for record in self.desk.conversions.values_mut() {
            if record.contact.as_ref() == Some(from) {
                record.contact = Some(to.clone());
            }
        }
        let proposals = std::mem::take(&mut self.desk.proposals);
        self.desk.proposals.extend(
            proposals.into_iter().map(|one| {
                if one.contact == *from { MoveProposal { contact: to.clone(), ..one } } else { one }
            }),
        );
    }
}
