//! Harmless phrases with signs between their characters, over words that have none: `反“诈骗”`, `需要：发票`. Allowing more of
//! them blocks nobody.

use std::ops::Range;

use super::evasion::MAX_SIGNS;
use super::phrase_cover::{Covers, Phrases};
use super::squeeze::{Kept, Squeezed};
use super::words::Words;
use crate::blacklist::rules::LexiconPass;

/// A text without its signs, and the phrases that were looked for in it.
pub(super) struct LooseText<'t> {
    folded: &'t str,
    squeezed: Squeezed,
    covers: Covers<'t>,
}

impl<'t> LooseText<'t> {
    pub(super) fn of(folded: &'t str, phrases: Option<&'t Phrases>, words: &'t Words) -> LooseText<'t> {
        let squeezed =
            phrases.map_or_else(Squeezed::default, |_| Squeezed::of(folded, LexiconPass::Separated));
        LooseText { folded, squeezed, covers: Covers::new(phrases, words) }
    }

    /// A phrase of a list over some bytes of the folded text.
    pub(super) fn over(&mut self, place: &Range<usize>, list: usize) -> Option<u32> {
        let LooseText { folded, squeezed, covers } = self;
        let place = squeezed.range_of(place)?;
        let is_one = |found: &Range<usize>| {
            squeezed.kept(found.clone()).windows(2).all(|pair| match pair {
                [left, right] => is_one_phrase(folded, left, right),
                _ => true,
            })
        };
        covers.over(&place, list, &squeezed.text, &is_one)
    }
}

/// Whether few signs are between two characters, and no sentence ends there.
fn is_one_phrase(folded: &str, left: &Kept, right: &Kept) -> bool {
    let between = folded.get(left.range().end..right.range().start).unwrap_or_default();
    between.chars().nth(MAX_SIGNS).is_none() && !between.contains(['。', '.', '!', '?', ';', '\n'])
}
