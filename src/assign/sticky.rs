//! The same company to the same rep.

use super::ranks::Candidate;
use crate::document::Digest;
use crate::rule::Facts;

/// The place of the one whom the lead's company sticks to: of all who may take it the one whose id, mixed with the
/// company's key, gives the greatest number (rendezvous hashing). So when somebody comes or goes, only his companies move.
/// Without a company the lead sticks by its id.
pub(super) fn stuck_to(facts: &Facts<'_>, candidates: &[Candidate<'_>]) -> Option<usize> {
    let company = facts.company().map(|company| company.core());
    let key = company.filter(|core| !core.is_empty()).unwrap_or_else(|| facts.lead().id.as_str());
    let number = |candidate: &Candidate<'_>| Digest::of(&(key, &candidate.rep));
    let greatest = candidates.iter().enumerate().max_by_key(|(_, candidate)| number(candidate));
    greatest.map(|(index, _)| index)
}
