//! Lookup of phrases at either end of a text, longest first.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

/// One phrase and its value.
#[derive(Debug, Clone)]
struct Entry {
    phrase: Box<str>,
    value: u32,
    /// The sixteen bytes at the end that it is found by; most texts that do not have it differ here.
    bytes: Bytes,
    /// A mask of the bytes that the phrase is long enough to have.
    mask: u128,
    /// Its inner end bounds a token, whatever is next to it.
    bounds: bool,
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

/// The end of a text, read once for all the tables that look it up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail<'t> {
    text: &'t str,
    token: Option<u64>,
    lone: Option<u64>,
    bytes: Bytes,
}

/// The start of a text, likewise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'t> {
    text: &'t str,
    token: Option<u64>,
    bytes: Bytes,
}

impl<'t> Tail<'t> {
    pub(super) fn new(text: &'t str) -> Tail<'t> {
        let lone = text.chars().next_back().filter(|c| is_unspaced(*c)).map(lone_key);
        Tail { text, token: last_token(text), lone, bytes: last_bytes(text) }
    }
}

impl<'t> Start<'t> {
    pub(super) fn new(text: &'t str) -> Start<'t> {
        Start { text, token: first_token(text), bytes: first_bytes(text) }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }
}

type Bytes = u128;
const BYTES: usize = size_of::<Bytes>();

/// The last bytes, the very last in the highest place; zeros where there are none.
fn last_bytes(text: &str) -> Bytes {
    if let Some(bytes) = text.as_bytes().last_chunk::<BYTES>() {
        return Bytes::from_le_bytes(*bytes);
    }
    text.bytes().fold(0, |all, byte| all >> 8 | Bytes::from(byte) << (8 * (BYTES - 1)))
}

/// The first bytes, the very first in the highest place.
fn first_bytes(text: &str) -> Bytes {
    if let Some(bytes) = text.as_bytes().first_chunk::<BYTES>() {
        return Bytes::from_be_bytes(*bytes);
    }
    text.bytes().rev().fold(0, |all, byte| all >> 8 | Bytes::from(byte) << (8 * (BYTES - 1)))
}

/// The highest bytes, as many as a phrase has.
fn mask_of(phrase: &str) -> Bytes {
    Bytes::MAX.checked_shl(8 * BYTES.saturating_sub(phrase.len()) as u32).unwrap_or_default()
}

impl Entry {
    fn differs(&self, bytes: Bytes) -> bool {
        (self.bytes ^ bytes) & self.mask != 0
    }

    /// Whether a text of the phrase's length that does not [differ](Self::differs) is the phrase. Most phrases are no longer
    /// than what was compared then, and their own letters are elsewhere in memory.
    fn is(&self, text: &str) -> bool {
        self.phrase.len() <= BYTES || *self.phrase == *text
    }
}

/// Characters of scripts that are written without spaces (Hangul is, in names, more often than not).
pub(crate) fn is_unspaced(c: char) -> bool {
    c >= '\u{1100}'
        && (matches!(c, '\u{3400}'..='\u{9fff}' | '\u{3005}' | '\u{3007}' | '\u{3040}'..='\u{30ff}')
            || matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{20000}'..='\u{323af}'))
}

/// Where a few characters first occur: setting up a search for any text takes longer than this over a whole name.
#[inline]
pub(super) fn find_unspaced(text: &str, wanted: &str) -> Option<usize> {
    let wanted = wanted.as_bytes();
    text.as_bytes().windows(wanted.len().max(1)).position(|bytes| bytes == wanted)
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
    let bytes = text.as_bytes();
    let word = bytes.iter().rev().take_while(|byte| byte.is_ascii() && **byte != b' ').count();
    let start = match text.split_at_checked(bytes.len() - word) {
        Some((before, _)) if before.is_empty() || before.ends_with(' ') => before.len(),
        _ => text
            .char_indices()
            .rfind(|(_, c)| *c == ' ' || is_unspaced(*c))
            .map_or(0, |(at, c)| at + c.len_utf8()),
    };
    text.get(start..).map(word_key)
}

fn first_token(text: &str) -> Option<u64> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if is_unspaced(first) {
        return Some(char_key(first, chars.next()));
    }
    let end =
        text.char_indices().find(|(_, c)| *c == ' ' || is_unspaced(*c)).map_or(text.len(), |(at, _)| at);
    text.get(..end).map(word_key)
}

/// The phrase itself is compared afterwards, so a collision costs time only.
fn word_key(word: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word.as_bytes());
    hasher.finish() & !(PAIR | LONE)
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
            let (bytes, bounds) = (last_bytes(phrase), bounds(phrase.chars().next()));
            insert(self.by_last.entry(key).or_default(), phrase, value, bytes, bounds);
        }
    }

    pub(super) fn add_first(&mut self, phrase: &str, value: u32) {
        if let Some(key) = first_token(phrase) {
            self.lone |= key & LONE != 0;
            let (bytes, bounds) = (first_bytes(phrase), bounds(phrase.chars().next_back()));
            insert(self.by_first.entry(key).or_default(), phrase, value, bytes, bounds);
        }
    }

    /// The longest phrase that ends the text on a token boundary: its length in bytes and its value.
    pub(super) fn suffix(&self, text: &str) -> Option<(usize, u32)> {
        self.at_end(&Tail::new(text))
    }

    /// [`suffix`](Self::suffix) of a text whose end has been read.
    pub(super) fn at_end(&self, tail: &Tail<'_>) -> Option<(usize, u32)> {
        let listed = |key: Option<u64>| {
            self.by_last.get(&key?)?.iter().filter(|entry| !entry.differs(tail.bytes)).find_map(|e| {
                let length = e.phrase.len();
                let (before, own) = tail.text.split_at_checked(tail.text.len().checked_sub(length)?)?;
                let parted = e.is(own) && (e.bounds || bounds(before.chars().next_back()));
                parted.then_some((length, e.value))
            })
        };
        listed(tail.token).or_else(|| listed(tail.lone.filter(|_| self.lone)))
    }

    /// The phrases that start the text on a token boundary, longest first.
    pub(super) fn at_start<'a>(&'a self, start: &Start<'a>) -> impl Iterator<Item = (usize, u32)> + 'a {
        let entries = start.token.and_then(|key| self.by_first.get(&key)).map_or(&[][..], Vec::as_slice);
        let Start { text, bytes, .. } = *start;
        entries.iter().filter(move |entry| !entry.differs(bytes)).filter_map(move |e| {
            let length = e.phrase.len();
            let (own, after) = text.split_at_checked(length)?;
            (e.is(own) && (e.bounds || bounds(after.chars().next()))).then_some((length, e.value))
        })
    }

    /// The longest phrase that starts the text on a token boundary.
    pub(super) fn prefix(&self, text: &str) -> Option<(usize, u32)> {
        self.at_start(&Start::new(text)).next()
    }

    /// The value of a text that is one phrase as a whole.
    pub(super) fn whole(&self, text: &str) -> Option<u32> {
        let entries = self.by_first.get(&first_token(text)?)?;
        let bytes = first_bytes(text);
        let mut whole = entries.iter().filter(|e| e.phrase.len() == text.len() && !e.differs(bytes));
        whole.find(|e| e.is(text)).map(|e| e.value)
    }
}

/// Whether what is next to a place bounds a token there: the end of the text, a space or an unspaced character.
fn bounds(beside: Option<char>) -> bool {
    beside.is_none_or(|c| c == ' ' || is_unspaced(c))
}

fn insert(entries: &mut Vec<Entry>, phrase: &str, value: u32, bytes: Bytes, bounds: bool) {
    if entries.iter().any(|e| &*e.phrase == phrase) {
        return;
    }
    let at = entries.partition_point(|e| e.phrase.len() >= phrase.len());
    entries.insert(at, Entry { phrase: phrase.into(), value, bytes, mask: mask_of(phrase), bounds });
}
