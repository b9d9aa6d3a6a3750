//! Characters that are mistaken for one another: by their sound, their shape, or their place on the keyboard.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

const SOUNDS: &str = include_str!("data/sounds.tsv");
const SHAPES: &str = include_str!("data/shapes.txt");

/// Readings and shapes of ideographs.
struct Ideographs {
    /// At most two readings, from 1: those that are hard to distinguish have one number.
    readings: FxHashMap<char, [u16; 2]>,
    /// Groups of characters that look alike, at most two of each.
    shapes: FxHashMap<char, [u16; 3]>,
}

static IDEOGRAPHS: LazyLock<Ideographs> = LazyLock::new(Ideographs::read);

impl Ideographs {
    fn read() -> Ideographs {
        let mut all = Ideographs { readings: FxHashMap::default(), shapes: FxHashMap::default() };
        let mut nears: FxHashMap<String, u16> = FxHashMap::default();
        for (syllable, chars) in lines(SOUNDS).filter_map(|line| line.split_once('\t')) {
            let next = nears.len() as u16 + 1;
            let near = *nears.entry(near_syllable(syllable)).or_insert(next);
            for c in chars.chars() {
                let slots = all.readings.entry(c).or_default();
                if let Some(slot) = slots.iter_mut().find(|slot| **slot == 0) {
                    *slot = near;
                }
            }
        }
        for (number, group) in (1..).zip(lines(SHAPES)) {
            for c in group.chars() {
                let slots = all.shapes.entry(c).or_default();
                if let Some(slot) = slots.iter_mut().find(|slot| **slot == 0) {
                    *slot = number;
                }
            }
        }
        all
    }
}

fn lines(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines().filter(|line| !line.starts_with('#'))
}

/// A syllable without what many speakers do not distinguish: zh and z, n and l, f and h before u, -ng and -n.
fn near_syllable(syllable: &str) -> String {
    let (head, tail) = match syllable {
        s if s.starts_with("zh") => ("z", s.get(2..)),
        s if s.starts_with("ch") => ("c", s.get(2..)),
        s if s.starts_with("sh") => ("s", s.get(2..)),
        s if s.starts_with('l') => ("n", s.get(1..)),
        s if s.starts_with("hu") => ("f", s.get(if s.len() > 2 { 2 } else { 1 }..)),
        s => ("", Some(s)),
    };
    let tail = tail.unwrap_or_default();
    let short = ["ang", "eng", "ing"].iter().any(|end| tail.ends_with(end));
    format!("{head}{}", if short { tail.trim_end_matches('g') } else { tail })
}

/// Whether one character is easily written for another: of the same or nearly the same sound, of like shape, or with
/// the keys side by side.
pub(crate) fn is_mistaken(a: char, b: char) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return is_near_key(a, b);
    }
    same_sound(a, b) || same_shape(a, b) || same_syllable_block(a, b) || same_kana(a, b)
}

fn same_sound(a: char, b: char) -> bool {
    let all = &IDEOGRAPHS.readings;
    let (Some(p), Some(q)) = (all.get(&a), all.get(&b)) else { return false };
    p.iter().filter(|p| **p != 0).any(|p| q.contains(p))
}

fn same_shape(a: char, b: char) -> bool {
    let all = &IDEOGRAPHS.shapes;
    let (Some(p), Some(q)) = (all.get(&a), all.get(&b)) else { return false };
    p.iter().filter(|p| **p != 0).any(|p| q.contains(p))
}

/// Syllables of Korean that differ in one letter.
fn same_syllable_block(a: char, b: char) -> bool {
    let letters = |c: char| {
        let at = u32::from(c).checked_sub(0xac00).filter(|at| *at < 11_172)?;
        Some([at / 588, at / 28 % 21, at % 28])
    };
    let (Some(p), Some(q)) = (letters(a), letters(b)) else { return false };
    p.iter().zip(&q).filter(|(x, y)| x != y).count() == 1
}

/// Kana with and without marks, large and small, of either kind, and those that look alike.
fn same_kana(a: char, b: char) -> bool {
    const ALIKE: [&str; 14] = [
        "シツ", "ソン", "ロ口", "ニ二", "カ力", "エ工", "ハ八", "タ夕", "ト卜", "ヘへ", "ー一", "ワク",
        "ウワ", "コユ",
    ];
    if ALIKE.iter().any(|pair| pair.contains(a) && pair.contains(b)) {
        return true;
    }
    let plain = |c: char| {
        if !('\u{3041}'..='\u{30fa}').contains(&c) {
            return None;
        }
        let base = std::iter::once(c).nfd().next().map_or(0, u32::from);
        let base = if base >= 0x30a1 { base - 0x60 } else { base };
        // Small letters come before large ones.
        let small =
            matches!(base, 0x3041 | 0x3043 | 0x3045 | 0x3047 | 0x3049 | 0x3063 | 0x3083 | 0x3085 | 0x3087);
        Some(if small { base + 1 } else { base })
    };
    plain(a).is_some() && plain(a) == plain(b)
}

const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

fn is_near_key(a: char, b: char) -> bool {
    const PAIRS: [&[u8; 2]; 9] = [b"ck", b"sz", b"iy", b"ei", b"o0", b"l1", b"i1", b"il", b"vw"];
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    if vowel(a) && vowel(b) {
        return true;
    }
    let (p, q) = (a as u32 as u8, b as u32 as u8);
    if PAIRS.iter().any(|pair| **pair == [p, q] || **pair == [q, p]) {
        return true;
    }
    // Each row is shifted by a third of a key against the one above.
    let place = |key: u8| {
        ROWS.iter().enumerate().find_map(|(row, keys)| {
            let at = keys.iter().position(|k| *k == key)?;
            Some((row as i32, 3 * at as i32 + row as i32))
        })
    };
    let (Some((r, x)), Some((s, y))) = (place(p), place(q)) else { return false };
    (r - s).abs() <= 1 && (x - y).abs() <= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_mistaken_by_sound_shape_and_key() {
        for (a, b) in [
            ('岸', '安'),
            ('科', '棵'),
            ('限', '线'),
            ('清', '青'),
            ('森', '生'),
            ('未', '末'),
            ('己', '已'),
            ('晴', '睛'),
            ('한', '헌'),
            ('か', 'が'),
            ('つ', 'っ'),
            ('シ', 'ツ'),
            ('e', 'a'),
            ('n', 'm'),
            ('g', 'h'),
            ('k', 'l'),
        ] {
            assert!(is_mistaken(a, b) && is_mistaken(b, a), "{a} {b}");
        }
        for (a, b) in
            [('岸', '科'), ('北', '南'), ('한', '국'), ('か', 'き'), ('f', 'p'), ('q', 'm'), ('a', 'l')]
        {
            assert!(!is_mistaken(a, b), "{a} {b}");
        }
    }
}
