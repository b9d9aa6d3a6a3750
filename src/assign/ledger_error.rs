//! Why a delta is refused, and why a stored ledger is not read.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::turn::TurnList;
use crate::model::{LeadId, PoolId, RepId};
use crate::text::codes;

/// Why a delta does not belong to a state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LedgerError {
    /// The pool's state has moved on since the decision: decide again on the new one.
    #[error(
        "the ledger of pool `{pool}` is at revision {found}, the decision was made on revision {expected}"
    )]
    StaleLedger {
        /// The pool whose ledger has moved.
        pool: PoolId,
        /// The revision the decision was made on.
        expected: u64,
        /// The revision of the ledger that was handed in.
        found: u64,
    },
    /// The state of the rep the lead goes to has moved on since the decision: decide again on the new one.
    #[error(
        "the counts of rep `{rep}` are at revision {found}, the decision was made on revision {expected}"
    )]
    StaleRepLedger {
        /// The rep whose counts have moved.
        rep: RepId,
        /// The revision the decision was made on.
        expected: u64,
        /// The revision of the rep's row.
        found: u64,
    },
    /// The decision was made for another pool.
    #[error("the decision belongs to pool `{expected}`, not to pool `{found}`")]
    OtherPool {
        /// The pool that the decision was made for.
        expected: PoolId,
        /// The pool that the ledger belongs to.
        found: PoolId,
    },
    /// The decision is about another lead than the facts.
    #[error("the decision is about lead `{expected}`, not about lead `{found}`")]
    OtherLead {
        /// The lead that the decision is about.
        expected: LeadId,
        /// The lead that the facts describe.
        found: LeadId,
    },
    /// The decision was made under other rules: use the assigner of its [version](super::Assignment::version).
    #[error("the decision was made under other rules")]
    OtherRules,
    /// The decision was made at a time with which a ledger cannot be stored. Use a `now` between the years 1900 and 9999.
    #[error("the decision was made at {at}, outside the years 1900 to 9999")]
    Time {
        /// The `now` of the decision, outside the years 1900 to 9999.
        at: DateTime<Utc>,
    },
    /// The ledger is at the highest possible revision: two decisions could not be distinguished, so none is applied. No count
    /// of decisions gets so far: the ledger is damaged. Begin a new one.
    #[error(
        "the ledger of pool `{pool}` is at the highest possible revision: it is damaged, start a new one"
    )]
    NoRevisionLeft {
        /// The pool whose ledger is damaged.
        pool: PoolId,
    },
    /// As [`NoRevisionLeft`](LedgerError::NoRevisionLeft), of a rep's row.
    #[error(
        "the counts of rep `{rep}` are at the highest possible revision: they are damaged, start new ones"
    )]
    NoRepRevisionLeft {
        /// The rep whose row is damaged.
        rep: RepId,
    },
}

/// Why a stored ledger, rep ledger or row of them is not read: it has content that no sequence of decisions could produce.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerFault {
    /// This version cannot read the format.
    #[error("format {format} is not known, only 1 is")]
    UnknownFormat {
        /// The format that is written in it.
        format: u16,
    },
    /// The content is not what was written.
    #[error("it is damaged: its digest differs")]
    Damaged,
    /// The pool's id is blank.
    #[error("`pool` is blank")]
    NoPool,
    /// The revision is the highest possible one.
    #[error("`revision` is the highest possible one: no further decision could be applied")]
    NoRevisionLeft,
    /// What the reps of a list are owed does not sum to 0.
    #[error("what the reps of {list} are owed sums to {sum}, not to 0")]
    Unbalanced {
        /// The list of turns that does not balance.
        list: TurnList,
        /// What its reps are owed in total, in units; 0 in a sound list.
        sum: i128,
    },
    /// A rep is owed more than so many decisions can have moved.
    #[error("rep `{rep}` of {list} is owed {units}, more than {revision} decisions can have moved")]
    Overdrawn {
        /// The list of turns with the rep.
        list: TurnList,
        /// The rep who is owed too much.
        rep: RepId,
        /// What the rep is owed, in units.
        units: i64,
        /// The revision of the ledger: how many decisions it counts.
        revision: u64,
    },
    /// A time or date outside the years 1900 to 9999.
    #[error("`{field}` holds a time outside the years 1900 to 9999")]
    Time {
        /// The field that holds it.
        field: &'static str,
    },
    /// Counts of a day after that of the last decision.
    #[error("the counts of {date} do not belong to the last decision")]
    ForeignDay {
        /// The local date that the counts are for.
        date: NaiveDate,
    },
    /// A remembered decision has a later revision than the ledger.
    #[error("the decision of revision {found} is later than the ledger, which is at revision {revision}")]
    LaterDecision {
        /// The revision that the remembered decision has.
        found: u64,
        /// The revision of the ledger, which is lower.
        revision: u64,
    },
    /// A remembered decision was made later than the last one.
    #[error("the decision under the key `{key}` was made after `latest`")]
    AfterLatest {
        /// The key under which the decision is remembered.
        key: String,
    },
    /// Two decisions are remembered under one key.
    #[error("two decisions are remembered under the key `{key}`")]
    KeyTwice {
        /// The key, or the id that two rows share.
        key: String,
    },
    /// A remembered decision belongs to another pool.
    #[error("the decision under the key `{key}` belongs to pool `{pool}`")]
    OtherPool {
        /// The key under which the decision is remembered.
        key: String,
        /// The pool that the decision belongs to.
        pool: PoolId,
    },
    /// A remembered decision is of a kind that is never remembered.
    #[error("the decision under the key `{key}` is of a kind that is never remembered")]
    NotSettled {
        /// The key under which the decision is remembered.
        key: String,
    },
    /// A rep gave back or took more leads than there are revisions.
    #[error("rep `{rep}` took more leads than the revision allows")]
    Taken {
        /// The rep whose count is too high.
        rep: RepId,
    },
}

codes! {
    LedgerFault {
        LedgerFault::UnknownFormat { .. } => "unknown_format",
        LedgerFault::Damaged => "damaged",
        LedgerFault::NoPool => "no_pool",
        LedgerFault::NoRevisionLeft => "no_revision_left",
        LedgerFault::Unbalanced { .. } => "unbalanced",
        LedgerFault::Overdrawn { .. } => "overdrawn",
        LedgerFault::Time { .. } => "time",
        LedgerFault::ForeignDay { .. } => "foreign_day",
        LedgerFault::LaterDecision { .. } => "later_decision",
        LedgerFault::AfterLatest { .. } => "after_latest",
        LedgerFault::KeyTwice { .. } => "key_twice",
        LedgerFault::OtherPool { .. } => "other_pool",
        LedgerFault::NotSettled { .. } => "not_settled",
        LedgerFault::Taken { .. } => "taken",
    }
}
