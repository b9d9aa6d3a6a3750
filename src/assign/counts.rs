//! Events counted by rep and local date.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize, Serializer};

use crate::document::is_default;
use crate::model::RepId;

/// Whether a date survives being written and read.
pub(super) fn is_storable(date: NaiveDate) -> bool {
    (1900..=9999).contains(&date.year())
}

/// How a lead reached a rep. Each way has a cap of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    /// The rules, or a person who decides, gave it.
    #[default]
    Assigned,
    /// The rep claimed it.
    Claimed,
    /// As [`Assigned`](Way::Assigned), to a companion of the owner: it is one lead, whoever else gets it.
    Beside,
}

impl Way {
    pub(super) fn is_assigned(&self) -> bool {
        *self == Way::Assigned
    }
}

/// The period of a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Day,
    /// A week from Monday.
    Week,
    /// A calendar month.
    Month,
}

impl Period {
    /// The first date of the period that contains a date.
    pub(super) fn start(self, date: NaiveDate) -> NaiveDate {
        let back = match self {
            Period::Day => 0,
            Period::Week => date.weekday().num_days_from_monday(),
            Period::Month => date.day0(),
        };
        date.checked_sub_days(Days::new(back.into())).unwrap_or(date)
    }

    /// The first date of the next period.
    pub(super) fn next(self, date: NaiveDate) -> NaiveDate {
        let next = match self {
            Period::Day => date.succ_opt(),
            Period::Week => self.start(date).checked_add_days(Days::new(7)),
            Period::Month => self.start(date).checked_add_months(Months::new(1)),
        };
        next.unwrap_or(NaiveDate::MAX)
    }
}

/// How many leads reached a rep on a day, by way. What is given back later stays counted: a cap on events is not
/// passed by returning leads. Only a decision that is taken back as wrong no longer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DayCount {
    pub(super) assigned: u32,
    pub(super) claimed: u32,
    /// Of those assigned, the ones that were given to companions of an owner.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) beside: u32,
}

impl DayCount {
    pub(super) fn add(&mut self, way: Way) {
        self.change(way, |count| count.saturating_add(1));
    }

    pub(super) fn take_back(&mut self, way: Way) {
        self.change(way, |count| count.saturating_sub(1));
    }

    fn change(&mut self, way: Way, change: impl Fn(u32) -> u32) {
        match way {
            Way::Assigned => self.assigned = change(self.assigned),
            Way::Claimed => self.claimed = change(self.claimed),
            // The lead counts for the rep's daily cap; `beside` keeps it out of the pool's.
            Way::Beside => (self.assigned, self.beside) = (change(self.assigned), change(self.beside)),
        }
    }

    /// Leads that were assigned to the rep as their owner.
    fn owned(&self) -> u64 {
        self.assigned.saturating_sub(self.beside).into()
    }
}

/// The counts of weeks and months, each under its first date, if a cap needs them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Spans {
    #[serde(skip_serializing_if = "DayCounts::is_empty")]
    weeks: DayCounts,
    #[serde(skip_serializing_if = "DayCounts::is_empty")]
    months: DayCounts,
}

impl Spans {
    pub(super) fn is_empty(&self) -> bool {
        self.weeks.is_empty() && self.months.is_empty()
    }

    pub(super) fn assigned_in(&self, rep: &RepId, period: Period, date: NaiveDate) -> u32 {
        let counts = if period == Period::Month { &self.months } else { &self.weeks };
        counts.on(period.start(date), rep).assigned
    }

    pub(super) fn add(&mut self, date: NaiveDate, rep: &RepId, way: Way) {
        self.weeks.add(Period::Week.start(date), rep, way);
        self.months.add(Period::Month.start(date), rep, way);
    }

    /// Forgets all but the newest few weeks and months up to those of a date.
    pub(super) fn prune(&mut self, date: NaiveDate) {
        self.weeks.prune(date);
        self.months.prune(date);
    }

    pub(super) fn take_back(&mut self, date: NaiveDate, rep: &RepId, way: Way) {
        self.weeks.take_back(Period::Week.start(date), rep, way);
        self.months.take_back(Period::Month.start(date), rep, way);
    }

    pub(super) fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.weeks.dates().chain(self.months.dates())
    }

    /// A rep with more leads than can have been given.
    pub(super) fn over(&self, most: u64) -> Option<&RepId> {
        self.weeks.over(most).or_else(|| self.months.over(most))
    }

    /// Forgets what began after a date.
    pub(super) fn forget_after(&mut self, date: NaiveDate) {
        self.weeks.forget_after(date);
        self.months.forget_after(date);
    }
}

/// The counts of the days that still matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct DayCounts(BTreeMap<NaiveDate, Day>);

/// The counts of a day: by rep, and in total.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "BTreeMap<RepId, DayCount>")]
struct Day {
    reps: BTreeMap<RepId, DayCount>,
    assigned: u64,
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.reps.serialize(serializer)
    }
}

impl From<BTreeMap<RepId, DayCount>> for Day {
    fn from(reps: BTreeMap<RepId, DayCount>) -> Day {
        let assigned = reps.values().map(DayCount::owned).sum();
        Day { reps, assigned }
    }
}

impl Day {
    fn change(&mut self, rep: &RepId, way: Way, change: impl FnOnce(&mut DayCount, Way)) {
        let count = self.reps.entry(rep.clone()).or_default();
        // The day's sum changes with each count, so that a lead that needs the pool's cap does not add up all reps.
        let before = count.owned();
        change(count, way);
        self.assigned = self.assigned.saturating_sub(before).saturating_add(count.owned());
    }
}

impl DayCounts {
    pub(super) fn on(&self, date: NaiveDate, rep: &RepId) -> DayCount {
        self.0.get(&date).and_then(|day| day.reps.get(rep)).copied().unwrap_or_default()
    }

    /// How many leads were assigned on a date to anybody.
    pub(super) fn assigned_in_all(&self, date: NaiveDate) -> u32 {
        self.0.get(&date).map_or(0, |day| u32::try_from(day.assigned).unwrap_or(u32::MAX))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, date: NaiveDate, rep: &RepId, way: Way) {
        self.0.entry(date).or_default().change(rep, way, DayCount::add);
    }

    /// Takes back a count of a day that is still known.
    pub(super) fn take_back(&mut self, date: NaiveDate, rep: &RepId, way: Way) {
        if let Some(day) = self.0.get_mut(&date).filter(|day| day.reps.contains_key(rep)) {
            day.change(rep, way, DayCount::take_back);
        }
    }

    pub(super) fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.0.keys().copied()
    }

    /// A rep with more leads on a day than can have been given.
    pub(super) fn over(&self, most: u64) -> Option<&RepId> {
        let sum = |count: &DayCount| u64::from(count.assigned) + u64::from(count.claimed);
        let mut all = self.0.values().flat_map(|day| &day.reps);
        all.find(|(_, count)| sum(count) > most).map(|(rep, _)| rep)
    }

    /// Forgets all but the newest few periods that began by `today`.
    pub(super) fn prune(&mut self, today: NaiveDate) {
        prune(&mut self.0, today);
    }

    /// Forgets the days after a date.
    pub(super) fn forget_after(&mut self, date: NaiveDate) {
        self.0.retain(|day, _| *day <= date);
    }
}

/// How many days, weeks or months are kept up to the one of a decision: two that a true date needs, as pools in other zones may
/// be a day behind, and as many again, so that two decisions of wrong dates in a row take no true one's place.
const PERIODS_KEPT: usize = 4;

/// Forgets the periods before the newest few that began by `today`. Of which date is true nothing is known: that a period is
/// long ago by this decision's date alone loses nothing.
pub(super) fn prune<T>(counts: &mut BTreeMap<NaiveDate, T>, today: NaiveDate) {
    // Most decisions forget nothing, and the oldest period alone shows it.
    let first = counts.range(..=today).rev().nth(PERIODS_KEPT - 1).map(|(begun, _)| *begun);
    if let Some(first) = first
        && counts.first_key_value().is_some_and(|(oldest, _)| *oldest < first)
    {
        *counts = counts.split_off(&first);
    }
}
