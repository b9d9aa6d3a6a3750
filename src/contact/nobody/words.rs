//! Words that stand for a value that nobody gives, each on one list. Folded: lower case, simplified characters.

/// Words that say in any field that there is no value, or that nobody is told.
pub(in crate::contact) const SAY_NONE: [&str; 18] = [
    "无",
    "没有",
    "没",
    "暂无",
    "空",
    "未知",
    "未填写",
    "不详",
    "不知道",
    "不告诉你",
    "保密",
    "нет",
    "неизвестно",
    "なし",
    "없음",
    "none",
    "nothing",
    "undefined",
];
/// The same, which somebody may have for a mailbox or an account.
pub(in crate::contact) const MAY_SAY_NONE: [&str; 4] = ["nil", "nope", "null", "unknown"];
/// Words of other languages that say that there is none, or that nobody is told. Families and places are called so too: they
/// count where an account, or both sides of an address, or a mailbox of a provider is asked for.
const NO_ANSWER: [&str; 45] = [
    "anonim",
    "anonimo",
    "anonym",
    "anonyme",
    "aucun",
    "aucune",
    "brak",
    "confidential",
    "danke",
    "desconocido",
    "geen",
    "geheim",
    "hidden",
    "inconnu",
    "kein",
    "keine",
    "keiner",
    "keines",
    "loading",
    "nada",
    "nein",
    "nenhum",
    "nenhuma",
    "nessuna",
    "nessuno",
    "nichts",
    "niemand",
    "niente",
    "ninguna",
    "ninguno",
    "nobody",
    "noone",
    "nowhere",
    "onbekend",
    "privado",
    "privat",
    "private",
    "privato",
    "prive",
    "sconosciuto",
    "secret",
    "secreto",
    "unbekannt",
    "undisclosed",
    "yok",
];
/// Whom manuals and forms take for an example: first and last name, or the two halves of a word for anything.
const EXAMPLES: [(&str, &str); 10] = [
    ("max", "mustermann"),
    ("erika", "mustermann"),
    ("maria", "musterfrau"),
    ("maxine", "musterfrau"),
    ("muster", "mustermann"),
    ("john", "doe"),
    ("jane", "doe"),
    ("joe", "bloggs"),
    ("foo", "bar"),
    ("fulano", "detal"),
];
/// The same, which people are called: No and Na are Korean surnames.
pub(in crate::contact) const NONE_OR_NAME: [&str; 2] = ["na", "no"];
/// People who test a form write these, often with a number.
pub(super) const TRIALS: [&str; 7] = ["test", "ceshi", "测试", "тест", "тестовыи", "テスト", "테스트"];
/// The same, which somebody may have for a mailbox or an account: firms test what they sell.
const TESTERS: [&str; 2] = ["tester", "testing"];
/// Used instead of a name by people who give none.
pub(super) const NAMELESS: [&str; 2] = ["anonymous", "匿名"];
/// Neighbouring keys; three letters that are struck in a row may be a firm's.
const KEYS: [&str; 3] = ["asd", "qwe", "xxx"];
/// What stands for a name.
const STAND_INS: [&str; 13] = [
    "n/a",
    "名无し",
    "某人",
    "某某",
    "某某某",
    "名字",
    "姓名",
    "无名",
    "无名氏",
    "你猜",
    "随便",
    "哈哈哈",
    "noname",
];
/// What shops and messengers call somebody who gave no name.
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
/// What programs write for an identifier that they do not have. A host's own field may say it and mean it: a tier called
/// `default`, a role called `guest`.
pub(super) const NO_ID: [&str; 7] = ["guest", "default", "false", "true", "object", "missing", "游客"];
/// What a program prints of an object that it cannot print.
pub(super) const PRINTED: &str = "object object";
/// What people write in one word, without signs, who have no mailbox or account or give none; nobody is called so.
pub(in crate::contact) const NO_VALUES: [&str; 82] = [
    "dontgive",
    "donthave",
    "donthaveanemail",
    "donthaveany",
    "donthaveemail",
    "donthaveit",
    "donthaveone",
    "donthavewechat",
    "dontknow",
    "dontuse",
    "dontusewechat",
    "idonthave",
    "idonthaveemail",
    "idonthaveone",
    "idonthavewechat",
    "keineangabe",
    "keineemail",
    "keinemail",
    "meiyou",
    "meiyouweixin",
    "meiyouweixinhao",
    "meiyouyouxiang",
    "noaccount",
    "noaddress",
    "nocontact",
    "noemail",
    "noemailaddress",
    "noemailavailable",
    "noemailgiven",
    "noemailid",
    "noemailprovided",
    "nomail",
    "nomailaddress",
    "nomailbox",
    "noneavailable",
    "nonegiven",
    "noneprovided",
    "nonumber",
    "nophone",
    "noqq",
    "notapplicable",
    "notavailable",
    "notdisclosed",
    "notgiven",
    "notknown",
    "notprovided",
    "notspecified",
    "novalue",
    "nowechat",
    "nowechatid",
    "noweixin",
    "noweixinhao",
    "sameasabove",
    "sameasbefore",
    "sameascell",
    "sameasemail",
    "sameasmobile",
    "sameasmobilenumber",
    "sameasmyphone",
    "sameasnumber",
    "sameasphone",
    "sameasphonenumber",
    "sameastel",
    "sameastelephone",
    "sameaswechat",
    "samenumber",
    "samephone",
    "samephonenumber",
    "shoujitonghao",
    "sincorreo",
    "tongshouji",
    "tongshoujihao",
    "unknownaddress",
    "unknownemail",
    "unknownuser",
    "weixintonghao",
    "wuweixin",
    "wuweixinhao",
    "yushoujitonghao",
    "zanwu",
    "zanwuweixin",
    "zanwuyouxiang",
];
/// What people write in one word where a provider's mailbox is asked for: 无邮箱, 保密 in Latin letters. A firm may
/// have such a mailbox.
pub(in crate::contact) const NO_PUBLIC_MAILBOX: [&str; 10] = [
    "baomi",
    "bufangbian",
    "bugaosuni",
    "bugeini",
    "butigong",
    "buzhidao",
    "meiyouemail",
    "meiyoumail",
    "wuyoujian",
    "wuyouxiang",
];
/// Words for an address where one is asked for, and mailboxes of machines that nobody reads.
pub(super) const NO_MAILBOX: [&str; 9] = [
    "do-not-reply",
    "donotreply",
    "mailer-daemon",
    "mymail",
    "no-reply",
    "no_reply",
    "noreply",
    "postmaster",
    "youremail",
];
/// Names in addresses that show how one is written.
pub(super) const SHOWN_NAMES: [&str; 8] =
    ["email", "me", "mail", "name", "username", "you", "your", "yourname"];
/// Further words on both sides of the `@` of somebody who has no address to give.
pub(super) const THROW_AWAY: [&str; 9] =
    ["abc", "abcd", "besucher", "cliente", "foo", "hi", "klant", "kunde", "xyz"];
/// Words that name a way to be reached, or that there is none, where the id of an account is asked for.
pub(super) const NO_ACCOUNT: [&str; 13] = [
    "weixin",
    "weixinhao",
    "wechat",
    "wechatid",
    "mywechat",
    "wechat_id",
    "mobile",
    "mobilephone",
    "telephone",
    "cellphone",
    "number",
    "phone_number",
    "phonenumber",
];

/// Bytes of the longest placeholder of any kind; most names of companies are longer.
const MAX_PLACEHOLDER: usize = 20;

/// Whether a folded word stands for nothing, or is one of those that do where it stands.
pub(in crate::contact) fn is_placeholder(word: &str, more: &[&str]) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
    is_trial(bare)
        || TESTERS.contains(&bare)
        || word.len() <= MAX_PLACEHOLDER
            && (more.contains(&word)
                || SAY_NONE.contains(&word)
                || STAND_INS.contains(&word)
                || is_doubtful(word))
}

/// Whether somebody may be called by a placeholder, or a firm may call a mailbox so.
pub(super) fn is_doubtful(placeholder: &str) -> bool {
    [&MAY_SAY_NONE[..], &TESTERS, &NAMELESS, &KEYS].iter().any(|words| words.contains(&placeholder))
}

/// Whether a word is what somebody writes who tries a form.
pub(super) fn is_trial(word: &str) -> bool {
    TRIALS.contains(&word)
}

/// Whether a program writes a word for an identifier that it does not have.
pub(super) fn is_no_id(word: &str) -> bool {
    NO_ID.contains(&word)
}

/// Whether a word says that there is none, trying or not: on both sides of the `@` it is no address.
pub(super) fn is_none_or_trial(word: &str) -> bool {
    [&SAY_NONE[..], &MAY_SAY_NONE, &NONE_OR_NAME, &TRIALS, &TESTERS].iter().any(|words| words.contains(&word))
        || is_no_answer(word)
}

/// Whether a word of another language says that there is none.
pub(super) fn is_no_answer(word: &str) -> bool {
    NO_ANSWER.contains(&word)
}

/// Whether two words, in their order, are a person who is an example.
pub(super) fn are_example(first: &str, last: &str) -> bool {
    EXAMPLES.contains(&(first, last))
}

/// Whether everybody is called so who gave no name.
pub(super) fn is_nickname(word: &str) -> bool {
    NICKNAMES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn a_word_stands_on_one_list() {
        let all = [
            &SAY_NONE[..],
            &MAY_SAY_NONE,
            &NO_ANSWER,
            &NONE_OR_NAME,
            &TRIALS,
            &TESTERS,
            &NAMELESS,
            &KEYS,
            &STAND_INS,
            &NICKNAMES,
            &NO_ID,
            &[PRINTED],
            &NO_VALUES,
            &NO_PUBLIC_MAILBOX,
            &NO_MAILBOX,
            &SHOWN_NAMES,
            &THROW_AWAY,
            &NO_ACCOUNT,
        ]
        .concat();
        let once: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len());
        for word in all {
            assert_eq!(fold(word), word);
        }
    }

    /// A word is listed as folding leaves it.
    #[test]
    fn a_word_is_found_as_people_write_it() {
        for word in ["Тестовый", "名無し", "無", "ＮＵＬＬ", "測試", "test 12", "N/A", "某某"]
        {
            assert!(is_placeholder(&fold(word), &[]), "{word}");
        }
        for word in ["Nan", "No", "Guest", "name", "user", "abc"] {
            assert!(!is_placeholder(&fold(word), &[]), "{word}");
        }
    }
}
