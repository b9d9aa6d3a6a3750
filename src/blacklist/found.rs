//! A finding before its rule is known.

use std::ops::Range;

use super::reason::HitReason;

/// A finding that does not know its rule yet.
pub(super) struct Found {
    pub(super) field: Option<&'static str>,
    pub(super) index: Option<usize>,
    pub(super) span: Option<Range<usize>>,
    pub(super) entry: Option<String>,
    pub(super) reason: HitReason,
}

impl Found {
    pub(super) fn whole(reason: HitReason) -> Found {
        Found { field: None, index: None, span: None, entry: None, reason }
    }

    pub(super) fn at(
        field: &'static str,
        index: Option<usize>,
        span: Option<Range<usize>>,
        reason: HitReason,
    ) -> Found {
        Found { field: Some(field), index, span, entry: None, reason }
    }

    pub(super) fn entry(self, entry: String) -> Found {
        Found { entry: Some(entry), ..self }
    }
}
