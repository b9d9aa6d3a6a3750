//! Nodes taken out of a document, and which findings only follow from that.

use std::collections::BTreeSet;

use super::node::Node;
use crate::error::Diagnostic;
use crate::text::path::{Step, around, is_below, segments, step};

/// Errors of `check` about what is defined elsewhere: the lists that define it, as an engine's document has them, and
/// the keys of their items that name it.
const DEFINED_IN: &[(&str, &[&str], &[&str])] = &[
    ("two_rules", &["blocks"], &[]),
    ("unknown_category", &["rules"], &["category"]),
    ("unknown_exit", &["exits"], &["name"]),
    ("unknown_group", &["groups"], &["id"]),
    ("unknown_office", &["approvals"], &["id"]),
    ("unknown_pool", &["assign.pools"], &["id"]),
    ("unknown_rule", &["rules", "engagement.rules", "fit.rules", "fit.disqualifiers"], &["id"]),
    ("unknown_stage", &["stages"], &["name"]),
];

/// The values that were removed from a document or replaced in it, by paths in the document as written.
#[derive(Default)]
pub(super) struct Removed<'t> {
    /// Paths; also of keys that others were misspelt for.
    paths: BTreeSet<String>,
    /// The original value.
    nodes: Vec<(String, Node<'t>)>,
    /// The values of keys that nothing reads, by key: a list that is not where it belongs.
    unread: Vec<(String, Node<'t>)>,
}

impl<'t> Removed<'t> {
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    pub(super) fn contains(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    pub(super) fn any_below(&self, path: &str) -> bool {
        self.paths.iter().any(|removed| is_below(removed, path))
    }

    /// Notes a key that nothing reads.
    pub(super) fn add_unread(&mut self, path: String, key: &str, node: Node<'t>) {
        self.paths.insert(path);
        self.unread.push((key.to_owned(), node));
    }

    pub(super) fn add(&mut self, path: String, node: Node<'t>) {
        self.paths.insert(path.clone());
        self.nodes.push((path, node));
    }

    /// The value that was removed last at a path.
    pub(super) fn node(&self, path: &str) -> Option<&Node<'t>> {
        self.nodes.iter().rev().find(|(known, _)| known == path).map(|(_, node)| node)
    }

    /// Whether an error of the check only follows from what was taken out.
    pub(super) fn explains(&self, diagnostic: &Diagnostic) -> bool {
        let (path, code) = (diagnostic.path.as_str(), diagnostic.code.as_ref());
        let touches = |removed: &String| {
            removed == path
                || !path.is_empty() && is_below(removed, path)
                // The default is used there.
                || is_below(path, removed)
                || is_of_neighbours(code, path, removed)
        };
        self.paths.iter().any(touches) || self.may_define(diagnostic)
    }

    /// Whether what a finding misses may have been defined by what was taken out.
    fn may_define(&self, diagnostic: &Diagnostic) -> bool {
        let Some((_, lists, keys)) = DEFINED_IN.iter().find(|(code, ..)| diagnostic.code == *code) else {
            return false;
        };
        let path = diagnostic.path.as_str();
        let ends = path.match_indices('.').map(|(at, _)| at + 1);
        // An engine's document is alone or below a key, and a part of it may have lists too.
        let engines = std::iter::once("")
            .chain(ends.filter_map(|end| path.get(..end)))
            .take_while(|engine| !engine.contains('['));
        let quoted: Vec<&str> = diagnostic.message.split('`').skip(1).step_by(2).collect();
        let names = |name: &str| match name.contains('`') {
            true => diagnostic.message.contains(&format!("`{name}`")),
            false => quoted.contains(&name),
        };
        let is_of = |list: &str, key: &str| list.rsplit('.').next() == Some(key);
        let elsewhere = |list: &&str| {
            self.unread.iter().any(|(key, node)| is_of(list, key) && defines(list, node, list, keys, &names))
        };
        lists.iter().any(elsewhere)
            || engines
                .into_iter()
                .flat_map(|engine| lists.iter().map(move |list| format!("{engine}{list}")))
                .any(|list| self.nodes.iter().any(|(at, node)| defines(at, node, &list, keys, &names)))
    }
}

/// Whether an error of `check` compares the value at a path with its neighbours, and one of these was taken out: its
/// default is used there.
fn is_of_neighbours(code: &str, path: &str, removed: &str) -> bool {
    match code {
        "approvals_out_of_order" => is_below(removed, around(path)),
        "overlapping_bands" => around(removed) == around(path),
        "same_pool" => around(removed) == around(path) && removed.ends_with("pool"),
        // Of one comparison: the field of the lead, that of the record, and how they are compared.
        "wrong_target" | "wrong_action" => around(removed) == around(path),
        "wrong_comparator" => around(removed) == around(around(path)),
        "two_objects" => around(removed) == around(around(around(path))),
        // Of all comparisons of a rule.
        "no_key" | "broad_key" | "only_marks" => is_below(removed, around(path)),
        _ => false,
    }
}

/// Whether a node taken out at a path may have defined a name in a list.
fn defines(at: &str, node: &Node<'_>, list: &str, keys: &[&str], names: &impl Fn(&str) -> bool) -> bool {
    if at == list {
        return match node {
            Node::List(items) if !items.is_empty() => {
                items.iter().any(|item| item_defines(item, keys, names))
            }
            Node::Object(members) if !members.is_empty() => members.keys().any(names),
            _ => true,
        };
    }
    if let Some(rest) = list.strip_prefix(at).and_then(|rest| rest.strip_prefix('.')) {
        return match rest.split('.').try_fold(node, |node, key| node.as_object().map(|o| o.get(key))?) {
            Some(inner) => defines(list, inner, list, keys, names),
            None => !node.is_object(),
        };
    }
    let mut below = segments(at.strip_prefix(list).unwrap_or_default());
    match (below.next().map(step), below.next().map(step), below.next()) {
        // In an object, the key is the name.
        (Some(Step::Member(name)), None, _) => names(&name),
        (Some(Step::Item(_)), None, _) => item_defines(node, keys, names),
        (Some(Step::Item(_)), Some(Step::Member(key)), None) => keys.contains(&key.as_ref()),
        _ => false,
    }
}

/// Whether an item has the name, or none that can be read.
fn item_defines(item: &Node<'_>, keys: &[&str], names: &impl Fn(&str) -> bool) -> bool {
    !keys.is_empty()
        && match keys.iter().find_map(|key| item.get(key)?.as_str()) {
            Some(name) => names(name),
            None => true,
        }
}
