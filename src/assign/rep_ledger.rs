//! The running state of all reps over all pools.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::changes::Changes;
use super::counts::{DayCount, Period, Spans, prune};
use super::delta::{AssignDelta, Change};
use super::ledger_error::{LedgerError, LedgerFault};
use crate::model::RepId;

/// The running state of all reps over all pools: daily counts, and leads taken since the host last read their
/// holdings. Each rep has a row with a revision of its own: a decision moves the row of the rep it gives to, and no
/// other, so that workers who give to different reps do not get into each other's way.
///
/// ```
/// use leadkit::assign::RepLedger;
///
/// let reps = RepLedger::default();
/// assert_eq!(reps.revision(&"li".into()), 0);
/// assert_eq!(reps.row(&"li".into()), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepLedger {
    pub(super) reps: BTreeMap<RepId, RepCounts>,
    pub(super) changes: Changes,
}

/// The counts of one rep.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RepCounts {
    pub(super) revision: u64,
    pub(super) counts: BTreeMap<NaiveDate, DayCount>,
    #[serde(skip_serializing_if = "Spans::is_empty")]
    pub(super) spans: Spans,
    /// Leads taken since the host last read its holdings; below 0 when more were taken back.
    pub(super) taken: i64,
}

/// The row of one rep: stored by the rep's id, with a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepRow {
    pub(super) rep: RepId,
    pub(super) counts: RepCounts,
}

impl RepRow {
    /// The rep whose counts it holds; the key of the row.
    #[must_use]
    pub fn rep(&self) -> &RepId {
        &self.rep
    }

    /// How often the row has changed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.counts.revision
    }
}

impl RepLedger {
    /// How often the row of a rep has changed; 0 for a rep who was given nothing yet.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // After `li` was assigned lead L1.
    /// assert_eq!(reps.revision(&"li".into()), 1);
    /// assert_eq!(reps.revision(&"wang".into()), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn revision(&self, rep: &RepId) -> u64 {
        self.reps.get(rep).map_or(0, |counts| counts.revision)
    }

    /// The reps who were given something, by id.
    pub(crate) fn reps(&self) -> impl Iterator<Item = &RepId> {
        self.reps.keys()
    }

    /// Leads taken since the host last read its holdings.
    pub(super) fn taken(&self, rep: &RepId) -> i64 {
        self.reps.get(rep).map_or(0, |counts| counts.taken)
    }

    /// How many leads a rep was assigned over all pools on a local date, that of the pool each came from.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // After `li` was assigned lead L1 on 2 March.
    /// assert_eq!(reps.assigned_on(&"li".into(), day), 1);
    /// assert_eq!(reps.assigned_on(&"wang".into(), day), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn assigned_on(&self, rep: &RepId, date: NaiveDate) -> u32 {
        self.on(rep, date).assigned
    }

    /// How many leads a rep claimed over all pools on a local date, that of the pool each came from.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // `li` was assigned lead L1 and claimed none.
    /// assert_eq!(reps.claimed_on(&"li".into(), day), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn claimed_on(&self, rep: &RepId, date: NaiveDate) -> u32 {
        self.on(rep, date).claimed
    }

    pub(super) fn assigned_in(&self, rep: &RepId, period: Period, date: NaiveDate) -> u32 {
        self.reps.get(rep).map_or(0, |counts| counts.spans.assigned_in(rep, period, date))
    }

    fn on(&self, rep: &RepId, date: NaiveDate) -> DayCount {
        self.reps.get(rep).and_then(|counts| counts.counts.get(&date)).copied().unwrap_or_default()
    }

    /// The state for a roster whose holdings already include every lead that was taken.
    ///
    /// ```
    /// use leadkit::assign::RepLedger;
    ///
    /// // The host has just counted again how many leads each rep holds: nothing is added to those counts.
    /// let counted = RepLedger::default().with_fresh_holdings();
    /// assert_eq!(counted, RepLedger::default());
    /// ```
    #[must_use]
    pub fn with_fresh_holdings(mut self) -> RepLedger {
        self.reps.values_mut().for_each(|counts| counts.taken = 0);
        RepLedger::read(self.reps)
    }

    /// The state as it was read.
    pub(super) fn read(reps: BTreeMap<RepId, RepCounts>) -> RepLedger {
        let changes = Changes::of(&reps);
        RepLedger { reps, changes }
    }

    /// Forgets the leads given since the host last counted, because it has counted again: see
    /// [`Roster::count`](super::Roster::count).
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // The host counts again what `li` holds, lead L1 included.
    /// let mut roster = roster;
    /// roster.count("li", 1, 1);
    /// reps.counted(&"li".into());
    /// assert_eq!(roster.holding(&"li".into(), &reps), 1, "lead L1 is counted once");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn counted(&mut self, rep: &RepId) {
        if let Some(counts) = self.reps.get_mut(rep) {
            counts.taken = 0;
            self.changes.note(rep, &(counts.revision, "counted"));
        }
    }

    /// The row of a rep; `None` when nothing was counted yet.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // After `li` was assigned lead L1.
    /// let row = reps.row(&"li".into()).unwrap();
    /// assert_eq!((row.rep().as_str(), row.revision()), ("li", 1));
    /// assert!(reps.row(&"wang".into()).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn row(&self, rep: &RepId) -> Option<RepRow> {
        let counts = self.reps.get(rep)?.clone();
        Some(RepRow { rep: rep.clone(), counts })
    }

    /// The state of some reps, as a host fetched them.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, LedgerFault, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// let row = reps.row(&"li".into()).unwrap();
    /// assert_eq!(RepLedger::from_rows(vec![row.clone()])?, reps);
    /// let twice = RepLedger::from_rows(vec![row.clone(), row]);
    /// assert!(matches!(twice, Err(LedgerFault::KeyTwice { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a row has content that no sequence of decisions could produce, or a rep has two.
    pub fn from_rows(rows: Vec<RepRow>) -> Result<RepLedger, LedgerFault> {
        let mut reps = BTreeMap::new();
        for RepRow { rep, counts } in rows {
            counts.check(&rep)?;
            if reps.insert(rep.clone(), counts).is_some() {
                return Err(LedgerFault::KeyTwice { key: rep.to_string() });
            }
        }
        Ok(RepLedger::read(reps))
    }

    /// Moves the state by a decision.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// reps.apply(assignment.delta())?;
    /// let again = reps.apply(assignment.delta()).unwrap_err();
    /// assert_eq!(again.to_string(), "the counts of rep `li` are at revision 1, the decision was made on revision 0");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the decision was made on another revision of the rep's row, or when no revision is left; nothing is changed
    /// then.
    pub fn apply(&mut self, delta: &AssignDelta) -> Result<(), LedgerError> {
        self.check(delta)?;
        let Some(change) = &delta.change else { return Ok(()) };
        if let Some(rep) = &change.rep {
            self.count(rep, change, change.spans);
        }
        for also in &change.also {
            self.count(&also.rep, change, also.spans);
        }
        Ok(())
    }

    fn count(&mut self, rep: &RepId, change: &Change, spans: bool) {
        let counts = self.reps.entry(rep.clone()).or_default();
        counts.revision = counts.revision.saturating_add(1);
        // The history and not only the counts: two states of one revision may have reached it differently.
        let day = change.date.num_days_from_ce();
        self.changes.note(rep, &(counts.revision, counts.taken, day, change.way, change.takes_back));
        if change.takes_back {
            if let Some(count) = counts.counts.get_mut(&change.date) {
                count.take_back(change.way);
            }
            if spans {
                counts.spans.take_back(change.date, rep, change.way);
            }
            counts.taken = counts.taken.saturating_sub(1);
            return;
        }
        counts.counts.entry(change.date).or_default().add(change.way);
        prune(&mut counts.counts, change.date);
        if spans {
            counts.spans.add(change.date, rep, change.way);
            counts.spans.prune(change.date);
        }
        counts.taken = counts.taken.saturating_add(1);
    }

    /// Whether the delta was made on this very state, so that [`RepLedger::apply`] will take it.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, LedgerError, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// assert_eq!(reps.check(assignment.delta()), Ok(()));
    /// reps.apply(assignment.delta())?;
    /// assert!(matches!(reps.check(assignment.delta()), Err(LedgerError::StaleRepLedger { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When it was not.
    pub fn check(&self, delta: &AssignDelta) -> Result<(), LedgerError> {
        for (rep, expected) in delta.reps() {
            let found = self.revision(rep);
            // The counts of a rep change in all pools, so each rep has a separate revision.
            if expected != found {
                return Err(LedgerError::StaleRepLedger { rep: rep.clone(), expected, found });
            }
            // At the last revision nothing could be recognised as stale any more.
            if found == u64::MAX {
                return Err(LedgerError::NoRepRevisionLeft { rep: rep.clone() });
            }
        }
        Ok(())
    }

    /// Forgets the counts of the days after a moment, but for the next: in some pool that is today.
    /// [`State::forget_after`](crate::State::forget_after) forgets those of it too that were counted later.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use serde_json::json;
    /// # let rules = json!({"pools": {"p": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}});
    /// # let assigner = Assigner::load(rules)?;
    /// # let roster = Roster::from_ids(["li", "wang"]);
    /// # let (mut ledger, mut reps) = (Ledger::new("p".into()), RepLedger::default());
    /// # let lead = Lead { id: "L1".into(), ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, "2026-03-02T02:00:00Z".parse().unwrap()));
    /// # let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// # assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// # let day: chrono::NaiveDate = "2026-03-02".parse().unwrap();
    /// // The clock was a year ahead when lead L1 was assigned.
    /// reps.forget_after("2025-03-02T02:00:00Z".parse().unwrap());
    /// assert_eq!(reps.assigned_on(&"li".into(), day), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forget_after(&mut self, at: DateTime<Utc>) {
        // The pool's date may be a day ahead of UTC's.
        let last = at.date_naive().succ_opt().unwrap_or(NaiveDate::MAX);
        for counts in self.reps.values_mut() {
            // Other rows keep their revision, so decisions that were made on them still hold.
            if counts.counts.keys().any(|date| *date > last) {
                counts.counts.retain(|date, _| *date <= last);
                counts.spans.forget_after(last);
                counts.revision = counts.revision.saturating_add(1);
            }
        }
        self.changes = Changes::of(&self.reps);
    }
}
