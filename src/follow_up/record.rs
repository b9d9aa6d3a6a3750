//! What earlier looks found and requested: the memory of a lead's follow-up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Pause, PoolId, RuleId, Violation};

/// What earlier looks at a lead found, and what the host has already been asked to do.
///
/// A host stores it with the lead, hands it in with the [options](super::FollowUpOptions::record), applies the
/// [effects](super::FollowUpReport::effects) of the report and writes the report's record in the same transaction. So
/// nothing is requested twice, and nothing is lost however late it is discovered. What is on record stays there, even
/// if conditions change, and a policy whose condition becomes true later counts from that time. Only what turns out to
/// have been done in time, or by a decision that was taken back, is taken off.
///
/// **Two workers** that look at one lead at once find the same, and one of them may act: a host writes the record where the
/// stored one still has the [`revision`](Self::revision) it handed in (`UPDATE … WHERE revision = ?`), else it drops the report
/// and looks again. [`follows`](Self::follows) says the same.
///
/// ```
/// use leadkit::follow_up::{FollowUpOptions, FollowUpPolicies, FollowUpRules};
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let policies = FollowUpPolicies::compile(&FollowUpRules::nodes())?;
/// let lead = Lead {
///     id: "L1".into(),
///     created_at: "2026-03-02T10:00:00+08:00".parse().unwrap(),
///     owner: Some("li".into()),
///     ..Lead::default()
/// };
/// let tables = HostTables::default();
/// let context = FactContext::new(&tables, "2026-03-03T12:00:00+08:00".parse().unwrap());
/// let first = policies.evaluate(&Facts::new(&lead, &context));
/// assert_eq!(first.effects().len(), 2); // the label, and the reminder of the deadline that has passed
///
/// let options = FollowUpOptions { record: first.record.clone(), ..FollowUpOptions::default() };
/// let lead = Lead { tags: vec!["overdue.first_contact".into()], ..lead };
/// let again = policies.evaluate_with(&Facts::new(&lead, &context), &options);
/// assert!(again.effects().is_empty());
/// assert_eq!(again.violations, first.violations);
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FollowUpRecord {
    /// Counts the looks: each report's record has one more than the record that was handed in.
    pub revision: u64,
    /// When the lead was looked at last; `None` before the first look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<DateTime<Utc>>,
    /// The lead's cycle at that look, from 0.
    pub cycle: u32,
    /// When the condition of each policy has held in this cycle.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub holds: BTreeMap<RuleId, PolicyTime>,
    /// Every violation, the earliest first. A host writes reasons here, and removes the ones it forgives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// Keys of the reminders and actions of this cycle that were requested.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub told: BTreeSet<String>,
    /// The pool that the lead is in, and since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolStay>,
    /// When an opportunity was open in this cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpenTime>,
    /// When the lead was converted, by the first look that found it so: `convert` nodes are met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converted_since: Option<DateTime<Utc>>,
    /// When the lead ended, by the look that found it so; `None` while it is live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// When the lead had ended in this cycle before it became live again (a customer wrote once more): nothing was due
    /// then, and the lead's clocks are paused for that time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests: Vec<Pause>,
    /// Whether a ladder has marked the lead as being at risk.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_risk: bool,
}

/// An opportunity was open, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenTime {
    /// When the opportunity was opened.
    pub since: DateTime<Utc>,
    /// When it ended, by the look that found none; `None` while one is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// When the condition of a policy has held, by the looks that found so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyTime {
    /// From when on; `None` is from the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// When it did not hold after that, in order: the clocks of the policy are paused meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Pause>,
}

impl PolicyTime {
    /// Notes what a look finds.
    fn note(&mut self, policy: &RuleId, holds: bool, now: DateTime<Utc>) {
        let open = self.left_out.last_mut().filter(|pause| pause.until.is_none());
        match open {
            Some(pause) if holds => pause.until = Some(now),
            None if !holds => {
                let reason = format!("`{policy}` does not apply");
                self.left_out.push(Pause { from: now, until: None, reason });
            }
            _ => {}
        }
    }
}

/// The stay of a lead in a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolStay {
    /// The pool that the lead is in.
    pub pool: PoolId,
    /// Since when; `None` is since nobody holds the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

impl FollowUpRecord {
    /// Whether it belongs to a lead that was never looked at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == FollowUpRecord::default()
    }

    /// Whether it was made from the stored one: if not, another worker has looked meanwhile, and what the look requested is
    /// dropped.
    ///
    /// ```
    /// use leadkit::follow_up::FollowUpRecord;
    ///
    /// let stored = FollowUpRecord { revision: 4, ..FollowUpRecord::default() };
    /// let made = FollowUpRecord { revision: 5, ..FollowUpRecord::default() };
    /// assert!(made.follows(&stored) && !made.follows(&made));
    /// ```
    #[must_use]
    pub fn follows(&self, stored: &FollowUpRecord) -> bool {
        stored.revision.checked_add(1) == Some(self.revision)
    }

    /// The record as a look in a cycle begins with it. What was requested in another cycle may be requested again.
    pub(super) fn in_cycle(&self, cycle: u32) -> FollowUpRecord {
        let mut record = self.clone();
        if record.looked_at.is_some() && record.cycle != cycle {
            record.told.clear();
            record.holds.clear();
            record.opportunity = None;
            record.rests.clear();
        }
        record.cycle = cycle;
        record.revision = record.revision.saturating_add(1);
        record
    }

    /// Notes whether the condition of a policy holds. A policy that did not at the first look counts from the one at which it
    /// does.
    pub(super) fn note(&mut self, policy: &RuleId, holds: bool, now: DateTime<Utc>, is_new_cycle: bool) {
        let is_first = self.looked_at.is_none() || is_new_cycle;
        if holds {
            let since = Some(now).filter(|_| !is_first);
            self.holds.entry(policy.clone()).or_insert(PolicyTime { since, left_out: Vec::new() });
        }
        if let Some(time) = self.holds.get_mut(policy) {
            time.note(policy, holds, now);
        }
    }

    /// Notes whether an opportunity is open. If its start is not known, it counts from this look, at the first look from
    /// `start`.
    pub(super) fn note_opportunity(
        &mut self,
        is_open: bool,
        said: Option<DateTime<Utc>>,
        start: DateTime<Utc>,
        now: DateTime<Utc>,
    ) {
        let found = if self.looked_at.is_none() { start } else { now };
        match &mut self.opportunity {
            Some(time) if is_open => time.until = None,
            Some(time) => time.until = time.until.or(Some(now)),
            None if is_open => {
                self.opportunity = Some(OpenTime { since: said.unwrap_or(found), until: None });
            }
            None => {}
        }
    }

    /// Notes whether the lead is converted; the first look takes it to have been so since `start`.
    pub(super) fn note_conversion(&mut self, is_converted: bool, start: DateTime<Utc>, now: DateTime<Utc>) {
        let found = if self.looked_at.is_none() { start } else { now };
        self.converted_since = is_converted.then(|| self.converted_since.unwrap_or(found));
    }

    /// Notes whether the lead is live: while it had ended, its owner owed nothing.
    pub(super) fn note_life(&mut self, is_live: bool, ended_at: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let open = self.rests.last_mut().filter(|rest| rest.until.is_none());
        match (open, ended_at) {
            (Some(rest), _) if is_live => rest.until = Some(now),
            (None, Some(from)) if !is_live => {
                self.rests.push(Pause { from, until: None, reason: "it had ended".to_owned() });
            }
            _ => {}
        }
        self.ended_at = ended_at.filter(|_| !is_live);
    }

    /// Notes in which pool the lead is, and returns since when.
    pub(super) fn lies_in(&mut self, pool: Option<&PoolId>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let is_first = self.looked_at.is_none();
        match (pool, &self.pool) {
            (Some(pool), Some(stay)) if stay.pool == *pool => stay.since,
            (Some(pool), _) => {
                let since = Some(now).filter(|_| !is_first);
                self.pool = Some(PoolStay { pool: pool.clone(), since });
                since
            }
            (None, _) => {
                self.pool = None;
                None
            }
        }
    }
}
