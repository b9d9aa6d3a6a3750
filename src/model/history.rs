//! What is known of a record's history besides its activities.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Acquisition, FollowUp, OpportunityId, RepId, Tenure};
use crate::document::is_default;

/// The history of a lead so far: who held it, which stages it entered, what its owners did, what is due.
///
/// A host reads it from its own tables and hands it in with the lead; an empty history is that of a new lead.
///
/// ```
/// use leadkit::model::{Acquisition, History, Tenure, TenureEnd};
///
/// let tenure = |owner: &str, from: &str, end| Tenure {
///     lead: "L1".into(),
///     owner: owner.into(),
///     from: from.parse().unwrap(),
///     until: Some("2026-03-09T09:00:00Z".parse().unwrap()),
///     acquisition: Acquisition::AutoAssigned,
///     end: Some(end),
///     close_reason: None,
/// };
/// let history = History {
///     tenures: vec![
///         tenure("li", "2026-01-05T09:00:00Z", TenureEnd::Invalid),
///         tenure("wang", "2026-03-02T09:00:00Z", TenureEnd::Recycled),
///     ],
///     cycle: 1,
///     cycle_started_at: Some("2026-03-01T09:00:00Z".parse().unwrap()),
///     ..History::default()
/// };
/// assert_eq!(history.previous_owners().map(|owner| owner.as_str()).collect::<Vec<_>>(), ["wang"]);
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// The tenures of its owners, oldest first; from leads that were folded into it, those of reps who lost them in their
    /// cycle.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tenures: Vec<Tenure>,
    /// The stages it entered, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stage_entries: Vec<StageEntry>,
    /// What its owners did, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUp>,
    /// What is or was due, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deadlines: Vec<StepDeadline>,
    /// The open opportunities that came of it, by id: they hold it. It is neither recycled nor claimed, and they go with it
    /// when it is handed over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opportunities: Vec<OpportunityId>,
    /// The cycle that the lead is in, from 0: a release, or a new entry after an end, begins the next.
    pub cycle: u32,
    /// When the cycle began; `None` is since the lead was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle_started_at: Option<DateTime<Utc>>,
    /// How many wake-ups of the lead have come and were taken, from 0: two that come within a second are two causes.
    #[serde(skip_serializing_if = "is_default")]
    pub wake_ups: u32,
}

impl History {
    /// The history of a lead that has none.
    pub const EMPTY: &'static History = &History {
        tenures: Vec::new(),
        stage_entries: Vec::new(),
        follow_ups: Vec::new(),
        deadlines: Vec::new(),
        opportunities: Vec::new(),
        cycle: 0,
        cycle_started_at: None,
        wake_ups: 0,
    };

    /// The tenures of this cycle that have ended, oldest first. The present owner's is not among them, so that a request
    /// that comes twice finds the same history before and after the owner is stored.
    pub fn ended_tenures(&self) -> impl Iterator<Item = &Tenure> {
        let since = self.cycle_started_at;
        let in_cycle = move |tenure: &&Tenure| since.is_none_or(|since| since <= tenure.from);
        self.tenures.iter().filter(in_cycle).filter(|tenure| tenure.until.is_some())
    }

    /// The reps who lost the lead or gave it up in this cycle, oldest first, once for each tenure. A decision that was
    /// taken back does not count, nor does a rep who stood in for an owner.
    pub fn previous_owners(&self) -> impl Iterator<Item = &RepId> {
        self.ended_tenures().filter(|tenure| tenure.counts()).map(|tenure| &tenure.owner)
    }

    /// How many reps stood in for an owner, or do.
    pub(crate) fn covers(&self) -> usize {
        self.tenures.iter().filter(|one| one.acquisition == Acquisition::Cover).count()
    }

    /// The open tenure of the rep who stands in for the owner.
    #[must_use]
    pub fn cover(&self) -> Option<&Tenure> {
        self.helper().filter(|one| one.acquisition == Acquisition::Cover)
    }

    /// The open tenure of the partner the lead was passed on to.
    #[must_use]
    pub fn partner(&self) -> Option<&Tenure> {
        self.helper().filter(|one| one.acquisition == Acquisition::PassedOn)
    }

    /// The open tenure of the rep who works on the lead in its owner's place: one who stands in, or a partner. There is one at
    /// most.
    #[must_use]
    pub fn helper(&self) -> Option<&Tenure> {
        self.tenures.iter().find(|one| one.until.is_none() && one.is_beside_owner())
    }
}

/// The entry of a lead into a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageEntry {
    /// Name of the stage in the pipeline.
    pub stage: String,
    /// When the lead entered the stage, in UTC.
    pub at: DateTime<Utc>,
}

/// Something an owner has to do by a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepDeadline {
    /// The step that is due, such as `first_contact`.
    pub step: String,
    /// The rep who has to take the step.
    pub owner: RepId,
    /// When the clock started, in UTC.
    pub started_at: DateTime<Utc>,
    /// When the step is due, in UTC.
    pub due_at: DateTime<Utc>,
    /// When it was done; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<DateTime<Utc>>,
}
