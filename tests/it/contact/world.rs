//! Numbers of all countries, with the feature `phone-world`.

use std::sync::Arc;

use leadkit::contact::{
    Phone, PhoneFault, PhoneKind, PhoneOptions, PhoneOracle, PhoneQuality, WorldPhones, check_cn_mobile,
    read_phones,
};
use leadkit::model::Lead;
use leadkit::rule::{FactContext, Facts, HostTables};
use proptest::prelude::*;

use crate::support::{at, data};

#[test]
fn every_country_is_judged_by_its_plan() {
    for line in data("contact_world.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [region, raw, quality, kind, key, extension] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let options = PhoneOptions { default_region: region.parse().unwrap(), oracle: Some(&WorldPhones) };
        let phone = Phone::parse(raw, &options);
        let seen = [
            phone.quality().code(),
            phone.kind().as_str(),
            phone.key().unwrap_or("-"),
            phone.extension().unwrap_or("-"),
        ];
        assert_eq!(seen, [quality, kind, key, extension], "{line}");
        let read = read_phones(raw, &options);
        assert_eq!(read.len(), 1, "{line}");
        assert_eq!(read[0].value, phone, "{line}");
        // A key says its country by itself.
        if let Some(key) = phone.key() {
            let again =
                Phone::parse(key, &PhoneOptions { oracle: Some(&WorldPhones), ..PhoneOptions::default() });
            assert_eq!(again.key(), Some(key));
            if phone.fault() != Some(PhoneFault::AssumedCountry) {
                assert_eq!((again.kind(), again.quality()), (phone.kind(), phone.quality()));
            }
        }
    }
}

/// Each kind of field that is read in another way than the metadata judges its digits has its reason.
#[test]
fn every_difference_has_its_reason() {
    for line in data("contact_phones_differ.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [_, region, field, judged, read, why] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let digits: String = field.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let judgement = WorldPhones.judge(&digits, region).unwrap();
        assert_eq!(judgement.quality == PhoneQuality::Ok, judged == "valid", "{line}: {judgement:?}");
        let options = PhoneOptions { default_region: region.parse().unwrap(), oracle: Some(&WorldPhones) };
        let found = read_phones(field, &options);
        assert_eq!(found.len(), 1, "{line}");
        let phone = &found[0].value;
        let seen = match (phone.key(), phone.extension()) {
            (Some(key), Some(extension)) if phone.is_ok() => format!("{key};{extension}"),
            (Some(key), None) if phone.is_ok() => key.to_owned(),
            _ => format!("!{}", phone.fault().map_or(phone.quality().code(), |fault| fault.code())),
        };
        assert_eq!(seen, read, "{line}");
        assert!(why.len() > 20, "{line}");
    }
}

/// Region, text, key. What is no number of the country stands behind the calling code of another.
#[test]
fn a_code_in_brackets_gives_way_to_the_plan_of_the_country() {
    for (region, raw, key) in [
        ("US", "(86)19843402877", "+8619843402877"),
        ("DE", "(86) 139 2746 1853", "+8613927461853"),
        ("US", "(44) 7400 183652", "+447400183652"),
        ("GB", "(49)17699401599", "+4917699401599"),
        ("CN", "(49)17699401599", "+4917699401599"),
        ("US", "(212) 664-7665", "+12126647665"),
        ("BR", "(51) 99876-5432", "+5551998765432"),
        ("GB", "(20) 7946 0958", "+442079460958"),
        // Nobody dials a 0 there: the number is as wrong as it is written.
        ("US", "+1 (0) 212 664 7665", "+102126647665"),
        ("US", "+1(0)2126647665", "+102126647665"),
        ("US", "(86)1984340287", "-"),
        ("US", "86 19843402877", "-"),
    ] {
        let options = PhoneOptions { default_region: region.parse().unwrap(), oracle: Some(&WorldPhones) };
        let phone = Phone::parse(raw, &options);
        assert_eq!(phone.key().unwrap_or("-"), key, "{region} {raw}");
        let found = read_phones(raw, &options);
        assert_eq!(found.len(), 1, "{region} {raw}");
        assert_eq!(found[0].value.key().unwrap_or("-"), key, "{region} {raw}");
    }
}

/// Region, field, keys with extensions. In many countries a slash divides the area code from the number.
#[test]
fn a_slash_divides_numbers_or_one_number() {
    for (region, field, read) in [
        ("DE", "+49 (0)30 / 183 492-7", "+49301834927"),
        ("DE", "0211 / 1834927, 0151 / 23456789", "+492111834927 +4915123456789"),
        ("DE", "+49 7071 / 183492 u. 0171/2345678", "+497071183492 +491712345678"),
        ("AT", "+43 (0)1 / 234 5678", "+4312345678"),
        ("IT", "cell. 333/1234567", "+393331234567"),
        ("US", "415/555-2671", "+14155552671"),
        ("GB", "07400 183652 / 020 7946 0958", "+447400183652 +442079460958"),
        ("CN", "0755/26718843、010/83442922", "+8675526718843 +861083442922"),
        ("CN", "13927461853/755/26718843", "+8613927461853 +8675526718843"),
        ("CN", "0755-26718843/801/26718844", "+8675526718843;801 +8675526718844"),
        ("CN", "+86 0755 / 26718843", "+8675526718843"),
        ("CN", "95588/1", "+8695588;1"),
    ] {
        let options = PhoneOptions { default_region: region.parse().unwrap(), oracle: Some(&WorldPhones) };
        let found = read_phones(field, &options);
        let keys: Vec<String> = found
            .iter()
            .map(|one| match one.value.extension() {
                Some(extension) => format!("{};{extension}", one.value.key().unwrap_or("-")),
                None => one.value.key().unwrap_or("-").to_owned(),
            })
            .collect();
        assert_eq!(keys.join(" "), read, "{region} {field}");
    }
}

#[test]
fn a_host_hands_the_oracle_in() {
    let tables = HostTables {
        default_region: "GB".parse().unwrap(),
        oracle: Some(Arc::new(WorldPhones)),
        ..HostTables::default()
    };
    let lead = Lead { phones: vec!["07400 183652, 0121 496 0183".into()], ..Lead::default() };
    let facts = Facts::new(&lead, &FactContext::new(&tables, at("2026-03-02T09:00:00Z")));
    assert_eq!(facts.phone_keys(), ["+447400183652", "+441214960183"]);
    assert_eq!(facts.person_keys(), ["phone:+447400183652"]);
}

/// Numbers of the corpus of all countries, for their codes and lengths.
fn written() -> Vec<String> {
    let keys = data("contact_world.tsv");
    let keys = keys.lines().filter_map(|line| line.split('\t').nth(4)).filter(|key| key.starts_with('+'));
    keys.map(str::to_owned).chain(CODES.map(|code| format!("+{code}912345678"))).collect()
}

const CODES: [u16; 24] =
    [1, 7, 20, 27, 31, 36, 39, 41, 44, 49, 52, 54, 55, 61, 81, 90, 91, 225, 250, 353, 370, 375, 886, 971];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The native plan of China and libphonenumber's agree on every mobile number, in the spellings that forms bring.
    #[test]
    fn the_native_plan_knows_the_mobile_numbers_that_the_oracle_knows(
        digits in prop_oneof![
            4 => "1[3-9][0-9]{9}",
            1 => "1[0-9]{9,11}",
            1 => "(174|161|192|147|145|165|16[0-9]|19[0-9])[0-9]{8}",
            1 => "0?1[3-9][0-9]{9}",
        ],
        form in 0..6usize,
    ) {
        let (a, b, c) = (&digits[..3], &digits[3..7], &digits[7..]);
        let raw = match form {
            0 => digits.clone(),
            1 => format!("+86{digits}"),
            2 => format!("0086{digits}"),
            3 => format!("{a}-{b}-{c}"),
            4 => format!("+86 {a} {b} {c}"),
            _ => format!("（+86）{digits}"),
        };
        let typed: String = raw.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let rival = WorldPhones.judge(&typed, "CN").unwrap();
        let theirs = rival.quality == PhoneQuality::Ok && rival.kind == PhoneKind::Mobile;
        prop_assert_eq!(check_cn_mobile(&raw).is_some(), theirs, "{}: {:?}", raw, rival);
        let ours = Phone::parse(&raw, &PhoneOptions::default());
        prop_assert_eq!(ours.is_ok() && ours.kind() == PhoneKind::Mobile, theirs, "{}: {:?}", raw, rival);
        if theirs {
            prop_assert_eq!(ours.e164().map(str::to_owned), rival.e164, "{}", raw);
        }
    }

    /// The same of landlines with their trunk code and of 400 and 800 numbers; service numbers are known here only.
    #[test]
    fn the_native_plan_knows_the_landlines_that_the_oracle_knows(
        raw in prop_oneof!["0(10|2[0-9])[1-9][0-9]{6,7}", "0[3-9][0-9]{2}[1-9][0-9]{5,7}", "(400|800|950)[0-9]{7}"],
    ) {
        let rival = WorldPhones.judge(&raw, "CN").unwrap();
        let ours = Phone::parse(&raw, &PhoneOptions::default());
        if ours.kind() != PhoneKind::Service {
            prop_assert_eq!(ours.is_ok(), rival.quality == PhoneQuality::Ok, "{}: {:?} {:?}", raw, ours, rival);
            prop_assert_eq!(ours.e164().map(str::to_owned), rival.e164.filter(|_| ours.is_ok()), "{}", raw);
        }
    }

    /// Where `00` dials abroad a number has its key without an oracle, the one that the oracle gives it.
    #[test]
    fn a_number_behind_00_has_its_key_where_00_dials_abroad(
        region in proptest::sample::select(vec!["IN", "DE", "GB", "FR", "ES", "NL", "PL", "VN", "MY", "ZA", "AE", "NZ", "TR"]),
        digits in "1[35789][0-9]{9}",
    ) {
        let raw = format!("0086{digits}");
        let options = PhoneOptions { default_region: region.parse().unwrap(), oracle: None };
        let ours = Phone::parse(&raw, &options);
        let rival = WorldPhones.judge(&raw, region).unwrap();
        let mobile = rival.quality == PhoneQuality::Ok;
        prop_assert_eq!(ours.is_ok(), mobile, "{} {}: {:?}", region, raw, rival);
        prop_assert_eq!(ours.e164().map(str::to_owned), rival.e164.filter(|_| mobile), "{} {}", region, raw);
    }

    /// Turning the feature on or off finds what was stored under a key.
    #[test]
    fn a_key_does_not_depend_on_the_feature(
        number in proptest::sample::select(written()),
        trunk in proptest::sample::select(vec!["", "0", "(0)", "1", "8", "06", "00"]),
        cut in 0..5usize,
        more in "[0-9]{0,4}",
    ) {
        let code = CODES.iter().map(|code| format!("+{code}")).filter(|code| number.starts_with(code)).max();
        let (code, national) = number.split_at(code.map_or(3, |code| code.len()));
        let raw = format!("{code} {trunk}{}{more}", &national[..national.len() - cut]);
        let alone = Phone::parse(&raw, &PhoneOptions::default());
        let judged = Phone::parse(&raw, &PhoneOptions { oracle: Some(&WorldPhones), ..PhoneOptions::default() });
        prop_assert_eq!(judged.key(), alone.key(), "{}", raw);
        prop_assert_eq!(judged.calling_code(), alone.calling_code(), "{}", raw);
        // Without a country code there is a key with the feature only, in China the same.
        let bare = raw.replace('+', "00");
        for region in ["CN", "CN-HK", "US", "GB", "JP", "SG"] {
            let region = region.parse().unwrap();
            let alone = Phone::parse(&bare, &PhoneOptions { default_region: region, oracle: None });
            let judged = Phone::parse(&bare, &PhoneOptions { default_region: region, oracle: Some(&WorldPhones) });
            prop_assert!(alone.key().is_none() || alone.key() == judged.key(), "{} {}", bare, region);
        }
    }
}
