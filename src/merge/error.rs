//! Why records cannot be merged, or a merge cannot be undone.

use serde::{Deserialize, Serialize};

use crate::model::RecordRef;

/// Why records cannot be merged, or a merge cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MergeError {
    /// There are no records to merge.
    #[error("there is nothing to merge")]
    Nothing,
    /// The id of a record is blank.
    #[error("a record without an id cannot be merged")]
    BlankId,
    /// Two of the records have the same id.
    #[error("{record} is listed twice")]
    SameId {
        /// The record that is there twice.
        record: RecordRef,
    },
    /// A record of the plan is not among the records.
    #[error("{record} is missing")]
    Missing {
        /// The record that is missing.
        record: RecordRef,
    },
    /// A record has changed since the plan was made.
    #[error("{record} has changed since the plan was made")]
    Changed {
        /// The record that has changed.
        record: RecordRef,
    },
    /// The record is not the survivor of the merge that is to be undone.
    #[error("{record} is not the survivor of the merge, which is {survivor}")]
    NotTheSurvivor {
        /// The record that was handed in.
        record: RecordRef,
        /// The survivor of the merge.
        survivor: RecordRef,
    },
    /// A record that the undo would restore already exists.
    #[error("{record} already exists, so it cannot be restored")]
    AlreadyBack {
        /// The record that exists.
        record: RecordRef,
    },
    /// A record of the merge was merged again since.
    #[error("{record} has been merged again since: undo that merge first")]
    MergedSince {
        /// The record that was merged again.
        record: RecordRef,
    },
    /// The log has no merge at the place.
    #[error("the log has no merge {place}")]
    NotInLog {
        /// The place that was requested, from 0.
        place: usize,
    },
    /// The undo record has a format that this version cannot read.
    #[error("the undo record has the unknown format {format}")]
    UnknownFormat {
        /// The format of the undo record.
        format: u16,
    },
}
