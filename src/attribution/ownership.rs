//! Who owns a customer: one pipeline, or one rep.

use std::fmt;

use chrono::{DateTime, Months, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::ownership_rules::{OwnershipMethod, OwnershipRules};
use crate::calendar::UtcOffset;
use crate::model::open_enum::closed_enum;

closed_enum! {
    /// Why an entry owns the customer.
    OwnershipReason {
        /// It is the first in the window.
        FirstInWindow = "first_in_window",
        /// No entry is in the window, and it is the latest before.
        LatestBeforeWindow = "latest_before_window",
        /// It is the first of all and is in the window.
        FirstAndInWindow = "first_and_in_window",
        /// The first entry is before the window, and it is the latest.
        LatestAfterEarlyFirst = "latest_after_early_first",
        /// It is the first of all.
        First = "first",
        /// It is the latest entry of all.
        Last = "last",
        /// Its pipeline has the highest priority.
        Priority = "priority",
    }
}

impl OwnershipReason {
    fn describe(self) -> &'static str {
        match self {
            OwnershipReason::FirstInWindow => "it is the first in the window",
            OwnershipReason::LatestBeforeWindow => "no entry lies in the window, and it is the latest before",
            OwnershipReason::FirstAndInWindow => "it is the first of all and lies in the window",
            OwnershipReason::LatestAfterEarlyFirst => {
                "the first entry lies before the window, and it is the latest"
            }
            OwnershipReason::First => "it is the first of all",
            OwnershipReason::Last => "it is the latest",
            OwnershipReason::Priority => "its pipeline has the highest priority",
        }
    }
}

/// A record of a customer that a pipeline brought.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// When the host entered the record.
    pub at: DateTime<Utc>,
    /// The pipeline, or whoever else may own.
    pub pipeline: String,
    /// The host's name of the record; blank when it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub record: String,
}

impl Entry {
    /// An entry of a pipeline.
    ///
    /// ```
    /// use leadkit::attribution::Entry;
    ///
    /// let entry = Entry::new("sales", "2026-03-02T08:00:00Z".parse().unwrap());
    /// let entry = Entry { record: "L1".into(), ..entry };
    /// assert_eq!((entry.pipeline.as_str(), entry.record.as_str()), ("sales", "L1"));
    /// ```
    #[must_use]
    pub fn new(pipeline: impl Into<String>, at: DateTime<Utc>) -> Entry {
        Entry { at, pipeline: pipeline.into(), record: String::new() }
    }
}

closed_enum! {
    /// Why an entry does not count.
    Disregard {
        /// It is later than the conversion.
        AfterConversion = "after_conversion",
        /// An earlier entry is of the same pipeline.
        NotFirstOfPipeline = "not_first_of_pipeline",
        /// It was entered more than `expiry_months` before the conversion.
        Expired = "expired",
        /// It came within `lock_days` after a counted entry of another pipeline.
        Locked = "locked",
    }
}

/// Who owns a customer, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct Ownership {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<OwnershipReason>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counted: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    disregarded: Vec<(Entry, Disregard)>,
    /// The local time it was decided in.
    #[serde(default, skip_serializing_if = "is_utc")]
    offset: UtcOffset,
}

fn is_utc(offset: &UtcOffset) -> bool {
    *offset == UtcOffset::UTC
}

impl Ownership {
    /// The entry that owns the customer; `None` when none counts.
    #[must_use]
    pub fn owner(&self) -> Option<&Entry> {
        self.owner.as_ref()
    }

    /// Why that entry owns the customer; `None` when no entry does.
    #[must_use]
    pub fn reason(&self) -> Option<OwnershipReason> {
        self.reason
    }

    /// The entries that count, the earliest first.
    #[must_use]
    pub fn counted(&self) -> &[Entry] {
        &self.counted
    }

    /// The entries that do not count, and why.
    #[must_use]
    pub fn disregarded(&self) -> &[(Entry, Disregard)] {
        &self.disregarded
    }
}

impl fmt::Display for Ownership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.owner, self.reason) {
            (Some(owner), Some(reason)) => write!(
                f,
                "`{}` owns it, entered {}: {}",
                owner.pipeline,
                local(owner.at, self.offset).date_naive(),
                reason.describe()
            ),
            _ => f.write_str("nobody owns it: no entry counts"),
        }
    }
}

/// What a clock with the offset shows, as if it were UTC. Moments at the ends of time stay where they are.
fn local(at: DateTime<Utc>, offset: UtcOffset) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::seconds(offset.seconds().into())).unwrap_or(at)
}

/// Calendar months of the local time before a moment, the day clamped to the month.
fn months_before(at: DateTime<Utc>, months: u32, offset: UtcOffset) -> DateTime<Utc> {
    // A day that the month does not have becomes its last: three months before 31 May is the end of February.
    let before = local(at, offset).checked_sub_months(Months::new(months));
    before
        .and_then(|before| before.checked_sub_signed(TimeDelta::seconds(offset.seconds().into())))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

impl OwnershipRules {
    /// Decides who owns a customer that is converted at `at`. Entries may come in any order; those of one moment are
    /// ordered by pipeline and record. O(n log n).
    ///
    /// ```
    /// use leadkit::attribution::{Entry, OwnershipRules};
    ///
    /// let day = |text: &str| text.parse().unwrap();
    /// let entries =
    ///     [Entry::new("sales", day("2026-03-02T08:00:00Z")), Entry::new("marketing", day("2026-02-10T08:00:00Z"))];
    /// let ownership = OwnershipRules::default().decide(&entries, day("2026-04-01T08:00:00Z"));
    /// assert_eq!(ownership.owner().unwrap().pipeline, "marketing", "it entered first");
    /// assert_eq!(
    ///     ownership.to_string(),
    ///     "`marketing` owns it, entered 2026-02-10: it is the first in the window",
    /// );
    /// ```
    pub fn decide(&self, entries: &[Entry], at: DateTime<Utc>) -> Ownership {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        // By time, then by name: the order in which entries are handed in makes no difference.
        sorted.sort();
        let offset = self.offset.unwrap_or_default();
        // Calendar months in the local time of the rules, as people count them.
        let oldest = self.expiry_months.map(|months| months_before(at, months, offset));
        let mut seen = std::collections::BTreeSet::new();
        let mut locked_until: Option<DateTime<Utc>> = None;
        let (mut counted, mut disregarded) = (Vec::new(), Vec::new());
        for entry in sorted {
            let lock = |entry: &Entry| {
                let days = TimeDelta::days(self.lock_days?.into());
                Some(entry.at.checked_add_signed(days).unwrap_or(DateTime::<Utc>::MAX_UTC))
            };
            // Entries that are too late or too old come first: they lock nobody out and are not the first of their
            // pipeline.
            let why = if entry.at > at {
                Some(Disregard::AfterConversion)
            } else if oldest.is_some_and(|oldest| entry.at < oldest) {
                Some(Disregard::Expired)
            } else if seen.contains(&entry.pipeline) {
                Some(Disregard::NotFirstOfPipeline)
            } else if locked_until.is_some_and(|until| entry.at < until) {
                Some(Disregard::Locked)
            } else {
                seen.insert(&entry.pipeline);
                // The newest entry that counts locks; one that is locked out does not prolong the lock.
                locked_until = lock(entry);
                None
            };
            match why {
                None => counted.push(entry.clone()),
                Some(why) => disregarded.push((entry.clone(), why)),
            }
        }
        let chosen = self.choose(&counted, at);
        Ownership {
            owner: chosen.map(|(entry, _)| entry.clone()),
            reason: chosen.map(|(_, reason)| reason),
            counted,
            disregarded,
            offset,
        }
    }

    /// Chooses among entries that count, in order of time.
    fn choose<'a>(&self, entries: &'a [Entry], at: DateTime<Utc>) -> Option<(&'a Entry, OwnershipReason)> {
        let start = months_before(at, self.window_months, self.offset.unwrap_or_default());
        let (first, last) = (entries.first()?, entries.last()?);
        Some(match self.method {
            // Both ends belong to the window; entries after the conversion no longer count here.
            OwnershipMethod::Window => match entries.iter().find(|entry| entry.at >= start) {
                Some(entry) => (entry, OwnershipReason::FirstInWindow),
                None => (last, OwnershipReason::LatestBeforeWindow),
            },
            OwnershipMethod::FirstEntryTest if first.at >= start => {
                (first, OwnershipReason::FirstAndInWindow)
            }
            OwnershipMethod::FirstEntryTest => (last, OwnershipReason::LatestAfterEarlyFirst),
            OwnershipMethod::First => (first, OwnershipReason::First),
            OwnershipMethod::Last => (last, OwnershipReason::Last),
            OwnershipMethod::Priority => {
                let rank = |entry: &Entry| {
                    self.priority.iter().position(|name| *name == entry.pipeline).unwrap_or(usize::MAX)
                };
                // The first of equals, because entries are ordered by time.
                (entries.iter().min_by_key(|entry| rank(entry))?, OwnershipReason::Priority)
            }
        })
    }
}
