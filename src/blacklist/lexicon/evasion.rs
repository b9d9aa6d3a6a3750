//! Whether ignoring some characters reveals a word, or only a coincidence.

use std::ops::Range;

use super::edges::{is_of_word, is_spaced};
use super::squeeze::{Kept, Squeezed};
use crate::blacklist::rules::LexiconPass;

/// Most signs between two characters of a word.
pub(super) const MAX_SIGNS: usize = 3;
/// Digits of a number that are not together by chance: it is written in groups, `139 2746 1853`.
const LONG_NUMBER: usize = 5;
/// Fewest characters of a word that is looked for with its characters repeated.
const MIN_REPEATED: usize = 3;

/// The word as a pass searches for it; `None` when the pass does not.
pub(super) fn squeezed_word(word: &str, pass: LexiconPass) -> Option<String> {
    let squeezed = Squeezed::of(word, pass);
    let count = squeezed.all().len();
    let fits = match pass {
        LexiconPass::Plain => true,
        // Signs at its edges would be lost: `c++`.
        LexiconPass::Separated => {
            count >= 2 && word.starts_with(char::is_alphanumeric) && word.ends_with(char::is_alphanumeric)
        }
        LexiconPass::Repeated => count >= MIN_REPEATED && !word.chars().any(char::is_numeric),
    };
    fits.then_some(squeezed.text)
}

/// Whether the text at some kept characters is the word, written to evade.
///
/// `signs` counts the characters at some bytes of the folded text, as typed: `…` is one sign, and three dots when folded.
pub(super) fn is_evasion(
    word: &str,
    kept: &[Kept],
    folded: &str,
    pass: LexiconPass,
    signs: &dyn Fn(Range<usize>) -> usize,
) -> bool {
    match pass {
        LexiconPass::Plain => true,
        LexiconPass::Separated => is_separated(word, kept, folded, signs),
        LexiconPass::Repeated => is_repeated(word, kept, folded),
    }
}

/// At most [`MAX_SIGNS`] signs at each join, where the signs of the word itself are characters of it: `c a s i n o`,
/// `cas-ino`, `f u ck`, `free_money`. One blank in a Latin word is not one: two other words are separated so too.
fn is_separated(word: &str, kept: &[Kept], folded: &str, signs: &dyn Fn(Range<usize>) -> usize) -> bool {
    let own = Squeezed::of(word, LexiconPass::Separated);
    let own_signs = |from: &Kept, to: &Kept| {
        word.get(from.range().end..to.range().start).map_or(0, |between| between.chars().count())
    };
    let letter =
        |one: &Kept| word.get(one.range()).and_then(|text| text.chars().next()).is_some_and(is_of_word);
    let digit = |one: &Kept| word.get(one.range()).is_some_and(|text| text.chars().all(char::is_numeric));
    let is_long = longest_number(word) >= LONG_NUMBER;
    let (mut differs, mut blanks, mut signs_apart, mut together) = (false, 0_usize, false, false);
    for (own, found) in own.all().windows(2).zip(kept.windows(2)) {
        let ([own_left, own_right], [left, right]) = (own, found) else { return false };
        let expected = own_signs(own_left, own_right);
        let count = signs(left.range().end..right.range().start);
        if count > MAX_SIGNS * (expected + 1) + expected {
            return false;
        }
        let between = |text: &str, from: &Kept, to: &Kept| {
            text.get(from.range().end..to.range().start).unwrap_or_default().to_owned()
        };
        let found = between(folded, left, right);
        differs |= found != between(word, own_left, own_right);
        if !is_long && expected == 0 && digit(own_left) && digit(own_right) && divides_numbers(&found) {
            return false;
        }
        if expected == 0 && letter(own_left) && letter(own_right) {
            together |= count == 0;
            blanks += usize::from(count > 0 && found.chars().all(char::is_whitespace));
            signs_apart |= found.chars().any(|c| !c.is_whitespace());
        }
    }
    // A single blank also separates two words: `the pen is red`.
    differs && (!together || signs_apart || blanks != 1)
}

/// Digits of the longest number in a word.
fn longest_number(word: &str) -> usize {
    word.split(|c: char| !c.is_numeric()).map(|number| number.chars().count()).max().unwrap_or_default()
}

/// Whether the text between two digits makes them different numbers: `6-9岁`, `6.9折`, `2016-9-1`, `6 9`.
fn divides_numbers(between: &str) -> bool {
    let divides =
        |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '.' | ',' | '、' | ':' | '/' | '~');
    !between.is_empty() && between.chars().all(divides)
}

/// No character less often than the word has it, and one of them more often. Latin words double letters
/// anyway: there one is repeated three times or more, or all of them are doubled.
fn is_repeated(word: &str, kept: &[Kept], folded: &str) -> bool {
    let length = |text: &str, one: &Kept| text.get(one.range()).map_or(0, |run| run.chars().count());
    let own = Squeezed::of(word, LexiconPass::Repeated);
    let runs = || own.all().iter().zip(kept).map(|(own, found)| (length(word, own), length(folded, found)));
    if runs().any(|(own, found)| found < own) || runs().all(|(own, found)| found == own) {
        return false;
    }
    !word.chars().any(is_spaced)
        || runs().any(|(own, found)| found > own.max(2))
        || runs().all(|(own, found)| found >= 2 * own)
}
