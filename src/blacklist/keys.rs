//! The keys under which the windows remember leads.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::company_origin::company_origin;
use super::holders::{bits_of, mask};
use super::letters::{MAX_TEXT, head, push_folded_letters, push_letters};
use super::message::Message;
use super::nobodys::{is_somebodys, names_origin};
use super::window_rules::{BurstDimension, SubmissionKey};
use crate::contact::{
    FakeReason, Wechat, WechatKind, fake_company, fake_email, fake_name, fake_phone, fake_wechat,
    is_public_mail_domain, is_sample_phone,
};
use crate::document::Digest;
use crate::model::{RuleId, Source};
use crate::rule::Facts;
use crate::text::fold_into;

/// Values of one field that are read.
const MAX_VALUES: usize = 16;
/// Letters and digits that a message needs to distinguish two submissions.
const MIN_MESSAGE: usize = 8;
/// Bits of an address of version 4 and of version 6, and of the network that is counted as one.
const ADDRESS: (u8, u8) = (32, 128);
const NETWORK: (u8, u8) = (24, 48);
/// Subscriber digits that are not part of a phone segment.
const SUBSCRIBER_DIGITS: usize = 4;

/// What leads have in common: the same contact and content, or the same origin. Written as 32 hexadecimal digits.
///
/// A hash (128 bits of FNV-1a over a namespace and a value), which does **not** hide a phone number: there are few
/// enough numbers to try them all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowKey(u128);

const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
/// The factor for eight bytes.
const PRIME_OF_A_WORD: u128 = PRIME.wrapping_pow(8);

/// Continues a hash.
fn read(hash: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

impl WindowKey {
    /// A key of a namespace, not yet of a value.
    pub(super) fn namespace(name: &str) -> WindowKey {
        WindowKey(OFFSET_BASIS).with(name)
    }

    /// The namespace of a burst rule.
    pub(super) fn of_rule(rule: &RuleId, by: BurstDimension) -> WindowKey {
        WindowKey::namespace("burst").with(rule.as_str()).with(by.as_str())
    }

    /// Adds what was digested elsewhere.
    #[must_use]
    fn and(self, other: Digest) -> WindowKey {
        WindowKey(read(self.0, &other.bits().to_le_bytes()))
    }

    /// Adds an address, or the network of it that has so many bits in version 4 and in version 6.
    #[must_use]
    fn with_address(self, (is_six, bits): (bool, u128), (four, six): (u8, u8)) -> WindowKey {
        let length = if is_six { six } else { four };
        let hash = read(self.0, &(bits & mask(is_six, length)).to_le_bytes());
        WindowKey(read(hash, &[u8::from(is_six), length]))
    }

    /// Adds a part. Parts are kept apart: `ab` + `c` is not `a` + `bc`.
    #[must_use]
    fn with(self, part: &str) -> WindowKey {
        let bytes = part.as_bytes();
        let hash = read(self.0, bytes.get(..MAX_TEXT).unwrap_or(bytes));
        match u8::try_from(part.len()) {
            // As below, where all bytes but the first are 0.
            Ok(length) => WindowKey((hash ^ u128::from(length)).wrapping_mul(PRIME_OF_A_WORD)),
            Err(_) => WindowKey(read(hash, &(part.len() as u64).to_le_bytes())),
        }
    }
}

impl fmt::Display for WindowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for WindowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for WindowKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WindowKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WindowKey, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        // Lower case only: one key is written in one way.
        let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = text.len() == 32 && text.bytes().all(digits);
        let key = fits.then(|| u128::from_str_radix(&text, 16).ok()).flatten();
        key.map(WindowKey).ok_or_else(|| serde::de::Error::custom("a key is 32 hexadecimal digits"))
    }
}

/// One key of a submission, and the values it was made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Submitted {
    pub(super) by: SubmissionKey,
    pub(super) key: WindowKey,
    index: usize,
}

impl Submitted {
    /// Whether the value looks invented: strangers share it, so it does not show that two submissions are the same.
    /// Slow; called only for keys that are known already.
    pub(super) fn is_invented(&self, facts: &Facts<'_>) -> bool {
        let lead = facts.read();
        match self.by {
            SubmissionKey::Phone => {
                facts.phones().get(self.index).is_some_and(|phone| !fake_phone(phone).is_empty())
            }
            SubmissionKey::Email => {
                // A slip in the domain does not hide the sender.
                let invents = |reason: &FakeReason| !matches!(reason, FakeReason::MistypedDomain { .. });
                let email = facts.emails().get(self.index).and_then(|email| email.as_ref().ok());
                email.is_some_and(|email| fake_email(email).iter().any(invents))
            }
            SubmissionKey::CompanyAndName => {
                lead.name.as_deref().and_then(fake_name).is_some()
                    || lead.company.as_deref().and_then(fake_company).is_some()
                    || !facts.names_company()
            }
            SubmissionKey::Wechat => {
                facts.wechat_ids().nth(self.index).is_some_and(|id| fake_wechat(id).is_some())
            }
            SubmissionKey::Text => false,
        }
    }
}

/// Namespaces of the submission keys, hashed once.
#[derive(Debug, Clone)]
pub(super) struct SubmissionSpaces {
    phone: WindowKey,
    email: WindowKey,
    wechat: WindowKey,
    company_and_name: WindowKey,
    text: WindowKey,
}

impl SubmissionSpaces {
    pub(super) fn new() -> SubmissionSpaces {
        SubmissionSpaces {
            phone: WindowKey::namespace("phone"),
            email: WindowKey::namespace("email"),
            wechat: WindowKey::namespace("wechat"),
            company_and_name: WindowKey::namespace("company_and_name"),
            text: WindowKey::namespace("text"),
        }
    }

    /// Every key of a lead, the surest first: those of the person, and the content. The same person with another message
    /// comes in again; the same message from the same person is the same submission.
    pub(super) fn keys(&self, facts: &Facts<'_>, message: &Message<'_>) -> Vec<Submitted> {
        let lead = facts.read();
        let content = content(facts, message);
        let mut keys = Vec::with_capacity(4);
        let mut add = |by, key: WindowKey, index| keys.push(Submitted { by, key: key.and(content), index });
        for (index, phone) in facts.phones().iter().enumerate().take(MAX_VALUES) {
            if let Some(key) = phone.key().filter(|_| phone.may_name_person()) {
                add(SubmissionKey::Phone, self.phone.with(key), index);
            }
        }
        for (index, email) in facts.emails().iter().enumerate().take(MAX_VALUES) {
            if let Some(email) = email.as_ref().ok().filter(|email| !email.is_role()) {
                add(SubmissionKey::Email, self.email.with(email.key()), index);
            }
        }
        for (index, wechat) in facts.wechat_ids().enumerate().take(MAX_VALUES) {
            // A phone number given as an id is the same contact as the number itself.
            let space = if wechat.kind() == WechatKind::Phone { self.phone } else { self.wechat };
            add(SubmissionKey::Wechat, space.with(wechat.key()), index);
        }
        let has_contact = !facts.phones().is_empty() || !facts.emails().is_empty() || lead.wechat.is_some();
        let name = lead.name.as_deref().unwrap_or_default();
        let company = facts.company_folded().filter(|_| !name.is_empty());
        let mut folded = String::with_capacity(name.len() + company.map_or(0, str::len));
        let name = push_folded_letters(name, &mut folded);
        let company = company.filter(|_| name > 0);
        if push_letters(company.unwrap_or_default(), &mut folded) > 0 {
            let (name, company) = folded.split_at(name);
            add(SubmissionKey::CompanyAndName, self.company_and_name.with(company).with(name), 0);
        }
        if is_telling(message.letters()) && (name > 0 || !has_contact) {
            let name = folded.get(..name).unwrap_or_default();
            add(SubmissionKey::Text, self.text.with(name), 0);
        }
        keys
    }
}

/// What was submitted besides the contact values: message, products and form. Long texts are digested once for all keys.
fn content(facts: &Facts<'_>, message: &Message<'_>) -> Digest {
    let lead = facts.read();
    let (is_written, message) = (!message.letters().is_empty(), message.digest());
    // Of a longer text, the length counts too.
    let length = facts.lead().message.as_deref().map_or(0, str::len);
    let length = if length > MAX_TEXT { length } else { 0 };
    let fold = |product: &String| {
        let mut folded = String::new();
        (push_folded_letters(product, &mut folded) > 0).then_some(folded)
    };
    let mut products: Vec<String> = lead.products.iter().take(MAX_VALUES).filter_map(fold).collect();
    products.sort_unstable();
    products.dedup();
    // If nothing was written or chosen there is nothing to compare, whichever page has the form.
    let is_blank = !is_written && products.is_empty();
    let form = if is_blank { None } else { origin(form(&lead.source)) };
    Digest::of(&(message.bits(), length as u64, &products, form.unwrap_or_default()))
}

/// Whether a message is long enough to distinguish two submissions.
fn is_telling(message: &str) -> bool {
    message.chars().nth(MIN_MESSAGE - 1).is_some()
}

/// The page of the form, without what a campaign adds to its address.
fn form(source: &Source) -> &str {
    let page = source.page.as_deref().unwrap_or_default().trim();
    let form = page.split(['?', '#']).next().unwrap_or_default();
    let bare = form.trim_end_matches('/');
    if bare.is_empty() { form.get(..1).unwrap_or_default() } else { bare }
}

/// The form in which pages, campaigns, keywords and sources are compared: spellings of one are one. `None` when it is blank.
///
/// Beyond what is read only the length counts, in as many digits however long it is.
pub(super) fn origin(text: &str) -> Option<String> {
    let text = text.trim();
    let head = head(text);
    let mut folded = if head.len() < text.len() { format!("{:020} ", text.len()) } else { String::new() };
    fold_into(head, &mut folded);
    let kept = folded.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// Calls `found` with every key of a lead in a dimension, each once, and with the field of the value and its place there.
pub(super) fn burst_keys(
    facts: &Facts<'_>,
    by: BurstDimension,
    space: WindowKey,
    message: &Message<'_>,
    mut found: impl FnMut(WindowKey, &'static str, Option<usize>),
) {
    let lead = facts.lead();
    let field = by.field();
    // Strangers share a text that says that there is none.
    let origin = |text: &str| origin(text).filter(|origin| names_origin(origin));
    let ip = lead.ip.filter(|ip| is_somebodys(*ip));
    let mut one = |text: Option<&str>| {
        if let Some(text) = text {
            found(space.with(text), field, None);
        }
    };
    match by {
        BurstDimension::Ip => {
            ip.into_iter().for_each(|ip| found(space.with_address(bits_of(ip), ADDRESS), field, None));
        }
        BurstDimension::Ip24 => {
            ip.into_iter().for_each(|ip| found(space.with_address(bits_of(ip), NETWORK), field, None));
        }
        BurstDimension::Page => one(origin(form(&lead.source)).as_deref()),
        BurstDimension::Campaign => {
            one(lead.source.campaign.as_ref().and_then(|id| origin(id.as_str())).as_deref());
        }
        BurstDimension::Keyword => one(lead.utm.keyword.as_deref().and_then(origin).as_deref()),
        BurstDimension::Company => one(company_origin(facts).as_deref()),
        BurstDimension::Source => {
            let [primary, secondary] =
                [&lead.source.primary, &lead.source.secondary].map(|level| level.as_deref().and_then(origin));
            if primary.is_some() || secondary.is_some() {
                let key = space.with(&primary.unwrap_or_default()).with(&secondary.unwrap_or_default());
                found(key, field, None);
            }
        }
        BurstDimension::EmailDomain => {
            for domain in facts.email_domains().iter().take(MAX_VALUES) {
                if !is_public_mail_domain(domain) {
                    let mut placed = facts.placed_emails();
                    let held =
                        placed.find(|one| one.value.as_ref().is_ok_and(|email| email.domain() == domain));
                    let place = held.map_or((field, None), |one| (one.field.as_str(), one.index));
                    found(space.with(domain), place.0, place.1);
                }
            }
        }
        BurstDimension::Text => {
            if is_telling(message.letters()) {
                found(space.and(message.digest()), field, None);
            }
        }
        BurstDimension::PhoneSegment => {
            let phones = facts.placed_phones().take(MAX_VALUES);
            let phones = phones.filter(|one| !is_sample_phone(one.value));
            let phones = phones.filter_map(|one| Some((one.value.e164()?, one.field.as_str(), one.index)));
            // An account that is found by a phone number is that number.
            let is_number = |id: &Wechat| id.kind() == WechatKind::Phone;
            let accounts = facts.placed_wechats().take(MAX_VALUES);
            let accounts = accounts.filter_map(|one| {
                let id = one.value.as_ref().ok().filter(|id| is_number(id))?;
                Some((id.key(), one.field.as_str(), one.index))
            });
            let mut known: Vec<&str> = Vec::new();
            for (key, field, index) in phones.chain(accounts) {
                let segment = key.len().checked_sub(SUBSCRIBER_DIGITS).and_then(|end| key.get(..end));
                if let Some(segment) = segment.filter(|segment| !known.contains(segment)) {
                    known.push(segment);
                    found(space.with(segment), field, index);
                }
            }
        }
    }
}
