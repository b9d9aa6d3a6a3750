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
    /// Minutes after a notice within which more of its code about its record are counted with it; 0 sends each.
    pub together_minutes: u32,
    /// Messages that a rep gets by themselves within an hour; what comes beyond them is a digest.
    pub hourly_limit: u32,
    /// Codes of notices that are always sent at once and by themselves: somebody calls (default `call`).
    pub at_once: Vec<Code>,
}

impl Default for NoticeRules {
    fn default() -> Self {
        NoticeRules { together_minutes: 30, hourly_limit: 20, at_once: vec!["call".into()] }
    }
}
