//! Rules, ready to be followed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::eligibility::Question;
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
                    reps.extend(group.members.listed.iter().map(|(rep, _)| rep));
                }
                TargetPlan::Pool(_) | TargetPlan::Reviewer { suggest: None, .. } => {}
            }
        }
        reps
    }

    /// Whether a rule gives leads to all reps of the roster, whoever they are.
    pub(super) fn asks_everybody(&self) -> bool {
        self.rules.iter().any(|rule| match &rule.target {
            TargetPlan::Shared(group) | TargetPlan::Reviewer { suggest: Some(group), .. } => {
                group.members.asks_everybody()
            }
            _ => false,
        })
    }
}

#[derive(Debug, Clone)]
pub(super) struct RulePlan {
    pub(super) id: RuleId,
    pub(super) when: Predicate,
    pub(super) pass: RulePass,
    /// As written, and folded.
    pub(super) skills: Vec<(String, String)>,
    pub(super) units: u32,
    pub(super) takes_turn: bool,
    pub(super) target: TargetPlan,
}

#[derive(Debug, Clone)]
pub(super) enum TargetPlan {
    Rep(RepId),
    Shared(Sharing),
    Pool(PoolId),
    Reviewer { by: RepId, suggest: Option<Sharing> },
}

/// Who takes turns together.
#[derive(Debug, Clone, Default)]
pub(super) struct Members {
    /// Reps by id, each with a weight if the rules give one. All rules for a group share them.
    pub(super) listed: Arc<[(RepId, Option<u32>)]>,
    pub(super) others: Others,
}

/// Who belongs to a list without being named.
#[derive(Debug, Clone, Default)]
pub(super) enum Others {
    #[default]
    Nobody,
    /// All reps of the roster.
    Everybody,
}

impl Members {
    /// Shows every member by id, each with a weight if the rules give one.
    pub(super) fn visit(&self, question: &Question<'_>, visit: &mut dyn FnMut(&RepId, Option<u32>)) {
        match &self.others {
            Others::Nobody => self.listed.iter().for_each(|(rep, weight)| visit(rep, *weight)),
            Others::Everybody => question.roster.reps().for_each(|rep| visit(rep, None)),
        }
    }

    /// Whether all reps of the roster may belong to it.
    pub(super) fn asks_everybody(&self) -> bool {
        !matches!(self.others, Others::Nobody)
    }
}

/// Those who share leads.
#[derive(Debug, Clone)]
pub(super) struct Sharing {
    pub(super) list: TurnList,
    pub(super) strategy: Strategy,
    pub(super) members: Members,
}
