//! The memory by which resubmissions and bursts are recognised.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;
use std::slice;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::{SmallVec, smallvec};

use super::keys::WindowKey;
use crate::document::{Digest, in_words};
use crate::model::LeadId;

/// Most leads remembered under one key; the newest stay.
pub(super) const MAX_PER_KEY: usize = 1_024;
/// How long an event is kept after its window has ended, in milliseconds: a lead that comes in so late is still
/// compared with what was there before it.
const KEPT: i64 = 14 * DAY;
const DAY: i64 = 86_400_000;
/// Longest window there is: that of [`Span`](crate::calendar::Span).
const MAX_WINDOW: i64 = 36_525 * DAY;
const FORMAT: u16 = 1;

/// The event that a lead came in under a key. The key is a hash of a contact value or an origin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowEvent {
    // The order of the fields is the order of eviction. Times are milliseconds since 1970.
    pub(super) until: i64,
    pub(super) at: i64,
    pub(super) key: WindowKey,
    pub(super) lead: LeadId,
}

impl WindowEvent {
    /// The value that the lead has in common with others.
    #[must_use]
    pub fn key(&self) -> WindowKey {
        self.key
    }

    /// The lead that came in.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// When it was created, to the millisecond.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        from_millis(self.at)
    }

    /// The last moment at which it counts, to the millisecond: it counts for a lead created from
    /// [`at`](WindowEvent::at) to then.
    #[must_use]
    pub fn until(&self) -> DateTime<Utc> {
        from_millis(self.until)
    }

    /// Why a stored event is invalid.
    fn fault(&self) -> Option<String> {
        let length = self.until.checked_sub(self.at);
        if length.is_none_or(|length| length < 0) {
            return Some("ends before it begins".to_owned());
        }
        let is_time = |at: i64| DateTime::<Utc>::from_timestamp_millis(at).is_some();
        if length.is_some_and(|length| length > MAX_WINDOW) || !is_time(self.at) {
            return Some("has times that no window can have".to_owned());
        }
        None
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
    /// The events, in no particular order.
    #[must_use]
    pub fn events(&self) -> &[WindowEvent] {
        &self.events
    }

    /// Whether there is nothing to remember of the lead.
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

/// The leads under a key, ordered by time and lead. Under most keys there is one.
type Bucket = SmallVec<[Seen; 1]>;

/// Recent leads by key.
///
/// The state depends only on the set of deltas applied to it, not on their order: replaying them gives the
/// same bytes. Time is that of the leads, not of a clock. Whether an event counts for a lead depends on the event's own
/// times and on when the lead was created, on nothing else: a lead that comes in late finds what it would have found in
/// time. An event is kept until a lead comes in that was created more than 14 days after the end of the event's window.
/// At most [`limit`](WindowState::limit) events are kept, at most 1024 of one key; those whose windows end first go
/// first (ties: created first, then lower key, then lower lead id).
///
/// A host with a database keeps the events as rows, by key, and assembles the state a lead is decided on from those that
/// [`Intake::window_keys`](crate::Intake::window_keys) names.
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
    /// Events by key. Never iterated.
    seen: FxHashMap<WindowKey, Bucket>,
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
    ///
    /// ```
    /// use leadkit::blacklist::WindowState;
    ///
    /// let windows = WindowState::with_limit(10_000);
    /// assert_eq!((windows.limit(), windows.len()), (10_000, 0));
    /// ```
    #[must_use]
    pub fn with_limit(limit: usize) -> WindowState {
        WindowState { limit, newest: None, seen: FxHashMap::default(), order: BTreeSet::new() }
    }

    /// Most events that are kept; those that expire first make room.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many events are kept now, up to the [limit](Self::limit).
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
    ///
    /// ```
    /// # use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let blacklist = Blacklist::compile(&BlacklistRules::default())?;
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), created_at: now, phones: vec!["139 2746 1853".into()], ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// # let verdict = blacklist.check(&facts, &WindowState::default());
    /// # let mut windows = WindowState::default();
    /// # windows.apply(verdict.delta());
    /// let before = windows.clone();
    /// // Applying it twice changes nothing.
    /// windows.apply(verdict.delta());
    /// assert_eq!(windows, before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(&mut self, delta: &WindowDelta) {
        for event in &delta.events {
            self.insert(event.clone());
        }
        self.shrink();
    }

    /// Forgets leads that came in after a moment.
    ///
    /// ```
    /// # use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let blacklist = Blacklist::compile(&BlacklistRules::default())?;
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), created_at: now, phones: vec!["139 2746 1853".into()], ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// # let verdict = blacklist.check(&facts, &WindowState::default());
    /// # let mut windows = WindowState::default();
    /// # windows.apply(verdict.delta());
    /// // The clock was a year ahead when lead L1 came in.
    /// windows.forget_after("2025-03-02T09:00:00Z".parse().unwrap());
    /// assert!(windows.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forget_after(&mut self, at: DateTime<Utc>) {
        let at = at.timestamp_millis();
        self.newest = self.newest.map(|newest| newest.min(at));
        let later: Vec<WindowEvent> = self.order.iter().filter(|event| event.at > at).cloned().collect();
        for event in later {
            self.order.remove(&event);
            self.remove_seen(&event);
        }
    }

    /// Forgets a lead, as if it had never come in, and returns how many events those were. Delete the same rows from a table
    /// of events. O(events).
    ///
    /// ```
    /// # use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let blacklist = Blacklist::compile(&BlacklistRules::default())?;
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), created_at: now, phones: vec!["139 2746 1853".into()], ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// # let verdict = blacklist.check(&facts, &WindowState::default());
    /// # let mut windows = WindowState::default();
    /// # windows.apply(verdict.delta());
    /// assert_eq!(windows.forget_lead(&"L1".into()), verdict.delta().events().len());
    /// assert!(windows.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forget_lead(&mut self, lead: &LeadId) -> usize {
        let of_lead: Vec<WindowEvent> =
            self.order.iter().filter(|event| event.lead == *lead).cloned().collect();
        for event in &of_lead {
            self.order.remove(event);
            self.remove_seen(event);
        }
        of_lead.len()
    }

    /// The events under some keys, in the order of the keys, then by time and lead: the rows a host would fetch.
    ///
    /// ```
    /// # use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let blacklist = Blacklist::compile(&BlacklistRules::default())?;
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), created_at: now, phones: vec!["139 2746 1853".into()], ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// # let verdict = blacklist.check(&facts, &WindowState::default());
    /// # let mut windows = WindowState::default();
    /// # windows.apply(verdict.delta());
    /// let keys = blacklist.window_keys(&facts);
    /// let leads: Vec<String> = windows.events_of(&keys).map(|event| event.lead().to_string()).collect();
    /// assert_eq!(leads, ["L1"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn events_of<'s>(&'s self, keys: &'s [WindowKey]) -> impl Iterator<Item = WindowEvent> + 's {
        let of_key = |key: &WindowKey| {
            let key = *key;
            let event = move |seen: &Seen| WindowEvent {
                until: seen.until,
                at: seen.at,
                key,
                lead: seen.lead.clone(),
            };
            self.seen.get(&key).into_iter().flatten().map(event)
        };
        keys.iter().flat_map(of_key)
    }

    /// The state of some events, as a host fetched them.
    ///
    /// ```
    /// # use leadkit::blacklist::{Blacklist, BlacklistRules, WindowState};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let blacklist = Blacklist::compile(&BlacklistRules::default())?;
    /// # let now = "2026-03-02T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), created_at: now, phones: vec!["139 2746 1853".into()], ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// # let verdict = blacklist.check(&facts, &WindowState::default());
    /// # let mut windows = WindowState::default();
    /// # windows.apply(verdict.delta());
    /// // The rows as a host stores them, one for each event.
    /// let events: Vec<_> = windows.events_of(&blacklist.window_keys(&facts)).collect();
    /// assert_eq!(WindowState::from_events(events)?.len(), windows.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Names every event that no window of this crate has written.
    pub fn from_events(events: Vec<WindowEvent>) -> Result<WindowState, WindowError> {
        let faults = events.iter().enumerate().filter_map(|(index, event)| Some((index, event.fault()?)));
        WindowError::of(faults, &events)?;
        let mut state = WindowState::default();
        // In any order: an event that would be evicted by the newest of them is a row all the same.
        events.into_iter().for_each(|event| state.put(event));
        Ok(state)
    }

    /// A digest of what a lead created at a moment finds under some keys, itself left out; `None` when that is nothing.
    pub(super) fn digest_of(
        &self,
        keys: impl Iterator<Item = WindowKey>,
        at: i64,
        own: &LeadId,
    ) -> Option<Digest> {
        let mut found: Option<Digest> = None;
        for key in keys {
            for seen in self.seen(key, i64::MIN..=at).filter(|seen| seen.until >= at && seen.lead != *own) {
                let one = Digest::of(&(key, seen.at, &seen.lead));
                found = Some(found.map_or(one, |before| before.and(one)));
            }
        }
        found
    }

    /// What came in under a key within some time, ordered by time and lead.
    pub(super) fn seen(&self, key: WindowKey, within: RangeInclusive<i64>) -> slice::Iter<'_, Seen> {
        let Some(bucket) = self.seen.get(&key) else { return slice::Iter::default() };
        let start = bucket.partition_point(|seen| seen.at < *within.start());
        let end = bucket.partition_point(|seen| seen.at <= *within.end());
        bucket.get(start..end).unwrap_or_default().iter()
    }

    /// When the oldest lead of a key was created that is kept, if the key has as many as are kept of one.
    pub(super) fn full_since(&self, key: WindowKey) -> Option<i64> {
        let bucket = self.seen.get(&key).filter(|bucket| bucket.len() >= MAX_PER_KEY)?;
        bucket.first().map(|oldest| oldest.at)
    }

    fn insert(&mut self, event: WindowEvent) {
        self.newest = self.newest.max(Some(event.at));
        if !self.has_left(&event) {
            self.put(event);
        }
    }

    fn put(&mut self, event: WindowEvent) {
        let seen = Seen { at: event.at, until: event.until, lead: event.lead.clone() };
        let Some(bucket) = self.seen.get_mut(&event.key) else {
            self.seen.insert(event.key, smallvec![seen]);
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
        if bucket.len() > MAX_PER_KEY {
            // Of those whose windows end first, the first is the one created first.
            let first = bucket.iter().enumerate().min_by_key(|(_, seen)| seen.until).map(|(place, _)| place);
            if let Some(Seen { at, until, lead }) = first.map(|place| bucket.remove(place)) {
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

    /// Whether the window of an event ended too long ago to keep it.
    fn has_left(&self, event: &WindowEvent) -> bool {
        self.newest > Some(event.until.saturating_add(KEPT))
    }

    /// Drops events that ended long ago and those beyond the limit.
    fn shrink(&mut self) {
        while let Some(first) = self.order.first() {
            if self.order.len() <= self.limit && !self.has_left(first) {
                return;
            }
            let Some(event) = self.order.pop_first() else { return };
            self.remove_seen(&event);
        }
    }

    fn remove_seen(&mut self, event: &WindowEvent) {
        let Some(bucket) = self.seen.get_mut(&event.key) else { return };
        let place = bucket.binary_search_by(|seen| (seen.at, &seen.lead).cmp(&(event.at, &event.lead)));
        if let Ok(place) = place {
            bucket.remove(place);
        }
        if bucket.is_empty() {
            self.seen.remove(&event.key);
        }
    }
}

/// Why stored windows are not read: each event that is at fault by its place and its lead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct WindowError(Vec<String>);

/// Most faults that one error names.
const MAX_NAMED: usize = 20;

impl WindowError {
    /// What is wrong, one sentence for each event.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.0
    }

    fn one(fault: String) -> WindowError {
        WindowError(vec![fault])
    }

    fn of(faults: impl Iterator<Item = (usize, String)>, events: &[WindowEvent]) -> Result<(), WindowError> {
        let named = |(index, fault): (usize, String)| {
            let lead = events.get(index).map_or("", |event| event.lead.as_str());
            format!("event {index} (lead `{lead}`) {fault}")
        };
        let mut named: Vec<String> = faults.map(named).take(MAX_NAMED + 1).collect();
        if named.len() > MAX_NAMED {
            named.truncate(MAX_NAMED);
            named.push("and more".to_owned());
        }
        if named.is_empty() { Ok(()) } else { Err(WindowError(named)) }
    }
}

/// An event as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent {
    key: WindowKey,
    at: i64,
    until: i64,
    lead: LeadId,
    /// Reveals damage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<Check>,
}

/// Eight hexadecimal digits that an event's other values give.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Check(u32);

impl Check {
    fn of(event: &WindowEvent) -> Check {
        Check(Digest::of(&(event.key, event.at, event.until, &event.lead)).short())
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:08x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Check, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = text.len() == 8 && text.bytes().all(digits);
        let read = fits.then(|| u32::from_str_radix(&text, 16).ok()).flatten();
        read.map(Check).ok_or_else(|| serde::de::Error::custom("a check is 8 hexadecimal digits"))
    }
}

impl Serialize for WindowEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let WindowEvent { key, at, until, lead } = self;
        let check = Some(Check::of(self));
        RawEvent { key: *key, at: *at, until: *until, lead: lead.clone(), check }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WindowEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WindowEvent, D::Error> {
        let raw = RawEvent::deserialize(deserializer)
            .map_err(|error| serde::de::Error::custom(in_words(&error.to_string())))?;
        let event = WindowEvent { key: raw.key, at: raw.at, until: raw.until, lead: raw.lead };
        if raw.check.is_some_and(|check| check != Check::of(&event)) {
            let message = format!("the event of lead `{}` is damaged: its check differs", event.lead);
            return Err(serde::de::Error::custom(message));
        }
        Ok(event)
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
#[serde(deny_unknown_fields)]
struct RawState<E> {
    format: u16,
    limit: u64,
    newest: Option<i64>,
    events: E,
    /// Reveals damage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

impl WindowState {
    /// A digest of all of it.
    fn digest(&self) -> Digest {
        let events =
            self.order.iter().map(|event| Digest::of(&(event.key, event.at, event.until, &event.lead)));
        let all = events.fold(Digest::default(), Digest::and);
        Digest::of(&(self.limit as u64, self.newest, self.order.len() as u64, all))
    }

    /// The state as it was stored: every event stays, or it is an error.
    fn restore(raw: RawState<Vec<WindowEvent>>) -> Result<WindowState, WindowError> {
        if raw.format != FORMAT {
            let message = format!("format {} of the windows is not known, only {FORMAT} is", raw.format);
            return Err(WindowError::one(message));
        }
        let limit = usize::try_from(raw.limit).unwrap_or(usize::MAX);
        let mut state = WindowState { newest: raw.newest, ..WindowState::with_limit(limit) };
        if raw.newest.is_some_and(|at| DateTime::<Utc>::from_timestamp_millis(at).is_none()) {
            return Err(WindowError::one("`newest` is not a time".to_owned()));
        }
        let count = raw.events.len();
        if count > limit {
            let message = format!("there are {count} events, which is more than the limit of {limit}");
            return Err(WindowError::one(message));
        }
        let fault = |event: &WindowEvent| match event.fault() {
            None if Some(event.at) > raw.newest => Some("begins after `newest`".to_owned()),
            None if state.has_left(event) => Some("ended long before `newest`".to_owned()),
            fault => fault,
        };
        let faults = raw.events.iter().enumerate().filter_map(|(index, event)| Some((index, fault(event)?)));
        WindowError::of(faults, &raw.events)?;
        for (index, event) in raw.events.into_iter().enumerate() {
            let lead = event.lead.clone();
            state.insert(event);
            if state.order.len() != index + 1 {
                let message =
                    format!("event {index} (lead `{lead}`) is repeated, or its key has too many events");
                return Err(WindowError::one(message));
            }
        }
        if raw.digest.is_some_and(|digest| digest != state.digest()) {
            return Err(WindowError::one("the windows are damaged: their digest differs".to_owned()));
        }
        Ok(state)
    }
}

impl Serialize for WindowState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (limit, digest) = (self.limit as u64, Some(self.digest()));
        RawState { format: FORMAT, limit, newest: self.newest, events: &self.order, digest }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WindowState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WindowState, D::Error> {
        let raw = RawState::<Vec<WindowEvent>>::deserialize(deserializer)
            .map_err(|error| serde::de::Error::custom(in_words(&error.to_string())))?;
        WindowState::restore(raw).map_err(serde::de::Error::custom)
    }
}
