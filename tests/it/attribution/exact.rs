//! Figures that are known exactly.

use std::collections::BTreeMap;

use leadkit::attribution::{Conversion, Journeys, Step, shapley_values};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::support::{assert_credits, cny, engine, event_cases, event_journeys, one, texts};

/// Paths, how often each was taken, and what models make of them: independent computations in fractions.
#[derive(Deserialize)]
struct Exact {
    paths: Vec<PathCase>,
    games: Vec<GameCase>,
}

#[derive(Deserialize)]
struct PathCase {
    name: String,
    /// Path, conversions, nulls.
    rows: Vec<(String, u64, u64)>,
    models: Vec<ModelCase>,
}

/// Figures are fractions: `2565/241`.
#[derive(Deserialize)]
struct ModelCase {
    model: Json,
    credits: BTreeMap<String, String>,
    #[serde(default)]
    effects: BTreeMap<String, String>,
    conversion_probability: Option<String>,
}

#[derive(Deserialize)]
struct GameCase {
    name: String,
    players: Vec<String>,
    /// What each set is worth beside what its subsets are.
    exactly: Vec<(Vec<String>, f64)>,
    values: BTreeMap<String, String>,
}

fn exact() -> Exact {
    serde_json::from_str(include_str!("../../data/attribution_exact.json")).unwrap()
}

fn fraction(text: &str) -> f64 {
    match text.split_once('/') {
        Some((above, below)) => above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap(),
        None => text.parse().unwrap(),
    }
}

#[test]
fn figures_of_independent_computations() {
    let cases = exact().paths;
    assert_eq!(cases.iter().map(|case| case.models.len()).collect::<Vec<_>>(), [7, 1, 1]);
    for case in cases {
        let mut journeys = Journeys::new();
        for (path, count, nulls) in &case.rows {
            for channel in path.split(" > ") {
                journeys.push(Step { channel, ..Step::default() }).unwrap();
            }
            let value = Some(cny(*count as i64 * 100));
            let end = Conversion { count: *count, nulls: *nulls, value, ..Conversion::default() };
            journeys.end_journey(&end).unwrap();
        }
        for ModelCase { model, credits, effects, conversion_probability } in &case.models {
            let wanted: Vec<(&str, f64)> =
                credits.iter().map(|(channel, figure)| (channel.as_str(), fraction(figure))).collect();
            let attribution = one(model.clone());
            assert_credits(&attribution, &journeys, &wanted);
            let found = attribution.credit(&journeys).unwrap();
            let found = &found.models()[0];
            for one in &found.channels {
                // Every conversion is worth the same, so the value goes where the conversions go.
                let off = one.value - one.conversions * 100.0;
                assert!(off.abs() < 1e-9, "{} {model} {one:?}", case.name);
            }
            for (channel, effect) in effects {
                let got = found.channel(channel).unwrap().effect.unwrap();
                assert!((got - fraction(effect)).abs() < 1e-14, "{} {channel} {got} {effect}", case.name);
            }
            if let Some(probability) = conversion_probability {
                let got = found.markov.as_ref().unwrap().conversion_probability;
                assert_eq!(got, fraction(probability), "{}", case.name);
            }
        }
    }
}

#[test]
fn games_given_by_what_their_sets_are_worth() {
    let games = exact().games;
    assert_eq!(games.len(), 1);
    for GameCase { name, players, exactly, values } in games {
        let bits = |set: &[String]| {
            let place = |one: &String| players.iter().position(|player| player == one).unwrap();
            set.iter().fold(0usize, |bits, one| bits | 1 << place(one))
        };
        let worth: Vec<f64> = (0..1usize << players.len())
            .map(|all| exactly.iter().filter(|(set, _)| bits(set) & all == bits(set)).map(|one| one.1).sum())
            .collect();
        let got = shapley_values(&worth).unwrap();
        for (player, got) in players.iter().zip(got) {
            assert!((got - fraction(&values[player])).abs() < 1e-15, "{name} {player} {got}");
        }
    }
}

#[test]
fn events_with_repeat_conversions() {
    let (journeys, cases) = (event_journeys(), event_cases().models);
    assert_eq!((journeys.conversions(), journeys.nulls(), cases.len()), (4, 1, 7));
    for case in cases {
        let wanted: Vec<(&str, f64)> =
            case.credits.iter().map(|(channel, figure)| (channel.as_str(), *figure)).collect();
        assert_credits(&one(case.model), &journeys, &wanted);
    }
    // Markov divides each conversion among its own touches there, by the effects 1, 2/3, 1/6 and 1/6; all together
    // they are halves.
    let halves = [("direct", 2.0), ("seo", 4.0 / 3.0), ("crm", 1.0 / 3.0), ("google_ads", 1.0 / 3.0)];
    assert_credits(&one(json!({"markov": {}})), &journeys, &halves);
}

#[test]
fn milestones_meet_miss_and_coincide() {
    let hour = super::support::hour;
    let journeys = |lead: Option<i64>, opportunity: Option<i64>, touches: &[&str]| {
        let mut journeys = Journeys::new();
        for (at, channel) in touches.iter().enumerate() {
            journeys.push_touch(channel, hour(10 * at as i64)).unwrap();
        }
        let end = Conversion {
            at: Some(hour(1_000)),
            lead_created: lead.map(hour),
            opportunity_created: opportunity.map(hour),
            ..Conversion::default()
        };
        journeys.end_journey(&end).unwrap();
        journeys
    };
    let u = json!({"milestone_based": {
        "first_touch": 40, "lead_created": 40, "opportunity_created": 0, "won": 0, "others": 20,
    }});
    let full = json!({"milestone_based": {}});
    let five = ["A", "B", "C", "D", "E"];
    for (model, lead, opportunity, touches, wanted) in [
        // Lead at the third touch, opportunity between the fourth and the fifth.
        (&u, Some(20), Some(35), &five[..], vec![0.4, 0.2 / 3.0, 0.4, 0.2 / 3.0, 0.2 / 3.0]),
        (&full, Some(20), Some(35), &five[..], vec![0.225, 0.1, 0.225, 0.225, 0.225]),
        // Lead and opportunity at one touch add up.
        (&full, Some(12), Some(15), &five[..], vec![0.225, 0.45, 0.05, 0.05, 0.225]),
        // The lead's creation is not known: 22.5 of 77.5 for the others.
        (&full, None, Some(35), &five[..], {
            let (one, rest) = (0.225 / 0.775, 0.1 / 0.775 / 2.0);
            vec![one, rest, rest, one, one]
        }),
        // Every touch is at a milestone: nothing is left for the others.
        (&full, Some(0), Some(10), &five[..2], vec![0.5, 0.5]),
        // Created before the first touch: the first touch it is.
        (&u, Some(-5), None, &five[..3], vec![0.8, 0.1, 0.1]),
        (&full, Some(0), Some(0), &five[..1], vec![1.0]),
    ] {
        let made = journeys(lead, opportunity, touches);
        let shares = one(model.clone()).shares(&made.get(0).unwrap()).unwrap();
        for (got, wanted) in shares[0].shares.iter().zip(&wanted) {
            assert!((got - wanted).abs() < 1e-12, "{model} {lead:?} {opportunity:?} {:?}", shares[0].shares);
        }
    }
}

#[test]
fn two_touches_by_position() {
    let journeys = texts(&["A > B"], &Conversion::default());
    for (rules, wanted) in [
        (json!({}), [0.5, 0.5]),
        (json!({"first": 50, "middle": 20, "last": 30}), [0.6, 0.4]),
        (json!({"first": 50, "middle": 20, "last": 30, "renormalise": true}), [0.625, 0.375]),
        (json!({"first": 0, "middle": 100, "last": 0, "renormalise": true}), [0.5, 0.5]),
    ] {
        let attribution = one(json!({"position_based": rules.clone()}));
        let shares = attribution.shares(&journeys.get(0).unwrap()).unwrap();
        assert_eq!(shares[0].shares, wanted, "{rules}");
        assert_credits(&attribution, &journeys, &[("A", wanted[0]), ("B", wanted[1])]);
    }
}

#[test]
fn channels_are_ignored_discounted_and_preferred() {
    let journeys = texts(&["sem > direct > mail > direct"], &Conversion::default());
    let rules = |more: serde_json::Value| {
        let mut model = json!({"id": "m", "model": "linear"});
        model.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        engine(json!({"models": [model]}))
    };
    let third = 1.0 / 3.0;
    for (more, wanted) in [
        (json!({}), [0.25, 0.5, 0.25]),
        (json!({"ignore": ["direct"]}), [0.5, 0.0, 0.5]),
        (json!({"discount": {"direct": 0.25}}), [0.4, 0.2, 0.4]),
        (json!({"discount": {"direct": 0}}), [0.5, 0.0, 0.5]),
        (json!({"prefer": {"channels": ["sem"]}}), [0.5, 0.0, 0.5]),
        (json!({"prefer": {"channels": ["sem"], "over": ["direct", "mail"]}}), [1.0, 0.0, 0.0]),
        (json!({"prefer": {"channels": ["expo"]}}), [0.25, 0.5, 0.25]),
        (json!({"discount": {"mail": 0.5, "sem": 0.5}}), [0.5 * third, 2.0 * third, 0.5 * third]),
    ] {
        assert_credits(
            &rules(more),
            &journeys,
            &[("sem", wanted[0]), ("direct", wanted[1]), ("mail", wanted[2])],
        );
    }
    let all = rules(json!({"ignore": ["direct", "mail", "sem"]})).credit(&journeys).unwrap();
    assert_eq!(all.models()[0].unattributed.conversions, 1.0);
}

#[test]
fn paths_are_cut_filtered_and_shortened() {
    let hour = super::support::hour;
    let mut journeys = Journeys::new();
    for (channel, at) in [("A", 0), ("B", 24), ("B", 48), ("C", 72), ("A", 96), ("D", 200)] {
        journeys.push_touch(channel, hour(at)).unwrap();
    }
    journeys
        .end_journey(&Conversion {
            at: Some(hour(120)),
            opportunity_created: Some(hour(72)),
            ordered: Some(hour(240)),
            ..Conversion::default()
        })
        .unwrap();
    // The touches that are left, seen by a linear model.
    for (rules, wanted) in [
        (json!({}), "A B B C A"),
        (json!({"look_back": {"days": 4}}), "B B C A"),
        (json!({"look_back": {"days": 3}}), "B C A"),
        (json!({"look_back": {"steps": 2}}), "C A"),
        (json!({"look_back": {"days": 4, "steps": 3}}), "B C A"),
        (json!({"look_back": {"anchor": "opportunity_created"}}), "A B B C"),
        (json!({"look_back": {"anchor": "opportunity_created", "days": 2}}), "B B C"),
        (json!({"look_back": {"anchor": "lead_created", "days": 1}}), "A"),
        (json!({"look_back": {"anchor": "order"}}), "A B B C A D"),
        (json!({"path": "collapse_repeats"}), "A B C A"),
        (json!({"path": "unique"}), "A B C"),
        (json!({"path": "first"}), "A B C"),
        (json!({"path": "last"}), "B C A"),
        (json!({"touches": {"field": "activity.channel", "in": ["A", "C"]}}), "A C A"),
        (json!({"touches": {"field": "activity.time", "within": "3d"}}), "B C A"),
        (json!({"touches": {"field": "activity.channel", "eq": "D"}}), ""),
    ] {
        let mut document = rules.clone();
        document["models"] = json!([{"id": "m", "model": "linear"}]);
        let shares = engine(document).shares(&journeys.get(0).unwrap()).unwrap();
        let kept: Vec<&str> = shares[0]
            .shares
            .iter()
            .enumerate()
            .filter(|(_, share)| **share > 0.0)
            .map(|(touch, _)| journeys.get(0).unwrap().channel(touch).unwrap())
            .collect();
        assert_eq!(kept.join(" "), wanted, "{rules}");
    }
}
