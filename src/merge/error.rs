//! Why records cannot be merged, or a merge not undone.

use serde::{Deserialize, Serialize};

use crate::model::RecordRef;

/// Why records cannot be merged, or a merge not be undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MergeError {
    /// There are no records to merge.
    #[error("there is nothing to merge")]
    Nothing,
    /// A record has no id.
    #[error("a record without an id cannot be merged")]
    BlankId,
    /// Two records have one id.
    #[error("{record} is listed twice")]
    SameId {
        /// The record.
        record: RecordRef,
    },
    /// A record of the plan is not among the records.
    #[error("{record} is missing")]
    Missing {
        /// The record.
        record: RecordRef,
    },
    /// A record has changed since the plan was made.
    #[error("{record} has changed since the plan was made")]
    Changed {
        /// The record.
        record: RecordRef,
    },
    /// The record is not the survivor of the merge that is to be undone.
    #[error("{record} is not the survivor of the merge, which is {survivor}")]
    NotTheSurvivor {
        /// The record.
        record: RecordRef,
        /// The survivor.
        survivor: RecordRef,
    },
    /// A record that the undo would restore already exists.
    #[error("{record} already exists, so it cannot be restored")]
    AlreadyBack {
        /// The record.
        record: RecordRef,
    },
    /// A record of the merge was merged again since.
    #[error("{record} has been merged again since: undo that merge first")]
    MergedSince {
        /// The record.
        record: RecordRef,
    },
    /// The log has no merge at the place.
    #[error("the log has no merge {place}")]
    NotInLog {
        /// The position, from 0.
        place: usize,
    },
    /// The undo record has a format that this version cannot read.
    #[error("the undo record has the unknown format {format}")]
    UnknownFormat {
        /// Its format.
        format: u16,
    },
}
