//! Who is one person when accounts are merged, and who stays two.

use std::collections::{BTreeMap, BTreeSet};

use leadkit::contact::{PhoneKind, PhoneOptions, are_two_people, read_emails, read_phones};
use leadkit::merge::{MergeDoubt, MergePlan, find_people};
use leadkit::model::{Account, Contact, Lead, RecordRef};
use proptest::prelude::*;

use super::{account, accounts_plan, contact, lead, leads_plan, maybe, merger};

/// A contact by its values: a name, then whatever reaches the person.
fn person(id: &str, account: &str, text: &str) -> Contact {
    let mut parts = text.split(" / ").map(str::trim);
    let mut person = contact(id, account, parts.next().unwrap_or_default(), "");
    for part in parts {
        match part.strip_prefix("wechat:") {
            Some(wechat) => person.wechat = Some(wechat.into()),
            None if part.contains('@') => person.emails.push(part.into()),
            None => person.phones.push(part.into()),
        }
    }
    person
}

fn merged(first: &[&str], second: &[&str]) -> MergePlan<Account> {
    let mut records = [account("A1", 1), account("A2", 2)];
    let mut number = 0;
    for (record, people) in records.iter_mut().zip([first, second]) {
        let id = record.id.to_string();
        for text in people {
            number += 1;
            record.contacts.push(person(&format!("C{number}"), &id, text));
        }
    }
    accounts_plan(&records, &merger())
}

#[test]
fn two_contacts_are_one_person_by_what_reaches_one_person_and_nothing_that_differs() {
    for (first, second, people) in [
        ("王强 / 13812349876", "王强 / +86 138-1234-9876", 1),
        ("王强 / 13812349876", "王总 / 13812349876", 1),
        ("王强 / 13812349876", " / 13812349876", 1),
        ("王强 / 13812349876", "李丽 / 13812349876", 2),
        ("Dana Reed / dana@quellmark.com", "D. Reed / DANA@quellmark.com", 1),
        ("Dana Reed / dana@quellmark.com", "Tom Fields / dana@quellmark.com", 2),
        ("王强 / wechat:wangqiang88", "王强 / 0755-26718843 / wechat:WangQiang88", 1),
        ("王强 / wechat:13812349876", "王强 / 13812349876", 1),
        // A landline, a mailbox of a team and an invented number are nobody's.
        ("王强 / 0755-26718843", "王强 / (0755)26718843", 2),
        ("王强 / 0755-26718843", " / 0755-26718843", 2),
        ("Pat Lee / 020-7946-0001", " / 020-7946-0001 / pat@harbor.com", 2),
        ("Dana Reed / info@quellmark.com", "Dana Reed / info@quellmark.com", 2),
        ("王强 / 13800138000", "王强 / 13800138000", 2),
        ("Dana Reed / einkauf@quellmark.com", " / einkauf@quellmark.com", 2),
        ("Dana Reed / support-eu@quellmark.com", " / support-eu@quellmark.com", 2),
        // Mobiles and addresses that differ are two people's, whatever else they share.
        ("陈静 / 13812349876 / chen@qinghe.cn", "陈静 / 13927461853 / chen@qinghe.cn", 2),
        ("陈静 / 13812349876 / chen@qinghe.cn", "陈静 / 13812349876 / jing@qinghe.cn", 2),
        ("陈静 / 13812349876 / 13927461853", "陈静 / 13927461853", 1),
        ("陈静 / 13812349876 / info@qinghe.cn", "陈静 / 13812349876 / chen@qinghe.cn", 1),
        // A landline abroad is as one of China; a mobile number is one person's.
        ("Dana Reed / +44 20 7946 0113", " / +44 20 7946 0113", 2),
        ("Dana Reed / +44 20 7946 0113", "D. Reed / +44 20 7946 0113", 2),
        ("Dana Reed / +44 20 7946 0113", "Dana Reed / +442079460113", 2),
        ("Dana Reed / +44 7911 123456", "Dana Reed / +447911123456", 1),
        (
            "Dana Reed / +44 20 7946 0113 / dana@quellmark.com",
            "Dana Reed / +44 7700 912347 / dana@quellmark.com",
            1,
        ),
        // A name alone tells nobody.
        ("陈静", "陈静", 2),
    ] {
        let plan = merged(&[first], &[second]);
        assert_eq!(plan.merged().contacts.len(), people, "{first} and {second}: {plan}");
    }
}

#[test]
fn a_family_phone_unites_only_who_has_the_same_name() {
    let plan = merged(&["王强 / 13812349876"], &["李丽 / 13812349876"]);
    assert_eq!((plan.merged().contacts.len(), plan.contacts().len()), (2, 1), "{plan}");
    let mut records = [account("A1", 1), account("A2", 2), account("A3", 3), account("A4", 4)];
    for (number, (record, name)) in records.iter_mut().zip(["王强", "李丽", "王强", ""]).enumerate() {
        let id = record.id.to_string();
        record.contacts = vec![contact(&format!("C{number}"), &id, name, "13812349876")];
    }
    let names: Vec<Option<String>> =
        accounts_plan(&records, &merger()).merged().contacts.iter().map(|one| one.name.clone()).collect();
    assert_eq!(
        names,
        [Some("王强".into()), None, Some("李丽".into())],
        "nobody knows whose the nameless one is"
    );
}

#[test]
fn initials_are_no_bridge_between_two_people() {
    let mut records = [account("A1", 1), account("A2", 2), account("A3", 3)];
    for (record, text) in records.iter_mut().zip([
        "Dana Reed / dreed@quellmark.com / wechat:dreed_qm",
        "D. Reed / dreed@quellmark.com",
        "Diana Reed / wechat:dreed_qm",
    ]) {
        let id = record.id.to_string();
        record.contacts = vec![person(&format!("of-{id}"), &id, text)];
    }
    let plan = accounts_plan(&records, &merger());
    let names: BTreeSet<_> = plan.merged().contacts.iter().filter_map(|one| one.name.as_deref()).collect();
    assert!(names.contains("Dana Reed") && names.contains("Diana Reed"), "{plan}");
}

#[test]
fn who_could_be_two_people_stays_by_himself() {
    let both = merged(
        &["王强 / 13812349876", "王小强 / wechat:xiaoqiang_w"],
        &["王 / 13812349876 / wechat:xiaoqiang_w"],
    );
    assert_eq!(both.merged().contacts.len(), 3, "{both}");
    let crowd = |count: usize| {
        let mut records = vec![account("A1", 1), account("A2", 2)];
        // One mailbox, and a separate mobile for each.
        for number in 0..count {
            let id = format!("B{number}");
            let text = format!("王强 / 139274{:05} / wang@fenyang.cn", 61_853 + 7 * number);
            let contacts = vec![person(&format!("C{number}"), &id, &text)];
            records.push(Account { contacts, ..account(&id, 3) });
        }
        accounts_plan(&records, &merger()).merged().contacts.len()
    };
    assert_eq!((crowd(3), crowd(40)), (3, 40));
}

/// Each export counts its contacts for itself: an id ties those together of whom nothing says that they are two.
#[test]
fn one_id_is_one_person_unless_something_says_otherwise() {
    let with = |first: &[(&str, &str)], second: &[(&str, &str)]| {
        let mut records = [account("A1", 1), account("A2", 2)];
        for (record, people) in records.iter_mut().zip([first, second]) {
            let id = record.id.to_string();
            record.contacts = people.iter().map(|(contact, text)| person(contact, &id, text)).collect();
        }
        records
    };
    let shared = |ids: &[&str]| -> Vec<MergeDoubt> {
        ids.iter().map(|id| MergeDoubt::SharedContactId { contact: (*id).into() }).collect()
    };
    let (zhang, li) = ("张伟 / 13812349876", "李娜 / 13927461853");
    for (first, second, people, of_two) in [
        (vec![("c1", zhang)], vec![("c1", "张伟")], vec!["c1 张伟"], vec![]),
        (vec![("c1", "张伟")], vec![("c1", "张总 / 13812349876")], vec!["c1 张伟"], vec![]),
        (vec![("c1", zhang)], vec![("c1", "")], vec!["c1 张伟"], vec![]),
        (vec![("c1", zhang)], vec![("c1", " / zhang@qinghe.cn")], vec!["c1 张伟"], vec![]),
        // What a company has is no person's by an id alone.
        (vec![("c1", zhang)], vec![("c1", " / info@qinghe.cn")], vec!["c1 张伟", "c1 "], vec!["c1"]),
        (vec![("c1", " / 0755-26718843")], vec![("c1", zhang)], vec!["c1 ", "c1 张伟"], vec!["c1"]),
        (
            vec![("c1", "Ann Lee / ann.lee@acme.com")],
            vec![("c1", " / +44 20 7946 0101 / info@acme.com")],
            vec!["c1 Ann Lee", "c1 "],
            vec!["c1"],
        ),
        (vec![("c1", " / info@qinghe.cn")], vec![("c1", " / info@qinghe.cn")], vec!["c1 "], vec![]),
        (vec![("c1", zhang)], vec![("c1", li)], vec!["c1 张伟", "c1 李娜"], vec!["c1"]),
        (vec![("c1", zhang)], vec![("c1", "张伟 / 13927461853")], vec!["c1 张伟", "c1 张伟"], vec!["c1"]),
        (vec![("c1", zhang)], vec![("c3", zhang), ("c1", li)], vec!["c1 张伟", "c1 李娜"], vec!["c1"]),
        (
            vec![("1", zhang), ("2", li)],
            vec![("1", li), ("2", zhang)],
            vec!["1 张伟", "2 李娜"],
            vec!["1", "2"],
        ),
    ] {
        let records = with(&first, &second);
        let plan = accounts_plan(&records, &merger());
        let shown = |one: &Contact| format!("{} {}", one.id, one.name.clone().unwrap_or_default());
        assert_eq!(plan.merged().contacts.iter().map(shown).collect::<Vec<_>>(), people, "{plan}");
        for (one, original) in plan.merged().contacts.iter().zip(&people) {
            let mobiles = reach(one).mobiles;
            assert!(mobiles.len() <= 1, "{original} has two people's numbers: {mobiles:?}");
        }
        let doubts: Vec<MergeDoubt> =
            plan.doubts().iter().filter(|doubt| doubt.field().is_none()).cloned().collect();
        assert_eq!(doubts, shared(&of_two), "{plan}");
        assert_eq!(plan.needs_own_answer(), !of_two.is_empty());
        // By effects nobody is lost: there are none.
        assert_eq!(plan.effects().is_empty(), !of_two.is_empty(), "{plan}");
    }
    let mut third = account("A3", 3);
    third.contacts = vec![person("c1", "A3", "李娜 / 13927461853 / li.na@fenyang.cn")];
    let [first, second] = with(&[("c1", zhang)], &[("c1", li)]);
    let plan = accounts_plan(&[first, second, third], &merger());
    assert_eq!(plan.merged().contacts.len(), 2, "{plan}");
}

/// A name that stands beside an address or number is one, where the contact has no other.
#[test]
fn a_name_beside_a_value_is_a_name_and_is_not_lost() {
    for (first, second, people) in [
        (" / Sam Hill <pa.desk@brontak.com>", " / Jo Berg <pa.desk@brontak.com>", 2),
        (" / Sam Hill <pa.desk@brontak.com>", " / \"Hill, Sam\" <pa.desk@brontak.com>", 1),
        (" / Anna Berg 13501928374", " / Bo Karl 13501928374", 2),
        (" / Anna Berg 13501928374", "Bo Karl / 13501928374", 2),
        (" / Anna Berg 13501928374", " / Tel. 13501928374", 1),
        (" / 手机：13501928374", " / 微信同号 13501928374", 1),
    ] {
        let plan = merged(&[first], &[second]);
        assert_eq!(plan.merged().contacts.len(), people, "{first} and {second}: {plan}");
    }
    // Of one person both notes stay.
    let plan = merged(&["Anna Berg / 13501928374 (home)"], &["Anna Berg / 13501928374 (ask for Bo)"]);
    let phones: Vec<&str> = plan.merged().contacts[0].phones.iter().map(|one| one.as_str()).collect();
    assert_eq!(phones, ["13501928374 (home)", "13501928374 (ask for Bo)"]);
    let plan = merged(&["Anna Berg / 13501928374"], &["Anna Berg / +86 135 0192 8374"]);
    assert_eq!(plan.merged().contacts[0].phones.len(), 1);
}

/// A number is as it is dialled where its account is, or in the country that its lead states.
#[test]
fn numbers_are_those_of_where_the_record_is() {
    let at = |id: &str, region: Option<&str>, phone: &str| Account {
        region: region.map(|region| region.parse().unwrap()),
        contacts: vec![person(&format!("c-{id}"), id, &format!("陈大文 / {phone}"))],
        ..account(id, 1)
    };
    let people = |second: Account| {
        let first = at("A1", Some("HK"), "+852 6271 8394");
        accounts_plan(&[first, second], &merger()).merged().contacts.len()
    };
    assert_eq!(people(at("A2", Some("HK"), "6271 8394")), 1);
    assert_eq!(people(at("A2", None, "6271 8394")), 2, "nobody knows where it is dialled");

    let stating = |id: &str, country: Option<&str>, phone: &str| Lead {
        name: Some("陈大文".into()),
        country: country.map(str::to_owned),
        phones: vec![phone.into()],
        ..lead(id, 1)
    };
    let people = |country| {
        let leads = [stating("L1", None, "+852 6271 8394"), stating("L2", country, "6271 8394")];
        find_people(&leads, &[], &[], &[], &PhoneOptions::default()).len()
    };
    assert_eq!((people(Some("香港")), people(None)), (1, 2));
}

#[test]
fn leads_of_two_people_are_told() {
    let of = |id: &str, day, name: &str, phone: &str, email: &str| Lead {
        name: (!name.is_empty()).then(|| name.to_owned()),
        phones: vec![phone.into()],
        emails: vec![email.into()],
        ..lead(id, day)
    };
    let (mobile, other, mail) = ("13812349876", "13927461853", "wang@fenyang.cn");
    for (first, second, is_other) in [
        (of("L1", 1, "王强", mobile, mail), of("L2", 2, "王强", mobile, mail), false),
        (of("L1", 1, "王强", mobile, mail), of("L2", 2, "", mobile, "info@fenyang.cn"), false),
        (of("L1", 1, "王强", mobile, mail), of("L2", 2, "李丽", mobile, mail), true),
        (of("L1", 1, "王强", mobile, mail), of("L2", 2, "王强", other, mail), true),
        (of("L1", 1, "王强", mobile, mail), of("L2", 2, "王强", mobile, "li@fenyang.cn"), true),
    ] {
        let plan = leads_plan(&[first.clone(), second.clone()], &merger());
        let [record, other] = ["L1", "L2"].map(|id| RecordRef::Lead(id.into()));
        let doubt = MergeDoubt::OtherPerson { record, other };
        assert_eq!(plan.doubts().contains(&doubt), is_other, "{first:?} {second:?}");
        assert_eq!(plan.is_ambiguous(), !plan.doubts().is_empty());
        assert_eq!(plan.to_string().contains("belong to two people"), is_other, "{plan}");
    }
}

// The law, over random people, read off the plan by the slow and obvious way.

fn a_person() -> impl Strategy<Value = Contact> {
    let names =
        &["王强", "王总", "王", "李丽", "陈静", "Dana Reed", "D. Reed", "Diana Reed", "Tom Fields", " "];
    let phones = &[
        "13812349876",
        "+86 138 1234 9876",
        "13927461853",
        "15088672341",
        "0571-87650001",
        "+14155552671",
        "13800138000",
    ];
    let mails = &[
        "info@quellmark.com",
        "dana@quellmark.com",
        "Dana@Quellmark.com",
        "Dana Reed <dana@quellmark.com>",
        "Tom Fields <dana@quellmark.com>",
        "wang@fenyang.cn",
    ];
    let phones = proptest::collection::vec(proptest::sample::select(&phones[..]), 0..3);
    let mails = proptest::collection::vec(proptest::sample::select(&mails[..]), 0..2);
    let wechat = maybe(&["wangqiang88", "WangQiang88", "13812349876"]);
    let rest = (maybe(&["CIO", "采购"]), any::<bool>());
    (maybe(&names[..]), phones, mails, wechat, rest).prop_map(|(name, phones, mails, wechat, rest)| Contact {
        name: name.map(str::to_owned),
        title: rest.0.map(str::to_owned),
        phones: phones.into_iter().map(Into::into).collect(),
        emails: mails.into_iter().map(Into::into).collect(),
        wechat: wechat.filter(|_| rest.1).map(Into::into),
        ..Contact::default()
    })
}

fn offices() -> impl Strategy<Value = Vec<Account>> {
    let people = proptest::collection::vec(proptest::collection::vec(a_person(), 0..4), 2..5);
    people.prop_map(|people| {
        let mut number = 0;
        let office = |(place, mut contacts): (usize, Vec<Contact>)| {
            let id = format!("A{}", place + 1);
            for contact in &mut contacts {
                number += 1;
                contact.id = format!("C{number:02}").into();
                contact.account = Some(id.as_str().into());
            }
            Account { contacts, ..account(&id, place as u32 + 1) }
        };
        people.into_iter().enumerate().map(office).collect()
    })
}

#[derive(Default)]
struct Reach {
    mobiles: BTreeSet<String>,
    mails: BTreeSet<String>,
    others: BTreeSet<String>,
}

/// What reaches a contact: mobiles, a person's mail, and everything else.
fn reach(one: &Contact) -> Reach {
    let mut reach = Reach::default();
    for phone in one.phones.iter().flat_map(|phone| read_phones(phone.as_str(), &PhoneOptions::default())) {
        let Some(key) = phone.value.key() else { continue };
        let is_mobile = phone.value.names_person() && phone.value.kind() == PhoneKind::Mobile;
        let to = if is_mobile { &mut reach.mobiles } else { &mut reach.others };
        to.insert(key.to_owned());
    }
    for email in one.emails.iter().flat_map(|email| read_emails(email.as_str())) {
        let Ok(email) = email.value else { continue };
        let to = if email.names_person() { &mut reach.mails } else { &mut reach.others };
        to.insert(email.key().to_owned());
    }
    let wechat = one.wechat.as_ref().map(|id| id.as_str().to_lowercase());
    match wechat.filter(|id| id.starts_with('1')) {
        Some(number) => drop(reach.mobiles.insert(format!("+86{number}"))),
        None => reach.others.extend(one.wechat.as_ref().map(|id| id.as_str().to_lowercase())),
    }
    reach
}

fn name(one: &Contact) -> &str {
    one.name.as_deref().map(str::trim).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_gone_and_nobody_is_two(offices in offices()) {
        let plan = accounts_plan(&offices, &merger());
        let kept: BTreeMap<&str, &Contact> =
            plan.merged().contacts.iter().map(|one| (one.id.as_str(), one)).collect();
        let originals: BTreeMap<&str, (&Account, &Contact)> = offices
            .iter()
            .flat_map(|office| office.contacts.iter().map(move |one| (one.id.as_str(), (office, one))))
            .collect();
        let mut of: BTreeMap<&str, &str> = kept.keys().map(|id| (*id, *id)).collect();
        for decision in plan.contacts() {
            for united in &decision.united {
                prop_assert!(of.insert(united.as_str(), decision.contact.as_str()).is_none());
            }
        }
        prop_assert_eq!(of.keys().collect::<Vec<_>>(), originals.keys().collect::<Vec<_>>(), "each once");
        for (id, into) in &of {
            let (office, one) = originals[id];
            let others: Vec<&(&Account, &Contact)> =
                of.iter().filter(|(other, to)| *to == into && *other != id).map(|(other, _)| &originals[other]).collect();
            let mut theirs = Reach::default();
            for (their_office, other) in &others {
                prop_assert!(their_office.id != office.id, "two contacts of one account stay two");
                prop_assert!(!are_two_people(name(one), name(other)), "{} and {}", name(one), name(other));
                let reach = reach(other);
                theirs.mobiles.extend(reach.mobiles);
                theirs.mails.extend(reach.mails);
                theirs.others.extend(reach.others.into_iter().filter(|key| key.starts_with("wang") || key.starts_with("+1")));
            }
            let ours = reach(one);
            prop_assert!(ours.mobiles.is_empty() || theirs.mobiles.is_empty() || !ours.mobiles.is_disjoint(&theirs.mobiles));
            prop_assert!(ours.mails.is_empty() || theirs.mails.is_empty() || !ours.mails.is_disjoint(&theirs.mails));
            let shares = !ours.mobiles.is_disjoint(&theirs.mobiles)
                || !ours.mails.is_disjoint(&theirs.mails)
                || !ours.others.is_disjoint(&theirs.others);
            prop_assert!(others.is_empty() || shares, "{id} shares nothing that reaches one person");
            // Everybody on file is still reached by everything, under a name that may be theirs.
            let now = kept[into];
            let now_reached = reach(now);
            prop_assert!(ours.mobiles.difference(&now_reached.mobiles).all(|key| one.wechat.is_some() && key.ends_with("9876")));
            prop_assert!(ours.mails.is_subset(&now_reached.mails));
            prop_assert!(!are_two_people(name(one), name(now)));
            for written in one.emails.iter().filter(|mail| mail.as_str().contains('<')) {
                prop_assert!(now.emails.contains(written), "{:?} is gone", written);
            }
            prop_assert!(name(one).is_empty() || !name(now).is_empty());
        }
    }
}
