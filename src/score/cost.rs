//! What the scripts of rules cost.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::RuleId;
use crate::order;

/// What the scripts of one rule cost, in operations of the script engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleCost {
    /// Number of leads for which the rule ran a script.
    pub leads: u64,
    /// Operations for all of them together.
    pub operations: u64,
    /// Most operations for one lead. A run may take 10,000.
    pub most: u64,
}

impl RuleCost {
    pub(super) fn add(&mut self, operations: u64) {
        self.leads += 1;
        self.operations = self.operations.saturating_add(operations);
        self.most = self.most.max(operations);
    }
}

/// What the scripts of all rules cost for a set of leads. `Display` lists the most expensive first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[must_use]
pub struct CostReport {
    rules: BTreeMap<RuleId, RuleCost>,
}

impl CostReport {
    pub(super) fn new(rules: BTreeMap<RuleId, RuleCost>) -> CostReport {
        CostReport { rules }
    }

    /// The rules that ran scripts, with their costs, by id.
    pub fn rules(&self) -> impl Iterator<Item = (&RuleId, &RuleCost)> {
        self.rules.iter()
    }

    /// The cost of a rule; zero when it runs no scripts.
    ///
    /// ```
    /// # #[cfg(feature = "script")] {
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use leadkit::score::Scorer;
    /// # let rules = serde_json::json!({"fit": {"rules": [
    /// #     {"id": "large", "when": {"script": "employee_count >= 1000"}, "points": 20},
    /// #     {"id": "others", "points": 10},
    /// # ]}});
    /// # let (lead, tables) = (Lead { employee_count: Some(2000), ..Lead::default() }, HostTables::default());
    /// let report = Scorer::load(rules)?.cost([Facts::new(&lead, &FactContext::new(&tables, lead.created_at))]);
    /// assert!(report.of("large").operations > 0);
    /// assert_eq!(report.of("other").operations, 0, "no such rule ran a script");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(&self, rule: &str) -> RuleCost {
        self.rules.get(rule).copied().unwrap_or_default()
    }

    /// Operations of the script engine that all rules took together.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.rules.values().fold(0, |sum, cost| sum.saturating_add(cost.operations))
    }
}

impl fmt::Display for CostReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rules: Vec<(&RuleId, &RuleCost)> = self.rules.iter().collect();
        order::sort_by_key(&mut rules, |(_, cost)| std::cmp::Reverse(cost.operations));
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
