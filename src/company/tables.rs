//! Look-up of phrases at either end of a text, longest first.

use rustc_hash::FxHashMap;

/// One phrase and what it stands for.
#[derive(Debug, Clone)]
struct Entry {
    phrase: Box<str>,
    value: u32,
}

/// Phrases found at the end (or the start) of a text.
///
/// Keyed by the last (first) token, a token being one character of a script without spaces or one word.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    by_last: FxHashMap<u64, Vec<Entry>>,
    by_first: FxHashMap<u64, Vec<Entry>>,
    /// Some phrase is a single unspaced character.
    lone: bool,
}

/// Characters of scripts that are written without spaces (Hangul is, in names, more often than not).
pub(crate) fn is_unspaced(c: char) -> bool {
    c >= '\u{1100}'
        && (matches!(c, '\u{3400}'..='\u{9fff}' | '\u{3005}' | '\u{3007}' | '\u{3040}'..='\u{30ff}')
            || matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{20000}'..='\u{323af}'))
}

const PAIR: u64 = 1 << 63;
const LONE: u64 = 1 << 62;

fn char_key(near: char, next: Option<char>) -> u64 {
    match next.filter(|c| is_unspaced(*c)) {
        Some(next) => PAIR | u64::from(u32::from(near)) << 24 | u64::from(u32::from(next)),
        None => lone_key(near),
    }
}

fn lone_key(near: char) -> u64 {
    LONE | u64::from(u32::from(near))
}

/// The key of the token a text ends with: two characters, one, or a word.
fn last_token(text: &str) -> Option<u64> {
    let mut back = text.chars().rev();
    let last = back.next()?;
    if is_unspaced(last) {
        return Some(char_key(last, back.next()));
    }
    let start = text.rfind(|c| c == ' ' || is_unspaced(c)).map_or(0, |at| at + 1);
    let start = (start..text.len()).find(|i| text.is_char_boundary(*i))?;
    text.get(start..).map(word_key)
}

fn first_token(text: &str) -> Option<u64> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if is_unspaced(first) {
        return Some(char_key(first, chars.next()));
    }
    let end = text.find(|c| c == ' ' || is_unspaced(c)).unwrap_or(text.len());
    text.get(..end).map(word_key)
}

/// FNV-1a: the phrase itself is compared afterwards, so a collision costs time only.
fn word_key(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
        & !(PAIR | LONE)
}

impl Phrases {
    /// Adds a phrase for both ends; the first value given for a phrase stays.
    pub(super) fn add(&mut self, phrase: &str, value: u32) {
        self.add_last(phrase, value);
        self.add_first(phrase, value);
    }

    pub(super) fn add_last(&mut self, phrase: &str, value: u32) {
        if let Some(key) = last_token(phrase) {
            self.lone |= key & LONE != 0;
            insert(self.by_last.entry(key).or_default(), phrase, value);
        }
    }

    pub(super) fn add_first(&mut self, phrase: &str, value: u32) {
        if let Some(key) = first_token(phrase) {
            self.lone |= key & LONE != 0;
            insert(self.by_first.entry(key).or_default(), phrase, value);
        }
    }

    /// The longest phrase that ends the text on a token boundary: its length in bytes and its value.
    pub(super) fn suffix(&self, text: &str) -> Option<(usize, u32)> {
        let lone = text.chars().next_back().filter(|c| self.lone && is_unspaced(*c)).map(lone_key);
        let entries =
            [last_token(text), lone].into_iter().flatten().filter_map(|key| self.by_last.get(&key)).flatten();
        let mut entries = entries;
        entries.find_map(|e| {
            let before = text.strip_suffix(&*e.phrase)?;
            boundary(before.chars().next_back(), e.phrase.chars().next()).then_some((e.phrase.len(), e.value))
        })
    }

    /// The phrases that start the text on a token boundary, longest first.
    pub(super) fn prefixes<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, u32)> + 'a {
        let entries =
            first_token(text).and_then(|key| self.by_first.get(&key)).map_or(&[][..], Vec::as_slice);
        entries.iter().filter_map(move |e| {
            let after = text.strip_prefix(&*e.phrase)?;
            boundary(e.phrase.chars().next_back(), after.chars().next()).then_some((e.phrase.len(), e.value))
        })
    }

    /// The longest phrase that starts the text on a token boundary.
    pub(super) fn prefix(&self, text: &str) -> Option<(usize, u32)> {
        self.prefixes(text).next()
    }

    /// The value of a text that is one phrase as a whole.
    pub(super) fn whole(&self, text: &str) -> Option<u32> {
        let entries = self.by_first.get(&first_token(text)?)?;
        entries.iter().find(|e| &*e.phrase == text).map(|e| e.value)
    }
}

/// Between an unspaced character and anything else lies a boundary; words are parted by a space.
fn boundary(left: Option<char>, right: Option<char>) -> bool {
    match (left, right) {
        (Some(l), Some(r)) => l == ' ' || r == ' ' || is_unspaced(l) || is_unspaced(r),
        _ => true,
    }
}

fn insert(entries: &mut Vec<Entry>, phrase: &str, value: u32) {
    if entries.iter().any(|e| &*e.phrase == phrase) {
        return;
    }
    let at = entries.partition_point(|e| e.phrase.len() >= phrase.len());
    entries.insert(at, Entry { phrase: phrase.into(), value });
}
