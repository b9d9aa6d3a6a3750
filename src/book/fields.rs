//! Writing one field of a record.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::dedup::canonical;
use crate::model::{
    Account, BuyingRole, Contact, JobFunction, Lead, LeadField, LeadId, OpenGroup, Value, WechatId,
};
use crate::rule::HostTables;
use crate::text::fold;

/// Writes a field of a lead. No engine returns an effect with a value that its field cannot hold.
pub(super) fn set(lead: &mut Lead, field: &str, value: &Value) {
    let text = || if let Value::Text(text) = value { text.clone() } else { value.to_string() };
    match OpenGroup::split(field) {
        Some((OpenGroup::Attributes, name)) => put(&mut lead.attributes, name, value, value.clone()),
        Some((OpenGroup::OtherIds, name)) => {
            lead.other_ids.insert(name.to_owned(), texts(value));
            lead.other_ids.retain(|_, ids| !ids.is_empty());
        }
        Some((group, name)) => {
            if let Some(parts) = group.texts_mut(lead) {
                put(parts, name, value, text());
            }
        }
        None => {
            let _ = LeadField::from_name(field).map(|field| field.set(lead, value));
        }
    }
}

/// Adds one value to a list of a lead, unless it is there in any spelling. A WeChat id or an identifier of another
/// system fills its field, or is kept next to the one that does.
pub(super) fn add_to_lead(lead: &mut Lead, field: &str, text: &str, tables: &HostTables) {
    if let Some(name) = field.strip_prefix("external_ids.") {
        let first = lead.external_ids.entry(name.to_owned()).or_insert_with(|| text.to_owned());
        let others = lead.other_ids.get(name).into_iter().flatten();
        if std::iter::once(&*first).chain(others).all(|one| one.trim() != text.trim()) {
            lead.other_ids.entry(name.to_owned()).or_default().push(text.to_owned());
        }
        return;
    }
    let Some(field) = LeadField::from_name(field) else { return };
    let plain = canonical(field, text, tables);
    let is_same = |one: &str| canonical(field, one, tables) == plain;
    if let (LeadField::Wechat, Some(first)) = (field, &lead.wechat) {
        let others = lead.other_ids.get(field.as_str()).into_iter().flatten();
        if !std::iter::once(first.as_str()).chain(others.map(String::as_str)).any(is_same) {
            lead.other_ids.entry(field.as_str().to_owned()).or_default().push(text.to_owned());
        }
        return;
    }
    let has = matches!(field.get(lead), Value::List(known) if known.iter().any(|one| is_same(one)));
    if !has {
        // No engine returns an effect with a value that its field cannot hold.
        let _ = field.add_text(lead, text);
    }
}

pub(super) fn set_of_account(account: &mut Account, field: &str, value: &Value) {
    let text = if let Value::Text(text) = value { Some(text.clone()) } else { None };
    match field {
        "owner" => account.owner = text.map(Into::into),
        "pool" => account.pool = text.map(Into::into),
        "partner" => account.partner = text.map(Into::into),
        "domain" => account.domain = text,
        "maturity" => account.maturity = text,
        "tier" => account.tier = text,
        "registration_number" => account.registration_number = text,
        "company" => account.company = text.unwrap_or_default(),
        "region" => account.region = text.and_then(|text| text.parse().ok()),
        "created_at" => {
            if let Value::Timestamp(at) = value {
                account.created_at = *at;
            }
        }
        "aliases" => account.aliases = texts(value),
        "closed_deal_at" => account.closed_deal_at = time(value),
        "protected_until" => account.protected_until = time(value),
        _ => {
            if let Some(name) = field.strip_prefix("owners.") {
                put(&mut account.owners, name, value, value.to_string().as_str().into());
            } else if let Some(name) = field.strip_prefix("attributes.") {
                put(&mut account.attributes, name, value, value.clone());
            }
        }
    }
}

pub(super) fn set_of_contact(contact: &mut Contact, field: &str, value: &Value) {
    let text = if let Value::Text(text) = value { Some(text.clone()) } else { None };
    match field {
        "lead" => contact.lead = text.map(Into::into),
        "since" => contact.since = time(value),
        "name" => contact.name = text,
        "title" => contact.title = text,
        "wechat" => contact.wechat = text.map(Into::into),
        "job_function" => contact.job_function = text.as_deref().map(Into::into),
        "buying_role" => contact.buying_role = text.as_deref().map(Into::into),
        "phones" => contact.phones = texts(value).iter().map(|one| one.as_str().into()).collect(),
        "emails" => contact.emails = texts(value).iter().map(|one| one.as_str().into()).collect(),
        _ => {
            if let Some(name) = field.strip_prefix("external_ids.") {
                contact.external_ids.insert(name.to_owned(), texts(value));
                contact.external_ids.retain(|_, ids| !ids.is_empty());
            }
        }
    }
}

/// What a field of a contact holds, as [`set_of_contact`] writes it.
pub(super) fn field_of_contact(contact: &Contact, field: &str) -> Value {
    let text = |text: Option<&str>| Value::from(text);
    match field {
        "lead" => text(contact.lead.as_ref().map(LeadId::as_str)),
        "since" => contact.since.map_or(Value::Null, Value::Timestamp),
        "name" => text(contact.name.as_deref()),
        "title" => text(contact.title.as_deref()),
        "wechat" => text(contact.wechat.as_ref().map(WechatId::as_str)),
        "job_function" => text(contact.job_function.as_ref().map(JobFunction::as_str)),
        "buying_role" => text(contact.buying_role.as_ref().map(BuyingRole::as_str)),
        "phones" => Value::List(contact.phones.iter().map(|one| one.as_str().to_owned()).collect()),
        "emails" => Value::List(contact.emails.iter().map(|one| one.as_str().to_owned()).collect()),
        _ => {
            let ids = field.strip_prefix("external_ids.").and_then(|name| contact.external_ids.get(name));
            ids.map_or(Value::Null, |ids| Value::List(ids.clone()))
        }
    }
}

/// Adds one value to a list of a contact, unless it is there.
pub(super) fn add_to_contact(contact: &mut Contact, field: &str, text: &str) {
    match field {
        "phones" if !contact.phones.iter().any(|one| one.as_str() == text) => {
            contact.phones.push(text.into())
        }
        "emails" if !contact.emails.iter().any(|one| fold(one.as_str()) == fold(text)) => {
            contact.emails.push(text.into());
        }
        _ => {
            if let Some(name) = field.strip_prefix("external_ids.") {
                add_id(contact, name, text);
            }
        }
    }
}

/// Adds an identifier of a person to a contact, unless it is there.
pub(super) fn add_id(contact: &mut Contact, name: &str, id: &str) {
    let known = contact.external_ids.entry(name.to_owned()).or_default();
    if !id.trim().is_empty() && known.iter().all(|one| one.trim() != id.trim()) {
        known.push(id.to_owned());
    }
    contact.external_ids.retain(|_, ids| !ids.is_empty());
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    if let Value::Timestamp(at) = value { Some(*at) } else { None }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::List(items) => items.clone(),
        value if value.is_blank() => Vec::new(),
        value => vec![value.to_string()],
    }
}

/// Null takes the member out.
fn put<T>(members: &mut BTreeMap<String, T>, name: &str, value: &Value, written: T) {
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), written);
    }
}
