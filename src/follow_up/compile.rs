//! Loading, checking and compiling the rules.

use std::collections::BTreeMap;

use super::clocks::seconds;
use super::engine::{Event, FollowUpPolicies, Policy};
use super::rules::{
    Anchor, EventRules, FlowRules, FlowTarget, FollowUpRules, NodeKind, NodeRules, PolicyRules,
    ProtectionRules, Step, TrackingRules,
};
use super::when::When;
use crate::calendar::{Amount, Calendar, Clock};
use crate::document::{Unique, check_named, check_reference};
use crate::error::Report;
use crate::model::{CalendarId, PoolKind};
use crate::rule::{Condition, Registry, RulesDocument, RulesVersion, rules_document};

/// Most days of a rhythm, of a protection: ten years.
const MAX_DAYS: u32 = 3_650;

rules_document!(FollowUpRules => FollowUpPolicies);

impl RulesDocument for FollowUpRules {
    fn check_with(&self, _: &Registry, report: &mut Report) {
        FollowUpPolicies::compile_into(self, report);
    }
}

impl FollowUpPolicies {
    /// Compiles what can be compiled and reports the rest. The result may only be used if no error was reported.
    pub(crate) fn compile_into(rules: &FollowUpRules, report: &mut Report) -> FollowUpPolicies {
        RulesVersion::check(rules.format, report);
        let calendar = report.within("calendar", |report| Calendar::compile_into(&rules.calendar, report));
        let calendars = report.within("calendars", |report| {
            let compile = |(id, calendar): (&CalendarId, &_)| {
                let compiled = report.within(id.as_str(), |report| {
                    check_reference("calendar", id.as_str(), report);
                    Calendar::compile_into(calendar, report)
                });
                (id.clone(), compiled)
            };
            rules.calendars.iter().map(compile).collect::<BTreeMap<_, _>>()
        });
        let policies = report.within("policies", |report| {
            let compiled = policies(rules, report);
            check_rivals(&rules.policies, report);
            compiled
        });
        let protection = rules.protection.as_ref().map(|protection| {
            report.within("protection", |report| {
                check_protection(protection, report);
                (protection.clone(), when(&protection.when, report))
            })
        });
        let tracking = rules.tracking.as_ref().map(|tracking| {
            report.within("tracking", |report| {
                check_tracking(tracking, report);
                (tracking.clone(), when(&tracking.when, report))
            })
        });
        let flows = report.within("flows", |report| flows(rules, report));
        let event = rules.event.as_ref().map(|rules| report.within("event", |report| event(rules, report)));
        report.within("pools", |report| {
            let mut ids = Unique::ids("pool");
            for (index, pool) in rules.pools.iter().enumerate() {
                report.item(index, |report| {
                    report.within("id", |report| ids.check(pool.id.as_str(), report));
                });
            }
        });
        if rules.holding_cap == Some(0) {
            report.within("holding_cap", |report| {
                report.error(
                    "out_of_range",
                    "`holding_cap` must be at least 1",
                    "write at least 1, or remove it",
                );
            });
        }
        if rules.owners_per_cycle == 0 {
            report.within("owners_per_cycle", |report| {
                let message = "every lead would be worn out before anybody had it";
                report.error("out_of_range", message, "write at least 1");
            });
        }
        for (key, stay) in [
            ("nurture_for", rules.nurture_for),
            ("pool_stay", rules.pool_stay),
            ("active_stay", rules.active_stay),
            ("general_stay", rules.general_stay),
        ] {
            report.within(key, |report| check_length(stay, report));
        }
        report.within("rhythm_days", |report| check_rhythm(&rules.rhythm_days, report));
        FollowUpPolicies {
            version: RulesVersion::of(rules.format, &rules.revision, rules),
            policies,
            calendar,
            calendars,
            protection,
            tracking,
            flows,
            event,
            pools: rules.pools.clone(),
            holding_cap: rules.holding_cap,
            owners_per_cycle: rules.owners_per_cycle,
            nurture_for: rules.nurture_for,
            live_since: rules.live_since,
            pool_stay: rules.pool_stay,
            active_stay: rules.active_stay,
            general_stay: rules.general_stay,
            key_fields: rules.key_fields.clone(),
            rhythm_days: rules.rhythm_days.clone(),
        }
    }
}

fn when(condition: &Condition, report: &mut Report) -> When {
    report.within("when", |report| When::compile(condition, report))
}

fn check_length(amount: Amount, report: &mut Report) {
    if seconds(amount) == 0 {
        report.error("out_of_range", "the time must be longer than 0", "write more, such as `\"24h\"`");
    }
}

fn check_days(days: u32, least: u32, report: &mut Report) {
    if !(least..=MAX_DAYS).contains(&days) {
        let message = format!("`{days}` must be a number of days from {least} to {MAX_DAYS}");
        report.error("out_of_range", message, format!("write a number from {least} to {MAX_DAYS}"));
    }
}

fn check_rhythm(days: &[u32], report: &mut Report) {
    if days.is_empty() {
        report.error("empty_list", "no lead would ever be reviewed again", "write `[30]`");
    }
    for (index, days) in days.iter().enumerate() {
        report.item(index, |report| check_days(*days, 1, report));
    }
}

fn policies(all: &FollowUpRules, report: &mut Report) -> Vec<Policy> {
    let mut ids = Unique::ids("policy");
    let mut compiled = Vec::with_capacity(all.policies.len());
    for (index, rules) in all.policies.iter().enumerate() {
        report.item(index, |report| {
            report.within("id", |report| ids.check(rules.id.as_str(), report));
            if let Some(calendar) = rules.calendar.as_ref().filter(|id| !all.calendars.contains_key(*id)) {
                report.within("calendar", |report| {
                    let known = all.calendars.keys().map(CalendarId::as_str);
                    report.unknown_name("unknown_calendar", "calendar", calendar.as_str(), known);
                });
            }
            report.within("nodes", |report| check_nodes(rules, all, report));
            compiled.push(Policy { rules: rules.clone(), when: when(&rules.when, report) });
        });
    }
    compiled
}

/// Two policies that judge one step of one lead under two names would count one delay twice.
fn check_rivals(policies: &[PolicyRules], report: &mut Report) {
    for (index, policy) in policies.iter().enumerate() {
        for (place, node) in policy.nodes.iter().enumerate().filter(|(_, node)| node.kind != NodeKind::Remind)
        {
            let meets = |other: &&PolicyRules| {
                other.when == policy.when || other.when.is_always() || policy.when.is_always()
            };
            let judged = policies.iter().take(index).filter(meets).find_map(|other| {
                let is_same = |one: &&NodeRules| {
                    (one.kind, &one.anchor, one.before) == (node.kind, &node.anchor, node.before)
                        && one.id != node.id
                };
                other.nodes.iter().find(is_same).map(|one| (&other.id, &one.id))
            });
            let Some((other, name)) = judged else { continue };
            report.item(index, |report| {
                report.within("nodes", |report| {
                    report.item(place, |report| {
                        report.within("id", |report| {
                            let message = format!("`{name}` of `{other}` judges the same step of the same leads");
                            let help = format!(
                                "call both `{name}` to count a delay once, or give the policies conditions that exclude \
                                 each other"
                            );
                            report.warning("judged_twice", message, help);
                        });
                    });
                });
            });
        }
    }
}

fn check_nodes(rules: &PolicyRules, all: &FollowUpRules, report: &mut Report) {
    if rules.nodes.is_empty() {
        report.error("empty_list", "the policy has no nodes", "add a node, or remove the policy");
    }
    let mut names = Unique::ids("node");
    for (index, node) in rules.nodes.iter().enumerate() {
        report.item(index, |report| {
            report.within("id", |report| names.check(&node.id, report));
            check_node(node, all, report);
        });
    }
}

fn check_node(node: &NodeRules, all: &FollowUpRules, report: &mut Report) {
    report.within("within", |report| {
        check_length(node.within, report);
        check_clock(node.within, node.clock(), report);
    });
    let is_moment = matches!(node.anchor, Anchor::ContractEnd | Anchor::Date(_));
    if node.before && !is_moment {
        report.within("before", |report| {
            report.error(
                "contradiction",
                "`before` needs an anchor whose date is known in advance",
                "write `\"anchor\": \"contract_end\"` or a `date`, or remove `before`",
            );
        });
    }
    if let Anchor::StageEntry(stage) = &node.anchor {
        report.within("anchor", |report| check_named("stage", stage, "mql", report));
    }
    if let Some(met_by) = &node.met_by
        && *met_by == super::rules::MetBy::default()
        && node.kind != NodeKind::Remind
    {
        report.within("met_by", |report| {
            report.warning(
                "never_met",
                "nothing can ever meet this node",
                "add `follow_ups`, `stages` or `ends`",
            );
        });
    }
    report.within("ladder", |report| check_ladder(node, all, report));
}

fn check_clock(amount: Amount, clock: Clock, report: &mut Report) {
    if matches!(amount, Amount::Workdays(_)) && matches!(clock, Clock::OfficeHours | Clock::Elapsed) {
        let message = format!("the clock `{clock}` counts no working days");
        report.error(
            "wrong_clock",
            message,
            "write hours or days, or use the clock `workday` or `same_time`",
        );
    }
}

fn check_ladder(node: &NodeRules, all: &FollowUpRules, report: &mut Report) {
    let mut last = None;
    for (index, rung) in node.ladder.iter().enumerate() {
        report.item(index, |report| {
            if node.ladder.iter().take(index).any(|one| (one.step, one.within) == (rung.step, rung.within)) {
                report.within("step", |report| {
                    let message = format!("`{}` happens after {} already", rung.step, rung.within);
                    report.error("duplicate_rung", message, "remove it, or give it another allowance");
                });
            }
            let length = seconds(rung.within);
            report.within("within", |report| {
                check_length(rung.within, report);
                check_clock(rung.within, node.clock(), report);
                let goes_back = |last: i64| if node.before { length > last } else { length < last };
                if last.is_some_and(goes_back) {
                    let side = if node.before { "more" } else { "less" };
                    let message = format!("`{}` is {side} than the step before it allows", rung.within);
                    report.error(
                        "out_of_order",
                        message,
                        "put the steps in the order in which they are reached",
                    );
                }
            });
            last = Some(length);
            let is_early =
                if node.before { length > seconds(node.within) } else { length < seconds(node.within) };
            if rung.step.takes_away() && is_early && node.kind != NodeKind::Remind {
                report.within("step", |report| {
                    let message = format!("the owner loses the lead before `{}` is due", node.id);
                    report.warning("too_early", message, format!("write at least `\"{}\"`", node.within));
                });
            }
            if rung.to.is_some() && rung.step != Step::Recycle {
                report.within("to", |report| {
                    let message = format!("`{}` does not move leads to a pool", rung.step);
                    report.error("unused", message, "remove it, or write `\"step\": \"recycle\"`");
                });
            }
            if rung.step == Step::Recycle {
                check_pool(rung.to.as_ref().unwrap_or(&PoolKind::Lead), all, report);
            }
        });
    }
}

/// Leads that are moved need a pool of the kind, and those of every region one that takes them.
fn check_pool(kind: &PoolKind, all: &FollowUpRules, report: &mut Report) {
    let mut of_kind = all.pools.iter().filter(|pool| pool.kind == *kind).peekable();
    if of_kind.peek().is_none() {
        let message = format!("there is no pool of the kind `{kind}`");
        report.warning("no_pool", message, "add one to `pools`: leads stay where they are until then");
    } else if of_kind.all(|pool| pool.region.is_some()) {
        let message = format!("each pool of the kind `{kind}` serves one region alone");
        let help =
            "add one without `region` to `pools`: leads of other regions stay where they are until then";
        report.warning("no_pool", message, help);
    }
}

fn check_protection(rules: &ProtectionRules, report: &mut Report) {
    report.within("days", |report| check_days(rules.days, 1, report));
    report.within("extends_days", |report| check_days(rules.extends_days, 0, report));
    report.within("max_days", |report| {
        check_days(rules.max_days, 1, report);
        if rules.max_days < rules.days {
            let message = format!(
                "the hard stop after {} days comes before the end of the {} days",
                rules.max_days, rules.days
            );
            report.error("out_of_order", message, format!("write at least {}", rules.days));
        }
    });
    if rules.extends_days > 0 && rules.follow_ups.is_empty() && rules.activities.is_empty() {
        report.within("extends_days", |report| {
            report.warning("unused", "nothing extends the protection", "add `follow_ups` or `activities`");
        });
    }
    if rules.days > 0 && rules.remind_days.is_some_and(|days| days >= rules.days) {
        report.within("remind_days", |report| {
            let message = "the owner is reminded before the protection begins";
            report.error("out_of_range", message, format!("write less than {}", rules.days));
        });
    }
}

fn check_tracking(rules: &TrackingRules, report: &mut Report) {
    report.within("reminders", |report| {
        if rules.reminders.is_empty() {
            report.error("empty_list", "`tracking` has no reminders", "add one, or remove `tracking`");
        }
        let mut ids = Unique::ids("reminder");
        for (index, reminder) in rules.reminders.iter().enumerate() {
            report.item(index, |report| {
                report.within("id", |report| ids.check(&reminder.id, report));
                report.within("after", |report| {
                    check_length(reminder.after, report);
                    check_clock(reminder.after, Clock::Elapsed, report);
                });
            });
        }
    });
}

fn flows(all: &FollowUpRules, report: &mut Report) -> Vec<(FlowRules, When)> {
    let mut ids = Unique::ids("flow");
    let mut compiled = Vec::with_capacity(all.flows.len());
    for (index, flow) in all.flows.iter().enumerate() {
        report.item(index, |report| {
            report.within("id", |report| ids.check(flow.id.as_str(), report));
            if let FlowTarget::Pool(kind) = &flow.to {
                report.within("to", |report| check_pool(kind, all, report));
            }
            report.within("reason", |report| check_named("reason", &flow.reason, "returned", report));
            compiled.push((flow.clone(), when(&flow.when, report)));
        });
    }
    compiled
}

fn event(rules: &EventRules, report: &mut Report) -> Event {
    let named = report.within("named", |report| When::of_some(&rules.named, report));
    report.within("tag", |report| check_named("tag", &rules.tag, "named_account", report));
    let mut ids = Unique::ids("rule");
    let mut compiled = Vec::with_capacity(rules.rules.len());
    report.within("rules", |report| {
        for (index, rule) in rules.rules.iter().enumerate() {
            report.item(index, |report| {
                report.within("id", |report| ids.check(rule.id.as_str(), report));
                compiled.push(when(&rule.when, report));
            });
        }
    });
    Event { rules: rules.clone(), named, when: compiled }
}
