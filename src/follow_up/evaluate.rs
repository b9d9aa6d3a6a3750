//! What is due on a lead now, what was missed, and when to look again.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::clocks::{local, on_a_workday, seconds};
use super::engine::FollowUpPolicies;
use super::known::{Known, is_held};
use super::ladder::{HIGH_RISK, PROTECTION};
use super::look::Look;
use super::options::FollowUpOptions;
use super::report::{Action, FollowUpFault, FollowUpReport, LookReason, NextLook, NodeDeadline, NodeState};
use super::rivals::settle;
use super::rules::{NodeKind, Step};
use super::runs::{Run, RunKind, cycle_start, last_known, runs};
use super::track::{Asked, Track, tracks};
use crate::model::{CalendarId, Effect, LeadStatus, PoolId, PoolKind, Violation};
use crate::rule::{Facts, ScriptSession};

/// The label of an overdue node.
const OVERDUE: &str = "overdue.";

impl FollowUpPolicies {
    /// What is due on a lead, what was missed and what happens now, from its facts alone:
    /// [`evaluate_with`](Self::evaluate_with) with default options.
    ///
    /// ```
    /// # use leadkit::follow_up::{FollowUpPolicies, FollowUpRules};
    /// # use leadkit::model::Lead;
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # let policies = FollowUpPolicies::compile(&FollowUpRules::nodes())?;
    /// # let created_at = "2026-03-02T10:00:00+08:00".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), owner: Some("li".into()), created_at, ..Lead::default() };
    /// # let tables = HostTables::default();
    /// # let now = "2026-03-04T10:00:00+08:00".parse().unwrap();
    /// # let facts = Facts::new(&lead, &FactContext::new(&tables, now));
    /// // Two days ago `li` got the lead, and one day is allowed for the first contact.
    /// let report = policies.evaluate(&facts);
    /// assert_eq!(report.violations[0].node, "first_contact");
    /// assert_eq!(report.labels, ["overdue.first_contact"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate(&self, facts: &Facts<'_>) -> FollowUpReport {
        self.evaluate_with(facts, &FollowUpOptions::default())
    }

    /// What is due on a lead, what was missed and what happens now.
    ///
    /// Ignores everything after [`Facts::now`], so the same history can be evaluated at any moment. Evaluating twice
    /// gives the same report, and later reports contain every earlier violation. Nothing happens on a day off: what was
    /// due then happens at the first opening of the next working day.
    ///
    /// Conditions, and fields without a history, are evaluated as they are now. So pass in the
    /// [record](FollowUpOptions::record) of the last look, and call this whenever something has happened: earlier
    /// findings stay, and a condition that becomes true later counts from that time.
    ///
    /// O(n·log n) in the records of the lead for each node.
    ///
    /// ```
    /// use leadkit::follow_up::{FollowUpOptions, FollowUpPolicies, FollowUpRules};
    /// use leadkit::model::{Lead, Pause};
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    ///
    /// let policies = FollowUpPolicies::compile(&FollowUpRules::b2b())?;
    /// let at = |text: &str| text.parse().unwrap();
    /// let lead = Lead {
    ///     id: "L1".into(),
    ///     created_at: at("2026-03-02T10:00:00+08:00"),
    ///     owner: Some("li".into()),
    ///     ..Lead::default()
    /// };
    /// let pause = Pause {
    ///     from: at("2026-03-03T10:00:00+08:00"),
    ///     until: Some(at("2026-03-05T10:00:00+08:00")),
    ///     reason: "the customer is at a fair".into(),
    /// };
    /// let options = FollowUpOptions { pauses: vec![pause], ..FollowUpOptions::default() };
    /// let tables = HostTables::default();
    /// let context = FactContext::new(&tables, at("2026-03-05T12:00:00+08:00"));
    /// let report = policies.evaluate_with(&Facts::new(&lead, &context), &options);
    /// // Three days, and the two of the pause, and the weekend.
    /// assert_eq!(report.next_deadline().unwrap().due_at.unwrap().to_rfc3339(), "2026-03-09T10:00:00+08:00");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn evaluate_with(&self, facts: &Facts<'_>, options: &FollowUpOptions) -> FollowUpReport {
        let (lead, now) = (facts.lead(), facts.now());
        let mut faults = Vec::new();
        let calendar = match &options.calendar {
            None => &self.calendar,
            Some(id) => self.calendars.get(id).unwrap_or_else(|| {
                faults.push(FollowUpFault::UnknownCalendar { calendar: id.clone() });
                &self.calendar
            }),
        };
        let is_known = |id: &PoolId| self.pools.is_empty() || self.pools.iter().any(|pool| pool.id == *id);
        let unknown = lead.pool.iter().filter(|id| !is_known(id)).cloned();
        faults.extend(unknown.map(|pool| FollowUpFault::UnknownPool { pool }));
        let is_answered = !(options.awaits_answer && lead.status == LeadStatus::Converted);
        let is_live = lead.is_on_file() && !(lead.has_ended() && is_answered);
        let cycle = facts.history().cycle;
        let is_new_cycle = options.record.looked_at.is_some() && options.record.cycle != cycle;
        let mut record = options.record.in_cycle(cycle);
        let pool_since = record.lies_in(lead.pool.as_ref(), now);
        let is_first = record.looked_at.is_none();
        let ended_at = record.ended_at.unwrap_or_else(|| if is_first { last_known(facts) } else { now });
        record.note_life(is_live, Some(ended_at).filter(|_| !is_live), now);
        let runs = runs(facts, is_live, record.ended_at, self.live_since);
        let start = runs.iter().rev().find(|run| run.kind == RunKind::Owner).map(|run| run.from);
        let start = start.unwrap_or_else(|| cycle_start(facts));
        record.note_opportunity(is_held(facts, options), options.opportunity_since, start, now);
        record.note_conversion(lead.status == LeadStatus::Converted, start, now);
        let look = Look {
            policies: self,
            known: Known::new(
                self,
                calendar,
                facts,
                options,
                options.pool_since.or(pool_since),
                &record,
                &runs,
            ),
            runs: &runs,
            calendar,
            is_live,
            is_new_cycle,
            record,
            faults,
            scripts: ScriptSession::of_lead(),
            next: None,
            last: None,
            waits_past: None,
            turns: None,
            protected_until: None,
            reminders: Vec::new(),
            actions: Vec::new(),
            violations: Vec::new(),
        };
        look.report()
    }
}

impl<'a> Look<'a> {
    fn report(mut self) -> FollowUpReport {
        let (tracks, past) = self.tracks();
        let protection = self.protection();
        for (index, track) in tracks.iter().enumerate().filter(|(_, one)| one.superseded_by.is_none()) {
            self.find_violation(index, track);
            self.climb(track, &tracks);
        }
        self.put_on_record(&tracks, &past);
        self.remind_of_plan();
        if let Some(protection) = &protection {
            self.end_protection(protection);
        }
        self.follow_schedule();
        self.remind_of_silence();
        self.remind_of_calendar();
        self.reminders.sort_by_cached_key(|one| (one.fires_at, one.key()));
        self.actions.sort_by(|a, b| {
            // A missed deadline says where a lead goes; otherwise the end of its protection does.
            let rank = |one: &Action| {
                let within = one.rung.map(seconds);
                (one.fires_at, one.policy.as_str() == PROTECTION, one.step, within)
            };
            (rank(a), &a.policy, &a.node).cmp(&(rank(b), &b.policy, &b.node))
        });
        self.mark_notified();
        let deadlines = self.deadlines(&tracks);
        let first_contacts = self.first_contacts();
        let next_wakeup = self.next_look();
        let is_open = |violation: &&Violation| violation.done_at.is_none() && violation.closed_at.is_none();
        let open = self.record.violations.iter().filter(is_open);
        let labels: BTreeSet<String> = open.map(|one| format!("{OVERDUE}{}", one.node)).collect();
        let tags = self.tags(&labels);
        let Look { policies, known, calendar, mut record, faults, reminders, actions, .. } = self;
        record.looked_at = Some(known.now());
        FollowUpReport {
            version: policies.version.clone(),
            lead: known.facts.lead().id.clone(),
            deadlines,
            reminders_due: reminders,
            tags,
            violations: record.violations.clone(),
            actions,
            labels: labels.into_iter().collect(),
            protection,
            first_contacts,
            faults,
            next_wakeup: next_wakeup.map(|(at, reason)| NextLook { at: local(calendar, at), reason }),
            record,
        }
    }

    /// Notes what is to be done, and what no earlier look requested. A lead is taken away once: by the first of the new
    /// steps. A step that finds no pool takes no lead away.
    fn mark_notified(&mut self) {
        let told = &mut self.record.told;
        for action in &mut self.actions {
            // A request that reaches nobody is repeated until it does, and so is a move that no pool accepts.
            let is_in_vain = match action.step {
                Step::CopyManager => action.receiver.is_none(),
                step => step.takes_away() && !action.takes_away(),
            };
            action.is_new = !is_in_vain && told.insert(action.key());
        }
        let takers = || self.actions.iter().filter(|one| one.takes_away());
        let taker = takers().find(|one| one.is_new).or_else(|| takers().next()).map(Action::key);
        self.actions.retain(|one| !one.takes_away() || taker.as_ref() == Some(&one.key()));
        for reminder in &mut self.reminders {
            reminder.is_new = told.insert(reminder.key());
        }
    }

    /// The deadlines of every owner under every policy whose condition holds; and under those that hold no longer and have
    /// something open on record: the missing step may be what made the condition fail.
    fn tracks(&mut self) -> (Vec<Track<'a>>, Vec<Track<'a>>) {
        let (policies, runs, now) = (self.policies, self.runs, self.now());
        let (mut all, mut past): (Vec<Track<'a>>, Vec<Track<'a>>) = (Vec::new(), Vec::new());
        for policy in &policies.policies {
            let id = &policy.rules.id;
            let holds = self.holds(id, &policy.when);
            if !self.is_in_doubt(id) {
                self.record.note(id, holds, now, self.is_new_cycle);
            }
            let is_open =
                |one: &Violation| one.policy == *id && one.done_at.is_none() && one.closed_at.is_none();
            let is_wanted = holds || self.record.violations.iter().any(is_open);
            let Some(time) = self.record.holds.get(id).filter(|_| is_wanted).cloned() else { continue };
            let named: Option<&CalendarId> = policy.rules.calendar.as_ref();
            let calendar = named.and_then(|id| policies.calendars.get(id)).unwrap_or(self.calendar);
            for node in &policy.rules.nodes {
                // A rep who stands in comes after the rep they stand in for.
                let mut of_node: Vec<Track<'a>> = Vec::new();
                for (index, run) in runs.iter().enumerate() {
                    let last = run.covered.and_then(|covered| last_of(&of_node, covered, run.from));
                    let is_done_before =
                        last.is_some_and(|one| one.done.is_some_and(|done| done <= run.from));
                    let time = &time;
                    let asked = Asked { policy, node, calendar, index, run, time, is_done_before };
                    of_node.extend(tracks(&asked, &self.known));
                }
                if holds { &mut all } else { &mut past }.append(&mut of_node);
            }
        }
        settle(&mut all);
        (all, past)
    }

    /// The deadlines of the rep who works on the lead now.
    fn deadlines(&self, tracks: &[Track<'_>]) -> Vec<NodeDeadline> {
        let is_current = |track: &&Track<'_>| {
            let lasts = self.runs.get(track.run).is_some_and(Run::is_open);
            lasts && track.is_last && (track.node.kind != NodeKind::Remind || track.is_open())
        };
        let mut current: Vec<&Track<'_>> = tracks.iter().filter(is_current).collect();
        current.sort_by(|a, b| {
            let key = |one: &&Track<'_>| (one.due_at().is_none(), one.due_at());
            let names = |one: &Track<'_>| (one.policy.rules.id.clone(), one.node.id.clone());
            key(a).cmp(&key(b)).then_with(|| names(a).cmp(&names(b)))
        });
        let shown = |track: &Track<'_>| {
            let at = |moment: DateTime<Utc>| local(track.calendar, moment);
            let due = track.due_at();
            NodeDeadline {
                policy: track.policy.rules.id.clone(),
                node: track.node.id.clone(),
                kind: track.node.kind,
                owner: self.runs.get(track.run).and_then(|run| run.owner.clone()),
                state: self.state(track, due),
                started_at: at(track.counted_from(&self.known)),
                within: track.node.within,
                clock: track.node.clock(),
                clock_by_size: track.node.clock.is_none(),
                calendar_version: track.calendar.version().revision.to_string(),
                pauses: track.pauses.clone(),
                due_at: due.map(at),
                done_at: track.done.map(at),
                superseded_by: track.superseded_by.clone(),
            }
        };
        current.into_iter().map(shown).collect()
    }

    fn state(&self, track: &Track<'_>, due: Option<DateTime<Utc>>) -> NodeState {
        match (track.done, due) {
            _ if track.superseded_by.is_some() => NodeState::Superseded,
            _ if track.due.is_err() => NodeState::Unknown,
            (Some(done), Some(due)) if done > due => NodeState::MetLate,
            (Some(_), _) => NodeState::Met,
            (None, None) => NodeState::Paused,
            (None, Some(due)) if self.now() > due && track.node.kind == NodeKind::Remind => {
                NodeState::Reached
            }
            (None, Some(due)) if self.now() > due => NodeState::Overdue,
            (None, Some(_)) => NodeState::Open,
        }
    }

    /// When to look again. A live lead always has a next look; one that nobody holds is also reviewed when its stay is over;
    /// and one that waits for a calendar of later years is reviewed again and again: a live lead each day once the calendar
    /// has ended, for it may be due at any time. A condition is evaluated again when time may have changed it.
    fn next_look(&self) -> Option<(DateTime<Utc>, LookReason)> {
        let tomorrow = self.now().checked_add_signed(TimeDelta::days(1)).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let unknown = self.waits_past.filter(|_| self.is_live);
        let unknown = unknown.map(|end| (tomorrow.max(end), LookReason::Calendar));
        let turns = self.turns.filter(|_| self.is_live || self.is_customer());
        let turns = turns.map(|at| (at, LookReason::Condition));
        let first = |looks: [Option<(DateTime<Utc>, LookReason)>; 4]| looks.into_iter().flatten().min();
        let comes_first = |end| self.next.is_some_and(|(at, _)| at <= end);
        let waits = self.waits_past.is_some_and(|end| !comes_first(end));
        if !waits && (!self.is_live || (self.next.is_some() && self.holder().is_some())) {
            return first([self.next, unknown, turns, None]);
        }
        let run = self.runs.iter().rev().find(|run| run.kind != RunKind::Cycle && run.is_open());
        let base = run.map_or_else(|| cycle_start(self.known.facts), |run| run.from);
        let at = match &self.known.pool {
            Some((kind, since)) => self.stay_over(kind, since.map_or(base, |since| since.max(base))),
            None => rhythm(base, self.now(), &self.policies.rhythm_days).next,
        };
        let at = on_a_workday(self.calendar, at).unwrap_or(at);
        let rhythm = (at, LookReason::Rhythm);
        first([self.next, unknown, turns, Some(rhythm)])
    }

    /// Whether it is a customer's lead on which something will be due.
    fn is_customer(&self) -> bool {
        let options = self.known.options;
        let is_converted = self.known.facts.lead().status == LeadStatus::Converted;
        is_converted && (options.contract_end.is_some() || options.closed_at.is_some())
    }

    /// The end of a stay in a pool that began at a moment, and after it of each further one.
    fn stay_over(&self, kind: &PoolKind, since: DateTime<Utc>) -> DateTime<Utc> {
        let now = self.now();
        if *kind != PoolKind::Lead
            && let Some(days) = self.policies.longest_stay(kind)
        {
            return rhythm(since, now, &[days]).next;
        }
        let (end, _) = self.policies.stay(kind, since);
        if *kind == PoolKind::Lead && end > now {
            return end;
        }
        rhythm(since, now, &self.policies.rhythm_days).next
    }

    /// The tags that labels and ladders require.
    fn tags(&mut self, labels: &BTreeSet<String>) -> Vec<Effect> {
        let lead = self.known.facts.lead();
        let missing = labels.iter().filter(|label| !lead.tags.contains(label));
        let add = missing.map(|tag| Effect::AddTag { lead: lead.id.clone(), tag: tag.clone() });
        let is_at_risk = self.actions.iter().any(|action| action.step == Step::HighRisk);
        let was_at_risk = std::mem::replace(&mut self.record.at_risk, is_at_risk);
        // A mark by a ladder stays until the step is done or somebody else has the lead.
        let is_calm = was_at_risk && !is_at_risk;
        let is_stale = |tag: &&String| match tag.strip_prefix(OVERDUE) {
            Some(_) => !labels.contains(*tag),
            None => is_calm && *tag == HIGH_RISK,
        };
        let stale = lead.tags.iter().filter(is_stale);
        add.chain(stale.map(|tag| Effect::RemoveTag { lead: lead.id.clone(), tag: tag.clone() })).collect()
    }
}

/// The last track of a run that began up to and including a moment; the tracks are in the order of their runs.
fn last_of<'t, 'a>(tracks: &'t [Track<'a>], run: usize, at: DateTime<Utc>) -> Option<&'t Track<'a>> {
    let end = tracks.partition_point(|one| one.run <= run);
    let mut of_run = tracks.get(..end)?.iter().rev().take_while(|one| one.run == run);
    of_run.find(|one| one.start <= at)
}

/// Where a moment is in a rhythm.
pub(super) struct Beat {
    /// The last beat up to and including the moment, and how many there were; none before the first.
    pub(super) last: Option<(DateTime<Utc>, i64)>,
    /// The first beat after it.
    pub(super) next: DateTime<Utc>,
}

/// A rhythm from `base` on: its gaps one after the other, the last again and again. O(1) in the time that has passed.
pub(super) fn rhythm(base: DateTime<Utc>, now: DateTime<Utc>, days: &[u32]) -> Beat {
    let plus = |at: DateTime<Utc>, days: i64| at.checked_add_signed(TimeDelta::days(days)).unwrap_or(at);
    let (mut last, mut count) = (None, 0);
    let mut at = base;
    for gap in days {
        let next = plus(at, i64::from(*gap));
        if next > now {
            return Beat { last, next };
        }
        (at, count) = (next, count + 1);
        last = Some((at, count));
    }
    let gap = i64::from(days.last().copied().unwrap_or(30).max(1));
    let whole = (now - at).num_days() / gap;
    if whole > 0 {
        last = Some((plus(at, whole * gap), count + whole));
    }
    Beat { last, next: plus(at, (whole + 1) * gap) }
}
