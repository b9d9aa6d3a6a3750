//! Phone numbers of leads, beside `rlibphonenumber`.
//!
//! `cargo bench -p leadkit-benches --bench contact`; with `-- --ratios` only the table: nanoseconds of one value, the
//! fastest of a few runs, and how many times the rival takes. Both judge the same numbers, and the answers are compared
//! first.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use criterion::{Criterion, criterion_group};
use leadkit::contact::{Phone, PhoneOptions, check_cn_mobile, read_emails, read_phones};
use rlibphonenumber::{PhoneNumber, PhoneNumberType, Region};

mod random;

use random::SplitMix64;

const VALUES: usize = 20_000;
const RUNS: usize = 7;

/// Chinese mobile numbers and what looks like one, as forms bring them.
fn mobiles() -> Vec<String> {
    let mut random = SplitMix64(22);
    let mut one = |n: usize| {
        let number = 13_000_000_000 + random.below(7_000_000_000);
        match n % 10 {
            0 => format!("+86 {number}"),
            1 => {
                let text = number.to_string();
                format!("{}-{}-{}", &text[..3], &text[3..7], &text[7..])
            }
            _ => number.to_string(),
        }
    };
    (0..VALUES).map(&mut one).collect()
}

fn rival_is_mobile(text: &str) -> bool {
    PhoneNumber::parse(text, Some(Region::CN))
        .is_ok_and(|number| number.is_valid() && number.get_type() == PhoneNumberType::Mobile)
}

fn per_value(values: &[String], mut judge: impl FnMut(&str)) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = ThreadTime::now();
        for value in values {
            judge(black_box(value));
        }
        best = best.min(start.elapsed());
    }
    best.as_secs_f64() * 1e9 / values.len() as f64
}

fn ratios() {
    let numbers = mobiles();
    let differ =
        numbers.iter().filter(|text| check_cn_mobile(text).is_some() != rival_is_mobile(text)).count();
    println!("{differ} of {VALUES} answers differ\n");
    let rival = per_value(&numbers, |text| {
        black_box(rival_is_mobile(text));
    });
    println!("| question | leadkit, ns | rlibphonenumber, ns | times | goal |\n|---|---|---|---|---|");
    let row = |name: &str, ours: f64, goal: &str| {
        println!("| {name} | {ours:.1} | {rival:.0} | {:.1} | {goal} |", rival / ours);
    };
    let options = PhoneOptions::default();
    row(
        "a Chinese mobile number, yes or no",
        per_value(&numbers, |text| {
            black_box(check_cn_mobile(text));
        }),
        "10",
    );
    row(
        "any number: key, kind, fault",
        per_value(&numbers, |text| {
            black_box(Phone::parse(text, &options));
        }),
        "-",
    );
    row(
        "a field: every number with its place",
        per_value(&numbers, |text| {
            black_box(read_phones(text, &options));
        }),
        "-",
    );
    let addresses: Vec<String> = (0..VALUES).map(|n| format!("li.wei{n}@xinghe{}.com", n % 97)).collect();
    let emails = per_value(&addresses, |text| {
        black_box(read_emails(text));
    });
    println!("| a field of an address | {emails:.1} | - | - | - |");
}

fn contacts(criterion: &mut Criterion) {
    let numbers = mobiles();
    let mut group = criterion.benchmark_group("cn_mobile");
    let mut at = numbers.iter().cycle();
    group.bench_function("leadkit", |bencher| bencher.iter(|| check_cn_mobile(at.next().unwrap())));
    let mut at = numbers.iter().cycle();
    group.bench_function("rlibphonenumber", |bencher| bencher.iter(|| rival_is_mobile(at.next().unwrap())));
    group.finish();
}

criterion_group!(benches, contacts);

fn main() {
    if std::env::args().any(|argument| argument == "--ratios") {
        ratios();
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
