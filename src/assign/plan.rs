//! Rules, ready to be followed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::rules::{PreviousOwners, RulePass, Strategy};
use super::turn::TurnList;
use crate::calendar::Zone;
use crate::model::{PoolId, RepId, RuleId};
use crate::rule::Predicate;

#[derive(Debug, Clone)]
pub(super) struct PoolPlan {
    pub(super) zone: Zone,
    pub(super) daily_cap: Option<u32>,
    pub(super) daily_claim_cap: Option<u32>,
    pub(super) holding_cap: Option<u32>,
    pub(super) match_territory: bool,
    pub(super) serve_unknown_region: bool,
    pub(super) match_industry: bool,
    pub(super) previous_owners: PreviousOwners,
    pub(super) rules: Vec<RulePlan>,
}

impl PoolPlan {
    /// Every rep the rules may give a lead to or suggest.
    pub(super) fn reps(&self) -> BTreeSet<&RepId> {
        let mut reps = BTreeSet::new();
        for rule in &self.rules {
            match &rule.target {
                TargetPlan::Rep(rep) => reps.extend([rep]),
                TargetPlan::Shared(group) | TargetPlan::Reviewer { suggest: Some(group), .. } => {
                    reps.extend(group.members.iter().map(|(rep, _)| rep));
                }
                TargetPlan::Everybody { .. }
                | TargetPlan::Pool(_)
                | TargetPlan::Reviewer { suggest: None, .. } => {}
            }
        }
        reps
    }

    /// Whether a rule gives leads to all reps of the roster, whoever they are.
    pub(super) fn asks_everybody(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.target, TargetPlan::Everybody { .. }))
    }
}

#[derive(Debug, Clone)]
pub(super) struct RulePlan {
    pub(super) id: RuleId,
    pub(super) when: Predicate,
    pub(super) pass: RulePass,
    /// As written, and folded.
    pub(super) skills: Vec<(String, String)>,
    pub(super) target: TargetPlan,
}

#[derive(Debug, Clone)]
pub(super) enum TargetPlan {
    Rep(RepId),
    Shared(Sharing),
    /// Members are the reps of the roster.
    Everybody {
        list: TurnList,
        strategy: Strategy,
    },
    Pool(PoolId),
    Reviewer {
        by: RepId,
        suggest: Option<Sharing>,
    },
}

/// Reps by id, each with a weight if the rules give one. All rules for a group share its members.
pub(super) type Members = Arc<[(RepId, Option<u32>)]>;

/// Those who share leads, by id, each with a weight if the rules give one.
#[derive(Debug, Clone)]
pub(super) struct Sharing {
    pub(super) list: TurnList,
    pub(super) strategy: Strategy,
    pub(super) members: Members,
}
