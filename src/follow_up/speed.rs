//! How fast reps speak to leads first.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};

use super::clocks::text;
use crate::model::RepId;

/// The first follow-up of an owner, and how long the lead waited for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirstContact {
    /// The owner.
    pub owner: RepId,
    /// Where the lead came from: its class of source, else `unknown`.
    pub source: String,
    /// When the owner got it, in local time; its hour is the hour of the figures.
    pub from: DateTime<FixedOffset>,
    /// When he spoke to it first.
    pub at: DateTime<FixedOffset>,
    /// Opening hours in between, in seconds; `None` when the calendar does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office_seconds: Option<i64>,
    /// Seconds between the begin of the call and its record, of a call whose begin is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_gap_seconds: Option<i64>,
}

impl FirstContact {
    /// How long the lead waited, day and night.
    #[must_use]
    pub fn waited(&self) -> TimeDelta {
        self.at - self.from
    }
}

impl fmt::Display for FirstContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "first contact: {} {}", self.owner, text(self.at))?;
        write!(f, ", {} min after {}", self.waited().num_minutes(), text(self.from))?;
        if let Some(seconds) = self.office_seconds {
            write!(f, ", {} min of work", seconds / 60)?;
        }
        if let Some(seconds) = self.call_gap_seconds {
            write!(f, ", recorded {seconds} s after the call began")?;
        }
        Ok(())
    }
}

/// Speed to first contact by rep, source and hour of the day.
///
/// ```
/// use leadkit::follow_up::{FollowUpPolicies, FollowUpRules, SpeedTable};
/// use leadkit::model::{FollowUp, FollowUpKind, History, Lead};
/// use leadkit::rule::{FactContext, Facts, HostTables};
/// use serde_json::json;
///
/// let policies = FollowUpPolicies::compile(&FollowUpRules::nodes())?;
/// let call: FollowUp = serde_json::from_value(json!({
///     "id": "F1", "lead": "L1", "owner": "li", "time": "2026-03-02T10:20:00+08:00", "kind": "call",
/// }))?;
/// assert_eq!(call.kind, FollowUpKind::Call);
/// let lead = Lead {
///     created_at: "2026-03-02T10:00:00+08:00".parse().unwrap(),
///     owner: Some("li".into()),
///     ..Lead::default()
/// };
/// let history = History { follow_ups: vec![call], ..History::default() };
/// let tables = HostTables::default();
/// let now = "2026-03-02T12:00:00+08:00".parse().unwrap();
/// let context = FactContext { history: &history, ..FactContext::new(&tables, now) };
///
/// let mut table = SpeedTable::default();
/// if let Some(first) = policies.evaluate(&Facts::new(&lead, &context)).first_contact {
///     table.add(&first);
/// }
/// let row = table.rows().next().unwrap();
/// assert_eq!((row.rep.as_str(), row.hour, row.median_seconds), ("li", 10, 20 * 60));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpeedTable {
    waits: BTreeMap<(RepId, String, u32), Vec<i64>>,
}

/// One line of a [`SpeedTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpeedRow<'t> {
    /// The rep.
    pub rep: &'t RepId,
    /// The source.
    pub source: &'t str,
    /// The local hour in which the rep got the leads, 0 to 23.
    pub hour: u32,
    /// Leads.
    pub count: usize,
    /// The middle wait in seconds, day and night; of an even number, the lower one.
    pub median_seconds: i64,
    /// The longest wait in seconds.
    pub longest_seconds: i64,
}

impl SpeedTable {
    /// Counts a first contact. O(log n) and a place in a list.
    pub fn add(&mut self, contact: &FirstContact) {
        use chrono::Timelike;
        let key = (contact.owner.clone(), contact.source.clone(), contact.from.hour());
        self.waits.entry(key).or_default().push(contact.waited().num_seconds());
    }

    /// The lines, by rep, source and hour. O(n·log n) in the contacts.
    pub fn rows(&self) -> impl Iterator<Item = SpeedRow<'_>> {
        self.waits.iter().map(|((rep, source, hour), waits)| {
            let mut waits = waits.clone();
            waits.sort_unstable();
            SpeedRow {
                rep,
                source,
                hour: *hour,
                count: waits.len(),
                median_seconds: waits.get(waits.len().saturating_sub(1) / 2).copied().unwrap_or_default(),
                longest_seconds: waits.last().copied().unwrap_or_default(),
            }
        })
    }
}
