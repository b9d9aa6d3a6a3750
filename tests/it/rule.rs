//! Conditions: what they answer, and what they refuse.

use leadkit::error::Report;
use leadkit::model::{Activity, Lead, Region, Value};
use leadkit::rule::{Condition, FactSource, Field, Operator, Predicate, Scope};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::support::{at, json_data, snapshot, with_activities, with_facts};

const NOW: &str = "2026-03-10T09:00:00Z";

fn lead() -> Lead {
    let attributes = [
        ("tier", Value::from("gold")),
        ("seats", Value::Integer(30)),
        ("big", Value::Integer(9_007_199_254_740_992)),
        ("ratio", Value::Number(0.5)),
        ("vip", Value::Bool(true)),
        ("langs", Value::List(vec!["zh".into(), "en".into()])),
        ("renewal", Value::Timestamp("2026-03-09T09:00:00Z".parse().unwrap())),
        ("nothing", Value::Null),
    ];
    Lead {
        id: "L1".into(),
        created_at: "2026-03-01T09:00:00Z".parse().unwrap(),
        name: Some("王芳".into()),
        title: Some("  ".into()),
        company: Some("深圳市星河软件有限公司".into()),
        employee_count: Some(120),
        industry: vec!["软件".into(), "企业服务".into()],
        phones: vec!["138 1234 1234".into(), "０１０-62345678".into()],
        region: Some("440300".parse::<Region>().unwrap()),
        attributes: attributes.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        ..Lead::default()
    }
}

fn predicate(condition: Json) -> Predicate {
    let condition: Condition = serde_json::from_value(condition).unwrap();
    let mut report = Report::new();
    let predicate = condition.compile(Scope::Assign, &mut report);
    assert!(!report.has_errors(), "{:?}", report.diagnostics());
    predicate
}

fn holds(condition: Json) -> bool {
    let visit = |id: &str, at: &str| Activity {
        id: id.into(),
        kind: "page_visit".into(),
        time: at.parse().unwrap(),
        ..Activity::default()
    };
    let activities = [
        visit("a", "2026-03-09T00:00:00Z"),
        visit("b", "2026-02-01T00:00:00Z"),
        visit("c", "2026-04-01T00:00:00Z"),
    ];
    with_activities(&lead(), &activities, at(NOW), |facts| predicate(condition).eval(facts)).unwrap()
}

#[test]
fn comparisons_answer_as_documented() {
    let cases: Vec<(Json, bool)> = json_data("conditions.json");
    assert!(cases.len() > 60);
    for (condition, wanted) in cases {
        assert_eq!(holds(condition.clone()), wanted, "{condition}");
    }
}

#[test]
fn what_cannot_be_asked_is_refused_with_place_and_cure() {
    let documents: Vec<Json> = json_data("conditions_refused.json");
    let mut said = String::new();
    for document in documents {
        let errors = Condition::load(document.clone()).expect_err(&document.to_string());
        said.push_str(&format!("{document}\n"));
        errors.iter().for_each(|diagnostic| said.push_str(&format!("  {diagnostic}\n")));
    }
    snapshot("rule_refused_conditions", said);
}

#[test]
fn a_condition_reads_only_what_is_known_where_it_stands() {
    let condition = Condition::compare("score.fit", Operator::Ge, 60).unwrap();
    let mut report = Report::new();
    report.within("rules", |report| report.item(0, |report| condition.compile(Scope::Blacklist, report)));
    snapshot("rule_field_not_filled_yet", report.finish().unwrap_err());
}

#[test]
fn hostile_patterns_are_refused_and_hostile_text_is_linear() {
    for pattern in ["(((((a{100}){100}){100}", "a{1000}{1000}", "(?=a)", "(a)\\1"] {
        assert!(Condition::compare("message", Operator::Matches, pattern).is_err(), "{pattern}");
    }
    let nested = format!("{}a{}", "(".repeat(60), ")".repeat(60));
    assert!(Condition::compare("message", Operator::Matches, nested).is_err());
    let text = "a".repeat(1_000_000);
    let lead = Lead { message: Some(text), ..Lead::default() };
    let predicate = predicate(json!({"field": "message", "matches": "(a+)+b"}));
    assert_eq!(with_facts(&lead, at(NOW), |facts| predicate.eval(facts)), Ok(false));
}

#[test]
fn nesting_has_an_end() {
    let mut document = json!({"field": "name", "exists": true});
    for _ in 0..40 {
        document = json!({"not": document});
    }
    let errors = Condition::load(document).unwrap_err();
    assert!(errors.iter().any(|diagnostic| diagnostic.code == "too_deep"), "{errors}");
}

#[test]
fn every_field_can_be_asked_for() {
    with_facts(&lead(), at(NOW), |facts| {
        for spec in leadkit::rule::FIELDS {
            let name = spec.name.replace("KIND.Nd", "page_visit.7d").replace("NAME", "tier");
            let _ = facts.fact(&name.parse::<Field>().unwrap());
        }
    });
}

/// A second, obvious evaluation of `all`, `any` and `not` over three known leaves.
fn obvious(condition: &Json) -> bool {
    let all = |list: &Json| list.as_array().unwrap().iter().map(obvious).collect::<Vec<_>>();
    match condition.as_object().unwrap().iter().next().unwrap() {
        (key, list) if key == "all" => all(list).into_iter().all(|b| b),
        (key, list) if key == "any" => all(list).into_iter().any(|b| b),
        (key, inner) if key == "not" => !obvious(inner),
        // Leaves: the name exists, the title (blank) does not.
        _ => condition["field"] == "name",
    }
}

fn conditions() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!({"exists": true, "field": "name"})),
        Just(json!({"exists": true, "field": "title"}))
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|list| json!({ "all": list })),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|list| json!({ "any": list })),
            inner.prop_map(|one| json!({ "not": one })),
        ]
    })
}

proptest! {
    #[test]
    fn nesting_agrees_with_the_obvious_evaluation(condition in conditions()) {
        let wanted = match condition.get("field") {
            Some(field) => field == "name",
            None => obvious(&condition),
        };
        prop_assert_eq!(holds(condition), wanted);
    }

    #[test]
    fn a_condition_survives_its_round_trip(condition in conditions()) {
        let read: Condition = serde_json::from_value(condition.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), condition);
    }

    #[test]
    fn no_document_makes_the_loader_panic(text in "[\\[\\]{}\":,a-z0-9 ]{0,60}") {
        if let Ok(document) = serde_json::from_str::<Json>(&text) {
            let _ = Condition::load(document);
        }
    }
}
