//! The companions who get a lead besides its owner.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::companion::{Also, Companion};
use super::counts::Way;
use super::decided::Decided;
use super::delta::Change;
use super::eligibility::{Question, ruled_out_before};
use super::kind::AssignmentKind;
use super::ledgers::Ledgers;
use super::options::{AssignOptions, previous_owners};
use super::plan::PoolPlan;
use super::roster::Roster;
use super::run::{LeadOptions, Run, is_reward};
use super::seating::{SeatedOnly, Taken};
use super::share::{Skipped, pick};
use super::standing::Share;
use crate::model::{RepId, RuleId};
use crate::rule::{Facts, Fingerprint, ScriptSession};

/// A lead that has an owner, and what the decision about it was made on.
pub(super) struct Team<'a> {
    pub(super) pool: &'a PoolPlan,
    pub(super) facts: &'a Facts<'a>,
    pub(super) roster: &'a Roster,
    pub(super) ledgers: Ledgers<'a>,
    pub(super) options: &'a AssignOptions,
    pub(super) at: DateTime<Utc>,
    pub(super) rules: Fingerprint,
}

/// What a decision counts for.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) turn: Option<Taken>,
    pub(super) also: Vec<Also>,
    pub(super) seated: SeatedOnly,
}

impl<'a> Team<'a> {
    /// The decision that is remembered under a key and still holds: a rep who left since, or who shall not get the lead now,
    /// is not an answer.
    pub(super) fn remembered(&self, key: &str) -> Option<&'a Decided> {
        let options = self.options;
        self.ledgers.pool.decided(key, self.at).filter(|before| {
            // A person who now names somebody else does not get the rules' earlier choice as the answer.
            let is_given = options.given.as_ref().is_none_or(|rep| before.kind.owner() == Some(rep));
            is_given && before.kind.owner().is_none_or(|rep| self.may_answer(rep))
        })
    }

    /// Whether somebody to whom a remembered decision gave the lead may still have it.
    pub(super) fn may_answer(&self, rep: &RepId) -> bool {
        let previous = previous_owners(self.facts, self.options);
        let had_it = ruled_out_before(self.pool.previous_owners, &previous).contains(rep);
        self.roster.is_active(rep.as_str()) && !self.options.excluded.contains(rep) && !had_it
    }

    /// What the decision changes in the state. A reward counts for nobody.
    pub(super) fn change(&self, kind: &AssignmentKind, key: Option<&str>, counted: Counted) -> Change {
        let rule = kind.rule().map(|(rule, _)| rule);
        // A rule may make a reward of a lead whose facts do not say so.
        let is_rewarded = self.pool.rules.iter().any(|one| one.reward && Some(&one.id) == rule);
        let counts = !is_reward(self.facts) && !is_rewarded;
        let rep = kind.owner().filter(|_| counts).cloned();
        let slot = rep.as_ref().and_then(|rep| self.roster.find(rep.as_str()));
        Change {
            kind: kind.clone(),
            date: self.pool.zone.date(self.at),
            key: key.map(Arc::from),
            rep,
            // A reward takes no turn of others, only one of the rewards.
            turn: counted.turn.filter(|_| counts || is_rewarded),
            way: Way::Assigned,
            also: if counts { counted.also } else { Vec::new() },
            seated: counted.seated,
            spans: slot.is_some_and(|(_, slot)| self.pool.counts_spans(slot)),
            takes_back: false,
        }
    }

    /// The turn of a lead that goes to its owner, where the pool says that it takes one and the owner may have it.
    pub(super) fn turn_of(&self, owner: &RepId) -> Option<Taken> {
        let group = self.pool.owner_turn.as_ref().filter(|_| !is_reward(self.facts))?;
        let industry = self.pool.industry(self.facts);
        // The owner has had the lead before, which is why they get it: that must not exclude them.
        let (previous, excluded) = (&[], &self.options.excluded);
        let untouched = self.options.untouched;
        let lead = LeadOptions { industry: &industry, named: &[], previous, excluded, untouched };
        let question = self.pool.question(self.facts, self.roster, self.ledgers, self.at, lead);
        let table = group.table_of_turns();
        let (list, members, rules) = (&group.list, &group.members, self.rules);
        let share = Share { list, members, table, by: group.load(), units: 1, rules, is_reward: false };
        let question = match self.pool.match_industry {
            true => question,
            false => Question { industry: &[], ..question },
        };
        pick(&question, share, Some(owner), &mut Skipped::new(), &mut None).ok().map(|(_, taken)| taken)
    }

    /// The companions that the rule requires, each on the state that those before left, and nobody twice.
    pub(super) fn beside(
        &self,
        rule: &RuleId,
        owner: &RepId,
        turn: Option<&Taken>,
    ) -> (Vec<Companion>, Vec<Also>) {
        let (mut companions, mut changes) = (Vec::new(), Vec::new());
        let Some(rule) = self.pool.rules.iter().find(|one| one.id == *rule && !one.also.is_empty()) else {
            return (companions, changes);
        };
        // The owner's turn counts when the first companion is chosen, as if it had been applied.
        let mut taken: Vec<Taken> = turn.cloned().into_iter().collect();
        let mut excluded = self.options.excluded.clone();
        // The owner cannot be their own companion.
        excluded.insert(owner.clone());
        let industry = self.pool.industry(self.facts);
        let previous = previous_owners(self.facts, self.options);
        for (role, group) in &rule.also {
            let (industry, previous, untouched) = (&industry, &previous, self.options.untouched);
            let lead = LeadOptions { industry, named: &[], previous, excluded: &excluded, untouched };
            let question = self.pool.question(self.facts, self.roster, self.ledgers, self.at, lead);
            // On the state that the turns before will leave; none of them has been applied yet.
            let question = Question { pending: &taken, ..question };
            let (pool, facts, rules) = (self.pool, self.facts, self.rules);
            let (skipped, faults) = (BTreeMap::new(), Vec::new());
            let mut run = Run {
                pool,
                facts,
                question,
                rules,
                skipped,
                faults,
                scripts: ScriptSession::of_lead(),
                trace: None,
                is_for_companion: true,
                without_reviewers: false,
                seated: SeatedOnly::default(),
            };
            let found = run.companion(rule, group);
            if let Some((rep, turn)) = found.clone() {
                let slot = self.roster.find(rep.as_str());
                taken.extend(turn.clone());
                excluded.insert(rep.clone());
                changes.push(Also {
                    role: role.clone(),
                    rep_revision: self.ledgers.reps.revision(&rep),
                    rep,
                    turn,
                    spans: slot.is_some_and(|(_, slot)| self.pool.counts_spans(slot)),
                });
            }
            // A role that nobody can take is reported all the same, and the owner is told.
            companions.push(Companion { role: role.clone(), rep: found.map(|(rep, _)| rep) });
        }
        (companions, changes)
    }
}
