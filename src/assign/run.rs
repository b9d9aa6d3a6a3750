//! One lead on its way through the rules of a pool.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::class::TurnTable;
use super::custom::{PoolView, preferred, proposed};
use super::eligibility::{Question, ruled_out_before};
use super::explanation::AssignExplanation;
use super::kind::AssignmentKind;
use super::ledgers::Ledgers;
use super::members::Members;
use super::nobody::Nobody;
use super::options::UntouchedLeads;
use super::plan::{PoolPlan, RulePlan, Sharing, TargetPlan};
use super::ranks::{Candidate, rank};
use super::roll::add;
use super::roster::Roster;
use super::rules::{RulePass, Strategy};
use super::seating::{Seated, SeatedOnly, Taken};
use super::share::{Skipped, pick};
use super::skip_reason::SkipReason;
use super::standing::Share;
use super::sticky::{by_stickiness, stuck_to};
use crate::model::RepId;
use crate::rule::{
    FactSource, FactValue, Facts, Fault, Field, Fingerprint, MatchLabel, Predicate, RuleFault, ScriptSession,
};
use crate::text;

/// How many reps are suggested to a reviewer.
const SUGGESTIONS: usize = 5;

/// One lead on its way through the rules of a pool.
pub(super) struct Run<'a, 't> {
    pub(super) pool: &'a PoolPlan,
    pub(super) facts: &'a Facts<'a>,
    pub(super) question: Question<'a>,
    /// The version of the rules.
    pub(super) rules: Fingerprint,
    pub(super) skipped: Skipped,
    pub(super) faults: Vec<RuleFault>,
    /// Of all conditions about the lead.
    pub(super) scripts: ScriptSession,
    pub(super) trace: Option<&'t mut AssignExplanation>,
    pub(super) is_for_companion: bool,
    /// Whether the decision is made without a reviewer.
    pub(super) without_reviewers: bool,
    /// The reps whose seat differs from the state's, if no turn reports it.
    pub(super) seated: SeatedOnly,
}

/// Whether the lead is a reward (奖励): it counts for no cap and takes no turn.
pub(super) fn is_reward(facts: &Facts<'_>) -> bool {
    facts.matched().is_some_and(|matched| matched.labels.contains(&MatchLabel::Reward))
}

impl PoolPlan {
    /// The folded levels of the lead's industry, where they matter.
    pub(super) fn industry(&self, facts: &Facts<'_>) -> Vec<String> {
        // Most rules do not need it, so the levels of every lead are not folded in advance.
        let is_asked = self.match_industry || self.rules.iter().any(|rule| rule.match_industry);
        let levels = if is_asked { facts.read().industry.as_slice() } else { &[] };
        levels.iter().map(|level| text::fold(level)).filter(|level| !level.is_empty()).collect()
    }

    /// What the lead names as skills, folded, by field.
    pub(super) fn named_skills(&self, facts: &Facts<'_>) -> Vec<Vec<String>> {
        // Folded as the skills of the roster are: case and width of letters distinguish no two skills.
        let fold = |skill: &str| Some(text::fold(skill)).filter(|skill| !skill.is_empty());
        let named = |field: &Field| match facts.fact(field) {
            FactValue::Text(skill) => fold(skill).into_iter().collect(),
            FactValue::Texts(skills) => skills.iter().filter_map(|skill| fold(skill)).collect(),
            _ => Vec::new(),
        };
        self.skill_fields.iter().map(named).collect()
    }

    pub(super) fn question<'a>(
        &'a self,
        facts: &Facts<'_>,
        roster: &'a Roster,
        ledgers: Ledgers<'a>,
        now: DateTime<Utc>,
        lead: LeadOptions<'a>,
    ) -> Question<'a> {
        // Deriving the region may take parsing the company name.
        let region = if self.match_territory { facts.region() } else { None };
        let is_unserved = |region| !roster.serves(region, self.serve_unknown_region);
        Question {
            is_reward: is_reward(facts),
            region,
            is_unserved: self.serve_unserved_region && region.is_some_and(is_unserved),
            industry: lead.industry,
            named: lead.named,
            previous: ruled_out_before(self.previous_owners, lead.previous),
            untouched_limit: self.untouched_limit.filter(|_| lead.untouched != UntouchedLeads::Ignored),
            and_since: lead.untouched == UntouchedLeads::AndSince,
            excluded: lead.excluded,
            ..self.nobody(roster, ledgers, now)
        }
    }

    /// What is read of reps without a lead.
    pub(super) fn nobody<'a>(
        &'a self,
        roster: &'a Roster,
        ledgers: Ledgers<'a>,
        now: DateTime<Utc>,
    ) -> Question<'a> {
        Question {
            roster,
            ledgers,
            now,
            // Caps count by the local day of the pool: midnight in UTC is eight in the morning in Beijing.
            date: self.zone.date(now),
            zone: &self.zone,
            daily_cap: self.daily_cap,
            holding_cap: self.holding_cap,
            untouched_limit: self.untouched_limit,
            and_since: false,
            weekly_cap: self.weekly_cap,
            monthly_cap: self.monthly_cap,
            total_cap: self.total_cap,
            // No lead is looked at, so nothing exempts a rep from a cap.
            is_reward: false,
            catch_up: self.catch_up,
            match_territory: self.match_territory,
            match_skills: self.match_skills,
            serve_unknown_region: self.serve_unknown_region,
            region: None,
            is_unserved: false,
            industry: &[],
            skills: &[],
            named: &[],
            skills_in: &[],
            previous: &[],
            excluded: &NOBODY,
            pending: &[],
        }
    }
}

static NOBODY: BTreeSet<RepId> = BTreeSet::new();

/// The fields of a lead that keep some reps from taking it.
#[derive(Clone, Copy)]
pub(super) struct LeadOptions<'a> {
    pub(super) industry: &'a [String],
    /// What it names as skills, folded, by field.
    pub(super) named: &'a [Vec<String>],
    pub(super) previous: &'a [RepId],
    pub(super) excluded: &'a BTreeSet<RepId>,
    pub(super) untouched: UntouchedLeads,
}

impl<'a> Run<'a, '_> {
    /// What happens to the lead, and the turn that is taken.
    pub(super) fn rules(&mut self) -> (AssignmentKind, Option<Taken>) {
        let pool = self.pool;
        // A matching rule ends its pass even when nobody can take the lead: the next pass says what happens then.
        let first = pool.rules.iter().filter(|rule| rule.pass == RulePass::First);
        let nobody = match self.first_match(first, 1) {
            Some(rule) => match self.target(rule, 1) {
                Ok(settled) => return settled,
                Err(nobody) => Some(nobody),
            },
            None => None,
        };
        // Two reasons for a second pass: no rule matched, or one did and nobody could take the lead.
        let occasion = if nobody.is_some() { RulePass::AfterNobodyEligible } else { RulePass::AfterNoHit };
        let second =
            pool.rules.iter().filter(|rule| rule.pass == occasion || rule.pass == RulePass::AfterEither);
        let kind = match self.first_match(second, 2) {
            Some(rule) => match self.target(rule, 2) {
                Ok(settled) => return settled,
                // Trying again pays as soon as either pass frees somebody.
                Err(again) => nobody.unwrap_or_default().and(again).kind(),
            },
            None => nobody.map_or(AssignmentKind::NoRuleMatched, Nobody::kind),
        };
        (kind, None)
    }

    fn first_match(
        &mut self,
        mut rules: impl Iterator<Item = &'a RulePlan>,
        pass: u8,
    ) -> Option<&'a RulePlan> {
        rules.find(|rule| {
            // A rule that needs a reviewer and suggests nobody has no answer without one.
            if self.without_reviewers && matches!(rule.target, TargetPlan::Reviewer { suggest: None, .. }) {
                return false;
            }
            // A condition that fails does not match: the next rule is tried, and the answer names the fault.
            let matches = match rule.when.eval_in(self.facts, &mut self.scripts) {
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
    fn target(&mut self, rule: &'a RulePlan, pass: u8) -> Result<(AssignmentKind, Option<Taken>), Nobody> {
        let id = rule.id.clone();
        let (rep, turn) = match &rule.target {
            TargetPlan::Pool(pool) => {
                return Ok((AssignmentKind::ToPool { pool: pool.clone(), rule: id, pass }, None));
            }
            // The reviewer has not answered: one of the suggested reps gets the lead.
            TargetPlan::Reviewer { suggest: Some(group), .. } if self.without_reviewers => {
                self.share_out(rule, group)?
            }
            TargetPlan::Reviewer { by, suggest } => {
                let suggestions =
                    suggest.as_ref().and_then(|group| self.suggestions(rule, group)).unwrap_or_default();
                let by = by.clone();
                let asked =
                    AssignmentKind::AwaitingReview { by, instead_of: None, suggestions, rule: id, pass };
                return Ok((asked, None));
            }
            TargetPlan::Rep(rep) => {
                // By name, so the rep's share does not matter.
                let named = Members { listed: [(rep.clone(), Some(1))].into(), ..Members::default() };
                self.candidates(rule, &named).map(|_| (rep.clone(), None))?
            }
            TargetPlan::RepIn(field) => {
                // An id is a text or a whole number.
                let rep = match self.facts.fact(field) {
                    FactValue::Text(named) => RepId::from(named.trim()),
                    FactValue::Integer(named) => RepId::from(named),
                    // The lead names nobody, and waiting does not change that.
                    _ => return Err(Nobody::default()),
                };
                // Ids are exact, and a person wrote this one: whoever reads the decision sees whom they may have meant.
                self.fails(rule, self.question.roster.fault_of(&rep));
                let named = Members { listed: [(rep.clone(), Some(1))].into(), ..Members::default() };
                self.candidates(rule, &named).map(|_| (rep, None))?
            }
            TargetPlan::Shared(group) => self.share_out(rule, group)?,
            TargetPlan::Tiers(tiers) => self.tier(rule, tiers)?,
        };
        let pool = self.question.ledgers.pool.pool().clone();
        Ok((AssignmentKind::Assigned { rep, pool, rule: id, pass }, turn))
    }

    /// Chooses who gets the lead: a rep of the first tier that is for it, or of a tier below.
    fn tier(
        &mut self,
        rule: &'a RulePlan,
        tiers: &'a [(Predicate, Sharing)],
    ) -> Result<(RepId, Option<Taken>), Nobody> {
        // The lead begins at the first tier that is for it; those below stand in when nobody above can take it.
        let mut begins = None;
        for (index, (when, _)) in tiers.iter().enumerate() {
            match when.eval_in(self.facts, &mut self.scripts) {
                Ok(true) => {
                    begins = Some(index);
                    break;
                }
                Ok(false) => {}
                Err(fault) => self.fails(rule, Some(fault)),
            }
        }
        let mut nobody = Nobody::default();
        for (_, group) in tiers.iter().skip(begins.unwrap_or(tiers.len())) {
            match self.share_out(rule, group) {
                Ok(given) => return Ok(given),
                Err(again) => nobody = nobody.and(again),
            }
        }
        Err(nobody)
    }

    /// What is asked about the lead at this rule.
    fn question(&self, rule: &'a RulePlan) -> Question<'a> {
        let industry = if rule.match_industry { self.question.industry } else { &[] };
        let is_reward = self.question.is_reward || rule.reward;
        // The lead's skills matter for the owner; a companion is chosen for the role.
        let (skills, skills_in): (&[(String, String)], &[usize]) = match self.is_for_companion {
            true => (&[], &[]),
            false => (&rule.skills, &rule.skills_in),
        };
        Question { skills, skills_in, industry, is_reward, ..self.question }
    }

    /// A condition of the rule has failed: reported once, however often it was evaluated.
    fn fails(&mut self, rule: &RulePlan, fault: Option<Fault>) {
        let fault = fault.map(|fault| RuleFault { rule: rule.id.clone(), fault });
        self.faults.extend(fault.filter(|fault| !self.faults.contains(fault)));
    }

    /// Chooses who gets the lead among the reps who share it.
    fn share_out(
        &mut self,
        rule: &'a RulePlan,
        group: &'a Sharing,
    ) -> Result<(RepId, Option<Taken>), Nobody> {
        let question = self.question(rule);
        // A reward takes no turn, whatever it counts as.
        let units = if question.is_reward { 1 } else { rule.units };
        let rules = self.rules;
        let is_reward = group.is_reward;
        let share = |table| Share {
            list: &group.list,
            members: &group.members,
            table,
            by: group.load(),
            units,
            rules,
            is_reward,
        };
        // Not shared by turns. If the rule says so, a turn is taken all the same, and later shares even out.
        let Some(table) = group.table() else {
            let winner = self.otherwise(rule, group)?;
            let turn = (rule.takes_turn && (!question.is_reward || group.is_reward)).then(|| {
                pick(&question, share(TurnTable::Credit), Some(&winner), &mut Skipped::new(), &mut None)
            });
            return Ok((winner, turn.and_then(Result::ok).map(|(_, taken)| taken)));
        };
        if self.trace.is_some() {
            // Everybody is checked, for the sake of the explanation.
            let skipped = self.skipped.clone();
            self.candidates(rule, &group.members)?;
            // `pick` counts the same reps again.
            self.skipped = skipped;
        }
        let mut fault = None;
        let picked = pick(&question, share(table), None, &mut self.skipped, &mut fault);
        self.fails(rule, fault);
        match picked? {
            // It takes no turn. Reps who joined or left are noted all the same, or each reward would read the list anew.
            (winner, Taken { turn, seating }) if question.is_reward && !group.is_reward => {
                let kept = question.ledgers.pool.turns(&group.list).and_then(|turns| turns.date);
                self.seated.note(Seated { list: turn.list, seating }, kept < Some(question.date));
                Ok((winner, None))
            }
            (winner, taken) => Ok((winner, Some(taken))),
        }
    }

    /// The rep who gets the lead when it is not shared by turns.
    fn otherwise(&mut self, rule: &'a RulePlan, group: &'a Sharing) -> Result<RepId, Nobody> {
        let question = self.question(rule);
        let candidates = self.candidates(rule, &group.members)?;
        let winner = match (&group.custom, group.strategy) {
            (Some(custom), _) => {
                let (turns, ledgers, date) = (question.turns(&group.list), question.ledgers, question.date);
                let (facts, candidates, turns) = (self.facts, candidates.as_slice(), turns.as_deref());
                proposed(custom.as_ref(), &PoolView { facts, candidates, turns, ledgers, date })
            }
            (None, _) => stuck_to(self.facts, &candidates),
        };
        match winner.and_then(|index| candidates.get(index)) {
            Some(winner) => Ok(winner.rep.clone()),
            None => Err(self.declined(&candidates)),
        }
    }

    /// The strategy proposes none of those who may take the lead.
    fn declined(&mut self, candidates: &[Candidate<'_>]) -> Nobody {
        let count = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
        // The lead went to nobody although these reps could have it: the decision says so.
        add(&mut self.skipped, Cow::Borrowed(SkipReason::NotProposed.code()), count);
        for one in candidates {
            if let Some(trace) = self.trace.as_deref_mut() {
                trace.rep(&one.rep, Some(SkipReason::NotProposed));
            }
        }
        Nobody::default()
    }

    /// The companion from a group. Skills that the rule requires are required of the owner only.
    pub(super) fn companion(
        &mut self,
        rule: &'a RulePlan,
        group: &'a Sharing,
    ) -> Option<(RepId, Option<Taken>)> {
        self.is_for_companion = true;
        self.share_out(rule, group).ok()
    }

    fn suggestions(&mut self, rule: &'a RulePlan, group: &'a Sharing) -> Option<Vec<RepId>> {
        let candidates = self.candidates(rule, &group.members).ok()?;
        let question = self.question(rule);
        Some(match (&group.custom, group.strategy) {
            (Some(custom), _) => {
                let (turns, ledgers, date) = (question.turns(&group.list), question.ledgers, question.date);
                let (facts, candidates, turns) = (self.facts, candidates.as_slice(), turns.as_deref());
                preferred(custom.as_ref(), &PoolView { facts, candidates, turns, ledgers, date }, SUGGESTIONS)
            }
            (None, Strategy::Sticky) => by_stickiness(self.facts, &candidates, SUGGESTIONS),
            (None, strategy) => rank(strategy, &candidates, &group.list, question.ledgers, SUGGESTIONS),
        })
    }

    /// The members who may take the lead, by id; counts the others by reason. O(members).
    fn candidates(&mut self, rule: &'a RulePlan, members: &Members) -> Result<Vec<Candidate<'a>>, Nobody> {
        let question = self.question(rule);
        let mut candidates = Vec::new();
        // `most` is the room of a rep without a cap: the largest cap there is, so that nobody looks emptier for
        // having none.
        let (mut capped, mut most) = (false, 1);
        let fault = members.visit(&question, &mut |rep, weight| {
            let answer = question.answer(rep, weight);
            let slot = question.roster.find(rep.as_str()).filter(|(_, slot)| slot.outside().is_none());
            most = most.max(slot.and_then(|(_, slot)| question.holding_cap_of(slot)).unwrap_or(0));
            if let Some(trace) = self.trace.as_deref_mut() {
                trace.rep(rep, answer.as_ref().err().cloned());
            }
            match answer {
                Ok(slot) => {
                    let weight = weight.unwrap_or(slot.weight);
                    let holding_cap = question.holding_cap_of(slot);
                    candidates.push(Candidate { rep: rep.clone(), slot, weight, holding_cap, room: 0 });
                }
                Err(reason) => {
                    capped |= question.only_capped(rep, &reason);
                    let count = self.skipped.entry(Cow::Borrowed(reason.code())).or_default();
                    *count = count.saturating_add(1);
                }
            }
        });
        self.fails(rule, fault);
        if !candidates.is_empty() {
            candidates.iter_mut().for_each(|one| one.room = one.holding_cap.unwrap_or(most));
            return Ok(candidates);
        }
        // Finding when somebody is free reads everybody's calendar, so it is done only when nobody is.
        let mut free_from: Option<DateTime<Utc>> = None;
        let _ = members.visit(&question, &mut |rep, weight| {
            let from = question.free_from(rep, weight);
            free_from = [free_from, from].into_iter().flatten().min();
        });
        Err(Nobody { capped, free_from })
    }
}
