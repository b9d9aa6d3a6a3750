//! WeChat ids in texts of another kind: one is read where a word says that it is one.

use super::value::ContactValue;
use super::wechat::{Wechat, WechatKind};
use super::wechat_field::read_wechats;
use super::wechat_words::{BETWEEN, NAMES, is_remark};
use crate::text::fold;

/// Words by which people mark a QQ number.
const QQ_NAMES: [&str; 3] = ["qq", "企鹅", "扣扣"];
/// Number of digits of long-standing QQ accounts.
const QQ_DIGITS: std::ops::RangeInclusive<usize> = 9..=10;

/// The ids of a text that is no WeChat field, beside other values or alone. Most words may be an id: one is accepted if it is
/// labelled so, and, beside a value of another kind, if it is not a word.
pub(crate) fn called_wechats(text: &str, is_alone: bool) -> Vec<ContactValue<Wechat>> {
    let folded = fold(text);
    if !NAMES.iter().chain(&QQ_NAMES).any(|word| folded.contains(word)) {
        return Vec::new();
    }
    let is_called = |one: &ContactValue<Wechat>| {
        let before = text.get(..one.span.start).unwrap_or_default();
        let behind = text.get(one.span.end..).unwrap_or_default();
        match one.value.kind() {
            WechatKind::Id | WechatKind::System => {
                // `qq2026718843`
                may_be_id(one.value.key(), is_led(before), is_alone)
                    && (is_called(before, behind, &NAMES) || is_qq_id(one.value.key()))
            }
            WechatKind::Qq => is_called(before, behind, &QQ_NAMES),
            WechatKind::Phone => false,
        }
    };
    let read = read_wechats(text).into_iter();
    let read = read.filter_map(|one| Some(ContactValue { span: one.span, value: one.value.ok()? }));
    read.filter(is_called).collect()
}

/// Whether a text is the number of a QQ account, which people write for a mailbox at qq.com too.
pub(crate) fn is_qq_account(text: &str) -> bool {
    let text = text.trim();
    QQ_DIGITS.contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether what is called an account can be one. Letters alone need a sign before them, and no other value beside them. Beside
/// another value words are a remark, with or without a number of their own: `wechat text-only`, `微信 room_302`.
fn may_be_id(key: &str, is_led: bool, is_alone: bool) -> bool {
    let is_letters = key.bytes().all(|byte| byte.is_ascii_alphabetic());
    let has_digit = key.bytes().any(|byte| byte.is_ascii_digit());
    if is_alone {
        return !is_letters || is_led;
    }
    let holds_word = key.split(|c: char| !c.is_ascii_alphabetic()).any(is_remark);
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
    key.strip_prefix("qq").is_some_and(is_qq_account)
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
