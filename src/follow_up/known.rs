//! A lead's history in order, as far as it is known at the moment of the look.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::clocks::merged;
use super::engine::FollowUpPolicies;
use super::options::FollowUpOptions;
use super::record::{FollowUpRecord, OpenTime};
use super::runs::{Run, RunKind};
use crate::calendar::Calendar;
use crate::model::{FollowUp, FollowUpKind, Pause, PoolKind, RepId};
use crate::rule::Facts;

/// When a rep plans to follow up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The rep who planned it; `None` when not known.
    pub(super) by: Option<RepId>,
    /// When it was planned; `None` when not known.
    pub(super) made_at: Option<DateTime<Utc>>,
    pub(super) at: DateTime<Utc>,
    /// Whether only the day is planned.
    pub(super) is_day: bool,
}

pub(super) struct Known<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) options: &'a FollowUpOptions,
    /// Those that have begun, in order, none touching another.
    pauses: Vec<Pause>,
    /// Those that count as such, by time.
    follow_ups: Vec<&'a FollowUp>,
    /// When the lead did something, in order, each moment once.
    activities: Vec<DateTime<Utc>>,
    /// Stages entered, by time; of one time, in the order of the history.
    stages: Vec<(DateTime<Utc>, &'a str)>,
    /// When an opportunity was open.
    pub(super) opportunity: Option<OpenTime>,
    /// When the rules converted the lead.
    pub(super) converted: Option<DateTime<Utc>>,
    /// When the lead had ended.
    rests: Vec<Pause>,
    /// By the time they were made; of one time, in the order they are known.
    plans: Vec<Plan>,
    /// The kind of the pool that the lead is in, and since when, if that is known.
    pub(super) pool: Option<(PoolKind, Option<DateTime<Utc>>)>,
}

impl<'a> Known<'a> {
    /// Reads a lead's history. O(n·log n) in its records.
    pub(super) fn new(
        policies: &FollowUpPolicies,
        calendar: &Calendar,
        facts: &'a Facts<'a>,
        options: &'a FollowUpOptions,
        pool_since: Option<DateTime<Utc>>,
        record: &FollowUpRecord,
        runs: &[Run],
    ) -> Known<'a> {
        let (history, now) = (facts.history(), facts.now());
        let mut follow_ups: Vec<&FollowUp> = history
            .follow_ups
            .iter()
            .filter(|one| one.time <= now && counts(one, &policies.key_fields))
            .collect();
        follow_ups.sort_by_key(|one| one.time);
        let mut activities: Vec<DateTime<Utc>> =
            facts.activities().iter().map(|one| one.time).filter(|at| *at <= now).collect();
        activities.sort_unstable();
        activities.dedup();
        let entries = history.stage_entries.iter().filter(|entry| entry.at <= now);
        let mut stages: Vec<(DateTime<Utc>, &str)> =
            entries.map(|entry| (entry.at, entry.stage.as_str())).collect();
        stages.sort_by_key(|(at, _)| *at);
        // A stage entered twice in a row was not left: the host reports one entry twice.
        stages.dedup_by(|(_, again), (_, before)| again == before);
        let pool =
            facts.lead().pool.as_ref().and_then(|id| policies.pools.iter().find(|pool| pool.id == *id));
        let begun = options.pauses.iter().filter(|pause| pause.from <= now);
        let begun =
            begun.map(|pause| Pause { until: ends(pause, runs, &activities), ..pause.clone() }).collect();
        Known {
            facts,
            options,
            pauses: merged(begun),
            follow_ups,
            activities,
            stages,
            opportunity: record.opportunity,
            converted: record.converted_since,
            rests: record.rests.clone(),
            plans: plans(calendar, facts, options),
            pool: pool.map(|pool| (pool.kind.clone(), pool_since.filter(|since| *since <= now))),
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.facts.now()
    }

    /// An open opportunity holds the lead.
    pub(super) fn is_held(&self) -> bool {
        is_held(self.facts, self.options)
    }

    /// When the rep who works on the lead in a run was away.
    pub(super) fn absences_of(&self, run: &Run) -> impl Iterator<Item = Pause> {
        let works = matches!(run.kind, RunKind::Owner | RunKind::Cover);
        let absences =
            run.owner.as_ref().filter(|_| works).and_then(|rep| Some((rep, self.options.absences.get(rep)?)));
        let begun = absences.into_iter().flat_map(|(rep, all)| all.iter().map(move |one| (rep, one)));
        begun.filter(|(_, one)| one.from <= self.now()).map(|(rep, one)| Pause {
            from: one.from,
            until: Some(one.until),
            reason: format!("{rep} is away"),
        })
    }

    /// When nothing was due of the lead itself.
    pub(super) fn rests_of(&self, run: &Run) -> impl Iterator<Item = Pause> {
        self.rests.iter().filter(|_| run.kind != RunKind::Customer).cloned()
    }

    /// The pauses that touch a run.
    pub(super) fn pauses_of(&self, run: &Run) -> impl Iterator<Item = &Pause> {
        let first = self.pauses.partition_point(|pause| pause.until.is_some_and(|until| until <= run.from));
        let rest = self.pauses.get(first..).unwrap_or_default().iter();
        rest.take_while(|pause| run.until.is_none_or(|until| pause.from <= until))
    }

    /// Every follow-up, by time.
    pub(super) fn follow_ups(&self) -> &[&'a FollowUp] {
        &self.follow_ups
    }

    /// The follow-ups of the rep who works on the lead in a run, or of anybody if nobody does.
    pub(super) fn follow_ups_of(&self, run: &Run) -> impl Iterator<Item = &'a FollowUp> {
        let of_run = within(&self.follow_ups, run, |one| one.time);
        of_run.iter().copied().filter(|one| run.is_of(&one.owner, one.time))
    }

    /// Whether the rep who works on the lead had done one of these before anything counted.
    pub(super) fn had_followed_up(&self, run: &Run, kinds: &BTreeSet<FollowUpKind>) -> bool {
        let whole = Run { from: run.began, ..run.clone() };
        run.began < run.from
            && self.follow_ups_of(&whole).any(|one| one.time < run.from && kinds.contains(&one.kind))
    }

    /// When the lead did something while a run lasted.
    pub(super) fn activities_of(&self, run: &Run) -> &[DateTime<Utc>] {
        within(&self.activities, run, |at| *at)
    }

    /// The stages entered while a run lasted.
    pub(super) fn stages_of(&self, run: &Run) -> &[(DateTime<Utc>, &'a str)] {
        within(&self.stages, run, |(at, _)| *at)
    }

    /// The stage the lead is in at a moment: of several entered at once, the last.
    pub(super) fn stage_at(&self, at: DateTime<Utc>) -> Option<&'a str> {
        let entered = self.stages.partition_point(|(entered, _)| *entered <= at);
        self.stages.get(entered.checked_sub(1)?).map(|(_, stage)| *stage)
    }

    pub(super) fn plans(&self) -> &[Plan] {
        &self.plans
    }
}

/// When a pause ends. One without a stated end lasts until the customer does something or somebody else has the lead: the
/// customer did not ask the new owner for it.
fn ends(pause: &Pause, runs: &[Run], activities: &[DateTime<Utc>]) -> Option<DateTime<Utc>> {
    let is_later = |at: &DateTime<Utc>| *at > pause.from;
    let owners = runs.iter().filter(|run| run.kind == RunKind::Owner).map(|run| run.from);
    let acts = activities.get(activities.partition_point(|at| !is_later(at))..).unwrap_or_default();
    pause.until.or_else(|| owners.filter(is_later).chain(acts.first().copied()).min())
}

/// Whether an open opportunity holds the lead.
pub(super) fn is_held(facts: &Facts<'_>, options: &FollowUpOptions) -> bool {
    let since = options.opportunity_since.filter(|since| *since <= facts.now());
    since.is_some() || !facts.history().opportunities.is_empty()
}

/// Whether a record is a follow-up: the edit of a field that is not a key field is not.
pub(super) fn counts(one: &FollowUp, key_fields: &BTreeSet<String>) -> bool {
    one.kind != FollowUpKind::KeyFieldEdit
        || key_fields.is_empty()
        || one.key_fields_changed.iter().any(|field| key_fields.contains(field))
}

fn within<'l, T>(list: &'l [T], run: &Run, at: impl Fn(&T) -> DateTime<Utc>) -> &'l [T] {
    let first = list.partition_point(|one| at(one) < run.from);
    let end = run.until.map_or(list.len(), |until| list.partition_point(|one| at(one) <= until));
    list.get(first..end.max(first)).unwrap_or_default()
}

/// The plans that are known: those of the host, those that follow-ups name, and the date that is on the lead.
fn plans(calendar: &Calendar, facts: &Facts<'_>, options: &FollowUpOptions) -> Vec<Plan> {
    let (now, zone) = (facts.now(), calendar.zone());
    let told = options.plans.iter().filter(|plan| plan.made_at <= now).map(|plan| Plan {
        by: Some(plan.by.clone()),
        made_at: Some(plan.made_at),
        at: plan.at,
        is_day: false,
    });
    let named = facts.history().follow_ups.iter().filter(|one| one.time <= now).filter_map(|one| {
        let at = zone.start_of_day(one.next_date?);
        Some(Plan { by: Some(one.owner.clone()), made_at: Some(one.time), at, is_day: true })
    });
    let mut plans: Vec<Plan> = named.chain(told).collect();
    plans.sort_by_key(|plan| plan.made_at);
    // The lead's own date is the present plan; when it was made is not known, unless the plan is.
    if let Some(at) = facts.lead().next_follow_up
        && plans.last().is_none_or(|last| last.at != at)
    {
        plans.push(Plan { by: None, made_at: None, at, is_day: false });
    }
    plans
}
