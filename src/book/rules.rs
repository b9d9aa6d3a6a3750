//! How notices are put together.

use serde::{Deserialize, Serialize};

use crate::text::Code;

/// How notices are put together before they are sent.
///
/// ```
/// use leadkit::book::NoticeRules;
///
/// let rules = NoticeRules::default();
/// assert_eq!((rules.together_minutes, rules.hourly_limit), (30, 20));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticeRules {
    /// Minutes within which notices of one code about one record are one message with a count; 30 by default, 0 sends
    /// each.
    pub together_minutes: u32,
    /// Messages a rep gets one by one within an hour; further ones become a digest. 20 by default.
    pub hourly_limit: u32,
    /// Codes of notices that are always sent at once and by themselves: somebody calls (default `call`).
    pub at_once: Vec<Code>,
}

impl Default for NoticeRules {
    fn default() -> Self {
        NoticeRules { together_minutes: 30, hourly_limit: 20, at_once: vec!["call".into()] }
    }
}
