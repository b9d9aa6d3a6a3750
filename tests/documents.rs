//! Rules documents as people write them: what the loader says of mistakes.

use std::fmt::Write as _;

use expect_test::expect_file;
use leadkit::Rules;
use leadkit::error::{Diagnostic, RuleErrors};
use leadkit::model::Lead;
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
    said(Ok(Lead::from_json(lead).err().unwrap_or_default()))
}

#[test]
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
        ("assign: a fixed zone by name", load(json!({"assign": {"pools": {"leads": {"zone": {"fixed": "Asia/Shanghai"}}}}}))),
        ("assign: an offset alone", load(json!({"assign": {"pools": {"leads": {"zone": "+08:00"}}}}))),
        ("toml: a date for a number", load(toml("[dedup]\ncrowded_key = 2026-03-01\n"))),
        ("toml: a date for an id", load(toml("pool = 2026-03-01\n"))),
        ("toml: a date for a whole number in a condition", load(toml("[[score.fit.rules]]\nid = \"big\"\npoints = 20\nwhen = { field = \"employee_count\", ge = 2026-03-01 }\n"))),
        ("toml: a local date-time for a time", load(toml("[[score.fit.rules]]\nid = \"new\"\npoints = 20\nwhen = { field = \"created_at\", ge = 2026-03-01T09:00:00 }\n"))),
        ("toml: a date read without the loader", ::toml::from_str::<leadkit::score::ScoreRules>("[[fit.rules]]\nid = \"new\"\npoints = 20\nwhen = { field = \"employee_count\", ge = 2026-03-01 }\n").unwrap_err().to_string()),
        ("script: a brace that is not closed", load(program("let points = 0;\nif employee_count > 500 {\n    points = 20;\npoints"))),
        ("script: a parenthesis that is not closed", load(script("known(title && employee_count > 500"))),
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
        ("lead: a blank id", lead(json!({"id": " ", "created_at": "2026-03-01T09:00:00Z", "phones": ["13800138000"]}))),
        ("lead: an unknown field", lead(json!({"id": "1", "created_at": "2026-03-01T09:00:00Z", "phone": "13800138000"}))),
    ];
    let mut all = String::new();
    for (title, said) in cases {
        let _ = writeln!(all, "# {title}\n{said}\n");
    }
    expect_file!["snapshots/messages.txt"].assert_eq(&all);
}
