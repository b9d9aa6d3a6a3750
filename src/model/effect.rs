//! What a decision asks the host to do, and what it speaks of.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::text::Code;

use super::{
    AccountId, Acquisition, ContactId, ConversionRecord, LeadId, LeadStatus, OpportunityId, PoolId, RepId,
    Value,
};

/// A record a decision speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordRef {
    /// A lead.
    Lead(LeadId),
    /// An account.
    Account(AccountId),
    /// A contact.
    Contact(ContactId),
    /// An opportunity.
    Opportunity(OpportunityId),
}

impl RecordRef {
    /// The identifier, whatever kind of record it is.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            RecordRef::Account(id) => id.as_str(),
            RecordRef::Contact(id) => id.as_str(),
            RecordRef::Opportunity(id) => id.as_str(),
            RecordRef::Lead(id) => id.as_str(),
        }
    }
}

impl fmt::Display for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordRef::Lead(id) => write!(f, "lead {id}"),
            RecordRef::Account(id) => write!(f, "account {id}"),
            RecordRef::Contact(id) => write!(f, "contact {id}"),
            RecordRef::Opportunity(id) => write!(f, "opportunity {id}"),
        }
    }
}

/// How two records belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkKind {
    /// The lead belongs to the account.
    BelongsTo,
    /// The lead is collected (归集) under the other.
    CollectedUnder,
    /// The lead is another entry of the other.
    ReentryOf,
    /// The record was merged into the other and is no longer kept by itself.
    MergedInto,
}

impl fmt::Display for LinkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkKind::BelongsTo => "belongs to",
            LinkKind::CollectedUnder => "is collected under",
            LinkKind::ReentryOf => "is a re-entry of",
            LinkKind::MergedInto => "was merged into",
        })
    }
}

/// A link between two records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// The record that points.
    pub from: RecordRef,
    /// How.
    pub kind: LinkKind,
    /// The record pointed at.
    pub to: RecordRef,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.from, self.kind, self.to)
    }
}

/// One thing the host should do in the transaction that stores a decision.
///
/// Engines never act. Effects hold identifiers, codes and values only, so a host can store, replay or translate
/// them; `Display` is an English sentence without contact values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// Put a tag on the lead.
    AddTag {
        /// The lead.
        lead: LeadId,
        /// The tag.
        tag: String,
    },
    /// Move the lead into a pool; it has no owner there.
    MoveToPool {
        /// The lead.
        lead: LeadId,
        /// The pool.
        pool: PoolId,
    },
    /// Give the lead to an owner.
    SetOwner {
        /// The lead.
        lead: LeadId,
        /// The owner.
        owner: RepId,
        /// How the owner gets it.
        acquisition: Acquisition,
    },
    /// Change the lead's status.
    SetStatus {
        /// The lead.
        lead: LeadId,
        /// The status.
        status: LeadStatus,
    },
    /// Write one field of a record.
    UpdateField {
        /// The record.
        record: RecordRef,
        /// The field's name.
        field: String,
        /// Its new value.
        value: Value,
    },
    /// Link two records.
    Link(Link),
    /// File a conversion.
    Convert(ConversionRecord),
    /// Tell somebody.
    Notify {
        /// Whom.
        rep: RepId,
        /// What it is about, as a code the host translates.
        code: Code,
        /// The record it is about.
        about: RecordRef,
    },
    /// Record that a known lead came in again.
    RecordActivation {
        /// The lead on file.
        lead: LeadId,
        /// The entry that woke it.
        entry: LeadId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Start the follow-up deadlines of the lead.
    StartDeadlines {
        /// The lead.
        lead: LeadId,
        /// From when they run.
        from: DateTime<Utc>,
    },
    /// Put the lead before somebody who decides.
    RequestReview {
        /// The lead.
        lead: LeadId,
        /// Who decides; `None` leaves it to the host's reviewers.
        reviewer: Option<RepId>,
        /// What it is about, as a code the host translates.
        code: Code,
    },
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::AddTag { lead, tag } => write!(f, "tag lead {lead} with `{tag}`"),
            Effect::MoveToPool { lead, pool } => write!(f, "move lead {lead} to pool {pool}"),
            Effect::SetOwner { lead, owner, acquisition } => {
                write!(f, "make {owner} the owner of lead {lead} ({acquisition})")
            }
            Effect::SetStatus { lead, status } => write!(f, "set the status of lead {lead} to {status}"),
            Effect::UpdateField { record, field, .. } => write!(f, "update `{field}` of {record}"),
            Effect::Link(link) => write!(f, "link: {link}"),
            Effect::Convert(record) => {
                write!(f, "file the conversion of lead {} to account {}", record.lead, record.account)
            }
            Effect::Notify { rep, code, about } => write!(f, "notify {rep} about {about} ({code})"),
            Effect::RecordActivation { lead, entry, .. } => {
                write!(f, "record that lead {lead} came in again as {entry}")
            }
            Effect::StartDeadlines { lead, .. } => write!(f, "start the follow-up deadlines of lead {lead}"),
            Effect::RequestReview { lead, reviewer: Some(rep), code } => {
                write!(f, "ask {rep} to review lead {lead} ({code})")
            }
            Effect::RequestReview { lead, reviewer: None, code } => {
                write!(f, "ask for a review of lead {lead} ({code})")
            }
        }
    }
}
