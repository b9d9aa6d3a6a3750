//! Documents made out of good ones: every list and every object of each is grown, wherever it stands.

use leadkit::Intake;
use leadkit::assign::Assigner;
use leadkit::attribution::{Attribution, AttributionRules};
use leadkit::blacklist::{Blacklist, BlacklistRules};
use leadkit::calendar::CalendarRules;
use leadkit::dedup::{DedupRules, Deduplicator};
use leadkit::inquiry::{CodeRules, GradeRules, LevelRules, Levels};
use leadkit::merge::{MergeRules, Merger};
use leadkit::model::{Pool, Rep};
use leadkit::pipeline::{Pipeline, PipelineRules};
use leadkit::score::{ScoreRules, Scorer};
use serde::Serialize;
use serde_json::{Value, json};

type Load = fn(Value) -> usize;

/// A document, and what loads it.
pub(crate) struct Seed {
    pub(crate) name: String,
    document: Value,
    load: Load,
}

/// One place of a seed that is grown.
pub(crate) struct Growth<'s> {
    seed: &'s Seed,
    place: Vec<String>,
}

macro_rules! load {
    ($type:ident::$function:ident) => {
        |document| $type::$function(document).map_or_else(|errors| errors.diagnostics().len(), |_| 0)
    };
}

fn seed(name: &str, rules: impl Serialize, load: Load) -> Seed {
    Seed { name: name.to_owned(), document: serde_json::to_value(rules).unwrap(), load }
}

fn file(name: &str, text: &str, load: Load) -> Seed {
    seed(name, serde_json::from_str::<Value>(text).unwrap(), load)
}

/// Known documents of every engine: presets, samples and documents full of mistakes.
pub(crate) fn seeds() -> Vec<Seed> {
    vec![
        seed("blacklist", BlacklistRules::default(), load!(Blacklist::load)),
        seed("blacklist strict", BlacklistRules::strict(), load!(Blacklist::load)),
        seed("dedup", DedupRules::default(), load!(Deduplicator::load)),
        seed("dedup b2b", DedupRules::b2b(), load!(Deduplicator::load)),
        seed("merge", MergeRules::default(), load!(Merger::load)),
        seed("pipeline", PipelineRules::default(), load!(Pipeline::load)),
        seed("pipeline orders", PipelineRules::order_to_payment(), load!(Pipeline::load)),
        seed("pipeline concept", PipelineRules::proof_of_concept(), load!(Pipeline::load)),
        seed("score", ScoreRules::default(), load!(Scorer::load)),
        seed("levels", LevelRules::maturity(), load!(Levels::load)),
        seed("tiers", LevelRules::tiers(), load!(Levels::load)),
        seed("grades", GradeRules::default(), load!(GradeRules::load)),
        seed("codes", CodeRules::default(), load!(CodeRules::load)),
        seed("attribution", AttributionRules::default(), load!(Attribution::load)),
        seed("attribution b2b", AttributionRules::b2b(), load!(Attribution::load)),
        seed("calendar", CalendarRules::china(), load!(CalendarRules::load)),
        file("sample", include_str!("../../examples/data/rules.json"), load!(Intake::load)),
        file("education", include_str!("../../examples/data/education_rules.json"), load!(Intake::load)),
        file("scores", include_str!("../../examples/data/score_rules.json"), load!(Scorer::load)),
        file("score lint", include_str!("../data/score_lint.json"), load!(Scorer::load)),
        file("intake mistakes", include_str!("../data/intake_mistakes.json"), load!(Intake::load)),
        file("score mistakes", include_str!("../data/score_mistakes.json"), load!(Scorer::load)),
        file("pipeline mistakes", include_str!("../data/pipeline_mistakes.json"), load!(Pipeline::load)),
        seed(
            "reps",
            json!([{
                "id": "a", "department": ["x"], "skills": ["x"], "territories": ["CN-GD"], "hours": "c",
                "absences": [{"from": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}],
            }]),
            load!(Rep::load_all),
        ),
        seed("pools", json!([{"id": "p", "admins": ["a"], "members": ["b"]}]), load!(Pool::load_all)),
        seed(
            "assign",
            json!({
                "groups": {"g": {"members": [{"rep": "a", "weight": 1}], "strategy": "least_loaded"}},
                "pools": {"p": {"rules": [
                    {"id": "r", "skills": ["x"], "when": {"all": [{"field": "title", "in": ["x"]}]},
                        "then": {"reviewer": {"by": "a", "suggest": "g"}}},
                    {"id": "s", "then": {"reps": ["a"]}},
                    {"id": "t", "then": {"pool": "q"}},
                ]}},
            }),
            load!(Assigner::load),
        ),
        seed(
            "lists",
            json!({
                "rules": [
                    {"id": "r", "category": "c", "severity": "flag", "check": {"list": {"phones": ["13857429876"],
                        "emails": ["u@example.com"], "wechats": ["wxid_abc123"], "companies": ["科技有限公司"],
                        "ips": ["203.0.113.7"]}}},
                    {"id": "d", "severity": "flag", "check": {"domain": {"domains": ["d.org"]}}},
                    {"id": "b", "severity": "flag", "check": {"burst": {"by": "ip", "count": 3, "window": "1h",
                        "announced": ["c"]}}},
                    {"id": "s", "severity": "flag", "check": {"resubmission": {"by": ["phone"], "window": "1d"}}},
                    {"id": "f", "severity": "flag", "check": {"fake": {"fields": ["phone"]}}},
                ],
                "overrides": [{"allow": {"phone": "13857429876"}, "author": "a", "reason": "b",
                    "categories": ["c"], "rules": ["r"]}],
            }),
            load!(Blacklist::load),
        ),
    ]
}

impl Seed {
    /// Every list and object of the document that has something to grow from.
    pub(crate) fn growths(&self) -> Vec<Growth<'_>> {
        let mut found = Vec::new();
        let mut left = vec![(Vec::new(), &self.document)];
        while let Some((place, node)) = left.pop() {
            let inner: Vec<(String, &Value)> = match node {
                Value::Array(items) => {
                    items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
                }
                Value::Object(members) => members.iter().map(|(key, member)| (key.clone(), member)).collect(),
                _ => continue,
            };
            // Of like items, two are enough.
            for (key, child) in inner.iter().take(if node.is_array() { 2 } else { usize::MAX }) {
                let below: Vec<String> = place.iter().cloned().chain([key.clone()]).collect();
                left.push((below, child));
            }
            if !inner.is_empty() {
                found.push(Growth { seed: self, place });
            }
        }
        found
    }
}

impl Growth<'_> {
    pub(crate) fn name(&self) -> String {
        format!("{}: /{}", self.seed.name, self.place.join("/"))
    }

    pub(crate) fn load(&self, document: Value) -> usize {
        (self.seed.load)(document)
    }

    /// The document with so many items or members at the place: new names, as far as an item has one, or the same item
    /// again and again.
    pub(crate) fn document(&self, n: usize, renamed: bool) -> Value {
        let mut document = self.seed.document.clone();
        let steps = self.place.iter();
        let node = steps.fold(&mut document, |node, key| match node {
            Value::Array(items) => &mut items[key.parse::<usize>().unwrap()],
            node => &mut node[key.as_str()],
        });
        match node {
            Value::Array(items) => {
                let like = items.clone();
                let item = |i: usize| {
                    let item = like[i % like.len()].clone();
                    if renamed { rename(item, i) } else { item }
                };
                items.extend((0..n).map(item));
            }
            Value::Object(members) => {
                let like: Vec<(String, Value)> =
                    members.iter().map(|(key, member)| (key.clone(), member.clone())).collect();
                for i in 0..n {
                    let (key, member) = &like[i % like.len()];
                    members.insert(format!("{key}{i}"), member.clone());
                }
            }
            _ => unreachable!("it is a list or an object"),
        }
        document
    }
}

/// The item under a name of its own.
fn rename(mut item: Value, number: usize) -> Value {
    match &mut item {
        Value::String(text) => text.push_str(&number.to_string()),
        Value::Number(old) => return (old.as_i64().unwrap_or_default() + number as i64).into(),
        Value::Object(members) => {
            for key in ["id", "name", "rep", "kind", "phone"] {
                if let Some(Value::String(text)) = members.get_mut(key) {
                    text.push_str(&number.to_string());
                }
            }
        }
        _ => {}
    }
    item
}
