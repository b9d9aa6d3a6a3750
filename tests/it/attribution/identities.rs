//! What must hold for any journeys, and independent computations that must agree.

use leadkit::attribution::{Attribution, Conversion, Journeys, Step, shapley_values};
use proptest::prelude::*;
use serde_json::json;

use super::support::{NAMES, PathRow, any_paths, conversions, engine, one, paths};
use crate::oracle::attribution as oracle;

fn effects(attribution: &Attribution, journeys: &Journeys) -> Vec<f64> {
    let credits = attribution.credit(journeys).unwrap();
    credits.models()[0].channels.iter().map(|one| one.effect.unwrap()).collect()
}

/// The channels of the rows, in the order of their names.
fn used(rows: &[PathRow]) -> Vec<usize> {
    let mut used: Vec<usize> = rows.iter().flat_map(|row| row.channels.clone()).collect();
    used.sort_unstable();
    used.dedup();
    used
}

fn markov(order: u8) -> Attribution {
    one(json!({"markov": {"order": order}}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// At every order: probability, effects on conversions and on value, shares.
    #[test]
    fn chains_agree_with_a_dense_solver(rows in any_paths(6, 7), order in 1u8..=4) {
        let journeys = paths(&rows);
        let credits = markov(order).credit(&journeys).unwrap();
        let model = &credits.models()[0];
        let total: u64 = rows.iter().map(|row| row.conversions).sum();
        let taken: u64 = rows.iter().map(|row| row.conversions + row.nulls).sum();
        let (converts, value) = oracle::chain(&rows, order.into(), None);
        let fit = model.markov.as_ref().unwrap();
        prop_assert!((fit.conversion_probability - converts).abs() < 1e-11);
        prop_assert!((converts - total as f64 / taken as f64).abs() < 1e-11, "the raw rate");
        let raw_value: i64 = rows.iter().map(|row| row.value).sum();
        prop_assert!((value - raw_value as f64 / taken as f64).abs() < 1e-6, "the raw value");
        let without: Vec<(f64, f64)> =
            used(&rows).into_iter().map(|channel| oracle::chain(&rows, order.into(), Some(channel))).collect();
        let wanted: Vec<f64> = without.iter().map(|rest| 1.0 - rest.0 / converts).collect();
        let sum: f64 = wanted.iter().sum();
        for (credit, wanted) in model.channels.iter().zip(&wanted) {
            prop_assert!((credit.effect.unwrap() - wanted).abs() < 1e-9, "{credit:?} {wanted}");
            prop_assert!((credit.conversions - total as f64 * wanted / sum).abs() < 1e-9 * total as f64);
        }
        if raw_value > 0 {
            let by_value: Vec<f64> = without.iter().map(|rest| 1.0 - rest.1 / value).collect();
            let sum: f64 = by_value.iter().sum();
            for (credit, wanted) in model.channels.iter().zip(&by_value) {
                let wanted = raw_value as f64 * wanted / sum;
                prop_assert!((credit.value - wanted).abs() < 1e-8 * raw_value as f64, "{credit:?} {wanted}");
            }
        }
    }

    #[test]
    fn self_loops_do_not_change_effects_of_order_one(rows in any_paths(5, 6)) {
        let mut collapsed = rows.clone();
        collapsed.iter_mut().for_each(|row| row.channels.dedup());
        let [with, without] = [&rows, &collapsed].map(|rows| effects(&markov(1), &paths(rows)));
        for (with, without) in with.iter().zip(&without) {
            prop_assert!((with - without).abs() < 1e-11, "{with} {without}");
        }
        let by_rule = engine(json!({
            "models": [{"id": "m", "model": {"markov": {}}}], "path": "collapse_repeats",
        }));
        prop_assert_eq!(effects(&by_rule, &paths(&rows)), effects(&markov(1), &paths(&collapsed)));
    }

    /// The order of journeys and the numbers of channels do not matter.
    #[test]
    fn journeys_in_another_order_give_the_same_chain(rows in any_paths(5, 6), order in 1u8..=3) {
        let mut reversed = rows.clone();
        reversed.reverse();
        let [one, other] = [&rows, &reversed].map(|rows| effects(&markov(order), &paths(rows)));
        for (one, other) in one.iter().zip(&other) {
            prop_assert!((one - other).abs() < 1e-12);
        }
    }

    #[test]
    fn the_game_of_conversions_is_linear_over_unique_channels(rows in any_paths(8, 8)) {
        let journeys = paths(&rows);
        let shapley = one(json!({"shapley": {}})).credit(&journeys).unwrap();
        let unique = engine(json!({"models": [{"id": "m", "model": "linear"}], "path": "unique"}));
        let unique = unique.credit(&journeys).unwrap();
        // And both are what the definition gives, player by player in every order.
        let mut worth = vec![0.0; 256];
        for row in &rows {
            let set = row.channels.iter().fold(0usize, |set, channel| set | 1 << channel);
            for (all, worth) in worth.iter_mut().enumerate() {
                *worth += if all & set == set { row.conversions as f64 } else { 0.0 };
            }
        }
        let general = shapley_values(&worth).unwrap();
        for ((a, b), channel) in shapley.models()[0].channels.iter().zip(&unique.models()[0].channels).zip(used(&rows)) {
            prop_assert!((a.conversions - b.conversions).abs() < 1e-10);
            prop_assert!((a.conversions - general[channel]).abs() < 1e-10, "{} {}", a.conversions, general[channel]);
        }
    }

    /// Shares of one conversion sum to 1, none is negative, and the sums of all are the credits.
    #[test]
    fn shares_sum_to_one_and_credits_to_the_total(
        journeys in prop::collection::vec((prop::collection::vec((0usize..8, 0i64..500), 1..9), any::<bool>()), 1..20),
    ) {
        let mut set = Journeys::new();
        for (touches, converts) in &journeys {
            for (channel, hour) in touches {
                set.push_touch(NAMES[*channel], super::support::hour(*hour)).unwrap();
            }
            let end = Conversion { at: Some(super::support::hour(500)), ..Conversion::default() };
            let null = Conversion { at: end.at, ..Conversion::null() };
            set.end_journey(if *converts { &end } else { &null }).unwrap();
        }
        let attribution = engine(json!({"models": [
            {"id": "first", "model": "first"}, {"id": "last", "model": "last"}, {"id": "linear", "model": "linear"},
            {"id": "non", "model": {"last_non": {"channels": ["A", "B"]}}},
            {"id": "u", "model": {"position_based": {"first": 33.3, "middle": 33.3, "last": 33.4}}},
            {"id": "miles", "model": {"milestone_based": {}}},
            {"id": "decay", "model": {"time_decay": {"half_life": "3h"}}},
            {"id": "shapley", "model": {"shapley": {}}},
            {"id": "owner", "model": {"ownership": {}}},
            {"id": "cheap", "model": "linear", "discount": {"A": 0.3, "C": 0.7}},
        ]}));
        let credits = attribution.credit(&set).unwrap();
        let total = set.conversions() as f64;
        let mut sums: Vec<Vec<f64>> = vec![vec![0.0; 8]; credits.models().len()];
        for journey in set.iter() {
            for (model, shares) in attribution.shares(&journey).unwrap().iter().enumerate() {
                let sum: f64 = shares.shares.iter().sum();
                prop_assert!((sum - 1.0).abs() <= 1e-12, "{} {sum}", shares.model);
                prop_assert!(shares.shares.iter().all(|share| *share >= 0.0));
                for (touch, share) in shares.shares.iter().enumerate() {
                    let channel = NAMES.iter().position(|name| journey.channel(touch) == Some(name)).unwrap();
                    sums[model][channel] += share * journey.conversions() as f64;
                }
            }
        }
        for (model, sums) in credits.models().iter().zip(&sums) {
            let all: f64 = model.channels.iter().map(|one| one.conversions).sum();
            prop_assert!((all - total).abs() <= 1e-12 * total.max(1.0), "{} {all} {total}", model.model);
            for (name, got) in conversions(model) {
                let wanted = sums[NAMES.iter().position(|one| *one == name).unwrap()];
                prop_assert!((got - wanted).abs() < 1e-12 * total.max(1.0), "{} {name} {got} {wanted}", model.model);
            }
        }
    }

    /// Time decay by its definition: 0.5 to the power of the age over the half-life, from the conversion.
    #[test]
    fn time_decay_is_measured_from_the_conversion(hours in prop::collection::vec(0i64..400, 1..8), half in 1u32..200) {
        let mut journeys = Journeys::new();
        for (index, at) in hours.iter().enumerate() {
            journeys.push_touch(NAMES[index], super::support::hour(*at)).unwrap();
        }
        let end = Conversion { at: Some(super::support::hour(400)), ..Conversion::default() };
        journeys.end_journey(&end).unwrap();
        let weight = |at: i64| 0.5f64.powf((400 - at) as f64 / f64::from(half));
        let sum: f64 = hours.iter().map(|at| weight(*at)).sum();
        let credits = one(json!({"time_decay": {"half_life": format!("{half}h")}})).credit(&journeys).unwrap();
        for (index, at) in hours.iter().enumerate() {
            let got = credits.models()[0].channel(NAMES[index]).unwrap().conversions;
            prop_assert!((got - weight(*at) / sum).abs() < 1e-12);
        }
    }
}

proptest! {
    // Eight players can come in 40,320 orders.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn shapley_values_agree_with_all_orders_of_players(
        players in 1usize..=8, seed in prop::collection::vec(-100.0f64..100.0, 256),
    ) {
        let worth = &seed[..1 << players];
        let got = shapley_values(worth).unwrap();
        for (got, wanted) in got.iter().zip(oracle::shapley_by_orders(worth)) {
            prop_assert!((got - wanted).abs() < 1e-10, "{got} {wanted}");
        }
        let sum: f64 = got.iter().sum();
        prop_assert!((sum - (worth[worth.len() - 1] - worth[0])).abs() < 1e-9);
    }

    #[test]
    fn rates_agree_with_all_orders_of_channels(rows in any_paths(8, 6)) {
        let credits = one(json!({"shapley": {"game": "rate"}})).credit(&paths(&rows)).unwrap();
        let used = used(&rows);
        let set_of = |row: &PathRow| {
            row.channels.iter().fold(0usize, |set, channel| set | 1 << used.binary_search(channel).unwrap())
        };
        let worth: Vec<f64> = (0..1usize << used.len())
            .map(|all| {
                let inside = || rows.iter().filter(|row| all & set_of(row) == set_of(row));
                let taken: u64 = inside().map(|row| row.conversions + row.nulls).sum();
                let won: u64 = inside().map(|row| row.conversions).sum();
                if taken == 0 { 0.0 } else { won as f64 / taken as f64 }
            })
            .collect();
        let wanted = oracle::shapley_by_orders(&worth);
        let positive: f64 = wanted.iter().map(|value| value.max(0.0)).sum();
        let total: u64 = rows.iter().map(|row| row.conversions).sum();
        for (credit, wanted) in credits.models()[0].channels.iter().zip(&wanted) {
            prop_assert!((credit.effect.unwrap() - wanted).abs() < 1e-10);
            let share = wanted.max(0.0) / positive;
            prop_assert!((credit.conversions - total as f64 * share).abs() < 1e-8 * total as f64);
        }
    }
}

/// Eight channels, none missing, by both games: every order in which they can come.
#[test]
fn eight_channels_agree_with_all_their_orders() {
    let mut rows: Vec<PathRow> = (0..8)
        .map(|first| PathRow {
            channels: vec![first, (first * 3 + 1) % 8, (first + 5) % 8],
            conversions: 3 + first as u64,
            nulls: 40 - 5 * first as u64,
            value: 0,
        })
        .collect();
    rows.push(PathRow { channels: (0..8).collect(), conversions: 11, nulls: 2, value: 0 });
    let game = |of: &dyn Fn(u64, u64) -> f64| -> Vec<f64> {
        let worth = |all: usize| {
            let set = |row: &PathRow| row.channels.iter().fold(0usize, |set, channel| set | 1 << channel);
            let inside = rows.iter().filter(|row| set(row) & all == set(row));
            let (won, lost) = inside.fold((0, 0), |sum, row| (sum.0 + row.conversions, sum.1 + row.nulls));
            of(won, lost)
        };
        oracle::shapley_by_orders(&(0..256).map(worth).collect::<Vec<f64>>())
    };
    let conversions = game(&|won, _| won as f64);
    let rates = game(&|won, lost| if won + lost == 0 { 0.0 } else { won as f64 / (won + lost) as f64 });
    let credits = |rules: serde_json::Value| one(rules).credit(&paths(&rows)).unwrap();
    let (closed, general) = (credits(json!({"shapley": {}})), credits(json!({"shapley": {"game": "rate"}})));
    assert_eq!((closed.models()[0].channels.len(), general.models()[0].channels.len()), (8, 8));
    for channel in 0..8 {
        let got = closed.models()[0].channels[channel].conversions;
        assert!((got - conversions[channel]).abs() < 1e-11, "{channel} {got} {}", conversions[channel]);
        let got = general.models()[0].channels[channel].effect.unwrap();
        assert!((got - rates[channel]).abs() < 1e-12, "{channel} {got} {}", rates[channel]);
    }
}

/// A chain with more states than are solved directly, against the dense solver.
#[test]
fn large_chains_agree_with_the_fundamental_matrix() {
    let mut random = 7u64;
    let mut next = |end: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % end
    };
    let mut rows = Vec::new();
    for _ in 0..4_000 {
        let length = 1 + next(9) as usize;
        rows.push(PathRow {
            channels: (0..length).map(|_| next(8) as usize).collect(),
            conversions: next(3),
            nulls: next(4),
            value: 0,
        });
    }
    rows.iter_mut().for_each(|row| row.value = row.conversions as i64 * 137);
    for order in [1, 2, 3, 4] {
        let credits = markov(order).credit(&paths(&rows)).unwrap();
        let model = &credits.models()[0];
        let states = model.markov.as_ref().unwrap().states;
        assert_eq!(states > 512, order > 2, "order {order}: {states}");
        // Four thousand states are too many for the oracle.
        let compared = [8, 8, 3, 0][usize::from(order) - 1];
        if compared == 0 {
            continue;
        }
        let (all, _) = oracle::chain(&rows, order.into(), None);
        for (channel, credit) in model.channels.iter().enumerate().take(compared) {
            let (rest, _) = oracle::chain(&rows, order.into(), Some(channel));
            let wanted = 1.0 - rest / all;
            assert!((credit.effect.unwrap() - wanted).abs() < 1e-9, "{order} {credit:?} {wanted}");
        }
    }
}

/// With journeys no longer than the order the chain repeats the journeys: a removal effect is the part of the
/// conversions whose journey has the channel.
#[test]
fn a_chain_as_long_as_the_journeys_repeats_them() {
    let mut rows = Vec::new();
    for set in 0..8usize * 8 * 8 * 8 {
        let channels: Vec<usize> = (0..4).map(|place| set / 8usize.pow(place) % 8).collect();
        rows.push(PathRow {
            channels: channels[..1 + set % 4].to_vec(),
            conversions: set as u64 * 7 % 5,
            nulls: set as u64 * 11 % 13,
            value: 0,
        });
    }
    let credits = markov(4).credit(&paths(&rows)).unwrap();
    let model = &credits.models()[0];
    assert!(model.markov.as_ref().unwrap().states > 512, "iterated");
    let total: u64 = rows.iter().map(|row| row.conversions).sum();
    for (channel, credit) in model.channels.iter().enumerate() {
        let with: u64 =
            rows.iter().filter(|row| row.channels.contains(&channel)).map(|row| row.conversions).sum();
        let wanted = with as f64 / total as f64;
        assert!((credit.effect.unwrap() - wanted).abs() < 1e-9, "{credit:?} {wanted}");
    }
}

#[test]
fn intervals_are_seeded_and_narrow_with_more_journeys() {
    let rows = |times: u64| {
        vec![
            PathRow { channels: vec![0, 1], conversions: 6 * times, nulls: 20 * times, value: 0 },
            PathRow { channels: vec![1], conversions: 4 * times, nulls: 30 * times, value: 0 },
            PathRow { channels: vec![2, 0], conversions: 5 * times, nulls: 9 * times, value: 0 },
        ]
    };
    let with = |seed: u64, times: u64| {
        let rules = json!({
            "models": [{"id": "m", "model": {"markov": {}}}, {"id": "l", "model": "linear"}],
            "bootstrap": {"samples": 200, "seed": seed},
        });
        engine(rules).credit(&paths(&rows(times))).unwrap()
    };
    let (small, large) = (with(1, 1), with(1, 100));
    assert_eq!(small, with(1, 1));
    assert_ne!(small, with(2, 1));
    for (small, large) in small.models()[0].channels.iter().zip(&large.models()[0].channels) {
        let (a, b) = (small.interval.unwrap(), large.interval.unwrap());
        assert!(a.low <= small.conversions && small.conversions <= a.high, "{small:?}");
        // A hundred times the journeys: ten times as narrow, as shares.
        let ratio = ((b.high - b.low) / 1500.0) / ((a.high - a.low) / 15.0);
        assert!(ratio > 0.05 && ratio < 0.2, "{ratio}");
    }
    assert!(small.models()[1].channels.iter().all(|one| one.interval.is_none()));
    // Divided journey by journey, the interval is that of the divided journeys.
    let rules = json!({
        "models": [{"id": "m", "model": {"markov": {"divide": "journey"}}}], "bootstrap": {"samples": 100},
    });
    let divided = engine(rules).credit(&paths(&rows(100))).unwrap();
    for one in &divided.models()[0].channels {
        let interval = one.interval.unwrap();
        assert!(interval.low < one.conversions && one.conversions < interval.high, "{one:?}");
    }
    let text = small.to_string();
    assert!(text.starts_with("m: 15 conversions, fewer than 30; "), "{text}");
}

#[test]
fn few_conversions_are_said_to_be_few() {
    let mut journeys = Journeys::new();
    for (path, count) in [(vec!["A", "B", "A"], 29), (vec!["B"], 3), (vec!["C", "D"], 4), (vec!["D"], 1)] {
        for channel in path {
            journeys.push(Step { channel, ..Step::default() }).unwrap();
        }
        journeys.end_journey(&Conversion { count, ..Conversion::default() }).unwrap();
    }
    let few = |rules: serde_json::Value| {
        let credits = engine(rules).credit(&journeys).unwrap();
        let model = &credits.models()[0];
        let few: String =
            model.channels.iter().filter(|one| one.is_few).map(|one| one.channel.as_str()).collect();
        (model.notes.iter().map(|note| note.code()).collect::<Vec<_>>(), few)
    };
    let models = json!([{"id": "m", "model": "last"}]);
    assert_eq!(few(json!({"models": models})), (vec![], "C".to_owned()));
    let stricter = json!({"models": models, "minimum": {"model": 38, "channel": 6}});
    assert_eq!(few(stricter), (vec!["few_conversions"], "CD".to_owned()));
}

#[test]
fn draws_without_a_conversion_say_nothing_of_the_shares() {
    let attribution = Attribution::load(json!({
        "models": [{"id": "chain", "model": {"markov": {}}}, {"id": "game", "model": {"shapley": {}}}],
        "bootstrap": {"samples": 200},
    }))
    .unwrap();
    let mut journeys = Journeys::new();
    journeys.push(Step { channel: "only", ..Step::default() }).unwrap();
    journeys.end_journey(&Conversion { count: 1, ..Conversion::default() }).unwrap();
    for model in attribution.credit(&journeys).unwrap().models() {
        let interval = model.channel("only").unwrap().interval.unwrap();
        assert_eq!((interval.low, interval.high), (1.0, 1.0), "{}", model.model);
    }
}
