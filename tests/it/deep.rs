//! Values nested as deeply as they like, on a small stack: a finding, and no overflow.

use std::fmt::Debug;

use leadkit::Rules;
use leadkit::assign::AssignRules;
use leadkit::attribution::AttributionRules;
use leadkit::blacklist::BlacklistRules;
use leadkit::dedup::DedupRules;
use leadkit::error::{Report, RuleErrors};
use leadkit::follow_up::FollowUpRules;
use leadkit::inquiry::{CodeRules, GradeRules, LevelRules};
use leadkit::merge::MergeRules;
use leadkit::model::Lead;
use leadkit::pipeline::PipelineRules;
use leadkit::rule::{Condition, Custom, Operator, Scope};
use leadkit::score::{ScoreRules, Scorer};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const STACK: usize = 512 * 1024;
const DEPTHS: [usize; 4] = [40, 110, 2_000, 4_000];

/// Runs the work on a small stack.
fn small<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

/// What is put around a value, again and again.
#[derive(Debug, Clone, Copy)]
enum Around {
    List,
    /// An object under a key.
    Key(&'static str),
    /// The value stands in a list under a key.
    Listed(&'static str),
    /// Twice in a list: once deep, once plain.
    Pair,
}

fn one(key: &str, value: Value) -> Value {
    // `json!` would copy what is inside.
    let mut members = Map::new();
    members.insert(key.to_owned(), value);
    Value::Object(members)
}

fn deep(around: Around, depth: usize) -> Value {
    let mut value = json!({"field": "title", "eq": "x"});
    for _ in 0..depth {
        value = match around {
            Around::List => Value::Array(vec![value]),
            Around::Key(key) => one(key, value),
            Around::Listed(key) => one(key, Value::Array(vec![value])),
            Around::Pair => Value::Array(vec![value, Value::Array(Vec::new())]),
        };
    }
    value
}

fn values() -> Vec<(Around, usize)> {
    let arounds = [
        Around::List,
        Around::Pair,
        Around::Key("not"),
        Around::Key("x"),
        Around::Listed("all"),
        Around::Listed("any"),
        Around::Key("script"),
        Around::Key("score"),
    ];
    arounds.into_iter().flat_map(|around| DEPTHS.map(|depth| (around, depth))).collect()
}

/// A value that is freed level by level.
struct Guarded(Option<Value>);

impl Guarded {
    fn get(&self) -> &Value {
        self.0.as_ref().unwrap()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let mut left: Vec<Value> = self.0.take().into_iter().collect();
        while let Some(node) = left.pop() {
            match node {
                Value::Array(items) => left.extend(items),
                Value::Object(members) => left.extend(members.into_iter().map(|(_, member)| member)),
                _ => {}
            }
        }
    }
}

/// Keys that lead to a deep value in a document; `[]` stands for a list of one.
const PLACES: &[&[&str]] = &[
    &[],
    &["[]"],
    &["score"],
    &["score", "fit", "rules", "[]", "when"],
    &["score", "fit", "rules", "[]", "points", "custom", "params"],
    &["score", "tests", "[]", "lead"],
    &["fit", "rules", "[]", "when"],
    &["rules", "[]", "when"],
    &["levels", "[]", "criteria", "[]"],
    &["attributes", "x"],
    &["field"],
    &["script"],
    &["in"],
    &["unknown"],
];

fn document(place: &[&str], around: Around, depth: usize) -> Value {
    place.iter().rev().fold(deep(around, depth), |value, key| match *key {
        "[]" => Value::Array(vec![value]),
        key => one(key, value),
    })
}

fn refused<T: Debug>(load: fn(Value) -> Result<T, RuleErrors>, document: Value) {
    let errors = load(document).expect_err("it is nonsense");
    assert!(!errors.diagnostics().is_empty());
    assert!(errors.to_string().len() < 20_000);
    let _ = (format!("{errors:?}"), serde_json::to_string(&errors).unwrap());
}

#[test]
fn every_document_of_any_depth_gives_findings() {
    small(|| {
        for (around, depth) in values() {
            for place in PLACES {
                macro_rules! refuse {
                    ($($rules:ident)*) => {$( refused($rules::load, document(place, around, depth)); )*};
                }
                refuse!(Rules ScoreRules AssignRules BlacklistRules PipelineRules);
                refuse!(DedupRules MergeRules LevelRules GradeRules CodeRules AttributionRules FollowUpRules);
                refused(Scorer::load, document(place, around, depth));
                assert!(Lead::from_json(document(place, around, depth)).is_err());
            }
        }
        for place in PLACES {
            refused(Rules::load, document(place, Around::List, 200_000));
            refused(Rules::load, document(place, Around::Key("not"), 200_000));
        }
    });
}

#[test]
fn the_deepest_good_documents_are_read() {
    let mut condition = json!({"field": "title", "eq": "x"});
    for _ in 0..31 {
        condition = json!({"not": condition});
    }
    small(|| {
        let rules = json!({"score": {"fit": {"rules": [{"id": "r", "points": 1, "when": condition}]}}});
        let text = rules.to_string();
        let read = Rules::from_json_str(&text).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap()["score"]["fit"]["rules"][0]["when"], condition);
        let _ = format!("{read:#?}");
        leadkit::Intake::load(rules).unwrap();
    });
}

#[test]
fn texts_of_any_depth_give_findings() {
    small(|| {
        for depth in DEPTHS {
            for (open, close) in [("[", "]"), ("{\"not\":", "}"), ("{\"all\":[", "]}"), ("{\"x\":[", "]}")] {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                let errors = Rules::from_json_str(&text).unwrap_err();
                assert!(!errors.diagnostics().is_empty());
                assert!(serde_json::from_str::<Condition>(&text).is_err());
                assert!(serde_json::from_str::<ScoreRules>(&text).is_err());
                let rule = format!(r#"{{"fit":{{"rules":[{{"id":"r","points":1,"when":{text}}}]}}}}"#);
                assert!(ScoreRules::from_json_str(&rule).is_err());
                assert!(serde_json::from_str::<ScoreRules>(&rule).is_err());
            }
        }
    });
}

#[test]
fn conditions_of_any_depth_are_refused_whoever_holds_them() {
    small(|| {
        for (around, depth) in values() {
            for place in
                [&[][..], &["[]"], &["all", "[]"], &["not"], &["field"], &["script"], &["in"], &["zzz"]]
            {
                assert!(serde_json::from_value::<Condition>(document(place, around, depth)).is_err());
                let held = Guarded(Some(document(place, around, depth)));
                assert!(Condition::deserialize(held.get()).is_err());
                assert!(Condition::load(document(place, around, depth)).is_err());
            }
            let held = Guarded(Some(document(&["fit", "rules", "[]", "when"], around, depth)));
            assert!(ScoreRules::deserialize(held.get()).is_err());
            if depth > 48 {
                let mut custom = Map::new();
                custom.insert("name".into(), "x".into());
                custom.insert("params".into(), deep(around, depth));
                let held = Guarded(Some(Value::Object(custom)));
                assert!(Custom::deserialize(held.get()).is_err());
            }
            assert!(Condition::compare("title", Operator::Eq, deep(around, depth)).is_err());
            assert!(Condition::compare("attributes.x", Operator::In, deep(around, depth)).is_err());
        }
    });
}

#[test]
fn what_stands_beside_a_mistake_may_be_deep_too() {
    small(|| {
        let both = |key: &str| {
            let mut members = Map::new();
            members.insert(key.to_owned(), json!(7));
            members.insert("zz".to_owned(), deep(Around::List, 20_000));
            members.insert("aa".to_owned(), deep(Around::Key("not"), 20_000));
            Value::Object(members)
        };
        for key in ["field", "all", "not", "eq", "script", "unknown"] {
            assert!(serde_json::from_value::<Condition>(both(key)).is_err());
            assert!(serde_json::from_value::<Condition>(Value::Array(vec![json!(1), both(key)])).is_err());
            let listed = one("all", Value::Array(vec![json!(1), both(key), deep(Around::Pair, 20_000)]));
            assert!(serde_json::from_value::<Condition>(listed).is_err());
        }
    });
}

#[test]
fn conditions_nested_by_hand_can_be_shown_copied_and_freed() {
    small(|| {
        let leaf = || Condition::compare("title", Operator::Eq, "x").unwrap();
        let mut nots = leaf();
        let mut lists = leaf();
        for round in 0..100_000 {
            nots = Condition::not(nots);
            lists = match round % 2 {
                0 => Condition::all([lists, leaf()]),
                _ => Condition::any([lists]),
            };
        }
        for condition in [nots, lists] {
            assert!(!condition.to_string().is_empty());
            assert!(!format!("{condition:?} {condition:#?}").is_empty());
            assert!(
                serde_json::to_string(&condition).unwrap_err().to_string().contains("nested deeper than 32")
            );
            assert_eq!(condition.clone(), condition);
            assert!(!condition.is_always() && !condition.is_never());
            let mut report = Report::new();
            condition.compile(Scope::Score, &mut report);
            assert_eq!(report.diagnostics()[0].code, "too_deep");
        }
        let mut just = leaf();
        (0..31).for_each(|_| just = Condition::not(just.clone()));
        let text = serde_json::to_string(&just).unwrap();
        assert_eq!(serde_json::from_str::<Condition>(&text).unwrap(), just);
        let mut report = Report::new();
        just.compile(Scope::Score, &mut report);
        assert!(!report.has_errors());
    });
}
