//! A lead that was kept out or held has been reviewed: it continues, or ends.

use chrono::{DateTime, Utc};

use super::act::{Act, RELEASED};
use super::claim::held_by;
use super::engine::Case;
use super::without::Without;
use super::{Input, Intake, Outcome, Refusal, Route, State, wake_up};
use crate::assign::Roster;
use crate::model::{CloseReason, Effect, LeadStatus, OwnerState, RecordRef, RepId, Value};
use crate::rule::{FactContext, Facts};

impl Intake {
    /// Releases a lead that was blocked or held, after a person has reviewed it.
    ///
    /// A new cycle begins, with tag, pool and status corrected, and it is matched, scored and routed as a new lead is. The
    /// reviewer's decision is final: it gets the tag `released`, and what blocked it does not block it again. Fetch its
    /// rows by [`probe`](Intake::probe): no key led to it while it was blocked. It does not restore withdrawn consent:
    /// a lead that nobody may contact goes to nurture instead of a rep, until an
    /// [override](crate::blacklist::BlacklistOverride) of the blacklist names the `consent` rule and the lead or the
    /// person. [Refused](Outcome::refusal) for a lead that has an owner, for one that has ended otherwise, and for one
    /// that is neither blocked nor held, so that a second time changes nothing.
    ///
    /// ```
    /// use leadkit::model::{CloseReason, Lead, LeadStatus, Rep};
    /// use leadkit::{Input, Intake, Roster, State};
    /// use serde_json::json;
    ///
    /// let intake = Intake::load(json!({
    ///     "blacklist": {"rules": [{"id": "l", "category": "c", "severity": "block",
    ///         "check": {"list": {"phones": ["13812349876"]}}}]},
    ///     "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
    ///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
    /// }))?;
    /// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default())?;
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let lead = Lead {
    ///     id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, pool: Some("invalid".into()),
    ///     status: LeadStatus::Invalid, close_reason: Some(CloseReason::Blocked), ..Lead::default()
    /// };
    /// let outcome = intake.release(&Input { lead, ..Input::default() }, &roster, &State::default(), now);
    /// assert_eq!(outcome.to_string(), "lead L1 is assigned to li");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn release(&self, input: &Input, roster: &Roster, state: &State, now: DateTime<Utc>) -> Outcome {
        let case = self.case(input, Act::Release, roster, state, now);
        let lead = &input.lead;
        let is_blocked =
            lead.close_reason == Some(CloseReason::Blocked) && lead.status == LeadStatus::Invalid;
        if lead.folded_into.is_some() || (lead.has_ended() && !is_blocked) {
            return self.refuse(&case, Refusal::Ended);
        }
        if let Some(refusal) = (!is_blocked).then(|| self.is_free(&case)).flatten() {
            return self.refuse(&case, refusal);
        }
        let mut fresh = Without::cycle(lead, &input.history, now);
        fresh.lead.tags.retain(|tag| tag != crate::blacklist::BLACKLIST_TAG);
        fresh.lead.tags.push(RELEASED.to_owned());
        let due = wake_up::REVIEW_DUE.into();
        let case = Case { lead: &fresh.lead, history: &fresh.history, wake_up: Some(&due), ..case };
        let mut outcome = self.decide(&case);
        let mut before = fresh.effects;
        let tag = |tag: &str| (lead.id.clone(), tag.to_owned());
        if lead.tags.iter().any(|one| one == crate::blacklist::BLACKLIST_TAG) {
            let (lead, tag) = tag(crate::blacklist::BLACKLIST_TAG);
            before.push(Effect::RemoveTag { lead, tag });
        }
        let (id, tag) = tag(RELEASED);
        before.push(Effect::AddTag { lead: id, tag });
        outcome.after(before);
        outcome
    }

    /// Why a lead that is not blocked cannot be released: it has an owner, or no review was requested.
    fn is_free(&self, case: &Case<'_>) -> Option<Refusal> {
        let is_there = |owner: &&RepId| case.owner_state(owner) != OwnerState::Gone;
        if let Some(owner) = case.lead.owner.as_ref().filter(is_there) {
            return Some(Refusal::Owned { owner: owner.clone() });
        }
        let look = Case { act: Act::Review, wake_up: None, entry: None, ..*case };
        let is_held = !case.is_released() && matches!(self.decide(&look).route, Route::AwaitingReview { .. });
        (!is_held).then_some(Refusal::NotHeld)
    }

    /// Closes a lead with a reason: it was reviewed and is not a lead, or its owner gives it up.
    ///
    /// Its tenure ends as invalid, with the reason. [Refused](Outcome::refusal) while an open opportunity holds it, and
    /// when it has ended; but one that the blacklist keeps out is closed permanently, with the reviewer's reason in place
    /// of `blocked`.
    ///
    /// ```
    /// use leadkit::model::{CloseReason, Lead, Rep};
    /// use leadkit::{Input, Intake, Roster, State};
    ///
    /// let intake = Intake::load(serde_json::json!({}))?;
    /// let lead = Lead { id: "L1".into(), owner: Some("li".into()), ..Lead::default() };
    /// let input = Input { lead, ..Input::default() };
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let outcome = intake.close(&input, CloseReason::NoIntent, &Roster::default(), &State::default(), now);
    /// assert_eq!(outcome.to_string(), "lead L1 has ended");
    /// let codes: Vec<&str> = outcome.effects().iter().map(|effect| effect.code()).collect();
    /// assert_eq!(codes, ["update_field", "set_status"]);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn close(
        &self,
        input: &Input,
        reason: CloseReason,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        let case = self.case(input, Act::Close, roster, state, now);
        let Case { lead, activities, history, .. } = case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.begin(&case, &facts);
        outcome.route = Route::Voided;
        let is_blocked =
            lead.close_reason == Some(CloseReason::Blocked) && lead.status == LeadStatus::Invalid;
        if lead.has_ended() && !is_blocked || lead.folded_into.is_some() {
            return self.refuse(&case, Refusal::Ended);
        }
        if let Some(held) = held_by(history) {
            return self.refuse(&case, held);
        }
        outcome.effects.push(Effect::UpdateField {
            record: RecordRef::Lead(lead.id.clone()),
            field: "close_reason".to_owned(),
            value: Value::from(reason.as_str()),
            replaces: lead.close_reason.as_ref().map_or(Value::Null, |before| Value::from(before.as_str())),
        });
        outcome.effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Invalid });
        outcome.tell_helper(&case, history);
        outcome
    }
}
