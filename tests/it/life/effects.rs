//! The book carries out every effect, and twice is once.

use super::*;
use leadkit::model::{Acquisition, ConversionRecord, RecordRef, Value};

/// One of each kind, in an order in which each finds what it changes.
pub(super) fn one_of_each() -> Vec<Effect> {
    let lead = || "L1".into();
    let record = || RecordRef::Lead("L1".into());
    let text = |text: &str| Value::from(text);
    vec![
        Effect::AddTag { lead: lead(), tag: "vip".into() },
        Effect::AddTag { lead: lead(), tag: "old".into() },
        Effect::RemoveTag { lead: lead(), tag: "old".into() },
        Effect::SetOwner { lead: lead(), owner: "li".into(), acquisition: Acquisition::AutoAssigned },
        Effect::SetStatus { lead: lead(), status: LeadStatus::Pending },
        Effect::StartDeadlines { lead: lead(), from: hour(1) },
        Effect::UpdateField {
            record: record(),
            field: "city".into(),
            value: text("深圳"),
            replaces: Value::Null,
        },
        Effect::UpdateField {
            record: record(),
            field: "attributes.tier".into(),
            value: text("gold"),
            replaces: Value::Null,
        },
        Effect::UpdateField {
            record: record(),
            field: "external_ids.openid".into(),
            value: text("o1"),
            replaces: Value::Null,
        },
        Effect::AddValue { record: record(), field: "phones".into(), value: text("139 2746 1853") },
        Effect::AddValue { record: record(), field: "products".into(), value: text("crm") },
        Effect::RecordConflict {
            record: record(),
            field: "name".into(),
            kept: text("张伟"),
            found: text("张卫"),
            entry: "L2".into(),
        },
        Effect::RecordActivation { lead: lead(), entry: "L2".into(), at: hour(2) },
        Effect::Notify { rep: "li".into(), code: "re_entry".into(), about: record() },
        Effect::RequestReview { lead: lead(), reviewer: None, code: "possible_duplicate".into() },
        Effect::SetNextWakeUp { lead: lead(), at: hour(9), code: "retry".into() },
        Effect::Fold { entry: "L2".into(), subject: lead(), kind: FoldKind::Collected },
        link("L2", LinkKind::CollectedUnder, record()),
        Effect::StartCycle { lead: "L3".into(), at: hour(3) },
        Effect::MoveToPool { lead: "L3".into(), pool: "nurture".into() },
        Effect::Convert(ConversionRecord {
            lead: lead(),
            account: "A1".into(),
            contact: None,
            opportunity: None,
            at: hour(1),
            by: None,
            rule: None,
        }),
        Effect::AddContact {
            account: "A1".into(),
            contact: "lead:L1".into(),
            from: lead(),
            phones: vec!["13927461853".into()],
        },
        Effect::MoveContact { contact: "C1".into(), from: "A1".into(), to: None, is_proposal: true },
        Effect::MoveContact {
            contact: "C2".into(),
            from: "A1".into(),
            to: Some("A2".into()),
            is_proposal: false,
        },
        Effect::Repoint { from: RecordRef::Lead("L3".into()), to: record() },
        Effect::SetOwner { lead: "L5".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned },
        Effect::StartDeadlines { lead: "L5".into(), from: hour(1) },
        Effect::Cover { lead: "L5".into(), rep: "wang".into(), until: Some(hour(9)) },
        Effect::StartDeadlines { lead: "L5".into(), from: hour(2) },
        Effect::SetOwner { lead: "L6".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned },
        Effect::EndTenure { lead: "L6".into(), rep: "li".into(), end: leadkit::model::TenureEnd::Returned },
        Effect::Erase { lead: "L7".into() },
        Effect::SetOwner { lead: "L8".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned },
        Effect::PassOn { lead: "L8".into(), partner: "east".into(), until: hour(72) },
        link("L9", LinkKind::MergedInto, RecordRef::Lead("L8".into())),
        Effect::Repoint { from: RecordRef::Lead("L9".into()), to: RecordRef::Lead("L8".into()) },
        Effect::Unmerge { record: RecordRef::Lead("L9".into()), from: RecordRef::Lead("L8".into()) },
    ]
}

pub(super) fn filed() -> Book {
    let mut first = at_company(account("A1", "Acme Ltd", Some("li")), contact("C1", "Anna", "13900002468"));
    first.contacts.push(contact("C2", "Bert", "13900002469"));
    let mut child = caller("L4", 4, "13700001357");
    child.folded_into = Some("L3".into());
    let leads = [
        caller("L1", 0, MOBILE),
        owned(caller("L2", 1, MOBILE), "wang"),
        Lead { status: LeadStatus::Invalid, ..caller("L3", 2, "13600002468") },
        child,
        caller("L5", 5, "13500002468"),
        caller("L6", 6, "13500002469"),
        caller("L7", 7, "13500002470"),
        caller("L8", 8, "13500002471"),
        caller("L9", 9, "13500002472"),
    ];
    crate::support::book(&[first, account("A2", "Borealis Ltd", None)], &leads)
}

fn state(book: &Book) -> String {
    let lives: Vec<_> =
        book.leads().map(|lead| (book.history(&lead.id).clone(), book.wake_up(&lead.id).cloned())).collect();
    let desk = book.desk();
    let desk =
        (&desk.links, &desk.conversions, &desk.notices, &desk.reviews, &desk.conflicts, &desk.proposals);
    format!(
        "{:?}\n{:?}\n{lives:?}\n{desk:?}",
        book.leads().collect::<Vec<_>>(),
        book.accounts().collect::<Vec<_>>()
    )
}

#[test]
fn every_effect_is_carried_out() {
    let all = one_of_each();
    let kinds: std::collections::BTreeSet<&str> = all.iter().map(Effect::code).collect();
    assert_eq!(kinds.len(), Effect::CODES.len(), "one of each kind");
    let mut book = filed();
    book.apply_effects("D1", &all, hour(1));
    let lead = book.lead(&"L1".into()).unwrap();
    assert_eq!((lead.tags.as_slice(), lead.city.as_deref()), (["vip".to_owned()].as_slice(), Some("深圳")));
    assert_eq!((lead.phones.len(), lead.products.len()), (2, 1));
    assert_eq!(lead.attributes.get("tier"), Some(&Value::from("gold")));
    assert_eq!(lead.external_ids.get("openid").map(String::as_str), Some("o1"));
    assert_eq!((lead.owner.as_ref().unwrap().as_str(), lead.last_active_at), ("li", Some(hour(2))));
    assert_eq!(lead.account, Some("A1".into()));
    let history = book.history(&"L1".into());
    assert_eq!((history.tenures.len(), history.deadlines.len()), (1, 1));
    assert_eq!(book.wake_up(&"L1".into()).unwrap().at, hour(9));
    let entry = book.lead(&"L2".into()).unwrap();
    assert_eq!((entry.status, &entry.owner, &entry.pool), (LeadStatus::Voided, &None, &None));
    assert_eq!((&entry.folded_into, &entry.collected_under), (&Some("L1".into()), &Some("L1".into())));
    let woken = book.lead(&"L3".into()).unwrap();
    assert_eq!((woken.status, woken.pool.as_ref().unwrap().as_str()), (LeadStatus::Unassigned, "nurture"));
    assert_eq!(book.history(&"L3".into()).cycle, 1);
    assert_eq!(book.lead(&"L4".into()).unwrap().folded_into, Some("L1".into()), "repointed");
    let people = |id: &str| {
        let account = book.account(&id.into()).unwrap();
        account.contacts.iter().map(|one| one.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (people("A1"), people("A2")),
        (vec!["C1".to_owned(), "lead:L1".to_owned()], vec!["C2".to_owned()])
    );
    let covered = book.history(&"L5".into());
    assert_eq!((covered.cover().unwrap().owner.as_str(), covered.tenures.len()), ("wang", 2));
    let workers: Vec<&str> = covered.deadlines.iter().map(|one| one.owner.as_str()).collect();
    assert_eq!((workers, book.lead(&"L5".into()).unwrap().owner.clone()), (vec!["wang"], Some("li".into())));
    let ended = &book.history(&"L6".into()).tenures[0];
    assert_eq!(
        (ended.end.unwrap().as_str(), book.lead(&"L6".into()).unwrap().owner.clone()),
        ("returned", None)
    );
    let erased = book.lead(&"L7".into()).unwrap();
    assert_eq!((erased.phones.len(), erased.close_reason.as_ref().unwrap().as_str()), (0, "erased"));
    let desk = book.desk();
    assert_eq!((desk.links.len(), desk.conversions.len(), desk.notices.len()), (1, 1, 1));
    assert_eq!((desk.reviews.len(), desk.conflicts.len(), desk.proposals.len()), (1, 1, 1));
}

#[test]
fn applying_a_decision_twice_is_applying_it_once() {
    let all = one_of_each();
    let mut book = filed();
    book.apply_effects("D1", &all, hour(1));
    let once = state(&book);
    book.apply_effects("D1", &all, hour(1));
    assert_eq!(state(&book), once);
    // Another decision with the same effects is another cause.
    book.apply_effects("D2", &all, hour(1));
    assert_eq!(book.desk().notices.len(), 2);
}

#[test]
fn effects_survive_their_round_trip_and_say_no_contact_value() {
    for effect in one_of_each() {
        crate::support::assert_round_trip(&effect);
        assert!(!effect.to_string().contains("2746"), "{effect}");
        assert!(Effect::CODES.contains(&effect.code()));
    }
}

#[test]
fn the_keys_of_effects_are_told_apart_and_come_again() {
    let mut desk = Desk::with(&companies(), &[], &[owned(caller("L1", 0, MOBILE), "li")]);
    let entry = caller("L2", 3, MOBILE);
    let rows = desk.book.rows(&desk.intake.probe(&entry));
    let input = Input { lead: entry, rows, ..Input::default() };
    let outcome = desk.intake.process(&input, &desk.roster, &desk.state, hour(3));
    let keys: Vec<String> = outcome.keyed_effects().map(|(key, _)| key.to_string()).collect();
    let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len());
    assert!(keys.contains(&"L2|notify|lead L1|0".to_owned()), "{keys:?}");
    let later = desk.intake.process(&input, &desk.roster, &desk.state, hour(4));
    let again: Vec<String> = later.keyed_effects().map(|(key, _)| key.to_string()).collect();
    assert_eq!(again, keys, "decided again, known again");
    desk.book.insert_lead(input.lead.clone());
    outcome.apply_to(&mut desk.book);
    later.apply_to(&mut desk.book);
    assert_eq!(desk.told().len(), 1, "nobody is told twice");
}

#[test]
fn what_is_stored_finds_what_is_probed() {
    let intake = Desk::new(&companies()).intake;
    let entry = Lead { company: Some("Acme Trading Ltd".into()), ..caller("L1", 0, MOBILE) };
    let stored = intake.lead_keys(&entry);
    for key in intake.probe(&entry).keys {
        assert!(stored.contains(&key), "{key:?}");
    }
    let mut file = account("A1", "Acme Trading Ltd", None);
    file.aliases.push("Blue Anchor".into());
    let stored = intake.account_keys(&file);
    let alias = Lead { company: Some("Blue Anchor".into()), ..lead("L2", 0) };
    assert!(intake.probe(&alias).keys.iter().any(|key| stored.contains(key)));
}

#[test]
fn the_table_of_effects_names_every_field() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/effect.rs");
    let text = std::fs::read_to_string(path).unwrap();
    for effect in one_of_each() {
        let code = effect.code();
        let row = text.lines().find(|line| {
            line.starts_with("/// |") && line.split('|').nth(1).unwrap().contains(&format!("`{code}`"))
        });
        let cells: Vec<&str> = row.unwrap_or_else(|| panic!("{code} has no row")).split(" | ").collect();
        let json = serde_json::to_value(&effect).unwrap();
        let fields = json[code].as_object().unwrap_or_else(|| panic!("{code}: {json}"));
        for field in fields.keys() {
            assert!(cells[2].contains(&format!("`{field}: ")), "{code}: `{field}` in {}", cells[2]);
        }
        assert!(["once |", "by key |"].contains(cells.last().unwrap()), "{code}: what twice means");
    }
}

/// One value of each field that the documentation of effects names, for each kind of record.
#[test]
fn every_field_that_an_effect_may_write_is_written_and_taken_out() {
    let text = |text: &str| Value::from(text);
    let list = |items: [&str; 2]| Value::List(items.map(str::to_owned).to_vec());
    let lead: Vec<(&str, Value)> = vec![
        ("title", text("CEO")),
        ("region", text("CN-GD")),
        ("industry", list(["a", "b"])),
        ("employee_count", Value::from(9)),
        ("next_follow_up", Value::Timestamp(hour(4))),
        ("attributes.a", Value::Bool(true)),
        ("external_ids.openid", text("o")),
        ("click_ids.gclid", text("g")),
        ("other_ids.wechat", list(["w1", "w2"])),
    ];
    let account: Vec<(&str, Value)> = vec![
        ("domain", text("acme.com")),
        ("region", text("CN-GD")),
        ("owner", text("li")),
        ("pool", text("p")),
        ("maturity", text("m")),
        ("tier", text("t")),
        ("registration_number", text("9")),
        ("aliases", list(["a", "b"])),
        ("closed_deal_at", Value::Timestamp(hour(4))),
        ("attributes.a", text("x")),
    ];
    let contact: Vec<(&str, Value)> = vec![
        ("lead", text("L1")),
        ("name", text("Anna")),
        ("title", text("CEO")),
        ("wechat", text("w")),
        ("job_function", text("it")),
        ("buying_role", text("kp")),
        ("phones", list(["13812349876", "13927461853"])),
        ("emails", list(["a@b.cn", "c@d.cn"])),
    ];
    let records = [
        (RecordRef::Lead("L1".into()), lead),
        (RecordRef::Account("A2".into()), account),
        (RecordRef::Contact("C1".into()), contact),
    ];
    for (record, fields) in records {
        let mut book = filed();
        let json = |book: &Book| match &record {
            RecordRef::Lead(id) => serde_json::to_value(book.lead(id)).unwrap(),
            RecordRef::Account(id) => serde_json::to_value(book.account(id)).unwrap(),
            RecordRef::Contact(id) => serde_json::to_value(book.contact(id)).unwrap(),
            _ => unreachable!(),
        };
        for (field, value) in fields {
            let pointer = format!("/{}", field.replace('.', "/"));
            let write = |value: &Value, replaces: &Value| Effect::UpdateField {
                record: record.clone(),
                field: field.to_owned(),
                value: value.clone(),
                replaces: replaces.clone(),
            };
            book.apply_effects(&format!("write {field}"), &[write(&value, &Value::Null)], hour(1));
            let written = json(&book).pointer(&pointer).cloned().unwrap_or_default();
            let expected = match &value {
                Value::Timestamp(at) => serde_json::to_value(at).unwrap(),
                value => serde_json::to_value(value).unwrap(),
            };
            assert_eq!(written, expected, "{record} {field}");
            book.apply_effects(&format!("clear {field}"), &[write(&Value::Null, &value)], hour(2));
            assert_eq!(json(&book).pointer(&pointer), None, "{record} {field}");
        }
    }
}

#[test]
fn accounts_are_repointed() {
    let mut book = filed();
    let tied = |lead: &str, account: &str| {
        Effect::Convert(ConversionRecord {
            lead: lead.into(),
            account: account.into(),
            contact: Some("C1".into()),
            opportunity: None,
            at: hour(1),
            by: None,
            rule: None,
        })
    };
    let from = || RecordRef::Account("A1".into());
    let to = || RecordRef::Account("A2".into());
    let before = vec![
        tied("L1", "A1"),
        link("L1", LinkKind::BelongsTo, from()),
        Effect::MoveContact { contact: "C1".into(), from: "A1".into(), to: None, is_proposal: true },
        Effect::MoveContact { contact: "C2".into(), from: "A1".into(), to: None, is_proposal: false },
        Effect::RecordConflict {
            record: from(),
            field: "domain".into(),
            kept: Value::from("acme.com"),
            found: Value::from("acme.cn"),
            entry: "L2".into(),
        },
    ];
    book.apply_effects("before", &before, hour(1));
    let merged = Effect::Link(Link { from: from(), kind: LinkKind::MergedInto, to: to() });
    book.apply_effects("merge", &[merged, Effect::Repoint { from: from(), to: to() }], hour(2));
    assert_eq!(book.lead(&"L1".into()).unwrap().account, Some("A2".into()));
    let desk = book.desk();
    assert_eq!(desk.conversions["L1"].account.as_str(), "A2");
    assert_eq!(desk.proposals.first().unwrap().from.as_str(), "A2");
    assert_eq!(desk.conflicts[0].record, to());
    assert!(desk.links.contains(&Link {
        from: RecordRef::Lead("L1".into()),
        kind: LinkKind::BelongsTo,
        to: to()
    }));
    let people: Vec<_> = book
        .account(&"A2".into())
        .unwrap()
        .contacts
        .iter()
        .map(|one| (one.id.as_str(), one.account.clone()))
        .collect();
    assert_eq!(people, [("C1", Some("A2".into()))]);
    assert!(book.account(&"A1".into()).is_none(), "what was merged is no longer kept by itself");
    let entry = caller("X", 3, "13900002468");
    let intake = Desk::new(&companies()).intake;
    let found: Vec<_> =
        book.rows(&intake.probe(&entry)).accounts.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(found, ["A2"], "its people's keys lead to the account that stays");
    // A contact that is another now.
    let repoint =
        Effect::Repoint { from: RecordRef::Contact("C1".into()), to: RecordRef::Contact("C9".into()) };
    book.apply_effects("one person", &[repoint], hour(3));
    assert_eq!(book.desk().conversions["L1"].contact, Some("C9".into()));
    assert_eq!(book.desk().proposals.first().unwrap().contact.as_str(), "C9");
}

#[test]
fn who_stood_in_and_gets_the_lead_holds_it_himself() {
    let mut book = Book::new();
    book.insert_lead(lead("L1", 0));
    let set = |owner: &str| Effect::SetOwner {
        lead: "L1".into(),
        owner: owner.into(),
        acquisition: leadkit::model::Acquisition::OwnerChanged,
    };
    let cover = Effect::Cover { lead: "L1".into(), rep: "wang".into(), until: None };
    book.apply_effects("first", &[set("li"), cover], hour(1));
    book.apply_effects("second", &[set("wang")], hour(2));
    let history = book.history(&"L1".into());
    let open: Vec<_> = history.tenures.iter().filter(|one| one.until.is_none()).collect();
    assert_eq!((open.len(), open[0].owner.as_str(), history.cover()), (1, "wang", None));
}
