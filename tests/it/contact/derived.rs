//! What rules read of contact values: kinds and the keys that name a person.

use leadkit::error::Report;
use leadkit::model::Lead;
use leadkit::rule::{Condition, FactSource, FactValue, Field, Operator, Scope};
use serde_json::json;

use crate::support::{at, with_facts};

fn values(record: serde_json::Value, field: &str) -> Vec<String> {
    let mut record = record;
    record["id"] = json!("L-1");
    record["created_at"] = json!("2026-03-02T09:00:00Z");
    let lead: Lead = serde_json::from_value(record).unwrap();
    let field: Field = field.parse().unwrap();
    with_facts(&lead, at("2026-03-02T09:00:00Z"), |facts| match facts.fact(&field) {
        FactValue::Texts(texts) => texts.to_vec(),
        FactValue::Missing => Vec::new(),
        other => panic!("{other:?}"),
    })
}

#[test]
fn kinds_are_those_of_the_values_that_can_be_read() {
    for (phones, kinds) in [
        (json!([]), vec![]),
        (json!(["139 2746 1853"]), vec!["mobile"]),
        (json!(["0755-26718843 / 13927461853", "15088672341"]), vec!["landline", "mobile"]),
        (json!(["400-820-8820"]), vec!["shared_cost"]),
        (json!(["800 820 8820", "95588"]), vec!["toll_free", "service"]),
        (json!(["+44 20 7946 0958"]), vec!["unknown"]),
        (json!(["1392746", "无"]), vec![]),
    ] {
        assert_eq!(values(json!({"phones": phones}), "phone.kind"), kinds, "{phones}");
    }
    let emails =
        json!({"emails": ["info@xinghe.cn, lei.wang@xinghe.cn", "wang@qq.com", "nobody", "sales@qq.com"]});
    assert_eq!(values(emails, "email.kind"), ["role", "company", "public"]);
}

#[test]
fn a_person_is_named_by_what_is_theirs_alone() {
    let record = json!({
        "phones": ["139 2746 1853", "0755-26718843", "13800138000", "13927461853", "400-820-8820"],
        "emails": ["Lei.Wang@xinghe.cn", "info@xinghe.cn", "test@test.com"],
        "wechat": "Lei_Wang88",
    });
    assert_eq!(
        values(record, "person.key"),
        ["phone:+8613927461853", "email:lei.wang@xinghe.cn", "wechat:lei_wang88"]
    );
    for (wechat, keys) in
        [("139 2746 1853", vec!["phone:+8613927461853"]), ("10023456", vec!["qq:10023456"]), ("王", vec![])]
    {
        assert_eq!(values(json!({"wechat": wechat}), "person.key"), keys, "{wechat}");
    }
    // The same person, written twice.
    let twice = json!({"phones": ["13927461853"], "wechat": "13927461853"});
    assert_eq!(values(twice, "person.key"), ["phone:+8613927461853"]);
}

/// A bare landline is a company's; with an extension, or with a name, it is a person's.
#[test]
fn a_landline_is_a_persons_with_an_extension_or_a_name() {
    for (record, keys) in [
        (json!({"phones": ["0755-26718843"]}), vec![]),
        (json!({"phones": ["0755-26718843转801"]}), vec!["phone:+8675526718843;ext=801"]),
        (json!({"phones": ["0755-26718843转801"], "name": "李雷"}), vec!["phone:+8675526718843;ext=801"]),
        (json!({"phones": ["(0755) 2671 8843"], "name": " 李 雷 "}), vec!["phone:+8675526718843;name=李雷"]),
        (json!({"phones": ["0755-26718843"], "name": "Lei Li"}), vec!["phone:+8675526718843;name=leili"]),
        // Nobody is named.
        (json!({"phones": ["0755-26718843"], "name": "测试"}), vec![]),
        (json!({"phones": ["0755-26718843"], "name": "李"}), vec![]),
        // The extensions of such a number are firms.
        (json!({"phones": ["400-820-8820转1234"], "name": "李雷"}), vec![]),
    ] {
        assert_eq!(values(record.clone(), "person.key"), keys, "{record}");
    }
}

#[test]
fn an_address_with_a_tag_is_the_same_persons() {
    for (address, key) in [
        ("LiLei+promo@gmail.com", "email:lilei@gmail.com"),
        ("li.lei@googlemail.com", "email:lilei@gmail.com"),
        ("lilei+a+b@qq.com", "email:lilei@qq.com"),
        ("li.lei@qq.com", "email:li.lei@qq.com"),
    ] {
        assert_eq!(values(json!({"emails": [address]}), "person.key"), [key], "{address}");
    }
    let twice = json!({"emails": ["lilei@gmail.com", "li.lei+x@gmail.com"]});
    assert_eq!(values(twice, "person.key"), ["email:lilei@gmail.com"]);
}

#[test]
fn rules_of_every_engine_may_ask() {
    let condition = Condition::compare("phone.kind", Operator::Eq, "mobile").unwrap();
    let mut report = Report::new();
    let predicate = condition.compile(Scope::Blacklist, &mut report);
    assert!(!report.has_errors());
    let lead = Lead { phones: vec!["13927461853".into()], ..Lead::default() };
    assert!(with_facts(&lead, at("2026-03-02T09:00:00Z"), |facts| predicate.eval(facts)).unwrap());
    assert!(Condition::compare("phone.kind", Operator::Eq, "cell").is_err());
}
