//! The command line of the example: what it prints and what it refuses.

use std::path::Path;

use expect_test::{expect, expect_file};

#[path = "../../../examples/follow_up/program/mod.rs"]
mod program;

/// `h.csv` is the history, `r.json` the rules.
fn run(words: &str, history: &str, rules: &str) -> Result<String, String> {
    run_with_notes(words, history, rules).map(|(out, _)| out)
}

/// What it prints, and what it says beside that.
fn run_with_notes(words: &str, history: &str, rules: &str) -> Result<(String, String), String> {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let read = |path: &Path| match path.to_str() {
        Some("h.csv") => Ok(history.as_bytes().to_vec()),
        Some("r.json") => Ok(rules.as_bytes().to_vec()),
        _ => std::fs::read(path),
    };
    let words = words.split_whitespace().map(str::to_owned);
    program::run(words, &read, &mut out, &mut notes).map_err(|error| error.to_string())?;
    Ok((String::from_utf8(out).unwrap(), String::from_utf8(notes).unwrap()))
}

#[test]
fn the_sample_under_each_preset() {
    let mut all = String::new();
    for rules in ["nodes", "b2c", "b2b", "marketing"] {
        let out = run(&format!("--rules {rules} --now 2026-03-09T10:00:00+08:00"), "", "").unwrap();
        all.push_str(&format!("--rules {rules}\n{out}\n"));
    }
    expect_file!["../snapshots/follow_up.tsv"].assert_eq(&all);
    assert_eq!(run("", "", "").unwrap(), run("--rules b2b --now 2026-03-09T09:00:00+08:00", "", "").unwrap());
    assert_eq!(run("--rules tob", "", ""), run("--rules b2b", "", ""));
}

#[test]
fn rules_of_a_file_and_evidence() {
    let history = "at,lead,event,by,detail\n2026-03-02T10:00:00+08:00,L1,created,,\n2026-03-02T10:00:00+08:00,L1,owner,li,claimed\n";
    let rules = r#"{"policies": [{"id": "p", "nodes": [{"id": "talk", "within": "2h"}]}]}"#;
    let out = run("h.csv --rules r.json --now 2026-03-02T14:00:00+08:00 --explain", history, rules).unwrap();
    expect![[r#"
        lead	what	when	who	node	detail	evidence
        L1	overdue	2026-03-02T12:00:00+08:00	li	talk	2h on office_hours	deadline: li, `talk` of `p` due 2026-03-02T12:00:00+08:00: 2h on the clock `office_hours`, chosen by the size, after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; overdue
        L1	late_follower	2026-03-02T12:00:00+08:00	li	talk	overdue 2h00m	late_follower: li on lead L1, `talk` of `p` due 2026-03-02T12:00:00+08:00: 2h on the clock `office_hours` after 2026-03-02T10:00:00+08:00, by the calendar `cn-2023-2026`; still open
        L1	next	2026-04-01T12:00:01+08:00	-	-	reminder	next look 2026-04-01T12:00:01+08:00: reminder
    "#]].assert_eq(&out);
}

#[test]
fn what_cannot_be_read_names_its_line_and_column() {
    let history = "at,lead,event,by,detail\n\
        2026-03-02 10:00,L1,created,,\n\
        2026-03-02T10:00:00+08:00,,owner,li,\n\
        2026-03-02T10:00:00+08:00,L1,ownr,li,\n\
        2026-03-02T10:00:00+08:00,L1,call,,\n\
        2026-03-02T10:00:00+08:00,L1,ended,li,lost\n\
        2026-03-02T10:00:00+08:00,L1,created,,regoin=CN\n\
        2026-03-02T10:00:00+08:00,L1,call,li,soon\n\
        2026-03-02T10:00:00+08:00,L1,call,li,,more\n";
    expect![[r#"
        h.csv: line 2, column 1: found `2026-03-02 10:00`, expected a time in RFC 3339 such as 2026-03-02T09:00:00+08:00
        h.csv: line 3, column 2: found nothing, expected the id of a lead
        h.csv: line 4, column 3: found `ownr`, expected `owner`
        h.csv: line 5, column 4: found nothing, expected the id of a rep
        h.csv: line 6, column 5: found `lost`, expected one of converted, returned, recycled, handed_over, left, allotted, deal_lost, invalid, voided, revoked
        h.csv: line 7, column 5: found `regoin=CN`, expected region=…, source=… or product=…
        h.csv: line 8, column 5: found `soon`, expected the date of the next follow-up such as 2026-03-09, or nothing
        h.csv: line 9, column 6: found `more`, expected no further cell"#]].assert_eq(&run("h.csv", history, "").unwrap_err());
    // The columns stand in any order.
    let turned = "event,at,lead\ncreated,2026-03-02T10:00:00+08:00,L1\nownr,2026-03-02T10:00:00+08:00,L1\n";
    expect!["h.csv: line 3, column 1: found `ownr`, expected `owner`"]
        .assert_eq(&run("h.csv", turned, "").unwrap_err());
    expect![[r#"
        h.csv: line 1, column 2: found `leed`, expected `lead`
        h.csv: line 1, column 4: found `event`, expected each column once
        h.csv: line 1, column 5: found no column `lead`, expected one"#]]
    .assert_eq(&run("h.csv", "at,leed,event,event\n", "").unwrap_err());
    let refused = |words: &str| run(words, "at,lead,event,by,detail\n", "{\"policy\": []}").unwrap_err();
    expect!["h.csv: found no record, expected at least one"].assert_eq(&refused("h.csv"));
    expect!["--now: found `tomorrow`, expected a time in RFC 3339 such as 2026-03-02T09:00:00+08:00"]
        .assert_eq(&refused("h.csv --now tomorrow"));
    expect![[r#"
        r.json: 1 error in the rules
        error[unknown_key] at policy (1:2): unknown key `policy`
          help: none of the 19 known names is close to it"#]]
    .assert_eq(&refused("h.csv --rules r.json"));
    expect!["--rules: found `b2d`, expected one of nodes, b2c, b2b, marketing or a file: b2d: No such file or directory (os error 2); did you mean `b2c`?"].assert_eq(&refused("h.csv --rules b2d").replace(env!("CARGO_MANIFEST_DIR"), ""));
    expect!["there is no option --explian, did you mean --explain?"]
        .assert_eq(refused("--explian").lines().next().unwrap());
}

/// What is odd about the rules is said beside the table, and rules may come to leads that are on file.
#[test]
fn rules_are_looked_through_and_may_come_into_force_later() {
    let history = "at,lead,event,by,detail\n2025-06-02T10:00:00+08:00,L1,created,,\n2025-06-02T10:00:00+08:00,L1,owner,li,\n";
    let rules = r#"{"policies": [{"id": "p", "nodes": [{"id": "talk", "within": "24h", "ladder": [{"step": "recycle", "within": "24h"}]}]}]}"#;
    let words = "h.csv --rules r.json --now 2026-03-02T10:00:00+08:00";
    let (out, notes) = run_with_notes(words, history, rules).unwrap();
    assert!(out.contains("late_follower") && out.contains("recycle"), "{out}");
    expect![[r#"
        r.json: warning[no_pool] at policies[0].nodes[0].ladder[0]: there is no pool of the kind `lead`
          help: add one to `pools`: leads stay where they are until then
    "#]]
    .assert_eq(&notes);
    let live = run(&format!("{words} --live-since 2026-03-02T00:00:00+08:00"), history, rules).unwrap();
    expect![[r#"
        lead	what	when	who	node	detail
        L1	due	2026-03-03T00:00:00+08:00	li	talk	1d on workday
        L1	next	2026-03-03T00:00:01+08:00	-	-	deadline
    "#]]
    .assert_eq(&live);
    let error = run(&format!("{words} --live-since monday"), history, rules).unwrap_err();
    assert!(error.starts_with("--live-since: found `monday`"), "{error}");
}
