//! The city or province of a lead against the region of an account: the place that both mean.

use std::collections::BTreeSet;

use leadkit::dedup::DedupRules;
use leadkit::model::{Effect, RecordRef, Value};
use serde_json::{Value as Json, json};

use super::NOW;
use super::composite::{fetched, file, hits, lead, matching, resolve};
use crate::support::at;

fn company_and(field: &str, target: &str) -> Json {
    json!({"id": "r", "lead": "company", "target": "account.company", "action": "convert",
        "and": [{"lead": field, "target": target}]})
}

/// Whether a lead with the fields is converted to an account of its company in a place, and a database fetches it.
fn agrees(rule: &Json, entry: &Json, place: &Json) -> bool {
    let company = "北京纷扬科技有限公司";
    let matching = matching(json!([rule]));
    let mut on_file = json!({"id": "A1", "company": company, "owner": "li"});
    on_file.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    let book = file(&matching, &[on_file]);
    let mut entry = entry.clone();
    entry["company"] = json!(company);
    let entry = lead(&entry);
    let hit = hits(&resolve(&matching, &book, &entry));
    assert_eq!(hit, fetched(&matching, &book, &entry), "a database fetches what is hit");
    !hit.is_empty()
}

#[test]
fn a_city_is_found_in_its_region() {
    let names = [
        json!({"city": "北京"}),
        json!({"city": "北京市"}),
        json!({"city": "Beijing", "country": "China"}),
        json!({"province": "北京"}),
        json!({"region": "CN-BJ"}),
        json!({"region": "CN-BJ-110108"}),
    ];
    for entry in &names {
        let field = entry.as_object().unwrap().keys().find(|key| *key != "country").unwrap();
        let rule = company_and(field, "account.region");
        for region in ["CN-BJ", "CN-BJ-110108", "CN-BJ-110105"] {
            assert!(agrees(&rule, entry, &json!({"region": region})), "{entry} {region}");
        }
        for region in [json!("CN-SH"), json!("CN-HE-130100"), json!(null), json!("CN")] {
            assert!(!agrees(&rule, entry, &json!({"region": region})), "{entry} {region}");
        }
    }
    // A city with a city: a province alone is none.
    for (field, text, region, is_hit) in [
        ("city", "深圳", "CN-GD-440305", true),
        ("city", "深圳市南山区", "CN-GD-440300", true),
        ("city", "深圳", "CN-GD", false),
        ("city", "深圳", "CN-GD-440100", false),
        ("province", "广东省", "CN-GD-440100", true),
        ("province", "广东", "CN-GX", false),
        ("city", "Nowhere", "CN-GD", false),
        ("city", "暂无", "CN-GD", false),
        ("city", " ", "CN-GD", false),
    ] {
        let rule = company_and(field, "account.region");
        assert_eq!(
            agrees(&rule, &json!({field: text}), &json!({"region": region})),
            is_hit,
            "{text} {region}"
        );
    }
    // States are read in the country that the lead states.
    let rule = company_and("province", "account.region");
    for (country, is_hit) in [("US", true), ("China", false)] {
        let entry = json!({"province": "CA", "country": country});
        assert_eq!(agrees(&rule, &entry, &json!({"region": "US-CA"})), is_hit, "{country}");
    }
    // A country with the country of a place, also beside a number of the register.
    let rule = company_and("country", "account.region");
    for (country, region, is_hit) in [
        ("中国", "CN-GD-440300", true),
        ("Germany", "DE", true),
        ("US", "CN-GD", false),
        ("US", "US-CA", true),
    ] {
        assert_eq!(
            agrees(&rule, &json!({"country": country}), &json!({"region": region})),
            is_hit,
            "{country} {region}"
        );
    }
    // Of an attribute that names a place.
    let rule = company_and("region", "account.attributes.place");
    assert!(agrees(&rule, &json!({"region": "CN-GD-440300"}), &json!({"attributes": {"place": "深圳市"}})));
}

#[test]
fn who_is_found_by_place_is_found_where_it_is_now() {
    let matching = matching(json!([
        {"id": "r", "lead": "city", "target": "lead.region", "action": "tag_only"},
        {"id": "s", "lead": "region", "target": "lead.province", "action": "tag_only"},
    ]));
    let mut book = file(&matching, &[json!({"lead": {"id": "L1", "province": "CA"}})]);
    let record = RecordRef::Lead("L1".into());
    let set = |field: &str, value: &str| Effect::UpdateField {
        record: record.clone(),
        field: field.into(),
        value: Value::from(value),
        replaces: Value::Null,
    };
    let by_state = lead(&json!({"region": "US-CA"}));
    assert!(hits(&resolve(&matching, &book, &by_state)).is_empty());
    book.apply_effects("a", &[set("country", "US")], at(NOW));
    assert_eq!(hits(&resolve(&matching, &book, &by_state)), BTreeSet::from([record.clone()]));
    let by_city = lead(&json!({"city": "杭州"}));
    assert!(hits(&resolve(&matching, &book, &by_city)).is_empty());
    book.apply_effects("b", &[set("region", "CN-ZJ")], at(NOW));
    assert!(hits(&resolve(&matching, &book, &by_city)).is_empty(), "a province alone is no city");
    book.apply_effects("c", &[set("region", "CN-ZJ-330100")], at(NOW));
    let found = resolve(&matching, &book, &by_city);
    assert_eq!(hits(&found), BTreeSet::from([record.clone()]));
    assert_eq!(found.matches()[0].evidence, "杭州");
}

#[test]
fn mistakes_about_places_name_the_field_that_is_meant() {
    let rule = |id: &str, lead: &str, target: &str| json!({"id": id, "lead": lead, "target": target, "action": "tag_only"});
    let errors = DedupRules::load(json!({"rules": [
        rule("a", "region", "account.tier"),
        rule("b", "employee_count", "account.region"),
        json!({"id": "c", "lead": "city", "target": "account.region", "comparator": "exact", "action": "tag_only"}),
    ]}))
    .unwrap_err();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    expect_test::expect![[r#"
        error[wrong_target] at rules[0].target: `region` of a lead is a region, `account.tier` is a text: they are never equal
          help: compare it with `lead.country` or `lead.province` or `lead.city` or `lead.region` or `account.region`
        error[wrong_target] at rules[1].target: `employee_count` of a lead is a whole number, `account.region` is a region: they are never equal
          help: compare it with a whole number or a custom attribute
        error[wrong_comparator] at rules[2].comparator.exact: `exact` compares what is written, not `city` of a lead with `account.region`
          help: use `folded`"#]].assert_eq(&shown.join("\n"));
}
