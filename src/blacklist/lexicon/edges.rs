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

/// Whether the character goes on with a word that stands beside it.
pub(super) fn is_of_word(c: char) -> bool {
    is_spaced(c) || c.is_numeric()
}

/// Which edges of a word must be edges of words in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Edges {
    left: bool,
    right: bool,
}

impl Edges {
    /// Letters of a script with blanks ask for it; a digit does when there is such a letter in the word: `mp3`.
    pub(super) fn of(word: &str) -> Edges {
        let has_letter = word.chars().any(is_spaced);
        let asks = |c: Option<char>| has_letter && c.is_some_and(is_of_word);
        Edges { left: asks(word.chars().next()), right: asks(word.chars().next_back()) }
    }

    /// Whether a place in the folded text is one where the word may stand.
    pub(super) fn fit(self, folded: &str, place: &Range<usize>, mode: LexiconMatch) -> bool {
        let (left, right, joins): (bool, bool, fn(char) -> bool) = match mode {
            LexiconMatch::Anywhere => return true,
            LexiconMatch::Words if self == Edges::default() => return true,
            LexiconMatch::Words => (self.left, self.right, is_of_word),
            LexiconMatch::Standalone => (true, true, char::is_alphanumeric),
        };
        let before = folded.get(..place.start).and_then(|text| text.chars().next_back());
        let after = folded.get(place.end..).and_then(|text| text.chars().next());
        !(left && before.is_some_and(joins) || right && after.is_some_and(joins))
    }
}
