//! What a folded lead leaves to the one that goes on: every value it brought, so that nothing is lost.

use std::collections::BTreeSet;

use super::deduplicator::Deduplicator;
use crate::contact::{Email, Phone};
use crate::model::{Effect, Lead, LeadField, RecordRef, Value};
use crate::order;
use crate::rule::HostTables;
use crate::text::fold;

/// Fields that stay with the folded lead: what it is known by, what became of it, and where it came from.
fn stays(field: LeadField) -> bool {
    matches!(
        field,
        LeadField::Id
            | LeadField::CreatedAt
            | LeadField::Status
            | LeadField::CloseReason
            | LeadField::FoldedInto
            | LeadField::CollectedUnder
            | LeadField::Account
            | LeadField::LastActiveAt
            | LeadField::Stage
            | LeadField::Owner
            | LeadField::Pool
            | LeadField::Acquisition
            | LeadField::NextFollowUp
            | LeadField::Ip
    ) || field.as_str().starts_with("source.")
        || field.as_str().starts_with("utm.")
}

/// Fields that a later entry never overwrites: another value is shown to somebody.
fn is_kept(field: LeadField) -> bool {
    matches!(field, LeadField::Name | LeadField::Wechat)
}

impl Deduplicator {
    /// What to write on the record so that nothing of the entry is lost. A list gets the values it does not have; a
    /// single field gets a value where it has none, the newer one where the rules say that it may be updated, and else
    /// the difference is shown to somebody.
    pub(super) fn values(&self, entry: &Lead, record: &Lead, tables: &HostTables) -> Vec<Effect> {
        let to = RecordRef::Lead(record.id.clone());
        let newer = entry.seniority() >= record.seniority();
        let mut effects = Vec::new();
        for field in LeadField::ALL.iter().copied().filter(|field| !stays(*field)) {
            let (found, known) = (field.get(entry), field.get(record));
            if found.is_blank() {
                continue;
            }
            // An industry is one path, not several values.
            if let Value::List(items) = &found
                && field != LeadField::Industry
            {
                let known = if let Value::List(known) = &known { known.as_slice() } else { &[] };
                let (known, items) = (known.iter().map(String::as_str), items.iter().map(String::as_str));
                effects.extend(added(&to, field, known, items, tables));
                continue;
            }
            let may_update = newer && self.rules.update.contains(&field) && !is_kept(field);
            effects.extend(one(&to, field.as_str(), found, known, may_update, entry));
        }
        for (name, found) in &entry.attributes {
            let known = record.attributes.get(name).cloned().unwrap_or_default();
            effects.extend(one(&to, &format!("attributes.{name}"), found.clone(), known, newer, entry));
        }
        for (group, theirs, ours) in [
            ("external_ids", &entry.external_ids, &record.external_ids),
            ("click_ids", &entry.click_ids, &record.click_ids),
        ] {
            for (name, found) in theirs {
                let known = Value::from(ours.get(name).cloned());
                let found = Value::from(found.clone());
                effects.extend(one(&to, &format!("{group}.{name}"), found, known, false, entry));
            }
        }
        effects
    }
}

/// The values of a list that the record does not have yet, each once.
pub(super) fn added<'v>(
    record: &RecordRef,
    field: LeadField,
    known: impl Iterator<Item = &'v str>,
    found: impl Iterator<Item = &'v str>,
    tables: &HostTables,
) -> Vec<Effect> {
    let mut seen: BTreeSet<String> = order::set(known.map(|one| canonical(field, one, tables)));
    let is_new = |value: &&str| !value.trim().is_empty() && seen.insert(canonical(field, value, tables));
    let add = |value: &str| Effect::AddValue {
        record: record.clone(),
        field: field.as_str().to_owned(),
        value: Value::from(value),
    };
    found.filter(is_new).map(add).collect()
}

/// What becomes of one value.
fn one(
    record: &RecordRef,
    field: &str,
    found: Value,
    known: Value,
    may_update: bool,
    entry: &Lead,
) -> Option<Effect> {
    if found.is_blank() || found == known || same_text(&found, &known) {
        return None;
    }
    let (record, field) = (record.clone(), field.to_owned());
    Some(if known.is_blank() || may_update {
        Effect::UpdateField { record, field, value: found, replaces: known }
    } else {
        Effect::RecordConflict { record, field, kept: known, found, entry: entry.id.clone() }
    })
}

fn same_text(a: &Value, b: &Value) -> bool {
    matches!((a, b), (Value::Text(a), Value::Text(b)) if fold(a.trim()) == fold(b.trim()))
}

/// A value of a list as two spellings share it.
pub(crate) fn canonical(field: LeadField, value: &str, tables: &HostTables) -> String {
    let key = match field {
        LeadField::Phones => Phone::parse(value, &tables.phone_options()).key().map(str::to_owned),
        LeadField::Emails => Email::parse(value).ok().map(|email| email.key().to_owned()),
        _ => None,
    };
    key.unwrap_or_else(|| fold(value.trim()))
}
