//! What each event does: which method the host calls, and what it writes itself.

use std::error::Error;

use leadkit::follow_up::FlowTrigger;
use leadkit::model::{
    Account, Activity, CloseReason, Effect, FollowUp, Lead, LeadField, LeadId, LeadStatus, Opportunity,
    OpportunityId, Pause, RecordRef, Value, YesNo,
};
use leadkit::pipeline::{Actor, Answer, MoveRequest, Role, StageMark, Timeline};
use leadkit::rule::{FactContext, Facts};
use leadkit::{HostTables, Input, ReassignReason};

use super::again;
use super::clock::is_live;
use super::desk::Desk;
use super::event::{Deal, Event, Line};

type Done = Result<(), Box<dyn Error>>;

impl Desk {
    pub(super) fn happen(&mut self, line: &Line) -> Done {
        match &line.event {
            Event::Submit { lead, activities } => self.submit(lead, activities),
            Event::Import { leads, assign } => self.import(leads, *assign),
            Event::Activity(activity) => {
                let lead = self.subject_of(&activity.lead);
                if self.book.activities(&lead).iter().any(|known| known.id == activity.id) {
                    return Ok(());
                }
                self.laws().did(activity);
                self.kept.acted(activity);
                self.book.record_activity(Activity { lead: lead.clone(), ..(**activity).clone() });
                if self.book.lead(&lead).is_some_and(|lead| lead.owner.is_none() && lead.pool.is_some()) {
                    // Somebody whom nobody works on does something: it may be a new need.
                    self.flow(&FlowTrigger::NewNeed, &lead, &Actor::system("activity"))?;
                }
                self.look_again(&lead, activity.kind.clone())
            }
            Event::Touch(touch) => self.touch(touch),
            Event::Update { lead, values } => self.update(&self.subject_of(lead), values),
            Event::FollowUp(follow_up) => {
                let lead = self.subject_of(&follow_up.lead);
                self.follow_up(&FollowUp { lead, ..(**follow_up).clone() })
            }
            Event::Advance { lead, to, answers } => self.advance(&self.subject_of(lead), to, answers),
            Event::Return { lead } => {
                let lead = &self.subject_of(lead);
                let Some(input) = self.known(lead) else { return Ok(()) };
                let outcome = self.intake.reassign(
                    &input,
                    ReassignReason::Returned,
                    &self.roster,
                    &self.state,
                    self.now,
                );
                self.settle(&outcome)
            }
            Event::Close { lead, reason } => {
                let lead = &self.subject_of(lead);
                let Some(input) = self.known(lead) else { return Ok(()) };
                let outcome = self.intake.close(&input, reason.clone(), &self.roster, &self.state, self.now);
                self.settle(&outcome)
            }
            Event::Release { lead } => {
                let lead = &self.subject_of(lead);
                let Some(input) = self.known(lead) else { return Ok(()) };
                let outcome = self.intake.release(&input, &self.roster, &self.state, self.now);
                self.settle(&outcome)
            }
            Event::Convert { lead, account } => self.convert(&self.subject_of(lead), account),
            Event::Opportunity { id, lead, status } => self.deal(id, &self.subject_of(lead), *status),
            Event::Order(order) => {
                if self.kept.orders.iter().any(|known| known.id == order.id) {
                    return Ok(());
                }
                self.kept.orders.push((**order).clone());
                let account = order.account.clone();
                if let Some(account) = account.filter(|id| self.book.account(id).is_some()) {
                    let effect = Effect::UpdateField {
                        record: RecordRef::Account(account),
                        field: "closed_deal_at".to_owned(),
                        value: Value::from(self.now),
                        replaces: Value::Null,
                    };
                    self.write(&format!("order {}", order.id), &[effect]);
                }
                if let Some(lead) = &order.lead {
                    self.say(lead, "-", format!("order {}", order.id), None);
                }
                Ok(())
            }
            Event::Pause { lead, reason } => {
                let lead = &self.subject_of(lead);
                if self.policies.is_none() {
                    self.say(lead, "-", "refused: no_policies".to_owned(), None);
                    return Ok(());
                }
                let pause = Pause { from: self.now, until: None, reason: reason.clone() };
                self.pauses.entry(lead.clone()).or_default().push(pause);
                self.after(lead);
                self.say(lead, "-", reason.clone(), None);
                Ok(())
            }
            Event::Resume { lead } => {
                let (lead, now) = (&self.subject_of(lead), self.now);
                let open = self.pauses.get_mut(lead).into_iter().flatten();
                open.for_each(|pause| pause.until = pause.until.or(Some(now)));
                self.after(lead);
                self.say(lead, "-", "resumed".to_owned(), None);
                Ok(())
            }
            Event::Contract { lead, ends } => {
                let lead = &self.subject_of(lead);
                self.contracts.insert(lead.clone(), ends.to_utc());
                self.after(lead);
                self.say(lead, "-", format!("contract until {}", ends.to_rfc3339()), None);
                Ok(())
            }
            Event::Route { lead } => {
                let lead = &self.subject_of(lead);
                if self.known(lead).is_some() { self.route_event(lead) } else { Ok(()) }
            }
            Event::Claim { lead, rep } => {
                let lead = &self.subject_of(lead);
                let Some(input) = self.known(lead) else { return Ok(()) };
                let outcome = self.intake.claim(&input, rep, &self.roster, &self.state, self.now);
                self.settle(&outcome)
            }
            Event::Allot { lead, rep } => {
                let lead = &self.subject_of(lead);
                let Some(input) = self.known(lead) else { return Ok(()) };
                let outcome = self.intake.allot(&input, rep, &self.roster, &self.state, self.now);
                self.settle(&outcome)
            }
            Event::Merge { into, from } => self.merge(into, from),
            Event::Absent { rep, until } => self.absent(rep, until.to_utc()),
            Event::Back { rep } => self.back(rep),
            Event::Join(rep) => self.join(rep),
            Event::Leave { rep } => self.leave(rep),
            Event::HandOver { rep, to } => self.hand_over(rep, to),
            Event::Account(account) => self.account(account),
            Event::Register { account, partner } => {
                self.register(account, partner);
                Ok(())
            }
            Event::Effects(effects) => {
                self.write("by hand", effects);
                Ok(())
            }
            Event::Tick => Ok(()),
            Event::Revoke { lead } => {
                let lead = &self.subject_of(lead);
                let Some(input) = self.known(lead) else { return Ok(()) };
                let outcome = self.intake.revoke(&input, &self.roster, &self.state, self.now);
                self.settle(&outcome)
            }
            Event::Forget { lead } => {
                // A person asks, whichever of their entries they name.
                let lead = &self.subject_of(lead);
                self.kept.forget(&self.book, lead);
                self.forget(lead)
            }
        }
    }

    /// A lead that is there. When there is none the row says so.
    pub(super) fn known(&mut self, lead: &LeadId) -> Option<Input> {
        let input = self.input(lead);
        if input.is_none() {
            self.say(lead, "-", "unknown_lead".to_owned(), None);
        }
        input
    }

    pub(super) fn submit(&mut self, lead: &Lead, activities: &[leadkit::model::Activity]) -> Done {
        // It was decided when it came in, and all that became of it since is on file.
        if let Some(known) = self.book.lead(&lead.id).cloned() {
            return self.deliver_again(lead, &known);
        }
        self.refresh()?;
        self.laws().submitted(lead);
        activities.iter().for_each(|activity| self.laws().did(activity));
        let rows = self.book.rows(&self.intake.probe(lead));
        // What was tracked may arrive before the form.
        let mut known = self.book.activities(&lead.id).to_vec();
        let is_new = |one: &&Activity| known.iter().all(|before| before.id != one.id);
        let new: Vec<Activity> = activities.iter().filter(is_new).cloned().collect();
        known.extend(new);
        let activities = known;
        let input = Input { lead: lead.clone(), activities, rows, trust_clock: true, ..Input::default() };
        let outcome = self.intake.process(&input, &self.roster, &self.state, self.now);
        self.book.insert_lead(lead.clone());
        self.kept.came(lead);
        input.activities.iter().for_each(|activity| self.kept.acted(activity));
        self.book.insert_life(&lead.id, Default::default(), input.activities);
        self.settle(&outcome)
    }

    /// A lead that is on file comes once more: what it brings that is not known is added, or shown to somebody where
    /// something else is known.
    fn deliver_again(&mut self, lead: &Lead, known: &Lead) -> Done {
        let is_erased = known.close_reason == Some(CloseReason::Erased);
        let subject = self.subject_of(&known.id);
        let on_file = self.book.lead(&subject).filter(|_| !is_erased).cloned();
        let before = self.kept.leads.get(&lead.id).map(|before| (**before).clone()).unwrap_or_default();
        let effects = on_file.map(|on_file| again::added(lead, &before, &on_file)).unwrap_or_default();
        if effects.is_empty() {
            self.say(&lead.id, "-", "on_file".to_owned(), None);
            return Ok(());
        }
        self.laws().submitted(lead);
        self.kept.leads.insert(lead.id.clone(), Box::new(lead.clone()));
        self.write(&format!("again {}", lead.id), &effects);
        self.look_again(&subject, "on_file".to_owned())
    }

    /// A person or an activity has changed what is known.
    pub(super) fn look_again(&mut self, lead: &LeadId, reason: String) -> Done {
        let Some(input) = self.known(lead) else { return Ok(()) };
        let is_blocked = input.lead.close_reason == Some(CloseReason::Blocked);
        if !is_live(&self.book, &input.lead) && !is_blocked {
            self.say(lead, "-", reason, None);
            return Ok(());
        }
        let outcome =
            self.intake.review(&Input { wake_up: None, ..input }, &self.roster, &self.state, self.now);
        self.settle(&outcome)
    }

    fn touch(&mut self, touch: &leadkit::model::Touch) -> Done {
        let is_erased = |lead: &Lead| lead.close_reason == Some(CloseReason::Erased);
        if self.book.lead(&touch.lead).is_some_and(is_erased) {
            return Ok(());
        }
        self.kept.touches.push(touch.clone());
        // It stays a touch of the entry, for attribution; the sign of life is the subject's.
        let lead = &self.subject_of(&touch.lead);
        if self.book.lead(lead).is_some() {
            let entry = touch.lead.clone();
            let effect = Effect::RecordActivation { lead: lead.clone(), entry, at: touch.time };
            self.write(&format!("touch {lead} {}", touch.channel), &[effect]);
        }
        self.say(lead, "-", touch.channel.clone(), None);
        Ok(())
    }

    fn update(&mut self, lead: &LeadId, values: &[(String, Value)]) -> Done {
        let Some(input) = self.known(lead) else { return Ok(()) };
        if input.lead.close_reason == Some(CloseReason::Erased) {
            self.say(lead, "-", "refused: erased".to_owned(), None);
            return Ok(());
        }
        let before = |field: &str| match field.split_once('.') {
            Some(("attributes", name)) => input.lead.attributes.get(name).cloned().unwrap_or_default(),
            Some(("external_ids", name)) => Value::from(input.lead.external_ids.get(name).cloned()),
            Some(("click_ids", name)) => Value::from(input.lead.click_ids.get(name).cloned()),
            _ => LeadField::from_name(field).map(|one| one.get(&input.lead)).unwrap_or_default(),
        };
        let record = RecordRef::Lead(lead.clone());
        let write = |(field, value): &(String, Value)| match (value, before(field)) {
            // A list gets more: whoever reached the person by the former number still does.
            (Value::List(items), Value::List(known)) => again::new_items(&record, field, items, &known),
            (value, replaces) => {
                let (record, field, value) = (record.clone(), field.clone(), value.clone());
                vec![Effect::UpdateField { record, field, value, replaces }]
            }
        };
        let effects: Vec<Effect> = values.iter().flat_map(write).collect();
        self.laws().updated(lead, values);
        self.write(&format!("update {lead}"), &effects);
        if let Some(after) = self.book.lead(lead) {
            self.kept.corrected(&input.lead, after);
        }
        let fields: Vec<&str> = values.iter().map(|(field, _)| field.as_str()).collect();
        self.look_again(lead, fields.join(","))
    }

    fn follow_up(&mut self, follow_up: &leadkit::model::FollowUp) -> Done {
        let (lead, kind) = (&follow_up.lead, follow_up.kind.as_str());
        if self.book.lead(lead).is_none() {
            self.say(lead, "-", "unknown_lead".to_owned(), None);
            return Ok(());
        }
        if self.known_rep(&follow_up.owner).is_none() {
            return Ok(());
        }
        if self.book.history(lead).follow_ups.iter().any(|known| known.id == follow_up.id) {
            return Ok(());
        }
        // Nobody has done yet what they will do: a time to come is a clock that is wrong.
        let time = follow_up.time.min(self.now);
        self.book.record_follow_up(FollowUp { time, ..follow_up.clone() });
        self.after(lead);
        self.say(lead, "-", format!("{kind} by {}", follow_up.owner), None);
        Ok(())
    }

    /// A rep makes a customer record of their lead.
    fn convert(&mut self, lead: &LeadId, account: &leadkit::model::AccountId) -> Done {
        let Some(mut input) = self.known(lead) else { return Ok(()) };
        let is_there = input.rows.accounts.iter().any(|one| one.id == *account);
        input.rows.accounts.extend(self.book.account(account).filter(|_| !is_there).cloned());
        let outcome = self.intake.convert(&input, account, &self.roster, &self.state, self.now);
        if outcome.refusal().is_none() && self.book.account(account).is_none() {
            let company = input.lead.company.clone().or(input.lead.name.clone()).unwrap_or_default();
            let (id, owner) = (account.clone(), input.lead.owner.clone());
            let account = Account { id, company, created_at: self.now, owner, ..Account::default() };
            self.book.insert_account(account);
        }
        self.settle(&outcome)
    }

    /// An open opportunity holds its lead. Won, the lead is a customer; lost, it is reactivated by the rules, without who
    /// lost it.
    fn deal(&mut self, id: &OpportunityId, lead: &LeadId, status: Deal) -> Done {
        let before = self.book.opportunity(id).cloned();
        let is_told = |one: &Opportunity| {
            one.lead.as_ref() == Some(lead)
                && one.won_at.is_some() == (status == Deal::Won)
                && one.lost_at.is_some() == (status == Deal::Lost)
        };
        if before.as_ref().is_some_and(is_told) {
            return Ok(());
        }
        let is_over = |one: &&Lead| matches!(one.status, LeadStatus::Invalid | LeadStatus::Voided);
        if status == Deal::Open && self.book.lead(lead).filter(is_over).is_some() {
            self.say(lead, "-", "refused: ended".to_owned(), None);
            return Ok(());
        }
        let left = before.as_ref().and_then(|one| one.lead.clone()).filter(|left| left != lead);
        let of =
            before.unwrap_or(Opportunity { id: id.clone(), created_at: self.now, ..Opportunity::default() });
        self.book.insert_opportunity(Opportunity {
            lead: Some(lead.clone()),
            owner: self.book.lead(lead).and_then(|lead| lead.owner.clone()),
            // Told again, it stays at the moment it was told first.
            won_at: (status == Deal::Won).then_some(of.won_at.unwrap_or(self.now)),
            lost_at: (status == Deal::Lost).then_some(of.lost_at.unwrap_or(self.now)),
            ..of
        });
        self.after(lead);
        left.into_iter().for_each(|left| self.hold_no_more(id, &self.subject_of(&left)));
        let Some(input) = self.known(lead) else { return Ok(()) };
        let said = match status {
            Deal::Open => "open",
            Deal::Won => "won",
            Deal::Lost => "lost",
        };
        self.say(lead, "-", format!("{id} {said}"), None);
        let is_open = input.lead.is_on_file() && !input.lead.has_ended() && input.lead.owner.is_some();
        match status {
            Deal::Won if is_open => {
                let account = input.lead.account.clone().unwrap_or_else(|| id.as_str().into());
                self.convert(lead, &account)
            }
            Deal::Lost if is_open => {
                let now = self.now;
                // A partner's loss is not held against the manager who passed the lead on to them.
                if input.history.partner().is_none() {
                    self.laws().lost_deal(&input.lead, now);
                }
                let outcome = self.intake.reassign(
                    &input,
                    ReassignReason::DealLost,
                    &self.roster,
                    &self.state,
                    self.now,
                );
                self.settle(&outcome)
            }
            Deal::Lost => {
                self.hold_no_more(id, lead);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// An opportunity was put to another lead, or is lost. What was due of the one that it held stood still: its owner's time
    /// begins now.
    fn hold_no_more(&mut self, id: &OpportunityId, lead: &LeadId) {
        let is_held = !self.book.history(lead).opportunities.is_empty();
        let owned = self.book.lead(lead).filter(|one| one.owner.is_some() && is_live(&self.book, one));
        if owned.is_some() && !is_held {
            let (lead, from) = (lead.clone(), self.now);
            self.write(&format!("opportunity {id}"), &[Effect::StartDeadlines { lead, from }]);
        }
        self.after(lead);
    }

    /// A stage is entered, when its gates let the lead in.
    fn advance(&mut self, lead: &LeadId, to: &str, answers: &[(String, YesNo)]) -> Done {
        let Some(input) = self.known(lead) else { return Ok(()) };
        let mut timeline = self.timelines.remove(lead).unwrap_or_else(|| Timeline::new(lead.clone()));
        if timeline.stage().is_none() {
            timeline.enter("lead", StageMark::new(input.lead.created_at, Actor::system("form")))?;
            let record = RecordRef::Lead(lead.clone());
            let (value, replaces) = (Value::from("lead"), Value::from(input.lead.stage.clone()));
            let effect = Effect::UpdateField { record, field: "stage".to_owned(), value, replaces };
            self.write(&format!("enter {lead}"), &[effect]);
        }
        let role = if to == "mql" { Role::Sdr } else { Role::Sales };
        let by = Actor::new(input.lead.owner.clone().unwrap_or_else(|| "desk".into()), role);
        let is_unfit = to == "mql" && answers.iter().any(|(_, said)| *said == YesNo::No);
        let answers = answers
            .iter()
            .map(|(criterion, said)| Answer::new(criterion.as_str(), *said, by.clone(), self.now));
        let request = MoveRequest::new(to, by.clone()).answered(answers);
        let tables = HostTables::default();
        let Input { lead: record, activities, history, .. } = &input;
        let context = FactContext { tables: &tables, activities, history, now: self.now };
        let judged = self.pipeline.advance(&Facts::new(record, &context), &timeline, &request, self.now);
        let converts =
            |effect: &Effect| matches!(effect, Effect::SetStatus { status: LeadStatus::Converted, .. });
        match judged {
            // A customer is somebody's.
            Ok(transition) if record.owner.is_none() && transition.effects().iter().any(converts) => {
                self.say(lead, "-", "refused: no_owner".to_owned(), None);
            }
            Ok(transition) => {
                timeline.apply(&transition)?;
                let effects = transition.effects().to_vec();
                self.write(&format!("advance {lead} {to}"), &effects);
                self.say(lead, "-", format!("stage {to}"), None);
                if to == "sql" {
                    self.timelines.insert(lead.clone(), timeline);
                    return self.flow(&FlowTrigger::Sql, lead, &by);
                }
            }
            Err(refusal) => {
                let codes: Vec<&str> = refusal.reasons().iter().map(|reason| reason.code()).collect();
                self.say(lead, "-", format!("refused: {}", codes.join(",")), Some(refusal.to_string()));
            }
        }
        self.timelines.insert(lead.clone(), timeline);
        if is_unfit {
            self.flow(&FlowTrigger::NotMql, lead, &by)?;
        }
        Ok(())
    }
}
