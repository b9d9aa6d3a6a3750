//! Which values identify a person.

use std::collections::{BTreeMap, BTreeSet};

use crate::company::Gazetteer;
use crate::contact::{
    ContactValue, Phone, PhoneKind, PhoneOptions, StatedCountry, WechatKind, are_two_people, name_key,
    names_nothing, note, read_emails, read_phones_of, wechat_ids,
};
use crate::model::{
    CloseReason, Contact, EmailAddress, ExternalIdKind, Lead, LeadField, PhoneNumber, Region, Value, WechatId,
};
use crate::order;
use crate::text::fold;

/// A key of more names, or of more people who are kept apart, identifies nobody.
pub(super) const CROWDED: usize = 20;

/// A value that reaches one person. A landline and a mailbox that a team reads do not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PersonKey {
    /// A mobile number, also one that stands for a WeChat account.
    Mobile(String),
    /// A number of a plan that does not distinguish mobiles from landlines.
    Number(String),
    /// A person's e-mail address.
    Mail(String),
    /// A WeChat id.
    Wechat(String),
    /// A person's id on a platform, with what the platform calls it.
    Platform(&'static str, String),
}

/// The values that identify a person, as far as they are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Identity {
    /// In the form in which they are compared.
    pub(super) names: BTreeSet<String>,
    /// The same without titles and remarks.
    name_keys: BTreeSet<String>,
    pub(super) keys: BTreeSet<PersonKey>,
    /// Whether there is a number or an address at all, also one of a company.
    is_reached: bool,
}

/// How a person's numbers are read: by the stated country.
#[derive(Clone, Copy)]
struct Dialled<'o> {
    country: StatedCountry,
    options: &'o PhoneOptions<'o>,
}

impl Identity {
    /// Of a contact of an account in a region: numbers are as they are dialled there.
    pub(super) fn of_contact(
        contact: &Contact,
        region: Option<Region>,
        phones: &PhoneOptions<'_>,
    ) -> Identity {
        let name = contact.name.as_deref();
        let dialled = Dialled { country: region.into(), options: phones };
        let mut identity =
            Identity::of(name, &contact.phones, &contact.emails, contact.wechat.as_ref(), dialled);
        identity.keys.extend(contact.person_ids().filter_map(platform));
        identity
    }

    /// Of a lead: numbers are as they are dialled in the country that it states.
    pub(super) fn of_lead(lead: &Lead, phones: &PhoneOptions<'_>) -> Identity {
        let name = lead.name.as_deref();
        let country = Gazetteer::builtin().country_of(lead.country.as_deref());
        let phones = Dialled { country, options: phones };
        let mut identity = Identity::of(name, &lead.phones, &lead.emails, lead.wechat.as_ref(), phones);
        identity.keys.extend(lead.person_ids().filter_map(platform));
        for further in lead.other_ids.get(LeadField::Wechat.as_str()).into_iter().flatten() {
            identity.add(Identity::of(None, &[], &[], Some(&further.as_str().into()), phones));
        }
        identity.forget_wrong(lead, phones);
        identity
    }

    /// A value that a rep found not to be the person's identifies nobody; nor do numbers and addresses of a lead that was
    /// closed for it.
    fn forget_wrong(&mut self, lead: &Lead, phones: Dialled<'_>) {
        if lead.close_reason == Some(CloseReason::WrongContact) {
            self.keys.retain(|key| matches!(key, PersonKey::Platform(..)));
        }
        for wrong in lead.wrong_contacts() {
            let (phone, email, wechat) = (wrong.into(), wrong.into(), wrong.into());
            let marked = Identity::of(None, &[phone], &[email], Some(&wechat), phones);
            self.keys.retain(|key| !marked.keys.contains(key));
        }
    }

    /// The values of a lead, as written, that a rep found not to be the person's.
    pub(super) fn wrong_of(lead: &Lead) -> Vec<String> {
        let mut wrong: Vec<String> = lead.wrong_contacts().map(str::to_owned).collect();
        if lead.close_reason == Some(CloseReason::WrongContact) {
            wrong.extend(lead.phones.iter().map(|one| one.as_str().to_owned()));
            wrong.extend(lead.emails.iter().map(|one| one.as_str().to_owned()));
            wrong.extend(lead.wechat.iter().map(|one| one.as_str().to_owned()));
            wrong.extend(lead.other_ids.get(LeadField::Wechat.as_str()).into_iter().flatten().cloned());
        }
        wrong
    }

    /// Whether a lead is reached by a value that its own rep found nothing wrong with.
    pub(super) fn is_reached_by(lead: &Lead, value: &str, phones: &PhoneOptions<'_>) -> bool {
        let mut marked = lead.clone();
        let wrong = lead.wrong_contacts().map(str::to_owned).chain([value.to_owned()]).collect();
        marked.attributes.insert(Lead::WRONG_CONTACTS.into(), Value::List(wrong));
        Identity::of_lead(&marked, phones).keys != Identity::of_lead(lead, phones).keys
    }

    fn of(
        name: Option<&str>,
        phones: &[PhoneNumber],
        emails: &[EmailAddress],
        wechat: Option<&WechatId>,
        dialled: Dialled<'_>,
    ) -> Identity {
        let Dialled { country, options } = dialled;
        let mobile = |phone: &Phone| {
            let key = phone.key().filter(|_| phone.names_person())?.to_owned();
            let is_unknown = phone.kind() == PhoneKind::Unknown;
            Some(if is_unknown { PersonKey::Number(key) } else { PersonKey::Mobile(key) })
        };
        let mut keys = BTreeSet::new();
        let mut beside = BTreeSet::new();
        for phone in phones {
            let found = read_phones_of(phone.as_str(), country, options);
            beside.extend(name_beside(phone.as_str(), &found));
            keys.extend(found.iter().filter_map(|phone| mobile(&phone.value)));
        }
        for email in emails {
            let found = read_emails(email.as_str());
            beside.extend(name_beside(email.as_str(), &found));
            let people = found.iter().flat_map(|one| &one.value).filter(|email| email.names_person());
            keys.extend(people.map(|email| PersonKey::Mail(email.person_key().into_owned())));
        }
        keys.extend(wechat_ids(wechat).filter_map(|id| match id.kind() {
            WechatKind::Phone => mobile(&Phone::parse(id.key(), options)),
            _ => Some(PersonKey::Wechat(id.key().to_owned())),
        }));
        let name = name.map(|name| fold(name.trim())).filter(|name| !name.is_empty());
        // Without a name of their own, people are called what all notes beside their values say.
        let name = name.or_else(|| beside.pop_first().filter(|_| beside.is_empty()));
        let name_keys = order::set(name.as_deref().map(name_key).filter(|key| !key.is_empty()));
        let is_reached = !phones.is_empty() || !emails.is_empty();
        Identity { names: order::set(name), name_keys, keys, is_reached }
    }

    /// Adds what is known of the same person from elsewhere.
    pub(super) fn add(&mut self, other: Identity) {
        self.names.extend(other.names);
        self.name_keys.extend(other.name_keys);
        self.keys.extend(other.keys);
        self.is_reached |= other.is_reached;
    }

    /// Whether an id alone would tie a person to what a company has: a landline or a mailbox that nobody is named for.
    pub(super) fn is_of_person_and_place(&self, other: &Identity) -> bool {
        let is_place = |one: &Identity| !one.is_person() && one.is_reached;
        let are_apart = self.is_person() && is_place(other) || is_place(self) && other.is_person();
        are_apart && self.keys.is_disjoint(&other.keys)
    }

    /// Whether there is a name, or a value that reaches one person.
    fn is_person(&self) -> bool {
        !self.names.is_empty() || self.keys.iter().any(|key| !matches!(key, PersonKey::Number(_)))
    }

    /// Whether these are two people: their names, their mobiles or their e-mail addresses differ.
    pub(super) fn is_somebody_else(&self, other: &Identity) -> bool {
        let mobiles = |key: &PersonKey| matches!(key, PersonKey::Mobile(_));
        let mails = |key: &PersonKey| matches!(key, PersonKey::Mail(_));
        self.has_other_name(other) || self.differs(other, mobiles) || self.differs(other, mails)
    }

    /// Whether the names belong to two people.
    pub(super) fn has_other_name(&self, other: &Identity) -> bool {
        self.names.iter().any(|a| other.names.iter().any(|b| are_two_people(a, b)))
    }

    /// Whether both have keys of a sort, and none in common.
    fn differs(&self, other: &Identity, sort: fn(&PersonKey) -> bool) -> bool {
        let has = |one: &Identity| one.keys.iter().any(sort);
        has(self) && has(other) && !self.keys.intersection(&other.keys).any(sort)
    }
}

/// The name that stands beside the only value of a field: `Sam Hill <pa@acme.com>`.
fn name_beside<T>(field: &str, found: &[ContactValue<T>]) -> Option<String> {
    let [only] = found else { return None };
    let name = note(field, [only.span.clone()]);
    let is_name = !name.is_empty() && !name.chars().any(char::is_numeric);
    is_name.then_some(name)
}

/// The key of a person's identifier; none of what [names nothing](names_nothing).
fn platform((name, id): (&str, &str)) -> Option<PersonKey> {
    let (_, end) = ExternalIdKind::with_end(name);
    (!names_nothing(id)).then(|| PersonKey::Platform(end, id.trim().to_owned()))
}

/// Keys that identify no single person.
pub(super) struct SharedKeys {
    /// Two contacts of one account have it, or too many contacts do.
    nobodys: BTreeSet<PersonKey>,
    /// Two people have it by their names.
    families: BTreeSet<PersonKey>,
}

impl SharedKeys {
    /// Of the people of each account, and of each lead.
    pub(super) fn of(identities: &[Vec<Identity>]) -> SharedKeys {
        let mut nobodys = BTreeSet::new();
        let mut names: BTreeMap<&PersonKey, BTreeSet<&str>> = BTreeMap::new();
        for of_record in identities {
            let mut seen = BTreeSet::new();
            for identity in of_record {
                for key in &identity.keys {
                    if !seen.insert(key) {
                        nobodys.insert(key.clone());
                    }
                    let known = names.entry(key).or_default();
                    // One more than enough to see that it is crowded.
                    if known.len() <= CROWDED {
                        known.extend(identity.names.iter().map(String::as_str));
                    }
                }
            }
        }
        let mut families = BTreeSet::new();
        // The same people may share many keys.
        let mut compared: BTreeMap<BTreeSet<&str>, bool> = BTreeMap::new();
        for (key, names) in names {
            if names.len() > CROWDED {
                nobodys.insert(key.clone());
                continue;
            }
            let differ = |names: &BTreeSet<&str>| {
                let mut pairs =
                    names.iter().enumerate().flat_map(|(at, a)| names.iter().take(at).map(move |b| (a, b)));
                pairs.any(|(a, b)| are_two_people(a, b))
            };
            let is_families = compared.get(&names).copied().unwrap_or_else(|| differ(&names));
            if is_families {
                families.insert(key.clone());
            }
            compared.insert(names, is_families);
        }
        SharedKeys { nobodys, families }
    }

    pub(super) fn is_shared_value(&self, key: &PersonKey) -> bool {
        self.nobodys.contains(key)
    }

    /// Whether a shared key suggests that two people are one. A family's phone, or a number that may be a landline,
    /// does so only if they have a name in common.
    pub(super) fn tell(&self, key: &PersonKey, a: &Identity, b: &Identity) -> bool {
        let may_be_many = matches!(key, PersonKey::Number(_)) || self.families.contains(key);
        !may_be_many || !a.name_keys.is_disjoint(&b.name_keys)
    }
}
