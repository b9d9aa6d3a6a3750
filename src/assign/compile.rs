//! From rules to an assigner: lint, compile.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::assigner::Assigner;
use super::class::MAX_UNITS;
use super::custom::{self, CustomStrategy};
use super::members::{Members, Others};
use super::plan::{PoolPlan, RulePlan, Sharing, TargetPlan};
use super::rules::{
    AssignRule, AssignRules, AssignTarget, CompanionRule, PoolRules, PreviousOwners, RepGroup, RulePass,
    Strategy, Tier,
};
use super::turn::TurnList;
use crate::document::{Unique, check_named, check_reference};
use crate::error::Report;
use crate::model::{GroupId, PoolId, RepId, RuleId};
use crate::order;
use crate::rule::{Condition, Field, Operator, Registry, RulesDocument, RulesVersion, Scope, rules_document};
use crate::text;

rules_document!(AssignRules => Assigner with plugins);

impl Assigner {
    /// As [`Assigner::compile`], with the findings added to a report. Of no use when the report has errors.
    pub(crate) fn compile_into(rules: &AssignRules, registry: &Registry, report: &mut Report) -> Assigner {
        RulesVersion::check(rules.format, report);
        // First, so that its temporary memory is free again before the plans are made.
        let version = RulesVersion::of(rules.format, &rules.revision, rules);
        // Groups before pools: rules share the members and strategies of the compiled groups.
        let plans = report.within("groups", |report| {
            let mut plans = Vec::with_capacity(rules.groups.len());
            for (id, group) in &rules.groups {
                let plan = report.within(id.as_str(), |report| {
                    check_reference("group", id.as_str(), report);
                    check_group(group, report);
                    GroupPlan::compile(group, registry, report)
                });
                plans.push((id, plan));
            }
            plans
        });
        let groups = Groups { rules: &rules.groups, plans };
        let pools = report.within("pools", |report| {
            let plan = |(id, pool): (&PoolId, &PoolRules)| {
                let plan = report.within(id.as_str(), |report| PoolPlan::compile(id, pool, &groups, report));
                (id.clone(), Box::new(plan))
            };
            order::map(rules.pools.iter().map(plan))
        });
        rules.warn(report);
        Assigner { version, pools, bare: PoolPlan::new(&PoolRules::default(), Vec::new()) }
    }
}

impl RulesDocument for AssignRules {
    fn check_with(&self, registry: &Registry, report: &mut Report) {
        Assigner::compile_into(self, registry, report);
    }
}

/// The groups, as all rules share them.
struct Groups<'r> {
    rules: &'r BTreeMap<GroupId, RepGroup>,
    /// In the order of the rules.
    plans: Vec<(&'r GroupId, GroupPlan)>,
}

impl Groups<'_> {
    /// O(log groups).
    fn plan(&self, id: &GroupId) -> Option<&GroupPlan> {
        let place = self.plans.binary_search_by_key(&id, |(known, _)| known).ok()?;
        self.plans.get(place).map(|(_, plan)| plan)
    }
}

struct GroupPlan {
    members: Members,
    custom: Option<Arc<dyn CustomStrategy>>,
}

impl GroupPlan {
    fn compile(group: &RepGroup, registry: &Registry, report: &mut Report) -> GroupPlan {
        let listed = sorted(group.members.iter().map(|one| (one.rep.clone(), one.weight)).collect());
        let others = match &group.when {
            None => Others::Nobody,
            Some(when) => {
                let when = report.within("when", |report| when.compile_to_match(Scope::Rep, report));
                Others::When(Arc::new(when))
            }
        };
        let custom = group.custom.as_deref();
        let custom = custom
            .and_then(|custom| report.within("custom", |report| registry.make(custom::KIND, custom, report)));
        GroupPlan { members: Members { others, by_results: group.by_results, ..listed }, custom }
    }
}

/// As a rule for one of the groups shares its leads: by the rule's strategy, else the group's, else the pool's.
fn share(
    id: &GroupId,
    strategy: Option<Strategy>,
    key: &str,
    pool: &PoolRules,
    groups: &Groups<'_>,
    report: &mut Report,
) -> Sharing {
    let group = groups.rules.get(id);
    if group.is_none() {
        let known = groups.rules.keys().map(GroupId::as_str);
        report.within(key, |report| report.unknown_name("unknown_group", "group", id.as_str(), known));
    }
    let plan = groups.plan(id);
    Sharing {
        list: TurnList::Group(id.clone()),
        // The rule's strategy precedes the group's, even a custom one.
        custom: plan.and_then(|plan| plan.custom.clone()).filter(|_| strategy.is_none()),
        strategy: strategy.or(group.and_then(|group| group.strategy)).unwrap_or(pool.strategy),
        // An unknown group has been reported above, so no assigner comes out of an empty one.
        members: plan.map(|plan| plan.members.clone()).unwrap_or_default(),
        is_reward: false,
    }
}

/// By id, so that neither the order in the document nor a permutation of it can reach a result.
fn sorted(mut members: Vec<(RepId, Option<u32>)>) -> Members {
    order::sort_by(&mut members, Ord::cmp);
    Members { listed: members.into(), ..Members::default() }
}

fn check_group(group: &RepGroup, report: &mut Report) {
    report.within("members", |report| {
        if group.members.is_empty() {
            if group.when.is_none() {
                report.error("no_reps", "the group has no members", "add at least one rep, or set `when`");
            }
            return;
        }
        // With a condition, others belong to the group too, and a weight of 0 only leaves this rep out.
        if group.when.is_none() && group.members.iter().all(|member| member.weight == Some(0)) {
            report.warning("zero_weights", "every member has weight 0", "give at least one member a weight");
        }
        let mut reps = Unique::listed_ids("rep");
        for (index, member) in group.members.iter().enumerate() {
            report
                .item(index, |report| report.within("rep", |report| reps.check(member.rep.as_str(), report)));
        }
    });
}

impl PoolPlan {
    fn compile(id: &PoolId, pool: &PoolRules, groups: &Groups<'_>, report: &mut Report) -> PoolPlan {
        check_reference("pool", id.as_str(), report);
        if pool.previous_owners == PreviousOwners::Last(0) {
            let help = "write `none`, or how many of the last owners do not get the lead again";
            report.within("previous_owners", |r| {
                r.error("out_of_range", "`previous_owners` must be at least 1", help)
            });
        }
        let skill_fields = pool.skill_fields();
        let rules = report.within("rules", |report| {
            let plan = |(index, rule): (usize, &'_ AssignRule)| {
                report
                    .item(index, |report| RulePlan::compile(id, rule, pool, (groups, &skill_fields), report))
            };
            pool.rules.iter().enumerate().map(plan).collect()
        });
        report.within("rules", |report| check_rules(pool, report));
        let owner_turn = pool.owner_takes_turn.as_ref();
        let owner_turn = owner_turn.map(|id| share(id, None, "owner_takes_turn", pool, groups, report));
        PoolPlan { owner_turn: owner_turn.map(Box::new), ..PoolPlan::new(pool, rules) }
    }

    fn new(pool: &PoolRules, rules: Vec<RulePlan>) -> PoolPlan {
        PoolPlan {
            zone: pool.zone.clone(),
            daily_cap: pool.daily_assign_cap,
            weekly_cap: pool.weekly_assign_cap,
            monthly_cap: pool.monthly_assign_cap,
            total_cap: pool.total_daily_cap,
            daily_claim_cap: pool.daily_claim_cap,
            holding_cap: pool.holding_cap,
            untouched_limit: pool.untouched_limit,
            cool_down: pool.cool_down(),
            match_territory: pool.match_territory,
            serve_unknown_region: pool.serve_unknown_region,
            serve_unserved_region: pool.serve_unserved_region,
            match_industry: pool.match_industry,
            match_skills: pool.match_industry || rules.iter().any(RulePlan::asks_for_skills),
            skill_fields: pool.skill_fields(),
            catch_up: pool.catch_up,
            owner_turn: None,
            previous_owners: pool.previous_owners,
            rules,
        }
    }
}

impl PoolRules {
    /// The fields in which leads name skills, each once, in order. O(rules·log fields).
    fn skill_fields(&self) -> Vec<Field> {
        let mut fields: Vec<Field> = self.rules.iter().flat_map(|rule| &rule.skills_in).cloned().collect();
        order::sort_by(&mut fields, Ord::cmp);
        fields.dedup();
        fields
    }
}

/// Checks the ids of a pool's rules, and that each can be reached.
fn check_rules(pool: &PoolRules, report: &mut Report) {
    let mut ids = Unique::ids("rule");
    // Per pass and occasion: a rule that takes every lead there leaves none to the rules below.
    let mut closed: Vec<(RulePass, &RuleId)> = Vec::new();
    for (index, rule) in pool.rules.iter().enumerate() {
        report.item(index, |report| {
            report.within("id", |report| ids.check(rule.id.as_str(), report));
            if let Some(before) = covering(&closed, rule.pass) {
                let message = format!("the rule is never reached: `{before}` takes every lead before it");
                report.warning("unreachable_rule", message, "move it up, or narrow the one before");
            }
        });
        // Only the first is named: that one takes the leads.
        if rule.when.is_always() && closed.iter().all(|(pass, _)| *pass != rule.pass) {
            closed.push((rule.pass, &rule.id));
        }
    }
}

/// Checks that a field is known where leads are assigned.
fn check_field(field: &Field, report: &mut Report) {
    // By a condition on it, so that conditions and fields are known by one table.
    if let Ok(condition) = Condition::compare(field.to_string().as_str(), Operator::Exists, true) {
        condition.compile(Scope::Assign, report);
    }
}

/// Whether rules that take every lead, of the passes `above`, leave nothing to one of the pass `below`.
fn covering<'c>(above: &[(RulePass, &'c RuleId)], below: RulePass) -> Option<&'c RuleId> {
    let of = |pass| above.iter().find(|(one, _)| *one == pass).map(|(_, id)| *id);
    let first = of(below);
    match below {
        RulePass::First => first,
        // If the first pass takes every lead, some rule always matches.
        RulePass::AfterNoHit => first.or_else(|| of(RulePass::AfterEither)).or_else(|| of(RulePass::First)),
        RulePass::AfterNobodyEligible => first.or_else(|| of(RulePass::AfterEither)),
        // Such a rule has two occasions, and is unreachable only if both are taken.
        RulePass::AfterEither => first.or_else(|| {
            of(RulePass::AfterNoHit).or_else(|| of(RulePass::First))?;
            of(RulePass::AfterNobodyEligible)
        }),
    }
}

impl RulePlan {
    fn asks_for_skills(&self) -> bool {
        self.match_industry || !self.skills.is_empty() || !self.skills_in.is_empty()
    }

    fn compile(
        pool_id: &PoolId,
        rule: &AssignRule,
        pool: &PoolRules,
        (groups, skill_fields): (&Groups<'_>, &[Field]),
        report: &mut Report,
    ) -> RulePlan {
        let when = report.within("when", |report| rule.when.compile(Scope::Assign, report));
        let target = report.within("then", |report| TargetPlan::compile(pool_id, rule, pool, groups, report));
        report.within("skills", |report| {
            rule.skills.iter().for_each(|skill| check_named("skill", skill, "dental", report));
        });
        let skills = rule.skills.iter().map(|skill| (skill.clone(), text::fold(skill))).collect();
        report.within("skills_in", |report| {
            for (index, field) in rule.skills_in.iter().enumerate() {
                report.item(index, |report| check_field(field, report));
            }
        });
        // A lead's fields are read once for all rules, which keep only their places in that list.
        let place = |field: &Field| skill_fields.binary_search(field).ok();
        let skills_in = rule.skills_in.iter().filter_map(place).collect();
        if !(1..=MAX_UNITS).contains(&rule.units) {
            let message = format!("`units` must be from 1 to {MAX_UNITS}, found `{}`", rule.units);
            report.within("units", |r| r.error("out_of_range", message, format!("write 1 to {MAX_UNITS}")));
        }
        let also = report.within("also", |report| {
            let companion = |(index, one): (usize, &'_ CompanionRule)| {
                report.item(index, |report| {
                    (one.role.clone(), share(&one.group, None, "group", pool, groups, report))
                })
            };
            rule.also.iter().enumerate().map(companion).collect()
        });
        // Last, whatever the target is: what counts as a reward must not move the common turns.
        let target = if rule.reward { target.rewarding(&rule.id) } else { target };
        let AssignRule { units, takes_turn, reward, .. } = *rule;
        RulePlan {
            id: rule.id.clone(),
            when,
            pass: rule.pass,
            skills,
            skills_in,
            units,
            takes_turn,
            match_industry: rule.match_industry.unwrap_or(pool.match_industry),
            reward,
            also,
            target,
        }
    }
}

impl TargetPlan {
    /// The same for a rule of rewards: they are shared in turns of their own, whatever else the group is given.
    fn rewarding(self, rule: &RuleId) -> TargetPlan {
        match self {
            TargetPlan::Shared(group) => {
                // Separate turns: a prize does not cost the winner a place among the others.
                TargetPlan::Shared(Sharing { list: TurnList::Rule(rule.clone()), is_reward: true, ..group })
            }
            target => target,
        }
    }

    fn compile(
        pool_id: &PoolId,
        rule: &AssignRule,
        pool: &PoolRules,
        groups: &Groups<'_>,
        report: &mut Report,
    ) -> TargetPlan {
        // The turns belong to the rule: another rule that names the same reps has turns of its own.
        let shared_by_rule = |members| {
            let (list, strategy) = (TurnList::Rule(rule.id.clone()), pool.strategy);
            TargetPlan::Shared(Sharing { list, strategy, custom: None, members, is_reward: false })
        };
        match &rule.then {
            AssignTarget::Group { id, strategy } => {
                let shared =
                    report.within("group", |report| share(id, *strategy, "id", pool, groups, report));
                TargetPlan::Shared(shared)
            }
            AssignTarget::RepIn(field) => {
                report.within("rep_in", |report| check_field(field, report));
                TargetPlan::RepIn(field.clone())
            }
            AssignTarget::Tiers(tiers) => {
                if tiers.is_empty() {
                    report.error("no_target", "the rule has no tiers", "name at least one `group`");
                }
                TargetPlan::Tiers(report.within("tiers", |report| {
                    let tier = |(index, tier): (usize, &'_ Tier)| {
                        report.item(index, |report| {
                            let when = report.within("when", |r| tier.when.compile(Scope::Assign, r));
                            (when, share(&tier.group, None, "group", pool, groups, report))
                        })
                    };
                    tiers.iter().enumerate().map(tier).collect()
                }))
            }
            AssignTarget::Reviewer { by, suggest } => {
                let suggest = report.within("reviewer", |report| {
                    report.within("by", |report| check_reference("reviewer", by.as_str(), report));
                    suggest.as_ref().map(|id| share(id, None, "suggest", pool, groups, report))
                });
                TargetPlan::Reviewer { by: by.clone(), suggest }
            }
            AssignTarget::Rep(rep) => {
                report.within("rep", |report| check_reference("rep", rep.as_str(), report));
                TargetPlan::Rep(rep.clone())
            }
            AssignTarget::Reps(reps) => {
                if reps.is_empty() {
                    let help = "name a `rep`, some `reps`, `everybody`, a `group`, `tiers`, a `pool` or a `reviewer`";
                    report.error("no_target", "the rule does not say where the leads go", help);
                }
                let mut listed = Unique::listed_ids("rep");
                report.within("reps", |report| {
                    for (index, rep) in reps.iter().enumerate() {
                        report.item(index, |report| listed.check(rep.as_str(), report));
                    }
                });
                // By id, as every list of members: of equal members the one with the smaller id comes first.
                let members = sorted(reps.iter().map(|rep| (rep.clone(), None)).collect());
                shared_by_rule(members)
            }
            AssignTarget::Everybody => {
                let members = Members { others: Others::Everybody, ..Members::default() };
                shared_by_rule(members)
            }
            AssignTarget::Pool(to) => {
                report.within("pool", |report| check_reference("pool", to.as_str(), report));
                // A blank id is reported as an error of its own.
                if to == pool_id && !to.is_blank() {
                    let message = format!("the pool `{to}` sends leads to itself");
                    report.within("pool", |r| r.warning("same_pool", message, "name another pool"));
                }
                TargetPlan::Pool(to.clone())
            }
        }
    }
}
