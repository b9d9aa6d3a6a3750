//! A finding before its rule is known.

use std::borrow::Cow;
use std::ops::Range;

use super::reason::HitReason;

/// A finding that does not know its rule yet.
pub(super) struct Found {
    pub(super) field: Option<Cow<'static, str>>,
    pub(super) index: Option<usize>,
    pub(super) span: Option<Range<usize>>,
    pub(super) entry: Option<String>,
    pub(super) reason: HitReason,
    /// The harmless phrase that contains it.
    pub(super) phrase: Option<String>,
}

impl Found {
    pub(super) fn whole(reason: HitReason) -> Found {
        Found { field: None, index: None, span: None, entry: None, reason, phrase: None }
    }

    pub(super) fn at(
        field: impl Into<Cow<'static, str>>,
        index: Option<usize>,
        span: Option<Range<usize>>,
        reason: HitReason,
    ) -> Found {
        Found { field: Some(field.into()), index, span, entry: None, reason, phrase: None }
    }

    pub(super) fn entry(self, entry: String) -> Found {
        Found { entry: Some(entry), ..self }
    }
}
