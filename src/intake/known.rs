//! The fields of a matched record that rules read.

use crate::assign::Roster;
use crate::dedup::{Resolution, Rows};
use crate::model::RecordRef;
use crate::rule::{AccountFacts, MatchFacts};

/// The match as rules read it, with the account it belongs to and its owner.
pub(super) fn known_match(resolution: &Resolution, rows: &Rows, roster: &Roster) -> MatchFacts {
    let mut matched = resolution.facts();
    matched.owner_team = matched.owner.as_ref().and_then(|owner| roster.team(owner)).cloned();
    let account = match &matched.record {
        Some(RecordRef::Account(id)) => rows.accounts.iter().find(|one| one.id == *id),
        _ => None,
    };
    if let Some(account) = account {
        let (tier, maturity, region) = (account.tier.clone(), account.maturity.clone(), account.region);
        matched.account = AccountFacts { tier, maturity, region };
    }
    matched
}
