//! Which links of leads recorded touches show.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use chrono::{DateTime, Utc};

use super::arrivals::Arrival;
use super::channel::Way;
use super::key_owners::KeyOwners;
use super::sets::{RecordSets, lead};
use crate::model::{LeadId, RecordRef, Touch};

/// When a channel was met.
#[derive(Debug, Default)]
struct Times {
    all: BTreeSet<DateTime<Utc>>,
    by_campaign: BTreeMap<Option<String>, BTreeSet<DateTime<Utc>>>,
}

/// Touches with one key.
#[derive(Debug, Default)]
struct KeyTouches {
    list: Vec<(DateTime<Utc>, Way)>,
    by_channel: BTreeMap<String, Times>,
}

impl KeyTouches {
    fn add(&mut self, way: &Way, time: DateTime<Utc>) {
        self.list.push((time, way.clone()));
        let times = self.by_channel.entry(way.0.clone()).or_default();
        times.all.insert(time);
        times.by_campaign.entry(way.1.clone()).or_default().insert(time);
    }

    /// Whether one shows a link: one of its channel and campaign, after a moment and no later than another.
    fn shows(&self, (channel, campaign): &Way, after: Option<DateTime<Utc>>, at: DateTime<Utc>) -> bool {
        let Some(times) = self.by_channel.get(channel).filter(|_| after.is_none_or(|after| after < at))
        else {
            return false;
        };
        // A campaign that only one of the two names does not distinguish them.
        let lists = match campaign {
            None => [Some(&times.all), None],
            Some(_) => [times.by_campaign.get(campaign), times.by_campaign.get(&None)],
        };
        let range = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Included(at));
        lists.into_iter().flatten().any(|times| times.range(range).next().is_some())
    }
}

/// When a person came, in order, and by which links.
type Came<'a> = Vec<(DateTime<Utc>, &'a [Way])>;

/// What recorded touches show: each the next arrival of the person it reached. A touch without a campaign shows links of all,
/// and a link without one is shown by touches of all.
#[derive(Debug, Default)]
pub(super) struct Shown<'a> {
    /// Who came, and when.
    came: BTreeMap<&'a LeadId, (usize, Option<DateTime<Utc>>)>,
    /// By person, in order.
    times: BTreeMap<usize, Vec<DateTime<Utc>>>,
    /// By customer and key.
    by_key: BTreeMap<(usize, usize), KeyTouches>,
    /// By person, time of the arrival and channel: campaigns.
    shown: BTreeMap<(usize, DateTime<Utc>, String), BTreeSet<Option<String>>>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(arrivals: &'a [Arrival<'_>], persons: &mut RecordSets) -> Shown<'a> {
        let mut shown = Shown::default();
        for one in arrivals {
            let Some(person) = persons.of(&lead(&one.visit.lead)) else { continue };
            // When nobody knows how a lead came, no touch can be said to show it.
            let at = one.is_known.then_some(one.visit.at);
            shown.came.insert(&one.visit.lead, (person, at));
            shown.times.entry(person).or_default().extend(at);
        }
        shown
    }

    /// Takes in a touch of a customer, with the way and time that count for it.
    pub(super) fn take(
        &mut self,
        (way, time): (&Way, DateTime<Utc>),
        customer: usize,
        touch: &Touch,
        keys: &KeyOwners,
        persons: &mut RecordSets,
    ) {
        let has = touch.keys.iter().filter_map(|(name, value)| Some(keys.get(name, value)?.number));
        let mut numbers: BTreeSet<usize> = has.collect();
        let mut next: BTreeSet<Option<(usize, DateTime<Utc>)>> = [self.of_lead(&touch.lead, time)].into();
        if let Some(id) = &touch.contact {
            numbers.extend(keys.of_contact(id));
            next.insert(
                persons.of(&RecordRef::Contact(id.clone())).and_then(|person| self.next(person, time)),
            );
        }
        for (person, at) in next.into_iter().flatten() {
            self.show(person, at, way);
        }
        for number in numbers {
            self.by_key.entry((customer, number)).or_default().add(way, time);
        }
    }

    /// How a lead came that is reached, or when it had come, how the person came next.
    fn of_lead(&self, id: &LeadId, time: DateTime<Utc>) -> Option<(usize, DateTime<Utc>)> {
        let (person, at) = self.came.get(id).copied()?;
        // Until its own arrival a touch of a lead shows that arrival; later it shows the person's next one.
        at.filter(|at| time <= *at).map(|at| (person, at)).or_else(|| self.next(person, time))
    }

    /// When a person came next.
    fn next(&self, person: usize, time: DateTime<Utc>) -> Option<(usize, DateTime<Utc>)> {
        next(self.times.get(&person)?, time).map(|at| (person, at))
    }

    fn show(&mut self, person: usize, at: DateTime<Utc>, (channel, campaign): &Way) {
        self.shown.entry((person, at, channel.clone())).or_default().insert(campaign.clone());
    }

    /// Finds what touches with keys show, once all are added: the next arrival of each person who came with the key,
    /// unless somebody came with it in between.
    pub(super) fn by_keys(
        &mut self,
        arrivals: &[Arrival<'_>],
        ways: &[Vec<Way>],
        keys: &KeyOwners,
        customers: &mut RecordSets,
    ) {
        let mut holders: BTreeSet<(usize, (usize, usize))> = BTreeSet::new();
        let mut carried: BTreeMap<(usize, usize), Vec<DateTime<Utc>>> = BTreeMap::new();
        let mut of_persons: BTreeMap<usize, Came<'_>> = BTreeMap::new();
        for (place, one) in arrivals.iter().enumerate() {
            let (Some((person, at)), Some(customer)) =
                (self.came.get(&one.visit.lead).copied(), customers.of(&lead(&one.visit.lead)))
            else {
                continue;
            };
            let ways = ways.get(place).map_or(&[][..], Vec::as_slice);
            of_persons.entry(person).or_default().extend(at.map(|at| (at, ways)));
            for key in keys.brought(place) {
                let key = (customer, key.number);
                if self.by_key.contains_key(&key) {
                    // Only keys that some touch has: others show nothing.
                    holders.insert((person, key));
                    carried.entry(key).or_default().extend(at);
                }
            }
        }
        let mut found: Vec<(usize, DateTime<Utc>, Way)> = Vec::new();
        for (person, key) in holders {
            let (Some(touches), Some(came)) = (self.by_key.get(&key), of_persons.get(&person)) else {
                continue;
            };
            let carried = carried.get(&key).map_or(&[][..], Vec::as_slice);
            // Search the longer list for the entries of the shorter: a person may have come often, and a key may be
            // common.
            if touches.list.len() <= came.len() {
                for (time, way) in &touches.list {
                    let at = self.next(person, *time).map(|(_, at)| at);
                    let at = at.filter(|at| next(carried, *time).is_none_or(|other| other >= *at));
                    found.extend(at.map(|at| (person, at, way.clone())));
                }
                continue;
            }
            let mut before: Option<DateTime<Utc>> = None;
            for same in came.chunk_by(|a, b| a.0 == b.0) {
                let Some((at, _)) = same.first() else { continue };
                // Each touch shows the next arrival only: not the person's earlier ones, nor somebody else's.
                let after = before.max(last_before(carried, *at));
                let ways = same.iter().flat_map(|(_, ways)| ways.iter());
                let shown = ways.filter(|way| touches.shows(way, after, *at));
                found.extend(shown.map(|way| (person, *at, way.clone())));
                before = Some(*at);
            }
        }
        for (person, at, way) in found {
            self.show(person, at, &way);
        }
    }

    /// Whether a touch shows how a lead came.
    pub(super) fn shows(&self, id: &LeadId, (channel, campaign): &Way) -> bool {
        let Some((person, Some(at))) = self.came.get(id).copied() else { return false };
        let campaigns = self.shown.get(&(person, at, channel.clone()));
        campaigns.is_some_and(|found| campaign.is_none() || found.contains(campaign) || found.contains(&None))
    }

    /// Whether a touch with a click id shows how a lead came that has it: one of any time before.
    pub(super) fn shows_click(&self, customer: usize, click: usize, way: &Way, at: DateTime<Utc>) -> bool {
        self.by_key.get(&(customer, click)).is_some_and(|touches| touches.shows(way, None, at))
    }
}

/// The first of some times that is not before a moment.
fn next(times: &[DateTime<Utc>], moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
    times.get(times.partition_point(|time| *time < moment)).copied()
}

/// The last of some times that is before a moment.
fn last_before(times: &[DateTime<Utc>], moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
    times.partition_point(|time| *time < moment).checked_sub(1).and_then(|place| times.get(place)).copied()
}
