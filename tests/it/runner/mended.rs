//! What a lead's life got wrong once, told as small scenarios: who is told, whose a customer is, and what goes on after an end.

use serde_json::{Value as Json, json};

use super::{program::Verdict, run};

/// What came of a scenario.
pub(super) struct Lived {
    pub(super) out: String,
    verdict: Verdict,
    notes: String,
}

impl Lived {
    /// What is said of a lead in the end: owner, pool, status, folded into, next.
    pub(super) fn lead(&self, id: &str) -> Vec<&str> {
        let lines = self.out.lines().skip_while(|line| *line != "# leads").skip(2);
        let mut lines = lines.take_while(|line| !line.starts_with('#'));
        let line = lines.find(|line| line.split('\t').next() == Some(id));
        line.unwrap_or_else(|| panic!("{id}: {}", self.out)).split('\t').skip(1).collect()
    }

    pub(super) fn owner(&self, id: &str) -> &str {
        self.lead(id)[0]
    }

    pub(super) fn account(&self, id: &str) -> &str {
        let mut lines = self.out.lines().skip_while(|line| *line != "# accounts").skip(2);
        lines.find(|line| line.split('\t').next() == Some(id)).unwrap().split('\t').nth(1).unwrap()
    }

    /// `rep code about` of everything that was said, sorted.
    pub(super) fn told(&self) -> Vec<String> {
        let lines = self.out.lines().skip_while(|line| *line != "# notified").skip(2);
        lines.map(|line| line.split('\t').take(3).collect::<Vec<_>>().join(" ")).collect()
    }

    pub(super) fn was_told(&self, what: &str) -> bool {
        self.told().iter().any(|said| said == what)
    }

    pub(super) fn reasons(&self, event: &str) -> Vec<&str> {
        let of = self.out.lines().filter(|line| line.split('\t').nth(1) == Some(event));
        of.filter_map(|line| line.split('\t').next_back()).collect()
    }
}

fn live(words: &str, lines: &[(&str, Json)]) -> Lived {
    let text: Vec<String> = lines
        .iter()
        .map(|(at, event)| {
            let mut line = event.clone();
            line["at"] = json!(format!("2026-03-{at}:00+08:00"));
            line.to_string()
        })
        .collect();
    let words = format!("s.jsonl {words}");
    let (out, notes, verdict) = run(text.join("\n").as_bytes(), &words).unwrap();
    Lived { out, verdict, notes }
}

/// The same, of a life in which every law holds.
pub(super) fn lawful(words: &str, lines: &[(&str, Json)]) -> Lived {
    let lived = live(words, lines);
    assert_eq!(lived.verdict, Verdict::Lawful, "{}\n{}", lived.notes, lived.out);
    lived
}

fn ann(id: &str, message: &str) -> Json {
    json!({"submit": {"id": id, "name": "Ann", "phones": ["13812349876"], "message": message}})
}

pub(super) fn of(company: &str, id: &str, phone: &str, message: &str) -> Json {
    json!({"submit": {"id": id, "name": "Ann", "company": company, "phones": [phone], "message": message}})
}

fn named(id: &str, name: &str, message: &str) -> Json {
    json!({"submit": {"id": id, "name": name, "phones": ["13812349876"], "message": message}})
}

pub(super) fn call(lead: &str, rep: &str) -> Json {
    json!({"follow_up": {"lead": lead, "owner": rep, "kind": "call"}})
}

pub(super) fn tick() -> Json {
    json!({"tick": true})
}

pub(super) const ACME: &str = "Acme Trading Ltd";
const OTHER: &str = "Borealis Mining Ltd";
pub(super) const PHONE: &str = "13812349876";
pub(super) const SECOND: &str = "13927461853";

#[test]
fn whoever_gets_a_lead_is_told_once() {
    let lived = lawful("", &[("02T09:00", ann("L1", "quote"))]);
    assert_eq!(lived.told(), ["li assigned lead L1"]);
    // A contact of an account writes: its owner is told, and the rep who answers next.
    let account = json!({"account": {"id": "A1", "company": ACME, "owner": "li"}});
    let lived =
        lawful("", &[("02T08:00", account), ("02T09:00", of(ACME, "L1", PHONE, "q")), ("03T10:00", tick())]);
    assert_eq!(
        lived.told(),
        ["li account_lead lead L1", "li deadline_missed lead L1", "wang taken_over lead L1"]
    );
}

#[test]
fn who_gets_a_lead_that_begins_anew_is_told_and_who_had_it_is_not() {
    let close = json!({"close": {"lead": "L1", "reason": "no_intent"}});
    let lived =
        lawful("", &[("02T09:00", ann("L1", "a")), ("02T09:05", close), ("09T09:10", ann("L2", "b"))]);
    let owner = lived.owner("L1").to_owned();
    assert_eq!(lived.lead("L2")[3], "L1");
    assert_ne!(owner, "li", "who closed it is left out while others are there");
    assert_eq!(lived.told(), ["li assigned lead L1".to_owned(), format!("{owner} assigned lead L1")]);
}

#[test]
fn both_sides_of_a_collision_are_told() {
    let second = json!({"submit": {"id": "L2", "name": "Ann", "emails": ["bo@gmail.com"], "message": "m"}});
    let update = json!({"update": {"lead": "L1", "emails": ["bo@gmail.com"]}});
    let lived = lawful(
        "",
        &[
            ("02T09:00", ann("L1", "a")),
            ("02T09:01", second),
            ("02T09:03", call("L1", "li")),
            ("02T09:03", call("L2", "wang")),
            ("02T10:00", update),
        ],
    );
    assert!(
        lived.was_told("li collision lead L1") && lived.was_told("wang collision lead L1"),
        "{:?}",
        lived.told()
    );
}

#[test]
fn a_rep_who_stands_in_is_told_of_a_new_entry_and_of_the_end() {
    let absent = json!({"absent": {"rep": "li", "until": "2026-03-20T09:00:00+08:00"}});
    let lived = lawful(
        "",
        &[
            ("02T08:00", json!({"join": {"id": "li", "deputy": "wang"}})),
            ("02T09:00", ann("L1", "a")),
            ("02T10:00", absent),
            ("02T12:00", ann("L2", "b")),
            ("02T13:00", json!({"back": {"rep": "li"}})),
        ],
    );
    for said in
        ["wang cover lead L1", "wang re_entry lead L1", "li cover_ended lead L1", "wang cover_ended lead L1"]
    {
        assert!(lived.was_told(said), "{said}: {:?}", lived.told());
    }
}

#[test]
fn a_third_person_of_a_phone_goes_to_the_owner_of_the_second() {
    // The first lies in nurture and has nobody.
    let cold = json!({"submit": {"id": "L1", "name": "张伟", "phones": [PHONE]}});
    let lived = lawful(
        "--rules b2c",
        &[
            ("02T09:00", cold),
            ("02T09:01", named("L2", "李娜", "请报价")),
            ("02T09:02", named("L3", "王芳", "请报价")),
        ],
    );
    assert_eq!(lived.owner("L2"), lived.owner("L3"));
}

#[test]
fn an_entry_that_joins_two_people_gives_them_one_owner() {
    let second = json!({"submit": {"id": "L2", "name": "Bo", "company": OTHER, "emails": ["bo@gmail.com"], "message": "b"}});
    let bridge = json!({"submit": {"id": "L3", "company": OTHER, "name": "Bo", "phones": [PHONE], "emails": ["bo@gmail.com"], "message": "c"}});
    let lived =
        lawful("", &[("02T09:00", of(ACME, "L1", PHONE, "a")), ("02T09:01", second), ("02T09:30", bridge)]);
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "li"), "the earlier's");
    assert!(lived.was_told("wang lead_taken lead L2"), "{:?}", lived.told());
}

#[test]
fn an_update_that_brings_another_company_s_phone_gives_both_one_owner() {
    let update = json!({"update": {"lead": "L2", "phones": [SECOND, PHONE]}});
    let begin = [("02T09:00", of(ACME, "L1", PHONE, "a")), ("02T09:01", of(OTHER, "L2", SECOND, "b"))];
    let lived = lawful("", &[&begin[..], &[("02T10:00", update.clone())]].concat());
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "li"));
    // Who works on one of them has both.
    let worked = [("02T09:05", call("L2", "wang")), ("02T10:00", update.clone())];
    let lived = lawful("", &[&begin[..], &worked[..]].concat());
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("wang", "wang"));
    // Two work on them: both keep what they have until somebody decides, and then the earlier has both.
    let both = [("02T09:05", call("L2", "wang")), ("02T09:06", call("L1", "li")), ("02T10:00", update)];
    let lived = lawful("", &[&begin[..], &both[..]].concat());
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "wang"));
    assert!(lived.was_told("li collision lead L2") && lived.was_told("wang collision lead L2"));
    let lived = lawful("", &[&begin[..], &both[..], &[("03T10:30", tick())]].concat());
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "li"));
}

#[test]
fn what_is_allotted_takes_the_other_leads_of_its_customer_along() {
    let lived = lawful(
        "",
        &[
            ("02T09:00", of(ACME, "L1", PHONE, "a")),
            ("02T09:01", of(OTHER, "L2", PHONE, "b")),
            ("02T10:00", json!({"allot": {"lead": "L1", "rep": "zhao", "by": "director"}})),
        ],
    );
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("zhao", "zhao"));
    assert!(lived.was_told("zhao allotted lead L1") && lived.was_told("zhao taken_over lead L2"));
}

#[test]
fn a_missed_deadline_moves_a_family_to_the_next_in_rotation_at_once() {
    let family = [("02T09:00", named("L1", "张伟", "请报价")), ("02T09:01", named("L2", "李娜", "请报价"))];
    let lived = lawful("--rules b2c", &[&family[..], &[("02T10:00", tick())]].concat());
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("wang", "wang"));
    let told = lived.told();
    assert!(
        told.contains(&"li deadline_missed lead L1".to_owned())
            && told.contains(&"li lead_taken lead L2".to_owned())
    );
}

#[test]
fn leads_of_one_account_move_with_it() {
    let account = json!({"account": {"id": "A1", "company": ACME, "owner": "li"}});
    let other =
        json!({"submit": {"id": "L3", "name": "Bo", "company": ACME, "phones": [SECOND], "message": "q"}});
    let lived = lawful(
        "",
        &[
            ("02T08:00", account),
            ("02T09:00", of(ACME, "L1", PHONE, "quote")),
            ("02T15:00", of(ACME, "L2", PHONE, "please")),
            ("02T16:00", other),
            ("03T09:30", tick()),
        ],
    );
    let owner = lived.account("A1");
    assert_ne!(owner, "li");
    for lead in ["L1", "L2", "L3"] {
        assert_eq!(lived.owner(lead), owner, "{lead}");
    }
}

#[test]
fn who_leaves_did_not_lose_the_lead_and_a_converted_one_is_never_nobody_s() {
    let leaves = |rep: &str| json!({"leave": {"rep": rep}});
    let joins = |rep: &str| json!({"join": {"id": rep}});
    let begin = [
        ("02T08:00", json!({"account": {"id": "A1", "company": ACME, "owner": "li"}})),
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:10", leaves("li")),
        ("02T09:11", leaves("wang")),
    ];
    let others = [("02T09:12", joins("chen")), ("02T09:13", joins("gao")), ("02T09:14", leaves("zhao"))];
    let lived = lawful("", &[&begin[..], &others[..]].concat());
    assert!(["chen", "gao"].contains(&lived.owner("L1")), "{}", lived.out);
    assert_eq!(lived.account("A1"), lived.owner("L1"));
    // Nobody is left at all: it lies in the public pool, and who joins has it by the next day.
    let nobody = [("02T09:14", leaves("zhao"))];
    let lived = lawful("", &[&begin[..], &nobody[..]].concat());
    assert_eq!(lived.lead("L1")[..3], ["-", "public_active", "unassigned"], "{}", lived.out);
    assert_eq!(lived.account("A1"), "-");
    let later = [("02T20:00", joins("chen")), ("03T10:00", tick())];
    let lived = lawful("", &[&begin[..], &nobody[..], &later[..]].concat());
    assert_eq!((lived.owner("L1"), lived.account("A1")), ("chen", "chen"));
}

#[test]
fn an_open_opportunity_is_work_and_is_covered() {
    let second = json!({"submit": {"id": "L2", "name": "Ann", "emails": ["bo@gmail.com"], "message": "m"}});
    let open = json!({"opportunity": {"id": "O1", "lead": "L1", "status": "open"}});
    let lived = lawful(
        "",
        &[
            ("02T09:00", ann("L1", "a")),
            ("02T09:01", second),
            ("02T09:05", call("L2", "wang")),
            ("02T09:06", open.clone()),
            ("02T09:30", json!({"update": {"lead": "L1", "emails": ["bo@gmail.com"]}})),
        ],
    );
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "wang"), "a collision: both keep");
    assert!(lived.was_told("wang collision lead L1"), "{:?}", lived.told());
    // Its owner is away for long: somebody covers, and hears the customer.
    let absent = json!({"absent": {"rep": "li", "until": "2026-03-30T09:00:00+08:00"}});
    let join = json!({"join": {"id": "li", "deputy": "wang"}});
    let away = [("02T08:00", join), ("02T09:00", ann("L1", "a")), ("02T09:06", open), ("02T09:10", absent)];
    let lived = lawful("", &[&away[..], &[("02T09:20", ann("L2", "hello?"))]].concat());
    assert_eq!(lived.owner("L1"), "li");
    assert!(
        lived.was_told("wang cover lead L1") && lived.was_told("wang re_entry lead L1"),
        "{:?}",
        lived.told()
    );
}

#[test]
fn a_new_entry_of_a_lead_that_everybody_lost_begins_a_cycle() {
    let gives_back = || json!({"return": {"lead": "L1"}});
    let claims = |rep: &str| json!({"claim": {"lead": "L1", "rep": rep}});
    let lived = lawful(
        "",
        &[
            ("02T09:00", ann("L1", "quote")),
            ("02T09:10", gives_back()),
            ("02T09:11", claims("wang")),
            ("02T09:12", gives_back()),
            ("02T09:13", claims("zhao")),
            ("02T09:14", gives_back()),
            ("09T10:00", ann("L2", "budget is here, call me")),
        ],
    );
    let owner = lived.owner("L1");
    assert!(["li", "wang"].contains(&owner), "not who lost it last, while others are there: {}", lived.out);
    // Alone at work, the rep has it again at once.
    let lived = lawful(
        "",
        &[
            ("02T08:00", json!({"leave": {"rep": "wang"}})),
            ("02T08:00", json!({"leave": {"rep": "zhao"}})),
            ("02T09:00", ann("L1", "quote")),
            ("02T09:10", gives_back()),
            ("03T10:00", ann("L2", "please")),
        ],
    );
    assert_eq!(lived.owner("L1"), "li");
}

#[test]
fn only_what_is_blocked_or_held_is_released_and_once() {
    let release = |lead: &str| json!({"release": {"lead": lead}});
    let lived = lawful(
        "",
        &[("02T09:00", ann("L1", "q")), ("02T09:05", call("L1", "li")), ("02T09:10", release("L1"))],
    );
    assert_eq!((lived.owner("L1"), lived.lead("L1")[2]), ("li", "following"));
    assert_eq!(lived.reasons("release"), ["refused: owned"]);
    let invented = json!({"submit": {"id": "L1", "name": "Ann", "phones": ["13800138000"], "message": "x"}});
    let twice = [("02T09:03", release("L1")), ("02T09:04", release("L1"))];
    let lived = lawful("", &[&[("02T09:00", invented)][..], &twice[..]].concat());
    assert_eq!(lived.reasons("release"), ["everybody", "refused: owned"]);
    assert_eq!(lived.told(), ["li assigned lead L1"]);
    // Not ready, in nurture, nobody was asked about it.
    let cold = json!({"submit": {"id": "L1", "name": "Ann", "phones": [PHONE]}});
    let lived = lawful("--rules b2c", &[("02T09:00", cold), ("02T09:03", release("L1"))]);
    assert_eq!(lived.reasons("release"), ["refused: not_held"]);
}

#[test]
fn an_answered_customer_is_not_returned() {
    let lived = lawful(
        "",
        &[
            ("02T09:00", of(ACME, "L1", PHONE, "q")),
            ("02T09:05", call("L1", "li")),
            ("02T09:10", json!({"convert": {"lead": "L1", "account": "A1"}})),
            ("02T10:00", json!({"return": {"lead": "L1"}})),
        ],
    );
    assert_eq!((lived.owner("L1"), lived.account("A1")), ("li", "li"));
}

#[test]
fn a_mistyped_phone_takes_no_lead_from_its_owner() {
    // A host that overwrites a list does so in its own tables.
    let write = |phone: &str, before: &str| json!({"effects": [{"update_field": {"record": {"lead": "L1"}, "field": "phones", "value": [phone], "replaces": [before]}}]});
    let look = |title: &str| json!({"update": {"lead": "L1", "title": title}});
    let begin = [
        ("02T09:00", of(ACME, "L1", PHONE, "quote")),
        ("02T09:05", ann("L2", "again")),
        ("02T09:06", call("L1", "li")),
        ("02T09:10", write("13800138000", PHONE)),
        ("02T09:10", look("CEO")),
    ];
    let lived = lawful("", &begin);
    assert_eq!((lived.owner("L1"), lived.lead("L1")[2], lived.lead("L2")[3]), ("li", "following", "L1"));
    assert!(lived.was_told("li contact_unusable lead L1"));
    let more =
        [("02T09:12", look("CIO")), ("02T09:15", write(PHONE, "13800138000")), ("02T09:15", look("CTO"))];
    let lived = lawful("", &[&begin[..], &more].concat());
    assert_eq!(lived.told().iter().filter(|said| said.contains("contact_unusable")).count(), 1);
}

#[test]
fn a_live_lead_merged_into_an_ended_one_goes_on() {
    let lived = lawful(
        "",
        &[
            ("02T09:00", of(ACME, "L1", SECOND, "q")),
            ("02T09:01", json!({"close": {"lead": "L1", "reason": "no_intent"}})),
            ("02T09:02", of(OTHER, "L2", PHONE, "buy now")),
            ("02T09:03", call("L2", "wang")),
            ("02T09:04", json!({"opportunity": {"id": "O1", "lead": "L2", "status": "open"}})),
            ("02T09:08", json!({"merge": {"into": "L1", "from": "L2"}})),
        ],
    );
    assert_eq!((lived.owner("L2"), lived.lead("L1")[3]), ("wang", "L2"));
}

#[test]
fn a_cover_who_leaves_is_replaced() {
    let begin = [
        ("02T08:00", json!({"join": {"id": "li", "deputy": "wang"}})),
        ("02T09:00", ann("L1", "q")),
        ("02T10:00", json!({"absent": {"rep": "li", "until": "2026-03-20T09:00:00+08:00"}})),
    ];
    let leaves = [("02T11:00", json!({"leave": {"rep": "wang"}}))];
    let lived = lawful("", &[&begin[..], &leaves[..]].concat());
    // No deputy and no team is left: whom the rules find has it from now on, and both hear of it.
    assert_eq!(lived.owner("L1"), "zhao", "{}", lived.out);
    assert!(
        lived.was_told("zhao assigned lead L1") && lived.was_told("li lead_taken lead L1"),
        "{:?}",
        lived.told()
    );
    // A cover who misses the deadline is told, and does not lose the lead for its owner.
    let lived = lawful("", &[&begin[..], &[("03T10:30", tick())]].concat());
    assert!(lived.was_told("wang deadline_missed lead L1"), "{:?}", lived.told());
    assert!(!lived.was_told("li deadline_missed lead L1"), "{:?}", lived.told());
}

#[test]
fn equal_words_of_one_company_are_no_resubmission_without_a_person_s_key() {
    let lived = lawful(
        "",
        &[("02T09:00", of(ACME, "L1", PHONE, "请报价")), ("02T11:00", of(ACME, "L2", SECOND, "请报价"))],
    );
    assert_eq!(lived.lead("L2")[3], "-");
    assert_ne!(lived.owner("L2"), "-");
}

#[test]
fn claims_of_a_day_have_an_end_in_both_presets() {
    for (rules, cap) in [("b2b", 10), ("b2c", 20)] {
        let rows: Vec<Json> = (0..cap + 5)
            .map(|n| json!({"id": format!("M{n}"), "name": format!("p {n}"), "phones": [format!("137{:08}", 23_456_789 + n * 7_919)], "message": "old"}))
            .collect();
        let mut lines = vec![("02T08:00", json!({"import": rows}))];
        lines.extend(
            (0..cap + 5).map(|n| ("02T09:00", json!({"claim": {"lead": format!("M{n}"), "rep": "li"}}))),
        );
        let lived = lawful(&format!("--rules {rules}"), &lines);
        let reasons = lived.reasons("claim");
        assert_eq!(reasons.iter().filter(|reason| **reason == "claim").count(), cap as usize, "{rules}");
        assert!(reasons.contains(&"refused: daily_claim_cap"), "{rules}: {reasons:?}");
    }
}

#[test]
fn an_import_keeps_two_owners_apart_and_asks() {
    let row = |id: &str, owner: &str| json!({"id": id, "name": "Ann", "phones": [PHONE], "owner": owner, "status": "following"});
    let lived = lawful("", &[("02T09:00", json!({"import": [row("M1", "li"), row("M2", "wang")]}))]);
    assert_eq!((lived.owner("M1"), lived.owner("M2")), ("li", "wang"));
    // Against what is on file, too.
    let lived =
        lawful("", &[("02T09:00", ann("L1", "q")), ("02T10:00", json!({"import": [row("M2", "wang")]}))]);
    assert_eq!((lived.owner("L1"), lived.owner("M2")), ("li", "wang"));
}

#[test]
fn a_row_of_who_left_or_of_nobody_s_customer_or_of_no_pool_lies_in_a_pool() {
    let phone = ["13812349876", "13927461853", "15088672341"];
    let rows = json!([
        {"id": "M1", "name": "a", "phones": [phone[0]], "owner": "left_last_year", "status": "following"},
        {"id": "M2", "name": "b", "phones": [phone[1]], "status": "converted"},
        {"id": "M3", "name": "c", "phones": [phone[2]], "pool": "nowhere"},
    ]);
    let lived = lawful("", &[("02T09:00", json!({"import": rows}))]);
    assert_eq!(lived.lead("M1")[..3], ["-", "leads", "unassigned"]);
    assert_eq!(lived.lead("M2")[..3], ["-", "public_active", "unassigned"]);
    assert_eq!(lived.lead("M3")[..3], ["-", "leads", "unassigned"]);
    assert_eq!(lived.told(), Vec::<String>::new());
}

#[test]
fn imported_rows_wait_to_be_claimed_and_a_public_pool_is_looked_through_in_its_own_time() {
    let row = |id: &str, phone: &str, pool: &str| json!({"id": id, "name": id, "phones": [phone], "message": "old", "pool": pool});
    let rows = json!([
        row("M1", "13812349876", "public_active"),
        row("M2", "13927461853", "public_general"),
        row("M3", "15088672341", "leads"),
    ]);
    let lines = [
        ("02T09:00", json!({"import": rows})),
        ("30T09:00", json!({"submit": {"id": "Z1", "name": "z", "phones": ["13700246802"], "message": "x"}})),
    ];
    let lived = lawful("", &[&lines[..], &[("31T23:00", tick())]].concat());
    for (id, pool) in [("M1", "public_active"), ("M2", "public_general"), ("M3", "nurture")] {
        assert_eq!(lived.lead(id)[..2], ["-", pool]);
    }
    assert!(
        !lived.told().iter().any(|said| said.contains("lead M")),
        "nobody is given one: {:?}",
        lived.told()
    );
}

#[test]
fn two_causes_of_one_moment_are_two_looks() {
    let second = json!({"submit": {"id": "L02", "name": "Ann", "phones": [SECOND], "message": "m"}});
    let update = json!({"update": {"lead": "L01", "phones": [PHONE, SECOND]}});
    let activity = json!({"activity": {"lead": "L01", "kind": "form_submit"}});
    for lines in [[update.clone(), activity.clone()], [activity, update]] {
        let [first, then] = lines;
        let lived = lawful(
            "",
            &[
                ("02T09:01", ann("L01", "m")),
                ("02T09:02", second.clone()),
                ("02T14:02", first),
                ("02T14:02", then),
            ],
        );
        assert_eq!(lived.lead("L02")[3], "L01", "{}", lived.out);
    }
}

#[test]
fn what_comes_under_a_folded_id_is_its_subject_s() {
    let begin = [("02T09:00", ann("L1", "q")), ("02T09:05", ann("L2", "hello?"))];
    let lived = lawful("", &[&begin[..], &[("02T09:06", call("L2", "li"))]].concat());
    assert_eq!(lived.lead("L1")[2], "following");
}

#[test]
fn what_an_opportunity_holds_is_not_closed() {
    let lived = lawful(
        "",
        &[
            ("02T09:00", ann("L1", "q")),
            ("02T09:06", json!({"opportunity": {"id": "O1", "lead": "L1", "status": "open"}})),
            ("02T09:10", json!({"close": {"lead": "L1", "reason": "no_intent"}})),
        ],
    );
    assert_eq!((lived.owner("L1"), lived.lead("L1")[2]), ("li", "pending"));
}

#[test]
fn an_opportunity_answers_a_customer() {
    let account = json!({"account": {"id": "A1", "company": ACME, "owner": "li"}});
    let deal = |status: &str| json!({"opportunity": {"id": "O1", "lead": "L1", "status": status}});
    for end in ["won", "lost"] {
        let lived = lawful(
            "",
            &[
                ("02T08:00", account.clone()),
                ("02T09:00", of(ACME, "L1", PHONE, "q")),
                ("02T10:00", deal("open")),
                ("05T10:00", deal(end)),
                ("06T10:00", tick()),
            ],
        );
        assert_eq!((lived.owner("L1"), lived.lead("L1")[4]), ("li", "-"), "{end}: {}", lived.out);
    }
}
