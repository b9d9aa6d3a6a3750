//! Phones, e-mail addresses, WeChat ids: what people type, judged.

use leadkit::contact::{
    Email, EmailFault, FakeReason, OracleAnswer, Phone, PhoneFault, PhoneKind, PhoneOptions, PhoneOracle,
    PhoneQuality, PhoneSegments, SegmentError, Wechat, WechatFault, WechatKind, canonical_domain,
    check_cn_mobile, fake_company, fake_email, fake_name, fake_phone, is_subdomain_of, keyboard_mash,
    suggest_domain,
};
use leadkit::model::Region;
use proptest::prelude::*;

use crate::support::data;

mod apart;
mod beside;
mod brackets;
mod check_contacts;
mod derived;
mod doubt;
mod emails_differ;
mod fields;
mod hostile;
mod people;
mod pieces;
mod wechat_field;
#[cfg(feature = "phone-world")]
mod world;

fn phone(raw: &str) -> Phone {
    Phone::parse(raw, &PhoneOptions::default())
}

/// Rows: text, quality code, kind, key, extension, fault; `-` for none.
#[test]
fn every_spelling_of_the_corpus_reads_as_written_down() {
    let rows = data("contact_phones.tsv");
    for line in rows.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let raw = columns[0];
        let read = phone(raw);
        let kind = serde_json::to_value(read.kind()).unwrap();
        let seen = [
            raw,
            read.quality().code(),
            kind.as_str().unwrap(),
            read.key().unwrap_or("-"),
            read.extension().unwrap_or("-"),
            read.fault().map_or("-", |fault| fault.code()),
        ];
        assert_eq!(seen.as_slice(), columns, "{raw}");
    }
}

#[test]
fn debug_never_shows_a_whole_number() {
    for raw in ["13800138000", "0755-26718888转801", "+44 20 7946 0958"] {
        let shown = format!("{:?}", phone(raw));
        let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
        assert!(!shown.contains(digits.trim_start_matches('0')), "{shown}");
        assert!(!shown.contains("801"), "{shown}");
    }
}

#[test]
fn service_numbers_are_known_but_cannot_be_dialled_from_abroad() {
    for raw in ["95588", "10086", "12345", "110"] {
        let read = phone(raw);
        assert!(read.is_ok() && read.e164().is_none(), "{raw}");
    }
    assert_eq!(phone("0755-12345").e164(), Some("+8675512345"));
}

#[test]
fn a_landline_names_its_city() {
    for (raw, region) in [
        ("0755-26718888", "CN-GD-440300"),
        ("010-83442922", "CN-BJ"),
        ("0898-66778899", "CN-HI"),
        ("0571-12345", "CN-ZJ-330100"),
        ("+852 2123 4567", "CN-HK"),
    ] {
        assert_eq!(phone(raw).area(None).unwrap().to_string(), region, "{raw}");
    }
    assert_eq!(phone("13800138000").area(None), None);
    assert_eq!(phone("4008208820").area(None), None);
}

#[derive(Debug)]
struct Nanp;

impl PhoneOracle for Nanp {
    fn judge(&self, number: &str, country: &str) -> Option<OracleAnswer> {
        let national = match number.strip_prefix('+') {
            Some(digits) => digits.strip_prefix('1')?,
            None if country == "US" => number,
            None => return None,
        };
        let ok = national.len() == 10;
        let fault = PhoneQuality::Malformed(PhoneFault::TooShort);
        Some(OracleAnswer {
            quality: if ok { PhoneQuality::Ok } else { fault },
            kind: PhoneKind::Unknown,
            e164: ok.then(|| format!("+1{national}")),
        })
    }
}

/// Says of every number the same.
#[derive(Debug)]
struct Says(PhoneQuality);

impl PhoneOracle for Says {
    fn judge(&self, _: &str, _: &str) -> Option<OracleAnswer> {
        Some(OracleAnswer { quality: self.0, kind: PhoneKind::Unknown, e164: Some("+4470000".to_owned()) })
    }
}

/// A key says how a number is written. Whoever judges it, hosts find what they have stored.
#[test]
fn a_number_with_its_country_code_has_one_key_whoever_judges_it() {
    let judges = [
        PhoneQuality::Ok,
        PhoneQuality::PossibleNotAssigned,
        PhoneQuality::UnknownCountry,
        PhoneQuality::Malformed(PhoneFault::TooLong),
    ]
    .map(Says);
    for (raw, key) in [
        ("+44 (0)20 7946 0958", Some("+442079460958")),
        ("00442079460958", Some("+442079460958")),
        ("+44 7400 12345678", Some("+44740012345678")),
        ("+1 555 0100", Some("+15550100")),
        // A mobile number of China behind the code that a form begins with, or nobody's in America.
        ("+1 13927461853", None),
        ("001 13927461853", None),
        ("001 392 746 1853", None),
        ("0018900000000", Some("+8618900000000")),
        ("001 310 555 1234", Some("+13105551234")),
        ("+1 1 415 555 2671", Some("+14155552671")),
        ("+852 2123 4567", Some("+85221234567")),
        ("+44 123", None),
        ("+44 7400 1234567890123", None),
        ("+999 183 492 11", None),
        ("+86 139 2746 1853", Some("+8613927461853")),
        ("+86 139 2746", Some("+861392746")),
    ] {
        let alone = Phone::parse(raw, &PhoneOptions::default());
        assert_eq!(alone.key(), key, "{raw}");
        for oracle in &judges {
            let judged = Phone::parse(raw, &PhoneOptions { oracle: Some(oracle), ..PhoneOptions::default() });
            assert_eq!(judged.key(), key, "{raw} {oracle:?}");
            assert_eq!(judged.e164().is_some(), judged.is_ok() && key.is_some(), "{raw} {oracle:?}");
            // Nobody was given such a number.
            let may_be = matches!(judged.quality(), PhoneQuality::Ok | PhoneQuality::UnknownCountry);
            assert!(may_be || !judged.names_person(), "{raw} {oracle:?}");
        }
    }
}

#[test]
fn an_oracle_judges_what_is_not_chinese() {
    let us: Region = "US-CA".parse().unwrap();
    let options = PhoneOptions { default_region: us, oracle: Some(&Nanp) };
    let local = Phone::parse("(650) 253-0000 ext. 12", &options);
    assert_eq!((local.key(), local.extension()), (Some("+16502530000"), Some("12")));
    assert!(local.is_ok());
    assert_eq!(Phone::parse("+1 650 253 0000", &options), Phone::parse("650 253 0000", &options));
    assert_eq!(Phone::parse("253 0000", &options).fault(), Some(PhoneFault::TooShort));
    assert_eq!(Phone::parse("+44 20 7946 0958", &options).quality(), PhoneQuality::UnknownCountry);
    assert_eq!(Phone::parse("+86 13800138000", &options).key(), Some("+8613800138000"));
    let blind = PhoneOptions { default_region: us, oracle: None };
    assert_eq!(Phone::parse("(650) 253-0000", &blind).quality(), PhoneQuality::UnknownCountry);
    assert_eq!(Phone::parse("(650) 253-0000", &blind).key(), None);
}

#[test]
fn hong_kong_has_its_own_plan() {
    let options = PhoneOptions { default_region: "CN-HK".parse().unwrap(), oracle: None };
    // Nobody here knows how Hong Kong dials abroad: a number needs its `+`.
    for raw in ["2123 4567", "0086 139 2746 1853"] {
        let phone = Phone::parse(raw, &options);
        assert_eq!((phone.quality(), phone.key()), (PhoneQuality::UnknownCountry, None), "{raw}");
    }
    assert_eq!(Phone::parse("+86 139 2746 1853", &options).key(), Some("+8613927461853"));
}

/// Where `00` dials abroad a Chinese number needs nobody's help, nor does one of a third country.
#[test]
fn numbers_behind_00_are_read_where_00_dials_abroad() {
    for region in ["IN", "DE", "GB"] {
        let options = PhoneOptions { default_region: region.parse().unwrap(), oracle: None };
        for (raw, key) in [
            ("008613927461853", "+8613927461853"),
            ("0086 139 2746 1853", "+8613927461853"),
            ("0085221234567", "+85221234567"),
        ] {
            assert_eq!(Phone::parse(raw, &options).key(), Some(key), "{region} {raw}");
        }
        assert_eq!(Phone::parse("13927461853", &options).key(), None, "{region}");
    }
    for region in ["US", "JP", "CN-HK", "AU"] {
        let options = PhoneOptions { default_region: region.parse().unwrap(), oracle: None };
        assert_eq!(Phone::parse("008613927461853", &options).key(), None, "{region}");
    }
}

#[test]
fn the_longest_segment_wins() {
    let table = data("contact_segments.tsv");
    let rows: Vec<(&str, Region)> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').unwrap())
        .map(|(prefix, region)| (prefix, region.parse().unwrap()))
        .collect();
    let count = rows.len();
    let segments = PhoneSegments::from_rows(rows).unwrap();
    assert_eq!(segments.len(), count);
    for (raw, region) in [
        ("13800138000", Some("CN-BJ")),
        ("13812345678", Some("CN-SH-310115")),
        ("13812355678", Some("CN-SH")),
        ("13899999999", None),
        ("+1 415 555 2671", Some("US-CA")),
        ("0755-26718888", Some("CN-GD-440305")),
        ("0755-36718888", Some("CN-GD-440300")),
    ] {
        let area = phone(raw).area(Some(&segments)).map(|region| region.to_string());
        assert_eq!(area.as_deref(), region, "{raw}");
    }
    let json = r#"[{"prefix": "1380013", "region": "110000"}]"#;
    let read: PhoneSegments = serde_json::from_str(json).unwrap();
    assert_eq!(read.lookup("+8613800138000").unwrap().to_string(), "CN-BJ");
}

#[test]
fn bad_segments_are_all_named() {
    let beijing: Region = "110000".parse().unwrap();
    let errors = PhoneSegments::from_rows([
        ("138x", beijing),
        ("", beijing),
        ("139", beijing),
        ("139", Region::CN),
        ("139", beijing),
        ("12345678901234", beijing),
    ])
    .unwrap_err();
    assert_eq!(errors.len(), 4);
    assert!(matches!(&errors[3], SegmentError::Conflict { prefix, .. } if prefix == "+86139"));
}

/// Rows: address, then its key or `!` and the fault.
#[test]
fn every_address_of_the_corpus_is_judged_as_written_down() {
    for line in data("contact_emails.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (raw, expected) = line.split_once('\t').unwrap();
        let seen = match Email::parse(raw) {
            Ok(email) => email.key().to_owned(),
            Err(fault) => format!("!{}", fault.code()),
        };
        assert_eq!(seen, expected, "{raw}");
    }
}

#[test]
fn lengths_are_counted_in_octets_of_the_ascii_form() {
    let local = "a".repeat(64);
    let label = "b".repeat(63);
    assert!(Email::parse(&format!("{local}@example.cn")).is_ok());
    assert_eq!(Email::parse(&format!("a{local}@example.cn")).unwrap_err().code(), "local_too_long");
    assert!(Email::parse(&format!("a@{label}.cn")).is_ok());
    assert_eq!(Email::parse(&format!("a@b{label}.cn")).unwrap_err().code(), "label_too_long");
    let domain = [label.as_str(); 3].join(".");
    assert_eq!(Email::parse(&format!("{local}@{domain}.cn")).unwrap_err().code(), "too_long");
    assert_eq!(Email::parse(&format!("a@{domain}.{label}.cn")).unwrap_err().code(), "domain_too_long");
    // 20 characters, but 66 octets once in ASCII.
    let chinese: String = ('\u{4E00}'..).step_by(997).take(20).collect();
    assert_eq!(canonical_domain(&format!("{chinese}.cn")).unwrap_err().code(), "label_too_long");
}

#[test]
fn line_breaks_never_reach_a_header() {
    for raw in ["a@example.cn\r\nBcc: b@example.cn", "a@example.cn\n", "\ra@example.cn", "a\0@example.cn"] {
        assert_eq!(Email::parse(raw).unwrap_err().code(), "control_character");
    }
}

#[test]
fn wechat_ids() {
    for (raw, key, kind) in [
        ("zhang_san", "zhang_san", WechatKind::Id),
        (" ZhangSan-88 ", "zhangsan-88", WechatKind::Id),
        ("ｚｈａｎｇｓａｎ", "zhangsan", WechatKind::Id),
        ("wxid_a1b2c3d4e5f6g7h8", "wxid_a1b2c3d4e5f6g7h8", WechatKind::System),
        ("13800138000", "+8613800138000", WechatKind::Phone),
        ("+86 138-0013-8000", "+8613800138000", WechatKind::Phone),
        ("123456789", "qq:123456789", WechatKind::Qq),
    ] {
        let read = Wechat::parse(raw).unwrap();
        assert_eq!((read.key(), read.kind()), (key, kind), "{raw}");
        assert!(!format!("{read:?}").contains(key));
    }
    for (raw, code) in [
        ("", "empty"),
        ("abc", "too_short"),
        ("a23456789012345678901", "too_long"),
        ("_abcdef", "no_letter_first"),
        ("9abcdef", "no_letter_first"),
        ("zhang.san", "character"),
        ("张三的微信", "character"),
        ("0123456", "number"),
        ("123456789012", "number"),
    ] {
        assert_eq!(Wechat::parse(raw).unwrap_err().code(), code, "{raw}");
    }
}

#[test]
fn subdomains_are_whole_labels() {
    assert!(is_subdomain_of("a.b.example.com", "EXAMPLE.com"));
    assert!(is_subdomain_of("example.com", "example.com"));
    for (domain, parent) in
        [("badexample.com", "example.com"), ("com", "example.com"), ("a.com", ""), ("中.cn", ".cn")]
    {
        assert!(!is_subdomain_of(domain, parent), "{domain} {parent}");
    }
}

fn phone_fakes(raw: &str) -> Vec<&'static str> {
    fake_phone(&phone(raw)).iter().map(FakeReason::code).collect()
}

#[test]
fn invented_numbers_are_suspected() {
    for (raw, codes) in [
        ("13800138000", &["sample_number"][..]),
        ("18888888888", &["repeated_digit"]),
        ("13812345678", &["digit_run"]),
        ("13987654321", &["digit_run"]),
        ("13123123123", &["repeated_block"]),
        ("13412341234", &["repeated_block"]),
        ("13012301230", &["repeated_block"]),
        ("13900139000", &["repeated_block"]),
        ("13812341235", &[]),
        // Numbers that are set aside for fiction are not refused.
        ("+1 415 555 0100", &[]),
        ("+1 415 555 2671", &[]),
        ("13812121212", &["repeated_block"]),
        ("15800000000", &["repeated_digit", "zero_tail"]),
        ("15862700000", &["zero_tail"]),
        ("010-77777777", &["repeated_digit"]),
        ("10086", &["service_number"]),
        ("95588", &[]),
        ("13927461853", &[]),
        ("0755-26718800", &[]),
        ("400-820-8820", &[]),
    ] {
        assert_eq!(phone_fakes(raw), codes, "{raw}");
    }
}

#[test]
fn real_numbers_are_hardly_ever_suspected() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let (mut seen, mut suspected) = (0u32, 0u32);
    for _ in 0..300_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let read = phone(&format!("1{:010}", (state >> 20) % 10_000_000_000));
        if read.is_ok() && read.kind() == PhoneKind::Mobile {
            seen += 1;
            suspected += u32::from(!fake_phone(&read).is_empty());
        }
    }
    assert!(seen > 100_000 && suspected * 10_000 < seen, "{suspected} of {seen}");
}

#[test]
fn invented_names_are_suspected_and_real_ones_are_not() {
    for name in [
        "test",
        "Test123",
        "TEST ",
        "none",
        "N/A",
        "无",
        "没有",
        "無",
        "123",
        "测试2",
        "asdf",
        "ＴＥＳＴ",
        "（无）",
        "t e s t",
        "测 试",
        "没 有",
        "测试测试",
        "test test",
        "тест",
        "テスト",
        "某先生",
    ] {
        assert!(fake_name(name).is_some(), "{name}");
    }
    for name in [
        "",
        "张伟",
        "无忌",
        "没藏",
        "Test Driver",
        "Nona",
        "No Eun",
        "Na Li",
        "Foo",
        "Null Bar",
        "O'Neil",
        "Ng",
        "阿什拉夫·加尼",
        "Smith",
        "Смит",
        "김철수",
        "哈哈",
        "Jean-Luc",
        "Wertheim",
        "A. B.",
        "王一二三",
        "张先生",
        "A B",
        "阳阳",
        "Anna Anna",
    ] {
        assert_eq!(fake_name(name), None, "{name}");
    }
    for company in
        ["无", "暂无", "没有公司", "123", "1111", "12345", "test", "测试公司", "asdfgh", "None", "n/a", "1"]
    {
        assert!(fake_company(company).is_some(), "{company}");
    }
    for company in [
        "360",
        "58",
        "1688",
        "51",
        "ABC",
        "HSBC",
        "XCMG",
        "无锡市测试技术研究所",
        "没有烦恼科技",
        "Test Rite Group",
        "AAA",
        "3M",
        "QVC",
        "Power",
        "阿里巴巴",
        "八八八餐饮",
        "None Such Ltd",
    ] {
        assert_eq!(fake_company(company), None, "{company}");
    }
}

#[test]
fn chinese_is_never_a_keyboard_mash() {
    for text in ["啊啊啊啊啊啊", "哈哈哈哈", "的的的的", "一一一一", "アアアア", "ああああ"]
    {
        assert_eq!(keyboard_mash(text), None, "{text}");
    }
}

#[test]
fn invented_addresses_are_suspected() {
    for (raw, codes) in [
        ("zhang@gmial.com", &["mistyped_domain"][..]),
        ("test@test.com", &["placeholder"]),
        ("a@a.com", &["placeholder"]),
        ("a@b.com", &["placeholder"]),
        ("no@no.com", &["placeholder"]),
        ("noemail@noemail.com", &["placeholder"]),
        ("email@email.com", &["placeholder"]),
        ("123456@qq.com", &["placeholder"]),
        ("000@qq.com", &["placeholder"]),
        ("10523@qq.com", &[]),
        ("info@info.com", &[]),
        ("lei@sina.con", &["mistyped_domain"]),
        ("aaa@aaa.cn", &["placeholder"]),
        ("123@123.com", &["placeholder"]),
        ("aa@aa.cn", &["placeholder"]),
        ("qq@qq.com", &["placeholder"]),
        ("13800138000@163.com", &["sample_number"]),
        ("lei@gmail.com.com", &["mistyped_domain"]),
        ("lei@gmaіl.com", &["mistyped_domain"]),
        // Small firms' own mailboxes.
        ("sap@sap.com", &[]),
        ("tcl@tcl.com", &[]),
        ("kpi@kpi.fi", &[]),
        ("hr@hr.com", &[]),
        ("xu@xu.cn", &[]),
        ("gf@gf.com.cn", &[]),
        ("58@58.com", &[]),
        ("asdfgh@qq.com", &["keyboard_mash"]),
        ("12345678@qq.com", &["digit_run"]),
        ("li@example.com", &["placeholder"]),
        ("zhang.san@qq.com", &[]),
        ("398201746@qq.com", &[]),
        ("li.wei@huawei.com", &[]),
        ("info@163.com", &[]),
    ] {
        let seen: Vec<_> = fake_email(&Email::parse(raw).unwrap()).iter().map(FakeReason::code).collect();
        assert_eq!(seen, codes, "{raw}");
    }
    let meant = Email::parse("Zhang@gmial.com").unwrap().suggestion().unwrap();
    assert_eq!(meant.key(), "zhang@gmail.com");
}

/// Checks one fault: its code is its serde name, its text is a lower-case phrase without a full stop.
fn check_wording<T: serde::Serialize + std::fmt::Display>(fault: &T, code: &str, codes: &mut Vec<String>) {
    let name = match serde_json::to_value(fault).unwrap() {
        serde_json::Value::String(name) => name,
        serde_json::Value::Object(map) => map.keys().next().unwrap().clone(),
        other => panic!("{other}"),
    };
    assert_eq!(name, code);
    let text = fault.to_string();
    assert!(!text.ends_with('.') && !text.is_empty(), "{text}");
    assert!(text.starts_with(|c: char| c.is_lowercase() || c == '`') || text.contains("WeChat"), "{text}");
    codes.push(code.to_owned());
}

#[test]
fn every_fault_has_a_code_of_its_own_and_a_plain_text() {
    let mut codes = Vec::new();
    for name in PhoneFault::CODES {
        let fault: PhoneFault = serde_json::from_value((*name).into()).unwrap();
        check_wording(&fault, fault.code(), &mut codes);
        let quality = PhoneQuality::Malformed(fault);
        check_wording(&quality, quality.code(), &mut Vec::new());
    }
    for name in EmailFault::CODES {
        let fault: EmailFault = serde_json::from_value((*name).into()).unwrap();
        check_wording(&fault, fault.code(), &mut codes);
    }
    for name in ["empty", "too_short", "too_long", "no_letter_first", "character", "number"] {
        let fault: WechatFault = serde_json::from_value(name.into()).unwrap();
        check_wording(&fault, fault.code(), &mut codes);
    }
    assert_eq!(codes.len(), 15 + 25 + 6);
    let reasons = [
        FakeReason::RepeatedDigit { digit: '8', times: 7 },
        FakeReason::DigitRun { run: "1234567".into() },
        FakeReason::RepeatedBlock { block: "12".into(), times: 4 },
        FakeReason::ZeroTail { zeros: 5 },
        FakeReason::SampleNumber,
        FakeReason::ServiceNumber,
        FakeReason::Placeholder { word: "test".into() },
        FakeReason::KeyboardMash { word: "asdf".into() },
        FakeReason::MistypedDomain { suggestion: "gmail.com".into() },
    ];
    let mut codes = Vec::new();
    for reason in &reasons {
        check_wording(reason, reason.code(), &mut codes);
        let json = serde_json::to_string(reason).unwrap();
        assert_eq!(&serde_json::from_str::<FakeReason>(&json).unwrap(), reason);
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), reasons.len());
}

#[test]
fn hostile_fields_are_answered() {
    let mega = 1 << 20;
    let fields = [
        String::new(),
        "\0".repeat(mega),
        "1".repeat(mega),
        "a".repeat(mega),
        "@".repeat(mega),
        ".".repeat(mega),
        "-1".repeat(mega / 2),
        "1,".repeat(mega / 2),
        "1转".repeat(mega / 4),
        "a@".repeat(mega / 2),
        format!("a@{}", "b.".repeat(mega / 2)),
        format!("a@{}", "中".repeat(mega / 3)),
        format!("a@xn--{}", "9".repeat(60)),
        "e\u{301}".repeat(mega / 3),
        "\u{301}138".to_owned(),
        "\u{202E}00083100831\u{202C}".to_owned(),
        "\u{FDFA}".repeat(mega / 3),
        "\u{200B}".repeat(mega / 3),
        "asdf".repeat(mega / 4),
    ];
    for field in &fields {
        let read = phone(field);
        let _ = (fake_phone(&read), format!("{read:?}"), check_cn_mobile(field));
        if let Ok(email) = Email::parse(field) {
            let _ = (fake_email(&email), format!("{email:?}"));
        }
        let _ = (Wechat::parse(field), fake_name(field), fake_company(field), canonical_domain(field));
        let _ = suggest_domain(field);
    }
}

proptest! {
    #[test]
    fn an_address_is_idempotent_on_its_key(raw in "\\PC{0,12}@\\PC{0,12}\\.\\PC{1,6}|[a-zA-Z0-9.+_-]{1,12}@[a-z0-9é中。.-]{1,12}\\.(cn|com|中国|Ⓒom)") {
        if let Ok(email) = Email::parse(&raw) {
            prop_assert_eq!(Email::parse(email.key()), Ok(email.clone()));
            prop_assert_eq!(canonical_domain(email.domain()), Ok(email.domain().to_owned()));
            let json = serde_json::to_string(&email).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Email>(&json).unwrap(), &email);
            let _ = fake_email(&email);
        }
    }

    #[test]
    fn a_wechat_id_is_idempotent_on_its_key(raw in "\\PC{0,30}|[a-zA-Z0-9_ -]{0,24}") {
        if let Ok(id) = Wechat::parse(&raw) {
            prop_assert_eq!(Wechat::parse(id.key()), Ok(id));
        }
    }

    #[test]
    fn no_text_makes_anything_panic(raw in prop_oneof![any::<String>(), "[asdfqwer0-9 ]{0,40}", "[-+0-9@.x转 ]{0,40}"]) {
        let read = phone(&raw);
        let _ = (fake_phone(&read), Wechat::parse(&raw), canonical_domain(&raw));
        let _ = (fake_name(&raw), fake_company(&raw), keyboard_mash(&raw), suggest_domain(&raw));
        let _ = (leadkit::contact::fake_digits(&raw), Email::parse(&raw), check_cn_mobile(&raw));
    }

    #[test]
    fn segments_answer_as_a_scan_of_all_rows(
        rows in proptest::collection::btree_map("1[0-3]{0,4}", 0usize..4, 0..40), digits in "1[0-3]{10}"
    ) {
        let regions = ["110000", "310000", "440300", "US-CA"].map(|text| text.parse::<Region>().unwrap());
        let segments =
            PhoneSegments::from_rows(rows.iter().map(|(prefix, region)| (prefix, regions[*region]))).unwrap();
        let slow = rows
            .iter()
            .filter(|(prefix, _)| digits.starts_with(prefix.as_str()))
            .max_by_key(|(prefix, _)| prefix.len())
            .map(|(_, region)| regions[*region]);
        prop_assert_eq!(segments.lookup(&format!("+86{digits}")), slow);
    }

    #[test]
    fn parsing_a_phone_never_panics_and_is_idempotent_on_its_key(
        raw in "\\PC{0,40}|[-+0-9０-９ ()转,#*/x]{0,30}|(\\+|00)?(86|852|1)?[0-9]{0,14}"
    ) {
        let first = phone(&raw);
        if let Some(key) = first.key() {
            let second = phone(key);
            prop_assert_eq!(second.key(), Some(key));
            prop_assert_eq!(second.kind(), first.kind());
            // A key says its country: what was guessed of `+15000000000` is no guess in `+8615000000000`.
            if first.fault() != Some(PhoneFault::AssumedCountry) {
                prop_assert_eq!(second.quality(), first.quality());
            }
        }
        let json = serde_json::to_string(&first).unwrap();
        prop_assert_eq!(serde_json::from_str::<Phone>(&json).unwrap(), first);
    }

    #[test]
    fn the_fast_check_and_the_parser_agree(
        raw in "1[3-9][0-9]{9}|(\\+?86)?[ -]?0?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
    ) {
        let read = phone(&raw);
        let mobile = read.quality() == PhoneQuality::Ok && read.kind() == PhoneKind::Mobile;
        prop_assert_eq!(check_cn_mobile(&raw).is_some(), mobile);
    }
}
