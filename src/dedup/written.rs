//! The fields of a lead as written.

use std::borrow::Cow;

use super::probe::WECHAT;
use super::target::LeadKey;
use crate::model::{Lead, Value};
use crate::rule::{LeadLimits, read_text};

/// The values of a lead's field, as written.
pub(super) fn written<'l>(lead: &'l Lead, key: &LeadKey) -> Vec<Cow<'l, str>> {
    match key {
        LeadKey::Phone => lead.phones.iter().map(|one| Cow::Borrowed(one.as_str())).collect(),
        LeadKey::Email => lead.emails.iter().map(|one| Cow::Borrowed(one.as_str())).collect(),
        LeadKey::Wechat => {
            let others = lead.other_ids.get(WECHAT).into_iter().flatten();
            let all = lead.wechat.iter().map(|id| id.as_str()).chain(others.map(String::as_str));
            all.map(Cow::Borrowed).collect()
        }
        LeadKey::Company => lead.company.as_deref().into_iter().map(Cow::Borrowed).collect(),
        LeadKey::PersonId => lead.person_ids().map(|(_, id)| Cow::Borrowed(id)).collect(),
        LeadKey::Domain => {
            // As written, for `exact`; keys are made from the address that was read.
            let hosts = lead.emails.iter().filter_map(|email| email.as_str().rsplit_once('@'));
            hosts.map(|(_, host)| Cow::Borrowed(host)).collect()
        }
        LeadKey::Field(field) => match (field.text(lead), field.texts(lead)) {
            (Some(text), _) => Vec::from_iter(filled(Some(text)).map(Cow::Borrowed)),
            (None, Some(items)) => list(items),
            // A region, a number: short.
            (None, None) => match field.get(lead) {
                Value::Null => Vec::new(),
                value => vec![Cow::Owned(value.to_string())],
            },
        },
        LeadKey::Attribute(name) => texts(lead.attributes.get(&**name)),
        LeadKey::ExternalId(name) => {
            let first = lead.external_ids.get(&**name).into_iter();
            let others = lead.other_ids.get(&**name).into_iter().flatten();
            first.chain(others).filter_map(|id| filled(Some(id))).map(Cow::Borrowed).collect()
        }
    }
}

/// The texts of a custom attribute.
pub(super) fn texts(value: Option<&Value>) -> Vec<Cow<'_, str>> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Text(text)) => Vec::from_iter(filled(Some(text)).map(Cow::Borrowed)),
        Some(Value::List(items)) => list(items),
        Some(value) => vec![Cow::Owned(value.to_string())],
    }
}

fn list(items: &[String]) -> Vec<Cow<'_, str>> {
    items.iter().take(LeadLimits::ITEMS).filter_map(|item| filled(Some(item))).map(Cow::Borrowed).collect()
}

/// Signs between the items of a list that is kept in one text.
const BETWEEN_ITEMS: &[char] = &[';', '；', ',', '，', '、', '/', '|', '\n'];

/// The items of a list that another system keeps in one text: `crm; erp`.
pub(super) fn items_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(BETWEEN_ITEMS).take(LeadLimits::ITEMS)
}

/// A text as far as it is read, unless it is blank.
pub(super) fn filled(text: Option<&str>) -> Option<&str> {
    text.map(read_text).filter(|text| !text.trim().is_empty())
}
