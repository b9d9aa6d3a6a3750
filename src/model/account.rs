//! Accounts, the people there, and people across roles.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{
    AccountId, Attributes, ContactId, EmailAddress, JobFunction, LeadId, PersonId, PhoneNumber, PoolId,
    Region, RepId, WechatId,
};

/// A company on file (客户).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Account {
    /// Identifier, unique among the host's accounts.
    pub id: AccountId,
    /// Registered company name.
    pub company: String,
    /// When the account was created.
    #[serde(default)]
    pub created_at: DateTime<Utc>,
    /// Brand, product and former names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Domain of the company's site and mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Registration number (统一社会信用代码).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
    /// Where the company is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Who holds the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// The pool the account lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// People there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Maturity (name of a level of the host's or the preset's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maturity: Option<String>,
    /// Tier (name of a tier of the host's or the preset's).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// When the last deal was closed; `None` when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_deal_at: Option<DateTime<Utc>>,
    /// The partner whose registered deal (报备) protects the account, or protected it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<RepId>,
    /// Until when: its leads are neither claimed nor recycled, and go to no other partner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected_until: Option<DateTime<Utc>>,
    /// The host's own columns.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Account {
    /// The partner whose registered deal protects the account at a moment, and until when.
    #[must_use]
    pub fn protection(&self, at: DateTime<Utc>) -> Option<(&RepId, DateTime<Utc>)> {
        let until = self.protected_until.filter(|until| *until > at)?;
        Some((self.partner.as_ref()?, until))
    }
}

/// A person at an account or behind a lead (联系人).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// Identifier, unique among the host's contacts.
    pub id: ContactId,
    /// The account the person belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The lead the person came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Title, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the person does at the company.
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
    /// WeChat id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<WechatId>,
}

open_enum! {
    /// A contact's part in buying.
    BuyingRole {
        /// Key person.
        Kp = "kp",
        /// Decides.
        DecisionMaker = "decision_maker",
        /// Uses the product.
        User = "user",
        /// Has a say.
        Influencer = "influencer",
    }
}

/// A person across employers and roles (人). Roles are added, never overwritten.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Person {
    /// Identifier.
    pub id: PersonId,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Every role the person has had, in the order they were learnt.
    #[serde(default)]
    roles: Vec<PersonRole>,
    /// Where the person worked, in the order it was learnt.
    #[serde(default)]
    employments: Vec<Employment>,
}

/// One role of a person: what record speaks of him or her, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRole {
    /// The record.
    pub record: super::RecordRef,
    /// Since when it is known.
    pub since: DateTime<Utc>,
}

/// One employment of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employment {
    /// The employer.
    pub account: AccountId,
    /// Title there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// First day known.
    pub from: DateTime<Utc>,
    /// Last day; `None` while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Person {
    /// A person with no role yet.
    #[must_use]
    pub fn new(id: PersonId, name: impl Into<String>) -> Person {
        Person { id, name: name.into(), ..Person::default() }
    }

    /// Every role, in the order they were learnt.
    #[must_use]
    pub fn roles(&self) -> &[PersonRole] {
        &self.roles
    }

    /// The employment trail, in the order it was learnt.
    #[must_use]
    pub fn employments(&self) -> &[Employment] {
        &self.employments
    }

    /// Adds a role; one already known is left as it was first learnt.
    pub fn add_role(&mut self, record: super::RecordRef, since: DateTime<Utc>) {
        if !self.roles.iter().any(|role| role.record == record) {
            self.roles.push(PersonRole { record, since });
        }
    }

    /// Adds an employment, and ends the one still open at another account at its start.
    pub fn change_employer(&mut self, account: AccountId, title: Option<String>, from: DateTime<Utc>) {
        for earlier in &mut self.employments {
            if earlier.until.is_none() && earlier.account != account {
                earlier.until = Some(from.max(earlier.from));
            }
        }
        self.employments.push(Employment { account, title, from, until: None });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordRef;

    #[test]
    fn a_change_of_employer_keeps_the_trail_and_the_roles() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let mut person = Person::new("P1".into(), "张伟");
        person.add_role(RecordRef::Lead("L1".into()), at("2024-01-01T00:00:00Z"));
        person.change_employer("A1".into(), None, at("2024-01-01T00:00:00Z"));
        person.change_employer("A2".into(), Some("CIO".into()), at("2025-06-01T00:00:00Z"));
        person.add_role(RecordRef::Lead("L1".into()), at("2025-06-01T00:00:00Z"));
        assert_eq!(person.roles().len(), 1);
        assert_eq!(person.employments()[0].until, Some(at("2025-06-01T00:00:00Z")));
        assert_eq!(person.employments()[1].until, None);
    }
}
