//! The fields of the records, and what each holds.

use crate::model::{FieldType, LeadField, OpenGroup};

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
    ("partner", Holds::Text),
    ("protected_until", Holds::Time),
    ("registration_number", Holds::Text),
    ("tier", Holds::Text),
];
/// The group of an account that names who holds a part of it.
const OWNERS: &str = "owners";

/// The groups of a lead whose parts have rows in the table of fields: `source`, `utm`, `first_utm`.
fn closed_groups() -> impl Iterator<Item = &'static str> + Clone {
    let groups = LeadField::KNOWN.iter().filter_map(|name| Some(name.split_once('.')?.0));
    let mut before = "";
    // The parts of a group are adjacent in the table.
    groups.filter(move |group| std::mem::replace(&mut before, group) != *group)
}

/// What a part of an open group holds.
fn of_part(group: OpenGroup) -> Holds {
    match group {
        OpenGroup::Attributes => Holds::Anything,
        OpenGroup::OtherIds => Holds::List,
        OpenGroup::ExternalIds | OpenGroup::ClickIds => Holds::Text,
    }
}

/// The group a field is part of.
pub(super) fn group_of(field: &str) -> Option<&str> {
    let (group, _) = field.split_once('.')?;
    let is_known =
        group == OWNERS || OpenGroup::from_name(group).is_some() || closed_groups().any(|name| name == group);
    is_known.then_some(group)
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
    let known = || OF_ACCOUNTS.iter().find(|(name, _)| *name == field).map(|(_, holds)| *holds);
    let group = || closed_groups().any(|name| name == field).then_some(Holds::Text);
    let open = || match OpenGroup::split(field) {
        Some((group, part)) => (!part.is_empty()).then_some(of_part(group)),
        None => OpenGroup::from_name(field).map(of_part),
    };
    let is_part = |name: &str| name.strip_prefix('.').is_none_or(|part| !part.is_empty());
    let part = || field.strip_prefix(OWNERS).filter(|name| name.is_empty() || name.starts_with('.'));
    if part().is_some_and(is_part) {
        return Some(Holds::Text);
    }
    LeadField::from_name(field).and_then(of_lead).or_else(known).or_else(group).or_else(open)
}

pub(super) fn known_fields() -> impl Iterator<Item = &'static str> + Clone {
    let of_leads =
        LeadField::ALL.iter().filter(|field| of_lead(**field).is_some()).map(|field| field.as_str());
    let of_accounts = OF_ACCOUNTS.iter().map(|(name, _)| *name);
    of_leads
        .chain(of_accounts)
        .chain([OWNERS])
        .chain(closed_groups())
        .chain(OpenGroup::ALL.map(OpenGroup::as_str))
}
