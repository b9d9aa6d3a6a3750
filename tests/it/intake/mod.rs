//! The main job: what happens to a lead, step by step, and what a wrong rules document is told.

use std::sync::Arc;

use leadkit::book::Book;
use leadkit::calendar::{CalendarRules, Calendars, UtcOffset, Zone};
use leadkit::error::RuleErrors;
use leadkit::model::{Activity, Effect, FoldKind, Lead, LeadStatus, Points, RecordRef, Rep};
use leadkit::rule::{FactSource, FactValue, Fault, Registry, Signal};
use leadkit::{Arrival, Input, Intake, Outcome, Roster, Route, Rules, State};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{account, assert_round_trip, at, json_data, review_next, snapshot};

mod sample;

const NOW: &str = "2026-03-02T02:00:00Z";

fn rules() -> Rules {
    Rules::load(json!({
        "revision": "test-1",
        "score": {"fit": {"rules": [
            {"id": "large", "when": {"field": "employee_count", "ge": 500}, "points": 85},
        ]}},
        "assign": {
            "groups": {"all": {"members": [{"rep": "li"}, {"rep": "wang"}]}},
            "pools": {"leads": {"zone": {"fixed": "+08:00"}, "rules": [{"id": "all", "then": {"group": {"id": "all"}}}]}},
        },
    }))
    .unwrap()
}

fn roster() -> Roster {
    let rep = |id: &str| Rep { id: id.into(), ..Rep::default() };
    let gone = Rep { active: false, ..rep("gone") };
    let late = Rep { hours: Some("office".into()), ..rep("zhao") };
    let calendars =
        Calendars::from_iter([("office", CalendarRules::office_hours(Zone::Fixed(UtcOffset::CHINA)))]);
    Roster::compile(&[rep("li"), rep("wang"), gone, late], &calendars).unwrap()
}

fn lead(id: &str, phone: &str, employees: u32) -> Lead {
    Lead {
        id: id.into(),
        phones: vec![phone.into()],
        employee_count: Some(employees),
        created_at: at(NOW),
        ..Lead::default()
    }
}

fn process(lead: Lead, book: &Book) -> Outcome {
    let intake = Intake::compile(&rules()).unwrap();
    let rows = book.rows(&intake.probe(&lead));
    intake.process(&Input { lead, rows, ..Default::default() }, &roster(), &State::default(), at(NOW))
}

#[test]
fn a_document_with_twelve_mistakes_gives_twelve_diagnostics() {
    let errors = Rules::load(json_data("intake_mistakes.json")).unwrap_err();
    snapshot("intake_mistakes", &errors);
    assert_eq!(errors.diagnostics().len(), 12);
    assert!(errors.iter().all(|found| found.help.is_some() && !found.message.is_empty()));
}

#[test]
fn a_mature_lead_of_nobody_is_assigned() {
    let outcome = process(lead("L1", "13812349876", 600), &Book::new());
    assert_eq!(outcome.route(), &Route::Assigned { owner: "li".into() });
    assert_eq!(outcome.reason().to_string(), "all");
    let statuses: Vec<&Effect> =
        outcome.effects().iter().filter(|e| matches!(e, Effect::SetStatus { .. })).collect();
    assert_eq!(statuses, [&Effect::SetStatus { lead: "L1".into(), status: LeadStatus::Pending }]);
    assert!(outcome.effects().iter().any(|effect| matches!(effect, Effect::StartDeadlines { .. })));
    snapshot("intake_assigned", outcome.explain());
}

#[test]
fn a_blocked_lead_is_neither_matched_nor_scored_nor_assigned() {
    let mut book = Book::new();
    book.insert_account(account("A1", "Acme Ltd", Some("li")));
    let outcome = process(Lead { company: Some("Acme Ltd".into()), ..lead("L1", "123", 600) }, &book);
    assert_eq!(outcome.route(), &Route::Blocked);
    assert!(outcome.resolution().is_none() && outcome.score().is_none() && outcome.assignment().is_none());
    assert!(outcome.effects().contains(&Effect::AddTag { lead: "L1".into(), tag: "blacklisted".into() }));
    assert!(outcome.effects().contains(&Effect::MoveToPool { lead: "L1".into(), pool: "invalid".into() }));
    assert!(!outcome.effects().iter().any(|effect| matches!(effect, Effect::StartDeadlines { .. })));
}

#[test]
fn an_immature_lead_of_nobody_is_nurtured() {
    let outcome = process(lead("L1", "13812349876", 20), &Book::new());
    assert_eq!(outcome.route(), &Route::Nurture { pool: "nurture".into() });
    assert_eq!(outcome.reason().to_string(), "D4");
    assert!(outcome.assignment().is_none());
}

#[test]
fn an_owned_duplicate_goes_to_its_owner_whatever_its_score() {
    let mut book = Book::new();
    book.insert_account(account("A1", "Acme Ltd", Some("wang")));
    let outcome =
        process(Lead { company: Some("ACME LIMITED".into()), ..lead("L1", "13812349876", 20) }, &book);
    assert_eq!(outcome.route(), &Route::Converted { owner: "wang".into(), account: "A1".into() });
    assert_eq!(outcome.reason().to_string(), "account-company");
}

#[test]
fn the_owner_of_a_mere_tag_gets_nothing() {
    let mut book = Book::new();
    let other = Lead {
        company: Some("Acme Ltd".into()),
        owner: Some("wang".into()),
        ..lead("L0", "13900001111", 600)
    };
    book.insert_lead(other);
    let entry = Lead { company: Some("Acme Limited".into()), ..lead("L1", "13812349876", 600) };
    let outcome = process(entry, &book);
    assert_eq!(outcome.resolution().unwrap().action().code(), "tag_only");
    assert_eq!(outcome.route(), &Route::Assigned { owner: "li".into() }, "by the rules, not to wang");
}

#[test]
fn an_owner_who_left_gets_nothing() {
    let mut book = Book::new();
    book.insert_account(account("A1", "Acme Ltd", Some("gone")));
    let company = Some("Acme Ltd".to_owned());
    let mature = process(Lead { company: company.clone(), ..lead("L1", "13812349876", 600) }, &book);
    // The rules find an owner, and the account gets the same one.
    assert_eq!(mature.route(), &Route::Converted { owner: "li".into(), account: "A1".into() });
    assert!(mature.effects().iter().any(|effect| matches!(
        effect,
        Effect::UpdateField { record: RecordRef::Account(_), field, value, .. }
            if field == "owner" && *value == leadkit::model::Value::from("li")
    )));
    let converts = |effect: &&Effect| {
        matches!(effect, Effect::Convert(_) | Effect::SetStatus { status: LeadStatus::Converted, .. })
    };
    assert_eq!(mature.effects().iter().filter(converts).count(), 2, "{}", mature.explain());
    assert_eq!(mature.effects().iter().filter(|effect| matches!(effect, Effect::Link(_))).count(), 1);
    assert!(!mature.resolution().unwrap().labels().contains(&leadkit::rule::MatchLabel::ByOwner));
    let immature = process(Lead { company, ..lead("L1", "13812349876", 5) }, &book);
    assert_eq!(immature.route().code(), "nurture");
}

#[test]
fn a_lead_that_brings_its_owner_stays_there() {
    let entry = Lead { owner: Some("wang".into()), ..lead("L1", "13812349876", 5) };
    let outcome = process(entry, &Book::new());
    assert_eq!(outcome.route(), &Route::ToOwner { owner: "wang".into(), record: None });
    // The rep owns it from now on: their tenure and work begin.
    let codes: Vec<&str> = outcome.effects().iter().map(Effect::code).collect();
    assert_eq!(codes, ["set_owner", "set_status", "start_deadlines"]);
}

#[test]
fn nobody_at_work_means_nobody_gets_it_and_when_to_try_again() {
    let mut rules = rules();
    rules.assign = serde_json::from_value(json!({
        "pools": {"leads": {"rules": [{"id": "late", "then": {"rep": "zhao"}}]}},
    }))
    .unwrap();
    let intake = Intake::compile(&rules).unwrap();
    let sunday = at("2026-03-01T02:00:00Z");
    let input = Input { lead: lead("L1", "13812349876", 600), ..Default::default() };
    let outcome = intake.process(&input, &roster(), &State::default(), sunday);
    let monday = Some(at("2026-03-02T01:00:00Z"));
    assert_eq!(outcome.route(), &Route::Unassigned { reason: "no_eligible".into(), retry_at: monday });
}

#[test]
fn the_same_submission_goes_nowhere_a_second_time() {
    let intake = Intake::compile(&rules()).unwrap();
    let (roster, mut state, mut book) = (roster(), State::default(), Book::new());
    let arrival =
        |id: &str, time: &str| Arrival::new(Lead { created_at: at(time), ..lead(id, "13812349876", 600) });
    let arrivals = [
        arrival("L1", "2026-03-02T02:00:00Z"),
        arrival("L2", "2026-03-02T03:00:00Z"),
        arrival("L3", "2026-03-09T03:00:00Z"),
    ];
    let outcomes = intake.process_batch(&arrivals, &mut book, &roster, &mut state).unwrap();
    let folded = |kind| Route::Folded { into: "L1".into(), kind };
    assert_eq!(outcomes[1].outcome.route(), &folded(FoldKind::Resubmission));
    // A week later it is no resubmission but the same person again, and the owner of the first is told.
    assert_eq!(outcomes[2].outcome.route(), &folded(FoldKind::Collected));
    let owner = outcomes[0].outcome.route().owner().unwrap();
    let told: Vec<(&str, &str)> =
        book.desk().notices.iter().map(|one| (one.rep.as_str(), one.code.as_str())).collect();
    assert_eq!(
        told,
        [(owner.as_str(), "assigned"), (owner.as_str(), "resubmission"), (owner.as_str(), "collected")]
    );
}

#[test]
fn activities_count_in_the_main_job() {
    let intake = Intake::compile(&rules()).unwrap();
    let activity = |kind: &str| Activity {
        id: kind.into(),
        lead: "L1".into(),
        kind: kind.into(),
        time: at(NOW),
        ..Activity::default()
    };
    let kinds = ["form_submit", "consult", "offline_event", "reply_mail"];
    let input = Input {
        lead: lead("L1", "13812349876", 600),
        activities: kinds.map(activity).into(),
        ..Default::default()
    };
    let outcome = intake.process(&input, &roster(), &State::default(), at(NOW));
    assert_eq!(outcome.score().unwrap().cell().to_string(), "A1");
}

#[test]
fn an_outcome_applied_twice_is_refused_and_changes_nothing() {
    let intake = Intake::compile(&rules()).unwrap();
    let (roster, mut state) = (roster(), State::default());
    let first = Input { lead: lead("L1", "13812349876", 600), ..Default::default() };
    let second = Input { lead: lead("L2", "13812349877", 600), ..Default::default() };
    let one = intake.process(&first, &roster, &state, at(NOW));
    let two = intake.process(&second, &roster, &state, at(NOW));
    state.apply(one.delta()).unwrap();
    let before = serde_json::to_string(&state).unwrap();
    assert!(state.apply(two.delta()).is_err(), "decided on a state that has moved");
    assert_eq!(serde_json::to_string(&state).unwrap(), before);
    // Deciding again gives the turn to the other rep.
    let again = intake.process(&second, &roster, &state, at(NOW));
    state.apply(again.delta()).unwrap();
    assert_ne!(again.route().owner(), one.route().owner());
}

#[test]
fn a_lead_that_comes_round_again_does_not_go_back_to_who_left() {
    let intake = Intake::compile(&rules()).unwrap();
    let (first_roster, mut state) = (roster(), State::default());
    let input = Input { lead: lead("L1", "13812349876", 600), ..Default::default() };
    let first = intake.process(&input, &first_roster, &state, at(NOW));
    assert_eq!(first.route().owner().unwrap().as_str(), "li");
    state.apply(first.delta()).unwrap();
    let away = Rep { id: "li".into(), active: false, ..Rep::default() };
    let here = Rep { id: "wang".into(), ..Rep::default() };
    let without_li = Roster::compile(&[away, here], &Calendars::default()).unwrap();
    let later = at("2026-03-05T02:00:00Z");
    let again = intake.process(&input, &without_li, &state, later);
    assert_eq!(again.route(), &Route::Assigned { owner: "wang".into() });

    // While li is there the same request gets the same answer, and a new cycle rules out who had it before.
    let same = intake.process(&input, &first_roster, &state, later);
    assert_eq!(same.route(), first.route());
    let assign = leadkit::assign::AssignOptions {
        key: Some("L1/2".into()),
        previous_owners: vec!["li".into()],
        ..Default::default()
    };
    let next = intake.process(&Input { assign, ..input }, &first_roster, &state, later);
    assert_eq!(next.route(), &Route::Assigned { owner: "wang".into() });
}

#[test]
fn no_debug_print_shows_a_contact_value_whole() {
    let intake = Intake::compile(&rules()).unwrap();
    let entry = Lead {
        emails: vec!["zhang.wei@example.cn".into()],
        wechat: Some("zhang_wei_88".into()),
        ..lead("L1", "13812349876", 600)
    };
    let mut book = intake.book();
    book.insert_lead(entry.clone());
    let probe = intake.probe(&entry);
    let outcome = process(entry.clone(), &book);
    let mut rules = rules();
    rules.blacklist = serde_json::from_value(json!({"rules": [
        {"id": "l", "category": "c", "severity": "block", "check": {"list": {
            "phones": ["13812349876"], "emails": ["zhang.wei@example.cn"], "wechats": ["zhang_wei_88"]}}},
    ]}))
    .unwrap();
    let tables = leadkit::HostTables::default();
    let context = leadkit::rule::FactContext::new(&tables, at(NOW));
    let facts = leadkit::rule::Facts::new(&entry, &context);
    let blocking = Intake::compile(&rules).unwrap();
    let printed = [
        format!("{book:?}"),
        format!("{probe:?}"),
        format!("{outcome:?}"),
        format!("{rules:?}"),
        format!("{facts:?}"),
    ];
    let printed = printed.into_iter().chain([format!("{blocking:?}"), outcome.explain()]);
    for text in printed {
        for secret in ["13812349876", "zhang.wei@", "zhang_wei_88"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn large_adjustments_survive_their_round_trip() {
    let rules = Rules::load(json!({"score": {"fit": {"rules": [
        {"id": "a", "points": 1e9}, {"id": "b", "points": 1e9}, {"id": "c", "points": 999999999.999},
    ]}}}))
    .unwrap();
    let intake = Intake::compile(&rules).unwrap();
    let input = Input { lead: lead("L1", "13812349876", 600), ..Default::default() };
    let outcome = intake.process(&input, &roster(), &State::default(), at(NOW));
    assert_round_trip(&outcome);
}

#[test]
fn a_hostile_document_is_refused_in_bounded_text_and_depth() {
    let mut deep = json!({"field": "name", "exists": true});
    for _ in 0..100_000 {
        // `json!` would copy what is inside.
        let mut node = serde_json::Map::new();
        node.insert("not".into(), deep);
        deep = node.into();
    }
    let mut rule = serde_json::Map::new();
    rule.insert("when".into(), deep);
    let errors = Rules::load(rule.into()).unwrap_err();
    assert_eq!(errors.diagnostics()[0].code, "too_deep");

    let long: serde_json::Map<_, _> =
        (0..150).map(|i| (format!("{i}{}", "x".repeat(100_000)), json!(1))).collect();
    let errors = Rules::load(long.into()).unwrap_err();
    assert!(errors.to_string().len() < 200_000);
    assert_eq!(errors.diagnostics().len(), 101);

    let same: Vec<_> = (0..5_000).map(|_| json!({"id": "a", "points": 1})).collect();
    let errors = Rules::load(json!({"score": {"fit": {"rules": same}}})).unwrap_err();
    assert_eq!(errors.diagnostics().len(), 101);
}

#[test]
fn a_key_nothing_reads_hides_no_other_mistake() {
    let errors = Rules::load(json!({
        "south": 1,
        "assign": {"pools": {"leads": {"rules": [{"id": "s", "then": {"group": {"id": "south"}}}]}}},
    }))
    .unwrap_err();
    let codes: Vec<&str> = errors.iter().map(|found| found.code.as_ref()).collect();
    assert_eq!(codes, ["unknown_group", "unknown_key"]);
}

#[test]
fn outcomes_and_states_survive_their_round_trip() {
    let outcome = process(lead("L1", "13812349876", 600), &Book::new());
    let text = assert_round_trip(&outcome);
    assert!(!outcome.explain().contains("13812349876"));
    assert!(!text.contains("13812349876"), "decisions hold no contact values");
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let one = (0u8..6, 0u8..4, prop::bool::ANY, 0i64..400_000);
    prop::collection::vec(one, 0..25).prop_map(|arrivals| {
        let mut time = at(NOW);
        let build = |(index, (phone, company, large, wait)): (usize, (u8, u8, bool, i64))| {
            time += chrono::TimeDelta::seconds(wait);
            let lead = Lead {
                company: Some(format!("Company {company} Ltd")),
                created_at: time,
                ..lead(&format!("L{index}"), &format!("1381234987{phone}"), if large { 600 } else { 5 })
            };
            Arrival::new(lead)
        };
        arrivals.into_iter().enumerate().map(build).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_batch_is_the_loop_and_a_saved_state_changes_nothing(arrivals in arrivals(), saved_at in 0usize..25) {
        let intake = Intake::compile(&rules()).unwrap();
        let mut book = Book::new();
        book.insert_account(account("A1", "Company 0 Ltd", Some("wang")));
        let (mut batch_book, batch_roster, mut batch_state) = (book.clone(), roster(), State::default());
        let batch = intake
            .process_batch(&arrivals, &mut batch_book, &batch_roster, &mut batch_state)
            .unwrap();

        let (roster, mut state) = (roster(), State::default());
        for (index, arrival) in arrivals.iter().enumerate() {
            if index == saved_at {
                let text = serde_json::to_string(&state).unwrap();
                state = serde_json::from_str(&text).unwrap();
            }
            let rows = book.rows(&intake.probe(&arrival.lead));
            let input = Input { lead: arrival.lead.clone(), rows, ..Default::default() };
            let outcome = intake.process(&input, &roster, &state, arrival.at);
            state.apply(outcome.delta()).unwrap();
            book.insert_lead(arrival.lead.clone());
            outcome.apply_to(&mut book);
            prop_assert_eq!(&outcome, &batch[index].outcome);
            let review = review_next(&intake, &outcome, &mut book, &roster, &mut state);
            prop_assert_eq!(&review, &batch[index].reviews);
        }
        prop_assert_eq!(serde_json::to_string(&state).unwrap(), serde_json::to_string(&batch_state).unwrap());
        prop_assert!(book.leads().eq(batch_book.leads()));
    }
}

/// Points for whoever can be called, for want of a model.
#[derive(Debug)]
struct Lookalike(Points);

impl Signal for Lookalike {
    fn points(&self, facts: &dyn FactSource) -> Result<Option<Points>, Fault> {
        let known = facts.fact(&"phone".parse().unwrap()) != FactValue::Missing;
        Ok(known.then_some(self.0))
    }
}

#[test]
fn a_signal_of_the_host_s_runs_in_the_main_job() {
    let registry = Registry::new().signal("lookalike", |params| match params["points"].as_i64() {
        Some(points) => Ok(Arc::new(Lookalike(Points::new(points)))),
        None => Err("`points` is missing".to_owned()),
    });
    let document = |name: &str, params: Value| {
        let custom = json!({"custom": {"name": name, "params": params}});
        json!({
            "score": {"fit": {"rules": [{"id": "model", "points": custom}]}},
            "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}},
        })
    };
    let good = document("lookalike", json!({"points": 80}));
    let rules = Rules::load_with(good.clone(), &registry).unwrap();
    let intake = Intake::compile_with(&rules, &registry).unwrap();
    assert_eq!(Intake::load_with(good.clone(), &registry).unwrap().version(), intake.version());
    let arrivals = [Arrival::new(lead("L1", "13812349876", 20))];
    let outcomes =
        intake.process_batch(&arrivals, &mut Book::new(), &roster(), &mut State::default()).unwrap();
    let outcome = &outcomes[0].outcome;
    let score = outcome.score().unwrap();
    assert_eq!((score.fit(), outcome.route().code()), (Points::new(80), "assigned"));

    let said = |errors: RuleErrors| {
        let found = errors.iter().map(|d| (d.path.clone(), d.code.to_string()));
        found.collect::<Vec<_>>()
    };
    let place = |member: &str| format!("score.fit.rules[0].points.custom.{member}");
    let unknown = [(place("name"), "unknown_plugin".to_owned())];
    assert_eq!(said(Intake::load(good.clone()).unwrap_err()), unknown);
    assert_eq!(said(Rules::load(good.clone()).unwrap_err()), unknown);
    assert_eq!(said(Rules::from_json_str(&good.to_string()).unwrap_err()), unknown);
    assert_eq!(said(Intake::compile(&rules).unwrap_err()), unknown);
    let misspelt = Rules::load_with(document("lookalik", json!({})), &registry).unwrap_err();
    assert_eq!(misspelt.diagnostics()[0].help.as_deref(), Some("did you mean `lookalike`?"));
    let bad = Rules::load_with(document("lookalike", json!({})), &registry).unwrap_err();
    assert_eq!(said(bad), [(place("params"), "bad_params".to_owned())]);
}
