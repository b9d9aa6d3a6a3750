//! What comes twice, late, or in another order.

use super::*;
use leadkit::model::Value;

fn clue(id: &str, hour: i64, phone: &str, number: &str) -> Lead {
    let mut lead = caller(id, hour, phone);
    lead.external_ids.insert("ocean_clue_id".into(), number.into());
    lead
}

#[test]
fn a_lead_that_is_delivered_twice_stays_with_its_owner() {
    let mut desk = Desk::new(&companies());
    let first = desk.submit(&caller("L1", 0, MOBILE));
    let before = format!("{:?} {:?}", desk.lead("L1"), desk.book.history(&"L1".into()));
    let again = desk.submit(&caller("L1", 0, MOBILE));
    assert_eq!(again.outcome.route(), first.outcome.route());
    assert_eq!(format!("{:?} {:?}", desk.lead("L1"), desk.book.history(&"L1".into())), before);
}

#[test]
fn an_old_outcome_applied_late_takes_nothing_away() {
    let mut desk = Desk::new(&companies());
    let cold = Lead { tags: vec!["cold".into()], ..caller("L1", 0, MOBILE) };
    let old = desk.submit(&cold).outcome;
    let mut warm = desk.lead("L1").clone();
    warm.tags.clear();
    desk.book.insert_lead(warm);
    drop(desk.review("L1", 48));
    let owner = desk.owner("L1").to_owned();
    assert_ne!(owner, "-");
    old.apply_to(&mut desk.book);
    assert_eq!(desk.owner("L1"), owner);
}

#[test]
fn a_value_that_another_takes_the_place_of_is_kept() {
    let mut desk = Desk::new(&companies());
    desk.submit(&caller("L1", 0, MOBILE));
    desk.submit(&caller("L2", 30, MOBILE));
    let replaced = &desk.book.desk().replaced[0];
    assert_eq!((replaced.field.as_str(), &replaced.value), ("message", &Value::from("message L1")));
}

#[test]
fn a_record_id_seen_before_only_folds() {
    // Also that of a customer, and when the newcomer's id comes before.
    let bought = Lead { status: LeadStatus::Converted, ..owned(clue("L1", 0, MOBILE, "7"), "wang") };
    let mut desk = Desk::with(&companies(), &[], &[bought]);
    let again = desk.submit(&clue("L2", 9, "13927461853", "7"));
    assert_eq!(again.outcome.route(), &folded("L1", FoldKind::SameRecord));
    let mut desk = Desk::with(&companies(), &[], &[owned(clue("M", 0, MOBILE, "7"), "li")]);
    let sorts_first = desk.submit(&clue("A", 0, "13927461853", "7"));
    assert_eq!(sorts_first.outcome.route(), &folded("M", FoldKind::SameRecord));
    assert!(desk.told().is_empty());
}

#[test]
fn a_lead_on_file_is_nobody_s_second_delivery() {
    let child = Lead { folded_into: Some("L2".into()), ..caller("L3", 6, "13700246802") };
    let worked = Lead { status: LeadStatus::Following, ..owned(clue("L2", 5, "13927461853", "7"), "wang") };
    let mut desk = Desk::with(&companies(), &[], &[owned(clue("L1", 0, MOBILE, "7"), "li"), worked, child]);
    let outcome = desk.review("L2", 9);
    assert_eq!(outcome.route(), &Route::ToOwner { owner: "wang".into(), record: None });
    assert_eq!(desk.lead("L3").folded_into, Some("L2".into()));
}

#[test]
fn a_waiting_elder_is_folded_into_the_younger_that_is_worked_on() {
    let elder = owned(caller("L1", 0, MOBILE), "li");
    let younger = Lead { status: LeadStatus::Following, ..owned(caller("L2", 5, MOBILE), "wang") };
    let mut desk = Desk::with(&companies(), &[], &[elder, younger]);
    assert_eq!(desk.review("L1", 9).route(), &folded("L2", FoldKind::Joined));
    assert_eq!((desk.owner("L1"), desk.owner("L2")), ("-", "wang"));
    assert!(desk.told().iter().any(|told| told.starts_with("li ")), "{:?}", desk.told());
}

#[test]
fn who_is_dead_does_not_take_in_who_is_in_somebody_s_hands() {
    let dead = Lead { status: LeadStatus::Invalid, ..caller("L1", 0, MOBILE) };
    let mut desk = Desk::with(&companies(), &[], &[dead, owned(caller("L2", 5, MOBILE), "wang")]);
    drop(desk.review("L2", 9));
    assert_eq!((desk.owner("L2"), desk.lead("L1").folded_into.clone()), ("wang", Some("L2".into())));
}

#[test]
fn another_look_does_not_put_off_who_is_held() {
    let file = |id: &str, owner: &str| {
        at_company(
            account(id, &format!("Company {id}"), Some(owner)),
            contact(&format!("C-{id}"), "前台", MOBILE),
        )
    };
    let mut desk = Desk::with(&companies(), &[file("A1", "li"), file("A2", "wang")], &[]);
    desk.submit(&caller("L1", 0, MOBILE));
    let looked = desk.review("L1", 3);
    assert!(matches!(looked.route(), Route::AwaitingReview { until: Some(until), .. } if *until == hour(4)));
    drop(desk.review("L1", 5));
    assert_eq!(desk.owner("L1"), "li", "the time is over");
}

#[test]
fn wake_ups_end_with_the_lead_and_come_again_while_it_lives() {
    let mut desk = Desk::new(&companies());
    desk.submit(&Lead { tags: vec!["cold".into()], ..caller("L1", 0, MOBILE) });
    let day = 24;
    assert_eq!(desk.book.due(hour(30 * day)), ["L1".into()]);
    drop(desk.review("L1", 30 * day));
    assert_eq!(desk.book.due(hour(30 * day)), []);
    assert_eq!(desk.book.wake_up(&"L1".into()).unwrap().at, hour(90 * day));
    let close = Effect::SetStatus { lead: "L1".into(), status: LeadStatus::Invalid };
    desk.book.apply_effects("closed", &[close], hour(40 * day));
    assert!(desk.book.due(hour(400 * day)).is_empty() && desk.book.wake_up(&"L1".into()).is_none());
}

#[test]
fn a_key_change_starts_the_new_owner_s_deadline() {
    let mut rules = consumers();
    for rule in rules["rules"].as_array_mut().unwrap() {
        rule["action"] = json!("key_change");
    }
    let known = Lead { company: Some("Old Ltd".into()), ..owned(caller("L1", 0, MOBILE), "li") };
    let mut desk = Desk::with(&rules, &[account("A1", "New Ltd", Some("wang"))], &[known]);
    desk.submit(&Lead { company: Some("New Ltd".into()), ..caller("L2", 5, MOBILE) });
    assert_eq!(desk.owner("L1"), "wang");
    assert_eq!(desk.book.history(&"L1".into()).deadlines.len(), 1);
}

#[test]
fn a_folded_lead_does_not_come_to_life() {
    let mut desk = Desk::new(&companies());
    desk.submit(&caller("L1", 0, MOBILE));
    desk.submit(&caller("L2", 30, MOBILE));
    let mut changed = desk.lead("L1").clone();
    changed.phones = vec!["13927461853".into()];
    desk.book.insert_lead(changed);
    let input = desk.intake.input_of(&desk.book, &"L2".into(), hour(31)).unwrap();
    let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(31));
    assert_eq!((outcome.route(), outcome.effects().len()), (&Route::Voided, 0));
}

#[test]
fn a_buyer_is_an_old_customer_and_an_industry_stays_one_path() {
    let bought = Lead { status: LeadStatus::Converted, ..owned(caller("L1", 0, MOBILE), "wang") };
    let mut desk = Desk::with(&consumers(), &[], &[bought]);
    let again = desk.submit(&caller("L2", 5, MOBILE));
    let labels = again.outcome.resolution().unwrap().labels();
    assert!(labels.contains(&leadkit::rule::MatchLabel::ExistingCustomer));

    let path = |levels: [&str; 2]| levels.map(str::to_owned).to_vec();
    let known = Lead { industry: path(["制造业", "汽车"]), ..owned(caller("L1", 0, MOBILE), "li") };
    let mut desk = Desk::with(&companies(), &[], &[known]);
    desk.submit(&Lead { industry: path(["信息", "软件"]), ..caller("L2", 5, MOBILE) });
    assert_eq!(desk.lead("L1").industry, path(["制造业", "汽车"]));
    assert_eq!(desk.book.desk().conflicts[0].field, "industry");
}

#[test]
fn two_owners_of_two_joined_leads_are_both_told_at_one_moment() {
    let mut desk = Desk::new(&companies());
    let mail = |who: &str| vec![format!("{who}@qixi.com.cn").as_str().into()];
    let known = [
        owned(caller("L1", 0, MOBILE), "li"),
        owned(Lead { emails: mail("wang.wei"), ..lead("L2", 1) }, "wang"),
        owned(Lead { emails: mail("zhao.min"), ..lead("L3", 2) }, "zhao"),
    ];
    known.into_iter().for_each(|lead| desk.book.insert_lead(lead));
    for (id, who) in [("L4", "wang.wei"), ("L5", "zhao.min")] {
        desk.submit(&Lead { emails: mail(who), ..caller(id, 30, MOBILE) });
    }
    for rep in ["wang", "zhao"] {
        assert!(desk.told().iter().any(|told| told.starts_with(rep)), "{rep}: {:?}", desk.told());
    }
}

#[test]
fn what_is_decided_again_an_hour_later_began_when_it_was_decided_first() {
    let account = account("A1", "Quellmark Energy GmbH", None);
    let free =
        |id: &str| Lead { company: Some("Quellmark Energy GmbH".into()), ..caller(id, 0, "15088672341") };
    for (lead, what) in [
        (caller("L1", 0, MOBILE), "by the rules"),
        (Lead { owner: Some("wang".into()), ..caller("L2", 0, "13927461853") }, "by who brings it"),
        (free("L3"), "of nobody's account"),
    ] {
        let mut desk = Desk::with(&companies(), std::slice::from_ref(&account), &[]);
        let input = |desk: &Desk| Input {
            lead: lead.clone(),
            rows: desk.book.rows(&desk.intake.probe(&lead)),
            ..Input::default()
        };
        let before = input(&desk);
        let first = desk.intake.process(&before, &desk.roster, &desk.state, hour(1));
        assert!(first.route().owner().is_some(), "{what}: {first}");
        desk.state.apply(first.delta()).unwrap();
        let again = desk.intake.process(&before, &desk.roster, &desk.state, hour(2));
        assert_eq!(again.effects(), first.effects(), "{what}");
        assert!(again.delta().assign.as_ref().is_none_or(leadkit::assign::AssignDelta::is_empty), "{what}");
        desk.book.insert_lead(lead.clone());
        first.apply_to(&mut desk.book);
        let once = desk.book.history(&lead.id).clone();
        again.apply_to(&mut desk.book);
        assert_eq!(*desk.book.history(&lead.id), once, "{what}");
    }
}
