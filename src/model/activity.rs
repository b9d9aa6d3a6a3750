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
    /// The lead that did it.
    pub lead: LeadId,
    /// What was done, such as `form_submit`; an open set.
    pub kind: String,
    /// When it happened, in UTC.
    pub time: DateTime<Utc>,
    /// The channel by which it came, as the host names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The campaign that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// The page on which it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The content that was seen, such as a white paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How much of the content, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// How long it lasted, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The intent that it shows, as the host names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// The person who passed the content on to the lead; `None` when nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<SharedBy>,
    /// Custom attributes, by name; conditions of engagement rules read them.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

open_enum! {
    /// The person who passed content on to a lead.
    SharedBy {
        /// An employee of the host's company.
        Employee = "employee",
        /// A partner of the host's company.
        Partner = "partner",
        /// A customer of the host's company.
        Customer = "customer",
    }
}

/// A point where marketing reached a lead (触点); what attribution reads.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Touch {
    /// Identifier; the same id twice is one touch of a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ActivityId>,
    /// The activity it was made from; the same one twice is one touch. Ids of activities and of touches are separate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivityId>,
    /// The lead that was reached; blank while the visitor is anonymous.
    #[serde(default, skip_serializing_if = "LeadId::is_blank")]
    pub lead: LeadId,
    /// The contact of an account who was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// What identifies an anonymous visitor, by name: click ids (`gclid`, `bd_vid`), person ids of a platform
    /// (`openid`, `unionid`), or `email`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, String>,
    /// The channel, as the host names it.
    pub channel: String,
    /// The campaign that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// When the touch happened, in UTC.
    pub time: DateTime<Utc>,
    /// The cost of this touch; `None` when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// The person who passed the content on; `None` when nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<SharedBy>,
}

impl fmt::Debug for Touch {
    /// `Debug` masks the keys.
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
    /// Identifier, unique among the host's campaigns.
    pub id: CampaignId,
    /// Kind of campaign, such as `seminar`.
    #[serde(default)]
    pub kind: String,
    /// The channel that it runs on, as the host names it.
    #[serde(default)]
    pub channel: String,
    /// What it was planned to cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_cost: Option<Money>,
    /// What it has cost; `None` when not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_cost: Option<Money>,
    /// When it starts, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<DateTime<Utc>>,
    /// When it ends, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DateTime<Utc>>,
}
