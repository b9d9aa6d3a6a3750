//! Where leads go: flows between pools, the leads of an event, and the pool that is chosen.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::clocks::{on_a_workday, seconds};
use super::engine::FollowUpPolicies;
use super::known::is_held;
use super::options::{FollowUpOptions, HeldParts};
use super::report::FollowUpFault;
use super::rules::{EventPlace, FlowRules, FlowTarget, FlowTrigger};
use super::when::When;
use crate::model::{
    AccountId, Effect, LeadId, LeadStatus, PoolId, PoolKind, RecordRef, RepId, RuleId, TenureEnd, Value,
    WakeUpCode,
};
use crate::pipeline::Actor;
use crate::rule::{Facts, RuleFault, ScriptSession};
use crate::text::{Code, moment};

/// A move of a lead: where it goes, by whose act and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct FlowMove {
    /// The flow of the rules that decided.
    pub flow: RuleId,
    /// The occasion that the flow is for.
    pub on: FlowTrigger,
    /// The lead that moves.
    pub lead: LeadId,
    /// The person or program whose act it is.
    pub actor: Actor,
    /// The flow's reason, as a code for the host's files.
    pub reason: Code,
    /// When the flow was decided.
    pub at: DateTime<Utc>,
    /// Where the flow sends the lead.
    pub to: FlowTarget,
    /// The pool, when it goes to one; `None` there is a fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// The rep who must not be the next owner. The effects end the tenure, and [`Intake`](crate::Intake) leaves out
    /// a rep who lost the lead in its cycle, and in the next for `exclusion_days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<RepId>,
    /// What the host does: owner, tenure, pool, status and deadlines change together.
    pub effects: Vec<Effect>,
    /// Values that could not be determined, and why; empty when nothing failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FollowUpFault>,
}

impl fmt::Display for FlowMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lead {}", moment(self.at), self.lead)?;
        match (&self.to, &self.pool) {
            (FlowTarget::Pool(kind), Some(pool)) => write!(f, " goes to pool {pool} ({kind})")?,
            _ if self.is_refused() => f.write_str(" stays where it is")?,
            (FlowTarget::Pool(kind), None) => write!(f, " stays: no pool of the kind `{kind}` serves it")?,
            (FlowTarget::Assign, _) => f.write_str(" goes to a rep by the rules")?,
            (FlowTarget::Stay, _) => f.write_str(" stays where it is")?,
        }
        if let Some(rep) = &self.excluded {
            write!(f, ", not to {rep} again")?;
        }
        write!(f, ": {} by {}, flow `{}`", self.reason, self.actor, self.flow)?;
        self.faults.iter().filter(|fault| fault.is_refusal()).try_for_each(|fault| write!(f, "; {fault}"))
    }
}

impl FlowMove {
    /// The name of the decision, which is part of the keys of its effects; the same when it is made again at that moment.
    /// Applied twice, it would take back what has happened since: the look at the lead, and when it is looked at next.
    #[must_use]
    pub fn decision(&self) -> String {
        let pool = self.pool.as_ref().map_or("-", PoolId::as_str);
        format!("flow {} {} {pool} {}", self.lead, self.flow, moment(self.at))
    }

    /// Whether the move is refused, for the reason in the faults: the lead has ended, an open opportunity holds it, or
    /// nobody holds it.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.faults.iter().any(FollowUpFault::is_refusal)
    }
}

/// Where a lead of an event goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct EventRoute {
    /// Who took part in the event: the lead that the effects change.
    pub lead: LeadId,
    /// The rule that decided; `None` is `otherwise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// When it was decided, in UTC.
    pub at: DateTime<Utc>,
    /// Where the lead goes.
    pub place: EventPlace,
    /// Whether it fits the profile of named accounts.
    pub is_named: bool,
    /// Whether an account is made of it. The host creates the account in the same pool and names it in
    /// [`Lead::account`](crate::model::Lead::account); the lead stays as it is until a rep owns it, who converts it
    /// ([`Intake::convert`](crate::Intake::convert)): a lead is `converted` only with an owner.
    pub converts: bool,
    /// The pool, when it goes to one; `None` there is a fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// What the host does, in order and in one transaction.
    pub effects: Vec<Effect>,
    /// Values that could not be determined, and why; empty when nothing failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FollowUpFault>,
}

impl fmt::Display for EventRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lead {}: {}", self.lead, self.place)?;
        if let Some(pool) = &self.pool {
            write!(f, " (pool {pool})")?;
        }
        if self.is_named {
            f.write_str(", a named account")?;
        }
        if self.converts {
            f.write_str(", an account is created from it")?;
        }
        match &self.rule {
            Some(rule) => write!(f, "; rule `{rule}`"),
            None => f.write_str("; no rule matches"),
        }
    }
}

impl EventRoute {
    /// The name of the decision, which is part of the keys of its effects, as [`FlowMove::decision`].
    #[must_use]
    pub fn decision(&self) -> String {
        let pool = self.pool.as_ref().map_or("-", PoolId::as_str);
        format!("event {} {} {pool} {}", self.lead, self.place, moment(self.at))
    }
}

impl FollowUpPolicies {
    /// What happens to a lead on an occasion: the first flow of it whose condition holds; `None` when none does.
    ///
    /// A lead that has ended does not move, a lead with an open opportunity stays with its owner, and a lead without an
    /// owner cannot be given back or lost. In these cases the move has no effects, and a fault gives the reason. An
    /// owner who loses the lead by somebody else's act gets a notice.
    ///
    /// ```
    /// use leadkit::follow_up::{FlowTrigger, FollowUpOptions, FollowUpPolicies, FollowUpRules};
    /// use leadkit::model::{Lead, Pool};
    /// use leadkit::pipeline::{Actor, Role};
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    /// use serde_json::json;
    ///
    /// let pools = Pool::load_all(json!([{"id": "nurture_gd", "kind": "nurture", "region": "CN-GD"}]))?;
    /// let policies = FollowUpPolicies::compile(&FollowUpRules { pools, ..FollowUpRules::nodes() })?;
    /// let lead = Lead { id: "L1".into(), region: "CN-GD-440300".parse().ok(), ..Lead::default() };
    /// let tables = HostTables::default();
    /// let facts_at = FactContext::new(&tables, "2026-03-06T16:00:00+08:00".parse().unwrap());
    /// let judged = policies.flow(
    ///     &FlowTrigger::NotMql,
    ///     &Facts::new(&lead, &facts_at),
    ///     &Actor::new("ann", Role::Sdr),
    ///     &FollowUpOptions::default(),
    /// );
    /// assert_eq!(judged.unwrap().to_string(), "\
    /// 2026-03-06T08:00:00Z lead L1 goes to pool nurture_gd (nurture): not_mql by ann (sdr), flow `not_mql_nurture`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn flow(
        &self,
        on: &FlowTrigger,
        facts: &Facts<'_>,
        actor: &Actor,
        options: &FollowUpOptions,
    ) -> Option<FlowMove> {
        let (mut faults, mut scripts) = (Vec::new(), ScriptSession::of_lead());
        let flow = self.flows.iter().filter(|(flow, _)| flow.on == *on).find(|(flow, when)| {
            when.eval(facts, &mut scripts).unwrap_or_else(|fault| {
                faults.push(FollowUpFault::Condition(RuleFault { rule: flow.id.clone(), fault }));
                false
            })
        });
        let (flow, _) = flow?;
        let (lead, now) = (facts.lead(), facts.now());
        let last = facts.history().tenures.iter().filter(|one| one.counts()).max_by_key(|one| one.from);
        let last = lead.owner.clone().or_else(|| last.map(|tenure| tenure.owner.clone()));
        let (mut effects, mut pool) = (Vec::new(), None);
        let refused = self.refusal(on, &flow.to, facts, options);
        if let Some(fault) = refused {
            faults.push(fault);
        } else {
            match self.carry(flow, facts, &actor.id) {
                Ok((id, moves)) => {
                    match &options.manager {
                        Some(manager) if flow.tell_manager => {
                            effects.push(notify(manager, flow.reason.clone(), &lead.id));
                        }
                        None if flow.tell_manager => {
                            faults.push(FollowUpFault::NoManager { owner: lead.owner.clone() });
                        }
                        _ => {}
                    }
                    let loser = lead.owner.as_ref().filter(|_| flow.to != FlowTarget::Stay);
                    if let Some(owner) = loser.filter(|owner| **owner != actor.id) {
                        effects.push(notify(owner, flow.reason.clone(), &lead.id));
                    }
                    effects.extend(moves);
                    pool = id;
                }
                Err(fault) => faults.push(fault),
            }
        }
        Some(FlowMove {
            flow: flow.id.clone(),
            on: on.clone(),
            lead: lead.id.clone(),
            actor: actor.clone(),
            reason: flow.reason.clone(),
            at: now,
            to: flow.to.clone(),
            pool,
            excluded: last.filter(|_| flow.another_owner),
            effects,
            faults,
        })
    }

    /// Why a lead may not move this way.
    fn refusal(
        &self,
        on: &FlowTrigger,
        to: &FlowTarget,
        facts: &Facts<'_>,
        options: &FollowUpOptions,
    ) -> Option<FollowUpFault> {
        let lead = facts.lead();
        let needs_owner =
            matches!(on, FlowTrigger::Returned | FlowTrigger::Recycled | FlowTrigger::ProtectionLost);
        if *to == FlowTarget::Stay {
            None
        } else if lead.has_ended() || !lead.is_on_file() {
            Some(FollowUpFault::Ended { status: lead.status })
        } else if lead.owner.is_some() && is_held(facts, options) {
            Some(FollowUpFault::Held)
        } else if needs_owner && lead.owner.is_none() {
            Some(FollowUpFault::NoOwner)
        } else {
            None
        }
    }

    /// The effects by which a flow moves a lead now. An owner who sends their own lead away gives it back; from anybody
    /// else it is taken.
    fn carry(
        &self,
        flow: &FlowRules,
        facts: &Facts<'_>,
        actor: &RepId,
    ) -> Result<(Option<PoolId>, Vec<Effect>), FollowUpFault> {
        let (lead, now) = (facts.lead(), facts.now());
        let id = || lead.id.clone();
        let mut effects = Vec::new();
        let is_sent = flow.to != FlowTarget::Stay && lead.owner.as_ref() == Some(actor);
        let gives_back = flow.on == FlowTrigger::Returned || is_sent;
        if let Some(rep) = lead.owner.clone().filter(|_| gives_back || flow.to == FlowTarget::Assign) {
            let end = if gives_back { TenureEnd::Returned } else { TenureEnd::Recycled };
            effects.push(Effect::EndTenure { lead: id(), rep, end });
        }
        match &flow.to {
            FlowTarget::Pool(kind) => {
                let (pool, moves) = self.to_pool(kind, facts, now, None)?;
                effects.extend(moves);
                Ok((Some(pool), effects))
            }
            // The assignment rules only take leads that nobody holds.
            FlowTarget::Assign => {
                if lead.owner.is_some() && lead.status != LeadStatus::Unassigned {
                    effects.push(Effect::SetStatus { lead: id(), status: LeadStatus::Unassigned });
                }
                effects.push(Effect::SetNextWakeUp { lead: id(), at: now, code: flow.reason.clone() });
                Ok((None, effects))
            }
            FlowTarget::Stay => Ok((None, Vec::new())),
        }
    }

    /// Where a lead of an event goes; `None` when the rules do not say.
    ///
    /// A lead that a rep holds stays there, wherever the rules would have it go; one that has ended goes nowhere, and
    /// the fault says so. Where the rules leave a lead with the rep who met it and nobody holds it, a fault says
    /// so and the rules after it decide.
    ///
    /// ```
    /// use leadkit::follow_up::{EventPlace, EventRules, FollowUpPolicies, FollowUpRules};
    /// use leadkit::model::{Lead, Value};
    /// use leadkit::rule::{FactContext, Facts, HostTables};
    ///
    /// let rules = FollowUpRules { event: Some(EventRules::usual()), ..FollowUpRules::default() };
    /// let policies = FollowUpPolicies::compile(&rules)?;
    /// let mut lead = Lead { id: "L1".into(), owner: Some("li".into()), ..Lead::default() };
    /// for yes in ["on_site", "named_profile"] {
    ///     lead.attributes.insert(yes.into(), Value::Bool(true));
    /// }
    /// let tables = HostTables::default();
    /// let context = FactContext::new(&tables, "2026-03-06T16:00:00+08:00".parse().unwrap());
    /// let route = policies.route_event(&Facts::new(&lead, &context)).unwrap();
    /// assert_eq!((route.place, route.is_named), (EventPlace::Protected, true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn route_event(&self, facts: &Facts<'_>) -> Option<EventRoute> {
        let event = self.event.as_ref()?;
        let (lead, now) = (facts.lead(), facts.now());
        let (mut faults, mut scripts) = (Vec::new(), ScriptSession::of_lead());
        let mut holds = |rule: &RuleId, when: &When| {
            when.eval(facts, &mut scripts).unwrap_or_else(|fault| {
                faults.push(FollowUpFault::Condition(RuleFault { rule: rule.clone(), fault }));
                false
            })
        };
        let is_named = holds(&"named".into(), &event.named);
        let is_over = lead.has_ended() || !lead.is_on_file();
        let is_owned = lead.owner.is_some() && !is_over;
        let mut matching =
            event.rules.rules.iter().zip(&event.when).filter(|(rule, when)| holds(&rule.id, when));
        let mut is_unmet = false;
        let rule = matching.find(|(rule, _)| {
            let needs_owner = rule.to == EventPlace::Protected && !is_owned && !is_over;
            is_unmet |= needs_owner;
            !needs_owner
        });
        let rule = rule.map(|(rule, _)| rule);
        if is_unmet {
            faults.push(FollowUpFault::NoOwner);
        }
        let by_rules = rule.map_or(event.rules.otherwise, |rule| rule.to);
        let place = if is_owned { EventPlace::Protected } else { by_rules };
        let mut effects = Vec::new();
        if is_named && !lead.tags.contains(&event.rules.tag) {
            effects.push(Effect::AddTag { lead: lead.id.clone(), tag: event.rules.tag.clone() });
        }
        let mut pool = None;
        match (place.pool_kind(), place) {
            _ if is_over => faults.push(FollowUpFault::Ended { status: lead.status }),
            (Some(kind), _) => match self.to_pool(&kind, facts, now, None) {
                Ok((id, moves)) => {
                    effects.extend(moves);
                    pool = Some(id);
                }
                Err(fault) => faults.push(fault),
            },
            // The time of a rep who met the lead on site begins now; a rep who had it before has the time already.
            (None, EventPlace::Protected) if is_owned => {
                if by_rules == EventPlace::Protected {
                    effects.push(Effect::StartDeadlines { lead: lead.id.clone(), from: now });
                }
            }
            (None, _) => effects.push(Effect::SetNextWakeUp {
                lead: lead.id.clone(),
                at: now,
                code: place.as_str().into(),
            }),
        }
        Some(EventRoute {
            lead: lead.id.clone(),
            rule: rule.map(|rule| rule.id.clone()),
            at: now,
            place,
            is_named,
            converts: rule.is_some_and(|rule| rule.convert) && !is_over,
            pool,
            effects,
            faults,
        })
    }

    /// The effects that move a lead into the pool of a kind for its region: status, pool, owner, tenure, deadlines and the
    /// next look, all at once. Of a converted lead its account goes, or what its owner has of it: the lead stays as it is.
    pub(super) fn to_pool(
        &self,
        kind: &PoolKind,
        facts: &Facts<'_>,
        at: DateTime<Utc>,
        held: Option<&HeldParts>,
    ) -> Result<(PoolId, Vec<Effect>), FollowUpFault> {
        let (lead, region) = (facts.lead(), facts.region());
        let Some(pool) = self.pool_for(kind, region) else {
            return Err(FollowUpFault::NoPool { kind: kind.clone(), region });
        };
        if lead.has_ended() {
            let account = lead.account.as_ref().filter(|_| lead.status == LeadStatus::Converted);
            let account = account.ok_or(FollowUpFault::Ended { status: lead.status })?;
            return Ok((pool.id.clone(), release_account(account, lead.owner.as_ref(), &pool.id, held)));
        }
        let id = || lead.id.clone();
        let mut effects = Vec::new();
        let status = if *kind == PoolKind::Invalid { LeadStatus::Invalid } else { LeadStatus::Unassigned };
        if lead.status != status {
            effects.push(Effect::SetStatus { lead: id(), status });
        }
        effects.push(Effect::MoveToPool { lead: id(), pool: pool.id.clone() });
        if *kind == PoolKind::Lead {
            for admin in &pool.admins {
                effects.push(notify(admin, "lead_in_pool".into(), &lead.id));
            }
        }
        if status != LeadStatus::Invalid {
            let (at, code) = self.stay(kind, at);
            effects.push(Effect::SetNextWakeUp { lead: id(), at, code: code.into() });
        }
        Ok((pool.id.clone(), effects))
    }

    /// The days of a stay in a public pool.
    pub(super) fn longest_stay(&self, kind: &PoolKind) -> Option<u32> {
        let stay = match kind {
            PoolKind::PublicActive => self.active_stay,
            PoolKind::PublicGeneral => self.general_stay,
            _ => return None,
        };
        Some(u32::try_from(seconds(stay).div_euclid(86_400)).unwrap_or(u32::MAX).max(1))
    }

    /// How long a lead is in a pool of a kind before it is reviewed, and what for.
    pub(super) fn stay(&self, kind: &PoolKind, at: DateTime<Utc>) -> (DateTime<Utc>, WakeUpCode) {
        if *kind == PoolKind::Lead {
            // No lead is stuck because a calendar has ended: then every day counts.
            let due = self.calendar.add(at, self.pool_stay, self.pool_stay.default_clock());
            let plain = || at.checked_add_signed(TimeDelta::seconds(seconds(self.pool_stay))).unwrap_or(at);
            return (due.map_or_else(|_| plain(), |due| due.at()), WakeUpCode::PoolStay);
        }
        let rhythm = || self.rhythm_days.first().copied().unwrap_or(30);
        let (days, code) = match self.longest_stay(kind) {
            Some(days) => (days, WakeUpCode::PoolStay),
            None => (rhythm(), WakeUpCode::Nurture),
        };
        let look = at.checked_add_signed(TimeDelta::days(days.into())).unwrap_or(at);
        (on_a_workday(&self.calendar, look).unwrap_or(look), code)
    }
}

/// Puts a customer's account into a pool, where others may have it; nobody owns it from then on. Of a divided account only the
/// rep's parts for the lead go, and the owners of other parts keep theirs: the account is in a pool when no part has an
/// owner.
fn release_account(
    account: &AccountId,
    owner: Option<&RepId>,
    pool: &PoolId,
    held: Option<&HeldParts>,
) -> Vec<Effect> {
    let write = |field: &str, value: Value, replaces: Value| Effect::UpdateField {
        record: RecordRef::Account(account.clone()),
        field: field.to_owned(),
        value,
        replaces,
    };
    let owner = || owner.map_or(Value::Null, |owner| Value::from(owner.as_str()));
    let mut effects: Vec<Effect> = match held {
        None => vec![write("owner", Value::Null, owner())],
        Some(held) => held.fields.iter().map(|field| write(field, Value::Null, owner())).collect(),
    };
    // The last: where somebody else holds a part all the same, it is not written.
    if held.is_none_or(|held| held.is_all) {
        effects.push(write("pool", Value::from(pool.as_str()), Value::Null));
    }
    effects
}

pub(super) fn notify(rep: &RepId, code: Code, lead: &LeadId) -> Effect {
    Effect::Notify { rep: rep.clone(), code, about: RecordRef::Lead(lead.clone()) }
}
