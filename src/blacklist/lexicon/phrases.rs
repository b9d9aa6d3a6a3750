//! Phrases that hold a word of common lexicons by chance, or to say the opposite.

use std::sync::LazyLock;

const DATA: &str = include_str!("../data/harmless.txt");
/// The separator of the classes of a line: each word of one with each of the next.
const TIMES: char = '×';

static PHRASES: LazyLock<Vec<Box<str>>> = LazyLock::new(|| {
    let lines = DATA.lines().filter(|line| !line.starts_with('#'));
    let mut phrases: Vec<Box<str>> = lines.flat_map(phrases_of).map(Box::from).collect();
    phrases.sort_unstable();
    phrases.dedup();
    phrases
});

/// The phrases of a line: its words, or one word of each class.
fn phrases_of(line: &str) -> Vec<String> {
    line.split(TIMES).fold(vec![String::new()], |heads, class| {
        heads
            .iter()
            .flat_map(|head| class.split_whitespace().map(move |tail| format!("{head}{tail}")))
            .collect()
    })
}

/// Harmless Chinese phrases that hold a word which many lexicons list: by chance (宣传销售 holds 传销) or to say the
/// opposite (反诈骗). What a [`LexiconCheck`](super::super::LexiconCheck) allows by default; some three thousand, in order, for
/// the words of business correspondence. A list for other words needs phrases of its own.
///
/// ```
/// use leadkit::blacklist::harmless_phrases;
///
/// assert!(harmless_phrases().any(|phrase| phrase == "反诈骗"));
/// assert!(harmless_phrases().any(|phrase| phrase == "平台独立"));
/// ```
pub fn harmless_phrases() -> impl Iterator<Item = &'static str> {
    PHRASES.iter().map(|phrase| &**phrase)
}
