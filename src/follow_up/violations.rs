//! Missed deadlines with their evidence, found now or on record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::clocks::{after, local, on_a_workday};
use super::look::Look;
use super::report::{FollowUpFault, LookReason};
use super::rules::NodeKind;
use super::runs::RunKind;
use super::track::Track;
use crate::calendar::CalendarError;
use crate::model::{Attributes, Lateness, LeadStatus, RepId, RuleId, Tenure, TenureEnd, Value, Violation};

fn lateness(kind: NodeKind) -> Lateness {
    if kind == NodeKind::Convert { Lateness::Converter } else { Lateness::Follower }
}

/// Whether a deadline past the end of its calendar came to an end before: it was not missed.
fn is_over(track: &Track<'_>, error: &CalendarError) -> bool {
    let zone = track.calendar.zone();
    match (error, track.end()) {
        (CalendarError::AfterCoverage { through, .. }, Some(end)) => zone.date(end) <= *through,
        (CalendarError::AfterZone { until }, Some(end)) => end <= *until,
        _ => false,
    }
}

impl Look<'_> {
    pub(super) fn find_violation(&mut self, index: usize, track: &Track<'_>) {
        let (policy, node) = (&track.policy.rules.id, &track.node.id);
        if let Some(error) = track.due.as_ref().err().filter(|error| !is_over(track, error)) {
            let _: Option<()> = self.told(policy, node, Err(error.clone()));
        }
        let Some(due) = track.missed().filter(|_| track.is_counted) else { return };
        let fires = self.told(policy, node, on_a_workday(track.calendar, after(due)));
        let Some(fires) = fires.filter(|fires| self.has_come(*fires, LookReason::Deadline)) else { return };
        let shown = |at: DateTime<Utc>| local(track.calendar, at);
        let violation = Violation {
            lead: self.known.facts.lead().id.clone(),
            owner: self.answers_for(track, due),
            policy: policy.clone(),
            node: node.clone(),
            late: lateness(track.node.kind),
            started_at: shown(track.counted_from(&self.known)),
            within: track.node.within,
            clock: track.node.clock(),
            calendar_version: track.calendar.version().revision.to_string(),
            calendar_fingerprint: track.calendar.version().fingerprint,
            pauses: track.pauses.clone(),
            deadline: shown(due),
            found_at: shown(fires),
            done_at: track.done.map(shown),
            closed_at: track.closed.map(shown),
            snapshot: self.snapshot(track, due),
            reason: None,
        };
        self.violations.push((index, violation));
    }

    /// The rep who is late: the one who works on the lead; for a clock that runs whoever has it, the one who held it when
    /// it was due.
    fn answers_for(&self, track: &Track<'_>, due: DateTime<Utc>) -> Option<RepId> {
        let run = self.run_of(track.run)?;
        if run.kind != RunKind::Cycle {
            return run.owner.clone();
        }
        let tenures = &self.known.facts.history().tenures;
        if tenures.is_empty() {
            return run.owner.clone();
        }
        let holds =
            |one: &&Tenure| one.counts() && one.from <= due && one.until.is_none_or(|until| due < until);
        tenures.iter().filter(holds).max_by_key(|tenure| tenure.from).map(|tenure| tenure.owner.clone())
    }

    /// The lead's key fields when it was due, without contact values: fields with a history as they were then.
    fn snapshot(&self, track: &Track<'_>, due: DateTime<Utc>) -> Attributes {
        let (facts, run) = (self.known.facts, self.run_of(track.run));
        let (lead, owner) = (facts.lead(), self.answers_for(track, due));
        let text = |text: &str| Value::Text(text.to_owned());
        let has_spoken = run.is_some_and(|run| {
            self.known.follow_ups_of(run).any(|one| run.from <= one.time && one.time <= due)
        });
        let status = match (&owner, run.map(|run| run.kind)) {
            (_, Some(RunKind::Customer)) => LeadStatus::Converted,
            (None, _) => LeadStatus::Unassigned,
            (Some(_), _) if has_spoken => LeadStatus::Following,
            (Some(_), _) => LeadStatus::Pending,
        };
        // Without a history of stages, a lead has always been in its present one.
        let keeps_stages = !facts.history().stage_entries.is_empty();
        let stage = if keeps_stages { self.known.stage_at(due) } else { lead.stage.as_deref() };
        let pool = lead.pool.as_ref().filter(|_| owner.is_none());
        let fields = [
            ("status", Some(text(status.as_str()))),
            ("stage", stage.map(text)),
            ("owner", owner.as_ref().map(|owner| text(owner.as_str()))),
            ("pool", pool.map(|pool| text(pool.as_str()))),
            ("region", facts.region().map(|region| text(&region.to_string()))),
            ("source", lead.source.primary.as_deref().map(text)),
            ("products", (!lead.products.is_empty()).then(|| Value::List(lead.products.clone()))),
            ("created_at", Some(Value::Timestamp(lead.created_at))),
        ];
        let known = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        known.collect()
    }

    /// Everything that was missed: findings of earlier looks stay, with what has happened since; each step of an owner
    /// once, whichever policy requires it now. `past` are tracks of policies that no longer hold. A step that turns out
    /// to have been done in time, as a call whose record came late, was not missed and is taken off.
    pub(super) fn put_on_record(&mut self, tracks: &[Track<'_>], past: &[Track<'_>]) {
        let mut recorded = std::mem::take(&mut self.record.violations);
        recorded.retain(|one| !self.is_revoked(one));
        let mut by_step: BTreeMap<(&str, Lateness), Vec<&Track<'_>>> = BTreeMap::new();
        let mut by_start: BTreeMap<(&RuleId, &str, DateTime<Utc>), Vec<&Track<'_>>> = BTreeMap::new();
        for track in tracks {
            let (node, start) = (track.node.id.as_str(), track.counted_from(&self.known));
            by_step.entry((node, lateness(track.node.kind))).or_default().push(track);
            by_start.entry((&track.policy.rules.id, node, start)).or_default().push(track);
        }
        let mut known: BTreeMap<(String, Lateness), Vec<usize>> = BTreeMap::new();
        let mut keys = BTreeSet::new();
        for (index, one) in recorded.iter_mut().enumerate() {
            let same = by_start.get(&(&one.policy, one.node.as_str(), one.started_at.to_utc()));
            // For a deadline *before* a moment each owner's time has the same start: the owner at the deadline missed it.
            let same: Vec<&&Track<'_>> =
                same.into_iter().flatten().filter(|track| self.is_step_of(track, one)).collect();
            let lasted = |track: &&&&Track<'_>| track.end().is_none_or(|end| end > one.deadline.to_utc());
            let same = same.iter().find(lasted).or(same.first()).copied();
            let of_step = || by_step.get(&(one.node.as_str(), one.late)).into_iter().flatten();
            let track = same.or_else(|| of_step().find(|track| self.is_step_of(track, one)));
            match track {
                Some(track) => go_on(one, track),
                None => self.lay_down(one, past),
            }
            known.entry((one.node.clone(), one.late)).or_default().push(index);
            keys.insert(one.key());
        }
        let found = std::mem::take(&mut self.violations);
        for (index, violation) in found {
            let step = known.get(&(violation.node.clone(), violation.late));
            let mut of_step = step.into_iter().flatten().filter_map(|index| recorded.get(*index));
            let track = tracks.get(index);
            // A rep who is made cover twice at one moment misses a step once.
            let is_known = keys.contains(&violation.key())
                || of_step.any(|one| track.is_some_and(|track| self.is_step_of(track, one)));
            if !is_known {
                keys.insert(violation.key());
                recorded.push(violation);
            }
        }
        recorded.retain(|one| one.done_at.is_none_or(|done| done > one.deadline));
        recorded.sort_by_cached_key(|one| (one.deadline, one.key()));
        self.record.violations = recorded;
    }

    /// As if the owner had never had the lead.
    fn is_revoked(&self, one: &Violation) -> bool {
        let started = one.started_at.to_utc();
        self.known.facts.history().tenures.iter().any(|tenure| {
            tenure.end == Some(TenureEnd::Revoked)
                && one.owner.as_ref() == Some(&tenure.owner)
                && tenure.from <= started
                && tenure.until.is_none_or(|until| started <= until)
        })
    }

    /// Whether a track belongs to the step whose violation is on record: the same, or another policy's at that time.
    fn is_step_of(&self, track: &Track<'_>, one: &Violation) -> bool {
        if self.answers_for(track, one.deadline.to_utc()) != one.owner {
            return false;
        }
        let (counted, started) = (track.counted_from(&self.known), one.started_at.to_utc());
        if track.policy.rules.id == one.policy {
            return counted == started;
        }
        let ended = one.done_at.or(one.closed_at).map(|at| at.to_utc());
        track.end().is_none_or(|end| started < end) && ended.is_none_or(|ended| track.start < ended)
    }

    /// Whether the condition of a policy failed.
    pub(super) fn is_in_doubt(&self, policy: &RuleId) -> bool {
        let fails = |fault: &FollowUpFault| match fault {
            FollowUpFault::Condition(fault) => fault.rule == *policy,
            _ => false,
        };
        self.faults.iter().any(fails)
    }

    /// Nothing requires it any more: its end met it, or it ends unmet. Whether a condition that fails requires
    /// it is not known.
    fn lay_down(&self, one: &mut Violation, past: &[Track<'_>]) {
        if one.done_at.is_some() || one.closed_at.is_some() || self.is_in_doubt(&one.policy) {
            return;
        }
        let is_same = |track: &&Track<'_>| {
            (&track.policy.rules.id, &track.node.id) == (&one.policy, &one.node)
                && self.is_step_of(track, one)
        };
        if let Some(track) = past.iter().find(is_same).filter(|track| !track.is_open()) {
            return go_on(one, track);
        }
        let cycle = self.known.facts.history().cycle_started_at;
        let cycle = cycle.filter(|start| one.started_at.to_utc() < *start && *start <= self.now());
        one.closed_at = Some(local(self.calendar, cycle.unwrap_or(self.now())));
    }
}

/// Updates a violation. The step may have been done earlier than was known.
fn go_on(one: &mut Violation, track: &Track<'_>) {
    let shown = |at: DateTime<Utc>| local(track.calendar, at);
    match (one.done_at, track.done.map(shown)) {
        (Some(known), done) => one.done_at = done.map(|done| done.min(known)).or(one.done_at),
        (None, done) => (one.done_at, one.closed_at) = (done, track.closed.map(shown)),
    }
}
