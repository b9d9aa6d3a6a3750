//! Fields as people write them: every value is read or reported, and no key is wrong.

use leadkit::contact::{
    ContactValue, Email, EmailFault, Phone, PhoneFault, PhoneOptions, read_emails, read_phones,
};
use leadkit::model::Region;
use proptest::prelude::*;

use crate::support::data;

fn phones(field: &str) -> Vec<ContactValue<Phone>> {
    read_phones(field, &PhoneOptions::default())
}

fn shown(phone: &Phone) -> String {
    match phone.key() {
        // A guess is marked.
        Some(key) if phone.fault() == Some(PhoneFault::AssumedCountry) => format!("{key}?"),
        Some(key) => key.to_owned(),
        None => format!("!{}", phone.fault().map_or("-", |fault| fault.code())),
    }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
    let mut parts = text.split("\\u{");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap();
        out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        out.push_str(rest);
    }
    out
}

#[test]
fn every_field_of_the_corpus_is_read_as_written_down() {
    let mut wrong = Vec::new();
    for line in data("contact_fields.tsv").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, field, expected] = columns[..] else { panic!("{line}") };
        let field = unescaped(field);
        let seen: Vec<String> = match kind {
            "phone" => phones(&field).iter().map(|one| shown(&one.value)).collect(),
            _ => read_emails(&field)
                .iter()
                .map(|one| match &one.value {
                    Ok(email) => email.key().to_owned(),
                    Err(fault) => format!("!{}", fault.code()),
                })
                .collect(),
        };
        let seen = if seen.is_empty() { "-".to_owned() } else { seen.join(" ") };
        if seen != expected {
            wrong.push(format!("{line}\n    {seen}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Blanks around the sign change nothing about what follows the address.
#[test]
fn a_sign_between_blanks_belongs_to_the_address_whatever_divides_it_from_the_next() {
    let keys = |field: &str| -> Vec<String> {
        let read = read_emails(field).into_iter().filter_map(|one| one.value.ok());
        read.map(|email| email.key().to_owned()).collect()
    };
    let dividers = [
        ",", ";", "、", "，", "；", "/", "|", "&", "+", " ", "\n", "\t", ":::", " / ", ", ", "和", "或",
        " and ",
    ];
    for divider in dividers {
        for (local, domain, next) in [
            ("lei.wang", "163.com", "info@xinghe.cn"),
            ("lei", "qq.com", "wu@lvhu-x.cn"),
            ("lei_wang88", "xinghe.com.cn", "lei.wang@163.com"),
        ] {
            let expected = [format!("{local}@{domain}"), next.to_owned()];
            for sign in ["@", " @ "] {
                let field = format!("{local}{sign}{domain}{divider}{next}");
                assert_eq!(keys(&field), expected, "{field:?}");
            }
        }
    }
    // The word behind the sign has one of its own.
    for (field, key) in [
        ("call me @ lei@xinghe.cn", "lei@xinghe.cn"),
        ("mail @ lei.wang@163.com", "lei.wang@163.com"),
        ("mail @ lei+news@xinghe.cn", "lei+news@xinghe.cn"),
        ("mail @ lei_wang-88@xinghe.cn", "lei_wang-88@xinghe.cn"),
    ] {
        assert_eq!(keys(field), [key], "{field}");
    }
}

#[test]
fn a_local_number_gets_the_area_code_of_its_city() {
    for (city, field, expected) in [
        ("CN-SC-510100", "***87654301", "!masked"),
        ("CN-SC-510100", "87654301", "+862887654301"),
        ("CN-SC-510107", "8765 4301", "+862887654301"),
        ("CN-SC-511400", "87654301", "+862887654301"),
        ("CN-BJ", "83442922", "+861083442922"),
        ("CN-BJ-110105", "83442922(前台)", "+861083442922"),
        ("CN-HI", "66778894", "+8689866778894"),
        ("CN-GD-440300", "13927461853/26718843", "+8613927461853 +8675526718843"),
        // Another city's length, a province without a city, a city with two codes, another country.
        ("CN-SC-510100", "8765430", "!missing_area_code"),
        ("CN-SC", "87654301", "!missing_area_code"),
        ("CN-SX-140700", "8765430", "!missing_area_code"),
        ("CN-HK", "87654301", "!-"),
        // The number before it in the list is of another city: nobody knows.
        ("CN-SC-510100", "0755-26718843、87654301", "+8675526718843 !missing_area_code"),
        // A date, a note, an account.
        ("CN-SC-510100", "2026-05-01", "!other_number"),
        ("CN-SC-510100", "20260501", "!missing_area_code"),
        ("CN-SC-510100", "87654301-12", "+862887654301"),
        ("CN-SC-510100", "13927461853（订单号87654301）", "+8613927461853 !other_number"),
        ("CN-SC-510100", "zhang87654301", "!missing_area_code"),
    ] {
        let options = PhoneOptions { default_region: city.parse().unwrap(), oracle: None };
        let seen: Vec<String> = read_phones(field, &options).iter().map(|one| shown(&one.value)).collect();
        assert_eq!(seen.join(" "), expected, "{city} {field}");
    }
    let shenzhen: Region = "CN-GD-440300".parse().unwrap();
    let options = PhoneOptions { default_region: shenzhen, oracle: None };
    assert_eq!(Phone::parse("26718843", &options).key(), None);
}

#[test]
fn an_extension_belongs_to_the_number_before_it() {
    for (field, extensions) in [
        ("0755-26718843转801、13927461853", &[Some("801"), None][..]),
        ("0755-26718843/801/802", &[Some("801"), Some("802")]),
        ("0755-26718843转801、802", &[Some("801"), Some("802")]),
        ("0755-26718843（转801）", &[Some("801")]),
        ("0755-26718843 (ext 801)", &[Some("801")]),
        ("0755-26718843[转801]", &[Some("801")]),
        ("0755-26718843（分机 801）", &[Some("801")]),
        ("0755-26718843(801)", &[Some("801")]),
        ("0755-26718843-801-2", &[Some("801")]),
        ("13927461853(24)", &[None]),
        ("0755-26718843 分机：801；0755-26718844 ext. 802", &[Some("801"), Some("802")]),
        ("0755-26718843-801 13927461853", &[Some("801"), None]),
        ("0755-26718843转13927461853", &[None, None]),
    ] {
        let found = phones(field);
        let seen: Vec<_> = found.iter().map(|one| one.value.extension()).collect();
        assert_eq!(seen, extensions, "{field}");
    }
}

/// The oracle's own writing of a number, without the parser.
struct Written {
    text: String,
    key: String,
    /// The writing has lost digits: it is reported.
    lossy: bool,
}

const PHONE_FORMS: usize = 22;

fn written_phone(form: usize, number: u32) -> Written {
    let eight = 20_000_000 + number % 69_000_000 + 1;
    let prefix = ["139", "138", "150", "186", "199"][number as usize % 5];
    let mobile = format!("{prefix}{eight:08}");
    let (a, b, c) = (&mobile[..3], &mobile[3..7], &mobile[7..]);
    let shifted = |start: u32| -> String {
        let digit = |c: char| char::from_u32(start + c.to_digit(10).unwrap()).unwrap();
        mobile.chars().map(digit).collect()
    };
    let mut key = format!("+86{mobile}");
    let mut lossy = false;
    let mut landline = |text: String| {
        key = format!("+8628{eight}");
        text
    };
    let text = match form {
        0 => mobile.clone(),
        1 => format!("{a} {b} {c}"),
        2 => format!("{a}-{b}-{c}"),
        3 => format!("+86 {a} {b} {c}"),
        4 => format!("0086{mobile}"),
        5 => format!("（+86）{mobile}"),
        6 => shifted(0xFF10),
        7 => shifted(0x0660),
        8 => shifted(0x0966),
        9 => mobile.chars().flat_map(|c| ['\u{200B}', c]).collect(),
        10 => format!("\u{202D}{mobile}\u{202C}"),
        11 => format!("'{mobile}"),
        12 => format!("=\"{mobile}\""),
        13 => format!("{mobile}.0"),
        14 => {
            lossy = mobile.ends_with('0');
            format!("{:E}", mobile.parse::<f64>().unwrap())
        }
        15 => format!("{}.{}E+10", &mobile[..1], &mobile[1..]),
        16 => {
            lossy = true;
            format!("{:.4E}", mobile.parse::<f64>().unwrap())
        }
        17 => landline(format!("028-{eight}")),
        18 => landline(format!("(028){eight}")),
        19 => landline(format!("028 {eight}")),
        20 => landline(format!("+86-28-{} {}", eight / 10_000, &eight.to_string()[4..])),
        _ => landline(format!("028-{eight}转801")),
    };
    Written { text, key, lossy }
}

const PHONE_DECORATIONS: [(&str, &str); 20] = [
    ("", ""),
    ("", "(何望)"),
    ("", "（总机）"),
    ("", " (Herr Müller)"),
    ("", "（2号楼）"),
    ("", " (9:00-18:00)"),
    ("手机：", ""),
    ("电话", ""),
    ("Tel: ", ""),
    ("Иван: ", ""),
    ("هاتف: ", ""),
    ("電話番号：", ""),
    ("전화 ", " (김철수)"),
    ("何望 ", ""),
    ("何望", "微信同号"),
    ("<", ">"),
    ("[", "]"),
    ("【", "】"),
    ("“", "”"),
    ("\u{2068}", "\u{2069}。"),
];

const SEPARATORS: [&str; 30] = [
    "/",
    " / ",
    "、",
    "，",
    ", ",
    "；",
    ";",
    "; ",
    " ::: ",
    ":::",
    "\n",
    "\r\n",
    "\t",
    " | ",
    "|",
    "｜",
    " 或 ",
    "或",
    " or ",
    " and ",
    "和",
    " oder ",
    " または ",
    " или ",
    " أو ",
    "  ",
    "＆",
    "\\",
    "／",
    "\u{2028}",
];

/// Checks that the values are read in their order, each inside its own text.
fn check_phones(parts: &[(Written, usize)], separators: &[&str]) -> Result<(), String> {
    let (mut field, mut places) = (String::new(), Vec::new());
    for (at, (written, decoration)) in parts.iter().enumerate() {
        if at > 0 {
            field.push_str(separators[at - 1]);
        }
        let start = field.len();
        let (before, after) = PHONE_DECORATIONS[*decoration];
        field.extend([before, &written.text, after]);
        places.push(start..field.len());
    }
    let found = phones(&field);
    let fail = |why: &str| {
        let seen: Vec<_> = found.iter().map(|one| (one.span.clone(), shown(&one.value))).collect();
        Err(format!("{why}: {field:?} {seen:?}"))
    };
    for one in &found {
        if field.get(one.span.clone()).is_none_or(str::is_empty) {
            return fail("a span off the characters");
        }
    }
    for ((written, _), place) in parts.iter().zip(&places) {
        let inside: Vec<_> =
            found.iter().filter(|one| place.start <= one.span.start && one.span.end <= place.end).collect();
        let keys: Vec<_> = inside.iter().filter_map(|one| one.value.key()).collect();
        let expected = if written.lossy { vec![] } else { vec![written.key.as_str()] };
        if keys != expected {
            return fail(&format!("{} is not read", written.text));
        }
        if written.lossy && !inside.iter().any(|one| one.value.fault().is_some()) {
            return fail(&format!("{} is not reported", written.text));
        }
    }
    if found.iter().filter(|one| one.value.key().is_some()).count()
        != parts.iter().filter(|(written, _)| !written.lossy).count()
    {
        return fail("a key too many");
    }
    Ok(())
}

#[test]
fn every_pair_of_writings_is_read() {
    let mut number = 7_654_321u32;
    let mut failures = Vec::new();
    for form in 0..PHONE_FORMS {
        for decoration in 0..PHONE_DECORATIONS.len() {
            for separator in SEPARATORS {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let other = (number >> 20) as usize;
                let one = (written_phone(form, number >> 3), decoration);
                let two = (
                    written_phone(other % PHONE_FORMS, number >> 5),
                    (other / PHONE_FORMS) % PHONE_DECORATIONS.len(),
                );
                let parts = if number & 4 == 0 { [one, two] } else { [two, one] };
                failures.extend(check_phones(&parts, &[separator]).err());
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} fail:\n{}",
        failures.len(),
        failures[..failures.len().min(40)].join("\n")
    );
}

const EMAIL_DECORATIONS: [(&str, &str); 20] = [
    ("", ""),
    ("<", ">"),
    ("\"Lei\" <", ">"),
    ("\"Wang, Lei\" <", ">"),
    ("何望 <", ">"),
    ("何望<", ">"),
    ("Lei Wang <", ">"),
    ("“何望” ", ""),
    ("mailto:", ""),
    ("mailto:", "?subject=hi"),
    ("邮箱：", ""),
    ("邮箱", ""),
    ("Email: ", ""),
    ("e-mail ", ""),
    ("", "(工作)"),
    ("", " (work)"),
    ("", "。"),
    ("", "."),
    ("'", "'"),
    ("\u{2068}", "\u{2069}"),
];

const EMAIL_SEPARATORS: [&str; 25] = [
    "/", " / ", "、", "，", ", ", "；", ";", " ::: ", "\n", "\r\n", "\t", " | ", "|", " 或 ", "或", " or ",
    " and ", "和", " oder ", " или ", " أو ", " ", "＆", "／", "\u{2028}",
];

fn written_email(form: usize, number: u32) -> Written {
    let local = ["lei", "wang.lei", "lei_88", "x-y", "lei+crm"][number as usize % 5];
    let key = format!(
        "{local}{}@jingye{}.{}",
        number % 97,
        number % 13,
        ["cn", "com", "com.cn"][number as usize % 3]
    );
    let text = match form {
        0 => key.clone(),
        1 => key.to_uppercase(),
        2 => {
            let wide =
                |c: char| if c == '.' { '。' } else { char::from_u32(u32::from(c) + 0xFEE0).unwrap() };
            key.chars().map(wide).collect()
        }
        3 => key.chars().flat_map(|c| [c, '\u{200B}']).collect(),
        _ => key.replace('@', "＠"),
    };
    Written { text, key, lossy: false }
}

fn check_emails(parts: &[(Written, usize)], separators: &[&str]) -> Result<(), String> {
    let (mut field, mut places) = (String::new(), Vec::new());
    for (at, (written, decoration)) in parts.iter().enumerate() {
        if at > 0 {
            field.push_str(separators[at - 1]);
        }
        let start = field.len();
        let (before, after) = EMAIL_DECORATIONS[*decoration];
        field.extend([before, &written.text, after]);
        places.push(start..field.len());
    }
    let found = read_emails(&field);
    let seen: Vec<&str> = found.iter().flat_map(|one| &one.value).map(Email::key).collect();
    let expected: Vec<&str> = parts.iter().map(|(written, _)| written.key.as_str()).collect();
    let inside = found.len() == places.len()
        && found.iter().zip(&places).all(|(one, place)| {
            place.start <= one.span.start
                && one.span.end <= place.end
                && field.get(one.span.clone()).is_some_and(|text| !text.is_empty())
        });
    if seen == expected && inside { Ok(()) } else { Err(format!("{field:?} {found:?}")) }
}

#[test]
fn every_pair_of_addresses_is_read() {
    let mut number = 1_234_567u32;
    let mut failures = Vec::new();
    for form in 0..5 {
        for decoration in 0..EMAIL_DECORATIONS.len() {
            for separator in EMAIL_SEPARATORS {
                for other in 0..EMAIL_DECORATIONS.len() {
                    number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let one = (written_email(form, number >> 3), decoration);
                    let two = (written_email((number >> 20) as usize % 5, number >> 5), other);
                    failures.extend(check_emails(&[one, two], &[separator]).err());
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} fail:\n{}",
        failures.len(),
        failures[..failures.len().min(40)].join("\n")
    );
}

/// The first digits of every row of decimal digits in Unicode.
const DIGIT_ROWS: &[u32] = &[
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30,
    0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0,
    0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130,
    0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140,
    0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

#[test]
fn digits_of_every_script_are_read() {
    for start in DIGIT_ROWS {
        let digit = |c: char| char::from_u32(start + c.to_digit(10).unwrap()).unwrap();
        let one = |number: &str| number.chars().map(digit).collect::<String>();
        let field = format!("{}/{}", one("13927461853"), one("15088672341"));
        let keys: Vec<String> = phones(&field).iter().map(|one| shown(&one.value)).collect();
        assert_eq!(keys, ["+8613927461853", "+8615088672341"], "{start:X} {field}");
    }
    // Superscripts, circles, words and fractions are no digits.
    for field in ["¹³⁹²⁷⁴⁶¹⁸⁵³", "①③⑨②⑦④⑥①⑧⑤③", "一三九二七四六一八五三", "⅓⅓⅓⅓⅓⅓⅓⅓⅓⅓⅓"]
    {
        let keys: Vec<String> = phones(field).iter().map(|one| shown(&one.value)).collect();
        assert_eq!(keys, ["!no_digits"], "{field}");
    }
}

#[test]
fn the_rest_of_a_long_field_is_one_value() {
    for unit in
        ["13927461853/", "1,", "1 ", "1转", "x1", "无", "(", "1.1E", "+", "*1", "1\u{200B}-", "13927461853\n"]
    {
        let field = unit.repeat((1 << 20) / unit.len());
        let found = phones(&field);
        assert!(found.len() <= 64 && !found.is_empty(), "{unit:?}: {}", found.len());
        assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{unit:?}");
        assert!(found.last().unwrap().value.fault().is_some(), "{unit:?}");
    }
    for unit in ["lei@xinghe.cn/", "@", "a@", "\"", "<", "a@b.", "无", "\"a\" <", "。", "a@b.cn。"] {
        let field = unit.repeat((1 << 20) / unit.len());
        let found = read_emails(&field);
        assert!(found.len() <= 64 && !found.is_empty(), "{unit:?}: {}", found.len());
        assert_eq!(found.last().unwrap().value, Err(EmailFault::TooLong), "{unit:?}");
    }
}

proptest! {
    #[test]
    fn a_list_of_numbers_is_read(
        parts in proptest::collection::vec((0..PHONE_FORMS, any::<u32>(), 0..PHONE_DECORATIONS.len()), 1..7),
        separators in proptest::collection::vec(proptest::sample::select(&SEPARATORS[..]), 6),
    ) {
        let parts: Vec<_> =
            parts.into_iter().map(|(form, number, decoration)| (written_phone(form, number), decoration)).collect();
        prop_assert_eq!(check_phones(&parts, &separators), Ok(()));
    }

    #[test]
    fn a_list_of_addresses_is_read(
        parts in proptest::collection::vec((0..5usize, any::<u32>(), 0..EMAIL_DECORATIONS.len()), 1..7),
        separators in proptest::collection::vec(proptest::sample::select(&EMAIL_SEPARATORS[..]), 6),
    ) {
        let parts: Vec<_> =
            parts.into_iter().map(|(form, number, decoration)| (written_email(form, number), decoration)).collect();
        prop_assert_eq!(check_emails(&parts, &separators), Ok(()));
    }

    #[test]
    fn spans_of_any_text_are_in_order_and_keys_read_again(
        field in prop_oneof![
            any::<String>(),
            "[-+0-9０-９ ()转,#*/x、;.eE@\\n或QO]{0,60}",
            "[a-c0-9@.,; <>\"'()/|。中或\\n:-]{0,60}",
        ]
    ) {
        let found = phones(&field);
        let mut end = 0;
        for one in &found {
            prop_assert!(end <= one.span.start && one.span.start <= one.span.end);
            prop_assert!(field.get(one.span.clone()).is_some());
            end = one.span.end;
            if let Some(key) = one.value.key() {
                let again = phones(key);
                prop_assert_eq!(again.len(), 1);
                prop_assert_eq!(again[0].value.key(), Some(key));
            }
        }
        let found = read_emails(&field);
        let mut end = 0;
        for one in &found {
            prop_assert!(end <= one.span.start && one.span.start <= one.span.end, "{:?}", found);
            prop_assert!(field.get(one.span.clone()).is_some());
            end = one.span.end;
            if let Ok(email) = &one.value {
                let again = read_emails(email.key());
                prop_assert_eq!(again.len(), 1);
                prop_assert_eq!(again[0].value.as_ref().map(Email::key), Ok(email.key()));
            }
        }
        // A blank field has no value, and one that says so; where a digit stands there is something to report.
        let whole = Phone::parse(&field, &PhoneOptions::default());
        let fault = whole.fault().map_or("-", |fault| fault.code());
        let is_empty = phones(&field).is_empty();
        prop_assert!(is_empty || fault != "empty" && !field.trim().is_empty());
        prop_assert!(!is_empty || matches!(fault, "empty" | "no_digits"), "{}", fault);
    }
}
