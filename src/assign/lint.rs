//! Valid assignment rules that look like mistakes.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{AssignRule, AssignRules, AssignTarget, PoolRules, RepGroup, RulePass, Strategy, Tier};
use crate::error::Report;
use crate::model::{GroupId, PoolId};

/// Among how many pools a cycle is sought, so that the cost of a long chain is linear.
const MAX_ROUND: usize = 16;

impl AssignRules {
    /// Adds warnings about likely mistakes.
    pub(super) fn warn(&self, report: &mut Report) {
        let used = self.used();
        report.within("groups", |report| {
            for (id, group) in &self.groups {
                report.within(id.as_str(), |report| warn_of_group(group, used.contains(id), report));
            }
        });
        // Only pools that pass on every lead: a condition may let the lead leave the cycle.
        let next = self.pools.iter().filter_map(|(id, pool)| Some((id, sends_all_to(pool)?))).collect();
        report.within("pools", |report| {
            for (id, pool) in &self.pools {
                report.within(id.as_str(), |report| {
                    warn_of_caps(pool, report);
                    report.within("rules", |report| {
                        for (index, rule) in pool.rules.iter().enumerate() {
                            report.item(index, |report| {
                                self.warn_of_rule(rule, pool, report);
                                warn_of_round(&next, id, rule, report);
                            });
                        }
                    });
                });
            }
        });
    }

    /// The groups among which leads are shared.
    fn used(&self) -> BTreeSet<&GroupId> {
        let mut used = BTreeSet::new();
        for pool in self.pools.values() {
            used.extend(&pool.owner_takes_turn);
            for rule in &pool.rules {
                used.extend(rule.also.iter().map(|one| &one.group));
                match &rule.then {
                    AssignTarget::Group { id, .. } => drop(used.insert(id)),
                    AssignTarget::Tiers(tiers) => used.extend(tiers.iter().map(|tier| &tier.group)),
                    AssignTarget::Reviewer { suggest, .. } => used.extend(suggest),
                    _ => {}
                }
            }
        }
        used
    }

    fn warn_of_rule(&self, rule: &AssignRule, pool: &PoolRules, report: &mut Report) {
        if rule.takes_turn && self.takes_turns(rule, pool) != Some(false) {
            let message = match self.takes_turns(rule, pool) {
                None => "the rule does not share leads among reps, so there is no turn to take",
                _ => "each lead of the rule takes a turn anyway",
            };
            report.within("takes_turn", |r| r.warning("no_effect", message, "leave it out"));
        }
        if let AssignTarget::Tiers(tiers) = &rule.then {
            report.within("then", |report| report.within("tiers", |report| warn_of_tiers(tiers, report)));
        }
    }

    /// Whether the leads of a rule are shared by turns; `None` when they are not shared.
    fn takes_turns(&self, rule: &AssignRule, pool: &PoolRules) -> Option<bool> {
        let by_turns = |strategy| strategy != Strategy::Sticky;
        let of_group = |id: &GroupId, strategy: Option<Strategy>| {
            let group = self.groups.get(id);
            // In the order in which rules are compiled: the rule's strategy, the group's custom one, its own, the
            // pool's.
            let is_custom = strategy.is_none() && group.is_some_and(|group| group.custom.is_some());
            let strategy = strategy.or(group.and_then(|group| group.strategy)).unwrap_or(pool.strategy);
            !is_custom && by_turns(strategy)
        };
        match &rule.then {
            AssignTarget::Group { id, strategy } => Some(of_group(id, *strategy)),
            AssignTarget::Tiers(tiers) => Some(tiers.iter().all(|tier| of_group(&tier.group, None))),
            AssignTarget::Reps(_) | AssignTarget::Everybody => Some(by_turns(pool.strategy)),
            AssignTarget::Rep(_)
            | AssignTarget::RepIn(_)
            | AssignTarget::Pool(_)
            | AssignTarget::Reviewer { .. } => None,
        }
    }
}

/// Pools that pass every lead on in a cycle.
fn warn_of_round<'r>(
    next: &BTreeMap<&'r PoolId, &'r PoolId>,
    from: &'r PoolId,
    rule: &'r AssignRule,
    report: &mut Report,
) {
    let Some(to) = pool_of(rule).filter(|to| *to != from) else { return };
    // The walk may enter a cycle that does not come back here; it is reported at the pools of that cycle.
    let on = std::iter::successors(Some(to), |at| next.get(at).copied()).take(MAX_ROUND);
    let way: Vec<&PoolId> = on.take_while(|at| *at != from).collect();
    if way.last().and_then(|last| next.get(last)) == Some(&from) {
        let way: Vec<&str> = way.into_iter().map(PoolId::as_str).collect();
        let message = format!("a lead goes round: {from} -> {} -> {from}", way.join(" -> "));
        let help = "send it to a pool that gives leads to reps";
        report.within("then", |report| {
            report.within("pool", |r| r.warning("same_pool", message, help));
        });
    }
}

/// The pool that every lead of a pool is sent on to.
fn sends_all_to(pool: &PoolRules) -> Option<&PoolId> {
    let first = pool.rules.iter().find(|rule| rule.pass == RulePass::First)?;
    pool_of(first).filter(|_| first.when.is_always())
}

fn pool_of(rule: &AssignRule) -> Option<&PoolId> {
    match &rule.then {
        AssignTarget::Pool(to) => Some(to),
        _ => None,
    }
}

fn warn_of_group(group: &RepGroup, is_used: bool, report: &mut Report) {
    if !is_used {
        report.warning(
            "unused_group",
            "no rule shares leads among the group",
            "name it in a rule, or remove it",
        );
    }
    if group.custom.is_some() && group.strategy.is_some() {
        let message = "the group has a custom strategy, so this one is not used";
        report.within("strategy", |r| r.warning("no_effect", message, "keep one of the two"));
    }
    if let Some(shares) = group.by_results.filter(|shares| shares.least > shares.most) {
        let message =
            format!("the smallest weight, {}, is above the greatest, {}", shares.least, shares.most);
        report.within("by_results", |r| r.warning("inverted_span", message, "swap `least` and `most`"));
    }
}

/// Caps that exclude everybody, and caps that are never reached.
fn warn_of_caps(pool: &PoolRules, report: &mut Report) {
    let caps = [
        ("daily_assign_cap", pool.daily_assign_cap),
        ("weekly_assign_cap", pool.weekly_assign_cap),
        ("monthly_assign_cap", pool.monthly_assign_cap),
        ("total_daily_cap", pool.total_daily_cap),
        ("holding_cap", pool.holding_cap),
        ("untouched_limit", pool.untouched_limit),
    ];
    // A pool that only passes leads on assigns none, so its caps are not a mistake.
    let gives = pool.rules.iter().any(|rule| pool_of(rule).is_none() && !rule.reward);
    for (key, _) in caps.iter().filter(|(_, cap)| gives && *cap == Some(0)) {
        let help = "leave it out for no cap, or remove the rules";
        report.within(key, |r| r.warning("zero_cap", "a cap of 0 assigns no leads", help));
    }
    for (span, most) in [("week", pool.weekly_assign_cap), ("month", pool.monthly_assign_cap)] {
        // A cap of 0 has been reported above.
        let both = most.zip(pool.daily_assign_cap).filter(|(most, daily)| *most > 0 && daily > most);
        if let Some((most, daily)) = both {
            let message = format!("{daily} a day is never reached: the cap for a {span} is {most}");
            let help = format!("write at most {most}, or leave it out");
            report.within("daily_assign_cap", |r| r.warning("no_effect", message, help));
        }
    }
}

/// Below a tier at which every lead begins, no condition is evaluated.
fn warn_of_tiers(tiers: &[Tier], report: &mut Report) {
    // Leads that match no tier above begin at the first tier without a condition: later conditions are never evaluated.
    let first = tiers.iter().position(|tier| tier.when.is_always()).unwrap_or(tiers.len());
    for (index, tier) in tiers.iter().enumerate().skip(first.saturating_add(1)) {
        if !tier.when.is_always() {
            let message = format!("it is never used: every lead begins at tier {} at the latest", first + 1);
            report.item(index, |report| {
                report
                    .within("when", |r| r.warning("no_effect", message, "leave it out, or move the tier up"));
            });
        }
    }
}
