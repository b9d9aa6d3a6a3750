//! The form in which two writings of one field are the same.

use std::ops::Range;

use super::email_field::read_emails;
use super::phone::{Phone, PhoneOptions};
use super::phone_field::read_phones;
use super::value::without;
use super::wechat_called::called_wechats;
use super::wechat_field::read_wechats;

/// The values of a phone field, extensions included, however it is written; `None` when one of its numbers has no key.
pub(crate) fn phone_keys(field: &str, options: &PhoneOptions<'_>) -> Option<String> {
    let own = read_phones(field, options);
    let spans: Vec<Range<usize>> = own.iter().map(|one| one.span.clone()).collect();
    let mut keys = own.iter().map(|found| key_of(&found.value)).collect::<Option<Vec<_>>>()?;
    if has_letters(field) {
        let left = without(field, &spans);
        keys.extend(emails_in(&left));
        keys.extend(wechats_in(&left, spans.is_empty()));
    }
    joined(keys)
}

/// The values of an e-mail field, however it is written; `None` when one of them is not an address.
pub(crate) fn email_keys(field: &str) -> Option<String> {
    let own = read_emails(field);
    let spans: Vec<Range<usize>> = own.iter().map(|one| one.span.clone()).collect();
    let keys = own.into_iter().map(|found| found.value.ok().map(|email| email.key().to_owned()));
    let mut keys = keys.collect::<Option<Vec<_>>>()?;
    if spans.len() != 1 || spans.first().is_some_and(|span| span.len() < field.trim().len()) {
        let left = without(field, &spans);
        keys.extend(phones_in(&left));
        keys.extend(wechats_in(&left, spans.is_empty()));
    }
    joined(keys)
}

/// The values of a WeChat field, however it is written; `None` when it holds no id.
pub(crate) fn wechat_keys(field: &str) -> Option<String> {
    let own: Vec<_> = read_wechats(field).into_iter().filter(|one| one.value.is_ok()).collect();
    let spans: Vec<Range<usize>> = own.iter().map(|one| one.span.clone()).collect();
    let mut keys: Vec<String> =
        own.into_iter().filter_map(|one| one.value.ok()).map(|id| id.key().to_owned()).collect();
    if keys.is_empty() {
        return None;
    }
    let left = without(field, &spans);
    keys.extend(emails_in(&left));
    keys.extend(phones_in(&left));
    joined(keys)
}

fn key_of(phone: &Phone) -> Option<String> {
    let extension = phone.extension().map(|digits| format!(" {digits}")).unwrap_or_default();
    phone.key().map(|key| format!("{key}{extension}"))
}

fn has_letters(field: &str) -> bool {
    field.chars().any(char::is_alphabetic)
}

/// The addresses in what a field of another kind holds besides its own values.
fn emails_in(left: &str) -> Vec<String> {
    let found = if left.contains(['@', '＠', '﹫']) { read_emails(left) } else { Vec::new() };
    found.into_iter().filter_map(|one| one.value.ok()).map(|email| email.key().to_owned()).collect()
}

/// The whole numbers there.
fn phones_in(left: &str) -> Vec<String> {
    read_phones(left, &PhoneOptions::default()).iter().filter_map(|one| key_of(&one.value)).collect()
}

/// The ids that are called so there.
fn wechats_in(left: &str, is_alone: bool) -> Vec<String> {
    called_wechats(left, is_alone).into_iter().map(|one| one.value.key().to_owned()).collect()
}

fn joined(mut keys: Vec<String>) -> Option<String> {
    keys.sort();
    keys.dedup();
    (!keys.is_empty()).then(|| keys.join(","))
}
