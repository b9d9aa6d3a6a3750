//! Documents that grow in one place, one kind each. Reading, checking and compiling any of them must cost what it is
//! long.
#![allow(dead_code, reason = "each user takes a part")]

pub(crate) mod grown;

use leadkit::assign::{AssignRules, Assigner};
use leadkit::blacklist::{Blacklist, BlacklistRules};
use leadkit::dedup::{DedupRules, Deduplicator};
use leadkit::inquiry::{LevelRules, Levels};
use leadkit::merge::{MergeRules, Merger};
use leadkit::pipeline::{Pipeline, PipelineRules};
use leadkit::score::{ScoreRules, Scorer};
use leadkit::{Intake, Rules};
use serde_json::{Value, json};

/// A kind of document.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// A document with so many parts.
    pub(crate) document: fn(usize) -> Value,
    /// Loads it. Gives back how many findings it has.
    pub(crate) load: fn(Value) -> usize,
    /// Reads its text. Gives back how many findings it has.
    pub(crate) read: fn(&str) -> usize,
}

macro_rules! load {
    ($engine:ident) => {
        |document| $engine::load(document).map_or_else(|errors| errors.diagnostics().len(), |_| 0)
    };
}

macro_rules! rules_of {
    (Assigner) => {
        AssignRules
    };
    (Blacklist) => {
        BlacklistRules
    };
    (Deduplicator) => {
        DedupRules
    };
    (Intake) => {
        Rules
    };
    (Levels) => {
        LevelRules
    };
    (Merger) => {
        MergeRules
    };
    (Pipeline) => {
        PipelineRules
    };
    (Scorer) => {
        ScoreRules
    };
}

macro_rules! kinds {
    ($($name:ident($n:ident) $engine:ident: $document:expr;)*) => {
        /// Every kind of document.
        pub(crate) const KINDS: &[Kind] = &[$(Kind {
            name: stringify!($name),
            document: |$n| $document,
            load: load!($engine),
            read: |text| {
                <rules_of!($engine)>::from_json_str(text).map_or_else(|errors| errors.diagnostics().len(), |_| 0)
            },
        }),*];
    };
}

fn list(n: usize, item: impl Fn(usize) -> Value) -> Value {
    (0..n).map(item).collect()
}

fn object(n: usize, item: impl Fn(usize) -> (String, Value)) -> Value {
    Value::Object((0..n).map(item).collect())
}

fn fit(rules: Value) -> Value {
    json!({"fit": {"rules": rules}})
}

fn in_list(operator: &str, values: Value) -> Value {
    fit(json!([{"id": "r", "points": 1, "when": {"field": "attributes.x", operator: values}}]))
}

fn good(n: usize) -> Vec<Value> {
    (0..n)
        .map(|i| json!({"id": format!("r{i}"), "points": 1, "when": {"field": "title", "eq": "x"}}))
        .collect()
}

fn good_then(n: usize, bad: impl IntoIterator<Item = Value>) -> Value {
    fit(good(n).into_iter().chain(bad).collect())
}

/// `n` good rules with bad ones among them, wherever.
fn scattered(n: usize, bad: &Value) -> Value {
    let mut rules = good(n);
    for i in 0..101.min(n) {
        rules[i * n / 101] = bad.clone();
    }
    fit(rules.into())
}

fn group_rules(n: usize, members: Value, name: impl Fn(usize) -> String) -> Value {
    json!({
        "groups": members,
        "pools": {"leads": {"rules": list(n, |i| json!({
            "id": format!("x{i}"), "when": {"field": "title", "eq": i.to_string()},
            "then": {"group": {"id": name(i)}},
        }))}},
    })
}

fn stage(name: String) -> Value {
    json!({"name": name, "object": "lead", "half": "m2l"})
}

kinds! {
    in_texts(n) Scorer: in_list("in", list(n, |i| format!("v{i}").into()));
    not_in_texts(n) Scorer: in_list("not_in", list(n, |i| format!("v{i}").into()));
    in_same_text(n) Scorer: in_list("in", list(n, |_| "v".into()));
    in_numbers(n) Scorer: in_list("in", list(n, |i| (i * 2).into()));
    not_in_numbers(n) Scorer: in_list("not_in", list(n, |i| (n - i).into()));
    in_fractions(n) Scorer: in_list("in", list(n, |i| (i as f64 + 0.5).into()));
    in_many_lists(n) Scorer: fit(list(60, |r| json!({
        "id": format!("r{r}"), "points": 1,
        "when": {"field": "title", "in": list(n / 60, |i| format!("v{}", i * (r + 1)).into())},
    })));
    in_many_number_lists(n) Scorer: fit(list(60, |r| json!({
        "id": format!("r{r}"), "points": 1,
        "when": {"field": "employee_count", "in": list(n / 60, |i| (i * (r + 1)).into())},
    })));
    regions(n) Scorer: fit(json!([{"id": "r", "points": 1, "when": {"field": "company.region", "in":
        list(n, |i| if i % 2 == 0 { "CN-GD".into() } else { "US-CA".into() })}}]));
    rules(n) Scorer: fit(good(n).into());
    rules_of_fields(n) Scorer: fit(list(n, |i| json!({
        "id": format!("r{i}"), "points": 1, "when": {"field": format!("attributes.a{i}"), "eq": i},
    })));
    any_of_many(n) Scorer: fit(json!([{"id": "r", "points": 1, "when": {"any":
        list(n, |i| json!({"field": "employee_count", "eq": i}))}}]));
    groups(n) Scorer: json!({"fit": {
        "rules": list(n, |i| json!({"id": format!("r{i}"), "group": format!("g{i}"), "points": 1})),
        "groups": list(n, |i| json!({"id": format!("g{i}"), "max": 5})),
    }});
    bands(n) Scorer: json!({"fit": {"groups": [{"id": "g", "max": 5}], "rules": list(n, |i| json!({
        "id": format!("r{i}"), "group": "g", "points": 1,
        "when": {"field": "employee_count", "between": [i * 10, i * 10 + 5]},
    }))}});
    unknown_groups(n) Scorer: json!({"fit": {
        "rules": list(n, |i| json!({"id": format!("r{i}"), "group": format!("gruop{i}"), "points": 1})),
        "groups": list(n, |i| json!({"id": format!("group{i}"), "max": 5})),
    }});
    kinds(n) Scorer: json!({"engagement": {"rules": list(n, |i| json!({
        "id": format!("r{i}"), "kind": format!("k{i}"), "points": 1,
    }))}});
    engagement_groups(n) Scorer: json!({"engagement": {
        "rules": list(n, |i| json!({"id": format!("r{i}"), "kind": "k", "group": format!("g{i}"), "points": 1})),
        "groups": list(n, |i| json!({"id": format!("g{i}"), "max": 5})),
    }});
    steps(n) Scorer: json!({"engagement": {"rules": [{"id": "r", "kind": "k", "points": 1, "decay": {"step":
        list(n, |i| json!({"after": format!("{}s", i + 1), "keep": 0.5}))}}]}});
    disqualifiers(n) Scorer: json!({"fit": {"disqualifiers": list(n, |i| json!({
        "id": format!("d{i}"), "when": {"field": "title", "eq": "x"},
    }))}});
    tests_of_kinds(n) Scorer: json!({
        "engagement": {"rules": list(n, |i| json!({"id": format!("r{i}"), "kind": format!("k{i}"), "points": 1}))},
        "tests": list(n, |i| json!({"events": [{"kind": format!("k {i}")}, {"kind": format!("kk{i}")}],
            "expect": {"lines": {format!("r{i}"): 1}}})),
    });
    tests_of_unknown_rules(n) Scorer: json!({
        "fit": {"rules": good(n)},
        "tests": list(n, |i| json!({"expect": {"lines": {format!("rr{i}"): 1}}})),
    });
    bad_last(n) Scorer: good_then(n, vec![json!({"id": {}, "points": 1}); 101]);
    bad_first(n) Scorer: fit(vec![json!({"id": {}, "points": 1}); 101].into_iter().chain(good(n)).collect());
    bad_scattered(n) Scorer: scattered(n, &json!({"id": "b", "points": 1, "when": {"field": "titel", "eq": 1}}));
    without_id_last(n) Scorer: good_then(n, vec![json!({"points": 1}); 101]);
    no_objects_last(n) Scorer: good_then(n, vec![json!("all"); 101]);
    bad_keys_last(n) Scorer: good_then(n, [object(100, |i| (format!("x{i}"), json!(1)))]);
    bad_after_others(n) Intake: json!({
        "dedup": {"rules": vec![json!({"id": 1.5}); 101]}, "assign": group_rules(n, json!({}), |_| "g".into()),
        "score": fit(good(n).into()),
    });
    bad_conditions(n) Scorer: fit(list(n, |i| json!({
        "id": format!("r{i}"), "points": 1, "when": {"all": [{"field": "title", "gt": 1}]},
    })));
    bad_in_list(n) Scorer: fit(json!([{"id": "r", "points": 1, "when": {"all":
        list(n, |_| json!({"field": "title", "eq": "x"})).as_array().unwrap().iter().cloned()
            .chain(vec![json!({"field": "title", "eq": 1}); 101]).collect::<Value>()}}]));
    unknown_keys_at_the_top(n) Intake: {
        let mut document = object(101, |i| (format!("x{i}"), json!(1)));
        document["score"] = fit(good(n).into());
        document
    };
    duplicate_ids(n) Scorer: fit(list(n, |_| json!({"id": "r", "points": 1})));
    copies(n) Assigner: group_rules(n, json!({"g": {"members": list(n, |i| json!({"rep": format!("r{i}")}))}}),
        |_| "g".into());
    bad_ref(n) Assigner: group_rules(n,
        object(n, |i| (format!("group_number_{i}"), json!({"members": [{"rep": "a"}]}))),
        |i| format!("grxup_number_{i}"));
    far_ref(n) Assigner: group_rules(n,
        object(n, |i| (format!("group_number_{i}"), json!({"members": [{"rep": "a"}]}))),
        |i| format!("{i}"));
    bad_groups(n) Assigner: json!({"groups": object(n, |i| (format!("g{i}"), match i % 100 {
        0 => json!({"members": [{"rep": {}}]}),
        _ => json!({"members": [{"rep": "a"}]}),
    }))});
    pools(n) Assigner: json!({"groups": {"g": {"members": [{"rep": "a"}]}}, "pools": object(n, |i| (
        format!("p{i}"), json!({"rules": [{"id": "r", "then": {"group": {"id": "g"}}}]}),
    ))});
    pools_that_send_on(n) Assigner: json!({"pools": object(n, |i| (
        format!("p{i}"), json!({"rules": [{"id": "r", "then": {"pool": format!("p{}", i + 1)}}]}),
    ))});
    reps(n) Assigner: json!({"pools": {"leads": {"rules": [
        {"id": "r", "then": {"reps": list(n, |i| format!("rep{i}").into())}},
    ]}}});
    skills(n) Assigner: json!({"pools": {"leads": {"rules": [
        {"id": "r", "skills": list(n, |i| format!("skill{i}").into()), "then": {"rep": "a"}},
    ]}}});
    phones(n) Blacklist: json!({"rules": [{"id": "r", "severity": "block", "check": {"list": {
        "phones": list(n, |i| format!("138{:08}", i).into())}}}]});
    emails(n) Blacklist: json!({"rules": [{"id": "r", "severity": "block", "check": {"list": {
        "emails": list(n, |i| format!("u{i}@example.com").into())}}}]});
    companies(n) Blacklist: json!({"rules": [{"id": "r", "severity": "block", "check": {"list": {
        "companies": list(n, |i| format!("{i}科技有限公司").into())}}}]});
    domains(n) Blacklist: json!({"rules": [{"id": "r", "severity": "block", "check": {"domain": {
        "domains": list(n, |i| format!("d{i}.example").into())}}}]});
    categories(n) Blacklist: json!({
        "rules": list(n, |i| json!({"id": format!("r{i}"), "category": format!("c{i}"), "severity": "block",
            "check": {"condition": {"field": "title", "eq": "x"}}})),
        "overrides": list(n, |i| json!({"allow": {"phone": "13800138000"}, "author": "a", "reason": "b",
            "categories": [format!("c{}", n - 1 - i)], "rules": [format!("r{i}"), format!("rr{i}")]})),
    });
    matching(n) Deduplicator: json!({"rules": list(n, |i| json!({
        "id": format!("r{i}"), "lead": "phone", "target": "lead_phone", "comparator": "exact", "action": "reenter",
    }))});
    stages(n) Pipeline: json!({
        "stages": list(n, |i| stage(format!("s{i}"))),
        "exits": list(n, |i| json!({"name": format!("e{i}"), "kind": "lost", "from": [format!("s{}", n - 1 - i)]})),
        "gates": [],
    });
    unknown_stages(n) Pipeline: json!({
        "stages": list(n, |i| stage(format!("stage{i}"))),
        "exits": list(n, |i| json!({"name": format!("e{i}"), "kind": "lost", "from": [format!("stgae{i}")]})),
        "gates": [],
    });
    approvals(n) Pipeline: json!({
        "stages": [stage("a".into())],
        "approvals": list(n, |i| format!("o{i}").into()),
        "gates": [{"id": "g", "version": 1, "into": "a", "effective_from": "2026-01-01T00:00:00Z",
            "approvals": list(n, |i| json!({"office": format!("o{i}"), "by": "x", "at": "2026-01-01T00:00:00Z"}))}],
    });
    merge_fields(n) Merger: json!({
        "fields": object(n, |i| (format!("attributes.f{i}"), json!("newest"))),
        "blocks": list(n, |i| json!({"name": format!("b{i}"), "fields": [format!("attributes.f{i}")]})),
    });
    merge_tests(n) Merger: json!({"survivor": vec!["newest"; n]});
    levels(n) Levels: json!({"levels": list(n, |i| json!({
        "name": format!("l{i}"), "criteria": [{"field": "title", "eq": "x"}],
    }))});
    unknown_members(n) Intake: object(n, |i| (format!("scroe{i}"), json!(1)));
    one_long_text(n) Scorer: fit(json!([{"id": "x".repeat(n * 10), "points": "y".repeat(n * 10)}]));
    long_path(n) Assigner: json!({"pools": {"x".repeat(n * 10): {"rules": list(n, |_| json!({}))}}});
}
