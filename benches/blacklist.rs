//! The blacklist: lexicons beside `aho-corasick`, a set of millions of numbers beside a sorted list, the whole filter beside
//! the bare scan.
//!
//! `cargo bench -p leadkit-benches --bench blacklist`; with `-- --ratios` only the tables: nanoseconds, the fastest of a
//! few runs, and how many times the rival takes. Both answer the same, which is compared first. `-- --filter` only the
//! last of them, which is short enough to count its instructions.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use chrono::{DateTime, TimeDelta, Utc};
use cpu_time::ThreadTime;
use criterion::{BenchmarkId, Criterion, criterion_group};
use leadkit::blacklist::{
    Blacklist, BlacklistCheck, BlacklistRule, BlacklistRules, BurstCheck, BurstDimension, Lexicon,
    LexiconCheck, LexiconMatch, ListCheck, PatternCheck, PhoneSet, PrefixCheck, WindowState,
};
use leadkit::calendar::Span;
use leadkit::model::Lead;
use leadkit::rule::{Condition, FactContext, Facts, HostTables, Operator};
use leadkit::text::{Folded, fold};

mod random;

use random::SplitMix64;

const TEXTS: usize = 2_000;
const NUMBERS: usize = 10_000_000;
const QUESTIONS: usize = 1_000_000;
const RUNS: usize = 7;

/// A character of the few thousand that people write.
fn character(random: &mut SplitMix64) -> char {
    char::from_u32(0x4e00 + random.below(3_000) as u32 * 5).unwrap()
}

/// Different words of two to six characters; a tenth in Latin letters.
fn words(count: usize) -> Vec<String> {
    let mut random = SplitMix64(7);
    let mut words = std::collections::BTreeSet::new();
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
        let words: std::collections::BTreeSet<String> = words.iter().map(|word| fold(word)).collect();
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

/// Fifty rules of every kind, ten thousand words, a million numbers.
fn filter(words: &[String]) -> Blacklist {
    let mut rules = BlacklistRules::default();
    let mut add =
        |id: String, check: BlacklistCheck| rules.rules.push(BlacklistRule::new(id.as_str(), check));
    let check =
        LexiconCheck { words: words.to_vec(), mode: LexiconMatch::Anywhere, ..LexiconCheck::default() };
    add("words".into(), BlacklistCheck::Lexicon(check));
    let emails = (0..1_000).map(|n| format!("spam{n}@rival.com").as_str().into()).collect();
    add("mails".into(), BlacklistCheck::List(ListCheck { emails, phone_set: true, ..ListCheck::default() }));
    let prefixes = PrefixCheck { phones: vec!["+86170".into()], networks: vec!["203.0.113.0/24".into()] };
    add("prefixes".into(), BlacklistCheck::Prefix(prefixes));
    let patterns = PatternCheck { patterns: vec![r"https?://\S+".into()] };
    add("links".into(), BlacklistCheck::Pattern(patterns));
    for by in [BurstDimension::Ip24, BurstDimension::Page, BurstDimension::PhoneSegment] {
        let check = BurstCheck { by, count: 1_000, window: Span::hours(1), ..BurstCheck::default() };
        add(format!("burst-{by}"), BlacklistCheck::Burst(check));
    }
    for n in 0..38 {
        let condition =
            Condition::compare("source.page", Operator::Eq, format!("/page{n}").as_str()).unwrap();
        add(format!("page-{n}"), BlacklistCheck::Condition(condition));
    }
    assert_eq!(rules.rules.len(), 50);
    let numbers: Vec<String> = keys(1_000_000, 13).iter().map(|number| format!("+{number}")).collect();
    let set = Arc::new(numbers.iter().map(String::as_str).collect());
    Blacklist::compile(&rules).unwrap().with_phone_set(&"mails".into(), set).unwrap()
}

fn leads(messages: &[String]) -> Vec<Lead> {
    let mut random = SplitMix64(17);
    let start: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
    let one = |(n, message): (usize, &String)| Lead {
        id: format!("L-{n}").into(),
        created_at: start + TimeDelta::seconds(n as i64 * 20),
        name: Some(format!("{}{}", character(&mut random), character(&mut random))),
        phones: vec![format!("1{}", 3_000_000_000 + random.below(6_900_000_000)).as_str().into()],
        emails: vec![format!("wei{n}@xinghe{}.com", n % 50).as_str().into()],
        ip: Some(std::net::IpAddr::from([198, 51, (n % 200) as u8, (n % 251) as u8])),
        message: Some(message.clone()),
        source: leadkit::model::Source { page: Some(format!("/p{}", n % 60)), ..Default::default() },
        ..Lead::default()
    };
    messages.iter().enumerate().map(one).collect()
}

fn whole_filter() {
    let words = words(10_000);
    let (messages, bare) = (messages(&words), lexicon(&words));
    let (blacklist, leads, tables) = (filter(&words), leads(&messages), HostTables::default());
    let scan = scan(&bare, &messages);
    let ours = best(leads.len(), || {
        let mut windows = WindowState::default();
        for lead in &leads {
            let facts = Facts::new(lead, &FactContext::new(&tables, lead.created_at));
            let verdict = blacklist.check(&facts, &windows);
            windows.apply(verdict.delta());
        }
    });
    println!("| a lead | ns | times the scan | goal |\n|---|---|---|---|");
    println!("| scan of its message for 10,000 words | {scan:.0} | 1 | - |");
    println!(
        "| 50 rules, 1,000,000 numbers, windows; the facts included | {ours:.0} | {:.2} | 3 |",
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
