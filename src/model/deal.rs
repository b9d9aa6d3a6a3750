//! What a lead may become: opportunity, order, contract, payment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open_enum::closed_enum;
use super::{AccountId, LeadId, Money, OpportunityId, OrderId, PaymentId, RepId};

/// A business opportunity (商机).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Opportunity {
    /// Identifier, unique among the host's opportunities.
    pub id: OpportunityId,
    /// The lead that it came from; `None` when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The account that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The rep who works on it; `None` when nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RepId>,
    /// The amount that is expected; `None` when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The product that it is about, as the host names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// When it was created, in UTC.
    pub created_at: DateTime<Utc>,
    /// When it was won, in UTC; `None` while it is open or lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub won_at: Option<DateTime<Utc>>,
    /// When it was lost, in UTC; `None` while it is open or won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<DateTime<Utc>>,
    /// How likely it is to be won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<InquiryGrade>,
}

impl Opportunity {
    /// Whether it is neither won nor lost.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.won_at.is_none() && self.lost_at.is_none()
    }
}

closed_enum! {
    /// Inquiry grade (询价等级): how likely an inquiry is to be won.
    InquiryGrade {
        /// Contract signed, award received or product installed.
        S = "S",
        /// Budget; the deciders are committed, or the specification is ours.
        A = "A",
        /// Budget; the deciders are unsure, contested.
        B = "B",
        /// Budget; the deciders lean to a rival.
        C = "C",
        /// No budget, but the customer wants it.
        D = "D",
        /// Neither budget nor wish; not counted.
        E = "E",
        /// The award went to a rival.
        F = "F",
    }
}

/// An order of a customer (订单).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Order {
    /// Identifier, unique among the host's orders.
    pub id: OrderId,
    /// The lead that it came from; `None` when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The account that placed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The opportunity that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpportunityId>,
    /// What the customer ordered for, in minor units of its currency; the host decides, once for all orders, whether tax is
    /// part of it.
    pub amount: Money,
    /// The product that is ordered, as the host names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// When it was placed, in UTC.
    pub created_at: DateTime<Utc>,
}

/// A payment received (回款).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Payment {
    /// Identifier, unique among the host's payments.
    pub id: PaymentId,
    /// The lead that it came from; `None` when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The order that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// What arrived, in minor units of its currency: of a partial payment (分期) this part only.
    pub amount: Money,
    /// When it was received, in UTC.
    pub received_at: DateTime<Utc>,
}
