//! Why a text or a set of parts is not an inquiry code.

use serde::{Deserialize, Serialize};

use super::rules::CodePart;

/// Why a text or a set of parts is not an inquiry code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeError {
    /// A part is missing.
    #[error("`{part}` is missing")]
    Missing {
        /// The part.
        part: CodePart,
    },
    /// The code has no such part.
    #[error("the code has no `{part}`")]
    Unused {
        /// The part.
        part: CodePart,
    },
    /// A value is not allowed in the code.
    #[error("`{value}` cannot be a `{part}`: {reason}")]
    Value {
        /// The part.
        part: CodePart,
        /// The value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The text has another number of segments.
    #[error("`{text}` has {found} segments, a code has {expected}")]
    Segments {
        /// The text.
        text: String,
        /// How many it has.
        found: usize,
        /// How many a code has.
        expected: usize,
    },
    /// A segment is too short for its parts, or too long.
    #[error("segment {index} `{segment}` does not have the length of its parts")]
    Length {
        /// Which segment, from 1.
        index: usize,
        /// Its text.
        segment: String,
    },
    /// The code is in use.
    #[error("the code `{code}` is in use")]
    Duplicate {
        /// The code.
        code: String,
    },
    /// All serial numbers are used.
    #[error("no serial number is left for `{code}`")]
    SerialsUsedUp {
        /// The code with the last serial number.
        code: String,
    },
}
