//! One spelling for one text: width, case, compatibility forms, accents, traditional characters.

use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

use super::traditional::{changes, simplified};

/// Folds a text so that two spellings of one thing compare equal.
///
/// * full width and half width, ligatures, circled and other compatibility forms become the plain ones (NFKC);
/// * case is lowered; `ß`, `ø`, `ł`, `æ` and their like become the ASCII letters they are typed as;
/// * accents and other marks on Latin, Greek, Cyrillic, Hebrew and Arabic letters are dropped, marks that make a
///   letter of its own (Japanese voicing, Indic vowel signs, Hangul) are kept;
/// * invisible format characters (zero-width, direction, variation selectors, soft hyphen) are dropped;
/// * traditional Chinese characters become simplified.
///
/// White space and punctuation stay (in their plain forms). Folding is idempotent. Linear in the text.
///
/// ```
/// use leadkit::text::fold;
///
/// assert_eq!(fold("Ｃａｆé №１"), "cafe no1");
/// assert_eq!(fold("廣東\u{200b}騰訊"), "广东腾讯");
/// assert_eq!(fold("ｶﾞス"), "ガス");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// [`fold`] into a buffer that the caller keeps.
pub(crate) fn fold_into(text: &str, out: &mut String) {
    out.reserve(text.len());
    fold_clusters(text, out, |_, _, _| {});
}

/// A folded text that knows which bytes of the original each of its bytes came from.
///
/// ```
/// use leadkit::text::Folded;
///
/// let original = "加微信：ＡＢＣ１２３";
/// let folded = Folded::new(original);
/// let at = folded.as_str().find("abc123").unwrap_or_default();
/// let span = folded.original_span(at..at + 6);
/// assert_eq!(&original[span], "ＡＢＣ１２３");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    text: String,
    original_len: usize,
    /// Sorted by the place in the folded text.
    runs: Vec<Run>,
}

/// A part of a folded text and of its original, up to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    /// Where it begins in the folded text.
    folded: u32,
    original: u32,
    /// Character by character the two have the same lengths; otherwise the whole stands for one piece of the original.
    even: bool,
}

impl Folded {
    /// Folds `text` and keeps the map back. Texts beyond 4 GiB are cut at that length.
    ///
    /// ```
    /// use leadkit::text::{Folded, fold};
    ///
    /// let folded = Folded::new("ＡＣＭＥ ① Ltd");
    /// assert_eq!(folded.as_str(), "acme 1 ltd");
    /// assert_eq!(folded.as_str(), fold("ＡＣＭＥ ① Ltd"));
    /// ```
    #[must_use]
    pub fn new(text: &str) -> Folded {
        let most = (0..4).find_map(|back| text.get(..u32::MAX as usize - back));
        let text = if text.len() > u32::MAX as usize { most.unwrap_or_default() } else { text };
        let mut out = String::with_capacity(text.len());
        let mut runs: Vec<Run> = Vec::new();
        fold_clusters(text, &mut out, |folded, original, even| {
            let continues = |run: &Run| {
                even && run.even && folded - run.folded as usize == original - run.original as usize
            };
            if !runs.last().is_some_and(continues) {
                runs.push(Run { folded: folded as u32, original: original as u32, even });
            }
        });
        Folded { text: out, original_len: text.len(), runs }
    }

    /// The folded text, equal to [`fold`] of the original.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bytes of the original that a range of the folded text came from.
    ///
    /// The answer is always on character boundaries of the original and covers whole characters: where one
    /// character became several (`㈱` → `(株)`), any part of them gives that character. Marks and invisible
    /// characters that were dropped belong to the character before them. A range beyond the end is cut; an empty
    /// range gives an empty span. O(log n).
    ///
    /// ```
    /// use leadkit::text::Folded;
    ///
    /// let text = "请联系ＡＢＣ公司";
    /// let folded = Folded::new(text);
    /// let found = folded.as_str().find("abc").unwrap();
    /// assert_eq!(&text[folded.original_span(found..found + 3)], "ＡＢＣ");
    /// ```
    #[must_use]
    pub fn original_span(&self, range: Range<usize>) -> Range<usize> {
        let start = range.start.min(self.text.len());
        let end = range.end.clamp(start, self.text.len());
        let from = self.place_of(start).start;
        if start == end {
            return from..from;
        }
        from..self.place_of(end - 1).end
    }

    /// The bytes of the original that the character at a folded byte came from; behind the last one, the end of it.
    fn place_of(&self, byte: usize) -> Range<usize> {
        if byte >= self.text.len() {
            return self.original_len..self.original_len;
        }
        let next = self.runs.partition_point(|run| run.folded as usize <= byte);
        let behind = self.runs.get(next);
        // Characters dropped behind a run belong to its last character.
        let (run_end, end) = behind
            .map_or((self.text.len(), self.original_len), |run| (run.folded as usize, run.original as usize));
        let Some(run) = next.checked_sub(1).and_then(|last| self.runs.get(last)) else { return 0..end };
        let original = run.original as usize;
        if !run.even {
            return original..end;
        }
        let at = |place: usize| original + (place - run.folded as usize);
        let is_boundary = |place: &usize| self.text.is_char_boundary(*place);
        let first = (run.folded as usize..=byte).rev().find(is_boundary).map_or(original, at);
        let last = (byte + 1..run_end).find(is_boundary).map_or(end, at);
        first..last
    }
}

/// Folds cluster by cluster; reports for each piece that leaves something behind where it begins in the folded text and in
/// the original, and whether its characters keep their lengths.
fn fold_clusters(text: &str, out: &mut String, mut piece: impl FnMut(usize, usize, bool)) {
    if text.is_ascii() && !text.is_empty() {
        piece(out.len(), 0, true);
        return lower_into(text, out);
    }
    let mut rest = text;
    let (mut cluster, mut lowered) = (String::new(), String::new());
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        let run = run_len(rest);
        if run > 0 {
            let (run, tail) = rest.split_at_checked(run).unwrap_or((rest, ""));
            if first.is_ascii() {
                piece(out.len(), at, true);
                lower_into(run, out);
            } else {
                simplify_into(run, at, out, &mut piece);
            }
            rest = tail;
            continue;
        }
        let behind = rest.get(first.len_utf8()..).unwrap_or_default();
        let folded = if is_ideograph(first) { Some(simplified(first)) } else { sign(first) };
        if let Some(folded) = folded
            && !starts_with_mark(behind)
        {
            piece(out.len(), at, folded.len_utf8() == first.len_utf8());
            out.push(folded);
            rest = behind;
            continue;
        }
        let len = cluster_len(rest);
        let (source, tail) = rest.split_at_checked(len).unwrap_or((rest, ""));
        cluster.clear();
        fold_slowly(source, &mut lowered, &mut cluster);
        if !cluster.is_empty() {
            piece(out.len(), at, false);
            out.push_str(&cluster);
        }
        rest = tail;
    }
}

/// Appends ASCII text in lower case.
fn lower_into(text: &str, out: &mut String) {
    let start = out.len();
    out.push_str(text);
    if let Some(copy) = out.get_mut(start..) {
        copy.make_ascii_lowercase();
    }
}

/// Appends ideographs that begin at a byte of the original: most stay as they are, and are copied together.
fn simplify_into(run: &str, at: usize, out: &mut String, piece: &mut impl FnMut(usize, usize, bool)) {
    let mut copied = 0;
    piece(out.len(), at, true);
    for (place, c, simple) in changes(run) {
        out.push_str(run.get(copied..place).unwrap_or_default());
        copied = place + c.len_utf8();
        let even = simple.len_utf8() == c.len_utf8();
        piece(out.len(), at + place, even);
        out.push(simple);
        if !even && copied < run.len() {
            piece(out.len(), at + copied, true);
        }
    }
    out.push_str(run.get(copied..).unwrap_or_default());
}

/// The blocks of East Asian punctuation, kana and full-width forms, whose characters are in nearly every Chinese text.
const SIGNS: [(char, char); 2] = [('\u{3000}', '\u{30ff}'), ('\u{ff00}', '\u{ff65}')];

/// The character that each one of [`SIGNS`] folds to by itself; NUL when it folds to several or none.
static FOLDED_SIGNS: LazyLock<[Vec<char>; 2]> = LazyLock::new(|| {
    SIGNS.map(|(first, last)| {
        let fold = |c: char| {
            let mut folded = String::new();
            fold_slowly(c.encode_utf8(&mut [0; 4]), &mut String::new(), &mut folded);
            let mut chars = folded.chars();
            chars.next().filter(|_| chars.next().is_none()).unwrap_or('\0')
        };
        (first..=last).map(fold).collect()
    })
});

/// The folded form of a character of the blocks of signs, where it is one character.
#[inline]
fn sign(c: char) -> Option<char> {
    let block = SIGNS.iter().position(|(first, last)| (*first..=*last).contains(&c))?;
    let (first, _) = SIGNS.get(block)?;
    let folded = FOLDED_SIGNS.get(block)?.get((c as usize).checked_sub(*first as usize)?)?;
    (*folded != '\0').then_some(*folded)
}

/// Bytes of the ASCII characters, or of the ideographs from U+4E00 to U+9FFF, at the head of a text that no mark belongs to.
fn run_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (run, last) = if bytes.first().is_some_and(u8::is_ascii) {
        (bytes.iter().take_while(|byte| byte.is_ascii()).count(), 1)
    } else {
        let is_ideograph = |three: &&[u8]| matches!(three, [0xE5..=0xE9, ..] | [0xE4, 0xB8..=0xBF, ..]);
        (bytes.chunks_exact(3).take_while(is_ideograph).count() * 3, 3)
    };
    if run > 0 && starts_with_mark(rest.get(run..).unwrap_or_default()) { run - last } else { run }
}

#[inline]
fn starts_with_mark(rest: &str) -> bool {
    // The first byte rules out nearly every character: there are no marks before U+0300 and from U+4000 to U+9FFF.
    if rest.as_bytes().first().is_none_or(|byte| *byte < 0xCC || (0xE4..=0xE9).contains(byte)) {
        return false;
    }
    rest.chars().next().is_some_and(|c| !c.is_ascii() && joins_the_one_before(c))
}

/// Bytes of the first character and of everything that composes with it.
fn cluster_len(rest: &str) -> usize {
    let mut chars = rest.char_indices();
    chars.next();
    chars.find(|(_, c)| !joins_the_one_before(*c)).map_or(rest.len(), |(i, _)| i)
}

fn joins_the_one_before(c: char) -> bool {
    // Signs and full-width forms often follow ideographs.
    if is_ideograph(c)
        || c < '\u{300}'
        || matches!(c, '\u{3000}'..='\u{3029}' | '\u{30a0}'..='\u{30ff}' | '\u{ff00}'..='\u{ff9d}')
    {
        return false;
    }
    is_combining_mark(c)
        || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}' | '\u{200d}' | '\u{ffa0}'..='\u{ffdc}')
}

/// Appends a folded cluster. `lowered` is room to work in.
fn fold_slowly(source: &str, lowered: &mut String, out: &mut String) {
    lowered.clear();
    lowered.extend(source.nfkd().flat_map(char::to_lowercase));
    let kept = lowered.nfkd().filter(|c| !is_dropped(*c)).nfc();
    for c in kept {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'đ' | 'ð' => out.push('d'),
            'ł' => out.push('l'),
            'ħ' => out.push('h'),
            'ı' => out.push('i'),
            'ŋ' => out.push('n'),
            'ŧ' => out.push('t'),
            'ς' => out.push('σ'),
            '’' | '‘' | 'ʼ' | '′' => out.push('\''),
            '“' | '”' | '″' => out.push('"'),
            '‐' | '‒' | '–' | '—' | '―' | '−' => out.push('-'),
            '【' | '〔' | '〖' | '〘' => out.push('('),
            '】' | '〕' | '〗' | '〙' => out.push(')'),
            _ => out.push(simplified(c)),
        }
    }
}

/// Marks of alphabets where they are spelling, not letters, and invisible characters.
fn is_dropped(c: char) -> bool {
    match c {
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => true,
        '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => true,
        '\u{e0000}'..='\u{e0fff}' | '\u{fe00}'..='\u{fe0f}' => true,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5c7}' => is_combining_mark(c),
        '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}' => {
            is_combining_mark(c)
        }
        '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' => is_combining_mark(c),
        '\u{302a}'..='\u{302d}' | '\u{fe20}'..='\u{fe2f}' => true,
        _ => c > '\u{10000}' && canonical_combining_class(c) == 230 && is_combining_mark(c),
    }
}

/// Whether a character is a Chinese ideograph: the unified blocks and their extensions. The compatibility ideographs are forms
/// of these.
#[inline]
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2f7ff}' | '\u{30000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_text_fold_to_one() {
        for (a, b) in [
            ("ＡＢＣ", "abc"),
            ("É", "e"),
            ("E\u{301}", "e"),
            ("廣東", "广东"),
            ("\u{f92f}\u{2f800}\u{e9}", "劳丽e"),
            ("㈱日立", "(株)日立"),
            ("ｶﾞ", "ガ"),
            ("カ\u{3099}", "ガ"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("Łódź", "lodz"),
            ("STRASSE", "straße"),
            ("ﬁ", "fi"),
            ("a\u{200b}b", "ab"),
            ("（北京）", "(北京)"),
            ("ΣΑΣ", "σας"),
        ] {
            assert_eq!(fold(a), fold(b), "{a}");
        }
    }

    #[test]
    fn a_mark_belongs_to_the_last_of_a_run() {
        let folded = Folded::new("ABe\u{301}x 中E\u{301}");
        assert_eq!(folded.as_str(), "abex 中e");
        assert_eq!(folded.original_span(2..3), 2..5);
        assert_eq!(folded.original_span(3..4), 5..6);
        for c in ('\u{80}'..'\u{300}').chain('\u{4000}'..='\u{9fff}') {
            assert!(!joins_the_one_before(c), "{c}");
        }
    }

    /// The short ways through a cluster of one character give what the long way gives.
    #[test]
    fn signs_fold_as_they_fold_slowly() {
        let mut short = 0;
        for c in SIGNS.into_iter().flat_map(|(first, last)| first..=last) {
            assert_eq!(
                joins_the_one_before(c),
                is_combining_mark(c) || matches!(c, '\u{ff9e}' | '\u{ff9f}'),
                "{c}"
            );
            let mut slow = String::new();
            fold_slowly(c.encode_utf8(&mut [0; 4]), &mut String::new(), &mut slow);
            assert_eq!(fold(&c.to_string()), slow, "{c}");
            short += usize::from(sign(c).is_some());
        }
        assert!(short > 300, "{short}");
        assert_eq!(fold("カ\u{3099}、Ａ\u{301}。か\u{309a}"), "ガ、a。か\u{309a}");
    }

    /// Cluster by cluster, each in the long way: the folded text, and where each of its bytes came from.
    fn folded_slowly(text: &str) -> (String, Vec<Range<usize>>) {
        let (mut out, mut places) = (String::new(), Vec::<Range<usize>>::new());
        let mut at = 0;
        while at < text.len() {
            let end = at + cluster_len(&text[at..]);
            let start = out.len();
            fold_slowly(&text[at..end], &mut String::new(), &mut out);
            if out.len() == start {
                // Dropped characters belong to the character before them.
                let last = places.last().cloned();
                places
                    .iter_mut()
                    .rev()
                    .take_while(|place| Some(&**place) == last.as_ref())
                    .for_each(|place| place.end = end);
            }
            places.extend((start..out.len()).map(|_| at..end));
            at = end;
        }
        (out, places)
    }

    proptest::proptest! {
        #[test]
        fn runs_fold_and_map_as_single_clusters_do(
            text in "([a-zA-Z ]{0,3}|[\u{4dfe}-\u{4e03}\u{9ffd}-\u{a001}]{0,3}|[廣東騰訊中国]{0,4}|[\u{301}\u{200b}\u{200d}\u{3099}]|[，。Ａ㈱カé]|\\PC){0,12}"
        ) {
            let folded = Folded::new(&text);
            let (slow, places) = folded_slowly(&text);
            proptest::prop_assert_eq!(folded.as_str(), &slow);
            proptest::prop_assert_eq!(fold(&text), slow);
            for start in 0..places.len() {
                for end in start + 1..=places.len() {
                    let span = places[start].start..places[end - 1].end;
                    proptest::prop_assert_eq!(folded.original_span(start..end), span, "{}", text);
                }
            }
        }
    }

    #[test]
    fn spans_cover_whole_characters_of_the_original() {
        let original = "ae\u{301}㈱廣東 x";
        let folded = Folded::new(original);
        assert_eq!(folded.as_str(), "ae(株)广东 x");
        let span = |part: &str| {
            let at = folded.as_str().find(part).unwrap();
            &original[folded.original_span(at..at + part.len())]
        };
        assert_eq!(span("e"), "e\u{301}");
        assert_eq!(span("株"), "㈱");
        assert_eq!(span(")广"), "㈱廣");
        assert_eq!(span("东"), "東");
        assert_eq!(span("x"), "x");
    }
}
