//! The limits of pools and reps, by whose days they count, and what a director is told who passes them.

use super::continues::{rep, team};
use super::*;
use leadkit::assign::PoolRules;
use leadkit::calendar::{UtcOffset, Zone};

const PHONES: [&str; 3] = [MOBILE, "13927461853", "15088672341"];

/// One rep and a pool of the host with a cap of one lead a day, in China.
fn daily(cap: &str) -> Json {
    let mut pool = json!({"id": "leads", "kind": "lead", "zone": "+08:00"});
    let mut rules = json!({"rules": [{"id": "all", "then": {"reps": ["li"]}}]});
    match cap {
        "daily_claim_cap" => rules[cap] = json!(1),
        _ => pool[cap] = json!(1),
    }
    json!({"pools": [pool], "assign": {"pools": {"leads": rules}}})
}

/// Midnight in China is at 16:00 of Greenwich.
#[test]
fn caps_count_by_the_days_of_the_zone_of_the_pool() {
    let mut desk = team(daily("daily_assign_cap"), &[rep("li")]);
    desk.submit(&caller("L1", 0, PHONES[0]));
    let full = desk.submit(&caller("L2", 15, PHONES[1])).outcome;
    assert_eq!(
        (desk.owner("L1"), full.route()),
        ("li", &Route::Unassigned { reason: "all_capped".into(), retry_at: Some(hour(16)) })
    );
    // The next day there, the same day in Greenwich.
    desk.submit(&caller("L3", 17, PHONES[2]));
    assert_eq!(desk.owner("L3"), "li");
}

#[test]
fn claims_count_by_the_days_of_the_zone_of_the_pool() {
    let mut desk = team(daily("daily_claim_cap"), &[rep("li"), rep("wang")]);
    for (id, phone) in ["L1", "L2"].into_iter().zip(PHONES) {
        desk.book.insert_lead(caller(id, 0, phone));
    }
    assert_eq!(desk.claim("L1", "wang", 1).refusal(), None);
    let refused = desk.claim("L2", "wang", 15);
    assert_eq!(
        refused.refusal().unwrap().to_string(),
        "the rep claimed 1 of 1 leads of the pool on 2026-03-02"
    );
    assert_eq!(desk.claim("L2", "wang", 17).refusal(), None);
}

#[test]
fn two_zones_for_one_pool_are_refused() {
    let mut document = document(&companies());
    document["pools"] = json!([{"id": "leads", "kind": "lead", "zone": "+08:00"}]);
    document["assign"]["pools"]["leads"]["zone"] = json!("+01:00");
    let errors = Intake::load(document).unwrap_err();
    let found = &errors.diagnostics()[0];
    assert_eq!((found.code.as_str(), found.path.as_str()), ("other_zone", "pools[0].zone"));
}

/// The director hears the reason of the rules with its numbers, and the lead stays where it is.
#[test]
fn an_allotment_is_refused_with_the_numbers_of_the_rules() {
    let full = [
        (
            Rep { protected_accounts: 9, protected_cap: Some(2), ..rep("li") },
            "has 9 of 2 accounts under protection",
        ),
        (Rep { holding: 9, holding_cap: Some(3), ..rep("li") }, "holds 9 of 3 open leads"),
        (Rep { daily_cap: Some(0), ..rep("li") }, "had 0 of 0 leads of all pools on 2026-03-02"),
        (
            Rep { territories: ["CN-BJ".parse().unwrap()].into(), ..rep("li") },
            "does not serve the region CN-GD",
        ),
        (Rep { active: false, ..rep("li") }, "is not active"),
    ];
    for (li, reason) in full {
        let mut desk = team(json!({}), &[li, rep("wang")]);
        desk.submit(&Lead { region: Some("CN-GD".parse().unwrap()), ..caller("L1", 0, MOBILE) });
        assert_eq!(desk.owner("L1"), "wang");
        let refused = desk.allot("L1", "li", 1);
        assert_eq!(refused.refusal().unwrap().to_string(), format!("the rep {reason}"));
        assert_eq!((desk.owner("L1"), refused.effects().len()), ("wang", 0));
    }
    // What a director knows better: hours, absence, and whom the lead had before.
    let mut desk = team(json!({}), &[super::continues::away("li", 0, 90), rep("wang")]);
    desk.submit(&caller("L1", 0, MOBILE));
    assert_eq!(desk.allot("L1", "li", 1).refusal(), None);
}

/// A pool of the rules that the host does not list counts by its own zone.
#[test]
fn the_presets_count_by_the_days_of_china() {
    for rules in [Rules::b2b(), Rules::b2c()] {
        let PoolRules { zone, .. } = &rules.assign.pools["leads"];
        assert_eq!(*zone, Zone::Fixed(UtcOffset::CHINA));
    }
}

/// Where nobody serves a region, or only its province is known, a lead reaches somebody all the same: who serves a part of it,
/// else anybody.
#[test]
fn from_the_presets_a_lead_of_a_region_that_nobody_serves_reaches_a_rep() {
    for rules in [Rules::b2b(), Rules::b2c()] {
        let mut desk = Desk::new(&companies());
        desk.intake = Intake::compile(&rules).unwrap();
        desk.book = desk.intake.book();
        let of = |id: &str, region: &str| Rep { territories: [region.parse().unwrap()].into(), ..rep(id) };
        let team = [of("li", "CN-GD-440300"), of("wang", "CN-SH")];
        desk.roster = Roster::compile(&team, &Calendars::default()).unwrap();
        let mut owners = Vec::new();
        for (id, region, phone) in
            [("L1", "CN-GD", PHONES[0]), ("L2", "CN-BJ", PHONES[1]), ("L3", "CN-SH", PHONES[2])]
        {
            let lead = caller(id, 0, phone);
            desk.submit(&Lead { region: Some(region.parse().unwrap()), name: Some("王芳".into()), ..lead });
            owners.push(desk.owner(id).to_owned());
        }
        assert_eq!((owners[0].as_str(), owners[2].as_str()), ("li", "wang"));
        assert_ne!(owners[1], "-");
    }
}
