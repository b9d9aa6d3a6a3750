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
        "attr(\"tier\") > 5",
        "attr(\"tier\")==attr(\"seats\")",
        "if true && attr(\"seats\")!=\"30\" { 1 } else { 2 }",
        "if employee_count > 1 &&\n    or(title, 1) <= 5 && attr(\"tier\")>=or(title, 1) { 1 } else { 2 }",
        "if or(attr(\"none\"), industry) == \"软件\" { 1 } else { 2 }",
        "switch attr(\"tier\") { 1 => 5, 2..5 => 6, _ => 0 }",
        "if 5 in or(industry, 1) { 1 } else { 2 }",
        "if has(industry, 5.5) { 1 } else { 2 }",
        "if attr(\"seats\") in [\"30\", \"40\"] { 1 } else { 2 }",
        "date(attr(\"tier\"))",
        "(attr(\"tier\") - \"g\").len()",
        "len(or(title, 1)-or(attr(\"tier\"), 1))",
        "if attr(\"seats\") in [\"30\", \"40\"] { 1 } else { 2 }",
        "if \"30\" in [attr(\"seats\"), \"x\"] { 1 } else { 2 }",
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
        "or(title, 5) < 5",
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

/// One kind of value in a script, for every kind there is.
fn samples() -> Vec<(&'static str, Option<Value>)> {
    vec![
        ("missing", None),
        ("one", Some(Value::Integer(1))),
        ("half", Some(Value::Number(0.5))),
        ("nearly one", Some(Value::Number(1.0 - 1e-17))),
        ("b", Some(Value::from("b"))),
        ("a", Some(Value::from("a"))),
        ("软", Some(Value::from("软"))),
        ("true", Some(Value::Bool(true))),
        ("list", Some(Value::List(vec!["a".to_owned()]))),
    ]
}

/// Values whose kinds are only known at run time are compared as the language says; different kinds are a fault.
#[test]
fn values_of_one_kind_are_compared_and_others_are_a_fault() {
    let lead = Lead {
        attributes: samples()
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
        ..lead()
    };
    // `None` where they cannot be compared.
    let order = |a: &Value, b: &Value| match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Integer(a), Value::Number(b)) => (*a as f64).partial_cmp(b),
        (Value::Number(a), Value::Integer(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    };
    let mut compared = (0, 0);
    for (a, left) in samples() {
        for (b, right) in samples() {
            for sign in ["==", "!=", "<", ">", "<=", ">="] {
                let wanted = match (&left, &right) {
                    (None, None) => Some(sign == "=="),
                    (None, _) | (_, None) => Some(sign == "!="),
                    (Some(left), Some(right)) => order(left, right).map(|order| match sign {
                        "==" => order.is_eq(),
                        "!=" => order.is_ne(),
                        "<" => order.is_lt(),
                        ">" => order.is_gt(),
                        "<=" => order.is_le(),
                        _ => order.is_ge(),
                    }),
                };
                // As one expression, through variables, and inside of a function.
                for (kind, source) in [
                    ("script", format!("if attr(\"{a}\"){sign}attr(\"{b}\") {{ 1 }} else {{ 2 }}")),
                    (
                        "program",
                        format!(
                            "let x = attr(\"{a}\"); let y = attr(\"{b}\"); if x {sign} y {{ 1 }} else {{ 2 }}"
                        ),
                    ),
                    (
                        "program",
                        format!(
                            "fn f(x, y) {{ if x {sign} y {{ 1 }} else {{ 2 }} }} f(attr(\"{a}\"), attr(\"{b}\"))"
                        ),
                    ),
                ] {
                    let rules = json!({"fit": {"rules": [{"id": "r", "points": {kind: source}}], "disqualifiers": []}});
                    let score = super::score(&super::rules(rules), &lead, &[]);
                    let said = score.faults().first().map(|fault| fault.fault.message.clone());
                    match wanted {
                        Some(holds) => {
                            assert_eq!(
                                (said, score.fit()),
                                (None, Points::new(if holds { 1 } else { 2 })),
                                "{source}"
                            );
                            compared.0 += 1;
                        }
                        None => {
                            let said = said.unwrap_or_else(|| panic!("no fault: {source}"));
                            assert!(
                                said.ends_with(&format!("cannot be compared with `{sign}`")),
                                "{source}: {said}"
                            );
                            compared.1 += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(compared.0 > 500 && compared.1 > 500, "{compared:?}");
}

/// What is known to be of one kind is compared by the engine itself: the guards say the same.
#[test]
fn guarded_comparisons_say_what_plain_ones_say() {
    for (one, other) in [
        ("1", "2"),
        ("1", "1.0"),
        ("0.1 + 0.2", "0.3"),
        ("\"a\"", "\"b\""),
        ("'a'", "\"a\""),
        ("true", "false"),
        ("-5", "5"),
    ] {
        for sign in ["==", "!=", "<", ">", "<=", ">="] {
            for (a, b) in [(one, other), (other, one), (one, one)] {
                let plain = format!("if {a} {sign} {b} {{ 1 }} else {{ 2 }}");
                let guarded =
                    format!("if or(attr(\"no\"), {a}) {sign} or(attr(\"no\"), {b}) {{ 1 }} else {{ 2 }}");
                assert_eq!(points(&plain), points(&guarded), "{guarded}");
            }
        }
    }
}

#[test]
fn dates_are_compared_with_times() {
    for (condition, wanted) in [
        ("created_at > date(\"2020-01-01\")", true),
        ("created_at < date(\"2020-01-01T00:00:00+08:00\")", false),
        ("date(\"1970-01-02\") == 86400", true),
        ("date(\"1970-01-01T01:00:00Z\") == 3600", true),
        ("days_since(date(\"2020-01-01\")) > 365", true),
        ("known(date(attr(\"nothing\")))", false),
    ] {
        assert_eq!(holds(condition), wanted, "{condition}");
    }
}

/// What holds in every run is not asked: such scripts are as they were.
#[test]
fn switches_and_lists_take_the_values_they_name() {
    for (expression, wanted) in [
        ("switch attr(\"nothing\") { \"gold\" => 1, _ => 2 }", "2"),
        ("switch attr(\"seats\") { 1..10 => 1, 10..=30 => 2, _ => 3 }", "2"),
        ("switch employee_count { 100..200 if title == \"CEO\" => 1, _ => 3 }", "1"),
        ("switch true { true => 1, false => 2 }", "1"),
        ("if attr(\"tier\") in [text(1), \"gold\"] { 1 } else { 2 }", "1"),
        ("if attr(\"tier\") in [industry[0], \"gold\"] { 1 } else { 2 }", "1"),
        ("if attr(\"seats\") in [30.0] { 1 } else { 2 }", "1"),
        ("if attr(\"seats\") in [] { 1 } else { 2 }", "2"),
        ("if 2.5 in [1, 2.5] { 1 } else { 2 }", "1"),
    ] {
        assert_eq!(points(expression), wanted, "{expression}");
    }
}

/// The operations of a rule of activities, for a lead with so many.
fn shared(script: &str, count: usize) -> (Score, u64) {
    let rules = super::rules(json!({"engagement": {"rules": [
        {"id": "r", "kind": "visit", "when": {"script": script}, "points": 1, "cap": 40},
        {"id": "s", "kind": "visit", "points": {"script": format!("if {script} {{ 1 }} else {{ 0 }}")}},
        {"id": "t", "kind": "visit", "points": 2, "cap": 10},
    ]}}));
    let activities: Vec<Activity> = (0..count).map(|index| did(&index.to_string(), "visit", 1)).collect();
    let scorer = Scorer::compile(&rules).unwrap();
    let (lead, tables) = (lead(), HostTables::default());
    let context = FactContext { activities: &activities, ..FactContext::new(&tables, now()) };
    let facts = Facts::new(&lead, &context);
    (scorer.score(&facts), scorer.cost([facts]).operations())
}

/// However many activities a lead has, its scripts take no more than they may together.
#[test]
fn the_limits_hold_for_all_activities_of_a_lead() {
    let dear = format!("if {} {{ true }} else {{ true }}", ["activity_page == \"/no\""; 15].join(" || "));
    let mut most = 0;
    for count in [100, 1_000, 3_000] {
        let (score, operations) = shared(&dear, count);
        assert!(operations <= 100_002, "{count}: {operations}");
        most = most.max(operations);
        let faults: Vec<_> = score.faults().iter().map(|fault| fault.fault.message.as_str()).collect();
        let met = "the scripts take more than 100000 operations for the activities of this lead";
        let wanted: &[&str] = if count >= 1_000 { &[met, met] } else { &[] };
        assert!(count == 1_000 || faults == wanted, "{count}: {faults:?}");
        // Rules without scripts go on.
        assert!(
            score
                .lines_of(ScoreAxis::Engagement)
                .any(|line| line.rule.is_some_and(|rule| rule.as_str() == "t"))
        );
    }
    assert!(most > 60_000, "{most}");
    // Short scripts have room for many activities.
    let (score, operations) = shared("activity_page == \"/7\" && true", 4_000);
    assert_eq!((score.faults(), operations > 20_000), (&[][..], true), "{operations}");
}

/// Each script for itself, and each lead, begins anew.
#[test]
fn what_is_shared_ends_with_the_lead() {
    let rules = super::rules(json!({
        "engagement": {"rules": [{"id": "r", "kind": "visit", "points": {"script": "len(activity_page) * 0 + count(activity_page, 7)"}}]},
        "fit": {"rules": [{"id": "p", "points": {"program": "let n = 0; while n < 1000 { n += 1; } 5"}}]},
    }));
    let scorer = Scorer::compile(&rules).unwrap();
    let (lead, tables) = (lead(), HostTables::default());
    let activities: Vec<Activity> = (0..3_000).map(|index| did(&index.to_string(), "visit", 1)).collect();
    let context = FactContext { activities: &activities, ..FactContext::new(&tables, now()) };
    let mut session = scorer.session();
    for _ in 0..4 {
        let score = session.score(&Facts::new(&lead, &context));
        assert_eq!(score.faults(), []);
        assert_eq!(score.fit(), Points::new(5));
    }
}

/// The scripts of one document are bounded together, and that is said once.
#[test]
fn a_document_has_a_bound_for_all_its_scripts() {
    let long = format!("employee_count > 1 // {}", "x".repeat(16_000));
    let rules = |count: usize| -> Json {
        let rule = |index: usize| json!({"id": format!("r{index}"), "when": {"script": format!("{index} < {long}").replacen("employee_count > 1", "5", 1)}, "points": 1});
        json!({"engagement": {"rules": []}, "fit": {"rules": (0..count).map(rule).collect::<Vec<_>>(), "disqualifiers": []}})
    };
    assert!(ScoreRules::load(rules(60)).is_ok());
    let errors = ScoreRules::load(rules(100)).unwrap_err();
    let errors: Vec<String> = errors
        .iter()
        .filter(|found| found.level == Level::Error)
        .map(|found| format!("{} {}: {}", found.code, found.path, found.message))
        .collect();
    assert_eq!(
        errors,
        [
            "too_large fit.rules[65].when.script: the scripts of the document have more than 1048576 bytes together, each at least 64"
        ]
    );
}

#[test]
fn short_scripts_count_as_longer_ones() {
    let rule = |index: usize| json!({"id": format!("r{index}"), "when": {"script": "1>0"}, "points": 1});
    let rules: Vec<Json> = (0..16_500).map(rule).collect();
    let errors = ScoreRules::load(json!({"fit": {"rules": rules}})).unwrap_err();
    let first = errors.iter().find(|found| found.level == Level::Error).unwrap();
    assert_eq!((first.code.as_ref(), first.path.as_str()), ("too_large", "fit.rules[16384].when.script"));
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

/// Thousands of scripts in one document share what they may take, as those of activities do.
#[test]
fn the_limits_hold_for_all_rules_of_a_lead() {
    let score = |count: usize, script: &str| {
        let rule = |index: usize| json!({"id": format!("r{index}"), "points": {"program": script}});
        let rules = super::rules(json!({"fit": {"rules": (0..count).map(rule).collect::<Vec<_>>()}}));
        let scorer = Scorer::compile(&rules).unwrap();
        let (lead, tables) = (Lead { title: Some("é".repeat(2_000)), ..lead() }, HostTables::default());
        let facts = Facts::new(&lead, &FactContext::new(&tables, now()));
        let faults =
            scorer.score(&facts).faults().iter().map(|fault| fault.fault.message.clone()).collect::<Vec<_>>();
        (faults, scorer.cost([facts]).operations())
    };
    let (faults, operations) = score(400, "let n = 0; while n < 300 { n += 1; } 1");
    assert!(operations <= 200_002, "{operations}");
    assert_eq!(faults.last().unwrap(), "the scripts take more than 200000 operations for this lead");
    let (faults, _) = score(40, "loop { upper(title); }");
    assert!(
        faults.iter().any(|said| said == "the scripts read more than 10485760 bytes of text for this lead"),
        "{faults:?}"
    );
    // A team's own rules are far from it.
    assert_eq!(score(100, "let n = 0; for i in 0..50 { n += i; } n / 100").0, Vec::<String>::new());
}

/// As conditions read it: what is missing is in nothing.
#[test]
fn what_is_missing_is_in_nothing() {
    for (script, wanted) in [
        ("title in [\"CEO\"]", "0"),
        ("title !in [\"CEO\"]", "7"),
        ("employee_count in [5, 6]", "0"),
        ("employee_count in 1..9", "0"),
        ("\"a\" in title", "0"),
        ("attr(\"none\") in [true]", "0"),
        ("let flag = true; flag in [false, true]", "7"),
        ("let n = 5; n in 1..=5", "7"),
        ("let n = 5; n in 1..5", "0"),
    ] {
        let (before, last) = script.rsplit_once("; ").map_or(("", script), |(before, last)| (before, last));
        let program =
            format!("{before}{} if {last} {{ 7 }} else {{ 0 }}", if before.is_empty() { "" } else { ";" });
        let rules = super::rules(json!({"fit": {"rules": [{"id": "r", "points": {"program": program}}]}}));
        let (lead, tables) = (Lead { id: "L".into(), ..Lead::default() }, HostTables::default());
        let score =
            Scorer::compile(&rules).unwrap().score(&Facts::new(&lead, &FactContext::new(&tables, now())));
        assert_eq!((score.faults(), score.fit().to_string().as_str()), (&[][..], wanted), "{script}");
    }
}

/// The engine of scripts tells 2 from 2.0, and a text of one character from a character; who writes a rule does not.
#[test]
fn a_switch_knows_numbers_and_texts_however_they_are_written() {
    let points = |script: &str| {
        let rules = super::rules(json!({"fit": {"rules": [{"id": "r", "points": {"program": script}}]}}));
        let lead = Lead { title: Some("CEO".into()), employee_count: Some(5), ..lead() };
        let tables = HostTables::default();
        let score =
            Scorer::compile(&rules).unwrap().score(&Facts::new(&lead, &FactContext::new(&tables, now())));
        assert_eq!(score.faults(), [], "{script}");
        score.fit().to_string()
    };
    for script in [
        "switch round(2.4) { 2 => 7, _ => 1 }",
        "switch 4.0 / 2.0 { 2 => 7, _ => 1 }",
        "switch float(employee_count) { 1..9 => 7, _ => 1 }",
        "switch employee_count - 3 { 2.0 => 7, _ => 1 }",
        "switch title[0] { \"C\" => 7, _ => 1 }",
        "switch title[0..1] { 'C' => 7, _ => 1 }",
        "let c = title[1]; switch c { \"C\" | \"E\" => 7, _ => 1 }",
        "switch employee_count { 5 => 7, 2.5 => 3, _ => 1 }",
        "switch employee_count / 2.0 { 5 => 3, 2.5 => 7, _ => 1 }",
        "switch title { \"CEO\" => 7, 'C' => 3, _ => 1 }",
    ] {
        assert_eq!(points(script), "7", "{script}");
    }
}

/// From the fifth kind on the times of all kinds are read at once; what they say is the same.
#[test]
fn the_last_times_of_many_kinds_are_those_of_each() {
    let activities: Vec<Activity> = (1..=8)
        .flat_map(|kind| {
            [
                did(&format!("a{kind}"), &format!("k{kind}"), kind),
                did(&format!("b{kind}"), &format!("k{kind}"), 10 * kind),
            ]
        })
        .collect();
    let kinds: Vec<usize> = (1..=9).collect();
    let rules: Vec<Json> = kinds
        .iter()
        .map(|kind| {
            let script = format!(
                "if known(last(\"k{kind}\")) {{ round(days_since(last(\"k{kind}\"))) }} else {{ 7 }}"
            );
            json!({"id": format!("r{kind}"), "points": {"program": script}})
        })
        .collect();
    let score = super::score(&super::rules(json!({"fit": {"rules": rules}})), &lead(), &activities);
    assert_eq!(score.faults(), []);
    // The newest of each kind is as many days old as its number; nobody did the ninth.
    let sum: usize = (1..=8).sum::<usize>() + 7;
    assert_eq!(score.fit().to_string(), sum.to_string());
}
