//! Letting everything that points at one record point at another.

use super::Book;
use super::life::{MoveProposal, ReviewRequest};
use super::referrers::Referrer;
use crate::model::{AccountId, Contact, ContactId, LeadId, LeadStatus, Link, LinkKind, RecordRef};
use crate::text::Code;

impl Book {
    /// Lets links, conflicts, questions to people, conversions, leads and contacts point at another record.
    pub(super) fn repoint(&mut self, from: &RecordRef, to: &RecordRef) {
        if from == to {
            return;
        }
        for referrer in self.referrers.take(from) {
            self.refer(referrer, from, to);
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

    /// Lets one referrer point at another record.
    fn refer(&mut self, referrer: Referrer, from: &RecordRef, to: &RecordRef) {
        match &referrer {
            Referrer::Lead(id) => self.refer_lead(id, from, to),
            Referrer::Link(link) => {
                if self.desk.links.remove(link) && link.from != *to {
                    let link = Link { to: to.clone(), ..link.clone() };
                    self.referrers.add_link(&link);
                    self.desk.links.insert(link);
                }
                return;
            }
            Referrer::Conflict(place) => {
                let conflict =
                    self.desk.conflicts.get_mut(*place).filter(|conflict| conflict.record == *from);
                if let Some(conflict) = conflict {
                    conflict.record = to.clone();
                }
            }
            Referrer::Replaced(place) => {
                let replaced = self.desk.replaced.get_mut(*place).filter(|replaced| replaced.record == *from);
                if let Some(replaced) = replaced {
                    replaced.record = to.clone();
                }
            }
        }
        self.referrers.add(to.clone(), referrer);
    }

    fn refer_lead(&mut self, id: &LeadId, from: &RecordRef, to: &RecordRef) {
        let (RecordRef::Lead(from), RecordRef::Lead(to)) = (from, to) else { return };
        let Some(lead) = self.leads.get_mut(id).filter(|lead| lead.id != *from) else { return };
        for pointer in [&mut lead.folded_into, &mut lead.collected_under] {
            if pointer.as_ref() == Some(from) {
                *pointer = Some(to.clone());
            }
        }
    }

    /// A record that was merged is no longer kept by itself: no key leads to it.
    fn merge_into(&mut self, from: &RecordRef, to: &RecordRef) {
        match (from, to) {
            (RecordRef::Lead(from), RecordRef::Lead(to)) => {
                self.refile(from, |lead| {
                    lead.status = LeadStatus::Voided;
                    lead.folded_into = Some(to.clone());
                    lead.owner = None;
                    lead.pool = None;
                });
                self.move_activities(from, to);
            }
            (RecordRef::Account(from), RecordRef::Account(_)) => drop(self.remove_account(from)),
            _ => {}
        }
    }

    fn repoint_lead(&mut self, from: &LeadId, to: &LeadId) {
        self.move_opportunities(from, to);
        let first = (from.clone(), Code::default());
        let asked = self.desk.reviews.range(first..).take_while(|((lead, _), _)| lead == from);
        let asked: Vec<_> = asked.map(|(key, _)| key.clone()).collect();
        for key in asked {
            let Some(request) = self.desk.reviews.remove(&key) else { continue };
            let request = ReviewRequest { lead: to.clone(), ..request };
            self.desk.reviews.entry((to.clone(), key.1)).or_insert(request);
        }
    }

    /// The leads, conversions and people of one account are another's. The people who are there already stay as they are.
    fn repoint_account(&mut self, from: &AccountId, to: &AccountId) {
        let of_it = self.leads.values().filter(|lead| lead.account.as_ref() == Some(from));
        let of_it: Vec<LeadId> = of_it.map(|lead| lead.id.clone()).collect();
        of_it.iter().for_each(|lead| self.belong_to(lead, to));
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
