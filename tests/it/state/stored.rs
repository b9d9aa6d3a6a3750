//! A stored state is read as what it was, or not at all.

use std::collections::BTreeMap;

use leadkit::State;
use leadkit::assign::{Ledger, LedgerFault, RepLedger};
use leadkit::blacklist::WindowState;
use serde_json::{Value as Json, json};

use super::Desk;
use crate::oracle::assign::Seeded;
use crate::support::{assert_round_trip, json_data};

fn refused<T: serde::de::DeserializeOwned>(document: &Json) -> String {
    match serde_json::from_str::<T>(&document.to_string()) {
        Ok(_) => panic!("read: {document}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_no_history_of_decisions_leads_to_is_refused_by_name() {
    let cases: Vec<Json> = json_data("state/ledgers.json");
    assert!(cases.len() > 10);
    for case in cases {
        let said = refused::<Ledger>(&case["ledger"]);
        let expected = case["refused"].as_str().unwrap();
        assert!(said.contains(expected), "expected `{expected}`, said `{said}`: {case}");
        // In a state too.
        let pool = case["ledger"]["pool"].as_str().unwrap_or("p").to_owned();
        let state = json!({"ledgers": {pool: case["ledger"]}});
        let said = refused::<State>(&state);
        assert!(said.contains(expected), "expected `{expected}`, said `{said}`: {state}");
    }
    assert_eq!(LedgerFault::CODES.len(), 14);
}

#[test]
fn unknown_keys_are_refused_with_a_suggestion() {
    for (document, expected) in [
        (json!({"zzz": 1}), "unknown key `zzz`"),
        (json!({"Windows": {"format": 1}}), "unknown key `Windows`: did you mean `windows`?"),
        (json!({"ledger": {}}), "unknown key `ledger`: did you mean `ledgers`?"),
        (json!({"ledgers": {"leads": {"pool": "leads", "revison": 4}}}), "did you mean `revision`?"),
        (json!({"reps": {"reps": {"li": {"token": 4}}}}), "unknown key `token`: did you mean `taken`?"),
        (json!({"reps": {"rep": {}}}), "unknown key `rep`: did you mean `reps`?"),
        (
            json!({"windows": {"format": 1, "limit": 9, "newest": null, "event": []}}),
            "did you mean `events`?",
        ),
        (json!({"format": 2}), "format 2 is not known, only 1 is"),
        (json!({"ledgers": {"fair": {"pool": "leads"}}}), "the ledger under `fair` is that of pool `leads`"),
        (json!({"reps": {"format": 7}}), "format 7 is not known, only 1 is"),
        (
            json!({"windows": {"format": 2, "limit": 9, "newest": null, "events": []}}),
            "format 2 of the windows",
        ),
    ] {
        let said = refused::<State>(&document);
        assert!(said.contains(expected), "expected `{expected}`, said `{said}`");
    }
    assert_eq!(serde_json::from_str::<State>("{}").unwrap(), State::default());
}

#[test]
fn one_wrong_digit_refuses_the_event_by_name() {
    let cases: Vec<Json> = json_data("state/windows.json");
    for case in cases {
        let said = refused::<WindowState>(&case["windows"]);
        let expected = case["refused"].as_str().unwrap();
        assert!(said.contains(expected), "expected `{expected}`, said `{said}`");
    }
    // With the check that every stored event has, any digit tells.
    let desk = Desk::after(2, 12);
    let stored = serde_json::to_value(&desk.state.windows).unwrap();
    let events = stored["events"].as_array().unwrap().len();
    for index in 0..events {
        for key in ["at", "until"] {
            for place in [1, 100_000, 10_000_000_000_i64] {
                let mut wrong = stored.clone();
                let event = &mut wrong["events"][index];
                let lead = event["lead"].as_str().unwrap().to_owned();
                event[key] = (event[key].as_i64().unwrap() - place).into();
                let said = refused::<WindowState>(&wrong);
                assert!(said.contains(&format!("lead `{lead}`")), "{said}");
            }
        }
    }
}

#[test]
fn the_last_revision_is_an_error_and_no_delta_applies_twice() {
    let desk = Desk::after(3, 30);
    let mut stored = serde_json::to_value(&desk.state.ledgers["leads"]).unwrap();
    stored.as_object_mut().unwrap().remove("digest");
    stored["revision"] = u64::MAX.into();
    assert!(refused::<Ledger>(&stored).contains("`revision` is the highest possible one"));
    // One before the last is read, takes one decision, and then says so.
    stored["revision"] = (u64::MAX - 1).into();
    let mut state = desk.state.clone();
    state.ledgers.insert("leads".into(), serde_json::from_value(stored).unwrap());
    let (lead, now) = super::stream(77, 40).pop().unwrap();
    let lead = leadkit::model::Lead {
        tags: vec!["warm".into()],
        pool: None,
        owner: None,
        phones: vec!["15088672341".into()],
        ..lead
    };
    let decide = |id: &str, state: &State| {
        let lead = leadkit::model::Lead { id: id.into(), ..lead.clone() };
        let input = leadkit::Input { lead, ..Default::default() };
        desk.intake.process(&input, &desk.roster, state, now)
    };
    let last = decide("X", &state);
    state.apply(last.delta()).unwrap();
    assert!(state.apply(last.delta()).is_err());
    let beyond = decide("Y", &state);
    let error = state.apply(beyond.delta()).unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        source,
        "the ledger of pool `leads` is at the highest possible revision: it is damaged, start a new one"
    );
    let rep: RepLedger = serde_json::from_value(json!({"reps": {"li": {"revision": u64::MAX - 1}}})).unwrap();
    assert_eq!(rep.revision(&"li".into()), u64::MAX - 1);
    assert!(
        refused::<RepLedger>(&json!({"reps": {"li": {"revision": u64::MAX}}})).contains("counts of rep `li`")
    );
}

#[test]
fn every_part_is_stored_and_read_again() {
    let desk = Desk::after(6, 60);
    let text = assert_round_trip(&desk.state);
    assert_eq!(text, serde_json::to_string(&serde_json::from_str::<State>(&text).unwrap()).unwrap());
    assert_round_trip(&desk.state.windows);
    assert_round_trip(&desk.state.reps);
    desk.state.ledgers.values().for_each(|ledger| drop(assert_round_trip(ledger)));
    let (lead, _) = super::stream(6, 60).pop().unwrap();
    assert_round_trip(&desk.state.rows(&desk.intake.storage_keys(&desk.input(&lead), &desk.roster)));
    let document: Json = serde_json::from_str(&text).unwrap();
    for place in ["/format", "/digest", "/windows/format", "/ledgers/leads/format", "/reps/format"] {
        assert!(document.pointer(place).is_some(), "{place}");
    }
}

/// A place in a document: object members and items.
fn places(document: &Json, path: &str, found: &mut Vec<String>) {
    match document {
        Json::Object(members) => {
            for (key, value) in members {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                found.push(path.clone());
                places(value, &path, found);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let path = format!("{path}/{index}");
                found.push(path.clone());
                places(value, &path, found);
            }
        }
        _ => {}
    }
}

/// Damage to the text: bytes changed, lost, added, moved.
fn damage_text(text: &str, random: &mut Seeded) -> (&'static str, String) {
    let mut bytes = text.as_bytes().to_vec();
    let place = random.below(bytes.len());
    let length = 1 + random.below(40);
    let end = (place + length).min(bytes.len());
    let kind = match random.below(6) {
        0 => {
            bytes[place] = b"0123456789abcdef{}[],:\"-+eE. "[random.below(29)];
            "a byte changed"
        }
        1 => {
            bytes.remove(place);
            "a byte lost"
        }
        2 => {
            bytes.insert(place, b"0123456789\",{}"[random.below(14)]);
            "a byte added"
        }
        3 => {
            drop(bytes.drain(place..end));
            "a piece lost"
        }
        4 => {
            let piece = bytes[place..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, piece);
            "a piece doubled"
        }
        _ => {
            bytes.truncate(place);
            "cut off"
        }
    };
    (kind, String::from_utf8_lossy(&bytes).into_owned())
}

/// Damage to what it says: members lost, renamed, taken from elsewhere, numbers and digits changed.
fn damage_document(document: &Json, places: &[String], random: &mut Seeded) -> (&'static str, String) {
    let mut document = document.clone();
    let path = &places[random.below(places.len())];
    let (parent, key) = path.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let value = document.pointer(path).unwrap().clone();
    let elsewhere = document.pointer(&places[random.below(places.len())]).unwrap().clone();
    let parent = document.pointer_mut(parent).unwrap();
    let mut put = |value: Json| match parent {
        Json::Object(members) => drop(members.insert(key.clone(), value)),
        Json::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => {}
    };
    let kind = match (random.below(5), &value) {
        (0, _) => {
            match parent {
                Json::Object(members) => drop(members.remove(&key)),
                Json::Array(items) => drop(items.remove(key.parse::<usize>().unwrap())),
                _ => {}
            }
            "a member lost"
        }
        (1, _) => {
            if let Json::Object(members) = parent {
                members.remove(&key);
                members.insert(format!("{key}x"), value);
            }
            "a member renamed"
        }
        (2, _) => {
            put(elsewhere);
            "a member from elsewhere"
        }
        (3, _) => {
            put([
                json!(u64::MAX),
                json!(i64::MIN),
                json!(-1),
                json!(0),
                json!(1e300),
                json!(null),
                json!(""),
            ][random.below(7)]
            .clone());
            "an extreme value"
        }
        _ => {
            let mut text = value.to_string().into_bytes();
            let digits: Vec<usize> = (0..text.len()).filter(|place| text[*place].is_ascii_digit()).collect();
            if let Some(place) = digits.get(random.below(digits.len())) {
                text[*place] = b'0' + random.below(10) as u8;
            }
            put(serde_json::from_slice(&text).unwrap_or(value));
            "a digit changed"
        }
    };
    (kind, document.to_string())
}

/// How many of so many damaged states were read as what the state was, and how many were refused, by kind of damage.
fn damaged(count: usize, seed: u64) -> BTreeMap<&'static str, (usize, usize)> {
    let desk = Desk::after(11, 14);
    let text = serde_json::to_string(&desk.state).unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    let undamaged = document.to_string();
    let mut all = Vec::new();
    places(&document, "", &mut all);
    let mut random = Seeded(seed);
    let mut tally: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    while tally.values().map(|(same, refused)| same + refused).sum::<usize>() < count {
        let (kind, damaged) = match random.percent(50) {
            true => damage_text(&text, &mut random),
            false => damage_document(&document, &all, &mut random),
        };
        if damaged == text || damaged == undamaged {
            continue;
        }
        let (same, refused) = tally.entry(kind).or_default();
        match serde_json::from_str::<State>(&damaged) {
            Ok(state) => {
                assert!(state == desk.state, "read as something else: {kind}\n{damaged}");
                *same += 1;
            }
            Err(_) => *refused += 1,
        }
    }
    tally
}

fn print(tally: &BTreeMap<&str, (usize, usize)>) {
    for (kind, (same, refused)) in tally {
        println!("{kind:25} {same:6} read as what it was, {refused:6} refused, 0 read as something else");
    }
    let (same, refused) = tally.values().fold((0, 0), |(a, b), (same, refused)| (a + same, b + refused));
    println!("{:25} {same:6} read as what it was, {refused:6} refused, 0 read as something else", "all");
}

#[test]
fn a_damaged_state_is_read_as_what_it_was_or_refused() {
    let tally = damaged(4_000, 1);
    print(&tally);
    let refused: usize = tally.values().map(|(_, refused)| refused).sum();
    assert!(tally.len() == 11 && refused > 3_000);
}

#[test]
#[ignore = "takes a minute: cargo test --release --test long -- --ignored --nocapture stored"]
fn a_hundred_thousand_damaged_states() {
    print(&damaged(100_000, 2));
}
