//! What to write where an object is expected: found by trying.

use std::borrow::Cow;

use serde_json::Value;

use super::finding::Finding;
use super::node::Node;

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
pub(super) fn object_instead(
    written: &Node<'_>,
    mut attempt: impl FnMut(Node<'static>) -> Trial,
) -> Option<String> {
    let Trial::Lacks(key) = attempt(Node::object(Vec::new())) else { return None };
    for value in [Some(Value::from(written)), leading_number(written)].into_iter().flatten() {
        if value.is_array() || value.is_null() || value.to_string().len() > 60 {
            continue;
        }
        let object = Node::object(vec![(Cow::Owned(key.clone()), value.clone().into())]);
        if matches!(attempt(object), Trial::Fits) {
            return Some(format!("write `{{\"{key}\": {value}}}`"));
        }
    }
    Some(format!("write `{{\"{key}\": …}}`"))
}

fn leading_number(written: &Node<'_>) -> Option<Value> {
    let text = written.as_str()?;
    let digits = text.find(|c: char| !c.is_ascii_digit()).and_then(|end| text.get(..end)).unwrap_or(text);
    digits.parse::<u32>().ok().map(Value::from)
}
