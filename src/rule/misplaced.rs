//! Contact values in the field of another kind: many forms have one field for any contact.

use std::ops::Range;

use super::limits::read_text;
use crate::contact::{
    ContactValue, Email, Phone, PhoneKind, PhoneQuality, Wechat, WechatKind, read_emails, read_wechats,
};
use crate::model::{EmailAddress, Lead, PhoneNumber};
use crate::text::{fold, is_common_word};

/// Words by which people mark a WeChat id among other texts, folded.
const WECHAT_WORDS: [&str; 10] = ["微信", "薇信", "威信", "维信", "weixin", "wechat", "vx", "wx", "v信", "v"];
/// The same for a QQ number.
const QQ_WORDS: [&str; 3] = ["qq", "企鹅", "扣扣"];
/// What may separate such a word from the id.
const BETWEEN: [&str; 7] = ["号码", "号", "hao", "id", "是", "is", "为"];
/// Number of digits of long-standing QQ accounts.
const QQ_DIGITS: std::ops::RangeInclusive<usize> = 9..=10;
/// Fewest letters of a word that tells a remark from an account: initials are no words.
const MIN_WORD: usize = 3;
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

/// The sound phone numbers and addresses in a text that is not a contact field, as a name or a message, as far as a contact
/// field is read.
pub(super) fn written_in(text: &str, phones: &dyn Fn(&str) -> Vec<ContactValue<Phone>>) -> Vec<Misplaced> {
    // Any word may be an id, also in a WeChat field: there only numbers and addresses are sought.
    misplaced_in(ContactField::Wechat, read_text(text), phones, &[])
}

/// The sound values of other kinds in a text, outside the spans of its own. What may be one thing or another is not
/// reported: a wrong key is worse than no key.
pub(super) fn misplaced_in(
    field: ContactField,
    text: &str,
    phones: &dyn Fn(&str) -> Vec<ContactValue<Phone>>,
    own: &[Range<usize>],
) -> Vec<Misplaced> {
    let mut found = Vec::new();
    if field != ContactField::Email && text.contains(['@', '＠', '﹫']) {
        emails_in(field, text, &mut found);
    }
    if field != ContactField::Phone {
        phones_in(field, text, phones, &mut found);
    }
    if field != ContactField::Wechat {
        wechats_in(field, text, own, &mut found);
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
    if !text.chars().any(char::is_numeric) || field == ContactField::Email && is_account(text) {
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

/// Whether a text is the number of a mailbox without its domain, as people who have one at qq.com write it.
fn is_account(text: &str) -> bool {
    let text = text.trim();
    QQ_DIGITS.contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Most words may be an id: one is accepted if it is labelled so, or, next to a value of the field's kind, if it is not a
/// word.
fn wechats_in(field: ContactField, text: &str, own: &[Range<usize>], found: &mut Vec<Misplaced>) {
    if field == ContactField::Email && is_account(text) {
        let ids = read_wechats(text).into_iter();
        found.extend(ids.filter_map(|one| {
            Some(Misplaced { span: one.span, value: FoundContact::Wechat(one.value.ok()?) })
        }));
        return;
    }
    let folded = fold(text);
    let names = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    if !names(&WECHAT_WORDS) && !names(&QQ_WORDS) {
        return;
    }
    for one in read_wechats(text) {
        let Ok(id) = one.value else { continue };
        let before = text.get(..one.span.start).unwrap_or_default();
        let behind = text.get(one.span.end..).unwrap_or_default();
        let is_called = match id.kind() {
            WechatKind::Id | WechatKind::System => {
                // `qq2026718843`
                may_be_id(id.key(), is_led(before), own.is_empty())
                    && (is_called(before, behind, &WECHAT_WORDS) || is_qq_id(id.key()))
            }
            WechatKind::Qq => is_called(before, behind, &QQ_WORDS),
            _ => false,
        };
        if is_called {
            found.push(Misplaced { span: one.span, value: FoundContact::Wechat(id) });
        }
    }
}

/// Whether what is called an account can be one. Letters alone need a sign before them, and no other value beside them. Beside
/// another value words are a remark, with or without a number of their own: `wechat text-only`, `微信 room_302`.
fn may_be_id(key: &str, is_led: bool, is_alone: bool) -> bool {
    let is_letters = key.bytes().all(|byte| byte.is_ascii_alphabetic());
    let has_digit = key.bytes().any(|byte| byte.is_ascii_digit());
    if is_alone {
        return !is_letters || is_led;
    }
    let mut words = key.split(|c: char| !c.is_ascii_alphabetic());
    let holds_word = words.any(|word| word.len() >= MIN_WORD && is_common_word(word));
    let is_counted = key.split(['-', '_']).any(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    match holds_word {
        true => has_digit && !is_counted,
        false => has_digit || is_led && !is_letters,
    }
}

/// Whether a sign or a word for one leads to what follows: `微信：`, `微信号`, `WeChat ID`.
fn is_led(before: &str) -> bool {
    let label = fold(before);
    let label = label.trim_end();
    label.ends_with([':', '=']) || ["号", "是", "id"].iter().any(|word| label.ends_with(word))
}

fn is_qq_id(key: &str) -> bool {
    key.strip_prefix("qq").is_some_and(is_account)
}

/// Whether one of the words is right before a value, or right behind it.
fn is_called(before: &str, behind: &str, words: &[&str]) -> bool {
    let before = fold(before);
    let mut label = before.trim_end_matches(is_sign);
    while let Some(shorter) = BETWEEN.iter().find_map(|word| label.strip_suffix(word)) {
        label = shorter.trim_end_matches(is_sign);
    }
    let ends_with = |word: &&str| {
        let head = label.strip_suffix(*word);
        head.is_some_and(|head| !word.is_ascii() || !head.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let behind = fold(behind);
    let note = behind.trim_start_matches(is_sign);
    // `13927461853 lei_wang88 微信同号`: the number is the account.
    let begins_with = |word: &&str| {
        let tail = note.strip_prefix(*word).map(|tail| tail.trim_start_matches("号"));
        word.len() > 1 && tail.is_some_and(|tail| tail.trim_start_matches(is_sign).is_empty())
    };
    words.iter().any(|word| ends_with(word) || begins_with(word))
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && c != '_'
}

pub(super) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_beside_a_number_is_no_account() {
        for (key, is_led, is_alone, expected) in [
            ("lei_wang88", false, false, true),
            ("leiwang88", false, false, true),
            ("lei_wang", true, false, true),
            ("sunshine88", false, false, true),
            ("bad_guy88", false, false, true),
            ("zhangsan", true, true, true),
            ("lei_wang", false, true, true),
            ("text-only", false, false, false),
            ("text-only", true, false, false),
            ("after_6pm", true, false, false),
            ("room_302", false, false, false),
            ("floor-12", false, false, false),
            ("call-me", false, false, false),
            ("same_number", true, false, false),
            ("preferred", false, true, false),
        ] {
            assert_eq!(may_be_id(key, is_led, is_alone), expected, "{key} {is_led} {is_alone}");
        }
    }
}
