//! Contact values in the field of another kind: many forms have one field for any contact.

use std::ops::Range;

use super::limits::read_text;
use crate::contact::{
    ContactValue, Email, Phone, PhoneKind, PhoneQuality, Wechat, called_wechats, is_qq_account, read_emails,
    read_wechats, without,
};
use crate::model::{EmailAddress, Lead, PhoneNumber};

/// Digits of a country's code.
const MAX_CODE: usize = 3;

/// A field for contact values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContactField {
    Phone,
    Email,
    Wechat,
}

impl ContactField {
    /// The field's name, as findings have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ContactField::Phone => "phone",
            ContactField::Email => "email",
            ContactField::Wechat => "wechat",
        }
    }

    /// One text of a lead's field.
    pub(super) fn text(self, lead: &Lead, index: usize) -> Option<&str> {
        match self {
            ContactField::Phone => lead.phones.get(index).map(PhoneNumber::as_str),
            ContactField::Email => lead.emails.get(index).map(EmailAddress::as_str),
            ContactField::Wechat => lead.wechat.as_ref().filter(|_| index == 0).map(|id| id.as_str()),
        }
    }
}

/// A value in the field of another kind.
#[derive(Debug)]
pub(crate) struct Misplaced {
    pub(crate) span: Range<usize>,
    pub(crate) value: FoundContact,
}

/// Its kind.
#[derive(Debug)]
pub(crate) enum FoundContact {
    Phone(Phone),
    Email(Email),
    Wechat(Wechat),
}

/// Whether a text can only hold values of its own kind, as most do.
pub(super) fn is_plain(field: ContactField, text: &str) -> bool {
    match field {
        ContactField::Phone => text.bytes().all(|byte| byte.is_ascii_digit() || b" -+()".contains(&byte)),
        ContactField::Email => {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte);
            text.contains('@') && text.bytes().all(fits)
        }
        ContactField::Wechat => Wechat::parse(text).is_ok(),
    }
}

/// The sound phone numbers, addresses and WeChat ids in a text that is not a contact field, as a name or a message, as far as a
/// contact field is read.
pub(super) fn written_in(text: &str, phones: &dyn Fn(&str) -> Vec<ContactValue<Phone>>) -> Vec<Misplaced> {
    let text = read_text(text);
    // Any word may be an id, also in a WeChat field: here one is that is called so.
    let mut found = misplaced_in(ContactField::Wechat, text, phones, &[]);
    let others: Vec<Range<usize>> = found.iter().map(|one| one.span.clone()).collect();
    wechats_in(ContactField::Phone, &without(text, &others), &others, &mut found);
    found
}

/// The sound values of other kinds in a text, outside the spans of its own, and those of its own kind that are left when the
/// others are taken out: `微信：lei_wang88、lei@x.cn`. What may be one thing or another is not reported: a wrong key is worse
/// than no key.
pub(super) fn misplaced_in(
    field: ContactField,
    text: &str,
    phones: &dyn Fn(&str) -> Vec<ContactValue<Phone>>,
    own: &[Range<usize>],
) -> Vec<Misplaced> {
    let mut found = Vec::new();
    let left = without(text, own);
    if field != ContactField::Email && left.contains(['@', '＠', '﹫']) {
        emails_in(field, &left, &mut found);
    }
    if field != ContactField::Phone {
        phones_in(field, &left, phones, &mut found);
    }
    if field != ContactField::Wechat {
        wechats_in(field, &left, own, &mut found);
    }
    if field == ContactField::Email && !found.is_empty() {
        let others: Vec<Range<usize>> = found.iter().map(|one| one.span.clone()).collect();
        emails_in(field, &without(&left, &others), &mut found);
    }
    found.retain(|one| !own.iter().any(|own| overlap(own, &one.span)));
    found
}

fn emails_in(field: ContactField, text: &str, found: &mut Vec<Misplaced>) {
    let start = if field == ContactField::Phone { picked_code(text) } else { 0 };
    for one in read_emails(text.get(start..).unwrap_or_default()) {
        if let Ok(email) = one.value {
            let span = start + one.span.start..start + one.span.end;
            found.push(Misplaced { span, value: FoundContact::Email(email) });
        }
    }
}

/// Bytes of the country code that a phone field has put before the typed text: `+86 lei@x.cn`, `+1john@x.com`.
fn picked_code(text: &str) -> usize {
    let Some(rest) = text.trim_start().strip_prefix('+') else { return 0 };
    let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_code = (1..=MAX_CODE).contains(&(rest.len() - behind.len()));
    let typed = behind.trim_start();
    let is_apart = typed.len() < behind.len() || typed.starts_with(|c: char| c.is_ascii_alphabetic());
    if is_code && is_apart { text.len() - typed.len() } else { 0 }
}

/// Digits alone may be an account, a price or a number without its area code: a whole phone number is none of these.
fn phones_in(
    field: ContactField,
    text: &str,
    phones: &dyn Fn(&str) -> Vec<ContactValue<Phone>>,
    found: &mut Vec<Misplaced>,
) {
    if !text.chars().any(char::is_numeric) || field == ContactField::Email && is_qq_account(text) {
        return;
    }
    for one in phones(text) {
        let written = text.get(one.span.clone()).unwrap_or_default();
        let is_dialled = written.starts_with(['+', '0', '(', '（', '＋', '０']);
        let is_whole = match one.value.quality() {
            PhoneQuality::Ok => match one.value.kind() {
                PhoneKind::Service => false,
                PhoneKind::Landline => is_dialled,
                _ => true,
            },
            PhoneQuality::UnknownCountry => is_dialled && !one.value.is_assumed(),
            _ => false,
        };
        if is_whole && one.value.key().is_some() {
            found.push(Misplaced { span: one.span, value: FoundContact::Phone(one.value) });
        }
    }
}

fn wechats_in(field: ContactField, text: &str, own: &[Range<usize>], found: &mut Vec<Misplaced>) {
    let found_here =
        |one: ContactValue<Wechat>| Misplaced { span: one.span, value: FoundContact::Wechat(one.value) };
    // The number of a mailbox without its domain, as people who have one at qq.com write it.
    if field == ContactField::Email && is_qq_account(text) {
        let ids = read_wechats(text).into_iter();
        let ids = ids.filter_map(|one| Some(ContactValue { span: one.span, value: one.value.ok()? }));
        found.extend(ids.map(found_here));
        return;
    }
    found.extend(called_wechats(text, own.is_empty()).into_iter().map(found_here));
}

pub(super) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
