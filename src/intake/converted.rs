//! Converted leads that were not answered, and leads that a rep converts.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::Act;
use super::claim::held_by;
use super::engine::Case;

use super::marks::{OWNERS_EXHAUSTED, UNANSWERED, is_disputed, is_unanswered};
use super::move_customer::{Move, Takes};
use super::pools::{EXHAUSTED, later};
use super::without::Without;
use super::{Input, Intake, Outcome, Refusal, Route, State, wake_up};
use crate::assign::{AssignOptions, Assignment, Ledgers, Roster};
use crate::dedup::{holdings, phones_at, scope_texts, share_a_part};
use crate::model::{
    Account, AccountId, Acquisition, ContactId, ConversionRecord, Effect, Lead, LeadStatus, OwnerState,
    PoolId, PoolKind, RecordRef, RepId, Tenure, TenureEnd, Value,
};
use crate::rule::{FactContext, Facts};

/// The interval of checks whether a rep has joined.
const ABANDONED: TimeDelta = TimeDelta::days(1);

impl Intake {
    /// Converts a lead to a customer: a rep has won it, or says that it belongs to an account.
    ///
    /// The person becomes a contact of the account, which the host files first, with the lead's owner when it is
    /// new. If the account among the rows belongs to another rep, the lead belongs to that rep from then on, who is
    /// told. What was due counts as done. [Refused](Outcome::refusal) for a lead that has ended or has no owner.
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
        let Some(own) = lead.owner.clone() else { return self.refuse(&case, Refusal::NoOwner) };
        let mut outcome = self.nothing(&case);
        let contact = ContactId::from(lead.id.as_str());
        let helper = input.history.helper().map(|one| one.owner.clone());
        let of_account = input.rows.accounts.iter().find(|one| one.id == *account);
        outcome.effects = vec![
            Effect::AddContact {
                account: account.clone(),
                contact: contact.clone(),
                from: lead.id.clone(),
                phones: phones_at(of_account.and_then(|one| one.region), lead, &self.tables),
            },
            Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Converted },
            Effect::Convert(ConversionRecord {
                lead: lead.id.clone(),
                account: account.clone(),
                contact: Some(contact),
                opportunity: input.history.opportunities.first().cloned(),
                at: now,
                by: Some(own.clone()),
                rule: None,
            }),
        ];
        // A rep who worked on it in its owner's place has nothing more to do.
        outcome.effects.extend(helper.map(|rep| Effect::EndTenure {
            lead: lead.id.clone(),
            rep,
            end: TenureEnd::Converted,
        }));
        outcome.tell_helper(&case, &input.history);
        // One customer, one owner: the account's, unless that rep has lost the lead.
        let is_there =
            |rep: &&RepId| **rep != own && case.owner_state(rep) != OwnerState::Gone && !case.had_it(rep);
        // The holder of a part keeps what names none: the person is theirs.
        let names_no_part = scope_texts(case.scope, lead).is_empty();
        let has_a_part = |account: &Account| names_no_part && account.owners.values().any(|rep| *rep == own);
        let is_others = |account: &&Account| {
            !has_a_part(account) && case.holders_of(lead, account).all(|rep| *rep != own)
        };
        let heir = of_account.filter(is_others).and_then(|one| case.holders_of(lead, one).find(is_there));
        if let Some(heir) = heir {
            let (id, rep, end) = (lead.id.clone(), own.clone(), TenureEnd::HandedOver);
            outcome.effects.push(Effect::EndTenure { lead: id.clone(), rep, end });
            let (owner, acquisition) = (heir.clone(), Acquisition::OwnerChanged);
            outcome.effects.push(Effect::SetOwner { lead: id.clone(), owner, acquisition });
            outcome.move_customer(self, &case, &Move::of_lead(&own, heir));
            outcome.tell(heir, "account_lead", &RecordRef::Lead(id));
        }
        outcome.person = Some(case.act.as_str().into());
        let owner = heir.cloned().unwrap_or(own);
        outcome.hold_parts(&case, account, &owner);
        outcome.route = Route::Converted { owner, account: account.clone() };
        outcome
    }

    /// The owner of an account did not answer a person who was converted to it, or has left: the deputy has the person from now
    /// on, else the rep whom the rules find, and the account with them. An account that a partner's deal protects stays with
    /// the partner's channel manager, and the partner is asked. When nobody is left the owner keeps it, as the account is
    /// theirs, until another rep may have it; if none ever may, the administrators of the pool are told, and the owner is asked
    /// again after thirty days. Once somebody has
    /// answered the customer nothing is due, whoever has them from then on.
    pub(super) fn escalate(&self, case: &Case<'_>, input: &Input, owner: &RepId, end: TenureEnd) -> Outcome {
        let is_there = case.owner_state(owner) != OwnerState::Gone;
        let is_missed = is_there && end == TenureEnd::Recycled;
        if is_missed && case.account_deal(owner).is_some() {
            // An open opportunity holds the account, and all that was converted to it.
            return self.stay_with(case, owner, None);
        }
        let protected = case.protection().filter(|_| is_missed);
        if let Some(Refusal::Protected { partner, .. }) = protected {
            return match partner_to_ask(case, owner, &partner) {
                Some(partner) => self.ask_partner(case, owner, partner),
                None => self.stay_with(case, owner, None),
            };
        }
        let asked = *case;
        let is_answered = input.lead.status == LeadStatus::Converted && input.is_answered();
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
        // Other leads converted to the account go along too.
        let mut along = self.deduplicator.siblings(&facts, case.rows);
        let account = case.rows.accounts.iter().find(|one| Some(&one.id) == lead.account.as_ref());
        let of_account =
            case.rows.leads.iter().filter(|one| one.account.is_some() && one.account == lead.account);
        let is_of_a_part =
            |one: &&Lead| account.is_none_or(|account| share_a_part(case.scope, lead, one, account));
        along.extend(of_account.filter(is_of_a_part).map(|one| one.id.clone()));
        let lost = case.lost_by_others(&along);
        let is_fit = |rep: &&RepId| {
            *rep != owner
                && !lost.contains(rep)
                && case.owner_state(rep) == OwnerState::Active
                && !history.previous_owners().any(|before| before == *rep)
        };
        let deputy = case.roster.deputy(owner).filter(is_fit).cloned();
        let found = match deputy {
            _ if self.is_worn_out(&case) => Err(None),
            Some(deputy) => {
                self.count(&case, &facts, &deputy, &mut outcome);
                Ok(deputy)
            }
            None => self.next_owner(&case, &facts, owner, &lost, &mut outcome),
        };
        let (heir, how) = match found {
            Ok(heir) => (heir, Acquisition::OwnerChanged),
            Err(_) if case.owner_state(owner) == OwnerState::Gone => match self.next_admin(&case) {
                Some(admin) => (admin, Acquisition::AssignedByAdmin),
                None => return self.abandon(&case, owner, outcome),
            },
            Err(_) if is_answered => return self.ended(&asked),
            Err(chance) => return self.stay_with(&asked, owner, chance),
        };
        let is_last_resort = how == Acquisition::AssignedByAdmin;
        outcome.give(&case, &heir, how.clone(), is_answered);
        let siblings = self.deduplicator.siblings(&facts, case.rows);
        let others = case.others(&siblings, &heir).collect();
        let takes = Takes::All;
        outcome.move_customer(self, &case, &Move { from: Some(owner), to: &heir, how, others, takes });
        if is_last_resort && !is_answered {
            outcome.tell(&heir, UNANSWERED, &RecordRef::Lead(lead.id.clone()));
        }
        if is_disputed(lead) {
            // The reviewers who are asked who owns the customer are asked about the new owner too.
            outcome.request_ownership_review(self, &case);
        }
        outcome.route = converted_to(&heir, lead);
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }

    /// Nobody else can answer: the owner keeps the customer and is reminded once. If another rep may have them later, as at
    /// the next opening, the owner has until then. Else the owner has thirty days, and is reminded after each thirty. The
    /// administrators of the pool are told once: if no rep may have the customer later, or none has got them within the days
    /// for which a lead waits in a pool.
    fn stay_with(&self, case: &Case<'_>, owner: &RepId, chance: Option<DateTime<Utc>>) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        let about = RecordRef::Lead(lead.id.clone());
        let mut outcome = self.nothing(case);
        let first_contact = TimeDelta::hours(i64::from(self.life.first_contact_hours));
        let last = now + EXHAUSTED;
        // What is no later than now was tried now.
        let chance = chance.filter(|at| now < *at && *at < last);
        // The deadline is over at the very moment when another rep may have the customer.
        let from = chance.unwrap_or(last).checked_sub_signed(first_contact);
        outcome.restart(case, from.unwrap_or(now));
        let is_new = !is_unanswered(lead);
        let missed = later(case.had_since(owner), first_contact);
        let waited = || self.stay_ends(case, missed, self.life.pool_stay_hours) <= now;
        let is_told = lead.tags.iter().any(|tag| tag == OWNERS_EXHAUSTED);
        let tells = !is_told && (chance.is_none() || !is_new && waited());
        for tag in [(is_new, UNANSWERED), (tells, OWNERS_EXHAUSTED)].iter().filter(|one| one.0) {
            outcome.effects.push(Effect::AddTag { lead: lead.id.clone(), tag: tag.1.to_owned() });
        }
        if tells {
            self.tell_admins(&self.pool, OWNERS_EXHAUSTED, case, &mut outcome);
        }
        if chance.is_none() || is_new {
            outcome.tell(owner, UNANSWERED, &about);
        }
        self.attend(case, &facts, owner, &mut outcome);
        outcome.route = converted_to(owner, lead);
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }

    /// The partner whose deal protects the account answers in its owner's place.
    fn ask_partner(&self, case: &Case<'_>, owner: &RepId, partner: &RepId) -> Outcome {
        let about = RecordRef::Lead(case.lead.id.clone());
        let mut outcome = self.nothing(case);
        self.pass_on(case, partner, &mut outcome);
        outcome.tell(owner, "deadline_missed", &about);
        outcome.route = converted_to(owner, case.lead);
        outcome
    }

    /// The reviewers' time is over for a converted lead whose person another rep works on: the account's owner has the person,
    /// unless that owner lost them before; then one of the others has all, who lost none of it, or else an administrator of the
    /// pool.
    pub(super) fn settle_converted(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        owner: &RepId,
        outcome: &mut Outcome,
    ) {
        let mut siblings = self.deduplicator.siblings(facts, case.rows);
        siblings.extend(case.of_its_account().map(|one| one.id.clone()));
        let others: Vec<&Lead> = case.others(&siblings, owner).collect();
        // The account has gone to another rep meanwhile.
        let account = case.rows.accounts.iter().find(|one| Some(&one.id) == case.lead.account.as_ref());
        let is_fit =
            |rep: &&RepId| *rep != owner && case.owner_state(rep) != OwnerState::Gone && !case.had_it(rep);
        let holder = account.and_then(|account| case.holders_of(case.lead, account).find(is_fit));
        let is_holder_s = |rep: &&RepId| case.others(&siblings, rep).all(|one| !case.has_lost(rep, one));
        let (heir, how) = if let Some(holder) = holder.filter(is_holder_s) {
            (holder.clone(), Acquisition::OwnerChanged)
        } else if others.iter().any(|one| case.has_lost(owner, one)) {
            let Some(found) = self.owner_of_all_leads(case, owner, &others, &siblings) else {
                return outcome.request_ownership_review(self, case);
            };
            found
        } else {
            (owner.clone(), Acquisition::OwnerChanged)
        };
        if heir != *owner {
            // What else the owner has of the person goes along.
            let others = case.others(&siblings, &heir).collect();
            return self.leave_to(case, owner, (&heir, how), others, outcome);
        }
        outcome.end_dispute(case.lead);
        let takes = Takes::All;
        outcome.move_customer(self, case, &Move { from: None, to: owner, how, others, takes });
    }

    /// A customer goes to a rep who works on another of their leads, with the account and all other records.
    fn leave_to(
        &self,
        case: &Case<'_>,
        owner: &RepId,
        (heir, how): (&RepId, Acquisition),
        others: Vec<&Lead>,
        outcome: &mut Outcome,
    ) {
        let (lead, about) = (case.lead.id.clone(), RecordRef::Lead(case.lead.id.clone()));
        outcome.end_dispute(case.lead);
        outcome.effects.push(Effect::EndTenure { lead, rep: owner.clone(), end: TenureEnd::HandedOver });
        let is_answered = !case.rows.unanswered.contains(&case.lead.id)
            && case.history.deadlines.iter().all(|one| one.done_at.is_some());
        outcome.give(case, heir, how.clone(), is_answered);
        let (from, takes) = (Some(owner), Takes::All);
        outcome.move_customer(self, case, &Move { from, to: heir, how, others, takes });
        outcome.tell(heir, "taken_over", &about);
        outcome.tell(owner, "lead_taken", &about);
        outcome.route = converted_to(heir, case.lead);
    }

    /// A converted lead went along with another: the leads of its person go too, except those that a rep works on.
    pub(super) fn bring_along(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        owner: &RepId,
        outcome: &mut Outcome,
    ) {
        let mut siblings = self.deduplicator.siblings(facts, case.rows);
        siblings.extend(case.of_its_account().map(|one| one.id.clone()));
        let others = case.others(&siblings, owner).collect();
        let (how, takes) = (Acquisition::OwnerChanged, Takes::Idle);
        outcome.move_customer(self, case, &Move { from: None, to: owner, how, others, takes });
    }

    /// Nobody takes part any more: the customer has no owner, and is in the pool of active customers until somebody joins.
    fn abandon(&self, case: &Case<'_>, owner: &RepId, mut outcome: Outcome) -> Outcome {
        let lead = case.lead;
        let pool = self.public_pool(&PoolKind::PublicActive).clone();
        outcome.effects.push(Effect::MoveToPool { lead: lead.id.clone(), pool: pool.clone() });
        outcome.effects.push(Effect::SetStatus { lead: lead.id.clone(), status: LeadStatus::Unassigned });
        let accounts = case.rows.accounts.iter().filter(|one| Some(&one.id) == lead.account.as_ref());
        for account in accounts {
            let parts: Vec<String> =
                case.parts_of(lead, account, owner).iter().map(|part| part.field()).collect();
            if parts.is_empty() {
                continue;
            }
            let mut write = |field: &str, value: Value, replaces: Value| {
                let record = RecordRef::Account(account.id.clone());
                outcome.effects.push(Effect::UpdateField {
                    record,
                    field: field.to_owned(),
                    value,
                    replaces,
                });
            };
            parts.iter().for_each(|part| write(part, Value::Null, Value::from(owner.as_str())));
            // A rep who holds another part still has it.
            if account.holders().count() == parts.len() {
                let before = Value::from(account.pool.as_ref().map(PoolId::as_str));
                write("pool", Value::from(pool.as_str()), before);
            }
        }
        outcome.leave_work(case, owner);
        self.tell_admins(&pool, OWNERS_EXHAUSTED, case, &mut outcome);
        outcome.wake(lead, case.now + ABANDONED, wake_up::RETRY);
        outcome.route = Route::ToPool { pool };
        outcome.basis.read_ledger(outcome.delta.assign.as_ref());
        outcome
    }

    /// The rep whom the rules find for a converted lead.
    fn next_owner(
        &self,
        case: &Case<'_>,
        facts: &Facts<'_>,
        owner: &RepId,
        lost: &[RepId],
        outcome: &mut Outcome,
    ) -> Result<RepId, Option<DateTime<Utc>>> {
        let mut options = AssignOptions { by_rules: true, ..case.assign.clone() };
        options.excluded.insert(owner.clone());
        options.excluded.extend(case.history.previous_owners().chain(lost).cloned());
        let ledger = case.state.ledger(self.ledger_pool(case.lead));
        let ledgers = Ledgers { pool: &ledger, reps: &case.state.reps };
        let assignment: Assignment = self.assigner.assign_with(facts, case.roster, ledgers, &options);
        let Some(found) = assignment.owner().cloned() else { return Err(assignment.kind().next_chance()) };
        // The rep gets it out of turn: it counts for their caps, and they keep their turn.
        self.count(case, facts, &found, outcome);
        outcome.assignment = Some(Box::new(assignment));
        Ok(found)
    }

    /// The administrators of the main pool who are there.
    pub(super) fn next_admin(&self, case: &Case<'_>) -> Option<RepId> {
        let listed = self.admins(&self.pool).find(|admin| case.owner_state(admin) != OwnerState::Gone);
        listed.or_else(|| case.stand_in_admin()).cloned()
    }

    /// An outcome in which nothing happens yet: no list, rule or window is checked.
    pub(super) fn nothing(&self, case: &Case<'_>) -> Outcome {
        let Case { lead, activities, history, now, .. } = *case;
        let facts = Facts::new(lead, &FactContext { tables: &self.tables, activities, history, now });
        self.begin(case, &facts)
    }
}

impl Outcome {
    /// A rep has the lead from now on, and has to answer it unless somebody has.
    fn give(&mut self, case: &Case<'_>, owner: &RepId, acquisition: Acquisition, is_answered: bool) {
        let lead = case.lead.id.clone();
        self.effects.push(Effect::SetOwner { lead, owner: owner.clone(), acquisition });
        if !is_answered {
            self.start_deadlines(case.lead, case);
        }
    }

    /// In a divided account, the parts that nobody holds for the lead belong to the rep who won it from now on.
    fn hold_parts(&mut self, case: &Case<'_>, account: &AccountId, owner: &RepId) {
        let divided = case.rows.accounts.iter().find(|one| one.id == *account && !one.owners.is_empty());
        let Some(account) = divided.filter(|one| holdings(case.scope, case.lead, one).is_empty()) else {
            return;
        };
        for value in scope_texts(case.scope, case.lead) {
            self.effects.push(Effect::UpdateField {
                record: RecordRef::Account(account.id.clone()),
                field: format!("owners.{value}"),
                value: Value::from(owner.as_str()),
                replaces: Value::Null,
            });
        }
    }
}

/// A converted lead has an owner, with its account.
fn converted_to(owner: &RepId, lead: &Lead) -> Route {
    let owner = owner.clone();
    match &lead.account {
        Some(account) => Route::Converted { owner, account: account.clone() },
        None => Route::ToOwner { owner, record: None },
    }
}

/// The partner of the owner who was not asked about the lead yet.
fn partner_to_ask<'p>(case: &Case<'_>, owner: &RepId, partner: &'p RepId) -> Option<&'p RepId> {
    let was_asked = |one: &Tenure| one.acquisition == Acquisition::PassedOn && one.owner == *partner;
    let is_his = case.roster.channel_manager(partner) == Some(owner);
    (is_his && !case.history.tenures.iter().any(was_asked)).then_some(partner)
}

/// Why a lead stays with its owner although they give it back or missed a deadline.
pub(super) fn kept_by(input: &Input, end: TenureEnd) -> Option<Refusal> {
    held_by(&input.history).filter(|_| !matches!(end, TenureEnd::HandedOver | TenureEnd::Left))
}
