//! WeChat ids (微信号).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::phone::check_cn_mobile;
use super::scan::{is_invisible, narrow};
use crate::model::mask_id;
use crate::model::open_enum::closed_enum;
use crate::text::codes;

closed_enum! {
    /// The kind of a WeChat id.
    WechatKind {
        /// An id that the user chose.
        Id = "id",
        /// The id the system gave (`wxid_…`). It cannot be searched for in the app.
        System = "system",
        /// A mobile number by which the account is found.
        Phone = "phone",
        /// A QQ number by which the account is found.
        Qq = "qq",
    }
}

/// Why a text is not a WeChat id.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WechatFault {
    /// The text is blank.
    #[error("the field is empty")]
    Empty,
    /// It has fewer than 6 characters.
    #[error("a WeChat id has at least 6 characters")]
    TooShort,
    /// It has more than 20 characters.
    #[error("a WeChat id has at most 20 characters")]
    TooLong,
    /// The first character is not a letter.
    #[error("a WeChat id starts with a letter")]
    NoLetterFirst,
    /// A character other than letters, digits, `_` and `-`.
    #[error("a WeChat id has only letters, digits, `_` and `-`")]
    Character,
    /// Only digits, but neither a mobile nor a QQ number.
    #[error("the digits are neither a mobile nor a QQ number")]
    Number,
}

codes! {
    WechatFault {
        WechatFault::Empty => "empty",
        WechatFault::TooShort => "too_short",
        WechatFault::TooLong => "too_long",
        WechatFault::NoLetterFirst => "no_letter_first",
        WechatFault::Character => "character",
        WechatFault::Number => "number",
    }
}

/// A plausible WeChat id with its canonical key.
///
/// An id has 6 to 20 letters, digits, `_` and `-` and starts with a letter; case does not matter. A mobile number
/// (its key is the phone's key) or a QQ number (5 to 11 digits, key `qq:…`) may stand for it. Full-width characters
/// and blanks around are folded. Only WeChat knows whether the account exists.
///
/// ```
/// use leadkit::contact::{Wechat, WechatFault, WechatKind};
///
/// assert_eq!(Wechat::parse("Zhang_San88")?.key(), "zhang_san88");
/// assert_eq!(Wechat::parse("138 0013 8000")?.key(), "+8613800138000");
/// assert_eq!(Wechat::parse("10001")?.kind(), WechatKind::Qq);
/// assert_eq!(Wechat::parse("1abcdef"), Err(WechatFault::NoLetterFirst));
/// # Ok::<(), WechatFault>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Wechat {
    kind: WechatKind,
    key: Box<str>,
}

impl Wechat {
    /// Reads and checks an id.
    ///
    /// ```
    /// use leadkit::contact::{Wechat, WechatFault};
    ///
    /// assert_eq!(Wechat::parse("Lei_Li88").unwrap().key(), "lei_li88");
    /// assert_eq!(Wechat::parse("138 1234 9876").unwrap().key(), "+8613812349876");
    /// assert_eq!(Wechat::parse("8lei_li"), Err(WechatFault::NoLetterFirst));
    /// ```
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(raw: &str) -> Result<Wechat, WechatFault> {
        // Enough for an id of 20 characters or a spaced phone number; the rest cannot matter.
        let mut text = String::new();
        let visible = raw.trim().chars().filter(|c| !is_invisible(*c)).map(narrow);
        for c in visible.take(64) {
            text.push(c.to_ascii_lowercase());
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(WechatFault::Empty);
        }
        if let Some(number) = text.strip_prefix("qq:").filter(|number| is_qq(number)) {
            return Ok(Wechat { kind: WechatKind::Qq, key: format!("qq:{number}").into() });
        }
        let numeric = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'));
        if numeric {
            if let Some(number) = check_cn_mobile(text) {
                return Ok(Wechat { kind: WechatKind::Phone, key: format!("+86{number}").into() });
            }
            if is_qq(text) {
                return Ok(Wechat { kind: WechatKind::Qq, key: format!("qq:{text}").into() });
            }
            return Err(WechatFault::Number);
        }
        if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let odd = text.chars().any(|c| !is_id_character(c));
            return Err(if odd { WechatFault::Character } else { WechatFault::NoLetterFirst });
        }
        if !text.chars().all(is_id_character) {
            return Err(WechatFault::Character);
        }
        let kind = if text.starts_with("wxid_") { WechatKind::System } else { WechatKind::Id };
        match text.len() {
            ..6 => Err(WechatFault::TooShort),
            6..=20 => Ok(Wechat { kind, key: text.into() }),
            // System ids are longer than those that users may choose.
            21..=25 if kind == WechatKind::System => Ok(Wechat { kind, key: text.into() }),
            _ => Err(WechatFault::TooLong),
        }
    }

    /// The kind of the id: chosen, given by the system, a phone number or a QQ number.
    #[must_use]
    pub fn kind(&self) -> WechatKind {
        self.kind
    }

    /// The canonical key: the id in lower case, a phone key (`+86…`), or `qq:` and the number.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn is_id_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_qq(text: &str) -> bool {
    (5..=11).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Debug for Wechat {
    /// The id is masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wechat({:?}, {})", self.kind, mask_id(&self.key))
    }
}
