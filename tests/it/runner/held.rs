//! Bursts, accounts whose owner changes, leads that are said to be one, and who goes along.

use serde_json::{Value as Json, json};

use super::mended::{ACME, PHONE, SECOND, call, lawful, of, tick};

fn from_one_network(number: usize) -> (String, Json) {
    let lead = json!({"id": format!("L{number:02}"), "name": "Ann", "ip": format!("203.0.113.{number}"),
        "phones": [format!("139274{}", 61_853 + 101 * number)], "message": "please call"});
    (format!("02T09:{:02}", number / 4), json!({"submit": lead}))
}

/// Seven reps are enough for all that come.
fn burst<'a>(lines: &'a [(String, Json)], then: &[(&'a str, Json)]) -> Vec<(&'a str, Json)> {
    let join = |rep: &str| ("01T08:00", json!({"join": {"id": rep}}));
    let team = ["chen", "qian", "sun", "zhou"].map(join).into_iter();
    let came = lines.iter().map(|(at, event)| (at.as_str(), event.clone()));
    team.chain(came).chain(then.iter().cloned()).collect()
}

#[test]
fn a_burst_holds_what_nobody_has_for_two_hours_and_takes_nothing_back() {
    let came: Vec<_> = (1..=30).map(from_one_network).collect();
    let claim = ("02T09:10", json!({"claim": {"lead": "L25", "rep": "li"}}));
    let release = ("02T09:11", json!({"release": {"lead": "L26"}}));
    let close = ("02T09:12", json!({"close": {"lead": "L27", "reason": "duplicate"}}));
    let lived = lawful("", &burst(&came, &[claim.clone(), release.clone(), close.clone()]));
    for served in 1..20 {
        assert_ne!(lived.owner(&format!("L{served:02}")), "-", "{}", lived.out);
    }
    // The twentieth within ten minutes shows the burst.
    assert_eq!(lived.lead("L20"), ["-", "-", "unassigned", "-", "review_due 2026-03-02T11:05:00+08:00"]);
    assert_eq!(lived.lead("L30"), ["-", "-", "unassigned", "-", "review_due 2026-03-02T11:07:00+08:00"]);
    assert_eq!(lived.reasons("submit")[18..20], ["everybody", "burst"]);
    assert_eq!(lived.reasons("claim"), ["refused: awaiting_review"]);
    assert_ne!(lived.owner("L26"), "-", "somebody has looked");
    assert_eq!(lived.lead("L27")[2], "invalid");
    // Nobody decides: they are assigned as others are.
    let lived = lawful("", &burst(&came, &[claim, release, close, ("02T11:08", tick())]));
    let waits = (1..=30).filter(|number| *number != 27 && lived.owner(&format!("L{number:02}")) == "-");
    assert_eq!(waits.count(), 0, "{}", lived.out);
}

/// A teacher tells a class to register: one after the other, all from one school.
#[test]
fn a_class_that_registers_is_held_from_the_tenth_on() {
    let pupil = |number: usize| {
        let lead = json!({"id": format!("K{number:02}"), "name": format!("Pupil {number}"), "company": "杭州市第七中学",
            "phones": [format!("139270{}", 10_853 + 137 * number)], "ip": format!("203.0.113.{}", 10 + number),
            "source": {"page": "/open-day"}, "message": "老师让我注册的"});
        let seconds = 75 * number;
        (format!("02T09:{:02}", seconds / 60), json!({"submit": lead}))
    };
    let came: Vec<_> = (0..40).map(pupil).collect();
    for rules in ["", "--rules b2c"] {
        let lived = lawful(rules, &burst(&came, &[]));
        let reasons = lived.reasons("submit");
        let held = reasons.iter().filter(|reason| **reason == "burst").count();
        assert_eq!(held, 31, "{rules}: {reasons:?}");
        assert!(reasons[9..].iter().all(|reason| *reason == "burst"), "{rules}: {reasons:?}");
    }
}

#[test]
fn what_a_customer_sends_in_a_burst_goes_to_the_owner() {
    let mut came: Vec<_> = (1..=30).map(from_one_network).collect();
    came[24].1["submit"]["company"] = json!(ACME);
    let account = ("02T08:00", json!({"account": {"id": "A1", "company": ACME, "owner": "wang"}}));
    let mut lines = burst(&came, &[]);
    lines.insert(4, account);
    let lived = lawful("", &lines);
    assert_eq!((lived.owner("L25"), lived.owner("L24")), ("wang", "-"));
}

#[test]
fn an_account_given_to_another_takes_its_leads_along_and_a_stale_line_gives_nothing_back() {
    let account = |owner: &str| json!({"account": {"id": "A1", "company": ACME, "owner": owner}});
    let begin = [
        ("02T08:00", json!({"account": {"id": "A1", "company": ACME}})),
        ("02T09:00", of(ACME, "L1", PHONE, "q")),
    ];
    let lived = lawful("", &[&begin[..], &[("02T09:10", account("zhao"))]].concat());
    assert_eq!((lived.owner("L1"), lived.account("A1")), ("zhao", "zhao"));
    assert!(lived.was_told("zhao handed_over lead L1"), "{:?}", lived.told());

    // li did not answer, and the next owner has both; what another system still says of the company changes only that.
    let stale = json!({"account": {"id": "A1", "company": ACME, "owner": "li", "domain": "acme.com"}});
    let lived = lawful(
        "",
        &[
            ("02T08:00", account("li")),
            ("02T09:00", of(ACME, "L1", PHONE, "q")),
            ("03T10:00", stale),
            ("03T10:01", tick()),
        ],
    );
    assert_eq!((lived.owner("L1"), lived.account("A1")), ("wang", "wang"));
    // Nobody's leads: the account alone is given.
    let lived = lawful("", &[("02T08:00", account("li")), ("02T09:00", account("wang"))]);
    assert_eq!(lived.account("A1"), "wang");
}

#[test]
fn two_worked_leads_that_somebody_says_are_one_collide() {
    let begin = [
        ("02T09:00", of(ACME, "L1", PHONE, "q")),
        ("02T09:01", of("Borealis Mining Ltd", "L2", SECOND, "q")),
        ("02T09:02", call("L1", "li")),
        ("02T09:03", call("L2", "wang")),
        ("02T09:04", json!({"merge": {"into": "L2", "from": "L1"}})),
    ];
    let lived = lawful("", &begin);
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "wang"));
    for rep in ["li", "wang"] {
        assert!(lived.was_told(&format!("{rep} collision lead L2")), "{:?}", lived.told());
    }
    // No reviewer decides within a day: the earlier goes on with both.
    let lived = lawful("", &[&begin[..], &[("03T09:05", tick())]].concat());
    assert_eq!((lived.owner("L1"), lived.lead("L2")[3]), ("li", "L1"), "{}", lived.out);
    // A director does: the lead belongs to that rep, and nothing is joined later.
    let allot = ("02T10:00", json!({"allot": {"lead": "L2", "rep": "li"}}));
    let lived = lawful("", &[&begin[..], &[allot, ("02T10:01", tick())]].concat());
    assert_eq!((lived.owner("L1"), lived.owner("L2")), ("li", "li"));
}

#[test]
fn an_open_opportunity_of_who_left_goes_to_who_is_left() {
    let lived = lawful(
        "--rules b2c",
        &[
            ("02T09:01", of(ACME, "L1", PHONE, "q")),
            ("02T10:01", json!({"opportunity": {"id": "O1", "lead": "L1", "status": "open"}})),
            ("02T14:00", json!({"leave": {"rep": "zhao"}})),
            ("03T14:00", json!({"leave": {"rep": "wang"}})),
        ],
    );
    assert_eq!(lived.owner("L1"), "li", "li missed it once, and nobody else is there: {}", lived.out);
    assert!(lived.was_told("li owners_exhausted lead L1"), "{:?}", lived.told());
}

#[test]
fn a_row_of_somebody_who_is_away_is_covered_and_told_once() {
    let row = |id: &str, phone: &str| json!({"id": id, "name": "Ann", "phones": [phone], "owner": "wang", "status": "following"});
    let lived = lawful(
        "",
        &[
            ("02T08:00", json!({"absent": {"rep": "wang", "until": "2026-03-09T09:00:00+08:00"}})),
            ("02T09:00", json!({"import": [row("M1", PHONE), row("M2", SECOND), row("M3", "15088672341")]})),
        ],
    );
    assert_eq!((lived.owner("M1"), lived.owner("M3")), ("wang", "wang"));
    let covers = lived.told().into_iter().filter(|said| said.contains(" cover ")).count();
    assert!((1..=2).contains(&covers), "once a receiver: {:?}", lived.told());
}
