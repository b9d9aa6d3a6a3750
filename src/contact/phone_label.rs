//! What the text before a number says about it.

use super::scan::{is_invisible, narrow};
use super::services;

/// Characters before a number that are looked at.
const MAX_LABEL: usize = 40;

/// The kind of number that the text before it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// Nothing, or a phone number.
    Phone,
    /// Something else, of any length: a QQ account, a badge, an order.
    Other,
    /// Something else that a whole number cannot be (`邮编`), or something else as well (`手机/QQ`): only what can be
    /// nothing but a phone number is one.
    Either,
}

/// Words for numbers of any length. A title is none: 张工 is an engineer, 工号 a badge.
const OTHER: [&str; 8] = ["qq", "扣扣", "工号", "工號", "编号", "編號", "单号", "單號"];
/// Words for numbers whose length is not a phone's.
const NEVER: [&str; 14] = [
    "邮编",
    "郵編",
    "邮政编",
    "郵政編",
    "身份证",
    "身份證",
    "银行卡",
    "銀行卡",
    "税号",
    "稅號",
    "zip",
    "plz",
    "vat",
    "iban",
];
/// Words for an account or a paper, beside those of other [services](super::services), that may have as many digits as a landline
/// without its trunk 0.
const ACCOUNTS: [&str; 36] = [
    "球球",
    "工单",
    "工單",
    "license",
    "licence",
    "企鹅",
    "企鵝",
    "qq群",
    "群",
    "注册资本",
    "注册资金",
    "註冊資本",
    "uid",
    "q",
    "q.q",
    "sn",
    "s/n",
    "imei",
    "order",
    "po",
    "invoice",
    "ref",
    "reference",
    "account",
    "acct",
    "a/c",
    "ticket",
    "case",
    "customer",
    "client",
    "member",
    "membership",
    "contract",
    "passport",
    "serial",
    "user",
];
/// Words that people write behind the name of an account; in China the service comes before it: `抖音号`.
const NUMBERS: [&str; 7] = ["no", "nr", "num", "number", "id", "#", "."];
/// Ends of words that 号 makes a phone number of, in addition to [`CHINESE_PHONE`]: `本机号`, `微信同号`.
const CHINESE_OWN: [&str; 25] = [
    "電話番",
    "携帯番",
    "固话",
    "固話",
    "热线",
    "熱線",
    "传真",
    "傳真",
    "联系",
    "聯繫",
    "总机",
    "總機",
    "分机",
    "分機",
    "本机",
    "本機",
    "公司",
    "单位",
    "家里",
    "办公",
    "备用",
    "常用",
    "的",
    "新",
    "老",
];
/// Latin words for a phone number or what it is found by, which people write before it with and without a blank.
const PHONE: [&str; 15] = [
    "tel", "phone", "mobile", "mob", "cell", "whatsapp", "wechat", "weixin", "vx", "wx", "v", "w", "p", "m",
    "t",
];
/// The same in Chinese.
const CHINESE_PHONE: [&str; 12] = [
    "手机",
    "手機",
    "手机号",
    "手機號",
    "电话",
    "電話",
    "微信",
    "联系方式",
    "聯繫方式",
    "座机",
    "号码",
    "號碼",
];
/// Further Latin words that may come right before a number, without a blank.
const ATTACHED: [&str; 30] = [
    "telefon",
    "telephone",
    "ph",
    "mobil",
    "cellphone",
    "handy",
    "fax",
    "hp",
    "h",
    "o",
    "f",
    "c",
    "no",
    "nr",
    "num",
    "number",
    "call",
    "dial",
    "contact",
    "wa",
    "or",
    "and",
    "oder",
    "und",
    "ou",
    "et",
    "y",
    "e",
    "og",
    "och",
];
/// Latin words for the number behind a switchboard.
const EXTENSION: [&str; 3] = ["ext", "extension", "x"];
/// The first characters of car plates: the names of provinces.
const PLATES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// Words for an account whose name may end in digits.
const WECHAT: [&str; 11] =
    ["微信", "微信号", "微信號", "薇信", "威信", "wechat", "weixin", "weixinhao", "vx", "wx", "v信"];

/// A folded word without the labels of numbers in it: nothing of `手机号`, `tel` and `微信同号`.
pub(super) fn without_labels(word: &str) -> String {
    if PHONE.contains(&word) || ATTACHED.contains(&word) || EXTENSION.contains(&word) {
        return String::new();
    }
    let chinese = CHINESE_PHONE.iter().chain(&CHINESE_OWN).filter(|label| label.chars().count() > 1);
    let mut rest = word.to_owned();
    for label in chinese.chain(&["同号", "同號", "号", "號"]) {
        rest = rest.replace(label, "");
    }
    rest
}

/// The text before a number.
pub(super) struct Before {
    pub(super) label: Label,
    /// Latin letters belong to the digits, as in `HZ-1234567` and `lei_1234567`; a label does not.
    pub(super) token: bool,
}

/// Reads the text between the item before, if there is one, and a number.
pub(super) fn before(between: &str, follows: bool) -> Before {
    let mut text: Vec<char> =
        between.chars().rev().filter(|c| !is_invisible(*c)).map(narrow).take(MAX_LABEL).collect();
    text.reverse();
    let text: String = text.into_iter().flat_map(char::to_lowercase).collect();
    let text = text.trim_end_matches('·');
    let rest = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let token = text.get(rest.len()..).unwrap_or_default();
    let word = token.trim_matches(|c: char| !c.is_ascii_alphabetic());
    // `苏E12345` is the plate of a car.
    let is_plate = word.len() == 1 && rest.ends_with(|c: char| PLATES.contains(c));
    let is_label = !is_plate && (PHONE.contains(&word) || ATTACHED.contains(&word) || word == "qq");
    let is_token = !word.is_empty() && !is_label;
    // `微信号 abc13976428531` is an account.
    if is_token {
        let named =
            rest.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | '是' | '为'));
        if ends_with_word(named, &WECHAT) {
            return Before { label: Label::Other, token: true };
        }
    }
    Before { label: label(text, follows), token: is_token }
}

/// Whether a folded Latin word says that a phone number follows.
pub(super) fn is_phone_word(word: &str) -> bool {
    PHONE.contains(&word) || ATTACHED.contains(&word)
}

fn label(text: &str, follows: bool) -> Label {
    let named = text.trim_end_matches(|c: char| !c.is_alphabetic());
    let signs = text.get(named.len()..).unwrap_or_default();
    // `QQ、139…`, `139…（QQ）138…`: the word may belong to something else.
    let apart =
        signs.contains([',', ';', '、', '|', '/', '&', '\\']) || follows && signs.contains([')', ']', '】']);
    let bare = ["号码", "號碼", "号", "號", "码", "碼", ""]
        .iter()
        .filter_map(|end| named.strip_suffix(end))
        .find(|bare| {
            ends_with_word(bare, &NEVER) || ["qq", "扣扣"].iter().any(|word| ends_with_word(bare, &[word]))
        });
    let Some(word) = bare.or_else(|| ends_with_word(named, &OTHER).then_some(named)) else {
        // `ID` alone; `微信ID` may be a number by which somebody is found.
        let is_id = ends_with_word(named, &["id"])
            && named.strip_suffix("id").is_none_or(|head| !ends_in_letter(head));
        return match is_id {
            true => Label::Other,
            false if is_account(named) => Label::Either,
            false => Label::Phone,
        };
    };
    if apart || ends_with_word(word, &NEVER) {
        return Label::Either;
    }
    let joined = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '/' | '、'
                    | '&'
                    | '+'
                    | ','
                    | '|'
                    | '\\'
                    | '-'
                    | '('
                    | '和'
                    | '与'
                    | '及'
                    | '或'
                    | '跟'
                    | '同'
            )
    };
    let head = OTHER.iter().find_map(|other| word.strip_suffix(other)).unwrap_or_default();
    let head = head.trim_end_matches(joined);
    let phone_too = ends_with_word(head, &PHONE) || ends_with_word(head, &CHINESE_PHONE);
    if phone_too { Label::Either } else { Label::Other }
}

/// Whether a text ends with the name of an account: `小红书号`, `抖音ID`, `Order No`.
fn is_account(named: &str) -> bool {
    let mut bare = named;
    while let Some(head) = NUMBERS.iter().find_map(|word| bare.strip_suffix(word)) {
        bare = head.trim_end_matches(|c: char| c.is_whitespace() || c == '#' || c == '.');
    }
    let is_one = |text: &str| ends_with_word(text, &ACCOUNTS) || ends_with_word(text, &services::NAMED);
    if is_one(named) || is_one(bare) {
        return true;
    }
    let Some(head) = ["号", "號", "uid", "id"].iter().find_map(|end| named.strip_suffix(end)) else {
        return false;
    };
    let head = head.trim_end();
    // `中山路五号` is a house.
    head.ends_with(|c: char| c.is_alphabetic() && !c.is_ascii() && !"一二三四五六七八九十百零〇两".contains(c))
        && !ends_with_word(head, &CHINESE_PHONE)
        && !ends_with_word(head, &CHINESE_OWN)
        // `微信同号`
        && (!head.ends_with('同') || head.ends_with("合同"))
}

fn ends_in_letter(text: &str) -> bool {
    text.ends_with(char::is_alphabetic)
}

/// Whether a text ends with one of the words; a Latin word is not the end of a longer one.
fn ends_with_word(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        text.strip_suffix(word)
            .is_some_and(|head| !word.is_ascii() || !head.ends_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `電話番号` is a telephone number, not the name of an account, whatever follows the number.
    #[test]
    fn a_japanese_label_is_of_a_phone() {
        for text in ["電話番号：", "携帯番号: ", "携帯電話番号 "] {
            assert_eq!(before(text, false).label, Label::Phone, "{text}");
        }
        assert_eq!(before("会員番号：", false).label, Label::Either);
    }

    /// Digits after the name of a service are an account, if that service does not find people by phone number.
    #[test]
    fn an_account_of_a_service_is_no_number() {
        for text in ["Instagram: ", "支付宝：", "飞书号 ", "我的抖音 ", "Skype: "] {
            assert_eq!(before(text, false).label, Label::Either, "{text}");
        }
        for text in ["Telegram: ", "WhatsApp ", "Direct line: ", "Signal "] {
            assert_eq!(before(text, false).label, Label::Phone, "{text}");
        }
    }

    #[test]
    fn a_word_stands_on_one_list() {
        let all = [
            PHONE.as_slice(),
            &CHINESE_PHONE,
            &CHINESE_OWN,
            &ATTACHED,
            &OTHER,
            &NEVER,
            &ACCOUNTS,
            &services::NAMED,
        ]
        .concat();
        let once: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len());
    }
}
