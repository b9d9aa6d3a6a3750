//! Every contact value that an entry brings is kept as its own kind, whatever field it is in and wherever it goes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use leadkit::contact::PhoneOptions;
use leadkit::merge::{MergePlan, MergeRules, Merger};
use leadkit::model::{Account, Lead};
use leadkit::rule::HostTables;

use super::*;

const DIVIDERS: [&str; 12] = ["/", " / ", "、", ",", "，", ";", "；", "|", " ", "\n", ":::", "\t"];
/// A field, a value of its kind, and how the value is written in the field of another kind; its key.
const KINDS: [(&str, &str, &str, &str); 3] = [
    ("phones", "13927461853", "13927461853", "+8613927461853"),
    ("emails", "leiwang@163.com", "leiwang@163.com", "leiwang@163.com"),
    ("wechat", "lei_wang88", "微信：lei_wang88", "lei_wang88"),
];

fn with(mut lead: Lead, field: &str, text: &str) -> Lead {
    match field {
        "phones" => lead.phones.push(text.into()),
        "emails" => lead.emails.push(text.into()),
        _ => lead.wechat = Some(text.into()),
    }
    lead
}

/// The contact keys of a lead. A number by which a WeChat account is found is that number.
fn keys_of(lead: &Lead) -> BTreeSet<String> {
    static INTAKE: LazyLock<Intake> = LazyLock::new(|| Intake::compile(&Rules::b2c()).unwrap());
    let keys = INTAKE.probe(lead).keys;
    let is_contact = |kind: &str| ["phone", "email", "wechat"].contains(&kind);
    let keys = keys.into_iter().filter(|key| is_contact(key.kind.as_str()));
    keys.filter(|key| key.kind.as_str() != "wechat" || !key.value.starts_with('+'))
        .map(|key| key.value)
        .collect()
}

/// Fields × kinds × dividers × orders.
fn each_mixture(mut visit: impl FnMut(&str, &str, &str, [&str; 2])) {
    for (field, own, _, own_key) in KINDS {
        for (other_field, _, written, other_key) in KINDS.into_iter().filter(|kind| kind.0 != field) {
            for divider in DIVIDERS {
                for text in [format!("{own}{divider}{written}"), format!("{written}{divider}{own}")] {
                    visit(field, other_field, &text, [own_key, other_key]);
                }
            }
        }
    }
}

#[test]
fn a_value_in_the_field_of_another_kind_is_kept_as_its_own_kind() {
    let mut wrong = Vec::new();
    each_mixture(|field, _, text, keys| {
        let found = keys_of(&with(lead("L1", 1), field, text));
        if found != keys.iter().map(|key| (*key).to_owned()).collect() {
            wrong.push(format!("{field} {text:?}: {found:?}"));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The subject has the value of the field itself already: what stands beside it is not lost.
#[test]
fn a_folded_entry_leaves_every_value_to_the_subject() {
    let mut wrong = Vec::new();
    each_mixture(|field, _, text, keys| {
        let own = KINDS.iter().find(|kind| kind.0 == field).unwrap().1;
        let mut desk = Desk::new(&consumers());
        desk.submit(&with(lead("L1", 1), field, own));
        let entry = with(lead("L2", 30), field, text);
        let outcome = desk.submit(&entry).outcome;
        let expected: BTreeSet<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let kept = keys_of(desk.lead("L1"));
        if outcome.route().folded_into() != Some(&"L1".into()) || kept != expected {
            wrong.push(format!("{field} {text:?}: {} {kept:?}", outcome.route().code()));
            return;
        }
        // Folding it once more adds nothing.
        let once = desk.lead("L1").clone();
        desk.submit(&Lead { id: "L3".into(), created_at: hour(31), ..entry });
        let twice = desk.lead("L1");
        let texts = |lead: &Lead| (lead.phones.clone(), lead.emails.clone(), lead.wechat.clone());
        if texts(&once) != texts(twice) {
            wrong.push(format!("{field} {text:?}: added again"));
        }
    });
    assert!(wrong.is_empty(), "{} fail:\n{}", wrong.len(), wrong.join("\n"));
}

/// A contact of an account is found by each value that its fields hold.
#[test]
fn a_contact_is_found_by_a_value_in_the_field_of_another_kind() {
    let mut wrong = Vec::new();
    each_mixture(|field, other_field, text, _| {
        let owned = crate::support::account("A1", "Acme Trading Ltd", Some("li"));
        let mut desk = Desk::with(&companies(), &[owned], &[]);
        let first =
            Lead { company: Some("Acme Trading Ltd".into()), name: Some("Lei Wang".into()), ..lead("L1", 1) };
        desk.submit(&with(first, field, text));
        let other = KINDS.iter().find(|kind| kind.0 == other_field).unwrap().1;
        let second = Lead { name: Some("Lei Wang".into()), ..lead("L2", 60) };
        let outcome = desk.submit(&with(second, other_field, other)).outcome;
        let people = desk.book.account(&"A1".into()).unwrap().contacts.len();
        if (outcome.route().code(), people) != ("converted", 1) {
            wrong.push(format!("{field} {text:?}: {} {people}", outcome.route().code()));
        }
    });
    assert!(wrong.is_empty(), "{} fail:\n{}", wrong.len(), wrong.join("\n"));
}

/// Forms in one country, a person in another, an account that states none.
#[test]
fn a_contact_keeps_the_country_of_its_number() {
    let number = "0664 6123456";
    for forms in ["CN", "DE"] {
        for region in [None, Some("DE".parse().unwrap())] {
            let account: Account =
                Account { region, ..crate::support::account("A1", "Acme Trading Ltd", Some("li")) };
            let mut desk = Desk::new(&companies());
            let tables = HostTables { default_region: forms.parse().unwrap(), ..HostTables::default() };
            desk.intake = desk.intake.with_tables(tables);
            desk.book = desk.intake.book();
            desk.book.insert_account(account);
            let person = |id: &str, at: i64| Lead {
                company: Some("Acme Trading Ltd".into()),
                country: Some("Austria".into()),
                ..caller(id, at, number)
            };
            for (id, at) in [("L1", 1), ("L2", 60)] {
                let outcome = desk.submit(&person(id, at)).outcome;
                assert_eq!(outcome.route().code(), "converted", "{forms} {region:?} {outcome}");
            }
            let people = &desk.book.account(&"A1".into()).unwrap().contacts;
            let phones: Vec<&str> =
                people.iter().flat_map(|one| &one.phones).map(|one| one.as_str()).collect();
            assert_eq!((people.len(), phones), (1, vec!["+436646123456"]), "{forms} {region:?}");
        }
    }
}

/// A folded number is the number of the entry's country, in a subject that states another or none.
#[test]
fn a_folded_number_keeps_its_country() {
    for country in [None, Some("Germany")] {
        let mut desk = Desk::new(&consumers());
        let mail = |id: &str, at: i64| with(lead(id, at), "emails", "leiwang@163.com");
        desk.submit(&Lead { country: country.map(str::to_owned), ..mail("L1", 1) });
        let entry = Lead {
            country: Some("Austria".into()),
            phones: vec!["0664 6123456（privat）".into()],
            ..mail("L2", 30)
        };
        let outcome = desk.submit(&entry).outcome;
        assert_eq!(outcome.route().folded_into(), Some(&"L1".into()), "{outcome}");
        let kept = desk.lead("L1");
        assert!(keys_of(kept).contains("+436646123456"), "{country:?} {kept:?}");
        assert!(kept.phones[0].as_str().contains("privat"), "{country:?}");
    }
}

/// A merge keeps it too, or shows the difference, whichever record stays.
#[test]
fn a_merge_keeps_every_value() {
    let merger = Merger::compile(&MergeRules::default()).unwrap();
    let mut wrong = Vec::new();
    each_mixture(|field, _, text, keys| {
        let own = KINDS.iter().find(|kind| kind.0 == field).unwrap().1;
        let expected: BTreeSet<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        for [first, second] in [[own, text], [text, own]] {
            let leads = [with(lead("L1", 1), field, first), with(lead("L2", 2), field, second)];
            let plan = MergePlan::for_leads(&leads, &merger, &PhoneOptions::default()).unwrap();
            let is_shown = field == "wechat" && plan.conflicts().iter().any(|one| one.field == "wechat");
            if keys_of(plan.merged()) != expected && !is_shown {
                wrong.push(format!("{field} {first:?} {second:?}: {:?}", keys_of(plan.merged())));
            }
        }
    });
    assert!(wrong.is_empty(), "{} fail:\n{}", wrong.len(), wrong.join("\n"));
}

/// Who is named in a message only is forgotten as one named in the field is.
#[test]
fn an_account_in_a_message_is_forgotten_as_one_in_its_field() {
    let intake = Intake::compile(&Rules::b2c()).unwrap();
    let key = leadkit::intake::ErasureKey::new(*b"kept in a vault ");
    let named = intake.erasure_hashes(&with(lead("L1", 1), "wechat", "lei_wang88"), &key);
    for message in ["你好，微信：lei_wang88", "wechat id: lei_wang88, please add me", "加V lei_wang88"]
    {
        let written = Lead { message: Some(message.into()), ..lead("L2", 1) };
        let hashes = intake.erasure_hashes(&written, &key);
        assert!(!hashes.is_empty() && hashes.iter().all(|hash| named.contains(hash)), "{message}");
    }
}
