//! The table of effects, row by row: what twice means, what lies beside the records, and every field that may be written.

use leadkit::model::{Acquisition, FieldType, LeadField, Opportunity, TenureEnd, Value};

use super::effects::{filed, one_of_each};
use super::*;

/// Everything that a book holds.
pub(super) fn all_of(book: &Book) -> String {
    let lives: Vec<_> = book
        .leads()
        .map(|lead| {
            let id = &lead.id;
            (id, book.history(id), book.wake_up(id), book.activities(id))
        })
        .collect();
    let json = |value: serde_json::Result<String>| value.unwrap();
    let leads = json(serde_json::to_string(&book.leads().collect::<Vec<_>>()));
    let accounts = json(serde_json::to_string(&book.accounts().collect::<Vec<_>>()));
    let opportunities = json(serde_json::to_string(&book.opportunities().collect::<Vec<_>>()));
    let people =
        ["C1", "C2", "C9", "lead:L1"].map(|id| serde_json::to_string(&book.contact(&id.into())).unwrap());
    let desk = book.desk();
    let beside = (
        &desk.links,
        &desk.conversions,
        &desk.notices,
        &desk.reviews,
        &desk.conflicts,
        &desk.replaced,
        &desk.proposals,
    );
    format!("{leads}\n{accounts}\n{opportunities}\n{people:?}\n{lives:?}\n{beside:?}")
}

/// The last cell of the row of an effect.
fn what_twice_means(code: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/effect.rs");
    let text = std::fs::read_to_string(path).unwrap();
    let row = text.lines().find(|line| line.starts_with(&format!("/// | `{code}` |"))).unwrap();
    row.trim_end_matches(" |").rsplit(" | ").next().unwrap().to_owned()
}

/// What a decision folds, and what goes along by that.
pub(super) fn of_a_fold(outcome: &Outcome) -> Vec<Effect> {
    let goes = ["fold", "add_value", "link", "record_activation"];
    goes.iter().for_each(|code| assert_eq!(what_twice_means(code), "once", "{code}"));
    outcome.effects().iter().filter(|effect| goes.contains(&effect.code())).cloned().collect()
}

/// Effects whose key alone makes of twice once.
const BY_KEY: [&str; 5] = ["cover", "notify", "record_conflict", "set_owner", "start_cycle"];

/// Without keys: what is written twice at once is what is written once, or it is not.
#[test]
fn twice_is_what_the_row_of_each_effect_says() {
    let all = one_of_each();
    let mut shown = std::collections::BTreeSet::new();
    for (place, effect) in all.iter().enumerate() {
        let mut book = filed();
        for (number, before) in all[..place].iter().enumerate() {
            book.apply_effects(&format!("before {number}"), std::slice::from_ref(before), hour(1));
        }
        let before = all_of(&book);
        let effects = std::slice::from_ref(effect);
        book.apply_effects("first", effects, hour(1));
        let once = all_of(&book);
        book.apply_effects("second", effects, hour(1));
        let stays = all_of(&book) == once;
        let code = effect.code();
        match what_twice_means(code).as_str() {
            "once" => assert!(stays, "{effect}"),
            "by key" => {
                assert!(BY_KEY.contains(&code), "{code} is shown to be something else the second time")
            }
            other => panic!("{code}: {other}"),
        }
        if once != before {
            shown.insert(code);
        }
        // By its key, it is once whatever it is.
        let now = all_of(&book);
        book.apply_effects("second", effects, hour(1));
        assert_eq!(all_of(&book), now, "{effect}");
    }
    // Those do something below: who has an owner already is given none here.
    shown.extend(BY_KEY);
    let kinds: std::collections::BTreeSet<&str> = all.iter().map(Effect::code).collect();
    assert_eq!(shown, kinds, "each does something here");
}

/// What is by key is so: a late second time undoes what happened in between, or says it again.
#[test]
fn what_is_by_key_is_something_else_the_second_time() {
    let record = || RecordRef::Lead("L1".into());
    let owner = |owner: &str| Effect::SetOwner {
        lead: "L1".into(),
        owner: owner.into(),
        acquisition: Acquisition::AutoAssigned,
    };
    let notice = Effect::Notify { rep: "li".into(), code: "re_entry".into(), about: record() };
    let conflict = Effect::RecordConflict {
        record: record(),
        field: "name".into(),
        kept: Value::from("张伟"),
        found: Value::from("张卫"),
        entry: "L2".into(),
    };
    let cycle = Effect::StartCycle { lead: "L1".into(), at: hour(3) };
    let cover = Effect::Cover { lead: "L1".into(), rep: "zhao".into(), until: None };
    let end = TenureEnd::HandedOver;
    let uncover = Effect::EndTenure { lead: "L1".into(), rep: "zhao".into(), end };
    let all = [
        (owner("li"), Some(owner("wang"))),
        (cover, Some(uncover)),
        (notice, None),
        (conflict, None),
        (cycle, None),
    ];
    let mut codes = all.each_ref().map(|(effect, _)| effect.code());
    codes.sort_unstable();
    assert_eq!(codes, BY_KEY);
    for (effect, between) in all {
        assert_eq!(what_twice_means(effect.code()), "by key", "{effect}");
        let mut book = filed();
        book.apply_effects("before", &[owner("zhou")], hour(0));
        book.apply_effects("first", std::slice::from_ref(&effect), hour(1));
        between.iter().for_each(|one| book.apply_effects("between", std::slice::from_ref(one), hour(2)));
        let after = all_of(&book);
        book.apply_effects("first", std::slice::from_ref(&effect), hour(3));
        assert_eq!(all_of(&book), after, "{effect}");
        book.apply_effects("second", std::slice::from_ref(&effect), hour(3));
        assert_ne!(all_of(&book), after, "{effect}");
    }
}

#[test]
fn what_lies_beside_the_records_says_what_the_effect_says() {
    let mut book = filed();
    book.apply_effects("D1", &one_of_each(), hour(1));
    assert_eq!(book.lead(&"L1".into()).unwrap().status, LeadStatus::Pending);
    let desk = book.desk();
    let record = RecordRef::Lead("L1".into());
    let told = &desk.notices[0];
    assert_eq!(
        (told.rep.as_str(), told.code.as_ref(), &told.about, told.at),
        ("li", "re_entry", &record, hour(1))
    );
    let conflict = &desk.conflicts[0];
    assert_eq!((&conflict.record, conflict.field.as_str(), conflict.entry.as_str()), (&record, "name", "L2"));
    assert_eq!((&conflict.kept, &conflict.found), (&Value::from("张伟"), &Value::from("张卫")));
    let asked = desk.reviews.values().next().unwrap();
    assert_eq!(
        (asked.lead.as_str(), asked.code.as_ref(), &asked.reviewer, asked.since),
        ("L1", "possible_duplicate", &None, hour(1))
    );
    let tied = &desk.conversions["L1"];
    assert_eq!((tied.account.as_str(), tied.at, &tied.by), ("A1", hour(1), &None));
    let link = desk.links.first().unwrap();
    assert_eq!(
        (&link.from, link.kind, &link.to),
        (&RecordRef::Lead("L2".into()), LinkKind::CollectedUnder, &record)
    );
    let proposal = desk.proposals.first().unwrap();
    assert_eq!((proposal.contact.as_str(), proposal.from.as_str(), &proposal.to), ("C1", "A1", &None));
    let due = &book.history(&"L1".into()).deadlines[0];
    assert_eq!((due.owner.as_str(), due.started_at, due.done_at), ("li", hour(1), None));
    let wakes = book.wake_up(&"L1".into()).unwrap();
    assert_eq!((wakes.at, wakes.code.as_ref()), (hour(9), "retry"));
}

/// Nothing is left of an erased lead: neither history, nor activities, nor a key, nor what people were asked.
#[test]
fn nothing_is_left_of_who_is_erased() {
    let mut book = filed();
    let lead = || "L7".into();
    let record = || RecordRef::Lead(lead());
    let visit = leadkit::model::Activity {
        id: "V1".into(),
        lead: lead(),
        kind: "page_visit".into(),
        time: hour(2),
        ..Default::default()
    };
    book.record_activity(visit);
    let known = [
        Effect::SetOwner { lead: lead(), owner: "li".into(), acquisition: Acquisition::AutoAssigned },
        Effect::StartDeadlines { lead: lead(), from: hour(1) },
        Effect::RequestReview { lead: lead(), reviewer: None, code: "possible_duplicate".into() },
        Effect::AddContact {
            account: "A1".into(),
            contact: "lead:L7".into(),
            from: lead(),
            phones: vec!["13927461853".into()],
        },
        Effect::UpdateField {
            record: record(),
            field: "name".into(),
            value: Value::from("Bo"),
            replaces: Value::from("Beau"),
        },
        Effect::RecordConflict {
            record: record(),
            field: "title".into(),
            kept: Value::from("CEO"),
            found: Value::from("CIO"),
            entry: lead(),
        },
        Effect::SetNextWakeUp { lead: lead(), at: hour(9), code: "retry".into() },
    ];
    book.apply_effects("known", &known, hour(1));
    let intake = Desk::new(&companies()).intake;
    let probe = intake.probe(book.lead(&lead()).unwrap());
    assert!(book.rows(&probe).leads.iter().any(|one| one.id.as_str() == "L7"));
    book.apply_effects("gone", &[Effect::Erase { lead: lead() }], hour(2));
    let left = book.lead(&lead()).unwrap();
    let bare = Lead {
        id: lead(),
        created_at: left.created_at,
        status: LeadStatus::Voided,
        close_reason: left.close_reason.clone(),
        ..Lead::default()
    };
    assert_eq!(left, &bare);
    assert_eq!(book.history(&lead()), &leadkit::model::History::default());
    assert_eq!((book.activities(&lead()).len(), book.wake_up(&lead())), (0, None));
    let rows = book.rows(&probe);
    assert!(rows.leads.iter().all(|one| one.id.as_str() != "L7") && rows.accounts.is_empty(), "{rows:?}");
    assert!(book.desk().reviews.is_empty() && book.contact(&"lead:L7".into()).is_none());
    let values = all_of(&book);
    for value in ["Beau", "CIO"] {
        assert!(!values.contains(value), "{value}");
    }
}

/// A value of the type of a field, in the way that effects bring it.
fn value_of(field: LeadField) -> Value {
    match field {
        LeadField::Status => Value::from("following"),
        LeadField::Region => Value::from("CN-GD"),
        LeadField::Ip => Value::from("10.0.0.1"),
        LeadField::Phones => Value::List(vec!["13812349876".into(), "13927461853".into()]),
        LeadField::Emails => Value::List(vec!["a@b.cn".into(), "c@d.cn".into()]),
        _ => match field.kind() {
            FieldType::Texts => Value::List(vec!["a".into(), "b".into()]),
            FieldType::Integer => Value::from(9),
            FieldType::Time => Value::Timestamp(hour(4)),
            _ => Value::from("no_intent"),
        },
    }
}

#[test]
fn every_field_of_a_lead_is_written_and_taken_out() {
    for field in LeadField::ALL.iter().copied().filter(|field| *field != LeadField::Id) {
        let mut book = filed();
        let lead = |book: &Book| book.lead(&"L5".into()).unwrap().clone();
        let write = |value: Value| Effect::UpdateField {
            record: RecordRef::Lead("L5".into()),
            field: field.as_str().to_owned(),
            value,
            replaces: Value::Null,
        };
        let value = value_of(field);
        assert_ne!(field.get(&lead(&book)), value, "{}", field.as_str());
        book.apply_effects("write", &[write(value.clone())], hour(1));
        assert_eq!(field.get(&lead(&book)), value, "{}", field.as_str());
        book.apply_effects("clear", &[write(Value::Null)], hour(2));
        assert_eq!(field.get(&lead(&book)), field.get(&Lead::default()), "{}", field.as_str());
    }
}

#[test]
fn the_company_and_creation_of_an_account_and_the_owner_of_an_opportunity_are_written() {
    let mut book = filed();
    let opportunity =
        Opportunity { id: "O1".into(), lead: Some("L1".into()), created_at: hour(0), ..Default::default() };
    book.insert_opportunity(opportunity);
    let write = |record: RecordRef, field: &str, value: Value| Effect::UpdateField {
        record,
        field: field.to_owned(),
        value,
        replaces: Value::Null,
    };
    let account = || RecordRef::Account("A2".into());
    let deal = || RecordRef::Opportunity("O1".into());
    let effects = [
        write(account(), "company", Value::from("Caspian Ltd")),
        write(account(), "created_at", Value::Timestamp(hour(7))),
        write(deal(), "owner", Value::from("wang")),
    ];
    book.apply_effects("write", &effects, hour(1));
    let account = book.account(&"A2".into()).unwrap();
    assert_eq!((account.company.as_str(), account.created_at), ("Caspian Ltd", hour(7)));
    let owner = |book: &Book| book.opportunity(&"O1".into()).unwrap().owner.clone();
    assert_eq!(owner(&book), Some("wang".into()));
    // Its keys are made anew: the new name leads to it, the old one no longer.
    let intake = Desk::new(&companies()).intake;
    let found = |company: &str| {
        let lead = Lead { company: Some(company.into()), ..lead("X", 1) };
        book.rows(&intake.probe(&lead)).accounts.iter().any(|one| one.id.as_str() == "A2")
    };
    assert!(found("Caspian Ltd") && !found("Borealis Ltd"));
    book.apply_effects("clear", &[write(deal(), "owner", Value::Null)], hour(2));
    assert_eq!(owner(&book), None);
}

/// One more value is added once, in whatever writing it comes; another stands beside it.
#[test]
fn every_list_that_effects_add_to_takes_a_value_once() {
    let rows = [
        ("lead L6", "phones", "139 2746 1853", "+8613927461853", "15088672341"),
        ("lead L6", "emails", "li.na@gmail.com", "LI.NA@gmail.com", "bo@gmail.com"),
        ("lead L6", "products", "crm", "crm", "bi"),
        ("lead L6", "tags", "vip", "vip", "fair"),
        ("lead L6", "wechat", "li_na_2026", "li_na_2026", "wang_fang_01"),
        ("lead L6", "external_ids.openid", "o1", " o1 ", "o2"),
        ("account A2", "aliases", "Bo Ltd", "Bo Ltd", "Boreal"),
        ("contact C1", "phones", "13927461853", "13927461853", "15088672341"),
        ("contact C1", "emails", "a@b.cn", "A@B.cn", "c@d.cn"),
    ];
    for (record, field, first, again, other) in rows {
        let mut book = filed();
        let (kind, id) = record.split_once(' ').unwrap();
        let record = match kind {
            "lead" => RecordRef::Lead(id.into()),
            "account" => RecordRef::Account(id.into()),
            _ => RecordRef::Contact(id.into()),
        };
        let json = |book: &Book| match &record {
            RecordRef::Lead(id) => serde_json::to_value(book.lead(id)).unwrap(),
            RecordRef::Account(id) => serde_json::to_value(book.account(id)).unwrap(),
            RecordRef::Contact(id) => serde_json::to_value(book.contact(id)).unwrap(),
            _ => unreachable!(),
        };
        let values = |book: &Book| -> Vec<String> {
            let texts = |json: Json| match json {
                Json::Array(items) => items.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
                Json::String(text) => vec![text],
                _ => Vec::new(),
            };
            let at = |path: &str| json(book).pointer(path).cloned().unwrap_or_default();
            let mut all = texts(at(&format!("/{}", field.replace('.', "/"))));
            let name = field.rsplit('.').next().unwrap();
            all.extend(texts(at(&format!("/other_ids/{name}"))));
            all
        };
        let before = values(&book);
        for (number, text) in [first, again, other].into_iter().enumerate() {
            let value = Value::from(text);
            let effect = Effect::AddValue { record: record.clone(), field: field.to_owned(), value };
            book.apply_effects(&format!("add {number}"), &[effect], hour(1));
        }
        let wanted: Vec<String> = before.into_iter().chain([first.to_owned(), other.to_owned()]).collect();
        assert_eq!(values(&book), wanted, "{record} {field}");
    }
}
