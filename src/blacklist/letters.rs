//! Letters and digits of folded texts, for comparisons in which signs and blanks make no difference.

use smallvec::SmallVec;

use crate::text::{fold_into, is_ideograph};

/// Bytes of a text that are read: beyond it only the length counts.
pub(super) const MAX_TEXT: usize = 8_192;

/// Letters and digits. Ideographs, which most are, are recognised without the table of all letters.
fn stays(c: char) -> bool {
    is_ideograph(c) || c.is_alphanumeric()
}

/// Most letters and digits of a word that a text is compared with.
const FEW: usize = 16;

/// The letters and digits of a folded text, when they are no more than a word has.
pub(super) struct FewLetters(Option<SmallVec<[char; FEW]>>);

impl FewLetters {
    pub(super) fn of(folded: &str) -> FewLetters {
        let letters: SmallVec<[char; FEW]> = folded.chars().filter(|c| stays(*c)).take(FEW + 1).collect();
        FewLetters(Some(letters).filter(|letters| letters.len() <= FEW))
    }

    /// Whether they are one of some words.
    pub(super) fn is_one_of(&self, words: &[&str]) -> bool {
        self.0
            .as_ref()
            .is_some_and(|letters| words.iter().any(|word| word.chars().eq(letters.iter().copied())))
    }
}

/// Appends the letters and digits of a folded text, and says how many bytes they are.
pub(super) fn push_letters(folded: &str, out: &mut String) -> usize {
    let start = out.len();
    let mut rest = folded;
    while !rest.is_empty() {
        let (letters, behind) = rest.split_at_checked(letters_len(rest)).unwrap_or((rest, ""));
        out.push_str(letters);
        let mut behind = behind.chars();
        behind.next();
        rest = behind.as_str();
    }
    out.len() - start
}

/// Bytes of the letters and digits at the head of a text.
fn letters_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += match bytes.get(at) {
            None => return at,
            // From U+5000 to U+9FFF there are ideographs only.
            Some(0xE5..=0xE9) => 3,
            Some(byte) if byte.is_ascii() => match byte.is_ascii_alphanumeric() {
                true => 1,
                false => return at,
            },
            Some(_) => match text.get(at..).and_then(|rest| rest.chars().next()) {
                Some(c) if stays(c) => c.len_utf8(),
                _ => return at,
            },
        };
    }
}

/// Folds the beginning of a text and appends its letters and digits; says how many bytes they are.
pub(super) fn push_folded_letters(text: &str, out: &mut String) -> usize {
    let mut folded = String::new();
    fold_into(head(text), &mut folded);
    push_letters(&folded, out)
}

/// The beginning of a text, as far as it is read.
pub(super) fn head(text: &str) -> &str {
    crate::text::head(text, MAX_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn letters_are_those_of_one_character_after_the_other(text in "([a-zé0-9 .,]|[\u{4dfe}-\u{5001}\u{9ffd}-\u{a001}]|[，中国カ]|\\PC){0,40}") {
            let mut out = String::from("x-");
            let slow: String = text.chars().filter(|c| stays(*c)).collect();
            proptest::prop_assert_eq!(push_letters(&text, &mut out), slow.len());
            proptest::prop_assert_eq!(out, format!("x-{slow}"));
        }
    }
}
