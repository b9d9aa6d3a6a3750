//! What somebody found who used it for the first time: absences, imports, collisions, opportunities and customers
//! nobody answers.

use serde_json::{Value as Json, json};

use super::mended::{ACME, Lived, PHONE, SECOND, call, lawful, of, tick};

fn absent(rep: &str, until: &str) -> Json {
    json!({"absent": {"rep": rep, "until": format!("2026-03-{until}:00+08:00")}})
}

fn leave(rep: &str) -> Json {
    json!({"leave": {"rep": rep}})
}

fn opportunity(lead: &str, status: &str) -> Json {
    json!({"opportunity": {"id": "O1", "lead": lead, "status": status}})
}

fn ann(id: &str, key: Json) -> Json {
    let mut lead = json!({"id": id, "name": "Ann", "message": format!("from {id}")});
    lead.as_object_mut().unwrap().extend(key.as_object().unwrap().clone());
    json!({"submit": lead})
}

fn update(lead: &str, values: Json) -> Json {
    let mut update = json!({"lead": lead});
    update.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
    json!({"update": update})
}

/// `at owner` of what happened to a lead by itself.
fn woken<'l>(lived: &'l Lived, lead: &str) -> Vec<(&'l str, &'l str)> {
    let lines = lived.out.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let its = lines.filter(|line| line.len() > 4 && line[1] == "wake_up" && line[2] == lead);
    its.map(|line| (&line[0][8..16], line[4])).collect()
}

#[test]
fn an_opportunity_whose_owner_leaves_waits_with_its_lead_when_nobody_is_there() {
    let start = [("02T09:00", of(ACME, "L1", PHONE, "quote")), ("02T09:10", opportunity("L1", "open"))];
    let all_leave = [("02T09:20", leave("wang")), ("02T09:21", leave("zhao")), ("02T09:22", leave("li"))];
    let join = ("03T10:00", json!({"join": {"id": "newbie"}}));
    let lived = lawful("", &[&start[..], &all_leave[..], &[join]].concat());
    assert_eq!(lived.lead("L1")[0], "newbie");
    assert_eq!(lived.lead("L1")[4], "opportunity O1");
    // The others are on holiday: it is tried again, and said once.
    let holiday = [("02T09:20", absent("wang", "20T09:00")), ("02T09:21", absent("zhao", "20T09:00"))];
    let lived = lawful("", &[&start[..], &holiday[..], &[("02T09:22", leave("li"))]].concat());
    assert_eq!(lived.reasons("leave"), ["no_eligible"]);
}

#[test]
fn who_is_away_for_less_than_the_patience_is_waited_for() {
    let lead = || json!({"submit": {"id": "L1", "name": "王芳", "phones": [PHONE], "message": "想试听"}});
    for (until, due) in [("02T10:30", "11:30"), ("02T10:00", "11:00")] {
        let lines = [("02T09:00", lead()), ("02T09:30", absent("li", until)), ("02T10:45", tick())];
        let lived = lawful("--rules b2c", &lines);
        let next = format!("first_contact li 2026-03-02T{due}:00+08:00");
        assert_eq!((lived.owner("L1"), lived.lead("L1")[4]), ("li", next.as_str()));
        assert_eq!(lived.told(), ["li assigned lead L1", "li lead_waits lead L1"]);
    }
    // A day of companies, and a deadline inside it.
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("03T08:00", absent("li", "03T20:00")),
        ("03T10:45", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.lead("L1")[4], "first_contact li 2026-03-04T20:00:00+08:00");
    // A customer of the rep, and one whom the rep has spoken to already.
    let account = json!({"account": {"id": "A1", "company": ACME, "owner": "li"}});
    let lines = [
        ("02T08:00", account),
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:01", of("Borealis Mining Ltd", "L2", SECOND, "quote")),
        ("02T09:02", call("L2", "li")),
        ("03T08:00", absent("li", "03T20:00")),
        ("04T10:00", call("L1", "li")),
        ("05T08:00", absent("li", "05T20:00")),
        ("05T22:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert!(lived.was_told("li lead_waits lead L1") && lived.was_told("li lead_waits lead L2"));
    assert_eq!(lived.lead("L2")[4], "first_contact li 2026-03-06T20:00:00+08:00");
}

/// Nobody told the runner when it began: the roster has it.
#[test]
fn a_deadline_that_falls_into_a_planned_absence_is_not_missed() {
    let li = json!({"join": {"id": "li", "absences":
        [{"from": "2026-03-03T08:00:00+08:00", "until": "2026-03-03T20:00:00+08:00"}]}});
    let lines = [("02T08:00", li), ("02T09:00", of(ACME, "L1", PHONE, "quote")), ("03T21:00", tick())];
    let lived = lawful("", &lines);
    assert_eq!(lived.lead("L1")[4], "first_contact li 2026-03-04T20:00:00+08:00");
}

#[test]
fn a_rep_who_is_back_early_has_their_time_from_then_on() {
    let away = |rep: &str| absent(rep, "30T09:00");
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T16:00", away("wang")),
        ("02T16:01", away("zhao")),
        ("02T16:02", away("li")),
        ("04T09:00", json!({"back": {"rep": "li"}})),
        ("04T10:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.lead("L1")[4], "first_contact li 2026-03-05T09:00:00+08:00");
}

#[test]
fn a_lead_that_waits_for_weeks_goes_to_who_comes_first() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T16:00", absent("wang", "05T09:00")),
        ("02T16:01", absent("zhao", "30T09:00")),
        ("02T16:02", absent("li", "30T09:00")),
        ("05T10:00", tick()),
    ];
    let lived = lawful("", &lines);
    let looks = vec![("03T16:02", "li"), ("04T16:02", "li"), ("05T09:00", "wang")];
    assert_eq!((woken(&lived, "L1"), lived.owner("L1")), (looks, "wang"));
    // Each day somebody is looked for: one who has joined need not wait until others are back.
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T16:00", absent("wang", "30T09:00")),
        ("02T16:01", absent("zhao", "30T09:00")),
        ("02T16:02", absent("li", "30T09:00")),
        ("04T10:00", json!({"join": {"id": "sun"}})),
        ("05T10:00", tick()),
    ];
    assert_eq!(lawful("", &lines).owner("L1"), "sun");
    // Allotted to who is away: both others stand in, one after the other, also from whom it was taken for that.
    let allot = json!({"allot": {"lead": "L1", "rep": "zhao", "by": "director"}});
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T10:03", absent("zhao", "20T10:00")),
        ("02T10:04", allot),
        ("05T10:05", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.owner("L1"), "zhao", "a director's word stands");
    for told in ["wang cover lead L1", "li cover lead L1", "zhao lead_waits lead L1"] {
        assert!(lived.was_told(told), "{told}: {:?}", lived.told());
    }
    assert!(lived.told().iter().any(|told| told.ends_with("owners_exhausted lead L1")));
}

/// A row of last year, with an owner who works on it, and without one; reviewed at once, or when the deadline is missed.
#[test]
fn an_imported_row_takes_in_no_record_on_file() {
    let row = |owner: Option<&str>, old: bool| {
        let mut row = json!({"id": "A0", "name": "Ann", "company": ACME, "phones": [PHONE]});
        if let Some(owner) = owner {
            (row["owner"], row["status"]) = (owner.into(), "following".into());
        }
        if old {
            row["created_at"] = "2025-01-01T09:00:00+08:00".into();
        }
        json!({"import": [row]})
    };
    for old in [true, false] {
        let lines = [
            ("02T09:00", of(ACME, "L1", PHONE, "quote")),
            ("02T10:00", row(Some("wang"), old)),
            ("02T10:05", update("L1", json!({"title": "CEO"}))),
        ];
        let lived = lawful("", &lines);
        assert_eq!((lived.owner("L1"), lived.owner("A0")), ("li", "wang"), "somebody is asked");
        // Nobody decides: the record on file goes on, and nobody has lost it meanwhile.
        let lived = lawful("", &[&lines[..], &[("03T20:00", tick())]].concat());
        assert_eq!((lived.lead("A0")[3], lived.lead("L1")[3], lived.owner("L1")), ("L1", "-", "li"));
        let lines = [
            ("02T09:00", of(ACME, "L1", PHONE, "quote")),
            ("02T10:00", row(None, old)),
            ("02T10:05", update("L1", json!({"title": "CEO"}))),
        ];
        let lived = lawful("", &lines);
        assert_eq!((lived.lead("A0")[3], lived.owner("L1")), ("L1", "li"));
        assert!(!lived.told().iter().any(|told| told.contains("A0")), "{:?}", lived.told());
    }
}

fn two_worked() -> Vec<(&'static str, Json)> {
    vec![
        ("02T09:00", ann("L1", json!({"emails": ["shen.yang@qq.com"]}))),
        ("02T09:01", ann("L2", json!({"phones": [PHONE]}))),
        ("02T09:10", call("L1", "li")),
        ("02T09:11", call("L2", "wang")),
        ("02T09:20", update("L2", json!({"emails": ["shen.yang@qq.com"]}))),
    ]
}

#[test]
fn a_collision_is_reported_once_from_whichever_lead_it_is_seen() {
    let mut lines = two_worked();
    lines.extend([
        ("02T11:40", update("L1", json!({"title": "CEO"}))),
        ("02T13:40", update("L2", json!({"title": "CTO"}))),
        ("02T14:40", json!({"activity": {"lead": "L1", "kind": "page_visit"}})),
    ]);
    let lived = lawful("", &lines);
    let told: Vec<String> = lived.told().into_iter().filter(|told| told.contains("collision")).collect();
    assert_eq!(told, ["li collision lead L2", "wang collision lead L2"]);
}

#[test]
fn an_open_opportunity_on_one_side_is_a_collision_too() {
    for held in ["L1", "L2"] {
        let lines = [
            ("05T10:00", ann("L1", json!({"emails": ["bob.lee@gmail.com"]}))),
            ("05T10:01", ann("L2", json!({"phones": [PHONE]}))),
            ("05T10:02", opportunity(held, "open")),
            ("05T10:10", update("L1", json!({"phones": [PHONE]}))),
        ];
        let lived = lawful("", &lines);
        assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "wang"), "both keep, {held}");
        assert!(lived.was_told("li collision lead L1") && lived.was_told("wang collision lead L1"));
    }
    // Two companies, so that they stay two leads: the same.
    let lines = [
        ("05T10:00", of(ACME, "L1", SECOND, "quote")),
        ("05T10:01", of("Borealis Mining Ltd", "L2", PHONE, "quote")),
        ("05T10:02", opportunity("L2", "open")),
        ("05T10:10", update("L1", json!({"phones": [SECOND, PHONE]}))),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "wang"));
    assert!(lived.was_told("li collision lead L1") && lived.was_told("wang collision lead L1"));
}

#[test]
fn who_lost_an_opportunity_does_not_get_it_by_rules_for_ninety_days() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:05", call("L1", "li")),
        ("02T09:10", opportunity("L1", "open")),
        ("03T09:30", opportunity("L1", "lost")),
    ];
    let until = |day: &str| {
        let line = |(at, event): &(&str, Json)| {
            let mut event = event.clone();
            event["at"] = json!(format!("2026-03-{at}:00+08:00"));
            event.to_string()
        };
        let mut text: Vec<String> = lines.iter().map(line).collect();
        text.push(json!({"at": format!("2026-{day}T09:00:00+08:00"), "tick": true}).to_string());
        super::run(text.join("\n").as_bytes(), "s.jsonl").unwrap()
    };
    let (out, notes, _) = until("05-30");
    assert_eq!(notes, "");
    let again = |out: &str| out.lines().filter(|line| line.contains("\tL1\tassigned\tli\t")).count();
    assert_eq!(again(&out), 1, "{out}");
    let (out, notes, _) = until("09-30");
    assert_eq!((notes.as_str(), again(&out) > 1), ("", true), "afterwards the rep may have it again: {out}");
}

#[test]
fn only_the_owner_of_a_customer_answers_them() {
    let account = json!({"account": {"id": "A1", "company": ACME, "owner": "wang"}});
    let start =
        [("02T08:00", account), ("02T09:00", of(ACME, "L1", PHONE, "q")), ("02T09:10", call("L1", "zhao"))];
    let lived = lawful("", &start);
    assert_eq!(lived.lead("L1")[4], "first_contact wang 2026-03-03T09:00:00+08:00");
    let lived = lawful("", &[&start[..], &[("02T09:20", call("L1", "wang"))]].concat());
    assert_eq!(lived.lead("L1")[4], "-");
    // Nor does anybody whom nobody knows.
    let lived = lawful("", &[&start[..], &[("02T09:20", call("L1", "gohst"))]].concat());
    assert_eq!(lived.reasons("follow_up"), ["call by zhao", "unknown_rep"]);
}

#[test]
fn a_hand_over_by_a_wrong_name_moves_nothing() {
    let hand_over = |rep: &str, to: &str| json!({"hand_over": {"rep": rep, "to": to}});
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T10:00", hand_over("li", "wnag")),
        ("02T10:01", hand_over("lii", "wang")),
        ("02T10:02", hand_over("li", "li")),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.reasons("hand_over"), ["refused: unknown_rep", "unknown_rep", "refused: same_rep"]);
    assert_eq!((lived.owner("L1"), lived.told()), ("li", vec!["li assigned lead L1".to_owned()]));
}

#[test]
fn who_is_away_claims_nothing() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T10:03", absent("zhao", "20T10:00")),
        ("02T10:05", json!({"return": {"lead": "L1", "reason": "x"}})),
        ("02T10:06", json!({"claim": {"lead": "L1", "rep": "zhao"}})),
        ("02T10:07", json!({"claim": {"lead": "L1", "rep": "wang"}})),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.reasons("claim"), lived.owner("L1")), (vec!["refused: absent", "claim"], "wang"));
}

/// The same by an update and by a merge; about a lead that the rep works on a person decides.
#[test]
fn a_changed_key_of_another_s_account_is_acted_on_at_once() {
    let start = || {
        vec![
            ("02T09:20", ann("L5", json!({"phones": [PHONE]}))),
            ("02T09:21", call("L5", "li")),
            ("02T09:22", json!({"convert": {"lead": "L5", "account": "A5"}})),
            ("02T09:23", ann("L6", json!({"emails": ["hjj@qq.com"]}))),
        ]
    };
    let merge = json!({"merge": {"into": "L6", "from": "L5"}});
    for event in [update("L6", json!({"phones": [PHONE]})), merge] {
        let mut lines = start();
        lines.push(("02T09:24", event));
        let lived = lawful("", &lines);
        assert_eq!((lived.owner("L6"), lived.lead("L6")[2]), ("li", "converted"));
        assert!(lived.was_told("wang lead_taken lead L6"), "{:?}", lived.told());
    }
    let mut lines = start();
    lines.extend([("02T09:23", call("L6", "wang")), ("02T09:24", update("L6", json!({"phones": [PHONE]})))]);
    let lived = lawful("", &lines);
    assert_eq!((lived.owner("L6"), lived.lead("L6")[2]), ("wang", "following"));
    assert!(lived.was_told("li collision lead L6") && lived.was_told("wang collision lead L6"));
    lines.push(("03T10:00", tick()));
    assert_eq!(lawful("", &lines).owner("L6"), "li", "nobody has decided in a day");
}

#[test]
fn a_customer_whom_nobody_answers_is_asked_about_once_in_thirty_days() {
    let account = json!({"account": {"id": "A1", "company": ACME, "owner": "wang"}});
    let lines = [("02T08:00", account), ("02T09:00", of(ACME, "L1", PHONE, "q")), ("31T09:00", tick())];
    let lived = lawful("", &lines);
    let told = |code: &str| lived.told().iter().filter(|told| told.contains(code)).count();
    assert_eq!((told("nobody_answers"), told("owners_exhausted")), (1, 1), "{:?}", lived.told());
    assert_eq!(lived.lead("L1")[4], format!("first_contact {} 2026-04-04T09:00:00+08:00", lived.owner("L1")));
    assert_eq!(woken(&lived, "L1").len(), 3, "two others had it before");
}

#[test]
fn a_registered_deal_keeps_the_account_and_the_partner_answers() {
    let account = json!({"account": {"id": "A1", "company": ACME, "owner": "li"}});
    let register = json!({"register": {"account": "A1", "partner": "pan"}});
    let lines = [
        ("02T07:00", json!({"join": {"id": "pan", "partner_of": "li"}})),
        ("02T08:00", account),
        ("02T08:01", register.clone()),
        ("02T08:02", register),
        ("02T09:00", of(ACME, "L1", PHONE, "q")),
        ("12T09:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.owner("L1"), lived.account("A1")), ("li", "li"));
    assert!(lived.was_told("pan passed_on lead L1") && lived.was_told("pan taken_back lead L1"));
    assert!(lived.told().iter().any(|told| told.ends_with("owners_exhausted lead L1")), "{:?}", lived.told());
    // Registered twice within two minutes it is one deal.
    assert_eq!(lived.reasons("register"), ["deal of pan", "on_file"]);
}

#[test]
fn a_customer_who_comes_again_after_a_lost_opportunity_stays_with_the_account_s_owner() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", call("L1", "li")),
        ("02T09:20", json!({"convert": {"lead": "L1", "account": "A1"}})),
        ("02T09:30", opportunity("L1", "open")),
        ("10T09:40", opportunity("L1", "lost")),
        ("11T09:40", of(ACME, "L2", PHONE, "again")),
    ];
    assert_eq!(lawful("", &lines).owner("L2"), "li");
}

#[test]
fn what_was_erased_is_not_written_on() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:02", json!({"forget": {"lead": "L1"}})),
        ("02T09:04", update("L1", json!({"name": "Ann"}))),
        ("02T09:05", of(ACME, "L1", PHONE, "quote again")),
    ];
    let lived = lawful("", &lines);
    assert_eq!(
        (lived.reasons("update"), lived.reasons("submit")),
        (vec!["refused: erased"], vec!["everybody", "on_file"])
    );
}

#[test]
fn what_comes_again_under_its_id_loses_no_value() {
    let again = json!({"submit": {"id": "L1", "name": "Anna", "company": ACME, "phones": [SECOND], "city": "深圳", "message": "m"}});
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "m")),
        ("02T10:00", again),
        // By the second number it is the same person.
        ("02T11:00", json!({"submit": {"id": "L2", "phones": [SECOND], "message": "hello"}})),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.owner("L1"), lived.lead("L2")[3]), ("li", "L1"));
}

#[test]
fn nobody_whom_nobody_knows_is_told() {
    let ghost = json!({"submit": {"id": "L2", "name": "Ann", "phones": [PHONE], "owner": "ghost", "message": "typed"}});
    let lived = lawful("", &[("02T09:00", of(ACME, "L1", PHONE, "quote")), ("02T09:04", ghost)]);
    assert_eq!(lived.told(), ["li assigned lead L1", "li collected lead L1"]);
}

#[test]
fn two_forms_of_a_held_person_are_one_held_lead() {
    let account = |id: &str, company: &str, owner: &str, name: &str| {
        json!({"account": {"id": id, "company": company, "owner": owner,
            "contacts": [{"id": format!("C{id}"), "name": name, "phones": [PHONE]}]}})
    };
    let who = |id: &str| json!({"submit": {"id": id, "name": "谁", "phones": [PHONE], "message": format!("m {id}")}});
    let lines = [
        ("02T08:00", account("A1", ACME, "zhao", "周涛")),
        ("02T08:00", account("A2", "Borealis Mining Ltd", "wang", "吴静")),
        ("02T09:00", who("L1")),
        ("02T09:30", who("L2")),
        ("02T10:00", json!({"claim": {"lead": "L1", "rep": "li"}})),
        ("02T15:00", tick()),
    ];
    let lived = lawful("", &lines);
    assert_eq!((lived.lead("L2")[3], lived.owner("L1")), ("L1", "zhao"));
    assert_eq!(woken(&lived, "L1"), [("02T13:00", "zhao")], "its own four hours");
    assert_eq!(lived.reasons("claim"), ["refused: awaiting_review"]);
}

/// An administrator's order is no loss: the rep may have the lead again.
#[test]
fn a_rep_from_whom_an_administrator_took_it_has_not_lost_it() {
    let lines = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", json!({"allot": {"lead": "L1", "rep": "zhao", "by": "director"}})),
        ("02T09:20", json!({"return": {"lead": "L1", "reason": "x"}})),
        ("02T09:30", json!({"claim": {"lead": "L1", "rep": "li"}})),
    ];
    assert_eq!(lawful("", &lines).owner("L1"), "li");
}

#[test]
fn who_helps_is_told_that_it_is_over() {
    for (event, told) in [
        (json!({"close": {"lead": "L1", "reason": "no_intent"}}), "wang cover_ended lead L1"),
        (json!({"convert": {"lead": "L1", "account": "A1"}}), "wang cover_ended lead L1"),
    ] {
        let lines = [
            ("02T08:00", json!({"join": {"id": "li", "deputy": "wang"}})),
            ("02T09:00", of(ACME, "L1", PHONE, "quote")),
            ("02T10:00", absent("li", "20T09:00")),
            ("02T11:00", event),
        ];
        let lived = lawful("", &lines);
        assert!(lived.was_told(told), "{:?}", lived.told());
    }
    let lines = [
        ("02T08:00", json!({"join": {"id": "pan", "partner_of": "li"}})),
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:05", json!({"allot": {"lead": "L1", "rep": "pan", "by": "li"}})),
        ("02T11:00", json!({"close": {"lead": "L1", "reason": "no_intent"}})),
    ];
    assert!(lawful("", &lines).was_told("pan taken_back lead L1"));
}
