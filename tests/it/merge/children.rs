//! What hangs on records that are merged follows, and comes back when the merge is undone.

use leadkit::book::Book;
use leadkit::merge::{MergeError, MergeLog, Merger};
use leadkit::model::{
    Account, Activity, Contact, ConversionRecord, Effect, FollowUp, FollowUpKind, Lead, LeadStatus, Link,
    LinkKind, Opportunity, RecordRef, Value,
};
use proptest::prelude::*;

use super::effects::plain_lead;
use super::{account, accounts, accounts_plan, contact, lead, leads, leads_plan, maybe, merger, some_merger};
use crate::support::at;

const THEN: &str = "2026-02-01T00:00:00Z";
const NOW: &str = "2026-03-01T00:00:00Z";
const LATER: &str = "2026-03-05T00:00:00Z";

fn a(id: &str) -> RecordRef {
    RecordRef::Account(id.into())
}

fn l(id: &str) -> RecordRef {
    RecordRef::Lead(id.into())
}

fn converted(lead: &str, account: &str, contact: Option<&str>) -> Effect {
    Effect::Convert(ConversionRecord {
        lead: lead.into(),
        account: account.into(),
        contact: contact.map(Into::into),
        opportunity: None,
        at: at(THEN),
        by: None,
        rule: None,
    })
}

fn link(from: RecordRef, kind: LinkKind, to: RecordRef) -> Effect {
    Effect::Link(Link { from, kind, to })
}

fn note(record: RecordRef, text: &str) -> Effect {
    let (field, value) = ("attributes.note".to_owned(), Value::from(text));
    Effect::UpdateField { record, field, value, replaces: Value::Null }
}

fn of_lead(id: &str, lead: &str, won: bool) -> Opportunity {
    let won_at = won.then(|| at(THEN));
    Opportunity { id: id.into(), lead: Some(lead.into()), won_at, ..Opportunity::default() }
}

fn of_account(id: &str, account: &str) -> Opportunity {
    Opportunity { id: id.into(), account: Some(account.into()), ..Opportunity::default() }
}

fn activity(id: &str, lead: &str) -> Activity {
    Activity {
        id: id.into(),
        lead: lead.into(),
        time: at(THEN),
        kind: "page_visit".into(),
        ..Activity::default()
    }
}

fn call(id: &str, lead: &str) -> FollowUp {
    FollowUp {
        id: id.into(),
        lead: lead.into(),
        owner: "li".into(),
        time: at(THEN),
        kind: FollowUpKind::Call,
        key_fields_changed: Vec::new(),
        call_start: None,
        call_duration: None,
        next_date: None,
        facets: Default::default(),
        changes: Default::default(),
    }
}

/// What the book holds. Blank is as good as not there, and people stand in whatever order. Of replaced values and
/// conflicts, the history of the merge and its undo, only whose they are that were there before.
fn shown(book: &Book, before: &Book) -> Vec<String> {
    let json = |value: serde_json::Result<String>| value.unwrap();
    let mut lines = Vec::new();
    for account in book.accounts() {
        let mut account = account.clone();
        account.attributes.retain(|_, value| !value.is_blank());
        account.contacts.sort_by(|a, b| a.id.cmp(&b.id));
        lines.push(json(serde_json::to_string(&account)));
    }
    for lead in book.leads() {
        let plain = plain_lead(lead.clone());
        lines.push(json(serde_json::to_string(&plain)));
        lines.push(format!("{:?} {:?}", book.history(&lead.id), book.activities(&lead.id)));
    }
    lines.extend(book.opportunities().map(|one| json(serde_json::to_string(one))));
    let desk = book.desk();
    lines.extend(desk.links.iter().map(ToString::to_string));
    lines.push(format!("{:?}\n{:?}\n{:?}", desk.conversions, desk.reviews, desk.proposals));
    lines.push(format!("{:?}", desk.moves));
    let conflicts = desk.conflicts.iter().take(before.desk().conflicts.len());
    lines.extend(conflicts.map(|one| format!("{:?} {}", one.record, one.field)));
    let replaced = desk.replaced.iter().take(before.desk().replaced.len());
    lines.extend(replaced.map(|one| format!("{:?} {}", one.record, one.field)));
    lines
}

#[test]
fn opportunities_follow_the_account_and_the_lead_they_are_of_whatever_became_of_them() {
    let mut book = Book::new();
    let accounts = [account("A1", 1), account("A2", 2)];
    accounts.iter().for_each(|one| book.insert_account(one.clone()));
    let leads = [lead("L1", 1), lead("L2", 2)];
    leads.iter().for_each(|one| book.insert_lead(one.clone()));
    book.insert_opportunity(of_account("O1", "A2"));
    book.insert_opportunity(of_lead("O2", "L2", false));
    book.insert_opportunity(of_lead("O3", "L2", true));
    let before = shown(&book, &book);
    let mut log = MergeLog::default();
    log.push(accounts_plan(&accounts, &merger()).undo().clone());
    book.apply_effects("accounts", accounts_plan(&accounts, &merger()).effects(), at(NOW));
    let mut of_leads = MergeLog::default();
    of_leads.push(leads_plan(&leads, &merger()).undo().clone());
    book.apply_effects("leads", leads_plan(&leads, &merger()).effects(), at(NOW));
    let opportunity = |book: &Book, id: &str| book.opportunity(&id.into()).unwrap().clone();
    assert_eq!(opportunity(&book, "O1").account, Some("A1".into()));
    assert_eq!(opportunity(&book, "O2").lead, Some("L1".into()));
    assert_eq!(opportunity(&book, "O3").lead, Some("L1".into()), "also the one that was won");
    assert_eq!(book.history(&"L1".into()).opportunities, ["O2".into()]);

    let (effects, _) = log.undo_effects(0, book.account(&"A1".into()).unwrap()).unwrap();
    book.apply_effects("undo of accounts", &effects, at(LATER));
    let (effects, _) = of_leads.undo_effects(0, book.lead(&"L1".into()).unwrap()).unwrap();
    book.apply_effects("undo of leads", &effects, at(LATER));
    let empty = Book::new();
    assert_eq!(shown(&book, &empty), before);
    // Taken back once more, by another decision: nothing is left to take back.
    book.apply_effects("undo once more", &effects, at(LATER));
    assert_eq!(shown(&book, &empty), before);
}

/// An account with one person, Pat Lee, whose row there says so.
fn pat_at(id: &str, day: u32, title: &str, phones: &[&str]) -> Account {
    let pat = Contact {
        title: (!title.is_empty()).then(|| title.into()),
        phones: phones.iter().map(|one| (*one).into()).collect(),
        ..contact("C1", id, "Pat Lee", "")
    };
    Account { contacts: vec![pat], ..account(id, day) }
}

/// One contact may be with two accounts: their role at one is not their role at the other.
#[test]
fn a_contact_of_two_accounts_comes_back_to_both() {
    for merged in [["A1", "A2"], ["A2", "A1"]] {
        let accounts =
            [pat_at(merged[0], 1, "CFO", &["13927461853"]), pat_at(merged[1], 2, "Board", &["13927461853"])];
        let mut book = Book::new();
        accounts.iter().for_each(|one| book.insert_account(one.clone()));
        let before = shown(&book, &book);
        let plan = accounts_plan(&accounts, &merger());
        assert!(plan.is_ambiguous(), "one title is lost");
        let mut log = MergeLog::default();
        log.push(plan.undo().clone());
        book.apply_effects("merge", plan.effects(), at(NOW));
        let (effects, _) = log.undo_effects(0, book.account(&merged[0].into()).unwrap()).unwrap();
        book.apply_effects("undo", &effects, at(LATER));
        assert_eq!(shown(&book, &Book::new()), before);
    }
}

/// What is written of a contact is written wherever the contact stands, and what a row says on its own is not lost.
#[test]
fn a_contact_of_several_accounts_is_written_on_every_row() {
    let [old, new, own] = ["13927461853", "15088672341", "13812349876"];
    let mut book = Book::new();
    let accounts = [
        pat_at("A1", 1, "CFO", &[old]),
        pat_at("A2", 1, "CFO", &[old, own]),
        pat_at("A3", 1, "Board", &[own]),
    ];
    accounts.iter().for_each(|one| book.insert_account(one.clone()));
    let before = shown(&book, &book);
    let update = |field: &str, value: Value, replaces: Value| Effect::UpdateField {
        record: RecordRef::Contact("C1".into()),
        field: field.into(),
        value,
        replaces,
    };
    let list = |items: &[&str]| Value::List(items.iter().map(|one| (*one).to_owned()).collect());
    let rows = |book: &Book| -> Vec<String> {
        let contacts = book.accounts().flat_map(|one| &one.contacts);
        contacts
            .map(|one| {
                let phones: Vec<&str> = one.phones.iter().map(|phone| phone.as_str()).collect();
                format!("{} {}", one.title.as_deref().unwrap_or("-"), phones.join(" "))
            })
            .collect()
    };
    let there = [
        update("title", Value::from("CEO"), Value::from("CFO")),
        update("phones", list(&[new]), list(&[old])),
    ];
    book.apply_effects("there", &there, at(NOW));
    let wanted = [format!("CEO {new}"), format!("CEO {own} {new}"), format!("Board {own} {new}")];
    assert_eq!(rows(&book), wanted);
    let keyed = |book: &Book, phone: &str| {
        let lead = Lead { phones: vec![phone.into()], ..lead("X", 1) };
        let intake = leadkit::Intake::compile(&leadkit::Rules::b2b()).unwrap();
        book.rows(&intake.probe(&lead)).accounts.len()
    };
    assert_eq!((keyed(&book, old), keyed(&book, new)), (0, 3), "the old number leads nowhere");
    // Each row by itself is written as the effect says, and no other.
    let back = [("A1", "CFO", &[old][..]), ("A2", "CFO", &[old, own]), ("A3", "Board", &[own])];
    let back = back.map(|(account, title, phones)| {
        let record = RecordRef::ContactAt { contact: "C1".into(), account: account.into() };
        let update = |field: &str, value: Value| Effect::UpdateField {
            record: record.clone(),
            field: field.into(),
            value,
            replaces: Value::Null,
        };
        [update("title", title.into()), update("phones", list(phones))]
    });
    book.apply_effects("back", back.as_flattened(), at(LATER));
    assert_eq!(shown(&book, &Book::new()), before);
    // Who does not know what stands there writes every row.
    book.apply_effects("all", &[update("title", Value::from("Chair"), Value::Null)], at(LATER));
    assert!(rows(&book).iter().all(|row| row.starts_with("Chair ")), "{:?}", rows(&book));
}

/// A merge of two accounts of a contact, and its undo, take nothing from a third one.
#[test]
fn a_third_account_of_a_contact_has_its_row_back() {
    let titles = ["", "CFO", "Board"];
    let phones: [&[&str]; 4] = [&[], &["13927461853"], &["15088672341"], &["15088672341", "13927461853"]];
    let kinds: Vec<_> =
        titles.iter().flat_map(|title| phones.iter().map(move |phones| (*title, *phones))).collect();
    for a in &kinds {
        for b in &kinds {
            for c in &kinds {
                let merged = [pat_at("A2", 1, a.0, a.1), pat_at("A3", 2, b.0, b.1)];
                let mut book = Book::new();
                merged.iter().for_each(|one| book.insert_account(one.clone()));
                book.insert_account(pat_at("A1", 3, c.0, c.1));
                let before = shown(&book, &book);
                let plan = accounts_plan(&merged, &merger());
                let mut log = MergeLog::default();
                log.push(plan.undo().clone());
                book.apply_effects("merge", plan.effects(), at(NOW));
                // Other mobiles are another person's, whatever the id.
                let are_two = !a.1.is_empty() && !b.1.is_empty() && !a.1.iter().any(|one| b.1.contains(one));
                assert_eq!(plan.needs_own_answer(), are_two, "{a:?} {b:?}");
                if are_two {
                    assert_eq!(shown(&book, &Book::new()), before, "nothing is written");
                    continue;
                }
                assert_eq!(book.account(&"A2".into()).unwrap().contacts, plan.merged().contacts);
                let of_third = &book.account(&"A1".into()).unwrap().contacts[0];
                assert!(c.0.is_empty() || of_third.title.as_deref() == Some(c.0), "a title is not lost");
                let (effects, _) = log.undo_effects(0, book.account(&"A2".into()).unwrap()).unwrap();
                book.apply_effects("undo", &effects, at(LATER));
                assert_eq!(shown(&book, &Book::new()), before, "{a:?} {b:?} {c:?}");
            }
        }
    }
}

/// A contact of two accounts that are merged into a third: the book holds who the plan says, and each has its row back.
#[test]
fn a_contact_of_two_accounts_that_go_comes_back_to_both() {
    let mobile = "13927461853";
    for (first, second) in [
        (("Board", &[mobile][..]), ("CFO", &[mobile, "0571-87650001"][..])),
        (("", &[]), ("CFO", &[mobile])),
        (("Board", &[mobile]), ("Board", &[mobile])),
    ] {
        for days in [[2, 3], [3, 2]] {
            let accounts = [
                account("A0", 1),
                pat_at("A2", days[0], first.0, first.1),
                pat_at("A3", days[1], second.0, second.1),
            ];
            let mut book = Book::new();
            accounts.iter().for_each(|one| book.insert_account(one.clone()));
            let before = shown(&book, &book);
            let plan = accounts_plan(&accounts, &merger());
            let mut log = undo_log(&plan);
            book.apply_effects("merge", plan.effects(), at(NOW));
            let merged = book.account(&"A0".into()).unwrap().clone();
            assert_eq!(merged.contacts, plan.merged().contacts, "{plan}");
            let (effects, conflicts) = log.undo_effects(0, &merged).unwrap();
            assert_eq!(conflicts, []);
            book.apply_effects("undo", &effects, at(LATER));
            assert_eq!(shown(&book, &Book::new()), before, "{first:?} {second:?} {days:?}");
        }
    }
}

/// A contact who also stands at an account that takes no part comes back, unless they have left since.
#[test]
fn who_stands_elsewhere_too_comes_back_unless_they_have_left() {
    let mut book = Book::new();
    let merged = [account("A1", 1), pat_at("A2", 2, "", &["13927461853"])];
    merged.iter().for_each(|one| book.insert_account(one.clone()));
    [pat_at("A3", 3, "", &["13927461853"]), account("A4", 1), account("A5", 1)]
        .into_iter()
        .for_each(|one| book.insert_account(one));
    let before = shown(&book, &book);
    let plan = accounts_plan(&merged, &merger());
    book.apply_effects("merge", plan.effects(), at(NOW));
    let undone = |mut book: Book| {
        let (effects, _) = undo_log(&plan).undo_effects(0, book.account(&"A1".into()).unwrap()).unwrap();
        book.apply_effects("undo", &effects, at(LATER));
        book
    };
    assert_eq!(shown(&undone(book.clone()), &Book::new()), before);
    let people = |book: &Book, id: &str| book.account(&id.into()).map(|one| one.contacts.len());
    // The third account has been merged into a fourth meanwhile.
    let mut on = book.clone();
    let third = [book.account(&"A4".into()).unwrap().clone(), book.account(&"A3".into()).unwrap().clone()];
    on.apply_effects("merge third", accounts_plan(&third, &merger()).effects(), at(NOW));
    let on = undone(on);
    assert_eq!(["A1", "A2", "A3", "A4"].map(|id| people(&on, id)), [Some(0), Some(1), None, Some(1)]);
    let go = |from: &str, to: &str| Effect::MoveContact {
        contact: "C1".into(),
        from: from.into(),
        to: Some(to.into()),
        is_proposal: false,
    };
    // Who has gone from there to a fifth comes back all the same; who has gone from the merged account does not.
    let mut gone = book.clone();
    gone.apply_effects("gone", &[go("A3", "A5")], at(NOW));
    let gone = undone(gone);
    assert_eq!(["A1", "A2", "A3", "A5"].map(|id| people(&gone, id)), [Some(0), Some(1), Some(0), Some(1)]);
    book.apply_effects("gone", &[go("A1", "A5")], at(NOW));
    let gone = undone(book);
    assert_eq!(["A1", "A2", "A3", "A5"].map(|id| people(&gone, id)), [Some(0), Some(0), Some(1), Some(1)]);
}

/// Two merges taken back in order, and an edit between a merge and its undo, take no number from an account that takes no part.
#[test]
fn an_account_that_takes_no_part_keeps_its_numbers() {
    let [a, b, c, d] = ["0571-87650001", "0755-26718888", "010-65321234", "021-60001234"];
    let mut book = Book::new();
    let accounts = [
        pat_at("A1", 9, "", &[b]),
        pat_at("A2", 1, "", &[a]),
        pat_at("A3", 2, "", &[b]),
        pat_at("A4", 3, "", &[d]),
    ];
    accounts.iter().for_each(|one| book.insert_account(one.clone()));
    let before = shown(&book, &book);
    let phones = |book: &Book, id: &str| -> Vec<String> {
        let contacts = &book.account(&id.into()).unwrap().contacts;
        contacts.iter().flat_map(|one| &one.phones).map(|one| one.as_str().to_owned()).collect()
    };
    let mut log = MergeLog::default();
    let merge = |book: &mut Book, log: &mut MergeLog<Account>, from: &str| {
        let records = ["A2", from].map(|id| book.account(&id.into()).unwrap().clone());
        let plan = accounts_plan(&records, &merger());
        log.push(plan.undo().clone());
        book.apply_effects(from, plan.effects(), at(NOW));
    };
    merge(&mut book, &mut log, "A3");
    let mut edited = (book.clone(), log.clone());
    merge(&mut book, &mut log, "A4");
    for place in [1, 0] {
        let (effects, _) = log.undo_effects(place, book.account(&"A2".into()).unwrap()).unwrap();
        book.apply_effects(&format!("undo {place}"), &effects, at(LATER));
    }
    assert_eq!(shown(&book, &Book::new()), before);

    let list = |items: &[&str]| Value::List(items.iter().map(|one| (*one).to_owned()).collect());
    let edit = Effect::UpdateField {
        record: RecordRef::Contact("C1".into()),
        field: "phones".into(),
        value: list(&[a, b, c]),
        replaces: list(&[a, b]),
    };
    let (book, log) = (&mut edited.0, &mut edited.1);
    book.apply_effects("edit", &[edit], at(LATER));
    let (effects, _) = log.undo_effects(0, book.account(&"A2".into()).unwrap()).unwrap();
    book.apply_effects("undo", &effects, at(LATER));
    assert_eq!(["A1", "A2", "A3"].map(|id| phones(book, id)), [vec![b, c], vec![a, c], vec![b]]);
}

#[test]
fn a_person_who_was_united_has_their_conversions_back() {
    let mut records = [account("A1", 1), account("A2", 2)];
    records[0].contacts = vec![contact("C1", "A1", "王强", "13812349876")];
    records[1].contacts = vec![contact("C2", "A2", "王强", "13812349876")];
    let mut book = Book::new();
    records.iter().for_each(|one| book.insert_account(one.clone()));
    book.insert_lead(Lead { account: Some("A2".into()), ..lead("L1", 1) });
    book.apply_effects("convert", &[converted("L1", "A2", Some("C2"))], at(THEN));
    let plan = accounts_plan(&records, &merger());
    book.apply_effects("merge", plan.effects(), at(NOW));
    let person = |book: &Book| book.desk().conversions["L1"].contact.clone();
    assert_eq!(person(&book), Some("C1".into()));
    let mut log = MergeLog::default();
    log.push(plan.undo().clone());
    let (effects, _) = log.undo_effects(0, book.account(&"A1".into()).unwrap()).unwrap();
    book.apply_effects("undo", &effects, at(LATER));
    assert_eq!(person(&book), Some("C2".into()));
    assert_eq!(book.accounts().cloned().collect::<Vec<_>>(), records);
}

#[test]
fn what_has_been_merged_on_is_taken_back_first() {
    let mut book = Book::new();
    let all = [account("A1", 2), account("A2", 3), account("A0", 1)];
    all.iter().for_each(|one| book.insert_account(one.clone()));
    book.insert_lead(Lead { account: Some("A2".into()), ..lead("L1", 1) });
    let merge = |from: &str, into: &str| {
        [link(a(from), LinkKind::MergedInto, a(into)), Effect::Repoint { from: a(from), to: a(into) }]
    };
    let before = shown(&book, &book);
    book.apply_effects("first", &merge("A2", "A1"), at(NOW));
    book.apply_effects("second", &merge("A1", "A0"), at(NOW));
    let merged = shown(&book, &book);
    let unmerge = |record: &str, from: &str| [Effect::Unmerge { record: a(record), from: a(from) }];
    for (record, from) in [("A2", "A1"), ("A2", "A0"), ("A1", "A2"), ("A9", "A0")] {
        book.apply_effects(&format!("wrong {record} {from}"), &unmerge(record, from), at(LATER));
        assert_eq!(shown(&book, &book), merged, "{record} from {from}");
    }
    book.apply_effects("undo second", &unmerge("A1", "A0"), at(LATER));
    book.apply_effects("undo first", &unmerge("A2", "A1"), at(LATER));
    assert_eq!(shown(&book, &book), before);
}

/// What was replaced in the row of a contact, or stood in conflict with it, follows the account and the contact, and comes back.
#[test]
fn the_history_of_a_row_follows_its_account_and_its_contact() {
    let row = |contact: &str, account: &str| RecordRef::ContactAt {
        contact: contact.into(),
        account: account.into(),
    };
    let conflict = |record: RecordRef| Effect::RecordConflict {
        record,
        field: "title".into(),
        kept: Value::from("CIO"),
        found: Value::from("CTO"),
        entry: "L1".into(),
    };
    let title = |record: RecordRef| Effect::UpdateField {
        record,
        field: "title".into(),
        value: Value::from("CIO"),
        replaces: Value::from("CFO"),
    };
    let c = |id: &str| RecordRef::Contact(id.into());
    let repoint = |from: RecordRef, to: RecordRef| {
        [link(from.clone(), LinkKind::MergedInto, to.clone()), Effect::Repoint { from, to }]
    };
    let mut book = Book::new();
    [account("A0", 1), account("A1", 2), pat_at("A2", 3, "CFO", &[])]
        .into_iter()
        .for_each(|one| book.insert_account(one));
    let near = link(l("L1"), LinkKind::RelatedTo, row("C1", "A2"));
    book.apply_effects("before", &[title(row("C1", "A2")), conflict(row("C1", "A2")), near], at(THEN));
    let of = |book: &Book| {
        let desk = book.desk();
        let near = desk.links.iter().find(|one| one.kind == LinkKind::RelatedTo).unwrap();
        (desk.replaced[0].record.clone(), desk.conflicts[0].record.clone(), near.to.clone())
    };
    let stands = |row: RecordRef| (row.clone(), row.clone(), row);
    let merges = [
        (repoint(a("A2"), a("A1")), row("C1", "A1")),
        (repoint(a("A1"), a("A0")), row("C1", "A0")),
        (repoint(c("C1"), c("C2")), row("C2", "A0")),
    ];
    let mut states = vec![shown(&book, &book)];
    for (number, (effects, wanted)) in merges.iter().enumerate() {
        book.apply_effects(&format!("merge {number}"), effects, at(NOW));
        assert_eq!(of(&book), stands(wanted.clone()));
        states.push(shown(&book, &book));
    }
    let undo = |effects: &[Effect]| {
        let Some(Effect::Repoint { from, to }) = effects.last() else { panic!("{effects:?}") };
        [Effect::Unmerge { record: from.clone(), from: to.clone() }]
    };
    // Of the contact and of an account in either order.
    let mut other = book.clone();
    for place in [1, 2, 0] {
        other.apply_effects(&format!("undo {place}"), &undo(&merges[place].0), at(LATER));
    }
    let (replaced, conflict, _) = of(&other);
    assert_eq!([replaced, conflict], [row("C1", "A2"), row("C1", "A2")]);
    for place in [2, 1, 0] {
        book.apply_effects(&format!("undo {place}"), &undo(&merges[place].0), at(LATER));
        assert_eq!(shown(&book, &book), states[place]);
    }
    assert_eq!(of(&book), stands(row("C1", "A2")));
}

#[test]
fn what_was_said_to_the_customer_stands_with_who_goes_on() {
    let mut book = Book::new();
    let records = [lead("L1", 1), lead("L2", 2)];
    records.iter().for_each(|one| book.insert_lead(one.clone()));
    book.record_follow_up(call("F1", "L2"));
    let before = shown(&book, &book);
    let plan = leads_plan(&records, &merger());
    book.apply_effects("merge", plan.effects(), at(NOW));
    let calls = |book: &Book, lead: &str| {
        let calls = &book.history(&lead.into()).follow_ups;
        calls.iter().map(|one| format!("{} of {}", one.id, one.lead)).collect::<Vec<_>>()
    };
    assert_eq!((calls(&book, "L1"), calls(&book, "L2")), (vec!["F1 of L1".to_owned()], vec![]));
    // What comes later goes along when the merge is decided once more, and comes back as well.
    let mut twice = book.clone();
    let mut late = book.history(&"L2".into()).clone();
    late.follow_ups.push(call("F2", "L2"));
    twice.insert_life(&"L2".into(), late, Vec::new());
    twice.apply_effects("once more", plan.effects(), at(NOW));
    assert_eq!((calls(&twice, "L1").len(), calls(&twice, "L2").len()), (2, 0));
    let mut log = MergeLog::default();
    log.push(plan.undo().clone());
    let (effects, _) = log.undo_effects(0, twice.lead(&"L1".into()).unwrap()).unwrap();
    twice.apply_effects("undo", &effects, at(LATER));
    assert_eq!((calls(&twice, "L1").len(), calls(&twice, "L2").len()), (0, 2));
    let mut log = MergeLog::default();
    log.push(plan.undo().clone());
    let (effects, _) = log.undo_effects(0, book.lead(&"L1".into()).unwrap()).unwrap();
    book.apply_effects("undo", &effects, at(LATER));
    assert_eq!(shown(&book, &Book::new()), before);
}

/// Who writes from the address of the account that was merged away is found still.
/// Who was merged into a record that is not on file would be gone.
#[test]
fn nothing_is_merged_into_nobody() {
    let mut book = Book::new();
    book.insert_account(account("A1", 1));
    book.insert_lead(Lead { account: Some("A1".into()), ..lead("L1", 1) });
    let merge = |from: RecordRef, to: RecordRef| {
        [link(from.clone(), LinkKind::MergedInto, to.clone()), Effect::Repoint { from, to }]
    };
    book.apply_effects("account", &merge(a("A1"), a("A9")), at(NOW));
    book.apply_effects("lead", &merge(l("L1"), l("L9")), at(NOW));
    assert!(book.account(&"A1".into()).is_some());
    let kept = book.lead(&"L1".into()).unwrap();
    assert_eq!((kept.account.as_ref(), kept.folded_into.as_ref()), (Some(&"A1".into()), None));
}

#[test]
fn the_other_domain_finds_the_survivor() {
    let with_domain =
        |id: &str, day, domain: &str| Account { domain: Some(domain.into()), ..account(id, day) };
    let records = [with_domain("A1", 1, "acme.com"), with_domain("A2", 2, "acme.de")];
    let mut book = Book::new();
    records.iter().for_each(|one| book.insert_account(one.clone()));
    let plan = accounts_plan(&records, &merger());
    assert!(plan.is_ambiguous(), "two domains may be two companies'");
    book.apply_effects("merge", plan.effects(), at(NOW));
    let intake = leadkit::Intake::load(serde_json::json!({})).unwrap();
    for domain in ["acme.com", "acme.de"] {
        let entry = Lead { emails: vec![format!("pat.lee@{domain}").as_str().into()], ..lead("L1", 3) };
        let found = book.rows(&intake.probe(&entry));
        assert_eq!(found.accounts.len(), 1, "{domain}");
    }
}

/// A sync of another system files the account anew that was merged away: its row is newer than the one the merge kept.
#[test]
fn an_account_that_was_filed_again_stays_as_it_is() {
    let mut records = [account("A1", 1), account("A2", 2)];
    records[1].contacts = vec![contact("C2", "A2", "王强", "13812349876")];
    let mut book = Book::new();
    records.iter().for_each(|one| book.insert_account(one.clone()));
    let plan = accounts_plan(&records, &merger());
    book.apply_effects("merge", plan.effects(), at(NOW));
    book.insert_account(Account { owner: Some("wang".into()), ..account("A2", 2) });
    let mut log = MergeLog::default();
    log.push(plan.undo().clone());
    let (effects, _) = log.undo_effects(0, book.account(&"A1".into()).unwrap()).unwrap();
    book.apply_effects("undo", &effects, at(LATER));
    let back = book.account(&"A2".into()).unwrap();
    assert_eq!(back.owner, Some("wang".into()));
    assert_eq!(back.contacts.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["C2"]);
    assert!(book.account(&"A1".into()).unwrap().contacts.is_empty());
}

#[test]
fn nothing_is_kept_of_who_asks_to_be_forgotten() {
    let mut records = [account("A1", 1), account("A2", 2)];
    let mut wang = contact("C2", "A2", "王强", "13812349876");
    wang.lead = Some("L1".into());
    records[1].contacts = vec![wang];
    let mut book = Book::new();
    records.iter().for_each(|one| book.insert_account(one.clone()));
    book.insert_lead(lead("L1", 1));
    let plan = accounts_plan(&records, &merger());
    book.apply_effects("merge", plan.effects(), at(NOW));
    let mut log = MergeLog::default();
    log.push(plan.undo().clone());
    book.apply_effects("forget", &[Effect::Erase { lead: "L1".into() }], at(NOW));
    book.apply_effects("undo", &[Effect::Unmerge { record: a("A2"), from: a("A1") }], at(LATER));
    assert!(book.accounts().all(|one| one.contacts.is_empty()), "{:?}", book.account(&"A2".into()));
    log.forget(&RecordRef::Contact("C9".into()));
    assert_eq!(log.iter().count(), 1);
    for id in ["C2", "C9"] {
        let row = RecordRef::ContactAt { contact: id.into(), account: "A2".into() };
        let mut log = log.clone();
        log.forget(&row);
        assert_eq!(log.iter().count(), usize::from(id == "C9"), "{row}");
    }
    log.forget(&RecordRef::Contact("C2".into()));
    assert_eq!(log.iter().count(), 0);
}

/// One of the things that hang on records, or happen to them.
#[derive(Debug, Clone)]
enum Child {
    Lead(usize),
    Conversion(usize),
    Open(usize),
    Won(usize),
    Folded(usize),
    Link(usize),
    Review(usize),
    Conflict(usize),
    Activity(usize),
    Proposal(usize),
    FollowUp(usize),
}

fn children() -> impl Strategy<Value = Vec<Child>> {
    let child = (0..11usize, 0..4usize).prop_map(|(kind, on)| match kind {
        0 => Child::Lead(on),
        1 => Child::Conversion(on),
        2 => Child::Open(on),
        3 => Child::Won(on),
        4 => Child::Folded(on),
        5 => Child::Link(on),
        6 => Child::Review(on),
        7 => Child::Conflict(on),
        8 => Child::Activity(on),
        9 => Child::FollowUp(on),
        _ => Child::Proposal(on),
    });
    proptest::collection::vec(child, 0..12)
}

/// Hangs a child on one of some records, by the name of its kind.
fn hang(book: &mut Book, number: usize, child: &Child, on: impl Fn(usize) -> RecordRef) {
    let id = format!("X{number}");
    let name = format!("hang {number}");
    let apply = |book: &mut Book, effects: &[Effect]| book.apply_effects(&name, effects, at(THEN));
    let conflict = |record| Effect::RecordConflict {
        record,
        field: "title".into(),
        kept: Value::from("CIO"),
        found: Value::from("CTO"),
        entry: "X0".into(),
    };
    let (Child::Lead(place)
    | Child::Conversion(place)
    | Child::Open(place)
    | Child::Won(place)
    | Child::Folded(place)
    | Child::Link(place)
    | Child::Review(place)
    | Child::Conflict(place)
    | Child::Activity(place)
    | Child::Proposal(place)
    | Child::FollowUp(place)) = *child;
    let record = on(place);
    match (&record, child) {
        (_, Child::Conflict(_)) => apply(book, &[conflict(record.clone())]),
        (_, Child::Link(_)) => {
            // Also between the records that are merged.
            let other = on(place + number);
            let from = if number.is_multiple_of(2) && other != record { other } else { l(&id) };
            apply(book, &[link(from, LinkKind::RelatedTo, record.clone())]);
        }
        (
            RecordRef::Account(account),
            Child::Lead(_) | Child::Activity(_) | Child::Review(_) | Child::FollowUp(_),
        ) => {
            book.insert_lead(Lead { account: Some(account.clone()), ..lead(&id, 5) });
        }
        (RecordRef::Account(account), Child::Conversion(_) | Child::Folded(_)) => {
            book.insert_lead(Lead {
                status: LeadStatus::Converted,
                owner: Some("li".into()),
                ..lead(&id, 5)
            });
            apply(book, &[converted(&id, account.as_str(), None)]);
        }
        (RecordRef::Account(account), Child::Open(_) | Child::Won(_)) => {
            book.insert_opportunity(of_account(&id, account.as_str()));
        }
        (RecordRef::Account(account), Child::Proposal(_)) => {
            let to = number.is_multiple_of(2).then(|| "Z".into());
            let (contact, from) = (id.as_str().into(), account.clone());
            apply(book, &[Effect::MoveContact { contact, from, to, is_proposal: true }]);
        }
        (RecordRef::Lead(of), Child::Open(_) | Child::Won(_)) => {
            book.insert_opportunity(of_lead(&id, of.as_str(), matches!(child, Child::Won(_))));
        }
        (RecordRef::Lead(of), Child::Review(_)) => {
            let code = if number.is_multiple_of(2) { "held" } else { "collision" };
            let request = Effect::RequestReview { lead: of.clone(), reviewer: None, code: code.into() };
            apply(book, &[request]);
        }
        (RecordRef::Lead(of), Child::FollowUp(_)) => book.record_follow_up(call(&id, of.as_str())),
        (RecordRef::Lead(of), Child::Activity(_)) => book.record_activity(activity(&id, of.as_str())),
        (RecordRef::Lead(of), _) => {
            book.insert_lead(Lead {
                status: LeadStatus::Voided,
                folded_into: Some(of.clone()),
                collected_under: number.is_multiple_of(2).then(|| of.clone()),
                ..lead(&id, 5)
            });
        }
        _ => {}
    }
}

/// What people do between a merge and its undo, alike with and without the merge.
fn live_on(book: &mut Book, survivor: &RecordRef, edits: &[usize]) {
    book.apply_effects("note", &[note(survivor.clone(), "called")], at(LATER));
    for edit in edits {
        let id = format!("X{edit}");
        let name = format!("live {edit}");
        match survivor {
            RecordRef::Account(survivor) => {
                // A lead of whatever account goes to a bystander.
                if book.lead(&id.as_str().into()).is_some_and(|lead| lead.account.is_some()) {
                    book.apply_effects(&name, &[converted(&id, "Z", None)], at(LATER));
                }
                if let Some(one) = book.opportunity(&id.as_str().into()).cloned() {
                    book.insert_opportunity(Opportunity { account: Some("Z".into()), ..one });
                }
                book.insert_lead(Lead { account: Some(survivor.clone()), ..lead(&format!("N{edit}"), 9) });
                book.insert_opportunity(of_account(&format!("N{edit}"), survivor.as_str()));
            }
            RecordRef::Lead(survivor) => {
                if let Some(one) = book.opportunity(&id.as_str().into()).cloned() {
                    book.insert_opportunity(Opportunity { lead: Some("Z".into()), ..one });
                }
                book.insert_opportunity(of_lead(&format!("N{edit}"), survivor.as_str(), false));
                book.record_activity(activity(&format!("N{edit}"), survivor.as_str()));
            }
            _ => {}
        }
    }
}

/// Contacts of their own, each at its account.
fn with_own_contacts(mut accounts: Vec<Account>) -> Vec<Account> {
    let mut number = 0;
    for account in &mut accounts {
        for contact in &mut account.contacts {
            number += 1;
            contact.id = format!("C{number}").into();
            contact.account = Some(account.id.clone());
        }
    }
    accounts
}

fn undo_log<R: leadkit::merge::Mergeable>(plan: &leadkit::merge::MergePlan<R>) -> MergeLog<R> {
    let mut log = MergeLog::default();
    log.push(plan.undo().clone());
    // It goes through storage.
    serde_json::from_str(&serde_json::to_string(&log).unwrap()).unwrap()
}

fn without_note(merger: &Merger) -> Merger {
    let mut rules = merger.rules().clone();
    // Texts and numbers of a column would become one another's.
    rules.fields.remove("attributes");
    Merger::compile(&rules).unwrap()
}

/// Accounts that have people in common, each with a row of its own; nobody has two mobiles.
fn with_people_in_common() -> impl Strategy<Value = Vec<Account>> {
    let phones = ["13927461853", "+86 139 2746 1853", "0571-87650001", "0755-26718888", "010-65321234"];
    let row = (
        maybe(&["Pat Lee", "P. Lee", " "]),
        maybe(&["CFO", "Board", ""]),
        proptest::sample::subsequence(phones.to_vec(), 0..3),
        maybe(&["pat@brontak.com", "info@brontak.com"]),
    );
    let people = proptest::collection::vec(proptest::option::of(row), 3);
    proptest::collection::vec((people, 1..9u32), 3..6).prop_map(|accounts| {
        let filed = |(at, (people, day)): (usize, (Vec<Option<_>>, u32))| {
            let id = format!("A{at}");
            let rows = people.into_iter().enumerate().filter_map(|(number, row)| {
                let (name, title, phones, email): (Option<&str>, Option<&str>, Vec<&str>, Option<&str>) =
                    row?;
                Some(Contact {
                    name: name.map(str::to_owned),
                    title: title.map(str::to_owned),
                    phones: phones.into_iter().map(Into::into).collect(),
                    emails: email.into_iter().map(Into::into).collect(),
                    ..contact(&format!("C{number}"), &id, "", "")
                })
            });
            Account { contacts: rows.collect(), ..account(&id, day) }
        };
        accounts.into_iter().enumerate().map(filed).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Two merges after one another, of the same survivor or of others; whoever takes no part keeps what is theirs.
    #[test]
    fn people_in_common_come_apart_as_they_were(
        accounts in with_people_in_common(), split in 2..4usize, more in 1..3usize, apart in any::<bool>(),
        edited in any::<bool>(),
    ) {
        let mut book = Book::new();
        accounts.iter().for_each(|one| book.insert_account(one.clone()));
        let before = shown(&book, &book);
        let mut log = MergeLog::default();
        let mut survivors = Vec::new();
        let mut took_part: Vec<String> = Vec::new();
        let mut rest: Vec<String> = accounts.iter().map(|one| one.id.to_string()).collect();
        for (step, count) in [split, more].into_iter().enumerate() {
            let mut ids: Vec<String> = rest.drain(..count.min(rest.len())).collect();
            if step > 0 && !apart {
                ids.extend(survivors.last().cloned());
            }
            let records: Vec<Account> =
                ids.iter().map(|id| book.account(&id.as_str().into()).unwrap().clone()).collect();
            if records.len() < 2 {
                continue;
            }
            let plan = accounts_plan(&records, &merger());
            let at_first = shown(&book, &Book::new());
            book.apply_effects(&format!("merge {step}"), plan.effects(), at(NOW));
            if plan.doubts().iter().any(|doubt| doubt.code() == "shared_contact_id") {
                prop_assert_eq!(shown(&book, &Book::new()), at_first);
                continue;
            }
            log.push(plan.undo().clone());
            let now = book.account(&plan.merged().id).unwrap();
            let sorted = |account: &Account| {
                let mut contacts = account.contacts.clone();
                contacts.sort_by(|a, b| a.id.cmp(&b.id));
                contacts.iter_mut().for_each(|one| {
                    one.name = one.name.take().filter(|name| !name.trim().is_empty());
                    one.title = one.title.take().filter(|title| !title.trim().is_empty());
                });
                contacts
            };
            prop_assert_eq!(sorted(now), sorted(plan.merged()), "{}", plan);
            survivors.push(plan.merged().id.to_string());
            took_part.extend(ids);
        }
        let (added, mut is_added) = ("15088672341", false);
        if let Some(survivor) = survivors.last().filter(|_| edited) {
            let row = book.account(&survivor.as_str().into()).unwrap().contacts.first().cloned();
            if let Some(row) = row {
                let items: Vec<String> = row.phones.iter().map(|one| one.as_str().to_owned()).collect();
                let value = Value::List(items.iter().cloned().chain([added.to_owned()]).collect());
                let record = RecordRef::Contact(row.id);
                let edit =
                    Effect::UpdateField { record, field: "phones".into(), value, replaces: Value::List(items) };
                book.apply_effects("edit", &[edit], at(LATER));
                is_added = true;
            }
        }
        for (place, survivor) in survivors.iter().enumerate().rev() {
            let now = book.account(&survivor.as_str().into()).unwrap().clone();
            let (effects, conflicts) = log.undo_effects(place, &now).unwrap();
            prop_assert_eq!(conflicts, []);
            book.apply_effects(&format!("undo {place}"), &effects, at(LATER));
        }
        // The number that somebody added since is still there; apart from it, and from the order in which numbers have come back
        // at an account that took no part, everything is as it was.
        let has_it = |one: &Contact| one.phones.iter().any(|one| one.as_str() == added);
        prop_assert_eq!(book.accounts().flat_map(|one| &one.contacts).any(has_it), is_added);
        if is_added {
            let mut known = Book::new();
            accounts.iter().for_each(|one| known.insert_account(one.clone()));
            let plain = |book: &mut Book| {
                for mut account in book.accounts().cloned().collect::<Vec<_>>() {
                    let is_beside = !took_part.iter().any(|id| *id == account.id.as_str());
                    for contact in &mut account.contacts {
                        contact.phones.retain(|one| one.as_str() != added);
                        if is_beside {
                            contact.phones.sort_by(|a, b| a.as_str().cmp(b.as_str()));
                        }
                    }
                    book.insert_account(account);
                }
                shown(book, &Book::new())
            };
            prop_assert_eq!(plain(&mut book), plain(&mut known));
        } else {
            prop_assert_eq!(shown(&book, &Book::new()), before);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Two workers write one merge, each as far as it comes before the other goes on, and a third writes rows of contacts in
    /// between: the book is as after one after the other.
    #[test]
    fn workers_who_write_at_once_leave_what_one_after_the_other_leaves(
        accounts in with_people_in_common(), split in 2..4usize, edited in any::<prop::sample::Index>(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let mut filed = Book::new();
        accounts.iter().for_each(|one| filed.insert_account(one.clone()));
        let plan = accounts_plan(&accounts[..split.min(accounts.len())], &merger());
        let merge = plan.effects();
        // Rows that stand before and after.
        let stays = |account: &&Account| !plan.merged_away().contains(&RecordRef::Account(account.id.clone()));
        let rows: Vec<RecordRef> = accounts.iter().filter(stays).flat_map(|account| {
            let row = |one: &Contact| RecordRef::ContactAt { contact: one.id.clone(), account: account.id.clone() };
            account.contacts.iter().map(row)
        }).collect();
        let edit: Vec<Effect> = match rows.is_empty() {
            true => Vec::new(),
            false => vec![Effect::UpdateField {
                record: edited.get(&rows).clone(),
                field: "wechat".into(),
                value: "pat_lee_88".into(),
                replaces: Value::Null,
            }],
        };
        let written = |steps: &[(&str, &[Effect])]| {
            let mut book = filed.clone();
            steps.iter().for_each(|(decision, effects)| book.apply_effects(decision, effects, at(NOW)));
            let history = book.desk().replaced.iter().map(|one| format!("{:?} {}", one.record, one.field));
            let mut lines: Vec<String> = history.collect();
            lines.extend(book.accounts().map(|one| serde_json::to_string(one).unwrap()));
            lines.extend(shown(&book, &Book::new()));
            lines
        };
        let wanted = written(&[("merge", merge), ("edit", &edit)]);
        prop_assert_eq!(&written(&[("edit", &edit), ("merge", merge)]), &wanted);
        // Each step is a worker who begins at the first effect and comes so far; what has been written is left out by its key.
        let mut steps: Vec<(&str, &[Effect])> =
            cuts.iter().map(|cut| ("merge", &merge[..cut.index(merge.len() + 1)])).collect();
        steps.insert(cuts.len() / 2, ("edit", &edit));
        steps.extend([("merge", merge), ("edit", &edit), ("merge", merge)]);
        prop_assert_eq!(&written(&steps), &wanted);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn accounts_come_apart_with_all_that_is_theirs(
        accounts in accounts(), merger in some_merger(), hung in children(),
        edits in proptest::collection::btree_set(0..12usize, 0..4), titled in any::<prop::sample::Index>(),
    ) {
        let accounts = with_own_contacts(accounts);
        let mut book = Book::new();
        book.insert_account(Account { company: "Bystander".into(), ..account("Z", 9) });
        accounts.iter().for_each(|one| book.insert_account(one.clone()));
        let on = |place: usize| accounts[place % accounts.len()].id.clone();
        for (number, child) in hung.iter().enumerate() {
            hang(&mut book, number, child, |place| RecordRef::Account(on(place)));
        }
        let before = book.clone();
        let plan = accounts_plan(&accounts, &without_note(&merger));
        let survivor = plan.records()[0].clone();
        let mut log = undo_log(&plan);
        book.apply_effects("merge", plan.effects(), at(NOW));

        let mut expected = before.clone();
        let edits: Vec<usize> = edits.into_iter().collect();
        // Somebody gets a title that the merge left alone.
        let originals: Vec<_> = accounts.iter().flat_map(|one| &one.contacts).collect();
        let alike = |id: &str| {
            let now = plan.merged().contacts.iter().find(|one| one.id.as_str() == id);
            let was = originals.iter().find(|one| one.id.as_str() == id);
            now.zip(was).is_some_and(|(now, was)| now.title == was.title)
        };
        let person = (!originals.is_empty()).then(|| &titled.get(&originals).id).filter(|id| alike(id.as_str()));
        let title = person.map(|id| Effect::UpdateField {
            record: RecordRef::Contact(id.clone()),
            field: "title".into(),
            value: Value::from("Chief of all"),
            replaces: Value::Null,
        });
        for book in [&mut book, &mut expected] {
            live_on(book, &survivor, &edits);
            book.apply_effects("title", title.as_slice(), at(LATER));
        }
        let RecordRef::Account(id) = &survivor else { panic!("{survivor}") };
        let (effects, conflicts) = log.undo_effects(0, book.account(id).unwrap()).unwrap();
        prop_assert_eq!(conflicts, []);
        book.apply_effects("undo", &effects, at(LATER));
        prop_assert_eq!(shown(&book, &before), shown(&expected, &before));
        book.apply_effects("undo again", &effects[effects.len() - plan.merged_away().len()..], at(LATER));
        prop_assert_eq!(shown(&book, &before), shown(&expected, &before));
    }

    #[test]
    fn leads_come_apart_with_all_that_is_theirs(
        leads in leads(), merger in some_merger(), hung in children(),
        edits in proptest::collection::btree_set(0..12usize, 0..4),
    ) {
        let mut book = Book::new();
        book.insert_lead(lead("Z", 9));
        leads.iter().for_each(|one| book.insert_lead(one.clone()));
        let on = |place: usize| leads[place % leads.len()].id.clone();
        for (number, child) in hung.iter().enumerate() {
            hang(&mut book, number, child, |place| RecordRef::Lead(on(place)));
        }
        // What they did is on their rows too.
        let leads: Vec<Lead> = leads.iter().map(|one| book.lead(&one.id).unwrap().clone()).collect();
        let before = book.clone();
        let plan = leads_plan(&leads, &without_note(&merger));
        let survivor = plan.records()[0].clone();
        let mut log = undo_log(&plan);
        book.apply_effects("merge", plan.effects(), at(NOW));
        let mut expected = before.clone();
        let edits: Vec<usize> = edits.into_iter().collect();
        for book in [&mut book, &mut expected] {
            live_on(book, &survivor, &edits);
        }
        let RecordRef::Lead(id) = &survivor else { panic!("{survivor}") };
        let (effects, conflicts) = log.undo_effects(0, book.lead(id).unwrap()).unwrap();
        prop_assert!(conflicts.iter().all(|one| one.field == "last_active_at"), "{:?}", conflicts);
        book.apply_effects("undo", &effects, at(LATER));
        // The last sign of life is the newest that somebody has seen.
        let without_last = |book: &Book| {
            let mut book = book.clone();
            let mut survivor = book.lead(id).unwrap().clone();
            survivor.last_active_at = None;
            book.insert_lead(survivor);
            shown(&book, &before)
        };
        prop_assert_eq!(without_last(&book), without_last(&expected));
        if edits.is_empty() && conflicts.is_empty() {
            prop_assert_eq!(shown(&book, &before), shown(&expected, &before));
        }
    }

    #[test]
    fn a_merge_that_another_stands_on_is_not_taken_back(
        accounts in accounts(), merger in some_merger(), hung in children(), apart in any::<bool>(),
    ) {
        let accounts = with_own_contacts(accounts);
        let mut book = Book::new();
        let more = account(if apart { "Y" } else { "Z" }, 9);
        let others = [account("Z", 9), account("Y", 8)];
        accounts.iter().chain(&others).for_each(|one| book.insert_account(one.clone()));
        let on = |place: usize| accounts[place % accounts.len()].id.clone();
        for (number, child) in hung.iter().enumerate() {
            hang(&mut book, number, child, |place| RecordRef::Account(on(place)));
        }
        let before = book.clone();
        let merger = without_note(&merger);
        let mut log = MergeLog::default();
        let first = accounts_plan(&accounts, &merger);
        log.push(first.undo().clone());
        book.apply_effects("first", first.effects(), at(NOW));
        let RecordRef::Account(survivor) = first.records()[0].clone() else { panic!("{first}") };
        let again = if apart { others[0].clone() } else { book.account(&survivor).unwrap().clone() };
        let second = accounts_plan(&[again, more], &merger);
        log.push(second.undo().clone());
        book.apply_effects("second", second.effects(), at(NOW));
        let RecordRef::Account(last) = second.records()[0].clone() else { panic!("{second}") };

        if !apart {
            let merged = shown(&book, &before);
            let current = book.account(&last).unwrap().clone();
            let refused = log.undo_effects(0, &current).unwrap_err();
            prop_assert!(matches!(refused, MergeError::MergedSince { .. }), "{}", refused);
            prop_assert_eq!(log.iter().count(), 2);
            prop_assert_eq!(shown(&book, &before), merged);
            let (effects, _) = log.undo_effects(1, &current).unwrap();
            book.apply_effects("undo second", &effects, at(LATER));
        }
        let (effects, _) = log.undo_effects(0, book.account(&survivor).unwrap()).unwrap();
        book.apply_effects("undo first", &effects, at(LATER));
        if apart {
            let (effects, _) = log.undo_effects(0, book.account(&last).unwrap()).unwrap();
            book.apply_effects("undo second", &effects, at(LATER));
        }
        prop_assert_eq!(shown(&book, &before), shown(&before, &before));
    }
}
