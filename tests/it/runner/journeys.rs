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
            "# 3 customers with 1 conversion and 3 journeys without; 1 touch of an unknown person; 1 touch was repeated",
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

/// A scenario of three people: Wang who came in February, Li on 2 March, Han on the 20th by a link with a click.
struct Story(Vec<String>);

impl Story {
    fn at(mut self, at: &str, event: &str) -> Story {
        self.0.push(format!(r#"{{"at":"2026-{at}:00+08:00",{event}}}"#));
        self
    }

    fn came(self, at: &str, id: &str, who: &str, more: &str) -> Story {
        let (name, company, phone, message) = match who {
            "wang" => ("王芳", "无锡远帆贸易有限公司", "13705128846", "想了解报价"),
            "li" => ("李雷", "苏州新程机械制造有限公司", "13927461853", "想了解报价"),
            _ => ("韩梅梅", "别处商贸有限公司", "13611247095", "再问一次"),
        };
        let lead = format!(
            r#""submit":{{"id":"{id}","name":"{name}","company":"{company}","phones":["{phone}"],"message":"{message}"{more}}}"#
        );
        self.at(at, &lead)
    }

    fn merged(self, at: &str, from: &str, into: &str) -> Story {
        self.at(at, &format!(r#""merge":{{"into":"{into}","from":"{from}"}}"#))
    }

    /// Customer, time and channel of each touch.
    fn touches(&self) -> Vec<String> {
        let (out, notes, _) = run(self.0.join("\n").as_bytes(), "s.jsonl --journeys").unwrap();
        assert_eq!(notes, "");
        let rows = out.lines().skip_while(|line| *line != "# journeys").skip(2);
        let rows = rows.filter(|line| !line.starts_with('#')).map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            format!("{} {} {}", fields[0], &fields[1][5..16], fields[2])
        });
        rows.collect()
    }
}

const BY_LINK: &str = r#","utm":{"source":"sem"}"#;
const BY_CLICK: &str = r#","click_ids":{"gclid":"b"},"utm":{"source":"sem"}"#;

/// No merge moves, loses or doubles how somebody came, whoever is left, and whatever else is known of the visit.
#[test]
fn no_merge_changes_how_anybody_came() {
    let li = || Story(Vec::new()).came("03-02T09:00", "L1", "li", "");
    let both = || li().came("03-20T14:00", "L2", "han", BY_CLICK);
    let han = "lead L1 03-20T14:00 sem";
    for (from, into) in [("L1", "L2"), ("L2", "L1")] {
        assert_eq!(both().merged("03-21T15:00", from, into).touches(), [han], "into {into}");
    }
    // A visit that was recorded, then the form: one visit, before the merge and after it.
    let seen = r#""activity":{"id":"a1","lead":"L2","kind":"visit","time":"2026-03-20T13:50:00+08:00","channel":"sem"}"#;
    let recorded = || li().came("03-20T14:00", "L2", "han", BY_LINK).at("03-20T14:01", seen);
    assert_eq!(recorded().touches(), ["lead L2 03-20T13:50 sem"]);
    for (from, into) in [("L1", "L2"), ("L2", "L1")] {
        let touches = recorded().merged("03-21T15:00", from, into).touches();
        assert_eq!(touches, ["lead L1 03-20T13:50 sem"], "into {into}");
    }
    // One click, two forms.
    let twice = || both().came("03-20T15:50", "L3", "han", BY_CLICK);
    assert_eq!(twice().touches(), ["lead L2 03-20T14:00 sem"]);
    assert_eq!(twice().merged("03-21T15:00", "L1", "L3").touches(), ["lead L2 03-20T14:00 sem"], "refused");
    assert_eq!(twice().merged("03-21T15:00", "L1", "L2").touches(), [han]);
    // The click is told after the merge.
    let click = r#""touch":{"keys":{"gclid":"b"},"channel":"sem","time":"2026-03-19T14:00:00+08:00"}"#;
    assert_eq!(both().at("03-22T15:00", click).touches(), ["lead L2 03-19T14:00 sem"]);
    let clicked = both().merged("03-21T15:00", "L1", "L2").at("03-22T15:00", click);
    assert_eq!(clicked.touches(), ["lead L1 03-19T14:00 sem"]);
    // Li asks once more, by the same channel as Han: two visits.
    let again = || {
        let again = li().came("03-02T11:00", "L3", "li", BY_LINK);
        again.came("03-20T14:00", "L2", "han", BY_CLICK)
    };
    let two = ["lead L1 03-02T11:00 sem", "lead L1 03-20T14:00 sem"];
    assert_eq!(again().touches(), [two[0], "lead L2 03-20T14:00 sem"]);
    for (from, into) in [("L1", "L2"), ("L2", "L1")] {
        assert_eq!(again().merged("03-21T15:00", from, into).touches(), two, "into {into}");
    }
}

/// However often a lead takes in others, and in whatever order, what came after the sale stays after it.
#[test]
fn a_second_merge_moves_no_visit_before_the_sale() {
    let story = || {
        let story =
            Story(Vec::new()).came("02-20T09:00", "L0", "wang", "").came("03-02T09:00", "L1", "li", "");
        story
            .at("03-03T09:00", r#""touch":{"lead":"L1","channel":"hotline"}"#)
            .at("03-04T09:00", r#""opportunity":{"id":"O1","lead":"L1","status":"open"}"#)
            .at("03-05T09:00", r#""opportunity":{"id":"O1","lead":"L1","status":"won"}"#)
            .came("03-20T14:00", "L2", "han", BY_CLICK)
    };
    let wanted = ["lead L0 03-03T09:00 hotline", "lead L0 03-20T14:00 sem"];
    for merges in [[("L1", "L2"), ("L0", "L2")], [("L0", "L2"), ("L1", "L2")], [("L0", "L1"), ("L1", "L2")]] {
        let [(first, to), (second, on)] = merges;
        let story = story().merged("03-21T15:00", first, to).merged("03-22T15:00", second, on);
        assert_eq!(story.touches(), wanted, "{merges:?}");
    }
}

/// Who is known, is reached by a channel and asks again by its link, was reached once; a later merge changes nothing.
#[test]
fn an_entry_that_a_touch_led_to_stays_shown() {
    let mail = r#""touch":{"lead":"L1","channel":"mail"}"#;
    let by_mail = r#","utm":{"source":"mail"},"products":["泵"]"#;
    let story = || {
        let story = Story(Vec::new()).came("03-02T09:00", "L1", "li", "").at("03-10T09:00", mail);
        story.came("03-10T09:05", "L3", "li", by_mail).came(
            "03-20T14:00",
            "L2",
            "han",
            r#","utm":{"source":"mail"}"#,
        )
    };
    assert_eq!(story().touches(), ["lead L1 03-10T09:00 mail", "lead L2 03-20T14:00 mail"]);
    for (from, into) in [("L1", "L2"), ("L2", "L1")] {
        let touches = story().merged("03-21T15:00", from, into).touches();
        assert_eq!(touches, ["lead L1 03-10T09:00 mail", "lead L1 03-20T14:00 mail"], "into {into}");
    }
}

/// A link that somebody corrects is how the lead came; a merge afterwards loses nothing of it.
#[test]
fn what_is_corrected_of_a_visit_stays() {
    let story = || {
        let story =
            Story(Vec::new()).came("03-02T09:00", "L1", "li", "").came("03-20T14:00", "L2", "han", BY_LINK);
        story.at("03-20T15:00", r#""update":{"lead":"L2","utm":{"source":"live"},"click_ids":{"gclid":"c"}}"#)
    };
    assert_eq!(story().touches(), ["lead L2 03-20T14:00 live"]);
    assert_eq!(story().merged("03-21T15:00", "L1", "L2").touches(), ["lead L1 03-20T14:00 live"]);
}
