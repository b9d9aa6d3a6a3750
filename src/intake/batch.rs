//! The main job for many leads, each seeing those before it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::engine::Case;
use super::{Intake, Outcome, Route, State, StateError};
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
        }
    }
}

/// Why a batch stopped. What was decided before is applied, and its outcomes are here; the rest was not touched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the batch stopped at lead {lead}")]
pub struct BatchError {
    lead: LeadId,
    outcomes: Vec<Outcome>,
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
    pub fn into_outcomes(self) -> Vec<Outcome> {
        self.outcomes
    }
}

impl Intake {
    /// Decides about leads one after the other: fetch, [`process`](Intake::process), apply to the state, file the
    /// lead and apply the effects in the book. Later leads see earlier ones.
    ///
    /// Blocked and resubmitted leads are not filed: nothing should be collected under them.
    ///
    /// # Errors
    /// None unless the engine is at fault: each decision is applied to the state it was made on.
    pub fn process_batch(
        &self,
        arrivals: &[Arrival],
        book: &mut Book,
        roster: &Roster,
        state: &mut State,
    ) -> Result<Vec<Outcome>, BatchError> {
        let mut outcomes = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            let Arrival { lead, activities, history, at, assign } = arrival;
            let rows = book.rows(&self.probe(lead));
            let case = Case { lead, activities, history, rows: &rows, assign, roster, state, now: *at };
            let outcome = self.decide(&case);
            if let Err(source) = state.apply(outcome.delta()) {
                return Err(BatchError { lead: lead.id.clone(), outcomes, source });
            }
            if !matches!(outcome.route(), Route::Blocked | Route::Resubmitted { .. }) {
                book.insert_lead(lead.clone());
                book.apply_effects(outcome.effects());
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}
