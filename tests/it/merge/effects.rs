//! What a merge plan decides is what the book holds once its effects are carried out.

use leadkit::book::Book;
use leadkit::merge::Survivorship;
use leadkit::model::{Account, Effect, Lead, LeadField, RecordRef, Value};
use proptest::prelude::*;

use super::{account, accounts, accounts_plan, contact, lead, leads, leads_plan, merger, merger_with};
use super::{decision, some_merger};
use crate::support::at;

#[test]
fn click_ids_and_the_first_link_of_a_lead_that_is_merged_away_are_kept() {
    let mut loser = lead("L2", 2);
    loser.click_ids.insert("gclid".into(), "Cj0K".into());
    loser.external_ids.insert("openid".into(), "o1".into());
    loser.first_utm.source = Some("baidu".into());
    let plan = leads_plan(&[lead("L1", 1), loser.clone()], &merger());
    let merged = plan.merged();
    assert_eq!(merged.id.as_str(), "L1");
    assert_eq!(merged.click_ids, loser.click_ids);
    assert_eq!(merged.external_ids, loser.external_ids);
    assert_eq!(merged.first_utm, loser.first_utm);
    assert_eq!(decision(&plan, "first_utm.source").block.as_deref(), Some("origin"));
    let named = |wanted: &str| {
        plan.effects().iter().any(|one| matches!(one, Effect::UpdateField { field, .. } if field == wanted))
    };
    assert!(named("click_ids.gclid") && named("first_utm.source"), "{plan}");
}

#[test]
fn the_origin_of_the_older_lead_is_kept_whole() {
    let mut older = lead("L1", 1);
    older.utm.source = Some("baidu".into());
    let mut newer = lead("L2", 2);
    newer.first_utm.source = Some("bing".into());
    newer.first_utm.medium = Some("cpc".into());
    let plan = leads_plan(&[older.clone(), newer], &merger());
    assert_eq!((&plan.merged().utm, &plan.merged().first_utm), (&older.utm, &older.first_utm));
    assert!(plan.conflicts().iter().any(|conflict| conflict.field == "first_utm.source"), "{plan}");
}

#[test]
fn the_last_sign_of_life_is_a_time_when_leads_are_merged() {
    // As texts the first would be the later one.
    let times = ["2026-02-01T00:00:00Z", "2026-02-01T00:00:00.5Z"].map(at);
    let [one, two] = [("L1", 1, times[0]), ("L2", 2, times[1])]
        .map(|(id, day, time)| Lead { last_active_at: Some(time), ..lead(id, day) });
    let plan = leads_plan(&[one, two], &merger_with("last_active_at", Survivorship::Max));
    assert_eq!(decision(&plan, "last_active_at").after, Value::Timestamp(times[1]));
    assert_eq!(plan.merged().last_active_at, Some(times[1]));
}

#[test]
fn an_account_and_its_people_arrive_in_the_book() {
    let one = Account {
        closed_deal_at: Some(at("2026-01-05T00:00:00Z")),
        contacts: vec![contact("C1", "A1", "王强", "13812349876")],
        ..account("A1", 3)
    };
    let mut wang = contact("C2", "A2", "王强", "+86 138-1234-9876");
    wang.phones.push("13927461853".into());
    wang.emails.push("wang@example.com".into());
    wang.buying_role = Some("kp".into());
    let two = Account {
        closed_deal_at: Some(at("2026-02-05T00:00:00Z")),
        region: Some("CN-GD".parse().unwrap()),
        contacts: vec![wang, contact("C3", "A2", "李雷", "15088672341")],
        ..account("A2", 1)
    };
    let records = [one, two];
    let plan = accounts_plan(&records, &merger());
    let RecordRef::Account(id) = &plan.records()[0] else { panic!("{plan}") };
    let mut book = Book::new();
    records.iter().for_each(|record| book.insert_account(record.clone()));
    book.apply_effects("merge", plan.effects(), at("2026-03-01T00:00:00Z"));
    let filed = book.account(id).unwrap();
    assert_eq!(filed, plan.merged());
    assert_eq!(filed.created_at, at("2026-01-01T00:00:00Z"));
    assert_eq!(filed.closed_deal_at, Some(at("2026-02-05T00:00:00Z")));
    assert_eq!((filed.aliases.len(), filed.contacts.len()), (1, 2));
    assert!(filed.region.is_some());
}

/// What a record says: blank is as good as not there.
pub(super) fn plain_lead(mut lead: Lead) -> Lead {
    for field in LeadField::ALL {
        if field.get(&lead).is_blank() {
            field.clear(&mut lead);
        }
    }
    lead.attributes.retain(|_, value| !value.is_blank());
    lead.external_ids.retain(|_, value| !value.trim().is_empty());
    lead.click_ids.retain(|_, value| !value.trim().is_empty());
    lead.other_ids.retain(|_, values| !values.is_empty());
    lead
}

/// The people, in whatever order: the book moves them account by account.
fn plain_account(mut account: Account) -> Account {
    account.attributes.retain(|_, value| !value.is_blank());
    account.contacts.sort_by(|a, b| a.id.cmp(&b.id));
    account
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_effect_on_a_lead_arrives_in_the_book(leads in leads(), merger in some_merger()) {
        let plan = leads_plan(&leads, &merger);
        let RecordRef::Lead(id) = &plan.records()[0] else { panic!("{plan}") };
        let mut book = Book::new();
        leads.iter().for_each(|lead| book.insert_lead(lead.clone()));
        book.apply_effects("merge", plan.effects(), at("2026-03-01T00:00:00Z"));
        prop_assert_eq!(plain_lead(book.lead(id).unwrap().clone()), plain_lead(plan.merged().clone()));
    }

    #[test]
    fn every_effect_on_an_account_arrives_in_the_book(accounts in accounts(), merger in some_merger()) {
        let mut accounts = accounts;
        let mut number = 0;
        for account in &mut accounts {
            for contact in &mut account.contacts {
                number += 1;
                contact.id = format!("C{number}").into();
                contact.account = Some(account.id.clone());
            }
        }
        let plan = accounts_plan(&accounts, &merger);
        let RecordRef::Account(id) = &plan.records()[0] else { panic!("{plan}") };
        let mut book = Book::new();
        accounts.iter().for_each(|account| book.insert_account(account.clone()));
        book.apply_effects("merge", plan.effects(), at("2026-03-01T00:00:00Z"));
        prop_assert_eq!(plain_account(book.account(id).unwrap().clone()), plain_account(plan.merged().clone()));
    }
}
