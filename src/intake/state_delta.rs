//! What an outcome changes in the state.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::assign::AssignDelta;
use crate::blacklist::{JointDelta, WindowDelta};
use crate::model::LeadId;

/// What an outcome changes in the [`State`](super::State).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use = "an outcome whose delta is not applied is forgotten"]
#[non_exhaustive]
pub struct OutcomeDelta {
    /// The change of the windows.
    pub windows: WindowDelta,
    /// The change of one pool's ledger and of the row of the rep it gives to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assign: Option<AssignDelta>,
    /// When it was decided: the `now` that was handed in.
    #[serde(default)]
    pub at: DateTime<Utc>,
    /// Whether that time is trusted although the state's newest entry is far behind.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trust_clock: bool,
    /// Leads that are forgotten: their events and decisions are removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgets: Vec<LeadId>,
    /// What the joint list of the blacklist loses. The list belongs to the host, not to the state: the host
    /// [applies](crate::blacklist::JointList::apply) it.
    #[serde(default, skip_serializing_if = "JointDelta::is_empty")]
    pub joint: JointDelta,
}

impl OutcomeDelta {
    /// Whether the state stays as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let is_still = self.windows.is_empty() && self.forgets.is_empty() && self.joint.is_empty();
        is_still && self.assign.as_ref().is_none_or(AssignDelta::is_empty)
    }
}
