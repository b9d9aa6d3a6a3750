//! One person across leads and contacts.

use chrono::{DateTime, Utc};
use leadkit::book::Book;
use leadkit::contact::PhoneOptions;
use leadkit::merge::{MergeLog, MergePlan, MergeRules, Merger, find_people};
use leadkit::model::{
    Account, CloseReason, Contact, ContactMove, ConversionRecord, Effect, Employment, Lead, Person, Value,
};
use proptest::prelude::*;

use super::{account, contact, lead};
use crate::support::at;

/// Who is one with whom: the ids of the records of each.
fn roles(people: &[Person]) -> Vec<Vec<&str>> {
    people.iter().map(|one| one.roles().iter().map(|role| role.record.id()).collect()).collect()
}

fn people(leads: &[Lead], accounts: &[Account]) -> Vec<Person> {
    find_people(leads, accounts, &[], &[], &PhoneOptions::default())
}

fn named(id: &str, day: u32, name: &str) -> Lead {
    Lead { name: (!name.is_empty()).then(|| name.to_owned()), ..lead(id, day) }
}

fn by_phone(id: &str, day: u32, name: &str, phone: &str) -> Lead {
    Lead { phones: vec![phone.into()], ..named(id, day, name) }
}

fn with_openid(mut lead: Lead, name: &str, id: &str) -> Lead {
    lead.external_ids.insert(name.into(), id.into());
    lead
}

#[test]
fn one_person_by_openid_phone_and_mail_with_every_role_and_the_employers() {
    let first = with_openid(named("L1", 1, "张伟"), "wechat_openid", "o6_bm");
    let mut second = with_openid(by_phone("L2", 3, "", "139 2746 1853"), "mini_openid", "o6_bm");
    second.emails = vec!["Wei.Zhang@xinghe.cn".into()];
    let third = Lead { emails: vec!["wei.zhang@xinghe.cn".into()], ..named("L3", 5, "张伟伟") };
    let at_first =
        Contact { title: Some("采购".into()), ..contact("C1", "A1", "张伟", "+8613927461853") };
    let promoted = Contact { title: Some("CTO".into()), ..contact("C2", "A2", "张总", "13927461853") };
    let accounts = [
        Account { contacts: vec![promoted], ..account("A2", 9) },
        Account { contacts: vec![at_first], ..account("A1", 2) },
    ];
    let found = people(&[third, first, second], &accounts);
    assert_eq!(roles(&found), [["L1", "C1", "L2", "L3", "C2"]], "by when each came");
    let person = &found[0];
    assert_eq!((person.id.as_str(), person.name.as_str()), ("lead:L1", "张总"));
    let trail = person.employments();
    let stays: Vec<_> =
        trail.iter().map(|one| (one.account.as_str(), one.title.as_deref(), one.until)).collect();
    let changed = at("2026-01-09T00:00:00Z");
    assert_eq!(stays, [("A1", Some("采购"), Some(changed)), ("A2", Some("CTO"), None)]);
    crate::support::assert_round_trip(person);
}

/// The person was with A1 since it was filed, and moved: the account of the new employer was there before.
#[test]
fn who_moves_keeps_the_trail() {
    let mut book = Book::new();
    let old = Account { contacts: vec![contact("C1", "A1", "张伟", "13927461853")], ..account("A1", 5) };
    book.insert_account(old);
    book.insert_account(account("A2", 1));
    let goes = |to: Option<&str>, from: &str, is_proposal| Effect::MoveContact {
        contact: "C1".into(),
        from: from.into(),
        to: to.map(Into::into),
        is_proposal,
    };
    book.apply_effects("asked", &[goes(Some("A2"), "A1", true)], at("2026-01-20T00:00:00Z"));
    assert!(book.desk().moves.is_empty(), "a proposal moves nobody");
    book.apply_effects("moved", &[goes(Some("A2"), "A1", false)], at("2026-01-21T00:00:00Z"));
    book.apply_effects("moved", &[goes(Some("A2"), "A1", false)], at("2026-01-21T00:00:00Z"));
    let trail = |book: &Book| {
        let accounts: Vec<Account> = book.accounts().cloned().collect();
        let found = find_people(&[], &accounts, &[], &book.desk().moves, &PhoneOptions::default());
        let stay = |one: &Employment| {
            let day = |time: DateTime<Utc>| time.format("%m-%d").to_string();
            format!("{} {}..{}", one.account, day(one.from), one.until.map(day).unwrap_or_default())
        };
        found[0].employments().iter().map(stay).collect::<Vec<_>>()
    };
    assert_eq!(trail(&book), ["A1 01-05..01-21", "A2 01-21.."]);
    book.apply_effects("back", &[goes(Some("A1"), "A2", false)], at("2026-02-01T00:00:00Z"));
    assert_eq!(trail(&book), ["A1 01-05..01-21", "A2 01-21..02-01", "A1 02-01.."]);
}

fn trail(accounts: &[Account], book: &Book) -> Vec<String> {
    let found = find_people(&[], accounts, &[], &book.desk().moves, &PhoneOptions::default());
    let stay = |one: &Employment| {
        let day = |time: DateTime<Utc>| time.format("%m-%d").to_string();
        format!("{} {}..{}", one.account, day(one.from), one.until.map(day).unwrap_or_default())
    };
    found[0].employments().iter().map(stay).collect()
}

/// A person who moved from one account to another works where their contact is, whatever was merged into what since.
#[test]
fn a_merge_of_employers_keeps_the_trail() {
    let moved = at("2026-01-20T00:00:00Z");
    let person = contact("C1", "A3", "张伟", "13927461853");
    let twin = contact("C9", "A1", "张伟", "13927461853");
    for (survivor, gone, of_survivor, wanted) in [
        ("A1", "A2", None, ["A3 01-05..01-20", "A1 01-20.."]),
        ("A1", "A2", Some(&twin), ["A3 01-05..01-20", "A1 01-20.."]),
        ("A1", "A3", None, ["A1 01-01..01-20", "A2 01-20.."]),
        ("A2", "A3", None, ["", "A2 01-02.."]),
    ] {
        let mut book = Book::new();
        let people = of_survivor.into_iter().cloned().collect();
        book.insert_account(Account { contacts: people, ..account("A1", 1) });
        book.insert_account(account("A2", 2));
        book.insert_account(Account { contacts: vec![person.clone()], ..account("A3", 5) });
        let (contact, from, to) = ("C1".into(), "A3".into(), Some("A2".into()));
        let goes = Effect::MoveContact { contact, from, to, is_proposal: false };
        book.apply_effects("moved", &[goes], moved);
        let accounts = |book: &Book| book.accounts().cloned().collect::<Vec<_>>();
        let before = (trail(&accounts(&book), &book), book.desk().moves.clone(), accounts(&book));
        let records = [survivor, gone].map(|id| book.account(&id.into()).unwrap().clone());
        let plan = MergePlan::for_accounts(&records, &super::merger(), &PhoneOptions::default()).unwrap();
        assert_eq!(plan.merged().id.as_str(), survivor);
        book.apply_effects("merge", plan.effects(), at("2026-02-01T00:00:00Z"));
        let wanted: Vec<&str> = wanted.into_iter().filter(|one| !one.is_empty()).collect();
        assert_eq!(trail(&accounts(&book), &book), wanted, "{gone} into {survivor}");
        let mut log = MergeLog::default();
        log.push(plan.undo().clone());
        let (effects, _) = log.undo_effects(0, book.account(&survivor.into()).unwrap()).unwrap();
        book.apply_effects("undo", &effects, at("2026-02-02T00:00:00Z"));
        let after = (trail(&accounts(&book), &book), book.desk().moves.clone(), accounts(&book));
        assert_eq!(after, before, "{gone} into {survivor}");
    }
    // The old employer is no longer on file, or a host has not repointed its moves.
    let mut book = Book::new();
    book.insert_account(account("A2", 2));
    book.insert_account(Account { contacts: vec![person], ..account("A3", 5) });
    let (contact, from, to) = ("C1".into(), "A3".into(), Some("A2".into()));
    book.apply_effects("moved", &[Effect::MoveContact { contact, from, to, is_proposal: false }], moved);
    let at_new = book.account(&"A2".into()).unwrap().clone();
    assert_eq!(trail(std::slice::from_ref(&at_new), &book), ["A3 01-19..01-20", "A2 01-20.."]);
    let renamed = Account { id: "A1".into(), ..at_new };
    assert_eq!(trail(&[renamed, account("A3", 5)], &book), ["A3 01-05..01-20", "A1 01-20.."]);
}

/// A person who is with both accounts already is there once after leaving one of them.
#[test]
fn a_contact_who_moves_to_their_present_account_is_there_once() {
    let mut book = Book::new();
    for (id, day) in [("A1", 1), ("A2", 2)] {
        let people = vec![contact("C1", id, "张伟", "13927461853")];
        book.insert_account(Account { contacts: people, ..account(id, day) });
    }
    let (contact, from, to) = ("C1".into(), "A1".into(), Some("A2".into()));
    let goes = Effect::MoveContact { contact, from, to, is_proposal: false };
    book.apply_effects("moved", &[goes], at("2026-01-20T00:00:00Z"));
    let of = |id: &str| book.account(&id.into()).unwrap().contacts.len();
    assert_eq!((of("A1"), of("A2")), (0, 1));
}

/// A separate contact at each employer: the account of the new one was there before the person was.
#[test]
fn two_contacts_of_one_person_follow_one_another_by_their_own_time() {
    let mut book = Book::new();
    let old = Account { contacts: vec![contact("C1", "A1", "张伟", "13927461853")], ..account("A1", 5) };
    book.insert_account(old);
    book.insert_account(account("A2", 1));
    book.insert_lead(by_phone("L1", 3, "张伟", "13927461853"));
    let add = Effect::AddContact {
        account: "A2".into(),
        contact: "C2".into(),
        from: "L1".into(),
        phones: vec!["13927461853".into()],
    };
    book.apply_effects("converted", &[add], at("2026-01-20T00:00:00Z"));
    let accounts: Vec<Account> = book.accounts().cloned().collect();
    let added = &accounts[1].contacts[0];
    assert_eq!(added.since, Some(at("2026-01-20T00:00:00Z")));
    assert_eq!(serde_json::to_value(added).unwrap()["since"], "2026-01-20T00:00:00Z");
    let employers = |accounts: &[Account]| {
        let found = find_people(&[], accounts, &[], &[], &PhoneOptions::default());
        let one = |one: &Employment| format!("{} {}", one.account, one.from.format("%m-%d"));
        found[0].employments().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(employers(&accounts), ["A1 01-05", "A2 01-20"]);
    // If two accounts are one company, the person is there since the earlier time, and nobody has to be asked.
    let mut accounts = accounts;
    accounts[0].contacts[0].since = Some(at("2026-01-02T00:00:00Z"));
    accounts[0].company = "Acme Ltd".into();
    accounts[1].company = "Acme Ltd".into();
    for survivor in [0, 1] {
        accounts[survivor].closed_deal_at = Some(at("2026-01-21T00:00:00Z"));
        let merger = Merger::compile(&MergeRules::default()).unwrap();
        let plan = MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default()).unwrap();
        assert!(plan.doubts().is_empty(), "{plan}");
        let since: Vec<_> = plan.merged().contacts.iter().map(|one| one.since).collect();
        assert_eq!(since, [Some(at("2026-01-02T00:00:00Z"))]);
        // The effects and the undo write it too.
        let mut book = Book::new();
        accounts.iter().for_each(|account| book.insert_account(account.clone()));
        book.apply_effects("merge", plan.effects(), at("2026-02-01T00:00:00Z"));
        let merged: Vec<Account> = book.accounts().cloned().collect();
        assert_eq!(merged[0].contacts[0].since, since[0]);
        let mut log = MergeLog::default();
        log.push(plan.undo().clone());
        let (effects, _) = log.undo_effects(0, &merged[0]).unwrap();
        book.apply_effects("undo", &effects, at("2026-02-02T00:00:00Z"));
        let back: Vec<Account> = book.accounts().cloned().collect();
        let times = |accounts: &[Account]| -> Vec<_> {
            accounts.iter().flat_map(|one| &one.contacts).map(|one| one.since).collect()
        };
        assert_eq!(times(&back), times(&accounts));
        accounts[survivor].closed_deal_at = None;
    }
}

/// Words for none, however systems write them, are no id, and what a rep found wrong names nobody.
#[test]
fn who_shares_nothing_is_nobody_s_twin() {
    for none in ["undefined", "null", "0", "{{openid}}", "N/A", "匿名", "暂无", "-"] {
        let leads = ["L1", "L2"].map(|id| with_openid(named(id, 1, ""), "wechat_openid", none));
        assert_eq!(roles(&people(&leads, &[])), [["L1"], ["L2"]], "{none}");
    }
    for name in ["openid", "open_id", "wechat-open-id", "Wechat OpenID"] {
        let one = with_openid(named("L1", 1, ""), "openid", "o6_bm");
        let two = with_openid(named("L2", 1, ""), name, "o6_bm");
        assert_eq!(roles(&people(&[one, two], &[])), [["L1", "L2"]], "{name}");
    }
    let mobile = "13927461853";
    let mut marked = by_phone("L1", 1, "", mobile);
    marked.attributes.insert(Lead::WRONG_CONTACTS.to_owned(), Value::from("139 2746 1853"));
    let closed = Lead { close_reason: Some(CloseReason::WrongContact), ..by_phone("L1", 1, "", mobile) };
    for wrong in [marked, closed] {
        let leads = [wrong, by_phone("L2", 2, "", mobile)];
        assert_eq!(roles(&people(&leads, &[])), [["L1"], ["L2"]]);
    }
    // A second WeChat id that a merge put beside the first is the person's too.
    let mut first = Lead { wechat: Some("wx_first".into()), ..named("L1", 1, "") };
    first.other_ids.insert("wechat".into(), vec!["wx_second".into()]);
    let second = Lead { wechat: Some("wx_second".into()), ..named("L2", 2, "") };
    assert_eq!(roles(&people(&[first, second], &[])), [["L1", "L2"]]);
}

#[test]
fn who_is_two_people_stays_two() {
    let mobile = "13927461853";
    for (leads, expected) in [
        // A family's phone.
        (vec![by_phone("L1", 1, "张伟", mobile), by_phone("L2", 2, "李丽", mobile)], 2),
        (
            vec![
                by_phone("L1", 1, "张伟", mobile),
                by_phone("L2", 2, "李丽", mobile),
                by_phone("L3", 3, "张伟", mobile),
            ],
            2,
        ),
        (
            vec![
                by_phone("L1", 1, "张伟", mobile),
                by_phone("L2", 2, "李丽", mobile),
                by_phone("L3", 3, "", mobile),
            ],
            3,
        ),
        // A landline, a team's mailbox, an invented number.
        (vec![by_phone("L1", 1, "张伟", "0755-26718843"), by_phone("L2", 2, "张伟", "0755-26718843")], 2),
        (vec![by_phone("L1", 1, "", "13800138000"), by_phone("L2", 2, "", "13800138000")], 2),
        // An id of a platform outlives a number, and never joins two names.
        (
            vec![
                with_openid(by_phone("L1", 1, "张伟", mobile), "openid", "o1"),
                with_openid(by_phone("L2", 2, "张伟", "13812349876"), "openid", "o1"),
            ],
            1,
        ),
        (
            vec![
                with_openid(named("L1", 1, "张伟"), "openid", "o1"),
                with_openid(named("L2", 2, "李丽"), "openid", "o1"),
            ],
            2,
        ),
        (
            vec![
                with_openid(named("L1", 1, ""), "openid", "o1"),
                with_openid(named("L2", 2, ""), "unionid", "o1"),
            ],
            2,
        ),
        // A record of another system is no person.
        (
            vec![
                with_openid(named("L1", 1, ""), "clue_id", "7"),
                with_openid(named("L2", 2, ""), "clue_id", "7"),
            ],
            2,
        ),
    ] {
        assert_eq!(people(&leads, &[]).len(), expected, "{leads:?}");
    }
    let two = vec![contact("C1", "A1", "张伟", mobile), contact("C2", "A1", "张伟", mobile)];
    assert_eq!(people(&[], &[Account { contacts: two, ..account("A1", 1) }]).len(), 2);
    assert_eq!(people(&[], &[]), []);
}

#[test]
fn who_could_be_either_of_two_is_neither() {
    let mut between = by_phone("L3", 3, "", "13927461853");
    between.emails = vec!["li@xinghe.cn".into()];
    let li = Lead { emails: vec!["li@xinghe.cn".into()], ..named("L2", 2, "李丽") };
    let found = people(&[by_phone("L1", 1, "张伟", "13927461853"), li, between], &[]);
    assert_eq!(roles(&found), [["L1"], ["L2"], ["L3"]]);
}

#[test]
fn what_the_host_has_filed_makes_one_person() {
    let entry = Lead { folded_into: Some("L1".into()), ..named("L2", 2, "张伟") };
    let other = Lead { folded_into: Some("L1".into()), ..named("L3", 3, "李丽") };
    let came = Contact { lead: Some("L1".into()), ..contact("C1", "A1", "张先生", "") };
    let accounts = [Account { contacts: vec![came, contact("C2", "A1", "", "")], ..account("A1", 8) }];
    let conversion = ConversionRecord {
        lead: "L4".into(),
        account: "A1".into(),
        contact: Some("C2".into()),
        opportunity: None,
        at: at("2026-02-01T00:00:00Z"),
        by: None,
        rule: None,
    };
    let leads = [named("L1", 1, "张伟"), entry, other, named("L4", 4, "王强")];
    let found = find_people(&leads, &accounts, &[conversion], &[], &PhoneOptions::default());
    assert_eq!(roles(&found), [vec!["L1", "C1", "L2"], vec!["L3"], vec!["L4", "C2"]]);
    assert_eq!(found[0].employments()[0].from, leads[0].created_at, "the person was there when they wrote");
}

fn some_leads() -> impl Strategy<Value = Vec<Lead>> {
    let names = proptest::sample::select(&["张伟", "张", "李丽", "Dana Reed", "D. Reed", ""][..]);
    let phones = proptest::sample::select(&["13927461853", "13812349876", "0755-26718843", ""][..]);
    let mails = proptest::sample::select(&["wei@xinghe.cn", "info@xinghe.cn", ""][..]);
    let ids = proptest::sample::select(&["o1", "o2", ""][..]);
    let one = (names, phones, mails, ids, 1..9u32).prop_map(|(name, phone, mail, id, day)| {
        let mut lead = with_openid(by_phone("", day, name, phone), "openid", id);
        lead.emails = vec![mail.into()];
        lead
    });
    proptest::collection::vec(one, 0..9).prop_map(|mut leads| {
        leads.iter_mut().enumerate().for_each(|(place, lead)| lead.id = format!("L{place}").into());
        leads
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_of_one_person_and_no_person_has_two_names(
        (leads, shuffled) in some_leads().prop_flat_map(|leads| (Just(leads.clone()), Just(leads).prop_shuffle())),
    ) {
        let found = people(&leads, &[]);
        prop_assert_eq!(&found, &people(&shuffled, &[]), "in whatever order");
        let mut seen: Vec<&str> = roles(&found).concat();
        seen.sort_unstable();
        let all: Vec<&str> = leads.iter().map(|lead| lead.id.as_str()).collect();
        prop_assert_eq!(seen, all);
        let of = |id: &str| leads.iter().find(|lead| lead.id.as_str() == id).unwrap();
        for person in &found {
            let records: Vec<&Lead> = person.roles().iter().map(|role| of(role.record.id())).collect();
            for a in &records {
                for b in &records {
                    let names = a.name.as_deref().zip(b.name.as_deref());
                    prop_assert!(names.is_none_or(|(a, b)| !leadkit::contact::are_two_people(a, b)));
                }
            }
        }
    }
}

fn known_as(mut contact: Contact, name: &str, id: &str) -> Contact {
    contact.external_ids.entry(name.into()).or_default().push(id.into());
    contact
}

#[test]
fn an_openid_on_a_contact_finds_the_person() {
    let at = |contact: Contact| [Account { contacts: vec![contact], ..account("A1", 2) }];
    let known = |name: &str| known_as(contact("C1", "A1", name, "13927461853"), "wechat_openid", "o6_bm");
    let entry = |name: &str| with_openid(named("L1", 1, name), "mini_openid", " o6_bm ");
    assert_eq!(roles(&people(&[entry("张伟")], &at(known("张伟")))), [["L1", "C1"]]);
    assert_eq!(roles(&people(&[entry("")], &at(known("张伟")))), [["L1", "C1"]]);
    // Names that differ are two people, whatever the platform says; an id of a form is nobody's; case tells ids apart.
    assert_eq!(people(&[entry("李丽")], &at(known("张伟"))).len(), 2);
    let of_form = known_as(contact("C1", "A1", "张伟", "13927461853"), "clue_id", "o6_bm");
    assert_eq!(people(&[with_openid(named("L1", 1, "张伟"), "clue_id", "o6_bm")], &at(of_form)).len(), 2);
    assert_eq!(
        people(&[with_openid(named("L1", 1, "张伟"), "openid", "O6_BM")], &at(known("张伟"))).len(),
        2
    );
    assert!(!format!("{:?}", known("张伟")).contains("o6_bm"));
}

#[test]
fn contacts_of_one_openid_are_united_and_keep_all_their_ids() {
    let merge = |a: Contact, b: Contact| {
        let accounts = [
            Account { contacts: vec![a], ..account("A1", 1) },
            Account { contacts: vec![b], ..account("A2", 2) },
        ];
        let merger = super::merger();
        MergePlan::for_accounts(&accounts, &merger, &PhoneOptions::default())
            .unwrap()
            .merged()
            .contacts
            .clone()
    };
    let with = |id: &str, name: &str, phone: &str, ids: &[&str]| {
        let mut made = contact(id, "A1", name, phone);
        made.phones.retain(|phone| !phone.as_str().is_empty());
        ids.iter().fold(made, |made, id| known_as(made, "wechat_openid", id))
    };
    let one = merge(with("C1", "张伟", "13927461853", &["o1"]), with("C2", "张伟", "", &["o2", "o1"]));
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].external_ids["wechat_openid"], ["o1", "o2"]);
    assert_eq!(merge(with("C1", "张伟", "13927461853", &["o1"]), with("C2", "李丽", "", &["o1"])).len(), 2);
}

/// Everybody may send forms with the same many numbers: names are compared once, not once for each number.
#[test]
fn many_numbers_that_many_share_cost_no_more_than_one() {
    let shared = |n: usize, phones: usize, name: &dyn Fn(usize) -> String| -> Vec<Lead> {
        let numbers = |_| (0..phones).map(|p| format!("139274618{p:02}").as_str().into()).collect();
        let one = |i: usize| Lead { phones: numbers(i), ..named(&format!("L{i:02}"), 1, &name(i)) };
        (0..n).map(one).collect()
    };
    let letters: Vec<String> = ('a'..='z').map(String::from).collect();
    let growing = |i: usize| letters[..=i].join(" ");
    let found = people(&shared(20, 32, &growing), &[]);
    assert_eq!(roles(&found), roles(&people(&shared(20, 1, &growing), &[])));
    let differing =
        |i: usize| format!("{}{}", ["王", "李", "张", "刘", "陈"][i % 5], ["芳", "伟", "敏", "静"][i / 5]);
    let found = people(&shared(20, 32, &differing), &[]);
    assert_eq!(found.len(), 20);
}

/// A contact of two accounts works for both: neither employer follows the other, also where a move led to one of them.
#[test]
fn a_contact_of_two_accounts_has_two_employers_today() {
    let titled = |title: &str, at: &str| Contact {
        title: Some(title.into()),
        ..contact("C1", at, "Pat Lee", "13927461853")
    };
    let with = |id: &str, day, title: &str| Account { contacts: vec![titled(title, id)], ..account(id, day) };
    let accounts = [with("A1", 1, "CFO"), with("A2", 5, "Board")];
    let of = |accounts: &[Account], moves: &[ContactMove]| {
        let found = find_people(&[], accounts, &[], moves, &PhoneOptions::default());
        assert_eq!(found.len(), 1);
        let trail = found[0].employments();
        trail
            .iter()
            .map(|one| format!("{} {:?} {}", one.account, one.title, one.until.is_some()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&accounts, &[]), ["A1 Some(\"CFO\") false", "A2 Some(\"Board\") false"]);
    let moved = |from: &str, to: &str| ContactMove {
        contact: "C1".into(),
        from: from.into(),
        to: Some(to.into()),
        at: at("2026-01-20T00:00:00Z"),
    };
    let led = ["A3 None true", "A1 Some(\"CFO\") false", "A2 Some(\"Board\") false"];
    let mut found = of(&accounts, &[moved("A3", "A2")]);
    found.sort();
    let mut wanted = led.map(str::to_owned);
    wanted.sort();
    assert_eq!(found, wanted);
    // Who left A1 for A2 is at A2 alone.
    let one = [Account { contacts: Vec::new(), ..account("A1", 1) }, with("A2", 5, "Board")];
    assert_eq!(of(&one, &[moved("A1", "A2")]), ["A1 None true", "A2 Some(\"Board\") false"]);
}

/// A family's phone reaches who has the same name, however it is written.
#[test]
fn a_name_with_a_remark_is_the_same_name() {
    let phone = "13927461853";
    let found = people(
        &[
            by_phone("L1", 1, "王小明（采购）", phone),
            by_phone("L2", 2, "李娜", phone),
            by_phone("L3", 3, "王小明", phone),
        ],
        &[],
    );
    assert_eq!(roles(&found), [vec!["L1", "L3"], vec!["L2"]]);
    let found = people(
        &[
            by_phone("L1", 1, "Pat O'Neil, PhD", phone),
            by_phone("L2", 2, "Dana Reed", phone),
            by_phone("L3", 3, "ONeil, Pat", phone),
        ],
        &[],
    );
    assert_eq!(roles(&found), [vec!["L1", "L3"], vec!["L2"]]);
}
