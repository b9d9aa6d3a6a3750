//! When a lead that nobody may take now is worth another try, and state over a long time.

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use leadkit::assign::{
    AssignOptions, Assigner, AssignmentKind, Ledger, LedgerError, PoolRules, Roster, Strategy, TurnList,
};
use leadkit::calendar::{CalendarRules, Calendars, DayWindow, UtcOffset, WeeklyWindow, Zone};
use leadkit::model::{Absence, Rep};

use super::desk::{Desk, hours, lead, monday, rep, reps, rule, sharing, to_group, with_pool};
use crate::oracle::assign::Seeded;
use crate::support::at;

const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn calendar(random: &mut Seeded) -> CalendarRules {
    let days = DAYS.into_iter().filter(|_| random.percent(50)).collect();
    let from = random.below(20) as u32;
    let hours = DayWindow::hours(from, (from + 1 + random.below(8) as u32).min(24));
    let zone = Zone::Fixed(UtcOffset::from_seconds(3_600 * (random.below(24) as i32 - 11)).unwrap());
    CalendarRules {
        zone,
        weekly: vec![WeeklyWindow { days, hours: vec![hours] }],
        ..CalendarRules::default()
    }
}

fn team(random: &mut Seeded) -> Vec<Rep> {
    (0..1 + random.below(4))
        .map(|index| Rep {
            hours: random.percent(80).then(|| format!("c{}", random.below(3)).as_str().into()),
            daily_cap: random.percent(30).then(|| random.below(3) as u32),
            holding_cap: random.percent(10).then_some(3),
            active: random.percent(90),
            absences: (0..random.below(4))
                .map(|_| {
                    let from = monday() + hours(random.below(100) as i64);
                    Absence { from, until: from + hours(random.below(60) as i64) }
                })
                .collect(),
            ..rep(&format!("r{index}"))
        })
        .collect()
}

#[test]
fn at_the_time_told_somebody_is_eligible_and_just_before_nobody() {
    let mut random = Seeded(11);
    let (mut told, mut never) = (0, 0);
    for _ in 0..500 {
        let calendars: Calendars = (0..3).map(|index| (format!("c{index}"), calendar(&mut random))).collect();
        let team = team(&mut random);
        let members: Vec<(&str, u32)> = team.iter().map(|rep| (rep.id.as_str(), 1)).collect();
        let zone = Zone::Fixed(UtcOffset::from_seconds(3_600 * (random.below(24) as i32 - 11)).unwrap());
        let rules = vec![rule("share", to_group())];
        let daily_assign_cap = random.percent(60).then(|| random.below(4) as u32);
        let rules = with_pool(&members, PoolRules { zone, daily_assign_cap, rules, ..PoolRules::default() });
        let mut desk = Desk::new(&rules, &[]);
        desk.roster = Roster::compile(&team, &calendars).unwrap();
        let start = monday() + TimeDelta::minutes(random.below(6_000) as i64);
        desk.run(0, random.below(6), start);
        let ask = |at: DateTime<Utc>| desk.ask(&lead("X"), None, at, &AssignOptions::default());
        match ask(start).kind() {
            AssignmentKind::NoEligible { retry_at: Some(at) }
            | AssignmentKind::AllCapped { frees_at: Some(at) } => {
                told += 1;
                assert!(*at > start);
                assert!(ask(*at).owner().is_some(), "nobody at {at}");
                for fraction in 1..20 {
                    let before = start + (*at - start) * fraction / 20;
                    assert_eq!(ask(before).owner(), None, "somebody at {before}, before {at}");
                }
                assert_eq!(ask(*at - TimeDelta::seconds(1)).owner(), None);
            }
            AssignmentKind::NoEligible { retry_at: None } | AssignmentKind::AllCapped { frees_at: None } => {
                never += 1;
                // Every hour and a half of three weeks: nobody, unless a cap frees that only the host can free.
                for step in 0..336 {
                    assert_eq!(ask(start + TimeDelta::minutes(90 * step)).owner(), None);
                }
            }
            _ => {}
        }
    }
    assert!(told > 100 && never > 20, "{told} {never}");
}

#[test]
fn two_workers_who_compare_and_swap_give_every_turn_once() {
    let members = [("a", 3), ("b", 2), ("c", 1)];
    let mut alone = Desk::new(&sharing(&members, Strategy::FairShare), &reps(&["a", "b", "c"]));
    let mut together = alone.clone();
    let mut random = Seeded(3);
    let mut refused = 0;
    let mut waiting: Vec<usize> = (0..600).rev().collect();
    let mut done = Vec::new();
    while let Some(first) = waiting.pop() {
        // Now and then a second worker decides on the state that the first is about to move.
        let second = if random.percent(20) { waiting.pop() } else { None };
        let decide = |index: usize| {
            let lead = lead(&format!("L{index}"));
            (index, together.ask(&lead, None, monday(), &AssignOptions::default()))
        };
        let decisions: Vec<_> = [Some(first), second].into_iter().flatten().map(decide).collect();
        for (index, decision) in decisions {
            match decision.delta().apply_to(&mut together.ledger, &mut together.reps) {
                Ok(()) => done.push(decision.owner().unwrap().to_string()),
                Err(error) => {
                    assert!(matches!(error, LedgerError::StaleRepLedger { .. }), "{error}");
                    refused += 1;
                    waiting.push(index);
                }
            }
        }
    }
    assert!(refused > 50);
    assert_eq!(done, alone.run(0, 600, monday()));
    assert_eq!(alone.ledger, together.ledger);
}

#[test]
fn a_hundred_thousand_keys_are_remembered_and_the_oldest_forgotten_first() {
    let mut desk = Desk::new(&sharing(&[("a", 1)], Strategy::FairShare), &reps(&["a"]));
    desk.run(0, 1, monday());
    let mut stored = serde_json::to_value(&desk.ledger).unwrap();
    let one = stored["decided"]["1"].clone();
    let decided = stored["decided"].as_object_mut().unwrap();
    for version in 1..=100_000 {
        let mut entry = one.clone();
        entry["key"] = format!("K{version}").into();
        decided.insert(version.to_string(), entry);
    }
    stored["revision"] = 100_000.into();
    stored.as_object_mut().unwrap().remove("digest");
    desk.ledger = serde_json::from_value(stored).unwrap();
    let repeats = |desk: &Desk, key: &str| {
        desk.ask(&lead(key), None, monday(), &AssignOptions::default()).repeats().is_some()
    };
    assert!(repeats(&desk, "K1") && repeats(&desk, "K2"));
    desk.run(7, 1, monday());
    assert!(!repeats(&desk, "K1") && repeats(&desk, "K2") && repeats(&desk, "L7"));
}

/// One entry with a wrong date: hours, absences and the dates of caps go by the true time, before and after.
#[test]
fn one_lead_from_a_month_ahead_stops_nobody() {
    let capped = |id: &str| Rep { daily_cap: Some(3), ..rep(id) };
    let day = |number: i64| monday() + hours(24 * number);
    let away = Absence { from: day(2) - hours(1), until: day(3) - hours(1) };
    let team = [capped("a"), capped("b"), Rep { absences: vec![away], ..capped("c") }];
    let pool = PoolRules {
        daily_assign_cap: Some(3),
        rules: vec![rule("share", to_group())],
        ..PoolRules::default()
    };
    let mut desk = Desk::new(&with_pool(&[("a", 1), ("b", 1), ("c", 1)], pool), &team);
    let given = desk.run(0, 5, monday());
    assert_eq!(given, ["a", "b", "c", "a", "b"]);
    assert_eq!(desk.run(5, 1, day(25)), ["c"], "the entry from a month ahead takes its turn");

    // The caps of the true day hold, on what was given before.
    assert_eq!(desk.run(6, 5, monday() + hours(1)), ["a", "b", "c", "c", "-"]);
    let full = desk.ask(&lead("L11"), None, monday() + hours(1), &AssignOptions::default());
    assert_eq!(*full.kind(), AssignmentKind::AllCapped { frees_at: Some(at("2026-03-03T00:00:00Z")) });
    assert_eq!((full.at(), full.clamped_from()), (day(25), Some(monday() + hours(1))));
    // What was decided before is answered as before, whoever asks twice.
    let again = desk.ask(&lead("L0"), None, monday() + hours(1), &AssignOptions::default());
    assert_eq!((again.owner().unwrap().as_str(), again.repeats()), ("a", Some(monday())));

    // A week later the team still works, from what was written down as from what is kept.
    for number in 1..8 {
        desk.ledger = serde_json::from_str(&serde_json::to_string(&desk.ledger).unwrap()).unwrap();
        let places = if number == 2 { 6 } else { 9 };
        let given = desk.run(100 * number as usize, places + 1, day(number));
        assert_eq!(given.iter().filter(|owner| *owner != "-").count(), places, "day {number}: {given:?}");
        assert_eq!(given.contains(&"c".to_owned()), number != 2, "day {number}: {given:?}");
        assert_eq!(given.last().unwrap(), "-");
    }
    assert_eq!(desk.ledger.credits(&TurnList::Group("g".into())).map(|(_, units)| units).sum::<i64>(), 0);
}

/// One entry with a wrong date: what reps were given this week and this month in all pools still counts.
#[test]
fn one_lead_from_a_year_ahead_frees_no_cap_of_a_week_or_a_month() {
    for capped in [Rep { weekly_cap: Some(2), ..rep("a") }, Rep { monthly_cap: Some(2), ..rep("a") }] {
        let pool = PoolRules { rules: vec![rule("share", to_group())], ..PoolRules::default() };
        let mut desk = Desk::new(&with_pool(&[("a", 1)], pool), &[capped]);
        assert_eq!(desk.run(0, 2, monday()), ["a", "a"]);
        assert_eq!(desk.run(2, 1, monday() + hours(24 * 400)), ["a"]);
        assert_eq!(desk.run(3, 1, monday() + hours(1)), ["-"], "the true week and month are full");
        desk.reps = serde_json::from_str(&serde_json::to_string(&desk.reps).unwrap()).unwrap();
        assert_eq!(desk.run(4, 1, monday() + hours(2)), ["-"]);
        // They end as ever.
        assert_eq!(desk.run(5, 3, monday() + hours(24 * 31)), ["a", "a", "-"]);
    }
}

/// Two entries with two wrong dates in a row, whichever they are: the caps of the true day, week and month still hold.
#[test]
fn two_leads_of_other_dates_in_a_row_free_no_cap() {
    let day = |number: i64| monday() + hours(24 * number);
    let capped: [fn(&mut Rep, &mut PoolRules); 7] = [
        |rep, _| rep.daily_cap = Some(2),
        |rep, _| rep.weekly_cap = Some(2),
        |rep, _| rep.monthly_cap = Some(2),
        |_, pool| pool.daily_assign_cap = Some(2),
        |_, pool| pool.weekly_assign_cap = Some(2),
        |_, pool| pool.monthly_assign_cap = Some(2),
        |_, pool| pool.total_daily_cap = Some(2),
    ];
    for (which, cap) in capped.iter().enumerate() {
        for wrong in [[400, 800], [800, 400], [400, -400], [-800, 400], [400, 400]] {
            let mut a = rep("a");
            let mut pool = PoolRules { rules: vec![rule("share", to_group())], ..PoolRules::default() };
            cap(&mut a, &mut pool);
            let mut desk = Desk::new(&with_pool(&[("a", 1)], pool), &[a]);
            // The days before have counts too.
            for before in [-3, -2, -1] {
                desk.run((10 - before) as usize, 1, day(before - 60));
            }
            assert_eq!(desk.run(0, 2, day(0)), ["a", "a"]);
            let given: Vec<String> =
                (20..).zip(wrong).flat_map(|(number, at)| desk.run(number, 1, day(at))).collect();
            assert_eq!(given, ["a", "a"]);
            desk.ledger = serde_json::from_str(&serde_json::to_string(&desk.ledger).unwrap()).unwrap();
            desk.reps = serde_json::from_str(&serde_json::to_string(&desk.reps).unwrap()).unwrap();
            assert_eq!(desk.run(3, 1, day(0) + hours(1)), ["-"], "cap {which} after {wrong:?}");
        }
    }
}

/// Neither a decision of the wrong date that is taken back nor a wrong clock that takes one back frees what is given today.
#[test]
fn taking_back_by_a_wrong_clock_frees_no_cap_of_the_pool() {
    let ahead = monday() + hours(24 * 400);
    for (of_day, of_week) in [(Some(2), None), (None, Some(2))] {
        let pool = PoolRules {
            daily_assign_cap: of_day,
            weekly_assign_cap: of_week,
            rules: vec![rule("share", to_group())],
            ..PoolRules::default()
        };
        let desk = Desk::new(&with_pool(&[("a", 1), ("b", 1)], pool), &reps(&["a", "b"]));
        // The clock is wrong when the lead is given, or when it is taken back.
        for (given, back) in [(ahead, monday()), (ahead, ahead), (monday(), monday() + hours(24 * 6))] {
            let mut desk = desk.clone();
            assert_eq!(desk.run(0, 3, monday()), ["a", "b", "a"]);
            assert_eq!(desk.run(3, 1, given), ["b"]);
            desk.ledgers().take_back("L3", back).unwrap().apply_to(&mut desk.ledger, &mut desk.reps).unwrap();
            assert_eq!(desk.run(4, 2, monday() + hours(1)), ["b", "-"], "{of_day:?} {given} {back}");
        }
    }
}

/// A clock was a day ahead, and is put right: the next day's caps are whole, and today's hold what was given today.
#[test]
fn what_a_wrong_clock_counted_on_the_next_day_is_forgotten_with_it() {
    let capped = |id: &str| Rep { daily_cap: Some(2), weekly_cap: Some(20), ..rep(id) };
    let zone = Zone::Fixed(UtcOffset::from_seconds(8 * 3_600).unwrap());
    let pool = PoolRules {
        zone,
        daily_assign_cap: Some(2),
        rules: vec![rule("share", to_group())],
        ..PoolRules::default()
    };
    let mut desk = Desk::new(&with_pool(&[("a", 1), ("b", 1)], pool), &[capped("a"), capped("b")]);
    assert_eq!(desk.run(0, 1, monday()), ["a"]);
    assert_eq!(desk.run(1, 4, monday() + hours(24)), ["b", "a", "b", "a"]);

    let mut state = leadkit::State { newest: Some(monday() + hours(24)), ..leadkit::State::default() };
    state.ledgers.insert("p".into(), desk.ledger.clone());
    state.reps = desk.reps.clone();
    let before = state.reps.revision(&"b".into());
    state.forget_after(monday() + hours(1));
    assert!(state.reps.revision(&"b".into()) > before, "what was decided before is refused");
    desk.ledger = state.ledgers["p"].clone();
    desk.reps = serde_json::from_str(&serde_json::to_string(&state.reps).unwrap()).unwrap();
    assert_eq!(desk.run(5, 4, monday() + hours(2)), ["a", "b", "b", "-"]);
    assert_eq!(desk.run(10, 5, monday() + hours(24)), ["b", "a", "b", "a", "-"]);
}

/// Whoever leaves for good takes nothing along and leaves nothing behind but a part of a lead for each who stays.
#[test]
fn reps_who_left_are_forgotten_and_the_sum_stays_0() {
    for strategy in [Strategy::FairShare, Strategy::SmoothWeighted] {
        let members = [("a", 1), ("b", 2), ("c", 3), ("d", 1)];
        let rules = sharing(&members, strategy);
        let mut desk = Desk::new(&rules, &reps(&["a", "b", "c", "d"]));
        desk.run(0, 5, monday());
        let stay = super::desk::roster(&reps(&["a", "c"]));
        // They still sit: nothing is forgotten before a decision has moved them away.
        let before = desk.ledger.clone();
        desk.ledger.forget_leavers(&stay);
        assert_eq!(desk.ledger, before);
        desk.roster = stay;
        desk.run(5, 1, monday());
        let refused = desk.ask(&lead("L6"), None, monday(), &AssignOptions::default());
        let list = TurnList::Group("g".into());
        let owed = |ledger: &Ledger| -> Vec<(String, i64)> {
            let all: Box<dyn Iterator<Item = _>> = match strategy {
                Strategy::FairShare => Box::new(ledger.credits(&list)),
                _ => Box::new(ledger.smooth_weights(&list)),
            };
            all.map(|(rep, units)| (rep.to_string(), units)).collect()
        };
        let (known, size) =
            (owed(&desk.ledger), serde_json::to_string(&desk.ledger.without_decisions()).unwrap().len());
        assert_eq!(known.len(), 4);
        desk.ledger.forget_leavers(&desk.roster);
        let left = owed(&desk.ledger);
        assert_eq!(left.iter().map(|(rep, _)| rep.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(left.iter().map(|(_, units)| units).sum::<i64>(), 0);
        // Both moved by as much, to the unit.
        let moved = |id: &str| {
            let of = |all: &[(String, i64)]| all.iter().find(|(rep, _)| rep == id).unwrap().1;
            of(&left) - of(&known)
        };
        assert!((moved("a") - moved("c")).abs() <= 1, "{known:?} {left:?}");
        assert!(serde_json::to_string(&desk.ledger.without_decisions()).unwrap().len() < size);
        assert!(matches!(desk.ledger.apply(refused.delta()), Err(LedgerError::StaleLedger { .. })));
        let once = desk.ledger.clone();
        desk.ledger.forget_leavers(&desk.roster);
        assert_eq!(desk.ledger, once);
        // It is a state like any other.
        assert_eq!(serde_json::from_str::<Ledger>(&serde_json::to_string(&once).unwrap()).unwrap(), once);
        let owners = desk.run(10, 8, monday());
        assert!((5..=7).contains(&owners.iter().filter(|owner| *owner == "c").count()), "{owners:?}");
    }
}

#[test]
fn neither_a_wild_ledger_nor_a_wild_clock_is_a_panic() {
    let wild = serde_json::json!({
        "pool": "p",
        "revision": u64::MAX - 1,
        "latest": "2026-03-02T02:00:00Z",
        "groups": { "g": {
            "credit": { "a": i64::MAX, "b": -i64::MAX },
            "smooth": { "a": i64::MAX, "b": -i64::MAX },
        } },
        "counts": { "2026-03-02": { "a": { "assigned": u32::MAX } } },
        "decided": { "18446744073709551614": {
            "key": "K", "at": "2026-03-02T02:00:00Z", "kind": { "existing_owner": { "rep": "z" } },
        } },
    });
    let members = [("a", u32::MAX), ("b", u32::MAX)];
    for strategy in [Strategy::FairShare, Strategy::SmoothWeighted] {
        for now in [DateTime::<Utc>::MIN_UTC, monday(), DateTime::<Utc>::MAX_UTC] {
            let mut desk = Desk::new(&sharing(&members, strategy), &reps(&["a", "b"]));
            desk.ledger = serde_json::from_value::<Ledger>(wild.clone()).unwrap();
            // A time that cannot be written is refused, on either side.
            if now != monday() {
                let beyond = desk.ask(&lead("L0"), None, now, &AssignOptions::default());
                assert_eq!(desk.ledger.apply(beyond.delta()), Err(LedgerError::Time { at: now }));
                continue;
            }
            assert_eq!(desk.run(0, 1, now).len(), 1);
            let beyond = desk.ask(&lead("L1"), None, now, &AssignOptions::default());
            let error = desk.ledger.apply(beyond.delta()).unwrap_err();
            assert_eq!(error, LedgerError::NoRevisionLeft { pool: "p".into() });
            assert!(desk.ledger.credits(&TurnList::Group("g".into())).count() > 0);
        }
    }
    let assigner = Assigner::compile(&sharing(&members, Strategy::FairShare)).unwrap();
    assert_eq!(assigner.version().format, 1);
}
