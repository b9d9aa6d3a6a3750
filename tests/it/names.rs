//! The company-name index, from outside: laws, traps, bytes.

use leadkit::company::Gazetteer;
use leadkit::names::{Agreement, IndexError, NameIndex, Relation, SearchOptions, Tuning};
use proptest::prelude::*;

fn index(names: &[&str]) -> NameIndex<u32> {
    let mut index = NameIndex::new();
    for (i, name) in names.iter().enumerate() {
        index.insert(i as u32, name);
    }
    index
}

fn ids(index: &NameIndex<u32>, name: &str) -> Vec<u32> {
    index.search(name, &SearchOptions::default()).iter().map(|m| m.id).collect()
}

const NAMES: [&str; 12] = [
    "北京纷扬科技有限公司",
    "北京飞扬科技有限公司",
    "上海纷扬贸易有限公司",
    "第二建筑工程公司",
    "第三建筑工程公司",
    "江苏嵘泰工业股份有限公司",
    "东鹏饮料(集团)股份有限公司",
    "中国建设银行股份有限公司天津油田支行",
    "Parker-Hannifin Corp",
    "American Futures and Options Exchange",
    "S & L TRAVEL PARTNERS, INC.",
    "株式会社日立製作所",
];

#[test]
fn short_variant_and_foreign_spellings_find_their_company() {
    let index = index(&NAMES);
    for (query, want) in [
        ("紛揚科技", 0),
        ("嵘泰股份", 5),
        ("东鹏饮料", 6),
        ("第三建筑", 4),
        ("PARKER HANNIFIN", 8),
        ("S and L Travel Partners Incorporated", 10),
        ("日立制作所", 11),
        ("ＮＯＴＨＩＮＧ", u32::MAX),
    ] {
        let found = ids(&index, query);
        assert_eq!(found.first().copied().unwrap_or(u32::MAX), want, "{query}");
    }
}

#[test]
fn containment_alone_is_no_match() {
    let index = index(&NAMES);
    let found = index.search("america", &SearchOptions::default());
    assert!(found.iter().all(|m| m.score < 0.5), "{found:?}");
}

#[test]
fn twins_are_ambiguous_and_ties_break_by_id() {
    let mut index = index(&["海纳贸易有限公司", "海纳贸易有限公司", "纷扬科技有限公司"]);
    let found = index.search("海纳贸易", &SearchOptions::default());
    assert_eq!((found[0].id, found[1].id), (0, 1));
    assert!(found[0].ambiguous && found[1].ambiguous && found[0].margin == 0.0);
    index.remove(&1);
    let found = index.search("海纳贸易", &SearchOptions::default());
    assert!(!found[0].ambiguous && found[0].margin > 1.0);
}

#[test]
fn evidence_reads_as_a_sentence() {
    let index = index(&NAMES);
    let options = SearchOptions { explain: true, ..SearchOptions::default() };
    let found = index.search("上海飞扬科技", &options);
    let first = found.iter().find(|m| m.id == 1).unwrap();
    assert_eq!((first.evidence.brand, first.evidence.region), (Agreement::Agrees, Agreement::Differs));
    let text = first.evidence.to_string();
    assert!(
        text.starts_with(
            "agree in brand and industry; differ in region; only one names legal form; share 飞扬科技; "
        ),
        "{text}"
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json[0]["evidence"]["brand"], "agrees");
}

#[test]
fn an_alias_stands_for_its_company() {
    let gazetteer = Gazetteer::builder().alias("纷享销客", "北京纷扬科技有限公司").build();
    let mut index: NameIndex<u32> = NameIndex::builder().gazetteer(gazetteer).build();
    index.insert(4, "北京纷扬科技有限责任公司");
    let found = index.search("纷享销客", &SearchOptions::default());
    assert_eq!(found[0].id, 4);
    assert!(found[0].evidence.alias && found[0].evidence.to_string().starts_with("by alias: "));
    assert!(index.compare("纷享销客", "北京纷扬科技").similarity > 0.5);
}

#[test]
fn a_host_can_hand_in_its_own_weights() {
    let mut tuning = Tuning::default();
    tuning.unspaced.confidence.insert("bias".to_owned(), -40.0);
    let mut index: NameIndex<u32> = NameIndex::builder().tuning(tuning).build();
    index.insert(1, "纷扬科技");
    assert!(index.search("纷扬科技", &SearchOptions::default())[0].score < 1e-6);
}

#[test]
fn what_is_removed_or_renamed_is_not_found_any_more() {
    let mut index = index(&NAMES);
    assert!(index.remove(&0) && !index.remove(&0));
    assert!(!ids(&index, "北京纷扬科技").contains(&0));
    assert!(index.rename(1, "深圳海纳贸易有限公司") && !index.rename(77, "x"));
    assert_eq!(ids(&index, "海纳贸易").first(), Some(&1));
    assert!(!ids(&index, "飞扬").contains(&1));
    assert!(index.insert(0, "北京纷扬科技有限公司"), "the key is free again");
    assert!(!index.insert(0, "北京纷扬网络有限公司"), "and now it is taken");
    assert_eq!(ids(&index, "纷扬网络").first(), Some(&0));
    assert_eq!((index.len(), index.contains(&0), index.normalised(&0)), (12, true, Some("北京纷扬网络")));
}

#[test]
fn many_changes_leave_what_a_fresh_index_would_be() {
    let mut changed: NameIndex<u32> = NameIndex::new();
    for i in 0..6000u32 {
        changed.insert(i, &format!("北京{}科技有限公司", i % 977));
    }
    for i in 0..5000 {
        changed.remove(&i);
    }
    let mut fresh: NameIndex<u32> = NameIndex::new();
    for i in (5000..6000u32).rev() {
        fresh.insert(i, &format!("北京{}科技有限公司", i % 977));
    }
    for query in ["北京123科技", "科技", "977", "北京"] {
        let options = SearchOptions::default();
        assert_eq!(changed.search(query, &options), fresh.search(query, &options), "{query}");
    }
    assert_eq!(changed.to_bytes().unwrap(), fresh.to_bytes().unwrap());
    assert!(changed.heap_bytes() < 3 * fresh.heap_bytes());
}

#[test]
fn pairs_of_one_list() {
    let index = index(&[
        "纷扬科技",
        "北京纷扬科技有限公司",
        "海纳贸易",
        "Acme Trading Ltd",
        "ACME TRADING LIMITED",
        "苏州海纳物流",
    ]);
    let pairs = index.pairs(0.2, &SearchOptions::for_pairs());
    let found: Vec<(u32, u32)> = pairs.iter().map(|p| (p.first, p.second)).collect();
    assert!(found.contains(&(0, 1)) && found.contains(&(3, 4)), "{pairs:?}");
    assert!(found.iter().all(|(a, b)| a < b) && found.is_sorted());
}

#[test]
fn a_batch_answers_like_single_searches() {
    let index = index(&NAMES);
    let queries: Vec<String> = (0..300).map(|i| NAMES[i % 12].chars().skip(i % 3).collect()).collect();
    let options = SearchOptions::default();
    let single: Vec<_> = queries.iter().map(|q| index.search(q, &options)).collect();
    assert_eq!(index.search_all(&queries, &options), single);
}

// Traps: each must neither panic nor empty the name, and a name must find itself.

#[test]
fn odd_names_are_kept_and_find_themselves() {
    let long = "纷扬科技".repeat(900);
    let odd = [
        "有限公司",
        "Coop",
        "集团",
        "a",
        "阿",
        "12345",
        "007",
        "TCL科技 Group",
        "북경 주식회사",
        "(주)카카오",
        "株式会社",
        "㈱日立",
        "北京（纷扬",
        "北京）纷扬(",
        "((()))甲",
        "Ünïcödé GmbH",
        "שלום בע\"מ",
        "شركة النور",
        "บริษัท สยาม จำกัด",
        "ガス",
        "&",
        "Ltd. Ltd. Ltd.",
        long.as_str(),
    ];
    let index = index(&odd);
    for (i, name) in odd.iter().enumerate() {
        let found = ids(&index, name);
        if index.normalised(&(i as u32)).is_some_and(|n| n.chars().any(char::is_alphanumeric)) {
            assert!(found.contains(&(i as u32)), "{name}: {found:?}");
        }
    }
}

#[test]
fn names_without_letters_do_no_harm() {
    let mut index = index(&["", "   ", "🦊🦊", "!!!", "\u{200b}", "北京纷扬科技"]);
    for query in ["", " ", "🦊🦊", "!!!", "\u{200b}", "\u{0}"] {
        let _ = index.search(query, &SearchOptions::default());
    }
    assert_eq!(ids(&index, "纷扬科技").first(), Some(&5));
    assert!((0..6).all(|i| index.remove(&i)) && index.is_empty());
    assert!(ids(&index, "纷扬科技").is_empty());
}

#[test]
fn composed_and_decomposed_twins_are_equal() {
    let index = index(&["Société Générale", "ガス工業"]);
    for query in ["Socie\u{301}te\u{301} Ge\u{301}ne\u{301}rale", "カ\u{3099}ス工業"] {
        let found = index.search(query, &SearchOptions::default());
        assert!(found[0].evidence.equal, "{query}");
    }
}

#[test]
fn identical_grams_and_identical_names_in_masses() {
    let mut index: NameIndex<u32> = NameIndex::new();
    index.insert(0, &"啊".repeat(5000));
    for i in 1..20_001 {
        index.insert(i, "北京纷扬科技有限公司");
    }
    index.insert(30_000, "上海海纳贸易有限公司");
    assert_eq!(ids(&index, &"啊".repeat(5000)).first(), Some(&0));
    let unlimited = SearchOptions { budget: usize::MAX, ..SearchOptions::default() };
    let found: Vec<u32> = index.search("北京纷扬科技", &unlimited).iter().map(|m| m.id).collect();
    assert_eq!(found, (1..11).collect::<Vec<u32>>(), "ties by id");
    assert_eq!(ids(&index, "海纳贸易").first(), Some(&30_000));
    let pairs = index.pairs(0.9, &SearchOptions::for_pairs());
    assert!(pairs.len() < 20_001 * 16);
}

#[test]
fn numbers_and_branches_must_agree() {
    let index = index(&NAMES);
    let right = index.compare("第二建筑工程公司", "第二建筑工程有限公司").similarity;
    let wrong = index.compare("第二建筑工程公司", "第三建筑工程公司");
    assert!(right > wrong.similarity);
    assert_eq!(wrong.evidence.numbers, Agreement::Differs);
    let branch = index.compare("中国建设银行", "中国建设银行股份有限公司天津油田支行");
    assert_eq!(branch.evidence.branch, Agreement::OneSided);
}

// Bytes.

#[test]
fn bytes_come_back_as_the_same_index() {
    let index = index(&NAMES);
    let bytes = index.to_bytes().unwrap();
    let back: NameIndex<u32> = NameIndex::from_bytes(&bytes, Gazetteer::builtin()).unwrap();
    assert_eq!(back.to_bytes().unwrap(), bytes);
    for query in NAMES {
        let options = SearchOptions::default();
        assert_eq!(back.search(query, &options), index.search(query, &options));
    }
    let empty: NameIndex<String> = NameIndex::new();
    let bytes = empty.to_bytes().unwrap();
    assert!(NameIndex::<String>::from_bytes(&bytes, Gazetteer::builtin()).unwrap().is_empty());
}

#[test]
fn damaged_bytes_are_typed_errors() {
    let bytes = index(&NAMES).to_bytes().unwrap();
    let read =
        |bytes: &[u8]| NameIndex::<u32>::from_bytes(bytes, Gazetteer::builtin()).map(|_| ()).unwrap_err();
    assert_eq!(read(b"zip"), IndexError::NotAnIndex);
    assert!(matches!(read(&bytes[..bytes.len() - 1]), IndexError::Length { .. }));
    assert!(matches!(read(&bytes[..20]), IndexError::Length { .. }));
    let mut other = bytes.clone();
    other[8] = 9;
    assert_eq!(read(&other).to_string(), "the index has version 9, this is version 1");
    for at in (12..bytes.len()).step_by(7) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x40;
        assert!(matches!(read(&broken), IndexError::Checksum | IndexError::Length { .. }), "byte {at}");
    }
    let keys = NameIndex::<Vec<u8>>::from_bytes(&bytes, Gazetteer::builtin()).map(|_| ()).unwrap_err();
    assert!(matches!(keys, IndexError::Keys { .. }));
}

fn a_name() -> impl Strategy<Value = String> {
    let part = proptest::sample::select(vec![
        "北京",
        "上海",
        "纷扬",
        "飞扬",
        "海纳",
        "科技",
        "贸易",
        "第二",
        "第三",
        "建筑",
        "有限公司",
        "股份有限公司",
        "(集团)",
        "分公司",
        "acme ",
        "alpha ",
        "beta ",
        "steel ",
        "Inc",
        " Ltd",
        "甲",
        "乙",
    ]);
    proptest::collection::vec(part, 1..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_insertion_changes_nothing(
        names in proptest::collection::vec(a_name(), 1..40),
        query in a_name(),
        budget in proptest::sample::select(vec![3usize, 20, 100, usize::MAX]),
        churn in proptest::collection::vec((0u32..40, a_name()), 0..20),
    ) {
        let options = SearchOptions { budget, candidates: 5, ..SearchOptions::default() };
        let mut forward: NameIndex<u32> = NameIndex::new();
        for (i, name) in names.iter().enumerate() {
            forward.insert(i as u32, name);
        }
        let mut backward: NameIndex<u32> = NameIndex::new();
        // Other names come and go first, under keys that are used again.
        for (id, name) in &churn {
            backward.insert(*id, name);
        }
        for (i, name) in names.iter().enumerate().rev() {
            backward.insert(i as u32, name);
        }
        for (id, _) in &churn {
            if *id as usize >= names.len() {
                backward.remove(id);
            }
        }
        prop_assert_eq!(forward.search(&query, &options), backward.search(&query, &options));
        prop_assert_eq!(forward.to_bytes().unwrap(), backward.to_bytes().unwrap());
    }

    #[test]
    fn any_text_can_be_added_and_looked_up(names in proptest::collection::vec(any::<String>(), 0..8), query in any::<String>()) {
        let mut index: NameIndex<usize> = NameIndex::new();
        for (i, name) in names.iter().enumerate() {
            index.insert(i, name);
        }
        for m in index.search(&query, &SearchOptions { explain: true, ..SearchOptions::default() }) {
            prop_assert!((0.0..=1.0).contains(&m.score) && (0.0..=1.0).contains(&m.similarity));
            prop_assert!(!m.evidence.to_string().is_empty());
        }
        let bytes = index.to_bytes().unwrap();
        let back: NameIndex<usize> = NameIndex::from_bytes(&bytes, Gazetteer::builtin()).unwrap();
        prop_assert_eq!(back.to_bytes().unwrap(), bytes);
    }

    #[test]
    fn two_names_are_compared_alike_in_either_order(
        a in a_name(),
        b in a_name(),
        on_file in proptest::collection::vec(a_name(), 0..6),
    ) {
        let index = index(&on_file.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(index.compare(&a, &b), index.compare(&b, &a));
    }

    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(NameIndex::<u32>::from_bytes(&bytes, Gazetteer::builtin()).is_err());
        let mut framed = b"LKNAMES\n\x01\0\0\0".to_vec();
        framed.extend(bytes);
        prop_assert!(NameIndex::<u32>::from_bytes(&framed, Gazetteer::builtin()).is_err());
    }
}

#[test]
fn names_say_how_their_companies_belong_together() {
    let index: NameIndex<u32> = NameIndex::new();
    let lines = include_str!("../data/company_relations.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut wrong = Vec::new();
    for line in lines {
        let columns: Vec<&str> = line.split('\t').collect();
        let [a, b, relation] = columns[..] else { panic!("{line}") };
        let found = index.compare(a, b);
        if found.relation.as_str() != relation {
            wrong.push(format!("{a} / {b}: {}", found.relation));
        }
        assert!(found.relation == Relation::Same || found.similarity < 0.5, "{line}: {}", found.similarity);
        assert_eq!(found, index.compare(b, a), "{line}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_sister_company_is_found_and_is_no_match() {
    let index = index(&["苏州岚峤信息科技有限公司", "海纳贸易有限公司"]);
    let found = index.search("苏州岚峤科技有限公司", &SearchOptions::default());
    assert_eq!((found[0].id, found[0].relation), (0, Relation::Related));
    assert!(found[0].score < 0.5);
}

#[test]
fn former_and_second_names_are_looked_for_too() {
    let index = index(&["苏州岚峤软件有限公司", "Kalvex Inc"]);
    assert_eq!(ids(&index, "苏州栖岸科技有限公司（原苏州岚峤软件有限公司）").first(), Some(&0));
    assert_eq!(ids(&index, "Brontek LLC (formerly Kalvex Inc)").first(), Some(&1));
}

#[test]
fn a_name_that_is_there_is_found_whatever_its_grams_cost() {
    let mut index: NameIndex<u32> = NameIndex::new();
    for i in 0..3000 {
        index.insert(i, &format!("中国农业银行股份有限公司第{i}支行"));
    }
    index.insert(9999, "中国农业银行股份有限公司");
    let options = SearchOptions { budget: 16, ..SearchOptions::default() };
    let found = index.search("中国农业银行股份有限公司", &options);
    assert_eq!(found.first().map(|found| found.id), Some(9999));
    index.remove(&9999);
    assert!(index.search("中国农业银行股份有限公司", &options).iter().all(|found| found.id != 9999));
}

#[test]
fn a_name_is_the_same_in_either_spelling_of_its_letters() {
    for (a, b) in [
        ("Müller GmbH", "Mueller GmbH"),
        ("JÄGER GMBH", "Jaeger GmbH"),
        ("Bäcker & Söhne OHG", "Baecker & Soehne OHG"),
        ("Höß UG", "Hoess UG"),
        ("Brüder Günther e.K.", "Brueder Guenther eK"),
        ("Jørgensen Møbler ApS", "Joergensen Moebler ApS"),
        ("Ålesund Båt AS", "Aalesund Baat AS"),
    ] {
        for (a, b) in [(a, b), (b, a)] {
            let index = index(&[a, "Kalvex Inc", "Bauer GmbH", "Neue Energie GmbH"]);
            let compared = index.compare(a, b);
            assert_eq!(compared.relation, Relation::Same, "{a} / {b}");
            assert!(compared.similarity > 0.95, "{a} / {b}: {}", compared.similarity);
            let found = index.search(b, &SearchOptions::default());
            assert_eq!((found[0].id, found[0].relation), (0, Relation::Same), "{a} / {b}");
            assert!(found[0].score > 0.9, "{a} / {b}: {}", found[0].score);
        }
    }
    let index = index(&[]);
    for (a, b) in [("Bauer GmbH", "Baur GmbH"), ("Neue Energie GmbH", "Nue Energie GmbH")] {
        assert!(!index.compare(a, b).evidence.equal, "{a} / {b}");
    }
}
