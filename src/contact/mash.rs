//! Words made by hitting neighbouring keys.

/// Letter rows of common keyboards, left to right: QWERTY, QWERTZ, AZERTY, Russian.
const ROWS: [&str; 11] = [
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
];
/// Rows without vowels: a longer run of their letters alone is not a word. (`a` is left out on purpose.)
const CONSONANT_ROWS: [&str; 2] = ["sdfghjkl", "zxcvbnm"];
/// Columns struck downwards.
const COLUMNS: [&str; 4] = ["qazwsx", "wsxedc", "qwaszx", "zaqxsw"];

/// No mash is longer; the rest of the word cannot save it.
const MAX_WORD: usize = 64;

/// Whether a word (letters only) is a run of neighbouring keys.
///
/// Names are full of short walks (Wert, Trewin, Смит), so a walk of four keys counts only when it
/// starts or ends at the edge of its row, and walks must make up nearly the whole word.
pub(super) fn mash_token(word: &str) -> bool {
    // Han, kana and Hangul syllables: the usual case, decided without a copy.
    if word.chars().take(MAX_WORD).any(|c| c >= '\u{2e80}' && !is_lone_hangul(c)) {
        return false;
    }
    if word.is_ascii() && !may_be_struck(word.as_bytes()) {
        return false;
    }
    let letters: Vec<char> = word.chars().take(MAX_WORD).flat_map(char::to_lowercase).collect();
    let count = letters.len();
    if count < 3 {
        return false;
    }
    // Lone Hangul letters: typed on a Korean keyboard without forming a syllable.
    if letters.iter().all(|c| is_lone_hangul(*c)) {
        return true;
    }
    if count < 4 || !letters.iter().all(|c| c.is_ascii_lowercase() || matches!(c, 'а'..='я' | 'ё')) {
        return false;
    }
    if COLUMNS
        .iter()
        .any(|column| column.chars().zip(&letters).filter(|(a, b)| a == *b).count() == column.len())
    {
        return true;
    }
    let upper = word.chars().all(char::is_uppercase);
    let consonants = CONSONANT_ROWS.iter().any(|row| letters.iter().all(|c| row.contains(*c)));
    if consonants && count >= 5 && !upper && letters.iter().any(|c| letters.first() != Some(c)) {
        return true;
    }
    // One letter held down.
    if letters.iter().all(|c| letters.first() == Some(c)) {
        return true;
    }
    let mut covered = 0;
    let mut clear = false;
    let mut at = 0;
    while at < count {
        let rest = letters.get(at..).unwrap_or_default();
        let (len, edge) = longest_walk(rest);
        if len >= 3 {
            covered += len;
            clear |= len >= 5 || (len == 4 && edge);
            at += len;
        } else {
            at += 1;
        }
    }
    // Typed in threes (`asdasd`), or one clear walk over the keys with a slip at most.
    (covered == count && count >= 6) || (clear && covered * 10 >= count * 8)
}

/// Whether a Latin word may be a run of keys: three neighbours, one letter held down, letters of the rows
/// without vowels alone, or the head of a column. Most words need no further check.
fn may_be_struck(word: &[u8]) -> bool {
    let key = |byte: &u8| usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a'));
    let beside = |a: &u8, b: &u8| BESIDE.get(key(a)).is_some_and(|keys| keys >> key(b).min(31) & 1 != 0);
    let pairs = || word.iter().zip(word.iter().skip(1));
    let walks = || pairs().zip(pairs().skip(1)).any(|((a, b), (c, d))| beside(a, b) && beside(c, d));
    let is_held = || word.iter().zip(word.iter().skip(1)).all(|(a, b)| a.eq_ignore_ascii_case(b));
    let heads_column = || word.first().is_some_and(|c| matches!(c.to_ascii_lowercase(), b'q' | b'w' | b'z'));
    let has_no_vowel = || word.iter().all(|c| b"sdfghjklzxcvbnm".contains(&c.to_ascii_lowercase()));
    heads_column() || is_held() || has_no_vowel() || walks()
}

fn is_lone_hangul(c: char) -> bool {
    matches!(c, '\u{3131}'..='\u{318E}')
}

/// Which Latin letters are next to which, in any row: bit `b` of entry `a`.
const BESIDE: [u32; 26] = beside();

const fn beside() -> [u32; 26] {
    let mut table = [0; 26];
    let mut row = 0;
    while row < ROWS.len() {
        #[expect(clippy::indexing_slicing, reason = "runs when the crate is compiled")]
        let keys = ROWS[row].as_bytes();
        let mut at = 1;
        while at < keys.len() {
            #[expect(clippy::indexing_slicing, reason = "runs when the crate is compiled")]
            let (a, b) = (keys[at - 1], keys[at]);
            if a.is_ascii_lowercase() && b.is_ascii_lowercase() {
                #[expect(clippy::indexing_slicing, reason = "runs when the crate is compiled")]
                {
                    table[(a - b'a') as usize] |= 1 << (b - b'a');
                    table[(b - b'a') as usize] |= 1 << (a - b'a');
                }
            }
            at += 1;
        }
        row += 1;
    }
    table
}

/// Whether the first three letters may be neighbours; most words need no further check.
fn may_walk(letters: &[char]) -> bool {
    let [a, b, c, ..] = letters else { return false };
    let index = |c: &char| u32::from(*c).wrapping_sub(u32::from('a'));
    let (a, b, c) = (index(a), index(b), index(c));
    if a.max(b).max(c) >= 26 {
        // A letter of another alphabet.
        return true;
    }
    let beside = |a: u32, b: u32| BESIDE.get(a as usize).is_some_and(|keys| keys & (1 << b) != 0);
    beside(a, b) && beside(b, c)
}

/// The longest walk along a row at the head of `letters`, either way, and whether it touches the row's edge.
fn longest_walk(letters: &[char]) -> (usize, bool) {
    let mut best = (0, false);
    if !may_walk(letters) {
        return best;
    }
    for row in ROWS {
        let forward = walk(letters, row.chars());
        let backward = walk(letters, row.chars().rev());
        best = best.max(forward).max(backward);
    }
    best
}

fn walk(letters: &[char], row: impl Iterator<Item = char> + Clone) -> (usize, bool) {
    let Some(first) = letters.first() else { return (0, false) };
    let skipped = row.clone().take_while(|c| c != first).count();
    let tail = row.clone().skip(skipped);
    let len = tail.clone().zip(letters).take_while(|(a, b)| a == *b).count();
    (len, skipped == 0 || len > 0 && tail.count() == len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn struck_keys_are_seen() {
        for word in [
            "asdf",
            "asdfgh",
            "qwerty",
            "zxcvbn",
            "asdasd",
            "qweqwe",
            "lkjhg",
            "poiuy",
            "sdfgh",
            "kjhgf",
            "dfgsdfg",
            "aaaa",
            "qazwsx",
            "йцукен",
            "фыва",
            "ㅁㄴㅇㄹ",
            "asdfasdf",
            "azerty",
            "qwertz",
            "ASDF",
        ] {
            assert!(mash_token(word), "{word}");
        }
    }

    #[test]
    fn names_are_left_alone() {
        for word in [
            "Wert",
            "Trewin",
            "Dallas",
            "Smith",
            "Смит",
            "Power",
            "Zhang",
            "Wang",
            "Xu",
            "Ng",
            "Schmidt",
            "Werther",
            "Polk",
            "Alaska",
            "HSBC",
            "XCMG",
            "SGCC",
            "Sass",
            "Hassall",
            "Treweek",
            "Lkhagva",
            "Krzysztof",
            "Gershwin",
            "Апрелев",
            "Роль",
            "张伟",
            "王小明",
            "哈哈哈哈",
            "さくら",
            "김철수",
            "Oiwa",
            "Poirot",
            "Dfg",
            "Vbn",
            "Asa",
        ] {
            assert!(!mash_token(word), "{word}");
        }
    }

    #[test]
    fn the_cheap_look_never_hides_a_word_that_was_struck() {
        for word in ["asdf", "QWERTY", "sdfgh", "aAaA", "qazwsx", "WSXEDC", "xcvbn", "lkjhgfx", "poiuyx"] {
            assert!(may_be_struck(word.as_bytes()) && mash_token(word), "{word}");
        }
        for column in COLUMNS.iter().chain(&CONSONANT_ROWS) {
            assert!(may_be_struck(column.as_bytes()), "{column}");
        }
        for row in ROWS.iter().filter(|row| row.is_ascii()) {
            for walk in row.as_bytes().windows(3) {
                assert!(may_be_struck(&[b"o".as_slice(), walk, b"o"].concat()), "{walk:?}");
            }
        }
        assert!(!may_be_struck(b"shanghai") && !may_be_struck(b"Lei"));
    }

    #[test]
    fn the_cheap_look_never_hides_a_walk() {
        for row in ROWS.map(|row| row.chars().collect::<Vec<_>>()) {
            for walk in row.windows(3) {
                let back: Vec<char> = walk.iter().rev().copied().collect();
                assert!(may_walk(walk) && may_walk(&back), "{walk:?}");
                assert!(longest_walk(walk).0 == 3 && longest_walk(&back).0 == 3, "{walk:?}");
            }
        }
    }
}
