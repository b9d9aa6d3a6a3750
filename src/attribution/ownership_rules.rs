//! Who owns a customer, as data.

use serde::{Deserialize, Serialize};

use crate::calendar::UtcOffset;
use crate::model::open_enum::closed_enum;

/// Which of several entries owns a customer.
///
/// The default: of the pipelines that entered in the three calendar months before the conversion to an opportunity,
/// the first to enter; when none did, the latest before. Calendar months are those of a local time, and the same moment
/// may be on the last of a month in one and on the first of the next in another: set `offset`.
///
/// ```
/// use leadkit::attribution::{Entry, OwnershipMethod, OwnershipRules};
///
/// let entry = |pipeline: &str, at: &str| Entry::new(pipeline, at.parse().unwrap());
/// // Five, two and one month before.
/// let entries = [
///     entry("marketing", "2026-01-15T00:00:00Z"),
///     entry("sales", "2026-04-15T00:00:00Z"),
///     entry("partner", "2026-05-15T00:00:00Z"),
/// ];
/// let at = "2026-06-15T00:00:00Z".parse().unwrap();
///
/// let decided = OwnershipRules::default().decide(&entries, at);
/// assert_eq!(decided.owner().unwrap().pipeline, "sales");
///
/// let test_first = OwnershipRules { method: OwnershipMethod::FirstEntryTest, ..OwnershipRules::default() };
/// let decided = test_first.decide(&entries, at);
/// assert_eq!(decided.owner().unwrap().pipeline, "partner");
/// assert_eq!(
///     decided.to_string(),
///     "`partner` owns it, entered 2026-05-15: the first entry lies before the window, and it is the latest",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnershipRules {
    /// How the owner is chosen from the entries that count.
    pub method: OwnershipMethod,
    /// Length of the window before the conversion in calendar months, both ends included (default 3). It begins at the
    /// conversion's time of day; a day that a month does not have is its last.
    pub window_months: u32,
    /// The local time that calendar months are counted in. Without it: `offset` of the attribution rules this is part of,
    /// or UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<UtcOffset>,
    /// Pipelines for [`OwnershipMethod::Priority`], the most important first. Those not listed come after them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub priority: Vec<String>,
    /// For so many days after an entry that counts, entries of other pipelines do not count (a registered deal).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_days: Option<u32>,
    /// An entry counts for so many calendar months, both ends included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry_months: Option<u32>,
}

impl Default for OwnershipRules {
    fn default() -> OwnershipRules {
        OwnershipRules {
            method: OwnershipMethod::default(),
            window_months: 3,
            offset: None,
            priority: Vec::new(),
            lock_days: None,
            expiry_months: None,
        }
    }
}

closed_enum! {
    /// How the owner is chosen among the entries that count.
    #[derive(Default)]
    OwnershipMethod {
        /// The first in the window; with none inside, the latest before.
        #[default]
        Window = "window",
        /// The first of all when it is in the window, else the latest.
        FirstEntryTest = "first_entry_test",
        /// The first entry of all.
        First = "first",
        /// The latest entry of all.
        Last = "last",
        /// The most important pipeline; of several entries the first.
        Priority = "priority",
    }
}
