//! The fields of the records, and what each holds.

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

/// Fields of accounts and leads. Not `id`, and not `contacts`, which are always united by person.
const FIELDS: &[(&str, Holds)] = &[
    ("acquisition", Holds::Text),
    ("aliases", Holds::List),
    ("business_model", Holds::Text),
    ("city", Holds::Text),
    ("closed_deal_at", Holds::Time),
    ("company", Holds::Text),
    ("country", Holds::Text),
    ("created_at", Holds::Time),
    ("domain", Holds::Text),
    ("emails", Holds::List),
    ("employee_count", Holds::Whole),
    ("industry", Holds::List),
    ("ip", Holds::Text),
    ("job_function", Holds::Text),
    ("maturity", Holds::Text),
    ("message", Holds::FreeText),
    ("name", Holds::Text),
    ("next_follow_up", Holds::Time),
    ("owner", Holds::Text),
    ("phones", Holds::List),
    ("pool", Holds::Text),
    ("products", Holds::List),
    ("province", Holds::Text),
    ("region", Holds::Text),
    ("registration_number", Holds::Text),
    ("registry_status", Holds::Text),
    ("scenario", Holds::FreeText),
    ("source.campaign", Holds::Text),
    ("source.channel_type", Holds::Text),
    ("source.class", Holds::Text),
    ("source.page", Holds::Text),
    ("source.pipeline", Holds::Text),
    ("source.primary", Holds::Text),
    ("source.secondary", Holds::Text),
    ("stage", Holds::Text),
    ("status", Holds::Text),
    ("tags", Holds::List),
    ("tier", Holds::Text),
    ("title", Holds::Text),
    ("utm.ad_plan", Holds::Text),
    ("utm.ad_unit", Holds::Text),
    ("utm.campaign", Holds::Text),
    ("utm.content", Holds::Text),
    ("utm.keyword", Holds::Text),
    ("utm.medium", Holds::Text),
    ("utm.source", Holds::Text),
    ("utm.term", Holds::Text),
    ("wechat", Holds::Text),
];
/// Fields that have parts.
const GROUPS: &[(&str, Holds)] = &[
    ("attributes", Holds::Anything),
    ("external_ids", Holds::Text),
    ("source", Holds::Text),
    ("utm", Holds::Text),
];

/// The group a field is part of.
pub(super) fn group_of(field: &str) -> Option<&str> {
    let (group, _) = field.split_once('.')?;
    GROUPS.iter().any(|(name, _)| *name == group).then_some(group)
}

pub(super) fn holds(field: &str) -> Option<Holds> {
    let known = FIELDS.iter().chain(GROUPS).find(|(name, _)| *name == field);
    let part = || match field.split_once('.') {
        Some(("attributes", part)) if !part.is_empty() => Some(Holds::Anything),
        Some(("external_ids", part)) if !part.is_empty() => Some(Holds::Text),
        _ => None,
    };
    known.map(|(_, holds)| *holds).or_else(part)
}

pub(super) fn known_fields() -> impl Iterator<Item = &'static str> + Clone {
    FIELDS.iter().chain(GROUPS).map(|(name, _)| *name)
}
