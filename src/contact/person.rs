//! Which contact values name one person.

use std::borrow::Cow;

use super::email::Email;
use super::fake::{FakeReason, fake_email, fake_name, fake_phone};
use super::fake_wechat::fake_wechat;
use super::fault::{PhoneKind, PhoneQuality};
use super::phone::Phone;
use super::wechat::{Wechat, WechatKind};
use crate::text::fold;

/// Bytes of a name that identify the person behind a landline.
const MAX_NAME: usize = 128;

impl Phone {
    /// Whether the number reaches one person: a mobile number, or one of a plan that does not distinguish them; not a
    /// landline, a switchboard or a service, not an unassigned number, and not one that looks invented.
    ///
    /// Of other countries the mobile ranges of the commonest are built in. A number of any other country needs an
    /// oracle to name a person: without one it could be a switchboard, and two strangers who share it would be one
    /// person, while one person who stays two is found by other values and by people.
    ///
    /// ```
    /// use leadkit::contact::{Phone, PhoneOptions};
    ///
    /// let names = |raw: &str| Phone::parse(raw, &PhoneOptions::default()).names_person();
    /// assert!(names("139 2746 1853"));
    /// assert!(!names("0755-26718843") && !names("13800138000"));
    /// assert!(names("+49 151 29437816") && !names("+49 30 9018200") && !names("+44 20 7946 0958"));
    /// ```
    #[must_use]
    pub fn names_person(&self) -> bool {
        self.may_name_person() && fake_phone(self).is_empty()
    }

    /// Whether the plan says that the number reaches one person; it may look invented, which takes longer to check.
    pub(crate) fn may_name_person(&self) -> bool {
        // A number that was never assigned belongs to nobody.
        matches!(self.quality(), PhoneQuality::Ok | PhoneQuality::UnknownCountry) && self.may_reach_one()
    }
}

impl Email {
    /// Whether the mailbox is one person's: no team reads it, and it does not look invented.
    ///
    /// ```
    /// use leadkit::contact::Email;
    ///
    /// assert!(Email::parse("wang.lei@huawei.com")?.names_person());
    /// assert!(!Email::parse("info@huawei.com")?.names_person());
    /// # Ok::<(), leadkit::contact::EmailFault>(())
    /// ```
    #[must_use]
    pub fn names_person(&self) -> bool {
        let invents = |reason: &FakeReason| !matches!(reason, FakeReason::MistypedDomain { .. });
        !self.is_role() && !fake_email(self).iter().any(invents)
    }

    /// One key for the ways a person writes one address: without a `+tag`, and at gmail.com without dots, which that provider
    /// ignores. Lists and comparisons of people use it; matching uses the exact [`key`](Email::key).
    ///
    /// ```
    /// use leadkit::contact::Email;
    ///
    /// assert_eq!(Email::parse("Li.Lei+news@googlemail.com")?.person_key(), "lilei@gmail.com");
    /// assert_eq!(Email::parse("li.lei+news@huawei.com")?.person_key(), "li.lei@huawei.com");
    /// assert_eq!(Email::parse("li.lei@huawei.com")?.person_key(), "li.lei@huawei.com");
    /// # Ok::<(), leadkit::contact::EmailFault>(())
    /// ```
    #[must_use]
    pub fn person_key(&self) -> Cow<'_, str> {
        person_of(self.key())
    }
}

impl Wechat {
    /// Whether the id is one person's: it does not look invented.
    ///
    /// ```
    /// use leadkit::contact::Wechat;
    ///
    /// assert!(Wechat::parse("zhang_san88")?.names_person());
    /// assert!(!Wechat::parse("weixin")?.names_person());
    /// # Ok::<(), leadkit::contact::WechatFault>(())
    /// ```
    #[must_use]
    pub fn names_person(&self) -> bool {
        fake_wechat(self).is_none()
    }
}

/// The [person key](Email::person_key) of a canonical address.
pub(crate) fn person_of(key: &str) -> Cow<'_, str> {
    let Some((local, domain)) = key.split_once('@') else { return Cow::Borrowed(key) };
    let bare = local.split('+').next().filter(|bare| !bare.is_empty()).unwrap_or(local);
    if matches!(domain, "gmail.com" | "googlemail.com") {
        return Cow::Owned(format!("{}@gmail.com", bare.replace('.', "")));
    }
    if bare.len() == local.len() { Cow::Borrowed(key) } else { Cow::Owned(format!("{bare}@{domain}")) }
}

/// The keys of a landline that is one person's: with an extension, and with the name of the person who answers. A bare one
/// is a company's.
fn desk_keys(phone: &Phone, name: Option<&str>) -> Vec<String> {
    let may_be = phone.kind() == PhoneKind::Unknown && phone.quality() == PhoneQuality::UnknownCountry;
    let is_landline = may_be && !phone.may_reach_one()
        || phone.kind() == PhoneKind::Landline && (phone.is_ok() || phone.is_assumed());
    let Some(key) = phone.key().filter(|_| is_landline) else { return Vec::new() };
    match (phone.extension(), name) {
        (Some(extension), _) => vec![format!("{key};ext={extension}")],
        (None, Some(name)) => vec![format!("{key};name={name}")],
        (None, None) => Vec::new(),
    }
}

/// The letters of a name that identifies a person.
fn telling_name(name: Option<&str>) -> Option<String> {
    let name = name?;
    let end = (0..=MAX_NAME.min(name.len())).rev().find(|at| name.is_char_boundary(*at))?;
    let name = name.get(..end)?;
    let mut folded = fold(name);
    folded.retain(char::is_alphabetic);
    (folded.chars().count() >= 2 && fake_name(name).is_none()).then_some(folded)
}

/// The keys of contact values that name one person, each once and with its kind in front: `phone:+86…`, `email:…`,
/// `wechat:…`, `qq:…`. A phone number that stands for a WeChat id is the key of the number. `name` identifies the person
/// behind a landline.
pub(crate) fn person_keys(
    phones: &[Phone],
    emails: &[&Email],
    wechats: impl Iterator<Item = Wechat>,
    name: Option<&str>,
) -> Vec<String> {
    let name = telling_name(name);
    let phones = phones.iter().flat_map(|phone| match phone.key().filter(|_| phone.names_person()) {
        Some(key) => vec![key.to_owned()],
        None => desk_keys(phone, name.as_deref()),
    });
    let emails = emails.iter().filter(|email| email.names_person()).map(|email| email.person_key());
    let wechats = wechats.filter(Wechat::names_person).map(|id| match id.kind() {
        WechatKind::Phone => format!("phone:{}", id.key()),
        WechatKind::Qq => id.key().to_owned(),
        _ => format!("wechat:{}", id.key()),
    });
    let mut keys: Vec<String> = Vec::new();
    let all = phones.map(|key| format!("phone:{key}")).chain(emails.map(|key| format!("email:{key}")));
    for key in all.chain(wechats) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}
