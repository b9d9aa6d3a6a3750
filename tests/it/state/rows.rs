//! A state assembled from the few rows that a lead's keys name decides as the whole does.

use leadkit::assign::{AssignOptions, AssignmentKind};
use leadkit::calendar::Calendars;
use leadkit::model::{Absence, Effect, Lead, Rep};
use leadkit::{Input, Intake, Outcome, ReassignReason, Roster, State, StateError, StateRows};
use serde_json::json;

use super::tables::Tables;
use super::{Desk, stream};
use crate::oracle::assign::Seeded;
use crate::support::hour;

/// Runs a stream on the whole state and on rows at once; the outcomes are compared one by one. How often somebody was asked for
/// in the place of who was given a lead.
fn run(seed: u64, count: usize) -> (Desk, Tables, usize) {
    let (mut desk, mut tables, mut replaced) = (Desk::new(), Tables::default(), 0);
    for (lead, now) in stream(seed, count) {
        let input = desk.input(&lead);
        let on_all = decide(&desk, &input, &desk.state, false, now);
        on_rows(&desk, &mut tables, &input, false, now, &on_all);
        desk.state.apply(on_all.delta()).unwrap();
        replaced += usize::from(asks_for_another(&desk, &tables, &input, now, &on_all));
        desk.book.insert_lead(lead);
        on_all.apply_to(&mut desk.book);
        let mut last = on_all;
        while let Some(leadkit::Next::Review { lead, entry, claim, also, .. }) = last.next() {
            let (entry, claim, also) = (Some(entry.clone()), claim.clone(), also.clone());
            let input = Input { entry, claim, also, ..desk.intake.input_of(&desk.book, lead, now).unwrap() };
            let review = decide(&desk, &input, &desk.state, true, now);
            on_rows(&desk, &mut tables, &input, true, now, &review);
            desk.state.apply(review.delta()).unwrap();
            review.apply_to(&mut desk.book);
            last = review;
        }
    }
    (desk, tables, replaced)
}

/// A decision is remembered under its key, in rows too: the same call has the same answer, and never one whose rep is
/// excluded by now.
fn asks_for_another(
    desk: &Desk,
    tables: &Tables,
    input: &Input,
    now: chrono::DateTime<chrono::Utc>,
    decided: &Outcome,
) -> bool {
    let by_rules = |outcome: &Outcome| {
        let assignment = outcome.assignment()?;
        matches!(assignment.kind(), AssignmentKind::Assigned { .. }).then(|| assignment.owner().cloned())?
    };
    let Some(given) = by_rules(decided) else { return false };
    let asked = |input: &Input| {
        let keys = desk.intake.storage_keys(input, &desk.roster);
        let state = State::from_rows(tables.fetch(&keys, input.lead.created_at)).unwrap();
        let on_rows = decide(desk, input, &state, false, now);
        assert_eq!(on_rows, decide(desk, input, &desk.state, false, now), "{}", input.lead.id);
        by_rules(&on_rows)
    };
    assert_eq!(asked(input).as_ref(), Some(&given), "{}", input.lead.id);
    let assign = AssignOptions { excluded: [given.clone()].into(), ..input.assign.clone() };
    let another = asked(&Input { assign, ..input.clone() });
    assert_ne!(another.as_ref(), Some(&given), "{}", input.lead.id);
    another.is_some()
}

fn decide(
    desk: &Desk,
    input: &Input,
    state: &State,
    review: bool,
    now: chrono::DateTime<chrono::Utc>,
) -> Outcome {
    match review {
        true => desk.intake.review(input, &desk.roster, state, now),
        false => desk.intake.process(input, &desk.roster, state, now),
    }
}

fn on_rows(
    desk: &Desk,
    tables: &mut Tables,
    input: &Input,
    review: bool,
    now: chrono::DateTime<chrono::Utc>,
    expected: &Outcome,
) {
    let keys = desk.intake.storage_keys(input, &desk.roster);
    let mut state = State::from_rows(tables.fetch(&keys, input.lead.created_at)).unwrap();
    let outcome = decide(desk, input, &state, review, now);
    assert_eq!(outcome, *expected, "{}", input.lead.id);
    assert_eq!(outcome.basis(&input.rows).check(&input.rows, &desk.state), Ok(()));
    state.apply(outcome.delta()).unwrap();
    tables.store(&state, outcome.delta());
}

#[test]
fn rows_decide_as_the_whole_state_does() {
    let (mut resubmitted, mut bursts, mut capped, mut repeated, mut late) = (0, 0, 0, 0, 0);
    let mut replaced = 0;
    for seed in 0..12 {
        let (desk, tables, others) = run(seed, 120);
        replaced += others;
        let mut again = Desk::new();
        let mut newest = hour(-1);
        for (lead, now) in stream(seed, 120) {
            let outcome = again.submit(&lead, now);
            let hits = outcome.verdict().hits();
            resubmitted += usize::from(outcome.verdict().resubmission_of().is_some());
            bursts += hits.iter().filter(|hit| hit.reason().code() == "burst").count();
            capped += usize::from(
                outcome.assignment().is_some_and(|one| one.skipped().contains_key("pool_daily_cap")),
            );
            repeated += usize::from(outcome.route().folded_into().is_some());
            late += usize::from(lead.created_at < newest);
            newest = newest.max(lead.created_at);
        }
        assert_eq!(again.state, desk.state);
        // What lies in the tables is the whole state.
        let pools = ["leads", "fair"].map(Into::into);
        let mut reps = super::REPS.map(Into::into);
        reps.sort();
        let mut keys = desk.intake.storage_keys(&Input::default(), &desk.roster);
        (keys.pools, keys.reps) = (pools.to_vec(), reps.to_vec());
        let (stored, whole) = (tables.fetch(&keys, hour(0)), desk.state.rows(&keys));
        assert_eq!((stored.ledgers, stored.reps, stored.newest), (whole.ledgers, whole.reps, whole.newest));
    }
    println!("{resubmitted} repeats, {bursts} bursts, {capped} at a cap, {repeated} folded, {late} late");
    assert!([resubmitted, bursts, capped, repeated, late, replaced].iter().all(|count| *count > 30));
}

#[test]
fn a_late_lead_finds_what_it_would_have_found_in_time() {
    let mut random = Seeded(5);
    let leads = stream(3, 60);
    for _ in 0..20 {
        let mut desk = Desk::new();
        let mut windows = leadkit::blacklist::WindowState::default();
        // All but one come in by their time, in any order; what the one finds does not depend on it.
        let (last, _) = &leads[30 + random.below(20)];
        let mut others: Vec<_> = leads.iter().filter(|(lead, _)| lead.id != last.id).collect();
        for place in (1..others.len()).rev() {
            others.swap(place, random.below(place + 1));
        }
        for (lead, now) in others {
            let outcome = desk.intake.process(&desk.input(lead), &desk.roster, &State::default(), *now);
            windows.apply(&outcome.delta().windows);
        }
        desk.state.windows = windows;
        let verdict = |state: &State| {
            let outcome = desk.intake.process(&desk.input(last), &desk.roster, state, hour(60));
            outcome.verdict().clone()
        };
        let keys = desk.intake.storage_keys(&desk.input(last), &desk.roster);
        let alone = State::from_rows(desk.state.rows(&keys)).unwrap();
        assert_eq!(verdict(&desk.state), verdict(&alone));
    }
}

#[test]
fn an_event_counts_by_its_own_times_alone() {
    let mut desk = Desk::new();
    let form = |id: &str, hours: i64| leadkit::model::Lead {
        id: id.into(),
        created_at: hour(hours),
        phones: vec!["13812349876".into()],
        message: Some("请给我打电话，谢谢".into()),
        ..Default::default()
    };
    let other = leadkit::model::Lead {
        phones: vec!["15088672341".into()],
        message: Some("完全另外一件事情而已".into()),
        ..form("L2", 150)
    };
    let _ = desk.submit(&form("L1", 0), hour(0));
    let _ = desk.submit(&other, hour(150));
    // Six days late: the window of L1 has long ended for whoever comes now, and not for who came then.
    let late = desk.intake.process(&desk.input(&form("L3", 10)), &desk.roster, &desk.state, hour(151));
    assert_eq!(late.verdict().resubmission_of(), Some(&"L1".into()));
    let now = desk.intake.process(&desk.input(&form("L4", 151)), &desk.roster, &desk.state, hour(151));
    assert_eq!(now.verdict().resubmission_of(), None);
}

#[test]
fn rows_that_no_history_leads_to_are_refused_by_name() {
    let desk = Desk::after(1, 20);
    let (lead, _) = stream(1, 20).pop().unwrap();
    let rows = desk.state.rows(&desk.intake.storage_keys(&desk.input(&lead), &desk.roster));
    let refused = |change: &dyn Fn(&mut StateRows)| {
        let mut rows = rows.clone();
        change(&mut rows);
        let error = State::from_rows(rows).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(matches!(error, StateError::Row(..)), "{error}");
        format!("{error}: {source}")
    };
    assert!(State::from_rows(rows.clone()).is_ok() && !rows.decisions.is_empty());
    let said = refused(&|rows| rows.ledgers.push(rows.ledgers[0].clone()));
    assert!(said.contains("two decisions are remembered under the key `"), "{said}");
    let said = refused(&|rows| rows.ledgers.clear());
    assert!(
        said.starts_with("the row of a decision was not written by leadkit: the decision of revision"),
        "{said}"
    );
    let said = refused(&|rows| rows.reps.push(rows.reps[0].clone()));
    assert!(said.starts_with("the row of a rep"), "{said}");
}

#[test]
fn an_event_that_shorter_rules_wrote_ends_when_they_said() {
    use leadkit::blacklist::{Blacklist, BlacklistCheck, BlacklistRules, WindowState};
    let with_window = |hours: u32| {
        let mut rules = BlacklistRules::default();
        for rule in &mut rules.rules {
            if let BlacklistCheck::Resubmission(check) = &mut rule.check {
                check.window = leadkit::calendar::Span::hours(hours);
            }
        }
        Blacklist::compile(&rules).unwrap()
    };
    let form = |id: &str, hours: i64| leadkit::model::Lead {
        id: id.into(),
        created_at: hour(hours),
        phones: vec!["13812349876".into()],
        ..Default::default()
    };
    let check = |blacklist: &Blacklist, lead: &leadkit::model::Lead, windows: &WindowState| {
        crate::support::with_facts(lead, hour(100), |facts| blacklist.check(facts, windows))
    };
    let mut windows = WindowState::default();
    windows.apply(check(&with_window(2), &form("L1", 0), &windows).delta());
    for (hours, repeats) in [(1, true), (2, true), (3, false)] {
        let verdict = check(&with_window(48), &form("L2", hours), &windows);
        assert_eq!(verdict.resubmission_of().is_some(), repeats, "after {hours} hours");
    }
}

/// A team with deputies and colleagues, of whom somebody is always away.
fn absent_team() -> Roster {
    let rep = |id: &str, team: &str| Rep { id: id.into(), team: Some(team.into()), ..Rep::default() };
    let away = |from: i64, until: i64| vec![Absence { from: hour(from), until: hour(until) }];
    let reps = [
        Rep { deputy: Some("zhao".into()), absences: away(0, 400), ..rep("li", "east") },
        Rep { absences: away(30, 300), ..rep("wang", "east") },
        Rep { holding: 1, holding_cap: Some(2), ..rep("zhao", "west") },
        Rep { absences: away(10, 500), ..rep("chen", "west") },
        Rep { holding_cap: Some(6), ..rep("qian", "east") },
        rep("sun", "west"),
    ];
    Roster::compile(&reps, &Calendars::default()).unwrap()
}

/// Whoever stands in for an owner is read too, and who does is remembered: a lead that is delivered twice has one cover.
#[test]
fn rows_decide_as_the_whole_state_does_while_owners_are_away() {
    let names = ["li", "wang", "chen", "qian", "sun"];
    let (mut covers, mut passed_on) = (0, 0);
    for seed in 0..30 {
        let mut random = Seeded(seed);
        let (mut desk, mut tables) = (Desk::with_cap(None), Tables::default());
        desk.roster = absent_team();
        let rules = json!({
            "score": {"fit": {"rules": [{"id": "all", "points": 90}]}},
            "life": {"recycled_to": "rotation"},
            "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["wang", "qian", "sun", "chen"]}}]}}},
        });
        desk.intake = Intake::load(rules).unwrap();
        for number in 0..12_usize {
            let now = hour(4 * number as i64 + 1);
            let owner = random.percent(80).then(|| names[random.below(names.len())].into());
            let lead = Lead {
                id: format!("L{number}").as_str().into(),
                created_at: now,
                phones: vec![format!("139274{}", 61_853 + 37 * number).as_str().into()],
                owner,
                ..Lead::default()
            };
            let input = desk.input(&lead);
            let on_all = decide(&desk, &input, &desk.state, false, now);
            // The same form may be delivered twice before anybody has noticed.
            for _ in 0..1 + random.below(2) {
                on_rows(
                    &desk,
                    &mut tables,
                    &input,
                    false,
                    now,
                    &decide(&desk, &input, &desk.state, false, now),
                );
                let again = decide(&desk, &input, &desk.state, false, now);
                covers += again.effects().iter().filter(|one| matches!(one, Effect::Cover { .. })).count();
                desk.state.apply(again.delta()).unwrap();
            }
            desk.book.insert_lead(lead.clone());
            on_all.apply_to(&mut desk.book);
            // Somebody gives one back, and the call comes twice.
            let Some(input) = desk.intake.input_of(&desk.book, &lead.id, now).filter(|_| random.percent(40))
            else {
                continue;
            };
            for _ in 0..2 {
                let (roster, keys) = (&desk.roster, desk.intake.storage_keys(&input, &desk.roster));
                let reassign = |state: &State| {
                    desk.intake.reassign(&input, ReassignReason::OwnerGone, roster, state, now)
                };
                let on_all = reassign(&desk.state);
                let mut state = State::from_rows(tables.fetch(&keys, input.lead.created_at)).unwrap();
                let outcome = reassign(&state);
                assert_eq!(outcome, on_all, "seed {seed}");
                state.apply(outcome.delta()).unwrap();
                tables.store(&state, outcome.delta());
                passed_on += usize::from(outcome.route().owner().is_some());
                desk.state.apply(on_all.delta()).unwrap();
            }
        }
    }
    assert!(covers > 60 && passed_on > 30, "{covers} {passed_on}");
}

/// A lead of two reps moves the rows of both: what is written is the whole state.
#[test]
fn the_row_of_a_companion_is_written_too() {
    let intake = Intake::load(serde_json::json!({
        "score": {"fit": {"rules": [{"id": "all", "points": 90}]}},
        "assign": {"groups": {"presales": {"members": [{"rep": "zhao"}]}}, "pools": {"leads": {"rules": [
            {"id": "all", "then": {"reps": ["li"]}, "also": [{"role": "presales", "group": "presales"}]}]}}},
    }))
    .unwrap();
    let (roster, mut state) = (super::roster(), State::default());
    let lead =
        Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: hour(0), ..Lead::default() };
    let input = Input { lead, ..Input::default() };
    let outcome = intake.process(&input, &roster, &state, hour(0));
    state.apply(outcome.delta()).unwrap();
    let written = state.rows_written(outcome.delta());
    assert_eq!(written.reps.iter().map(|row| row.rep().as_str()).collect::<Vec<_>>(), ["li", "zhao"]);
    let read = State::from_rows(written).unwrap();
    assert_eq!(read.reps.assigned_on(&"zhao".into(), hour(0).date_naive()), 1);
    assert_eq!(read.reps.row(&"zhao".into()), state.reps.row(&"zhao".into()));
}
