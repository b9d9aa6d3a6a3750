//! What tells who somebody is.

use std::collections::BTreeSet;

use crate::contact::{Phone, PhoneOptions, WechatKind, are_two_people, read_emails, read_phones, wechat_ids};
use crate::model::{Contact, EmailAddress, Lead, PhoneNumber, WechatId};
use crate::order;
use crate::text::fold;

/// A value that reaches one person. A landline and a mailbox that a team reads are none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PersonKey {
    /// A mobile number, also one that stands for a WeChat account.
    Mobile(String),
    /// A person's e-mail address.
    Mail(String),
    /// A WeChat id.
    Wechat(String),
}

/// What is known of who somebody is.
#[derive(Debug, Clone, Default)]
pub(super) struct Identity {
    /// As they are compared.
    pub(super) names: BTreeSet<String>,
    pub(super) keys: BTreeSet<PersonKey>,
}

impl Identity {
    pub(super) fn of_contact(contact: &Contact, phones: &PhoneOptions<'_>) -> Identity {
        let name = contact.name.as_deref();
        Identity::of(name, &contact.phones, &contact.emails, contact.wechat.as_ref(), phones)
    }

    pub(super) fn of_lead(lead: &Lead, phones: &PhoneOptions<'_>) -> Identity {
        Identity::of(lead.name.as_deref(), &lead.phones, &lead.emails, lead.wechat.as_ref(), phones)
    }

    fn of(
        name: Option<&str>,
        phones: &[PhoneNumber],
        emails: &[EmailAddress],
        wechat: Option<&WechatId>,
        options: &PhoneOptions<'_>,
    ) -> Identity {
        let mobile = |phone: &Phone| phone.key().filter(|_| phone.names_person()).map(str::to_owned);
        let numbers = phones.iter().flat_map(|phone| read_phones(phone.as_str(), options));
        let mut keys: BTreeSet<PersonKey> =
            order::set(numbers.filter_map(|phone| mobile(&phone.value)).map(PersonKey::Mobile));
        for email in emails.iter().flat_map(|email| read_emails(email.as_str())) {
            let Ok(email) = email.value else { continue };
            if email.names_person() {
                keys.insert(PersonKey::Mail(email.person_key().into_owned()));
            }
        }
        keys.extend(wechat_ids(wechat).filter_map(|id| match id.kind() {
            WechatKind::Phone => mobile(&Phone::parse(id.key(), options)).map(PersonKey::Mobile),
            _ => Some(PersonKey::Wechat(id.key().to_owned())),
        }));
        let name = name.map(|name| fold(name.trim())).filter(|name| !name.is_empty());
        Identity { names: order::set(name), keys }
    }

    /// Adds what is known of the same person from elsewhere.
    pub(super) fn add(&mut self, other: Identity) {
        self.names.extend(other.names);
        self.keys.extend(other.keys);
    }

    /// Whether these are two people: their names, their mobiles or their e-mail addresses differ.
    pub(super) fn is_somebody_else(&self, other: &Identity) -> bool {
        let mobiles = |key: &PersonKey| matches!(key, PersonKey::Mobile(_));
        let mails = |key: &PersonKey| matches!(key, PersonKey::Mail(_));
        self.names.iter().any(|a| other.names.iter().any(|b| are_two_people(a, b)))
            || self.differs(other, mobiles)
            || self.differs(other, mails)
    }

    /// Whether both have keys of a sort, and none in common.
    fn differs(&self, other: &Identity, sort: fn(&PersonKey) -> bool) -> bool {
        let has = |one: &Identity| one.keys.iter().any(sort);
        has(self) && has(other) && !self.keys.intersection(&other.keys).any(sort)
    }
}
