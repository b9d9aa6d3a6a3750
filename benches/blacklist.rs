//! The blacklist: lexicons beside `aho-corasick`, a set of millions of numbers beside a sorted list, the whole filter beside
//! the bare scan.
//!
//! `cargo bench -p leadkit-benches --bench blacklist`; with `-- --ratios` only the tables: nanoseconds, the fastest of a
//! few runs, and how many times the rival takes. Both answer the same, which is compared first. `-- --filter` only the
//! last of them, which is short enough to count its instructions.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use chrono::{DateTime, TimeDelta, Utc};
use cpu_time::ThreadTime;
use criterion::{BenchmarkId, Criterion, criterion_group};
use leadkit::blacklist::{
    Blacklist, BlacklistRules, ContactKind, Hit, HitReason, JointList, Lexicon, LexiconCheck, LexiconMatch,
    PhoneSet, Severity, Verdict, WindowState,
};
use leadkit::model::{Lead, Source};
use leadkit::rule::{FactContext, Facts, HostTables};
use leadkit::text::{Folded, fold};
use serde_json::json;

mod random;

use random::SplitMix64;

const TEXTS: usize = 2_000;
const NUMBERS: usize = 10_000_000;
const QUESTIONS: usize = 1_000_000;
const RUNS: usize = 7;
/// Segments that mobile numbers are given out in.
const SEGMENTS: [u32; 12] = [130, 135, 138, 139, 150, 158, 159, 170, 177, 186, 188, 199];
/// Leads that come in together.
const CLASS: Range<usize> = 900..1_100;

/// A character of the few thousand that people write.
fn character(random: &mut SplitMix64) -> char {
    char::from_u32(0x4e00 + random.below(3_000) as u32 * 5).unwrap()
}

/// Different words of two to six characters; a tenth in Latin letters.
fn words(count: usize) -> Vec<String> {
    let mut random = SplitMix64(7);
    let mut words = BTreeSet::new();
    while words.len() < count {
        let word: String = if words.len() % 10 == 0 {
            (0..5 + random.below(5)).map(|_| (b'a' + random.below(26) as u8) as char).collect()
        } else {
            (0..2 + random.below(5)).map(|_| character(&mut random)).collect()
        };
        words.insert(word);
    }
    words.into_iter().collect()
}

/// Messages of leads: some two hundred characters, Chinese with a few Latin words and signs; some hold a word.
fn messages(words: &[String]) -> Vec<String> {
    let mut random = SplitMix64(11);
    let mut one = |n: usize| {
        let mut text = String::new();
        for _ in 0..12 {
            (0..8 + random.below(12)).for_each(|_| text.push(character(&mut random)));
            text.push_str(["，", "。", " CRM ", " for 30 users, "][random.below(4) as usize]);
        }
        if n.is_multiple_of(20) {
            text.push_str(&words[random.below(words.len() as u64) as usize]);
        }
        text
    };
    (0..TEXTS).map(&mut one).collect()
}

/// What a host without this crate builds: the folded text, an automaton, and the way back.
struct Rival(AhoCorasick);

impl Rival {
    fn new(words: &[String]) -> Rival {
        let words: BTreeSet<String> = words.iter().map(|word| fold(word)).collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(words);
        Rival(automaton.unwrap())
    }

    fn find(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let folded = Folded::new(text);
        self.0.find_overlapping_iter(folded.as_str()).map(|hit| folded.original_span(hit.range())).collect()
    }
}

fn lexicon(words: &[String]) -> Lexicon {
    let check = LexiconCheck {
        words: words.to_vec(),
        mode: LexiconMatch::Anywhere,
        allow_common: false,
        ..LexiconCheck::default()
    };
    Lexicon::compile(&check).unwrap()
}

fn best(count: usize, mut work: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = ThreadTime::now();
        work();
        best = best.min(start.elapsed());
    }
    best.as_secs_f64() * 1e9 / count as f64
}

fn scan(lexicon: &Lexicon, texts: &[String]) -> f64 {
    best(texts.len(), || {
        for text in texts {
            black_box(lexicon.find(black_box(text)));
        }
    })
}

fn lexicons() {
    println!("| words | leadkit, ns a text | aho-corasick, ns | times | goal |\n|---|---|---|---|---|");
    let mut ours = Vec::new();
    for count in [1_000, 10_000, 100_000] {
        let words = words(count);
        let texts = messages(&words);
        let (lexicon, rival) = (lexicon(&words), Rival::new(&words));
        for text in &texts {
            let mut spans: Vec<_> =
                lexicon.find(text).iter().map(|hit| (hit.span().start, hit.span().end)).collect();
            let mut theirs: Vec<_> =
                rival.find(text).into_iter().map(|span| (span.start, span.end)).collect();
            spans.sort_unstable();
            theirs.sort_unstable();
            assert_eq!(spans, theirs, "{text}");
        }
        let time = scan(&lexicon, &texts);
        let theirs = best(texts.len(), || {
            for text in &texts {
                black_box(rival.find(black_box(text)));
            }
        });
        let goal = if count == 100_000 { "2.5" } else { "-" };
        println!("| {count} | {time:.0} | {theirs:.0} | {:.2} | {goal} |", theirs / time);
        ours.push(time);
    }
    println!(
        "\n100,000 words cost {:.2} times what 10,000 cost a text (goal: at most 3.5)\n",
        ours[2] / ours[1]
    );
}

fn keys(count: usize, seed: u64) -> Vec<u64> {
    let mut random = SplitMix64(seed);
    (0..count).map(|_| 86_13000000000 + random.below(7_000_000_000)).collect()
}

fn phone_set() {
    let numbers = keys(NUMBERS, 3);
    let texts: Vec<String> = numbers.iter().map(|number| format!("+{number}")).collect();
    let set: PhoneSet = texts.iter().map(String::as_str).collect();
    drop(texts);
    let mut sorted = numbers;
    sorted.sort_unstable();
    sorted.dedup();
    // Half of the questions are about numbers of the list, in no order.
    let mut random = SplitMix64(5);
    let asked: Vec<u64> =
        keys(QUESTIONS, 9)
            .into_iter()
            .map(|other| {
                if random.below(2) == 0 { other } else { sorted[random.below(sorted.len() as u64) as usize] }
            })
            .collect();
    let written: Vec<String> = asked.iter().map(|number| format!("+{number}")).collect();
    for (number, key) in asked.iter().zip(&written) {
        assert_eq!(set.contains(key), sorted.binary_search(number).is_ok());
    }
    let ours = best(QUESTIONS, || {
        for key in &written {
            black_box(set.contains(black_box(key)));
        }
    });
    // The rival is asked by the number, and reads none.
    let theirs = best(QUESTIONS, || {
        for number in &asked {
            black_box(sorted.binary_search(black_box(number)).is_ok());
        }
    });
    println!(
        "| a set of {} numbers | leadkit, ns | sorted u64, ns | times | goal |\n|---|---|---|---|---|",
        set.len()
    );
    println!("| asked by key | {ours:.1} | {theirs:.1} | {:.1} | 5 |", theirs / ours);
    println!("\n{:.2} bytes a number (goal: at most 3)\n", set.heap_bytes() as f64 / set.len() as f64);
}

/// Fifty rules, of each kind at least one, as a team may have them: ten thousand words in three categories, a million numbers.
fn rules(words: &[String]) -> BlacklistRules {
    let mut rules = vec![
        json!({"id": "numbers", "severity": "block", "check": {"list": {"phone_set": true}}}),
        json!({"id": "shared", "severity": "block", "check": {"joint": {}}}),
        json!({"id": "refused", "check": {"consent": {"records": (0..500).map(|n| json!({
            "email": format!("no{n}@xinghe{}.com", n % 50), "channels": ["all"], "basis": "objection",
        })).collect::<Vec<_>>()}}}),
        json!({"id": "objections", "check": {"consent": {"records": (0..500).map(|n| json!({
            "phone": format!("1360000{n:04}"), "channels": ["phone"], "basis": "objection",
        })).collect::<Vec<_>>()}}}),
        json!({"id": "trap", "severity": "block", "check": {"honeypot": {"attributes": ["website"]}}}),
        json!({"id": "quick", "check": {"elapsed": {}}}),
    ];
    let mails = |from: usize| (from..from + 1_000).map(|n| format!("spam{n}@rival.com")).collect::<Vec<_>>();
    for (n, check) in [
        json!({"emails": mails(0)}),
        json!({"emails": mails(1_000), "wechats": ["zhao_liu_77", "sun_qi_66"]}),
        json!({"companies": ["深圳市皓月软件有限公司", "上海青禾贸易有限公司"]}),
        json!({"ips": ["198.51.7.7", "2001:db8::7"]}),
        json!({"phones": ["13927461853", "0755-26718843"]}),
    ]
    .into_iter()
    .enumerate()
    {
        rules.push(json!({"id": format!("list-{n}"), "severity": "block", "check": {"list": check}}));
    }
    for n in 0..4 {
        let domains: Vec<String> = (0..1_000).map(|one| format!("mail{one}.throwaway{n}.com")).collect();
        rules.push(json!({"id": format!("domains-{n}"), "check": {"domain": {"domains": domains}}}));
    }
    for (n, phones) in [["+86170", "+86171"], ["+86162", "+86167"], ["+1900", "+44909"]].iter().enumerate() {
        let check = json!({"phones": phones, "networks": [format!("203.0.{n}.0/24")]});
        let severity = if n == 0 { "block" } else { "flag" };
        rules.push(json!({"id": format!("prefix-{n}"), "severity": severity, "check": {"prefix": check}}));
    }
    for (category, words) in
        ["illegal", "violation", "fraud"].iter().zip(words.chunks(words.len().div_ceil(3)))
    {
        rules.push(json!({
            "id": category, "category": category, "severity": "block", "check": {"lexicon": {"words": words}},
        }));
    }
    for (n, pattern) in [r"https?://\S+", r"(?i)\bt\.me/\w+", r"[A-Z]{3}-\d{6}"].iter().enumerate() {
        rules.push(json!({"id": format!("pattern-{n}"), "check": {"pattern": {"patterns": [pattern]}}}));
    }
    for (by, count, window) in [
        ("ip", 10, "1h"),
        ("ip24", 20, "10m"),
        ("page", 60, "1h"),
        ("company", 20, "1h"),
        ("phone_segment", 10, "1h"),
        ("text", 5, "1h"),
    ] {
        let check = json!({"by": by, "count": count, "window": window});
        rules.push(json!({"id": format!("burst-{by}"), "check": {"burst": check}}));
    }
    let conditions = [
        json!({"field": "source.page", "eq": "/jobs"}),
        json!({"field": "source.page", "starts_with": "/intern"}),
        json!({"field": "source.primary", "in": ["crawler", "test"]}),
        json!({"field": "utm.campaign", "eq": "internal"}),
        json!({"field": "name", "eq": "测试员"}),
        json!({"field": "email.kind", "eq": "role"}),
        json!({"field": "phone.kind", "eq": "service"}),
        json!({"field": "employee_count", "gt": 1_000_000}),
        json!({"field": "attributes.locale", "eq": "xx"}),
        json!({"all": [{"field": "company", "exists": false}, {"field": "name", "exists": false}]}),
        json!({"any": [{"field": "source.page", "eq": "/a"}, {"field": "source.page", "eq": "/b"}]}),
        json!({"field": "tags", "contains": "spam"}),
        json!({"field": "source.secondary", "eq": "partner-x"}),
        json!({"field": "message", "eq": "hello"}),
        json!({"not": {"field": "source.page", "exists": true}}),
    ];
    for (n, condition) in conditions.iter().enumerate() {
        rules.push(json!({"id": format!("condition-{n}"), "check": {"condition": condition}}));
    }
    let mut all = BlacklistRules::default();
    let document = json!({"rules": rules});
    all.rules.extend(BlacklistRules::load(document).unwrap().rules);
    let kinds: BTreeSet<&str> = all.rules.iter().map(|rule| rule.check.kind()).collect();
    assert_eq!((all.rules.len(), kinds.len()), (50, 16), "{kinds:?}");
    all
}

fn filter(words: &[String], numbers: &[String]) -> Blacklist {
    let set = Arc::new(numbers.iter().map(String::as_str).collect());
    let mut list = JointList::default();
    for n in 0..1_000 {
        for by in ["north", "south"] {
            let at = "2026-03-01T00:00:00Z".parse().unwrap();
            list.report(ContactKind::Phone, &format!("1350000{n:04}"), by, "never pays", at, None).unwrap();
        }
    }
    let blacklist =
        Blacklist::compile(&rules(words)).unwrap().with_phone_set(&"numbers".into(), set).unwrap();
    blacklist.with_joint_list(Arc::new(list))
}

/// Eleven hours of leads: a class in the middle that registers by one page and network, some whose number is listed, some that
/// send the form again.
fn leads(messages: &[String], numbers: &[String]) -> Vec<Lead> {
    let mut random = SplitMix64(17);
    let start: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
    let mut leads: Vec<Lead> = Vec::new();
    for (n, message) in messages.iter().enumerate() {
        let in_class = (CLASS).contains(&n);
        let seconds = if in_class { 20 * CLASS.start + 3 * (n - CLASS.start) } else { 20 * n };
        let segment = SEGMENTS[random.below(SEGMENTS.len() as u64) as usize];
        let number = format!("{segment}{:08}", random.below(100_000_000));
        // Of some a digit is missing.
        let number = if n % 20 == 3 { number[..10].to_owned() } else { number };
        let number = if n % 40 == 7 { numbers[n * 11].clone() } else { number };
        let mut lead = Lead {
            id: format!("L-{n}").into(),
            created_at: start + TimeDelta::seconds(seconds as i64),
            name: Some(format!("{}{}", character(&mut random), character(&mut random))),
            company: in_class.then(|| "深圳市星河中学".to_owned()),
            phones: vec![number.as_str().into()],
            emails: vec![format!("wei{n}@xinghe{}.com", n % 50).as_str().into()],
            ip: Some(std::net::IpAddr::from(match in_class {
                true => [192, 0, 2, (n % 100) as u8],
                false => [198, 51, (n % 200) as u8, (n % 251) as u8],
            })),
            message: Some(message.clone()),
            source: Source {
                page: Some(if in_class { "/open-day".into() } else { format!("/p{}", n % 60) }),
                ..Source::default()
            },
            attributes: [("website".to_owned(), "".into()), ("elapsed_ms".to_owned(), 5_200_i64.into())]
                .into(),
            ..Lead::default()
        };
        if n % 50 == 49 {
            let earlier = &leads[n - 3];
            (lead.phones, lead.message) = (earlier.phones.clone(), earlier.message.clone());
            lead.source.page = earlier.source.page.clone();
        }
        leads.push(lead);
    }
    leads
}

fn whole_filter() {
    let words = words(10_000);
    let messages = messages(&words);
    let numbers: Vec<String> = keys(1_000_000, 13).iter().map(|number| format!("+{number}")).collect();
    let bare = Lexicon::compile(&LexiconCheck { words: words.clone(), ..LexiconCheck::default() }).unwrap();
    let (blacklist, leads) = (filter(&words, &numbers), leads(&messages, &numbers));
    let tables = HostTables::default();
    let run = |say: &mut dyn FnMut(&Verdict)| {
        let mut windows = WindowState::default();
        for lead in &leads {
            let facts = Facts::new(lead, &FactContext::new(&tables, lead.created_at));
            let verdict = blacklist.check(&facts, &windows);
            windows.apply(verdict.delta());
            say(&verdict);
        }
    };
    let (mut blocked, mut flagged, mut bursts, mut again) = (0, 0, 0, 0);
    run(&mut |verdict| {
        blocked += usize::from(verdict.severity() == Severity::Block);
        flagged += usize::from(verdict.severity() == Severity::Flag);
        let is_burst = |hit: &Hit| matches!(hit.reason(), HitReason::Burst { .. });
        bursts += usize::from(verdict.hits().iter().any(is_burst));
        again += usize::from(verdict.resubmission_of().is_some());
    });
    println!(
        "{} leads: {blocked} blocked, {flagged} flagged, {bursts} in a burst, {again} sent again\n",
        leads.len()
    );
    let scan = scan(&bare, &messages);
    let ours = best(leads.len(), || {
        run(&mut |verdict| {
            black_box(verdict);
        });
    });
    println!("| a lead | ns | times the scan | goal |\n|---|---|---|---|");
    println!("| scan of its message for 10,000 words | {scan:.0} | 1 | - |");
    println!(
        "| 50 rules of 16 kinds, 1,000,000 numbers, windows; the facts included | {ours:.0} | {:.2} | 3 |",
        ours / scan
    );
}

fn scans(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lexicon");
    for count in [10_000, 100_000] {
        let words = words(count);
        let texts = messages(&words);
        let (lexicon, rival) = (lexicon(&words), Rival::new(&words));
        let mut at = texts.iter().cycle();
        group.bench_function(BenchmarkId::new("leadkit", count), |bencher| {
            bencher.iter(|| lexicon.find(at.next().unwrap()));
        });
        let mut at = texts.iter().cycle();
        group.bench_function(BenchmarkId::new("aho_corasick", count), |bencher| {
            bencher.iter(|| rival.find(at.next().unwrap()));
        });
    }
    group.finish();
}

criterion_group!(benches, scans);

fn main() {
    if std::env::args().any(|argument| argument == "--ratios") {
        lexicons();
        phone_set();
        whole_filter();
        return;
    }
    if std::env::args().any(|argument| argument == "--filter") {
        whole_filter();
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
