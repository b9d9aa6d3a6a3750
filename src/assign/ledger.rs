//! The running state of one pool: turns, daily counts, decisions already made.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::class::TurnTable;
use super::companion::AlsoCounted;
use super::counts::{DayCounts, Period, Spans, Way, is_storable};
use super::decided::{Counted, Decided, Decision, Given};
use super::delta::{AssignDelta, Change};
use super::ledger_error::LedgerError;
use super::recent::Recent;
use super::seating::{Seating, Taken};
use super::turn::{Turn, TurnList};
use super::turns::Turns;
use crate::calendar::Span;
use crate::model::{GroupId, PoolId, RepId, RuleId};

const KEYS_KEPT: Span = Span::days(7);
const KEYS_LIMIT: usize = 100_000;
/// How many revisions back a decision's turn is remembered, so that it can be given back: it names the classes that took
/// part.
pub(super) const TURNS_KEPT: u64 = 1_000;

/// The running state of one pool. The host stores it and hands it in; [`Ledger::apply`] moves it.
///
/// It has a revision. Two workers that decide on the same revision must not both be applied, so the host stores
/// with compare-and-swap on it, and [`Ledger::apply`] refuses a delta of another revision. Everything is held by id
/// in ordered maps, so that equal histories serialise to equal bytes. Decisions are remembered by key for 7 days
/// (at most 100,000 of them), daily counts for today and yesterday.
///
/// It is stored with a format number and a digest, and read strictly: what no sequence of decisions could produce is a
/// [`LedgerFault`](super::LedgerFault), in words in serde's error.
///
/// A host with a database keeps the remembered [decisions](Decision) as rows of their own, by pool and key:
/// [`without_decisions`](Ledger::without_decisions) is the pool's row, which does not grow with the leads.
///
/// ```
/// use leadkit::assign::Ledger;
///
/// let ledger = Ledger::new("p1".into());
/// assert_eq!((ledger.pool().as_str(), ledger.revision()), ("p1", 0));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    pub(super) pool: PoolId,
    pub(super) revision: u64,
    pub(super) latest: Option<DateTime<Utc>>,
    pub(super) groups: BTreeMap<GroupId, Turns>,
    pub(super) rules: BTreeMap<RuleId, Turns>,
    pub(super) counts: DayCounts,
    pub(super) spans: Spans,
    /// By the revision that each decision led to, which is also their order in time.
    pub(super) decided: BTreeMap<u64, Decided>,
    pub(super) keys: BTreeMap<Arc<str>, u64>,
    pub(super) given: Recent,
}

impl Ledger {
    /// The state of a pool in which nothing has happened yet.
    ///
    /// ```
    /// use leadkit::assign::Ledger;
    ///
    /// let ledger = Ledger::new("inbound".into());
    /// assert_eq!((ledger.revision(), ledger.latest()), (0, None));
    /// ```
    #[must_use]
    pub fn new(pool: PoolId) -> Ledger {
        Ledger {
            pool,
            revision: 0,
            latest: None,
            groups: BTreeMap::new(),
            rules: BTreeMap::new(),
            counts: DayCounts::default(),
            spans: Spans::default(),
            decided: BTreeMap::new(),
            keys: BTreeMap::new(),
            given: Recent::default(),
        }
    }

    /// The pool whose turns and counts it holds.
    #[must_use]
    pub fn pool(&self) -> &PoolId {
        &self.pool
    }

    /// How often the state has changed, counted by decision.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The latest time at which a decision was made. A decision of an earlier `now`
    /// [says so](super::Assignment::clamped_from).
    #[must_use]
    pub fn latest(&self) -> Option<DateTime<Utc>> {
        self.latest
    }

    /// What the reps of a list are owed under [`Strategy::FairShare`](super::Strategy), in units of
    /// [`ONE_LEAD`](super::ONE_LEAD), by id. Sums to 0 over all who ever took part; a rep who is not listed is owed
    /// nothing.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, ONE_LEAD, RepLedger, Roster, TurnList};
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
    /// // `li` and `wang` could both have had lead L1, and `li` got it: `wang` is owed half a lead.
    /// let owed: Vec<i64> = ledger.credits(&TurnList::Rule("all".into())).map(|(_, units)| units).collect();
    /// assert_eq!(owed, [-ONE_LEAD / 2, ONE_LEAD / 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn credits(&self, list: &TurnList) -> impl Iterator<Item = (&RepId, i64)> {
        self.turns(list).into_iter().flat_map(|turns| turns.all_owed(TurnTable::Credit))
    }

    /// The current weights of the reps of a list under [`Strategy::SmoothWeighted`](super::Strategy), by id, after the last
    /// turn. They sum to 0.
    ///
    /// ```
    /// # use leadkit::assign::{Assigner, Ledger, Ledgers, RepLedger, Roster, TurnList};
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
    /// let assigner = Assigner::load(json!({"pools": {"p": {
    ///     "strategy": "smooth_weighted", "rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}],
    /// }}}))?;
    /// let assignment = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &reps });
    /// assignment.delta().apply_to(&mut ledger, &mut reps)?;
    /// let list = TurnList::Rule("all".into());
    /// let weights: Vec<i64> = ledger.smooth_weights(&list).map(|(_, weight)| weight).collect();
    /// assert_eq!(weights, [-1, 1], "after the turn of `li`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn smooth_weights(&self, list: &TurnList) -> impl Iterator<Item = (&RepId, i64)> {
        self.turns(list).into_iter().flat_map(|turns| turns.all_owed(TurnTable::Smooth))
    }

    /// How many leads of the pool a rep was assigned on a local date, the pool's. Known for the date of the last
    /// decision and the one before.
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
    /// assert_eq!(ledger.assigned_on(&"li".into(), day), 1);
    /// assert_eq!(ledger.assigned_on(&"li".into(), "2026-03-03".parse().unwrap()), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn assigned_on(&self, rep: &RepId, date: NaiveDate) -> u32 {
        self.counts.on(date, rep).assigned
    }

    /// How many leads of the pool were assigned on a local date, the pool's, whoever got them.
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
    /// // After `li` was assigned lead L1 on 2 March. `total_daily_cap` limits this count.
    /// assert_eq!(ledger.assigned_in_all(day), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn assigned_in_all(&self, date: NaiveDate) -> u32 {
        self.counts.assigned_in_all(date)
    }

    pub(super) fn assigned_in(&self, rep: &RepId, period: Period, date: NaiveDate) -> u32 {
        self.spans.assigned_in(rep, period, date)
    }

    /// How many leads of the pool a rep claimed (领取) on a local date, the pool's: counted apart from those that were
    /// assigned.
    ///
    /// ```
    /// # use leadkit::assign::{AssignOptions, Assigner, Ledger, Ledgers, RepLedger, Roster};
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
    /// let other = Lead { id: "L2".into(), ..Lead::default() };
    /// let other = Facts::new(&other, &FactContext::new(&tables, facts.now()));
    /// let state = Ledgers { pool: &ledger, reps: &reps };
    /// let claim = assigner.claim(&other, &"li".into(), &roster, state, &AssignOptions::default()).unwrap();
    /// claim.apply_to(&mut ledger, &mut reps)?;
    /// // One lead was assigned and one claimed.
    /// assert_eq!((ledger.assigned_on(&"li".into(), day), ledger.claimed_on(&"li".into(), day)), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn claimed_on(&self, rep: &RepId, date: NaiveDate) -> u32 {
        self.counts.on(date, rep).claimed
    }

    /// Moves the state by a decision. O((c + k)·log n) in the c classes of reps that took part (reps of one class differ in
    /// nothing on which eligibility depends) and the k reps who joined, left or were ruled out since the last.
    ///
    /// The same delta cannot be applied twice: its revision is stale the second time. A delta that changes nothing
    /// always applies.
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
    /// ledger.apply(assignment.delta())?;
    /// let again = ledger.apply(assignment.delta()).unwrap_err();
    /// assert_eq!(again.to_string(), "the ledger of pool `p` is at revision 1, the decision was made on revision 0");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the decision was made on another revision or for another pool, or when no revision is left; nothing is
    /// changed then.
    pub fn apply(&mut self, delta: &AssignDelta) -> Result<(), LedgerError> {
        self.check(delta)?;
        let Some(change) = &delta.change else { return Ok(()) };
        self.revision += 1;
        // By the earlier of the two: one decision from far ahead must not have forgotten what the next still needs.
        let known_at = self.latest.map_or(delta.at, |latest| latest.min(delta.at));
        self.latest = self.latest.max(Some(delta.at));
        // A turn that is given back does not start a new day.
        let date = (!change.takes_back).then_some(change.date);
        for one in &change.seated.seated {
            self.turns_mut(&one.list).sit(&one.seating, date);
        }
        for one in &change.seated.read {
            self.turns_mut(&one.list).sit(&one.seating, None);
        }
        let also = change.also.iter().filter_map(|one| one.turn.as_ref());
        for taken in change.turn.iter().chain(also) {
            self.turns_mut(&taken.turn.list).take(taken, date);
        }
        for (rep, _) in delta.reps() {
            self.given.note(self.revision, rep);
        }
        if change.takes_back {
            // What is taken back is counted on a date of its own, which says nothing of today, and leaves nothing to forget.
            self.take_back(change);
        } else {
            self.remember(delta, change);
            self.prune(known_at, change.date);
        }
        Ok(())
    }

    /// Whether the delta was made on this very state, so that [`Ledger::apply`] will take it.
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
    /// assert_eq!(ledger.check(assignment.delta()), Ok(()));
    /// let other = Ledger::new("other".into()).check(assignment.delta()).unwrap_err();
    /// assert_eq!(other.to_string(), "the decision belongs to pool `p`, not to pool `other`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When it was not.
    pub fn check(&self, delta: &AssignDelta) -> Result<(), LedgerError> {
        if delta.pool != self.pool {
            return Err(LedgerError::OtherPool { expected: delta.pool.clone(), found: self.pool.clone() });
        }
        // A repeated answer changes nothing, so no revision makes it stale.
        if delta.change.is_none() {
            return Ok(());
        }
        if delta.revision != self.revision {
            return Err(LedgerError::StaleLedger {
                pool: self.pool.clone(),
                expected: delta.revision,
                found: self.revision,
            });
        }
        let date = delta.change.as_ref().map_or(delta.at.date_naive(), |change| change.date);
        // What cannot be written could not be read back either: refuse it before it enters the state.
        if !is_storable(delta.at.date_naive()) || !is_storable(date) {
            return Err(LedgerError::Time { at: delta.at });
        }
        if self.revision == u64::MAX {
            return Err(LedgerError::NoRevisionLeft { pool: self.pool.clone() });
        }
        Ok(())
    }

    /// The pool's row: all but the remembered decisions. Its size depends on the reps, not on the leads.
    #[must_use]
    pub fn without_decisions(&self) -> Ledger {
        Ledger {
            pool: self.pool.clone(),
            groups: self.groups.clone(),
            rules: self.rules.clone(),
            counts: self.counts.clone(),
            spans: self.spans.clone(),
            decided: BTreeMap::new(),
            keys: BTreeMap::new(),
            given: Recent::from(self.revision),
            ..*self
        }
    }

    /// The pool's row with the decisions whose keys begin so.
    #[must_use]
    pub(crate) fn with_keys(&self, beginnings: &[&str]) -> Ledger {
        let mut ledger = self.without_decisions();
        for beginning in beginnings {
            // Keys are sorted, so those that begin alike are neighbours.
            let found = self.keys.range::<str, _>((Bound::Included(*beginning), Bound::Unbounded));
            for (key, revision) in found.take_while(|(key, _)| key.starts_with(beginning)) {
                if let Some(decided) = self.decided.get(revision) {
                    ledger.keys.insert(key.clone(), *revision);
                    ledger.decided.insert(*revision, decided.clone());
                }
            }
        }
        ledger
    }

    /// The remembered decision of a key, as a row.
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
    /// // After `li` was assigned lead L1, which is remembered under the lead's id.
    /// let decision = ledger.decision("L1").unwrap();
    /// assert_eq!(decision.kind().owner().unwrap().as_str(), "li");
    /// assert!(ledger.decision("L2").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn decision(&self, key: &str) -> Option<Decision> {
        let revision = *self.keys.get(key)?;
        let decided = self.decided.get(&revision)?.clone();
        Some(Decision { pool: self.pool.clone(), revision, decided })
    }

    /// The decision that gave a lead to a rep last, of those that are remembered under some keys.
    pub(crate) fn gave(&self, keys: &[String], rep: &RepId) -> Option<Given<'_>> {
        let revisions = keys.iter().filter_map(|key| self.keys.get(key.as_str()));
        let decided = revisions.filter_map(|revision| Some((revision, self.decided.get(revision)?)));
        let gave = decided.filter(|(_, decided)| decided.kind.owner() == Some(rep));
        gave.max_by_key(|(revision, _)| **revision).map(|(_, decided)| Given(decided))
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

    /// Whether the turn that a remembered decision took is still known.
    pub(super) fn knows_turn(&self, key: &str) -> bool {
        self.keys.get(key).is_some_and(|revision| revision.saturating_add(TURNS_KEPT) > self.revision)
    }

    /// The delta that gives a turn back: the present members of the classes that took part pay the winner. When nobody
    /// has joined or left since, that is the turn itself with the other sign.
    pub(super) fn given_back(&self, turn: &Turn) -> Option<Taken> {
        let total = self.turns(&turn.list)?.total_of(turn);
        let turn = Turn { total, back: true, ..turn.clone() };
        (total > 0).then(|| Taken { turn, seating: Seating::default() })
    }

    fn turns_mut(&mut self, list: &TurnList) -> &mut Turns {
        match list {
            TurnList::Group(id) => self.groups.entry(id.clone()).or_default(),
            TurnList::Rule(id) => self.rules.entry(id.clone()).or_default(),
        }
    }

    fn remember(&mut self, delta: &AssignDelta, change: &Change) {
        if let Some(rep) = &change.rep {
            self.counts.add(change.date, rep, change.way);
            if change.spans {
                self.spans.add(change.date, rep, change.way);
            }
        }
        for also in &change.also {
            // A companion's day: it does not count for the cap of the whole pool, which counts the lead once.
            self.counts.add(change.date, &also.rep, Way::Beside);
            if also.spans {
                self.spans.add(change.date, &also.rep, change.way);
            }
        }
        let Some(key) = &change.key else { return };
        let also = change.also.iter().map(|one| AlsoCounted {
            role: one.role.clone(),
            rep: one.rep.clone(),
            turn: one.turn.as_ref().map(|taken| taken.turn.clone()),
            spans: one.spans,
        });
        let also: Vec<AlsoCounted> = also.collect();
        let is_counted = change.rep.is_some() || !also.is_empty();
        let counted = is_counted.then(|| Counted {
            also,
            date: change.date,
            way: change.way,
            spans: change.spans,
            turn: change.turn.as_ref().map(|taken: &Taken| taken.turn.clone()),
        });
        let decided = Decided { key: key.clone(), at: delta.at, kind: change.kind.clone(), counted };
        // Decided anew under the key: the earlier decision is no longer the answer.
        if let Some(before) = self.keys.insert(key.clone(), self.revision) {
            self.decided.remove(&before);
        }
        self.decided.insert(self.revision, decided);
        // Each decision moves the revision, so with each the oldest turn falls out of those that can be given back.
        let first = self.revision.saturating_sub(TURNS_KEPT);
        if let Some(counted) = self.decided.get_mut(&first).and_then(|decided| decided.counted.as_mut()) {
            counted.turn = None;
            counted.also.iter_mut().for_each(|one| one.turn = None);
        }
    }

    fn take_back(&mut self, change: &Change) {
        if let Some(rep) = &change.rep {
            self.counts.take_back(change.date, rep, change.way);
            if change.spans {
                self.spans.take_back(change.date, rep, change.way);
            }
        }
        for also in &change.also {
            self.counts.take_back(change.date, &also.rep, Way::Beside);
            if also.spans {
                self.spans.take_back(change.date, &also.rep, change.way);
            }
        }
        if let Some(revision) = change.key.as_ref().and_then(|key| self.keys.remove(key)) {
            self.decided.remove(&revision);
        }
    }

    fn prune(&mut self, known_at: DateTime<Utc>, today: NaiveDate) {
        self.counts.prune(today);
        self.spans.prune(today);
        let oldest = KEYS_KEPT.before(known_at);
        // By revision, hence mostly by time: the oldest stand in front, and pruning costs what it removes.
        while let Some(entry) = self.decided.first_entry()
            && (entry.get().at < oldest || self.keys.len() > KEYS_LIMIT)
        {
            self.keys.remove(&entry.remove().key);
        }
    }
}
