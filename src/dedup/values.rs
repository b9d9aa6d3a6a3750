//! What a folded lead leaves to the one that continues: every value it brought, so that nothing is lost.

use std::collections::BTreeSet;

use super::deduplicator::Deduplicator;
use super::effects::COLLISION;
use super::part::Part;
use super::probe::WECHAT;
use crate::contact::{email_keys, phone_keys, wechat_keys};
use crate::model::{
    Effect, ExternalIdKind, Lead, LeadField, OpenGroup, RecordRef, Safeguard, Value, may_protect,
};
use crate::order;
use crate::rule::{FoundContact, HostTables, phones_in_full, read_phones_as_of, strays_of, values_of};
use crate::text::{agree_in_a_spelling, fold};

impl Deduplicator {
    /// What to write on the record so that nothing of the entry is lost. A list gets the values it does not have; a
    /// single field gets a value where it has none, the newer one where the rules say that it may be updated, and else
    /// the difference is shown to a person. Consent that the entry newly gives is shown to a person; consent that it
    /// withdraws is withdrawn on the record.
    pub(super) fn values(&self, entry: &Lead, record: &Lead, tables: &HostTables) -> Vec<Effect> {
        let to = RecordRef::Lead(record.id.clone());
        // Only a later value may replace an earlier one, whichever of the two records continues.
        let newer = entry.seniority() >= record.seniority();
        let mut effects = Vec::new();
        // Lifecycle and origin belong to each record. A WeChat id may be in two fields and is read with the ids.
        let alone = |field: &LeadField| {
            !matches!(Part::of(*field), Part::Life | Part::Origin) && *field != LeadField::Wechat
        };
        for field in LeadField::ALL.iter().copied().filter(alone) {
            let (found, known) = (field.get(entry), field.get(record));
            if found.is_blank() {
                continue;
            }
            // Lists absorb new values: nothing contradicts them.
            if let Value::List(items) = &found
                && Part::of(field) != Part::Description
            {
                let known = if let Value::List(known) = &known { known.as_slice() } else { &[] };
                if field == LeadField::Phones {
                    effects.extend(phones(entry, record, tables));
                    continue;
                }
                // A dispute about an entry is not one about the record.
                let items = items.iter().filter(|item| field != LeadField::Tags || *item != COLLISION);
                let (known, items) = (known.iter().map(String::as_str), items.map(String::as_str));
                effects.extend(added(&to, field, known, items, tables));
                continue;
            }
            // Fields that describe the customer may change; keys are added and never replaced.
            let may_update =
                newer && self.rules.update.contains(&field) && Part::of(field) == Part::Description;
            effects.extend(one(&to, field.as_str(), found, known, may_update, entry));
        }
        for (name, found) in &entry.attributes {
            let known = record.attributes.get(name).cloned().unwrap_or_default();
            // An entry never takes back what protects the person, and may add it at any time.
            let may_update = match Safeguard::of_answers(name, [&known, found]) {
                Some(asks) if asks.protects(&known) != asks.protects(found) => asks.protects(found),
                Some(_) => newer,
                // In an unknown column, a yes on file may be a refusal, and so may a no.
                None => newer && !may_protect(name, [&known, found].into_iter()),
            };
            effects.extend(one(&to, &format!("attributes.{name}"), found.clone(), known, may_update, entry));
        }
        let (ids, others): (Vec<_>, Vec<_>) =
            strays(entry, record, tables).into_iter().partition(|(field, _)| *field == LeadField::Wechat);
        effects.extend(others.into_iter().map(|(field, value)| Effect::AddValue {
            record: to.clone(),
            field: field.as_str().to_owned(),
            value: Value::from(value),
        }));
        effects.extend(identifiers(entry, record, &ids));
        for group in OpenGroup::ALL {
            let (Some(theirs), Some(ours)) = (group.texts(entry), group.texts(record)) else { continue };
            for (name, found) in theirs {
                // Ids of a person or record were added as such above.
                if group == OpenGroup::ExternalIds && ExternalIdKind::of(name) != ExternalIdKind::Other {
                    continue;
                }
                let known = Value::from(ours.get(name).cloned());
                let found = Value::from(found.clone());
                effects.extend(one(&to, &format!("{}.{name}", group.as_str()), found, known, false, entry));
            }
        }
        effects
    }
}

/// The numbers that the record does not have yet. Each is the number of its own record, whatever country either states.
fn phones(entry: &Lead, record: &Lead, tables: &HostTables) -> Vec<Effect> {
    let full = |lead: &Lead, there: &Lead| {
        phones_in_full(lead, tables, |text| read_phones_as_of(there, text, tables))
    };
    let mut known = full(record, &Lead::default());
    known.extend(record.phones.iter().map(|phone| phone.as_str().to_owned()));
    let (known, found) = (known.iter().map(String::as_str), full(entry, record));
    let to = RecordRef::Lead(record.id.clone());
    added(&to, LeadField::Phones, known, found.iter().map(String::as_str), tables)
}

/// The values that the entry has in the fields of other kinds and the record has nowhere, by their own fields.
pub(super) fn strays(entry: &Lead, record: &Lead, tables: &HostTables) -> Vec<(LeadField, String)> {
    let stated = |lead: &Lead| tables.gazetteer.country_of(lead.country.as_deref());
    let stray = |value| match value {
        FoundContact::Phone(phone) => {
            let extension = phone.extension().map(|own| format!(" ext. {own}")).unwrap_or_default();
            phone.key().map(|key| (LeadField::Phones, format!("{key}{extension}")))
        }
        FoundContact::Email(email) => Some((LeadField::Emails, email.key().to_owned())),
        FoundContact::Wechat(id) => Some((LeadField::Wechat, id.key().trim_start_matches("qq:").to_owned())),
    };
    let found = strays_of(entry, stated(entry), tables);
    if found.is_empty() {
        return Vec::new();
    }
    let known = order::set(values_of(record, stated(record), tables).into_iter().filter_map(stray));
    found.into_iter().filter_map(stray).filter(|one| !known.contains(one)).collect()
}

/// What names a person or an event stays a key: the first value under a name fills it, others are kept next to it.
fn identifiers(entry: &Lead, record: &Lead, strays: &[(LeadField, String)]) -> Vec<Effect> {
    let same = |(field, value): (String, &str)| {
        // By its keys, as spellings differ and keys do not.
        let plain = if field == WECHAT { canonical_id(value) } else { value.trim().to_owned() };
        (field, plain)
    };
    let mut known: BTreeSet<(String, String)> = order::set(ids_of(record).map(same));
    let mut filled: BTreeSet<String> = order::set(ids_of(record).map(|(field, _)| field));
    let mut effects = Vec::new();
    let strays = strays.iter().map(|(field, value)| (field.as_str().to_owned(), value.as_str()));
    for (field, value) in ids_of(entry).chain(strays) {
        if value.trim().is_empty() || !known.insert(same((field.clone(), value))) {
            continue;
        }
        let (record, value) = (RecordRef::Lead(record.id.clone()), Value::from(value));
        // A second id is not a contradiction: both are keys.
        effects.push(if filled.insert(field.clone()) {
            Effect::UpdateField { record, field, value, replaces: Value::Null }
        } else {
            Effect::AddValue { record, field, value }
        });
    }
    effects
}

/// The WeChat ids and the identifiers of people and events, by field.
fn ids_of(lead: &Lead) -> impl Iterator<Item = (String, &str)> {
    let names = |name: &str| ExternalIdKind::of(name) != ExternalIdKind::Other;
    let wechat = lead.wechat.iter().map(|id| (WECHAT.to_owned(), id.as_str()));
    let first = lead.external_ids.iter().filter(move |(name, _)| names(name));
    let first = first.map(|(name, id)| (format!("external_ids.{name}"), id.as_str()));
    let others = lead.other_ids.iter().flat_map(|(name, ids)| {
        let field = if name == WECHAT { WECHAT.to_owned() } else { format!("external_ids.{name}") };
        ids.iter().map(move |id| (field.clone(), id.as_str()))
    });
    wechat.chain(first).chain(others).filter(|(_, id)| !id.trim().is_empty())
}

fn canonical_id(wechat: &str) -> String {
    wechat_keys(wechat).unwrap_or_else(|| fold(wechat.trim()))
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

/// The effect for one value.
fn one(
    record: &RecordRef,
    field: &str,
    found: Value,
    known: Value,
    may_update: bool,
    entry: &Lead,
) -> Option<Effect> {
    // Another spelling of the same value is neither news nor a conflict.
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
    let agree = |a: &str, b: &str| fold(a.trim()) == fold(b.trim());
    matches!((a, b), (Value::Text(a), Value::Text(b)) if agree_in_a_spelling(a, b, agree))
}

/// A value of a list as two spellings share it.
pub(crate) fn canonical(field: LeadField, value: &str, tables: &HostTables) -> String {
    let key = match field {
        LeadField::Phones => phone_keys(value, &tables.phone_options()),
        LeadField::Emails => email_keys(value),
        LeadField::Wechat => Some(canonical_id(value)),
        _ => None,
    };
    key.unwrap_or_else(|| fold(value.trim()))
}
