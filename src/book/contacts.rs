//! People of accounts: those who join one, and those who move to another.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Book;
use super::fields::{add_id, field_of_contact, set_of_contact};
use crate::dedup::Probe;
use crate::model::{AccountId, Contact, ContactId, ContactMove, LeadId, PhoneNumber, RecordRef, Value};
use crate::rule::FactContext;

impl Book {
    /// The person of a lead becomes a contact.
    pub(super) fn add_contact(
        &mut self,
        account: &AccountId,
        contact: &ContactId,
        from: &LeadId,
        phones: &[PhoneNumber],
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
            phones: phones.to_vec(),
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

    /// The rows of a contact: one per account, by id, and `None` for a row without an account.
    fn places_of(&self, id: &ContactId) -> Vec<Option<AccountId>> {
        let alone = self.contacts.contains_key(id).then_some(None);
        let at = self.employers.get(id).into_iter().flatten();
        alone.into_iter().chain(at.cloned().map(Some)).collect()
    }

    pub(super) fn contact_at(&self, id: &ContactId, place: Option<&AccountId>) -> Option<&Contact> {
        match place {
            Some(account) => self.accounts.get(account)?.contacts.iter().find(|one| one.id == *id),
            None => self.contacts.get(id),
        }
    }

    /// Changes the row of a contact at one account, or the one by itself.
    pub(super) fn change_contact_at(
        &mut self,
        id: &ContactId,
        place: Option<&AccountId>,
        write: impl FnOnce(&mut Contact),
    ) {
        match place {
            Some(account) => self.change_account(account, |account| {
                if let Some(contact) = account.contacts.iter_mut().find(|one| one.id == *id) {
                    write(contact);
                }
            }),
            None => drop(self.contacts.get_mut(id).map(write)),
        }
    }

    /// Changes every row of a contact.
    pub(super) fn change_contact(&mut self, id: &ContactId, write: impl Fn(&mut Contact)) {
        for place in self.places_of(id) {
            self.change_contact_at(id, place.as_ref(), &write);
        }
    }

    /// Writes a field on every row of a contact. Where one row holds what the effect replaces, rows that say something else keep
    /// it; lists lose what went and gain what came.
    pub(super) fn write_contact(&mut self, id: &ContactId, field: &str, value: &Value, replaces: &Value) {
        let row = |place: Option<AccountId>| {
            let before = field_of_contact(self.contact_at(id, place.as_ref())?, field);
            Some((place, before))
        };
        let rows: Vec<(Option<AccountId>, Value)> = self.places_of(id).into_iter().filter_map(row).collect();
        let is_known = rows.iter().any(|(_, before)| same(before, replaces));
        for (place, before) in rows {
            let after = match is_known && !same(&before, replaces) {
                true => beside(&before, value, replaces),
                false => Some(value.clone()),
            };
            let Some(after) = after else { continue };
            self.change_contact_at(id, place.as_ref(), |contact| set_of_contact(contact, field, &after));
        }
    }
}

/// Whether two values are the same; a missing value equals a blank one.
fn same(a: &Value, b: &Value) -> bool {
    a == b || a.is_blank() && b.is_blank()
}

/// A list with the old items removed and the new items added; `None` if the value is not a list.
fn beside(row: &Value, value: &Value, replaces: &Value) -> Option<Value> {
    let items = |value: &Value| match value {
        Value::List(items) => Some(items.clone()),
        value if value.is_blank() => Some(Vec::new()),
        _ => None,
    };
    let (mut row, value, replaces) = (items(row)?, items(value)?, items(replaces)?);
    row.retain(|one| value.contains(one) || !replaces.contains(one));
    let came = value.into_iter().filter(|one| !replaces.contains(one) && !row.contains(one));
    let came: Vec<String> = came.collect();
    Some(Value::List([row, came].concat()))
}
