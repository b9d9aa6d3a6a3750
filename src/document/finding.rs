//! One mistake on its way through serde's errors, and serde's messages in the words of people who write rules.

use std::fmt::{self, Display};

use serde_json::Value;

use super::node::Node;

use crate::error::{Diagnostic, Suggestion, suggestion};
use crate::text::scrubbed;

const HELP_MARK: &str = "; help: ";
const LEAVE_OUT: &str = "fix the value or remove the key";
/// Most characters of a text that a message repeats.
const MAX_SHOWN: usize = 60;
/// Most names that a message lists.
const MAX_LISTED: usize = 8;

/// One mistake, on its way through serde's error text: `message; help: … [code]`, or `[code/wanted]`.
pub(crate) struct Finding {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) wanted: Option<Wanted>,
}

/// What belongs in place of what was written, where a better help may be found by trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// An object.
    Object,
    /// The content of a choice, of which only the name was written.
    Content,
    /// The name of a choice, none of which is close to what was written.
    Choice(Vec<String>),
}

impl Wanted {
    /// Those that travel in an error text. The names of choices serde lists by itself.
    const TAGS: [(&str, Wanted); 2] = [("object", Wanted::Object), ("content", Wanted::Content)];

    fn tag(&self) -> Option<&'static str> {
        Wanted::TAGS.iter().find_map(|(tag, wanted)| (wanted == self).then_some(*tag))
    }
}

/// The codes that travel in an error text, so that they can be read back from it.
const CODES: &[&str] = &[
    "unknown_field",
    "unknown_value",
    "wrong_comparison",
    "bad_pattern",
    "bad_value",
    "bad_condition",
    "too_deep",
    "wrong_type",
    "missing_key",
    "unknown_key",
];

impl Finding {
    /// A mistake that a `Deserialize` of this crate finds.
    pub(crate) fn new(code: &'static str, message: impl Display, help: impl Display) -> Finding {
        debug_assert!(CODES.contains(&code), "{code}");
        Finding { code, message: message.to_string(), help: Some(help.to_string()), wanted: None }
    }

    /// The same where something else belongs.
    pub(super) fn wanting(self, wanted: Wanted) -> Finding {
        Finding { wanted: Some(wanted), ..self }
    }

    /// Whether the text is one of ours that says what a value is, not what it lacks.
    pub(super) fn is_of_a_value(text: &str) -> bool {
        text.contains(HELP_MARK)
            && !["[bad_condition]", "[missing_key]"].iter().any(|code| text.ends_with(code))
    }

    /// Reads an error text of serde about a value of the document.
    pub(super) fn parse(text: &str, value: Option<&Node<'_>>) -> Finding {
        if let Some((message, rest)) = text.split_once(HELP_MARK) {
            let (help, code) =
                rest.rsplit_once(" [").map_or((rest, ""), |(help, tail)| (help, tail.trim_end_matches(']')));
            let (code, tag) = code.split_once('/').unwrap_or((code, ""));
            let code = CODES.iter().find(|known| **known == code).copied().unwrap_or("bad_value");
            let wanted =
                Wanted::TAGS.into_iter().find_map(|(known, wanted)| (known == tag).then_some(wanted));
            return Finding { code, message: message.to_owned(), help: Some(help.to_owned()), wanted };
        }
        let with =
            |code, message: String, help: String| Finding { code, message, help: Some(help), wanted: None };
        if let Some(field) = quoted_after(text, "missing field ") {
            return with("missing_key", format!("`{field}` is missing"), format!("add `{field}`"));
        }
        if let Some(name) = quoted_after(text, "unknown field ") {
            return with(
                "unknown_key",
                format!("unknown key {}", quoted(name)),
                suggestion(name, known_names(text)),
            );
        }
        if let Some(name) = quoted_after(text, "unknown variant ") {
            let suggested = Suggestion::of(name, known_names(text).collect());
            let found =
                with("unknown_value", format!("unknown value {}", quoted(name)), suggested.to_string());
            return match suggested {
                Suggestion::Few(names) if names.len() > 1 => {
                    found.wanting(Wanted::Choice(names.into_iter().map(str::to_owned).collect()))
                }
                _ => found,
            };
        }
        if let Some(field) = quoted_after(text, "duplicate field ") {
            return with("duplicate_key", format!("`{field}` is repeated"), "keep one".to_owned());
        }
        if let Some(rest) = text.strip_prefix("invalid length ") {
            let message = match rest.split_once(", expected ") {
                Some((length, expected)) => format!("expected {}, found {length}", expected_length(expected)),
                None => "the list has the wrong length".to_owned(),
            };
            return with("wrong_type", message, "add or remove items".to_owned());
        }
        for prefix in ["invalid type: ", "invalid value: "] {
            let Some((seen, expected)) =
                text.strip_prefix(prefix).and_then(|rest| rest.rsplit_once(", expected "))
            else {
                continue;
            };
            let expected = expected_in_words(expected);
            let seen = match value {
                // A number where a number belongs is nobody's phone number.
                Some(Node::Number(number)) if expected.contains("number") => format!("number `{number}`"),
                Some(value) => found(value),
                None => found_in_words(seen),
            };
            let help = cure(&expected, value);
            let found = with("wrong_type", format!("expected {expected}, found {seen}"), help);
            return if expected == OBJECT { found.wanting(Wanted::Object) } else { found };
        }
        if CHRONO.contains(&text) {
            let shown =
                value.map_or_else(|| "this".to_owned(), |value| quoted(value.as_str().unwrap_or_default()));
            return with("bad_value", format!("{shown} is not a time"), TIME_HELP.to_owned());
        }
        with("bad_value", text.to_owned(), LEAVE_OUT.to_owned())
    }

    pub(super) fn into_diagnostic(self, path: String) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code, path, self.message);
        match self.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    }
}

/// An error text of serde about a stored document, with "did you mean" where a name is not known. What it does not know
/// stays as it is.
pub(crate) fn in_words(text: &str) -> String {
    const KNOWN: [&str; 4] = ["unknown field ", "unknown variant ", "missing field ", "duplicate field "];
    if !KNOWN.iter().any(|prefix| text.starts_with(prefix)) {
        return text.to_owned();
    }
    let (text, place) = text.rfind(" at line ").map_or((text, ""), |at| text.split_at(at));
    let finding = Finding::parse(text, None);
    match finding.help {
        Some(help) => format!("{}: {help}{place}", finding.message),
        None => format!("{}{place}", finding.message),
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "{HELP_MARK}{help} [{}", self.code)?,
            None => return Ok(()),
        }
        match self.wanted.as_ref().and_then(Wanted::tag) {
            Some(tag) => write!(f, "/{tag}]"),
            None => f.write_str("]"),
        }
    }
}

/// The message of chrono for a text that is not a time.
const CHRONO: &[&str] = &[
    "input contains invalid characters",
    "premature end of input",
    "trailing input",
    "input is out of range",
    "input is not enough for unique date and time",
    "no possible date and time matching input",
];
/// What a struct is read from.
pub(super) const OBJECT: &str = "an object";
const TIME: &str = "a time";
const TIME_HELP: &str = "write it as `2026-03-01T09:00:00+08:00`, in quotes";

pub(super) fn quoted_after<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    text.strip_prefix(prefix)?.strip_prefix('`')?.split_once('`').map(|(name, _)| name)
}

/// The names that serde lists after the one it does not know.
pub(super) fn known_names(text: &str) -> impl Iterator<Item = &str> + Clone {
    // The unknown name may contain back-ticks itself: the list comes last.
    let list = text.rsplit_once(", expected ").map_or("", |(_, list)| list);
    list.split('`').skip(1).step_by(2)
}

/// Names as a message lists them.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().take(MAX_LISTED).map(|name| quoted(name)).collect();
    match (quoted.as_slice(), names.len()) {
        ([], _) => "nothing".to_owned(),
        ([only], 1) => only.clone(),
        ([first @ .., last], count) if count <= MAX_LISTED => format!("{} and {last}", first.join(", ")),
        (some, count) => format!("{} and {} more", some.join(", "), count - MAX_LISTED),
    }
}

/// The names of a closed set, as a visitor says what it expects.
pub(crate) fn one_of(names: &[&str]) -> String {
    format!("one of {}", listed(names))
}

fn quoted(text: &str) -> String {
    // A lead is a document too.
    let head: String = text.chars().take(4 * MAX_SHOWN).collect();
    let text = scrubbed(&head);
    let shown: String = text.chars().take(MAX_SHOWN).collect();
    let more = if text.chars().nth(MAX_SHOWN).is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

/// A value as a message names it.
pub(super) fn found(value: &Node<'_>) -> String {
    match value {
        Node::Null => "null".to_owned(),
        Node::Bool(flag) => format!("`{flag}`"),
        Node::Number(number) => format!("number `{}`", scrubbed(&number.to_string())),
        Node::Text(text) => format!("text {}", quoted(text)),
        Node::List(_) => "a list".to_owned(),
        Node::Object(_) => "an object".to_owned(),
    }
}

/// The words of serde for the value it found, when the value itself is not available.
fn found_in_words(found: &str) -> String {
    if let Some(text) = found.strip_prefix("string ") {
        return format!("text {}", quoted(text.trim_matches('"')));
    }
    for (prefix, word) in [("integer ", "number "), ("floating point ", "number "), ("boolean ", "")] {
        if let Some(rest) = found.strip_prefix(prefix) {
            return format!("{word}`{}`", scrubbed(rest.trim_matches('`')));
        }
    }
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" | "unit value" => "null".to_owned(),
        other => other.to_owned(),
    }
}

fn expected_in_words(expected: &str) -> String {
    let range = |most: u64| format!("a whole number from 0 to {most}");
    match expected {
        "u8" => range(u8::MAX.into()),
        "u16" => range(u16::MAX.into()),
        "u32" => range(u32::MAX.into()),
        "u64" | "usize" => range(u64::MAX),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" | "a borrowed string" | "string or map" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => OBJECT.to_owned(),
        "an RFC 3339 formatted date and time string" => TIME.to_owned(),
        other if other.starts_with("struct ") => OBJECT.to_owned(),
        other if other.starts_with("sequence") || other.starts_with("a tuple") => "a list".to_owned(),
        other => other.to_owned(),
    }
}

/// The words of serde for a list of a certain length: `a tuple of size 2`.
fn expected_length(expected: &str) -> String {
    let count = expected.rsplit(' ').find(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    count.map_or_else(|| expected_in_words(expected), |count| format!("a list of {count} items"))
}

fn cure(expected: &str, value: Option<&Node<'_>>) -> String {
    let written = value.and_then(Node::as_str).map(str::trim);
    let help = match expected {
        "a list" => "write `[ … ]`",
        OBJECT => "write `{ … }`",
        "a text" => "write a text in quotes",
        "true or false" => "write `true` or `false`, without quotes",
        TIME => TIME_HELP,
        number if number.contains("number") || number.starts_with("points ") => match written {
            Some(digits) if digits.len() < MAX_SHOWN && digits.parse::<f64>().is_ok_and(f64::is_finite) => {
                return format!("write {}, without quotes", quoted(digits));
            }
            _ if matches!(value, Some(Node::Number(_))) => return format!("write {number}"),
            _ if number.starts_with("a whole number") => "write a whole number, such as `20`",
            _ if number.starts_with("a number") => "write a number, such as `0.5`",
            _ => return format!("write {number}"),
        },
        names if names.starts_with("one of ") => "name one of them",
        condition if condition.starts_with("a condition ") => match written {
            Some(source) if !source.is_empty() && source.chars().count() < MAX_SHOWN => {
                return format!("write `{{\"script\": {}}}`", Value::from(source));
            }
            _ => return format!("write {condition}"),
        },
        example if example.contains(" such as ") => return format!("write {example}"),
        _ => LEAVE_OUT,
    };
    help.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is tried for a better help does not depend on how a finding is worded.
    #[test]
    fn what_is_wanted_travels_beside_the_text() {
        for wanted in [Wanted::Object, Wanted::Content] {
            let told = Finding::new("wrong_type", "any words", "any help").wanting(wanted.clone());
            let read = Finding::parse(&told.to_string(), None);
            assert_eq!((read.code, read.message.as_str()), ("wrong_type", "any words"));
            assert_eq!((read.help.as_deref(), read.wanted), (Some("any help"), Some(wanted)));
        }
        let told = Finding::new("wrong_type", "expected an object, found text `x`", "known: `a`, `b`");
        assert_eq!(Finding::parse(&told.to_string(), None).wanted, None);
        let read = |text: &str| Finding::parse(text, None).wanted;
        assert_eq!(read("invalid type: string \"x\", expected struct Rules"), Some(Wanted::Object));
        assert_eq!(
            read("unknown variant `zzzz`, expected `queue` or `team`"),
            Some(Wanted::Choice(vec!["queue".to_owned(), "team".to_owned()]))
        );
        assert_eq!(read("unknown variant `queu`, expected `queue` or `team`"), None);
    }
}
