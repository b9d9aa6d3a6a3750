//! Accounts, their contacts, and people across roles.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{
    AccountId, Attributes, ContactId, EmailAddress, ExternalIdKind, JobFunction, LeadId, PersonId,
    PhoneNumber, PoolId, Region, RepId, WechatId, mask_id,
};
use crate::text::{fold, scrubbed};

/// A company that the host has on file (客户).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Account {
    /// Identifier, unique among the host's accounts.
    pub id: AccountId,
    /// Registered name of the company.
    pub company: String,
    /// When the account was created, in UTC.
    #[serde(default)]
    pub created_at: DateTime<Utc>,
    /// Brand, product and former names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Domain of the company's site and mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Registration number of the company (统一社会信用代码); `None` when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
    /// Where the company is; `None` when not known. Numbers of its contacts without a country code are read by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The rep who holds the account, except the parts that `owners` names; `None` when nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// The reps who hold the account for one value of the rules' [scope](crate::dedup::DedupRules::scope), such as a
    /// product or a brand: one customer may have one owner per product. Case does not count. A value that is not named here
    /// is `owner`'s; without an owner either, a lead of it is only marked. A lead without a value goes to the rep who has
    /// its person there, else to `owner`; where several could have it, a person decides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owners: BTreeMap<String, RepId>,
    /// The pool that the account is in; `None` when it is in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// The people of the company, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Name of the maturity level, one of the host's or of a preset's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maturity: Option<String>,
    /// Name of the tier, one of the host's or of a preset's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// When the last deal was closed; `None` when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_deal_at: Option<DateTime<Utc>>,
    /// The partner whose registered deal (报备) protects the account, or protected it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<RepId>,
    /// When that protection ends; until then its leads are neither claimed nor recycled, and go to no other partner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected_until: Option<DateTime<Utc>>,
    /// Custom attributes, by name.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Account {
    /// Every rep who holds the account or a part of it.
    ///
    /// ```
    /// use leadkit::model::Account;
    ///
    /// let owners = [("crm".to_owned(), "li".into()), ("erp".to_owned(), "wang".into())].into();
    /// let account = Account { owners, ..Account::default() };
    /// assert_eq!(account.holders().map(|rep| rep.as_str()).collect::<Vec<_>>(), ["li", "wang"]);
    /// ```
    pub fn holders(&self) -> impl Iterator<Item = &RepId> {
        self.owner.iter().chain(self.owners.values())
    }

    /// The parts of a value, folded and trimmed, in whatever spelling, and whose they are.
    pub(crate) fn parts_of<'a, 'v>(
        &'a self,
        value: &'v str,
    ) -> impl Iterator<Item = (&'a str, &'a RepId)> + use<'a, 'v> {
        let parts = self.owners.iter().map(|(name, owner)| (name.as_str(), owner));
        parts.filter(move |(name, _)| fold(name.trim()) == value)
    }

    /// Who holds the part of a value: whoever is named for it, with the part, else the owner of the rest.
    pub(crate) fn holders_of<'a, 'v>(
        &'a self,
        value: &'v str,
    ) -> impl Iterator<Item = (Option<&'a str>, &'a RepId)> + use<'a, 'v> {
        let is_named = self.parts_of(value).next().is_some();
        let rest = self.owner.iter().filter(move |_| !is_named).map(|owner| (None, owner));
        self.parts_of(value).map(|(name, owner)| (Some(name), owner)).chain(rest)
    }

    /// The partner whose registered deal protects the account at a moment, and until when.
    ///
    /// ```
    /// use leadkit::model::Account;
    ///
    /// let account = Account {
    ///     partner: Some("east".into()), protected_until: Some("2026-05-31T00:00:00Z".parse().unwrap()),
    ///     ..Account::default()
    /// };
    /// let (partner, _) = account.protection("2026-03-02T00:00:00Z".parse().unwrap()).unwrap();
    /// assert_eq!(partner.as_str(), "east");
    /// assert_eq!(account.protection("2026-06-01T00:00:00Z".parse().unwrap()), None);
    /// ```
    #[must_use]
    pub fn protection(&self, at: DateTime<Utc>) -> Option<(&RepId, DateTime<Utc>)> {
        let until = self.protected_until.filter(|until| *until > at)?;
        Some((self.partner.as_ref()?, until))
    }
}

/// A person at an account or behind a lead (联系人).
///
/// `Debug` masks the values the person is reached and known by.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// Identifier, unique among the host's contacts.
    pub id: ContactId,
    /// The account that the person belongs to; `None` when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The lead that the person came from; `None` when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// Since when the person is with the account: for a person who has moved since, with the first that
    /// [moves](ContactMove) record. [`AddContact`](super::Effect::AddContact) sets it; when it is left out, employers
    /// count from when the lead came, else from when the account was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// The person's name, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Job title, as written: `采购经理`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The person's job at the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_function: Option<JobFunction>,
    /// The person's part in buying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buying_role: Option<BuyingRole>,
    /// Phone numbers, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<PhoneNumber>,
    /// E-mail addresses, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<EmailAddress>,
    /// WeChat id, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<WechatId>,
    /// Identifiers of the person on platforms, by what each is called there, as in
    /// [`Lead::external_ids`](super::Lead::external_ids): `wechat_openid`, `unionid`. One person has several OpenIDs, and
    /// after a merge several of one name. An identifier that names no person is kept, but finds nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external_ids: BTreeMap<String, Vec<String>>,
}

impl Contact {
    /// The identifiers of people, with their names.
    pub(crate) fn person_ids(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.external_ids.iter().flat_map(|(name, ids)| ids.iter().map(move |id| (name, id)));
        all.map(|(name, id)| (name.as_str(), id.as_str()))
            .filter(|(name, _)| ExternalIdKind::of(name) == ExternalIdKind::Person)
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Contact {
            id,
            account,
            lead,
            since,
            name,
            title,
            job_function,
            buying_role,
            phones,
            emails,
            wechat,
            external_ids,
        } = self;
        let ids: Vec<(Cow<'_, str>, Vec<String>)> = external_ids
            .iter()
            .map(|(name, ids)| (scrubbed(name), ids.iter().map(|id| mask_id(id)).collect()))
            .collect();
        f.debug_struct("Contact")
            .field("id", id)
            .field("account", account)
            .field("lead", lead)
            .field("since", since)
            .field("name", name)
            .field("title", title)
            .field("job_function", job_function)
            .field("buying_role", buying_role)
            .field("phones", phones)
            .field("emails", emails)
            .field("wechat", wechat)
            .field("external_ids", &ids)
            .finish()
    }
}

open_enum! {
    /// A contact's part in buying.
    BuyingRole {
        /// The key person, through whom the deal goes.
        Kp = "kp",
        /// The person who decides.
        DecisionMaker = "decision_maker",
        /// The person who will use the product.
        User = "user",
        /// A person who influences the decision.
        Influencer = "influencer",
    }
}

/// A contact who went from one account to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactMove {
    /// The contact who moved.
    pub contact: ContactId,
    /// The account that the person left.
    pub from: AccountId,
    /// The account of the new employer; `None` when it is not on file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<AccountId>,
    /// When the person moved, in UTC.
    pub at: DateTime<Utc>,
}

/// A person across employers and roles (人). Roles are added, never overwritten, and nothing depends on the order in which they
/// were learnt.
///
/// ```
/// use leadkit::model::Person;
///
/// let mut person = Person::new("P1".into(), "张伟");
/// let at = |text: &str| text.parse().unwrap();
/// person.change_employer("A2".into(), Some("CIO".into()), at("2025-06-01T00:00:00Z"));
/// // What came before is learnt later.
/// person.change_employer("A1".into(), None, at("2024-01-01T00:00:00Z"));
/// let trail = person.employments();
/// assert_eq!(trail[0].until, Some(trail[1].from));
/// assert_eq!((trail[1].account.as_str(), trail[1].until), ("A2", None));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Person {
    /// Identifier, unique among the host's persons.
    pub id: PersonId,
    /// The person's name, as written.
    #[serde(default)]
    pub name: String,
    /// Every role the person has had, by when it began, then by record.
    #[serde(default)]
    roles: Vec<PersonRole>,
    /// Where the person was seen to work, by when.
    #[serde(default)]
    seen_at: Vec<SeenAt>,
}

/// One role of a person: what record refers to the person, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRole {
    /// The lead or contact that refers to the person.
    pub record: super::RecordRef,
    /// When the record came to refer to the person, in UTC.
    pub since: DateTime<Utc>,
}

/// A moment at which a person was known to work somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct SeenAt {
    from: DateTime<Utc>,
    account: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Whether the person is there still, whatever came later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stays: bool,
}

/// One employment of a person, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employment {
    /// The account of the employer.
    pub account: AccountId,
    /// The last known title there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Since when the person is known to be there, in UTC.
    pub from: DateTime<Utc>,
    /// When the next one began; `None` while it lasts: of the last, and of [one beside others](Person::add_employer).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Person {
    /// A person with no role yet.
    ///
    /// ```
    /// use leadkit::model::Person;
    ///
    /// let person = Person::new("P1".into(), "张伟");
    /// assert_eq!(person.name, "张伟");
    /// assert!(person.roles().is_empty() && person.employments().is_empty());
    /// ```
    #[must_use]
    pub fn new(id: PersonId, name: impl Into<String>) -> Person {
        Person { id, name: name.into(), ..Person::default() }
    }

    /// Every role, by when it began, then by record.
    #[must_use]
    pub fn roles(&self) -> &[PersonRole] {
        &self.roles
    }

    /// The employment trail, from the first employer to the last. Open are the ends of the last one and of those
    /// [beside others](Person::add_employer). O(n log n) in what was learnt.
    #[must_use]
    pub fn employments(&self) -> Vec<Employment> {
        let mut trail: Vec<Employment> = Vec::new();
        // Where in the trail the employers are whom the person is with still, and the one that ends with the next.
        let mut open: BTreeMap<&AccountId, usize> = BTreeMap::new();
        let mut last: Option<usize> = None;
        for seen in &self.seen_at {
            let is_here = |at: &usize| trail.get(*at).is_some_and(|one| one.account == seen.account);
            let known = open.get(&seen.account).copied().or(last.filter(is_here));
            let at = known.unwrap_or(trail.len());
            if last != Some(at)
                && let Some(before) = last.take().and_then(|at| trail.get_mut(at))
            {
                before.until = Some(seen.from);
            }
            match trail.get_mut(at) {
                Some(one) if seen.title.is_some() => one.title.clone_from(&seen.title),
                Some(_) => {}
                None => {
                    let (account, title) = (seen.account.clone(), seen.title.clone());
                    trail.push(Employment { account, title, from: seen.from, until: None });
                }
            }
            if seen.stays {
                open.insert(&seen.account, at);
            }
            last = (!open.contains_key(&seen.account)).then_some(at);
        }
        trail
    }

    /// Adds a role; for one that is known already, the earlier time counts.
    ///
    /// ```
    /// use leadkit::model::{Person, RecordRef};
    ///
    /// let mut person = Person::new("P1".into(), "张伟");
    /// person.add_role(RecordRef::Lead("L1".into()), "2026-03-02T00:00:00Z".parse().unwrap());
    /// person.add_role(RecordRef::Contact("C1".into()), "2025-01-01T00:00:00Z".parse().unwrap());
    /// let records: Vec<&str> = person.roles().iter().map(|role| role.record.id()).collect();
    /// assert_eq!(records, ["C1", "L1"]);
    /// ```
    pub fn add_role(&mut self, record: super::RecordRef, since: DateTime<Utc>) {
        let known = self.roles.iter().position(|role| role.record == record);
        let since = match known.map(|place| self.roles.remove(place)) {
            Some(role) => role.since.min(since),
            None => since,
        };
        let place = self.roles.partition_point(|role| (role.since, &role.record) < (since, &record));
        self.roles.insert(place, PersonRole { record, since });
    }

    /// Adds where the person works from a moment on. An employment ends where the next one begins, whichever was learnt
    /// first; a new title at the same employer takes the place of the one before.
    ///
    /// ```
    /// use leadkit::model::Person;
    ///
    /// let mut person = Person::new("P1".into(), "张伟");
    /// let [first, second] = ["2024-01-01T00:00:00Z", "2026-03-02T00:00:00Z"].map(|day| day.parse().unwrap());
    /// person.change_employer("A2".into(), Some("CTO".into()), second);
    /// person.change_employer("A1".into(), None, first);
    /// let trail = person.employments();
    /// assert_eq!((trail[0].account.as_str(), trail[0].until), ("A1", Some(second)));
    /// assert_eq!((trail[1].account.as_str(), trail[1].until), ("A2", None));
    /// ```
    pub fn change_employer(&mut self, account: AccountId, title: Option<String>, from: DateTime<Utc>) {
        self.see(SeenAt { from, account, title, stays: false });
    }

    /// Adds an employer whom the person is with today, beside others: the employment lasts, whichever begins later.
    ///
    /// ```
    /// use leadkit::model::Person;
    ///
    /// let mut person = Person::new("P1".into(), "张伟");
    /// let [first, second] = ["2024-01-01T00:00:00Z", "2026-03-02T00:00:00Z"].map(|day| day.parse().unwrap());
    /// person.add_employer("A1".into(), Some("CFO".into()), first);
    /// person.add_employer("A2".into(), Some("Board".into()), second);
    /// assert!(person.employments().iter().all(|one| one.until.is_none()));
    /// ```
    pub fn add_employer(&mut self, account: AccountId, title: Option<String>, from: DateTime<Utc>) {
        self.see(SeenAt { from, account, title, stays: true });
    }

    fn see(&mut self, seen: SeenAt) {
        if let Err(place) = self.seen_at.binary_search(&seen) {
            self.seen_at.insert(place, seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordRef;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_role_is_added_once_since_its_first_day() {
        let mut person = Person::new("P1".into(), "张伟");
        let [first, later] = ["2024-01-01T00:00:00Z", "2025-06-01T00:00:00Z"].map(at);
        person.add_role(RecordRef::Contact("C1".into()), later);
        person.add_role(RecordRef::Lead("L1".into()), later);
        person.add_role(RecordRef::Contact("C1".into()), first);
        person.add_role(RecordRef::Lead("L1".into()), later);
        let roles: Vec<(&str, DateTime<Utc>)> =
            person.roles().iter().map(|role| (role.record.id(), role.since)).collect();
        assert_eq!(roles, [("C1", first), ("L1", later)]);
    }

    #[test]
    fn every_order_of_learning_gives_one_trail() {
        let times =
            ["2024-01-01T00:00:00Z", "2024-06-01T00:00:00Z", "2025-01-01T00:00:00Z", "2025-06-01T00:00:00Z"];
        let moves = [("A1", None), ("A1", Some("CIO")), ("A2", Some("CTO")), ("A1", Some("CEO"))];
        let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2], [3, 0, 2, 1]];
        for order in orders {
            let mut person = Person::new("P1".into(), "张伟");
            for place in order.into_iter().chain(order) {
                let (account, title) = moves[place];
                person.change_employer(account.into(), title.map(str::to_owned), at(times[place]));
            }
            let trail = person.employments();
            let accounts: Vec<(&str, Option<&str>)> =
                trail.iter().map(|one| (one.account.as_str(), one.title.as_deref())).collect();
            // A promotion is not another employer, and the person came back.
            assert_eq!(accounts, [("A1", Some("CIO")), ("A2", Some("CTO")), ("A1", Some("CEO"))]);
            let ends: Vec<Option<DateTime<Utc>>> = trail.iter().map(|one| one.until).collect();
            assert_eq!(ends, [Some(at(times[2])), Some(at(times[3])), None]);
        }
    }
}
