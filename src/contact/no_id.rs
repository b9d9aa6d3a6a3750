//! Values that name nothing: what people and programs write where they have no identifier, and no value by which records are
//! compared.

use super::fake::fake_name;
use super::no_value::has_no_value;
use crate::text::fold;

/// What programs write where they know nobody, folded; signs around are left out.
const NOBODY: [&str; 14] = [
    "anonymous",
    "guest",
    "unknown",
    "default",
    "empty",
    "test",
    "false",
    "true",
    "object object",
    "object",
    "missing",
    "匿名",
    "测试",
    "游客",
];
/// What templates put around a value that nobody filled in.
const UNFILLED: [(&str, &str); 6] =
    [("{{", "}}"), ("${", "}"), ("{", "}"), ("%%", "%%"), ("[", "]"), ("<", ">")];
/// What shops and messengers call somebody who gave no name, folded.
const NICKNAMES: [&str; 18] = [
    "client",
    "customer",
    "new user",
    "user",
    "visitor",
    "wechat user",
    "weixin user",
    "匿名用户",
    "客户",
    "客人",
    "微信用户",
    "新用户",
    "游客用户",
    "用户",
    "网友",
    "访客",
    "顾客",
    "潜在客户",
];
/// What a yes/no question has for an answer: no identifier, but a value.
const ANSWERS: [&str; 6] = ["true", "false", "0", "no", "default", "empty"];

/// Whether an identifier names nothing: a word for none, zeros, signs, a template nobody filled in. Whoever shares it is not
/// one for that: a wrong key is worse than none.
pub(crate) fn names_nothing(id: &str) -> bool {
    let id = id.trim();
    let is_sign = |c: char| !c.is_alphanumeric();
    let is_zero = || id.chars().all(|c| c == '0' || c == '０' || is_sign(c));
    let is_unfilled = || UNFILLED.iter().any(|(open, close)| id.starts_with(open) && id.ends_with(close));
    is_zero() || is_unfilled() || has_no_value(id) || {
        let word = fold(id);
        NOBODY.contains(&word.trim_matches(is_sign))
    }
}

/// The same of a field that two records are compared by: there a plain answer, `false` or `0`, is a value.
pub(crate) fn says_nothing(text: &str) -> bool {
    !ANSWERS.contains(&fold(text.trim()).as_str()) && names_nothing(text)
}

/// Whether a name tells nobody from anybody: a word for none, or what everybody is called who gave no name. Many people have it.
pub(crate) fn names_nobody(name: &str) -> bool {
    let word = fold(name.trim());
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
    let is_placeholder = || fake_name(name).is_some_and(|found| found.code() == "placeholder");
    // `Unknown Unknown`: a form with two fields.
    let is_blank =
        || name.split_whitespace().all(|word| says_nothing(word) || NICKNAMES.contains(&&*fold(word)));
    says_nothing(name) || NICKNAMES.contains(&bare) || is_placeholder() || is_blank()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_none_name_nothing() {
        for id in [
            "",
            " ",
            "0",
            "000000000000000000",
            "0000-0000",
            "-",
            "--",
            "/",
            "null",
            "NULL",
            "nil",
            "None",
            "undefined",
            "NaN",
            "N/A",
            "n.a.",
            "anonymous",
            "Guest",
            "unknown",
            "default",
            "test",
            "true",
            "[object Object]",
            "{{openid}}",
            "${openid}",
            "%%id%%",
            "<openid>",
            "无",
            "空",
            "未知",
            "暂无",
            "没有",
            "保密",
            "匿名",
            "测试",
            "ＮＵＬＬ",
        ] {
            assert!(names_nothing(id), "{id}");
        }
        for id in ["o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "91110108MA01ABCD2X", "100", "x", "null-1", "李无"] {
            assert!(!names_nothing(id), "{id}");
        }
    }

    #[test]
    fn an_answer_is_a_value() {
        for text in ["false", "True", "0", "No"] {
            assert!(names_nothing(text) && !says_nothing(text), "{text}");
        }
        assert!(says_nothing("暂无") && says_nothing("000"));
    }
}
