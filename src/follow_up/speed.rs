//! How fast reps speak to leads first.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};

use super::clocks::text;
use crate::model::RepId;

/// The first follow-up of an owner, and how long the lead waited for it. Where somebody stood in and spoke to it first, the
/// follow-up is theirs, from when they stood in; the owner has none then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirstContact {
    /// The rep who worked on the lead: its owner, or the one who stood in.
    pub owner: RepId,
    /// Where the lead came from: its class of source, else `unknown`.
    pub source: String,
    /// When the owner got it, in local time; its hour is the hour of the figures.
    pub from: DateTime<FixedOffset>,
    /// When the owner spoke to it first; `None` when that did not happen during the tenure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<FixedOffset>>,
    /// Opening hours in between, in seconds; `None` when the calendar does not say, and without a contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office_seconds: Option<i64>,
    /// Seconds between the begin of the call and its record, of a call whose begin is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_gap_seconds: Option<i64>,
}

impl FirstContact {
    /// How long the lead waited, day and night; `None` without a contact.
    #[must_use]
    pub fn waited(&self) -> Option<TimeDelta> {
        Some(self.at? - self.from)
    }
}

impl fmt::Display for FirstContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((at, waited)) = self.at.zip(self.waited()) else {
            return write!(f, "first contact: {} not yet, since {}", self.owner, text(self.from));
        };
        write!(f, "first contact: {} {}", self.owner, text(at))?;
        write!(f, ", {} min after {}", waited.num_minutes(), text(self.from))?;
        if let Some(seconds) = self.office_seconds {
            write!(f, ", {} min of working time", seconds / 60)?;
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
/// policies.evaluate(&Facts::new(&lead, &context)).first_contacts.iter().for_each(|first| table.add(first));
/// let row = table.rows().next().unwrap();
/// assert_eq!((row.rep.as_str(), row.hour, row.median_seconds), ("li", 10, Some(20 * 60)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpeedTable {
    waits: BTreeMap<(RepId, String, u32), Waits>,
}

/// The waits of the leads of one line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Waits {
    seconds: Vec<i64>,
    uncontacted: usize,
}

/// The waits of one rep, source and hour, as a line of a [`SpeedTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpeedRow<'t> {
    /// The rep who spoke to the leads.
    pub rep: &'t RepId,
    /// The leads' class of source, else `unknown`.
    pub source: &'t str,
    /// The local hour in which the rep got the leads, 0 to 23.
    pub hour: u32,
    /// Number of leads that the rep spoke to.
    pub count: usize,
    /// Leads the rep did not speak to during the tenure.
    pub uncontacted: usize,
    /// The middle wait in seconds, day and night; of an even number, the lower one. `None` when there was no contact.
    pub median_seconds: Option<i64>,
    /// The longest wait in seconds, day and night; `None` when there was no contact.
    pub longest_seconds: Option<i64>,
}

impl SpeedTable {
    /// Counts a first contact, or that there is none. O(log n) and a place in a list.
    ///
    /// ```
    /// # use leadkit::follow_up::{FollowUpPolicies, FollowUpRules, SpeedTable};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let policies = FollowUpPolicies::compile(&FollowUpRules::nodes())?;
    /// # let created_at = "2026-03-02T10:00:00+08:00".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), owner: Some("li".into()), created_at, ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let now = "2026-03-04T10:00:00+08:00".parse().unwrap();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// // `li` has had lead L1 for two days without a first contact.
    /// let mut table = SpeedTable::default();
    /// for contact in &policies.evaluate(&facts).first_contacts {
    ///     table.add(contact);
    /// }
    /// let row = table.rows().next().unwrap();
    /// assert_eq!((row.rep.as_str(), row.count, row.uncontacted), ("li", 0, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&mut self, contact: &FirstContact) {
        use chrono::Timelike;
        let key = (contact.owner.clone(), contact.source.clone(), contact.from.hour());
        let waits = self.waits.entry(key).or_default();
        match contact.waited() {
            Some(waited) => waits.seconds.push(waited.num_seconds()),
            None => waits.uncontacted += 1,
        }
    }

    /// Adds what another table has counted, of other leads. O(n·log m) in its lines.
    ///
    /// ```
    /// # use leadkit::follow_up::{FollowUpPolicies, FollowUpRules, SpeedTable};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let policies = FollowUpPolicies::compile(&FollowUpRules::nodes())?;
    /// # let created_at = "2026-03-02T10:00:00+08:00".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), owner: Some("li".into()), created_at, ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let now = "2026-03-04T10:00:00+08:00".parse().unwrap();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// let contacts = policies.evaluate(&facts).first_contacts;
    /// let (mut january, mut february) = (SpeedTable::default(), SpeedTable::default());
    /// january.add(&contacts[0]);
    /// february.add(&contacts[0]);
    /// january.merge(february);
    /// assert_eq!(january.rows().next().unwrap().uncontacted, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, other: SpeedTable) {
        for (key, waits) in other.waits {
            let own = self.waits.entry(key).or_default();
            own.seconds.extend(waits.seconds);
            own.uncontacted += waits.uncontacted;
        }
    }

    /// The lines, by rep, source and hour. O(n·log n) in the contacts.
    pub fn rows(&self) -> impl Iterator<Item = SpeedRow<'_>> {
        self.waits.iter().map(|((rep, source, hour), waits)| {
            let mut seconds = waits.seconds.clone();
            seconds.sort_unstable();
            SpeedRow {
                rep,
                source,
                hour: *hour,
                count: seconds.len(),
                uncontacted: waits.uncontacted,
                median_seconds: seconds.get(seconds.len().saturating_sub(1) / 2).copied(),
                longest_seconds: seconds.last().copied(),
            }
        })
    }
}
