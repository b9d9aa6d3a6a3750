//! What leads do and what reaches them.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::text::MaskedIds;

use super::open_enum::open_enum;
use super::{ActivityId, Attributes, CampaignId, ContactId, LeadId, Money};

/// Something a lead did, or that was done to score it by hand (行为).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Activity {
    /// Identifier; the same id twice is one activity.
    pub id: ActivityId,
    /// Who did it.
    pub lead: LeadId,
    /// What was done, such as `form_submit`; an open set.
    pub kind: String,
    /// When.
    pub time: DateTime<Utc>,
    /// Channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// Page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Content seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How much of the content, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// How long, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The wish it shows, as the host names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// Who passed the content on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<SharedBy>,
    /// Custom attributes.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

open_enum! {
    /// Who passed content on to a lead.
    SharedBy {
        /// An employee.
        Employee = "employee",
        /// A partner.
        Partner = "partner",
        /// A customer.
        Customer = "customer",
    }
}

/// A point where marketing reached a lead (触点); what attribution reads.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Touch {
    /// Identifier; the same id twice is one touch of a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ActivityId>,
    /// The activity it is; the same one twice is one touch. Its id is apart from those of touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivityId>,
    /// Who was reached; blank while the visitor is anonymous.
    #[serde(default, skip_serializing_if = "LeadId::is_blank")]
    pub lead: LeadId,
    /// The contact of an account who was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// What identifies an anonymous visitor, by name: click ids (`gclid`, `bd_vid`), person ids of a platform
    /// (`openid`, `unionid`), or `email`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, String>,
    /// Channel.
    pub channel: String,
    /// Campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// When.
    pub time: DateTime<Utc>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// Who passed the content on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<SharedBy>,
}

impl fmt::Debug for Touch {
    /// The keys are masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Touch { id, activity, lead, contact, keys, channel, campaign, time, cost, shared_by } = self;
        f.debug_struct("Touch")
            .field("id", id)
            .field("activity", activity)
            .field("lead", lead)
            .field("contact", contact)
            .field("keys", &MaskedIds(keys))
            .field("channel", channel)
            .field("campaign", campaign)
            .field("time", time)
            .field("cost", cost)
            .field("shared_by", shared_by)
            .finish()
    }
}

impl Touch {
    /// The touch an activity is; `None` when it names neither a channel nor a sharer.
    ///
    /// ```
    /// use leadkit::model::{Activity, Touch};
    ///
    /// let activity = Activity { id: "a1".into(), channel: Some("live".into()), ..Activity::default() };
    /// let touch = Touch::from_activity(&activity).unwrap();
    /// assert_eq!((touch.channel.as_str(), touch.activity), ("live", Some("a1".into())));
    /// assert_eq!(Touch::from_activity(&Activity::default()), None);
    /// ```
    #[must_use]
    pub fn from_activity(activity: &Activity) -> Option<Touch> {
        if activity.channel.is_none() && activity.shared_by.is_none() {
            return None;
        }
        Some(Touch {
            activity: (!activity.id.is_blank()).then(|| activity.id.clone()),
            lead: activity.lead.clone(),
            channel: activity.channel.clone().unwrap_or_default(),
            campaign: activity.campaign.clone(),
            time: activity.time,
            shared_by: activity.shared_by.clone(),
            ..Touch::default()
        })
    }
}

/// A marketing campaign (市场活动).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Campaign {
    /// Identifier.
    pub id: CampaignId,
    /// Kind, such as `seminar`.
    #[serde(default)]
    pub kind: String,
    /// Channel.
    #[serde(default)]
    pub channel: String,
    /// What it was planned to cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_cost: Option<Money>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_cost: Option<Money>,
    /// Start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<DateTime<Utc>>,
    /// End.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DateTime<Utc>>,
}
