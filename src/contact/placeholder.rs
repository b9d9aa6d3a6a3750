//! Words that people write instead of a value.

/// Domains set aside for documentation (RFC 2606).
pub(super) const SAMPLE_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];
/// Words that mean nothing wherever a name is expected. Folded: lower case, simplified characters.
const PLACEHOLDERS: [&str; 47] = [
    "тест",
    "тестовый",
    "нет",
    "неизвестно",
    "テスト",
    "なし",
    "名無し",
    "테스트",
    "없음",
    "某人",
    "anonymous",
    "asd",
    "ceshi",
    "n/a",
    "nil",
    "none",
    "nothing",
    "null",
    "qwe",
    "test",
    "tester",
    "testing",
    "undefined",
    "unknown",
    "xxx",
    "不告诉你",
    "不知道",
    "不详",
    "你猜",
    "保密",
    "匿名",
    "名字",
    "姓名",
    "无",
    "无名",
    "无名氏",
    "暂无",
    "未填写",
    "未知",
    "某某",
    "某某某",
    "没",
    "没有",
    "测试",
    "空",
    "随便",
    "哈哈哈",
];
/// Bytes of the longest placeholder of any kind; most names of companies are longer.
const MAX_PLACEHOLDER: usize = 20;

/// Whether a folded word means that there is no value, in any field or in this one.
pub(super) fn is_placeholder(word: &str, more: &[&str]) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
    let numbered = matches!(bare, "test" | "tester" | "测试" | "ceshi");
    numbered || word.len() <= MAX_PLACEHOLDER && (PLACEHOLDERS.contains(&word) || more.contains(&word))
}
