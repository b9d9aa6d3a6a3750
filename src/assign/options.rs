//! What there is to say about one lead beside its facts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::RepId;
use crate::rule::Facts;

/// What there is to say about one lead beside its facts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AssignOptions {
    /// Names the request: the same key gets the same decision, without a second turn. `None` is the lead's id, its cycle
    /// and the number of tenures that ended in it, from its history; an id with blanks stands there in quotes. A blank key is
    /// none: the decision is made anew. Let keys of your own begin with a word, such as `form:`, that no lead's id begins
    /// with.
    pub key: Option<String>,
    /// Who had the lead before in this cycle, oldest first, beside those of its history.
    pub previous_owners: Vec<RepId>,
    /// Reps who do not get this lead.
    pub excluded: BTreeSet<RepId>,
    /// Who has the lead or gets it by a person's act: no rule is asked and no turn is taken, and it counts for his caps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<RepId>,
    /// Whether the rules are asked even where the lead was matched to an owner.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_rules: bool,
    /// Nobody is asked to decide: a rule that asks a [reviewer](super::AssignTarget::Reviewer) gives the lead to one of those
    /// whom it would suggest, and where it suggests nobody it is passed over. For a lead whose reviewer has not answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_reviewers: bool,
    /// Whoever has as many [untouched leads](super::PoolRules::untouched_limit) as one may have is given it all the same: for
    /// leads that a person gives to the team.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub even_if_busy: bool,
    /// Whatever came to a rep since the host counted his leads counts as untouched too: for leads of a waiting line, which are
    /// served at one moment. Otherwise only [what the host has counted](crate::model::Rep::untouched) does, as nobody knows
    /// here whom he has spoken to since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_line: bool,
}

/// Who had the lead before in this cycle, oldest first: whom the options add, then those of its history.
pub(super) fn previous_owners(facts: &Facts<'_>, options: &AssignOptions) -> Vec<RepId> {
    let known: Vec<&RepId> = facts.history().previous_owners().collect();
    let added = options.previous_owners.iter().filter(|owner| !known.contains(owner));
    added.chain(known.iter().copied()).cloned().collect()
}
