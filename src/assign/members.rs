//! The reps who take turns together.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveTime;

use super::eligibility::Question;
use super::person::RepFacts;
use super::rules::ResultShares;
use crate::model::RepId;
use crate::rule::{Fault, Predicate};

/// The reps who take turns together.
#[derive(Debug, Clone, Default)]
pub(super) struct Members {
    /// Reps by id, each with a weight if the rules give one. All rules for a group share them.
    pub(super) listed: Arc<[(RepId, Option<u32>)]>,
    pub(super) others: Others,
    pub(super) by_results: Option<ResultShares>,
}

/// The members of a list who are not named.
#[derive(Debug, Clone, Default)]
pub(super) enum Others {
    #[default]
    Nobody,
    /// All reps of the roster.
    Everybody,
    /// The reps of the roster for whom a condition holds.
    When(Arc<Predicate>),
}

impl Members {
    /// Shows every member by id, each with a weight if the rules give one. A fault is that of the condition, which does not
    /// hold for reps for whom it fails.
    pub(super) fn visit(
        &self,
        question: &Question<'_>,
        visit: &mut dyn FnMut(&RepId, Option<u32>),
    ) -> Option<Fault> {
        // Shares by results need the average of all before the first weight, hence a second pass.
        let Some(shares) = self.by_results else { return self.visit_plain(question, visit) };
        let mut members: Vec<(RepId, Option<u32>)> = Vec::new();
        let fault = self.visit_plain(question, &mut |rep, weight| members.push((rep.clone(), weight)));
        let results: Vec<(u64, u64)> = members.iter().map(|(rep, _)| question.roster.results(rep)).collect();
        let (won, worked) = results.iter().fold((0_u64, 0_u64), |(won, worked), (more, of)| {
            (won.saturating_add(*more), worked.saturating_add(*of))
        });
        for ((rep, weight), results) in members.iter().zip(results) {
            // A weight of 0 takes a rep out of the list; good results do not change that.
            let weight = if *weight == Some(0) { 0 } else { shares.weight(results, (won, worked)) };
            visit(rep, Some(weight));
        }
        fault
    }

    fn visit_plain(
        &self,
        question: &Question<'_>,
        visit: &mut dyn FnMut(&RepId, Option<u32>),
    ) -> Option<Fault> {
        let predicate = match &self.others {
            Others::Nobody => {
                self.listed.iter().for_each(|(rep, weight)| visit(rep, *weight));
                return None;
            }
            Others::Everybody => {
                question.roster.reps().for_each(|rep| visit(rep, None));
                return None;
            }
            Others::When(predicate) => predicate,
        };
        // What depends on the time of day would change who belongs to the group in the middle of it.
        let day = question.date.and_time(NaiveTime::MIN).and_utc();
        let (mut members, mut fault) = (BTreeMap::<&RepId, Option<u32>>::new(), None);
        for (rep, person) in question.roster.people() {
            match predicate.eval(&RepFacts { person, day }) {
                Ok(true) => drop(members.insert(rep, None)),
                Ok(false) => {}
                Err(found) => drop(fault.get_or_insert(found)),
            }
        }
        // A rep who is named keeps the weight the rules give, whether they meet the condition or not.
        members.extend(self.listed.iter().map(|(rep, weight)| (rep, *weight)));
        members.into_iter().for_each(|(rep, weight)| visit(rep, weight));
        fault
    }

    /// Whether any rep of the roster may belong to it.
    pub(super) fn asks_everybody(&self) -> bool {
        !matches!(self.others, Others::Nobody)
    }
}

impl ResultShares {
    /// The weight of a rep who won so many of so many leads, compared with all: 10 for one who wins as often as they do.
    fn weight(&self, (won, worked): (u64, u64), (all_won, all_worked): (u64, u64)) -> u32 {
        let (all_won, all_worked, steady) =
            (u128::from(all_won), u128::from(all_worked), u128::from(self.steady));
        if all_won == 0 || all_worked == 0 {
            return 10.clamp(self.least, self.most.max(self.least));
        }
        // (won + steady · average) ÷ (worked + steady), as a multiple of the average, which is all_won ÷ all_worked.
        let above = 10 * (u128::from(won) * all_worked + steady * all_won);
        let below = ((u128::from(worked) + steady) * all_won).max(1);
        let weight = u32::try_from((above + below / 2) / below).unwrap_or(u32::MAX);
        weight.clamp(self.least, self.most.max(self.least))
    }
}
