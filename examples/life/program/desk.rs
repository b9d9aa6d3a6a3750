//! The host: it keeps the records, calls the engine, carries out what it says, and lets time pass.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::Instant;

use chrono::{DateTime, Utc};
use leadkit::book::Book;
use leadkit::calendar::{Calendar, CalendarRules, Calendars};
use leadkit::dedup::LeadKey;
use leadkit::follow_up::FollowUpRules;
use leadkit::model::{AccountId, Effect, LeadId, Pause, RecordRef, Rep, RepId};
use leadkit::pipeline::{Pipeline, PipelineRules, Timeline};
use leadkit::{Input, Intake, Outcome, ReassignReason, Roster, Route, Rules, State};

use super::clock::{Alarm, Clock, deadline, is_live};
use super::event::Line;
use super::holdings::Holdings;
use super::journeys::Kept;
use super::laws::{Broken, Laws, REVIEWER_DUE, Seen};
use super::options::Options;
use super::policies::Policies;
use super::spent::Spent;

/// One thing that happened.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) at: DateTime<Utc>,
    pub(crate) event: &'static str,
    pub(crate) lead: String,
    pub(crate) route: String,
    pub(crate) owner: String,
    pub(crate) pool: String,
    pub(crate) status: String,
    pub(crate) reason: String,
    pub(crate) explained: Option<String>,
}

/// Everything a host has.
pub(crate) struct Desk {
    pub(crate) intake: Intake,
    /// The fields within which one customer has one owner.
    scope: Vec<LeadKey>,
    pub(crate) book: Book,
    pub(crate) state: State,
    pub(crate) reps: BTreeMap<RepId, Rep>,
    calendars: Calendars,
    /// The same, ready to be asked.
    open: BTreeMap<String, Calendar>,
    pub(super) roster: Roster,
    /// Whether there are other reps since.
    is_stale: bool,
    pub(super) pipeline: Pipeline,
    pub(super) timelines: BTreeMap<LeadId, Timeline>,
    pub(super) kept: Kept,
    /// Hashes of people who asked to be forgotten.
    pub(super) erased: BTreeSet<String>,
    pub(super) now: DateTime<Utc>,
    pub(super) event: &'static str,
    pub(super) rows: Vec<Row>,
    clock: Clock,
    laws: Laws,
    holdings: Holdings,
    /// Leads that somebody says are one, though two reps work on them.
    pub(super) disputes: BTreeMap<LeadId, LeadId>,
    /// Accounts that nobody has: since when each lies in its pool, and when it is looked at next.
    pub(super) ownerless: BTreeMap<AccountId, (DateTime<Utc>, DateTime<Utc>)>,
    /// When customers asked to wait.
    pub(super) pauses: BTreeMap<LeadId, Vec<Pause>>,
    /// When the contracts of customers end.
    pub(super) contracts: BTreeMap<LeadId, DateTime<Utc>>,
    /// Leads that wait for somebody with room.
    waiting: BTreeSet<LeadId>,
    explains: bool,
    /// Acts that were written down.
    written: u64,
    pub(super) policies: Option<Policies>,
    /// What the time was spent with.
    pub(super) spent: Spent,
    /// Lines that came in.
    delivered: BTreeSet<u64>,
    /// What a test does to decisions, to see whether the laws notice.
    #[cfg(test)]
    pub(super) tampers: Option<fn(&mut serde_json::Value)>,
}

impl Desk {
    pub(crate) fn new(options: &Options) -> Result<Desk, Box<dyn Error>> {
        let mut desk = Desk::with(&options.rules, &options.reps, &options.calendars, options.explains)?;
        desk.follow_by(options.policies().as_ref())?;
        Ok(desk)
    }

    pub(crate) fn with(
        rules: &Rules,
        reps: &[Rep],
        calendars: &Calendars,
        explains: bool,
    ) -> Result<Desk, Box<dyn Error>> {
        let intake = Intake::compile(rules)?;
        let open = calendars.0.iter().map(|(id, rules)| Ok((id.clone(), Calendar::compile(rules)?)));
        let open = open.collect::<Result<_, leadkit::error::RuleErrors>>()?;
        let mut desk = Desk {
            open,
            book: intake.book(),
            intake,
            scope: rules.dedup.scope.clone(),
            state: State::default(),
            reps: reps.iter().map(|rep| (rep.id.clone(), rep.clone())).collect(),
            calendars: calendars.clone(),
            roster: Roster::default(),
            is_stale: true,
            pipeline: Pipeline::compile(&approved())?,
            timelines: BTreeMap::new(),
            kept: Kept::default(),
            erased: BTreeSet::new(),
            now: DateTime::<Utc>::default(),
            event: "tick",
            rows: Vec::new(),
            clock: Clock::default(),
            laws: Laws::new(rules),
            holdings: Holdings::new(&rules.assign),
            disputes: BTreeMap::new(),
            ownerless: BTreeMap::new(),
            pauses: BTreeMap::new(),
            contracts: BTreeMap::new(),
            spent: Spent::default(),
            waiting: BTreeSet::new(),
            explains,
            written: 0,
            delivered: BTreeSet::new(),
            policies: None,
            #[cfg(test)]
            tampers: None,
        };
        desk.refresh()?;
        Ok(desk)
    }

    /// Lets policies of follow-up run between events.
    pub(crate) fn follow_by(&mut self, rules: Option<&FollowUpRules>) -> Result<(), Box<dyn Error>> {
        self.policies = rules.map(|rules| Policies::new(rules, &self.calendars)).transpose()?;
        self.clock.follows_policies = self.policies.is_some();
        if self.policies.is_some() {
            // Policies that name no calendar count by China's.
            self.open.insert("cn".to_owned(), Calendar::compile(&CalendarRules::china())?);
        }
        Ok(())
    }

    /// Lets time pass up to a line, and what it says happen. What is due at that very moment happens before. What a person
    /// does has no id of its own: the line is what a host keeps in its inbox, and the same line again is the same act.
    pub(crate) fn live(&mut self, line: &Line) -> Result<Vec<Row>, Box<dyn Error>> {
        self.pass(line.at.to_utc())?;
        self.event = line.key;
        // Attribution itself counts each touch once, and says how many came twice.
        let digest = line.digest.filter(|_| line.key != "touch");
        if digest.is_some_and(|digest| !self.delivered.insert(digest)) {
            return Ok(std::mem::take(&mut self.rows));
        }
        let begun = Instant::now();
        self.happen(line)?;
        self.spent.add("what people do", begun);
        self.follow_on()?;
        self.check();
        // What the line has made due comes at once, as what an opportunity held while its time passed.
        self.pass(self.now)?;
        Ok(std::mem::take(&mut self.rows))
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, until: DateTime<Utc>) -> Result<(), Box<dyn Error>> {
        loop {
            self.look_at_accounts(until);
            // What the lead itself waits for comes before what its policies look at.
            let look = self.policies.as_ref().and_then(|policies| policies.first_until(until));
            let before = look.as_ref().map_or(until, |(at, _)| *at);
            let lead = if let Some((at, alarm, lead)) = self.clock.pop(before) {
                self.now = self.now.max(at);
                self.event = "wake_up";
                let begun = Instant::now();
                match alarm {
                    Alarm::WakeUp => self.wake(&lead)?,
                    Alarm::Deadline => self.miss(&lead)?,
                }
                self.spent.add("wake-ups and deadlines", begun);
                lead
            } else if let Some((at, lead)) = look {
                self.now = self.now.max(at);
                self.event = "policy";
                lead
            } else {
                break;
            };
            self.after(&lead);
            self.follow_on()?;
            self.check();
        }
        self.now = until;
        Ok(())
    }

    /// What follows at the same moment: whoever waits is served where there is room, and the policies look at what was touched,
    /// which may make room.
    fn follow_on(&mut self) -> Result<(), Box<dyn Error>> {
        loop {
            let begun = Instant::now();
            self.serve_who_waits()?;
            self.spent.add("the waiting line", begun);
            let begun = Instant::now();
            self.follow_policies()?;
            self.spent.add("policies", begun);
            if !self.holdings.has_room {
                return Ok(());
            }
        }
    }

    pub(super) fn wake(&mut self, lead: &LeadId) -> Result<(), Box<dyn Error>> {
        if self.waiting.contains(lead) {
            // Whoever waits for the same moment is served with it, the best first.
            return self.serve();
        }
        let Some(input) = self.input(lead) else { return Ok(()) };
        self.book.take_wake_up(lead, self.now);
        let outcome = self.intake.review(&input, &self.roster, &self.state, self.now);
        self.settle(&outcome)?;
        self.settle_dispute(lead, input.wake_up.as_ref().map_or("", |code| code.as_ref()))
    }

    /// A deadline has passed: the lead leaves its owner.
    pub(super) fn miss(&mut self, lead: &LeadId) -> Result<(), Box<dyn Error>> {
        let Some(input) = self.input(lead) else { return Ok(()) };
        if self.is_in_dispute(lead) {
            // Until a reviewer has decided nobody loses anything.
            let (lead, from) = (lead.clone(), self.now);
            self.write(&format!("dispute {lead}"), &[Effect::StartDeadlines { lead: lead.clone(), from }]);
            return Ok(());
        }
        let outcome =
            self.intake.reassign(&input, ReassignReason::DeadlineMissed, &self.roster, &self.state, self.now);
        self.settle(&outcome)?;
        if self.policies.is_some() {
            return Ok(());
        }
        let is_left = |one: &leadkit::model::StepDeadline| one.due_at <= self.now;
        let left = self.book.lead(lead).filter(|lead| is_live(&self.book, lead));
        if left.and_then(|lead| deadline(&self.book, lead)).as_ref().is_some_and(is_left) {
            self.laws.overslept(lead, self.now);
        }
        Ok(())
    }

    /// What the engine is asked with. The events stand in the order of time, so that their clock is right, however long nothing
    /// came in.
    pub(super) fn input(&mut self, lead: &LeadId) -> Option<Input> {
        // The roster is compiled from reps that were read before; nothing in it can be wrong.
        let _ = self.refresh();
        let input = self.intake.input_of(&self.book, lead, self.now)?;
        Some(Input { trust_clock: true, ..input })
    }

    /// Makes the roster ready when reps or what they hold have changed.
    pub(super) fn refresh(&mut self) -> Result<(), Box<dyn Error>> {
        if std::mem::take(&mut self.is_stale) {
            let reps: Vec<Rep> = self.reps.values().cloned().collect();
            self.roster = Roster::compile(&reps, &self.calendars)?;
            self.holdings.recount(self.reps.keys());
        }
        for (rep, (holding, untouched)) in self.holdings.take_recounted() {
            self.roster.count(rep.as_str(), holding, untouched);
            self.state.reps.counted(&rep);
        }
        Ok(())
    }

    /// The reps are not as they were.
    pub(super) fn reps_changed(&mut self) -> Result<(), Box<dyn Error>> {
        self.is_stale = true;
        self.holdings.has_room = true;
        self.refresh()
    }

    /// Carries out an outcome, and whatever it asks for next.
    pub(super) fn settle(&mut self, outcome: &Outcome) -> Result<(), Box<dyn Error>> {
        self.perform(outcome)?;
        let mut last = outcome.clone();
        // Each further review follows a record that ended: there are no more of them than records.
        while let Some(review) =
            self.intake.review_next(&last, &mut self.book, &self.roster, &mut self.state)?
        {
            self.laws.decided(&review);
            self.finish(&review);
            last = review;
        }
        Ok(())
    }

    fn perform(&mut self, outcome: &Outcome) -> Result<(), Box<dyn Error>> {
        #[cfg(test)]
        let outcome = &self.tampered(outcome);
        self.state.apply(outcome.delta())?;
        outcome.apply_to(&mut self.book);
        self.laws.decided(outcome);
        self.laws.twice(outcome, &mut self.book);
        self.finish(outcome);
        Ok(())
    }

    /// After an outcome was carried out: what comes next, and whether the laws hold.
    fn finish(&mut self, outcome: &Outcome) {
        self.kept.decided(outcome.effects());
        if let Some(policies) = &mut self.policies {
            policies.decided(outcome);
        }
        for effect in outcome.effects() {
            if let Effect::UpdateField { record: RecordRef::Account(account), field, .. } = effect
                && field == "owner"
            {
                self.review_account(account);
            }
        }
        self.holdings.decided(&self.book, outcome);
        for lead in leads_of(outcome.effects()).into_iter().chain([outcome.lead().clone()]) {
            self.after(&lead);
        }
        let reason = outcome
            .refusal()
            .map_or_else(|| outcome.reason().to_string(), |refusal| format!("refused: {}", refusal.reason()));
        let explained = self.explains.then(|| outcome.explain());
        self.say(outcome.lead(), outcome.route().code(), reason, explained);
    }

    /// Effects that a person's act has, without a decision of the engine. Two acts of one moment are two: what comes twice is
    /// left out by its line.
    pub(super) fn write(&mut self, decision: &str, effects: &[Effect]) {
        self.written += 1;
        let decision = format!("{decision} {} {}", self.now.to_rfc3339(), self.written);
        self.write_once(&decision, effects);
    }

    /// What comes twice under one name is done once.
    pub(super) fn write_once(&mut self, decision: &str, effects: &[Effect]) {
        self.book.apply_effects(decision, effects, self.now);
        for lead in leads_of(effects) {
            self.after(&lead);
        }
    }

    /// Something has happened to a lead.
    pub(super) fn after(&mut self, id: &LeadId) {
        self.clock.set(&self.book, id);
        self.holdings.set(&self.book, id);
        let lead = self.book.lead(id);
        let waits = lead.is_some_and(|lead| lead.is_on_file() && lead.owner.is_none() && !lead.has_ended());
        let tries = self.book.wake_up(id).is_some_and(|one| one.code.as_ref().starts_with("retry"));
        if waits && tries {
            self.waiting.insert(id.clone());
        } else {
            self.waiting.remove(id);
        }
        self.laws.touched(id);
        if let Some(policies) = &mut self.policies {
            policies.touch(id);
        }
    }

    /// Whether the laws hold for what was touched since.
    fn check(&mut self) {
        let begun = Instant::now();
        let mut laws = std::mem::take(&mut self.laws);
        laws.check(&self.seen());
        self.laws = laws;
        self.spent.add("laws", begun);
    }

    /// What the laws look at.
    pub(crate) fn seen(&self) -> Seen<'_> {
        Seen {
            scope: &self.scope,
            book: &self.book,
            roster: &self.roster,
            state: &self.state,
            intake: &self.intake,
            policies: self.policies.as_ref(),
            timelines: &self.timelines,
            now: self.now,
            event: self.event,
            reps: &self.reps,
            calendars: &self.open,
        }
    }

    pub(super) fn say(&mut self, id: &LeadId, route: &str, reason: String, explained: Option<String>) {
        let lead = self.book.lead(id);
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        self.rows.push(Row {
            at: self.now,
            event: self.event,
            lead: id.to_string(),
            route: route.to_owned(),
            owner: or_none(lead.and_then(|lead| lead.owner.as_ref()).map(ToString::to_string)),
            pool: or_none(lead.and_then(|lead| lead.pool.as_ref()).map(ToString::to_string)),
            status: or_none(lead.map(|lead| lead.status.to_string())),
            reason: if reason.is_empty() { "-".to_owned() } else { reason },
            explained,
        });
    }

    /// Serves those who wait if somebody has room since.
    fn serve_who_waits(&mut self) -> Result<(), Box<dyn Error>> {
        if std::mem::take(&mut self.holdings.has_room) { self.serve() } else { Ok(()) }
    }

    /// The waiting line: the best first.
    pub(super) fn serve(&mut self) -> Result<(), Box<dyn Error>> {
        let mut line = self.waiting.clone();
        while !line.is_empty() {
            let inputs: Vec<Input> = line.clone().iter().filter_map(|id| self.input(id)).collect();
            let due: BTreeSet<&LeadId> =
                inputs.iter().filter(|input| input.wake_up.is_some()).map(|input| &input.lead.id).collect();
            let outcomes = self.intake.serve(&inputs, &self.roster, &self.state, self.now);
            let before = line.len();
            for outcome in &outcomes {
                // What was joined with another meanwhile changed the state that the rest was decided on.
                if !self.stands(outcome) {
                    break;
                }
                let id = outcome.lead();
                line.remove(id);
                let waits = self.waiting.contains(id);
                if waits && (due.contains(id) || !matches!(outcome.route(), Route::Unassigned { .. })) {
                    self.book.take_wake_up(id, self.now);
                    self.settle(outcome)?;
                }
            }
            if line.len() == before {
                break;
            }
        }
        Ok(())
    }

    /// Whether the state is as it was when this was decided.
    fn stands(&self, outcome: &Outcome) -> bool {
        let Some(assign) = outcome.delta().assign.as_ref() else { return true };
        let ledger = self.state.ledgers.get(assign.pool());
        self.state.reps.check(assign).is_ok() && ledger.is_none_or(|ledger| ledger.check(assign).is_ok())
    }

    /// The open leads of a rep, by id.
    pub(crate) fn leads_of_rep(&self, rep: &RepId) -> Vec<LeadId> {
        self.holdings.of(rep).cloned().collect()
    }

    /// The open leads that a rep has to do with, by id: their own, those they work on in other owners' place, and those they
    /// were asked about.
    pub(super) fn leads_on(&self, rep: &RepId) -> BTreeSet<LeadId> {
        let works_on = self.holdings.of(rep).chain(self.holdings.helped_by(rep)).cloned();
        works_on.chain(self.asked_of(rep)).collect()
    }

    /// The leads that wait for a rep to decide, by id.
    pub(super) fn asked_of(&self, rep: &RepId) -> Vec<LeadId> {
        let requests = self.book.desk().reviews.values().filter(|one| one.reviewer.as_ref() == Some(rep));
        let waits = |lead: &&LeadId| {
            let wake_up = self.book.wake_up(lead).filter(|one| one.code.as_ref() == REVIEWER_DUE);
            wake_up.is_some() && self.book.lead(lead).is_some_and(|lead| lead.owner.is_none())
        };
        requests.map(|one| &one.lead).filter(waits).cloned().collect()
    }

    /// Whose story goes on in place of a lead's: what comes to an entry that was folded comes to its subject.
    pub(super) fn subject_of(&self, lead: &LeadId) -> LeadId {
        let mut subject = lead;
        let mut seen = BTreeSet::new();
        while let Some(into) = self.book.lead(subject).and_then(|one| one.folded_into.as_ref()) {
            if !seen.insert(into) || self.book.lead(into).is_none() {
                break;
            }
            subject = into;
        }
        subject.clone()
    }

    /// Whether a rep takes part, is not away, and their calendar is open.
    pub(crate) fn is_at_work(&self, rep: &Rep, at: DateTime<Utc>) -> bool {
        let is_open = |id| self.open.get(id).is_none_or(|calendar| calendar.is_open(at) == Ok(true));
        let hours = rep.hours.as_ref().map(|hours| hours.as_str());
        rep.active && !rep.absences.iter().any(|absence| absence.covers(at)) && hours.is_none_or(is_open)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub(crate) fn take_rows(&mut self) -> Vec<Row> {
        std::mem::take(&mut self.rows)
    }

    /// Looks at the whole, once.
    pub(crate) fn check_all(&mut self) {
        let all: Vec<LeadId> = self.book.leads().map(|lead| lead.id.clone()).collect();
        for lead in &all {
            self.laws.touched(lead);
        }
        self.check();
        let mut laws = std::mem::take(&mut self.laws);
        laws.check_nothing_lost(&self.seen());
        self.laws = laws;
    }

    pub(crate) fn broken(&self) -> &[Broken] {
        self.laws.broken()
    }

    pub(super) fn laws(&mut self) -> &mut Laws {
        &mut self.laws
    }

    /// A decision as a mutant of the engine makes it.
    #[cfg(test)]
    fn tampered(&self, outcome: &Outcome) -> Outcome {
        let Some(tamper) = self.tampers else { return outcome.clone() };
        let mut decided = serde_json::to_value(outcome).unwrap();
        tamper(&mut decided);
        serde_json::from_value(decided).unwrap()
    }
}

/// The stages a team starts with, whose gates every office has signed.
fn approved() -> PipelineRules {
    let at = DateTime::<Utc>::default();
    let rules = PipelineRules::default();
    let offices = rules.approvals.clone();
    offices.into_iter().fold(rules, |rules, office| rules.approved(office, "director", at))
}

/// The leads that effects change or refer to.
pub(super) fn leads_of(effects: &[Effect]) -> BTreeSet<LeadId> {
    let mut leads = BTreeSet::new();
    for effect in effects {
        if let RecordRef::Lead(lead) = effect.target() {
            leads.insert(lead);
        }
        match effect {
            Effect::Fold { subject, .. } => drop(leads.insert(subject.clone())),
            Effect::Repoint { to: RecordRef::Lead(to), .. } => drop(leads.insert(to.clone())),
            _ => {}
        }
    }
    leads
}
