//! Each law, broken by hand: the checker says so, and which.

use std::path::Path;

use leadkit::model::{Lead, LeadId};
use leadkit::{Outcome, Rules};

use super::desk::Desk;
use super::laws::Laws;
use super::{Verdict, run};

/// What a scenario prints, what the notes say, and whether the laws held.
fn live(scenario: &str, words: &str) -> (String, String, Verdict) {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let words = format!("s.jsonl {words}");
    let read = |path: &Path| {
        assert_eq!(path, Path::new("s.jsonl"));
        Ok(scenario.as_bytes().to_vec())
    };
    let verdict = run(words.split_whitespace().map(str::to_owned), &read, &mut out, &mut notes).unwrap();
    (String::from_utf8(out).unwrap(), String::from_utf8(notes).unwrap(), verdict)
}

fn at(minute: u32, event: &str) -> String {
    format!("{{\"at\":\"2026-03-02T09:{minute:02}:00+08:00\",{event}}}\n")
}

fn submit(minute: u32, id: &str, company: &str, phone: &str) -> String {
    let lead = format!(
        "\"submit\":{{\"id\":\"{id}\",\"name\":\"Ann\",\"company\":\"{company}\",\"phones\":[\"{phone}\"],\
         \"message\":\"from {id}\"}}"
    );
    at(minute, &lead)
}

const PHONE: &str = "13812349876";

/// The scenario is lawful, and breaks one law and no other once the effects are added to it.
#[track_caller]
fn assert_breaks(before: &str, effects: &str, law: u8) {
    let (_, notes, verdict) = live(before, "");
    assert_eq!((notes.as_str(), verdict), ("", Verdict::Lawful), "without the effects");
    let after = format!("{before}{}", at(50, &format!("\"effects\":[{effects}]")));
    let (_, notes, verdict) = live(&after, "");
    assert_eq!(verdict, Verdict::Broken);
    for line in notes.lines() {
        assert!(line.starts_with(&format!("law {law} (")), "{notes}");
    }
}

#[test]
fn law_1_a_lead_in_a_pool_without_a_wake_up_is_stuck() {
    let before = submit(0, "L1", "Acme Trading Ltd", PHONE);
    let effects =
        r#"{"set_status":{"lead":"L1","status":"unassigned"}},{"move_to_pool":{"lead":"L1","pool":"leads"}}"#;
    assert_breaks(&before, effects, 1);
}

#[test]
fn law_1_an_owner_without_a_deadline_is_stuck() {
    let before = submit(0, "L1", "Acme Trading Ltd", PHONE);
    let effects = r#"{"set_owner":{"lead":"L1","owner":"wang","acquisition":"assigned_by_admin"}}"#;
    assert_breaks(&before, effects, 1);
}

#[test]
fn law_1_who_is_gone_answers_nobody() {
    let before = submit(0, "L1", "Acme Trading Ltd", PHONE);
    let effects = r#"{"set_owner":{"lead":"L1","owner":"nobody","acquisition":"assigned_by_admin"}},
        {"start_deadlines":{"lead":"L1","from":"2026-03-02T01:50:00Z"}}"#;
    assert_breaks(&before, &effects.replace('\n', ""), 1);
}

#[test]
fn law_1_converted_stands_only_beside_an_owner() {
    let before = at(0, r#""submit":{"id":"L1","phones":["13812349876"]}"#);
    assert_breaks(&before, r#"{"set_status":{"lead":"L1","status":"converted"}}"#, 1);
}

#[test]
fn law_2_one_customer_has_one_owner() {
    let before =
        [submit(0, "L1", "Acme Trading Ltd", PHONE), submit(1, "L2", "Quellmark Energy GmbH", PHONE)]
            .concat();
    let effects = r#"{"set_owner":{"lead":"L2","owner":"zhao","acquisition":"assigned_by_admin"}},
        {"start_deadlines":{"lead":"L2","from":"2026-03-02T01:50:00Z"}}"#;
    assert_breaks(&before, &effects.replace('\n', ""), 2);
}

#[test]
fn law_3_a_value_that_is_overwritten_whole_is_lost() {
    let before = submit(0, "L1", "Acme Trading Ltd", PHONE);
    assert_breaks(&before, r#"{"update_field":{"record":{"lead":"L1"},"field":"name","value":"Bob"}}"#, 3);
    // Who names what he replaces loses nothing.
    let named = r#""effects":[{"update_field":{"record":{"lead":"L1"},"field":"name","value":"Bob","replaces":"Ann"}}]"#;
    assert_eq!(live(&format!("{before}{}", at(50, named)), "").2, Verdict::Lawful);
}

#[test]
fn law_3_a_key_that_is_gone_is_lost() {
    let before = submit(0, "L1", "Acme Trading Ltd", PHONE);
    assert_breaks(&before, r#"{"update_field":{"record":{"lead":"L1"},"field":"phones","value":null}}"#, 3);
}

#[test]
fn law_4_nobody_is_told_twice() {
    let before = submit(0, "L1", "Acme Trading Ltd", PHONE);
    let told = r#"{"notify":{"rep":"li","code":"reminder","about":{"lead":"L1"}}}"#;
    assert_eq!(live(&format!("{before}{}", at(50, &format!("\"effects\":[{told}]"))), "").2, Verdict::Lawful);
    assert_breaks(&before, &format!("{told},{told}"), 4);
}

#[test]
fn law_5_who_gave_it_back_does_not_get_it_again() {
    let before = [submit(0, "L1", "Acme Trading Ltd", PHONE), at(1, r#""return":{"lead":"L1"}"#)].concat();
    let effects = |how: &str| {
        format!(
            "{{\"set_owner\":{{\"lead\":\"L1\",\"owner\":\"li\",\"acquisition\":\"{how}\"}}}},\
             {{\"set_status\":{{\"lead\":\"L1\",\"status\":\"pending\"}}}},\
             {{\"start_deadlines\":{{\"lead\":\"L1\",\"from\":\"2026-03-02T01:50:00Z\"}}}}"
        )
    };
    assert_breaks(&before, &effects("auto_assigned"), 5);
    assert_breaks(&before, &effects("claimed"), 5);
    // An administrator may say so.
    let allotted = at(50, &format!("\"effects\":[{}]", effects("assigned_by_admin")));
    assert_eq!(live(&format!("{before}{allotted}"), "").2, Verdict::Lawful);
}

#[test]
fn law_8_a_status_without_its_owner_does_not_agree() {
    let before = submit(0, "L1", "Acme Trading Ltd", PHONE);
    assert_breaks(&before, r#"{"set_status":{"lead":"L1","status":"unassigned"}}"#, 8);
}

#[test]
fn law_8_a_stage_that_nobody_entered_does_not_agree() {
    let before = [
        submit(0, "L1", "Acme Trading Ltd", PHONE),
        at(1, r#""advance":{"lead":"L1","to":"mql","answers":{}}"#),
    ];
    let effects = r#"{"update_field":{"record":{"lead":"L1"},"field":"stage","value":"sql"}}"#;
    assert_breaks(&before.concat(), effects, 8);
}

/// What a host decides about two leads, one after the other.
fn decide(desk: &Desk, id: &str) -> Outcome {
    let lead = Lead {
        id: id.into(),
        name: Some("Ann".into()),
        phones: vec![PHONE.into()],
        message: Some("hello".into()),
        ..Lead::default()
    };
    let input = leadkit::Input { lead, ..leadkit::Input::default() };
    desk.intake.process(&input, &desk.roster, &desk.state, "2026-03-02T01:00:00Z".parse().unwrap())
}

fn desk() -> Desk {
    let reps = [leadkit::model::Rep { id: "li".into(), ..Default::default() }];
    Desk::with(&Rules::b2b(), &reps, &Default::default(), false).unwrap()
}

#[test]
fn law_6_effects_of_two_decisions_have_two_keys() {
    let (desk, mut laws) = (desk(), Laws::default());
    let one = decide(&desk, "L1");
    laws.decided(&one);
    laws.decided(&one);
    assert_eq!(laws.broken(), [], "the same decision twice is one");
    let mut other = serde_json::to_value(&one).unwrap();
    let owner =
        other["effects"].as_array_mut().unwrap().iter_mut().find_map(|effect| effect.get_mut("set_owner"));
    owner.unwrap()["owner"] = "wang".into();
    laws.decided(&serde_json::from_value(other).unwrap());
    assert_eq!(laws.broken().len(), 1);
    assert_eq!(laws.broken()[0].law, 6);
}

#[test]
fn law_6_what_is_applied_twice_is_as_applied_once() {
    let (desk, mut laws) = (desk(), Laws::default());
    let outcome = decide(&desk, "L1");
    let mut book = desk.intake.book();
    book.insert_lead(Lead { id: LeadId::from("L1"), ..Lead::default() });
    outcome.apply_to(&mut book);
    laws.twice(&outcome, &mut book);
    assert_eq!(laws.broken(), []);
    // A book on which a second time changes something is one on which it was no second time.
    let mut fresh = desk.intake.book();
    fresh.insert_lead(Lead { id: LeadId::from("L1"), ..Lead::default() });
    laws.twice(&outcome, &mut fresh);
    assert_eq!((laws.broken().len(), laws.broken()[0].law), (1, 6));
}

#[test]
fn law_7_another_text_is_reported() {
    let mut laws = Laws::default();
    laws.differs("2026-03-02T01:00:00Z".parse().unwrap(), "line 3 is another".to_owned());
    assert_eq!(
        laws.broken()[0].to_string(),
        "law 7 (the same bytes) is broken at 2026-03-02T01:00:00+00:00: line 3 is another"
    );
}
