//! Names of nobody: what shops and messengers call people who gave no name.

use super::fake::fake_name;
use super::no_id::{is_word_for_nobody, says_nothing};
use crate::text::fold;

/// What shops and messengers call somebody who gave no name, folded.
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

/// Whether a name tells nobody from anybody: a word for none, or what everybody is called who gave no name. Many people have it.
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
