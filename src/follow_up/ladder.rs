//! The consequences of a missed step: the rungs of the ladders, the end of the protection, and where a lead goes then.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use super::clocks::{after, local, on_a_workday, opening_of, seconds};
use super::flow::notify;
use super::look::Look;
use super::protection::protection;
use super::report::{Action, FollowUpFault, LookReason, Protection, Reminder, ReminderKind};
use super::rules::{Anchor, FlowRules, FlowTarget, FlowTrigger, NodeKind, NodeRules, Rung, Step};
use super::runs::RunKind;
use super::track::Track;
use crate::calendar::Amount;
use crate::model::{Effect, PoolKind, RepId, RuleId, TagCode, TenureEnd};
use crate::text::Code;

/// The tag of a lead at risk.
pub(super) const HIGH_RISK: &str = TagCode::HighRisk.as_str();
/// Reason code: too many owners have lost the lead, so it is left alone.
const EXHAUSTED: &str = "owners_exhausted";
/// Reason code: the lead was nurtured before and is not nurtured again.
const LOST_AGAIN: &str = "lost_again";
/// The name in place of a policy's id when the protection acts.
pub(super) const PROTECTION: &str = "protection";

/// The occasions on which a step of a node takes a lead away, the nearer first.
fn occasions(kind: NodeKind) -> &'static [FlowTrigger] {
    match kind {
        NodeKind::Follow => &[FlowTrigger::Recycled],
        NodeKind::Convert => &[FlowTrigger::NotSqlInTime, FlowTrigger::Recycled],
        NodeKind::Remind => &[FlowTrigger::StayOver, FlowTrigger::Recycled],
    }
}

/// Whether a node requires care of a lead that is silent.
fn is_of_silence(node: &NodeRules) -> bool {
    node.kind == NodeKind::Remind && matches!(node.anchor, Anchor::LastActivity | Anchor::LastFollowUp)
}

/// Whether a track is a first contact that the rep who works on the lead still owes it.
fn is_first_contact(one: &Track<'_>, silence: &Track<'_>) -> bool {
    let is_first = matches!(one.node.anchor, Anchor::OwnerChange | Anchor::Created);
    one.run == silence.run
        && one.node.kind == NodeKind::Follow
        && is_first
        && one.is_open()
        && one.due_at().is_some()
        && one.superseded_by.is_none()
}

impl Look<'_> {
    /// The rungs that are reached, as long as the step is not done.
    pub(super) fn climb(&mut self, track: &Track<'_>, tracks: &[Track<'_>]) {
        let is_of = |kind| self.run_of(track.run).is_some_and(|run| run.kind == kind);
        let (is_customer, stands_in) = (is_of(RunKind::Customer), is_of(RunKind::Cover));
        if !(self.is_live || is_customer) || !track.is_open() {
            return;
        }
        // An owner who has not contacted the lead yet is reminded of that, not of the lead's silence.
        let is_asked = is_of_silence(track.node) && tracks.iter().any(|one| is_first_contact(one, track));
        let (policy, node) = (&track.policy.rules.id, track.node);
        for rung in &node.ladder {
            if (rung.step.takes_away() && self.known.is_held())
                || (is_asked && rung.step == Step::RemindOwner)
            {
                continue;
            }
            let reached = track.rung(rung, &self.known);
            let Some(Some(reached)) = self.told(policy, &node.id, reached) else { continue };
            let reached = match track.comes_late.filter(|begins| reached <= *begins) {
                // Of the reminders from before this owner's tenure, only the last is sent.
                Some(begins) if self.is_last_reminder(track, rung, begins) => begins,
                Some(_) => continue,
                None => reached,
            };
            // The consequence of a missed deadline comes after it.
            let is_after = match node.before {
                true => seconds(rung.within) <= seconds(node.within),
                false => seconds(rung.within) >= seconds(node.within),
            };
            let follows = is_after && node.kind != NodeKind::Remind && track.comes_late.is_none();
            let mut reached = if follows { after(reached) } else { reached };
            if rung.step.takes_away() && !stands_in {
                // A protected lead is not taken away: the step waits until the protection ends.
                reached = self.protected_until.map_or(reached, |until| reached.max(until));
            }
            let fires = self.told(policy, &node.id, on_a_workday(track.calendar, reached));
            let reason =
                if rung.step == Step::RemindOwner { LookReason::Reminder } else { LookReason::Ladder };
            if let Some(fires) = fires.filter(|fires| self.has_come(*fires, reason)) {
                self.step(track, rung, fires);
            }
        }
    }

    /// Whether a rung is the last that reminds the owner up to a moment.
    fn is_last_reminder(&self, track: &Track<'_>, rung: &Rung, until: DateTime<Utc>) -> bool {
        let reminds = |one: &&Rung| {
            let reached = || track.rung(one, &self.known).ok().flatten();
            one.step == Step::RemindOwner && reached().is_some_and(|at| at <= until)
        };
        track.node.ladder.iter().rfind(reminds) == Some(rung)
    }

    fn step(&mut self, track: &Track<'_>, rung: &Rung, fires: DateTime<Utc>) {
        let lead = self.known.facts.lead().id.clone();
        let run = self.run_of(track.run);
        let owner = run.and_then(|run| run.owner.clone());
        let (policy, node) = (track.policy.rules.id.clone(), track.node.id.clone());
        let fires_at = local(track.calendar, fires);
        if rung.step == Step::RemindOwner {
            let kind = match track.node.kind {
                NodeKind::Remind => ReminderKind::Care,
                _ => ReminderKind::Deadline,
            };
            let about = track.due_at().map_or(fires_at, |due| local(track.calendar, due));
            let rung = Some(rung.within);
            let (policy, receiver, is_new) = (Some(policy), None, true);
            let started_at = Some(local(track.calendar, track.counted_from(&self.known)));
            let reminder =
                Reminder { kind, lead, policy, node, rung, receiver, fires_at, about, started_at, is_new };
            self.remind(owner, reminder);
            return;
        }
        let reason = if track.node.kind == NodeKind::Remind { "stay_over" } else { "deadline_missed" };
        let started = local(track.calendar, track.counted_from(&self.known));
        let action = Action {
            rung: Some(rung.within),
            owner,
            pauses: track.pauses_before(fires),
            reason: reason.into(),
            ..self.action(rung.step, (policy, node), started, fires_at)
        };
        match rung.step {
            // Another rep stands in: the owner, who is away, has lost nothing.
            Step::Recycle if run.is_some_and(|run| run.kind == RunKind::Cover) => {
                self.actions.push(Action { step: Step::Reassign, ..action });
            }
            Step::Recycle => {
                let flow = if rung.to.is_some() { None } else { self.flow_on(occasions(track.node.kind)) };
                self.take(action, rung.to.clone().unwrap_or(PoolKind::Lead), flow);
            }
            Step::CopyManager => self.copy_manager(action),
            Step::HighRisk => {
                let effects = vec![Effect::AddTag { lead, tag: HIGH_RISK.to_owned() }];
                self.actions.push(Action { effects, ..action });
            }
            Step::RemindOwner | Step::Reassign => self.actions.push(action),
        }
    }

    fn copy_manager(&mut self, mut action: Action) {
        let admin = || self.admins().into_iter().next().filter(|_| action.owner.is_none());
        action.receiver = self.known.options.manager.clone().or_else(admin);
        if action.receiver.is_none() {
            self.fault(FollowUpFault::NoManager { owner: action.owner.clone() });
        }
        action.effects.extend(
            action.receiver.iter().map(|manager| notify(manager, action.reason.clone(), &action.lead)),
        );
        self.actions.push(action);
    }

    /// The lead leaves its owner: by the flow of the occasion, else into the pool of a kind.
    fn take(&mut self, mut action: Action, otherwise: PoolKind, flow: Option<&FlowRules>) {
        let Some(flow) = flow else { return self.recycle(action, otherwise) };
        action.reason = flow.reason.clone();
        action.excluded = action.owner.clone().filter(|_| flow.another_owner);
        match &flow.to {
            FlowTarget::Pool(kind) => {
                self.tell_manager(flow, &mut action);
                self.recycle(action, kind.clone());
            }
            FlowTarget::Assign => {
                self.tell_manager(flow, &mut action);
                self.actions.push(Action { step: Step::Reassign, ..action });
            }
            FlowTarget::Stay if flow.tell_manager => {
                self.copy_manager(Action { step: Step::CopyManager, excluded: None, ..action });
            }
            FlowTarget::Stay => {}
        }
    }

    fn tell_manager(&mut self, flow: &FlowRules, action: &mut Action) {
        match &self.known.options.manager {
            Some(manager) if flow.tell_manager => {
                action.effects.push(notify(manager, flow.reason.clone(), &action.lead));
            }
            None if flow.tell_manager => {
                self.fault(FollowUpFault::NoManager { owner: action.owner.clone() });
            }
            _ => {}
        }
    }

    /// A lead goes into the pool of a kind from now on; the owner who loses it is told. If no pool takes it, it stays.
    /// One that so many owners have lost in its cycle is left alone: it is nurtured, and the administrators of the pool where
    /// it would be claimed are notified. One that was nurtured for long and is lost again goes to the general pool.
    fn recycle(&mut self, mut action: Action, kind: PoolKind) {
        let region = self.known.facts.region();
        let nurture = self.policies.pool_for(&PoolKind::Nurture, region);
        let is_worn_out = kind == PoolKind::Lead && nurture.is_some() && self.is_worn_out();
        if is_worn_out {
            let admins = self.policies.pool_for(&kind, region).map(|pool| &pool.admins);
            let told =
                admins.into_iter().flatten().map(|admin| notify(admin, EXHAUSTED.into(), &action.lead));
            action.effects.extend(told);
            action.reason = EXHAUSTED.into();
        }
        let kind = if is_worn_out { PoolKind::Nurture } else { kind };
        let general = self.policies.pool_for(&PoolKind::PublicGeneral, region);
        let kind = if kind == PoolKind::Nurture && general.is_some() && self.is_lost_again() {
            action.reason = LOST_AGAIN.into();
            PoolKind::PublicGeneral
        } else {
            kind
        };
        match self.policies.to_pool(&kind, self.known.facts, self.now(), self.known.options.held.as_ref()) {
            Ok((pool, effects)) => {
                action.pool = Some(pool);
                let loser = action.owner.iter();
                action.effects.extend(loser.map(|owner| notify(owner, action.reason.clone(), &action.lead)));
                action.effects.extend(effects);
            }
            Err(fault) => {
                action.effects.clear();
                self.fault(fault);
            }
        }
        action.to = Some(kind);
        self.actions.push(action);
    }

    /// Whether somebody had lost it before, so long ago that it is not nurtured again.
    fn is_lost_again(&self) -> bool {
        let tenures = self.known.facts.history().tenures.iter().filter(|one| one.counts());
        let lost = tenures.filter(|one| matches!(one.end, Some(TenureEnd::Recycled | TenureEnd::Returned)));
        let first = lost.filter_map(|one| one.until).min();
        let nurtured_for = TimeDelta::seconds(seconds(self.policies.nurture_for));
        first.is_some_and(|first| self.now() - first >= nurtured_for)
    }

    /// Whether as many owners as allowed have lost the lead in its cycle, the present one included.
    fn is_worn_out(&self) -> bool {
        let lost = self.known.facts.history().previous_owners().chain(&self.known.facts.lead().owner);
        let owners: BTreeSet<&RepId> = lost.collect();
        owners.len() >= usize::try_from(self.policies.owners_per_cycle).unwrap_or(usize::MAX)
    }

    /// A step that is taken now, without a pool or an effect yet.
    fn action(
        &self,
        step: Step,
        (policy, node): (RuleId, String),
        started_at: DateTime<FixedOffset>,
        fires_at: DateTime<FixedOffset>,
    ) -> Action {
        Action {
            step,
            lead: self.known.facts.lead().id.clone(),
            policy,
            node,
            rung: None,
            owner: None,
            receiver: None,
            fires_at,
            started_at,
            pauses: Vec::new(),
            to: None,
            pool: None,
            excluded: None,
            reason: Code::default(),
            effects: Vec::new(),
            is_new: true,
        }
    }

    /// How long the lead is protected: until then no step takes it away.
    pub(super) fn protection(&mut self) -> Option<Protection> {
        let (policies, calendar) = (self.policies, self.calendar);
        let (rules, when) = policies.protection.as_ref()?;
        let run = self.holder().filter(|_| self.is_live)?;
        if !self.holds(&PROTECTION.into(), when) {
            return None;
        }
        let protection = protection(rules, run, calendar, &self.known)?;
        self.protected_until = Some(self.end_of(&protection));
        Some(protection)
    }

    /// The first moment after the last protected day.
    fn end_of(&self, protection: &Protection) -> DateTime<Utc> {
        let day_after = protection.through.succ_opt().unwrap_or(protection.through);
        self.calendar.zone().start_of_day(day_after)
    }

    /// The reminder of the end of a protection, and what happens then.
    pub(super) fn end_protection(&mut self, protection: &Protection) {
        let (policies, calendar) = (self.policies, self.calendar);
        let Some((rules, run)) = policies.protection.as_ref().map(|(rules, _)| rules).zip(self.holder())
        else {
            return;
        };
        if self.known.is_held() {
            return;
        }
        let (id, end) = (RuleId::from(PROTECTION), self.end_of(protection));
        if let Some(days) = rules.remind_days {
            let date = protection.through.checked_sub_days(chrono::Days::new(days.into()));
            let fires = self.told(&id, PROTECTION, opening_of(calendar, date.unwrap_or(protection.through)));
            let fires = fires.filter(|fires| self.has_come(*fires, LookReason::Reminder));
            if let Some(fires) = fires.filter(|_| !protection.is_lost) {
                let reminder = self.reminder(ReminderKind::Protection, PROTECTION, fires, end);
                self.remind(run.owner.clone(), reminder);
            }
        }
        let fires = self.told(&id, PROTECTION, on_a_workday(calendar, end));
        if let Some(fires) = fires.filter(|fires| self.has_come(*fires, LookReason::Protection)) {
            let (started, fires) = (local(calendar, run.from), local(calendar, fires));
            let action = Action {
                rung: Some(Amount::days(rules.days)),
                owner: run.owner.clone(),
                reason: "protection_lost".into(),
                ..self.action(Step::Recycle, (id, PROTECTION.to_owned()), started, fires)
            };
            let flow = self.flow_on(&[FlowTrigger::ProtectionLost]);
            self.take(action, PoolKind::Nurture, flow);
        }
    }
}
