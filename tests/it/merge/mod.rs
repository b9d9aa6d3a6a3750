//! Merging records and taking merges back.

use chrono::{DateTime, TimeZone, Utc};
use leadkit::contact::PhoneOptions;
use leadkit::merge::{
    FieldDecision, MergeBlock, MergeDoubt, MergeError, MergeLog, MergePlan, MergeRules, Merger, SurvivorTest,
    Survivorship, UndoRecord,
};
use leadkit::model::{
    Account, AccountId, CloseReason, Contact, Effect, Lead, LeadStatus, Link, LinkKind, RecordRef, RepId,
    Source, Utm, Value,
};
use proptest::prelude::*;
use serde_json::json;

use crate::support::at;

mod children;
mod cluster;
mod effects;
mod find_people;
mod holders;
mod people;
mod protection;
mod wrong_contacts;

fn merger() -> Merger {
    Merger::compile(&MergeRules::default()).unwrap()
}

fn merger_with(field: &str, rule: Survivorship) -> Merger {
    let mut rules = MergeRules::default();
    rules.fields.insert(field.to_owned(), rule);
    Merger::compile(&rules).unwrap()
}

fn accounts_plan(accounts: &[Account], merger: &Merger) -> MergePlan<Account> {
    MergePlan::for_accounts(accounts, merger, &PhoneOptions::default()).unwrap()
}

fn leads_plan(leads: &[Lead], merger: &Merger) -> MergePlan<Lead> {
    MergePlan::for_leads(leads, merger, &PhoneOptions::default()).unwrap()
}

fn account(id: &str, day: u32) -> Account {
    Account {
        id: id.into(),
        company: format!("company {id}"),
        created_at: Utc.with_ymd_and_hms(2026, 1, day, 0, 0, 0).unwrap(),
        ..Account::default()
    }
}

#[test]
fn spellings_of_one_name_are_no_contradiction() {
    let named = |id: &str, name: &str| Account {
        contacts: vec![contact("C1", id, name, "13927461853")],
        ..account(id, 1)
    };
    for (a, b, is_one) in [
        ("Pat O'Neil", "ONeil, Pat", true),
        ("Pat O’Neil", "PAT O'NEIL", true),
        ("王 小明", "王小明", true),
        // A title and a remark are lost.
        ("王小明（采购）", "王小明", false),
        ("Dr. Anna Berg", "Anna Berg", false),
    ] {
        let plan = accounts_plan(&[named("A1", a), named("A2", b)], &merger());
        assert_eq!(plan.merged().contacts.len(), 1);
        assert_eq!(plan.doubts().is_empty(), is_one, "{a} / {b}: {plan}");
    }
}

#[test]
fn spellings_of_one_value_are_no_contradiction() {
    let with = |id: &str, domain: &str, number: &str, size: Value| {
        let mut account = Account { company: "Acme".into(), ..account(id, 1) };
        account.domain = Some(domain.into());
        account.registration_number = Some(number.into());
        account.attributes.insert("size".into(), size);
        account
    };
    let one = with("A1", "https://www.acme.com/", "9111 0108-MA", Value::Integer(5));
    let same = with("A2", "acme.com", "91110108ma", Value::from("5"));
    let plan = accounts_plan(&[one.clone(), same], &merger());
    assert!(!plan.is_ambiguous(), "{plan}");
    let days = ["2026-01-05", "2026/1/5", "2026.01.05", "２０２６年1月5日"];
    for (ours, theirs) in days.iter().flat_map(|a| days.iter().map(move |b| (*a, *b))) {
        let of = |id: &str, day: &str| with(id, "acme.com", "9111", Value::from(day));
        assert!(
            !accounts_plan(&[of("A1", ours), of("A2", theirs)], &merger()).is_ambiguous(),
            "{ours} {theirs}"
        );
    }
    // Which is the month nobody knows, and what is no day is a text.
    for (ours, theirs) in
        [("2026-01-05", "05/01/2026"), ("2026-01-05", "2026-05-01"), ("2026-13-01", "2026/13/1")]
    {
        let of = |id: &str, day: &str| with(id, "acme.com", "9111", Value::from(day));
        assert!(
            accounts_plan(&[of("A1", ours), of("A2", theirs)], &merger()).is_ambiguous(),
            "{ours} {theirs}"
        );
    }
    let other = with("A2", "acme.org", "91110108mb", Value::from("6"));
    let doubted: Vec<String> = accounts_plan(&[one, other], &merger())
        .doubts()
        .iter()
        .filter_map(|doubt| doubt.field().map(str::to_owned))
        .collect();
    assert_eq!(doubted, ["attributes.size", "domain", "registration_number"]);
}

#[test]
fn spellings_of_one_registered_name_are_no_conflict_and_no_alias() {
    let named = |id: &str, day, company: &str| Account { company: company.into(), ..account(id, day) };
    let same = [named("A1", 1, "北京纷扬科技有限公司"), named("A2", 2, "北京紛揚科技（有限責任公司）")];
    let plan = accounts_plan(&same, &merger());
    assert!(plan.conflicts().iter().all(|conflict| conflict.field != "company"), "{:?}", plan.conflicts());
    assert_eq!(plan.merged().aliases, Vec::<String>::new());
    let other = [named("A1", 1, "北京纷扬科技有限公司"), named("A2", 2, "北京纷扬科技股份有限公司")];
    let plan = accounts_plan(&other, &merger());
    assert_eq!(plan.merged().aliases.len(), 1, "another legal form is another name");
}

fn lead(id: &str, day: u32) -> Lead {
    Lead {
        id: id.into(),
        created_at: Utc.with_ymd_and_hms(2026, 1, day, 0, 0, 0).unwrap(),
        ..Lead::default()
    }
}

fn contact(id: &str, account: &str, name: &str, phone: &str) -> Contact {
    Contact {
        id: id.into(),
        account: Some(account.into()),
        name: (!name.is_empty()).then(|| name.to_owned()),
        phones: if phone.is_empty() { vec![] } else { vec![phone.into()] },
        ..Contact::default()
    }
}

fn decision<'p, R>(plan: &'p MergePlan<R>, field: &str) -> &'p FieldDecision {
    plan.decisions().iter().find(|decision| decision.field == field).unwrap()
}

fn text<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn each_rule_picks_its_value() {
    // A1 survives as the oldest; the attribute is (A1's, A2's, A3's), the third the most recent.
    let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
    let time = |text| Value::Timestamp(at(text));
    let sources = || Survivorship::SourcePriority(vec!["Registry".into(), "form".into()]);
    let none = Value::Null;
    let cases = [
        (Survivorship::NonEmpty, ["a".into(), "b".into(), "c".into()], "a".into()),
        (Survivorship::NonEmpty, [" ".into(), "b".into(), "c".into()], "c".into()),
        (Survivorship::Newest, ["a".into(), "b".into(), "c".into()], "c".into()),
        (Survivorship::Newest, ["a".into(), "b".into(), none.clone()], "b".into()),
        (Survivorship::Oldest, ["a".into(), "b".into(), "c".into()], "a".into()),
        (Survivorship::Oldest, [none.clone(), "b".into(), "c".into()], "b".into()),
        (Survivorship::Longest, ["aa".into(), "有限公司".into(), "ccc".into()], "有限公司".into()),
        (Survivorship::Longest, ["aa".into(), "bb".into(), "cc".into()], "aa".into()),
        (Survivorship::Longest, [list(&["a"]), list(&["b", "c"]), none.clone()], list(&["b", "c"])),
        (sources(), ["a".into(), "b".into(), "c".into()], "c".into()),
        (sources(), ["a".into(), "b".into(), none.clone()], "b".into()),
        (Survivorship::Max, [3.into(), 12.into(), 7.into()], 12.into()),
        (Survivorship::Max, [3.into(), Value::Number(3.5), none.clone()], Value::Number(3.5)),
        (
            Survivorship::Max,
            [time("2026-01-01T00:00:00Z"), time("2026-01-01T00:00:00.5Z"), none.clone()],
            time("2026-01-01T00:00:00.5Z"),
        ),
        (Survivorship::Min, [3.into(), 12.into(), (-7).into()], (-7).into()),
        (Survivorship::Sum, [3.into(), 12.into(), 7.into()], 22.into()),
        (Survivorship::Sum, [Value::Number(0.5), 12.into(), none.clone()], Value::Number(12.5)),
        (Survivorship::Sum, [i64::MAX.into(), 1.into(), none.clone()], i64::MAX.into()),
        (Survivorship::Sum, ["three".into(), 12.into(), none.clone()], "three".into()),
        (Survivorship::Union, [list(&["a", "b"]), list(&["Ｂ", "c"]), none.clone()], list(&["a", "b", "c"])),
        (Survivorship::Union, ["a\nb".into(), "B".into(), "c".into()], "a\nb\nc".into()),
        (Survivorship::Union, ["a".into(), list(&["b"]), none.clone()], list(&["a", "b"])),
        (Survivorship::Union, [1.into(), 2.into(), none], 1.into()),
    ];
    for (rule, values, expected) in cases {
        let records: Vec<Account> = values
            .iter()
            .zip([("A1", 1, "other"), ("A2", 2, "FORM"), ("A3", 3, "registry")])
            .map(|(value, (id, day, source))| {
                let mut record = account(id, day);
                record.attributes.insert("x".into(), value.clone());
                record.attributes.insert("source".into(), source.into());
                record
            })
            .collect();
        let plan = accounts_plan(&records, &merger_with("attributes.x", rule.clone()));
        assert_eq!(plan.merged().attributes["x"], expected, "{rule} of {values:?}");
        assert_eq!(decision(&plan, "attributes.x").rule, rule);
    }
}

#[test]
fn a_group_rule_holds_for_every_part_without_a_rule_of_its_own() {
    let mut rules = MergeRules::default();
    rules.fields.insert("attributes".into(), Survivorship::Max);
    rules.fields.insert("attributes.b".into(), Survivorship::Sum);
    let merger = Merger::compile(&rules).unwrap();
    let mut records = [account("A1", 1), account("A2", 2)];
    for (record, value) in records.iter_mut().zip([1, 5]) {
        record.attributes = [("a".into(), value.into()), ("b".into(), value.into())].into();
    }
    let merged = accounts_plan(&records, &merger).merged().clone();
    assert_eq!((&merged.attributes["a"], &merged.attributes["b"]), (&5.into(), &6.into()));
}

#[test]
fn a_sum_that_the_field_cannot_hold_leaves_the_survivors_value() {
    let records = [
        Lead { employee_count: Some(u32::MAX), title: None, ..lead("L1", 1) },
        Lead { employee_count: Some(1), title: Some("CEO".into()), ..lead("L2", 2) },
    ];
    let plan = leads_plan(&records, &merger_with("employee_count", Survivorship::Sum));
    assert_eq!(plan.merged().employee_count, Some(u32::MAX));
    assert_eq!(plan.merged().title.as_deref(), Some("CEO"));
    assert!(!decision(&plan, "employee_count").is_change());
}

#[test]
fn the_survivor_is_told_by_the_tests_in_order_then_by_id() {
    let deal = |mut a: Account| {
        a.closed_deal_at = Some(at("2026-01-05T00:00:00Z"));
        a
    };
    let owned = |mut a: Account| {
        a.owner = Some("zhang".into());
        a
    };
    let cases: [(Vec<Account>, &str, Option<SurvivorTest>); 6] = [
        (vec![account("A1", 1), owned(account("A2", 2))], "A2", Some(SurvivorTest::HasOwner)),
        (vec![owned(account("A1", 1)), deal(account("A2", 2))], "A2", Some(SurvivorTest::HasDeal)),
        (vec![account("A2", 2), account("A3", 1)], "A3", Some(SurvivorTest::Oldest)),
        (
            vec![account("A2", 1), Account { tier: Some("gold".into()), ..account("A3", 1) }],
            "A3",
            Some(SurvivorTest::MostComplete),
        ),
        (vec![account("A3", 1), account("A2", 1)], "A2", None),
        (vec![account("A3", 1)], "A3", None),
    ];
    for (records, survivor, because) in cases {
        let plan = accounts_plan(&records, &merger());
        assert_eq!(plan.merged().id.as_str(), survivor);
        assert_eq!(plan.decided_by(), because, "{plan}");
    }
    let newest =
        Merger::compile(&MergeRules { survivor: vec![SurvivorTest::Newest], ..MergeRules::default() });
    let plan = accounts_plan(&[account("A1", 1), account("A2", 2)], &newest.unwrap());
    assert_eq!(plan.merged().id.as_str(), "A2");
    let leads = [
        Lead { status: LeadStatus::Invalid, owner: Some("li".into()), ..lead("L1", 1) },
        Lead { status: LeadStatus::Following, ..lead("L2", 2) },
    ];
    let plan = leads_plan(&leads, &merger());
    assert_eq!((plan.merged().id.as_str(), plan.decided_by()), ("L2", Some(SurvivorTest::Valid)));
}

#[test]
fn a_block_is_taken_from_one_record() {
    let mut leads = [
        Lead { city: Some("深圳".into()), ..lead("L1", 1) },
        Lead {
            country: Some("中国".into()),
            province: Some("浙江".into()),
            city: Some("杭州".into()),
            owner: Some("li".into()),
            status: LeadStatus::Following,
            ..lead("L2", 2)
        },
    ];
    let plan = leads_plan(&leads, &merger());
    assert_eq!(plan.merged().id.as_str(), "L2");
    leads[1].owner = None;
    leads[1].status = LeadStatus::Unassigned;
    let plan = leads_plan(&leads, &merger());
    let merged = plan.merged();
    assert_eq!(merged.id.as_str(), "L1");
    let address = (merged.country.as_deref(), merged.province.as_deref(), merged.city.as_deref());
    assert_eq!(address, (Some("中国"), Some("浙江"), Some("杭州")));
    assert_eq!(decision(&plan, "province").block.as_deref(), Some("address"));
    let conflict = plan.conflicts().iter().find(|conflict| conflict.field == "city").unwrap();
    assert_eq!(conflict.dropped, [(RecordRef::Lead("L1".into()), "深圳".into())]);
    // The origin is the first touch, whole: nothing of the second is mixed in.
    leads[0].source = Source { primary: Some("douyin".into()), ..Source::default() };
    leads[1].utm = Utm { campaign: Some("spring".into()), ..Utm::default() };
    let plan = leads_plan(&leads, &merger());
    assert!(plan.merged().utm.is_empty());
    assert_eq!(plan.merged().source.primary.as_deref(), Some("douyin"));
    assert!(plan.conflicts().iter().any(|c| c.field == "utm.campaign" && c.kept == Value::Null));
}

/// How a lead ended is told of a lead that ended, and of two the one that goes on stays on file.
#[test]
fn what_ended_says_nothing_of_what_goes_on() {
    use LeadStatus::{Converted, Following, Invalid, Pending, Returned, Unassigned, Voided};
    let of = |id: &str, day, status| {
        let is_voided = status == Voided;
        Lead {
            status,
            close_reason: (status == Invalid).then_some(CloseReason::WrongContact),
            folded_into: is_voided.then(|| "L9".into()),
            collected_under: is_voided.then(|| "L8".into()),
            owner: [Pending, Following, Converted].contains(&status).then(|| "li".into()),
            ..lead(id, day)
        }
    };
    // The teams' own rules do not split them, and a survivor that has ended does not end the other.
    let block = |name: &str, fields: &[&str], rule| MergeBlock {
        name: name.into(),
        fields: fields.iter().map(|field| (*field).into()).collect(),
        rule,
    };
    let newest = MergeRules {
        blocks: vec![
            block("end", &["close_reason", "folded_into"], Survivorship::Newest),
            block("state", &["status", "owner"], Survivorship::Oldest),
        ],
        survivor: vec![SurvivorTest::Newest],
        ..MergeRules::default()
    };
    let alone = MergeRules { blocks: vec![], survivor: vec![SurvivorTest::Oldest], ..MergeRules::default() };
    let all = [Unassigned, Pending, Following, Converted, Invalid, Returned, Voided];
    for rules in [MergeRules::default(), newest, alone] {
        let merger = Merger::compile(&rules).unwrap();
        for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (*a, *b))) {
            let leads = [of("L1", 1, a), of("L2", 2, b)];
            let plan = leads_plan(&leads, &merger);
            let merged = plan.merged();
            let gives = leads.iter().find(|one| {
                let told = |one: &Lead| (one.status, one.close_reason.clone(), one.folded_into.clone());
                told(one) == told(merged) && one.collected_under == merged.collected_under
            });
            assert!(gives.is_some(), "{a} and {b}: {merged:?}");
            let is_on_file = leads.iter().any(Lead::is_on_file);
            assert_eq!(merged.is_on_file(), is_on_file, "{a} and {b}: {merged:?}");
            let goes_on = leads.iter().any(|one| !matches!(one.status, Invalid | Voided));
            assert_eq!(goes_on, !matches!(merged.status, Invalid | Voided), "{a} and {b}");
            let (mut records, before) = (leads.to_vec(), leads.to_vec());
            let undo = plan.apply(&mut records).unwrap();
            assert!(undo.undo(&mut records).unwrap().is_empty());
            records.sort_by(|a, b| a.id.cmp(&b.id));
            assert_eq!(records, before);
        }
    }
}

#[test]
fn leads_of_two_accounts_and_two_appointments_are_a_persons_to_decide() {
    let of = |id: &str, day, account: &str, active: &str, next: &str| Lead {
        status: LeadStatus::Converted,
        owner: Some("li".into()),
        account: Some(account.into()),
        last_active_at: Some(at(active)),
        next_follow_up: Some(at(next)),
        ..lead(id, day)
    };
    let first = of("L1", 1, "A1", "2026-01-05T00:00:00Z", "2026-05-01T00:00:00Z");
    let second = of("L2", 2, "A2", "2026-02-20T00:00:00Z", "2026-03-03T00:00:00Z");
    let plan = leads_plan(&[first.clone(), second.clone()], &merger());
    let doubts: Vec<&str> = plan.doubts().iter().filter_map(|doubt| doubt.field()).collect();
    assert_eq!(doubts, ["account", "next_follow_up"], "{plan}");
    assert_eq!(
        plan.merged().last_active_at,
        second.last_active_at,
        "the window counts from the last sign of life"
    );
    let same = Lead { account: first.account.clone(), next_follow_up: first.next_follow_up, ..second };
    assert!(!leads_plan(&[first, same], &merger()).is_ambiguous());
}

#[test]
fn names_merged_away_become_aliases_once() {
    let mut records = [account("A1", 1), account("A2", 2), account("A3", 3), account("A4", 4)];
    records[0].company = "北京纷扬科技有限公司".into();
    records[0].aliases = vec!["纷享销客".into()];
    records[1].company = "纷扬科技".into();
    records[2].company = "北京紛揚科技有限公司".into();
    records[3].company = "ＦＸＩＡＯＫＥ".into();
    records[3].aliases = vec!["纷扬科技".into(), "fxiaoke".into()];
    let plan = accounts_plan(&records, &merger());
    assert_eq!(plan.merged().aliases, ["纷享销客", "纷扬科技", "fxiaoke"]);
    let rules = MergeRules { names_become_aliases: false, ..MergeRules::default() };
    let plan = accounts_plan(&records[..2], &Merger::compile(&rules).unwrap());
    assert_eq!(plan.merged().aliases, ["纷享销客"]);
}

#[test]
fn a_person_on_two_accounts_becomes_one_contact() {
    let mut records = [account("A1", 1), account("A2", 2)];
    let wang = Contact { title: Some("CIO".into()), ..contact("C1", "A1", "王强", "138 1234 9876") };
    records[0].contacts = vec![wang, contact("C2", "A1", "李雷", "0755-26718888")];
    records[1].contacts = vec![
        Contact {
            emails: vec!["wang@example.com".into()], ..contact("C3", "A2", "王强", "+8613812349876")
        },
        contact("C4", "A2", "韩梅梅", "0755-26718888"),
        contact("C5", "A2", "", "075526718888"),
    ];
    let plan = accounts_plan(&records, &merger());
    let merged = plan.merged();
    // The switchboard is nobody's: two people of one account share it, so it unites nobody.
    let ids: Vec<&str> = merged.contacts.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["C1", "C2", "C4", "C5"]);
    assert_eq!(merged.contacts[0].emails.len(), 1);
    assert_eq!(merged.contacts[0].phones.len(), 1);
    assert!(merged.contacts.iter().all(|c| c.account == Some(AccountId::from("A1"))));
    let link = |from: RecordRef, kind, to: RecordRef| Effect::Link(Link { from, kind, to });
    let row = |contact: &str, account: &str| RecordRef::ContactAt {
        contact: contact.into(),
        account: account.into(),
    };
    let a = |id: &str| RecordRef::Account(id.into());
    for effect in [
        link(row("C3", "A2"), LinkKind::MergedInto, row("C1", "A1")),
        link(row("C4", "A2"), LinkKind::BelongsTo, a("A1")),
        link(a("A2"), LinkKind::MergedInto, a("A1")),
        Effect::UpdateField {
            record: RecordRef::ContactAt { contact: "C1".into(), account: "A1".into() },
            field: "emails".into(),
            value: Value::List(vec!["wang@example.com".into()]),
            replaces: Value::Null,
        },
    ] {
        assert!(plan.effects().contains(&effect), "{effect}");
    }
}

#[test]
fn conflicts_are_listed_and_nothing_shows_contact_values_whole() {
    let secret = ["13812349876", "13927461853", "zhang.wei@fenyang.cn", "wxid_zhangwei", "6222021234567890"];
    let mut leads = [lead("L1", 1), lead("L2", 2)];
    for (lead, (phone, wechat)) in leads.iter_mut().zip([(secret[0], secret[3]), (secret[1], "wxid_other88")])
    {
        lead.phones = vec![phone.into()];
        lead.emails = vec![secret[2].into()];
        lead.wechat = Some(wechat.into());
        lead.attributes.insert("card".into(), format!("{}{phone}", secret[4]).into());
    }
    let plan = leads_plan(&leads, &merger_with("phones", Survivorship::Newest));
    let fields: Vec<&str> = plan.conflicts().iter().map(|conflict| conflict.field.as_str()).collect();
    assert_eq!(fields, ["attributes.card", "phones", "wechat"]);
    let shown = format!("{plan}\n{plan:?}\n{:?}\n{:?}", plan.decisions(), plan.conflicts());
    for secret in secret {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("wx****ei"), "{shown}");
    // Spelling is no conflict.
    leads[1].phones = vec!["+86 138-1234-9876".into()];
    leads[1].wechat = Some("WXID_zhangwei".into());
    leads[1].attributes = leads[0].attributes.clone();
    assert_eq!(leads_plan(&leads, &merger_with("phones", Survivorship::Newest)).conflicts(), []);
}

#[test]
fn the_plan_reads_as_sentences() {
    let mut records = [account("A1", 1), account("A2", 2)];
    records[0].owner = Some("zhang".into());
    records[0].domain = Some("a.example.com".into());
    records[1].domain = Some("b.example.com".into());
    records[1].tier = Some("gold".into());
    records[1].contacts = vec![contact("C1", "A2", "王强", "13812349876")];
    assert_lines(
        &accounts_plan(&records, &merger()).to_string(),
        &[
            "merge account A2 into account A1, which has an owner",
            "  `aliases` becomes [`company A2`, `b.example.com`], from account A2 (union)",
            "  `tier` becomes `gold`, from account A2 (non_empty)",
            "  contact C1 of account A2 moves",
            "  conflict: `company` is `company A1`, but `company A2` in account A2",
            "  ambiguous: `domain` is `a.example.com`, but `b.example.com` in account A2",
        ],
    );
    assert_lines(
        &accounts_plan(&records[..1], &merger()).to_string(),
        &["there is nothing to merge into account A1"],
    );
}

fn assert_lines(shown: &str, lines: &[&str]) {
    assert_eq!(shown.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn every_mistake_in_the_rules_is_reported_with_what_would_be_right() {
    let errors = MergeRules::load(json!({
        "format": 9,
        "survivor": ["oldest", "has_ownr"],
        "default": "sum",
        "fields": {
            "compny": "newest",
            "id": "newest",
            "contacts": "union",
            "city": "newest",
            "utm.term": "newest",
            "company": "max",
            "tags": "sum",
            "tier": {"source_priority": []},
            "name": "latest",
        },
        "blocks": [
            {"name": "address", "fields": ["country", "city", "provnce"], "rule": "union"},
            {"name": "address", "fields": ["city", "utm"], "rules": "newest"},
            {"name": "more", "fields": ["city", "utm"]},
            {"name": "more", "fields": []},
        ],
        "recency": "company",
        "source": ["source.primry"],
        "merge_all": true,
    }))
    .unwrap_err();
    let found: Vec<(&str, &str)> = errors.iter().map(|d| (d.path.as_str(), d.code.as_ref())).collect();
    for expected in [
        ("format", "unknown_format"),
        ("survivor[1]", "unknown_value"),
        ("default", "wrong_rule"),
        ("fields.compny", "unknown_field"),
        ("fields.id", "fixed_field"),
        ("fields.contacts", "fixed_field"),
        ("fields.city", "two_rules"),
        (r#"fields["utm.term"]"#, "two_rules"),
        ("fields.company", "wrong_rule"),
        ("fields.tags", "wrong_rule"),
        ("fields.tier", "no_sources"),
        ("blocks[0].rule", "wrong_rule"),
        ("blocks[0].fields[2]", "unknown_field"),
        ("blocks[1].rules", "unknown_key"),
        ("blocks[2].fields[0]", "two_blocks"),
        ("blocks[3].name", "duplicate_name"),
        ("recency", "wrong_field"),
        ("source[0]", "unknown_field"),
        ("merge_all", "unknown_key"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not in {found:#?}");
    }
    let help = errors.iter().find(|d| d.path == "fields.compny").unwrap().help.as_deref();
    assert_eq!(help, Some("did you mean `company`?"));
    assert!(errors.iter().all(|d| !d.message.contains("Survivorship") && d.help.is_some()));
}

#[test]
fn the_default_rules_are_right_and_survive_a_round_trip() {
    let document = serde_json::to_value(MergeRules::default()).unwrap();
    assert_eq!(MergeRules::load(document).unwrap(), MergeRules::default());
    assert_eq!(MergeRules::load(json!({})).unwrap(), MergeRules::default());
}

#[test]
fn hostile_input_gives_errors() {
    let plan = |accounts: &[Account]| MergePlan::for_accounts(accounts, &merger(), &PhoneOptions::default());
    assert_eq!(plan(&[]).unwrap_err(), MergeError::Nothing);
    let record = RecordRef::Account("A1".into());
    assert_eq!(
        plan(&[account("A1", 1), account("A1", 2)]).unwrap_err(),
        MergeError::SameId { record: record.clone() }
    );
    assert_eq!(plan(&[account(" ", 1), account("A1", 2)]).unwrap_err(), MergeError::BlankId);

    let records = vec![account("A1", 1), account("A2", 2)];
    let plan = plan(&records).unwrap();
    let mut gone = vec![records[1].clone()];
    assert_eq!(plan.apply(&mut gone).unwrap_err(), MergeError::Missing { record: record.clone() });
    assert_eq!(gone, records[1..]);
    let mut twice = [records.clone(), records.clone()].concat();
    assert_eq!(plan.apply(&mut twice).unwrap_err(), MergeError::SameId { record: record.clone() });
    let mut changed = records.clone();
    changed[0].tier = Some("gold".into());
    assert_eq!(plan.apply(&mut changed).unwrap_err(), MergeError::Changed { record: record.clone() });

    let mut merged = records.clone();
    let undo = plan.apply(&mut merged).unwrap();
    let survivor = record.clone();
    let other = RecordRef::Account("A2".into());
    let wrong = undo.restore(&records[1]).unwrap_err();
    assert_eq!(wrong, MergeError::NotTheSurvivor { record: other.clone(), survivor });
    merged.push(records[1].clone());
    assert_eq!(undo.undo(&mut merged).unwrap_err(), MergeError::AlreadyBack { record: other });
    assert_eq!(undo.undo(&mut Vec::new()).unwrap_err(), MergeError::Missing { record });
    let mut later = serde_json::to_value(&undo).unwrap();
    later["format"] = json!(2);
    let later: UndoRecord<Account> = serde_json::from_value(later).unwrap();
    let error = later.restore(plan.merged()).unwrap_err();
    assert_eq!(error.to_string(), "the undo record has the unknown format 2");
}

#[test]
fn what_changed_on_both_sides_is_a_conflict_and_the_newer_value_stays() {
    let mut records = vec![account("A1", 1), account("A2", 2)];
    records[1].tier = Some("gold".into());
    records[1].maturity = Some("hot".into());
    let before = records.clone();
    let undo = accounts_plan(&records, &merger()).apply(&mut records).unwrap();
    records[0].tier = Some("platinum".into());
    records[0].domain = Some("new.example.com".into());
    let conflicts = undo.undo(&mut records).unwrap();
    let found: Vec<String> = conflicts.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["`tier` was blank, the merge made it `gold`, and it is `platinum` now: it stays"]);
    assert_eq!((&conflicts[0].before, &conflicts[0].merged), (&Value::Null, &"gold".into()));
    let expected = Account {
        tier: Some("platinum".into()),
        domain: Some("new.example.com".into()),
        ..before[0].clone()
    };
    assert_eq!(records, [expected, before[1].clone()]);
}

#[test]
fn list_items_added_or_taken_out_since_stay_so() {
    let tags = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let cases: [(&[&str], &[&str], usize); 5] = [
        (&["a", "b", "c", "new"], &["a", "b", "new"], 0),
        (&["b", "c"], &["b"], 0),
        (&["a", "b"], &["a", "b"], 0),
        (&[], &[], 0),
        (&["c", "a", "b"], &["c", "a", "b"], 1), // another order: which one is right, nobody knows
    ];
    for (now, expected, conflicts) in cases {
        let mut leads = vec![
            Lead { tags: tags(&["a", "b"]), ..lead("L1", 1) },
            Lead { tags: tags(&["c"]), ..lead("L2", 2) },
        ];
        let undo = leads_plan(&leads, &merger()).apply(&mut leads).unwrap();
        assert_eq!(leads[0].tags, ["a", "b", "c"]);
        leads[0].tags = tags(now);
        assert_eq!(undo.undo(&mut leads).unwrap().len(), conflicts, "{now:?}");
        assert_eq!(leads[0].tags, expected);
        assert_eq!(leads[1].tags, ["c"]);
    }
}

#[test]
fn changes_to_a_contact_go_back_with_it() {
    let mut records = vec![account("A1", 1), account("A2", 2)];
    records[0].contacts = vec![contact("C1", "A1", "王强", "13812349876")];
    let doubled = Contact { title: Some("CIO".into()), ..contact("C2", "A2", "王强", "+8613812349876") };
    let removed = contact("C4", "A2", "赵六", "13700000001");
    records[1].contacts = vec![doubled, contact("C3", "A2", "李雷", "13927461853"), removed];
    let before = records.clone();
    let undo = accounts_plan(&records, &merger()).apply(&mut records).unwrap();
    let ids: Vec<&str> = records[0].contacts.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["C1", "C3", "C4"]);

    records[0].contacts[0].name = Some("王强强".into());
    records[0].contacts[0].title = Some("CTO".into());
    records[0].contacts[1].name = Some("李磊".into());
    records[0].contacts.pop();
    records[0].contacts.push(contact("C9", "A1", "新人", ""));
    let conflicts = undo.undo(&mut records).unwrap();
    let fields: Vec<&str> = conflicts.iter().map(|conflict| conflict.field.as_str()).collect();
    assert_eq!(fields, ["contacts.C1.title", "contacts.C4"]);
    let mut expected = before;
    expected[0].contacts[0].name = Some("王强强".into());
    expected[0].contacts[0].title = Some("CTO".into());
    expected[0].contacts.push(contact("C9", "A1", "新人", ""));
    expected[1].contacts[1].name = Some("李磊".into());
    expected[1].contacts.pop();
    assert_eq!(records, expected);
}

/// Of accounts one above the other nobody becomes a parent of its own; who stands above both stays above.
#[test]
fn a_parent_is_never_its_own() {
    let named = |id: &str, day: u32, parent: &str| {
        let mut one = account(id, day);
        if !parent.is_empty() {
            one.attributes.insert("Parent Account".into(), parent.into());
        }
        one
    };
    let parent_of =
        |plan: &MergePlan<Account>| plan.merged().attributes.get("Parent Account").map(ToString::to_string);
    let doubt = |record: &str, parent: &str| MergeDoubt::Parent {
        record: RecordRef::Account(record.into()),
        parent: RecordRef::Account(parent.into()),
    };
    for (first, second, kept, doubts) in [
        ("", "A1", None, vec![doubt("A2", "A1")]),
        ("A2", "", None, vec![doubt("A1", "A2")]),
        ("A2", "A1", None, vec![doubt("A1", "A2"), doubt("A2", "A1")]),
        ("A2", "G", Some("G"), vec![doubt("A1", "A2")]),
        ("G", "A1", Some("G"), vec![doubt("A2", "A1")]),
        ("", "A2", None, vec![]),
        ("", "G", Some("G"), vec![]),
    ] {
        let mut records = vec![named("A1", 1, first), named("A2", 2, second)];
        let before = records.clone();
        let plan = accounts_plan(&records, &merger());
        assert_eq!(parent_of(&plan).as_deref(), kept, "{first} {second}: {plan}");
        assert_eq!(plan.doubts(), doubts, "{first} {second}: {plan}");
        plan.apply(&mut records).unwrap().undo(&mut records).unwrap();
        assert_eq!(records, before);
    }
    // Any other attribute may say `A1`.
    let mut other = account("A2", 2);
    other.attributes.insert("Priority".into(), "A1".into());
    assert!(!accounts_plan(&[account("A1", 1), other], &merger()).is_ambiguous());
}

/// Who has left since the merge comes back to no account by its undo, and neither does a row that went into theirs.
#[test]
fn who_was_removed_or_moved_since_stays_so() {
    let mut records = vec![account("A1", 1), account("A2", 2), account("A3", 3)];
    records[0].contacts = vec![contact("C1", "A1", "王强", "13812349876")];
    records[1].contacts =
        vec![contact("C2", "A2", "王强", "13812349876"), contact("C3", "A2", "李雷", "13927461853")];
    let before = records.clone();
    let undo = accounts_plan(&records[..2], &merger()).apply(&mut records).unwrap();
    let people = |records: &[Account]| {
        let ids = |one: &Account| one.contacts.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
        records.iter().map(|one| (one.id.to_string(), ids(one))).collect::<Vec<_>>()
    };
    let expected = |of: [&[&str]; 3]| {
        let named = |(number, ids): (usize, &&[&str])| {
            (format!("A{}", number + 1), ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>())
        };
        of.iter().enumerate().map(named).collect::<Vec<_>>()
    };
    for (gone, to, left, told) in [
        ("C3", None, expected([&["C1"], &["C2"], &[]]), "contacts.C3"),
        ("C3", Some(1), expected([&["C1"], &["C2"], &["C3"]]), "contacts.C3"),
        ("C1", None, expected([&[], &["C3"], &[]]), "contacts.C1"),
        ("C1", Some(1), expected([&[], &["C3"], &["C1"]]), "contacts.C1"),
    ] {
        let mut now = records.clone();
        let place = now[0].contacts.iter().position(|one| one.id.as_str() == gone).unwrap();
        let person = now[0].contacts.remove(place);
        if let Some(to) = to {
            now[to].contacts.push(person);
        }
        let conflicts = undo.undo(&mut now).unwrap();
        assert_eq!(people(&now), left, "{gone}");
        assert_eq!(conflicts.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), [told]);
    }
    undo.undo(&mut records).unwrap();
    assert_eq!(records, before);
}

#[test]
fn contacts_that_cannot_be_told_apart_are_one_field() {
    let mut records = vec![account("A1", 1), account("A2", 2)];
    records[0].contacts = vec![contact("", "A1", "王强", "13812349876")];
    records[1].contacts = vec![contact("", "A2", "李雷", "13927461853")];
    let before = records.clone();
    let undo = accounts_plan(&records, &merger()).apply(&mut records).unwrap();
    let mut touched = records.clone();
    touched[0].contacts[0].title = Some("CTO".into());
    let conflicts = undo.undo(&mut touched).unwrap();
    assert_eq!(conflicts[0].field, "contacts");
    assert_eq!(touched[0].contacts.len(), 2);
    assert_eq!(touched[1], before[1]);
    undo.undo(&mut records).unwrap();
    assert_eq!(records, before);
}

// Random records from small alphabets, so that they agree, differ and share people often.

fn maybe<T: std::fmt::Debug + Clone + 'static>(values: &'static [T]) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(proptest::sample::select(values))
}

fn word() -> impl Strategy<Value = Option<String>> {
    maybe(&["", " ", "a", "A", "甲公司", "乙有限公司", "line\nbreak", "x, \"y\"; 🙂"])
        .prop_map(|word| word.map(str::to_owned))
}

fn words() -> impl Strategy<Value = Vec<String>> {
    let item = proptest::sample::select(&["a", "b", "Ｂ", "", "丙", "c"][..]).prop_map(str::to_owned);
    proptest::collection::vec(item, 0..4)
}

fn phone() -> impl Strategy<Value = String> {
    let phones =
        ["13812349876", "+86 138-1234-9876", "13927461853", "0755-26718888", "075526718888", "1", ""];
    proptest::sample::select(phones.to_vec()).prop_map(str::to_owned)
}

fn email() -> impl Strategy<Value = String> {
    let emails = ["lei@fenyang.cn", "LEI@FENYANG.CN", "li@xinghe.cn", "info@xinghe.cn", "no mail"];
    proptest::sample::select(emails.to_vec()).prop_map(str::to_owned)
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..4, 0u32..3).prop_map(|(day, nanos)| {
        Utc.timestamp_opt(1_767_225_600 + day * 86_400, nanos * 500_000_000 / 2).unwrap()
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![any::<i64>(), -3i64..3].prop_map(Value::Integer),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::Number),
        word().prop_map(|word| Value::Text(word.unwrap_or_default())),
        moment().prop_map(Value::Timestamp),
        words().prop_map(Value::List),
    ]
}

fn attributes() -> impl Strategy<Value = leadkit::model::Attributes> {
    let name = proptest::sample::select(&["x", "y", "source", "a.b", ""][..]).prop_map(str::to_owned);
    proptest::collection::btree_map(name, value(), 0..4)
}

fn a_contact() -> impl Strategy<Value = Contact> {
    let ids = proptest::sample::select(&["", "C1", "C2", "C3", "C4", "C5", "C6"][..]);
    let people = (ids, maybe(&["A1", "A2", "A9"]), maybe(&["王强", "李雷", ""]), word());
    let reach = (
        proptest::collection::vec(phone(), 0..3),
        proptest::collection::vec(email(), 0..3),
        maybe(&["wxid_abc123", "WXID_ABC123", "?"]),
        maybe(&["kp", "user"]),
    );
    (people, reach).prop_map(|((id, account, name, title), (phones, emails, wechat, role))| Contact {
        id: id.into(),
        account: account.map(Into::into),
        name: name.map(Into::into),
        title,
        phones: phones.into_iter().map(Into::into).collect(),
        emails: emails.into_iter().map(Into::into).collect(),
        wechat: wechat.map(Into::into),
        buying_role: role.map(Into::into),
        ..Contact::default()
    })
}

/// Who holds parts of an account, each in one spelling.
fn owners() -> impl Strategy<Value = std::collections::BTreeMap<String, RepId>> {
    let rep = || maybe(&["zhang", "li", "wang"]);
    (any::<bool>(), rep(), rep(), rep(), 0..3usize).prop_map(|(is_plain, crm, erp, hr, divided)| {
        let crm = (if is_plain { "crm" } else { "CRM " }, crm);
        let parts = [crm, ("erp", erp), ("hr", hr)].into_iter().filter(|_| divided == 0);
        parts.filter_map(|(part, rep)| Some((part.to_owned(), rep?.into()))).collect()
    })
}

fn an_account() -> impl Strategy<Value = Account> {
    let protection = (maybe(&["east", "west"]), proptest::option::of(moment()));
    (an_undivided_account(), owners(), protection).prop_map(|(account, owners, (partner, until))| Account {
        owners,
        partner: partner.map(Into::into),
        protected_until: until,
        ..account
    })
}

fn an_undivided_account() -> impl Strategy<Value = Account> {
    let names = (word(), words(), word(), word());
    let state = (maybe(&["zhang", "li"]), maybe(&["p1"]), word(), word(), proptest::option::of(moment()));
    let region = maybe(&["CN-GD", "CN-GD-440300", "US-CA"]);
    let rest = (proptest::collection::vec(a_contact(), 0..4), attributes(), moment(), region);
    (names, state, rest).prop_map(|(names, state, rest)| Account {
        company: names.0.unwrap_or_default(),
        aliases: names.1,
        domain: names.2,
        registration_number: names.3,
        owner: state.0.map(Into::into),
        pool: state.1.map(Into::into),
        maturity: state.2,
        tier: state.3,
        closed_deal_at: state.4,
        contacts: rest.0,
        attributes: rest.1,
        created_at: rest.2,
        region: rest.3.map(|region| region.parse().unwrap()),
        ..Account::default()
    })
}

fn accounts() -> impl Strategy<Value = Vec<Account>> {
    proptest::collection::vec(an_account(), 1..5).prop_map(|mut accounts| {
        for (number, account) in accounts.iter_mut().enumerate() {
            account.id = format!("A{}", number + 1).into();
        }
        accounts
    })
}

fn a_lead() -> impl Strategy<Value = Lead> {
    let who = (word(), word(), maybe(&["a@b", "wxid_abc123"]), words(), words());
    let reach = (proptest::collection::vec(phone(), 0..3), proptest::collection::vec(email(), 0..3));
    let place = (word(), word(), word(), maybe(&["CN-GD", "CN-GD-440300"]));
    let from = (word(), word(), word(), word());
    let statuses = proptest::sample::select(LeadStatus::ALL);
    let state = (statuses, maybe(&["zhang", "li"]), word(), proptest::option::of(moment()));
    let ids = proptest::collection::btree_map("[a-c.]{0,2}", "[0-9]{0,3}", 0..3);
    let clicks = proptest::collection::btree_map("[a-c.]{0,2}", "[0-9]{0,3}", 0..3);
    let first = (word(), clicks, proptest::option::of(moment()));
    let rest =
        (attributes(), moment(), proptest::option::of(any::<u32>()), ids, any::<Option<[u8; 4]>>(), first);
    (who, reach, place, from, state, rest).prop_map(|(who, reach, place, from, state, rest)| Lead {
        name: who.0,
        company: who.1,
        wechat: who.2.map(Into::into),
        tags: who.3,
        industry: who.4,
        phones: reach.0.into_iter().map(Into::into).collect(),
        emails: reach.1.into_iter().map(Into::into).collect(),
        country: place.0,
        province: place.1,
        city: place.2,
        region: place.3.map(|region| region.parse().unwrap()),
        source: Source { primary: from.0, page: from.1, ..Source::default() },
        utm: Utm { campaign: from.2, ..Utm::default() },
        message: from.3,
        status: state.0,
        owner: state.1.map(Into::into),
        stage: state.2,
        next_follow_up: state.3,
        attributes: rest.0,
        created_at: rest.1,
        employee_count: rest.2,
        external_ids: rest.3,
        ip: rest.4.map(|bytes| std::net::Ipv4Addr::from(bytes).into()),
        first_utm: Utm { medium: rest.5.0, ..Utm::default() },
        click_ids: rest.5.1,
        last_active_at: rest.5.2,
        ..Lead::default()
    })
}

fn leads() -> impl Strategy<Value = Vec<Lead>> {
    proptest::collection::vec(a_lead(), 1..5).prop_map(|mut leads| {
        for (number, lead) in leads.iter_mut().enumerate() {
            lead.id = format!("L{}", number + 1).into();
        }
        leads
    })
}

fn some_rule() -> impl Strategy<Value = Survivorship> {
    proptest::sample::select(vec![
        Survivorship::NonEmpty,
        Survivorship::Newest,
        Survivorship::Oldest,
        Survivorship::Longest,
        Survivorship::Union,
        Survivorship::SourcePriority(vec!["甲公司".into(), "a".into()]),
    ])
}

/// Default rules, one rule for all other fields, and the rules a column can have.
fn some_merger() -> impl Strategy<Value = Merger> {
    let column =
        prop_oneof![some_rule(), Just(Survivorship::Sum), Just(Survivorship::Max), Just(Survivorship::Min)];
    let tests = proptest::sample::subsequence(SurvivorTest::ALL.to_vec(), 0..=SurvivorTest::ALL.len());
    (some_rule(), column, tests, any::<bool>()).prop_map(|(default, column, survivor, blocks)| {
        let mut rules = MergeRules { default, survivor, ..MergeRules::default() };
        if !blocks {
            rules.blocks.clear();
        }
        rules.fields.insert("attributes".into(), column.clone());
        rules.fields.insert("last_active_at".into(), Survivorship::Max);
        if !matches!(column, Survivorship::Union | Survivorship::SourcePriority(_) | Survivorship::Longest) {
            rules.fields.insert("employee_count".into(), column);
        }
        Merger::compile(&rules).unwrap()
    })
}

/// The slow, obvious answer for one text field without spelling twins.
fn oracle(rule: &Survivorship, accounts: &[Account], survivor: &AccountId) -> Option<String> {
    let mut with_value: Vec<&Account> = accounts.iter().filter(|a| a.tier.is_some()).collect();
    let own_first = |a: &&Account| &a.id != survivor;
    match rule {
        Survivorship::NonEmpty => {
            with_value.sort_by_key(|a| (own_first(a), std::cmp::Reverse(a.created_at), a.id.clone()));
        }
        Survivorship::Newest => {
            with_value.sort_by_key(|a| (std::cmp::Reverse(a.created_at), own_first(a), a.id.clone()));
        }
        Survivorship::Oldest => with_value.sort_by_key(|a| (a.created_at, own_first(a), a.id.clone())),
        Survivorship::Longest => with_value.sort_by_key(|a| {
            let length = a.tier.as_ref().unwrap().chars().count();
            (std::cmp::Reverse((length, !own_first(a), a.created_at)), a.id.clone())
        }),
        other => unreachable!("{other}"),
    }
    with_value.first().and_then(|a| a.tier.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn undo_takes_a_merge_of_accounts_back_byte_for_byte(
        accounts in accounts(), merger in some_merger(), bystander in an_account(), seed in any::<prop::sample::Index>(),
    ) {
        let mut records = accounts.clone();
        records.insert(seed.index(records.len() + 1), Account { id: "Z".into(), ..bystander });
        let before = records.clone();
        let plan = accounts_plan(&accounts, &merger);
        let undo = plan.apply(&mut records).unwrap();
        prop_assert_eq!(records.len(), 2);
        // The undo record goes through storage.
        let stored: UndoRecord<Account> = serde_json::from_str(&text(&undo)).unwrap();
        prop_assert_eq!(&stored, &undo);
        let mut survivors: Vec<Account> = serde_json::from_str(&text(&records)).unwrap();
        prop_assert_eq!(stored.undo(&mut survivors).unwrap(), []);
        prop_assert_eq!(text(&survivors), text(&before));
        prop_assert_eq!(undo.undo(&mut records).unwrap(), []);
        prop_assert_eq!(records, before);
        // So does the plan.
        let again: MergePlan<Account> = serde_json::from_str(&text(&plan)).unwrap();
        prop_assert_eq!(text(&again), text(&plan));
    }

    #[test]
    fn undo_takes_a_merge_of_leads_back_byte_for_byte(leads in leads(), merger in some_merger()) {
        let mut records = leads.clone();
        let undo = leads_plan(&leads, &merger).apply(&mut records).unwrap();
        let stored: UndoRecord<Lead> = serde_json::from_str(&text(&undo)).unwrap();
        prop_assert_eq!(stored.undo(&mut records).unwrap(), []);
        prop_assert_eq!(text(&records), text(&leads));
        prop_assert_eq!(records, leads);
    }

    #[test]
    fn several_merges_are_taken_back_in_their_order_or_not_at_all(
        accounts in accounts(), more in accounts(), merger in some_merger(), apart in any::<bool>(),
    ) {
        let mut records = accounts.clone();
        records.extend(more.into_iter().enumerate().map(|(number, account)| {
            Account { id: format!("B{number}").into(), ..account }
        }));
        let before = records.clone();
        let mut log = MergeLog::default();
        let first = accounts_plan(&accounts, &merger).apply(&mut records).unwrap();
        log.push(first);
        // The survivor again with all others, or the others alone.
        let again = records.clone();
        let again: &[Account] = if apart { &again[1..] } else { &again };
        log.push(accounts_plan(again, &merger).apply(&mut records).unwrap());
        let merged = records.clone();
        let stored: MergeLog<Account> = serde_json::from_str(&text(&log)).unwrap();
        prop_assert_eq!(&stored, &log);
        match log.undo(0, &mut records) {
            Ok(_) => {
                prop_assert!(apart);
                log.undo(0, &mut records).unwrap();
                records.sort_by(|a, b| a.id.cmp(&b.id));
            }
            Err(error) => {
                let is_refused = matches!(error, MergeError::MergedSince { .. });
                prop_assert!(is_refused && !apart, "{}", error);
                prop_assert_eq!(&records, &merged);
                prop_assert_eq!(log.undo(1, &mut records).unwrap(), []);
                prop_assert_eq!(log.undo(0, &mut records).unwrap(), []);
            }
        }
        prop_assert_eq!(records, before);
        let nothing = log.undo(0, &mut Vec::new()).unwrap_err();
        prop_assert_eq!(nothing, MergeError::NotInLog { place: 0 });
    }

    #[test]
    fn the_order_of_the_records_does_not_matter(
        (accounts, shuffled) in accounts().prop_flat_map(|a| (Just(a.clone()), Just(a).prop_shuffle())),
        (leads, shuffled_leads) in leads().prop_flat_map(|l| (Just(l.clone()), Just(l).prop_shuffle())),
        merger in some_merger(),
    ) {
        let (plan, other) = (accounts_plan(&accounts, &merger), accounts_plan(&shuffled, &merger));
        prop_assert_eq!(text(&plan), text(&other));
        prop_assert_eq!(plan.to_string(), other.to_string());
        let (plan, other) = (leads_plan(&leads, &merger), leads_plan(&shuffled_leads, &merger));
        prop_assert_eq!(text(&plan), text(&other));
    }

    #[test]
    fn merging_what_is_merged_changes_nothing(accounts in accounts(), leads in leads(), merger in some_merger()) {
        let merged = accounts_plan(&accounts, &merger).merged().clone();
        let again = accounts_plan(std::slice::from_ref(&merged), &merger);
        prop_assert_eq!(again.merged(), &merged);
        prop_assert_eq!(again.effects(), []);
        let merged = leads_plan(&leads, &merger).merged().clone();
        let again = leads_plan(std::slice::from_ref(&merged), &merger);
        prop_assert_eq!(again.merged(), &merged);
        prop_assert_eq!(again.effects(), []);
    }

    #[test]
    fn effects_and_decisions_say_what_becomes_of_the_survivor(accounts in accounts(), merger in some_merger()) {
        let plan = accounts_plan(&accounts, &merger);
        let survivor = accounts.iter().find(|account| account.id == plan.merged().id).unwrap();
        let mut document = serde_json::to_value(Account { contacts: vec![], ..survivor.clone() }).unwrap();
        for effect in plan.effects() {
            let Effect::UpdateField { record: RecordRef::Account(_), field, value, .. } = effect else { continue };
            let json = match value {
                Value::Timestamp(time) if !field.starts_with("attributes.") => json!(time),
                value => json!(value),
            };
            let part = |group| field.strip_prefix(group);
            match part("attributes.").map(|name| ("attributes", name)).or(part("owners.").map(|name| ("owners", name))) {
                Some(("owners", name)) if value == &Value::Null => {
                    drop(document["owners"].as_object_mut().unwrap().remove(name));
                }
                Some((group, name)) => document[group][name] = json,
                None if value == &Value::Null => drop(document.as_object_mut().unwrap().remove(field)),
                None => document[field] = json,
            }
        }
        // Nothing is written while one contact id is two people.
        prop_assume!(!plan.doubts().iter().any(|doubt| doubt.code() == "shared_contact_id"));
        let told: Account = serde_json::from_value(document).unwrap();
        prop_assert_eq!(told, Account { contacts: vec![], ..plan.merged().clone() });
    }

    #[test]
    fn changes_in_other_fields_outlive_the_undo(
        accounts in accounts(), merger in some_merger(), note in value(), new in a_contact(),
        domain in word(), tier in word(),
    ) {
        let mut records = accounts.clone();
        let plan = accounts_plan(&accounts, &merger);
        let undo = plan.apply(&mut records).unwrap();
        let original = accounts.iter().find(|account| account.id == plan.merged().id).unwrap();
        let untouched = |field: &str| {
            !plan.decisions().iter().any(|decision| decision.field == field && decision.is_change())
        };
        let change = |account: &mut Account| {
            account.attributes.insert("note".into(), note.clone());
            if untouched("domain") {
                account.domain = domain.clone();
            }
            if untouched("tier") {
                account.tier = tier.clone();
            }
            if original.contacts == plan.merged().contacts {
                account.contacts.push(new.clone());
            }
        };
        let mut expected = accounts.clone();
        expected.iter_mut().filter(|account| account.id == original.id).for_each(change);
        change(&mut records[0]);
        prop_assert_eq!(undo.undo(&mut records).unwrap(), []);
        prop_assert_eq!(text(&records), text(&expected));
    }

    #[test]
    fn nothing_is_lost_whatever_happened_since(
        accounts in accounts(), merger in some_merger(), now in an_account(),
    ) {
        let plan = accounts_plan(&accounts, &merger);
        let undo = plan.undo();
        let now = Account { id: plan.merged().id.clone(), ..now };
        let restored = undo.restore(&now).unwrap();
        let before = accounts.iter().find(|account| account.id == now.id).unwrap();
        // Each of these fields holds the old value, or the newer one; a conflict tells when both sides changed it.
        let merged = plan.merged();
        let fields = [
            ("tier", &before.tier, &merged.tier, &now.tier, &restored.survivor.tier),
            ("domain", &before.domain, &merged.domain, &now.domain, &restored.survivor.domain),
            ("maturity", &before.maturity, &merged.maturity, &now.maturity, &restored.survivor.maturity),
        ];
        for (name, before, merged, now, restored_value) in fields {
            let conflict = restored.conflicts.iter().any(|conflict| conflict.field == name);
            prop_assert_eq!(conflict, before != merged && now != merged && now != before, "{}", name);
            let expected = if now == merged { before } else { now };
            prop_assert_eq!(restored_value, expected, "{}", name);
        }
        let others: Vec<&Account> = accounts.iter().filter(|account| account.id != now.id).collect();
        for (other, original) in restored.others.iter().zip(others) {
            prop_assert_eq!(&other.company, &original.company);
            // Everybody comes back but those who have left the merged one since, each of whom is told.
            let gone = original.contacts.len() - other.contacts.len();
            let left = |one: &&Contact| now.contacts.iter().all(|now| now.id != one.id);
            let told = merged.contacts.iter().filter(left).filter(|one| {
                restored.conflicts.iter().any(|told| told.field == format!("contacts.{}", one.id))
            });
            prop_assert!(gone <= told.count());
            prop_assert!(other.contacts.iter().all(|one| original.contacts.iter().any(|was| was.id == one.id)));
        }
    }

    #[test]
    fn a_text_field_is_what_the_obvious_implementation_says(
        mut accounts in accounts(),
        tiers in proptest::collection::vec(proptest::option::of("[甲乙a-c]{1,3}"), 5),
        rule in proptest::sample::select(
            vec![Survivorship::NonEmpty, Survivorship::Newest, Survivorship::Oldest, Survivorship::Longest]
        ),
    ) {
        for (account, tier) in accounts.iter_mut().zip(tiers) {
            account.tier = tier;
        }
        let plan = accounts_plan(&accounts, &merger_with("tier", rule.clone()));
        prop_assert_eq!(&plan.merged().tier, &oracle(&rule, &accounts, &plan.merged().id));
    }
}

#[test]
fn a_block_of_your_own_holds() {
    let rules = MergeRules {
        blocks: vec![MergeBlock {
            name: "bank".into(),
            fields: vec!["attributes.bank".into(), "attributes.iban".into()],
            rule: Survivorship::Newest,
        }],
        ..MergeRules::default()
    };
    let mut records = [account("A1", 1), account("A2", 2)];
    records[0].attributes = [("bank".into(), "ICBC".into()), ("iban".into(), "1".into())].into();
    records[1].attributes = [("bank".into(), "BOC".into())].into();
    let merged = accounts_plan(&records, &Merger::compile(&rules).unwrap()).merged().clone();
    assert_eq!(merged.attributes, [("bank".into(), "BOC".into())].into());
}
