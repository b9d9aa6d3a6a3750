//! Whose turn it is: the strategies.

use super::ledger::ONE_LEAD;
use super::ledgers::Ledgers;
use super::roster::Slot;
use super::rules::Strategy;
use super::turn::{Turn, TurnList, TurnTable};
use crate::model::RepId;

/// Somebody who may take the lead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) rep: &'a RepId,
    pub(super) slot: &'a Slot,
    /// At least 1.
    pub(super) weight: u32,
}

/// Who gets the lead, and what that turn moves. The candidates come by id; `None` when there are none.
pub(super) fn pick(
    strategy: Strategy,
    candidates: &[Candidate<'_>],
    list: &TurnList,
    ledgers: Ledgers<'_>,
) -> Option<(RepId, Option<Turn>)> {
    let winner = candidates.get(best(strategy, candidates, list, ledgers)?)?.rep;
    let table = match strategy {
        Strategy::FairShare => TurnTable::Credit,
        Strategy::SmoothWeighted => TurnTable::Smooth,
        Strategy::LeastLoaded | Strategy::LowestLoadRatio => return Some((winner.clone(), None)),
    };
    let total = total_weight(candidates);
    let gain = |candidate: &Candidate<'_>| match table {
        TurnTable::Credit => credit_gain(candidate.weight, total),
        TurnTable::Smooth => i64::from(candidate.weight),
    };
    // The winner pays what was given, not one lead: floors lose units, and the sum must stay 0.
    let paid: i64 = candidates.iter().map(gain).fold(0, i64::saturating_add);
    let moves = candidates
        .iter()
        .map(|candidate| {
            let pays = if candidate.rep == winner { paid } else { 0 };
            (candidate.rep.clone(), gain(candidate).saturating_sub(pays))
        })
        .filter(|(_, units)| *units != 0)
        .collect();
    Some((winner.clone(), Some(Turn { list: list.clone(), table, moves })))
}

/// The candidates, the next in turn first, at most `limit`.
pub(super) fn rank(
    strategy: Strategy,
    candidates: &[Candidate<'_>],
    list: &TurnList,
    ledgers: Ledgers<'_>,
    limit: usize,
) -> Vec<RepId> {
    let mut left = candidates.to_vec();
    let mut ranked = Vec::new();
    while ranked.len() < limit
        && let Some(index) = best(strategy, &left, list, ledgers)
        && index < left.len()
    {
        ranked.push(left.remove(index).rep.clone());
    }
    ranked
}

fn best(
    strategy: Strategy,
    candidates: &[Candidate<'_>],
    list: &TurnList,
    ledgers: Ledgers<'_>,
) -> Option<usize> {
    let turns = ledgers.pool.turns(list);
    let total = total_weight(candidates);
    let owed = |candidate: &Candidate<'_>| match strategy {
        Strategy::SmoothWeighted => turns
            .and_then(|turns| turns.smooth.get(candidate.rep))
            .map_or(0, |units| *units)
            .saturating_add(i64::from(candidate.weight)),
        _ => turns
            .and_then(|turns| turns.credit.get(candidate.rep))
            .map_or(0, |units| *units)
            .saturating_add(credit_gain(candidate.weight, total)),
    };
    let open = |candidate: &Candidate<'_>| candidate.slot.open(ledgers.reps.taken(candidate.rep));
    let mut order = candidates.iter().enumerate();
    let (mut best, mut leader) = order.next()?;
    for (index, candidate) in order {
        // Only a strictly better candidate displaces one with a smaller id.
        let better = match strategy {
            Strategy::FairShare | Strategy::SmoothWeighted => owed(candidate) > owed(leader),
            Strategy::LeastLoaded => open(candidate) < open(leader),
            Strategy::LowestLoadRatio => {
                let load = |candidate: &Candidate<'_>| match candidate.slot.holding_cap {
                    Some(cap) => (u64::from(open(candidate)), u64::from(cap.max(1))),
                    None => (0, 1),
                };
                let ((a, a_cap), (b, b_cap)) = (load(candidate), load(leader));
                (a * b_cap, open(candidate)) < (b * a_cap, open(leader))
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

/// ⌊weight · one lead / total⌋. No product overflows: both factors are below 2³³ and the weight below 2³².
fn credit_gain(weight: u32, total: u64) -> i64 {
    let units = u64::from(weight) * ONE_LEAD.unsigned_abs() / total.max(1);
    i64::try_from(units).unwrap_or(ONE_LEAD)
}
