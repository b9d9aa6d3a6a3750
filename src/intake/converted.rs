//! Who was converted to an account and not answered, and leads that a rep converts.

use chrono::{DateTime, Utc};

use super::act::Act;
use super::claim::held_by;
use super::engine::Case;
use super::without::Without;
use super::{Input, Intake, Outcome, Refusal, Route, State};
use crate::assign::{AssignOptions, Assignment, Ledgers, Roster};
use crate::model::{
    AccountId, Acquisition, ContactId, ConversionRecord, Effect, LeadStatus, OwnerState, RecordRef, RepId,
    TenureEnd, Value,
};
use crate::rule::{FactContext, Facts};

impl Intake {
    /// Makes a customer of a lead: a rep has won it, or says that it belongs to an account.
    ///
    /// The person becomes a contact of the account, which the host files before, with the lead's owner when it is new. What
    /// was due is done. [Refused](Outcome::refusal) for a lead that has ended or that nobody has.
    ///
    /// ```
    /// use leadkit::model::{Lead, LeadStatus};
    /// use leadkit::{Input, Intake, Roster, State};
    ///
    /// let intake = Intake::load(serde_json::json!({}))?;
    /// let now = "2026-03-02T02:00:00Z".parse().unwrap();
    /// let lead = Lead { id: "L1".into(), owner: Some("li".into()), status: LeadStatus::Following, ..Lead::default() };
    /// let input = Input { lead, ..Input::default() };
    /// let outcome = intake.convert(&input, &"A1".into(), &Roster::default(), &State::default(), now);
    /// assert_eq!(outcome.to_string(), "lead L1 is converted: it goes to li, the owner of account A1");
    /// let codes: Vec<&str> = outcome.effects().iter().map(|effect| effect.code()).collect();
    /// assert_eq!(codes, ["add_contact", "set_status", "convert"]);
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn convert(
        &self,
        input: &Input,
        account: &AccountId,
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        let case = self.case(input, Act::Convert, roster, state, now);
        let lead = &input.lead;
        if lead.has_ended() || !lead.is_on_file() {
            return self.refuse(&case, Refusal::Ended);
        }
        let Some(owner) = lead.owner.clone() else { return self.refuse(&case, Refusal::NoOwner) };
        let mut outcome = self.nothing(&case);
        let contact = ContactId::from(lead.id.as_str());
        outcome.effects = vec![
            Effect::AddContact { account: account.clone(), contact: contact.clone(), from: lead.id.clone() },
            Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Converted },
            Effect::Convert(ConversionRecord {
                lead: lead.id.clone(),
                account: account.clone(),
                contact: Some(contact),
                opportunity: input.history.opportunities.first().cloned(),
                at: now,
                by: Some(owner.clone()),
                rule: None,
            }),
        ];
        outcome.person = Some(case.act.as_str().into());
        outcome.route = Route::Converted { owner, account: account.clone() };
        outcome
    }

    /// The owner of an account did not answer who was converted to it, or has left: his deputy has it from now on, else whom
    /// the rules find, and the account with it. When nobody is left the owner is reminded, and his time begins anew.
    pub(super) fn escalate(&self, case: &Case<'_>, input: &Input, owner: &RepId, end: TenureEnd) -> Outcome {
        let without = Without::owner(input, owner, end, case.now);
        let case = Case { lead: &without.lead, history: &without.history, ..*case };
        let Case { lead, activities, history, now, .. } = case;
        let mut facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.begin(&case, &facts);
        outcome.effects.clone_from(&without.effects);
        facts.set_verdict(outcome.verdict.facts());
        let score = self.scorer.score(&facts);
        facts.set_score(score.facts());
        outcome.score = Some(score);
        let is_fit = |rep: &&RepId| {
            *rep != owner
                && case.owner_state(rep) == OwnerState::Active
                && !history.previous_owners().any(|before| before == *rep)
        };
        let deputy = case.roster.deputy(owner).filter(is_fit).cloned();
        let found = match deputy {
            _ if self.is_worn_out(&case) => None,
            Some(deputy) => {
                self.count(&case, &facts, &deputy, &mut outcome);
                Some(deputy)
            }
            None => self.next_owner(&case, &facts, owner, &mut outcome),
        };
        let about = RecordRef::Lead(lead.id.clone());
        let heir = match found {
            Some(heir) => {
                outcome.give(&case, &heir, Acquisition::OwnerChanged);
                outcome.move_with(&case, owner, &heir);
                heir
            }
            None if case.owner_state(owner) == OwnerState::Gone => match self.next_admin(&case) {
                Some(admin) => {
                    outcome.give(&case, &admin, Acquisition::AssignedByAdmin);
                    outcome.move_with(&case, owner, &admin);
                    outcome.tell(&admin, "nobody_answers", &about);
                    admin
                }
                None => owner.clone(),
            },
            None => {
                outcome.give(&case, owner, Acquisition::AssignedByAdmin);
                outcome.tell(owner, "nobody_answers", &about);
                owner.clone()
            }
        };
        outcome.route = match &lead.account {
            Some(account) => Route::Converted { owner: heir, account: account.clone() },
            None => Route::ToOwner { owner: heir, record: None },
        };
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }

    /// Whom the rules find for a converted lead.
    fn next_owner(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        owner: &RepId,
        outcome: &mut Outcome,
    ) -> Option<RepId> {
        let mut options = AssignOptions { by_rules: true, ..case.assign.clone() };
        options.excluded.insert(owner.clone());
        options.excluded.extend(case.history.previous_owners().cloned());
        let ledger = case.state.ledger(self.ledger_pool(case.lead));
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        let assignment: Assignment = self.assigner.assign_with(facts, case.roster, ledgers, &options);
        let found = assignment.owner().cloned()?;
        // He is asked out of turn: it counts for his caps, and his turn stays his.
        self.count(case, facts, &found, outcome);
        outcome.assignment = Some(assignment);
        Some(found)
    }

    /// Who runs the main pool and is there.
    fn next_admin(&self, case: &Case<'_>) -> Option<RepId> {
        self.admins(&self.pool).find(|admin| case.owner_state(admin) != OwnerState::Gone).cloned()
    }

    /// An outcome in which nothing happens yet: no list, rule or window is asked what follows.
    pub(super) fn nothing(&self, case: &Case<'_>) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let mut outcome = self.begin(case, &facts);
        outcome.effects.clear();
        outcome
    }
}

impl Outcome {
    /// A rep has the lead from now on.
    fn give(&mut self, case: &Case<'_>, owner: &RepId, acquisition: Acquisition) {
        let lead = case.lead.id.clone();
        self.effects.push(Effect::SetOwner { lead, owner: owner.clone(), acquisition });
        self.start_deadlines(case.lead, case);
    }

    /// The lead's account and its open opportunities go to the new owner with it, where they were the former's.
    pub(super) fn move_with(&mut self, case: &Case<'_>, from: &RepId, to: &RepId) {
        let account = case.rows.accounts.iter().find(|one| Some(&one.id) == case.lead.account.as_ref());
        let account = account.filter(|account| account.owner.as_ref() == Some(from));
        let account = account.map(|account| RecordRef::Account(account.id.clone()));
        let opportunities = case.history.opportunities.iter().cloned().map(RecordRef::Opportunity);
        self.effects.extend(account.into_iter().chain(opportunities).map(|record| Effect::UpdateField {
            record,
            field: "owner".to_owned(),
            value: Value::from(to.as_str()),
            replaces: Value::from(from.as_str()),
        }));
    }
}

/// What keeps a lead with its owner though he gives it back or missed a deadline.
pub(super) fn kept_by(input: &Input, end: TenureEnd) -> Option<Refusal> {
    held_by(&input.history).filter(|_| end != TenureEnd::HandedOver)
}
