//! From lists of words to the patterns of the passes.

use rustc_hash::FxHashMap;

use super::edges::Edges;
use super::phrases::harmless_phrases;
use crate::blacklist::lists::reverses_text;
use crate::blacklist::rules::{LexiconCheck, LexiconMatch, LexiconPass};
use crate::error::Report;
use crate::text::fold;

/// Most bytes of a word.
const MAX_WORD: usize = 256;

/// A word of any list, folded.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) folded: Box<str>,
    pub(super) edges: Edges,
    /// The lists that have it.
    pub(super) uses: Vec<Use>,
    /// One of the [common](harmless_phrases) phrases, as it is written there: of all lists that allow these.
    pub(super) common: Option<&'static str>,
}

/// A word in one list.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) list: usize,
    /// Its first spelling.
    pub(super) written: Box<str>,
    /// The places of all its spellings.
    pub(super) indexes: Vec<usize>,
}

/// The settings of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    pub(super) mode: LexiconMatch,
    separated: bool,
    repeated: bool,
    pub(super) allows_common: bool,
    /// The first list that allows the same phrases: where both allow none of their own, all that allow the common ones are
    /// alike.
    pub(super) alike: usize,
}

impl List {
    pub(super) fn asks_for(self, pass: LexiconPass) -> bool {
        match pass {
            LexiconPass::Plain => true,
            LexiconPass::Separated => self.separated,
            LexiconPass::Repeated => self.repeated,
        }
    }
}

/// Words and phrases by their folded form; the maps are never iterated.
#[derive(Debug, Clone, Default)]
pub(in crate::blacklist) struct Words {
    pub(super) lists: Vec<List>,
    pub(super) entries: Vec<Entry>,
    pub(super) phrases: Vec<Entry>,
    entry_of: FxHashMap<Box<str>, usize>,
    phrase_of: FxHashMap<Box<str>, usize>,
    /// The first list without phrases of its own, that does not allow the common ones and that does.
    plain: [Option<usize>; 2],
}

impl Entry {
    /// As one list has it. Lists are read one after the other, so they are in order.
    pub(super) fn use_of(&self, list: usize) -> Option<&Use> {
        let at = self.uses.binary_search_by_key(&list, |one| one.list).ok()?;
        self.uses.get(at)
    }
}

impl Words {
    /// Reads one more list and gives its number.
    pub(in crate::blacklist) fn add(&mut self, check: &LexiconCheck, report: &mut Report) -> usize {
        let list = self.lists.len();
        let allows_common = check.allow_common;
        // They are read once, however many lists allow them.
        if allows_common && !self.lists.iter().any(|list| list.allows_common) {
            self.add_common();
        }
        let LexiconCheck { mode, separated, repeated, .. } = *check;
        let is_plain = check.allowed.is_empty();
        let alike = match self.plain.get_mut(usize::from(allows_common)).filter(|_| is_plain) {
            Some(first) => *first.get_or_insert(list),
            None => list,
        };
        self.lists.push(List { mode, separated, repeated, allows_common, alike });
        report.within("words", |report| {
            if check.words.is_empty() {
                report.error("empty_list", "the list has no words", "add a word, or remove the rule");
            }
            for (index, word) in check.words.iter().enumerate() {
                report.item(index, |report| {
                    if let Some(folded) = read(word, report)
                        && !self.entries.put(&mut self.entry_of, folded, list, index, word)
                    {
                        let message = format!("`{}` is already on the list in another spelling", word.trim());
                        report.warning("duplicate_entry", message, "keep one");
                    }
                });
            }
        });
        report.within("allowed", |report| {
            for (index, phrase) in check.allowed.iter().enumerate() {
                report.item(index, |report| {
                    if let Some(folded) = read(phrase, report) {
                        self.phrases.put(&mut self.phrase_of, folded, list, index, phrase);
                    }
                });
            }
        });
        list
    }

    fn add_common(&mut self) {
        for phrase in harmless_phrases() {
            let folded = fold(phrase);
            let known = self.phrase_of.get(folded.as_str()).and_then(|at| self.phrases.get_mut(*at));
            if let Some(known) = known {
                known.common = Some(phrase);
                continue;
            }
            self.phrase_of.insert(folded.as_str().into(), self.phrases.len());
            let edges = Edges::of(&folded);
            self.phrases.push(Entry { folded: folded.into(), edges, uses: Vec::new(), common: Some(phrase) });
        }
    }

    /// Whether a list allows a phrase.
    pub(super) fn allows(&self, list: usize, phrase: &Entry) -> bool {
        let is_common =
            || phrase.common.is_some() && self.lists.get(list).is_some_and(|list| list.allows_common);
        phrase.use_of(list).is_some() || is_common()
    }
}

/// A folded word that can be searched.
fn read(word: &str, report: &mut Report) -> Option<String> {
    if let Some(c) = word.chars().find(|c| reverses_text(*c)) {
        report.error(
            "bad_entry",
            format!(
                "the word contains the invisible U+{:04X}, which reverses the direction of the text",
                u32::from(c)
            ),
            "type the word again, without copying it",
        );
        return None;
    }
    let folded = fold(word).trim().to_owned();
    if folded.is_empty() {
        report.error(
            "empty_word",
            "nothing is left of the word once it is folded",
            "remove it: marks and invisible characters are not looked for",
        );
        return None;
    }
    if folded.len() > MAX_WORD {
        let message = format!("the word has {} bytes, at most {MAX_WORD} are looked for", folded.len());
        report.error("word_too_long", message, "write the distinctive part");
        return None;
    }
    Some(folded)
}

/// Puts a word into a table.
trait Put {
    /// Returns whether the list did not have it.
    fn put(
        &mut self,
        known: &mut FxHashMap<Box<str>, usize>,
        folded: String,
        list: usize,
        index: usize,
        written: &str,
    ) -> bool;
}

impl Put for Vec<Entry> {
    fn put(
        &mut self,
        known: &mut FxHashMap<Box<str>, usize>,
        folded: String,
        list: usize,
        index: usize,
        written: &str,
    ) -> bool {
        let new = Use { list, written: written.trim().into(), indexes: vec![index] };
        let Some(entry) = known.get(folded.as_str()).and_then(|at| self.get_mut(*at)) else {
            let edges = Edges::of(&folded);
            known.insert(folded.as_str().into(), self.len());
            self.push(Entry { folded: folded.into(), edges, uses: vec![new], common: None });
            return true;
        };
        // Lists are read one after the other.
        match entry.uses.last_mut().filter(|one| one.list == list) {
            Some(one) => {
                one.indexes.push(index);
                false
            }
            None => {
                entry.uses.push(new);
                true
            }
        }
    }
}
