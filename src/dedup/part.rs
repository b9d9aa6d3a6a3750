//! What the fields of a lead mean for a later entry of the same customer.

use crate::model::{FieldType, LeadField};

/// What a field of a lead means for a later entry of the same customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The origin of each record: it stays with it.
    Origin,
    /// The lifecycle of each record: it stays with it.
    Life,
    /// The identifiers of the lead. A list gets more; another WeChat id is kept next to the first.
    Key,
    /// The contact's name and the marks: never overwritten. Another name is shown to somebody.
    Kept,
    /// A describing list: it gets more values.
    List,
    /// A describing value: the newer one may replace it.
    Description,
}

impl Part {
    /// Decides both what a folded entry leaves to the lead on file and which fields rules may name.
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
