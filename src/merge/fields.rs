//! The fields of the records, and what each holds.

use crate::model::{FieldType, LeadField};

/// What a field holds, as far as rules must know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    FreeText,
    Whole,
    Time,
    List,
    Anything,
}

/// Fields that only accounts have. Not `contacts`, which are always united by person.
const OF_ACCOUNTS: &[(&str, Holds)] = &[
    ("aliases", Holds::List),
    ("closed_deal_at", Holds::Time),
    ("domain", Holds::Text),
    ("maturity", Holds::Text),
    ("registration_number", Holds::Text),
    ("tier", Holds::Text),
];
/// Fields that have parts.
const GROUPS: &[(&str, Holds)] = &[
    ("attributes", Holds::Anything),
    ("external_ids", Holds::Text),
    ("other_ids", Holds::List),
    ("source", Holds::Text),
    ("utm", Holds::Text),
];

/// The group a field is part of.
pub(super) fn group_of(field: &str) -> Option<&str> {
    let (group, _) = field.split_once('.')?;
    GROUPS.iter().any(|(name, _)| *name == group).then_some(group)
}

/// What a field of a lead holds; the id is always the survivor's.
fn of_lead(field: LeadField) -> Option<Holds> {
    match field {
        LeadField::Id => None,
        LeadField::Message | LeadField::Scenario => Some(Holds::FreeText),
        _ => Some(match field.kind() {
            FieldType::Texts => Holds::List,
            FieldType::Integer => Holds::Whole,
            FieldType::Time => Holds::Time,
            _ => Holds::Text,
        }),
    }
}

pub(super) fn holds(field: &str) -> Option<Holds> {
    let others = OF_ACCOUNTS.iter().chain(GROUPS);
    let known = || others.clone().find(|(name, _)| *name == field).map(|(_, holds)| *holds);
    let part = || match field.split_once('.') {
        Some(("attributes", part)) if !part.is_empty() => Some(Holds::Anything),
        Some(("external_ids", part)) if !part.is_empty() => Some(Holds::Text),
        Some(("other_ids", part)) if !part.is_empty() => Some(Holds::List),
        _ => None,
    };
    LeadField::from_name(field).and_then(of_lead).or_else(known).or_else(part)
}

pub(super) fn known_fields() -> impl Iterator<Item = &'static str> + Clone {
    let of_leads =
        LeadField::ALL.iter().filter(|field| of_lead(**field).is_some()).map(|field| field.as_str());
    of_leads.chain(OF_ACCOUNTS.iter().chain(GROUPS).map(|(name, _)| *name))
}
