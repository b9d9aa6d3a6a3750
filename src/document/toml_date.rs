//! Dates as the `toml` crate hands them on.

use serde_json::Value;

/// The key under which the `toml` crate hands on a date.
pub(super) const TOML_DATE: &str = "$__toml_private_datetime";

/// A date of TOML is an object with one special key; rules write times as text.
pub(crate) fn write_dates_as_text(document: &mut Value) {
    let mut left = vec![document];
    while let Some(node) = left.pop() {
        if let Value::Object(members) = node
            && members.len() == 1
            && let Some(date) = members.remove(TOML_DATE)
        {
            *node = date;
            continue;
        }
        match node {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => left.extend(members.values_mut()),
            _ => {}
        }
    }
}
