//! What a person should decide before records are merged.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::RecordRef;
use crate::text::codes;

/// Why a person should review a merge before it is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MergeDoubt {
    /// A block leaves a field blank that another record fills: that value is lost.
    Lost {
        /// The field, as conflicts name it.
        field: String,
    },
    /// The records differ, and one of the values is lost.
    Contradiction {
        /// The field, as conflicts name it.
        field: String,
    },
    /// By their names, mobile numbers or e-mail addresses, two leads belong to two people.
    OtherPerson {
        /// The one that comes first in the plan.
        record: RecordRef,
        /// The one that comes after it in the plan.
        other: RecordRef,
    },
}

codes! {
    MergeDoubt {
        MergeDoubt::Lost { .. } => "lost",
        MergeDoubt::Contradiction { .. } => "contradiction",
        MergeDoubt::OtherPerson { .. } => "other_person",
    }
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
                write!(
                    f,
                    "{record} and {other} belong to two people, judging by name, mobile number or e-mail address"
                )
            }
        }
    }
}
