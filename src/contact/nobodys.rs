//! Contact values that belong to nobody: texts that were written in place of one.
//!
//! A pattern, a word that may be a name, and a department are a suspicion only: people choose accounts that are easy to keep in
//! mind, and firms test what they sell.

use super::domain::is_public_mail_domain;
use super::email::Email;
use super::placeholder::{SAMPLE_DOMAINS, is_placeholder};
use super::wechat::{Wechat, WechatKind};
use crate::text::is_ideograph;

/// Placeholders that somebody may be called, or that a firm may call a mailbox.
const DOUBTFUL: [&str; 9] = ["anonymous", "asd", "nil", "null", "qwe", "tester", "testing", "unknown", "xxx"];
/// Words for an address where one is required, and mailboxes of machines that nobody reads.
const NO_MAILBOX: [&str; 16] = [
    "do-not-reply",
    "donotreply",
    "donthaveone",
    "mailer-daemon",
    "mymail",
    "no-email",
    "no-mail",
    "no-reply",
    "no_email",
    "no_reply",
    "noemail",
    "noemailaddress",
    "nomail",
    "noreply",
    "postmaster",
    "youremail",
];
/// Words that people without an address write on both sides of the `@`.
const THROW_AWAY: [&str; 25] = [
    "abc", "abcd", "xyz", "123", "1234", "12345", "123456", "email", "foo", "mail", "na", "name", "nil",
    "no", "noemail", "nomail", "none", "nope", "noreply", "null", "test", "tester", "testing", "user",
    "username",
];
/// Domains of the example addresses that forms show.
const SHOWN_DOMAINS: [&str; 9] = [
    "company.com",
    "domain.com",
    "email.com",
    "mycompany.com",
    "mydomain.com",
    "website.com",
    "yourcompany.com",
    "yourdomain.com",
    "yourmail.com",
];
/// Local parts of these example addresses.
const SHOWN_NAMES: [&str; 9] = ["email", "me", "mail", "name", "user", "username", "you", "your", "yourname"];
/// Words that name a way to reach a person, or nothing: where an id is expected, somebody wrote them in place of one.
pub(super) const NO_ACCOUNT: [&str; 24] = [
    "weixin",
    "weixinhao",
    "wechat",
    "wechatid",
    "mywechat",
    "wechat_id",
    "telegram",
    "whatsapp",
    "skype",
    "facebook",
    "instagram",
    "linkedin",
    "messenger",
    "mobile",
    "mobilephone",
    "telephone",
    "cellphone",
    "number",
    "phone_number",
    "phonenumber",
    "noname",
    "nowechat",
    "no_wechat",
    "same_as_phone",
];

/// Whether an address belongs to nobody, as far as its text shows.
pub(crate) fn is_nobodys_email(email: &Email) -> bool {
    is_word_for_none(email.local()) || is_written_for_none(email)
}

/// The same for an address whose local part alone is not a placeholder.
pub(super) fn is_written_for_none(email: &Email) -> bool {
    let (local, domain) = (email.local(), email.domain());
    let host = firm_of(domain);
    let is_twice = host == Some(local)
        && (THROW_AWAY.contains(&local) || local.len() == 1 || is_public_mail_domain(domain));
    is_twice
        || NO_MAILBOX.contains(&local)
        || host.is_some_and(|host| are_neighbours(local, host))
        || SAMPLE_DOMAINS.contains(&domain)
        || SHOWN_DOMAINS.contains(&domain) && SHOWN_NAMES.contains(&local)
        || local.len() < 7 && counts_from_one(local) && is_public_mail_domain(domain)
        || is_of_no_provider(local, domain)
}

/// Whether a WeChat id is a word for none, alone or with digits that count from 1; a number is judged as a phone number.
pub(crate) fn is_nobodys_wechat(id: &Wechat) -> bool {
    match id.kind() {
        WechatKind::Phone => false,
        WechatKind::Qq => counts_from_one(id.key().trim_start_matches("qq:")),
        WechatKind::System => id.key().trim_start_matches("wxid_").bytes().all(|byte| byte == b'x'),
        WechatKind::Id => {
            let word = id.key().trim_end_matches(|c: char| c.is_ascii_digit());
            let digits = id.key().get(word.len()..).unwrap_or_default();
            (digits.is_empty() || counts_from_one(digits))
                && (NO_ACCOUNT.contains(&word) || is_word_for_none(word))
        }
    }
}

fn is_word_for_none(word: &str) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    is_placeholder(word, &[]) && !DOUBTFUL.contains(&bare)
}

/// `123`, `123456`: a person without a number to give counts.
fn counts_from_one(digits: &str) -> bool {
    digits.len() >= 3 && "1234567890".starts_with(digits)
}

/// An address of ideographs at a provider that gives out Latin ones: `手机号@qq.com`, `张三@163.com`.
pub(super) fn is_of_no_provider(local: &str, domain: &str) -> bool {
    local.chars().any(is_ideograph) && is_public_mail_domain(domain)
}

/// `a@b.com`: letters that follow one another.
pub(super) fn are_neighbours(local: &str, host: &str) -> bool {
    match (local.as_bytes(), host.as_bytes()) {
        ([a], [b]) => a.is_ascii_lowercase() && b.is_ascii_lowercase() && a + 1 == *b,
        _ => false,
    }
}

/// The name that a firm has registered, where the domain has no further label: `a` of `a.com` and of `a.com.cn`. A
/// subdomain such as `mail.xinghe.cn` is a machine of a firm.
pub(super) fn firm_of(domain: &str) -> Option<&str> {
    let (firm, ending) = domain.split_once('.')?;
    let is_ending = match ending.split_once('.') {
        None => true,
        Some((kind, _)) => matches!(kind, "com" | "co" | "net" | "org" | "gov" | "edu" | "ac"),
    };
    is_ending.then_some(firm)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{FakeReason, fake_email};
    use super::super::fake_wechat::fake_wechat;
    use super::*;

    #[test]
    fn words_are_nobodys_and_patterns_may_be_somebodys() {
        for address in "none@xinghe.cn test@test.com test@xinghe.cn test1@xinghe.cn 无@qq.com 没有@163.com 123@123.com a@a.com a@b.com \
            none@none.cn abc@abc.com nil@nil.com testing@testing.com.cn qq@qq.com 163@163.com zhang@example.com 123456@qq.com 12345@163.com \
            noemail@gmail.com nope@nope.com user@domain.com your@email.com name@company.com 手机号@qq.com 张三@qq.com \
            你的邮箱@163.com undefined@xinghe.cn"
            .split_whitespace()
        {
            let email = Email::parse(address).unwrap();
            assert!(is_nobodys_email(&email), "{address}");
            let is_placeholder = |reason: &FakeReason| matches!(reason, FakeReason::Placeholder { .. });
            assert!(fake_email(&email).iter().any(is_placeholder), "{address}");
        }
        for address in "nil@xinghe.cn testing@sgs.com tester@testerlab.cn xxx@xinghe.cn qwe@xinghe.cn mail@mail.xinghe.cn \
            aaa@aaa.com asd@asd.de 654321@qq.com 98765@qq.com 66666@qq.com 88888@163.com ppp@163.com zzz@gmail.com \
            sap@sap.com 张三@xinghe.cn name@xinghe.cn me@jingye-x.com 123456@xinghe.cn 10086@139.com"
            .split_whitespace()
        {
            assert!(!is_nobodys_email(&Email::parse(address).unwrap()), "{address}");
        }
    }

    #[test]
    fn ids_of_words_are_nobodys_and_patterns_may_be_somebodys() {
        for id in
            ["wechat", "weixin123", "whatsapp", "nothing", "test123", "123456", "12345", "wxid_xxxxxxxx"]
        {
            let id = Wechat::parse(id).unwrap();
            assert!(is_nobodys_wechat(&id) && fake_wechat(&id).is_some(), "{id:?}");
        }
        for id in [
            "abc88888",
            "abc1234567",
            "aaa123456",
            "aaaaaa8",
            "weixin888",
            "tester01",
            "88888888",
            "lei_wang88",
            "wxid_1a2b3c4d",
            "13800138000",
        ] {
            assert!(!is_nobodys_wechat(&Wechat::parse(id).unwrap()), "{id}");
        }
    }
}
