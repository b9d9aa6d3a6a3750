//! The effects by which a host undoes a merge in its tables.

use std::collections::BTreeSet;

use super::record::{Fields, Mergeable, fields_of, members_of, row_at, same_field};
use super::undo::{Restored, UndoRecord, by_id};
use crate::model::{Effect, RecordRef};
use crate::order;

/// From the survivor as it is now to separate records: its fields, its people, then the merged records and their people, the
/// last first.
pub(super) fn effects<R: Mergeable>(
    undo: &UndoRecord<R>,
    restored: &Restored<R>,
    current: &R,
) -> Vec<Effect> {
    let survivor = current.reference();
    let mut effects = updates(&survivor, &fields_of(current), &fields_of(&restored.survivor));
    // Indistinguishable people stay as they are.
    let now = by_id(current.contacts()).unwrap_or_default();
    let absorbed = undo.absorbed();
    for record in std::iter::once(&restored.survivor).chain(&restored.others) {
        for contact in record.contacts() {
            let Some(now) = now.get(contact.id.as_str()) else { continue };
            // Of a person of several accounts, one row stands at the survivor; the others come back as they were.
            if absorbed.contains(&row_at(&contact.id, &record.reference())) {
                continue;
            }
            let reference = row_at(&contact.id, &survivor);
            let [mut now, mut before] = [*now, contact].map(members_of);
            // The account of a contact follows from the account that is separate again.
            now.remove("account");
            before.remove("account");
            effects.extend(updates(&reference, &now, &before));
        }
    }
    let unmerge = |record, from| Effect::Unmerge { record, from };
    effects.extend(restored.others.iter().rev().map(|other| unmerge(other.reference(), survivor.clone())));
    // A row of a person who has left stays merged into theirs.
    let is_back: BTreeSet<RecordRef> = order::set(restored_rows(restored));
    let rows = undo.united().iter().rev().filter(|(row, _)| is_back.contains(row));
    effects.extend(rows.map(|(other, kept)| unmerge(other.clone(), kept.clone())));
    effects
}

/// The rows of the people at the separate records.
fn restored_rows<R: Mergeable>(restored: &Restored<R>) -> impl Iterator<Item = RecordRef> {
    let records = std::iter::once(&restored.survivor).chain(&restored.others);
    records.flat_map(|record| record.contacts().iter().map(|one| row_at(&one.id, &record.reference())))
}

/// The effects that give one record the wanted fields.
fn updates(record: &RecordRef, now: &Fields, wanted: &Fields) -> Vec<Effect> {
    let names = order::set(now.keys().chain(wanted.keys()));
    let differing = names.into_iter().filter(|name| !same_field(now.get(*name), wanted.get(*name)));
    let update = |name: &String| Effect::UpdateField {
        record: record.clone(),
        field: name.clone(),
        value: wanted.get(name).cloned().unwrap_or_default(),
        replaces: now.get(name).cloned().unwrap_or_default(),
    };
    differing.map(update).collect()
}
