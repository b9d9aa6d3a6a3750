//! People of accounts: those who join one, and those who move to another.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Book;
use super::fields::add_id;
use crate::dedup::Probe;
use crate::model::{AccountId, Contact, ContactId, ContactMove, LeadId, RecordRef};
use crate::rule::FactContext;

impl Book {
    /// The person of a lead becomes a contact.
    pub(super) fn add_contact(
        &mut self,
        account: &AccountId,
        contact: &ContactId,
        from: &LeadId,
        at: DateTime<Utc>,
    ) {
        let Some(lead) = self.leads.get(from) else { return };
        let mut person = Contact {
            id: contact.clone(),
            account: Some(account.clone()),
            lead: Some(from.clone()),
            since: Some(at),
            name: lead.name.clone(),
            title: lead.title.clone(),
            job_function: lead.job_function.clone(),
            buying_role: None,
            phones: lead.phones.clone(),
            emails: lead.emails.clone(),
            wechat: lead.wechat.clone(),
            external_ids: BTreeMap::new(),
        };
        let ids: Vec<(String, String)> =
            lead.person_ids().map(|(name, id)| (name.to_owned(), id.to_owned())).collect();
        ids.iter().for_each(|(name, id)| add_id(&mut person, name, id));
        let Some(filed) = self.accounts.get_mut(account) else { return };
        if filed.contacts.iter().any(|known| known.id == person.id) {
            return;
        }
        self.employers.entry(person.id.clone()).or_default().insert(account.clone());
        filed.contacts.push(person);
        let keys = Probe::of_last_contact(filed, &self.tables);
        let mut keys = Probe { keys, ..Probe::default() };
        let context = FactContext::new(&self.tables, filed.created_at);
        self.composites.add_of_account(filed, &context, &mut keys);
        self.by_key.add(&RecordRef::Account(account.clone()), &keys.keys);
    }

    /// The contact goes to another account; it is remembered from where and when.
    pub(super) fn move_contact(&mut self, one: ContactMove) {
        let filed = self.accounts.get(&one.from);
        let known = filed.and_then(|account| account.contacts.iter().find(|known| known.id == one.contact));
        let Some(mut contact) = known.cloned() else { return };
        self.change_account(&one.from, |account| account.contacts.retain(|known| known.id != one.contact));
        contact.account.clone_from(&one.to);
        match &one.to {
            // A contact who is there already stays unchanged.
            Some(to) => self.change_account(to, |account| {
                if account.contacts.iter().all(|known| known.id != contact.id) {
                    account.contacts.push(contact);
                }
            }),
            None => drop(self.contacts.insert(one.contact.clone(), contact)),
        }
        self.desk.moves.push(one);
    }
}
