//! Where a word begins and ends in a text.

use std::ops::Range;

use crate::blacklist::rules::LexiconMatch;

/// Whether a script that divides words by blanks has the letter. Chinese, Japanese and Thai do not; Korean does, with
/// particles glued to its words.
pub(super) fn is_spaced(c: char) -> bool {
    c.is_alphabetic()
        && !matches!(c,
            '\u{0e00}'..='\u{0fff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
            | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}'
            | '\u{20000}'..='\u{323af}')
}

/// Whether the character continues a word next to it.
pub(super) fn is_of_word(c: char) -> bool {
    is_spaced(c) || c.is_numeric()
}

/// Letters of a word that becomes the name of a model with digits next to it: `AV1000`, `mp3`.
const MODEL_LETTERS: usize = 3;
/// Digits of such a name.
const MODEL_DIGITS: usize = 4;

/// What may be next to one edge of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Edge {
    /// Anything.
    #[default]
    Open,
    /// No letter and no digit: the edge is a digit.
    Digit,
    /// No letter, and not a few digits: the word is as short as the letters of a model.
    Short,
    /// No letter. A number is a word of its own: `casino888`.
    Letter,
}

impl Edge {
    /// Whether the word continues in the characters next to it, the nearest first.
    fn joins(self, beside: impl Iterator<Item = char>) -> bool {
        let mut beside = beside.peekable();
        let Some(first) = beside.peek().copied() else { return false };
        match self {
            Edge::Open => false,
            _ if is_spaced(first) => true,
            Edge::Digit => first.is_numeric(),
            Edge::Short => (1..=MODEL_DIGITS)
                .contains(&beside.take_while(|c| c.is_numeric()).take(MODEL_DIGITS + 1).count()),
            Edge::Letter => false,
        }
    }
}

/// Which edges of a word must be edges of words in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Edges {
    left: Edge,
    right: Edge,
    /// Whether the edges are digits.
    left_digit: bool,
    right_digit: bool,
}

impl Edges {
    /// Letters of a script with blanks require it; a digit does when there is such a letter in the word: `mp3`.
    pub(super) fn of(word: &str) -> Edges {
        let has_letter = word.chars().any(is_spaced);
        let is_short = word.chars().count() <= MODEL_LETTERS;
        let edge = |c: Option<char>| match c {
            Some(c) if is_spaced(c) => {
                if is_short {
                    Edge::Short
                } else {
                    Edge::Letter
                }
            }
            Some(c) if has_letter && c.is_numeric() => Edge::Digit,
            _ => Edge::Open,
        };
        let (first, last) = (word.chars().next(), word.chars().next_back());
        let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
        Edges {
            left: edge(first),
            right: edge(last),
            left_digit: is_digit(first),
            right_digit: is_digit(last),
        }
    }

    /// Whether a place in the folded text is one where the word may be.
    pub(super) fn fit(self, folded: &str, place: &Range<usize>, mode: LexiconMatch) -> bool {
        let before = || folded.get(..place.start).unwrap_or_default().chars().rev();
        let after = || folded.get(place.end..).unwrap_or_default().chars();
        match mode {
            LexiconMatch::Anywhere => true,
            LexiconMatch::Words => !(self.left.joins(before()) || self.right.joins(after())),
            LexiconMatch::Standalone => {
                !is_joined(before(), self.left_digit) && !is_joined(after(), self.right_digit)
            }
        }
    }
}

/// Whether a standalone word is joined to the characters next to it, the nearest first. A number is whole where Han
/// letters are next to it, as always in Chinese, and continues behind a dot or comma.
fn is_joined(mut beside: impl Iterator<Item = char>, is_digit: bool) -> bool {
    let Some(first) = beside.next() else { return false };
    if !is_digit {
        return first.is_alphanumeric();
    }
    let continues = matches!(first, '.' | ',') && beside.next().is_some_and(char::is_numeric);
    is_of_word(first) || continues
}
