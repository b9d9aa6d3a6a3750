//! A lead being matched, and the records that may be the same.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::candidate::{Candidate, UsableKeys};
use super::probe::MatchKey;
use super::target::LeadKey;
use crate::model::{LeadId, OpportunityId, OwnerState, RepId};
use crate::names::Asked;
use crate::rule::Facts;

/// What every rule is tried on.
pub(super) struct Case<'c, 'r> {
    pub(super) facts: &'c Facts<'c>,
    pub(super) now: DateTime<Utc>,
    pub(super) candidates: &'c [Candidate<'r>],
    pub(super) usable: &'c UsableKeys<'c>,
    /// All keys of the lead.
    pub(super) keys: &'c [MatchKey],
    /// The places of the company keys that too many records share.
    pub(super) crowded_names: &'c [usize],
    /// The lead's company, ready to be compared, when a rule compares names.
    pub(super) asked: Option<&'c Asked<'c>>,
    pub(super) owner_state: &'c dyn Fn(&RepId) -> OwnerState,
    pub(super) look: Look,
    /// The fields that divide customers.
    pub(super) scope: &'c [LeadKey],
    /// The open opportunities of the leads among the rows.
    pub(super) opportunities: &'c BTreeMap<LeadId, Vec<OpportunityId>>,
}

/// Why a lead is matched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// It is a new entry; otherwise it is on file, repeats nothing, and may be joined with others on file.
    pub(crate) is_entry: bool,
    /// It is a row of an import: everything on file counts as older, even if created at the same moment.
    pub(crate) comes_last: bool,
    /// The reviewers' time for a collision is over: the earlier of two that are both worked on takes in the other.
    pub(crate) settles: bool,
    /// Then, when the ownership rule says who owns the customer: whether it is the lead's owner, so that the lead continues.
    pub(crate) keeps: Option<bool>,
}

impl Look {
    pub(crate) const ENTRY: Look = Look { is_entry: true, comes_last: false, settles: false, keeps: None };
}
