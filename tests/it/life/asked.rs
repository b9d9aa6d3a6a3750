//! Rules that give a lead to nobody: a reviewer is asked, a pool keeps it, whoever wants it claims it.

use super::continues::{DAY, away, rep, team};
use super::*;
use leadkit::model::Lead;

/// A director decides about every lead; if not, the rules below do, if there are any.
fn directed(reviewer: &Json, below: bool) -> Json {
    let mut rules = vec![json!({"id": "director", "then": {"reviewer": reviewer}})];
    rules.extend(below.then(|| json!({"id": "all", "then": {"reps": ["li", "wang"]}})));
    json!({
        "pools": [{"id": "leads", "admins": ["chief"]}],
        "assign": {"groups": {"east": {"members": [{"rep": "wang"}]}}, "pools": {"leads": {"rules": rules}}},
    })
}

#[test]
fn a_reviewer_who_does_not_answer_in_two_days_is_passed_over_and_the_admin_is_told() {
    let reps = ["boss", "chief", "li", "wang"].map(rep);
    let mut desk = team(directed(&json!({"by": "boss"}), true), &reps);
    let outcome = desk.submit(&caller("L1", 0, MOBILE)).outcome;
    assert_eq!(
        outcome.to_string(),
        "lead L1 waits for boss to decide until 2026-03-04T00:00:00Z, then goes by the rules"
    );
    assert_eq!(desk.due_at("L1"), Some(hour(2 * DAY)));
    // Looked at before, nothing happens, and the time does not move.
    let early = desk.review("L1", DAY);
    assert_eq!((early.effects(), early.route().code()), (&[][..], "awaiting_review"));
    assert!(early.delta().is_empty());
    assert_eq!(desk.due_at("L1"), Some(hour(2 * DAY)));
    let late = desk.review("L1", 2 * DAY);
    assert_eq!(late.route().code(), "assigned", "{late}");
    assert!(desk.told().contains(&"chief review_missed lead L1".to_owned()), "{:?}", desk.told());
}

#[test]
fn a_reviewer_who_has_left_or_is_long_away_is_not_waited_for() {
    let gone = Rep { active: false, ..rep("boss") };
    for (boss, asks) in [
        (Some(gone), false),
        (None, false),
        (Some(away("boss", 0, 90 * DAY)), false),
        (Some(away("boss", 0, 5)), true),
    ] {
        let mut reps = vec![rep("chief"), rep("li"), rep("wang")];
        reps.extend(boss);
        let mut desk = team(directed(&json!({"by": "boss"}), true), &reps);
        let outcome = desk.submit(&caller("L1", 0, MOBILE)).outcome;
        assert_eq!(outcome.route().code(), if asks { "awaiting_review" } else { "assigned" }, "{outcome}");
        assert_eq!(desk.told().iter().any(|said| said == "chief review_missed lead L1"), !asks);
    }
}

#[test]
fn without_rules_below_a_lead_goes_to_those_whom_the_reviewer_was_suggested() {
    let reps = ["boss", "chief", "li", "wang"].map(rep);
    let mut desk = team(directed(&json!({"by": "boss", "suggest": "east"}), false), &reps);
    desk.submit(&caller("L1", 0, MOBILE));
    assert_eq!(desk.owner("L1"), "-");
    let _ = desk.review("L1", 2 * DAY);
    assert_eq!(desk.owner("L1"), "wang");
    // And if the rule suggests nobody it waits in line, and the director is asked no more.
    let mut desk = team(directed(&json!({"by": "boss"}), false), &reps);
    desk.submit(&caller("L1", 0, MOBILE));
    for day in [2, 3, 4, 5] {
        let outcome = desk.review("L1", day * DAY);
        assert_eq!(outcome.route().code(), "unassigned", "{outcome}");
    }
    assert!(desk.told().contains(&"chief nobody_gets_it lead L1".to_owned()), "{:?}", desk.told());
}

#[test]
fn what_the_reviewer_decides_is_an_allotment() {
    let reps = ["boss", "chief", "li", "wang"].map(rep);
    let mut desk = team(directed(&json!({"by": "boss", "suggest": "east"}), true), &reps);
    let outcome = desk.submit(&caller("L1", 0, MOBILE)).outcome;
    let said = outcome.assignment().unwrap().to_string();
    assert_eq!(said, "lead L1 waits for boss to decide by rule director; suggested: wang");
    // Nobody takes meanwhile what the director is asked about.
    let claimed = desk.intake.claim(&desk.input("L1", 2), &"li".into(), &desk.roster, &desk.state, hour(2));
    assert_eq!(claimed.refusal().unwrap().code(), "awaiting_review");
    let _ = desk.allot("L1", "wang", 3);
    assert_eq!(desk.owner("L1"), "wang");
    let how = desk.book.history(&"L1".into()).tenures[0].acquisition.clone();
    assert_eq!(how, leadkit::model::Acquisition::AssignedByAdmin);
}

fn asked_since(desk: &Desk) -> Option<i64> {
    let request = desk.book.desk().reviews.get(&("L1".into(), "assignment_review".into()))?;
    Some((request.since - hour(0)).num_hours())
}

#[test]
fn a_question_that_was_answered_is_asked_anew_from_then_on() {
    let reps = ["boss", "chief", "li", "wang"].map(rep);
    let mut rules = directed(&json!({"by": "boss"}), true);
    rules["life"] = json!({"recycled_to": "rotation"});
    let asked = || {
        let mut desk = team(rules.clone(), &reps);
        desk.submit(&caller("L1", 0, MOBILE));
        assert_eq!(asked_since(&desk), Some(0));
        // Another look asks nothing new.
        let _ = desk.review("L1", 1);
        assert_eq!(asked_since(&desk), Some(0));
        desk
    };
    // The director gives it to a rep, who gives it back a week later.
    let mut desk = asked();
    let _ = desk.allot("L1", "li", 3);
    assert_eq!((desk.owner("L1"), asked_since(&desk)), ("li", None));
    let again = desk.lose("L1", leadkit::ReassignReason::Returned, 7 * DAY);
    assert_eq!((again.route().code(), asked_since(&desk)), ("awaiting_review", Some(7 * DAY)));
    // It is released, and asked about again.
    let mut desk = asked();
    let _ = desk.release("L1", 3);
    assert_ne!(asked_since(&desk), Some(0));
    let ask = Effect::RequestReview {
        lead: "L1".into(),
        reviewer: Some("boss".into()),
        code: "assignment_review".into(),
    };
    desk.book.apply_effects("asked again", &[ask], hour(7 * DAY));
    assert_ne!(asked_since(&desk), Some(0));
    // It is closed.
    let mut desk = asked();
    let reason = leadkit::model::CloseReason::NoIntent;
    let closed = desk.intake.close(&desk.input("L1", 3), reason, &desk.roster, &desk.state, hour(3));
    desk.apply(&closed);
    assert_eq!(asked_since(&desk), None);
}

/// Small companies to a pool of their own.
fn by_size() -> Json {
    json!({
        "pools": [{"id": "leads"}, {"id": "smalls"}],
        "assign": {"pools": {"leads": {"rules": [
            {"id": "small", "when": {"field": "employee_count", "lt": 100}, "then": {"pool": "smalls"}},
            {"id": "rest", "then": {"reps": ["li"]}},
        ]}}},
    })
}

#[test]
fn a_lead_that_a_rule_sent_to_a_pool_stays_until_its_facts_are_others() {
    let mut desk = team(by_size(), &[rep("li")]);
    desk.submit(&Lead { employee_count: Some(5), ..caller("L1", 0, MOBILE) });
    assert_eq!(desk.lead("L1").pool, Some("smalls".into()));
    let due = desk.due_at("L1");
    for at in [1, DAY, 2 * DAY] {
        let looked = desk.review("L1", at);
        assert_eq!((looked.effects(), looked.route().code()), (&[][..], "to_pool"), "{looked}");
        assert!(looked.delta().is_empty());
        assert_eq!(desk.due_at("L1"), due, "its stay is not longer for being looked at");
    }
    // It was 5,000: the rules are asked anew.
    let mut lead = desk.lead("L1").clone();
    lead.employee_count = Some(5_000);
    desk.book.insert_lead(lead);
    let _ = desk.review("L1", 2 * DAY + 1);
    assert_eq!(desk.owner("L1"), "li");
}

#[test]
fn what_lies_in_a_pool_for_claims_is_given_to_nobody_and_nurtured_when_nobody_wants_it() {
    let rules = json!({"pools": [{"id": "leads"}, {"id": "sea", "mode": "claim_only", "admins": ["chief"]}]});
    let mut desk = team(rules, &["chief", "li", "wang", "zhao"].map(rep));
    desk.submit(&Lead { pool: Some("sea".into()), ..caller("L1", 0, MOBILE) });
    assert_eq!((desk.owner("L1"), desk.lead("L1").pool.clone()), ("-", Some("sea".into())));
    assert_eq!(desk.due_at("L1"), Some(hour(3 * DAY)));
    assert_eq!(desk.review("L1", DAY).effects(), &[][..]);
    let served = desk.intake.serve(&[desk.input("L1", DAY)], &desk.roster, &desk.state, hour(DAY));
    assert_eq!(served[0].route().owner(), None);
    let _ = desk.review("L1", 3 * DAY);
    assert_eq!((desk.owner("L1"), desk.lead("L1").pool.clone()), ("-", Some("nurture".into())));
    assert!(desk.told().contains(&"chief nobody_claims lead L1".to_owned()), "{:?}", desk.told());
    // Another is claimed.
    desk.submit(&Lead { pool: Some("sea".into()), ..caller("L2", 4 * DAY, "13927461853") });
    assert_eq!(desk.claim("L2", "li", 4 * DAY + 1).refusal(), None);
    assert_eq!(desk.owner("L2"), "li");
}
