//! Who had to work on a lead, and when: the runs of its owners.

use chrono::{DateTime, Utc};

use crate::model::{Acquisition, LeadStatus, Pause, RepId, Tenure, TenureEnd};
use crate::rule::Facts;

/// One owner's time with a lead, from a real change of owner to the next; or the time of a lead nobody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) kind: RunKind,
    /// Who has to act; `None` when nobody holds the lead.
    pub(super) owner: Option<RepId>,
    /// T.
    pub(super) from: DateTime<Utc>,
    /// When it ended; `None` while it lasts.
    pub(super) until: Option<DateTime<Utc>>,
    /// How it ended.
    pub(super) end: Option<TenureEnd>,
    /// Who stood in, and when: their follow-ups count, and the owner's clock stands.
    pub(super) covers: Vec<Cover>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunKind {
    /// Of an owner.
    Owner,
    /// Of who stands in for an owner.
    Cover,
    /// Of a lead without an owner.
    Pool,
    /// Of the whole cycle, whoever held the lead.
    Cycle,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cover {
    pub(super) rep: RepId,
    pub(super) from: DateTime<Utc>,
    pub(super) until: Option<DateTime<Utc>>,
}

impl Cover {
    fn is_of(&self, rep: &RepId, at: DateTime<Utc>) -> bool {
        self.rep == *rep && self.from <= at && self.until.is_none_or(|until| at <= until)
    }
}

impl Run {
    fn new(kind: RunKind, owner: Option<RepId>, from: DateTime<Utc>) -> Run {
        Run { kind, owner, from, until: None, end: None, covers: Vec::new() }
    }

    pub(super) fn is_open(&self) -> bool {
        self.until.is_none()
    }

    /// Whether what a rep does at a moment counts: who stands in counts while he does.
    pub(super) fn is_of(&self, rep: &RepId, at: DateTime<Utc>) -> bool {
        match self.kind {
            RunKind::Cycle | RunKind::Pool => true,
            RunKind::Owner | RunKind::Cover => {
                self.owner.as_ref() == Some(rep) || self.covers.iter().any(|cover| cover.is_of(rep, at))
            }
        }
    }

    /// The times in which the owner's clock stands because somebody stood in.
    pub(super) fn covered(&self) -> impl Iterator<Item = Pause> {
        self.covers.iter().map(|cover| Pause {
            from: cover.from,
            until: cover.until,
            reason: format!("covered by {}", cover.rep),
        })
    }
}

/// A tenure as it is known at a moment: its end may lie after.
fn known(tenure: &Tenure, now: DateTime<Utc>) -> (Option<DateTime<Utc>>, Option<TenureEnd>) {
    match tenure.until.filter(|until| *until <= now) {
        Some(until) => (Some(until), tenure.end),
        None => (None, None),
    }
}

/// When the cycle began.
pub(super) fn cycle_start(facts: &Facts<'_>) -> DateTime<Utc> {
    facts.history().cycle_started_at.unwrap_or(facts.lead().created_at)
}

/// The times in which nobody held the lead.
fn gaps(
    since: DateTime<Utc>,
    held: impl Iterator<Item = (DateTime<Utc>, Option<DateTime<Utc>>)>,
    is_held: bool,
) -> Vec<Run> {
    let (mut gaps, mut free) = (Vec::new(), Some(since));
    for (from, until) in held {
        if let Some(start) = free.filter(|start| *start < from) {
            gaps.push(Run { until: Some(from), ..Run::new(RunKind::Pool, None, start) });
        }
        free = free.and_then(|start| until.map(|until| until.max(start)));
    }
    if let Some(start) = free.filter(|_| !is_held) {
        gaps.push(Run::new(RunKind::Pool, None, start));
    }
    gaps
}

/// The runs of the cycle: of its owners, of who stood in, of the times between, and of the whole cycle. What comes after
/// `now` is not known.
///
/// O(n·log n) in the tenures.
pub(super) fn runs(facts: &Facts<'_>) -> Vec<Run> {
    let (lead, history, now) = (facts.lead(), facts.history(), facts.now());
    let since = cycle_start(facts);
    let in_cycle = |tenure: &&Tenure| {
        let belongs = history.cycle_started_at.is_none_or(|start| start <= tenure.from);
        belongs && tenure.from <= now && tenure.end != Some(TenureEnd::Revoked)
    };
    let mut tenures: Vec<&Tenure> = history.tenures.iter().filter(in_cycle).collect();
    tenures.sort_by_key(|tenure| tenure.from);
    let mut runs: Vec<Run> = Vec::new();
    for tenure in tenures.iter().filter(|one| one.acquisition != Acquisition::Cover) {
        let (until, end) = known(tenure, now);
        match runs.last_mut() {
            // Given back and taken again with nobody in between: the time he had goes on.
            Some(last) if last.owner.as_ref() == Some(&tenure.owner) => {
                (last.until, last.end) = (until, end);
            }
            _ => {
                let owner = Some(tenure.owner.clone());
                runs.push(Run { until, end, ..Run::new(RunKind::Owner, owner, tenure.from) });
            }
        }
    }
    // A host that keeps no tenures, or not this one. An owner who comes later is not his owner yet.
    let is_past = history.tenures.iter().any(|tenure| tenure.from > now);
    if !is_past
        && runs.last().is_none_or(|last| last.until.is_some())
        && let Some(owner) = &lead.owner
    {
        let from = runs.last().and_then(|last| last.until).unwrap_or(since);
        match runs.last_mut() {
            Some(last) if last.owner.as_ref() == Some(owner) => (last.until, last.end) = (None, None),
            _ => runs.push(Run::new(RunKind::Owner, Some(owner.clone()), from)),
        }
    }
    for tenure in tenures.iter().filter(|one| one.acquisition == Acquisition::Cover) {
        let (until, end) = known(tenure, now);
        let cover = Cover { rep: tenure.owner.clone(), from: tenure.from, until };
        let meets = |run: &&mut Run| {
            run.kind == RunKind::Owner
                && run.from <= tenure.from
                && run.until.is_none_or(|until| tenure.from < until)
        };
        if let Some(run) = runs.iter_mut().rev().find(meets) {
            run.covers.push(cover);
        }
        let owner = Some(tenure.owner.clone());
        runs.push(Run { until, end, ..Run::new(RunKind::Cover, owner, tenure.from) });
    }
    let holder = runs.iter().rev().find(|run| run.is_open() && run.kind == RunKind::Owner);
    let holder = holder.and_then(|run| run.owner.clone());
    let held = tenures.iter().filter(|one| one.acquisition != Acquisition::Cover);
    runs.extend(gaps(since, held.map(|one| (one.from, known(one, now).0)), holder.is_some()));
    runs.push(Run::new(RunKind::Cycle, holder, since));
    if lead.has_ended() || !lead.is_on_file() {
        let at = last_known(facts);
        let end = match lead.status {
            LeadStatus::Converted => Some(TenureEnd::Converted),
            LeadStatus::Invalid => Some(TenureEnd::Invalid),
            LeadStatus::Voided => Some(TenureEnd::Voided),
            _ => None,
        };
        for run in runs.iter_mut().filter(|run| run.is_open()) {
            (run.until, run.end) = (Some(at.max(run.from)), end);
        }
    }
    runs
}

/// The last thing that is known of a lead: when one that has ended did so at the latest.
fn last_known(facts: &Facts<'_>) -> DateTime<Utc> {
    let (history, now) = (facts.history(), facts.now());
    let tenures = history.tenures.iter().flat_map(|one| [Some(one.from), one.until]).flatten();
    let times = tenures
        .chain(history.stage_entries.iter().map(|one| one.at))
        .chain(history.follow_ups.iter().map(|one| one.time))
        .chain(facts.activities().iter().map(|one| one.time));
    times.filter(|at| *at <= now).fold(cycle_start(facts), DateTime::max)
}
