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

fn at(at: &str, event: &str) -> String {
    format!("{{\"at\":\"2026-{at}:00+08:00\",{event}}}")
}

/// Rows of a lead without the moment: event, route, owner, pool, status, reason.
fn rows<'o>(out: &'o str, event: &str) -> Vec<&'o str> {
    let of_event = format!("\t{event}\tL1\t");
    out.lines().filter(|line| line.contains(&of_event)).collect()
}

#[test]
fn their_clocks_replace_the_simple_ones() {
    // A day after it came, the deadline of `life` takes a lead; the policies `nodes` take none.
    let tick = at("03-04T12:00", r#""tick":true"#);
    let simple = lived(&[FORM, &tick], "");
    assert!(rows(&simple, "wake_up").iter().any(|row| row.contains("\tto_pool\t")), "{simple}");
    let out = lived(&[FORM, &tick], "--follow-up nodes");
    assert_eq!(rows(&out, "wake_up"), [""; 0], "{out}");
    assert!(out.contains("\nL1\tli\t-\tpending\t-\tmql li 2026-03-05T09:00:00+08:00\n"), "{out}");
    // Of b2b it is three days.
    let out = lived(&[FORM, &at("03-05T08:59", r#""tick":true"#)], "--follow-up b2b");
    assert!(out.contains("\nL1\tli\t-\tpending\t-\tfollow_up li 2026-03-05T09:00:00+08:00\n"), "{out}");
}

#[test]
fn what_is_recycled_lies_in_the_pool_and_goes_on_without_who_lost_it() {
    let tick = at("03-11T12:00", r#""tick":true"#);
    let out = lived(&[FORM, &tick], "--follow-up b2b");
    assert_eq!(
        rows(&out, "policy"),
        [
            "2026-03-05T09:00:01+08:00\tpolicy\tL1\t-\tli\t-\tpending\tlate_follower: follow_up of b2b",
            "2026-03-05T09:00:01+08:00\tpolicy\tL1\t-\t-\tleads\tunassigned\trecycle: follow_up of b2b: deadline_missed",
        ],
        "{out}"
    );
    // Three working days later the rules give it to somebody else.
    let woken = rows(&out, "wake_up");
    assert!(woken[0].starts_with("2026-03-10T09:00:01+08:00\twake_up\tL1\tassigned\twang\t"), "{out}");
    assert!(out.contains("\nli\tdeadline_missed\tlead L1\t1\n"), "{out}");
}

#[test]
fn a_protection_that_ends_sends_the_lead_to_nurture() {
    let rules = r#"{"protection":{"days":5,"extends_days":3,"max_days":20},
        "flows":[{"id":"lost","on":"protection_lost","to":{"pool":"nurture"},"another_owner":true,"reason":"protection_lost"}]}"#;
    let call = at("03-06T10:00", r#""follow_up":{"lead":"L1","owner":"li","kind":"call"}"#);
    let tick = at("03-10T12:00", r#""tick":true"#);
    let scenario = [FORM, &call, &tick].join("\n");
    let (out, notes, _) = run_with(scenario.as_bytes(), rules, "s.jsonl --follow-up p.json").unwrap();
    assert_eq!(notes, "", "{out}");
    assert_eq!(
        rows(&out, "policy"),
        [
            "2026-03-10T00:00:00+08:00\tpolicy\tL1\t-\t-\tnurture\tunassigned\trecycle: protection of protection: protection_lost"
        ],
        "{out}"
    );
    assert!(out.contains("\nL1\t-\tnurture\tunassigned\t-\tnurture 2026-04-09T"), "{out}");
    let error = run_with(b"", r#"{"protection":{"days":5}}"#, "--follow-up p.json").unwrap_err();
    assert!(error.contains("p.json: 1 error in the rules"), "{error}");
}

#[test]
fn who_is_away_has_his_time_when_he_is_back() {
    // Away for an afternoon: nobody stands in, and his clock stands.
    let absent = at("03-02T12:00", r#""absent":{"rep":"li","until":"2026-03-02T18:00:00+08:00"}"#);
    let tick = at("03-02T20:00", r#""tick":true"#);
    let out = lived(&[FORM, &absent, &tick], "--follow-up b2b");
    assert!(out.contains("\tfollow_up li 2026-03-05T15:00:00+08:00\n"), "{out}");
}

#[test]
fn a_season_with_policies_is_lawful_and_the_same_when_it_is_saved() {
    let (out, notes, verdict) = run(b"", "--soak 40 --seed 5 --follow-up b2b").unwrap();
    assert_eq!((notes.as_str(), verdict), ("", program::Verdict::Lawful), "{out}");
    assert!(out.contains("replay\tbyte-identical") && out.contains("\n# evidence\n"), "{out}");
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
        "--follow-up: found `node`, expected one of none, nodes, b2c, b2b, marketing or a file: node: No such file or \
         directory (os error 2); did you mean `nodes`?"
    );
}
