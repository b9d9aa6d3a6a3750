//! A person asks to be forgotten.

use super::Book;
use crate::model::{AccountId, CloseReason, Contact, ContactId, Lead, LeadId, LeadStatus, RecordRef};

impl Book {
    /// Whether the lead's person was forgotten.
    pub(super) fn is_erased(&self, id: &LeadId) -> bool {
        self.lead(id).is_some_and(|lead| lead.close_reason == Some(CloseReason::Erased))
    }

    /// Keeps only the fact that the lead was erased. Removes its values, keys and history, everything about it on
    /// anybody's desk, and the contact that it became.
    pub(super) fn erase(&mut self, id: &LeadId) {
        let Some(lead) = self.remove_lead(id) else { return };
        self.insert_lead(Lead {
            id: lead.id,
            created_at: lead.created_at,
            status: LeadStatus::Voided,
            close_reason: Some(CloseReason::Erased),
            ..Lead::default()
        });
        self.lives.insert(id.clone(), Box::default());
        self.note_due(id);
        let came_of = |one: &Contact| one.lead.as_ref() == Some(id);
        let people =
            self.accounts.values().flat_map(|account| &account.contacts).chain(self.contacts.values());
        let gone: Vec<ContactId> = people.filter(|one| came_of(one)).map(|one| one.id.clone()).collect();
        let is_of = |record: &RecordRef| match record {
            RecordRef::Lead(lead) => lead == id,
            RecordRef::Contact(contact) | RecordRef::ContactAt { contact, .. } => gone.contains(contact),
            _ => false,
        };
        // Other records refer to their positions, so they are emptied, not removed.
        for conflict in self.desk.conflicts.iter_mut().filter(|one| is_of(&one.record) || one.entry == *id) {
            (conflict.kept, conflict.found) = Default::default();
        }
        for replaced in self.desk.replaced.iter_mut().filter(|one| is_of(&one.record)) {
            replaced.value = Default::default();
        }
        self.desk.reviews.retain(|(lead, _), _| lead != id);
        self.desk.moves.retain(|one| !gone.contains(&one.contact));
        self.merged.remove(&RecordRef::Lead(id.clone()));
        self.merged.values_mut().for_each(|merged| merged.forget(came_of));
        let at: Vec<AccountId> = self
            .accounts
            .values()
            .filter(|account| account.contacts.iter().any(came_of))
            .map(|account| account.id.clone())
            .collect();
        for account in at {
            self.change_account(&account, |account| account.contacts.retain(|one| !came_of(one)));
        }
        let alone: Vec<ContactId> =
            self.contacts.values().filter(|one| came_of(one)).map(|one| one.id.clone()).collect();
        alone.iter().for_each(|contact| drop(self.contacts.remove(contact)));
        if let Some(record) = self.desk.conversions.get_mut(id) {
            record.contact = None;
        }
    }
}
