//! Keys by which an anonymous touch identifies a lead or a contact.

use crate::contact::{read_emails, read_wechats, wechat_ids};
use crate::model::{Contact, EmailAddress, Lead, WechatId};

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
    // With several addresses it is not clear which is meant.
    found.next().is_none().then(|| email.person_key().into_owned())
}

/// Whether a key of this name, other than a click id, belongs to one person.
fn is_person(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with("openid") || name.ends_with("unionid")
}

/// The keys that leads and contacts have in common: addresses and WeChat ids.
fn person_keys<'a>(
    emails: &'a [EmailAddress],
    wechat: Option<&'a WechatId>,
) -> impl Iterator<Item = (String, String)> + 'a {
    let found = emails.iter().flat_map(|mail| read_emails(mail.as_str()));
    let emails = found.filter_map(|one| one.value.ok());
    let emails = emails.map(|email| ("email".to_owned(), email.person_key().into_owned()));
    emails.chain(wechat_ids(wechat).map(|id| ("wechat".to_owned(), id.key().to_owned())))
}

/// Whether a key of a [folded](person_key) name is a click id, which names one visit and not a person.
pub(super) fn is_click(name: &str) -> bool {
    !matches!(name, "email" | "wechat" | "openid" | "unionid")
}

/// The keys of a lead.
pub(super) fn keys_of(lead: &Lead) -> impl Iterator<Item = (String, String)> {
    let named = lead.click_ids.iter().chain(lead.external_ids.iter().filter(|(name, _)| is_person(name)));
    let others = lead.other_ids.iter().filter(|(name, _)| is_person(name) || name.as_str() == "wechat");
    let others = others.flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    let named = named.chain(others).filter_map(|(name, value)| person_key(name, value));
    named.chain(person_keys(&lead.emails, lead.wechat.as_ref()))
}

/// The keys of a contact.
pub(super) fn keys_of_contact(contact: &Contact) -> impl Iterator<Item = (String, String)> {
    person_keys(&contact.emails, contact.wechat.as_ref())
}
