//! A record as named fields, so that one merge serves accounts and leads.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::fields::{Holds, group_of, holds};
use crate::document::read_struct;
use crate::model::{Account, Attributes, Contact, ContactId, Lead, LeadStatus, RecordRef, Region, Value};

/// Fields by name. A field that is not there is blank.
pub(super) type Fields = BTreeMap<String, Value>;

/// Members that are handled apart.
const APART: &[&str] = &["id", "contacts", "attributes"];

/// The time of a contact.
pub(super) const SINCE: &str = "since";

/// The row of a contact at a record.
pub(super) fn row_at(contact: &ContactId, record: &RecordRef) -> RecordRef {
    match record {
        RecordRef::Account(account) => {
            RecordRef::ContactAt { contact: contact.clone(), account: account.clone() }
        }
        _ => RecordRef::Contact(contact.clone()),
    }
}

/// A record that can be merged: [`Account`] or [`Lead`].
pub trait Mergeable: sealed::Record {}

impl Mergeable for Account {}
impl Mergeable for Lead {}

pub(super) mod sealed {
    use super::*;

    /// What the merge reads of a record.
    pub trait Record: Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned {
        fn id(&self) -> &str;
        fn reference(&self) -> RecordRef;
        fn created_at(&self) -> DateTime<Utc>;
        fn is_valid(&self) -> bool;
        fn has_deal(&self) -> bool;
        fn has_owner(&self) -> bool;
        fn attributes(&self) -> &Attributes;
        fn attributes_mut(&mut self) -> &mut Attributes;
        /// The company name when the record is a company.
        fn account_name(&self) -> Option<&str>;
        /// Where it is, when it is an account.
        fn region(&self) -> Option<Region>;
        fn contacts(&self) -> &[Contact];
        fn set_contacts(&mut self, contacts: Vec<Contact>);
        /// The lead when the record is one: it refers to one person.
        fn as_lead(&self) -> Option<&Lead>;
        fn as_account(&self) -> Option<&Account>;
    }
}

use sealed::Record;

impl Record for Account {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn reference(&self) -> RecordRef {
        RecordRef::Account(self.id.clone())
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    fn is_valid(&self) -> bool {
        true
    }

    fn has_deal(&self) -> bool {
        self.closed_deal_at.is_some()
    }

    fn has_owner(&self) -> bool {
        self.holders().next().is_some()
    }

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn attributes_mut(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    fn account_name(&self) -> Option<&str> {
        Some(&self.company)
    }

    fn region(&self) -> Option<Region> {
        self.region
    }

    fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    fn set_contacts(&mut self, contacts: Vec<Contact>) {
        self.contacts = contacts;
    }

    fn as_lead(&self) -> Option<&Lead> {
        None
    }

    fn as_account(&self) -> Option<&Account> {
        Some(self)
    }
}

impl Record for Lead {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn reference(&self) -> RecordRef {
        RecordRef::Lead(self.id.clone())
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    fn is_valid(&self) -> bool {
        !matches!(self.status, LeadStatus::Invalid | LeadStatus::Voided)
    }

    fn has_deal(&self) -> bool {
        self.status == LeadStatus::Converted
    }

    fn has_owner(&self) -> bool {
        self.owner.is_some()
    }

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn attributes_mut(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    fn account_name(&self) -> Option<&str> {
        None
    }

    fn region(&self) -> Option<Region> {
        None
    }

    fn contacts(&self) -> &[Contact] {
        &[]
    }

    fn set_contacts(&mut self, _: Vec<Contact>) {}

    fn as_lead(&self) -> Option<&Lead> {
        Some(self)
    }

    fn as_account(&self) -> Option<&Account> {
        None
    }
}

/// The fields of a record, its contacts apart.
pub(super) fn fields_of<R: Record>(record: &R) -> Fields {
    let mut fields = members_of(record);
    for (name, value) in record.attributes() {
        fields.insert(format!("attributes.{name}"), value.clone());
    }
    fields
}

/// The fields of a serialised struct; groups become `group.part`.
pub(super) fn members_of<T: Serialize>(record: &T) -> Fields {
    let mut fields = Fields::new();
    let Ok(Json::Object(members)) = serde_json::to_value(record) else { return fields };
    for (name, json) in members {
        match json {
            _ if APART.contains(&name.as_str()) => {}
            Json::Object(parts) => {
                fields
                    .extend(parts.into_iter().map(|(part, json)| (format!("{name}.{part}"), read("", json))));
            }
            json => {
                let value = read(&name, json);
                fields.insert(name, value);
            }
        }
    }
    fields
}

fn read(name: &str, json: Json) -> Value {
    match json {
        // Written as text in a serialised record.
        Json::String(text) if name == SINCE || holds(name) == Some(Holds::Time) => {
            text.parse().map_or(Value::Text(text), Value::Timestamp)
        }
        Json::String(text) => Value::Text(text),
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| number.as_f64().map_or(Value::Null, Value::Number), Value::Integer)
        }
        Json::Array(items) => {
            let text = |item| if let Json::String(text) = item { Some(text) } else { None };
            Value::List(items.into_iter().filter_map(text).collect())
        }
        Json::Null | Json::Object(_) => Value::Null,
    }
}

fn write(value: &Value) -> Json {
    match value {
        Value::Timestamp(time) => serde_json::to_value(time).unwrap_or_default(),
        value => serde_json::to_value(value).unwrap_or_default(),
    }
}

/// The record with fields changed; `None` clears a field. A value that the record cannot hold leaves it as it is.
pub(super) fn with_fields<R: Record>(record: &R, changes: &BTreeMap<String, Option<Value>>) -> R {
    let mut changed = with_members(record, changes);
    // Custom attributes never pass through JSON, so that every number stays what it is.
    let mut attributes = record.attributes().clone();
    for (name, value) in changes {
        let Some(name) = name.strip_prefix("attributes.") else { continue };
        match value {
            Some(value) => drop(attributes.insert(name.to_owned(), value.clone())),
            None => drop(attributes.remove(name)),
        }
    }
    *changed.attributes_mut() = attributes;
    changed
}

/// [`with_fields`] for any struct, without custom attributes.
pub(super) fn with_members<T>(record: &T, changes: &BTreeMap<String, Option<Value>>) -> T
where
    T: Serialize + DeserializeOwned + Clone,
{
    let Ok(Json::Object(mut members)) = serde_json::to_value(record) else { return record.clone() };
    let before = members.clone();
    changes.iter().for_each(|(name, value)| change(&mut members, name, value.as_ref()));
    if members == before {
        return record.clone();
    }
    if let Ok(changed) = read_struct(&Json::Object(members)) {
        return changed;
    }
    // One of the values does not fit: the others still go in.
    let mut members = before;
    let mut best = record.clone();
    for (name, value) in changes {
        let mut attempt = members.clone();
        change(&mut attempt, name, value.as_ref());
        if let Ok(changed) = read_struct(&Json::Object(attempt.clone())) {
            (members, best) = (attempt, changed);
        }
    }
    best
}

fn change(members: &mut Map<String, Json>, name: &str, value: Option<&Value>) {
    let (members, name) = match group_of(name) {
        Some("attributes") => return,
        Some(group) => {
            let parts = members.entry(group.to_owned()).or_insert_with(|| Json::Object(Map::new()));
            let Json::Object(parts) = parts else { return };
            (parts, name.split_at(group.len() + 1).1)
        }
        None => (members, name),
    };
    match value {
        Some(value) => drop(members.insert(name.to_owned(), write(value))),
        None => drop(members.remove(name)),
    }
}

/// Equality under which a number equals itself, whatever it is.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        (a, b) => a == b,
    }
}

/// [`same`], for fields that may not be there.
pub(super) fn same_field(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    }
}

/// Whether a field is blank. `unassigned` counts as a blank status.
pub(super) fn is_blank(name: &str, value: &Value) -> bool {
    value.is_blank() || (name == "status" && matches!(value, Value::Text(text) if text == "unassigned"))
}

/// Equality under which a number in a custom attribute equals itself, even NaN.
pub(super) fn same_record<R: Mergeable>(a: &R, b: &R) -> bool {
    a == b || {
        let (ours, theirs) = (a.attributes(), b.attributes());
        let attributes = ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|((name, x), (other, y))| name == other && same(x, y));
        let bare = |record: &R| {
            let mut record = record.clone();
            record.attributes_mut().clear();
            record
        };
        attributes && bare(a) == bare(b)
    }
}
