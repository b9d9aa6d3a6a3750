//! What the host knows beside the facts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{CalendarId, Pause, RepId};

/// What the host knows of a lead beside its [`Facts`](crate::rule::Facts).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
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
    /// When the contract ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_end: Option<DateTime<Utc>>,
    /// The closing that the tracking schedule counts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether an opportunity is open: it holds the lead, nobody loses it.
    pub open_opportunity: bool,
}
