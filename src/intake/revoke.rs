//! A wrong decision is taken back.

use chrono::{DateTime, Utc};

use super::act::Act;
use super::engine::Case;
use super::move_customer::Move;
use super::state_keys::all_keys;
use super::without::Without;
use super::{FollowOnReview, Input, Intake, Next, Outcome, Route, State, wake_up};
use crate::assign::{Ledgers, Roster};
use crate::model::{Acquisition, Effect, OwnerState, RecordRef, RepId, Tenure, TenureEnd};
use crate::rule::{FactContext, Facts};

impl Intake {
    /// Takes back a decision that gave a lead to the wrong rep, as if the rep had never had it.
    ///
    /// Restores the day's count (of claims too), the room under the caps and the turn, as far as the state remembers
    /// them. [`next`](Outcome::next) asks for a review, which makes a new decision and passes over that rep while
    /// another may have the lead. The revoked tenure counts against nobody. A lead that an [order](Intake::allot) took
    /// from another rep, who is there, goes back to that one.
    ///
    /// ```
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::{Arrival, Intake, Roster, State};
    /// use serde_json::json;
    ///
    /// let intake = Intake::load(json!({
    ///     "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
    ///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li", "wang"]}}]}}},
    /// }))?;
    /// let roster = Roster::compile(&["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() }), &Default::default())?;
    /// let (mut book, mut state) = (intake.book(), State::default());
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let lead = Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default() };
    /// intake.process_batch(&[Arrival::new(lead)], &mut book, &roster, &mut state).unwrap();
    /// assert_eq!(roster.holding(&"li".into(), &state.reps), 1);
    ///
    /// let input = intake.input_of(&book, &"L1".into(), now).unwrap();
    /// let wrong = intake.revoke(&input, &roster, &state, now);
    /// state.apply(wrong.delta()).unwrap();
    /// wrong.apply_to(&mut book);
    /// assert_eq!(roster.holding(&"li".into(), &state.reps), 0);
    /// let anew = intake.review_next(&wrong, &mut book, &roster, &mut state).unwrap().unwrap();
    /// assert_eq!(anew.to_string(), "lead L1 is assigned to wang");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn revoke(&self, input: &Input, roster: &Roster, state: &State, now: DateTime<Utc>) -> Outcome {
        let case = self.case(input, Act::Revoke, roster, state, now);
        let Some(owner) = &input.lead.owner else { return self.look_again(&case) };
        if input.lead.has_ended() || !input.lead.is_on_file() {
            return self.ended(&case);
        }
        let Case { lead, activities, history, .. } = case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.begin(&case, &facts);
        let keys = all_keys(lead, history, case.assign.key.as_deref(), [owner]);
        let given = case.given_by(&keys, history, owner);
        outcome.delta.assign = given.and_then(|(pool, given)| {
            let reps = &state.reps;
            Ledgers { pool, reps }.take_back(given.key(), now)
        });
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome.effects = Without::owner(input, owner, TenureEnd::Revoked, now).effects;
        let about = RecordRef::Lead(lead.id.clone());
        outcome.tell(owner, "revoked", &about);
        outcome.tell_helper(&case, &input.history);
        if let Some(before) = case.taken_from(owner).filter(|before| is_here(&case, before)) {
            let (lead, before, acquisition) = (lead.id.clone(), before.clone(), Acquisition::OwnerChanged);
            outcome.effects.push(Effect::SetOwner { lead, owner: before.clone(), acquisition });
            outcome.start(case.lead, now);
            outcome.move_customer(self, &case, &Move::of_lead(owner, &before));
            outcome.tell(&before, "taken_over", &about);
            outcome.route = Route::ToOwner { owner: before, record: None };
        } else {
            // Its open opportunities have no owner until the lead has one.
            outcome.leave_work(&case, owner);
            outcome.wake(lead, now, wake_up::RETRY);
            outcome.route = Route::Unassigned { reason: "revoked".into(), retry_at: Some(now) };
        }
        outcome.next = Next::after(
            outcome.next.take(),
            vec![FollowOnReview { lead: case.lead.id.clone(), entry: case.lead.id.clone() }],
        );
        outcome
    }
}

impl<'a> Case<'a> {
    /// The rep from whom an order took the lead for its present owner.
    fn taken_from(&self, owner: &RepId) -> Option<&'a RepId> {
        let mut tenures = self.history.tenures.iter();
        let is_his = |one: &&Tenure| one.until.is_none() && one.owner == *owner && !one.is_beside_owner();
        let by_order = |one: &&Tenure| one.acquisition == Acquisition::AssignedByAdmin;
        let since = tenures.find(is_his).filter(by_order)?.from;
        let is_taken = |one: &&Tenure| one.end == Some(TenureEnd::Allotted) && one.until == Some(since);
        let before = self.history.tenures.iter().rfind(is_taken).map(|one| &one.owner);
        // A rep who had lost the lead before it was allotted to them does not get it back.
        before.filter(|before| *before != owner && !self.had_it(before))
    }
}

fn is_here(case: &Case<'_>, rep: &RepId) -> bool {
    matches!(case.owner_state(rep), OwnerState::Active | OwnerState::Full)
}
