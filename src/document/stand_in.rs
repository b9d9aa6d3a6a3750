//! Substitutes for a missing or faulty value, so that its surroundings can be read: found by trying.

use std::borrow::Cow;

use serde_json::json;

use super::finding::{known_names, quoted_after};
use super::node::Node;
use super::strict::{Misread, Step};

/// Most values that are kept for one place.
const MAX_FITTING: usize = 6;
/// Most names of a choice that are tried.
const MAX_NAMES: usize = 24;
/// Most items or keys next to a place that are read with it.
const MAX_BESIDE: usize = 64;
/// Most values inside one of them.
const MAX_NODES: usize = 1_000;
/// The number of levels at which a value may lack keys.
const DEEPEST: u32 = 3;

/// Tries values at one place of a document.
pub(super) struct Search<'s, 't> {
    /// Where the value is to be, within a document cut down to what leads there.
    document: Node<'t>,
    trial: &'s dyn Fn(&Node<'_>) -> Option<Misread>,
    tries_left: &'s mut u32,
}

/// The possible replacements at the end of the steps, best first. `text` is a text that occurs nowhere else; `first` is tried
/// before all else. O(tries), each about as long as reading what the place is in.
pub(super) fn fitting<'t>(
    document: &Node<'t>,
    steps: &[Step],
    (text, first): (&str, Option<Node<'t>>),
    trial: &dyn Fn(&Node<'_>) -> Option<Misread>,
    tries_left: &mut u32,
) -> Vec<Node<'t>> {
    let (document, steps) = cut_down(document, steps);
    let mut search = Search { document, trial, tries_left };
    if let Some(first) = first
        && let Some(fits) = search.completed(&steps, first, text, DEEPEST).ok()
    {
        return vec![fits];
    }
    search.all(&steps, text, DEEPEST, MAX_FITTING)
}

impl<'t> Search<'_, 't> {
    fn all(&mut self, at: &[Step], text: &str, depth: u32, most: usize) -> Vec<Node<'t>> {
        let mut fits = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for candidate in neutral(text) {
            if fits.len() >= most {
                return fits;
            }
            match self.completed(at, candidate, text, depth) {
                Ok(fit) => fits.push(fit),
                Err(known) if names.is_empty() => names = known,
                Err(_) => {}
            }
        }
        for name in names {
            if fits.len() >= most {
                break;
            }
            let alone = std::iter::once(Node::Text(Cow::Owned(name.clone())));
            let with = |content| Node::object(vec![(Cow::Owned(name.clone()), content)]);
            let candidates = alone.chain(neutral(text).into_iter().map(with));
            let fit = candidates.into_iter().find_map(|one| self.completed(at, one, text, depth).ok());
            fits.extend(fit);
        }
        fits
    }

    /// The value with the keys that it lacks, when it can be read; else the names that were expected.
    fn completed(
        &mut self,
        at: &[Step],
        candidate: Node<'t>,
        text: &str,
        depth: u32,
    ) -> Result<Node<'t>, Vec<String>> {
        put(&mut self.document, at, candidate);
        loop {
            let Some(left) = self.tries_left.checked_sub(1) else { return Err(Vec::new()) };
            *self.tries_left = left;
            let Some(misread) = (self.trial)(&self.document) else { break };
            let said = misread.error.to_string();
            let lacks = quoted_after(&said, "missing field ");
            let (mut steps, around) = (misread.steps, at.split_last().map_or(at, |(_, around)| around));
            if !steps.starts_with(at) {
                match (steps.as_slice() == around, lacks) {
                    // Its surroundings cannot be read with it.
                    (true, None) => return Err(Vec::new()),
                    _ => break,
                }
            }
            let Some(lacks) = lacks.filter(|_| depth > 0) else {
                let unknown = said.starts_with("unknown variant ") && steps == at;
                let names = known_names(&said).filter(|_| unknown).take(MAX_NAMES);
                return Err(names.map(str::to_owned).collect());
            };
            steps.push(Step::Member(lacks.to_owned()));
            let inner = self.all(&steps, text, depth - 1, 1).into_iter().next().ok_or_else(Vec::new)?;
            put(&mut self.document, &steps, inner);
        }
        node(&self.document, at).cloned().ok_or_else(Vec::new)
    }
}

/// Values that say little, one of each kind that documents have.
fn neutral(text: &str) -> Vec<Node<'static>> {
    let values = [
        json!(text),
        json!(1),
        json!({}),
        json!([]),
        json!(true),
        json!(0.5),
        json!("1d"),
        json!("2026-01-01T00:00:00Z"),
        json!("+00:00"),
        json!({"all": []}),
    ];
    values.map(Node::from).into()
}

/// What leads to a node, without the node; and where what it stood in is.
pub(super) fn without<'t>(document: &Node<'t>, steps: &[Step]) -> (Node<'t>, Vec<Step>) {
    let (mut document, mut steps) = cut_down(document, steps);
    let last = steps.pop();
    match (node_mut(&mut document, &steps), last) {
        (Some(Node::List(items)), Some(Step::Item(index))) if index < items.len() => {
            items.remove(index);
        }
        (Some(Node::Object(members)), Some(Step::Member(name))) => drop(members.remove(&name)),
        _ => {}
    }
    (document, steps)
}

/// The document with only what leads to a place and what is small next to it, and the place in it. What is there
/// is null.
pub(super) fn cut_down<'t>(document: &Node<'t>, steps: &[Step]) -> (Node<'t>, Vec<Step>) {
    let Some((step, rest)) = steps.split_first() else { return (Node::Null, Vec::new()) };
    if rest.is_empty() {
        return beside(document, step);
    }
    let Some(inner) = step.of(document) else { return (Node::Null, steps.to_vec()) };
    let (inner, below) = cut_down(inner, rest);
    let (outer, step) = match step {
        Step::Member(name) => {
            (Node::object(vec![(Cow::Owned(name.clone()), inner)]), Step::Member(name.clone()))
        }
        Step::Item(_) => (Node::list(vec![inner]), Step::Item(0)),
    };
    (outer, std::iter::once(step).chain(below).collect())
}

/// What is next to a place, as far as it is small, and the place in it.
fn beside<'t>(around: &Node<'t>, step: &Step) -> (Node<'t>, Vec<Step>) {
    match (around, step) {
        (Node::List(items), Step::Item(_)) if items.len() > MAX_BESIDE => {
            (Node::list(vec![Node::Null]), vec![Step::Item(0)])
        }
        (Node::List(items), Step::Item(own)) => {
            let kept = items
                .iter()
                .enumerate()
                .map(|(index, item)| if index != *own && is_small(item) { item.clone() } else { Node::Null });
            (Node::list(kept.collect()), vec![step.clone()])
        }
        (Node::Object(members), Step::Member(name)) => {
            let own = members.get(name).map(|_| (Cow::Owned(name.clone()), Node::Null));
            let small =
                members.iter().take(MAX_BESIDE).filter(|(key, member)| key != name && is_small(member));
            (Node::object(own.into_iter().chain(small.cloned()).collect()), vec![step.clone()])
        }
        _ => (Node::Null, vec![step.clone()]),
    }
}

/// Whether a value is cheap to read again and again.
pub(super) fn is_small(value: &Node<'_>) -> bool {
    let mut left = vec![value];
    let mut seen = 0;
    while let Some(node) = left.pop() {
        seen += 1;
        match node {
            Node::List(items) => left.extend(items.iter().take(MAX_NODES)),
            Node::Object(members) => left.extend(members.values().take(MAX_NODES)),
            Node::Text(text) => seen += text.len() / 16,
            _ => {}
        }
        if seen + left.len() > MAX_NODES {
            return false;
        }
    }
    true
}

pub(super) fn node<'v, 't>(document: &'v Node<'t>, steps: &[Step]) -> Option<&'v Node<'t>> {
    steps.iter().try_fold(document, |node, step| step.of(node))
}

pub(super) fn node_mut<'v, 't>(document: &'v mut Node<'t>, steps: &[Step]) -> Option<&'v mut Node<'t>> {
    steps.iter().try_fold(document, |node, step| match step {
        Step::Member(name) => node.get_mut(name),
        Step::Item(index) => node.item_mut(*index),
    })
}

/// Puts a value at the end of the steps; false when nothing leads there.
pub(super) fn put<'t>(document: &mut Node<'t>, steps: &[Step], value: Node<'t>) -> bool {
    let Some((last, parents)) = steps.split_last() else { return false };
    match (node_mut(document, parents), last) {
        (Some(Node::Object(members)), Step::Member(name)) => {
            members.insert(name, value);
            true
        }
        (Some(Node::List(items)), Step::Item(index)) => {
            items.get_mut(*index).map(|item| *item = value).is_some()
        }
        _ => false,
    }
}
