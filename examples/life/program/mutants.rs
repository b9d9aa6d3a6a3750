//! Each law, broken by hand: the checker says so, and which.

use std::path::Path;

use leadkit::model::{Effect, Lead, LeadId, Rep};
use leadkit::{Outcome, Rules, State};
use serde_json::{Value as Json, json};

use super::desk::Desk;
use super::event::read_lines;
use super::laws::{Clause, Laws};
use super::options::Options;
use super::{Verdict, run, soak, tell};

/// What a scenario prints, what the notes say, and whether the laws held.
pub(super) fn live(scenario: &str, words: &str) -> (String, String, Verdict) {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let words = format!("s.jsonl {words}");
    let read = |path: &Path| {
        assert_eq!(path, Path::new("s.jsonl"));
        Ok(scenario.as_bytes().to_vec())
    };
    let verdict = run(words.split_whitespace().map(str::to_owned), &read, &mut out, &mut notes).unwrap();
    (String::from_utf8(out).unwrap(), String::from_utf8(notes).unwrap(), verdict)
}

pub(super) fn at(minute: u32, event: &str) -> String {
    format!("{{\"at\":\"2026-03-02T09:{minute:02}:00+08:00\",{event}}}\n")
}

pub(super) fn submit(minute: u32, id: &str, company: &str, phone: &str) -> String {
    let lead = format!(
        "\"submit\":{{\"id\":\"{id}\",\"name\":\"Ann\",\"company\":\"{company}\",\"phones\":[\"{phone}\"],\
         \"message\":\"from {id}\"}}"
    );
    at(minute, &lead)
}

pub(super) const PHONE: &str = "13812349876";
pub(super) const ACME: &str = "Acme Trading Ltd";

/// The scenario is lawful, and breaks one law and no other once the effects are added to it.
#[track_caller]
pub(super) fn assert_breaks(before: &str, effects: &str, law: u8) {
    let (_, notes, verdict) = live(before, "");
    assert_eq!((notes.as_str(), verdict), ("", Verdict::Lawful), "without the effects");
    let after = format!("{before}{}", at(50, &format!("\"effects\":[{effects}]")));
    let (_, notes, verdict) = live(&after, "");
    assert_eq!(verdict, Verdict::Broken);
    for line in notes.lines() {
        assert!(line.starts_with(&format!("law {law} (")), "{notes}");
    }
}

/// Somebody is given a lead, and all are told.
fn given(lead: &str, owner: &str, how: &str) -> String {
    let told = ["li", "wang", "zhao"]
        .map(|rep| json!({"notify": {"rep": rep, "code": "by_hand", "about": {"lead": lead}}}).to_string());
    let owner = json!({"set_owner": {"lead": lead, "owner": owner, "acquisition": how}});
    let status = json!({"set_status": {"lead": lead, "status": "pending"}});
    format!("{owner},{status},{}", told.join(","))
}

fn deadline(lead: &str) -> String {
    json!({"start_deadlines": {"lead": lead, "from": "2026-03-02T01:50:00Z"}}).to_string()
}

#[test]
fn law_1_a_lead_in_a_pool_without_a_wake_up_is_stuck() {
    let before = submit(0, "L1", ACME, PHONE);
    let told = r#"{"notify":{"rep":"li","code":"by_hand","about":{"lead":"L1"}}}"#;
    let unassigned = r#"{"set_status":{"lead":"L1","status":"unassigned"}}"#;
    let pooled = r#"{"move_to_pool":{"lead":"L1","pool":"leads"}}"#;
    assert_breaks(&before, &format!("{unassigned},{pooled},{told}"), 1);
}

#[test]
fn law_1_an_owner_without_a_deadline_is_stuck() {
    let before = submit(0, "L1", ACME, PHONE);
    assert_breaks(&before, &given("L1", "wang", "assigned_by_admin"), 1);
}

#[test]
fn law_1_who_is_gone_answers_nobody() {
    let before = submit(0, "L1", ACME, PHONE);
    let effects = format!("{},{}", given("L1", "nobody", "assigned_by_admin"), deadline("L1"));
    assert_breaks(&before, &effects, 1);
}

#[test]
fn law_1_converted_stands_only_beside_an_owner() {
    let before = at(0, r#""submit":{"id":"L1","phones":["13812349876"]}"#);
    assert_breaks(&before, r#"{"set_status":{"lead":"L1","status":"converted"}}"#, 1);
}

#[test]
fn law_2_one_customer_has_one_owner() {
    let before = [submit(0, "L1", ACME, PHONE), submit(1, "L2", "Quellmark Energy GmbH", PHONE)].concat();
    let effects = format!("{},{}", given("L2", "zhao", "assigned_by_admin"), deadline("L2"));
    assert_breaks(&before, &effects, 2);
}

#[test]
fn law_3_a_value_that_is_overwritten_whole_is_lost() {
    let before = submit(0, "L1", ACME, PHONE);
    assert_breaks(&before, r#"{"update_field":{"record":{"lead":"L1"},"field":"name","value":"Bob"}}"#, 3);
    // A host that names what it replaces loses nothing.
    let named = r#""effects":[{"update_field":{"record":{"lead":"L1"},"field":"name","value":"Bob","replaces":"Ann"}}]"#;
    assert_eq!(live(&format!("{before}{}", at(50, named)), "").2, Verdict::Lawful);
}

/// One value that took the place of another excuses no other.
#[test]
fn law_3_a_key_that_is_gone_is_lost() {
    let lead = r#""submit":{"id":"L1","name":"Ann","phones":["13812349876","010-62648835","+1 415 555 2671"],
        "emails":["ann@gmail.com","info@acme.com"],"wechat":"ann_wx_2026","message":"hi",
        "external_ids":{"clue_id":"c1"},"click_ids":{"gclid":"g1"},"attributes":{"budget":9}}"#;
    let before =
        format!("{}{}", at(0, &lead.replace('\n', "")), at(1, r#""update":{"lead":"L1","name":"Anna"}"#));
    let fields =
        ["phones", "emails", "wechat", "external_ids.clue_id", "click_ids.gclid", "attributes.budget"];
    for field in fields {
        let effect = json!({"update_field": {"record": {"lead": "L1"}, "field": field, "value": null}});
        assert_breaks(&before, &effect.to_string(), 3);
    }
    // Of several values each counts; the one that is named stays in the history.
    let of_three = |replaces: Json| {
        json!({"update_field": {"record": {"lead": "L1"}, "field": "phones", "value": ["13812349876", "010-62648835"],
            "replaces": replaces}})
    };
    assert_breaks(&before, &of_three(Json::Null).to_string(), 3);
    let named = of_three(json!(["+1 415 555 2671"]));
    let after = format!("{before}{}", at(50, &format!("\"effects\":[{named}]")));
    assert_eq!(live(&after, "").2, Verdict::Lawful);
}

#[test]
fn what_is_found_is_found_when_it_happens() {
    let lost = r#""effects":[{"update_field":{"record":{"lead":"L1"},"field":"name","value":"Bob"}}]"#;
    let (_, notes, _) = live(&format!("{}{}", submit(0, "L1", ACME, PHONE), at(50, lost)), "");
    assert!(notes.starts_with("law 3 (nothing is lost) is broken at 2026-03-02T01:50:00+00:00: "), "{notes}");
}

#[test]
fn law_4_nobody_is_told_twice() {
    let before = submit(0, "L1", ACME, PHONE);
    let told = r#"{"notify":{"rep":"li","code":"reminder","about":{"lead":"L1"}}}"#;
    assert_eq!(live(&format!("{before}{}", at(50, &format!("\"effects\":[{told}]"))), "").2, Verdict::Lawful);
    assert_breaks(&before, &format!("{told},{told}"), 4);
}

#[test]
fn law_5_who_gave_it_back_does_not_get_it_again() {
    let before = [submit(0, "L1", ACME, PHONE), at(1, r#""return":{"lead":"L1"}"#)].concat();
    let effects = |how: &str| format!("{},{}", given("L1", "li", how), deadline("L1"));
    assert_breaks(&before, &effects("auto_assigned"), 5);
    assert_breaks(&before, &effects("claimed"), 5);
    // An administrator may say so.
    let allotted = at(50, &format!("\"effects\":[{}]", effects("assigned_by_admin")));
    assert_eq!(live(&format!("{before}{allotted}"), "").2, Verdict::Lawful);
}

/// The laws read the rules themselves: an engine that lets who gave a lead back claim it too early is found out.
#[test]
fn law_5_an_engine_that_forgets_the_cool_down_is_caught() {
    let claim = r#""claim":{"lead":"L1","rep":"li"}"#;
    let lines = [submit(0, "L1", ACME, PHONE), at(1, r#""return":{"lead":"L1"}"#), at(9, claim)].concat();
    for rules in [Rules::b2b(), Rules::b2c()] {
        let reps = ["li"].map(|id| Rep { id: id.into(), ..Rep::default() });
        let lived = |days: Option<u32>| {
            let mut desk = Desk::with(&rules, &reps, &Default::default(), false).unwrap();
            if let Some(days) = days {
                let mut forgets = rules.clone();
                forgets.life.cool_down_days = days;
                desk.intake = leadkit::Intake::compile(&forgets).unwrap();
            }
            for line in read_lines(&lines, "s.jsonl").unwrap() {
                desk.live(&line).unwrap();
            }
            desk.check_all();
            desk.broken().iter().map(|one| one.clause).collect::<Vec<_>>()
        };
        assert_eq!((lived(None), lived(Some(0))), (vec![], vec![Clause::CoolDown]));
    }
}

/// Somebody else is there who never had it.
#[test]
fn law_5_a_new_cycle_leaves_out_who_lost_the_last() {
    let cycle = r#"{"start_cycle":{"lead":"L1","at":"2026-03-02T01:50:00Z"}}"#;
    let before = submit(0, "L1", ACME, PHONE);
    let again = |rep: &str| format!("{cycle},{},{}", given("L1", rep, "auto_assigned"), deadline("L1"));
    assert_breaks(&before, &again("li"), 5);
    let to_another = at(50, &format!("\"effects\":[{}]", again("wang")));
    assert_eq!(live(&format!("{before}{to_another}"), "").2, Verdict::Lawful);
}

#[test]
fn law_8_a_status_without_its_owner_does_not_agree() {
    let before = submit(0, "L1", ACME, PHONE);
    assert_breaks(&before, r#"{"set_status":{"lead":"L1","status":"unassigned"}}"#, 8);
}

#[test]
fn law_8_a_stage_that_nobody_entered_does_not_agree() {
    let before = [submit(0, "L1", ACME, PHONE), at(1, r#""advance":{"lead":"L1","to":"mql","answers":{}}"#)];
    let effects = r#"{"update_field":{"record":{"lead":"L1"},"field":"stage","value":"sql"}}"#;
    assert_breaks(&before.concat(), effects, 8);
}

/// Each of what agrees, written by hand without the others.
#[test]
fn law_8_what_changes_alone_does_not_agree() {
    let before = submit(0, "L1", ACME, PHONE);
    let told =
        |rep: &str| json!({"notify": {"rep": rep, "code": "by_hand", "about": {"lead": "L1"}}}).to_string();
    let write = |field: &str, value: Json, replaces: Json| {
        let record = json!({"lead": "L1"});
        json!({"update_field": {"record": record, "field": field, "value": value, "replaces": replaces}})
            .to_string()
    };
    // An owner whose tenure nobody began, with a deadline of who had it before.
    let owner = [write("owner", "wang".into(), "li".into()), told("li"), told("wang")].join(",");
    let (_, notes, _) = live(&format!("{before}{}", at(50, &format!("\"effects\":[{owner}]"))), "");
    for said in ["tenures of", "a deadline of li"] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    // A pool beside its owner.
    let pool = write("pool", "leads".into(), Json::Null);
    let (_, notes, _) = live(&format!("{before}{}", at(50, &format!("\"effects\":[{pool}]"))), "");
    assert!(notes.contains("law 8") && notes.contains("a pool"), "{notes}");
    // A tenure that has ended, and a lead that goes on.
    let end = json!({"end_tenure": {"lead": "L1", "rep": "li", "end": "recycled"}}).to_string();
    let (_, notes, _) = live(&format!("{before}{}", at(50, &format!("\"effects\":[{end}]"))), "");
    assert!(notes.contains("law 8") && notes.contains("status pending"), "{notes}");
}

/// What a host decides about two leads, one after the other.
fn decide(desk: &Desk, id: &str) -> Outcome {
    let lead = Lead {
        id: id.into(),
        name: Some("Ann".into()),
        phones: vec![PHONE.into()],
        message: Some("hello".into()),
        ..Lead::default()
    };
    let input = leadkit::Input { lead, ..leadkit::Input::default() };
    desk.intake.process(&input, &desk.roster, &desk.state, "2026-03-02T01:00:00Z".parse().unwrap())
}

fn desk(rules: &Rules) -> Desk {
    let reps = ["li", "wang", "zhao"].map(|id| Rep { id: id.into(), ..Rep::default() });
    Desk::with(rules, &reps, &Default::default(), false).unwrap()
}

#[test]
fn law_6_what_is_applied_twice_is_as_applied_once() {
    let (desk, mut laws) = (desk(&Rules::b2b()), Laws::default());
    let outcome = decide(&desk, "L1");
    let mut book = desk.intake.book();
    book.insert_lead(Lead { id: LeadId::from("L1"), ..Lead::default() });
    outcome.apply_to(&mut book);
    laws.twice(&outcome, &mut book);
    assert_eq!(laws.broken(), []);
    // A book on which a second time changes something is one on which it was no second time.
    let mut fresh = desk.intake.book();
    fresh.insert_lead(Lead { id: LeadId::from("L1"), ..Lead::default() });
    laws.twice(&outcome, &mut fresh);
    assert_eq!((laws.broken().len(), laws.broken()[0].clause), (1, Clause::TwiceOnce));
}

/// A host that loses something of the state when it saves it.
#[test]
fn law_7_what_is_saved_continues_as_it_was() {
    let options = Options::read(["--soak".to_owned(), "60".to_owned()], &|_| Ok(Vec::new())).unwrap();
    let lived = |night: fn(&State) -> Result<State, Box<dyn std::error::Error>>| {
        let mut notes = Vec::new();
        let verdict = soak::run_with(&options, 60, night, &mut Vec::new(), &mut notes).unwrap();
        (verdict, String::from_utf8(notes).unwrap())
    };
    assert_eq!(lived(|state| Ok(state.clone())), (Verdict::Lawful, String::new()));
    let (verdict, notes) = lived(|state| Ok(State { reps: state.reps.clone(), ..State::default() }));
    assert_eq!(verdict, Verdict::Broken);
    assert!(notes.contains("law 7 (the same bytes) is broken"), "{notes}");
}

/// An engine or a host that does one thing otherwise.
struct Mutant {
    rules: Rules,
    scenario: Vec<String>,
    /// What becomes of a decision.
    decides: fn(&mut Json),
    /// What becomes of the records after a line.
    hosts: fn(&mut Desk),
}

fn effects(decided: &mut Json) -> &mut Vec<Json> {
    decided["effects"].as_array_mut().unwrap()
}

fn without(decided: &mut Json, code: &str) {
    effects(decided).retain(|effect| effect.get(code).is_none());
}

fn each<'d>(decided: &'d mut Json, code: &'static str) -> impl Iterator<Item = &'d mut Json> {
    effects(decided).iter_mut().filter_map(move |effect| effect.get_mut(code))
}

fn at_day(day: u32, event: &str) -> String {
    format!("{{\"at\":\"2026-03-{day:02}T09:00:00+08:00\",{event}}}\n")
}

const TICK: &str = "\"tick\":true";
const ACCOUNT: &str = r#""account":{"id":"A1","company":"Quellmark Energy GmbH","owner":"li","contacts":[{"id":"C1","name":"Ann","phones":["13812349876"]}]}"#;

/// The mutant that breaks a clause; `None` for what its own test breaks.
fn mutant(clause: Clause) -> Option<Mutant> {
    let one = || vec![submit(0, "L1", ACME, PHONE)];
    let with = |more: Vec<String>| [one(), more].concat();
    let again = || with(vec![submit(5, "L2", ACME, PHONE)]);
    let late = || with(vec![at_day(9, TICK)]);
    let of_account = || vec![at(0, ACCOUNT), submit(1, "L1", "", PHONE), at_day(9, TICK)];
    let b2b = |scenario: Vec<String>, decides: fn(&mut Json)| Mutant {
        rules: Rules::b2b(),
        scenario,
        decides,
        hosts: |_| {},
    };
    let b2c = |scenario: Vec<String>, decides: fn(&mut Json)| Mutant {
        rules: Rules::b2c(),
        ..b2b(scenario, decides)
    };
    Some(match clause {
        Clause::Stuck => b2b(one(), |of| without(of, "start_deadlines")),
        Clause::Overslept => b2b(late(), |of| {
            if of.to_string().contains("deadline_missed") {
                effects(of).clear();
            }
        }),
        Clause::OwnerAndPool => b2b(one(), |of| {
            let record = json!({"lead": of["lead"]});
            effects(of).push(json!({"update_field": {"record": record, "field": "pool", "value": "leads"}}));
        }),
        Clause::ConvertedOwner => b2b(of_account(), |of| without(of, "set_owner")),
        Clause::FoldedGoesOn => {
            b2b(again(), |of| each(of, "fold").for_each(|fold| fold["subject"] = "L9".into()))
        }
        Clause::LiveGoesOn => b2b(again(), |of| {
            if of.to_string().contains("\"fold\"") {
                effects(of).push(json!({"set_status": {"lead": "L1", "status": "invalid"}}));
            }
        }),
        Clause::OwnerGone => {
            b2b(one(), |of| each(of, "set_owner").for_each(|set| set["owner"] = "ghost".into()))
        }
        Clause::Covered => {
            let absent = r#""absent":{"rep":"li","until":"2026-03-20T09:00:00+08:00"}"#;
            b2b(with(vec![at(5, absent)]), |of| {
                if of.to_string().contains("owner_back") || of.to_string().contains("owner_changed") {
                    effects(of).clear();
                }
            })
        }
        Clause::LongestStay => b2b(with(vec![at(5, r#""return":{"lead":"L1"}"#)]), |of| {
            each(of, "set_next_wake_up").for_each(|set| set["at"] = "2026-12-01T00:00:00Z".into());
        }),
        Clause::AskedUntil => {
            let other =
                ACCOUNT.replace("A1", "A2").replace("C1", "C2").replace("li", "wang").replace("Ann", "Bob");
            let other = other.replace("Quellmark Energy GmbH", "Borealis Mining Ltd");
            let who = format!(r#""submit":{{"id":"L1","name":"who","phones":["{PHONE}"],"message":"hi"}}"#);
            b2b(vec![at(0, ACCOUNT), at(0, &other), at(5, &who)], |of| {
                each(of, "set_next_wake_up").for_each(|set| set["at"] = "2026-03-30T00:00:00Z".into());
            })
        }
        Clause::OneOwner => b2b(with(vec![submit(5, "L2", "Quellmark Energy GmbH", PHONE)]), |of| {
            if of["lead"] == "L2" {
                each(of, "set_owner").for_each(|set| set["owner"] = "zhao".into());
            }
        }),
        Clause::OneOwnerConverted => {
            let mut lines = of_account();
            lines.insert(2, submit(9, "L2", "", PHONE));
            b2b(lines[..3].to_vec(), |of| {
                if of["lead"] == "L2" {
                    each(of, "set_owner").for_each(|set| set["owner"] = "zhao".into());
                }
            })
        }
        Clause::MovesTogether => b2b(of_account(), |of| {
            effects(of).retain(|effect| effect["update_field"]["record"].get("account").is_none());
        }),
        Clause::ValueLost => {
            let more = format!(
                r#""submit":{{"id":"L2","name":"Ann","company":"{ACME}","phones":["{PHONE}"],"emails":["ann@gmail.com"],"message":"m"}}"#
            );
            b2b(with(vec![at(5, &more)]), |of| without(of, "add_value"))
        }
        Clause::ActivityLost => Mutant {
            hosts: |desk| {
                let history = desk.book.history(&"L1".into()).clone();
                desk.book.insert_life(&"L1".into(), history, Vec::new());
            },
            ..b2b(with(vec![at(5, r#""activity":{"lead":"L1","kind":"page_visit"}"#)]), |_| {})
        },
        Clause::ToldTwice => b2b(again(), |of| {
            let told: Vec<Json> =
                effects(of).iter().filter(|one| one.get("notify").is_some()).cloned().collect();
            effects(of).extend(told);
        }),
        Clause::GetterTold => b2b(one(), |of| without(of, "notify")),
        Clause::LoserTold => b2b(late(), |of| without(of, "notify")),
        Clause::ReentryTold => b2b(again(), |of| without(of, "notify")),
        Clause::CollisionTold => {
            let other = r#""submit":{"id":"L2","name":"Ann","emails":["ann@gmail.com"],"message":"m"}"#;
            let first = format!(r#""submit":{{"id":"L1","name":"Ann","phones":["{PHONE}"],"message":"m"}}"#);
            let lines = [
                first.as_str(),
                other,
                r#""follow_up":{"lead":"L1","owner":"li","kind":"call"}"#,
                r#""follow_up":{"lead":"L2","owner":"wang","kind":"call"}"#,
                r#""update":{"lead":"L1","emails":["ann@gmail.com"]}"#,
            ];
            b2b((0..).zip(lines).map(|(minute, line)| at(minute, line)).collect(), |of| without(of, "notify"))
        }
        Clause::SameRep => b2b(late(), |of| each(of, "set_owner").for_each(|set| set["owner"] = "li".into())),
        Clause::FourthOwner => b2c(late(), |of| {
            let pooled = effects(of).iter().any(|one| one.get("move_to_pool").is_some());
            if pooled {
                without(of, "move_to_pool");
                let (lead, from) = (of["lead"].clone(), of["at"].clone());
                effects(of).extend([
                    json!({"set_owner": {"lead": lead, "owner": "zoe", "acquisition": "auto_assigned"}}),
                    json!({"start_deadlines": {"lead": lead, "from": from}}),
                ]);
            }
        }),
        Clause::CoolDown => {
            let claim = r#""claim":{"lead":"L1","rep":"li"}"#;
            b2b(with(vec![at(5, r#""return":{"lead":"L1"}"#), at(9, claim)]), |of| {
                if of["refusal"].is_object() || of["refusal"].is_string() {
                    effects(of).extend([
                        json!({"set_owner": {"lead": "L1", "owner": "li", "acquisition": "claimed"}}),
                        json!({"start_deadlines": {"lead": "L1", "from": "2026-03-02T01:09:00Z"}}),
                    ]);
                }
            })
        }
        Clause::AwayKept => {
            let absent = r#""absent":{"rep":"li","until":"2026-03-02T10:30:00+08:00"}"#;
            b2c(with(vec![at(30, absent), at_day(3, TICK)]), |of| {
                if of["decision"].to_string().contains(" reassign ") {
                    effects(of).push(json!({"end_tenure": {"lead": "L1", "rep": "li", "end": "recycled"}}));
                } else if of.to_string().contains("lead_waits") {
                    effects(of).clear();
                }
            })
        }
        Clause::StartsLate => b2b(one(), |of| {
            each(of, "start_deadlines").for_each(|start| start["from"] = "2026-03-09T01:00:00Z".into());
        }),
        Clause::Answered => {
            let account = json!({"id": "A1", "company": ACME, "owner": "li"});
            let call = r#""follow_up":{"lead":"L1","owner":"li","kind":"call"}"#;
            let lines =
                vec![at(0, &format!("\"account\":{account}")), submit(1, "L1", ACME, PHONE), at(5, call)];
            Mutant {
                hosts: |desk| {
                    let mut history = desk.book.history(&"L1".into()).clone();
                    history.deadlines.iter_mut().for_each(|one| one.done_at = None);
                    desk.book.insert_life(&"L1".into(), history, Vec::new());
                },
                ..b2b(lines, |_| {})
            }
        }
        Clause::ImportTakesIn => {
            let row = json!([{"id": "A0", "name": "Ann", "company": ACME, "phones": [PHONE],
                "created_at": "2025-01-01T09:00:00+08:00"}]);
            let update = r#""update":{"lead":"L1","title":"CEO"}"#;
            b2b(with(vec![at(5, &format!("\"import\":{row}")), at(9, update)]), |of| {
                effects(of).retain(|effect| effect["update_field"]["field"] != "filed_at");
            })
        }
        Clause::HeldFolds => {
            let first = format!(r#""submit":{{"id":"L1","name":"Ann","phones":["{PHONE}"],"message":"m"}}"#);
            let lines = [
                first.as_str(),
                r#""submit":{"id":"L2","name":"Ann","emails":["ann@gmail.com"],"message":"m"}"#,
                r#""opportunity":{"id":"O1","lead":"L1","status":"open"}"#,
                r#""update":{"lead":"L2","phones":["13812349876"]}"#,
            ];
            b2b((0..).zip(lines).map(|(minute, line)| at(minute, line)).collect(), |of| {
                if of.to_string().contains("\"collision\"") {
                    *effects(of) = vec![json!({"fold": {"entry": "L2", "subject": "L1", "kind": "joined"}})];
                }
            })
        }
        Clause::OneSubject => {
            let other =
                ACCOUNT.replace("A1", "A2").replace("C1", "C2").replace("li", "wang").replace("Ann", "Bob");
            let other = other.replace("Quellmark Energy GmbH", "Borealis Mining Ltd");
            let who = |id: &str| {
                format!(r#""submit":{{"id":"{id}","name":"who","phones":["{PHONE}"],"message":"from {id}"}}"#)
            };
            Mutant {
                hosts: |desk| {
                    if desk.book.lead(&"L1".into()).is_none() {
                        return;
                    }
                    let lead = Lead {
                        id: "L2".into(),
                        name: Some("who".into()),
                        phones: vec![PHONE.into()],
                        ..Lead::default()
                    };
                    desk.book.insert_lead(lead);
                    let (lead, code) = (LeadId::from("L2"), "owner_conflict".into());
                    let ask = Effect::RequestReview { lead: lead.clone(), reviewer: None, code };
                    let (at, code) = ("2026-03-02T06:00:00Z".parse().unwrap(), "review_due".into());
                    let effects = [ask, Effect::SetNextWakeUp { lead, at, code }];
                    desk.book.apply_effects("mutant", &effects, desk.now());
                },
                ..b2b(vec![at(0, ACCOUNT), at(0, &other), at(5, &who("L1"))], |_| {})
            }
        }
        Clause::AnotherS => {
            let lead = r#""submit":{"id":"L1","name":"Ann","emails":["ann@gmail.com"],"message":"m"}"#;
            let second = r#""submit":{"id":"L2","name":"Bo","emails":["bo@gmail.com"],"message":"m"}"#;
            let update = format!(r#""update":{{"lead":"L2","phones":["{PHONE}"]}}"#);
            b2b(vec![at(0, ACCOUNT), at(1, lead), at(2, second), at(5, &update)], |of| {
                if of.to_string().contains("account_lead") {
                    effects(of).clear();
                }
            })
        }
        Clause::Protected => {
            let account = json!({"id": "A1", "company": ACME, "owner": "li"});
            let lines = vec![
                at(0, r#""join":{"id":"pan","partner_of":"li"}"#),
                at(1, &format!("\"account\":{account}")),
                at(2, r#""register":{"account":"A1","partner":"pan"}"#),
                submit(3, "L1", ACME, PHONE),
                at_day(4, TICK),
            ];
            b2b(lines, |of| {
                if of.to_string().contains("deadline_missed") {
                    let record = json!({"account": "A1"});
                    effects(of).push(json!({"update_field":
                        {"record": record, "field": "owner", "value": "wang", "replaces": "li"}}));
                }
            })
        }
        Clause::CollisionOnce => {
            let first = format!(r#""submit":{{"id":"L1","name":"Ann","phones":["{PHONE}"],"message":"m"}}"#);
            let lines = [
                first.as_str(),
                r#""submit":{"id":"L2","name":"Ann","emails":["ann@gmail.com"],"message":"m"}"#,
                r#""follow_up":{"lead":"L1","owner":"li","kind":"call"}"#,
                r#""follow_up":{"lead":"L2","owner":"wang","kind":"call"}"#,
                r#""update":{"lead":"L1","emails":["ann@gmail.com"]}"#,
                r#""update":{"lead":"L2","title":"CEO"}"#,
            ];
            b2b((0..).zip(lines).map(|(minute, line)| at(minute, line)).collect(), |of| {
                if of["lead"] == "L2" && of["decision"].to_string().contains("review") {
                    let about = json!({"lead": "L2"});
                    effects(of).extend([
                        json!({"add_tag": {"lead": "L2", "tag": "collision"}}),
                        json!({"set_next_wake_up": {"lead": "L2", "at": "2026-03-03T01:00:00Z", "code": "collision_due"}}),
                        json!({"notify": {"rep": "li", "code": "collision", "about": about}}),
                        json!({"notify": {"rep": "wang", "code": "collision", "about": about}}),
                    ]);
                }
            })
        }
        Clause::DealLost => {
            let lines = vec![
                at(1, r#""opportunity":{"id":"O1","lead":"L1","status":"open"}"#),
                at(5, r#""opportunity":{"id":"O1","lead":"L1","status":"lost"}"#),
                at_day(9, TICK),
            ];
            b2b(with(lines), |of| each(of, "set_owner").for_each(|set| set["owner"] = "li".into()))
        }
        Clause::BackAtOnce => {
            let account = json!({"id": "A1", "company": ACME, "owner": "li"});
            let lines =
                vec![at(0, &format!("\"account\":{account}")), submit(3, "L1", ACME, PHONE), at_day(4, TICK)];
            b2b(lines, |of| {
                each(of, "set_owner").for_each(|set| {
                    set["owner"] = "li".into();
                    set["acquisition"] = "assigned_by_admin".into();
                });
            })
        }
        Clause::Eligible => {
            let absent = r#""absent":{"rep":"zoe","until":"2026-03-20T09:00:00+08:00"}"#;
            let claim = r#""claim":{"lead":"L1","rep":"zoe"}"#;
            b2b(with(vec![at(5, r#""return":{"lead":"L1"}"#), at(6, absent), at(9, claim)]), |of| {
                if !of["refusal"].is_null() {
                    effects(of).extend([
                        json!({"set_owner": {"lead": "L1", "owner": "zoe", "acquisition": "claimed"}}),
                        json!({"start_deadlines": {"lead": "L1", "from": "2026-03-02T01:09:00Z"}}),
                    ]);
                }
            })
        }
        Clause::TwoKeys => {
            let lines =
                vec![submit(0, "L1", ACME, PHONE), at(5, r#""return":{"lead":"L1"}"#), at_day(9, TICK)];
            b2b(lines, |of| of["decision"] = "D".into())
        }
        // Their own tests break them: hand-written effects, another book, a host that forgets.
        Clause::NinetyDays | Clause::TwiceOnce | Clause::SameBytes | Clause::Agree => return None,
    })
}

/// What a mutant's life breaks.
fn broken(mutant: &Mutant, is_mutated: bool) -> Vec<Clause> {
    let reps = ["li", "wang", "zhao", "zoe"].map(|id| Rep { id: id.into(), ..Rep::default() });
    let mut desk = Desk::with(&mutant.rules, &reps, &Default::default(), false).unwrap();
    desk.tampers = Some(mutant.decides).filter(|_| is_mutated);
    for line in read_lines(&mutant.scenario.concat(), "mutant").unwrap() {
        desk.live(&line).unwrap();
        if is_mutated {
            (mutant.hosts)(&mut desk);
        }
    }
    desk.check_all();
    desk.broken().iter().map(|one| one.clause).collect()
}

#[test]
fn a_mutant_of_what_each_clause_watches_is_caught() {
    let mut missed = Vec::new();
    for clause in Clause::ALL {
        let Some(mutant) = mutant(clause) else { continue };
        assert!(!broken(&mutant, false).contains(&clause), "{clause:?}: broken without a mutant");
        let found = broken(&mutant, true);
        if !found.contains(&clause) {
            missed.push(format!("{clause:?} is not among {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// A clock that is not accepted, and months without a lead.
#[test]
fn what_stops_a_scenario_names_its_line_and_the_tables_are_printed() {
    let mut desk = desk(&Rules::b2b());
    desk.tampers = Some(|of| of["delta"]["trust_clock"] = false.into());
    let close = at(5, r#""close":{"lead":"L1","reason":"no_intent"}"#);
    let later = submit(9, "L2", ACME, "13927461853").replace("2026-03", "2026-05");
    let scenario = [submit(0, "L1", ACME, PHONE), close, later].concat();
    let lines = read_lines(&scenario, "s.jsonl").unwrap();
    let options = Options::read(["s.jsonl".to_owned()], &|_| Ok(Vec::new())).unwrap();
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let stopped = tell(&mut desk, &lines, &options, &mut out, &mut notes).unwrap_err().to_string();
    assert!(stopped.starts_with("s.jsonl: line 3: stopped at 2026-05-02T09:09:00+08:00: "), "{stopped}");
    let out = String::from_utf8(out).unwrap();
    let headings: Vec<&str> = out.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings, ["# leads", "# accounts", "# notified"]);
    assert!(out.contains("\tsubmit\tL1\tassigned\tli\t"), "{out}");
}
