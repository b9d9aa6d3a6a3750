//! Policies of follow-up between events: who is late, whom the ladder tells, and which lead leaves its owner.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};

use chrono::{DateTime, FixedOffset, Utc};
use leadkit::HostTables;
use leadkit::calendar::Calendars;
use leadkit::error::RuleErrors;
use leadkit::follow_up::{
    FirstContact, FollowUpOptions, FollowUpPolicies, FollowUpRecord, FollowUpReport, FollowUpRules,
    SpeedTable, Step,
};
use leadkit::model::{LeadId, RepId, StageEntry, Violation};
use leadkit::rule::{FactContext, Facts};

use super::desk::Desk;
use super::print::{line, moment};

/// The policies that are named so, without pools: where a lead goes is said by the rules of its life.
pub(super) fn named(name: &str) -> Option<FollowUpRules> {
    match name {
        "nodes" => Some(FollowUpRules::nodes()),
        "b2c" => Some(FollowUpRules::b2c()),
        "b2b" => Some(FollowUpRules::b2b()),
        "marketing" => Some(FollowUpRules::marketing()),
        _ => None,
    }
}

/// The policies, what they have found, and when they look at which lead again.
pub(super) struct Policies {
    rules: FollowUpPolicies,
    queue: BTreeSet<(DateTime<Utc>, LeadId)>,
    next: BTreeMap<LeadId, DateTime<Utc>>,
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
        let options = FollowUpOptions {
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
        policies.records.insert(id.clone(), report.record.clone());
        policies.look_at(id, report.next_wakeup.as_ref().map(|next| next.at.to_utc()));
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
        let taken = report
            .actions
            .iter()
            .find(|one| matches!(one.step, Step::Recycle | Step::Reassign) && one.is_new);
        let mut effects = report.effects();
        effects.retain(|effect| taken.is_none_or(|taken| !taken.effects.contains(effect)));
        if !effects.is_empty() {
            self.write(&decision, &effects);
        }
        if let Some(taken) = taken {
            let said = format!("{}: {} of {}: {}", taken.step, taken.node, taken.policy, taken.reason);
            self.say(id, "-", said, Some(taken.to_string()));
            // Status, pool, owner, tenure and deadlines change by one decision.
            self.miss(id)?;
        }
        Ok(())
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

/// How many were late at what, and how fast reps speak to leads first.
pub(super) fn counts(desk: &Desk, out: &mut dyn Write) -> io::Result<()> {
    let Some(policies) = &desk.policies else { return Ok(()) };
    let mut late: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in policies.late.values() {
        *late.entry((one.node.as_str(), one.late.as_str())).or_default() += 1;
    }
    writeln!(out, "# late\nnode\tlate\tcount")?;
    for ((node, late), count) in late {
        line(out, &[&node, &late, &count])?;
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
