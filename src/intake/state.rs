//! What the main job remembers between leads.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::OutcomeDelta;
use crate::assign::{Ledger, LedgerError, LedgerFault, RepLedger};
use crate::blacklist::{WindowError, WindowState};
use crate::calendar::Span;
use crate::document::{Digest, in_words};
use crate::model::PoolId;
use crate::text::moment;

/// How far `now` may be past the newest entry.
const CLOCK_LEEWAY: Span = Span::days(31);
const FORMAT: u16 = 1;

/// What the main job remembers: recent submissions, the turns in each pool, what each rep was given.
///
/// Pass it in, apply the outcome's effects, and apply the outcome's delta to it. A small host saves it whole, as one
/// value; a host with a database keeps it as [rows](super::StateRows) and assembles for each lead the few that the lead's
/// [keys](super::StorageKeys) name. Both decide alike.
///
/// It is stored with a format number and a digest, and read strictly: an unknown key, a number that no sequence of
/// decisions can produce, or a damaged event is an error that names it. A damaged state is never read as a different
/// one.
///
/// ```
/// use leadkit::State;
///
/// let saved = serde_json::to_string(&State::default())?;
/// assert_eq!(serde_json::from_str::<State>(&saved)?, State::default());
///
/// let misspelt = serde_json::from_str::<State>(r#"{"ledger": {}}"#).unwrap_err().to_string();
/// assert!(misspelt.starts_with("unknown key `ledger`: did you mean `ledgers`?"), "{misspelt}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// Recent submissions, for resubmissions and bursts. Its deltas may arrive in any order, and twice.
    pub windows: WindowState,
    /// The ledger of each pool, which decides whose turn it is. Needs compare-and-swap: one writer at a time, by revision.
    pub ledgers: BTreeMap<PoolId, Ledger>,
    /// What each rep was given over all pools. Needs compare-and-swap too, rep by rep.
    pub reps: RepLedger,
    /// When the newest entry was decided, by which a wrong clock is noticed; `None` when nothing was decided yet.
    pub newest: Option<DateTime<Utc>>,
}

/// Why an outcome could not be applied, or rows could not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The outcome was decided on a state that has moved since. Decide again.
    #[error("the outcome was decided on a state that has changed since: decide again")]
    Moved(#[from] LedgerError),
    /// The outcome was decided more than 31 days after the newest entry: most likely the clock that gave `now` is wrong,
    /// and applying it would forget the present. When it is right, set
    /// [`Input::trust_clock`](super::Input::trust_clock); when the newest entry is wrong,
    /// [`State::forget_after`] repairs the state.
    #[error(
        "`now` is {}, more than 31 days past the newest entry of {}: correct the clock, or set `trust_clock` in the input",
        moment(*now), moment(*newest)
    )]
    ClockAhead {
        /// The `now` of the outcome.
        now: DateTime<Utc>,
        /// When the newest entry was decided.
        newest: DateTime<Utc>,
    },
    /// A row has content that no sequence of decisions could produce.
    #[error("{0} was not written by leadkit")]
    Row(&'static str, #[source] Box<LedgerFault>),
    /// An event of the windows has content that no submission could produce.
    #[error("some events were not written by leadkit")]
    Events(#[from] WindowError),
}

impl State {
    /// The ledger of a pool; a new one when nothing was assigned from it yet.
    pub(super) fn ledger(&self, pool: &PoolId) -> Cow<'_, Ledger> {
        match self.ledgers.get(pool) {
            Some(ledger) => Cow::Borrowed(ledger),
            None => Cow::Owned(Ledger::new(pool.clone())),
        }
    }

    /// Applies an outcome's delta. On an error the state is unchanged.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules, State};
    ///
    /// let (intake, mut state) = (Intake::compile(&Rules::b2b())?, State::default());
    /// let (roster, now) = (Roster::from_ids(["li"]), "2026-03-02T02:00:00Z".parse().unwrap());
    /// let allot = |id: &str, state: &State| {
    ///     let input = Input { lead: Lead { id: id.into(), ..Lead::default() }, ..Input::default() };
    ///     intake.allot(&input, &"li".into(), &roster, state, now)
    /// };
    /// // Two workers decide on one state: the second has to decide again.
    /// let (first, second) = (allot("L1", &state), allot("L2", &state));
    /// state.apply(first.delta())?;
    /// let stale = state.apply(second.delta()).unwrap_err();
    /// assert_eq!(stale.to_string(), "the outcome was decided on a state that has changed since: decide again");
    /// state.apply(allot("L2", &state).delta())?;
    /// assert_eq!(roster.holding(&"li".into(), &state.reps), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a ledger has moved since the outcome was decided, or when it was decided more than 31 days after the newest
    /// entry and does not say that this is right.
    pub fn apply(&mut self, delta: &OutcomeDelta) -> Result<(), StateError> {
        if delta.is_empty() {
            return Ok(());
        }
        self.check_clock(delta)?;
        if let Some(assign) = delta.assign.as_ref().filter(|assign| !assign.is_empty()) {
            match self.ledgers.get_mut(assign.pool()) {
                Some(ledger) => assign.apply_to(ledger, &mut self.reps)?,
                None => {
                    let mut ledger = Ledger::new(assign.pool().clone());
                    assign.apply_to(&mut ledger, &mut self.reps)?;
                    self.ledgers.insert(assign.pool().clone(), ledger);
                }
            }
        }
        self.windows.apply(&delta.windows);
        if !delta.forgets.is_empty() {
            for lead in &delta.forgets {
                self.windows.forget_lead(lead);
            }
            self.ledgers.values_mut().for_each(|ledger| ledger.forget_leads(&delta.forgets));
        }
        self.newest = self.newest.max(Some(delta.at));
        Ok(())
    }

    /// Whether the outcome's time is plausible.
    pub(super) fn check_clock(&self, delta: &OutcomeDelta) -> Result<(), StateError> {
        match self.newest {
            Some(newest) if !delta.trust_clock && delta.at > CLOCK_LEEWAY.after(newest) => {
                Err(StateError::ClockAhead { now: delta.at, newest })
            }
            _ => Ok(()),
        }
    }

    /// Repairs a state that a wrong clock has moved into the future: forgets what was decided after a moment. Times, day
    /// counts, remembered decisions and events after it go; turns stay as they are. What the wrong time has already
    /// expired (the counts of the true day, decisions that it made older than a week) is not restored.
    ///
    /// ```
    /// use leadkit::State;
    ///
    /// let mut state = State { newest: Some("2099-01-01T00:00:00Z".parse().unwrap()), ..State::default() };
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// state.forget_after(now);
    /// assert_eq!(state.newest, Some(now));
    /// ```
    pub fn forget_after(&mut self, at: DateTime<Utc>) {
        self.windows.forget_after(at);
        for ledger in self.ledgers.values_mut() {
            // Before the ledger forgets which they are.
            self.reps.forget_decided(ledger, at);
            ledger.forget_after(at);
        }
        self.reps.forget_after(at);
        self.newest = self.newest.map(|newest| newest.min(at));
    }
}

/// A state as it is stored. The members are references when it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<W, L, R> {
    #[serde(default = "format")]
    format: u16,
    #[serde(default)]
    windows: W,
    #[serde(default)]
    ledgers: L,
    #[serde(default)]
    reps: R,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<DateTime<Utc>>,
    /// Reveals damage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

fn format() -> u16 {
    FORMAT
}

type Read = Stored<WindowState, BTreeMap<PoolId, Ledger>, RepLedger>;

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let State { windows, ledgers, reps, newest } = self;
        let mut stored = Stored { format: FORMAT, windows, ledgers, reps, newest: *newest, digest: None };
        stored.digest = Some(Digest::of(&stored));
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<State, D::Error> {
        let stored = Read::deserialize(deserializer);
        let mut stored = stored.map_err(|error| D::Error::custom(in_words(&error.to_string())))?;
        if stored.format != FORMAT {
            return Err(D::Error::custom(LedgerFault::UnknownFormat { format: stored.format }));
        }
        let digest = stored.digest.take();
        if digest.is_some_and(|digest| digest != Digest::of(&stored)) {
            return Err(D::Error::custom("the state is damaged: its digest differs"));
        }
        if let Some((pool, ledger)) = stored.ledgers.iter().find(|(pool, ledger)| *pool != ledger.pool()) {
            let message = format!("the ledger under `{pool}` is that of pool `{}`", ledger.pool());
            return Err(D::Error::custom(message));
        }
        let Stored { windows, ledgers, reps, newest, .. } = stored;
        Ok(State { windows, ledgers, reps, newest })
    }
}
