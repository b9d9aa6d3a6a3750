//! What holds for every score, over random leads, activities and rules of every sort.

use chrono::TimeDelta;
use leadkit::model::{Activity, Lead, Value};
use leadkit::rule::{FactContext, Facts, HostTables};
use leadkit::score::{ScoreRules, Scorer};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value as Json, json};

use super::{assert_lines_sum, now};

const KINDS: [&str; 4] = ["visit", "form", "mail", "other"];

/// Engagement rules of every sort.
fn engagement() -> Vec<Json> {
    let mut rules = vec![
        json!({"id": "e0", "kind": "visit", "points": 3, "group": "e"}),
        json!({"id": "e1", "kind": "form", "points": -7.5, "cap": 20}),
        json!({"id": "e2", "kind": "visit", "points": 9, "decay": {"half_life": "5d"}}),
        json!({"id": "e3", "kind": "mail", "points": 4, "frequency": {"most": 2, "within": "3d"}}),
        json!({"id": "e4", "kind": "visit", "points": 11, "dedup_by": "activity.page", "window": "10d"}),
        json!({"id": "e5", "kind": "mail", "points": 6, "burst": {"at_least": 2, "within": "1h"}}),
        json!({"id": "e6", "kind": "form", "when": {"field": "activity.count.visit.7d", "ge": 2}, "points": 13}),
        json!({"id": "e7", "kind": "visit", "group": "e",
            "points": {"per": {"field": "activity.duration", "unit": 60, "points": 2}}}),
        json!({"id": "e8", "kind": "form", "points": {"column": "worth"}, "event_cap": 9}),
        json!({"id": "e9", "kind": "visit", "points": 5,
            "when": {"all": [{"field": "employee_count", "ge": 10}, {"field": "activity.page", "exists": true}]}}),
    ];
    if cfg!(feature = "script") {
        rules.push(json!({"id": "e10", "kind": "visit", "points": {"script": "count(\"form\", 7) + 1"}}));
        rules.push(json!({"id": "e11", "kind": "mail", "points": 2,
            "when": {"script": "activity_duration > 30 || days_since(activity_time) < 2"}}));
    }
    rules
}

/// Fit rules of every sort.
fn fit() -> Vec<Json> {
    let mut rules = vec![
        json!({"id": "f0", "when": {"field": "employee_count", "ge": 10}, "points": 12, "group": "f"}),
        json!({"id": "f1", "when": {"field": "employee_count", "between": [5, 50]}, "points": 8, "group": "f"}),
        json!({"id": "f2", "when": {"field": "title", "eq": "CEO"}, "points": 25.5}),
        json!({"id": "f3", "when": {"not": {"field": "title", "in": ["CEO", "CTO"]}}, "points": -9}),
        json!({"id": "f4", "when": {"field": "activity.count.mail.7d", "ge": 1}, "points": 31, "group": "f"}),
        json!({"id": "f5", "points": {"column": "seats"}}),
        json!({"id": "f6", "when": {"field": "activity.last", "within": "2d"}, "points": 14}),
        json!({"id": "f7", "points": 3}),
    ];
    if cfg!(feature = "script") {
        rules.push(json!({"id": "f8", "when": {"script": "employee_count > 20 // many"}, "points": 6}));
        rules.push(json!({"id": "f9", "when": {"script": "title == \"CTO\""}, "points": 7, "group": "f"}));
        rules.push(json!({"id": "f10", "when": {"script": "employee_count / (employee_count - 7) > 1"}, "points": 5}));
        rules.push(json!({"id": "f11", "points": {"script": "count(\"visit\", 30) * 2"}}));
        rules.push(json!({"id": "f12", "points": {"program":
            "if known(title) { reason(4, \"has a title\"); } reason(count(\"form\", 9), \"forms\"); 10"}}));
    }
    rules
}

fn rules() -> impl Strategy<Value = Scorer> {
    let engagement = engagement();
    let fit = fit();
    let (most_engagement, most_fit) = (engagement.len(), fit.len());
    (subsequence(engagement, 0..=most_engagement), subsequence(fit, 0..=most_fit).prop_shuffle()).prop_map(
        |(engagement, fit)| {
            let rules = ScoreRules::load(json!({
                "engagement": {"groups": [{"id": "e", "min": -5, "max": 30}], "rules": engagement},
                "fit": {
                    "groups": [{"id": "f", "min": 5, "max": 40}],
                    "rules": fit,
                    "disqualifiers": [{"id": "d", "when": {"field": "employee_count", "eq": 0}}],
                },
            }));
            Scorer::compile(&rules.unwrap_or_else(|errors| panic!("{errors}"))).unwrap()
        },
    )
}

fn leads() -> impl Strategy<Value = Vec<Lead>> {
    let seats =
        prop_oneof![Just(Value::Null), (-20..60i64).prop_map(Value::Integer), Just(Value::from("many"))];
    let lead = (prop::option::of(0..60u32), prop::option::of(0..3usize), seats);
    prop::collection::vec(lead, 1..6).prop_map(|leads| {
        let lead =
            |(index, (employee_count, title, seats)): (usize, (Option<u32>, Option<usize>, Value))| Lead {
                id: format!("L{index}").as_str().into(),
                employee_count,
                title: title.map(|index| ["CEO", "CTO", "buyer"][index].to_owned()),
                attributes: [("seats".to_owned(), seats)].into_iter().collect(),
                ..Lead::default()
            };
        leads.into_iter().enumerate().map(lead).collect()
    })
}

fn activities() -> impl Strategy<Value = Vec<Activity>> {
    let activity =
        (0..40u8, 0..4usize, 0..500i64, prop::option::of(0..3u8), prop::option::of(0..400u32), 0..6usize);
    prop::collection::vec(activity, 0..40).prop_map(|activities| {
        let activity =
            |(id, kind, hours, page, duration, lead): (u8, usize, i64, Option<u8>, Option<u32>, usize)| {
                Activity {
                    id: format!("A{id}").as_str().into(),
                    lead: if lead == 0 { "".into() } else { format!("L{}", lead - 1).as_str().into() },
                    kind: KINDS[kind].to_owned(),
                    time: now() - TimeDelta::hours(hours - 20),
                    page: page.map(|page| format!("/{page}")),
                    duration,
                    attributes: [("worth".to_owned(), Value::Integer(hours % 23))].into_iter().collect(),
                    ..Activity::default()
                }
            };
        activities.into_iter().map(activity).collect()
    })
}

proptest! {
    #[test]
    fn scores_are_exact_and_depend_on_their_lead_and_moment_only(
        scorer in rules(),
        leads in leads(),
        activities in activities(),
        turn in 0..40usize,
    ) {
        let tables = HostTables::default();
        let at = FactContext::new(&tables, now());
        let context = FactContext { activities: &activities, ..at };
        let mut turned = activities.clone();
        turned.rotate_left(turn % activities.len().max(1));
        turned.reverse();
        let mut session = scorer.session();
        for lead in &leads {
            let score = session.score(&Facts::new(lead, &context));
            // Its lines sum exactly to its totals.
            assert_lines_sum(&score);
            prop_assert_eq!(score.lines().len(), score.lines().count());
            // A session, which has seen other leads, changes nothing.
            prop_assert_eq!(&score, &scorer.score(&Facts::new(lead, &context)));
            // Nor does the order of the activities.
            prop_assert_eq!(&score, &session.score(&Facts::new(lead, &FactContext { activities: &turned, ..at })));
            // Nor do the activities of other leads.
            let own: Vec<Activity> = activities
                .iter()
                .filter(|activity| activity.lead == lead.id || activity.lead.is_blank())
                .cloned()
                .collect();
            prop_assert_eq!(&score, &session.score(&Facts::new(lead, &FactContext { activities: &own, ..at })));
            // Written and read, it is the same.
            let written = serde_json::to_string(&score).unwrap();
            prop_assert_eq!(&score, &serde_json::from_str(&written).unwrap());
        }
    }
}
