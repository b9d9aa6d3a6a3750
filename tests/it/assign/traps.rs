//! What goes wrong in assignment, case by case.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Weekday};
use leadkit::assign::{
    AssignOptions, AssignRules, AssignTarget, Assigner, AssignmentKind, Ledger, LedgerError, PoolRules,
    PreviousOwners, Roster, RulePass, SkipReason, Strategy, TurnList,
};
use leadkit::calendar::{CalendarRules, Calendars, DayWindow, Transitions, UtcOffset, WeeklyWindow, Zone};
use leadkit::model::{Absence, Acquisition, Effect, History, Lead, Tenure, TenureEnd};
use leadkit::rule::{Condition, FactContext, Facts, HostTables, MatchFacts, MatchKind, MatchLabel};
use proptest::prelude::{Just, Strategy as _, prop, prop_assert_eq, proptest};

use super::desk::{Desk, hours, lead, matched, monday, rep, reps, rule, sharing, to_group, with_pool};
use crate::support::at;

const THREE: [(&str, u32); 3] = [("a", 2), ("b", 1), ("c", 1)];

fn three() -> Desk {
    Desk::new(&sharing(&THREE, Strategy::FairShare), &reps(&["a", "b", "c"]))
}

/// Pool `p` in a zone, with a daily cap.
fn capped(zone: Zone, cap: u32) -> AssignRules {
    let rules = vec![rule("share", to_group())];
    with_pool(&[("a", 1)], PoolRules { zone, daily_assign_cap: Some(cap), rules, ..PoolRules::default() })
}

fn condition(json: serde_json::Value) -> Condition {
    serde_json::from_value(json).unwrap()
}

#[test]
fn a_ledger_restored_after_every_decision_goes_on_to_the_same_bytes() {
    for strategy in [Strategy::FairShare, Strategy::SmoothWeighted] {
        let start = Desk::new(&sharing(&THREE, strategy), &reps(&["a", "b", "c"]));
        let (mut kept, mut restored) = (start.clone(), start);
        for index in 0..60 {
            let lead = lead(&format!("L{index}"));
            let now = monday() + hours(index);
            let (one, two) = (kept.take(&lead, now), restored.take(&lead, now));
            assert_eq!(one, two);
            let text = serde_json::to_string(&restored.ledger).unwrap();
            restored.ledger = serde_json::from_str(&text).unwrap();
            restored.reps = serde_json::from_str(&serde_json::to_string(&restored.reps).unwrap()).unwrap();
            assert_eq!(serde_json::to_string(&kept.ledger).unwrap(), text);
            let two: leadkit::assign::Assignment =
                serde_json::from_str(&serde_json::to_string(&two).unwrap()).unwrap();
            assert_eq!(one, two);
        }
    }
}

#[test]
fn a_thousand_in_bulk_are_a_thousand_singly() {
    let mut single = three();
    let owners = single.run(0, 1_000, monday());
    let mut bulk = three();
    let tables = HostTables::default();
    let context = FactContext::new(&tables, monday());
    let leads: Vec<Lead> = (0..1_000).map(|index| lead(&format!("L{index}"))).collect();
    let facts: Vec<Facts<'_>> = leads.iter().map(|lead| Facts::new(lead, &context)).collect();
    let Desk { assigner, roster, ledger, reps, .. } = &mut bulk;
    let decisions = assigner.assign_all(&facts, roster, ledger, reps).unwrap();
    let named: Vec<String> =
        decisions.iter().filter_map(|one| one.owner().map(ToString::to_string)).collect();
    assert_eq!(named, owners);
    assert_eq!(bulk.ledger, single.ledger);
    assert_eq!(bulk.reps, single.reps);
}

proptest! {
    #[test]
    fn neither_the_order_of_members_nor_of_reps_matters(
        order in Just(vec![("a", 3), ("b", 1), ("c", 2), ("d", 1)]).prop_shuffle(),
        team in Just(vec!["a", "b", "c", "d"]).prop_shuffle(),
        smooth: bool,
    ) {
        let strategy = if smooth { Strategy::SmoothWeighted } else { Strategy::FairShare };
        let plain = [("a", 3), ("b", 1), ("c", 2), ("d", 1)];
        let mut usual = Desk::new(&sharing(&plain, strategy), &reps(&["a", "b", "c", "d"]));
        let mut shuffled = Desk::new(&sharing(&order, strategy), &reps(&team));
        prop_assert_eq!(usual.run(0, 30, monday()), shuffled.run(0, 30, monday()));
        prop_assert_eq!(usual.ledger, shuffled.ledger);
    }

    /// Somebody gets another id, joins, leaves the roster, or has another weight: the sum stays 0, nobody else's credit
    /// moves by it, and who has a new id begins with nothing owed.
    #[test]
    fn renaming_joining_and_leaving_never_break_the_sum(steps in prop::collection::vec((0_usize..6, 0_u8..4, 0_u32..4), 1..40)) {
        let mut team: Vec<(String, u32)> = ["a", "b", "c", "d", "e", "f"].map(|id| (id.to_owned(), 1)).into();
        let members = |team: &[(String, u32)]| -> Vec<(&'static str, u32)> {
            team.iter().map(|(id, weight)| (&*id.clone().leak(), *weight)).collect()
        };
        let roster_of = |team: &[(String, u32)]| {
            let reps: Vec<_> = team.iter().map(|(id, _)| super::desk::rep(id)).collect();
            Roster::compile(&reps, &Calendars::default()).unwrap()
        };
        let mut desk = Desk::new(&sharing(&members(&team), Strategy::FairShare), &[]);
        desk.roster = roster_of(&team);
        let list = TurnList::Group("g".into());
        let owed = |desk: &Desk| -> BTreeMap<String, i64> {
            desk.ledger.credits(&list).map(|(rep, units)| (rep.to_string(), units)).collect()
        };
        for (index, (who, how, weight)) in steps.into_iter().enumerate() {
            let who = who % team.len();
            match how {
                0 => team[who].0 = format!("n{index}"),
                1 => team.push((format!("j{index}"), 1 + weight)),
                2 if team.len() > 1 => drop(team.remove(who)),
                _ => team[who].1 = weight,
            }
            let before = owed(&desk);
            desk.assigner = Assigner::compile(&sharing(&members(&team), Strategy::FairShare)).unwrap();
            desk.roster = roster_of(&team);
            // One lead is what moves credits, by the definition and by nothing else.
            let given = desk.take(&lead(&format!("L{index}")), monday());
            let after = owed(&desk);
            let total: u64 = team.iter().map(|(_, weight)| u64::from(*weight)).sum();
            for id in before.keys().chain(after.keys()) {
                let weight = team.iter().find(|(one, _)| one == id).map_or(0, |(_, weight)| *weight);
                let gained = (u64::from(weight) << 32).checked_div(total).unwrap_or_default() as i64;
                let had = before.get(id).copied().unwrap_or(0);
                if given.owner().map(|owner| owner.as_str()) != Some(id) {
                    prop_assert_eq!(after.get(id).copied().unwrap_or(0), had + gained, "{}", id);
                }
            }
            prop_assert_eq!(after.values().sum::<i64>(), 0);
        }
    }
}

#[test]
fn weight_0_takes_none_and_all_0_is_nobody() {
    let mut desk = Desk::new(&sharing(&[("a", 0), ("b", 1)], Strategy::FairShare), &reps(&["a", "b"]));
    assert_eq!(desk.run(0, 5, monday()), ["b"; 5]);
    let mut none = Desk::new(&sharing(&[("a", 0), ("b", 0)], Strategy::FairShare), &reps(&["a", "b"]));
    let assignment = none.take(&lead("L"), monday());
    assert_eq!(*assignment.kind(), AssignmentKind::NoEligible { retry_at: None });
    assert_eq!(assignment.skipped()["zero_weight"], 2);
    assert_eq!(&*none.assigner.version().revision, "");
}

#[test]
fn one_member_gets_everything_and_owes_nothing() {
    let mut desk = Desk::new(&sharing(&[("a", 7)], Strategy::FairShare), &reps(&["a"]));
    assert_eq!(desk.run(0, 5, monday()), ["a"; 5]);
    assert!(desk.ledger.credits(&TurnList::Group("g".into())).all(|(_, units)| units == 0));
}

#[test]
fn when_everyone_is_off_hours_no_credit_moves_and_the_next_opening_is_told() {
    let mut team = reps(&["a", "b"]);
    team.iter_mut().for_each(|rep| rep.hours = Some("office".into()));
    team[1].absences = vec![Absence { from: at("2026-03-01T00:00:00Z"), until: at("2026-03-05T00:00:00Z") }];
    let office = CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA));
    let mut desk = three();
    desk.roster = Roster::compile(&team, &[("office", office)].into_iter().collect()).unwrap();
    desk.assigner = Assigner::compile(&sharing(&[("a", 1), ("b", 1)], Strategy::FairShare)).unwrap();
    let before = desk.ledger.clone();
    // Monday, 20:00 in China.
    let assignment = desk.take(&lead("L"), at("2026-03-02T12:00:00Z"));
    assert_eq!(*assignment.kind(), AssignmentKind::NoEligible { retry_at: Some(at("2026-03-03T01:00:00Z")) });
    assert_eq!(assignment.skipped()["off_hours"], 2);
    assert!(assignment.delta().is_empty());
    assert_eq!(desk.ledger, before);
    // In working time b is absent, and a gets it: what was not settled is decided anew.
    assert_eq!(desk.take(&lead("L"), monday()).owner().unwrap().as_str(), "a");
}

#[test]
fn nobody_is_known_to_work_where_the_calendar_has_ended() {
    let mut team = reps(&["a", "b"]);
    team[0].hours = Some("cn".into());
    team[1].hours = Some("cn".into());
    let mut desk = three();
    desk.roster = Roster::compile(&team, &[("cn", CalendarRules::china())].into_iter().collect()).unwrap();
    desk.assigner = Assigner::compile(&sharing(&[("a", 1), ("b", 1)], Strategy::FairShare)).unwrap();
    assert!(desk.take(&lead("L"), at("2026-12-31T09:59:59Z")).owner().is_some());
    for after in ["2026-12-31T10:00:00Z", "2027-03-01T03:00:00Z"] {
        let assignment = desk.take(&lead("M"), at(after));
        assert_eq!(*assignment.kind(), AssignmentKind::NoEligible { retry_at: None });
        assert_eq!(assignment.skipped()["unknown_hours"], 2);
        let (lead, tables) = (lead("M"), HostTables::default());
        let facts = Facts::new(&lead, &FactContext::new(&tables, at(after)));
        let options = AssignOptions::default();
        let explained = desk
            .assigner
            .explain_decision(&assignment, &facts, &desk.roster, desk.ledgers(), &options)
            .unwrap();
        let said = explained.to_string();
        assert!(said.contains("the calendar `cn-2023-2026` ends with 2026-12-31"), "{said}");
    }
}

#[test]
fn a_daily_cap_is_hit_exactly_and_frees_at_local_midnight() {
    let mut desk = Desk::new(&capped(Zone::Fixed(UtcOffset::CHINA), 2), &reps(&["a"]));
    let evening = at("2026-03-02T15:59:58Z");
    assert_eq!(desk.run(0, 2, evening), ["a", "a"]);
    let refused = desk.take(&lead("L2"), evening + TimeDelta::seconds(1));
    assert_eq!(*refused.kind(), AssignmentKind::AllCapped { frees_at: Some(at("2026-03-02T16:00:00Z")) });
    assert_eq!(desk.run(3, 3, at("2026-03-02T16:00:00Z")), ["a", "a", "-"]);
    let date = "2026-03-02".parse().unwrap();
    assert_eq!(desk.ledger.assigned_on(&"a".into(), date), 2);
}

#[test]
fn a_cap_holds_for_the_whole_of_a_day_of_23_and_of_25_hours() {
    let new_york = Zone::Transitions(Transitions::new(
        "-05:00".parse().unwrap(),
        [
            (at("2024-03-10T07:00:00Z"), "-04:00".parse().unwrap()),
            (at("2024-11-03T06:00:00Z"), "-05:00".parse().unwrap()),
        ],
    ));
    for (first, length) in [("2024-03-10T05:00:00Z", 23), ("2024-11-03T04:00:00Z", 25)] {
        let start = at(first);
        let mut desk = Desk::new(&capped(new_york.clone(), 1), &reps(&["a"]));
        assert_eq!(desk.run(0, 1, start), ["a"]);
        let last = start + hours(length) - TimeDelta::seconds(1);
        let refused = desk.take(&lead("L1"), last);
        assert_eq!(*refused.kind(), AssignmentKind::AllCapped { frees_at: Some(start + hours(length)) });
        assert_eq!(desk.run(2, 1, start + hours(length)), ["a"]);
    }
}

#[test]
fn a_cap_frees_only_when_there_is_work_again() {
    let mut team = reps(&["a"]);
    team[0].hours = Some("morning".into());
    let days = vec![Weekday::Mon, Weekday::Wed];
    let morning = CalendarRules {
        weekly: vec![WeeklyWindow { days, hours: vec![DayWindow::hours(9, 12)] }],
        ..CalendarRules::default()
    };
    let mut desk = Desk::new(&capped(Zone::default(), 1), &reps(&["a"]));
    desk.roster = Roster::compile(&team, &[("morning", morning)].into_iter().collect()).unwrap();
    let now = at("2026-03-02T10:00:00Z");
    assert_eq!(desk.run(0, 1, now), ["a"]);
    let refused = desk.take(&lead("L1"), now);
    assert_eq!(*refused.kind(), AssignmentKind::AllCapped { frees_at: Some(at("2026-03-04T09:00:00Z")) });
}

#[test]
fn a_rep_wide_cap_counts_over_pools() {
    let mut rules = sharing(&[("a", 1)], Strategy::FairShare);
    rules.pools.insert("q".into(), rules.pools["p"].clone());
    let mut team = reps(&["a"]);
    team[0].daily_cap = Some(2);
    let mut desk = Desk::new(&rules, &team);
    assert_eq!(desk.run(0, 1, monday()), ["a"]);
    desk.ledger = Ledger::new("q".into());
    assert_eq!(desk.run(1, 2, monday()), ["a", "-"]);
    let reason = desk.take(&lead("L9"), monday());
    assert_eq!(reason.skipped()["rep_daily_cap"], 1);
}

#[test]
fn a_holding_cap_counts_what_was_taken_since_and_may_be_lowered_below_what_is_held() {
    let mut team = reps(&["a", "b"]);
    (team[0].holding, team[0].holding_cap) = (3, Some(5));
    let rules = sharing(&[("a", 9), ("b", 1)], Strategy::FairShare);
    let mut desk = Desk::new(&rules, &team);
    let owners = desk.run(0, 10, monday());
    assert_eq!(owners.iter().filter(|owner| *owner == "a").count(), 2);
    assert_eq!(desk.roster.holding(&"a".into(), &desk.reps), 5);

    team[0].holding_cap = Some(1);
    team[1].active = false;
    desk.roster = super::desk::roster(&team);
    let refused = desk.take(&lead("L99"), monday());
    assert_eq!(*refused.kind(), AssignmentKind::AllCapped { frees_at: None });

    // The host has read the holdings anew: 5 by now, and those taken since then count no more.
    (team[0].holding, team[0].holding_cap) = (5, Some(6));
    desk.reps = desk.reps.clone().with_fresh_holdings();
    desk.roster = super::desk::roster(&team);
    assert_eq!(desk.run(100, 2, monday()), ["a", "-"]);
}

#[test]
fn the_same_key_gets_the_same_decision_without_a_second_turn() {
    let mut desk = three();
    let first = desk.take(&lead("L0"), monday());
    let state = desk.ledger.clone();
    let again = desk.take(&lead("L0"), monday() + hours(1));
    assert_eq!(again.kind(), first.kind());
    assert_eq!(again.repeats(), Some(monday()));
    assert!(again.delta().is_empty());
    assert_eq!(desk.ledger, state);
    // A key of its own is a request of its own.
    let options = AssignOptions { key: Some("L0/2".into()), ..AssignOptions::default() };
    assert_ne!(desk.take_with(&lead("L0"), None, monday(), &options).kind(), first.kind());
    // Remembered for 7 days.
    let week = monday() + hours(7 * 24);
    assert!(desk.ask(&lead("L0"), None, week, &AssignOptions::default()).repeats().is_some());
    let later = desk.ask(&lead("L0"), None, week + TimeDelta::seconds(1), &AssignOptions::default());
    assert_eq!(later.repeats(), None);
}

/// Two workers take the same lead from the queue and read the same state: the second finds the first one's answer.
#[test]
fn a_duplicate_in_flight_is_refused_and_decided_again_as_the_first() {
    let mut desk = three();
    desk.run(0, 1, monday());
    let options = AssignOptions::default();
    let [first, second] = [0, 1].map(|_| desk.ask(&lead("X"), None, monday(), &options));
    assert_eq!(first, second);
    desk.apply(&first);
    let before = (desk.ledger.clone(), desk.reps.clone());
    let refused = second.delta().apply_to(&mut desk.ledger, &mut desk.reps);
    assert!(matches!(refused, Err(LedgerError::StaleRepLedger { .. })), "{refused:?}");
    let again = desk.take(&lead("X"), monday());
    assert_eq!((again.kind(), again.repeats()), (first.kind(), Some(monday())));
    assert_eq!((desk.ledger, desk.reps), before, "neither a turn nor a count more");
}

/// A person gives one in between: whoever's turn it is has it still, and the caps know.
#[test]
fn a_lead_given_by_hand_in_between_takes_no_turn_and_counts_for_caps() {
    let mut desk = three();
    let plain = desk.clone().run(0, 8, monday());
    let mut owners = desk.run(0, 3, monday());
    let by_hand = AssignOptions { given: Some("c".into()), ..AssignOptions::default() };
    let given = desk.take_with(&lead("M"), None, monday(), &by_hand);
    assert_eq!(*given.kind(), AssignmentKind::Given { rep: "c".into() });
    owners.extend(desk.run(3, 5, monday()));
    assert_eq!(owners, plain);
    let (c, date) = ("c".into(), monday().date_naive());
    let by_rules = plain.iter().filter(|owner| *owner == "c").count() as u32;
    assert_eq!(desk.ledger.assigned_on(&c, date), by_rules + 1);
    assert_eq!(desk.roster.holding(&c, &desk.reps), by_rules + 1);
}

#[test]
fn remembered_keys_are_bounded_by_age() {
    let mut desk = three();
    desk.run(0, 50, monday());
    // A clock may have been ahead: nothing is forgotten before a second decision says that it was not.
    desk.run(50, 2, monday() + hours(8 * 24));
    let text = serde_json::to_value(&desk.ledger).unwrap();
    assert_eq!(text["decided"].as_object().unwrap().len(), 2);
    // Of the days, of which no number is known to be true, the newest few are kept.
    let days = |desk: &Desk, of: &str| {
        let (pool, reps) =
            (serde_json::to_value(&desk.ledger).unwrap(), serde_json::to_value(&desk.reps).unwrap());
        let row = if of == "pool" { &pool["counts"] } else { &reps["reps"]["a"]["counts"] };
        row.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    for number in 9..40 {
        desk.run(100 * number, 3, monday() + hours(24 * number as i64));
    }
    let last = ["2026-04-07", "2026-04-08", "2026-04-09", "2026-04-10"];
    assert_eq!(
        (days(&desk, "pool"), days(&desk, "rep")),
        (last.map(str::to_owned).to_vec(), last.map(str::to_owned).to_vec())
    );
}

#[test]
fn a_delta_applies_once_and_only_to_its_own_version_and_pool() {
    let mut desk = three();
    let one = desk.ask(&lead("L1"), None, monday(), &AssignOptions::default());
    let two = desk.ask(&lead("L2"), None, monday(), &AssignOptions::default());
    // Two workers on the same version would give the same turn twice.
    assert_eq!(one.owner(), two.owner());
    desk.apply(&one);
    let before = (desk.ledger.clone(), desk.reps.clone());
    for stale in [&one, &two] {
        let error = desk.ledger.apply(stale.delta()).unwrap_err();
        assert_eq!(error, LedgerError::StaleLedger { pool: "p".into(), expected: 0, found: 1 });
        let error = desk.reps.apply(stale.delta()).unwrap_err();
        assert_eq!(error, LedgerError::StaleRepLedger { rep: "a".into(), expected: 0, found: 1 });
    }
    assert_eq!(before, (desk.ledger.clone(), desk.reps.clone()));
    let error = Ledger::new("q".into()).apply(one.delta()).unwrap_err();
    assert_eq!(error, LedgerError::OtherPool { expected: "p".into(), found: "q".into() });
    assert_eq!(desk.take(&lead("L2"), monday()).owner().unwrap().as_str(), "b");
}

#[test]
fn an_earlier_now_is_clamped_and_reported() {
    let mut desk = three();
    desk.run(0, 1, monday());
    let early = desk.take(&lead("L1"), monday() - hours(30));
    assert_eq!((early.at(), early.clamped_from()), (monday(), Some(monday() - hours(30))));
    assert_eq!(desk.take(&lead("L2"), monday()).clamped_from(), None);
}

#[test]
fn an_owner_that_matching_found_goes_before_the_rules_if_the_lead_belongs_to_them() {
    let mut team = reps(&["a", "b", "c", "full"]);
    (team[3].holding, team[3].holding_cap) = (9, Some(1));
    team[3].absences = vec![Absence { from: monday() - hours(1), until: monday() + hours(1) }];
    let desk = Desk::new(&sharing(&THREE, Strategy::FairShare), &team);
    let ask =
        |action, owner| desk.ask(&lead("L"), matched(action, owner), monday(), &AssignOptions::default());
    for action in [MatchKind::ToOwner, MatchKind::Collected, MatchKind::KeyChange] {
        assert_eq!(*ask(action, "c").kind(), AssignmentKind::ExistingOwner { rep: "c".into() });
        // On leave and over a cap, but still the owner.
        assert_eq!(*ask(action, "full").kind(), AssignmentKind::ExistingOwner { rep: "full".into() });
    }
    for action in [MatchKind::TagOnly, MatchKind::New, MatchKind::AssignByRules, MatchKind::Custom] {
        assert_eq!(ask(action, "c").owner().unwrap().as_str(), "a");
    }
}

#[test]
fn an_existing_owner_counts_for_caps_and_takes_no_turn() {
    let mut desk = three();
    desk.run(0, 3, monday());
    let list = TurnList::Group("g".into());
    let owed: Vec<i64> = desk.ledger.credits(&list).map(|(_, units)| units).collect();
    let given =
        desk.take_with(&lead("X"), matched(MatchKind::ToOwner, "c"), monday(), &AssignOptions::default());
    assert_eq!(given.owner().unwrap().as_str(), "c");
    assert_eq!(desk.ledger.credits(&list).map(|(_, units)| units).collect::<Vec<_>>(), owed);
    let date = "2026-03-02".parse().unwrap();
    assert_eq!(desk.ledger.assigned_on(&"c".into(), date), 2);
    assert_eq!(desk.reps.assigned_on(&"c".into(), date), 2);
    assert_eq!(desk.roster.holding(&"c".into(), &desk.reps), 2);
}

#[test]
fn a_reward_counts_for_no_cap_and_takes_no_turn() {
    let mut desk = three();
    let reward = Some(MatchFacts {
        kind: Some(MatchKind::New),
        labels: [MatchLabel::Reward].into(),
        ..MatchFacts::default()
    });
    let given = desk.take_with(&lead("R"), reward, monday(), &AssignOptions::default());
    assert_eq!(given.owner().unwrap().as_str(), "a");
    assert_eq!(desk.ledger.assigned_on(&"a".into(), "2026-03-02".parse().unwrap()), 0);
    assert_eq!((desk.roster.holding(&"a".into(), &desk.reps), desk.reps.revision(&"a".into())), (0, 0));
    assert!(desk.ledger.credits(&TurnList::Group("g".into())).all(|(_, units)| units == 0));
    assert_eq!(desk.clone().run(0, 3, monday()), ["a", "b", "c"], "no turn was taken");
    assert_eq!(desk.take(&lead("R"), monday()).repeats(), Some(monday()));
}

#[test]
fn a_lead_that_goes_round_does_not_come_back_to_those_who_had_it() {
    let desk = three();
    let ask = |owners: &[&str], rule: PreviousOwners| {
        let mut rules = sharing(&[("a", 1), ("b", 1)], Strategy::FairShare);
        rules.pools.get_mut("p").unwrap().previous_owners = rule;
        let desk = Desk { assigner: Assigner::compile(&rules).unwrap(), ..desk.clone() };
        let previous_owners = owners.iter().map(|id| (*id).into()).collect();
        let options = AssignOptions { previous_owners, ..AssignOptions::default() };
        desk.ask(&lead("L"), None, monday(), &options)
    };
    assert_eq!(ask(&["a"], PreviousOwners::All).owner().unwrap().as_str(), "b");
    // A, B, and A again: nobody is left in the region.
    let stuck = ask(&["a", "b"], PreviousOwners::All);
    assert_eq!(*stuck.kind(), AssignmentKind::NoEligible { retry_at: None });
    assert_eq!(stuck.skipped()["previous_owner"], 2);
    assert_eq!(ask(&["a", "b"], PreviousOwners::Last(1)).owner().unwrap().as_str(), "a");
    assert_eq!(ask(&["a", "b"], PreviousOwners::None).owner().unwrap().as_str(), "a");
}

#[test]
fn the_second_pass_runs_as_each_rule_says() {
    let named = |id: &str, to: &str, pass: RulePass, region: &str| {
        let when = condition(serde_json::json!({ "field": "region", "eq": region }));
        leadkit::assign::AssignRule { when, pass, ..rule(id, AssignTarget::Rep(to.into())) }
    };
    let rules = vec![
        named("first", "off", RulePass::First, "CN-GD"),
        named("no_hit", "a", RulePass::AfterNoHit, "CN"),
        named("nobody", "b", RulePass::AfterNobodyEligible, "CN"),
        named("either", "c", RulePass::AfterEither, "US"),
    ];
    let mut team = reps(&["a", "b", "c", "off"]);
    team[3].active = false;
    let desk = Desk::new(&with_pool(&THREE, PoolRules { rules, ..PoolRules::default() }), &team);
    let ask = |region: &str| {
        let lead = Lead { region: Some(region.parse().unwrap()), ..lead("L") };
        desk.ask(&lead, None, monday(), &AssignOptions::default())
    };
    let assigned = |rep: &str, rule: &str| AssignmentKind::Assigned {
        rep: rep.into(),
        pool: "p".into(),
        rule: rule.into(),
        pass: 2,
    };
    assert_eq!(*ask("CN-GD").kind(), assigned("b", "nobody"));
    assert_eq!(*ask("CN-BJ").kind(), assigned("a", "no_hit"));
    assert_eq!(*ask("US-CA").kind(), assigned("c", "either"));
    assert_eq!(*ask("FR").kind(), AssignmentKind::NoRuleMatched);
}

#[test]
fn pools_and_reviewers_are_targets_too() {
    let reviewer = AssignTarget::Reviewer { by: "director".into(), suggest: Some("g".into()) };
    let rules = vec![
        leadkit::assign::AssignRule {
            when: condition(serde_json::json!({ "field": "employee_count", "ge": 1000 })),
            ..rule("big", reviewer)
        },
        rule("rest", AssignTarget::Pool("nurture".into())),
    ];
    let pool = PoolRules { rules, ..PoolRules::default() };
    let mut desk = Desk::new(&with_pool(&THREE, pool), &reps(&["a", "b", "c"]));
    let big = Lead { employee_count: Some(5_000), ..lead("B") };
    let review = desk.take(&big, monday());
    let AssignmentKind::AwaitingReview { by, suggestions, .. } = review.kind() else { panic!("{review}") };
    assert_eq!(by.as_str(), "director");
    assert_eq!(suggestions.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["a", "b", "c"]);
    assert!(matches!(review.effects().as_slice(), [Effect::RequestReview { .. }]));
    let rest = desk.take(&lead("R"), monday());
    assert_eq!(rest.effects(), [Effect::MoveToPool { lead: "R".into(), pool: "nurture".into() }]);
    assert_eq!(rest.to_string(), "lead R goes to pool nurture by rule rest");
}

#[test]
fn every_reason_carries_its_numbers_in_order() {
    let ids =
        ["r01", "r02", "r03", "r04", "r05", "r06", "r07", "r08", "r09", "r10", "r11", "r12", "r13", "r99"];
    let mut team: Vec<_> = ids[..13].iter().map(|id| rep(id)).collect();
    team.iter_mut().for_each(|rep| rep.skills = ["erp".to_owned()].into());
    team[0].active = false;
    team[2].territories = ["CN-BJ".parse().unwrap()].into();
    team[3].skills.clear();
    team[4].hours = Some("closed".into());
    team[5].absences = vec![Absence { from: monday(), until: monday() + hours(2) }];
    team[7].daily_cap = Some(0);
    (team[8].holding, team[8].holding_cap) = (7, Some(4));
    (team[9].protected_accounts, team[9].protected_cap) = (2, Some(2));
    team.push(rep("outsider"));
    let members: Vec<(&str, u32)> = ids.iter().map(|id| (*id, u32::from(*id != "r02"))).collect();
    let share =
        leadkit::assign::AssignRule { skills: ["ERP".to_owned()].into(), ..rule("share", to_group()) };
    let zone = Zone::Fixed(UtcOffset::CHINA);
    let pool = PoolRules { zone, daily_assign_cap: Some(1), rules: vec![share], ..PoolRules::default() };
    let mut desk = Desk::new(&with_pool(&members, pool), &[]);
    let calendars: Calendars = [("closed", CalendarRules::default())].into_iter().collect();
    desk.roster = Roster::compile(&team, &calendars).unwrap();
    let given =
        desk.take_with(&lead("X"), matched(MatchKind::ToOwner, "r07"), monday(), &AssignOptions::default());
    assert_eq!(given.owner().unwrap().as_str(), "r07");

    let tables = HostTables::default();
    let lead = Lead { region: Some("440300".parse().unwrap()), ..lead("L") };
    let options = AssignOptions {
        previous_owners: vec!["r11".into()],
        excluded: ["r12".into()].into(),
        ..AssignOptions::default()
    };
    let facts = Facts::new(&lead, &FactContext::new(&tables, monday()));
    let assignment = desk.assigner.assign_with(&facts, &desk.roster, desk.ledgers(), &options);
    let explained =
        desk.assigner.explain_decision(&assignment, &facts, &desk.roster, desk.ledgers(), &options).unwrap();
    assert_eq!(explained.kind, *assignment.kind());
    let date = "2026-03-02".parse().unwrap();
    let expected = [
        ("r01", Some(SkipReason::Inactive)),
        ("r02", Some(SkipReason::ZeroWeight)),
        ("r03", Some(SkipReason::Territory { region: lead.region })),
        ("r04", Some(SkipReason::Skill { missing: "ERP".to_owned() })),
        ("r05", Some(SkipReason::OffHours { next_opening: None })),
        ("r06", Some(SkipReason::Absent { until: monday() + hours(2) })),
        ("r07", Some(SkipReason::PoolDailyCap { used: 1, limit: 1, date })),
        ("r08", Some(SkipReason::RepDailyCap { used: 0, limit: 0, date })),
        ("r09", Some(SkipReason::HoldingCap { held: 7, limit: 4 })),
        ("r10", Some(SkipReason::ProtectedCap { held: 2, limit: 2 })),
        ("r11", Some(SkipReason::PreviousOwner)),
        ("r12", Some(SkipReason::Excluded)),
        ("r13", None),
        ("r99", Some(SkipReason::UnknownRep)),
        ("outsider", Some(SkipReason::NotMember)),
    ];
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(id, reason)| (id.into(), reason)).collect();
    assert_eq!(explained.rules[0].reps, expected);
    assert_eq!(assignment.owner().unwrap().as_str(), "r13");
    assert_eq!(assignment.skipped().values().sum::<u32>(), 13);
    assert!(explained.to_string().contains("r09 holds 7 of 4 open leads"), "{explained}");
    assert!(assignment.to_string().starts_with("lead L goes to r13 from pool p by rule share; 13 skipped ("));

    desk.apply(&assignment);
    let again = desk.assigner.explain_decision(&assignment, &facts, &desk.roster, desk.ledgers(), &options);
    assert!(matches!(again, Err(LedgerError::StaleLedger { expected: 1, found: 2, .. })));
}

#[test]
fn a_lead_without_a_region_is_not_for_those_with_territories_unless_the_pool_says_so() {
    let mut team = reps(&["a", "b"]);
    team[0].territories = ["CN".parse().unwrap()].into();
    let mut rules = sharing(&[("a", 1), ("b", 1)], Strategy::FairShare);
    assert_eq!(Desk::new(&rules, &team).run(0, 2, monday()), ["b", "b"]);
    rules.pools.get_mut("p").unwrap().serve_unknown_region = true;
    assert_eq!(Desk::new(&rules, &team).run(0, 2, monday()), ["a", "b"]);
}

#[test]
fn industries_are_skills_when_the_pool_says_so() {
    let mut team = reps(&["a", "b"]);
    team[1].skills = ["制造业".to_owned()].into();
    let mut rules = sharing(&[("a", 1), ("b", 1)], Strategy::FairShare);
    rules.pools.get_mut("p").unwrap().match_industry = true;
    let mut desk = Desk::new(&rules, &team);
    let factory = Lead { industry: vec!["製造業".into(), "汽车".into()], ..lead("F") };
    assert_eq!(desk.take(&factory, monday()).owner().unwrap().as_str(), "b");
    let bank = Lead { industry: vec!["金融".into()], ..lead("B") };
    assert_eq!(desk.take(&bank, monday()).skipped()["skill"], 2);
}

#[test]
fn a_pool_without_rules_and_a_fixed_set() {
    let mut desk = three();
    desk.ledger = Ledger::new("elsewhere".into());
    assert_eq!(*desk.take(&lead("L"), monday()).kind(), AssignmentKind::NoRuleMatched);
    let owned =
        desk.take_with(&lead("L"), matched(MatchKind::Collected, "b"), monday(), &AssignOptions::default());
    assert_eq!(*owned.kind(), AssignmentKind::ExistingOwner { rep: "b".into() });

    let rules = vec![rule("two", AssignTarget::Reps(vec!["c".into(), "a".into()]))];
    let rules = with_pool(&THREE, PoolRules { rules, ..PoolRules::default() });
    let mut desk = Desk::new(&rules, &reps(&["a", "b", "c"]));
    assert_eq!(desk.run(0, 4, monday()), ["a", "c", "a", "c"]);
    assert_eq!(desk.ledger.credits(&TurnList::Rule("two".into())).count(), 2);
}

/// A tenure of lead `L1` in its present cycle.
fn held(owner: &str, from: i64) -> Tenure {
    Tenure {
        lead: "L1".into(),
        owner: owner.into(),
        from: monday() + hours(from),
        until: Some(monday() + hours(from + 10)),
        acquisition: Acquisition::AutoAssigned,
        end: Some(TenureEnd::Recycled),
        close_reason: None,
    }
}

#[test]
fn a_lead_that_comes_round_again_is_decided_anew_and_not_for_who_had_it() {
    let (mut desk, tables) = (three(), HostTables::default());
    let lead = lead("L1");
    let first = desk.take(&lead, monday());
    assert_eq!(first.owner().unwrap().as_str(), "a");
    let mut owners = vec![];
    let mut history = History { tenures: vec![held("a", 0)], ..History::default() };
    for _ in 0..3 {
        let context = FactContext { history: &history, ..FactContext::new(&tables, monday() + hours(48)) };
        let facts = Facts::new(&lead, &context);
        let next = desk.assigner.assign(&facts, &desk.roster, desk.ledgers());
        // The same request twice is one decision, one turn.
        desk.apply(&next);
        let again = desk.assigner.assign(&facts, &desk.roster, desk.ledgers());
        assert_eq!(again.kind(), next.kind());
        assert!(again.delta().is_empty() && again.repeats().is_some() == next.owner().is_some());
        // Nor does it matter that the owner has been written down by then.
        let mut noted = history.clone();
        noted.tenures.extend(next.owner().map(|owner| Tenure {
            until: None,
            end: None,
            ..held(owner.as_str(), 20)
        }));
        let context = FactContext { history: &noted, ..context };
        let late = desk.assigner.assign(&Facts::new(&lead, &context), &desk.roster, desk.ledgers());
        assert_eq!((late.kind(), late.delta().is_empty()), (next.kind(), true));
        owners.push(next.owner().map_or("-".to_owned(), ToString::to_string));
        history.tenures.extend(next.owner().map(|owner| held(owner.as_str(), 20)));
    }
    assert_eq!(owners, ["b", "c", "-"], "nobody gets it twice in a cycle");
    // A new cycle begins: whoever had it before may get it again.
    history = History { cycle: 1, cycle_started_at: Some(monday() + hours(60)), ..history };
    let context = FactContext { history: &history, ..FactContext::new(&tables, monday() + hours(72)) };
    let anew = desk.assigner.assign(&Facts::new(&lead, &context), &desk.roster, desk.ledgers());
    assert!(anew.owner().is_some() && anew.repeats().is_none());
}
