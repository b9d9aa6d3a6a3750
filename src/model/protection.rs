//! Answers that protect a person, by the names that CRMs give such columns.

use super::Value;
use crate::text::fold;

/// What a column asks, as far as the answer protects somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// Whether the person refuses something, as in `do_not_call` or `unsubscribed`: a yes protects.
    Refusal,
    /// Whether the person allows something, as in `consent` or `opt_in`: a no protects.
    Consent,
}

/// Parts of the names of refusals, in letters and digits alone.
const REFUSALS: [&str; 26] = [
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
    "withdrawn",
    "revoked",
    "勿扰",
    "勿打",
    "请勿",
    "拒收",
    "拒绝联系",
    "拒绝营销",
    "拒绝来电",
    "禁止联系",
    "退订",
    "撤回",
    "撤销同意",
    "不同意",
    "未同意",
];
/// Parts of the names of consents that are no refusals.
const CONSENTS: [&str; 8] =
    ["consent", "optin", "optedin", "subscribed", "允许联系", "允许营销", "接受营销", "同意"];
const YES: [&str; 12] = ["yes", "y", "true", "t", "1", "on", "x", "是", "对", "ja", "oui", "si"];
const NO: [&str; 12] = ["no", "n", "false", "f", "0", "off", "none", "never", "否", "不", "无", "nein"];
const UNKNOWN: [&str; 6] = ["unknown", "na", "null", "未知", "不详", "不清楚"];
/// Other words that take a consent away, at the start of an answer.
const TAKEN_AWAY: [&str; 17] = [
    "not",
    "withdrawn",
    "withdrew",
    "revoked",
    "refused",
    "declined",
    "denied",
    "rejected",
    "expired",
    "optedout",
    "optout",
    "opted",
    "unsubscribed",
    "撤回",
    "已撤回",
    "拒绝",
    "不同意",
];

impl Protection {
    /// What a custom attribute of a name asks, such as `do_not_contact`, `HasOptedOutOfEmail` or `营销同意`.
    pub(crate) fn of_attribute(name: &str) -> Option<Protection> {
        let name = letters(name);
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        if has(&REFUSALS) || name.starts_with("dnc") || name.ends_with("dnc") {
            return Some(Protection::Refusal);
        }
        has(&CONSENTS).then_some(Protection::Consent)
    }

    /// What a field of a record asks: only attributes do.
    pub(crate) fn of_field(field: &str) -> Option<Protection> {
        Protection::of_attribute(field.strip_prefix("attributes.")?)
    }

    /// Whether the answer protects. Of a refusal whatever is neither blank nor a no does, such as the date of it.
    pub(crate) fn protects(self, answer: &Value) -> bool {
        match (self, answer) {
            (_, Value::Bool(_) | Value::Integer(_) | Value::Number(_)) => {
                let yes = !matches!(answer, Value::Bool(false) | Value::Integer(0))
                    && !matches!(answer, Value::Number(number) if *number == 0.0);
                yes == (self == Protection::Refusal)
            }
            (Protection::Refusal, Value::Text(text)) => {
                let text = letters(text);
                !text.is_empty() && !NO.contains(&text.as_str()) && !UNKNOWN.contains(&text.as_str())
            }
            (Protection::Refusal, answer) => !answer.is_blank(),
            (Protection::Consent, Value::Text(text)) => takes_away(text),
            (Protection::Consent, _) => false,
        }
    }
}

/// Whether a text takes a consent away: `no`, `Withdrawn 2026-03-02`, `Opted out`, `已撤回`.
fn takes_away(text: &str) -> bool {
    let folded = fold(text.trim());
    let first = folded.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    let Some(first) = first else { return false };
    let whole = letters(text);
    let is_opted_in = whole.starts_with("optedin");
    let is_written_together = |word: &&&str| !word.is_ascii() && word.chars().count() > 1;
    !is_opted_in
        && !UNKNOWN.contains(&whole.as_str())
        && (NO.iter().chain(&TAKEN_AWAY).any(|word| *word == first || *word == whole)
            || TAKEN_AWAY.iter().filter(is_written_together).any(|word| first.starts_with(word)))
}

/// What a plain yes or no says, in whatever spelling.
pub(crate) fn yes_or_no(answer: &Value) -> Option<bool> {
    match answer {
        Value::Bool(yes) => Some(*yes),
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        Value::Text(text) => {
            let text = letters(text);
            let yes = YES.contains(&text.as_str());
            (yes || NO.contains(&text.as_str())).then_some(yes)
        }
        _ => None,
    }
}

fn letters(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(char::is_alphanumeric);
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_the_names_that_crms_give_them() {
        use Protection::{Consent, Refusal};
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
            assert_eq!(Protection::of_attribute(name), expected, "{name}");
        }
        assert_eq!(Protection::of_field("attributes.consent"), Some(Consent));
        assert_eq!(Protection::of_field("consent"), None);
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
            (text("opted in"), true, false),
            (text("已撤回"), true, true),
            (text("撤回于三月"), true, true),
            (text("web form"), true, false),
        ] {
            assert_eq!(Protection::Refusal.protects(&answer), of_a_refusal, "{answer:?}");
            assert_eq!(Protection::Consent.protects(&answer), of_a_consent, "{answer:?}");
        }
    }
}
