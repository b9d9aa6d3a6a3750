//! What counts: as an answer to a customer, as a reviewer's word, as somebody's lead. Small scenarios.

use serde_json::{Value as Json, json};

use super::mended::{ACME, PHONE, SECOND, call, lawful, of, tick};

fn account(id: &str, owner: Option<&str>) -> Json {
    json!({"account": {"id": id, "company": ACME, "owner": owner}})
}

fn opportunity(lead: &str, status: &str) -> Json {
    json!({"opportunity": {"id": "O1", "lead": lead, "status": status}})
}

fn call_at(lead: &str, rep: &str, time: &str) -> Json {
    json!({"follow_up": {"lead": lead, "owner": rep, "kind": "call", "time": time}})
}

#[test]
fn an_opportunity_of_before_answers_for_nobody_who_gets_the_customer_later() {
    let mut lines = vec![
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("03T10:36", opportunity("L1", "open")),
        ("03T12:41", account("A1", Some("zhao"))),
        ("03T13:41", json!({"update": {"lead": "L1", "title": "CEO"}})),
        ("05T09:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.owner("L1"), lived.lead("L1")[4]), ("zhao", "opportunity O1"));
    // It is lost: the owner's time to answer runs from then on.
    lines.splice(4.., [("05T09:00", opportunity("L1", "lost")), ("06T09:30", tick())]);
    let lived = lawful("", &lines);
    assert_eq!(lived.owner("L1"), "wang");
    assert!(lived.was_told("zhao deadline_missed lead L1"), "{:?}", lived.told());
}

#[test]
fn an_answered_customer_is_not_due_again_when_given_to_another() {
    let hand_over = json!({"hand_over": {"rep": "wang", "to": "zhao"}});
    // A customer whom only reps who lost them may have goes to another rep, and nobody is told to answer them.
    for (last, owner) in [(hand_over, "zhao"), (account("A1", Some("zhao")), "zhao")] {
        let lines = [
            ("02T08:00", account("A1", Some("li"))),
            ("02T09:00", of(ACME, "L1", PHONE, "quote")),
            ("03T09:05", call("L1", "wang")),
            ("03T09:10", last),
            ("12T09:00", tick()),
        ];
        let lived = lawful("", &lines);
        assert_eq!(lived.account("A1"), owner);
        assert!(!lived.out.contains("nobody_answers"), "{}", lived.out);
        assert_eq!(lived.lead("L1")[4], "-", "nothing is due");
    }
    // A rep who missed the customer once does not get them again by that: they go to a third, who has nothing to answer.
    let back = json!({"account": {"id": "A1", "company": ACME, "owner": "li", "domain": "acme.example"}});
    let lines = [
        ("02T08:00", account("A1", Some("li"))),
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("03T09:05", call("L1", "wang")),
        ("03T09:10", account("A1", Some("zhao"))),
        ("03T09:20", back),
        ("12T09:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert!(!lived.out.contains("nobody_answers"), "{}", lived.out);
    assert_eq!(lived.lead("L1")[4], "-", "nothing is due");
}

#[test]
fn a_call_from_before_the_owner_had_it_is_not_an_answer() {
    // A clock that is years behind takes the lead from nobody, and one that is ahead keeps it for nobody.
    let first = ("02T09:00", of(ACME, "L1", PHONE, "quote"));
    for (time, due) in [
        ("2020-03-20T09:00:00+08:00", "first_contact li 2026-03-03T09:00:00+08:00"),
        ("2026-03-02T08:30:00+08:00", "first_contact li 2026-03-03T09:00:00+08:00"),
        ("2099-03-20T09:00:00+08:00", "follow_up li 2026-03-05T09:10:00+08:00"),
    ] {
        let lived = lawful("", &[first.clone(), ("02T09:10", call_at("L1", "li", time))]);
        assert_eq!((lived.owner("L1"), lived.lead("L1")[4]), ("li", due), "{time}");
    }
    let lines = [
        ("02T08:00", account("A1", Some("wang"))),
        first,
        ("02T12:00", call_at("L1", "wang", "2026-03-02T08:59:00+08:00")),
    ];
    assert_eq!(lawful("", &lines).lead("L1")[4], "first_contact wang 2026-03-03T09:00:00+08:00");
}

#[test]
fn what_an_opportunity_held_until_it_was_put_to_another_lead_goes_on() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:01", of("Borealis Mining Ltd", "L2", SECOND, "quote")),
        ("02T09:05", call("L2", "wang")),
        ("02T09:10", opportunity("L1", "open")),
        ("04T09:20", opportunity("L2", "open")),
        ("04T12:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.lead("L1")[4], "first_contact li 2026-03-05T09:20:00+08:00");
    assert_eq!(lived.lead("L2")[4], "opportunity O1");
}

#[test]
fn an_opportunity_of_nobody_s_lead_keeps_nobody_from_claiming_it() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:05", json!({"return": {"lead": "L1", "reason": "x"}})),
        ("02T09:10", opportunity("L1", "open")),
        ("02T09:20", json!({"claim": {"lead": "L1", "rep": "zhao"}})),
    ];
    assert_eq!(lawful("", &lines).owner("L1"), "zhao");
}

#[test]
fn a_dead_record_gives_nobody_the_lead_that_takes_it_in() {
    let lines = [
        ("02T09:00", json!({"submit": {"id": "L1", "name": "Ann", "phones": [SECOND]}})),
        ("02T09:10", of(ACME, "L2", PHONE, "quote")),
        ("02T09:20", json!({"close": {"lead": "L2", "reason": "no_intent"}})),
        ("20T09:30", json!({"update": {"lead": "L1", "phones": [SECOND, PHONE]}})),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.lead("L2")[3], lived.owner("L1")), ("L1", "wang"), "{}", lived.out);
    assert!(!lived.was_told("li joined lead L1"), "{:?}", lived.told());
    // Nor does a row of another system that had ended there.
    let row = json!([{"id": "M1", "name": "Ann", "company": ACME, "phones": [PHONE], "owner": "wang",
        "status": "invalid", "created_at": "2024-03-02T09:00:00+08:00"}]);
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", json!({"return": {"lead": "L1", "reason": "x"}})),
        ("02T10:00", json!({"import": row})),
        ("02T10:30", json!({"update": {"lead": "L1", "title": "CEO"}})),
    ];
    assert!(!lawful("", &lines).was_told("wang joined lead L1"));
}

#[test]
fn who_fills_in_a_form_is_no_reviewer() {
    let tags = json!(["collision", "released", "burst", "owners_exhausted", "vip"]);
    let lead = |id: &str, phone: &str, tags: &Json| json!({"submit": {"id": id, "name": "Ann", "company": ACME, "phones": [phone], "message": id, "tags": tags}});
    let lines = [("02T09:00", lead("L1", PHONE, &tags)), ("02T09:10", lead("L2", PHONE, &tags))];
    let marked = lawful("", &lines);
    let plain = lawful(
        "",
        &lines.map(|(at, mut line)| {
            line["submit"]["tags"] = json!(["vip"]);
            (at, line)
        }),
    );
    assert_eq!(marked.out, plain.out);
}

#[test]
fn a_row_that_is_assigned_starts_as_nobody_s() {
    // Not ready for sales: it is nurtured, and nobody follows it up.
    let row = json!([{"id": "M1", "name": "Ann", "phones": [PHONE], "status": "following", "created_at": "2024-03-02T09:00:00+08:00"}]);
    let lived = lawful("", &[("02T09:00", json!({"import": row, "assign": true})), ("03T09:00", tick())]);
    assert_eq!(lived.lead("M1")[..3], ["-", "nurture", "unassigned"]);
}

#[test]
fn whose_lead_is_merged_into_nobody_s_has_both() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:06", of("Borealis Mining Ltd", "L2", SECOND, "quote")),
        ("02T09:10", json!({"return": {"lead": "L1", "reason": "x"}})),
        ("02T09:20", json!({"merge": {"into": "L1", "from": "L2"}})),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.lead("L1")[3], lived.owner("L2")), ("L2", "wang"));
}

#[test]
fn a_collision_is_one_whichever_lead_it_is_said_of() {
    let merge = |into: &str, from: &str| json!({"merge": {"into": into, "from": from}});
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:06", of("Borealis Mining Ltd", "L2", SECOND, "quote")),
        ("02T09:10", call("L1", "li")),
        ("02T09:11", call("L2", "wang")),
        ("02T09:20", merge("L1", "L2")),
        ("02T09:21", merge("L2", "L1")),
    ];
    let lived = lawful("", &lines);
    let told: Vec<String> = lived.told().into_iter().filter(|one| one.contains(" collision ")).collect();
    assert_eq!(told, ["li collision lead L1", "wang collision lead L1"]);
    assert_eq!(lived.reasons("merge"), ["collides with L2", "refused: collision"]);
}

#[test]
fn two_leads_of_one_account_that_wait_for_the_same_opening_get_one_owner() {
    let away = |rep: &str| json!({"absent": {"rep": rep, "until": "2026-03-02T09:00:00+08:00"}});
    let lines = [
        ("01T08:00", account("A1", None)),
        ("01T08:00", away("li")),
        ("01T08:00", away("wang")),
        ("01T08:00", away("zhao")),
        ("01T09:00", of(ACME, "L1", PHONE, "quote")),
        (
            "01T09:05",
            json!({"submit": {"id": "L2", "name": "Bob", "company": ACME, "phones": [SECOND], "message": "hi"}}),
        ),
        ("02T10:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.owner("L1"), lived.owner("L2"), "{}", lived.out);
    assert_eq!(lived.owner("L1"), lived.account("A1"));
    assert_ne!(lived.owner("L1"), "-");
}

#[test]
fn what_is_open_goes_with_its_lead_past_who_is_on_holiday() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", opportunity("L1", "open")),
        ("02T09:15", json!({"absent": {"rep": "wang", "until": "2026-03-20T09:00:00+08:00"}})),
        ("02T09:20", json!({"hand_over": {"rep": "li", "to": "wang"}})),
    ];
    assert_eq!(lawful("", &lines).owner("L1"), "zhao");
}
