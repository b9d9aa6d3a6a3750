//! The blacklist: what each rule finds, how it says so, and what may never change it.

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::blacklist::{
    Allow, AllowScope, Blacklist, BlacklistCheck, BlacklistOverride, BlacklistRule, BlacklistRules,
    BurstCheck, BurstDimension, DomainCheck, DomainMatch, FakeCheck, FakeRule, Hit, HitReason, ListCheck,
    ResubmissionCheck, Severity, SubmissionKey, Suppression, Verdict, WindowState,
};
use leadkit::calendar::Span;
use leadkit::contact::is_public_mail_domain;
use leadkit::model::{Effect, Lead, LeadId, LeadStatus, RecordRef, Value};
use leadkit::rule::{Condition, Operator};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::support::{assert_round_trip, at, json_data, snapshot, texts, with_facts};

mod burst;
mod consent;
mod flood;
mod hostile;
mod lexicon;
mod misplaced;
mod misspelt;
mod properties;
mod reach;
mod sets;
mod trial;

fn now() -> DateTime<Utc> {
    at("2026-03-10T09:00:00Z")
}

/// A lead in words of a document; without a time it was created now.
fn lead(mut record: Json) -> Lead {
    let members = record.as_object_mut().unwrap();
    members.entry("id").or_insert(json!("L-0"));
    members.entry("created_at").or_insert(json!(now()));
    serde_json::from_value(record).unwrap()
}

fn check_at(blacklist: &Blacklist, lead: &Lead, windows: &WindowState, now: DateTime<Utc>) -> Verdict {
    with_facts(lead, now, |facts| blacklist.check(facts, windows))
}

fn check(blacklist: &Blacklist, record: Json) -> Verdict {
    check_at(blacklist, &lead(record), &WindowState::default(), now())
}

/// Only these rules, and no question whether the lead can be reached.
fn rules(checks: impl IntoIterator<Item = (&'static str, Severity, BlacklistCheck)>) -> BlacklistRules {
    let rules = checks.into_iter().map(|(id, severity, check)| BlacklistRule {
        severity,
        category: "listed".into(),
        ..BlacklistRule::new(id, check)
    });
    BlacklistRules { rules: rules.collect(), no_usable_contact: Severity::Pass, ..BlacklistRules::default() }
}

fn engine(checks: impl IntoIterator<Item = (&'static str, Severity, BlacklistCheck)>) -> Blacklist {
    Blacklist::compile(&rules(checks)).unwrap()
}

fn summary(hit: &Hit) -> String {
    let reason = match hit.reason().detail() {
        Some(detail) => format!("{}/{detail}", hit.reason().code()),
        None => hit.reason().code().to_owned(),
    };
    let place = match (hit.field(), hit.index()) {
        (Some(field), Some(index)) => format!(" {field} {index}"),
        (Some(field), None) => format!(" {field} -"),
        (None, _) => String::new(),
    };
    format!("{} {} {reason}{place}", hit.rule(), hit.severity())
}

#[derive(Deserialize)]
struct Case {
    case: String,
    lead: Json,
    severity: Severity,
    hits: Vec<String>,
}

#[test]
fn the_default_rules_find_what_a_team_expects() {
    let cases: Vec<Case> = json_data("blacklist_cases.json");
    let blacklist = Blacklist::compile(&BlacklistRules::default()).unwrap();
    for Case { case, lead, severity, hits } in cases {
        let verdict = check(&blacklist, lead);
        let found: Vec<String> = verdict.hits().iter().map(summary).collect();
        assert_eq!((verdict.severity(), found), (severity, hits), "{case}");
    }
}

#[test]
fn strict_blocks_what_the_default_flags() {
    let cases: Vec<Case> = json_data("blacklist_cases.json");
    let strict = Blacklist::compile(&BlacklistRules::strict()).unwrap();
    for Case { case, lead, severity, .. } in cases {
        let wanted = if severity == Severity::Pass { Severity::Pass } else { Severity::Block };
        assert_eq!(check(&strict, lead).severity(), wanted, "{case}");
    }
}

#[test]
fn a_list_knows_every_spelling_of_its_entries() {
    let list = ListCheck {
        phones: texts(&["+86 138-1234-5678", "+1 650 253 0000"]),
        emails: texts(&["Spam@Example.COM"]),
        wechats: texts(&["Bad_Guy01"]),
        companies: texts(&["北京紛揚科技有限責任公司"]),
        ips: texts(&["203.0.113.7", "2001:db8::7"]),
        ..ListCheck::default()
    };
    let blacklist = engine([("listed", Severity::Block, BlacklistCheck::List(list))]);
    for (record, code, span) in [
        (json!({"phones": ["x", " １３８ 1234 5678"]}), "listed_phone", Some(1..20)),
        (json!({"phones": ["0016502530000"]}), "listed_phone", Some(0..13)),
        (json!({"wechat": "13812345678"}), "listed_phone", Some(0..11)),
        (json!({"emails": ["spam＠example.com"]}), "listed_email", Some(0..18)),
        (json!({"wechat": "BAD_GUY01"}), "listed_wechat", Some(0..9)),
        (json!({"company": "北京纷扬科技有限公司"}), "listed_company", Some(0..30)),
        (json!({"ip": "::ffff:203.0.113.7"}), "listed_ip", None),
        (json!({"ip": "2001:db8:0::7"}), "listed_ip", None),
    ] {
        let verdict = check(&blacklist, record.clone());
        let [hit] = &verdict.hits()[..1] else { panic!("{record}") };
        assert_eq!((hit.reason().code(), hit.span()), (code, span), "{record}");
        assert_eq!(verdict.severity(), Severity::Block);
    }
    for record in [
        json!({"phones": ["13812345679", "138****5678"]}),
        json!({"emails": ["spam@example.org", "notspam@example.com"]}),
        json!({"company": "上海纷扬科技有限公司", "wechat": "bad_guy02", "ip": "203.0.113.8"}),
    ] {
        assert!(!check(&blacklist, record.clone()).hits().iter().any(|hit| hit.rule().as_str() == "listed"));
    }
}

#[test]
fn domains_are_whole_labels() {
    let with = |mode, except_public| {
        let domains = texts(&["rival.com", "139.com", "例子.中国"]);
        engine([("d", Severity::Block, BlacklistCheck::Domain(DomainCheck { domains, mode, except_public }))])
    };
    let hit = |blacklist: &Blacklist, email: &str| check(blacklist, json!({"emails": [email]})).severity();
    let below = with(DomainMatch::AndSubdomains, false);
    let exact = with(DomainMatch::Exact, true);
    for (email, wanted_below, wanted_exact) in [
        ("a.b@rival.com", true, true),
        ("a.b@RIVAL。com", true, true),
        ("a.b@mail.rival.com", true, false),
        ("a.b@notrival.com", false, false),
        ("a.b@rival.com.cn", false, false),
        ("a.b@139.com", true, false),
        ("a.b@例子.中国", true, true),
    ] {
        assert_eq!(hit(&below, email) == Severity::Block, wanted_below, "{email}");
        assert_eq!(hit(&exact, email) == Severity::Block, wanted_exact, "{email}");
    }
    let verdict = check(&below, json!({"emails": [" li.na@Mail.Rival.com "]}));
    assert_eq!(verdict.hits()[0].span(), Some(7..21));
    assert_eq!(verdict.hits()[0].entry(), Some("rival.com"));
    assert_eq!(verdict.hits()[0].reason(), &HitReason::ListedDomain { subdomain: true });
}

/// Public lists of disposable mail name providers; what lies below those is another mailbox of theirs, no firm's.
#[test]
fn what_lies_below_a_provider_is_public() {
    let listed = texts(&["126.com", "139.com", "sohu.com", "tom.com", "188.com", "21cn.com", "sina.com"]);
    let domains = DomainCheck { domains: listed, ..DomainCheck::default() };
    let burst = BurstCheck {
        by: BurstDimension::EmailDomain,
        count: 2,
        window: Span::hours(1),
        ..BurstCheck::default()
    };
    let blacklist = engine([
        ("d", Severity::Block, BlacklistCheck::Domain(domains)),
        ("b", Severity::Flag, BlacklistCheck::Burst(burst)),
    ]);
    let verdicts = |domain: &str| {
        let one = |id: &str| lead(json!({"id": id, "emails": [format!("{id}@{domain}")]}));
        let (verdicts, _) = stream(&blacklist, &[one("a"), one("b")]);
        verdicts.iter().map(Verdict::severity).collect::<Vec<_>>()
    };
    for domain in [
        "126.com",
        "vip.126.com",
        "vip.sohu.com",
        "vip.tom.com",
        "vip.188.com",
        "qy.139.com",
        "a.vip.21cn.com",
    ] {
        assert_eq!(verdicts(domain), [Severity::Pass, Severity::Pass], "{domain}");
        assert_eq!(check(&blacklist, json!({"emails": [format!("a@{domain}")]})).hits().len(), 0);
        assert!(is_public_mail_domain(domain));
    }
    assert_eq!(verdicts("corp.sina.com"), [Severity::Block, Severity::Block], "the provider's own people");
    assert_eq!(verdicts("vip126.com"), [Severity::Pass, Severity::Flag]);
}

#[test]
fn suspicions_can_be_switched_off() {
    let mut check_all = FakeCheck::default();
    let record = json!({"phones": ["13800138000"], "name": "test"});
    let count = |fake: &FakeCheck| {
        check(&engine([("f", Severity::Flag, BlacklistCheck::Fake(fake.clone()))]), record.clone())
            .hits()
            .len()
    };
    assert_eq!(count(&check_all), 2);
    check_all.rules.remove(&FakeRule::SampleNumber);
    assert_eq!(count(&check_all), 1);
    check_all.fields.retain(|field| field.as_str() == "company");
    assert_eq!(count(&check_all), 0);
}

#[test]
fn conditions_read_the_lead() {
    let condition = Condition::compare("utm.keyword", Operator::Contains, "免费").unwrap();
    let blacklist = engine([("free", Severity::Block, BlacklistCheck::Condition(condition))]);
    assert_eq!(check(&blacklist, json!({"utm": {"keyword": "免费软件"}})).severity(), Severity::Block);
    assert_eq!(check(&blacklist, json!({"utm": {"keyword": "软件"}})).severity(), Severity::Pass);
}

#[test]
fn a_block_has_effects_and_facts_and_other_verdicts_have_none() {
    let blacklist = Blacklist::compile(&BlacklistRules::default()).unwrap();
    let verdict = check(&blacklist, json!({"phones": ["1392746"]}));
    let facts = verdict.facts();
    assert_eq!((facts.severity, facts.codes), ("block", texts(&["phone_not_assigned", "no_usable_contact"])));
    let lead = LeadId::from("L-0");
    let effects = verdict.effects(&lead, Some(&"invalid".into()));
    assert_eq!(
        effects,
        [
            Effect::AddTag { lead: lead.clone(), tag: "blacklisted".into() },
            Effect::MoveToPool { lead: lead.clone(), pool: "invalid".into() },
            Effect::SetStatus { lead: lead.clone(), status: LeadStatus::Invalid },
            Effect::UpdateField {
                record: RecordRef::Lead(lead.clone()),
                field: "close_reason".into(),
                value: Value::from("blocked"),
                replaces: Value::Null,
            },
            Effect::RequestReview { lead: lead.clone(), reviewer: None, code: "blacklist_block".into() },
        ]
    );
    assert_eq!(verdict.effects(&lead, None).len(), 4, "without a pool");
    let flagged = check(&blacklist, json!({"phones": ["13800138000", "13927461853"]}));
    assert_eq!(flagged.severity(), Severity::Flag);
    assert!(!flagged.is_blocked() && flagged.effects(&lead, None).is_empty());
}

#[test]
fn a_verdict_survives_its_round_trip() {
    let blacklist = Blacklist::compile(&BlacklistRules::strict()).unwrap();
    let record =
        json!({"phones": ["1392746"], "emails": ["li@gmial.com"], "name": "test", "company": "asdfgh"});
    let verdict = check(&blacklist, record);
    assert_round_trip(&verdict);
    assert_eq!(verdict.version(), blacklist.version());
}

#[test]
fn a_rule_that_passes_only_notes() {
    let list = ListCheck { phones: texts(&["13812345678"]), ..ListCheck::default() };
    let blacklist = engine([("seen", Severity::Pass, BlacklistCheck::List(list))]);
    let verdict = check(&blacklist, json!({"phones": ["13812345678"]}));
    assert_eq!((verdict.severity(), verdict.hits().len()), (Severity::Pass, 1));
    assert!(verdict.facts().codes.is_empty());
}

#[test]
fn the_first_block_may_end_the_check_without_forgetting_the_lead() {
    let list = ListCheck { phones: texts(&["13812345678"]), ..ListCheck::default() };
    let mut all = BlacklistRules::default();
    all.rules.push(BlacklistRule {
        severity: Severity::Block,
        ..BlacklistRule::new("listed", BlacklistCheck::List(list))
    });
    let first = BlacklistRules { stop_at_first_block: true, ..all.clone() };
    let record = json!({"phones": ["13812345678", "x"], "name": "test"});
    let whole = check(&Blacklist::compile(&all).unwrap(), record.clone());
    let short = check(&Blacklist::compile(&first).unwrap(), record);
    assert_eq!(
        whole.hits().iter().map(|hit| hit.rule().as_str()).collect::<Vec<_>>(),
        ["listed", "phone_format", "fake", "fake"]
    );
    assert_eq!(short.hits().len(), 1);
    assert_eq!(whole.delta(), short.delta());
}

fn override_of(allow: Allow) -> BlacklistOverride {
    BlacklistOverride::new(allow, "王芳", "老客户")
}

#[test]
fn overrides_suppress_what_they_name_until_the_second_they_expire() {
    let list = ListCheck { phones: texts(&["13812345678"]), ..ListCheck::default() };
    let base = rules([("listed", Severity::Block, BlacklistCheck::List(list))]);
    let with = |one: BlacklistOverride| {
        let rules = BlacklistRules { overrides: vec![one], ..base.clone() };
        Blacklist::compile(&rules).unwrap()
    };
    let record = json!({
        "id": "L-7", "phones": ["13812345678"], "emails": ["li@mail.partner.com"], "wechat": "li_na_88",
        "company": "北京纷扬科技有限公司", "ip": "203.0.113.7",
    });
    let severity = |one: BlacklistOverride, when| {
        check_at(&with(one), &lead(record.clone()), &WindowState::default(), when).severity()
    };
    for allow in [
        Allow::Lead("L-7".into()),
        Allow::Phone("+86 138 1234 5678".into()),
        Allow::Email("LI@mail.partner.com".into()),
        Allow::Domain("partner.com".into()),
        Allow::Wechat("LI_NA_88".into()),
        Allow::Company("北京紛揚科技有限責任公司".into()),
        Allow::Ip("203.0.113.7".into()),
    ] {
        let whole = BlacklistOverride { scope: Some(AllowScope::Lead), ..override_of(allow.clone()) };
        assert_eq!(severity(whole, now()), Severity::Pass, "{allow:?}");
    }
    for allow in
        [Allow::Lead("L-8".into()), Allow::Phone("13812345679".into()), Allow::Domain("ner.com".into())]
    {
        assert_eq!(severity(override_of(allow.clone()), now()), Severity::Block, "{allow:?}");
    }
    let scoped = |rules: &[&str], categories: &[&str]| BlacklistOverride {
        rules: rules.iter().map(|id| (*id).into()).collect(),
        categories: texts(categories),
        ..override_of(Allow::Lead("L-7".into()))
    };
    assert_eq!(severity(scoped(&["listed"], &[]), now()), Severity::Pass);
    assert_eq!(severity(scoped(&[], &["listed"]), now()), Severity::Pass);
    assert_eq!(severity(scoped(&["no_usable_contact"], &[]), now()), Severity::Block);
    assert_eq!(severity(scoped(&["no_usable_contact"], &["listed"]), now()), Severity::Pass);

    let ends = at("2026-04-01T00:00:00Z");
    let ending = BlacklistOverride { expires: Some(ends), ..override_of(Allow::Lead("L-7".into())) };
    assert_eq!(severity(ending.clone(), ends - TimeDelta::nanoseconds(1)), Severity::Pass);
    assert_eq!(severity(ending.clone(), ends), Severity::Block);

    let verdict = check(&with(ending), record.clone());
    let Some(Suppression::Override { index, author, reason }) = verdict.hits()[0].suppressed_by() else {
        panic!("{verdict}")
    };
    assert_eq!((*index, author.as_str(), reason.as_str()), (0, "王芳", "老客户"));
    assert_eq!(verdict.hits()[0].severity(), Severity::Block);
}

/// With the scope `value`, what is about another value of the lead, or about the lead as a whole, is still found.
#[test]
fn an_override_may_be_about_its_value_alone() {
    let document = |overrides: Json| {
        json!({"no_usable_contact": "pass", "overrides": overrides, "rules": [
            {"id": "listed", "severity": "block", "check": {"list": {
                "phones": ["13812345678", "13927461853"], "emails": ["li@mail.rival.com"], "wechats": ["li_na_88"],
                "companies": ["北京纷扬科技有限公司"], "ips": ["203.0.113.7"]}}},
            {"id": "mail", "severity": "block", "check": {"domain": {"domains": ["rival.com"]}}},
            {"id": "words", "severity": "block", "check": {"lexicon": {"words": ["诈骗"]}}},
        ]})
    };
    let record = json!({
        "phones": ["13812345678 / 139 2746 1853"], "emails": ["li@mail.rival.com"],
        "wechat": "li_na_88 / 13927461853", "company": "北京紛揚科技有限公司", "ip": "203.0.113.7", "message": "诈骗",
    });
    // Field and place of what an override leaves.
    let left = |overrides: Json| -> Vec<(String, usize)> {
        let verdict = check(&Blacklist::load(document(overrides)).unwrap(), record.clone());
        assert_eq!(verdict.hits().len(), 9);
        let left = verdict.hits().iter().filter(|hit| hit.suppressed_by().is_none());
        left.map(|hit| (hit.field().unwrap().to_owned(), hit.span().map_or(0, |span| span.start))).collect()
    };
    let all = left(json!([]));
    assert_eq!(all.len(), 9);
    let without = |gone: &[(&str, usize)]| -> Vec<(String, usize)> {
        all.iter().filter(|(field, at)| !gone.contains(&(field.as_str(), *at))).cloned().collect()
    };
    for (allow, gone) in [
        (json!({"phone": "13812345678"}), vec![("phone", 0)]),
        // The number is the account's too.
        (json!({"phone": "+86 139 2746 1853"}), vec![("phone", 14), ("wechat", 11)]),
        (json!({"email": "LI@mail.rival.com"}), vec![("email", 0), ("email", 3)]),
        (json!({"domain": "rival.com"}), vec![("email", 0), ("email", 3)]),
        (json!({"wechat": "li_na_88"}), vec![("wechat", 0)]),
        (json!({"company": "北京纷扬科技有限公司"}), vec![("company", 0)]),
        (json!({"ip": "203.0.113.7"}), vec![("ip", 0)]),
        // It is not the lead's.
        (json!({"phone": "13812345679"}), vec![]),
    ] {
        let one = json!([{"allow": allow, "scope": "value", "author": "w", "reason": "r"}]);
        assert_eq!(left(one), without(&gone), "{allow}");
    }
    assert_eq!(left(json!([{"allow": {"phone": "13812345678"}, "author": "w", "reason": "r"}])), []);
    let lead = json!([{"allow": {"lead": "L-1"}, "scope": "value", "author": "w", "reason": "r"}]);
    let errors = Blacklist::load(document(lead)).unwrap_err().to_string();
    assert!(errors.contains("error[no_value] at overrides[0].scope"), "{errors}");
    let default =
        BlacklistRules { overrides: vec![override_of(Allow::Ip("203.0.113.7".into()))], ..rules([]) };
    assert!(!serde_json::to_string(&default).unwrap().contains("scope"));
}

/// Checks leads one after the other, each seeing those before it.
fn stream(blacklist: &Blacklist, leads: &[Lead]) -> (Vec<Verdict>, WindowState) {
    let mut windows = WindowState::default();
    let mut verdicts = Vec::new();
    for lead in leads {
        let verdict = check_at(blacklist, lead, &windows, lead.created_at.max(now()));
        windows.apply(verdict.delta());
        verdicts.push(verdict);
    }
    (verdicts, windows)
}

#[test]
fn the_same_submission_within_a_day_names_the_first() {
    let base = json!({
        "name": "王 芳", "company": "星河软件", "phones": ["13927461853"], "emails": ["w@xinghe.com.cn"],
        "wechat": "wang_fang", "message": "我想了解一下贵公司的价格和服务",
    });
    let every = ResubmissionCheck {
        by: SubmissionKey::ALL.iter().copied().collect(),
        ..ResubmissionCheck::default()
    };
    let blacklist = engine([("again", Severity::Flag, BlacklistCheck::Resubmission(every))]);
    let said = "我想了解一下贵公司的价格和服务";
    let again = |record: Json, when: &str| {
        let mut record = record;
        record["id"] = json!("L-2");
        record["created_at"] = json!(when);
        let first = lead(
            json!({"id": "L-1", "created_at": "2026-03-09T09:00:00Z"})
                .as_object()
                .unwrap()
                .clone()
                .into_iter()
                .chain(base.as_object().unwrap().clone())
                .collect(),
        );
        let (verdicts, _) = stream(&blacklist, &[first, lead(record)]);
        assert!(verdicts[0].hits().is_empty());
        verdicts[1].hits().first().map(|hit| hit.reason().clone())
    };
    for (record, by) in [
        (json!({"phones": ["+86 139 2746 1853"], "message": said}), Some(SubmissionKey::Phone)),
        (json!({"emails": ["W@xinghe.com.cn"], "message": said}), Some(SubmissionKey::Email)),
        (json!({"wechat": "WANG_FANG", "message": said}), Some(SubmissionKey::Wechat)),
        (json!({"wechat": "13927461853", "message": said}), Some(SubmissionKey::Wechat)),
        (
            json!({"name": "王芳", "company": "星河軟件", "phones": ["13927461854"], "message": said}),
            Some(SubmissionKey::CompanyAndName),
        ),
        (json!({"name": "王芳", "message": "我想了解一下貴公司的價格和服務！"}), Some(SubmissionKey::Text)),
        // Another message, or other products, is another submission: the person comes in again.
        (json!({"phones": ["13927461853"]}), None),
        (json!({"phones": ["13927461853"], "message": "请尽快给我打电话，谢谢"}), None),
        (json!({"phones": ["13927461853"], "message": said, "products": ["crm"]}), None),
        (json!({"name": "李娜", "company": "星河软件", "message": "我想了解一下贵公司的价格和服务"}), None),
        (json!({"phones": ["13927461854"], "message": "我想了解一下贵公司的价格和服务"}), None),
    ] {
        let found = again(record.clone(), "2026-03-09T12:00:00Z");
        let wanted =
            by.map(|by| HitReason::Resubmission { first: "L-1".into(), at: at("2026-03-09T09:00:00Z"), by });
        assert_eq!(found, wanted, "{record}");
    }
    for record in [
        json!({"phones": ["13800138000", "12345678901"], "emails": ["test@test.com"]}),
        json!({"name": "测试", "company": "测试公司"}),
    ] {
        let first = lead(record.clone());
        let second = Lead { id: "L-2".into(), ..first.clone() };
        let (verdicts, windows) = stream(&blacklist, &[first, second]);
        assert!(verdicts[1].hits().is_empty() && !windows.is_empty(), "{record}");
    }
    let phone = json!({"phones": ["13927461853"], "message": said});
    assert!(again(phone.clone(), "2026-03-10T09:00:00Z").is_some(), "the end belongs to the window");
    assert!(again(phone.clone(), "2026-03-10T09:00:01Z").is_none());
    assert!(again(phone, "2026-03-08T09:00:00Z").is_none(), "a lead repeats only what comes before it");
}

#[test]
fn who_corrects_a_blocked_submission_is_let_in() {
    let blacklist = Blacklist::compile(&BlacklistRules::default()).unwrap();
    let typo = lead(json!({"id": "L-1", "name": "王芳", "company": "星河软件", "phones": ["1392746185"]}));
    let corrected = Lead { id: "L-2".into(), phones: vec!["13927461853".into()], ..typo.clone() };
    let again = Lead { id: "L-3".into(), ..corrected.clone() };
    let (verdicts, _) = stream(&blacklist, &[typo, corrected, again]);
    let severities: Vec<Severity> = verdicts.iter().map(Verdict::severity).collect();
    assert_eq!(severities, [Severity::Block, Severity::Pass, Severity::Flag]);
    assert_eq!(verdicts[2].resubmission_of(), Some(&"L-2".into()));
}

#[test]
fn a_lead_is_not_held_against_itself() {
    let blacklist = Blacklist::compile(&BlacklistRules::default()).unwrap();
    let one = lead(json!({"phones": ["13927461853"]}));
    let (verdicts, windows) = stream(&blacklist, &[one.clone(), one.clone(), one]);
    assert!(verdicts.iter().all(|verdict| verdict.severity() == Severity::Pass && verdict == &verdicts[0]));
    assert_eq!(windows.len(), 1);
}

#[test]
fn a_burst_names_its_cohort_and_spares_announced_campaigns() {
    let burst = BurstCheck {
        by: BurstDimension::Ip24,
        count: 4,
        window: Span::seconds(600),
        baseline: None,
        announced: ["open_day".into()].into(),
    };
    let blacklist = engine([("flood", Severity::Flag, BlacklistCheck::Burst(burst))]);
    let pupil = |n: i64, campaign: Option<&str>| {
        lead(json!({
            "id": format!("P-{n}"), "created_at": now() + TimeDelta::seconds(100 * n),
            "ip": format!("203.0.113.{n}"), "source": {"campaign": campaign},
        }))
    };
    let (verdicts, _) = stream(&blacklist, &(0..9).map(|n| pupil(n, None)).collect::<Vec<_>>());
    let counts: Vec<usize> = verdicts
        .iter()
        .map(|verdict| match verdict.hits().first().map(Hit::reason) {
            Some(HitReason::Burst { count, earlier, begins, .. }) => {
                assert_eq!(earlier.len() + 1, *count);
                assert!(begins);
                *count
            }
            _ => 0,
        })
        .collect();
    assert_eq!(counts, [0, 0, 0, 4, 5, 6, 7, 7, 7]);
    let HitReason::Burst { earlier, .. } = verdicts[3].hits()[0].reason() else { panic!() };
    assert_eq!(earlier, &["P-0", "P-1", "P-2"].map(LeadId::from));

    let mixed: Vec<Lead> = (0..6).map(|n| pupil(n, (n % 2 == 0).then_some("open_day"))).collect();
    let (verdicts, windows) = stream(&blacklist, &mixed);
    assert!(verdicts.iter().all(|verdict| verdict.hits().is_empty()));
    assert_eq!(windows.len(), 3);
}

#[test]
fn every_origin_can_burst() {
    let origins = json!({
        "ip": "203.0.113.9", "company": "深圳市星河软件有限公司", "emails": ["a@xinghe.com.cn", "a@qq.com"],
        "phones": ["13927461853"], "source": {"primary": "广告", "page": "/form", "campaign": "c1"},
        "utm": {"keyword": "crm"}, "message": "请发一份报价单给我",
    });
    for by in BurstDimension::ALL {
        let check = BurstCheck { by: *by, count: 2, window: Span::hours(1), ..BurstCheck::default() };
        let blacklist = engine([("b", Severity::Flag, BlacklistCheck::Burst(check))]);
        let mut other = origins.clone();
        other["id"] = json!("L-2");
        let (verdicts, windows) = stream(&blacklist, &[lead(origins.clone()), lead(other)]);
        assert_eq!(verdicts[1].hits().len(), 1, "{by}");
        assert_eq!(windows.len(), 2, "{by}");
        let blank = check_at(&blacklist, &lead(json!({})), &windows, now());
        assert!(blank.delta().is_empty() && blank.hits().is_empty(), "{by}");
    }
}

#[test]
fn explanations_are_sentences_without_contact_values() {
    let mut all = BlacklistRules::default();
    let list = ListCheck {
        phones: texts(&["13812345678"]),
        emails: texts(&["li.na@rival.com"]),
        companies: texts(&["北京纷扬科技有限公司"]),
        ..ListCheck::default()
    };
    let domains = DomainCheck { domains: texts(&["rival.com"]), ..DomainCheck::default() };
    let condition = Condition::compare("ip", Operator::Exists, true).unwrap();
    let burst = BurstCheck { by: BurstDimension::Ip, count: 2, ..BurstCheck::default() };
    for (id, severity, check) in [
        ("blocked", Severity::Block, BlacklistCheck::List(list)),
        ("rivals", Severity::Block, BlacklistCheck::Domain(domains)),
        ("has_ip", Severity::Pass, BlacklistCheck::Condition(condition)),
        ("flood", Severity::Flag, BlacklistCheck::Burst(burst)),
    ] {
        all.rules.push(BlacklistRule { severity, ..BlacklistRule::new(id, check) });
    }
    all.overrides.push(BlacklistOverride {
        rules: vec!["rivals".into()],
        ..override_of(Allow::Phone("13812345678".into()))
    });
    let blacklist = Blacklist::compile(&all).unwrap();
    let first = lead(json!({"id": "L-1", "ip": "203.0.113.7", "emails": ["wang@gmial.com"]}));
    let worst = lead(json!({
        "id": "L-2", "ip": "203.0.113.7", "name": "13812345678", "company": "北京纷扬科技有限公司", "wechat": "李娜",
        "phones": ["138-1234-5678", "139O7461853", "12345678901", "13800138000"],
        "emails": ["Li.Na@rival.com", "li na", "wang@gmial.com"],
    }));
    let (verdicts, _) = stream(&blacklist, &[first, worst]);
    let unreachable = check(&blacklist, json!({"phones": ["12"], "emails": ["x"]}));
    let nothing = check(&blacklist, json!({}));
    let quiet = check(&blacklist, json!({"phones": ["13927461853"]}));
    let said = [&verdicts[1], &unreachable, &nothing, &quiet].map(ToString::to_string).join("\n---\n");
    snapshot("blacklist_explanations", &said);
    for value in
        ["13812345678", "138-1234-5678", "139O7461853", "12345678901", "Li.Na@", "li.na@", "wang@gmial"]
    {
        assert!(!said.contains(value), "{value}");
    }
}

#[test]
fn mistakes_are_all_reported_with_their_cure() {
    let mut said = String::new();
    for document in [
        json!({
            "format": 9,
            "rules": [
                {"id": "a", "check": {"list": {"phones": ["138", "13812345678", "+86 13812345678"], "emails": ["x"],
                    "wechats": ["1"], "companies": ["（）"], "ips": ["1.2.3"]}}},
                {"id": "a", "check": {"list": {}}},
                {"id": " ", "check": {"domain": {"domains": ["*.rival.com", "qq.com"]}}},
                {"id": "d", "severity": "block", "check": {"burst": {"by": "ip", "count": 1, "window": "0s"}}},
                {"id": "e", "severity": "block", "check": {"resubmission": {"by": [], "window": "0s"}}},
                {"id": "f", "check": {"condition": {"field": "score.fit", "ge": 3}}},
                {"id": "g", "check": {"condition": {"all": []}}},
                {"id": "h", "check": {"fake": {"rules": [], "fields": []}}},
                {"id": "no_usable_contact", "category": "spam", "check": {"email_format": {}}},
                {"id": "i", "check": {"domain": {"domains": []}}},
            ],
            "overrides": [
                {"allow": {"phone": "123"}, "rules": ["b"], "categories": ["spma"]},
                {"allow": {"lead": ""}, "author": "w", "reason": "r"},
            ],
        }),
        json!({
            "rules": [
                {"id": "a", "check": {"lists": {}}},
                {"id": "b", "check": {"burst": {"by": "ip23", "count": 5, "window": "1 day"}}},
                {"id": "c", "severity": "blok", "check": {"phone_format": {"strict": true}}},
                {"check": {"fake": {"rules": ["placeholders"]}}},
                {"id": "e", "check": {"condition": {"field": "phnoe", "eq": "1"}}},
                {"id": "f", "check": {"domain": {"domains": ["a.com"], "match": "substring"}}},
            ],
            "overrides": [{"allow": {"fone": "1"}, "author": "w", "reason": "r"}],
            "no_usable_contacts": "flag",
        }),
    ] {
        let errors = BlacklistRules::load(document).unwrap_err();
        said.push_str(&format!("{errors}\n\n"));
    }
    snapshot("blacklist_mistakes", said);
}

/// Message, products and form are the content; a key that is one person's shows whose it is.
#[test]
fn a_submission_is_a_strong_key_and_its_content() {
    let check = BlacklistCheck::Resubmission(ResubmissionCheck::default());
    let blacklist = engine([("again", Severity::Flag, check)]);
    let is_same = |first: Json, second: Json| {
        let one = |id: &str, mut record: Json| {
            record["id"] = json!(id);
            lead(record)
        };
        let (verdicts, _) = stream(&blacklist, &[one("L-1", first), one("L-2", second)]);
        verdicts[1].resubmission_of().is_some()
    };
    let form = |page: &str, message: &str, products: &[&str]| json!({"phones": ["13927461853"], "message": message, "products": products, "source": {"page": page}});
    for (first, second, same) in [
        (form("/trial", "请报价", &[]), form("/trial", "请报价", &[]), true),
        (form("/trial", "请报价", &[]), form("/trial/?utm_source=a#top", " 请报价。", &[]), true),
        (form("/trial", "请报价", &[]), form("/pricing", "请报价", &[]), false),
        (form("/trial", "请报价", &[]), form("", "请报价", &[]), false),
        (form("/trial", "", &["CRM"]), form("/pricing", "", &["CRM"]), false),
        (form("/trial", "", &["CRM", "erp"]), form("/trial", "", &["ERP", "crm"]), true),
        // Nothing was written or chosen: there is no content to compare, wherever the form stands.
        (form("/trial", "", &[]), form("/pricing", "", &[]), true),
        (form("/trial", "", &[]), form("/trial", "请报价", &[]), false),
    ] {
        assert_eq!(is_same(first.clone(), second.clone()), same, "{first} {second}");
    }
    // What several people have is nobody's: they write the same prefilled message.
    for (shared, same) in [
        (json!({"phones": ["0755-26718843"]}), false),
        (json!({"phones": ["400-820-8820"]}), false),
        (json!({"emails": ["info@xinghe.cn"]}), false),
        (json!({"name": "王芳", "company": "星河软件", "message": "我想了解一下贵公司的价格和服务"}), false),
        (json!({"name": "王芳", "message": "我想了解一下贵公司的价格和服务"}), false),
        (json!({"emails": ["lei.wang@xinghe.cn"]}), true),
        (json!({"wechat": "lei_wang_88"}), true),
        (json!({"phones": ["+44 7400 183652"]}), true),
    ] {
        assert_eq!(is_same(shared.clone(), shared.clone()), same, "{shared}");
    }
}

/// Whenever a lead was created, it does not repeat itself.
#[test]
fn a_lead_never_repeats_itself() {
    let check = BlacklistCheck::Resubmission(ResubmissionCheck::default());
    let blacklist = engine([("again", Severity::Flag, check)]);
    let form = |created: DateTime<Utc>| {
        lead(json!({"id": "L-1", "created_at": created, "phones": ["13927461853"], "message": "quote"}))
    };
    for created in [at("1970-01-01T00:00:00Z"), now(), now() + TimeDelta::hours(2)] {
        let mut windows = WindowState::default();
        let one = form(created);
        windows.apply(check_at(&blacklist, &one, &windows, now()).delta());
        for hours in [0, 1, 3] {
            let again = check_at(&blacklist, &one, &windows, now() + TimeDelta::hours(hours));
            assert_eq!(again.severity(), Severity::Pass, "created {created}, {hours} h later");
        }
    }
}
