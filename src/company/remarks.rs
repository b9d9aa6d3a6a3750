//! Phrases next to a name: remarks, and words that announce another name.

use super::clean::clean;
use super::tables::Phrases;

/// Remarks that people write next to names.
#[derive(Debug, Clone, Default)]
pub(super) struct Remarks {
    /// Words in front of another name of the company.
    pub(super) former: Phrases,
    /// A state or remark as a whole.
    pub(super) notes: Phrases,
    /// At the end of a part that is not registered on its own.
    pub(super) departments: Phrases,
    /// At the end, or in words at the start, of a person.
    pub(super) titles: Phrases,
    /// At the end of a part that is registered on its own, behind the legal form.
    pub(super) behind: Phrases,
}

impl Remarks {
    /// A line of the table of remarks.
    pub(super) fn add(&mut self, line: &str) {
        let Some((kind, phrases)) = line.split_once('\t') else { return };
        let list = match kind {
            "former" => &mut self.former,
            "note" => &mut self.notes,
            "department" => &mut self.departments,
            _ => &mut self.titles,
        };
        phrases.split('|').for_each(|phrase| list.add(&clean(phrase), 0));
    }
}
