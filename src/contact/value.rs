//! A value of a contact field and its place.

use std::borrow::Cow;
use std::ops::Range;

/// One value that was read from a contact field, and its place.
///
/// [`read_phones`](super::read_phones) and [`read_emails`](super::read_emails) return them in the order of the text.
/// A value that cannot be read is there too: its [`Phone`](super::Phone) is malformed, its
/// [`Email`](super::Email) is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactValue<T> {
    /// Bytes of the field, on character boundaries: the number or address without the decoration around it.
    pub span: Range<usize>,
    /// The value, in canonical form.
    pub value: T,
}

/// Most values that are read from one field; the rest of the field is reported as one value.
pub(super) const MAX_VALUES: usize = 64;
/// Bytes of a field that are read; the rest is reported as one value.
pub(super) const MAX_FIELD: usize = 16 * 1024;

/// The bytes of a text without the blanks around it.
pub(super) fn trimmed(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// The beginning of a field that is read, whole characters only.
pub(super) fn head(field: &str) -> &str {
    crate::text::head(field, MAX_FIELD)
}

/// The character of the visual order turned round: what is seen is not what is stored.
pub(super) const REVERSED: char = '\u{202E}';

/// A text without some of its parts, each character where it was.
pub(crate) fn without<'t>(text: &'t str, parts: &[Range<usize>]) -> Cow<'t, str> {
    let mut left = Cow::Borrowed(text);
    for part in parts {
        if left.get(part.clone()).is_some() {
            left.to_mut().replace_range(part.clone(), &"\n".repeat(part.len()));
        }
    }
    left
}
