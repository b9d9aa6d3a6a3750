//! The running state of one pool: turns, daily counts, decisions already made.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::counts::DayCounts;
use super::delta::AssignDelta;
use super::kind::AssignmentKind;
use super::turn::{TurnList, TurnTable};
use crate::calendar::Span;
use crate::model::{GroupId, PoolId, RepId, RuleId};
use crate::order;

/// One lead in the units credit is counted in.
pub const ONE_LEAD: i64 = 1 << 32;

const KEYS_KEPT: Span = Span::days(7);
const KEYS_LIMIT: usize = 100_000;
/// Days before today whose counts are kept.
const DAYS_KEPT: u64 = 1;

/// The running state of one pool. The host stores it and hands it in; [`Ledger::apply`] moves it.
///
/// It has a revision. Two workers that decide on the same revision must not both be applied, so the host stores
/// with compare-and-swap on it, and [`Ledger::apply`] refuses a delta of another revision. Everything is held by id
/// in ordered maps, so that equal histories serialise to equal bytes. Decisions are remembered by key for 7 days
/// (at most 100,000 of them), daily counts for today and yesterday.
///
/// ```
/// use leadkit::assign::Ledger;
///
/// let ledger = Ledger::new("p1".into());
/// assert_eq!((ledger.pool().as_str(), ledger.revision()), ("p1", 0));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Ledger {
    pool: PoolId,
    revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest: Option<DateTime<Utc>>,
    groups: BTreeMap<GroupId, Turns>,
    rules: BTreeMap<RuleId, Turns>,
    counts: DayCounts,
    /// By the revision that each decision led to, which is also their order in time.
    decided: BTreeMap<u64, Decided>,
    #[serde(skip)]
    keys: BTreeMap<Arc<str>, u64>,
}

/// The ledger as it is stored.
#[derive(Deserialize)]
struct Stored {
    pool: PoolId,
    #[serde(default)]
    revision: u64,
    #[serde(default)]
    latest: Option<DateTime<Utc>>,
    #[serde(default)]
    groups: BTreeMap<GroupId, Turns>,
    #[serde(default)]
    rules: BTreeMap<RuleId, Turns>,
    #[serde(default)]
    counts: DayCounts,
    #[serde(default)]
    decided: BTreeMap<u64, Decided>,
}

impl From<Stored> for Ledger {
    fn from(stored: Stored) -> Self {
        let keys =
            order::map(stored.decided.iter().map(|(revision, decided)| (decided.key.clone(), *revision)));
        Ledger {
            pool: stored.pool,
            revision: stored.revision,
            latest: stored.latest,
            groups: stored.groups,
            rules: stored.rules,
            counts: stored.counts,
            decided: stored.decided,
            keys,
        }
    }
}

/// What those who take turns together are owed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Turns {
    /// Fair share: units of [`ONE_LEAD`]; sums to 0.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) credit: BTreeMap<RepId, i64>,
    /// Smooth weighted round robin: current weights; sums to 0.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) smooth: BTreeMap<RepId, i64>,
}

/// A decision that was made and stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Decided {
    pub(super) key: Arc<str>,
    pub(super) at: DateTime<Utc>,
    pub(super) kind: AssignmentKind,
}

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
        /// The pool.
        pool: PoolId,
        /// The revision the decision was made on.
        expected: u64,
        /// The revision of the ledger.
        found: u64,
    },
    /// The reps' state has moved on since the decision: decide again on the new one.
    #[error("the rep ledger is at revision {found}, the decision was made on revision {expected}")]
    StaleRepLedger {
        /// The revision the decision was made on.
        expected: u64,
        /// The revision of the rep ledger.
        found: u64,
    },
    /// The decision was made for another pool.
    #[error("the decision belongs to pool `{expected}`, not to pool `{found}`")]
    OtherPool {
        /// The pool of the decision.
        expected: PoolId,
        /// The pool of the ledger.
        found: PoolId,
    },
}

impl Ledger {
    /// The state of a pool in which nothing has happened yet.
    #[must_use]
    pub fn new(pool: PoolId) -> Ledger {
        Ledger {
            pool,
            revision: 0,
            latest: None,
            groups: BTreeMap::new(),
            rules: BTreeMap::new(),
            counts: DayCounts::default(),
            decided: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &PoolId {
        &self.pool
    }

    /// How often the state has moved.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The time of the last decision; an earlier `now` is taken for it.
    #[must_use]
    pub fn latest(&self) -> Option<DateTime<Utc>> {
        self.latest
    }

    /// What the reps of a list are owed under [`Strategy::FairShare`](super::Strategy), in units of [`ONE_LEAD`],
    /// by id. Sums to 0 over all who ever took part; who is not listed is owed nothing.
    pub fn credits(&self, list: &TurnList) -> impl Iterator<Item = (&RepId, i64)> {
        self.turns(list).into_iter().flat_map(|turns| turns.credit.iter().map(|(rep, units)| (rep, *units)))
    }

    /// How many leads of the pool a rep was assigned on a local date, the pool's. Known for the date of the last
    /// decision and the one before.
    #[must_use]
    pub fn assigned_on(&self, rep: &RepId, date: NaiveDate) -> u32 {
        self.counts.on(date, rep).assigned
    }

    /// Moves the state by a decision. O((k + 1)·log n) in the k reps that were eligible.
    ///
    /// The same delta cannot be applied twice: its revision is stale the second time. A delta that changes nothing
    /// always applies.
    ///
    /// # Errors
    /// When the decision was made on another revision or for another pool; nothing is changed then.
    pub fn apply(&mut self, delta: &AssignDelta) -> Result<(), LedgerError> {
        self.check(delta)?;
        let Some(change) = &delta.change else { return Ok(()) };
        self.revision = self.revision.saturating_add(1);
        self.latest = self.latest.max(Some(delta.at));
        if let Some(turn) = &change.turn {
            let turns = match &turn.list {
                TurnList::Group(id) => self.groups.entry(id.clone()).or_default(),
                TurnList::Rule(id) => self.rules.entry(id.clone()).or_default(),
            };
            let table = match turn.table {
                TurnTable::Credit => &mut turns.credit,
                TurnTable::Smooth => &mut turns.smooth,
            };
            for (rep, units) in &turn.moves {
                let owed = table.entry(rep.clone()).or_default();
                *owed = owed.saturating_add(*units);
            }
        }
        if let Some(rep) = &change.rep {
            self.counts.add_assigned(change.date, rep);
        }
        if let Some(key) = &change.key {
            let decided = Decided { key: key.clone(), at: delta.at, kind: change.kind.clone() };
            if let Some(before) = self.keys.insert(key.clone(), self.revision) {
                self.decided.remove(&before);
            }
            self.decided.insert(self.revision, decided);
        }
        self.prune(delta.at, change.date);
        Ok(())
    }

    /// Whether the delta was made on this very state, so that [`Ledger::apply`] will take it.
    ///
    /// # Errors
    /// When it was not.
    pub fn check(&self, delta: &AssignDelta) -> Result<(), LedgerError> {
        if delta.pool != self.pool {
            return Err(LedgerError::OtherPool { expected: delta.pool.clone(), found: self.pool.clone() });
        }
        if delta.change.is_some() && delta.revision != self.revision {
            return Err(LedgerError::StaleLedger {
                pool: self.pool.clone(),
                expected: delta.revision,
                found: self.revision,
            });
        }
        Ok(())
    }

    pub(super) fn turns(&self, list: &TurnList) -> Option<&Turns> {
        match list {
            TurnList::Group(id) => self.groups.get(id),
            TurnList::Rule(id) => self.rules.get(id),
        }
    }

    /// The decision made under a key, while it is remembered at `now`.
    pub(super) fn decided(&self, key: &str, now: DateTime<Utc>) -> Option<&Decided> {
        self.decided.get(self.keys.get(key)?).filter(|decided| decided.at >= KEYS_KEPT.before(now))
    }

    fn prune(&mut self, now: DateTime<Utc>, today: NaiveDate) {
        self.counts.prune(today, DAYS_KEPT);
        let oldest = KEYS_KEPT.before(now);
        while let Some(entry) = self.decided.first_entry()
            && (entry.get().at < oldest || self.keys.len() > KEYS_LIMIT)
        {
            self.keys.remove(&entry.remove().key);
        }
    }
}
