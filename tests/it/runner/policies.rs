//! Policies of follow-up between events.

use super::*;

const FORM: &str = r#"{"at":"2026-03-02T09:00:00+08:00","submit":{"id":"L1","name":"Ann","phones":["13927461853"],"message":"hello"}}"#;

fn lived(lines: &[&str], words: &str) -> String {
    let scenario = lines.join("\n");
    let (out, notes, verdict) = run(scenario.as_bytes(), &format!("s.jsonl {words}")).unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    out
}

#[test]
fn who_does_not_come_to_a_result_is_late_and_loses_the_lead() {
    // Spoken to each day, and never converted: two working days, then the next in rotation.
    let call = |day: u32| {
        format!(
            "{{\"at\":\"2026-03-{day:02}T09:30:00+08:00\",\"follow_up\":{{\"lead\":\"L1\",\"owner\":\"li\",\"kind\":\"call\"}}}}"
        )
    };
    let (one, two) = (call(2), call(3));
    let tick = r#"{"at":"2026-03-04T09:30:00+08:00","tick":true}"#;
    let out = lived(&[FORM, &one, &two, tick], "--rules b2c --follow-up b2c");
    let rows: Vec<&str> = out.lines().filter(|line| line.contains("\tpolicy\tL1\t")).collect();
    assert!(rows.iter().any(|row| row.contains("late_converter: convert of b2c")), "{out}");
    assert!(rows.iter().any(|row| row.contains("reassign: convert of b2c: ")), "{out}");
    assert!(rows.last().unwrap().contains("\tassigned\twang\t"), "{out}");
    assert!(out.contains("\nL1\tli\tconvert\tlate_converter\t2026-03-04T09:00:00+08:00\t-\t"), "{out}");
    assert!(out.contains("\nli\tunknown\t9\t1\t30\t30\n"), "{out}");
}

#[test]
fn who_speaks_to_it_in_time_is_not_late_and_policies_that_are_not_asked_for_say_nothing() {
    let call = r#"{"at":"2026-03-02T09:30:00+08:00","follow_up":{"lead":"L1","owner":"li","kind":"call"}}"#;
    let tick = r#"{"at":"2026-03-02T12:00:00+08:00","tick":true}"#;
    let out = lived(&[FORM, call, tick], "--rules b2c --follow-up b2c");
    assert!(out.contains("# late\nlead\towner\tnode\tlate\tdeadline\tdone\tminutes\n# speed"), "{out}");
    assert!(!lived(&[FORM, call, tick], "--rules b2c").contains("# late"));
}

#[test]
fn nothing_fires_on_a_day_off() {
    // Three working days after a Wednesday are over on Monday.
    let form = FORM.replace("2026-03-02T09", "2026-03-04T17");
    let call = |at: &str| {
        format!(
            "{{\"at\":\"{at}:00+08:00\",\"follow_up\":{{\"lead\":\"L1\",\"owner\":\"li\",\"kind\":\"call\"}}}}"
        )
    };
    let (one, two) = (call("2026-03-04T17:10"), call("2026-03-06T10:00"));
    let tick = r#"{"at":"2026-03-10T09:00:00+08:00","tick":true}"#;
    let out = lived(&[&form, &one, &two, tick], "--follow-up nodes");
    let days: Vec<&str> =
        out.lines().filter(|line| line.contains("\tpolicy\t")).map(|line| &line[..10]).collect();
    assert_eq!(days, ["2026-03-09"], "{out}");
    assert!(out.contains("\tpolicy\tL1\t-\tli\t-\tfollowing\tlate_converter: mql of nodes\n"), "{out}");
}

#[test]
fn every_preset_leaves_the_bundled_scenario_lawful() {
    for name in ["nodes", "b2c", "b2b", "marketing"] {
        let (out, notes, verdict) = run(b"", &format!("--follow-up {name}")).unwrap();
        assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{name}: {out}");
        assert!(out.contains("\n# speed to the first contact\n"), "{name}");
    }
}

#[test]
fn policies_that_nobody_wrote_are_refused() {
    let error = run(b"", "--follow-up node").unwrap_err();
    assert_eq!(
        error,
        "--follow-up: found `node`, expected one of nodes, b2c, b2b, marketing: did you mean `nodes`?"
    );
}
