//! Who is left for a lead that others have had, and what happens when nobody is.

use super::continues::{DAY, away, rep, rotation, team};
use super::*;
use leadkit::ReassignReason;

fn weighing(id: &str, weight: u32) -> Rep {
    Rep { weight, ..rep(id) }
}

fn staff(desk: &mut Desk, reps: &[Rep]) {
    desk.roster = Roster::compile(reps, &Calendars::default()).unwrap();
}

fn revoke(desk: &mut Desk, id: &str, at: i64) {
    let outcome = desk.intake.revoke(&desk.input(id, at), &desk.roster, &desk.state, hour(at));
    desk.apply(&outcome);
}

/// Both have lost it; whether they have room or will ever have makes no difference.
#[test]
fn a_lead_that_everybody_has_lost_is_nurtured_whatever_caps_they_have_reached() {
    let full = |id: &str| Rep { holding: 1, holding_cap: Some(1), ..rep(id) };
    let done = |id: &str| Rep { daily_cap: Some(1), ..rep(id) };
    let busy = |id: &str| Rep { holding: 90, untouched: 90, ..rep(id) };
    for reps in [full, done, busy, rep].map(|of| ["li", "wang"].map(of)) {
        let mut desk = team(rotation(), &["li", "wang"].map(rep));
        desk.submit(&caller("L1", 0, MOBILE));
        drop(desk.lose("L1", ReassignReason::Returned, 1));
        staff(&mut desk, &reps);
        let last = desk.lose("L1", ReassignReason::Returned, 2);
        assert_eq!(
            (last.route().code(), last.reason().to_string().as_str()),
            ("nurture", "owners_exhausted")
        );
    }
}

/// A cap of 0 never frees up, so a lead does not wait for it; one that is reached does.
#[test]
fn a_lead_does_not_wait_for_a_rep_whose_cap_is_0() {
    let none = [
        Rep { daily_cap: Some(0), ..rep("wang") },
        Rep { weekly_cap: Some(0), ..rep("wang") },
        Rep { monthly_cap: Some(0), ..rep("wang") },
        Rep { holding_cap: Some(0), ..rep("wang") },
        Rep { protected_cap: Some(0), ..rep("wang") },
    ];
    for wang in none {
        let mut desk = team(rotation(), &[rep("li"), wang]);
        desk.submit(&caller("L1", 0, MOBILE));
        assert_eq!(desk.lose("L1", ReassignReason::Returned, 1).route().code(), "nurture");
    }
    let full = Rep { holding: 1, holding_cap: Some(1), ..rep("wang") };
    let mut desk = team(rotation(), &[rep("li"), full]);
    desk.submit(&caller("L1", 0, MOBILE));
    let waits = desk.lose("L1", ReassignReason::Returned, 1);
    assert_eq!((waits.route().code(), waits.reason().to_string().as_str()), ("unassigned", "all_capped"));
}

/// A rep who lost the cycle before is excluded while anybody else is eligible, and a decision taken back counts against nobody.
#[test]
fn a_revoked_decision_does_not_bring_back_who_lost_the_cycle_before() {
    let mut desk = team(rotation(), &[rep("li"), weighing("wang", 9)]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    drop(desk.lose("L1", ReassignReason::Returned, 1));
    drop(desk.lose("L1", ReassignReason::Returned, 2));
    let history = desk.book.history(&"L1".into());
    assert_eq!(history.tenures.len(), 2, "{history:?}");
    // The next look begins a new cycle: li may have it, and wang, who lost it last, may not.
    let at = 33 * DAY;
    drop(desk.review("L1", at));
    assert_eq!(desk.owner("L1"), "li");
    revoke(&mut desk, "L1", at + 1);
    assert_eq!(desk.owner("L1"), "li", "wang stays out");
}

/// Whoever was given it last by mistake does not get it straight back, while another may have it.
#[test]
fn one_revoked_decision_after_the_other_goes_to_one_after_the_other() {
    let mut desk = team(rotation(), &[weighing("li", 9), rep("wang")]);
    desk.submit(&caller("L1", 0, MOBILE));
    let mut had = vec![desk.owner("L1").to_owned()];
    for at in 1..=5 {
        revoke(&mut desk, "L1", at);
        had.push(desk.owner("L1").to_owned());
    }
    assert!(had.windows(2).all(|two| two[0] != two[1]), "{had:?}");
}

#[test]
fn who_runs_the_pool_is_told_once_that_nobody_covers_for_an_owner() {
    let admins = json!({"pools": [{"id": "leads", "admins": ["boss"]}]});
    let mut desk = team(admins, &[rep("li")]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    staff(&mut desk, &[away("li", 1, 20 * DAY)]);
    for at in [2, DAY + 2, 2 * DAY + 2] {
        drop(desk.review("L1", at));
    }
    let told = desk.told();
    assert_eq!(told.iter().filter(|one| *one == "boss nobody_covers lead L1").count(), 1, "{told:?}");
    assert!(told.iter().all(|one| !one.contains("owners_exhausted")), "nobody missed anything: {told:?}");
}

/// A deputy who goes on leave too has missed nothing.
#[test]
fn a_deputy_on_leave_has_not_lost_the_lead() {
    let admins = json!({"pools": [{"id": "leads", "admins": ["boss"]}]});
    let li = || Rep { deputy: Some("wang".into()), ..away("li", 1, 20 * DAY) };
    let mut desk = team(admins, &[rep("li"), rep("wang")]);
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    staff(&mut desk, &[li(), rep("wang")]);
    drop(desk.review("L1", 2));
    assert!(desk.book.history(&"L1".into()).cover().is_some());
    staff(&mut desk, &[li(), away("wang", 3, 20 * DAY)]);
    drop(desk.review("L1", 4));
    let told = desk.told();
    assert!(told.contains(&"boss nobody_covers lead L1".to_owned()), "{told:?}");
    assert!(told.iter().all(|one| !one.contains("owners_exhausted")), "{told:?}");
}

/// A weight says what the rules give, and not what people order.
#[test]
fn a_rep_who_takes_no_turns_gets_what_a_person_gives() {
    let new = || team(rotation(), &[rep("li"), weighing("boss", 0)]);
    let mut desk = new();
    desk.submit(&caller("L1", 0, MOBILE));
    assert_eq!(desk.owner("L1"), "li");
    assert_eq!(desk.allot("L1", "boss", 1).refusal(), None);
    assert_eq!(desk.owner("L1"), "boss");
    let mut desk = new();
    desk.submit(&caller("L1", 0, MOBILE));
    let inputs = [desk.input("L1", 1)];
    let handed = desk.intake.hand_over(
        &inputs,
        &"li".into(),
        Some(&"boss".into()),
        &desk.roster,
        &desk.state,
        hour(1),
    );
    assert_eq!(handed[0].route().owner().map(|owner| owner.as_str()), Some("boss"));
}
