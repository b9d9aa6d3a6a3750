//! What the fields of a lead are to a later entry of the same customer.

use crate::model::{FieldType, LeadField};

/// What a field of a lead is to a later entry of the same customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Where each of them came from: it stays with each.
    Origin,
    /// What has become of each since: it stays with each.
    Life,
    /// What the lead is known by. A list gets more; another WeChat id stands beside the first.
    Key,
    /// The contact's name and the marks: never overwritten. Another name is shown to somebody.
    Kept,
    /// A list that describes: it gets more.
    List,
    /// One value that describes: the newer one may take its place.
    Description,
}

impl Part {
    /// The one place that knows it, for what an entry leaves and for what rules may name.
    pub(super) fn of(field: LeadField) -> Part {
        match field {
            LeadField::Id
            | LeadField::CreatedAt
            | LeadField::FiledAt
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
            | LeadField::NextFollowUp => Part::Life,
            LeadField::Phones | LeadField::Emails | LeadField::Wechat => Part::Key,
            LeadField::Name | LeadField::Tags => Part::Kept,
            LeadField::Ip => Part::Origin,
            // An industry is one path, not several values.
            LeadField::Industry => Part::Description,
            field => match field.as_str().split_once('.') {
                Some(("source" | "utm" | "first_utm", _)) => Part::Origin,
                _ if field.kind() == FieldType::Texts => Part::List,
                _ => Part::Description,
            },
        }
    }
}
