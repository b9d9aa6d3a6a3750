//! The activities that count for one lead, in the order of time and by kind.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::hash::BuildHasher;

use chrono::{DateTime, Utc};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::points::CompiledAward;
use crate::model::{Activity, LeadId};
use crate::rule::Predicate;
use crate::text::is_blank;

/// Up to so many activities are compared with one another; more are looked up in a set.
const FEW: usize = 64;
/// The number for kinds that no rule names.
const OTHER_KIND: u32 = u32::MAX;

/// Numbers of the kinds that rules name.
#[derive(Debug, Default, Clone)]
pub(super) struct Kinds(FxHashMap<Box<str>, u32>);

impl Kinds {
    pub(super) fn number(&mut self, kind: &str) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(OTHER_KIND);
        *self.0.entry(Box::from(kind)).or_insert(next)
    }

    /// Numbers the kinds that a rule counts, so that counting them skips the others.
    pub(super) fn number_counted(&mut self, when: Option<&Predicate>, points: Option<&CompiledAward>) {
        let mut number = |kind: &str| {
            self.number(kind);
        };
        when.into_iter().for_each(|when| when.visit_counted_kinds(&mut number));
        points.into_iter().for_each(|points| points.visit_counted_kinds(&mut number));
    }

    fn find(&self, kind: &str) -> u32 {
        self.0.get(kind).copied().unwrap_or(OTHER_KIND)
    }
}

/// Indices of the activities that count; memory that is used again for the next lead.
#[derive(Debug, Default)]
pub(super) struct EventOrder {
    /// From the earliest to the latest.
    order: Vec<u32>,
    /// Their kinds.
    kinds: Vec<u32>,
    /// The same by kind, and within each from the earliest to the latest.
    by_kind: Vec<u32>,
    /// Where each kind begins in `by_kind`, and where the last ends.
    starts: Vec<u32>,
    hashes: Vec<u64>,
}

impl EventOrder {
    pub(super) const fn new() -> EventOrder {
        EventOrder {
            order: Vec::new(),
            kinds: Vec::new(),
            by_kind: Vec::new(),
            starts: Vec::new(),
            hashes: Vec::new(),
        }
    }

    /// Notes the activities of the lead, each id once. O(n · log n) for n activities; O(n) when they are in order.
    pub(super) fn fill(&mut self, kinds: &Kinds, lead: &LeadId, activities: &[Activity]) {
        self.order.clear();
        let own = |activity: &Activity| activity.lead == *lead || activity.lead.is_blank();
        let of_lead = (0u32..).zip(activities).filter(|(_, activity)| own(activity));
        self.order.extend(of_lead.map(|(index, _)| index));
        let order = |a: &u32, b: &u32| match (activities.get(*a as usize), activities.get(*b as usize)) {
            (Some(a), Some(b)) => in_order(a, b),
            _ => Ordering::Equal,
        };
        if !self.order.is_sorted_by(|a, b| order(a, b).is_le()) {
            self.order.sort_by(order);
        }
        for alike in self.order.chunk_by_mut(|a, b| order(a, b).is_eq()).filter(|alike| alike.len() > 1) {
            // Formatting is expensive: once for each, and only if nothing else distinguishes them.
            alike.sort_by_cached_key(|index| {
                let activity = activities.get(*index as usize);
                activity.and_then(|activity| serde_json::to_string(activity).ok())
            });
        }
        self.keep_each_once(activities);
        self.sort_by_kind(kinds, activities);
    }

    /// Keeps the earliest of the activities that share an id; blank ids share nothing.
    fn keep_each_once(&mut self, activities: &[Activity]) {
        let id = |index: u32| activities.get(index as usize).map_or("", |activity| activity.id.as_str());
        if self.order.len() > FEW {
            let mut seen = FxHashSet::default();
            self.order.retain(|index| is_blank(id(*index)) || seen.insert(id(*index)));
            return;
        }
        self.hashes.clear();
        let mut kept = 0;
        for place in 0..self.order.len() {
            let Some(index) = self.order.get(place).copied() else { break };
            let text = id(index);
            let hash = FxBuildHasher.hash_one(text);
            let is_known = || self.order.iter().take(kept).any(|known| id(*known) == text);
            if self.hashes.contains(&hash) && !is_blank(text) && is_known() {
                continue;
            }
            self.hashes.push(hash);
            self.order.swap(kept, place);
            kept += 1;
        }
        self.order.truncate(kept);
    }

    fn sort_by_kind(&mut self, kinds: &Kinds, activities: &[Activity]) {
        let kind = |index: &u32| {
            activities.get(*index as usize).map_or(OTHER_KIND, |activity| kinds.find(&activity.kind))
        };
        self.kinds.clear();
        self.kinds.extend(self.order.iter().map(kind));
        self.starts.clear();
        self.starts.resize(kinds.0.len() + 1, 0);
        // How many of each kind, then where each ends; filling from the last moves the ends to the starts.
        for kind in &self.kinds {
            self.starts.get_mut(*kind as usize).into_iter().for_each(|count| *count += 1);
        }
        let mut end = 0;
        for count in &mut self.starts {
            end += *count;
            *count = end;
        }
        self.by_kind.resize(end as usize, 0);
        for (index, kind) in self.order.iter().zip(&self.kinds).rev() {
            if let Some(end) = self.starts.get_mut(*kind as usize) {
                *end -= 1;
                self.by_kind.get_mut(*end as usize).into_iter().for_each(|place| *place = *index);
            }
        }
    }
}

/// Activities of the kinds no rule names, by kind and time: sorted when a script first reads one of them.
#[derive(Debug, Default)]
pub(super) struct Others(OnceCell<Vec<u32>>);

impl Others {
    /// Clears it for the next lead.
    pub(super) fn clear(&mut self) {
        self.0.take();
    }
}

/// An order of activities that does not depend on the order they came in. Activities that are equal in it differ only in what
/// they contain as text, if at all.
fn in_order(a: &Activity, b: &Activity) -> Ordering {
    a.time.cmp(&b.time).then_with(|| a.id.cmp(&b.id)).then_with(|| a.kind.cmp(&b.kind))
}

/// The activities that count, from the earliest to the latest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Events<'a> {
    pub(super) activities: &'a [Activity],
    pub(super) timeline: &'a EventOrder,
    pub(super) kinds: &'a Kinds,
    pub(super) others: &'a Others,
}

impl<'a> Events<'a> {
    pub(super) fn at(&self, index: u32) -> Option<&'a Activity> {
        self.activities.get(index as usize)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &'a Activity> {
        let activities = self.activities;
        self.timeline.order.iter().filter_map(move |index| activities.get(*index as usize))
    }

    /// How many of a kind happened from one moment to another, both included. O(log n), but for the first time that a
    /// script makes up the name of a kind, which sorts those that no rule names.
    pub(super) fn count(&self, kind: &str, since: DateTime<Utc>, until: DateTime<Utc>) -> usize {
        let number = self.kinds.find(kind);
        if number == OTHER_KIND {
            return self.count_others(kind, since, until);
        }
        let own = self.of_kind(number);
        let is = |index: u32, test: &dyn Fn(DateTime<Utc>) -> bool| {
            self.at(index).is_some_and(|one| test(one.time))
        };
        let begin = own.partition_point(|index| is(*index, &|time| time < since));
        let end = own.partition_point(|index| is(*index, &|time| time <= until));
        end.saturating_sub(begin)
    }

    #[cold]
    fn count_others(&self, kind: &str, since: DateTime<Utc>, until: DateTime<Utc>) -> usize {
        let EventOrder { order, kinds, .. } = self.timeline;
        if order.len() <= FEW {
            let counts = |one: &&Activity| one.kind == kind && since <= one.time && one.time <= until;
            return self.iter().filter(counts).count();
        }
        let key = |index: &u32| self.at(*index).map(|one| (one.kind.as_str(), one.time));
        let sorted = self.others.0.get_or_init(|| {
            let others = order.iter().zip(kinds).filter(|(_, kind)| **kind == OTHER_KIND);
            let mut others: Vec<u32> = others.map(|(index, _)| *index).collect();
            crate::order::sort_by(&mut others, |a, b| key(a).cmp(&key(b)));
            others
        });
        let begin = sorted.partition_point(|index| key(index) < Some((kind, since)));
        let end = sorted.partition_point(|index| key(index) <= Some((kind, until)));
        end.saturating_sub(begin)
    }

    /// Indices of the activities of a kind.
    pub(super) fn of_kind(&self, kind: u32) -> &'a [u32] {
        let bound = |kind: u32| self.timeline.starts.get(kind as usize).map(|start| *start as usize);
        let range = bound(kind).zip(kind.checked_add(1).and_then(bound));
        range.and_then(|(from, until)| self.timeline.by_kind.get(from..until)).unwrap_or_default()
    }
}
