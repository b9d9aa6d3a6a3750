//! Names that identify nobody: what shops and messengers call people who gave no name.

use super::fake::fake_name;
use super::no_id::{is_word_for_nobody, says_nothing};
use crate::text::fold;

/// Names that shops and messengers give to people without a name, folded.
const NICKNAMES: [&str; 18] = [
    "client",
    "customer",
    "new user",
    "user",
    "visitor",
    "wechat user",
    "weixin user",
    "匿名用户",
    "客户",
    "客人",
    "微信用户",
    "新用户",
    "游客用户",
    "用户",
    "网友",
    "访客",
    "顾客",
    "潜在客户",
];

/// Whether a name identifies nobody: a word for none, or a name given to everybody who left the field empty.
pub(crate) fn names_nobody(name: &str) -> bool {
    let word = fold(name.trim());
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
    let is_placeholder = || fake_name(name).is_some_and(|found| found.code() == "placeholder");
    // `Unknown Unknown`: a form with two fields.
    let says_none = |word: &str| says_nothing(word) || is_word_for_nobody(word);
    let is_blank =
        || name.split_whitespace().all(|word| says_none(word) || NICKNAMES.contains(&&*fold(word)));
    says_none(name) || NICKNAMES.contains(&bare) || is_placeholder() || is_blank()
}
