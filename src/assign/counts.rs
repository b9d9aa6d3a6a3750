//! Events counted by rep and local date.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::model::RepId;

/// How many leads reached a rep on a day, by way. What is given back later stays counted: a cap on events is not
/// passed by returning leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct DayCount {
    pub(super) assigned: u32,
    pub(super) claimed: u32,
}

/// The counts of the days that still matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct DayCounts(BTreeMap<NaiveDate, BTreeMap<RepId, DayCount>>);

impl DayCounts {
    pub(super) fn on(&self, date: NaiveDate, rep: &RepId) -> DayCount {
        self.0.get(&date).and_then(|day| day.get(rep)).copied().unwrap_or_default()
    }

    pub(super) fn add_assigned(&mut self, date: NaiveDate, rep: &RepId) {
        let count = self.0.entry(date).or_default().entry(rep.clone()).or_default();
        count.assigned = count.assigned.saturating_add(1);
    }

    /// Forgets the days more than `days` before `today`.
    pub(super) fn prune(&mut self, today: NaiveDate, days: u64) {
        if let Some(first) = today.checked_sub_days(Days::new(days))
            && self.0.first_key_value().is_some_and(|(oldest, _)| *oldest < first)
        {
            self.0 = self.0.split_off(&first);
        }
    }
}
