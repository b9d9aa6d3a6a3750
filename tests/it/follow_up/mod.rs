//! Follow-up: policies as people read them, laws over random lives, an oracle that steps from hour to hour.

mod anchors;
mod attacked;
mod documents;
mod example;
mod flows;
mod forgotten;
mod history;
mod judged;
mod laws;
mod leaving;
mod peers;
mod policies;
mod protection;
mod record;
mod six;
mod workers;

use chrono::{DateTime, Utc};
use leadkit::follow_up::{FollowUpOptions, FollowUpPolicies, FollowUpReport, FollowUpRules, PlannedFollowUp};
use leadkit::model::{
    Acquisition, Activity, FollowUp, FollowUpKind, History, Lead, LeadStatus, Pause, Pool, StageEntry,
    Tenure, TenureEnd,
};
use leadkit::rule::{FactContext, Facts, HostTables};
use serde_json::{Value as Json, json};

/// A local time in China in 2026, such as `03-02 10:00`.
fn t(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').unwrap();
    format!("2026-{day}T{time}:00+08:00").parse().unwrap()
}

fn compiled(rules: &FollowUpRules) -> FollowUpPolicies {
    FollowUpPolicies::compile(rules).unwrap_or_else(|errors| panic!("{errors}"))
}

fn pools() -> Vec<Pool> {
    Pool::load_all(json!([
        {"id": "claims", "kind": "lead"},
        {"id": "claims_gd", "kind": "lead", "region": "CN-GD", "admins": ["hua"]},
        {"id": "nurture", "kind": "nurture"},
        {"id": "nurture_gd", "kind": "nurture", "region": "CN-GD"},
        {"id": "active", "kind": "public_active"},
        {"id": "general", "kind": "public_general"},
        {"id": "invalid", "kind": "invalid"},
    ]))
    .unwrap()
}

fn with_pools(rules: FollowUpRules) -> FollowUpPolicies {
    compiled(&FollowUpRules { pools: pools(), ..rules })
}

/// Policies of a document, with pools.
fn of(policies: Json) -> FollowUpPolicies {
    let rules =
        FollowUpRules::load(json!({"policies": policies})).unwrap_or_else(|errors| panic!("{errors}"));
    with_pools(rules)
}

fn node(node: Json) -> FollowUpPolicies {
    of(json!([{"id": "p", "nodes": [node]}]))
}

/// What is known of a lead; nothing of it later than a look.
#[derive(Debug, Clone)]
struct Case {
    lead: Lead,
    history: History,
    activities: Vec<Activity>,
    options: FollowUpOptions,
}

impl Case {
    fn new(created: &str) -> Case {
        Case::created_at(t(created))
    }

    fn created_at(created_at: DateTime<Utc>) -> Case {
        Case {
            lead: Lead {
                id: "L1".into(),
                created_at,
                region: "CN-GD-440300".parse().ok(),
                ..Lead::default()
            },
            history: History::default(),
            activities: Vec::new(),
            options: FollowUpOptions { manager: Some("hua".into()), ..FollowUpOptions::default() },
        }
    }

    /// A lead that an owner got when it came.
    fn owned(rep: &str, at: &str) -> Case {
        Case::new(at).owner(rep, t(at))
    }

    fn tenure(mut self, rep: &str, from: DateTime<Utc>, acquisition: Acquisition) -> Case {
        self.history.tenures.push(Tenure {
            lead: "L1".into(),
            owner: rep.into(),
            from,
            until: None,
            acquisition,
            end: None,
            close_reason: None,
        });
        self
    }

    fn owner(mut self, rep: &str, at: DateTime<Utc>) -> Case {
        self = self.lost(at, TenureEnd::HandedOver).tenure(rep, at, Acquisition::AutoAssigned);
        (self.lead.owner, self.lead.pool, self.lead.status) = (Some(rep.into()), None, LeadStatus::Pending);
        self
    }

    /// The tenures that last end.
    fn lost(mut self, at: DateTime<Utc>, end: TenureEnd) -> Case {
        for tenure in self.history.tenures.iter_mut().filter(|tenure| tenure.until.is_none()) {
            (tenure.until, tenure.end) = (Some(at), Some(end));
        }
        self.lead.owner = None;
        self.lead.status = match end {
            TenureEnd::Converted => LeadStatus::Converted,
            TenureEnd::Invalid => LeadStatus::Invalid,
            _ => LeadStatus::Unassigned,
        };
        self
    }

    fn call(self, rep: &str, at: &str) -> Case {
        self.follow_up(rep, FollowUpKind::Call, t(at))
    }

    fn follow_up(mut self, rep: &str, kind: FollowUpKind, time: DateTime<Utc>) -> Case {
        let id = format!("F{}", self.history.follow_ups.len());
        self.history.follow_ups.push(FollowUp {
            id: id.into(),
            lead: "L1".into(),
            owner: rep.into(),
            time,
            kind,
            key_fields_changed: vec!["budget".into()],
            call_start: None,
            call_duration: None,
            next_date: None,
            facets: Default::default(),
            changes: Default::default(),
        });
        self
    }

    fn stage(mut self, stage: &str, at: DateTime<Utc>) -> Case {
        self.history.stage_entries.push(StageEntry { stage: stage.into(), at });
        self.lead.stage = Some(stage.into());
        self
    }

    fn active(mut self, kind: &str, time: DateTime<Utc>) -> Case {
        let id = format!("A{}", self.activities.len());
        let activity =
            Activity { id: id.into(), lead: "L1".into(), kind: kind.into(), time, ..Activity::default() };
        self.activities.push(activity);
        self
    }

    fn paused(mut self, from: &str, until: Option<&str>, reason: &str) -> Case {
        self.options.pauses.push(Pause { from: t(from), until: until.map(t), reason: reason.into() });
        self
    }

    fn planned(mut self, by: &str, made_at: &str, at: &str) -> Case {
        self.options.plans.push(PlannedFollowUp { by: by.into(), made_at: t(made_at), at: t(at) });
        self
    }

    /// A host looks, does what it is asked to, and keeps the record.
    fn keep(&mut self, policies: &FollowUpPolicies, now: &str) -> FollowUpReport {
        let report = self.look(policies, now);
        self.options.record = report.record.clone();
        report
    }

    /// The same, of which nothing more is to be seen.
    fn pass(&mut self, policies: &FollowUpPolicies, now: &str) {
        let _ = self.keep(policies, now);
    }

    fn look(&self, policies: &FollowUpPolicies, now: &str) -> FollowUpReport {
        self.at(policies, t(now))
    }

    fn at(&self, policies: &FollowUpPolicies, now: DateTime<Utc>) -> FollowUpReport {
        self.with_facts(now, |facts| policies.evaluate_with(facts, &self.options))
    }

    fn with_facts<T>(&self, now: DateTime<Utc>, look: impl FnOnce(&Facts<'_>) -> T) -> T {
        let tables = HostTables::default();
        let context =
            FactContext { tables: &tables, activities: &self.activities, history: &self.history, now };
        look(&Facts::new(&self.lead, &context))
    }
}

/// The state of each deadline, by node.
fn states(report: &FollowUpReport) -> Vec<String> {
    report.deadlines.iter().map(|one| format!("{} {}", one.node, one.state)).collect()
}

fn due(report: &FollowUpReport, node: &str) -> String {
    let found = report.deadlines.iter().find(|one| one.node == node).unwrap();
    found.due_at.map_or_else(|| "-".into(), |due| due.format("%m-%d %H:%M").to_string())
}

fn steps(report: &FollowUpReport) -> Vec<String> {
    report
        .actions
        .iter()
        .map(|one| format!("{} {}", one.step, one.fires_at.format("%m-%d %H:%M:%S")))
        .collect()
}

/// What the host is asked to do, as sentences.
fn asked(report: &FollowUpReport) -> Vec<String> {
    report.effects().iter().map(ToString::to_string).collect()
}

fn violations(report: &FollowUpReport) -> Vec<String> {
    let who = |one: &leadkit::model::Violation| one.owner.as_ref().map_or("-".into(), ToString::to_string);
    report.violations.iter().map(|one| format!("{} {} {}", one.late, one.node, who(one))).collect()
}
