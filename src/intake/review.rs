//! A lead on file is reviewed.

use chrono::{DateTime, Utc};

use super::act::Act;
use super::engine::Case;
use super::marks::is_disputed;
use super::without::Without;
use super::{Input, Intake, Next, Outcome, Route, State, wake_up};
use crate::assign::Roster;
use crate::book::Book;
use crate::model::{CloseReason, Effect, Lead, LeadId, LeadStatus, OwnerState, RepId, ReviewCode};
use crate::rule::{FactContext, Facts};

impl Intake {
    /// Reviews a lead on file: after new activities, changed facts, a fold, or when its wake-up has come.
    ///
    /// It is checked by lists, formats and conditions, but it is not a submission: no window changes. With rows, fetched again
    /// because a key changed, it is matched again, and may be joined with another record. Then it is scored and routed as
    /// a new lead is; a lead in nurture, in another pool or in none is assigned by the same rules once it is ready. The rep who
    /// works on it keeps it. When nothing changes there are no effects.
    ///
    /// ```
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::{Input, Intake, Roster, State};
    /// use serde_json::json;
    ///
    /// let intake = Intake::load(json!({
    ///     "score": {"fit": {"rules": [{"id": "vip", "when": {"field": "tags", "eq": "vip"}, "points": 90}]}},
    ///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
    /// }))?;
    /// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default())?;
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let mut lead = Lead {
    ///     id: "L1".into(), phones: vec!["13812349876".into()], pool: Some("nurture".into()), created_at: now,
    ///     ..Lead::default()
    /// };
    /// let input = Input { lead: lead.clone(), ..Input::default() };
    /// assert!(intake.review(&input, &roster, &State::default(), now).effects().is_empty());
    ///
    /// lead.tags.push("vip".into());
    /// let outcome = intake.review(&Input { lead, ..input }, &roster, &State::default(), now);
    /// assert_eq!(outcome.route().owner().unwrap().as_str(), "li");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn review(&self, input: &Input, roster: &Roster, state: &State, now: DateTime<Utc>) -> Outcome {
        self.look_again(&self.case(input, Act::Review, roster, state, now))
    }

    /// The input of [`review`](Intake::review) for a lead in a book: the lead, what it did, its history, and the rows
    /// that share a key with it, and what its wake-up was set for when that has come. `None` when the book has no such
    /// lead.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2b())?;
    /// let (mut book, now) = (intake.book(), "2026-03-02T02:00:00Z".parse().unwrap());
    /// book.insert_lead(Lead { id: "L1".into(), owner: Some("li".into()), ..Lead::default() });
    ///
    /// let input = intake.input_of(&book, &"L1".into(), now).unwrap();
    /// let outcome = intake.review(&input, &Roster::from_ids(["li"]), &State::default(), now);
    /// assert_eq!(outcome.to_string(), "lead L1 stays with its owner li");
    /// assert!(intake.input_of(&book, &"L2".into(), now).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn input_of(&self, book: &Book, id: &LeadId, now: DateTime<Utc>) -> Option<Input> {
        let lead = book.lead(id)?.clone();
        let (activities, history) = (book.activities(id).to_vec(), book.history(id).clone());
        let wake_up =
            book.wake_up(id).filter(|wake_up| wake_up.at <= now).map(|wake_up| wake_up.code.clone());
        let rows = book.rows(&self.probe(&lead));
        Some(Input { rows, lead, activities, history, wake_up, ..Input::default() })
    }

    pub(super) fn look_again(&self, case: &Case<'_>) -> Outcome {
        let mut outcome = self.look_once(case);
        outcome.stay_disputed(self, case);
        if !case.also.is_empty() {
            outcome.next = Next::after(outcome.next.take(), case.also.to_vec());
        }
        outcome.named()
    }

    fn look_once(&self, case: &Case<'_>) -> Outcome {
        if case.lead.has_ended() || !case.lead.is_on_file() {
            return self.look_after_customer(case);
        }
        // A stay in nurture ends a cycle: once the lead is ready, a new one begins. Whom reps have lost is asked about in due
        // time only.
        let is_over = match case.history.ended_tenures().next() {
            Some(_) => case.is_due(wake_up::NURTURE),
            None => case.lead.pool.as_ref() == Some(&self.nurture_pool),
        };
        if is_over {
            let fresh = Without::cycle(case.lead, case.history, case.now);
            let lead = Lead { pool: case.lead.pool.clone(), ..fresh.lead };
            let mut outcome = self.decide(&Case { lead: &lead, history: &fresh.history, ..*case });
            if !matches!(outcome.route, Route::Nurture { .. } | Route::Blocked | Route::Folded { .. }) {
                outcome.after(fresh.effects);
                return outcome;
            }
        }
        self.decide(case)
    }

    /// A lead that has ended. It is left alone, unless it is converted and waits for the answer of an owner who is away.
    fn look_after_customer(&self, case: &Case<'_>) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let mut outcome = self.ended(case);
        if lead.close_reason == Some(CloseReason::Blocked) && !outcome.verdict.is_blocked() {
            // The cause of the block is gone: the person who reviews blocked leads can release it.
            let (lead, code) = (lead.id.clone(), ReviewCode::NoLongerBlocked.into());
            outcome.effects.push(Effect::RequestReview { lead, reviewer: None, code });
            return outcome;
        }
        let is_there = |owner: &&RepId| case.owner_state(owner) != OwnerState::Gone;
        let is_asked = case.is_due(wake_up::COLLISION) && is_disputed(lead);
        // Something has changed, or it went along: its person may have other leads.
        let moved = case.wake_up.is_none() || case.entry.is_some() || is_asked;
        let of = lead.owner.as_ref().filter(|_| moved && lead.status == LeadStatus::Converted);
        if let Some(owner) = of.filter(is_there).filter(|_| lead.is_on_file()) {
            let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
            outcome.basis.read_rows();
            if is_asked {
                self.settle_converted(case, &facts, owner, &mut outcome);
            } else {
                self.bring_along(case, &facts, owner, &mut outcome);
            }
        }
        if outcome.route.owner().is_some_and(|heir| Some(heir) != lead.owner.as_ref()) {
            return outcome;
        }
        let waits = history.deadlines.iter().any(|deadline| deadline.done_at.is_none());
        let owner = lead.owner.as_ref().filter(|_| waits && lead.status == LeadStatus::Converted);
        if let Some(owner) = owner.filter(|_| lead.is_on_file()) {
            let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
            self.look_after(case, &facts, owner, &mut outcome);
            outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        }
        outcome
    }

    /// A lead that has ended: nothing happens.
    pub(super) fn ended(&self, case: &Case<'_>) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.begin(case, &facts);
        outcome.route = end_of(lead);
        outcome
    }
}

/// The route of a lead that has ended.
pub(super) fn end_of(lead: &Lead) -> Route {
    let owner: Option<&RepId> = lead.owner.as_ref().filter(|_| lead.status == LeadStatus::Converted);
    match (owner.cloned(), lead.account.clone()) {
        (Some(owner), Some(account)) => Route::Converted { owner, account },
        (Some(owner), None) => Route::ToOwner { owner, record: None },
        _ if lead.status == LeadStatus::Invalid && !lead.is_on_file() => Route::Blocked,
        _ => Route::Voided,
    }
}
