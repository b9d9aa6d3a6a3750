//! Groups from pairs that are alike.

use std::collections::BTreeSet;

use leadkit::merge::{ClusterOptions, Clusters, ScoredPair, cluster, cluster_names, cluster_with_copies};
use leadkit::names::{NameIndex, SearchOptions};
use proptest::prelude::*;

use crate::support::snapshot;

type Pair = (usize, usize, f64);

fn options(support: f64) -> ClusterOptions {
    ClusterOptions { support, ..ClusterOptions::default() }
}

fn members(found: &Clusters) -> Vec<Vec<usize>> {
    found.clusters.iter().map(|cluster| cluster.members.clone()).collect()
}

fn numbers(pair: &ScoredPair) -> (usize, usize) {
    (pair.first, pair.second)
}

#[test]
fn a_chain_is_cut_at_its_weakest_link() {
    let pairs = [(0, 1, 0.9), (1, 2, 0.95), (0, 2, 0.85), (3, 4, 0.9), (2, 3, 0.55)];
    let found = cluster(6, pairs, &ClusterOptions::default());
    assert_eq!(members(&found), [vec![0, 1, 2], vec![3, 4]]);
    assert_eq!(found.held_back.iter().map(numbers).collect::<Vec<_>>(), [(2, 3)]);
    assert_eq!((numbers(&found.clusters[0].weakest), found.clusters[0].weakest.score), ((0, 1), 0.9));
    assert_eq!(found.clusters[0].density, 1.0);
    // Every pair between the groups but one: now they are one.
    let more = [(0, 3, 0.6), (1, 3, 0.6), (0, 4, 0.6), (1, 4, 0.6), (2, 4, 0.6)];
    let found = cluster(6, pairs.into_iter().chain(more), &ClusterOptions::default());
    assert_eq!(members(&found), [vec![0, 1, 2, 3, 4]]);
    assert!(found.held_back.is_empty());
}

#[test]
fn a_group_is_never_larger_than_allowed() {
    let pairs = (0..10).flat_map(|i| (i + 1..10).map(move |j| (i, j, 0.9)));
    let found = cluster(10, pairs, &ClusterOptions { largest: 4, ..ClusterOptions::default() });
    assert!(found.clusters.iter().all(|cluster| cluster.members.len() <= 4));
    assert!(!found.held_back.is_empty());
}

#[test]
fn hostile_pairs_are_passed_over() {
    let pairs = [
        (0, 0, 1.0),
        (0, 9, 1.0),
        (usize::MAX, 1, 1.0),
        (0, 1, f64::NAN),
        (0, 1, f64::INFINITY),
        (1, 2, 0.4),
        (1, 2, -0.0),
    ];
    let found = cluster(3, pairs, &ClusterOptions::default());
    assert_eq!((found.labels(), found.held_back.len()), (vec![0, 1, 2], 0));
    assert_eq!(cluster(0, pairs, &ClusterOptions::default()).labels(), [0; 0]);
    let strange = ClusterOptions { threshold: f64::NAN, support: f64::NAN, largest: 1 };
    assert_eq!(cluster(3, [(0, 1, 0.9)], &strange).labels(), [0, 1, 2]);
}

#[test]
fn a_long_chain_and_a_large_group_are_quick() {
    let chain = (1..100_000).map(|i| (i - 1, i, 0.9));
    assert_eq!(members(&cluster(100_000, chain.clone(), &options(0.0)))[0].len(), 100_000);
    let found = cluster(100_000, chain, &ClusterOptions::default());
    assert!(found.clusters.iter().all(|cluster| cluster.members.len() <= 4), "{:?}", found.clusters[0]);
    let star = (1..100_000).map(|i| (0, i, 0.9));
    assert_eq!(members(&cluster(100_000, star, &options(0.0)))[0].len(), 100_000);
}

/// The same bytes with the feature `parallel` and without: the snapshot holds for both.
#[test]
fn names_are_joined_the_same_on_any_number_of_threads() {
    let brands = ["纷扬", "飞扬", "海纳", "Acme", "Juniper Moss", "三一", "Borea"];
    let trades = ["科技", "贸易", " Trading", " Software"];
    let forms = ["有限公司", "股份有限公司", " Ltd", "", " Limited"];
    let names: Vec<String> = (0..600)
        .map(|i: usize| {
            let city = ["北京", "上海", "深圳市", ""][i / 7 % 4];
            format!("{city}{}{}{}", brands[i % 7], trades[i / 28 % 4], forms[i / 112 % 5])
        })
        .collect();
    let found = cluster_names(&names, &ClusterOptions::default());
    let bytes = serde_json::to_vec(&found).unwrap();
    let hash =
        bytes.iter().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3));
    snapshot(
        "merge_clusters_of_names",
        format!("{} clusters, {} held back, {hash:016x}", found.clusters.len(), found.held_back.len()),
    );
    // Copies of one name are always together.
    let labels = found.labels();
    for (i, name) in names.iter().enumerate() {
        let first = names.iter().position(|other| other == name).unwrap();
        assert_eq!(labels[i], labels[first], "{name}");
    }
    assert_eq!(cluster_names::<&str>(&[], &ClusterOptions::default()), Clusters::default());
}

/// Names of other companies, no two alike.
fn others(count: usize) -> Vec<String> {
    let letters = ["ba", "ko", "lu", "mi", "ne", "ro", "su", "ti", "vo", "za", "qui", "phe", "dra"];
    let word = |mut n: usize| {
        let mut word = String::new();
        for _ in 0..4 {
            word.push_str(letters[n % 13]);
            n /= 13;
        }
        word
    };
    (0..count).map(|i| format!("{} {} Ltd", word(i * 7919 + 11), word(i * 104_729 + 5))).collect()
}

#[test]
fn any_number_of_copies_is_one_group() {
    for count in [2, 10, 11, 12, 60, 100] {
        let names = vec!["Acme Trading Ltd"; count];
        let found = cluster_names(&names, &ClusterOptions::default());
        assert_eq!(members(&found), [(0..count).collect::<Vec<_>>()]);
        assert_eq!((found.clusters[0].density, found.held_back.len()), (1.0, 0));
        assert_eq!(numbers(&found.clusters[0].weakest), (0, 1));
        // Strict options do not take copies apart.
        let strict = ClusterOptions { threshold: 1.0, support: 1.0, largest: 2 };
        assert_eq!(members(&cluster_names(&names, &strict))[0].len(), count);
    }
    // Names that say nothing are nobody's.
    assert_eq!(cluster_names(&["", "", " - ", "。"], &ClusterOptions::default()).labels(), [0, 1, 2, 3]);
}

#[test]
fn masses_of_copies_among_other_names() {
    let mut names: Vec<String> = others(2000);
    let copies: BTreeSet<usize> = (0..20_000).map(|i| i + i / 10 + 1).collect();
    for (at, place) in copies.iter().enumerate() {
        let spelt = ["北京纷扬科技有限公司", "北京紛揚科技（有限公司）", "北京纷扬科技 有限公司"][at % 3];
        names.insert(*place, spelt.to_owned());
    }
    // Like them, but another spelling of the brand: it joins all of them or none.
    names.push("北京纷扬科技".to_owned());
    let found = cluster_names(&names, &ClusterOptions::default());
    let mut group: Vec<usize> = copies.into_iter().collect();
    let labels = found.labels();
    group.extend((labels[names.len() - 1] == 1).then_some(names.len() - 1));
    assert_eq!(found.clusters.iter().find(|cluster| cluster.members.contains(&1)).unwrap().members, group);
    assert_eq!(labels[names.len() - 1], 1, "{:?}", found.held_back);
}

#[test]
fn the_pairs_of_copies_are_as_many_as_the_limit_says() {
    let options = SearchOptions::for_pairs();
    let index = |names: &[&str]| {
        let mut index: NameIndex<usize> = NameIndex::new();
        names.iter().enumerate().for_each(|(number, name)| assert!(index.insert(number, name)));
        index
    };
    let copies = index(&["Acme Trading Ltd"; 20]);
    assert_eq!(copies.copies(), [(0..20).collect::<Vec<_>>()]);
    let found = copies.pairs(0.5, &options);
    assert_eq!(found.len(), 45 + 10 * 10);
    for copy in 1..20 {
        let with = found.iter().filter(|pair| pair.second == copy).map(|pair| pair.first);
        assert_eq!(with.collect::<Vec<_>>(), (0..copy.min(10)).collect::<Vec<_>>());
    }
    // What is like a copy is like all, and no copy is a rival of another.
    let many = index(&["Acme Trading", "Acme Trading Ltd", "ACME TRADING LIMITED"]).pairs(0.1, &options);
    assert_eq!(many.len(), 3);
    assert_eq!(many[0].score, many[1].score);
    assert_eq!((many[0].first, many[1].first), (0, 0));
}

/// More near names than a lookup keeps: each still has pairs, found from one side or from the other.
#[test]
fn a_neighbourhood_of_thirty_near_names() {
    // One name as thirty people miskey it.
    let slip = |kind: usize, place: usize| {
        let mut letters: Vec<char> = "Copperline Analytics".chars().collect();
        match kind {
            0 => _ = letters.remove(place),
            1 => letters.insert(place, letters[place]),
            _ => letters.swap(place, place + 1),
        }
        format!("{} Ltd", String::from_iter(letters))
    };
    let places = [1, 4, 5, 6, 7, 8, 12, 13, 15, 16];
    let mut names: Vec<String> = (0..3).flat_map(|kind| places.map(|place| slip(kind, place))).collect();
    names.extend(others(300));
    let mut index: NameIndex<usize> = NameIndex::new();
    for (number, name) in names.iter().enumerate() {
        index.insert(number, name);
    }
    let pairs = index.pairs(0.3, &SearchOptions::for_pairs());
    for name in 0..30 {
        let count = pairs.iter().filter(|pair| pair.first == name || pair.second == name).count();
        assert!((10..30).contains(&count), "{name}: {count}");
    }
    assert!(pairs.iter().map(|pair| (pair.first, pair.second)).is_sorted_by(|a, b| a < b));
    // Nobody is lost: each is in a group, and what could not join is there to decide on.
    let options = ClusterOptions { threshold: 0.3, ..ClusterOptions::default() };
    let found = cluster_names(&names, &options);
    let near: Vec<&[usize]> =
        found.clusters.iter().filter(|c| c.members[0] < 30).map(|c| c.members.as_slice()).collect();
    let mut all = near.concat();
    all.extend(found.held_back.iter().flat_map(|pair| [pair.first, pair.second]).filter(|name| *name < 30));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all, (0..30).collect::<Vec<_>>());
    assert!(near.len() == 1 || !found.held_back.is_empty(), "{near:?}");
}

fn some_pairs() -> impl Strategy<Value = (usize, Vec<Pair>)> {
    (1usize..14).prop_flat_map(|items| {
        let pair = (0..items, 0..items, (0u32..=10).prop_map(|tenths| f64::from(tenths) / 10.0));
        (Just(items), proptest::collection::vec(pair, 0..40))
    })
}

/// The strongest score of every pair that counts.
fn edges(pairs: &[Pair], threshold: f64) -> std::collections::BTreeMap<(usize, usize), f64> {
    let mut edges = std::collections::BTreeMap::new();
    for (i, j, score) in pairs.iter().copied().filter(|(i, j, score)| i != j && *score >= threshold) {
        let known = edges.entry((i.min(j), i.max(j))).or_insert(score);
        *known = known.max(score);
    }
    edges
}

/// Connected components by flooding.
fn components(items: usize, pairs: &[Pair], threshold: f64) -> Vec<usize> {
    let edges = edges(pairs, threshold);
    let mut labels: Vec<usize> = (0..items).collect();
    loop {
        let before = labels.clone();
        for (i, j) in edges.keys() {
            let least = labels[*i].min(labels[*j]);
            (labels[*i], labels[*j]) = (least, least);
        }
        if labels == before {
            return labels;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn clusters_are_a_partition_and_do_not_depend_on_order(
        ((items, pairs), shuffled) in some_pairs().prop_flat_map(|(items, pairs)| {
            (Just((items, pairs.clone())), Just(pairs).prop_shuffle())
        }),
        support in proptest::sample::select(vec![0.0, 0.3, 0.5, 1.0]),
        largest in 0usize..5,
    ) {
        let options = ClusterOptions { largest, ..options(support) };
        let found = cluster(items, pairs.iter().copied(), &options);
        let turned = shuffled.iter().map(|(i, j, score)| (*j, *i, *score));
        prop_assert_eq!(&cluster(items, turned, &options), &found);
        // Each item stands in at most one group; groups have two or more, ascending, and stand in order.
        let all: Vec<usize> = members(&found).concat();
        let distinct: BTreeSet<usize> = all.iter().copied().collect();
        prop_assert_eq!(distinct.len(), all.len());
        prop_assert!(distinct.iter().all(|item| *item < items));
        prop_assert!(members(&found).iter().all(|group| group.len() > 1 && group.is_sorted()));
        prop_assert!(members(&found).is_sorted());
        prop_assert!(largest == 0 || members(&found).iter().all(|group| group.len() <= largest));
        // Groups only join what connected components join, and what was held back lies between groups.
        let labels = found.labels();
        let connected = components(items, &pairs, options.threshold);
        for group in members(&found) {
            prop_assert!(group.iter().all(|member| connected[*member] == connected[group[0]]));
        }
        let edges = edges(&pairs, options.threshold);
        for (i, j) in edges.keys() {
            let held = found.held_back.iter().any(|pair| numbers(pair) == (*i, *j));
            prop_assert_eq!(held, labels[*i] != labels[*j]);
        }
        for cluster in &found.clusters {
            let inside = |pair: &&(usize, usize)| {
                cluster.members.contains(&pair.0) && cluster.members.contains(&pair.1)
            };
            let pairs = edges.keys().filter(inside).count() as f64;
            let possible = (cluster.members.len() * (cluster.members.len() - 1) / 2) as f64;
            prop_assert!((cluster.density - pairs / possible).abs() < 1e-8);
            if support == 1.0 {
                prop_assert_eq!(cluster.density, 1.0);
            }
            let weakest = edges.get(&numbers(&cluster.weakest)).copied();
            prop_assert_eq!(weakest, Some(cluster.weakest.score));
        }
    }

    /// What copies stand for, written out.
    #[test]
    fn copies_are_complete_pairs(
        (items, pairs) in some_pairs(),
        joined in proptest::collection::vec((0usize..14, 0usize..14), 0..6),
        support in 0.0f64..=1.0,
    ) {
        let joined: Vec<(usize, usize)> = joined.into_iter().filter(|(a, b)| *a < items && *b < items).collect();
        let one: Vec<Pair> = joined.iter().map(|(a, b)| (*a, *b, 1.0)).collect();
        let sets = components(items, &one, 0.5);
        // Scores that differ, or the order would depend on the numbers of copies.
        let between = pairs.iter().enumerate().filter(|(_, pair)| sets[pair.0] != sets[pair.1]);
        let pairs: Vec<Pair> = between.map(|(at, (i, j, _))| (*i, *j, 0.99 - at as f64 / 100.0)).collect();
        let mut all: Vec<Pair> = Vec::new();
        for i in 0..items {
            for j in 0..i {
                if sets[i] == sets[j] {
                    all.push((i, j, 1.0));
                }
                let sides = [(sets[i], sets[j]), (sets[j], sets[i])];
                let like = pairs.iter().filter(|pair| sides.contains(&(sets[pair.0], sets[pair.1])));
                all.extend(like.map(|pair| (i, j, pair.2)));
            }
        }
        let found = cluster_with_copies(items, joined, pairs, &options(support));
        let slow = cluster(items, all, &options(support));
        prop_assert_eq!(found.labels(), slow.labels());
        for (ours, theirs) in found.clusters.iter().zip(&slow.clusters) {
            prop_assert_eq!((ours.density, ours.weakest.score), (theirs.density, theirs.weakest.score));
        }
        let held: BTreeSet<(usize, usize)> = slow.held_back.iter().map(|p| (sets[p.first], sets[p.second])).collect();
        let held: BTreeSet<(usize, usize)> = held.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
        prop_assert_eq!(found.held_back.iter().map(numbers).collect::<BTreeSet<_>>(), held);
    }

    #[test]
    fn without_support_they_are_the_connected_components((items, pairs) in some_pairs()) {
        let found = cluster(items, pairs.iter().copied(), &options(0.0));
        prop_assert_eq!(found.labels(), components(items, &pairs, 0.5));
        prop_assert_eq!(&found.held_back, &vec![]);
        // The weakest link is the greatest score at which the group still hangs together.
        for cluster in &found.clusters {
            let together = |score: f64| {
                let labels = components(items, &pairs, score);
                cluster.members.iter().all(|member| labels[*member] == labels[cluster.members[0]])
            };
            let score = cluster.weakest.score;
            prop_assert!(together(score) && !together(score + 0.05));
        }
    }

    #[test]
    fn what_remains_apart_may_not_be_joined((items, pairs) in some_pairs(), support in 0.01f64..=1.0) {
        let found = cluster(items, pairs.iter().copied(), &options(support));
        let labels = found.labels();
        let edges = edges(&pairs, 0.5);
        for pair in &found.held_back {
            let (a, b) = (labels[pair.first], labels[pair.second]);
            let of = |label: usize| labels.iter().filter(|other| **other == label).count();
            let links = edges
                .keys()
                .filter(|(i, j)| (labels[*i], labels[*j]) == (a, b) || (labels[*i], labels[*j]) == (b, a))
                .count();
            prop_assert!((links as f64) < support * (of(a) * of(b)) as f64);
        }
    }
}
