//! Phrases that hold a word of common lexicons by chance, or to say the opposite.

const DATA: &str = include_str!("../data/harmless.txt");

/// Harmless Chinese phrases that hold a word which many lexicons list: by chance (宣传销售 holds 传销) or to say the
/// opposite (反诈骗). What a [`LexiconCheck`](super::super::LexiconCheck) allows by default; some two hundred, for
/// the words of business correspondence. A list for other words needs phrases of its own.
///
/// ```
/// use leadkit::blacklist::harmless_phrases;
///
/// assert!(harmless_phrases().any(|phrase| phrase == "反诈骗"));
/// ```
pub fn harmless_phrases() -> impl Iterator<Item = &'static str> {
    DATA.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}
