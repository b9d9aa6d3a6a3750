//! The tables of a host with a database: every row is kept as the text that serde writes, and counted when it is read or
//! written.

use std::cell::Cell;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use leadkit::assign::{Decision, Ledger, RepRow};
use leadkit::blacklist::{WindowEvent, WindowKey};
use leadkit::model::{LeadId, PoolId, RepId};
use leadkit::{OutcomeDelta, State, StateRows, StorageKeys};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An event's row is found by its key and the end of its window.
type EventKey = (WindowKey, DateTime<Utc>, DateTime<Utc>, LeadId);

#[derive(Debug, Default, Clone)]
pub(super) struct Tables {
    events: BTreeMap<EventKey, String>,
    ledgers: BTreeMap<PoolId, String>,
    decisions: BTreeMap<(PoolId, String), String>,
    reps: BTreeMap<RepId, String>,
    newest: Option<DateTime<Utc>>,
    pub(super) traffic: Cell<Traffic>,
}

/// Rows and bytes that went over the wire.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traffic {
    pub(super) rows_read: usize,
    pub(super) bytes_read: usize,
    pub(super) rows_written: usize,
    pub(super) bytes_written: usize,
}

impl Tables {
    fn read<T: DeserializeOwned>(&self, text: &str) -> T {
        let mut traffic = self.traffic.get();
        traffic.rows_read += 1;
        traffic.bytes_read += text.len();
        self.traffic.set(traffic);
        serde_json::from_str(text).unwrap()
    }

    fn write<T: Serialize>(&self, row: &T) -> String {
        let text = serde_json::to_string(row).unwrap();
        let mut traffic = self.traffic.get();
        traffic.rows_written += 1;
        traffic.bytes_written += text.len();
        self.traffic.set(traffic);
        text
    }

    /// The rows of some keys, for a lead that was created at a moment.
    pub(super) fn fetch(&self, keys: &StorageKeys, created_at: DateTime<Utc>) -> StateRows {
        let mut rows = StateRows::default();
        for key in &keys.windows {
            // What ended before the lead was created cannot count for it.
            let from = (*key, created_at, DateTime::<Utc>::MIN_UTC, "".into());
            let of_key = self.events.range(from..).take_while(|((of, ..), _)| of == key);
            let begun = of_key.filter(|((_, _, at, _), _)| *at <= created_at);
            rows.events.extend(begun.map(|(_, text)| self.read::<WindowEvent>(text)));
        }
        for pool in &keys.pools {
            rows.ledgers.extend(self.ledgers.get(pool).map(|text| self.read::<Ledger>(text)));
            for key in &keys.decisions {
                let row = self.decisions.get(&(pool.clone(), key.clone()));
                rows.decisions.extend(row.map(|text| self.read::<Decision>(text)));
            }
        }
        let reps = keys.reps.iter().filter_map(|rep| self.reps.get(rep));
        rows.reps.extend(reps.map(|text| self.read::<RepRow>(text)));
        rows.newest = self.newest;
        rows
    }

    /// Writes what an outcome changed.
    pub(super) fn store(&mut self, state: &State, delta: &OutcomeDelta) {
        let rows = state.rows_written(delta);
        for event in &rows.events {
            let key = (event.key(), event.until(), event.at(), event.lead().clone());
            let text = self.write(event);
            self.events.insert(key, text);
        }
        for ledger in &rows.ledgers {
            let text = self.write(ledger);
            self.ledgers.insert(ledger.pool().clone(), text);
        }
        for decision in &rows.decisions {
            let text = self.write(decision);
            self.decisions.insert((decision.pool().clone(), decision.key().to_owned()), text);
        }
        if let Some((assign, key)) = delta.assign.as_ref().and_then(|one| Some((one, one.key()?)))
            && assign.takes_back()
        {
            self.decisions.remove(&(assign.pool().clone(), key.to_owned()));
        }
        for rep in &rows.reps {
            let text = self.write(rep);
            self.reps.insert(rep.rep().clone(), text);
        }
        self.newest = self.newest.max(rows.newest);
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.events.len() + self.ledgers.len() + self.decisions.len() + self.reps.len()
    }
}
