//! Where harmless phrases are in a text.

use std::ops::Range;

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::cover::Cover;
use super::words::Words;
use crate::blacklist::rules::LexiconMatch;

/// Places of phrases that are looked at for each byte of a text.
const TRIES: usize = 16;

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

    /// The places of all phrases in a text, whichever lists allow them.
    fn places(&self, words: &Words, read: &str, is_one: &dyn Fn(&Range<usize>) -> bool) -> Vec<Place> {
        let mut places = Vec::new();
        for one in self.automaton.find_overlapping_iter(read).take(TRIES * read.len()) {
            let place = one.start()..one.end();
            let group = self.groups.get(one.value() as usize).into_iter().flatten();
            let fits = |index: &u32| {
                let phrase = words.phrases.get(*index as usize);
                phrase.is_some_and(|phrase| phrase.edges.fit(read, &place, LexiconMatch::Words))
            };
            let mut phrases = group.copied().filter(fits).peekable();
            if phrases.peek().is_some() && is_one(&place) {
                places.extend(phrases.map(|phrase| (place.clone(), phrase)));
            }
        }
        places
    }
}

type Place = (Range<usize>, u32);

/// The phrases over a text that is read once, when a list first asks. Lists that allow the same phrases share a cover.
pub(super) struct Covers<'w> {
    phrases: Option<&'w Phrases>,
    words: &'w Words,
    places: Option<Vec<Place>>,
    covers: Vec<Option<Cover>>,
}

impl<'w> Covers<'w> {
    pub(super) fn new(phrases: Option<&'w Phrases>, words: &'w Words) -> Covers<'w> {
        Covers { phrases, words, places: None, covers: Vec::new() }
    }

    /// A phrase that a list allows, as far as the text has it in one piece, around a place of the text.
    pub(super) fn over(
        &mut self,
        place: &Range<usize>,
        list: usize,
        read: &str,
        is_one: &dyn Fn(&Range<usize>) -> bool,
    ) -> Option<u32> {
        let Covers { phrases, words, places, covers } = self;
        let places = places.get_or_insert_with(|| {
            phrases.map_or_else(Vec::new, |phrases| phrases.places(words, read, is_one))
        });
        if places.is_empty() {
            return None;
        }
        let alike = words.lists.get(list)?.alike;
        if covers.len() <= alike {
            covers.resize_with(alike + 1, || None);
        }
        let cover = covers.get_mut(alike)?.get_or_insert_with(|| {
            let allows = |(_, phrase): &&Place| {
                words.phrases.get(*phrase as usize).is_some_and(|phrase| words.allows(list, phrase))
            };
            Cover::new(places.iter().filter(allows).cloned().collect())
        });
        cover.over(place)
    }
}
