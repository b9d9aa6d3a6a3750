//! The assigner and its main call.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::assignment::Assignment;
use super::delta::{AssignDelta, Change};
use super::eligibility::{Question, ruled_out_before};
use super::explanation::Explanation;
use super::kind::Kind;
use super::ledger::{Decided, Ledger, LedgerError};
use super::options::AssignOptions;
use super::plan::{PoolPlan, RulePlan, Sharing, TargetPlan};
use super::roster::Roster;
use super::rules::Pass;
use super::share::{Candidate, pick, rank};
use super::turn::Turn;
use crate::model::{PoolId, RepId};
use crate::rule::{Facts, RuleFault, RulesVersion};
use crate::text;

/// How many reps a reviewer is suggested.
const SUGGESTIONS: usize = 5;

/// What the matching may have done for a lead to belong to the owner it was matched to. A mere tag is not enough.
const OWNED: [&str; 3] = ["to_owner", "collected", "key_change"];

/// Assigns leads by rules. Compiled once, immutable, shared by reference.
///
/// See the [module](super) for an example.
#[derive(Debug, Clone)]
pub struct Assigner {
    pub(super) version: RulesVersion,
    pub(super) pools: BTreeMap<PoolId, PoolPlan>,
    /// For pools without rules.
    pub(super) bare: PoolPlan,
}

impl Assigner {
    /// The rules the engine was compiled from.
    #[must_use]
    pub fn rules(&self) -> &RulesVersion {
        &self.version
    }

    /// Decides who gets a lead of the ledger's pool.
    ///
    /// The first rule that matches decides; a second pass runs when none did or nobody was eligible. Nothing
    /// changes: carry out the decision and apply its delta to the ledger and the roster in one transaction, or
    /// the next decision is made on the old state. A pool without rules matches nothing. O(r + m) in the pool's
    /// rules and the members of the rule that matches.
    pub fn assign(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledger: &Ledger,
        now: DateTime<Utc>,
    ) -> Assignment {
        self.assign_with(facts, roster, ledger, now, &AssignOptions::default())
    }

    /// As [`Assigner::assign`], with more to say about the lead.
    pub fn assign_with(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledger: &Ledger,
        now: DateTime<Utc>,
        options: &AssignOptions,
    ) -> Assignment {
        self.decide(facts, roster, ledger, now, options, None)
    }

    /// Decides about many leads, each on the state that those before it left, and moves that state. The same as
    /// [`Assigner::assign`] and `apply` one by one.
    ///
    /// # Errors
    /// None unless the engine is at fault: each decision is applied to the state it was made on.
    pub fn assign_all<'f>(
        &self,
        leads: impl IntoIterator<Item = &'f Facts<'f>>,
        roster: &mut Roster,
        ledger: &mut Ledger,
        now: DateTime<Utc>,
    ) -> Result<Vec<Assignment>, LedgerError> {
        leads
            .into_iter()
            .map(|facts| {
                let assignment = self.assign(facts, roster, ledger, now);
                assignment.delta().apply_to(ledger, roster)?;
                Ok(assignment)
            })
            .collect()
    }

    pub(super) fn decide(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledger: &Ledger,
        now: DateTime<Utc>,
        options: &AssignOptions,
        trace: Option<&mut Explanation>,
    ) -> Assignment {
        let at = ledger.latest().map_or(now, |latest| now.max(latest));
        let lead = &facts.lead().id;
        let key = options.key.as_deref().unwrap_or(lead.as_str());
        let key = (!key.trim().is_empty()).then_some(key);
        let mut assignment = self.undecided(facts, roster, ledger, now, at);
        // A rep who left since is no answer: decide anew.
        let stands = |before: &&Decided| before.kind.owner().is_none_or(|rep| roster.is_active(rep.as_str()));
        if let Some(before) = key.and_then(|key| ledger.decided(key, at)).filter(stands) {
            assignment.kind = before.kind.clone();
            assignment.decided_at = Some(before.at);
            return assignment;
        }
        let pool = self.pools.get(ledger.pool()).unwrap_or(&self.bare);
        let mut turn = None;
        match existing_owner(facts, roster) {
            Some(rep) => assignment.kind = Kind::ExistingOwner { rep },
            None => {
                let industry = pool.industry(facts);
                let question = pool.question(facts, roster, ledger, at, options, &industry);
                let (skipped, faults) = (BTreeMap::new(), Vec::new());
                let mut run = Run { pool, facts, question, skipped, faults, trace };
                (assignment.kind, turn) = run.rules();
                (assignment.skipped, assignment.faults) = (run.skipped, run.faults);
            }
        }
        if assignment.kind.is_settled() {
            let counts = !is_reward(facts);
            assignment.delta.change = Some(Change {
                kind: assignment.kind.clone(),
                date: pool.zone.date(at),
                key: key.map(Arc::from),
                rep: assignment.kind.owner().filter(|_| counts).cloned(),
                turn: turn.filter(|_| counts),
            });
        }
        assignment
    }

    /// A decision that changes nothing yet.
    fn undecided(
        &self,
        facts: &Facts<'_>,
        roster: &Roster,
        ledger: &Ledger,
        now: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Assignment {
        Assignment {
            lead: facts.lead().id.clone(),
            kind: Kind::NoRuleMatched,
            skipped: BTreeMap::new(),
            faults: Vec::new(),
            at,
            clamped_from: (at != now).then_some(now),
            decided_at: None,
            delta: AssignDelta {
                pool: ledger.pool().clone(),
                version: ledger.version(),
                rep_version: roster.rep_ledger().version(),
                at,
                change: None,
            },
            rules: self.version.clone(),
        }
    }
}

impl AssignDelta {
    /// Applies the decision to both states, or to neither.
    ///
    /// # Errors
    /// When one of them is of another version than the decision was made on, or the ledger of another pool.
    pub fn apply_to(&self, ledger: &mut Ledger, roster: &mut Roster) -> Result<(), LedgerError> {
        roster.rep_ledger().check(self)?;
        ledger.apply(self)?;
        roster.apply(self)
    }
}

/// The owner of what the lead was matched to, if the lead belongs to that owner and the owner takes part.
fn existing_owner(facts: &Facts<'_>, roster: &Roster) -> Option<RepId> {
    let matched = facts.matched().filter(|matched| OWNED.contains(&matched.action))?;
    matched.owner.clone().filter(|owner| roster.is_active(owner.as_str()))
}

/// Whether the lead is a reward (奖励): it counts for no cap and takes no turn.
fn is_reward(facts: &Facts<'_>) -> bool {
    facts.matched().is_some_and(|matched| matched.labels.iter().any(|label| label == "reward"))
}

/// One lead on its way through the rules of a pool.
struct Run<'a, 't> {
    pool: &'a PoolPlan,
    facts: &'a Facts<'a>,
    question: Question<'a>,
    skipped: BTreeMap<Cow<'static, str>, u32>,
    faults: Vec<RuleFault>,
    trace: Option<&'t mut Explanation>,
}

/// Nobody could take the lead.
#[derive(Debug, Clone, Copy, Default)]
struct Nobody {
    /// Whether somebody could have but for a cap.
    capped: bool,
    free_from: Option<DateTime<Utc>>,
}

impl Nobody {
    fn and(self, other: Nobody) -> Nobody {
        Nobody {
            capped: self.capped || other.capped,
            free_from: [self.free_from, other.free_from].into_iter().flatten().min(),
        }
    }

    fn kind(self) -> Kind {
        match self.capped {
            true => Kind::AllCapped { frees_at: self.free_from },
            false => Kind::NoEligible { retry_at: self.free_from },
        }
    }
}

impl PoolPlan {
    /// The folded levels of the lead's industry, where they matter.
    fn industry(&self, facts: &Facts<'_>) -> Vec<String> {
        let levels = if self.match_industry { facts.lead().industry.as_slice() } else { &[] };
        levels.iter().map(|level| text::fold(level)).filter(|level| !level.is_empty()).collect()
    }

    fn question<'a>(
        &'a self,
        facts: &Facts<'_>,
        roster: &'a Roster,
        ledger: &'a Ledger,
        now: DateTime<Utc>,
        options: &'a AssignOptions,
        industry: &'a [String],
    ) -> Question<'a> {
        Question {
            roster,
            ledger,
            now,
            date: self.zone.date(now),
            zone: &self.zone,
            daily_cap: self.daily_cap,
            match_territory: self.match_territory,
            serve_unknown_region: self.serve_unknown_region,
            // Deriving it may take parsing the company name.
            region: if self.match_territory { facts.region() } else { None },
            industry,
            skills: &[],
            previous: ruled_out_before(self.previous_owners, &options.previous_owners),
            excluded: &options.excluded,
        }
    }
}

impl<'a> Run<'a, '_> {
    fn rules(&mut self) -> (Kind, Option<Turn>) {
        let pool = self.pool;
        let first = pool.rules.iter().filter(|rule| rule.pass == Pass::First);
        let nobody = match self.first_match(first, 1) {
            Some(rule) => match self.target(rule, 1) {
                Ok(settled) => return settled,
                Err(nobody) => Some(nobody),
            },
            None => None,
        };
        let occasion = if nobody.is_some() { Pass::AfterNobodyEligible } else { Pass::AfterNoHit };
        let second = pool.rules.iter().filter(|rule| rule.pass == occasion || rule.pass == Pass::AfterEither);
        let kind = match self.first_match(second, 2) {
            Some(rule) => match self.target(rule, 2) {
                Ok(settled) => return settled,
                Err(again) => nobody.unwrap_or_default().and(again).kind(),
            },
            None => nobody.map_or(Kind::NoRuleMatched, Nobody::kind),
        };
        (kind, None)
    }

    fn first_match(
        &mut self,
        mut rules: impl Iterator<Item = &'a RulePlan>,
        pass: u8,
    ) -> Option<&'a RulePlan> {
        rules.find(|rule| {
            let matches = match rule.when.eval(self.facts) {
                Ok(matches) => matches,
                Err(fault) => {
                    self.faults.push(RuleFault { rule: rule.id.clone(), fault });
                    false
                }
            };
            if let Some(trace) = self.trace.as_deref_mut() {
                trace.rule(&rule.id, pass, matches);
            }
            matches
        })
    }

    /// Where the rule's target sends the lead, and the turn that is taken; or that nobody can take it.
    fn target(&mut self, rule: &'a RulePlan, pass: u8) -> Result<(Kind, Option<Turn>), Nobody> {
        let id = rule.id.clone();
        let (rep, turn) = match &rule.target {
            TargetPlan::Pool(pool) => return Ok((Kind::ToPool { pool: pool.clone(), rule: id, pass }, None)),
            TargetPlan::Reviewer { by, suggest } => {
                let suggestions =
                    suggest.as_ref().and_then(|group| self.suggestions(rule, group)).unwrap_or_default();
                return Ok((Kind::AwaitingReview { by: by.clone(), suggestions, rule: id, pass }, None));
            }
            TargetPlan::Rep(rep) => {
                // By name, so the rep's share does not matter.
                let named = [(rep.clone(), Some(1))];
                self.candidates(rule, &named).map(|_| (rep.clone(), None))?
            }
            TargetPlan::Shared(group) => {
                let candidates = self.candidates(rule, &group.members)?;
                let Question { ledger, roster, .. } = self.question;
                pick(group.strategy, &candidates, &group.list, ledger, roster).ok_or_else(Nobody::default)?
            }
        };
        let pool = self.question.ledger.pool().clone();
        Ok((Kind::Assigned { rep, pool, rule: id, pass }, turn))
    }

    fn suggestions(&mut self, rule: &'a RulePlan, group: &'a Sharing) -> Option<Vec<RepId>> {
        let candidates = self.candidates(rule, &group.members).ok()?;
        let Question { ledger, roster, .. } = self.question;
        Some(rank(group.strategy, &candidates, &group.list, ledger, roster, SUGGESTIONS))
    }

    /// Those of the members who may take the lead; counts the others by reason.
    fn candidates<'m>(
        &mut self,
        rule: &'a RulePlan,
        members: &'m [(RepId, Option<u32>)],
    ) -> Result<Vec<Candidate<'m>>, Nobody>
    where
        'a: 'm,
    {
        let question = Question { skills: &rule.skills, ..self.question };
        let mut candidates = Vec::new();
        let mut capped = false;
        for (rep, weight) in members {
            let answer = question.answer(rep, *weight);
            if let Some(trace) = self.trace.as_deref_mut() {
                trace.rep(rep, answer.as_ref().err().cloned());
            }
            match answer {
                Ok(_) => {
                    let slot = self.question.roster.find(rep.as_str()).map(|(_, slot)| slot);
                    candidates.extend(slot.map(|slot| Candidate {
                        rep,
                        slot,
                        weight: weight.unwrap_or(slot.weight),
                    }));
                }
                Err(reason) => {
                    capped |= question.only_capped(rep, &reason);
                    let count = self.skipped.entry(Cow::Borrowed(reason.code())).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        if !candidates.is_empty() {
            return Ok(candidates);
        }
        let free_from = members.iter().filter_map(|(rep, weight)| question.free_from(rep, *weight)).min();
        Err(Nobody { capped, free_from })
    }
}
