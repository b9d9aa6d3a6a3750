//! Every cent is somewhere, and nowhere twice.

use std::collections::BTreeMap;

use leadkit::attribution::{
    Allocation, AllocationRow, Attribution, Conversion, Dimension, Journeys, Step, channel_costs,
};
use leadkit::model::{Campaign, Currency, Money, MoneyError, Touch};
use proptest::prelude::*;
use serde_json::json;

use super::support::{NAMES, any_paths, cny, engine, hour, one, paths, texts};
use crate::oracle::attribution::hamilton;

const LARGEST_REMAINDER: &str = include_str!("../../data/largest_remainder.json");

#[test]
fn allocations_of_an_independent_implementation() {
    let data: serde_json::Value = serde_json::from_str(LARGEST_REMAINDER).unwrap();
    let cases = data["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    let numbers = |json: &serde_json::Value| -> Vec<u64> {
        json.as_array().unwrap().iter().map(|one| one.as_u64().unwrap()).collect()
    };
    for case in cases {
        let (weights, total, wanted) =
            (numbers(&case["weights"]), case["total"].as_u64().unwrap(), numbers(&case["alloc"]));
        let got = leadkit::model::largest_remainder(total, &weights).unwrap();
        assert_eq!(got, wanted, "{case}");
        // The same as a budget over channels that are credited in that proportion.
        let mut journeys = Journeys::new();
        for (index, weight) in weights.iter().enumerate() {
            journeys.push(Step { channel: &format!("{index:03}"), ..Step::default() }).unwrap();
            let value = (*weight > 0).then(|| cny(*weight as i64));
            journeys.end_journey(&Conversion { value, ..Conversion::default() }).unwrap();
        }
        let allocated = one(json!("last")).allocate(&journeys, &[Dimension::Channel]).unwrap();
        let budget = allocated[0].propose_budget(cny(total as i64)).unwrap();
        for (index, wanted) in wanted.iter().enumerate() {
            let got = budget.get(&format!("{index:03}")).map_or(0, |part| part.minor());
            assert_eq!(got, *wanted as i64, "{case} {index}");
        }
    }
}

fn all_models() -> Attribution {
    engine(json!({"offset": "+08:00", "models": [
        {"id": "first", "model": "first"}, {"id": "last", "model": "last"}, {"id": "linear", "model": "linear"},
        {"id": "u", "model": {"position_based": {}}},
        {"id": "decay", "model": {"time_decay": {"half_life": "2d"}}},
        {"id": "shapley", "model": {"shapley": {}}},
        {"id": "markov", "model": {"markov": {"order": 2}}},
        {"id": "rate", "model": {"shapley": {"game": "rate"}}},
        {"id": "cheap", "model": "linear", "discount": {"A": 0.3}, "ignore": ["B"]},
    ]}))
}

/// What a conversion of the test is: touches (channel, campaign, hour), value, pipeline, hour.
type Case = (Vec<(usize, Option<usize>, i64)>, Option<i64>, Option<usize>, i64);

fn any_cases() -> impl Strategy<Value = Vec<Case>> {
    let touch = (0usize..5, prop::option::of(0usize..3), 0i64..1_500);
    let value =
        prop_oneof![Just(None), (1i64..9_999).prop_map(Some), Just(Some(1)), (-500i64..0).prop_map(Some)];
    let case = (prop::collection::vec(touch, 0..9), value, prop::option::of(0usize..2), 1_500i64..4_000);
    prop::collection::vec(case, 1..25)
}

const CAMPAIGNS: [&str; 3] = ["spring", "summer", "autumn"];
const PIPELINES: [&str; 2] = ["marketing", "sales"];

fn journeys(cases: &[Case]) -> Journeys {
    let mut journeys = Journeys::new();
    for (index, (touches, value, pipeline, end)) in cases.iter().enumerate() {
        for (channel, campaign, at) in touches {
            let campaign = campaign.map(|one| CAMPAIGNS[one]);
            journeys.push(Step { channel: NAMES[*channel], campaign, time: Some(hour(*at)) }).unwrap();
        }
        let end = Conversion {
            id: Some(format!("O{index}")),
            count: u64::from(value.is_some()),
            nulls: u64::from(value.is_none()),
            value: value.map(cny),
            at: Some(hour(*end)),
            pipeline: pipeline.map(|one| PIPELINES[one].to_owned()),
            ..Conversion::default()
        };
        journeys.end_journey(&end).unwrap();
    }
    journeys
}

type Key = [Option<String>; 5];

fn key(row: &AllocationRow) -> Key {
    [&row.channel, &row.campaign, &row.month, &row.pipeline, &row.conversion].map(Clone::clone)
}

/// Rolls rows up to some dimensions.
fn rolled(allocation: &Allocation, keep: &[Dimension]) -> BTreeMap<Key, i64> {
    let mut sums = BTreeMap::new();
    for row in &allocation.rows {
        let mut key = key(row);
        for (part, dimension) in key.iter_mut().zip(Dimension::ALL) {
            if !keep.contains(dimension) {
                *part = None;
            }
        }
        *sums.entry(key).or_default() += row.value.minor();
    }
    sums.retain(|_, value| *value != 0);
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_roll_up_sums_to_the_total_and_agrees_with_the_finest(cases in any_cases()) {
        let journeys = journeys(&cases);
        let attribution = all_models();
        let total: i64 = cases.iter().filter_map(|case| case.1).sum();
        let finest = attribution.allocate(&journeys, Dimension::ALL).unwrap();
        for keep in [
            vec![Dimension::Channel],
            vec![Dimension::Campaign],
            vec![Dimension::Month],
            vec![Dimension::Pipeline],
            vec![Dimension::Conversion],
            vec![Dimension::Channel, Dimension::Month],
            vec![Dimension::Conversion, Dimension::Campaign],
            vec![],
        ] {
            for (coarse, fine) in attribution.allocate(&journeys, &keep).unwrap().iter().zip(&finest) {
                prop_assert_eq!(coarse.rows.iter().map(|row| row.value.minor()).sum::<i64>(), total);
                prop_assert_eq!(coarse.total.minor(), total);
                prop_assert_eq!(rolled(coarse, &keep), rolled(fine, &keep), "{} by {:?}", coarse.model, keep);
                let conversions: f64 = coarse.rows.iter().map(|row| row.conversions).sum();
                prop_assert!((conversions - journeys.conversions() as f64).abs() < 1e-9);
            }
        }
        // By conversion and by month the money is what the conversions say, whoever gets it.
        for allocation in attribution.allocate(&journeys, &[Dimension::Conversion]).unwrap() {
            for row in &allocation.rows {
                let index: usize = row.conversion.as_ref().unwrap()[1..].parse().unwrap();
                prop_assert_eq!(Some(row.value.minor()), cases[index].1);
            }
        }
        for allocation in attribution.allocate(&journeys, &[Dimension::Month]).unwrap() {
            let mut months: BTreeMap<String, i64> = BTreeMap::new();
            for (_, value, _, end) in &cases {
                let local = hour(*end) + chrono::TimeDelta::hours(8);
                *months.entry(local.format("%Y-%m").to_string()).or_default() += value.unwrap_or(0);
            }
            for row in &allocation.rows {
                prop_assert_eq!(row.value.minor(), months[row.month.as_ref().unwrap()]);
            }
        }
        // Touch by touch: the sums by channel are those of the allocation, and each conversion is whole.
        for (model, by_channel) in attribution.models().zip(attribution.allocate(&journeys, &[Dimension::Channel]).unwrap()) {
            let touches = attribution.touch_credits(&journeys, model).unwrap().unwrap();
            let mut by_journey: BTreeMap<usize, (f64, i64)> = BTreeMap::new();
            let mut channels: BTreeMap<&str, i64> = BTreeMap::new();
            for touch in &touches {
                let sums = by_journey.entry(touch.journey).or_default();
                sums.0 += touch.share;
                sums.1 += touch.value.minor();
                *channels.entry(&touch.channel).or_default() += touch.value.minor();
                let journey = journeys.get(touch.journey).unwrap();
                prop_assert_eq!(journey.channel(touch.touch), Some(touch.channel.as_str()));
                prop_assert_eq!(journey.campaign(touch.touch), touch.campaign.as_deref());
            }
            for (journey, (share, value)) in by_journey {
                prop_assert!((share - 1.0).abs() < 1e-12);
                prop_assert_eq!(Some(value), cases[journey].1);
            }
            if !matches!(model, "markov" | "rate") {
                for (channel, value) in channels {
                    prop_assert_eq!(by_channel.channel(channel).unwrap().value.minor(), value, "{}", model);
                }
            }
        }
    }

    /// One conversion by largest remainder in fractions, ties to the touch that stands first.
    #[test]
    fn each_conversion_is_divided_by_largest_remainder(touches in 1usize..12, value in -20_000i64..20_000) {
        let mut journeys = Journeys::new();
        for touch in 0..touches {
            journeys.push(Step { channel: &format!("{touch:02}"), ..Step::default() }).unwrap();
        }
        journeys.end_journey(&Conversion { value: Some(cny(value)), ..Conversion::default() }).unwrap();
        let between = touches.saturating_sub(2) as u64;
        let u: Vec<u64> = match touches {
            1 | 2 => vec![1; touches],
            _ => (0..touches).map(|touch| if touch == 0 || touch == touches - 1 { 40 * between } else { 20 }).collect(),
        };
        for (model, weights) in [(json!("linear"), vec![1; touches]), (json!({"position_based": {}}), u)] {
            let wanted = hamilton(value, &weights);
            let allocated = one(model.clone()).allocate(&journeys, &[Dimension::Channel]).unwrap();
            let got: Vec<i64> = allocated[0].rows.iter().map(|row| row.value.minor()).collect();
            prop_assert_eq!(&got, &wanted, "{}", model);
        }
    }

    /// What models that learn pay follows what they credit.
    #[test]
    fn totals_of_a_chain_follow_its_credits(values in prop::collection::vec(1i64..300, 40..200)) {
        let mut journeys = Journeys::new();
        for (index, value) in values.iter().enumerate() {
            for channel in [index % 3, index % 5, index % 2] {
                journeys.push(Step { channel: NAMES[channel], ..Step::default() }).unwrap();
            }
            journeys.end_journey(&Conversion { value: Some(cny(*value)), ..Conversion::default() }).unwrap();
            journeys.push(Step { channel: NAMES[index % 4], ..Step::default() }).unwrap();
            journeys.end_journey(&Conversion::null()).unwrap();
        }
        let attribution = one(json!({"markov": {}}));
        let credits = attribution.credit(&journeys).unwrap();
        let allocated = attribution.allocate(&journeys, &[Dimension::Channel]).unwrap();
        for credit in &credits.models()[0].channels {
            let paid = allocated[0].channel(&credit.channel).unwrap().value.minor() as f64;
            prop_assert!((paid - credit.value).abs() < 1.0, "{credit:?} {paid}");
        }
        // In pennies that are all alike the sums are those of one division of the total.
        let mut pennies = Journeys::new();
        for index in 0..values.len() {
            for channel in [index % 3, index % 5] {
                pennies.push(Step { channel: NAMES[channel], ..Step::default() }).unwrap();
            }
            pennies.end_journey(&Conversion { value: Some(cny(1)), nulls: 1, ..Conversion::default() }).unwrap();
        }
        let credits = attribution.credit(&pennies).unwrap();
        let allocated = attribution.allocate(&pennies, &[Dimension::Channel]).unwrap();
        for credit in &credits.models()[0].channels {
            let paid = allocated[0].channel(&credit.channel).unwrap().value.minor() as f64;
            prop_assert!((paid - credit.value).abs() < 1.0, "{credit:?} {paid}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Channels that led to no conversion too, and whatever order the journeys come in.
    #[test]
    fn what_is_learnt_is_paid_to_every_channel(rows in any_paths(5, 5)) {
        let (journeys, mut turned) = (paths(&rows), rows.clone());
        turned.reverse();
        let turned = paths(&turned);
        let attribution = engine(json!({"models": [
            {"id": "one", "model": {"markov": {}}},
            {"id": "two", "model": {"markov": {"order": 2}}},
            {"id": "rate", "model": {"shapley": {"game": "rate"}}},
            {"id": "apart", "model": {"markov": {"divide": "journey"}}},
        ]}));
        let (credits, allocated) = attribution.credit_and_allocate(&journeys, &[Dimension::Channel]).unwrap();
        let fine = attribution.allocate(&journeys, &[Dimension::Channel, Dimension::Campaign]).unwrap();
        let again = attribution.allocate(&turned, &[Dimension::Channel]).unwrap();
        for (((credits, allocated), fine), again) in credits.models().iter().zip(&allocated).zip(&fine).zip(&again) {
            for credit in &credits.channels {
                let row = allocated.channel(&credit.channel).unwrap();
                prop_assert!((row.conversions - credit.conversions).abs() < 1e-9, "{credit:?} {row:?}");
                let value = |of: &Allocation| of.rows.iter()
                    .filter(|row| row.channel.as_deref() == Some(&credit.channel))
                    .map(|row| row.value.minor())
                    .sum::<i64>();
                // Touch by touch each may be off by less than a unit.
                let touches: usize = rows.iter().map(|row| row.channels.len()).sum();
                let most = if credits.model.as_str() == "apart" { touches as f64 } else { 1.0 };
                prop_assert!((row.value.minor() as f64 - credit.value).abs() < most, "{credit:?} {row:?}");
                prop_assert_eq!(value(allocated), value(fine));
                prop_assert_eq!(value(allocated), value(again), "{} {}", credits.model, credit.channel);
            }
        }
    }
}

/// A channel that stands on paths without a conversion alone has an effect, and is paid for it.
#[test]
fn a_channel_that_led_to_no_conversion_is_paid_its_effect() {
    let mut journeys = Journeys::new();
    for (path, end) in [
        (&["a", "b"][..], Conversion::null()),
        (&["b"], Conversion { value: Some(cny(10_000)), ..Conversion::default() }),
    ] {
        for channel in path {
            journeys.push(Step { channel, campaign: (*channel == "a").then_some("k"), time: None }).unwrap();
        }
        journeys.end_journey(&end).unwrap();
    }
    for by in [&[Dimension::Channel][..], &[Dimension::Channel, Dimension::Campaign]] {
        let allocated = one(json!({"markov": {}})).allocate(&journeys, by).unwrap();
        let rows: Vec<(&str, i64)> = allocated[0]
            .rows
            .iter()
            .map(|row| (row.channel.as_deref().unwrap(), row.value.minor()))
            .collect();
        assert_eq!(rows, [("a", 3_333), ("b", 6_667)]);
        assert!(allocated[0].rows[0].is_few && allocated[0].rows[1].is_few);
        assert_eq!(allocated[0].rows[0].campaign.as_deref(), by.get(1).map(|_| "k"));
        assert_eq!(allocated[0].propose_budget(cny(300)).unwrap()["a"], cny(100));
    }
}

/// A discount is a decimal: what it divides exactly is a tie, which belongs to the touch that stands first.
#[test]
fn decimal_discounts_tie_exactly() {
    let journeys =
        texts(&["c1 > c3 > c0"], &Conversion { value: Some(cny(573_736)), ..Conversion::default() });
    let rules =
        json!({"models": [{"id": "m", "model": {"shapley": {}}, "discount": {"c0": 0.1, "c3": 0.5}}]});
    let allocated = engine(rules).allocate(&journeys, &[Dimension::Channel]).unwrap();
    let value = |channel: &str| allocated[0].channel(channel).unwrap().value.minor();
    assert_eq!((value("c1"), value("c3"), value("c0")), (358_585, 179_293, 35_858));
}

#[test]
fn reports_put_costs_beside_credits() {
    let spent =
        |channel: &str, minor| Touch { channel: channel.into(), cost: Some(cny(minor)), ..Touch::default() };
    let fair = Campaign { channel: "expo".into(), actual_cost: Some(cny(50_000)), ..Campaign::default() };
    let costs =
        channel_costs(&[spent("sem", 1_000), spent("sem", 2_000), spent("feed", 0)], &[fair]).unwrap();
    assert_eq!(costs["sem"], cny(3_000));
    let journeys =
        texts(&["sem > feed", "sem"], &Conversion { value: Some(cny(6_001)), ..Conversion::default() });
    let attribution =
        engine(json!({"models": [{"id": "first", "model": "first"}, {"id": "linear", "model": "linear"}]}));
    let report = attribution.report(&journeys, &costs, 0.25).unwrap();
    let row = |channel: &str| report.rows.iter().find(|row| row.channel == channel).unwrap();
    let sem = &row("sem").models[1];
    assert_eq!((sem.conversions, sem.value, sem.cac), (1.5, cny(9_002), Some(cny(2_000))));
    assert!((sem.roas.unwrap() - 9_002.0 / 3_000.0).abs() < 1e-9);
    assert!((sem.roi.unwrap() - (9_002.0 * 0.25 - 3_000.0) / 3_000.0).abs() < 1e-9);
    // Cost zero and cost unknown: no ratio. Cost without a touch: a row.
    assert_eq!((row("feed").models[1].roas, row("feed").models[1].cac), (None, Some(cny(0))));
    assert_eq!((row("expo").models[0].cac, row("expo").models[0].roas), (None, Some(0.0)));
    assert!(
        report.to_string().contains("sem\tlinear\t1.50\t90.02 CNY\t30.00 CNY\t20.00 CNY\t3.00\t-0.25"),
        "{report}"
    );
    let dollars = [("sem".to_owned(), Money::new(1, Currency::USD))].into();
    let error = attribution.report(&journeys, &dollars, 1.0).unwrap_err();
    assert_eq!(error.to_string(), "the cost of channel `sem`: amounts in CNY and USD cannot be added");
    assert!(attribution.report(&journeys, &costs, f64::NAN).is_err());
    assert!(channel_costs(&[spent("a", i64::MAX), spent("a", 1)], &[]).is_err());
}

#[test]
fn a_budget_needs_credits() {
    let journeys = texts(&["sem > feed"], &Conversion::null());
    let allocated = one(json!("first")).allocate(&journeys, &[Dimension::Channel]).unwrap();
    assert_eq!(allocated[0].propose_budget(cny(10)), Err(MoneyError::NoWeights));
    assert_eq!(allocated[0].partner_shares(cny(10), &["x".to_owned()].into()), Err(MoneyError::NoWeights));
}

/// One touch costs once, and channels are named as in journeys.
#[test]
fn costs_are_counted_as_touches_are() {
    use leadkit::model::{Campaign, SharedBy, Touch};
    let spent = |id: Option<&str>, lead: &str, channel: &str| Touch {
        id: id.map(Into::into),
        lead: lead.into(),
        channel: channel.into(),
        cost: Some(cny(100)),
        ..Touch::default()
    };
    let touches = [
        spent(Some("t1"), "L1", "sem"),
        spent(Some(" t1 "), "L1", " sem "),
        spent(None, "L1", "sem"),
        spent(None, "L1", " sem "),
        spent(None, "", "feed"),
        spent(None, "", "feed"),
        spent(None, "L1", "(null)"),
        spent(None, "L1", " "),
        Touch { shared_by: Some(SharedBy::Other(" ".into())), ..spent(None, "L2", "wechat") },
    ];
    let free = Touch { cost: None, ..spent(Some("t1"), "L1", "sem") };
    let touches: Vec<Touch> = std::iter::once(free).chain(touches).collect();
    let fair = Campaign { channel: " expo ".into(), actual_cost: Some(cny(7)), ..Campaign::default() };
    let costs: Vec<(String, i64)> = channel_costs(&touches, &[fair])
        .unwrap()
        .into_iter()
        .map(|(channel, cost)| (channel, cost.minor()))
        .collect();
    let wanted = [("expo", 7), ("feed", 200), ("sem", 200), ("wechat", 100)];
    assert_eq!(costs, wanted.map(|(channel, cost)| (channel.to_owned(), cost)));
}
