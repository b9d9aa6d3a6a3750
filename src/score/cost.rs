//! What the scripts of rules cost.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::scorer::Scorer;
use super::session::Scratch;
use crate::model::{Activity, RuleId};
use crate::rule::{Facts, ScriptSession};

/// What the scripts of one rule cost, in operations of the script engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleCost {
    /// Leads the rule ran a script for.
    pub leads: u64,
    /// Operations for all of them.
    pub operations: u64,
    /// Most operations for one of them. A run may take 10,000.
    pub most: u64,
}

impl RuleCost {
    pub(super) fn add(&mut self, operations: u64) {
        self.leads += 1;
        self.operations = self.operations.saturating_add(operations);
        self.most = self.most.max(operations);
    }
}

/// What the scripts of all rules cost over leads. `Display` lists the dearest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[must_use]
pub struct CostReport {
    rules: BTreeMap<RuleId, RuleCost>,
}

impl CostReport {
    /// The rules that ran scripts, with their costs, by id.
    pub fn rules(&self) -> impl Iterator<Item = (&RuleId, &RuleCost)> {
        self.rules.iter()
    }

    /// The cost of a rule; nothing when it runs no scripts.
    #[must_use]
    pub fn of(&self, rule: &str) -> RuleCost {
        self.rules.get(rule).copied().unwrap_or_default()
    }

    /// Operations of all rules.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.rules.values().fold(0, |sum, cost| sum.saturating_add(cost.operations))
    }
}

impl fmt::Display for CostReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rules: Vec<(&RuleId, &RuleCost)> = self.rules.iter().collect();
        rules.sort_by_key(|(_, cost)| std::cmp::Reverse(cost.operations));
        write!(f, "{} operations of scripts", self.operations())?;
        for (rule, cost) in rules {
            let mean = cost.operations as f64 / cost.leads.max(1) as f64;
            write!(
                f,
                "\n  {rule}: {} for {} leads, {mean:.1} each, at most {}",
                cost.operations, cost.leads, cost.most
            )?;
        }
        Ok(())
    }
}

impl Scorer {
    /// Scores leads only to count what the scripts of each rule cost. Rules without scripts do not appear.
    pub fn cost<'f>(
        &self,
        leads: impl IntoIterator<Item = (Facts<'f>, &'f [Activity])>,
        as_of: DateTime<Utc>,
    ) -> CostReport {
        let mut scratch = Scratch::default();
        scratch.work.scripts = ScriptSession::metered();
        scratch.work.costs = Some(BTreeMap::new());
        for (facts, activities) in leads {
            let _ = self.score_in(&mut scratch, &facts, activities, as_of);
        }
        CostReport { rules: scratch.work.costs.unwrap_or_default() }
    }
}
