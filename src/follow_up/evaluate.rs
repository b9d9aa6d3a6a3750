//! What is due on a lead now, what was missed, and when to look again.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::clocks::{after, local, on_a_workday, opening_of, seconds};
use super::engine::FollowUpPolicies;
use super::options::FollowUpOptions;
use super::protection::protection;
use super::report::{
    Action, FollowUpFault, FollowUpReport, LookReason, NextLook, NodeDeadline, NodeState, Protection,
    Reminder, ReminderKind,
};
use super::rules::{FlowTarget, FlowTrigger, NodeKind, Rung, Step};
use super::runs::{Run, RunKind, cycle_start, runs};
use super::speed::FirstContact;
use super::track::{Known, Track, tracks};
use crate::calendar::{Calendar, CalendarError, Clock};
use crate::model::{
    Attributes, CalendarId, Effect, Lateness, LeadStatus, PoolKind, RecordRef, RepId, RuleId, Value,
    Violation,
};
use crate::rule::{Facts, RuleFault};

/// The label of an overdue node.
const OVERDUE: &str = "overdue.";
/// The tag of a lead at risk.
const HIGH_RISK: &str = "high_risk";
/// What stands for a policy where the protection acts.
const PROTECTION: &str = "protection";

impl FollowUpPolicies {
    /// What is due on a lead, what was missed and what happens now, by its facts alone:
    /// [`evaluate_with`](Self::evaluate_with) without anything else.
    pub fn evaluate(&self, facts: &Facts<'_>) -> FollowUpReport {
        self.evaluate_with(facts, &FollowUpOptions::default())
    }

    /// What is due on a lead, what was missed and what happens now.
    ///
    /// What lies after [`Facts::now`] is not known: the same history can be looked at from any moment. Looking twice finds
    /// the same; later looks find every violation of earlier ones. On a day off nothing happens: what would have, happens
    /// at the first opening of the next working day.
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
        let lead = facts.lead();
        let mut faults = Vec::new();
        let calendar = match &options.calendar {
            None => &self.calendar,
            Some(id) => self.calendars.get(id).unwrap_or_else(|| {
                faults.push(FollowUpFault::UnknownCalendar { calendar: id.clone() });
                &self.calendar
            }),
        };
        let mut pauses = options.pauses.clone();
        pauses.retain(|pause| pause.from <= facts.now());
        let pool = lead.pool.as_ref().and_then(|id| self.pools.iter().find(|pool| pool.id == *id));
        let known = Known {
            facts,
            options,
            pauses,
            key_fields: &self.key_fields,
            pool: pool.map(|pool| pool.kind.clone()),
        };
        let runs = runs(facts);
        let look = Look {
            policies: self,
            known,
            runs: &runs,
            calendar,
            is_live: lead.is_on_file() && !lead.has_ended(),
            faults,
            next: None,
            reminders: Vec::new(),
            actions: Vec::new(),
            violations: Vec::new(),
        };
        look.report()
    }
}

/// One look at a lead.
struct Look<'a> {
    policies: &'a FollowUpPolicies,
    known: Known<'a>,
    runs: &'a [Run],
    /// The owner's calendar.
    calendar: &'a Calendar,
    is_live: bool,
    faults: Vec<FollowUpFault>,
    next: Option<(DateTime<Utc>, LookReason)>,
    reminders: Vec<Reminder>,
    actions: Vec<Action>,
    violations: Vec<Violation>,
}

impl<'a> Look<'a> {
    fn now(&self) -> DateTime<Utc> {
        self.known.facts.now()
    }

    fn report(mut self) -> FollowUpReport {
        let tracks = self.tracks();
        for track in tracks.iter().filter(|track| track.superseded_by.is_none()) {
            self.find_violation(track);
            self.climb(track);
        }
        self.remind_of_plan();
        let protection = self.protect();
        self.follow_schedule();
        let deadlines = self.deadlines(&tracks);
        let first_contact = self.first_contact();
        let next_wakeup = self.next_look();
        let (facts, calendar) = (self.known.facts, self.calendar);
        let Look { policies, mut faults, mut reminders, mut actions, mut violations, .. } = self;
        violations.sort_by_key(|one| (one.deadline, one.key()));
        // Who is made cover twice at one moment misses a step once.
        let mut told = BTreeSet::new();
        violations.retain(|one| told.insert(one.key()));
        reminders.sort_by_key(|one| (one.fires_at, one.key()));
        actions.sort_by(|a, b| {
            (a.fires_at, a.step, &a.policy, &a.node).cmp(&(b.fires_at, b.step, &b.policy, &b.node))
        });
        // A lead is taken away once: by what comes first.
        let mut is_taken = false;
        actions.retain(|action| !action.step.takes_away() || !std::mem::replace(&mut is_taken, true));
        let is_open = |violation: &&Violation| violation.done_at.is_none() && violation.closed_at.is_none();
        let labels: BTreeSet<String> =
            violations.iter().filter(is_open).map(|one| format!("{OVERDUE}{}", one.node)).collect();
        faults.dedup();
        FollowUpReport {
            version: policies.version.clone(),
            lead: facts.lead().id.clone(),
            deadlines,
            reminders_due: reminders,
            tags: tags(facts, &labels),
            violations,
            actions,
            labels: labels.into_iter().collect(),
            protection,
            first_contact,
            faults,
            next_wakeup: next_wakeup.map(|(at, reason)| NextLook { at: local(calendar, at), reason }),
        }
    }

    /// The deadlines of every owner under every policy whose condition holds.
    fn tracks(&mut self) -> Vec<Track<'a>> {
        let (policies, runs) = (self.policies, self.runs);
        let mut all = Vec::new();
        for policy in &policies.policies {
            match policy.when.eval(self.known.facts) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(fault) => {
                    let rule = policy.rules.id.clone();
                    self.faults.push(FollowUpFault::Condition(RuleFault { rule, fault }));
                    continue;
                }
            }
            let named: Option<&CalendarId> = policy.rules.calendar.as_ref();
            let calendar = named.and_then(|id| policies.calendars.get(id)).unwrap_or(self.calendar);
            for node in &policy.rules.nodes {
                for (index, run) in runs.iter().enumerate() {
                    all.extend(tracks(policy, node, calendar, (index, run), &self.known));
                }
            }
        }
        supersede(&mut all);
        all
    }

    /// Reports what the calendar does not tell.
    fn told<T>(&mut self, policy: &RuleId, node: &str, answer: Result<T, CalendarError>) -> Option<T> {
        answer
            .map_err(|error| {
                let fault = FollowUpFault::Calendar { policy: policy.clone(), node: node.to_owned(), error };
                if !self.faults.contains(&fault) {
                    self.faults.push(fault);
                }
            })
            .ok()
    }

    /// Whether it has happened; what has not is a reason to look again.
    fn has_come(&mut self, at: DateTime<Utc>, reason: LookReason) -> bool {
        if at <= self.now() {
            return true;
        }
        if self.next.is_none_or(|next| (at, reason) < next) {
            self.next = Some((at, reason));
        }
        false
    }

    fn find_violation(&mut self, track: &Track<'_>) {
        let (policy, node) = (&track.policy.rules.id, &track.node.id);
        if let Err(error) = &track.due {
            let _: Option<()> = self.told(policy, node, Err(error.clone()));
        }
        let Some(due) = track.missed() else { return };
        let fires = self.told(policy, node, on_a_workday(track.calendar, after(due)));
        let Some(fires) = fires.filter(|fires| self.has_come(*fires, LookReason::Deadline)) else { return };
        let shown = |at: DateTime<Utc>| local(track.calendar, at);
        self.violations.push(Violation {
            lead: self.known.facts.lead().id.clone(),
            owner: self.answers_for(track, due),
            policy: policy.clone(),
            node: node.clone(),
            late: if track.node.kind == NodeKind::Convert { Lateness::Converter } else { Lateness::Follower },
            started_at: shown(track.counted_from(&self.known)),
            within: track.node.within,
            clock: track.node.clock(),
            calendar_version: track.calendar.version().revision.clone(),
            calendar_fingerprint: track.calendar.version().fingerprint,
            pauses: track.pauses.clone(),
            deadline: shown(due),
            found_at: shown(fires),
            done_at: track.done.map(shown),
            closed_at: track.closed.map(shown),
            snapshot: snapshot(self.known.facts),
            reason: None,
        });
    }

    /// Who is late: who works on the lead; of a clock that runs whoever has it, who held it when it was due.
    fn answers_for(&self, track: &Track<'_>, due: DateTime<Utc>) -> Option<RepId> {
        let run = self.runs.get(track.run)?;
        if run.kind != RunKind::Cycle {
            return run.owner.clone();
        }
        let tenures = &self.known.facts.history().tenures;
        if tenures.is_empty() {
            return run.owner.clone();
        }
        let holds = |one: &&crate::model::Tenure| {
            one.counts() && one.from <= due && one.until.is_none_or(|until| due < until)
        };
        tenures.iter().find(holds).map(|tenure| tenure.owner.clone())
    }

    /// The rungs that are reached, as long as nothing is done.
    fn climb(&mut self, track: &Track<'_>) {
        if !self.is_live || !track.is_open() {
            return;
        }
        let (policy, node) = (&track.policy.rules.id, track.node);
        for rung in &node.ladder {
            if rung.step.takes_away() && self.known.options.open_opportunity {
                continue;
            }
            let reached = track.rung(rung, &self.known);
            let Some(Some(reached)) = self.told(policy, &node.id, reached) else { continue };
            // What follows from a missed deadline comes after it.
            let is_after = match node.before {
                true => seconds(rung.within) <= seconds(node.within),
                false => seconds(rung.within) >= seconds(node.within),
            };
            let follows = is_after && node.kind != NodeKind::Remind;
            let reached = if follows { after(reached) } else { reached };
            let fires = self.told(policy, &node.id, on_a_workday(track.calendar, reached));
            let reason =
                if rung.step == Step::RemindOwner { LookReason::Reminder } else { LookReason::Ladder };
            if let Some(fires) = fires.filter(|fires| self.has_come(*fires, reason)) {
                self.step(track, rung, fires);
            }
        }
    }

    fn step(&mut self, track: &Track<'_>, rung: &Rung, fires: DateTime<Utc>) {
        let lead = self.known.facts.lead();
        let owner = self.runs.get(track.run).and_then(|run| run.owner.clone());
        let due = track.due.as_ref().ok().copied().flatten();
        let fires_at = local(track.calendar, fires);
        if rung.step == Step::RemindOwner {
            let kind = match track.node.kind {
                NodeKind::Remind => ReminderKind::Care,
                _ => ReminderKind::Deadline,
            };
            self.reminders.push(Reminder {
                kind,
                lead: lead.id.clone(),
                policy: Some(track.policy.rules.id.clone()),
                node: track.node.id.clone(),
                receiver: owner,
                fires_at,
                about: due.map_or(fires_at, |due| local(track.calendar, due)),
            });
            return;
        }
        let reason = if track.node.kind == NodeKind::Remind { "stay_over" } else { "deadline_missed" };
        let mut action = Action {
            step: rung.step,
            lead: lead.id.clone(),
            policy: track.policy.rules.id.clone(),
            node: track.node.id.clone(),
            owner,
            receiver: None,
            fires_at,
            started_at: local(track.calendar, track.counted_from(&self.known)),
            to: None,
            pool: None,
            reason: reason.into(),
            effects: Vec::new(),
        };
        match rung.step {
            Step::CopyManager => {
                action.receiver = self.known.options.manager.clone();
                let about = || RecordRef::Lead(lead.id.clone());
                action.effects.extend(action.receiver.iter().map(|manager| Effect::Notify {
                    rep: manager.clone(),
                    code: "deadline_missed".into(),
                    about: about(),
                }));
            }
            Step::HighRisk => {
                action.effects.push(Effect::AddTag { lead: lead.id.clone(), tag: HIGH_RISK.to_owned() });
            }
            Step::Recycle => {
                let kind = rung.to.clone().or_else(|| self.flow_pool(&FlowTrigger::Recycled));
                self.recycle(&mut action, kind.unwrap_or(PoolKind::Lead), fires);
            }
            Step::RemindOwner | Step::Reassign => {}
        }
        self.actions.push(action);
    }

    /// The kind of pool that a flow leads to on an occasion.
    fn flow_pool(&self, on: &FlowTrigger) -> Option<PoolKind> {
        let mut flows = self.policies.flows.iter().filter(|(flow, _)| flow.on == *on);
        let (flow, _) = flows.find(|(_, when)| when.eval(self.known.facts).unwrap_or(false))?;
        match &flow.to {
            FlowTarget::Pool(kind) => Some(kind.clone()),
            FlowTarget::Assign | FlowTarget::Stay => None,
        }
    }

    fn recycle(&mut self, action: &mut Action, kind: PoolKind, at: DateTime<Utc>) {
        match self.policies.to_pool(&kind, self.known.facts, at) {
            Ok((pool, effects)) => {
                action.pool = Some(pool);
                action.effects = effects;
            }
            Err(fault) if self.faults.contains(&fault) => {}
            Err(fault) => self.faults.push(fault),
        }
        action.to = Some(kind);
    }

    /// The run of the owner of now.
    fn holder(&self) -> Option<&'a Run> {
        self.runs.iter().rev().find(|run| run.kind == RunKind::Owner && run.is_open())
    }

    /// The next planned follow-up.
    fn remind_of_plan(&mut self) {
        let (facts, calendar) = (self.known.facts, self.calendar);
        let Some(holder) = self.holder().filter(|_| self.is_live) else { return };
        let zone = calendar.zone();
        let own = || facts.history().follow_ups.iter().filter(|one| holder.is_of(&one.owner, one.time));
        let is_known = |one: &&crate::model::FollowUp| one.time <= facts.now();
        let last = own().filter(is_known).max_by_key(|one| one.time);
        let (about, fires) = match (facts.lead().next_follow_up, last.and_then(|one| one.next_date)) {
            (Some(at), _) => (at, on_a_workday(calendar, at)),
            (None, Some(date)) => (zone.start_of_day(date), opening_of(calendar, date)),
            (None, None) => return,
        };
        let day = zone.start_of_day(zone.date(about));
        if own().filter(is_known).any(|one| one.time >= day) {
            return;
        }
        let fires = self.told(&"plan".into(), "planned", fires);
        if let Some(fires) = fires.filter(|fires| self.has_come(*fires, LookReason::Reminder)) {
            let (kind, about) = (ReminderKind::Planned, local(calendar, about));
            self.remind(kind, "planned", holder.owner.clone(), fires, about.with_timezone(&Utc));
        }
    }

    fn remind(
        &mut self,
        kind: ReminderKind,
        node: &str,
        receiver: Option<RepId>,
        fires: DateTime<Utc>,
        about: DateTime<Utc>,
    ) {
        self.reminders.push(Reminder {
            kind,
            lead: self.known.facts.lead().id.clone(),
            policy: None,
            node: node.to_owned(),
            receiver,
            fires_at: local(self.calendar, fires),
            about: local(self.calendar, about),
        });
    }

    fn protect(&mut self) -> Option<Protection> {
        let (facts, calendar) = (self.known.facts, self.calendar);
        let (rules, when) = self.policies.protection.as_ref()?;
        let run = self.holder().filter(|_| self.is_live)?;
        match when.eval(facts) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(fault) => {
                self.faults.push(FollowUpFault::Condition(RuleFault { rule: PROTECTION.into(), fault }));
                return None;
            }
        }
        let protection = protection(rules, run, calendar, facts)?;
        if self.known.options.open_opportunity {
            return Some(protection);
        }
        let id: RuleId = PROTECTION.into();
        let end = calendar.zone().start_of_day(protection.through.succ_opt().unwrap_or(protection.through));
        if let Some(days) = rules.remind_days {
            let date = protection.through.checked_sub_days(chrono::Days::new(days.into()));
            let fires = self.told(&id, PROTECTION, opening_of(calendar, date.unwrap_or(protection.through)));
            let fires = fires.filter(|fires| self.has_come(*fires, LookReason::Reminder));
            if let Some(fires) = fires.filter(|_| !protection.is_lost) {
                self.remind(ReminderKind::Protection, PROTECTION, run.owner.clone(), fires, end);
            }
        }
        let fires = self.told(&id, PROTECTION, on_a_workday(calendar, end));
        if let Some(fires) = fires.filter(|fires| self.has_come(*fires, LookReason::Protection)) {
            let mut action = Action {
                step: Step::Recycle,
                lead: facts.lead().id.clone(),
                policy: id,
                node: PROTECTION.to_owned(),
                owner: run.owner.clone(),
                receiver: None,
                fires_at: local(calendar, fires),
                started_at: local(calendar, run.from),
                to: None,
                pool: None,
                reason: "protection_lost".into(),
                effects: Vec::new(),
            };
            let kind = self.flow_pool(&FlowTrigger::ProtectionLost).unwrap_or(PoolKind::Nurture);
            self.recycle(&mut action, kind, fires);
            self.actions.push(action);
        }
        Some(protection)
    }

    /// The reminders of the tracking schedule: each until somebody follows up.
    fn follow_schedule(&mut self) {
        let (facts, calendar) = (self.known.facts, self.calendar);
        let lead = facts.lead();
        let Some((rules, when)) = &self.policies.tracking else { return };
        let Some(closed_at) = self.known.options.closed_at else { return };
        if !(self.is_live || lead.status == LeadStatus::Converted) {
            return;
        }
        match when.eval(facts) {
            Ok(true) => {}
            Ok(false) => return,
            Err(fault) => {
                self.faults.push(FollowUpFault::Condition(RuleFault { rule: "tracking".into(), fault }));
                return;
            }
        }
        for reminder in &rules.reminders {
            let due = calendar.add(closed_at, reminder.after, Clock::Elapsed).map(|due| due.at());
            let fires = due.and_then(|due| Ok((due, on_a_workday(calendar, due)?)));
            let Some((due, fires)) = self.told(&"tracking".into(), &reminder.id, fires) else { continue };
            let is_done = |one: &crate::model::FollowUp| due <= one.time && one.time <= facts.now();
            if self.has_come(fires, LookReason::Reminder) && !facts.history().follow_ups.iter().any(is_done) {
                self.remind(ReminderKind::Tracking, &reminder.id, lead.owner.clone(), fires, due);
            }
        }
    }

    /// The deadlines of who works on the lead now.
    fn deadlines(&self, tracks: &[Track<'_>]) -> Vec<NodeDeadline> {
        let is_current = |track: &&Track<'_>| {
            let lasts = self.runs.get(track.run).is_some_and(Run::is_open);
            lasts && track.is_last && (track.node.kind != NodeKind::Remind || track.is_open())
        };
        let mut current: Vec<&Track<'_>> = tracks.iter().filter(is_current).collect();
        let due = |track: &Track<'_>| track.due.as_ref().ok().copied().flatten();
        current.sort_by(|a, b| {
            let key = |one: &&Track<'_>| (due(one).is_none(), due(one));
            let names = |one: &Track<'_>| (one.policy.rules.id.clone(), one.node.id.clone());
            key(a).cmp(&key(b)).then_with(|| names(a).cmp(&names(b)))
        });
        let shown = |track: &Track<'_>| {
            let at = |moment: DateTime<Utc>| local(track.calendar, moment);
            let due = due(track);
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
                calendar_version: track.calendar.version().revision.clone(),
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

    fn first_contact(&self) -> Option<FirstContact> {
        let (facts, calendar) = (self.known.facts, self.calendar);
        let run = self.runs.iter().rev().find(|run| run.kind == RunKind::Owner)?;
        let owner = run.owner.clone()?;
        let follow_ups = facts.history().follow_ups.iter();
        let own =
            follow_ups.filter(|one| one.owner == owner && one.time >= run.from && one.time <= facts.now());
        let first = own.min_by_key(|one| one.time)?;
        let source = &facts.lead().source;
        let class = || source.class.as_ref().map(|class| class.as_str().to_owned());
        let office = calendar.between(run.from, first.time, Clock::OfficeHours).ok();
        Some(FirstContact {
            owner,
            source: source.primary.clone().or_else(class).unwrap_or_else(|| "unknown".to_owned()),
            from: local(calendar, run.from),
            at: local(calendar, first.time),
            office_seconds: office.map(|length| length.num_seconds()),
            call_gap_seconds: first.call_start.map(|start| (first.time - start).num_seconds()),
        })
    }

    /// When to look again. A live lead always has a next look; one that nobody holds is looked at by the rhythm too.
    fn next_look(&self) -> Option<(DateTime<Utc>, LookReason)> {
        if !self.is_live || (self.next.is_some() && self.holder().is_some()) {
            return self.next;
        }
        let run = self.runs.iter().rev().find(|run| run.kind != RunKind::Cycle && run.is_open());
        let base = run.map_or_else(|| cycle_start(self.known.facts), |run| run.from);
        let at = rhythm(base, self.now(), &self.policies.rhythm_days);
        let at = on_a_workday(self.calendar, at).unwrap_or(at);
        let rhythm = (at, LookReason::Rhythm);
        Some(self.next.map_or(rhythm, |next| next.min(rhythm)))
    }
}

/// The first moment after `now` of a rhythm: its gaps one after the other, the last again and again.
fn rhythm(base: DateTime<Utc>, now: DateTime<Utc>, days: &[u32]) -> DateTime<Utc> {
    let plus = |at: DateTime<Utc>, days: i64| at.checked_add_signed(TimeDelta::days(days)).unwrap_or(at);
    let mut at = base;
    for gap in days {
        at = plus(at, i64::from(*gap));
        if at > now {
            return at;
        }
    }
    let last = i64::from(days.last().copied().unwrap_or(30).max(1));
    let whole = (now - at).num_days() / last + 1;
    plus(at, whole * last)
}

/// Of nodes with one name in several policies, the earliest due acts; which it is does not change as time goes on.
fn supersede(tracks: &mut [Track<'_>]) {
    let mut firsts: Vec<(usize, String, RuleId, Option<DateTime<Utc>>)> = Vec::new();
    for track in tracks.iter() {
        let (run, node, policy) = (track.run, &track.node.id, &track.policy.rules.id);
        if !firsts.iter().any(|one| (one.0, &one.1, &one.2) == (run, node, policy)) {
            let due = track.due.as_ref().ok().copied().flatten();
            firsts.push((run, node.clone(), policy.clone(), due));
        }
    }
    for track in tracks.iter_mut() {
        let rivals = firsts.iter().filter(|one| one.0 == track.run && one.1 == track.node.id);
        let winner = rivals.min_by(|a, b| (a.3.is_none(), a.3, &a.2).cmp(&(b.3.is_none(), b.3, &b.2)));
        let winner = winner.map(|winner| winner.2.clone());
        track.superseded_by = winner.filter(|winner| *winner != track.policy.rules.id);
    }
}

/// The tags that labels ask for.
fn tags(facts: &Facts<'_>, labels: &BTreeSet<String>) -> Vec<Effect> {
    let lead = facts.lead();
    let missing = labels.iter().filter(|label| !lead.tags.contains(label));
    let add = missing.map(|tag| Effect::AddTag { lead: lead.id.clone(), tag: tag.clone() });
    let stale = lead.tags.iter().filter(|tag| tag.starts_with(OVERDUE) && !labels.contains(*tag));
    add.chain(stale.map(|tag| Effect::RemoveTag { lead: lead.id.clone(), tag: tag.clone() })).collect()
}

/// The lead's key fields, without contact values.
fn snapshot(facts: &Facts<'_>) -> Attributes {
    let lead = facts.lead();
    let text = |text: &str| Value::Text(text.to_owned());
    let fields = [
        ("status", Some(text(lead.status.as_str()))),
        ("stage", lead.stage.as_deref().map(text)),
        ("owner", lead.owner.as_ref().map(|owner| text(owner.as_str()))),
        ("pool", lead.pool.as_ref().map(|pool| text(pool.as_str()))),
        ("region", facts.region().map(|region| text(&region.to_string()))),
        ("source", lead.source.primary.as_deref().map(text)),
        ("products", (!lead.products.is_empty()).then(|| Value::List(lead.products.clone()))),
        ("created_at", Some(Value::Timestamp(lead.created_at))),
    ];
    let known = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    known.collect()
}
