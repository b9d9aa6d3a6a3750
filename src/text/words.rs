//! Which English words are common: two of them, one letter apart, are two words and not a slip.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

const WORDS: &str = include_str!("data/words.txt");

static COMMON: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    WORDS.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
});

/// Endings that make another form of a word, least letters before them, and what stands for them in the base form.
const ENDINGS: [(&str, usize, &[&str]); 8] = [
    ("s", 3, &[""]),
    ("es", 4, &[""]),
    ("ies", 3, &["y"]),
    ("ed", 4, &["", "e"]),
    ("ing", 3, &["", "e"]),
    ("er", 4, &["", "e"]),
    ("ers", 4, &["", "e"]),
    ("ly", 4, &[""]),
];

/// Whether a folded word is one of common English, in any of its forms.
pub(crate) fn is_common_word(word: &str) -> bool {
    if COMMON.contains(word) {
        return true;
    }
    let mut buffer = String::new();
    ENDINGS.iter().any(|(ending, least, bases)| {
        let stem = word.strip_suffix(ending).filter(|stem| stem.len() >= *least);
        stem.is_some_and(|stem| {
            bases.iter().any(|base| {
                buffer.clear();
                buffer.push_str(stem);
                buffer.push_str(base);
                COMMON.contains(buffer.as_str())
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_common_in_every_form() {
        for word in ["farm", "farms", "arms", "roofing", "proofing", "dental", "rental", "media", "companies"]
        {
            assert!(is_common_word(word), "{word}");
        }
        assert!(
            ["brontek", "brontak", "fussmann", "kalvex", "", "s"].iter().all(|word| !is_common_word(word))
        );
    }
}
