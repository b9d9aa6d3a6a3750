//! A lead that a rep has, claims or enters.

use chrono::{DateTime, Utc};

use super::another_s::AnotherS;
use super::dispute::Rival;
use super::engine::Case;
use super::marks::UNUSABLE;
use super::marks::is_disputed;
use super::routing::{is_collision, start_of_work};
use super::{Intake, Next, Outcome, Route, wake_up};
use crate::assign::{AssignOptions, Ledgers};
use crate::blacklist::Severity;
use crate::dedup::{MatchAction, Resolution};
use crate::model::{
    Acquisition, Effect, FoldKind, Lead, LeadId, LeadStatus, OwnerState, RecordRef, RepId, TenureEnd,
};
use crate::rule::Facts;
use crate::score::Score;

impl Intake {
    /// A new lead names its owner: a rep created it, met it at a fair, imported it. They keep it unless it belongs to
    /// another rep's record.
    pub(super) fn bring(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        score: &Score,
        own: &RepId,
        outcome: &mut Outcome,
    ) {
        let action = resolution.action();
        match (action.owner(), action.record()) {
            (Some(owner), Some(record)) => {
                if owner != own {
                    outcome.tell(own, "duplicate_on_file", &record);
                    // The owner of an account that the lead does not become part of is told about the lead itself.
                    let is_beside = matches!(record, RecordRef::Account(_))
                        && !matches!(action, MatchAction::ToOwner { .. });
                    let about = if is_beside { RecordRef::Lead(case.lead.id.clone()) } else { record };
                    outcome.tell(owner, "duplicate_entered", &about);
                }
                self.by_rules(case, facts, resolution, outcome, case.assign);
            }
            (None, Some(record)) if matches!(action, MatchAction::AssignByRules { .. }) => {
                outcome.tell(own, "duplicate_on_file", &record);
                // An account without an owner: the rep who enters its lead claims it.
                if let Ok(delta) = self.may_claim(case, facts, own) {
                    self.take(case, facts, resolution, own, Acquisition::Claimed, outcome);
                    outcome.delta.assign = Some(delta);
                } else if score.is_mature() {
                    // The rep may not have it: it has no owner until the rules find one.
                    let (lead, rep, end) = (case.lead.id.clone(), own.clone(), TenureEnd::Revoked);
                    outcome.effects.push(Effect::EndTenure { lead, rep, end });
                    let mut options = case.assign.clone();
                    options.excluded.insert(own.clone());
                    self.by_rules(case, facts, resolution, outcome, &options);
                } else {
                    self.nurture(case, outcome);
                }
            }
            _ => {
                let how = case.lead.acquisition.clone().unwrap_or(Acquisition::Created);
                self.take(case, facts, resolution, own, how, outcome);
                if outcome.route.owner() == Some(own) {
                    outcome.route = Route::ToOwner { owner: own.clone(), record: None };
                    if is_collision(resolution) {
                        self.collide_with_match(case, resolution, own, outcome);
                    }
                }
            }
        }
    }

    /// A lead on file has an owner, who keeps it unless it turns out to be
    /// [another's](Intake::other_reps_account). When it belongs to an account of theirs, or to one without an owner, it is
    /// converted to them.
    pub(super) fn keep(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        own: &RepId,
        outcome: &mut Outcome,
    ) {
        let account = match resolution.action() {
            MatchAction::ToOwner { owner, record: RecordRef::Account(account) } if owner == own => {
                Some(account)
            }
            MatchAction::AssignByRules { record: RecordRef::Account(account) } => Some(account),
            _ => None,
        };
        if let Some(account) = account {
            self.convert_own(case, resolution, own, outcome);
            if case.lead.status != LeadStatus::Unassigned {
                self.keep_at_work(case, facts, resolution, own, outcome);
            }
            if is_disputed(case.lead) && case.is_due(wake_up::COLLISION) {
                // Who owns the customer is settled for the account that the lead has become part of.
                outcome.request_ownership_review(self, case);
            }
            outcome.route = Route::Converted { owner: own.clone(), account: account.clone() };
            return;
        }
        let found = self.other_reps_account(case, resolution, own);
        if let Some(AnotherS::Goes(owner)) = found {
            return self.give_to_account(case, facts, resolution, own, owner, outcome);
        }
        if let Some(AnotherS::Contested(owner, account)) = found {
            // Until a person decides, both keep what they have. About another lead of the person this has been
            // reported already.
            let is_said = |one: &Lead| {
                resolution.siblings().contains(&one.id)
                    && is_disputed(one)
                    && one.owner.as_ref() == Some(owner)
            };
            if !case.rows.leads.iter().any(is_said) {
                outcome.collide(self, case, own, &[Rival::Account(account, owner)]);
            }
        } else if is_collision(resolution) {
            self.collide_with_match(case, resolution, own, outcome);
        } else if case.others(resolution.siblings(), own).next().is_some() {
            if self.agree(case, facts, resolution, own, outcome) {
                return;
            }
        } else {
            outcome.end_dispute(case.lead);
        }
        outcome.route = Route::ToOwner { owner: own.clone(), record: None };
        if case.lead.status == LeadStatus::Unassigned {
            let how = case.lead.acquisition.clone().unwrap_or(Acquisition::Created);
            self.take(case, facts, resolution, own, how, outcome);
            outcome.route = Route::ToOwner { owner: own.clone(), record: None };
        } else {
            self.keep_at_work(case, facts, resolution, own, outcome);
        }
    }

    /// Makes sure that somebody works on a lead that stays with its owner. A stand-in gets the same notice of a new
    /// entry as the owner.
    fn keep_at_work(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        own: &RepId,
        outcome: &mut Outcome,
    ) {
        self.look_after(case, facts, own, outcome);
        let helper = case.history.helper().filter(|_| case.is_reentry(resolution));
        helper.into_iter().for_each(|helper| {
            let about = RecordRef::Lead(case.lead.id.clone());
            outcome.tell_once(&helper.owner, FoldKind::Reentry.as_str(), &about);
        });
    }

    /// The lead that it was matched to is the same person's, and both are worked on.
    fn collide_with_match(
        &self,
        case: &Case<'_>,
        resolution: &Resolution,
        own: &RepId,
        outcome: &mut Outcome,
    ) {
        let of = resolution.action().record();
        let rival = of.and_then(|of| case.rows.leads.iter().find(|one| of.id() == one.id.as_str()));
        let rivals: Vec<Rival<'_>> = rival.map(Rival::Lead).into_iter().collect();
        outcome.collide(self, case, own, &rivals);
    }

    /// A rep has the lead or gets it, and no rule chose: no turn is taken, and it counts for their caps.
    pub(super) fn take(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        resolution: &Resolution,
        rep: &RepId,
        how: Acquisition,
        outcome: &mut Outcome,
    ) {
        let case = &case.as_of(self.count(case, facts, rep, outcome));
        let attended = self.attended(case, facts, rep);
        let (rep, acquisition) = attended.heir().map_or((rep, how), |heir| (heir, Acquisition::OwnerChanged));
        let lead = case.lead.id.clone();
        outcome.effects.push(Effect::SetOwner { lead, owner: rep.clone(), acquisition });
        outcome.effects.extend(start_of_work(rep, case, resolution));
        outcome.route = match resolution.action() {
            MatchAction::AssignByRules { record: RecordRef::Account(account) } => {
                Route::Converted { owner: rep.clone(), account: account.clone() }
            }
            action => Route::ToOwner { owner: rep.clone(), record: action.record() },
        };
        self.carry_on(case, rep, &attended, outcome);
    }

    /// Counts the lead for the rep's caps, once for each decision: a repeated one counts at its first time.
    pub(super) fn count(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        rep: &RepId,
        outcome: &mut Outcome,
    ) -> Option<DateTime<Utc>> {
        let options = AssignOptions { given: Some(rep.clone()), ..case.assign.clone() };
        let ledger = case.state.ledger(self.ledger_pool(case.lead));
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        let counted = self.assigner.assign_with(facts, case.roster, ledgers, &options);
        outcome.delta.assign = Some(counted.delta().clone());
        counted.repeats()
    }
}

impl Intake {
    /// Whether a lead on file is blocked only for values that are malformed or invented, and has an owner: the owner
    /// has to find others. A lead that the lists keep out is taken from its owner.
    pub(super) fn is_for_owner(&self, case: &Case<'_>, outcome: &Outcome) -> bool {
        let owner = case.lead.owner.as_ref().filter(|_| case.is_review());
        if !outcome.verdict.is_blocked()
            || owner.is_none_or(|owner| case.owner_state(owner) == OwnerState::Gone)
        {
            return false;
        }
        let hits = outcome.verdict.hits().iter();
        let mut blocking =
            hits.filter(|hit| hit.suppressed_by().is_none() && hit.severity() == Severity::Block);
        blocking.all(|hit| hit.reason().is_of_contact())
    }

    /// Tells the owner once that no contact value of the lead can be used.
    pub(super) fn warn_owner(&self, case: &Case<'_>, outcome: &mut Outcome) {
        let lead = case.lead;
        if lead.tags.iter().any(|tag| tag == UNUSABLE) {
            return;
        }
        outcome.effects.push(Effect::AddTag { lead: lead.id.clone(), tag: UNUSABLE.to_owned() });
        lead.owner.iter().for_each(|owner| outcome.tell(owner, UNUSABLE, &RecordRef::Lead(lead.id.clone())));
    }
}

impl Outcome {
    /// A contact value of the lead can be used again.
    pub(super) fn end_warning(&mut self, lead: &Lead) {
        if lead.tags.iter().any(|tag| tag == UNUSABLE) {
            let (lead, tag) = (lead.id.clone(), UNUSABLE.to_owned());
            self.effects.push(Effect::RemoveTag { lead, tag });
        }
    }

    /// Another record on file was folded into the lead. Nothing else is decided until no other is left: the keys it brought
    /// may lead to one.
    pub(super) fn join(
        &mut self,
        case: &Case<'_>,
        resolution: &Resolution,
        own: Option<&RepId>,
        entry: &LeadId,
    ) {
        let lead = case.lead.id.clone();
        self.effects.extend(resolution.effects().iter().cloned());
        self.next = Some(Next::Review {
            lead: lead.clone(),
            entry: entry.clone(),
            claim: case.claim.cloned(),
            also: Vec::new(),
        });
        match (own, resolution.action().owner()) {
            (Some(own), _) => {
                // The consequences of an entry, or of the record joined before, are not news by themselves.
                if case.entry.is_none_or(|entry| *entry == case.lead.id) {
                    self.tell_once(own, FoldKind::Joined.as_str(), &RecordRef::Lead(lead));
                }
                self.route = Route::ToOwner { owner: own.clone(), record: None };
            }
            // An owner who lost the lead in this cycle does not get it because of what it absorbs.
            (None, Some(owner)) if case.history.previous_owners().any(|before| before == owner) => {
                self.tell(owner, FoldKind::Joined.as_str(), &RecordRef::Lead(lead));
                self.defer_to_next_review(case);
            }
            (None, Some(owner)) => {
                // The owner holds the other record already: nothing more counts for their caps.
                let (owner, acquisition) = (owner.clone(), Acquisition::OwnerChanged);
                self.effects.push(Effect::SetOwner { lead, owner: owner.clone(), acquisition });
                self.start(case.lead, case.now);
                self.route = Route::ToOwner { owner, record: resolution.action().record() };
            }
            (None, None) => self.defer_to_next_review(case),
        }
    }

    fn defer_to_next_review(&mut self, case: &Case<'_>) {
        self.wake(case.lead, case.now, wake_up::RETRY);
        self.route = Route::Unassigned { reason: "joined".into(), retry_at: Some(case.now) };
    }

    pub(super) fn start_deadlines(&mut self, lead: &Lead, case: &Case<'_>) {
        self.effects.push(Effect::StartDeadlines { lead: lead.id.clone(), from: case.now });
    }
}
