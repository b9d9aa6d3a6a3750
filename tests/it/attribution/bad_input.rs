//! Each bad input has a typed error or a defined result.

use std::sync::Arc;

use leadkit::attribution::{
    Attribution, AttributionRules, Conversion, CreditError, CreditModel, Fit, Journey, JourneyError,
    Journeys, Model, ModelRules, Paths, PositionBased, Step, shapley_values,
};
use leadkit::model::{Currency, Money};
use leadkit::rule::Registry;
use serde_json::{Value as Json, json};

use super::support::{assert_credits, at, cny, engine, hour, one, texts};

#[test]
fn rules_that_cannot_be_meant() {
    let model = |model: Json| json!({"models": [{"id": "m", "model": model}]});
    for (rules, code, path) in [
        (json!({"models": []}), "empty_list", "models"),
        (json!({"models": [{"id": " ", "model": "last"}]}), "blank_id", "models[0].id"),
        (
            json!({"models": [{"id": "a", "model": "last"}, {"id": "a", "model": "first"}]}),
            "duplicate_id",
            "models[1].id",
        ),
        (model(json!("lst")), "unknown_value", "models[0].model"),
        (json!({"models": [{"id": "m", "model": "last", "ignore": [" "]}]}), "blank", "models[0].ignore"),
        (
            json!({"models": [{"id": "m", "model": "last", "discount": {"(null)": 0.5}}]}),
            "reserved",
            "models[0].discount",
        ),
        (
            json!({"models": [{"id": "m", "model": "last", "discount": {"a": 0.5, " a": 0.1}}]}),
            "duplicate",
            "models[0].discount",
        ),
        (
            json!({"models": [{"id": "m", "model": "last", "prefer": {"channels": [""]}}]}),
            "blank",
            "models[0].prefer.channels",
        ),
        (
            json!({"models": [{"id": "m", "model": "last", "prefer": {"channels": ["a"], "over": ["(start)"]}}]}),
            "reserved",
            "models[0].prefer.over",
        ),
        (model(json!({"last_non": {"channels": [" "]}})), "blank", "models[0].model.last_non.channels"),
        (
            model(json!({"position_based": {"first": 40, "middle": 20, "last": 39.9}})),
            "not_whole",
            "models[0].model.position_based",
        ),
        (
            model(json!({"position_based": {"first": 140, "middle": -80, "last": 40}})),
            "out_of_range",
            "models[0].model.position_based",
        ),
        (
            model(
                json!({"milestone_based": {"first_touch": 99.9, "lead_created": 0, "opportunity_created": 0, "won": 0, "others": 0}}),
            ),
            "not_whole",
            "models[0].model.milestone_based",
        ),
        (
            model(json!({"time_decay": {"half_life": "0s"}})),
            "out_of_range",
            "models[0].model.time_decay.half_life",
        ),
        (model(json!({"markov": {"order": 5}})), "out_of_range", "models[0].model.markov.order"),
        (model(json!({"markov": {"order": 0}})), "out_of_range", "models[0].model.markov.order"),
        (model(json!({"last_non": {"channels": []}})), "empty_list", "models[0].model.last_non.channels"),
        (model(json!({"custom": {"name": "mine"}})), "unknown_plugin", "models[0].model.custom.name"),
        (
            model(json!({"ownership": {"method": "priority"}})),
            "empty_list",
            "models[0].model.ownership.priority",
        ),
        (
            json!({"models": [{"id": "m", "model": "last", "discount": {"sem": 1.5}}]}),
            "out_of_range",
            "models[0].discount.sem",
        ),
        (
            json!({"models": [{"id": "m", "model": "last", "prefer": {"channels": ["direct"]}}]}),
            "contradiction",
            "models[0].prefer",
        ),
        (json!({"look_back": {"steps": 0}}), "out_of_range", "look_back.steps"),
        (json!({"bootstrap": {"samples": 3}}), "out_of_range", "bootstrap.samples"),
        (json!({"bootstrap": {"level": 1}}), "out_of_range", "bootstrap.level"),
        (json!({"touches": {"field": "company", "eq": "x"}}), "unknown_touch_field", "touches"),
        (json!({"format": 9}), "unknown_format", "format"),
        (json!({"pth": "unique"}), "unknown_key", "pth"),
    ] {
        let errors = AttributionRules::load(rules.clone()).unwrap_err();
        let found: Vec<(&str, &str)> = errors.iter().map(|one| (&*one.code, one.path.as_str())).collect();
        assert_eq!(found, [(code, path)], "{rules}: {errors}");
        assert!(
            errors.iter().all(|one| one.help.as_deref().is_some_and(|help| !help.is_empty())),
            "{errors}"
        );
    }
    for percent in [f64::NAN, f64::INFINITY, -1.0] {
        let position = PositionBased { first: percent, ..PositionBased::default() };
        let models = vec![ModelRules::new("u", Model::PositionBased(position))];
        assert!(Attribution::compile(&AttributionRules { models, ..AttributionRules::default() }).is_err());
    }
}

#[test]
fn a_rules_document_survives_a_round_trip() {
    for rules in [AttributionRules::default(), AttributionRules::b2b(), AttributionRules::b2c()] {
        let document = serde_json::to_value(&rules).unwrap();
        assert_eq!(AttributionRules::load(document).unwrap(), rules);
    }
}

#[test]
fn journeys_that_cannot_be_stored() {
    let mut journeys = Journeys::new();
    assert_eq!(
        journeys.push(Step { channel: "\u{3000}", ..Step::default() }),
        Err(JourneyError::BlankChannel { journey: 0, touch: 0 })
    );
    journeys.push_touch("a", hour(1)).unwrap();
    let untimed = Step { channel: "a", ..Step::default() };
    assert_eq!(journeys.push(untimed), Err(JourneyError::MixedTimes { journey: 0 }));
    journeys.end_journey(&Conversion { value: Some(cny(5)), ..Conversion::default() }).unwrap();
    let dollars = Some(Money::new(5, Currency::USD));
    let error = journeys.end_journey(&Conversion { value: dollars, ..Conversion::default() }).unwrap_err();
    let (expected, found) = (Currency::CNY, Currency::USD);
    assert_eq!(error, JourneyError::Currency { journey: 1, conversion: None, expected, found });
    assert_eq!(
        error.to_string(),
        "journey 1 has an amount in USD after amounts in CNY: convert the amounts first"
    );
    let named = Conversion { id: Some("O7".into()), value: dollars, ..Conversion::default() };
    let error = journeys.end_journey(&named).unwrap_err().to_string();
    assert!(error.starts_with("journey 1 (conversion `O7`) has an amount in USD after"), "{error}");
    let worthless = Conversion { value: Some(cny(1)), ..Conversion::null() };
    assert_eq!(journeys.end_journey(&worthless), Err(JourneyError::ValueWithoutConversion { journey: 1 }));
    let large = Conversion { value: Some(cny(i64::MAX - 4)), ..Conversion::default() };
    assert_eq!(
        journeys.end_journey(&large),
        Err(JourneyError::AmountOverflow { journey: 1, conversion: None })
    );
    let debt = Conversion { value: Some(cny(i64::MIN)), ..Conversion::default() };
    assert_eq!(
        journeys.end_journey(&debt),
        Err(JourneyError::AmountOverflow { journey: 1, conversion: None })
    );
    for (count, nulls) in [(u64::MAX, 0), (u64::MAX, u64::MAX), (1 << 53, 0), (1, 1 << 53)] {
        let many = Conversion { count, nulls, ..Conversion::default() };
        assert_eq!(journeys.end_journey(&many), Err(JourneyError::CountOverflow { journey: 1 }));
    }
    for _ in 0..2_000 {
        journeys.push(Step { channel: "a", ..Step::default() }).unwrap();
    }
    let steps = Conversion { nulls: 1 << 52, ..Conversion::null() };
    assert_eq!(journeys.end_journey(&steps), Ok(()), "2001 steps of 2^52 fit");
    journeys.push(Step { channel: "a", ..Step::default() }).unwrap();
    assert_eq!(
        journeys.end_journey(&Conversion { nulls: 1 << 52, ..steps }),
        Err(JourneyError::CountOverflow { journey: 2 })
    );
    // A journey that was refused leaves nothing behind.
    assert_eq!((journeys.len(), journeys.conversions(), journeys.nulls()), (2, 1, 1 << 52));
    assert_eq!(journeys.get(1).unwrap().len(), 2_000);
    assert_eq!(journeys.value(), Some(cny(5)));
}

/// Tables of credits and transitions use these names for what is no channel.
#[test]
fn reserved_names_are_no_channels() {
    let mut journeys = Journeys::new();
    journeys.push(Step { channel: "(direct)", ..Step::default() }).unwrap();
    for channel in Journeys::RESERVED {
        let error = journeys.push(Step { channel, ..Step::default() }).unwrap_err();
        assert_eq!(
            error,
            JourneyError::ReservedChannel { journey: 0, touch: 1, channel: channel.to_owned() }
        );
        assert!(
            error.to_string().contains(&format!("`{channel}`, which is a reserved name: rename")),
            "{error}"
        );
        assert!(journeys.push(Step { channel: &format!(" {channel}"), ..Step::default() }).is_err());
    }
    journeys.end_journey(&Conversion { nulls: 1, ..Conversion::default() }).unwrap();
    // So every state of a matrix is either a place or a channel.
    let matrix = one(json!({"markov": {}})).transition_matrix(&journeys, "m").unwrap().unwrap();
    let lines: Vec<String> =
        matrix.iter().map(|one| format!("{} to {}: {}", one.from, one.to, one.count)).collect();
    assert_eq!(lines, ["(start) to (direct): 2", "(direct) to (conversion): 1", "(direct) to (null): 1"]);
}

/// A touch that is refused, or dropped, is no channel's and no campaign's.
#[test]
fn what_is_not_stored_leaves_no_name() {
    let mut journeys = Journeys::new();
    journeys.push_touch("a", hour(1)).unwrap();
    assert!(journeys.push(Step { channel: "ghost", campaign: Some("g"), time: None }).is_err());
    journeys.end_journey(&Conversion::default()).unwrap();
    journeys.push_touch("a", hour(2)).unwrap();
    journeys.push(Step { channel: "dropped", campaign: Some("d"), time: Some(hour(3)) }).unwrap();
    journeys.discard_open();
    journeys.push_touch("wrong", hour(2)).unwrap();
    let wrong = Conversion { value: Some(cny(1)), ..Conversion::null() };
    assert!(journeys.end_journey(&wrong).is_err());
    assert_eq!(journeys.channels().collect::<Vec<_>>(), ["a"]);
    journeys.push(Step { channel: "b", campaign: Some("c"), time: Some(hour(3)) }).unwrap();
    journeys.end_journey(&Conversion::default()).unwrap();
    let last = journeys.get(1).unwrap();
    assert_eq!((last.channel(0), last.campaign(0), last.channel_number(0)), (Some("b"), Some("c"), Some(1)));
    assert_eq!(one(json!("last")).credit(&journeys).unwrap().models()[0].channels.len(), 2);
}

/// An amount of zero has no currency, in whatever order it comes.
#[test]
fn zero_has_no_currency() {
    let zero = |currency| Money::new(0, currency);
    for amounts in [[zero(Currency::EUR), cny(100)], [cny(100), zero(Currency::EUR)]] {
        let mut journeys = Journeys::new();
        for value in amounts {
            journeys.end_journey(&Conversion { value: Some(value), ..Conversion::default() }).unwrap();
        }
        assert_eq!((journeys.value(), journeys.currency()), (Some(cny(100)), Some(Currency::CNY)));
    }
    for amounts in [[zero(Currency::EUR), zero(Currency::CNY)], [zero(Currency::CNY), zero(Currency::EUR)]] {
        let mut journeys = Journeys::new();
        for value in amounts {
            journeys.end_journey(&Conversion { value: Some(value), ..Conversion::default() }).unwrap();
        }
        assert_eq!(journeys.value(), Some(cny(0)));
    }
}

/// What is copied for a later conversion never reaches the next customer.
#[test]
fn an_open_journey_can_be_dropped() {
    let mut journeys = Journeys::new();
    journeys.push_touch("A", hour(1)).unwrap();
    journeys.end_and_continue(&Conversion::default()).unwrap();
    journeys.discard_open();
    journeys.discard_open();
    journeys.push(Step { channel: "B", campaign: Some("spring"), ..Step::default() }).unwrap();
    journeys.end_journey(&Conversion::default()).unwrap();
    assert_credits(&one(json!("linear")), &journeys, &[("A", 1.0), ("B", 1.0)]);
}

#[test]
fn models_that_need_times_say_so() {
    let journeys = texts(&["A > B"], &Conversion::default());
    for rules in [
        json!({"models": [{"id": "m", "model": {"time_decay": {}}}]}),
        json!({"models": [{"id": "m", "model": {"milestone_based": {}}}]}),
        json!({"models": [{"id": "m", "model": {"ownership": {}}}]}),
        json!({"models": [{"id": "m", "model": "last"}], "look_back": {"days": 3}}),
        json!({"models": [{"id": "m", "model": {"markov": {}}}], "look_back": {"anchor": "order"}}),
    ] {
        let error = engine(rules.clone()).credit(&journeys).unwrap_err();
        assert!(matches!(error.error, CreditError::NoTimes { journey: 0, .. }), "{rules}");
        assert!(error.to_string().starts_with("model `m`: journey 0 has no times, which "), "{error}");
    }
}

fn everything() -> Attribution {
    engine(json!({"models": [
        {"id": "first", "model": "first"}, {"id": "last", "model": "last"}, {"id": "linear", "model": "linear"},
        {"id": "non", "model": {"last_non": {"channels": ["A"]}}},
        {"id": "u", "model": {"position_based": {}}}, {"id": "markov", "model": {"markov": {}}},
        {"id": "markov 3", "model": {"markov": {"order": 3}}}, {"id": "auto", "model": {"markov": {"order": null}}},
        {"id": "shapley", "model": {"shapley": {}}}, {"id": "rate", "model": {"shapley": {"game": "rate"}}},
    ]}))
}

#[test]
fn degenerate_journeys_have_defined_results() {
    // No journeys at all, and journeys without conversions: everything is zero.
    for journeys in [Journeys::new(), texts(&["A > B", "B"], &Conversion::null())] {
        let credits = everything().credit(&journeys).unwrap();
        for model in credits.models() {
            assert!(model.channels.iter().all(|one| one.conversions == 0.0 && one.value == 0.0), "{model:?}");
            assert_eq!(model.unattributed.conversions, 0.0);
        }
    }
    // One channel gets everything, whether all journeys convert or some.
    for end in [Conversion::default(), Conversion { count: 3, nulls: 5, ..Conversion::default() }] {
        let journeys = texts(&["A > A", "A"], &end);
        let credits = everything().credit(&journeys).unwrap();
        for model in credits.models() {
            let got = model.channel("A").unwrap().conversions;
            assert_eq!(got, 2.0 * end.count as f64, "{}", model.model);
        }
    }
    // None null: a channel's effect is the part of conversions whose journey it is on.
    let credits = one(json!({"markov": {}})).credit(&texts(&["A", "B"], &Conversion::default())).unwrap();
    assert!(credits.models()[0].channels.iter().all(|one| one.effect == Some(0.5)));
    // An empty path is a conversion that nothing brought.
    let journeys = texts(&["", "A"], &Conversion { value: Some(cny(7)), ..Conversion::default() });
    let credits = everything().credit(&journeys).unwrap();
    for model in credits.models() {
        assert_eq!((model.unattributed.conversions, model.unattributed.value), (1.0, 7.0), "{}", model.model);
        assert_eq!(model.channel("A").unwrap().conversions, 1.0);
        assert!(model.to_string().ends_with("A 1.00 (few); unattributed 1.00"), "{model}");
    }
    // When every touch may be passed over, the last one gets it.
    let non = one(json!({"last_non": {"channels": ["A", "B"]}}));
    assert_credits(&non, &texts(&["A > B"], &Conversion::default()), &[("B", 1.0)]);
}

#[test]
fn times_out_of_order_and_at_one_instant() {
    let mut journeys = Journeys::new();
    for (channel, at) in [("C", 5), ("A", 1), ("D", 5), ("B", 1), ("E", 5)] {
        journeys.push_touch(channel, hour(at)).unwrap();
    }
    journeys.end_journey(&Conversion { at: Some(hour(5)), ..Conversion::default() }).unwrap();
    let journey = journeys.get(0).unwrap();
    let order: Vec<&str> = (0..5).filter_map(|touch| journey.channel(touch)).collect();
    assert_eq!(order, ["A", "B", "C", "D", "E"]);
    assert_credits(&one(json!("first")), &journeys, &[("A", 1.0)]);
    assert_credits(&one(json!("last")), &journeys, &[("E", 1.0)]);
    // The ends of chrono's calendar, and ages that underflow.
    let mut journeys = Journeys::new();
    journeys.push_touch("old", chrono::DateTime::<chrono::Utc>::MIN_UTC).unwrap();
    journeys.push_touch("new", at("2026-01-01T00:00:00Z")).unwrap();
    journeys
        .end_journey(&Conversion {
            at: Some(chrono::DateTime::<chrono::Utc>::MAX_UTC),
            ..Conversion::default()
        })
        .unwrap();
    assert_credits(&one(json!({"time_decay": {"half_life": "1s"}})), &journeys, &[("new", 1.0)]);
    let all = engine(json!({"models": [{"id": "m", "model": "linear"}], "look_back": {"days": u32::MAX}}));
    assert_credits(&all, &journeys, &[("new", 0.5), ("old", 0.5)]);
}

#[derive(Debug)]
struct Constant(f64);

impl CreditModel for Constant {
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        if self.0 == 7.0 {
            return Err(CreditError::custom("no seven"));
        }
        weights.fill(self.0);
        Ok(())
    }
}

#[derive(Debug)]
struct Learnt(f64);

impl CreditModel for Learnt {
    fn weigh(&self, _: &Journey<'_>, weights: &mut [f64]) -> Result<(), CreditError> {
        weights.fill(1.0);
        Ok(())
    }

    /// Weighs channels by how many journeys begin with them.
    fn fit(&self, paths: &Paths<'_>) -> Result<Option<Fit>, CreditError> {
        let mut weights = vec![0.0; paths.channels()];
        paths.visit(&mut |path| {
            if let Some(channel) = path.journey.channel_number(0) {
                weights[channel] += self.0 * (path.conversions + path.nulls) as f64;
            }
        })?;
        Ok(Some(Fit::new(weights)))
    }
}

fn custom(name: &str, weight: f64) -> Attribution {
    let registry = Registry::new()
        .credit_model("constant", |params| match params.as_f64() {
            Some(weight) => Ok(Arc::new(Constant(weight))),
            None => match params.as_str() {
                Some("nan") => Ok(Arc::new(Constant(f64::NAN))),
                Some("inf") => Ok(Arc::new(Constant(f64::INFINITY))),
                _ => Err("the weight is not a number".to_owned()),
            },
        })
        .credit_model("learnt", |params| Ok(Arc::new(Learnt(params.as_f64().unwrap_or(f64::NAN)))));
    let params = if weight.is_nan() {
        json!("nan")
    } else if weight.is_infinite() {
        json!("inf")
    } else {
        json!(weight)
    };
    let document = json!({"models": [{"id": "m", "model": {"custom": {"name": name, "params": params}}}]});
    Attribution::load_with(document, &registry).unwrap()
}

#[test]
fn models_of_the_host_are_checked() {
    let journeys = texts(&["A > B > A"], &Conversion { value: Some(cny(10)), ..Conversion::default() });
    for weight in [f64::NAN, f64::INFINITY, -1.0] {
        let error = custom("constant", weight).credit(&journeys).unwrap_err();
        assert_eq!(error.error.code(), "bad_weight", "{error}");
        assert!(custom("constant", weight).shares(&journeys.get(0).unwrap()).is_err());
        assert!(
            custom("learnt", if weight.is_infinite() { -2.0 } else { weight }).credit(&journeys).is_err()
        );
    }
    let error = custom("constant", 7.0).credit(&journeys).unwrap_err();
    assert_eq!(error.to_string(), "model `m`: the model failed: no seven");
    for weight in [1.0, 1e308, 5e-324, 0.3] {
        assert_credits(&custom("constant", weight), &journeys, &[("A", 2.0 / 3.0), ("B", 1.0 / 3.0)]);
        let allocated = custom("constant", weight)
            .allocate(&journeys, &[leadkit::attribution::Dimension::Channel])
            .unwrap();
        assert_eq!(
            allocated[0].to_string(),
            "m divides 0.10 CNY of 1 conversion, fewer than 30: A 0.07 CNY (few); B 0.03 CNY (few)"
        );
    }
    let nothing = custom("constant", 0.0).credit(&journeys).unwrap();
    assert_eq!(nothing.models()[0].unattributed.conversions, 1.0);
    assert_credits(&custom("learnt", 2.0), &journeys, &[("A", 1.0)]);
    let registry = Registry::new().credit_model("constant", |_| Err("always wrong".to_owned()));
    let document = json!({"models": [{"id": "m", "model": {"custom": {"name": "constant"}}}]});
    let errors = Attribution::load_with(document, &registry).unwrap_err();
    assert_eq!(errors.diagnostics()[0].message, "always wrong");
    assert_eq!(errors.diagnostics()[0].path, "models[0].model.custom.params");
}

#[test]
fn games_that_are_none() {
    let error = shapley_values(&[f64::MAX, -f64::MAX]).unwrap_err();
    assert!(error.to_string().contains("too large"), "{error}");
    assert_eq!(shapley_values(&[5.0]).unwrap(), Vec::<f64>::new());
    for worth in [vec![], vec![1.0; 3], vec![0.0, f64::NAN], vec![0.0; 1 << 21]] {
        assert!(shapley_values(&worth).is_err(), "{}", worth.len());
    }
    let mut journeys = Journeys::new();
    for channel in 0..21 {
        journeys.push(Step { channel: &format!("c{channel}"), ..Step::default() }).unwrap();
    }
    journeys.end_journey(&Conversion::default()).unwrap();
    let error = one(json!({"shapley": {"game": "rate"}})).credit(&journeys).unwrap_err();
    assert_eq!(error.error, CreditError::TooManyChannels { channels: 21, most: 20 });
}

#[test]
fn refunds_are_shared_like_conversions() {
    let mut journeys = texts(&["A > B"], &Conversion { value: Some(cny(-500)), ..Conversion::default() });
    journeys.push(Step { channel: "A", ..Step::default() }).unwrap();
    journeys.end_journey(&Conversion { nulls: 3, value: Some(cny(300)), ..Conversion::default() }).unwrap();
    let credits = one(json!({"markov": {}})).credit(&journeys).unwrap();
    let model = &credits.models()[0];
    assert_eq!(model.notes.last().unwrap().code(), "value_by_conversions");
    for one in &model.channels {
        assert!((one.value - one.conversions / 2.0 * -200.0).abs() < 1e-9, "{one:?}");
    }
}

#[test]
fn decisions_survive_a_round_trip() {
    let journeys =
        texts(&["A > B", "B"], &Conversion { nulls: 2, value: Some(cny(77)), ..Conversion::default() });
    let credits = everything().credit(&journeys).unwrap();
    let text = serde_json::to_string(&credits).unwrap();
    assert_eq!(serde_json::from_str::<leadkit::attribution::Credits>(&text).unwrap(), credits);
    assert_eq!(credits.version(), everything().version());
    let allocated = everything().allocate(&journeys, leadkit::attribution::Dimension::ALL).unwrap();
    let text = serde_json::to_string(&allocated).unwrap();
    assert_eq!(serde_json::from_str::<Vec<leadkit::attribution::Allocation>>(&text).unwrap(), allocated);
}
