//! Reading a rules document: every mistake in one go.
//!
//! serde stops at the first mistake. The loader records it, takes the offending node out of the document and reads
//! on, until what is left can be read. A mistake that only follows from a node taken out is not reported.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::advice::{self, Trial};
use super::finding::{Finding, found, known_names, quoted_after};
use super::strict::{Misread, Step, read_struct};
use crate::error::{Diagnostic, Level, Report};
use crate::text;

/// Deepest nesting of lists and objects in a document.
const DEEPEST: usize = 100;
/// How often the document is read again to find out what would be right.
const MAX_TRIES: u32 = 40;

/// Errors of `check` that compare a value with its neighbours, which have their defaults when they were taken out.
const OF_NEIGHBOURS: &[&str] = &["approvals_out_of_order", "overlapping_bands", "same_pool"];

/// Errors of `check` about what is defined elsewhere, and the lists and sections that define it.
const DEFINED_IN: &[(&str, &[&str])] = &[
    ("two_rules", &["blocks"]),
    ("unknown_category", &["rules"]),
    ("unknown_exit", &["exits"]),
    ("unknown_group", &["groups", "engagement", "fit"]),
    ("unknown_office", &["approvals"]),
    ("unknown_pool", &["pools"]),
    ("unknown_rule", &["rules", "disqualifiers", "engagement", "fit"]),
    ("unknown_stage", &["stages"]),
];

/// Reads a rules struct, then has `check` look at what could be read, and reports all of it.
///
/// `None` when nothing could be read. What `check` says only because a faulty node was taken out is not reported;
/// warnings of a document that had to be repaired are not, since any may be such a consequence.
pub(crate) fn load_into<T: DeserializeOwned>(
    document: Value,
    report: &mut Report,
    check: &dyn Fn(&T, &mut Report),
) -> Option<T> {
    let mut repair = Repair::of(document, report)?;
    let rules = repair.read(report)?;
    let mut found = Report::new();
    check(&rules, &mut found);
    repair.hand_on(found, report);
    Some(rules)
}

/// A document being repaired.
#[derive(Default)]
struct Repair {
    document: Value,
    /// Whether anything was taken out.
    is_repaired: bool,
    /// Paths of the nodes taken out, as written in the original document; and of keys that others were misspelt for.
    removed: BTreeSet<String>,
    /// For each list of the original document, the original indexes that were taken out.
    removed_items: BTreeMap<String, BTreeSet<usize>>,
    /// Ids and keys of what was taken out.
    removed_names: BTreeSet<String>,
    /// Of the paths taken out, those of which it is not known what they have defined.
    nameless: BTreeSet<String>,
    /// How often a replacement may still be tried.
    tries_left: u32,
}

impl Repair {
    fn of(mut document: Value, report: &mut Report) -> Option<Repair> {
        if !document.is_object() {
            let message = format!("expected an object, found {}", found(&document));
            report.push(Diagnostic::error("wrong_type", "", message).with_help("write `{ … }`"));
            return None;
        }
        if deeper_than(&document, DEEPEST) {
            let message = format!("the document is nested deeper than {DEEPEST} levels");
            report.push(Diagnostic::error("too_deep", "", message).with_help("split its conditions"));
            dismantle(document);
            return None;
        }
        write_dates_as_text(&mut document);
        Some(Repair { document, tries_left: MAX_TRIES, ..Repair::default() })
    }

    fn read<T: DeserializeOwned>(&mut self, report: &mut Report) -> Option<T> {
        loop {
            let misread = match read_struct(&self.document) {
                Ok(rules) => return Some(rules),
                Err(misread) => misread,
            };
            if !self.take_out(misread, report, &|document| read_struct::<T>(document).err()) {
                return None;
            }
        }
    }

    /// Reports a mistake and takes it out of the document; false when there is no more to read. `trial` reads the
    /// document again.
    fn take_out(
        &mut self,
        misread: Misread,
        report: &mut Report,
        trial: &dyn Fn(&Value) -> Option<Misread>,
    ) -> bool {
        let steps = self.existing(misread.steps);
        let path = self.original_path(&steps);
        let text = misread.error.to_string();
        let finding = Finding::parse(&text, self.node(&steps));
        let (code, ours) = (finding.code, !self.follows_from_a_removal(&path, &text));
        if ours {
            let finding = self.with_better_help(finding, &steps, trial);
            report.push(finding.into_diagnostic(path.clone()));
        }
        if report.is_full() && ours {
            // One more than is kept: the report says that there are more.
            report.push(Diagnostic::error("too_many", "", ""));
            return false;
        }
        self.is_repaired = true;
        let unread = quoted_after(&text, "unknown field ").filter(|name| ends_with(&steps, name));
        match unread {
            // What nothing reads is defined nowhere: a name in it is missed for good reason.
            Some(name) => self.remove_unread(&steps, name, known_names(&text)),
            None if code == "unknown_key" => self.remove_unread(&steps, "", std::iter::empty()),
            None => self.remove(&steps, &path),
        }
    }

    /// Hands on what was found in the repaired document, but for what only follows from a removal.
    fn hand_on(&self, found: Report, report: &mut Report) {
        for mut diagnostic in found.into_diagnostics() {
            diagnostic.path = self.path_as_written(&diagnostic.path);
            if !self.is_consequence(&diagnostic) {
                report.push(diagnostic);
            }
        }
    }

    fn follows_from_a_removal(&self, path: &str, text: &str) -> bool {
        match quoted_after(text, "missing field ") {
            Some(field) => self.removed.contains(&member(path, field)),
            None => {
                !text.starts_with("unknown ")
                    && !Finding::is_of_a_value(text)
                    && self.removed.iter().any(|removed| is_below(removed, path))
            }
        }
    }

    /// Whether a finding of the check only follows from what was taken out.
    fn is_consequence(&self, diagnostic: &Diagnostic) -> bool {
        let (path, code) = (diagnostic.path.as_str(), diagnostic.code.as_ref());
        let named = || {
            let shown = |name: &String| diagnostic.message.contains(&format!("`{name}`"));
            code.starts_with("unknown_") && self.removed_names.iter().any(shown)
        };
        let of_neighbour =
            |removed: &String| OF_NEIGHBOURS.contains(&code) && around(removed) == around(path);
        let defining = DEFINED_IN.iter().find(|(known, _)| *known == code).map(|(_, keys)| *keys);
        let defines = |removed: &String| defining.is_some_and(|keys| keys.contains(&last_key(removed)));
        match diagnostic.level {
            Level::Warning => self.is_repaired,
            Level::Error => {
                let touched = |removed: &String| {
                    removed == path
                        || !path.is_empty() && is_below(removed, path)
                        // The default stands there.
                        || is_below(path, removed)
                        || of_neighbour(removed)
                };
                named() || self.removed.iter().any(touched) || self.nameless.iter().any(defines)
            }
        }
    }

    /// The steps as far as they lead to a node: the name of a choice is none when it stands alone.
    fn existing(&self, mut steps: Vec<Step>) -> Vec<Step> {
        while self.node(&steps).is_none() && steps.pop().is_some() {}
        steps
    }

    fn node(&self, steps: &[Step]) -> Option<&Value> {
        steps.iter().try_fold(&self.document, |node, step| step.of(node))
    }

    fn node_mut(&mut self, steps: &[Step]) -> Option<&mut Value> {
        steps.iter().try_fold(&mut self.document, |node, step| match step {
            Step::Member(name) => node.get_mut(name),
            Step::Item(index) => node.get_mut(index),
        })
    }

    /// Where an object is expected, shows what to write in it, found by trying.
    fn with_better_help(
        &mut self,
        mut finding: Finding,
        steps: &[Step],
        trial: &dyn Fn(&Value) -> Option<Misread>,
    ) -> Finding {
        let Some(node) = self.node(steps).filter(|_| advice::is_worth_trying(&finding)) else {
            return finding;
        };
        let node = node.clone();
        let help = advice::object_instead(&node, |candidate| self.try_in_place(steps, candidate, trial));
        finding.help = help.or(finding.help);
        finding
    }

    fn try_in_place(
        &mut self,
        steps: &[Step],
        candidate: Value,
        trial: &dyn Fn(&Value) -> Option<Misread>,
    ) -> Trial {
        let Some(left) = self.tries_left.checked_sub(1) else { return Trial::Fails };
        self.tries_left = left;
        let Some(node) = self.node_mut(steps) else { return Trial::Fails };
        let original = std::mem::replace(node, candidate);
        let result = match trial(&self.document) {
            None => Trial::Fits,
            Some(misread) => {
                let reached = self.existing(misread.steps);
                match quoted_after(&misread.error.to_string(), "missing field ") {
                    Some(field) if reached == steps => Trial::Lacks(field.to_owned()),
                    _ if reached.starts_with(steps) => Trial::Fails,
                    _ => Trial::Fits,
                }
            }
        };
        if let Some(node) = self.node_mut(steps) {
            *node = original;
        }
        result
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

    /// Takes a key out that nothing reads. The key it was misspelt for counts as taken out too.
    fn remove_unread<'k>(
        &mut self,
        steps: &[Step],
        name: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> bool {
        let path = self.original_path(steps);
        let names = self.removed_names.clone();
        let removed = self.remove(steps, &path);
        self.removed_names = names;
        if let (Some(meant), Some((_, parents))) = (text::closest(name, known), steps.split_last())
            && self.node(parents).is_some_and(|parent| parent.get(meant).is_none())
        {
            self.removed.remove(&path);
            self.removed.insert(member(&self.original_path(parents), meant));
        }
        removed
    }

    /// Takes the node at the end of the steps out; false when that is the document itself.
    fn remove(&mut self, steps: &[Step], path: &str) -> bool {
        let Some((last, parents)) = steps.split_last() else { return false };
        let removed = match (self.node_mut(parents), last) {
            (Some(Value::Object(members)), Step::Member(name)) => members.remove(name),
            (Some(Value::Array(items)), Step::Item(index)) if *index < items.len() => {
                Some(items.remove(*index))
            }
            _ => None,
        };
        let Some(node) = removed else { return false };
        match last {
            Step::Member(name) => {
                self.nameless.insert(path.to_owned());
                self.removed_names.insert(name.clone());
            }
            Step::Item(_) => {
                if !["id", "name"].iter().any(|key| node.get(key).is_some_and(Value::is_string)) {
                    self.nameless.insert(path.to_owned());
                }
                let original: Option<usize> =
                    path.rsplit_once('[').and_then(|(_, tail)| tail.strip_suffix(']')?.parse().ok());
                self.removed_items.entry(self.original_path(parents)).or_default().extend(original);
            }
        }
        self.removed.insert(path.to_owned());
        collect_ids(&node, &mut self.removed_names);
        true
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
                    Value::String(id) if key == "id" || key == "name" => drop(names.insert(id.clone())),
                    _ => collect_ids(value, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_ids(item, names)),
        _ => {}
    }
}

fn ends_with(steps: &[Step], name: &str) -> bool {
    matches!(steps.last(), Some(Step::Member(last)) if last == name)
}

/// Whether a path lies below another.
fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| if above.is_empty() { !rest.is_empty() } else { rest.starts_with(['.', '[']) })
}

/// The path of the object or list around.
fn around(path: &str) -> &str {
    path.rfind(['.', '[']).and_then(|at| path.get(..at)).unwrap_or_default()
}

/// The last key of a path; of an item, that of its list.
fn last_key(path: &str) -> &str {
    let key = path.rsplit('.').next().unwrap_or_default();
    key.split('[').next().unwrap_or_default()
}

fn member(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
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
        load_into(document, &mut report, &|_: &Document, _| {});
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
            &|_: &Document, _| {},
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
        assert!(findings(json!("x"))[0].starts_with(" expected an object, found text `x`"));
    }

    #[test]
    fn no_more_than_a_hundred_mistakes_are_listed() {
        let rules: Vec<Value> = (0..500).map(|i| json!({"id": i, "kind": "plain"})).collect();
        assert_eq!(findings(json!({ "rules": rules })).len(), crate::error::MOST_FINDINGS + 1);
    }

    #[test]
    fn names_of_what_was_taken_out_are_not_missed_by_the_check() {
        let mut report = Report::new();
        load_into(json!({"rules": [{"id": "vip", "kind": "plan"}]}), &mut report, &|_: &Document, report| {
            report.unknown_name("unknown_rule", "rule", "vip", []);
            report.unknown_name("unknown_rule", "rule", "other", []);
        });
        let at_two =
            json!({"rules": [{"id": "a", "kind": 1}, {"id": "b", "kind": 1}, {"id": "c", "kind": "plain"}]});
        let mut paths = Report::new();
        load_into(at_two, &mut paths, &|_: &Document, report| {
            report.within("rules", |report| report.item(0, |report| report.error("late", "found late", "")));
        });
        assert_eq!(paths.diagnostics().last().unwrap().path, "rules[2]");
        let codes: Vec<_> = report.diagnostics().iter().map(|d| d.message.clone()).collect();
        assert_eq!(codes, ["unknown value `plan`", "there is no rule `other`"]);
    }
}
