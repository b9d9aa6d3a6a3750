//! What a law excuses, it excuses for one reason only: each excuse, stretched by hand, is reported.

use leadkit::Rules;
use leadkit::model::{Rep, TenureEnd};
use serde_json::json;

use super::Verdict;
use super::desk::Desk;
use super::event::read_lines;
use super::mutants::{ACME, PHONE, assert_breaks, at, live, submit};

/// Two reps have spoken to Ann, and an update says that they are one: `L1` collides with `L2` until the next morning.
fn collision() -> String {
    let lines = [
        format!(r#""submit":{{"id":"L1","name":"Ann","phones":["{PHONE}"],"message":"m"}}"#),
        r#""submit":{"id":"L2","name":"Ann","emails":["ann@gmail.com"],"message":"m"}"#.to_owned(),
        r#""follow_up":{"lead":"L1","owner":"li","kind":"call"}"#.to_owned(),
        r#""follow_up":{"lead":"L2","owner":"wang","kind":"call"}"#.to_owned(),
        r#""update":{"lead":"L1","emails":["ann@gmail.com"]}"#.to_owned(),
    ];
    (0..).zip(&lines).map(|(minute, line)| at(minute, line)).collect()
}

#[test]
fn a_collision_that_nothing_ends_is_stuck_and_excuses_no_second_owner() {
    let later =
        json!({"set_next_wake_up": {"lead": "L1", "at": "2026-03-09T01:00:00Z", "code": "owner_back"}});
    let (_, notes, verdict) = live(&collision(), "");
    assert_eq!((notes.as_str(), verdict), ("", Verdict::Lawful));
    let after = format!("{}{}", collision(), at(50, &format!("\"effects\":[{later}]")));
    let (_, notes, _) = live(&after, "");
    let says = |law: &str, what: &str| notes.lines().any(|one| one.starts_with(law) && one.contains(what));
    assert!(says("law 1 (", "L1 collides") && says("law 2 (", "L1"), "{notes}");
}

#[test]
fn of_an_account_s_lead_nobody_is_asked_who_has_not_to_do_with_the_account() {
    // L1 is of li's account; that it collides with something of wang's says nothing of zhao, who has the account now.
    let account = format!(r#""account":{{"id":"A1","company":"{ACME}","owner":"li"}}"#);
    let before = [at(0, &account), submit(1, "L1", ACME, PHONE)].concat();
    let effects = [
        json!({"add_tag": {"lead": "L1", "tag": "collision"}}),
        json!({"set_next_wake_up": {"lead": "L1", "at": "2026-03-03T01:00:00Z", "code": "collision_due"}}),
        json!({"notify": {"rep": "li", "code": "collision", "about": {"lead": "L1"}}}),
        json!({"update_field":
            {"record": {"account": "A1"}, "field": "owner", "value": "zhao", "replaces": "li"}}),
    ];
    assert_breaks(&before, &effects.map(|one| one.to_string()).join(","), 2);
}

#[test]
fn who_lost_a_lead_in_its_cycle_is_seen_with_it_at_any_later_look() {
    let reps = ["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() });
    let mut desk = Desk::with(&Rules::b2b(), &reps, &Default::default(), false).unwrap();
    let call = at(9, r#""follow_up":{"lead":"L1","owner":"li","kind":"call"}"#);
    for line in read_lines(&[submit(0, "L1", ACME, PHONE), call].concat(), "s.jsonl").unwrap() {
        desk.live(&line).unwrap();
    }
    desk.check_all();
    assert!(desk.broken().is_empty(), "{:?}", desk.broken());
    let mut history = desk.book.history(&"L1".into()).clone();
    let mut lost = history.tenures[0].clone();
    (lost.until, lost.end) = (Some(lost.from), Some(TenureEnd::Returned));
    history.tenures.insert(0, lost);
    desk.book.insert_life(&"L1".into(), history, Vec::new());
    desk.check_all();
    let said: Vec<String> = desk.broken().iter().map(|one| one.what.clone()).collect();
    assert_eq!(said, ["lead L1 is with li again, who had it in this cycle"]);
}
