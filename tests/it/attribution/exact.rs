//! Figures that are known exactly.

use chrono::NaiveDateTime;
use leadkit::attribution::{Conversion, Journeys, Step, shapley_values};
use serde_json::json;

use super::support::{assert_credits, cny, engine, one, texts};

/// Nine paths of three conversions each; the figures are an independent computation in fractions.
const NINE: [&str; 9] = ["A", "A > B", "A > B > C", "B", "B > A", "B > C > A", "C", "C > A", "C > B > A"];

fn nine() -> Journeys {
    texts(&NINE, &Conversion { count: 3, value: Some(cny(300)), ..Conversion::default() })
}

#[test]
fn nine_paths_by_every_model() {
    let third = |a: f64, b: f64, c: f64| [("A", a), ("B", b), ("C", c)];
    for (model, wanted) in [
        (json!("first"), third(9.0, 9.0, 9.0)),
        (json!("last"), third(15.0, 6.0, 6.0)),
        (json!({"last_non": {"channels": ["A"]}}), third(3.0, 12.0, 12.0)),
        (json!("linear"), third(21.0 / 2.0, 9.0, 15.0 / 2.0)),
        (json!({"position_based": {}}), third(111.0 / 10.0, 42.0 / 5.0, 15.0 / 2.0)),
        (json!({"shapley": {}}), third(21.0 / 2.0, 9.0, 15.0 / 2.0)),
        (json!({"markov": {}}), third(2565.0 / 241.0, 2052.0 / 241.0, 1890.0 / 241.0)),
    ] {
        assert_credits(&one(model), &nine(), &wanted);
    }
    let credits = one(json!({"markov": {}})).credit(&nine()).unwrap();
    let markov = &credits.models()[0];
    for (channel, effect) in [("A", 2.0 / 3.0), ("B", 8.0 / 15.0), ("C", 28.0 / 57.0)] {
        let got = markov.channel(channel).unwrap();
        assert!((got.effect.unwrap() - effect).abs() < 1e-14);
        // Every conversion is worth the same, so the value goes where the conversions go.
        assert!((got.value - got.conversions * 100.0).abs() < 1e-9);
    }
    assert_eq!(markov.markov.as_ref().unwrap().conversion_probability, 1.0);
}

/// Five journeys, four conversions, from a public explanation of the removal effect.
#[test]
fn two_channels_with_a_null() {
    let mut journeys = Journeys::new();
    for (path, converts) in [("g", false), ("g", true), ("g", true), ("m", true), ("g > m", true)] {
        for channel in path.split(" > ") {
            journeys.push(Step { channel, ..Step::default() }).unwrap();
        }
        journeys.end_journey(&if converts { Conversion::default() } else { Conversion::null() }).unwrap();
    }
    let attribution = one(json!({"markov": {}}));
    assert_credits(&attribution, &journeys, &[("g", 12.0 / 5.0), ("m", 8.0 / 5.0)]);
    let credits = attribution.credit(&journeys).unwrap();
    let model = &credits.models()[0];
    let effect = |channel: &str| model.channel(channel).unwrap().effect.unwrap();
    assert!((effect("g") - 0.75).abs() < 1e-15 && (effect("m") - 0.5).abs() < 1e-15);
    assert_eq!(model.markov.as_ref().unwrap().conversion_probability, 0.8);
}

#[test]
fn a_game_given_by_its_rates() {
    // Facebook 1, Google 2, LinkedIn 4: rates of the exact sets, summed over subsets.
    let exact = [0.0, 0.18, 0.04, 0.1, 0.08, 0.26, 0.07, 0.27];
    let worth: Vec<f64> =
        (0..8usize).map(|set| (0..8).filter(|one| one & set == *one).map(|one| exact[one]).sum()).collect();
    let values = shapley_values(&worth).unwrap();
    for (got, wanted) in values.iter().zip([9.0 / 20.0, 43.0 / 200.0, 67.0 / 200.0]) {
        assert!((got - wanted).abs() < 1e-15, "{got} {wanted}");
    }
}

const EVENTS: [(&str, &str, bool, &str); 16] = [
    ("A", "2021-07-20 15:00:00", false, "seo"),
    ("A", "2022-01-20 15:00:00", false, "direct"),
    ("A", "2022-01-20 16:00:00", false, "google_ads"),
    ("A", "2022-01-20 17:00:00", true, "direct"),
    ("B", "2022-01-21 17:00:00", false, "seo"),
    ("B", "2022-01-21 20:00:00", false, "direct"),
    ("C", "2022-02-21 21:00:00", false, "direct"),
    ("C", "2022-02-21 22:00:00", false, "crm"),
    ("C", "2022-02-21 23:00:00", true, "direct"),
    ("D", "2022-02-21 23:01:00", false, "seo"),
    ("D", "2022-02-21 23:11:00", false, "direct"),
    ("D", "2022-02-21 23:21:00", true, "direct"),
    ("D", "2022-02-22 01:00:00", false, "direct"),
    ("D", "2022-02-27 01:00:00", false, "direct"),
    ("D", "2022-02-27 02:00:00", false, "seo"),
    ("D", "2022-02-27 03:00:00", true, "direct"),
];

fn events() -> Journeys {
    let mut journeys = Journeys::new();
    for (index, (user, time, converts, channel)) in EVENTS.into_iter().enumerate() {
        let time = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S").unwrap().and_utc();
        journeys.push_touch(channel, time).unwrap();
        if converts {
            journeys.end_journey(&Conversion { at: Some(time), ..Conversion::default() }).unwrap();
        } else if EVENTS.get(index + 1).is_none_or(|next| next.0 != user) {
            journeys.end_journey(&Conversion::null()).unwrap();
        }
    }
    journeys
}

#[test]
fn events_with_repeat_conversions() {
    let row = |direct, seo, crm, google_ads| {
        [("direct", direct), ("seo", seo), ("crm", crm), ("google_ads", google_ads)]
    };
    for (model, wanted) in [
        (json!("first"), row(2.0, 2.0, 0.0, 0.0)),
        (json!("last"), row(4.0, 0.0, 0.0, 0.0)),
        (json!("linear"), row(31.0 / 12.0, 5.0 / 6.0, 1.0 / 3.0, 0.25)),
        (json!({"position_based": {}}), row(2.8, 0.9, 0.2, 0.1)),
        (
            json!({"time_decay": {"half_life": "1h"}}),
            row(2.847207604952665, 0.581363823618763, 0.2857142857142857, 0.2857142857142857),
        ),
        (
            json!({"time_decay": {}}),
            row(2.7229953643127516, 0.6103417532133996, 0.3333314419132289, 0.3333314405606199),
        ),
        // Each conversion among its own touches, by the effects 1, 2/3, 1/6 and 1/6; all together they are halves.
        (json!({"markov": {}}), row(2.0, 4.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0)),
        (
            json!({"markov": {"divide": "journey"}}),
            row(3.1971410941999174, 0.6671122994652408, 0.076923076923077, 0.058823529411764726),
        ),
    ] {
        assert_credits(&one(model), &events(), &wanted);
    }
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
