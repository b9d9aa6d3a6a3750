//! OpenIDs on the contacts of accounts: a person is found by them after the lead that brought them has gone.

use leadkit::dedup::{DedupRules, MatchAction};
use leadkit::model::{Contact, Effect, Lead, RecordRef, Value};

use super::{NOW, lead, owner, resolve};
use crate::support::{account, at, book};

fn rules() -> DedupRules {
    DedupRules::b2b()
}

fn with_openid(id: &str, name: &str, openid: &str) -> Lead {
    let mut lead = Lead { name: Some("张伟".into()), ..lead(id, NOW) };
    lead.external_ids.insert(name.into(), openid.into());
    lead
}

#[test]
fn a_converted_person_is_found_by_openid_when_the_lead_is_archived() {
    let mut book = book(&[account("A1", "北京纷扬科技有限公司", Some("li"))], &[]);
    let first = Lead {
        company: Some("北京纷扬科技有限公司".into()),
        phones: vec!["13812349876".into()],
        ..with_openid("L1", "wechat_openid", "o6_bm")
    };
    let found = resolve(&rules(), &first, &book);
    book.insert_lead(first);
    book.apply_effects("L1", found.effects(), at(NOW));
    let contact = book.account(&"A1".into()).unwrap().contacts[0].clone();
    assert_eq!(contact.external_ids["wechat_openid"], ["o6_bm"]);
    book.remove_lead(&"L1".into());

    let second = with_openid("L2", "mini_openid", "o6_bm");
    let found = resolve(&rules(), &second, &book);
    assert_eq!(owner(&found), Some("li"), "{found}");
    assert_eq!(found.matches()[0].evidence, "openid:o****m");
    // The other name of the id is added, once.
    let added = Effect::AddValue {
        record: RecordRef::ContactAt { contact: contact.id.clone(), account: "A1".into() },
        field: "external_ids.mini_openid".into(),
        value: Value::from("o6_bm"),
    };
    assert!(found.effects().contains(&added), "{:?}", found.effects());
    book.insert_lead(second);
    book.apply_effects("L2", found.effects(), at(NOW));
    book.apply_effects("L2 again", &[added], at(NOW));
    let contacts = &book.account(&"A1".into()).unwrap().contacts;
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0].external_ids["mini_openid"], ["o6_bm"]);
    // Who asks to be forgotten is found by it no more.
    book.apply_effects("erase", &["L1", "L2"].map(|id| Effect::Erase { lead: id.into() }), at(NOW));
    book.apply_effects(
        "e",
        &[Effect::MoveContact { contact: contact.id, from: "A1".into(), to: None, is_proposal: false }],
        at(NOW),
    );
    assert_eq!(*resolve(&rules(), &with_openid("L3", "openid", "o6_bm"), &book).action(), MatchAction::New);
}

#[test]
fn an_id_that_names_nobody_finds_nobody() {
    for (name, id) in [("clue_id", "o6_bm"), ("wechat_openid", "null"), ("customer_no", "o6_bm")] {
        let contact = Contact {
            id: "C1".into(),
            external_ids: [(name.to_owned(), vec![id.to_owned()])].into(),
            ..Contact::default()
        };
        let mut known = account("A1", "北京纷扬科技有限公司", Some("li"));
        known.contacts.push(contact);
        let found = resolve(&rules(), &with_openid("L1", name, id), &book(&[known], &[]));
        assert_eq!(*found.action(), MatchAction::New, "{name}: {found}");
    }
}
