//! A lead leaves its owner.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::act::Act;
use super::converted::kept_by;
use super::engine::Case;
use super::marks::is_disputed;
use super::move_customer::Move;
use super::pools::later;
use super::without::Without;
use super::{Input, Intake, Outcome, Refusal, Route, State};
use crate::assign::Roster;
use crate::model::{Effect, Lead, LeadStatus, OwnerState, RecordRef, RepId, StepDeadline, Tenure, TenureEnd};
use crate::rule::{FactContext, Facts};

/// Why a lead leaves its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReassignReason {
    /// The owner missed a deadline: it is taken back.
    DeadlineMissed,
    /// The owner gave it back to its pool.
    Returned,
    /// The opportunity that the owner made of it is lost: no rule gives it to the same rep for `exclusion_days`.
    DealLost,
    /// The owner is no longer active, or unknown.
    OwnerGone,
}

impl ReassignReason {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [ReassignReason] = &[
        ReassignReason::DeadlineMissed,
        ReassignReason::Returned,
        ReassignReason::DealLost,
        ReassignReason::OwnerGone,
    ];

    /// The value as it is written in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ReassignReason::DeadlineMissed => "deadline_missed",
            ReassignReason::Returned => "returned",
            ReassignReason::DealLost => "deal_lost",
            ReassignReason::OwnerGone => "owner_gone",
        }
    }

    fn end(self) -> TenureEnd {
        match self {
            ReassignReason::DeadlineMissed => TenureEnd::Recycled,
            ReassignReason::Returned => TenureEnd::Returned,
            ReassignReason::DealLost => TenureEnd::DealLost,
            ReassignReason::OwnerGone => TenureEnd::Left,
        }
    }
}

impl Intake {
    /// Takes a lead from its owner, who missed a deadline, gave it back, lost the opportunity made of it or has left.
    ///
    /// This ends the tenure with that reason and leaves the lead unassigned. By the rules of
    /// [`LifeRules`](super::LifeRules) it goes to the next in rotation at once, or to the pool of its region, where
    /// reps claim it for a while; the administrators of the pool are told. A rep who lost the lead in this cycle does
    /// not get it again. A rep who stood in for an owner who is away and missed a deadline is replaced, and the owner
    /// keeps the lead; such a rep has lost nothing, but gets the lead by the rules only where nobody else may have it
    /// in the cycle. After three owners, or when nobody is left, it is nurtured.
    ///
    /// A deadline that falls into an absence is not missed: it starts at the return, or another rep stands in.
    ///
    /// A partner who did not answer, or gave the lead back, no longer works on it; the channel manager keeps it, and
    /// the manager's deadline starts. While a partner's [deal](Intake::register_deal) protects the lead's account, it
    /// stays with its owner: that is refused too. While reviewers are asked who owns the customer, no rep loses it by
    /// the first deadline: it starts again.
    ///
    /// A converted lead that its account's owner did not answer passes to the deputy, else to the rep whom the rules
    /// find, with the account; while a partner's deal protects the account, to the partner, and the account stays.
    /// If every other rep is off hours, away or full, the owner is reminded and keeps it until the first of them may have it;
    /// if nobody has got it within `pool_stay_hours`, the administrators of the pool are told. If no rep is
    /// left it stays with its owner, the administrators are told, and the owner's time starts again after thirty
    /// days. A lead that an open opportunity holds stays with its owner: that is [refused](Outcome::refusal),
    /// unless the owner has left. Giving back a lead that has ended is refused too.
    ///
    /// ```
    /// use leadkit::model::{Lead, LeadStatus, Rep};
    /// use leadkit::{Input, Intake, ReassignReason, Roster, State};
    /// use serde_json::json;
    ///
    /// let intake = Intake::load(json!({
    ///     "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
    ///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}},
    ///     "life": {"recycled_to": "rotation"},
    /// }))?;
    /// let reps = ["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() });
    /// let roster = Roster::compile(&reps, &Default::default())?;
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let lead = Lead {
    ///     id: "L1".into(), phones: vec!["13812349876".into()], created_at: now,
    ///     owner: Some("li".into()), status: LeadStatus::Pending, ..Lead::default()
    /// };
    /// let input = Input { lead, ..Input::default() };
    /// let outcome = intake.reassign(&input, ReassignReason::Returned, &roster, &State::default(), now);
    /// assert_eq!(outcome.to_string(), "lead L1 is assigned to wang; li gave it back");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn reassign(
        &self,
        input: &Input,
        why: ReassignReason,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        self.take_from_owner(input, why, self.case(input, Act::Reassign, roster, state, now)).named()
    }

    fn take_from_owner(&self, input: &Input, why: ReassignReason, case: Case<'_>) -> Outcome {
        let now = case.now;
        let Some(owner) = &input.lead.owner else {
            return self.look_again(&Case { act: Act::Review, ..case });
        };
        if why == ReassignReason::DeadlineMissed
            && input.history.cover().is_some()
            && case.owner_state(owner) != OwnerState::Gone
        {
            return self.replace_cover(&case, owner);
        }
        let is_converted = input.lead.status == LeadStatus::Converted;
        let over = || match why {
            // A rep who gives back a finished lead is told so.
            ReassignReason::Returned => self.refuse(&case, Refusal::Ended),
            _ => self.ended(&case),
        };
        if (input.lead.has_ended() && !is_converted) || !input.lead.is_on_file() {
            return over();
        }
        if input.history.partner().is_some() && why != ReassignReason::OwnerGone {
            return self.back_from_partner(&case, owner, why.end());
        }
        if let Some(until) = self.missed_in_absence(&case, owner, why) {
            return self.wait_for_return(&case, owner, until);
        }
        // A customer whom nobody answers goes on to the partner.
        let is_asked = is_converted && why == ReassignReason::DeadlineMissed;
        let protection = || case.protection().filter(|_| why != ReassignReason::OwnerGone && !is_asked);
        let account_deal = || case.account_deal(owner).filter(|_| why == ReassignReason::Returned);
        if let Some(held) = kept_by(input, why.end()).or_else(protection).or_else(account_deal) {
            return self.refuse(&case, held);
        }
        if why == ReassignReason::DeadlineMissed && self.waits_for_reviewers(&case, owner) {
            return self.give_time(&case, owner, now);
        }
        if is_converted && why != ReassignReason::OwnerGone && input.is_answered() {
            // Work on a customer whom somebody has spoken to continues on the account.
            return over();
        }
        if is_converted {
            let mut outcome = self.escalate(&case, input, owner, why.end());
            if let Some(heir) = outcome.route().owner().filter(|heir| *heir != owner).cloned() {
                outcome.notify_loss(&input.lead, owner, why);
                outcome.tell_new_owner(&input.lead, &heir);
                outcome.tell_helper(&case, &input.history);
            }
            return outcome;
        }
        let without = Without::owner(input, owner, why.end(), now);
        let case = Case { lead: &without.lead, history: &without.history, ..case };
        let mut outcome = self.decide(&case);
        outcome.after(without.effects);
        outcome.notify_loss(&input.lead, owner, why);
        match outcome.route().owner().cloned() {
            Some(heir) => {
                outcome.move_customer(self, &case, &Move::of_lead(owner, &heir));
                outcome.tell_new_owner(&input.lead, &heir);
            }
            None => outcome.leave_work(&case, owner),
        }
        outcome.tell_helper(&case, &input.history);
        outcome
    }
}

impl Intake {
    /// The missed deadline fell into an absence of the owner: returns its end, from which the owner's time runs.
    /// `None` when the time is over by that too.
    fn missed_in_absence(
        &self,
        case: &Case<'_>,
        owner: &RepId,
        why: ReassignReason,
    ) -> Option<DateTime<Utc>> {
        if why != ReassignReason::DeadlineMissed || !case.history.opportunities.is_empty() {
            return None;
        }
        if let OwnerState::Away { until } = case.owner_state(owner)
            && case.is_waited_for(owner)
        {
            // The owner's time has not begun, whatever other clocks say.
            return Some(until);
        }
        let is_his = |one: &&StepDeadline| one.done_at.is_none() && one.owner == *owner;
        let first = case.history.deadlines.iter().filter(is_his).min_by_key(|one| one.due_at);
        let due = first.map_or(case.now, |one| one.due_at.min(case.now));
        // An owner who comes back at the very moment when it is due was away until then.
        let before = due.checked_sub_signed(TimeDelta::seconds(1))?;
        let OwnerState::Away { until } = case.roster.owner_state(owner, &case.state.reps, before) else {
            return None;
        };
        let hours = TimeDelta::hours(i64::from(self.life.first_contact_hours));
        (until > case.now || later(until, hours) > case.now).then_some(until)
    }

    /// The lead waits for the owner, or somebody stands in; an owner who is back by now has their time from then on.
    fn wait_for_return(&self, case: &Case<'_>, owner: &RepId, until: DateTime<Utc>) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.nothing(case);
        outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
        if until > now {
            self.attend(case, &facts, owner, &mut outcome);
        } else {
            return self.give_time(case, owner, until);
        }
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }

    /// The owner's time begins anew.
    fn give_time(&self, case: &Case<'_>, owner: &RepId, from: DateTime<Utc>) -> Outcome {
        let mut outcome = self.nothing(case);
        outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
        outcome.restart(case, from);
        outcome
    }

    /// Whether reviewers are asked who owns the customer, and the owner's first deadline falls into their time: until they
    /// have decided nobody loses the customer.
    fn waits_for_reviewers(&self, case: &Case<'_>, owner: &RepId) -> bool {
        let Case { lead, activities, history, now, .. } = *case;
        if !case.has_first_deadline(owner) {
            return false;
        }
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let siblings = self.deduplicator.siblings(&facts, case.rows);
        let mut others = case.rows.leads.iter().filter(|one| siblings.contains(&one.id));
        is_disputed(lead) || others.any(is_disputed)
    }
}

impl Intake {
    /// The rep who stands in for an owner missed a deadline: the owner did not. Another rep stands in, or the owner, who is back,
    /// has their own time from now on.
    fn replace_cover(&self, case: &Case<'_>, owner: &RepId) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.nothing(case);
        outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
        self.end_cover(case, &facts, owner, TenureEnd::Recycled, &mut outcome);
        if !matches!(case.owner_state(owner), OwnerState::Away { .. }) {
            outcome.restart(case, now);
            outcome.tell(owner, "cover_ended", &RecordRef::Lead(lead.id.clone()));
        }
        if outcome.route.owner() != Some(owner) {
            outcome.tell_once(owner, "lead_taken", &RecordRef::Lead(lead.id.clone()));
        }
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }
}

impl Case<'_> {
    /// Whether the open deadline is the one that began with the owner's tenure, and not one that began anew.
    pub(super) fn has_first_deadline(&self, owner: &RepId) -> bool {
        let since = self.tenure_of(owner).map(|tenure| tenure.from);
        let is_first =
            |one: &StepDeadline| one.done_at.is_none() && since.is_none_or(|since| one.started_at <= since);
        self.history.deadlines.iter().any(is_first)
    }

    /// Since when an owner has the lead, as far as it is known.
    pub(super) fn had_since(&self, owner: &RepId) -> DateTime<Utc> {
        self.tenure_of(owner).map_or(self.now, |tenure| tenure.from)
    }

    fn tenure_of(&self, rep: &RepId) -> Option<&Tenure> {
        self.history.tenures.iter().find(|one| one.until.is_none() && one.owner == *rep)
    }
}

impl Outcome {
    /// Notes and tells who missed a deadline; one who gave the lead back or has left knows.
    fn notify_loss(&mut self, lead: &Lead, owner: &RepId, why: ReassignReason) {
        if why == ReassignReason::DeadlineMissed {
            self.missed = Some(owner.clone());
            self.tell(owner, "deadline_missed", &RecordRef::Lead(lead.id.clone()));
        }
    }

    /// Tells the rep who has the lead from now on, unless another notice does.
    fn tell_new_owner(&mut self, lead: &Lead, heir: &RepId) {
        let about = RecordRef::Lead(lead.id.clone());
        let is_told = |effect: &Effect| match effect {
            Effect::Notify { rep, about: of, .. } => rep == heir && *of == about,
            _ => false,
        };
        if !self.effects.iter().any(is_told) {
            self.tell(heir, "taken_over", &about);
        }
    }
}
