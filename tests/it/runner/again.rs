//! What is delivered twice happens once.

use serde_json::{Value as Json, json};

use super::*;

const RECORDS: [&str; 7] = ["submit", "import", "activity", "touch", "follow_up", "order", "account"];

/// The bundled scenario, its lines as values.
fn bundled() -> Vec<Json> {
    let text = std::fs::read_to_string("examples/data/life.jsonl").unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn written<'a>(lines: impl IntoIterator<Item = &'a Json>) -> String {
    lines.into_iter().map(|line| format!("{line}\n")).collect()
}

/// What stands at the end: leads, accounts, notices.
#[track_caller]
fn end_of(scenario: &str) -> String {
    let (out, notes, verdict) = run(scenario.as_bytes(), "s.jsonl").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful));
    out[out.find("# leads").unwrap()..].to_owned()
}

/// Says of a record what else comes from the line it stands in.
fn spell_out(line: &mut Json, number: usize) {
    let at = line["at"].clone();
    let fill = |record: &mut Json, key: &str, value: Json| {
        record.as_object_mut().unwrap().entry(key).or_insert(value);
    };
    for key in ["submit", "order", "account"] {
        if let Some(record) = line.get_mut(key) {
            fill(record, "created_at", at.clone());
        }
    }
    for row in line.get_mut("import").and_then(Json::as_array_mut).into_iter().flatten() {
        fill(row, "created_at", at.clone());
    }
    for key in ["activity", "follow_up", "touch"] {
        if let Some(record) = line.get_mut(key) {
            fill(record, "time", at.clone());
            fill(record, "id", json!(format!("{key} {number}")));
        }
    }
    for (index, one) in
        line.get_mut("activities").and_then(Json::as_array_mut).into_iter().flatten().enumerate()
    {
        fill(one, "time", at.clone());
        fill(one, "id", json!(format!("activity {number} {index}")));
    }
}

#[test]
fn every_line_twice_is_every_line_once() {
    let lines = bundled();
    let once = end_of(&written(&lines));
    assert_eq!(end_of(&written(lines.iter().flat_map(|line| [line, line]))), once);
}

#[test]
fn every_record_again_at_the_end_changes_nothing() {
    let mut lines = bundled();
    lines.iter_mut().enumerate().for_each(|(number, line)| spell_out(line, number));
    let last = lines.last().unwrap()["at"].as_str().unwrap().to_owned();
    let later = chrono::DateTime::parse_from_rfc3339(&last).unwrap() + chrono::TimeDelta::seconds(1);
    let tick = json!({"at": later.to_rfc3339(), "tick": true});
    let once = end_of(&written(lines.iter().chain([&tick])));
    for kind in RECORDS {
        let of_kind = |line: &&Json| line.get(kind).is_some();
        let again: Vec<Json> = lines
            .iter()
            .filter(of_kind)
            .map(|line| {
                let mut line = line.clone();
                line["at"] = json!(later.to_rfc3339());
                line
            })
            .collect();
        assert!(!again.is_empty(), "{kind}");
        assert_eq!(end_of(&written(lines.iter().chain(&again).chain([&tick]))), once, "{kind}");
    }
}

#[test]
fn what_a_person_does_twice_in_two_moments_is_two_acts() {
    let submit = r#"{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1","name":"Ann","phones":["13927461853"],"message":"hello"}}"#;
    let allot = |minute: u32, rep: &str| {
        format!(r#"{{"at":"2026-03-02T09:{minute:02}:00+08:00","allot":{{"lead":"L1","rep":"{rep}"}}}}"#)
    };
    let lines = [submit.to_owned(), allot(1, "wang"), allot(2, "zhao"), allot(3, "wang")];
    assert!(end_of(&lines.join("\n")).contains("L1\twang\t"));
}

#[test]
fn an_id_that_is_twice_in_one_batch_comes_in_once() {
    let row = |name: &str| json!({"id": "M1", "name": name, "phones": ["13927461853"]});
    let line = json!({"at": "2026-03-02T09:00:00+08:00", "import": [row("Ann"), row("Bob")]});
    let (out, notes, verdict) = run(line.to_string().as_bytes(), "s.jsonl").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    assert!(out.contains("\tM1\tto_pool\t-\tleads\t"), "{out}");
    assert!(out.contains("refused: on_file"), "{out}");
    assert!(out.contains("\nM1\t-\tleads\tunassigned\t-\timported "), "{out}");
}

#[test]
fn a_re_entry_by_another_first_link_loses_nothing() {
    let submit = |at: &str, id: &str, source: &str| {
        json!({"at": at, "submit": {"id": id, "name": "Ann", "phones": ["13927461853"], "message": id,
            "first_utm": {"source": source}}})
    };
    let lines = [
        submit("2026-03-02T09:00:00+08:00", "L1", "baidu"),
        submit("2026-03-04T09:00:00+08:00", "L2", "bing"),
    ];
    assert!(end_of(&written(&lines)).contains("\nL2\t-\t-\tvoided\tL1\t"));
}
