//! The memory by which resubmissions and bursts are recognised.

use std::collections::{BTreeSet, VecDeque, vec_deque};
use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::keys::WindowKey;
use crate::model::LeadId;

/// Most leads remembered under one key; the newest stay.
pub(super) const MOST_PER_KEY: usize = 1_024;
const FORMAT: u16 = 1;

/// That a lead came in under a key. The key is a hash of a contact value or an origin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowEvent {
    // The order of the fields is the order of eviction. Times are milliseconds since 1970.
    pub(super) until: i64,
    pub(super) at: i64,
    pub(super) key: WindowKey,
    pub(super) lead: LeadId,
}

impl WindowEvent {
    /// The lead.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// When it was created, to the millisecond.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        from_millis(self.at)
    }
}

pub(super) fn from_millis(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or_default()
}

/// What a verdict adds to the [`WindowState`].
///
/// Deltas may be applied in any order and any number of times: the state is the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WindowDelta {
    pub(super) events: Vec<WindowEvent>,
}

impl WindowDelta {
    /// What happened, in no particular order.
    #[must_use]
    pub fn events(&self) -> &[WindowEvent] {
        &self.events
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// One lead under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) at: i64,
    pub(super) until: i64,
    pub(super) lead: LeadId,
}

/// Which leads came in lately, under which keys.
///
/// The state depends only on the set of deltas applied to it, not on their order: whoever replays them gets the
/// same bytes. Time is that of the leads, not of a clock. An event is kept until a lead comes in that was created
/// later than the end of the event's window; one that arrives when its window has ended already is ignored. At
/// most [`limit`](WindowState::limit) events are kept, at most 1024 of one key; those whose windows end first go
/// first (ties: created first, then lower key, then lower lead id).
///
/// Keys are hashes, which keep the state small and do **not** hide phone numbers: there are few enough numbers to
/// try them all. Treat the state as personal data.
///
/// ```
/// use leadkit::blacklist::WindowState;
///
/// let state = WindowState::with_limit(10_000);
/// let saved = serde_json::to_string(&state)?;
/// assert_eq!(serde_json::from_str::<WindowState>(&saved)?, state);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct WindowState {
    limit: usize,
    newest: Option<i64>,
    /// Events by key, each list ordered by time and lead. Never iterated.
    seen: FxHashMap<WindowKey, VecDeque<Seen>>,
    order: BTreeSet<WindowEvent>,
}

impl Default for WindowState {
    fn default() -> Self {
        WindowState::with_limit(WindowState::DEFAULT_LIMIT)
    }
}

impl PartialEq for WindowState {
    fn eq(&self, other: &Self) -> bool {
        (self.limit, self.newest, &self.order) == (other.limit, other.newest, &other.order)
    }
}

impl Eq for WindowState {}

impl fmt::Debug for WindowState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowState")
            .field("limit", &self.limit)
            .field("newest", &self.newest.map(from_millis))
            .field("events", &self.order.len())
            .finish_non_exhaustive()
    }
}

impl WindowState {
    /// Events kept by default: some 100,000 leads; up to about 200 bytes each.
    pub const DEFAULT_LIMIT: usize = 500_000;

    /// An empty state that keeps at most so many events.
    #[must_use]
    pub fn with_limit(limit: usize) -> WindowState {
        WindowState { limit, newest: None, seen: FxHashMap::default(), order: BTreeSet::new() }
    }

    /// Events kept at most.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Events kept now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// When the newest lead was created.
    #[must_use]
    pub fn newest(&self) -> Option<DateTime<Utc>> {
        self.newest.map(from_millis)
    }

    /// Adds what a verdict found. O(events × log n).
    pub fn apply(&mut self, delta: &WindowDelta) {
        for event in &delta.events {
            self.insert(event.clone());
        }
        self.shrink();
    }

    /// What came in under a key within some time, ordered by time and lead.
    pub(super) fn seen(&self, key: WindowKey, within: RangeInclusive<i64>) -> vec_deque::Iter<'_, Seen> {
        let Some(bucket) = self.seen.get(&key) else { return vec_deque::Iter::default() };
        let start = bucket.partition_point(|seen| seen.at < *within.start());
        let end = bucket.partition_point(|seen| seen.at <= *within.end());
        bucket.range(start..end.max(start))
    }

    fn insert(&mut self, event: WindowEvent) {
        self.newest = self.newest.max(Some(event.at));
        if self.newest > Some(event.until) {
            return;
        }
        let seen = Seen { at: event.at, until: event.until, lead: event.lead.clone() };
        let Some(bucket) = self.seen.get_mut(&event.key) else {
            self.seen.insert(event.key, VecDeque::from([seen]));
            self.order.insert(event);
            return;
        };
        match bucket.binary_search_by(|known| (known.at, &known.lead).cmp(&(event.at, &event.lead))) {
            Err(place) => bucket.insert(place, seen),
            Ok(place) => {
                // The same event under rules with another window: the longer one counts.
                let Some(known) = bucket.get_mut(place).filter(|known| known.until < event.until) else {
                    return;
                };
                self.order.remove(&WindowEvent { until: known.until, ..event.clone() });
                known.until = event.until;
            }
        }
        if bucket.len() > MOST_PER_KEY {
            // Of those whose windows end first, the first is the one created first.
            let first = bucket.iter().enumerate().min_by_key(|(_, seen)| seen.until).map(|(place, _)| place);
            if let Some(Seen { at, until, lead }) = first.and_then(|place| bucket.remove(place)) {
                let gone = WindowEvent { until, at, lead, key: event.key };
                if gone != event {
                    self.order.remove(&gone);
                    self.order.insert(event);
                }
                return;
            }
        }
        self.order.insert(event);
    }

    /// Drops what has ended and what is beyond the limit.
    fn shrink(&mut self) {
        while let Some(first) = self.order.first() {
            if self.order.len() <= self.limit && Some(first.until) >= self.newest {
                return;
            }
            let Some(event) = self.order.pop_first() else { return };
            let Some(bucket) = self.seen.get_mut(&event.key) else { continue };
            let place = bucket.binary_search_by(|seen| (seen.at, &seen.lead).cmp(&(event.at, &event.lead)));
            if let Ok(place) = place {
                bucket.remove(place);
            }
            if bucket.is_empty() {
                self.seen.remove(&event.key);
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct RawEvent {
    key: WindowKey,
    at: i64,
    until: i64,
    lead: LeadId,
}

impl From<&WindowEvent> for RawEvent {
    fn from(event: &WindowEvent) -> RawEvent {
        RawEvent { key: event.key, at: event.at, until: event.until, lead: event.lead.clone() }
    }
}

impl From<RawEvent> for WindowEvent {
    fn from(raw: RawEvent) -> WindowEvent {
        WindowEvent { key: raw.key, at: raw.at, until: raw.until, lead: raw.lead }
    }
}

impl Serialize for WindowEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawEvent::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WindowEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WindowEvent, D::Error> {
        RawEvent::deserialize(deserializer).map(WindowEvent::from)
    }
}

impl Serialize for WindowDelta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.events.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WindowDelta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WindowDelta, D::Error> {
        Vec::deserialize(deserializer).map(|events| WindowDelta { events })
    }
}

#[derive(Serialize, Deserialize)]
struct RawState<E> {
    format: u16,
    limit: u64,
    newest: Option<i64>,
    events: E,
}

impl Serialize for WindowState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawState { format: FORMAT, limit: self.limit as u64, newest: self.newest, events: &self.order }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WindowState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WindowState, D::Error> {
        let raw = RawState::<Vec<WindowEvent>>::deserialize(deserializer)?;
        if raw.format != FORMAT {
            let message = format!("format {} of the windows is not known, only {FORMAT} is", raw.format);
            return Err(serde::de::Error::custom(message));
        }
        let mut state = WindowState::with_limit(usize::try_from(raw.limit).unwrap_or(usize::MAX));
        state.newest = raw.newest;
        state.apply(&WindowDelta { events: raw.events });
        Ok(state)
    }
}
