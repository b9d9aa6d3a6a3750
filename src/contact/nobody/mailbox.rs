//! Addresses that are nobody's: what stands there was written in place of one.
//!
//! A pattern, a word that may be a name, and a department are a suspicion only.

use super::super::domain::is_public_mail_domain;
use super::super::email::Email;
use super::super::no_value::{says_no_mailbox, says_none};
use super::words::{
    NO_MAILBOX, SHOWN_NAMES, THROW_AWAY, are_example, is_doubtful, is_nickname, is_no_answer, is_no_id,
    is_none_or_trial, is_placeholder,
};
use crate::text::is_ideograph;

/// Domains set aside for documentation (RFC 2606).
const SAMPLE_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];
/// The domains of forms that show how an address is written.
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
/// Whether an address is nobody's, as far as can be known without asking its server.
pub(crate) fn is_nobodys_email(email: &Email) -> bool {
    is_word_for_none(email.local()) || is_written_for_none(email)
}

/// The same of an address whose local part is no placeholder by itself.
pub(in crate::contact) fn is_written_for_none(email: &Email) -> bool {
    let (local, domain) = (email.local(), email.domain());
    let host = firm_of(domain);
    let is_twice =
        host == Some(local) && (is_thrown_away(local) || local.len() == 1 || is_public_mail_domain(domain));
    is_twice
        || NO_MAILBOX.contains(&local)
        || says_none(local)
        || says_no_mailbox(local) && is_public_mail_domain(domain)
        || host.is_some_and(|host| are_neighbours(local, host) || are_placeholders(local, host))
        || is_example(local)
        || is_public_mail_domain(domain) && is_of_no_customer(local)
        || is_sample_domain(domain)
        || SHOWN_DOMAINS.contains(&domain) && (is_shown(local) || is_thrown_away(local))
        || local.len() < 7 && counts_from_one(local) && is_public_mail_domain(domain)
        || is_of_no_provider(local, domain)
}

pub(super) fn is_word_for_none(word: &str) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    is_placeholder(word, &[]) && !is_doubtful(bare)
}

/// `john@doe.com`, `nein@danke.de`: an example's two names, or a word for none on either side.
fn are_placeholders(local: &str, host: &str) -> bool {
    are_example(local, host) || is_no_answer(local) && is_no_answer(host)
}

/// `max.mustermann@gmx.de`: an example's whole name.
fn is_example(local: &str) -> bool {
    let mut names = local.split(['.', '_', '-']);
    matches!((names.next(), names.next(), names.next()), (Some(first), Some(last), None) if are_example(first, last))
}

/// What no provider has for a customer's name: a word for none, a lone character.
fn is_of_no_customer(local: &str) -> bool {
    local.len() == 1 || is_no_answer(local) || is_no_id(local) || THROW_AWAY.contains(&local)
}

/// Whether a name is one of those that show how an address is written.
fn is_shown(local: &str) -> bool {
    SHOWN_NAMES.contains(&local) || is_nickname(local)
}

/// Whether a name that is the domain's too is a word for none.
fn is_thrown_away(local: &str) -> bool {
    is_none_or_trial(local)
        || is_no_id(local)
        || is_shown(local)
        || THROW_AWAY.contains(&local)
        || counts_from_one(local)
}

/// Whether a domain is set aside for documentation.
pub(in crate::contact) fn is_sample_domain(domain: &str) -> bool {
    SAMPLE_DOMAINS.contains(&domain)
}

/// `123`, `123456`: a person without a number to give counts.
pub(super) fn counts_from_one(digits: &str) -> bool {
    digits.len() >= 3 && "1234567890".starts_with(digits)
}

/// An address of ideographs at a provider that gives out Latin ones: `手机号@qq.com`, `张三@163.com`.
fn is_of_no_provider(local: &str, domain: &str) -> bool {
    local.chars().any(is_ideograph) && is_public_mail_domain(domain)
}

/// `a@b.com`: letters that follow one another.
pub(in crate::contact) fn are_neighbours(local: &str, host: &str) -> bool {
    match (local.as_bytes(), host.as_bytes()) {
        ([a], [b]) => a.is_ascii_lowercase() && b.is_ascii_lowercase() && a + 1 == *b,
        _ => false,
    }
}

/// The name that a firm has registered, where the domain is no more than that: `a` of `a.com` and of `a.com.cn`. What
/// lies below, such as `mail.xinghe.cn`, is a machine of a firm.
pub(in crate::contact) fn firm_of(domain: &str) -> Option<&str> {
    let (firm, ending) = domain.split_once('.')?;
    let is_ending = match ending.split_once('.') {
        None => true,
        Some((kind, _)) => matches!(kind, "com" | "co" | "net" | "org" | "gov" | "edu" | "ac"),
    };
    is_ending.then_some(firm)
}

#[cfg(test)]
mod tests {
    use super::super::super::fake::{FakeReason, fake_email};
    use super::*;

    #[test]
    fn words_are_nobodys_and_patterns_may_be_somebodys() {
        for address in "none@xinghe.cn test@test.com test@xinghe.cn test1@xinghe.cn 无@qq.com 没有@163.com 123@123.com a@a.com a@b.com \
            none@none.cn abc@abc.com nil@nil.com testing@testing.com.cn qq@qq.com 163@163.com zhang@example.com 123456@qq.com 12345@163.com \
            noemail@gmail.com nope@nope.com user@domain.com your@email.com name@company.com 手机号@qq.com 张三@qq.com \
            你的邮箱@163.com undefined@xinghe.cn wuyouxiang@qq.com baomi@163.com bao.mi@126.com xx@qq.com xxxx@163.com \
            not.provided@xinghe.cn meiyou_youxiang@qq.com no@email.com keine@mail.de kein@web.de nein@danke.de \
            abc@qq.com 1@qq.com 0@qq.com max.mustermann@gmx.de muster@mustermann.de john@doe.com foo@bar.com jane_doe@gmail.com \
            nobody@nowhere.com guest@gmail.com kunde@kunde.de keine.angabe@gmx.de ninguno@hotmail.com"
            .split_whitespace()
        {
            let email = Email::parse(address).unwrap();
            assert!(is_nobodys_email(&email), "{address}");
            let is_placeholder = |reason: &FakeReason| matches!(reason, FakeReason::Placeholder { .. });
            assert!(fake_email(&email).iter().any(is_placeholder), "{address}");
        }
        for address in "nil@xinghe.cn testing@sgs.com tester@testerlab.cn xxx@xinghe.cn qwe@xinghe.cn mail@mail.xinghe.cn \
            aaa@aaa.com asd@asd.de 654321@qq.com 98765@qq.com 66666@qq.com 88888@163.com ppp@163.com zzz@gmail.com \
            sap@sap.com 张三@xinghe.cn name@xinghe.cn me@jingye-x.com 123456@xinghe.cn 10086@139.com baomi@xinghe.cn xx@xinghe.cn wuyouxiang@xinghe.cn baomihua@qq.com xxli@qq.com ihavenothing@163.com \
            secret@xinghe.cn john@xinghe.cn danke@xinghe.cn kunde@jingye-x.com max@gmx.de j.doe@gmail.com 1@xinghe.cn"
            .split_whitespace()
        {
            assert!(!is_nobodys_email(&Email::parse(address).unwrap()), "{address}");
        }
    }
}
