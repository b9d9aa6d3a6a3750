//! Records and maps that people write, read with every mistake reported.

use serde::de::DeserializeOwned;

use crate::document::{load_any, load_any_text};
use crate::error::RuleErrors;

/// Reads what people write in addition to rules, such as a list of accounts or a [`ColumnMap`](super::ColumnMap), from a
/// document.
///
/// ```
/// use leadkit::model::{self, Account};
/// use serde_json::json;
///
/// let accounts: Vec<Account> = model::load(json!([{"id": "A1", "company": "Acme Ltd"}]))?;
/// assert_eq!(accounts[0].company, "Acme Ltd");
///
/// let errors = model::load::<Vec<Account>>(json!([{"id": "A1", "company": "Acme Ltd", "aliases": "13812349876"}])).unwrap_err();
/// assert_eq!(errors.diagnostics()[0].path, "[0].aliases");
/// assert_eq!(errors.diagnostics()[0].message, "expected a list, found text `138****9876`");
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
///
/// Records such as [`Lead`](super::Lead) may carry keys that this version does not know; [`Lead::from_json`](super::Lead::from_json)
/// refuses those too.
///
/// # Errors
/// Every mistake in it, at most 100, each with its path and a suggested fix. Contact values are masked.
pub fn load<T: DeserializeOwned>(document: serde_json::Value) -> Result<T, RuleErrors> {
    load_any(document).map_err(|errors| errors.of("document"))
}

/// As [`load`], from JSON text: each mistake has its line and column too, and a key that appears twice is one.
///
/// ```
/// use leadkit::model::{self, ColumnMap};
///
/// let map: ColumnMap = model::from_json_str(r#"{"columns": {"Mobile": "phones"}}"#)?;
/// assert_eq!(map.columns["Mobile"], "phones");
///
/// let errors = model::from_json_str::<ColumnMap>("{\n  \"colums\": {}\n}").unwrap_err();
/// let found = &errors.diagnostics()[0];
/// assert_eq!((found.location.unwrap().line, found.help.as_deref()), (2, Some("did you mean `columns`?")));
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
///
/// # Errors
/// Every mistake in the text; a text that is not JSON is one.
pub fn from_json_str<T: DeserializeOwned>(text: &str) -> Result<T, RuleErrors> {
    load_any_text(text).map_err(|errors| errors.of("document"))
}
