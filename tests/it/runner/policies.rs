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
    assert!(out.contains("\nli\tunknown\t9\t1\t30\t30\t0\n"), "{out}");
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
fn a_rep_who_is_away_has_their_time_on_return() {
    // Away for an afternoon: nobody stands in, and the owner's clock is paused.
    let absent = at("03-02T12:00", r#""absent":{"rep":"li","until":"2026-03-02T18:00:00+08:00"}"#);
    let tick = at("03-02T20:00", r#""tick":true"#);
    let out = lived(&[FORM, &absent, &tick], "--follow-up b2b");
    assert!(out.contains("\tfollow_up li 2026-03-05T15:00:00+08:00\n"), "{out}");
}

/// As if the rep had never had it: neither their delay nor their speed is kept.
#[test]
fn a_revoked_decision_takes_its_delay_with_it() {
    let (revoke, tick) =
        (at("03-03T09:30", r#""revoke":{"lead":"L1"}"#), at("03-03T10:00", r#""tick":true"#));
    let late = "\nL1\tli\tfirst_contact\tlate_follower\t";
    assert!(lived(&[FORM, &tick], "--follow-up nodes").contains(late));
    let out = lived(&[FORM, &revoke, &tick], "--follow-up nodes");
    assert!(rows(&out, "policy").iter().any(|row| row.contains("late_follower")), "it was found: {out}");
    assert!(!out.contains(late), "{out}");
    assert!(
        !out.lines().skip_while(|line| !line.starts_with("# speed")).any(|line| line.starts_with("li\t")),
        "{out}"
    );
    // Who asks to be forgotten is in no table.
    let forget = at("03-03T09:30", r#""forget":{"lead":"L1"}"#);
    let out = lived(&[FORM, &forget, &tick], "--follow-up nodes");
    assert!(!out.contains(late), "{out}");
}

/// Nobody keeps a lead in silence: the ladder, the protection, nurture.
#[test]
fn who_falls_silent_is_asked_again_or_loses_the_lead() {
    let call = at("03-02T10:00", r#""follow_up":{"lead":"L1","owner":"li","kind":"call"}"#);
    let tick = at("12-18T10:00", r#""tick":true"#);
    let out = lived(&[FORM, &call, &tick], "--follow-up marketing");
    assert!(rows(&out, "policy").iter().any(|row| row.contains("recycle: mql of marketing")), "{out}");
    let out = lived(&[FORM, &call, &tick], "--follow-up nodes");
    assert!(rows(&out, "policy").iter().any(|row| row.contains("protection_lost")), "{out}");
    // A document that asks for one call and nothing else: the owner is asked each month.
    let rules = r#"{"policies":[{"id":"p","nodes":[{"id":"talk","within":"24h"}]}]}"#;
    let scenario = [FORM, &call, &tick].join("\n");
    let (out, notes, _) = run_with(scenario.as_bytes(), rules, "s.jsonl --follow-up p.json").unwrap();
    assert_eq!(notes, "", "{out}");
    assert!(out.contains("\nli\tidle_reminder\tlead L1\t9\n"), "{out}");
}

#[test]
fn a_pause_stops_the_clock_and_a_sales_lead_tells_the_manager() {
    let pause = at("03-02T10:00", r#""pause":{"lead":"L1","reason":"at a fair"}"#);
    let resume = at("03-04T10:00", r#""resume":{"lead":"L1"}"#);
    let tick = at("03-04T11:00", r#""tick":true"#);
    let out = lived(&[FORM, &pause, &tick], "--follow-up nodes");
    assert!(out.contains("\tfirst_contact li 2026-"), "it stands: {out}");
    let out = lived(&[FORM, &pause, &resume, &tick], "--follow-up nodes");
    assert!(out.contains("\tfirst_contact li 2026-03-05T09:00:00+08:00\n"), "{out}");
    // Who judged it does not sell it.
    let join = at("03-02T08:00", r#""join":{"id":"wang","manager":"hua"}"#);
    let allot = at("03-02T10:15", r#""allot":{"lead":"L1","rep":"wang","by":"director"}"#);
    let advance = |minute: u32, to: &str, asked: [&str; 3]| {
        let answers = asked.map(|one| format!("\"{to}.{one}\":\"yes\"")).join(",");
        at(
            &format!("03-02T10:{minute:02}"),
            &format!("\"advance\":{{\"lead\":\"L1\",\"to\":\"{to}\",\"answers\":{{{answers}}}}}"),
        )
    };
    let call = at("03-02T09:30", r#""follow_up":{"lead":"L1","owner":"li","kind":"call"}"#);
    let mql = advance(10, "mql", ["fits", "need", "willing"]);
    let sql = advance(20, "sql", ["fits", "intends", "willing"]);
    let late = at("03-02T10:30", r#""tick":true"#);
    let form = FORM
        .replace("{\"id\"", r#"{"title":"CEO","business_model":"direct","registry_status":"active","id""#);
    let out = lived(&[&join, &form, &call, &mql, &allot, &sql, &late], "--follow-up nodes");
    assert!(out.contains("\nhua\tsql\tlead L1\t1\n"), "{out}");
}

#[test]
fn a_season_runs_the_policies_of_its_rules() {
    for (words, policy) in
        [("--rules b2b", "follow_up\tlate_follower"), ("--rules b2c", "follow_up\tlate_follower")]
    {
        let (out, notes, _) = run(b"", &format!("--soak 150 --seed 8 {words}")).unwrap();
        assert_eq!(notes, "", "{out}");
        for heading in ["# late", "# evidence", "# speed to the first contact"] {
            assert!(out.contains(&format!("\n{heading}\n")), "{words}: {out}");
        }
        assert!(out.contains(&format!("\n{policy}\t")), "{words}: {out}");
        for event in ["advance", "contract", "pause", "policy", "route_event"] {
            assert!(out.contains(&format!("\n{event}\t")), "{words}: {event} {out}");
        }
        assert!(out.contains("\nhead_"), "a manager hears of it: {out}");
    }
    let (out, ..) = run(b"", "--soak 40 --seed 8 --follow-up none").unwrap();
    assert!(!out.contains("# late"), "{out}");
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

/// A contract that ends, a lead that is not fit, a new need, and who was at a fair.
#[test]
fn flows_and_events_run_where_their_occasions_come() {
    let rules = r#"{"flows":[
        {"id":"unfit","on":"not_mql","to":{"pool":"nurture"},"reason":"not_mql"},
        {"id":"need","on":"new_need","to":"assign","another_owner":true,"reason":"new_need"}],
      "event":{"named":{"field":"attributes.named_profile","eq":true},"rules":[
        {"id":"fits","when":{"field":"attributes.named_profile","eq":true},"to":"active","convert":true}]},
      "policies":[{"id":"renewals","nodes":[{"id":"renew","kind":"remind","anchor":"contract_end","before":true,"within":"30d",
        "ladder":[{"step":"remind_owner","within":"30d"}]}]}]}"#;
    let unfit = at("03-03T10:00", r#""advance":{"lead":"L1","to":"mql","answers":{"mql.fits":"no"}}"#);
    let need = at("03-09T10:00", r#""activity":{"lead":"L1","kind":"form_submit"}"#);
    let fair = FORM
        .replace("L1", "L2")
        .replace("13927461853", "15088672341")
        .replace("\"name\":\"Ann\"", "\"name\":\"Bob\",\"attributes\":{\"named_profile\":true},\"tags\":[]");
    let contract = at("03-10T10:00", r#""contract":{"lead":"L1","ends":"2026-05-30T10:00:00+08:00"}"#);
    let tick = at("05-06T10:00", r#""tick":true"#);
    let routed = at("03-04T10:00", r#""route_event":{"lead":"L2"}"#);
    let scenario = [FORM, &fair, &unfit, &routed, &need, &contract, &tick].join("\n");
    let (out, _, _) = run_with(scenario.as_bytes(), rules, "s.jsonl --follow-up p.json").unwrap();
    assert!(out.contains("\tadvance\tL1\t-\t-\tnurture\tunassigned\tflow unfit: not_mql\n"), "{out}");
    assert!(out.contains("\tactivity\tL1\t-\t-\tnurture\tunassigned\tflow need: new_need\n"), "{out}");
    assert!(
        out.lines().any(|row| row.contains("\troute_event\tL2\t") && row.ends_with("\tevent: protected")),
        "{out}"
    );
    assert!(out.contains("\tcontract until 2026-05-30T10:00:00+08:00\n"), "{out}");
}

/// What the last decision about a lead found is what conditions of policies read; of who was never scored it is not known.
#[test]
fn a_policy_by_level_reads_the_score_of_the_last_decision() {
    let policies = r#"{"policies":[{"id":"hot","when":{"field":"score.grade","in":["A","B","C","D"]},
        "nodes":[{"id":"talk","within":"30m"}]}]}"#;
    let tick = r#"{"at":"2026-03-02T18:00:00+08:00","tick":true}"#;
    let of = |lines: &[&str]| {
        let scenario = lines.join("\n");
        let words = "s.jsonl --rules b2c --follow-up p.json";
        let (out, notes, _) = run_with(scenario.as_bytes(), policies, words).unwrap();
        assert_eq!(notes, "");
        out
    };
    let out = of(&[FORM, tick]);
    assert!(out.contains("late_follower: talk of hot") && !out.contains("# not known"), "{out}");
    let row = at(
        "03-02T09:00",
        r#""import":[{"id":"L1","name":"Ann","phones":["13927461853"],"owner":"li"}],"assign":false"#,
    );
    let out = of(&[&row, tick]);
    assert!(
        !out.contains("late_follower") && out.contains("# not known\nrule hot failed: `score.grade`"),
        "{out}"
    );
}

/// A call that is dated in the future was made when it was written, at the latest.
#[test]
fn a_call_of_the_future_meets_no_deadline_later() {
    let call = at(
        "03-02T09:30",
        r#""follow_up":{"lead":"L1","owner":"li","kind":"call","time":"2026-03-05T09:59:00+08:00"}"#,
    );
    let tick = at("03-03T09:30", r#""tick":true"#);
    let out = lived(&[FORM, &call, &tick], "--rules b2c --follow-up b2c");
    assert!(out.contains("\nli\tunknown\t9\t1\t30\t30\t0\n"), "{out}");
    assert!(!out.contains("late_follower"), "{out}");
}

/// Warnings of the rules are shown beside the tables.
#[test]
fn what_is_odd_about_policies_is_said() {
    let policies = r#"{"policies":[{"id":"p","nodes":[{"id":"talk","within":"30m"}]},
        {"id":"q","nodes":[{"id":"call","within":"40m"}]}]}"#;
    let (_, notes, _) = run_with(FORM.as_bytes(), policies, "s.jsonl --follow-up p.json").unwrap();
    assert!(notes.starts_with("--follow-up: warning[judged_twice] at policies[1]"), "{notes}");
}
