//! A state as rows of a host's tables.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::state::StateError;
use super::{OutcomeDelta, State, StorageKeys};
use crate::assign::{Decision, Ledger, RepLedger, RepRow};
use crate::blacklist::{WindowEvent, WindowState};
use crate::model::RepId;

/// Rows of a [`State`]: those that some keys name, or those that an outcome changed.
///
/// Five tables hold a state. Every row is stored as serde writes it, next to its keys:
///
/// | table | one row a | found by | written |
/// |---|---|---|---|
/// | events | submission key, time, lead | key | inserted; of two with one key, time and lead the one that ends later stays. Delete those that ended 14 days ago |
/// | ledgers | pool | pool | updated where the revision is the one that was read |
/// | decisions | pool and key | both | inserted or replaced, deleted when taken back. Delete those made 7 days ago |
/// | reps | rep | rep | updated where the revision is the one that was read |
/// | newest | one row | – | set when it is later; once an hour is enough, so that leads do not queue for it |
///
/// Ledgers and reps need compare-and-swap, which a [`Basis`](super::Basis) does for all of it; events and the newest entry
/// need none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateRows {
    /// Recent submissions, as events by key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<WindowEvent>,
    /// Ledgers without the decisions they remember.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ledgers: Vec<Ledger>,
    /// Decisions that the ledgers remember.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// What each rep was given, a row a rep.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reps: Vec<RepRow>,
    /// When the newest entry was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<DateTime<Utc>>,
}

impl State {
    /// The rows that some keys name, as a host would fetch them from its tables.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules, State};
    ///
    /// let (intake, mut state) = (Intake::compile(&Rules::b2b())?, State::default());
    /// let (roster, now) = (Roster::from_ids(["li"]), "2026-03-02T02:00:00Z".parse().unwrap());
    /// let input = |id: &str| Input { lead: Lead { id: id.into(), ..Lead::default() }, ..Input::default() };
    /// for id in ["L1", "L2"] {
    ///     let outcome = intake.allot(&input(id), &"li".into(), &roster, &state, now);
    ///     state.apply(outcome.delta())?;
    /// }
    /// // The ledger of the pool, the row of the rep, and of the decisions only the one about lead L1.
    /// let rows = state.rows(&intake.storage_keys(&input("L1"), &roster));
    /// assert_eq!((rows.ledgers.len(), rows.reps.len()), (1, 1));
    /// assert_eq!(rows.decisions.iter().map(|decision| decision.key()).collect::<Vec<_>>(), ["L1"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rows(&self, keys: &StorageKeys) -> StateRows {
        let ledgers = || keys.pools.iter().filter_map(|pool| self.ledgers.get(pool));
        let decisions = |ledger: &'_ Ledger| -> Vec<Decision> {
            keys.decisions.iter().filter_map(|key| ledger.decision(key)).collect()
        };
        let known = self.reps.reps().filter(|_| keys.every_rep);
        let reps: BTreeSet<&RepId> = known.chain(&keys.reps).collect();
        StateRows {
            events: self.windows.events_of(&keys.windows).collect(),
            decisions: ledgers().flat_map(decisions).collect(),
            ledgers: ledgers().map(Ledger::without_decisions).collect(),
            reps: reps.into_iter().filter_map(|rep| self.reps.row(rep)).collect(),
            newest: self.newest,
        }
    }

    /// The state of some rows: what a decision about a lead is made on, when they are those that the lead's
    /// [keys](super::Intake::storage_keys) name. A missing row counts as new.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules, State};
    ///
    /// let (intake, mut state) = (Intake::compile(&Rules::b2b())?, State::default());
    /// let (roster, now) = (Roster::from_ids(["li"]), "2026-03-02T02:00:00Z".parse().unwrap());
    /// let input = Input { lead: Lead { id: "L1".into(), ..Lead::default() }, ..Input::default() };
    /// state.apply(intake.allot(&input, &"li".into(), &roster, &state, now).delta())?;
    ///
    /// // The fetched rows decide as the whole state does.
    /// let fetched = State::from_rows(state.rows(&intake.storage_keys(&input, &roster)))?;
    /// let decide = |state: &State| intake.process(&input, &roster, state, now).to_string();
    /// assert_eq!(decide(&fetched), decide(&state));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a row has content that no sequence of decisions could produce, if two rows have the same key, or if a
    /// decision lacks its ledger.
    pub fn from_rows(rows: StateRows) -> Result<State, StateError> {
        let StateRows { events, ledgers, decisions, reps, newest } = rows;
        let fault = |row| move |fault| StateError::Row(row, Box::new(fault));
        let mut state = State {
            windows: WindowState::from_events(events)?,
            reps: RepLedger::from_rows(reps).map_err(fault("the row of a rep"))?,
            newest,
            ..State::default()
        };
        for ledger in ledgers {
            if let Some(twice) = state.ledgers.insert(ledger.pool().clone(), ledger) {
                let twice = crate::assign::LedgerFault::KeyTwice { key: twice.pool().to_string() };
                return Err(StateError::Row("the ledger of a pool", Box::new(twice)));
            }
        }
        for decision in decisions {
            let pool = decision.pool().clone();
            let ledger = state.ledgers.remove(&pool).unwrap_or_else(|| Ledger::new(pool.clone()));
            let ledger = ledger.with_decision(decision).map_err(fault("the row of a decision"))?;
            state.ledgers.insert(pool, ledger);
        }
        Ok(state)
    }

    /// The rows that an outcome's delta changed, after it was [applied](State::apply): what a host writes. The row of a
    /// decision that was taken back is missing here and deleted there.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules, State};
    ///
    /// let (intake, mut state) = (Intake::compile(&Rules::b2b())?, State::default());
    /// let (roster, now) = (Roster::from_ids(["li", "wang"]), "2026-03-02T02:00:00Z".parse().unwrap());
    /// let input = Input { lead: Lead { id: "L1".into(), ..Lead::default() }, ..Input::default() };
    /// let outcome = intake.allot(&input, &"li".into(), &roster, &state, now);
    /// state.apply(outcome.delta())?;
    ///
    /// let written = state.rows_written(outcome.delta());
    /// assert_eq!(written.reps[0].rep().as_str(), "li");
    /// assert_eq!((written.ledgers.len(), written.decisions.len(), written.reps.len()), (1, 1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rows_written(&self, delta: &OutcomeDelta) -> StateRows {
        let assign = delta.assign.as_ref().filter(|assign| !assign.is_empty());
        let ledger = assign.and_then(|assign| self.ledgers.get(assign.pool()));
        let decision = ledger.zip(assign).and_then(|(ledger, assign)| ledger.decision(assign.key()?));
        // A companion's row moves too.
        let reps = assign.into_iter().flat_map(|assign| assign.reps());
        StateRows {
            events: delta.windows.events().to_vec(),
            ledgers: ledger.map(Ledger::without_decisions).into_iter().collect(),
            decisions: decision.into_iter().collect(),
            reps: reps.filter_map(|(rep, _)| self.reps.row(rep)).collect(),
            newest: self.newest.filter(|_| !delta.is_empty()),
        }
    }
}
