//! Reading and filing what is known of leads besides their fields.

use chrono::{DateTime, Utc};

use super::Book;
use super::life::{Desk, WakeUp};
use crate::model::{Activity, FollowUp, History, LeadId, Tenure};

/// Folds that are followed from one record.
const MAX_FOLDS: usize = 64;

impl Book {
    /// Files what is known of a lead besides its fields.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Activity, History, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let history = History { cycle: 2, ..History::default() };
    /// book.insert_life(&"L1".into(), history, vec![Activity { id: "a1".into(), ..Activity::default() }]);
    /// assert_eq!(book.history(&"L1".into()).cycle, 2);
    /// assert_eq!(book.activities(&"L1".into()).len(), 1);
    /// ```
    pub fn insert_life(&mut self, id: &LeadId, history: History, activities: Vec<Activity>) {
        // The life only begins: nothing is due in it, and nothing was.
        let begins = history.deadlines.is_empty() && !self.lives.contains_key(id);
        let life = self.lives.entry(id.clone()).or_default();
        life.history = history;
        life.activities = activities;
        if !begins {
            self.note_due(id);
        }
    }

    /// The lead that continues: the lead itself, or the one it was folded into. Whatever arrives later under the id of
    /// a folded entry belongs to that lead.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::Lead;
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// // Entry L2 was folded into lead L1.
    /// book.insert_lead(Lead { id: "L2".into(), folded_into: Some("L1".into()), ..Lead::default() });
    /// assert_eq!(book.subject(&"L2".into()).as_str(), "L1");
    /// assert_eq!(book.subject(&"L1".into()).as_str(), "L1");
    /// ```
    #[must_use]
    pub fn subject(&self, id: &LeadId) -> LeadId {
        let mut subject = id;
        // Engines fold nothing into a folded lead; records of a host may be folded so.
        for _ in 0..MAX_FOLDS {
            match self.lead(subject).and_then(|lead| lead.folded_into.as_ref()) {
                Some(into) if self.lead(into).is_some() => subject = into,
                _ => break,
            }
        }
        subject.clone()
    }

    /// Records an activity, once by its id; of a folded entry, as one of the lead that continues.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Activity, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// // Entry L2 was folded into lead L1, so that what it does is done by L1.
    /// book.insert_lead(Lead { id: "L2".into(), folded_into: Some("L1".into()), ..Lead::default() });
    /// let visit = Activity { id: "a1".into(), lead: "L2".into(), time: now, ..Activity::default() };
    /// book.record_activity(visit.clone());
    /// book.record_activity(visit);
    /// assert_eq!(book.activities(&"L1".into()).len(), 1, "the id counts once");
    /// assert_eq!(book.lead(&"L1".into()).unwrap().last_active_at, Some(now));
    /// ```
    pub fn record_activity(&mut self, mut activity: Activity) {
        activity.lead = self.subject(&activity.lead);
        let at = activity.time;
        if self.is_erased(&activity.lead) {
            return;
        }
        if let Some(lead) = self.leads.get_mut(&activity.lead) {
            lead.last_active_at = lead.last_active_at.max(Some(at));
        }
        self.lives.entry(activity.lead.clone()).or_default().add(activity);
    }

    /// What a lead did; nothing when it is not known.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Activity, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// book.record_activity(Activity { id: "a1".into(), lead: "L1".into(), time: now, ..Activity::default() });
    /// assert_eq!(book.activities(&"L1".into()).len(), 1);
    /// assert!(book.activities(&"L9".into()).is_empty());
    /// ```
    #[must_use]
    pub fn activities(&self, id: &LeadId) -> &[Activity] {
        self.lives.get(id).map(|life| life.activities.as_slice()).unwrap_or_default()
    }

    /// Who held a lead, which cycle it is in, what is due.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Acquisition, Effect, History, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let given = Effect::SetOwner {
    ///     lead: "L1".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned,
    /// };
    /// book.apply_effects("L1", &[given], now);
    /// let history = book.history(&"L1".into());
    /// assert_eq!((history.tenures[0].owner.as_str(), history.tenures[0].from), ("li", now));
    /// // An unknown lead has an empty history.
    /// assert_eq!(*book.history(&"L9".into()), History::default());
    /// ```
    #[must_use]
    pub fn history(&self, id: &LeadId) -> &History {
        self.lives.get(id).map_or(History::EMPTY, |life| &life.history)
    }

    /// Whether a converted lead was answered: a person converted it, its owner or the rep who works on it instead has
    /// spoken to it since, or an opportunity came of it, and nothing is due.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Acquisition, ConversionRecord, Effect, FollowUp, FollowUpKind, Lead, LeadStatus};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// // The rules make lead L1 a customer of account A1, which belongs to `li`.
    /// let converted = ConversionRecord {
    ///     lead: "L1".into(), account: "A1".into(), contact: None, opportunity: None, at: now, by: None, rule: None,
    /// };
    /// let given = Effect::SetOwner { lead: "L1".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned };
    /// let status = Effect::SetStatus { lead: "L1".into(), status: LeadStatus::Converted };
    /// let deadlines = Effect::StartDeadlines { lead: "L1".into(), from: now };
    /// book.apply_effects("L1", &[Effect::Convert(converted), given, status, deadlines], now);
    /// assert!(!book.is_answered(&"L1".into()), "no rep has spoken to the customer yet");
    ///
    /// book.record_follow_up(FollowUp::new("F1", "L1", "li", now, FollowUpKind::Call));
    /// assert!(book.is_answered(&"L1".into()));
    /// ```
    #[must_use]
    pub fn is_answered(&self, id: &LeadId) -> bool {
        let Some(record) = self.desk.conversions.get(id) else { return true };
        let history = self.history(id);
        let is_due = history.deadlines.iter().any(|one| one.done_at.is_none());
        let has_spoken = || history.follow_ups.iter().any(|one| self.is_answer(id, one));
        !is_due && (record.by.is_some() || record.opportunity.is_some() || has_spoken())
    }

    /// Whether a follow-up answers a lead: one of the rep who had it then, or worked on it in the owner's place, and for a
    /// converted lead one since the conversion.
    pub(super) fn is_answer(&self, id: &LeadId, one: &FollowUp) -> bool {
        let owner = self.lead(id).and_then(|lead| lead.owner.as_ref());
        let mut his = self.history(id).tenures.iter().filter(|tenure| tenure.owner == one.owner).peekable();
        let covers =
            |tenure: &Tenure| tenure.from <= one.time && tenure.until.is_none_or(|until| one.time <= until);
        // If it is not known when the owner got it, the owner has always had it.
        let is_of_worker = if his.peek().is_some() { his.any(covers) } else { owner == Some(&one.owner) };
        is_of_worker && self.desk.conversions.get(id).is_none_or(|record| record.at <= one.time)
    }

    /// When a lead is reviewed again.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Effect, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let wake_up = Effect::SetNextWakeUp { lead: "L1".into(), at: now, code: "pool_stay".into() };
    /// book.apply_effects("L1", &[wake_up], now);
    /// assert_eq!(book.wake_up(&"L1".into()).unwrap().code, "pool_stay");
    /// assert!(book.wake_up(&"L9".into()).is_none());
    /// ```
    #[must_use]
    pub fn wake_up(&self, id: &LeadId) -> Option<&WakeUp> {
        self.lives.get(id)?.wake_up.as_ref()
    }

    /// Removes a wake-up that has come due, and [counts](History::wake_ups) it. Review the lead in the same
    /// transaction, with its history from before this call; if the outcome sets no new wake-up, the lead needs none.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Effect, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let wake_up = Effect::SetNextWakeUp { lead: "L1".into(), at: now, code: "pool_stay".into() };
    /// book.apply_effects("L1", &[wake_up], now);
    /// let early = now - chrono::TimeDelta::hours(1);
    /// assert!(book.take_wake_up(&"L1".into(), early).is_none(), "it has not come");
    /// assert_eq!(book.take_wake_up(&"L1".into(), now).unwrap().code, "pool_stay");
    /// assert!(book.wake_up(&"L1".into()).is_none());
    /// ```
    pub fn take_wake_up(&mut self, id: &LeadId, now: DateTime<Utc>) -> Option<WakeUp> {
        let life = self.lives.get_mut(id)?;
        let taken = life.wake_up.take_if(|one| one.at <= now)?;
        life.history.wake_ups = life.history.wake_ups.saturating_add(1);
        self.note_due(id);
        Some(taken)
    }

    /// Links, conversions, notices and questions to people.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
    }
}
