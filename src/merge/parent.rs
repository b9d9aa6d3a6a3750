//! Accounts that name one another as parent.

use std::collections::BTreeSet;

use super::doubt::MergeDoubt;
use super::record::Mergeable;
use super::values::View;
use crate::model::{RecordRef, Value};
use crate::text::fold;

/// What a field that holds the id of the account above is called in, folded.
const WORDS: [&str; 9] =
    ["parent", "上级", "母公司", "父公司", "父级", "mutter", "societe mere", "matriz", "親会社"];

/// Whether a custom attribute, by its name, holds the id of a parent account. When an account is merged away, a host points
/// the attributes that name it at the survivor.
///
/// ```
/// use leadkit::merge::names_parent;
///
/// assert!(names_parent("Parent Account ID") && names_parent("上级客户"));
/// assert!(!names_parent("Priority"));
/// ```
#[must_use]
pub fn names_parent(attribute: &str) -> bool {
    let name = fold(attribute);
    WORDS.iter().any(|word| name.contains(&fold(word)))
}

/// Makes the values blank by which an account would be its own parent when these are one, and tells who named whom.
pub(super) fn forget_parents<R: Mergeable>(ordered: &[&R], views: &mut [View]) -> Vec<MergeDoubt> {
    let mut doubts = BTreeSet::new();
    for (place, (record, view)) in ordered.iter().zip(views.iter_mut()).enumerate() {
        if record.as_account().is_none() {
            continue;
        }
        let parents = view.fields.iter().filter_map(|(field, value)| {
            field.strip_prefix("attributes.").filter(|name| names_parent(name))?;
            Some((field.clone(), parent(ordered, value)?))
        });
        let parents: Vec<(String, (usize, RecordRef))> = parents.collect();
        for (field, (parent_place, parent)) in parents {
            match parent_place == place {
                // What the survivor says of itself stays.
                true if place == 0 => continue,
                true => {}
                false => drop(doubts.insert((record.reference(), parent))),
            }
            view.forgotten.insert(field);
        }
    }
    doubts.into_iter().map(|(record, parent)| MergeDoubt::Parent { record, parent }).collect()
}

/// The record that a value names, with its place.
fn parent<R: Mergeable>(ordered: &[&R], value: &Value) -> Option<(usize, RecordRef)> {
    let named = match value {
        Value::Text(_) | Value::Integer(_) => value.to_string(),
        _ => return None,
    };
    let place = ordered.iter().position(|record| record.id() == named.trim())?;
    Some((place, ordered.get(place)?.reference()))
}
