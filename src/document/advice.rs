//! Suggestions where an object or a choice is expected: found by trying.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::finding::{Finding, Wanted};
use super::node::Node;

/// The number of choices that are tried for a value.
const MAX_CHOICES: usize = 6;

/// The result of reading the document with a replacement.
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
    finding.wanted.is_some()
}

/// The help for what was written, if a better one is found.
pub(super) fn instead(
    finding: &Finding,
    written: &Node<'_>,
    mut attempt: impl FnMut(Node<'static>) -> Trial,
) -> Option<String> {
    let choices = match finding.wanted.as_ref()? {
        Wanted::Object => return object_instead(written, attempt),
        Wanted::Content => &[][..],
        Wanted::Choice(names) => names,
    };
    let name = written.as_str()?;
    let mut fits = |name: &str, value: Value| {
        let shown = format!("write `{{\"{name}\": {value}}}`");
        let choice = Node::object(vec![(Cow::Owned(name.to_owned()), value.into())]);
        matches!(attempt(choice), Trial::Fits).then_some(shown)
    };
    // A choice that has content stands alone, as `"fake"` for `{"fake": {}}`.
    if choices.is_empty() {
        return fits(name, Value::Object(Map::new()));
    }
    // A value that fits inside a choice probably means that choice: `{"queue": "support"}` for `"support"`.
    if name.len() > 60 {
        return None;
    }
    choices
        .iter()
        .take(MAX_CHOICES)
        .find_map(|choice| fits(choice, Value::from(name)).or_else(|| fits(choice, Value::from(vec![name]))))
}

/// The help for a value where an object is expected. What was written belongs most likely to the one key that must
/// be there: `{"id": "all"}` for `"all"`, `{"months": 3}` for `"3 months"`.
fn object_instead(written: &Node<'_>, mut attempt: impl FnMut(Node<'static>) -> Trial) -> Option<String> {
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
