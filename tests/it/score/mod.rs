//! Scoring: worked cases, laws, and a slow second implementation of the engagement limits.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::model::{Activity, Lead, Points, Value};
use leadkit::score::{Award, Score, ScoreAxis, ScoreReason, ScoreRules, Scorer};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::oracle;
use crate::support::{assert_round_trip, at, json_data, snapshot, with_activities};

mod properties;
#[cfg(feature = "script")]
mod scripts;

fn now() -> DateTime<Utc> {
    at("2026-03-10T09:00:00Z")
}

fn rules(document: Json) -> ScoreRules {
    ScoreRules::load(document).unwrap_or_else(|errors| panic!("{errors}"))
}

fn score_at(rules: &ScoreRules, lead: &Lead, activities: &[Activity], as_of: DateTime<Utc>) -> Score {
    let scorer = Scorer::compile(rules).unwrap();
    with_activities(lead, activities, as_of, |facts| scorer.score(facts))
}

fn score(rules: &ScoreRules, lead: &Lead, activities: &[Activity]) -> Score {
    score_at(rules, lead, activities, now())
}

fn lead() -> Lead {
    Lead { id: "L1".into(), ..Lead::default() }
}

fn did(id: &str, kind: &str, days_ago: i64) -> Activity {
    Activity {
        id: id.into(),
        lead: "L1".into(),
        kind: kind.into(),
        time: now() - TimeDelta::days(days_ago),
        ..Activity::default()
    }
}

fn assert_lines_sum(score: &Score) {
    for (axis, total) in [(ScoreAxis::Engagement, score.engagement()), (ScoreAxis::Fit, score.fit())] {
        let sum: Points = score.lines_of(axis).map(|line| line.points).sum();
        assert_eq!(sum, total, "{axis}: {score}");
        assert!((Points::ZERO..=Points::HUNDRED).contains(&total), "{score}");
    }
}

#[test]
fn dynamic_85_and_static_67_3_is_b1() {
    let rules = rules(json!({
        "fit": {"rules": [{"id": "fit", "points": 67.3}]},
    }));
    let activities: Vec<Activity> = ["form_submit", "consult", "offline_event", "reply_mail", "page_visit"]
        .map(|kind| did(kind, kind, 1))
        .into();
    let score = score(&rules, &lead(), &activities);
    assert_eq!((score.engagement(), score.fit()), (Points::new(85), Points::from_thousandths(67_300)));
    assert_eq!((score.level().number(), score.grade().as_str()), (1, "B"));
    assert_eq!(score.cell().to_string(), "B1");
    assert!(score.is_mature());
    assert_eq!(score.advice().key, "score.advice.B1");
    assert_lines_sum(&score);
    snapshot("score_b1", &score);
}

#[test]
fn the_fifteen_activities_once_each_net_105() {
    let rules = ScoreRules::default();
    let activities: Vec<Activity> =
        rules.engagement.rules.iter().map(|rule| did(&rule.kind, &rule.kind, 1)).collect();
    assert_eq!(activities.len(), 15);
    let score = score(&rules, &lead(), &activities);
    let given = || score.lines().filter(|line| matches!(line.reason, ScoreReason::Activity { .. }));
    assert_eq!(given().map(|line| line.points).sum::<Points>(), Points::new(105));
    let positive = given().map(|line| line.points).filter(|points| *points > Points::ZERO);
    assert_eq!(positive.sum::<Points>(), Points::new(140));
    assert_eq!(score.engagement(), Points::HUNDRED);
    assert_lines_sum(&score);
}

#[test]
fn borders_belong_to_the_better_side() {
    for (points, level, grade) in [
        (json!(80), 1, "A"),
        (json!(79.999), 2, "B"),
        (json!(60), 2, "B"),
        (json!(59.999), 3, "C"),
        (json!(40), 3, "C"),
        (json!(39.999), 4, "D"),
        (json!(39.5), 4, "D"),
        (json!(-5), 4, "D"),
        (json!(1000), 1, "A"),
    ] {
        let rules = rules(json!({
            "engagement": {"rules": [{"id": "e", "kind": "visit", "points": points}]},
            "fit": {"rules": [{"id": "f", "points": points}]},
        }));
        let score = score(&rules, &lead(), &[did("1", "visit", 0)]);
        assert_eq!((score.level().number(), score.grade().as_str()), (level, grade), "{points}");
        assert_lines_sum(&score);
    }
}

#[test]
fn a_disqualified_lead_is_a_d_and_never_mature() {
    let rules = rules(json!({
        "fit": {
            "rules": [{"id": "f", "points": 90}],
            "disqualifiers": [
                {"id": "student", "when": {"field": "title", "contains": "学生"}, "reason": "students do not buy"},
                {"id": "never", "when": {"field": "title", "eq": "x"}},
            ],
        },
        "maturity": {"weighted": {"mark": 10}},
    }));
    let student = Lead { title: Some("大学生, 学生会".into()), ..lead() };
    let refused = score(&rules, &student, &[]);
    assert_eq!((refused.grade().as_str(), refused.fit(), refused.is_mature()), ("D", Points::new(90), false));
    assert_eq!(refused.disqualified()[0].to_string(), "disqualified by rule student: students do not buy");
    assert_eq!(refused.disqualified().len(), 1);
    assert!(score(&rules, &lead(), &[]).is_mature());
}

#[test]
fn points_beyond_what_sums_can_hold_are_refused() {
    let far = 9e15;
    let errors = ScoreRules::load(json!({
        "engagement": {
            "groups": [{"id": "g", "min": -far, "max": far}],
            "rules": [{"id": "e", "kind": "visit", "points": 1, "cap": far, "event_cap": far, "group": "g"}],
        },
        "fit": {"rules": [{"id": "f", "points": -far}]},
        "maturity": {"weighted": {"mark": far}},
    }))
    .unwrap_err();
    let said = errors.to_string();
    assert_eq!(said.matches("±1000000000").count(), 6, "{said}");
    let mut built = rules(json!({"fit": {"rules": [{"id": "f", "points": 1}]}}));
    built.fit.rules[0].points = Award::Fixed(Points::from_thousandths(i64::MIN));
    let said = Scorer::compile(&built).unwrap_err().to_string();
    assert!(said.contains("fit.rules[0].points") && said.contains("are outside"), "{said}");
}

#[test]
fn maturity_is_a_set_of_cells_or_a_weighted_sum() {
    let at = |engagement: f64, fit: f64, maturity: Json| {
        let rules = rules(json!({
            "engagement": {"rules": [{"id": "e", "kind": "visit", "points": engagement}]},
            "fit": {"rules": [{"id": "f", "points": fit}]},
            "maturity": maturity,
        }));
        score(&rules, &lead(), &[did("1", "visit", 0)]).is_mature()
    };
    let weighted = json!({"weighted": {}});
    assert!(at(60.0, 60.0, weighted.clone()));
    for below in [(59.998, 60.0), (59.999, 60.0), (60.0, 59.999), (59.999, 59.999)] {
        assert!(!at(below.0, below.1, weighted.clone()), "{below:?}");
    }
    assert!(at(59.999, 60.001, weighted.clone()));
    let uneven = |engagement: f64| json!({"weighted": {"engagement": engagement, "fit": 1.0 - engagement}});
    assert!(at(60.0, 60.0, uneven(0.3)) && at(60.0, 60.0, uneven(0.1)) && at(60.0, 60.0, uneven(0.7)));
    assert!(at(100.0, 40.0, weighted.clone()));
    assert!(!at(100.0, 39.999, weighted), "a D is never mature");
    let cells = json!({"cells": ["B1"]});
    assert!(at(85.0, 67.3, cells.clone()));
    assert!(!at(85.0, 90.0, cells));
}

#[test]
fn points_come_from_columns_and_units_too() {
    let rules = rules(json!({
        "engagement": {"rules": [
            {"id": "manual", "kind": "manual_adjustment", "points": {"column": "points"}},
            {"id": "video", "kind": "watch_live", "event_cap": 10,
             "points": {"per": {"field": "activity.duration", "unit": 60, "points": 1}}},
        ]},
        "fit": {"rules": [
            {"id": "seats", "points": {"per": {"field": "attributes.seats", "points": 0.5}}},
            {"id": "model", "points": {"column": "model_points"}},
        ]},
    }));
    let mut adjustment = did("1", "manual_adjustment", 0);
    adjustment.attributes.insert("points".into(), Value::Number(12.5));
    let watch = |id: &str, seconds| Activity { duration: Some(seconds), ..did(id, "watch_live", 0) };
    let mut scored = lead();
    scored.attributes.insert("seats".into(), Value::Integer(30));
    let score1 = score(&rules, &scored, &[adjustment.clone(), watch("2", 90), watch("3", 36_000)]);
    assert_eq!(score1.engagement().to_string(), "24");
    assert_eq!(score1.fit().to_string(), "15");
    assert!(score1.faults().is_empty());
    // No condition stands behind these points; what is calculated to be nothing is no line.
    let fit: Vec<String> = score1.lines_of(ScoreAxis::Fit).map(|line| line.to_string()).collect();
    assert_eq!(fit, ["+15 fit by rule seats: its points are calculated"]);
    let line = score1.lines_of(ScoreAxis::Fit).next().unwrap();
    assert_eq!((line.reason.clone(), line.reason.code()), (ScoreReason::Award, "award"));
    assert_round_trip(&score1);
    scored.attributes.insert("seats".into(), Value::Integer(0));
    assert_eq!(score(&rules, &scored, &[]).lines_of(ScoreAxis::Fit).count(), 0);

    adjustment.attributes.insert("points".into(), "many".into());
    scored.attributes.insert("seats".into(), "many".into());
    let score2 = score(&rules, &scored, &[adjustment]);
    let said: Vec<String> = score2.faults().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "rule manual failed: column `points` holds text instead of points",
            "rule seats failed: `attributes.seats` does not hold a number",
        ]
    );
    assert_eq!((score2.engagement(), score2.fit()), (Points::ZERO, Points::ZERO));
}

#[test]
fn counts_inside_conditions_speak_of_the_activities_scored() {
    let rules = rules(json!({
        "fit": {"rules": [
            {"id": "busy", "when": {"field": "activity.count.visit.7d", "eq": 2}, "points": 40},
            {"id": "fresh", "when": {"field": "activity.last", "within": "3d"}, "points": 5},
        ]},
    }));
    let activities = [
        did("1", "visit", 1),
        did("1", "visit", 1),
        did("2", "visit", 6),
        did("3", "visit", 8),
        Activity { lead: "L2".into(), ..did("4", "visit", 1) },
    ];
    assert_eq!(score(&rules, &lead(), &activities).fit(), Points::new(45));
    let later = now() + TimeDelta::days(3);
    assert_eq!(score_at(&rules, &lead(), &activities, later).fit(), Points::ZERO);
}

proptest! {
    /// Counting by bisection says what counting one by one says, at the borders too.
    #[test]
    fn counts_are_those_of_a_look_at_each(
        times in prop::collection::vec((0..3usize, -2..3i64, -1..2i64), 0..30),
        wanted in 0..4i64,
    ) {
        let kinds = ["visit", "form", "other"];
        let activities: Vec<Activity> = times
            .iter()
            .enumerate()
            .map(|(index, (kind, days, seconds))| Activity {
                time: now() - TimeDelta::days(7 * days) + TimeDelta::seconds(*seconds),
                ..did(&index.to_string(), kinds[*kind], 0)
            })
            .collect();
        let count = |kind: &str| {
            let within = |time: DateTime<Utc>| now() - TimeDelta::days(7) <= time && time <= now();
            activities.iter().filter(|one| one.kind == kind && within(one.time)).count() as i64
        };
        for kind in kinds {
            let rules = rules(json!({
                "engagement": {"rules": [{"id": "e", "kind": "visit", "points": 1,
                    "when": {"field": format!("activity.count.{kind}.7d"), "ge": wanted}}]},
                "fit": {"rules": [{"id": "f", "points": {"per":
                    {"field": format!("activity.count.{kind}.7d"), "points": 1}}}]},
            }));
            let score = score(&rules, &lead(), &activities);
            prop_assert_eq!(score.fit(), Points::new(count(kind)));
            let visits = activities.iter().filter(|one| one.kind == "visit").count() as i64;
            let given = if count(kind) >= wanted { visits } else { 0 };
            prop_assert_eq!(score.engagement(), Points::new(given));
        }
    }
}

#[test]
fn decay_halves_and_steps() {
    let rules = rules(json!({
        "engagement": {"rules": [
            {"id": "half", "kind": "a", "points": 40, "decay": {"half_life": "30d"}},
            {"id": "step", "kind": "b", "points": 10,
             "decay": {"step": [{"after": "7d", "keep": 0.5}, {"after": "30d", "keep": 0}]}},
        ]},
    }));
    let points = |activity: Activity| score(&rules, &lead(), &[activity]).engagement().to_string();
    for (kind, days_ago, wanted) in [
        ("a", 0, "40"),
        ("a", 30, "20"),
        ("a", 60, "10"),
        ("a", 15, "28.284"),
        ("a", -5, "40"),
        ("b", 6, "10"),
        ("b", 7, "5"),
        ("b", 30, "0"),
    ] {
        assert_eq!(points(did("1", kind, days_ago)), wanted, "{kind} {days_ago}");
    }
}

#[test]
fn mail_scanners_count_once() {
    let rules = ScoreRules::default();
    let click = |id: i64, seconds: i64| Activity {
        time: now() + TimeDelta::seconds(seconds),
        ..did(&id.to_string(), "article_click", 30)
    };
    let count = |seconds: &[i64]| {
        let clicks: Vec<Activity> = seconds.iter().zip(0..).map(|(at, id)| click(id, *at)).collect();
        score(&rules, &lead(), &clicks).lines().next().unwrap().count
    };
    assert_eq!(count(&[0, 1, 2]), 1);
    assert_eq!(count(&[0, 1, 3]), 1);
    assert_eq!(count(&[0, 1, 4]), 3);
    assert_eq!(count(&[0, 2, 3, 5, 6, 8]), 1, "bursts that share clicks are one");
    assert_eq!(count(&[0, 1, 2, 60, 61, 62]), 2);
    assert_eq!(count(&[0, 60]), 2);
}

#[test]
fn every_mistake_is_told_at_once_with_its_cure() {
    snapshot("score_mistakes", ScoreRules::load(json_data("score_mistakes.json")).unwrap_err());
}

#[test]
fn lint_warns_of_what_is_hardly_meant() {
    let rules = rules(json_data("score_lint.json"));
    let said: Vec<String> = rules.lint().iter().map(ToString::to_string).collect();
    snapshot("score_lint", said.join("\n"));
}

#[test]
fn bands_within_a_band_leave_no_gap() {
    let said = |bands: &[(i64, i64)]| {
        let band = |(index, (from, until)): (usize, &(i64, i64))| {
            let when = json!({"field": "employee_count", "between": [from, until]});
            json!({"id": index.to_string(), "when": when, "points": 80, "group": "size"})
        };
        let list: Vec<Json> = bands.iter().enumerate().map(band).collect();
        let groups = json!([{"id": "size", "max": 80}]);
        let found = rules(json!({"fit": {"rules": list, "groups": groups}})).lint();
        found.iter().map(|finding| format!("{} {}", finding.code, finding.path)).collect::<Vec<_>>()
    };
    let inside = ["overlapping_bands fit.rules[1].when", "overlapping_bands fit.rules[2].when"];
    assert_eq!(said(&[(1, 100), (2, 3), (50, 60)]), inside);
    assert_eq!(said(&[(1, 100), (2, 3), (101, 200)]), &inside[..1]);
    assert_eq!(
        said(&[(1, 100), (2, 3), (110, 200)]),
        ["overlapping_bands fit.rules[1].when", "gap_between_bands fit.rules[2].when"]
    );
}

#[test]
fn activities_that_nothing_but_their_content_tells_apart_count_in_any_order() {
    let rules = rules(json!({"engagement": {"rules": [
        {"id": "first", "kind": "visit", "points": {"column": "points"}, "frequency": {"most": 2}},
    ]}}));
    let activity = |number: i64| Activity {
        attributes: [("points".to_owned(), Value::Integer(number))].into_iter().collect(),
        ..did("", "visit", 1)
    };
    let mut activities: Vec<Activity> = (10..3_010).map(activity).collect();
    let forth = score(&rules, &lead(), &activities);
    activities.reverse();
    assert_eq!(score(&rules, &lead(), &activities), forth);
    activities.rotate_left(1_000);
    assert_eq!(score(&rules, &lead(), &activities), forth);
}

/// Without the feature, rules with scripts are refused when they are loaded.
#[cfg(not(feature = "script"))]
#[test]
fn scripts_are_refused_by_builds_without_them() {
    let document = json!({
        "fit": {"rules": [
            {"id": "a", "when": {"script": "employee_count > 5"}, "points": 5},
            {"id": "b", "points": {"script": "employee_count"}},
            {"id": "c", "points": {"program": "employee_count"}},
        ]},
    });
    let expected = [
        ("scripts_unavailable", "fit.rules[0].when.script"),
        ("scripts_unavailable", "fit.rules[1].points.script"),
        ("scripts_unavailable", "fit.rules[2].points.program"),
    ];
    let rules: ScoreRules = serde_json::from_value(document.clone()).unwrap();
    for errors in [ScoreRules::load(document).unwrap_err(), Scorer::compile(&rules).unwrap_err()] {
        let found: Vec<(&str, &str)> = errors
            .iter()
            .filter(|found| found.level == leadkit::error::Level::Error)
            .map(|found| (found.code.as_ref(), found.path.as_str()))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_score_survives_its_round_trip() {
    let student = Lead { employee_count: Some(500), ..lead() };
    let activities = [did("1", "consult", 0), did("2", "consult", 1)];
    let score = score(&ScoreRules::default(), &student, &activities);
    assert_round_trip(&score);
    assert_eq!(score.facts().cell, score.cell().to_string());
}

/// Rules over three kinds with every limit, small enough for collisions.
fn engagement_rules() -> impl Strategy<Value = Json> {
    let span = prop_oneof![Just("10s"), Just("1m"), Just("1h"), Just("1d"), Just("3d")];
    let points = prop_oneof![(-20i64..40).prop_map(|p| json!(p)), (-9.0f64..9.0).prop_map(|p| json!(p))];
    let decay = prop_oneof![
        Just(Json::Null),
        span.clone().prop_map(|s| json!({ "half_life": s })),
        Just(json!({"step": [{"after": "1h", "keep": 0.7}, {"after": "2d", "keep": 0.1}]})),
    ];
    let frequency = (1u32..4, prop::option::of(span.clone()))
        .prop_map(|(most, within)| json!({"most": most, "within": within}));
    let burst = (2u32..5, prop_oneof![Just("10s"), Just("1m"), Just("1h")])
        .prop_map(|(at_least, within)| json!({"at_least": at_least, "within": within}));
    let rule = (
        0usize..3,
        points,
        prop::option::of(1i64..30),
        prop::option::of(frequency),
        prop::option::of(burst),
        prop::option::of(Just("activity.page")),
        prop::option::of(span),
        decay,
        prop::option::of(prop_oneof![Just("g"), Just("h")]),
    );
    prop::collection::vec(rule, 1..7).prop_map(|rules| {
        let rule = |(index, (kind, points, cap, frequency, burst, dedup_by, window, decay, group))| {
            let kind: usize = kind;
            let mut rule = json!({
                "id": format!("r{index}"), "kind": format!("k{kind}"), "points": points, "cap": cap,
                "frequency": frequency, "burst": burst, "dedup_by": dedup_by, "window": window,
                "decay": decay, "group": group,
            });
            rule.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            rule
        };
        let rules: Vec<Json> = rules.into_iter().enumerate().map(rule).collect();
        json!({"engagement": {"rules": rules, "groups": [
            {"id": "g", "max": 30},
            {"id": "h", "min": -10, "max": 25},
        ]}})
    })
}

fn activities() -> impl Strategy<Value = Vec<Activity>> {
    let seconds = prop_oneof![0i64..40, 0i64..4_000, -90_000i64..400_000];
    let one = (0u32..30, 0u32..4, seconds, prop::option::of(0u32..3), 0u32..10);
    prop::collection::vec(one, 0..25).prop_map(|all| {
        let activity = |(id, kind, seconds_ago, page, lead): (u32, u32, i64, Option<u32>, u32)| Activity {
            id: if id < 3 { String::new() } else { id.to_string() }.into(),
            kind: format!("k{kind}"),
            time: now() - TimeDelta::seconds(seconds_ago),
            page: page.map(|page| format!("/p{page}")),
            lead: match lead {
                0 => "L2",
                1 => "",
                _ => "L1",
            }
            .into(),
            ..Activity::default()
        };
        all.into_iter().map(activity).collect()
    })
}

proptest! {
    #[test]
    fn the_limits_agree_with_the_obvious_implementation(document in engagement_rules(), activities in activities()) {
        let rules = rules(document);
        let score = score(&rules, &lead(), &activities);
        assert_lines_sum(&score);
        let wanted = oracle::score::engagement(&rules.engagement, "L1", &activities, now());
        prop_assert_eq!(score.engagement(), wanted, "{}", score);
    }

    #[test]
    fn the_order_of_activities_is_irrelevant(
        document in engagement_rules(),
        (activities, shuffled) in activities().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        let rules = rules(document);
        prop_assert_eq!(score(&rules, &lead(), &activities), score(&rules, &lead(), &shuffled));
    }

    #[test]
    fn other_leads_do_not_matter(document in engagement_rules(), activities in activities()) {
        let rules = rules(document);
        let own: Vec<Activity> =
            activities.iter().filter(|a| a.lead.as_str() != "L2").cloned().collect();
        prop_assert_eq!(score(&rules, &lead(), &activities), score(&rules, &lead(), &own));
    }
}
