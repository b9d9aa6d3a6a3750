//! The waiting line: who is busy passes, whoever waits is served before what comes later, and the best first.

use super::continues::{DAY, rep, rotation, team};
use super::*;
use leadkit::model::{Acquisition, History, Tenure, TenureEnd};
use leadkit::{ReassignReason, assign::SkipReason};

fn busy(id: &str) -> Rep {
    Rep { holding: 5, untouched: 5, ..rep(id) }
}

#[test]
fn whoever_has_five_leads_untouched_is_given_no_more_by_any_call_and_the_reason_has_the_numbers() {
    let mut desk = team(json!({}), &[busy("li"), busy("wang")]);
    let outcome = desk.submit(&caller("L1", 1, MOBILE)).outcome;
    assert_eq!(outcome.to_string(), "lead L1 stays without an owner (all_capped)");
    let skipped = outcome.assignment().unwrap().skipped();
    assert_eq!(
        skipped.iter().map(|(code, n)| (code.as_ref(), *n)).collect::<Vec<_>>(),
        [("busy", 2), ("unknown_rep", 1)]
    );
    let reason = SkipReason::Busy { untouched: 5, limit: 5 };
    assert_eq!(reason.to_string(), "has 5 untouched leads (limit 5)");
    assert!(reason.is_cap());
    // A look at it and the line say the same at the same moment.
    for outcome in [
        desk.intake.review(&desk.input("L1", 2), &desk.roster, &desk.state, hour(2)),
        desk.intake.serve(&[desk.input("L1", 2)], &desk.roster, &desk.state, hour(2)).swap_remove(0),
    ] {
        assert_eq!(outcome.route().code(), "unassigned");
        assert_eq!(outcome.assignment().unwrap().skipped().get("busy"), Some(&2));
    }
    // What a rep claims, and what a director gives, is their affair.
    assert_eq!(desk.claim("L1", "li", 3).refusal(), None);
    assert_eq!(desk.owner("L1"), "li");
}

#[test]
fn a_lead_whose_others_are_busy_waits_for_them_and_is_not_nurtured() {
    let mut desk = team(rotation(), &[rep("li"), busy("wang"), busy("zhao")]);
    desk.submit(&caller("L1", 0, MOBILE));
    assert_eq!(desk.owner("L1"), "li");
    let lost = desk.lose("L1", ReassignReason::Returned, 1);
    assert_eq!(lost.route().code(), "unassigned", "{lost}");
    for at in [2, DAY, 2 * DAY] {
        let served = desk.intake.serve(&[desk.input("L1", at)], &desk.roster, &desk.state, hour(at));
        assert_eq!(served[0].route().code(), "unassigned", "{}", served[0]);
        assert!(served[0].effects().iter().any(|one| matches!(one, Effect::SetNextWakeUp { .. })));
    }
    // Somebody has room again: that rep gets it, not the one who gave it back.
    desk.roster = Roster::compile(&[rep("li"), busy("wang"), rep("zhao")], &Calendars::default()).unwrap();
    let served = desk.intake.serve(&[desk.input("L1", 3 * DAY)], &desk.roster, &desk.state, hour(3 * DAY));
    assert_eq!(served[0].route().owner().unwrap().as_str(), "zhao");
}

#[test]
fn who_closed_a_lead_for_want_of_need_has_not_lost_it() {
    let mut desk = team(json!({}), &[]);
    desk.submit(&caller("L1", 0, MOBILE));
    let li = desk.owner("L1").to_owned();
    desk.call("L1", &li, 1);
    let closed = desk.intake.close(
        &desk.input("L1", 2),
        leadkit::model::CloseReason::NoIntent,
        &desk.roster,
        &desk.state,
        hour(2),
    );
    desk.apply(&closed);
    assert_eq!(desk.book.history(&"L1".into()).tenures[0].end, Some(TenureEnd::Invalid));
    // Others have had their turns meanwhile; this rep is the next, and nothing rules them out.
    for (number, phone) in ["13927461853", "15088672341"].iter().enumerate() {
        desk.submit(&caller(&format!("M{number}"), 3, phone));
    }
    desk.submit(&caller("L2", 7 * DAY, MOBILE));
    assert_eq!(desk.owner("L1"), li);
}

/// L2 turns out to be L1 when its turn comes: who lost either has lost what goes on, and three are enough.
#[test]
fn who_lost_what_joined_a_lead_of_the_line_has_lost_it_in_the_same_call() {
    let mut desk = team(json!({}), &[busy("li"), busy("wang"), busy("zhao"), busy("chen")]);
    desk.submit(&caller("L1", 0, MOBILE));
    desk.submit(&caller("L2", 1, "13927461853"));
    let lost = |lead: &str, owner: &str, at: i64| Tenure {
        lead: lead.into(),
        owner: owner.into(),
        from: hour(at),
        until: Some(hour(at + 1)),
        acquisition: Acquisition::AutoAssigned,
        end: Some(TenureEnd::Recycled),
        close_reason: None,
    };
    let begun =
        |at: i64, tenures| History { cycle_started_at: Some(hour(at)), tenures, ..History::default() };
    // L2 waits for longer, and goes first.
    desk.book.insert_life(&"L1".into(), begun(3, vec![lost("L1", "zhao", 6)]), Vec::new());
    desk.book.insert_life(
        &"L2".into(),
        begun(2, vec![lost("L2", "li", 4), lost("L2", "wang", 5)]),
        Vec::new(),
    );
    let lead = desk.lead("L2").clone();
    desk.book.insert_lead(Lead { phones: vec![MOBILE.into()], ..lead });

    let reps = ["li", "wang", "zhao", "chen"].map(rep);
    desk.roster = Roster::compile(&reps, &Calendars::default()).unwrap();
    let line = [desk.input("L1", 7), desk.input("L2", 7)];
    let served = desk.intake.serve(&line, &desk.roster, &desk.state, hour(7));
    assert_eq!(served.iter().map(|one| one.lead().as_str()).collect::<Vec<_>>(), ["L2"]);
    assert_eq!(served[0].route(), &folded("L1", FoldKind::Collected));
    desk.apply(&served[0]);
    assert_eq!((desk.owner("L1"), desk.lead("L1").pool.as_ref().unwrap().as_str()), ("-", "nurture"));
}

/// L1 waits from hour 3; what it took in was lost at hour 7, and L2 waits from hour 5.
#[test]
fn a_lead_does_not_wait_from_the_loss_of_one_that_it_took_in() {
    for (of, first) in [("L0", "L1"), ("L1", "L2")] {
        let mut desk = team(json!({}), &[rep("wang")]);
        desk.book.insert_lead(caller("L1", 3, MOBILE));
        desk.book.insert_lead(caller("L2", 5, "13927461853"));
        let lost = Tenure {
            lead: of.into(),
            owner: "li".into(),
            from: hour(4),
            until: Some(hour(7)),
            acquisition: Acquisition::AutoAssigned,
            end: Some(TenureEnd::Returned),
            close_reason: None,
        };
        desk.book.insert_life(
            &"L1".into(),
            History { tenures: vec![lost], ..History::default() },
            Vec::new(),
        );
        let line = [desk.input("L1", 9), desk.input("L2", 9)];
        let served = desk.intake.serve(&line, &desk.roster, &desk.state, hour(9));
        assert_eq!(served[0].lead().as_str(), first, "{of} was lost");
    }
}

/// Three months in nurture are no wait: L1 is ready on its last day, and L2 waited before that.
#[test]
fn a_nurtured_lead_waits_from_when_it_is_ready() {
    let cold = |id: &str, at, phone| Lead { tags: vec!["cold".into()], ..caller(id, at, phone) };
    for (ready, first) in [(90 * DAY, "L2"), (80 * DAY, "L1")] {
        let mut desk = team(json!({}), &[busy("li"), busy("wang")]);
        desk.submit(&cold("L1", 0, MOBILE));
        assert_eq!(desk.lead("L1").pool, Some("nurture".into()));
        if ready > 85 * DAY {
            desk.submit(&caller("L2", 85 * DAY, "13927461853"));
        }
        let warm = Lead { tags: Vec::new(), ..desk.lead("L1").clone() };
        desk.book.insert_lead(warm);
        assert_eq!(desk.review("L1", ready).route().code(), "unassigned");
        let (cycle, pool) = (desk.book.history(&"L1".into()).cycle, desk.lead("L1").pool.clone());
        assert_eq!((cycle, pool), (1, None), "it is nurtured no more");
        // Another look begins nothing anew.
        let _ = desk.review("L1", ready + 1);
        assert_eq!(desk.book.history(&"L1".into()).cycle_started_at, Some(hour(ready)));
        if ready < 85 * DAY {
            desk.submit(&caller("L2", 85 * DAY, "13927461853"));
        }
        desk.roster = Roster::compile(&["li", "wang"].map(rep), &Calendars::default()).unwrap();
        let line = [desk.input("L1", 91 * DAY), desk.input("L2", 91 * DAY)];
        let served = desk.intake.serve(&line, &desk.roster, &desk.state, hour(91 * DAY));
        assert_eq!(served.iter().map(Outcome::lead).next().unwrap().as_str(), first, "ready at {ready}");
        assert_eq!(served.len(), 2);
    }
}

/// What people write for "never again" is as long as time is.
#[test]
fn any_number_of_days_or_hours_that_is_read_can_be_counted() {
    let days = u32::MAX;
    let life = json!({"exclusion_days": days, "cool_down_days": days, "cool_down_hours": days, "pool_stay_hours": days, "hot_pool_stay_hours": days,
        "burst_hold_hours": days, "absence_limit_hours": days, "first_contact_hours": days});
    let rules = json!({"leads": {"claim_cool_down_days": days, "claim_cool_down_hours": days, "rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}});
    let changes = json!({"life": life, "assign": {"pools": rules}});
    let mut desk = team(changes, &[super::continues::away("li", 0, 90 * DAY), rep("wang")]);
    desk.book.insert_account(account("A1", "Acme Trading Ltd", Some("li")));
    desk.submit(&Lead { company: Some("Acme Trading Ltd".into()), ..caller("L1", 0, MOBILE) });
    desk.submit(&caller("L2", 1, "13927461853"));
    assert_eq!(desk.owner("L2"), "wang");
    drop(desk.lose("L2", ReassignReason::Returned, 2));
    assert_eq!(desk.claim("L2", "wang", 3 * DAY).refusal().unwrap().code(), "cool_down");
}
