//! A whole number beside other digits: whatever stands there, the number is read, and nothing else has a key.

use leadkit::contact::{Phone, PhoneFault, PhoneOptions, PhoneQuality, read_phones};

/// Words before a number that are decoration.
const LABELS: [&str; 14] = [
    "",
    "手机：",
    "Tel: ",
    "张工",
    "王工：",
    "小编 ",
    "施工 ",
    "报税",
    "咨询订单",
    "手机/QQ ",
    "QQ同号 ",
    "（张工）",
    "V",
    "vx:",
];
/// A number as people write it, and its key.
const FORMS: [(&str, &str); 12] = [
    ("13927461853", "+8613927461853"),
    ("139 2746 1853", "+8613927461853"),
    ("139-2746-1853", "+8613927461853"),
    ("+86 139 2746 1853", "+8613927461853"),
    ("+8613927461853", "+8613927461853"),
    ("008613927461853", "+8613927461853"),
    ("１３９２７４６１８５３", "+8613927461853"),
    ("(+86)13927461853", "+8613927461853"),
    ("0755-26718843", "+8675526718843"),
    ("（0755）26718843", "+8675526718843"),
    ("075526718843", "+8675526718843"),
    ("400-820-8843", "+864008208843"),
];
/// Other digits that people write beside it.
const OTHERS: [&str; 40] = [
    "2026-03-02",
    "2026/3/2",
    "02.03.2026",
    "2026年3月2日",
    "10:30",
    "2026-03-02 10:30",
    "2026-03-02 10:30:00",
    "2026-03-02T10:30:00Z",
    "2026-03-02T10:30:00.000+08:00",
    "20260302 10:30",
    "20260302",
    "9:00-18:00",
    "9-18点",
    "9点-18点",
    "24h",
    "24小时",
    "7x24",
    "7*24",
    "365天",
    "100%",
    "35岁",
    "50元",
    "1680-2000元",
    "¥10000",
    "10000元",
    "518000",
    "1203",
    "A座1203",
    "3号楼1203",
    "3号楼110室",
    "12楼",
    "1392746185",
    "QQ:3982017465",
    "订单号20260302",
    "工号10231",
    "邮编518000",
    "微信:abc1234567",
    "wx:lei_1234567",
    "HZ-1234567",
    "139••••1853",
];
const SEPARATORS: [&str; 6] = [" ", "  ", "\n", "，", " | ", "；"];

#[test]
fn a_number_is_read_whatever_digits_stand_beside_it() {
    let mut wrong = Vec::new();
    for (at, label) in LABELS.iter().enumerate() {
        for (number, key) in FORMS {
            for (turn, other) in OTHERS.iter().enumerate() {
                let separator = SEPARATORS[(at + turn) % SEPARATORS.len()];
                for field in [
                    format!("{label}{number}{separator}{other}"),
                    format!("{other}{separator}{label}{number}"),
                ] {
                    let found = read_phones(&field, &PhoneOptions::default());
                    let keys: Vec<_> = found.iter().filter_map(|one| one.value.key()).collect();
                    let whole = found.iter().any(|one| one.value.is_ok() && one.value.key() == Some(key));
                    let others = keys.iter().filter(|seen| **seen != key).count();
                    // A mobile number that lacks a digit is shown behind a separator of lists.
                    let short = keys.contains(&"+861392746185");
                    if !whole || others > usize::from(short) {
                        wrong.push(format!("{field:?}: {keys:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} fail:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

/// What a label says is something else has no key, however it is written.
#[test]
fn what_is_another_number_has_no_key() {
    for label in ["QQ ", "qq:", "QQ号：", "QQ号码 ", "工号", "编号 ", "订单号：", "快递单号 ", "ID "]
    {
        for number in ["13927461853", "139 2746 1853", "2026718843", "3982017465"] {
            let field = format!("{label}{number}");
            let found = read_phones(&field, &PhoneOptions::default());
            assert_eq!(found.len(), 1, "{field}");
            assert_eq!(found[0].value.fault(), Some(PhoneFault::OtherNumber), "{field}");
        }
    }
}

/// A date is no number, wherever it is parsed.
#[test]
fn a_date_has_no_key() {
    for text in [
        "2026-03-02",
        "2026-03-02 10:30",
        "2026/03/02 13:45",
        "2026.3.2 10",
        "02-03-2026 10:30",
        "2026-03-02 10",
    ] {
        let phone = Phone::parse(text, &PhoneOptions::default());
        assert_eq!(phone.key(), None, "{text}");
        assert!(matches!(phone.quality(), PhoneQuality::Malformed(_)), "{text}");
    }
}

/// Digits that are hidden make another number of what is left, whatever hides them.
#[test]
fn a_masked_number_has_no_key() {
    for mask in ["•", "·", ".", "_", "-", "*", "●", "■", "×", "–"] {
        for (before, after) in
            [("139", "1853"), ("+44 20 ", " 0958"), ("+1 650 ", " 0000"), ("0755-", "8843"), ("1392746", "")]
        {
            let field = format!("{before}{}{after}", mask.repeat(4));
            for phone in read_phones(&field, &PhoneOptions::default()).iter().map(|one| &one.value) {
                assert_eq!(phone.key(), None, "{field}");
            }
            assert_eq!(Phone::parse(&field, &PhoneOptions::default()).key(), None, "{field}");
        }
    }
    // One sign divides.
    for sign in ["•", "·", ".", "_", "-", "–"] {
        let field = format!("139{sign}2746{sign}1853");
        assert_eq!(Phone::parse(&field, &PhoneOptions::default()).key(), Some("+8613927461853"), "{field}");
    }
}
