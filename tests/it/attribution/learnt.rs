//! Models that learn from all journeys: once, before discounts, and with the same code for intervals.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use leadkit::attribution::{
    Attribution, Conversion, CreditError, CreditModel, Dimension, Fit, Journey, Journeys, Paths, Step,
};
use leadkit::rule::Registry;
use serde_json::{Value as Json, json};

use super::support::{assert_credits, cny, engine, texts};

/// Learns what it is told, and counts how often it learns.
#[derive(Debug)]
struct Told {
    weights: Vec<(String, f64)>,
    learnt: Arc<AtomicUsize>,
}

impl CreditModel for Told {
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        weights.fill(1.0);
        Ok(())
    }

    fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
        self.learnt.fetch_add(1, Ordering::Relaxed);
        let weight = |channel: usize| {
            let known = self.weights.iter().find(|(name, _)| paths.channel(channel) == Some(name));
            known.map_or(0.0, |(_, weight)| *weight)
        };
        Ok(Some(Fit::new((0..paths.channels()).map(weight).collect())))
    }
}

fn told(weights: &[(&str, f64)], discount: Json) -> (Attribution, Arc<AtomicUsize>) {
    let learnt = Arc::new(AtomicUsize::new(0));
    let weights: Vec<(String, f64)> =
        weights.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
    let counter = Arc::clone(&learnt);
    let registry = Registry::new().credit_model("told", move |_| {
        Ok(Arc::new(Told { weights: weights.clone(), learnt: Arc::clone(&counter) }))
    });
    let document =
        json!({"models": [{"id": "m", "model": {"custom": {"name": "told"}}, "discount": discount}]});
    (Attribution::load_with(document, &registry).unwrap(), learnt)
}

#[test]
fn whether_anything_was_learnt_is_decided_before_discounts() {
    let journeys = texts(&["D > E"], &Conversion { value: Some(cny(90)), ..Conversion::default() });
    let journey = journeys.get(0).unwrap();
    for (weights, discount, wanted) in [
        // Nothing was learnt: both are alike, less what is discounted.
        (vec![], json!({}), [0.5, 0.5]),
        (vec![], json!({"D": 0}), [0.0, 1.0]),
        (vec![], json!({"D": 0.5}), [1.0 / 3.0, 2.0 / 3.0]),
        (vec![], json!({"D": 0, "E": 0}), [0.0, 0.0]),
        // It was D, which gets nothing: then nobody does, and a channel that brought nothing is no heir.
        (vec![("D", 2.0)], json!({"D": 0}), [0.0, 0.0]),
        (vec![("D", 2.0)], json!({"D": 0.1}), [1.0, 0.0]),
        (vec![("D", 2.0), ("E", 1.0)], json!({"D": 0}), [0.0, 1.0]),
        (vec![("D", 2.0), ("E", 1.0)], json!({"D": 0.5}), [0.5, 0.5]),
    ] {
        let (attribution, _) = told(&weights, discount.clone());
        let shares = attribution.shares(&journey).unwrap();
        for (got, wanted) in shares[0].shares.iter().zip(wanted) {
            assert!((got - wanted).abs() < 1e-15, "{weights:?} {discount} {:?}", shares[0].shares);
        }
        let credits = attribution.touch_credits(&journeys, "m").unwrap().unwrap();
        let paid: i64 = credits.iter().map(|one| one.value.minor()).sum();
        assert_eq!(paid, if wanted == [0.0, 0.0] { 0 } else { 90 }, "{weights:?} {discount}");
        assert!(credits.iter().all(|one| (one.share - wanted[one.touch]).abs() < 1e-15));
    }
}

/// Path, conversions, nulls, value.
fn rows(rows: &[(&str, u64, u64, i64)]) -> Journeys {
    let mut journeys = Journeys::new();
    for (path, count, nulls, value) in rows {
        for channel in path.split(" > ") {
            journeys.push(Step { channel, ..Step::default() }).unwrap();
        }
        let end =
            Conversion { count: *count, nulls: *nulls, value: Some(cny(*value)), ..Conversion::default() };
        journeys.end_journey(&end).unwrap();
    }
    journeys
}

/// Credits, allocation and intervals of a chain that divides journey by journey.
#[test]
fn a_channel_without_weight_gets_nothing_of_its_own_journeys() {
    let journeys = rows(&[("D", 30, 5, 300), ("D > E", 20, 5, 200), ("E", 10, 5, 100)]);
    let attribution = engine(json!({
        "models": [{"id": "m", "model": {"markov": {"divide": "journey"}}, "discount": {"D": 0}}],
        "bootstrap": {"samples": 40}, "minimum": {"model": 31},
    }));
    let (credits, allocations) = attribution.credit_and_allocate(&journeys, &[Dimension::Channel]).unwrap();
    let model = &credits.models()[0];
    assert_credits(&attribution, &journeys, &[("E", 30.0), ("D", 0.0)]);
    assert_eq!((model.unattributed.conversions, model.unattributed.value), (30.0, 300.0));
    assert_eq!(
        allocations[0].to_string(),
        "m divides 6.00 CNY of 60 conversions, 30 attributed, fewer than 31: nobody 3.00 CNY; D 0.00 CNY; E 3.00 CNY"
    );
    let interval = |channel: &str| model.channel(channel).unwrap().interval.unwrap();
    assert_eq!((interval("D").low, interval("D").high), (0.0, 0.0));
    assert_eq!((interval("E").low, interval("E").high), (30.0, 30.0));
    // Thirty of sixty are attributed, and one more would be enough.
    assert_eq!(model.notes[0].to_string(), "30 attributed, fewer than 31");
    assert!(
        model.to_string().starts_with("m: 60 conversions, 30 attributed, fewer than 31; E 30.00"),
        "{model}"
    );
}

/// A discount that leaves nobody to pay the value leaves it to nobody.
#[test]
fn value_that_no_channel_may_have_is_unattributed() {
    let journeys = rows(&[("A", 1, 0, 100), ("B", 1, 0, 0)]);
    let attribution = engine(json!({"models": [{"id": "m", "model": {"markov": {}}, "discount": {"A": 0}}]}));
    let (credits, allocations) = attribution.credit_and_allocate(&journeys, &[Dimension::Channel]).unwrap();
    let model = &credits.models()[0];
    assert_eq!((model.unattributed.conversions, model.unattributed.value), (0.0, 100.0));
    assert_eq!(model.channel("B").unwrap().conversions, 2.0);
    let rows: Vec<(Option<&str>, f64, i64)> = allocations[0]
        .rows
        .iter()
        .map(|row| (row.channel.as_deref(), row.conversions, row.value.minor()))
        .collect();
    assert_eq!(rows, [(None, 0.0, 100), (Some("A"), 0.0, 0), (Some("B"), 2.0, 0)]);
    assert!(model.to_string().ends_with("B 2.00 (few); a part of the value unattributed"), "{model}");
}

#[test]
fn credits_and_allocations_are_learnt_once() {
    let journeys = rows(&[("A > B", 7, 2, 701), ("B", 5, 1, 333), ("C > A", 1, 1, 12)]);
    let (attribution, learnt) = told(&[("A", 3.0), ("B", 1.0)], json!({"B": 0.5}));
    let both = attribution.credit_and_allocate(&journeys, &[Dimension::Channel]).unwrap();
    assert_eq!(learnt.load(Ordering::Relaxed), 1);
    assert_eq!(both.0, attribution.credit(&journeys).unwrap());
    assert_eq!(both.1, attribution.allocate(&journeys, &[Dimension::Channel]).unwrap());
    assert_eq!(learnt.load(Ordering::Relaxed), 3);
    let several = Attribution::compile(&Default::default()).unwrap();
    let mut timed = Journeys::new();
    for (hours, channel) in [(1, "A"), (5, "B"), (9, "A")] {
        timed.push_touch(channel, super::support::hour(hours)).unwrap();
    }
    timed.end_journey(&Conversion { value: Some(cny(100)), ..Conversion::default() }).unwrap();
    let both = several.credit_and_allocate(&timed, Dimension::ALL).unwrap();
    assert_eq!(both.0, several.credit(&timed).unwrap());
    assert_eq!(both.1, several.allocate(&timed, Dimension::ALL).unwrap());
}

/// The game of conversions has a closed form and learns nothing, and depends on the journeys all the same.
#[test]
fn shapley_has_intervals() {
    let journeys = rows(&[("A > B > A", 40, 9, 0), ("B > C", 20, 3, 0), ("C", 10, 30, 0)]);
    let intervals = |seed: u64| {
        let credits = engine(json!({
            "models": [{"id": "s", "model": {"shapley": {}}}, {"id": "l", "model": "linear"}],
            "bootstrap": {"samples": 200, "seed": seed},
        }));
        credits.credit(&journeys).unwrap()
    };
    let credits = intervals(3);
    assert_eq!(credits, intervals(3));
    assert_ne!(credits, intervals(4));
    for one in &credits.models()[0].channels {
        let interval = one.interval.unwrap();
        assert!(interval.low < one.conversions && one.conversions < interval.high, "{one:?}");
        // Sums of Poisson draws: a few times the root of the count.
        assert!(interval.high - interval.low < 4.0 * one.conversions.sqrt(), "{one:?}");
    }
    assert!(credits.models()[1].channels.iter().all(|one| one.interval.is_none()));
}

/// Conversions without a path are no evidence: they do not make few conversions enough.
#[test]
fn unattributed_conversions_do_not_count_as_evidence() {
    let mut journeys = texts(&["A > B"], &Conversion { count: 29, ..Conversion::default() });
    journeys.end_journey(&Conversion { count: 10, ..Conversion::default() }).unwrap();
    for model in
        [json!("first"), json!("linear"), json!({"last_non": {"channels": ["A"]}}), json!({"markov": {}})]
    {
        let few = |more: u64| {
            let mut journeys = journeys.clone();
            journeys.push(Step { channel: "B", ..Step::default() }).unwrap();
            journeys.end_journey(&Conversion { count: more, ..Conversion::null() }).unwrap();
            super::support::one(model.clone()).credit(&journeys).unwrap().models()[0].to_string()
        };
        assert!(few(0).starts_with("m: 39 conversions, 29 attributed, fewer than 30; "), "{}", few(0));
        assert!(few(1).starts_with("m: 40 conversions; "), "{}", few(1));
    }
}
