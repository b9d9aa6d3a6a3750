//! Where accounts contradict each other in who holds a part of them, and in what they say of a person.

use std::collections::BTreeMap;

use super::conflict::FieldConflict;
use super::contacts::{UnitedContact, disagreements};
use crate::contact::PhoneOptions;
use crate::model::{Account, RecordRef, Value};
use crate::text::fold;

/// The parts of the merged account that were somebody else's in one of the accounts, also as a part of the rest.
pub(super) fn owner_conflicts(
    merged: &Account,
    accounts: &[&Account],
    references: &[RecordRef],
    conflicts: &mut Vec<FieldConflict>,
) {
    conflicts.retain(|conflict| !conflict.field.starts_with("owners."));
    for (name, kept) in &merged.owners {
        let part = fold(name.trim());
        let others = accounts.iter().zip(references).flat_map(|(account, record)| {
            let others = account.holders_of(&part).filter(|(_, rep)| *rep != kept);
            others.map(|(_, rep)| (record.clone(), Value::from(rep.as_str())))
        });
        let dropped: Vec<(RecordRef, Value)> = others.collect();
        if !dropped.is_empty() {
            let (field, kept) = (format!("owners.{name}"), Value::from(kept.as_str()));
            conflicts.push(FieldConflict { field, kept, dropped });
        }
    }
}

/// The fields in which the contacts of one person differ.
pub(super) fn contact_conflicts(
    person: &UnitedContact,
    references: &[RecordRef],
    phones: &PhoneOptions<'_>,
    conflicts: &mut Vec<FieldConflict>,
) {
    let mut by_field: BTreeMap<String, FieldConflict> = BTreeMap::new();
    for (from, other) in &person.absorbed {
        let Some(record) = references.get(*from) else { continue };
        for (field, kept, dropped) in disagreements(&person.contact, other, phones) {
            let path = format!("contacts.{}.{field}", person.contact.id);
            let conflict = by_field.entry(field).or_insert_with(|| FieldConflict {
                field: path,
                kept,
                dropped: Vec::new(),
            });
            conflict.dropped.push((record.clone(), dropped));
        }
    }
    conflicts.extend(by_field.into_values());
}
