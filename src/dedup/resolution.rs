//! The answer of duplicate matching.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::comparator::Comparator;

use super::probe::{MatchKey, MatchKeyKind};
use super::target::{LeadKey, MatchTarget};
use crate::model::open_enum::closed_enum;
use crate::model::{
    Account, Effect, Lead, LeadId, OpportunityId, Pool, PoolId, PoolMode, RecordRef, RepId, RuleId,
};
use crate::order;
use crate::rule::MatchLabel;
use crate::rule::{MatchFacts, MatchKind, RuleFault, RulesVersion};
use crate::text::Code;

/// The rows that share a key with a lead, as the host fetched them.
///
/// ```
/// use leadkit::dedup::Rows;
/// use leadkit::model::Lead;
///
/// // The host's query reached its limit.
/// let leads = vec![Lead { id: "L1".into(), owner: Some("li".into()), ..Lead::default() }];
/// let rows = Rows { leads, truncated: true, ..Rows::default() };
/// assert!(rows.accounts.is_empty() && rows.truncated);
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rows {
    /// Accounts on file that share a key with the lead, with their contacts.
    pub accounts: Vec<Account>,
    /// Leads on file that share a key with the lead; the lead itself may be among them.
    pub leads: Vec<Lead>,
    /// Whether there were more than the host fetched.
    pub truncated: bool,
    /// The open opportunities of the leads among them that have some: such a lead is worked on, and stays where it is.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub opportunities: BTreeMap<LeadId, Vec<OpportunityId>>,
    /// The reps who lost the leads among them, or gave them up, in the present cycle of each: no lead of the customer
    /// goes to that rep through another one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub previous_owners: BTreeMap<LeadId, BTreeSet<RepId>>,
    /// The converted leads among them that nobody has answered yet: work on them continues, and starts again with
    /// another owner.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unanswered: BTreeSet<LeadId>,
    /// Of the lead's phone numbers, mailboxes and WeChat ids, the people who came in with it and were folded into another:
    /// with the leads above they show whether it is one person's. None for a key that nobody else came in with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<KeyPeople>,
}

/// The people who came in with a phone number, a mailbox or a WeChat id and whose entries were folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPeople {
    /// The value, as a key of the [`Probe`](super::Probe).
    pub key: MatchKey,
    /// Their names, as written; 20 are enough.
    pub names: BTreeSet<String>,
}

/// What should happen to a lead after matching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MatchAction {
    /// Nothing on file is this lead.
    New,
    /// The lead belongs to a record that has an owner.
    ToOwner {
        /// The record's owner, who gets the lead.
        owner: RepId,
        /// The record that the lead belongs to.
        record: RecordRef,
    },
    /// The lead belongs to a record without an owner: the rules find one.
    AssignByRules {
        /// The record that the lead belongs to.
        record: RecordRef,
    },
    /// The lead is collected under an earlier one.
    Collected {
        /// The earlier lead, which keeps what both brought.
        source: LeadId,
        /// The owner of the earlier lead; `None` when nobody has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<RepId>,
    },
    /// The lead shares a contact value or the company with the record, but is not the same lead: another person,
    /// another company, or a returning customer. It stays a separate lead and goes to the record's owner.
    SameOwner {
        /// The record's owner, who gets this lead too.
        owner: RepId,
        /// The record that shares the contact value.
        record: RecordRef,
    },
    /// The lead may belong to records of several owners, and neither company, name nor last contact says which: a
    /// person decides.
    Held {
        /// The records that it may belong to, the likeliest first.
        records: Vec<RecordRef>,
        /// The rep who gets it as a separate lead when nobody decides: the one with the last contact since, else the first.
        then: RepId,
    },
    /// The lead is on file, but a fact that decides on ownership has changed: it goes to another owner.
    KeyChange {
        /// The lead on file, whose fact has changed.
        record: RecordRef,
        /// Who owns it from now on.
        new_owner: RepId,
        /// The rep to tell: the previous owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notify: Option<RepId>,
    },
    /// The lead shares its company with a record, or its company's name is near to that of several and nothing says
    /// which is meant: it is marked, and continues as if it were new.
    TagOnly {
        /// The record that shares the company.
        record: RecordRef,
        /// Whether a person should review it before it continues.
        hold: bool,
    },
    /// The rule's script chose a code of the host: the lead is tagged with it, and continues as if it were new.
    Custom {
        /// The record that the rule found.
        record: RecordRef,
        /// The code that the script chose.
        code: Code,
    },
}

impl MatchAction {
    /// Every code, in the order of the variants.
    pub const CODES: &'static [&'static str] = MatchKind::KNOWN;

    /// Stable code, as `match.action` holds it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind().as_str()
    }

    /// The kind of the action, without its fields.
    #[must_use]
    pub fn kind(&self) -> MatchKind {
        match self {
            MatchAction::New => MatchKind::New,
            MatchAction::ToOwner { .. } => MatchKind::ToOwner,
            MatchAction::AssignByRules { .. } => MatchKind::AssignByRules,
            MatchAction::Collected { .. } => MatchKind::Collected,
            MatchAction::SameOwner { .. } => MatchKind::SameOwner,
            MatchAction::Held { .. } => MatchKind::Held,
            MatchAction::KeyChange { .. } => MatchKind::KeyChange,
            MatchAction::TagOnly { .. } => MatchKind::TagOnly,
            MatchAction::Custom { .. } => MatchKind::Custom,
        }
    }

    /// The owner the lead goes to because of the match. Never one for a match that only tags.
    #[must_use]
    pub fn owner(&self) -> Option<&RepId> {
        match self {
            MatchAction::ToOwner { owner, .. }
            | MatchAction::SameOwner { owner, .. }
            | MatchAction::KeyChange { new_owner: owner, .. } => Some(owner),
            MatchAction::Collected { owner, .. } => owner.as_ref(),
            // A held lead has no owner yet: `then` is its owner once the review is over.
            MatchAction::New
            | MatchAction::AssignByRules { .. }
            | MatchAction::Held { .. }
            | MatchAction::TagOnly { .. }
            | MatchAction::Custom { .. } => None,
        }
    }

    /// The record the action is about.
    #[must_use]
    pub fn record(&self) -> Option<RecordRef> {
        match self {
            MatchAction::New => None,
            // The first record is the one whose owner has the lead unless a person decides otherwise.
            MatchAction::Held { records, .. } => records.first().cloned(),
            MatchAction::ToOwner { record, .. }
            | MatchAction::SameOwner { record, .. }
            | MatchAction::AssignByRules { record }
            | MatchAction::KeyChange { record, .. }
            | MatchAction::Custom { record, .. }
            | MatchAction::TagOnly { record, .. } => Some(record.clone()),
            MatchAction::Collected { source, .. } => Some(RecordRef::Lead(source.clone())),
        }
    }
}

/// One record that matches, with the rule that found it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Match {
    /// The rule that found the record.
    pub rule: RuleId,
    /// The record on file that matches.
    pub record: RecordRef,
    /// The lead's field that agrees.
    pub lead_key: LeadKey,
    /// The record's field that agrees with it.
    pub target: MatchTarget,
    /// The lead's other fields that agree, of a rule of several comparisons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<LeadKey>,
    /// The value that agrees, of several fields each; contact values, names of people and custom attributes are masked. Of
    /// company names that are alike both: `lead's ~ record's`.
    pub evidence: String,
    /// Of a rule that compares names by likeness: the probability that the record is the company meant, 1 when the
    /// names are equal in canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// Another company is equally likely, and nothing distinguishes them: the match decides nothing, and the
    /// similarity is the probability that it is one of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ambiguous: bool,
    /// What distinguished this record from others with equally close names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_by: Option<TieBreak>,
    /// When the record was created; of an imported lead, when it came on file.
    pub created_at: DateTime<Utc>,
    /// Its owner; of an account that is [divided](Account::owners), of the part that the lead belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// Nobody holds it for the lead's values of the rules' [scope](super::DedupRules::scope), such as its product: it is
    /// the same customer, but another matter.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside_scope: bool,
    /// The pool that the record is in; `None` when it is in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
}

impl Match {
    /// Whether it is the record that is meant: by a key or the same name, by a name as likely as a conversion needs
    /// (0.85), or because something distinguished it from others as near. Only such a match makes a claim.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        // Another key that agrees makes a likeness as certain as an equal name.
        let likely = self.similarity.is_none_or(|similarity| similarity >= Comparator::SURE_THRESHOLD);
        !self.ambiguous && (likely || self.told_by.is_some())
    }

    fn write_rule(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.outside_scope {
            f.write_str(" outside the lead's scope")?;
        }
        write!(f, ", rule {}", self.rule)
    }

    /// The lead's fields that agree, in words.
    fn fields(&self) -> String {
        let all: Vec<LeadKey> = std::iter::once(&self.lead_key).chain(&self.also).cloned().collect();
        listed(&all)
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let also = listed(&self.also);
        let Some(similarity) = self.similarity.filter(|similarity| *similarity < 1.0) else {
            write!(f, "{} has the same {} ({})", self.record, self.fields(), self.evidence)?;
            return self.write_rule(f);
        };
        // Rounded down: only the same name shows as 1.
        let shown = libm::floor(similarity * 100.0 + 1e-6) / 100.0;
        write!(f, "{} has a similar {}", self.record, self.lead_key)?;
        if !also.is_empty() {
            write!(f, " and the same {also}")?;
        }
        write!(f, " ({}, {shown:.2})", self.evidence)?;
        match self.told_by {
            Some(TieBreak::Region) => f.write_str(", chosen by region over equally close companies")?,
            Some(by) => {
                write!(f, ", preferred to equally close companies because of the same {}", by.in_words())?
            }
            None if self.ambiguous => f.write_str(", no closer than another company")?,
            None => {}
        }
        self.write_rule(f)
    }
}

closed_enum! {
    /// What distinguishes companies whose names are equally close.
    TieBreak {
        /// The lead has a phone number of the record.
        Phone = "phone",
        /// The lead has an e-mail address of the record.
        Email = "email",
        /// The lead has a WeChat id of the record.
        Wechat = "wechat",
        /// The lead has the domain of the record.
        Domain = "domain",
        /// Only this record is in the region of the lead.
        Region = "region",
    }
}

impl TieBreak {
    pub(super) fn key_kind(self) -> Option<MatchKeyKind> {
        match self {
            TieBreak::Phone => Some(MatchKeyKind::Phone),
            TieBreak::Email => Some(MatchKeyKind::Email),
            TieBreak::Wechat => Some(MatchKeyKind::Wechat),
            TieBreak::Domain => Some(MatchKeyKind::Domain),
            TieBreak::Region => None,
        }
    }

    fn in_words(self) -> &'static str {
        self.key_kind().map_or("region", in_words)
    }
}

fn in_words(kind: MatchKeyKind) -> &'static str {
    match kind {
        MatchKeyKind::Phone => "phone",
        MatchKeyKind::Email => "e-mail address",
        MatchKeyKind::Wechat => "WeChat id",
        MatchKeyKind::Domain => "domain",
        MatchKeyKind::PersonId => "person id",
        MatchKeyKind::RecordId => "record id",
        MatchKeyKind::CompanyExact | MatchKeyKind::CompanyGram => "company name",
        MatchKeyKind::Account => "account",
        MatchKeyKind::Fields => "combination of fields",
    }
}

fn listed(fields: &[LeadKey]) -> String {
    match fields {
        [] => String::new(),
        [one] => one.to_string(),
        [others @ .., last] => {
            let others: Vec<String> = others.iter().map(LeadKey::to_string).collect();
            format!("{} and {last}", others.join(", "))
        }
    }
}

/// What a rep is told about a record before entering a lead that is on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OnFile {
    /// The record that the lead would match.
    pub record: RecordRef,
    /// The rule that found it.
    pub rule: RuleId,
    /// Its owner; `None` when nobody has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// The pool that it is in; `None` when it is in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// The administrators of that pool, who can be asked for it.
    pub admins: BTreeSet<RepId>,
    /// Whether the rep may claim it: it is surely the one, nobody owns it, and its pool lets leads be claimed.
    pub claimable: bool,
    /// Whether it is surely the one that is meant, see [`Match::is_sure`].
    pub sure: bool,
}

impl fmt::Display for OnFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} on file", self.record, if self.sure { "is" } else { "may be meant and is" })?;
        match (&self.owner, &self.pool) {
            (Some(owner), _) => write!(f, " and owned by {owner}")?,
            (None, Some(pool)) => write!(f, " in pool {pool}")?,
            (None, None) => f.write_str(" and has no owner")?,
        }
        f.write_str(if self.claimable { ": it may be claimed" } else { ": it may not be claimed" })?;
        let admins: Vec<&str> = self.admins.iter().map(RepId::as_str).collect();
        if !self.claimable && !admins.is_empty() {
            write!(f, ", ask {}", admins.join(", "))?;
        }
        Ok(())
    }
}

/// A key that too many records share to identify anything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CrowdedKey {
    /// The kind of value that the key is made of.
    pub kind: MatchKeyKind,
    /// How many of the fetched records share it; there may be more.
    pub records: u32,
}

/// What duplicate matching found and what should happen.
#[must_use]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    pub(super) lead: LeadId,
    pub(super) action: MatchAction,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) folded: Option<LeadId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<RuleId>,
    pub(super) matches: Vec<Match>,
    pub(super) labels: BTreeSet<MatchLabel>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) crowded: Vec<CrowdedKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) oversized: Vec<RecordRef>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) siblings: Vec<LeadId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) truncated: bool,
    pub(super) effects: Vec<Effect>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) faults: Vec<RuleFault>,
    pub(super) version: RulesVersion,
}

impl Resolution {
    /// The action that follows from the matches: the owner the lead goes to, or that it is new.
    #[must_use]
    pub fn action(&self) -> &MatchAction {
        &self.action
    }

    /// The owned leads of the same customer that stay separate leads, earliest first: they share a key that names
    /// one person, within the [scope](super::DedupRules::scope). A customer has one owner.
    #[must_use]
    pub fn siblings(&self) -> &[LeadId] {
        &self.siblings
    }

    /// The rule that decided; `None` when nothing matches, or when no match decides.
    #[must_use]
    pub fn rule(&self) -> Option<&RuleId> {
        self.rule.as_ref()
    }

    /// The records that match: by rule order, then by similarity, then earliest created, then id.
    #[must_use]
    pub fn matches(&self) -> &[Match] {
        &self.matches
    }

    /// What the lead is to the host.
    #[must_use]
    pub fn labels(&self) -> &BTreeSet<MatchLabel> {
        &self.labels
    }

    /// Number of different records that match: the N of one-to-many.
    #[must_use]
    pub fn record_count(&self) -> usize {
        order::set(self.matches.iter().map(|found| &found.record)).len()
    }

    /// Search before entry: each record that matches once, with its owner, its pool's administrators, and whether it may be
    /// claimed.
    ///
    /// ```
    /// # use leadkit::dedup::{Deduplicator, DedupRules, Rows};
    /// # use leadkit::model::{Lead, OwnerState};
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let tables = HostTables::default();
    /// # let lead = Lead {
    /// #     id: "L2".into(), phones: vec!["138 1234 9876".into()],
    /// #     created_at: "2026-03-02T02:00:00Z".parse().unwrap(),
    /// #     ..Lead::default()
    /// # };
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, lead.created_at));
    /// // A rep is about to enter a lead whose number is that of lead L1, which belongs to `li`.
    /// let on_file = Lead { id: "L1".into(), owner: Some("li".into()), ..lead.clone() };
    /// let rows = Rows { leads: vec![on_file], ..Rows::default() };
    /// let matching = Deduplicator::compile(&DedupRules::b2c())?;
    /// let resolution = matching.resolve(&facts, &rows, &|_| OwnerState::Active);
    /// let found = resolution.on_file(&[]);
    /// assert_eq!(found[0].to_string(), "lead L1 is on file and owned by li: it may not be claimed");
    /// assert!(!found[0].claimable);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_file(&self, pools: &[Pool]) -> Vec<OnFile> {
        let mut seen = BTreeSet::new();
        // Each record by the first rule that found it, as rules decide in their order.
        let first = self.matches.iter().filter(|found| seen.insert(&found.record));
        first
            .map(|found| {
                let pool = pools.iter().find(|pool| Some(&pool.id) == found.pool.as_ref());
                let open = pool.is_some_and(|pool| pool.mode != PoolMode::AssignOnly);
                OnFile {
                    record: found.record.clone(),
                    rule: found.rule.clone(),
                    owner: found.owner.clone(),
                    pool: found.pool.clone(),
                    admins: pool.map(|pool| pool.admins.clone()).unwrap_or_default(),
                    // A match that is not sure may belong to somebody else's customer.
                    claimable: found.owner.is_none() && open && found.is_sure(),
                    sure: found.is_sure(),
                }
            })
            .collect()
    }

    /// Keys of the lead that were left out because too many records share them.
    #[must_use]
    pub fn crowded(&self) -> &[CrowdedKey] {
        &self.crowded
    }

    /// The rows that are not read to the end, by [`LeadLimits`](crate::rule::LeadLimits), so that a match may be
    /// missing; by kind and id. Last the lead itself, when its lists have more than 1,024 combinations that a rule of several
    /// comparisons would look for.
    #[must_use]
    pub fn oversized(&self) -> &[RecordRef] {
        &self.oversized
    }

    /// Whether the host could not fetch every row, so that a match may be missing.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The lead that continues: the entry itself, or the one on file that it is folded into. The host reviews the
    /// latter in the same transaction.
    #[must_use]
    pub fn subject(&self) -> &LeadId {
        self.folded.as_ref().unwrap_or(&self.lead)
    }

    /// Whether the entry is folded into a lead on file.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.folded.is_some()
    }

    /// What the host should do, in order.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// Rules that failed at run time.
    #[must_use]
    pub fn faults(&self) -> &[RuleFault] {
        &self.faults
    }

    /// The version of the rules it was decided by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// What later rules read as `match.…`.
    #[must_use]
    pub fn facts(&self) -> MatchFacts {
        MatchFacts {
            kind: Some(self.action.kind()),
            owner: self.action.owner().cloned(),
            record: self.action.record(),
            labels: self.labels.clone(),
            count: self.record_count() as i64,
            ..MatchFacts::default()
        }
    }
}

impl Resolution {
    fn belongs(&self) -> &'static str {
        if self.is_folded() { "is folded into" } else { "belongs to" }
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            MatchAction::New => f.write_str("no match on file")?,
            MatchAction::ToOwner { owner, record } => {
                write!(f, "{} {record}, owned by {owner}", self.belongs())?;
            }
            MatchAction::AssignByRules { record } => {
                write!(f, "{} {record}, which has no owner", self.belongs())?;
            }
            MatchAction::Collected { source, owner: Some(owner) } => {
                write!(f, "collected under lead {source}, owned by {owner}")?;
            }
            MatchAction::Collected { source, owner: None } => {
                write!(f, "collected under lead {source}, which has no owner")?;
            }
            MatchAction::SameOwner { owner, record } => {
                write!(
                    f,
                    "is of the same customer as {record} but a separate lead, for the same owner {owner}"
                )?;
            }
            MatchAction::Held { records, then } => {
                let records: Vec<String> = records.iter().map(ToString::to_string).collect();
                write!(f, "matches {} with different owners: held for review", records.join(" or "))?;
                write!(f, ", then goes to {then}")?;
            }
            MatchAction::KeyChange { record, new_owner, notify } => {
                write!(f, "updates {record}: it goes to {new_owner}")?;
                if let Some(before) = notify {
                    write!(f, ", and {before} is notified")?;
                }
            }
            MatchAction::Custom { record, code } => {
                write!(f, "matches {record}: marked `{code}` by the rule's script, not linked")?;
            }
            MatchAction::TagOnly { record, hold } => {
                let of_record = |found: &&Match| found.record == *record;
                let like = |found: &Match| found.similarity.is_some_and(|similarity| similarity < 1.0);
                match self.matches.iter().find(of_record) {
                    Some(found) if found.ambiguous => {
                        write!(f, "company may be that of {record}, but another is equally close")?;
                    }
                    Some(found) if like(found) => write!(f, "company is probably that of {record}")?,
                    Some(found) if found.lead_key != LeadKey::Company || !found.also.is_empty() => {
                        write!(f, "shares its {} with {record}", found.fields())?;
                    }
                    _ => write!(f, "shares its company with {record}")?,
                }
                let held = if *hold { "marked, and held for review" } else { "marked, not linked" };
                write!(f, ": {held}")?;
            }
        }
        for found in &self.matches {
            write!(f, "; {found}")?;
        }
        for key in &self.crowded {
            write!(
                f,
                "; its {} is shared by at least {} records and is ignored",
                in_words(key.kind),
                key.records
            )?;
        }
        for record in &self.oversized {
            write!(f, "; {record} is too long, so only its beginning was read")?;
        }
        if self.truncated {
            f.write_str("; not every row was fetched")?;
        }
        for fault in &self.faults {
            write!(f, "; {fault}")?;
        }
        Ok(())
    }
}
