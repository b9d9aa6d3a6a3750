//! Whose a customer is: reviewers who are asked, and orders that are taken back. Small scenarios.

use serde_json::{Value as Json, json};

use super::mended::{PHONE, call, lawful, tick};

const MAIL: &str = "ann@gmail.com";

fn by_phone(id: &str) -> Json {
    json!({"submit": {"id": id, "name": "Ann", "phones": [PHONE], "message": id}})
}

fn by_mail(id: &str) -> Json {
    json!({"submit": {"id": id, "name": "Ann", "emails": [MAIL], "message": id}})
}

fn joins(lead: &str) -> Json {
    json!({"update": {"lead": lead, "emails": [MAIL]}})
}

fn give_back(lead: &str) -> Json {
    json!({"return": {"lead": lead, "reason": "no_time"}})
}

fn claim(lead: &str, rep: &str) -> Json {
    json!({"claim": {"lead": lead, "rep": rep}})
}

#[test]
fn an_absence_does_not_set_back_the_time_of_the_reviewers() {
    let lines = [
        ("02T09:00", by_phone("L1")),
        ("02T09:01", by_mail("L2")),
        ("02T09:02", call("L1", "li")),
        ("02T09:03", call("L2", "wang")),
        ("02T09:05", joins("L1")),
        ("02T09:10", json!({"absent": {"rep": "li", "until": "2026-03-12T09:00:00+08:00"}})),
        ("03T09:06", tick()),
    ];
    let lived = lawful("", &lines[..6]);
    assert_eq!(lived.owner("L1"), "li", "somebody stands in, and nobody loses anything: {}", lived.out);
    let lived = lawful("", &lines);
    assert_eq!((lived.owner("L1"), lived.lead("L2")[3]), ("li", "L1"), "{}", lived.out);
}

#[test]
fn a_customer_whose_leads_both_reps_have_lost_goes_to_a_third() {
    // Of two companies, so that neither lead takes in the other.
    let mut leads = [by_phone("L1"), by_mail("L2")];
    leads[0]["submit"]["company"] = json!("Acme Trading Ltd");
    leads[1]["submit"]["company"] = json!("Borealis Mining Ltd");
    let [first, second] = leads;
    let lines = [
        ("02T09:00", first),
        ("02T09:01", second),
        ("02T09:02", give_back("L1")),
        ("02T09:03", claim("L1", "wang")),
        ("02T09:04", give_back("L2")),
        ("02T09:05", claim("L2", "li")),
        ("02T09:06", call("L1", "wang")),
        ("02T09:07", call("L2", "li")),
        ("02T09:08", joins("L1")),
        ("03T09:30", tick()),
    ];
    let lived = lawful("", &lines[..9]);
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("wang", "li"), "{}", lived.out);
    let lived = lawful("", &lines);
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("zhao", "zhao"), "{}", lived.out);
    for rep in ["li lead_taken", "wang lead_taken", "zhao taken_over"] {
        assert!(lived.told().iter().any(|told| told.starts_with(rep)), "{rep}: {:?}", lived.told());
    }
}

#[test]
fn an_order_that_is_revoked_gives_the_lead_back_to_who_had_it() {
    let allot = |rep: &str| json!({"allot": {"lead": "L1", "rep": rep, "by": "director"}});
    let revoke = json!({"revoke": {"lead": "L1"}});
    let lines = [("02T09:00", by_phone("L1")), ("02T09:30", allot("wang")), ("02T09:40", revoke.clone())];
    let lived = lawful("", &lines);
    assert_eq!(lived.owner("L1"), "li", "{}", lived.out);
    assert!(lived.was_told("wang revoked lead L1") && lived.was_told("li taken_over lead L1"));
    // Who lost it and had it by an order only, has lost it.
    let lines = [
        ("02T09:00", by_phone("L1")),
        ("02T09:10", give_back("L1")),
        ("02T09:20", allot("li")),
        ("02T09:30", allot("wang")),
        ("02T09:40", revoke),
        ("06T09:40", tick()),
    ];
    let lived = lawful("", &lines);
    assert_ne!(lived.owner("L1"), "li", "{}", lived.out);
}

#[test]
fn what_has_ended_is_neither_closed_released_nor_given_back() {
    let close = json!({"close": {"lead": "L1", "reason": "no_intent"}});
    let release = json!({"release": {"lead": "L1"}});
    let lines = [
        ("02T09:00", by_phone("L1")),
        ("02T09:10", close.clone()),
        ("02T09:11", close),
        ("02T09:12", release),
        ("02T09:13", give_back("L1")),
    ];
    let lived = lawful("", &lines);
    for event in ["close", "release", "return"] {
        assert_eq!(lived.reasons(event).last(), Some(&"refused: ended"), "{event}: {}", lived.out);
    }
}
