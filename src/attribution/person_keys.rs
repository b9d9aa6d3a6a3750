//! Whose a key is: what leads and contacts are known by, as an anonymous touch names it.

use std::collections::{BTreeMap, BTreeSet};

use crate::contact::{Email, read_emails, read_wechats, wechat_ids};
use crate::model::{Contact, EmailAddress, Lead, RecordRef, Touch, WechatId};

/// A key of a person as two records share it: the name folded, the value as it is compared.
fn person_key(name: &str, value: &str) -> Option<(String, String)> {
    let (name, value) = (name.trim().to_lowercase(), value.trim());
    if value.is_empty() {
        return None;
    }
    if name == "email" || name == "mail" {
        return mail_key(value).map(|value| ("email".to_owned(), value));
    }
    if name == "wechat" || name == "wechat_id" {
        let mut found = read_wechats(value).into_iter();
        let id = found.next()?.value.ok()?;
        return found.next().is_none().then(|| ("wechat".to_owned(), id.key().to_owned()));
    }
    // `wechat_openid` and `openid` name the same thing.
    let name = ["openid", "unionid"]
        .into_iter()
        .find(|suffix| name.ends_with(suffix))
        .map_or(name.clone(), str::to_owned);
    Some((name, value.to_owned()))
}

/// One key for the ways a person writes one address: without a `+tag`, and without dots where the provider ignores them.
fn mail_key(value: &str) -> Option<String> {
    let mut found = read_emails(value).into_iter();
    let email = found.next()?.value.ok()?;
    // Of several addresses none is meant.
    found.next().is_none().then(|| key_of(&email))
}

fn key_of(email: &Email) -> String {
    let (local, domain) = (email.local(), email.domain());
    let local = local.split('+').next().filter(|local| !local.is_empty()).unwrap_or(local);
    if matches!(domain, "gmail.com" | "googlemail.com") {
        return format!("{}@gmail.com", local.replace('.', ""));
    }
    format!("{local}@{domain}")
}

/// Whether a key of this name, other than a click id, belongs to one person.
fn is_person(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with("openid") || name.ends_with("unionid")
}

/// What a lead and a contact have alike: their addresses and their WeChat id.
fn person_keys<'a>(
    emails: &'a [EmailAddress],
    wechat: Option<&'a WechatId>,
) -> impl Iterator<Item = (String, String)> + 'a {
    let found = emails.iter().flat_map(|mail| read_emails(mail.as_str()));
    let emails = found.filter_map(|one| one.value.ok()).map(|email| ("email".to_owned(), key_of(&email)));
    emails.chain(wechat_ids(wechat).map(|id| ("wechat".to_owned(), id.key().to_owned())))
}

/// Whose each key is.
#[derive(Debug, Default)]
pub(super) struct PersonKeys(BTreeMap<(String, String), Owned>);

/// A key, its number, and the record it belongs to with the record's place: leads by creation, then contacts by id.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) number: usize,
    pub(super) rank: usize,
    pub(super) owner: RecordRef,
}

impl PersonKeys {
    /// What is known of a key.
    pub(super) fn get(&self, name: &str, value: &str) -> Option<&Owned> {
        self.0.get(&person_key(name, value)?)
    }

    /// The numbers of the keys of a lead.
    pub(super) fn of_lead(&self, lead: &Lead) -> BTreeSet<usize> {
        keys_of(lead).filter_map(|key| Some(self.0.get(&key)?.number)).collect()
    }

    fn add(&mut self, key: (String, String), rank: usize, owner: &RecordRef) {
        let number = self.0.len();
        self.0.entry(key).or_insert_with(|| Owned { number, rank, owner: owner.clone() });
    }
}

/// The keys of a lead.
fn keys_of(lead: &Lead) -> impl Iterator<Item = (String, String)> {
    let named = lead.click_ids.iter().chain(lead.external_ids.iter().filter(|(name, _)| is_person(name)));
    let others = lead.other_ids.iter().filter(|(name, _)| is_person(name) || name.as_str() == "wechat");
    let others = others.flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    let named = named.chain(others).filter_map(|(name, value)| person_key(name, value));
    named.chain(person_keys(&lead.emails, lead.wechat.as_ref()))
}

/// Which leads and contacts have a key: of several leads it belongs to the one created first, to a contact when no lead
/// has it, of several contacts to the one with the lowest id. A record with a blank id owns none.
pub(super) fn keys(leads: &[Lead], mut contacts: Vec<&Contact>) -> PersonKeys {
    let mut leads: Vec<&Lead> = leads.iter().collect();
    leads.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    let mut keys = PersonKeys::default();
    let first_contact = leads.len();
    for (rank, one) in leads.into_iter().enumerate().filter(|(_, one)| !one.id.is_blank()) {
        let record = RecordRef::Lead(one.id.clone());
        keys_of(one).for_each(|key| keys.add(key, rank, &record));
    }
    contacts.sort_by(|a, b| a.id.cmp(&b.id));
    for (rank, one) in (first_contact..).zip(contacts).filter(|(_, one)| !one.id.is_blank()) {
        let record = RecordRef::Contact(one.id.clone());
        person_keys(&one.emails, one.wechat.as_ref()).for_each(|key| keys.add(key, rank, &record));
    }
    keys
}

/// Whether a touch is of one of some leads: it names one, or has a key of one, as
/// [`Attribution::journeys`](super::Attribution::journeys) reads keys. For whoever must let go of a person's touches.
/// O(leads + touches), logarithms aside.
///
/// ```
/// use leadkit::attribution::touches_of;
/// use leadkit::model::{Lead, Touch};
///
/// let ann = Lead { id: "L1".into(), emails: vec!["Ann@quellmark.de".into()], ..Lead::default() };
/// let opened = Touch { keys: [("email".to_owned(), "ann+news@quellmark.de".to_owned())].into(), ..Touch::default() };
/// let called = Touch { lead: "L2".into(), ..Touch::default() };
/// let visited = Touch::default();
/// assert_eq!(touches_of([&Lead::default()], &[visited]), [false], "a blank id is nobody's");
/// assert_eq!(touches_of([&ann], &[opened, called]), [true, false]);
/// ```
#[must_use]
pub fn touches_of<'a>(leads: impl IntoIterator<Item = &'a Lead>, touches: &[Touch]) -> Vec<bool> {
    let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for lead in leads {
        ids.extend(Some(&lead.id).filter(|id| !id.is_blank()));
        keys.extend(keys_of(lead));
    }
    let has_key = |touch: &Touch| {
        touch.keys.iter().any(|(name, value)| person_key(name, value).is_some_and(|key| keys.contains(&key)))
    };
    touches.iter().map(|touch| ids.contains(&touch.lead) || has_key(touch)).collect()
}
