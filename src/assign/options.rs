//! Options for one lead, in addition to its facts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::RepId;
use crate::model::open_enum::closed_enum;
use crate::rule::Facts;

/// Options for one lead, in addition to its facts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AssignOptions {
    /// Identifies the request: the same key gets the same decision, without a second turn. `None` is the lead's id, its cycle
    /// and the number of tenures that ended in it, from its history; an id with blanks is in quotes. A blank key counts as
    /// none: the decision is made again. Custom keys should begin with a word, such as `form:`, that no lead's id begins
    /// with.
    pub key: Option<String>,
    /// Earlier owners of the lead in this cycle, oldest first, in addition to those in its history.
    pub previous_owners: Vec<RepId>,
    /// Reps who do not get this lead.
    pub excluded: BTreeSet<RepId>,
    /// The rep who has the lead or gets it by a person's act: no rule is tried and no turn is taken, and it counts for the
    /// rep's caps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<RepId>,
    /// Whether the rules are tried even if the lead was matched to an owner.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_rules: bool,
    /// Asks no reviewer: a rule with a [reviewer](super::AssignTarget::Reviewer) gives the lead to one of the reps
    /// whom it would suggest, and is skipped if it suggests nobody. For a lead whose reviewer has not answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_reviewers: bool,
    /// Which leads of a rep count towards the pool's [limit of untouched ones](super::PoolRules::untouched_limit).
    #[serde(skip_serializing_if = "is_as_counted")]
    pub untouched: UntouchedLeads,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_as_counted(untouched: &UntouchedLeads) -> bool {
    *untouched == UntouchedLeads::AsCounted
}

closed_enum! {
    /// Which leads of a rep count as untouched.
    #[derive(Default)]
    UntouchedLeads {
        /// Those that [the host has counted](crate::model::Rep::untouched): which leads the rep has spoken to since
        /// is not known here.
        #[default]
        AsCounted = "as_counted",
        /// Also what the rep was given since the host counted: for leads of a waiting line, which are served at one
        /// moment.
        AndSince = "and_since",
        /// None: a rep who is busy is given the lead all the same, as one that a person gives to the team.
        Ignored = "ignored",
    }
}

/// The previous owners in this cycle, oldest first: those that the options add, then those of its history.
pub(super) fn previous_owners(facts: &Facts<'_>, options: &AssignOptions) -> Vec<RepId> {
    let known: Vec<&RepId> = facts.history().previous_owners().collect();
    let added = options.previous_owners.iter().filter(|owner| !known.contains(owner));
    added.chain(known.iter().copied()).cloned().collect()
}
