//! Deadlines of one name under several policies: which of them acts, and which is missed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::rules::NodeKind;
use super::track::Track;
use crate::model::RuleId;

/// The order of two deadlines of one name: the earliest due first.
fn rank<'t>(track: &'t Track<'_>) -> (bool, Option<DateTime<Utc>>, &'t RuleId) {
    (track.due_at().is_none(), track.due_at(), &track.policy.rules.id)
}

/// Of nodes with one name and kind in several policies, the earliest due acts until it is done: the others stand aside, and
/// are missed only if it was not. An act that meets it and leaves another open ends that: then the other acts.
///
/// O(n·log n) in the tracks whose names several policies share.
pub(super) fn settle(tracks: &mut [Track<'_>]) {
    // By policy, in the order of their starts: one follows the other.
    let mut groups: BTreeMap<(usize, &str, NodeKind), BTreeMap<&RuleId, Vec<usize>>> = BTreeMap::new();
    for (index, track) in tracks.iter().enumerate() {
        let group = groups.entry((track.run, track.node.id.as_str(), track.node.kind)).or_default();
        group.entry(&track.policy.rules.id).or_default().push(index);
    }
    let mut found = Vec::new();
    for group in groups.values().filter(|group| group.len() > 1) {
        for (policy, own) in group {
            let others = || group.iter().filter(|(other, _)| other != &policy).map(|(_, rivals)| rivals);
            for index in own {
                let Some(track) = tracks.get(*index) else { continue };
                let rivals = others().flat_map(|rivals| overlapping(tracks, rivals, track));
                let earlier: Vec<&Track<'_>> = rivals.filter(|rival| rank(rival) < rank(track)).collect();
                let acts = |rival: &&&Track<'_>| {
                    rival.done.is_none_or(|at| track.done.is_some_and(|done| done <= at))
                };
                let first = earlier.iter().filter(acts).min_by_key(|rival| rank(rival));
                let first = first.map(|rival| rival.policy.rules.id.clone());
                let is_missed = earlier.iter().any(|rival| rival.missed().is_some());
                found.push((*index, first, is_missed));
            }
        }
    }
    for (index, first, is_missed) in found {
        if let Some(track) = tracks.get_mut(index) {
            (track.superseded_by, track.is_counted) = (first, !is_missed);
        }
    }
}

/// The tracks of another policy that ran while this one did.
fn overlapping<'t, 'a>(
    tracks: &'t [Track<'a>],
    rivals: &'t [usize],
    track: &'t Track<'a>,
) -> impl Iterator<Item = &'t Track<'a>> {
    let begins_later = |index: &usize| {
        let start = tracks.get(*index).map(|rival| rival.start);
        track.end().is_some_and(|end| start.is_none_or(|start| start > end))
    };
    let later = rivals.partition_point(|index| !begins_later(index));
    let before = rivals.get(..later).unwrap_or_default().iter().rev().filter_map(|index| tracks.get(*index));
    // Each ends before the next begins, so none before the first that is over lasts still.
    before.take_while(|rival| rival.end().is_none_or(|end| end >= track.start))
}
