//! The people of several accounts, each once.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Fields, members_of, with_members};
use super::values::{agree, distinct};
use crate::contact::{PhoneKind, PhoneOptions, read_emails, read_phones, wechat_ids};
use crate::model::{AccountId, Contact, Value};
use crate::order;
use crate::text::fold;

/// One person.
pub(super) struct UnitedContact {
    /// The record the contact came from, as a place in the order of records.
    pub(super) from: usize,
    /// The contact as it was there.
    pub(super) before: Contact,
    /// The contact as it is now.
    pub(super) contact: Contact,
    /// The contacts that went into it, with their records.
    pub(super) absorbed: Vec<(usize, Contact)>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Id(String),
    /// Reaches one person.
    Personal(String),
    /// May reach several people: counts only when the names agree.
    Shared(String),
}

/// Unites the contacts of accounts, given with the survivor first.
///
/// Two contacts are one person when they share an id, a mobile number, an e-mail address or a WeChat id; a fixed
/// line counts only when the names agree too. A key that two contacts of one account share is nobody's. Two contacts
/// of one account stay two. The survivor's own come first, then the others in the order of their records.
pub(super) fn unite(
    survivor: &AccountId,
    records: &[(&AccountId, &[Contact])],
    phones: &PhoneOptions<'_>,
) -> Vec<UnitedContact> {
    let common = common_keys(records, phones);
    let mut people: Vec<UnitedContact> = Vec::new();
    let mut holders: BTreeMap<Key, BTreeSet<usize>> = BTreeMap::new();
    for (record, (account, contacts)) in records.iter().enumerate() {
        let known = people.len();
        let mut taken = BTreeSet::new();
        for contact in *contacts {
            let keys = order::set(keys_of(contact, phones).into_iter().filter(|key| !common.contains(key)));
            let fits = |index: &usize, key: &Key| {
                let person = people.get(*index).filter(|_| *index < known && !taken.contains(index));
                person.is_some_and(|person| {
                    !matches!(key, Key::Shared(_)) || names_agree(&person.contact, contact)
                })
            };
            let same = keys
                .iter()
                .flat_map(|key| holders.get(key).into_iter().flatten().map(move |index| (index, key)))
                .filter(|(index, key)| fits(index, key))
                .map(|(index, _)| *index)
                .min();
            let at = match same {
                Some(index) => {
                    taken.insert(index);
                    index
                }
                None => people.len(),
            };
            for key in &keys {
                holders.entry(key.clone()).or_default().insert(at);
            }
            match people.get_mut(at) {
                Some(person) => {
                    person.contact = absorb(&person.contact, contact, phones);
                    person.absorbed.push((record, contact.clone()));
                }
                None => people.push(UnitedContact::alone(record, contact, account, survivor)),
            }
        }
    }
    people
}

/// The keys that two contacts of one account share: they are nobody's.
fn common_keys(records: &[(&AccountId, &[Contact])], phones: &PhoneOptions<'_>) -> BTreeSet<Key> {
    let mut common: BTreeSet<Key> = BTreeSet::new();
    for (_, contacts) in records {
        let mut seen = BTreeSet::new();
        for contact in *contacts {
            common.extend(keys_of(contact, phones).into_iter().filter(|key| !seen.insert(key.clone())));
        }
    }
    common
}

impl UnitedContact {
    fn alone(from: usize, contact: &Contact, account: &AccountId, survivor: &AccountId) -> UnitedContact {
        let mut moved = contact.clone();
        // Whoever points at the account points at the survivor; a contact without an account stays so.
        if moved.account.as_ref() == Some(account) {
            moved.account = Some(survivor.clone());
        }
        UnitedContact { from, before: contact.clone(), contact: moved, absorbed: Vec::new() }
    }
}

fn names_agree(a: &Contact, b: &Contact) -> bool {
    let name = |contact: &Contact| contact.name.as_deref().map(|name| fold(name.trim())).unwrap_or_default();
    let (a, b) = (name(a), name(b));
    a.is_empty() || b.is_empty() || a == b
}

fn keys_of(contact: &Contact, phones: &PhoneOptions<'_>) -> BTreeSet<Key> {
    let mut keys = BTreeSet::new();
    if !contact.id.is_blank() {
        keys.insert(Key::Id(contact.id.to_string()));
    }
    for phone in contact.phones.iter().flat_map(|phone| read_phones(phone.as_str(), phones)) {
        let phone = phone.value;
        let Some(key) = phone.key() else { continue };
        if phone.kind() == PhoneKind::Mobile {
            keys.insert(Key::Personal(key.to_owned()));
        } else {
            let extension = phone.extension().unwrap_or_default();
            keys.insert(Key::Shared(format!("{key} {extension}")));
        }
    }
    let emails = contact.emails.iter().flat_map(|email| read_emails(email.as_str()));
    let emails = emails.filter_map(|email| email.value.ok());
    keys.extend(emails.map(|email| Key::Personal(email.key().to_owned())));
    keys.extend(wechat_ids(contact.wechat.as_ref()).map(|id| Key::Personal(format!("wechat {}", id.key()))));
    keys
}

/// The kept contact with what the other knows more: lists are united, blank fields filled.
fn absorb(kept: &Contact, other: &Contact, phones: &PhoneOptions<'_>) -> Contact {
    let ours = members_of(kept);
    let mut changes = BTreeMap::new();
    for (name, theirs) in members_of(other) {
        let value = match (ours.get(&name), theirs) {
            _ if name == "account" => continue,
            (Some(Value::List(ours)), Value::List(theirs)) => {
                let known = distinct(&name, ours.clone(), phones).len();
                let both = ours.iter().cloned().chain(theirs).collect();
                let all = distinct(&name, both, phones);
                if all.len() == known {
                    continue;
                }
                Value::List(all)
            }
            (Some(ours), theirs) if ours.is_blank() => theirs,
            (Some(_), _) => continue,
            (None, theirs) => theirs,
        };
        changes.insert(name, Some(value));
    }
    with_members(kept, &changes)
}

/// The fields in which two contacts of one person say different things, with both values.
pub(super) fn disagreements(
    kept: &Contact,
    other: &Contact,
    phones: &PhoneOptions<'_>,
) -> Vec<(String, Value, Value)> {
    let ours: Fields = members_of(kept);
    let differing = |(name, theirs): (String, Value)| {
        let ours = ours.get(&name)?;
        let apart = name != "account"
            && !matches!(ours, Value::List(_))
            && !ours.is_blank()
            && !theirs.is_blank()
            && !agree(&name, ours, &theirs, phones);
        apart.then(|| (name, ours.clone(), theirs))
    };
    members_of(other).into_iter().filter_map(differing).collect()
}
