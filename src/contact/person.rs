//! Which contact values name one person.

use super::email::Email;
use super::fake::{FakeReason, fake_email, fake_phone};
use super::fault::{PhoneKind, PhoneQuality};
use super::phone::Phone;
use super::wechat::{Wechat, WechatKind};

impl Phone {
    /// Whether the number reaches one person: mobile, or of a plan that does not tell; not a landline, a switchboard or a
    /// service, not one that nobody was given, and not one that looks invented.
    ///
    /// ```
    /// use leadkit::contact::{Phone, PhoneOptions};
    ///
    /// let names = |raw: &str| Phone::parse(raw, &PhoneOptions::default()).names_person();
    /// assert!(names("139 2746 1853"));
    /// assert!(!names("0755-26718843") && !names("13800138000"));
    /// ```
    #[must_use]
    pub fn names_person(&self) -> bool {
        self.may_name_person() && fake_phone(self).is_empty()
    }

    /// Whether the plan says that the number reaches one person; it may look invented, which takes longer to see.
    pub(crate) fn may_name_person(&self) -> bool {
        // A number that nobody was given is nobody's.
        matches!(self.quality(), PhoneQuality::Ok | PhoneQuality::UnknownCountry)
            && matches!(self.kind(), PhoneKind::Mobile | PhoneKind::Voip | PhoneKind::Unknown)
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
}

/// The keys of contact values that name one person, each once and with its kind in front: `phone:+86…`, `email:…`,
/// `wechat:…`, `qq:…`. A phone number that stands for a WeChat id is the key of the number.
pub(crate) fn person_keys(
    phones: &[Phone],
    emails: &[&Email],
    wechats: impl Iterator<Item = Wechat>,
) -> Vec<String> {
    let phones = phones.iter().filter(|phone| phone.names_person()).filter_map(Phone::key);
    let emails = emails.iter().filter(|email| email.names_person()).map(|email| email.key());
    let wechats = wechats.map(|id| match id.kind() {
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
