//! What people write beside a value.

use std::ops::Range;

use super::email_field::read_emails;
use super::email_text::is_label;
use super::phone::PhoneOptions;
use super::phone_field::read_phones;
use super::phone_label::without_labels;
use crate::text::fold;

/// Signs between words: those within one (`O'Neil`, `Anna-Lena`) belong to it.
const DIVIDING: &[char] = &[
    '<', '>', '(', ')', '[', ']', '{', '}', '【', '】', '〔', '〕', ',', '、', ';', ':', '/', '|', '"', '“',
    '”',
];

/// The note beside the numbers of a phone field: `Anna Berg 13501928374`; blank without one.
pub(crate) fn phone_note(field: &str, options: &PhoneOptions<'_>) -> String {
    note(field, read_phones(field, options).into_iter().map(|one| one.span))
}

/// The note beside the addresses of an e-mail field: `Sam Hill <sam@x.cn>`; blank without one.
pub(crate) fn email_note(field: &str) -> String {
    note(field, read_emails(field).into_iter().map(|one| one.span))
}

/// The words of a field outside its values, given in order, folded. Labels such as `Tel.`, `手机` and `mailto:` are none, and
/// neither are digits alone.
pub(crate) fn note(field: &str, values: impl IntoIterator<Item = Range<usize>>) -> String {
    let (mut beside, mut from) = (String::new(), 0);
    for span in values {
        beside.push_str(field.get(from..span.start).unwrap_or_default());
        beside.push(' ');
        from = span.end.max(from);
    }
    beside.push_str(field.get(from..).unwrap_or_default());
    let folded = fold(&beside);
    let words = folded.split(|c: char| c.is_whitespace() || DIVIDING.contains(&c));
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let says = |word: &&str| {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        !is_number && !is_label(word) && !without_labels(word).is_empty()
    };
    words.filter(says).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_what_neither_a_value_nor_a_label_says() {
        for (field, expected) in [
            ("Sam Hill <pa.team@brontak.com>", "sam hill"),
            ("\"O'Neil, Pat\" <pat@brontak.com>", "o'neil pat"),
            ("mailto:pat@brontak.com", ""),
            ("E-Mail: pat@brontak.com (office)", ""),
            ("pat@brontak.com", ""),
            ("", ""),
        ] {
            assert_eq!(email_note(field), expected, "{field}");
        }
        for (field, expected) in [
            ("Anna Berg 13501928374", "anna berg"),
            ("13501928374（王小明）", "王小明"),
            ("Tel. +86 135-0192-8374", ""),
            ("手机：13501928374", ""),
            ("手机号 13501928374 微信同号", ""),
            ("13501928374 (9点后)", "9点后"),
            ("Mobile 13501928374, Bo", "bo"),
            ("13501928374", ""),
        ] {
            assert_eq!(phone_note(field, &PhoneOptions::default()), expected, "{field}");
        }
    }
}
