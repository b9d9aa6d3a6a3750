//! Folded text without what evades a lexicon, and the way back.

use std::ops::Range;

use crate::blacklist::rules::LexiconPass;

/// One character that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// Where it begins in the squeezed text.
    at: u32,
    /// The bytes of the folded text it stands for.
    start: u32,
    end: u32,
}

impl Kept {
    /// The bytes of the folded text it stands for.
    pub(super) fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What a pass reads of a folded text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Squeezed {
    pub(super) text: String,
    kept: Vec<Kept>,
}

impl Squeezed {
    /// Leaves out characters that a pass does not read: signs and blanks, or all but the first of equal characters in a row.
    pub(super) fn of(folded: &str, pass: LexiconPass) -> Squeezed {
        let mut squeezed = Squeezed { text: String::with_capacity(folded.len()), kept: Vec::new() };
        let mut last = None;
        for (start, c) in folded.char_indices() {
            let end = start + c.len_utf8();
            match pass {
                LexiconPass::Separated if !c.is_alphanumeric() => continue,
                LexiconPass::Repeated if last == Some(c) => {
                    if let Some(run) = squeezed.kept.last_mut() {
                        run.end = end as u32;
                    }
                    continue;
                }
                _ => {}
            }
            last = Some(c);
            squeezed.kept.push(Kept { at: squeezed.text.len() as u32, start: start as u32, end: end as u32 });
            squeezed.text.push(c);
        }
        squeezed
    }

    /// Where some bytes of the folded text are in the squeezed one; `None` when none of them is kept.
    pub(super) fn range_of(&self, folded: &Range<usize>) -> Option<Range<usize>> {
        let from = self.kept.partition_point(|one| (one.start as usize) < folded.start);
        let to = self.kept.partition_point(|one| (one.end as usize) <= folded.end);
        let start = self.kept.get(from..to)?.first()?.at as usize;
        let end = self.kept.get(to).map_or(self.text.len(), |next| next.at as usize);
        Some(start..end)
    }

    /// Every character that is kept.
    pub(super) fn all(&self) -> &[Kept] {
        &self.kept
    }

    /// The kept characters of a range of the squeezed text.
    pub(super) fn kept(&self, range: Range<usize>) -> &[Kept] {
        let from = self.kept.partition_point(|one| (one.at as usize) < range.start);
        let to = self.kept.partition_point(|one| (one.at as usize) < range.end);
        self.kept.get(from..to).unwrap_or_default()
    }
}

/// The bytes of the folded text from the first to the last of some kept characters.
pub(super) fn whole(kept: &[Kept]) -> Option<Range<usize>> {
    Some(kept.first()?.start as usize..kept.last()?.end as usize)
}
