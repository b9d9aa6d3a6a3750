//! What peers' own tests expect: where the meaning is the same the outcome is; where it is not, `tests/data/assign/peers.json`
//! says why, and so does the documentation of `leadkit::assign`.

use std::collections::BTreeMap;

use leadkit::assign::{
    AssignOptions, AssignRule, AssignTarget, AssignmentKind, LedgerError, PoolRules, RulePass, Strategy,
};
use leadkit::model::{Lead, Rep};
use serde::Deserialize;
use serde_json::json;

use super::desk::{Desk, hours, lead, monday, rep, reps, rule, sharing, to_group, with_pool};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    peer: String,
    case: String,
    agrees: bool,
    #[expect(dead_code, reason = "for who reads the file")]
    theirs: String,
    #[expect(dead_code, reason = "for who reads the file")]
    ours: String,
    why: Option<String>,
}

/// By peer and case: what happens here.
fn played() -> BTreeMap<(&'static str, &'static str), Box<dyn Fn()>> {
    let mut played: BTreeMap<(&'static str, &'static str), Box<dyn Fn()>> = BTreeMap::new();
    let mut add = |peer, case, play: fn()| drop(played.insert((peer, case), Box::new(play)));
    add("odoo", "quotas of members", quotas);
    add("odoo", "order bias", order_bias);
    add("odoo", "archived and opted out", archived);
    add("odoo", "preferred leads", preferred);
    add("odoo", "quota used up", used_up);
    add("frappe", "round robin", round_robin);
    add("frappe", "stale last user", stale);
    add("frappe", "load balancing", balancing);
    add("frappe", "weighted distribution", weighted);
    add("frappe", "conditions", conditions);
    add("zendesk", "rotation by ticket number", by_number);
    played
}

#[test]
fn every_case_of_the_peers_is_played_or_says_why_it_is_another() {
    let text = std::fs::read_to_string("tests/data/assign/peers.json").unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let mut played = played();
    for case in &cases {
        let key = (case.peer.as_str(), case.case.as_str());
        let found = played.remove(&key);
        assert!(case.agrees || case.why.is_some(), "{key:?} differs and does not say why");
        assert!(found.is_some() || !case.agrees, "{key:?} agrees and is not played");
        if let Some(play) = found {
            play();
        }
    }
    assert!(played.is_empty(), "{:?} is not in the file", played.keys());
    // Whoever comes from there reads it in the documentation.
    let docs = std::fs::read_to_string("src/assign/mod.rs").unwrap();
    let mut rows: Vec<&str> = docs.lines().filter(|line| line.starts_with("//! | ")).collect();
    for case in cases.iter().filter(|case| !case.agrees) {
        let why = case.why.as_deref().unwrap_or_default();
        let is_it =
            |row: &&str| row.to_lowercase().contains(&case.peer) && row.contains(&format!("| {why} |"));
        let place = rows.iter().position(is_it);
        assert!(place.is_some(), "{}: {} is not in the documentation: {why}", case.peer, case.case);
        rows.remove(place.unwrap());
    }
}

fn count(owners: &[String], id: &str) -> usize {
    owners.iter().filter(|owner| *owner == id).count()
}

fn capped(caps: &[(&str, u32)]) -> Desk {
    let team: Vec<Rep> = caps.iter().map(|(id, cap)| Rep { daily_cap: Some(*cap), ..rep(id) }).collect();
    let members: Vec<(&str, u32)> = caps.iter().map(|(id, _)| (*id, 1)).collect();
    Desk::new(&sharing(&members, Strategy::FairShare), &team)
}

fn quotas() {
    let caps = [("m1", 2), ("m2", 1), ("m3", 1), ("m4", 1), ("m5", 2)];
    let owners = capped(&caps).run(0, 122, monday());
    for (id, cap) in caps {
        assert_eq!(count(&owners, id), cap as usize, "{id}");
    }
}

fn order_bias() {
    let mut desk = Desk::new(&sharing(&[("m1", 1), ("m2", 1)], Strategy::FairShare), &reps(&["m1", "m2"]));
    let owners: Vec<String> = (0..30).flat_map(|n| desk.run(n, 1, monday() + hours(25 * n as i64))).collect();
    assert_eq!((count(&owners, "m1"), count(&owners, "m2")), (15, 15));
}

fn archived() {
    let team = [Rep { active: false, ..rep("m1") }, rep("m2"), Rep { daily_cap: Some(2), ..rep("m3") }];
    let members = [("m1", 1), ("m2", 0), ("m3", 1)];
    let mut desk = Desk::new(&sharing(&members, Strategy::FairShare), &team);
    assert_eq!(desk.run(0, 7, monday())[..3], ["m3", "m3", "-"]);
    let tomorrow = desk.run(10, 5, monday() + hours(24));
    assert_eq!((count(&tomorrow, "m3"), count(&tomorrow, "-")), (2, 3));
}

fn preferred() {
    let tagged = serde_json::from_value(json!({"field": "tags", "eq": "preferred"})).unwrap();
    let first = AssignRule { when: tagged, ..rule("his", AssignTarget::Rep("m0".into())) };
    let rest = AssignRule { pass: RulePass::AfterEither, ..rule("rest", to_group()) };
    let pool = PoolRules { daily_assign_cap: Some(5), rules: vec![first, rest], ..PoolRules::default() };
    let mut desk =
        Desk::new(&with_pool(&[("m0", 1), ("m1", 1), ("m2", 1)], pool), &reps(&["m0", "m1", "m2"]));
    let mut counts = BTreeMap::new();
    for n in 0..11 {
        let tags = if n < 8 { vec!["preferred".to_owned()] } else { Vec::new() };
        let decided = desk.take(&Lead { tags, ..lead(&format!("L{n}")) }, monday());
        let owner = decided.owner().unwrap().to_string();
        assert!(owner != "m0" || n < 8, "all of m0's are preferred");
        *counts.entry(owner).or_insert(0) += 1;
    }
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [5, 3, 3]);
}

fn used_up() {
    let refused = capped(&[("m1", 0)]).take(&lead("L"), monday());
    // Nothing frees a cap of 0: nobody is capped for a while, nobody is there.
    assert_eq!(refused.kind(), &AssignmentKind::NoEligible { retry_at: None }, "{refused}");
    assert_eq!(refused.skipped()["rep_daily_cap"], 1);
}

fn users() -> Desk {
    let members = [("test", 1), ("test1", 1), ("test2", 1)];
    Desk::new(&sharing(&members, Strategy::FairShare), &reps(&["test", "test1", "test2"]))
}

fn round_robin() {
    let mut desk = users();
    assert_eq!(desk.run(0, 2, monday()), ["test", "test1"]);
    // Deleting what was assigned changes nobody's turn.
    desk.reps = desk.reps.clone().with_fresh_holdings();
    assert_eq!(desk.run(2, 2, monday()), ["test2", "test"]);
}

fn stale() {
    let mut desk = users();
    let stale = desk.ask(&lead("L1"), None, monday(), &AssignOptions::default());
    assert_eq!(desk.run(0, 1, monday()), ["test"]);
    let refused = desk.ledger.clone().apply(stale.delta()).unwrap_err();
    assert!(matches!(refused, LedgerError::StaleLedger { .. }));
    assert_eq!(desk.take(&lead("L1"), monday()).owner().unwrap().as_str(), "test1");
}

fn balancing() {
    let members = [("u1", 1), ("u2", 1), ("u3", 1)];
    let mut desk = Desk::new(&sharing(&members, Strategy::LeastLoaded), &reps(&["u1", "u2", "u3"]));
    let owners = desk.run(0, 30, monday());
    assert_eq!(["u1", "u2", "u3"].map(|id| count(&owners, id)), [10, 10, 10]);
    let held = |id, holding| Rep { holding, ..rep(id) };
    desk.roster = super::desk::roster(&[held("u1", 5), held("u2", 10), held("u3", 10)]);
    desk.reps = desk.reps.clone().with_fresh_holdings();
    assert_eq!(desk.run(30, 5, monday()), ["u1"; 5]);
}

fn weighted() {
    for strategy in [Strategy::FairShare, Strategy::SmoothWeighted] {
        let mut desk = Desk::new(&sharing(&[("a", 1), ("b", 2)], strategy), &reps(&["a", "b"]));
        assert_eq!(desk.run(0, 5, monday()).concat(), "babba", "{strategy}");
    }
}

fn conditions() {
    let condition = |value| serde_json::from_value(json!({"field": "products", "eq": value})).unwrap();
    let rules = vec![
        AssignRule { when: condition("a"), ..rule("first", AssignTarget::Rep("u1".into())) },
        AssignRule { when: condition("a"), ..rule("second", AssignTarget::Rep("u2".into())) },
    ];
    let pool = PoolRules { rules, ..PoolRules::default() };
    let mut desk = Desk::new(&with_pool(&[("u1", 1)], pool), &reps(&["u1", "u2"]));
    let of = |product: &str| Lead { products: vec![product.into()], ..lead(product) };
    assert_eq!(desk.take(&of("a"), monday()).owner().unwrap().as_str(), "u1");
    assert_eq!(*desk.take(&of("b"), monday()).kind(), AssignmentKind::NoRuleMatched);
}

fn by_number() {
    let ends: Vec<_> =
        (0..5).map(|end| json!({"field": "attributes.number", "ends_with": end.to_string()})).collect();
    let low = serde_json::from_value(json!({ "any": ends })).unwrap();
    let rules = vec![
        AssignRule { when: low, ..rule("low", AssignTarget::Rep("u1".into())) },
        rule("high", AssignTarget::Rep("u2".into())),
    ];
    let mut desk = Desk::new(
        &with_pool(&[("u1", 1)], PoolRules { rules, ..PoolRules::default() }),
        &reps(&["u1", "u2"]),
    );
    for (number, owner) in [(1_000, "u1"), (1_004, "u1"), (1_005, "u2"), (1_019, "u2"), (1_020, "u1")] {
        let lead = json!({"id": format!("L{number}"), "created_at": "2026-03-02T02:00:00Z", "attributes": {"number": number.to_string()}});
        let decided = desk.take(&Lead::from_json(lead).unwrap(), monday());
        assert_eq!(decided.owner().unwrap().as_str(), owner, "{number}");
    }
}
