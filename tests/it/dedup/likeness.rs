//! Rules that compare company names by likeness.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use leadkit::book::Book;
use leadkit::company::{CompanyName, Gazetteer, exact_key, keys_for_storage};
use leadkit::contact::names_company;
use leadkit::dedup::{
    Comparator, DedupRules, Deduplicator, LeadKey, MatchAction, MatchKeyKind, MatchRule, MatchTarget,
    Resolution, Rows, RuleAction, TieBreak,
};
use leadkit::model::{Account, Contact, Lead, RecordRef};
use leadkit::names::{NameJudge, Relation};
use leadkit::rule::MatchLabel;
use leadkit::rule::{FactContext, Facts, HostTables};
use proptest::prelude::*;

use super::{NOW, owner, resolve, resolve_rows};
use crate::support::{self, active, assert_round_trip, at, book, snapshot};

fn account(id: &str, company: &str) -> Account {
    support::account(id, company, Some(&format!("owner-{id}")))
}

fn lead(company: &str) -> Lead {
    Lead { id: "X".into(), company: Some(company.into()), created_at: at(NOW), ..Lead::default() }
}

fn with_phone(mut account: Account, phone: &str) -> Account {
    account.contacts.push(Contact { phones: vec![phone.into()], ..Contact::default() });
    account
}

fn rules(threshold: f64) -> DedupRules {
    let rule = MatchRule::new("company", LeadKey::Company, MatchTarget::AccountCompany, RuleAction::Convert);
    DedupRules {
        rules: vec![MatchRule { comparator: Comparator::Company { threshold }, ..rule }],
        ..DedupRules::empty()
    }
}

fn similarity(company: &str, on_file: &str) -> Option<f64> {
    let found = resolve(&rules(f64::MIN_POSITIVE), &lead(company), &book(&[account("A1", on_file)], &[]));
    found.matches().first().and_then(|found| found.similarity)
}

#[test]
fn a_short_name_finds_the_registered_one_and_says_so() {
    let file = [account("A1", "北京纷扬科技有限公司"), account("A2", "北京飞扬科技有限公司")];
    let found = resolve(&DedupRules::b2b(), &lead("纷扬科技"), &book(&file, &[]));
    assert_eq!(owner(&found), Some("owner-A1"));
    snapshot("dedup_likeness_short_name", &found);
}

#[test]
fn equal_names_come_first_with_certainty_then_the_earliest() {
    let later =
        Account { created_at: at("2025-06-01T00:00:00Z"), ..account("A1", "北京紛揚科技有限公司") };
    let file = [later, account("A3", "北京纷扬科技有限公司"), account("A2", "北京纷扬科技（有限公司）")];
    let found = resolve(&rules(0.5), &lead("北京纷扬科技有限责任公司"), &book(&file, &[]));
    let order: Vec<String> = found.matches().iter().map(|found| found.record.to_string()).collect();
    assert_eq!(order, ["account A2", "account A3", "account A1"]);
    assert!(found.matches().iter().all(|found| found.similarity == Some(1.0) && !found.ambiguous));
    snapshot("dedup_likeness_equal_name", &found.matches()[0]);
    // Spellings of one name are no rivals of one another.
    let short = resolve(&rules(0.8), &lead("纷扬科技"), &book(&file, &[]));
    assert_eq!(owner(&short), Some("owner-A2"));
    assert_eq!(short.matches().len(), 3);
}

#[test]
fn a_threshold_is_met_from_its_own_value_on() {
    let file = book(&[account("A1", "北京纷扬科技有限公司")], &[]);
    for company in ["纷扬科技", "纷扬", "北京纷扬", "纷扬科技有限公司"] {
        let value = similarity(company, "北京纷扬科技有限公司").unwrap();
        assert!(value > 0.0 && value < 1.0, "{company}: {value}");
        let hit = |threshold| !resolve(&rules(threshold), &lead(company), &file).matches().is_empty();
        assert!(hit(value) && hit(value - 1e-9), "{company}: {value}");
        assert!(!hit(value + 1e-9), "{company}: {value}");
    }
    // A threshold of 1 asks for equal names.
    assert!(resolve(&rules(1.0), &lead("纷扬科技"), &file).matches().is_empty());
    assert_eq!(resolve(&rules(1.0), &lead("北京纷扬科技有限公司"), &file).matches().len(), 1);
}

#[test]
fn what_cannot_be_the_same_company_is_not() {
    for (company, on_file) in [
        ("北京纷扬科技", "上海飞扬贸易有限公司"),
        ("北京纷扬科技有限公司", "上海纷扬科技有限公司"),
        ("第二建筑公司", "第三建筑公司"),
        ("中铁二局", "中铁三局集团有限公司"),
        ("Acme Fund II LP", "Acme Fund III LP"),
        ("北京纷扬科技有限公司", "北京纷扬科技有限公司深圳分公司"),
        ("America", "American Futures and Options Exchange"),
        ("有限公司", "北京纷扬科技有限公司"),
        ("Coop", "Acme Trading Ltd"),
        ("科", "北京纷扬科技有限公司"),
        ("123", "北京纷扬科技有限公司"),
        ("🙂", "北京纷扬科技有限公司"),
        ("Sony China", "Sony Japan Ltd"),
        ("Acme Software Ltd", "Acme Trading Ltd"),
    ] {
        let value = similarity(company, on_file).unwrap_or_default();
        assert!(value < 0.5, "{company} ~ {on_file}: {value}");
    }
}

#[test]
fn what_people_write_is_found() {
    for (company, on_file) in [
        ("纷扬科技", "北京纷扬科技有限公司"),
        ("紛揚科技", "北京纷扬科技有限公司"),
        ("北京纷扬", "北京纷扬科技有限公司"),
        ("Acme Trading", "Acme Trading Co., Ltd."),
        ("ACME TRADING", "Acme Trading Co., Ltd."),
        ("Microsft", "Microsoft Corporation"),
        ("TCL科技", "TCL科技集团股份有限公司"),
        ("中铁二局", "中铁二局集团有限公司"),
    ] {
        let value = similarity(company, on_file).unwrap_or_default();
        assert!(value >= 0.8, "{company} ~ {on_file}: {value}");
    }
    for (company, on_file) in
        [("纷扬科技（北京）", "北京纷扬科技有限公司"), ("腾讯", "深圳市腾讯计算机系统有限公司")]
    {
        assert!(similarity(company, on_file).unwrap() >= 0.5, "{company} ~ {on_file}");
    }
}

#[test]
fn hostile_names_are_answered() {
    let names = [
        "",
        " ",
        "有限公司",
        "Coop",
        "科",
        "2",
        "第",
        "（（",
        "😀😀😀",
        "a",
        "𠮷",
        "纷扬Tech株式会社",
        "ООО Ромашка",
        "שלום בע״מ",
        "주식회사 가나다",
    ];
    let long = ["纷".repeat(3500), "纷扬科技".repeat(900), "acme ".repeat(2000), "第二".repeat(2000)];
    let names: Vec<&str> = names.into_iter().chain(long.iter().map(String::as_str)).collect();
    let file: Vec<Account> =
        names.iter().enumerate().map(|(i, name)| account(&format!("A{i:02}"), name)).collect();
    let file = book(&file, &[]);
    for name in &names {
        let found = resolve(&DedupRules::b2b(), &lead(name), &file);
        for one in found.matches() {
            let value = one.similarity.unwrap();
            assert!((0.0..=1.0).contains(&value) && one.evidence.chars().count() < 200, "{one}");
        }
        let own = file.accounts().find(|account| account.company == *name).unwrap();
        let itself = found.matches().iter().any(|one| one.record == RecordRef::Account(own.id.clone()));
        let key = exact_key(&CompanyName::parse(name, &Gazetteer::builtin()));
        assert_eq!(itself, !key.is_empty() && names_company(name), "{:.40}", name);
    }
}

#[test]
fn names_that_too_many_share_are_no_key_but_grams_are_never_crowded() {
    let many: Vec<Account> = (0..21).map(|i| account(&format!("A{i:02}"), "测试测试有限公司")).collect();
    let found = resolve(&rules(0.5), &lead("测试测试有限公司"), &book(&many, &[]));
    assert_eq!((found.action(), found.crowded()[0].records), (&MatchAction::New, 21));
    let streets: Vec<Account> = (0..60)
        .map(|i| {
            account(
                &format!("A{i:02}"),
                &format!("纷扬{}有限公司", "科贸工商农"[i % 5 * 3..].chars().next().unwrap()),
            )
        })
        .collect();
    let found = resolve(&rules(0.5), &lead("纷扬科"), &book(&streets, &[]));
    assert!(!found.matches().is_empty() && found.crowded().is_empty());
}

fn twins() -> [Account; 2] {
    [account("A1", "北京纷扬科技有限公司"), account("A2", "上海纷扬科技有限公司")]
}

#[test]
fn companies_as_near_as_each_other_are_never_guessed() {
    let found = resolve(&rules(0.8), &lead("纷扬科技"), &book(&twins(), &[]));
    assert_eq!(
        found.action(),
        &MatchAction::TagOnly { record: RecordRef::Account("A1".into()), hold: false }
    );
    assert!(found.matches().iter().all(|found| found.ambiguous));
    assert_eq!(found.matches().len(), 2);
    // A guess claims nothing.
    assert_eq!(found.labels(), &BTreeSet::from([MatchLabel::NewCustomer]));
    assert_eq!(owner(&found), None);
    snapshot("dedup_likeness_ambiguous", &found);
    let hold = DedupRules { hold_tag_only: true, ..rules(0.8) };
    let held = resolve(&hold, &lead("纷扬科技"), &book(&twins(), &[]));
    snapshot("dedup_likeness_held", held.to_string().split(';').next().unwrap());
    // The name of one of them is no guess.
    assert_eq!(
        owner(&resolve(&rules(0.8), &lead("上海纷扬科技有限公司"), &book(&twins(), &[]))),
        Some("owner-A2")
    );
}

#[test]
fn a_key_or_the_region_tells_near_names_apart() {
    let phone = "13812349876";
    let [first, second] = twins();
    let file = book(&[first, with_phone(second, phone)], &[]);
    let entry = Lead { phones: vec![phone.into()], ..lead("纷扬科技") };
    let by_phone = resolve(&rules(0.8), &entry, &file);
    assert_eq!(owner(&by_phone), Some("owner-A2"));
    assert_eq!(by_phone.matches()[0].told_by, Some(TieBreak::Phone));
    snapshot("dedup_likeness_told_by_phone", &by_phone);

    let entry = Lead { city: Some("上海".into()), ..lead("纷扬科技") };
    let by_region = resolve(&rules(0.8), &entry, &file);
    assert_eq!(owner(&by_region), Some("owner-A2"));
    snapshot("dedup_likeness_told_by_region", &by_region);

    let elsewhere = Lead { city: Some("广州".into()), ..lead("纷扬科技") };
    assert_eq!(owner(&resolve(&rules(0.8), &elsewhere, &file)), None);
    // A phone of both tells nothing; the region still does.
    let both = twins().map(|account| with_phone(account, phone));
    let entry = Lead { phones: vec![phone.into()], ..lead("纷扬科技") };
    assert_eq!(owner(&resolve(&rules(0.8), &entry, &book(&both, &[]))), None);
    let entry = Lead { city: Some("北京".into()), ..entry };
    assert_eq!(owner(&resolve(&rules(0.8), &entry, &book(&both, &[]))), Some("owner-A1"));
}

/// A country says nothing, and a rival without a place may be there as well.
#[test]
fn only_a_place_inside_the_country_tells_near_names_apart() {
    let somewhere = |id: &str, name: &str, region: Option<&str>| Account {
        region: region.map(|region| region.parse().unwrap()),
        ..account(id, name)
    };
    let entries = [
        Lead { country: Some("中国".into()), ..lead("海纳") },
        Lead { region: Some("CN".parse().unwrap()), ..lead("海纳") },
        Lead { city: Some("北京".into()), ..lead("海纳") },
    ];
    let file = |its, other| {
        book(&[somewhere("A1", "海纳科技有限公司", its), somewhere("A2", "海纳贸易有限公司", other)], &[])
    };
    for entry in &entries {
        for (its, other) in
            [(Some("CN-BJ"), None), (Some("CN"), Some("CN-SH")), (Some("CN-BJ"), Some("CN-BJ"))]
        {
            let found = resolve(&rules(0.3), entry, &file(its, other));
            assert_eq!(owner(&found), None, "{entry:?} {its:?} {other:?}: {found}");
        }
    }
    let found = resolve(&rules(0.3), &entries[2], &file(Some("CN-BJ"), Some("CN-SH")));
    assert_eq!(owner(&found), Some("owner-A1"), "{found}");
}

/// Who owns a company that is only likely the same claims nothing.
#[test]
fn names_that_are_only_likely_make_no_collision() {
    let known = Lead {
        id: "L1".into(),
        company: Some("Northwind Orchard Software Inc".into()),
        owner: Some("wang".into()),
        created_at: at("2025-01-01T00:00:00Z"),
        ..Lead::default()
    };
    let entry = Lead { owner: Some("li".into()), ..lead("Northwind Orchard Labs") };
    let found = resolve(&DedupRules::b2b(), &entry, &book(&[], std::slice::from_ref(&known)));
    let [only] = found.matches() else { panic!("{found}") };
    assert!(only.similarity.is_some_and(|similarity| similarity < 0.85) && !only.is_sure(), "{found}");
    assert!(!found.labels().contains(&MatchLabel::Collision));
    assert_eq!(
        leadkit::intake::settle_collision(&entry, &found, &Default::default(), entry.created_at),
        None
    );
    let on_file = found.on_file(&[]);
    assert_eq!(
        on_file[0].to_string(),
        "lead L1 may be meant and is on file and owned by wang: it may not be claimed"
    );
    let same = Lead { company: known.company.clone(), ..entry };
    let found = resolve(&DedupRules::b2b(), &same, &book(&[], &[known]));
    assert!(found.matches()[0].is_sure() && found.labels().contains(&MatchLabel::Collision));
}

#[test]
fn the_next_rules_are_asked_when_names_decide_nothing() {
    let phone = "13812349876";
    let earlier = Lead {
        id: "L1".into(),
        phones: vec![phone.into()],
        owner: Some("li".into()),
        created_at: at("2026-01-01T00:00:00Z"),
        ..Lead::default()
    };
    let entry = Lead { phones: vec![phone.into()], ..lead("纷扬科技") };
    let found = resolve(&DedupRules::b2b(), &entry, &book(&twins(), &[earlier]));
    assert_eq!(found.action(), &MatchAction::Collected { source: "L1".into(), owner: Some("li".into()) });
    assert_eq!(found.matches().iter().filter(|found| found.ambiguous).count(), 2);
    assert!(!found.labels().contains(&MatchLabel::Collision));
}

#[test]
fn the_probe_asks_for_grams_only_when_a_rule_does() {
    let tables = HostTables::default();
    let entry = lead("北京纷扬科技有限公司");
    let facts = Facts::new(&entry, &FactContext::new(&tables, at(NOW)));
    let like = Deduplicator::compile(&rules(0.8)).unwrap().probe(&facts);
    let grams: Vec<&str> = like
        .keys
        .iter()
        .filter(|key| key.kind == MatchKeyKind::CompanyGram)
        .map(|key| key.value.as_str())
        .collect();
    assert_eq!((grams, like.company.as_deref()), (vec!["纷扬"], Some("北京纷扬科技有限公司")));
    let mut folded = rules(0.8);
    folded.rules[0].comparator = Comparator::Folded;
    let probe = Deduplicator::compile(&folded).unwrap().probe(&facts);
    assert!(probe.company.is_none() && probe.keys.iter().all(|key| key.kind == MatchKeyKind::CompanyExact));
    assert_round_trip(&like);
    let long = lead(&"甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥".repeat(3));
    let facts = Facts::new(&long, &FactContext::new(&tables, at(NOW)));
    let probe = Deduplicator::compile(&rules(0.8)).unwrap().probe(&facts);
    assert!(probe.keys.iter().filter(|key| key.kind == MatchKeyKind::CompanyGram).count() <= 16);
}

#[test]
fn aliases_on_either_side_are_read_as_what_they_stand_for() {
    let gazetteer = Gazetteer::builder().alias("纷享销客", "北京纷扬科技有限公司").build();
    let tables = HostTables { gazetteer, ..HostTables::default() };
    let matching = Deduplicator::compile(&rules(0.8)).unwrap();
    let ask = |company: &str, account: Account| {
        let mut book = Book::with_tables(tables.clone());
        book.insert_account(account);
        let entry = lead(company);
        let facts = Facts::new(&entry, &FactContext::new(&tables, at(NOW)));
        let found = matching.resolve(&facts, &book.rows(&matching.probe(&facts)), &active);
        found.matches().first().and_then(|found| found.similarity)
    };
    assert!(ask("纷享销客", account("A1", "纷扬科技有限公司")).unwrap() >= 0.8);
    let aliased = Account { aliases: vec!["纷享销客".into()], ..account("A1", "某某集团") };
    assert!(ask("纷扬科技", aliased).unwrap() >= 0.8);
}

#[test]
fn wrong_comparators_are_refused_with_place_and_cure() {
    let rule = |comparator: serde_json::Value| {
        serde_json::json!({"id": comparator.to_string(), "lead": "company", "target": "account.company",
            "action": "convert", "comparator": comparator})
    };
    let phone = serde_json::json!({"id": "p", "lead": "phone", "target": "lead.phone", "action": "collect",
        "comparator": {"company": {"threshold": 0.8}}});
    let document = serde_json::json!({"rules": [
        rule(serde_json::json!({"company": {"threshold": 0.0}})),
        rule(serde_json::json!({"company": {"threshold": 1.5}})),
        rule(serde_json::json!({"company": {"threshold": "high"}})),
        rule(serde_json::json!({"company": {"treshold": 0.8}})),
        rule(serde_json::json!({"company": {"threshold": 0.8, "margin": 2}})),
        rule(serde_json::json!({"compny": {"threshold": 0.8}})),
        rule(serde_json::json!("company")),
        rule(serde_json::json!("foldet")),
        phone,
    ]});
    snapshot("dedup_likeness_mistakes", DedupRules::load(document).unwrap_err());
}

#[test]
fn comparators_survive_their_round_trip() {
    for (comparator, text) in [
        (Comparator::Exact, "\"exact\""),
        (Comparator::Folded, "\"folded\""),
        (Comparator::Company { threshold: 0.8 }, "{\"company\":{\"threshold\":0.8}}"),
    ] {
        assert_eq!(serde_json::to_string(&comparator).unwrap(), text);
        assert_eq!(serde_json::from_str::<Comparator>(text).unwrap(), comparator);
    }
}

/// Likeness, slowly: every account against the lead's name, one pair at a time, without keys or index.
mod oracle {
    use super::*;

    pub(super) type Found = (String, f64, bool);

    struct Row<'a> {
        account: &'a Account,
        name: &'a str,
        key: String,
        log_odds: f64,
    }

    pub(super) fn hits(lead: &Lead, accounts: &[Account], threshold: f64) -> Vec<Found> {
        let gazetteer = Gazetteer::builtin();
        let judge = NameJudge::default();
        let key = |name: &str| exact_key(&CompanyName::parse(name, &gazetteer));
        let company = lead.company.as_deref().unwrap();
        let own = key(company);
        let names = |account: &'_ Account| -> Vec<String> {
            std::iter::once(account.company.clone()).chain(account.aliases.clone()).collect()
        };
        let same = |account: &Account| !own.is_empty() && names(account).iter().any(|name| key(name) == own);
        if accounts.iter().filter(|account| same(account)).count() > 20 {
            return hits(
                lead,
                &accounts.iter().filter(|account| !same(account)).cloned().collect::<Vec<_>>(),
                threshold,
            );
        }
        let mut rows: Vec<Row<'_>> = Vec::new();
        for account in accounts {
            let mut best: Option<Row<'_>> = None;
            for name in std::iter::once(&account.company).chain(&account.aliases) {
                let alone = judge.judge(company, &[name], &gazetteer);
                let Some(found) = alone.first().filter(|found| found.relation == Relation::Same) else {
                    continue;
                };
                if best.as_ref().is_none_or(|best| best.log_odds < found.log_odds) {
                    best = Some(Row { account, name, key: key(name), log_odds: found.log_odds });
                }
            }
            rows.extend(best);
        }
        // The probability of a row when the names of others are put in place of theirs.
        let probability = |row: usize, set_aside: &dyn Fn(usize) -> bool| {
            let names: Vec<&str> = rows
                .iter()
                .enumerate()
                .map(|(i, other)| if set_aside(i) { rows[row].name } else { other.name })
                .collect();
            let judged = judge.judge(company, &names, &gazetteer);
            judged.iter().find(|found| found.row == row).unwrap().probability
        };
        let identical: Vec<&Account> = accounts.iter().filter(|account| same(account)).collect();
        let mut out: Vec<(DateTime<Utc>, Found)> = identical
            .iter()
            .map(|account| (account.created_at, (account.id.to_string(), 1.0, false)))
            .collect();
        let best = rows.iter().map(|row| row.log_odds).fold(f64::NEG_INFINITY, f64::max);
        let near: Vec<usize> = (0..rows.len())
            .filter(|i| best - rows[*i].log_odds < 4f64.ln() && rows[*i].log_odds > -4.0)
            .collect();
        let together: Vec<(usize, f64)> = near
            .iter()
            .map(|i| (*i, probability(*i, &|other| near.contains(&other))))
            .filter(|(_, probability)| *probability >= threshold)
            .collect();
        let companies: BTreeSet<&str> = together.iter().map(|(i, _)| rows[*i].key.as_str()).collect();
        let region = |name: &str| {
            CompanyName::parse(name, &gazetteer).region().filter(|region| region.subdivision().is_some())
        };
        let here = |i: &usize| match (region(company), region(&rows[*i].account.company)) {
            (Some(ours), Some(its)) => ours.contains(&its) || its.contains(&ours),
            _ => false,
        };
        let there: Vec<&(usize, f64)> = together.iter().filter(|(i, _)| here(i)).collect();
        let there_named: BTreeSet<&str> = there.iter().map(|(i, _)| rows[*i].key.as_str()).collect();
        let nowhere = |i: &usize| {
            !there_named.contains(rows[*i].key.as_str()) && region(&rows[*i].account.company).is_none()
        };
        let settled = there_named.len() == 1 && !together.iter().any(|(i, _)| nowhere(i));
        if identical.is_empty() && companies.len() > 1 && settled {
            let told = |(i, p): &&(usize, f64)| {
                (rows[*i].account.created_at, (rows[*i].account.id.to_string(), *p, false))
            };
            out.extend(there.iter().map(told));
        } else if identical.is_empty() && companies.len() > 1 {
            out.extend(
                together
                    .iter()
                    .map(|(i, p)| (rows[*i].account.created_at, (rows[*i].account.id.to_string(), *p, true))),
            );
        } else {
            for (i, row) in rows.iter().enumerate() {
                let p = probability(i, &|_| false);
                if !same(row.account) && p >= threshold {
                    out.push((row.account.created_at, (row.account.id.to_string(), p, false)));
                }
            }
        }
        out.sort_by(|(at, a), (bt, b)| b.1.total_cmp(&a.1).then(at.cmp(bt)).then(a.0.cmp(&b.0)));
        out.into_iter().map(|(_, found)| found).collect()
    }
}

fn found(resolution: &Resolution) -> Vec<oracle::Found> {
    let id = |record: &RecordRef| match record {
        RecordRef::Account(id) => id.to_string(),
        other => panic!("{other} is no account"),
    };
    resolution.matches().iter().map(|one| (id(&one.record), one.similarity.unwrap(), one.ambiguous)).collect()
}

/// The rows that a database gives: those that share the exact key or a gram key.
fn from_database(accounts: &[Account], probe: &leadkit::dedup::Probe) -> Rows {
    let gazetteer = Gazetteer::builtin();
    let mut table: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (i, account) in accounts.iter().enumerate() {
        for name in std::iter::once(&account.company).chain(&account.aliases) {
            for key in keys_for_storage(name, &gazetteer).iter() {
                table.entry(key.to_owned()).or_default().insert(i);
            }
        }
    }
    let rows: BTreeSet<usize> =
        probe.keys.iter().filter_map(|key| table.get(&key.value)).flatten().copied().collect();
    Rows { accounts: rows.into_iter().map(|i| accounts[i].clone()).collect(), ..Rows::default() }
}

fn company() -> impl Strategy<Value = String> {
    let region = proptest::sample::select(vec!["", "北京", "上海", "深圳市", "Shanghai "]);
    let brand = proptest::sample::select(vec![
        "纷扬",
        "飞扬",
        "纷享",
        "扬",
        "纷扬云",
        "第二",
        "Acme",
        "Acme North",
        "Acne",
        "紛揚",
        "三一",
    ]);
    let industry = proptest::sample::select(vec!["", "科技", "贸易", "软件科技", " Trading", " Software"]);
    let form = proptest::sample::select(vec![
        "",
        "有限公司",
        "股份有限公司",
        "集团",
        " Ltd",
        " Inc",
        "有限公司深圳分公司",
    ]);
    (region, brand, industry, form)
        .prop_map(|(region, brand, industry, form)| format!("{region}{brand}{industry}{form}"))
}

fn accounts() -> impl Strategy<Value = Vec<Account>> {
    let one = (company(), proptest::option::weighted(0.2, company()), 1u32..4);
    proptest::collection::vec(one, 0..30).prop_map(|accounts| {
        let build = |(i, (company, alias, day)): (usize, (String, Option<String>, u32))| Account {
            aliases: alias.into_iter().collect(),
            created_at: at(&format!("2025-01-0{day}T00:00:00Z")),
            ..account(&format!("A{i:02}"), &company)
        };
        accounts.into_iter().enumerate().map(build).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_fetch_gives_what_a_scan_of_all_pairs_gives(
        mut accounts in accounts(),
        company in company(),
        threshold in proptest::sample::select(vec![1e-6, 0.2, 0.5, 0.8, 0.95, 1.0]),
    ) {
        let (rules, entry) = (rules(threshold), lead(&company));
        let expected = oracle::hits(&entry, &accounts, threshold);
        let everything = Rows { accounts: accounts.clone(), ..Rows::default() };
        let scanned = resolve_rows(&rules, &entry, &everything);
        prop_assert_eq!(found(&scanned), expected);
        let tables = HostTables::default();
        let facts = Facts::new(&entry, &FactContext::new(&tables, at(NOW)));
        let probe = Deduplicator::compile(&rules).unwrap().probe(&facts);
        prop_assert_eq!(&resolve_rows(&rules, &entry, &from_database(&accounts, &probe)), &scanned);
        prop_assert_eq!(&resolve(&rules, &entry, &book(&accounts, &[])), &scanned);
        // The order in which records are filed, and what was there before, changes nothing.
        accounts.reverse();
        let mut other = book(&accounts, &[]);
        other.insert_account(account("A99", "纷扬科技"));
        other.insert_account(account("A00", "something else"));
        other.remove_account(&"A99".into());
        other.remove_account(&"A00".into());
        accounts.iter().filter(|one| one.id.as_str() == "A00").for_each(|one| other.insert_account(one.clone()));
        prop_assert_eq!(&resolve(&rules, &entry, &other), &scanned);
    }

    #[test]
    fn a_higher_threshold_finds_no_more(accounts in accounts(), company in company()) {
        let everything = Rows { accounts, ..Rows::default() };
        let all = [0.01, 0.3, 0.5, 0.8, 0.95, 1.0]
            .map(|threshold| resolve_rows(&rules(threshold), &lead(&company), &everything));
        // Where the region decides between near names, the others are dropped, however many they are.
        let told = all.iter().flat_map(|one| one.matches()).any(|found| found.told_by.is_some());
        let counts = all.each_ref().map(|one| one.matches().len());
        prop_assert!(told || counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    }

    #[test]
    fn a_conversion_is_never_a_guess(accounts in accounts(), company in company(), threshold in 0.05f64..1.0) {
        let everything = Rows { accounts, ..Rows::default() };
        let resolution = resolve_rows(&rules(threshold), &lead(&company), &everything);
        if let Some(record) = resolution.action().record().filter(|_| owner(&resolution).is_some()) {
            let hit = resolution.matches().iter().find(|found| found.record == record).unwrap();
            prop_assert!(!hit.ambiguous);
            prop_assert!(hit.similarity.unwrap() >= threshold);
        }
    }
}
