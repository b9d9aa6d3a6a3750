//! The history of a lead, and what people have to do.

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

/// What is known of one lead besides its fields.
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
    /// When the host calls `review` for the lead, in UTC.
    pub at: DateTime<Utc>,
    /// The code of the wake-up, as the effect gave it.
    pub code: Code,
}

/// A message for a rep, as an effect asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// The rep who is told.
    pub rep: RepId,
    /// What happened, as a code that the host translates.
    pub code: Code,
    /// The record that it happened to.
    pub about: RecordRef,
    /// The time of the decision that it comes from, in UTC.
    pub at: DateTime<Utc>,
}

/// A request for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReviewRequest {
    /// The lead to decide on.
    pub lead: LeadId,
    /// What is to be decided, as a code that the host translates.
    pub code: Code,
    /// The rep who decides; `None` is any of the host's reviewers.
    pub reviewer: Option<RepId>,
    /// When the review was requested, in UTC.
    pub since: DateTime<Utc>,
}

/// A difference between an entry and the record it was folded into. `Debug` masks contact values.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Conflict {
    /// The record on file, which keeps its value.
    pub record: RecordRef,
    /// The field in which the two differ.
    pub field: String,
    /// The value that the record keeps.
    pub kept: Value,
    /// The value that the entry brought.
    pub found: Value,
    /// The lead that brought it.
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

/// A value that was replaced by another. `Debug` masks contact values.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Replaced {
    /// The record whose value was replaced.
    pub record: RecordRef,
    /// The field that has another value now.
    pub field: String,
    /// The value that it held before.
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
    /// The contact of the person.
    pub contact: ContactId,
    /// The account that the person is on file with.
    pub from: AccountId,
    /// The account the person may belong to, if it is on file.
    pub to: Option<AccountId>,
}

/// What is stored besides the records: links, conversions, notices, questions to people.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Desk {
    /// How records belong together: every link once.
    pub links: BTreeSet<Link>,
    /// Conversions, by lead.
    pub conversions: BTreeMap<LeadId, ConversionRecord>,
    /// The notices that reps received, in order.
    pub notices: Vec<Notice>,
    /// Review requests, by lead and code: what people are asked and have not answered. A new cycle and an end of the lead
    /// answer what was asked about it before, and a new owner what a named reviewer was asked.
    pub reviews: BTreeMap<(LeadId, Code), ReviewRequest>,
    /// Differences between entries and records, in order.
    pub conflicts: Vec<Conflict>,
    /// Values that were replaced, in order.
    pub replaced: Vec<Replaced>,
    /// Moves of people that await a decision.
    pub proposals: BTreeSet<MoveProposal>,
    /// Who has moved, in order: the employers of a [person](crate::merge::find_people).
    pub moves: Vec<ContactMove>,
    /// Keys of the effects that were applied, looked up only.
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
