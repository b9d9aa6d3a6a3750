//! A fetched row as rules see it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::action::RuleAction;
use super::comparator::Comparator;
use super::holding::Holding;
use super::probe::{MatchKey, MatchKeyKind};
use super::rules::{MatchRule, ReentryWindow};
use super::target::{AccountField, ContactField, MatchTarget};
use super::written::{filled, texts, written};
use crate::calendar::Zone;
use crate::contact::names_company;
use crate::model::{
    Account, Contact, JobFunction, Lead, LeadStatus, PoolId, RecordRef, RepId, mask_email, mask_id,
    mask_phone,
};
use crate::names::Weighed;
use crate::rule::Facts;

/// The lead's keys by place; none where too many records share the key.
pub(super) type UsableKeys<'k> = [Option<&'k MatchKey>];

/// A fetched row, and what it has in common with the lead.
pub(super) struct Candidate<'r> {
    /// The record as it is.
    pub(super) source: Source<'r>,
    /// The record as far as it is read.
    pub(super) read: Source<'r>,
    /// The lead's keys that the record has too, by their places in the lead's probe, sorted.
    shared: Vec<usize>,
    /// How the name of the company compares, when a rule needs it.
    pub(super) likeness: Option<Likeness<'r>>,
    /// The parts of an account that the lead belongs to, when it is divided.
    parts: Option<Vec<Holding<'r>>>,
}

#[derive(Clone, Copy)]
pub(super) enum Source<'r> {
    Account(&'r Account),
    Lead(&'r Lead),
}

/// The likeliest name of a record.
pub(super) struct Likeness<'r> {
    pub(super) found: Weighed,
    pub(super) name: &'r str,
    /// Identity of the company; empty when the record is too unlikely for that to matter.
    pub(super) company: String,
}

impl<'r> Source<'r> {
    /// The names of the company, if it is one.
    pub(super) fn company_names(self) -> impl Iterator<Item = &'r str> {
        let (name, aliases) = match self {
            Source::Account(account) => (Some(account.company.as_str()), account.aliases.as_slice()),
            Source::Lead(lead) => (lead.company.as_deref(), [].as_slice()),
        };
        name.into_iter().chain(aliases.iter().map(String::as_str)).filter(|name| names_company(name))
    }

    pub(super) fn record(self) -> RecordRef {
        match self {
            Source::Account(account) => RecordRef::Account(account.id.clone()),
            Source::Lead(lead) => RecordRef::Lead(lead.id.clone()),
        }
    }

    pub(super) fn order(self) -> (bool, &'r str) {
        match self {
            Source::Account(account) => (false, account.id.as_str()),
            Source::Lead(lead) => (true, lead.id.as_str()),
        }
    }
}

impl<'r> Candidate<'r> {
    pub(super) fn new(
        source: Source<'r>,
        read: Source<'r>,
        shared: Vec<usize>,
        likeness: Option<Likeness<'r>>,
        parts: Option<Vec<Holding<'r>>>,
    ) -> Candidate<'r> {
        Candidate { source, read, shared, likeness, parts }
    }
}

impl Candidate<'_> {
    pub(super) fn record(&self) -> RecordRef {
        self.source.record()
    }

    pub(super) fn id(&self) -> &str {
        match self.source {
            Source::Account(account) => account.id.as_str(),
            Source::Lead(lead) => lead.id.as_str(),
        }
    }

    pub(super) fn created_at(&self) -> DateTime<Utc> {
        match self.source {
            Source::Account(account) => account.created_at,
            Source::Lead(lead) => lead.created_at,
        }
    }

    /// The owner; of an account that is divided, of the first part that the lead belongs to.
    pub(super) fn owner(&self) -> Option<&RepId> {
        self.owners().next()
    }

    /// The owners of the parts that the lead belongs to.
    pub(super) fn owners(&self) -> impl Iterator<Item = &RepId> {
        let whole = match (self.source, &self.parts) {
            (Source::Account(account), None) => account.owner.as_ref(),
            // In a divided account the rest is a part as well, if the lead belongs to it.
            (Source::Account(_), Some(_)) => None,
            (Source::Lead(lead), _) => lead.owner.as_ref(),
        };
        whole.into_iter().chain(self.parts.iter().flatten().filter_map(|part| part.owner))
    }

    /// Whether it is an account in which nobody holds a part for the lead.
    pub(super) fn has_no_holder(&self) -> bool {
        self.parts.as_ref().is_some_and(Vec::is_empty)
    }

    pub(super) fn pool(&self) -> Option<&PoolId> {
        match self.source {
            Source::Account(account) => account.pool.as_ref(),
            Source::Lead(lead) => lead.pool.as_ref(),
        }
    }

    /// Whether the rule looks at this kind of record, of this age. A person who comes in again is the same person at
    /// any time: for a re-entry the window only says whether a new cycle begins.
    pub(super) fn counts_for(&self, rule: &MatchRule, now: DateTime<Utc>, zone: &Zone) -> bool {
        let kind = matches!(self.source, Source::Lead(_)) == rule.target.is_lead();
        // For these actions the window says when a new cycle begins, not how old a record may be.
        let has_age = !matches!(rule.action, RuleAction::Reenter | RuleAction::KeyChange);
        let of_age = |window: ReentryWindow| window.covers(self.created_at(), now, zone);
        kind && (!has_age || rule.window.is_none_or(of_age))
    }

    /// The lead that it is.
    pub(super) fn lead(&self) -> Option<&Lead> {
        match self.source {
            Source::Lead(lead) => Some(lead),
            Source::Account(_) => None,
        }
    }

    /// The name of the person, as far as it is read.
    pub(super) fn person_name(&self) -> Option<&str> {
        match self.read {
            Source::Lead(lead) => lead.name.as_deref(),
            Source::Account(_) => None,
        }
    }

    /// The time of its last activity.
    pub(super) fn last_active_at(&self) -> Option<DateTime<Utc>> {
        self.lead().and_then(|lead| lead.last_active_at)
    }

    /// Whether a deal was closed with the account, or the lead became a customer.
    pub(super) fn has_bought(&self, now: DateTime<Utc>) -> bool {
        match self.source {
            // A date in the future is a plan, not a deal.
            Source::Account(account) => account.closed_deal_at.is_some_and(|at| at <= now),
            Source::Lead(lead) => lead.status == LeadStatus::Converted,
        }
    }

    /// Since when the record is on file.
    pub(super) fn since(&self) -> DateTime<Utc> {
        match self.source {
            Source::Account(account) => account.created_at,
            Source::Lead(lead) => lead.on_file_since(),
        }
    }

    /// The order of equal records: the one that has been on file longest, then by id.
    pub(super) fn age(&self) -> (DateTime<Utc>, &str) {
        (self.since(), self.id())
    }

    /// The company as the record has it.
    pub(super) fn company(&self) -> &str {
        match self.read {
            Source::Account(account) => account.company.as_str(),
            Source::Lead(lead) => lead.company.as_deref().unwrap_or_default(),
        }
    }

    /// Whether the record has the lead's key at that place in its probe.
    pub(super) fn has(&self, place: usize) -> bool {
        self.shared.binary_search(&place).is_ok()
    }

    /// A usable key of the kind that the lead has too.
    pub(super) fn shares<'k>(&self, kind: MatchKeyKind, usable: &UsableKeys<'k>) -> Option<&'k MatchKey> {
        let key = |place: &usize| usable.get(*place).copied().flatten().filter(|key| key.kind == kind);
        self.shared.iter().find_map(key)
    }

    /// The value in which the record agrees with the lead, masked.
    pub(super) fn agreement(
        &self,
        rule: &MatchRule,
        facts: &Facts<'_>,
        usable: &UsableKeys<'_>,
    ) -> Option<String> {
        let kind = rule.lead.kind()?;
        let shared = self.shares(kind, usable)?;
        // The keys agree; `exact` requires the same writing as well.
        if rule.comparator == Comparator::Exact {
            let theirs = written_of(self.read, None, &rule.target);
            let same = |ours: &Cow<'_, str>| theirs.iter().any(|their| their.trim() == ours.trim());
            return written(facts.read(), &rule.lead).into_iter().find(same).map(|value| show(kind, &value));
        }
        Some(match kind {
            // A company is shown by its name on file: people cannot read its key.
            MatchKeyKind::CompanyExact => show(kind, self.company()),
            MatchKeyKind::PersonId | MatchKeyKind::RecordId => shared.to_masked(),
            _ => show(kind, &shared.value),
        })
    }
}

/// The values of the target field, as written: of one contact, or of all.
pub(super) fn written_of<'r>(
    source: Source<'r>,
    contact: Option<&'r Contact>,
    target: &MatchTarget,
) -> Vec<Cow<'r, str>> {
    let account = match source {
        Source::Lead(lead) => {
            return target.as_lead_key().map(|key| written(lead, &key)).unwrap_or_default();
        }
        Source::Account(account) => account,
    };
    // Each contact separately: values of two people must not agree together.
    let all = if contact.is_some() { &[] } else { account.contacts.as_slice() };
    let contacts = contact.into_iter().chain(all);
    let text = |text: Option<&'r str>| Vec::from_iter(filled(text).map(Cow::Borrowed));
    match target {
        MatchTarget::AccountCompany => {
            let names = std::iter::once(&account.company).chain(&account.aliases);
            names.filter_map(|name| filled(Some(name))).map(Cow::Borrowed).collect()
        }
        MatchTarget::AccountDomain => text(account.domain.as_deref()),
        MatchTarget::AccountField(field) => match field {
            AccountField::RegistrationNumber => text(account.registration_number.as_deref()),
            AccountField::Tier => text(account.tier.as_deref()),
            AccountField::Maturity => text(account.maturity.as_deref()),
            AccountField::Partner => text(account.partner.as_ref().map(RepId::as_str)),
            AccountField::Region => account.region.iter().map(|one| Cow::Owned(one.to_string())).collect(),
        },
        MatchTarget::AccountAttribute(name) => texts(account.attributes.get(&**name)),
        MatchTarget::ContactField(field) => {
            let one = |contact: &'r Contact| match field {
                ContactField::Name => contact.name.as_deref(),
                ContactField::Title => contact.title.as_deref(),
                ContactField::JobFunction => contact.job_function.as_ref().map(JobFunction::as_str),
            };
            contacts.filter_map(|contact| filled(one(contact))).map(Cow::Borrowed).collect()
        }
        MatchTarget::ContactPhone => {
            contacts.flat_map(|one| &one.phones).map(|one| Cow::Borrowed(one.as_str())).collect()
        }
        MatchTarget::ContactEmail => {
            contacts.flat_map(|one| &one.emails).map(|one| Cow::Borrowed(one.as_str())).collect()
        }
        MatchTarget::ContactWechat => {
            contacts.flat_map(|one| &one.wechat).map(|one| Cow::Borrowed(one.as_str())).collect()
        }
        MatchTarget::ContactPersonId => {
            contacts.flat_map(Contact::person_ids).map(|(_, id)| Cow::Borrowed(id)).collect()
        }
        // These fields exist on leads only.
        _ => Vec::new(),
    }
}

pub(super) fn show(kind: MatchKeyKind, value: &str) -> String {
    match kind {
        MatchKeyKind::Phone => mask_phone(value),
        MatchKeyKind::Email => mask_email(value),
        MatchKeyKind::Wechat | MatchKeyKind::PersonId | MatchKeyKind::RecordId => mask_id(value),
        MatchKeyKind::Domain
        | MatchKeyKind::CompanyExact
        | MatchKeyKind::CompanyGram
        | MatchKeyKind::Account
        | MatchKeyKind::Fields => {
            // Evidence is part of a sentence: a long value is cut, and the cut is shown.
            let mut shown: String = value.chars().take(80).collect();
            if shown.len() < value.len() {
                shown.push('…');
            }
            shown
        }
    }
}
