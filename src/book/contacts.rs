//! People of accounts: those who join one, and those who move to another.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Book;
use super::fields::{add_id, field_of_contact, set_of_contact};
use crate::dedup::Probe;
use crate::model::{AccountId, Contact, ContactId, ContactMove, LeadId, RecordRef, Value};
use crate::order;
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

    /// Where a contact stands: at accounts, by id, and `None` by itself.
    fn places_of(&self, id: &ContactId) -> Vec<Option<AccountId>> {
        let alone = self.contacts.contains_key(id).then_some(None);
        let at = self.employers.get(id).into_iter().flatten();
        alone.into_iter().chain(at.cloned().map(Some)).collect()
    }

    fn contact_at(&self, id: &ContactId, place: Option<&AccountId>) -> Option<&Contact> {
        match place {
            Some(account) => self.accounts.get(account)?.contacts.iter().find(|one| one.id == *id),
            None => self.contacts.get(id),
        }
    }

    fn change_contact_at(
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

    /// Changes a contact wherever it stands.
    pub(super) fn change_contact(&mut self, id: &ContactId, write: impl Fn(&mut Contact)) {
        for place in self.places_of(id) {
            self.change_contact_at(id, place.as_ref(), &write);
        }
    }

    /// Writes a field on every row of a contact. Where one row holds what the effect replaces, the others keep what they say
    /// on their own: of lists they take over what came and what went. What an earlier effect has brought goes only from rows
    /// that did not have it before, what one has taken away comes only to rows that had it, and the last effect turned round
    /// gives each row what it had.
    pub(super) fn write_contact(&mut self, id: &ContactId, field: &str, value: &Value, replaces: &Value) {
        let places = self.places_of(id);
        let row = |place: Option<AccountId>| {
            let before = field_of_contact(self.contact_at(id, place.as_ref())?, field);
            Some((place, before))
        };
        let rows: BTreeMap<Option<AccountId>, Value> = order::map(places.into_iter().filter_map(row));
        let key = (id.clone(), field.to_owned());
        let mut earlier = self.written.remove(&key).unwrap_or_default();
        let is_turned = |last: &&Written| same(&last.value, replaces) && same(&last.replaces, value);
        let back = earlier.last().filter(is_turned);
        let is_known = rows.values().any(|row| same(row, replaces));
        let mut written = Written { value: value.clone(), replaces: replaces.clone(), rows: BTreeMap::new() };
        for (place, before) in &rows {
            let after = match back.and_then(|last| last.rows.get(place)) {
                Some((had, has)) if same(has, before) => had.clone(),
                _ if !is_known => value.clone(),
                _ => {
                    let had = |item: &String, came: bool| had_before(&earlier, place, item, came);
                    let own = || if same(before, replaces) { value.clone() } else { before.clone() };
                    beside(before, value, replaces, had).unwrap_or_else(own)
                }
            };
            written.rows.insert(place.clone(), (before.clone(), after));
        }
        let changed = written.rows.iter().filter(|(_, (before, after))| !same(before, after));
        for (place, (_, after)) in changed {
            self.change_contact_at(id, place.as_ref(), |contact| set_of_contact(contact, field, after));
        }
        if back.is_some() {
            earlier.pop();
        } else if rows.len() > 1 {
            earlier.push(written);
            earlier.drain(..earlier.len().saturating_sub(MAX_WRITTEN));
        }
        if !earlier.is_empty() {
            self.written.insert(key, earlier);
        }
    }
}

/// Writes of one field that are remembered, to be taken back.
const MAX_WRITTEN: usize = 64;

/// A time when a field was written of a contact who stands at several accounts.
#[derive(Debug, Clone)]
pub(super) struct Written {
    value: Value,
    replaces: Value,
    /// What each row had, and has.
    rows: BTreeMap<Option<AccountId>, (Value, Value)>,
}

/// What a row had before the last effect by which an item came to the contact, or went; `None` when there was none.
fn had_before<'w>(
    earlier: &'w [Written],
    place: &Option<AccountId>,
    item: &String,
    came: bool,
) -> Option<&'w [String]> {
    let has = |value: &Value| items_of(value).contains(item);
    let is_it = |one: &&Written| has(&one.value) == came && has(&one.replaces) != came;
    let written = earlier.iter().rev().find(is_it)?;
    Some(written.rows.get(place).map_or(&[], |(had, _)| items_of(had)))
}

fn items_of(value: &Value) -> &[String] {
    if let Value::List(items) = value { items } else { &[] }
}

/// Whether two values say the same; nothing is as good as a blank.
fn same(a: &Value, b: &Value) -> bool {
    a == b || a.is_blank() && b.is_blank()
}

/// A list of a row with what came and without what went, where an earlier effect has brought or taken it away: as the row
/// [`had`](had_before) it then; `None` of what is no list.
fn beside<'w>(
    row: &Value,
    value: &Value,
    replaces: &Value,
    had: impl Fn(&String, bool) -> Option<&'w [String]>,
) -> Option<Value> {
    let items = |value: &Value| match value {
        Value::List(items) => Some(items.clone()),
        value if value.is_blank() => Some(Vec::new()),
        _ => None,
    };
    let (row, value, replaces) = (items(row)?, items(value)?, items(replaces)?);
    // The row that the effect was made for, and those that say the same.
    if row == replaces {
        return Some(Value::List(value));
    }
    let goes = |one: &String| {
        let is_gone = !value.contains(one) && replaces.contains(one);
        is_gone && had(one, true).is_none_or(|had| !had.contains(one))
    };
    let comes = |one: &String| {
        let is_new = !replaces.contains(one) && !row.contains(one);
        is_new && had(one, false).is_none_or(|had| had.contains(one))
    };
    let kept: Vec<String> = row.iter().filter(|one| !goes(one)).cloned().collect();
    let came: Vec<String> = value.iter().filter(|one| comes(one)).cloned().collect();
    let mut after = [kept, came.clone()].concat();
    // What comes back takes its old place.
    for had in came.iter().filter_map(|one| had(one, false)) {
        after.sort_by_key(|one| had.iter().position(|known| known == one).unwrap_or(usize::MAX));
    }
    Some(Value::List(after))
}
