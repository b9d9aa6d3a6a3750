//! Names of nobody: what shops and messengers call people who gave no name.

use super::super::fake::fake_name;
use super::id::{is_word_for_nobody, says_nothing};
use super::words::is_nickname;
use crate::text::fold;

/// Whether a name distinguishes nobody: a word for none, or a default name that systems give to people without one.
/// Many people have such a name.
pub(crate) fn names_nobody(name: &str) -> bool {
    let word = fold(name.trim());
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
    let is_placeholder = || fake_name(name).is_some_and(|found| found.code() == "placeholder");
    // `Unknown Unknown`: a form with two fields.
    let says_none = |word: &str| says_nothing(word) || is_word_for_nobody(word);
    let is_blank = || name.split_whitespace().all(|word| says_none(word) || is_nickname(&fold(word)));
    says_none(name) || is_nickname(bare) || is_placeholder() || is_blank()
}
