//! Characters and words of an e-mail field: those of an address, separators and labels.

use super::percent::encoded;
use super::scan::{is_invisible, narrow};

/// Top-level domains in Chinese. Behind a Latin name other words continue the sentence.
pub(super) const CHINESE_TOPS: [&str; 47] = [
    "中国",
    "中國",
    "公司",
    "网络",
    "網絡",
    "香港",
    "台湾",
    "台灣",
    "澳门",
    "澳門",
    "在线",
    "中文网",
    "网址",
    "网店",
    "网站",
    "商城",
    "商店",
    "商标",
    "集团",
    "移动",
    "我爱你",
    "游戏",
    "娱乐",
    "信息",
    "健康",
    "机构",
    "组织机构",
    "政府",
    "政务",
    "公益",
    "广东",
    "佛山",
    "手机",
    "时尚",
    "购物",
    "餐厅",
    "食品",
    "新闻",
    "招聘",
    "企业",
    "世界",
    "慈善",
    "珠宝",
    "书籍",
    "新加坡",
    "微博",
    "点看",
];
/// Latin words before an address that are not part of it.
pub(super) const WORDS: [&str; 26] = [
    "address", "and", "bcc", "cc", "contact", "e", "e-mail", "email", "en", "et", "is", "mail", "mailto",
    "o", "och", "oder", "of", "og", "or", "ou", "plus", "to", "u", "und", "y", "mailbox",
];

/// Words that a colon or an equals sign makes a label of, in addition to [`WORDS`].
const LABELS: [&str; 44] = [
    "163",
    "126",
    "account",
    "admin",
    "biz",
    "business",
    "cell",
    "feedback",
    "foxmail",
    "from",
    "gmail",
    "home",
    "hotmail",
    "icloud",
    "id",
    "info",
    "kontakt",
    "login",
    "mobile",
    "msn",
    "name",
    "office",
    "outlook",
    "personal",
    "phone",
    "private",
    "qq",
    "recipient",
    "reply-to",
    "replyto",
    "sales",
    "sender",
    "sip",
    "skype",
    "smtp",
    "support",
    "tel",
    "user",
    "username",
    "vx",
    "wechat",
    "work",
    "wx",
    "yahoo",
];

/// A visible character, full-width ones folded, and its bytes in the field.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) c: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The visible characters. A character that a link, a web page or a program has encoded counts as one.
pub(super) fn seen(text: &str) -> Vec<Seen> {
    let mut seen = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (c, length) = escaped(rest).unwrap_or((first, first.len_utf8()));
        let start = text.len() - rest.len();
        if !is_invisible(c) {
            seen.push(Seen { c: folded(c), start, end: start + length });
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    seen
}

/// The character that a text begins with in another form: `%40`, `\u0040`, `\r\n`; and its bytes there.
pub(super) fn escaped(rest: &str) -> Option<(char, usize)> {
    if let Some(found) = encoded(rest) {
        return Some(found);
    }
    let escape = rest.strip_prefix('\\')?;
    if escape.starts_with("r\\n") {
        return Some(('\n', 4));
    }
    let code = escape.strip_prefix("u00")?.get(..2)?;
    let c = char::from(u8::from_str_radix(code, 16).ok()?);
    c.is_ascii_punctuation().then_some((c, 6))
}

pub(super) fn is_label(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    WORDS.contains(&word.as_str()) || LABELS.contains(&word.as_str())
}

/// A picture or an arrow before an address.
pub(super) fn is_picture(c: char) -> bool {
    matches!(c, '·' | '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

fn folded(c: char) -> char {
    match narrow(c) {
        '﹫' => '@',
        '｡' => '。',
        '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' => '"',
        // `①lei@x.cn②wu@x.cn`: the number of an item.
        '\u{2460}'..='\u{249B}' | '\u{24EA}'..='\u{24FF}' | '\u{2776}'..='\u{2793}' => ' ',
        '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\t' => ' ',
        '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        c => c,
    }
}

/// Signs that people divide values by, or put around them.
pub(super) fn is_dividing(c: char) -> bool {
    c == '\n'
        || matches!(
            c,
            ',' | ';'
                | ':'
                | '、'
                | '<'
                | '>'
                | '('
                | ')'
                | '['
                | ']'
                | '{'
                | '}'
                | '【'
                | '】'
                | '《'
                | '》'
                | '〈'
                | '〉'
                | '"'
                | '\\'
                | '،'
                | '؛'
                | '‘'
                | '’'
                | '´'
                | '‹'
                | '›'
                | '•'
                | '—'
                | '–'
                | '→'
                | '|'
                | '/'
                | '…'
                | '⋯'
                | '‥'
        )
}

pub(super) fn is_domain(c: char) -> bool {
    let joins = matches!(c, '.' | '-' | '_') || c.is_ascii_alphanumeric() || c.is_control() && c != '\n';
    joins || (!c.is_ascii() && !c.is_whitespace() && !is_dividing(c) && c != '\n')
}

pub(super) fn is_local(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~.".contains(c)
            || c.is_control() && c != '\n';
    }
    !c.is_whitespace() && !is_dividing(c) && c != '。'
}

pub(super) fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}')
}

/// Whether a letter is of another script than Latin.
pub(super) fn is_other_script(c: char) -> bool {
    c >= '\u{370}' && !matches!(c, '\u{1E00}'..='\u{1EFF}' | '\u{2C60}'..='\u{2C7F}') && c.is_alphabetic()
}
