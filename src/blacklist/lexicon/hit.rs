//! A word of a lexicon in a text.

use std::ops::Range;

use crate::blacklist::rules::LexiconPass;

/// A word of a lexicon that a text holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexiconHit {
    /// The number of the list among those compiled together.
    pub(in crate::blacklist) list: usize,
    pub(super) span: Range<usize>,
    pub(super) word: String,
    pub(super) indexes: Vec<usize>,
    pub(super) pass: LexiconPass,
    pub(super) allowed_by: Option<String>,
}

impl LexiconHit {
    /// The bytes of the text, on character boundaries. Folded and without what the pass skips, they are the word.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The word, as the list writes it.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }

    /// The places of the word in the list, from 0: several when it is there in several spellings.
    #[must_use]
    pub fn indexes(&self) -> &[usize] {
        &self.indexes
    }

    /// How the text writes it: plainly, with signs between its characters, or with characters repeated.
    #[must_use]
    pub fn pass(&self) -> LexiconPass {
        self.pass
    }

    /// The longer harmless phrase around it, which suppresses it.
    #[must_use]
    pub fn allowed_by(&self) -> Option<&str> {
        self.allowed_by.as_deref()
    }
}
