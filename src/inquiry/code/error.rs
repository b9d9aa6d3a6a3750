//! Why a text or a set of parts is not an inquiry code.

use serde::{Deserialize, Serialize};

use super::rules::CodePart;

/// Why a text or a set of parts is not an inquiry code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeError {
    /// A part of the code has no value.
    #[error("`{part}` is missing")]
    Missing {
        /// The part without a value.
        part: CodePart,
    },
    /// The code has no such part.
    #[error("the code has no `{part}`")]
    Unused {
        /// The part that a value was given for.
        part: CodePart,
    },
    /// A value is not allowed in the code.
    #[error("`{value}` cannot be a `{part}`: {reason}")]
    Value {
        /// The part that the value is for.
        part: CodePart,
        /// The value as it was given.
        value: String,
        /// Why it is not allowed, as an English clause.
        reason: String,
    },
    /// The text has another number of segments.
    #[error("`{text}` has {found} segments, a code has {expected}")]
    Segments {
        /// The text that was read.
        text: String,
        /// The number of its segments.
        found: usize,
        /// The number of segments of a code by the rules.
        expected: usize,
    },
    /// A segment is too short for its parts, or too long.
    #[error("segment {index} `{segment}` does not have the length of its parts")]
    Length {
        /// The segment's position in the text, from 1.
        index: usize,
        /// The segment as it is written.
        segment: String,
    },
    /// The host has an inquiry with this code already.
    #[error("the code `{code}` is in use")]
    Duplicate {
        /// The code that is taken.
        code: String,
    },
    /// Every serial number of the part's width is used.
    #[error("no serial number is left for `{code}`")]
    SerialsUsedUp {
        /// The code with the last serial number.
        code: String,
    },
}
