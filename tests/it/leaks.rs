//! No debug print, no sentence and no error text shows a contact value, nor half of one.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};

use leadkit::attribution::{Attribution, AttributionRules, Records, Visit};
use leadkit::blacklist::BlacklistRules;
use leadkit::book::Book;
use leadkit::contact::{Email, Phone, PhoneOptions, Wechat};
use leadkit::intake::Arrival;
use leadkit::merge::{MergePlan, MergeRules, Merger};
use leadkit::model::{
    Account, Activity, ColumnMap, Contact, Effect, EmailAddress, FollowUpFacets, Lead, LeadField,
    PhoneNumber, RecordRef, RowIssue, Touch, Value, WechatId, mask_email, mask_id, mask_phone,
};
use leadkit::{Input, Intake, Roster, State};
use serde_json::json;

use crate::support::{at, book, with_facts};

const NOW: &str = "2026-03-02T02:00:00Z";
const PHONE: &str = "13857429876";
const OTHER_PHONE: &str = "13998765432";
const LANDLINE: &str = "82345679";
const EMAIL: &str = "zhangsan.li@example.com";
const WECHAT: &str = "wx_zhngsan7";
const SHORT_ID: &str = "zsn9k";

/// What must not be shown: the values, and their halves.
fn secrets() -> Vec<String> {
    let mut secrets: Vec<String> = Vec::new();
    for value in [PHONE, OTHER_PHONE, LANDLINE, "057188812345", "zhangsan.li", WECHAT, SHORT_ID] {
        let (short, long) = (value.len() / 2, value.len().div_ceil(2));
        secrets.push(value.to_owned());
        for half in [&value[..short], &value[..long], &value[short..], &value[long..]] {
            secrets.push(half.to_owned());
        }
    }
    secrets.retain(|secret| secret.len() > 2);
    secrets.extend(["zs".to_owned(), "9k".to_owned()]);
    secrets
}

#[track_caller]
fn assert_hidden(shown: &str) {
    // Each digit may stand apart.
    let squeezed: String = shown.chars().filter(|c| !" -".contains(*c)).collect();
    for secret in secrets() {
        assert!(!shown.contains(&secret) && !squeezed.contains(&secret), "`{secret}` in {shown}");
    }
}

#[track_caller]
fn assert_debug(value: &impl Debug) {
    assert_hidden(&format!("{value:?}"));
    assert_hidden(&format!("{value:#?}"));
}

#[track_caller]
fn assert_both(value: &(impl Debug + Display)) {
    assert_debug(value);
    assert_hidden(&value.to_string());
    assert_hidden(&format!("{value:#}"));
}

/// Every way a contact value comes in.
fn phones() -> Vec<String> {
    vec![
        PHONE.to_owned(),
        format!("+86 {PHONE}"),
        format!("{}-{}-{}", &PHONE[..3], &PHONE[3..7], &PHONE[7..]),
        format!("{PHONE}/{OTHER_PHONE}"),
        format!("{PHONE} {OTHER_PHONE}"),
        format!("{PHONE}，{OTHER_PHONE}"),
        format!("手机：{PHONE}（{SHORT_ID}）"),
        LANDLINE.to_owned(),
        "0571-8881 2345".to_owned(),
        format!("{PHONE}0"),
    ]
}

fn emails() -> Vec<String> {
    vec![
        EMAIL.to_owned(),
        EMAIL.to_uppercase(),
        "@zhangsan.li".to_owned(),
        format!("{EMAIL} {EMAIL}"),
        format!("{EMAIL};{EMAIL}"),
        "zhangsan.li@".to_owned(),
        "zhangsan.li".to_owned(),
        format!("a@b {EMAIL} zhangsan.li"),
    ]
}

fn lead() -> Lead {
    Lead {
        id: "L1".into(),
        created_at: at(NOW),
        name: Some(format!("王 {PHONE}")),
        company: Some("杭州某某科技有限公司".into()),
        phones: phones().iter().map(|phone| phone.as_str().into()).collect(),
        emails: emails().iter().map(|email| email.as_str().into()).collect(),
        wechat: Some(WECHAT.into()),
        message: Some(format!("call {PHONE}, write {EMAIL}")),
        external_ids: [("phone", PHONE), ("wechat_openid", WECHAT), ("unionid", SHORT_ID)]
            .map(|(name, id)| (name.to_owned(), id.to_owned()))
            .into(),
        click_ids: [("bd_vid".to_owned(), SHORT_ID.to_owned())].into(),
        attributes: attributes(),
        ..Lead::default()
    }
}

fn attributes() -> BTreeMap<String, Value> {
    [
        ("mobile".to_owned(), Value::from(PHONE)),
        ("number".to_owned(), Value::Integer(PHONE.parse().unwrap())),
        ("mails".to_owned(), Value::List(vec![EMAIL.to_owned(), PHONE.to_owned()])),
    ]
    .into()
}

fn account() -> Account {
    let contact = Contact {
        id: "C1".into(),
        phones: phones().iter().map(|phone| phone.as_str().into()).collect(),
        emails: emails().iter().map(|email| email.as_str().into()).collect(),
        wechat: Some(WECHAT.into()),
        ..Contact::default()
    };
    Account {
        id: "A1".into(),
        company: "杭州某某科技有限公司".into(),
        created_at: at(NOW),
        contacts: vec![contact],
        attributes: attributes(),
        ..Account::default()
    }
}

#[test]
fn masks_show_less_than_half() {
    for phone in phones() {
        assert_hidden(&mask_phone(&phone));
        assert_debug(&PhoneNumber::from(phone));
    }
    for email in emails() {
        assert_hidden(&mask_email(&email));
        assert_debug(&EmailAddress::from(email));
    }
    for id in [WECHAT, SHORT_ID, PHONE, "zsn9k7", "9kzs"] {
        assert_hidden(&mask_id(id));
        assert_debug(&WechatId::from(id));
    }
}

#[test]
fn what_is_read_of_them_hides_them() {
    for raw in phones() {
        let phone = Phone::parse(&raw, &PhoneOptions::default());
        assert_debug(&phone);
        assert_debug(&phone.fault());
        phone.fault().inspect(|fault| assert_both(fault));
    }
    for raw in emails() {
        match Email::parse(&raw) {
            Ok(email) => assert_debug(&email),
            Err(fault) => assert_both(&fault),
        }
    }
    for raw in [WECHAT, SHORT_ID, PHONE] {
        match Wechat::parse(raw) {
            Ok(id) => assert_debug(&id),
            Err(fault) => assert_both(&fault),
        }
    }
}

#[test]
fn records_and_effects_hide_them() {
    assert_debug(&lead());
    assert_debug(&account());
    for value in attributes().values() {
        assert_debug(value);
    }
    for (field, value) in [
        ("phones", Value::List(phones())),
        ("emails", Value::List(emails())),
        ("wechat", Value::from(WECHAT)),
        ("contacts.C1.wechat", Value::from(SHORT_ID)),
        ("message", Value::from(format!("call {PHONE}, or {EMAIL}"))),
        ("attributes.mobile", Value::from(PHONE)),
    ] {
        let (record, replaces) = (RecordRef::Lead("L1".into()), value.clone());
        let effect = Effect::UpdateField { record, field: field.into(), value, replaces };
        assert_both(&effect);
        assert_debug(&Some(vec![effect]));
    }
    let touch = Touch { keys: [("email".to_owned(), EMAIL.to_owned())].into(), ..Touch::default() };
    assert_debug(&touch);
    assert_debug(&Activity { attributes: attributes(), ..Activity::default() });
    let facets = FollowUpFacets { progress: Some(format!("call {PHONE}")), ..FollowUpFacets::default() };
    assert_debug(&facets);
    with_facts(&lead(), at(NOW), |facts| assert_debug(facts));
}

#[test]
fn what_is_wrong_with_a_row_or_a_lead_is_told_without_them() {
    let map = ColumnMap::default();
    let columns = ["id", "created_at", "employee_count", "region", "ip", "status", "next_follow_up"];
    let mut importer = map.importer(&columns).unwrap();
    for value in phones()
        .into_iter()
        .chain(emails())
        .chain([WECHAT.to_owned()])
        .filter(|v| v.contains(|c: char| c == '@' || c.is_ascii_digit()))
    {
        // A bare word may be anything.
        if [WECHAT, SHORT_ID, " zhangsan.li"].iter().any(|bare| value.contains(bare)) {
            continue;
        }
        let row = [PHONE, &value, &value, &value, &value, &value, &value];
        for issue in importer.read(2, &row).unwrap_err() {
            assert_both(&issue);
        }
        let twice = importer.read(3, &[PHONE, NOW, "", "", "", "", ""]);
        twice.iter().for_each(|lead| assert_eq!(lead.id.as_str(), PHONE));
        for issue in importer.read(4, &[PHONE, NOW, "", "", "", "", ""]).unwrap_err() {
            assert_both(&issue);
        }
        assert_both(&RowIssue::new(2, &value, "x", format!("`{value}` is odd")));
        for field in LeadField::ALL {
            if let Err(error) = field.set(&mut Lead::default(), &Value::from(value.as_str())) {
                assert_both(&error);
            }
        }
        for document in [
            json!({"id": "L1", "created_at": NOW, "phones": value}),
            json!({"id": "L1", "created_at": NOW, "phones": {"a": value}}),
            json!({"id": "L1", "created_at": value, "emails": value}),
            json!({"id": "L1", "created_at": NOW, "status": value, "region": value, "ip": value, "employee_count": value}),
            json!({"id": "L1", "created_at": NOW, "phones": [PHONE.parse::<u64>().unwrap()]}),
        ] {
            for finding in &Lead::from_json(document).unwrap_err() {
                assert_both(finding);
            }
        }
    }
}

#[test]
fn decisions_hide_them() {
    let rules = json!({
        "blacklist": {"rules": [
            {"id": "listed", "severity": "flag", "check": {"list": {"phones": [PHONE], "emails": [EMAIL], "wechats": [WECHAT]}}},
            {"id": "phone", "severity": "flag", "check": {"phone_format": {}}},
            {"id": "email", "severity": "flag", "check": {"email_format": {}}},
            {"id": "wechat", "severity": "flag", "check": {"wechat_format": {}}},
        ]},
        "score": {"fit": {"rules": [{"id": "all", "points": 90}]}},
        "assign": {
            "groups": {"all": {"members": [{"rep": "li"}]}},
            "pools": {"leads": {"rules": [{"id": "all", "then": {"group": {"id": "all"}}}]}},
        },
    });
    let intake = Intake::load(rules).unwrap();
    // Its tables are full of numbers.
    let shown = format!("{intake:?}");
    assert!([PHONE, EMAIL, "zhangsan.li", WECHAT].iter().all(|secret| !shown.contains(secret)));
    let mut held = book(&[account()], &[Lead { id: "L0".into(), ..lead() }]);
    for _ in 0..2 {
        let probe = intake.probe(&lead());
        assert_debug(&probe);
        let rows = held.rows(&probe);
        assert_debug(&rows);
        let input = Input { lead: lead(), rows, ..Input::default() };
        assert_debug(&input);
        let outcome = intake.process(&input, &Roster::default(), &State::default(), at(NOW));
        assert_both(&outcome);
        assert_hidden(&outcome.explain().to_string());
        for effect in outcome.effects() {
            assert_both(effect);
        }
        assert_both(outcome.verdict());
        outcome.resolution().iter().for_each(|resolution| assert_debug(resolution));
        held = Book::new();
    }
    let bad = json!({"rules": [{"id": "listed", "severity": "flag", "check": {"list": {
        "phones": [format!("{PHONE}0"), EMAIL], "emails": [format!("{EMAIL} {PHONE}"), PHONE], "wechats": [SHORT_ID]}}}]});
    assert_both(&BlacklistRules::load(bad).unwrap_err());
}

/// An entry that is folded, what becomes of it in the book, and what is asked of the host next.
#[test]
fn the_book_and_what_follows_hide_them() {
    let intake = Intake::load(json!({
        "score": {"fit": {"rules": [{"id": "all", "points": 90}]}},
        "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"rep": "li"}}]}}},
    }))
    .unwrap();
    let known = Lead {
        id: "L0".into(),
        created_at: at("2026-02-01T00:00:00Z"),
        name: Some("王".into()),
        wechat: Some("wx_other7".into()),
        phones: vec![PHONE.into()],
        attributes: [("mobile".to_owned(), Value::from(OTHER_PHONE))].into(),
        ..Lead::default()
    };
    let entry = Lead { name: Some("王".into()), ..lead() };
    let mut held = book(&[], &[known]);
    let rows = held.rows(&intake.probe(&entry));
    let input = Input { lead: entry.clone(), rows, ..Input::default() };
    assert_debug(&input);
    let mut state = State::default();
    let outcome = intake.process(&input, &Roster::default(), &state, at(NOW));
    state.apply(outcome.delta()).unwrap();
    assert_debug(&state);
    assert_both(&outcome);
    assert_debug(outcome.delta());
    assert_debug(&outcome.next());
    assert_debug(outcome.route());
    outcome.effects().iter().for_each(|effect| assert_both(effect));
    for (key, effect) in outcome.keyed_effects() {
        assert_both(&key);
        assert_debug(&(key, effect));
    }
    held.insert_lead(entry.clone());
    outcome.apply_to(&mut held);
    assert!(!held.desk().replaced.is_empty(), "{:?}", held.desk());
    assert_debug(held.desk());
    held.desk().conflicts.iter().for_each(assert_debug);
    held.desk().replaced.iter().for_each(assert_debug);
    // Its tables are full of numbers.
    let shown = format!("{held:?}");
    assert!([PHONE, OTHER_PHONE, EMAIL, WECHAT, SHORT_ID].iter().all(|secret| !shown.contains(secret)));
    let arrival = Arrival::new(entry);
    assert_debug(&arrival);
    let batch = intake.process_batch(&[arrival], &mut held, &Roster::default(), &mut state).unwrap();
    assert_debug(&batch);
    assert_debug(held.desk());
    assert_debug(&state);
}

#[test]
fn attribution_hides_them() {
    let touch = |keys: [(&str, &str); 1]| Touch {
        keys: keys.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        channel: "live".into(),
        time: at(NOW),
        ..Touch::default()
    };
    let touches = [touch([("email", EMAIL)]), touch([("openid", SHORT_ID)]), touch([("wechat", WECHAT)])];
    let (leads, accounts) = ([lead()], [account()]);
    let visits = [Visit::of(&lead())];
    assert_debug(&visits[0]);
    let records = Records {
        leads: &leads,
        accounts: &accounts,
        touches: &touches,
        visits: &visits,
        ..Records::default()
    };
    assert_debug(&records);
    let attribution = Attribution::compile(&AttributionRules::default()).unwrap();
    let assembled = attribution.journeys(&records).unwrap();
    assert_debug(&assembled);
}

#[test]
fn merges_hide_them() {
    let merger = Merger::compile(&MergeRules::default()).unwrap();
    let other = Lead {
        id: "L2".into(),
        phones: vec![OTHER_PHONE.into()],
        emails: vec!["lisi.zhangsan.li@example.com".into()],
        wechat: Some(SHORT_ID.into()),
        attributes: [("mobile".to_owned(), Value::from(OTHER_PHONE))].into(),
        ..lead()
    };
    let leads = [lead(), other];
    let plan = MergePlan::for_leads(&leads, &merger, &PhoneOptions::default()).unwrap();
    assert_both(&plan);
    plan.decisions().iter().for_each(|decision| assert_both(decision));
    plan.conflicts().iter().for_each(|conflict| assert_both(conflict));
    assert_debug(plan.undo());
    let mut records = leads.to_vec();
    let undo = plan.apply(&mut records).unwrap();
    records[0].phones = vec![LANDLINE.into()];
    records[0].wechat = Some("9kzsn".into());
    undo.undo(&mut records).unwrap().iter().for_each(|conflict| assert_both(conflict));
}
