//! Keys: which names are identical, and how a database finds candidates.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::gazetteer::Gazetteer;
use super::name::{CompanyName, form_names};
use super::parse::Parsed;
use super::tables::is_unspaced;
use crate::text::written_out;

/// Bytes of the text of a region, and of the sign before it.
const MAX_REGION: usize = 16;
/// Most gram keys of one name.
pub(crate) const MAX_GRAMS: usize = 16;

/// The keys a host stores with a company's row, so that its database can fetch the rows that may match a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageKeys {
    /// The identity key, as [`exact_key`] gives it.
    pub exact: String,
    /// At most 16 gram keys, most telling first. A name with letters that ASCII writes in two ways (`Müller`) has those of
    /// both.
    pub grams: Vec<String>,
}

impl StorageKeys {
    /// All keys, the exact one first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.exact.as_str()).chain(self.grams.iter().map(String::as_str))
    }
}

/// The key that every spelling of one registered name shares: width, case, script, punctuation, brackets, spaces and
/// the spelling of the legal form do not matter; the legal form itself, region, branch and numbers do.
///
/// Empty for an empty name: an empty key must match nothing.
///
/// ```
/// use leadkit::company::{CompanyName, Gazetteer, exact_key};
///
/// let gazetteer = Gazetteer::builtin();
/// let key = |text| exact_key(&CompanyName::parse(text, &gazetteer));
/// assert_eq!(key("寶潔（中國）有限公司"), key("宝洁(中国)有限责任公司"));
/// assert_ne!(key("宝洁有限公司"), key("宝洁股份有限公司"));
/// ```
#[must_use]
pub fn exact_key(name: &CompanyName) -> String {
    let forms: usize = name.legal_forms().iter().map(|form| form.len() + 1).sum();
    let mut key = String::with_capacity(name.core().len() + forms);
    key.extend(name.core().chars().filter(|c| *c != ' '));
    if key.is_empty() {
        return key;
    }
    for form in name.legal_forms() {
        key.push('|');
        key.extend(form.chars().filter(|c| *c != ' '));
    }
    key
}

/// The key that the names of one company at one place share, wherever and however the place is written: `深圳市星河科技有限公司`,
/// `深圳星河科技有限公司`, `星河科技（深圳）有限公司`. A name with two places has both in its key: `北京星河科技（天津）有限公司` is another company.
/// `None` for a name without a place, or without anything but the place.
pub(crate) fn place_key(name: &CompanyName) -> Option<String> {
    let places = name.places().filter(|_| !name.brand().is_empty())?;
    let parts = [name.industry(), name.branch(), name.group()].map(Option::unwrap_or_default);
    let more = parts.into_iter().chain(name.numbers().iter().chain(name.legal_forms()).map(String::as_str));
    let length: usize = more.clone().map(|part| part.len() + 1).sum();
    let mut key = String::with_capacity(length + name.brand().len() + 1 + places.len() * MAX_REGION);
    // Writing to a String does not fail.
    for place in places {
        let _ = write!(key, "@{place}");
    }
    key.push('|');
    key.push_str(name.brand());
    for part in more {
        key.push('|');
        key.push_str(part);
    }
    Some(key)
}

/// Reads the [`exact_key`] of one name after the other, in buffers that it keeps.
#[derive(Debug, Default)]
pub(crate) struct KeyReader {
    parsed: Parsed,
    buffers: KeyBuffers,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct KeyBuffers {
    core: String,
    key: String,
}

impl KeyReader {
    pub(crate) fn exact(&mut self, name: &str, gazetteer: &Gazetteer) -> &str {
        self.parsed.parse(name, gazetteer);
        self.buffers.exact(&self.parsed, gazetteer)
    }
}

impl KeyBuffers {
    /// The [`exact_key`] of the name that was parsed.
    pub(crate) fn exact(&mut self, parsed: &Parsed, gazetteer: &Gazetteer) -> &str {
        let KeyBuffers { core, key } = self;
        core.clear();
        key.clear();
        parsed.core_into(core);
        key.reserve(core.len());
        key.extend(core.chars().filter(|c| *c != ' '));
        if !key.is_empty() {
            for form in form_names(parsed, gazetteer) {
                key.push('|');
                key.extend(form.chars().filter(|c| *c != ' '));
            }
        }
        key
    }
}

impl CompanyName {
    /// The whole name in canonical spelling: the core, then the canonical legal forms. Where that spelling would be read
    /// as another name, as for `(有限公司)` alone, the result is the [folded](crate::text::fold) name, and where only its
    /// capitals tell a legal form, the name as it was written: the result always has the [`exact_key`] of the name. A
    /// deserialised name is not checked again.
    #[must_use]
    pub fn normalised(&self) -> String {
        let spelt = self.core_and_forms();
        let Some(read) = self.origin() else { return spelt };
        let key = exact_key(self);
        let mut reader = KeyReader::default();
        let mut keeps = |text: &str| reader.exact(text, &read.gazetteer) == key.as_str();
        if keeps(&spelt) {
            return spelt;
        }
        if keeps(&read.folded) { read.folded.clone() } else { read.written.clone() }
    }
}

/// The keys of a name: store them with the row, and fetch by the keys of the name you look for.
///
/// Fetch the rows that share the exact key or a gram key, those that share most first, at most a few hundred. Rows
/// that share no gram are not candidates. Keys change only with a new format of this crate or another gazetteer.
///
/// ```
/// use leadkit::company::{Gazetteer, keys_for_storage};
///
/// let gazetteer = Gazetteer::builtin();
/// let stored = keys_for_storage("北京纷扬科技有限公司", &gazetteer);
/// let wanted = keys_for_storage("纷扬科技", &gazetteer);
/// assert!(wanted.grams.iter().any(|key| stored.grams.contains(key)));
/// ```
#[must_use]
pub fn keys_for_storage(name: &str, gazetteer: &Gazetteer) -> StorageKeys {
    let parsed = CompanyName::parse(name, gazetteer);
    let written_out = written_out(name).map(|name| CompanyName::parse(&name, gazetteer));
    let names = || std::iter::once(&parsed).chain(&written_out);
    let parts = names().map(CompanyName::brand).chain(names().filter_map(CompanyName::industry));
    let mut grams = Vec::new();
    visit_grams(parts, |gram| {
        grams.push(gram.text.to_owned());
        true
    });
    StorageKeys { exact: exact_key(&parsed), grams }
}

/// A gram key in a form that is compared quickly.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gram<'t> {
    /// The first eight bytes: all of a pair of characters.
    head: u64,
    pub(crate) text: &'t str,
}

impl<'t> Gram<'t> {
    pub(crate) fn new(text: &'t str) -> Gram<'t> {
        let mut head = [0; 8];
        head.iter_mut().zip(text.as_bytes()).for_each(|(slot, byte)| *slot = *byte);
        Gram { head: u64::from_le_bytes(head), text }
    }
}

impl PartialEq for Gram<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.text.len(), other.text.len());
        self.head == other.head && ours == theirs && (ours <= 8 || self.text == other.text)
    }
}

/// Shows the gram keys of the parts of a name, brand before industry, until `visit` stops.
pub(crate) fn visit_grams<'t>(
    parts: impl IntoIterator<Item = &'t str>,
    mut visit: impl FnMut(Gram<'t>) -> bool,
) {
    let mut seen = [Gram::default(); MAX_GRAMS];
    let mut count = 0;
    let mut show = |text: &'t str| {
        let gram = Gram::new(text);
        let known = seen.get(..count).is_none_or(|seen| seen.contains(&gram));
        match seen.get_mut(count) {
            Some(_) if text.is_empty() || known => true,
            Some(slot) => {
                *slot = gram;
                count += 1;
                visit(gram) && count < MAX_GRAMS
            }
            None => false,
        }
    };
    for word in parts.into_iter().flat_map(|part| part.split(' ')) {
        let ends = |from: usize, chars: usize| {
            let rest = word.get(from..).unwrap_or_default();
            rest.char_indices().nth(chars).map_or(word.len(), |(at, _)| from + at)
        };
        let piece = |from: usize, to: usize| word.get(from..to).unwrap_or_default();
        if !word.chars().any(is_unspaced) {
            if !show(word) || !show(piece(0, ends(0, 4))) {
                return;
            }
            continue;
        }
        let mut before = None;
        for (at, c) in word.char_indices() {
            if let Some(from) = before
                && !show(piece(from, at + c.len_utf8()))
            {
                return;
            }
            before = Some(at);
        }
        if before == Some(0) && !show(word) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_the_same_however_they_are_read(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "北京", "纷扬", "科技", "有限公司", "股份", "集团", "PT ", " Tbk", " Acme", " Co., ", "Ltd", "(", ")",
                    "第二", " Inc", "分公司", "株式会社", "", " ", "a", "7",
                ]),
                0..7,
            ),
            other in ".{0,12}",
        ) {
            let gazetteer = Gazetteer::builtin();
            let mut reader = KeyReader::default();
            for name in [parts.concat(), other] {
                let parsed = CompanyName::parse(&name, &gazetteer);
                prop_assert_eq!(reader.exact(&name, &gazetteer), exact_key(&parsed));
            }
        }
    }
}
