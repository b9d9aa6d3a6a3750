//! Policies of follow-up between events: who is late, whom the ladder tells, and which lead leaves its owner.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use leadkit::calendar::Calendars;
use leadkit::dedup::Resolution;
use leadkit::error::RuleErrors;
use leadkit::follow_up::{
    FirstContact, FlowTrigger, FollowUpFault, FollowUpOptions, FollowUpPolicies, FollowUpRecord,
    FollowUpReport, FollowUpRules, LookReason, NodeDeadline, NodeKind, NodeState, ProtectionRules,
    SpeedTable, Step,
};
use leadkit::model::{
    Account, AccountId, CloseReason, Effect, Lateness, Lead, LeadId, LeadStatus, RecordRef, RepId,
    StageEntry, Value, Violation,
};
use leadkit::pipeline::Actor;
use leadkit::rule::{AccountFacts, FactContext, Facts, MatchFacts, ScoreFacts, VerdictFacts};
use leadkit::score::Score;
use leadkit::{HostTables, Outcome};

use super::clock::is_live;
use super::desk::Desk;
use super::laws::NextStep;
use super::print::{line, moment};

/// The policies that are named so. With `nodes`, which take no lead from anybody, a lead is protected for 30 days, 15 more from
/// each follow-up, 90 at most.
pub(super) fn named(name: &str) -> Option<FollowUpRules> {
    match name {
        "nodes" => {
            let protection = ProtectionRules { remind_days: Some(3), ..ProtectionRules::days(30, 15, 90) };
            Some(FollowUpRules { protection: Some(protection), ..FollowUpRules::nodes() })
        }
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
    /// What each lead waits for, and of whom.
    steps: BTreeMap<LeadId, (RepId, NextStep)>,
    /// Who is asked to do something, of leads that live.
    asked: BTreeMap<LeadId, BTreeSet<RepId>>,
    /// What earlier looks found.
    records: BTreeMap<LeadId, FollowUpRecord>,
    /// What the last decision about each lead found.
    found: BTreeMap<LeadId, LastFound>,
    /// How often they wrote: two looks at one moment are two decisions.
    written: u64,
    /// Leads that something has happened to since.
    touched: BTreeSet<LeadId>,
    /// What is on record of each lead, as the last look knows it.
    late: BTreeMap<LeadId, Vec<Violation>>,
    /// What calendars and conditions did not tell.
    untold: BTreeSet<String>,
    /// How fast each owner of a lead spoke to it, by when they got it.
    first: BTreeMap<LeadId, BTreeMap<(DateTime<FixedOffset>, RepId), FirstContact>>,
}

/// What the engines of a decision found, as rules read it.
#[derive(Debug, Clone, Default)]
struct LastFound {
    verdict: Option<VerdictFacts>,
    matched: Option<MatchFacts>,
    score: Option<ScoreFacts>,
}

impl LastFound {
    /// `account` is what is on file of the lead's account.
    fn hand_to(&self, facts: &mut Facts<'_>, account: Option<&Account>) {
        if let Some(verdict) = &self.verdict {
            facts.set_verdict(verdict.clone());
        }
        if let Some(score) = &self.score {
            facts.set_score(score.clone());
        }
        if let Some(matched) = &self.matched {
            let of_account = |one: &Account| AccountFacts {
                tier: one.tier.clone(),
                maturity: one.maturity.clone(),
                region: one.region,
            };
            let account = account.map(of_account).unwrap_or_default();
            facts.set_match(MatchFacts { account, ..matched.clone() });
        }
    }
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
            found: BTreeMap::new(),
            written: 0,
            touched: BTreeSet::new(),
            late: BTreeMap::new(),
            untold: BTreeSet::new(),
            first: BTreeMap::new(),
        })
    }

    pub(super) fn touch(&mut self, lead: &LeadId) {
        self.touched.insert(lead.clone());
    }

    /// Keeps what a decision found about its lead: conditions of policies read it as it was found last.
    pub(super) fn decided(&mut self, outcome: &Outcome) {
        let found = self.found.entry(outcome.lead().clone()).or_default();
        found.verdict = Some(outcome.verdict().facts());
        found.matched = outcome.resolution().map(Resolution::facts).or_else(|| found.matched.take());
        found.score = outcome.score().map(Score::facts).or_else(|| found.score.take());
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

    /// The records as a host has them that writes and reads them.
    pub(super) fn save_and_read(&mut self) -> serde_json::Result<()> {
        for record in self.records.values_mut() {
            *record = serde_json::from_str(&serde_json::to_string(record)?)?;
        }
        Ok(())
    }

    /// Nothing of a lead is kept: who is asked for it, and who was late with it.
    fn forget(&mut self, lead: &LeadId) {
        self.look_at(lead, None);
        self.steps.remove(lead);
        self.asked.remove(lead);
        self.records.remove(lead);
        self.found.remove(lead);
        self.late.remove(lead);
        self.first.remove(lead);
    }

    /// Keeps what a look has found; what was missed and no look before knew.
    fn keep(&mut self, lead: &Lead, since: DateTime<Utc>, report: &FollowUpReport) -> Vec<Violation> {
        let id = &lead.id;
        let next = report.next_wakeup.as_ref();
        self.look_at(id, next.map(|next| next.at.to_utc()));
        self.records.insert(id.clone(), report.record.clone());
        // What is not on record any more was taken back.
        let before = self.late.remove(id).unwrap_or_default();
        let is_new = |one: &&Violation| before.iter().all(|known| known.key() != one.key());
        let found: Vec<Violation> = report.violations.iter().filter(is_new).cloned().collect();
        if !report.violations.is_empty() {
            self.late.insert(id.clone(), report.violations.clone());
        }
        let untold = report.faults.iter().filter_map(|fault| match fault {
            FollowUpFault::Calendar { error, .. } => Some(error.to_string()),
            FollowUpFault::Condition(fault) => Some(fault.to_string().replace('\n', " ")),
            _ => None,
        });
        self.untold.extend(untold);
        let first = self.first.entry(id.clone()).or_default();
        first.retain(|(from, _), _| from.to_utc() < since);
        let contacts = report.first_contacts.iter();
        first.extend(contacts.map(|one| ((one.from, one.owner.clone()), one.clone())));
        self.asked.remove(id);
        if next.is_some() {
            let asked = report.deadlines.iter().filter_map(|one| one.owner.clone());
            self.asked.insert(id.clone(), asked.collect());
        }
        match step(lead, report) {
            Some(step) => drop(self.steps.insert(id.clone(), step)),
            None => drop(self.steps.remove(id)),
        }
        found
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

/// What somebody has to do about a lead by when: the deadline that runs or stands, else what is asked of its owner next. That
/// somebody looks at it is nothing that is asked of the owner.
fn step(lead: &Lead, report: &FollowUpReport) -> Option<(RepId, NextStep)> {
    let next = report.next_wakeup.as_ref()?;
    let runs = |one: &&NodeDeadline| {
        matches!(one.state, NodeState::Open | NodeState::Paused) && one.kind != NodeKind::Remind
    };
    let due = report.deadlines.iter().find(runs).and_then(|one| Some((one.owner.clone()?, one)));
    if let Some((rep, one)) = due {
        let what = format!("{} {rep}", one.node);
        // What is missed on a day off is so on the next working day.
        let is_due = |due: &DateTime<FixedOffset>| next.at - *due <= TimeDelta::seconds(1);
        let at = one.due_at.filter(is_due).unwrap_or(next.at);
        return Some((rep, NextStep { what, at: Some(at.to_utc()) }));
    }
    // Before its calendar has ended somebody looks at the rhythm, and after it each day.
    let is_known = report.faults.iter().all(|fault| !matches!(fault, FollowUpFault::Calendar { .. }));
    if next.reason == LookReason::Rhythm && is_known {
        return None;
    }
    let step = NextStep { what: format!("look {}", next.reason), at: Some(next.at.to_utc()) };
    Some((lead.owner.clone()?, step))
}

impl Desk {
    /// What the policies are asked with about a lead, now.
    fn ask<T>(
        &self,
        policies: &Policies,
        id: &LeadId,
        ask: impl FnOnce(&FollowUpPolicies, &Facts<'_>, &FollowUpOptions) -> T,
    ) -> Option<T> {
        let lead = self.book.lead(id)?;
        let mut history = self.book.history(id).clone();
        let visits = self.timelines.get(id).into_iter().flat_map(|timeline| timeline.visits());
        let entry = |stage: &str, at| StageEntry { stage: stage.to_owned(), at };
        history.stage_entries.extend(visits.map(|visit| entry(&visit.stage, visit.entered.at)));
        let opened = history.opportunities.iter().filter_map(|id| self.book.opportunity(id));
        let account = lead.account.as_ref().and_then(|id| self.book.account(id));
        let options = FollowUpOptions {
            opportunity_since: opened.map(|one| one.created_at).min(),
            awaits_answer: lead.status == LeadStatus::Converted && is_live(&self.book, lead),
            contract_end: self.contracts.get(id).copied(),
            closed_at: account.and_then(|account| account.closed_deal_at),
            held: account.map(|account| self.intake.held_parts(lead, account)),
            pauses: self.pauses.get(id).cloned().unwrap_or_default(),
            record: policies.records.get(id).cloned().unwrap_or_default(),
            ..FollowUpOptions::of_team(lead, &history, |rep| self.reps.get(rep))
        };
        let tables = HostTables::default();
        let activities = self.book.activities(id);
        let context = FactContext { tables: &tables, activities, history: &history, now: self.now };
        let mut facts = Facts::new(lead, &context);
        if let Some(found) = policies.found.get(id) {
            found.hand_to(&mut facts, account);
        }
        Some(ask(&policies.rules, &facts, &options))
    }

    /// Looks at every lead that something has happened to, and does what its policies ask for.
    pub(super) fn follow_policies(&mut self) -> Result<(), Box<dyn Error>> {
        while let Some(lead) = self.policies.as_mut().and_then(|policies| policies.touched.pop_first()) {
            self.follow(&lead)?;
        }
        Ok(())
    }

    /// A lead goes its way on an occasion, as the flows of the policies say.
    pub(super) fn flow(
        &mut self,
        on: &FlowTrigger,
        id: &LeadId,
        actor: &Actor,
    ) -> Result<(), Box<dyn Error>> {
        let Some(policies) = &self.policies else { return Ok(()) };
        let moved = self.ask(policies, id, |rules, facts, options| rules.flow(on, facts, actor, options));
        let Some(moved) = moved.flatten() else { return Ok(()) };
        self.write_once(&moved.decision(), &moved.effects);
        self.say(id, "-", format!("flow {}: {}", moved.flow, moved.reason), Some(moved.to_string()));
        self.wake_now(id)
    }

    /// What is to be looked at now is looked at now.
    fn wake_now(&mut self, id: &LeadId) -> Result<(), Box<dyn Error>> {
        if self.book.wake_up(id).is_some_and(|one| one.at <= self.now) { self.wake(id) } else { Ok(()) }
    }

    /// Sends a visitor of an event where the policies say: a tag, a pool, the sales, or they stay with the rep who met them.
    /// For a company that fits an account is made, in the same pool.
    pub(super) fn route_event(&mut self, id: &LeadId) -> Result<(), Box<dyn Error>> {
        let Some(policies) = &self.policies else { return Ok(()) };
        let route = self.ask(policies, id, |rules, facts, _| rules.route_event(facts));
        let Some(route) = route.flatten() else { return Ok(()) };
        let mut effects = route.effects.clone();
        let lead = self.book.lead(id).filter(|lead| route.converts && lead.account.is_none()).cloned();
        if let Some(lead) = lead {
            let account = AccountId::from(format!("event {id}").as_str());
            self.book.insert_account(Account {
                id: account.clone(),
                company: lead.company.or(lead.name).unwrap_or_default(),
                created_at: self.now,
                pool: route.pool.clone(),
                ..Account::default()
            });
            self.review_account(&account);
            effects.push(Effect::UpdateField {
                record: RecordRef::Lead(id.clone()),
                field: "account".to_owned(),
                value: Value::from(account.as_str()),
                replaces: Value::Null,
            });
        }
        self.write_once(&route.decision(), &effects);
        self.say(id, "-", format!("event: {}", route.place), Some(route.to_string()));
        self.wake_now(id)
    }

    fn follow(&mut self, id: &LeadId) -> Result<(), Box<dyn Error>> {
        let Some(mut policies) = self.policies.take() else { return Ok(()) };
        let lead = self.book.lead(id);
        let kept = lead.filter(|lead| lead.close_reason != Some(CloseReason::Erased));
        let report = kept.and_then(|_| {
            self.ask(&policies, id, |rules, facts, options| rules.evaluate_with(facts, options))
        });
        let Some((lead, report)) = kept.zip(report) else {
            policies.forget(id);
            self.policies = Some(policies);
            return Ok(());
        };
        policies.written += 1;
        let decision = format!("policies {id} {}", policies.written);
        let since = self.book.history(id).cycle_started_at.unwrap_or(lead.created_at);
        let found = policies.keep(lead, since, &report);
        let is_converted = lead.status == LeadStatus::Converted;
        self.policies = Some(policies);
        for one in found {
            let said = format!("{}: {} of {}", one.late, one.node, one.policy);
            self.say(id, "-", said, Some(one.to_string()));
        }
        let taken = report.actions.iter().find(|one| one.is_new && one.takes_away());
        // The next owner is found by the rules of assignment; an account's lead goes on to who answers for the account.
        let continues = taken.filter(|taken| taken.step == Step::Reassign || is_converted);
        let mut effects = report.effects();
        effects.retain(|effect| continues.is_none_or(|taken| !taken.effects.contains(effect)));
        let owner = self.book.lead(id).and_then(|lead| lead.owner.clone());
        if let Some(rep) = owner.filter(|_| taken.is_some() && continues.is_none()) {
            // The rep who stood in is told that they missed it; the owner, who is away, that they have it no more.
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
        match continues {
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
    for one in policies.late.values().flatten() {
        let owner = one.owner.as_ref().map_or("-", |owner| owner.as_str());
        let done = one.done_at.map_or_else(|| "-".to_owned(), |at| moment(at.to_utc(), zone));
        let (due, minutes) = (moment(one.deadline.to_utc(), zone), one.overdue(desk.now).num_minutes());
        line(out, &[&one.lead, &owner, &one.node, &one.late, &due, &done, &minutes])?;
    }
    let mut found = Found::default();
    found.take(policies);
    found.speed(out)?;
    if !policies.untold.is_empty() {
        writeln!(out, "# not known")?;
        policies.untold.iter().try_for_each(|said| line(out, &[said]))?;
    }
    Ok(())
}

/// What policies found, of one season or of several.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many were late at what, and one of each as it is on record.
    late: BTreeMap<(String, Lateness), (usize, String)>,
    speed: SpeedTable,
}

impl Found {
    pub(super) fn of(desk: &Desk) -> Option<Found> {
        let mut found = Found::default();
        found.take(desk.policies.as_ref()?);
        Some(found)
    }

    fn take(&mut self, policies: &Policies) {
        for one in policies.late.values().flatten() {
            let late = self.late.entry((one.node.clone(), one.late));
            late.or_insert_with(|| (0, one.to_string())).0 += 1;
        }
        policies.first.values().flat_map(BTreeMap::values).for_each(|first| self.speed.add(first));
    }

    /// Adds what another season found.
    pub(super) fn add(&mut self, other: Found) {
        for (step, (count, evidence)) in other.late {
            self.late.entry(step).or_insert((0, evidence)).0 += count;
        }
        self.speed.merge(other.speed);
    }

    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "# late\nnode\tlate\tcount")?;
        for ((node, late), (count, _)) in &self.late {
            line(out, &[node, late, count])?;
        }
        writeln!(out, "# evidence")?;
        self.late.values().try_for_each(|(_, evidence)| line(out, &[evidence]))?;
        self.speed(out)
    }

    fn speed(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "# speed to the first contact\nrep\tsource\thour\tcount\tmedian\tlongest\tuncontacted"
        )?;
        for row in self.speed.rows() {
            let minutes = |seconds: Option<i64>| seconds.map_or("-".to_owned(), |one| (one / 60).to_string());
            let (median, longest) = (minutes(row.median_seconds), minutes(row.longest_seconds));
            let fields: [&dyn fmt::Display; 7] =
                [&row.rep, &row.source, &row.hour, &row.count, &median, &longest, &row.uncontacted];
            line(out, &fields)?;
        }
        Ok(())
    }
}
