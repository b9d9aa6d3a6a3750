//! Leads from strangers: fields as long as they like, read as far as the limits say, and stored as they are.

use leadkit::blacklist::OVERSIZED;
use leadkit::model::{Account, Activity, Contact, Effect, Lead, Value};
use leadkit::rule::{ActivityFacts, FactSource, FactValue, LeadLimits};
use leadkit::{Input, Intake, Roster, State};
use serde_json::json;

use crate::support::{account, at, book, with_activities, with_facts};

const NOW: &str = "2026-03-02T02:00:00Z";
const LONG: usize = 1 << 20;

fn huge(id: &str) -> Lead {
    let text = |c: &str| Some(c.repeat(LONG / c.len()));
    let many = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<Vec<_>>();
    Lead {
        id: id.into(),
        created_at: at(NOW),
        name: text("名"),
        title: text("t"),
        company: text("公司"),
        message: text("call me "),
        wechat: Some("w".repeat(LONG).as_str().into()),
        city: text("c"),
        phones: many(5_000, &|i| format!("138{i:08}")).iter().map(|one| one.as_str().into()).collect(),
        emails: many(5_000, &|i| format!("u{i}@example{i}.com"))
            .iter()
            .map(|one| one.as_str().into())
            .collect(),
        industry: many(5_000, &|i| format!("i{i}")),
        tags: vec!["x".repeat(LONG)],
        attributes: [
            ("text".to_owned(), Value::from("y".repeat(LONG))),
            ("list".to_owned(), Value::List(many(5_000, &|i| i.to_string()))),
        ]
        .into(),
        ..Lead::default()
    }
}

fn intake() -> Intake {
    Intake::load(json!({
        "score": {"fit": {"rules": [{"id": "all", "points": 90}]}},
        "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"rep": "li"}}]}}},
    }))
    .unwrap()
}

#[test]
fn what_is_too_long_is_flagged_and_read_in_part() {
    let lead = huge("L1");
    with_facts(&lead, at(NOW), |facts| {
        let oversized: Vec<&str> = facts.oversized().iter().map(String::as_str).collect();
        let all =
            ["name", "title", "company", "message", "wechat", "city", "phones", "emails", "industry", "tags"];
        let all = all.into_iter().chain(["attributes.list", "attributes.text"]);
        let missing: Vec<&str> = all.filter(|field| !oversized.contains(field)).collect();
        assert!(missing.is_empty(), "{missing:?} not in {oversized:?}");
        assert!(facts.phones().len() == LeadLimits::VALUES && facts.emails().len() == LeadLimits::VALUES);
        assert!(facts.company().unwrap().core().len() <= LeadLimits::TEXT);
        assert_eq!(facts.lead(), &lead);
    });
    let intake = intake();
    let probe = intake.probe(&lead);
    let bytes = serde_json::to_string(&probe).unwrap().len();
    assert!(bytes < 64 * 1024, "{bytes} bytes of keys");
    let input = Input { lead, ..Input::default() };
    let outcome = intake.process(&input, &Roster::default(), &State::default(), at(NOW));
    let hits = outcome.verdict().hits().iter().filter(|hit| hit.rule().as_str() == OVERSIZED).count();
    assert!(hits >= 12, "{}", outcome.verdict());
    assert!(outcome.explain().contains("`company` is too long, so only its beginning was read"));
    assert!(outcome.explain().len() < 64 * 1024 && format!("{:?}", outcome.effects()).len() < 64 * 1024);
}

#[test]
fn a_usual_lead_is_read_whole() {
    let lead = Lead {
        id: "L1".into(),
        message: Some("m".repeat(LeadLimits::MESSAGE)),
        company: Some("c".repeat(LeadLimits::TEXT)),
        tags: vec!["t".repeat(LeadLimits::TEXT); LeadLimits::ITEMS],
        ..Lead::default()
    };
    with_facts(&lead, at(NOW), |facts| assert!(facts.oversized().is_empty()));
    let lead = Lead { company: Some(format!("{}公", "c".repeat(LeadLimits::TEXT - 1))), ..lead };
    with_facts(&lead, at(NOW), |facts| assert_eq!(facts.oversized(), ["company"]));
}

/// An id is read whole or not at all: cut, it might be that of another record.
#[test]
fn a_long_id_is_refused_where_it_is_read() {
    let longest = "i".repeat(LeadLimits::TEXT);
    let long = "i".repeat(LeadLimits::TEXT + 1);
    let lead = |id: &str| json!({"id": "L1", "created_at": NOW, "owner": id, "pool": id});
    assert!(Lead::from_json(lead(&longest)).is_ok());
    let errors = Lead::from_json(lead(&long)).unwrap_err();
    let said: Vec<String> = errors.iter().map(|one| format!("{}: {}", one.path, one.message)).collect();
    let message = "the id has 4097 bytes, at most 4096 are read";
    assert_eq!(said, [format!("owner: {message}"), format!("pool: {message}")]);
    let account = json!([{"id": long, "company": "Acme Ltd", "created_at": NOW}]);
    let errors = leadkit::model::load::<Vec<Account>>(account).unwrap_err();
    let [found] = errors.diagnostics() else { panic!("{errors}") };
    assert_eq!((found.path.as_str(), found.message.as_str()), ("[0].id", message));
    let built = Lead { owner: Some(long.as_str().into()), ..Lead::default() };
    with_facts(&built, at(NOW), |facts| {
        assert_eq!(facts.oversized(), ["owner"]);
        let owner: leadkit::rule::Field = "owner".parse().unwrap();
        assert!(matches!(facts.fact(&owner), FactValue::Text(text) if text == long));
    });
    let input = Input { lead: Lead { id: "L1".into(), ..built }, ..Input::default() };
    let outcome = intake().process(&input, &Roster::default(), &State::default(), at(NOW));
    assert!(outcome.explain().contains("`owner` is too long for an id"), "{}", outcome.explain());
}

/// A thousand conditions of one lead take no more time than twenty scripts at their limits.
#[cfg(feature = "script")]
#[test]
fn the_scripts_of_all_conditions_share_their_limits() {
    let many = |rule: &dyn Fn(usize) -> serde_json::Value| (0..400).map(rule).collect::<Vec<_>>();
    let one = ["a", "b", "c", "d"].map(|word| format!("contains(upper(message), \"{word}\")")).join(" || ");
    let when = json!({ "script": one });
    let intake = Intake::load(json!({
        "blacklist": {"rules": many(&|i| json!({
            "id": format!("b{i}"), "severity": "flag", "check": {"condition": when},
        }))},
        "elsewhere": many(&|i| json!({"id": format!("e{i}"), "when": when, "then": "void"})),
        "score": {"fit": {"rules": [{"id": "all", "points": 90}]}},
        "assign": {"pools": {"leads": {"rules": many(&|i| json!({
            "id": format!("a{i}"), "when": when, "then": {"rep": "li"},
        }))}}},
    }))
    .unwrap();
    let lead = Lead {
        id: "L1".into(),
        created_at: at(NOW),
        name: Some("Ann".into()),
        phones: vec!["13857429876".into()],
        message: Some("xyz ".repeat(1_024)),
        ..Lead::default()
    };
    let input = Input { lead, ..Input::default() };
    let outcome = intake.process(&input, &Roster::from_ids(["li"]), &State::default(), at(NOW));
    for of in ["b", "e", "a"] {
        let faults: Vec<_> = outcome.faults().filter(|fault| fault.rule.as_str().starts_with(of)).collect();
        let first = faults.first().map(|fault| fault.fault.message.as_str());
        let message = "the scripts read more than 10485760 bytes of text for this lead";
        assert_eq!(first, Some(message), "{of}: {}", outcome.explain());
        assert!((50..200).contains(&faults.len()), "{of}: {}", faults.len());
    }
}

#[test]
fn what_is_stored_is_never_cut() {
    let on_file = Lead { id: "L0".into(), phones: vec!["13857429876".into()], ..Lead::default() };
    let message = "x".repeat(LONG);
    let entry = Lead {
        id: "L1".into(),
        created_at: at(NOW),
        phones: vec!["13857429876".into()],
        message: Some(message.clone()),
        ..Lead::default()
    };
    let intake = intake();
    let held = book(&[account("A1", "Acme Ltd", None)], &[on_file]);
    let rows = held.rows(&intake.probe(&entry));
    let input = Input { lead: entry, rows, ..Input::default() };
    let outcome = intake.process(&input, &Roster::default(), &State::default(), at(NOW));
    let written: Vec<&Value> = outcome
        .effects()
        .iter()
        .filter_map(|effect| match effect {
            Effect::UpdateField { field, value, .. } if field == "message" => Some(value),
            _ => None,
        })
        .collect();
    assert!(written.iter().all(|value| **value == Value::Text(message.clone())), "an effect is cut");
}

/// An account as large as a stranger can make one.
fn huge_account(id: &str) -> Account {
    let contact = |i: usize| Contact {
        id: format!("{id}.{i}").into(),
        name: Some("名".repeat(2_000)),
        phones: (0..100).map(|n| format!("139{:08}", 27_461_853 + i * 100 + n).as_str().into()).collect(),
        emails: vec!["e".repeat(10_000).as_str().into()],
        wechat: Some("w".repeat(10_000).as_str().into()),
        ..Contact::default()
    };
    Account {
        company: "公司".repeat(LONG / 6),
        aliases: (0..1_000).map(|i| format!("别名{i}{}", "x".repeat(5_000))).collect(),
        domain: Some("d".repeat(LONG)),
        contacts: (0..1_500).map(contact).collect(),
        ..account(id, "x", Some("ann"))
    }
}

#[test]
fn rows_on_file_are_read_in_part_and_named() {
    let known = Lead {
        external_ids: (0..5_000).map(|i| (format!("openid.{i}"), "o".repeat(100))).collect(),
        created_at: at("2026-02-01T00:00:00Z"),
        ..huge("L0")
    };
    let entry = Lead {
        id: "L1".into(),
        created_at: at(NOW),
        phones: vec!["13927461853".into()],
        external_ids: (0..5_000).map(|i| (format!("unionid.{i}"), "u".repeat(5_000))).collect(),
        ..Lead::default()
    };
    let intake = intake();
    let account = huge_account("A1");
    let probe = intake.probe(&entry);
    assert!(probe.keys.len() <= LeadLimits::VALUES + 1, "{} keys", probe.keys.len());
    let bytes = |keys: &[leadkit::dedup::MatchKey]| keys.iter().map(|key| key.value.len()).sum::<usize>();
    assert!(bytes(&probe.keys) <= 300 * 1024, "{}", bytes(&probe.keys));
    // 1,024 people of 64 numbers, and 256 names of 4 KiB.
    assert!(bytes(&intake.account_keys(&account)) < 4 << 20);
    assert!(bytes(&intake.lead_keys(&known)) < 64 * 1024);
    let rows = leadkit::dedup::Rows { accounts: vec![account], leads: vec![known], ..Default::default() };
    let input = Input { lead: entry, rows, ..Input::default() };
    let outcome = intake.process(&input, &Roster::default(), &State::default(), at(NOW));
    let resolution = outcome.resolution().unwrap();
    let named: Vec<String> = resolution.oversized().iter().map(ToString::to_string).collect();
    assert_eq!(named, ["account A1", "lead L0"]);
    assert!(!resolution.matches().is_empty(), "{resolution}");
    let said = resolution.to_string();
    assert!(said.contains("; account A1 is too long, so only its beginning was read"), "{said}");
    assert!(outcome.explain().contains("is too long, so only its beginning was read"));
    assert!(outcome.verdict().hits().iter().any(|hit| hit.rule().as_str() == OVERSIZED));
    // Numbers beyond the limits are on no key.
    let far =
        Lead { phones: vec![format!("139{:08}", 27_461_853 + 99).as_str().into()], ..input.lead.clone() };
    let far = Input { lead: far, ..input };
    let outcome = intake.process(&far, &Roster::default(), &State::default(), at(NOW));
    assert!(outcome.resolution().unwrap().matches().is_empty(), "{}", outcome.resolution().unwrap());
}

#[test]
fn activities_are_read_in_part_and_flagged() {
    let lead = Lead { id: "L1".into(), ..Lead::default() };
    let long = |content: usize, page: usize| Activity {
        id: "a".into(),
        kind: "k".into(),
        time: at(NOW),
        content: Some("c".repeat(content)),
        page: Some("p".repeat(page)),
        ..Activity::default()
    };
    let usual = [long(LeadLimits::MESSAGE, LeadLimits::TEXT)];
    with_activities(&lead, &usual, at(NOW), |facts| assert!(facts.oversized().is_empty()));
    for activity in [long(LeadLimits::MESSAGE + 1, 0), long(0, LeadLimits::TEXT + 1)] {
        let activities = [activity];
        with_activities(&lead, &activities, at(NOW), |facts| {
            assert_eq!(facts.oversized(), ["activities"]);
            let seen = ActivityFacts { facts, activity: &activities[0] };
            let length = |name: &str| match seen.fact(&name.parse().unwrap()) {
                FactValue::Text(text) => text.len(),
                _ => 0,
            };
            assert!(length("activity.content") <= LeadLimits::MESSAGE);
            assert!(length("activity.page") <= LeadLimits::TEXT);
        });
    }
}

/// Kinds that a script makes up are counted as they were before they were sorted.
#[cfg(feature = "script")]
#[test]
fn kinds_are_counted_alike_however_many_activities_there_are() {
    use leadkit::error::Report;
    use leadkit::rule::{Condition, Predicate, Scope};

    let lead = Lead { id: "L1".into(), ..Lead::default() };
    let activity = |i: i64| Activity {
        id: format!("a{i}").into(),
        lead: "L1".into(),
        kind: format!("k{}", i % 7),
        time: at(NOW) - chrono::TimeDelta::hours(i * 5 % 311),
        ..Activity::default()
    };
    let predicate = |kind: i64, days: i64, wanted: usize| -> Predicate {
        let source = format!("count(\"k\" + \"{kind}\", {days}) == {wanted}");
        let condition: Condition = serde_json::from_value(json!({ "script": source })).unwrap();
        let mut report = Report::new();
        let predicate = condition.compile(Scope::Assign, &mut report);
        assert!(!report.has_errors(), "{:?}", report.diagnostics());
        predicate
    };
    for count in [10, 64, 65, 300] {
        let activities: Vec<Activity> = (0..count).map(activity).collect();
        with_activities(&lead, &activities, at(NOW), |facts| {
            for kind in 0..8 {
                for days in [1, 3, 30] {
                    let since = at(NOW) - chrono::TimeDelta::days(days);
                    let own = |one: &&Activity| one.kind == format!("k{kind}") && one.time >= since;
                    let wanted = activities.iter().filter(own).count();
                    assert_eq!(
                        predicate(kind, days, wanted).eval(facts),
                        Ok(true),
                        "{kind} {days} of {count}"
                    );
                }
            }
        });
    }
}
