//! A document being repaired: faulty nodes are taken out, or something stands in for them, until the rest can be read.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::advice::{self, Trial};
use super::finding::{Finding, found, known_names, quoted_after};
use super::node::Node;
use super::position::SPLIT;
use super::removed::Removed;
use super::stand_in;
use super::strict::{Known, Misread, Step, find_misread, read_document};
use crate::error::{Diagnostic, Level, Report};
use crate::text;
use crate::text::path::{self, is_below, member};

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

/// A document being repaired.
#[derive(Default)]
pub(super) struct Repair<'t> {
    document: Node<'t>,
    /// The values that were removed or replaced.
    removed: Removed<'t>,
    /// For each list of the original document, the original indexes that were taken out.
    removed_items: BTreeMap<String, BTreeSet<usize>>,
    /// Replacements of values that are missing or faulty.
    stood_in: Vec<StoodIn<'t>>,
    /// The possible replacements, by paths without indexes.
    known_stand_ins: BTreeMap<String, Vec<Node<'t>>>,
    /// How often a replacement may still be tried.
    tries_left: u32,
    stand_in_tries_left: u32,
}

/// A value that stands in for one that is missing or faulty.
struct StoodIn<'t> {
    /// Where, in what is left of the document.
    steps: Vec<Step>,
    /// Where, in the document as written.
    path: String,
    /// The possible replacements there; the first is used.
    values: Vec<Node<'t>>,
}

impl Repair<'static> {
    pub(super) fn of_value(document: Value, report: &mut Report) -> Option<Repair<'static>> {
        Repair::of(Node::bounded(document, DEEPEST + 1), report)
    }

    /// The same for what need not be an object.
    pub(super) fn of_any_value(document: Value, report: &mut Report) -> Option<Repair<'static>> {
        Repair::of_any(Node::bounded(document, DEEPEST + 1), report)
    }
}

impl<'t> Repair<'t> {
    pub(super) fn of(document: Node<'t>, report: &mut Report) -> Option<Repair<'t>> {
        if !document.is_object() {
            let message = format!("expected an object, found {}", found(&document));
            report.push(Diagnostic::error("wrong_type", "", message).with_help("write `{ … }`"));
            return None;
        }
        Repair::of_any(document, report)
    }

    /// The same for what need not be an object.
    pub(super) fn of_any(document: Node<'t>, report: &mut Report) -> Option<Repair<'t>> {
        if let Some(key) = document.long_key(MAX_KEY) {
            let shown: String = key.chars().take(40).collect();
            let message = format!("the key `{shown}…` has {} bytes, {MAX_KEY} are allowed", key.len());
            report.push(Diagnostic::error("too_long", "", message).with_help("shorten the key"));
            return None;
        }
        if document.is_deeper_than(DEEPEST) {
            let message = format!("the document is nested deeper than {DEEPEST} levels");
            report.push(Diagnostic::error("too_deep", "", message).with_help(SPLIT));
            return None;
        }
        Some(Repair {
            document,
            tries_left: MAX_TRIES,
            stand_in_tries_left: MAX_STAND_IN_TRIES,
            ..Repair::default()
        })
    }

    pub(super) fn read<T: DeserializeOwned>(&mut self, report: &mut Report) -> Option<T> {
        loop {
            let mut misread = match read_document(&self.document) {
                Ok(rules) => return Some(rules),
                Err(misread) => misread,
            };
            // So that a hundred mistakes at the end of a long document are not a hundred readings of it.
            let known = Known::default();
            loop {
                if !self.take_out(misread, report, &|document| read_document::<T>(document).err()) {
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
        trial: &dyn Fn(&Node<'_>) -> Option<Misread>,
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
            // One more than is kept, to report that there are more.
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
    fn is_counted(&self, steps: &[Step], trial: &dyn Fn(&Node<'_>) -> Option<Misread>) -> bool {
        if !matches!(steps.last(), Some(Step::Item(_))) {
            return false;
        }
        let (shortened, _) = stand_in::without(&self.document, steps);
        trial(&shortened).is_some_and(|misread| misread.error.to_string().starts_with("invalid length "))
    }

    /// Lets a value stand in for a missing or faulty one; false when none is known to fit.
    fn put_stand_in(&mut self, steps: &[Step], trial: &dyn Fn(&Node<'_>) -> Option<Misread>) -> bool {
        let path = self.original_path(steps);
        if self.stood_in.iter().any(|known| known.path == path) {
            return false;
        }
        // A large value is not copied: it is checked when its key is right.
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
                *value = Node::Text(format!("{STAND_IN} {}", self.stood_in.len()).into());
            }
        }
        let Some(value) = values.first().cloned() else { return false };
        let is_put = stand_in::put(&mut self.document, steps, value);
        if is_put {
            if !self.removed.contains(&path) {
                self.removed.add(path.clone(), Node::Null);
            }
            self.stood_in.push(StoodIn { steps: steps.to_vec(), path, values });
        }
        is_put
    }

    /// Notes what was taken out before the document came here.
    pub(super) fn note_taken_out(&mut self, path: String, node: Node<'t>) {
        self.removed.add(path, node);
    }

    /// Has `check` look at the rules that were read, and reports what does not only follow from the repair.
    pub(super) fn check<T: DeserializeOwned>(
        mut self,
        rules: &T,
        report: &mut Report,
        check: &dyn Fn(&T, &mut Report),
    ) {
        if self.stood_in.is_empty() {
            // Only the rules are needed of it.
            self.document = Node::Null;
        }
        let mut found = Report::new();
        check(rules, &mut found);
        let mut found = found.into_diagnostics();
        if !self.removed.is_empty() {
            // Any of them may follow from the repair: none justifies reading the document again.
            found.retain(|one| one.level == Level::Error);
        }
        // A finding that depends on the substituted values is not a mistake of the document.
        for round in 1..self.rounds() {
            if found.is_empty() {
                break;
            }
            self.put_alternatives(round);
            let Ok(rules) = read_document::<T>(&self.document) else { continue };
            let mut again = Report::new();
            check(&rules, &mut again);
            if !again.is_full() {
                let again = again.diagnostics();
                let stays = |one: &Diagnostic| {
                    again.iter().any(|other| (&other.path, &other.code) == (&one.path, &one.code))
                };
                found.retain(stays);
            }
        }
        self.hand_on(found, report);
    }

    /// The number of documents with other replacements.
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
                // A comparison with another field or value.
                None if text.ends_with("[wrong_comparison]") => self.removed.any_below(path),
                None => {
                    !text.starts_with("unknown ")
                        && !Finding::is_of_a_value(text)
                        && self.removed.any_below(path)
                }
            }
    }

    /// The steps as far as they lead to a node: the name of a choice is not one when it is alone.
    fn existing(&self, mut steps: Vec<Step>) -> Vec<Step> {
        while self.node(&steps).is_none() && steps.pop().is_some() {}
        steps
    }

    fn node(&self, steps: &[Step]) -> Option<&Node<'t>> {
        stand_in::node(&self.document, steps)
    }

    fn node_mut(&mut self, steps: &[Step]) -> Option<&mut Node<'t>> {
        stand_in::node_mut(&mut self.document, steps)
    }

    /// Where an object is expected, shows what to write in it, found by trying.
    fn with_better_help(
        &mut self,
        mut finding: Finding,
        steps: &[Step],
        trial: &dyn Fn(&Node<'_>) -> Option<Misread>,
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
        let help = advice::instead(&finding, &node, |candidate| {
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
                Step::Member(name) => path::push_member(&mut path, name),
                Step::Item(index) => path = self.original_index(&path, *index),
            }
        }
        path
    }

    /// The path in the document as the user wrote it, of a path in what is left of it.
    fn path_as_written(&self, path: &str) -> String {
        let mut written = String::new();
        for segment in path::segments(path) {
            match path::step(segment) {
                path::Step::Item(index) => written = self.original_index(&written, index),
                path::Step::Member(_) => written.push_str(segment),
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
    fn cut(&mut self, steps: &[Step], path: &str) -> Option<Node<'t>> {
        let (last, parents) = steps.split_last()?;
        let node = match (self.node_mut(parents)?, last) {
            (Node::Object(members), Step::Member(name)) => members.remove(name)?,
            (Node::List(items), Step::Item(index)) if *index < items.len() => items.remove(*index),
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
            let original = match path::steps(path).last() {
                Some(path::Step::Item(index)) => Some(index),
                _ => None,
            };
            self.removed_items.entry(self.original_path(parents)).or_default().extend(original);
        }
        Some(node)
    }
}

/// The result of reading a document with something else at a place.
fn try_in_place(document: &Node<'_>, place: &[Step], trial: &dyn Fn(&Node<'_>) -> Option<Misread>) -> Trial {
    let Some(misread) = trial(document) else { return Trial::Fits };
    let mut reached = misread.steps;
    // The name of a choice is not a node when it is alone.
    while stand_in::node(document, &reached).is_none() && reached.pop().is_some() {}
    match quoted_after(&misread.error.to_string(), "missing field ") {
        Some(field) if reached == place => Trial::Lacks(field.to_owned()),
        _ if reached.starts_with(place) => Trial::Fails,
        _ => Trial::Fits,
    }
}

fn ends_with(steps: &[Step], name: &str) -> bool {
    matches!(steps.last(), Some(Step::Member(last)) if last == name)
}

/// A path without the indexes.
fn shape(path: &str) -> String {
    path::segments(path)
        .map(|segment| match path::step(segment) {
            path::Step::Item(_) => "[]",
            path::Step::Member(_) => segment,
        })
        .collect()
}
