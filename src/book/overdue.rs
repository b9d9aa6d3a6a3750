//! Which leads are due, and when that changes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Book;
use crate::model::{Effect, LeadId, LeadStatus, RecordRef};

/// The leads of a set up to and including a moment.
fn until(set: &BTreeSet<(DateTime<Utc>, LeadId)>, now: DateTime<Utc>) -> Vec<LeadId> {
    set.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| id.clone()).collect()
}

impl Book {
    /// The live leads whose wake-up has come, by time, then by id. O(answers).
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Effect, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// let wake_up = Effect::SetNextWakeUp { lead: "L1".into(), at: now, code: "pool_stay".into() };
    /// book.apply_effects("L1", &[wake_up], now);
    /// assert_eq!(book.due(now), ["L1".into()]);
    /// assert!(book.due(now - chrono::TimeDelta::seconds(1)).is_empty());
    /// ```
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Vec<LeadId> {
        until(&self.due.wake_ups, now)
    }

    /// The leads on which a deadline was missed, by when it was due, then by id; not those that their owner keeps, because an
    /// open opportunity holds them or a partner's [deal](crate::Intake::register_deal) protects their account. O(answers +
    /// missed deadlines of leads that deals protect).
    ///
    /// [`reassign`](crate::Intake::reassign) removes its lead from this list, and sometimes others as well. Process the
    /// first lead, and repeat until the list is empty.
    ///
    /// ```
    /// # use leadkit::book::Book;
    /// # use leadkit::model::{Acquisition, Effect, FollowUp, FollowUpKind, Lead};
    /// # let now: chrono::DateTime<chrono::Utc> = "2026-03-02T02:00:00Z".parse().unwrap();
    /// # let mut book = Book::new();
    /// # book.insert_lead(Lead { id: "L1".into(), phones: vec!["13812349876".into()], ..Lead::default() });
    /// // `li` has a day for the first contact.
    /// let given = Effect::SetOwner { lead: "L1".into(), owner: "li".into(), acquisition: Acquisition::AutoAssigned };
    /// book.apply_effects("L1", &[given, Effect::StartDeadlines { lead: "L1".into(), from: now }], now);
    /// let later = |hours| now + chrono::TimeDelta::hours(hours);
    /// assert!(book.overdue(later(23)).is_empty());
    /// assert_eq!(book.overdue(later(24)), ["L1".into()]);
    /// book.record_follow_up(FollowUp::new("F1", "L1", "li", later(23), FollowUpKind::Call));
    /// assert!(book.overdue(later(24)).is_empty());
    /// ```
    #[must_use]
    pub fn overdue(&self, now: DateTime<Utc>) -> Vec<LeadId> {
        let mut missed = until(&self.due.deadlines, now);
        missed.retain(|id| !self.is_protected(id, now));
        missed
    }

    /// Whether a partner's deal leaves a lead with its owner, who works on it. A partner to whom it was passed on answers or
    /// gives it back all the same, a rep who stands in is replaced, and a customer may go on to the partner.
    fn is_protected(&self, id: &LeadId, now: DateTime<Utc>) -> bool {
        let lead = self.leads.get(id).filter(|lead| lead.status != LeadStatus::Converted);
        let account = lead.and_then(|lead| self.accounts.get(lead.account.as_ref()?));
        account.is_some_and(|one| one.protection(now).is_some()) && self.history(id).helper().is_none()
    }

    /// Notes anew when a lead is due: after anything that its wake-up, its deadlines, its owner or its end depend on.
    pub(super) fn note_due(&mut self, id: &LeadId) {
        let life = self.lives.get(id);
        let next = life.zip(self.leads.get(id)).map(|(life, lead)| {
            let wake_up = life.wake_up.as_ref().filter(|_| !lead.has_ended()).map(|one| one.at);
            let open = || life.history.deadlines.iter().filter(|one| one.done_at.is_none());
            // A lead that an open opportunity holds is not taken from its owner.
            let may_be_lost = lead.owner.is_some() && life.history.opportunities.is_empty();
            let deadline =
                Some(()).filter(|()| may_be_lost).and_then(|()| open().map(|one| one.due_at).min());
            if lead.is_on_file() { (wake_up, deadline) } else { (None, None) }
        });
        self.due.set(id, next.unwrap_or_default());
    }

    /// The same for all leads that effects have changed.
    pub(super) fn note_due_after(&mut self, effects: &[Effect]) {
        let mut last: Option<&LeadId> = None;
        for lead in effects.iter().flat_map(moved_by).flatten() {
            if last.replace(lead) != Some(lead) {
                self.note_due(lead);
            }
        }
    }
}

/// The leads that an effect makes due at another time.
fn moved_by(effect: &Effect) -> [Option<&LeadId>; 2] {
    match effect {
        Effect::MoveToPool { lead, .. }
        | Effect::SetOwner { lead, .. }
        | Effect::EndTenure { lead, .. }
        | Effect::Cover { lead, .. }
        | Effect::SetStatus { lead, .. }
        | Effect::StartCycle { lead, .. }
        | Effect::Erase { lead }
        | Effect::StartDeadlines { lead, .. }
        | Effect::SetNextWakeUp { lead, .. } => [Some(lead), None],
        Effect::Fold { entry, subject, .. } => [Some(entry), Some(subject)],
        Effect::UpdateField { record: RecordRef::Lead(lead), .. } => [Some(lead), None],
        Effect::Convert(record) => [Some(&record.lead), None],
        Effect::Repoint { from: RecordRef::Lead(from), to: RecordRef::Lead(to) }
        | Effect::Unmerge { record: RecordRef::Lead(from), from: RecordRef::Lead(to) } => {
            [Some(from), Some(to)]
        }
        _ => [None, None],
    }
}
