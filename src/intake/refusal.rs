//! Why a person's act is refused.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::assign::SkipReason;
use crate::model::{AccountId, OpportunityId, PoolId, RepId};
use crate::text::{codes, moment};

/// Why a rep does not get a lead after a claim or an order. `Display` is a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// The lead has ended, so no rep gets it.
    Ended,
    /// A rep owns it already.
    Owned {
        /// The rep who owns it.
        owner: RepId,
    },
    /// It is blocked, or a person has been asked about it.
    AwaitingReview,
    /// The person has refused every channel: nobody may contact it.
    NoAllowedChannel,
    /// Two reps work on it, and nobody has decided yet.
    Collision,
    /// An open opportunity holds the lead with its owner.
    OpenOpportunity {
        /// The opportunity that is open.
        opportunity: OpportunityId,
    },
    /// A partner's registered deal protects its account.
    Protected {
        /// The account that is protected.
        account: AccountId,
        /// The partner who registered the deal.
        partner: RepId,
        /// When the protection ends, in UTC.
        until: DateTime<Utc>,
    },
    /// It has no owner, and this act needs one.
    NoOwner,
    /// The rep is not a partner of an active channel manager.
    NoPartner,
    /// It is neither blocked nor held, so there is nothing to release.
    NotHeld,
    /// A record of this lead is on file already.
    OnFile,
    /// The person asked to be forgotten.
    Erased,
    /// Leads in its pool cannot be claimed.
    AssignOnly {
        /// The pool, whose mode is `assign_only`.
        pool: PoolId,
    },
    /// The rep lost it or gave it up a short while ago.
    CoolDown {
        /// When the rep may claim it.
        until: DateTime<Utc>,
    },
    /// The rules keep the rep from getting it.
    Rep(SkipReason),
    /// The rules find no other rep who may have it, or nobody else can answer: it stays where it is.
    NobodyElse,
    /// It belongs to somebody else's record.
    Belongs {
        /// The owner of that record, who gets it.
        owner: RepId,
    },
}

codes! {
    Refusal {
        Refusal::Ended => "ended",
        Refusal::Owned { .. } => "owned",
        Refusal::AwaitingReview => "awaiting_review",
        Refusal::NoAllowedChannel => "no_allowed_channel",
        Refusal::Collision => "collision",
        Refusal::OpenOpportunity { .. } => "open_opportunity",
        Refusal::Protected { .. } => "protected",
        Refusal::NoOwner => "no_owner",
        Refusal::NoPartner => "no_partner",
        Refusal::NotHeld => "not_held",
        Refusal::OnFile => "on_file",
        Refusal::Erased => "erased",
        Refusal::AssignOnly { .. } => "assign_only",
        Refusal::CoolDown { .. } => "cool_down",
        Refusal::Rep(..) => "rep",
        Refusal::NobodyElse => "nobody_else",
        Refusal::Belongs { .. } => "belongs",
    }
}

impl Refusal {
    /// The code; for [`Rep`](Refusal::Rep), the code of the skip reason.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Refusal::Rep(reason) => reason.code(),
            refusal => refusal.code(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Ended => f.write_str("the lead has ended"),
            Refusal::Owned { owner } => write!(f, "{owner} has the lead"),
            Refusal::AwaitingReview => f.write_str("the lead is under review"),
            Refusal::NoAllowedChannel => f.write_str("the person has refused every channel"),
            Refusal::Collision => f.write_str("two reps are working on the lead, and a review is pending"),
            Refusal::OpenOpportunity { opportunity } => {
                write!(f, "the open opportunity {opportunity} holds the lead")
            }
            Refusal::Protected { account, partner, until } => {
                write!(f, "a deal of {partner} protects account {account} until {}", moment(*until))
            }
            Refusal::NoOwner => f.write_str("nobody has the lead"),
            Refusal::NoPartner => f.write_str("the rep is not a partner of an active channel manager"),
            Refusal::NotHeld => f.write_str("the lead is neither blocked nor held"),
            Refusal::Erased => f.write_str("the person asked to be forgotten"),
            Refusal::OnFile => f.write_str("the lead is on file already"),
            Refusal::AssignOnly { pool } => write!(f, "leads in pool {pool} cannot be claimed"),
            Refusal::CoolDown { until } => {
                write!(f, "the rep owned the lead and may claim it again from {}", moment(*until))
            }
            Refusal::Rep(reason) => write!(f, "the rep {reason}"),
            Refusal::NobodyElse => f.write_str("nobody else can take it over"),
            Refusal::Belongs { owner } => write!(f, "the lead belongs to {owner}"),
        }
    }
}
