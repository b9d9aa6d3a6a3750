//! WeChat ids that look invented.

use super::fake::{FakeReason, fake_phone, is_plain_count, keyboard_mash};
use super::nobody::{is_no_account, is_placeholder};
use super::phone::{Phone, PhoneOptions};
use super::wechat::{Wechat, WechatKind};

/// QQ numbers of the company itself, known from every manual.
const SAMPLES: [&str; 2] = ["10000", "10001"];

/// Whether a WeChat id looks invented: a placeholder word, one character repeated, letters or digits in
/// their order, keys struck in a row, a number that looks invented as a phone number does.
///
/// ```
/// use leadkit::contact::{Wechat, fake_wechat};
///
/// let is_fake = |raw: &str| fake_wechat(&Wechat::parse(raw).unwrap()).is_some();
/// assert!(is_fake("weixin") && is_fake("abc123") && is_fake("123456") && is_fake("13800138000"));
/// assert!(!is_fake("zhang_san88") && !is_fake("2026718843") && !is_fake("13927461853"));
/// ```
#[must_use]
pub fn fake_wechat(id: &Wechat) -> Option<FakeReason> {
    let placeholder = |word: &str| Some(FakeReason::Placeholder { word: word.to_owned() });
    match id.kind() {
        WechatKind::Phone => fake_phone(&Phone::parse(id.key(), &PhoneOptions::default())).into_iter().next(),
        WechatKind::Qq => {
            let number = id.key().trim_start_matches("qq:");
            if SAMPLES.contains(&number) {
                return Some(FakeReason::SampleNumber);
            }
            if is_plain_count(number) { placeholder(number) } else { None }
        }
        WechatKind::System => {
            let given = id.key().trim_start_matches("wxid_");
            if is_one_letter(given) { placeholder(id.key()) } else { None }
        }
        WechatKind::Id => {
            let word = id.key();
            let (letters, digits) = word.split_at(word.trim_end_matches(|c: char| c.is_ascii_digit()).len());
            let counts = digits.is_empty() || is_plain_count(digits);
            let stands_for_none =
                is_no_account(letters) || is_one_letter(letters) || is_alphabet(once(letters));
            if is_placeholder(word, &[]) || counts && stands_for_none {
                return placeholder(word);
            }
            keyboard_mash(word)
        }
    }
}

/// A text that is written twice in a row, once: `abcabc`.
fn once(word: &str) -> &str {
    word.split_at_checked(word.len() / 2).filter(|(one, other)| one == other).map_or(word, |(one, _)| one)
}

/// Whether the text is one letter, three times or more.
fn is_one_letter(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 3 && bytes.iter().all(|byte| bytes.first() == Some(byte))
}

/// Whether the text is three letters or more in the order of the alphabet.
fn is_alphabet(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 3 && bytes.windows(2).all(|pair| matches!(pair, [a, b] if a.checked_add(1) == Some(*b)))
}
