//! What the host knows beside the facts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::FollowUpRecord;
use crate::model::{CalendarId, Pause, RepId};

/// What the host knows of a lead beside its [`Facts`](crate::rule::Facts).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FollowUpOptions {
    /// The calendar of who works on the lead: [`Rep::hours`](crate::model::Rep::hours).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
    /// His manager: [`Rep::manager`](crate::model::Rep::manager).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<RepId>,
    /// When the lead was paused, in any order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// Every plan of a next follow-up that somebody made, in any order, also those that others have replaced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<PlannedFollowUp>,
    /// Since when the lead lies in its pool; `None` is since the [`record`](Self::record) knows, else since nobody holds
    /// the lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool_since: Option<DateTime<Utc>>,
    /// When the contract ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_end: Option<DateTime<Utc>>,
    /// The closing that the tracking schedule counts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether an opportunity is open: it holds the lead, nobody loses it. One in the
    /// [`History`](crate::model::History::opportunities) does so too.
    pub open_opportunity: bool,
    /// Whether the rules converted the lead and its owner has not answered yet: it is followed up like one that lives.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub awaits_answer: bool,
    /// What earlier looks found: the [`record`](super::FollowUpReport::record) of the last report. Without it, every look is
    /// the first.
    #[serde(skip_serializing_if = "FollowUpRecord::is_empty")]
    pub record: FollowUpRecord,
}

/// Somebody planned when to follow up next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFollowUp {
    /// Who planned it.
    pub by: RepId,
    /// When he planned it.
    pub made_at: DateTime<Utc>,
    /// When he means to follow up.
    pub at: DateTime<Utc>,
}
