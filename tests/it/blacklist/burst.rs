//! A class is told to register: who is flagged, whom the cohort brings back, and what an announced campaign changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use leadkit::blacklist::{
    Blacklist, BlacklistCheck, BurstBaseline, BurstCheck, BurstDimension, BurstUsual, HitReason, Severity,
    Verdict, WindowState,
};
use leadkit::calendar::Span;
use leadkit::model::{Lead, LeadId, Source};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use super::properties::{start, stream};
use super::{check_at, rules};

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// A lead and whether it is of the class, and whether it would become a qualified lead.
struct Drawn {
    lead: Lead,
    in_class: bool,
    qualifies: bool,
}

const CLASS: u64 = 40;
const CAMPAIGN: &str = "open-day";

/// Two weeks of leads, some forty a day, of which four in ten qualify; on one afternoon forty students of one school
/// register within fifty minutes, two thirds of them from its network and the rest by phone, and none qualifies.
fn fortnight(seed: u64) -> Vec<Drawn> {
    let mut random = Random(seed);
    let mut drawn = Vec::new();
    let mut add = |random: &mut Random, minute: u64, class: Option<u64>| {
        let n = drawn.len();
        let at_school = class.is_some_and(|student| student % 3 != 0);
        let network =
            if at_school { [203, 0, 113] } else { [198, random.below(50) as u8, random.below(200) as u8] };
        let [a, b, c] = network;
        let school =
            format!("{}市第{}中学", ["杭州", "宁波", "温州"][random.below(3) as usize], 1 + random.below(90));
        drawn.push(Drawn {
            in_class: class.is_some(),
            qualifies: class.is_none() && random.below(10) < 4,
            lead: Lead {
                id: format!("L-{n:04}").into(),
                created_at: start() + TimeDelta::minutes(minute as i64),
                phones: vec![format!("139{:08}", 21_000_000 + random.below(60_000_000)).into()],
                company: Some(if class.is_some() { "杭州市第七中学".into() } else { school }),
                ip: Some(std::net::IpAddr::from([a, b, c, 1 + random.below(250) as u8])),
                source: Source {
                    campaign: class.is_some().then(|| CAMPAIGN.into()),
                    page: Some(format!("/p{}", random.below(30))),
                    ..Source::default()
                },
                ..Lead::default()
            },
        });
    };
    for _ in 0..560 {
        let minute = random.below(14 * 24 * 60);
        add(&mut random, minute, None);
    }
    for student in 0..CLASS {
        let minute = 9 * 24 * 60 + 7 * 60 + random.below(50);
        add(&mut random, minute, Some(student));
    }
    drawn.sort_by(|a, b| (a.lead.created_at, &a.lead.id).cmp(&(b.lead.created_at, &b.lead.id)));
    drawn
}

/// Writes the text of an origin into a lead.
type Write = fn(&mut Lead, &str);

/// Every advertisement writes its own click id into the address, and people spell a campaign as they like.
#[test]
fn spellings_of_one_origin_are_one() {
    let spelt: [(BurstDimension, Write, &[&str]); 4] = [
        (
            BurstDimension::Page,
            |lead, text| lead.source.page = Some(text.into()),
            &[
                "https://x.cn/form?gclid=abc1",
                "https://x.cn/form/?bd_vid=7",
                "https://X.cn/form#top",
                " https://x.cn/form?utm_source=a",
            ],
        ),
        (
            BurstDimension::Keyword,
            |lead, text| lead.utm.keyword = Some(text.into()),
            &["CRM", "crm ", "Crm", "ＣＲＭ"],
        ),
        (
            BurstDimension::Campaign,
            |lead, text| lead.source.campaign = Some(text.into()),
            &["Open-Day", "open-day", " OPEN-DAY", "ｏｐｅｎ-day"],
        ),
        (
            BurstDimension::Source,
            |lead, text| lead.source.primary = Some(text.into()),
            &["百度", "百度 ", "\u{3000}百度", "百\u{200b}度"],
        ),
    ];
    let lead = |number: usize, write: Write, text: &str| {
        let id = format!("L-{number}").into();
        let mut lead = Lead { id, created_at: start(), ..Lead::default() };
        write(&mut lead, text);
        lead
    };
    for (by, write, spellings) in spelt {
        let check = BurstCheck { by, count: 4, window: Span::hours(1), ..BurstCheck::default() };
        let blacklist =
            Blacklist::compile(&rules([("b", Severity::Flag, BlacklistCheck::Burst(check))])).unwrap();
        let leads: Vec<Lead> =
            spellings.iter().enumerate().map(|(number, text)| lead(number, write, text)).collect();
        let (verdicts, _) = stream(&blacklist, &leads, WindowState::default());
        let flagged: Vec<bool> = verdicts.iter().map(|one| one.severity() == Severity::Flag).collect();
        assert_eq!(flagged, [false, false, false, true], "{by}");
    }
    // One that was announced is announced in every spelling, and where only the link names it.
    let announced = BurstCheck {
        by: BurstDimension::Ip,
        count: 2,
        window: Span::hours(1),
        announced: ["Open-Day".into()].into(),
        ..BurstCheck::default()
    };
    let blacklist =
        Blacklist::compile(&rules([("b", Severity::Flag, BlacklistCheck::Burst(announced))])).unwrap();
    let named: [Write; 2] = [
        |lead, text| lead.source.campaign = Some(text.into()),
        |lead, text| lead.utm.campaign = Some(text.into()),
    ];
    for (write, text, is_announced) in
        [(named[0], "open-day ", true), (named[1], "ＯＰＥＮ-day", true), (named[1], "open day", false)]
    {
        let leads: Vec<Lead> = (0..3)
            .map(|number| Lead { ip: Some([203, 0, 113, 7].into()), ..lead(number, write, text) })
            .collect();
        let (verdicts, windows) = stream(&blacklist, &leads, WindowState::default());
        assert_eq!(verdicts.iter().all(|one| one.hits().is_empty()), is_announced, "{text}");
        assert_eq!(windows.is_empty(), is_announced, "{text}");
    }
}

fn blacklist(announced: &[&str]) -> Blacklist {
    let burst = |by| {
        BlacklistCheck::Burst(BurstCheck {
            by,
            count: 8,
            window: Span::hours(1),
            baseline: None,
            announced: announced.iter().map(|campaign| (*campaign).into()).collect(),
        })
    };
    let checks = [BurstDimension::Ip24, BurstDimension::Company];
    let rules = rules(checks.map(|by| (by.as_str(), Severity::Flag, burst(by))));
    Blacklist::compile(&rules).unwrap()
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    flagged_of_class: usize,
    flagged_of_others: usize,
    brought_back_of_class: usize,
    brought_back_of_others: usize,
    /// Qualified leads among those that go on, in percent; at first of all.
    rate: (usize, usize),
}

fn figures(drawn: &[Drawn], announced: &[&str]) -> Figures {
    let leads: Vec<Lead> = drawn.iter().map(|one| one.lead.clone()).collect();
    let (verdicts, _) = stream(&blacklist(announced), &leads, WindowState::default());
    let flagged: BTreeSet<&LeadId> = verdicts
        .iter()
        .zip(&leads)
        .filter(|(verdict, _)| verdict.severity() == Severity::Flag)
        .map(|(_, lead)| &lead.id)
        .collect();
    let cohort = |verdict: &Verdict| -> Vec<LeadId> {
        let earlier = verdict.hits().iter().filter_map(|hit| match hit.reason() {
            HitReason::Burst { earlier, .. } => Some(earlier.clone()),
            _ => None,
        });
        earlier.flatten().collect()
    };
    let cohort: BTreeSet<LeadId> = verdicts.iter().flat_map(cohort).collect();
    let class: BTreeMap<&LeadId, bool> = drawn.iter().map(|one| (&one.lead.id, one.in_class)).collect();
    let brought_back = || cohort.iter().filter(|lead| !flagged.contains(lead));
    let rate = |kept: &dyn Fn(&Drawn) -> bool| {
        let kept: Vec<_> = drawn.iter().filter(|one| kept(one)).collect();
        100 * kept.iter().filter(|one| one.qualifies).count() / kept.len()
    };
    let last_days = |one: &Drawn| {
        one.lead.created_at >= start() + TimeDelta::days(9)
            && one.lead.created_at < start() + TimeDelta::days(12)
    };
    Figures {
        flagged_of_class: flagged.iter().filter(|lead| class[*lead]).count(),
        flagged_of_others: flagged.iter().filter(|lead| !class[*lead]).count(),
        brought_back_of_class: brought_back().filter(|lead| class[lead]).count(),
        brought_back_of_others: brought_back().filter(|lead| !class[lead]).count(),
        rate: (
            rate(&last_days),
            rate(&|one| last_days(one) && !flagged.contains(&one.lead.id) && !cohort.contains(&one.lead.id)),
        ),
    }
}

#[test]
fn a_class_that_registers_is_flagged_from_the_eighth_and_the_first_seven_are_brought_back() {
    let mut said = String::from(
        "seed  flagged: class others  brought back: class others  rate: all kept  announced: flagged brought back rate kept\n",
    );
    for seed in 1..=3 {
        let drawn = fortnight(seed);
        let Figures {
            flagged_of_class,
            flagged_of_others,
            brought_back_of_class,
            brought_back_of_others,
            rate,
        } = figures(&drawn, &[]);
        let announced = figures(&drawn, &[CAMPAIGN]);
        said += &format!(
            "{seed}  {flagged_of_class} {flagged_of_others}  {brought_back_of_class} {brought_back_of_others}  {} {}  {} {} {}\n",
            rate.0,
            rate.1,
            announced.flagged_of_class + announced.flagged_of_others,
            announced.brought_back_of_class + announced.brought_back_of_others,
            announced.rate.1,
        );
        // Everybody of the class is flagged or brought back, and nobody else.
        assert_eq!(flagged_of_class + brought_back_of_class, CLASS as usize);
        assert_eq!((flagged_of_others, brought_back_of_others), (0, 0));
        // An announced campaign is expected: nobody is flagged or brought back, and the rate is that of all.
        assert_eq!((announced.flagged_of_class, announced.brought_back_of_class), (0, 0));
        assert_eq!((announced.flagged_of_others, announced.brought_back_of_others), (0, 0));
        assert_eq!(announced.rate.1, rate.0);
    }
    expect_test::expect![[r#"
        seed  flagged: class others  brought back: class others  rate: all kept  announced: flagged brought back rate kept
        1  33 0  7 0  26 35  0 0 26
        2  33 0  7 0  31 41  0 0 31
        3  33 0  7 0  31 42  0 0 31
    "#]]
    .assert_eq(&said);
}

/// A page of a shop that brings so many leads an hour, and on some hours more.
fn page(id: usize, seconds: i64) -> Lead {
    Lead {
        id: format!("P-{id:05}").into(),
        created_at: start() + TimeDelta::seconds(seconds),
        source: Source { page: Some("/trial".into()), ..Source::default() },
        ..Lead::default()
    }
}

fn with_baseline(count: u32, baseline: Option<BurstBaseline>) -> Blacklist {
    let check = BurstCheck {
        by: BurstDimension::Page,
        count,
        window: Span::hours(1),
        baseline,
        ..BurstCheck::default()
    };
    let rules = rules([("flood", Severity::Flag, BlacklistCheck::Burst(check))]);
    Blacklist::compile(&rules).unwrap()
}

const DAY_BEFORE: BurstBaseline = BurstBaseline { over: Span::hours(24), ratio: 3.0 };

/// The last hit of a stream of leads: how many there are, and what was usual.
fn last_burst(blacklist: &Blacklist, leads: &[Lead]) -> Option<(usize, Option<BurstUsual>)> {
    let (verdicts, _) = stream(blacklist, leads, WindowState::default());
    verdicts.last()?.hits().first().map(|hit| match hit.reason() {
        HitReason::Burst { count, usual, .. } => (*count, *usual),
        reason => panic!("{reason}"),
    })
}

#[test]
fn more_than_usual_is_a_burst_and_as_many_as_usual_is_none() {
    // Twelve an hour for two days, one each five minutes.
    let mut leads: Vec<Lead> = (0..576).map(|n| page(n, 300 * n as i64)).collect();
    let last = leads.last().unwrap().created_at - start();
    assert!(last_burst(&with_baseline(12, None), &leads).is_some());
    assert_eq!(last_burst(&with_baseline(12, Some(DAY_BEFORE)), &leads), None);
    // Then one each 90 seconds: 40 of an hour are three times and a third of what is usual.
    leads.extend((1..=40).map(|n| page(1_000 + n, last.num_seconds() + 90 * n as i64)));
    let usual = BurstUsual { leads: 288, within: Span::hours(24) };
    assert_eq!(last_burst(&with_baseline(12, Some(DAY_BEFORE)), &leads), Some((41, Some(usual))));
    let (verdicts, _) = stream(&with_baseline(12, Some(DAY_BEFORE)), &leads, WindowState::default());
    let said = verdicts.last().unwrap().to_string();
    assert!(said.contains("41 leads of the same page came in within 1h, 288 in the 1d before"), "{said}");
    // Three times the usual, to the lead: 288 in 24 hours are 12 an hour.
    let with = |ratio| with_baseline(12, Some(BurstBaseline { ratio, ..DAY_BEFORE }));
    assert!(last_burst(&with(41.0 / 12.0), &leads).is_some());
    assert!(last_burst(&with(41.0 / 12.0 + 1e-9), &leads).is_none());
    // An origin that is new has brought none: the count tells.
    assert_eq!(
        last_burst(&with_baseline(12, Some(DAY_BEFORE)), &leads[..12]),
        Some((12, Some(BurstUsual { leads: 0, within: Span::hours(24) })))
    );
}

#[test]
fn what_is_usual_of_a_busy_origin_is_what_the_windows_remember() {
    // Sixty an hour: the 1024 that are kept are of 17 hours, 16 of them before the window.
    let leads: Vec<Lead> = (0..2_000).map(|n| page(n, 60 * n as i64)).collect();
    let strict = with_baseline(12, Some(BurstBaseline { ratio: 1.0, ..DAY_BEFORE }));
    let (count, usual) = last_burst(&strict, &leads).unwrap();
    let usual = usual.unwrap();
    assert_eq!((count, usual.leads), (61, 964));
    assert_eq!(usual.within, Span::seconds(60 * 964));
    assert_eq!(last_burst(&with_baseline(12, Some(DAY_BEFORE)), &leads), None);
    // Two a second: all that are kept lie in the window, and the count alone tells.
    let leads: Vec<Lead> = (0..1_500).map(|n| page(n, n as i64 / 2)).collect();
    assert_eq!(last_burst(&with_baseline(12, Some(DAY_BEFORE)), &leads), Some((1_025, None)));
}

#[test]
fn a_baseline_that_means_nothing_is_refused() {
    let errors = |over: &str, ratio: f64| {
        let burst = serde_json::json!({"by": "page", "count": 12, "window": "1h",
            "baseline": {"over": over, "ratio": ratio}});
        let document = serde_json::json!({"rules": [{"id": "flood", "check": {"burst": burst}}]});
        Blacklist::load(document).err().map(|errors| errors.to_string())
    };
    assert_eq!(errors("7d", 3.0), None);
    assert!(errors("30m", 3.0).unwrap().contains("`over` must be at least as long as the window of 1h"));
    assert!(errors("36525d", 3.0).unwrap().contains("more than a hundred years"));
    for ratio in [0.5, -1.0, 1e6] {
        assert!(errors("7d", ratio).unwrap().contains("`ratio` must be from 1 to 1000"), "{ratio}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What a host would count that looks at every lead.
    #[test]
    fn a_slow_count_finds_the_same_bursts(
        minutes in prop::collection::vec(0..2_000i64, 1..60),
        count in 2..6u32,
        ratio in 1.0..6.0f64,
        seed in any::<u64>(),
    ) {
        let mut order: Vec<usize> = (0..minutes.len()).collect();
        let mut random = Random(seed);
        order.sort_by_cached_key(|_| random.below(1_000_000));
        let leads: Vec<Lead> = order.iter().map(|n| page(*n, 60 * minutes[*n])).collect();
        let blacklist = with_baseline(count, Some(BurstBaseline { ratio, ..DAY_BEFORE }));
        let (verdicts, windows) = stream(&blacklist, &leads, WindowState::default());
        for (at, (lead, verdict)) in leads.iter().zip(&verdicts).enumerate() {
            let between = |from: TimeDelta, to: TimeDelta| {
                let known = leads[..at].iter().map(|other| lead.created_at - other.created_at);
                known.filter(|age| *age >= from && *age <= to).count()
            };
            let here = between(TimeDelta::zero(), TimeDelta::hours(1)) + 1;
            let before = between(TimeDelta::hours(1) + TimeDelta::milliseconds(1), TimeDelta::hours(25));
            let is_burst = here >= count as usize && here as f64 * 24.0 >= ratio * before as f64;
            prop_assert_eq!(verdict.severity() == Severity::Flag, is_burst, "{} {} {}", here, before, ratio);
        }
        let saved: WindowState = serde_json::from_str(&serde_json::to_string(&windows).unwrap()).unwrap();
        prop_assert_eq!(saved, windows);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn saving_and_restoring_at_every_step_changes_nothing(seed in 0..1000u64, cut in any::<Index>()) {
        let drawn = fortnight(seed);
        let class = drawn.iter().position(|one| one.in_class).unwrap();
        let from = class.saturating_sub(cut.index(20));
        let leads: Vec<Lead> = drawn[from..from + 50].iter().map(|one| one.lead.clone()).collect();
        let blacklist = blacklist(&[]);
        let (whole, last) = stream(&blacklist, &leads, WindowState::default());
        let mut windows = WindowState::default();
        for (lead, expected) in leads.iter().zip(&whole) {
            windows = serde_json::from_str(&serde_json::to_string(&windows).unwrap()).unwrap();
            let verdict = check_at(&blacklist, lead, &windows, start() + TimeDelta::days(30));
            prop_assert_eq!(&verdict, expected);
            windows.apply(verdict.delta());
        }
        prop_assert_eq!(serde_json::to_string(&windows).unwrap(), serde_json::to_string(&last).unwrap());
    }
}

/// Strangers who have no company, and leads behind a proxy of the host's own, have nothing in common.
#[test]
fn what_is_nobodys_is_no_origin() {
    use leadkit::blacklist::BurstDimension as By;
    let flagged = |by: By, origin: &serde_json::Value| {
        let check = BurstCheck { by, count: 3, ..BurstCheck::default() };
        let blacklist = super::engine([("b", Severity::Flag, BlacklistCheck::Burst(check))]);
        let mut windows = WindowState::default();
        let mut hits = 0;
        for at in 0..6 {
            let mut record = origin.clone();
            record["id"] = json!(format!("L{at}"));
            let verdict = super::check_at(&blacklist, &super::lead(record), &windows, super::now());
            windows.apply(verdict.delta());
            hits += verdict.hits().len();
        }
        hits > 0
    };
    for company in "无|个人|学生|自由职业|个体户|N/A|-|none|公司|请选择|家长|业主|自用|散客|待定|上班族|宝妈|个人客户|老师|医生|xx公司|XX有限公司|\
                    某某公司|我的公司|公司名|公司名称|请输入公司名称|单位|我的学校|幼儿园|医院|上海家长|Privat|Company|My company|\
                    Company Name|Your Company|Particulier|sole trader|My school|ABC|Homemaker"
        .split('|')
    {
        assert!(!flagged(By::Company, &json!({"company": company})), "{company}");
    }
    for company in "杭州市第七中学|星河科技有限公司|上海星河|星河集团|星河医院|腾讯上海分公司|Acme Ltd|Stanford University|Bank of Rome|\
                    Gymnasium Nord|深圳大学城管理办公室|浙江大学出版社|서울대학교"
        .split('|')
    {
        assert!(flagged(By::Company, &json!({"company": company})), "{company}");
    }
    for keyword in ["(not set)", "null", "{keyword}", "-", "none"] {
        assert!(!flagged(By::Keyword, &json!({"utm": {"keyword": keyword}})), "{keyword}");
        assert!(!flagged(By::Page, &json!({"source": {"page": keyword}})), "{keyword}");
    }
    assert!(flagged(By::Page, &json!({"source": {"page": "/"}})));
    for ip in ["127.0.0.1", "10.0.0.5", "192.168.1.7", "100.64.0.3", "::1", "fe80::1"] {
        assert!(!flagged(By::Ip, &json!({"ip": ip})) && !flagged(By::Ip24, &json!({"ip": ip})), "{ip}");
    }
    assert!(flagged(By::Ip24, &json!({"ip": "203.0.113.9"})));
}

/// Nobody tells a class how to write the name of its school.
#[test]
fn a_class_that_writes_its_school_in_nine_ways_is_one() {
    let by = BurstCheck {
        by: BurstDimension::Company,
        count: 10,
        window: Span::hours(1),
        ..BurstCheck::default()
    };
    let blacklist =
        Blacklist::compile(&rules([("class", Severity::Flag, BlacklistCheck::Burst(by))])).unwrap();
    let ways = [
        "杭州市第七中学",
        "杭州第七中学",
        "杭州七中",
        "杭州7中",
        "杭州市第7中学",
        "杭州第七中学高一(3)班",
        "杭州七中高一3班",
        "杭州市第七中学 高二年级",
        "浙江省杭州市第七中学",
    ];
    let pupil = |n: usize| Lead {
        id: format!("L-{n:02}").into(),
        created_at: start() + TimeDelta::minutes(n as i64),
        company: Some(ways[n % ways.len()].to_owned()),
        ..Lead::default()
    };
    let pupils: Vec<Lead> = (0..40).map(pupil).collect();
    let (verdicts, _) = stream(&blacklist, &pupils, WindowState::default());
    let flagged = verdicts.iter().filter(|verdict| verdict.severity() == Severity::Flag).count();
    assert_eq!(flagged, 31);
    let others = ["杭州八中", "宁波七中", "杭州第七小学", "个人"];
    let mixed: Vec<Lead> =
        (0..40).map(|n| Lead { company: Some(others[n % 4].to_owned()), ..pupil(n) }).collect();
    let (verdicts, _) = stream(&blacklist, &mixed[..36], WindowState::default());
    assert!(verdicts.iter().all(|verdict| verdict.severity() == Severity::Pass));
}
