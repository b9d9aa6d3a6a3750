//! Offsets that change.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::UtcOffset;
use super::leap::{LAST, folded};
use crate::document::Finding;
use crate::order;

/// Offsets that change at given moments. O(1) to clone. After the last change its offset holds, unless
/// [`until`](Self::until) says up to when anything is known.
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
    /// From then on the offset is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<DateTime<Utc>>,
}

impl Transitions {
    /// A zone that starts at an offset and changes it; the changes are put in order, the last of two at the same
    /// moment holds. Moments are whole seconds: fractions are cut, and a leap second is the second before it.
    ///
    /// ```
    /// use leadkit::calendar::{Transitions, UtcOffset, Zone};
    ///
    /// // Summer time begins.
    /// let begins = "2026-03-29T01:00:00Z".parse().unwrap();
    /// let zone = Zone::Transitions(Transitions::new(UtcOffset::UTC, [(begins, "+01:00".parse()?)]));
    /// assert_eq!(zone.offset_at("2026-03-28T12:00:00Z".parse().unwrap()).to_string(), "+00:00");
    /// assert_eq!(zone.offset_at(begins).to_string(), "+01:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(
        before: UtcOffset,
        changes: impl IntoIterator<Item = (DateTime<Utc>, UtcOffset)>,
    ) -> Transitions {
        let changes = changes.into_iter().map(|(moment, offset)| (whole(moment), offset));
        Transitions { before, changes: order::map(changes).into_iter().collect(), until: None }
    }

    /// The same zone, known only up to a moment: from then on a calendar returns an error
    /// ([`CalendarError::AfterZone`](super::CalendarError::AfterZone)). A document writes it as `"until"`. Whole seconds,
    /// as the changes.
    ///
    /// ```
    /// use leadkit::calendar::{Calendar, CalendarRules, Span, Clock, Transitions, Zone};
    ///
    /// let autumn = ("2026-10-25T01:00:00Z".parse()?, "+01:00".parse().unwrap());
    /// let berlin = Transitions::new("+02:00".parse().unwrap(), [autumn]).with_until("2027-03-28T01:00:00Z".parse()?);
    /// let office = Calendar::compile(&CalendarRules::office_hours(Zone::Transitions(berlin))).unwrap();
    /// let friday = "2027-03-26T15:00:00+01:00".parse()?;
    /// assert!(office.add(friday, Span::hours(2), Clock::OfficeHours).is_ok());
    /// let error = office.add(friday, Span::hours(4), Clock::OfficeHours).unwrap_err();
    /// assert_eq!(error.to_string(), "the offset of the calendar's zone is known up to 2027-03-28 01:00:00 UTC");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn with_until(self, until: DateTime<Utc>) -> Transitions {
        Transitions { until: Some(whole(until)), ..self }
    }

    /// The moment from which the offset is not known; `None` if the last offset holds for ever.
    #[must_use]
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.until
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

/// The second that contains a moment.
fn whole(moment: DateTime<Utc>) -> DateTime<Utc> {
    folded(moment).trunc_subsecs(0)
}

/// A leap second counts as the second before it everywhere, and nothing changes in the middle of that.
fn check_leap(moment: DateTime<Utc>) -> Result<(), Finding> {
    if moment.nanosecond() <= LAST {
        return Ok(());
    }
    let written = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let after = whole(moment) + chrono::TimeDelta::seconds(1);
    let message = format!("`{}` is a leap second, and no offset changes within one", written(moment));
    Err(Finding::new("bad_value", message, format!("write `\"{}\"`", written(after))))
}

impl<'de> Deserialize<'de> for Transitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Transitions, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            before: UtcOffset,
            changes: Vec<(DateTime<Utc>, UtcOffset)>,
            #[serde(default)]
            until: Option<DateTime<Utc>>,
        }
        let Raw { before, changes, until } = Raw::deserialize(deserializer)?;
        for moment in changes.iter().map(|(moment, _)| *moment).chain(until) {
            check_leap(moment).map_err(serde::de::Error::custom)?;
        }
        let listed = changes.len();
        let zone = Transitions::new(before, changes);
        if zone.changes.len() < listed {
            let help = "keep one change of each moment";
            let finding = Finding::new("bad_value", "two changes are at the same moment", help);
            return Err(serde::de::Error::custom(finding));
        }
        Ok(until.into_iter().fold(zone, Transitions::with_until))
    }
}
