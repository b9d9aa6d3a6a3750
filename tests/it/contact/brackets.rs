//! The calling code of a country in brackets before a number: `(86) 139 2746 1853`.

use leadkit::blacklist::{Blacklist, BlacklistRules, Severity, WindowState};
use leadkit::contact::{Phone, PhoneFault, PhoneOptions, PhoneQuality, check_cn_mobile, read_phones};
use leadkit::model::Lead;
use leadkit::rule::{FactContext, Facts, HostTables};

use crate::support::at;

/// How people write the code, `86` standing for it.
const CODES: [&str; 12] = [
    "(86)",
    "（86）",
    "[86]",
    "【86】",
    "(+86)",
    "(0086)",
    "（00 86）",
    "( 86 )",
    "（８６）",
    "+(86)",
    "(86) ",
    "(86)-",
];
/// Chinese numbers as they stand behind it, with their key.
const NUMBERS: [(&str, &str); 6] = [
    ("19843402877", "+8619843402877"),
    ("198 4340 2877", "+8619843402877"),
    ("198-4340-2877", "+8619843402877"),
    ("１９８４３４０２８７７", "+8619843402877"),
    ("755 2671 8843", "+8675526718843"),
    ("0755-26718843", "+8675526718843"),
];
/// What stands around a number.
const AROUND: [(&str, &str); 7] = [
    ("", ""),
    ("Tel: ", ""),
    ("电话", "（李娜）"),
    ("李娜 ", ""),
    ("1. ", ""),
    ("", " / note"),
    ("\"", "\""),
];
const REGIONS: [&str; 9] = ["CN", "US", "GB", "DE", "JP", "HK", "SG", "BR", "FR"];

fn options(region: &str) -> PhoneOptions<'static> {
    PhoneOptions { default_region: region.parse().unwrap(), oracle: None }
}

fn keys(field: &str, options: &PhoneOptions<'_>) -> Vec<String> {
    read_phones(field, options).iter().filter_map(|one| one.value.key().map(str::to_owned)).collect()
}

/// Abroad, a code without `+` and `00` is a guess.
#[test]
fn china_in_brackets_is_china_in_every_country() {
    for region in REGIONS {
        for code in CODES {
            let is_written = region == "CN" || code.contains('+') || code.contains("00");
            for (number, key) in NUMBERS {
                let options = options(region);
                let phone = Phone::parse(&format!("{code}{number}"), &options);
                assert_eq!((phone.key(), phone.is_ok()), (Some(key), is_written), "{region} {code}{number}");
                let guess = (!is_written).then_some(PhoneFault::AssumedCountry);
                assert_eq!(phone.fault(), guess, "{region} {code}{number}");
                for (before, after) in AROUND {
                    let field = format!("{before}{code}{number}{after}");
                    let found = read_phones(&field, &options);
                    let all: Vec<_> = found.iter().map(|one| (one.value.key(), one.value.is_ok())).collect();
                    assert_eq!(all, [(Some(key), is_written)], "{region} {field}");
                }
            }
        }
    }
    assert_eq!(check_cn_mobile("(86)19843402877"), Some(19_843_402_877));
}

#[test]
fn several_numbers_with_their_codes_are_read_each() {
    for separator in [" / ", "、", "; ", " ", "\n", " 2. "] {
        let field = format!("(86)19843402877{separator}(86) 139 2746 1853");
        for region in REGIONS {
            assert_eq!(
                keys(&field, &options(region)),
                ["+8619843402877", "+8613927461853"],
                "{region} {field}"
            );
        }
    }
    let phone = Phone::parse("(86)0755-26718843转801", &options("US"));
    assert_eq!((phone.key(), phone.extension()), (Some("+8675526718843"), Some("801")));
}

/// Behind `86` that is no whole number of China stands nobody's key: `+19843402877` is a number of America.
#[test]
fn a_number_behind_a_code_is_never_one_of_the_country_of_the_field() {
    for field in
        ["(86)1984340287", "(86)198434028771", "(86 19843402877)", "86 19843402877", "86-19843402877"]
    {
        assert_eq!(keys(field, &options("US")), [""; 0], "{field}");
    }
}

/// A Chinese field, without a judge of other countries' numbers: text and key, `-` for none.
#[test]
fn another_country_in_brackets_is_read_where_the_number_is_none_of_china() {
    for (field, key) in [
        ("(44) 7400 183652", "+447400183652"),
        ("（44）7400183652", "+447400183652"),
        ("[44] 07400 183652", "+447400183652"),
        ("(0044) 7400 183652", "+447400183652"),
        ("(852) 9183 4927", "+85291834927"),
        ("(886) 912 384 927", "+886912384927"),
        ("(65) 8183 4927", "+6581834927"),
        // A mobile number of China; its area codes, with a digit too many; an area code of America.
        ("(49)17699401599", "-"),
        ("(27) 834429221", "+8627834429221"),
        ("(010) 83442922", "+861083442922"),
        ("(755) 26718843", "+8675526718843"),
        ("(678) 999-8212", "+866789998212"),
    ] {
        let found = read_phones(field, &options("CN"));
        let [one] = &*found else { panic!("{field}: {found:?}") };
        assert_eq!(one.value.key().unwrap_or("-"), key, "{field}");
        if !key.starts_with("+86") && key != "-" {
            assert_eq!(one.value.quality(), PhoneQuality::UnknownCountry, "{field}");
            assert_eq!(
                one.value.fault() == Some(PhoneFault::AssumedCountry),
                !field.starts_with("(00"),
                "{field}"
            );
        }
    }
}

/// Where the plan of the country is unknown, digits in brackets may be an area code.
#[test]
fn an_area_code_is_no_country() {
    for (region, field) in [("US", "(212) 664-7665"), ("BR", "(51) 99876-5432"), ("GB", "(20) 7946 0958")] {
        assert_eq!(keys(field, &options(region)), [""; 0], "{field}");
    }
}

/// A table gives the code a cell of its own, a form a line.
#[test]
fn a_code_may_stand_in_its_own_line_or_cell() {
    for gap in ["\n", "\r\n", "\t", " \n "] {
        for region in REGIONS {
            for code in ["(86)", "+86", "【86】", "(+86)"] {
                let field = format!("{code}{gap}19843402877");
                assert_eq!(keys(&field, &options(region)), ["+8619843402877"], "{region} {field}");
            }
            // Abroad `86` alone may be anything; what stands behind it is no number of the country of the field.
            let field = format!("86{gap}19843402877");
            let own = if region == "CN" { vec!["+8619843402877"] } else { vec![] };
            assert_eq!(keys(&field, &options(region)), own, "{region} {field}");
        }
    }
}

/// Somebody may answer: the lead is marked, not blocked.
#[test]
fn a_guessed_country_marks_the_lead() {
    let tables = HostTables { default_region: "US".parse().unwrap(), ..HostTables::default() };
    let lead = Lead { phones: vec!["(86) 198 4340 2877".into()], ..Lead::default() };
    let facts = Facts::new(&lead, &FactContext::new(&tables, at("2026-03-02T09:00:00Z")));
    assert_eq!(facts.person_keys(), ["phone:+8619843402877"]);
    let blacklist = Blacklist::compile(&BlacklistRules::default()).unwrap();
    let verdict = blacklist.check(&facts, &WindowState::default());
    assert_eq!(verdict.severity(), Severity::Flag);
    let told: Vec<String> = verdict.hits().iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|hit| hit.contains("the country of the phone number is a guess")), "{told:?}");
}
