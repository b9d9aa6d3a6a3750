//! Reading a rules document: every mistake in one go.
//!
//! serde stops at the first mistake. The loader records it, takes the offending node out of the document and reads
//! on, until what is left can be read. A mistake that only follows from a node taken out is not reported.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::error::{Diagnostic, Report, suggestion};

/// Deepest nesting of lists and objects in a document.
const DEEPEST: usize = 100;
const HELP_MARK: &str = "; help: ";

/// Reads a rules struct, then has `check` look at what could be read, and reports all of it.
///
/// `None` when nothing could be read. A name that `check` misses because its definition was taken out as faulty
/// is not reported.
pub(crate) fn load_into<T: DeserializeOwned>(
    document: Value,
    report: &mut Report,
    check: impl FnOnce(&T, &mut Report),
) -> Option<T> {
    if !document.is_object() {
        let found = match &document {
            Value::Array(_) => "a list",
            Value::Null => "null",
            _ => "a single value",
        };
        let message = format!("{found} stands where an object should");
        report.push(Diagnostic::error("wrong_type", "", message).with_help("write the rules as `{ … }`"));
        return None;
    }
    if deeper_than(&document, DEEPEST) {
        let message = format!("the document is nested deeper than {DEEPEST} levels");
        report.push(Diagnostic::error("too_deep", "", message).with_help("split its conditions"));
        dismantle(document);
        return None;
    }
    let mut document = document;
    write_dates_as_text(&mut document);
    let mut repair = Repair { document, ..Repair::default() };
    let rules = repair.read(report)?;
    let mut found = Report::new();
    check(&rules, &mut found);
    for diagnostic in found.into_diagnostics() {
        let consequence = diagnostic.code.starts_with("unknown_")
            && repair.removed_names.iter().any(|name| diagnostic.message.contains(&format!("`{name}`")));
        if !consequence {
            report.push(Diagnostic { path: repair.path_as_written(&diagnostic.path), ..diagnostic });
        }
    }
    Some(rules)
}

/// A document being repaired.
#[derive(Default)]
struct Repair {
    document: Value,
    /// Paths of the nodes taken out, as written in the original document.
    removed: BTreeSet<String>,
    /// For each list of the original document, the original indexes that were taken out.
    removed_items: BTreeMap<String, BTreeSet<usize>>,
    /// Ids and keys of what was taken out.
    removed_names: BTreeSet<String>,
}

impl Repair {
    fn read<T: DeserializeOwned>(&mut self, report: &mut Report) -> Option<T> {
        loop {
            let error = match serde_path_to_error::deserialize(&self.document) {
                Ok(rules) => return Some(rules),
                Err(error) => error,
            };
            let steps = steps(error.path());
            let path = self.original_path(&steps);
            let message = error.into_inner().to_string();
            let finding = Finding::parse(&message);
            let (code, ours) = (finding.code, !self.follows_from_a_removal(&path, &message));
            if ours {
                report.push(finding.into_diagnostic(path.clone()));
            }
            if report.is_full() && ours {
                // One more than is kept: the report says that there are more.
                report.push(Diagnostic::error("too_many", "", ""));
                return None;
            }
            if code == "unknown_key" {
                // What nothing reads is defined nowhere: a name in it is missed for good reason.
                self.remove_unread(&steps);
                continue;
            }
            if !self.remove(&steps, &path) {
                return None;
            }
        }
    }

    fn follows_from_a_removal(&self, path: &str, message: &str) -> bool {
        match quoted_after(message, "missing field ") {
            Some(field) => self.removed.contains(&member(path, field)),
            None => {
                let below = |removed: &String| {
                    removed.strip_prefix(path).is_some_and(|rest| {
                        rest.starts_with(['.', '[']) || (path.is_empty() && !rest.is_empty())
                    })
                };
                // A finding of ours is about a value, unless it says that a condition has lost a part.
                let own = message.contains(HELP_MARK) && !message.ends_with("[bad_condition]");
                !message.starts_with("unknown ") && !own && self.removed.iter().any(below)
            }
        }
    }

    /// The path in the document as the user wrote it: items taken out earlier count.
    fn original_path(&self, steps: &[Step]) -> String {
        let mut path = String::new();
        for step in steps {
            match step {
                Step::Member(name) => path = member(&path, name),
                Step::Item(index) => path = self.original_index(&path, *index),
            }
        }
        path
    }

    /// The path in the document as the user wrote it, of a path in what is left of it.
    fn path_as_written(&self, path: &str) -> String {
        let mut written = String::new();
        for (number, part) in path.split('[').enumerate() {
            match part.split_once(']').map(|(index, rest)| (index.parse(), rest)) {
                Some((Ok(index), rest)) if number > 0 => {
                    written = self.original_index(&written, index) + rest;
                }
                _ => {
                    written.push_str(if number > 0 { "[" } else { "" });
                    written.push_str(part);
                }
            }
        }
        written
    }

    /// The path of an item, given the list's path as written and the index in what is left.
    fn original_index(&self, list: &str, index: usize) -> String {
        let mut original = index;
        for gone in self.removed_items.get(list).into_iter().flatten() {
            if *gone > original {
                break;
            }
            original += 1;
        }
        format!("{list}[{original}]")
    }

    /// Takes a key out that nothing reads. When it is not where the path says, its parent goes.
    fn remove_unread(&mut self, steps: &[Step]) {
        let names = std::mem::take(&mut self.removed_names);
        let path = self.original_path(steps);
        self.remove(steps, &path);
        self.removed_names = names;
    }

    /// Takes the node at the end of the steps out; false when that is the document itself.
    fn remove(&mut self, steps: &[Step], path: &str) -> bool {
        let Some((last, parents)) = steps.split_last() else { return false };
        let parent_path = self.original_path(parents);
        let parent = parents.iter().try_fold(&mut self.document, |node, step| match step {
            Step::Member(name) => node.get_mut(name),
            Step::Item(index) => node.get_mut(index),
        });
        let removed = match (parent, last) {
            (Some(Value::Object(members)), Step::Member(name)) => {
                self.removed_names.insert(name.clone());
                members.remove(name)
            }
            (Some(Value::Array(items)), Step::Item(index)) if *index < items.len() => {
                let original: Option<usize> =
                    path.rsplit_once('[').and_then(|(_, tail)| tail.strip_suffix(']')?.parse().ok());
                self.removed_items.entry(parent_path).or_default().extend(original);
                Some(items.remove(*index))
            }
            _ => None,
        };
        match removed {
            Some(node) => {
                self.removed.insert(path.to_owned());
                collect_ids(&node, &mut self.removed_names);
                true
            }
            // The faulty node is not where the path says (a key that is not there): its parent goes.
            None => self.remove(parents, &self.original_path(parents)),
        }
    }
}

/// Whether lists and objects are nested deeper. Not recursive: what it guards against would overflow the stack.
fn deeper_than(document: &Value, limit: usize) -> bool {
    let mut left = vec![(document, 0)];
    while let Some((node, depth)) = left.pop() {
        if depth > limit {
            return true;
        }
        match node {
            Value::Array(items) => left.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => left.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    false
}

/// The key under which the `toml` crate hands on a date.
const TOML_DATE: &str = "$__toml_private_datetime";

/// A date of TOML is an object with one key of its own; rules write times as text.
fn write_dates_as_text(document: &mut Value) {
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

/// Frees a document level by level: the usual way recurses as deep as it is nested.
fn dismantle(document: Value) {
    let mut left = vec![document];
    while let Some(node) = left.pop() {
        match node {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => left.extend(members.into_iter().map(|(_, member)| member)),
            _ => {}
        }
    }
}

fn collect_ids(node: &Value, names: &mut BTreeSet<String>) {
    match node {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(id) if key == "id" => drop(names.insert(id.clone())),
                    _ => collect_ids(value, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_ids(item, names)),
        _ => {}
    }
}

/// One step of a path into a document.
enum Step {
    Member(String),
    Item(usize),
}

fn steps(path: &serde_path_to_error::Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Item(*index)),
            Segment::Map { key } => Some(Step::Member(key.clone())),
            Segment::Enum { variant } => Some(Step::Member(variant.clone())),
            Segment::Unknown => None,
        })
        .collect()
}

fn member(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// One mistake, on its way through serde's error text: `message; help: …` and a code.
pub(crate) struct Finding {
    code: &'static str,
    message: String,
    help: Option<String>,
}

/// The codes that travel in an error text, so that they can be read back from it.
const CODES: &[&str] =
    &["unknown_field", "wrong_comparison", "bad_pattern", "bad_value", "bad_condition", "too_deep"];

impl Finding {
    /// A mistake a `Deserialize` of ours found.
    pub(crate) fn new(code: &'static str, message: impl Display, help: impl Display) -> Finding {
        debug_assert!(CODES.contains(&code), "{code}");
        Finding { code, message: message.to_string(), help: Some(help.to_string()) }
    }

    fn parse(text: &str) -> Finding {
        if let Some((message, rest)) = text.split_once(HELP_MARK) {
            let (help, code) =
                rest.rsplit_once(" [").map_or((rest, ""), |(help, tail)| (help, tail.trim_end_matches(']')));
            let code = CODES.iter().find(|known| **known == code).copied().unwrap_or("bad_value");
            return Finding { code, message: message.to_owned(), help: Some(help.to_owned()) };
        }
        let with = |code, message: String, help: Option<String>| Finding { code, message, help };
        if let Some(field) = quoted_after(text, "missing field ") {
            let help = format!("add `{field}`");
            return with("missing_key", format!("`{field}` is missing"), Some(help));
        }
        for (prefix, code) in [("unknown field ", "unknown_key"), ("unknown variant ", "unknown_value")] {
            let Some(name) = quoted_after(text, prefix) else { continue };
            let known: Vec<&str> = text.split('`').skip(3).step_by(2).collect();
            let message = if code == "unknown_key" {
                format!("there is no `{name}` here")
            } else {
                format!("`{name}` is not a value that can stand here")
            };
            return with(code, message, Some(suggestion(name, known.iter().copied())));
        }
        if let Some(field) = quoted_after(text, "duplicate field ") {
            return with(
                "duplicate_key",
                format!("`{field}` stands here twice"),
                Some("keep one".to_owned()),
            );
        }
        for prefix in ["invalid type: ", "invalid value: ", "invalid length "] {
            let Some((found, expected)) =
                text.strip_prefix(prefix).and_then(|rest| rest.rsplit_once(", expected "))
            else {
                continue;
            };
            let message =
                format!("{} stands where {} should", found_in_words(found), expected_in_words(expected));
            return with("wrong_type", message, Some(cure(&expected_in_words(expected)).to_owned()));
        }
        with("bad_value", text.to_owned(), Some("correct the value or leave the key out".to_owned()))
    }

    fn into_diagnostic(self, path: String) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code, path, self.message);
        match self.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "{HELP_MARK}{help} [{}]", self.code),
            None => Ok(()),
        }
    }
}

fn quoted_after<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    text.strip_prefix(prefix)?.strip_prefix('`')?.split_once('`').map(|(name, _)| name)
}

fn cure(expected: &str) -> &'static str {
    match expected {
        "a list" => "write `[ … ]`",
        "an object" | "an object with one key" => "write `{ … }`",
        "a text" => "write it in quotes",
        "true or false" => "write `true` or `false`, without quotes",
        number if number.starts_with("a whole number") => "write a whole number in digits, without quotes",
        "a number" => "write it in digits, without quotes",
        _ => "correct the value or leave the key out",
    }
}

fn found_in_words(found: &str) -> String {
    if let Some(text) = found.strip_prefix("string ") {
        let inner = text.trim_matches('"');
        let shown: String = inner.chars().take(60).collect();
        return format!("text `{shown}`");
    }
    for (prefix, word) in [("integer ", "number "), ("floating point ", "number "), ("boolean ", "")] {
        if let Some(rest) = found.strip_prefix(prefix) {
            return format!("{word}{rest}");
        }
    }
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" | "unit value" => "null".to_owned(),
        "unit variant" => "a name alone".to_owned(),
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
        "a map" | "map with a single key" => "an object with one key".to_owned(),
        other if other.starts_with("struct ") => "an object".to_owned(),
        other if other.starts_with("enum ") => "one of the names that can stand here".to_owned(),
        other if other.starts_with("sequence") || other.starts_with("a tuple") => "a list".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, Default)]
    #[serde(default, deny_unknown_fields)]
    struct Document {
        limit: u16,
        rules: Vec<Rule>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Rule {
        id: String,
        kind: Kind,
        #[serde(default)]
        weight: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    enum Kind {
        Exact {
            #[expect(dead_code, reason = "only its reading is tested")]
            field: String,
        },
        Folded(#[expect(dead_code, reason = "only its reading is tested")] Vec<u32>),
        Plain,
    }

    fn findings(document: Value) -> Vec<String> {
        let mut report = Report::new();
        load_into(document, &mut report, |_: &Document, _| {});
        report
            .into_diagnostics()
            .iter()
            .map(|d| format!("{} {} {:?}", d.path, d.message, d.help.as_deref().unwrap_or("")))
            .collect()
    }

    #[test]
    fn a_good_document_is_read() {
        let document = load_into(
            json!({"limit": 3, "rules": [{"id": "a", "kind": "plain"}]}),
            &mut Report::new(),
            |_: &Document, _| {},
        )
        .unwrap();
        assert_eq!(document.limit, 3);
        let [Rule { id, kind: Kind::Plain, weight: 0 }] = document.rules.as_slice() else {
            panic!("{document:?}")
        };
        assert_eq!(id, "a");
    }

    #[test]
    fn indexes_are_those_of_the_document_as_written() {
        let found = findings(json!({"rules": [
            {"id": "a", "kind": "plain"},
            {"id": 1, "kind": "plain"},
            {"kind": "plain"},
            {"id": "d", "kind": "plain", "weight": -1},
            {"id": "e", "kind": "plan"},
            {"id": "f", "kind": {"exact": {"field": 1}}},
            {"id": "g", "kind": {"folded": [1, "x", 2, "y"]}},
            {"id": "h", "kind": "plain", "wieght": 1},
        ]}));
        let paths: Vec<&str> = found.iter().map(|f| f.split(' ').next().unwrap()).collect();
        assert_eq!(
            paths,
            [
                "rules[1].id",
                "rules[2]",
                "rules[3].weight",
                "rules[4].kind",
                "rules[5].kind.exact.field",
                "rules[6].kind.folded[1]",
                "rules[6].kind.folded[3]",
                "rules[7].wieght",
            ],
            "{found:#?}"
        );
    }

    #[test]
    fn a_document_of_the_wrong_shape_gives_one_finding() {
        assert_eq!(findings(json!([1])).len(), 1);
        assert!(findings(json!("x"))[0].starts_with(" a single value stands where an object should"));
    }

    #[test]
    fn no_more_than_a_hundred_mistakes_are_listed() {
        let rules: Vec<Value> = (0..500).map(|i| json!({"id": i, "kind": "plain"})).collect();
        assert_eq!(findings(json!({ "rules": rules })).len(), crate::error::MOST_FINDINGS + 1);
    }

    #[test]
    fn names_of_what_was_taken_out_are_not_missed_by_the_check() {
        let mut report = Report::new();
        load_into(json!({"rules": [{"id": "vip", "kind": "plan"}]}), &mut report, |_: &Document, report| {
            report.unknown_name("unknown_rule", "rule", "vip", []);
            report.unknown_name("unknown_rule", "rule", "other", []);
        });
        let at_two =
            json!({"rules": [{"id": "a", "kind": 1}, {"id": "b", "kind": 1}, {"id": "c", "kind": "plain"}]});
        let mut paths = Report::new();
        load_into(at_two, &mut paths, |_: &Document, report| {
            report.within("rules", |report| report.item(0, |report| report.error("late", "found late", "")));
        });
        assert_eq!(paths.diagnostics().last().unwrap().path, "rules[2]");
        let codes: Vec<_> = report.diagnostics().iter().map(|d| d.message.clone()).collect();
        assert_eq!(codes, ["`plan` is not a value that can stand here", "there is no rule `other`"]);
    }
}
