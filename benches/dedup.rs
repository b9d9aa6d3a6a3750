//! Company-name search beside its rivals, on the same names and the same queries.
//!
//! `cargo bench -p leadkit-benches --bench dedup`. `LEADKIT_NAMES` names a file with one company name a line (of lines
//! with tabs the first column); without it the names are generated. `LEADKIT_SIZES` (default `10000,100000,1000000`)
//! chooses the sizes. Rivals scan every name: they run at the smallest size only, and their time grows with it.
#![allow(clippy::disallowed_methods, reason = "a bench reads its data's path from the environment")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use leadkit::company::{CompanyName, Gazetteer, keys_for_storage};
use leadkit::names::{NameIndex, SearchOptions};
use leadkit::text::fold;

fn sizes() -> Vec<usize> {
    let text = std::env::var("LEADKIT_SIZES").unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    text.split(',').filter_map(|size| size.parse().ok()).collect()
}

/// The `i`th generated name: place, two to three characters of brand, trade, legal form.
fn generated(i: u64) -> String {
    let mut state = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    let mut next = |below: usize| {
        state = (state ^ state >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (state >> 33) as usize % below
    };
    let places = ["北京", "上海市", "广州", "深圳市", "杭州", "成都市", "武汉", "苏州", "青岛市", "", "", ""];
    let trades =
        ["科技", "贸易", "实业", "建筑工程", "信息技术", "物流", "食品", "广告传媒", "机械制造", "医疗器械"];
    let forms = ["有限公司", "有限公司", "有限公司", "股份有限公司", "有限责任公司", "厂", "集团有限公司"];
    let place = places[next(places.len())];
    let brand: String = (0..2 + next(2)).filter_map(|_| char::from_u32(0x4e00 + next(3000) as u32)).collect();
    let (trade, form) = (trades[next(trades.len())], forms[next(forms.len())]);
    format!("{place}{brand}{trade}{form}")
}

fn names(size: usize) -> Vec<String> {
    let Ok(path) = std::env::var("LEADKIT_NAMES") else {
        return (0..size as u64).map(generated).collect();
    };
    let text = std::fs::read_to_string(&path).expect("LEADKIT_NAMES should be a readable file");
    text.lines().take(size).map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

/// What people type: the name without its legal form or its place, every 37th of the list.
fn queries(names: &[String]) -> Vec<String> {
    let gazetteer = Gazetteer::builtin();
    let short = |name: &String| {
        let parsed = CompanyName::parse(name, &gazetteer);
        format!("{}{}", parsed.brand(), parsed.industry().unwrap_or_default())
    };
    names.iter().step_by(37).take(500).map(short).collect()
}

fn build(names: &[String]) -> NameIndex<u32> {
    let mut index = NameIndex::new();
    for (i, name) in names.iter().enumerate() {
        index.insert(i as u32, name);
    }
    index
}

fn search(c: &mut Criterion) {
    let mut group = c.benchmark_group("look_up");
    group.throughput(Throughput::Elements(1));
    for size in sizes() {
        let names = names(size);
        let queries = queries(&names);
        let index = build(&names);
        let options = SearchOptions::default();
        let mut at = 0;
        group.bench_function(BenchmarkId::new("leadkit", size), |b| {
            b.iter(|| {
                at = (at + 1) % queries.len();
                black_box(index.search(&queries[at], &options))
            });
        });
    }
    let size = sizes().into_iter().min().unwrap_or(10_000);
    let folded: Vec<String> = names(size).iter().map(|name| fold(name)).collect();
    let queries = queries(&names(size));
    let mut at = 0;
    group.bench_function(BenchmarkId::new("strsim_jaro_winkler", size), |b| {
        b.iter(|| {
            at = (at + 1) % queries.len();
            let query = &queries[at];
            let score = |name: &String| strsim::jaro_winkler(query, name);
            folded.iter().enumerate().map(|(i, name)| (score(name), i)).max_by(|a, b| a.0.total_cmp(&b.0))
        });
    });
    group.bench_function(BenchmarkId::new("rapidfuzz_ratio", size), |b| {
        b.iter(|| {
            at = (at + 1) % queries.len();
            let scorer = rapidfuzz::fuzz::RatioBatchComparator::new(queries[at].chars());
            let score = |name: &String| scorer.similarity(name.chars());
            folded.iter().enumerate().map(|(i, name)| (score(name), i)).max_by(|a, b| a.0.total_cmp(&b.0))
        });
    });
    group.bench_function(BenchmarkId::new("rapidfuzz_jaro_winkler", size), |b| {
        b.iter(|| {
            at = (at + 1) % queries.len();
            let scorer = rapidfuzz::distance::jaro_winkler::BatchComparator::new(queries[at].chars());
            let score = |name: &String| scorer.similarity(name.chars());
            folded.iter().enumerate().map(|(i, name)| (score(name), i)).max_by(|a, b| a.0.total_cmp(&b.0))
        });
    });
    group.finish();
}

fn change(c: &mut Criterion) {
    let mut group = c.benchmark_group("change");
    let size = sizes().into_iter().max().unwrap_or(100_000);
    let names = names(size);
    let mut index = build(&names);
    group.throughput(Throughput::Elements(1));
    let mut next = size as u32;
    group.bench_function(BenchmarkId::new("insert", size), |b| {
        b.iter(|| {
            next += 1;
            index.insert(next, &names[next as usize % names.len()])
        });
    });
    // One goes out and comes back: a remove and an insert.
    let mut gone = 0;
    group.bench_function(BenchmarkId::new("remove_and_insert", size), |b| {
        b.iter(|| {
            gone = (gone + 1) % names.len() as u32;
            let was = index.remove(&gone);
            index.insert(gone, &names[gone as usize]) == was
        });
    });
    let mut again = 0;
    group.bench_function(BenchmarkId::new("rename", size), |b| {
        b.iter(|| {
            again = (again + 1) % names.len() as u32;
            index.rename(again, &names[(again as usize * 31 + 7) % names.len()])
        });
    });
    group.finish();
}

fn names_alone(c: &mut Criterion) {
    let mut group = c.benchmark_group("company");
    let names = names(10_000);
    let gazetteer = Gazetteer::builtin();
    group.throughput(Throughput::Elements(1));
    let mut at = 0;
    group.bench_function("parse", |b| {
        b.iter(|| {
            at = (at + 1) % names.len();
            CompanyName::parse(&names[at], &gazetteer)
        });
    });
    group.bench_function("keys_for_storage", |b| {
        b.iter(|| {
            at = (at + 1) % names.len();
            keys_for_storage(&names[at], &gazetteer)
        });
    });
    group.finish();
}

fn whole_lists(c: &mut Criterion) {
    let mut group = c.benchmark_group("list");
    group.sample_size(10);
    let names = names(100_000);
    group.throughput(Throughput::Elements(names.len() as u64));
    group.bench_function(BenchmarkId::new("build", names.len()), |b| b.iter(|| build(&names)));
    let index = build(&names);
    group.bench_function(BenchmarkId::new("self_match", names.len()), |b| {
        b.iter(|| index.pairs(0.5, &SearchOptions::for_pairs()));
    });
    group.finish();
}

fn settings() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = settings(); targets = search, change, names_alone, whole_lists }
criterion_main!(benches);
