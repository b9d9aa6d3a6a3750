//! What a rep found to be somebody else's leads nobody to the lead that goes on.

use leadkit::book::Book;
use leadkit::dedup::{DedupRules, Deduplicator, Rows};
use leadkit::merge::MergeLog;
use leadkit::model::{Attributes, CloseReason, Lead, LeadStatus, OwnerState, Value};
use leadkit::rule::{FactContext, Facts, HostTables};

use super::{lead, leads_plan, merger};
use crate::support::at;

const LIVE: &str = "13927461853";
const WRONG: &str = "15088672341";
const OTHER: &str = "13812349876";

fn with(id: &str, day: u32, phones: &[&str], marked: &[&str]) -> Lead {
    let mut attributes = Attributes::default();
    if !marked.is_empty() {
        let marked = marked.iter().map(|one| (*one).to_owned()).collect();
        attributes.insert(Lead::WRONG_CONTACTS.into(), Value::List(marked));
    }
    let phones = phones.iter().map(|one| (*one).into()).collect();
    Lead { phones, attributes, status: LeadStatus::Following, owner: Some("li".into()), ..lead(id, day) }
}

fn closed(lead: Lead) -> Lead {
    let close_reason = Some(CloseReason::WrongContact);
    Lead { status: LeadStatus::Invalid, close_reason, owner: None, ..lead }
}

fn wrong(lead: &Lead) -> Vec<String> {
    match lead.attributes.get(Lead::WRONG_CONTACTS) {
        Some(Value::List(marked)) => marked.clone(),
        other => panic!("{other:?}"),
    }
}

/// Whether an entry with this value is taken to be the lead's person.
fn leads_to(lead: &Lead, write: impl Fn(&mut Lead)) -> bool {
    let mut entry = Lead { id: "L9".into(), created_at: at("2026-02-20T02:00:00Z"), ..Lead::default() };
    write(&mut entry);
    let tables = HostTables::default();
    let facts = Facts::new(&entry, &FactContext::new(&tables, entry.created_at));
    let rows = Rows { leads: vec![lead.clone()], ..Rows::default() };
    let matching = Deduplicator::compile(&DedupRules::b2c()).unwrap();
    matching.resolve(&facts, &rows, &|_| OwnerState::Active).is_folded()
}

#[test]
fn what_a_lead_was_closed_for_leads_nobody_to_the_survivor() {
    let dead = Lead {
        emails: vec!["pat.lee@gmail.com".into()],
        wechat: Some("pat_lee_2026".into()),
        ..closed(with("L1", 1, &[WRONG], &[]))
    };
    let alive = with("L2", 5, &[LIVE], &[]);
    for leads in [[dead.clone(), alive.clone()], [alive.clone(), dead.clone()]] {
        let plan = leads_plan(&leads, &merger());
        let merged = plan.merged();
        assert_eq!(
            (merged.id.as_str(), merged.status, &merged.close_reason),
            ("L2", LeadStatus::Following, &None)
        );
        assert_eq!(wrong(merged), [WRONG, "pat.lee@gmail.com", "pat_lee_2026"]);
        assert!(leads_to(merged, |entry| entry.phones = vec![LIVE.into()]));
        assert!(!leads_to(merged, |entry| entry.phones = vec![WRONG.into()]));
        assert!(!leads_to(merged, |entry| entry.emails = vec!["pat.lee@gmail.com".into()]));
        assert!(!leads_to(merged, |entry| entry.wechat = Some("pat_lee_2026".into())));

        let mut book = Book::new();
        leads.iter().for_each(|one| book.insert_lead(one.clone()));
        book.apply_effects("merge", plan.effects(), at("2026-03-01T00:00:00Z"));
        assert_eq!(wrong(book.lead(&"L2".into()).unwrap()), wrong(merged));
        let mut log = MergeLog::default();
        log.push(plan.undo().clone());
        let (effects, conflicts) = log.undo_effects(0, book.lead(&"L2".into()).unwrap()).unwrap();
        assert_eq!(conflicts, []);
        book.apply_effects("undo", &effects, at("2026-03-02T00:00:00Z"));
        assert_eq!(["L1", "L2"].map(|id| book.lead(&id.into()).unwrap()), [&dead, &alive]);
    }
}

#[test]
fn two_lists_of_wrong_values_are_one() {
    let plan = leads_plan(
        &[with("L1", 1, &[LIVE, WRONG], &[WRONG]), with("L2", 5, &[LIVE, OTHER], &["138-1234-9876"])],
        &merger(),
    );
    assert_eq!(wrong(plan.merged()), [WRONG, "138-1234-9876"]);
    assert!(!leads_to(plan.merged(), |entry| entry.phones = vec![OTHER.into()]));
    assert!(!plan.is_ambiguous(), "{plan}");
    // One list stays as it is written.
    let text = Value::from(WRONG);
    let mut first = with("L1", 1, &[LIVE, WRONG], &[]);
    first.attributes.insert(Lead::WRONG_CONTACTS.into(), text.clone());
    let plan = leads_plan(&[first, with("L2", 5, &[LIVE], &[])], &merger());
    assert_eq!(plan.merged().attributes.get(Lead::WRONG_CONTACTS), Some(&text));
}

#[test]
fn a_value_that_is_wrong_of_one_and_right_of_the_other_is_asked_about() {
    for first in [closed(with("L1", 1, &[WRONG], &[])), with("L1", 1, &[WRONG, OTHER], &[WRONG])] {
        let plan = leads_plan(&[first, with("L2", 5, &[WRONG], &[])], &merger());
        assert_eq!(wrong(plan.merged())[0], WRONG);
        let said: Vec<Option<&str>> = plan.doubts().iter().map(|doubt| doubt.field()).collect();
        assert!(said.contains(&Some("attributes.wrong_contacts")), "{plan}");
    }
}
