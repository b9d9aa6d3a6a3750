//! The main job for many leads, each seeing those before it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::act::Act;
use super::engine::Case;
use super::{Input, Intake, Next, Outcome, State, StateError};
use crate::assign::{AssignOptions, Roster};
use crate::book::Book;
use crate::dedup::Probe;
use crate::model::{Activity, History, Lead, LeadId};
use crate::rule::{FactContext, Facts};

/// Up to so many leads of one moment may be forms; more are an import.
const AT_ONCE: usize = 200;

/// One lead of a batch, and when it came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// The lead as it came in.
    pub lead: Lead,
    /// What it did before it came in, in any order.
    #[serde(default)]
    pub activities: Vec<Activity>,
    /// What is known of its history; a new lead has none.
    #[serde(default)]
    pub history: History,
    /// When it came in: the `now` of its decision.
    pub at: DateTime<Utc>,
    /// Options of its assignment, as [`Input::assign`](super::Input::assign).
    #[serde(default)]
    pub assign: AssignOptions,
    /// Whether to trust `at` even if it is more than 31 days past the newest entry, as
    /// [`Input::trust_clock`](super::Input::trust_clock).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trust_clock: bool,
}

impl Arrival {
    /// A lead that comes in when it is created, without activities.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::Arrival;
    ///
    /// let lead = Lead { id: "L1".into(), created_at: "2026-03-02T02:00:00Z".parse().unwrap(), ..Lead::default() };
    /// let arrival = Arrival::new(lead);
    /// assert_eq!(arrival.at, arrival.lead.created_at);
    /// ```
    #[must_use]
    pub fn new(lead: Lead) -> Arrival {
        Arrival {
            at: lead.created_at,
            lead,
            activities: Vec::new(),
            history: History::default(),
            assign: AssignOptions::default(),
            trust_clock: false,
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
    /// The lead at which the batch stopped.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// The outcomes that were decided and applied before.
    ///
    /// ```
    /// use leadkit::intake::BatchError;
    ///
    /// /// A host stores what was decided, and starts the next batch at the lead that the error names.
    /// fn decided(error: BatchError) -> usize {
    ///     error.into_outcomes().len()
    /// }
    /// # let _ = decided;
    /// ```
    #[must_use]
    pub fn into_outcomes(self) -> Vec<BatchOutcome> {
        self.outcomes
    }
}

/// The decision about one lead of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchOutcome {
    /// The outcome for the lead itself.
    pub outcome: Outcome,
    /// The reviews of the lead on file it was folded into; one more after each record that was joined with
    /// it, until none was left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Outcome>,
}

impl Intake {
    /// Decides about leads one after the other: fetch, [`process`](Intake::process), apply to the state, file the
    /// lead and apply the effects in the book, and the same for every [review](Intake::review) that an outcome asks for.
    /// Later leads see earlier ones.
    ///
    /// More than 200 leads of one moment are rows of an [import](Intake::import), which assigns nothing by itself: to have them
    /// decided one by one, give each the moment at which it came in.
    ///
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Arrival, Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let (roster, mut state, mut book) = (Roster::from_ids(["li"]), State::default(), intake.book());
    /// let lead = |id: &str, day: &str| Lead {
    ///     id: id.into(), name: Some("Ann".into()), phones: vec!["13812349876".into()],
    ///     message: Some("a quote, please".into()), created_at: day.parse().unwrap(), ..Lead::default()
    /// };
    /// let arrivals = [lead("L1", "2026-03-02T02:00:00Z"), lead("L2", "2026-03-04T02:00:00Z")].map(Arrival::new);
    /// let outcomes = intake.process_batch(&arrivals, &mut book, &roster, &mut state)?;
    /// assert_eq!(outcomes[0].outcome.to_string(), "lead L1 is assigned to li");
    /// // The second has the number of the first, which continues in its place and is reviewed.
    /// assert_eq!(outcomes[1].outcome.route().folded_into(), Some(&"L1".into()));
    /// assert_eq!(outcomes[1].reviews[0].lead().as_str(), "L1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StateError::ClockAhead`] when a lead comes in more than 31 days after the newest entry without `trust_clock`.
    /// Any other error is a fault of the engine: each decision is applied to the state it was made on.
    pub fn process_batch(
        &self,
        arrivals: &[Arrival],
        book: &mut Book,
        roster: &Roster,
        state: &mut State,
    ) -> Result<Vec<BatchOutcome>, BatchError> {
        book.file_by(self.deduplicator.composites());
        let mut outcomes = Vec::with_capacity(arrivals.len());
        let mut rest = arrivals;
        while let Some(first) = rest.first() {
            let (at_once, after) = rest.split_at(rest.iter().take_while(|one| one.at == first.at).count());
            rest = after;
            let done = if at_once.len() > AT_ONCE {
                self.import_at_once(at_once, book, roster, state, &mut outcomes)
            } else {
                at_once.iter().try_for_each(|arrival| {
                    let decided = self.process_one(arrival, book, roster, state);
                    outcomes.push(decided.map_err(|source| (arrival.lead.id.clone(), source))?);
                    Ok(())
                })
            };
            if let Err((lead, source)) = done {
                return Err(BatchError { lead, outcomes, source });
            }
        }
        Ok(outcomes)
    }

    /// So many rows of one moment are an import, whoever sent them: nobody writes as many forms at once.
    fn import_at_once(
        &self,
        arrivals: &[Arrival],
        book: &mut Book,
        roster: &Roster,
        state: &mut State,
        outcomes: &mut Vec<BatchOutcome>,
    ) -> Result<(), (LeadId, StateError)> {
        let Some(now) = arrivals.first().map(|one| one.at) else { return Ok(()) };
        let input = |arrival: &Arrival| {
            let Arrival { lead, activities, history, assign, trust_clock, .. } = arrival;
            let mut rows = book.rows(&self.probe(lead));
            rows.leads.extend(
                book.lead(&lead.id).filter(|_| !rows.leads.iter().any(|one| one.id == lead.id)).cloned(),
            );
            Input {
                lead: lead.clone(),
                activities: activities.clone(),
                history: history.clone(),
                rows,
                assign: assign.clone(),
                trust_clock: *trust_clock,
                ..Input::default()
            }
        };
        let inputs: Vec<Input> = arrivals.iter().map(input).collect();
        let decided = self.import(&inputs, false, roster, state, now);
        for (Input { lead, activities, history, .. }, outcome) in inputs.into_iter().zip(decided) {
            state.apply(outcome.delta()).map_err(|source| (lead.id.clone(), source))?;
            if outcome.refusal().is_none() {
                book.insert_life(&lead.id, history, activities);
                book.insert_lead(lead);
            }
            outcome.apply_to(book);
            outcomes.push(BatchOutcome { outcome, reviews: Vec::new() });
        }
        Ok(())
    }

    fn process_one(
        &self,
        arrival: &Arrival,
        book: &mut Book,
        roster: &Roster,
        state: &mut State,
    ) -> Result<BatchOutcome, StateError> {
        let Arrival { lead, activities, history, at, assign, trust_clock } = arrival;
        let mut facts =
            Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now: *at });
        let keys = Probe::of_record(&facts);
        let rows = book.rows(&self.deduplicator.probe_by(&keys, &facts));
        let case = Case {
            lead,
            activities,
            history,
            rows: &rows,
            assign,
            entry: None,
            claim: None,
            partner: None,
            also: &[],
            wake_up: None,
            trust_clock: *trust_clock,
            act: Act::Process,
            roster,
            state,
            now: *at,
            holding_cap: self.assigner.holding_cap(&self.pool),
            scope: self.deduplicator.scope(),
        };
        let outcome = self.decide_by(&case, &mut facts, Some(&keys));
        state.apply(outcome.delta())?;
        // A lead that is delivered twice is on file with everything that has happened to it since.
        if book.lead(&lead.id).is_none() {
            book.insert_new_lead(&facts, keys);
            book.insert_life(&lead.id, history.clone(), activities.clone());
        }
        outcome.apply_to(book);
        let mut reviews: Vec<Outcome> = Vec::new();
        // Each further review follows a record that ended, so there are at most as many as records.
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
    /// ```
    /// use leadkit::model::Lead;
    /// use leadkit::{Input, Intake, Roster, Rules, State};
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let (roster, mut state, mut book) = (Roster::from_ids(["li"]), State::default(), intake.book());
    /// let lead = |id: &str, day: &str| Lead {
    ///     id: id.into(), phones: vec!["13812349876".into()], created_at: day.parse().unwrap(), ..Lead::default()
    /// };
    /// book.insert_lead(lead("L1", "2026-03-02T02:00:00Z"));
    ///
    /// let entry = lead("L2", "2026-03-04T02:00:00Z");
    /// let (at, rows) = (entry.created_at, book.rows(&intake.probe(&entry)));
    /// let outcome = intake.process(&Input { lead: entry.clone(), rows, ..Input::default() }, &roster, &state, at);
    /// assert_eq!(outcome.route().folded_into().unwrap().as_str(), "L1");
    /// state.apply(outcome.delta())?;
    /// book.insert_lead(entry);
    /// outcome.apply_to(&mut book);
    ///
    /// let review = intake.review_next(&outcome, &mut book, &roster, &mut state)?.unwrap();
    /// assert_eq!(review.lead().as_str(), "L1");
    /// assert!(intake.review_next(&review, &mut book, &roster, &mut state)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        let Some(Next::Review { lead: id, entry, claim, also }) = outcome.next() else { return Ok(None) };
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
            partner: None,
            also,
            wake_up: None,
            trust_clock: outcome.delta().trust_clock,
            act: Act::Review,
            roster,
            state,
            now: outcome.at(),
            holding_cap: self.assigner.holding_cap(&self.pool),
            scope: self.deduplicator.scope(),
        };
        let review = self.look_again(&case);
        state.apply(review.delta())?;
        review.apply_to(book);
        Ok(Some(review))
    }
}
