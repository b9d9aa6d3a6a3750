//! What went wrong once, and each row of the table of what is found.

use super::*;
use leadkit::dedup::MatchAction;
use leadkit::model::{PhoneNumber, Value};
use leadkit::rule::MatchLabel;

// What went wrong once.

#[test]
fn the_same_phone_with_a_new_message_wakes_the_lead_and_tells_its_owner_once() {
    let mut desk = Desk::new(&companies());
    let first = desk.submit(&caller("L1", 0, MOBILE));
    let owner = first.outcome.route().owner().unwrap().to_string();
    let second = desk.submit(&caller("L2", 3, "+86 138-1234-9876"));
    assert_eq!(second.outcome.route(), &folded("L1", FoldKind::Collected));
    assert_eq!(desk.told(), [format!("{owner} assigned lead L1"), format!("{owner} collected lead L1")]);
    assert_eq!(desk.lead("L1").message.as_deref(), Some("message L2"), "the newest message");
    assert_eq!(desk.lead("L1").last_active_at, Some(hour(3)));
    assert_eq!(desk.owner("L1"), owner);
}

#[test]
fn two_people_on_one_landline_are_two_leads() {
    for rules in [companies(), consumers()] {
        let mut desk = Desk::new(&rules);
        desk.submit(&Lead { name: Some("张伟".into()), ..caller("L1", 0, LANDLINE) });
        let second = desk.submit(&Lead { name: Some("李娜".into()), ..caller("L2", 2, LANDLINE) });
        assert!(second.outcome.route().owner().is_some(), "{}", second.outcome.explain());
        assert!(desk.lead("L2").is_on_file());
        assert_eq!(desk.lead("L2").tags, ["possible_duplicate"]);
    }
}

#[test]
fn an_ownerless_lead_on_file_and_a_new_one_with_its_phone_get_one_seller() {
    for rules in [companies(), consumers()] {
        let mut desk = Desk::with(&rules, &[], &[caller("L1", 0, MOBILE)]);
        let second = desk.submit(&caller("L2", 30, MOBILE));
        assert_eq!(second.outcome.route().folded_into().unwrap().as_str(), "L1");
        let review = &second.reviews[0];
        assert!(matches!(review.route(), Route::Assigned { .. }), "{}", review.explain());
        assert_ne!(desk.owner("L1"), "-");
        assert_eq!(desk.owner("L2"), "-");
    }
}

#[test]
fn a_re_entry_leaves_everything_it_brought_to_the_lead_on_file() {
    let mut desk = Desk::with(&consumers(), &[], &[owned(caller("L1", 0, MOBILE), "li")]);
    let mut entry = Lead {
        emails: vec!["zhang.wei@qixi.com.cn".into()],
        industry: vec!["制造业".into()],
        employee_count: Some(300),
        products: vec!["crm".into()],
        city: Some("深圳".into()),
        ..caller("L2", 40, MOBILE)
    };
    entry.phones.push("13927461853".into());
    entry.attributes.insert("budget".into(), Value::from(90_000));
    entry.external_ids.insert("openid".into(), "oABC".into());
    desk.submit(&entry);
    let subject = desk.lead("L1");
    assert_eq!(subject.phones, [PhoneNumber::from(MOBILE), PhoneNumber::from("13927461853")]);
    assert_eq!((subject.emails.len(), subject.employee_count), (1, Some(300)));
    assert_eq!((subject.industry.len(), subject.products.len()), (1, 1));
    assert_eq!(subject.attributes.get("budget"), Some(&Value::from(90_000)));
    assert_eq!(subject.external_ids.get("openid").map(String::as_str), Some("oABC"));
    // Its keys lead to the subject from now on.
    let third = desk.submit(&caller("L3", 41, "13927461853"));
    assert_eq!(third.outcome.route(), &folded("L1", FoldKind::Reentry));
}

#[test]
fn the_dead_record_wakes_and_the_entry_becomes_no_second_live_lead() {
    let dead = Lead { status: LeadStatus::Invalid, ..caller("L1", 0, MOBILE) };
    let mut desk = Desk::with(&consumers(), &[], &[dead]);
    let second = desk.submit(&caller("L2", 50, MOBILE));
    let effects = second.outcome.effects();
    assert!(effects.contains(&Effect::StartCycle { lead: "L1".into(), at: hour(50) }));
    assert_eq!(desk.lead("L1").status, LeadStatus::Pending);
    assert_ne!(desk.owner("L1"), "-");
    assert_eq!(desk.book.history(&"L1".into()).cycle, 1);
    assert_eq!(desk.lead("L2").status, LeadStatus::Voided);
    assert_eq!(desk.book.leads().filter(|lead| lead.is_on_file() && !lead.has_ended()).count(), 1);
}

#[test]
fn a_contact_of_an_account_is_found_by_the_same_e_mail() {
    let mut person = contact("C1", "王强", "13900002468");
    person.emails = vec!["wang.qiang@gmail.com".into()];
    let file = at_company(account("A1", "Acme Ltd", Some("wang")), person);
    let mut desk = Desk::with(&companies(), &[file], &[]);
    let entry = Lead { emails: vec!["Wang.Qiang@gmail.com".into()], ..lead("L1", 0) };
    let decided = desk.submit(&entry);
    assert_eq!(decided.outcome.route(), &Route::Converted { owner: "wang".into(), account: "A1".into() });
}

#[test]
fn a_match_by_a_contact_s_phone_names_the_contact() {
    let file = at_company(account("A1", "Acme Ltd", Some("wang")), contact("C1", "王强", MOBILE));
    let mut desk = Desk::with(&companies(), &[file], &[]);
    let entry = Lead { title: Some("CIO".into()), ..caller("L1", 0, MOBILE) };
    desk.submit(&entry);
    let filed = desk.book.desk().conversions.get("L1").unwrap();
    assert_eq!((filed.account.as_str(), filed.contact.as_ref().unwrap().as_str()), ("A1", "C1"));
    let person = desk.book.contact(&"C1".into()).unwrap();
    assert_eq!(person.title.as_deref(), Some("CIO"), "what the contact did not have");
}

#[test]
fn leads_are_collected_under_the_root_not_under_a_child() {
    let mut desk = Desk::new(&companies());
    for (id, hour) in [("L1", 0), ("L2", 30), ("L3", 60), ("L4", 90)] {
        desk.submit(&caller(id, hour, MOBILE));
    }
    for child in ["L2", "L3", "L4"] {
        assert_eq!(desk.lead(child).folded_into, Some("L1".into()));
        assert_eq!(desk.lead(child).collected_under, Some("L1".into()));
    }
}

#[test]
fn two_leads_filed_before_they_are_decided_do_not_take_in_each_other() {
    for order in [["L1", "L2"], ["L2", "L1"]] {
        let leads = [caller("L1", 0, MOBILE), caller("L2", 1, MOBILE)];
        let mut desk = Desk::with(&companies(), &[], &leads);
        for id in order {
            let input = desk.intake.input_of(&desk.book, &id.into(), hour(2)).unwrap();
            if input.lead.is_on_file() {
                let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(2));
                desk.apply(&outcome);
            }
        }
        assert!(desk.lead("L1").is_on_file() && desk.lead("L1").owner.is_some(), "{order:?}");
        assert_eq!(desk.lead("L2").folded_into, Some("L1".into()), "{order:?}");
    }
}

#[test]
fn the_retry_of_an_unassigned_lead_is_no_repeat_of_a_later_one() {
    let mut desk = Desk::new(&companies());
    let nobody = [Rep { id: "li".into(), active: false, ..Rep::default() }];
    let roster =
        std::mem::replace(&mut desk.roster, Roster::compile(&nobody, &Calendars::default()).unwrap());
    let same = |id, hour| Lead { message: Some("same".into()), ..caller(id, hour, MOBILE) };
    let first = desk.submit(&same("L1", 0));
    assert!(matches!(first.outcome.route(), Route::Unassigned { .. }));
    let second = desk.submit(&same("L2", 1));
    assert_eq!(second.outcome.route(), &folded("L1", FoldKind::Resubmission));
    assert!(desk.book.wake_up(&"L1".into()).is_some(), "an unassigned lead has a wake-up");
    desk.roster = roster;
    let retried = desk.review("L1", 4);
    assert!(retried.route().owner().is_some(), "{}", retried.explain());
    // And the first call done over gives the same answer, not a repeat of the second.
    let input = Input { lead: same("L1", 0), ..Input::default() };
    let again = desk.intake.process(&input, &desk.roster, &desk.state, hour(5));
    assert_eq!(again.verdict().resubmission_of(), None);
}

#[test]
fn one_phone_in_two_accounts_of_two_owners_is_held_for_a_person() {
    let file = |id: &str, name: &str, owner: &str| {
        at_company(account(id, name, Some(owner)), contact(&format!("C-{id}"), "前台", MOBILE))
    };
    let files = [file("A1", "Acme Ltd", "li"), file("A2", "Borealis Ltd", "wang")];
    let mut desk = Desk::with(&companies(), &files, &[]);
    let decided = desk.submit(&caller("L1", 0, MOBILE));
    let until = Some(hour(4));
    assert_eq!(
        decided.outcome.route(),
        &Route::AwaitingReview { reviewer: None, until, then: Some("li".into()) }
    );
    assert_eq!(desk.lead("L1").status, LeadStatus::Unassigned, "not converted");
    assert_eq!(desk.book.wake_up(&"L1".into()).unwrap().at, hour(4));
    // Nobody decided: the earlier record's owner gets it as a separate lead.
    let mut input = desk.intake.input_of(&desk.book, &"L1".into(), hour(4)).unwrap();
    input.wake_up = Some("review_due".into());
    let outcome = desk.intake.review(&input, &desk.roster, &desk.state, hour(4));
    desk.apply(&outcome);
    assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("li", LeadStatus::Pending));
    // The company tells.
    let tells = Lead { company: Some("Borealis Limited".into()), ..caller("L2", 9, MOBILE) };
    let told = Desk::with(&companies(), &files, &[]).submit(&tells);
    assert_eq!(told.outcome.route(), &Route::Converted { owner: "wang".into(), account: "A2".into() });
}

#[test]
fn a_person_of_one_account_who_names_another_goes_by_the_company() {
    let a = at_company(account("A1", "Acme Trading Ltd", Some("li")), contact("C1", "Wang Qiang", MOBILE));
    let b = account("A2", "Quellmark Energy GmbH", Some("wang"));
    let entry = |company: &str| Lead { company: Some(company.into()), ..caller("L1", 0, MOBILE) };
    let known =
        Desk::with(&companies(), &[a.clone(), b.clone()], &[]).submit(&entry("Quellmark Energy GmbH"));
    assert_eq!(known.outcome.route().owner().unwrap().as_str(), "wang");
    // Not on file: a separate lead of the same owner, who is asked whether the person has moved.
    let mut desk = Desk::with(&companies(), &[a, b], &[]);
    let unknown = desk.submit(&entry("Fenyang Robotics Inc"));
    let record = Some(RecordRef::Account("A1".into()));
    assert_eq!(unknown.outcome.route(), &Route::ToOwner { owner: "li".into(), record });
    assert_eq!(desk.lead("L1").status, LeadStatus::Pending);
    assert_eq!(desk.book.desk().proposals.first().unwrap().contact.as_str(), "C1");
    assert!(desk.book.desk().conversions.is_empty());
}

// Each row of the table.

#[test]
fn row_nothing_or_a_mark_only() {
    let known = Lead { company: Some("Acme Trading Ltd".into()), ..owned(lead("L0", 0), "li") };
    let mut desk = Desk::with(&companies(), &[], &[known]);
    let entry = Lead { company: Some("Acme Trading Limited".into()), ..caller("L1", 5, MOBILE) };
    let decided = desk.submit(&entry);
    assert!(matches!(decided.outcome.route(), Route::Assigned { .. }));
    let resolution = decided.outcome.resolution().unwrap();
    assert_eq!((resolution.action().code(), resolution.subject().as_str()), ("tag_only", "L1"));
}

#[test]
fn row_the_entry_names_an_active_owner() {
    let mut desk = Desk::new(&companies());
    let cold = Lead { tags: vec!["cold".into()], ..caller("L1", 0, MOBILE) };
    let decided = desk.submit(&Lead { owner: Some("zhao".into()), ..cold });
    assert_eq!(decided.outcome.route(), &Route::ToOwner { owner: "zhao".into(), record: None });
    assert!(decided.outcome.assignment().is_none(), "no rules, no turn");
    assert_eq!(desk.book.history(&"L1".into()).deadlines.len(), 1, "the deadline runs from now");
    // An owner who has left is none.
    let orphan = desk.submit(&Lead { owner: Some("gone".into()), ..caller("L2", 1, "13927461853") });
    assert!(matches!(orphan.outcome.route(), Route::Assigned { .. }));
}

#[test]
fn row_the_same_record_id() {
    let clue = |id: &str, hour, phone: &str| {
        let mut lead = caller(id, hour, phone);
        lead.external_ids.insert("ocean_clue_id".into(), "77001".into());
        lead
    };
    let mut desk = Desk::new(&companies());
    desk.submit(&clue("L1", 0, MOBILE));
    let again = desk.submit(&clue("L2", 400, "13927461853"));
    assert_eq!(again.outcome.route(), &folded("L1", FoldKind::SameRecord));
    assert!(again.outcome.next().is_none() && again.reviews.is_empty());
    assert_eq!((desk.told(), desk.lead("L1").last_active_at), (vec!["li assigned lead L1".to_owned()], None));
    // Somebody else's number is shown to a person: a wrong key is worse than none.
    assert_eq!(desk.lead("L1").phones.len(), 1);
    let shown: Vec<&str> = desk.book.desk().conflicts.iter().map(|one| one.field.as_str()).collect();
    assert!(shown.contains(&"phones"), "{shown:?}");
}

#[test]
fn the_same_record_id_with_new_facts_loses_none() {
    let clue = |id: &str, hour| {
        let mut lead = caller(id, hour, MOBILE);
        lead.external_ids.insert("ocean_clue_id".into(), "77001".into());
        lead
    };
    let mut desk = Desk::new(&companies());
    desk.submit(&clue("L1", 0));
    let (emails, city) = (vec!["li.na@qixi.com.cn".into()], Some("深圳".into()));
    let again = desk.submit(&Lead { emails, city, ..clue("L2", 400) });
    assert_eq!(again.outcome.route(), &folded("L1", FoldKind::SameRecord));
    let subject = desk.lead("L1");
    assert_eq!((subject.emails[0].as_str(), subject.city.as_deref()), ("li.na@qixi.com.cn", Some("深圳")));
    assert_eq!(desk.told(), ["li assigned lead L1"], "and nobody is told");
}

#[test]
fn row_the_same_submission() {
    let mut desk = Desk::new(&companies());
    let same = |id, hour| Lead { message: Some("请报价".into()), ..caller(id, hour, MOBILE) };
    let first = desk.submit(&same("L1", 0));
    let owner = first.outcome.route().owner().unwrap().to_string();
    let mut repeat = same("L2", 24);
    repeat.city = Some("深圳".into());
    let second = desk.submit(&repeat);
    assert_eq!(second.outcome.route(), &folded("L1", FoldKind::Resubmission));
    assert_eq!(desk.told(), [format!("{owner} assigned lead L1"), format!("{owner} resubmission lead L1")]);
    assert_eq!(desk.lead("L1").city.as_deref(), Some("深圳"), "new facts");
    let expected = link("L2", LinkKind::ResubmissionOf, RecordRef::Lead("L1".into()));
    assert!(second.outcome.effects().contains(&expected));
}

#[test]
fn row_consumers_the_same_person() {
    // A live owned record of any age; the activation is recorded, the owner reminded.
    let old = owned(caller("L1", 0, MOBILE), "li");
    let mut desk = Desk::with(&consumers(), &[], &[old]);
    let later = desk.submit(&caller("L2", 24 * 400, MOBILE));
    assert_eq!(later.outcome.route(), &folded("L1", FoldKind::Reentry));
    assert_eq!((desk.owner("L1"), desk.book.history(&"L1".into()).cycle), ("li", 0));
    assert_eq!(desk.told(), ["li re_entry lead L1"]);
    // Nobody's, in the window: no new cycle; after it: a new one.
    for (hours, cycle) in [(24 * 80, 0), (24 * 100, 1)] {
        let mut desk = Desk::with(&consumers(), &[], &[caller("L1", 0, MOBILE)]);
        desk.submit(&caller("L2", hours, MOBILE));
        assert_eq!(desk.book.history(&"L1".into()).cycle, cycle, "{hours}");
        assert_ne!(desk.owner("L1"), "-");
    }
    // A second first name on a family phone: a second person, of the same owner.
    let mother = Lead { name: Some("王芳".into()), ..owned(caller("L1", 0, MOBILE), "li") };
    let mut desk = Desk::with(&consumers(), &[], &[mother]);
    let child = desk.submit(&Lead { name: Some("李小明".into()), ..caller("L2", 5, MOBILE) });
    assert!(matches!(child.outcome.resolution().unwrap().action(), MatchAction::SameOwner { .. }));
    assert_eq!((desk.owner("L2"), desk.lead("L2").is_on_file()), ("li", true));
}

#[test]
fn row_consumers_a_buyer_comes_again() {
    let bought = Lead { status: LeadStatus::Converted, ..owned(caller("L1", 0, MOBILE), "wang") };
    let mut desk = Desk::with(&consumers(), &[], &[Lead { status: LeadStatus::Converted, ..bought }]);
    let again = desk.submit(&caller("L2", 5, MOBILE));
    assert_eq!(again.outcome.route().owner().unwrap().as_str(), "wang");
    assert_eq!(desk.lead("L1").status, LeadStatus::Converted, "never reopened");
    assert_eq!(desk.lead("L2").status, LeadStatus::Pending);
}

#[test]
fn row_companies_the_same_strong_key_among_leads() {
    let source = Lead { company: Some("Acme Trading Ltd".into()), ..owned(caller("L1", 0, MOBILE), "li") };
    let mut desk = Desk::with(&companies(), &[], std::slice::from_ref(&source));
    let entry =
        desk.submit(&Lead { company: Some("Acme Trading Limited".into()), ..caller("L2", 30, MOBILE) });
    assert_eq!(entry.outcome.route(), &folded("L1", FoldKind::Collected));
    assert_eq!(desk.lead("L2").collected_under, Some("L1".into()));
    // Both companies are given and surely different: its own subject, linked, with the source's owner.
    let mut desk = Desk::with(&companies(), &[], &[source]);
    let other = Lead { company: Some("Fenyang Robotics Inc".into()), ..caller("L2", 30, MOBILE) };
    let beside = desk.submit(&other);
    let record = RecordRef::Lead("L1".into());
    let route = Route::ToOwner { owner: "li".into(), record: Some(record.clone()) };
    assert_eq!(beside.outcome.route(), &route);
    assert!(beside.outcome.effects().contains(&link("L2", LinkKind::RelatedTo, record)));
}

#[test]
fn row_companies_an_account() {
    let mut desk = Desk::with(&companies(), &[account("A1", "Acme Trading Ltd", Some("wang"))], &[]);
    let entry = Lead {
        company: Some("ACME Trading Limited".into()),
        name: Some("Anna Berg".into()),
        ..caller("L1", 0, MOBILE)
    };
    let decided = desk.submit(&entry);
    assert_eq!(decided.outcome.route(), &Route::Converted { owner: "wang".into(), account: "A1".into() });
    // An unknown person joins the people there, and the owner has the first-contact deadline.
    let person = &desk.book.account(&"A1".into()).unwrap().contacts[0];
    assert_eq!((person.id.as_str(), person.name.as_deref()), ("lead:L1", Some("Anna Berg")));
    assert_eq!(desk.book.history(&"L1".into()).deadlines.len(), 1);
    assert_eq!((desk.owner("L1"), desk.lead("L1").account.as_ref().unwrap().as_str()), ("wang", "A1"));
    // Her next entry finds her by her phone.
    let next = desk.submit(&caller("L2", 90, MOBILE));
    assert_eq!(next.outcome.route(), &Route::Converted { owner: "wang".into(), account: "A1".into() });
    assert_eq!(desk.book.account(&"A1".into()).unwrap().contacts.len(), 1);
    // Without an active owner: assigned by rules, converted with that owner, and the account gets them.
    for owner in [None, Some("gone")] {
        let mut desk = Desk::with(&companies(), &[account("A1", "Acme Trading Ltd", owner)], &[]);
        desk.submit(&Lead { company: Some("Acme Trading Ltd".into()), ..caller("L1", 0, MOBILE) });
        let got = desk.owner("L1").to_owned();
        assert_eq!(desk.lead("L1").status, LeadStatus::Converted);
        assert_eq!(desk.book.account(&"A1".into()).unwrap().owner.as_ref().unwrap().as_str(), got);
    }
    // A work-mail domain of one account; of two it tells nothing.
    let with_domain = |id: &str, owner: &str| Account {
        domain: Some("acme-works.com".into()),
        ..account(id, &format!("Company {id}"), Some(owner))
    };
    let mail = Lead { emails: vec!["new@acme-works.com".into()], ..lead("L1", 0) };
    let one = Desk::with(&companies(), &[with_domain("A1", "li")], &[]).submit(&mail);
    assert_eq!(one.outcome.route().code(), "converted");
    let two = [with_domain("A1", "li"), with_domain("A2", "li")];
    let two = Desk::with(&companies(), &two, &[]).submit(&mail);
    assert_eq!(two.outcome.route().code(), "assigned");
}

#[test]
fn row_two_records_on_file_are_joined_by_a_later_update() {
    let first = owned(caller("L1", 0, MOBILE), "li");
    let second = owned(caller("L2", 5, "13927461853"), "wang");
    let mut desk = Desk::with(&companies(), &[], &[first.clone(), second.clone()]);
    let mut updated = second.clone();
    updated.phones.push(MOBILE.into());
    desk.book.insert_lead(updated.clone());
    let outcome = desk.review("L2", 9);
    assert_eq!(outcome.route(), &folded("L1", FoldKind::Collected), "the earlier is the subject");
    assert_eq!(desk.owner("L2"), "-");
    assert!(desk.told().contains(&"li duplicate_entered lead L1".to_owned()));
    assert!(desk.told().contains(&"wang duplicate_on_file lead L1".to_owned()));
    // Both are worked: both keep, and a reviewer decides.
    let worked = |lead: Lead| Lead { status: LeadStatus::Following, ..lead };
    let mut desk = Desk::with(&companies(), &[], &[worked(first), worked(updated)]);
    let collision = desk.review("L2", 9);
    assert_eq!(collision.route(), &Route::ToOwner { owner: "wang".into(), record: None });
    assert!(collision.resolution().unwrap().labels().contains(&MatchLabel::Collision));
    let asked: Vec<&str> = desk.book.desk().reviews.keys().map(|(_, code)| code.as_str()).collect();
    assert_eq!(asked, ["collision"]);
    assert_eq!((desk.owner("L1"), desk.owner("L2")), ("li", "wang"));
}

#[test]
fn row_a_rep_types_in_a_duplicate() {
    let mut desk = Desk::with(&companies(), &[], &[owned(caller("L1", 0, MOBILE), "li")]);
    let typed = desk.submit(&Lead { owner: Some("wang".into()), ..caller("L2", 3, MOBILE) });
    assert_eq!(typed.outcome.route(), &folded("L1", FoldKind::Collected));
    assert_eq!(desk.owner("L1"), "li");
    assert_eq!(desk.told(), ["wang duplicate_on_file lead L1", "li duplicate_entered lead L1"]);
    // For one without an owner it is the rep's claim.
    let mut desk = Desk::with(&companies(), &[], &[caller("L1", 0, MOBILE)]);
    desk.submit(&Lead { owner: Some("wang".into()), ..caller("L2", 3, MOBILE) });
    assert_eq!(desk.owner("L1"), "wang");
    assert_eq!(desk.lead("L1").acquisition.as_ref().unwrap().as_str(), "claimed");
}

#[test]
fn within_a_scope_one_customer_has_one_owner() {
    let mut rules = companies();
    rules["scope"] = json!(["products"]);
    let sells =
        |id: &str, hour, product: &str| Lead { products: vec![product.into()], ..caller(id, hour, MOBILE) };
    let known = [owned(sells("L1", 0, "crm"), "li"), owned(sells("L2", 1, "erp"), "wang")];
    for (product, subject) in [("CRM", "L1"), ("erp", "L2"), ("payroll", "L3")] {
        let mut desk = Desk::with(&rules, &[], &known);
        let decided = desk.submit(&sells("L3", 9, product));
        let resolution = decided.outcome.resolution().unwrap();
        assert_eq!(resolution.subject().as_str(), subject, "{product}");
        assert_eq!(resolution.action().code() == "tag_only", subject == "L3", "a third product is marked");
    }
}

#[test]
fn trained_weights_for_names_reach_the_rules() {
    use leadkit::names::{NameJudge, Tuning};
    // Weights that say nothing: no name is more than a toss of a coin.
    let never = Tuning { unspaced: Default::default(), words: Default::default(), ..Tuning::for_rows() };
    let mut desk = Desk::with(&companies(), &[account("A1", "北京纷扬科技有限公司", Some("wang"))], &[]);
    let entry = Lead { company: Some("纷扬科技".into()), ..caller("L1", 0, MOBILE) };
    let code = |desk: &Desk| {
        let rows = desk.book.rows(&desk.intake.probe(&entry));
        let input = Input { lead: entry.clone(), rows, ..Input::default() };
        let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(0));
        outcome.route().code()
    };
    assert_eq!(code(&desk), "converted");
    let tables = leadkit::HostTables {
        name_judge: Some(std::sync::Arc::new(NameJudge::new(never))),
        ..leadkit::HostTables::default()
    };
    desk.intake = desk.intake.with_tables(tables);
    assert_eq!(code(&desk), "assigned");
}

#[test]
fn what_is_shown_of_a_lead_follows_it_where_it_is_folded() {
    let mail = || vec!["li.na@gmail.com".into()];
    let mut desk = Desk::new(&companies());
    desk.submit(&Lead { emails: mail(), ..lead("L1", 0) });
    desk.submit(&Lead { name: Some("王芳".into()), ..caller("L2", 20, MOBILE) });
    // The phone leads to L2, whose name is another; the e-mail then joins L2 with L1.
    desk.submit(&Lead { name: Some("张伟".into()), emails: mail(), ..caller("L3", 40, MOBILE) });
    for child in ["L2", "L3"] {
        assert_eq!(desk.lead(child).folded_into, Some("L1".into()), "{child}");
    }
    assert_eq!(desk.lead("L1").name.as_deref(), Some("王芳"));
    let conflict = &desk.book.desk().conflicts[0];
    assert_eq!((&conflict.record, &conflict.found), (&RecordRef::Lead("L1".into()), &Value::from("张伟")));
}

#[test]
fn a_claim_by_who_lost_the_lead_is_refused_and_others_get_it() {
    let mut desk = Desk::with(&companies(), &[], &[caller("L1", 0, MOBILE)]);
    let tenure = leadkit::model::Tenure {
        lead: "L1".into(),
        owner: "wang".into(),
        from: hour(0),
        until: Some(hour(1)),
        acquisition: leadkit::model::Acquisition::AutoAssigned,
        end: Some(leadkit::model::TenureEnd::Recycled),
        close_reason: None,
    };
    let history = leadkit::model::History { tenures: vec![tenure], ..Default::default() };
    desk.book.insert_life(&"L1".into(), history, Vec::new());
    desk.submit(&Lead { owner: Some("wang".into()), ..caller("L2", 3, MOBILE) });
    assert!(["li", "zhao"].contains(&desk.owner("L1")), "{}", desk.owner("L1"));
}

#[test]
fn a_nurtured_lead_reaches_a_rep_once_it_is_ready() {
    let mut desk = Desk::new(&companies());
    let cold = Lead { tags: vec!["cold".into()], ..caller("L1", 0, MOBILE) };
    let first = desk.submit(&cold);
    assert_eq!(first.outcome.route(), &Route::Nurture { pool: "nurture".into() });
    let wake_up = desk.book.wake_up(&"L1".into()).unwrap();
    assert_eq!((wake_up.at, wake_up.code.as_str()), (hour(24 * 30), "nurture"));
    assert!(desk.review("L1", 24).effects().is_empty(), "nothing changes, no effects");
    let mut warm = desk.lead("L1").clone();
    warm.tags.clear();
    desk.book.insert_lead(warm);
    assert!(matches!(desk.review("L1", 48).route(), Route::Assigned { .. }));
    assert_eq!((desk.lead("L1").pool.clone(), desk.book.wake_up(&"L1".into())), (None, None));
}

#[test]
fn blocked_leads_are_found_by_no_key() {
    let mut document = document(&companies());
    document["blacklist"] = json!({"rules": [{"id": "l", "category": "c", "severity": "block",
        "check": {"list": {"phones": [MOBILE]}}}]});
    let mut desk = Desk::new(&companies());
    desk.intake = Intake::load(document).unwrap();
    let both = |id, hour| {
        let mut lead = caller(id, hour, MOBILE);
        lead.emails = vec!["li.na@qixi.com.cn".into()];
        lead
    };
    assert_eq!(desk.submit(&both("L1", 0)).outcome.route(), &Route::Blocked);
    assert_eq!(desk.lead("L1").status, LeadStatus::Invalid);
    assert!(desk.intake.lead_keys(desk.lead("L1")).is_empty());
    let clean = Lead { phones: Vec::new(), ..both("L2", 1) };
    let second = desk.submit(&clean);
    assert!(second.outcome.resolution().unwrap().matches().is_empty());
    assert_eq!(second.outcome.route().code(), "assigned");
    let again = desk.review("L1", 3);
    assert_eq!((again.route(), again.effects().len()), (&Route::Blocked, 0));
}

#[test]
fn invented_numbers_make_no_two_leads_one() {
    let mut desk = Desk::new(&consumers());
    for (id, hour) in [("L1", 0), ("L2", 1)] {
        let mut invented = caller(id, hour, "13800138000");
        invented.emails = vec![format!("person.{id}@qixi.com.cn").as_str().into()];
        desk.submit(&invented);
    }
    assert!(desk.lead("L2").is_on_file());
}

#[test]
fn a_number_of_five_differently_named_people_is_nobody_s() {
    let names = ["张伟", "李娜", "王芳", "刘洋", "陈静"];
    let leads: Vec<Lead> = names
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let one = owned(caller(&format!("L{n}"), n as i64, MOBILE), "li");
            Lead { name: Some((*name).into()), ..one }
        })
        .collect();
    let decided = Desk::with(&consumers(), &[], &leads).submit(&caller("X", 30, MOBILE));
    assert_eq!(decided.outcome.resolution().unwrap().action(), &MatchAction::New);
    assert_eq!(decided.outcome.resolution().unwrap().crowded()[0].records, 5);
}
