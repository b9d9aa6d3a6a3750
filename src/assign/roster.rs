//! Who there is to take leads, and what they have taken already.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::counts::DayCounts;
use super::delta::AssignDelta;
use super::ledger::LedgerError;
use crate::calendar::{Calendar, Calendars};
use crate::error::{Report, RuleErrors};
use crate::model::{Absence, Region, Rep, RepId};
use crate::text;

/// Days before the date of a decision whose counts are kept: pools in other zones may be a day behind.
const DAYS_KEPT: u64 = 2;

/// The reps as the host knows them now, made ready for assignment, with their running state.
///
/// Apart from the rules, so that neither an absence nor a changed cap touches those. Compile it again when the
/// reps have changed or their holdings have been read anew.
///
/// ```
/// use leadkit::assign::Roster;
/// use leadkit::calendar::Calendars;
/// use leadkit::model::Rep;
///
/// let ann = Rep { id: "ann".into(), hours: Some("office".into()), ..Rep::default() };
/// let errors = Roster::compile(&[ann], &Calendars::default()).unwrap_err();
/// assert_eq!(errors.diagnostics()[0].code, "unknown_calendar");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Roster {
    slots: BTreeMap<RepId, Slot>,
    calendars: Vec<Calendar>,
    ledger: RepLedger,
}

/// What eligibility asks of a rep.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) active: bool,
    pub(super) weight: u32,
    pub(super) territories: Vec<Region>,
    /// Folded.
    pub(super) skills: BTreeSet<String>,
    pub(super) daily_cap: Option<u32>,
    pub(super) holding_cap: Option<u32>,
    pub(super) protected_cap: Option<u32>,
    pub(super) protected_accounts: u32,
    holding: u32,
    hours: Option<usize>,
    absences: Vec<Absence>,
}

impl Roster {
    /// Makes the reps ready. O(n·log n).
    ///
    /// # Errors
    /// All at once: blank or repeated ids, calendars that are not there, absences that end before they start.
    pub fn compile(reps: &[Rep], calendars: &Calendars) -> Result<Roster, RuleErrors> {
        let mut report = Report::new();
        let names: Vec<&str> = calendars.0.keys().map(String::as_str).collect();
        let mut roster = Roster { calendars: calendars.0.values().cloned().collect(), ..Roster::default() };
        for (index, rep) in reps.iter().enumerate() {
            report.item(index, |report| {
                if rep.id.is_blank() {
                    report.within("id", |r| r.error("blank_id", "the rep has no id", "give every rep an id"));
                    return;
                }
                let hours = rep.hours.as_ref().and_then(|id| {
                    let found = names.binary_search(&id.as_str()).ok();
                    if found.is_none() {
                        let known = names.iter().copied();
                        report.within("hours", |r| {
                            r.unknown_name("unknown_calendar", "calendar", id.as_str(), known)
                        });
                    }
                    found
                });
                for (at, absence) in rep.absences.iter().enumerate() {
                    if absence.until < absence.from {
                        report.within("absences", |r| {
                            r.item(at, |r| {
                                r.error(
                                    "inverted_span",
                                    "the absence ends before it starts",
                                    "swap `from` and `until`",
                                );
                            });
                        });
                    }
                }
                if roster.slots.insert(rep.id.clone(), Slot::new(rep, hours)).is_some() {
                    report.within("id", |r| {
                        let message = format!("the rep `{}` is listed twice", rep.id);
                        r.error("duplicate_rep", message, "list every rep once");
                    });
                }
            });
        }
        report.finish()?;
        Ok(roster)
    }

    /// The roster with the running state that the host stored.
    ///
    /// When holdings have been read anew, pass the state through [`RepLedger::with_fresh_holdings`] first, or leads
    /// taken since the last reading count twice.
    #[must_use]
    pub fn with_rep_ledger(mut self, ledger: RepLedger) -> Roster {
        self.ledger = ledger;
        self
    }

    /// The running state of all reps, for the host to store.
    #[must_use]
    pub fn rep_ledger(&self) -> &RepLedger {
        &self.ledger
    }

    /// Moves the running state by a decision.
    ///
    /// # Errors
    /// When the decision was made on another version of it; nothing is changed then.
    pub fn apply(&mut self, delta: &AssignDelta) -> Result<(), LedgerError> {
        self.ledger.apply(delta)
    }

    /// The reps, by id.
    pub fn reps(&self) -> impl Iterator<Item = &RepId> {
        self.slots.keys()
    }

    /// Whether the rep is known and takes part.
    #[must_use]
    pub fn is_active(&self, rep: &str) -> bool {
        self.slots.get(rep).is_some_and(|slot| slot.active)
    }

    /// Leads the rep holds now: the host's count and those taken since. 0 for a rep that is not known.
    #[must_use]
    pub fn holding(&self, rep: &RepId) -> u32 {
        self.slots.get(rep).map_or(0, |slot| self.open(rep, slot))
    }

    pub(super) fn find(&self, rep: &str) -> Option<(&RepId, &Slot)> {
        self.slots.get_key_value(rep)
    }

    pub(super) fn open(&self, rep: &RepId, slot: &Slot) -> u32 {
        slot.holding.saturating_add(self.ledger.taken.get(rep).copied().unwrap_or(0))
    }

    /// `Ok` in working time, else when that begins.
    pub(super) fn working(&self, slot: &Slot, at: DateTime<Utc>) -> Result<(), Option<DateTime<Utc>>> {
        match slot.hours.and_then(|index| self.calendars.get(index)) {
            Some(calendar) if !calendar.is_open(at) => Err(calendar.next_opening(at)),
            _ => Ok(()),
        }
    }

    /// The first moment from `at` on at which the rep is at work and not away.
    pub(super) fn at_work_from(&self, slot: &Slot, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut at = at;
        // Every turn of the loop leaves at least one absence behind.
        for _ in 0..=slot.absences.len() {
            if let Err(opening) = self.working(slot, at) {
                at = opening?;
            }
            match slot.away_until(at) {
                Some(until) => at = until,
                None => return Some(at),
            }
        }
        None
    }
}

impl Slot {
    fn new(rep: &Rep, hours: Option<usize>) -> Slot {
        Slot {
            active: rep.active,
            weight: rep.weight,
            territories: rep.territories.iter().copied().collect(),
            skills: rep.skills.iter().map(|skill| text::fold(skill)).collect(),
            daily_cap: rep.daily_cap,
            holding_cap: rep.holding_cap,
            protected_cap: rep.protected_cap,
            protected_accounts: rep.protected_accounts,
            holding: rep.holding,
            hours,
            absences: rep.absences.clone(),
        }
    }

    /// When the absence that covers the moment ends; the last to end when several do.
    pub(super) fn away_until(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.absences.iter().filter(|absence| absence.covers(at)).map(|absence| absence.until).max()
    }
}

/// The running state of all reps over all pools: daily counts, and leads taken since the host last read their
/// holdings. Stored beside the pools' ledgers, with a version of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RepLedger {
    version: u64,
    counts: DayCounts,
    taken: BTreeMap<RepId, u32>,
}

impl RepLedger {
    /// How often the state has moved.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many leads a rep was assigned over all pools on a local date, that of the pool each came from.
    #[must_use]
    pub fn assigned_on(&self, rep: &RepId, date: NaiveDate) -> u32 {
        self.counts.on(date, rep).assigned
    }

    /// The state for a roster whose holdings already include every lead that was taken.
    #[must_use]
    pub fn with_fresh_holdings(mut self) -> RepLedger {
        self.taken.clear();
        self
    }

    /// Moves the state by a decision.
    ///
    /// # Errors
    /// When the decision was made on another version; nothing is changed then.
    pub fn apply(&mut self, delta: &AssignDelta) -> Result<(), LedgerError> {
        self.check(delta)?;
        let Some(change) = &delta.change else { return Ok(()) };
        let Some(rep) = &change.rep else { return Ok(()) };
        self.version = self.version.saturating_add(1);
        self.counts.add_assigned(change.date, rep);
        self.counts.prune(change.date, DAYS_KEPT);
        let taken = self.taken.entry(rep.clone()).or_default();
        *taken = taken.saturating_add(1);
        Ok(())
    }

    /// Whether the delta was made on this very state, so that [`RepLedger::apply`] will take it.
    ///
    /// # Errors
    /// When it was not.
    pub fn check(&self, delta: &AssignDelta) -> Result<(), LedgerError> {
        let moves = delta.change.as_ref().is_some_and(|change| change.rep.is_some());
        if moves && delta.rep_version != self.version {
            return Err(LedgerError::StaleRepLedger { expected: delta.rep_version, found: self.version });
        }
        Ok(())
    }
}
