//! A wrong decision is taken back.

use chrono::{DateTime, Utc};

use super::act::Act;
use super::engine::Case;
use super::without::Without;
use super::{Along, Input, Intake, Next, Outcome, Route, State, wake_up};
use crate::assign::{Ledgers, Roster, claim_key, decision_key};
use crate::model::{RecordRef, TenureEnd};
use crate::rule::{FactContext, Facts};

impl Intake {
    /// Takes back a decision that gave a lead to the wrong rep, as if the rep had never had it.
    ///
    /// The day's count, of a claim too, the place in the caps and the turn are given back as far as they are
    /// remembered, and [`next`](Outcome::next) asks for a review: a new decision, not for that rep while another may
    /// have the lead. That the rep had it counts against nobody.
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
        let key = decision_key(&facts);
        let reps = &state.reps;
        let take_back =
            |key: &str| state.ledgers.values().find_map(|pool| Ledgers { pool, reps }.take_back(key, now));
        // What he claimed came after anything that was decided before he had it.
        let claimed = claim_key(&key).and_then(|key| take_back(&key));
        outcome.delta.assign = claimed.or_else(|| take_back(&key));
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome.effects = Without::owner(input, owner, TenureEnd::Revoked, now).effects;
        // Its open opportunities are nobody's until the lead is somebody's.
        outcome.leave_work(&case, owner);
        outcome.tell(owner, "revoked", &RecordRef::Lead(lead.id.clone()));
        outcome.tell_helper(&case, &input.history);
        outcome.wake(lead, now, wake_up::RETRY);
        outcome.next = Next::after(None, vec![Along { lead: lead.id.clone(), entry: lead.id.clone() }]);
        outcome.route = Route::Unassigned { reason: "revoked".into(), retry_at: Some(now) };
        outcome
    }
}
