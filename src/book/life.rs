//! What is known of a lead beside its fields, and what lies on people's desks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashSet;

use crate::document::Digest;
use crate::model::{
    AccountId, Activity, ActivityId, ContactId, ContactMove, ConversionRecord, History, LeadId, Link,
    MaskedValue, RecordRef, RepId, Value,
};
use crate::text::Code;

/// The life of one lead.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    pub(super) history: History,
    pub(super) activities: Vec<Activity>,
    /// Ids of the activities, once there are many.
    known: FxHashSet<ActivityId>,
    pub(super) wake_up: Option<WakeUp>,
}

impl Life {
    /// Adds what the lead did, once by its id. O(1) where one comes after another.
    pub(super) fn add(&mut self, activity: Activity) {
        const MANY: usize = 64;
        if self.activities.len() < MANY {
            if self.activities.iter().all(|known| known.id != activity.id) {
                self.activities.push(activity);
            }
            return;
        }
        // Activities are set and taken out as well.
        if self.known.len() != self.activities.len() {
            self.known = self.activities.iter().map(|known| known.id.clone()).collect();
        }
        if self.known.insert(activity.id.clone()) {
            self.activities.push(activity);
        }
    }
}

/// When a lead is looked at again, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WakeUp {
    /// When.
    pub at: DateTime<Utc>,
    /// The code of the wake-up, as the effect gave it.
    pub code: Code,
}

/// Something a rep was told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// The rep who is notified.
    pub rep: RepId,
    /// What, as a code.
    pub code: Code,
    /// About which record.
    pub about: RecordRef,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something a person is asked to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReviewRequest {
    /// About which lead.
    pub lead: LeadId,
    /// What, as a code.
    pub code: Code,
    /// Who; `None` is any reviewer.
    pub reviewer: Option<RepId>,
    /// When the review was requested.
    pub since: DateTime<Utc>,
}

/// An entry that says something else than the record keeps. `Debug` masks contact values.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Conflict {
    /// The record.
    pub record: RecordRef,
    /// The field.
    pub field: String,
    /// What the record keeps.
    pub kept: Value,
    /// What the entry says.
    pub found: Value,
    /// The entry.
    pub entry: LeadId,
}

impl fmt::Debug for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conflict { record, field, kept, found, entry } = self;
        f.debug_struct("Conflict")
            .field("record", record)
            .field("field", field)
            .field("kept", &MaskedValue { field, value: kept })
            .field("found", &MaskedValue { field, value: found })
            .field("entry", entry)
            .finish()
    }
}

/// A value that another took the place of. `Debug` masks contact values.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Replaced {
    /// The record.
    pub record: RecordRef,
    /// The field.
    pub field: String,
    /// What it held.
    pub value: Value,
}

impl fmt::Debug for Replaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Replaced { record, field, value } = self;
        f.debug_struct("Replaced")
            .field("record", record)
            .field("field", field)
            .field("value", &MaskedValue { field, value })
            .finish()
    }
}

/// A person who may have moved to another company.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct MoveProposal {
    /// The person.
    pub contact: ContactId,
    /// The account on file.
    pub from: AccountId,
    /// The account the person may belong to, if it is on file.
    pub to: Option<AccountId>,
}

/// What is stored besides the records: links, conversions, notices, questions to people.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Desk {
    /// How records belong together.
    pub links: BTreeSet<Link>,
    /// Conversions, by lead.
    pub conversions: BTreeMap<LeadId, ConversionRecord>,
    /// What reps were told, in order.
    pub notices: Vec<Notice>,
    /// What people are asked, by lead and code.
    pub reviews: BTreeMap<(LeadId, Code), ReviewRequest>,
    /// Where an entry says something else than the record, in order.
    pub conflicts: Vec<Conflict>,
    /// Values that others took the place of, in order.
    pub replaced: Vec<Replaced>,
    /// Who may have moved.
    pub proposals: BTreeSet<MoveProposal>,
    /// Who has moved, in order: the employers of a [person](crate::merge::find_people).
    pub moves: Vec<ContactMove>,
    /// Names of the effects that were carried out, looked up only.
    pub(super) applied: FxHashSet<Digest>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_counts_once_among_many_too() {
        let mut life = Life::default();
        let done =
            |number: usize| Activity { id: format!("a{number}").as_str().into(), ..Activity::default() };
        let add = |life: &mut Life| (0..200).for_each(|number| life.add(done(number)));
        add(&mut life);
        add(&mut life);
        assert_eq!(life.activities.len(), 200);
        // Whoever takes some out does not tell the ids.
        life.activities.truncate(100);
        add(&mut life);
        assert_eq!(life.activities.len(), 200);
        let ids: BTreeSet<&ActivityId> = life.activities.iter().map(|one| &one.id).collect();
        assert_eq!(ids.len(), 200);
    }
}
