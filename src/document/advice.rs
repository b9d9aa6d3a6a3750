//! What to write where an object is expected: found by trying.

use serde_json::{Map, Value};

use super::finding::Finding;

/// What comes of reading the document with a replacement.
pub(super) enum Trial {
    /// The replacement can be read.
    Fits,
    /// It is an object without this key, which it must have.
    Lacks(String),
    /// It cannot be read.
    Fails,
}

/// Whether a better help can be found for a finding.
pub(super) fn is_worth_trying(finding: &Finding) -> bool {
    finding.code == "wrong_type" && finding.message.starts_with("expected an object, ")
}

/// The help for a value where an object is expected. What was written belongs most likely to the one key that must
/// be there: `{"id": "all"}` for `"all"`, `{"months": 3}` for `"3 months"`.
pub(super) fn object_instead(written: &Value, mut attempt: impl FnMut(Value) -> Trial) -> Option<String> {
    let Trial::Lacks(key) = attempt(Value::Object(Map::new())) else { return None };
    for value in [Some(written.clone()), leading_number(written)].into_iter().flatten() {
        if value.is_array() || value.is_null() || value.to_string().len() > 60 {
            continue;
        }
        let mut object = Map::new();
        object.insert(key.clone(), value.clone());
        if matches!(attempt(Value::Object(object)), Trial::Fits) {
            return Some(format!("write `{{\"{key}\": {value}}}`"));
        }
    }
    Some(format!("write `{{\"{key}\": …}}`"))
}

fn leading_number(written: &Value) -> Option<Value> {
    let text = written.as_str()?;
    let digits = text.find(|c: char| !c.is_ascii_digit()).and_then(|end| text.get(..end)).unwrap_or(text);
    digits.parse::<u32>().ok().map(Value::from)
}
