//! Rows of another system come in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::dispute::Rival;
use super::engine::Case;
use super::marks::without_marks;
use super::state_excerpt::Moving;
use super::{Input, Intake, Outcome, Refusal, Route, State, wake_up};
use crate::assign::Roster;
use crate::dedup::{COLLISION, MatchKey, Rows, holdings};
use crate::model::{
    Acquisition, Effect, Lead, LeadId, LeadStatus, OwnerState, PoolId, PoolKind, RecordRef, RepId,
    ReviewCode, Value,
};
use crate::rule::{FactContext, Facts};
use crate::text::Code;

/// Seconds over which the wake-ups of imported rows are spread: thirty days.
const SPREAD: u64 = 30 * 86_400;
/// The most rows of one person that are compared with one row.
const MAX_ALIKE: usize = 32;

impl Intake {
    /// Imports rows of another system: nobody is paged, and no record on file is absorbed.
    ///
    /// A row keeps its owner, its status and its end; its clocks begin now. A row without an owner goes to its pool, or
    /// to the main one, where it is reviewed within thirty days, spread by id; with `assign` it is decided as
    /// a new lead is, except that it moves no window, is part of no burst, and comes after everything on file, whatever
    /// its date. Such rows are handed in one at a time, so that each sees those before it. An owner is told once for
    /// all rows.
    ///
    /// A review is requested for each problem of a row, with one code for each, and nothing is lost:
    /// `import_owner_gone` (the row has no owner, and goes to its pool), `import_unknown_pool` (it goes to the main
    /// pool), `import_no_owner` (a customer without an owner: it goes to the account's owner among its rows on file, else to
    /// the pool of active customers) and `collision` (another row, or a live lead among its rows on file, has the same
    /// person and another owner: both keep what they have until a person decides). [Refused](Outcome::refusal) for a
    /// row whose id is among its rows on file, or among the rows before it, and for a person who [asked to be
    /// forgotten](Intake::forget).
    ///
    /// ```
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::{Input, Intake, Roster, State};
    ///
    /// let intake = Intake::load(serde_json::json!({}))?;
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let row = |id: &str, owner: Option<&str>| Input {
    ///     lead: Lead { id: id.into(), owner: owner.map(Into::into), ..Lead::default() }, ..Input::default()
    /// };
    /// let rows = [row("M1", None), row("M2", Some("wang")), row("M3", Some("wang"))];
    /// let wang = Rep { id: "wang".into(), ..Rep::default() };
    /// let roster = Roster::compile(&[wang], &Default::default())?;
    /// let outcomes = intake.import(&rows, false, &roster, &State::default(), now);
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
        let mut heard: BTreeSet<(RepId, Code)> = BTreeSet::new();
        let mut came: BTreeSet<&LeadId> = BTreeSet::new();
        let mut people: BTreeMap<MatchKey, Vec<&Lead>> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(inputs.len());
        for input in inputs {
            let mut outcome = if came.contains(&input.lead.id) {
                self.refuse(&self.case(input, Act::Import, roster, moving.state(), now), Refusal::OnFile)
            } else {
                let known = self.same_people(input, &mut people, now);
                let case = self.case(input, Act::Import, roster, moving.state(), now);
                match known {
                    Some(rows) => self.import_row(&Case { rows: &rows, ..case }, input, assign),
                    None => self.import_row(&case, input, assign),
                }
            };
            if outcome.refusal.is_none() {
                came.insert(&input.lead.id);
            }
            let owner = input.lead.owner.as_ref().filter(|owner| outcome.route.owner() == Some(*owner));
            if let Some(owner) = owner.filter(|owner| outcome.refusal.is_none() && told.insert(owner)) {
                outcome.tell(owner, "imported", &RecordRef::Lead(input.lead.id.clone()));
            }
            // A rep who stands in, is stood in for or collides with another is told of the first row.
            let mut is_news = |rep: &RepId, code: &Code| heard.insert((rep.clone(), code.clone()));
            outcome.effects.retain(|effect| match effect {
                Effect::Notify { rep, code, .. } if notifies_once(code) => is_news(rep, code),
                _ => true,
            });
            // Decided on this same state.
            let _ = moving.apply(outcome.delta());
            outcomes.push(outcome);
        }
        outcomes
    }

    /// The rows on file with the rows before it that have a key of the same person, when there are any.
    fn same_people<'i>(
        &self,
        input: &'i Input,
        people: &mut BTreeMap<MatchKey, Vec<&'i Lead>>,
        now: DateTime<Utc>,
    ) -> Option<Rows> {
        let lead = &input.lead;
        if lead.owner.is_none() || lead.has_ended() || !lead.is_on_file() {
            return None;
        }
        let facts = Facts::new(lead, &FactContext::new(&self.tables, now));
        let mut before: Vec<Lead> = Vec::new();
        for key in self.deduplicator.person_keys(&facts) {
            let known = people.entry(key).or_default();
            before.extend(known.iter().map(|one| (*one).clone()));
            if known.len() < MAX_ALIKE {
                known.push(lead);
            }
        }
        (!before.is_empty()).then(|| {
            let mut rows = input.rows.clone();
            rows.leads.extend(before);
            rows
        })
    }

    /// A row is decided without the marks of another system's reviewers.
    fn import_row(&self, case: &Case<'_>, input: &Input, assign: bool) -> Outcome {
        let Some((lead, marks)) = without_marks(&input.lead) else {
            return self.import_one(case, input, assign);
        };
        let input = Input { lead, ..input.clone() };
        let mut outcome = self.import_one(&Case { lead: &input.lead, ..*case }, &input, assign);
        if outcome.refusal.is_none() {
            outcome.after(marks);
        }
        outcome
    }

    fn import_one(&self, case: &Case<'_>, input: &Input, assign: bool) -> Outcome {
        let (lead, now) = (&input.lead, case.now);
        if input.rows.leads.iter().any(|known| known.id == lead.id) {
            return self.refuse(case, Refusal::OnFile);
        }
        if input.is_erased {
            return self.refuse(case, Refusal::Erased);
        }
        let continues = lead.is_on_file() && !lead.has_ended();
        if assign && continues && lead.owner.is_none() {
            // Everything on file was there before it.
            let status = LeadStatus::Unassigned;
            let late = Lead { created_at: now, filed_at: Some(now), status, ..lead.clone() };
            let mut outcome = self.decide(&Case { lead: &late, ..*case });
            let mut before = filed_now(lead, now);
            if lead.status != status {
                // A lead without an owner is not worked on.
                before.push(Effect::SetStatus { lead: lead.id.clone(), status });
            }
            outcome.after(before);
            return outcome;
        }
        let mut outcome = self.nothing(case);
        outcome.effects = filed_now(lead, now);
        outcome.person = Some(case.act.as_str().into());
        let id = lead.id.clone();
        let is_gone = |owner: &RepId| case.owner_state(owner) == OwnerState::Gone;
        // A lead that has ended stays unchanged, whoever had it; but a customer keeps an owner.
        let is_customer = lead.status == LeadStatus::Converted;
        let (mut owner, mut continues) = (lead.owner.clone(), continues);
        if owner.as_ref().is_some_and(is_gone) && (continues || is_customer) {
            outcome.ask(lead, ReviewCode::ImportOwnerGone);
            owner = None;
        }
        if is_customer && owner.is_none() {
            if lead.owner.is_none() {
                outcome.ask(lead, ReviewCode::ImportNoOwner);
            }
            let account = input.rows.accounts.iter().find(|one| Some(&one.id) == lead.account.as_ref());
            let parts = account.map(|account| holdings(case.scope, lead, account)).unwrap_or_default();
            owner = parts.iter().filter_map(|part| part.owner).find(|owner| !is_gone(owner)).cloned();
            if owner.is_none() {
                continues = true;
                outcome.effects.push(Effect::SetStatus { lead: id.clone(), status: LeadStatus::Unassigned });
            }
        }
        match owner {
            Some(owner) => {
                let lead = id.clone();
                outcome.route = Route::ToOwner { owner: owner.clone(), record: None };
                outcome.effects.push(Effect::SetOwner {
                    lead,
                    owner: owner.clone(),
                    acquisition: Acquisition::Imported,
                });
                if !continues && !is_customer {
                    // It ended while this owner held it.
                    let (lead, status) = (id.clone(), input.lead.status);
                    outcome.effects.push(Effect::SetStatus { lead, status });
                }
                if continues {
                    let status = match input.lead.status {
                        LeadStatus::Following => LeadStatus::Following,
                        _ => LeadStatus::Pending,
                    };
                    outcome.effects.push(Effect::SetStatus { lead: id, status });
                    outcome.start_deadlines(&input.lead, case);
                    let (activities, history) = (case.activities, case.history);
                    let context = FactContext { tables: &self.tables, activities, history, now };
                    self.attend(case, &Facts::new(&input.lead, &context), &owner, &mut outcome);
                    self.report_others(case, &owner, &mut outcome);
                }
            }
            None if continues => {
                let is_known =
                    |pool: &&PoolId| self.rules_pool(lead).is_some() && self.known_pools.contains(*pool);
                if lead.pool.is_some() && lead.pool.as_ref().filter(is_known).is_none() {
                    outcome.ask(lead, ReviewCode::ImportUnknownPool);
                }
                let pool = match lead.pool.as_ref().filter(is_known) {
                    Some(pool) => pool.clone(),
                    None if is_customer => self.public_pool(&PoolKind::PublicActive).clone(),
                    None => self.pool.clone(),
                };
                outcome.effects.push(Effect::MoveToPool { lead: id.clone(), pool: pool.clone() });
                if !matches!(lead.status, LeadStatus::Unassigned | LeadStatus::Converted) {
                    outcome.effects.push(Effect::SetStatus { lead: id, status: LeadStatus::Unassigned });
                }
                outcome.wake(lead, now + spread(&lead.id), wake_up::IMPORTED);
                outcome.route = Route::ToPool { pool };
            }
            None => outcome.route = Route::Voided,
        }
        outcome
    }
}

impl Intake {
    /// Another row, or a live lead on file, has the person of the row and another owner: a person decides.
    fn report_others(&self, case: &Case<'_>, owner: &RepId, outcome: &mut Outcome) {
        let context = FactContext::new(&self.tables, case.now);
        let siblings = self.deduplicator.siblings(&Facts::new(case.lead, &context), case.rows);
        let rivals: Vec<Rival<'_>> = case.others(&siblings, owner).map(Rival::Lead).collect();
        outcome.collide(self, case, owner, &rivals);
    }
}

impl Outcome {
    /// Requests a review because something is wrong with a row.
    fn ask(&mut self, lead: &Lead, code: ReviewCode) {
        self.effects.push(Effect::RequestReview { lead: lead.id.clone(), reviewer: None, code: code.into() });
    }
}

/// All records on file count as older than the row, now and in later reviews.
fn filed_now(row: &Lead, now: DateTime<Utc>) -> Vec<Effect> {
    let record = RecordRef::Lead(row.id.clone());
    let replaces = row.filed_at.map_or(Value::Null, Value::from);
    vec![Effect::UpdateField { record, field: "filed_at".to_owned(), value: now.into(), replaces }]
}

fn notifies_once(code: &Code) -> bool {
    ["cover", "covered", "lead_waits", COLLISION].contains(&code.as_ref())
}

/// A time within the spread that depends on the id alone: FNV-1a.
fn spread(id: &LeadId) -> TimeDelta {
    let hash = id.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    TimeDelta::seconds(1 + i64::try_from(hash % SPREAD).unwrap_or_default())
}
