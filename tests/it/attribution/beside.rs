//! What is said beside figures, wherever they stand.

use leadkit::attribution::{
    Attribution, AttributionRules, Conversion, Dimension, Journeys, Note, ReportError, Step,
};
use serde_json::json;

use super::support::{cny, engine, hour, one, texts};

fn sale(value: i64) -> Conversion {
    Conversion { value: Some(cny(value)), ..Conversion::default() }
}

/// A report is what a budget is cut by: too few conversions and money nobody gets stand in it.
#[test]
fn reports_and_allocations_say_what_is_few_and_what_is_left() {
    let mut journeys = texts(&["sem"], &sale(90_000));
    journeys.end_journey(&sale(50_000)).unwrap();
    let attribution = engine(
        json!({"models": [{"id": "last", "model": "last"}, {"id": "chain", "model": {"markov": {}}}]}),
    );
    let report = attribution.report(&journeys, &[("sem".to_owned(), cny(100))].into(), 1.0).unwrap();
    assert_eq!(
        report.to_string(),
        "channel\tmodel\tconversions\tvalue\tcost\tCAC\tROAS\tROI\tnote\n\
         sem\tlast\t1.00\t900.00 CNY\t1.00 CNY\t1.00 CNY\t900.00\t899.00\tfew\n\
         sem\tchain\t1.00\t900.00 CNY\t1.00 CNY\t1.00 CNY\t900.00\t899.00\tfew\n\
         (unattributed)\tlast\t1.00\t500.00 CNY\t-\t-\t-\t-\t-\n\
         (unattributed)\tchain\t1.00\t500.00 CNY\t-\t-\t-\t-\t-\n\
         # last: 2 conversions, 1 attributed, fewer than 30\n\
         # chain: 2 conversions, 1 attributed, fewer than 30"
    );
    let together: i64 = report.rows.iter().map(|row| row.models[0].value.minor()).sum();
    assert_eq!(together + report.models[0].unattributed.value.minor(), 140_000);
    for (by, wanted) in [
        (&[Dimension::Channel][..], ": nobody 500.00 CNY; sem 900.00 CNY (few)"),
        (&[], ": all 1400.00 CNY; of this nobody gets 500.00 CNY"),
        (&[Dimension::Month], ": no month 1400.00 CNY; of this nobody gets 500.00 CNY"),
    ] {
        for allocation in attribution.allocate(&journeys, by).unwrap() {
            let wanted = format!(
                "{} divides 1400.00 CNY of 2 conversions, 1 attributed, fewer than 30{wanted}",
                allocation.model
            );
            assert_eq!(allocation.to_string(), wanted);
            assert_eq!(
                (allocation.unattributed.conversions, allocation.unattributed.value),
                (1.0, cny(50_000))
            );
        }
    }
    // What `credit` says of the model and of each channel, the others say.
    let credits = attribution.credit(&journeys).unwrap();
    for (model, said) in credits.models().iter().zip(&report.models) {
        assert_eq!((&model.notes, model.conversions), (&said.notes, said.conversions));
    }
    // Enough: nothing is said.
    let enough = texts(&["sem"], &Conversion { count: 30, ..sale(90_000) });
    let report = attribution.report(&enough, &Default::default(), 1.0).unwrap();
    assert!(report.models.iter().all(|model| model.notes.is_empty()) && !report.rows[0].models[0].is_few);
    assert_eq!(report.to_string().lines().count(), 3, "{report}");
    assert_eq!(
        attribution.allocate(&enough, &[Dimension::Channel]).unwrap()[0].to_string(),
        "last divides 900.00 CNY of 30 conversions: sem 900.00 CNY"
    );
}

#[test]
fn costs_are_named_as_channels_are() {
    let journeys = texts(&["sem"], &sale(90_000));
    let report = |costs: &[(&str, i64)]| {
        let costs = costs.iter().map(|(name, cost)| ((*name).to_owned(), cny(*cost))).collect();
        one(json!("last")).report(&journeys, &costs, 1.0)
    };
    let rows = report(&[("sem", 100), (" sem ", 1)]).unwrap().rows;
    assert_eq!((rows.len(), rows[0].cost), (1, Some(cny(101))));
    for name in [" ", "(unattributed)", " (null) "] {
        let error = report(&[(name, 1)]).unwrap_err();
        assert!(matches!(&error, ReportError::Channel { channel } if channel == name), "{error}");
    }
    assert!(matches!(report(&[("sem", i64::MAX), (" sem", 1)]), Err(ReportError::Money { .. })));
}

#[test]
fn names_that_no_touch_has_are_told() {
    let journeys = texts(&["sem > (Direct)"], &sale(1));
    let notes = |rules: serde_json::Value| {
        let mut rule = json!({"id": "m", "model": "last"});
        rule.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        let credits = engine(json!({"models": [rule], "minimum": {"model": 0}})).credit(&journeys).unwrap();
        credits.models()[0].notes.clone()
    };
    for rules in [
        json!({"model": {"last_non": {"channels": ["direct"]}}}),
        json!({"ignore": ["direct"]}),
        json!({"discount": {"direct": 0.5}}),
        json!({"prefer": {"channels": ["sem"]}}),
    ] {
        let found = notes(rules.clone());
        let Some(Note::UnlikeName { named, found }) = found.first() else { panic!("{rules} {found:?}") };
        assert_eq!((named.as_str(), found.as_str()), ("direct", "(Direct)"));
    }
    // By another name altogether, and by its own.
    assert_eq!(notes(json!({"ignore": ["unknown"]})), []);
    assert_eq!(notes(json!({"ignore": ["(Direct)"]})), []);
    // Rules are trimmed as touches are.
    let ignored = engine(json!({"models": [{"id": "m", "model": "last", "ignore": [" (Direct) "]}]}));
    assert_eq!(ignored.credit(&journeys).unwrap().models()[0].channel("sem").unwrap().conversions, 1.0);
}

#[test]
fn milestones_that_are_not_known_are_told() {
    let mut journeys = Journeys::new();
    for lead_created in [None, Some(hour(2))] {
        journeys.push_touch("a", hour(1)).unwrap();
        journeys.push_touch("b", hour(3)).unwrap();
        journeys.end_journey(&Conversion { at: Some(hour(4)), lead_created, ..sale(100) }).unwrap();
    }
    let credits = Attribution::compile(&AttributionRules::b2b()).unwrap().credit(&journeys).unwrap();
    let notes = |model: &str| {
        let notes = &credits.model(model).unwrap().notes;
        notes.iter().skip(1).map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(notes("u_shaped"), ["lead_created unknown for 1"]);
    assert_eq!(notes("full_path"), ["lead_created unknown for 1", "opportunity_created unknown for 2"]);
    assert_eq!(notes("linear"), Vec::<String>::new());
}

/// However often a model looks at a journey, a touch whose condition fails is one.
#[cfg(feature = "script")]
#[test]
fn touches_whose_condition_fails_are_counted_once() {
    let journeys = texts(&["a > b", "b"], &sale(100));
    for model in
        [json!("last"), json!("linear"), json!({"last_non": {"channels": ["a"]}}), json!({"markov": {}})]
    {
        let rules = json!({
            "models": [{"id": "m", "model": model}],
            "touches": {"script": "1 / 0 > 1"},
            "minimum": {"model": 0},
        });
        let attribution = engine(rules);
        let (credits, allocations) =
            attribution.credit_and_allocate(&journeys, &[Dimension::Channel]).unwrap();
        for notes in [&credits.models()[0].notes, &allocations[0].notes] {
            let [Note::FilterFaults { touches, message }] = &notes[..] else { panic!("{notes:?}") };
            assert_eq!(*touches, 3);
            assert!(!message.is_empty());
        }
        let apart = attribution.allocate(&journeys, &[Dimension::Channel]).unwrap();
        assert_eq!(apart[0].notes, allocations[0].notes);
        assert_eq!(credits.models()[0].unattributed.conversions, 0.0, "they are kept");
    }
}

/// The effects that value is shared by.
#[test]
fn effects_on_value_come_out() {
    let mut journeys = texts(&["a > b"], &sale(100));
    journeys.push(Step { channel: "b", ..Step::default() }).unwrap();
    journeys.end_journey(&Conversion { nulls: 1, ..sale(900) }).unwrap();
    for model in [json!({"markov": {}}), json!({"shapley": {"game": "rate"}})] {
        let credits = one(model.clone()).credit(&journeys).unwrap();
        let model = &credits.models()[0];
        let all: f64 = model.channels.iter().map(|one| one.value_effect.unwrap().max(0.0)).sum();
        for channel in &model.channels {
            let wanted = 1_000.0 * channel.value_effect.unwrap().max(0.0) / all;
            assert!((channel.value - wanted).abs() < 1e-9, "{channel:?}");
            assert!(
                (channel.value_effect.unwrap() / all - channel.effect.unwrap()).abs() > 1e-3,
                "{channel:?}"
            );
        }
    }
    let credits = one(json!("last")).credit(&journeys).unwrap();
    assert_eq!(credits.models()[0].channels[0].value_effect, None);
    // Nothing is worth anything: there is no effect on value.
    let worthless = one(json!({"markov": {}})).credit(&texts(&["a"], &Conversion::default())).unwrap();
    assert_eq!(worthless.models()[0].channels[0].value_effect, None);
}
