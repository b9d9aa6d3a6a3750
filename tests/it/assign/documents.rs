//! Rules and rosters as documents: what is wrong with them, all at once.

use leadkit::assign::{AssignRules, Assigner, Roster};
use leadkit::calendar::Calendars;
use leadkit::model::{Absence, Rep};
use serde_json::json;

use crate::support::assert_round_trip;

use super::desk::{hours, monday, rep};

#[test]
fn every_mistake_is_told_with_its_place() {
    let rules: AssignRules = serde_json::from_value(json!({
        "format": 9,
        "groups": {
            "west": { "members": [{ "rep": "a" }, { "rep": "a" }, { "rep": " " }] },
            "empty": { "members": [] },
            "idle": { "members": [{ "rep": "a", "weight": 0 }] },
        },
        "pools": { "p": {
            "previous_owners": { "last": 0 },
            "rules": [
                { "id": "one", "then": { "group": { "id": "wset" } } },
                { "id": "one", "then": { "rep": "" } },
                { "then": { "reps": ["a", "b", "a"] } },
                { "id": "four" },
                { "id": "five", "then": { "pool": "p" } },
                { "id": "six", "then": { "reviewer": { "by": "", "suggest": "empt" } } },
            ],
        } },
    }))
    .unwrap();
    let errors = Assigner::compile(&rules).unwrap_err();
    let found: Vec<(&str, &str)> =
        errors.iter().map(|found| (found.path.as_str(), found.code.as_ref())).collect();
    for expected in [
        ("format", "unknown_format"),
        ("groups.empty.members", "no_reps"),
        ("groups.west.members[1].rep", "duplicate_id"),
        ("groups.west.members[2].rep", "blank_id"),
        ("pools.p.previous_owners", "out_of_range"),
        ("pools.p.rules[0].then.group.id", "unknown_group"),
        ("pools.p.rules[1].id", "duplicate_id"),
        ("pools.p.rules[1].then.rep", "blank_id"),
        ("pools.p.rules[2].id", "blank_id"),
        ("pools.p.rules[2].then.reps[2]", "duplicate_id"),
        ("pools.p.rules[3].then", "no_target"),
        ("pools.p.rules[5].then.reviewer.by", "blank_id"),
        ("pools.p.rules[5].then.reviewer.suggest", "unknown_group"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not in {found:#?}");
    }
    // What is only likely a mistake may follow from one, and is told when there is none.
    let only: Vec<String> =
        rules.lint().iter().map(|found| format!("{} {}", found.path, found.code)).collect();
    for expected in [
        "groups.idle.members zero_weights",
        "pools.p.rules[1] unreachable_rule",
        "pools.p.rules[4].then.pool same_pool",
    ] {
        assert!(only.contains(&expected.to_owned()), "{expected:?} is not in {only:#?}");
    }
    let unknown = errors.iter().find(|found| found.code == "unknown_group").unwrap();
    assert_eq!(unknown.help.as_deref(), Some("did you mean `west`?"));
}

#[test]
fn unknown_keys_and_strategies_are_refused() {
    for bad in [
        json!({ "pool": {} }),
        json!({ "pools": { "p": { "cap": 1 } } }),
        json!({ "pools": { "p": { "rules": [{ "id": "a", "then": { "rep": "a" }, "if": 1 }] } } }),
        json!({ "pools": { "p": { "rules": [{ "id": "a", "then": { "everyone": true } }] } } }),
        json!({ "pools": { "p": { "rules": [{ "id": "a", "then": { "group": { "id": "g", "mode": 1 } } }] } } }),
        json!({ "groups": { "g": { "members": [{ "rep": "a", "share": 1 }] } } }),
        json!({ "groups": { "g": { "strategy": "fair" } } }),
    ] {
        assert!(AssignRules::load(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn rules_survive_a_round_trip_and_lint_tells_what_is_never_reached() {
    let rules: AssignRules = serde_json::from_value(json!({
        "revision": "2026-03",
        "groups": { "g": { "members": [{ "rep": "a", "weight": 2 }, { "rep": 7 }], "strategy": "smooth_weighted" } },
        "pools": { "p": {
            "zone": { "fixed": "+08:00" },
            "daily_assign_cap": 3,
            "rules": [
                { "id": "all", "then": { "group": { "id": "g", "strategy": "least_loaded" } } },
                { "id": "late", "then": { "rep": "a" } },
                { "id": "again", "pass": "after_either", "then": { "pool": "q" } },
                { "id": "never", "pass": "after_no_hit", "then": { "reps": ["a"] } },
            ],
        } },
    }))
    .unwrap();
    assert_round_trip(&rules);
    let assigner = Assigner::compile(&rules).unwrap();
    assert_eq!((assigner.version().format, &*assigner.version().revision), (1, "2026-03"));
    let places: Vec<String> =
        rules.lint().into_iter().map(|found| format!("{} {}", found.path, found.code)).collect();
    assert_eq!(places, ["pools.p.rules[1] unreachable_rule", "pools.p.rules[3] unreachable_rule"]);
}

#[test]
fn lint_tells_what_is_valid_and_probably_not_meant() {
    let rules: AssignRules = serde_json::from_value(json!({
        "groups": {
            "g": { "members": [{ "rep": "a" }] },
            "least": { "members": [{ "rep": "a" }], "strategy": "sticky" },
            "idle": { "members": [{ "rep": "a" }] },
            "odd": { "members": [{ "rep": "a" }], "by_results": { "least": 9, "most": 3, "steady": 1 } },
        },
        "pools": {
            "p": { "daily_assign_cap": 0, "holding_cap": 0, "rules": [
                { "id": "a", "when": { "field": "employee_count", "ge": 9 }, "then": { "rep": "a" }, "takes_turn": true },
                { "id": "b", "when": { "field": "employee_count", "ge": 8 }, "then": { "group": { "id": "g" } }, "takes_turn": true },
                { "id": "c", "when": { "field": "employee_count", "ge": 7 }, "then": { "group": { "id": "least" } }, "takes_turn": true },
                { "id": "d", "then": { "tiers": [{ "group": "g" }, { "group": "odd", "when": { "field": "employee_count", "ge": 7 } }] } },
                { "id": "e", "pass": "after_no_hit", "then": { "rep": "a" } },
            ] },
            "q": { "rules": [{ "id": "a", "then": { "pool": "r" } }] },
            "r": { "daily_assign_cap": 9, "weekly_assign_cap": 5, "rules": [{ "id": "a", "then": { "pool": "q" } }] },
            // Claimed only, and rewards only.
            "s": { "daily_assign_cap": 0 },
            "t": { "daily_assign_cap": 0, "rules": [{ "id": "a", "then": { "rep": "a" }, "reward": true }] },
        },
    }))
    .unwrap();
    let found: Vec<String> =
        rules.lint().iter().map(|found| format!("{} {}", found.path, found.code)).collect();
    assert_eq!(
        found,
        [
            "groups.idle unused_group",
            "groups.odd.by_results inverted_span",
            "pools.p.daily_assign_cap zero_cap",
            "pools.p.holding_cap zero_cap",
            "pools.p.rules[0].takes_turn no_effect",
            "pools.p.rules[1].takes_turn no_effect",
            "pools.p.rules[3].then.tiers[1].when no_effect",
            "pools.p.rules[4] unreachable_rule",
            "pools.q.rules[0].then.pool same_pool",
            "pools.r.daily_assign_cap no_effect",
            "pools.r.rules[0].then.pool same_pool",
        ]
    );
    assert!(rules.lint().iter().any(|found| found.message == "a lead goes round: q -> r -> q"));
}

#[test]
fn a_roster_tells_everything_that_is_wrong_with_it() {
    let team = [
        rep("a"),
        rep("a"),
        rep(""),
        Rep { hours: Some("offce".into()), ..rep("b") },
        Rep { absences: vec![Absence { from: monday(), until: monday() - hours(1) }], ..rep("c") },
    ];
    let calendars: Calendars =
        [("office", leadkit::calendar::CalendarRules::office_hours(Default::default()))]
            .into_iter()
            .collect();
    let errors = Roster::compile(&team, &calendars).unwrap_err();
    let found: Vec<(&str, &str)> =
        errors.iter().map(|found| (found.path.as_str(), found.code.as_ref())).collect();
    let expected = [
        ("reps[1].id", "duplicate_id"),
        ("reps[2].id", "blank_id"),
        ("reps[3].hours", "unknown_calendar"),
        ("reps[4].absences[0]", "inverted_span"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_engine_and_its_state_are_shared_across_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Assigner>();
    shared::<Roster>();
    shared::<leadkit::assign::Ledger>();
    shared::<leadkit::assign::Assignment>();
}
