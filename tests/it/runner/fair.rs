//! Fair to the lead and to the reps, in the runner: what is given back, claimed again, and asked of who leaves.

use leadkit::Rules;
use serde_json::{Value as Json, json};

use super::mended::{ACME, PHONE, SECOND, call, lawful, of, tick};
use super::{program::Verdict, run_with};

const THIRD: &str = "15088672341";

/// A life by such rules of assignment, in which every law holds.
fn by_rules(assign: Json, lines: &[(&str, Json)]) -> String {
    let mut rules = serde_json::to_value(Rules::b2b()).unwrap();
    rules["assign"] = assign;
    by(&rules, lines)
}

fn by(rules: &Json, lines: &[(&str, Json)]) -> String {
    let line = |(at, event): &(&str, Json)| {
        let mut line = event.clone();
        line["at"] = json!(format!("2026-{at}:00+08:00"));
        line.to_string() + "\n"
    };
    let text: String = lines.iter().map(line).collect();
    let words = "s.jsonl --rules p.json";
    let (out, notes, verdict) = run_with(text.as_bytes(), &rules.to_string(), words).unwrap();
    assert_eq!((notes.as_str(), verdict), ("", Verdict::Lawful), "{out}");
    out
}

fn lead(id: &str, phone: &str, more: Json) -> Json {
    let mut lead =
        json!({"id": id, "name": "Ann", "phones": [phone], "message": format!("please call {id}")});
    lead.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"submit": lead})
}

fn owner<'o>(out: &'o str, id: &str) -> &'o str {
    let mut lines = out.lines().skip_while(|line| *line != "# leads").skip(2);
    let line =
        lines.find(|line| line.split('\t').next() == Some(id)).unwrap_or_else(|| panic!("{id}: {out}"));
    line.split('\t').nth(1).unwrap()
}

fn was_told(out: &str, what: &str) -> bool {
    let lines = out.lines().skip_while(|line| *line != "# notified").skip(2);
    lines.map(|line| line.split('\t').take(3).collect::<Vec<_>>().join(" ")).any(|said| said == what)
}

/// chen has room for one, and helps the owner of each lead: whatever ends the one makes room for the next.
#[test]
fn a_companion_has_room_again_when_the_lead_ends_is_revoked_or_given_to_another() {
    let assign = json!({
        "groups": {"presales": {"members": [{"rep": "chen"}]}},
        "pools": {"leads": {"rules": [{
            "id": "all", "then": {"reps": ["li", "wang"]}, "also": [{"role": "presales", "group": "presales"}],
        }]}},
    });
    for (what, over) in [
        ("closed", json!({"close": {"lead": "L1", "reason": "no_intent"}})),
        ("given back", json!({"return": {"lead": "L1", "reason": "no_time"}})),
        ("revoked", json!({"revoke": {"lead": "L1"}})),
        ("given to another", json!({"allot": {"lead": "L1", "rep": "zhao", "by": "director"}})),
        ("converted", json!({"convert": {"lead": "L1", "account": "A1"}})),
        ("nothing", tick()),
    ] {
        let lines = [
            ("03-02T08:00", json!({"join": {"id": "chen", "holding_cap": 1}})),
            ("03-02T09:00", lead("L1", PHONE, json!({}))),
            ("03-02T09:10", call("L1", "li")),
            ("03-02T09:20", lead("L2", SECOND, json!({}))),
            ("03-02T09:30", over),
            ("03-02T09:40", lead("L3", THIRD, json!({}))),
        ];
        let out = by_rules(assign.clone(), &lines);
        assert!(was_told(&out, "chen companion lead L1"), "{out}");
        assert!(!was_told(&out, "chen companion lead L2"), "the place is taken: {out}");
        // Revoked, L1 has another owner at once, whom chen helps.
        let helps_again = ["closed", "given back", "given to another", "converted"].contains(&what);
        assert_eq!(was_told(&out, "chen companion lead L3"), helps_again, "{what}: {out}");
    }
}

/// A reward fills no place, however long it is held.
#[test]
fn a_reward_takes_no_place_from_the_next_lead() {
    let assign = json!({"pools": {"leads": {"rules": [
        {"id": "reward", "when": {"field": "tags", "eq": "card"}, "then": {"reps": ["li"]}, "reward": true},
        {"id": "all", "then": {"reps": ["li"]}},
    ]}}});
    let lines = [
        ("03-02T08:00", json!({"join": {"id": "li", "holding_cap": 1}})),
        ("03-02T09:00", lead("L1", PHONE, json!({"tags": ["card"]}))),
        ("03-02T09:10", call("L1", "li")),
        ("03-02T09:20", lead("L2", SECOND, json!({}))),
        ("03-02T09:30", lead("L3", THIRD, json!({}))),
    ];
    let out = by_rules(assign, &lines);
    assert_eq!(["L2", "L3"].map(|id| owner(&out, id)), ["li", "-"], "{out}");
}

/// A lead that was a reward once fills a place when it is given again by a rule that gives none.
#[test]
fn what_was_a_reward_fills_a_place_once_it_is_given_anew() {
    let assign = json!({"pools": {"leads": {"rules": [
        {"id": "reward", "when": {"field": "tags", "eq": "card"}, "then": {"reps": ["li"]}, "reward": true},
        {"id": "all", "then": {"reps": ["li"]}},
    ]}}});
    let lines = [
        ("03-02T08:00", json!({"join": {"id": "li", "holding_cap": 1}})),
        ("03-02T09:00", lead("L1", PHONE, json!({"tags": ["card"]}))),
        ("03-02T09:05", json!({"allot": {"lead": "L1", "rep": "wang", "by": "boss"}})),
        ("03-02T09:06", json!({"allot": {"lead": "L1", "rep": "li", "by": "boss"}})),
        ("03-02T09:10", call("L1", "li")),
        ("03-02T09:20", lead("L2", SECOND, json!({}))),
    ];
    let out = by_rules(assign, &lines);
    assert_eq!(["L1", "L2"].map(|id| owner(&out, id)), ["li", "-"], "{out}");
}

/// The laws read in the rules how long a rep waits, and a claim after that is right, in the same cycle too.
#[test]
fn a_claim_after_the_cool_down_of_the_rules_breaks_no_law() {
    let claim = |rep: &str| json!({"claim": {"lead": "L1", "rep": rep}});
    for (hours_of_pool, hours_of_life, at) in
        [(0, 2, "03-02T13:00"), (2, 0, "03-02T13:00"), (0, 0, "04-03T09:00")]
    {
        let mut rules = serde_json::to_value(Rules::b2b()).unwrap();
        // Nobody is given the lead meanwhile.
        rules["pools"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": "sea", "kind": "public_general", "mode": "claim_only"}));
        if hours_of_pool > 0 {
            rules["assign"]["pools"]["leads"]["claim_cool_down_hours"] = json!(hours_of_pool);
        }
        if hours_of_life > 0 {
            (rules["life"]["cool_down_days"], rules["life"]["cool_down_hours"]) =
                (json!(0), json!(hours_of_life));
        }
        let lines = [
            ("03-02T09:00", lead("L1", PHONE, json!({"pool": "sea"}))),
            ("03-02T09:10", claim("li")),
            ("03-02T10:00", json!({"return": {"lead": "L1", "reason": "no_time"}})),
            (
                "03-02T10:01",
                json!({"effects": [{"move_to_pool": {"lead": "L1", "pool": "sea"}},
                {"set_next_wake_up": {"lead": "L1", "at": "2026-12-01T00:00:00Z", "code": "public_stay"}}]}),
            ),
            ("03-02T10:30", claim("li")),
            (at, claim("li")),
        ];
        let out = by(&rules, &lines);
        let claims: Vec<&str> = out
            .lines()
            .filter(|line| line.split('\t').nth(1) == Some("claim"))
            .filter_map(|line| line.split('\t').next_back())
            .collect();
        assert_eq!(claims, ["claim", "refused: cool_down", "claim"], "{out}");
    }
}

/// What a reviewer was asked waits for nobody who has left or is away for weeks.
#[test]
fn what_is_asked_of_who_leaves_goes_on_by_the_rules() {
    let assign = json!({"pools": {"leads": {"rules": [
        {"id": "director", "then": {"reviewer": {"by": "boss"}}},
        {"id": "all", "then": {"reps": ["li", "wang"]}},
    ]}}});
    for gone in [
        json!({"leave": {"rep": "boss"}}),
        json!({"absent": {"rep": "boss", "until": "2026-03-30T09:00:00+08:00"}}),
    ] {
        let lines = [
            ("03-02T08:00", json!({"join": {"id": "boss"}})),
            ("03-02T09:00", lead("L1", PHONE, json!({}))),
            ("03-02T10:00", gone),
            ("03-02T10:01", tick()),
        ];
        let out = by_rules(assign.clone(), &lines);
        assert_eq!(owner(&out, "L1"), "li", "{out}");
    }
    let lines = [
        ("03-02T08:00", json!({"join": {"id": "boss"}})),
        ("03-02T08:01", json!({"join": {"id": "deputy"}})),
        ("03-02T09:00", lead("L1", PHONE, json!({}))),
        ("03-02T10:00", json!({"hand_over": {"rep": "boss", "to": "deputy"}})),
        ("03-02T10:30", json!({"leave": {"rep": "boss"}})),
        ("03-03T10:00", json!({"allot": {"lead": "L1", "rep": "wang", "by": "deputy"}})),
    ];
    let out = by_rules(assign, &lines);
    assert_eq!(owner(&out, "L1"), "wang", "{out}");
    assert!(out.lines().any(|line| line.contains("\thand_over\tL1\tawaiting_review\t-\t")), "{out}");
}

/// Nobody takes them over: a worked lead and a customer stay, and the row says why.
#[test]
fn a_hand_over_to_who_is_full_moves_nothing_in_the_runner() {
    let lines = [
        ("02T08:00", json!({"join": {"id": "wang", "holding_cap": 0}})),
        ("02T08:01", json!({"join": {"id": "zhao", "holding_cap": 0}})),
        ("02T08:02", json!({"account": {"id": "A1", "company": ACME, "owner": "li"}})),
        ("02T09:00", of("Borealis Mining Ltd", "L1", PHONE, "quote")),
        ("02T09:01", of(ACME, "L2", SECOND, "quote")),
        ("02T09:10", call("L1", "li")),
        ("02T10:00", json!({"hand_over": {"rep": "li", "to": "wang"}})),
    ];
    let lived = lawful("", &lines);
    assert_eq!(lived.reasons("hand_over"), ["refused: holding_cap", "refused: holding_cap"]);
    assert_eq!((lived.owner("L1"), lived.owner("L2"), lived.account("A1")), ("li", "li", "li"));
}
