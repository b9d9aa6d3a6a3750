//! Values that are well-formed and yet look invented: pure checks, each with its reason.
//!
//! Each finding is a suspicion, not proof: somebody does own 13800138000. Thresholds are chosen so that fewer than one
//! in ten thousand evenly spread mobile numbers is suspected.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::email::Email;
use super::fault::PhoneKind;
use super::mash::mash_token;
use super::nobody::{
    NONE_OR_NAME, are_neighbours, firm_of, is_placeholder, is_sample_domain, is_written_for_none,
};
use super::phone::Phone;
use crate::text;
use crate::text::codes;

/// Why a value looks invented.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FakeReason {
    /// One digit at least seven times in a row.
    RepeatedDigit {
        /// The digit that is repeated.
        digit: char,
        /// How often it occurs in a row.
        times: usize,
    },
    /// At least seven digits counting up or down.
    DigitRun {
        /// The digits that count up or down.
        run: String,
    },
    /// A block of two digits four times in a row, of three digits three times, or ten digits of a longer one, wherever it begins.
    RepeatedBlock {
        /// The block of digits that is repeated.
        block: String,
        /// How often it occurs in a row.
        times: usize,
    },
    /// At least five zeros at the end.
    ZeroTail {
        /// Number of zeros at the end.
        zeros: usize,
    },
    /// A number that is known from advertisements and manuals: 13800138000.
    SampleNumber,
    /// A public service number (110, 10086, 12315) where a person's number is expected.
    ServiceNumber,
    /// A placeholder word: `test`, `none`, `无`, `123`.
    Placeholder {
        /// The placeholder, in its folded form.
        word: String,
    },
    /// Neighbouring keys struck in a row: `asdfgh`.
    KeyboardMash {
        /// The text that was struck, in its folded form.
        word: String,
    },
    /// The mail domain is one typing error away from a well-known one.
    MistypedDomain {
        /// The domain that was probably meant.
        suggestion: String,
    },
}

codes! {
    FakeReason {
        FakeReason::RepeatedDigit { .. } => "repeated_digit",
        FakeReason::DigitRun { .. } => "digit_run",
        FakeReason::RepeatedBlock { .. } => "repeated_block",
        FakeReason::ZeroTail { .. } => "zero_tail",
        FakeReason::SampleNumber => "sample_number",
        FakeReason::ServiceNumber => "service_number",
        FakeReason::Placeholder { .. } => "placeholder",
        FakeReason::KeyboardMash { .. } => "keyboard_mash",
        FakeReason::MistypedDomain { .. } => "mistyped_domain",
    }
}

impl fmt::Display for FakeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FakeReason::RepeatedDigit { digit, times } => {
                write!(f, "the digit `{digit}` appears {times} times in a row")
            }
            FakeReason::DigitRun { run } => write!(f, "the digits count up or down: `{run}`"),
            FakeReason::RepeatedBlock { block, times } => write!(f, "`{block}` is repeated {times} times"),
            FakeReason::ZeroTail { zeros } => write!(f, "the number ends in {zeros} zeros"),
            FakeReason::SampleNumber => f.write_str("the number is a well-known sample"),
            FakeReason::ServiceNumber => f.write_str("the number is a public service number"),
            FakeReason::Placeholder { word } => write!(f, "`{word}` is a placeholder"),
            FakeReason::KeyboardMash { word } => write!(f, "`{word}` is a run of neighbouring keys"),
            FakeReason::MistypedDomain { suggestion } => {
                write!(f, "the domain is probably a typing error for `{suggestion}`")
            }
        }
    }
}

const MIN_REPEAT: usize = 7;
const MIN_RUN: usize = 7;
const MIN_ZEROS: usize = 5;
/// Longest block that is looked for; longer ones do not fit twice into a phone number.
const MAX_BLOCK: usize = 5;
/// Digits that are examined: no phone or account number is longer.
const MAX_DIGITS: usize = 32;
/// Characters of a name that are examined.
const MAX_NAME: usize = 256;

/// The number that a carrier printed on its advertisements.
const SAMPLES: [&str; 1] = ["13800138000"];
/// Whether a number is the one of the advertisements.
pub(crate) fn is_sample_phone(phone: &Phone) -> bool {
    phone.calling_code() == Some(86) && phone.national().is_some_and(|national| SAMPLES.contains(&national))
}

/// Whether a mailbox is called as the number of the advertisements.
pub(crate) fn is_sample_mailbox(email: &Email) -> bool {
    SAMPLES.contains(&email.local())
}

/// Whether a number looks invented.
///
/// Malformed numbers have no digits to look at and give no reason.
///
/// ```
/// use leadkit::contact::{fake_phone, FakeReason, Phone, PhoneOptions};
///
/// let phone = Phone::parse("138 8888 8888", &PhoneOptions::default());
/// assert!(fake_phone(&phone).contains(&FakeReason::RepeatedDigit { digit: '8', times: 9 }));
/// let phone = Phone::parse("139 2746 1853", &PhoneOptions::default());
/// assert_eq!(fake_phone(&phone), []);
/// ```
#[must_use]
pub fn fake_phone(phone: &Phone) -> Vec<FakeReason> {
    let Some(national) = phone.national() else { return Vec::new() };
    if is_sample_phone(phone) {
        return vec![FakeReason::SampleNumber];
    }
    let mut reasons = fake_digits(national);
    // A company may well give its 95xxx number, but no lead owns 110 or 12315.
    let is_service = phone.calling_code() == Some(86) && phone.kind() == PhoneKind::Service;
    if is_service && phone.e164().is_none() && national.starts_with('1') {
        reasons.insert(0, FakeReason::ServiceNumber);
    }
    reasons
}

/// Whether a row of ASCII digits looks invented: repetition, counting, blocks, zeros at the end.
///
/// ```
/// use leadkit::contact::fake_digits;
///
/// assert_eq!(fake_digits("13888888888")[0].code(), "repeated_digit");
/// assert!(fake_digits("13927461853").is_empty());
/// ```
#[must_use]
pub fn fake_digits(digits: &str) -> Vec<FakeReason> {
    let mut held = [0; MAX_DIGITS];
    let found = digits.bytes().filter(u8::is_ascii_digit).zip(&mut held).map(|(digit, place)| *place = digit);
    let count = found.count();
    let bytes = held.get(..count).unwrap_or_default();
    let mut reasons = Vec::new();
    if !may_be_invented(bytes) {
        return reasons;
    }
    if let Some((digit, times)) = longest_repeat(bytes).filter(|(_, times)| *times >= MIN_REPEAT) {
        reasons.push(FakeReason::RepeatedDigit { digit: char::from(digit), times });
    }
    if let Some(run) = longest_run(bytes).filter(|run| run.len() >= MIN_RUN) {
        reasons.push(FakeReason::DigitRun { run: text_of(run) });
    }
    if let Some((block, times)) = repeated_block(bytes) {
        reasons.push(FakeReason::RepeatedBlock { block: text_of(block), times });
    }
    let zeros = bytes.iter().rev().take_while(|b| **b == b'0').count();
    if zeros >= MIN_ZEROS {
        reasons.push(FakeReason::ZeroTail { zeros });
    }
    reasons
}

/// Whether digits may have one of these patterns, found in one pass; most numbers need no further check.
fn may_be_invented(bytes: &[u8]) -> bool {
    // The lengths of runs of equal, ascending and descending steps, and of digits equal to the one so many places before.
    let (mut equal, mut up, mut down) = (0, 0, 0);
    let mut shifted = [0; MAX_BLOCK + 1];
    for (at, digit) in bytes.iter().enumerate() {
        let before = |places: usize| at.checked_sub(places).and_then(|at| bytes.get(at)).copied();
        let step = before(1).map(|before| (digit.wrapping_sub(before).wrapping_add(10)) % 10);
        equal = if step == Some(0) { equal + 1 } else { 0 };
        up = if step == Some(1) { up + 1 } else { 0 };
        down = if step == Some(9) { down + 1 } else { 0 };
        if equal + 1 >= MIN_REPEAT || up + 1 >= MIN_RUN || down + 1 >= MIN_RUN {
            return true;
        }
        for (size, run) in shifted.iter_mut().enumerate().skip(2) {
            *run = if before(size) == Some(*digit) { *run + 1 } else { 0 };
            if *run + size >= covered(size) {
                return true;
            }
        }
    }
    bytes.iter().rev().take_while(|digit| **digit == b'0').count() >= MIN_ZEROS
}

/// How many digits a block must cover, the last time in part: `13412341234` has `3412` twice and a half.
fn covered(size: usize) -> usize {
    match size {
        2 => 8,
        3 => 9,
        _ => 10,
    }
}

fn text_of(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn longest_repeat(bytes: &[u8]) -> Option<(u8, usize)> {
    let longest = bytes.chunk_by(|a, b| a == b).max_by_key(|chunk| chunk.len())?;
    Some((*longest.first()?, longest.len()))
}

/// The longest stretch that counts up or down; 0 follows 9.
fn longest_run(bytes: &[u8]) -> Option<&[u8]> {
    let next = |d: u8| if d == b'9' { b'0' } else { d + 1 };
    let up = bytes.chunk_by(|a, b| next(*a) == *b).max_by_key(|chunk| chunk.len())?;
    let down = bytes.chunk_by(|a, b| next(*b) == *a).max_by_key(|chunk| chunk.len())?;
    Some(if down.len() > up.len() { down } else { up })
}

/// The block that covers most digits, when it is repeated often enough and is not one digit alone.
fn repeated_block(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let mut best: Option<(&[u8], usize)> = None;
    for size in 2..=MAX_BLOCK {
        let needed = covered(size);
        // Repetition makes every digit equal to the one a block before it; most numbers are decided here.
        let shifted = bytes.iter().zip(bytes.iter().skip(size)).map(|(a, b)| a == b);
        let longest = shifted.fold((0, 0), |(run, most), same| {
            let run = if same { run + 1 } else { 0 };
            (run, most.max(run))
        });
        if longest.1 + size < needed {
            continue;
        }
        for start in 0..bytes.len() {
            let rest = bytes.get(start..).unwrap_or_default();
            let Some(block) = rest.get(..size) else { break };
            let same = rest.iter().zip(rest.iter().skip(size)).take_while(|(a, b)| a == b).count();
            let times = (same + size) / size;
            let uniform = block.iter().all(|b| block.first() == Some(b));
            if same + size >= needed && !uniform && best.is_none_or(|(b, t)| size * times > b.len() * t) {
                best = Some((block, times));
            }
        }
    }
    best
}

/// Placeholders in names of people only: as companies they are real (ABC is a bank).
const NAME_ONLY: [&str; 8] = ["abc", "aaa", "先生", "女士", "小姐", "某先生", "某女士", "某小姐"];
/// The same for companies only, beside [`NONE_OR_NAME`]: as names of people those are real.
const COMPANY_ONLY: [&str; 12] = [
    "no company",
    "test company",
    "公司",
    "公司名称",
    "无公司",
    "无单位",
    "暂无公司",
    "某公司",
    "某某公司",
    "没公司",
    "没有公司",
    "测试公司",
];

/// Whether the name of a person looks invented: a placeholder, digits alone, or keys struck in a row.
///
/// ```
/// use leadkit::contact::fake_name;
///
/// assert_eq!(fake_name("没有").unwrap().code(), "placeholder");
/// assert_eq!(fake_name("asdfgh").unwrap().code(), "keyboard_mash");
/// assert_eq!(fake_name("Test Driver"), None);
/// ```
#[must_use]
pub fn fake_name(name: &str) -> Option<FakeReason> {
    let folded = text::fold(head(name));
    let word = plain(&folded);
    let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    if digits || is_placeholder(&word, &NAME_ONLY) {
        return Some(FakeReason::Placeholder { word: word.into_owned() });
    }
    keyboard_mash(name)
}

/// Whether the name of a company looks invented: a placeholder, counted or repeated digits, or keys struck in a row.
///
/// Digits alone may be a brand (`360`, `58`, `1688`): only repetition and counting are suspected.
///
/// ```
/// use leadkit::contact::fake_company;
///
/// assert_eq!(fake_company("asdfgh").unwrap().code(), "keyboard_mash");
/// assert_eq!(fake_company("360"), None, "digits may be a brand");
/// ```
#[must_use]
pub fn fake_company(name: &str) -> Option<FakeReason> {
    fake_folded_company(name, &text::fold(head(name)))
}

/// The same for a name that is folded already.
pub(crate) fn fake_folded_company(name: &str, folded: &str) -> Option<FakeReason> {
    let placeholder = |word: Cow<'_, str>| FakeReason::Placeholder { word: word.into_owned() };
    company_placeholder(folded).map(placeholder).or_else(|| keyboard_mash(name))
}

/// The placeholder word in place of a company's name, folded.
pub(crate) fn company_placeholder(folded: &str) -> Option<Cow<'_, str>> {
    Some(plain(folded)).filter(|word| {
        is_placeholder(word, &COMPANY_ONLY) || NONE_OR_NAME.contains(&&**word) || is_plain_count(word)
    })
}

/// Whether a word that is both before and behind the `@` is a placeholder: one character repeated.
fn is_throw_away(word: &str) -> bool {
    let bytes = word.as_bytes();
    word.len() <= 3 && bytes.iter().all(|byte| bytes.first() == Some(byte))
}

/// Folded text without the punctuation around it, spaced letters joined and a word that is repeated once only.
fn plain(folded: &str) -> Cow<'_, str> {
    // Ideographs are recognised without the table of all letters.
    let is_sign = |c: char| !text::is_ideograph(c) && !c.is_alphanumeric();
    let word = folded.trim_matches(is_sign);
    if word.contains(is_sign) {
        let parts = || word.split(is_sign).filter(|part| !part.is_empty());
        // `测 试`, `t e s t`; of `A B` nothing follows.
        if parts().all(|part| part.chars().nth(1).is_none()) {
            let joined: String = parts().collect();
            if is_placeholder(&joined, &[]) {
                return Cow::Owned(joined);
            }
        }
        let first = parts().next().unwrap_or_default();
        if parts().all(|part| part == first) && is_placeholder(first, &[]) {
            return Cow::Borrowed(first);
        }
    }
    // `测试测试`
    let half = word.len() / 2;
    if let Some((one, two)) = word.split_at_checked(half)
        && one == two
        && is_placeholder(one, &[])
    {
        return Cow::Borrowed(one);
    }
    Cow::Borrowed(word)
}

/// The part of a text that is examined.
fn head(text: &str) -> &str {
    if text.len() <= MAX_NAME {
        return text;
    }
    match text.char_indices().nth(MAX_NAME) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

pub(super) fn is_plain_count(word: &str) -> bool {
    let bytes = word.as_bytes();
    let all = |chunk: Option<&[u8]>| chunk.is_some_and(|c| c.len() == bytes.len());
    !bytes.is_empty()
        && bytes.iter().all(u8::is_ascii_digit)
        && (bytes.len() == 1
            || bytes.len() >= 3
                && (all(longest_run(bytes)) || longest_repeat(bytes).is_some_and(|(_, n)| n == bytes.len())))
}

/// Whether a word of the text is a run of neighbouring keys: `asdfgh`, `qweqwe`, `йцукен`, `ㅁㄴㅇㄹ`.
///
/// Keyboards known: QWERTY, QWERTZ, AZERTY, the Russian one, and lone Hangul letters. Han and kana are typed through
/// an input method and are never suspected.
///
/// ```
/// use leadkit::contact::keyboard_mash;
///
/// assert_eq!(keyboard_mash("qweqwe").unwrap().to_string(), "`qweqwe` is a run of neighbouring keys");
/// assert_eq!(keyboard_mash("property"), None);
/// ```
#[must_use]
pub fn keyboard_mash(text: &str) -> Option<FakeReason> {
    // The letters of these keyboards: Latin, Cyrillic, and lone ones of Hangul. Most Chinese names have none of them.
    let is_key = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, 0xC3..=0xD5 | 0xE1..=0xE3);
    if !text.bytes().any(is_key) {
        return None;
    }
    // Ideographs are recognised without the table of all letters.
    let is_letter = |c: char| text::is_ideograph(c) || c.is_alphabetic();
    let word = head(text).split(|c: char| !is_letter(c)).find(|word| mash_token(word))?;
    Some(FakeReason::KeyboardMash { word: word.to_owned() })
}

/// Whether an address looks invented: a placeholder, counted or repeated digits, struck keys, or a mistyped domain.
///
/// ```
/// use leadkit::contact::{fake_email, Email, FakeReason};
///
/// let email = Email::parse("zhang@gmial.com")?;
/// assert_eq!(fake_email(&email), [FakeReason::MistypedDomain { suggestion: "gmail.com".into() }]);
/// # Ok::<(), leadkit::contact::EmailFault>(())
/// ```
#[must_use]
pub fn fake_email(email: &Email) -> Vec<FakeReason> {
    let mut reasons = Vec::new();
    let (local, domain) = (email.local(), email.domain());
    let host = firm_of(domain).unwrap_or_default();
    let letters = local.bytes().all(|b| b.is_ascii_lowercase());
    let one_letter = letters
        && local.len() >= 3
        && longest_repeat(local.as_bytes()).is_some_and(|(_, n)| n == local.len());
    if one_letter || is_placeholder(local, &[]) {
        reasons.push(FakeReason::Placeholder { word: local.to_owned() });
    } else if local == host && is_throw_away(local) || are_neighbours(local, host) || is_sample_domain(domain)
    {
        // `aaa@aaa.com`: the same throw-away word on both sides. `sap@sap.com` is a mailbox of the firm itself.
        reasons.push(FakeReason::Placeholder { word: domain.to_owned() });
    } else if is_written_for_none(email) {
        let word = if local == host { domain } else { local };
        reasons.push(FakeReason::Placeholder { word: word.to_owned() });
    } else if (2..MIN_RUN).contains(&local.len()) && is_plain_count(local) && email.is_public() {
        // `123456@qq.com`: people who must give an address and have none count up.
        reasons.push(FakeReason::Placeholder { word: local.to_owned() });
    }
    if local.bytes().all(|b| b.is_ascii_digit()) {
        if is_sample_mailbox(email) {
            reasons.push(FakeReason::SampleNumber);
        }
        // An account number may well end in zeros or repeat a block; only the crudest inventions are suspected.
        reasons.extend(fake_digits(local).into_iter().filter(|reason| {
            matches!(reason, FakeReason::RepeatedDigit { .. } | FakeReason::DigitRun { .. })
        }));
    } else if let Some(reason) = keyboard_mash(local) {
        reasons.push(reason);
    }
    if let Some(suggestion) = super::domain::suggest_domain(domain) {
        reasons.push(FakeReason::MistypedDomain { suggestion: suggestion.to_owned() });
    }
    reasons
}
