//! Which order a chain chooses: what can be learnt, and no more.

use std::collections::BTreeMap;

use leadkit::attribution::{Conversion, Journeys, MarkovFit, Step};
use serde_json::json;

use super::support::{PathRow, one, paths};

/// Numbers below `n`, by a generator of Knuth's.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Journeys over channels drawn at random, each converting with so many percent, given its path.
fn drawn(seed: u64, journeys: usize, channels: u64, percent: impl Fn(&[u64]) -> u64) -> Journeys {
    let mut random = Random(seed);
    let mut set = Journeys::new();
    for _ in 0..journeys {
        let length = 1 + random.below(8);
        let path: Vec<u64> = (0..length).map(|_| random.below(channels)).collect();
        for channel in &path {
            set.push(Step { channel: &format!("c{channel}"), ..Step::default() }).unwrap();
        }
        let won = random.below(100) < percent(&path);
        set.end_journey(&if won { Conversion::default() } else { Conversion::null() }).unwrap();
    }
    set
}

fn chosen(journeys: &Journeys) -> MarkovFit {
    let credits = one(json!({"markov": {"order": null, "divide": "journey"}})).credit(journeys).unwrap();
    credits.models()[0].markov.clone().unwrap()
}

#[test]
fn noise_is_not_learnt_by_heart() {
    for (seed, journeys, channels) in
        [(7, 2_000, 60), (8, 2_000, 10), (9, 1_000, 5), (10, 300, 3), (11, 60, 20)]
    {
        let fit = chosen(&drawn(seed, journeys, channels, |_| 20));
        assert_eq!(fit.order, 1, "{fit:?}");
        let last = &fit.orders[3];
        if channels >= 20 {
            // Every journey has a state of its own, which fits and says nothing.
            assert!(last.auc.unwrap() > 0.97, "{last:?}");
        }
        assert!((last.penalised_auc.unwrap() - 0.5).abs() < 0.1, "{last:?}");
    }
}

#[test]
fn what_depends_on_the_last_two_channels_has_order_two() {
    let by_two = |path: &[u64]| match path {
        [.., a, b] if (a + b) % 2 == 1 => 50,
        _ => 10,
    };
    for (seed, journeys, channels) in [(7, 2_000, 60), (8, 2_000, 10), (9, 1_000, 5), (10, 1_000, 2)] {
        let fit = chosen(&drawn(seed, journeys, channels, by_two));
        assert_eq!(fit.order, 2, "{fit:?}");
    }
    // And on the last one: order 1, whose area says what there is to learn.
    let fit = chosen(&drawn(7, 2_000, 10, |path| if path.last() == Some(&3) { 60 } else { 10 }));
    assert_eq!(fit.order, 1, "{fit:?}");
    assert!(fit.orders[0].penalised_auc.unwrap() > 0.6, "{fit:?}");
}

/// By definition: every pair of a conversion and a null is ranked by rates without the two.
fn left_out(rows: &[PathRow], order: usize) -> (f64, f64) {
    let mut ends: BTreeMap<Vec<usize>, (f64, f64)> = BTreeMap::new();
    for row in rows {
        let state = row.channels[row.channels.len().saturating_sub(order)..].to_vec();
        let end = ends.entry(state).or_default();
        *end = (end.0 + row.conversions as f64, end.1 + row.nulls as f64);
    }
    let all = ends.values().fold((0.0, 0.0), |sum, end| (sum.0 + end.0, sum.1 + end.1));
    let rate = |won: f64, lost: f64| {
        if won + lost > 0.0 { won / (won + lost) } else { (all.0 - 1.0) / (all.0 + all.1 - 2.0).max(1.0) }
    };
    let points = |a: f64, b: f64| if (a - b).abs() < 1e-12 { 0.5 } else { f64::from(u8::from(a > b)) };
    let (mut within, mut without) = (0.0, 0.0);
    for (state, (won, lost)) in &ends {
        for (other, (won2, lost2)) in &ends {
            let pairs = won * lost2;
            if pairs == 0.0 {
                continue;
            }
            within += pairs * points(won / (won + lost), won2 / (won2 + lost2));
            let both = state == other;
            without +=
                pairs * if both { 0.5 } else { points(rate(won - 1.0, *lost), rate(*won2, lost2 - 1.0)) };
        }
    }
    (within / (all.0 * all.1), without / (all.0 * all.1))
}

#[test]
fn areas_are_those_of_the_definition() {
    // Whether a journey converts depends on the last two channels, not on the last one.
    let mut rows = Vec::new();
    for (path, conversions, nulls) in [
        (vec![0, 0], 90, 10),
        (vec![1, 0], 10, 90),
        (vec![0, 1], 10, 90),
        (vec![1, 1], 90, 10),
        (vec![2, 0, 0], 90, 10),
        (vec![2, 1, 0], 10, 90),
        (vec![3, 2], 1, 0),
        (vec![4, 2], 0, 1),
    ] {
        rows.push(PathRow { channels: path, conversions, nulls, value: 0 });
    }
    let automatic = one(json!({"markov": {"order": null}}));
    let credits = automatic.credit(&paths(&rows)).unwrap();
    let fit = credits.models()[0].markov.clone().unwrap();
    assert_eq!(fit.order, 2);
    assert_eq!(fit.orders.iter().map(|one| one.order).collect::<Vec<_>>(), [1, 2, 3, 4]);
    for one in &fit.orders {
        let (within, without) = left_out(&rows, one.order.into());
        assert!((one.auc.unwrap() - within).abs() < 1e-8, "{one:?} {within}");
        assert!((one.penalised_auc.unwrap() - without).abs() < 1e-8, "{one:?} {without}");
    }
    let same = one(json!({"markov": {"order": 2}})).credit(&paths(&rows)).unwrap();
    assert_eq!(same.models()[0].channels, credits.models()[0].channels);
    // A hundredth of the journeys proves nothing: order 1.
    let few: Vec<PathRow> = rows
        .iter()
        .map(|row| PathRow { conversions: row.conversions / 50, nulls: row.nulls / 50, ..row.clone() })
        .collect();
    assert_eq!(chosen(&paths(&few)).order, 1);
    // Nothing to tell apart: order 1.
    rows.iter_mut().for_each(|row| row.nulls = 0);
    let fit = chosen(&paths(&rows));
    assert_eq!((fit.order, fit.orders[1].penalised_auc), (1, None));
}
