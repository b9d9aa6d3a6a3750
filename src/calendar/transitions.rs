//! Offsets that change.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::UtcOffset;
use crate::order;

/// Offsets that change at given moments. O(1) to clone.
///
/// As a document: the offset before the first change, and each change as a pair of moment and offset from then on.
///
/// ```
/// use leadkit::calendar::Zone;
/// use serde_json::json;
///
/// let new_york: Zone = serde_json::from_value(json!({"transitions": {
///     "before": "-05:00",
///     "changes": [["2026-03-08T07:00:00Z", "-04:00"], ["2026-11-01T06:00:00Z", "-05:00"]],
/// }}))?;
/// let noon = "2026-07-01T16:00:00Z".parse().unwrap();
/// assert_eq!(new_york.local(noon).to_string(), "2026-07-01 12:00:00");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transitions {
    /// The offset before the first change.
    before: UtcOffset,
    /// Changes in ascending order: from that moment on, the offset.
    changes: Arc<[(DateTime<Utc>, UtcOffset)]>,
}

impl Transitions {
    /// A zone that starts at an offset and changes it; the changes are put in order, the last of two at the same
    /// moment holds. Moments are whole seconds: fractions are cut.
    #[must_use]
    pub fn new(
        before: UtcOffset,
        changes: impl IntoIterator<Item = (DateTime<Utc>, UtcOffset)>,
    ) -> Transitions {
        let changes = changes.into_iter().map(|(moment, offset)| (moment.trunc_subsecs(0), offset));
        Transitions { before, changes: order::map(changes).into_iter().collect() }
    }

    /// The offset before the first change.
    #[must_use]
    pub fn before(&self) -> UtcOffset {
        self.before
    }

    /// The changes in ascending order: from that moment on, the offset.
    #[must_use]
    pub fn changes(&self) -> &[(DateTime<Utc>, UtcOffset)] {
        &self.changes
    }
}

impl<'de> Deserialize<'de> for Transitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Transitions, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            before: UtcOffset,
            changes: Vec<(DateTime<Utc>, UtcOffset)>,
        }
        let raw = Raw::deserialize(deserializer)?;
        Ok(Transitions::new(raw.before, raw.changes))
    }
}
