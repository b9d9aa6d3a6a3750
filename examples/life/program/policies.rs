//! Policies of follow-up between events: who is late, whom the ladder tells, and which lead leaves its owner.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use leadkit::HostTables;
use leadkit::calendar::Calendars;
use leadkit::error::RuleErrors;
use leadkit::follow_up::{
    FirstContact, FollowUpOptions, FollowUpPolicies, FollowUpRecord, FollowUpReport, FollowUpRules,
    NodeDeadline, NodeKind, NodeState, ProtectionRules, SpeedTable, Step,
};
use leadkit::model::{Effect, LeadId, LeadStatus, Pause, RecordRef, RepId, StageEntry, Violation};
use leadkit::rule::{FactContext, Facts};

use super::clock::is_live;
use super::desk::Desk;
use super::laws::NextStep;
use super::print::{line, moment};

/// The policies that are named so. With b2b a lead is protected too: 30 days, 15 more from each follow-up, 90 at most.
pub(super) fn named(name: &str) -> Option<FollowUpRules> {
    match name {
        "nodes" => Some(FollowUpRules::nodes()),
        "b2c" => Some(FollowUpRules::b2c()),
        "b2b" => {
            let protection = ProtectionRules { remind_days: Some(3), ..ProtectionRules::days(30, 15, 90) };
            Some(FollowUpRules { protection: Some(protection), ..FollowUpRules::b2b() })
        }
        "marketing" => Some(FollowUpRules::marketing()),
        _ => None,
    }
}

/// The policies, what they have found, and when they look at which lead again.
pub(super) struct Policies {
    rules: FollowUpPolicies,
    queue: BTreeSet<(DateTime<Utc>, LeadId)>,
    next: BTreeMap<LeadId, DateTime<Utc>>,
    /// What each lead waits for, and of whom.
    steps: BTreeMap<LeadId, (RepId, NextStep)>,
    /// Who is asked to do something, of leads that live.
    asked: BTreeMap<LeadId, BTreeSet<RepId>>,
    /// What earlier looks found, of leads that live.
    records: BTreeMap<LeadId, FollowUpRecord>,
    /// How often they wrote: two looks at one moment are two decisions.
    written: u64,
    /// Leads that something has happened to since.
    touched: BTreeSet<LeadId>,
    /// By what names them; of each what was known last.
    late: BTreeMap<String, Violation>,
    first: BTreeMap<(LeadId, RepId, DateTime<FixedOffset>), FirstContact>,
}

impl Policies {
    pub(super) fn new(rules: &FollowUpRules, calendars: &Calendars) -> Result<Policies, RuleErrors> {
        let calendars = calendars.0.iter().map(|(id, rules)| (id.as_str().into(), rules.clone()));
        let rules = FollowUpRules { calendars: calendars.collect(), ..rules.clone() };
        Ok(Policies {
            rules: FollowUpPolicies::compile(&rules)?,
            queue: BTreeSet::new(),
            next: BTreeMap::new(),
            steps: BTreeMap::new(),
            asked: BTreeMap::new(),
            records: BTreeMap::new(),
            written: 0,
            touched: BTreeSet::new(),
            late: BTreeMap::new(),
            first: BTreeMap::new(),
        })
    }

    pub(super) fn touch(&mut self, lead: &LeadId) {
        self.touched.insert(lead.clone());
    }

    /// The lead that is looked at first, up to and including a moment.
    pub(super) fn first_until(&self, until: DateTime<Utc>) -> Option<(DateTime<Utc>, LeadId)> {
        self.queue.first().filter(|(at, _)| *at <= until).cloned()
    }

    /// What a lead that somebody holds waits for, and of whom.
    pub(super) fn step_of(&self, lead: &LeadId) -> Option<&(RepId, NextStep)> {
        self.steps.get(lead)
    }

    /// Who is asked to do something about a lead.
    pub(super) fn asked(&self, lead: &LeadId) -> impl Iterator<Item = &RepId> {
        self.asked.get(lead).into_iter().flatten()
    }

    /// Keeps what a look has found.
    fn keep(&mut self, lead: &LeadId, report: &FollowUpReport, owner: Option<&RepId>) {
        let next = report.next_wakeup.as_ref();
        self.look_at(lead, next.map(|next| next.at.to_utc()));
        let Some(next) = next else {
            self.records.remove(lead);
            self.steps.remove(lead);
            self.asked.remove(lead);
            return;
        };
        self.records.insert(lead.clone(), report.record.clone());
        let asked = report.deadlines.iter().filter_map(|one| one.owner.clone());
        self.asked.insert(lead.clone(), asked.collect());
        // The deadline that runs, else the look.
        let open = |one: &&NodeDeadline| one.state == NodeState::Open && one.kind != NodeKind::Remind;
        let due = report.deadlines.iter().find(open).and_then(|one| Some((one.owner.clone()?, one)));
        let due = due.and_then(|(rep, one)| {
            let what = format!("{} {rep}", one.node);
            // What is missed on a day off is so on the next working day.
            let due = one.due_at?;
            let at = if next.at - due > TimeDelta::seconds(1) { next.at } else { due };
            Some((rep, NextStep { what, at: Some(at.to_utc()) }))
        });
        let look = owner.map(|owner| {
            let step = NextStep { what: format!("look {}", next.reason), at: Some(next.at.to_utc()) };
            (owner.clone(), step)
        });
        match due.or(look) {
            Some(step) => drop(self.steps.insert(lead.clone(), step)),
            None => drop(self.steps.remove(lead)),
        }
    }

    fn look_at(&mut self, lead: &LeadId, at: Option<DateTime<Utc>>) {
        if let Some(before) = self.next.remove(lead) {
            self.queue.remove(&(before, lead.clone()));
        }
        if let Some(at) = at {
            self.next.insert(lead.clone(), at);
            self.queue.insert((at, lead.clone()));
        }
    }
}

impl Desk {
    /// What the policies say of a lead now.
    fn report_of(&self, policies: &Policies, id: &LeadId) -> Option<FollowUpReport> {
        let lead = self.book.lead(id)?;
        let mut history = self.book.history(id).clone();
        let visits = self.timelines.get(id).into_iter().flat_map(|timeline| timeline.visits());
        let entry = |stage: &str, at| StageEntry { stage: stage.to_owned(), at };
        history.stage_entries.extend(visits.map(|visit| entry(&visit.stage, visit.entered.at)));
        let opened = history.opportunities.iter().filter_map(|id| self.book.opportunity(id));
        let opened: Vec<_> = opened.map(|one| entry("opportunity", one.created_at)).collect();
        history.stage_entries.extend(opened);
        let rep = lead.owner.as_ref().and_then(|owner| self.reps.get(owner));
        // Where nobody stands in, the clock of who is away stands.
        let away = rep.filter(|_| history.cover().is_none()).into_iter().flat_map(|rep| &rep.absences);
        let pauses = away.filter(|one| one.from <= self.now).map(|one| Pause {
            from: one.from,
            until: Some(one.until),
            reason: "the owner is away".to_owned(),
        });
        let options = FollowUpOptions {
            pauses: pauses.collect(),
            awaits_answer: lead.status == LeadStatus::Converted && is_live(&self.book, lead),
            calendar: rep.and_then(|rep| rep.hours.clone()),
            manager: rep.and_then(|rep| rep.manager.clone()),
            record: policies.records.get(id).cloned().unwrap_or_default(),
            ..FollowUpOptions::default()
        };
        let tables = HostTables::default();
        let activities = self.book.activities(id);
        let context = FactContext { tables: &tables, activities, history: &history, now: self.now };
        Some(policies.rules.evaluate_with(&Facts::new(lead, &context), &options))
    }

    /// Looks at every lead that something has happened to, and does what its policies ask for.
    pub(super) fn follow_policies(&mut self) -> Result<(), Box<dyn Error>> {
        while let Some(lead) = self.policies.as_mut().and_then(|policies| policies.touched.pop_first()) {
            self.follow(&lead)?;
        }
        Ok(())
    }

    fn follow(&mut self, id: &LeadId) -> Result<(), Box<dyn Error>> {
        let Some(mut policies) = self.policies.take() else { return Ok(()) };
        let Some(report) = self.report_of(&policies, id) else {
            policies.look_at(id, None);
            self.policies = Some(policies);
            return Ok(());
        };
        policies.written += 1;
        let decision = format!("policies {id} {}", policies.written);
        let lead = self.book.lead(id);
        policies.keep(id, &report, lead.and_then(|lead| lead.owner.as_ref()));
        let is_converted = lead.is_some_and(|lead| lead.status == LeadStatus::Converted);
        if let Some(first) = &report.first_contact {
            let key = (id.clone(), first.owner.clone(), first.from);
            policies.first.entry(key).or_insert_with(|| first.clone());
        }
        let mut found = Vec::new();
        for violation in &report.violations {
            if policies.late.insert(violation.key(), violation.clone()).is_none() {
                found.push(violation.clone());
            }
        }
        self.policies = Some(policies);
        for one in found {
            let said = format!("{}: {} of {}", one.late, one.node, one.policy);
            self.say(id, "-", said, Some(one.to_string()));
        }
        let taken = report.actions.iter().find(|one| one.is_new && one.takes_away());
        // The next owner is found by the rules of assignment; an account's lead goes on to who answers for the account.
        let goes_on = taken.filter(|taken| taken.step == Step::Reassign || is_converted);
        let mut effects = report.effects();
        effects.retain(|effect| goes_on.is_none_or(|taken| !taken.effects.contains(effect)));
        let owner = self.book.lead(id).and_then(|lead| lead.owner.clone());
        if let Some(rep) = owner.filter(|_| taken.is_some() && goes_on.is_none()) {
            // Who stood in for him is told that he missed it; the owner, who is away, that he has it no more.
            let is_told = |one: &Effect| matches!(one, Effect::Notify { rep: told, .. } if *told == rep);
            if !effects.iter().any(is_told) {
                let about = RecordRef::Lead(id.clone());
                effects.push(Effect::Notify { rep, code: "lead_taken".into(), about });
            }
        }
        if !effects.is_empty() {
            // Status, pool, owner, tenure and deadlines change by one decision.
            self.write(&decision, &effects);
        }
        if let Some(taken) = taken {
            let said = format!("{}: {} of {}: {}", taken.step, taken.node, taken.policy, taken.reason);
            self.say(id, "-", said, Some(taken.to_string()));
        }
        match goes_on {
            Some(_) => self.miss(id),
            None if taken.is_some() => self.serve(),
            None => Ok(()),
        }
    }
}

/// Who was late with what, and how fast reps speak to leads first, by the hour; in minutes.
pub(super) fn tables(desk: &Desk, zone: FixedOffset, out: &mut dyn Write) -> io::Result<()> {
    let Some(policies) = &desk.policies else { return Ok(()) };
    writeln!(out, "# late\nlead\towner\tnode\tlate\tdeadline\tdone\tminutes")?;
    for one in policies.late.values() {
        let owner = one.owner.as_ref().map_or("-", |owner| owner.as_str());
        let done = one.done_at.map_or_else(|| "-".to_owned(), |at| moment(at.to_utc(), zone));
        let (due, minutes) = (moment(one.deadline.to_utc(), zone), one.overdue(desk.now).num_minutes());
        line(out, &[&one.lead, &owner, &one.node, &one.late, &due, &done, &minutes])?;
    }
    speed(policies, out)
}

/// How many were late at what, with one of each as it is on record, and how fast reps speak to leads first.
pub(super) fn counts(desk: &Desk, out: &mut dyn Write) -> io::Result<()> {
    let Some(policies) = &desk.policies else { return Ok(()) };
    let mut late: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in policies.late.values() {
        *late.entry((one.node.as_str(), one.late.as_str())).or_default() += 1;
    }
    writeln!(out, "# late\nnode\tlate\tcount")?;
    for ((node, late), count) in &late {
        line(out, &[node, late, count])?;
    }
    writeln!(out, "# evidence")?;
    for (node, late) in late.keys() {
        let of_step = policies.late.values().find(|one| one.node == *node && one.late.as_str() == *late);
        of_step.into_iter().try_for_each(|one| line(out, &[one]))?;
    }
    speed(policies, out)
}

fn speed(policies: &Policies, out: &mut dyn Write) -> io::Result<()> {
    let mut speed = SpeedTable::default();
    policies.first.values().for_each(|first| speed.add(first));
    writeln!(out, "# speed to the first contact\nrep\tsource\thour\tcount\tmedian\tlongest")?;
    for row in speed.rows() {
        let (median, longest) = (row.median_seconds / 60, row.longest_seconds / 60);
        line(out, &[&row.rep, &row.source, &row.hour, &row.count, &median, &longest])?;
    }
    Ok(())
}
