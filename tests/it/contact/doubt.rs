//! A mobile number of China keeps its key, whatever stands beside it; any other number without its code is read in the country
//! named where that has such a number.

use leadkit::contact::{PhoneFault, PhoneOptions, PhoneQuality, read_phones};
use leadkit::model::Lead;
use leadkit::rule::{FactContext, Facts, HostTables};

const LANDLINE: &str = "0755-26718843";
/// Numbers of China, one with its country code, and one of another country with its own.
const NUMBERS: [&str; 7] = [
    "13927461853",
    "139 2746 1853",
    "+86 139-2746-1853",
    LANDLINE,
    "15254599371",
    "+49 30 1234567",
    "+852 6098 7654",
];
/// Countries, titles, ages, remarks, companies, departments, codes, names.
const BESIDE: [&str; 40] = [
    "香港",
    "台湾",
    "德国",
    "美国",
    "巴西",
    "Singapore",
    "Germany",
    "Hong Kong",
    "United States",
    "HK",
    "TW",
    "US",
    "UK",
    "DE",
    "PR",
    "AI",
    "CA",
    "VC",
    "IT",
    "MY",
    "MA",
    "MD",
    "BA",
    "Chad",
    "Jordan",
    "Georgia",
    "36",
    "28",
    "44",
    "49",
    "852",
    "王经理",
    "张总",
    "HR",
    "Siemens",
    "腾讯",
    "研发部",
    "老客户",
    "🇩🇪",
    "Lei Wang",
];

/// A text before the number, behind it, and in both kinds of brackets. Bare digits stand in brackets only.
fn beside(number: &str, text: &str) -> Vec<String> {
    let bracketed =
        [format!("{number} ({text})"), format!("{number}（{text}）"), format!("{number}({text})")];
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let bare = [
        format!("{number} {text}"),
        format!("{text} {number}"),
        format!("{text}：{number}"),
        format!("{number}，{text}"),
        format!("{number}, {text}"),
        format!("{number}/{text}"),
        format!("（{text}）{number}"),
    ];
    bracketed.into_iter().chain(bare.into_iter().filter(|_| !is_digits)).collect()
}

#[test]
fn a_number_keeps_its_key_whatever_stands_beside_it() {
    let options = PhoneOptions::default();
    let keys = |field: &str| -> Vec<String> {
        let found = read_phones(field, &options);
        found.iter().filter_map(|one| one.value.key()).map(str::to_owned).collect()
    };
    let mut wrong = Vec::new();
    let mut count = 0;
    for number in NUMBERS {
        let alone = keys(number);
        assert_eq!(alone.len(), 1, "{number}");
        for text in BESIDE {
            for field in beside(number, text) {
                count += 1;
                let found = keys(&field);
                // A landline that the country has too is of that country, as in a field for the country.
                let is_german = ["德国", "Germany", "DE", "🇩🇪"].contains(&text);
                let expected = if number == LANDLINE && is_german {
                    vec!["+4975526718843".to_owned()]
                } else {
                    alone.clone()
                };
                if found != expected {
                    wrong.push(format!("{field:?}: {found:?}"));
                }
            }
        }
    }
    assert!(count > 2_000, "{count}");
    assert!(wrong.is_empty(), "{} of {count} fail:\n{}", wrong.len(), wrong.join("\n"));
}

/// A number that the forms' country does not have is read where the field says it is from.
#[test]
fn a_number_without_a_country_gets_the_one_beside_it() {
    for (field, key) in [
        ("60987354 (HK)", "+85260987354"),
        ("香港 60987354", "+85260987354"),
        ("60987354 (852)", "+85260987354"),
        ("60987354（+852）", "+85260987354"),
        ("91234568 Singapore", "+6591234568"),
    ] {
        let found = read_phones(field, &PhoneOptions::default());
        assert_eq!(found.len(), 1, "{field}");
        assert_eq!(found[0].value.key(), Some(key), "{field}");
    }
    // An age is no calling code, and a number of China none of Hong Kong.
    for field in ["13812689484（36）", "13812689484 (852)", "13812689484（+852）", "13812689484 +852"] {
        let found = read_phones(field, &PhoneOptions::default());
        assert_eq!(found[0].value.key(), Some("+8613812689484"), "{field}");
    }
}

/// However the country is stated: the key stands for lists and to forget, and the doubt beside it.
#[test]
fn a_number_that_two_countries_have_is_a_guess() {
    let options = PhoneOptions::default();
    for (country, code, number) in [("Germany", "49", "15254599371"), ("Brazil", "55", "15988672341")] {
        for field in [
            format!("{country} {number}"),
            format!("{number}（{country}）"),
            format!("{number}, {country}"),
            format!("{number} ({code})"),
            format!("{number}（{code}）"),
            format!("{code}/{number}"),
            format!("+{code}...{number}"),
        ] {
            let found = read_phones(&field, &options);
            assert_eq!(found.len(), 1, "{field}");
            let phone = &found[0].value;
            assert_eq!(phone.key(), Some(format!("+86{number}").as_str()), "{field}");
            let judged = (phone.quality(), phone.fault());
            assert_eq!(judged, (PhoneQuality::UnknownCountry, Some(PhoneFault::AssumedCountry)), "{field}");
        }
    }
    // No such number exists there.
    for field in [
        "13927461853（香港）",
        "13927461853 (852)",
        "13927461853 Germany",
        "13927461853 (49)",
        "49/13927461853",
    ] {
        assert_eq!(read_phones(field, &options)[0].value.fault(), None, "{field}");
    }
}

/// In a field of the lead or beside the number, a country means the same.
#[test]
fn a_country_means_the_same_in_its_own_field_and_beside_the_number() {
    for country in ["Germany", "德国", "Brazil", "Hong Kong", "USA", "Japan", "UK", "Singapore"] {
        for number in ["15254599371", "13927461853", "15988672341", "13105551234", "18912345670"] {
            let read = |lead: serde_json::Value| {
                let lead: Lead = serde_json::from_value(lead).unwrap();
                let tables = HostTables::default();
                let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
                let phones = facts.phones().iter();
                phones.map(|one| (one.key().map(str::to_owned), one.fault())).collect::<Vec<_>>()
            };
            let lead = |phone: String, country: &str| serde_json::json!({"id": "L1", "created_at": "2026-03-02T09:00:00+08:00", "phones": [phone], "country": country});
            let stated = read(lead(number.to_owned(), country));
            let beside = read(lead(format!("{number} ({country})"), ""));
            assert_eq!(stated, beside, "{country} {number}");
            assert_eq!(stated[0].0.as_deref(), Some(format!("+86{number}").as_str()), "{country} {number}");
        }
    }
}
