//! The main job for one lead.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Outcome, OutcomeDelta, Route, State};
use crate::assign::{AssignOptions, Assigner, Assignment, AssignmentKind, Ledgers, Roster};
use crate::blacklist::Blacklist;
use crate::book::Book;
use crate::dedup::{Deduplicator, MatchAction, Probe, Resolution, Rows};
use crate::model::{
    Acquisition, Activity, Effect, History, Lead, LeadStatus, OwnerState, PoolId, RecordRef, RepId,
};
use crate::rule::{FactContext, Facts, HostTables, RulesVersion};
use crate::score::Scorer;

/// One lead that comes in, what is known of its life, and the rows on file that share a key with it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Input {
    /// The lead.
    pub lead: Lead,
    /// What it did, in any order.
    pub activities: Vec<Activity>,
    /// Who held it, which stages it entered, what is due. A new lead has none.
    pub history: History,
    /// What was fetched by [`Intake::probe`].
    pub rows: Rows,
    /// What there is to say about the assignment beside the history: a key of its own, reps who do not get it.
    pub assign: AssignOptions,
}

/// What one decision is made of, borrowed, so that a batch copies nothing.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) lead: &'a Lead,
    pub(super) activities: &'a [Activity],
    pub(super) history: &'a History,
    pub(super) rows: &'a Rows,
    pub(super) assign: &'a AssignOptions,
    pub(super) roster: &'a Roster,
    pub(super) state: &'a State,
    pub(super) now: DateTime<Utc>,
}

/// The compiled rules of the main job: blacklist, matching, scoring, assignment. Share it by reference across
/// threads.
///
/// ```
/// use leadkit::book::Book;
/// use leadkit::calendar::Calendars;
/// use leadkit::model::{Lead, Rep};
/// use leadkit::{Input, Intake, Roster, State};
/// use serde_json::json;
///
/// let intake = Intake::load(json!({
///     "score": {"fit": {"rules": [{"id": "everybody", "points": 80}]}},
///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
/// }))?;
/// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Calendars::default())?;
/// let (book, state) = (Book::new(), State::default());
/// let now = "2026-03-02T02:00:00Z".parse().unwrap();
///
/// let lead = Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default() };
/// let rows = book.rows(&intake.probe(&lead));
/// let outcome = intake.process(&Input { lead, rows, ..Input::default() }, &roster, &state, now);
/// assert!(outcome.explain().starts_with("lead L1 is assigned to li."), "{}", outcome.explain());
/// # Ok::<(), leadkit::error::RuleErrors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Intake {
    pub(super) blacklist: Blacklist,
    pub(super) deduplicator: Deduplicator,
    pub(super) scorer: Scorer,
    pub(super) assigner: Assigner,
    pub(super) tables: HostTables,
    pub(super) pool: PoolId,
    pub(super) nurture_pool: PoolId,
    pub(super) invalid_pool: PoolId,
    pub(super) version: RulesVersion,
}

impl Intake {
    /// An empty book that reads names and numbers as this intake does.
    #[must_use]
    pub fn book(&self) -> Book {
        let book = Book::with_tables(self.tables.clone());
        if self.deduplicator.compares_names() { book } else { book.without_names() }
    }

    /// Uses the host's own tables. Make a [`Book`] by [`book`](Intake::book) afterwards, so that both read alike.
    #[must_use]
    pub fn with_tables(mut self, tables: HostTables) -> Intake {
        self.tables = tables;
        self
    }

    /// The version of the rules it was compiled from.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.version
    }

    /// The assignment engine, for claims, hand-overs and explanations outside the main job.
    #[must_use]
    pub fn assigner(&self) -> &Assigner {
        &self.assigner
    }

    /// What to fetch for a lead before [`process`](Intake::process).
    #[must_use]
    pub fn probe(&self, lead: &Lead) -> Probe {
        self.deduplicator.probe(&Facts::new(lead, &FactContext::new(&self.tables, lead.created_at)))
    }

    /// Decides what should happen to a lead. Nothing changes: apply the effects and the delta.
    ///
    /// O(rules + rows + activities).
    pub fn process(&self, input: &Input, roster: &Roster, state: &State, now: DateTime<Utc>) -> Outcome {
        let Input { lead, activities, history, rows, assign } = input;
        self.decide(&Case { lead, activities, history, rows, assign, roster, state, now })
    }

    pub(super) fn decide(&self, case: &Case<'_>) -> Outcome {
        let Case { lead, activities, history, rows, roster, state, now, .. } = *case;
        let mut facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let verdict = self.blacklist.check(&facts, &state.windows);
        let mut outcome = Outcome {
            lead: lead.id.clone(),
            at: now,
            route: Route::Blocked,
            effects: verdict.effects(&lead.id, Some(&self.invalid_pool)),
            delta: OutcomeDelta { windows: verdict.delta().clone(), assign: None },
            verdict,
            resolution: None,
            score: None,
            assignment: None,
            version: self.version.clone(),
        };
        if outcome.verdict.is_blocked() {
            return outcome;
        }
        if let Some(first) = outcome.verdict.resubmission_of() {
            outcome.route = Route::Resubmitted { first: first.clone() };
            return outcome;
        }
        facts.set_verdict(outcome.verdict.facts());

        let owner_state = |rep: &RepId| roster.owner_state(rep, &state.reps, now);
        let resolution = self.deduplicator.resolve(&facts, rows, &owner_state);
        outcome.effects.extend(resolution.effects().iter().cloned());
        facts.set_match(resolution.facts());

        let score = self.scorer.score(&facts);
        facts.set_score(score.facts());

        match self.without_rules(&facts, &resolution, score.is_mature(), &owner_state) {
            Some(route) => {
                if let Route::Nurture { pool } = &route {
                    let (lead, pool) = (lead.id.clone(), pool.clone());
                    outcome.effects.push(Effect::MoveToPool { lead, pool });
                }
                outcome.route = route;
            }
            None => self.by_rules(case, &facts, &resolution, &mut outcome),
        }
        outcome.resolution = Some(resolution);
        outcome.score = Some(score);
        outcome
    }

    /// Where a lead goes that needs no assignment: it waits for a person, keeps the owner it came with, or is not
    /// ready for sales.
    fn without_rules(
        &self,
        facts: &Facts<'_>,
        resolution: &Resolution,
        mature: bool,
        owner_state: &dyn Fn(&RepId) -> OwnerState,
    ) -> Option<Route> {
        if let MatchAction::TagOnly { hold: true, .. } = resolution.action() {
            return Some(Route::AwaitingReview { reviewer: None });
        }
        if resolution.action().owner().is_some() {
            return None;
        }
        match facts.lead().owner.as_ref().filter(|owner| owner_state(owner) != OwnerState::Gone) {
            Some(owner) => Some(Route::ToOwner { owner: owner.clone(), record: None }),
            None if !mature => Some(Route::Nurture { pool: self.nurture_pool.clone() }),
            None => None,
        }
    }

    /// Assigns the lead by the rules of its pool, or to the owner that matching found.
    fn by_rules(&self, case: &Case<'_>, facts: &Facts<'_>, resolution: &Resolution, outcome: &mut Outcome) {
        let pool = case.lead.pool.as_ref().unwrap_or(&self.pool);
        let ledger = case.state.ledger(pool);
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        let assignment = self.assigner.assign_with(facts, case.roster, ledgers, case.assign);
        outcome.effects.extend(assignment.effects());
        outcome.effects.extend(start_of_work(&assignment, case.lead, resolution, case.now));
        outcome.route = route_of(&assignment, resolution);
        outcome.delta.assign = Some(assignment.delta().clone());
        outcome.assignment = Some(assignment);
    }
}

/// What a new owner means beside the ownership itself: work starts, and a record without an owner gets one too.
fn start_of_work(
    assignment: &Assignment,
    lead: &Lead,
    resolution: &Resolution,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let Some(owner) = assignment.owner() else { return Vec::new() };
    let mut effects = Vec::new();
    let converted = matches!(resolution.action().record(), Some(RecordRef::Account(_)))
        && !matches!(resolution.action(), MatchAction::TagOnly { .. } | MatchAction::Custom { .. });
    if !converted || !matches!(resolution.action(), MatchAction::ToOwner { .. }) {
        effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Pending });
    }
    if let MatchAction::AssignByRules { record: RecordRef::Lead(known) } = resolution.action() {
        let (owner, acquisition) = (owner.clone(), Acquisition::AutoAssigned);
        effects.push(Effect::SetOwner { lead: known.clone(), owner, acquisition });
    }
    effects.push(Effect::StartDeadlines { lead: lead.id.clone(), from: now });
    effects
}

fn route_of(assignment: &Assignment, resolution: &Resolution) -> Route {
    let unassigned = |retry_at| Route::Unassigned { reason: assignment.kind().code().into(), retry_at };
    match assignment.kind() {
        AssignmentKind::Assigned { rep, .. } => Route::Assigned { owner: rep.clone() },
        AssignmentKind::ExistingOwner { rep } => {
            Route::ToOwner { owner: rep.clone(), record: resolution.action().record() }
        }
        AssignmentKind::ToPool { pool, .. } => Route::ToPool { pool: pool.clone() },
        AssignmentKind::AwaitingReview { by, .. } => Route::AwaitingReview { reviewer: Some(by.clone()) },
        AssignmentKind::NoRuleMatched => unassigned(None),
        AssignmentKind::NoEligible { retry_at } => unassigned(*retry_at),
        AssignmentKind::AllCapped { frees_at } => unassigned(*frees_at),
    }
}
