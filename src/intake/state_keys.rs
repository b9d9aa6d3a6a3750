//! Which rows of a state a decision reads and writes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::engine::Case;
use super::{Input, Intake};
use crate::assign::{Given, Ledger, Roster, claim_key, cover_key, key_at, key_of};
use crate::blacklist::WindowKey;
use crate::model::{History, Lead, PoolId, RepId};
use crate::rule::{FactContext, Facts};

/// The keys of the rows that a decision about one lead reads and writes: as many as the lead has contact values and
/// origins, and its pool has reps, however many leads there were before.
///
/// ```
/// use leadkit::model::{Lead, Rep};
/// use leadkit::{Input, Intake, Roster, State, StateRows};
/// use serde_json::json;
///
/// let intake = Intake::load(json!({
///     "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
/// }))?;
/// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default())?;
/// let now = "2026-03-02T02:00:00Z".parse().unwrap();
/// let lead = Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default() };
/// let input = Input { lead, ..Input::default() };
///
/// // SELECT the rows of these keys.
/// let keys = intake.storage_keys(&input, &roster);
/// assert_eq!((keys.pools.len(), keys.reps.len()), (1, 1));
/// let mut state = State::from_rows(StateRows::default()).unwrap();
/// let outcome = intake.process(&input, &roster, &state, now);
///
/// // INSERT or UPDATE the rows that the outcome changed.
/// state.apply(outcome.delta()).unwrap();
/// let written = state.rows_written(outcome.delta());
/// assert_eq!((written.ledgers.len(), written.decisions.len(), written.reps.len()), (1, 1, 1));
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StorageKeys {
    /// The keys of the events of the windows: fetch all events under each, or those that
    /// [begin](crate::blacklist::WindowEvent::at) before the lead was created and [end](crate::blacklist::WindowEvent::until)
    /// after it.
    pub windows: Vec<WindowKey>,
    /// The pools whose ledgers are read, by id: the one the lead is assigned from.
    pub pools: Vec<PoolId>,
    /// The keys of the remembered decisions, in each of the pools.
    pub decisions: Vec<String>,
    /// The reps whose rows are read, by id.
    pub reps: Vec<RepId>,
    /// Whether the rows of all reps are read: a rule gives leads to
    /// [everybody](crate::assign::AssignTarget::Everybody).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub every_rep: bool,
}

impl Intake {
    /// The keys under which a lead is looked for among recent submissions, and under which it is remembered: sorted, each
    /// once.
    ///
    /// They are hashes of contact values with what was submitted, and of origins that the rules count bursts by. Store each
    /// [event](crate::blacklist::WindowEvent) as a row by key, time and lead.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Intake, Rules};
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let keys = |phone: &str| {
    ///     intake.window_keys(&Lead { phones: vec![phone.into()], ..Lead::default() })
    /// };
    /// assert_eq!(keys("138 1234 9876"), keys("+8613812349876"));
    /// assert_eq!(keys("138 1234 9876")[0].to_string().len(), 32);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn window_keys(&self, lead: &Lead) -> Vec<WindowKey> {
        self.blacklist.window_keys(&Facts::new(lead, &FactContext::new(&self.tables, lead.created_at)))
    }

    /// The keys of the rows of the state that a decision about the input's lead reads and writes, with the rows that were
    /// fetched by [`probe`](Intake::probe) in the input.
    ///
    /// [`State::from_rows`](super::State::from_rows) assembles a state of them, on which [`process`](Intake::process) and
    /// [`review`](Intake::review) decide as on the whole state.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules};
    ///
    /// let (intake, roster) = (Intake::compile(&Rules::b2b())?, Roster::from_ids(["li", "wang"]));
    /// let lead = Lead { id: "L1".into(), owner: Some("li".into()), ..Lead::default() };
    /// let keys = intake.storage_keys(&Input { lead, ..Input::default() }, &roster);
    /// assert_eq!(keys.pools, ["leads".into()]);
    /// assert!(keys.decisions.contains(&"L1".to_owned()));
    /// assert!(keys.every_rep, "the last rule of the preset gives leads to all reps");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn storage_keys(&self, input: &Input, roster: &Roster) -> StorageKeys {
        let Input { lead, history, rows, assign, claim, .. } = input;
        let context = FactContext { history, ..FactContext::new(&self.tables, lead.created_at) };
        let facts = Facts::new(lead, &context);
        let pool = self.ledger_pool(lead);
        let by_rules = self.assigner.reps_of(pool);
        let on_file = rows.leads.iter().filter_map(|lead| lead.owner.as_ref());
        let of_accounts = rows.accounts.iter().flat_map(|account| account.holders());
        let asked = lead.owner.iter().chain(claim);
        let owners: BTreeSet<&RepId> = on_file.chain(of_accounts).chain(asked).collect();
        // A rep who stands in for an owner is a deputy, or one whom the rules name.
        let deputies = owners.iter().filter_map(|owner| roster.deputy(owner));
        let reps: BTreeSet<&RepId> = by_rules.chain(deputies).chain(owners.iter().copied()).collect();
        let decisions = all_keys(lead, history, assign.key.as_deref(), owners.iter().copied());
        StorageKeys {
            windows: self.blacklist.window_keys(&facts),
            pools: vec![pool.clone()],
            decisions,
            reps: reps.into_iter().cloned().collect(),
            every_rep: self.assigner.asks_everybody(pool),
        }
    }
}

impl<'a> Case<'a> {
    /// The remembered decision that gave the lead to a rep who has had it by it ever since, and its pool's ledger. What is
    /// joined with a lead brings tenures with it, so the key may be that of fewer tenures than there are now.
    pub(super) fn given_by(
        &self,
        keys: &[String],
        history: &History,
        rep: &RepId,
    ) -> Option<(&'a Ledger, Given<'a>)> {
        let lost = history.tenures.iter().filter(|one| one.owner == *rep).filter_map(|one| one.until).max();
        let ledgers = self.state.ledgers.values();
        let found = ledgers.filter_map(|ledger| Some((ledger, ledger.gave(keys, rep)?)));
        // What the rep lost was another decision's.
        found
            .filter(|(_, given)| lost.is_none_or(|lost| lost <= given.at()))
            .max_by_key(|(_, given)| given.at())
    }
}

/// Under which keys what was decided about a lead may be remembered: the host's own, and as the lead is now and was at each
/// time before in its cycle, once its owner has it no more, and in a new cycle.
pub(super) fn main_keys(lead: &Lead, history: &History, own: Option<&str>) -> Vec<String> {
    own.map(str::to_owned).into_iter().chain(stands(lead, history)).collect()
}

fn stands(lead: &Lead, history: &History) -> impl Iterator<Item = String> {
    let before = (0..history.ended_tenures().count()).map(|tenures| stand(lead, history.cycle, tenures));
    before.chain(stands_from_now(lead, history))
}

/// As the lead is now, and may be after a call.
fn stands_from_now(lead: &Lead, history: &History) -> impl Iterator<Item = String> {
    let (cycle, tenures) = (history.cycle, history.ended_tenures().count());
    // By now the lead may have lost any of those who work on it: its owner, and who stands in for them.
    let open = history.tenures.iter().filter(|one| one.until.is_none()).count();
    let last = tenures.saturating_add(open).saturating_add(1);
    let known = (tenures..=last).map(move |tenures| (cycle, tenures));
    known.chain([(cycle.saturating_add(1), 0)]).map(|(cycle, tenures)| stand(lead, cycle, tenures))
}

fn stand(lead: &Lead, cycle: u32, tenures: usize) -> String {
    key_at(key_of(&lead.id), cycle, tenures).into_owned()
}

/// Each of these keys as what was decided and what was claimed; who stands in for whom, as the lead is from now on; and who
/// got it because an owner of this cycle was away.
pub(super) fn all_keys<'r>(
    lead: &Lead,
    history: &History,
    own: Option<&str>,
    owners: impl IntoIterator<Item = &'r RepId> + Clone,
) -> Vec<String> {
    let mut keys = main_keys(lead, history, own);
    keys.retain(|key| !key.trim().is_empty());
    let claims: Vec<String> = keys.iter().filter_map(|key| claim_key(key)).collect();
    keys.extend(claims);
    let covers = history.covers();
    for key in stands_from_now(lead, history) {
        keys.extend(owners.clone().into_iter().map(|owner| cover_key(&key, covers, owner)));
    }
    let had: BTreeSet<&RepId> = history.ended_tenures().map(|one| &one.owner).collect();
    for key in stands(lead, history) {
        keys.extend(had.iter().map(|owner| cover_key(&key, covers, owner)));
    }
    keys
}
