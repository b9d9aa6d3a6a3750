//! Where harmless phrases are in a text.

use std::ops::Range;

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::cover::Cover;
use super::words::Words;
use crate::blacklist::rules::LexiconMatch;

pub(super) type Automaton = CharwiseDoubleArrayAhoCorasick<u32>;

pub(super) fn automaton(patterns: &[String]) -> Result<Automaton, String> {
    let numbered = patterns.iter().zip(0u32..);
    CharwiseDoubleArrayAhoCorasick::with_values(numbered).map_err(|error| error.to_string())
}

/// The harmless phrases as a pass reads them.
#[derive(Clone)]
pub(super) struct Phrases {
    automaton: Automaton,
    /// The phrases of each pattern.
    groups: Vec<Vec<u32>>,
}

impl Phrases {
    pub(super) fn build(patterns: &[String], groups: Vec<Vec<u32>>) -> Result<Option<Phrases>, String> {
        if patterns.is_empty() {
            return Ok(None);
        }
        Ok(Some(Phrases { automaton: automaton(patterns)?, groups }))
    }

    /// The phrases of a list in a text, as far as they are one each.
    pub(super) fn cover(
        &self,
        words: &Words,
        read: &str,
        list: usize,
        is_one: &dyn Fn(&Range<usize>) -> bool,
    ) -> Cover {
        let mut found = Vec::new();
        for one in self.automaton.find_overlapping_iter(read) {
            let place = one.start()..one.end();
            for index in self.groups.get(one.value() as usize).into_iter().flatten() {
                let Some(phrase) = words.phrases.get(*index as usize) else { continue };
                let is_word = phrase.edges.fit(read, &place, LexiconMatch::Words);
                if is_word && words.allows(list, phrase) && is_one(&place) {
                    found.push((place.clone(), *index));
                }
            }
        }
        Cover::new(found)
    }
}
