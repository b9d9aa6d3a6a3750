//! Rules documents as people write them: what the loader says of mistakes.

#![cfg(feature = "script")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::expect_file;
use leadkit::error::{Diagnostic, Level, RuleErrors};
use leadkit::model::Lead;
use leadkit::{Intake, Rules};
use serde_json::{Value, json};

/// What is said of a document: every finding, or that there is none.
fn said(result: Result<Vec<Diagnostic>, RuleErrors>) -> String {
    match result {
        Err(errors) => errors.to_string(),
        Ok(warnings) if warnings.is_empty() => "no finding".to_owned(),
        Ok(warnings) => warnings.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n"),
    }
}

fn load(document: Value) -> String {
    said(Rules::load(document).map(|rules| rules.lint()))
}

fn assign(rule: Value) -> Value {
    json!({"assign": {
        "groups": {"all": {"members": [{"rep": "ann"}]}},
        "pools": {"leads": {"rules": [rule]}},
    }})
}

fn fit(when: Value, points: Value) -> Value {
    json!({"score": {"fit": {"rules": [{"id": "ceo", "when": when, "points": points}]}}})
}

fn blacklist(check: Value) -> Value {
    json!({"blacklist": {"rules": [
        {"id": "again", "category": "suspicious", "severity": "flag", "check": check},
    ]}})
}

fn script(source: &str) -> Value {
    fit(json!({"script": source}), json!(100))
}

fn program(source: &str) -> Value {
    fit(json!({"all": []}), json!({"program": source}))
}

fn toml(text: &str) -> Value {
    ::toml::from_str(text).unwrap()
}

fn lead(lead: Value) -> String {
    let errors = Lead::from_json(lead).err();
    said(Ok(errors.iter().flatten().cloned().collect()))
}

#[test]
#[cfg_attr(feature = "chrono-tz", ignore = "with the database of zones, a zone by its name is no mistake")]
fn messages_say_the_fix() {
    let cases: Vec<(&str, String)> = vec![
        ("assign: a group by name alone", load(assign(json!({"id": "r", "then": {"group": "all"}})))),
        ("assign: a group as a text", load(assign(json!({"id": "r", "then": "group"})))),
        ("assign: several targets", load(assign(json!({"id": "r", "then": {"group": {"id": "all"}, "rep": "ann"}})))),
        ("assign: a target that is none", load(assign(json!({"id": "r", "then": {"team": "all"}})))),
        ("dedup: a window as text", load(json!({"dedup": {"rules": [
            {"id": "phone", "lead": "phone", "target": "lead.phone", "action": "collect", "window": "3 months"},
        ]}}))),
        ("blacklist: a window in words", load(blacklist(json!({"resubmission": {"by": ["phone"], "window": "3 months"}})))),
        ("blacklist: a window as a number", load(blacklist(json!({"resubmission": {"by": ["phone"], "window": 3}})))),
        ("condition: a span in words", load(fit(json!({"field": "created_at", "within": "3 months"}), json!(100)))),
        ("dedup: a zone by name", load(json!({"dedup": {"zone": "Asia/Shanghai"}}))),
        ("dedup: a zone in words", load(json!({"dedup": {"zone": "UTC+8"}}))),
        ("assign: a fixed zone by name", load(json!({"assign": {"pools": {"leads": {"zone": {"fixed": "Asia/Shanghai"}}}}}))),
        ("assign: an offset alone", load(json!({"assign": {"pools": {"leads": {"zone": "+08:00"}}}}))),
        ("toml: a date for a number", load(toml("[dedup]\ncrowded_key = 2026-03-01\n"))),
        ("toml: a date for an id", load(toml("pool = 2026-03-01\n"))),
        ("toml: a date for a whole number in a condition", load(toml("[[score.fit.rules]]\nid = \"big\"\npoints = 20\nwhen = { field = \"employee_count\", ge = 2026-03-01 }\n"))),
        ("toml: a local date-time for a time", load(toml("[[score.fit.rules]]\nid = \"new\"\npoints = 20\nwhen = { field = \"created_at\", ge = 2026-03-01T09:00:00 }\n"))),
        ("toml: a date read without the loader", ::toml::from_str::<leadkit::score::ScoreRules>("[[fit.rules]]\nid = \"new\"\npoints = 20\nwhen = { field = \"employee_count\", ge = 2026-03-01 }\n").unwrap_err().to_string()),
        ("script: a brace that is not closed", load(program("let points = 0;\nif employee_count > 500 {\n    points = 20;\npoints"))),
        ("script: a parenthesis that is not closed", load(script("known(title && employee_count > 500"))),
        ("script: nothing after an operator", load(script("known(title) &&"))),
        ("script: nothing after a comparison", load(script("employee_count >"))),
        ("script: nothing after an operator of a program", load(program("let n = 5;\nn + // the rest"))),
        ("script: a brace too many", load(program("if known(title) { 20 } } else { 0 }"))),
        ("script: a text in single quotes", load(script("title == 'CEO'"))),
        ("script: a letter in single quotes", load(script("title == 'C'"))),
        ("script: a text that is not closed", load(script("title == \"CEO"))),
        ("script: a text without quotes", load(script("title == CEO"))),
        ("script: a text without quotes on the left", load(script("CEO == title || city != 深圳"))),
        ("script: a list of texts without quotes", load(script("title in [CEO, CTO]"))),
        ("script: a misspelt field", load(script("known(titel)"))),
        ("script: an attribute with a dot", load(script("attributes.gmv > 1000000"))),
        ("script: an attribute compared with a name", load(script("attributes.plan == pro"))),
        ("script: attributes by index", load(script("attributes[\"gmv\"] > 1000000"))),
        ("script: a count with dots", load(script("activity.count.page_visit.7d > 3"))),
        ("script: several mistakes", load(script("titel == 'CEO' && lenn(name) > 3 && attributes.gmv > 5"))),
        ("script: a warning only", load(script("employee_count > 500"))),
        ("condition: an attribute with a dot", load(fit(json!({"field": "attributes.gmv", "gt": 1_000_000}), json!(100)))),
        ("condition: an attribute as a script has it", load(fit(json!({"field": "attr(\"gmv\")", "gt": 1_000_000}), json!(100)))),
        ("condition: an attribute without its prefix", load(fit(json!({"field": "gmv", "gt": 1_000_000}), json!(100)))),
        ("condition: an unknown field inside `any`", load(blacklist(json!({"condition": {"any": [{"field": "titel", "eq": "CEO"}]}})))),
        ("condition: an unknown field inside `not`", load(blacklist(json!({"condition": {"not": {"field": "titel", "eq": "CEO"}}})))),
        ("a section that is null", load(json!({"dedup": null, "score": {"fit": null}}))),
        ("lead: a date of toml", lead(json!({"id": "5", "created_at": {"$__toml_private_datetime": "2026-01-01T00:00:00Z"}}))),
        ("lead: a blank id", lead(json!({"id": " ", "created_at": "2026-03-01T09:00:00Z", "phones": ["13800138000"]}))),
        ("lead: an unknown field", lead(json!({"id": "1", "created_at": "2026-03-01T09:00:00Z", "phone": "13800138000"}))),
    ];
    let mut all = String::new();
    for (title, said) in cases {
        let _ = writeln!(all, "# {title}\n{said}\n");
    }
    expect_file!["snapshots/documents_messages.txt"].assert_eq(&all);
}

/// A value that JSON drops because its key comes again defines what others name all the same; and who is used to another
/// language is told what stands for it here.
#[test]
#[cfg(feature = "script")]
fn habits_of_other_languages_are_told_once() {
    use std::fmt::Write as _;
    let read = |text: &str| {
        Rules::from_json_str(text).map_or_else(|errors| errors.to_string(), |_| "fine".to_owned())
    };
    let group = r#"{"east": {"members": [{"rep": "ann"}]}}"#;
    let rule = r#"{"leads": {"rules": [{"id": "r", "then": {"group": {"id": "east"}}}]}}"#;
    let mut cases = vec![
        (
            "a group that stood under a key that comes again",
            read(&format!(r#"{{"assign": {{"groups": {group}}}, "assign": {{"pools": {rule}}}}}"#)),
        ),
        (
            "a list of groups that comes again",
            read(&format!(
                r#"{{"assign": {{"groups": {group}, "groups": {{"west": {{"members": []}}}}, "pools": {rule}}}}}"#
            )),
        ),
        (
            "a field that comes again",
            read(
                r#"{"score": {"fit": {"rules": [{"id": "a", "when": {"field": "employee_count", "field": "title", "ge": 10}, "points": 5}]}}}"#,
            ),
        ),
        (
            "groups beside `assign` and not in it",
            load(json!({
                "groups": {"east": {"members": [{"rep": "ann"}]}},
                "assign": {"pools": {"leads": {"rules": [{"id": "r", "then": {"group": {"id": "east"}}}]}}},
            })),
        ),
        ("points in quotes", load(fit(json!({"field": "title", "eq": "CEO"}), json!("20")))),
        ("a condition in words", load(fit(json!("title == 1"), json!(20)))),
        ("more than fits", load(json!({"dedup": {"crowded_key": 4_294_967_296u64}}))),
        (
            "points of a group that is not there",
            load(json!({"score": {"fit": {
                "groups": [{"id": "size"}],
                "rules": [{"id": "a", "points": 70, "group": "sizes"}, {"id": "b", "points": 30}],
            }}})),
        ),
        (
            "weights below zero",
            load(json!({"score": {"maturity": {"weighted": {"engagement": -1, "fit": -1, "mark": 60}}}})),
        ),
        (
            "the lead of a test",
            load(json!({"score": {"tests": [{
                "lead": {"phone": "138", "titel": "x", "employee_count": "many"},
                "expect": {"fit": 1},
            }]}})),
        ),
    ];
    for when in ["and", "or", "none", "op", "==", "gte", "regex", "frobs"] {
        let when = json!({when: [{"field": "title", "eq": "CEO"}]});
        cases.push(("a condition of another language", load(fit(when, json!(20)))));
    }
    for source in [
        "known（title）",
        "title == “CEO”",
        "not known(title)",
        "title === \"CEO\"",
        "title !== \"CEO\"",
        "title != null",
        "title == None",
        "True",
        "known(title) ? true : false",
        "known(title) and known(name)",
        "title ≥ 3",
        "known",
        "or(title, \"\") == \"\" ?? true",
    ] {
        cases.push(("a script of another language", format!("{source}\n{}", load(script(source)))));
    }
    let mut all = String::new();
    for (title, said) in cases {
        let _ = writeln!(all, "# {title}\n{said}\n");
    }
    expect_file!["snapshots/documents_habits.txt"].assert_eq(&all);
}

/// A rules document with everything in it that an engine reads.
fn rich_assignment() -> Value {
    json!({
        "format": 1, "revision": "r1",
        "groups": {
            "west": {"members": [{"rep": "ann", "weight": 2}, {"rep": "bo"}], "strategy": "smooth_weighted"},
            "east": {"members": [{"rep": "cy"}]},
        },
        "pools": {"leads": {
            "zone": {"transitions": {"before": "-05:00", "changes": [["2026-03-08T07:00:00Z", "-04:00"]]}},
            "daily_assign_cap": 20, "daily_claim_cap": 5, "strategy": "fair_share", "match_territory": true,
            "serve_unknown_region": false, "match_industry": false, "previous_owners": {"last": 2},
            "rules": [
                {"id": "a", "when": {"field": "company.region", "in": ["CN-GD"]}, "then": {"rep": "ann"}, "skills": ["dental"]},
                {"id": "b", "when": {"field": "employee_count", "between": [10, 50]}, "then": {"reps": ["ann", "bo"]}, "pass": "first"},
                {"id": "c", "when": {"any": [{"field": "title", "eq": "CEO"}, {"not": {"field": "wechat", "exists": true}}]},
                 "then": {"reviewer": {"by": "dee", "suggest": "east"}}},
                {"id": "d", "when": {"script": "known(title)"}, "then": {"pool": "nurture"}},
                {"id": "e", "then": {"group": {"id": "west", "strategy": "least_loaded"}}},
            ],
        }},
    })
}

fn rich_scoring() -> Value {
    json!({
        "format": 1, "revision": "r1",
        "engagement": {
            "rules": [
                {"id": "visit", "kind": "page_visit", "points": 40, "event_cap": 40, "cap": 90, "group": "web",
                 "when": {"field": "activity.page", "contains": "price"},
                 "frequency": {"most": 3, "within": "1d"}, "dedup_by": "activity.page",
                 "burst": {"at_least": 3, "within": "1h"}, "window": "90d",
                 "decay": {"step": [{"after": "30d", "keep": 0.5}]}},
                {"id": "form", "kind": "form_submit", "points": {"script": "40.0"}, "decay": {"half_life": "30d"}},
                {"id": "manual", "kind": "manual_adjustment", "points": {"column": "points"}},
            ],
            "groups": [{"id": "web", "min": -10, "max": 90}],
            "levels": {"level_1": 80, "level_2": 60, "level_3": 40},
        },
        "fit": {
            "rules": [
                {"id": "big", "when": {"field": "employee_count", "ge": 500}, "points": 60, "group": "size"},
                {"id": "size", "points": {"per": {"field": "employee_count", "unit": 100.0, "points": 1}}},
                {"id": "full", "points": {"program": "let x = 5; x"}},
            ],
            "groups": [{"id": "size", "max": 90}],
            "grades": {"a": 80, "b": 60, "c": 40},
            "disqualifiers": [{"id": "student", "when": {"field": "title", "matches": "学生"}}],
        },
        "matrix": {"A1": {"key": "call", "text": "call them"}},
        "maturity": {"weighted": {"engagement": 0.4, "fit": 0.6, "mark": 67.5}},
        "on_fault": "skip",
        "tests": [{
            "name": "big", "as_of": "2026-01-01T00:00:00Z",
            "lead": {"employee_count": 800, "phones": ["13800138000"], "attributes": {"gmv": 5}},
            "events": [{"kind": "page_visit", "ago": "3d", "times": 4, "page": "price"}],
            "expect": {"fit": 65, "cell": "B3", "lines": {"big": 60}},
        }],
    })
}

fn rich_blacklist() -> Value {
    let rule = |id: &str, severity: &str, check: Value| json!({"id": id, "category": "c", "severity": severity, "check": check});
    json!({
        "rules": [
            rule("list", "block", json!({"list": {"phones": ["13800138000"], "emails": ["a@b.cn"], "wechats": ["abcdefg"], "companies": ["坏公司"], "ips": ["10.0.0.7"]}})),
            rule("domain", "block", json!({"domain": {"domains": ["spam.cn"], "except_public": false}})),
            rule("phone", "flag", json!({"phone_format": {"allow_not_assigned": true}})),
            rule("again", "flag", json!({"resubmission": {"window": "24h", "by": ["phone"]}})),
            rule("burst", "flag", json!({"burst": {"by": "ip", "count": 5, "window": "10m", "announced": ["c1"]}})),
            rule("who", "pass", json!({"condition": {"all": [{"field": "created_at", "lt": "2026-01-01"}]}})),
        ],
        "overrides": [{"allow": {"phone": "13800138000"}, "rules": ["list"], "categories": ["c"], "expires": "2027-01-01T00:00:00Z", "author": "ann", "reason": "a test"}],
        "no_usable_contact": "block", "stop_at_first_block": false,
    })
}

fn rich_dedup() -> Value {
    json!({
        "rules": [
            {"id": "phone", "when": {"field": "country", "eq": "CN"}, "lead": "phone", "target": "lead.phone", "comparator": "folded",
             "window": {"months": 3}, "action": "reenter", "labels": ["reward"]},
            {"id": "company", "lead": "company", "target": "account.company", "comparator": {"company": {"threshold": 0.85}},
             "action": {"custom": {"script": "if match_owner == \"desk\" { \"ask\" } else { \"convert\" }", "codes": ["ask"]}}},
        ],
        "update": ["city"], "decisive": ["company"], "crowded_key": 20, "zone": {"fixed": "+08:00"}, "hold_tag_only": false,
    })
}

fn rich_merging() -> Value {
    json!({
        "survivor": ["has_owner", "oldest"], "default": "non_empty",
        "fields": {"city": {"source_priority": ["crm", "form"]}, "attributes.spend": "sum"},
        "blocks": [{"name": "place", "fields": ["province", "region"], "rule": "newest"}],
        "names_become_aliases": true, "recency": "created_at", "source": ["source.primary"],
    })
}

fn rich_pipeline() -> Value {
    let mut rules = serde_json::to_value(leadkit::pipeline::PipelineRules::default()).unwrap();
    rules["gates"][0]["approvals"] = json!([
        {"office": "operations", "by": "ann", "at": "2026-01-01T00:00:00Z"},
        {"office": "hr", "by": "bo", "at": "2026-01-02T00:00:00Z"},
    ]);
    rules
}

/// What is put in the place of every node of a document.
fn replacements() -> Vec<Value> {
    vec![
        json!(null),
        json!(7),
        json!(-1.5),
        json!("x y"),
        json!(""),
        json!(true),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({"x": 1}),
    ]
}

fn pointers(node: &Value, at: String, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match node {
        Value::Object(members) => {
            members.iter().for_each(|(key, inner)| pointers(inner, format!("{at}/{}", escaped(key)), found))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, inner)| pointers(inner, format!("{at}/{index}"), found)),
        _ => {}
    }
    found.push(at);
}

/// Whether a path of a finding leads to a node, or to a key that its object lacks.
fn exists(document: &Value, path: &str) -> bool {
    let mut paths = Vec::new();
    let mut left = vec![(String::new(), document)];
    while let Some((path, node)) = left.pop() {
        match node {
            Value::Object(members) => left.extend(members.iter().map(|(key, inner)| {
                let member = match (key.contains('.'), path.is_empty()) {
                    (true, _) => format!("{path}[\"{key}\"]"),
                    (false, true) => key.clone(),
                    (false, false) => format!("{path}.{key}"),
                };
                (member, inner)
            })),
            Value::Array(items) => left
                .extend(items.iter().enumerate().map(|(index, inner)| (format!("{path}[{index}]"), inner))),
            _ => {}
        }
        paths.push(path);
    }
    let parent = path.rfind(['.', '[']).map_or("", |at| &path[..at]);
    paths.iter().any(|known| known == path) || paths.iter().any(|known| known == parent)
}

/// Words of programmers that a message must not show outside of back-ticks.
const MECHANICS: &[&str] = &[
    "visitor",
    "untagged",
    "variant",
    "struct",
    "sequence",
    "map",
    "tuple",
    "newtype",
    "boolean",
    "integer",
    "floating",
    "u8",
    "u16",
    "u32",
    "u64",
    "i64",
    "f64",
    "usize",
    "enum",
    "string",
    "deserialize",
    "rfc",
    "option",
];

/// What is wrong with a finding, if anything.
fn unreadable(finding: &Diagnostic, document: &Value) -> Option<String> {
    let help = finding.help.as_deref().unwrap_or_default();
    let said = format!("{} {help}", finding.message);
    let plain: String = said.split('`').step_by(2).collect::<Vec<_>>().join(" ").to_lowercase();
    let mut words = plain.split(|c: char| !c.is_alphanumeric());
    if help.is_empty() || finding.message.is_empty() {
        Some("no help".to_owned())
    } else if said.contains("$__") || plain.contains("::") {
        Some("a name of ours".to_owned())
    } else if let Some(word) = words.find(|word| MECHANICS.contains(word)) {
        Some(format!("the word {word:?}"))
    } else {
        (!exists(document, &finding.path)).then(|| "no such path".to_owned())
    }
}

type Load = fn(Value) -> Result<Value, RuleErrors>;

fn loaded<T: serde::Serialize>(rules: Result<T, RuleErrors>) -> Result<Value, RuleErrors> {
    rules.map(|rules| serde_json::to_value(rules).unwrap())
}

/// What is only likely a mistake may follow from an error, and is not said beside one.
fn warned(errors: &RuleErrors) -> Option<String> {
    let warning = errors.iter().find(|finding| finding.level == Level::Warning)?;
    Some(format!("a warning among errors: {warning}"))
}

fn rich_follow_up() -> Value {
    serde_json::to_value(leadkit::follow_up::FollowUpRules::default()).unwrap()
}

fn rich_attribution() -> Value {
    json!({
        "format": 1, "revision": "r1",
        "models": [{"id": "first", "model": "first"}, {"id": "last", "model": "last"}],
        "journeys": {"ownership": {"method": "priority", "priority": ["sales", "partner"]}},
    })
}

#[test]
fn whatever_stands_in_the_wrong_place_is_reported_in_plain_words() {
    use leadkit::inquiry::{CodeRules, GradeRules, LevelRules};
    use leadkit::{assign::AssignRules, blacklist::BlacklistRules, dedup::DedupRules, merge::MergeRules};
    use leadkit::{pipeline::PipelineRules, score::ScoreRules};
    fn preset<T: serde::Serialize>(rules: T) -> Value {
        serde_json::to_value(rules).unwrap()
    }
    let cases: Vec<(&str, Value, Load)> = vec![
        ("rules", preset(Rules::default()), |v| loaded(Rules::load(v))),
        ("blacklist", rich_blacklist(), |v| loaded(BlacklistRules::load(v))),
        ("strict", preset(BlacklistRules::strict()), |v| loaded(BlacklistRules::load(v))),
        ("dedup", rich_dedup(), |v| loaded(DedupRules::load(v))),
        ("b2c", preset(DedupRules::b2c()), |v| loaded(DedupRules::load(v))),
        ("score", rich_scoring(), |v| loaded(ScoreRules::load(v))),
        ("assign", rich_assignment(), |v| loaded(AssignRules::load(v))),
        ("merge", rich_merging(), |v| loaded(MergeRules::load(v))),
        ("pipeline", rich_pipeline(), |v| loaded(PipelineRules::load(v))),
        ("levels", preset(LevelRules::tiers()), |v| loaded(LevelRules::load(v))),
        ("grades", preset(GradeRules::default()), |v| loaded(GradeRules::load(v))),
        ("codes", preset(CodeRules::default()), |v| loaded(CodeRules::load(v))),
        ("follow_up", rich_follow_up(), |v| loaded(leadkit::follow_up::FollowUpRules::load(v))),
        ("attribution", rich_attribution(), |v| loaded(leadkit::attribution::AttributionRules::load(v))),
    ];
    let mut faults: Vec<String> = Vec::new();
    for (name, document, load) in cases {
        if let Err(errors) = load(document.clone()) {
            panic!("{name}: {errors}");
        }
        let mut places = Vec::new();
        pointers(&document, String::new(), &mut places);
        // The third item of a list says nothing that the first two have not.
        let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
        places.retain(|place| {
            let shape: Vec<&str> =
                place.split('/').map(|step| if step.parse::<u32>().is_ok() { "#" } else { step }).collect();
            let seen = shapes.entry(shape.join("/")).or_default();
            *seen += 1;
            // Each engine has a document of its own: of all in one, only what joins them is looked at.
            *seen <= 2 && (name != "rules" || shape.len() <= 3)
        });
        for place in places {
            for replacement in replacements() {
                let mut changed = document.clone();
                *changed.pointer_mut(&place).unwrap() = replacement.clone();
                let context = format!("{name}{place} = {replacement}");
                let wrong = match load(changed.clone()) {
                    Ok(read) => lost(read.pointer(&place), &replacement),
                    // The default stands in for null, and is not in the document.
                    Err(_) if replacement.is_null() && place == "/fit/rules" => None,
                    Err(errors) => errors
                        .iter()
                        .find_map(|finding| unreadable(finding, &changed))
                        .or_else(|| warned(&errors))
                        .or_else(|| echo(&errors, &place, &replacement))
                        .map(|what| format!("{what}: {errors}")),
                };
                faults.extend(wrong.map(|what| format!("{context}: {what}")));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// Mistakes of one node each that are one finding each: the place, what to write there, and the finding.
type Mistake = (String, Value, (String, String));

fn single_mistakes(document: &Value, load: Load) -> Vec<Mistake> {
    let mut places = Vec::new();
    pointers(document, String::new(), &mut places);
    let mut found = Vec::new();
    for place in places {
        for replacement in replacements() {
            let mut changed = document.clone();
            *changed.pointer_mut(&place).unwrap() = replacement.clone();
            let Err(errors) = load(changed) else { continue };
            let errors: Vec<_> = errors.iter().filter(|one| one.level == Level::Error).collect();
            if let [only] = errors.as_slice() {
                found.push((place.clone(), replacement, (only.path.clone(), only.code.to_string())));
            }
        }
    }
    found
}

/// A path with a dot before each step.
fn flat(path: &str) -> String {
    path.replace("[\"", ".").replace("\"]", "").replace('[', ".").replace(']', "")
}

/// Whether a finding is rightly not reported beside another mistake.
fn follows((place, _, (path, code)): &Mistake, (by, ..): &Mistake) -> bool {
    let dotted = |place: &str| place.trim_start_matches('/').replace('/', ".");
    let flat = flat(path);
    // The other may define the name that is missed.
    let defines = match code.as_str() {
        "unknown_rule" => by.contains("/rules") || by.contains("/disqualifiers"),
        "unknown_category" => by.starts_with("/rules"),
        "unknown_stage" => by.starts_with("/stages"),
        "unknown_exit" => by.starts_with("/exits"),
        "unknown_group" => by.contains("/groups"),
        _ => false,
    };
    // Of a field that is none, no comparison can be wrong.
    let compares = ["wrong_comparison", "bad_value"].contains(&code.as_str())
        && by.ends_with("/field")
        && place.starts_with(by.trim_end_matches("field"));
    // What is missed is gone.
    defines || compares || format!("{flat}.").starts_with(&format!("{}.", dotted(by)))
}

#[test]
fn of_two_mistakes_neither_hides_the_other() {
    use leadkit::{assign::AssignRules, blacklist::BlacklistRules, dedup::DedupRules, merge::MergeRules};
    use leadkit::{pipeline::PipelineRules, score::ScoreRules};
    const PAIRS: usize = 600;
    let cases: Vec<(&str, Value, Load)> = vec![
        ("blacklist", rich_blacklist(), |v| loaded(BlacklistRules::load(v))),
        ("dedup", rich_dedup(), |v| loaded(DedupRules::load(v))),
        ("score", rich_scoring(), |v| loaded(ScoreRules::load(v))),
        ("assign", rich_assignment(), |v| loaded(AssignRules::load(v))),
        ("merge", rich_merging(), |v| loaded(MergeRules::load(v))),
        ("pipeline", rich_pipeline(), |v| loaded(PipelineRules::load(v))),
        ("follow_up", rich_follow_up(), |v| loaded(leadkit::follow_up::FollowUpRules::load(v))),
        ("attribution", rich_attribution(), |v| loaded(leadkit::attribution::AttributionRules::load(v))),
    ];
    let mut faults: Vec<String> = Vec::new();
    let mut random: usize = 7;
    for (name, document, load) in cases {
        let mistakes = single_mistakes(&document, load);
        let mut pick = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            &mistakes[(random >> 33) % mistakes.len()]
        };
        for _ in 0..PAIRS {
            let (one, other) = (pick(), pick());
            let apart = |(a, ..): &Mistake, (b, ..): &Mistake| a != b && !a.starts_with(&format!("{b}/"));
            if !apart(one, other) || !apart(other, one) {
                continue;
            }
            let mut changed = document.clone();
            for (place, replacement, _) in [one, other] {
                *changed.pointer_mut(place).unwrap() = replacement.clone();
            }
            let errors = load(changed).unwrap_err();
            for (missed, by) in [(one, other), (other, one)] {
                let (path, code) = &missed.2;
                let is_found = errors.iter().any(|found| found.path == *path && found.code == code.as_str());
                if !is_found && !follows(missed, by) {
                    faults.push(format!(
                        "{name}: {} = {} ({code} at {path}) is lost by {} = {}",
                        missed.0, missed.1, by.0, by.1
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// Whether what was written is silently something else: a list for an object, say, is its default.
fn lost(read: Option<&Value>, written: &Value) -> Option<String> {
    let kind = |value: &Value| match value {
        Value::Array(_) => "list",
        Value::Object(_) => "object",
        _ => "scalar",
    };
    // Left out where it is the default.
    let is_empty = match written {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        other => *other == json!("") || *other == json!(true),
    };
    match read {
        _ if written.is_null() => None,
        Some(read) => (kind(read) != kind(written)).then(|| format!("is read as {read}")),
        None => (!is_empty).then(|| "is not kept".to_owned()),
    }
}

/// A value of the wrong shape is one finding, not several.
fn echo(errors: &RuleErrors, place: &str, replacement: &Value) -> Option<String> {
    let dotted = place.trim_start_matches('/').replace('/', ".").replace("~1", "/");
    let shape = ["wrong_type", "unknown_value", "missing_key"];
    let is_shape = |one: &Diagnostic| shape.contains(&one.code.as_ref()) && flat(&one.path) == dotted;
    let found = errors.iter().filter(|one| one.level == Level::Error).count();
    let is_echoed = found > 1 && errors.iter().any(is_shape);
    (is_echoed && !replacement.is_object()).then(|| "an echo".to_owned())
}

#[test]
fn a_mistake_does_not_hide_others_around_it() {
    let rules = |document: Value| {
        Rules::load(document).err().map_or_else(Vec::new, |errors| errors.iter().cloned().collect())
    };
    let score = |document: Value| rules(json!({ "score": document }));
    let cases: Vec<(&str, Vec<Diagnostic>)> = vec![
        (
            "a faulty value",
            score(json!({"fit": {"rules": [
                {"id": "a", "points": "many", "when": {"script": "titel == 'CEO'"}, "group": "nope"},
            ]}})),
        ),
        (
            "an id given twice",
            score(json!({"fit": {"rules": [
                {"id": "a", "points": 1}, {"id": "a", "points": "many"},
            ]}})),
        ),
        (
            "an action without its value",
            rules(json!({"dedup": {"rules": [
                {"id": "c", "lead": "company", "target": "account.company", "comparator": {"company": {"threshold": 7}}, "action": "custom"},
            ]}})),
        ),
        ("two missing keys", score(json!({"engagement": {"rules": [{"points": 1}]}}))),
        (
            "two missing keys of a lead",
            Lead::from_json(json!({"phones": ["1"]})).unwrap_err().diagnostics().to_vec(),
        ),
        (
            "a misspelt key",
            score(json!({"fit": {"rules": [{"ID": "a", "points": {"script": "employe_count"}}]}})),
        ),
        (
            "the name of something else",
            rules(json!({
                "score": {"fit": {"rules": [{"id": "east", "points": "x"}]}},
                "assign": {"pools": {"leads": {"rules": [{"id": "b", "then": {"group": {"id": "east"}}}]}}},
            })),
        ),
        (
            "a rule without id in another engine",
            rules(json!({
                "dedup": {"rules": [{"lead": "phone", "target": "lead.phone", "action": "collect"}]},
                "blacklist": {"overrides": [
                    {"allow": {"phone": "13800138000"}, "rules": ["nosuch"], "categories": ["nocat"], "author": "a", "reason": "b"},
                ]},
            })),
        ),
        (
            "a misspelt list of groups",
            rules(json!({"assign": {
                "gruops": {"all": {"members": [{"rep": "ann"}]}},
                "pools": {"leads": {"rules": [{"id": "r", "then": {"group": {"id": "all"}}}]}},
            }})),
        ),
        (
            "a group that cannot be read",
            rules(json!({"assign": {
                "groups": {"all": 7},
                "pools": {"leads": {"rules": [
                    {"id": "r", "then": {"group": {"id": "all"}}}, {"id": "s", "then": {"group": {"id": "other"}}},
                ]}},
            }})),
        ),
    ];
    let mut all = String::new();
    for (title, found) in cases {
        let _ = writeln!(all, "# {title}");
        for one in found {
            let _ = writeln!(all, "{one}");
        }
        all.push('\n');
    }
    expect_file!["snapshots/documents_independent.txt"].assert_eq(&all);
}

const JSON_RULES: &str = r#"{
  "revision": "2026-03",
  "blacklist": {"rules": [
    {
      "id": "old_campaign",
      "category": "campaign",
      "severity": "flag",
      "check": {"condition": {"all": [
        {"field": "created_at", "between": ["2026-03-01T09:00:00+08:00", "2026-03-08T09:00:00+08:00"]},
        {"not": {"any": [
          {"field": "source.primary", "in": ["referral", "exhibition"]},
          {"field": "attributes.agreed_on", "exists": true}
        ]}}
      ]}}
    }
  ]},
  "score": {"fit": {"groups": [], "rules": [
    {"id": "new", "when": {"field": "created_at", "gt": "2026-03-01"}, "points": 100},
    {"id": "large", "points": {"program": "let points = 0;\nif or(employee_count, 0) > 500 {\n    points = 20;\n}\npoints\n"}}
  ]}},
  "assign": {
    "groups": {"west": {"members": [{"rep": "ann", "weight": 2}, {"rep": 7}]}},
    "pools": {"leads": {"zone": "+08:00", "rules": [{"id": "all", "then": {"group": {"id": "west"}}}]}}
  }
}"#;

const TOML_RULES: &str = r#"
revision = "2026-03"

[[blacklist.rules]]
id = "old_campaign"
category = "campaign"
severity = "flag"

[[blacklist.rules.check.condition.all]]
field = "created_at"
between = [2026-03-01T09:00:00+08:00, 2026-03-08T09:00:00+08:00]

[[blacklist.rules.check.condition.all]]
[[blacklist.rules.check.condition.all.not.any]]
field = "source.primary"
in = ["referral", "exhibition"]

[[blacklist.rules.check.condition.all.not.any]]
field = "attributes.agreed_on"
exists = true

[score.fit]
groups = []

[[score.fit.rules]]
id = "new"
when = { field = "created_at", gt = 2026-03-01 }
points = 100

[[score.fit.rules]]
id = "large"

[score.fit.rules.points]
program = '''
let points = 0;
if or(employee_count, 0) > 500 {
    points = 20;
}
points
'''

[assign.groups.west]
members = [{ rep = "ann", weight = 2 }, { rep = 7 }]

[assign.pools.leads]
zone = "+08:00"
rules = [{ id = "all", then.group.id = "west" }]
"#;

const YAML_RULES: &str = r#"
revision: 2026-03
blacklist:
  rules:
    - id: old_campaign
      category: campaign
      severity: flag
      check:
        condition:
          all:
            - field: created_at
              between: [2026-03-01T09:00:00+08:00, 2026-03-08T09:00:00+08:00]
            - not:
                any:
                  - {field: source.primary, in: [referral, exhibition]}
                  - {field: attributes.agreed_on, exists: true}
score:
  fit:
    groups: []
    rules:
      - id: new
        when: {field: created_at, gt: 2026-03-01}
        points: 100
      - id: large
        points:
          program: |
            let points = 0;
            if or(employee_count, 0) > 500 {
                points = 20;
            }
            points
assign:
  groups:
    west:
      members:
        - {rep: ann, weight: 2}
        - {rep: 7}
  pools:
    leads:
      zone: "+08:00"
      rules:
        - id: all
          then: {group: {id: west}}
"#;

#[test]
fn json_toml_and_yaml_load_to_equal_rules() {
    let json: Value = serde_json::from_str(JSON_RULES).unwrap();
    let yaml: Value = yaml_serde::from_str(YAML_RULES).unwrap();
    let rules = Rules::load(json.clone()).unwrap();
    let intake = Intake::load(json).unwrap();
    for (format, document) in [("toml", toml(TOML_RULES)), ("yaml", yaml)] {
        assert_eq!(Rules::load(document.clone()).unwrap(), rules, "{format}");
        assert_eq!(Intake::load(document).unwrap().version(), intake.version(), "{format}");
    }
    assert_eq!(Rules::from_json_str(JSON_RULES).unwrap(), rules);
}

#[test]
fn json_text_shows_every_mistake_with_line_and_column() {
    let found = [
        r#"{
  "revision": "2026-03",
  "blacklist": {
    "rules": [
      {
        "id": "free_mail",
        "category": "mail",
        "severity": "blok",
        "check": {"domain": {"domains": ["example.com"]}}
      },
      {
        "category": "test",
        "severity": "block",
        "check": {"fake": {}}
      }
    ]
  },
  "dedup": {
    "rules": [
      {
        "id": "phone",
        "lead": "phone",
        "target": "lead.phone",
        "action": "reenter",
        "window": "3 months"
      }
    ],
    "crowded_key": 0
  },
  "score": {
    "fit": {
      "groups": [],
      "rules": [
        {
          "id": "decider",
          "when": {
            "any": [
              {"field": "title", "in": ["CEO", "CTO"]},
              {"all": [
                {"field": "employee_count", "ge": 50},
                {"field": "employee_count", "le": "500"}
              ]}
            ]
          },
          "points": 40
        },
        {
          "id": "large",
          "points": {"program": "let points = 0;\nif employe_count > 500 {\n    points = 20;\n}\npoints"}
        },
        {
          "id": "local",
          "points": 20,
          "points": 10
        },
        {
          "id": "rich",
          "when": {"script": "known(name) &&\n  attributes.gmv > 1000000"},
          "points": 60
        }
      ]
    }
  },
  "assign": {
    "groups": {"west": {"members": [{"rep": "ann"}]}},
    "pools": {
      "leads": {
        "zone": "UTC+8",
        "rules": [
          {"id": "all", "then": {"group": {"id": "wset"}}},
          {"id": "all", "thn": {"rep": "ann"}}
        ]
      }
    }
  },
  "revision": "2026-04"
}
"#,
        "{\n  \"revision\": \"2026-03\",\n  \"dedup\": {\n    \"crowded_key\": 20,\n  }\n}\n",
        "{\n  // the rules of March\n  \"revision\": \"2026-03\"\n}\n",
        "{\n  \"score\": {\n    \"on_fault\": \"skip\"\n",
    ]
    .map(|text| Rules::from_json_str(text).unwrap_err().to_string());
    expect_file!["snapshots/documents_positions.txt"].assert_eq(&(found.join("\n\n") + "\n"));
}

#[test]
fn blank_and_repeated_ids_are_refused_alike_everywhere() {
    use leadkit::inquiry::{CodeRules, GradeRules, LevelRules};
    use leadkit::{assign::AssignRules, blacklist::BlacklistRules, dedup::DedupRules, merge::MergeRules};
    use leadkit::{attribution::AttributionRules, pipeline::PipelineRules, score::ScoreRules};
    fn preset<T: serde::Serialize>(rules: T) -> Value {
        serde_json::to_value(rules).unwrap()
    }
    type Case = (&'static str, Value, &'static str, &'static str, Load);
    // The document, and two ids or names in it.
    let cases: Vec<Case> = vec![
        ("blacklist rule", rich_blacklist(), "/rules/0/id", "/rules/1/id", |v| {
            loaded(BlacklistRules::load(v))
        }),
        ("dedup rule", rich_dedup(), "/rules/0/id", "/rules/1/id", |v| loaded(DedupRules::load(v))),
        ("score rule", rich_scoring(), "/engagement/rules/0/id", "/fit/rules/1/id", |v| {
            loaded(ScoreRules::load(v))
        }),
        ("disqualifier", rich_scoring(), "/fit/rules/1/id", "/fit/disqualifiers/0/id", |v| {
            loaded(ScoreRules::load(v))
        }),
        ("assign rule", rich_assignment(), "/pools/leads/rules/0/id", "/pools/leads/rules/1/id", |v| {
            loaded(AssignRules::load(v))
        }),
        ("member", rich_assignment(), "/groups/west/members/0/rep", "/groups/west/members/1/rep", |v| {
            loaded(AssignRules::load(v))
        }),
        ("criterion", rich_pipeline(), "/gates/0/criteria/0/id", "/gates/1/criteria/0/id", |v| {
            loaded(PipelineRules::load(v))
        }),
        ("stage", rich_pipeline(), "/stages/4/name", "/stages/5/name", |v| loaded(PipelineRules::load(v))),
        ("exit", rich_pipeline(), "/stages/5/name", "/exits/0/name", |v| loaded(PipelineRules::load(v))),
        ("block", preset(MergeRules::default()), "/blocks/0/name", "/blocks/1/name", |v| {
            loaded(MergeRules::load(v))
        }),
        ("level", preset(LevelRules::default()), "/levels/0/name", "/levels/1/name", |v| {
            loaded(LevelRules::load(v))
        }),
        (
            "pipeline",
            json!({
                "models": [{"id": "last", "model": "last"}],
                "journeys": {"ownership": {"method": "priority", "priority": ["sales", "partner"]}},
            }),
            "/journeys/ownership/priority/0",
            "/journeys/ownership/priority/1",
            |v| loaded(AttributionRules::load(v)),
        ),
    ];
    let mut all = String::new();
    for (what, document, first, second, load) in cases {
        let blank = |mut document: Value| {
            *document.pointer_mut(second).unwrap() = json!("  ");
            document
        };
        let twice = |mut document: Value| {
            *document.pointer_mut(second).unwrap() = document.pointer(first).unwrap().clone();
            document
        };
        for changed in [blank(document.clone()), twice(document.clone())] {
            let errors = load(changed).unwrap_err();
            let found = errors
                .iter()
                .find(|one| one.code.starts_with("blank_") || one.code.starts_with("duplicate_"));
            let _ = writeln!(all, "{what}: {}", found.unwrap_or_else(|| panic!("{what}: {errors}")));
        }
    }
    // Keys of an object cannot stand twice, and a reference may.
    let members = json!({"members": [{"rep": "ann"}]});
    let visit = json!({"id": "visit", "kind": " ", "points": 10});
    let column = json!({"id": "size", "when": {"all": []}, "points": {"column": " "}});
    let once: Vec<(&str, Value, Load)> = vec![
        ("group", json!({"groups": {" ": members}}), |v| loaded(AssignRules::load(v))),
        ("pool", json!({"pools": {"": {"rules": []}}}), |v| loaded(AssignRules::load(v))),
        ("calendar", json!({" ": {"weekly": [{"days": "Mon-Fri", "hours": "09:00-18:00"}]}}), |v| {
            loaded(leadkit::calendar::Calendars::load(v))
        }),
        ("kind", json!({"engagement": {"rules": [visit]}}), |v| loaded(ScoreRules::load(v))),
        ("column", json!({"fit": {"rules": [column]}}), |v| loaded(ScoreRules::load(v))),
        (
            "allowed lead",
            json!({"overrides": [{"allow": {"lead": " "}, "author": "ann", "reason": "ours"}]}),
            |v| loaded(BlacklistRules::load(v)),
        ),
    ];
    for (what, document, load) in once {
        let errors = load(document).unwrap_err();
        let found = errors.iter().find(|one| one.code.starts_with("blank_"));
        let _ = writeln!(all, "{what}: {}", found.unwrap_or_else(|| panic!("{what}: {errors}")));
    }
    // The same for those that a roster is compiled with.
    let calendars = [(" ", leadkit::calendar::CalendarRules::office_hours(Default::default()))];
    let errors = leadkit::assign::Roster::compile(&[], &calendars.into_iter().collect()).unwrap_err();
    assert!(errors.iter().any(|one| one.code == "blank_id"), "{errors}");
    expect_file!["snapshots/documents_ids.txt"].assert_eq(&all);
    // A part of a code is listed, not defined.
    let mut codes = preset(CodeRules::default());
    codes["segments"][1] = codes["segments"][0].clone();
    let errors = CodeRules::load(codes).unwrap_err();
    assert!(errors.iter().any(|one| one.code == "duplicate_name"), "{errors}");
    let mut grades = preset(GradeRules::default());
    grades["grades"][1] = grades["grades"][0].clone();
    let errors = GradeRules::load(grades).unwrap_err();
    assert!(errors.iter().any(|one| one.message == "another grade has the name `S`"), "{errors}");
}

#[test]
fn a_re_entry_updates_only_what_describes_the_lead() {
    let kept = [
        "id",
        "created_at",
        "phones",
        "emails",
        "wechat",
        "status",
        "stage",
        "owner",
        "pool",
        "acquisition",
        "next_follow_up",
    ];
    for list in ["update", "decisive"] {
        for field in kept {
            let errors = Rules::load(json!({"dedup": {list: ["city", field]}})).unwrap_err();
            let [found] = errors.diagnostics() else { panic!("{errors}") };
            assert_eq!(
                (found.code.as_ref(), found.path.as_str()),
                ("kept_field", format!("dedup.{list}[1]").as_str())
            );
        }
        let rules = Rules::load(json!({"dedup": {list: ["city", "title", "city"]}})).unwrap();
        let warnings = rules.lint();
        assert!(
            warnings
                .iter()
                .any(|one| one.path == format!("dedup.{list}[2]") && one.code == "duplicate_field")
        );
    }
    assert!(Rules::load(json!({})).unwrap().dedup.lint().is_empty());
    // Where a lead came from stays with it, and lists only grow: `update` would never be applied to them.
    for field in ["ip", "source.primary", "utm.source", "first_utm.term", "products"] {
        let errors = Rules::load(json!({"dedup": {"update": ["city", field]}})).unwrap_err();
        assert_eq!(
            (errors.diagnostics().len(), errors.diagnostics()[0].path.as_str()),
            (1, "dedup.update[1]"),
            "{errors}"
        );
        assert!(Rules::load(json!({"dedup": {"decisive": [field], "scope": [field]}})).is_ok(), "{field}");
    }
    assert!(Rules::load(json!({"dedup": {"update": ["industry"]}})).is_ok());
}

#[test]
fn warnings_of_a_text_have_line_and_column() {
    let text =
        "{\"assign\": {\n  \"groups\": {\"none\": {\"members\": [{\"rep\": \"ann\", \"weight\": 0}]}}}}";
    let found = Rules::lint_json_str(text).unwrap();
    let without: Vec<Diagnostic> = Rules::from_json_str(text).unwrap().lint();
    assert!(!found.is_empty());
    assert!(found.iter().all(|one| one.level == Level::Warning && one.location.is_some()), "{found:#?}");
    assert_eq!(found.len(), without.len());
    let empty = found.iter().find(|one| one.path.starts_with("assign.groups.none")).unwrap();
    assert_eq!(empty.location.map(|at| at.line), Some(2), "{empty}");
    assert!(
        Rules::lint_json_str("{\"format\": 99}").unwrap_err().iter().all(|one| one.level == Level::Error)
    );
}

#[test]
fn a_skill_without_a_name_is_refused() {
    let found = load(assign(json!({"id": "r", "then": {"rep": "ann"}, "skills": ["dental", " "]})));
    assert!(
        found.contains("error[blank_name] at assign.pools.leads.rules[0].skills: the skill has no name"),
        "{found}"
    );
}

/// A rule, a pool or a rep without an id is none: its default is not built in its place.
#[test]
fn what_is_known_by_its_id_gives_one() {
    let codes = |found: &[Diagnostic]| {
        found.iter().map(|one| (one.code.clone(), one.path.clone())).collect::<Vec<_>>()
    };
    let missing = |path: &str| vec![("missing_key".into(), path.to_owned())];
    let rule = json!({"assign": {"pools": {"leads": {"rules": [{"then": "everybody"}]}}}});
    assert_eq!(codes(Rules::load(rule).unwrap_err().diagnostics()), missing("assign.pools.leads.rules[0]"));
    assert_eq!(codes(Rules::load(json!({"pools": [{}]})).unwrap_err().diagnostics()), missing("pools[0]"));
    assert_eq!(
        codes(leadkit::model::Rep::load_all(json!([{}])).unwrap_err().diagnostics()),
        missing("reps[0]")
    );
    // What may do without one still may.
    assert!(
        leadkit::model::load::<leadkit::model::Touch>(
            json!({"channel": "call", "time": "2026-03-02T02:00:00Z"})
        )
        .is_ok()
    );
}
