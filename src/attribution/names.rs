//! Names by number.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Texts, each with a number in the order it was first seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    numbers: FxHashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Names {
    /// The number of a text; a new one when it was not seen before. `None` when there are no numbers left.
    #[inline]
    pub(super) fn intern(&mut self, text: &str) -> Option<u32> {
        match self.numbers.get(text) {
            Some(number) => Some(*number),
            None => self.insert(text),
        }
    }

    #[cold]
    fn insert(&mut self, text: &str) -> Option<u32> {
        // The last number means "none" in columns.
        let number = u32::try_from(self.texts.len()).ok().filter(|number| *number < u32::MAX)?;
        let text: Arc<str> = Arc::from(text);
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        Some(number)
    }

    /// Forgets the names from a number on.
    pub(super) fn truncate(&mut self, length: usize) {
        while self.texts.len() > length {
            if let Some(text) = self.texts.pop() {
                self.numbers.remove(&text);
            }
        }
    }

    pub(super) fn number(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    pub(super) fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(number as usize).map(|text| &**text)
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}
