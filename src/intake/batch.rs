//! The main job for many leads, each seeing those before it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::act::Act;
use super::engine::Case;
use super::{Intake, Next, Outcome, State, StateError};
use crate::assign::{AssignOptions, Roster};
use crate::book::Book;
use crate::model::{Activity, History, Lead, LeadId};

/// One lead of a batch, and when it came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// The lead.
    pub lead: Lead,
    /// What it did before.
    #[serde(default)]
    pub activities: Vec<Activity>,
    /// What is known of its life; a new lead has none.
    #[serde(default)]
    pub history: History,
    /// When it came in: the `now` of its decision.
    pub at: DateTime<Utc>,
    /// What there is to say about its assignment.
    #[serde(default)]
    pub assign: AssignOptions,
    /// Whether `at` is right though it is more than 31 days past the newest entry, as
    /// [`Input::accepts_clock`](super::Input::accepts_clock).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepts_clock: bool,
}

impl Arrival {
    /// A lead that comes in when it is created, without activities.
    #[must_use]
    pub fn new(lead: Lead) -> Arrival {
        Arrival {
            at: lead.created_at,
            lead,
            activities: Vec::new(),
            history: History::default(),
            assign: AssignOptions::default(),
            accepts_clock: false,
        }
    }
}

/// Why a batch stopped. What was decided before is applied, and its outcomes are here; the rest was not touched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the batch stopped at lead {lead}")]
pub struct BatchError {
    lead: LeadId,
    outcomes: Vec<BatchOutcome>,
    source: StateError,
}

impl BatchError {
    /// The lead it stopped at.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// What was decided and applied before.
    #[must_use]
    pub fn into_outcomes(self) -> Vec<BatchOutcome> {
        self.outcomes
    }
}

/// What was decided about one lead of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchOutcome {
    /// About the lead.
    pub outcome: Outcome,
    /// About the lead on file it was folded into, which was looked at next; again after each record that was joined with
    /// it, until none was left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Outcome>,
}

impl Intake {
    /// Decides about leads one after the other: fetch, [`process`](Intake::process), apply to the state, file the
    /// lead and apply the effects in the book, and the same for every [review](Intake::review) that an outcome asks for.
    /// Later leads see earlier ones.
    ///
    /// # Errors
    /// [`StateError::ClockAhead`] when a lead comes in more than 31 days after the newest entry and does not say that this
    /// is right. Else none unless the engine is at fault: each decision is applied to the state it was made on.
    pub fn process_batch(
        &self,
        arrivals: &[Arrival],
        book: &mut Book,
        roster: &Roster,
        state: &mut State,
    ) -> Result<Vec<BatchOutcome>, BatchError> {
        let mut outcomes = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            match self.process_one(arrival, book, roster, state) {
                Ok(outcome) => outcomes.push(outcome),
                Err(source) => return Err(BatchError { lead: arrival.lead.id.clone(), outcomes, source }),
            }
        }
        Ok(outcomes)
    }

    fn process_one(
        &self,
        arrival: &Arrival,
        book: &mut Book,
        roster: &Roster,
        state: &mut State,
    ) -> Result<BatchOutcome, StateError> {
        let Arrival { lead, activities, history, at, assign, accepts_clock } = arrival;
        let rows = book.rows(&self.probe(lead));
        let case = Case {
            lead,
            activities,
            history,
            rows: &rows,
            assign,
            entry: None,
            claim: None,
            wake_up: None,
            accepts_clock: *accepts_clock,
            act: Act::Process,
            roster,
            state,
            now: *at,
            holding_cap: self.assigner.holding_cap(&self.pool),
        };
        let outcome = self.decide(&case);
        state.apply(outcome.delta())?;
        // A lead that is delivered twice is on file with all that became of it since.
        if book.lead(&lead.id).is_none() {
            book.insert_lead(lead.clone());
            book.insert_life(&lead.id, history.clone(), activities.clone());
        }
        outcome.apply_to(book);
        let mut reviews: Vec<Outcome> = Vec::new();
        // Each further review follows a record that ended: there are no more of them than records.
        while let Some(review) = self.review_next(reviews.last().unwrap_or(&outcome), book, roster, state)? {
            reviews.push(review);
        }
        Ok(BatchOutcome { outcome, reviews })
    }

    /// The review that an outcome asks for, applied to the state and the book. `None` when it asks for none.
    ///
    /// A host that keeps its records in a [`Book`] calls it until there is none: a record that is joined brings keys, and
    /// these may lead to another.
    ///
    /// # Errors
    /// When the state has moved since the outcome was applied.
    pub fn review_next(
        &self,
        outcome: &Outcome,
        book: &mut Book,
        roster: &Roster,
        state: &mut State,
    ) -> Result<Option<Outcome>, StateError> {
        let Some(Next::Review { lead: id, entry, claim }) = outcome.next() else { return Ok(None) };
        let Some(lead) = book.lead(id) else { return Ok(None) };
        let rows = book.rows(&self.probe(lead));
        let case = Case {
            lead,
            activities: book.activities(id),
            history: book.history(id),
            rows: &rows,
            assign: &AssignOptions::default(),
            entry: Some(entry),
            claim: claim.as_ref(),
            wake_up: None,
            accepts_clock: outcome.delta().accepts_clock,
            act: Act::Review,
            roster,
            state,
            now: outcome.at(),
            holding_cap: self.assigner.holding_cap(&self.pool),
        };
        let review = self.look_again(&case);
        state.apply(review.delta())?;
        review.apply_to(book);
        Ok(Some(review))
    }
}
