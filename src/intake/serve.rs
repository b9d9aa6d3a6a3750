//! The waiting line: when a rep has room, the best lead is given first.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use super::act::Act;
use super::engine::Case;
use super::given::Given;
use super::state_excerpt::Moving;
use super::{Input, Intake, Outcome, State, wake_up};
use crate::assign::{AssignOptions, Roster, UntouchedLeads};
use crate::model::TenureEnd;
use crate::rule::{FactContext, Facts};

impl Intake {
    /// Gives waiting leads to reps who have room: the best cell first, then the lead that has waited longest, then by id. A lead
    /// that came back waits from its return, and one that was nurtured from when it became ready.
    ///
    /// Call it when a rep has room (a lead was followed up, lost, closed, converted or merged, a rep has joined) and
    /// when the wake-up `retry…` of a waiting lead has come, with all that wait: then leads that wait for the same
    /// opening or the same new day are served in this order, and no newer lead goes ahead. The rules never give a lead
    /// to a rep who holds as many untouched leads as [`LifeRules`](super::LifeRules::untouched_limit) allows. Leads
    /// that came since the host last [counted](crate::model::Rep::untouched) count here too. A lead's deadline starts
    /// when it is given. The outcomes are in the order in which the leads were served, each decided on the state that
    /// the one before left: apply their deltas in that order. A lead that nobody may have now stays, with its next try:
    /// an outcome without an owner of a lead whose wake-up has not come need not be applied. Leads that have an owner
    /// or have ended are left out, and so are those that go along with another of the line: two leads of one customer
    /// go to one owner. If an earlier outcome joins a lead with another or asks for its review [next](Outcome::next),
    /// the input for that lead and for other leads of its customer is out of date, so they have no outcome either. Once
    /// the others are applied, read such leads again and serve them.
    ///
    /// ```
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::{Input, Intake, Roster, State};
    /// use serde_json::json;
    ///
    /// let intake = Intake::load(json!({
    ///     "score": {"fit": {"rules": [{"id": "all", "points": 80}]}},
    ///     "assign": {"pools": {"leads": {"rules": [{"id": "all", "then": {"reps": ["li"]}}]}}},
    ///     "life": {"untouched_limit": 1},
    /// }))?;
    /// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default())?;
    /// let lead = |id: &str, created: &str| Lead {
    ///     id: id.into(), created_at: created.parse().unwrap(), phones: vec!["13812349876".into()], ..Lead::default()
    /// };
    /// let waiting = [lead("L2", "2026-03-01T02:00:00Z"), lead("L1", "2026-03-02T02:00:00Z")]
    ///     .map(|lead| Input { lead, ..Input::default() });
    /// let outcomes = intake.serve(&waiting, &roster, &State::default(), "2026-03-02T03:00:00Z".parse().unwrap());
    /// assert_eq!(outcomes[0].to_string(), "lead L2 is assigned to li");
    /// assert_eq!(outcomes[1].route().code(), "unassigned");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn serve(
        &self,
        inputs: &[Input],
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Vec<Outcome> {
        let mut moving = Moving::new(self, inputs, state);
        let waits =
            |input: &&Input| input.lead.owner.is_none() && input.lead.is_on_file() && !input.lead.has_ended();
        let mut line: Vec<(String, DateTime<Utc>, &Input)> = inputs
            .iter()
            .filter(waits)
            .map(|input| (self.cell_of(input, now), waits_since(input), input))
            .collect();
        line.sort_by(|(a, since, one), (b, since_b, other)| {
            let by_age = since.cmp(since_b);
            a.cmp(b).then(by_age).then_with(|| one.lead.id.cmp(&other.lead.id)).then(Ordering::Equal)
        });
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(line.len());
        let mut given = Given::default();
        for (_, _, input) in line {
            if given.has(&input.lead.id) || given.changes(input) {
                // It went along with another lead of its customer, or has to be read anew.
                continue;
            }
            let rows = given.seen_in(&input.rows);
            let retry = input.wake_up.clone().unwrap_or_else(|| wake_up::RETRY.into());
            let case = self.case(input, Act::Serve, roster, moving.state(), now);
            let assign = &AssignOptions { untouched: UntouchedLeads::AndSince, ..input.assign.clone() };
            let outcome = self.decide(&Case { rows: &rows, assign, wake_up: Some(&retry), ..case }).named();
            // Decided on this same state.
            let _ = moving.apply(outcome.delta());
            given.note(&outcome);
            outcomes.push(outcome);
        }
        outcomes
    }

    /// The cell of a lead's scores, best first in the order of text.
    fn cell_of(&self, input: &Input, now: DateTime<Utc>) -> String {
        let Input { lead, activities, history, .. } = input;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        self.scorer.score(&facts).cell().to_string()
    }
}

/// Since when a lead waits: its cycle began, as when it became ready after a stay in nurture, or its last owner had it until
/// then. A decision that was taken back as wrong leaves it the place that it had.
fn waits_since(Input { lead, history, .. }: &Input) -> DateTime<Utc> {
    let began = history.cycle_started_at.unwrap_or(lead.created_at);
    // What it took in brought losses along, which are not its own.
    let own = history.ended_tenures().filter(|one| one.lead == lead.id);
    let had = own.filter(|one| one.end != Some(TenureEnd::Revoked));
    had.filter_map(|one| one.until).fold(began, DateTime::max)
}
