//! What the host knows in addition to the facts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::FollowUpRecord;
use crate::model::{Absence, CalendarId, History, Lead, Pause, Rep, RepId};

/// What the host knows about a lead in addition to its [`Facts`](crate::rule::Facts). [`of_team`](Self::of_team) fills
/// in what it knows of the lead's reps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FollowUpOptions {
    /// The calendar of the rep who works on the lead: [`Rep::hours`](crate::model::Rep::hours).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
    /// The owner's manager: [`Rep::manager`](crate::model::Rep::manager), while the manager takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<RepId>,
    /// When the lead was paused, in any order. One without an end lasts until somebody else has the lead or the customer does
    /// something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// When those who have held the lead, or stood in, were away, in any order: the clock of each is paused meanwhile.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub absences: BTreeMap<RepId, Vec<Absence>>,
    /// Every planned follow-up, in any order, including plans that were replaced later.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<PlannedFollowUp>,
    /// Since when the lead has been in its pool; `None` is since the [`record`](Self::record) knows, else since nobody holds
    /// the lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool_since: Option<DateTime<Utc>>,
    /// When the customer's contract ends, in UTC; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_end: Option<DateTime<Utc>>,
    /// The closing that the tracking schedule counts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Since when an opportunity is open: it holds the lead, nobody loses it, and meets what the stage `opportunity`
    /// meets. One in the [`History`](crate::model::History::opportunities) does so too, since the look that found it;
    /// the first look assumes that it was opened in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opportunity_since: Option<DateTime<Utc>>,
    /// Whether the rules converted the lead and its owner has not answered yet: it is followed up like a live lead.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub awaits_answer: bool,
    /// Of a converted lead whose account is divided among reps, what its owner has of it for the lead, as
    /// [`Intake::held_parts`](crate::Intake::held_parts) says: only that is taken from them. Without it, the owner is
    /// assumed to have the whole account: the effect names the field `owner`, and is
    /// [not written](crate::model::Effect) if that field names somebody else. Nor is the pool of an account written
    /// while somebody holds a part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldParts>,
    /// What earlier looks found: the [`record`](super::FollowUpReport::record) of the last report. Without it, every look is
    /// the first.
    #[serde(skip_serializing_if = "FollowUpRecord::is_empty")]
    pub record: FollowUpRecord,
}

impl FollowUpOptions {
    /// The options that follow from the reps of a lead: the calendar and the manager of its owner, and the absences of all
    /// who have held it or stood in. `rep` finds a rep by id. O(n) in the tenures.
    ///
    /// ```
    /// use leadkit::follow_up::FollowUpOptions;
    /// use leadkit::model::{History, Lead, Rep};
    ///
    /// let li = Rep { id: "li".into(), manager: Some("hua".into()), ..Rep::default() };
    /// let lead = Lead { owner: Some("li".into()), ..Lead::default() };
    /// let options = FollowUpOptions::of_team(&lead, History::EMPTY, |id| Some(&li).filter(|rep| rep.id == *id));
    /// assert_eq!(options.manager, Some("hua".into()));
    /// ```
    #[must_use]
    pub fn of_team<'r>(lead: &Lead, history: &History, rep: impl Fn(&RepId) -> Option<&'r Rep>) -> Self {
        let owner = lead.owner.as_ref().and_then(&rep);
        // A rep who has left gets no more notices; an unknown rep may still be active.
        let is_here = |id: &&RepId| rep(id).is_none_or(|rep| rep.active);
        let manager = owner.and_then(|owner| owner.manager.as_ref()).filter(is_here);
        let held = history.tenures.iter().map(|tenure| &tenure.owner).chain(&lead.owner);
        let absences = held.filter_map(|id| Some((id.clone(), rep(id)?.absences.clone())));
        FollowUpOptions {
            calendar: owner.and_then(|owner| owner.hours.clone()),
            manager: manager.cloned(),
            absences: absences.filter(|(_, absences)| !absences.is_empty()).collect(),
            ..FollowUpOptions::default()
        }
    }
}

/// What the owner of a lead has of a customer's account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldParts {
    /// The fields of the account that name the owner: `owner`, or `owners.crm` of one that is divided.
    pub fields: Vec<String>,
    /// Whether nobody else has a part of the account.
    pub is_all: bool,
}

/// Somebody planned when to follow up next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFollowUp {
    /// The rep who planned it.
    pub by: RepId,
    /// When the plan was made, which is not when it is for.
    pub made_at: DateTime<Utc>,
    /// When the follow-up is planned for.
    pub at: DateTime<Utc>,
}
