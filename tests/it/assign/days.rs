//! A day begins: who rested through the one before takes part again, and nothing is written for it.

use std::collections::BTreeMap;

use leadkit::assign::{AssignDelta, PoolRules, TurnList};
use leadkit::model::{Absence, Rep};

use super::desk::{Desk, hours, lead, monday, rep, rule, to_group, with_pool};
use crate::oracle::assign::Shares;

const COUNT: usize = 60;

fn ids() -> Vec<String> {
    (0..COUNT).map(|index| format!("r{index:02}")).collect()
}

fn desk(pool: PoolRules, team: &[Rep]) -> Desk {
    let ids = ids();
    let members: Vec<(&str, u32)> = ids.iter().map(|id| (id.as_str(), 1)).collect();
    Desk::new(&with_pool(&members, PoolRules { rules: vec![rule("all", to_group())], ..pool }), team)
}

fn team() -> Vec<Rep> {
    ids().iter().map(|id| rep(id)).collect()
}

fn credits(desk: &Desk) -> BTreeMap<String, i64> {
    desk.ledger.credits(&TurnList::Group("g".into())).map(|(rep, units)| (rep.to_string(), units)).collect()
}

/// Decides about the first lead of a day and tells whom its delta seats anew.
fn first(desk: &mut Desk, id: &str, day: i64) -> String {
    let decided = desk.take(&lead(id), monday() + hours(24 * day));
    assert!(decided.owner().is_some(), "{decided}");
    let stored = serde_json::to_value(decided.delta()).unwrap();
    let read: AssignDelta = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(read, *decided.delta());
    stored["change"]["turn"]["seating"]["moved"].to_string()
}

#[test]
fn after_a_day_on_which_all_reached_a_cap_nobody_is_written_down() {
    let mut desk = desk(PoolRules { daily_assign_cap: Some(2), ..PoolRules::default() }, &team());
    let (mut shares, ids) = (Shares::default(), ids());
    for day in 0..3_i64 {
        let mut given: BTreeMap<String, u32> = BTreeMap::new();
        for number in 0..=2 * COUNT {
            let free: Vec<(&str, u32)> =
                ids.iter().filter(|id| given.get(*id) != Some(&2)).map(|id| (id.as_str(), 1)).collect();
            let expected = if free.is_empty() { None } else { shares.give(&free) };
            let name = format!("D{day}L{number}");
            let now = monday() + hours(24 * day);
            let decided = desk.take(&lead(&name), now);
            assert_eq!(decided.owner().map(ToString::to_string), expected, "{name}");
            *given.entry(expected.clone().unwrap_or_default()).or_default() += 1;
            if number == 0 && day > 0 {
                assert!(!serde_json::to_string(decided.delta()).unwrap().contains("moved"), "{decided:?}");
            }
            // Who reaches the cap rests through the day.
            let rests = serde_json::to_string(decided.delta()).unwrap();
            assert!(!rests.contains("\"moved\":[[null"), "{rests}");
        }
        assert_eq!(given[""], 1, "the last finds nobody");
        for (rep, units) in credits(&desk) {
            assert_eq!(shares.credit[&rep], i128::from(units), "{rep} on day {day}");
        }
    }
}

#[test]
fn who_is_away_the_next_day_or_at_the_cap_of_a_week_is_named_and_nobody_else() {
    let mut team = team();
    let tuesday = Absence { from: monday() + hours(20), until: monday() + hours(44) };
    team[7].absences = vec![tuesday];
    team[8].weekly_cap = Some(1);
    let mut desk = desk(PoolRules { daily_assign_cap: Some(1), ..PoolRules::default() }, &team);
    let owners = desk.run(0, COUNT, monday());
    assert_eq!(owners, ids());
    // r08 rests through Sunday: Tuesday's turn does not mention r08.
    assert_eq!(first(&mut desk, "T0", 1), r#"[[null,["r07"]]]"#);
    let others = desk.run(100, COUNT, monday() + hours(24));
    assert!(!others.contains(&"r07".to_owned()) && !others.contains(&"r08".to_owned()));
    assert_eq!(others.iter().filter(|owner| *owner == "-").count(), 3);
    assert_eq!(first(&mut desk, "W0", 2), r#"[["back",["r07"]]]"#);
    assert_eq!(credits(&desk).values().sum::<i64>(), 0);
    // The Monday after; what was written is read again in between.
    desk.ledger = serde_json::from_str(&serde_json::to_string(&desk.ledger).unwrap()).unwrap();
    assert_eq!(first(&mut desk, "M0", 7), "null");
    assert!(desk.run(200, COUNT - 1, monday() + hours(7 * 24)).contains(&"r08".to_owned()));
    assert_eq!(credits(&desk).values().sum::<i64>(), 0);
}

#[test]
fn a_cap_that_is_raised_frees_at_once_and_one_that_never_frees_is_no_rest_of_a_day() {
    let pool = || PoolRules { daily_assign_cap: Some(1), ..PoolRules::default() };
    let mut team = team();
    team[3].daily_cap = Some(0);
    let mut capped = desk(pool(), &team);
    assert_eq!(capped.run(0, COUNT, monday()).iter().filter(|owner| *owner == "-").count(), 1);
    team[5].weekly_cap = Some(9);
    capped.roster = super::desk::roster(&team);
    capped.assigner = desk(PoolRules { daily_assign_cap: Some(2), ..pool() }, &team).assigner;
    let moved = first(&mut capped, "A0", 0);
    assert!(moved.starts_with(r#"[["back",["r00","r01","r02","r04","#), "{moved}");
    assert!(!moved.contains("r03"), "{moved}");
    assert_eq!(credits(&capped).values().sum::<i64>(), 0);
}

/// A decision of yesterday is taken back today, before anybody was given one.
#[test]
fn a_decision_of_yesterday_is_taken_back_before_the_day_begins() {
    let mut desk = desk(PoolRules { daily_assign_cap: Some(1), ..PoolRules::default() }, &team());
    desk.run(0, COUNT, monday());
    let now = monday() + hours(24);
    let back = desk.ledgers().take_back("L59", now);
    let mut read = desk.clone();
    read.ledger = serde_json::from_str(&serde_json::to_string(&read.ledger).unwrap()).unwrap();
    for desk in [&mut desk, &mut read] {
        back.as_ref().unwrap().apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
        assert_eq!(credits(desk).values().sum::<i64>(), 0);
    }
    assert_eq!(desk.run(100, COUNT, now), read.run(100, COUNT, now));
    assert_eq!(desk.ledger, read.ledger);
    assert_eq!(credits(&desk).values().sum::<i64>(), 0);
}

/// What is left of days, weeks and months long past can be read. One date far ahead forgets none of it; later days, weeks and
/// months take its place.
#[test]
fn a_ledger_is_read_after_a_late_taking_back_and_after_months_without_counts() {
    let mut team = team();
    team[0].weekly_cap = Some(9);
    let mut desk = desk(PoolRules::default(), &team);
    let read = |desk: &Desk| {
        let text = serde_json::to_string(&desk.ledger).unwrap();
        assert_eq!(serde_json::from_str::<leadkit::assign::Ledger>(&text).unwrap(), desk.ledger);
        text
    };
    assert_eq!(desk.run(0, 2, monday()), ["r00", "r01"]);
    let back = desk.ledgers().take_back("L1", monday() + hours(6 * 24)).unwrap();
    back.apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
    // A clock alone says nothing of the date: what is given next does.
    assert!(read(&desk).contains("\"counts\":{\"2026-03-02"));
    assert!(read(&desk).contains("spans"));
    // Half a year in which nobody with a cap of a week is given a lead.
    assert_eq!(desk.run(10, 2, monday() + hours(183 * 24))[0], "r01");
    let counts = |desk: &Desk| serde_json::to_value(&desk.ledger).unwrap()["counts"].clone();
    assert!(read(&desk).contains("spans"));
    assert_eq!(counts(&desk).as_object().unwrap().len(), 2);
    for month in 0..4 {
        desk.run(100 * (month + 1), COUNT, monday() + hours((190 + 31 * month as i64) * 24));
    }
    let text = read(&desk);
    assert!(!text.contains("\"2026-03-02\"") && !text.contains("\"2026-03-01\""), "they are over");
    assert_eq!(counts(&desk).as_object().unwrap().len(), 4);
}

/// Deltas that were stored before said apart who of those who are away may catch up.
#[test]
fn a_delta_of_earlier_days_says_the_same() {
    let mut team = team();
    team[7].absences = vec![Absence { from: monday() + hours(1), until: monday() + hours(9) }];
    let mut desk = desk(PoolRules { catch_up: 3, ..PoolRules::default() }, &team);
    desk.run(0, 5, monday());
    let decided = desk.take(&lead("A"), monday() + hours(2));
    let mut stored = serde_json::to_value(decided.delta()).unwrap();
    let seating = &mut stored["change"]["turn"]["seating"];
    assert_eq!(seating["moved"].to_string(), r#"[["left",["r07"]]]"#);
    seating["moved"] = serde_json::json!([[null, ["r07"]]]);
    seating["away"] = serde_json::json!(["r07"]);
    let mut before = self::desk(PoolRules { catch_up: 3, ..PoolRules::default() }, &team);
    before.run(0, 5, monday());
    serde_json::from_value::<AssignDelta>(stored)
        .unwrap()
        .apply_to(&mut before.ledger, &mut before.reps)
        .unwrap();
    assert_eq!(desk.ledger, before.ledger);
    assert_eq!(desk.run(10, 70, monday() + hours(9)), before.run(10, 70, monday() + hours(9)));
}
