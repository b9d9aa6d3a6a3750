//! Contact values in the fields of others are read by every rule as what they are.

use leadkit::blacklist::{Blacklist, BlacklistRules, Severity};
use serde_json::{Value as Json, json};

use super::check;

fn severity(rules: &BlacklistRules, record: &Json) -> Severity {
    check(&Blacklist::compile(rules).unwrap(), record.clone()).severity()
}

/// One value in each of the fields, alone and beside a sound one of the field's own kind.
fn in_every_field(value: &str) -> Vec<Json> {
    vec![
        json!({"phones": [value]}),
        json!({"emails": [value]}),
        json!({"wechat": value}),
        json!({"phones": ["15088672341", value]}),
        json!({"emails": ["wu@lvhu-x.cn", value]}),
        json!({"phones": [value], "wechat": "wu_sheng66"}),
        json!({"phones": [format!("15088672341 {value}")]}),
        json!({"emails": [format!("wu@lvhu-x.cn {value}")]}),
    ]
}

#[test]
fn lists_prefixes_domains_and_consents_ask_every_field() {
    let rules = Blacklist::load(json!({"rules": [
        {"id": "list", "severity": "block", "check": {"list": {
            "phones": ["13927461853"], "emails": ["spam@jingye-x.cn"], "wechats": ["bad_guy88", "2026718843"]}}},
        {"id": "domain", "severity": "block", "check": {"domain": {"domains": ["rival-x.com"]}}},
        {"id": "prefix", "severity": "block", "check": {"prefix": {"phones": ["+86170"]}}},
    ]}))
    .unwrap();
    for value in [
        "13927461853",
        "电话 13927461853",
        "spam@jingye-x.cn",
        "邮箱：spam@jingye-x.cn",
        "微信 bad_guy88",
        "微信号：bad_guy88",
        "wechat is bad_guy88",
        "QQ 2026718843",
        "zhao@mail.rival-x.com",
        "17012345678",
    ] {
        for record in in_every_field(value) {
            assert!(check(&rules, record.clone()).is_blocked(), "{record}");
        }
    }
    let consent = Blacklist::load(json!({"rules": [{"id": "c", "check": {"consent": {"records": [
        {"email": "lei@xinghe.cn", "channels": ["all"], "since": "2026-01-01T00:00:00Z", "basis": "objection"},
        {"phone": "13600247581", "channels": ["all"], "since": "2026-01-01T00:00:00Z", "basis": "objection"},
    ]}}}]}))
    .unwrap();
    for value in ["lei@xinghe.cn", "Lei <lei@xinghe.cn>", "13600247581", "+86 136 0024 7581"] {
        for record in in_every_field(value) {
            let verdict = check(&consent, record.clone());
            assert!(verdict.is_held(), "{record}: {verdict}");
        }
    }
}

/// What is well written blocks nobody, by whatever rules, in whatever field.
#[test]
fn a_sound_value_blocks_in_no_field() {
    for value in [
        "13927461853",
        "0755-26718843",
        "010-83442922转801",
        "电话 0755-26718843",
        "400-820-8820",
        "+14155552671",
        "+852 6123 9047",
        "+447911123456",
        "WhatsApp +44 20 7946 0958",
        "lei@xinghe.cn",
        "Lei <lei@xinghe.cn>",
        "QQ 2026718843",
        "加QQ 2026718843",
        "微信 lei_wang88",
        "加V lei_wang88",
        "加V：lei_wang88",
        "v：lei_wang88",
        "wechat is lei_wang88",
        "我的微信是lei_wang88",
    ] {
        let alone = [json!({"phones": [value]}), json!({"emails": [value]}), json!({"wechat": value})];
        for record in alone {
            for rules in [BlacklistRules::default(), BlacklistRules::strict()] {
                assert!(severity(&rules, &record) < Severity::Block, "{record}");
            }
        }
    }
    for record in [
        json!({"phones": ["+86 lei@xinghe.cn"]}),
        json!({"phones": ["+1 john@gmail.com"]}),
        json!({"phones": ["+86lei@xinghe.cn"]}),
        json!({"phones": ["+86 2026718843@qq.com"]}),
        json!({"emails": ["qq2026718843"]}),
        json!({"emails": ["2026718843"]}),
    ] {
        assert_eq!(severity(&BlacklistRules::default(), &record), Severity::Flag, "{record}");
    }
    // An override of the value counts wherever it stands.
    let rules = BlacklistRules::load(json!({
        "rules": [{"id": "list", "severity": "block", "check": {"list": {"emails": ["lei@xinghe.cn"]}}}],
        "overrides": [{"allow": {"email": "lei@xinghe.cn"}, "scope": "value", "author": "wu", "reason": "known"}],
    }))
    .unwrap();
    assert_eq!(severity(&rules, &json!({"phones": ["lei@xinghe.cn"]})), Severity::Pass);
}

/// A wrong key is worse than none.
#[test]
fn what_may_be_anything_is_nothing() {
    let keys = |record: Json| {
        super::with_facts(&super::lead(record), super::at("2026-03-02T00:00:00Z"), |facts| {
            let mut keys: Vec<String> =
                facts.phone_keys().iter().chain(facts.email_keys()).cloned().collect();
            keys.extend(
                facts
                    .person_keys()
                    .iter()
                    .filter(|key| key.starts_with("wechat") || key.starts_with("qq"))
                    .cloned(),
            );
            keys
        })
    };
    for (record, expected) in [
        (json!({"emails": ["wu@lvhu-x.cn (2026-03-02)"]}), vec!["wu@lvhu-x.cn"]),
        (
            json!({"emails": ["13927461853@139.com; wu@lvhu-x.cn"]}),
            vec!["13927461853@139.com", "wu@lvhu-x.cn"],
        ),
        (json!({"phones": ["13927461853 wang88 微信同号"]}), vec!["+8613927461853"]),
        (
            json!({"phones": ["13927461853 QQ 2026718843 内线 26718"]}),
            vec!["+8613927461853", "qq:2026718843"],
        ),
        (json!({"phones": ["13927461853"], "wechat": "139 2746 1853"}), vec!["+8613927461853"]),
        (json!({"phones": ["13927461853（微信同号）"]}), vec!["+8613927461853"]),
        (json!({"emails": ["26718843"]}), vec![]),
        (json!({"wechat": "lei_wang88（手机 13927461853）"}), vec!["+8613927461853", "wechat:lei_wang88"]),
    ] {
        assert_eq!(keys(record.clone()), expected, "{record}");
    }
}

/// A word behind the name of a service is no account that two people share.
#[test]
fn words_behind_a_label_are_no_ids() {
    let rules = Blacklist::load(json!({"rules": [{"id": "list", "severity": "block", "check": {"list": {
        "wechats": ["preferred", "please", "michael", "beijing", "available", "leiwang"]}}}]}))
    .unwrap();
    for record in [
        json!({"phones": ["13927461877 WeChat preferred"]}),
        json!({"phones": ["13927461877 微信 please"]}),
        json!({"phones": ["15088672341 微信 Michael"]}),
        json!({"phones": ["15088672341 加微信 Beijing"]}),
        json!({"phones": ["15088672341 微信：Michael"]}),
        json!({"emails": ["lei@xinghe.cn (wechat available)"]}),
        json!({"phones": ["微信 Beijing"], "emails": ["wu@lvhu-x.cn"]}),
    ] {
        assert_eq!(severity_of(&rules, &record), Severity::Pass, "{record}");
    }
    for record in [json!({"phones": ["微信：leiwang"]}), json!({"emails": ["WeChat ID: leiwang"]})] {
        assert_eq!(severity_of(&rules, &record), Severity::Block, "{record}");
    }
}

fn severity_of(rules: &Blacklist, record: &Json) -> Severity {
    check(rules, record.clone()).severity()
}
