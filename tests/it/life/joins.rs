//! Records on file that turn out to be one, and the keys that lead to them.

use super::*;
use leadkit::merge::{MergePlan, MergeRules, Merger};
use leadkit::rule::HostTables;

fn mails(names: &[&str]) -> Vec<leadkit::model::EmailAddress> {
    names.iter().map(|name| format!("{name}@qixi.com.cn").as_str().into()).collect()
}

fn known_by(id: &str, hour: i64, phone: &str, wechat: &str, clue: &str) -> Lead {
    let mut lead = Lead { wechat: Some(wechat.into()), ..caller(id, hour, phone) };
    lead.external_ids.insert("ocean_clue_id".into(), clue.into());
    lead
}

#[test]
fn keys_of_a_second_wechat_or_clue_id_move_where_a_lead_is_folded() {
    for rules in [companies(), consumers()] {
        let mut desk = Desk::new(&rules);
        desk.submit(&known_by("L1", 0, MOBILE, "zhang_wei_88", "7"));
        desk.submit(&known_by("L2", 30, MOBILE, "zw_private_99", "8"));
        let subject = desk.lead("L1");
        assert_eq!(subject.wechat.as_ref().unwrap().as_str(), "zhang_wei_88");
        assert_eq!(subject.other_ids["wechat"], ["zw_private_99"]);
        assert_eq!(subject.other_ids["ocean_clue_id"], ["8"]);
        let by_wechat = Lead { wechat: Some("ZW_private_99".into()), ..lead("L3", 60) };
        assert_eq!(desk.submit(&by_wechat).outcome.route().folded_into().unwrap().as_str(), "L1");
        let again = desk.submit(&known_by("L4", 90, "13927461853", "somebody_else", "8"));
        assert_eq!(again.outcome.route(), &folded("L1", FoldKind::SameRecord));
        // A third value of what is there twice, and the same one once more.
        desk.submit(&known_by("L5", 120, MOBILE, "zw_third_11", "9"));
        assert_eq!(desk.lead("L1").other_ids["wechat"], ["zw_private_99", "zw_third_11"]);
    }
}

#[test]
fn keys_of_a_second_wechat_or_clue_id_move_where_leads_are_merged() {
    let first = known_by("L1", 0, MOBILE, "zhang_wei_88", "7");
    let second = known_by("L2", 1, MOBILE, "zw_private_99", "8");
    let merger = Merger::compile(&MergeRules::default()).unwrap();
    let tables = HostTables::default();
    let plan =
        MergePlan::for_leads(&[first.clone(), second.clone()], &merger, &tables.phone_options()).unwrap();
    let mut desk = Desk::with(&companies(), &[], &[first, second]);
    desk.book.apply_effects("merge L1 L2", plan.effects(), hour(2));
    let survivor = plan.records()[0].id().to_owned();
    let other = if survivor == "L1" { "L2" } else { "L1" };
    assert!(!desk.lead(other).is_on_file(), "what is merged is found by no key");
    for (wechat, clue) in [("zhang_wei_88", "7"), ("zw_private_99", "8")] {
        let by_wechat = Lead { wechat: Some(wechat.into()), ..lead("X", 30) };
        let rows = desk.book.rows(&desk.intake.probe(&by_wechat));
        assert_eq!(rows.leads.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [survivor.as_str()]);
        let by_clue = known_by("Y", 30, "13927461853", "somebody_else", clue);
        let rows = desk.book.rows(&desk.intake.probe(&by_clue));
        assert_eq!(rows.leads.len(), 1, "{clue}");
    }
}

#[test]
fn a_review_joins_until_one_live_record_is_left_for_each_strong_key() {
    for rules in [companies(), consumers()] {
        let file = [
            caller("L1", 0, MOBILE),
            Lead { emails: mails(&["zhang.wei"]), ..lead("L2", 1) },
            Lead { emails: mails(&["zw"]), wechat: Some("zhang_wei_88".into()), ..lead("L3", 2) },
            // Only what L3 brings leads to it.
            Lead { wechat: Some("zhang_wei_88".into()), ..lead("L4", 3) },
        ];
        let mut desk = Desk::new(&rules);
        file.iter().for_each(|lead| desk.book.insert_lead(lead.clone()));
        let entry = Lead { emails: mails(&["zhang.wei", "zw"]), ..caller("L5", 30, MOBILE) };
        let decided = desk.submit(&entry);
        for id in ["L2", "L3", "L4", "L5"] {
            assert_eq!(desk.lead(id).folded_into, Some("L1".into()), "{id}");
        }
        let routes: Vec<&str> = decided.reviews.iter().map(|review| review.route().code()).collect();
        assert_eq!(
            routes,
            ["unassigned", "unassigned", "unassigned", "assigned"],
            "routed when none is left"
        );
        assert!(decided.reviews.last().unwrap().next().is_none());
        assert_eq!((desk.lead("L1").emails.len(), desk.book.wake_up(&"L1".into())), (2, None));
        assert_eq!(desk.state.ledgers.values().next().unwrap().revision(), 1, "one turn is taken");
    }
}

#[test]
fn who_it_is_comes_before_whom_else_a_key_reaches() {
    let at = |company: &str, lead| Lead { company: Some(company.into()), ..lead };
    let other = owned(at("Quellmark Energy GmbH", caller("L1", 0, MOBILE)), "li");
    let same = Lead { emails: mails(&["zhang.wei"]), ..owned(lead("L2", 1), "wang") };
    let mut desk = Desk::with(&companies(), &[], &[other, at("Acme Trading Ltd", same)]);
    let entry = Lead { emails: mails(&["zhang.wei"]), ..caller("L3", 30, MOBILE) };
    let decided = desk.submit(&at("Acme Trading Ltd", entry));
    assert_eq!(decided.outcome.route(), &folded("L2", FoldKind::Collected));
    // A family phone: the child's second form is the child's.
    let named = |id, hour, name: &str| Lead { name: Some(name.into()), ..caller(id, hour, MOBILE) };
    let family = [owned(named("L1", 0, "王芳"), "li"), owned(named("L2", 1, "李小明"), "li")];
    let mut desk = Desk::with(&consumers(), &[], &family);
    assert_eq!(desk.submit(&named("L3", 30, "李小明")).outcome.route(), &folded("L2", FoldKind::Reentry));
}

#[test]
fn the_owner_of_a_joined_record_keeps_the_customer() {
    let mut desk = Desk::new(&companies());
    desk.book.insert_lead(caller("L1", 0, MOBILE));
    desk.book.insert_lead(Lead { emails: mails(&["zhang.wei"]), ..lead("L2", 1) });
    desk.book.insert_lead(owned(Lead { emails: mails(&["zw"]), ..lead("L3", 2) }, "zhao"));
    desk.submit(&Lead { emails: mails(&["zhang.wei", "zw"]), ..caller("L4", 30, MOBILE) });
    assert_eq!((desk.owner("L1"), desk.lead("L3").folded_into.clone()), ("zhao", Some("L1".into())));
    assert_eq!(desk.book.history(&"L1".into()).deadlines.len(), 1);
}

fn worked(lead: Lead, owner: &str) -> Lead {
    Lead { status: LeadStatus::Following, ..owned(lead, owner) }
}

/// Two worked leads of two reps share a phone; a third, that nobody works on, has it too.
fn colliding() -> Desk {
    let mut desk = Desk::new(&companies());
    desk.book.insert_lead(worked(caller("L1", 0, MOBILE), "li"));
    desk.book.insert_lead(worked(caller("L2", 1, MOBILE), "wang"));
    desk.book.insert_lead(owned(caller("L3", 2, MOBILE), "zhao"));
    desk
}

#[test]
fn a_collision_does_not_keep_others_from_being_joined_and_is_reported_once() {
    let mut desk = colliding();
    drop(desk.review("L2", 9));
    assert_eq!(desk.lead("L3").folded_into, Some("L2".into()));
    assert_eq!((desk.owner("L1"), desk.owner("L2")), ("li", "wang"));
    let asked: Vec<&str> = desk.book.desk().reviews.keys().map(|(lead, _)| lead.as_str()).collect();
    assert_eq!(asked, ["L2"]);
    assert_eq!(desk.book.wake_up(&"L2".into()).unwrap().code, "collision_due");
    let again = desk.review("L2", 10);
    assert!(again.effects().is_empty(), "reported once: {}", again.explain());
}

#[test]
fn a_collision_that_nobody_settles_ends_with_the_earlier_lead() {
    let mut desk = colliding();
    drop(desk.review("L2", 9));
    assert_eq!(desk.book.due(hour(9 + 24)), ["L2".into()]);
    drop(desk.review("L2", 9 + 24));
    assert_eq!((desk.owner("L1"), desk.lead("L2").folded_into.clone()), ("li", Some("L1".into())));
    assert_eq!(desk.lead("L3").folded_into, Some("L1".into()));
    assert!(desk.lead("L1").tags.is_empty(), "{:?}", desk.lead("L1").tags);
    assert!(desk.told().iter().any(|told| told.starts_with("wang ")), "{:?}", desk.told());
}
