//! Rules, ready to be followed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::custom::CustomStrategy;
use super::members::Members;
use super::roster::Slot;
use super::rules::{PreviousOwners, RulePass, Strategy};
use super::turn::TurnList;
use crate::calendar::Zone;
use crate::model::{PoolId, RepId, RuleId};
use crate::rule::{Field, Predicate};

#[derive(Debug, Clone)]
pub(super) struct PoolPlan {
    pub(super) zone: Zone,
    pub(super) daily_cap: Option<u32>,
    pub(super) weekly_cap: Option<u32>,
    pub(super) monthly_cap: Option<u32>,
    pub(super) total_cap: Option<u32>,
    pub(super) daily_claim_cap: Option<u32>,
    pub(super) holding_cap: Option<u32>,
    pub(super) untouched_limit: Option<u32>,
    /// Hours; `None` where the rules name no cool-down.
    pub(super) cool_down: Option<u32>,
    pub(super) match_territory: bool,
    pub(super) serve_unknown_region: bool,
    pub(super) serve_unserved_region: bool,
    pub(super) match_industry: bool,
    /// Whether any rule requires skills, or what the lead names as one.
    pub(super) match_skills: bool,
    /// The fields in which leads name skills.
    pub(super) skill_fields: Vec<Field>,
    pub(super) catch_up: u32,
    /// The group in whose turns a lead counts that goes to its owner.
    pub(super) owner_turn: Option<Box<Sharing>>,
    pub(super) previous_owners: PreviousOwners,
    pub(super) rules: Vec<RulePlan>,
}

impl PoolPlan {
    /// Whether weeks and months are counted for a rep.
    pub(super) fn counts_spans(&self, slot: &Slot) -> bool {
        [self.weekly_cap, self.monthly_cap, slot.weekly_cap, slot.monthly_cap].iter().any(Option::is_some)
    }

    /// Every rep whom the rules name as a recipient or a suggestion.
    pub(super) fn reps(&self) -> BTreeSet<&RepId> {
        let mut reps = BTreeSet::new();
        for rule in &self.rules {
            if let TargetPlan::Rep(rep) = &rule.target {
                reps.insert(rep);
            }
            rule.visit_sharings(&mut |group| reps.extend(group.members.listed.iter().map(|(rep, _)| rep)));
        }
        let owners = self.owner_turn.iter().flat_map(|group| group.members.listed.iter());
        reps.extend(owners.map(|(rep, _)| rep));
        reps
    }

    /// Whether a rule may give leads to reps whom it does not name.
    pub(super) fn asks_everybody(&self) -> bool {
        let mut asks = self.owner_turn.as_ref().is_some_and(|group| group.members.asks_everybody());
        for rule in &self.rules {
            // A field of the lead may name any rep.
            asks |= matches!(rule.target, TargetPlan::RepIn(_));
            rule.visit_sharings(&mut |group| asks |= group.members.asks_everybody());
        }
        asks
    }
}

impl RulePlan {
    fn visit_sharings<'a>(&'a self, visit: &mut dyn FnMut(&'a Sharing)) {
        match &self.target {
            TargetPlan::Shared(group) | TargetPlan::Reviewer { suggest: Some(group), .. } => visit(group),
            TargetPlan::Tiers(tiers) => tiers.iter().for_each(|(_, group)| visit(group)),
            _ => {}
        }
        self.also.iter().for_each(|(_, group)| visit(group));
    }
}

#[derive(Debug, Clone)]
pub(super) struct RulePlan {
    pub(super) id: RuleId,
    pub(super) when: Predicate,
    pub(super) pass: RulePass,
    /// As written, and folded.
    pub(super) skills: Vec<(String, String)>,
    /// Of the pool's fields in which leads name skills, those that the rule reads.
    pub(super) skills_in: Vec<usize>,
    pub(super) units: u32,
    pub(super) takes_turn: bool,
    pub(super) match_industry: bool,
    pub(super) reward: bool,
    pub(super) also: Vec<(String, Sharing)>,
    pub(super) target: TargetPlan,
}

#[derive(Debug, Clone)]
pub(super) enum TargetPlan {
    Rep(RepId),
    RepIn(Field),
    Shared(Sharing),
    /// The best first, each with the leads that begin there.
    Tiers(Vec<(Predicate, Sharing)>),
    Pool(PoolId),
    Reviewer {
        by: RepId,
        suggest: Option<Sharing>,
    },
}

/// Those who share leads.
#[derive(Debug, Clone)]
pub(super) struct Sharing {
    pub(super) list: TurnList,
    pub(super) strategy: Strategy,
    /// A custom strategy instead of it.
    pub(super) custom: Option<Arc<dyn CustomStrategy>>,
    pub(super) members: Members,
    /// Whether it is the list of a rule of rewards, who have turns of their own.
    pub(super) is_reward: bool,
}
