//! What must hold of the blacklist whatever comes in: windows, overrides, hostile values.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

use leadkit::blacklist::{
    Allow, AllowScope, Blacklist, BlacklistCheck, BlacklistOverride, BlacklistRule, BlacklistRules,
    BurstCheck, BurstDimension, ContactKind, DomainCheck, HitReason, JointList, ListCheck, Severity,
    SubmissionKey, Verdict, WindowDelta, WindowState,
};
use leadkit::calendar::Span;
use leadkit::model::{Lead, LeadId, Value};
use leadkit::rule::{Condition, Operator};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use super::check_at as check;
use crate::support::{at, texts};

pub(super) fn start() -> DateTime<Utc> {
    at("2026-03-10T09:00:00Z")
}

const BURST: Span = Span::hours(6);
const COUNT: usize = 3;

/// Every kind of rule.
pub(super) fn rules(burst: BurstDimension) -> BlacklistRules {
    let mut rules = BlacklistRules::default();
    for rule in &mut rules.rules {
        if let BlacklistCheck::Resubmission(check) = &mut rule.check {
            check.by = SubmissionKey::ALL.iter().copied().collect();
        }
    }
    let burst = BurstCheck { by: burst, count: COUNT as u32, window: BURST, ..BurstCheck::default() };
    let list = ListCheck {
        phones: texts(&["13927461850"]),
        emails: texts(&["a0@rival.com"]),
        companies: texts(&["北京纷扬科技有限公司"]),
        ..ListCheck::default()
    };
    let domains = DomainCheck { domains: texts(&["rival.com"]), ..DomainCheck::default() };
    let condition = Condition::compare("source.page", Operator::Eq, "/form").unwrap();
    for (id, severity, check) in [
        ("flood", Severity::Flag, BlacklistCheck::Burst(burst)),
        ("listed", Severity::Block, BlacklistCheck::List(list)),
        ("rivals", Severity::Flag, BlacklistCheck::Domain(domains)),
        ("form", Severity::Flag, BlacklistCheck::Condition(condition)),
    ] {
        let category = "listed".to_owned();
        rules.rules.push(BlacklistRule { severity, category, ..BlacklistRule::new(id, check) });
    }
    let refused = |who: &str, whom: &str, channel: &str| json!({who: whom, "channels": [channel], "basis": "objection"});
    let mut more = json!([
        {"id": "words", "check": {"lexicon": {"words": ["诈骗"], "separated": true, "repeated": true}}},
        {"id": "links", "check": {"pattern": {"patterns": ["https?://"]}}},
        {"id": "ranges", "check": {"prefix": {"phones": ["+8613927461852"], "networks": ["203.0.113.2/31"]}}},
        {"id": "shared", "check": {"joint": {"contributors": 1}}},
        {"id": "refused", "check": {"consent": {"records": [
            refused("phone", "13927461851", "phone"), refused("phone", "13927461851", "wechat"),
            refused("email", "a2@rival.com", "email")]}}},
        {"id": "refused_too", "check": {"consent": {"records": [
            refused("email", "a3@rival.com", "all"), refused("wechat", "li_na_88", "wechat")]}}},
        {"id": "wechats", "check": {"wechat_format": {}}},
        {"id": "trap", "check": {"honeypot": {"attributes": ["website"]}}},
        {"id": "quick", "check": {"elapsed": {}}},
    ]);
    if cfg!(feature = "script") {
        let script = json!({"id": "script", "check": {"condition": {"script": "name == \"王1\""}}});
        more.as_array_mut().unwrap().push(script);
    }
    for rule in serde_json::from_value::<Vec<BlacklistRule>>(more).unwrap() {
        rules.rules.push(BlacklistRule { category: "listed".to_owned(), ..rule });
    }
    rules
}

/// With a list that others keep too.
pub(super) fn compiled(rules: &BlacklistRules) -> Blacklist {
    let mut list = JointList::default();
    for (kind, value) in [(ContactKind::Phone, "13927461853"), (ContactKind::Wechat, "li_na_88")] {
        list.report(kind, value, "north", "never pays", start(), None).unwrap();
    }
    Blacklist::compile(rules).unwrap().with_joint_list(Arc::new(list))
}

#[test]
fn the_rules_are_of_every_kind() {
    let rules = rules(BurstDimension::Ip);
    let kinds: std::collections::BTreeSet<&str> = rules.rules.iter().map(|rule| rule.check.kind()).collect();
    assert_eq!(kinds.len(), KINDS, "{kinds:?}");
}

/// How many kinds of rule there are.
const KINDS: usize = 16;

/// Leads of few people and networks, within some days, in the order of arrival.
pub(super) fn leads(most: usize) -> impl Strategy<Value = Vec<Lead>> {
    let contact = (0..4u8, 0..4u8, prop::option::of(0..3u8), 0..4u8, 0..3u8);
    let one = (0..200i64, contact, any::<bool>());
    prop::collection::vec(one, 1..most).prop_map(|drawn| {
        let build = |(n, (hour, (phone, email, name, ip, page), bad))| {
            let (n, hour, phone, email, ip, page): (usize, i64, u8, u8, u8, u8) =
                (n, hour, phone, email, ip, page);
            let name: Option<u8> = name;
            Lead {
                id: format!("L-{n}").into(),
                created_at: start() + TimeDelta::hours(hour),
                phones: match (phone, bad) {
                    (0, _) => vec![],
                    (_, true) => vec!["139274618".into()],
                    _ => vec![format!("1392746185{phone}").into()],
                },
                emails: if email < 2 { vec![] } else { vec![format!("a{email}@rival.com").into()] },
                name: name.map(|name| format!("王{name}")),
                company: name.map(|_| "北京纷扬科技有限公司".to_owned()).filter(|_| bad),
                ip: Some(std::net::IpAddr::from([203, 0, 113, ip])),
                source: leadkit::model::Source {
                    page: Some(format!("/{page}")),
                    ..leadkit::model::Source::default()
                },
                ..Lead::default()
            }
        };
        drawn.into_iter().enumerate().map(build).collect()
    })
}

/// The same with something for every kind of rule to find.
fn any_leads(most: usize) -> impl Strategy<Value = Vec<Lead>> {
    let ends = |text: Option<&str>, with: char| text.is_some_and(|text| text.ends_with(with));
    let more = move |lead: Lead| Lead {
        wechat: ends(lead.phones.first().map(|phone| phone.as_str()), '3')
            .then(|| "li_na_88 / 13927461852".into()),
        message: lead
            .emails
            .first()
            .is_some_and(|email| email.as_str().starts_with("a3"))
            .then(|| "诈-骗 http://a.cn".to_owned()),
        attributes: match lead.source.page.as_deref() {
            Some("/1") => [("website".to_owned(), "x".into())].into(),
            Some("/2") if lead.company.is_some() => [("elapsed_ms".to_owned(), "soon".into())].into(),
            Some("/2") => [("elapsed_ms".to_owned(), Value::Integer(200))].into(),
            _ => lead.attributes.clone(),
        },
        ..lead
    };
    leads(most).prop_map(move |leads| leads.into_iter().map(more).collect())
}

/// Checks each lead with those before it in the windows.
pub(super) fn stream(
    blacklist: &Blacklist,
    leads: &[Lead],
    mut windows: WindowState,
) -> (Vec<Verdict>, WindowState) {
    let now = start() + TimeDelta::days(30);
    let mut verdicts = Vec::new();
    for lead in leads {
        let verdict = check(blacklist, lead, &windows, now);
        windows.apply(verdict.delta());
        verdicts.push(verdict);
    }
    (verdicts, windows)
}

fn bytes(windows: &WindowState) -> String {
    serde_json::to_string(windows).unwrap()
}

/// What a host without windows would do: look at every lead that came in before.
fn earlier<'l>(leads: &'l [Lead], own: &Lead) -> Vec<&'l Lead> {
    let mut kept: Vec<&Lead> = leads.iter().filter(|lead| lead.id != own.id).collect();
    kept.sort_by_key(|lead| (lead.created_at, lead.id.clone()));
    kept
}

fn oracle_first(leads: &[Lead], own: &Lead, let_in: impl Fn(&LeadId) -> bool) -> Option<LeadId> {
    let phone = |lead: &Lead| lead.phones.first().filter(|phone| phone.as_str().len() == 11).cloned();
    let same = |lead: &&&Lead| {
        let apart = (lead.created_at - own.created_at).abs();
        apart <= TimeDelta::hours(24)
            && (lead.created_at, &lead.id) < (own.created_at, &own.id)
            && let_in(&lead.id)
            && (phone(lead).is_some() && phone(lead) == phone(own)
                || !lead.emails.is_empty() && lead.emails == own.emails
                || lead.company.is_some() && (&lead.company, &lead.name) == (&own.company, &own.name))
    };
    earlier(leads, own).iter().find(same).map(|lead| lead.id.clone())
}

fn oracle_cohort(leads: &[Lead], own: &Lead) -> Vec<LeadId> {
    let counted = |lead: &&Lead| {
        lead.ip == own.ip
            && lead.created_at <= own.created_at
            && own.created_at - lead.created_at <= TimeDelta::hours(6)
    };
    let cohort: Vec<LeadId> =
        earlier(leads, own).into_iter().filter(counted).map(|lead| lead.id.clone()).collect();
    match cohort.len() + 1 {
        ..COUNT => Vec::new(),
        count if count < 2 * COUNT => cohort,
        // Those further back were named by those in between.
        count => cohort[count - 1 - COUNT..].to_vec(),
    }
}

fn allow() -> impl Strategy<Value = BlacklistOverride> {
    let allowed = prop_oneof![
        (0..20usize).prop_map(|n| Allow::Lead(format!("L-{n}").into())),
        (0..4u8).prop_map(|n| Allow::Phone(format!("1392746185{n}").into())),
        (0..4u8).prop_map(|n| Allow::Email(format!("a{n}@rival.com").into())),
        Just(Allow::Domain("rival.com".into())),
        Just(Allow::Company("北京紛揚科技有限责任公司".into())),
        (0..4u8).prop_map(|n| Allow::Ip(format!("203.0.113.{n}"))),
        select(vec!["li_na_88", "13927461852"]).prop_map(|id| Allow::Wechat(id.into())),
    ];
    let ids = [
        "listed",
        "no_usable_contact",
        "phone_format",
        "flood",
        "shared",
        "ranges",
        "refused",
        "refused_too",
    ];
    let rule = prop::option::of(select(ids.to_vec()));
    let category = prop::option::of(select(vec!["listed", "contact", "repeat"]));
    let drawn = (allowed, rule, category, prop::option::of(0..60i64), any::<bool>());
    drawn.prop_map(|(allow, rule, category, days, is_value)| {
        let is_lead = matches!(allow, Allow::Lead(_));
        let is_personal = is_lead || matches!(allow, Allow::Phone(_) | Allow::Email(_) | Allow::Wechat(_));
        // Nobody consents for a whole company or network.
        let rule = rule.filter(|rule| is_personal || !rule.starts_with("refused"));
        BlacklistOverride {
            scope: Some(if is_value && !is_lead { AllowScope::Value } else { AllowScope::Lead }),
            rules: rule.into_iter().map(Into::into).collect(),
            categories: category.into_iter().map(ToOwned::to_owned).collect(),
            expires: days.map(|days| start() + TimeDelta::days(days)),
            ..BlacklistOverride::new(allow, "a", "r")
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn saving_and_restoring_at_every_step_changes_nothing(leads in any_leads(40), limit in 1..80usize) {
        let blacklist = compiled(&rules(BurstDimension::Page));
        let (whole, end) = stream(&blacklist, &leads, WindowState::with_limit(limit));
        let mut windows = WindowState::with_limit(limit);
        let mut verdicts = Vec::new();
        for lead in &leads {
            let restored: WindowState = serde_json::from_str(&bytes(&windows)).unwrap();
            prop_assert_eq!(&restored, &windows);
            let (verdict, next) = stream(&blacklist, std::slice::from_ref(lead), restored);
            verdicts.extend(verdict);
            windows = next;
        }
        prop_assert_eq!(verdicts, whole);
        prop_assert_eq!(bytes(&windows), bytes(&end));
    }
}

proptest! {
    #[test]
    fn windows_find_what_a_search_of_all_leads_finds(leads in leads(60)) {
        let (verdicts, _) = stream(&compiled(&rules(BurstDimension::Ip)), &leads, WindowState::default());
        for (n, (lead, verdict)) in leads.iter().zip(&verdicts).enumerate() {
            let before = &leads[..n];
            let let_in = |id: &LeadId| {
                leads.iter().zip(&verdicts).any(|(lead, verdict)| lead.id == *id && !verdict.is_blocked())
            };
            prop_assert_eq!(verdict.resubmission_of().cloned(), oracle_first(before, lead, let_in), "{}", lead.id);
            let cohort = verdict.hits().iter().find_map(|hit| match hit.reason() {
                HitReason::Burst { earlier, .. } => Some(earlier.clone()),
                _ => None,
            });
            prop_assert_eq!(cohort.unwrap_or_default(), oracle_cohort(before, lead), "{}", lead.id);
        }
    }

    #[test]
    fn deltas_may_come_in_any_order_and_more_than_once(
        leads in any_leads(40),
        limit in 1..60usize,
        again in prop::collection::vec(any::<Index>(), 0..20),
        order in any::<prop::sample::Selector>(),
    ) {
        let blacklist = compiled(&rules(BurstDimension::Ip24));
        let (verdicts, _) = stream(&blacklist, &leads, WindowState::default());
        let deltas: Vec<&WindowDelta> = verdicts.iter().map(Verdict::delta).collect();
        let mut straight = WindowState::with_limit(limit);
        deltas.iter().for_each(|delta| straight.apply(delta));
        let mut mixed: Vec<&WindowDelta> = deltas.clone();
        mixed.extend(again.iter().map(|index| *index.get(&deltas)));
        let mut shuffled = WindowState::with_limit(limit);
        let mut left: Vec<usize> = (0..mixed.len()).collect();
        while !left.is_empty() {
            let next = order.select(0..left.len());
            shuffled.apply(mixed[left.swap_remove(next)]);
        }
        prop_assert!(straight.len() <= limit);
        prop_assert_eq!(bytes(&straight), bytes(&shuffled));
        prop_assert_eq!(&straight, &shuffled);
        for verdict in &verdicts {
            let at = verdict.delta().events().first().map(|event| event.at());
            prop_assert!(at.is_none() || straight.newest() >= at);
        }
    }

    #[test]
    fn an_allow_never_raises_the_severity(
        leads in any_leads(20),
        overrides in prop::collection::vec(allow(), 0..3),
        more in allow(),
        stop in any::<bool>(),
    ) {
        let mut fewer = BlacklistRules { stop_at_first_block: stop, overrides, ..rules(BurstDimension::Ip) };
        let before = compiled(&fewer);
        fewer.overrides.push(more);
        let after = compiled(&fewer);
        let now = start() + TimeDelta::days(30);
        let mut windows = WindowState::default();
        for lead in &leads {
            let (before, after) = (check(&before, lead, &windows, now), check(&after, lead, &windows, now));
            windows.apply(after.delta());
            prop_assert!(after.severity() <= before.severity(), "{before}\n{after}");
            // What is found stays; that no channel is left follows from what counts.
            let found = |verdict: &Verdict| {
                verdict.hits().iter().filter(|hit| *hit.reason() != HitReason::NoAllowedChannel).count()
            };
            if !stop {
                prop_assert_eq!(found(&before), found(&after));
            }
        }
    }

    #[test]
    fn any_text_is_judged_without_a_panic_and_pointed_at_in_whole_characters(
        phone in "\\PC{0,20}|[0-9＋+ 转-]{0,16}", email in "\\PC{0,20}|[a-z.＠@。\u{200b}]{0,20}",
        wechat in any::<String>(), name in any::<String>(), company in any::<String>(), page in any::<String>(),
    ) {
        let lead = Lead {
            id: page.as_str().into(),
            phones: vec![phone.into(), "139O7461853".into()],
            emails: vec![email.into()],
            wechat: Some(wechat.into()),
            message: Some(format!("{name} {company}")),
            source: leadkit::model::Source { page: Some(page), ..leadkit::model::Source::default() },
            name: Some(name),
            company: Some(company),
            ..Lead::default()
        };
        let mut strict = BlacklistRules::strict();
        strict.rules.extend(rules(BurstDimension::Page).rules.into_iter().skip(strict.rules.len()));
        let verdict = check(&compiled(&strict), &lead, &WindowState::default(), start());
        for hit in verdict.hits() {
            let Some(span) = hit.span() else { continue };
            let original = match (hit.field(), hit.index()) {
                (Some("message"), _) => lead.message.as_deref().unwrap(),
                (Some("source.page"), _) => lead.source.page.as_deref().unwrap(),
                (Some("phone"), Some(index)) => lead.phones[index].as_str(),
                (Some("email"), Some(index)) => lead.emails[index].as_str(),
                (Some("wechat"), _) => lead.wechat.as_ref().unwrap().as_str(),
                (Some("name"), _) => lead.name.as_deref().unwrap(),
                (Some("company"), _) => lead.company.as_deref().unwrap(),
                other => panic!("{other:?}"),
            };
            prop_assert!(original.get(span.clone()).is_some(), "{span:?} of {original:?}");
        }
        prop_assert_eq!(verdict.to_string().lines().count(), 1 + verdict.hits().len());
    }
}

#[test]
fn engines_are_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Blacklist>();
    shared::<WindowState>();
    shared::<Verdict>();
}

#[test]
fn a_megabyte_in_every_field_is_judged_quickly_and_quoted_briefly() {
    for piece in ["1@a.", "无 ", "\0", "\u{301}", "é\u{fdfa}\u{202e}"] {
        let text = piece.repeat(1_000_000 / piece.len());
        let lead = Lead {
            id: "L-1".into(),
            phones: vec![text.as_str().into()],
            emails: vec![text.as_str().into()],
            wechat: Some(text.as_str().into()),
            name: Some(text.clone()),
            company: Some(text.clone()),
            message: Some(text.clone()),
            source: leadkit::model::Source {
                primary: Some(text.clone()),
                page: Some(text.clone()),
                ..leadkit::model::Source::default()
            },
            ..Lead::default()
        };
        let verdict = check(&compiled(&rules(BurstDimension::Page)), &lead, &WindowState::default(), start());
        assert_eq!(verdict.severity(), Severity::Block, "{piece:?}");
        let said = verdict.to_string();
        assert!(said.len() < 4_000 && !said.contains('\0'), "{piece:?}: {}", said.len());
    }
}

#[test]
fn texts_that_differ_only_far_behind_are_not_told_apart_but_lengths_are() {
    let blacklist = compiled(&rules(BurstDimension::Page));
    let keys = |text: String| {
        let source = leadkit::model::Source { page: Some(text), ..leadkit::model::Source::default() };
        let lead = Lead { source, ..Lead::default() };
        let verdict = check(&blacklist, &lead, &WindowState::default(), start());
        serde_json::to_string(verdict.delta()).unwrap()
    };
    let long = "x".repeat(100_000);
    assert_eq!(keys(format!("{long}a")), keys(format!("{long}b")));
    assert_ne!(keys(format!("{long}a")), keys(long));
}

#[test]
fn one_origin_is_remembered_by_its_newest_leads() {
    let blacklist = compiled(&rules(BurstDimension::Ip));
    let one = |n: usize| Lead {
        id: format!("L-{n}").into(),
        created_at: start() + TimeDelta::milliseconds(n as i64),
        ip: Some(std::net::IpAddr::from([203, 0, 113, 7])),
        ..Lead::default()
    };
    let (verdicts, windows) =
        stream(&blacklist, &(0..3_000).map(one).collect::<Vec<_>>(), WindowState::default());
    assert_eq!(windows.len(), 1_024);
    let burst = |n: usize| match verdicts[n].hits().last().map(|hit| hit.reason()) {
        Some(HitReason::Burst { count, earlier, begins, .. }) => (*count, earlier.clone(), *begins),
        _ => panic!("{}", verdicts[n]),
    };
    // Hits in the middle of a burst name the last leads before them, and those that begin it all of them.
    let named = |leads: &[usize]| leads.iter().map(|n| format!("L-{n}").into()).collect::<Vec<LeadId>>();
    assert_eq!(burst(2), (3, named(&[0, 1]), true));
    assert_eq!(burst(4), (5, named(&[0, 1, 2, 3]), true));
    assert_eq!(burst(5), (6, named(&[2, 3, 4]), false));
    assert_eq!(burst(2_999), (1_025, named(&[2_996, 2_997, 2_998]), false));
    // No more are counted than are kept.
    assert!(verdicts[2_999].to_string().contains("at least 1025 leads"), "{}", verdicts[2_999]);
    assert!(verdicts[1_023].to_string().contains(" 1024 leads"), "{}", verdicts[1_023]);
}

#[test]
fn time_may_go_backwards_or_be_unknown() {
    let blacklist = compiled(&rules(BurstDimension::Ip));
    let phone = |id: &str, created_at| Lead {
        id: id.into(),
        created_at,
        phones: vec!["13927461853".into()],
        ..Lead::default()
    };
    let mut windows = WindowState::default();
    let mut check_at = |lead: &Lead, now| {
        let verdict = check(&blacklist, lead, &windows, now);
        windows.apply(verdict.delta());
        verdict.resubmission_of().map(ToString::to_string)
    };
    let hours = |n| start() + TimeDelta::hours(n);
    assert_eq!(check_at(&phone("A", hours(0)), hours(0)), None);
    assert_eq!(check_at(&phone("B", hours(-2)), hours(-2)), None, "A comes after it");
    assert_eq!(check_at(&phone("C", hours(500)), hours(1)).as_deref(), Some("B"), "the future counts as now");
    assert_eq!(check_at(&phone("D", DateTime::UNIX_EPOCH), hours(2)).as_deref(), Some("B"), "not known: now");
    assert_eq!(check_at(&phone("E", hours(-30)), hours(2)), None, "too late to be a repeat");
    assert_eq!(check_at(&phone("F", hours(40)), hours(40)), None, "and everything else has ended");
    for extreme in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        assert_eq!(check_at(&phone("G", extreme), extreme), None);
    }
}

#[test]
fn a_longer_window_of_new_rules_extends_what_is_known() {
    let with = |hours| {
        let mut rules = BlacklistRules::default();
        for rule in &mut rules.rules {
            if let BlacklistCheck::Resubmission(check) = &mut rule.check {
                check.window = Span::hours(hours);
                check.by = [SubmissionKey::Phone].into();
            }
        }
        compiled(&rules)
    };
    let lead =
        Lead { id: "A".into(), created_at: start(), phones: vec!["13927461853".into()], ..Lead::default() };
    let short = check(&with(1), &lead, &WindowState::default(), start());
    let long = check(&with(48), &lead, &WindowState::default(), start());
    let state = |deltas: [&WindowDelta; 2]| {
        let mut windows = WindowState::default();
        deltas.into_iter().for_each(|delta| windows.apply(delta));
        bytes(&windows)
    };
    assert_eq!(state([short.delta(), long.delta()]), state([long.delta(), short.delta()]));
    assert_eq!(state([short.delta(), long.delta()]), state([long.delta(), long.delta()]));
}

#[test]
fn foreign_states_are_refused_or_read_as_what_they_say() {
    let read = |text: &str| serde_json::from_str::<WindowState>(text);
    assert!(read(r#"{"format":2,"limit":1,"newest":null,"events":[]}"#).is_err());
    assert!(
        read(r#"{"format":1,"limit":1,"newest":null,"events":[{"key":"xyz","at":0,"until":1,"lead":"a"}]}"#)
            .is_err()
    );
    let key = "0".repeat(32);
    let event = |at: i64, until: i64| format!(r#"{{"key":"{key}","at":{at},"until":{until},"lead":"a"}}"#);
    let state = |limit: usize, newest: i64, events: &[String]| {
        let events = events.join(",");
        read(&format!(r#"{{"format":1,"limit":{limit},"newest":{newest},"events":[{events}]}}"#))
    };
    assert_eq!(state(2, 5, &[event(3, 9), event(1, 4)]).unwrap().len(), 2);
    for (limit, newest, events) in [
        (1, 5, vec![event(3, 9), event(1, 4)]),
        (2, 5, vec![event(3, 9), event(3, 9)]),
        (2, 2, vec![event(3, 9)]),
        (2, i64::MAX, vec![event(3, 9)]),
        (2, 2_000_000_000, vec![event(3, 9)]),
        (2, 5, vec![event(3, 2)]),
        (2, 5, vec![event(i64::MIN, i64::MAX)]),
    ] {
        assert!(state(limit, newest, &events).is_err(), "{newest} {events:?}");
    }
}
