//! Who works on a lead, what they did, and when their next step is due.

use chrono::{DateTime, TimeDelta, Utc};

use super::Book;
use crate::model::{Acquisition, FollowUp, LeadId, LeadStatus, RepId, StepDeadline, Tenure, TenureEnd};

/// The step in which an owner first speaks to a lead.
const FIRST_CONTACT: &str = "first_contact";
/// The steps after it.
const FOLLOW_UP: &str = "follow_up";

/// Deadlines for the rep who works on a lead: the first contact, and every contact after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clocks {
    pub(crate) first_contact: TimeDelta,
    /// After each follow-up; the last interval repeats.
    pub(crate) follow_ups: Vec<TimeDelta>,
}

impl Clocks {
    pub(crate) fn of_hours(first_contact: u32, follow_ups: &[u32]) -> Clocks {
        let hours = |hours: u32| TimeDelta::hours(i64::from(hours));
        Clocks {
            first_contact: hours(first_contact),
            follow_ups: follow_ups.iter().map(|one| hours(*one)).collect(),
        }
    }
}

impl Default for Clocks {
    fn default() -> Self {
        Clocks {
            first_contact: TimeDelta::hours(24),
            follow_ups: vec![TimeDelta::days(3), TimeDelta::days(7)],
        }
    }
}

impl Book {
    /// Makes deadlines run by other clocks.
    pub(crate) fn with_clocks(mut self, clocks: Clocks) -> Book {
        self.clocks = clocks;
        self
    }

    /// Records what a rep did about a lead. The rep who works on it has done what was due, and the next deadline starts; the
    /// lead is followed up from now on. A lead that was converted is answered by it: nothing more is due. A follow-up whose id
    /// is known is recorded once; what is done about a folded entry is done about the lead that continues. What was done
    /// before the rep had the lead is kept, and answers nothing.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Acquisition, Effect, FollowUp, FollowUpKind, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let given = Effect::SetOwner { lead: "L1".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned };
    /// book.apply_effects("L1", &[given, Effect::StartDeadlines { lead: "L1".into(), from: now }], now);
    /// book.record_follow_up(FollowUp::new("F1", "L1", "li", now, FollowUpKind::Call));
    /// let deadlines = &book.history(&"L1".into()).deadlines;
    /// assert_eq!((deadlines[0].step.as_str(), deadlines[0].done_at), ("first_contact", Some(now)));
    /// assert_eq!((deadlines[1].step.as_str(), deadlines[1].done_at), ("follow_up", None));
    /// ```
    pub fn record_follow_up(&mut self, mut follow_up: FollowUp) {
        follow_up.lead = self.subject(&follow_up.lead);
        let (id, at) = (follow_up.lead.clone(), follow_up.time);
        let is_known = |one: &FollowUp| !one.id.as_str().is_empty() && one.id == follow_up.id;
        if self.is_erased(&id) || self.history(&id).follow_ups.iter().any(is_known) {
            return;
        }
        let worker = self.worker(&id);
        let Some(lead) = self.leads.get_mut(&id) else { return };
        lead.last_active_at = lead.last_active_at.max(Some(at));
        let is_answer = self.is_answer(&id, &follow_up);
        let Some(lead) = self.leads.get_mut(&id) else { return };
        let is_work = is_answer && worker.as_ref() == Some(&follow_up.owner);
        let has_ended = lead.has_ended();
        let continues = is_work && !has_ended;
        if continues {
            lead.status = LeadStatus::Following;
        }
        let clocks = self.clocks.clone();
        let history = &mut self.life(&id).history;
        history.follow_ups.push(follow_up);
        // Once the owner or the rep who stands in has spoken to the customer, nothing more is due.
        if has_ended && is_answer && self.desk.conversions.contains_key(&id) {
            self.finish_work(&id, at);
            return self.note_due(&id);
        }
        let history = &mut self.life(&id).history;
        let Some(owner) = worker.filter(|_| is_work) else { return };
        for deadline in history.deadlines.iter_mut().filter(|one| one.owner == owner) {
            deadline.done_at.get_or_insert(at);
        }
        let done = history.deadlines.iter().filter(|one| one.step == FOLLOW_UP).count();
        // Once its owner has spoken to a customer, that is the account's business: no next step is due.
        if let Some(clock) = clocks.follow_ups.get(done).or(clocks.follow_ups.last()).filter(|_| continues) {
            let due_at = at + *clock;
            history.deadlines.push(StepDeadline {
                step: FOLLOW_UP.to_owned(),
                owner,
                started_at: at,
                due_at,
                done_at: None,
            });
        }
        self.note_due(&id);
    }

    /// The rep who works on a lead in its owner's place, else its owner.
    fn worker(&self, lead: &LeadId) -> Option<RepId> {
        let helper = self.history(lead).helper().map(|tenure| tenure.owner.clone());
        helper.or_else(|| self.leads.get(lead)?.owner.clone())
    }

    pub(super) fn start_deadlines(&mut self, lead: &LeadId, from: DateTime<Utc>) {
        let Some(owner) = self.worker(lead) else { return };
        let deadline = StepDeadline {
            step: FIRST_CONTACT.to_owned(),
            owner,
            started_at: from,
            due_at: from.checked_add_signed(self.clocks.first_contact).unwrap_or(DateTime::<Utc>::MAX_UTC),
            done_at: None,
        };
        let deadlines = &mut self.life(lead).history.deadlines;
        // It replaces whatever the rep had to do: they have to speak to the lead by then.
        deadlines.retain(|one| one.done_at.is_some() || one.owner != deadline.owner);
        deadlines.push(deadline);
    }

    /// A person has finished the work: what was due is done, and nothing more is due.
    pub(super) fn finish_work(&mut self, lead: &LeadId, at: DateTime<Utc>) {
        let life = self.life(lead);
        life.wake_up = None;
        for deadline in &mut life.history.deadlines {
            deadline.done_at.get_or_insert(at);
        }
    }

    /// What reps did about a lead that was merged into a customer answers the customer: nothing more is due. What was.
    pub(super) fn answer_by(&mut self, lead: &LeadId, moved: &[FollowUp]) -> Vec<StepDeadline> {
        let answers = moved.iter().filter(|one| self.is_answer(lead, one)).map(|one| one.time);
        let Some(at) = answers.min().filter(|_| self.desk.conversions.contains_key(lead)) else {
            return Vec::new();
        };
        let deadlines = self.life(lead).history.deadlines.iter_mut().filter(|one| one.done_at.is_none());
        deadlines.map(|one| StepDeadline { done_at: one.done_at.replace(at), ..one.clone() }).collect()
    }

    /// What answered a customer has gone with another lead: it is due again.
    pub(super) fn ask_again(&mut self, lead: &LeadId, answered: &[StepDeadline]) {
        let key = |one: &StepDeadline| (one.step.clone(), one.owner.clone(), one.started_at);
        let due: Vec<_> = answered.iter().map(key).collect();
        for deadline in self.life(lead).history.deadlines.iter_mut().filter(|one| due.contains(&key(one))) {
            deadline.done_at = None;
        }
    }

    pub(super) fn end_tenure_of(&mut self, lead: &LeadId, rep: &RepId, end: TenureEnd, at: DateTime<Utc>) {
        let is_owner = self.leads.get(lead).is_some_and(|lead| lead.owner.as_ref() == Some(rep));
        if is_owner {
            self.change(lead, |lead| lead.owner = None);
        }
        let Some(life) = self.lives.get_mut(lead) else { return };
        for tenure in life.history.tenures.iter_mut().filter(|one| one.until.is_none() && one.owner == *rep) {
            tenure.until = Some(at.max(tenure.from));
            tenure.end = Some(end);
        }
        life.history.deadlines.retain(|one| one.done_at.is_some() || one.owner != *rep);
        if is_owner {
            life.wake_up = None;
        }
    }

    /// A rep who lost one lead, or gave it up, in its present cycle has lost the lead that continues for it, unless they own
    /// that one.
    pub(super) fn inherit_losses(&mut self, from: &LeadId, to: &LeadId) {
        let owner = self.lead(to).and_then(|lead| lead.owner.as_ref());
        let lost =
            self.history(from).ended_tenures().filter(|one| one.is_lost() && Some(&one.owner) != owner);
        let lost: Vec<Tenure> = lost.cloned().collect();
        if lost.is_empty() || !self.leads.contains_key(to) {
            return;
        }
        let tenures = &mut self.life(to).history.tenures;
        for tenure in lost {
            if !tenures.contains(&tenure) {
                let place = tenures.partition_point(|one| one.from <= tenure.from);
                tenures.insert(place, tenure);
            }
        }
    }

    /// The losses of a lead that continues by itself again are its own.
    pub(super) fn return_losses(&mut self, to: &LeadId) {
        let mut tenures = std::mem::take(&mut self.life(to).history.tenures);
        tenures.retain(|one| self.subject(&one.lead) == *to);
        self.life(to).history.tenures = tenures;
    }

    pub(super) fn cover(&mut self, lead: &LeadId, rep: &RepId, at: DateTime<Utc>) {
        self.help(lead, rep, Acquisition::Cover, at);
    }

    pub(super) fn pass_on(
        &mut self,
        lead: &LeadId,
        partner: &RepId,
        until: DateTime<Utc>,
        at: DateTime<Utc>,
    ) {
        if !self.help(lead, partner, Acquisition::PassedOn, at) {
            return;
        }
        let deadlines = &mut self.life(lead).history.deadlines;
        deadlines.retain(|one| one.done_at.is_some() || one.owner != *partner);
        deadlines.push(StepDeadline {
            step: FIRST_CONTACT.to_owned(),
            owner: partner.clone(),
            started_at: at,
            due_at: until,
            done_at: None,
        });
    }

    /// Makes a rep work on a lead in its owner's place, unless somebody does. Returns whether this rep is the one who does.
    fn help(&mut self, lead: &LeadId, rep: &RepId, acquisition: Acquisition, at: DateTime<Utc>) -> bool {
        let Some(owner) = self.leads.get(lead).and_then(|lead| lead.owner.clone()) else { return false };
        let history = &mut self.life(lead).history;
        history.deadlines.retain(|one| one.done_at.is_some() || one.owner != owner);
        if history.helper().is_none() {
            history.tenures.push(Tenure {
                lead: lead.clone(),
                owner: rep.clone(),
                from: at,
                until: None,
                acquisition,
                end: None,
                close_reason: None,
            });
        }
        history.helper().is_some_and(|helper| helper.owner == *rep)
    }
}
