//! String measures as plug-ins, for rules that compare fields and for evaluation.

use std::fmt::Debug;

use crate::text::fold;
use crate::text::similarity as measure;

/// A measure of how alike two texts are.
///
/// ```
/// use leadkit::dedup::similarity::{Cosine, Indel, Similarity};
///
/// let measures: [&dyn Similarity; 2] = [&Indel, &Cosine];
/// for measure in measures {
///     assert_eq!(measure.similarity("纷扬科技", "纷扬科技"), 1.0);
///     assert!(measure.similarity("纷扬科技", "飞扬科技") < 1.0);
/// }
/// ```
pub trait Similarity: Send + Sync + Debug {
    /// The name rules call it by.
    fn name(&self) -> &str;

    /// 1 for the same, 0 for nothing in common. Need not be symmetric.
    fn similarity(&self, a: &str, b: &str) -> f64;
}

/// Jaro-Winkler on folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JaroWinkler;

/// Jaro on folded text, bit-parallel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Jaro;

/// 1 − optimal string alignment distance ÷ the longer length, on folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Osa;

/// Sørensen-Dice of character pairs on folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dice;

/// 1 − insertions and deletions ÷ both lengths, on folded text, bit-parallel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Indel;

/// Cosine of character counts and pairs on folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cosine;

impl Similarity for JaroWinkler {
    fn name(&self) -> &str {
        "jaro_winkler"
    }

    fn similarity(&self, a: &str, b: &str) -> f64 {
        measure::jaro_winkler(&fold(a), &fold(b))
    }
}

impl Similarity for Jaro {
    fn name(&self) -> &str {
        "jaro"
    }

    fn similarity(&self, a: &str, b: &str) -> f64 {
        measure::jaro(&fold(a), &fold(b))
    }
}

impl Similarity for Osa {
    fn name(&self) -> &str {
        "osa"
    }

    fn similarity(&self, a: &str, b: &str) -> f64 {
        let (a, b) = (fold(a), fold(b));
        let longest = a.chars().count().max(b.chars().count());
        if longest == 0 { 1.0 } else { 1.0 - measure::osa(&a, &b) as f64 / longest as f64 }
    }
}

impl Similarity for Dice {
    fn name(&self) -> &str {
        "dice"
    }

    fn similarity(&self, a: &str, b: &str) -> f64 {
        measure::dice(&fold(a), &fold(b))
    }
}

impl Similarity for Indel {
    fn name(&self) -> &str {
        "indel"
    }

    fn similarity(&self, a: &str, b: &str) -> f64 {
        measure::indel_ratio(&fold(a), &fold(b))
    }
}

impl Similarity for Cosine {
    fn name(&self) -> &str {
        "cosine"
    }

    fn similarity(&self, a: &str, b: &str) -> f64 {
        let (a, b) = (counts(&fold(a)), counts(&fold(b)));
        let norm = |v: &[((char, char), f64)]| v.iter().map(|(_, n)| n * n).sum::<f64>();
        let (p, q) = (norm(&a), norm(&b));
        if p == 0.0 || q == 0.0 {
            return if p == q { 1.0 } else { 0.0 };
        }
        let shared = a.iter().filter_map(|(gram, n)| {
            let at = b.binary_search_by_key(gram, |(g, _)| *g).ok()?;
            b.get(at).map(|(_, m)| n * m)
        });
        (shared.sum::<f64>() / libm::sqrt(p * q)).min(1.0)
    }
}

/// Characters (paired with nothing) and pairs of neighbours, counted, in order.
fn counts(text: &str) -> Vec<((char, char), f64)> {
    let chars: Vec<char> = text.chars().collect();
    let pairs = chars.iter().zip(chars.iter().skip(1)).map(|(a, b)| (*a, *b));
    let mut grams: Vec<(char, char)> = chars.iter().map(|c| (*c, '\0')).chain(pairs).collect();
    grams.sort_unstable();
    let mut out: Vec<((char, char), f64)> = Vec::new();
    for gram in grams {
        match out.last_mut() {
            Some((last, n)) if *last == gram => *n += 1.0,
            _ => out.push((gram, 1.0)),
        }
    }
    out
}

/// The built-in measures by name.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static dyn Similarity> {
    let all: [&'static dyn Similarity; 6] = [&JaroWinkler, &Jaro, &Osa, &Dice, &Indel, &Cosine];
    all.into_iter().find(|measure| measure.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_measure_is_bounded_and_knows_the_same(a in "\\PC{0,20}", b in "\\PC{0,20}") {
            for name in ["jaro_winkler", "jaro", "osa", "dice", "indel", "cosine"] {
                let measure = built_in(name).unwrap();
                let value = measure.similarity(&a, &b);
                prop_assert!((0.0..=1.0).contains(&value), "{name} {value}");
                prop_assert!((measure.similarity(&a, &a) - 1.0).abs() < 1e-12, "{name}");
            }
        }
    }
}
