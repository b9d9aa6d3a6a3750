//! One automaton for all lists, a pass at a time.

use std::fmt;
use std::ops::Range;

use super::evasion::{is_evasion, squeezed_word};
use super::hit::LexiconHit;
use super::loose::LooseText;
use super::phrase_cover::{Automaton, Covers, Phrases, automaton};
use super::room::Room;
use super::squeeze::{Kept, Squeezed, whole};
use super::words::{Entry, Words};
use crate::blacklist::rules::{LexiconCheck, LexiconMatch, LexiconPass};
use crate::error::{Report, RuleErrors};
use crate::rule::LeadLimits;
use crate::text::{Folded, fold};

/// Places of words that a pass tries for each byte it reads: more come only of words within words within words.
const TRIES: usize = 16;

/// Compiled lists of words.
///
/// The text is folded once ([`fold`](crate::text::fold)), so that width, case, compatibility forms, accents and piled-up
/// marks, invisible characters and traditional characters make no difference. Lists with such a setting are read again
/// without signs between the characters, and with repeated characters squeezed.
///
/// Not looked for are letters or digits between the characters, words written backwards, look-alike letters of other
/// scripts, leet (`c@sino`), pinyin, and repeated characters in words of two. A word that another holds by chance, in a
/// script without blanks, is found unless a phrase says that it is harmless.
///
/// As much of a text is read as of a lead's message ([`LeadLimits::MESSAGE`]), in time that is linear in it: of each list at
/// most 64 hits of each pass are given, none of a lighter pass once the plain one has as many, and 64 more that a harmless
/// phrase suppresses; where words stand within words within words, 16
/// of them are tried for each byte of the text.
///
/// ```
/// use leadkit::blacklist::{Lexicon, LexiconCheck, LexiconPass};
///
/// let lexicon = Lexicon::compile(&LexiconCheck {
///     words: vec!["诈骗".into(), "casino".into()],
///     separated: true,
///     ..LexiconCheck::default()
/// })?;
/// let text = "反诈骗平台 vs. ＣＡＳＩＮＯ 詐\u{200b}騙 c.a.s.i.n.o";
/// let found: Vec<_> = lexicon.find(text).into_iter().map(|hit| (hit.span(), hit.pass(), hit.allowed_by().is_some())).collect();
/// assert_eq!(found, [
///     (3..9, LexiconPass::Plain, true),
///     (20..38, LexiconPass::Plain, false),
///     (39..48, LexiconPass::Plain, false),
///     (49..60, LexiconPass::Separated, false),
/// ]);
/// assert!(lexicon.find("the casinos of Macau").is_empty());
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Clone)]
pub struct Lexicon {
    words: Words,
    layers: Vec<Layer>,
    /// The phrases without their signs.
    loose: Option<Phrases>,
}

/// The patterns of one pass.
#[derive(Clone)]
struct Layer {
    pass: LexiconPass,
    words: Automaton,
    /// The entries of each pattern; several where the pass squeezes different words to one.
    entries: Vec<Vec<u32>>,
    phrases: Option<Phrases>,
}

impl fmt::Debug for Lexicon {
    /// Shows how much is listed, not what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lexicon").field("words", &self.len()).finish_non_exhaustive()
    }
}

impl Lexicon {
    /// Validates and compiles one list.
    ///
    /// ```
    /// use leadkit::blacklist::{Lexicon, LexiconCheck};
    ///
    /// let check = |words: &[&str]| {
    ///     let words = words.iter().map(ToString::to_string).collect();
    ///     LexiconCheck { words, ..LexiconCheck::default() }
    /// };
    /// assert_eq!(Lexicon::compile(&check(&["传销", "ｃａｓｉｎｏ", "casino"]))?.len(), 2);
    /// let errors = Lexicon::compile(&check(&["传销", " "])).unwrap_err();
    /// assert_eq!(errors.diagnostics()[0].path, "words[1]");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Every word that cannot be searched, by its place.
    pub fn compile(check: &LexiconCheck) -> Result<Lexicon, RuleErrors> {
        let mut report = Report::new();
        let mut words = Words::default();
        words.add(check, &mut report);
        let lexicon = Lexicon::build(words, &mut report);
        report.finish()?;
        Ok(lexicon.unwrap_or_else(|| Lexicon { words: Words::default(), layers: Vec::new(), loose: None }))
    }

    /// Compiles the lists that were read; `None` when there is nothing to search.
    pub(in crate::blacklist) fn build(words: Words, report: &mut Report) -> Option<Lexicon> {
        let layers = LexiconPass::ALL.iter().map(|pass| Layer::build(&words, *pass));
        let layers: Result<Vec<Option<Layer>>, String> = layers.collect();
        let (patterns, groups) = patterns_of_phrases(&words, LexiconPass::Separated, &|_| true);
        match layers.and_then(|layers| Ok((layers, Phrases::build(&patterns, groups)?))) {
            Ok((layers, loose)) => {
                let layers: Vec<Layer> = layers.into_iter().flatten().collect();
                (!layers.is_empty()).then_some(Lexicon { words, layers, loose })
            }
            Err(fault) => {
                let message = format!("the words of all lexicons cannot be compiled together: {fault}");
                report.error("too_many_words", message, "divide them between several documents");
                None
            }
        }
    }

    /// Different words, spellings counted once.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.entries.len()
    }

    /// Whether there is nothing to search.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.entries.is_empty()
    }

    /// The words that the first [`LeadLimits::MESSAGE`] bytes of a text hold, by place; a word inside another is there too.
    ///
    /// ```
    /// use leadkit::blacklist::{Lexicon, LexiconCheck};
    ///
    /// let check = LexiconCheck { words: vec!["传销".into()], allowed: vec!["宣传销售".into()], ..LexiconCheck::default() };
    /// let lexicon = Lexicon::compile(&check)?;
    /// let text = "这是传销";
    /// assert_eq!(&text[lexicon.find(text)[0].span()], "传销");
    /// // A harmless phrase around it suppresses it.
    /// assert_eq!(lexicon.find("我们做宣传销售")[0].allowed_by(), Some("宣传销售"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<LexiconHit> {
        let end = (0..=LeadLimits::MESSAGE.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        let text = end.and_then(|end| text.get(..end)).unwrap_or_default();
        let mut hits = Vec::new();
        self.scan(text, &Folded::new(text), &mut self.room(), &mut hits);
        hits.sort_by(|a, b| {
            let key = |hit: &LexiconHit| (hit.span.start, hit.span.end, hit.list, hit.pass);
            key(a).cmp(&key(b)).then_with(|| a.word.cmp(&b.word))
        });
        hits
    }

    /// Room for the hits of a text, or of all texts of a lead.
    pub(in crate::blacklist) fn room(&self) -> Room {
        let layers = self.layers.iter().map(|layer| {
            let lists = self.words.lists.iter();
            (lists.map(|list| list.asks_for(layer.pass)).collect(), self.words.entries.len())
        });
        Room::new(self.words.lists.len(), layers)
    }

    /// Adds the words that a text, folded already, holds, pass by pass, as far as there is room for them.
    pub(in crate::blacklist) fn scan(
        &self,
        text: &str,
        folded: &Folded,
        room: &mut Room,
        hits: &mut Vec<LexiconHit>,
    ) {
        if text.is_empty() {
            return;
        }
        let mut scan = Scan { lexicon: self, text, folded, room, hits };
        self.layers.iter().enumerate().for_each(|(at, layer)| scan.run(at, layer));
    }
}

impl Layer {
    fn build(words: &Words, pass: LexiconPass) -> Result<Option<Layer>, String> {
        let wanted = |entry: &Entry| {
            let asks = |list: usize| words.lists.get(list).is_some_and(|list| list.asks_for(pass));
            let by_all = || words.lists.iter().any(|list| list.allows_common && list.asks_for(pass));
            entry.uses.iter().any(|one| asks(one.list)) || entry.common.is_some() && by_all()
        };
        let (patterns, entries) = patterns(&words.entries, pass, &wanted);
        if patterns.is_empty() {
            return Ok(None);
        }
        let (phrases, groups) = patterns_of_phrases(words, pass, &wanted);
        let phrases = Phrases::build(&phrases, groups)?;
        Ok(Some(Layer { pass, words: automaton(&patterns)?, entries, phrases }))
    }

    /// The part of a folded text that the pass reads.
    fn squeeze(&self, folded: &str) -> Option<Squeezed> {
        (self.pass != LexiconPass::Plain).then(|| Squeezed::of(folded, self.pass))
    }
}

/// The patterns of a pass, sorted, and the entries of each.
fn patterns(
    entries: &[Entry],
    pass: LexiconPass,
    wanted: &dyn Fn(&Entry) -> bool,
) -> (Vec<String>, Vec<Vec<u32>>) {
    let mut written: Vec<(String, u32)> = entries
        .iter()
        .zip(0u32..)
        .filter(|(entry, _)| wanted(entry))
        .filter_map(|(entry, index)| {
            let pattern = match pass {
                LexiconPass::Plain => entry.folded.to_string(),
                pass => squeezed_word(&entry.folded, pass)?,
            };
            Some((pattern, index))
        })
        .collect();
    written.sort_unstable();
    let (mut patterns, mut groups): (Vec<String>, Vec<Vec<u32>>) = (Vec::new(), Vec::new());
    for (pattern, index) in written {
        match groups.last_mut().filter(|_| patterns.last() == Some(&pattern)) {
            Some(group) => group.push(index),
            None => {
                patterns.push(pattern);
                groups.push(vec![index]);
            }
        }
    }
    (patterns, groups)
}

/// The same for phrases: squeezed like the text, however short they are.
fn patterns_of_phrases(
    words: &Words,
    pass: LexiconPass,
    wanted: &dyn Fn(&Entry) -> bool,
) -> (Vec<String>, Vec<Vec<u32>>) {
    if pass == LexiconPass::Plain {
        return patterns(&words.phrases, pass, wanted);
    }
    let squeezed: Vec<Entry> = words
        .phrases
        .iter()
        .map(|phrase| Entry { folded: Squeezed::of(&phrase.folded, pass).text.into(), ..phrase.clone() })
        .collect();
    patterns(&squeezed, LexiconPass::Plain, &|phrase| !phrase.folded.is_empty() && wanted(phrase))
}

/// A text being read.
struct Scan<'s> {
    lexicon: &'s Lexicon,
    text: &'s str,
    folded: &'s Folded,
    room: &'s mut Room,
    hits: &'s mut Vec<LexiconHit>,
}

impl Scan<'_> {
    fn run(&mut self, at: usize, layer: &Layer) {
        if self.room.is_full(at) {
            return;
        }
        let squeezed = layer.squeeze(self.folded.as_str());
        let read = squeezed.as_ref().map_or(self.folded.as_str(), |squeezed| &squeezed.text);
        // Phrases are looked for when the first word is found: most texts hold none.
        let (lexicon, folded) = (self.lexicon, self.folded.as_str());
        let mut covers = Covers::new(layer.phrases.as_ref(), &lexicon.words);
        let loose = lexicon.loose.as_ref().filter(|_| layer.pass == LexiconPass::Plain);
        let mut loose_text: Option<LooseText<'_>> = None;
        for found in layer.words.find_overlapping_iter(read).take(TRIES * read.len()) {
            let place = found.start()..found.end();
            let kept = squeezed.as_ref().map(|squeezed| squeezed.kept(place.clone()));
            let Some(range) = kept.map_or(Some(place.clone()), whole) else { continue };
            for index in layer.entries.get(found.value() as usize).into_iter().flatten() {
                let index = *index as usize;
                let Some(entry) = lexicon.words.entries.get(index) else { continue };
                if self.room.has_been_left(at, index) {
                    continue;
                }
                self.entry((at, layer), entry, kept, &range, &mut |list| {
                    covers.over(&place, list, read, &|_| true).or_else(|| {
                        let text =
                            loose_text.get_or_insert_with(|| LooseText::of(folded, loose, &lexicon.words));
                        text.over(&place, list)
                    })
                });
                if !entry.uses.iter().any(|one| self.room.is_open(at, one.list)) {
                    self.room.leave(at, index);
                    if self.room.is_full(at) {
                        return;
                    }
                }
            }
        }
    }

    /// One word at one place of the folded text.
    fn entry(
        &mut self,
        (at, layer): (usize, &Layer),
        entry: &Entry,
        kept: Option<&[Kept]>,
        range: &Range<usize>,
        cover: &mut dyn FnMut(usize) -> Option<u32>,
    ) {
        let folded = self.folded.as_str();
        let mut span = None;
        for one in &entry.uses {
            // Lists that do not ask for the pass are never open.
            if !self.room.is_open(at, one.list) {
                continue;
            }
            let Some(list) = self.lexicon.words.lists.get(one.list) else { continue };
            if !entry.edges.fit(folded, range, list.mode) && !self.fits_between_signs(entry, range, list.mode)
            {
                continue;
            }
            let is_there = kept.is_none_or(|kept| {
                is_evasion(&entry.folded, kept, folded, layer.pass, &|gap| self.signs(gap))
            });
            // Whole characters of the original: one may fold to several, and a word may end among them.
            let found = || self.original(range).filter(|_| is_there);
            let Some(span) = span.get_or_insert_with(found).clone() else { return };
            let phrase = cover(one.list).and_then(|phrase| self.lexicon.words.phrases.get(phrase as usize));
            if !self.room.take(at, one.list, phrase.is_some()) {
                continue;
            }
            let written = |phrase: &Entry| {
                let own = phrase.use_of(one.list);
                own.map_or(phrase.common.unwrap_or(&*phrase.folded), |own| &*own.written).to_owned()
            };
            self.hits.push(LexiconHit {
                list: one.list,
                span,
                word: one.written.to_string(),
                indexes: one.indexes.clone(),
                pass: layer.pass,
                allowed_by: phrase.map(written),
            });
        }
    }

    /// Whether the word is whole because a sign next to it folds to letters: `casino™`, `№1`. Boundaries are those of the
    /// original.
    fn fits_between_signs(&self, entry: &Entry, range: &Range<usize>, mode: LexiconMatch) -> bool {
        let folded = self.folded.as_str();
        let is_sign = |byte: Range<usize>| {
            let original = self.text.get(self.folded.original_span(byte)).unwrap_or_default();
            original.chars().next().is_some_and(|c| !c.is_ascii() && !c.is_alphanumeric())
        };
        let left = range.start.checked_sub(1).is_some_and(|before| is_sign(before..range.start));
        let right = range.end < folded.len() && is_sign(range.end..range.end + 1);
        let start = if left { range.start } else { 0 };
        let end = if right { range.end } else { folded.len() };
        let place = range.start - start..range.end - start;
        (left || right) && folded.get(start..end).is_some_and(|text| entry.edges.fit(text, &place, mode))
    }

    /// How many signs are at some bytes of the folded text: as many as were typed, without those that folding drops.
    fn signs(&self, gap: Range<usize>) -> usize {
        let count = |text: Option<&str>| text.map_or(0, |text| text.chars().count());
        let folded = count(self.folded.as_str().get(gap.clone()));
        // Most characters fold to themselves.
        if folded <= 1 { folded } else { folded.min(count(self.text.get(self.folded.original_span(gap)))) }
    }

    /// The bytes of the original. A mark that turns the direction right before the word belongs to it.
    fn original(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let span = self.folded.original_span(range.clone());
        if fold(self.text.get(span.clone())?) != *self.folded.as_str().get(range.clone())? {
            return None;
        }
        let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let before = self.text.get(..span.start)?.chars().rev().take_while(turns);
        let turned: usize = before.map(char::len_utf8).sum();
        Some(span.start - turned..span.end)
    }
}
