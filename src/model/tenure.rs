//! Who held a lead, when, and how it ended.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open_enum::closed_enum;
use super::{AccountId, Acquisition, CloseReason, ContactId, LeadId, OpportunityId, RepId, RuleId};

/// One owner's holding of one lead.
///
/// Status and tenure are separate: a lead may be "following" for its present owner and "returned" for the owner
/// before, both at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenure {
    /// The lead that was held.
    pub lead: LeadId,
    /// The rep who held it, or stood in, or worked as a partner.
    pub owner: RepId,
    /// When the tenure began, in UTC.
    pub from: DateTime<Utc>,
    /// When it ended; `None` while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// How the owner got the lead.
    pub acquisition: Acquisition,
    /// How it ended; `None` while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<TenureEnd>,
    /// Why the lead was closed, when it ended as invalid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_reason: Option<CloseReason>,
}

impl Tenure {
    /// Whether it is held against its owner when the lead continues: neither taken back as wrong, nor ended because the
    /// owner left or an administrator gave the lead to another, nor the tenure of a helper. Who left has neither lost it nor
    /// given it up: they may have it again in the same cycle once they are back, and they are none of the owners after
    /// whom it is nurtured.
    #[must_use]
    pub fn counts(&self) -> bool {
        let is_his_doing =
            !matches!(self.end, Some(TenureEnd::Revoked | TenureEnd::Left | TenureEnd::Allotted));
        is_his_doing && !self.is_beside_owner()
    }

    /// Whether its owner lost the lead or its opportunity, or gave it up, so that another continues. An owner who closed it
    /// for want of a need did not.
    pub(crate) fn is_lost(&self) -> bool {
        let ends = [TenureEnd::Recycled, TenureEnd::Returned, TenureEnd::HandedOver, TenureEnd::DealLost];
        self.counts() && self.end.is_some_and(|end| ends.contains(&end))
    }

    /// Whether its rep stood in for the owner and missed the deadline.
    pub(crate) fn is_lapsed_cover(&self) -> bool {
        self.acquisition == Acquisition::Cover && self.end == Some(TenureEnd::Recycled)
    }

    /// Whether it belongs to a helper, who works on the lead while another owns it: a rep who stands in, or a partner.
    #[must_use]
    pub fn is_beside_owner(&self) -> bool {
        matches!(self.acquisition, Acquisition::Cover | Acquisition::PassedOn)
    }
}

closed_enum! {
    /// How a tenure ended.
    TenureEnd {
        /// The lead became a customer record.
        Converted = "converted",
        /// The owner gave the lead back.
        Returned = "returned",
        /// The lead was taken from the owner, as by a missed deadline.
        Recycled = "recycled",
        /// It went to another owner (更换给他人).
        HandedOver = "handed_over",
        /// The owner no longer takes part (离职), and did not lose or give up the lead.
        Left = "left",
        /// An administrator gave it to another (调配): the owner did not lose it or give it up.
        Allotted = "allotted",
        /// An opportunity that came of it was lost (输单).
        DealLost = "deal_lost",
        /// The lead was closed as invalid.
        Invalid = "invalid",
        /// The lead was entered by mistake.
        Voided = "voided",
        /// The decision was wrong and is taken back (撤销): as if the owner had never had it.
        Revoked = "revoked",
    }
}

/// A lead became a customer record (线索转换记录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionRecord {
    /// The lead that was converted.
    pub lead: LeadId,
    /// The account it became or joined.
    pub account: AccountId,
    /// The contact it became or matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// The opportunity that was opened with it; `None` when none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpportunityId>,
    /// When the lead was converted, in UTC.
    pub at: DateTime<Utc>,
    /// The person who converted it; `None` when a rule did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<RepId>,
    /// The rule that converted it; `None` when a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
}
