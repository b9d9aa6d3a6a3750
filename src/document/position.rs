//! Where things are in JSON text: lines and columns of paths, and keys that appear twice.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::node::Node;
use crate::error::{Diagnostic, MAX_FINDINGS, Position, RuleErrors};
use crate::order;
use crate::text::path::{around, push_item, push_member};
use rustc_hash::FxHashMap;

/// Advice for a document that is nested too deeply: most of what is nested are conditions.
pub(super) const SPLIT: &str = "split its conditions";

/// JSON text whose syntax is known to be right.
pub(crate) struct JsonText<'t> {
    text: &'t str,
    /// Keys that appear a second time.
    duplicates: Vec<Duplicate>,
}

/// A key that appears a second time.
struct Duplicate {
    path: String,
    name: String,
    at: usize,
    first: usize,
}

/// Reads JSON text.
///
/// # Errors
/// When it is not JSON, with line and column.
pub(crate) fn read_json(text: &str) -> Result<(Node<'_>, JsonText<'_>), RuleErrors> {
    // A byte order mark is not JSON, but editors write it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = serde_json::from_str(text).map_err(|error| syntax_error(text, &error))?;
    let mut source = JsonText { text, duplicates: Vec::new() };
    let mut duplicates = Vec::new();
    walk(text, &mut |event| {
        if let Event::Duplicate { path, name, at, first } = event
            && duplicates.len() <= MAX_FINDINGS
        {
            duplicates.push(Duplicate { path: path.to_owned(), name: name.to_owned(), at, first });
        }
    });
    source.duplicates = duplicates;
    Ok((document, source))
}

fn syntax_error(text: &str, error: &serde_json::Error) -> RuleErrors {
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    let (line, column) = (error.line(), error.column());
    let (code, message, help) = if what.starts_with("recursion limit") {
        ("too_deep", "the document is nested deeper than 127 levels".to_owned(), SPLIT)
    } else if text.trim().is_empty() {
        ("not_json", "the text is empty".to_owned(), "write the rules as `{ … }`")
    } else {
        let (what, help) = in_words(what);
        let help = instead_of(word_at(text, line, column)).or_else(|| no_json(text)).unwrap_or(help);
        ("not_json", format!("the text is not JSON: {what}"), help)
    };
    let mut diagnostic = Diagnostic::error(code, "", message).with_help(help);
    // serde_json counts columns in bytes.
    let line_text = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let before = line_text.char_indices().take_while(|(at, _)| *at + 1 < column).count();
    diagnostic.location = Some(Position { line: count(line.max(1)), column: count(before + 1) });
    RuleErrors::from(diagnostic)
}

/// The message of serde_json for a text, with a correction.
fn in_words(said: &str) -> (&str, &'static str) {
    const STRICT: &str = "JSON takes no comments, single quotes or trailing commas";
    match said {
        "trailing comma" => ("a comma before the closing bracket", "remove the comma"),
        "trailing characters" => ("more text after the end", "remove what follows the closing bracket"),
        "EOF while parsing an object" => ("it ends inside an object", "add the missing `}`"),
        "EOF while parsing a list" => ("it ends inside a list", "add the missing `]`"),
        "EOF while parsing a string" => ("it ends inside a text", "add the missing quote"),
        "EOF while parsing a value" => ("it ends where a value is expected", "add the missing value"),
        "key must be a string" => ("expected a key in double quotes", STRICT),
        "expected value" | "expected ident" => ("expected a value", STRICT),
        "expected `,` or `}`" => (said, "add a comma, or close the object"),
        "expected `,` or `]`" => (said, "add a comma, or close the list"),
        "expected `:`" => (said, "write `\"key\": value`"),
        "invalid escape" => ("a text has an unknown escape", "write a backslash as `\\\\`"),
        "invalid number" | "number out of range" => ("a number that cannot be read", "write it like `1.5`"),
        _ if said.starts_with("control character") => (
            "a text has a line break or control character",
            "close the text with a double quote, or write a line break as `\\n`",
        ),
        _ => (said, STRICT),
    }
}

/// The word at a place, whose column counts bytes.
fn word_at(text: &str, line: usize, column: usize) -> &str {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let (before, after) = line.split_at_checked(column.saturating_sub(1)).unwrap_or((line, ""));
    if let Some(sign) = after.chars().next().filter(|c| "“”‘’＂".contains(*c)) {
        return after.get(..sign.len_utf8()).unwrap_or_default();
    }
    let is_outside = |c: char| !c.is_ascii_alphabetic();
    let start = before.rfind(is_outside).map_or(0, |at| at + 1);
    let end = before.len() + after.find(is_outside).unwrap_or(after.len());
    line.get(start..end).unwrap_or_default()
}

/// The likely meaning of a text that does not begin like JSON: a document of another format, or the name of a file.
fn no_json(text: &str) -> Option<&'static str> {
    let first = text.trim_start().chars().next()?;
    let is_other = first.is_alphabetic() || matches!(first, '#' | '-' | '/' | '.');
    is_other.then_some(
        "pass the text of a JSON document, not its path; TOML and YAML are read into a `serde_json::Value` \
         for `load`",
    )
}

/// The word of JSON for a word of other languages.
fn instead_of(word: &str) -> Option<&'static str> {
    match word {
        "True" | "TRUE" | "yes" | "Yes" => Some("write `true`"),
        "False" | "FALSE" | "no" | "No" => Some("write `false`"),
        "“" | "”" | "‘" | "’" | "＂" => Some("write `\"`: JSON takes straight quotes only"),
        "NaN" | "nan" | "Infinity" | "inf" | "None" | "nil" | "undefined" => {
            Some("leave the key out: JSON has no such value")
        }
        _ => None,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl<'t> JsonText<'t> {
    /// A finding for each key that appears a second time.
    pub(crate) fn duplicates(&self) -> impl Iterator<Item = Diagnostic> {
        self.duplicates.iter().map(|Duplicate { path, name, at, first }| {
            let first = self.position(*first);
            let message = format!("`{name}` appears twice in this object, first on line {}", first.line);
            let mut diagnostic = Diagnostic::error("duplicate_key", path.clone(), message)
                .with_help("keep one: JSON would silently use the last");
            diagnostic.location = Some(self.position(*at));
            diagnostic
        })
    }

    /// The first value of a key that appears twice, by path: JSON keeps the last. What cannot be read in the
    /// time it takes to read the text once is null.
    pub(super) fn dropped(&self) -> impl Iterator<Item = (String, Node<'t>)> {
        let mut left = self.text.len();
        self.duplicates.iter().map(move |duplicate| {
            let node = self.value_of(duplicate.first, &mut left).unwrap_or_default();
            (duplicate.path.clone(), node)
        })
    }

    /// The value of the key at a place.
    fn value_of(&self, key: usize, left: &mut usize) -> Option<Node<'t>> {
        let text = self.text.get(key..)?;
        let mut keys = serde_json::Deserializer::from_str(text).into_iter::<String>();
        keys.next()?.ok()?;
        let value = text.get(keys.byte_offset()..)?.trim_start().strip_prefix(':')?;
        let value = value.get(..value.len().min(*left)).unwrap_or(value);
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<Node<'t>>();
        let node = values.next()?.ok()?;
        *left = left.saturating_sub(values.byte_offset());
        Some(node)
    }

    /// Adds line and column to each finding: of the value at its path, else of the nearest object or list around it;
    /// and puts the findings in the order of the text.
    pub(crate) fn locate(&self, findings: &mut [Diagnostic]) {
        let mut wanted: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for diagnostic in findings.iter().filter(|one| has_a_place(one)) {
            let mut path = diagnostic.path.as_str();
            wanted.insert(path.to_owned(), None);
            while !path.is_empty() {
                path = around(path);
                wanted.insert(path.to_owned(), None);
            }
        }
        wanted.insert(String::new(), Some(0));
        walk(self.text, &mut |event| {
            if let Event::Value { path, at } = event
                && let Some(found) = wanted.get_mut(path)
            {
                *found = Some(at);
            }
        });
        for diagnostic in findings.iter_mut().filter(|one| has_a_place(one)) {
            let mut path = diagnostic.path.as_str();
            let at = loop {
                if let Some(at) = wanted.get(path).copied().flatten() {
                    break at;
                }
                path = around(path);
            };
            diagnostic.location = Some(self.position(at));
        }
        order::sort_by_key(findings, |one| (one.code == "too_many", one.location));
    }

    fn position(&self, at: usize) -> Position {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Position { line: count(line), column: count(column) }
    }
}

/// Whether the place of a finding is yet to be found.
fn has_a_place(finding: &Diagnostic) -> bool {
    finding.location.is_none() && finding.code != "too_many"
}

/// The items that [`walk`] visits.
enum Event<'e> {
    /// A member of an object (at its key) or an item of a list.
    Value { path: &'e str, at: usize },
    /// A key that the object has already.
    Duplicate { path: &'e str, name: &'e str, at: usize, first: usize },
}

/// An object or list that is being walked.
enum Frame<'t> {
    Object {
        /// Offsets of the keys seen, looked up only.
        keys: FxHashMap<Cow<'t, str>, usize>,
        /// Whether the next text is a key.
        key_next: bool,
    },
    List {
        index: usize,
    },
}

/// Walks JSON text whose syntax is right, with a path for every value. O(length); never recursive.
fn walk(text: &str, see: &mut impl FnMut(Event<'_>)) {
    let bytes = text.as_bytes();
    let mut path = String::new();
    // For each frame, how long the path is without what is inside it.
    let mut frames: Vec<(Frame<'_>, usize)> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => {
                begin_item(&mut frames, &mut path, start, see);
                let frame = match byte {
                    b'{' => Frame::Object { keys: FxHashMap::default(), key_next: true },
                    _ => Frame::List { index: 0 },
                };
                frames.push((frame, path.len()));
            }
            b'}' | b']' => {
                frames.pop();
                if let Some((_, length)) = frames.last() {
                    path.truncate(*length);
                }
            }
            b',' => match frames.last_mut() {
                Some((Frame::Object { key_next, .. }, length)) => {
                    *key_next = true;
                    path.truncate(*length);
                }
                Some((Frame::List { index }, length)) => {
                    *index += 1;
                    path.truncate(*length);
                }
                None => {}
            },
            b'"' => {
                while let Some(inner) = bytes.get(at).filter(|inner| **inner != b'"') {
                    at += if *inner == b'\\' { 2 } else { 1 };
                }
                at += 1;
                match frames.last_mut() {
                    Some((Frame::Object { keys, key_next }, _)) if *key_next => {
                        *key_next = false;
                        let key = unescaped(text.get(start..at).unwrap_or_default());
                        push_member(&mut path, &key);
                        match keys.get(&key) {
                            Some(first) => {
                                see(Event::Duplicate { path: &path, name: &key, at: start, first: *first })
                            }
                            None => drop(keys.insert(key, start)),
                        }
                        see(Event::Value { path: &path, at: start });
                    }
                    _ => begin_item(&mut frames, &mut path, start, see),
                }
            }
            b':' | b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => {
                begin_item(&mut frames, &mut path, start, see);
                let more = |byte: &&u8| !matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
                while bytes.get(at).filter(more).is_some() {
                    at += 1;
                }
            }
        }
    }
}

/// When a value is an item of a list, its index joins the path. The value of a member has its key's path already.
fn begin_item(
    frames: &mut [(Frame<'_>, usize)],
    path: &mut String,
    at: usize,
    see: &mut impl FnMut(Event<'_>),
) {
    if let Some((Frame::List { index }, length)) = frames.last() {
        path.truncate(*length);
        push_item(path, *index);
        see(Event::Value { path, at });
    }
}

/// A key without its quotes.
fn unescaped(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if inner.contains('\\') {
        serde_json::from_str(quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
    } else {
        Cow::Borrowed(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn paths(text: &str) -> Vec<(String, u32, u32)> {
        let (_, source) = read_json(text).unwrap();
        let mut found = Vec::new();
        walk(text, &mut |event| {
            if let Event::Value { path, at } = event {
                let position = source.position(at);
                found.push((path.to_owned(), position.line, position.column));
            }
        });
        found
    }

    #[test]
    fn every_value_has_its_place() {
        let text = "{\"名\": [1, {\"b\": null}],\n \"c\\u0064\": {\"e\": \"}\\\"]\"}, \"f\": -1.5e3}";
        let expected = [
            ("名", 1, 2),
            ("名[0]", 1, 8),
            ("名[1]", 1, 11),
            ("名[1].b", 1, 12),
            ("cd", 2, 2),
            ("cd.e", 2, 14),
            ("f", 2, 28),
        ];
        assert_eq!(paths(text), expected.map(|(path, line, column)| (path.to_owned(), line, column)));
    }

    #[test]
    fn keys_are_the_same_however_they_are_escaped() {
        let (_, source) = read_json("{\"a\": {\"b\": 1,\n\"\\u0062\": 2}, \"b\": {}}").unwrap();
        let found: Vec<String> = source.duplicates().map(|finding| finding.to_string()).collect();
        assert_eq!(
            found,
            ["error[duplicate_key] at a.b (2:1): `b` appears twice in this object, first on line 1\n  \
              help: keep one: JSON would silently use the last"]
        );
    }

    #[test]
    fn what_is_not_json_says_where() {
        for (text, place) in
            [("", "(1:1)"), ("{\n  \"a\": 1,\n}", "(3:1)"), ("{'a': 1}", "(1:2)"), ("{\"a\": 1", "(1:7)")]
        {
            let said = read_json(text).err().unwrap().to_string();
            assert!(said.contains(place) && said.contains("help: "), "{text:?}: {said}");
        }
    }

    #[test]
    fn words_of_other_languages_have_their_help() {
        for (text, help) in [
            ("{\"a\": NaN}", "leave the key out"),
            ("{\"a\": nan}", "leave the key out"),
            ("{\"名\": True}", "write `true`"),
            ("{“pool”: 1}", "write `\"`"),
            ("rules.json", "pass the text of a JSON document"),
            ("pool: leads\n", "pass the text of a JSON document"),
            ("{\"a\": [1,\n False]}", "write `false`"),
            ("{\"a\": \"no}\n", "close the text with a double quote, or write a line break as `\\n`"),
        ] {
            let said = read_json(text).err().unwrap().to_string();
            assert!(said.contains(&format!("help: {help}")), "{text:?}: {said}");
        }
    }

    #[test]
    fn a_key_with_dots_is_named_whole() {
        let (_, source) = read_json("{\"c\": {\"a.b\": 1, \"a.b\": 2}}").unwrap();
        let found: Vec<String> = source.duplicates().map(|one| one.message).collect();
        assert_eq!(found, ["`a.b` appears twice in this object, first on line 1"]);
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i32>().prop_map(Value::from),
            "[a-z\"\\\\{}\\[\\],: é]{0,6}".prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\\\é]{1,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// The obvious way: every path of a value, by recursion.
    fn walked(value: &Value, path: String, found: &mut Vec<String>) {
        let member = |name: &str| match (name.contains(['"', '\\']), path.is_empty()) {
            (true, _) => format!("{path}[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\"")),
            (false, true) => name.to_owned(),
            (false, false) => format!("{path}.{name}"),
        };
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| {
                found.push(member(name));
                walked(value, member(name), found);
            }),
            Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| {
                found.push(format!("{path}[{index}]"));
                walked(value, format!("{path}[{index}]"), found);
            }),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn the_walk_sees_what_recursion_sees(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let (read, source) = read_json(text.as_ref().unwrap()).unwrap();
            prop_assert_eq!(Value::from(&read), value.clone());
            prop_assert_eq!(source.duplicates().count(), 0);
            let mut expected = Vec::new();
            walked(&value, String::new(), &mut expected);
            let seen: Vec<String> = paths(text.as_ref().unwrap()).into_iter().map(|(path, ..)| path).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
