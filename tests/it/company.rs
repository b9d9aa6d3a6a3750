//! Company names: parts, keys, regions.

use leadkit::company::{CompanyName, Gazetteer, exact_key, keys_for_storage};
use proptest::prelude::*;

fn parse(name: &str) -> CompanyName {
    CompanyName::parse(name, &Gazetteer::builtin())
}

/// name | brand | industry | region | legal form | branch | group
const CASES: &str = "
北京纷扬科技有限公司|纷扬|科技|CN-BJ|有限公司||
东鹏饮料(集团)股份有限公司|东鹏|饮料||股份有限公司||集团
格力博（江苏）股份有限公司|格力博||CN-JS|股份有限公司||
中国建设银行股份有限公司天津油田支行|建设|银行|CN|股份有限公司|天津油田支行|
中国农业银行镇江北门支行|农业|银行|CN||镇江北门支行|
腾讯上海分公司|腾讯||||上海分公司|
株式会社日立製作所|日立制作所|||株式会社||
(주)카카오|카카오|||주식회사||
주식회사 카카오|카카오|||주식회사||
S & L TRAVEL PARTNERS, INC.|s and l|travel partners||inc||
ELIS S.A./ADR|elis|||sa||
Foo Spółka z o.o.|foo|||zoo||
Société Générale S.A.|societe generale|||sa||
Radar s.r.o.|radar|||sro||
PRIME GLOBAL LOGISTICS PTY LIMITED|prime|global logistics||private ltd||
温州市瓯海房地产有限公司|瓯海|房地产|CN-ZJ-330300|有限公司||
成都锦江食品有限公司|锦江|食品|CN-SC-510100|有限公司||
西澜（上海）工业设备有限公司|西澜|工业设备|CN-SH|有限公司||
杭州栖岸科技有限公司（已注销）|栖岸|科技|CN-ZJ-330100|有限公司||
杭州栖岸科技有限公司采购部|栖岸|科技|CN-ZJ-330100|有限公司||
LLC Brontek|brontek|||llc||
SAS Institute|sas institute|||||
P.A.M. van der Cammen Holding B.V.|pam van der cammen|||bv||holding
有限公司|有限公司|||||
Coop|coop|||||
集团|集团|||||
a|a|||||
";

#[test]
fn the_parts_of_real_shapes_of_names() {
    for line in CASES.lines().filter(|l| !l.is_empty()) {
        let columns: Vec<&str> = line.split('|').collect();
        let name = parse(columns[0]);
        let region = name.region().map(|r| r.to_string()).unwrap_or_default();
        let got = [
            name.brand(),
            name.industry().unwrap_or_default(),
            &region,
            name.legal_form().unwrap_or_default(),
            name.branch().unwrap_or_default(),
            name.group().unwrap_or_default(),
        ];
        assert_eq!(got[..], columns[1..], "{}", columns[0]);
    }
}

#[test]
fn numbers_are_digits_and_chinese_or_roman_ordinals() {
    for (name, want) in [
        ("第二建筑公司", vec!["2"]),
        ("第二十三中学", vec!["23"]),
        ("中铁四局集团", vec!["4"]),
        ("Acadian Global Equity II", vec!["2"]),
        ("007 Fund 12", vec!["7", "12"]),
        ("三一重工", vec![]),
    ] {
        assert_eq!(parse(name).numbers(), want, "{name}");
    }
}

#[test]
fn place_names_of_every_kind_are_read() {
    let gazetteer = Gazetteer::builtin();
    for (text, want) in [
        ("广东", "CN-GD"),
        ("广东省", "CN-GD"),
        ("Guangdong", "CN-GD"),
        ("粤", "CN-GD"),
        ("廣東", "CN-GD"),
        ("深圳", "CN-GD-440300"),
        ("深圳市", "CN-GD-440300"),
        ("Shenzhen, Guangdong", "CN-GD-440300"),
        ("广东省深圳市南山区", "CN-GD-440305"),
        ("广东省深圳市南山区科技园", "CN-GD-440305"),
        ("昆山", "CN-JS-320583"),
        ("吉林", "CN-JL"),
        ("吉林市", "CN-JL-220200"),
        ("内蒙古", "CN-NM"),
        ("Hong Kong", "CN-HK"),
        ("香港", "CN-HK"),
        ("中国", "CN"),
        ("United States", "US"),
        ("California", "US-CA"),
        ("440300", "CN-GD-440300"),
        ("cn-gd", "CN-GD"),
    ] {
        assert_eq!(gazetteer.region_of(text).map(|r| r.to_string()).as_deref(), Some(want), "{text}");
    }
    for text in ["", "朝阳区", "火星", "Gotham", "长颈鹿"] {
        assert_eq!(gazetteer.region_of(text), None, "{text}");
    }
}

#[test]
fn a_place_is_read_in_either_spelling() {
    let gazetteer = Gazetteer::builder().region("München", "DE-BY".parse().unwrap()).build();
    for (text, want) in [
        ("Österreich", "AT"),
        ("Oesterreich", "AT"),
        ("OESTERREICH", "AT"),
        ("Osterreich", "AT"),
        ("Türkiye", "TR"),
        ("Tuerkiye", "TR"),
        ("München", "DE-BY"),
        ("Muenchen", "DE-BY"),
        ("Munchen", "DE-BY"),
    ] {
        assert_eq!(gazetteer.region_of(text).map(|r| r.to_string()).as_deref(), Some(want), "{text}");
    }
}

#[test]
fn two_spellings_of_one_registered_name_share_the_exact_key() {
    let key = |name: &str| exact_key(&parse(name));
    for (a, b) in [
        ("寶潔（中國）有限公司", "宝洁中国有限责任公司"),
        ("Passage Bio Inc.", "PASSAGE BIO, Incorporated"),
        ("Nuveen Mortgage and Income Fund", "Nuveen Mortgage & Income Fund/MA/"),
        ("J.P. Morgan Chase & Co.", "JP MORGAN CHASE AND CO"),
        ("Wuhu Conch Co. , Ltd", "WUHU CONCH CO.,LTD."),
        ("カ\u{3099}ス株式会社", "ガス㈱"),
    ] {
        assert_eq!(key(a), key(b), "{a}");
    }
    for (a, b) in [
        ("第二公司", "第三公司"),
        ("宝洁有限公司", "宝洁股份有限公司"),
        ("Acme Inc", "Acme LLC"),
        ("腾讯上海分公司", "腾讯北京分公司"),
    ] {
        assert_ne!(key(a), key(b), "{a}");
    }
    assert_eq!(key(""), "");
}

#[test]
fn a_host_adds_its_own_tables() {
    let zone = "440305".parse().unwrap();
    let gazetteer = Gazetteer::builder()
        .aliases([("纷享销客", "北京纷扬科技有限责任公司"), ("", "nobody")])
        .region("前海自贸区", zone)
        .legal_form("coop ltd", ["co-operative limited"], false)
        .industry("量子计算")
        .build();
    assert_eq!(gazetteer.alias_of("纷享销客"), Some("北京纷扬科技有限责任公司"));
    assert_eq!(gazetteer.alias_of(""), None);
    let name = CompanyName::parse("前海自贸区海纳量子计算有限公司", &gazetteer);
    assert_eq!((name.brand(), name.industry(), name.region()), ("海纳", Some("量子计算"), Some(zone)));
    assert_eq!(CompanyName::parse("Farm Co-operative Limited", &gazetteer).legal_form(), Some("coop ltd"));
    assert_eq!(Gazetteer::builtin().alias_of("纷享销客"), None);
}

/// Names that are spelt canonically in a way that reads as another name.
const ODD: &[&str] = &[
    "(有限公司)",
    "有限公司有限公司",
    "(主)有限公司(주)",
    "the the the",
    "a b c inc inc llc",
    "Inc.",
    "Fund/MA/",
    "x/ab/cd/",
    "上海上海上海",
    "集团(集团)集团股份",
    "Acme (Ltd) Holding (China)",
    "...",
    "PT PT Tbk Tbk",
    "s p a spa s.p.a.",
    "Corp. III Corp. IV",
    "株式会社株式会社",
    "北京 (北京) 北京分公司",
    "& + & co",
    "'' ''",
    "Sc[\u{c3c}A",
];

#[test]
fn the_canonical_spelling_of_odd_names_has_their_key() {
    for name in ODD.iter().copied().chain(CASES.lines().filter_map(|line| line.split('|').next())) {
        let parsed = parse(name);
        let again = parse(&parsed.normalised());
        assert_eq!(exact_key(&again), exact_key(&parsed), "{name}: {}", parsed.normalised());
        assert_eq!(exact_key(&parse(&again.normalised())), exact_key(&parsed), "{name}");
    }
}

proptest! {
    #[test]
    fn the_canonical_spelling_has_the_key_of_the_name(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "北京", "纷扬", "科技", "有限公司", "股份", "集团", "PT ", " Tbk", " Acme", " Co., ", "Ltd", "(", ")", "/",
                "第二", " Inc", "分公司", "株式会社", "", " ", "a", "7", "ß", "e\u{301}", "the ", " III", "公司", "银行",
                "\u{200d}", "/MA/", "（", "）", "上海", "China", " S.p.A.", "주식회사", "(주)", " & ", "'", "Ⅷ", "㈱",
                "SpA", "SaS ", "Sc", "S.A. ", "A/S ", "[", "\u{c3c}", "Oy ", ", ",
            ]),
            0..8,
        ),
        other in any::<String>(),
        beside in ".{0,12}",
    ) {
        let mixed = format!("{}{beside}", parts.concat());
        for name in [parts.concat(), other, mixed] {
            let parsed = parse(&name);
            prop_assert_eq!(exact_key(&parse(&parsed.normalised())), exact_key(&parsed), "{:?}", parsed.normalised());
        }
    }

    #[test]
    fn no_name_is_emptied_and_none_panics(name in any::<String>()) {
        let parsed = parse(&name);
        let anything = !leadkit::text::fold(&name).trim().is_empty();
        prop_assert_eq!(!parsed.brand().is_empty(), anything && !parsed.core().is_empty());
        prop_assert!(parsed.core().is_empty() || !exact_key(&parsed).is_empty());
        let keys = keys_for_storage(&name, &Gazetteer::builtin());
        prop_assert!(keys.grams.len() <= 16);
    }

    #[test]
    fn names_built_of_real_parts_keep_a_brand(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "北京", "深圳市", "集团", "有限公司", "(", ")", "（中国）", "科技", "股份", "第二", "分公司", "银行", " ", "&",
            "Inc", "Ltd.", "s.r.o.", "Group", "PT", "(주)", "株式会社", "S.", "A.", "/MA/", "公司", "支行", "纷扬", "Acme",
        ]), 0..9)
    ) {
        let name = parts.concat();
        let parsed = parse(&name);
        prop_assert_eq!(parsed.brand().is_empty(), leadkit::text::fold(&name).trim().is_empty(), "{}", name);
        prop_assert!(!parsed.core().is_empty() || parsed.brand().is_empty());
    }
}
