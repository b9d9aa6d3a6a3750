//! A rep has the person: what comes in goes to that rep, and takes nothing on file from them.

use leadkit::model::{LeadId, RepId};

use super::*;

const COMPANY: &str = "北京纷扬科技有限公司";

/// The rules of companies, divided by product or not, in which the phone alone finds no lead: the product must agree too.
fn narrowed(scope: &[&str]) -> Json {
    let mut rules = companies();
    let listed = rules["rules"].as_array_mut().unwrap();
    let by_phone = listed.iter_mut().find(|rule| rule["id"] == "lead-phone").unwrap();
    by_phone["and"] = json!([{"lead": "products", "target": "lead.products", "comparator": "folded"}]);
    rules["scope"] = json!(scope);
    rules
}

fn scoped() -> Json {
    let mut rules = companies();
    rules["scope"] = json!(["products"]);
    rules
}

const BY_BRAND: &str = "divided by an attribute";

fn by_brand() -> Json {
    let mut rules = companies();
    rules["scope"] = json!(["attributes.brand"]);
    rules
}

/// A rule in front that only marks who has the name of somebody on file.
fn alerting() -> Json {
    let mut rules = companies();
    let alert = json!({
        "id": "alert", "lead": "name", "target": "lead.name", "comparator": "folded", "action": "tag_only",
        "and": [{"lead": "city", "target": "lead.city", "comparator": "folded"}],
    });
    rules["rules"].as_array_mut().unwrap().insert(0, alert);
    rules
}

fn divided(owner: Option<&str>) -> Account {
    Account {
        owners: [("crm".to_owned(), "li".into()), ("erp".to_owned(), "wang".into())].into(),
        ..account("A1", COMPANY, owner)
    }
}

/// Pat Lee asks for products.
fn asks(id: &str, day: i64, products: &[&str]) -> Lead {
    Lead {
        name: Some("Pat Lee".into()),
        city: Some("上海".into()),
        company: Some(COMPANY.into()),
        products: products.iter().map(|one| (*one).to_owned()).collect(),
        ..caller(id, 24 * day, MOBILE)
    }
}

fn is_taken_from_nobody(desk: &Desk) -> bool {
    let is_loss = |said: &String| said.contains("lead_taken") || said.contains("taken_over");
    !desk.told().iter().any(is_loss)
}

#[test]
fn a_product_that_nobody_holds_is_one_rep_s_from_the_first_entry_on() {
    let mut desk = Desk::with(&scoped(), &[divided(None)], &[]);
    desk.submit(&asks("L1", 0, &["payroll"]));
    let owner = desk.owner("L1").to_owned();
    for (id, day) in [("L2", 1), ("L3", 2)] {
        let decided = desk.submit(&asks(id, day, &["payroll"])).outcome;
        assert_eq!(*decided.route(), folded("L1", FoldKind::Collected), "{}", decided.explain());
    }
    assert_eq!(desk.owner("L1"), owner);
    assert!(is_taken_from_nobody(&desk), "{:?}", desk.told());
}

#[test]
fn a_mark_in_front_switches_no_other_rule_off() {
    let mut desk = Desk::with(&alerting(), &[account("A1", "上海栖岸贸易有限公司", Some("li"))], &[]);
    desk.submit(&asks("L1", 0, &[]));
    let decided = desk.submit(&asks("L2", 1, &[])).outcome;
    assert_eq!(*decided.route(), folded("L1", FoldKind::Collected), "{}", decided.explain());
    // Nor one that finds an account.
    let of_account = Lead {
        company: Some("上海栖岸贸易有限公司".into()),
        phones: vec!["13927461853".into()],
        ..asks("L3", 2, &[])
    };
    let decided = desk.submit(&of_account).outcome;
    assert_eq!(decided.route().owner().map(|rep| rep.as_str()), Some("li"), "{}", decided.explain());
    assert!(is_taken_from_nobody(&desk), "{:?}", desk.told());
}

#[test]
fn who_has_a_lead_of_the_person_has_the_next_whatever_the_rules_compare() {
    let mut desk = Desk::with(&narrowed(&[]), &[], &[]);
    desk.submit(&asks("L1", 0, &["crm"]));
    let owner = desk.owner("L1").to_owned();
    let decided = desk.submit(&asks("L2", 1, &["erp"])).outcome;
    let wanted = expect_test::expect![
        "is of the same customer as lead L1 but a separate lead, for the same owner li; lead L1 has the same company (北京纷扬科技有限公司), rule lead-company"
    ];
    wanted.assert_eq(&decided.resolution().unwrap().to_string());
    desk.submit(&asks("L4", 2, &[]));
    // A rep who types in another is told whose the person is.
    let typist = if owner == "li" { "wang" } else { "li" };
    desk.submit(&Lead { owner: Some(typist.into()), ..asks("L5", 3, &["hr"]) });
    assert_eq!(["L1", "L2", "L4", "L5"].map(|id| desk.owner(id)), [owner.as_str(); 4]);
    assert!(desk.told().contains(&format!("{typist} duplicate_on_file lead L1")), "{:?}", desk.told());
    let taken: Vec<String> = desk.told().into_iter().filter(|said| said.contains("lead_taken")).collect();
    assert_eq!(taken, [format!("{typist} lead_taken lead L5")], "only what the typist entered");
}

#[test]
fn a_lead_without_a_product_takes_no_product_from_its_owner() {
    // Between two reps a person decides; whoever gets it, each keeps their product.
    let mut desk = Desk::with(&narrowed(&["products"]), &[], &[]);
    desk.submit(&asks("L1", 0, &["crm"]));
    desk.submit(&asks("L2", 1, &["erp"]));
    let owners = ["L1", "L2"].map(|id| desk.owner(id).to_owned());
    assert_ne!(owners[0], owners[1]);
    let decided = desk.submit(&asks("L4", 2, &[])).outcome;
    assert!(matches!(decided.route(), Route::AwaitingReview { .. }), "{}", decided.explain());
    let _ = desk.review("L4", 24 * 2 + 5);
    assert_eq!(desk.owner("L4"), owners[0]);
    assert_eq!(["L1", "L2"].map(|id| desk.owner(id)), [&*owners[0], &*owners[1]]);
    // Of an account that is divided, with and without somebody who holds the rest.
    // Who holds the rest has nothing to do with the person.
    for (rest, then) in [(Some("zhao"), "li"), (None, "li")] {
        let mut desk = Desk::with(&scoped(), &[divided(rest)], &[]);
        desk.submit(&asks("L1", 0, &["crm"]));
        desk.submit(&asks("L2", 1, &["erp"]));
        desk.submit(&asks("L3", 2, &[]));
        let _ = desk.review("L3", 24 * 2 + 5);
        assert_eq!(["L1", "L2", "L3"].map(|id| desk.owner(id)), ["li", "wang", then]);
        let parts = &desk.book.account(&"A1".into()).unwrap().owners;
        assert_eq!(*parts, divided(None).owners, "{rest:?}");
        assert!(is_taken_from_nobody(&desk), "{:?}", desk.told());
    }
}

/// Before who holds the rest comes who has the person there.
#[test]
fn a_lead_that_names_no_part_goes_to_who_has_the_person_there() {
    let mut desk = Desk::with(&scoped(), &[divided(Some("zhao"))], &[]);
    desk.submit(&asks("L1", 0, &["crm"]));
    let decided = desk.submit(&asks("L2", 1, &[])).outcome;
    let wanted = expect_test::expect![
        "is of the same customer as lead L1 but a separate lead, for the same owner li; account A1 has the same company (北京纷扬科技有限公司), rule account-company; account A1 has the same phone (+86138****9876), rule contact-phone; lead L1 has the same phone (+86138****9876), rule lead-phone; lead L1 has the same company (北京纷扬科技有限公司), rule lead-company"
    ];
    wanted.assert_eq(&decided.resolution().unwrap().to_string());
    // The rep answers it, nobody is asked, and the account stays divided as it was.
    assert_eq!(["L1", "L2"].map(|id| desk.owner(id)), ["li", "li"]);
    let parts = &desk.book.account(&"A1".into()).unwrap().owners;
    assert_eq!(*parts, divided(None).owners);
    // The rep converts it to a customer, and keeps them.
    let won = desk.intake.convert(&desk.input("L2", 36), &"A1".into(), &desk.roster, &desk.state, hour(36));
    desk.apply(&won);
    assert_eq!((desk.owner("L2"), desk.lead("L2").status), ("li", LeadStatus::Converted));
    // Another person there is the rest's, and so is the person's next lead of what nobody is named for.
    desk.submit(&Lead {
        phones: vec!["13927461853".into()],
        name: Some("Kim Poe".into()),
        ..asks("L3", 2, &[])
    });
    desk.submit(&asks("L4", 3, &["payroll"]));
    assert_eq!(["L3", "L4"].map(|id| desk.owner(id)), ["zhao", "zhao"]);
    assert!(is_taken_from_nobody(&desk), "{:?}", desk.told());
    // Who has the rest and the person has it as a customer.
    let mut desk = Desk::with(&scoped(), &[divided(Some("zhao"))], &[]);
    desk.submit(&asks("L1", 0, &["payroll"]));
    desk.submit(&asks("L2", 1, &[]));
    assert_eq!((desk.owner("L2"), desk.lead("L2").status), ("zhao", LeadStatus::Converted));
}

#[test]
fn an_empty_form_field_says_nothing() {
    let mut desk = Desk::with(&scoped(), &[], &[]);
    desk.submit(&asks("L1", 0, &["crm"]));
    for (id, day, products) in [("L2", 1, &[""][..]), ("L3", 2, &["  ", "\u{3000}"]), ("L4", 3, &["crm", ""])]
    {
        let decided = desk.submit(&asks(id, day, products)).outcome;
        assert_eq!(*decided.route(), folded("L1", FoldKind::Collected), "{}", decided.explain());
    }
    let mut desk = Desk::with(&scoped(), &[divided(Some("zhao"))], &[]);
    desk.submit(&asks("L1", 0, &["crm", " "]));
    desk.submit(&Lead { phones: vec!["13927461853".into()], ..asks("L2", 1, &[""]) });
    assert_eq!(["L1", "L2"].map(|id| desk.owner(id)), ["li", "zhao"]);
}

/// Whatever comes in, in whatever order, by whatever rules: it takes no lead on file from its owner.
#[test]
fn an_entry_takes_no_lead_on_file_from_its_owner() {
    let documents = [
        ("narrowed", narrowed(&[]), None),
        ("narrowed by product", narrowed(&["products"]), None),
        ("divided", scoped(), Some(divided(None))),
        ("divided with a rest", scoped(), Some(divided(Some("zhao")))),
        ("alerting", alerting(), None),
        (BY_BRAND, by_brand(), Some(divided(None))),
        (BY_BRAND, by_brand(), Some(divided(Some("zhao")))),
    ];
    let products: [&[&str]; 7] =
        [&["crm"], &["erp"], &["payroll"], &[], &[""], &["CRM ", ""], &["crm", "erp"]];
    let phones = [MOBILE, "13927461853", "13862704917"];
    for (name, rules, account) in &documents {
        for seed in 1..12_u64 {
            let mut desk = Desk::with(rules, account.as_slice(), &[]);
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut next = |below: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(state >> 33).unwrap() % below
            };
            for day in 0..8 {
                let typist = (next(4) == 0).then(|| ["li", "wang", "zhao"][next(3)].into());
                let mut entry = Lead {
                    phones: vec![phones[next(3)].into()],
                    owner: typist,
                    ..asks(&format!("L{day}"), day, products[next(products.len())])
                };
                if *name == BY_BRAND {
                    let brands = std::mem::take(&mut entry.products);
                    entry.attributes.insert("brand".to_owned(), brands.into());
                }
                let before: Vec<(LeadId, RepId)> =
                    desk.book.leads().filter_map(|one| Some((one.id.clone(), one.owner.clone()?))).collect();
                let decided = desk.submit(&entry).outcome;
                for (id, owner) in before {
                    let mut now = desk.book.lead(&id).unwrap();
                    while let Some(subject) = now.folded_into.as_ref() {
                        now = desk.book.lead(subject).unwrap();
                    }
                    let is_kept = now.owner.as_ref() == Some(&owner);
                    assert!(is_kept, "{name}, seed {seed}, {id} of {owner}: {}", decided.explain());
                }
            }
        }
    }
}
