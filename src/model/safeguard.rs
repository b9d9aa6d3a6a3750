//! Answers that protect a person, by the names that CRMs give such columns.

use std::collections::BTreeSet;

use super::{Value, holds_refusal};
use crate::text::{fold, head};

/// What a column asks, as far as the answer protects a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Safeguard {
    /// Whether the person refuses something, as in `do_not_call` or `unsubscribed`: a yes protects.
    Refusal,
    /// Whether the person allows something, as in `consent` or `opt_in`: a no protects.
    Consent,
}

/// Parts of the names of refusals, in letters and digits alone.
const REFUSALS: [&str; 57] = [
    "restrictprocessing",
    "legalhold",
    "bloctel",
    "noemail",
    "nosms",
    "nocall",
    "nophone",
    "stopsms",
    "stopcall",
    "opposition",
    "勿联系",
    "不要打",
    "不要联系",
    "不再联系",
    "别打扰",
    "donot",
    "dontcall",
    "dontcontact",
    "dontemail",
    "dontmail",
    "nocontact",
    "noconsent",
    "optout",
    "optedout",
    "unsubscri",
    "suppress",
    "suspended",
    "withdrawn",
    "revoked",
    "objected",
    "objection",
    "blacklist",
    "blocklist",
    "complain",
    "robinson",
    "werbesperre",
    "勿扰",
    "勿打",
    "请勿",
    "拒收",
    "拒绝",
    "拒接",
    "禁止联系",
    "禁止营销",
    "退订",
    "撤回",
    "撤销同意",
    "不同意",
    "未同意",
    "投诉",
    "黑名单",
    "免打扰",
    "수신거부",
    "配信停止",
    "配信拒否",
    "отказ",
    "отписан",
];
/// Words of their names that are parts of others.
const REFUSAL_WORDS: [&str; 4] = ["dnc", "dnd", "tps", "ctps"];
/// What the names of consents are made of.
const CONSENTS: [&str; 74] = [
    "acceptsmarketing",
    "acceptmarketing",
    "accepts",
    "accept",
    "accepted",
    "subscriber",
    "subscribed",
    "subscribe",
    "subscriptionstatus",
    "emailsubscription",
    "smssubscription",
    "emailopt",
    "smsopt",
    "dsgvo",
    "rgpd",
    "lgpd",
    "gdpr",
    "einverstandnis",
    "kontakterlaubt",
    "erlaubt",
    "erlaubnis",
    "einwilligung",
    "zustimmung",
    "consentement",
    "consentimiento",
    "consentimento",
    "consenso",
    "toestemming",
    "zgoda",
    "souhlas",
    "onay",
    "согласие",
    "согласен",
    "consent",
    "consents",
    "consented",
    "optin",
    "optins",
    "optedin",
    "newsletter",
    "permission",
    "permissions",
    "permitted",
    "allowed",
    "allow",
    "allows",
    "agree",
    "agreed",
    "agrees",
    "agreement",
    "granted",
    "marketable",
    "marketingok",
    "contactable",
    "callable",
    "cancall",
    "canemail",
    "cansms",
    "cancontact",
    "接受",
    "接收",
    "推送",
    "允许",
    "同意",
    "授权",
    "可联系",
    "可营销",
    "许可",
    "동의",
    "수신동의",
    "承諾",
    "许诺",
    "smsmarketing",
    "emailmarketing",
];
/// What stands beside them: ways to reach a person, what for, and words without a meaning of their own.
const NEUTRAL: [&str; 94] = [
    "email",
    "emails",
    "mail",
    "mails",
    "mailing",
    "sms",
    "mms",
    "text",
    "texts",
    "phone",
    "phones",
    "telephone",
    "tel",
    "mobile",
    "call",
    "calls",
    "calling",
    "voice",
    "fax",
    "post",
    "postal",
    "whatsapp",
    "wechat",
    "line",
    "push",
    "web",
    "online",
    "app",
    "contact",
    "contacts",
    "marketing",
    "werbe",
    "werbung",
    "advertising",
    "ads",
    "promo",
    "promotion",
    "promotions",
    "news",
    "privacy",
    "data",
    "policy",
    "terms",
    "processing",
    "datenschutz",
    "kontakt",
    "telefon",
    "publicidad",
    "comercial",
    "commercial",
    "hs",
    "sf",
    "is",
    "has",
    "of",
    "to",
    "for",
    "by",
    "in",
    "the",
    "und",
    "and",
    "or",
    "via",
    "per",
    "zur",
    "zum",
    "fur",
    "de",
    "à",
    "в",
    "на",
    "status",
    "state",
    "flag",
    "date",
    "at",
    "on",
    "given",
    "ok",
    "yes",
    "current",
    "customer",
    "client",
    "lead",
    "person",
    "短信",
    "邮件",
    "电话",
    "微信",
    "营销",
    "隐私",
    "是否",
    "已",
];
/// Further ones in scripts without blanks.
const NEUTRAL_CJK: [&str; 32] = [
    "手机",
    "彩信",
    "致电",
    "来电",
    "信息",
    "消息",
    "通知",
    "联系",
    "推广",
    "广告",
    "政策",
    "协议",
    "条款",
    "数据",
    "客户",
    "用户",
    "状态",
    "的",
    "マーケティング",
    "メール",
    "メルマガ",
    "電話",
    "配信",
    "広告",
    "の",
    "마케팅",
    "이메일",
    "문자",
    "전화",
    "광고",
    "수신",
    "정보",
];
/// Bytes of the longest name that may be a consent's: none is made of so many words.
const MAX_CONSENT: usize = 96;

/// Whether a name, in letters and digits alone, is made of words for a consent and what stands beside them, and of nothing
/// else: any other word may turn it into its opposite, as in `consent refused` and 不可联系.
fn is_consent(name: &str) -> bool {
    if name.len() > MAX_CONSENT {
        return false;
    }
    // By the byte at which a word ends: whether words lead there without a consent, and with one.
    let mut ends = vec![[false; 2]; name.len() + 1];
    if let Some(start) = ends.first_mut() {
        start[0] = true;
    }
    for at in 0..name.len() {
        let Some([without, with]) = ends.get(at).copied().filter(|reached| reached.contains(&true)) else {
            continue;
        };
        let Some(rest) = name.get(at..) else { continue };
        let mut step = |word: &str, is_consent: bool| {
            let folded = fold(word);
            if rest.starts_with(&folded)
                && let Some(end) = ends.get_mut(at + folded.len())
            {
                end[0] |= without && !is_consent;
                end[1] |= with || without && is_consent;
            }
        };
        CONSENTS.iter().for_each(|word| step(word, true));
        NEUTRAL.iter().chain(&NEUTRAL_CJK).for_each(|word| step(word, false));
    }
    ends.last().is_some_and(|[_, with]| *with)
}

const YES: [&str; 26] = [
    "sim", "开", "开启", "yes", "y", "true", "t", "1", "on", "x", "是", "对", "ja", "oui", "si", "checked",
    "any", "all", "はい", "예", "네", "да", "有", "tak", "ano", "evet",
];
const NO: [&str; 25] = [
    "non",
    "nao",
    "关",
    "关闭",
    "no",
    "n",
    "false",
    "f",
    "0",
    "off",
    "none",
    "never",
    "否",
    "不",
    "无",
    "nein",
    "unchecked",
    "いいえ",
    "아니오",
    "아니요",
    "нет",
    "nie",
    "ne",
    "nee",
    "hayir",
];
/// Marks that are a yes or a no by themselves.
const TICKS: [char; 5] = ['✅', '✔', '☑', '✓', '√'];
const CROSSES: [char; 5] = ['❌', '✗', '✘', '☐', '×'];
/// Other answers by which a person refuses nothing.
const PERMITS: [&str; 20] = [
    "allow",
    "allowed",
    "send",
    "granted",
    "permitted",
    "subscribed",
    "允许",
    "可以",
    "同意",
    "已同意",
    "已授权",
    "接受",
    "已订阅",
    "同意する",
    "동의",
    "동의함",
    "согласен",
    "согласна",
    "agreed",
    "accepted",
];
const UNKNOWN: [&str; 6] = ["unknown", "na", "null", "未知", "不详", "不清楚"];
/// Other words that take a consent away, at the start of an answer.
const TAKEN_AWAY: [&str; 13] = [
    "out",
    "erased",
    "deleted",
    "not",
    "withdrew",
    "refused",
    "declined",
    "denied",
    "rejected",
    "expired",
    "opted",
    "suspended",
    "blocked",
];
/// The same, which refuse something whatever is asked.
const REFUSING: [&str; 16] = [
    "stop",
    "withdrawn",
    "revoked",
    "objected",
    "optedout",
    "optout",
    "unsubscribed",
    "donot",
    "dont",
    "nonmarketing",
    "撤回",
    "已撤回",
    "不同意",
    "不允许",
    "未同意",
    "未授权",
];
/// Parts of words that do so wherever they stand, and what stands before them where they do not: `未退订`.
const REFUSING_PARTS: [&str; 4] = ["退订", "拒", "widerruf", "거부"];
const NEGATIONS: [&str; 7] = ["未", "没", "没有", "不", "not", "nicht", "kein"];

/// Words that forbid, and what they forbid: `请勿联系`, `不要再打电话`, anywhere in an answer.
const FORBID: [&str; 6] = ["勿", "不要", "不要再", "不再", "别", "别再"];
const FORBIDDEN: [&str; 10] =
    ["联系", "打扰", "打电话", "来电", "致电", "发短信", "发邮件", "发信息", "推销", "骚扰"];

impl Safeguard {
    /// What a custom attribute of a name asks, such as `do_not_contact`, `HasOptedOutOfEmail` or `营销同意`.
    pub(crate) fn of_attribute(name: &str) -> Option<Safeguard> {
        let name = head(name, READ);
        let folded = fold(name);
        let words = || folded.split(|c: char| !c.is_alphanumeric());
        let name = letters(name);
        let has = |parts: &[&str], whole: &[&str]| {
            parts.iter().any(|part| name.contains(part)) || words().any(|word| whole.contains(&word))
        };
        if has(&REFUSALS, &REFUSAL_WORDS) || name.starts_with("dnc") || name.ends_with("dnc") {
            return Some(Safeguard::Refusal);
        }
        is_consent(&name).then_some(Safeguard::Consent)
    }

    /// The same, also by the answer: `unsubscribed` takes a consent away, whatever the column is
    /// called.
    pub(crate) fn of_answers<'v>(
        name: &str,
        answers: impl IntoIterator<Item = &'v Value>,
    ) -> Option<Safeguard> {
        let refuses = |answer: &Value| matches!(answer, Value::Text(text) if refuses(&letters(text)));
        let by_answer = || answers.into_iter().any(refuses).then_some(Safeguard::Consent);
        Safeguard::of_attribute(name).or_else(by_answer)
    }

    /// What a field of a record asks: only attributes do.
    pub(crate) fn of_field(field: &str) -> Option<Safeguard> {
        Safeguard::of_attribute(field.strip_prefix("attributes.")?)
    }

    /// Whether the answer protects. For a refusal any answer does that is neither blank nor a no, such as its date.
    pub(crate) fn protects(self, answer: &Value) -> bool {
        match (self, answer) {
            (_, Value::Bool(_) | Value::Integer(_) | Value::Number(_)) => {
                let yes = !matches!(answer, Value::Bool(false) | Value::Integer(0))
                    && !matches!(answer, Value::Number(number) if *number == 0.0);
                yes == (self == Safeguard::Refusal)
            }
            (Safeguard::Refusal, Value::Text(text)) => {
                let text = letters(text);
                let is_one_of = |words: &[&str]| words.contains(&text.as_str());
                let says_no =
                    is_one_of(&NO) || is_one_of(&PERMITS) || has_refusing_part(&text) == Some(false);
                !text.is_empty() && !says_no && !is_one_of(&UNKNOWN)
            }
            (Safeguard::Refusal, answer) => !answer.is_blank(),
            (Safeguard::Consent, Value::Text(text)) => takes_away(text),
            (Safeguard::Consent, _) => false,
        }
    }
}

/// Whether a text takes a consent away: `no`, `Withdrawn 2026-03-02`, `Opted out`, `已撤回`.
fn takes_away(text: &str) -> bool {
    let folded = fold(head(text.trim(), READ));
    let whole = letters(text);
    // A date may stand before it.
    let first = folded.split(|c: char| !c.is_alphanumeric()).find(|word| word.contains(char::is_alphabetic));
    let first = first.unwrap_or(&whole);
    let is_opted_in = whole.starts_with("optedin");
    !is_opted_in
        && !UNKNOWN.contains(&whole.as_str())
        && (NO.iter().chain(&TAKEN_AWAY).any(|word| *word == first || *word == whole)
            || refuses(&whole)
            || holds_refusal(text))
}

/// Whether an answer, in letters and digits alone, begins with a word that refuses, maybe behind a date, or forbids something
/// anywhere: `unsubscribed`, `donotallow`, `20260302已撤回`, `客户说请勿联系`.
fn refuses(letters: &str) -> bool {
    let letters = letters.trim_start_matches(char::is_numeric);
    let forbids = |word: &str| {
        let mut after = letters.match_indices(word).filter_map(|(at, _)| letters.get(at + word.len()..));
        after.any(|after| FORBIDDEN.iter().any(|what| after.starts_with(what)))
    };
    REFUSING.iter().any(|word| letters.starts_with(word))
        || has_refusing_part(letters) == Some(true)
        || FORBID.iter().any(|word| forbids(word))
}

/// Whether a part of an answer refuses, or each of those that would is negated; `None` without any.
fn has_refusing_part(letters: &str) -> Option<bool> {
    let before = |part: &&str| letters.match_indices(*part).filter_map(|(at, _)| letters.get(..at)).collect();
    let before: Vec<&str> = REFUSING_PARTS.iter().flat_map(|part| -> Vec<&str> { before(part) }).collect();
    let is_negated = |before: &&str| NEGATIONS.iter().any(|word| before.ends_with(word));
    (!before.is_empty()).then(|| !before.iter().all(is_negated))
}

/// Bytes that are read of a name or an answer: no word of the tables is as long, and folding makes a text up to twenty times
/// as long.
const READ: usize = 4 * 1024;

/// What makes the sign before it a picture.
const EMOJI: char = '\u{FE0F}';

/// Bytes of the longest text that may be a plain yes or no.
const MAX_PLAIN: usize = 256;

/// What a plain yes or no says, in whatever spelling.
pub(crate) fn yes_or_no(answer: &Value) -> Option<bool> {
    match answer {
        Value::Bool(yes) => Some(*yes),
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        // A sentence is no plain answer.
        Value::Text(text) if text.len() <= MAX_PLAIN => {
            let text = letters(text);
            let yes = YES.contains(&text.as_str());
            (yes || NO.contains(&text.as_str())).then_some(yes)
        }
        _ => None,
    }
}

/// Whether one of some answers that differ may protect somebody, and nothing says which: they say both yes and no, one holds a
/// refusal that another does not, or the column is one for refusals by a word of its name.
pub(crate) fn may_protect<'v>(name: &str, answers: impl Iterator<Item = &'v Value> + Clone) -> bool {
    let refuses = |answer: &Value| matches!(answer, Value::Text(text) if holds_refusal(text));
    let one_refuses = answers.clone().any(refuses) && !answers.clone().all(refuses);
    one_refuses || are_opposed(answers) || holds_refusal(name)
}

/// Whether some answers say both yes and no, also as `可以` and `不可以`. A number may be a count.
fn are_opposed<'v>(answers: impl IntoIterator<Item = &'v Value>) -> bool {
    let plain = |value: &'v Value| match value {
        Value::Bool(_) => yes_or_no(value),
        Value::Text(text) if text.len() <= MAX_PLAIN => yes_or_no(value).or_else(|| permits(&letters(text))),
        _ => None,
    };
    let said: BTreeSet<bool> = answers.into_iter().filter_map(plain).collect();
    said.len() > 1
}

/// Whether an answer, in letters and digits alone, is a word that permits something, or one that is negated.
fn permits(letters: &str) -> Option<bool> {
    let says_yes = |word: &str| YES.contains(&word) || PERMITS.contains(&word);
    let mut negated = NEGATIONS.iter().filter_map(|word| letters.strip_prefix(word));
    says_yes(letters).then_some(true).or_else(|| negated.any(says_yes).then_some(false))
}

/// A text in letters and digits alone; a mark that stands for one is the word.
fn letters(text: &str) -> String {
    let mut folded = fold(head(text, READ));
    let mut marks = folded.chars().filter(|c| !c.is_whitespace() && *c != EMOJI);
    let mark = marks.next().filter(|_| marks.next().is_none());
    match mark {
        Some(mark) if TICKS.contains(&mark) => "yes".to_owned(),
        Some(mark) if CROSSES.contains(&mark) => "no".to_owned(),
        _ => {
            folded.retain(char::is_alphanumeric);
            folded
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_the_names_that_crms_give_them() {
        use Safeguard::{Consent, Refusal};
        for (name, expected) in [
            ("do_not_contact", Some(Refusal)),
            ("Do Not Call", Some(Refusal)),
            ("HasOptedOutOfEmail", Some(Refusal)),
            ("hs_email_optout", Some(Refusal)),
            ("Unsubscribed from all email", Some(Refusal)),
            ("unsubscribed", Some(Refusal)),
            ("consent_withdrawn_at", Some(Refusal)),
            ("DNC", Some(Refusal)),
            ("勿扰", Some(Refusal)),
            ("是否退订", Some(Refusal)),
            ("不同意营销", Some(Refusal)),
            ("donotbulkemail", Some(Refusal)),
            ("donotsendmm", Some(Refusal)),
            ("blacklisted", Some(Refusal)),
            ("marketing_suspended", Some(Refusal)),
            ("dnd", Some(Refusal)),
            ("TPS", Some(Refusal)),
            ("Robinson-Liste", Some(Refusal)),
            ("Werbesperre", Some(Refusal)),
            ("complained", Some(Refusal)),
            ("投诉", Some(Refusal)),
            ("已拒接", Some(Refusal)),
            ("黑名单", Some(Refusal)),
            ("email_permission", Some(Consent)),
            ("gdpr_status", Some(Consent)),
            ("marketing_ok", Some(Consent)),
            ("can_call", Some(Consent)),
            ("phone_allowed", Some(Consent)),
            ("Allow SMS", Some(Consent)),
            ("contactable", Some(Consent)),
            ("privacy_agreed", Some(Consent)),
            ("newsletter", Some(Consent)),
            ("subscription_status", Some(Consent)),
            ("hs_marketable_status", Some(Consent)),
            ("Werbeeinwilligung", Some(Consent)),
            ("营销授权", Some(Consent)),
            ("隐私授权", Some(Consent)),
            ("是否可联系", Some(Consent)),
            ("可营销", Some(Consent)),
            ("允许短信", Some(Consent)),
            ("接收短信", Some(Consent)),
            ("shallow", None),
            ("allowance", None),
            ("https", None),
            ("Werbung erlaubt", Some(Consent)),
            ("マーケティング同意", Some(Consent)),
            ("Согласие", Some(Consent)),
            ("수신동의", Some(Consent)),
            ("수신거부", Some(Refusal)),
            ("配信停止", Some(Refusal)),
            ("GDPR deletion requested", None),
            ("Newsletter abgemeldet", None),
            ("Consent refused", None),
            ("Consent missing", None),
            ("Consent expired", None),
            ("Einwilligung entzogen", None),
            ("GDPR restricted", None),
            ("Not contactable", None),
            ("Marketing not allowed", None),
            ("不可联系", None),
            ("不允许致电", None),
            ("未授权", None),
            ("禁止推送", None),
            ("推送关闭", None),
            ("consent", Some(Consent)),
            ("marketing-consent", Some(Consent)),
            ("Opt-in", Some(Consent)),
            ("newsletter subscribed", Some(Consent)),
            ("营销同意", Some(Consent)),
            ("industry", None),
            ("subscription", None),
            ("contact", None),
            ("", None),
        ] {
            assert_eq!(Safeguard::of_attribute(name), expected, "{name}");
        }
        assert_eq!(Safeguard::of_field("attributes.consent"), Some(Consent));
        assert_eq!(Safeguard::of_field("consent"), None);
    }

    #[test]
    fn answers_protect_whatever_their_spelling() {
        let text = |text: &str| Value::from(text);
        for (answer, of_a_refusal, of_a_consent) in [
            (Value::Bool(true), true, false),
            (Value::Bool(false), false, true),
            (Value::Integer(1), true, false),
            (Value::Integer(0), false, true),
            (Value::Number(0.0), false, true),
            (Value::Null, false, false),
            (text(" "), false, false),
            (text("YES"), true, false),
            (text("是"), true, false),
            (text("No"), false, true),
            (text("否"), false, true),
            (text("since May"), true, false),
            (text("no calls, please"), true, true),
            (text("N/A"), false, false),
            (text("unknown"), false, false),
            (text("Withdrawn 2026-03-02"), true, true),
            (text("Opted out"), true, true),
            (text("2026-03-02: withdrawn"), true, true),
            (text("2026/3/2, no more"), true, true),
            (text("2026-03-02"), true, false),
            (text("opted in"), true, false),
            (text("已撤回"), true, true),
            (text("撤回于三月"), true, true),
            (text("web form"), true, false),
            (text("Do Not Allow"), true, true),
            (text("Allow"), false, false),
            (text("Do Not Send"), true, true),
            (text("Send"), false, false),
            (text("denied"), true, true),
            (text("granted"), false, false),
            (text("objected"), true, true),
            (text("Unsubscribed"), true, true),
            (text("Non-marketing contact"), true, true),
            (text("Marketing contact"), true, false),
            (text("未授权"), true, true),
            (text("已授权"), false, false),
            (text("拒绝"), true, true),
            (text("同意"), false, false),
        ] {
            assert_eq!(Safeguard::Refusal.protects(&answer), of_a_refusal, "{answer:?}");
            assert_eq!(Safeguard::Consent.protects(&answer), of_a_consent, "{answer:?}");
        }
    }
    #[test]
    fn an_answer_that_refuses_is_known_in_whatever_column() {
        let of = |answer: &str| Safeguard::of_answers("mailing", [&Value::from(answer)]);
        for answer in ["unsubscribed", "Opted out", "Do not send", "objected 2026", "已撤回", "未授权"]
        {
            assert_eq!(of(answer), Some(Safeguard::Consent), "{answer}");
        }
        for answer in ["no", "yes", "rejected", "weekly", ""] {
            assert_eq!(of(answer), None, "{answer}");
        }
    }

    #[test]
    fn a_yes_and_a_no_are_opposed_whatever_stands_beside_them() {
        let opposed = |answers: &[&str]| {
            let answers: Vec<Value> = answers.iter().map(|one| Value::from(*one)).collect();
            are_opposed(&answers)
        };
        for [yes, no] in
            [["yes", "No"], ["可以", "不可以"], ["Allowed", "not allowed"], ["是", "不是"], ["已授权", "❌"]]
        {
            assert!(
                opposed(&[yes, no]) && opposed(&[no, yes]) && opposed(&["perhaps", no, "", yes]),
                "{yes} {no}"
            );
            assert!(
                !opposed(&[yes, yes, "perhaps"]) && !opposed(&[no, no]) && !opposed(&[no, ""]),
                "{yes} {no}"
            );
        }
        assert!(!opposed(&["yes", "weekly", "not today"]));
        assert!(!are_opposed(&[Value::Integer(0), Value::Integer(1)]));
    }

    #[test]
    fn only_the_beginning_of_a_long_text_is_read() {
        // Each of these letters is eighteen when it is folded.
        let long = "\u{FDFA}".repeat(READ);
        assert!(letters(&long).len() <= 20 * READ);
        assert_eq!(Safeguard::of_attribute(&format!("do_not_contact {long}")), Some(Safeguard::Refusal));
        assert_eq!(yes_or_no(&Value::from(" Yes. ")), Some(true));
        assert_eq!(yes_or_no(&Value::from(format!("yes{}", " ".repeat(MAX_PLAIN)))), None);
        let longest = |words: &[&str]| words.iter().map(|word| word.len()).max().unwrap();
        assert!(longest(&YES).max(longest(&NO)) <= MAX_PLAIN / 4);
    }
}
