//! Names and places in rules of several comparisons, however they are written.

use leadkit::dedup::MatchKeyKind;
use serde_json::json;

use super::NOW;
use super::composite::{fetched, file, hits, lead, matching, resolve};
use crate::support::{at, with_facts};

/// Whether an entry with this name, of the same company, is the contact of that name.
fn is_contact(ours: &str, theirs: &str) -> bool {
    let rules = json!([{"id": "r", "lead": "company", "target": "account.company",
        "and": [{"lead": "name", "target": "contact.name"}], "action": "convert"}]);
    let matching = matching(rules);
    let company = "北京纷扬科技有限公司";
    let contact = json!({"id": "C1", "name": theirs});
    let book =
        file(&matching, &[json!({"id": "A1", "company": company, "owner": "li", "contacts": [contact]})]);
    let entry = lead(&json!({"name": ours, "company": company}));
    let found = !hits(&resolve(&matching, &book, &entry)).is_empty();
    // A database finds whoever is found; it may fetch more.
    assert!(!found || !fetched(&matching, &book, &entry).is_empty());
    found
}

#[test]
fn a_person_is_known_by_every_spelling_of_the_name() {
    for (a, b) in [
        ("王小明（采购）", "王小明"),
        ("王小明【采购部】", "王小明 先生"),
        ("Pat ONeil", "Pat O'Neil"),
        ("O’Neil, Pat", "Pat O`Neil"),
        ("Anna Berg, PhD", "Anna Berg"),
        ("Prof. Dr. Anna Berg", "Berg, Anna (CTO)"),
        ("王小明-采购", "王小明"),
        ("采购 王小明", "王小明（采购）"),
    ] {
        assert!(is_contact(a, b) && is_contact(b, a), "{a} / {b}");
    }
    for (a, b) in [
        ("王伟（采购）", "王伟（财务）"),
        ("王伟-采购", "王伟/财务"),
        ("王先生", "王女士"),
        ("王（小明）", "王"),
        ("Pat Neil", "Pat O'Neil"),
        ("Anna Berg", "Anna Thal, PhD"),
    ] {
        assert!(!is_contact(a, b) && !is_contact(b, a), "{a} / {b}");
    }
}

/// Whether an entry with these fields agrees with a record of another.
fn agree(rule: (&str, &str), ours: &serde_json::Value, theirs: &serde_json::Value) -> bool {
    let (key, target) = rule;
    let rules = json!([{"id": "r", "lead": "name", "target": if target.starts_with("lead.") { "lead.name" } else { "contact.name" },
        "and": [{"lead": key, "target": target}], "action": "tag_only"}]);
    let matching = matching(rules);
    let record = if target.starts_with("lead.") {
        let mut fields = theirs.clone();
        fields
            .as_object_mut()
            .unwrap()
            .extend([("id".to_owned(), json!("L1")), ("name".to_owned(), json!("张伟"))]);
        json!({"lead": fields})
    } else {
        json!({"id": "A1", "contacts": [{"id": "C1", "name": "张伟"}], "attributes": theirs})
    };
    let book = file(&matching, &[record]);
    let mut fields = ours.clone();
    fields.as_object_mut().unwrap().insert("name".to_owned(), json!("张伟"));
    let entry = lead(&fields);
    let probe = with_facts(&entry, at(NOW), |facts| matching.probe(facts));
    let made = probe.keys.iter().filter(|key| key.kind == MatchKeyKind::Fields).count();
    // A region is itself, and a city of its province.
    assert_eq!(made, if key == "region" { 2 } else { 1 }, "all comparisons of a rule are one key: {ours}");
    !hits(&resolve(&matching, &book, &entry)).is_empty()
}

#[test]
fn a_place_is_one_in_every_language() {
    let city = ("city", "lead.city");
    for (field, ours, theirs) in [
        (city, json!({"city": "Shanghai"}), json!({"city": "上海"})),
        (city, json!({"city": "上海市"}), json!({"city": "shanghai"})),
        (city, json!({"city": "深圳"}), json!({"city": "Shenzhen"})),
        (city, json!({"city": "深圳市"}), json!({"city": "广东省深圳市"})),
        (city, json!({"city": "吉林"}), json!({"city": "吉林市"})),
        (city, json!({"city": "Köln"}), json!({"city": "KOLN"})),
        (city, json!({"city": "深圳", "country": "US"}), json!({"city": "Shenzhen"})),
        (("province", "lead.province"), json!({"province": "广东"}), json!({"province": "Guangdong"})),
        (
            ("province", "lead.province"),
            json!({"province": "GD", "country": "China"}),
            json!({"province": "广东省"}),
        ),
        (("province", "lead.province"), json!({"province": "广西"}), json!({"province": "广西壮族自治区"})),
        (("country", "lead.country"), json!({"country": "CN"}), json!({"country": "中国"})),
        (("country", "lead.country"), json!({"country": "China"}), json!({"country": "CHN"})),
        (("country", "lead.country"), json!({"country": "香港"}), json!({"country": "HK"})),
        (
            ("country", "account.attributes.country"),
            json!({"country": "德国"}),
            json!({"country": "Germany"}),
        ),
        (("city", "account.attributes.town"), json!({"city": "Beijing"}), json!({"town": "北京市"})),
        (
            ("attributes.town", "lead.city"),
            json!({"attributes": {"town": "Beijing"}}),
            json!({"city": "北京"}),
        ),
        (("region", "lead.city"), json!({"region": "CN-SH"}), json!({"city": "Shanghai"})),
    ] {
        assert!(agree(field, &ours, &theirs), "{field:?} {ours} {theirs}");
    }
    for (field, ours, theirs) in [
        (city, json!({"city": "Shenzhen"}), json!({"city": "广州"})),
        (city, json!({"city": "广东"}), json!({"city": "深圳"})),
        (("province", "lead.province"), json!({"province": "吉林"}), json!({"province": "辽宁"})),
        (("country", "lead.country"), json!({"country": "CN"}), json!({"country": "HK"})),
        (("country", "lead.country"), json!({"country": "US"}), json!({"country": "CA"})),
    ] {
        assert!(!agree(field, &ours, &theirs), "{field:?} {ours} {theirs}");
    }
}

/// The last option of a form's list is no place that two strangers have in common.
#[test]
fn elsewhere_is_no_place() {
    for elsewhere in ["其他", "海外", "全国", "Other", " overseas "] {
        let rules = json!([{"id": "r", "lead": "name", "target": "lead.name",
            "and": [{"lead": "city", "target": "lead.city"}], "action": "tag_only"}]);
        let matching = matching(rules);
        let record = json!({"lead": {"id": "L1", "name": "张伟", "city": elsewhere}});
        let book = file(&matching, &[record]);
        let entry = lead(&json!({"name": "张伟", "city": elsewhere}));
        assert!(hits(&resolve(&matching, &book, &entry)).is_empty(), "{elsewhere}");
    }
}

/// A multi-select of another CRM is one text: each of its items is a product.
#[test]
fn a_list_in_one_text_is_a_list() {
    let rules = json!([{"id": "r", "lead": "company", "target": "account.company",
        "and": [{"lead": "products", "target": "account.attributes.product"}], "action": "convert"}]);
    let matching = matching(rules);
    let company = "北京纷扬科技有限公司";
    for (product, is_hit) in [
        ("crm;erp", true),
        ("CRM / ＥＲＰ", true),
        ("crm、erp", true),
        ("crm, erp", true),
        ("erp", true),
        ("crm erp", false),
        ("crm;hr", false),
    ] {
        let record =
            json!({"id": "A1", "company": company, "owner": "li", "attributes": {"product": product}});
        let book = file(&matching, &[record]);
        let entry = lead(&json!({"company": company, "products": ["erp"]}));
        assert_eq!(!hits(&resolve(&matching, &book, &entry)).is_empty(), is_hit, "{product}");
        // A database finds it too.
        assert_eq!(!fetched(&matching, &book, &entry).is_empty(), is_hit, "{product}");
    }
}
