//! What the host does after a decision.

use serde::{Deserialize, Serialize};

use crate::model::{LeadId, RepId};

/// What the host calls next, in the transaction that stores the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Next {
    /// [`Intake::review`](super::Intake::review) for the lead the entry was folded into, with that lead's own activities and
    /// history, and rows fetched again, because it has new keys. The review may join it with another record and ask
    /// for the next; the last asks for none, and then one live lead remains for each strong key.
    /// [`process_batch`](super::Intake::process_batch) and [`review_next`](super::Intake::review_next) do so.
    Review {
        /// The lead to review next.
        lead: LeadId,
        /// The entry or record that was folded into it; the lead itself after a decision that was taken back, and when
        /// the entry is an event that was known.
        entry: LeadId,
        /// The rep who typed in the entry, and claims the lead if it has no owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<RepId>,
        /// The leads that moved together with this one, to be reviewed after it, because the person of each may have
        /// other leads. Pass them on in [`Input::also`](super::Input::also).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<FollowOnReview>,
    },
}

/// A lead that moved together with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FollowOnReview {
    /// The lead that went along.
    pub lead: LeadId,
    /// The one that it went along with: the entry of its review.
    pub entry: LeadId,
}

impl Next {
    /// The call that follows once this one is done.
    pub(super) fn after(done: Option<Next>, mut also: Vec<FollowOnReview>) -> Option<Next> {
        match done {
            Some(Next::Review { lead, entry, claim, also: mut more }) => {
                also.retain(|one| one.lead != lead && more.iter().all(|known| known.lead != one.lead));
                more.append(&mut also);
                Some(Next::Review { lead, entry, claim, also: more })
            }
            None if also.is_empty() => None,
            None => {
                let FollowOnReview { lead, entry } = also.remove(0);
                Some(Next::Review { lead, entry, claim: None, also })
            }
        }
    }
}
