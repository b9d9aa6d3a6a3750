//! Who had to work on a lead, and when: the runs of its owners.

use chrono::{DateTime, Utc};

use crate::model::{Acquisition, LeadStatus, Pause, RepId, Tenure, TenureEnd};
use crate::rule::Facts;

/// One owner's time with a lead, from a real change of owner to the next; or the time of a lead nobody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) kind: RunKind,
    /// The rep who has to act; `None` when nobody holds the lead.
    pub(super) owner: Option<RepId>,
    /// T, or when the lead came on file, or the rules into force, if that was later.
    pub(super) from: DateTime<Utc>,
    /// T, whatever the rules were.
    pub(super) began: DateTime<Utc>,
    /// When it ended; `None` while it lasts.
    pub(super) until: Option<DateTime<Utc>>,
    /// How it ended.
    pub(super) end: Option<TenureEnd>,
    /// The reps who stood in, and when: their follow-ups count, and the owner's clock is paused.
    pub(super) covers: Vec<Cover>,
    /// When the owner had given the lead back: nobody is judged for time in which they did not hold it.
    pub(super) gaps: Vec<Pause>,
    /// Of a cover: the run it stands in for.
    pub(super) covered: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunKind {
    /// Of an owner.
    Owner,
    /// Of a rep who stands in for an owner.
    Cover,
    /// Of a lead without an owner.
    Pool,
    /// Of the whole cycle, whoever held the lead.
    Cycle,
    /// Of a customer: of the rep who keeps in touch after the lead was converted.
    Customer,
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
        Run {
            kind,
            owner,
            from,
            began: from,
            until: None,
            end: None,
            covers: Vec::new(),
            gaps: Vec::new(),
            covered: None,
        }
    }

    /// Nothing counts before a moment: the row of an import came on file then, or the rules came into force.
    fn counts_from(&mut self, floor: DateTime<Utc>) {
        self.from = self.from.max(self.until.map_or(floor, |until| until.min(floor)));
    }

    pub(super) fn is_open(&self) -> bool {
        self.until.is_none()
    }

    /// Whether what a rep does at a moment counts: a rep who stands in counts while they do.
    pub(super) fn is_of(&self, rep: &RepId, at: DateTime<Utc>) -> bool {
        match self.kind {
            RunKind::Cycle | RunKind::Pool => true,
            RunKind::Owner | RunKind::Cover | RunKind::Customer => {
                self.owner.as_ref() == Some(rep) || self.covers.iter().any(|cover| cover.is_of(rep, at))
            }
        }
    }

    /// The times in which the owner's clock is paused: somebody stood in, or the owner had given the lead back.
    pub(super) fn stands(&self) -> impl Iterator<Item = Pause> {
        let covered = self.covers.iter().map(|cover| Pause {
            from: cover.from,
            until: cover.until,
            reason: format!("covered by {}", cover.rep),
        });
        covered.chain(self.gaps.iter().cloned())
    }

    /// An owner's tenure is the next part of this run: nobody had the lead in between, and it was not taken from the owner.
    fn continues_with(&self, owner: &RepId) -> bool {
        self.owner.as_ref() == Some(owner) && self.end != Some(TenureEnd::Recycled)
    }

    /// The same owner has it again.
    fn go_on(&mut self, from: DateTime<Utc>) {
        if let Some(until) = self.until.filter(|until| *until < from) {
            let owner = self.owner.as_ref().map_or("-", RepId::as_str);
            let reason = format!("given back by {owner}");
            self.gaps.push(Pause { from: until, until: Some(from), reason });
        }
        (self.until, self.end) = (None, None);
    }

    /// Another rep has the lead from a moment on, even if a tenure was left open.
    fn end_by(&mut self, at: DateTime<Utc>) {
        if self.until.is_none_or(|until| until > at) {
            (self.until, self.end) = (Some(at), Some(TenureEnd::HandedOver));
        }
    }
}

/// A tenure as it is known at a moment: its end may be later.
fn known(tenure: &Tenure, now: DateTime<Utc>) -> (Option<DateTime<Utc>>, Option<TenureEnd>) {
    match tenure.until.filter(|until| *until <= now) {
        Some(until) => (Some(until), tenure.end),
        None => (None, None),
    }
}

/// When the cycle began. That of an imported row does so with the import, however old the row is.
pub(super) fn cycle_start(facts: &Facts<'_>) -> DateTime<Utc> {
    facts.history().cycle_started_at.unwrap_or_else(|| facts.lead().on_file_since())
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

/// The runs of the cycle: of its owners, of the reps who stood in, of the times between, and of the whole cycle; of a
/// customer also the time after. What comes after `now` is not known. `ended_at` is when a lead ended that does not live,
/// as far as known. Nothing counts before the row of an import came on file, nor before `live_since`.
///
/// O(n·log n) in the tenures.
pub(super) fn runs(
    facts: &Facts<'_>,
    is_live: bool,
    ended_at: Option<DateTime<Utc>>,
    live_since: Option<DateTime<Utc>>,
) -> Vec<Run> {
    let (history, now) = (facts.history(), facts.now());
    let in_cycle = |tenure: &&Tenure| {
        let belongs = history.cycle_started_at.is_none_or(|start| start <= tenure.from);
        belongs && tenure.from <= now && tenure.end != Some(TenureEnd::Revoked)
    };
    let mut tenures: Vec<&Tenure> = history.tenures.iter().filter(in_cycle).collect();
    tenures.sort_by_key(|tenure| tenure.from);
    let (covers, held): (Vec<&Tenure>, Vec<&Tenure>) =
        tenures.into_iter().partition(|one| one.is_beside_owner());
    let mut runs = owners(facts, &held);
    cover(&mut runs, &covers, now);
    let holder = runs.iter().rev().find(|run| run.is_open() && run.kind == RunKind::Owner);
    let holder = holder.and_then(|run| run.owner.clone());
    let since = cycle_start(facts);
    runs.extend(gaps(since, held.iter().map(|one| (one.from, known(one, now).0)), holder.is_some()));
    runs.push(Run::new(RunKind::Cycle, holder, since));
    if !is_live {
        end(&mut runs, facts, ended_at);
    }
    if let Some(floor) = facts.lead().filed_at.max(live_since) {
        runs.iter_mut().for_each(|run| run.counts_from(floor));
    }
    runs
}

/// The runs of the owners, by time.
fn owners(facts: &Facts<'_>, held: &[&Tenure]) -> Vec<Run> {
    let (lead, history, now) = (facts.lead(), facts.history(), facts.now());
    let mut runs: Vec<Run> = Vec::new();
    for tenure in held {
        let (until, end) = known(tenure, now);
        match runs.last_mut() {
            Some(last) if last.continues_with(&tenure.owner) => {
                last.go_on(tenure.from);
                (last.until, last.end) = (until, end);
            }
            last => {
                if let Some(last) = last {
                    last.end_by(tenure.from);
                }
                let owner = Some(tenure.owner.clone());
                runs.push(Run { until, end, ..Run::new(RunKind::Owner, owner, tenure.from) });
            }
        }
    }
    // The host keeps no tenures, or not this one. An owner who comes later is not its owner yet.
    let is_past = history.tenures.iter().any(|tenure| tenure.from > now);
    if !is_past
        && runs.last().is_none_or(|last| last.until.is_some())
        && let Some(owner) = &lead.owner
    {
        let from = runs.last().and_then(|last| last.until).unwrap_or_else(|| cycle_start(facts));
        match runs.last_mut() {
            Some(last) if last.owner.as_ref() == Some(owner) => (last.until, last.end) = (None, None),
            _ => runs.push(Run::new(RunKind::Owner, Some(owner.clone()), from)),
        }
    }
    runs
}

/// Adds the runs of the reps who stood in. Nobody stands in for an owner who has lost the lead. What a partner does is due
/// by the time that it was passed on with; the owner's clock is paused meanwhile.
fn cover(runs: &mut Vec<Run>, covers: &[&Tenure], now: DateTime<Utc>) {
    for tenure in covers {
        let (mut until, mut end) = known(tenure, now);
        let meets = |run: &Run| {
            run.kind == RunKind::Owner
                && run.from <= tenure.from
                && run.until.is_none_or(|until| tenure.from < until)
        };
        let covered = runs.iter().rposition(meets);
        if let Some(run) = covered.and_then(|index| runs.get_mut(index)) {
            if let Some(lost) = run.until.filter(|lost| until.is_none_or(|until| *lost < until)) {
                (until, end) = (Some(lost), run.end);
            }
            run.covers.push(Cover { rep: tenure.owner.clone(), from: tenure.from, until });
        }
        if tenure.acquisition == Acquisition::PassedOn {
            continue;
        }
        let owner = Some(tenure.owner.clone());
        runs.push(Run { until, end, covered, ..Run::new(RunKind::Cover, owner, tenure.from) });
    }
}

/// Ends the runs of a lead that has ended, and begins the one of a customer.
fn end(runs: &mut Vec<Run>, facts: &Facts<'_>, ended_at: Option<DateTime<Utc>>) {
    let lead = facts.lead();
    let at = ended_at.filter(|at| *at <= facts.now()).unwrap_or_else(|| last_known(facts));
    let end = match lead.status {
        LeadStatus::Converted => Some(TenureEnd::Converted),
        LeadStatus::Invalid => Some(TenureEnd::Invalid),
        LeadStatus::Voided => Some(TenureEnd::Voided),
        _ => None,
    };
    for run in runs.iter_mut().filter(|run| run.is_open()) {
        (run.until, run.end) = (Some(at.max(run.from)), end);
    }
    if lead.status == LeadStatus::Converted && lead.is_on_file() {
        let converted = runs.iter().filter(|run| run.end == Some(TenureEnd::Converted));
        let from = converted.filter_map(|run| run.until).max().unwrap_or(at);
        let last = runs.iter().rev().find(|run| run.kind == RunKind::Owner);
        let owner = lead.owner.clone().or_else(|| last.and_then(|run| run.owner.clone()));
        runs.push(Run::new(RunKind::Customer, owner, from));
    }
}

/// The last thing that is known of a lead: when one that has ended did so at the latest.
pub(super) fn last_known(facts: &Facts<'_>) -> DateTime<Utc> {
    let (history, now) = (facts.history(), facts.now());
    let tenures = history.tenures.iter().flat_map(|one| [Some(one.from), one.until]).flatten();
    let times = tenures
        .chain(history.stage_entries.iter().map(|one| one.at))
        .chain(history.follow_ups.iter().map(|one| one.time))
        .chain(facts.activities().iter().map(|one| one.time));
    times.filter(|at| *at <= now).fold(cycle_start(facts), DateTime::max)
}
