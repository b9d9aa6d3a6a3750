//! What earlier looks found and what came of it: the memory of a lead's follow-up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{PoolId, RuleId, Violation};

/// What earlier looks at a lead found, and what the host was asked to do already.
///
/// A host stores it with the lead, hands it in with the [options](super::FollowUpOptions::record), carries out the
/// [effects](super::FollowUpReport::effects) of the report and writes the report's record in the same transaction. So
/// nothing is asked for twice and nothing is lost, whenever it comes to light; what is on record stays on record, whatever
/// becomes of the conditions; and a policy whose condition comes true later counts from then.
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
    /// When the lead was looked at last; `None` before the first look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<DateTime<Utc>>,
    /// The cycle of that look.
    pub cycle: u32,
    /// Since when the condition of each policy has held, by the first look that found so in this cycle; `None` is since ever.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub holds: BTreeMap<RuleId, Option<DateTime<Utc>>>,
    /// Every violation, the earliest first. A host writes reasons here, and takes out what it forgives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// Keys of the reminders and actions of this cycle that were asked for.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub told: BTreeSet<String>,
    /// The pool the lead lies in, and since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolStay>,
    /// When the lead ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether a ladder has marked the lead as being at risk.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_risk: bool,
}

/// A lead lies in a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolStay {
    /// The pool.
    pub pool: PoolId,
    /// Since when; `None` is since nobody holds the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

impl FollowUpRecord {
    /// Whether it is that of a lead nobody has looked at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == FollowUpRecord::default()
    }

    /// The record as a look in a cycle begins with it. What was asked for in another cycle may be asked for again.
    pub(super) fn in_cycle(&self, cycle: u32) -> FollowUpRecord {
        let mut record = self.clone();
        if record.looked_at.is_some() && record.cycle != cycle {
            record.told.clear();
            record.holds.clear();
        }
        record.cycle = cycle;
        record
    }

    /// Since when a policy has held, now that it does: a policy that did not at the last look counts from this one.
    pub(super) fn since(
        &mut self,
        policy: &RuleId,
        now: DateTime<Utc>,
        is_new_cycle: bool,
    ) -> Option<DateTime<Utc>> {
        let is_first = self.looked_at.is_none() || is_new_cycle;
        let since = if is_first { None } else { Some(now) };
        *self.holds.entry(policy.clone()).or_insert(since)
    }

    /// Notes in which pool the lead lies, and says since when.
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
