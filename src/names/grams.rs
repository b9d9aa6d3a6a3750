//! The pieces by which a name is found.
//!
//! Text of scripts without spaces gives single characters and pairs; words give themselves and the trigrams of the
//! word padded with a space on either side.

use super::postings::Gram;
use crate::company::is_unspaced;

const CHAR: u64 = 1 << 44;
const PAIR: u64 = 2 << 44;
const WORD: u64 = 3 << 44;
const TRIGRAM: u64 = 4 << 44;

/// Most grams of one name; a longer name is known by its first ones.
pub(super) const MAX: usize = 160;

/// Packs a character so that two fit: characters beyond the basic plane share a code now and then, which costs a
/// comparison and nothing else.
fn code(c: char) -> u64 {
    let c = u64::from(u32::from(c));
    c & 0x1f_ffff
}

/// The weight of a gram when candidates are collected: single characters weigh less than pairs.
pub(super) fn weight(gram: Gram) -> u32 {
    match gram >> 44 {
        1 => 1,
        3 => 3,
        _ => 2,
    }
}

/// Words and pairs are read before the pieces they are made of.
pub(super) fn tier(gram: Gram) -> u8 {
    match gram >> 44 {
        2 | 3 => 0,
        _ => 1,
    }
}

/// Collects the distinct grams of a cleaned name, sorted.
pub(super) fn collect(core: &str, out: &mut Vec<Gram>) {
    out.clear();
    let mut before: Option<char> = None;
    let mut word = [' '; 3];
    let mut hash: u64 = 0;
    let mut letters = 0;
    // The blank at the end closes the last word.
    for c in core.chars().chain([' ']) {
        // Further grams of a very long name would cost space, and its first grams find it as well.
        if out.len() >= MAX {
            break;
        }
        let unspaced = is_unspaced(c);
        // A word ends at a blank, and where a script without spaces begins.
        if letters > 0 && (unspaced || c == ' ') {
            word = [word[1], word[2], ' '];
            out.push(trigram(word));
            out.push(WORD | hash & (CHAR - 1));
            word = [' '; 3];
            letters = 0;
            hash = 0;
        }
        if unspaced {
            out.push(CHAR | code(c));
            if let Some(b) = before {
                out.push(PAIR | (code(b) << 22 | code(c)) & (CHAR - 1));
            }
            before = Some(c);
            continue;
        }
        before = None;
        if c == ' ' {
            continue;
        }
        word = [word[1], word[2], c];
        letters += 1;
        // Hashed while it is read, without a buffer; two words with one hash only cost a comparison.
        hash = (hash ^ code(c)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
        // The first letter would give two blanks and a letter, a gram that far too many names have.
        if letters > 1 {
            out.push(trigram(word));
        }
    }
    out.sort_unstable();
    out.dedup();
}

fn trigram(word: [char; 3]) -> Gram {
    let [a, b, c] = word.map(code);
    // 14 bits a character: letters of every alphabet, folded, stay apart but for rare pairs.
    TRIGRAM | (a & 0x3fff) << 28 | (b & 0x3fff) << 14 | c & 0x3fff
}

/// The gram of one or two unspaced characters, or of three characters of a padded word.
pub(super) fn of_chars(chars: &[char]) -> Option<Gram> {
    match *chars {
        [c] => Some(CHAR | code(c)),
        [b, c] => Some(PAIR | (code(b) << 22 | code(c)) & (CHAR - 1)),
        [a, b, c] => Some(trigram([a, b, c])),
        _ => None,
    }
}

/// The gram of a whole word.
pub(super) fn of_word(word: &str) -> Gram {
    let hash = word.chars().fold(0u64, |hash, c| {
        let hash = (hash ^ code(c)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^ hash >> 29
    });
    WORD | hash & (CHAR - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(core: &str) -> usize {
        let mut out = Vec::new();
        collect(core, &mut out);
        out.len()
    }

    #[test]
    fn grams_of_each_script() {
        assert_eq!(count(""), 0);
        assert_eq!(count("纷扬"), 3);
        assert_eq!(count("纷扬科技"), 7);
        // " ac" "acm" "cme" "me " and the word.
        assert_eq!(count("acme"), 5);
        assert_eq!(count("a"), 2);
        assert_eq!(count("tcl科技"), 4 + 3);
        assert_eq!(count("acme acme"), 5);
        assert!(count(&"纷扬科技有限责任".repeat(900)) <= MAX);
    }
}
