//! Phones, e-mail addresses, WeChat ids: what people type, judged.

use leadkit::contact::{Phone, PhoneKind, PhoneOptions, PhoneQuality, check_cn_mobile};
use proptest::prelude::*;

fn phone(raw: &str) -> Phone {
    Phone::parse(raw, &PhoneOptions::default())
}

/// Rows: text, quality code, kind, key, extension, fault; `-` for none.
#[test]
fn every_spelling_of_the_corpus_reads_as_written_down() {
    let rows = include_str!("data/contact_phones.tsv");
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

proptest! {
    #[test]
    fn parsing_a_phone_never_panics_and_is_idempotent_on_its_key(
        raw in "\\PC{0,40}|[-+0-9０-９ ()转,#*/x]{0,30}|(\\+|00)?(86|852|1)?[0-9]{0,14}"
    ) {
        let first = phone(&raw);
        if let Some(key) = first.key() {
            let second = phone(key);
            prop_assert_eq!(second.key(), Some(key));
            prop_assert_eq!(second.quality(), first.quality());
            prop_assert_eq!(second.kind(), first.kind());
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
