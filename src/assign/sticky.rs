//! The same company to the same rep.

use std::cmp::Reverse;

use super::ranks::Candidate;
use crate::document::Digest;
use crate::model::RepId;
use crate::order;
use crate::rule::Facts;

/// The position of the candidate to whom the lead's company sticks: of all who may take it, the one whose id, mixed with the
/// company's key, gives the greatest number (rendezvous hashing). So when a rep comes or goes, only that rep's companies move.
/// Without a company the lead sticks by its id.
pub(super) fn stuck_to(facts: &Facts<'_>, candidates: &[Candidate<'_>]) -> Option<usize> {
    let number = stickiness(facts);
    let greatest = candidates.iter().enumerate().max_by_key(|(_, candidate)| number(&candidate.rep));
    greatest.map(|(index, _)| index)
}

/// The reps to whom it sticks most, the strongest hold first.
pub(super) fn by_stickiness(facts: &Facts<'_>, candidates: &[Candidate<'_>], limit: usize) -> Vec<RepId> {
    let number = stickiness(facts);
    let mut reps: Vec<(Reverse<Digest>, &RepId)> =
        candidates.iter().map(|one| (Reverse(number(&one.rep)), &one.rep)).collect();
    order::sort_by(&mut reps, Ord::cmp);
    reps.into_iter().take(limit).map(|(_, rep)| rep.clone()).collect()
}

fn stickiness<'a>(facts: &'a Facts<'_>) -> impl Fn(&RepId) -> Digest + 'a {
    let company = facts.company().map(|company| company.core());
    // By the core of the name, so that leads of one company stick together however its name is written.
    let key = company.filter(|core| !core.is_empty()).unwrap_or_else(|| facts.lead().id.as_str());
    move |rep| Digest::of(&(key, rep))
}
