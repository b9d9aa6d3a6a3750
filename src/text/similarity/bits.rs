//! Bit-parallel measures: one text is compiled into character masks, any number of others run against it.

use rustc_hash::FxHashMap;

const WORD: usize = 64;

/// A text compiled for comparison with many others.
///
/// ```
/// use leadkit::text::similarity::Pattern;
///
/// let pattern = Pattern::new("纷扬科技");
/// assert_eq!(pattern.lcs("北京纷扬科技有限公司"), 4);
/// assert!(pattern.indel_ratio("北京纷扬科技") > 0.79);
/// ```
#[derive(Debug, Clone)]
pub struct Pattern {
    chars: usize,
    words: usize,
    /// Masks of ASCII characters, `words` of them for each.
    ascii: Vec<u64>,
    other: FxHashMap<char, Vec<u64>>,
    zero: Vec<u64>,
}

impl Pattern {
    /// Compiles a text. O(n).
    #[must_use]
    pub fn new(text: &str) -> Pattern {
        let chars = text.chars().count();
        let words = chars.div_ceil(WORD).max(1);
        let mut pattern = Pattern {
            chars,
            words,
            ascii: if text.bytes().any(|b| b.is_ascii()) { vec![0; 128 * words] } else { Vec::new() },
            other: FxHashMap::default(),
            zero: vec![0; words],
        };
        for (i, c) in text.chars().enumerate() {
            let masks = if c.is_ascii() {
                pattern.ascii.get_mut(c as usize * words..(c as usize + 1) * words)
            } else {
                Some(pattern.other.entry(c).or_insert_with(|| vec![0; words]).as_mut_slice())
            };
            if let Some(mask) = masks.and_then(|m| m.get_mut(i / WORD)) {
                *mask |= 1 << (i % WORD);
            }
        }
        pattern
    }

    /// Characters of the compiled text.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chars
    }

    /// Whether the compiled text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chars == 0
    }

    fn masks(&self, c: char) -> &[u64] {
        let found = if c.is_ascii() {
            self.ascii.get(c as usize * self.words..(c as usize + 1) * self.words)
        } else {
            self.other.get(&c).map(Vec::as_slice)
        };
        found.unwrap_or(&self.zero)
    }

    /// Length in characters of the longest common subsequence (Hyyrö 2004). O(m · n / 64).
    #[must_use]
    pub fn lcs(&self, text: &str) -> usize {
        let mut state = vec![u64::MAX; self.words];
        for c in text.chars() {
            let mut carry = false;
            for (s, mask) in state.iter_mut().zip(self.masks(c)) {
                let matched = *s & mask;
                let (sum, over_a) = s.overflowing_add(matched);
                let (sum, over_b) = sum.overflowing_add(u64::from(carry));
                carry = over_a || over_b;
                *s = sum | (*s - matched);
            }
        }
        state
            .iter()
            .enumerate()
            .map(|(i, s)| {
                let used = self.chars.saturating_sub(i * WORD).min(WORD);
                let valid = if used == WORD { u64::MAX } else { (1u64 << used) - 1 };
                (!s & valid).count_ones() as usize
            })
            .sum()
    }

    /// Insertions and deletions that turn one text into the other. O(m · n / 64).
    #[must_use]
    pub fn indel_distance(&self, text: &str) -> usize {
        self.chars + text.chars().count() - 2 * self.lcs(text)
    }

    /// 1 − distance ÷ (both lengths): 0 to 1, two empty texts are equal.
    #[must_use]
    pub fn indel_ratio(&self, text: &str) -> f64 {
        let total = self.chars + text.chars().count();
        if total == 0 { 1.0 } else { 1.0 - self.indel_distance(text) as f64 / total as f64 }
    }
}

/// Insertions and deletions that turn one text into the other. O(m · n / 64).
///
/// ```
/// assert_eq!(leadkit::text::similarity::indel_distance("kitten", "sitting"), 5);
/// ```
#[must_use]
pub fn indel_distance(a: &str, b: &str) -> usize {
    Pattern::new(a).indel_distance(b)
}

/// Indel distance as a similarity, 0 to 1 (what other tools call `ratio`).
#[must_use]
pub fn indel_ratio(a: &str, b: &str) -> f64 {
    Pattern::new(a).indel_ratio(b)
}

/// Jaro similarity, 0 to 1: equal to the textbook definition, with matched positions kept in machine words.
///
/// Texts of more than 64 characters take the plain quadratic way.
///
/// ```
/// let likeness = leadkit::text::similarity::jaro("MARTHA", "MARHTA");
/// assert!((likeness - 0.944_444).abs() < 1e-6);
/// ```
#[must_use]
pub fn jaro(a: &str, b: &str) -> f64 {
    let pattern = Pattern::new(a);
    let n = pattern.chars;
    let m = b.chars().count();
    if n == 0 && m == 0 {
        return 1.0;
    }
    if n == 0 || m == 0 {
        return 0.0;
    }
    if n > WORD || m > WORD {
        return strsim::jaro(a, b);
    }
    let reach = (n.max(m) / 2).saturating_sub(1);
    let (mut taken, mut matched) = (0u64, [('\0', '\0'); WORD]);
    let mut common = 0;
    for (j, c) in b.chars().enumerate() {
        let low = j.saturating_sub(reach);
        let high = (j + reach + 1).min(WORD);
        if low >= WORD {
            break;
        }
        let window = (if high == WORD { u64::MAX } else { (1 << high) - 1 }) & !((1u64 << low) - 1);
        let free = pattern.masks(c).first().copied().unwrap_or(0) & window & !taken;
        if free != 0 {
            taken |= free & free.wrapping_neg();
            if let Some(slot) = matched.get_mut(common) {
                slot.1 = c;
            }
            common += 1;
        }
    }
    if common == 0 {
        return 0.0;
    }
    let firsts = a.chars().enumerate().filter(|(i, _)| taken >> i & 1 == 1).map(|(_, c)| c);
    for (slot, c) in matched.iter_mut().zip(firsts) {
        slot.0 = c;
    }
    let swapped = matched.iter().take(common).filter(|(x, y)| x != y).count() / 2;
    let (common, swapped) = (common as f64, swapped as f64);
    (common / n as f64 + common / m as f64 + (common - swapped) / common) / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lcs_slowly(a: &[char], b: &[char]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn lcs_agrees_with_the_table(a in "[ab中文]{0,150}", b in "[abc中]{0,150}") {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(Pattern::new(&a).lcs(&b), lcs_slowly(&x, &y));
        }

        #[test]
        fn jaro_agrees_with_the_plain_one(a in "[abc中]{0,70}", b in "[abc中]{0,70}") {
            prop_assert!((jaro(&a, &b) - strsim::jaro(&a, &b)).abs() < 1e-12);
        }
    }
}
