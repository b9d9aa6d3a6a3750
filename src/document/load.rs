//! Reading a rules document: every mistake in one go.
//!
//! serde stops at the first mistake. The loader records it, takes the offending node out of the document and reads
//! on, until what is left can be read. A mistake that only follows from a node taken out is not reported.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::advice::{self, Trial};
use super::depth::{deeper_than, dismantle, long_key};
use super::finding::{Finding, found, known_names, quoted_after};
use super::position::{SPLIT, read_json};
use super::removed::{Removed, is_below};
use super::stand_in;
use super::strict::{Known, Misread, Step, find_misread, read_struct};
use crate::error::{Diagnostic, Report, RuleErrors};
use crate::text;

/// Deepest nesting of lists and objects in a document.
const DEEPEST: usize = 100;
/// Longest key of a list or object, in bytes: paths are made of keys, and each of a hundred findings has one.
const MAX_KEY: usize = 1024;
/// How often the document is read again to find out what would be right.
const MAX_TRIES: u32 = 40;

/// How often a small part of the document is read to find out what can stand in for a value.
const MAX_STAND_IN_TRIES: u32 = 4000;
/// The text that stands in for texts, with a number where it is put.
const STAND_IN: &str = "stand-in";

/// Reads a rules struct, then has `check` look at what could be read, and reports all of it.
///
/// `None` when nothing could be read. What `check` says only because a faulty node was taken out is not reported;
/// warnings of a document that had to be repaired are not, since any may be such a consequence.
pub(crate) fn load_into<T: DeserializeOwned>(
    document: Value,
    report: &mut Report,
    check: &dyn Fn(&T, &mut Report),
) -> Option<T> {
    load_rest(document, std::iter::empty(), report, check)
}

/// Reads a rules struct from JSON text and reports all of it, with lines and columns. A key that appears twice is an
/// error, and what stood under it first counts as taken out.
pub(crate) fn load_text<T: DeserializeOwned>(
    text: &str,
    check: &dyn Fn(&T, &mut Report),
) -> Result<T, RuleErrors> {
    let (document, source) = read_json(text)?;
    let mut report = Report::new();
    source.duplicates().for_each(|duplicate| report.push(duplicate));
    let rules = load_rest(document, source.dropped(), &mut report, check);
    finish(rules, report).map_err(|mut errors| {
        source.locate(errors.diagnostics_mut());
        errors
    })
}

/// Adds lines and columns of the text to what was found in the rules read from it.
pub(super) fn locate_in(text: &str, mut findings: Vec<Diagnostic>) -> Result<Vec<Diagnostic>, RuleErrors> {
    let (_, source) = read_json(text)?;
    source.locate(&mut findings);
    Ok(findings)
}

/// What was read, when nothing is wrong with it.
pub(crate) fn finish<T>(rules: Option<T>, report: Report) -> Result<T, RuleErrors> {
    report.finish()?;
    rules.ok_or_else(|| {
        RuleErrors::from(Diagnostic::error("unreadable", "", "nothing in the document can be read"))
    })
}

/// Reads what is left of a document of which some was taken out before.
fn load_rest<T: DeserializeOwned>(
    document: Value,
    taken: impl Iterator<Item = (String, Value)>,
    report: &mut Report,
    check: &dyn Fn(&T, &mut Report),
) -> Option<T> {
    let mut repair = Repair::of(document, report)?;
    taken.for_each(|(path, node)| repair.removed.add(path, node));
    let rules = repair.read(report)?;
    if repair.stood_in.is_empty() {
        // The rules are all that is needed of it.
        repair.document = Value::Null;
    }
    let mut found = Report::new();
    check(&rules, &mut found);
    let mut found = found.into_diagnostics();
    // What depends on the values that stand in is no mistake of the document.
    for round in 1..repair.rounds() {
        if found.is_empty() {
            break;
        }
        repair.put_alternatives(round);
        let Ok(rules) = read_struct::<T>(&repair.document) else { continue };
        let mut again = Report::new();
        check(&rules, &mut again);
        if !again.is_full() {
            let again = again.diagnostics();
            found
                .retain(|one| again.iter().any(|other| (&other.path, &other.code) == (&one.path, &one.code)));
        }
    }
    repair.hand_on(found, report);
    Some(rules)
}

/// A document being repaired.
#[derive(Default)]
struct Repair {
    document: Value,
    /// What was taken out or replaced.
    removed: Removed,
    /// For each list of the original document, the original indexes that were taken out.
    removed_items: BTreeMap<String, BTreeSet<usize>>,
    /// What stands in for a value that is missing or faulty.
    stood_in: Vec<StoodIn>,
    /// What can stand in, by paths without indexes.
    known_stand_ins: BTreeMap<String, Vec<Value>>,
    /// How often a replacement may still be tried.
    tries_left: u32,
    stand_in_tries_left: u32,
}

/// A value that stands in for one that is missing or faulty.
struct StoodIn {
    /// Where, in what is left of the document.
    steps: Vec<Step>,
    /// Where, in the document as written.
    path: String,
    /// What can stand there; the first does.
    values: Vec<Value>,
}

impl Repair {
    fn of(mut document: Value, report: &mut Report) -> Option<Repair> {
        if !document.is_object() {
            let message = format!("expected an object, found {}", found(&document));
            report.push(Diagnostic::error("wrong_type", "", message).with_help("write `{ … }`"));
            dismantle(document);
            return None;
        }
        if let Some(key) = long_key(&document, MAX_KEY) {
            let shown: String = key.chars().take(40).collect();
            let message = format!("the key `{shown}…` has {} bytes, {MAX_KEY} are allowed", key.len());
            report.push(Diagnostic::error("too_long", "", message).with_help("shorten the key"));
            dismantle(document);
            return None;
        }
        if deeper_than(&document, DEEPEST) {
            let message = format!("the document is nested deeper than {DEEPEST} levels");
            report.push(Diagnostic::error("too_deep", "", message).with_help(SPLIT));
            dismantle(document);
            return None;
        }
        write_dates_as_text(&mut document);
        Some(Repair {
            document,
            tries_left: MAX_TRIES,
            stand_in_tries_left: MAX_STAND_IN_TRIES,
            ..Repair::default()
        })
    }

    fn read<T: DeserializeOwned>(&mut self, report: &mut Report) -> Option<T> {
        loop {
            let mut misread = match read_struct(&self.document) {
                Ok(rules) => return Some(rules),
                Err(misread) => misread,
            };
            // So that a hundred mistakes at the end of a long document are not a hundred readings of it.
            let known = Known::default();
            loop {
                if !self.take_out(misread, report, &|document| read_struct::<T>(document).err()) {
                    return None;
                }
                match find_misread::<T>(&self.document, &known) {
                    Some(next) => misread = next,
                    None => break,
                }
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
        if let Some(field) = quoted_after(&text, "missing field ") {
            let missing: Vec<Step> = steps.iter().cloned().chain([Step::Member(field.to_owned())]).collect();
            if self.put_stand_in(&missing, trial) {
                return true;
            }
        }
        let unread = quoted_after(&text, "unknown field ").filter(|name| ends_with(&steps, name));
        match unread {
            Some(name) => self.remove_unread(&steps, name, known_names(&text)),
            None if code == "unknown_key" => self.remove_unread(&steps, "", std::iter::empty()),
            None if self.is_counted(&steps, trial) && self.put_stand_in(&steps, trial) => true,
            None => match self.cut(&steps, &path) {
                Some(node) => {
                    self.removed.add(path, node);
                    true
                }
                None => false,
            },
        }
    }

    /// Whether the node is an item of a list that must have just as many.
    fn is_counted(&self, steps: &[Step], trial: &dyn Fn(&Value) -> Option<Misread>) -> bool {
        if !matches!(steps.last(), Some(Step::Item(_))) {
            return false;
        }
        let (shortened, _) = stand_in::without(&self.document, steps);
        trial(&shortened).is_some_and(|misread| misread.error.to_string().starts_with("invalid length "))
    }

    /// Lets a value stand in for a missing or faulty one; false when none is known to fit.
    fn put_stand_in(&mut self, steps: &[Step], trial: &dyn Fn(&Value) -> Option<Misread>) -> bool {
        let path = self.original_path(steps);
        if self.stood_in.iter().any(|known| known.path == path) {
            return false;
        }
        // What is large is not copied: it is looked at when its key is right.
        let misspelt =
            self.removed.node(&path).filter(|node| !node.is_null() && stand_in::is_small(node)).cloned();
        let shape = shape(&path);
        let mut values = match self.known_stand_ins.get(&shape) {
            Some(known) if misspelt.is_none() => known.clone(),
            _ => {
                let first = misspelt.clone();
                let left = &mut self.stand_in_tries_left;
                let values = stand_in::fitting(&self.document, steps, (STAND_IN, first), trial, left);
                if misspelt.is_none() {
                    self.known_stand_ins.insert(shape, values.clone());
                }
                values
            }
        };
        for value in &mut values {
            if value.as_str() == Some(STAND_IN) {
                *value = Value::from(format!("{STAND_IN} {}", self.stood_in.len()));
            }
        }
        let Some(value) = values.first().cloned() else { return false };
        let is_put = stand_in::put(&mut self.document, steps, value);
        if is_put {
            if !self.removed.contains(&path) {
                self.removed.add(path.clone(), Value::Null);
            }
            self.stood_in.push(StoodIn { steps: steps.to_vec(), path, values });
        }
        is_put
    }

    /// How many documents there are with other values standing in.
    fn rounds(&self) -> usize {
        self.stood_in.iter().map(|one| one.values.len()).max().unwrap_or_default()
    }

    /// Lets other values stand in.
    fn put_alternatives(&mut self, round: usize) {
        for one in &self.stood_in {
            if let Some(value) = one.values.iter().cycle().nth(round) {
                stand_in::put(&mut self.document, &one.steps, value.clone());
            }
        }
    }

    /// Hands on what was found in the repaired document, but for what only follows from a removal.
    fn hand_on(&self, found: Vec<Diagnostic>, report: &mut Report) {
        for mut diagnostic in found {
            diagnostic.path = self.path_as_written(&diagnostic.path);
            if !self.removed.explains(&diagnostic) {
                report.push(diagnostic);
            }
        }
    }

    fn follows_from_a_removal(&self, path: &str, text: &str) -> bool {
        let stands_in = |one: &StoodIn| path == one.path || is_below(path, &one.path);
        self.stood_in.iter().any(stands_in)
            || match quoted_after(text, "missing field ") {
                Some(field) => self.removed.contains(&member(path, field)),
                // A comparison whose field or value is another.
                None if text.ends_with("[wrong_comparison]") => self.removed.any_below(path),
                None => {
                    !text.starts_with("unknown ")
                        && !Finding::is_of_a_value(text)
                        && self.removed.any_below(path)
                }
            }
    }

    /// The steps as far as they lead to a node: the name of a choice is none when it stands alone.
    fn existing(&self, mut steps: Vec<Step>) -> Vec<Step> {
        while self.node(&steps).is_none() && steps.pop().is_some() {}
        steps
    }

    fn node(&self, steps: &[Step]) -> Option<&Value> {
        stand_in::node(&self.document, steps)
    }

    fn node_mut(&mut self, steps: &[Step]) -> Option<&mut Value> {
        stand_in::node_mut(&mut self.document, steps)
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
        if node.is_null() && matches!(steps.last(), Some(Step::Member(_))) {
            let (shortened, around) = stand_in::without(&self.document, steps);
            if trial(&shortened).is_none_or(|misread| misread.steps != around) {
                finding.help = Some("leave the key out".to_owned());
                return finding;
            }
        }
        let (mut shortened, place) = stand_in::cut_down(&self.document, steps);
        let help = advice::object_instead(&node, |candidate| {
            let Some(left) = self.tries_left.checked_sub(1) else { return Trial::Fails };
            self.tries_left = left;
            if stand_in::put(&mut shortened, &place, candidate) {
                try_in_place(&shortened, &place, trial)
            } else {
                Trial::Fails
            }
        });
        finding.help = help.or(finding.help);
        finding
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
        let Some(node) = self.cut(steps, &path) else { return false };
        match (text::closest(name, known), steps.split_last()) {
            (Some(meant), Some((_, parents)))
                if self.node(parents).is_some_and(|parent| parent.get(meant).is_none()) =>
            {
                self.removed.add(member(&self.original_path(parents), meant), node);
            }
            _ => self.removed.add_unread(path, name, node),
        }
        true
    }

    /// Takes the node at the end of the steps out; none when that is the document itself.
    fn cut(&mut self, steps: &[Step], path: &str) -> Option<Value> {
        let (last, parents) = steps.split_last()?;
        let node = match (self.node_mut(parents)?, last) {
            (Value::Object(members), Step::Member(name)) => members.remove(name)?,
            (Value::Array(items), Step::Item(index)) if *index < items.len() => items.remove(*index),
            _ => return None,
        };
        self.stood_in.retain(|one| !one.steps.starts_with(steps));
        if let Step::Item(index) = last {
            for one in self.stood_in.iter_mut().filter(|one| one.steps.starts_with(parents)) {
                if let Some(Step::Item(later)) = one.steps.get_mut(parents.len())
                    && *later > *index
                {
                    *later -= 1;
                }
            }
            let original: Option<usize> =
                path.rsplit_once('[').and_then(|(_, tail)| tail.strip_suffix(']')?.parse().ok());
            self.removed_items.entry(self.original_path(parents)).or_default().extend(original);
        }
        Some(node)
    }
}

/// What comes of reading a document in which something else stands at a place.
fn try_in_place(document: &Value, place: &[Step], trial: &dyn Fn(&Value) -> Option<Misread>) -> Trial {
    let Some(misread) = trial(document) else { return Trial::Fits };
    let mut reached = misread.steps;
    // The name of a choice is no node when it stands alone.
    while stand_in::node(document, &reached).is_none() && reached.pop().is_some() {}
    match quoted_after(&misread.error.to_string(), "missing field ") {
        Some(field) if reached == place => Trial::Lacks(field.to_owned()),
        _ if reached.starts_with(place) => Trial::Fails,
        _ => Trial::Fits,
    }
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

fn ends_with(steps: &[Step], name: &str) -> bool {
    matches!(steps.last(), Some(Step::Member(last)) if last == name)
}

/// A path without the indexes.
fn shape(path: &str) -> String {
    path.split('[')
        .map(|part| part.split_once(']').map_or(part, |(_, rest)| rest))
        .collect::<Vec<_>>()
        .join("[]")
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
    fn names_that_cannot_be_read_are_not_missed_by_the_check() {
        let unknown = |document| {
            let mut report = Report::new();
            load_into(document, &mut report, &|_: &Document, report| {
                report.unknown_name("unknown_rule", "rule", "vip", []);
            });
            report.diagnostics().iter().any(|one| one.code == "unknown_rule")
        };
        assert!(!unknown(json!({"rules": [{"id": 7, "kind": "plain"}]})));
        assert!(!unknown(json!({"rules": [["vip"]]})));
        assert!(!unknown(json!({"rules": 7})));
        assert!(unknown(json!({"rules": [{"id": "other", "kind": "plan"}]})));
        assert!(unknown(json!({"limit": "x"})));
    }

    #[test]
    fn places_are_those_of_the_document_as_written() {
        let at_two = json!({"rules": ["a", ["b"], {"id": "c", "kind": "plain"}]});
        let mut paths = Report::new();
        load_into(at_two, &mut paths, &|_: &Document, report| {
            report.within("rules", |report| report.item(0, |report| report.error("late", "found late", "")));
        });
        assert_eq!(paths.diagnostics().last().unwrap().path, "rules[2]");
    }
}
