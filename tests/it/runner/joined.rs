//! What random lives of conversions, merges and imports broke once: an account, its leads and their opportunities stay together
//! when people are joined, and partners lose what they let lie.

use serde_json::{Value as Json, json};

use super::mended::{ACME, PHONE, SECOND, call, lawful, of, tick};

fn opportunity(lead: &str, status: &str) -> Json {
    json!({"opportunity": {"id": format!("O{lead}"), "lead": lead, "status": status}})
}

#[test]
fn a_new_value_of_a_customer_nobody_has_answered_brings_the_person_s_other_lead() {
    let lived = lawful(
        "",
        &[
            ("02T09:00", json!({"account": {"id": "A1", "company": ACME, "owner": "zhao"}})),
            ("02T09:01", of(ACME, "L1", PHONE, "quote")),
            (
                "02T09:02",
                json!({"submit": {"id": "L2", "name": "Ann", "emails": ["ann@gmail.com"], "message": "demo"}}),
            ),
            ("02T09:03", json!({"update": {"lead": "L1", "emails": ["ann@gmail.com"]}})),
        ],
    );
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("zhao", "zhao"));
    assert!(lived.was_told("zhao taken_over lead L2") && lived.was_told("li lead_taken lead L2"));
}

#[test]
fn what_is_held_has_no_owner_who_has_left() {
    let account = |id: &str, company: &str, owner: &str| {
        let contacts = json!([{"id": format!("C{id}"), "name": "Bo", "phones": [PHONE]}]);
        json!({"account": {"id": id, "company": company, "owner": owner, "contacts": contacts}})
    };
    let lived = lawful(
        "",
        &[
            ("02T09:00", account("A1", ACME, "li")),
            ("02T09:00", account("A2", "Borealis Mining Ltd", "wang")),
            ("02T09:01", json!({"leave": {"rep": "zhao"}})),
            (
                "02T09:02",
                json!({"submit": {"id": "L1", "name": "Cy", "phones": [PHONE], "owner": "zhao", "message": "hi"}}),
            ),
        ],
    );
    assert_eq!(&lived.lead("L1")[..3], ["-", "-", "unassigned"]);
}

#[test]
fn an_open_opportunity_goes_to_who_gets_the_lead_after_a_revoke() {
    let lived = lawful(
        "",
        &[
            (
                "02T09:00",
                json!({"submit": {"id": "L1", "name": "Ann", "phones": [PHONE], "message": "quote"}}),
            ),
            ("02T09:01", opportunity("L1", "open")),
            ("02T09:02", json!({"revoke": {"lead": "L1"}})),
        ],
    );
    // That the lead and what is open have one owner is a law.
    assert_eq!((lived.owner("L1"), lived.lead("L1")[4]), ("wang", "opportunity OL1"));
}

#[test]
fn a_live_lead_that_is_merged_into_one_that_has_ended_goes_on() {
    let lived = lawful(
        "",
        &[
            ("02T09:00", json!({"account": {"id": "A1", "company": ACME, "owner": "zhao"}})),
            (
                "02T09:01",
                json!({"import": [{"id": "M1", "name": "Bo", "phones": [SECOND], "owner": "li", "status": "invalid"}]}),
            ),
            ("02T09:02", of(ACME, "L1", PHONE, "quote")),
            ("02T09:03", json!({"merge": {"into": "M1", "from": "L1"}})),
        ],
    );
    assert_eq!((lived.owner("L1"), lived.lead("M1")[3]), ("zhao", "L1"));
}

#[test]
fn a_partner_who_does_not_answer_gives_it_back_and_one_who_does_keeps_it() {
    let partner = |id: &str| json!({"join": {"id": id, "partner_of": "li"}});
    let lead = |id: &str, phone: &str| json!({"submit": {"id": id, "name": "Ann", "phones": [phone], "message": "quote", "owner": "li"}});
    let lines = [
        ("02T09:00", partner("pan")),
        ("02T09:00", partner("qiao")),
        ("02T09:01", lead("L1", PHONE)),
        ("02T09:01", lead("L2", SECOND)),
        ("02T09:02", json!({"allot": {"lead": "L1", "rep": "pan"}})),
        ("02T09:02", json!({"allot": {"lead": "L2", "rep": "qiao"}})),
        ("03T09:00", call("L2", "qiao")),
        ("05T09:03", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.lead("L1"), ["li", "-", "pending", "-", "first_contact li 2026-03-06T09:02:00+08:00"]);
    assert_eq!(lived.lead("L2"), ["li", "-", "following", "-", "follow_up qiao 2026-03-06T09:00:00+08:00"]);
    assert!(lived.was_told("pan taken_back lead L1") && lived.was_told("li taken_back lead L1"));
    // With policies of follow-up too: what a partner does is due by the time that it was passed on with.
    let lived = lawful("--follow-up b2b", &lines);
    assert_eq!((lived.owner("L1"), lived.was_told("pan taken_back lead L1")), ("li", true));
    // Who has left works on nothing.
    let gone = [&lines[..6], &[("02T10:00", json!({"leave": {"rep": "pan"}}))]].concat();
    let lived = lawful("", &gone);
    assert_eq!(lived.lead("L1")[4], "first_contact li 2026-03-03T10:00:00+08:00");
}

#[test]
fn a_registered_deal_keeps_an_account_out_of_the_public_pool() {
    let lines = |deal: bool| {
        let register = json!({"register": {"account": "A1", "partner": "pan"}});
        let mut lines = vec![
            ("02T09:00", json!({"join": {"id": "pan", "partner_of": "wang"}})),
            ("02T09:00", json!({"account": {"id": "A1", "company": ACME}})),
        ];
        lines.extend(deal.then_some(("02T09:01", register)));
        lines
    };
    assert_eq!(lawful("", &lines(false)).account("A1"), "-");
    assert_eq!(lawful("", &lines(true)).account("A1"), "wang");
}
