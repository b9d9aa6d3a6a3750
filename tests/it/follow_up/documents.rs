//! Rules as documents: every mistake at once, presets that have none, reports that read back.

use expect_test::expect;
use leadkit::follow_up::{FollowUpFault, FollowUpReport, FollowUpRules};

use super::*;

#[test]
fn every_mistake_at_once() {
    let errors = FollowUpRules::from_json_str(
        r#"{
  "policies": [
    {"id": "a", "calendar": "late", "nodes": [
      {"id": "talk", "within": "3 days", "kind": "fellow"},
      {"id": "talk", "within": "0h", "before": true},
      {"id": "offer", "within": "2wd", "clock": "elapsed", "ladder": [
        {"step": "copy_manager", "within": "2d", "to": "lead"}, {"step": "recycel", "within": "1d"}, {"step": "recycle", "within": "1d"}]}
    ]},
    {"id": "a", "when": {"field": "score.grad", "eq": "A"}, "nodes": []}
  ],
  "calendars": {"office": {"zone": "+08:00", "weekly": [{"days": "Mon-Fri", "hours": "9-18"}]}},
  "protection": {"days": 10, "extends_days": 3, "max_days": 5},
  "flows": [{"id": "f", "on": "returned", "to": {"pol": "nurture"}, "reason": " "}],
  "rhythm_days": [], "holding_cap": 0, "pol_stay": "3wd", "owners_per_cycle": 0
}"#,
    )
    .unwrap_err();
    expect![[r#"
        21 errors in the rules
        error[unknown_calendar] at policies[0].calendar (3:17): there is no calendar `late`
          help: the only one is `office`
        error[bad_value] at policies[0].nodes[0].within (4:22): `3 days` is not an amount of time such as `24h`, `3d` or `7wd`
          help: write `"3d"`
        error[unknown_value] at policies[0].nodes[0].kind (4:42): unknown value `fellow`
          help: did you mean `follow`?
        error[duplicate_id] at policies[0].nodes[1].id (5:8): another node has the id `talk`
          help: give each node a unique id
        error[out_of_range] at policies[0].nodes[1].within (5:22): the time must be longer than 0
          help: write more, such as `"24h"`
        error[contradiction] at policies[0].nodes[1].before (5:38): `before` needs an anchor whose date is known in advance
          help: write `"anchor": "contract_end"` or a `date`, or remove `before`
        error[wrong_clock] at policies[0].nodes[2].within (6:23): the clock `elapsed` counts no working days
          help: write hours or days, or use the clock `workday` or `same_time`
        error[unused] at policies[0].nodes[2].ladder[0].to (7:50): `copy_manager` does not move leads to a pool
          help: remove it, or write `"step": "recycle"`
        error[unknown_value] at policies[0].nodes[2].ladder[1].step (7:66): unknown value `recycel`
          help: did you mean `recycle`?
        error[out_of_order] at policies[0].nodes[2].ladder[1].within (7:85): `1d` is less than the step before it allows
          help: put the steps in the order in which they are reached
        error[duplicate_id] at policies[1].id (9:6): another policy has the id `a`
          help: give each policy a unique id
        error[unknown_field] at policies[1].when.field (9:26): there is no field `score.grad`
          help: did you mean `score.grade`?
        error[empty_list] at policies[1].nodes (9:61): the policy has no nodes
          help: add a node, or remove the policy
        error[bad_value] at calendars.office.weekly[0].hours (11:77): `9-18` is not a time window such as `09:00-18:00`
          help: write `"09:00-18:00"`
        error[out_of_order] at protection.max_days (12:49): the hard stop after 5 days comes before the end of the 10 days
          help: write at least 10
        error[unknown_value] at flows[0].to (13:43): unknown value `pol`
          help: did you mean `pool`?
        error[blank_name] at flows[0].reason (13:69): the reason has no name
          help: name the reason, such as `returned`
        error[empty_list] at rhythm_days (14:3): no lead would ever be reviewed again
          help: write `[30]`
        error[out_of_range] at holding_cap (14:22): `holding_cap` must be at least 1
          help: write at least 1, or remove it
        error[unknown_key] at pol_stay (14:40): unknown key `pol_stay`
          help: did you mean `pool_stay`?
        error[out_of_range] at owners_per_cycle (14:59): every lead would be worn out before anybody had it
          help: write at least 1"#]].assert_eq(&errors.to_string());
}

#[test]
fn what_looks_like_a_mistake_is_a_warning() {
    let rules = FollowUpRules::load(json!({
        "pools": [{"id": "claims", "kind": "lead"}],
        "policies": [{"id": "a", "when": {"any": []}, "nodes": [
            {"id": "talk", "within": "3d", "met_by": {}, "ladder": [
                {"step": "recycle", "within": "2d", "to": "nurture"},
            ]},
        ]}],
        "protection": {"days": 3, "extends_days": 3, "max_days": 5, "follow_ups": []},
    }))
    .unwrap();
    let said: Vec<String> = rules.lint().iter().map(ToString::to_string).collect();
    expect![[r#"
        warning[no_pool] at policies[0].nodes[0].ladder[0]: there is no pool of the kind `nurture`
          help: add one to `pools`: leads stay where they are until then
        warning[too_early] at policies[0].nodes[0].ladder[0].step: the owner loses the lead before `talk` is due
          help: write at least `"3d"`
        warning[never_met] at policies[0].nodes[0].met_by: nothing can ever meet this node
          help: add `follow_ups`, `stages` or `ends`
        warning[never_matches] at policies[0].when: an empty `any` is never true
          help: add a condition, or remove it
        warning[unused] at protection.extends_days: nothing extends the protection
          help: add `follow_ups` or `activities`"#]].assert_eq(&said.join("\n"));
}

/// Two presets in one document count one delay twice.
#[test]
fn policies_that_judge_one_step_under_two_names_are_a_warning() {
    let mut rules = FollowUpRules::nodes();
    rules.policies.extend(FollowUpRules::b2b().policies);
    let said: Vec<String> = rules.lint().iter().map(ToString::to_string).collect();
    expect![[r#"
        warning[judged_twice] at policies[1].nodes[0].id: `first_contact` of `nodes` judges the same step of the same leads
          help: call both `first_contact` to count a delay once, or give the policies conditions that exclude each other
        warning[judged_twice] at policies[1].nodes[1].id: `mql` of `nodes` judges the same step of the same leads
          help: call both `mql` to count a delay once, or give the policies conditions that exclude each other"#]].assert_eq(&said.join("\n"));
    // One name is one step; and leads of which only one is judged are judged once.
    let named = |first: &str, second: &str, when: [Json; 2]| {
        let policy = |id: &str, node: &str, when: &Json| json!({"id": id, "when": when, "nodes": [{"id": node, "within": "24h"}]});
        let rules = json!({"policies": [policy("a", first, &when[0]), policy("b", second, &when[1])]});
        FollowUpRules::load(rules).unwrap().lint().len()
    };
    let always = || json!({"all": []});
    let press = json!({"field": "products", "in": ["press"]});
    assert_eq!(named("talk", "talk", [always(), always()]), 0);
    assert_eq!(named("talk", "speak", [always(), press.clone()]), 1);
    assert_eq!(named("talk", "speak", [json!({"not": press.clone()}), press]), 0);
}

#[test]
fn presets_are_valid_and_read_back() {
    for rules in [
        FollowUpRules::nodes(),
        FollowUpRules::b2c(),
        FollowUpRules::b2b(),
        FollowUpRules::marketing(),
        FollowUpRules::default(),
    ] {
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(FollowUpRules::from_json_str(&text).unwrap(), rules);
        assert_eq!(rules.lint(), []);
        let (a, b) =
            (compiled(&rules), compiled(&FollowUpRules::load(serde_json::from_str(&text).unwrap()).unwrap()));
        assert_eq!(a.version(), b.version());
    }
    let caps = [FollowUpRules::b2c().holding_cap, FollowUpRules::b2b().holding_cap];
    assert_eq!(caps, [Some(50), Some(150)]);
    assert!(FollowUpRules::nodes().holding_cap.is_none());
}

#[test]
fn reports_read_back() {
    let policies = with_pools(FollowUpRules::b2b());
    let case = Case::owned("li", "03-02 10:00").paused("03-03 10:00", Some("03-04 10:00"), "a fair");
    let report = case.look(&policies, "03-16 10:00");
    assert!(!report.violations.is_empty() && !report.actions.is_empty());
    let read: FollowUpReport = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(read, report);
    for code in FollowUpFault::CODES {
        assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    }
}

#[cfg(feature = "script")]
#[test]
fn a_condition_that_fails_is_told_and_the_rest_goes_on() {
    let policies = of(json!([
        {"id": "broken", "when": {"script": "employee_count / 0 > 1"}, "nodes": [{"id": "offer", "within": "1d"}]},
        {"id": "whole", "nodes": [{"id": "talk", "within": "1d"}]},
    ]));
    let mut case = Case::owned("li", "03-02 10:00");
    case.lead.employee_count = Some(3);
    let report = case.look(&policies, "03-02 11:00");
    assert_eq!(states(&report), ["talk open"]);
    assert_eq!(report.faults.iter().map(FollowUpFault::code).collect::<Vec<_>>(), ["condition"]);
    // What is on record stays open: whether it is still asked for nobody knows.
    let policies = |script: &str| {
        of(json!([{"id": "p", "when": {"script": script}, "nodes": [{"id": "offer", "within": "1d"}]}]))
    };
    let mut case = Case::owned("li", "03-02 10:00");
    case.lead.employee_count = Some(3);
    case.pass(&policies("employee_count > 1"), "03-04 10:00");
    let open = |script: &str| case.look(&policies(script), "03-05 10:00").violations[0].closed_at.is_none();
    assert_eq!((open("employee_count / 0 > 1"), open("employee_count > 5")), (true, false));
}
