//! What a person should decide before records are merged.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::plan::FieldConflict;
use crate::model::{ExternalIdKind, RecordRef, Region, Value};

/// Why a person should look at a merge before it is carried out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MergeDoubt {
    /// A block leaves blank what another record has: its value is lost.
    Lost {
        /// The field, as in [`FieldConflict::field`].
        field: String,
    },
    /// The records say different things, and one of them is lost.
    Contradiction {
        /// The field, as in [`FieldConflict::field`].
        field: String,
    },
    /// By their names, mobile numbers or e-mail addresses, two leads are of two people.
    OtherPerson {
        /// The one that stands first in the plan.
        record: RecordRef,
        /// The other.
        other: RecordRef,
    },
}

impl MergeDoubt {
    /// The field it is about; `None` when it is about whole records.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            MergeDoubt::Lost { field } | MergeDoubt::Contradiction { field } => Some(field),
            MergeDoubt::OtherPerson { .. } => None,
        }
    }
}

impl fmt::Display for MergeDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MergeDoubt::Lost { field } => write!(f, "`{field}` of one record is lost"),
            MergeDoubt::Contradiction { field } => write!(f, "the records say different things in `{field}`"),
            MergeDoubt::OtherPerson { record, other } => {
                write!(f, "{record} and {other} are of two people by name, mobile number or e-mail address")
            }
        }
    }
}

/// What has become of each record, and where it came from: undoing the merge brings it back, and nothing is lost meanwhile.
const OF_EACH: [&str; 15] = [
    "account",
    "acquisition",
    "close_reason",
    "collected_under",
    "created_at",
    "folded_into",
    "ip",
    "last_active_at",
    "lead",
    "next_follow_up",
    "stage",
    "status",
    "first_utm",
    "source",
    "utm",
];

/// Where an identifier of a person or an event stands beside the first, so that the record is found by both.
pub(super) fn beside(field: &str) -> Option<String> {
    match field.strip_prefix("external_ids.") {
        Some(name) => {
            (ExternalIdKind::of(name) != ExternalIdKind::Other).then(|| format!("other_ids.{name}"))
        }
        None => (field == "wechat").then(|| "other_ids.wechat".to_owned()),
    }
}

/// What a person should decide about a field in which records differ.
pub(super) fn of_conflict(conflict: &FieldConflict, has_owner: bool) -> Option<MergeDoubt> {
    let field = &conflict.field;
    let of_contact = field.strip_prefix("contacts.").and_then(|rest| rest.rsplit_once('.'));
    // The groups by their own names, and never a host's column that is called so.
    let name = match of_contact {
        Some((_, member)) => member,
        None if field.starts_with("attributes.") => "",
        None => field.split('.').next().unwrap_or_default(),
    };
    let in_a_pool = name == "pool" && has_owner;
    let is_wider =
        |value: &Value| region(value).zip(region(&conflict.kept)).is_some_and(|(a, b)| a.contains(&b));
    let is_precise = name == "region" && conflict.dropped.iter().all(|(_, value)| is_wider(value));
    if OF_EACH.contains(&name) || beside(field).is_some() || in_a_pool || is_precise {
        return None;
    }
    let field = field.clone();
    Some(match conflict.kept.is_blank() {
        true => MergeDoubt::Lost { field },
        false => MergeDoubt::Contradiction { field },
    })
}

fn region(value: &Value) -> Option<Region> {
    if let Value::Text(text) = value { text.parse().ok() } else { None }
}
