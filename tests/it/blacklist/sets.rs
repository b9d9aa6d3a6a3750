//! Sets of millions, prefixes and networks, and the list that several keep together.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use leadkit::blacklist::{
    Blacklist, BlacklistCheck, BlacklistRules, BurstCheck, BurstDimension, ContactKind, HitReason,
    JointCheck, JointList, ListCheck, PatternCheck, PhoneSet, PrefixCheck, Severity, WindowState,
};
use leadkit::calendar::Span;
use leadkit::company::Gazetteer;
use leadkit::rule::{FactContext, Facts, HostTables};
use proptest::prelude::*;
use serde_json::json;

use super::{check, check_at, engine, lead, now};
use crate::support::{assert_round_trip, at, texts};

fn entries(blacklist: &Blacklist, record: serde_json::Value) -> Vec<String> {
    let verdict = check(blacklist, record);
    let shown = |hit: &leadkit::blacklist::Hit| {
        format!("{} {}", hit.reason().code(), hit.entry().unwrap_or_default())
    };
    verdict.hits().iter().map(shown).collect()
}

#[test]
fn the_longest_prefix_and_the_smallest_network_are_named() {
    let prefixes = PrefixCheck {
        phones: texts(&["+86", "+86170", "+861700", "+1900"]),
        networks: texts(&[
            "203.0.113.0/24",
            "203.0.113.128/25",
            "2001:db8::/32",
            "198.51.100.7",
            "0.0.0.0/1",
        ]),
    };
    let blacklist = engine([("p", Severity::Block, BlacklistCheck::Prefix(prefixes))]);
    for (record, expected) in [
        (json!({"phones": ["17001234567"]}), vec!["listed_prefix +861700"]),
        (
            json!({"phones": ["17101234567", "+1 900 234 5678"]}),
            vec!["listed_prefix +86", "listed_prefix +1900"],
        ),
        (json!({"phones": ["+44 20 7946 0958"]}), vec![]),
        (json!({"ip": "203.0.113.127"}), vec!["listed_prefix 203.0.113.0/24"]),
        (json!({"ip": "::ffff:203.0.113.200"}), vec!["listed_prefix 203.0.113.128/25"]),
        (json!({"ip": "2001:db8:ffff::1"}), vec!["listed_prefix 2001:db8::/32"]),
        (json!({"ip": "2001:db9::1"}), vec![]),
        (json!({"ip": "198.51.100.7"}), vec!["listed_prefix 198.51.100.7/32"]),
        (json!({"ip": "127.0.0.1"}), vec!["listed_prefix 0.0.0.0/1"]),
        (json!({"ip": "198.51.100.8"}), vec![]),
    ] {
        assert_eq!(entries(&blacklist, record.clone()), expected, "{record}");
    }
    for bad in [
        json!({"phones": ["170"]}),
        json!({"phones": ["+86x"]}),
        json!({"networks": ["203.0.113.1/24"]}),
        json!({"networks": ["203.0.113.0/33"]}),
        json!({"networks": ["::/129"]}),
        json!({}),
    ] {
        let rules = json!({"rules": [{"id": "p", "check": {"prefix": bad}}]});
        assert!(Blacklist::load(rules).is_err(), "{bad}");
    }
}

#[test]
fn patterns_read_every_text_and_are_bounded() {
    let patterns = PatternCheck { patterns: texts(&[r"(?i)qq\s*\d{6,}", r"https?://\S+"]) };
    let blacklist = engine([("p", Severity::Flag, BlacklistCheck::Pattern(patterns))]);
    let record =
        json!({"message": "加QQ 1234567 看 http://x.example/a", "attributes": {"site": "http://y.example"}});
    let verdict = check(&blacklist, record);
    let found: Vec<_> =
        verdict.hits().iter().map(|hit| (hit.field().unwrap(), hit.span().unwrap())).collect();
    assert_eq!(found, [("message", 3..13), ("message", 18..36), ("attributes.site", 0..16)]);
    // What backtracks elsewhere is linear here.
    let slow = engine([(
        "p",
        Severity::Flag,
        BlacklistCheck::Pattern(PatternCheck { patterns: texts(&["(a+)+$"]) }),
    )]);
    assert!(check(&slow, json!({"message": "a".repeat(60_000) + "!"})).hits().is_empty());
    for bad in [json!([]), json!(["("]), json!(["x*"]), json!(["(?=a)b"]), json!(["(a{1000}){1000}"])] {
        let rules = json!({"rules": [{"id": "p", "check": {"pattern": {"patterns": bad}}}]});
        assert!(Blacklist::load(rules).is_err(), "{bad}");
    }
}

#[test]
fn a_set_of_the_host_is_asked_where_a_rule_says_so() {
    let list = |phone_set| {
        BlacklistCheck::List(ListCheck { phone_set, ips: texts(&["203.0.113.7"]), ..ListCheck::default() })
    };
    let set: Arc<PhoneSet> = Arc::new(["+8613927461853", "+442079460958"].into_iter().collect());
    let plain = engine([("l", Severity::Block, list(false))]);
    assert!(plain.with_phone_set(&"l".into(), set.clone()).is_err());
    let asks = engine([("l", Severity::Block, list(true))]);
    // Nobody has attached it.
    assert_eq!(entries(&asks, json!({"phones": ["13927461853"]})), ["rule_failed "]);
    assert!(asks.clone().with_phone_set(&"other".into(), set.clone()).is_err());
    let with = asks.with_phone_set(&"l".into(), set).unwrap();
    assert_eq!(
        entries(&with, json!({"phones": ["139 2746 1853", "13927461854"]})),
        ["listed_phone +86139****1853"]
    );
    assert_eq!(entries(&with, json!({"wechat": "13927461853"})), ["listed_phone +86139****1853"]);
    assert_eq!(entries(&with, json!({"phones": ["+44 20 7946 0958"]})).len(), 1);
}

fn day(day: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(day)
}

/// A prefix and a segment are asked of an account that is found by a number.
#[test]
fn a_prefix_holds_for_accounts_too() {
    let prefixes = PrefixCheck { phones: texts(&["+86170"]), ..PrefixCheck::default() };
    let blacklist = engine([("p", Severity::Block, BlacklistCheck::Prefix(prefixes))]);
    assert_eq!(entries(&blacklist, json!({"wechat": "微信 170 1234 9876"})), ["listed_prefix +86170"]);
    assert_eq!(entries(&blacklist, json!({"wechat": "lei_17012349876"})), Vec::<String>::new());
    let by = BurstDimension::PhoneSegment;
    let check = BurstCheck { by, count: 3, window: Span::hours(1), ..BurstCheck::default() };
    let blacklist = engine([("b", Severity::Flag, BlacklistCheck::Burst(check))]);
    let leads = [
        json!({"id": "L-1", "phones": ["13927461853"], "wechat": "13927461853"}),
        json!({"id": "L-2", "wechat": "13927461854"}),
        json!({"id": "L-3", "wechat": "13927461855", "phones": ["0755-26718843"]}),
    ];
    let (verdicts, windows) = super::stream(&blacklist, &leads.map(super::lead));
    let hits = |at: usize| verdicts[at].hits().iter().map(|hit| hit.field().unwrap()).collect::<Vec<_>>();
    // One lead counts once for a segment, however often it names it.
    assert_eq!([hits(0), hits(1), hits(2)], [vec![], vec![], vec!["wechat"]]);
    assert_eq!(windows.len(), 4);
}

/// An account that is found by a phone number is the number, on every list.
#[test]
fn a_wechat_account_by_number_is_the_number() {
    let list = ListCheck { wechats: texts(&["13812349876", "lei_wang88"]), ..ListCheck::default() };
    let blacklist = engine([("l", Severity::Block, BlacklistCheck::List(list))]);
    for record in [json!({"phones": ["13812349876"]}), json!({"wechat": "138 1234 9876"})] {
        assert_eq!(check(&blacklist, record.clone()).severity(), Severity::Block, "{record}");
    }
    let rules = json!({"no_usable_contact": "pass",
        "rules": [{"id": "l", "severity": "block", "check": {"list": {"phones": ["13812349876"]}}}],
        "overrides": [{"allow": {"wechat": "13812349876"}, "author": "w", "reason": "r"}]});
    let blacklist = Blacklist::load(rules).unwrap();
    assert_eq!(check(&blacklist, json!({"phones": ["13812349876"]})).severity(), Severity::Pass);
}

/// What is forgotten of a joint list is the person, however the values were reported.
#[test]
fn a_person_is_forgotten_by_every_key() {
    let mut list = JointList::default();
    let reports = [
        (ContactKind::Wechat, "10023456"),
        (ContactKind::Wechat, "lei_wang88"),
        (ContactKind::Email, "li.lei+x@gmail.com"),
        (ContactKind::Email, "lilei@gmail.com"),
        (ContactKind::Phone, "0755-26718843转801"),
        (ContactKind::Email, "other@gmail.com"),
    ];
    for (kind, value) in reports {
        list.report(kind, value, "north", "", super::now(), None).unwrap();
    }
    let person = super::lead(json!({
        "wechat": "10023456 / lei_wang88", "emails": ["LiLei@googlemail.com"], "phones": ["0755-26718843转801"],
    }));
    let keys = super::with_facts(&person, super::now(), |facts| facts.person_keys().to_vec());
    let (delta, before) = (list.forget(&keys), list.clone());
    assert_eq!(
        delta.entries(),
        ["email:lilei@gmail.com", "phone:+8675526718843;ext=801", "wechat:lei_wang88", "wechat:qq:10023456",]
    );
    assert_round_trip(&delta);
    assert_eq!(format!("{delta:?}"), "JointDelta { entries: 4, .. }");
    // Nothing is gone before it is applied, and nothing more the second time.
    for _ in 0..2 {
        list.apply(&delta);
        assert_eq!((list.len(), list.forget(&keys).is_empty()), (1, true));
    }
    // A copy that still has the person brings it back, and is asked itself.
    list.merge(&before);
    assert_eq!((list.len(), list.forget(&keys)), (5, delta));
}

/// Spellings of one name are one contributor; what is no number is refused.
#[test]
fn nobody_counts_twice_on_a_joint_list() {
    let mut list = JointList::default();
    let check = JointCheck { contributors: 2, ..JointCheck::default() };
    let mut report = |by: &str| {
        list.report(ContactKind::Phone, "13812349876", by, "", super::now(), None).unwrap();
        list.contributors(ContactKind::Phone, "13812349876", &check, super::now()).len()
    };
    for by in ["north", "North", " north", "ｎｏｒｔｈ", "north\u{200b}", "", " "] {
        assert_eq!(report(by), 0, "{by:?}");
    }
    assert!(report("south") > 0);
    for value in ["2026-03-02 10:30", "139••••8531", "139----8531", "13812349876 13927461853"] {
        assert!(list.report(ContactKind::Phone, value, "a", "", super::now(), None).is_err(), "{value}");
    }
}

/// Whoever takes a report back may write the name in another way, and so may the rule that trusts it.
#[test]
fn spellings_of_a_contributor_are_one_in_every_call() {
    let number = "13812349876";
    let counts = |list: &JointList, check: &JointCheck, at| {
        !list.contributors(ContactKind::Phone, number, check, at).is_empty()
    };
    let one = JointCheck { contributors: 1, ..JointCheck::default() };
    let trusting = JointCheck { trusted: ["HEAD".to_owned()].into(), ..JointCheck::default() };
    let mut list = JointList::default();
    list.report(ContactKind::Phone, number, "Ｈead", "", day(-2), None).unwrap();
    assert!(counts(&list, &one, now()) && counts(&list, &trusting, now()));
    list.retract(ContactKind::Phone, number, "head ", day(-1)).unwrap();
    assert!(!counts(&list, &one, now()) && !counts(&list, &trusting, now()));
    list.report(ContactKind::Phone, number, "HEAD", "again", day(0), None).unwrap();
    assert!(counts(&list, &one, now()));
    let blank = JointCheck { trusted: [" ".to_owned()].into(), ..JointCheck::default() };
    list.report(ContactKind::Phone, number, "", "", day(0), None).unwrap();
    assert!(!counts(&list, &blank, now()), "a blank name is nobody's");
}

/// The list is kept by several; a host's own names of companies change nothing on it.
#[test]
fn a_company_on_a_joint_list_is_found_by_every_host() {
    let mut list = JointList::default();
    for (company, by) in [("深圳市星河软件有限公司", "north"), ("纷享销客", "south")] {
        list.report(ContactKind::Company, company, by, "never pays", day(-1), None).unwrap();
    }
    let joint = JointCheck { contributors: 1, ..JointCheck::default() };
    let blacklist = engine([("j", Severity::Block, BlacklistCheck::Joint(joint))]);
    let blacklist = blacklist.with_joint_list(Arc::new(list));
    let gazetteer = Gazetteer::builder()
        .alias("纷享销客", "北京纷扬科技有限公司")
        .alias("深圳市星河软件有限公司", "银河软件有限公司")
        .build();
    for tables in [HostTables::default(), HostTables { gazetteer, ..HostTables::default() }] {
        for company in ["深圳市星河软件有限公司", " 深圳市星河软件有限公司 ", "纷享销客"]
        {
            let lead = lead(json!({"company": company}));
            let facts = Facts::new(&lead, &FactContext::new(&tables, now()));
            let verdict = blacklist.check(&facts, &WindowState::default());
            let [hit] = verdict.hits() else { panic!("{company}: {verdict}") };
            assert_eq!(hit.span().map(|span| &company[span]), Some(company.trim()));
        }
    }
}

#[test]
fn a_joint_list_counts_contributors_ends_and_is_taken_back() {
    let mut list = JointList::default();
    let phone = |list: &mut JointList, by: &str, at, expires| {
        list.report(ContactKind::Phone, "139 2746 1853", by, &format!("says {by}"), at, expires).unwrap();
    };
    phone(&mut list, "north", day(-3), None);
    let check_with = |list: &JointList, at| {
        let joint = JointCheck { contributors: 2, trusted: BTreeSet::from(["head".to_owned()]) };
        let blacklist = engine([("j", Severity::Block, BlacklistCheck::Joint(joint))]);
        let blacklist = blacklist.with_joint_list(Arc::new(list.clone()));
        let lead = lead(json!({"phones": ["+86 13927461853"]}));
        let verdict = check_at(&blacklist, &lead, &WindowState::default(), at);
        verdict.hits().first().map(|hit| hit.reason().to_string())
    };
    assert_eq!(check_with(&list, day(0)), None);
    phone(&mut list, "south", day(-2), Some(day(1)));
    let both = "2 contributors report the value: says south";
    assert_eq!(check_with(&list, day(0)).as_deref(), Some(both));
    // At the very moment of its end a report no longer counts.
    assert_eq!(check_with(&list, day(1) - TimeDelta::nanoseconds(1)).as_deref(), Some(both));
    assert_eq!(check_with(&list, day(1)), None);
    list.retract(ContactKind::Phone, "13927461853", "north", day(-1)).unwrap();
    assert_eq!(check_with(&list, day(0)), None);
    // A retraction that came first, in another copy, takes back what comes after it of the time before.
    let mut late = JointList::default();
    late.retract(ContactKind::Phone, "13927461853", "north", day(-1)).unwrap();
    phone(&mut late, "south", day(-2), Some(day(1)));
    phone(&mut late, "north", day(-3), None);
    assert_eq!(late, list);
    assert_round_trip(&late);
    phone(&mut list, "north", day(-1) + TimeDelta::seconds(1), None);
    assert!(check_with(&list, day(0)).is_some());
    let mut other = JointList::default();
    phone(&mut other, "head", day(-9), None);
    assert_eq!(
        check_with(&other, day(0)).as_deref(),
        Some("a trusted contributor reports the value: says head")
    );
    assert!(list.report(ContactKind::Email, "nobody", "north", "", day(0), None).is_err());
    assert!(!format!("{list:?}").contains("139"));
    assert_round_trip(&list);
    list.apply(&list.forget(&["phone:+8613927461853".to_owned(), "email:x@y.cn".to_owned()]));
    assert!(list.is_empty() && check_with(&list, day(0)).is_none());
}

#[test]
fn every_kind_of_value_may_be_reported() {
    let mut list = JointList::default();
    for (kind, value) in [
        (ContactKind::Phone, "13927461853"),
        (ContactKind::Email, "Lei.Wang@Rival.com"),
        (ContactKind::Wechat, "Bad_Guy01"),
        (ContactKind::Company, "北京紛揚科技有限責任公司"),
        (ContactKind::Ip, "::ffff:203.0.113.7"),
    ] {
        list.report(kind, value, "north", "x", day(0), None).unwrap();
    }
    let joint = BlacklistCheck::Joint(JointCheck { contributors: 1, ..JointCheck::default() });
    let blacklist = engine([("j", Severity::Block, joint)]).with_joint_list(Arc::new(list));
    let record = json!({"phones": ["13927461853"], "emails": ["lei.wang@rival.com"], "wechat": "bad_guy01",
        "company": "北京纷扬科技有限公司", "ip": "203.0.113.7"});
    let kinds: Vec<_> = check(&blacklist, record)
        .hits()
        .iter()
        .map(|hit| match hit.reason() {
            HitReason::Reported { kind, .. } => *kind,
            reason => panic!("{reason}"),
        })
        .collect();
    assert_eq!(kinds, ContactKind::ALL);
}

/// A number lists all its extensions, an extension only itself: other people sit behind the switchboard.
#[test]
fn an_entry_with_an_extension_is_that_one_alone() {
    let day = now();
    let hits = |blacklist: &Blacklist, phone: &str| check(blacklist, json!({"phones": [phone]})).hits().len();
    let mut list = JointList::default();
    list.report(ContactKind::Phone, "0755-26718843 ext. 801", "north", "x", day, None).unwrap();
    let joint = BlacklistCheck::Joint(JointCheck { contributors: 1, ..JointCheck::default() });
    let list_of = |entry: &str| {
        let check = ListCheck { phones: texts(&[entry]), ..ListCheck::default() };
        engine([("l", Severity::Block, BlacklistCheck::List(check))])
    };
    let refused = json!({"rules": [{"id": "stop", "check": {"consent": {"records": [
        {"phone": "0755-26718843#801", "channels": ["all"], "basis": "x", "since": "2026-03-01T00:00:00Z"}]}}}],
        "no_usable_contact": "pass"});
    for blacklist in [
        list_of("0755-26718843转801"),
        engine([("j", Severity::Block, joint)]).with_joint_list(Arc::new(list.clone())),
        Blacklist::load(refused).unwrap(),
    ] {
        assert!(hits(&blacklist, "（0755）26718843-801") > 0);
        assert_eq!(hits(&blacklist, "0755-26718843"), 0);
        assert_eq!(hits(&blacklist, "0755-26718843转802"), 0);
    }
    let whole = list_of("0755-26718843");
    assert_eq!((hits(&whole, "0755-26718843"), hits(&whole, "0755-26718843转802")), (1, 1));
    let contributors = |value: &str| {
        let check = JointCheck { contributors: 1, ..JointCheck::default() };
        list.contributors(ContactKind::Phone, value, &check, day).len()
    };
    assert_eq!((contributors("075526718843转801"), contributors("075526718843")), (1, 0));
    let mut gone = list.clone();
    gone.apply(&gone.forget(&["phone:+8675526718843".to_owned()]));
    assert!(gone.is_empty());
}

/// What an entry shows is what it holds: characters that turn a text round are named and refused.
#[test]
fn an_entry_that_is_shown_turned_round_is_refused() {
    for (kind, entry, code) in [
        ("phones", "\u{202e}35816472931", "U+202E"),
        ("phones", "\u{202b}139 2746 1853\u{202c}", "U+202B"),
        ("phones", "\u{2067}139 2746 1853", "U+2067"),
        ("phones", "\u{200f}139 2746 1853", "U+200F"),
        ("wechats", "lei\u{202e}gnaw_88", "U+202E"),
        ("emails", "lei\u{202e}@xinghe.cn", "invisible"),
        ("companies", "\u{202e}限有软星", "U+202E"),
    ] {
        let document = json!({"rules": [{"id": "l", "check": {"list": {kind: [entry]}}}]});
        let errors = Blacklist::load(document).unwrap_err().to_string();
        assert!(errors.contains(code) && !errors.contains('\u{202e}'), "{errors:?}");
        assert!(errors.contains("rules[0].check.list"), "{errors}");
    }
    let words = json!({"rules": [{"id": "w", "check": {"lexicon": {"words": ["\u{202e}骗诈"]}}}]});
    assert!(Blacklist::load(words).unwrap_err().to_string().contains("U+202E"));
    let mut list = JointList::default();
    assert!(list.report(ContactKind::Phone, "\u{202e}35816472931", "north", "", now(), None).is_err());
    // What telephones copy around a number shows it as it is.
    let copied =
        json!({"rules": [{"id": "l", "check": {"list": {"phones": ["\u{202d}139 2746 1853\u{202c}"]}}}]});
    assert_eq!(check(&Blacklist::load(copied).unwrap(), json!({"phones": ["13927461853"]})).hits().len(), 1);
}

/// Whoever is forgotten by the main job is forgotten by the joint list that it asks, once the host applies the delta.
#[test]
fn the_main_job_forgets_a_person_on_the_joint_list() {
    use leadkit::{Input, Intake, Roster, State};
    use std::sync::Arc;
    let mut list = JointList::default();
    for (kind, value) in [
        (ContactKind::Phone, "139 2746 1853"),
        (ContactKind::Email, "lei+x@xinghe.cn"),
        (ContactKind::Phone, "15088672341"),
        // The company is not the person.
        (ContactKind::Company, "深圳市星河软件有限公司"),
    ] {
        list.report(kind, value, "north", "", now(), None).unwrap();
    }
    let rules = json!({"blacklist": {"rules": [{"id": "joint", "check": {"joint": {}}}]}});
    let with =
        |list: &JointList| Intake::load(rules.clone()).unwrap().with_joint_list(Arc::new(list.clone()));
    let lead = super::lead(json!({
        "phones": ["+86 139-2746-1853"], "emails": ["lei@xinghe.cn"], "company": "深圳市星河软件有限公司",
    }));
    let input = Input { lead, ..Input::default() };
    let forget = |list: &JointList| {
        with(list).forget(&input, &[], &Roster::default(), &State::default(), now()).delta().joint.clone()
    };
    let delta = forget(&list);
    assert_eq!(delta.entries(), ["email:lei@xinghe.cn", "phone:+8613927461853"]);
    for _ in 0..2 {
        list.apply(&delta);
        assert_eq!(list.len(), 2);
    }
    assert!(forget(&list).is_empty());
    // No list, nothing to forget.
    let alone = Intake::load(rules).unwrap();
    assert!(alone.forget(&input, &[], &Roster::default(), &State::default(), now()).delta().joint.is_empty());
}

type Report = (u8, u8, i64, Option<i64>, bool);

fn joint_of(reports: &[Report]) -> JointList {
    let mut list = JointList::default();
    for (value, by, at, expires, retracts) in reports {
        let (value, by) = (format!("1392746185{value}"), format!("c{by}"));
        if *retracts {
            list.retract(ContactKind::Phone, &value, &by, day(*at)).unwrap();
        } else {
            let reason = format!("{at}/{expires:?}");
            list.report(ContactKind::Phone, &value, &by, &reason, day(*at), expires.map(day)).unwrap();
        }
    }
    list
}

fn reports() -> impl Strategy<Value = Vec<Report>> {
    prop::collection::vec((0..3u8, 0..3u8, 0..6i64, prop::option::of(0..9i64), any::<bool>()), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn joint_lists_merge_in_any_order_and_as_often_as_one_likes(a in reports(), b in reports(), c in reports()) {
        let [a, b, c] = [a, b, c].map(|reports| joint_of(&reports));
        let merged = |lists: &[&JointList]| {
            let mut all = JointList::default();
            lists.iter().for_each(|list| all.merge(list));
            all
        };
        let whole = merged(&[&a, &b, &c]);
        prop_assert_eq!(&merged(&[&c, &b, &a]), &whole);
        prop_assert_eq!(&merged(&[&a, &merged(&[&b, &c])]), &whole);
        prop_assert_eq!(&merged(&[&whole, &a, &whole, &b]), &whole);
    }

    #[test]
    fn reports_and_retractions_may_come_in_any_order(reports in reports(), keys in prop::collection::vec(any::<u32>(), 12)) {
        let mut order: Vec<usize> = (0..reports.len()).collect();
        order.sort_by_key(|at| keys[*at]);
        let shuffled: Vec<Report> = order.into_iter().map(|at| reports[at]).collect();
        prop_assert_eq!(joint_of(&shuffled), joint_of(&reports));
        // Taken back at a moment is taken back whatever was said before it, and nothing else is.
        for (value, by, at, _, retracts) in &reports {
            let taken_back = reports.iter().filter(|one| one.4 && (one.0, one.1) == (*value, *by)).map(|one| one.2).max();
            let last = reports.iter().filter(|one| !one.4 && (one.0, one.1) == (*value, *by)).map(|one| one.2).max();
            if *retracts || taken_back >= last || *at != last.unwrap_or(-1) {
                continue;
            }
            let list = joint_of(&reports);
            let check = JointCheck { contributors: 1, ..JointCheck::default() };
            let ends = reports.iter().filter(|one| !one.4 && (one.0, one.1, one.2) == (*value, *by, *at)).map(|one| one.3);
            let is_open = ends.clone().any(|end| end.is_none_or(|end| end > 0));
            let names = list.contributors(ContactKind::Phone, &format!("1392746185{value}"), &check, day(0));
            prop_assert_eq!(names.contains(&format!("c{by}").as_str()), is_open);
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in(
        mobiles in prop::collection::vec(13_000_000_000u64..13_000_200_000, 0..60),
        far in prop::collection::vec(10_000_000_000u64..20_000_000_000, 0..40),
        others in prop::collection::vec(1u64..1_000_000_000_000_000, 0..20),
        asked in prop::collection::vec(13_000_000_000u64..13_000_200_000, 0..60),
    ) {
        let chinese = |number: &u64| format!("+86{number}");
        let keys: BTreeSet<String> = mobiles.iter().chain(&far).map(chinese)
            .chain(others.iter().map(|number| format!("+{number}"))).collect();
        let set: PhoneSet = keys.iter().map(String::as_str).collect();
        prop_assert_eq!(set.len(), keys.len());
        for key in keys.iter().cloned().chain(asked.iter().map(chinese)).chain(others.iter().map(chinese)) {
            prop_assert_eq!(set.contains(&key), keys.contains(&key), "{}", key);
        }
        for no_key in ["", "+", "13000000000", "+86 13000000000", "+08613000000000", "+1234567890123456", "+86１３０００００００００"] {
            prop_assert!(!set.contains(no_key));
        }
    }
}

#[test]
fn a_set_of_many_takes_little_memory() {
    // Numbers of all segments from 130 to 199: the index is there once, and a number takes two bytes more. Ten million take
    // 2.28 bytes each.
    let count = 400_000_u64;
    let keys: Vec<String> = (0..count).map(|n| format!("+86{}", 13_000_000_000 + n * 17_001)).collect();
    let set: PhoneSet = keys.iter().map(String::as_str).collect();
    assert_eq!(set.len(), count as usize);
    let index = 4 * 700_001;
    assert_eq!(set.heap_bytes(), index + 2 * count as usize);
    assert_eq!(set.left_out(), 0);
    // A host that collects numbers in place of keys is told.
    let set: PhoneSet = ["13927461853", "+8613927461853", "+86 13927461853"].into_iter().collect();
    assert_eq!((set.len(), set.left_out()), (1, 2));
}

/// An account that is found by a number is reported as the number, whatever the field is called.
#[test]
fn a_reported_account_is_found_by_its_number() {
    let mut list = JointList::default();
    for by in ["north", "south"] {
        list.report(ContactKind::Wechat, "139 2746 1853", by, "never pays", at("2026-03-01T00:00:00Z"), None)
            .unwrap();
    }
    let check = JointCheck::default();
    let day = at("2026-03-10T00:00:00Z");
    for kind in [ContactKind::Wechat, ContactKind::Phone] {
        assert_eq!(list.contributors(kind, "13927461853", &check, day), ["north", "south"]);
    }
    let rules = super::rules([("joint", Severity::Block, BlacklistCheck::Joint(check))]);
    let blacklist = Blacklist::compile(&rules).unwrap().with_joint_list(std::sync::Arc::new(list));
    for lead in
        [serde_json::json!({"wechat": "微信13927461853"}), serde_json::json!({"phones": ["13927461853"]})]
    {
        assert_eq!(super::check(&blacklist, lead).severity(), Severity::Block);
    }
}

/// One place is one, wherever and however it is written.
#[test]
fn a_listed_company_is_found_by_its_place() {
    let of = |company: &str| {
        let list = ListCheck { companies: texts(&[company]), ..ListCheck::default() };
        engine([("list", Severity::Block, BlacklistCheck::List(list))])
    };
    let blacklist = of("深圳市星河科技有限公司");
    for same in ["深圳星河科技有限公司", "星河科技（深圳）有限公司", "广东省深圳市星河科技有限公司"]
    {
        assert_eq!(check(&blacklist, json!({"company": same})).severity(), Severity::Block, "{same}");
    }
    for other in
        ["北京星河科技有限公司", "深圳市星河贸易有限公司", "深圳市银河科技有限公司", "星河科技有限公司"]
    {
        assert_eq!(check(&blacklist, json!({"company": other})).severity(), Severity::Pass, "{other}");
    }
    let blacklist = of("北京星河科技有限公司");
    assert_eq!(check(&blacklist, json!({"company": "北京市星河科技有限公司"})).severity(), Severity::Block);
}

/// A second place in the name, or a part behind the legal form, makes another firm of it; a remark does not.
#[test]
fn a_listed_company_is_no_firm_of_another_place_and_no_part_of_it() {
    let severity = |listed: &str, company: &str| {
        let list = ListCheck { companies: texts(&[listed]), ..ListCheck::default() };
        let blacklist = engine([("list", Severity::Block, BlacklistCheck::List(list))]);
        check(&blacklist, json!({"company": company})).severity()
    };
    for (listed, others) in [
        (
            "北京星河科技有限公司",
            "北京星河科技（天津）有限公司 北京星河科技（上海）有限公司 天津星河科技（北京）有限公司",
        ),
        (
            "北京星河科技（天津）有限公司",
            "北京星河科技有限公司 天津星河科技有限公司 天津星河科技（北京）有限公司",
        ),
        ("青岛啤酒(厦门)有限公司", "青岛啤酒(哈尔滨)有限公司 青岛啤酒(珠海)有限公司 青岛啤酒有限公司"),
        ("广东星河科技（深圳）有限公司", "深圳星河科技有限公司 广东星河科技有限公司"),
        ("星河科技有限公司业务部", "星河科技有限公司 星河科技有限公司财务部 星河科技有限公司加油三号船"),
        ("星河科技有限公司加油三号船", "星河科技有限公司 星河科技有限公司加油一号船"),
        ("星河科技有限公司（采购部）", "星河科技有限公司 星河科技有限公司广州分公司"),
    ] {
        for other in others.split(' ') {
            assert_eq!(severity(listed, other), Severity::Pass, "{listed}: {other}");
        }
        assert_eq!(severity(listed, listed), Severity::Block, "{listed}");
    }
    for (listed, same) in [
        ("北京星河科技（天津）有限公司", "北京市星河科技(天津市)有限公司"),
        ("深圳星河科技（深圳）有限公司", "深圳市星河科技有限公司"),
        ("星河科技有限公司业务部", "星河科技有限公司 业务部"),
        ("星河科技有限公司（已注销）", "星河科技有限公司"),
        ("星河科技有限公司 王经理", "星河科技有限公司"),
        ("星河科技有限公司王经理", "星河科技有限公司"),
        ("星河科技有限公司 13927461853", "星河科技有限公司"),
        // Who lists the company means its departments.
        ("星河科技有限公司", "星河科技有限公司业务部"),
    ] {
        assert_eq!(severity(listed, same), Severity::Block, "{listed}: {same}");
    }
}

/// Behind the legal form, what ends in a word for a place of business is a firm or a part of its own; a remark, a person and a
/// number are none.
#[test]
fn a_place_of_business_behind_a_listed_company_is_another() {
    let list = ListCheck { companies: texts(&["星河科技有限公司"]), ..ListCheck::default() };
    let blacklist = engine([("list", Severity::Block, BlacklistCheck::List(list))]);
    let severity =
        |behind: &str| check(&blacklist, json!({"company": format!("星河科技有限公司{behind}")})).severity();
    for place in "永宁驿栈 永宁客栈 永宁酒店 永宁茶庄 永宁加油站 永宁门店 永宁商行 永宁山庄 永宁公寓 永宁民宿 永宁食堂 永宁画廊 加油叁号船 \
        永宁营业班 广州分公司 （永宁驿栈） （永宁加油站）"
        .split_whitespace()
    {
        assert_eq!(severity(place), Severity::Pass, "{place}");
        assert_eq!(severity(&format!(" {place}")), Severity::Pass, "{place}");
    }
    for remark in "急需报价 （急需报价） 王经理 （王经理） 13927461853 （13927461853） 采购部 （已注销） 请尽快联系 老客户介绍 要开专票 求购设备 \
        王女士 陈总 业务部"
        .split_whitespace()
    {
        assert_eq!(severity(remark), Severity::Block, "{remark}");
    }
}

/// What is reported of a part of a company is not said of the company.
#[test]
fn a_reported_part_is_not_the_company() {
    let mut list = JointList::default();
    list.report(ContactKind::Company, "星河科技有限公司业务部", "north", "never pays", now(), None).unwrap();
    let joint = BlacklistCheck::Joint(JointCheck { contributors: 1, ..JointCheck::default() });
    let blacklist = engine([("joint", Severity::Block, joint)]).with_joint_list(Arc::new(list));
    for (company, severity) in [
        ("星河科技有限公司", Severity::Pass),
        ("星河科技有限公司财务部", Severity::Pass),
        ("星河科技有限公司 业务部", Severity::Block),
    ] {
        assert_eq!(check(&blacklist, json!({"company": company})).severity(), severity, "{company}");
    }
}

/// An entry that means far more than whoever wrote it thinks of.
#[test]
fn entries_that_mean_nearly_everybody_are_warned_of() {
    let warnings = |check: serde_json::Value, overrides: serde_json::Value| {
        let rule = json!({"id": "r", "category": "c", "severity": "block", "check": check});
        let document = json!({"rules": [rule], "overrides": overrides});
        let rules: BlacklistRules = serde_json::from_value(document).unwrap();
        rules.lint().iter().map(|one| format!("{} {}", one.code, one.path)).collect::<Vec<_>>()
    };
    let allow = |allow: serde_json::Value, scope: &str| json!([{"allow": allow, "scope": scope, "author": "li", "reason": "customer"}]);
    let list = json!({"list": {"phones": ["13927461853"]}});
    for (check, overrides, expected) in [
        (
            json!({"domain": {"domains": ["rival.com", "com.cn"]}}),
            json!([]),
            "whole_registry rules[0].check.domain.domains[1]",
        ),
        (
            json!({"list": {"phones": ["13927461853", "010-62641234", "+49 171 5550199", "0171 5550199"]}}),
            json!([]),
            "assumed_country rules[0].check.list.phones[3]",
        ),
        (
            json!({"list": {"phones": ["+13927461853", "+86 199 0171 5550", "0171 5550199"]}}),
            json!([]),
            "assumed_country rules[0].check.list.phones[2]",
        ),
        (
            list.clone(),
            allow(json!({"phone": "0171 5550199"}), "lead"),
            "assumed_country overrides[0].allow.phone",
        ),
        (json!({"prefix": {"phones": ["+86"]}}), json!([]), "whole_country rules[0].check.prefix.phones[0]"),
        (
            json!({"prefix": {"networks": ["0.0.0.0/0"]}}),
            json!([]),
            "wide_network rules[0].check.prefix.networks[0]",
        ),
        (
            json!({"list": {"companies": ["个人"]}}),
            json!([]),
            "names_nobody rules[0].check.list.companies[0]",
        ),
        (
            json!({"list": {"companies": ["星河科技有限公司业务部"]}}),
            json!([]),
            "part_of_company rules[0].check.list.companies[0]",
        ),
        (
            list.clone(),
            allow(json!({"company": "星河科技有限公司（采购部）"}), "value"),
            "part_of_company overrides[0].allow.company",
        ),
        (list.clone(), allow(json!({"company": "华为技术有限公司"}), "lead"), "wide_override overrides[0]"),
        (list.clone(), allow(json!({"domain": "qq.com"}), "lead"), "wide_override overrides[0]"),
    ] {
        assert_eq!(warnings(check.clone(), overrides), [expected], "{check}");
    }
    for (check, overrides) in [
        (json!({"domain": {"domains": ["rival.com.cn"]}}), json!([])),
        (json!({"prefix": {"phones": ["+86170"], "networks": ["203.0.113.0/24"]}}), json!([])),
        (list.clone(), allow(json!({"company": "华为技术有限公司"}), "value")),
        (
            list.clone(),
            json!([{"allow": {"company": "华为技术有限公司"}, "author": "li", "reason": "customer"}]),
        ),
        (list, allow(json!({"phone": "13927461853"}), "lead")),
    ] {
        assert_eq!(warnings(check.clone(), overrides), [""; 0], "{check}");
    }
}

/// `个人` on a joint list blocks nobody who has no company.
#[test]
fn no_company_is_nobodys_on_a_joint_list() {
    let mut list = JointList::default();
    for company in ["个人", "北京纷扬科技有限公司"] {
        list.report(ContactKind::Company, company, "north", "never pays", now(), None).unwrap();
    }
    let joint = BlacklistCheck::Joint(JointCheck { contributors: 1, ..JointCheck::default() });
    let blacklist = engine([("joint", Severity::Block, joint)]).with_joint_list(Arc::new(list));
    assert_eq!(check(&blacklist, json!({"company": "个人"})).severity(), Severity::Pass);
    assert_eq!(check(&blacklist, json!({"company": "北京纷扬科技有限公司"})).severity(), Severity::Block);
}

/// An address that was reported in any way a person writes it is found in every other.
#[test]
fn a_reported_address_is_found_by_its_person() {
    let mut list = JointList::default();
    list.report(ContactKind::Email, "Lei.Wang@gmail.com", "north", "never pays", now(), None).unwrap();
    let joint = BlacklistCheck::Joint(JointCheck { contributors: 1, ..JointCheck::default() });
    let blacklist = engine([("joint", Severity::Block, joint)]).with_joint_list(Arc::new(list));
    for email in ["lei.wang@gmail.com", "leiwang+2@gmail.com", "lei.wang@googlemail.com"] {
        assert_eq!(check(&blacklist, json!({"emails": [email]})).severity(), Severity::Block, "{email}");
    }
    assert_eq!(check(&blacklist, json!({"emails": ["li.wang@gmail.com"]})).severity(), Severity::Pass);
}

/// However the place is written, where a report names one.
#[test]
fn a_reported_company_is_found_by_its_place() {
    let mut list = JointList::default();
    list.report(ContactKind::Company, "深圳市星河科技有限公司", "north", "never pays", now(), None).unwrap();
    list.report(ContactKind::Company, "星河科技（深圳）有限公司", "south", "never pays", now(), None)
        .unwrap();
    let joint = BlacklistCheck::Joint(JointCheck { contributors: 2, ..JointCheck::default() });
    let blacklist = engine([("joint", Severity::Block, joint)]).with_joint_list(Arc::new(list));
    for (company, severity) in [
        ("深圳市星河科技有限公司", Severity::Block),
        ("深圳星河科技有限公司", Severity::Block),
        ("广东省深圳市星河科技有限公司", Severity::Block),
        ("星河科技（深圳）有限公司", Severity::Block),
        ("北京星河科技有限公司", Severity::Pass),
        ("深圳市银河科技有限公司", Severity::Pass),
    ] {
        let verdict = check(&blacklist, json!({"company": company}));
        assert_eq!(verdict.severity(), severity, "{company}");
        let entries: Vec<&str> = verdict.hits().iter().filter_map(|hit| hit.entry()).collect();
        assert!(entries.iter().all(|entry| *entry == company), "{entries:?}");
    }
}

/// Anybody can write the name of a company that is allowed: what is found about the rest of the lead stays.
#[test]
fn an_allowed_company_lifts_what_is_about_the_company() {
    let check_with = |scope: Option<&str>| {
        let mut allowed =
            json!({"allow": {"company": "华为技术有限公司"}, "author": "li", "reason": "customer"});
        if let Some(scope) = scope {
            allowed["scope"] = json!(scope);
        }
        let rules = json!({"rules": [{"id": "list", "category": "c", "severity": "block", "check": {"list": {
            "phones": ["13927461853"], "companies": ["华为技术有限公司"]}}}], "overrides": [allowed]});
        let blacklist = Blacklist::load(rules).unwrap();
        let of = |lead| check(&blacklist, lead).severity();
        [
            of(json!({"company": "华为技术有限公司", "phones": ["15088672341"]})),
            of(json!({"company": "华为技术有限公司", "phones": ["13927461853"]})),
        ]
    };
    assert_eq!(check_with(None), [Severity::Pass, Severity::Block]);
    assert_eq!(check_with(Some("value")), [Severity::Pass, Severity::Block]);
    assert_eq!(check_with(Some("lead")), [Severity::Pass, Severity::Pass]);
}

/// Whoever writes a report sends a value and a few words, no page.
#[test]
fn a_report_has_its_limits() {
    let mut list = JointList::default();
    let long = "长".repeat(500);
    let mut report = |value: &str, by: &str, reason: &str| {
        list.report(ContactKind::Company, value, by, reason, now(), None).map_err(|error| error.to_string())
    };
    let error = report(&"ﷺ".repeat(300_000), "north", "").unwrap_err();
    assert_eq!(error, "the value has 900000 bytes, at most 4096 are read: report the contact value alone");
    let error = report("星河科技有限公司", &long, "").unwrap_err();
    assert_eq!(
        error,
        "the contributor's name has 1500 bytes, at most 256 are kept: use a short name or an id"
    );
    report("星河科技有限公司", "north", &long).unwrap();
    assert_eq!(list.len(), 1);
    assert!(list.retract(ContactKind::Company, "星河科技有限公司", &long, now()).is_err());
    let json = serde_json::to_value(&list).unwrap();
    let kept = json["company:星河科技|有限公司"]["north"]["reason"].as_str().unwrap();
    assert_eq!(kept.len(), 1023);
}
