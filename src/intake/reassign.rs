//! A lead leaves its owner.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::act::Act;
use super::converted::kept_by;
use super::engine::Case;
use super::without::Without;
use super::{Input, Intake, Outcome, Route, State};
use crate::assign::Roster;
use crate::model::{Effect, Lead, LeadStatus, OwnerState, RecordRef, RepId, TenureEnd};
use crate::rule::{FactContext, Facts};

/// Why a lead leaves its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Loss {
    /// He missed a deadline: it is taken back.
    DeadlineMissed,
    /// He gave it back.
    Returned,
    /// He has left.
    OwnerGone,
}

impl Loss {
    /// Every value, in the order it is declared.
    pub const ALL: &'static [Loss] = &[Loss::DeadlineMissed, Loss::Returned, Loss::OwnerGone];

    /// The value as it is written in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Loss::DeadlineMissed => "deadline_missed",
            Loss::Returned => "returned",
            Loss::OwnerGone => "owner_gone",
        }
    }

    fn end(self) -> TenureEnd {
        match self {
            Loss::DeadlineMissed => TenureEnd::Recycled,
            Loss::Returned => TenureEnd::Returned,
            Loss::OwnerGone => TenureEnd::Left,
        }
    }
}

impl Intake {
    /// Takes a lead from its owner, who missed a deadline, gave it back or has left.
    ///
    /// His tenure ends so, and the lead is unassigned. By the rules of [`LifeRules`](super::LifeRules) it goes to the next
    /// in rotation at once, or to the pool of its region, where reps claim it for a while; who runs the pool is told. Who
    /// lost it in this cycle does not get it again. Who stood in for an owner who is away and missed a deadline is replaced, and the
    /// owner keeps the lead. After three owners, or when nobody is left, it is nurtured.
    ///
    /// A partner who did not answer, or gave the lead back, works on it no more; his channel manager keeps it, and his deadline
    /// starts. While a partner's [deal](Intake::register_deal) protects the lead's account, it stays with its owner: that is
    /// refused too.
    ///
    /// A converted lead that its account's owner did not answer goes on to his deputy, else to whom the rules find, with the
    /// account; when nobody is left he is reminded. A lead that an open opportunity holds stays with its owner: that is
    /// [refused](Outcome::refusal), unless he has left.
    ///
    /// ```
    /// use leadkit::model::{Lead, LeadStatus, Rep};
    /// use leadkit::{Input, Intake, Loss, Roster, State};
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
    /// let outcome = intake.reassign(&input, Loss::Returned, &roster, &State::default(), now);
    /// assert_eq!(outcome.to_string(), "lead L1 is assigned to wang");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn reassign(
        &self,
        input: &Input,
        why: Loss,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        let case = self.case(input, Act::Reassign, roster, state, now);
        let Some(owner) = &input.lead.owner else {
            return self.look_again(&Case { act: Act::Review, ..case });
        };
        let is_away = || matches!(case.owner_state(owner), OwnerState::Away { .. });
        if why == Loss::DeadlineMissed && input.history.cover().is_some() && is_away() {
            return self.replace_cover(&case, owner);
        }
        let is_converted = input.lead.status == LeadStatus::Converted;
        if (input.lead.has_ended() && !is_converted) || !input.lead.is_on_file() {
            return self.ended(&case);
        }
        if input.history.partner().is_some() && why != Loss::OwnerGone {
            return self.back_from_partner(&case, owner, why.end());
        }
        let protection = || case.protection().filter(|_| why != Loss::OwnerGone && !is_converted);
        if let Some(held) = kept_by(input, why.end()).or_else(protection) {
            return self.refuse(&case, held);
        }
        if is_converted && why != Loss::OwnerGone && is_answered(input) {
            // Whom somebody has spoken to is the account's business.
            return self.ended(&case);
        }
        if is_converted {
            let mut outcome = self.escalate(&case, input, owner, why.end());
            if let Some(heir) = outcome.route().owner().filter(|heir| *heir != owner).cloned() {
                outcome.tell_of_loss(&input.lead, owner, why);
                outcome.tell_new_owner(&input.lead, &heir);
                outcome.tell_helper(&case, &input.history);
            }
            return outcome;
        }
        let without = Without::owner(input, owner, why.end(), now);
        let case = Case { lead: &without.lead, history: &without.history, ..case };
        let mut outcome = self.decide(&case);
        outcome.after(without.effects);
        outcome.tell_of_loss(&input.lead, owner, why);
        if let Some(heir) = outcome.route().owner().cloned() {
            outcome.move_with(&case, owner, &heir);
            outcome.tell_new_owner(&input.lead, &heir);
        }
        outcome.tell_helper(&case, &input.history);
        outcome
    }
}

/// Whether nothing is due of a converted lead.
fn is_answered(input: &Input) -> bool {
    let deadlines = &input.history.deadlines;
    !deadlines.is_empty() && deadlines.iter().all(|one| one.done_at.is_some())
}

impl Intake {
    /// Who stands in for an owner missed a deadline: the owner, who is away, did not. Somebody else stands in.
    fn replace_cover(&self, case: &Case<'_>, owner: &RepId) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.nothing(case);
        outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
        self.cover_anew(case, &facts, owner, TenureEnd::Recycled, &mut outcome);
        if outcome.route.owner() != Some(owner) {
            outcome.tell_once(owner, "lead_taken", &RecordRef::Lead(lead.id.clone()));
        }
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }
}

impl Outcome {
    /// Who missed a deadline is told; who gave the lead back or has left knows.
    fn tell_of_loss(&mut self, lead: &Lead, owner: &RepId, why: Loss) {
        if why == Loss::DeadlineMissed {
            self.tell(owner, "deadline_missed", &RecordRef::Lead(lead.id.clone()));
        }
    }

    /// Who has the lead from now on is told, if nothing else tells him of it.
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
