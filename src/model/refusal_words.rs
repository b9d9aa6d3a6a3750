//! Words by which a text refuses something, wherever they stand in it: `Unqualified - do not call`, `Ann Lee (opted out)`, 已投诉.

use crate::text::{fold, head};

/// Bytes that are read of a text.
const READ: usize = 4 * 1024;

/// Beginnings of words, or of several in a row, by language: `withdr` is in `Consent withdrawn`, and not in `outwithdr`. Folded.
/// English.
const EN: [&str; 46] = [
    "blacklist",
    "blocklist",
    "complain",
    "consent expired",
    "consent missing",
    "declin",
    "deletion",
    "dnc",
    "dnd",
    "do not",
    "do no contact",
    "donot",
    "dont",
    "don t",
    "erasure",
    "never call",
    "never contact",
    "never email",
    "no call",
    "no consent",
    "no contact",
    "no email",
    "no mail",
    "no marketing",
    "no permission",
    "no phone",
    "no sms",
    "no text",
    "not agree",
    "not allow",
    "not call",
    "not contact",
    "not permitted",
    "objected",
    "opt out",
    "opted out",
    "optedout",
    "optout",
    "prohibit",
    "refus",
    "restrict",
    "revok",
    "right to be forgotten",
    "suppress",
    "unsub",
    "withdr",
];
/// German, French.
const DE_FR: [&str; 40] = [
    "abgelehnt",
    "abgemeldet",
    "austragen",
    "beschwerde",
    "entzogen",
    "gesperrt",
    "kein kontakt",
    "keine anrufe",
    "keine einwilligung",
    "keine kontaktaufnahme",
    "keine mails",
    "keine werbung",
    "loschen",
    "loschung",
    "nicht anrufen",
    "nicht erlaubt",
    "nicht erwunscht",
    "nicht kontaktieren",
    "untersagt",
    "verweiger",
    "werbesperre",
    "widerruf",
    "widerspr",
    "desabonn",
    "desinscri",
    "effacement",
    "interdi",
    "n accepte pas",
    "ne pas",
    "ne plus",
    "non consent",
    "oppose",
    "opposition",
    "pas d accord",
    "pas d appel",
    "pas de contact",
    "plainte",
    "retrait",
    "revoqu",
    "sans consentement",
];
/// Spanish, Portuguese, Italian.
const ES_PT_IT: [&str; 34] = [
    "baja",
    "no acepta",
    "no autoriza",
    "no contactar",
    "no llamar",
    "no molestar",
    "oposicion",
    "quej",
    "rechaz",
    "retirad",
    "revoc",
    "revog",
    "sin consentimiento",
    "suprim",
    "cancelou",
    "descadastr",
    "nao aceita",
    "nao autoriz",
    "nao contactar",
    "nao contatar",
    "nao ligar",
    "nao perturb",
    "recus",
    "sem consentimento",
    "disiscri",
    "non accett",
    "non autorizz",
    "non chiamare",
    "non contattare",
    "non disturbare",
    "opposizione",
    "reclamo",
    "rifiut",
    "senza consenso",
];
/// Dutch, Polish, Czech, Turkish, Russian.
const EAST: [&str; 46] = [
    "afgemeld",
    "bezwaar",
    "geen contact",
    "geen toestemming",
    "geweigerd",
    "ingetrokken",
    "niet bellen",
    "niet contacteren",
    "niet mailen",
    "uitgeschreven",
    "brak zgody",
    "nie dzwonic",
    "nie kontaktowac",
    "odmow",
    "odwola",
    "sprzeciw",
    "wycofa",
    "wypisa",
    "nekontaktovat",
    "nesouhlas",
    "nevolat",
    "odhlas",
    "odmit",
    "odvola",
    "aramayin",
    "istemiyor",
    "onay yok",
    "reddet",
    "red edildi",
    "без согласия",
    "жалоб",
    "запре",
    "не беспокоить",
    "не звонить",
    "не контактировать",
    "не писать",
    "не разреш",
    "не согласен",
    "не согласна",
    "отзыв согласия",
    "отказ",
    "отозва",
    "отписа",
    "отписка",
    "удалить данные",
    "черныи список",
];
/// Parts of texts in scripts that put no blanks between words.
const CJK: [&str; 55] = [
    "投诉",
    "退订",
    "拒",
    "撤回",
    "撤销",
    "勿",
    "免打扰",
    "黑名单",
    "不同意",
    "不接受",
    "不允许",
    "不授权",
    "不可联系",
    "不要联系",
    "不要打",
    "不要发",
    "不再联系",
    "不想被",
    "别联系",
    "别打",
    "未同意",
    "未授权",
    "未允许",
    "取消订阅",
    "取消授权",
    "取消同意",
    "禁止",
    "停止",
    "注销",
    "要求删除",
    "申请删除",
    "停止推送",
    "推送关闭",
    "しない",
    "しません",
    "停止中",
    "不可",
    "解除",
    "退会",
    "お断り",
    "希望しない",
    "苦情",
    "거부",
    "거절",
    "철회",
    "중지",
    "해지",
    "안함",
    "하지 않",
    "하지않",
    "미동의",
    "차단",
    "탈퇴",
    "수신 안",
    "동의 안",
];
/// What takes such a word back when it stands right before it.
const NOT: [&str; 8] = ["not", "never", "nicht", "nie", "niet", "не", "hasn t", "has not"];
const NOT_CJK: [&str; 5] = ["未", "没", "没有", "从未", "从不"];

/// Whether a text, or the name of a column, holds a refusal anywhere.
pub(crate) fn holds_refusal(text: &str) -> bool {
    let folded = fold(head(text.trim(), READ));
    if folded.is_empty() {
        return false;
    }
    let parts = folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let words = parts.fold(String::from(" "), |words, part| words + part + " ");
    let refuses_in_words = |stem: &&str| {
        let begins = |at: usize| words.get(..at).filter(|before| before.ends_with(' '));
        words.match_indices(*stem).filter_map(|(at, _)| begins(at)).any(|before| {
            let before = before.trim_end();
            !NOT.iter().any(|not| {
                before.strip_suffix(not).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
            })
        })
    };
    if [&EN[..], &DE_FR, &ES_PT_IT, &EAST].into_iter().flatten().any(refuses_in_words) {
        return true;
    }
    let is_joined = |before: &str| !NOT_CJK.iter().any(|not| before.ends_with(not));
    !folded.is_ascii()
        && CJK
            .iter()
            .any(|part| folded.match_indices(part).filter_map(|(at, _)| folded.get(..at)).any(is_joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_found_wherever_it_stands() {
        for text in [
            "Unqualified - do not call",
            "Consent withdrawn",
            "no contact",
            "Requested deletion",
            "abgemeldet",
            "refused",
            "同意しない",
            "投诉",
            "DO NOT CALL",
            "Ann Lee (opted out)",
            "GDPR deletion requested",
            "Einwilligung entzogen",
            "ne pas contacter",
            "不允许致电",
            "推送关闭",
            "Не звонить!",
            "수신거부",
            "配信停止",
            "2026-03-02: unsubscribed",
        ] {
            assert!(holds_refusal(text), "{text}");
        }
        for text in [
            "Open",
            "MQL",
            "email",
            "同意する",
            "正常",
            "ja",
            "agreed",
            "Ann Lee",
            "never complained",
            "未退订",
            "CEO",
            "Retired",
            "不明",
            "",
        ] {
            assert!(!holds_refusal(text), "{text}");
        }
    }

    #[test]
    fn stems_are_listed_as_folding_leaves_them() {
        for stem in [&EN[..], &DE_FR, &ES_PT_IT, &EAST].concat() {
            assert_eq!(fold(stem), stem);
            assert!(stem.split(' ').all(|word| word.chars().all(char::is_alphanumeric)), "{stem}");
        }
        for part in CJK {
            assert_eq!(fold(part), fold(&fold(part)));
        }
    }
}
