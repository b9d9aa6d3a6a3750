//! Events counted by rep and local date.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::model::RepId;

/// How a lead reached a rep. Each way has a cap of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    /// The rules, or a person who decides, gave it.
    #[default]
    Assigned,
    /// The rep took it.
    Claimed,
}

impl Way {
    pub(super) fn is_assigned(&self) -> bool {
        *self == Way::Assigned
    }
}

/// How many leads reached a rep on a day, by way. What is given back later stays counted: a cap on events is not
/// passed by returning leads. Only a decision that is taken back as wrong is counted no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DayCount {
    pub(super) assigned: u32,
    pub(super) claimed: u32,
}

impl DayCount {
    fn of(&mut self, way: Way) -> &mut u32 {
        match way {
            Way::Assigned => &mut self.assigned,
            Way::Claimed => &mut self.claimed,
        }
    }

    pub(super) fn add(&mut self, way: Way) {
        let count = self.of(way);
        *count = count.saturating_add(1);
    }

    pub(super) fn take_back(&mut self, way: Way) {
        let count = self.of(way);
        *count = count.saturating_sub(1);
    }
}

/// The counts of the days that still matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct DayCounts(BTreeMap<NaiveDate, BTreeMap<RepId, DayCount>>);

impl DayCounts {
    pub(super) fn on(&self, date: NaiveDate, rep: &RepId) -> DayCount {
        self.0.get(&date).and_then(|day| day.get(rep)).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, date: NaiveDate, rep: &RepId, way: Way) {
        self.0.entry(date).or_default().entry(rep.clone()).or_default().add(way);
    }

    /// Takes back a count of a day that is still known.
    pub(super) fn take_back(&mut self, date: NaiveDate, rep: &RepId, way: Way) {
        if let Some(count) = self.0.get_mut(&date).and_then(|day| day.get_mut(rep)) {
            count.take_back(way);
        }
    }

    pub(super) fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.0.keys().copied()
    }

    /// A rep who was given more leads on a day than there can have been.
    pub(super) fn over(&self, most: u64) -> Option<&RepId> {
        let sum = |count: &DayCount| u64::from(count.assigned) + u64::from(count.claimed);
        self.0.values().flatten().find(|(_, count)| sum(count) > most).map(|(rep, _)| rep)
    }

    /// Forgets the days more than `days` before `today`.
    pub(super) fn prune(&mut self, today: NaiveDate, days: u64) {
        prune(&mut self.0, today, days);
    }

    /// Forgets the days after a date.
    pub(super) fn forget_after(&mut self, date: NaiveDate) {
        self.0.retain(|day, _| *day <= date);
    }
}

/// Forgets the days more than `days` before `today`.
pub(super) fn prune<T>(counts: &mut BTreeMap<NaiveDate, T>, today: NaiveDate, days: u64) {
    if let Some(first) = today.checked_sub_days(Days::new(days))
        && counts.first_key_value().is_some_and(|(oldest, _)| *oldest < first)
    {
        *counts = counts.split_off(&first);
    }
}
