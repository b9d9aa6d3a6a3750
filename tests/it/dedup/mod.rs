//! Matching rules: what a lead is to what is on file, and what follows.

use leadkit::attribution::{OwnershipMethod, OwnershipRules};
use leadkit::book::Book;
use leadkit::company::Gazetteer;
use leadkit::dedup::{
    Comparator, DedupRules, Deduplicator, LeadKey, MatchAction, MatchRule, MatchTarget, Resolution, Rows,
    RuleAction,
};
use leadkit::model::{Account, Contact, Effect, Lead, LeadStatus, OwnerState, RecordRef, RepId, Value};
use leadkit::rule::{FactContext, Facts, HostTables, MatchLabel};
use proptest::prelude::*;

use crate::support::{account, active, assert_round_trip, at, book, snapshot, with_facts};

mod composite;
mod consent;
mod custom;
mod likeness;
mod person_ids;
mod places;
mod spellings;
mod umlauts;

const NOW: &str = "2026-04-15T02:00:00Z";

fn lead(id: &str, created_at: &str) -> Lead {
    Lead { id: id.into(), created_at: at(created_at), ..Lead::default() }
}

fn with_phone(id: &str, created_at: &str, phone: &str, owner: Option<&str>) -> Lead {
    Lead { phones: vec![phone.into()], owner: owner.map(Into::into), ..lead(id, created_at) }
}

fn with_company(id: &str, created_at: &str, company: &str, owner: Option<&str>) -> Lead {
    Lead { company: Some(company.into()), owner: owner.map(Into::into), ..lead(id, created_at) }
}

fn resolve_rows(rules: &DedupRules, lead: &Lead, rows: &Rows) -> Resolution {
    let deduplicator = Deduplicator::compile(rules).unwrap();
    with_facts(lead, at(NOW), |facts| deduplicator.resolve(facts, rows, &active))
}

fn resolve(rules: &DedupRules, lead: &Lead, book: &Book) -> Resolution {
    let deduplicator = Deduplicator::compile(rules).unwrap();
    with_facts(lead, at(NOW), |facts| {
        deduplicator.resolve(facts, &book.rows(&deduplicator.probe(facts)), &active)
    })
}

/// As [`resolve`], with the owners who are gone.
fn resolve_without(gone: &[&str], rules: &DedupRules, lead: &Lead, book: &Book) -> Resolution {
    let deduplicator = Deduplicator::compile(rules).unwrap();
    let state =
        |rep: &RepId| if gone.contains(&rep.as_str()) { OwnerState::Gone } else { OwnerState::Active };
    with_facts(lead, at(NOW), |facts| {
        deduplicator.resolve(facts, &book.rows(&deduplicator.probe(facts)), &state)
    })
}

fn owner(resolution: &Resolution) -> Option<&str> {
    resolution.action().owner().map(|owner| owner.as_str())
}

#[test]
fn to_c_a_known_phone_goes_back_to_its_owner_and_updates_the_record() {
    let earlier = Lead {
        name: Some("张".into()),
        city: Some("上海".into()),
        ..with_phone("L1", "2026-02-01T00:00:00Z", "138-1234-9876", Some("li"))
    };
    let entry = Lead {
        name: Some("张伟".into()),
        message: Some("想了解报价".into()),
        ..with_phone("L2", NOW, "+86 138 1234 9876", None)
    };
    let resolution = resolve(&DedupRules::b2c(), &entry, &book(&[], &[earlier]));
    assert_eq!(owner(&resolution), Some("li"));
    assert_eq!(
        resolution.labels().iter().map(|l| l.as_str()).collect::<Vec<_>>(),
        ["new_customer", "duplicate", "by_owner"]
    );
    let updated: Vec<(&str, &Value)> = resolution
        .effects()
        .iter()
        .filter_map(|effect| match effect {
            Effect::UpdateField { record: RecordRef::Lead(id), field, value, .. } if id.as_str() == "L1" => {
                Some((field.as_str(), value))
            }
            _ => None,
        })
        .collect();
    // The city is not overwritten by nothing; id, creation and owner are never touched.
    assert_eq!(updated, [("message", &Value::from("想了解报价"))]);
    // A re-entry never overwrites the name: the owner is shown the other one.
    assert!(resolution.effects().iter().any(|effect| matches!(
        effect,
        Effect::RecordConflict { field, kept, .. } if field == "name" && *kept == Value::from("张")
    )));
    let codes = |wanted: fn(&Effect) -> bool| resolution.effects().iter().filter(|e| wanted(e)).count();
    assert_eq!(codes(|e| matches!(e, Effect::Notify { rep, .. } if rep.as_str() == "li")), 1);
    assert_eq!(codes(|e| matches!(e, Effect::RecordActivation { .. })), 1);
    assert_eq!(
        resolution.to_string(),
        "is folded into lead L1, owned by li; lead L1 has the same phone (+86138****9876), rule lead-phone"
    );
}

#[test]
fn to_c_after_three_calendar_months_a_lead_of_nobody_begins_anew() {
    for (created_at, is_inside) in [
        ("2026-01-15T02:00:00Z", true),
        ("2026-01-15T01:59:59Z", false),
        ("2026-04-15T02:00:00Z", true),
        ("2025-04-15T02:00:00Z", false),
    ] {
        let entry = with_phone("L2", NOW, "13812349876", None);
        let folded = |owner| {
            let earlier = with_phone("L1", created_at, "13812349876", owner);
            resolve(&DedupRules::b2c(), &entry, &book(&[], &[earlier]))
        };
        let begins = |found: &Resolution| {
            found.effects().iter().any(|effect| matches!(effect, Effect::StartCycle { .. }))
        };
        // The person is the same at any time, and who owns a live lead keeps it.
        let (owned, free) = (folded(Some("li")), folded(None));
        assert_eq!((owner(&owned), begins(&owned)), (Some("li"), false), "{created_at}");
        assert_eq!((free.subject().as_str(), begins(&free)), ("L1", !is_inside), "{created_at}");
    }
}

#[test]
fn to_c_without_an_owner_the_rules_assign() {
    let earlier = Lead { wechat: Some("zhang_wei".into()), ..lead("L1", "2026-04-01T00:00:00Z") };
    let entry = Lead { wechat: Some("Zhang_Wei".into()), ..lead("L2", NOW) };
    let resolution = resolve(&DedupRules::b2c(), &entry, &book(&[], &[earlier]));
    assert_eq!(resolution.action(), &MatchAction::AssignByRules { record: RecordRef::Lead("L1".into()) });
}

#[test]
fn to_b_1_a_company_on_file_converts_the_lead_to_its_owner() {
    let book = book(&[account("A1", "北京纷扬科技有限公司", Some("zhang"))], &[]);
    let resolution =
        resolve(&DedupRules::b2b(), &with_company("L1", NOW, "北京紛揚科技有限責任公司", None), &book);
    assert_eq!(owner(&resolution), Some("zhang"));
    assert!(
        resolution
            .effects()
            .iter()
            .any(|effect| matches!(effect, Effect::SetStatus { status: LeadStatus::Converted, .. }))
    );
    assert!(resolution.effects().iter().any(|effect| matches!(
        effect,
        Effect::Convert(record) if record.account.as_str() == "A1" && record.rule.is_some()
    )));
    let other = resolve(&DedupRules::b2b(), &with_company("L1", NOW, "上海纷扬贸易有限公司", None), &book);
    assert_eq!(other.action(), &MatchAction::New);
    assert_eq!(other.labels().iter().copied().collect::<Vec<_>>(), [MatchLabel::BrandNew]);
}

#[test]
fn to_b_2_the_phone_of_a_contact_converts_too() {
    let contact = Contact { id: "C1".into(), phones: vec!["010-62345678".into()], ..Contact::default() };
    let mut file = account("A1", "Acme Ltd", None);
    file.contacts.push(contact);
    file.closed_deal_at = Some(at("2026-01-01T00:00:00Z"));
    let entry = with_phone("L1", NOW, "(010) 6234 5678", None);
    let resolution = resolve(&DedupRules::b2b(), &entry, &book(&[file], &[]));
    // Nobody owns the account: the lead is linked, then the rules assign.
    assert_eq!(resolution.action(), &MatchAction::AssignByRules { record: RecordRef::Account("A1".into()) });
    assert!(resolution.labels().contains(&MatchLabel::ExistingCustomer));
    assert!(resolution.effects().iter().any(|effect| matches!(effect, Effect::Link(_))));
}

/// A contact of an account abroad writes their number as it is dialled there.
#[test]
fn numbers_of_an_account_are_read_where_it_is() {
    let contact = |phone: &str| Contact { id: "C1".into(), phones: vec![phone.into()], ..Contact::default() };
    let abroad = |phone: &str| Account {
        region: Some("US-CA".parse().unwrap()),
        contacts: vec![contact(phone)],
        ..account("A1", "Acme Robotics Inc.", Some("wang"))
    };
    for (written, entered, expected) in [
        ("(415) 555-2671", "+1 415 555 2671", Some("wang")),
        ("(415) 555-2671", "0415-5552671", None),
        ("13927461853", "+86 139 2746 1853", Some("wang")),
        ("+44 20 7946 0958", "0044 20 7946 0958", Some("wang")),
    ] {
        let entry = with_phone("L1", NOW, entered, None);
        let resolution = resolve(&DedupRules::b2b(), &entry, &book(&[abroad(written)], &[]));
        assert_eq!(owner(&resolution), expected, "{written} {entered}");
    }
}

#[test]
fn to_b_3_a_known_phone_is_collected_under_the_earliest_living_lead() {
    let phone = "13812349876";
    let invalid =
        Lead { status: LeadStatus::Invalid, ..with_phone("L1", "2026-01-01T00:00:00Z", phone, None) };
    let leads = vec![
        invalid,
        with_phone("L3", "2026-02-01T00:00:00Z", phone, None),
        with_phone("L2", "2026-02-01T00:00:00Z", phone, Some("li")),
        with_phone("L4", "2026-03-01T00:00:00Z", phone, Some("li")),
    ];
    let resolution = resolve(&DedupRules::b2b(), &with_phone("L9", NOW, phone, None), &book(&[], &leads));
    let wanted = MatchAction::Collected { source: "L2".into(), owner: Some("li".into()) };
    assert_eq!(resolution.action(), &wanted, "earliest, then smallest id");
    assert_eq!(resolution.record_count(), 4);
    assert!(resolution.labels().contains(&MatchLabel::OneToMany));
    assert!(resolution.labels().contains(&MatchLabel::CollectedToEarliest));
}

#[test]
fn to_b_4_a_lead_of_the_same_company_is_only_marked() {
    let book = book(&[], &[with_company("L1", "2026-01-01T00:00:00Z", "Acme Trading Co., Ltd.", Some("li"))]);
    let entry = with_company("L2", NOW, "ACME TRADING CO LTD", None);
    let resolution = resolve(&DedupRules::b2b(), &entry, &book);
    assert_eq!(
        resolution.action(),
        &MatchAction::TagOnly { record: RecordRef::Lead("L1".into()), hold: false }
    );
    assert_eq!(owner(&resolution), None);
    assert!(resolution.effects().iter().all(|effect| matches!(effect, Effect::AddTag { .. })));
    let hold = DedupRules { hold_tag_only: true, ..DedupRules::b2b() };
    let held = resolve(&hold, &entry, &book);
    assert!(held.effects().iter().any(|effect| matches!(effect, Effect::RequestReview { .. })));
}

#[test]
fn the_first_rule_that_hits_decides_and_the_others_are_listed() {
    let mut file = account("A1", "Acme Ltd", Some("zhang"));
    file.contacts.push(Contact { phones: vec!["13812349876".into()], ..Contact::default() });
    let leads = vec![with_phone("L1", "2024-01-01T00:00:00Z", "13812349876", Some("li"))];
    let entry = Lead { company: Some("ACME LTD".into()), ..with_phone("L2", NOW, "13812349876", None) };
    let resolution = resolve(&DedupRules::b2b(), &entry, &book(&[file], &leads));
    assert_eq!(owner(&resolution), Some("zhang"));
    let rules: Vec<&str> = resolution.matches().iter().map(|found| found.rule.as_str()).collect();
    assert_eq!(rules, ["account-company", "contact-phone", "lead-phone"]);
}

#[test]
fn a_switchboard_number_is_no_key() {
    let phone = "010-62345678";
    let leads =
        |count| (0..count).map(|i| with_phone(&format!("L{i:03}"), "2026-01-01T00:00:00Z", phone, None));
    let entry = with_phone("X", NOW, phone, None);
    let busy = resolve(&DedupRules::b2b(), &entry, &book(&[], &leads(21).collect::<Vec<_>>()));
    assert_eq!(busy.action(), &MatchAction::New);
    assert_eq!(busy.crowded()[0].records, 21);
    let full = resolve(&DedupRules::b2b(), &entry, &book(&[], &leads(20).collect::<Vec<_>>()));
    // Twenty may be one office: a mark. A landline never makes two leads one person.
    assert!(matches!(full.action(), MatchAction::TagOnly { .. }) && full.crowded().is_empty());
}

#[test]
fn exact_compares_what_is_written_and_folded_what_is_meant() {
    let rule = |comparator| DedupRules {
        rules: vec![MatchRule {
            comparator,
            ..MatchRule::new("r", LeadKey::Phone, MatchTarget::LeadPhone, RuleAction::Collect)
        }],
        ..DedupRules::empty()
    };
    let file = book(&[], &[with_phone("L1", "2026-01-01T00:00:00Z", "138 1234 9876", None)]);
    for (written, exact) in [("138 1234 9876 ", true), ("13812349876", false)] {
        let entry = with_phone("L2", NOW, written, None);
        let hit = |comparator| resolve(&rule(comparator), &entry, &file).action() != &MatchAction::New;
        assert_eq!(hit(Comparator::Exact), exact, "{written}");
        assert!(hit(Comparator::Folded), "{written}");
    }
}

#[test]
fn an_alias_of_the_host_leads_to_its_company() {
    let gazetteer = Gazetteer::builder().alias("纷享销客", "北京纷扬科技有限公司").build();
    let tables = HostTables { gazetteer, ..HostTables::default() };
    let entry = with_company("L1", NOW, "纷享销客", None);
    let facts = Facts::new(&entry, &FactContext::new(&tables, at(NOW)));
    let matching = Deduplicator::compile(&DedupRules::b2b()).unwrap();
    let mut book = Book::with_tables(tables.clone());
    book.insert_account(account("A1", "北京纷扬科技有限公司", Some("zhang")));
    let resolution = matching.resolve(&facts, &book.rows(&matching.probe(&facts)), &active);
    assert_eq!(owner(&resolution), Some("zhang"));
}

#[test]
fn wrong_rules_are_refused_with_place_and_cure() {
    let document = serde_json::json!({
        "format": 9,
        "crowded_key": 0,
        "rules": [
            {"id": "a", "lead": "phone", "target": "account.company", "action": "convert"},
            {"id": "a", "lead": "phone", "target": "lead.phone", "action": "convert"},
            {"id": "c", "lead": "phone", "target": "contact.phone", "action": "collect"},
            {"id": "d", "lead": "fone", "target": "lead.phone", "action": "collect"},
            {"id": "e", "lead": "phone", "target": "lead.phone", "action": "collect", "window": {"month": 3},
             "when": {"field": "score.fit", "ge": 5}},
        ],
    });
    let loaded = DedupRules::load(document).unwrap_err();
    snapshot("dedup_mistakes", loaded.to_string());
}

#[test]
fn rules_and_resolutions_survive_their_round_trip() {
    for rules in [DedupRules::b2b(), DedupRules::b2c(), DedupRules::empty()] {
        let text = serde_json::to_value(&rules).unwrap();
        assert_eq!(DedupRules::load(text).unwrap(), rules);
    }
    let file = book(&[account("A1", "Acme Ltd", Some("zhang"))], &[]);
    let resolution = resolve(&DedupRules::b2b(), &with_company("L1", NOW, "Acme Limited", None), &file);
    assert_round_trip(&resolution);
}

fn people() -> impl Strategy<Value = Vec<Lead>> {
    let one = (0u8..4, 0u8..3, 0u8..30, prop::option::of(0u8..3));
    prop::collection::vec(one, 0..12).prop_map(|people| {
        let build = |(index, (phone, company, day, owner)): (usize, (u8, u8, u8, Option<u8>))| Lead {
            company: Some(format!("Company {company} Ltd")),
            owner: owner.map(|n| format!("rep{n}").into()),
            ..with_phone(
                &format!("L{index}"),
                &format!("2026-03-{:02}T00:00:00Z", day + 1),
                &format!("1381239876{phone}"),
                None,
            )
        };
        people.into_iter().enumerate().map(build).collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_nothing(mut leads in people(), phone in 0u8..4) {
        let entry = with_phone("X", NOW, &format!("1381239876{phone}"), None);
        let rows = Rows { leads: leads.clone(), ..Rows::default() };
        let first = resolve_rows(&DedupRules::b2b(), &entry, &rows);
        leads.reverse();
        let twice = leads.clone().into_iter().chain(leads).collect();
        let again = resolve_rows(&DedupRules::b2b(), &entry, &Rows { leads: twice, ..Rows::default() });
        prop_assert_eq!(first, again);
    }

    #[test]
    fn the_book_fetches_what_a_scan_of_everything_would_match(leads in people(), phone in 0u8..4, company in 0u8..3) {
        let entry = Lead {
            company: Some(format!("COMPANY {company} LIMITED")),
            ..with_phone("X", NOW, &format!("+86 1381239876{phone}"), None)
        };
        let everything = Rows { leads: leads.clone(), ..Rows::default() };
        let scanned = resolve_rows(&DedupRules::b2b(), &entry, &everything);
        let fetched = resolve(&DedupRules::b2b(), &entry, &book(&[], &leads));
        prop_assert_eq!(scanned, fetched);
    }

    #[test]
    fn what_is_removed_from_the_book_is_gone(leads in people(), victim in 0usize..12) {
        let mut full = book(&[], &leads);
        full.remove_lead(&format!("L{victim}").into());
        let rest: Vec<Lead> = leads.into_iter().filter(|lead| lead.id.as_str() != format!("L{victim}")).collect();
        let small = book(&[], &rest);
        for phone in 0..4 {
            let entry = with_phone("X", NOW, &format!("1381239876{phone}"), None);
            prop_assert_eq!(
                resolve(&DedupRules::b2b(), &entry, &full),
                resolve(&DedupRules::b2b(), &entry, &small)
            );
        }
    }
}

#[test]
fn a_key_change_moves_the_lead_to_whose_company_it_is_now() {
    let rules = DedupRules {
        rules: vec![MatchRule::new("phone", LeadKey::Phone, MatchTarget::LeadPhone, RuleAction::KeyChange)],
        ..DedupRules::empty()
    };
    let phone = "13812349876";
    let known = Lead {
        company: Some("Old Ltd".into()),
        ..with_phone("L1", "2026-01-01T00:00:00Z", phone, Some("li"))
    };
    let file = book(&[account("A1", "New Ltd", Some("zhang"))], &[known]);
    let entry = |company: &str| Lead { company: Some(company.into()), ..with_phone("L2", NOW, phone, None) };
    let moved = entry("New Limited");
    let changed = resolve(&rules, &moved, &file);
    let wanted = MatchAction::KeyChange {
        record: RecordRef::Lead("L1".into()),
        new_owner: "zhang".into(),
        notify: Some("li".into()),
    };
    assert_eq!(changed.action(), &wanted);
    assert!(changed.effects().iter().any(|effect| matches!(
        effect,
        Effect::Notify { rep, code, .. } if rep.as_str() == "li" && code == "key_change"
    )));
    // The same company, or one that is nobody's, is a plain re-entry.
    assert_eq!(owner(&resolve(&rules, &entry("Old Ltd"), &file)), Some("li"));
    assert_eq!(owner(&resolve(&rules, &entry("Unheard Of Ltd"), &file)), Some("li"));
    // Another spelling is no change: the lead stays, although another account has the same company.
    let known = Lead {
        company: Some("New Ltd".into()),
        ..with_phone("L1", "2026-01-01T00:00:00Z", phone, Some("li"))
    };
    let same = book(&[account("A1", "New Ltd", Some("zhang"))], &[known]);
    for spelling in ["New Ltd", "New Ltd ", "NEW LIMITED", "new ltd."] {
        let found = resolve(&rules, &entry(spelling), &same);
        assert_eq!(owner(&found), Some("li"), "{spelling}: {found}");
    }
    // An owner who has left gets nothing, and takes nothing from the one who is there.
    let left = resolve_without(&["zhang"], &rules, &moved, &file);
    assert_eq!(
        left.action(),
        &MatchAction::ToOwner { owner: "li".into(), record: RecordRef::Lead("L1".into()) }
    );
    let told: Vec<(&str, &str)> = left
        .effects()
        .iter()
        .filter_map(|effect| match effect {
            Effect::Notify { rep, code, .. } => Some((rep.as_str(), code.as_str())),
            Effect::SetOwner { owner, .. } => Some((owner.as_str(), "owner")),
            _ => None,
        })
        .collect();
    assert_eq!(told, [("li", "re_entry")]);
    let nobody = resolve_without(&["li", "zhang"], &rules, &moved, &file);
    assert_eq!(nobody.action(), &MatchAction::AssignByRules { record: RecordRef::Lead("L1".into()) });
    assert!(
        !nobody
            .effects()
            .iter()
            .any(|effect| matches!(effect, Effect::Notify { .. } | Effect::SetOwner { .. }))
    );
    assert_eq!(
        changed.to_string(),
        "updates lead L1: it goes to zhang, and li is notified; lead L1 has the same phone (+86138****9876), rule phone"
    );
}

#[test]
fn two_owners_of_one_company_collide() {
    let leads = vec![
        with_company("L1", "2026-02-01T00:00:00Z", "Acme Ltd", Some("li")),
        with_company("L2", "2026-01-01T00:00:00Z", "Acme Ltd", Some("wang")),
    ];
    let entry = with_company("L3", NOW, "Acme Limited", None);
    let resolution = resolve(&DedupRules::b2b(), &entry, &book(&[], &leads));
    assert!(resolution.labels().contains(&MatchLabel::Collision));
    let settle = |method, at: &str| {
        let rules = OwnershipRules { method, ..OwnershipRules::default() };
        leadkit::intake::settle_collision(&entry, &resolution, &rules, at.parse().unwrap()).unwrap()
    };
    // Both entered in the three months before: the first owns, by either reading.
    let settled = settle(OwnershipMethod::Window, "2026-03-15T00:00:00Z");
    assert_eq!(settled.owner.as_str(), "wang", "the first to enter owns");
    assert_eq!(settled.others.iter().map(|rep| rep.as_str()).collect::<Vec<_>>(), ["li"]);
    assert_eq!(settle(OwnershipMethod::FirstEntryTest, "2026-03-15T00:00:00Z").owner.as_str(), "wang");
    // A month later wang's entry lies before the window, li's inside.
    for method in [OwnershipMethod::Window, OwnershipMethod::FirstEntryTest] {
        let settled = settle(method, "2026-04-15T00:00:00Z");
        assert_eq!((settled.owner.as_str(), settled.record), ("li", RecordRef::Lead("L1".into())));
    }
    assert_eq!(settle(OwnershipMethod::First, "2026-04-15T00:00:00Z").owner.as_str(), "wang");
    // Five, two and one month before, three owners: the two readings differ.
    let three: Vec<Lead> =
        [("L5", "2025-11-15", "li"), ("L6", "2026-02-15", "wang"), ("L7", "2026-03-15", "zhao")]
            .map(|(id, day, owner)| with_company(id, &format!("{day}T02:00:00Z"), "Acme Ltd", Some(owner)))
            .into();
    let found = resolve(&DedupRules::b2b(), &entry, &book(&[], &three));
    for (method, wanted) in [(OwnershipMethod::Window, "wang"), (OwnershipMethod::FirstEntryTest, "zhao")] {
        let rules = OwnershipRules { method, ..OwnershipRules::default() };
        let settled = leadkit::intake::settle_collision(&entry, &found, &rules, at(NOW)).unwrap();
        assert_eq!((settled.owner.as_str(), settled.others.len()), (wanted, 2));
    }
    let alone = resolve(&DedupRules::b2b(), &entry, &book(&[], &leads[..1]));
    assert!(!alone.labels().contains(&MatchLabel::Collision));
    assert_eq!(leadkit::intake::settle_collision(&entry, &alone, &OwnershipRules::default(), at(NOW)), None);
}

#[test]
fn search_before_entry_tells_owner_admins_and_whether_to_claim() {
    use leadkit::model::{Pool, PoolMode};
    let open = Pool { id: "open".into(), admins: ["boss".into()].into(), ..Pool::default() };
    let closed = Pool { id: "closed".into(), mode: PoolMode::AssignOnly, ..open.clone() };
    let in_pool = |id: &str, pool: &str, owner: Option<&str>| Lead {
        pool: Some(pool.into()),
        ..with_company(id, "2026-01-01T00:00:00Z", "Acme Ltd", owner)
    };
    let leads =
        vec![in_pool("L1", "open", None), in_pool("L2", "closed", None), in_pool("L3", "open", Some("li"))];
    let entry = with_company("new", NOW, "Acme Ltd", None);
    let resolution = resolve(&DedupRules::b2b(), &entry, &book(&[], &leads));
    let said: Vec<String> = resolution.on_file(&[open, closed]).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "lead L1 is on file in pool open: it may be claimed",
            "lead L2 is on file in pool closed: it may not be claimed, ask boss",
            "lead L3 is on file and owned by li: it may not be claimed, ask boss",
        ]
    );
}

#[test]
fn a_rule_may_label_what_it_decides() {
    let mut rules = DedupRules::b2b();
    rules.rules.iter_mut().find(|rule| rule.id.as_str() == "lead-phone").unwrap().labels =
        [MatchLabel::Reward].into();
    let file = book(&[], &[with_phone("L1", "2026-01-01T00:00:00Z", "13812349876", None)]);
    let rewarded = resolve(&rules, &with_phone("L2", NOW, "13812349876", None), &file);
    assert!(rewarded.labels().contains(&MatchLabel::Reward));
    assert!(rewarded.facts().labels.contains(&MatchLabel::Reward));
}

#[test]
fn the_companies_preset_matches_every_contact_value() {
    let mut file = account("A1", "Acme Ltd", Some("zhang"));
    file.domain = Some("acme-works.com".into());
    file.contacts.push(Contact {
        wechat: Some("acme_buyer".into()),
        emails: vec!["Buyer@gmail.com".into()],
        ..Contact::default()
    });
    let book = book(&[file], &[]);
    let wechat = Lead { wechat: Some("Acme_Buyer".into()), ..lead("L1", NOW) };
    let email = Lead { emails: vec!["buyer@gmail.com".into()], ..lead("L1", NOW) };
    let domain = Lead { emails: vec!["new.person@acme-works.com".into()], ..lead("L1", NOW) };
    for entry in [wechat, email, domain] {
        assert_eq!(owner(&resolve(&DedupRules::b2b(), &entry, &book)), Some("zhang"), "{entry:?}");
    }
}
