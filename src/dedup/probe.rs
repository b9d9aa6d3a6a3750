//! The keys by which a host's database, or a [`Book`](crate::book::Book), fetches rows.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::company::{CompanyName, Gazetteer, exact_key, keys_for_storage, visit_grams};
use crate::contact::{
    Phone, Wechat, WechatKind, is_public_mail_domain, names_company, names_nothing, read_emails, read_phones,
    read_phones_of, read_wechats, site_domain,
};
use crate::model::open_enum::closed_enum;
use crate::model::{
    Account, AccountId, Contact, ExternalIdKind, Lead, LeadField, Region, mask_email, mask_id, mask_phone,
};
use crate::rule::{
    FactContext, Facts, FoundContact, HostTables, LeadLimits, cut_account, cut_lead_on_file, mixed_fields,
    read_text, values_of,
};

closed_enum! {
    /// The kind of a key.
    MatchKeyKind {
        /// A phone number in E.164 form: `+8613812345678`.
        Phone = "phone",
        /// An e-mail address in canonical form.
        Email = "email",
        /// A WeChat id in canonical form.
        Wechat = "wechat",
        /// Domain of a company's site and mail.
        Domain = "domain",
        /// Identifier of a person in another system, such as an OpenID.
        PersonId = "person_id",
        /// Identifier of one event in another system, such as a clue or a form entry.
        RecordId = "record_id",
        /// Company name, by the key every spelling of one registered name shares.
        CompanyExact = "company_exact",
        /// A piece of a company's brand, by which like names are fetched. Records are stored with the
        /// [gram keys](crate::company::StorageKeys) of their names.
        CompanyGram = "company_gram",
        /// The account that a lead was converted to, by its id: such a lead, and all others converted to the account,
        /// are fetched with it, because they change owners together. Nothing is matched by it.
        Account = "account",
        /// Several fields together, or a field that is not a key by itself, as a [rule](super::MatchRule) compares them. The
        /// value is a digest: nothing of the fields can be read from it.
        Fields = "fields",
    }
}

/// One key of a record: two records that share it may be the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MatchKey {
    /// The kind of value, which says in which column to look.
    pub kind: MatchKeyKind,
    /// The canonical value. Contact values are not masked: a key is for fetching, not for showing.
    pub value: String,
}

impl MatchKey {
    /// The account that a lead was converted to.
    pub(crate) fn of_account(account: &AccountId) -> MatchKey {
        MatchKey { kind: MatchKeyKind::Account, value: account.as_str().to_owned() }
    }

    /// The pieces of a company's name, under which it is stored so that like names find it.
    pub(crate) fn grams_of(name: &str, gazetteer: &Gazetteer) -> Vec<MatchKey> {
        let keys = keys_for_storage(read_text(name), gazetteer);
        let gram = |value: String| MatchKey { kind: MatchKeyKind::CompanyGram, value };
        keys.grams.into_iter().map(gram).collect()
    }

    /// Whether a person is reached by it.
    pub(crate) fn is_contact(&self) -> bool {
        matches!(self.kind, MatchKeyKind::Phone | MatchKeyKind::Email | MatchKeyKind::Wechat)
    }

    /// The value with its middle hidden when it is a contact value.
    #[must_use]
    pub fn to_masked(&self) -> String {
        match self.kind {
            MatchKeyKind::Phone => mask_phone(&self.value),
            MatchKeyKind::Email => mask_email(&self.value),
            MatchKeyKind::Wechat => mask_id(&self.value),
            // The name of the identifier is not part of the value.
            MatchKeyKind::PersonId | MatchKeyKind::RecordId => match self.value.split_once(':') {
                Some((name, id)) => format!("{name}:{}", mask_id(id)),
                None => mask_id(&self.value),
            },
            MatchKeyKind::Domain
            | MatchKeyKind::CompanyExact
            | MatchKeyKind::CompanyGram
            | MatchKeyKind::Account
            | MatchKeyKind::Fields => self.value.clone(),
        }
    }
}

impl fmt::Debug for MatchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.to_masked())
    }
}

/// The keys of a lead: fetch the accounts and leads that share any of them.
///
/// Keys are sorted and distinct. Owned and serialisable, so that the fetch may be asynchronous or remote.
///
/// Rows by `company_gram` differ from those by the other keys, which must all be fetched: take the rows
/// that share most of these keys, 500 accounts and 500 leads at most. A host that has a
/// [`NameIndex`](crate::names::NameIndex) of its names searches it for [`company`](Probe::company) instead.
///
/// Of every fetched lead that is converted, the account it was converted to is fetched too, whatever its own keys: a
/// customer who comes again follows the conversion. In SQL, after the rows by key:
///
/// ```sql
/// SELECT accounts.* FROM accounts JOIN leads ON leads.account = accounts.id
/// WHERE leads.id IN (…the leads found by key…) AND leads.status = 'converted'
/// ```
///
/// ```
/// use leadkit::model::Lead;
/// use leadkit::{Intake, Rules};
///
/// let intake = Intake::compile(&Rules::b2c())?;
/// let lead = Lead { id: "L1".into(), phones: vec!["138 1234 9876".into()], ..Lead::default() };
/// let keys = intake.probe(&lead).keys;
/// assert!(keys.iter().any(|key| (key.kind.as_str(), key.value.as_str()) == ("phone", "+8613812349876")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The keys to fetch rows by, each once.
    pub keys: Vec<MatchKey>,
    /// The maximum number of rows to fetch for one key, except a `company_gram` or `account` key. A key that more
    /// records share identifies nothing, and this many rows are enough to detect that.
    #[serde(default = "any_number")]
    pub rows_per_key: u32,
    /// The company name to find similar names for; only when a rule compares names by likeness. An alias in the
    /// gazetteer is replaced by the name it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
}

impl Default for Probe {
    fn default() -> Self {
        Probe { keys: Vec::new(), rows_per_key: u32::MAX, company: None }
    }
}

fn any_number() -> u32 {
    u32::MAX
}

impl Probe {
    pub(crate) fn new(mut keys: Vec<MatchKey>) -> Probe {
        keys.retain(|key| !key.value.is_empty());
        // Sorted, as keys are found by bisection and rows refer to them by position.
        keys.sort();
        keys.dedup();
        Probe { keys, ..Probe::default() }
    }

    /// The keys of a lead.
    ///
    /// ```
    /// # use leadkit::dedup::Probe;
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let tables = HostTables::default();
    /// # let lead = Lead {
    /// #     id: "L2".into(), phones: vec!["138 1234 9876".into()],
    /// #     created_at: "2026-03-02T02:00:00Z".parse().unwrap(),
    /// #     ..Lead::default()
    /// # };
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// // Every key the lead has, whether or not a rule uses it.
    /// let probe = Probe::of_lead(&facts);
    /// assert_eq!(format!("{:?}", probe.keys), "[phone:+86138****9876]");
    /// ```
    #[must_use]
    pub fn of_lead(facts: &Facts<'_>) -> Probe {
        let gazetteer = &facts.context().tables.gazetteer;
        let key = |kind| move |value: &String| MatchKey { kind, value: value.clone() };
        let mut keys = Probe::of_contacts(facts);
        let own = facts.email_domains().iter().filter(|domain| !is_public_mail_domain(domain));
        // People may write from a subdomain of the domain that their company is filed by.
        for domain in own {
            keys.push(key(MatchKeyKind::Domain)(domain));
            keys.extend(
                parents(domain).map(|value| MatchKey { kind: MatchKeyKind::Domain, value: value.to_owned() }),
            );
        }
        keys.extend(id_keys(facts.read()));
        if let Some(company) = facts.company_key().filter(|_| facts.names_company()) {
            let alias = facts.read().company.as_deref().and_then(|name| gazetteer.alias_of(name));
            let alias = alias.map(|name| exact_key(&CompanyName::parse(name, gazetteer)));
            let values = std::iter::once(company.to_owned()).chain(alias);
            keys.extend(values.map(|value| MatchKey { kind: MatchKeyKind::CompanyExact, value }));
            let others = facts.read().company.as_deref().map(|name| gazetteer.other_names(name));
            keys.extend(others.into_iter().flatten().map(|name| exact_name(&name, gazetteer)));
        }
        Probe::new(keys)
    }

    /// The keys of a lead's phone numbers, mailboxes and WeChat ids.
    pub(crate) fn of_contacts(facts: &Facts<'_>) -> Vec<MatchKey> {
        let key = |kind| move |value: &String| MatchKey { kind, value: value.clone() };
        // Most leads have one value.
        let mut keys = Vec::with_capacity(8);
        let phones = facts.phones().iter().filter_map(Phone::match_key);
        keys.extend(phones.map(|value| MatchKey { kind: MatchKeyKind::Phone, value: value.into_owned() }));
        keys.extend(facts.email_keys().iter().map(key(MatchKeyKind::Email)));
        keys.extend(facts.wechat_ids().flat_map(of_wechat));
        keys
    }

    /// The keys under which a lead is found: its own, and the account it was converted to.
    pub(crate) fn of_record(facts: &Facts<'_>) -> Probe {
        let mut probe = Probe::of_lead(facts);
        facts.lead().account.iter().for_each(|account| probe.add_account(account));
        probe
    }

    /// Adds keys.
    pub(super) fn add(&mut self, keys: Vec<MatchKey>) {
        if !keys.is_empty() {
            self.keys.extend(keys);
            self.keys.sort();
            self.keys.dedup();
        }
    }

    /// Adds the account that a lead was converted to.
    pub(crate) fn add_account(&mut self, account: &AccountId) {
        let key = MatchKey::of_account(account);
        if let Err(place) = self.keys.binary_search(&key) {
            self.keys.insert(place, key);
        }
    }

    /// Adds the keys by which records with a like company name are fetched.
    pub(super) fn add_like_names(&mut self, facts: &Facts<'_>) {
        let gazetteer = &facts.context().tables.gazetteer;
        let named = facts.read().company.as_deref().filter(|_| facts.names_company());
        let (Some(name), Some(company)) = (named, facts.company()) else { return };
        let alias = gazetteer.alias_of(name);
        let meant = alias.map(|name| CompanyName::parse(name, gazetteer));
        let others = gazetteer.other_names(name);
        let others: Vec<CompanyName> =
            others.iter().map(|name| CompanyName::parse(name, gazetteer)).collect();
        // By the brand, as the judge does: rows that share only an industry are not fetched.
        for company in std::iter::once(meant.as_ref().unwrap_or(company)).chain(&others) {
            visit_grams([company.brand()], |gram| {
                self.keys.push(MatchKey { kind: MatchKeyKind::CompanyGram, value: gram.text.to_owned() });
                true
            });
        }
        self.keys.sort();
        self.keys.dedup();
        self.company = Some(alias.unwrap_or(name).to_owned());
    }

    /// The keys of an account: its names, its domain and its contacts.
    ///
    /// ```
    /// use leadkit::dedup::Probe;
    /// use leadkit::model::Account;
    /// use leadkit::rule::{FactContext, HostTables};
    ///
    /// let tables = HostTables::default();
    /// let account = Account { domain: Some("acme.com".into()), ..Account::default() };
    /// let probe = Probe::of_account(&account, &FactContext::new(&tables, account.created_at));
    /// assert_eq!(probe.keys[0].value, "acme.com");
    /// ```
    #[must_use]
    pub fn of_account(account: &Account, context: &FactContext<'_>) -> Probe {
        let cut = cut_account(account);
        let account = cut.as_deref().unwrap_or(account);
        let mut keys = Probe::of_names(account, context);
        keys.extend(
            account.contacts.iter().flat_map(|contact| contact_keys(contact, account.region, context.tables)),
        );
        Probe::new(keys)
    }

    /// The keys of an account from its names and its domain.
    pub(super) fn of_names(account: &Account, context: &FactContext<'_>) -> Vec<MatchKey> {
        let mut keys = Vec::new();
        let names = std::iter::once(&account.company).chain(&account.aliases);
        for name in names.filter(|name| names_company(name)) {
            let gazetteer = &context.tables.gazetteer;
            let value = exact_key(&CompanyName::parse(name, gazetteer));
            keys.push(MatchKey { kind: MatchKeyKind::CompanyExact, value });
            keys.extend(gazetteer.other_names(name).iter().map(|name| exact_name(name, gazetteer)));
        }
        keys.extend(domains_of(account).map(|value| MatchKey { kind: MatchKeyKind::Domain, value }));
        keys
    }

    /// The keys of an account from the last of its contacts.
    pub(crate) fn of_last_contact(account: &Account, tables: &HostTables) -> Vec<MatchKey> {
        // Contacts beyond the limit are not read in matching, so no keys are stored for them.
        let last = account.contacts.last().filter(|_| account.contacts.len() <= LeadLimits::CONTACTS);
        let keys = last.map(|contact| contact_keys(contact, account.region, tables)).unwrap_or_default();
        Probe::new(keys).keys
    }
}

/// The keys of a kind in a text, for a custom attribute that holds such values.
pub(super) fn read_keys(kind: MatchKeyKind, text: &str, tables: &HostTables) -> Vec<String> {
    let text = read_text(text);
    match kind {
        MatchKeyKind::Phone => {
            let found = read_phones(text, &tables.phone_options());
            found.iter().filter_map(|one| one.value.match_key().map(Cow::into_owned)).collect()
        }
        MatchKeyKind::Email => {
            let found = read_emails(text).into_iter().filter_map(|one| one.value.ok());
            found.map(|email| email.key().to_owned()).collect()
        }
        MatchKeyKind::Wechat => ids_in(text).iter().map(|id| id.key().to_owned()).collect(),
        MatchKeyKind::Domain => domains_in(text),
        MatchKeyKind::CompanyExact if names_company(text) => vec![exact_name(text, &tables.gazetteer).value],
        _ => Vec::new(),
    }
}

/// The domains of addresses of sites and mailboxes as people type them: `https://WWW.acme.com:8443/x`, `info@mail.acme.com`,
/// `acme.com, acme.de`. No public mail domains.
fn domains_in(text: &str) -> Vec<String> {
    sites_in(text).filter(|domain| !is_public_mail_domain(domain)).collect()
}

fn sites_in(text: &str) -> impl Iterator<Item = String> {
    let is_between = |c: char| c.is_whitespace() || [',', ';', '，', '；', '、'].contains(&c);
    text.split(is_between).filter_map(site_domain)
}

/// The domains of an account: its own, and those among its aliases, where a merge leaves the others'.
pub(super) fn domains_of(account: &Account) -> impl Iterator<Item = String> {
    // An alias may be a second domain; a name with a dot, such as `Acme Inc.`, has spaces too.
    let is_domain = |alias: &&String| alias.contains('.') && !alias.trim().contains(char::is_whitespace);
    let others = account.aliases.iter().filter(is_domain).map(String::as_str);
    account.domain.as_deref().into_iter().chain(others).flat_map(sites_in)
}

/// The identity key of a name.
fn exact_name(name: &str, gazetteer: &Gazetteer) -> MatchKey {
    let name = gazetteer.alias_of(name).unwrap_or(name);
    MatchKey { kind: MatchKeyKind::CompanyExact, value: exact_key(&CompanyName::parse(name, gazetteer)) }
}

/// The domains that a domain is part of, down to the registered one: `cn.mail.acme.com.cn` is part of
/// `mail.acme.com.cn` and `acme.com.cn`.
pub(super) fn parents(domain: &str) -> impl Iterator<Item = &str> {
    fn above(domain: &str) -> Option<&str> {
        domain.split_once('.').map(|(_, parent)| parent)
    }
    std::iter::successors(above(domain), |domain| above(domain)).take_while(|parent| {
        let Some((label, rest)) = parent.split_once('.') else { return false };
        // All companies of a country register below `com.cn`: it belongs to nobody.
        let is_registry = rest.len() == 2 && SECOND_LEVELS.contains(&label);
        !is_registry && !is_public_mail_domain(parent)
    })
}

/// Labels under which a country's registry registers domains.
const SECOND_LEVELS: [&str; 12] =
    ["com", "net", "org", "gov", "edu", "ac", "co", "or", "ne", "go", "mil", "gob"];

/// The keys of a contact of an account in a region.
pub(super) fn contact_keys(contact: &Contact, region: Option<Region>, tables: &HostTables) -> Vec<MatchKey> {
    let mut keys = mixed_keys(contact, region, tables).unwrap_or_else(|| {
        let options = tables.phone_options();
        let phones = contact.phones.iter().take(LeadLimits::VALUES);
        let phones =
            phones.flat_map(|phone| read_phones_of(read_text(phone.as_str()), region.into(), &options));
        let phones = phones.filter_map(|phone| phone.value.match_key().map(Cow::into_owned));
        let emails = contact.emails.iter().take(LeadLimits::VALUES);
        let emails = emails.flat_map(|email| read_emails(read_text(email.as_str())));
        let emails = emails.filter_map(|email| email.value.ok().map(|email| email.key().to_owned()));
        let wechat: Vec<Wechat> =
            contact.wechat.iter().flat_map(|id| ids_in(read_text(id.as_str()))).collect();
        let key = |kind| move |value| MatchKey { kind, value };
        let mut keys: Vec<MatchKey> = phones.map(key(MatchKeyKind::Phone)).collect();
        keys.extend(emails.map(key(MatchKeyKind::Email)));
        keys.extend(wechat.iter().flat_map(of_wechat));
        keys
    });
    keys.extend(contact.person_ids().take(LeadLimits::ITEMS).filter_map(|(name, id)| id_key(name, id)));
    keys
}

/// The keys of a contact whose fields hold values of other kinds.
pub(super) fn mixed_keys(
    contact: &Contact,
    region: Option<Region>,
    tables: &HostTables,
) -> Option<Vec<MatchKey>> {
    let of_one = |value| match value {
        FoundContact::Phone(phone) => {
            let key = phone.match_key().map(Cow::into_owned);
            key.map(|value| MatchKey { kind: MatchKeyKind::Phone, value }).into_iter().collect()
        }
        FoundContact::Email(email) => {
            vec![MatchKey { kind: MatchKeyKind::Email, value: email.key().to_owned() }]
        }
        FoundContact::Wechat(id) => of_wechat(&id).collect::<Vec<_>>(),
    };
    let person = mixed_fields(contact)?;
    let cut = cut_lead_on_file(&person);
    let values = values_of(cut.as_deref().unwrap_or(&person), region.into(), tables);
    Some(values.into_iter().flat_map(of_one).collect())
}

/// The keys made of identifiers in other systems.
pub(super) fn id_keys(lead: &Lead) -> impl Iterator<Item = MatchKey> {
    let first = lead.external_ids.iter().filter_map(|(name, value)| id_key(name, value));
    let each = lead.other_ids.iter().flat_map(|(name, values)| values.iter().map(move |one| (name, one)));
    first.chain(each.flat_map(|(name, value)| match name.as_str() {
        WECHAT => ids_in(value).iter().flat_map(of_wechat).collect(),
        name => Vec::from_iter(id_key(name, value)),
    }))
}

/// The keys of a WeChat id: a mobile number by which the account is found is the number too.
fn of_wechat(id: &Wechat) -> impl Iterator<Item = MatchKey> + use<> {
    let key = |kind| MatchKey { kind, value: id.key().to_owned() };
    // A number given as a WeChat id is that phone's key too, in whichever field the other record has it.
    let phone = (id.kind() == WechatKind::Phone).then(|| key(MatchKeyKind::Phone));
    phone.into_iter().chain([key(MatchKeyKind::Wechat)])
}

fn ids_in(field: &str) -> Vec<Wechat> {
    read_wechats(field).into_iter().filter_map(|one| one.value.ok()).collect()
}

/// The key of a WeChat id among the further identifiers.
pub(super) const WECHAT: &str = LeadField::Wechat.as_str();

pub(super) fn id_key(name: &str, value: &str) -> Option<MatchKey> {
    let (kind, end) = ExternalIdKind::with_end(name);
    let kind = match kind {
        ExternalIdKind::Person => MatchKeyKind::PersonId,
        ExternalIdKind::Record => MatchKeyKind::RecordId,
        ExternalIdKind::Other => return None,
    };
    let value = value.trim();
    // By the end of the name, so that `wechat_openid` and `openid` meet.
    (!names_nothing(value)).then(|| MatchKey { kind, value: format!("{end}:{value}") })
}
