//! The waiting line in the runner: whatever frees a place, the best of those who wait gets it, and nobody who comes later.

use serde_json::{Value as Json, json};

use super::mended::{Lived, lawful, tick};
use super::{program::Verdict, run};

const PHONES: [&str; 9] = [
    "13812349876",
    "13927461853",
    "15088672341",
    "18612345098",
    "13705718642",
    "15921870364",
    "17760328451",
    "13166094275",
    "18958107732",
];

fn lead(number: usize) -> Json {
    json!({"submit": {"id": format!("L{number}"), "name": "Ann", "phones": [PHONES[number - 1]],
        "message": format!("please call {number}")}})
}

/// A team of one, who may hold so many.
fn alone(rep: Json) -> Vec<(&'static str, Json)> {
    let leave = |rep: &str| json!({"leave": {"rep": rep}});
    vec![("01T08:00", json!({"join": rep})), ("01T08:01", leave("wang")), ("01T08:02", leave("zhao"))]
}

fn story(rep: Json, then: Vec<(&'static str, Json)>) -> Lived {
    lawful("", &[alone(rep), then].concat())
}

#[test]
fn a_lead_that_comes_later_does_not_go_ahead_when_one_is_closed() {
    let mut then: Vec<_> =
        ["02T09:01", "02T09:02", "02T09:03", "02T09:04", "02T09:05", "02T09:06", "02T09:07"]
            .into_iter()
            .zip(1..)
            .map(|(at, number)| (at, lead(number)))
            .collect();
    then.extend([
        ("02T09:10", json!({"close": {"lead": "L1", "reason": "no_intent"}})),
        ("02T09:20", lead(8)),
    ]);
    let lived = story(json!({"id": "li", "holding_cap": 6}), then);
    // A rep may have five untouched leads: the sixth waits until one is closed, and all others after it.
    assert_eq!(["L5", "L6", "L7", "L8"].map(|id| lived.owner(id)), ["li", "li", "-", "-"], "{}", lived.out);
}

#[test]
fn a_missed_deadline_gives_the_place_to_who_waits() {
    let mut then: Vec<_> =
        ["02T09:10", "02T09:20"].into_iter().zip(1..).map(|(at, number)| (at, lead(number))).collect();
    // L1 is taken from the rep a day later, and L2 has waited since.
    then.push(("03T09:15", lead(3)));
    let lived = story(json!({"id": "li", "holding_cap": 1}), then);
    assert_eq!(["L2", "L3"].map(|id| lived.owner(id)), ["li", "-"], "{}", lived.out);
    let given: Vec<&str> = lived.out.lines().filter(|line| line.contains("\tL2\tassigned")).collect();
    assert!(given[0].starts_with("2026-03-03T09:10:00+08:00\twake_up"), "{given:?}");
}

#[test]
fn a_merge_gives_the_place_to_who_waits() {
    let lived = story(
        json!({"id": "li", "holding_cap": 2}),
        vec![
            ("02T09:10", lead(1)),
            ("02T09:15", lead(2)),
            ("02T09:20", lead(3)),
            ("02T09:30", json!({"merge": {"into": "L1", "from": "L2"}})),
            ("02T09:40", lead(4)),
        ],
    );
    assert_eq!(["L3", "L4"].map(|id| lived.owner(id)), ["li", "-"], "{}", lived.out);
}

#[test]
fn at_the_opening_of_the_day_the_best_of_those_who_wait_gets_what_is_free() {
    let boss = json!({"submit": {"id": "L3", "name": "Bo", "title": "CEO", "company": "Acme Trading Ltd", "employee_count": 9000,
        "phones": [PHONES[2]], "message": "we want to buy"}});
    let lived = story(
        json!({"id": "li", "daily_cap": 1}),
        vec![("02T09:00", lead(1)), ("02T20:00", lead(2)), ("02T21:00", boss), ("03T08:00", tick())],
    );
    // The day of the counts has turned: the better lead has the place, though it came later and sorts behind by id.
    assert_eq!(["L1", "L3", "L2"].map(|id| lived.owner(id)), ["li", "li", "-"], "{}", lived.out);
}

#[test]
fn a_wave_of_the_night_is_given_as_fast_as_it_is_worked_and_not_at_once() {
    let until = json!("2026-03-03T09:00:00+08:00");
    let mut lines: Vec<(String, Json)> = ["li", "wang", "zhao"]
        .map(|rep| ("02T19:00".to_owned(), json!({"absent": {"rep": rep, "until": until}})))
        .into();
    for number in 0..60 {
        let id = format!("L{number:02}");
        let phone = format!("139{:08}", 27_461_853 + 7_919 * number);
        let lead = json!({"submit": {"id": id, "name": "Ann", "phones": [phone], "message": format!("call me {number}")}});
        lines.push((format!("02T20:{number:02}"), lead));
    }
    lines.push(("03T09:01".to_owned(), tick()));
    let lines: Vec<(&str, Json)> = lines.iter().map(|(at, event)| (at.as_str(), event.clone())).collect();
    let lived = lawful("--rules b2c", &lines);
    let of = |rep: &str| (0..60).filter(|number| lived.owner(&format!("L{number:02}")) == rep).count();
    assert_eq!([of("li"), of("wang"), of("zhao"), of("-")], [10, 10, 10, 30], "{}", lived.out);
}

/// The rep alone serves the region, and gave the lead back: a month later they have it again, and no law forbids it.
#[test]
fn a_lead_goes_back_to_the_only_one_who_serves_its_region() {
    let join = |id: &str, region: &str| json!({"join": {"id": id, "territories": [region]}});
    let wuhan = json!({"submit": {"id": "L1", "name": "Ann", "phones": ["13812349876"], "province": "湖北", "message": "x"}});
    let mut text = String::new();
    for (at, event) in [
        ("03-01T08:00", join("li", "CN-HB")),
        ("03-01T08:01", join("wang", "CN-GD")),
        ("03-01T08:02", json!({"leave": {"rep": "zhao"}})),
        ("03-02T09:00", wuhan),
        ("03-02T10:00", json!({"return": {"lead": "L1", "reason": "no_time"}})),
        ("04-20T09:00", tick()),
    ] {
        let mut line = event;
        line["at"] = json!(format!("2026-{at}:00+08:00"));
        text.push_str(&format!("{line}\n"));
    }
    let (out, notes, verdict) = run(text.as_bytes(), "s.jsonl").unwrap();
    assert_eq!(verdict, Verdict::Lawful, "{notes}\n{out}");
    let given = out.lines().filter(|line| line.contains("\tL1\tassigned\tli\t"));
    assert_eq!(given.count(), 2, "{out}");
}
