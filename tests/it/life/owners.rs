//! Whose a lead is that comes with an owner, is typed in, or belongs to a customer.

use super::*;
use leadkit::assign::RepLedger;

fn with_cap(desk: &mut Desk, rep: &str, cap: u32) {
    let one =
        |id: &str| Rep { id: id.into(), holding_cap: Some(cap).filter(|_| id == rep), ..Rep::default() };
    desk.roster = Roster::compile(&["li", "wang", "zhao"].map(one), &Calendars::default()).unwrap();
}

fn employee(id: &str, hour: i64, phone: &str) -> Lead {
    Lead { company: Some("Acme Trading Ltd".into()), ..caller(id, hour, phone) }
}

fn converted(id: &str, phone: &str, account: &str) -> Lead {
    Lead { status: LeadStatus::Converted, account: Some(account.into()), ..owned(caller(id, 0, phone), "li") }
}

#[test]
fn a_buyer_s_re_entry_follows_the_conversion_to_the_account() {
    for rules in [companies(), consumers()] {
        // The account has no key of the buyer's, and another owner by now.
        let file = account("A1", "Acme Trading Ltd", Some("wang"));
        let mut desk = Desk::with(&rules, &[file], &[converted("L1", MOBILE, "A1")]);
        let probe = desk.intake.probe(&caller("L2", 50, MOBILE));
        assert_eq!(desk.book.rows(&probe).accounts.len(), 1, "the rows carry it");
        let again = desk.submit(&caller("L2", 50, MOBILE));
        assert_eq!(again.outcome.route(), &Route::Converted { owner: "wang".into(), account: "A1".into() });
        let labels = again.outcome.resolution().unwrap().labels();
        assert!(labels.contains(&leadkit::rule::MatchLabel::ExistingCustomer), "老客");
        assert_eq!(desk.lead("L1").status, LeadStatus::Converted, "never reopened");
        assert_eq!(desk.book.history(&"L2".into()).deadlines.len(), 1);
        assert_eq!(desk.book.desk().conversions["L2"].account.as_str(), "A1");
    }
}

#[test]
fn a_buyer_s_re_entry_names_the_contact_that_came_from_the_first_lead() {
    let person = Contact { lead: Some("L1".into()), ..contact("C1", "王强", "13927461853") };
    let file = at_company(account("A1", "Acme Trading Ltd", Some("wang")), person);
    let mut desk = Desk::with(&companies(), &[file], &[converted("L1", MOBILE, "A1")]);
    desk.submit(&caller("L2", 50, MOBILE));
    assert_eq!(desk.book.desk().conversions["L2"].contact, Some("C1".into()));
    let people = &desk.book.account(&"A1".into()).unwrap().contacts;
    assert_eq!((people.len(), people[0].phones.len()), (1, 2), "the phone it did not have");
}

#[test]
fn a_rep_s_own_entries_count_for_caps() {
    let mut desk = Desk::new(&companies());
    with_cap(&mut desk, "li", 2);
    for (id, phone) in [("L1", MOBILE), ("L2", "13927461853")] {
        desk.submit(&Lead { owner: Some("li".into()), ..caller(id, 0, phone) });
    }
    assert_eq!(desk.roster.holding(&"li".into(), &desk.state.reps), 2);
    let tenures = &desk.book.history(&"L1".into()).tenures;
    assert_eq!((tenures.len(), tenures[0].acquisition.as_str()), (1, "created"));
    for (id, phone) in [("L3", "15088672341"), ("L4", "13612349871"), ("L5", "13712349872")] {
        desk.submit(&caller(id, 1, phone));
        assert_ne!(desk.owner(id), "li", "{id}");
    }
    // Delivered twice, counted once.
    desk.submit(&Lead { owner: Some("li".into()), ..caller("L1", 0, MOBILE) });
    assert_eq!(desk.roster.holding(&"li".into(), &desk.state.reps), 2);
    // No turn is taken: the others' stay as they were.
    assert_eq!(
        desk.roster.holding(&"wang".into(), &desk.state.reps)
            + desk.roster.holding(&"zhao".into(), &desk.state.reps),
        3
    );
}

#[test]
fn a_claim_counts_for_caps_and_is_refused_to_who_is_full() {
    let mut desk = Desk::with(&companies(), &[], &[caller("L1", 0, MOBILE), caller("L2", 0, "13927461853")]);
    with_cap(&mut desk, "wang", 1);
    desk.submit(&Lead { owner: Some("wang".into()), ..caller("L3", 3, MOBILE) });
    assert_eq!(desk.owner("L1"), "wang");
    assert_eq!(desk.roster.holding(&"wang".into(), &desk.state.reps), 1);
    desk.submit(&Lead { owner: Some("wang".into()), ..caller("L4", 4, "13927461853") });
    assert!(["li", "zhao"].contains(&desk.owner("L2")), "{}", desk.owner("L2"));
    assert_ne!(desk.state.reps, RepLedger::default());
}

#[test]
fn an_owner_s_own_lead_is_converted_to_them_when_the_account_matches_later() {
    for owner in [Some("li"), None, Some("gone")] {
        let mut desk = Desk::new(&companies());
        desk.submit(&Lead { owner: Some("li".into()), ..employee("L1", 0, MOBILE) });
        assert_eq!(desk.lead("L1").status, LeadStatus::Pending);
        desk.book.insert_account(account("A1", "Acme Trading Ltd", owner));
        let looked = desk.review("L1", 5);
        assert_eq!(looked.route(), &Route::Converted { owner: "li".into(), account: "A1".into() });
        assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("li", LeadStatus::Converted));
        assert_eq!(desk.book.account(&"A1".into()).unwrap().owner, Some("li".into()));
        let history = desk.book.history(&"L1".into());
        assert_eq!((history.tenures.len(), history.deadlines.len()), (1, 1), "the owner's deadline runs on");
        assert_eq!(desk.book.desk().conversions["L1"].account.as_str(), "A1");
    }
}

/// Somebody else's account: what nobody has spoken to goes there, and of what its owner works on somebody decides, once.
#[test]
fn another_s_account_gets_what_nobody_works_on() {
    let filed = |works: bool, created: i64| {
        let mut desk = Desk::new(&companies());
        desk.submit(&Lead { owner: Some("li".into()), ..employee("L1", 0, MOBILE) });
        if works {
            desk.call("L1", "li", 1);
        }
        let acme = account("A1", "Acme Trading Ltd", Some("wang"));
        desk.book.insert_account(leadkit::model::Account { created_at: hour(created), ..acme });
        desk
    };
    let mut desk = filed(false, -5);
    let looked = desk.review("L1", 5);
    assert_eq!(looked.route(), &Route::Converted { owner: "wang".into(), account: "A1".into() });
    assert_eq!(desk.told(), ["wang account_lead lead L1", "li lead_taken lead L1"]);
    assert_eq!(desk.review("L1", 6).effects(), []);
    // The rep works on it: both keep what they have, and are told once.
    let mut desk = filed(true, -5);
    assert_eq!(desk.review("L1", 5).route(), &Route::ToOwner { owner: "li".into(), record: None });
    drop(desk.review("L1", 6));
    assert_eq!(desk.told(), ["li collision lead L1", "wang collision lead L1"]);
    assert_eq!(desk.lead("L1").tags, ["collision"]);
    // Nobody has decided within a day: the account was there first.
    let due = desk.book.due(hour(5 + 24));
    assert_eq!(due, ["L1".into()]);
    let settled = desk.review("L1", 5 + 24);
    assert_eq!(settled.route(), &Route::Converted { owner: "wang".into(), account: "A1".into() });
    assert!(desk.lead("L1").tags.is_empty());
    // An account that somebody files afterwards takes nothing.
    let mut desk = filed(false, 4);
    assert_eq!(desk.review("L1", 5).route(), &Route::ToOwner { owner: "li".into(), record: None });
}

#[test]
fn a_rep_who_types_in_a_lead_of_an_account_is_told_whose_it_is() {
    let mut desk = Desk::with(&companies(), &[account("A1", "Acme Trading Ltd", Some("li"))], &[]);
    let typed = desk.submit(&Lead { owner: Some("wang".into()), ..employee("L1", 0, MOBILE) });
    assert_eq!(typed.outcome.route(), &Route::Converted { owner: "li".into(), account: "A1".into() });
    assert_eq!(desk.told(), ["wang duplicate_on_file account A1", "li duplicate_entered account A1"]);
    // The rep's own: nothing to tell.
    let mut desk = Desk::with(&companies(), &[account("A1", "Acme Trading Ltd", Some("li"))], &[]);
    desk.submit(&Lead { owner: Some("li".into()), ..employee("L1", 0, MOBILE) });
    assert_eq!((desk.told().len(), desk.lead("L1").status), (0, LeadStatus::Converted));
}

#[test]
fn a_rep_who_types_in_a_lead_of_nobody_s_account_claims_it() {
    let file = account("A1", "Acme Trading Ltd", None);
    let typed = |full: bool| {
        let mut desk = Desk::with(&companies(), std::slice::from_ref(&file), &[]);
        with_cap(&mut desk, "wang", u32::from(!full));
        desk.submit(&Lead { owner: Some("wang".into()), ..employee("L1", 0, MOBILE) });
        desk
    };
    let desk = typed(false);
    assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("wang", LeadStatus::Converted));
    assert_eq!(desk.book.account(&"A1".into()).unwrap().owner, Some("wang".into()));
    assert_eq!(desk.lead("L1").acquisition.as_ref().unwrap().as_str(), "claimed");
    assert_eq!(desk.told(), ["wang duplicate_on_file account A1"]);
    // Who is full is refused: by rules to others.
    let desk = typed(true);
    let owner = desk.owner("L1").to_owned();
    assert!(["li", "zhao"].contains(&owner.as_str()), "{owner}");
    assert_eq!(desk.book.account(&"A1".into()).unwrap().owner.as_ref().unwrap().as_str(), owner);
}

#[test]
fn row_companies_the_same_company_among_leads_with_the_option() {
    let mut rules = companies();
    let last = rules["rules"].as_array_mut().unwrap().last_mut().unwrap();
    last["action"] = json!("same_owner");
    let mut desk = Desk::with(&rules, &[], &[owned(employee("L1", 0, MOBILE), "zhao")]);
    desk.submit(&employee("L2", 5, "13927461853"));
    assert_eq!((desk.owner("L2"), desk.lead("L2").status), ("zhao", LeadStatus::Pending));
    assert!(desk.book.desk().links.iter().any(|link| link.kind == LinkKind::RelatedTo));
}
