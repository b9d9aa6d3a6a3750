//! The scope in which scripts share one set of limits.

/// The scope in which scripts share one set of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// They are run for each activity of a lead, of which there may be many.
    Activities,
    /// They are run once for a lead, and there may be many of them.
    Lead,
}
