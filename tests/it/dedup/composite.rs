//! Rules of several comparisons, and of fields that are not keys by themselves.

use std::collections::{BTreeMap, BTreeSet};

use leadkit::book::Book;
use leadkit::dedup::{
    Comparison, DedupRules, Deduplicator, LeadKey, MatchAction, MatchKey, MatchKeyKind, MatchRule,
    MatchTarget, Resolution, RuleAction,
};
use leadkit::model::{Account, Effect, Lead, LeadField, RecordRef, Value};
use leadkit::rule::{FactContext, HostTables};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{NOW, owner, resolve_rows};
use crate::support::{active, assert_round_trip, at, with_facts};

pub(super) fn matching(rules: Json) -> Deduplicator {
    Deduplicator::load(json!({"rules": rules})).unwrap()
}

pub(super) fn lead(fields: &Json) -> Lead {
    let mut lead = fields.clone();
    lead["id"] = json!(fields.get("id").cloned().unwrap_or(json!("new")));
    lead["created_at"] = json!(fields.get("created_at").cloned().unwrap_or(json!(NOW)));
    Lead::from_json(lead).unwrap()
}

pub(super) fn account(fields: Json) -> Account {
    let mut account = json!({"company": "", "created_at": "2026-01-01T00:00:00Z"});
    account.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(account).unwrap()
}

/// The records on file of a worked case: leads have a `lead` key.
pub(super) fn file(matching: &Deduplicator, records: &[Json]) -> Book {
    let mut book = Book::new().with_matching(matching);
    for record in records {
        match record.get("lead") {
            Some(fields) => {
                let created_at = "2026-01-01T00:00:00Z";
                book.insert_lead(Lead { created_at: at(created_at), ..lead(fields) });
            }
            None => book.insert_account(account(record.clone())),
        }
    }
    book
}

pub(super) fn resolve(matching: &Deduplicator, book: &Book, lead: &Lead) -> Resolution {
    with_facts(lead, at(NOW), |facts| matching.resolve(facts, &book.rows(&matching.probe(facts)), &active))
}

pub(super) fn hits(found: &Resolution) -> BTreeSet<RecordRef> {
    found.matches().iter().map(|one| one.record.clone()).collect()
}

/// What a database finds that stores each record under its keys.
pub(super) fn fetched(matching: &Deduplicator, book: &Book, lead: &Lead) -> BTreeSet<RecordRef> {
    let tables = HostTables::default();
    let mut stored: BTreeMap<MatchKey, BTreeSet<RecordRef>> = BTreeMap::new();
    for lead in book.leads() {
        for key in with_facts(lead, at(NOW), |facts| matching.lead_keys(facts)) {
            stored.entry(key).or_default().insert(RecordRef::Lead(lead.id.clone()));
        }
    }
    for account in book.accounts() {
        for key in matching.account_keys(account, &FactContext::new(&tables, at(NOW))) {
            stored.entry(key).or_default().insert(RecordRef::Account(account.id.clone()));
        }
    }
    let probe = with_facts(lead, at(NOW), |facts| matching.probe(facts));
    probe.keys.iter().filter_map(|key| stored.get(key)).flatten().cloned().collect()
}

struct Worked {
    name: &'static str,
    rule: Json,
    records: Vec<Json>,
    /// Who hits, the record, and in what they agree.
    hit: (Json, &'static str, &'static str),
    /// Who must not: one part differs, one is blank.
    misses: Vec<Json>,
}

fn worked() -> Vec<Worked> {
    let fenyang = "北京纷扬科技有限公司";
    vec![
        Worked {
            name: "company and product",
            rule: json!({"lead": "company", "target": "account.company", "action": "convert",
                "and": [{"lead": "products", "target": "account.attributes.product"}]}),
            records: vec![
                json!({"id": "A1", "company": fenyang, "owner": "li", "attributes": {"product": "CRM"}}),
                json!({"id": "A2", "company": fenyang, "owner": "wang", "attributes": {"product": ["erp", "mes"]}}),
                json!({"id": "A3", "company": "上海栖岸软件有限公司", "attributes": {"product": "erp"}}),
                // A multi-select as CRMs export it.
                json!({"id": "A4", "company": "上海栖岸软件有限公司", "attributes": {"product": "hr; Payroll"}}),
            ],
            hit: (
                json!({"company": "北京紛揚科技（有限公司）", "products": ["oa", "ERP"]}),
                "A2",
                "北京纷扬科技有限公司 · ERP",
            ),
            misses: vec![
                json!({"company": fenyang, "products": ["oa"]}),
                json!({"company": fenyang}),
                json!({"products": ["erp"]}),
            ],
        },
        Worked {
            name: "name and city",
            rule: json!({"lead": "name", "target": "lead.name", "action": "tag_only",
                "and": [{"lead": "city", "target": "lead.city"}]}),
            records: vec![
                json!({"lead": {"id": "L1", "name": "Anna Schmidt", "city": "Köln", "owner": "li"}}),
                json!({"lead": {"id": "L2", "name": "Anna Schmidt", "city": "Bonn"}}),
                json!({"lead": {"id": "L3", "name": "Anna Schmidt"}}),
            ],
            hit: (json!({"name": "anna  schmidt", "city": "KÖLN"}), "L1", "an****dt · KÖLN"),
            misses: vec![
                json!({"name": "Anna Schmid", "city": "Köln"}),
                json!({"name": "Anna Schmidt", "city": " "}),
                json!({"name": "Anna Schmidt"}),
            ],
        },
        Worked {
            name: "registration number",
            rule: json!({"lead": "attributes.tax_no", "target": "account.registration_number", "action": "convert"}),
            records: vec![
                json!({"id": "A1", "company": fenyang, "owner": "li", "registration_number": "91110108MA01ABCD2X"}),
                json!({"id": "A2", "company": fenyang, "owner": "wang"}),
            ],
            // The number outlives a change of name.
            hit: (
                json!({"company": "上海栖岸软件有限公司", "attributes": {"tax_no": " 91110108ma01abcd2x "}}),
                "A1",
                "91****2x",
            ),
            misses: vec![
                json!({"attributes": {"tax_no": "91110108MA01ABCD2Y"}}),
                json!({"company": fenyang}),
            ],
        },
        Worked {
            name: "external id",
            rule: json!({"lead": "external_ids.crm_id", "target": "account.attributes.crm_id",
                "comparator": "exact", "action": "convert"}),
            records: vec![
                json!({"id": "A1", "owner": "li", "attributes": {"crm_id": 4711}}),
                json!({"id": "A2", "owner": "wang", "attributes": {"crm_id": "ab-12"}}),
            ],
            hit: (json!({"external_ids": {"crm_id": "4711"}}), "A1", "****"),
            misses: vec![
                json!({"external_ids": {"crm_id": "AB-12"}}),
                json!({"external_ids": {"erp_id": "4711"}}),
                json!({"external_ids": {"crm_id": ""}}),
            ],
        },
        Worked {
            name: "custom attribute on both sides",
            rule: json!({"lead": "attributes.store", "target": "lead.attributes.shop", "action": "same_owner",
                "and": [{"lead": "region", "target": "lead.region"}]}),
            records: vec![
                json!({"lead": {"id": "L1", "owner": "li", "region": "CN-GD", "attributes": {"shop": "S-17"}}}),
                json!({"lead": {"id": "L2", "owner": "wang", "region": "CN-BJ", "attributes": {"shop": "S-17"}}}),
                json!({"lead": {"id": "L3", "owner": "zhao", "region": "CN-GD", "attributes": {"store": "S-17"}}}),
            ],
            hit: (json!({"region": "CN-GD", "attributes": {"store": "s-17"}}), "L1", "**** · CN-GD"),
            misses: vec![
                json!({"region": "CN-ZJ-330100", "attributes": {"store": "s-17"}}),
                json!({"region": "CN-GD", "attributes": {"shop": "s-17"}}),
                json!({"region": "CN-GD"}),
            ],
        },
        Worked {
            name: "like company and product",
            rule: json!({"lead": "company", "target": "account.company", "action": "convert",
                "comparator": {"company": {"threshold": 0.85}},
                "and": [{"lead": "products", "target": "account.attributes.product"}]}),
            records: vec![
                json!({"id": "A1", "company": fenyang, "owner": "li", "attributes": {"product": "crm"}}),
                json!({"id": "A2", "company": "北京飞扬科技有限公司", "owner": "wang", "attributes": {"product": "crm"}}),
            ],
            hit: (
                json!({"company": "纷扬科技", "products": ["crm"]}),
                "A1",
                "纷扬科技 ~ 北京纷扬科技有限公司 · crm",
            ),
            misses: vec![json!({"company": "纷扬科技", "products": ["erp"]}), json!({"company": "纷扬科技"})],
        },
        Worked {
            name: "phone and name of one contact",
            rule: json!({"lead": "phone", "target": "contact.phone", "action": "convert",
                "and": [{"lead": "name", "target": "contact.name", "comparator": "person_name"}]}),
            records: vec![json!({"id": "A1", "owner": "li", "contacts": [
                    {"id": "C1", "name": "张伟", "phones": ["13812349876"]},
                    {"id": "C2", "name": "李丽", "phones": ["13912349876"]}]})],
            hit: (json!({"name": "张先生", "phones": ["138 1234 9876"]}), "A1", "+86138****9876"),
            misses: vec![
                json!({"name": "李丽", "phones": ["13812349876"]}),
                json!({"phones": ["13812349876"]}),
                json!({"name": "张伟"}),
            ],
        },
        Worked {
            name: "like company and one contact",
            rule: json!({"lead": "company", "target": "account.company", "action": "convert",
                "comparator": {"company": {"threshold": 0.85}},
                "and": [{"lead": "phone", "target": "contact.phone"},
                    {"lead": "name", "target": "contact.name", "comparator": "person_name"}]}),
            records: vec![json!({"id": "A1", "company": fenyang, "owner": "li", "contacts": [
                    {"id": "C1", "name": "张伟", "phones": ["13812349876"]},
                    {"id": "C2", "name": "李丽", "phones": ["13912349876"]}]})],
            hit: (
                json!({"company": "纷扬科技", "name": "张伟", "phones": ["13812349876"]}),
                "A1",
                "纷扬科技 ~ 北京纷扬科技有限公司 · +86138****9876",
            ),
            misses: vec![
                json!({"company": "纷扬科技", "name": "李丽", "phones": ["13812349876"]}),
                json!({"company": "纷扬科技", "name": "张伟"}),
                json!({"company": "栖岸软件", "name": "张伟", "phones": ["13812349876"]}),
            ],
        },
        Worked {
            name: "number and site in custom attributes",
            rule: json!({"lead": "attributes.hotline", "target": "account.attributes.hotline", "comparator": "phone",
                "and": [{"lead": "attributes.site", "target": "account.domain"},
                    {"lead": "attributes.brand", "target": "account.attributes.brand",
                     "comparator": {"similar": {"threshold": 0.9}}}],
                "action": "convert"}),
            records: vec![json!({"id": "A1", "owner": "li", "domain": "fenyang.cn",
                    "attributes": {"hotline": "+86 10 5555 1234", "brand": "Brontak"}})],
            hit: (
                json!({"attributes": {"hotline": "010-55551234", "site": "https://www.Fenyang.cn/about", "brand": "brontek"}}),
                "A1",
                "+8610****1234 · fenyang.cn",
            ),
            misses: vec![
                json!({"attributes": {"hotline": "010-55551234", "site": "fenyang.com", "brand": "brontak"}}),
                json!({"attributes": {"hotline": "010-55551234", "site": "fenyang.cn", "brand": "quell"}}),
                json!({"attributes": {"hotline": "010-55551234", "site": "fenyang.cn"}}),
            ],
        },
    ]
}

#[test]
fn worked_cases() {
    for case in worked() {
        let mut rule = case.rule.clone();
        rule["id"] = json!("r");
        let matching = matching(json!([&rule]));
        let book = file(&matching, &case.records);
        let entry = lead(&case.hit.0);
        let found = resolve(&matching, &book, &entry);
        let ids: Vec<&str> = found.matches().iter().map(|one| one.record.id()).collect();
        assert_eq!(ids, [case.hit.1], "{}: {found}", case.name);
        assert_eq!(found.matches()[0].evidence, case.hit.2, "{}", case.name);
        // A database that stores the keys fetches it; what only part of the rule holds for it does not.
        let fetched = fetched(&matching, &book, &entry);
        // Pieces of names fetch more than they hit.
        let is_equal =
            matching.compares_names() && fetched.is_superset(&hits(&found)) || fetched == hits(&found);
        assert!(is_equal, "{}: {fetched:?}", case.name);
        // The main job stores and asks for the same keys.
        let intake = leadkit::Intake::load(json!({"dedup": {"rules": [rule]}})).unwrap();
        let asked = intake.probe(&entry).keys;
        for record in hits(&found) {
            let stored = match &record {
                RecordRef::Lead(id) => intake.lead_keys(book.lead(id).unwrap()),
                RecordRef::Account(id) => intake.account_keys(book.account(id).unwrap()),
                _ => panic!("{record}"),
            };
            let shared = stored.iter().filter(|key| asked.contains(key));
            assert!(shared.count() > 0, "{}: {record}", case.name);
        }
        for miss in &case.misses {
            let found = resolve(&matching, &book, &lead(miss));
            assert_eq!(*found.action(), MatchAction::New, "{}: {miss} {found}", case.name);
        }
    }
}

#[test]
fn several_comparisons_are_one_key() {
    for case in worked() {
        let mut rule = case.rule.clone();
        rule["id"] = json!("r");
        let matching = matching(json!([rule]));
        let probe = with_facts(&lead(&case.hit.0), at(NOW), |facts| matching.probe(facts));
        let made: Vec<&MatchKey> = probe.keys.iter().filter(|key| key.kind == MatchKeyKind::Fields).collect();
        let products = case.hit.0.get("products").and_then(Json::as_array).map_or(1, Vec::len);
        // Of a name, each character and the whole; of a surname alone that is one. Of a province, itself and its cities.
        let words = if case.name == "like company and one contact" { 3 } else { 1 };
        let places = if case.hit.0.get("region").is_some() { 2 } else { 1 };
        assert_eq!(made.len(), products * words * places, "{}", case.name);
        assert!(made.iter().all(|key| key.value.len() == 32 && key.to_masked() == key.value));
    }
}

#[test]
fn every_part_is_told() {
    let [company, name, ..] = &worked()[..] else { panic!() };
    let mut shown = String::new();
    for case in [company, name] {
        let mut rule = case.rule.clone();
        rule["id"] = json!("r");
        let matching = matching(json!([rule]));
        let found = resolve(&matching, &file(&matching, &case.records), &lead(&case.hit.0));
        shown += &format!("{found}\n");
    }
    let wanted = expect_test::expect![[r#"
        belongs to account A2, owned by wang; account A2 has the same company and products (北京纷扬科技有限公司 · ERP), rule r
        shares its name and city with lead L1: marked, not linked; lead L1 has the same name and city (an****dt · KÖLN), rule r
    "#]];
    wanted.assert_eq(&shown);
}

#[test]
fn mistakes_are_told_with_both_fields_and_types() {
    let rule = |id: &str, lead: &str, target: &str, and: Json, action: &str| json!({"id": id, "lead": lead, "target": target, "and": and, "action": action});
    let and = |lead: &str, target: &str| json!([{"lead": lead, "target": target}]);
    let errors = DedupRules::load(json!({"rules": [
        rule("types", "employee_count", "account.region", json!([]), "convert"),
        rule("kinds", "phone", "lead.email", and("city", "lead.employee_count"), "collect"),
        rule("objects", "company", "account.company", and("city", "lead.city"), "convert"),
        rule("attribute of a person", "person_id", "account.attributes.openid", json!([]), "convert"),
        rule("misspelt", "compny", "account.company", and("city", "account.registration_no"), "convert"),
        rule("fates", "status", "lead.status", json!([]), "tag_only"),
        rule("twice", "city", "lead.city", and("city", "lead.city"), "tag_only"),
        json!({"id": "filters", "lead": "name", "target": "lead.name", "comparator": "person_name",
            "and": [{"lead": "message", "target": "lead.message", "comparator": {"similar": {"threshold": 1.5}}}],
            "action": "tag_only"}),
        json!({"id": "comparators", "lead": "email", "target": "contact.email", "comparator": "phone",
            "and": [{"lead": "city", "target": "contact.title", "comparator": {"company": {"threshold": 0.5}}}],
            "action": "convert"}),
    ]}))
    .unwrap_err();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let wanted = expect_test::expect![[r#"
        error[wrong_target] at rules[0].target: `employee_count` of a lead is a whole number, `account.region` is a region: they are never equal
          help: compare it with a whole number or a custom attribute
        error[wrong_target] at rules[1].and[0].target: `city` of a lead is a text, `lead.employee_count` is a whole number: they are never equal
          help: compare it with `lead.country` or `lead.province` or `lead.city` or `lead.region` or `account.region`
        error[wrong_target] at rules[1].target: `phone` of a lead is a phone number, `lead.email` is an e-mail address: they are never equal
          help: compare it with `lead.phone` or `contact.phone`, or the lead's `email` with `lead.email`
        error[two_objects] at rules[2].and[0].target: `account.company` and `lead.city` are fields of different kinds of records
          help: compare with one record: all of leads, or of accounts and contacts
        error[wrong_target] at rules[3].target: `person_id` of a lead is an identifier of a person, `account.attributes.openid` is a custom attribute: they are never equal
          help: compare it with `lead.person_id` or `contact.person_id`
        error[unknown_value] at rules[4].and[0].target: unknown value `account.registration_no`
          help: did you mean `account.registration_number`?
        error[unknown_value] at rules[4].lead: unknown value `compny`
          help: did you mean `company`?
        error[wrong_field] at rules[5].lead: `status` describes what happened to a lead, not who it is
          help: compare `phone`, `email`, `company`, or a field such as `city`
        error[wrong_field] at rules[5].target: `status` describes what happened to a lead, not who it is
          help: compare `phone`, `email`, `company`, or a field such as `city`
        error[same_comparison] at rules[6].and[0]: `city` is already compared with `lead.city`
          help: keep one
        error[out_of_range] at rules[7].and[0].comparator.similar.threshold: `threshold` must be above 0 and at most 1, found `1.5`
          help: write a number such as 0.85
        error[no_key] at rules[7].comparator: no comparison requires equal values, so a database cannot fetch the records
          help: add a comparison to `and` that is `exact` or `folded`, such as of the phone
        error[wrong_comparator] at rules[8].and[0].comparator.company: `company` compares company names, not `city` of a lead with `contact.title`
          help: use `folded`, or compare the lead's `company` with `account.company` or `lead.company`
        error[wrong_comparator] at rules[8].comparator.phone: `phone` compares phone numbers, not `email` of a lead with `contact.email`
          help: use `folded`"#]];
    wanted.assert_eq(&shown.join("\n"));
}

/// What could not be read is told of once, with the name that is meant; nothing is told of a value that nobody wrote.
#[test]
fn a_name_that_is_not_known_makes_one_error() {
    let said = |lead: &str, target: &str, action: &str| {
        let rule = json!({"id": "r", "lead": lead, "target": target, "action": action});
        let errors = DedupRules::load(json!({"rules": [rule]})).unwrap_err();
        let said = |one: &leadkit::error::Diagnostic| {
            format!(
                "{} {}: {}; {}\n",
                one.code,
                one.path,
                one.message,
                one.help.as_deref().unwrap_or_default()
            )
        };
        errors.iter().map(said).collect::<String>()
    };
    let mut shown = String::new();
    for (lead, target, action) in [
        ("ciy", "lead.city", "tag_only"),
        ("phone", "company.region", "convert"),
        ("city", "city", "tag_only"),
        ("city", "account.city", "tag_only"),
        ("attributes.tax_no", "account.tax_no", "tag_only"),
        ("name", "account.owner", "tag_only"),
        ("products", "account.product", "tag_only"),
        ("phone", "account.phone", "convert"),
        ("name", "account.title", "convert"),
        ("brand", "brand", "tag_only"),
        ("attribute.brand", "account.attribute.brand", "convert"),
        ("company", "account.name", "convert"),
        ("domain", "lead.domain", "tag_only"),
        ("lead.phone", "contact.phone", "convert"),
        ("email", "account.domain", "convert"),
        ("attributes.tax ", "account.attributes.tax ", "convert"),
    ] {
        shown += &said(lead, target, action);
    }
    // Beside it what is really wrong is told of too.
    let rules = json!({"rules": [{"id": "r", "lead": "phone", "target": "lead.email", "action": "convert",
        "and": [{"lead": "ciy", "target": "lead.city", "comparator": {"company": {"threshold": 0.5}}}]}]});
    shown += &DedupRules::load(rules).unwrap_err().to_string();
    expect_test::expect![[r#"
        unknown_value rules[0].lead: unknown value `ciy`; did you mean `city`?
        unknown_value rules[0].target: unknown value `company.region`; none of the 57 known names is close to it
        unknown_value rules[0].target: unknown value `city`; did you mean `lead.city`?
        unknown_value rules[0].target: unknown value `account.city`; did you mean `account.region`?
        unknown_value rules[0].target: unknown value `account.tax_no`; did you mean `account.registration_number`?
        unknown_value rules[0].target: unknown value `account.owner`; of an account, compare `account.company`, `account.domain`, `account.registration_number`, `account.region`, or a custom attribute as `account.attributes.owner`
        unknown_value rules[0].target: unknown value `account.product`; of an account, compare `account.company`, `account.domain`, `account.registration_number`, `account.region`, or a custom attribute as `account.attributes.product`
        unknown_value rules[0].target: unknown value `account.phone`; did you mean `contact.phone`?
        unknown_value rules[0].target: unknown value `account.title`; did you mean `contact.title`?
        unknown_value rules[0].lead: unknown value `brand`; name a field such as `phone` or `city`, or a custom attribute as `attributes.brand`
        unknown_value rules[0].target: unknown value `brand`; name a field such as `lead.city`, or a custom attribute as `lead.attributes.brand` or `account.attributes.brand`
        unknown_value rules[0].lead: unknown value `attribute.brand`; name a field such as `phone` or `city`, or a custom attribute as `attributes.brand`
        unknown_value rules[0].target: unknown value `account.attribute.brand`; none of the 57 known names is close to it
        unknown_value rules[0].target: unknown value `account.name`; did you mean `account.company`?
        unknown_value rules[0].target: unknown value `lead.domain`; did you mean `account.domain`?
        unknown_value rules[0].lead: unknown value `lead.phone`; did you mean `phone`?
        wrong_target rules[0].target: `email` of a lead is an e-mail address, `account.domain` is a domain: they are never equal; compare it with `lead.email` or `contact.email`, or the lead's `domain` with `account.domain`
        wrong_field rules[0].lead: `attributes.tax ` has spaces around its name, and no record has such a field; compare `phone`, `email`, `company`, or a field such as `city`
        wrong_field rules[0].target: `account.attributes.tax ` has spaces around its name, and no record has such a field; compare `phone`, `email`, `company`, or a field such as `city`
        3 errors in the rules
        error[wrong_action] at rules[0].action: a match with leads cannot have the action `convert`
          help: use `reenter`, `key_change`, `collect`, `same_owner` or `tag_only`
        error[unknown_value] at rules[0].and[0].lead: unknown value `ciy`
          help: did you mean `city`?
        error[wrong_target] at rules[0].target: `phone` of a lead is a phone number, `lead.email` is an e-mail address: they are never equal
          help: compare it with `lead.phone` or `contact.phone`, or the lead's `email` with `lead.email`"#]].assert_eq(&shown);
}

#[test]
fn a_rule_that_folds_but_names_nobody_is_warned_of() {
    let rule = |action: RuleAction| MatchRule {
        and: vec![Comparison::new(LeadKey::Field(LeadField::City), MatchTarget::LeadField(LeadField::City))],
        ..MatchRule::new(
            "r",
            LeadKey::Field(LeadField::Name),
            MatchTarget::LeadField(LeadField::Name),
            action,
        )
    };
    let rules = |action| DedupRules { rules: vec![rule(action)], ..DedupRules::empty() };
    let codes = |rules: &DedupRules| -> Vec<String> {
        rules.lint().iter().map(|one| format!("{} {}", one.code, one.path)).collect()
    };
    assert_eq!(codes(&rules(RuleAction::Collect)), ["only_marks rules[0].action"]);
    assert_eq!(codes(&rules(RuleAction::TagOnly)), Vec::<String>::new());
    let one = |field: LeadField, action: RuleAction| DedupRules {
        rules: vec![MatchRule::new("r", LeadKey::Field(field), MatchTarget::LeadField(field), action)],
        ..DedupRules::empty()
    };
    assert_eq!(codes(&one(LeadField::Name, RuleAction::Reenter)), ["only_marks rules[0].action"]);
    assert_eq!(codes(&one(LeadField::Products, RuleAction::Collect)), ["only_marks rules[0].action"]);
    // Everybody in the city would be one rep's, until they are too many.
    assert_eq!(codes(&one(LeadField::City, RuleAction::SameOwner)), ["broad_key rules[0].comparator"]);
    assert_eq!(codes(&one(LeadField::Name, RuleAction::SameOwner)), Vec::<String>::new());
    assert_round_trip(&rules(RuleAction::TagOnly));
    // It marks indeed.
    let matching = Deduplicator::compile(&rules(RuleAction::Collect)).unwrap();
    let book =
        file(&matching, &[json!({"lead": {"id": "L1", "name": "王芳", "city": "深圳", "owner": "li"}})]);
    let found = resolve(&matching, &book, &lead(&json!({"name": "王芳", "city": "深圳"})));
    assert!(matches!(found.action(), MatchAction::TagOnly { .. }), "{found}");
    assert!(!found.is_folded());
}

/// A composite narrows what folds: the phone names the person, the product says which story it is.
#[test]
fn a_strong_part_folds() {
    let matching = matching(json!([{"id": "r", "lead": "phone", "target": "lead.phone", "action": "collect",
        "and": [{"lead": "products", "target": "lead.products"}]}]));
    let on_file = |product: &str| json!({"lead": {"id": "L1", "owner": "li", "phones": ["13812349876"], "products": [product]}});
    let entry = lead(&json!({"phones": ["13812349876"], "products": ["crm"]}));
    let found = resolve(&matching, &file(&matching, &[on_file("CRM")]), &entry);
    assert_eq!((found.is_folded(), owner(&found)), (true, Some("li")), "{found}");
    let found = resolve(&matching, &file(&matching, &[on_file("erp")]), &entry);
    // Another product is a story of its own, of who has the person.
    let theirs = MatchAction::SameOwner { owner: "li".into(), record: RecordRef::Lead("L1".into()) };
    assert_eq!((found.action(), found.is_folded()), (&theirs, false), "{found}");
}

#[test]
fn a_name_that_many_share_is_told_by_what_stands_beside_it() {
    let matching =
        matching(json!([{"id": "r", "lead": "company", "target": "account.company", "action": "convert",
        "and": [{"lead": "products", "target": "account.attributes.product"}]}]));
    let company = "北京纷扬科技有限公司";
    let mut records: Vec<Json> = (0..40)
        .map(|n| json!({"id": format!("A{n}"), "company": company, "owner": "li", "attributes": {"product": format!("p{n}")}}))
        .collect();
    let entry = lead(&json!({"company": company, "products": ["p7"]}));
    let found = resolve(&matching, &file(&matching, &records), &entry);
    assert_eq!(hits(&found), BTreeSet::from([RecordRef::Account("A7".into())]), "{found}");
    // All of one product: that combination tells nothing.
    records.iter_mut().for_each(|record| record["attributes"]["product"] = json!("p7"));
    let found = resolve(&matching, &file(&matching, &records), &entry);
    assert_eq!(*found.action(), MatchAction::New);
    assert_eq!(
        found.to_string(),
        "no match on file; its company name is shared by at least 22 records and is ignored; \
         its combination of fields is shared by at least 22 records and is ignored"
    );
}

#[test]
fn what_too_many_share_is_no_likeness_either() {
    let matching =
        matching(json!([{"id": "r", "lead": "company", "target": "account.company", "action": "convert",
        "comparator": {"company": {"threshold": 0.5}},
        "and": [{"lead": "products", "target": "account.attributes.product"}]}]));
    let company = "北京纷扬科技有限公司";
    let on_file =
        |n: usize| json!({"id": format!("A{n}"), "company": company, "attributes": {"product": "crm"}});
    let entry = lead(&json!({"company": company, "products": ["crm"]}));
    let few: Vec<Json> = (0..20).map(on_file).collect();
    assert_eq!(resolve(&matching, &file(&matching, &few), &entry).matches().len(), 20);
    let many: Vec<Json> = (0..21).map(on_file).collect();
    assert_eq!(*resolve(&matching, &file(&matching, &many), &entry).action(), MatchAction::New);
}

#[test]
fn a_record_is_found_by_what_is_written_later() {
    let matching = matching(json!([
        {"id": "a", "lead": "attributes.tax_no", "target": "account.registration_number", "action": "tag_only"},
        {"id": "b", "lead": "city", "target": "account.attributes.city", "action": "tag_only"},
        {"id": "c", "lead": "products", "target": "lead.products", "action": "tag_only"},
        {"id": "d", "lead": "attributes.shop", "target": "lead.attributes.shop", "action": "tag_only"},
        {"id": "e", "lead": "name", "target": "contact.name", "action": "tag_only"},
        {"id": "f", "lead": "external_ids.crm_no", "target": "lead.external_ids.crm_no", "action": "tag_only"},
    ]));
    let mut book = file(
        &matching,
        &[json!({"id": "A1"}), json!({"lead": {"id": "L1", "name": "王芳", "products": ["oa"]}})],
    );
    let (of_account, of_lead) = (RecordRef::Account("A1".into()), RecordRef::Lead("L1".into()));
    let set = |record: &RecordRef, field: &str, value: &str| Effect::UpdateField {
        record: record.clone(),
        field: field.into(),
        value: Value::from(value),
        replaces: Value::Null,
    };
    let add = |field: &str, value: &str| Effect::AddValue {
        record: of_lead.clone(),
        field: field.into(),
        value: Value::from(value),
    };
    let contact = Effect::AddContact {
        account: "A1".into(),
        contact: "C1".into(),
        from: "L1".into(),
        phones: Vec::new(),
    };
    let steps = [
        (
            set(&of_account, "registration_number", "9111"),
            json!({"attributes": {"tax_no": "9111"}}),
            &of_account,
        ),
        (set(&of_account, "attributes.city", "深圳"), json!({"city": "深圳"}), &of_account),
        (add("products", "crm"), json!({"products": ["crm"]}), &of_lead),
        (set(&of_lead, "attributes.shop", "s1"), json!({"attributes": {"shop": "s1"}}), &of_lead),
        (contact, json!({"name": "王芳"}), &of_account),
        (add("external_ids.crm_no", "17"), json!({"external_ids": {"crm_no": "17"}}), &of_lead),
    ];
    for (step, (effect, fields, record)) in steps.into_iter().enumerate() {
        let entry = lead(&fields);
        assert_eq!(*resolve(&matching, &book, &entry).action(), MatchAction::New, "{fields}");
        book.apply_effects(&format!("d{step}"), &[effect], at(NOW));
        assert_eq!(hits(&resolve(&matching, &book, &entry)), BTreeSet::from([record.clone()]), "{fields}");
    }
    // What was there before is found by nothing any more.
    book.apply_effects("e", &[set(&of_account, "registration_number", "9222")], at(NOW));
    let entry = lead(&json!({"attributes": {"tax_no": "9111"}}));
    assert!(fetched(&matching, &book, &entry).is_empty());
    let probe = with_facts(&entry, at(NOW), |facts| matching.probe(facts));
    assert!(book.rows(&probe).accounts.is_empty());
}

/// A book that was filled before it knew the rules finds as much.
#[test]
fn a_book_learns_the_rules_later() {
    let mut early = Book::new();
    early.insert_account(account(json!({"id": "A1", "registration_number": "9111"})));
    let matching = matching(json!([
        {"id": "a", "lead": "attributes.tax_no", "target": "account.registration_number", "action": "tag_only"},
    ]));
    let entry = lead(&json!({"attributes": {"tax_no": "9111"}}));
    assert!(hits(&resolve(&matching, &early, &entry)).is_empty());
    assert_eq!(hits(&resolve(&matching, &early.with_matching(&matching), &entry)).len(), 1);
}

#[test]
fn who_names_another_company_is_moved_unless_the_rule_tells_the_company() {
    let rows = |rule: Json| {
        let matching = matching(json!([rule]));
        let book = file(
            &matching,
            &[json!({"id": "A1", "owner": "li", "company": "北京纷扬科技有限公司",
            "registration_number": "9111", "attributes": {"product": "crm"},
            "contacts": [{"id": "C1", "name": "张伟", "phones": ["13812349876"]}]})],
        );
        let entry =
            lead(&json!({"name": "张伟", "company": "上海栖岸软件有限公司", "phones": ["13812349876"],
            "products": ["crm"], "attributes": {"tax_no": "9111"}}));
        resolve(&matching, &book, &entry)
    };
    let by_number = rows(json!({"id": "r", "lead": "attributes.tax_no",
        "target": "account.registration_number", "action": "convert"}));
    assert!(matches!(by_number.action(), MatchAction::ToOwner { .. }), "{by_number}");
    let by_phone = rows(json!({"id": "r", "lead": "phone", "target": "contact.phone", "action": "convert",
        "and": [{"lead": "products", "target": "account.attributes.product"}]}));
    assert!(matches!(by_phone.action(), MatchAction::SameOwner { .. }), "{by_phone}");
    assert!(
        by_phone.effects().iter().any(|one| matches!(one, Effect::MoveContact { is_proposal: true, .. }))
    );
}

/// What is compared in the property: the lead's field, its values as the oracle reads them, and the target.
const OF_ACCOUNTS: [(&str, &str); 7] = [
    ("company", "account.company"),
    ("products", "account.attributes.product"),
    ("attributes.tax_no", "account.registration_number"),
    ("phone", "contact.phone"),
    ("name", "contact.name"),
    ("external_ids.crm_no", "account.attributes.crm_no"),
    ("region", "account.region"),
];
const OF_LEADS: [(&str, &str); 7] = [
    ("company", "lead.company"),
    ("products", "lead.products"),
    ("attributes.tax_no", "lead.attributes.tax_no"),
    ("phone", "lead.phone"),
    ("name", "lead.name"),
    ("city", "lead.attributes.town"),
    ("external_ids.crm_no", "lead.external_ids.crm_no"),
];

/// The values of a field, written so that equal values are equal texts.
fn values_of(record: &Json, field: &str) -> Vec<String> {
    let field = match field {
        "phone" => "phones",
        field => field,
    };
    let found = field.split('.').try_fold(record, |value, part| value.get(part));
    match found {
        Some(Json::Array(items)) => items.iter().map(|item| item.as_str().unwrap().to_lowercase()).collect(),
        Some(Json::String(text)) if !text.is_empty() => vec![text.to_lowercase()],
        _ => Vec::new(),
    }
}

/// Whether all comparisons hold, by looking at every value of every record and contact.
fn agree(lead: &Json, record: &Json, comparisons: &[(&str, &str)]) -> bool {
    let holds = |unit: Option<&Json>, (ours, target): &(&str, &str)| {
        let (of, field) = target.split_once('.').unwrap();
        let theirs = match (of, unit) {
            ("contact", Some(contact)) => values_of(contact, field),
            ("contact", None) => Vec::new(),
            _ => values_of(record, field),
        };
        values_of(lead, ours).iter().any(|value| theirs.contains(value))
    };
    let contacts: Vec<Option<&Json>> =
        match comparisons.iter().any(|(_, target)| target.starts_with("contact.")) {
            true => record["contacts"].as_array().into_iter().flatten().map(Some).collect(),
            false => vec![None],
        };
    contacts.into_iter().any(|unit| comparisons.iter().all(|one| holds(unit, one)))
}

fn text(values: &'static [&'static str]) -> impl Strategy<Value = Json> {
    prop::sample::select(values).prop_map(|value| json!(value))
}

fn texts(values: &'static [&'static str]) -> impl Strategy<Value = Json> {
    prop::collection::vec(prop::sample::select(values), 0..3).prop_map(|values| json!(values))
}

const COMPANIES: [&str; 3] = ["", "北京纷扬科技有限公司", "Brontek GmbH"];
const PRODUCTS: [&str; 3] = ["crm", "CRM", "erp"];
const NUMBERS: [&str; 3] = ["", "9111", "9222"];
const PHONES: [&str; 2] = ["13812349876", "13912349876"];
const NAMES: [&str; 3] = ["", "张伟", "Anna Schmidt"];
const TOWNS: [&str; 3] = ["", "Köln", "Bonn"];
const REGIONS: [&str; 2] = ["CN-GD", "CN-BJ"];

fn random_lead() -> impl Strategy<Value = Json> {
    let names = (text(&COMPANIES), text(&NAMES), text(&TOWNS), text(&REGIONS));
    let rest = (texts(&PRODUCTS), texts(&PHONES), text(&NUMBERS), text(&NUMBERS), text(&TOWNS));
    (names, rest).prop_map(|((company, name, city, region), (products, phones, tax_no, crm_no, town))| {
        json!({"company": company, "name": name, "city": city, "region": region, "products": products,
            "phones": phones, "attributes": {"tax_no": tax_no, "town": town}, "external_ids": {"crm_no": crm_no}})
    })
}

fn random_account() -> impl Strategy<Value = Json> {
    let contact =
        (text(&NAMES), texts(&PHONES)).prop_map(|(name, phones)| json!({"name": name, "phones": phones}));
    let own = (text(&COMPANIES), texts(&PRODUCTS), text(&NUMBERS), text(&NUMBERS), text(&REGIONS));
    (own, prop::collection::vec(contact, 0..3)).prop_map(
        |((company, product, number, crm_no, region), contacts)| {
            let contacts: Vec<Json> = contacts
                .into_iter()
                .enumerate()
                .map(|(place, mut contact)| {
                    contact["id"] = json!(format!("C{place}"));
                    contact
                })
                .collect();
            json!({"company": company, "registration_number": number, "region": region, "contacts": contacts,
            "attributes": {"product": product, "crm_no": crm_no}})
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A rule hits the records in which every comparison holds, and no other: whatever was fetched, and what a database
    /// fetches by the keys.
    #[test]
    fn a_rule_hits_where_all_of_it_holds(
        entry in random_lead(),
        leads in prop::collection::vec(random_lead(), 0..6),
        accounts in prop::collection::vec(random_account(), 0..6),
        of_accounts in prop::sample::subsequence(OF_ACCOUNTS.to_vec(), 1..4),
        of_leads in prop::sample::subsequence(OF_LEADS.to_vec(), 1..4),
    ) {
        let rule = |id: &str, comparisons: &[(&str, &str)]| {
            let mut parts: Vec<Json> =
                comparisons.iter().map(|(lead, target)| json!({"lead": lead, "target": target})).collect();
            let mut rule = parts.remove(0);
            rule["id"] = json!(id);
            rule["and"] = json!(parts);
            rule["action"] = json!("tag_only");
            rule
        };
        let document = json!({"crowded_key": 1000,
            "rules": [rule("accounts", &of_accounts), rule("leads", &of_leads)]});
        let rules = DedupRules::load(document).unwrap();
        let matching = Deduplicator::compile(&rules).unwrap();
        let with_id = |(place, (kind, record)): (usize, (&str, &Json))| {
            let mut record = record.clone();
            record["id"] = json!(format!("{kind}{place}"));
            record
        };
        let leads: Vec<Json> = leads.iter().map(|one| ("L", one)).enumerate().map(with_id).collect();
        let accounts: Vec<Json> = accounts.iter().map(|one| ("A", one)).enumerate().map(with_id).collect();
        let records: Vec<Json> =
            leads.iter().map(|one| json!({"lead": one})).chain(accounts.iter().cloned()).collect();
        let book = file(&matching, &records);

        let mut wanted = BTreeSet::new();
        for one in leads.iter().filter(|one| agree(&entry, one, &of_leads)) {
            wanted.insert(RecordRef::Lead(one["id"].as_str().unwrap().into()));
        }
        for one in accounts.iter().filter(|one| agree(&entry, one, &of_accounts)) {
            wanted.insert(RecordRef::Account(one["id"].as_str().unwrap().into()));
        }
        let entry = lead(&entry);
        let found = resolve(&matching, &book, &entry);
        prop_assert_eq!(&hits(&found), &wanted);
        prop_assert!(fetched(&matching, &book, &entry).is_superset(&wanted));
        // All rows, whoever fetched them, say the same.
        let all = leadkit::dedup::Rows {
            leads: book.leads().cloned().collect(),
            accounts: book.accounts().cloned().collect(),
            ..leadkit::dedup::Rows::default()
        };
        prop_assert_eq!(&hits(&resolve_rows(&rules, &entry, &all)), &wanted);
    }
}

#[test]
fn hostile_lists_make_no_more_keys_than_is_said() {
    let matching =
        matching(json!([{"id": "r", "lead": "products", "target": "lead.products", "action": "tag_only",
        "and": [{"lead": "industry", "target": "lead.industry"},
            {"lead": "attributes.x", "target": "lead.attributes.x"}]}]));
    let many: Vec<String> = (0..2000).map(|n| format!("{n}{}", "長".repeat(50))).collect();
    let entry = lead(&json!({"products": many, "industry": many, "attributes": {"x": many}}));
    let probe = with_facts(&entry, at(NOW), |facts| matching.probe(facts));
    assert_eq!(probe.keys.iter().filter(|key| key.kind == MatchKeyKind::Fields).count(), 1024);
    let mut book = Book::new().with_matching(&matching);
    book.insert_lead(Lead { id: "L1".into(), created_at: at("2026-01-01T00:00:00Z"), ..entry.clone() });
    let found = resolve(&matching, &book, &entry);
    assert_eq!((hits(&found).len(), found.oversized()), (1, &[l("new")][..]));
}

fn l(id: &str) -> RecordRef {
    RecordRef::Lead(id.into())
}

/// Words for none, however people and systems write them, are no value on either side.
#[test]
fn words_for_none_are_no_key() {
    let words = [
        "暂无",
        "N/A",
        "-",
        "null",
        "000000000000000000",
        "undefined",
        "未知",
        "{{tax_no}}",
        "/",
        "\u{200b}",
    ];
    let convert = |lead: &str, target: &str| {
        matching(json!([{"id": "r", "lead": lead, "target": target, "action": "convert"}]))
    };
    let by_number = convert("attributes.tax_no", "account.registration_number");
    let by_id = convert("external_ids.crm_id", "account.attributes.crm_id");
    let exact =
        matching(json!([{"id": "r", "lead": "attributes.tax_no", "target": "account.registration_number",
        "comparator": "exact", "action": "convert"}]));
    for word in words {
        let file = account(json!({"id": "A1", "owner": "li", "registration_number": word,
            "attributes": {"crm_id": word}}));
        let tables = HostTables::default();
        let entry = lead(&json!({"attributes": {"tax_no": word}, "external_ids": {"crm_id": word}}));
        for matching in [&by_number, &by_id, &exact] {
            let context = FactContext::new(&tables, at(NOW));
            let is_made = |key: &MatchKey| key.kind == MatchKeyKind::Fields;
            assert!(!matching.account_keys(&file, &context).iter().any(is_made), "{word}");
            let mut book = Book::new().with_matching(matching);
            book.insert_account(file.clone());
            assert!(hits(&resolve(matching, &book, &entry)).is_empty(), "{word}");
        }
    }
    // Nor a name that tells nobody from anybody; an answer is a value.
    let by_name = matching(json!([{"id": "r", "lead": "name", "target": "lead.name", "action": "tag_only",
        "and": [{"lead": "attributes.vip", "target": "lead.attributes.vip"}]}]));
    for (name, vip, is_hit) in
        [("张伟", "false", true), ("张伟", "0", true), ("先生", "true", false), ("未知", "true", false)]
    {
        let person = json!({"id": "L1", "name": name, "attributes": {"vip": vip}});
        let book = file(&by_name, &[json!({"lead": person})]);
        let entry = lead(&json!({"name": name, "attributes": {"vip": vip}}));
        assert_eq!(hits(&resolve(&by_name, &book, &entry)).len(), usize::from(is_hit), "{name} {vip}");
    }
    // However names and texts are compared.
    let similar = json!({"similar": {"threshold": 0.9}});
    for comparator in [json!("person_name"), json!("folded"), similar.clone()] {
        let by_name =
            matching(json!([{"id": "r", "lead": "city", "target": "lead.city", "action": "same_owner",
            "and": [{"lead": "name", "target": "lead.name", "comparator": comparator}]}]));
        for name in
            ["未知", "N/A", "test", "Unknown Unknown", "匿名用户", "微信用户", "用户123", "客户", "先生", "-"]
        {
            let person = json!({"id": "L1", "owner": "li", "name": name, "city": "上海"});
            let book = file(&by_name, &[json!({"lead": person})]);
            let entry = lead(&json!({"name": name, "city": "上海"}));
            assert!(hits(&resolve(&by_name, &book, &entry)).is_empty(), "{name} {comparator}");
        }
        let person = json!({"id": "L1", "owner": "li", "name": "Anna User", "city": "上海"});
        let book = file(&by_name, &[json!({"lead": person})]);
        let entry = lead(&json!({"name": "Anna User", "city": "上海"}));
        assert_eq!(hits(&resolve(&by_name, &book, &entry)).len(), 1, "{comparator}");
    }
    let by_address =
        matching(json!([{"id": "r", "lead": "city", "target": "lead.city", "action": "same_owner",
        "and": [{"lead": "attributes.addr", "target": "lead.attributes.addr", "comparator": similar}]}]));
    for (address, is_hit) in [("暂无", false), ("N/A", false), ("南京路 100", true)] {
        let record = json!({"id": "L1", "owner": "li", "city": "上海", "attributes": {"addr": address}});
        let book = file(&by_address, &[json!({"lead": record})]);
        let entry = lead(&json!({"city": "上海", "attributes": {"addr": address}}));
        assert_eq!(hits(&resolve(&by_address, &book, &entry)).len(), usize::from(is_hit), "{address}");
    }
}

/// A city of many records is no key; with the words of the name beside it the namesake is found, and by a database too.
#[test]
fn a_name_narrows_a_broad_key_down() {
    let matching =
        matching(json!([{"id": "r", "lead": "name", "target": "lead.name", "comparator": "person_name",
        "action": "tag_only", "and": [{"lead": "city", "target": "lead.city"}]}]));
    let surnames = ["王", "李", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐"];
    let mut people: Vec<Json> = (0..60)
        .map(|n| {
            let name = format!("{}{}", surnames[n % 10], ["芳", "娜", "敏", "静", "秀英", "强"][n / 10]);
            json!({"lead": {"id": format!("X{n}"), "name": name, "city": "上海"}})
        })
        .collect();
    people.push(json!({"lead": {"id": "L1", "name": "欧阳伟", "city": "上海"}}));
    people.push(json!({"lead": {"id": "L2", "name": "Anna Schmidt", "city": "上海"}}));
    let book = file(&matching, &people);
    for (name, id) in [("欧阳伟先生", "L1"), ("欧阳 伟", "L1"), ("A. Schmidt", "L2"), ("schmidt, anna", "L2")]
    {
        let entry = lead(&json!({"name": name, "city": "上海市"}));
        let found = resolve(&matching, &book, &entry);
        assert_eq!(hits(&found), BTreeSet::from([l(id)]), "{name}: {found}");
        assert!(fetched(&matching, &book, &entry).contains(&l(id)), "{name}");
    }
    let stranger = lead(&json!({"name": "马超", "city": "上海"}));
    assert!(hits(&resolve(&matching, &book, &stranger)).is_empty());
    // A likeness narrows nothing down: that is said.
    let rule = |and: Json| {
        let rules = json!({"rules": [{"id": "r", "lead": "name", "target": "lead.name", "action": "tag_only",
            "comparator": {"similar": {"threshold": 0.9}}, "and": and}]});
        let codes = DedupRules::load(rules).unwrap().lint();
        codes.iter().map(|one| one.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(rule(json!([{"lead": "city", "target": "lead.city"}])), ["broad_key"]);
    let none: [&str; 0] = [];
    assert_eq!(rule(json!([{"lead": "phone", "target": "lead.phone"}])), none);
}

#[test]
fn names_and_cities_are_compared_as_people_write_them() {
    let matching = matching(json!([{"id": "r", "lead": "name", "target": "lead.name", "action": "tag_only",
        "and": [{"lead": "city", "target": "lead.city"}]}]));
    for ((name, city), (other, place)) in [
        (("张伟", "上海"), ("张伟", "上海市")),
        (("张伟", "深圳市"), ("张 伟", "深圳")),
        (("张伟先生", "香港特别行政区"), ("张伟", "香港")),
        (("Pat Lee", "St. Louis"), ("Lee, Pat", "St Louis")),
        (("Mr. Pat Lee", "Köln"), ("pat lee", "KOLN")),
    ] {
        let book = file(&matching, &[json!({"lead": {"id": "L1", "name": name, "city": city}})]);
        let entry = lead(&json!({"name": other, "city": place}));
        assert_eq!(hits(&resolve(&matching, &book, &entry)).len(), 1, "{name} {city}");
        let elsewhere = lead(&json!({"name": other, "city": "沙市"}));
        assert!(hits(&resolve(&matching, &book, &elsewhere)).is_empty(), "{name} {city}");
    }
}

#[test]
fn a_registration_number_is_one_however_it_is_grouped() {
    let matching =
        matching(json!([{"id": "r", "lead": "attributes.tax", "target": "account.registration_number",
        "action": "convert"}]));
    for (ours, theirs, is_hit) in [
        ("91110108-MA01ABCD2X", "91110108MA01ABCD2X", true),
        ("DE 123 456 789", "de123456789", true),
        ("９１１１０１０８ma01abcd2x", "91110108-MA01ABCD2X", true),
        ("91110108MA01ABCD2X", "91110108MA01ABCD3X", false),
        ("-", "--", false),
    ] {
        for (ours, theirs) in [(ours, theirs), (theirs, ours)] {
            let mut book = Book::new().with_matching(&matching);
            book.insert_account(account(json!({"id": "A1", "owner": "li", "registration_number": theirs})));
            let entry = lead(&json!({"attributes": {"tax": ours}}));
            assert_eq!(
                hits(&resolve(&matching, &book, &entry)).len(),
                usize::from(is_hit),
                "{ours} {theirs}"
            );
        }
    }
}

#[test]
fn addresses_of_sites_are_read_as_people_type_them() {
    let by_site = matching(json!([{"id": "r", "lead": "attributes.website", "target": "account.domain",
        "comparator": "domain", "action": "convert"}]));
    let by_mail =
        matching(json!([{"id": "r", "lead": "domain", "target": "account.domain", "action": "convert"}]));
    for domain in [
        "acme.com",
        "WWW.Acme.com",
        "https://www.acme.com/",
        "http://acme.com:8080/x?y=1",
        "acme.com; acme.de",
        "acme.cn、acme.com",
    ] {
        let file = account(json!({"id": "A1", "company": "Acme", "owner": "li", "domain": domain}));
        let hit = |matching: &Deduplicator, entry: Json| {
            let mut book = Book::new().with_matching(matching);
            book.insert_account(file.clone());
            !hits(&resolve(matching, &book, &lead(&entry))).is_empty()
        };
        for site in [
            "Www.acme.com",
            "https://acme.com:8443/x",
            "https://acme.com?utm=1",
            "acme.com#a",
            "https://shop.acme.com/",
            "info@mail.acme.com",
            "acme.de, acme.com",
        ] {
            assert!(hit(&by_site, json!({"attributes": {"website": site}})), "{domain} {site}");
        }
        assert!(!hit(&by_site, json!({"attributes": {"website": "https://acme.org"}})), "{domain}");
        assert!(hit(&by_mail, json!({"emails": ["pat.lee@acme.com"]})), "{domain}");
    }
}

/// The likeness of two names is that of the names of record.
#[test]
fn a_likeness_is_of_the_field_it_names() {
    let like = |target: &str| {
        DedupRules::load(
            json!({"rules": [{"id": "r", "lead": "company", "target": target, "action": "convert",
            "comparator": {"company": {"threshold": 0.85}}}]}),
        )
    };
    assert!(like("account.company").is_ok());
    let errors = like("account.attributes.legal_name").unwrap_err();
    assert!(errors.to_string().contains("`company` compares company names"), "{errors}");
}
