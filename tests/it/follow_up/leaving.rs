//! How a lead leaves its owner or its pool: flows, missing pools, who hears of it, how long it stays.

use leadkit::follow_up::{FlowTrigger, FollowUpFault, FollowUpRules};
use leadkit::model::{Effect, OpportunityId, Value};
use leadkit::pipeline::{Actor, Role};

use super::*;

fn rules(rules: Json) -> FollowUpRules {
    FollowUpRules::load(rules).unwrap_or_else(|errors| panic!("{errors}"))
}

fn with_flow(on: &str, to: Json, node: Json) -> FollowUpPolicies {
    let protection = (on == "protection_lost").then(|| json!({"days": 2, "max_days": 2}));
    compiled(&rules(json!({
        "pools": serde_json::to_value(pools()).unwrap(),
        "policies": [{"id": "p", "nodes": [node]}],
        "protection": protection,
        "flows": [{"id": "f", "on": on, "to": to, "another_owner": true, "tell_manager": true, "reason": "said_so"}],
    })))
}

#[test]
fn flows_say_where_a_lead_goes_that_is_taken() {
    let talk = json!({"id": "talk", "within": "24h", "ladder": [{"step": "recycle", "within": "24h"}]});
    let offer = json!({"id": "talk", "kind": "convert", "within": "24h", "ladder": [{"step": "recycle", "within": "24h"}]});
    let late = Case::owned("li", "03-02 10:00");
    let called = late.clone().call("li", "03-02 11:00");
    for (on, node, case, at) in [
        ("recycled", &talk, &late, "03-03T10:00:01"),
        ("not_sql_in_time", &offer, &late, "03-03T10:00:01"),
        ("recycled", &offer, &late, "03-03T10:00:01"),
        ("protection_lost", &talk, &called, "03-05T00:00:00"),
    ] {
        let said = |to: Json| {
            let report = case.look(&with_flow(on, to, node.clone()), "03-05 09:00");
            let first = report.actions.iter().find(|one| one.reason.as_ref() == "said_so");
            first.map(ToString::to_string)
        };
        let (step, by) = if on == "protection_lost" { ("protection", "protection") } else { ("talk", "p") };
        let start = format!("action 2026-{at}+08:00");
        assert_eq!(
            said(json!({"pool": "public_active"})).unwrap(),
            format!(
                "{start}: lead L1 goes from li to pool active (public_active), not to li again, `{step}` of `{by}`: said_so"
            )
        );
        assert_eq!(
            said(json!("assign")).unwrap(),
            format!(
                "{start}: lead L1 goes from li to the next rep, not to li again, `{step}` of `{by}`: said_so"
            )
        );
        assert_eq!(
            said(json!("stay")).unwrap(),
            format!("{start}: hua is told about li, `{step}` of `{by}`: said_so")
        );
    }
    // A stay that is over.
    let stay = json!({"id": "stay", "kind": "remind", "anchor": {"pool_entry": "nurture"}, "within": "5d", "ladder": [{"step": "recycle", "within": "5d"}]});
    let mut free = Case::new("03-02 10:00");
    free.lead.pool = Some("nurture_gd".into());
    let report = free.look(&with_flow("stay_over", json!({"pool": "public_active"}), stay), "03-10 09:00");
    assert_eq!(report.actions[0].pool.as_ref().unwrap().as_str(), "active");
    // What a rung says itself counts before the flows.
    let said = json!({"id": "talk", "within": "24h", "ladder": [{"step": "recycle", "within": "24h", "to": "nurture"}]});
    let report = late.look(&with_flow("recycled", json!("stay"), said), "03-04 09:00");
    assert_eq!(report.actions[0].pool.as_ref().unwrap().as_str(), "nurture_gd");
}

fn moved(case: &Case, on: FlowTrigger) -> leadkit::follow_up::FlowMove {
    let policies = with_pools(FollowUpRules::nodes());
    case.with_facts(t("03-09 10:00"), |facts| {
        policies.flow(&on, facts, &Actor::system("rules"), &case.options)
    })
    .unwrap()
}

#[test]
fn no_flow_moves_what_an_opportunity_holds() {
    let mut held = Case::owned("li", "03-02 10:00");
    held.options.opportunity_since = Some(held.lead.created_at);
    let mut known = Case::owned("li", "03-02 10:00");
    known.history.opportunities = vec![OpportunityId::from("O1")];
    for case in [&held, &known] {
        for on in [
            FlowTrigger::ProtectionLost,
            FlowTrigger::NotSqlInTime,
            FlowTrigger::NewNeed,
            FlowTrigger::Returned,
        ] {
            let one = moved(case, on);
            assert!(one.is_refused() && one.effects.is_empty(), "{one}");
            assert!(matches!(&one.faults[..], [FollowUpFault::Held]));
        }
        assert_eq!(moved(case, FlowTrigger::Sql).effects.len(), 1, "the manager hears of it");
    }
    assert_eq!(
        moved(&held, FlowTrigger::NotSqlInTime).to_string(),
        "2026-03-09T02:00:00Z lead L1 stays where it is: not_sql_in_time by rules (system), flow `no_sql_nurture`; an open opportunity holds it"
    );
    // So do ladders and the protection.
    let policies = with_pools(FollowUpRules::b2b());
    assert!(known.look(&policies, "03-20 11:00").actions.iter().all(|one| !one.step.takes_away()));
}

#[test]
fn no_flow_moves_what_has_ended() {
    let mut converted = Case::owned("li", "03-02 10:00").lost(t("03-05 10:00"), TenureEnd::Converted);
    converted.lead.owner = Some("li".into());
    let mut folded = Case::new("03-02 10:00");
    (folded.lead.status, folded.lead.folded_into) = (LeadStatus::Voided, Some("L0".into()));
    let invalid = Case::new("03-02 10:00").lost(t("03-03 10:00"), TenureEnd::Invalid);
    for case in [converted, folded, invalid] {
        for on in [FlowTrigger::Returned, FlowTrigger::NotMql, FlowTrigger::NewNeed] {
            let one = moved(&case, on);
            assert!(
                one.effects.is_empty() && matches!(&one.faults[..], [FollowUpFault::Ended { .. }]),
                "{one}"
            );
        }
    }
    // Nobody gives back a lead that they do not hold.
    let free = Case::owned("li", "03-02 10:00").lost(t("03-03 10:00"), TenureEnd::Returned);
    for on in [FlowTrigger::Returned, FlowTrigger::ProtectionLost] {
        assert!(matches!(&moved(&free, on).faults[..], [FollowUpFault::NoOwner]));
    }
    assert!(!moved(&free, FlowTrigger::NotMql).is_refused());
}

#[test]
fn a_lead_that_is_assigned_anew_leaves_its_owner() {
    let one = moved(&Case::owned("li", "03-02 10:00"), FlowTrigger::NewNeed);
    let effects: Vec<String> = one.effects.iter().map(ToString::to_string).collect();
    assert_eq!(
        effects,
        [
            "notify li about lead L1 (new_need)",
            "end the tenure of li of lead L1 (recycled)",
            "set the status of lead L1 to unassigned",
            "wake lead L1 up at 2026-03-09T02:00:00Z (new_need)",
        ]
    );
}

#[test]
fn a_missing_pool_does_not_block_the_ladder() {
    let rules = rules(json!({
        "pools": [{"id": "gd", "kind": "lead", "region": "CN-GD"}],
        "policies": [{"id": "p", "nodes": [{"id": "talk", "within": "24h", "ladder": [
            {"step": "recycle", "within": "24h"}, {"step": "reassign", "within": "48h"}]}]}],
    }));
    let said: Vec<String> = rules.lint().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "warning[no_pool] at policies[0].nodes[0].ladder[0]: each pool of the kind `lead` serves one region alone\n  help: add one without `region` to `pools`: leads of other regions stay where they are until then"
        ]
    );
    let policies = compiled(&rules);
    let mut case = Case::owned("li", "03-02 10:00");
    case.lead.region = "CN-BJ".parse().ok();
    let report = case.look(&policies, "03-06 10:00");
    assert_eq!(steps(&report), ["recycle 03-03 10:00:01", "reassign 03-04 10:00:01"]);
    assert!(report.actions[0].effects.is_empty() && !report.actions[0].takes_away());
    assert!(matches!(&report.faults[..], [FollowUpFault::NoPool { .. }]));
    case.lead.region = "CN-GD-440300".parse().ok();
    assert_eq!(steps(&case.look(&policies, "03-06 10:00")), ["recycle 03-03 10:00:01"]);
}

#[test]
fn every_preset_has_a_pool_wherever_it_sends_a_lead() {
    for rules in
        [FollowUpRules::nodes(), FollowUpRules::b2c(), FollowUpRules::b2b(), FollowUpRules::marketing()]
    {
        assert_eq!(rules.lint(), []);
        let policies = compiled(&rules);
        for days in [1, 3, 5, 10, 20, 40] {
            let now = t("03-02 10:00") + chrono::TimeDelta::days(days);
            let report = Case::owned("li", "03-02 10:00").stage("mql", t("03-02 10:00")).at(&policies, now);
            assert!(report.faults.is_empty(), "{report}");
            assert!(report.actions.iter().all(|one| one.takes_away() == one.step.takes_away()), "{report}");
        }
        let lead = Case::owned("li", "03-02 10:00");
        for on in [
            FlowTrigger::NotMql,
            FlowTrigger::NotSqlInTime,
            FlowTrigger::ProtectionLost,
            FlowTrigger::StayOver,
            FlowTrigger::Returned,
        ] {
            let one = lead.with_facts(t("03-03 10:00"), |facts| {
                policies.flow(&on, facts, &Actor::new("li", Role::Sales), &lead.options)
            });
            assert!(one.unwrap().faults.is_empty());
        }
    }
}

#[test]
fn each_kind_of_pool_has_its_longest_stay() {
    let policies = with_pools(FollowUpRules::b2b());
    let case = Case::owned("li", "03-02 10:00");
    let until = |kind: &str| {
        let flow = json!([{"id": "f", "on": "returned", "to": {"pool": kind}, "reason": "x"}]);
        let rules = rules(
            json!({"pools": serde_json::to_value(pools()).unwrap(), "rhythm_days": [30, 60, 90], "flows": flow}),
        );
        let policies = compiled(&rules);
        let one = case.with_facts(t("03-09 10:00"), |facts| {
            policies.flow(&FlowTrigger::Returned, facts, &Actor::new("li", Role::Sales), &case.options)
        });
        let wake_up = one.unwrap().effects.into_iter().find_map(|effect| match effect {
            Effect::SetNextWakeUp { at, code, .. } => Some(format!("{} {code}", at.format("%Y-%m-%d"))),
            _ => None,
        });
        wake_up.unwrap()
    };
    let all = ["lead", "nurture", "public_active", "public_general"].map(until);
    // Three working days, 30 days, half a year (a Saturday), a year: where the calendar has ended, that very day.
    assert_eq!(
        all,
        ["2026-03-12 pool_stay", "2026-04-08 nurture", "2026-09-07 pool_stay", "2027-03-09 pool_stay"]
    );
    // A look says the same.
    let next = |pool: &str, now: &str| {
        let mut case = Case::new("03-09 10:00");
        case.lead.pool = Some(pool.into());
        case.options.pool_since = Some(t("03-09 10:00"));
        case.look(&policies, now).next_wakeup.unwrap().at.format("%Y-%m-%d").to_string()
    };
    // After three silent days whoever runs the pool hears of it, as of any lead.
    let looks = ["claims", "nurture", "active", "general"].map(|pool| next(pool, "03-13 10:00"));
    assert_eq!(looks, ["2026-04-08", "2026-04-08", "2026-09-07", "2027-03-09"]);
}

#[test]
fn who_loses_the_lead_is_told() {
    let policies = with_pools(FollowUpRules::b2b());
    let report = Case::owned("li", "03-02 10:00").look(&policies, "03-06 10:00");
    let recycle = report.actions.iter().find(|one| one.takes_away()).unwrap();
    let effects: Vec<String> = recycle.effects.iter().map(ToString::to_string).collect();
    assert_eq!(
        effects,
        [
            "notify li about lead L1 (deadline_missed)",
            "set the status of lead L1 to unassigned",
            "move lead L1 to pool claims_gd",
            "notify hua about lead L1 (lead_in_pool)",
            // From the look on, which may be later than the rung.
            "wake lead L1 up at 2026-03-11T02:00:00Z (pool_stay)",
        ]
    );
    // By a flow; a rep who acts knows already.
    let case = Case::owned("li", "03-02 10:00");
    let told = |actor: Actor| {
        let one = case.with_facts(t("03-03 10:00"), |facts| {
            policies.flow(&FlowTrigger::NotMql, facts, &actor, &case.options)
        });
        one.unwrap().effects.iter().filter(|effect| matches!(effect, Effect::Notify { .. })).count()
    };
    assert_eq!((told(Actor::new("ann", Role::Sdr)), told(Actor::new("li", Role::Sales))), (1, 0));
}

#[test]
fn who_runs_the_pool_is_reminded_where_nobody_holds_the_lead() {
    let policies = with_pools(FollowUpRules::b2b());
    let mut case = Case::new("03-02 10:00");
    case.lead.pool = Some("claims_gd".into());
    let report = case.look(&policies, "03-06 10:00");
    assert_eq!(asked(&report), ["notify hua about lead L1 (care_reminder)"]);
    case.lead.pool = Some("active".into());
    let report = case.look(&policies, "03-06 10:00");
    assert_eq!((report.reminders_due.len(), asked(&report).len()), (1, 0), "a pool that nobody runs");
}

#[test]
fn an_event_takes_no_lead_from_its_owner() {
    let policies = with_pools(FollowUpRules::b2b());
    let route = |case: &Case| case.with_facts(t("03-09 10:00"), |facts| policies.route_event(facts)).unwrap();
    // li's lead was scanned at a fair, and nobody assessed it.
    let one = route(&Case::owned("li", "03-02 10:00"));
    assert_eq!(
        (one.to_string(), one.effects.len()),
        ("lead L1: protected; rule `not_worth_calling`".into(), 0)
    );
    // The time of the rep who met it on site begins now.
    let mut met = Case::owned("li", "03-02 10:00");
    met.lead.attributes.insert("on_site".into(), Value::Bool(true));
    assert_eq!(route(&met).effects.len(), 1);
    let mut converted = Case::owned("li", "03-02 10:00").lost(t("03-03 10:00"), TenureEnd::Converted);
    converted.lead.owner = Some("li".into());
    let one = route(&converted);
    assert!(one.effects.is_empty() && matches!(&one.faults[..], [FollowUpFault::Ended { .. }]), "{one}");
}
