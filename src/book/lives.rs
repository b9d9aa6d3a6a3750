//! Reading and filing what is known of leads beside their fields.

use chrono::{DateTime, Utc};

use super::Book;
use super::life::{Desk, WakeUp};
use crate::model::{Activity, History, LeadId};

impl Book {
    /// Files what is known of a lead beside its fields.
    pub fn insert_life(&mut self, id: &LeadId, history: History, activities: Vec<Activity>) {
        let life = self.lives.entry(id.clone()).or_default();
        life.history = history;
        life.activities = activities;
        self.note_due(id);
    }

    /// Records an activity, once by its id.
    pub fn record_activity(&mut self, activity: Activity) {
        let at = activity.time;
        if let Some(lead) = self.leads.get_mut(&activity.lead) {
            lead.last_active_at = lead.last_active_at.max(Some(at));
        }
        let life = self.lives.entry(activity.lead.clone()).or_default();
        if !life.activities.iter().any(|known| known.id == activity.id) {
            life.activities.push(activity);
        }
    }

    /// What a lead did; nothing when it is not known.
    #[must_use]
    pub fn activities(&self, id: &LeadId) -> &[Activity] {
        self.lives.get(id).map(|life| life.activities.as_slice()).unwrap_or_default()
    }

    /// Who held a lead, which cycle it is in, what is due.
    #[must_use]
    pub fn history(&self, id: &LeadId) -> &History {
        self.lives.get(id).map_or(History::EMPTY, |life| &life.history)
    }

    /// When a lead is looked at again.
    #[must_use]
    pub fn wake_up(&self, id: &LeadId) -> Option<&WakeUp> {
        self.lives.get(id)?.wake_up.as_ref()
    }

    /// Takes out a wake-up that has come: the lead is looked at now, in the same transaction, and an outcome that sets none
    /// needs none.
    pub fn take_wake_up(&mut self, id: &LeadId, now: DateTime<Utc>) -> Option<WakeUp> {
        let life = self.lives.get_mut(id)?;
        let taken = life.wake_up.take_if(|one| one.at <= now)?;
        self.note_due(id);
        Some(taken)
    }

    /// Links, conversions, notices and questions to people.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
    }
}
