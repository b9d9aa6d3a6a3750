//! When leads are due, so that nobody looks through all of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use crate::model::LeadId;

/// When a lead is reviewed again, and when its owner's next step is due.
type Next = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Wake-ups of live leads and open deadlines of leads with an owner, by time.
#[derive(Debug, Clone, Default)]
pub(super) struct DueIndex {
    pub(super) wake_ups: BTreeSet<(DateTime<Utc>, LeadId)>,
    pub(super) deadlines: BTreeSet<(DateTime<Utc>, LeadId)>,
    /// The entries of the sets. Looked up by lead only, never iterated.
    of: FxHashMap<LeadId, Next>,
}

impl DueIndex {
    pub(super) fn set(&mut self, id: &LeadId, next: Next) {
        let before = match next {
            (None, None) => self.of.remove(id).unwrap_or_default(),
            next => self.of.insert(id.clone(), next).unwrap_or_default(),
        };
        let sets = [(&mut self.wake_ups, before.0, next.0), (&mut self.deadlines, before.1, next.1)];
        for (set, before, now) in sets.into_iter().filter(|(_, before, now)| before != now) {
            if let Some(at) = before {
                set.remove(&(at, id.clone()));
            }
            set.extend(now.map(|at| (at, id.clone())));
        }
    }
}
