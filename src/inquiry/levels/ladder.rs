//! Levels one above another, whatever they are levels of.

use super::finding::LevelFinding;
use super::rules::LevelOrder;
use crate::rule::{Condition, FactSource, Predicate, RuleFault, RulesVersion};

/// Levels with their criteria, whatever they are levels of.
#[derive(Debug, Clone)]
pub(in crate::inquiry) struct Ladder {
    pub(super) order: LevelOrder,
    pub(super) levels: Vec<Rung>,
}

#[derive(Debug, Clone)]
pub(super) struct Rung {
    pub(super) name: String,
    pub(super) criteria: Vec<(Condition, Predicate)>,
}

impl Ladder {
    pub(in crate::inquiry) fn find(&self, facts: &impl FactSource, version: &RulesVersion) -> LevelFinding {
        let mut found = LevelFinding {
            level: None,
            met: Vec::new(),
            next: None,
            unmet: Vec::new(),
            faults: Vec::new(),
            version: version.clone(),
        };
        for rung in &self.levels {
            let unmet = rung.unmet(facts, &mut found.faults);
            let holds = unmet.is_empty();
            if holds {
                found.level = Some(rung.name.clone());
                found.met = rung.criteria.iter().map(|(condition, _)| condition.clone()).collect();
            } else {
                // Best first: the one just better than what will be found. Lowest first: the first that fails.
                found.next = Some(rung.name.clone());
                found.unmet = unmet;
            }
            if holds == (self.order == LevelOrder::FirstMatch) {
                break;
            }
        }
        found
    }
}

impl Rung {
    fn unmet(&self, facts: &impl FactSource, faults: &mut Vec<RuleFault>) -> Vec<Condition> {
        let mut unmet = Vec::new();
        for (condition, predicate) in &self.criteria {
            match predicate.eval(facts) {
                Ok(true) => {}
                Ok(false) => unmet.push(condition.clone()),
                Err(fault) => {
                    faults.push(RuleFault { rule: self.name.as_str().into(), fault });
                    unmet.push(condition.clone());
                }
            }
        }
        unmet
    }
}
