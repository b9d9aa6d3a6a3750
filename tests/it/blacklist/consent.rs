//! Who must not be contacted, by which channel, and what becomes of the lead.

use leadkit::blacklist::{
    Allow, Blacklist, BlacklistCheck, BlacklistOverride, BlacklistRules, CONSENT_CODE, Channel, ConsentCheck,
    ConsentRecord, Severity, WindowState,
};
use leadkit::model::Effect;
use serde_json::{Value as Json, json};

use super::{check, check_at, engine, lead, now, rules};
use crate::support::{assert_round_trip, at, snapshot};

fn record(channels: &[Channel]) -> ConsentRecord {
    ConsentRecord {
        phone: Some("139 2746 1853".into()),
        email: Some("Lei.Wang@xinghe.cn".into()),
        channels: channels.iter().copied().collect(),
        reason: "asked us to stop calling".into(),
        basis: "objection".into(),
        since: at("2026-03-01T00:00:00Z"),
        ..ConsentRecord::default()
    }
}

fn with(records: Vec<ConsentRecord>) -> Blacklist {
    engine([("stop", Severity::Flag, BlacklistCheck::Consent(ConsentCheck { records }))])
}

fn is_held(blacklist: &Blacklist, record: Json) -> bool {
    check(blacklist, record).is_held()
}

#[test]
fn a_lead_is_held_when_no_channel_is_left() {
    let calls = with(vec![record(&[Channel::Phone])]);
    // No call, but a letter.
    assert!(!is_held(&calls, json!({"phones": ["13927461853"], "emails": ["lei.wang@xinghe.cn"]})));
    assert!(is_held(&calls, json!({"phones": ["+86 139-2746-1853"]})));
    // The person is known by any value; another number is refused too.
    assert!(!is_held(&calls, json!({"phones": ["15088672341"], "wechat": "13927461853"})));
    assert!(is_held(
        &with(vec![record(&[Channel::Phone, Channel::Wechat])]),
        json!({"phones": ["15088672341"], "wechat": "13927461853"})
    ));
    assert!(is_held(
        &with(vec![record(&[Channel::All])]),
        json!({"phones": ["15088672341"], "emails": ["lei.wang@xinghe.cn"], "wechat": "lei_wang"})
    ));
    // What cannot be reached anyway is no channel.
    assert!(is_held(&calls, json!({"phones": ["13927461853"], "emails": ["nobody"]})));
    // Somebody else.
    assert!(!is_held(&calls, json!({"phones": ["15088672341"]})));
    assert!(check(&calls, json!({"phones": ["15088672341"]})).hits().is_empty());
}

/// Withdrawals come every day: the host hands its records in, and nothing else is compiled anew.
#[test]
fn records_of_the_host_take_the_place_of_those_of_the_rules() {
    let blacklist = with(vec![record(&[Channel::All])]);
    let version = blacklist.version().clone();
    let other = ConsentRecord { phone: Some("13600247581".into()), email: None, ..record(&[Channel::All]) };
    let (before, after) = (json!({"phones": ["13927461853"]}), json!({"phones": ["13600247581"]}));
    assert!(is_held(&blacklist, before.clone()) && !is_held(&blacklist, after.clone()));
    let blacklist = blacklist.with_consents(&"stop".into(), &[other]).unwrap();
    assert!(!is_held(&blacklist, before) && is_held(&blacklist, after.clone()));
    assert_eq!(*blacklist.version(), version);
    let wrong = ConsentRecord { phone: Some("136".into()), ..record(&[Channel::All]) };
    let errors = blacklist.clone().with_consents(&"stop".into(), &[wrong]).unwrap_err();
    assert_eq!(errors.diagnostics()[0].path, "records[0].phone");
    assert!(blacklist.clone().with_consents(&"stopp".into(), &[]).unwrap_err().to_string().contains("stop"));
    assert!(!is_held(&blacklist.with_consents(&"stop".into(), &[]).unwrap(), after));
}

#[test]
fn a_record_has_its_time_and_an_override_its_say() {
    let mut one = record(&[Channel::All]);
    one.until = Some(at("2026-04-01T00:00:00Z"));
    let blacklist = with(vec![one.clone()]);
    let lead = lead(json!({"phones": ["13927461853"], "created_at": "2026-02-01T00:00:00Z"}));
    let held = |moment: &str| check_at(&blacklist, &lead, &WindowState::default(), at(moment)).is_held();
    assert!(!held("2026-02-28T23:59:59Z") && held("2026-03-01T00:00:00Z"));
    assert!(held("2026-03-31T23:59:59Z") && !held("2026-04-01T00:00:00Z"));
    let stop = BlacklistCheck::Consent(ConsentCheck { records: vec![one] });
    let with = |allow: Allow, rules_named: &[&str], categories: &[&str]| {
        let one = BlacklistOverride {
            rules: rules_named.iter().map(|id| (*id).into()).collect(),
            categories: categories.iter().map(|&category| category.to_owned()).collect(),
            ..BlacklistOverride::new(allow, "legal", "signed a new consent")
        };
        BlacklistRules { overrides: vec![one], ..rules([("stop", Severity::Flag, stop.clone())]) }
    };
    let held = |rules: &BlacklistRules| {
        let blacklist = Blacklist::compile(rules).unwrap();
        let verdict = check_at(&blacklist, &lead, &WindowState::default(), now());
        assert_eq!(verdict.hits().len(), 2);
        assert_eq!(verdict.severity() == Severity::Pass, !verdict.is_held());
        verdict.is_held()
    };
    // An entry of an allow list that nobody wrote for the consent does not lift it.
    for allow in [Allow::Lead("L-0".into()), Allow::Phone("13927461853".into()), Allow::Company("x".into())] {
        assert!(held(&with(allow.clone(), &[], &[])), "{allow:?}");
        assert!(held(&with(allow.clone(), &[], &["listed"])), "{allow:?}");
    }
    assert!(!held(&with(Allow::Lead("L-0".into()), &["stop"], &[])));
    assert!(!held(&with(Allow::Phone("139 2746 1853".into()), &["stop"], &[])));
    assert!(held(&with(Allow::Phone("15088672341".into()), &["stop"], &[])));
    // Nobody gives a consent for a whole company.
    for allow in [
        Allow::Company("星河软件有限公司".into()),
        Allow::Domain("xinghe.cn".into()),
        Allow::Ip("203.0.113.7".into()),
    ] {
        let errors = Blacklist::compile(&with(allow, &["stop"], &[])).unwrap_err();
        assert!(errors.to_string().contains("lifts_no_consent"), "{errors}");
    }
}

/// However many records there are, and whichever rule has them: what is refused adds up.
#[test]
fn refusals_add_up() {
    let all = [Channel::Phone, Channel::Email, Channel::Wechat];
    for count in [1, 21, 22, 64, 200] {
        assert!(is_held(&with(vec![record(&all); count]), json!({"phones": ["13927461853"]})), "{count}");
    }
    let (phone, email) = (record(&[Channel::Phone]), record(&[Channel::Email]));
    let consent = |one: &ConsentRecord| BlacklistCheck::Consent(ConsentCheck { records: vec![one.clone()] });
    let both = [("a", Severity::Flag, consent(&phone)), ("b", Severity::Flag, consent(&email))];
    let two = rules(both);
    let record = json!({"phones": ["13927461853"], "emails": ["lei.wang@xinghe.cn"]});
    let held = |rules: &BlacklistRules| check(&Blacklist::compile(rules).unwrap(), record.clone()).is_held();
    assert!(held(&two));
    // An override that lifts one of them leaves its channel open.
    for lifted in ["a", "b"] {
        let one = BlacklistOverride {
            rules: vec![lifted.into()],
            ..BlacklistOverride::new(Allow::Phone("13927461853".into()), "legal", "signed")
        };
        assert!(!held(&BlacklistRules { overrides: vec![one], ..two.clone() }), "{lifted}");
    }
}

/// A person is known by every spelling of an address, and by the number of the WeChat account.
#[test]
fn a_record_finds_the_person_however_the_value_is_written() {
    let of = |phone: Option<&str>, email: Option<&str>, wechat: Option<&str>| {
        with(vec![ConsentRecord {
            phone: phone.map(Into::into),
            email: email.map(Into::into),
            wechat: wechat.map(Into::into),
            ..record(&[Channel::All])
        }])
    };
    for address in ["lilei@gmail.com", "LiLei+promo@gmail.com", "li.lei@gmail.com", "lilei@googlemail.com"] {
        for written in ["lilei@gmail.com", "l.i.lei+x@googlemail.com"] {
            assert!(
                is_held(&of(None, Some(written), None), json!({"emails": [address]})),
                "{written} {address}"
            );
        }
    }
    assert!(is_held(&of(None, Some("lei@xinghe.cn"), None), json!({"emails": ["lei+news@xinghe.cn"]})));
    assert!(!is_held(&of(None, Some("lei@xinghe.cn"), None), json!({"emails": ["l.ei@xinghe.cn"]})));
    for record in [json!({"wechat": "15088672341"}), json!({"phones": ["15088672341"]})] {
        assert!(is_held(&of(None, None, Some("150 8867 2341")), record.clone()), "{record}");
        assert!(is_held(&of(Some("15088672341"), None, None), record.clone()), "{record}");
    }
}

#[test]
fn what_is_refused_and_why_is_said_and_a_person_is_asked() {
    let blacklist = with(vec![record(&[Channel::Phone]), record(&[Channel::Email])]);
    let verdict = check(&blacklist, json!({"phones": ["13927461853"], "emails": ["lei.wang@xinghe.cn"]}));
    snapshot("blacklist_consent", &verdict);
    assert_eq!(verdict.severity(), Severity::Flag);
    let effects = verdict.effects(&"L-0".into(), None);
    assert!(
        matches!(&effects[..], [Effect::RequestReview { code, .. }] if *code == CONSENT_CODE),
        "{effects:?}"
    );
    assert_round_trip(&verdict);
    assert!(!format!("{:?}", blacklist).contains("1392746"));
}

#[test]
fn records_that_say_nothing_are_refused() {
    let load = |severity: &str, records: Json| {
        Blacklist::load(json!({"rules": [
            {"id": "stop", "severity": severity, "check": {"consent": {"records": records}}},
        ]}))
    };
    let good = json!([{"phone": "13927461853", "channels": ["all"], "basis": "objection", "since": "2026-03-01T00:00:00Z"}]);
    assert!(load("flag", good.clone()).is_ok());
    let errors = load(
        "block",
        json!([
            {"channels": ["all"], "basis": "x", "since": "2026-03-01T00:00:00Z"},
            {"phone": "1392746", "channels": [], "basis": "x", "since": "2026-03-01T00:00:00Z",
                "until": "2026-03-01T00:00:00Z"},
        ]),
    );
    snapshot("blacklist_consent_mistakes", errors.unwrap_err());
    let no_basis = json!({"rules": [{"id": "stop", "check": {"consent": {"records": [
        {"phone": "13927461853", "channels": ["all"], "since": "2026-03-01T00:00:00Z"}]}}}]});
    assert_eq!(BlacklistRules::load(no_basis).unwrap().lint()[0].code, "no_basis");
}

#[test]
fn the_main_job_gives_a_held_lead_to_nobody() {
    use leadkit::model::Rep;
    use leadkit::{Input, Intake, Roster, Route, State};
    let intake = Intake::load(json!({
        "blacklist": {"rules": [{"id": "stop", "check": {"consent": {"records": [
            {"phone": "13927461853", "channels": ["phone"], "basis": "objection", "since": "2026-03-01T00:00:00Z"}]}}}]},
        "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
        "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
    }))
    .unwrap();
    let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default()).unwrap();
    let decide = |phones: &[&str], emails: &[&str]| {
        let lead = lead(json!({"phones": phones, "emails": emails}));
        intake.process(&Input { lead, ..Input::default() }, &roster, &State::default(), now())
    };
    let held = decide(&["13927461853"], &[]);
    assert!(matches!(held.route(), Route::AwaitingReview { .. }), "{held}");
    // Somebody is asked, and again when nobody has looked: the lead is nobody's, and not stuck.
    let codes: Vec<&str> = held.effects().iter().map(|effect| effect.code()).collect();
    assert_eq!(codes, ["request_review", "set_next_wake_up"], "{held}");
    assert!(matches!(held.route(), Route::AwaitingReview { until: Some(until), .. } if *until > now()));
    assert_eq!(held.reason().to_string(), "no_allowed_channel");
    assert!(matches!(decide(&["13927461853"], &["lei.wang@xinghe.cn"]).route(), Route::Assigned { .. }));
    assert!(matches!(decide(&["15088672341"], &[]).route(), Route::Assigned { .. }));
}

/// Who looked at a lead has not given the person's consent: a release that names no rule lifts none.
#[test]
fn a_release_gives_no_consent() {
    use leadkit::intake::Intake;
    use leadkit::model::{CloseReason, Lead, LeadStatus, Rep};
    use leadkit::{Input, Roster, State};
    let intake = |overrides: Json| {
        Intake::load(json!({
            "blacklist": {"overrides": overrides, "rules": [
                {"id": "stop", "check": {"consent": {"records": [
                    {"phone": "13927461853", "channels": ["all"], "basis": "objection", "since": "2026-03-01T00:00:00Z"}]}}},
                {"id": "listed", "severity": "block", "check": {"list": {"phones": ["13927461853", "15088672341"]}}},
            ]},
            "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
            "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
        }))
        .unwrap()
    };
    let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default()).unwrap();
    let released = |overrides: Json, phone: &str| {
        let blocked = Lead {
            status: LeadStatus::Invalid,
            close_reason: Some(CloseReason::Blocked),
            pool: Some("invalid".into()),
            ..lead(json!({"phones": [phone]}))
        };
        let input = Input { lead: blocked, ..Input::default() };
        intake(overrides).release(&input, &roster, &State::default(), now()).route().code()
    };
    let allow = |rules: Json| json!([{"allow": {"phone": "13927461853"}, "rules": rules, "author": "w", "reason": "r"}]);
    assert_eq!(released(json!([]), "15088672341"), "assigned");
    assert_eq!(released(json!([]), "13927461853"), "nurture");
    assert_eq!(released(allow(json!([])), "13927461853"), "nurture");
    assert_eq!(released(allow(json!(["listed"])), "13927461853"), "nurture");
    assert_eq!(released(allow(json!(["stop"])), "13927461853"), "assigned");
}
