//! Finds recorded touches that are copies of one touch.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::channel::Way;
use super::records::Origin;
use super::sets::RecordSets;
use crate::disjoint::DisjointSets;
use crate::model::{ActivityId, RecordRef, Touch};

/// A touch of a customer.
pub(super) struct Placed<'a> {
    pub(super) touch: &'a Touch,
    pub(super) customer: usize,
    pub(super) record: RecordRef,
    pub(super) origin: Origin,
    pub(super) way: Way,
}

/// A property that makes two touches of a customer one: their id, or who was reached how and when.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Id(String),
    Activity(String),
    Person(usize, Way, DateTime<Utc>),
    Record(RecordRef, Way, DateTime<Utc>),
}

/// The id of a touch, and of the activity that it is.
fn ids_of(touch: &Touch) -> impl Iterator<Item = Identity> {
    let given = |id: &Option<ActivityId>| {
        id.as_ref().filter(|id| !id.is_blank()).map(|id| id.as_str().trim().to_owned())
    };
    given(&touch.id).map(Identity::Id).into_iter().chain(given(&touch.activity).map(Identity::Activity))
}

/// For each touch the place of the one that counts for it: of touches that ids join, also through others, the earliest,
/// and so of those without an id that are alike.
pub(super) fn counted(touches: &[Placed<'_>], persons: &mut RecordSets) -> Vec<usize> {
    let mut sets = DisjointSets::new(touches.len());
    let mut known: BTreeMap<(usize, Identity), usize> = BTreeMap::new();
    for (place, one) in touches.iter().enumerate() {
        let mut identities: Vec<Identity> = ids_of(one.touch).collect();
        // Ids distinguish touches, so time and place matter only without one.
        if identities.is_empty() {
            let (way, time) = (one.way.clone(), one.touch.time);
            identities.push(match persons.of(&one.record) {
                Some(person) => Identity::Person(person, way, time),
                None => Identity::Record(one.record.clone(), way, time),
            });
        }
        for identity in identities {
            // Within one customer: equal touches of two customers are two touches.
            let other = *known.entry((one.customer, identity)).or_insert(place);
            sets.join(other, place);
        }
    }
    // Not by the order in which they are handed in, which must change nothing.
    let order = |place: usize| touches.get(place).map(|one| (one.touch.time, &one.way, &one.record, place));
    let mut earliest: BTreeMap<usize, usize> = BTreeMap::new();
    for place in 0..touches.len() {
        let counted = earliest.entry(sets.find(place)).or_insert(place);
        if order(place) < order(*counted) {
            *counted = place;
        }
    }
    (0..touches.len()).map(|place| earliest.get(&sets.find(place)).copied().unwrap_or(place)).collect()
}
