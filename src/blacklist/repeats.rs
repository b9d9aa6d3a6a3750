//! Earlier leads: the first of a submission, and bursts.

use std::collections::BTreeSet;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::found::Found;
use super::keys::{Submitted, WindowKey, burst_keys, origin};
use super::message::Message;
use super::reason::{BurstUsual, HitReason};
use super::state::{Seen, WindowState, from_millis};
use super::window_rules::{BurstBaseline, BurstCheck, ResubmissionCheck, SubmissionKey};
use crate::calendar::Span;
use crate::model::{CampaignId, LeadId};
use crate::rule::Facts;

/// The keys of the burst rules that a check has reached, so that they are made once, and how long each is kept.
#[derive(Default)]
pub(super) struct Bursts {
    pub(super) rules: usize,
    pub(super) keys: Vec<(WindowKey, i64)>,
}

pub(super) fn millis(window: Span) -> i64 {
    i64::from(window.as_seconds()) * 1_000
}

/// How long a lead counts for a rule, in milliseconds: in the window, and as what was usual before it.
pub(super) fn kept(check: &BurstCheck) -> i64 {
    millis(check.window) + check.baseline.as_ref().map_or(0, |baseline| millis(baseline.over))
}

/// Whether the campaign of a lead was announced, by its name or by that of the link that was followed. A compiled check has
/// the announced ones as [origins](origin).
pub(super) fn is_announced(check: &BurstCheck, facts: &Facts<'_>) -> bool {
    let lead = facts.lead();
    let names = [lead.source.campaign.as_ref().map(CampaignId::as_str), lead.utm.campaign.as_deref()];
    !check.announced.is_empty()
        && names.into_iter().flatten().filter_map(origin).any(|name| check.announced.contains(name.as_str()))
}

pub(super) fn first_submission(
    check: &ResubmissionCheck,
    keys: &[Submitted],
    facts: &Facts<'_>,
    windows: &WindowState,
    at: i64,
) -> Option<Found> {
    let own = &facts.lead().id;
    let mut first: Option<(&Seen, SubmissionKey)> = None;
    for known in keys.iter().filter(|known| check.by.contains(&known.by)) {
        let near = at.saturating_sub(millis(check.window))..=at;
        // Ordered by time and lead: the first that fits is the earliest. A lead repeats only what comes before it, so
        // no two leads repeat each other.
        let is_before =
            |seen: &&Seen| seen.until >= at && seen.lead != *own && (seen.at, &seen.lead) < (at, own);
        if let Some(seen) = windows.seen(known.key, near).find(is_before)
            && first.is_none_or(|(earliest, _)| (seen.at, &seen.lead) < (earliest.at, &earliest.lead))
            && !known.is_invented(facts)
        {
            first = Some((seen, known.by));
        }
    }
    let (seen, by) = first?;
    let reason = HitReason::Resubmission { first: seen.lead.clone(), at: from_millis(seen.at), by };
    Some(Found::whole(reason))
}

pub(super) fn burst(
    check: &BurstCheck,
    space: WindowKey,
    facts: &Facts<'_>,
    message: &Message<'_>,
    windows: &WindowState,
    at: i64,
    bursts: &mut Bursts,
) -> Vec<Found> {
    let mut found = Vec::new();
    bursts.rules += 1;
    if is_announced(check, facts) {
        return found;
    }
    let own = &facts.lead().id;
    let needed = check.count as usize;
    let (kept, start) = (kept(check), at.saturating_sub(millis(check.window)));
    burst_keys(facts, check.by, space, message, |key, field, index| {
        bursts.keys.push((key, kept));
        let seen = windows.seen(key, start..=at);
        if seen.len() + 1 < needed {
            return;
        }
        let mut counted = FxHashSet::with_capacity_and_hasher(seen.len(), FxBuildHasher);
        let others = seen.filter(|seen| seen.until >= at && seen.lead != *own).map(|seen| &seen.lead);
        let others: Vec<&LeadId> = others.filter(|lead| counted.insert(*lead)).collect();
        let count = others.len() + 1;
        if count < needed {
            return;
        }
        let usual =
            check.baseline.as_ref().and_then(|baseline| usual(baseline, key, start, at, windows, own));
        let ratio = check.baseline.as_ref().map_or(0.0, |baseline| baseline.ratio);
        let is_burst = |count: usize| {
            count >= needed && usual.is_none_or(|usual| usual.is_exceeded(count, check.window, ratio))
        };
        if is_burst(count) {
            let begins = !is_burst(count - needed);
            // The hits of the leads before this one name those further back: a flood stays cheap.
            let from = if begins { 0 } else { others.len().saturating_sub(needed) };
            let earlier = others.into_iter().skip(from).cloned().collect();
            let reason =
                HitReason::Burst { by: check.by, count, window: check.window, earlier, begins, usual };
            found.push(Found::at(field, index, None, reason));
        }
    });
    found
}

/// What an origin brought before a window; `None` when the windows do not reach back before its start.
fn usual(
    baseline: &BurstBaseline,
    key: WindowKey,
    start: i64,
    at: i64,
    windows: &WindowState,
    own: &LeadId,
) -> Option<BurstUsual> {
    let from = start.saturating_sub(millis(baseline.over));
    // Of a key with as many leads as are kept, the older ones are gone.
    let from = windows.full_since(key).map_or(from, |oldest| oldest.max(from));
    let seconds = u32::try_from(start.saturating_sub(from) / 1_000).ok().filter(|seconds| *seconds > 0)?;
    let before = windows.seen(key, from..=start.saturating_sub(1));
    let leads: BTreeSet<&LeadId> =
        before.filter(|seen| seen.until >= at && seen.lead != *own).map(|seen| &seen.lead).collect();
    Some(BurstUsual { leads: leads.len(), within: Span::seconds(seconds) })
}

impl BurstUsual {
    /// Whether so many leads in a window are at least `ratio` times as many as usual.
    fn is_exceeded(self, count: usize, window: Span, ratio: f64) -> bool {
        let of = |leads: usize, span: Span| leads as f64 * f64::from(span.as_seconds());
        of(count, self.within) >= ratio * of(self.leads, window)
    }
}
