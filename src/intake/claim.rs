//! Reps claim leads (领取).

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::engine::Case;
use super::marks::is_disputed;
use super::{Input, Intake, Outcome, Refusal, Route, State};
use crate::assign::{AssignDelta, Ledgers, Roster, SkipReason};
use crate::model::{Acquisition, Effect, History, Lead, LeadStatus, OwnerState, PoolMode, RepId};
use crate::rule::Facts;

impl Intake {
    /// Gives an unowned lead to the rep who claims it.
    ///
    /// [Refused](Outcome::refusal) for a lead that a rep owns, that an open opportunity holds, whose account a partner's
    /// deal protects, that is blocked or asked about, whose person has refused every channel, or whose pool is assigned
    /// from only; for a rep who had it in this cycle or during the cool-down, and for one who is gone, away, or at a cap:
    /// of leads held, or of claims that day. A lead that turns out to belong to another rep's record goes to that rep.
    ///
    /// ```
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::{Input, Intake, Roster, State};
    ///
    /// let intake = Intake::load(serde_json::json!({}))?;
    /// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default())?;
    /// let lead = Lead {
    ///     id: "L1".into(), phones: vec!["13812349876".into()], pool: Some("leads".into()), ..Lead::default()
    /// };
    /// let input = Input { lead, ..Input::default() };
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let outcome = intake.claim(&input, &"li".into(), &roster, &State::default(), now);
    /// assert_eq!(outcome.route().owner().unwrap().as_str(), "li");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn claim(
        &self,
        input: &Input,
        rep: &RepId,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        let case = Case { claim: Some(rep), ..self.case(input, Act::Claim, roster, state, now) };
        if input.lead.has_ended() || !input.lead.is_on_file() {
            return self.refuse(&case, Refusal::Ended);
        }
        // An open opportunity holds a lead for its owner, and for nobody else.
        let held = input.lead.owner.as_ref().and_then(|_| held_by(&input.history));
        if let Some(held) = held.or_else(|| case.protection()) {
            return self.refuse(&case, held);
        }
        if let Some(owner) =
            input.lead.owner.clone().filter(|owner| case.owner_state(owner) != OwnerState::Gone)
        {
            return self.refuse(&case, Refusal::Owned { owner });
        }
        let mut outcome = self.decide(&case);
        if let Some(refusal) = outcome.refusal.take() {
            return self.refuse(&case, refusal);
        }
        if outcome.effects.iter().any(|effect| is_given_to(effect, rep)) {
            outcome.person = Some(Act::Claim.as_str().into());
            if let Route::ToOwner { owner, .. } = &outcome.route {
                // Because of the claim, and not because another record belongs to that rep.
                outcome.route = Route::Assigned { owner: owner.clone() };
            }
        }
        if outcome.verdict.leaves_no_channel() && input.lead.status != LeadStatus::Converted {
            return self.refuse(&case, Refusal::NoAllowedChannel);
        }
        match &outcome.route {
            Route::Blocked | Route::AwaitingReview { .. } => self.refuse(&case, Refusal::AwaitingReview),
            Route::ToOwner { owner, .. } | Route::Converted { owner, .. } if owner != rep => {
                outcome.refusal = Some(Refusal::Belongs { owner: owner.clone() });
                outcome
            }
            _ => outcome,
        }
    }

    /// Whether a rep may claim the lead, and what that changes in the state.
    pub(super) fn may_claim(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        rep: &RepId,
    ) -> Result<AssignDelta, Refusal> {
        if is_disputed(case.lead) {
            return Err(Refusal::Collision);
        }
        if self.is_asked(case, facts) {
            return Err(Refusal::AwaitingReview);
        }
        let pool = case.lead.pool.as_ref();
        let listed = self.pools.iter().find(|listed| Some(&listed.id) == pool);
        if let Some(listed) = listed.filter(|listed| listed.mode == PoolMode::AssignOnly) {
            return Err(Refusal::AssignOnly { pool: listed.id.clone() });
        }
        let of = self.ledger_pool(case.lead);
        let ledger = case.state.ledger(of);
        // The host's settings of a pool apply besides those of the pool it is assigned from.
        if let Some(limit) = listed.and_then(|listed| listed.daily_claim_cap) {
            let date = self.assigner.date_of(of, case.now);
            let used = ledger.claimed_on(rep, date);
            if used >= limit {
                return Err(Refusal::Rep(SkipReason::DailyClaimCap { used, limit, date }));
            }
        }
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        self.assigner.claim(facts, rep, case.roster, ledgers, case.assign).map_err(|reason| match reason {
            SkipReason::CoolDown { until } => Refusal::CoolDown { until },
            reason => Refusal::Rep(reason),
        })
    }

    /// How long a rep who lost a lead or gave it up waits before claiming it: as the pool says that the lead is assigned
    /// from, else as the [rules of its life](super::LifeRules::cool_down_days) do.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use leadkit::Intake;
    /// use leadkit::model::Lead;
    /// use serde_json::json;
    ///
    /// let intake = Intake::load(json!({
    ///     "assign": {"pools": {"leads": {}, "events": {"claim_cool_down_hours": 12}}},
    ///     "life": {"cool_down_days": 7},
    /// }))?;
    /// let of = |pool: &str| intake.claim_cool_down(&Lead { pool: Some(pool.into()), ..Lead::default() });
    /// assert_eq!((of("leads"), of("events")), (TimeDelta::days(7), TimeDelta::hours(12)));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    #[must_use]
    pub fn claim_cool_down(&self, lead: &Lead) -> TimeDelta {
        self.assigner.claim_cool_down(self.ledger_pool(lead))
    }
}

/// The open opportunity that keeps a lead from being claimed and recycled.
pub(super) fn held_by(history: &History) -> Option<Refusal> {
    let opportunity = history.opportunities.first()?.clone();
    Some(Refusal::OpenOpportunity { opportunity })
}

fn is_given_to(effect: &Effect, rep: &RepId) -> bool {
    matches!(effect, Effect::SetOwner { owner, acquisition: Acquisition::Claimed, .. } if owner == rep)
}
