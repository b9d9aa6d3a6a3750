//! From a rules document to an intake.

use std::collections::BTreeSet;

use super::elsewhere_plan::Elsewhere;
use super::{ElsewhereRule, ElsewhereTarget, Intake, Rules};
use crate::assign::{AssignRules, AssignTarget, Assigner, Roster};
use crate::attribution::check_ownership;
use crate::blacklist::Blacklist;
use crate::calendar::Zone;
use crate::dedup::Deduplicator;
use crate::document::{Unique, check_reference};
use crate::error::{Diagnostic, Report};
use crate::model::{Pool, PoolId};
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

impl Rules {
    /// Reps and calendars that the rules name and the roster does not have: warnings only, by path. A pool whose
    /// admin is not there notifies nobody.
    ///
    /// ```
    /// use leadkit::{Roster, Rules};
    /// use serde_json::json;
    ///
    /// let rules = Rules::load(json!({
    ///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["lee"]}}]}}},
    /// }))?;
    /// let warnings = rules.lint_with(&Roster::from_ids(["li"]));
    /// assert_eq!(warnings[0].message, "the roster has no rep `lee`");
    /// assert_eq!(warnings[0].path.to_string(), "assign.pools.leads.rules[0].then.reps[0]");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lint_with(&self, roster: &Roster) -> Vec<Diagnostic> {
        let mut report = Report::new();
        report.within("assign", |report| self.assign.warn_of_roster(roster, report));
        report.within("life", |report| {
            if let Some(calendar) = &self.life.calendar {
                report.within("calendar", |report| roster.warn_of_calendar(calendar, report));
            }
        });
        report.within("pools", |report| {
            for (index, pool) in self.pools.iter().enumerate() {
                report.item(index, |report| {
                    report.within("admins", |report| {
                        for (index, admin) in pool.admins.iter().enumerate() {
                            report.item(index, |report| roster.warn_of(admin, report));
                        }
                    });
                });
            }
        });
        report.into_diagnostics()
    }
}

impl Intake {
    pub(super) fn compile_into(rules: &Rules, registry: &Registry, report: &mut Report) -> Intake {
        RulesVersion::check(rules.format, report);
        check_pools(rules, report);
        let assign = with_limits(rules);
        check_listed(rules, &assign, report);
        report.within("life", |report| {
            if let Some(calendar) = &rules.life.calendar {
                report.within("calendar", |report| check_reference("calendar", calendar.as_str(), report));
            }
            if rules.life.untouched_limit == 0 {
                report.within("untouched_limit", |report| {
                    report.error("out_of_range", "no rep would ever be given a lead", "write at least 1");
                });
            }
            if rules.life.owners_per_cycle == 0 {
                report.within("owners_per_cycle", |report| {
                    let message = "every lead would be worn out before anybody had it";
                    report.error("out_of_range", message, "write at least 1");
                });
            }
            if rules.life.first_contact_hours == 0 {
                report.within("first_contact_hours", |report| {
                    let help = "write at least 1; `follow_up` policies allow minutes";
                    report.error("out_of_range", "every lead would be late at once", help);
                });
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

/// The three pools have different names, and the main one has rules.
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
            let message = format!("`{}` is also the pool of blocked leads", rules.nurture_pool);
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

/// The rules of assignment with the limits that the document says elsewhere: how many untouched leads somebody may hold, how
/// long a rep who had a lead waits before claiming it, and the cap and the zone of a pool of the host that has rules of its
/// own, unless those say their own.
fn with_limits(rules: &Rules) -> AssignRules {
    let (mut assign, life) = (rules.assign.clone(), &rules.life);
    // Claims from any pool without rules count by the main pool's, so that one is always there.
    assign.pools.entry(rules.pool.clone()).or_default();
    for known in assign.pools.values_mut() {
        known.untouched_limit.get_or_insert(life.untouched_limit);
        if known.cool_down().is_none() {
            (known.claim_cool_down_days, known.claim_cool_down_hours) =
                (Some(life.cool_down_days), Some(life.cool_down_hours));
        }
    }
    for pool in &rules.pools {
        let Some(known) = assign.pools.get_mut(&pool.id) else { continue };
        known.daily_assign_cap = known.daily_assign_cap.or(pool.daily_assign_cap);
        if known.zone == Zone::default() {
            known.zone = pool.zone.clone();
        }
    }
    assign
}

/// Caps count by the days of the rules that assign a pool's leads; a pool with another zone would have no effect.
fn check_limits(pool: &Pool, rules: &Rules, assign: &AssignRules, report: &mut Report) {
    let own = assign.pools.contains_key(&pool.id).then_some(&pool.id);
    let from = pool.assigns_from.as_ref().or(own).unwrap_or(&rules.pool);
    // Without rules nothing is assigned from it.
    let Some(known) = assign.pools.get(from).filter(|_| rules.assign.pools.contains_key(from)) else {
        return;
    };
    if pool.zone != Zone::default() && pool.zone != known.zone {
        report.within("zone", |report| {
            let message =
                format!("its days are those of pool `{from}`, because its leads are assigned by the rules of that pool");
            report.error("other_zone", message, "give both pools the same `zone`, or leave this one out");
        });
    }
    if pool.daily_assign_cap.is_some() && *from != pool.id {
        report.within("daily_assign_cap", |report| {
            let message = format!("its leads are assigned by the rules of pool `{from}`, whose caps apply");
            report.warning("no_effect", message, "write the cap there");
        });
    }
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

/// The host's pools have different ids, and are assigned from pools with rules.
fn check_listed(rules: &Rules, assign: &AssignRules, report: &mut Report) {
    let mut ids = Unique::ids("pool");
    report.within("pools", |report| {
        for (index, pool) in rules.pools.iter().enumerate() {
            report.item(index, |report| {
                report.within("id", |report| ids.check(pool.id.as_str(), report));
                report.within("region", |report| pool.region.iter().for_each(|region| region.check(report)));
                check_limits(pool, rules, assign, report);
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
