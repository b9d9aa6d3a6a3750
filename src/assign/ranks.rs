//! The first in turn, by looking at everybody.

use std::cmp::Reverse;

use super::class::{TurnTable, gain};
use super::ledgers::Ledgers;
use super::load::LoadOf;
use super::roster::Slot;
use super::rules::Strategy;
use super::seats::Seats;
use super::turn::TurnList;
use crate::model::RepId;

/// A rep who may take the lead.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) rep: RepId,
    pub(super) slot: &'a Slot,
    /// At least 1.
    pub(super) weight: u32,
    /// Most open leads, by the rep's own cap or the pool's.
    pub(super) holding_cap: Option<u32>,
    /// The same; a rep without a cap counts as having the largest one.
    pub(super) room: u32,
}

/// The candidates, the next in turn first, at most `limit`.
pub(super) fn rank(
    strategy: Strategy,
    candidates: &[Candidate<'_>],
    list: &TurnList,
    ledgers: Ledgers<'_>,
    limit: usize,
) -> Vec<RepId> {
    // Ranked one by one among those left: the second is the rep who would get the lead without the first.
    let mut left = candidates.to_vec();
    let mut ranked = Vec::new();
    while ranked.len() < limit
        && let Some(index) = best(strategy, &left, list, ledgers)
        && index < left.len()
    {
        ranked.push(left.remove(index).rep);
    }
    ranked
}

/// The position of the first; `None` without candidates. The candidates come by id.
pub(super) fn best(
    strategy: Strategy,
    candidates: &[Candidate<'_>],
    list: &TurnList,
    ledgers: Ledgers<'_>,
) -> Option<usize> {
    let turns = ledgers.pool.turns(list);
    // Shares are among those who may take this lead, not among all members.
    let total = total_weight(candidates);
    let table = match strategy {
        Strategy::SmoothWeighted => TurnTable::Smooth,
        _ => TurnTable::Credit,
    };
    let owed = |candidate: &Candidate<'_>| {
        let before = turns.map_or(0, |turns| turns.owed(&candidate.rep, table));
        before.saturating_add(gain(table, candidate.weight, total, 1))
    };
    let open = |candidate: &Candidate<'_>| candidate.slot.open(ledgers.reps.taken(&candidate.rep));
    let mut order = candidates.iter().enumerate();
    let (mut best, mut leader) = order.next()?;
    for (index, candidate) in order {
        // Only a strictly better candidate displaces one with a smaller id.
        let better = match strategy {
            Strategy::FairShare | Strategy::SmoothWeighted | Strategy::Sticky => {
                owed(candidate) > owed(leader)
            }
            Strategy::LeastLoaded | Strategy::LowestLoadRatio => {
                let by = if strategy == Strategy::LeastLoaded { LoadOf::Leads } else { LoadOf::Ratio };
                let order = |one: &Candidate<'_>| (by.load(open(one), one.room), Reverse(owed(one)));
                order(candidate) < order(leader)
            }
        };
        if better {
            (best, leader) = (index, candidate);
        }
    }
    Some(best)
}

fn total_weight(candidates: &[Candidate<'_>]) -> u64 {
    candidates.iter().map(|candidate| u64::from(candidate.weight)).sum()
}
