//! Recognises fields whose text says that they hold no value, or that the value is in another field.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::nobody::{MAY_SAY_NONE, NO_PUBLIC_MAILBOX, NO_VALUES, NONE_OR_NAME, SAY_NONE};
use crate::text::fold;

/// Bytes of the longest such text.
const MAX_TEXT: usize = 80;
/// Letters of an account without signs that are compared: more than any of the lists has.
const MAX_GLUED: usize = 32;

/// Further words that say there is none, or that nobody is told, beside those that stand for a name too. Folded: lower case,
/// simplified characters.
const NONE: [&str; 36] = [
    "暂缺",
    "缺",
    "空白",
    "略",
    "未填",
    "未提供",
    "不明",
    "不清楚",
    "不方便",
    "不便",
    "不填",
    "不提供",
    "不用",
    "不使用",
    "不需要",
    "无需",
    "待补",
    "待补充",
    "待填",
    "后补",
    "无し",
    "not",
    "nan",
    "empty",
    "blank",
    "tbd",
    "没用",
    "没使用",
    "不留",
    "不想留",
    "dont",
    "稍后",
    "回头",
    "以后",
    "还没有",
    "还没",
];
/// Words that refer to another field, or to another way to find the person.
const SAME: [&str; 26] = [
    "同", "同号", "同上", "相同", "一样", "一致", "如上", "见上", "上面", "即", "就是", "是", "为", "加",
    "可加", "搜", "搜索", "same", "above", "ditto", "see", "同步", "为准", "见", "沟通", "联系",
];
/// Words for the value itself, and connecting words. On their own they do not say that there is no value.
const OF: [&str; 93] = [
    "手机",
    "手机号",
    "手机号码",
    "电话",
    "电话号",
    "电话号码",
    "联系电话",
    "联系方式",
    "号",
    "号码",
    "微信",
    "微信号",
    "薇信",
    "威信",
    "v信",
    "邮箱",
    "邮件",
    "电子邮箱",
    "账号",
    "本机",
    "本人",
    "与",
    "和",
    "跟",
    "及",
    "的",
    "我",
    "我的",
    "此",
    "这个",
    "以上",
    "有",
    "都",
    "也",
    "请",
    "吧",
    "了",
    "暂时",
    "透露",
    "提供",
    "告知",
    "写",
    "填",
    "wechat",
    "weixin",
    "vx",
    "wx",
    "v",
    "qq",
    "phone",
    "mobile",
    "cell",
    "cellphone",
    "telephone",
    "tel",
    "number",
    "num",
    "whatsapp",
    "email",
    "mail",
    "address",
    "account",
    "id",
    "as",
    "my",
    "the",
    "is",
    "it",
    "to",
    "i",
    "do",
    "have",
    "use",
    "available",
    "applicable",
    "provided",
    "given",
    "以",
    "名片",
    "给您",
    "给你",
    "哦",
    "哈",
    "呢",
    "啊",
    "呀",
    "嘛",
    "噢",
    "您",
    "你",
    "发",
    "再",
    "加您",
];

/// Words for a phone number.
const PHONE: [&str; 8] = ["手机", "电话", "本机", "phone", "mobile", "cell", "tel", "号码"];

/// Whether a field says that it holds no value: `无`, `N/A`, `-`, `没有微信`, `微信同号`, `同手机号`, `same as phone`.
///
/// Every word of it is known: a text with anything else in it is read for a value.
pub(crate) fn has_no_value(field: &str) -> bool {
    let text = field.trim();
    text == "0" || text.len() <= MAX_TEXT && folded_has_no_value(text, &fold(text))
}

/// The same for a text that is folded already.
pub(crate) fn folded_has_no_value(field: &str, folded: &str) -> bool {
    let (text, folded) = (field.trim(), folded.trim());
    // Most names begin with none of these words; signs that are read differently are checked below.
    let head = folded.split(|c: char| !c.is_alphanumeric()).find(|part| !part.is_empty());
    let may_say =
        folded.contains(['\'', '’', '=']) || head.is_none_or(|head| head == "n" || longest_word(head).0 > 0);
    if text.len() > MAX_TEXT || !may_say || text.chars().any(char::is_numeric) {
        return text == "0";
    }
    // `don't have`, `微信=手机`, `N/A (no WeChat)`
    let folded = folded.replace(['\'', '’'], "").replace('=', "同").replace("n/a", "na");
    let parts: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        // A hidden or cut-off value exists but is not shown.
        [] => text.chars().all(is_blank_sign),
        ["n", "a"] => true,
        parts => {
            !text.contains(['@', '*', '＠', '＊'])
                && parts.iter().map(|part| says(part)).try_fold(false, |any, said| Some(any | said?))
                    == Some(true)
        }
    }
}

/// Whether a WeChat field says that the account is found by the phone number: `手机号`, `这个手机号`, `tel`. In the phone field
/// the same text is a label without a number.
pub(crate) fn names_the_phone(field: &str) -> bool {
    if field.len() > MAX_TEXT || field.chars().any(char::is_numeric) {
        return false;
    }
    let folded = fold(field);
    let parts = || folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts().all(|part| says(part).is_some()) && PHONE.iter().any(|word| folded.contains(word))
}

/// Whether an account or a mailbox is called by what people write who have none: `notprovided`, `no.email`, `same-as-phone`,
/// `meiyouweixin`. An id that only begins so is an id.
pub(super) fn says_none(account: &str) -> bool {
    NO_VALUES.contains(&without_signs(account).as_str())
}

/// The same of a mailbox of a provider, where fewer people are called so than write it for none: `wuyouxiang`, `xx`.
pub(super) fn says_no_mailbox(local: &str) -> bool {
    let is_crossed_out = local.len() > 1 && local.bytes().all(|byte| byte == b'x');
    is_crossed_out || NO_PUBLIC_MAILBOX.contains(&without_signs(local).as_str())
}

fn without_signs(account: &str) -> String {
    account.chars().filter(|c| !matches!(c, '.' | '_' | '-')).take(MAX_GLUED).collect()
}

/// Text that people leave in a field that must not be blank.
fn is_blank_sign(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '—'
                | '–'
                | '－'
                | '_'
                | '/'
                | '／'
                | '\\'
                | '.'
                | '。'
                | ','
                | '，'
                | '、'
                | '?'
                | '？'
                | '!'
                | '！'
                | '~'
                | '～'
                | '|'
        )
}

/// Whether one of the words of a part says that there is no value; `None` when a word is none of these.
fn says(part: &str) -> Option<bool> {
    let (mut rest, mut says) = (part, false);
    while !rest.is_empty() {
        let (len, is_telling) = longest_word(rest);
        says |= is_telling;
        rest = rest.get(len..).filter(|left| left.len() < rest.len())?;
    }
    Some(says)
}

/// Every word by its first letter, and whether it says that there is no value.
static BY_LETTER: LazyLock<BTreeMap<char, Vec<(&str, bool)>>> = LazyLock::new(|| {
    let mut words: BTreeMap<char, Vec<(&str, bool)>> = BTreeMap::new();
    let telling = SAY_NONE
        .iter()
        .chain(&MAY_SAY_NONE)
        .chain(&NONE_OR_NAME)
        .chain(&NONE)
        .chain(&SAME)
        .map(|word| (*word, true));
    for (word, is_telling) in telling.chain(OF.iter().map(|word| (*word, false))) {
        words.entry(word.chars().next().unwrap_or_default()).or_default().push((word, is_telling));
    }
    words
});

/// Bytes of the longest known word at the head of a text, and whether it says that there is no value.
fn longest_word(text: &str) -> (usize, bool) {
    let words = text.chars().next().and_then(|first| BY_LETTER.get(&first));
    let fits = words.into_iter().flatten().filter(|(word, _)| is_at_head(text, word));
    fits.map(|(word, is_telling)| (word.len(), *is_telling)).max().unwrap_or_default()
}

/// Whether a text begins with a word; a Latin word ends where the letters do.
fn is_at_head(text: &str, word: &str) -> bool {
    let behind = text.strip_prefix(word);
    behind.is_some_and(|behind| !word.is_ascii() || !behind.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_told_from_values() {
        let notes = "无 没有 暂无 没有微信 无邮箱 暂时没有 不方便透露 n/a N.A. NA none no -- / 。 ？？ \
            微信同号 同手机号 手机同号 同上 vx同号 手機號即微信 与手机号一致 微信与手机号相同 同手机 （同手机号） 加手机号 就是手机号 无😂 \
            没用微信 无微信哦 手机号就是微信号哦 以手机号为准 微信同步 与电话同步 微信=手机 暂时没有哈 稍后提供 回头给您 见名片 电话沟通";
        for note in notes.split_whitespace() {
            assert!(has_no_value(note), "{note}");
        }
        for note in [
            "no wechat",
            "N/A (no WeChat)",
            "don't have",
            "I don't use WeChat",
            "0",
            "same as phone",
            "Same as above",
            "not available",
            "same as my mobile number",
        ] {
            assert!(has_no_value(note), "{note}");
        }
        let values =
            "无锡 李无 同济 微信 手机号 加州 *** … +86 ① zhangsan 同手机号88 lei@x.cn noah samel 没有@";
        for value in values.split_whitespace() {
            assert!(!has_no_value(value), "{value}");
        }
    }

    #[test]
    fn an_account_is_called_by_words_for_none() {
        for account in "notapplicable same-as-phone sameasphone sameasabove meiyou meiyouweixin nowechat no.email noemailgiven \
            notprovided not_available dont-have zanwu unknownaddress"
            .split_whitespace()
        {
            assert!(says_none(account), "{account}");
        }
        for account in
            "leiwang sunshine your.email email nan.mail seeto noto nado noah blank private hello same weixin \
            lei_wang88 wang.lei happyday none.li"
                .split_whitespace()
        {
            assert!(!says_none(account), "{account}");
        }
    }

    #[test]
    fn a_word_for_the_phone_is_no_account() {
        for note in ["电话", "手机号", "这个手机号", "手机", "tel", "Phone number"] {
            assert!(names_the_phone(note) && !has_no_value(note), "{note}");
        }
        for value in ["微信", "telegram", "手机王", "tel88", "zhangsan", ""] {
            assert!(!names_the_phone(value), "{value}");
        }
    }

    #[test]
    fn a_word_stands_on_one_list() {
        let all = [NONE.as_slice(), &SAY_NONE, &MAY_SAY_NONE, &NONE_OR_NAME, &SAME, &OF].concat();
        let once: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len());
        assert!(all.iter().all(|word| fold(word) == **word));
    }
}
