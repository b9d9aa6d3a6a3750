//! Keys: which names are one, and how a database finds candidates.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::gazetteer::Gazetteer;
use super::name::CompanyName;
use super::tables::is_unspaced;

/// Most gram keys of one name.
pub(crate) const MOST_GRAMS: usize = 16;

/// What a host stores beside a company's row, so that its database can fetch the rows that may match a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageKeys {
    /// The identity key, see [`exact_key`].
    pub exact: String,
    /// At most 16 gram keys, most telling first.
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
    let mut key: String = name.core().chars().filter(|c| *c != ' ').collect();
    if key.is_empty() {
        return key;
    }
    for form in name.legal_forms() {
        key.push('|');
        key.extend(form.chars().filter(|c| *c != ' '));
    }
    key
}

/// The keys of a name: store them beside the row, and fetch with the same keys of the name that is looked for.
///
/// Fetch the rows that share the exact key or a gram key, best those that share most, at most some hundreds. Rows
/// that share no gram are no candidates. Keys change only with a new format of this crate or another gazetteer.
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
    let mut grams = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |gram: String| {
        if !gram.is_empty() && grams.len() < MOST_GRAMS && seen.insert(gram.clone()) {
            grams.push(gram);
        }
    };
    for part in [Some(parsed.brand()), parsed.industry()] {
        for word in part.unwrap_or_default().split(' ') {
            if word.chars().any(is_unspaced) {
                let chars: Vec<char> = word.chars().collect();
                chars.windows(2).for_each(|pair| add(pair.iter().collect()));
                if let [one] = chars.as_slice() {
                    add(one.to_string());
                }
            } else {
                add(word.to_owned());
                add(word.chars().take(4).collect());
            }
        }
    }
    StorageKeys { exact: exact_key(&parsed), grams }
}
