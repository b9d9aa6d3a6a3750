//! Memory that scoring reuses from one lead to the next.

use std::collections::BTreeMap;

use super::cost::RuleCost;
use super::events::{EventOrder, Others};
use crate::model::RuleId;
use crate::rule::ScriptSession;

/// Memory of a session.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) timeline: EventOrder,
    pub(super) others: Others,
    pub(super) work: Work,
}

/// Memory that rules work in.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) scripts: ScriptSession,
    pub(super) picked: Vec<u32>,
    /// Costs of rules, when they are measured.
    pub(super) costs: Option<BTreeMap<RuleId, RuleCost>>,
}

impl Work {
    /// Notes what the scripts of a rule have cost since the last rule.
    #[inline]
    pub(super) fn note_cost(&mut self, rule: &RuleId) {
        if self.costs.is_some() {
            self.add_cost(rule);
        }
    }

    #[cold]
    fn add_cost(&mut self, rule: &RuleId) {
        if let Some(costs) = &mut self.costs {
            let operations = self.scripts.take_operations();
            if operations > 0 {
                costs.entry(rule.clone()).or_default().add(operations);
            }
        }
    }
}
