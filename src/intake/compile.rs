//! From a rules document to an intake.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::elsewhere_plan::Elsewhere;
use super::{ElsewhereRule, ElsewhereTarget, Intake, Rules};
use crate::assign::{AssignRules, AssignTarget, Assigner, PoolRules};
use crate::attribution::check_ownership;
use crate::blacklist::Blacklist;
use crate::dedup::Deduplicator;
use crate::document::{Unique, check_reference};
use crate::error::Report;
use crate::model::PoolId;
use crate::order;
use crate::rule::{HostTables, Registry, RulesDocument, RulesVersion, Scope, rules_document};
use crate::score::Scorer;

rules_document!(Rules => Intake with plugins);

impl RulesDocument for Rules {
    fn check_with(&self, registry: &Registry, report: &mut Report) {
        let intake = Intake::compile_into(self, registry, report);
        report.within("score", |report| self.score.report_failures(&intake.scorer, report));
    }
}

impl Intake {
    pub(super) fn compile_into(rules: &Rules, registry: &Registry, report: &mut Report) -> Intake {
        RulesVersion::check(rules.format, report);
        check_pools(rules, report);
        check_listed(rules, report);
        report.within("life", |report| {
            if let Some(calendar) = &rules.life.calendar {
                report.within("calendar", |report| check_reference("calendar", calendar.as_str(), report));
            }
            report.within("ownership", |report| check_ownership(&rules.life.ownership, report));
        });
        if rules.life.follow_up_hours.is_empty() {
            report.within("life", |report| {
                report.within("follow_up_hours", |report| {
                    report.error("no_clock", "nobody has to follow up", "name at least one number of hours");
                });
            });
        }
        let assign = with_pool_caps(rules);
        Intake {
            blacklist: report.within("blacklist", |report| Blacklist::compile_into(&rules.blacklist, report)),
            elsewhere: report.within("elsewhere", |report| compile_elsewhere(&rules.elsewhere, report)),
            deduplicator: report.within("dedup", |report| Deduplicator::compile_into(&rules.dedup, report)),
            scorer: report.within("score", |report| Scorer::compile_into(&rules.score, registry, report)),
            assigner: report.within("assign", |report| Assigner::compile_into(&assign, registry, report)),
            tables: HostTables::default(),
            pool: rules.pool.clone(),
            nurture_pool: rules.nurture_pool.clone(),
            invalid_pool: rules.invalid_pool.clone(),
            pools: rules.pools.clone(),
            known_pools: known_pools(rules),
            life: rules.life.clone(),
            version: RulesVersion::of(rules.format, &rules.revision, rules),
        }
    }
}

/// The three pools have names of their own, and the main one has rules.
fn check_pools(rules: &Rules, report: &mut Report) {
    let pools = &rules.assign.pools;
    if !pools.is_empty() && !pools.contains_key(&rules.pool) {
        report.within("pool", |report| {
            let known = pools.keys().map(PoolId::as_str);
            report.unknown_name("unknown_pool", "pool with assignment rules", rules.pool.as_str(), known);
        });
    }
    let named =
        [("pool", &rules.pool), ("nurture_pool", &rules.nurture_pool), ("invalid_pool", &rules.invalid_pool)];
    for (name, pool) in named {
        report.within(name, |report| check_reference("pool", pool.as_str(), report));
    }
    if rules.nurture_pool == rules.invalid_pool {
        report.within("nurture_pool", |report| {
            let message = format!("`{}` is the pool of blocked leads too", rules.nurture_pool);
            report.error("same_pool", message, "name a pool of its own");
        });
    }
    for (name, pool) in named.into_iter().skip(1).filter(|(_, pool)| **pool == rules.pool) {
        report.within(name, |report| {
            let message = format!("`{pool}` is where leads are assigned from");
            report.error("same_pool", message, "name a pool of its own");
        });
    }
}

/// A pool of the host that has assignment rules of its own brings its cap on what is assigned, unless its rules have one.
fn with_pool_caps(rules: &Rules) -> Cow<'_, AssignRules> {
    let mut assign = Cow::Borrowed(&rules.assign);
    for pool in rules.pools.iter().filter(|pool| pool.daily_assign_cap.is_some()) {
        let has_room = |known: &&PoolRules| known.daily_assign_cap.is_none();
        if rules.assign.pools.get(&pool.id).filter(has_room).is_some()
            && let Some(known) = assign.to_mut().pools.get_mut(&pool.id)
        {
            known.daily_assign_cap = pool.daily_assign_cap;
        }
    }
    assign
}

/// Every pool that the document names.
fn known_pools(rules: &Rules) -> BTreeSet<PoolId> {
    let named = [&rules.pool, &rules.nurture_pool, &rules.invalid_pool];
    let targets =
        rules.assign.pools.values().flat_map(|pool| &pool.rules).filter_map(|rule| match &rule.then {
            AssignTarget::Pool(pool) => Some(pool),
            _ => None,
        });
    let listed = rules.pools.iter().map(|pool| &pool.id);
    order::set(named.into_iter().chain(rules.assign.pools.keys()).chain(targets).chain(listed).cloned())
}

/// The host's pools have ids of their own, and are assigned from pools with rules.
fn check_listed(rules: &Rules, report: &mut Report) {
    let mut ids = Unique::ids("pool");
    report.within("pools", |report| {
        for (index, pool) in rules.pools.iter().enumerate() {
            report.item(index, |report| {
                report.within("id", |report| ids.check(pool.id.as_str(), report));
                let Some(from) = pool.assigns_from.as_ref() else { return };
                if !rules.assign.pools.contains_key(from) {
                    report.within("assigns_from", |report| {
                        let known = rules.assign.pools.keys().map(PoolId::as_str);
                        report.unknown_name(
                            "unknown_pool",
                            "pool with assignment rules",
                            from.as_str(),
                            known,
                        );
                    });
                }
            });
        }
    });
}

fn compile_elsewhere(rules: &[ElsewhereRule], report: &mut Report) -> Vec<Elsewhere> {
    let (mut ids, mut compiled) = (Unique::ids("rule"), Vec::with_capacity(rules.len()));
    for (index, rule) in rules.iter().enumerate() {
        report.item(index, |report| {
            report.within("id", |report| ids.check(rule.id.as_str(), report));
            if let ElsewhereTarget::Queue(queue) = &rule.then {
                report.within("then", |report| check_reference("queue", queue, report));
            }
            let when = report.within("when", |report| rule.when.compile(Scope::Dedup, report));
            compiled.push(Elsewhere { rule: rule.clone(), when });
        });
    }
    compiled
}
