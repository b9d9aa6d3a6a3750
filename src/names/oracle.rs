//! The slow, obvious search that the index must agree with: every record against every gram of the query.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::search::{Compared, Work, eighths};
use super::size::factors;
use super::{NameIndex, SearchOptions, grams};

/// Candidates by full scan, compared like the index compares.
fn brute_force(index: &NameIndex<u32>, name: &str, options: &SearchOptions) -> Vec<u32> {
    let target = index.target(name);
    let collect = |text: &str| {
        let mut out = Vec::new();
        grams::collect(text, &mut out);
        out.into_iter().collect::<BTreeSet<u64>>()
    };
    let wanted = collect(target.view().text);
    let factors = factors(wanted.len() as u32, &target.view());
    let live: Vec<(u32, BTreeSet<u64>)> = (0..index.keys.len() as u32)
        .filter(|r| index.key(*r).is_some())
        .map(|r| (r, collect(index.view(r).text)))
        .collect();
    let mut scored: Vec<(u32, u32)> = Vec::new();
    for (record, own) in &live {
        let shared = || wanted.intersection(own);
        let frequency = |gram: &u64| live.iter().filter(|(_, g)| g.contains(gram)).count() as u32;
        let total: u32 = shared()
            .map(|g| eighths(live.len(), frequency(g)) * grams::weight(*g) + 1)
            .sum::<u32>()
            .min(65_535);
        if shared().next().is_some() {
            scored.push((total * factors[usize::from(index.sizes[*record as usize])], *record));
        }
    }
    scored.sort_by_key(|(score, record)| (std::cmp::Reverse(*score), index.keys[*record as usize]));
    scored.truncate(options.candidates.max(options.limit).max(2));
    let live = index.live();
    let weights = index.weights(target.unspaced);
    let scratch = &mut super::features::Scratch::default();
    let mut compared: Vec<Compared> = Vec::new();
    for (_, record) in &scored {
        let vector = target.features(&index.view(*record), &index.regions, &live, scratch);
        compared.push(Compared { record: *record, logit: weights.ranking(&vector), vector });
    }
    let best_first = |a: &Compared, b: &Compared| {
        b.logit.total_cmp(&a.logit).then(index.keys[a.record as usize].cmp(&index.keys[b.record as usize]))
    };
    compared.sort_by(best_first);
    for (rank, found) in compared.iter_mut().enumerate() {
        if rank < super::search::CLOSE || target.is_near(&found.vector) {
            target.relate(&index.view(found.record), &live, scratch, &mut found.vector);
        } else {
            found.vector[super::features::at::DIFFERENT] = 1.0;
        }
        found.logit = weights.ranking(&found.vector);
    }
    compared.sort_by(best_first);
    compared.iter().filter_map(|c| index.keys[c.record as usize]).collect()
}

fn a_name() -> impl Strategy<Value = String> {
    let part = proptest::sample::select(vec![
        "北京",
        "上海市",
        "纷扬",
        "飞扬",
        "海纳",
        "科技",
        "贸易",
        "第二",
        "建筑",
        "有限公司",
        "股份有限公司",
        "支行",
        "acme ",
        "alpha ",
        "steel ",
        "steal ",
        "Inc",
        " Ltd",
        "甲",
        "乙",
        "tcl",
    ]);
    proptest::collection::vec(part, 1..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_unlimited_budget_is_brute_force(
        names in proptest::collection::vec(a_name(), 1..60),
        removed in proptest::collection::vec(0u32..60, 0..10),
        query in a_name(),
        candidates in 2usize..12,
    ) {
        let mut index: NameIndex<u32> = NameIndex::new();
        for (i, name) in names.iter().enumerate() {
            index.insert(i as u32, name);
        }
        for id in &removed {
            index.remove(id);
        }
        let options = SearchOptions { budget: usize::MAX, candidates, limit: 2, ..SearchOptions::default() };
        let compared = index.compared(&index.target(&query), &options, &mut Work::default());
        let found: Vec<u32> = compared.iter().filter_map(|c| index.keys[c.record as usize]).collect();
        prop_assert_eq!(found, brute_force(&index, &query, &options));
    }
}

#[test]
fn brute_force_agrees_beyond_one_block_of_records() {
    let mut index: NameIndex<u32> = NameIndex::new();
    let parts = ["纷", "扬", "海", "纳", "科", "技", "贸", "易", "甲", "乙", "丙", "丁", "戊", "己"];
    let mut seed = 7u64;
    for i in 0..40_000 {
        let name: String = (0..5)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                parts[(seed >> 40) as usize % parts.len()]
            })
            .collect();
        index.insert(i, &name);
    }
    // The frequencies of the slow side are counted by the index here: counting is what the property test checks.
    let options = SearchOptions { budget: usize::MAX, ..SearchOptions::default() };
    let target = index.target("纷扬科技海");
    let wanted = {
        let mut out = Vec::new();
        grams::collect(target.view().text, &mut out);
        out
    };
    let factors = factors(wanted.len() as u32, &target.view());
    let mut scored: Vec<(u32, u32)> = (0..40_000u32)
        .map(|record| {
            let mut own = Vec::new();
            grams::collect(index.view(record).text, &mut own);
            let shared = wanted.iter().filter(|g| own.contains(g));
            let total: u32 =
                shared.map(|g| eighths(40_000, index.postings.live(*g)) * grams::weight(*g) + 1).sum();
            (total * factors[usize::from(index.sizes[record as usize])], record)
        })
        .collect();
    scored.sort_by_key(|(score, record)| (std::cmp::Reverse(*score), *record));
    let want: BTreeSet<u32> = scored.iter().take(options.candidates).map(|(_, r)| *r).collect();
    let found = index.compared(&target, &options, &mut Work::default());
    assert_eq!(found.iter().map(|c| c.record).collect::<BTreeSet<u32>>(), want);
}
