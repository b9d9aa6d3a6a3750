//! What attribution makes of a scenario: touches, merges, imports and orders as they happened.

use super::*;

/// An imported lead of another customer, an anonymous click before its lead, two leads of one company, one merged away, an
/// article that an employee passed on, a touch that is recorded twice and one that names a lead after it was merged:
/// each touch once, in order, with the customer.
#[test]
fn the_journey_of_an_account_comes_from_its_events() {
    let scenario = std::fs::read("tests/data/customer_journey.jsonl").unwrap();
    let (out, notes, verdict) = run(&scenario, "s.jsonl --journeys").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful));
    let journeys: Vec<&str> = out.lines().skip_while(|line| *line != "# journeys").skip(1).collect();
    assert_eq!(
        journeys,
        [
            "customer\tat\tchannel\tcampaign\torigin",
            "lead L1\t2026-03-02T08:00:00+08:00\tbaidu\tspring\tbd_vid of lead L1",
            "lead L1\t2026-03-02T10:00:00+08:00\tnewsletter\t-\tutm of L1",
            "lead L1\t2026-03-02T11:00:00+08:00\thotline\t-\tlead L1",
            "lead L1\t2026-03-02T13:00:00+08:00\tseminar\t-\tlead L2",
            "lead L1\t2026-03-02T14:00:00+08:00\tlive\t-\tutm of L3",
            "lead L1\t2026-03-02T15:30:00+08:00\texpo\t-\tlead L3",
            "lead L1\t2026-03-02T16:00:00+08:00\tshare:employee\t-\tlead L2",
            "lead L1\t2026-03-05T19:00:00+08:00\tsupport\t-\tlead L1",
            "lead M1\t2026-02-20T10:00:00+08:00\texpo\t-\tutm of M1",
            "lead Z\t2026-03-04T19:00:00+08:00\tother\t-\tutm of Z",
            "# 3 customers with 1 conversion and 3 journeys without; 1 touch of nobody known; 1 touch was there twice",
        ]
    );
    let (without, ..) = run(&scenario, "s.jsonl").unwrap();
    assert_eq!(out.split("# journeys").next(), Some(without.as_str()), "the other tables stay as they are");
}

/// Who is forgotten has no journey any more, and is not found again by the same address; nobody can forge a row.
#[test]
fn who_is_forgotten_has_no_journey() {
    let scenario = r#"{"at":"2026-03-02T08:00:00+08:00","touch":{"keys":{"email":"ann@quellmark.de"},"channel":"old-secret"}}
{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1","name":"Ann","emails":["ann@quellmark.de"],"message":"hello"}}
{"at":"2026-03-02T10:00:00+08:00","touch":{"lead":"L1","channel":"call"}}
{"at":"2026-03-02T11:00:00+08:00","forget":{"lead":"L1"}}
{"at":"2026-03-05T09:00:00+08:00","submit":{"id":"L2","name":"Ann","emails":["ann@quellmark.de"],"message":"again","utm":{"source":"a\tb\nlead X"}}}
"#;
    let (out, ..) = run(scenario.as_bytes(), "s.jsonl --journeys").unwrap();
    let journeys: Vec<&str> = out.lines().skip_while(|line| *line != "# journeys").skip(2).collect();
    assert_eq!(
        journeys,
        [
            "lead L2\t2026-03-05T09:00:00+08:00\ta b lead X\t-\tutm of L2",
            "# 1 customer with 0 conversions and 1 journey without",
        ]
    );
}

/// Whatever way a person's key is written, what it led to goes with the person, and nothing comes after.
#[test]
fn who_is_forgotten_is_forgotten_by_every_key() {
    let scenario = r#"{"at":"2026-03-02T08:00:00+08:00","touch":{"keys":{"mail":"Ann+News@Quellmark.de"},"channel":"mail"}}
{"at":"2026-03-02T08:10:00+08:00","touch":{"keys":{"wechat_id":"ANN_quell"},"channel":"wechat"}}
{"at":"2026-03-02T08:20:00+08:00","touch":{"keys":{"gclid":"ann@quellmark.de"},"channel":"not-hers"}}
{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1","name":"Ann","emails":["ann@quellmark.de"],"wechat":"ann_quell","message":"hello"}}
{"at":"2026-03-02T11:00:00+08:00","forget":{"lead":"L1"}}
{"at":"2026-03-02T12:00:00+08:00","touch":{"lead":"L1","channel":"late"}}
{"at":"2026-03-05T09:00:00+08:00","submit":{"id":"L2","name":"Ann","emails":["ann@quellmark.de"],"wechat":"ann_quell","click_ids":{"gclid":"ann@quellmark.de"},"message":"again"}}
"#;
    let (out, ..) = run(scenario.as_bytes(), "s.jsonl --journeys").unwrap();
    let journeys: Vec<&str> = out.lines().skip_while(|line| *line != "# journeys").skip(2).collect();
    assert_eq!(
        journeys,
        [
            "lead L2\t2026-03-02T08:20:00+08:00\tnot-hers\t-\tgclid of lead L2",
            "# 1 customer with 0 conversions and 1 journey without",
        ]
    );
}

/// Orders in two currencies have no journeys; the laws are judged all the same, and nobody forges a row.
#[test]
fn what_cannot_be_counted_stops_no_judgement() {
    let order = |id: &str, currency: &str| {
        format!(
            r#"{{"at":"2026-03-03T09:00:00+08:00","order":{{"id":"{id}","lead":"L1","amount":{{"minor":1,"currency":"{currency}"}}}}}}"#
        )
    };
    let submit = r#"{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1\tx","name":"Ann","emails":["ann@quellmark.de"],"message":"hello"}}"#;
    let scenario = [submit.to_owned(), order("R1", "CNY"), order("R2", "USD")].join("\n");
    let mut out = Vec::new();
    let mut notes = Vec::new();
    let words = ["s.jsonl", "--journeys"].map(str::to_owned);
    let read = |_: &Path| Ok(scenario.clone().into_bytes());
    let error = program::run(words, &read, &mut out, &mut notes).unwrap_err().to_string();
    assert!(error.contains("CNY") && error.contains("USD"), "{error}");
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("# notified") && out.contains("L1 x\t"), "{out}");
}

/// A lead that came by a link after the sale, and is what an older one is merged into: the link stays in its time, once.
#[test]
fn a_merge_moves_no_visit_before_the_sale() {
    let said = |click: bool, into: &str, from: &str| {
        let lines = [
            r#"{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1","name":"Ann","emails":["ann@quellmark.de"],"message":"hello"}}"#.to_owned(),
            r#"{"at":"2026-03-03T09:00:00+08:00","touch":{"lead":"L1","channel":"hotline"}}"#.to_owned(),
            r#"{"at":"2026-03-04T09:00:00+08:00","opportunity":{"id":"O1","lead":"L1","status":"open"}}"#.to_owned(),
            r#"{"at":"2026-03-05T09:00:00+08:00","opportunity":{"id":"O1","lead":"L1","status":"won"}}"#.to_owned(),
            r#"{"at":"2026-03-19T09:00:00+08:00","touch":{"keys":{"gclid":"b"},"channel":"sem"}}"#.to_owned(),
            r#"{"at":"2026-03-20T09:00:00+08:00","submit":{"id":"L2","name":"Bo","emails":["bo@otherworks.de"],"message":"hi","click_ids":{"gclid":"b"},"utm":{"source":"sem"}}}"#.to_owned(),
            format!(r#"{{"at":"2026-03-21T09:00:00+08:00","merge":{{"into":"{into}","from":"{from}"}}}}"#),
        ];
        let lines: Vec<String> = lines.into_iter().filter(|line| click || !line.contains("keys")).collect();
        let (out, ..) = run(lines.join("\n").as_bytes(), "s.jsonl --journeys").unwrap();
        let rows = out.lines().skip_while(|line| *line != "# journeys").skip(2);
        let rows = rows
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').skip(1).take(2).collect::<Vec<_>>().join(" "));
        rows.collect::<Vec<_>>()
    };
    let hotline = "2026-03-03T09:00:00+08:00 hotline";
    for (into, from) in [("L1", "L2"), ("L2", "L1")] {
        assert_eq!(said(false, into, from), [hotline, "2026-03-20T09:00:00+08:00 sem"], "into {into}");
        assert_eq!(said(true, into, from), [hotline, "2026-03-19T09:00:00+08:00 sem"], "into {into}");
    }
}
