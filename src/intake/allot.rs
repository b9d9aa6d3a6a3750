//! People give leads: an administrator allots one, a rep's leads are handed over.

use chrono::{DateTime, Utc};

use super::act::Act;
use super::away::Attended;
use super::engine::Case;
use super::given::Given;
use super::marks::is_disputed;
use super::move_customer::{Move, Takes};
use super::review::end_of;
use super::state_excerpt::Moving;
use super::without::Without;
use super::{Input, Intake, Outcome, Refusal, Route, State};
use crate::assign::{AssignOptions, Ledgers, Roster, SkipReason, UntouchedLeads};
use crate::model::{Acquisition, Effect, Lead, LeadId, LeadStatus, OwnerState, RecordRef, RepId, TenureEnd};
use crate::rule::{FactContext, Facts};

impl Intake {
    /// Gives a lead to a rep by order of somebody who is allowed to: a director, a reviewer of a held lead or a collision.
    ///
    /// The previous owner is told. The rep's deadline starts now. The order is about all that the lead is of: what
    /// other reps have of the customer within the rules' scope goes along, and so does what its owner had by it. To a
    /// partner the lead is passed on: the channel manager owns it, and the partner has `partner_answer_hours` to
    /// answer; a lead without an answer is [taken back](Intake::reassign). A rep who lost the lead before can get it in
    /// this way only. [Refused](Outcome::refusal) for a rep to whom the rules might not give it: one who is gone,
    /// serves other regions or is at a cap; and for a partner while another's [deal](Intake::register_deal) protects
    /// the account of the lead, for a rep who works on it already, and for a lead whose person has refused every
    /// channel. Working hours, absences and untouched leads are not reasons to refuse: a director knows.
    ///
    /// ```
    /// use leadkit::model::{Lead, Rep};
    /// use leadkit::{Input, Intake, Roster, State};
    ///
    /// let intake = Intake::load(serde_json::json!({}))?;
    /// let roster = Roster::compile(&[Rep { id: "li".into(), ..Rep::default() }], &Default::default())?;
    /// let (state, now) = (State::default(), "2026-03-02T02:00:00Z".parse().unwrap());
    /// let input = Input { lead: Lead { id: "L1".into(), ..Lead::default() }, ..Input::default() };
    /// let outcome = intake.allot(&input, &"li".into(), &roster, &state, now);
    /// assert_eq!(outcome.to_string(), "lead L1 is assigned to li");
    /// let refused = intake.allot(&input, &"wang".into(), &roster, &state, now);
    /// assert_eq!(refused.to_string(), "lead L1 stays without an owner (unknown_rep); refused: the rep is not in the roster");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn allot(
        &self,
        input: &Input,
        rep: &RepId,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        let manager = roster.channel_manager(rep);
        let owner = manager.unwrap_or(rep);
        let case = Case { partner: manager.map(|_| rep), ..self.case(input, Act::Allot, roster, state, now) };
        if input.lead.has_ended() || !input.lead.is_on_file() {
            return self.refuse(&case, Refusal::Ended);
        }
        if let Some(held) = case.protection().filter(|_| manager.is_some()).filter(|held| !held.is_of(rep)) {
            return self.refuse(&case, held);
        }
        let worker = input.history.helper().map(|one| &one.owner).or(input.lead.owner.as_ref());
        if worker == Some(rep) && case.owner_state(rep) != OwnerState::Gone && !is_disputed(&input.lead) {
            // The same order again.
            return self.refuse(&case, Refusal::Owned { owner: rep.clone() });
        }
        let before = input.lead.owner.as_ref().filter(|before| *before != owner);
        // A manager who passes on a lead of their own gets nothing, so no cap is checked.
        let passes_on = manager.is_some() && input.lead.owner.as_ref() == Some(owner);
        if let Some(reason) = self.unfit(&case, owner).filter(|reason| !passes_on || !reason.is_cap()) {
            return self.refuse(&case, Refusal::Rep(reason));
        }
        if self.may_not_be_contacted(&case) {
            return self.refuse(&case, Refusal::NoAllowedChannel);
        }
        let mut outcome = self.hand(&case, input, before, owner, Acquisition::AssignedByAdmin);
        let about = RecordRef::Lead(input.lead.id.clone());
        if let Some(before) = before {
            outcome.tell(before, "lead_taken", &about);
        }
        if !passes_on {
            outcome.tell_once(owner, "allotted", &about);
        }
        outcome.tell_helper(&case, &input.history);
        outcome
    }

    /// Hands over the leads of a rep: to another rep, or by the rules when that rep may not have them or none is named.
    /// A lead or customer that nobody else may have stays with `from` if that rep is still active: the hand-over is
    /// [refused](Outcome::refusal), with the reason why the named rep may not have it. Refused as well for a rep whom
    /// the roster does not know or who takes part no longer, as long as the rep before can keep them: a mistyped id
    /// moves nothing.
    ///
    /// Leads without an owner about which the rules asked the rep as a
    /// [reviewer](crate::assign::AssignTarget::Reviewer) are handed over too: the other rep is asked, and has two days from
    /// now. Without one who is there, the rules decide at once what a leaver was asked. Pass them in with the others: a
    /// host finds them by the reviewer of [`Effect::RequestReview`].
    ///
    /// Each lead is decided on the state that the one before left; apply the deltas in that order. An account among
    /// the rows that the lead was converted to, and that was the rep's, goes with it, and so do its open
    /// opportunities. Leads of others are left alone, and so are all when `to` is `from`. Leads of one customer go
    /// together: the first of them decides for all. A lead that an outcome before joins with another or has looked at
    /// [next](Outcome::next), and one of its customer, is not what was handed in any more and has no outcome: once the
    /// others are applied, read what the rep still has, and hand it over.
    ///
    /// ```
    /// use leadkit::model::{Lead, LeadStatus, Rep};
    /// use leadkit::{Input, Intake, Roster, State};
    ///
    /// let intake = Intake::load(serde_json::json!({}))?;
    /// let roster = Roster::compile(&["li", "wang"].map(|id| Rep { id: id.into(), ..Rep::default() }), &Default::default())?;
    /// let lead = |id: &str| Lead {
    ///     id: id.into(), owner: Some("li".into()), status: LeadStatus::Following, ..Lead::default()
    /// };
    /// let inputs = ["L1", "L2"].map(|id| Input { lead: lead(id), ..Input::default() });
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let outcomes = intake.hand_over(&inputs, &"li".into(), Some(&"wang".into()), &roster, &State::default(), now);
    /// assert!(outcomes.iter().all(|outcome| outcome.route().owner().unwrap().as_str() == "wang"));
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn hand_over(
        &self,
        inputs: &[Input],
        from: &RepId,
        to: Option<&RepId>,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Vec<Outcome> {
        let mut moving = Moving::new(self, inputs, state);
        let mut outcomes = Vec::new();
        if to == Some(from) {
            return outcomes;
        }
        let mut given = Given::default();
        for input in inputs {
            if given.has(&input.lead.id) || given.changes(input) {
                // It went along with another lead of its customer, or has to be read anew.
                continue;
            }
            let rows = given.seen_in(&input.rows);
            let case = Case { rows: &rows, ..self.case(input, Act::HandOver, roster, moving.state(), now) };
            let handed = match input.lead.owner.as_ref() {
                Some(owner) if owner == from => Some(self.hand_one_over(&case, input, from, to)),
                _ => self.hand_question_over(&case, from, to),
            };
            let Some(outcome) = handed.map(Outcome::named) else { continue };
            // Decided on this same state.
            let _ = moving.apply(outcome.delta());
            given.note(&outcome);
            outcomes.push(outcome);
        }
        outcomes
    }

    fn hand_one_over(&self, case: &Case<'_>, input: &Input, from: &RepId, to: Option<&RepId>) -> Outcome {
        // Leads converted to one account go to one owner.
        let along: Vec<LeadId> = case.of_its_account().map(|one| one.id.clone()).collect();
        let lost = case.lost_by_others(&along);
        let had_it = |rep: &RepId| case.had_it(rep) || lost.contains(rep);
        let unfit = to.and_then(|to| {
            let had_it = had_it(to).then_some(SkipReason::PreviousOwner);
            self.unfit(case, to).or(had_it)
        });
        let keeps = case.owner_state(from) != OwnerState::Gone;
        if let Some(reason @ (SkipReason::UnknownRep | SkipReason::Inactive)) = &unfit
            && keeps
        {
            return self.refuse(case, Refusal::Rep(reason.clone()));
        }
        let end = end_with(case, from);
        // A lead that nobody may contact is held, whoever it is meant for.
        let is_held = self.may_not_be_contacted(case);
        let mut outcome = match to.filter(|_| unfit.is_none() && !is_held) {
            Some(to) => self.hand(case, input, Some(from), to, Acquisition::OwnerChanged),
            None if input.lead.status == LeadStatus::Converted && input.lead.is_on_file() => {
                self.escalate(case, input, from, end)
            }
            None if input.lead.has_ended() => return self.refuse(case, Refusal::Ended),
            None => self.hand_over_by_rules(case, input, from, end),
        };
        let heir = outcome.route().owner().filter(|owner| *owner != from).cloned();
        if heir.is_none() && keeps && !is_held {
            // What the order cannot change stays as it is: a rep who is there works on.
            return self.refuse(case, unfit.map_or(Refusal::NobodyElse, Refusal::Rep));
        }
        if let Some(heir) = &heir {
            outcome.tell_once(heir, "handed_over", &RecordRef::Lead(input.lead.id.clone()));
        }
        if end != TenureEnd::Left {
            outcome.tell_once(from, "lead_taken", &RecordRef::Lead(input.lead.id.clone()));
        }
        outcome.tell_helper(case, &input.history);
        outcome
    }

    fn hand_over_by_rules(&self, case: &Case<'_>, input: &Input, from: &RepId, end: TenureEnd) -> Outcome {
        let without = Without::owner(input, from, end, case.now);
        // A person passes them on: they do not wait until other reps have spoken to theirs.
        let assign = &AssignOptions { untouched: UntouchedLeads::Ignored, ..case.assign.clone() };
        let case = Case { lead: &without.lead, history: &without.history, assign, ..*case };
        let mut outcome = self.decide(&case);
        outcome.after(without.effects);
        match outcome.route().owner().cloned() {
            Some(owner) => outcome.move_customer(self, &case, &Move::of_lead(from, &owner)),
            None => outcome.leave_work(&case, from),
        }
        outcome
    }

    /// Whether the person has refused every channel by which the lead can be reached. A customer stays one.
    fn may_not_be_contacted(&self, case: &Case<'_>) -> bool {
        let context = FactContext {
            tables: &self.tables,
            activities: case.activities,
            history: case.history,
            now: case.now,
        };
        let is_refused = || self.begin(case, &Facts::new(case.lead, &context)).verdict.leaves_no_channel();
        case.lead.status != LeadStatus::Converted && is_refused()
    }

    /// Gives a lead to a rep by a person's act, whether it has an owner or not.
    fn hand(
        &self,
        case: &Case<'_>,
        input: &Input,
        from: Option<&RepId>,
        to: &RepId,
        how: Acquisition,
    ) -> Outcome {
        let without = from.map(|from| Without::owner(input, from, end_with(case, from), case.now));
        let (lead, history) = match &without {
            Some(without) => (&without.lead, &without.history),
            None => (case.lead, case.history),
        };
        let (asked, case) = (case, Case { lead, history, ..*case });
        let context =
            FactContext { tables: &self.tables, activities: case.activities, history, now: case.now };
        let facts = Facts::new(lead, &context);
        let mut outcome = self.begin(&case, &facts);
        outcome.effects = without.as_ref().map(|without| without.effects.clone()).unwrap_or_default();
        self.count(&case, &facts, to, &mut outcome);
        let is_answered = lead.status == LeadStatus::Converted && input.is_answered();
        // Nothing is due for a customer whom somebody has spoken to, whoever is away.
        let attended = if is_answered { Attended::ByOwner } else { self.attended(&case, &facts, to) };
        let to = attended.heir().unwrap_or(to);
        let (id, owner) = (lead.id.clone(), to.clone());
        outcome.effects.push(Effect::SetOwner {
            lead: id.clone(),
            owner: owner.clone(),
            acquisition: how.clone(),
        });
        if !lead.has_ended() {
            outcome.effects.push(Effect::SetStatus { lead: id, status: LeadStatus::Pending });
        }
        if !is_answered {
            outcome.start_deadlines(lead, &case);
        }
        outcome.person = Some(case.act.as_str().into());
        let siblings = self.deduplicator.siblings(&facts, case.rows);
        let mut others: Vec<&Lead> = asked.others(&siblings, to).collect();
        // A director decides a collision; a hand-over decides nothing.
        if case.act == Act::Allot {
            outcome.end_dispute(lead);
        } else if is_disputed(lead) {
            outcome.request_ownership_review(self, &case);
            others.clear();
        }
        outcome.route = Route::Assigned { owner };
        outcome.move_customer(self, &case, &Move { from, to, how, others, takes: Takes::All });
        self.carry_on(&case, to, &attended, &mut outcome);
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }

    /// Why a person may not give the lead to a rep: the rules' reasons, with their numbers. A rep who has it keeps it.
    fn unfit(&self, case: &Case<'_>, rep: &RepId) -> Option<SkipReason> {
        if case.lead.owner.as_ref() == Some(rep) && case.owner_state(rep) != OwnerState::Gone {
            return None;
        }
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let ledger = case.state.ledger(self.ledger_pool(lead));
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        self.assigner.may_be_given(&facts, rep, case.roster, ledgers).err()
    }

    /// Nothing happens, and why.
    pub(super) fn refuse(&self, case: &Case<'_>, refusal: Refusal) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.begin(case, &facts);
        outcome.route = match (&lead.owner, &lead.pool) {
            _ if lead.has_ended() || !lead.is_on_file() => end_of(lead),
            (Some(owner), _) => Route::ToOwner { owner: owner.clone(), record: None },
            (None, Some(pool)) => Route::ToPool { pool: pool.clone() },
            (None, None) => Route::Unassigned { reason: refusal.reason().into(), retry_at: None },
        };
        outcome.refusal = Some(refusal);
        outcome
    }
}

/// How a rep's tenure ends when their lead is given to another: a rep who has left, and one from whom an administrator takes
/// it, neither lost it nor gave it up.
fn end_with(case: &Case<'_>, from: &RepId) -> TenureEnd {
    match case.owner_state(from) {
        OwnerState::Gone => TenureEnd::Left,
        _ if case.act == Act::Allot => TenureEnd::Allotted,
        _ => TenureEnd::HandedOver,
    }
}
