//! Compiled policies.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::rules::{EventRules, FlowRules, PolicyRules, ProtectionRules, TrackingRules};
use super::when::When;
use crate::calendar::{Amount, Calendar};
use crate::model::{CalendarId, Pool, PoolKind, Region, Rep};
use crate::rule::RulesVersion;

/// Deadlines, escalation, protection and moves between pools, compiled from
/// [`FollowUpRules`](super::FollowUpRules).
///
/// It is immutable and shared by reference across threads; every call is pure.
///
/// ```
/// use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
/// use leadkit::model::Lead;
/// use leadkit::rule::{FactContext, Facts, HostTables};
///
/// let policies = FollowUpPolicies::compile(&FollowUpRules::nodes())?;
/// let lead = Lead {
///     id: "L1".into(),
///     created_at: "2026-03-06T16:00:00+08:00".parse().unwrap(), // a Friday
///     owner: Some("li".into()),
///     ..Lead::default()
/// };
/// let tables = HostTables::default();
/// let at = |text: &str| text.parse().unwrap();
///
/// let friday = FactContext::new(&tables, at("2026-03-06T17:00:00+08:00"));
/// let report = policies.evaluate(&Facts::new(&lead, &friday));
/// assert_eq!(report.deadlines[0].to_string(), "\
/// deadline: li, `first_contact` of `nodes` due 2026-03-09T16:00:00+08:00: 1d on the clock `workday`, chosen by the \
/// size, after 2026-03-06T16:00:00+08:00, by the calendar `cn-2023-2026`; open");
/// assert_eq!(report.next_wakeup.unwrap().to_string(), "next look 2026-03-09T12:00:00+08:00: reminder");
///
/// let tuesday = FactContext::new(&tables, at("2026-03-10T09:00:00+08:00"));
/// let report = policies.evaluate(&Facts::new(&lead, &tuesday));
/// assert_eq!(report.violations[0].to_string(), "\
/// late_follower: li on lead L1, `first_contact` of `nodes` due 2026-03-09T16:00:00+08:00: 1d on the clock `workday` \
/// after 2026-03-06T16:00:00+08:00, by the calendar `cn-2023-2026`; still open");
/// assert_eq!(report.labels, ["overdue.first_contact"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FollowUpPolicies {
    pub(super) version: RulesVersion,
    pub(super) policies: Vec<Policy>,
    pub(super) calendar: Calendar,
    pub(super) calendars: BTreeMap<CalendarId, Calendar>,
    pub(super) protection: Option<(ProtectionRules, When)>,
    pub(super) tracking: Option<(TrackingRules, When)>,
    pub(super) flows: Vec<(FlowRules, When)>,
    pub(super) event: Option<Event>,
    pub(super) pools: Vec<Pool>,
    pub(super) holding_cap: Option<u32>,
    pub(super) owners_per_cycle: u32,
    pub(super) nurture_for: Amount,
    pub(super) live_since: Option<DateTime<Utc>>,
    pub(super) pool_stay: Amount,
    pub(super) active_stay: Amount,
    pub(super) general_stay: Amount,
    pub(super) key_fields: BTreeSet<String>,
    pub(super) rhythm_days: Vec<u32>,
}

/// A policy with its condition.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) rules: PolicyRules,
    pub(super) when: When,
}

/// The routing of an event's leads.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) rules: EventRules,
    pub(super) named: When,
    /// One for each rule.
    pub(super) when: Vec<When>,
}

impl FollowUpPolicies {
    /// The rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// How many more open leads a rep may hold; `None` when neither the rep nor the rules have a cap.
    ///
    /// ```
    /// use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    /// use leadkit::model::Rep;
    ///
    /// let policies = FollowUpPolicies::compile(&FollowUpRules::b2c())?;
    /// let rep = Rep { holding: 48, ..Rep::default() };
    /// assert_eq!(policies.room(&rep), Some(2));
    /// assert_eq!(policies.room(&Rep { holding_cap: Some(40), ..rep }), Some(0));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn room(&self, rep: &Rep) -> Option<u32> {
        let cap = self.holding_cap.into_iter().chain(rep.holding_cap).min()?;
        Some(cap.saturating_sub(rep.holding))
    }

    /// The pool of a kind for a lead of a region: [`Pool::serving`]. It is chosen by the region, never by where the lead
    /// lay last.
    ///
    /// ```
    /// use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    /// use leadkit::model::{Pool, PoolKind};
    ///
    /// let pool = |id: &str, region: Option<&str>| Pool {
    ///     id: id.into(), kind: PoolKind::Lead, region: region.map(|text| text.parse().unwrap()), ..Pool::default()
    /// };
    /// let policies = FollowUpPolicies::compile(&FollowUpRules {
    ///     pools: vec![pool("all", None), pool("south", Some("CN-GD"))],
    ///     ..FollowUpRules::default()
    /// })?;
    /// let pool_for = |region: &str| policies.pool_for(&PoolKind::Lead, Some(region.parse().unwrap())).unwrap();
    /// assert_eq!(pool_for("CN-GD-440300").id.as_str(), "south");
    /// assert_eq!(pool_for("CN-BJ").id.as_str(), "all");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pool_for(&self, kind: &PoolKind, region: Option<Region>) -> Option<&Pool> {
        Pool::serving(&self.pools, kind, region)
    }
}
