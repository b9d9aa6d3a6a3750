//! One customer, one owner per product: an account that is divided by what the rules' scope names.

use std::collections::BTreeSet;

use leadkit::contact::PhoneOptions;
use leadkit::dedup::MatchAction;
use leadkit::merge::{MergePlan, MergeRules, Merger};
use leadkit::model::RepId;
use leadkit::{ReassignReason, Refusal};

use super::*;

const COMPANY: &str = "北京纷扬科技有限公司";

fn scoped() -> Json {
    let mut rules = companies();
    rules["scope"] = json!(["products"]);
    rules
}

/// An account that li holds for CRM and wang for ERP.
fn divided(owner: Option<&str>) -> Account {
    Account {
        owners: [("CRM".to_owned(), "li".into()), ("erp".to_owned(), "wang".into())].into(),
        ..account("A1", COMPANY, owner)
    }
}

fn of(id: &str, at: i64, products: &[&str]) -> Lead {
    let products = products.iter().map(|one| (*one).to_owned()).collect();
    Lead { company: Some(COMPANY.into()), products, ..caller(id, at, &format!("138123400{:02}", at)) }
}

fn holders(desk: &Desk) -> Vec<String> {
    let account = desk.book.account(&"A1".into()).unwrap();
    let parts = account.owners.iter().map(|(value, rep)| format!("{value}={rep}"));
    account.owner.iter().map(|rep| rep.to_string()).chain(parts).collect()
}

#[test]
fn each_product_finds_its_own_owner_and_a_third_is_marked() {
    let mut shown = String::new();
    for (products, owner, code) in [
        (&["crm"][..], Some("li"), "to_owner"),
        (&["ERP", "erp "], Some("wang"), "to_owner"),
        (&["payroll", "erp"], Some("wang"), "to_owner"),
        (&["payroll"], None, "tag_only"),
        (&["erp", "crm"], None, "held"),
        (&[], None, "held"),
    ] {
        let mut desk = Desk::with(&scoped(), &[divided(None)], &[]);
        let decided = desk.submit(&of("L1", 1, products)).outcome;
        let resolution = decided.resolution().unwrap();
        assert_eq!(resolution.action().code(), code, "{products:?}: {resolution}");
        assert_eq!(resolution.action().owner().map(RepId::as_str), owner, "{products:?}");
        assert_eq!(desk.lead("L1").status == LeadStatus::Converted, code == "to_owner", "{products:?}");
        // Two rightful owners are no collision.
        assert!(!resolution.labels().iter().any(|label| label.as_str() == "collision"), "{products:?}");
        shown += &format!("{}: {resolution}\n", products.join(", "));
    }
    let wanted = expect_test::expect![[r#"
        crm: belongs to account A1, owned by li; account A1 has the same company (北京纷扬科技有限公司), rule account-company
        ERP, erp : belongs to account A1, owned by wang; account A1 has the same company (北京纷扬科技有限公司), rule account-company
        payroll, erp: belongs to account A1, owned by wang; account A1 has the same company (北京纷扬科技有限公司), rule account-company
        payroll: shares its company with account A1: marked, not linked; account A1 has the same company (北京纷扬科技有限公司) outside the lead's scope, rule account-company
        erp, crm: matches account A1 with different owners: held for review, then goes to wang; account A1 has the same company (北京纷扬科技有限公司), rule account-company
        : matches account A1 with different owners: held for review, then goes to li; account A1 has the same company (北京纷扬科技有限公司), rule account-company
    "#]];
    wanted.assert_eq(&shown);
}

#[test]
fn who_holds_the_rest_has_what_nobody_is_named_for() {
    for (products, owner) in [(&["crm"][..], "li"), (&["payroll"], "zhao"), (&[], "zhao")] {
        let mut desk = Desk::with(&scoped(), &[divided(Some("zhao"))], &[]);
        desk.submit(&of("L1", 1, products));
        assert_eq!(desk.owner("L1"), owner, "{products:?}");
    }
    // Of two products of two owners a person decides; the first named gets it else.
    let mut desk = Desk::with(&scoped(), &[divided(None)], &[]);
    let decided = desk.submit(&of("L1", 1, &["erp", "crm"])).outcome;
    assert_eq!(
        decided.resolution().unwrap().action(),
        &MatchAction::Held { records: vec![RecordRef::Account("A1".into())], then: "wang".into() }
    );
}

/// The same by a custom attribute of the host's: the brand that a lead asks for, the subsidiary that it is of.
#[test]
fn an_attribute_divides_customers_as_products_do() {
    for key in ["attributes.brand", "attributes.subsidiary"] {
        let mut rules = companies();
        rules["scope"] = json!([key]);
        let name = key.strip_prefix("attributes.").unwrap();
        let of = |id: &str, at: i64, value: Json| Lead {
            attributes: [(name.to_owned(), serde_json::from_value(value).unwrap())].into(),
            ..of(id, at, &["payroll"])
        };
        for (value, owner, code) in [
            (json!("crm"), Some("li"), "to_owner"),
            (json!(["ＥＲＰ "]), Some("wang"), "to_owner"),
            (json!("tea"), None, "tag_only"),
            (json!(["erp", "crm"]), None, "held"),
            (json!("  "), None, "held"),
            (json!("暂无"), None, "held"),
        ] {
            let mut desk = Desk::with(&rules, &[divided(None)], &[]);
            let decided = desk.submit(&of("L1", 1, value.clone())).outcome;
            let resolution = decided.resolution().unwrap();
            assert_eq!(resolution.action().code(), code, "{value}: {resolution}");
            assert_eq!(resolution.action().owner().map(RepId::as_str), owner, "{value}");
        }
        // One person asks for two brands: two stories, and each goes on with its own.
        let mut desk = Desk::with(&rules, &[divided(None)], &[]);
        let same =
            |id: &str, at: i64, value: &str| Lead { phones: vec![MOBILE.into()], ..of(id, at, json!(value)) };
        for (id, at, value) in [("L1", 1, "crm"), ("L2", 30, "erp"), ("L3", 60, "tea"), ("L4", 90, "Tea")] {
            desk.submit(&same(id, at, value));
        }
        assert_eq!((desk.owner("L1"), desk.owner("L2")), ("li", "wang"));
        assert_eq!(desk.lead("L4").folded_into, Some("L3".into()));
        // Who wins what nobody holds has it from then on.
        let owner = desk.owner("L3").to_owned();
        let won =
            desk.intake.convert(&desk.input("L3", 99), &"A1".into(), &desk.roster, &desk.state, hour(99));
        desk.apply(&won);
        assert_eq!(holders(&desk), ["CRM=li".to_owned(), "erp=wang".to_owned(), format!("tea={owner}")]);
    }
}

#[test]
fn what_divides_nobody_is_refused() {
    let message = |key: &str| {
        let mut rules = companies();
        rules["scope"] = json!(["products", key]);
        let errors = Rules::load(json!({"dedup": rules})).unwrap_err();
        let [found] = errors.diagnostics() else { panic!("{errors}") };
        assert_eq!(found.path, "dedup.scope[1]", "{errors}");
        format!("{}; {}", found.message, found.help.as_deref().unwrap_or_default())
    };
    let keys = [
        "product",
        "attribute.brand",
        "brand",
        "phone",
        "wechat",
        "domain",
        "name",
        "owner",
        "external_ids.crm_id",
        "attributes.wechat_openid",
        "attributes.brand ",
    ];
    let shown: String = keys.iter().map(|key| format!("{key}: {}\n", message(key))).collect();
    expect_test::expect![[r#"
        product: unknown value `product`; did you mean `products`?
        attribute.brand: unknown value `attribute.brand`; name a field such as `phone` or `city`, or a custom attribute as `attributes.brand`
        brand: unknown value `brand`; name a field such as `phone` or `city`, or a custom attribute as `attributes.brand`
        phone: `phone` identifies a person: customers cannot be divided by it; remove it, and name only fields that describe the lead
        wechat: `wechat` identifies a person: customers cannot be divided by it; remove it, and name only fields that describe the lead
        domain: `domain` identifies a person: customers cannot be divided by it; remove it, and name only fields that describe the lead
        name: customers cannot be divided by `name`; remove it, and name only fields that describe the lead
        owner: customers cannot be divided by `owner`; remove it, and name only fields that describe the lead
        external_ids.crm_id: `external_ids.crm_id` identifies a person: customers cannot be divided by it; remove it, and name only fields that describe the lead
        attributes.wechat_openid: `attributes.wechat_openid` identifies a person: customers cannot be divided by it; remove it, and name only fields that describe the lead
        attributes.brand : `attributes.brand ` has spaces around its name, and no record has such a field; remove it, and name only fields that describe the lead
    "#]].assert_eq(&shown);
}

#[test]
fn two_accounts_of_one_company_are_told_by_product() {
    let part = |id: &str, product: &str, owner: &str| Account {
        owners: [(product.to_owned(), owner.into())].into(),
        ..account(id, COMPANY, None)
    };
    let accounts = [part("A1", "crm", "li"), part("A2", "erp", "wang")];
    for (product, record) in [("crm", "A1"), ("erp", "A2")] {
        let mut desk = Desk::with(&scoped(), &accounts, &[]);
        let decided = desk.submit(&of("L1", 1, &[product])).outcome;
        let found = decided.resolution().unwrap();
        assert_eq!(found.action().record(), Some(RecordRef::Account(record.into())), "{found}");
    }
}

/// li and wang each have a customer of the account, whom nobody has answered.
fn two_customers() -> Desk {
    let mut desk = Desk::with(&scoped(), &[divided(None)], &[]);
    desk.submit(&of("L1", 1, &["crm"]));
    desk.submit(&of("L2", 2, &["erp"]));
    assert_eq!((desk.owner("L1"), desk.owner("L2")), ("li", "wang"));
    desk
}

#[test]
fn an_escalation_leaves_the_other_product_where_it_is() {
    let mut desk = two_customers();
    let _ = desk.lose("L1", ReassignReason::DeadlineMissed, 30);
    let heir = desk.owner("L1").to_owned();
    assert!(!["li", "-"].contains(&heir.as_str()), "{heir}");
    assert_eq!(holders(&desk), [format!("CRM={heir}"), "erp=wang".to_owned()]);
    assert_eq!(desk.owner("L2"), "wang");
    assert!(!desk.lead("L2").tags.iter().any(|tag| tag == "collision"));
    // The next lead of the product is the new owner's.
    desk.submit(&of("L3", 40, &["crm"]));
    assert_eq!(desk.owner("L3"), heir);
}

#[test]
fn a_hand_over_takes_all_of_one_product_along() {
    let mut desk = two_customers();
    desk.submit(&of("L3", 3, &["crm"]));
    let inputs = [desk.input("L1", 5)];
    let outcomes = desk.intake.hand_over(
        &inputs,
        &"li".into(),
        Some(&"zhao".into()),
        &desk.roster,
        &desk.state,
        hour(5),
    );
    outcomes.iter().for_each(|outcome| desk.apply(outcome));
    assert_eq!(["L1", "L2", "L3"].map(|id| desk.owner(id)), ["zhao", "wang", "zhao"]);
    assert_eq!(holders(&desk), ["CRM=zhao", "erp=wang"]);
}

#[test]
fn who_leaves_one_product_leaves_the_other_to_its_owner() {
    let gone = |owner: Option<&str>| Account {
        owners: [("crm".to_owned(), "gone".into()), ("erp".to_owned(), "wang".into())].into(),
        ..account("A1", COMPANY, owner)
    };
    // Nobody holds the rest: the part waits for a lead, which brings it an owner.
    let mut desk = Desk::with(&scoped(), &[gone(None)], &[]);
    let look = |desk: &Desk| {
        let account = desk.book.account(&"A1".into()).unwrap();
        desk.intake.review_account(account, hour(0), &desk.roster, &desk.state, hour(0))
    };
    let looked = look(&desk);
    assert_eq!((looked.effects.len(), looked.next), (0, None));
    let decided = desk.submit(&of("L1", 1, &["crm"])).outcome;
    let heir = desk.owner("L1").to_owned();
    assert!(["li", "wang", "zhao"].contains(&heir.as_str()), "{}", decided.explain());
    assert_eq!(desk.lead("L1").status, LeadStatus::Converted);
    assert_eq!(holders(&desk), [format!("crm={heir}"), "erp=wang".to_owned()]);
    // Who holds the rest has it, by the next lead as well.
    let mut desk = Desk::with(&scoped(), &[gone(Some("zhao"))], &[]);
    let decided = desk.submit(&of("L1", 1, &["crm"])).outcome;
    assert_eq!(
        (desk.owner("L1"), desk.lead("L1").status),
        ("zhao", LeadStatus::Converted),
        "{}",
        decided.explain()
    );
    assert_eq!(holders(&desk), ["zhao", "crm=zhao", "erp=wang"]);
    let mut desk = Desk::with(&scoped(), &[gone(Some("zhao"))], &[]);
    look(&desk).apply_to(&mut desk.book);
    assert_eq!(holders(&desk), ["zhao", "crm=zhao", "erp=wang"]);
    // Applying the same outcome again changes nothing.
    assert!(look(&desk).effects.is_empty());
    // All have left: the account is nobody's.
    let all = Account { owners: [("crm".to_owned(), "gone".into())].into(), ..account("A1", COMPANY, None) };
    let mut desk = Desk::with(&scoped(), &[all], &[]);
    look(&desk).apply_to(&mut desk.book);
    assert_eq!(holders(&desk), Vec::<String>::new());
    assert!(desk.book.account(&"A1".into()).unwrap().pool.is_some());
}

#[test]
fn who_wins_a_third_product_holds_it() {
    let mut desk = Desk::with(&scoped(), &[divided(None)], &[]);
    desk.submit(&of("L1", 1, &["payroll"]));
    let owner = desk.owner("L1").to_owned();
    assert_ne!(owner, "-", "a marked lead goes on by rules");
    let outcome = desk.intake.convert(&desk.input("L1", 3), &"A1".into(), &desk.roster, &desk.state, hour(3));
    desk.apply(&outcome);
    assert_eq!(holders(&desk), ["CRM=li".to_owned(), "erp=wang".to_owned(), format!("payroll={owner}")]);
    // The next lead of the product goes to that rep.
    desk.submit(&of("L2", 4, &["Payroll"]));
    assert_eq!(desk.owner("L2"), owner);
    // Winning what somebody is named for takes it from nobody.
    let mut desk = two_customers();
    desk.submit(&Lead { owner: Some("zhao".into()), company: None, ..of("L3", 9, &["crm"]) });
    let outcome =
        desk.intake.convert(&desk.input("L3", 10), &"A1".into(), &desk.roster, &desk.state, hour(10));
    desk.apply(&outcome);
    assert_eq!(holders(&desk), ["CRM=li", "erp=wang"]);
}

/// Whom the account's owner has nothing to do with is settled between those who have the product.
#[test]
fn who_holds_the_rest_has_no_say_in_a_product() {
    let desk = Desk::with(&scoped(), &[divided(Some("zhao"))], &[owned(of("L1", 1, &["crm"]), "wang")]);
    let outcome = desk.intake.convert(&desk.input("L1", 3), &"A1".into(), &desk.roster, &desk.state, hour(3));
    assert_eq!(outcome.route().owner().map(RepId::as_str), Some("li"), "{}", outcome.explain());
    let account = desk.book.account(&"A1".into()).unwrap();
    let held = |owner: &str, products: &[&str]| {
        let held = desk.intake.held_parts(&owned(of("L9", 1, products), owner), account);
        (held.fields.join(" "), held.is_all)
    };
    assert_eq!(held("li", &["crm"]), ("owners.CRM".to_owned(), false));
    assert_eq!(held("zhao", &["payroll"]), ("owner".to_owned(), false));
    assert_eq!(held("zhao", &["crm"]), (String::new(), false));
}

#[test]
fn a_deal_is_refused_where_another_holds_a_part() {
    let partner = Rep { partner_of: Some("li".into()), ..Rep { id: "pan".into(), ..Rep::default() } };
    let desk = Desk::with(&scoped(), &[divided(None)], &[]);
    let reps = ["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() });
    let roster =
        Roster::compile(&[partner, reps[0].clone(), reps[1].clone()], &Calendars::default()).unwrap();
    let account = desk.book.account(&"A1".into()).unwrap();
    let deal = desk.intake.register_deal(account, &"pan".into(), &roster, &desk.state, hour(1));
    assert_eq!(deal.refusal, Some(Refusal::Owned { owner: "wang".into() }));
}

/// Another worker sees who may be given a lead of any part, and refuses what was decided on counts that have moved.
#[test]
fn every_holder_is_read() {
    let desk = Desk::with(&scoped(), &[divided(None)], &[]);
    let entry = of("L1", 1, &["crm"]);
    let rows = desk.book.rows(&desk.intake.probe(&entry));
    let input = Input { lead: entry, rows, ..Input::default() };
    let keys = desk.intake.storage_keys(&input, &desk.roster);
    let reps: BTreeSet<&str> = keys.reps.iter().map(RepId::as_str).collect();
    assert!(reps.is_superset(&BTreeSet::from(["li", "wang"])), "{reps:?}");
    let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(1));
    assert_eq!(outcome.route().owner().map(RepId::as_str), Some("li"));
    // Its owner has changed meanwhile.
    let mut rows = input.rows.clone();
    rows.accounts[0].owners.insert("CRM".into(), "zhao".into());
    let basis = outcome.basis(&input.rows);
    assert!(basis.check(&input.rows, &desk.state).is_ok());
    assert!(basis.check(&rows, &desk.state).is_err());
}

#[test]
fn merging_keeps_every_part_and_undoes_exactly() {
    let merger = Merger::compile(&MergeRules::default()).unwrap();
    let crm = Account { owners: [("crm".to_owned(), "li".into())].into(), ..account("A1", COMPANY, None) };
    let erp = Account { owners: [("erp".to_owned(), "wang".into())].into(), ..account("A2", COMPANY, None) };
    let plan =
        |accounts: &[Account]| MergePlan::for_accounts(accounts, &merger, &PhoneOptions::default()).unwrap();
    let merged = plan(&[crm.clone(), erp.clone()]);
    assert!(!merged.is_ambiguous(), "{merged}");
    let both: Vec<String> =
        merged.merged().owners.iter().map(|(value, rep)| format!("{value}={rep}")).collect();
    assert_eq!(both, ["crm=li", "erp=wang"]);
    // Two owners of one product: somebody decides.
    let rival = Account { owners: [("crm".to_owned(), "zhao".into())].into(), ..erp.clone() };
    let contested = plan(&[crm.clone(), rival]);
    assert!(contested.is_ambiguous());
    assert!(contested.to_string().contains("`owners.crm`"), "{contested}");
    assert_eq!(contested.merged().owners.get("crm").map(RepId::as_str), Some("li"));
    // However it is spelled; of one rep it is one part.
    let spelled = |rep: &str| Account { owners: [("CRM ".to_owned(), rep.into())].into(), ..erp.clone() };
    let contested = plan(&[crm.clone(), spelled("zhao")]);
    assert!(contested.is_ambiguous());
    assert!(contested.to_string().contains("`owners.crm`"), "{contested}");
    for (rep, is_ambiguous) in [("zhao", true), ("li", false)] {
        let united = plan(&[crm.clone(), spelled(rep)]);
        assert_eq!(united.is_ambiguous(), is_ambiguous);
        let owners: Vec<(&str, &str)> =
            united.merged().owners.iter().map(|(part, rep)| (part.as_str(), rep.as_str())).collect();
        assert_eq!(owners, [("crm", "li")]);
    }
    // In a book: effects write it, undo brings both back.
    let mut desk = Desk::with(&scoped(), &[crm.clone(), erp.clone()], &[]);
    desk.book.apply_effects("merge", merged.effects(), hour(1));
    assert_eq!(holders(&desk), ["crm=li", "erp=wang"]);
    desk.submit(&of("L1", 2, &["erp"]));
    assert_eq!(desk.owner("L1"), "wang");
    let mut records = vec![crm.clone(), erp.clone()];
    let undo = merged.apply(&mut records).unwrap();
    assert_eq!(records.len(), 1);
    assert!(undo.undo(&mut records).unwrap().is_empty());
    assert_eq!(records, [crm, erp]);
}

/// A host that makes its own book has what rules of several comparisons find filed as the rules say.
#[test]
fn a_book_is_filed_by_the_rules_that_work_on_it() {
    let mut rules = companies();
    let by_number = json!({"id": "number", "lead": "attributes.tax_no", "target": "account.registration_number",
        "action": "convert"});
    rules["rules"].as_array_mut().unwrap().push(by_number);
    let mut desk = Desk { book: Book::new(), ..Desk::new(&rules) };
    let number = Some("91110108MA01ABCD2X".to_owned());
    desk.book.insert_account(Account { registration_number: number, ..account("A1", COMPANY, Some("li")) });
    let mut entry = caller("L1", 1, MOBILE);
    entry.attributes.insert("tax_no".into(), "91110108ma01abcd2x".into());
    desk.submit(&entry);
    assert_eq!((desk.owner("L1"), desk.lead("L1").status), ("li", LeadStatus::Converted));
}

/// Whoever gets a lead of two products, or of none, gets no product that another rep has.
#[test]
fn a_form_that_ticks_two_products_takes_neither_from_its_owner() {
    for (rest, products) in [
        (None, &["crm", "erp"][..]),
        (Some("zhao"), &["erp", "crm"]),
        (None, &[]),
        (None, &["crm", "erp", "hr"]),
    ] {
        let mut desk = Desk::with(&scoped(), &[divided(rest)], &[]);
        let asks = |id: &str, day: i64, products: &[&str]| Lead {
            phones: vec![MOBILE.into()],
            ..of(id, 24 * day, products)
        };
        desk.submit(&asks("L0", 0, &["crm"]));
        desk.submit(&asks("L1", 0, &["erp"]));
        let before = holders(&desk);
        desk.submit(&asks("L2", 1, products));
        let _ = desk.review("L2", 24 + 9);
        assert_ne!(desk.owner("L2"), "-", "{products:?}: nobody answered, and somebody has it");
        assert_eq!(["L0", "L1"].map(|id| desk.owner(id)), ["li", "wang"], "{products:?} {:?}", desk.told());
        assert_eq!(holders(&desk), before, "{products:?}");
        assert!(!desk.told().iter().any(|said| said.contains("lead_taken")), "{:?}", desk.told());
        // Nor is a product lost by another look at either of them.
        for id in ["L0", "L1", "L2", "L0"] {
            let _ = desk.review(id, 24 + 10);
        }
        assert_eq!(["L0", "L1"].map(|id| desk.owner(id)), ["li", "wang"], "{products:?} {:?}", desk.told());
        desk.submit(&of("L3", 50, &["erp"]));
        assert_eq!(desk.owner("L3"), "wang", "{products:?}");
    }
}

/// A part goes with all that is of it, and with nothing that is also of a part that stays.
#[test]
fn a_lost_deadline_takes_one_part_along() {
    let both = Account {
        owners: [("crm".to_owned(), "li".into()), ("erp".to_owned(), "li".into())].into(),
        ..account("A1", COMPANY, None)
    };
    let mut desk = Desk::with(&scoped(), &[both], &[]);
    for (n, products) in [&["crm"][..], &["erp"], &["crm"], &["erp"], &[]].into_iter().enumerate() {
        let n = i64::try_from(n).unwrap();
        desk.submit(&of(&format!("L{n}"), n, products));
        assert_eq!(desk.lead(&format!("L{n}")).status, LeadStatus::Converted);
    }
    let input = desk.input("L2", 30);
    let outcome =
        desk.intake.reassign(&input, ReassignReason::DeadlineMissed, &desk.roster, &desk.state, hour(30));
    desk.apply(&outcome);
    let heir = desk.owner("L2").to_owned();
    assert!(heir != "li" && heir != "-", "{}", outcome.explain());
    assert_eq!(holders(&desk), [format!("crm={heir}"), "erp=li".to_owned()]);
    assert_eq!(["L0", "L1", "L3", "L4"].map(|id| desk.owner(id)), [&heir, "li", "li", "li"]);
}

/// Without an account: who asks for two products of two reps waits for a person, and makes nobody's lead another's meanwhile.
#[test]
fn what_two_reps_have_of_a_person_stays_two_leads() {
    for rules in [companies(), consumers()] {
        for (products, worked) in [
            (&["crm", "erp"][..], false),
            (&["erp", "crm"], false),
            (&["crm", "erp"], true),
            (&["erp", "crm"], true),
        ] {
            let mut rules = rules.clone();
            rules["scope"] = json!(["products"]);
            let mut desk = Desk::with(&rules, &[], &[]);
            let asks = |id: &str, at: i64, products: &[&str]| Lead {
                phones: vec![MOBILE.into()],
                name: Some("Pat Lee".into()),
                ..of(id, at, products)
            };
            desk.submit(&asks("L0", 0, &["crm"]));
            desk.submit(&asks("L1", 1, &["erp"]));
            let owners = ["L0", "L1"].map(|id| desk.owner(id).to_owned());
            assert_ne!(owners[0], owners[1]);
            if worked {
                for id in ["L0", "L1"] {
                    let status = LeadStatus::Following;
                    desk.book.apply_effects(id, &[Effect::SetStatus { lead: id.into(), status }], hour(2));
                }
            }
            desk.submit(&asks("L2", 24, products));
            desk.submit(&asks("L3", 25, &["erp"]));
            let is_kept = |desk: &Desk, said: &str| {
                let found =
                    ["L0", "L1"].map(|id| (desk.owner(id).to_owned(), desk.lead(id).products.clone()));
                let wanted = [
                    (owners[0].clone(), vec!["crm".to_owned()]),
                    (owners[1].clone(), vec!["erp".to_owned()]),
                ];
                assert_eq!(found, wanted, "{products:?} {worked} {said}: {:?}", desk.told());
                assert!(!desk.told().iter().any(|said| said.contains("collision")), "{:?}", desk.told());
            };
            is_kept(&desk, "while it waits");
            for (id, at) in [("L2", 34), ("L0", 35), ("L1", 36), ("L2", 37)] {
                let _ = desk.review(id, at);
                is_kept(&desk, id);
            }
        }
    }
}

/// Once somebody has the lead of two products, a third lead of one of them goes to who has exactly that product: nobody is asked
/// again.
#[test]
fn the_next_lead_of_one_product_goes_to_who_has_exactly_that() {
    for rules in [companies(), consumers()] {
        for (third, place) in [("erp", 1), ("ERP ", 1), ("crm", 0)] {
            let mut rules = rules.clone();
            rules["scope"] = json!(["products"]);
            let mut desk = Desk::with(&rules, &[], &[]);
            let asks = |id: &str, at: i64, products: &[&str]| Lead {
                phones: vec![MOBILE.into()],
                name: Some("Pat Lee".into()),
                ..of(id, at, products)
            };
            desk.submit(&asks("L0", 0, &["crm"]));
            desk.submit(&asks("L1", 1, &["erp"]));
            let owners = ["L0", "L1"].map(|id| desk.owner(id).to_owned());
            desk.submit(&asks("L2", 24, &["crm", "erp"]));
            let _ = desk.review("L2", 34);
            let of_both = desk.owner("L2").to_owned();
            assert!(owners.contains(&of_both), "nobody answered: {of_both}");
            desk.submit(&asks("L3", 48, &[third]));
            let taken_in = desk.lead("L3").folded_into.clone().unwrap();
            assert_eq!(taken_in.as_str(), ["L0", "L1"][place], "{third}");
            assert_eq!(["L0", "L1", "L2"].map(|id| desk.owner(id)), [&owners[0], &owners[1], &of_both]);
            // Of both again: whoever has both.
            desk.submit(&asks("L4", 72, &["erp", "crm"]));
            assert_eq!(desk.lead("L4").folded_into.clone().unwrap().as_str(), "L2");
        }
    }
}

/// li, wang or zhao have a lead of each of two products, and a lead of both waits for a person.
pub(super) fn waiting_for_a_person(rules: &Json) -> (Desk, [String; 2]) {
    let mut rules = rules.clone();
    rules["scope"] = json!(["products"]);
    let mut desk = Desk::with(&rules, &[], &[]);
    desk.submit(&pat("L0", 0, &["crm"]));
    desk.submit(&pat("L1", 1, &["erp"]));
    desk.submit(&pat("L2", 24, &["crm", "erp"]));
    let owners = ["L0", "L1"].map(|id| desk.owner(id).to_owned());
    assert_ne!(owners[0], owners[1]);
    assert_eq!(desk.owner("L2"), "-");
    (desk, owners)
}

/// A lead of Pat Lee.
pub(super) fn pat(id: &str, at: i64, products: &[&str]) -> Lead {
    Lead { phones: vec![MOBILE.into()], name: Some("Pat Lee".into()), ..of(id, at, products) }
}

/// An administrator's order about a lead is about its products: what others have of them goes along, and what comes later.
#[test]
fn an_order_about_two_products_takes_both_from_who_has_them() {
    for rules in [companies(), consumers()] {
        for has_waited in [false, true] {
            let (mut desk, owners) = waiting_for_a_person(&rules);
            if has_waited {
                let _ = desk.review("L2", 34);
                assert!(owners.iter().any(|one| one == desk.owner("L2")), "nobody answered");
            }
            let third = ["li", "wang", "zhao"].into_iter().find(|one| owners.iter().all(|had| had != one));
            let third = third.unwrap();
            let _ = desk.allot("L2", third, 35);
            // What one rep has of one person is one story.
            let live = |desk: &Desk| -> Vec<String> {
                let live = desk.book.leads().filter(|one| one.folded_into.is_none());
                live.map(|one| format!("{} {}", desk.owner(one.id.as_str()), one.products.join(" ")))
                    .collect()
            };
            assert_eq!(live(&desk), [format!("{third} crm erp")], "{:?}", desk.told());
            for (owner, id) in owners.iter().zip(["L0", "L1"]) {
                let told = format!("{owner} lead_taken lead {id}");
                assert_eq!(desk.told().iter().filter(|said| **said == told).count(), 1, "{:?}", desk.told());
            }
            // The same order again is refused, and nothing that comes later undoes it.
            assert!(desk.allot("L0", third, 36).refusal().is_some());
            for (number, products) in [&["crm"][..], &["erp"], &["erp", "crm"]].into_iter().enumerate() {
                desk.submit(&pat(&format!("M{number}"), 48, products));
            }
            for id in ["L0", "L1", "L2"] {
                let _ = desk.review(id, 60);
            }
            assert_eq!(live(&desk), [format!("{third} crm erp")], "{:?}", desk.told());
            assert!(!desk.told().iter().any(|said| said.contains("collision")), "{:?}", desk.told());
        }
    }
}

/// An order about one product takes the lead of two along that its owner had by it, and no other.
#[test]
fn an_order_about_one_product_takes_along_what_its_owner_had_by_it() {
    for rules in [companies(), consumers()] {
        for place in [0, 1] {
            let (mut desk, owners) = waiting_for_a_person(&rules);
            let _ = desk.review("L2", 34);
            let of_both = desk.owner("L2").to_owned();
            let third = ["li", "wang", "zhao"].into_iter().find(|one| owners.iter().all(|had| had != one));
            let third = third.unwrap();
            let _ = desk.allot(["L0", "L1"][place], third, 35);
            let mut wanted = [owners[0].as_str(), &owners[1], &of_both];
            wanted[place] = third;
            if of_both == owners[place] {
                wanted[2] = third;
            }
            assert_eq!(["L0", "L1", "L2"].map(|id| desk.owner(id)), wanted, "{:?}", desk.told());
        }
    }
}

/// Who asks again while a person is to decide is in the same question: nobody gets the lead unasked.
#[test]
fn a_second_form_does_not_answer_whose_the_first_is() {
    for rules in [companies(), consumers()] {
        for products in [&["crm", "erp"][..], &["erp", "crm"], &["crm"], &["erp"]] {
            let (mut desk, owners) = waiting_for_a_person(&rules);
            let until = desk.book.wake_up(&"L2".into()).cloned();
            assert_eq!(until.as_ref().map(|one| one.code.as_ref()), Some("review_due"));
            desk.submit(&pat("L3", 25, products));
            let waits = |desk: &Desk| {
                assert_eq!(desk.owner("L2"), "-", "{products:?} {:?}", desk.told());
                assert_eq!(desk.book.wake_up(&"L2".into()), until.as_ref(), "{products:?}: not put off");
                assert_eq!(["L0", "L1"].map(|id| desk.owner(id)), [&owners[0], &owners[1]]);
            };
            waits(&desk);
            let _ = desk.review("L2", 25);
            waits(&desk);
            // Nobody has answered: whom the customer has turned to since has it.
            let _ = desk.review("L2", 34);
            let turned_to = owners[usize::from(products == ["erp"])].as_str();
            assert_eq!(desk.owner("L2"), turned_to, "{products:?} {:?}", desk.told());
        }
    }
}
