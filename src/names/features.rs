//! The comparison of two names in numbers: the input of the logistic weights.
#![expect(clippy::indexing_slicing, reason = "a numeric kernel over fixed-size arrays")]

use super::record::{GROUP, JOINT_STOCK, JOINT_STOCK_HINT, NO_FORM, Regions, UNSPACED, View};
use crate::company::{Gazetteer, is_unspaced};
use crate::model::Region;

macro_rules! features {
    ($($index:literal $constant:ident $name:literal,)*) => {
        /// The position of each feature in a vector.
        pub(super) mod at {
            $(pub(in super::super) const $constant: usize = $index;)*
        }

        /// Names of the features of the similarity, in the order of the weights.
        pub const FEATURES: [&str; COUNT] = [$($name),*];
    };
}

/// The number of features.
pub(super) const COUNT: usize = 40;

features! {
    0 BIAS "bias",
    1 QUERY_GRAMS "query_grams",
    2 RECORD_CHARS "record_chars",
    3 COSINE "cosine",
    4 QUERY_SUBSEQUENCE "query_subsequence",
    5 RECORD_SUBSEQUENCE "record_subsequence",
    6 SUBSEQUENCE_FROM_START "subsequence_from_start",
    7 BRAND_EQUAL "brand_equal",
    8 BRAND_OVERLAP "brand_overlap",
    9 BRAND_PREFIX "brand_prefix",
    10 BRAND_FIRST "brand_first",
    11 REGION_AGREES "region_agrees",
    12 REGION_CONFLICTS "region_conflicts",
    13 REGION_ONE_SIDED "region_one_sided",
    14 FORM_AGREES "form_agrees",
    15 FORM_CONFLICTS "form_conflicts",
    16 JOINT_STOCK_HINT "joint_stock_hint",
    17 JOINT_STOCK_RECORD "joint_stock_record",
    18 BRANCH_ONE_SIDED "branch_one_sided",
    19 BRANCH_CONFLICTS "branch_conflicts",
    20 NUMBERS_CONFLICT "numbers_conflict",
    21 NUMBERS_ONE_SIDED "numbers_one_sided",
    22 GROUP_AGREES "group_agrees",
    23 GROUP_ONE_SIDED "group_one_sided",
    24 EQUAL "equal",
    25 INDUSTRY_AGREES "industry_agrees",
    26 INDUSTRY_CONFLICTS "industry_conflicts",
    27 WORDS_OF_QUERY "words_of_query",
    28 WORDS_OF_RECORD "words_of_record",
    29 FIRST_WORD "first_word",
    30 ACRONYM "acronym",
    31 RAREST_GRAM "rarest_gram",
    32 BRAND_OF_RECORD_COVERED "brand_of_record_covered",
    33 PREFIX "prefix",
    34 SLIP_EXPLAINED "slip_explained",
    35 SLIP_LOOSE "slip_loose",
    36 SLIP_OTHER "slip_other",
    37 SLIP_TWICE "slip_twice",
    38 RELATED "related",
    39 DIFFERENT "different",
}

/// One vector of features.
pub(super) type Vector = [f64; COUNT];

const MAX: usize = 64;
const MAP: usize = 128;

/// Positions of each character in a text of up to 64, as bit masks.
#[derive(Debug, Clone)]
struct Masks {
    keys: [u32; MAP],
    masks: [u64; MAP],
}

impl Masks {
    fn new(chars: &[char]) -> Masks {
        let mut map = Masks { keys: [u32::MAX; MAP], masks: [0; MAP] };
        for (i, c) in chars.iter().take(MAX).enumerate() {
            // At most 64 of the 128 places are ever taken, so that probing ends.
            let mut at = Masks::place(*c);
            while map.keys[at] != u32::MAX && map.keys[at] != *c as u32 {
                at = (at + 1) % MAP;
            }
            map.keys[at] = *c as u32;
            map.masks[at] |= 1 << i;
        }
        map
    }

    fn place(c: char) -> usize {
        // The top 7 bits of the product, a place below `MAP`: its low bits depend on those of the character alone.
        ((c as u32).wrapping_mul(0x9e37_79b1) >> 25) as usize
    }

    #[inline]
    fn get(&self, c: char) -> u64 {
        let mut at = Masks::place(c);
        loop {
            let key = self.keys[at];
            if key == c as u32 {
                return self.masks[at];
            }
            if key == u32::MAX {
                return 0;
            }
            at = (at + 1) % MAP;
        }
    }
}

/// Weight in bits of information, by where in the query a gram ends.
#[derive(Debug, Clone, Default)]
struct GramWeights {
    one: Vec<f64>,
    two: Vec<f64>,
    three: Vec<f64>,
    total: f64,
    most: f64,
}

#[derive(Debug, Clone)]
struct Word {
    start: usize,
    end: usize,
    weight: f64,
}

/// A name prepared for comparison with many.
#[derive(Debug, Clone)]
pub(super) struct Query {
    text: String,
    brand: String,
    industry: String,
    branch: String,
    form: u8,
    flags: u8,
    numbers: u16,
    region_number: u16,
    /// Characters of the core, with a space on each side when it has words.
    chars: Vec<char>,
    pub(super) solid: Vec<char>,
    masks: Masks,
    weights: GramWeights,
    words: Vec<Word>,
    word_total: f64,
    acronym: Vec<char>,
    /// Not a number of the index: the index may never have seen the region.
    pub(super) region: Option<Region>,
    pub(super) unspaced: bool,
    pub(super) gazetteer: Gazetteer,
}

/// The information of a gram or a word in bits, from the frequencies of an index.
pub(super) trait Information {
    fn of_chars(&self, chars: &[char]) -> f64;
    fn of_word(&self, word: &str) -> f64;
    /// Whether many names have the word, so that a word one letter away is not a misspelling of it.
    fn is_common(&self, word: &str) -> bool;
}

/// Characters of one record; the buffer is reused between candidates.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    pub(super) chars: Vec<char>,
    pub(super) solid: Vec<char>,
}

pub(super) fn fill(text: &str, chars: &mut Vec<char>, solid: &mut Vec<char>) {
    chars.clear();
    solid.clear();
    chars.push(' ');
    chars.extend(text.chars());
    chars.push(' ');
    solid.extend(text.chars().filter(|c| *c != ' '));
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(' ').filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, word))
    })
}

impl Query {
    /// Prepares the record of a name.
    pub(super) fn new(
        bytes: &[u8],
        region: Option<Region>,
        gazetteer: &Gazetteer,
        information: &impl Information,
    ) -> Query {
        let view = View::new(bytes);
        let (mut chars, mut solid) = (Vec::new(), Vec::new());
        fill(view.text, &mut chars, &mut solid);
        let unspaced = view.has(UNSPACED);
        let mut weights = GramWeights::default();
        // Each list has an entry for every position, 0 where no gram ends: the masks of `grams` number it.
        let add = |on: bool, from: &mut Vec<f64>, gram: &[char], share: f64| {
            let weight = if on { information.of_chars(gram) * share } else { 0.0 };
            from.push(weight);
            weight
        };
        let (mut total, mut most) = (0.0, 0.0f64);
        for (i, c) in chars.iter().take(MAX).enumerate() {
            let own = is_unspaced(*c);
            let pair = i > 0 && own && is_unspaced(chars[i - 1]);
            // As `grams::collect` makes them: a blank may begin or end a trigram, and never stands in the middle.
            let triple = i > 1
                && !own
                && !is_unspaced(chars[i - 1])
                && chars[i - 1] != ' '
                && !is_unspaced(chars[i - 2]);
            // A character that both names have counts again in each shared pair, so alone it counts half.
            let one = add(own, &mut weights.one, &chars[i..=i], 0.5);
            let two = add(pair, &mut weights.two, &chars[i.saturating_sub(1)..=i], 1.0);
            let three = add(triple, &mut weights.three, &chars[i.saturating_sub(2)..=i], 1.0);
            total += one + two + three;
            most = most.max(two).max(three).max(one);
        }
        weights.total = total;
        weights.most = most;
        let mut list = Vec::new();
        let mut word_total = 0.0;
        let mut acronym = Vec::new();
        for (start, word) in words(view.text) {
            // At least half a bit, or a name of common words only would have no words to compare.
            let weight = information.of_word(word).max(0.5);
            word_total += weight;
            acronym.extend(word.chars().next());
            list.push(Word { start, end: start + word.len(), weight });
        }
        let masks = Masks::new(&chars);
        Query {
            text: view.text.to_owned(),
            brand: view.brand.to_owned(),
            industry: view.industry.to_owned(),
            branch: view.branch.to_owned(),
            form: view.form,
            flags: view.flags,
            numbers: view.numbers,
            region_number: view.region,
            chars,
            solid,
            masks,
            weights,
            words: list,
            word_total,
            acronym,
            unspaced,
            region,
            gazetteer: gazetteer.clone(),
        }
    }

    /// Bits of information in the name.
    pub(super) fn bits(&self) -> f64 {
        self.weights.total
    }

    /// Characters of the name, spaces left out.
    pub(super) fn len(&self) -> usize {
        self.solid.len()
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            text: &self.text,
            brand: &self.brand,
            industry: &self.industry,
            branch: &self.branch,
            form: self.form,
            flags: self.flags,
            region: self.region_number,
            numbers: self.numbers,
        }
    }

    /// Compares with a record.
    pub(super) fn features(
        &self,
        record: &View<'_>,
        regions: &Regions,
        information: &impl Information,
        scratch: &mut Scratch,
    ) -> Vector {
        let mut x = [0.0; COUNT];
        let query = self.view();
        fill(record.text, &mut scratch.chars, &mut scratch.solid);
        let (a, b) = (self.solid.len() as f64, scratch.solid.len() as f64);
        x[at::BIAS] = 1.0;
        // One of the names is empty: only the bias counts.
        if a == 0.0 || b == 0.0 {
            return x;
        }
        let grams = self.grams(&scratch.chars);
        // The total is 0 where every gram of the query is in every name.
        let covered = grams.query / self.weights.total.max(1e-9);
        x[at::QUERY_GRAMS] = covered;
        x[at::RECORD_CHARS] = grams.record;
        // High only where each name covers the other: a query inside a long record is not its twin.
        x[at::COSINE] = libm::sqrt(covered * grams.record);
        let common = self.subsequence(&scratch.solid) as f64;
        x[at::QUERY_SUBSEQUENCE] = common / a;
        x[at::RECORD_SUBSEQUENCE] = common / b;
        let (short, long) =
            if a <= b { (&self.solid, &scratch.solid) } else { (&scratch.solid, &self.solid) };
        let (ordered, first) = ordered(short, long);
        // An abbreviation leaves out characters, rarely the first.
        x[at::SUBSEQUENCE_FROM_START] = if ordered && first {
            1.0
        } else if ordered {
            0.5
        } else {
            0.0
        };
        self.brands(&query, record, &mut x);
        regions_of(self.region, regions.get(record.region), &mut x);
        parts(&query, record, &mut x);
        x[at::EQUAL] = flag(self.solid == scratch.solid);
        x[at::PREFIX] = flag(long.starts_with(short));
        self.words(record, information, &mut x);
        x[at::RAREST_GRAM] = grams.rarest;
        x
    }

    fn brands(&self, query: &View<'_>, record: &View<'_>, x: &mut Vector) {
        let (p, q) = (query.brand, record.brand);
        let overlap = common_prefix_or_runs(p, q);
        let (m, n) = (p.chars().count() as f64, q.chars().count() as f64);
        x[at::BRAND_EQUAL] = flag(p == q);
        x[at::BRAND_OVERLAP] = overlap / m.max(n).max(1.0);
        x[at::BRAND_PREFIX] =
            flag(p != q && !p.is_empty() && !q.is_empty() && (p.starts_with(q) || q.starts_with(p)));
        x[at::BRAND_FIRST] = flag(p.chars().next() == q.chars().next());
        // Anywhere in the query: the parser may have drawn the line between brand and industry elsewhere.
        let inside = q.chars().filter(|c| *c != ' ' && self.masks.get(*c) != 0).count() as f64;
        x[at::BRAND_OF_RECORD_COVERED] = inside / q.chars().filter(|c| *c != ' ').count().max(1) as f64;
    }

    /// Grams in common, by bit masks over the query's positions.
    fn grams(&self, record: &[char]) -> Grams {
        let (mut one, mut two, mut three) = (0u64, 0u64, 0u64);
        let (mut last, mut last_two) = (0u64, 0u64);
        let (mut seen, mut of) = (0.0, 0.0);
        for (i, c) in record.iter().enumerate() {
            let here = self.masks.get(*c);
            // A set bit is a position of the query: shifted by one, it meets the character that follows there.
            let pair = last << 1 & here;
            let triple = last_two << 1 & here;
            if is_unspaced(*c) {
                one |= here;
                two |= pair;
                of += 1.0;
                // Whole with a neighbour that follows or precedes it in the query too, half without one.
                seen += if pair != 0 || i + 1 < record.len() && here << 1 & self.masks.get(record[i + 1]) != 0
                {
                    1.0
                } else if here != 0 {
                    0.5
                } else {
                    0.0
                };
            } else {
                three |= triple;
                if i > 1 && record[i - 1] != ' ' {
                    of += 1.0;
                    seen += flag(triple != 0);
                }
            }
            last = here;
            last_two = pair;
        }
        // Positions of the query, not of the record: what the record repeats counts once.
        let sum = |bits: u64, weights: &[f64]| {
            let mut rest = bits;
            let (mut total, mut most) = (0.0, 0.0f64);
            while rest != 0 {
                let weight = weights.get(rest.trailing_zeros() as usize).copied().unwrap_or(0.0);
                total += weight;
                most = most.max(weight);
                rest &= rest - 1;
            }
            (total, most)
        };
        let (a, b, c) =
            (sum(one, &self.weights.one), sum(two, &self.weights.two), sum(three, &self.weights.three));
        Grams {
            query: a.0 + b.0 + c.0,
            record: if of > 0.0 { seen / of } else { 0.0 },
            rarest: if self.weights.most > 0.0 { a.1.max(b.1).max(c.1) / self.weights.most } else { 0.0 },
        }
    }

    fn subsequence(&self, record: &[char]) -> usize {
        // Bit-parallel longest common subsequence: each position that turns 0 is one character of it.
        // Spaces are positions of the query that nothing in `record` needs.
        let mut state = u64::MAX;
        for c in record {
            let mask = self.masks.get(*c);
            let matched = state & mask;
            state = state.wrapping_add(matched) | (state - matched);
        }
        let used = self.chars.len().min(MAX);
        let valid = if used == 64 { u64::MAX } else { (1 << used) - 1 };
        (!state & valid).count_ones() as usize
    }

    fn words(&self, record: &View<'_>, information: &impl Information, x: &mut Vector) {
        // The features of words stay 0, as in training: pairs and characters suffice for these names.
        if self.unspaced || record.has(UNSPACED) {
            return;
        }
        let query = self.view();
        // One for one: a word that the query repeats is found twice only where the record repeats it too.
        let mut taken = 0u64;
        let mut found = 0.0;
        for word in &self.words {
            let text = query.text.get(word.start..word.end).unwrap_or_default();
            let mut best = (0.0, 0);
            for (j, (_, other)) in words(record.text).enumerate().take(MAX) {
                if taken >> j & 1 == 1 {
                    continue;
                }
                let value = word_likeness(text, other);
                if value > best.0 {
                    best = (value, j);
                }
            }
            if best.0 > 0.0 {
                taken |= 1 << best.1;
                found += best.0 * word.weight;
            }
        }
        let (mut total, mut kept) = (0.0, 0.0);
        for (j, (_, other)) in words(record.text).enumerate().take(MAX) {
            // A word that is in the query too has been weighted already.
            let same = self.words.iter().find(|w| query.text.get(w.start..w.end) == Some(other));
            let weight = same.map_or_else(|| information.of_word(other).max(0.5), |w| w.weight);
            total += weight;
            if taken >> j & 1 == 1 {
                kept += weight;
            }
        }
        x[at::WORDS_OF_QUERY] = found / self.word_total.max(1e-9);
        x[at::WORDS_OF_RECORD] = kept / total.max(1e-9);
        let first = |text: &str| text.split(' ').next().map(str::len).unwrap_or_default();
        let (m, n) = (first(query.text), first(record.text));
        x[at::FIRST_WORD] = flag(m == n && query.text.get(..m) == record.text.get(..n));
        let initials = || words(record.text).filter_map(|(_, w)| w.chars().next());
        // Three to five letters, as `ibm`: two letters are the initials of too many names.
        let short_for_record = self.words.len() == 1
            && (3..6).contains(&self.solid.len())
            && initials().eq(self.solid.iter().copied());
        let short_for_query = self.acronym.len() > 2 && record.text.chars().eq(self.acronym.iter().copied());
        x[at::ACRONYM] = flag(short_for_record || short_for_query);
    }
}

#[derive(Debug, Clone, Copy)]
struct Grams {
    query: f64,
    record: f64,
    rarest: f64,
}

/// 1 for the same word, less for an abbreviation by its beginning or a misspelling.
fn word_likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    // The more of the word an abbreviation keeps, the likelier it is.
    if long.starts_with(short) && short.len() >= 2 {
        return 0.5 + 0.4 * short.len() as f64 / long.len() as f64;
    }
    // Three letters match too many words, and a misspelling mostly keeps the first letter. Most pairs end here, cheaply.
    if short.len() < 4 || short.as_bytes().first() != long.as_bytes().first() || long.len() > short.len() + 3
    {
        return 0.0;
    }
    if !short.is_ascii() || !long.is_ascii() || long.len() > MAX {
        return 0.0;
    }
    let (mut p, mut q) = (['\0'; MAX], ['\0'; MAX]);
    short.chars().zip(&mut p).for_each(|(c, slot)| *slot = c);
    long.chars().zip(&mut q).for_each(|(c, slot)| *slot = c);
    let likeness = jaro_winkler(&p[..short.len()], &q[..long.len()]);
    // A misspelt word never counts as much as the word itself.
    if likeness >= 0.88 { 0.9 * likeness } else { 0.0 }
}

pub(super) fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

/// Whether the short text is a subsequence of the long one, and whether both begin alike.
fn ordered(short: &[char], long: &[char]) -> (bool, bool) {
    let mut rest = long.iter();
    (short.iter().all(|c| rest.any(|d| d == c)), short.first() == long.first())
}

/// Characters of one brand found in order in the other (greedy).
fn common_prefix_or_runs(a: &str, b: &str) -> f64 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut rest = long;
    let mut found = 0;
    for c in short.chars() {
        // Greedy: a lower bound of the longest common subsequence, in linear time and without a table.
        if let Some(at) = rest.find(c) {
            found += 1;
            rest = rest.get(at + c.len_utf8()..).unwrap_or_default();
        }
    }
    f64::from(found)
}

fn regions_of(query: Option<Region>, record: Option<Region>, x: &mut Vector) {
    match (query, record) {
        // A city agrees with its province: one name is only more specific.
        (Some(a), Some(b)) if a.contains(&b) || b.contains(&a) => x[at::REGION_AGREES] = 1.0,
        (Some(_), Some(_)) => x[at::REGION_CONFLICTS] = 1.0,
        (None, None) => {}
        _ => x[at::REGION_ONE_SIDED] = 1.0,
    }
}

fn parts(query: &View<'_>, record: &View<'_>, x: &mut Vector) {
    if query.form != NO_FORM && record.form != NO_FORM {
        x[at::FORM_AGREES] = flag(query.form == record.form);
        x[at::FORM_CONFLICTS] = flag(query.form != record.form);
    }
    let hint = query.has(JOINT_STOCK_HINT) && record.has(JOINT_STOCK)
        || record.has(JOINT_STOCK_HINT) && query.has(JOINT_STOCK);
    x[at::JOINT_STOCK_HINT] = flag(hint);
    // A name without the form mostly means the listed company. With a hint, the hint has counted already.
    x[at::JOINT_STOCK_RECORD] = flag(!hint && (query.form == NO_FORM && record.has(JOINT_STOCK)));
    let (a, b) = (query.branch, record.branch);
    x[at::BRANCH_ONE_SIDED] = flag(a.is_empty() != b.is_empty());
    x[at::BRANCH_CONFLICTS] = flag(!a.is_empty() && !b.is_empty() && a != b);
    x[at::NUMBERS_CONFLICT] =
        flag(query.numbers != 0 && record.numbers != 0 && query.numbers != record.numbers);
    x[at::NUMBERS_ONE_SIDED] = flag((query.numbers == 0) != (record.numbers == 0));
    x[at::GROUP_AGREES] = flag(query.has(GROUP) && record.has(GROUP));
    x[at::GROUP_ONE_SIDED] = flag(query.has(GROUP) != record.has(GROUP));
    if !query.industry.is_empty() && !record.industry.is_empty() {
        let overlap = common_prefix_or_runs(query.industry, record.industry);
        // The shorter one decides: an industry that is cut short contradicts nothing.
        let least = query.industry.chars().count().min(record.industry.chars().count());
        x[at::INDUSTRY_AGREES] = overlap / least.max(1) as f64;
        x[at::INDUSTRY_CONFLICTS] = flag(overlap == 0.0);
    }
}

/// Jaro-Winkler on at most 64 characters, without an allocation: a search compares some thousand pairs of words. Winkler's
/// prefix counts for unlike words too, where `text::similarity` leaves it out below 0.7.
fn jaro_winkler(a: &[char], b: &[char]) -> f64 {
    let (a, b) = (&a[..a.len().min(MAX)], &b[..b.len().min(MAX)]);
    if a.is_empty() || b.is_empty() {
        return flag(a.is_empty() && b.is_empty());
    }
    // Jaro's window: what is further off is another character.
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = 0u64;
    let mut matched = [0u8; MAX];
    let mut common = 0;
    for (j, c) in b.iter().enumerate() {
        let low = j.saturating_sub(reach);
        let high = (j + reach + 1).min(a.len());
        for (i, d) in a.iter().enumerate().take(high).skip(low) {
            if d == c && taken >> i & 1 == 0 {
                taken |= 1 << i;
                matched[common] = j as u8;
                common += 1;
                break;
            }
        }
    }
    if common == 0 {
        return 0.0;
    }
    // `taken` has the matched places of `a` in order, `matched` those of `b`: where they differ, the order does.
    let (mut rest, mut swapped) = (taken, 0);
    for j in matched.iter().take(common) {
        let i = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        swapped += usize::from(a[i] != b[usize::from(*j)]);
    }
    let (m, t) = (common as f64, (swapped / 2) as f64);
    let jaro = (m / a.len() as f64 + m / b.len() as f64 + (m - t) / m) / 3.0;
    // Winkler's constants: a tenth of what is missing for each of up to four equal first characters.
    let prefix = a.iter().zip(b).take(4).take_while(|(c, d)| c == d).count() as f64;
    jaro + 0.1 * prefix * (1.0 - jaro)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn two_words_are_as_alike_as_strsim_says(a in "[abAB星海]{0,12}", b in "[abAB星海]{0,64}") {
            let chars = |text: &str| text.chars().collect::<Vec<char>>();
            let ours = jaro_winkler(&chars(&a), &chars(&b));
            let prefix = a.chars().zip(b.chars()).take(4).take_while(|(c, d)| c == d).count() as f64;
            let jaro = strsim::jaro(&a, &b);
            let theirs = jaro + 0.1 * prefix * (1.0 - jaro);
            prop_assert!((ours - theirs).abs() < 1e-12, "{ours} and {theirs}");
        }
    }
}
