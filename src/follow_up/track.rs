//! A deadline of one owner: when it began, when it is due, when it was met.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::clocks::{due, merged, seconds};
use super::engine::Policy;
use super::options::FollowUpOptions;
use super::rules::{Anchor, MetBy, NodeKind, NodeRules, Rung};
use super::runs::{Run, RunKind};
use crate::calendar::{Calendar, CalendarError};
use crate::model::{FollowUpKind, Pause, PoolKind, RuleId};
use crate::rule::Facts;

/// What a lead's life says, as far as it is known now.
pub(super) struct Known<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) options: &'a FollowUpOptions,
    /// Those of the options that have begun.
    pub(super) pauses: Vec<Pause>,
    pub(super) key_fields: &'a BTreeSet<String>,
    /// The kind of the pool the lead lies in.
    pub(super) pool: Option<PoolKind>,
}

/// A moment, none while a pause lasts, or what keeps the calendar from telling.
pub(super) type When = Result<Option<DateTime<Utc>>, CalendarError>;

pub(super) struct Track<'a> {
    pub(super) policy: &'a Policy,
    pub(super) node: &'a NodeRules,
    pub(super) calendar: &'a Calendar,
    /// Index of the run.
    pub(super) run: usize,
    pub(super) start: DateTime<Utc>,
    pub(super) due: When,
    pub(super) pauses: Vec<Pause>,
    pub(super) done: Option<DateTime<Utc>>,
    /// When the run ended, or the clock began anew.
    pub(super) closed: Option<DateTime<Utc>>,
    /// Whether the clock has not begun anew since.
    pub(super) is_last: bool,
    /// The policy whose deadline of this name is due earlier.
    pub(super) superseded_by: Option<RuleId>,
}

impl Track<'_> {
    pub(super) fn is_open(&self) -> bool {
        self.done.is_none() && self.closed.is_none()
    }

    /// When somebody was too late, whether or not it is done by now.
    pub(super) fn missed(&self) -> Option<DateTime<Utc>> {
        let due = self.due.as_ref().ok().copied().flatten()?;
        let is_missed = self.node.kind != NodeKind::Remind
            && self.done.is_none_or(|done| done > due)
            && self.closed.is_none_or(|closed| closed > due);
        is_missed.then_some(due)
    }

    /// The moment its allowance is counted from: the start, or the anchor that it comes before.
    pub(super) fn counted_from(&self, known: &Known<'_>) -> DateTime<Utc> {
        let anchor = if self.node.before { fixed(self.node, known) } else { None };
        anchor.unwrap_or(self.start)
    }

    /// When a rung is reached.
    pub(super) fn rung(&self, rung: &Rung, known: &Known<'_>) -> When {
        if self.node.before {
            let anchor = fixed(self.node, known);
            return anchor.map_or(Ok(None), |anchor| {
                self.calendar.subtract(anchor, rung.within, self.node.clock()).map(|due| Some(due.at()))
            });
        }
        due(self.calendar, self.start, rung.within, self.node.clock(), &self.pauses)
    }
}

/// The anchor that is one moment of the future or the past.
fn fixed(node: &NodeRules, known: &Known<'_>) -> Option<DateTime<Utc>> {
    match &node.anchor {
        Anchor::ContractEnd => known.options.contract_end,
        Anchor::Date(at) => Some(*at),
        _ => None,
    }
}

/// The tracks of a node in one run, by start.
///
/// O(n·log n) in the follow-ups, activities and stages.
pub(super) fn tracks<'a>(
    policy: &'a Policy,
    node: &'a NodeRules,
    calendar: &'a Calendar,
    (index, run): (usize, &Run),
    known: &Known<'_>,
) -> Vec<Track<'a>> {
    let met_by = node.met_by();
    let starts = starts(node, run, &met_by, known);
    if starts.is_empty() {
        return Vec::new();
    }
    let mut pauses: Vec<Pause> = if node.pauses { known.pauses.clone() } else { Vec::new() };
    pauses.extend(run.covered());
    let pauses = merged(pauses);
    let follow_ups = follow_ups(&met_by, run, known);
    let stages = sorted(known.facts.history().stage_entries.iter().filter_map(|entry| {
        (met_by.stages.contains(&entry.stage) && entry.at <= known.facts.now()).then_some(entry.at)
    }));
    let end = run.until.filter(|_| run.end.is_some_and(|end| met_by.ends.contains(&end)));
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    let mut tracks = Vec::with_capacity(starts.len());
    for (start, next) in starts.iter().copied().zip(ends) {
        let closed = next.into_iter().chain(run.until).min();
        let mut at = match node.before {
            true => fixed(node, known).map_or(Ok(None), |anchor| {
                calendar.subtract(anchor, node.within, node.clock()).map(|due| Some(due.at()))
            }),
            false => due(calendar, start, node.within, node.clock(), &pauses),
        };
        let start = if node.before { counts_from(node, run, &at, known) } else { start };
        // The follow-up that starts a clock does not stop it.
        let from = |times: &[DateTime<Utc>], is_after: bool| {
            let first = times.partition_point(|at| if is_after { *at <= start } else { *at < start });
            times.get(first).copied().filter(|at| closed.is_none_or(|closed| *at <= closed))
        };
        let restarts = node.anchor == Anchor::LastFollowUp;
        let done = [
            from(&follow_ups, restarts),
            from(&stages, false),
            end.filter(|end| next.is_none_or(|next| *end < next)),
        ];
        let done = done.into_iter().flatten().min();
        if node.planned_moves
            && let (Ok(Some(due)), Some(planned)) = (&mut at, known.facts.lead().next_follow_up)
        {
            *due = planned.max(*due);
        }
        // Who came after it was due is not late.
        if node.before && at.as_ref().is_ok_and(|due| due.is_some_and(|due| due <= run.from)) {
            continue;
        }
        let pauses = pauses
            .iter()
            .filter(|pause| pause.until.is_none_or(|until| until > start))
            .filter(|pause| at.as_ref().ok().copied().flatten().is_none_or(|due| pause.from < due))
            .cloned()
            .collect();
        tracks.push(Track {
            policy,
            node,
            calendar,
            run: index,
            start,
            due: at,
            pauses,
            done,
            closed: closed.filter(|_| done.is_none()),
            is_last: next.is_none(),
            superseded_by: None,
        });
    }
    tracks
}

/// What is due before a moment is met by what is done in the time before it: twice the longest allowance, and at the
/// deadline at the latest.
fn counts_from(node: &NodeRules, run: &Run, due: &When, known: &Known<'_>) -> DateTime<Utc> {
    let longest = node.ladder.iter().map(|rung| seconds(rung.within)).fold(seconds(node.within), i64::max);
    let window = fixed(node, known).and_then(|at| at.checked_sub_signed(TimeDelta::seconds(2 * longest)));
    let due = due.as_ref().ok().copied().flatten();
    window.into_iter().chain(due).min().unwrap_or(run.from).max(run.from)
}

fn sorted(times: impl Iterator<Item = DateTime<Utc>>) -> Vec<DateTime<Utc>> {
    let mut times: Vec<DateTime<Utc>> = times.collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// Follow-ups that meet a node, by time.
fn follow_ups(met_by: &MetBy, run: &Run, known: &Known<'_>) -> Vec<DateTime<Utc>> {
    let now = known.facts.now();
    let counts = known.facts.history().follow_ups.iter().filter(|one| {
        let is_key_field = one.kind != FollowUpKind::KeyFieldEdit
            || known.key_fields.is_empty()
            || one.key_fields_changed.iter().any(|field| known.key_fields.contains(field));
        one.time <= now
            && met_by.follow_ups.contains(&one.kind)
            && is_key_field
            && run.is_of(&one.owner, one.time)
    });
    sorted(counts.map(|one| one.time))
}

/// When the clock of a node begins in a run, each time.
fn starts(node: &NodeRules, run: &Run, met_by: &MetBy, known: &Known<'_>) -> Vec<DateTime<Utc>> {
    let (history, now) = (known.facts.history(), known.facts.now());
    let works = matches!(run.kind, RunKind::Owner | RunKind::Cover);
    let lasts = |at: &DateTime<Utc>| run.until.is_none_or(|until| *at < until);
    // The stage the lead is in at a moment: of several entered at once, the last.
    let stage_at = |at: DateTime<Utc>| {
        let entered = history.stage_entries.iter().filter(|entry| entry.at <= at && entry.at <= now);
        entered.max_by_key(|entry| entry.at).map(|entry| entry.stage.as_str())
    };
    match &node.anchor {
        Anchor::OwnerChange => {
            // The owner before had done it already.
            let is_done = stage_at(run.from).is_some_and(|stage| met_by.stages.contains(stage));
            if works && !is_done { vec![run.from] } else { Vec::new() }
        }
        Anchor::Created => {
            if run.kind == RunKind::Cycle {
                vec![run.from]
            } else {
                Vec::new()
            }
        }
        Anchor::PoolEntry(kind) => {
            // In which pool it lay before is not known.
            let lies = run.kind == RunKind::Pool && run.is_open() && known.pool.as_ref() == Some(kind);
            if lies { vec![run.from] } else { Vec::new() }
        }
        Anchor::StageEntry(stage) if works => {
            let inherited = stage_at(run.from).is_some_and(|at| at == stage).then_some(run.from);
            let entered = history.stage_entries.iter().filter(|entry| entry.stage == *stage);
            let entered =
                entered.map(|entry| entry.at).filter(|at| *at <= now && *at > run.from && lasts(at));
            sorted(inherited.into_iter().chain(entered))
        }
        Anchor::LastActivity if run.kind != RunKind::Cycle => {
            let times = known.facts.activities().iter().map(|activity| activity.time);
            let times = times.filter(|at| *at <= now && *at > run.from && lasts(at));
            sorted(std::iter::once(run.from).chain(times))
        }
        Anchor::LastFollowUp if works => {
            let all = MetBy { follow_ups: FollowUpKind::ALL.iter().copied().collect(), ..MetBy::default() };
            let mut times = follow_ups(&all, run, known);
            times.retain(|at| *at >= run.from && lasts(at));
            times
        }
        Anchor::ContractEnd | Anchor::Date(_) if run.kind != RunKind::Cycle => {
            let Some(at) = fixed(node, known) else { return Vec::new() };
            // When it begins to count is known once it is known when it is due.
            let start = if node.before { run.from } else { at.max(run.from) };
            if lasts(&start) { vec![start] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}
