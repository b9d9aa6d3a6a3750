//! Huge and hostile input ends, and ends well.

use leadkit::attribution::{Conversion, CreditError, Dimension, JourneyError, Journeys, Step};
use serde_json::json;

use super::support::{cny, engine, hour, one};

fn by_journey() -> leadkit::attribution::Attribution {
    engine(json!({"models": [
        {"id": "first", "model": "first"}, {"id": "last", "model": "last"}, {"id": "linear", "model": "linear"},
        {"id": "u", "model": {"position_based": {}}}, {"id": "decay", "model": {"time_decay": {}}},
        {"id": "miles", "model": {"milestone_based": {}}}, {"id": "shapley", "model": {"shapley": {}}},
    ]}))
}

#[test]
fn engines_are_shared_across_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<leadkit::attribution::Attribution>();
    shared::<Journeys>();
    shared::<leadkit::attribution::Credits>();
}

#[test]
fn a_journey_of_a_million_steps() {
    let mut journeys = Journeys::new();
    for step in 0..1_000_000i64 {
        journeys
            .push_touch(
                ["A", "B", "C"][(step * step % 7 % 3) as usize],
                hour(0) + chrono::TimeDelta::seconds(step),
            )
            .unwrap();
    }
    let end = Conversion { value: Some(cny(1_000_003)), at: Some(hour(300)), ..Conversion::default() };
    journeys.end_journey(&end).unwrap();
    journeys.push_touch("A", hour(0)).unwrap();
    journeys.end_journey(&Conversion::null()).unwrap();
    for allocation in by_journey().allocate(&journeys, &[Dimension::Channel]).unwrap() {
        let sum: i64 = allocation.rows.iter().map(|row| row.value.minor()).sum();
        assert_eq!(sum, 1_000_003, "{}", allocation.model);
    }
    for order in 1..=4 {
        let credits = one(json!({"markov": {"order": order}})).credit(&journeys).unwrap();
        let model = &credits.models()[0];
        let sum: f64 = model.channels.iter().map(|one| one.conversions).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        // Next to nothing converts without any of them: the journey is all but bound to meet each.
        assert!(model.channels.iter().all(|one| one.effect.unwrap() > 0.999), "{model:?}");
    }
}

/// Long journeys over many channels: the iteration is held up by what takes a million steps to end.
#[test]
fn long_journeys_at_order_three() {
    let mut journeys = Journeys::new();
    let mut state = 1u64;
    for _ in 0..2 {
        for _ in 0..60_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let channel = format!("c{}", (state >> 40) % 12);
            journeys.push(Step { channel: &channel, ..Step::default() }).unwrap();
        }
        journeys.push(Step { channel: "rare", ..Step::default() }).unwrap();
        journeys.push(Step { channel: "c0", ..Step::default() }).unwrap();
        journeys.end_journey(&Conversion { nulls: 1, ..Conversion::default() }).unwrap();
    }
    let credits = one(json!({"markov": {"order": 3}})).credit(&journeys).unwrap();
    let model = &credits.models()[0];
    assert!(model.markov.as_ref().unwrap().states > 1_000);
    assert!((model.markov.as_ref().unwrap().conversion_probability - 0.5).abs() < 1e-12);
    // A journey ends behind `rare` and nowhere else.
    assert!(
        (model.channel("rare").unwrap().effect.unwrap() - 1.0).abs() < 1e-9,
        "{:?}",
        model.channel("rare")
    );
}

#[test]
fn a_hundred_thousand_channels() {
    let mut journeys = Journeys::new();
    for channel in 0..100_000 {
        for other in [channel, channel * 7 % 100_000, channel * 13 % 100_000] {
            journeys.push_touch(&format!("c{other}"), hour(0)).unwrap();
        }
        let end = Conversion { value: Some(cny(3)), at: Some(hour(1)), ..Conversion::default() };
        journeys.end_journey(&end).unwrap();
    }
    let credits = by_journey().credit(&journeys).unwrap();
    for model in credits.models() {
        let sum: f64 = model.channels.iter().map(|one| one.conversions).sum();
        assert!((sum - 100_000.0).abs() < 1e-6, "{} {sum}", model.model);
    }
    for (order, cure) in
        [(1, "work: group rare channels"), (3, "work: lower the order from 3, or group rare channels")]
    {
        let error = one(json!({"markov": {"order": order}})).credit(&journeys).unwrap_err();
        assert!(matches!(error.error, CreditError::ChainTooLarge { channels: 100_000, .. }), "{error}");
        assert!(error.to_string().ends_with(cure), "{error}");
    }
}

/// The samples are counted before the first is drawn.
#[test]
fn a_bootstrap_of_too_much_is_refused_with_what_would_do() {
    let mut journeys = Journeys::new();
    for _ in 0..60_000 {
        journeys.push(Step { channel: "A", ..Step::default() }).unwrap();
        journeys.end_journey(&Conversion::default()).unwrap();
    }
    let ask = |samples: u32, model: serde_json::Value| {
        let rules = json!({"models": [{"id": "m", "model": model}], "bootstrap": {"samples": samples}});
        engine(rules).credit(&journeys)
    };
    for model in [json!({"markov": {}}), json!({"shapley": {}}), json!({"shapley": {"game": "rate"}})] {
        let error = ask(10_000, model.clone()).unwrap_err();
        let CreditError::BootstrapTooLarge { samples: 10_000, most } = error.error else { panic!("{error}") };
        assert!((5_000..10_000).contains(&most), "{most}");
        assert_eq!(
            error.to_string(),
            format!(
                "model `m`: 10000 bootstrap samples of these journeys take too much work: ask for at most {most}"
            )
        );
        assert!(ask(20, model).unwrap().models()[0].channels[0].interval.is_some());
    }
    let none = CreditError::BootstrapTooLarge { samples: 200, most: 19 };
    assert!(none.to_string().ends_with("leave `bootstrap` out, or group rare channels"), "{none}");
}

/// A customer with as many conversions as touches has half their square in copies.
#[test]
fn full_history_grows_no_further_than_in_proportion() {
    let mut journeys = Journeys::new();
    let error = (0..100_000).find_map(|step| {
        journeys.push_touch("A", hour(step)).unwrap();
        journeys.end_and_continue(&Conversion::default()).err()
    });
    let Some(JourneyError::HistoryTooLong { journey, copies }) = error else { panic!("{error:?}") };
    assert_eq!(journey, journeys.len());
    assert!((16_000_000..=1 << 24).contains(&copies), "{copies}");
    // The next customer begins with nothing.
    journeys.push_touch("B", hour(0)).unwrap();
    journeys.end_journey(&Conversion::default()).unwrap();
    assert_eq!(journeys.get(journeys.len() - 1).unwrap().len(), 1);
    // Customers that go on a few times are in proportion, however many they are: what is dropped is no copy.
    let mut journeys = Journeys::new();
    let start = hour(0);
    for _ in 0..500_000 {
        for step in 0..9 {
            journeys.push_touch("A", start + chrono::TimeDelta::seconds(step)).unwrap();
            journeys.end_and_continue(&Conversion::default()).unwrap();
        }
        journeys.discard_open();
    }
    assert_eq!(journeys.conversions(), 4_500_000);
}

#[test]
fn counts_and_amounts_near_their_limits() {
    let mut journeys = Journeys::new();
    for channel in ["A", "B"] {
        journeys.push(Step { channel, ..Step::default() }).unwrap();
        let end = Conversion {
            count: 1 << 51,
            nulls: 1 << 51,
            value: Some(cny(i64::MAX / 2)),
            ..Conversion::default()
        };
        journeys.end_journey(&end).unwrap();
    }
    let attribution = engine(json!({"models": [
        {"id": "linear", "model": "linear"}, {"id": "u", "model": {"position_based": {}}},
        {"id": "markov", "model": {"markov": {}}}, {"id": "rate", "model": {"shapley": {"game": "rate"}}},
    ]}));
    for allocation in attribution.allocate(&journeys, &[Dimension::Channel]).unwrap() {
        let sum: i64 = allocation.rows.iter().map(|row| row.value.minor()).sum();
        assert_eq!(sum, i64::MAX / 2 * 2, "{}", allocation.model);
    }
    let with = engine(json!({
        "models": [{"id": "markov", "model": {"markov": {}}}], "bootstrap": {"samples": 50},
    }));
    let interval = with.credit(&journeys).unwrap().models()[0].channels[0].interval.unwrap();
    assert!(interval.low.is_finite() && interval.high.is_finite());
}

/// Shares sum to 1 however many there are, discounted and learnt ones too.
#[test]
fn shares_of_a_long_journey_sum_to_one() {
    let mut journeys = Journeys::new();
    for step in 0..100_000usize {
        journeys.push(Step { channel: ["A", "B", "C"][step * step % 7 % 3], ..Step::default() }).unwrap();
    }
    journeys.end_journey(&Conversion { value: Some(cny(100)), ..Conversion::default() }).unwrap();
    let attribution = engine(json!({"models": [
        {"id": "linear", "model": "linear"},
        {"id": "u", "model": {"position_based": {}}},
        {"id": "tenth", "model": "linear", "discount": {"A": 0.1, "B": 0.1, "C": 0.1}},
        {"id": "some", "model": {"position_based": {}}, "discount": {"A": 0.7}},
        {"id": "chain", "model": {"markov": {"divide": "journey"}}},
    ]}));
    for model in attribution.shares(&journeys.get(0).unwrap()).unwrap() {
        let (mut sum, mut lost) = (0.0f64, 0.0f64);
        for share in &model.shares {
            let next = sum + share;
            lost += (sum - next) + share;
            sum = next;
        }
        assert!((sum + lost - 1.0).abs() <= 1e-12, "{} {:e}", model.model, sum + lost - 1.0);
    }
    for model in attribution.credit(&journeys).unwrap().models() {
        let sum: f64 = model.channels.iter().map(|one| one.conversions).sum();
        assert!((sum - 1.0).abs() <= 1e-12, "{} {:e}", model.model, sum - 1.0);
    }
}

/// Campaigns come from links, which strangers write: they cost nothing where they are not asked for, and what is asked
/// for is counted before any is paid.
#[test]
fn campaigns_are_paid_only_where_they_are_asked_for() {
    let mut journeys = Journeys::new();
    for index in 0..40_000 {
        let campaign = format!("k{}", index % 26_000);
        journeys.push(Step { channel: "sem", campaign: Some(&campaign), time: None }).unwrap();
        journeys.end_journey(&Conversion { value: Some(cny(3)), nulls: 1, ..Conversion::default() }).unwrap();
    }
    let attribution = one(json!({"markov": {}}));
    for by in [&[Dimension::Channel][..], &[], &[Dimension::Channel, Dimension::Conversion]] {
        let allocated = attribution.allocate(&journeys, by).unwrap();
        assert_eq!((allocated[0].rows.len(), allocated[0].rows[0].value), (1, cny(120_000)));
    }
    let error = attribution.allocate(&journeys, &[Dimension::Campaign]).unwrap_err();
    let wanted = CreditError::AllocationTooLarge { conversions: 40_000, parts: 26_000, by_campaign: true };
    assert_eq!(error.error, wanted);
    assert!(
        error.to_string().ends_with("work: roll up without `campaign`, or group rare campaigns"),
        "{error}"
    );
}
