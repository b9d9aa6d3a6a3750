//! WeChat accounts that are nobody's: what stands there was written in place of one.
//!
//! A pattern and a word that may be a name are a suspicion only: people choose accounts that are easy to keep in mind.

use super::super::no_value::says_none;
use super::super::services::is_service;
use super::super::wechat::{Wechat, WechatKind};
use super::mailbox::{counts_from_one, is_word_for_none};
use super::words::{NO_ACCOUNT, is_nickname, is_no_answer, is_no_id};

/// Fewest letters of a service's name that is no id: `ins123` is somebody's.
const MIN_SERVICE: usize = 6;

/// Whether a WeChat id is a word for none, alone or with digits that count from 1; a number is judged as a phone number is.
pub(crate) fn is_nobodys_wechat(id: &Wechat) -> bool {
    match id.kind() {
        WechatKind::Phone => false,
        WechatKind::Qq => counts_from_one(id.key().trim_start_matches("qq:")),
        WechatKind::System => id.key().trim_start_matches("wxid_").bytes().all(|byte| byte == b'x'),
        WechatKind::Id => {
            let word = id.key().trim_end_matches(|c: char| c.is_ascii_digit());
            let digits = id.key().get(word.len()..).unwrap_or_default();
            (digits.is_empty() || counts_from_one(digits)) && (is_no_account(word) || is_word_for_none(word))
        }
    }
}

/// Whether an id without its digits names a way to be reached, or that there is none.
pub(in crate::contact) fn is_no_account(word: &str) -> bool {
    NO_ACCOUNT.contains(&word)
        || is_nickname(word)
        || is_no_id(word)
        || is_no_answer(word)
        || says_none(word)
        || is_twice_none(word)
        || word.len() >= MIN_SERVICE && is_service(word)
}

/// `none_none`: one word for none on both sides of a sign, for an account that has to be longer than the word.
fn is_twice_none(word: &str) -> bool {
    let halves = word.split_once(['_', '-']);
    halves.is_some_and(|(one, other)| one == other && (is_word_for_none(one) || is_no_answer(one)))
}

#[cfg(test)]
mod tests {
    use super::super::super::fake_wechat::fake_wechat;
    use super::*;

    #[test]
    fn ids_of_words_are_nobodys_and_patterns_may_be_somebodys() {
        for id in
            "wechat weixin123 whatsapp nothing test123 123456 12345 wxid_xxxxxxxx loading private privat secret hidden \
            ninguno unbekannt none_none"
                .split_whitespace()
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
            "abcabc",
            "secretgarden",
            "nana_nana",
            "wxid_1a2b3c4d",
            "13800138000",
        ] {
            assert!(!is_nobodys_wechat(&Wechat::parse(id).unwrap()), "{id}");
        }
    }
}
