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
fn a_person_is_named_by_what_is_his_alone() {
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
