//! Values that identify nothing: what people and programs write when they have no identifier. Records are not
//! compared by them.

use super::super::no_value::has_no_value;
use super::words::{NAMELESS, PRINTED, is_no_id, is_trial};
use crate::text::fold;

/// What templates put around a value that nobody filled in.
const UNFILLED: [(&str, &str); 6] =
    [("{{", "}}"), ("${", "}"), ("{", "}"), ("%%", "%%"), ("[", "]"), ("<", ">")];
/// Answers to a yes/no question, which in other fields mean that there is no value.
const ANSWERS: [&str; 3] = ["0", "empty", "no"];
/// Most bytes of a word as somebody writes it. None of the lists has more than a quarter of that, and no character takes
/// more than four times the bytes of the letter that it is folded to.
const MAX_WORD: usize = 80;

/// Whether an identifier names nothing: a word for none, zeros, signs, a template that was not filled in. Records that
/// share it are not merged for that reason: a wrong key is worse than none.
pub(crate) fn names_nothing(id: &str) -> bool {
    is_none(id) || is_word_for_nobody(id)
}

/// Whether a word means nobody, as an identifier or a name.
pub(super) fn is_word_for_nobody(word: &str) -> bool {
    word_of(word).is_some_and(|folded| {
        let word = folded.trim_matches(is_sign);
        is_no_id(word) || is_trial(word)
    })
}

/// A text that is short enough to be a word, folded. A long one is not folded: that takes longer than all else that is
/// done with most fields.
fn word_of(text: &str) -> Option<String> {
    let is_around = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
    let bare = text.trim_matches(is_around);
    (bare.len() <= MAX_WORD).then(|| fold(bare))
}

/// The same as [`names_nothing`] for a field by which two records are compared: there `false`, `0` and `default` are
/// values like others.
pub(crate) fn says_nothing(text: &str) -> bool {
    is_none(text) && !is_one_of(&ANSWERS, text)
}

/// Whether a text is what a template shows where nobody filled in a value.
pub(super) fn is_unfilled(text: &str) -> bool {
    UNFILLED.iter().any(|(open, close)| text.starts_with(open) && text.ends_with(close))
}

fn is_none(text: &str) -> bool {
    let text = text.trim();
    let is_zero = || text.chars().all(|c| c == '0' || c == '０' || is_sign(c));
    is_zero()
        || is_unfilled(text)
        || has_no_value(text)
        || is_one_of(&NAMELESS, text)
        || is_one_of(&[PRINTED], text)
}

/// Whether the text is one of some words, without the signs around it.
fn is_one_of(words: &[&str], text: &str) -> bool {
    word_of(text).is_some_and(|folded| words.contains(&folded.trim_matches(is_sign)))
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::super::words::{NO_ID, TRIALS};
    use super::*;

    #[test]
    fn words_for_none_name_nothing() {
        for id in [
            "",
            " ",
            "0",
            "000000000000000000",
            "0000-0000",
            "-",
            "--",
            "/",
            "null",
            "NULL",
            "nil",
            "None",
            "undefined",
            "NaN",
            "N/A",
            "n.a.",
            "anonymous",
            "Guest",
            "unknown",
            "default",
            "test",
            "true",
            "[object Object]",
            "{{openid}}",
            "${openid}",
            "%%id%%",
            "<openid>",
            "无",
            "空",
            "未知",
            "暂无",
            "没有",
            "保密",
            "匿名",
            "测试",
            "ＮＵＬＬ",
        ] {
            assert!(names_nothing(id), "{id}");
        }
        for id in ["o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "91110108MA01ABCD2X", "100", "x", "null-1", "李无"] {
            assert!(!names_nothing(id), "{id}");
        }
    }

    #[test]
    fn no_word_is_longer_than_what_is_folded() {
        let words = ANSWERS.into_iter().chain(NAMELESS).chain([PRINTED]).chain(NO_ID).chain(TRIALS);
        let longest = words.map(str::len).max().unwrap();
        assert!(4 * longest <= MAX_WORD, "{longest}");
        assert!(names_nothing(&format!("{}anonymous{}", "-".repeat(500), "*".repeat(500))));
        assert!(!names_nothing(&"ﷺ".repeat(1_000)));
    }

    #[test]
    fn what_is_no_identifier_may_be_a_value() {
        let words =
            ["false", "True", "0", "No", "test", "guest", "Missing", "default", "empty", "object", "测试"];
        for text in words {
            assert!(names_nothing(text) && !says_nothing(text), "{text}");
        }
        for text in ["暂无", "000", "unknown", "匿名", "[object Object]", "{{tier}}", "n/a", "-"] {
            assert!(says_nothing(text), "{text}");
        }
    }
}
