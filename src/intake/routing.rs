//! Where a lead goes that is nobody else's story.

use chrono::{DateTime, TimeDelta, Utc};

use super::engine::Case;
use super::{Intake, Outcome, Route};
use crate::assign::{Assignment, AssignmentKind, Ledgers};
use crate::dedup::{MatchAction, Resolution};
use crate::model::{
    Acquisition, ContactId, ConversionRecord, Effect, Lead, LeadStatus, OwnerState, RecordRef, RepId, Value,
};
use crate::rule::Facts;
use crate::score::Score;

/// How long a person is asked who decides between owners: in the hottest cells, and else.
const HELD_HOT: TimeDelta = TimeDelta::minutes(30);
const HELD: TimeDelta = TimeDelta::hours(4);
/// How long a reviewer between the rules and a rep is asked.
const REVIEWED: TimeDelta = TimeDelta::hours(48);
/// When nothing says when it is worth trying again.
const RETRY: TimeDelta = TimeDelta::days(1);
/// How long a lead lies in a pool before somebody looks.
const POOL_STAY: TimeDelta = TimeDelta::days(3);

/// What a wake-up was set for.
pub(super) mod wake_up {
    pub(crate) const RETRY: &str = "retry";
    pub(crate) const NURTURE: &str = "nurture";
    pub(crate) const POOL_STAY: &str = "pool_stay";
    pub(crate) const REVIEW_DUE: &str = "review_due";
}

impl Intake {
    /// Finds the route, and what carries it out.
    pub(super) fn route(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        score: &Score,
        outcome: &mut Outcome,
    ) {
        let owner_state = |rep: &RepId| case.roster.owner_state(rep, &case.state.reps, case.now);
        let is_there = |rep: &&RepId| owner_state(rep) != OwnerState::Gone;
        let own = case.lead.owner.as_ref().filter(is_there);
        // Who works on a lead keeps it, whatever it matches by now, unless it is joined with another.
        let keeps = case.is_review && own.is_some() && !joins(resolution);
        if !keeps {
            outcome.effects.extend(resolution.effects().iter().cloned());
        }
        let is_due = case.wake_up.is_some_and(|code| code == wake_up::REVIEW_DUE);
        let wait = |until| Route::AwaitingReview { reviewer: None, until: Some(until), then: None };
        match resolution.action() {
            MatchAction::Held { then, .. } if own.is_none() => {
                let hot = matches!(score.cell().to_string().as_str(), "A1" | "B1");
                let until = case.held_since() + if hot { HELD_HOT } else { HELD };
                if is_due || until <= case.now {
                    outcome.effects.clear();
                    return outcome.give(case, then, Acquisition::AutoAssigned, resolution.action().record());
                }
                outcome.wake(case.lead, until, wake_up::REVIEW_DUE);
                outcome.route =
                    Route::AwaitingReview { reviewer: None, until: Some(until), then: Some(then.clone()) };
                return;
            }
            MatchAction::TagOnly { hold: true, .. } if own.is_none() && !is_due => {
                let until = case.held_since() + HELD;
                if until > case.now {
                    outcome.wake(case.lead, until, wake_up::REVIEW_DUE);
                    outcome.route = wait(until);
                    return;
                }
            }
            _ => {}
        }
        if keeps || (own.is_some() && resolution.action().owner().is_none()) {
            let Some(owner) = own else { return };
            outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
            if case.lead.status == LeadStatus::Unassigned {
                outcome.start(case.lead, case.now);
            }
            return;
        }
        if resolution.action().owner().is_some() {
            return self.by_rules(case, facts, resolution, outcome, case.assign);
        }
        let mut options = case.assign.clone();
        if let Some(rep) = case.claim {
            let had_it = case.history.previous_owners().any(|owner| owner == rep);
            if !had_it && owner_state(rep) != OwnerState::Gone {
                return outcome.give(case, rep, Acquisition::Claimed, None);
            }
            options.excluded.insert(rep.clone());
        }
        if !score.is_mature() {
            return self.nurture(case, outcome);
        }
        self.by_rules(case, facts, resolution, outcome, &options);
    }

    /// The lead is not ready for sales: it is looked at after 30, 60, then every 90 days.
    fn nurture(&self, case: &Case<'_>, outcome: &mut Outcome) {
        let (lead, pool) = (case.lead, self.nurture_pool.clone());
        if lead.pool.as_ref() != Some(&pool) || lead.owner.is_some() {
            outcome.effects.push(Effect::MoveToPool { lead: lead.id.clone(), pool: pool.clone() });
        }
        if !case.is_review || case.wake_up.is_some() || lead.pool.as_ref() != Some(&pool) {
            let began = case.history.cycle_started_at.unwrap_or(lead.created_at);
            let days = (case.now - began.max(lead.last_active_at.unwrap_or(began))).num_days();
            let next = if days < 30 {
                30
            } else if days < 90 {
                60
            } else {
                90
            };
            outcome.wake(lead, case.now + TimeDelta::days(next), wake_up::NURTURE);
        }
        outcome.route = Route::Nurture { pool };
    }

    /// Assigns the lead by the rules of its pool, or of the main pool when its own has none, or to the owner that
    /// matching found.
    fn by_rules(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        outcome: &mut Outcome,
        options: &crate::assign::AssignOptions,
    ) {
        let own = case.lead.pool.as_ref().filter(|pool| self.assigner.has_rules_for(pool));
        let pool = own.unwrap_or(&self.pool);
        let ledger = case.state.ledger(pool);
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        let assignment = self.assigner.assign_with(facts, case.roster, ledgers, options);
        outcome.effects.extend(assignment.effects());
        outcome.effects.extend(start_of_work(&assignment, case.lead, resolution, case.now));
        outcome.route = route_of(&assignment, resolution, case.now);
        let (at, code) = match &outcome.route {
            Route::Unassigned { retry_at, .. } => {
                (Some(retry_at.unwrap_or(case.now + RETRY)), wake_up::RETRY)
            }
            Route::ToPool { .. } => (Some(case.now + POOL_STAY), wake_up::POOL_STAY),
            Route::AwaitingReview { until, .. } => (*until, wake_up::REVIEW_DUE),
            _ => (None, ""),
        };
        at.into_iter().for_each(|at| outcome.wake(case.lead, at, code));
        outcome.delta.assign = Some(assignment.delta().clone());
        outcome.assignment = Some(assignment);
    }
}

impl Case<'_> {
    /// Since when a lead that is held waits: another look at it does not begin the time anew.
    fn held_since(&self) -> DateTime<Utc> {
        let began = self.history.cycle_started_at.unwrap_or(self.lead.created_at);
        if self.is_review { began.min(self.now) } else { self.now }
    }
}

/// Whether two records on file become one, or two owners meet.
fn joins(resolution: &Resolution) -> bool {
    resolution.effects().iter().any(|effect| match effect {
        Effect::Fold { .. } => true,
        Effect::RequestReview { code, .. } => code == "collision",
        _ => false,
    })
}

impl Outcome {
    fn wake(&mut self, lead: &Lead, at: DateTime<Utc>, code: &'static str) {
        self.effects.push(Effect::SetNextWakeUp { lead: lead.id.clone(), at, code: code.into() });
    }

    /// Work begins.
    fn start(&mut self, lead: &Lead, now: DateTime<Utc>) {
        self.effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Pending });
        self.effects.push(Effect::StartDeadlines { lead: lead.id.clone(), from: now });
    }

    /// Gives the lead to a rep whom no rule chose.
    fn give(&mut self, case: &Case<'_>, rep: &RepId, how: Acquisition, record: Option<RecordRef>) {
        let lead = case.lead.id.clone();
        self.effects.push(Effect::SetOwner { lead, owner: rep.clone(), acquisition: how });
        self.start(case.lead, case.now);
        self.route = Route::ToOwner { owner: rep.clone(), record };
    }
}

/// What a new owner means beside the ownership itself: work starts, and an account without an owner gets one too.
fn start_of_work(
    assignment: &Assignment,
    lead: &Lead,
    resolution: &Resolution,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let Some(owner) = assignment.owner() else { return Vec::new() };
    let mut effects = Vec::new();
    match resolution.action() {
        MatchAction::ToOwner { record: RecordRef::Account(_), .. } => {}
        MatchAction::AssignByRules { record: record @ RecordRef::Account(account) } => {
            effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Converted });
            effects.push(Effect::Convert(ConversionRecord {
                lead: lead.id.clone(),
                account: account.clone(),
                contact: contact_of(resolution),
                opportunity: None,
                at: now,
                by: None,
                rule: resolution.rule().cloned(),
            }));
            effects.push(Effect::UpdateField {
                record: record.clone(),
                field: "owner".to_owned(),
                value: Value::from(owner.as_str()),
                replaces: Value::Null,
            });
        }
        _ => effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Pending }),
    }
    effects.push(Effect::StartDeadlines { lead: lead.id.clone(), from: now });
    effects
}

/// The person at the account, as matching found or added it.
fn contact_of(resolution: &Resolution) -> Option<ContactId> {
    resolution.effects().iter().find_map(|effect| match effect {
        Effect::AddContact { contact, .. } => Some(contact.clone()),
        Effect::AddValue { record: RecordRef::Contact(id), .. }
        | Effect::UpdateField { record: RecordRef::Contact(id), .. } => Some(id.clone()),
        _ => None,
    })
}

fn route_of(assignment: &Assignment, resolution: &Resolution, now: DateTime<Utc>) -> Route {
    let unassigned = |retry_at| Route::Unassigned { reason: assignment.kind().code().into(), retry_at };
    let record = resolution.action().record();
    match (assignment.kind(), &record) {
        (AssignmentKind::Assigned { rep, .. }, Some(RecordRef::Account(account)))
            if matches!(resolution.action(), MatchAction::AssignByRules { .. }) =>
        {
            Route::Converted { owner: rep.clone(), account: account.clone() }
        }
        (AssignmentKind::Assigned { rep, .. }, _) => Route::Assigned { owner: rep.clone() },
        (AssignmentKind::ExistingOwner { rep }, Some(RecordRef::Account(account)))
            if matches!(resolution.action(), MatchAction::ToOwner { .. }) =>
        {
            Route::Converted { owner: rep.clone(), account: account.clone() }
        }
        (AssignmentKind::ExistingOwner { rep }, _) => Route::ToOwner { owner: rep.clone(), record },
        (AssignmentKind::ToPool { pool, .. }, _) => Route::ToPool { pool: pool.clone() },
        (AssignmentKind::AwaitingReview { by, .. }, _) => {
            Route::AwaitingReview { reviewer: Some(by.clone()), until: Some(now + REVIEWED), then: None }
        }
        (AssignmentKind::NoRuleMatched, _) => unassigned(None),
        (AssignmentKind::NoEligible { retry_at }, _) => unassigned(*retry_at),
        (AssignmentKind::AllCapped { frees_at }, _) => unassigned(*frees_at),
    }
}
