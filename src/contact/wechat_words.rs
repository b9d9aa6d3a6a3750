//! Words of a WeChat field: labels of an id, words around one, labels of accounts with other services.

use super::services::ends_in_service;
use crate::text::is_common_word;

/// Names of WeChat, folded.
pub(super) const NAMES: [&str; 10] =
    ["微信", "薇信", "威信", "维信", "weixin", "wechat", "vx", "wx", "v信", "v"];
/// What may stand between such a name and the id.
pub(super) const BETWEEN: [&str; 7] = ["号码", "号", "hao", "id", "是", "is", "为"];
/// What else people write before an id in a field for it.
const LABELS: [&str; 16] = [
    "wxid",
    "w",
    "weixinhao",
    "qq",
    "id",
    "is",
    "no",
    "tel",
    "phone",
    "mobile",
    "微信号",
    "微信號",
    "加",
    "号",
    "是",
    "電話",
];
/// Words between a label and an id, or next to one; none of them is an id or the beginning of one.
const AROUND: [&str; 30] = [
    "account",
    "acc",
    "add",
    "also",
    "available",
    "business",
    "call",
    "contact",
    "customer",
    "handle",
    "here",
    "me",
    "mine",
    "my",
    "name",
    "nr",
    "number",
    "official",
    "only",
    "personal",
    "please",
    "pls",
    "prefer",
    "preferred",
    "private",
    "support",
    "use",
    "user",
    "username",
    "work",
];
/// What follows the name of a service before the account.
const ENDS: [&str; 9] = ["号", "號", "id", "账", "帐", "户", "是", "为", "名"];
/// Signs of an id as people say them: `lei下划线wang88`.
const SPOKEN: [&str; 13] = [
    "下划线",
    "下劃線",
    "底线",
    "底杠",
    "下杠",
    "横线",
    "横杠",
    "中划线",
    "减号",
    "短横",
    "小写",
    "大写",
    "空格",
];
/// Digits as people write them out.
const NUMERALS: &str = "零〇一二三四五六七八九十幺两";

/// Fewest letters of a word that tells a remark from an account: initials are no words.
const MIN_REMARK: usize = 3;

pub(super) fn is_label(text: &str) -> bool {
    labels().any(|label| label == text)
}

fn labels() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain(LABELS)
}

/// Whether a word in a script without blanks ends with a label: `我的微信号`.
pub(super) fn ends_in_label(text: &str) -> bool {
    labels().any(|label| !label.is_ascii() && text.ends_with(label))
}

pub(super) fn is_around(text: &str) -> bool {
    AROUND.contains(&text)
}

/// Whether a word beside a value is a remark about it, and no part of an id.
pub(super) fn is_remark(word: &str) -> bool {
    is_around(word) || word.len() >= MIN_REMARK && is_common_word(word)
}

/// Whether a word ends with the name of another service's account: `抖音号`, `公众号`.
pub(super) fn names_service(text: &str) -> bool {
    let mut bare = text;
    while let Some(head) = ENDS.iter().find_map(|end| bare.strip_suffix(end)) {
        bare = head;
    }
    ends_in_service(text) || ends_in_service(bare)
}

/// Whether a word between two parts of an id is a sign of it, or digits written out.
pub(super) fn is_spoken(text: &str) -> bool {
    SPOKEN.iter().any(|sign| text.contains(sign)) || is_numeral(text)
}

fn is_numeral(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| NUMERALS.contains(c))
}
