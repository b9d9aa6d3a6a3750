//! The keys by which a lead's values are looked up on lists.

use std::borrow::Cow;

use super::letters::push_letters;
use crate::contact::Phone;
use crate::rule::Facts;

/// The separator between a number and its extension in the key of an entry.
pub(super) const EXTENSION: &str = ";ext=";

/// The keys of the entries that mean a number: the number itself, and the number with its extension.
pub(super) fn phone_entries(phone: &Phone) -> impl Iterator<Item = Cow<'_, str>> {
    let key = phone.key();
    let whole = key.zip(phone.extension()).map(|(key, extension)| format!("{key}{EXTENSION}{extension}"));
    key.map(Cow::Borrowed).into_iter().chain(whole.map(Cow::Owned))
}

/// The letters and digits of a folded name.
pub(super) fn squeezed_name(folded: &str) -> String {
    let mut letters = String::with_capacity(folded.len());
    push_letters(folded, &mut letters);
    letters
}

/// The same of the lead's company.
pub(super) fn squeezed_company(facts: &Facts<'_>) -> Option<String> {
    facts.company_folded().map(squeezed_name)
}
