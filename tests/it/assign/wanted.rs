//! More that teams ask for, and what once went wrong.

use std::ops::ControlFlow;
use std::sync::Arc;

use leadkit::assign::{
    AssignOptions, AssignRules, Assigner, AssignmentKind, CustomStrategy, Ledger, LedgerError, PoolView,
    Strategy,
};
use leadkit::model::{Absence, Effect, Lead, Rep, RepId};
use leadkit::rule::{FactContext, Facts, Registry};
use serde_json::{Value as Json, json};

use super::desk::{Desk, hours, lead, monday, rep, reps, sharing};
use crate::support::at;

fn load(rules: Json, team: &[Rep]) -> Desk {
    Desk::new(&AssignRules::load(rules).unwrap(), team)
}

// Companions.

fn with_presales(pool: Json) -> Json {
    let mut pool = pool;
    pool["rules"] = json!([{"id": "big", "then": {"group": {"id": "sales"}},
        "also": [{"role": "presales", "group": "presales"}]}]);
    json!({
        "groups": {"sales": {"members": [{"rep": "a"}]}, "presales": {"members": [{"rep": "x"}]}},
        "pools": {"p": pool},
    })
}

#[test]
fn a_total_of_a_day_counts_leads_and_not_who_stands_beside() {
    let mut desk = load(with_presales(json!({"total_daily_cap": 3})), &reps(&["a", "x"]));
    assert_eq!(desk.run(0, 4, monday()), ["a", "a", "a", "-"]);
    let day = monday().date_naive();
    assert_eq!((desk.ledger.assigned_in_all(day), desk.ledger.assigned_on(&"x".into(), day)), (3, 3));
    // Read again it is the same, and a lead that is taken back makes room for one.
    desk.ledger = serde_json::from_str(&serde_json::to_string(&desk.ledger).unwrap()).unwrap();
    assert_eq!(desk.ledger.assigned_in_all(day), 3);
    let back = desk.ledgers().take_back("L0", monday()).unwrap();
    back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    assert_eq!((desk.ledger.assigned_in_all(day), desk.ledger.assigned_on(&"x".into(), day)), (2, 2));
    assert_eq!(desk.run(4, 2, monday()), ["a", "-"]);
}

#[test]
fn an_owner_is_told_that_nobody_could_be_their_companion() {
    let away = Rep { active: false, ..rep("x") };
    let mut desk = load(with_presales(json!({})), &[rep("a"), away]);
    let given = desk.take(&lead("L"), monday());
    assert!(given.to_string().starts_with("lead L goes to a from pool p by rule big, without presales"));
    let told: Vec<String> = given
        .effects()
        .iter()
        .filter_map(|effect| match effect {
            Effect::Notify { rep, code, .. } => Some(format!("{rep} {code}")),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["a companion_missing"]);
}

// Strategies of the host.

/// Who has room for most; nobody who had three today.
#[derive(Debug)]
struct MostRoom;

impl CustomStrategy for MostRoom {
    fn propose(&self, view: &PoolView<'_>, seen: &mut dyn FnMut(RepId) -> ControlFlow<()>) {
        let mut wanted: Vec<&RepId> = view.reps().filter(|rep| view.assigned_today(rep) < 3).collect();
        wanted.sort_by_key(|rep| std::cmp::Reverse(view.room(rep).unwrap_or(u32::MAX)));
        for rep in wanted {
            if seen(rep.clone()).is_break() {
                return;
            }
        }
    }
}

#[test]
fn a_strategy_of_the_host_sees_room_and_the_leads_of_the_day_and_may_want_nobody() {
    let registry = Registry::new().strategy("most_room", |_| Ok(Arc::new(MostRoom)));
    let rules = json!({
        "groups": {"g": {"members": [{"rep": "a"}, {"rep": "b"}], "custom": {"name": "most_room"}}},
        "pools": {"p": {"rules": [{"id": "all", "then": {"group": {"id": "g"}}}]}},
    });
    // 1 of 2 and 8 of 10: in leads b has more room, by ratio a.
    let team = [
        Rep { holding: 1, holding_cap: Some(2), ..rep("a") },
        Rep { holding: 8, holding_cap: Some(11), ..rep("b") },
    ];
    let mut desk = Desk::new(&AssignRules::default(), &team);
    desk.assigner = Assigner::load_with(rules, &registry).unwrap();
    assert_eq!(desk.run(0, 4, monday()), ["b", "b", "a", "b"]);
    desk.roster = super::desk::roster(&reps(&["b"]));
    let declined = desk.take(&lead("L9"), monday());
    assert_eq!(*declined.kind(), AssignmentKind::NoEligible { retry_at: None });
    let skipped: Vec<(&str, u32)> =
        declined.skipped().iter().map(|(code, count)| (&**code, *count)).collect();
    assert_eq!(skipped, [("not_proposed", 1), ("unknown_rep", 1)]);
    let facts = lead("L9");
    let facts = Facts::new(&facts, &FactContext::new(&desk.tables, monday()));
    let explained = desk.assigner.explain(&facts, &desk.roster, desk.ledgers()).to_string();
    assert!(explained.contains("b is not proposed by the strategy"), "{explained}");
}

// Skills that the lead names, and regions that nobody serves.

#[test]
fn a_rep_has_a_skill_for_each_field_that_the_rule_asks_for() {
    let rules = json!({"pools": {"p": {"rules": [
        {"id": "all", "then": "everybody", "skills_in": ["products", "attributes.language"]},
    ]}}});
    let with = |id: &str, skills: &[&str]| Rep {
        skills: skills.iter().map(|one| (*one).to_owned()).collect(),
        ..rep(id)
    };
    let team = [with("a", &["CRM", "English"]), with("b", &["bi", "crm"]), with("c", &["bi", "french"])];
    let desk = load(rules.clone(), &team);
    let owner = |products: &[&str], language: Option<&str>| {
        let mut lead = lead("L");
        lead.products = products.iter().map(|one| (*one).to_owned()).collect();
        lead.attributes.extend(language.map(|language| ("language".to_owned(), language.into())));
        let decided = desk.ask(&lead, None, monday(), &AssignOptions::default());
        decided.owner().map_or_else(|| decided.skipped()["skill"].to_string(), ToString::to_string)
    };
    assert_eq!(owner(&["crm"], Some("english")), "a");
    assert_eq!(owner(&["bi"], Some("French")), "c");
    assert_eq!(owner(&["bi"], None), "b", "who is owed most of those who have it");
    assert_eq!(owner(&["oa", "bi"], None), "b", "one of them is enough");
    assert_eq!(owner(&[], None), "a", "open to all");
    assert_eq!(owner(&["oa"], None), "3");
    let mut misspelt = rules;
    misspelt["pools"]["p"]["rules"][0]["skills_in"][1] = json!("prodcuts");
    let errors = AssignRules::load(misspelt).unwrap_err();
    assert!(errors.to_string().contains("pools.p.rules[0].skills_in[1]"), "{errors}");
}

#[test]
fn a_region_that_nobody_serves_is_for_everybody_where_the_pool_says_so() {
    let of = |id: &str, region: &str| Rep { territories: [region.parse().unwrap()].into(), ..rep(id) };
    let team = [of("a", "CN-GD-440300"), of("b", "CN-SH"), Rep { weight: 0, ..of("c", "CN-BJ") }];
    for (unknown, unserved, expected) in [
        (false, false, ["-", "-", "b", "-"]),
        (true, false, ["a", "-", "b", "a"]),
        (false, true, ["a", "a", "b", "-"]),
        (true, true, ["a", "a", "b", "a"]),
    ] {
        let desk = load(
            json!({"pools": {"p": {"serve_unknown_region": unknown, "serve_unserved_region": unserved,
                "rules": [{"id": "all", "then": "everybody"}]}}}),
            &team,
        );
        let owners = [Some("CN-GD"), Some("CN-BJ"), Some("CN-SH-310000"), None].map(|region| {
            let lead = Lead { region: region.map(|region| region.parse().unwrap()), ..lead("L") };
            let decided = desk.ask(&lead, None, monday(), &AssignOptions::default());
            decided.owner().map_or("-".to_owned(), ToString::to_string)
        });
        assert_eq!(owners, expected, "{unknown} {unserved}");
    }
}

// Time.

/// One absence that goes on with the next is one: the first moment back is when the last of them ends.
#[test]
fn absences_that_touch_are_one_and_thousands_cost_little() {
    let away =
        |from: i64, until: i64| Absence { from: monday() + hours(from), until: monday() + hours(until) };
    let absences = vec![away(5, 9), away(0, 3), away(3, 4), away(2, 4), away(7, 8), away(20, 20)];
    let mut desk = Desk::new(&sharing(&[("a", 1)], Strategy::FairShare), &[Rep { absences, ..rep("a") }]);
    for (hour, back) in
        [(0, Some(4)), (3, Some(4)), (4, None), (5, Some(9)), (8, Some(9)), (9, None), (20, None)]
    {
        let now = monday() + hours(hour);
        let expected = match back {
            Some(back) => AssignmentKind::NoEligible { retry_at: Some(monday() + hours(back)) },
            None => desk.take(&lead(&format!("L{hour}")), now).kind().clone(),
        };
        assert_eq!(
            *desk.ask(&lead(&format!("L{hour}")), None, now, &AssignOptions::default()).kind(),
            expected
        );
        assert_eq!(expected.owner().is_some(), back.is_none());
    }
    let absences = (0..20_000).map(|day| away(2 * day, 2 * day + 2)).collect();
    let desk = Desk::new(&sharing(&[("a", 1)], Strategy::FairShare), &[Rep { absences, ..rep("a") }]);
    let waits = desk.ask(&lead("L"), None, monday(), &AssignOptions::default());
    let retry_at = Some(monday() + hours(40_000));
    assert_eq!(*waits.kind(), AssignmentKind::NoEligible { retry_at });
}

#[test]
fn a_decision_of_a_time_that_no_ledger_can_be_stored_with_is_refused() {
    for now in ["1899-12-31T23:59:59Z", "+10000-01-01T00:00:00Z"].map(at) {
        let desk = Desk::new(&sharing(&[("a", 1)], Strategy::FairShare), &reps(&["a"]));
        let decided = desk.ask(&lead("L"), None, now, &AssignOptions::default());
        let (mut ledger, mut counts) = (desk.ledger.clone(), desk.reps.clone());
        let refused = decided.delta().apply_to(&mut ledger, &mut counts);
        assert_eq!(refused, Err(LedgerError::Time { at: now }));
        assert_eq!((ledger, counts), (desk.ledger, desk.reps));
    }
}

#[test]
fn a_ledger_that_has_used_up_half_of_all_class_numbers_is_refused() {
    let mut desk = Desk::new(&sharing(&[("a", 1), ("b", 2)], Strategy::FairShare), &reps(&["a", "b"]));
    desk.run(0, 3, monday());
    let mut stored = serde_json::to_value(&desk.ledger).unwrap();
    stored.as_object_mut().unwrap().remove("digest");
    stored["groups"]["g"]["next"] = json!(u32::MAX - 1);
    let refused = serde_json::from_value::<Ledger>(stored).unwrap_err();
    assert!(refused.to_string().contains("not in its classes"), "{refused}");
}
