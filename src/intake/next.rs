//! What comes after a decision.

use serde::{Deserialize, Serialize};

use crate::model::{LeadId, RepId};

/// What the host calls next, in the transaction that stores the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Next {
    /// [`Intake::review`](super::Intake::review) for the lead the entry was folded into, with that lead's own activities and
    /// history, and rows fetched anew, for it has keys it did not have. The review may join it with another record and ask
    /// for the next; the last asks for none, and then one live lead is left for each strong key.
    /// [`process_batch`](super::Intake::process_batch) and [`review_next`](super::Intake::review_next) do so.
    Review {
        /// The lead.
        lead: LeadId,
        /// The entry or record that was folded into it; the lead itself after a decision that was taken back.
        entry: LeadId,
        /// The rep who typed in the entry: he claims the lead if it has no owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<RepId>,
    },
}
