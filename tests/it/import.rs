//! Tables and lists of records as spreadsheets and people write them.

use leadkit::model::{ColumnMap, Lead, Pool, Rep, Value};
use leadkit::score::ScoreRules;
use serde_json::json;

use crate::support::at;

fn map() -> ColumnMap {
    ColumnMap {
        constants: [("created_at".to_owned(), "2026-03-01".to_owned())].into(),
        ..ColumnMap::default()
    }
}

fn codes(map: &ColumnMap, columns: &[&str]) -> Vec<String> {
    let errors = map.importer(columns).unwrap_err();
    errors.iter().map(|found| format!("{} {}", found.code.as_str(), found.message)).collect()
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_name() {
    let named = ColumnMap { columns: [("Nr".to_owned(), "id".to_owned())].into(), ..map() };
    for (map, columns) in [(map(), ["\u{feff}id", "city"]), (named, ["\u{feff}Nr", "city"])] {
        let lead = map.importer(&columns).unwrap().read(2, &["L1", "Ulm"]).unwrap();
        assert_eq!((lead.id.as_str(), lead.attributes.len()), ("L1", 0));
    }
}

#[test]
fn columns_that_cannot_be_told_apart_are_refused() {
    assert_eq!(
        codes(&map(), &["id", "city", "city"]),
        ["duplicate_column columns 2 and 3 are both called `city`"]
    );
    let both = ColumnMap { columns: [("Town".to_owned(), "city".to_owned())].into(), ..map() };
    assert_eq!(
        codes(&both, &["id", "Town", "city"]),
        ["shared_target columns `Town` and `city` both fill `city`"]
    );
    // Lists are joined, and a column that is left out fills nothing.
    let lead = map().importer(&["id", "phone", "phones"]).unwrap().read(2, &["L1", "1", "2;3"]).unwrap();
    assert_eq!(lead.phones.len(), 3);
    let one = ColumnMap { ignore: vec!["city".to_owned()], ..both };
    let lead = one.importer(&["id", "Town", "city"]).unwrap().read(2, &["L1", "Ulm", "x"]).unwrap();
    assert_eq!(lead.city.as_deref(), Some("Ulm"));
}

#[test]
fn times_and_numbers_are_read_as_spreadsheets_write_them() {
    let map = ColumnMap {
        columns: [("n".to_owned(), "attributes.n:integer".to_owned())].into(),
        ..ColumnMap::default()
    };
    let mut importer = map.importer(&["id", "created_at", "employee_count", "n"]).unwrap();
    for (written, read) in [
        ("2026-03-02T09:00", "2026-03-02T09:00:00Z"),
        ("2026-03-02T09:00:30", "2026-03-02T09:00:30Z"),
        ("2026-03-02T09:00:30.5", "2026-03-02T09:00:30.5Z"),
        ("2026-03-02 09:00:30.250", "2026-03-02T09:00:30.25Z"),
        ("2026-03-02T09:00:00+08:00", "2026-03-02T01:00:00Z"),
    ] {
        let lead = importer.read(2, &[written, written, "50.0", "7.00"]).unwrap();
        assert_eq!(lead.created_at, at(read), "{written}");
        assert_eq!((lead.employee_count, &lead.attributes["n"]), (Some(50), &Value::Integer(7)));
    }
    for wrong in ["50.5", "50.", ".0", "5,0"] {
        let issues = importer.read(2, &["L", "2026-03-02", wrong, wrong]).unwrap_err();
        assert_eq!(issues.len(), 2, "{wrong}");
    }
}

#[test]
fn a_table_in_utf_16_is_told_with_its_cure() {
    let mut importer = map().importer(&["id", "city"]).unwrap();
    for cell in [&b"\xff\xfeU\0l\0m\0"[..], b"\xfe\xff\0U\0l\0m", b"U\0l\0m\0", b"\0U\0l\0m"] {
        let issues = importer.read_bytes(2, &[&b"L1"[..], cell]).unwrap_err();
        assert!(issues[0].message.contains("UTF-16: save it as UTF-8"), "{cell:?}: {}", issues[0]);
    }
    let issues = importer.read_bytes(2, &[&b"L1"[..], b"a\0bc"]).unwrap_err();
    assert_eq!(issues[0].message, "the text contains a NUL character");
}

#[test]
fn a_misspelt_key_of_a_rep_or_pool_is_an_error() {
    let reps =
        Rep::load_all(json!([{"id": "a", "wieght": 2}, {"id": "a"}, {"id": "b", "absences": [{"form": 1}]}]));
    let said = reps.unwrap_err().to_string();
    for part in
        ["reps[0].wieght", "did you mean `weight`?", "reps[2].absences[0].form", "did you mean `from`?"]
    {
        assert!(said.contains(part), "{part} not in {said}");
    }
    let pools = Pool::load_all(json!([{"id": "p", "mod": "both"}])).unwrap_err();
    assert_eq!(pools.diagnostics()[0].help.as_deref(), Some("did you mean `mode`?"));
    assert!(Rep::load_all(json!({"id": "a"})).is_err() && Rep::load_all(json!([])).unwrap().is_empty());
    let twice = Rep::load_all(json!([{"id": "a"}, {"id": "a"}])).unwrap_err();
    assert_eq!(twice.diagnostics()[0].path, "reps[1].id");
    assert!(serde_json::from_str::<Rep>(r#"{"id": "a", "weights": 2}"#).is_err());
}

#[test]
fn tests_that_fail_are_warnings() {
    let rules = ScoreRules::load(json!({
        "fit": {"rules": [{"id": "big", "points": 85}]},
        "tests": [{"expect": {"fit": 85}}, {"expect": {"fit": 60}}],
    }))
    .unwrap();
    let warnings: Vec<String> = rules.lint().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["warning[failing_test] at tests[1]: the test fails: fit should be 60, but is 85\n  \
          help: correct the rules, or what the test expects"]
    );
    let whole = leadkit::Rules { score: rules, ..leadkit::Rules::default() };
    assert!(whole.lint().iter().any(|found| found.path == "score.tests[1]" && found.code == "failing_test"));
    let many = json!({
        "engagement": {"rules": [{"id": "r", "kind": "k", "points": 1}]},
        "tests": vec![json!({"events": [{"kind": "k", "times": 10_000}], "expect": {"fit": 0}}); 100],
    });
    let warnings = ScoreRules::load(many).unwrap().lint();
    assert!(warnings.iter().any(|found| found.code == "tests_not_run"), "{warnings:?}");
}

#[test]
fn numbers_that_json_has_not_survive_it() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let text = serde_json::to_string(&Value::Number(number)).unwrap();
        let Value::Number(read) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
        assert!(read == number || read.is_nan() && number.is_nan(), "{text}");
    }
    assert!(serde_json::from_str::<Value>(r#"{"number": "1"}"#).is_err());
    let lead = |id: &str, x: f64| Lead {
        id: id.into(),
        attributes: [("x".to_owned(), Value::Number(x))].into(),
        ..Lead::default()
    };
    let mut leads = vec![lead("L1", f64::NAN), lead("L2", f64::INFINITY)];
    let before = format!("{leads:?}");
    let merger = leadkit::merge::Merger::compile(&leadkit::merge::MergeRules::default()).unwrap();
    let options = leadkit::contact::PhoneOptions::default();
    let plan = leadkit::merge::MergePlan::for_leads(&leads, &merger, &options).unwrap();
    let undo = plan.apply(&mut leads).unwrap();
    let kept = serde_json::to_string(&(undo, &leads)).unwrap();
    let (undo, mut leads): (leadkit::merge::UndoRecord<Lead>, Vec<Lead>) =
        serde_json::from_str(&kept).unwrap();
    assert_eq!(undo.undo(&mut leads).unwrap(), []);
    assert_eq!(format!("{leads:?}"), before);
}
