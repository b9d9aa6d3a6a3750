//! Whose a key is: what leads and contacts are known by, as an anonymous touch names it.

use std::collections::BTreeMap;

use crate::contact::{Email, Wechat, read_emails};
use crate::model::{Contact, EmailAddress, Lead, RecordRef, WechatId};

/// A key of a person as two records share it: the name folded, the value as it is compared.
pub(super) fn person_key(name: &str, value: &str) -> Option<(String, String)> {
    let (name, value) = (name.trim().to_lowercase(), value.trim());
    if value.is_empty() {
        return None;
    }
    if name == "email" || name == "mail" {
        return mail_key(value).map(|value| ("email".to_owned(), value));
    }
    if name == "wechat" || name == "wechat_id" {
        return Wechat::parse(value).ok().map(|id| ("wechat".to_owned(), id.key().to_owned()));
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
    emails.chain(wechat.and_then(|id| person_key("wechat", id.as_str())))
}

/// Which lead or contact has a key: of several leads the one created first, a contact when no lead has it, of several
/// contacts the one with the lowest id.
pub(super) fn keys(leads: &[Lead], mut contacts: Vec<&Contact>) -> BTreeMap<(String, String), RecordRef> {
    let mut leads: Vec<&Lead> = leads.iter().collect();
    leads.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    let mut keys = BTreeMap::new();
    for one in leads {
        let named = one.click_ids.iter().chain(one.external_ids.iter().filter(|(name, _)| is_person(name)));
        let named = named.filter_map(|(name, value)| person_key(name, value));
        for key in named.chain(person_keys(&one.emails, one.wechat.as_ref())) {
            keys.entry(key).or_insert_with(|| RecordRef::Lead(one.id.clone()));
        }
    }
    contacts.sort_by(|a, b| a.id.cmp(&b.id));
    for one in contacts {
        for key in person_keys(&one.emails, one.wechat.as_ref()) {
            keys.entry(key).or_insert_with(|| RecordRef::Contact(one.id.clone()));
        }
    }
    keys
}
