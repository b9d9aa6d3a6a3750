//! Scripts in scoring rules: what they read, what they say when they are wrong, and that they change nothing else.

use chrono::TimeDelta;
use leadkit::error::Level;
use leadkit::model::{Activity, Lead, Points, Value};
use leadkit::rule::{FactContext, Facts, HostTables, Scope, ScriptKind, check_script};
use leadkit::score::{Score, ScoreAxis, ScoreRules, Scorer};
use serde_json::{Value as Json, json};

use super::now;
use crate::support::{json_data, snapshot};

fn lead() -> Lead {
    let attributes =
        [("tier", Value::from("gold")), ("等级", Value::Integer(3)), ("seats", Value::Integer(30))];
    Lead {
        id: "L1".into(),
        created_at: now() - TimeDelta::days(10),
        name: Some("王芳".into()),
        title: Some("CEO".into()),
        company: Some("深圳市星河软件有限公司".into()),
        employee_count: Some(120),
        industry: vec!["软件".into(), "企业服务".into()],
        attributes: attributes.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        ..Lead::default()
    }
}

fn did(id: &str, kind: &str, days_ago: i64) -> Activity {
    Activity { page: Some(format!("/{id}")), ..super::did(id, kind, days_ago) }
}

fn activities() -> Vec<Activity> {
    vec![did("1", "visit", 1), did("2", "visit", 6), did("3", "visit", 8), did("4", "form", 2)]
}

fn score(rules: Json) -> Score {
    super::score(&super::rules(rules), &lead(), &activities())
}

/// What an expression gives, or the fault.
fn points(expression: &str) -> String {
    let score = score(json!({"fit": {"rules": [{"id": "r", "points": {"script": expression}}]}}));
    match score.faults() {
        [] => {
            score.lines_of(ScoreAxis::Fit).map(|line| line.points.to_string()).collect::<Vec<_>>().join(" ")
        }
        faults => faults[0].fault.message.clone(),
    }
}

fn holds(expression: &str) -> bool {
    let score = score(json!({"fit": {"rules": [{"id": "r", "when": {"script": expression}, "points": 7}]}}));
    assert!(score.faults().is_empty(), "{expression}: {score}");
    score.fit() == Points::new(7)
}

#[test]
fn expressions_read_fields_columns_and_activities() {
    for (expression, wanted) in [
        ("employee_count / 10", "12"),
        ("employee_count * 0.5", "60"),
        ("if title == \"CEO\" { 20 } else { 5 }", "20"),
        ("switch attr(\"tier\") { \"gold\" => 30, \"silver\" => 20, _ => 0 }", "30"),
        ("attr(\"等级\") + attr( \"seats\" )", "33"),
        ("or(attr(\"nothing\"), 4)", "4"),
        ("attr(\"nothing\")", ""),
        ("count(\"visit\", 7)", "2"),
        ("count(\"visit\", 7) + count(\"visit\", 30) * 10", "32"),
        ("days_since(last(\"form\"))", "2"),
        ("days_since(created_at)", "10"),
        ("hours_since(last(\"visit\"))", "24"),
        ("or(days_since(last(\"nothing\")), 99)", "99"),
        ("len(company) + len(industry)", "13"),
        ("min(max(employee_count, 5), 20.5)", "20.5"),
        ("clamp(employee_count, 0, 50)", "50"),
        ("round(sqrt(employee_count) * 10) / 10", "11"),
        ("pow(2, 5) + floor(1.9) + ceil(1.1) + abs(-3)", "38"),
        ("exp(0) + ln(1) + log10(100)", "3"),
        ("int(\"12\") + int(2.9) + float(\"0.5\")", "14.5"),
        ("int(true)", "1"),
        ("if region == \"CN-GD-440300\" { 1 } else { 0 }", "1"),
        ("/* why */ 5 // because", "5"),
    ] {
        assert_eq!(points(expression), wanted, "{expression}");
    }
}

#[test]
fn conditions_hold_or_not() {
    for (expression, wanted) in [
        ("employee_count > 100 && title != \"CFO\"", true),
        ("has(industry, \"软件\")", true),
        ("industry.has(\"硬件\")", false),
        ("\"软件\" in industry", true),
        ("industry[0] == \"软件\"", true),
        (
            "contains(company, \"星河\") && starts_with(company, \"深圳\") && ends_with(company, \"公司\")",
            true,
        ),
        ("lower(title) == \"ceo\" && upper(\"x\") == \"X\" && trim(\" a \") == \"a\"", true),
        ("known(wechat)", false),
        ("wechat == ()", true),
        ("contains(wechat, \"x\")", false),
        ("starts_with(wechat, \"x\")", false),
        ("or(wechat, \"none\") == \"none\"", true),
        ("attr(\"vip\")", false),
        ("known(message) && len(message) > 5", false),
        ("text(employee_count) + \"!\" == \"120!\"", true),
    ] {
        assert_eq!(holds(expression), wanted, "{expression}");
    }
}

#[test]
fn rules_about_activities_read_them_one_by_one() {
    let score = score(json!({"engagement": {"rules": [
        {"id": "fresh", "kind": "visit", "when": {"script": "activity_page in [\"/1\", \"/3\"]"}, "points": 10},
        {"id": "size", "kind": "visit", "points": {"script": "if activity_page == \"/2\" { employee_count / 10 } else { 1 }"}},
        {"id": "age", "kind": "form", "points": {"script": "20 - days_since(activity_time)"}},
    ]}}));
    let lines: Vec<(String, String, u32)> = score
        .lines_of(ScoreAxis::Engagement)
        .map(|l| (l.rule.unwrap().to_string(), l.points.to_string(), l.count))
        .collect();
    assert_eq!(
        lines,
        [("fresh".into(), "20".into(), 2), ("size".into(), "14".into(), 3), ("age".into(), "18".into(), 1)]
    );
    assert!(score.faults().is_empty(), "{score}");
}

#[test]
fn full_scripts_explain_their_points() {
    let program = r#"
        let total = 0;
        for kind in ["visit", "form", "call"] {
            let times = count(kind, 30);
            if times > 0 {
                reason(times * 2, text(times) + " × " + kind);
                total += times * 2;
            }
        }
        if large(employee_count) { reason(10, "large"); total += 10; }
        let tier = "tier";
        if attr(tier) == "gold" { total += 1.5; }
        fn large(count) { count > 100 }
        total
    "#;
    let score = score(json!({"fit": {"rules": [{"id": "p", "points": {"program": program}}]}}));
    snapshot("score_scripts_reasons", &score);
    assert_eq!(score.fit(), score.lines_of(ScoreAxis::Fit).map(|line| line.points).sum());
}

#[test]
fn reasons_alone_are_enough() {
    let score = score(json!({"fit": {"rules": [
        {"id": "a", "points": {"program": "reason(5, \"five\"); reason(-2.5, \"less\");"}},
        {"id": "b", "points": {"program": "if known(wechat) { 50 }"}},
    ]}}));
    assert_eq!(score.fit(), Points::from_thousandths(2_500));
    assert_eq!(score.lines().len(), 2);
}

#[test]
fn one_script_cannot_change_what_the_next_reads() {
    let rules = json!({"fit": {"rules": [
        {"id": "a", "points": {"program": "let x = 5; x += employee_count; 1"}},
        {"id": "b", "points": {"script": "employee_count / 10"}},
        {"id": "c", "points": {"program": "let x = 7; x"}},
    ]}});
    assert_eq!(score(rules).fit(), Points::new(20));
}

#[test]
fn a_session_gives_what_scoring_alone_gives() {
    let rules = ScoreRules::load(json!({
        "engagement": {"rules": [{"id": "v", "kind": "visit", "points": {"script": "if activity_page == \"/1\" { 9 } else { 2 }"}}]},
        "fit": {"rules": [
            {"id": "a", "when": {"script": "or(employee_count, 0) > 50"}, "points": {"script": "or(attr(\"seats\"), 1)"}},
            {"id": "b", "points": {"program": "reason(count(\"visit\", 7), \"visits\"); 9"}},
        ]},
    }))
    .unwrap();
    let scorer = Scorer::compile(&rules).unwrap();
    let tables = HostTables::default();
    let context = FactContext::new(&tables, now());
    let mut session = scorer.session();
    for count in [None, Some(10), Some(500), Some(10)] {
        let lead = Lead { employee_count: count, ..lead() };
        let activities = if count == Some(10) { Vec::new() } else { activities() };
        let facts = Facts::new(&lead, &FactContext { activities: &activities, ..context });
        assert_eq!(session.score(&facts), scorer.score(&facts));
    }
}

#[test]
fn scripts_that_fail_give_nothing_and_say_where() {
    let cases = [
        "employee_count / 0",
        "9223372036854775807 + employee_count",
        "title * 2",
        "len(employee_count)",
        "industry[9]",
        "ln(0)",
        "int(1e300)",
        "pow(10, 400)",
        "1e308 * 10.0 * employee_count",
        "title",
        "true",
        "1e12",
        "employee_count +\n   title + wechat",
        "title.lower().len() + wechat.lower()",
        "clamp(5, 9, 1)",
    ];
    let mut said = String::new();
    for source in cases {
        let score = score(
            json!({"fit": {"rules": [{"id": "r", "points": {"script": source}}, {"id": "s", "points": 5}]}}),
        );
        assert_eq!(score.fit(), Points::new(5), "{source}");
        assert_eq!(score.faults().len(), 1, "{source}");
        said.push_str(&format!("{}\n", score.faults()[0]));
    }
    snapshot("score_scripts_faults", said);
}

#[test]
fn the_policy_decides_what_a_fault_means() {
    let rules = |policy: &str| {
        json!({"on_fault": policy, "maturity": {"weighted": {"mark": 1}},
               "fit": {"rules": [{"id": "r", "points": {"script": "employee_count / 0"}}, {"id": "s", "points": 90}]}})
    };
    let (skipped, failed) = (score(rules("skip")), score(rules("fail")));
    assert!(skipped.is_mature() && !skipped.is_failed());
    assert!(!failed.is_mature() && failed.is_failed());
    assert_eq!((skipped.fit(), failed.fit()), (Points::new(90), Points::new(90)));
}

#[test]
fn every_mistake_of_a_script_is_told_with_line_and_caret() {
    let cases: Vec<(String, String)> = json_data("score_scripts_refused.json");
    let mut said = String::new();
    for (kind, source) in cases {
        let kind = match kind.as_str() {
            "condition" => ScriptKind::Condition,
            "points" => ScriptKind::Points,
            _ => ScriptKind::Program,
        };
        let found = check_script(&source, kind, Scope::Score);
        assert!(!found.is_empty(), "{source}");
        said.push_str(&format!("=== {}\n", source.replace('\0', "\\0")));
        found.iter().for_each(|diagnostic| said.push_str(&format!("{diagnostic}\n")));
    }
    snapshot("score_scripts_mistakes", said);
}

/// What the checks say of a missing value is what happens: false without a word, or a fault.
#[test]
fn comparisons_of_missing_values_do_what_is_told() {
    for (value, fails) in [
        ("attr(\"n\")", false),
        ("abs(attr(\"n\"))", false),
        ("days_since(last(\"x\"))", false),
        ("attr(\"n\").round()", false),
        ("min(attr(\"n\"), 5)", true),
        ("max(5, attr(\"n\"))", true),
        ("clamp(attr(\"n\"), 1, 5)", true),
        ("sqrt(attr(\"n\"))", true),
        ("exp(attr(\"n\"))", true),
        ("ln(attr(\"n\"))", true),
        ("log10(attr(\"n\"))", true),
        ("pow(attr(\"n\"), 2)", true),
    ] {
        for source in [format!("{value} > -99"), format!("-99 < ({value})"), format!("{value} <= 99")] {
            let found = check_script(&source, ScriptKind::Condition, Scope::Score);
            let codes: Vec<&str> = found.iter().map(|found| found.code.as_ref()).collect();
            assert_eq!(codes, [if fails { "missing_fails" } else { "missing_is_false" }], "{source}");
            let when = json!({"script": source});
            let score = score(json!({"fit": {"rules": [{"id": "r", "when": when, "points": 80}]}}));
            assert_eq!(score.faults().len(), usize::from(fails), "{source}");
            assert_eq!(score.fit(), Points::ZERO, "{source}");
        }
    }
}

#[test]
fn a_rules_document_tells_where_its_scripts_are_wrong() {
    let errors = ScoreRules::load(json!({
        "engagement": {"rules": [{"id": "v", "kind": "visit", "points": {"script": "activity_pag == \"/\""}}]},
        "fit": {
            "rules": [
                {"id": "a", "when": {"all": [{"script": "employee_count >"}]}, "points": 5},
                {"id": "b", "points": {"program": "let total = 0;\ntotal += employee_cuont;\ntotal"}},
                {"id": "c", "points": {"custom": {"name": "lookalike"}}},
            ],
            "disqualifiers": [{"id": "d", "when": {"script": "score_fit < 5"}}],
        },
    }))
    .unwrap_err();
    snapshot("score_scripts_in_a_document", errors);
}

/// Rules with scripts that follow one another are run together: that must not be seen.
#[test]
fn scripts_run_together_say_what_each_says_alone() {
    let scripts = [
        "employee_count >= 50",
        "title == \"CEO\" // the head",
        "employee_count > 50 && (title == \"CEO\" || known(wechat))",
        "wechat",
        "employee_count",
        "employee_count / (employee_count - 120) > 1",
        "\"软件\" in industry",
        "attr(\"tier\") == \"gold\"",
        "days_since(created_at) > 5",
        "if employee_count > 100 { true } else { false }",
        "title < 5",
    ];
    let rule = |index: usize| json!({"id": format!("r{index}"), "when": {"script": scripts[index]}, "points": index + 1});
    let tables = HostTables::default();
    let context = FactContext::new(&tables, now());
    let compile = |rules: Vec<Json>| {
        let document = json!({"engagement": {"rules": []}, "fit": {"rules": rules, "disqualifiers": []}});
        Scorer::compile(&ScoreRules::load(document).unwrap()).unwrap()
    };
    let alone: Vec<Scorer> = (0..scripts.len()).map(|index| compile(vec![rule(index)])).collect();
    let leads = [
        lead(),
        Lead { employee_count: None, ..lead() },
        Lead { employee_count: Some(121), title: None, ..lead() },
        Lead { industry: Vec::new(), wechat: Some("star_river".into()), ..lead() },
        Lead::default(),
    ];
    // With all of them, without those that fail, and each pair.
    let mut sets: Vec<Vec<usize>> =
        vec![(0..scripts.len()).collect(), vec![0, 1, 2, 6, 9], vec![9, 6, 2, 1, 0]];
    sets.extend(
        (0..scripts.len())
            .flat_map(|a| (0..scripts.len()).map(move |b| vec![a, b]))
            .filter(|set| set[0] != set[1]),
    );
    let mut faults = 0;
    for set in &sets {
        let together = compile(set.iter().map(|index| rule(*index)).collect());
        let mut session = together.session();
        for lead in &leads {
            let facts = Facts::new(lead, &context);
            let score = session.score(&facts);
            let each: Vec<Score> = set.iter().map(|index| alone[*index].score(&facts)).collect();
            let lines: Vec<_> = score.lines().collect();
            assert_eq!(lines, each.iter().flat_map(Score::lines).collect::<Vec<_>>(), "{set:?}");
            assert_eq!(score.faults(), each.iter().flat_map(|one| one.faults().to_vec()).collect::<Vec<_>>());
            faults += score.faults().len();
            // The costs are counted rule by rule.
            assert_eq!(together.cost([Facts::new(lead, &context)]).rules().count(), set.len());
        }
    }
    assert!(faults > 100, "some of them fail");
}

/// What a script says never reaches into the next one.
#[test]
fn open_comments_and_reserved_names_are_refused() {
    let refused = |source: &str, kind| {
        let found = check_script(source, kind, Scope::Score).into_iter();
        let errors = found.filter(|found| found.level == Level::Error);
        errors.map(|found| found.code.to_string()).collect::<Vec<_>>()
    };
    for source in
        ["employee_count > 5000 /* x", "employee_count > 100 /* && title == \"CTO\"", "true /* /* */"]
    {
        assert_eq!(refused(source, ScriptKind::Condition), ["open_comment"], "{source}");
    }
    assert!(refused("true /* a /* b */ c */", ScriptKind::Condition).is_empty());
    for source in
        ["let attr_0 = 5; attr_0 + attr(\"n\")", "let count_17 = count(\"v\", 7); count_17", "last_0"]
    {
        assert!(refused(source, ScriptKind::Program).contains(&"reserved_name".to_owned()), "{source}");
    }
    assert!(refused("let attr_x = 5; let count_ = 1; attr_x + count_", ScriptKind::Program).is_empty());
}

/// Scripts that are more than one batch may hold are run in several.
#[test]
fn many_long_scripts_are_batched_in_parts() {
    let long = format!("employee_count > 100 || {}", ["title == \"nobody in particular\""; 20].join(" || "));
    let rules: Vec<Json> = (0..100)
        .map(|index| json!({"id": format!("r{index}"), "when": {"script": long}, "points": 1}))
        .collect();
    let score = score(json!({"engagement": {"rules": []}, "fit": {"rules": rules}}));
    assert_eq!(score.faults(), []);
    let ids: Vec<String> = score.lines().filter_map(|line| line.rule).map(|id| id.to_string()).collect();
    assert_eq!(ids, (0..100).map(|index| format!("r{index}")).collect::<Vec<_>>());
}

/// Together they read more text than one run may; each alone does not.
#[test]
fn scripts_that_are_dear_together_are_run_alone() {
    let dear = format!("{} || employee_count > 5", ["contains(message, \"q\")"; 10].join(" || "));
    let rules: Vec<Json> = (0..40)
        .map(|index| json!({"id": format!("r{index}"), "when": {"script": dear}, "points": 1}))
        .collect();
    let rules = ScoreRules::load(json!({"engagement": {"rules": []}, "fit": {"rules": rules}})).unwrap();
    let lead = Lead { message: Some("x".repeat(4_096)), ..lead() };
    let score = super::score(&rules, &lead, &[]);
    assert_eq!(score.faults(), []);
    assert_eq!(score.fit(), Points::new(40));
}
