//! Rows of another system come in.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::state_excerpt::Moving;
use super::{Input, Intake, Outcome, Refusal, Route, State, wake_up};
use crate::assign::Roster;
use crate::model::{Acquisition, Effect, Lead, LeadId, LeadStatus, RecordRef, RepId};

/// Seconds over which the wake-ups of imported rows are spread: thirty days.
const SPREAD: u64 = 30 * 86_400;

impl Intake {
    /// Takes in rows of another system: nobody is paged, and no record on file is taken in.
    ///
    /// A row keeps its owner, its status and its end; what runs begins now. A row that nobody has goes to its pool, or to the
    /// main one, where it is looked at within thirty days, spread by id; when `assign` says so it is decided as a new lead is,
    /// except that it moves no window, is part of no burst, and comes after everything on file, whatever its date. Such rows are
    /// handed in one at a time, so that each sees those before it. An owner is told once for all rows. [Refused](Outcome::refusal)
    /// for a row whose id is among its rows on file, or among the rows before it, and for a person who [asked to be forgotten](Intake::forget).
    ///
    /// ```
    /// use leadkit::model::{Lead, LeadStatus};
    /// use leadkit::{Input, Intake, Roster, State};
    ///
    /// let intake = Intake::load(serde_json::json!({}))?;
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let row = |id: &str, owner: Option<&str>| Input {
    ///     lead: Lead { id: id.into(), owner: owner.map(Into::into), ..Lead::default() }, ..Input::default()
    /// };
    /// let rows = [row("M1", None), row("M2", Some("wang")), row("M3", Some("wang"))];
    /// let outcomes = intake.import(&rows, false, &Roster::default(), &State::default(), now);
    /// assert_eq!(outcomes[0].to_string(), "lead M1 goes to the pool leads");
    /// assert_eq!(outcomes[1].to_string(), "lead M2 stays with its owner wang");
    /// let told = outcomes.iter().flat_map(|one| one.effects()).filter(|effect| effect.code() == "notify").count();
    /// assert_eq!(told, 1);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn import(
        &self,
        inputs: &[Input],
        assign: bool,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Vec<Outcome> {
        let mut moving = Moving::new(self, inputs, state);
        let mut told: BTreeSet<&RepId> = BTreeSet::new();
        let mut came: BTreeSet<&LeadId> = BTreeSet::new();
        let mut outcomes = Vec::with_capacity(inputs.len());
        for input in inputs {
            let mut outcome = if came.contains(&input.lead.id) {
                self.refuse(&self.case(input, Act::Import, roster, moving.state(), now), Refusal::OnFile)
            } else {
                self.import_one(input, assign, roster, moving.state(), now)
            };
            if outcome.refusal.is_none() {
                came.insert(&input.lead.id);
            }
            let owner = input.lead.owner.as_ref().filter(|_| outcome.refusal.is_none());
            if let Some(owner) = owner.filter(|owner| told.insert(owner)) {
                outcome.tell(owner, "imported", &RecordRef::Lead(input.lead.id.clone()));
            }
            // Decided on this very state.
            let _ = moving.apply(outcome.delta());
            outcomes.push(outcome);
        }
        outcomes
    }

    fn import_one(
        &self,
        input: &Input,
        assign: bool,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        let case = self.case(input, Act::Import, roster, state, now);
        let lead = &input.lead;
        if input.rows.leads.iter().any(|known| known.id == lead.id) {
            return self.refuse(&case, Refusal::OnFile);
        }
        if input.is_erased {
            return self.refuse(&case, Refusal::Erased);
        }
        let goes_on = lead.is_on_file() && !lead.has_ended();
        if assign && goes_on && lead.owner.is_none() {
            // Whatever is on file was there before it.
            let late = Lead { created_at: now, ..lead.clone() };
            return self.decide(&super::engine::Case { lead: &late, ..case });
        }
        let mut outcome = self.nothing(&case);
        outcome.person = Some(case.act.as_str().into());
        let id = lead.id.clone();
        match &lead.owner {
            Some(owner) => {
                let (lead, owner) = (id.clone(), owner.clone());
                outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
                outcome.effects.push(Effect::SetOwner { lead, owner, acquisition: Acquisition::Imported });
                if goes_on {
                    let status = match input.lead.status {
                        LeadStatus::Following => LeadStatus::Following,
                        _ => LeadStatus::Pending,
                    };
                    outcome.effects.push(Effect::SetStatus { lead: id, status });
                    outcome.start_deadlines(&input.lead, &case);
                }
            }
            None if goes_on => {
                let pool = lead.pool.clone().unwrap_or_else(|| self.pool.clone());
                outcome.effects.push(Effect::MoveToPool { lead: id, pool: pool.clone() });
                outcome.wake(lead, now + spread(&lead.id), wake_up::POOL_STAY);
                outcome.route = Route::ToPool { pool };
            }
            None => outcome.route = Route::Voided,
        }
        outcome
    }
}

/// A time within the spread that depends on the id alone: FNV-1a.
fn spread(id: &LeadId) -> TimeDelta {
    let hash = id.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    TimeDelta::seconds(1 + i64::try_from(hash % SPREAD).unwrap_or_default())
}
