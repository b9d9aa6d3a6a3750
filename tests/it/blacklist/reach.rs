//! Whom nobody can reach, what a form tells, and rules that cannot be evaluated.

use std::sync::Arc;

use leadkit::blacklist::{
    Blacklist, BlacklistCheck, BlacklistRule, BlacklistRules, ElapsedCheck, FakeCheck, FakeRule,
    HoneypotCheck, JointList, PhoneFormatCheck, PhoneSet, Severity, WindowState,
};
use serde_json::{Value as Json, json};

use super::{check, engine, summary};

fn only(check: Option<BlacklistCheck>) -> BlacklistRules {
    BlacklistRules {
        rules: check.map(|check| BlacklistRule::new("r", check)).into_iter().collect(),
        ..BlacklistRules::default()
    }
}

fn severity(rules: &BlacklistRules, record: Json) -> Severity {
    check(&Blacklist::compile(rules).unwrap(), record).severity()
}

/// Somebody owns 13912345678: it is flagged, and nobody is lost by it.
#[test]
fn a_suspicion_leaves_a_lead_reachable() {
    let default = BlacklistRules::default();
    for phone in ["13912345678", "18888888888", "13976100000", "13800000000"] {
        for (record, flagged) in
            [(json!({"phones": [phone]}), Severity::Flag), (json!({"wechat": phone}), Severity::Flag)]
        {
            assert_eq!(severity(&default, record.clone()), flagged, "{record}");
            assert_eq!(severity(&only(None), record.clone()), Severity::Pass, "{record}");
        }
        assert_eq!(
            severity(&BlacklistRules::strict(), json!({"phones": [phone]})),
            Severity::Block,
            "{phone}"
        );
    }
    for email in ["sap@sap.com", "hr@hr.com", "58@58.com", "qwerty@jingye-x.cn", "1234567@qq.com"] {
        assert_ne!(severity(&default, json!({"emails": [email]})), Severity::Block, "{email}");
    }
}

/// Many forms have one field for whatever somebody has: the lead is told about, not lost.
#[test]
fn a_contact_in_the_field_of_another_is_flagged() {
    let told = |rules: &BlacklistRules, record: Json| {
        let verdict = check(&Blacklist::compile(rules).unwrap(), record);
        let hits = verdict.hits().iter().filter(|hit| hit.rule().as_str() == "wrong_field");
        let hits: Vec<String> = hits.map(|hit| format!("{} {:?}", summary(hit), hit.entry())).collect();
        (verdict.severity(), hits.join(";"))
    };
    let default = BlacklistRules::default();
    for (record, said) in [
        (json!({"phones": ["lei@xinghe.cn"]}), "email phone 0 Some(\"l****@xinghe.cn\")"),
        (json!({"phones": ["1392746", "邮箱 lei@xinghe.cn"]}), "email phone 1 Some(\"l****@xinghe.cn\")"),
        (json!({"emails": ["13927461875"]}), "phone email 0 Some(\"139****1875\")"),
        (json!({"emails": ["电话 0755-26718843"]}), "phone email 0 Some(\"0755****8843\")"),
        (json!({"phones": ["微信 lei_wang88"]}), "wechat phone 0 Some(\"le****88\")"),
        (json!({"emails": ["vx: lei_wang88"]}), "wechat email 0 Some(\"le****88\")"),
        (json!({"wechat": "lei@xinghe.cn"}), "email wechat - Some(\"l****@xinghe.cn\")"),
    ] {
        let expected = format!("wrong_field flag wrong_field/{said}");
        assert_eq!(told(&default, record.clone()), (Severity::Flag, expected), "{record}");
    }
    // Digits that may be anything, words that may be anything, and what is known to be nobody's.
    for record in [
        json!({"phones": ["1392746185"]}),
        json!({"phones": ["asdfgh"]}),
        json!({"phones": ["test@test.com"]}),
        json!({"emails": ["26718843"]}),
        json!({"emails": ["2026-03-02"]}),
        json!({"emails": ["lei_wang88"]}),
    ] {
        assert_eq!(told(&default, record.clone()).0, Severity::Block, "{record}");
    }
    // One that can be used is enough: what stands beside it is flagged, and refused by nobody.
    let beside = |rules: &BlacklistRules, record: Json| {
        let verdict = check(&Blacklist::compile(rules).unwrap(), record);
        let hits = verdict.hits().iter().filter(|hit| hit.reason().code() == "wrong_field");
        let hits: Vec<String> = hits.map(|hit| format!("{} {:?}", summary(hit), hit.span())).collect();
        (verdict.severity(), hits.join(";"))
    };
    for (record, said) in [
        (json!({"phones": ["lei@xinghe.cn", "13927461853"]}), "email phone 0 Some(0..13)"),
        (json!({"phones": ["13927461853 lei@xinghe.cn"]}), "email phone 0 Some(12..25)"),
        (json!({"phones": ["13927461853 微信：lei_wang88"]}), "wechat phone 0 Some(21..31)"),
        (json!({"emails": ["lei@xinghe.cn 电话13927461853"]}), "phone email 0 Some(20..31)"),
        (json!({"wechat": "lei_wang88 / lei@xinghe.cn"}), "email wechat - Some(13..26)"),
    ] {
        let expected = format!("wrong_field flag wrong_field/{said}");
        assert_eq!(beside(&default, record.clone()), (Severity::Flag, expected.clone()), "{record}");
        assert_eq!(beside(&BlacklistRules::strict(), record.clone()), (Severity::Flag, expected), "{record}");
    }
    // What stands in its own field too is no news, and neither is an account that is the number.
    for record in [
        json!({"phones": ["13927461853 lei@xinghe.cn"], "emails": ["Lei@xinghe.cn"]}),
        json!({"phones": ["13927461853（微信同号）"]}),
        json!({"phones": ["13927461853 微信lei_wang88"], "wechat": "lei_wang88"}),
        json!({"emails": ["13927461853@139.com"]}),
        json!({"emails": ["lei@xinghe.cn (2026-03-02)"]}),
    ] {
        assert_eq!(beside(&default, record.clone()), (Severity::Pass, String::new()), "{record}");
    }
    // A host that asks for no contact is told nothing.
    let silent = BlacklistRules { no_usable_contact: Severity::Pass, ..default };
    assert_eq!(told(&silent, json!({"phones": ["lei@xinghe.cn"]})).1, "");
}

/// What is known to be nobody's is unusable as long as a rule looks for it.
#[test]
fn a_sample_is_no_contact_while_a_rule_looks_for_it() {
    let of = |rules: &[FakeRule]| {
        let check = FakeCheck { rules: rules.iter().copied().collect(), ..FakeCheck::default() };
        only(Some(BlacklistCheck::Fake(check)))
    };
    for (record, rule) in [
        (json!({"phones": ["13800138000"]}), FakeRule::SampleNumber),
        (json!({"wechat": "13800138000"}), FakeRule::SampleNumber),
        (json!({"emails": ["test@test.com"]}), FakeRule::Placeholder),
        (json!({"emails": ["a@a.com"]}), FakeRule::Placeholder),
        (json!({"emails": ["abc@abc.com"]}), FakeRule::Placeholder),
    ] {
        assert_eq!(severity(&of(&[rule]), record.clone()), Severity::Block, "{record}");
        let others: Vec<FakeRule> = FakeRule::ALL.iter().copied().filter(|one| *one != rule).collect();
        assert_eq!(severity(&of(&others), record.clone()), Severity::Pass, "{record}");
        assert_eq!(severity(&only(None), record.clone()), Severity::Pass, "{record}");
    }
    // Not a suspicion: the plan says that nobody who fills in a form has it.
    assert_eq!(severity(&only(None), json!({"phones": ["10086"]})), Severity::Block);
}

#[test]
fn a_segment_of_yesterday_is_let_through_where_the_rules_say_so() {
    let with =
        |allow_not_assigned| only(Some(BlacklistCheck::PhoneFormat(PhoneFormatCheck { allow_not_assigned })));
    for (phone, allowed) in
        [("14905001234", Severity::Pass), ("13812349", Severity::Block), ("87654301", Severity::Block)]
    {
        assert_eq!(severity(&with(true), json!({"phones": [phone]})), allowed, "{phone}");
        assert_eq!(severity(&with(false), json!({"phones": [phone]})), Severity::Block, "{phone}");
    }
}

#[test]
fn a_form_tells_by_a_field_that_nobody_sees_and_by_its_time() {
    let honeypot = HoneypotCheck { attributes: ["website_2".to_owned()].into() };
    let blacklist = engine([
        ("trap", Severity::Block, BlacklistCheck::Honeypot(honeypot)),
        ("quick", Severity::Flag, BlacklistCheck::Elapsed(ElapsedCheck::default())),
    ]);
    for (attributes, hits) in [
        (json!({}), vec![]),
        (json!({"website_2": "", "elapsed_ms": ""}), vec![]),
        (json!({"website_2": false, "elapsed_ms": 800}), vec![]),
        (json!({"website_2": " no ", "elapsed_ms": "5200"}), vec![]),
        (json!({"website_2": "http://x.y"}), vec!["trap block honeypot attributes.website_2 -"]),
        (json!({"website_2": "0.0"}), vec![]),
        (json!({"website_2": "[]"}), vec![]),
        (json!({"website_2": "\"\""}), vec![]),
        (json!({"website_2": "\u{200b}"}), vec![]),
        (json!({"website_2": ["", "[]"]}), vec![]),
        (json!({"website_2": "0.5"}), vec!["trap block honeypot attributes.website_2 -"]),
        (json!({"website_2": true}), vec!["trap block honeypot attributes.website_2 -"]),
        (json!({"elapsed_ms": 799}), vec!["quick flag elapsed attributes.elapsed_ms -"]),
        // A column of a table is a text.
        (json!({"elapsed_ms": " 300 "}), vec!["quick flag elapsed attributes.elapsed_ms -"]),
        (json!({"elapsed_ms": 12.5}), vec!["quick flag elapsed attributes.elapsed_ms -"]),
        (json!({"elapsed_ms": "5 s"}), vec!["quick flag rule_failed"]),
    ] {
        let verdict = check(&blacklist, json!({"attributes": attributes}));
        assert_eq!(verdict.hits().iter().map(summary).collect::<Vec<_>>(), hits, "{attributes}");
        assert_eq!(verdict.faults().len(), usize::from(hits == ["quick flag rule_failed"]), "{attributes}");
    }
    for wrong in [
        json!({"honeypot": {"attributes": []}}),
        json!({"honeypot": {"attributes": ["attributes.website"]}}),
        json!({"elapsed": {"attribute": " "}}),
        json!({"elapsed": {"below_ms": 0}}),
    ] {
        assert!(BlacklistRules::load(json!({"rules": [{"id": "r", "check": wrong}]})).is_err(), "{wrong}");
    }
}

/// A list that nobody has attached finds nothing: that is said, and an empty list is a list.
#[test]
fn what_is_not_attached_is_a_fault() {
    let rules = |severity: &str, failed: &str| {
        json!({"no_usable_contact": "pass", "rule_failed": failed, "rules": [
            {"id": "joint", "severity": severity, "check": {"joint": {}}},
            {"id": "set", "severity": severity, "check": {"list": {"phone_set": true}}},
        ]})
    };
    for (severity, failed, verdict) in [
        ("pass", "flag", Severity::Flag),
        ("block", "flag", Severity::Flag),
        ("flag", "block", Severity::Block),
    ] {
        let blacklist = Blacklist::load(rules(severity, failed)).unwrap();
        let found = check(&blacklist, json!({}));
        assert_eq!((found.severity(), found.faults().len()), (verdict, 2), "{found}");
        let text = found.to_string();
        assert!(text.contains("with_joint_list") && text.contains("with_phone_set"), "{text}");
        let set = Arc::new(PhoneSet::default());
        let blacklist = blacklist.with_joint_list(Arc::new(JointList::default()));
        let blacklist = blacklist.with_phone_set(&"set".into(), set).unwrap();
        assert!(check(&blacklist, json!({})).hits().is_empty());
    }
    let errors = Blacklist::load(rules("flag", "pass")).unwrap_err().to_string();
    assert!(errors.contains("silent_pass"), "{errors}");
}

/// The main job attaches what its blacklist asks for.
#[test]
fn the_main_job_attaches_lists() {
    use leadkit::Intake;
    let intake = Intake::load(json!({"blacklist": {"rules": [
        {"id": "joint", "check": {"joint": {}}},
        {"id": "set", "check": {"list": {"phone_set": true}}},
    ]}}))
    .unwrap();
    let set = Arc::new(PhoneSet::default());
    let intake = intake.with_joint_list(Arc::default()).with_phone_set(&"set".into(), set.clone()).unwrap();
    assert!(intake.with_phone_set(&"joint".into(), set).is_err());
}

#[cfg(feature = "script")]
#[test]
fn a_script_that_fails_never_passes() {
    for severity in ["pass", "flag", "block"] {
        let blacklist = Blacklist::load(json!({"no_usable_contact": "pass", "rules": [
            {"id": "s", "severity": severity, "check": {"condition": {"script": "1 / (employee_count - 5) > 0"}}},
        ]}))
        .unwrap();
        let verdict = check(&blacklist, json!({"employee_count": 5}));
        assert_eq!(verdict.severity(), Severity::Flag, "{verdict}");
        assert_eq!(verdict.hits()[0].reason().code(), "rule_failed");
        assert_eq!(verdict.faults()[0].rule.as_str(), "s");
    }
}

/// A host's query gives rows in any order.
#[test]
fn windows_are_the_same_whatever_the_order_of_the_rows() {
    use leadkit::blacklist::ResubmissionCheck;
    let again = BlacklistCheck::Resubmission(ResubmissionCheck::default());
    let blacklist = engine([("again", Severity::Flag, again)]);
    let form = |id: &str, when: &str| {
        super::lead(json!({"id": id, "created_at": when, "phones": ["13927461853"], "message": "quote"}))
    };
    let now = super::at("2026-03-02T00:00:00Z");
    let (first, last) = (form("A", "2026-01-01T00:00:00Z"), form("C", "2026-03-01T00:00:00Z"));
    let mut rows = Vec::new();
    for one in [&first, &last] {
        let verdict = super::check_at(&blacklist, one, &WindowState::default(), now);
        let mut windows = WindowState::default();
        windows.apply(verdict.delta());
        let keys = super::with_facts(one, now, |facts| blacklist.window_keys(facts));
        rows.extend(windows.events_of(&keys));
    }
    let late = form("B", "2026-01-01T12:00:00Z");
    for _ in 0..2 {
        let windows = WindowState::from_events(rows.clone()).unwrap();
        assert_eq!(windows.len(), rows.len());
        let verdict = super::check_at(&blacklist, &late, &windows, now);
        assert_eq!(verdict.resubmission_of(), Some(&"A".into()));
        rows.reverse();
    }
}

/// A forgotten person is recognised by every key of theirs, and nobody else is taken for them.
#[test]
fn erasure_follows_the_keys_of_a_person() {
    use leadkit::Intake;
    use leadkit::intake::ErasureKey;
    let (intake, key) = (Intake::load(json!({})).unwrap(), ErasureKey::new(*b"sixteen bytes .."));
    let hashes = |record: Json| intake.erasure_hashes(&super::lead(record), &key);
    let shares = |one: Json, other: Json| {
        let known = hashes(one);
        hashes(other).iter().any(|hash| known.contains(hash))
    };
    for (one, other, shared) in [
        (json!({"emails": ["lilei@gmail.com"]}), json!({"emails": ["Li.Lei+promo@googlemail.com"]}), true),
        (json!({"emails": ["lei+a@xinghe.cn"]}), json!({"emails": ["lei+a@xinghe.cn"]}), true),
        (json!({"emails": ["lei@xinghe.cn"]}), json!({"emails": ["l.ei@xinghe.cn"]}), false),
        (json!({"phones": ["13927461853"]}), json!({"wechat": "139 2746 1853"}), true),
        (json!({"phones": ["13927461853"]}), json!({"message": "电话13927461853"}), true),
        (json!({"phones": ["13927461853"]}), json!({"name": "王磊13927461853"}), true),
        (
            json!({"emails": ["lei.wang@gmail.com"]}),
            json!({"emails": ["13900861853/lei.wang@gmail.com"]}),
            true,
        ),
        // He writes of somebody else.
        (
            json!({"phones": ["13927461853"]}),
            json!({"phones": ["15088672341"], "message": "同事13927461853"}),
            false,
        ),
        (json!({"phones": ["0755-26718843转801"]}), json!({"phones": ["0755-26718843转801"]}), true),
        (
            json!({"phones": ["0755-26718843"], "name": "李雷"}),
            json!({"phones": ["0755-26718843"], "name": "李雷"}),
            true,
        ),
        // A colleague, a team, and who types what anybody types.
        (
            json!({"phones": ["0755-26718843"], "name": "李雷"}),
            json!({"phones": ["0755-26718843"], "name": "韩梅"}),
            false,
        ),
        (json!({"phones": ["0755-26718843"]}), json!({"phones": ["0755-26718843"]}), false),
        (json!({"emails": ["info@xinghe.cn"]}), json!({"emails": ["info@xinghe.cn"]}), false),
        (json!({"phones": ["13800138000"]}), json!({"phones": ["13800138000"]}), false),
    ] {
        assert_eq!(shares(one.clone(), other.clone()), shared, "{one} {other}");
    }
    // What was kept of the exact address before still fits.
    assert_eq!(hashes(json!({"emails": ["lei+a@xinghe.cn"]})).len(), 2);
}

/// Published lists of disposable domains hold carriers' mail: a list is used as it comes.
#[test]
fn a_list_of_disposable_domains_spares_public_mail() {
    let rules = |domains: Json, more: Json| {
        let mut check = json!({"domains": domains});
        check.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        BlacklistRules::load(json!({"rules": [{"id": "d", "severity": "block", "check": {"domain": check}}]}))
            .unwrap()
    };
    let listed = json!(["throwaway.example.org", "139.com", "yeah.net", "21cn.com", "88.com", "wo.com.cn"]);
    let spared = rules(listed.clone(), json!({}));
    assert!(spared.lint().is_empty());
    assert_eq!(severity(&spared, json!({"emails": ["w.lei@a.throwaway.example.org"]})), Severity::Block);
    for domain in ["139.com", "yeah.net", "21cn.com", "88.com", "wo.com.cn"] {
        let record = json!({"emails": [format!("w.lei@{domain}")]});
        assert_eq!(severity(&spared, record.clone()), Severity::Pass, "{domain}");
        let meant = rules(listed.clone(), json!({"except_public": false}));
        assert_eq!(severity(&meant, record), Severity::Block, "{domain}");
    }
    assert_eq!(rules(json!(["139.com", "qq.com"]), json!({})).lint()[0].code, "public_provider");
}

/// The commonest answers to a question that must be answered: there is none, or it is the phone number.
#[test]
fn a_note_in_place_of_a_value_is_no_value() {
    let notes = ["无", "没有", "N/A", "-", "同手机号", "微信同号", "同上", "手机号即微信", "same as phone"];
    for note in notes {
        let phone = json!({"phones": ["13927461853"], "emails": [note], "wechat": note});
        let email = json!({"phones": [note], "emails": ["lei@xinghe.cn"], "wechat": note});
        for record in [phone, email] {
            for rules in [BlacklistRules::default(), BlacklistRules::strict()] {
                let verdict = check(&Blacklist::compile(&rules).unwrap(), record.clone());
                assert!(verdict.hits().is_empty(), "{record}: {verdict}");
            }
        }
        // Nothing was given: that is what is said, not that something is wrong with it.
        let none = json!({"phones": [note], "emails": [note], "wechat": note});
        let verdict = check(&Blacklist::compile(&BlacklistRules::default()).unwrap(), none);
        let reasons: Vec<String> = verdict.hits().iter().map(|hit| hit.reason().to_string()).collect();
        let said = "the lead cannot be reached because it has no phone number, e-mail address or WeChat id";
        assert_eq!((verdict.severity(), reasons), (Severity::Block, vec![said.to_owned()]), "{note}");
    }
}

/// A clock that is set back tells no time, and a table may write thousands as any country does.
#[test]
fn a_time_is_read_as_tables_write_it() {
    let blacklist = engine([("quick", Severity::Block, BlacklistCheck::Elapsed(ElapsedCheck::default()))]);
    for (written, found) in [
        (json!(-1), "rule_failed"),
        (json!("-5"), "rule_failed"),
        (json!("5.200"), ""),
        (json!("1.200"), ""),
        (json!("５２００"), ""),
        (json!("-"), ""),
        (json!("N/A"), ""),
        (json!("0.200"), "elapsed"),
        (json!(0), "elapsed"),
        (json!("0"), "elapsed"),
        (json!(" 0 "), "elapsed"),
        (json!("０"), "elapsed"),
        (json!("0.0"), "elapsed"),
        (json!("0ms"), "elapsed"),
        (json!("000"), "elapsed"),
        (json!(" "), ""),
        (json!("无"), ""),
        (json!("null"), ""),
    ] {
        let verdict = check(&blacklist, json!({"attributes": {"elapsed_ms": written}}));
        let codes: Vec<&str> = verdict.hits().iter().map(|hit| hit.reason().code()).collect();
        assert_eq!(codes.join(" "), found, "{written}");
    }
}

/// Entries are read as leads are, and whoever writes an address in another way is the same person.
#[test]
fn an_entry_is_read_as_a_lead_is() {
    let blacklist = Blacklist::load(json!({"rules": [{"id": "l", "severity": "block", "check": {"list": {
        "emails": ["Wu <bad.guy@gmail.com>", "mailto:spam@jingye-x.cn"],
        "wechats": ["微信 bad_guy88", "QQ：10023456", "wx:139 2746 1853"]}}}]}))
    .unwrap();
    for record in [
        json!({"emails": ["badguy@gmail.com"]}),
        json!({"emails": ["b.adguy+1@googlemail.com"]}),
        json!({"emails": ["spam+shop@jingye-x.cn"]}),
        json!({"wechat": "Bad_Guy88"}),
        json!({"wechat": "10023456"}),
        json!({"phones": ["13927461853"]}),
    ] {
        assert!(check(&blacklist, record.clone()).is_blocked(), "{record}");
    }
    assert!(!check(&blacklist, json!({"emails": ["b.guy@gmail.com"]})).is_blocked());
}

/// Ten megabytes of patterns are a mistake, which costs nothing.
#[test]
fn patterns_of_a_document_have_a_bound_together() {
    let load = |patterns: Vec<Vec<String>>| {
        let rule = |(at, patterns): (usize, &Vec<String>)| json!({"id": format!("p{at}"), "check": {"pattern": {"patterns": patterns}}});
        let rules: Vec<Json> = patterns.iter().enumerate().map(rule).collect();
        Blacklist::load(json!({"rules": rules})).map(drop).map_err(|errors| errors.to_string())
    };
    let many = |count: usize, bytes: usize| -> Vec<String> {
        (0..count).map(|at| format!("{at:0bytes$}")).collect()
    };
    assert_eq!(load(vec![many(1_000, 60)]), Ok(()));
    for (patterns, place) in [
        (vec![many(1_001, 5)], "rules[0].check.pattern.patterns"),
        (vec![many(5, 15_000)], "rules[0].check.pattern.patterns"),
        (vec![many(1_000, 5), many(1_000, 5), many(1, 5)], "rules[2].check.pattern.patterns"),
        (vec![many(10_000, 1_000)], "rules[0].check.pattern.patterns"),
    ] {
        let errors = load(patterns).unwrap_err();
        assert!(errors.contains(place) && errors.contains("at most"), "{errors}");
    }
}

/// People choose accounts that are easy to keep in mind, and firms test what they sell: only words that stand for none block.
#[test]
fn a_pattern_or_a_word_that_may_be_a_name_leaves_a_lead_reachable() {
    let default = BlacklistRules::default();
    for email in [
        "nil@xinghe.cn",
        "testing@sgs.com",
        "mail@mail.xinghe.cn",
        "aaa@aaa.com",
        "654321@qq.com",
        "66666@qq.com",
        "ppp@163.com",
    ] {
        assert!(severity(&default, json!({"emails": [email]})) < Severity::Block, "{email}");
    }
    for wechat in ["abc88888", "abc1234567", "aaaaaa8", "weixin888", "tester01", "88888888"] {
        assert_eq!(severity(&default, json!({"wechat": wechat})), Severity::Flag, "{wechat}");
    }
    for record in [
        json!({"emails": ["none@xinghe.cn"]}),
        json!({"emails": ["123456@qq.com"]}),
        json!({"emails": ["手机号@qq.com"]}),
        json!({"emails": ["user@domain.com"]}),
        json!({"wechat": "wechat"}),
        json!({"wechat": "test123"}),
    ] {
        assert_eq!(severity(&default, record.clone()), Severity::Block, "{record}");
    }
}

/// What an override says of a value holds of what follows from it: somebody may answer there.
#[test]
fn an_override_makes_a_value_usable() {
    let with = |allow: serde_json::Value| {
        let mut document = serde_json::to_value(BlacklistRules::default()).unwrap();
        document["overrides"] = json!([allow]);
        serde_json::from_value::<BlacklistRules>(document).unwrap()
    };
    let word = json!({"author": "li", "reason": "spoke to him"});
    let by = |allow: serde_json::Value| {
        let mut one = word.clone();
        one.as_object_mut().unwrap().extend(allow.as_object().unwrap().clone());
        with(one)
    };
    for (record, allow) in [
        (
            json!({"emails": ["test@xinghe.cn"]}),
            json!({"allow": {"email": "test@xinghe.cn"}, "rules": ["fake"]}),
        ),
        (
            json!({"emails": ["test@xinghe.cn"]}),
            json!({"allow": {"domain": "xinghe.cn"}, "rules": ["fake"], "scope": "value"}),
        ),
        (json!({"phones": ["13800138000"]}), json!({"allow": {"phone": "13800138000"}, "rules": ["fake"]})),
        (
            json!({"wechat": "wechat123"}),
            json!({"allow": {"wechat": "wechat123"}, "categories": ["contact"]}),
        ),
        (json!({"phones": ["14905001234"]}), json!({"allow": {"lead": "L-0"}, "rules": ["phone_format"]})),
    ] {
        assert_eq!(severity(&BlacklistRules::default(), record.clone()), Severity::Block, "{record}");
        assert!(severity(&by(allow.clone()), record.clone()) < Severity::Block, "{record} {allow}");
    }
    // Of another value, of another rule, and of what nobody can dial.
    for (record, allow) in [
        (
            json!({"emails": ["test@lvhu.cn"]}),
            json!({"allow": {"email": "test@xinghe.cn"}, "rules": ["fake"]}),
        ),
        (
            json!({"emails": ["test@lvhu.cn"]}),
            json!({"allow": {"email": "test@lvhu.cn"}, "rules": ["email_format"]}),
        ),
        (json!({"phones": ["139274618"]}), json!({"allow": {"lead": "L-0"}, "rules": ["phone_format"]})),
    ] {
        assert_eq!(severity(&by(allow.clone()), record.clone()), Severity::Block, "{record} {allow}");
    }
}

/// Calls and chats are imported with the number in the name or the message: the flag names the text, and a person who must not be
/// called is not.
#[test]
fn a_contact_in_a_text_is_a_flag_that_names_the_text() {
    let blacklist = Blacklist::compile(&BlacklistRules::default()).unwrap();
    for (record, severity, hits) in [
        (json!({"name": "王磊13927461853"}), Severity::Flag, "wrong_field flag contact_in_text/phone name -"),
        (
            json!({"name": "王磊", "message": "请打13927461853"}),
            Severity::Flag,
            "wrong_field flag contact_in_text/phone message -",
        ),
        (
            json!({"phones": ["无"], "message": "我的电话是0755-26718843，想了解价格"}),
            Severity::Flag,
            "wrong_field flag contact_in_text/phone message -",
        ),
        (
            json!({"message": "write to lei.wang@xinghe.cn please"}),
            Severity::Flag,
            "wrong_field flag contact_in_text/email message -",
        ),
        (
            json!({"message": "你好，想了解价格，微信：abc_12345"}),
            Severity::Flag,
            "wrong_field flag contact_in_text/wechat message -",
        ),
        (
            json!({"message": "wechat id: abc_12345, please add me"}),
            Severity::Flag,
            "wrong_field flag contact_in_text/wechat message -",
        ),
        (
            json!({"name": "王磊 加V lei_wang88"}),
            Severity::Flag,
            "wrong_field flag contact_in_text/wechat name -",
        ),
        (
            json!({"message": "加QQ 2026718843详谈"}),
            Severity::Flag,
            "wrong_field flag contact_in_text/wechat message -",
        ),
        // A word is no account, and neither is what another service calls one.
        (
            json!({"message": "wechat preferred, please"}),
            Severity::Block,
            "no_usable_contact block no_usable_contact/no_contact",
        ),
        (
            json!({"message": "我们做微信小程序 mini_app2 开发，抖音号 lei_wang88"}),
            Severity::Block,
            "no_usable_contact block no_usable_contact/no_contact",
        ),
        (
            json!({"message": "微信：weixin123"}),
            Severity::Block,
            "no_usable_contact block no_usable_contact/no_contact",
        ),
        (
            json!({"message": "lei_wang88"}),
            Severity::Block,
            "no_usable_contact block no_usable_contact/no_contact",
        ),
        // What is nobody's, or no number, is none there either.
        (
            json!({"message": "请打13800138000"}),
            Severity::Block,
            "no_usable_contact block no_usable_contact/no_contact",
        ),
        (
            json!({"message": "订单1234567"}),
            Severity::Block,
            "no_usable_contact block no_usable_contact/no_contact",
        ),
        (
            json!({"message": "预算5000到20000"}),
            Severity::Block,
            "no_usable_contact block no_usable_contact/no_contact",
        ),
        (json!({"name": "王磊"}), Severity::Block, "no_usable_contact block no_usable_contact/no_contact"),
        // Where a field holds a value, nobody looks further.
        (json!({"phones": ["13927461853"], "message": "或者15088672341"}), Severity::Pass, ""),
    ] {
        let verdict = check(&blacklist, record.clone());
        let found: Vec<String> = verdict.hits().iter().map(summary).collect();
        assert_eq!((verdict.severity(), found.join("; ").as_str()), (severity, hits), "{record}");
    }
    let verdict = check(&blacklist, json!({"message": "请打13927461853"}));
    let hit = &verdict.hits()[0];
    assert_eq!((hit.span(), hit.entry()), (Some(6..17), Some("139****1853")));
    // Whom the rules keep away stays away.
    let refusing = Blacklist::load(json!({"rules": [
        {"id": "bad", "severity": "block", "check": {"list": {"phones": ["13927461853"]}}},
        {"id": "no", "severity": "flag", "check": {"consent": {"records": [
            {"phone": "15088672341", "channels": ["all"], "basis": "objection"}]}}},
    ]}))
    .unwrap();
    for (message, severity) in [
        ("请打13927461853", Severity::Block),
        ("请打15088672341", Severity::Block),
        ("请打13600247581", Severity::Flag),
    ] {
        assert_eq!(check(&refusing, json!({"message": message})).severity(), severity, "{message}");
    }
}

/// The mailboxes of machines: nobody reads what is written there.
#[test]
fn a_mailbox_that_nobody_reads_is_no_contact() {
    let blacklist = Blacklist::compile(&BlacklistRules::default()).unwrap();
    for mailbox in
        ["noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster"]
    {
        let email = format!("{mailbox}@xinghe.cn");
        assert_eq!(check(&blacklist, json!({"emails": [email]})).severity(), Severity::Block, "{email}");
        let beside = json!({"emails": [email], "phones": ["13927461853"]});
        assert_eq!(check(&blacklist, beside).severity(), Severity::Flag, "{email}");
    }
    for mailbox in ["reply", "noreen", "sales", "post", "lei.wang"] {
        let email = format!("{mailbox}@xinghe.cn");
        assert_eq!(check(&blacklist, json!({"emails": [email]})).severity(), Severity::Pass, "{email}");
    }
}
