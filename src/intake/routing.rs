//! Where a lead goes that belongs to no record on file.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::engine::Case;
use super::{Intake, Outcome, RecycledTo, Refusal, Route, wake_up};
use crate::assign::{AssignOptions, Assignment, AssignmentKind, Ledgers};
use crate::calendar::Span;
use crate::dedup::{MatchAction, Resolution, holdings};
use crate::model::{
    Acquisition, ContactId, ConversionRecord, Effect, Lead, LeadId, LeadStatus, OwnerState, PoolId,
    RecordRef, RepId, TagCode, Tenure, TenureEnd, Value,
};
use crate::rule::{Facts, MatchLabel};
use crate::score::Score;
use crate::text::Code;

/// How long a person has who decides between owners: in the hottest cells, and otherwise, in hours.
const HELD_HOT: TimeDelta = TimeDelta::minutes(30);
const HELD: u32 = 4;
/// How long a reviewer named by the rules has to answer before a rep gets the lead.
pub(super) const REVIEWED: TimeDelta = TimeDelta::hours(48);
/// When it is tried again if nothing says when that is worthwhile.
const RETRY: TimeDelta = TimeDelta::days(1);

impl Intake {
    /// Finds the route, and its effects.
    pub(super) fn route(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        score: &Score,
        outcome: &mut Outcome,
    ) {
        let is_there = |rep: &&RepId| case.owner_state(rep) != OwnerState::Gone;
        let manager = case.brought_by_partner();
        let case = &Case { partner: manager.and(case.lead.owner.as_ref()).or(case.partner), ..*case };
        let own = manager.or(case.lead.owner.as_ref()).filter(is_there);
        if let Some(entry) = taken_in(resolution, case.lead) {
            return outcome.join(case, resolution, own, entry);
        }
        if let (true, Some(own)) = (case.is_review(), own) {
            return self.keep(case, facts, resolution, own, outcome);
        }
        outcome.effects.extend(resolution.effects().iter().cloned());
        self.list_burst(case, facts, outcome);
        if let Some(own) = own {
            return self.bring(case, facts, resolution, score, own, outcome);
        }
        let is_routed = self.route_to_record(case, facts, resolution, score, outcome)
            || self.hold_burst(case, facts, outcome);
        if !is_routed {
            self.route_unowned(case, facts, resolution, score, outcome);
        }
    }

    /// Finds the route of a lead without an owner: to the rep who claims it, to a pool, or by the rules.
    fn route_unowned(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        score: &Score,
        outcome: &mut Outcome,
    ) {
        let mut options = case.assign.clone();
        if let Some(rep) = case.claim {
            match self.may_claim(case, facts, rep) {
                Ok(delta) => {
                    self.take(case, facts, resolution, rep, Acquisition::Claimed, outcome);
                    outcome.delta.assign = Some(delta);
                    return;
                }
                Err(refusal) => outcome.refusal = Some(refusal),
            }
            if case.act == Act::Claim {
                return;
            }
            options.excluded.insert(rep.clone());
        }
        if case.is_due(wake_up::IMPORTED) || case.is_due(wake_up::PUBLIC_STAY) {
            return self.stay_in_public(case, outcome);
        }
        if self.stays_in_pool(case) {
            outcome.route =
                Route::ToPool { pool: case.lead.pool.clone().unwrap_or_else(|| self.pool.clone()) };
            return;
        }
        if !score.is_mature() {
            return self.nurture(case, outcome);
        }
        if self.is_worn_out(case) {
            return self.exhaust(case, facts, outcome);
        }
        if case.act == Act::Reassign && self.life.recycled_to == RecycledTo::Pool {
            return self.recycle(case, facts, score, outcome);
        }
        if let Some(pool) = self.claim_only(case.lead) {
            return self.leave_to_claims(case, pool, outcome);
        }
        self.by_rules(case, facts, resolution, outcome, &options);
    }

    /// Whether the lead goes where the record it was matched to says: to that record's owner, or to a person who decides
    /// between several. A rep who lost the lead in this cycle does not get it, and it gets no fourth owner.
    fn route_to_record(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        score: &Score,
        outcome: &mut Outcome,
    ) -> bool {
        let is_due = case.is_due(wake_up::REVIEW_DUE);
        let is_over = |rep: &RepId| case.had_it(rep) || self.is_worn_out(case);
        match resolution.action() {
            MatchAction::Held { then, .. } => {
                let since = case.held_since();
                let until = if is_hot(score) { since + HELD_HOT } else { self.stay_ends(case, since, HELD) };
                if !is_due && until > case.now {
                    outcome.hold(case, until, Some(then.clone()));
                } else if is_over(then) {
                    outcome.without(resolution);
                    self.exhaust(case, facts, outcome);
                } else {
                    outcome.without(resolution);
                    self.take(case, facts, resolution, then, Acquisition::AutoAssigned, outcome);
                }
                return true;
            }
            MatchAction::TagOnly { hold: true, .. } if !is_due => {
                let until = self.stay_ends(case, case.held_since(), HELD);
                if until > case.now {
                    outcome.hold(case, until, None);
                    return true;
                }
            }
            _ => {}
        }
        let Some(owner) = resolution.action().owner() else {
            let Some(owner) = self.owner_of_customer(case, resolution) else { return false };
            // Not because of the rules: this rep has another lead of the customer.
            self.take(case, facts, resolution, &owner, Acquisition::OwnerChanged, outcome);
            return true;
        };
        if !is_over(owner) {
            self.by_rules(case, facts, resolution, outcome, case.assign);
        } else if case.act == Act::Claim {
            // The claimant may not have a lead that belongs to another rep's record.
            outcome.refusal = Some(Refusal::Belongs { owner: owner.clone() });
        } else {
            outcome.without(resolution);
            self.exhaust(case, facts, outcome);
        }
        true
    }

    /// The lead is not ready for sales: it is reviewed after 30, 60, then every 90 days.
    pub(super) fn nurture(&self, case: &Case<'_>, outcome: &mut Outcome) {
        let (lead, pool) = (case.lead, self.nurture_pool.clone());
        if lead.pool.as_ref() != Some(&pool) || lead.owner.is_some() {
            outcome.effects.push(Effect::MoveToPool { lead: lead.id.clone(), pool: pool.clone() });
        }
        if !case.is_review()
            || case.wake_up.is_some()
            || case.entry.is_some()
            || lead.pool.as_ref() != Some(&pool)
        {
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
    pub(super) fn by_rules(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        outcome: &mut Outcome,
        options: &AssignOptions,
    ) {
        let is_owned = resolution.action().owner().is_some();
        let pool = self.rules_pool(case.lead).or(is_owned.then_some(&self.pool));
        let Some(pool) = pool else {
            outcome.route = Route::Unassigned { reason: "unknown_pool".into(), retry_at: None };
            return self.try_again(case, None, outcome);
        };
        // The reviewer has not answered, or the lead has been waiting in line since.
        let is_answered_by_nobody =
            case.wake_up.is_some_and(|code| *code == wake_up::REVIEWER_DUE || wake_up::is_try(code));
        let unasked = AssignOptions { without_reviewers: is_answered_by_nobody, ..options.clone() };
        let options = if is_answered_by_nobody { &unasked } else { options };
        // A rep who lost another lead of the customer, which goes along, does not get it by this; but it goes to
        // its own owner.
        let left_out = self.left_out(case, &self.losers(case, facts, resolution));
        let find = |options: &AssignOptions| self.find_rep(case, facts, pool, &left_out, options);
        let mut assignment = find(options);
        let mut is_missed = case.is_due(wake_up::REVIEWER_DUE);
        if let AssignmentKind::AwaitingReview { by, .. } = assignment.kind()
            && case.cannot_answer(by).is_some()
        {
            // Leads do not wait for a rep who cannot come.
            is_missed = true;
            assignment = find(&AssignOptions { without_reviewers: true, ..options.clone() });
        }
        if is_missed {
            self.tell_admins(pool, "review_missed", case, outcome);
        }
        let nobody_left = matches!(assignment.kind(), AssignmentKind::NoEligible { retry_at: None })
            && (left_out.iter().any(|(_, why)| why.is_final())
                || case.history.previous_owners().chain(&options.previous_owners).next().is_some());
        if nobody_left {
            return self.exhaust(case, facts, outcome);
        }
        if case.is_review() && self.stays_where_it_is(case, &assignment, resolution, outcome) {
            outcome.assignment = Some(Box::new(assignment));
            return;
        }
        self.perform(&case.as_of(assignment.repeats()), facts, resolution, assignment, outcome);
    }

    /// The answer of the pool's rules without those reps. While nobody else can take it they are let in again, as far as they
    /// may have it, those with the slightest reason first.
    fn find_rep(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        pool: &PoolId,
        left_out: &[(RepId, LeftOut)],
        options: &AssignOptions,
    ) -> Assignment {
        let ledger = case.state.ledger(pool);
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        let assign =
            |options: &AssignOptions| self.assigner.assign_with(facts, case.roster, ledgers, options);
        // `None` lets in nobody.
        let with = |let_in: Option<LeftOut>| {
            let reps = left_out.iter().filter(|(_, why)| Some(*why) > let_in).map(|(rep, _)| rep.clone());
            let mut narrower = options.clone();
            narrower.excluded.extend(reps);
            assign(&narrower)
        };
        let reasons: BTreeSet<LeftOut> = left_out.iter().map(|(_, why)| *why).collect();
        let mut found = with(None);
        for why in reasons.into_iter().filter(|why| !why.is_final()) {
            if found.owner().is_some() {
                break;
            }
            found = with(Some(why));
        }
        found
    }

    /// Applies the answer of the rules.
    fn perform(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        assignment: Assignment,
        outcome: &mut Outcome,
    ) {
        outcome.effects.extend(assignment.effects());
        if let Some(owner) = assignment.owner() {
            outcome.effects.extend(start_of_work(owner, case, resolution));
        }
        outcome.route = route_of(&assignment, resolution, case.now);
        outcome.delta.assign = Some(assignment.delta().clone());
        match (&outcome.route, assignment.kind()) {
            (Route::Unassigned { retry_at, .. }, _) => self.try_again(case, *retry_at, outcome),
            (Route::ToPool { .. }, _) => {
                let until = self.stay_ends(case, case.now, self.life.pool_stay_hours);
                outcome.wake(case.lead, until, wake_up::POOL_STAY);
            }
            (Route::AwaitingReview { until: Some(until), .. }, _) => {
                outcome.wake(case.lead, *until, wake_up::REVIEWER_DUE);
            }
            (_, AssignmentKind::ExistingOwner { rep }) => self.attend(case, facts, rep, outcome),
            _ => {}
        }
        outcome.assignment = Some(Box::new(assignment));
    }

    /// The rules give the same answer again: the lead is in the pool they send it to, or its reviewer is asked. Nothing
    /// happens before its own time comes.
    fn stays_where_it_is(
        &self,
        case: &Case<'_>,
        assignment: &Assignment,
        resolution: &Resolution,
        outcome: &mut Outcome,
    ) -> bool {
        let Some(before) = assignment.repeats() else { return false };
        match assignment.kind() {
            AssignmentKind::ToPool { pool, .. } if case.lead.pool.as_ref() == Some(pool) => {
                if case.wake_up.is_some() || case.entry.is_some() {
                    let until = self.stay_ends(case, case.now, self.life.pool_stay_hours);
                    outcome.wake(case.lead, until, wake_up::POOL_STAY);
                }
                outcome.route = route_of(assignment, resolution, case.now);
            }
            AssignmentKind::AwaitingReview { .. } if before + REVIEWED > case.now => {
                if case.wake_up.is_some() || case.entry.is_some() {
                    outcome.wake(case.lead, before + REVIEWED, wake_up::REVIEWER_DUE);
                }
                outcome.route = route_of(assignment, resolution, before);
            }
            _ => return false,
        }
        true
    }

    /// Nobody got the lead: it is tried again when a rep may be free, else daily. After three tries the administrators of
    /// its pool are told.
    fn try_again(&self, case: &Case<'_>, at: Option<DateTime<Utc>>, outcome: &mut Outcome) {
        let last = case.wake_up.map(Code::as_str);
        let at = at.filter(|at| *at > case.now).unwrap_or(case.now + RETRY);
        // No lead waits longer than that without a review, whoever may be back when.
        let at = at.min(self.stay_ends(case, case.now, self.life.pool_stay_hours));
        outcome.wake(case.lead, at, wake_up::next_try(last));
        if wake_up::is_third(last) {
            let pool = case.lead.pool.clone().unwrap_or_else(|| self.pool.clone());
            self.tell_admins(&pool, "nobody_gets_it", case, outcome);
        }
    }

    /// Reps who do not get the lead though the rules find them, and why: they were its last owner before this cycle, not long
    /// ago, lost an opportunity of it, were given it in this cycle by mistake, stood in for an owner of this cycle and missed the
    /// deadline, or lost another lead of the customer.
    fn left_out(&self, case: &Case<'_>, losers: &[RepId]) -> Vec<(RepId, LeftOut)> {
        let history = case.history;
        let revoked = || history.ended_tenures().filter(|one| one.end == Some(TenureEnd::Revoked));
        let mut reps: Vec<(RepId, LeftOut)> =
            revoked().map(|one| (one.owner.clone(), LeftOut::Revoked)).collect();
        let revoked_last = revoked().max_by_key(|one| (one.until, one.from));
        reps.extend(revoked_last.map(|one| (one.owner.clone(), LeftOut::RevokedLast)));
        let covers = history.ended_tenures().filter(|one| one.is_lapsed_cover());
        reps.extend(covers.map(|one| (one.owner.clone(), LeftOut::LapsedCover)));
        let since = Span::days(self.life.exclusion_days).before(case.now);
        let lost_deal = |one: &&Tenure| one.end == Some(TenureEnd::DealLost) && one.until > Some(since);
        let deals = history.tenures.iter().filter(lost_deal);
        reps.extend(deals.map(|one| (one.owner.clone(), LeftOut::LostDeal)));
        let lost = |one: &&Tenure| {
            let gave_up =
                matches!(one.end, Some(TenureEnd::Recycled | TenureEnd::Returned | TenureEnd::HandedOver));
            let is_before = history.cycle_started_at.is_some_and(|began| one.from < began);
            gave_up && is_before && one.counts()
        };
        let last = history.tenures.iter().filter(lost).max_by_key(|one| (one.until, one.from));
        let last = last.filter(|one| one.until > Some(since));
        reps.extend(last.map(|one| (one.owner.clone(), LeftOut::LostBefore)));
        reps.extend(losers.iter().map(|rep| (rep.clone(), LeftOut::LostSibling)));
        reps
    }

    /// The reps who lost another lead of the customer, owned or waiting: all of them go where this one goes.
    fn losers(&self, case: &Case<'_>, facts: &Facts<'_>, resolution: &Resolution) -> Vec<RepId> {
        if resolution.action().owner().is_some() || case.rows.previous_owners.is_empty() {
            return Vec::new();
        }
        let mut kin = self.deduplicator.waiting_siblings(facts, case.rows);
        kin.extend(resolution.siblings().iter().cloned());
        case.lost_by_others(&kin)
    }
}

/// Why a rep does not get a lead by the rules, from the slightest reason to the gravest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LeftOut {
    /// It was given to the rep in this cycle by mistake.
    Revoked,
    /// The rep stood in for an owner in this cycle and missed the deadline. That is no loss of the rep's, and counts for no
    /// owner: the rep is passed over while anybody else may have it.
    LapsedCover,
    /// It was just given to the rep by mistake, who would get it straight back.
    RevokedLast,
    /// The rep lost it last, in the cycle before: excluded while anybody else is eligible, as who was given it by mistake is.
    LostBefore,
    /// The rep lost an opportunity of it not long ago.
    LostDeal,
    /// The rep lost another lead of the customer, which would come back to them with it.
    LostSibling,
}

impl LeftOut {
    /// Whether the rep does not get it even if nobody else may.
    fn is_final(self) -> bool {
        matches!(self, LeftOut::LostSibling | LeftOut::LostDeal)
    }
}

impl<'a> Case<'a> {
    /// The case at the time of its decision. A lead that is delivered again gets the remembered answer, and what
    /// began with it began then: effects of one key are the same, whenever they are computed.
    pub(super) fn as_of(&self, decided: Option<DateTime<Utc>>) -> Case<'a> {
        let before = decided.filter(|_| !self.is_review());
        Case { now: before.unwrap_or(self.now), ..*self }
    }

    /// Since when a held lead has been waiting: another review does not begin the time anew.
    pub(super) fn held_since(&self) -> DateTime<Utc> {
        let began = self.history.cycle_started_at.unwrap_or(self.lead.created_at);
        if self.is_review() { began.min(self.now) } else { self.now }
    }
}

/// Whether the lead is one of the hottest.
pub(super) fn is_hot(score: &Score) -> bool {
    matches!(score.cell().to_string().as_str(), "A1" | "B1")
}

/// The other record on file that the lead absorbs.
fn taken_in<'r>(resolution: &'r Resolution, lead: &Lead) -> Option<&'r LeadId> {
    resolution.effects().iter().find_map(|effect| match effect {
        Effect::Fold { entry, subject, .. } if *subject == lead.id => Some(entry),
        _ => None,
    })
}

/// Whether the lead and another are one, and both are worked on by different reps.
pub(super) fn is_collision(resolution: &Resolution) -> bool {
    matches!(resolution.action(), MatchAction::TagOnly { record: RecordRef::Lead(_), .. })
        && resolution.labels().contains(&MatchLabel::Collision)
        && !resolution.effects().iter().any(is_mark)
}

fn is_mark(effect: &Effect) -> bool {
    matches!(effect, Effect::AddTag { tag, .. } if tag == TagCode::PossibleDuplicate.as_str())
}

impl Outcome {
    /// A lead has one wake-up. The one by which reviewers decide on the customer's owner comes first: it is soon, and the
    /// owner's return is seen to then.
    pub(super) fn wake(&mut self, lead: &Lead, at: DateTime<Utc>, code: &'static str) {
        if code == wake_up::OWNER_BACK && self.leaves_disputed(lead) {
            return;
        }
        self.effects.push(Effect::SetNextWakeUp { lead: lead.id.clone(), at, code: code.into() });
    }

    /// Work begins.
    pub(super) fn start(&mut self, lead: &Lead, now: DateTime<Utc>) {
        self.effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Pending });
        self.effects.push(Effect::StartDeadlines { lead: lead.id.clone(), from: now });
    }

    /// The lead has no owner, and neither do its open opportunities, until it gets one.
    pub(super) fn leave_work(&mut self, case: &Case<'_>, from: &RepId) {
        self.effects.extend(opportunities_to(case, Some(from), None));
    }

    /// What matching found has no consequence.
    fn without(&mut self, resolution: &Resolution) {
        self.effects.retain(|effect| !resolution.effects().contains(effect));
    }

    /// A person decides: until when, and what happens then.
    pub(super) fn hold(&mut self, case: &Case<'_>, until: DateTime<Utc>, then: Option<RepId>) {
        self.wake(case.lead, until, wake_up::REVIEW_DUE);
        self.route = Route::AwaitingReview { reviewer: None, until: Some(until), then };
    }
}

/// What a new owner means besides the ownership itself: work starts, and an account without an owner gets one too.
pub(super) fn start_of_work(owner: &RepId, case: &Case<'_>, resolution: &Resolution) -> Vec<Effect> {
    let Case { lead, now, .. } = *case;
    let mut effects = match resolution.action() {
        MatchAction::ToOwner { record: RecordRef::Account(_), .. } => Vec::new(),
        MatchAction::AssignByRules { record: RecordRef::Account(_) } => conversion(owner, case, resolution),
        _ => vec![Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Pending }],
    };
    effects.push(Effect::StartDeadlines { lead: lead.id.clone(), from: now });
    effects.extend(open_work(owner, case));
    effects
}

/// Open opportunities without an owner, or of a rep who no longer takes part, go to the rep who works on the lead. Where
/// that leaves somebody, it moves with it.
pub(super) fn open_work(owner: &RepId, case: &Case<'_>) -> Vec<Effect> {
    let before = case.lead.owner.as_ref();
    if before == Some(owner) || matches!(case.act, Act::Reassign | Act::HandOver) {
        return Vec::new();
    }
    opportunities_to(case, before, Some(owner)).collect()
}

/// The open opportunities of the lead, from a rep or nobody to another or nobody.
fn opportunities_to<'c>(
    case: &Case<'c>,
    from: Option<&RepId>,
    to: Option<&RepId>,
) -> impl Iterator<Item = Effect> + 'c {
    let (value, replaces) = (Value::from(to.map(RepId::as_str)), Value::from(from.map(RepId::as_str)));
    case.history.opportunities.iter().map(move |one| Effect::UpdateField {
        record: RecordRef::Opportunity(one.clone()),
        field: "owner".to_owned(),
        value: value.clone(),
        replaces: replaces.clone(),
    })
}

/// Converts the lead of an account without an owner to this owner, who gets the account too.
pub(super) fn conversion(owner: &RepId, case: &Case<'_>, resolution: &Resolution) -> Vec<Effect> {
    let Case { lead, rows, now, .. } = *case;
    let MatchAction::AssignByRules { record: record @ RecordRef::Account(account) } = resolution.action()
    else {
        return Vec::new();
    };
    let row = rows.accounts.iter().find(|one| one.id == *account);
    let parts = row.map(|row| holdings(case.scope, lead, row)).unwrap_or_default();
    let mut fields: Vec<(String, Option<&RepId>)> =
        parts.iter().map(|part| (part.field(), part.owner)).collect();
    if fields.is_empty() {
        fields.push(("owner".to_owned(), None));
    }
    let mut effects = vec![
        Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Converted },
        Effect::Convert(ConversionRecord {
            lead: lead.id.clone(),
            account: account.clone(),
            contact: contact_of(resolution),
            opportunity: None,
            at: now,
            by: None,
            rule: resolution.rule().cloned(),
        }),
    ];
    effects.extend(fields.into_iter().map(|(field, before)| Effect::UpdateField {
        record: record.clone(),
        field,
        value: Value::from(owner.as_str()),
        replaces: Value::from(before.map(RepId::as_str)),
    }));
    effects
}

/// The person at the account, as matching found or added it.
fn contact_of(resolution: &Resolution) -> Option<ContactId> {
    resolution.effects().iter().find_map(|effect| match effect {
        Effect::AddContact { contact, .. } => Some(contact.clone()),
        Effect::AddValue { record: RecordRef::ContactAt { contact, .. }, .. }
        | Effect::UpdateField { record: RecordRef::ContactAt { contact, .. }, .. } => Some(contact.clone()),
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
        (
            AssignmentKind::ExistingOwner { rep }
            | AssignmentKind::Given { rep }
            | AssignmentKind::Claimed { rep },
            _,
        ) => Route::ToOwner { owner: rep.clone(), record },
        (AssignmentKind::ToPool { pool, .. }, _) => Route::ToPool { pool: pool.clone() },
        (AssignmentKind::AwaitingReview { by, .. }, _) => {
            Route::AwaitingReview { reviewer: Some(by.clone()), until: Some(now + REVIEWED), then: None }
        }
        (AssignmentKind::NoRuleMatched, _) => unassigned(None),
        (AssignmentKind::NoEligible { retry_at }, _) => unassigned(*retry_at),
        (AssignmentKind::AllCapped { frees_at }, _) => unassigned(*frees_at),
    }
}
