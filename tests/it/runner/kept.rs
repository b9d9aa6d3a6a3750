//! What is kept: who lost what, what holds a customer, by which number somebody is known. Small scenarios.

use serde_json::{Value as Json, json};

use super::mended::{ACME, PHONE, SECOND, call, lawful, of, tick};

const OTHER: &str = "Borealis Mining Ltd";

fn account(id: &str, company: &str, owner: Option<&str>) -> Json {
    json!({"account": {"id": id, "company": company, "owner": owner}})
}

fn give_back(lead: &str) -> Json {
    json!({"return": {"lead": lead, "reason": "no_time"}})
}

fn claim(lead: &str, rep: &str) -> Json {
    json!({"claim": {"lead": lead, "rep": rep}})
}

fn merge(into: &str, from: &str) -> Json {
    json!({"merge": {"into": into, "from": from}})
}

fn opportunity(lead: &str, status: &str) -> Json {
    json!({"opportunity": {"id": "O1", "lead": lead, "status": status}})
}

fn phones(lead: &str, phones: &[&str]) -> Json {
    json!({"update": {"lead": lead, "phones": phones}})
}

fn hand_over(from: &str, to: &str) -> Json {
    json!({"hand_over": {"rep": from, "to": to}})
}

#[test]
fn who_gave_a_lead_back_cannot_claim_what_took_it_in() {
    // By a value that joins them, and by somebody who says that they are one.
    for join in [phones("L2", &[SECOND, PHONE]), merge("L2", "L1")] {
        let lines = [
            ("02T09:00", of(ACME, "L1", PHONE, "quote")),
            ("02T09:02", of(ACME, "L2", SECOND, "hello")),
            ("02T09:03", call("L2", "wang")),
            ("02T09:05", give_back("L1")),
            ("02T09:10", join),
            ("02T09:20", give_back("L2")),
            ("02T09:22", claim("L2", "li")),
        ];
        let lived = lawful("", &lines);
        assert_eq!((lived.lead("L1")[3], lived.owner("L2")), ("L2", "-"), "{}", lived.out);
        assert!(lived.reasons("claim")[0].starts_with("refused: "), "{}", lived.out);
    }
}

#[test]
fn who_lost_the_deal_of_a_lead_does_not_get_what_took_it_in() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:01", opportunity("L1", "open")),
        ("02T09:02", opportunity("L1", "lost")),
        ("02T09:03", of(ACME, "L2", SECOND, "hello")),
        ("02T09:04", call("L2", "wang")),
        ("02T09:10", merge("L2", "L1")),
        ("02T09:21", give_back("L2")),
        ("20T09:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.lead("L1")[3], "L2");
    assert!(!lived.out.contains("\tL2\tassigned\tli\t"), "{}", lived.out);
}

#[test]
fn a_merge_that_is_taken_back_gives_each_lead_its_own_losses() {
    use leadkit::book::Book;
    use leadkit::model::{Acquisition, Effect, Lead, Link, LinkKind, RecordRef, TenureEnd};
    let mut book = Book::new();
    let at = |minute: u32| format!("2026-03-02T09:{minute:02}:00Z").parse().unwrap();
    for (id, owner, minute) in [("L1", "li", 0), ("L2", "wang", 1)] {
        book.insert_lead(Lead { id: id.into(), ..Lead::default() });
        let given =
            Effect::SetOwner { lead: id.into(), owner: owner.into(), acquisition: Acquisition::AutoAssigned };
        book.apply_effects(&format!("give {id}"), &[given], at(minute));
    }
    let end = Effect::EndTenure { lead: "L1".into(), rep: "li".into(), end: TenureEnd::Returned };
    book.apply_effects("end", &[end], at(2));
    let [from, to] = ["L1", "L2"].map(|id| RecordRef::Lead(id.into()));
    let link = Effect::Link(Link { from: from.clone(), kind: LinkKind::MergedInto, to: to.clone() });
    let repoint = Effect::Repoint { from: from.clone(), to: to.clone() };
    let lost = |book: &Book| {
        book.history(&"L2".into()).previous_owners().map(ToString::to_string).collect::<Vec<_>>()
    };
    book.apply_effects("merge", &[link.clone(), repoint.clone()], at(3));
    assert_eq!(lost(&book), ["li"]);
    book.apply_effects("merge again", &[link, repoint], at(3));
    assert_eq!(lost(&book), ["li"], "twice is once");
    book.apply_effects("back", &[Effect::Unmerge { record: from, from: to }], at(4));
    assert_eq!(lost(&book), [""; 0]);
    assert_eq!(book.history(&"L1".into()).previous_owners().count(), 1);
}

#[test]
fn no_lead_of_a_person_goes_to_who_lost_another_that_waits() {
    // li lost one and zhao the other, and wang, who lost the first too, is the only one left.
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:05", give_back("L1")),
        ("02T09:06", of(OTHER, "L2", PHONE, "hello")),
        ("02T09:07", json!({"close": {"lead": "L2", "reason": "no_intent"}})),
        ("12T09:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert!(!lived.out.contains("\tL1\tassigned\tli\t2"), "{}", lived.out);
}

#[test]
fn open_opportunities_of_a_customer_go_along() {
    let won = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:05", json!({"convert": {"lead": "L1", "account": "A1"}})),
        ("02T09:10", opportunity("L1", "open")),
    ];
    let to = |last: Json| {
        let mut lines = won.to_vec();
        lines.extend([("02T10:00", last), ("20T09:00", tick())]);
        lawful("", &lines)
    };
    let lived = to(hand_over("li", "wang"));
    assert_eq!((lived.owner("L1"), lived.account("A1")), ("wang", "wang"));
    let lived = to(json!({"leave": {"rep": "li"}}));
    assert_eq!(lived.owner("L1"), lived.account("A1"));
    assert!(!["li", "-"].contains(&lived.owner("L1")), "{}", lived.out);
}

#[test]
fn an_open_deal_holds_all_that_was_converted_to_its_account() {
    // The same customer writes again and is not answered: the account stays with who has the deal.
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:05", json!({"convert": {"lead": "L1", "account": "A1"}})),
        ("02T09:10", opportunity("L1", "open")),
        ("02T09:30", of(ACME, "L2", PHONE, "more")),
        ("06T09:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!([lived.owner("L1"), lived.owner("L2"), lived.account("A1")], ["li"; 3], "{}", lived.out);
    assert!(lived.was_told("li nobody_answers lead L2"), "{:?}", lived.told());
}

#[test]
fn the_former_number_of_a_person_leads_to_them() {
    for rules in ["--rules b2b", "--rules b2c"] {
        let lines = [
            ("02T09:00", of(ACME, "L1", PHONE, "quote")),
            ("02T09:05", call("L1", "li")),
            ("02T09:10", phones("L1", &[SECOND])),
            ("02T09:20", of(ACME, "L2", PHONE, "hello")),
            ("02T09:30", of(ACME, "L3", SECOND, "it is me")),
        ];
        let lived = lawful(rules, &lines);
        assert_eq!([lived.lead("L2")[3], lived.lead("L3")[3]], ["L1"; 2], "{}", lived.out);
    }
    // A person who is forgotten is forgotten by all their numbers.
    let row = json!([{"id": "M1", "name": "Ann", "phones": [PHONE]}]);
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", phones("L1", &[SECOND])),
        ("02T09:20", json!({"forget": {"lead": "L1"}})),
        ("02T09:30", json!({"import": row})),
    ];
    assert_eq!(lawful("", &lines).reasons("import"), ["refused: erased"]);
}

#[test]
fn a_number_that_was_wrong_names_nobody() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", json!({"close": {"lead": "L1", "reason": "wrong_contact"}})),
        (
            "20T09:00",
            json!({"submit": {"id": "L2", "name": "Bob", "company": OTHER, "phones": [PHONE], "message": "hi"}}),
        ),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.lead("L1")[2], lived.lead("L2")[3]), ("invalid", "-"), "{}", lived.out);
}

#[test]
fn a_number_that_a_rep_marks_as_wrong_names_nobody_and_the_lead_continues() {
    let wrong =
        json!({"update": {"lead": "L1", "phones": [SECOND], "attributes": {"wrong_contacts": [PHONE]}}});
    let bob = json!({"submit": {"id": "L2", "name": "Bob", "company": OTHER, "phones": ["+86 138-1234-9876"], "message": "hi"}});
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", call("L1", "li")),
        ("02T09:20", wrong),
        ("02T09:30", bob),
        ("02T09:40", of(ACME, "L3", SECOND, "it is me")),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.lead("L2")[3], lived.lead("L3")[3]), ("-", "L1"), "{}", lived.out);
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "wang"));
}

#[test]
fn who_is_on_leave_claims_nothing_by_typing_it_in() {
    let typed = json!({"submit": {"id": "L1", "name": "Ann", "company": ACME, "phones": [PHONE], "message": "hi", "owner": "zhao"}});
    let lines = [
        ("02T08:00", account("A1", ACME, None)),
        ("02T08:30", json!({"absent": {"rep": "zhao", "until": "2026-03-20T09:00:00+08:00"}})),
        ("02T09:00", typed.clone()),
    ];
    let lived = lawful("", &lines);
    assert!(!["zhao", "-"].contains(&lived.owner("L1")), "{}", lived.out);
    // Nobody else is there: it waits, and is nobody's.
    let away = |rep: &str| json!({"absent": {"rep": rep, "until": "2026-03-09T09:00:00+08:00"}});
    let lines = [
        ("02T08:00", account("A1", ACME, None)),
        ("02T08:30", away("li")),
        ("02T08:30", away("wang")),
        ("02T08:30", away("zhao")),
        ("02T09:00", typed),
    ];
    assert_eq!(lawful("", &lines).owner("L1"), "-");
}

#[test]
fn nobody_loses_a_lead_while_reviewers_are_asked_whose_it_is() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:01", of(OTHER, "L2", SECOND, "hello")),
        ("02T09:10", opportunity("L1", "open")),
        ("02T09:20", merge("L1", "L2")),
        ("03T09:10", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.reasons("merge"), ["collides with L2"]);
    assert_eq!(lived.owner("L2"), "wang", "{}", lived.out);
    assert!(!lived.was_told("wang deadline_missed lead L2"), "{:?}", lived.told());
}

#[test]
fn the_same_order_twice_is_one() {
    let allot = json!({"allot": {"lead": "L1", "rep": "wang", "by": "director"}});
    let mut again = allot.clone();
    again["allot"]["by"] = json!("another director");
    let lines = [("02T09:00", of(ACME, "L1", PHONE, "quote")), ("02T09:40", allot), ("02T20:41", again)];
    let lived = lawful("", &lines);
    assert_eq!(lived.lead("L1")[4], "first_contact wang 2026-03-03T09:40:00+08:00");
    assert_eq!(lived.reasons("allot"), ["allot", "refused: owned"]);
}

#[test]
fn what_was_kept_out_for_want_of_a_contact_is_looked_at_when_one_comes() {
    let lines = [
        ("02T09:00", of(ACME, "L1", "13800138000", "quote")),
        ("02T09:10", phones("L1", &[PHONE])),
        ("02T09:20", json!({"release": {"lead": "L1"}})),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.owner("L1"), "li", "{}", lived.out);
}

#[test]
fn rows_of_one_moment_are_merged_into_whichever_is_named() {
    for (into, from) in [("M1", "M2"), ("M2", "M1")] {
        let rows = json!([{"id": "M1", "name": "Ann", "phones": [PHONE]}, {"id": "M2", "name": "Ann", "phones": [SECOND]}]);
        let lines = [("02T09:00", json!({"import": rows})), ("02T09:10", merge(into, from))];
        assert_eq!(lawful("", &lines).lead(from)[3], into);
    }
}

#[test]
fn a_lead_that_a_rep_makes_part_of_another_s_account_is_the_other_s() {
    let lines = [
        ("02T08:00", account("A1", OTHER, Some("wang"))),
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", json!({"convert": {"lead": "L1", "account": "A1"}})),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.owner("L1"), "wang");
    assert!(lived.was_told("wang account_lead lead L1"), "{:?}", lived.told());
}

#[test]
fn what_was_tracked_before_the_form_came_is_the_lead_s() {
    let visit = json!({"activity": {"lead": "L1", "kind": "page_visit", "id": "v1"}});
    let lived = lawful("", &[("02T08:59", visit), ("02T09:00", of(ACME, "L1", PHONE, "quote"))]);
    assert_eq!(lived.owner("L1"), "li");
}

#[test]
fn a_row_that_ended_with_its_owner_is_held_against_nobody() {
    let row = json!([{"id": "M1", "name": "Ann", "company": ACME, "phones": [PHONE], "owner": "li",
        "status": "invalid", "created_at": "2024-03-02T09:00:00+08:00"}]);
    let lines = [("02T09:00", json!({"import": row})), ("02T10:00", of(ACME, "L1", PHONE, "quote"))];
    assert_eq!(lawful("", &lines).owner("M1"), "li", "it is li's turn");
}

/// The signs of a number say which it is: what the laws compare is what was written.
#[test]
fn a_number_written_in_another_way_is_not_lost() {
    let rows: [(&str, &[&str]); 2] = [
        (
            "+49 151 29437816",
            &[
                "0151 29437816 (Germany)",
                "https://wa.me/4915129437816",
                "+49 0151 29437816",
                "+49/151/29437816",
            ],
        ),
        ("13587652419", &["13587652419 (2)", "+86 135 8765 2419", "0086-13587652419"]),
    ];
    for (one, others) in rows {
        for other in others {
            let lines =
                [("02T09:00", of(ACME, "L1", one, "quote")), ("02T10:00", of(ACME, "L2", other, "hello"))];
            let lived = lawful("", &lines);
            assert_eq!(lived.lead("L2")[3], "L1", "{other}: {}", lived.out);
        }
    }
}
