//! A name or phrase without what does not distinguish it: case, punctuation, spaces between unspaced characters.

use std::ops::Range;

use super::tables::is_unspaced;
use crate::text::fold_into;

/// A cleaned text, in reusable buffers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cleaned {
    folded: String,
    /// Folded, without punctuation; words parted by one space, nothing between unspaced characters.
    pub(crate) text: String,
    /// Some of it is in a script without spaces.
    pub(super) unspaced: bool,
    /// Contents of brackets, in order.
    pub(super) brackets: Vec<Range<usize>>,
}

impl Cleaned {
    /// The folded text, with its punctuation.
    pub(super) fn into_folded(self) -> String {
        self.folded
    }

    /// Folds and removes punctuation: fills `text` and the brackets. `name_of` picks the name from the folded text.
    pub(super) fn read(&mut self, name: &str, name_of: impl Fn(&str) -> &str) {
        let mut folded = std::mem::take(&mut self.folded);
        folded.clear();
        fold_into(name, &mut folded);
        self.read_folded(&folded, name_of);
        self.folded = folded;
    }

    /// The same of a folded text.
    fn read_folded(&mut self, folded: &str, name_of: impl Fn(&str) -> &str) {
        self.text.clear();
        self.brackets.clear();
        self.text.reserve(folded.len());
        self.remove_punctuation(name_of(without_slash_note(folded)));
        if self.text.is_empty() {
            // Nothing but punctuation or symbols: better an odd name than none.
            self.text.extend(folded.split_whitespace());
            self.brackets.clear();
        }
    }

    fn remove_punctuation(&mut self, folded: &str) {
        let mut opened = None;
        let mut gap = false;
        self.unspaced = false;
        // The last character written is a letter or figure of a word.
        let mut in_word = false;
        let mut rest = folded;
        while let Some(c) = rest.chars().next() {
            let unspaced = is_unspaced(c);
            // Most of a name is copied in runs.
            let run = if unspaced { ideographs(rest) } else { letters(rest) }.max(c.len_utf8());
            let run = rest.split_at_checked(run).unwrap_or((rest, ""));
            rest = run.1;
            let in_text = unspaced
                || c.is_ascii_alphanumeric()
                || !c.is_ascii()
                    && (c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c));
            if in_text {
                if gap && in_word && !unspaced {
                    self.text.push(' ');
                }
                self.text.push_str(run.0);
                self.unspaced |= unspaced;
                in_word = !unspaced;
                gap = false;
                continue;
            }
            match c {
                '\'' => continue,
                '&' | '+' if in_word => self.text.push_str(" and"),
                '(' | '[' | '{' | '<' | '「' | '『' | '《' | '〈' => {
                    opened.get_or_insert(self.text.len());
                }
                ')' | ']' | '}' | '>' | '」' | '』' | '》' | '〉' => {
                    if let Some(start) = opened.take()
                        && start < self.text.len()
                    {
                        self.brackets.push(start..self.text.len());
                    }
                }
                _ => {}
            }
            gap = true;
        }
        self.join_single_letters();
    }

    /// `s p a` → `spa`: dotted abbreviations without their dots.
    fn join_single_letters(&mut self) {
        let bytes = self.text.as_bytes();
        let alone = |i: usize| {
            bytes.get(i).is_some_and(u8::is_ascii_lowercase)
                && i.checked_sub(1).is_none_or(|p| bytes.get(p) == Some(&b' '))
                && bytes.get(i + 1).is_none_or(|b| *b == b' ')
        };
        // In `Rossi & C. S.n.c.` the C is a word of its own.
        let and = |i: usize| bytes.get(..i).is_some_and(|before| before.ends_with(b"and c"));
        let joins =
            |i: usize| bytes.get(i) == Some(&b' ') && i > 0 && alone(i - 1) && alone(i + 1) && !and(i);
        if !(0..bytes.len()).any(joins) {
            return;
        }
        let mut out = String::with_capacity(self.text.len());
        let mut moved: Vec<usize> = Vec::with_capacity(self.text.len() + 1);
        for (i, c) in self.text.char_indices() {
            moved.resize(i + 1, out.len());
            if !joins(i) {
                out.push(c);
            }
        }
        moved.resize(self.text.len() + 1, out.len());
        for range in &mut self.brackets {
            let to = |i: usize| moved.get(i).copied().unwrap_or(out.len());
            *range = to(range.start)..to(range.end);
        }
        self.text = out;
    }
}

/// Bytes of the ASCII letters and figures that a text starts with.
fn letters(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_alphanumeric).count()
}

/// Bytes of the ideographs from U+4000 to U+9FFF that a text starts with.
fn ideographs(text: &str) -> usize {
    3 * text.as_bytes().chunks_exact(3).take_while(|bytes| matches!(bytes, [0xE4..=0xE9, ..])).count()
}

/// A phrase of a table in the form names are compared in.
pub(super) fn clean(phrase: &str) -> String {
    let mut cleaned = Cleaned::default();
    cleaned.read(phrase, |folded| folded);
    cleaned.text
}

/// The same of a phrase that is [folded](crate::text::fold), or a part of one: folding takes longer than all the rest.
pub(super) fn clean_folded(phrase: &str) -> String {
    let mut cleaned = Cleaned::default();
    cleaned.read_folded(phrase, |folded| folded);
    cleaned.text
}

/// `Fund/MA/`, `INC. \\DE\\` and `ELIS S.A./ADR`: a register's note behind a slash is not part of the name.
fn without_slash_note(folded: &str) -> &str {
    let slash = |c| matches!(c, '/' | '\\');
    let trimmed = folded.trim_end();
    if !folded.bytes().fold(false, |found, byte| found | matches!(byte, b'/' | b'\\')) {
        return trimmed;
    }
    let body = trimmed.strip_suffix(slash).unwrap_or(trimmed);
    let Some((name, note)) = body.rsplit_once(slash) else { return body };
    let word = note.trim();
    let closed = body.len() < trimmed.len();
    let is_note = (2..=6).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    if is_note && name.len() >= 4 && (closed || word != "as") { name } else { body }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::fold;

    proptest! {
        /// A part of a folded text is folded.
        #[test]
        fn what_is_folded_is_not_folded_again(
            text in r"([a-zA-Z(){}&/.\-\u{300}-\u{320}ﷺ½ßÅＡ한ᄒ\u{1161}公司科技ガが、 ]|\PC){0,24}",
        ) {
            let folded = fold(&text);
            for (at, _) in folded.char_indices() {
                let (before, behind) = folded.split_at(at);
                for part in [before, behind, before.trim(), behind.trim()] {
                    prop_assert_eq!(clean_folded(part), clean(part), "{:?} of {:?}", part, text);
                }
            }
        }
    }
}
