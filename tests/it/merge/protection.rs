//! What protects somebody outlives a merge, and what is lost is asked about.

use leadkit::merge::{MergeDoubt, MergeRules, Merger, Survivorship};
use leadkit::model::{Account, Lead, LeadStatus, Source, Value};
use proptest::prelude::*;
use serde_json::json;

use super::{account, accounts, accounts_plan, contact, lead, leads_plan, merger, merger_with, some_merger};

fn answering(field: &str, first: Value, second: Value) -> [Account; 2] {
    let mut records = [account("A1", 1), account("A2", 2)];
    for (record, answer) in records.iter_mut().zip([first, second]) {
        record.company = "Acme".into();
        record.attributes.insert(field.to_owned(), answer);
    }
    records
}

#[test]
fn a_refusal_is_kept_and_a_withdrawn_consent_stays_so() {
    let text = |text: &str| Value::from(text);
    for (field, first, second, kept) in [
        ("do_not_contact", text("no"), text("yes"), text("yes")),
        ("do_not_contact", text("yes"), text("no"), text("yes")),
        ("do_not_call", Value::Integer(0), Value::Integer(1), Value::Integer(1)),
        ("HasOptedOutOfEmail", Value::Bool(false), Value::Bool(true), Value::Bool(true)),
        ("unsubscribed", text("false"), text("since 2026-02-01"), text("since 2026-02-01")),
        ("勿扰", text("否"), text("是"), text("是")),
        ("consent", text("yes"), text("withdrawn"), text("withdrawn")),
        ("consent", text("yes"), text("web form"), text("yes")),
        ("opt_in", Value::Bool(true), Value::Bool(false), Value::Bool(false)),
        ("营销同意", text("是"), text("已撤回"), text("已撤回")),
        // No question of consent: the rules decide.
        ("newsletter", text("no"), text("yes"), text("no")),
    ] {
        let records = answering(field, first.clone(), second.clone());
        let plan = accounts_plan(&records, &merger());
        assert_eq!(plan.merged().attributes[field], kept, "{field}: {first:?} and {second:?}");
        let field = format!("attributes.{field}");
        assert_eq!(plan.doubts(), [MergeDoubt::Contradiction { field }], "{plan}");
    }
    let same = answering("do_not_contact", text("YES"), Value::Bool(true));
    assert!(!accounts_plan(&same, &merger()).is_ambiguous(), "two spellings of one answer");
}

/// Which answer protects, nobody knows of every column: a general yes does not decide it, an answer to the column or a rule does.
#[test]
fn a_yes_against_a_no_of_an_unknown_column_needs_an_answer_of_its_own() {
    for (column, permits, refuses, is_known) in [
        ("No Marketing", "No", "Yes", false),
        ("不打扰", "0", "1", false),
        ("Right to be forgotten", "no", "yes", false),
        ("Deceased", "false", "true", false),
        ("Marketing emails", "on", "off", false),
        ("Contact preference", "any", "none", false),
        ("Post", "✅", "❌", false),
        ("Post", "checked", "unchecked", false),
        ("打电话", "可以", "不可以", false),
        ("Post", "allowed", "not allowed", false),
        ("Do not email", "❌", "✅", true),
        ("Newsletter", "2026-01-01 given", "2026-03-02 withdrawn", true),
        ("SMS consent", "erteilt", "widerrufen", true),
        ("退订状态", "未退订", "已退订", true),
        ("邮件状态", "未退订", "已退订", true),
        ("推广", "接受", "客户拒绝", true),
        ("Restrict processing", "false", "true", true),
        ("Legal hold", "no", "yes", true),
        ("Bloctel", "non", "oui", true),
        ("CTPS", "N", "Y", true),
        ("Marketing contact status", "Marketing contact", "Non-marketing contact", true),
        ("Newsletter opt in", "checked", "unchecked", true),
        ("メール配信", "許可", "拒否", true),
        ("수신동의", "동의", "거부", true),
    ] {
        let field = format!("attributes.{column}");
        for [first, second] in [[permits, refuses], [refuses, permits]] {
            let records = answering(column, first.into(), second.into());
            let plan = accounts_plan(&records, &merger());
            let kept = &plan.merged().attributes[column];
            if is_known {
                assert_eq!(kept, &Value::from(refuses), "{column}: {plan}");
                assert_eq!(plan.doubts(), [MergeDoubt::Contradiction { field: field.clone() }], "{plan}");
                continue;
            }
            assert_eq!(plan.doubts(), [MergeDoubt::Opposed { field: field.clone() }], "{plan}");
            assert!(plan.needs_own_answer());
            let ruled = merger_with(&field, Survivorship::Oldest);
            let plan = accounts_plan(&records, &ruled);
            assert_eq!(plan.doubts(), [MergeDoubt::Contradiction { field: field.clone() }], "{plan}");
            assert!(!plan.needs_own_answer());
        }
    }
    // A third answer that is kept does not hide that the others say yes and no.
    let mut records = answering("Deceased", "perhaps".into(), "no".into()).to_vec();
    let third = answering("Deceased", "yes".into(), "yes".into())[1].clone();
    records.push(Account { id: "A3".into(), ..third });
    let plan = accounts_plan(&records, &merger());
    assert_eq!(plan.merged().attributes["Deceased"], Value::from("perhaps"));
    assert!(plan.needs_own_answer(), "{plan}");
    // A count is no answer, and one answer in two spellings none against another.
    let records = answering("Deals", Value::Integer(0), Value::Integer(1));
    assert!(!accounts_plan(&records, &merger()).needs_own_answer());
    let records = answering("Deceased", "no".into(), "❌".into());
    assert!(!accounts_plan(&records, &merger()).needs_own_answer());
}

#[test]
fn only_a_rule_for_that_very_column_lets_a_refusal_go() {
    let records = answering("do_not_contact", Value::Bool(true), Value::Bool(false));
    let kept =
        |merger: &Merger| accounts_plan(&records, merger).merged().attributes["do_not_contact"].clone();
    assert_eq!(kept(&merger_with("attributes", Survivorship::Newest)), Value::Bool(true));
    assert_eq!(kept(&merger_with("attributes.do_not_contact", Survivorship::Newest)), Value::Bool(false));
    // A column whose name says nothing.
    let records = answering("kein_anruf", "nein".into(), "ja".into());
    let merger = merger_with("attributes.kein_anruf", Survivorship::Refusal);
    assert_eq!(accounts_plan(&records, &merger).merged().attributes["kein_anruf"], Value::from("ja"));
    let records = answering("darf_anrufen", true.into(), false.into());
    let merger = merger_with("attributes.darf_anrufen", Survivorship::Consent);
    assert_eq!(accounts_plan(&records, &merger).merged().attributes["darf_anrufen"], Value::Bool(false));
}

#[test]
fn an_answer_that_somebody_decides_on_is_shown() {
    let records = answering("do_not_contact", "no".into(), "yes".into());
    let shown = accounts_plan(&records, &merger()).to_string();
    assert!(
        shown.contains("ambiguous: `attributes.do_not_contact` is `yes`, but `no` in account A1"),
        "{shown}"
    );
}

#[test]
fn rules_that_could_drop_what_protects_are_refused() {
    let errors = MergeRules::load(json!({
        "default": "refusal",
        "fields": {"tier": "consent"},
        "blocks": [
            {"name": "privacy", "fields": ["attributes.consent", "attributes.region"]},
            {"name": "more", "fields": ["city"], "rule": "refusal"},
        ],
    }))
    .unwrap_err();
    let found: Vec<(&str, &str)> = errors.iter().map(|d| (d.path.as_str(), d.code.as_ref())).collect();
    for expected in [
        ("default", "wrong_rule"),
        ("fields.tier", "wrong_rule"),
        ("blocks[0].fields[0]", "protecting_field"),
        ("blocks[1].rule", "wrong_rule"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not in {found:#?}");
    }
    let whole = json!({"blocks": [{"name": "all", "fields": ["attributes"], "rule": "newest"}]});
    let merger = Merger::compile(&MergeRules::load(whole).unwrap()).unwrap();
    let records = answering("consent", Value::Bool(false), Value::Bool(true));
    assert_eq!(accounts_plan(&records, &merger).merged().attributes["consent"], Value::Bool(false));
}

#[test]
fn what_is_lost_or_contradicts_is_asked_about_and_nothing_else() {
    let doubts = |first: Account, second: Account| -> Vec<String> {
        let plan = accounts_plan(&[first, second], &merger());
        plan.doubts().iter().filter_map(|doubt| doubt.field().map(str::to_owned)).collect()
    };
    let (one, two) = (|| account("A1", 1), || account("A2", 2));
    let owned = |by: &str, record: Account| Account { owner: Some(by.into()), ..record };
    assert_eq!(doubts(one(), two()), [""; 0], "another name becomes an alias");
    assert_eq!(doubts(owned("li", one()), owned("wang", two())), ["owner"]);
    assert_eq!(doubts(owned("li", one()), two()), [""; 0]);
    let pool = |record: Account| Account { pool: Some("public".into()), ..record };
    assert_eq!(doubts(owned("li", one()), pool(two())), [""; 0], "an account with an owner lies in no pool");
    let tier = |tier: &str, record: Account| Account { tier: Some(tier.into()), ..record };
    assert_eq!(doubts(tier("gold", one()), tier("silver", two())), ["tier"]);
    let region = |region: &str, record: Account| Account { region: Some(region.parse().unwrap()), ..record };
    assert_eq!(
        doubts(region("CN-GD-440300", one()), region("CN-GD", two())),
        [""; 0],
        "the precise one stays"
    );
    assert_eq!(doubts(region("CN-GD", one()), region("CN-GD-440300", two())), ["region"]);
    let numbered = |number: i64, record: Account| Account {
        attributes: [("employees".to_owned(), number.into())].into(),
        ..record
    };
    assert_eq!(doubts(numbered(120, one()), numbered(150, two())), ["attributes.employees"]);
    let partner = Account { partner: Some("east".into()), ..one() };
    let until = Account { protected_until: Some(two().created_at), ..two() };
    assert_eq!(doubts(partner, until), ["protected_until"]);
    let titled = |id: &str, account: &str, title: &str| leadkit::model::Contact {
        title: Some(title.into()),
        lead: Some(format!("lead of {id}").as_str().into()),
        ..contact(id, account, "王强", "13812349876")
    };
    let with = |person, record: Account| Account { contacts: vec![person], ..record };
    let found = doubts(with(titled("C1", "A1", "CIO"), one()), with(titled("C2", "A2", "CTO"), two()));
    assert_eq!(found, ["contacts.C1.title"], "where each came from stays with each");

    let explicit = merger_with("attributes.employees", Survivorship::Max);
    assert!(!accounts_plan(&[numbered(120, one()), numbered(150, two())], &explicit).is_ambiguous());
    let lost = accounts_plan(
        &[
            Account { partner: Some("east".into()), ..one() },
            Account { protected_until: Some(two().created_at), ..two() },
        ],
        &merger(),
    );
    assert_eq!(lost.doubts(), [MergeDoubt::Lost { field: "protected_until".into() }]);
}

#[test]
fn what_became_of_each_lead_is_no_contradiction() {
    let mut first = Lead { status: LeadStatus::Following, owner: Some("li".into()), ..lead("L1", 1) };
    first.source = Source { primary: Some("douyin".into()), ..Source::default() };
    first.wechat = Some("wangqiang88".into());
    first.external_ids.insert("openid".into(), "o1".into());
    let mut second = Lead { stage: Some("mql".into()), status: LeadStatus::Pending, ..lead("L2", 2) };
    second.source = Source { primary: Some("baidu".into()), ..Source::default() };
    second.wechat = Some("wang_fenyang".into());
    second.external_ids.insert("openid".into(), "o2".into());
    let plan = leads_plan(&[first.clone(), second.clone()], &merger());
    assert!(plan.conflicts().len() >= 4, "{plan}");
    assert_eq!(plan.doubts(), [], "{plan}");
    second.external_ids.insert("customer_no".into(), "7".into());
    first.external_ids.insert("customer_no".into(), "8".into());
    first.title = Some("CIO".into());
    second.title = Some("CTO".into());
    let plan = leads_plan(&[first, second], &merger());
    let fields: Vec<&str> = plan.doubts().iter().filter_map(MergeDoubt::field).collect();
    assert_eq!(fields, ["external_ids.customer_no", "title"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_rules_lose_a_refusal(
        accounts in accounts(), merger in some_merger(),
        refusals in proptest::collection::vec(0..6usize, 5), consents in proptest::collection::vec(0..6usize, 5),
    ) {
        let refusing: [(Value, bool); 6] = [
            (Value::Null, false), ("no".into(), false), (false.into(), false), ("YES".into(), true),
            (true.into(), true), ("since May".into(), true),
        ];
        let consenting: [(Value, bool); 6] = [
            (Value::Null, false), ("yes".into(), false), (true.into(), false), ("No".into(), true),
            (false.into(), true), ("withdrawn".into(), true),
        ];
        let mut accounts = accounts;
        for (account, (refusal, consent)) in accounts.iter_mut().zip(refusals.iter().zip(&consents)) {
            account.attributes.insert("do_not_contact".into(), refusing[*refusal].0.clone());
            account.attributes.insert("consent".into(), consenting[*consent].0.clone());
        }
        let plan = accounts_plan(&accounts, &merger);
        for (field, answers, given) in
            [("do_not_contact", &refusing, &refusals), ("consent", &consenting, &consents)]
        {
            let protects = given.iter().take(accounts.len()).any(|answer| answers[*answer].1);
            let kept = &plan.merged().attributes[field];
            let kept_protects = answers.iter().any(|(answer, protects)| answer == kept && *protects);
            prop_assert_eq!(kept_protects, protects, "{}: {:?}", field, kept);
        }
    }

    /// What is in no doubt can be carried out unseen: every value of the others is still there.
    #[test]
    fn a_plan_without_doubt_loses_nothing_that_was_said(accounts in accounts()) {
        let plan = accounts_plan(&accounts, &merger());
        prop_assert_eq!(plan.is_ambiguous(), !plan.doubts().is_empty());
        prop_assume!(!plan.is_ambiguous());
        let merged = plan.merged();
        let plain = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_lowercase()).unwrap_or_default();
        for account in &accounts {
            for (theirs, kept) in [
                (&account.domain, &merged.domain),
                (&account.tier, &merged.tier),
                (&account.maturity, &merged.maturity),
                (&account.registration_number, &merged.registration_number),
            ] {
                prop_assert!(plain(theirs).is_empty() || plain(theirs) == plain(kept), "{:?} {:?}", theirs, kept);
            }
            prop_assert!(account.owner.is_none() || account.owner == merged.owner);
            prop_assert!(account.partner.is_none() || account.partner == merged.partner);
            prop_assert!(account.protected_until.is_none() || account.protected_until == merged.protected_until);
            let is_free = merged.holders().next().is_none();
            prop_assert!(account.pool.is_none() || !is_free || account.pool == merged.pool);
            for (name, theirs) in &account.attributes {
                let (Value::Text(_), Some(kept @ Value::Text(_))) = (theirs, merged.attributes.get(name)) else {
                    prop_assert!(theirs.is_blank() || merged.attributes.contains_key(name), "{}", name);
                    continue;
                };
                let words = |value: &Value| {
                    let text = value.to_string().to_lowercase();
                    text.split_whitespace().collect::<Vec<_>>().join(" ")
                };
                prop_assert!(theirs.is_blank() || words(theirs) == words(kept), "{:?} {:?}", theirs, kept);
            }
            // Who has one id is one person here, with everything that was said of each.
            for contact in account.contacts.iter().filter(|one| !one.id.is_blank()) {
                let is_there = |one: &leadkit::model::Contact| plain(&one.title) == plain(&contact.title);
                let is_blank = plain(&contact.title).is_empty();
                prop_assert!(is_blank || merged.contacts.iter().any(is_there), "{:?}", contact);
            }
        }
    }
}

/// A column that names a refusal is no consent for a word that is in it, and a refusal in words is none that a general yes drops.
#[test]
fn a_refusal_in_words_needs_an_answer_of_its_own() {
    for (column, first, second) in [
        ("GDPR deletion requested", "Yes", "No"),
        ("Newsletter abgemeldet", "ja", "nein"),
        ("Consent refused", "yes", "no"),
        ("Consent expired", "2024-05-01", "no"),
        ("Einwilligung entzogen", "ja", "nein"),
        ("Not contactable", "yes", "no"),
        ("Marketing not allowed", "yes", "no"),
        ("不可联系", "是", "否"),
        ("不允许致电", "是", "否"),
        ("未授权", "是", "否"),
        ("禁止推送", "是", "否"),
        ("推送关闭", "是", "否"),
        ("Lead Status", "Open", "Unqualified - do not call"),
        ("hs_legal_basis", "Freely given consent", "Consent withdrawn"),
        ("Contact preference", "email", "no contact"),
        ("Stage", "MQL", "Requested deletion"),
        ("privacy", "agreed", "refused"),
        ("电话状态", "正常", "投诉"),
    ] {
        for (first, second) in [(first, second), (second, first)] {
            let plan = accounts_plan(&answering(column, Value::from(first), Value::from(second)), &merger());
            assert!(plan.needs_own_answer(), "{column}: {first}, {second}: {plan}");
        }
    }
    // Where the column says which answer protects, that one stays.
    for (column, permits, refuses) in [
        ("Newsletter", "ja", "abgemeldet"),
        ("マーケティング同意", "同意する", "同意しない"),
        ("수신거부", "아니오", "예"),
        ("配信停止", "いいえ", "はい"),
        ("Согласие", "да", "нет"),
    ] {
        for (first, second) in [(permits, refuses), (refuses, permits)] {
            let plan = accounts_plan(&answering(column, Value::from(first), Value::from(second)), &merger());
            assert_eq!(plan.merged().attributes[column], Value::from(refuses), "{column}: {plan}");
        }
    }
    // Of people too.
    for (first, second) in [("Ann Lee", "Ann Lee (opted out)"), ("Ann Lee (opted out)", "Ann Lee")] {
        let mut records = [account("A1", 1), account("A2", 2)];
        for (record, name) in records.iter_mut().zip([first, second]) {
            record.company = "Acme".into();
            record.contacts.push(contact("C1", record.id.as_str(), name, "13812349876"));
        }
        let plan = accounts_plan(&records, &merger());
        assert!(plan.needs_own_answer(), "{first}, {second}: {plan}");
    }
}

/// A document adds to the default rules of fields, and a block takes a field over from them.
#[test]
fn the_fields_of_a_document_are_added_to_the_defaults() {
    let rules =
        MergeRules::load(json!({"fields": {"attributes.DNC": "refusal", "tags": "longest"}})).unwrap();
    let mut wanted = MergeRules::default().fields;
    wanted.insert("attributes.DNC".into(), Survivorship::Refusal);
    wanted.insert("tags".into(), Survivorship::Longest);
    assert_eq!(rules.fields, wanted);
    let block = json!({"blocks": [{"name": "size", "fields": ["employee_count"], "rule": "newest"}]});
    MergeRules::load(block).unwrap();
    let both = json!({"fields": {"employee_count": "max"}, "blocks": [{"name": "size", "fields": ["employee_count"]}]});
    MergeRules::load(both).unwrap_err();
}
