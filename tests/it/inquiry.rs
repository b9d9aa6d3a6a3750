//! Levels, grades, forecasts, inquiry codes, BANT.

use std::collections::BTreeMap;

use leadkit::inquiry::{
    CodeError, CodeFormat, CodePart, CodePartRule, CodeRegister, CodeRules, GradeRequest, GradeRules, Grades,
    Inquiry, LevelFinding, LevelRules, Levels, LossReport, RecordedAction, account_as_lead,
};
use leadkit::model::{
    Account, Activity, Attributes, BuyingRole, Contact, Currency, InquiryGrade, Lead, Money, Value,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::support::{assert_round_trip, hour, json_data, snapshot, with_activities, with_facts};

fn assess(rules: &LevelRules, lead: &Lead) -> LevelFinding {
    with_facts(lead, hour(0), |facts| Levels::compile(rules).unwrap().assess(facts))
}

#[test]
fn the_presets_find_what_the_cases_say() {
    let cases: Vec<(String, Attributes, Option<String>)> = json_data("inquiry_levels.json");
    for (preset, attributes, wanted) in cases {
        let account = Account { id: "A1".into(), attributes: attributes.clone(), ..Account::default() };
        let lead = account_as_lead(&account);
        let found = match preset.as_str() {
            "maturity" => assess(&LevelRules::maturity(), &lead).level().map(str::to_owned),
            "tiers" => assess(&LevelRules::tiers(), &lead).level().map(str::to_owned),
            _ => {
                let grades = Grades::compile(&GradeRules::default()).unwrap();
                with_facts(&lead, hour(0), |facts| grades.grade(facts)).grade().map(|grade| grade.to_string())
            }
        };
        assert_eq!(found, wanted, "{preset} {attributes:?}");
    }
}

#[test]
fn presets_are_clean_and_round_trip() {
    for rules in [LevelRules::maturity(), LevelRules::tiers(), LevelRules::user_states()] {
        assert_eq!(rules.lint(), []);
        assert_eq!(LevelRules::load(serde_json::to_value(&rules).unwrap()).unwrap(), rules);
        // A comparison that could not be read would have become one that never holds.
        assert!(rules.levels.iter().flat_map(|level| &level.criteria).all(|criterion| !criterion.is_never()));
    }
    let rules = GradeRules::default();
    assert_eq!(rules.lint(), []);
    assert_eq!(GradeRules::load(serde_json::to_value(&rules).unwrap()).unwrap(), rules);
    assert!(rules.grades.iter().flat_map(|grade| &grade.criteria).all(|criterion| !criterion.is_never()));
    let rules = CodeRules::default();
    assert_eq!(CodeRules::load(serde_json::to_value(&rules).unwrap()).unwrap(), rules);
}

#[test]
fn maturity_counts_contacts_and_says_what_the_next_level_lacks() {
    let kp = Contact { buying_role: Some(BuyingRole::Kp), ..Contact::default() };
    let attributes = [
        ("target_industry", Value::Bool(true)),
        ("registry_status", Value::from("active")),
        ("profile_confirmed", Value::Bool(true)),
        ("it_known", Value::Bool(true)),
    ];
    let account = Account {
        contacts: vec![kp, Contact::default()],
        attributes: attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..Account::default()
    };
    let lead = account_as_lead(&account);
    assert_eq!(lead.attributes["contact_count"], Value::Integer(2));
    let found = assess(&LevelRules::maturity(), &lead);
    assert_eq!(
        found.to_string(),
        "level `na`, because attributes.profile_confirmed eq true; attributes.contact_count ge 1; \
         `aware` lacks: attributes.digital_suppliers ge 1"
    );
    assert_round_trip(&found);
}

#[test]
fn user_states_follow_the_last_activity() {
    let states = Levels::compile(&LevelRules::user_states()).unwrap();
    for (days, wanted) in [
        (vec![], "potential"),
        (vec![30], "active"),
        (vec![31], "lost"),
        (vec![400, 2], "active"),
        (vec![-1], "potential"),
    ] {
        let visit = |days: &i64| Activity { time: hour(-24 * days), ..Activity::default() };
        let activities: Vec<Activity> = days.iter().map(visit).collect();
        let found = with_activities(&Lead::default(), &activities, hour(0), |facts| states.assess(facts));
        assert_eq!(found.level(), Some(wanted), "{days:?}");
    }
}

#[test]
fn faulty_levels_and_grades_are_reported() {
    let levels = LevelRules::load(json!({
        "order": "first_match",
        "levels": [
            {"name": "m"},
            {"name": "ltv", "criteria": [{"field": "order.paid", "gt": 0}]},
            {"name": "m", "criteria": [{"field": "employe_count", "gt": 0}]},
        ],
    }));
    let grades = GradeRules::load(json!({
        "grades": [
            {"grade": "A", "percent": 120},
            {"grade": "A", "percent": 80},
            {"grade": "G", "percent": 5},
            {"grade": "S", "percent": 100},
        ],
        "moves": [{"from": "B", "to": "B"}],
    }));
    let codes = CodeRules::load(json!({
        "separator": "x",
        "segments": [
            [{"part": "class"}, {"part": "region"}],
            [],
            [{"part": "year", "width": 3}, {"part": "class", "width": 0}, {"part": "serial"}],
            [{"part": "custmer"}],
        ],
    }));
    snapshot(
        "inquiry_mistakes",
        format!("{}\n\n{}\n\n{}", levels.unwrap_err(), grades.unwrap_err(), codes.unwrap_err()),
    );
}

#[test]
fn the_forecast_of_every_grade() {
    let grades = Grades::compile(&GradeRules::default()).unwrap();
    let wanted = [
        (InquiryGrade::S, Some(100)),
        (InquiryGrade::A, Some(80)),
        (InquiryGrade::B, Some(60)),
        (InquiryGrade::C, Some(30)),
        (InquiryGrade::D, Some(10)),
        (InquiryGrade::E, None),
        (InquiryGrade::F, Some(0)),
    ];
    let inquiry = |(grade, _): &(InquiryGrade, Option<u8>)| Inquiry {
        id: format!("O-{grade}").into(),
        grade: *grade,
        amount: Some(Money::new(1_000_000, Currency::CNY)),
        quantity: Some(25),
    };
    let inquiries: Vec<Inquiry> = wanted.iter().map(inquiry).collect();
    let forecast = grades.forecast(&inquiries).unwrap();
    for ((grade, percent), line) in wanted.iter().zip(forecast.lines()) {
        assert_eq!((line.grade, line.percent), (*grade, *percent));
        let rate = percent.map(i64::from);
        assert_eq!(line.amount, rate.map(|rate| Money::new(10_000 * rate, Currency::CNY)), "{grade}");
        assert_eq!(line.quantity.map(|units| units.hundredths()), rate.map(|rate| 25 * rate), "{grade}");
    }
    assert_eq!(forecast.amounts(), [Money::new(2_800_000, Currency::CNY)]);
    assert_eq!(forecast.quantity().to_string(), "70");
    assert_eq!(forecast.to_string(), "28000.00 CNY and 70 units expected of 6 inquiries, 1 not counted");
    let said: Vec<String> = forecast.lines().iter().map(ToString::to_string).collect();
    assert_eq!(said[1], "O-A: grade A, 80 %, 8000.00 CNY, 20 units");
    assert_eq!(said[5], "O-E: grade E, not counted");
    assert_round_trip(&forecast);
}

#[test]
fn a_forecast_that_does_not_fit_is_an_error() {
    let grades = Grades::compile(&GradeRules::default()).unwrap();
    assert!(grades.expected_quantity(InquiryGrade::S, i64::MAX / 10).is_err());
    let large = Inquiry {
        id: "O".into(),
        grade: InquiryGrade::S,
        amount: Some(Money::new(i64::MAX, Currency::CNY)),
        quantity: None,
    };
    assert!(grades.forecast(std::slice::from_ref(&large)).is_ok());
    assert!(grades.forecast(&[large.clone(), large]).is_err());
}

#[test]
fn ties_of_a_forecast_go_to_even() {
    let grades = Grades::compile(&GradeRules::default()).unwrap();
    for (minor, wanted) in [(5, 0), (15, 2), (25, 2), (35, 4), (-5, 0), (-15, -2), (4, 0), (6, 1)] {
        let expected = grades.expected_amount(InquiryGrade::D, Money::new(minor, Currency::CNY)).unwrap();
        assert_eq!(expected, Some(Money::new(wanted, Currency::CNY)), "{minor}");
        let units = grades.expected_quantity(InquiryGrade::D, minor).unwrap().unwrap();
        assert_eq!(units.rounded(), wanted, "{minor}");
    }
}

#[test]
fn moves_to_a_need_actions_and_f_a_loss_report() {
    let grades = Grades::compile(&GradeRules::default()).unwrap();
    let codes = |request: &GradeRequest| -> Vec<&'static str> {
        grades.change(request, hour(0)).unwrap_err().reasons.iter().map(|reason| reason.code()).collect()
    };
    let action = |what: &str, when| RecordedAction { what: what.into(), by: "R1".into(), at: hour(when) };
    for from in [InquiryGrade::B, InquiryGrade::C] {
        let mut request = GradeRequest::new(from, InquiryGrade::A);
        assert_eq!(codes(&request), ["actions_missing"]);
        request.actions = vec![action("  ", -1), action("visit", 1)];
        assert_eq!(codes(&request), ["actions_missing"], "blank ones and those of the future do not count");
        request.actions.push(action("presented to the board", -2));
        let change = grades.change(&request, hour(0)).unwrap();
        assert_eq!(change.actions.len(), 1);
        assert_eq!(
            change.to_string(),
            format!("the inquiry moves from grade {from} to A: presented to the board (R1)")
        );
    }
    assert!(grades.change(&GradeRequest::new(InquiryGrade::C, InquiryGrade::B), hour(0)).is_ok());
    assert_eq!(codes(&GradeRequest::new(InquiryGrade::B, InquiryGrade::B)), ["same_grade"]);

    let mut request = GradeRequest::new(InquiryGrade::A, InquiryGrade::F);
    assert_eq!(codes(&request), ["loss_report_missing"]);
    let report = |rival: &str, reason: &str| LossReport {
        rival: rival.into(),
        reason: reason.into(),
        by: "R1".into(),
        at: hour(0),
    };
    request.loss_report = Some(report("", " "));
    assert_eq!(codes(&request), ["loss_report_incomplete", "loss_report_incomplete"]);
    assert_eq!(
        grades.change(&request, hour(0)).unwrap_err().to_string(),
        "the inquiry cannot move from grade A to F: the loss report does not say who won it; \
         the loss report does not say why it was lost"
    );
    request.loss_report = Some(report("rival", "price"));
    assert!(grades.change(&request, hour(0)).is_ok());
}

fn values(list: &[(CodePart, &str)]) -> BTreeMap<CodePart, String> {
    list.iter().map(|(part, value)| (*part, (*value).to_owned())).collect()
}

fn sample() -> BTreeMap<CodePart, String> {
    values(&[
        (CodePart::Class, "甲"),
        (CodePart::Region, "华东"),
        (CodePart::Province, "JS"),
        (CodePart::Customer, "星河软件"),
        (CodePart::Department, "IND"),
        (CodePart::Product, "CRM"),
        (CodePart::Year, "2026"),
        (CodePart::Month, "3"),
        (CodePart::Serial, "7"),
    ])
}

#[test]
fn inquiry_codes_are_built_read_and_refused() {
    let format = CodeFormat::compile(&CodeRules::default()).unwrap();
    let code = format.build(sample()).unwrap();
    assert_eq!(code.as_str(), "甲华东-JS星河软件-IND-CRM202603-0007");
    assert_eq!(format.parse(code.as_str()).unwrap(), code);

    let with = |part, value: &str| {
        let mut changed = sample();
        changed.insert(part, value.to_owned());
        format.build(changed).unwrap_err().to_string()
    };
    assert_eq!(with(CodePart::Region, "华-东"), "`华-东` cannot be a `region`: it contains the separator");
    assert_eq!(with(CodePart::Month, "13"), "`13` cannot be a `month`: it should be 01 to 12");
    assert_eq!(
        with(CodePart::Serial, "12345"),
        "`12345` cannot be a `serial`: it does not have the length of its part"
    );
    assert_eq!(with(CodePart::Customer, ""), "`` cannot be a `customer`: it is empty");
    let mut short = sample();
    short.remove(&CodePart::Department);
    assert_eq!(format.build(short).unwrap_err(), CodeError::Missing { part: CodePart::Department });

    for (text, said) in [
        ("a-b", "`a-b` has 2 segments, a code has 5"),
        ("甲-JS星-I-C202603-0007", "segment 1 `甲` does not have the length of its parts"),
        ("甲华-JS星-I-C202603-07", "segment 5 `07` does not have the length of its parts"),
        ("甲华-JS星-I-C202613-0007", "`13` cannot be a `month`: it should be 01 to 12"),
        ("甲华-JS星-I-C2026O3-0007", "`O3` cannot be a `month`: it should be digits"),
    ] {
        assert_eq!(format.parse(text).unwrap_err().to_string(), said);
    }
}

#[test]
fn no_code_is_given_out_twice() {
    let format = CodeFormat::compile(&CodeRules::default()).unwrap();
    let mut register = CodeRegister::default();
    let code = format.build(sample()).unwrap();
    register.add(&code).unwrap();
    assert_eq!(register.add(&code), Err(CodeError::Duplicate { code: code.to_string() }));
    // The month with and without its zero is the same month.
    let next = register.issue(&format, sample()).unwrap();
    assert_eq!(next.value(CodePart::Serial), Some("0008"));
    let mut other = sample();
    other.insert(CodePart::Month, "04".into());
    assert_eq!(register.issue(&format, other).unwrap().value(CodePart::Serial), Some("0001"));
    assert_round_trip(&register);
    let mut last = sample();
    last.insert(CodePart::Serial, "9999".into());
    register.add(&format.build(last).unwrap()).unwrap();
    let kept = register.clone();
    assert!(matches!(register.issue(&format, sample()), Err(CodeError::SerialsUsedUp { .. })));
    assert_eq!(register, kept);
    assert_eq!(register.iter().count(), 4);
}

/// The nearest whole number to `numerator / 100`, an even one when two are equally near: found by looking.
fn nearest(numerator: i128) -> i128 {
    let near = numerator / 100;
    let candidates = (near - 1)..=(near + 1);
    let distance = |whole: i128| (numerator - 100 * whole).abs();
    let least = candidates.clone().map(distance).min().unwrap();
    let mut nearest: Vec<i128> = candidates.filter(|whole| distance(*whole) == least).collect();
    nearest.sort_by_key(|whole| whole % 2 != 0);
    nearest[0]
}

fn part_rules() -> impl Strategy<Value = Vec<Vec<CodePartRule>>> {
    let free = |part| {
        prop_oneof![
            Just(CodePartRule { part, width: None }),
            (1u8..5).prop_map(move |width| CodePartRule { part, width: Some(width) }),
        ]
    };
    let fixed = |part| (1u8..5).prop_map(move |width| CodePartRule { part, width: Some(width) });
    (
        free(CodePart::Class),
        fixed(CodePart::Region),
        free(CodePart::Customer),
        fixed(CodePart::Department),
        prop_oneof![Just(2u8), Just(4)],
        1u8..7,
        any::<bool>(),
    )
        .prop_map(|(class, region, customer, department, year, serial, flip)| {
            let mut first = vec![class, region];
            if flip {
                first.reverse();
            }
            vec![
                first,
                vec![
                    department,
                    customer,
                    CodePartRule { part: CodePart::Year, width: Some(year) },
                    CodePartRule { part: CodePart::Month, width: Some(2) },
                ],
                vec![CodePartRule { part: CodePart::Serial, width: Some(serial) }],
            ]
        })
}

proptest! {
    #[test]
    fn the_forecast_is_exact(
        inquiries in prop::collection::vec((0usize..7, any::<i32>(), -1_000_000i64..1_000_000, any::<bool>()), 0..30)
    ) {
        let grades = Grades::compile(&GradeRules::default()).unwrap();
        let rates = [Some(100), Some(80), Some(60), Some(30), Some(10), None, Some(0)];
        let inquiry = |(index, (grade, minor, units, dollars)): (usize, &(usize, i32, i64, bool))| Inquiry {
            id: index.to_string().into(),
            grade: InquiryGrade::ALL[*grade],
            amount: Some(Money::new((*minor).into(), if *dollars { Currency::USD } else { Currency::CNY })),
            quantity: Some(*units),
        };
        let list: Vec<Inquiry> = inquiries.iter().enumerate().map(inquiry).collect();
        let forecast = grades.forecast(&list).unwrap();
        let mut totals: BTreeMap<&str, i128> = BTreeMap::new();
        let mut hundredths: i128 = 0;
        for (grade, minor, units, dollars) in &inquiries {
            let Some(rate) = rates[*grade] else { continue };
            let currency = if *dollars { "USD" } else { "CNY" };
            *totals.entry(currency).or_default() += nearest(i128::from(*minor) * rate);
            hundredths += i128::from(*units) * rate;
        }
        let found: Vec<(String, i128)> = forecast.amounts().iter()
            .map(|amount| (amount.currency().to_string(), amount.minor().into()))
            .collect();
        let wanted: Vec<(String, i128)> = totals.into_iter().map(|(name, sum)| (name.to_owned(), sum)).collect();
        prop_assert_eq!(found, wanted);
        prop_assert_eq!(i128::from(forecast.quantity().hundredths()), hundredths);
        prop_assert_eq!(i128::from(forecast.quantity().rounded()), nearest(hundredths));
    }

    /// What is written is read back as the same parts, whatever the make-up.
    #[test]
    fn codes_round_trip(
        segments in part_rules(),
        separator in prop_oneof![Just("-"), Just("--"), Just("/"), Just("|·")],
        texts in prop::collection::vec("[A-Za-z0-9华东苏é_]{1,6}", 5),
        month in 1u32..13,
        number in any::<u32>(),
    ) {
        let rules = CodeRules { separator: separator.to_owned(), segments, ..CodeRules::default() };
        let format = CodeFormat::compile(&rules).unwrap();
        let mut parts: BTreeMap<CodePart, String> = BTreeMap::new();
        for (index, rule) in rules.segments.iter().flatten().enumerate() {
            let text = texts[index % texts.len()].as_str();
            let value = match (rule.part, rule.width) {
                (CodePart::Month, _) => month.to_string(),
                (CodePart::Year | CodePart::Serial, width) => {
                    (number % 10u32.pow(width.unwrap().into())).to_string()
                }
                (_, Some(width)) => text.chars().cycle().take(width.into()).collect(),
                (_, None) => text.to_owned(),
            };
            parts.insert(rule.part, value);
        }
        let code = format.build(parts).unwrap();
        prop_assert_eq!(&format.parse(code.as_str()).unwrap(), &code);
        prop_assert_eq!(&format.build(code.values().clone()).unwrap(), &code);
        let json = serde_json::to_string(&code).unwrap();
        prop_assert_eq!(serde_json::from_str::<leadkit::inquiry::InquiryCode>(&json).unwrap(), code);
    }

    #[test]
    fn what_can_be_read_is_written_the_same(text in "[A-C华]{1,4}-[A-C]{1,5}-[A-C]{0,2}-[A-C]{0,2}[0-9]{5,7}-[0-9]{3,5}") {
        let format = CodeFormat::compile(&CodeRules::default()).unwrap();
        if let Ok(code) = format.parse(&text) {
            let built = format.build(code.values().clone()).unwrap();
            prop_assert_eq!(built.as_str(), text);
        }
    }

    #[test]
    fn a_register_never_repeats_itself(months in prop::collection::vec(1u8..4, 0..40)) {
        let format = CodeFormat::compile(&CodeRules::default()).unwrap();
        let mut register = CodeRegister::default();
        for (index, month) in months.iter().enumerate() {
            let mut parts = sample();
            parts.insert(CodePart::Month, month.to_string());
            let before = register.clone();
            let code = register.issue(&format, parts).unwrap();
            prop_assert!(!before.contains(code.as_str()) && register.contains(code.as_str()));
            prop_assert_eq!(register.iter().count(), index + 1);
        }
    }

    #[test]
    fn no_document_makes_the_loaders_panic(text in "[\\[\\]{}\":,a-z0-9 ]{0,60}") {
        if let Ok(document) = serde_json::from_str::<Json>(&text) {
            let _ = (LevelRules::load(document.clone()), GradeRules::load(document.clone()), CodeRules::load(document));
        }
    }
}
