//! A deadline of one owner: when it began, when it is due, when it was met.

use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};

use super::clocks::{Stops, due, seconds, shifted};
use super::engine::Policy;
use super::known::Known;
use super::record::{OpenTime, PolicyTime};
use super::rules::{Anchor, MetBy, NodeKind, NodeRules, Rung};
use super::runs::{Run, RunKind};
use crate::calendar::{Calendar, CalendarError};
use crate::model::{FollowUp, Pause, RuleId, TenureEnd};

/// The stage of a lead that an opportunity came of.
const OPPORTUNITY: &str = "opportunity";

/// A moment, none while a pause lasts, or why the calendar does not know it.
pub(super) type When = Result<Option<DateTime<Utc>>, CalendarError>;

pub(super) struct Track<'a> {
    pub(super) policy: &'a Policy,
    pub(super) node: &'a NodeRules,
    pub(super) calendar: &'a Calendar,
    /// Index of the run.
    pub(super) run: usize,
    /// From when on an act meets it.
    pub(super) start: DateTime<Utc>,
    /// From when on the clock runs: not before the policy held.
    runs_from: DateTime<Utc>,
    pub(super) due: When,
    /// When a plan moved the deadline.
    planned: Option<DateTime<Utc>>,
    /// When the clock was paused before it was due.
    pub(super) pauses: Vec<Pause>,
    /// When it is paused at all: what follows from a missed deadline waits too.
    stops: Rc<Stops>,
    /// For a deadline before a moment: a rep who came after it was due is not late, and has until that moment.
    pub(super) comes_late: Option<DateTime<Utc>>,
    pub(super) done: Option<DateTime<Utc>>,
    /// When the run ended, or the clock began anew.
    pub(super) closed: Option<DateTime<Utc>>,
    /// Whether the clock has not begun anew since.
    pub(super) is_last: bool,
    /// The policy whose deadline of this name is due earlier.
    pub(super) superseded_by: Option<RuleId>,
    /// Whether another policy's deadline of this name was missed before: the step is missed once.
    pub(super) is_counted: bool,
}

impl Track<'_> {
    pub(super) fn is_open(&self) -> bool {
        self.done.is_none() && self.closed.is_none()
    }

    pub(super) fn due_at(&self) -> Option<DateTime<Utc>> {
        self.due.as_ref().ok().copied().flatten()
    }

    /// When it was done or came to an end.
    pub(super) fn end(&self) -> Option<DateTime<Utc>> {
        self.done.or(self.closed)
    }

    /// When it was missed, whether or not it is done by now.
    pub(super) fn missed(&self) -> Option<DateTime<Utc>> {
        let due = self.due_at()?;
        let is_missed = self.node.kind != NodeKind::Remind
            && self.comes_late.is_none()
            && self.done.is_none_or(|done| done > due)
            && self.closed.is_none_or(|closed| closed > due);
        is_missed.then_some(due)
    }

    /// The moment its allowance is counted from: the start, or the anchor that it comes before.
    pub(super) fn counted_from(&self, known: &Known<'_>) -> DateTime<Utc> {
        let anchor = if self.node.before { fixed(self.node, known) } else { None };
        anchor.unwrap_or(self.runs_from)
    }

    /// When a rung is reached.
    pub(super) fn rung(&self, rung: &Rung, known: &Known<'_>) -> When {
        let clock = self.node.clock();
        if self.node.before {
            let Some(anchor) = fixed(self.node, known) else { return Ok(None) };
            let at = self.calendar.subtract(anchor, rung.within, clock)?.at();
            return Ok(self.stops.held(at));
        }
        match self.planned {
            // The ladder moves with its deadline.
            Some(planned) => {
                let gap = seconds(rung.within) - seconds(self.node.within);
                shifted(self.calendar, planned, gap, clock, &self.stops)
            }
            None => due(self.calendar, self.runs_from, rung.within, clock, &self.stops),
        }
    }

    /// When the clock was paused before a moment.
    pub(super) fn pauses_before(&self, at: DateTime<Utc>) -> Vec<Pause> {
        let touches =
            |pause: &&Pause| pause.from < at && pause.until.is_none_or(|until| until > self.runs_from);
        self.stops.all().iter().filter(touches).cloned().collect()
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

/// What is due: under which policy, by which calendar, in which run, and when the policy has held.
pub(super) struct Asked<'a, 'r> {
    pub(super) policy: &'a Policy,
    pub(super) node: &'a NodeRules,
    pub(super) calendar: &'a Calendar,
    pub(super) index: usize,
    pub(super) run: &'r Run,
    pub(super) time: &'r PolicyTime,
    /// For a cover: what was due before had been done by the owner already.
    pub(super) is_done_before: bool,
}

/// The tracks of a node in one run, by start.
///
/// O(n·log n) in the follow-ups, activities and stages of the run.
pub(super) fn tracks<'a>(asked: &Asked<'a, '_>, known: &Known<'_>) -> Vec<Track<'a>> {
    let Asked { node, run, time, .. } = *asked;
    let since = time.since;
    let met_by = node.met_by();
    let mut starts = starts(node, run, &met_by, known);
    if asked.is_done_before {
        starts.retain(|start| *start > run.from);
    }
    // No owner is judged by a policy that did not hold during their tenure.
    if starts.is_empty() || since.zip(run.until).is_some_and(|(since, until)| until <= since) {
        return Vec::new();
    }
    let stops = stops(asked, known);
    let done = Done::new(node, run, &met_by, known);
    let ends: Vec<Option<DateTime<Utc>>> = starts.iter().skip(1).copied().map(Some).chain([None]).collect();
    let mut tracks = Vec::with_capacity(starts.len());
    for (start, next) in starts.into_iter().zip(ends) {
        if since.zip(next).is_some_and(|(since, next)| next <= since) {
            continue;
        }
        tracks.extend(track(asked, known, &stops, &done, (start, next)));
    }
    tracks
}

fn track<'a>(
    asked: &Asked<'a, '_>,
    known: &Known<'_>,
    stops: &Rc<Stops>,
    what: &Done,
    (start, next): (DateTime<Utc>, Option<DateTime<Utc>>),
) -> Option<Track<'a>> {
    let Asked { policy, node, calendar, index, run, time, .. } = *asked;
    let since = time.since;
    let runs_from = since.map_or(start, |since| start.max(since));
    let due = match node.before {
        true => fixed(node, known).map_or(Ok(None), |anchor| {
            calendar.subtract(anchor, node.within, node.clock()).map(|due| stops.held(due.at()))
        }),
        false => due(calendar, runs_from, node.within, node.clock(), stops),
    };
    let known_due = due.as_ref().ok().copied().flatten();
    let begins = since.map_or(run.from, |since| since.max(run.from));
    let comes_late = Some(begins).filter(|at| node.before && known_due.is_some_and(|due| due <= *at));
    let due = match comes_late {
        Some(at) => Ok(Some(fixed(node, known).filter(|anchor| *anchor > at)?)),
        None => due,
    };
    let start = if node.before { counts_from(node, run, known_due, known) } else { start };
    let closed = next.into_iter().chain(run.until).min();
    let done = what.first(start, next, closed);
    let planned = if node.planned_moves { planned(known_due, start, run, calendar, known) } else { None };
    let planned = planned.map(|planned| (planned, stops.held(planned)));
    let mut track = Track {
        policy,
        node,
        calendar,
        run: index,
        start,
        runs_from,
        due: planned.map_or(due, |(_, due)| Ok(due)),
        planned: planned.and_then(|(planned, due)| due.or(Some(planned))),
        pauses: Vec::new(),
        stops: Rc::clone(stops),
        comes_late,
        done,
        closed: closed.filter(|_| done.is_none()),
        is_last: next.is_none(),
        superseded_by: None,
        is_counted: true,
    };
    track.pauses = track.pauses_before(track.due_at().unwrap_or(DateTime::<Utc>::MAX_UTC));
    Some(track)
}

/// When the clock of a node is paused in a run: nobody is judged for time in which the policy did not hold.
fn stops(asked: &Asked<'_, '_>, known: &Known<'_>) -> Rc<Stops> {
    let Asked { node, run, time, .. } = *asked;
    let of_lead = known.pauses_of(run).filter(|_| node.pauses).cloned();
    let of_run = run.stands().chain(known.absences_of(run)).chain(known.rests_of(run));
    let all = of_lead.chain(of_run).chain(time.left_out.iter().cloned()).collect();
    Rc::new(Stops::new(asked.calendar, node.clock(), all))
}

/// The latest follow-up of the rep who works on the lead that was planned before it was due, if it is later than that.
fn planned(
    due: Option<DateTime<Utc>>,
    start: DateTime<Utc>,
    run: &Run,
    calendar: &Calendar,
    known: &Known<'_>,
) -> Option<DateTime<Utc>> {
    let due = due?;
    let mut moved = due;
    for plan in known.plans() {
        let (Some(by), Some(made_at)) = (&plan.by, plan.made_at) else { continue };
        let at = if plan.is_day { calendar.zone().next_midnight(plan.at) } else { plan.at };
        if (start..=moved).contains(&made_at) && run.is_of(by, made_at) {
            moved = moved.max(at);
        }
    }
    (moved > due).then_some(moved)
}

/// What meets a node in a run.
struct Done {
    follow_ups: Vec<DateTime<Utc>>,
    stages: Vec<DateTime<Utc>>,
    /// When an opportunity was open that meets it.
    opportunity: Option<OpenTime>,
    /// When the rules converted the lead, of what is to convert it.
    converted: Option<DateTime<Utc>>,
    /// The end of the run.
    end: Option<DateTime<Utc>>,
    /// Whether the follow-up that starts the clock does not stop it.
    restarts: bool,
}

impl Done {
    fn new(node: &NodeRules, run: &Run, met_by: &MetBy, known: &Known<'_>) -> Done {
        let counts = |one: &&FollowUp| met_by.follow_ups.contains(&one.kind);
        let entered = known.stages_of(run).iter().filter(|(_, stage)| met_by.stages.contains(*stage));
        let converts = node.kind == NodeKind::Convert
            && met_by.ends.contains(&TenureEnd::Converted)
            && run.kind != RunKind::Customer
            && fixed(node, known).is_none();
        Done {
            follow_ups: known.follow_ups_of(run).filter(counts).map(|one| one.time).collect(),
            stages: entered.map(|(at, _)| *at).collect(),
            opportunity: known.opportunity.filter(|_| met_by.stages.contains(OPPORTUNITY)),
            converted: known.converted.filter(|_| converts),
            end: run.until.filter(|_| run.end.is_some_and(|end| met_by.ends.contains(&end))),
            restarts: restarts(node),
        }
    }

    /// The first event that meets it from a start on, before the clock begins anew.
    fn first(
        &self,
        start: DateTime<Utc>,
        next: Option<DateTime<Utc>>,
        closed: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let from = |times: &[DateTime<Utc>], is_after: bool| {
            let first = times.partition_point(|at| if is_after { *at <= start } else { *at < start });
            times.get(first).copied().filter(|at| closed.is_none_or(|closed| *at <= closed))
        };
        // A rep whose tenure begins while an opportunity is open has nothing to do.
        let open = self.opportunity.filter(|open| open.until.is_none_or(|until| start < until));
        let open = open.map(|open| open.since.max(start));
        // A previous owner of it has not converted it.
        let converted = self.converted.map(|at| at.max(start));
        let times = [
            converted.filter(|at| closed.is_none_or(|closed| *at < closed)),
            open.filter(|at| closed.is_none_or(|closed| *at <= closed)),
            from(&self.follow_ups, self.restarts),
            from(&self.stages, false),
            self.end.filter(|end| next.is_none_or(|next| *end < next)),
        ];
        times.into_iter().flatten().min()
    }
}

/// Whether a follow-up begins the clock anew: of silence, and of each follow-up.
fn restarts(node: &NodeRules) -> bool {
    node.anchor == Anchor::LastFollowUp
        || (node.anchor == Anchor::LastActivity && node.kind == NodeKind::Remind)
}

/// A deadline before a moment is met by acts in the time before it: twice the longest allowance, and at the
/// deadline at the latest.
fn counts_from(node: &NodeRules, run: &Run, due: Option<DateTime<Utc>>, known: &Known<'_>) -> DateTime<Utc> {
    let longest = node.ladder.iter().map(|rung| seconds(rung.within)).fold(seconds(node.within), i64::max);
    let window = fixed(node, known).and_then(|at| at.checked_sub_signed(TimeDelta::seconds(2 * longest)));
    window.into_iter().chain(due).min().unwrap_or(run.from).max(run.from)
}

fn sorted(times: impl Iterator<Item = DateTime<Utc>>) -> Vec<DateTime<Utc>> {
    let mut times: Vec<DateTime<Utc>> = times.collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// When the clock of a node begins in a run, each time.
fn starts(node: &NodeRules, run: &Run, met_by: &MetBy, known: &Known<'_>) -> Vec<DateTime<Utc>> {
    let works = matches!(run.kind, RunKind::Owner | RunKind::Cover);
    let begins = |at: &DateTime<Utc>| *at > run.from && run.until.is_none_or(|until| *at < until);
    let one = |at: DateTime<Utc>| vec![at];
    match &node.anchor {
        Anchor::OwnerChange if works => {
            // The previous owner had done it already, or this one had before the rules were in force.
            let is_done = known.stage_at(run.from).is_some_and(|stage| met_by.stages.contains(stage))
                || known.had_followed_up(run, &met_by.follow_ups);
            if is_done { Vec::new() } else { one(run.from) }
        }
        Anchor::Created if run.kind == RunKind::Cycle => {
            if known.had_followed_up(run, &met_by.follow_ups) {
                Vec::new()
            } else {
                one(run.from)
            }
        }
        Anchor::PoolEntry(kind) if run.kind == RunKind::Pool && run.is_open() => match &known.pool {
            // The pool it was in before is not known.
            Some((lies, since)) if lies == kind => one(since.map_or(run.from, |since| since.max(run.from))),
            _ => Vec::new(),
        },
        Anchor::StageEntry(stage) if works => {
            let inherited = known.stage_at(run.from).is_some_and(|at| at == stage).then_some(run.from);
            let entered = known.stages_of(run).iter().filter(|(at, entered)| *entered == stage && begins(at));
            sorted(inherited.into_iter().chain(entered.map(|(at, _)| *at)))
        }
        Anchor::LastActivity if !matches!(run.kind, RunKind::Cycle | RunKind::Customer) => {
            let acts = known.activities_of(run).iter().copied().filter(begins);
            let calls =
                known.follow_ups_of(run).filter(|_| restarts(node)).map(|one| one.time).filter(begins);
            sorted(std::iter::once(run.from).chain(acts).chain(calls))
        }
        Anchor::LastFollowUp if works => {
            let times = known.follow_ups_of(run).map(|one| one.time).filter(begins);
            sorted(std::iter::once(run.from).chain(times))
        }
        Anchor::ContractEnd | Anchor::Date(_) if run.kind != RunKind::Cycle => {
            let Some(at) = fixed(node, known) else { return Vec::new() };
            // Its start is known once its due time is.
            let start = if node.before { run.from } else { at.max(run.from) };
            let is_of_lead = run.kind == RunKind::Customer && at < run.from;
            let lasts = run.until.is_none_or(|until| start < until);
            if lasts && !is_of_lead { one(start) } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}
