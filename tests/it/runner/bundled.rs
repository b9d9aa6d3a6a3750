//! What is printed.

use super::*;

#[test]
fn the_bundled_scenario_is_as_it_was_reviewed() {
    let (out, notes, verdict) = run(b"", "").unwrap();
    assert_eq!(notes, "");
    assert_eq!(verdict, program::Verdict::Lawful);
    expect_file!["../snapshots/life.tsv"].assert_eq(&out);
}

/// Each row of the table that is of consumers: the same person with a live lead, within three months and later; a buyer; a
/// second first name; the same record; the same submission.
#[test]
fn the_bundled_consumers_are_as_they_were_reviewed() {
    let (out, notes, verdict) = run(b"", "--rules b2c").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    expect_file!["../snapshots/life_b2c.tsv"].assert_eq(&out);
}

#[test]
fn the_bundled_scenario_has_eighty_events_and_every_kind() {
    let text = std::fs::read_to_string("examples/data/life.jsonl").unwrap();
    let events: Vec<serde_json::Value> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(events.len() >= 80, "{}", events.len());
    let has = |key: &str| events.iter().any(|event| event.get(key).is_some());
    // Effects are written by hand only to break a law.
    for key in program::event::KEYS.into_iter().filter(|key| *key != "effects") {
        assert!(has(key), "{key}");
    }
    let (out, _, _) = run(b"", "").unwrap();
    let routes: std::collections::BTreeSet<&str> = out
        .lines()
        .take_while(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split('\t').nth(3).unwrap())
        .collect();
    for route in [
        "assigned",
        "awaiting_review",
        "blocked",
        "converted",
        "elsewhere",
        "folded",
        "nurture",
        "to_owner",
        "to_pool",
        "unassigned",
        "voided",
    ] {
        assert!(routes.contains(route), "{route} is not among {routes:?}");
    }
}

/// The table of what an entry is matched to, row by row: event, route and reason, or who is told.
#[test]
fn each_row_of_the_table_is_in_a_bundled_scenario() {
    let out = ["", "--rules b2c"].map(|words| run(b"", words).unwrap().0);
    let happened = |out: &str, wanted: &str| {
        let mut rows = out.lines().take_while(|line| !line.starts_with('#')).map(|line| line.split('\t'));
        rows.any(|row| {
            let row: Vec<&str> = row.collect();
            [row[1], row[3], row[7]].join(" ") == wanted
        })
    };
    let [companies, consumers] = &out;
    for (out, row, wanted) in [
        (companies, "nothing on file", "submit assigned everybody"),
        (companies, "an active owner is named", "submit to_owner own_owner"),
        (companies, "the same record id", "submit folded same_record"),
        (companies, "the same submission", "submit folded resubmission"),
        (companies, "the same person among leads", "submit folded lead-phone"),
        (companies, "an account's company", "submit converted account-company"),
        (companies, "a contact of an account", "submit converted contact-phone"),
        (companies, "an account's domain", "submit converted account-domain"),
        (companies, "a contact who names another company", "submit to_owner contact-phone"),
        (companies, "two owners, and nothing tells", "submit awaiting_review contact-phone"),
        (consumers, "the same consumer, by phone", "submit folded lead-phone"),
        (consumers, "the same consumer, by mail", "submit folded lead-email"),
        (consumers, "the same consumer, by WeChat", "submit folded lead-wechat"),
        (consumers, "a buyer", "submit converted lead-phone"),
        (consumers, "a second first name", "submit to_owner lead-phone"),
    ] {
        assert!(happened(out, wanted), "{row}: {wanted}\n{out}");
    }
    for (row, code) in [
        ("a key that two records share", "joined"),
        ("two that are worked on", "collision"),
        ("a rep types in what is on file", "duplicate_on_file"),
        ("its owner hears who tried", "duplicate_entered"),
    ] {
        assert!(companies.contains(&format!("\t{code}\tlead ")), "{row}: {code}\n{companies}");
    }
}

#[test]
fn who_gave_a_lead_back_does_not_get_it_again_by_a_match() {
    let scenario = r#"{"at":"2026-03-02T08:00:00+08:00","account":{"id":"A1","company":"Quellmark Energy GmbH","owner":"li","contacts":[{"id":"C1","name":"Ann","phones":["13927461853"]}]}}
{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1","name":"Ann","company":"Acme Trading Ltd","phones":["13927461853"],"message":"hello"}}
{"at":"2026-03-02T10:00:00+08:00","return":{"lead":"L1"}}
{"at":"2026-04-02T10:00:00+08:00","tick":true}
"#;
    let (out, notes, verdict) = run(scenario.as_bytes(), "s.jsonl").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    let rows: Vec<&str> = out.lines().filter(|line| line.contains("\tL1\t")).collect();
    let wanted = [
        "2026-03-02T09:00:00+08:00\tsubmit\tL1\tto_owner\tli\t-\tpending\tcontact-phone",
        "2026-03-02T10:00:00+08:00\treturn\tL1\tnurture\t-\tnurture\tunassigned\towners_exhausted",
    ];
    assert_eq!(rows[..2], wanted, "{out}");
}

#[test]
fn who_gave_a_lead_back_does_not_get_it_by_an_account_either() {
    let scenario = r#"{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1","name":"Ann","company":"Acme Trading Ltd","phones":["13927461853"],"message":"hello"}}
{"at":"2026-03-02T10:00:00+08:00","return":{"lead":"L1"}}
{"at":"2026-03-02T11:00:00+08:00","account":{"id":"A1","company":"Acme Trading Ltd","owner":"li"}}
{"at":"2026-03-06T10:00:00+08:00","tick":true}
"#;
    let (out, notes, verdict) = run(scenario.as_bytes(), "s.jsonl").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    assert!(
        out.contains("2026-03-05T10:00:00+08:00\twake_up\tL1\tnurture\t-\tnurture\tunassigned\t"),
        "{out}"
    );
}

#[test]
fn it_is_the_same_for_consumers_and_can_explain() {
    let scenario = "{\"at\":\"2026-03-02T09:00:00+08:00\",\"submit\":{\"id\":\"L1\",\"name\":\"Ann\",\"phones\":[\"13812349876\"],\
                    \"message\":\"hello\"}}";
    let (out, notes, _) = run(scenario.as_bytes(), "s.jsonl --rules b2c --explain").unwrap();
    assert_eq!(notes, "");
    assert!(
        out.contains("2026-03-02T09:00:00+08:00\tsubmit\tL1\tassigned\tli\t-\tpending\teverybody\n# lead L1"),
        "{out}"
    );
    // An hour is what a consumer waits at most.
    assert!(out.contains("L1\tli\t-\tpending\t-\tfirst_contact li 2026-03-02T10:00:00+08:00"), "{out}");
}

#[test]
fn a_small_quarter_is_lawful_and_the_same_when_it_is_saved() {
    let (out, notes, verdict) = run(b"", "--soak 300 --seed 3").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    assert!(out.contains("replay\tbyte-identical"), "{out}");
    let (other, ..) = run(b"", "--soak 300 --seed 4").unwrap();
    assert_ne!(out, other, "another seed is another quarter");
}

/// Seasons in which something was wrong once.
#[test]
fn other_small_quarters_are_lawful() {
    for season in ["100 --seed 2", "100 --seed 6", "200 --seed 5"] {
        let (out, notes, verdict) = run(b"", &format!("--soak {season}")).unwrap();
        assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{season}: {out}");
    }
}

#[test]
fn a_consumer_with_a_hundred_points_reaches_a_rep() {
    let kinds = ["form_submit", "consult", "offline_event", "reply_mail", "follow", "watch_live"];
    let activities: Vec<serde_json::Value> =
        kinds.iter().map(|kind| serde_json::json!({"id": kind, "kind": kind})).collect();
    let lead = serde_json::json!({"id": "L1", "phones": ["13812349876"]});
    let line =
        serde_json::json!({"at": "2026-03-02T09:00:00+08:00", "submit": lead, "activities": activities});
    let (out, _, _) = run(line.to_string().as_bytes(), "s.jsonl --rules b2c --explain").unwrap();
    assert!(out.contains("\tL1\tassigned\tli\t"), "{out}");
    assert!(out.contains("C1: engagement 100 is level 1"), "{out}");
}

/// `cargo test --release --test long -- --ignored fifty_thousand`.
#[test]
#[ignore = "minutes without optimisation"]
fn an_import_of_fifty_thousand_old_rows_pages_nobody() {
    import_of_old_rows(50_000);
}

#[test]
fn an_import_of_old_rows_pages_nobody() {
    import_of_old_rows(400);
}

/// Of so many rows, a tenth with an owner.
fn import_of_old_rows(many: u32) {
    let row = |n: u32| {
        let phone = format!("138{:08}", 23_400_000 + n * 7);
        let mut row = serde_json::json!({"id": format!("M{n}"), "name": format!("row {n}"), "phones": [phone], "message": "old",
            "created_at": "2020-01-01T00:00:00Z"});
        if n.is_multiple_of(10) {
            row["owner"] = "wang".into();
        }
        row
    };
    let rows: Vec<serde_json::Value> = (0..many).map(row).collect();
    // One is on file already, and younger than its row.
    let first = serde_json::json!({"at": "2026-03-02T09:00:00+08:00", "submit": {"id": "L1", "name": "row 1",
        "phones": rows[1]["phones"], "message": "new"}});
    let import = serde_json::json!({"at": "2026-03-02T10:00:00+08:00", "import": rows});
    let (out, notes, _) = run(format!("{first}\n{import}\n").as_bytes(), "s.jsonl").unwrap();
    assert_eq!(notes, "");
    let told: Vec<&str> = out.lines().skip_while(|line| *line != "# notified").skip(2).collect();
    assert_eq!(told, ["li\tassigned\tlead L1\t1", "wang\timported\tlead M0\t1"], "one digest a receiver");
    assert!(
        out.contains("L1\tli\t-\tpending\t-\tfirst_contact li 2026-03-03T09:00:00+08:00"),
        "no row takes it in"
    );
    let days: std::collections::BTreeSet<&str> = out
        .lines()
        .filter(|line| line.starts_with('M') && line.contains("\timported "))
        .map(|line| &line.split("imported ").nth(1).unwrap()[..10])
        .collect();
    assert!(days.len() >= 30, "{days:?}");
    let in_pool = out.lines().filter(|line| line.contains("\tleads\tunassigned\t-\timported "));
    assert_eq!(in_pool.count(), (many - many / 10) as usize, "nothing is assigned");
}

/// An account's contact writes for a company nobody has, and an administrator gives that lead to another: what the person
/// writes next is that rep's too, not the account's owner's, whether the account was on file or was made of a lead.
#[test]
fn who_has_a_live_lead_of_a_person_has_the_next_one_too() {
    let submit = |hour: u32, id: &str, company: &str| {
        format!(
            r#"{{"at":"2026-03-02T{hour:02}:00:00+08:00","submit":{{"id":"{id}","name":"Ann","company":"{company}","phones":["13927461853"],"message":"from {id}"}}}}"#
        )
    };
    let on_file = r#"{"at":"2026-03-02T08:00:00+08:00","account":{"id":"A1","company":"Quellmark Energy GmbH","owner":"li","contacts":[{"id":"C1","name":"Ann","phones":["13927461853"]}]}}"#;
    let made = [
        submit(6, "L0", "Quellmark Energy GmbH"),
        r#"{"at":"2026-03-02T07:00:00+08:00","follow_up":{"lead":"L0","owner":"li","kind":"call"}}"#
            .to_owned(),
        r#"{"at":"2026-03-02T08:00:00+08:00","convert":{"lead":"L0","account":"A1"}}"#.to_owned(),
    ];
    for account in [on_file.to_owned(), made.join("\n")] {
        let lines = [
            account,
            submit(9, "L1", "Acme Trading Ltd"),
            r#"{"at":"2026-03-02T10:00:00+08:00","allot":{"lead":"L1","rep":"wang"}}"#.to_owned(),
            submit(11, "L2", "Nordlicht Software AG"),
        ];
        let (out, notes, verdict) = run(lines.join("\n").as_bytes(), "s.jsonl").unwrap();
        assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
        assert!(out.contains("\nL1\twang\t-\tpending\t"), "{out}");
        assert!(out.contains("\nL2\twang\t-\tpending\t"), "{out}");
    }
}
