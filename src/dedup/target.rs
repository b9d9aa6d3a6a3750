//! The fields that rules compare.

use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::part::Part;
use super::probe::MatchKeyKind;
use crate::document::{Finding, one_of};
use crate::model::open_enum::closed_enum;
use crate::model::{FieldType, LeadField};
use crate::text::closest;

/// A field of the lead that a rule compares. In a document its name: `"phone"`, `"city"`, `"attributes.tax_no"`.
///
/// ```
/// use leadkit::dedup::LeadKey;
/// use leadkit::model::LeadField;
///
/// assert_eq!(LeadKey::from_name("company"), Some(LeadKey::Company));
/// assert_eq!(LeadKey::from_name("city"), Some(LeadKey::Field(LeadField::City)));
/// assert_eq!(LeadKey::from_name("attributes.tax_no").unwrap().to_string(), "attributes.tax_no");
/// assert_eq!(LeadKey::from_name("phones"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LeadKey {
    /// Any of its phone numbers.
    Phone,
    /// Any of its e-mail addresses.
    Email,
    /// Its WeChat id, in canonical form.
    Wechat,
    /// Any of its identifiers of people in other systems, such as an OpenID.
    PersonId,
    /// The domain of any of its e-mail addresses that is not a public mail domain.
    Domain,
    /// Its company name, exactly or by likeness.
    Company,
    /// Another field that describes the lead, such as `city` or `products`.
    Field(LeadField),
    /// A custom attribute, `attributes.NAME`.
    Attribute(Arc<str>),
    /// An identifier in another system, `external_ids.NAME`.
    ExternalId(Arc<str>),
}

closed_enum! {
    /// A field of an account that a rule compares, other than its names, its domain and its custom attributes.
    AccountField {
        /// Registration number (统一社会信用代码).
        RegistrationNumber = "registration_number",
        /// Where the company is.
        Region = "region",
        /// Tier, the name of one.
        Tier = "tier",
        /// Maturity, the name of a level.
        Maturity = "maturity",
        /// The partner whose registered deal protects the account, or protected it last.
        Partner = "partner",
    }
}

closed_enum! {
    /// A field of a contact of an account that a rule compares, other than its phones, e-mails and WeChat.
    ContactField {
        /// The contact's name.
        Name = "name",
        /// The contact's title, as written.
        Title = "title",
        /// The person's job at the company.
        JobFunction = "job_function",
    }
}

/// A field of the records on file. In a document the kind of record and the field: `"lead.phone"`,
/// `"account.registration_number"`, `"account.attributes.product"`, `"contact.name"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MatchTarget {
    /// Phone numbers of leads.
    LeadPhone,
    /// E-mail addresses of leads.
    LeadEmail,
    /// WeChat ids of leads.
    LeadWechat,
    /// Identifiers of people in other systems, of leads.
    LeadPersonId,
    /// Company names of leads.
    LeadCompany,
    /// Another field of leads, `lead.FIELD`.
    LeadField(LeadField),
    /// A custom attribute of leads, `lead.attributes.NAME`.
    LeadAttribute(Arc<str>),
    /// An identifier of leads in another system, `lead.external_ids.NAME`.
    LeadExternalId(Arc<str>),
    /// Company names and aliases of accounts.
    AccountCompany,
    /// Domains of accounts, which leads match by their e-mail addresses.
    AccountDomain,
    /// Another field of accounts, `account.FIELD`.
    AccountField(AccountField),
    /// A custom attribute of accounts, `account.attributes.NAME`.
    AccountAttribute(Arc<str>),
    /// Phone numbers of the contacts of accounts.
    ContactPhone,
    /// E-mail addresses of the contacts of accounts.
    ContactEmail,
    /// WeChat ids of the contacts of accounts.
    ContactWechat,
    /// Identifiers of people in other systems, of the contacts of accounts.
    ContactPersonId,
    /// Another field of the contacts of accounts, `contact.FIELD`. Comparisons with contacts in one rule are with one
    /// and the same contact.
    ContactField(ContactField),
}

/// Names of the fields that are keys by themselves, and what each is.
const KEYS: [(&str, LeadKey); 6] = [
    ("phone", LeadKey::Phone),
    ("email", LeadKey::Email),
    ("wechat", LeadKey::Wechat),
    ("person_id", LeadKey::PersonId),
    ("domain", LeadKey::Domain),
    ("company", LeadKey::Company),
];
const TARGETS: [(&str, MatchTarget); 11] = [
    ("lead.phone", MatchTarget::LeadPhone),
    ("lead.email", MatchTarget::LeadEmail),
    ("lead.wechat", MatchTarget::LeadWechat),
    ("lead.person_id", MatchTarget::LeadPersonId),
    ("lead.company", MatchTarget::LeadCompany),
    ("account.company", MatchTarget::AccountCompany),
    ("account.domain", MatchTarget::AccountDomain),
    ("contact.phone", MatchTarget::ContactPhone),
    ("contact.email", MatchTarget::ContactEmail),
    ("contact.wechat", MatchTarget::ContactWechat),
    ("contact.person_id", MatchTarget::ContactPersonId),
];
/// Longest word that a message repeats, in bytes.
const MAX_WORD: usize = 40;
const ATTRIBUTES: &str = "attributes.";
const EXTERNAL_IDS: &str = "external_ids.";

static LEAD_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let keys = KEYS.iter().map(|(name, _)| *name);
    keys.chain(plain_fields().map(LeadField::as_str)).collect()
});
static TARGET_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let keys = TARGETS.iter().map(|(name, _)| (*name).to_owned());
    let leads = plain_fields().map(|field| format!("lead.{field}"));
    let accounts = AccountField::ALL.iter().map(|field| format!("account.{field}"));
    let contacts = ContactField::ALL.iter().map(|field| format!("contact.{field}"));
    let made = leads.chain(accounts).chain(contacts);
    // As many as there are fields, counted once.
    keys.chain(made).map(|name| &*name.leak()).collect()
});

/// Whether a field of a lead is a key by itself.
fn is_key(field: LeadField) -> bool {
    matches!(field, LeadField::Phones | LeadField::Emails | LeadField::Wechat | LeadField::Company)
}

/// Whether a field describes a lead: not what has become of it, nor what engines mark it with.
fn tells_what_it_is(field: LeadField) -> bool {
    field != LeadField::Tags && Part::of(field) != Part::Life
}

/// The fields of a lead that rules compare besides its keys.
fn plain_fields() -> impl Iterator<Item = LeadField> {
    LeadField::ALL.iter().copied().filter(|field| !is_key(*field) && tells_what_it_is(*field))
}

/// The part after a prefix, when there is one that is not blank.
fn named(text: &str, prefix: &str) -> Option<Arc<str>> {
    text.strip_prefix(prefix).filter(|name| !name.trim().is_empty()).map(Into::into)
}

/// A word that is like none of the names, so probably a name of the host.
fn own_word<'w>(name: &'w str, known: &[&str]) -> Option<&'w str> {
    let marked = name.strip_prefix("attribute.");
    let word = marked.unwrap_or(name);
    let is_word =
        (1..=MAX_WORD).contains(&word.len()) && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_own = || marked.is_some() || closest(name, known.iter().copied()).is_none();
    (is_word && is_own()).then_some(word)
}

fn is_padded(name: &str) -> bool {
    name.trim() != name
}

fn padded(field: &impl fmt::Display) -> String {
    format!("`{field}` has spaces around its name, and no record has such a field")
}

impl LeadKey {
    /// The field of a name as written.
    ///
    /// ```
    /// use leadkit::dedup::LeadKey;
    ///
    /// assert_eq!(LeadKey::from_name("phone"), Some(LeadKey::Phone));
    /// assert_eq!(LeadKey::from_name("attributes.tax_no"), Some(LeadKey::Attribute("tax_no".into())));
    /// assert_eq!(LeadKey::from_name("fax"), None);
    /// ```
    #[must_use]
    pub fn from_name(text: &str) -> Option<LeadKey> {
        let key = KEYS.iter().find(|(name, _)| *name == text).map(|(_, key)| key.clone());
        // Phones, addresses and company names are compared by separate keys.
        let field = || LeadField::from_name(text).filter(|field| !is_key(*field)).map(LeadKey::Field);
        key.or_else(field)
            .or_else(|| named(text, ATTRIBUTES).map(LeadKey::Attribute))
            .or_else(|| named(text, EXTERNAL_IDS).map(LeadKey::ExternalId))
    }

    /// How an attribute with that name is written.
    fn as_attribute(name: &str) -> Option<String> {
        let word = own_word(name, &LEAD_NAMES)?;
        Some(format!("name a field such as `phone` or `city`, or a custom attribute as `{ATTRIBUTES}{word}`"))
    }

    /// The field that is meant by the name of a field of records on file.
    fn meant_by(name: &str) -> Option<&'static str> {
        let (record, field) = name.split_once('.')?;
        let is_record = ["lead", "account", "contact"].contains(&record);
        LEAD_NAMES.iter().copied().find(|known| is_record && *known == field)
    }

    /// Whether it names a place that the region table knows.
    pub(super) fn is_place(&self) -> bool {
        matches!(
            self,
            LeadKey::Field(LeadField::City | LeadField::Province | LeadField::Region | LeadField::Country)
        )
    }

    /// Why no rule may compare the field.
    pub(super) fn unfit(&self) -> Option<String> {
        match self {
            LeadKey::Attribute(name) | LeadKey::ExternalId(name) => is_padded(name).then(|| padded(self)),
            LeadKey::Field(field) if is_key(*field) => Some(format!("`{field}` is already a key by itself")),
            LeadKey::Field(field) if !tells_what_it_is(*field) => {
                Some(format!("`{field}` describes what happened to a lead, not who it is"))
            }
            _ => None,
        }
    }

    /// The kind of key that it is by itself.
    pub(super) fn kind(&self) -> Option<MatchKeyKind> {
        match self {
            LeadKey::Phone => Some(MatchKeyKind::Phone),
            LeadKey::Email => Some(MatchKeyKind::Email),
            LeadKey::Wechat => Some(MatchKeyKind::Wechat),
            LeadKey::PersonId => Some(MatchKeyKind::PersonId),
            LeadKey::Domain => Some(MatchKeyKind::Domain),
            LeadKey::Company => Some(MatchKeyKind::CompanyExact),
            LeadKey::Field(_) | LeadKey::Attribute(_) | LeadKey::ExternalId(_) => None,
        }
    }

    /// The key of a kind.
    pub(super) fn of_kind(kind: MatchKeyKind) -> Option<LeadKey> {
        KEYS.iter().map(|(_, key)| key).find(|key| key.kind() == Some(kind)).cloned()
    }

    /// The type of its values.
    pub(super) fn field_type(&self) -> FieldType {
        match self {
            LeadKey::Field(field) => field.kind(),
            LeadKey::Attribute(_) => FieldType::Any,
            _ => FieldType::Text,
        }
    }
}

impl fmt::Display for LeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeadKey::Field(field) => f.write_str(field.as_str()),
            LeadKey::Attribute(name) => write!(f, "{ATTRIBUTES}{name}"),
            LeadKey::ExternalId(name) => write!(f, "{EXTERNAL_IDS}{name}"),
            key => f.write_str(KEYS.iter().find(|(_, one)| one == key).map_or("", |(name, _)| name)),
        }
    }
}

impl MatchTarget {
    /// The field of a name as written.
    ///
    /// ```
    /// use leadkit::dedup::MatchTarget;
    ///
    /// assert_eq!(MatchTarget::from_name("account.domain"), Some(MatchTarget::AccountDomain));
    /// assert_eq!(MatchTarget::from_name("contact.phone"), Some(MatchTarget::ContactPhone));
    /// assert_eq!(MatchTarget::from_name("domain"), None);
    /// ```
    #[must_use]
    pub fn from_name(text: &str) -> Option<MatchTarget> {
        if let Some((_, target)) = TARGETS.iter().find(|(name, _)| *name == text) {
            return Some(target.clone());
        }
        let (record, field) = text.split_once('.')?;
        match record {
            "lead" => match LeadKey::from_name(field)? {
                LeadKey::Field(field) => Some(MatchTarget::LeadField(field)),
                LeadKey::Attribute(name) => Some(MatchTarget::LeadAttribute(name)),
                LeadKey::ExternalId(name) => Some(MatchTarget::LeadExternalId(name)),
                // Keys of leads are in the table above.
                _ => None,
            },
            "account" => {
                let attribute = || named(field, ATTRIBUTES).map(MatchTarget::AccountAttribute);
                AccountField::from_name(field).map(MatchTarget::AccountField).or_else(attribute)
            }
            "contact" => ContactField::from_name(field).map(MatchTarget::ContactField),
            _ => None,
        }
    }

    /// How an attribute with that name is written.
    fn as_attribute(name: &str) -> Option<String> {
        if let Some(word) =
            name.strip_prefix("account.").filter(|word| !word.contains('.') && !word.is_empty())
        {
            return Some(format!(
                "of an account, compare `account.company`, `account.domain`, `account.registration_number`, `account.region`, or a \
                 custom attribute as `account.{ATTRIBUTES}{word}`"
            ));
        }
        let word = own_word(name, &TARGET_NAMES)?;
        Some(format!(
            "name a field such as `lead.city`, or a custom attribute as `lead.{ATTRIBUTES}{word}` or `account.{ATTRIBUTES}{word}`"
        ))
    }

    /// The field that is meant by a name without its record, or with another record than the one that has it.
    fn meant_by(name: &str) -> Option<&'static str> {
        let known = |name: String| TARGET_NAMES.iter().copied().find(|known| *known == name);
        let of_any =
            |records: &[&str], field| records.iter().find_map(|record| known(format!("{record}.{field}")));
        let (record, field) = name.split_once('.').unwrap_or(("", name));
        match (record, field) {
            ("account" | "contact", "city" | "province" | "country") => known("account.region".to_owned()),
            ("account", "name") => known("account.company".to_owned()),
            (
                "account",
                "tax_no" | "tax_id" | "tax_number" | "vat" | "vat_id" | "vat_no" | "credit_code" | "number",
            ) => known("account.registration_number".to_owned()),
            // A lead's field of the name is another record's: only what describes people is meant of the contacts.
            ("account", field) => of_any(&["contact"], field).or_else(|| {
                let own = TARGET_NAMES.iter().filter_map(|known| known.strip_prefix("account."));
                known(format!("account.{}", closest(field, own)?))
            }),
            ("" | "lead" | "contact", field) => of_any(&["lead", "account", "contact"], field),
            _ => known(format!("lead.{name}")),
        }
    }

    /// Why no rule may compare the field.
    pub(super) fn unfit(&self) -> Option<String> {
        match self {
            MatchTarget::AccountAttribute(name) => is_padded(name).then(|| padded(self)),
            _ => self.as_lead_key().filter(|_| self.is_lead())?.unfit(),
        }
    }

    /// The field of a lead that it is; of a field of accounts and contacts the one it is read like, if there is one.
    pub(super) fn as_lead_key(&self) -> Option<LeadKey> {
        Some(match self {
            MatchTarget::LeadPhone | MatchTarget::ContactPhone => LeadKey::Phone,
            MatchTarget::LeadEmail | MatchTarget::ContactEmail => LeadKey::Email,
            MatchTarget::LeadWechat | MatchTarget::ContactWechat => LeadKey::Wechat,
            MatchTarget::LeadPersonId | MatchTarget::ContactPersonId => LeadKey::PersonId,
            MatchTarget::LeadCompany | MatchTarget::AccountCompany => LeadKey::Company,
            MatchTarget::AccountDomain => LeadKey::Domain,
            MatchTarget::LeadField(field) => LeadKey::Field(*field),
            MatchTarget::LeadAttribute(name) => LeadKey::Attribute(name.clone()),
            MatchTarget::LeadExternalId(name) => LeadKey::ExternalId(name.clone()),
            MatchTarget::AccountField(_)
            | MatchTarget::AccountAttribute(_)
            | MatchTarget::ContactField(_) => return None,
        })
    }

    /// The kind of key that it is by itself.
    pub(super) fn kind(&self) -> Option<MatchKeyKind> {
        self.as_lead_key()?.kind()
    }

    /// The type of its values.
    pub(super) fn field_type(&self) -> FieldType {
        match self {
            MatchTarget::LeadField(field) => field.kind(),
            MatchTarget::LeadAttribute(_) | MatchTarget::AccountAttribute(_) => FieldType::Any,
            MatchTarget::AccountField(AccountField::Region) => FieldType::Region,
            _ => FieldType::Text,
        }
    }

    /// Whether it names a place that the region table knows.
    pub(super) fn is_place(&self) -> bool {
        *self == MatchTarget::AccountField(AccountField::Region)
            || self.is_lead() && self.as_lead_key().is_some_and(|key| key.is_place())
    }

    /// Whether the records are leads; else they are accounts.
    #[must_use]
    pub fn is_lead(&self) -> bool {
        matches!(
            self,
            MatchTarget::LeadPhone
                | MatchTarget::LeadEmail
                | MatchTarget::LeadWechat
                | MatchTarget::LeadPersonId
                | MatchTarget::LeadCompany
                | MatchTarget::LeadField(_)
                | MatchTarget::LeadAttribute(_)
                | MatchTarget::LeadExternalId(_)
        )
    }

    /// Whether it is a field of a contact of an account.
    #[must_use]
    pub fn is_contact(&self) -> bool {
        matches!(
            self,
            MatchTarget::ContactPhone
                | MatchTarget::ContactEmail
                | MatchTarget::ContactWechat
                | MatchTarget::ContactPersonId
                | MatchTarget::ContactField(_)
        )
    }

    /// The targets of the kind that the field of a lead is by itself: keys, or places.
    pub(super) fn fitting(lead: &LeadKey) -> Vec<&'static str> {
        let kind = lead.kind();
        let fits = |target: &MatchTarget| match kind {
            Some(_) => target.kind() == kind,
            None => lead.is_place() && target.is_place(),
        };
        let names = TARGET_NAMES.iter().copied();
        names.filter(|name| MatchTarget::from_name(name).is_some_and(|target| fits(&target))).collect()
    }
}

impl fmt::Display for MatchTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MatchTarget::LeadField(field) => write!(f, "lead.{field}"),
            MatchTarget::LeadAttribute(name) => write!(f, "lead.{ATTRIBUTES}{name}"),
            MatchTarget::LeadExternalId(name) => write!(f, "lead.{EXTERNAL_IDS}{name}"),
            MatchTarget::AccountField(field) => write!(f, "account.{field}"),
            MatchTarget::AccountAttribute(name) => write!(f, "account.{ATTRIBUTES}{name}"),
            MatchTarget::ContactField(field) => write!(f, "contact.{field}"),
            key => f.write_str(TARGETS.iter().find(|(_, one)| one == key).map_or("", |(name, _)| name)),
        }
    }
}

macro_rules! written_by_name {
    ($($type:ident, $names:ident;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                struct Name;

                impl serde::de::Visitor<'_> for Name {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(&one_of(&$names))
                    }

                    fn visit_str<E: Error>(self, name: &str) -> Result<$type, E> {
                        let meant = || $type::meant_by(name).map(|meant| format!("did you mean `{meant}`?"));
                        let help = || meant().or_else(|| $type::as_attribute(name));
                        $type::from_name(name).ok_or_else(|| match help() {
                            Some(help) => {
                                let message = format!("unknown value `{name}`");
                                E::custom(Finding::new("unknown_value", message, help))
                            }
                            None => E::unknown_variant(name, &$names),
                        })
                    }
                }

                deserializer.deserialize_str(Name)
            }
        }
    )*};
}

written_by_name! {
    LeadKey, LEAD_NAMES;
    MatchTarget, TARGET_NAMES;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for name in LEAD_NAMES.iter().copied().chain(["attributes.税号", "external_ids.crm.id"]) {
            assert_eq!(LeadKey::from_name(name).map(|key| key.to_string()).as_deref(), Some(name));
        }
        let own = ["lead.attributes.a", "lead.external_ids.b", "account.attributes.c.d"];
        for name in TARGET_NAMES.iter().copied().chain(own) {
            assert_eq!(MatchTarget::from_name(name).map(|key| key.to_string()).as_deref(), Some(name));
        }
        let none = [
            "",
            "attributes.",
            "attributes. ",
            "lead.",
            "phones",
            "lead.phones",
            "lead.domain",
            "account.owner",
        ];
        assert!(none.iter().all(|name| LeadKey::from_name(name).is_none()));
        assert!(none.iter().all(|name| MatchTarget::from_name(name).is_none()));
    }
}
