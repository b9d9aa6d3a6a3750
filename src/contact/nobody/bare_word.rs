//! Accounts and mailboxes that are called by a word: somebody's, or what people write who give none. They identify a person
//! only together with something else.

use super::super::domain::is_public_mail_domain;
use super::super::email::Email;
use super::super::wechat::{Wechat, WechatKind};
use super::mailbox::firm_of;
use super::words::{IN_PINYIN, SHOWN_NAMES, THROW_AWAY, is_nickname, is_no_id, is_none_or_trial};
use crate::text::is_common_word;

/// Fewest letters of a word that others are joined to.
const MIN_WORD: usize = 2;
/// Letters of a name that is looked at; words for none are shorter.
const MAX_NAME: usize = 32;
/// Characters of a mailbox that is no more than a sign: `0@qq.com`, `xx@qq.com`.
const MAX_SIGN: usize = 2;

/// Whether a WeChat id has nothing but letters: `notapplicable`, `same-as-phone`.
pub(in crate::contact) fn is_word_account(id: &Wechat) -> bool {
    id.kind() == WechatKind::Id && id.key().bytes().all(|byte| !byte.is_ascii_digit())
}

/// Whether a mailbox is called by words, by the name of its firm, or by no more than a sign: `no.email@`, `notprovided@`,
/// `hi@hi.com`.
pub(in crate::contact) fn is_word_mailbox(email: &Email) -> bool {
    let (local, domain) = (email.local(), email.domain());
    let is_sign = local.len() <= MAX_SIGN && is_public_mail_domain(domain);
    is_sign || firm_of(domain) == Some(local) || local.split(['.', '_', '-']).all(is_of_words)
}

/// Whether letters are words in a row: `noemailgiven`.
fn is_of_words(letters: &str) -> bool {
    if letters.is_empty()
        || letters.len() > MAX_NAME
        || !letters.bytes().all(|byte| byte.is_ascii_lowercase())
    {
        return false;
    }
    // Whether the letters before a place are words.
    let mut ends = vec![false; letters.len() + 1];
    ends.iter_mut().take(1).for_each(|end| *end = true);
    for to in MIN_WORD..=letters.len() {
        let is_end = (0..=to - MIN_WORD)
            .any(|from| ends.get(from) == Some(&true) && letters.get(from..to).is_some_and(is_word));
        ends.iter_mut().skip(to).take(1).for_each(|end| *end = is_end);
    }
    ends.last() == Some(&true)
}

fn is_word(word: &str) -> bool {
    is_common_word(word)
        || is_none_or_trial(word)
        || is_nickname(word)
        || is_no_id(word)
        || SHOWN_NAMES.contains(&word)
        || THROW_AWAY.contains(&word)
        || IN_PINYIN.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_names() {
        for address in "no.email@gmail.com notprovided@gmail.com noemailgiven@gmail.com your.email@gmail.com email@gmail.com \
            hi@hi.com meiyou@qq.com 0@qq.com xx@qq.com private@xinghe.cn guest@guest.com demo@demo.com"
            .split_whitespace()
        {
            assert!(is_word_mailbox(&Email::parse(address).unwrap()), "{address}");
        }
        for address in "leiwang@163.com zhang.wei@xinghe.cn wlei88@qq.com j.weber@firma.de chenjie@gmail.com"
            .split_whitespace()
        {
            assert!(!is_word_mailbox(&Email::parse(address).unwrap()), "{address}");
        }
        let is_word = |id| is_word_account(&Wechat::parse(id).unwrap());
        assert!(is_word("notapplicable") && is_word("same-as-phone") && !is_word("lei_wang88"));
        assert!(!is_word("13927461853"));
    }
}
