//! What a decision was made on, so that two workers do not decide on what the other is about to change.

use serde::{Deserialize, Serialize};

use super::State;
use crate::assign::{AssignDelta, RepLedger};
use crate::blacklist::{LookedAt, WindowKey, WindowState};
use crate::dedup::Rows;
use crate::document::Digest;
use crate::model::{LeadId, PoolId, RepId};
use crate::text::codes;

/// What a decision was made on: a digest of the rows, the submissions it looked for, and the revisions of what it read.
///
/// Two workers that decide at the same time do not see what the other is about to write: the same form would pass
/// twice, two forms of one person would get two owners. So a worker that is not alone commits in these steps, from the
/// second one on in one transaction:
///
/// 1. take the [basis](super::Outcome::basis) of the outcome, on the rows that it was decided on;
/// 2. fetch by the same probe and the same keys again, locking or in a serialisable transaction;
/// 3. [`check`](Basis::check) the outcome's basis on what was fetched; on a [`Conflict`] roll back and decide again;
/// 4. file the lead, apply the effects, apply the delta and write the rows it changed.
///
/// ```
/// use leadkit::model::{Lead, Rep};
/// use leadkit::{Input, Intake, Roster, State};
/// use serde_json::json;
///
/// let intake = Intake::load(json!({
///     "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}},
/// }))?;
/// let reps = ["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() });
/// let roster = Roster::compile(&reps, &Default::default())?;
/// let now = "2026-03-02T02:00:00Z".parse().unwrap();
/// let (mut book, mut state) = (intake.book(), State::default());
///
/// // The same form reaches two workers at once. Both look for it, and find nothing.
/// let form = |id: &str| Lead {
///     id: id.into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default()
/// };
/// let decide = |lead: &Lead, book: &leadkit::book::Book, state: &State| {
///     let rows = book.rows(&intake.probe(lead));
///     intake.process(&Input { lead: lead.clone(), rows, ..Input::default() }, &roster, state, now)
/// };
/// let (first, second) = (form("L1"), form("L2"));
/// let outcomes = [decide(&first, &book, &state), decide(&second, &book, &state)];
/// let seen = [&first, &second].map(|lead| book.rows(&intake.probe(lead)));
/// let bases = [outcomes[0].basis(&seen[0]), outcomes[1].basis(&seen[1])];
///
/// // The first commits.
/// bases[0].check(&book.rows(&intake.probe(&first)), &state).unwrap();
/// state.apply(outcomes[0].delta()).unwrap();
/// book.insert_lead(first);
/// outcomes[0].apply_to(&mut book);
///
/// // The second is refused, decides again, and finds the first.
/// let conflict = bases[1].check(&book.rows(&intake.probe(&second)), &state).unwrap_err();
/// assert_eq!(conflict.to_string(), "the rows that share a key with the lead have changed");
/// assert_eq!(decide(&second, &book, &state).route().folded_into(), Some(&"L1".into()));
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
///
/// Burst counts never conflict: a further lead from the same page makes no decision wrong. What a worker
/// decides and commits so is what it would have decided had the workers taken turns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Basis {
    lead: LeadId,
    /// Whether rows were read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    reads_rows: bool,
    /// Digest of the rows; `None` when they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<Digest>,
    /// When the lead came in, in milliseconds since 1970.
    at: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    submissions: Vec<WindowKey>,
    /// Digest of what was known under them; `None` when that was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ledger: Option<(PoolId, u64)>,
    /// Sorted by id. Nearly every decision reads one or two.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "as_map")]
    reps: Vec<(RepId, u64)>,
}

/// What has changed since a decision, so that the decision must not be applied. Decide again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Conflict {
    /// A record that shares a key with the lead was added, removed or changed.
    #[error("the rows that share a key with the lead have changed")]
    Rows,
    /// The same submission came in meanwhile.
    #[error("the same submission came in meanwhile")]
    Submission,
    /// Another lead was assigned from the pool.
    #[error(
        "the ledger of pool `{pool}` is at revision {found}, the decision was made on revision {expected}"
    )]
    Ledger {
        /// The pool whose ledger has moved.
        pool: PoolId,
        /// The revision the decision was made on.
        expected: u64,
        /// The revision that the ledger has now.
        found: u64,
    },
    /// The rep was given another lead.
    #[error(
        "the counts of rep `{rep}` are at revision {found}, the decision was made on revision {expected}"
    )]
    Rep {
        /// The rep whose counts have moved.
        rep: RepId,
        /// The revision the decision was made on.
        expected: u64,
        /// The revision of the rep's row.
        found: u64,
    },
}

codes! {
    Conflict {
        Conflict::Rows => "rows",
        Conflict::Submission => "submission",
        Conflict::Ledger { .. } => "ledger",
        Conflict::Rep { .. } => "rep",
    }
}

impl Basis {
    pub(super) fn new(lead: &LeadId, looked_at: LookedAt, windows: &WindowState) -> Basis {
        let seen = looked_at.digest(windows, lead);
        let LookedAt { at, keys } = looked_at;
        Basis { lead: lead.clone(), at, submissions: keys, seen, ..Basis::default() }
    }

    pub(super) fn read_rows(&mut self) {
        self.reads_rows = true;
    }

    /// The same with a digest of the rows, if they were read.
    pub(super) fn on(&self, rows: &Rows) -> Basis {
        Basis { rows: self.reads_rows.then(|| digest_of(rows)), ..self.clone() }
    }

    /// Whether an owner can take one more lead was checked for each who owns a row.
    pub(super) fn read_owners(&mut self, rows: &Rows, reps: &RepLedger) {
        let on_file = rows.leads.iter().filter(|lead| lead.is_on_file());
        let leads = on_file.filter_map(|lead| lead.owner.as_ref());
        let accounts = rows.accounts.iter().flat_map(|account| account.holders());
        for rep in leads.chain(accounts) {
            self.read_rep(rep, reps.revision(rep));
        }
    }

    pub(super) fn read_ledger(&mut self, delta: Option<&AssignDelta>) {
        let Some(delta) = delta else { return };
        self.ledger = Some((delta.pool().clone(), delta.ledger_revision()));
        delta.reps().for_each(|(rep, revision)| self.read_rep(rep, revision));
    }

    fn read_rep(&mut self, rep: &RepId, revision: u64) {
        match self.reps.binary_search_by(|(known, _)| known.cmp(rep)) {
            Ok(place) => self.reps.get_mut(place).into_iter().for_each(|known| known.1 = revision),
            Err(place) => self.reps.insert(place, (rep.clone(), revision)),
        }
    }

    /// The submission keys it was decided on: fetch the events under them again.
    #[must_use]
    pub fn submissions(&self) -> &[WindowKey] {
        &self.submissions
    }

    /// The pool whose ledger was read, and its revision.
    #[must_use]
    pub fn ledger(&self) -> Option<(&PoolId, u64)> {
        self.ledger.as_ref().map(|(pool, revision)| (pool, *revision))
    }

    /// The reps whose rows were read and matter, and the revision of each: the one who gets the lead, and the owners of
    /// what it matched.
    pub fn reps(&self) -> impl Iterator<Item = (&RepId, u64)> {
        self.reps.iter().map(|(rep, revision)| (rep, *revision))
    }

    /// Whether the decision would be made again: on the rows fetched by the same probe, in any order, and on the state, or
    /// what of it the lead's keys name. O(rows + submissions).
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules, State};
    ///
    /// let (intake, mut state) = (Intake::compile(&Rules::b2b())?, State::default());
    /// let (roster, now) = (Roster::from_ids(["li"]), "2026-03-02T02:00:00Z".parse().unwrap());
    /// let input = |id: &str| Input { lead: Lead { id: id.into(), ..Lead::default() }, ..Input::default() };
    /// let (one, other) = (input("L1"), input("L2"));
    /// let decided = intake.allot(&one, &"li".into(), &roster, &state, now);
    ///
    /// // Before it is committed, another worker gives li a lead.
    /// state.apply(intake.allot(&other, &"li".into(), &roster, &state, now).delta())?;
    /// let conflict = decided.basis(&one.rows).check(&one.rows, &state).unwrap_err();
    /// assert_eq!(
    ///     conflict.to_string(),
    ///     "the ledger of pool `leads` is at revision 1, the decision was made on revision 0",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The first thing that has changed: rows, submissions, the ledger, a rep's row.
    pub fn check(&self, rows: &Rows, state: &State) -> Result<(), Conflict> {
        if self.rows.is_some_and(|digest| digest != digest_of(rows)) {
            return Err(Conflict::Rows);
        }
        let looked_at = LookedAt { at: self.at, keys: self.submissions.clone() };
        if looked_at.digest(&state.windows, &self.lead) != self.seen {
            return Err(Conflict::Submission);
        }
        if let Some((pool, expected)) = &self.ledger {
            let found = state.ledgers.get(pool).map_or(0, |ledger| ledger.revision());
            if found != *expected {
                return Err(Conflict::Ledger { pool: pool.clone(), expected: *expected, found });
            }
        }
        for (rep, expected) in &self.reps {
            let found = state.reps.revision(rep);
            if found != *expected {
                return Err(Conflict::Rep { rep: rep.clone(), expected: *expected, found });
            }
        }
        Ok(())
    }
}

/// Revisions by rep, stored as a map.
mod as_map {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::model::RepId;

    pub(super) fn serialize<S: Serializer>(reps: &[(RepId, u64)], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(reps.iter().map(|(rep, revision)| (rep, revision)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(RepId, u64)>, D::Error> {
        BTreeMap::deserialize(deserializer).map(Vec::from_iter)
    }
}

/// A digest of rows in any order.
fn digest_of(rows: &Rows) -> Digest {
    // A lead that is not on file is never matched: whether it was fetched makes no difference.
    let leads = rows.leads.iter().filter(|lead| lead.is_on_file()).map(Digest::of);
    let leads = leads.fold(Digest::default(), Digest::and);
    let accounts = rows.accounts.iter().map(Digest::of).fold(Digest::default(), Digest::and);
    let people = rows.people.iter().map(Digest::of).fold(Digest::default(), Digest::and);
    Digest::of(&(leads, accounts, people, rows.truncated))
}
