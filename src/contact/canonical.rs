//! The form in which two writings of one field are the same.

use std::ops::Range;

use super::email_field::read_emails;
use super::phone::{Phone, PhoneOptions};
use super::phone_field::read_phones;
use super::wechat_called::called_wechats;
use super::wechat_field::read_wechats;

/// The values of a phone field, extensions included, however it is written; `None` when one of its numbers has no key.
pub(crate) fn phone_keys(field: &str, options: &PhoneOptions<'_>) -> Option<String> {
    let own = read_phones(field, options);
    let spans: Vec<Range<usize>> = own.iter().map(|one| one.span.clone()).collect();
    let mut keys = own.iter().map(|found| key_of(&found.value)).collect::<Option<Vec<_>>>()?;
    if has_letters(field) {
        keys.extend(emails_in(field));
        keys.extend(wechats_in(field, &spans));
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
        keys.extend(phones_in(field, &spans));
        keys.extend(wechats_in(field, &spans));
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
    keys.extend(emails_in(field));
    keys.extend(phones_in(field, &spans));
    joined(keys)
}

fn key_of(phone: &Phone) -> Option<String> {
    let extension = phone.extension().map(|digits| format!(" {digits}")).unwrap_or_default();
    phone.key().map(|key| format!("{key}{extension}"))
}

fn has_letters(field: &str) -> bool {
    field.chars().any(char::is_alphabetic)
}

/// The addresses in a field of another kind: a field that holds one says more than one that does not.
fn emails_in(field: &str) -> Vec<String> {
    let found = if field.contains(['@', '＠', '﹫']) { read_emails(field) } else { Vec::new() };
    found.into_iter().filter_map(|one| one.value.ok()).map(|email| email.key().to_owned()).collect()
}

/// The whole numbers in a field of another kind, outside its own values.
fn phones_in(field: &str, own: &[Range<usize>]) -> Vec<String> {
    let found = read_phones(field, &PhoneOptions::default()).into_iter();
    let others = found.filter(|one| one.value.key().is_some() && is_outside(&one.span, own));
    others.filter_map(|one| key_of(&one.value)).collect()
}

/// The ids that are called so in a field of another kind, outside its own values.
fn wechats_in(field: &str, own: &[Range<usize>]) -> Vec<String> {
    let found = called_wechats(field, own.is_empty()).into_iter();
    found.filter(|one| is_outside(&one.span, own)).map(|one| one.value.key().to_owned()).collect()
}

fn is_outside(span: &Range<usize>, others: &[Range<usize>]) -> bool {
    others.iter().all(|other| span.end <= other.start || other.end <= span.start)
}

fn joined(mut keys: Vec<String>) -> Option<String> {
    keys.sort();
    keys.dedup();
    (!keys.is_empty()).then(|| keys.join(","))
}
